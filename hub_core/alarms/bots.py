"""Bots of 企业微信, 钉钉 and 飞书: what is sent to them, and whether they took it.

All three answer with HTTP 200 whether they took a message or not; only a code in the body
tells (`errcode` of 企业微信 and 钉钉, `code` of 飞书; 0: taken).

Source: https://developer.work.weixin.qq.com/document/path/91770 (text, 2048 bytes, 20 a
minute), https://open.dingtalk.com/document/robots/custom-robot-access (text, sign),
https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot (text, sign).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

CODES = ("errcode", "code", "StatusCode")
WORDS = ("errmsg", "msg", "StatusMessage")


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted to a bot."""

    url: str = field(repr=False)
    json: dict[str, Any]
    params: dict[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What must not be in any word about it."""


def request(service: Any, url: str, base_url: str | None, text: str) -> Request | None:
    """The request for a bot that apprise has read from `url`; None: it is none of ours.

    `base_url` stands for the maker's host: a private deployment, or a gateway.
    """
    make = MAKERS.get(type(service).__name__)
    return make(service, url, base_url, text) if make else None


def _wecom(service: Any, url: str, base_url: str | None, text: str) -> Request:
    base = base_url or "https://qyapi.weixin.qq.com"
    said = {"msgtype": "text", "text": {"content": text}}
    where = f"{base.rstrip('/')}/cgi-bin/webhook/send"
    return Request(where, said, {"key": service.key}, (service.key,))


def _dingtalk(service: Any, url: str, base_url: str | None, text: str) -> Request:
    """With a secret, milliseconds and a signature go into the query, encoded once."""
    base = base_url or "https://oapi.dingtalk.com"
    params = {"access_token": service.token}
    if service.secret:
        at = str(round(time.time() * 1000))
        params |= {"timestamp": at, "sign": _mac(service.secret, f"{at}\n{service.secret}")}
    said: dict[str, Any] = {"msgtype": "text", "text": {"content": text}}
    said["at"] = {"atMobiles": list(service.targets), "isAtAll": False}
    secrets = (service.token, service.secret or "")
    return Request(f"{base.rstrip('/')}/robot/send", said, params, secrets)


def _feishu(service: Any, url: str, base_url: str | None, text: str) -> Request:
    """With a secret (`feishu://TOKEN?secret=…`; apprise knows none), time in seconds and a
    signature go into the body. It signs nothing; what is signed elsewhere is the key here.
    """
    base = base_url or "https://open.feishu.cn"
    said: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    secret = parse_qs(urlsplit(url).query).get("secret", [""])[0]
    if secret:
        at = str(round(time.time()))
        said |= {"timestamp": at, "sign": _mac(f"{at}\n{secret}", "")}
    where = f"{base.rstrip('/')}/open-apis/bot/v2/hook/{service.token}"
    return Request(where, said, secrets=(service.token, secret))


def _mac(key: str, text: str) -> str:
    found = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(found).decode()


MAKERS: dict[str, Callable[[Any, str, str | None, str], Request]] = {
    "NotifyWeComBot": _wecom,
    "NotifyDingTalk": _dingtalk,
    "NotifyFeishu": _feishu,
}
"""By the class apprise reads an address into."""


def refusal(status: int, body: bytes) -> str | None:
    """Why a bot did not take a message; None: it took it. Only its own code 0 is a yes."""
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {}
    code = next((said[name] for name in CODES if name in said), None)
    if status == 200 and code == 0 and code is not False:
        return None
    words = next((said[name] for name in WORDS if isinstance(said.get(name), str)), "")
    told = f"HTTP {status}" if code is None else f"HTTP {status}, code {str(code)[:12]}"
    return f"{told}: {words[:120]}" if words else told
