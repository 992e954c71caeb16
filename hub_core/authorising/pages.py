"""The pages people see: small, Chinese, whole in themselves.

Whatever comes from outside is escaped; nothing of the query is shown at all.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta, timezone
from html import escape

from .outcome import Allowed, End, Outcome

BEIJING = timezone(timedelta(hours=8))
STYLE = (
    "body{font:16px/1.7 system-ui,sans-serif;max-width:34em;margin:3em auto;padding:0 1em;"
    "color:#222}h1{font-size:1.4em}table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;padding:.3em .6em .3em 0;border-bottom:1px solid #ddd}"
    "button{font:inherit;padding:.5em 1.5em}.note{color:#666}"
)
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
STATUS = {
    End.DONE: 200, End.WAITING: 202, End.DENIED: 403, End.ANOTHER_SHOP: 409,
    End.ANOTHER_APP: 409, End.STALE: 410, End.ODD: 400, End.FAILED: 502,
    End.NOWHERE: 404,
}  # fmt: skip
TITLES = {
    End.DONE: "授权成功",
    End.WAITING: "授权正在处理",
    End.DENIED: "没有获得授权",
    End.ANOTHER_SHOP: "授权的不是这家店铺",
    End.ANOTHER_APP: "这家店铺已由另一个应用接入",
    End.STALE: "链接已失效",
    End.ODD: "无法识别的请求",
    End.FAILED: "授权没有完成",
    End.NOWHERE: "没有这个页面",
}
WHAT_TO_DO = {
    End.WAITING: "平台已同意授权，店铺信息稍后会自动取得，无需再次操作，可以关闭本页。",
    End.DENIED: "授权页上选择了取消，或平台没有同意。没有任何改动；"
    "如需授权，请向管理员要一个新链接。",
    End.ANOTHER_SHOP: "登录平台的账号属于另一家店铺，本次授权没有采用，原有授权保持不变。"
    "请退出平台账号，用这家店铺的主账号登录后，通过新链接重新授权。",
    End.ANOTHER_APP: "本次授权没有采用，原有授权保持不变。请联系管理员核对所用的应用。",
    End.STALE: "链接只能使用一次，并且有时间限制，需在打开它的同一个浏览器中完成。"
    "如果刚才已经看到“授权成功”，无需再做什么；否则请向管理员要一个新链接。",
    End.ODD: "请求不完整或格式不对，没有任何改动。请从管理员提供的链接重新开始。",
    End.FAILED: "平台没有给出授权凭证，原有授权保持不变。请稍后通过新链接重新授权；"
    "如果再次失败，请把下面的代码告诉管理员。",
    End.NOWHERE: "请向管理员核对链接地址。",
}


def policy(form: str = "'none'") -> str:
    """The content policy: nothing is loaded, run or framed; `form` is where one may go."""
    return (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; "
        f"form-action {form}; frame-ancestors 'none'"
    )


def of(outcome: Outcome) -> str:
    """How it ended, and what to do."""
    about = escape(outcome.channel) if outcome.channel else ""
    parts = [f"<h1>{about and about + '：'}{TITLES[outcome.end]}</h1>"]
    if outcome.end is End.DONE:
        parts += _done(outcome)
    else:
        parts.append(f"<p>{WHAT_TO_DO[outcome.end]}</p>")
        if outcome.said and outcome.end in (End.DENIED, End.FAILED):
            parts.append(f'<p class="note">代码：{escape(outcome.said[:100])}</p>')
    return _whole(TITLES[outcome.end], parts)


def _done(outcome: Outcome) -> list[str]:
    how = "已接入" if outcome.is_new else "已重新授权"
    parts = [
        f"<p>店铺「{escape(outcome.shop or '')}」{how}。</p>",
        f"<p>授权有效期至：{day(outcome.until)}</p>",
    ]
    if outcome.allowed:
        rows = "".join(map(_row, outcome.allowed))
        parts.append(f"<table><tr><th>权限</th><th>有效期至</th></tr>{rows}</table>")
    return [*parts, '<p class="note">现在可以关闭本页。</p>']


def _row(one: Allowed) -> str:
    until = day(one.until) if one.until else "随授权"
    return f"<tr><td>{escape(one.words)}</td><td>{until}</td></tr>"


def day(moment: datetime | None) -> str:
    """In Beijing, to the minute."""
    if moment is None:
        return "平台未告知"
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def start(outcome: Outcome) -> str:
    """Before going: to which platform, for which shop. The link is in the address alone."""
    shop = f"店铺「{escape(outcome.shop)}」" if outcome.shop else "您的店铺"
    channel = escape(outcome.channel)
    return _whole(
        "店铺授权",
        [
            f"<h1>{channel}：店铺授权</h1>",
            f"<p>下一步会打开{channel}的授权页，请用{shop}的主账号登录并同意授权。</p>",
            '<form method="post"><button>前往授权</button></form>',
            '<p class="note">本链接只能使用一次；点击后请在 10 分钟内完成。</p>',
        ],
    )


def _whole(title: str, parts: list[str]) -> str:
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>"
    )
