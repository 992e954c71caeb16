"""Masking: what a log, an error or the journal may show of an exchange.

What is known to be harmless is let through and nothing else: a text stays only under a
key listed here or in a form that no name, address or number of a person has. What stays
is still searched for secrets, phones and the like.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import from_json

BODY_CAP = 8192
"""Bytes of a masked body that are kept at most."""
MASK = "***"

_IDS = """
    errcode errorcode subcode errno errorno numbercode resultcode returncode logid requestid
    traceid reqid method type action status state orderstatus orderstate refundstatus
    paystatus orderid orderids tid oid ordersn skuid skuids itemid goodsid productid
    productids spuid shopid poiid accountid rootaccountid mallid venderid certificateid
    verifyid bookid aftersaleid refundid numiid numiids page pageno pagenum pageindex
    pagenumber pagesize size count total totalcount totalresults datatype sorttype sort
    usehasnext isluckyflag version v format granttype scope now server success hasmore
    hasnext datetype sourceid expiresin fields optionalfields
"""
_PROSE = """
    submsg errormsg errormessage errmsg errordescription zhdesc endesc chineseerrcode
    englisherrcode errorsolution
"""
IDS = frozenset(_IDS.split())
"""Keys, in lower case without separators, whose words and numbers are no one's data."""
PROSE = {"message": 1, "msg": 2, "description": 2, "error": 2} | dict.fromkeys(
    _PROSE.split(), 9
)
"""Keys of the platform's own sentences, and how deep: further down, or in a list, a
`message` may be a buyer's."""
SHAPE = re.compile(
    r"-?\d{1,6}(\.\d{1,4})?%?|true|false|[A-Z]{1,30}(_[A-Z\d]{1,30}){1,8}"
    r"|\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?"
)
"""Texts that stay under any key: small numbers, status words, times."""
WIDE = str.maketrans("０１２３４５６７８９＋－　＠", "0123456789+- @")
PERSONAL = re.compile(
    r"(?<!\d)(?:(?:\+|00)?86[ -]{0,2})?1[ -]{0,2}[3-9](?:[ -]{0,2}\d){9}(?!\d)"  # mobile
    r"|(?<!\d)0\d{2,3}[ -]{0,2}\d{3,4}[ -]?\d{4}(?!\d)"  # landline
    r"|(?<!\d)[1-9]\d{5}(?:19|20)\d{9}[\dXx](?!\w)"  # identity card
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,255}"  # e-mail
)
SECRET_PAIR = re.compile(
    r"(?i)((?:token|secret|session|session_?key|sign|password)[\"']?\s{0,3}[=:]\s{0,3}[\"']?)"
    r"[^\s\"'&,;<>}]+"
)
SAID_OF_SOMEBODY = re.compile(
    r"((?:收货人|收件人|联系人|姓名|买家|昵称|地址|备注|留言)[\"'”」]?\s?[:：=“「『（(【\[]\s?[\"'“]?)"
    r"[^\s，,。；;、\"'”」』）)】\]<>]{1,80}"
    r"|((?i:name|nick|receiver|consignee|buyer|address|remark|memo)[\"']?\s?[:=]\s?[\"']?)"
    r"[\u3400-\u9fff][^，,。；;、\"'<>]{0,80}"
)
"""Who a sentence names, behind the words and marks platforms name them with."""
RUN = re.compile(r"[A-Za-z0-9_.~+=-]{16,}")
WORD = re.compile(r"[A-Za-z_]{1,39}")
"""What none of these finds anything in: a key, as a rule. There are many."""


def mask_text(text: str, secrets: Sequence[str | None] = ()) -> str:
    """The text without secrets, phones, e-mail, identity numbers, and without the names,
    addresses and notes it labels as such. Linear in time.

    `secrets` are taken out word for word; besides them, whatever is long and mixed
    enough to be a token.
    """
    for secret in secrets:
        if secret:
            text = text.replace(secret, MASK)
    if WORD.fullmatch(text):
        return text
    text = SECRET_PAIR.sub(rf"\g<1>{MASK}", text.translate(WIDE))
    text = SAID_OF_SOMEBODY.sub(_label_only, text)
    return PERSONAL.sub(MASK, RUN.sub(_token_or_word, text))


def _label_only(match: re.Match[str]) -> str:
    return f"{match[1] or match[2]}{MASK}"


def _token_or_word(match: re.Match[str]) -> str:
    run = match[0]
    mixed = any(c.isdigit() for c in run) and any(c.isalpha() for c in run)
    return MASK if mixed or (len(run) >= 40 and not run.isdigit()) else run


def mask(
    value: Any, secrets: Sequence[str | None] = (), key: str = "", depth: int = 0
) -> Any:
    """A decoded JSON value with everything that could be a person's or secret masked."""
    if isinstance(value, Mapping):
        return {
            mask_text(k, secrets): mask(inner, secrets, k, depth + 1)
            for k, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [mask(inner, secrets, key, depth + 3) for inner in value]
    if isinstance(value, str):
        return _masked_str(value, secrets, _bare(key), depth)
    if type(value) is int:
        return value if _plain(value) or _bare(key) in IDS else MASK
    return value if isinstance(value, bool | float | None) else MASK


def _masked_str(text: str, secrets: Sequence[str | None], key: str, depth: int) -> str:
    if not text or SHAPE.fullmatch(text):
        return text
    if key in IDS or depth <= PROSE.get(key, 0):
        return mask_text(text, secrets)
    return MASK


def _bare(key: str) -> str:
    return key.replace("_", "").replace("-", "").lower()


def _plain(number: int) -> bool:
    """Too short to be a phone, or a time in seconds or milliseconds."""
    seconds = number // 1000 if number > 100_000_000_000 else number
    return abs(number) < 10_000_000 or 788_918_400 <= seconds <= 4_102_444_800


def mask_body(body: bytes, secrets: Sequence[str | None] = ()) -> str:
    """An answer's body for the journal, whatever it is: masked, at most 8 kB."""
    try:
        value = from_json(body)
    except ValueError:
        text = _masked_scrap(body[: 4 * BODY_CAP].decode("utf-8", "replace"), secrets)
    else:
        text = json.dumps(mask(value, secrets), ensure_ascii=False)
    return text.encode()[:BODY_CAP].decode("utf-8", "ignore")


LITERAL = re.compile(r'"(?>(?:[^"\\]|\\.)*)"?(\s{0,8}:)?', re.DOTALL)
MARKUP = re.compile(r"<([!/]?\w{0,30})[^<>]*>?|([^<>]+)")
SPOKEN = frozenset({"title", "h1", "h2", "code", "msg", "message", "sub_code", "sub_msg"})


def _masked_scrap(text: str, secrets: Sequence[str | None]) -> str:
    """No JSON: of half an object only keys are left, of markup only tags and titles."""
    start = text.lstrip()[:1]
    if start in ("{", "["):
        text = LITERAL.sub(lambda m: m[0] if m[1] else f'"{MASK}"', text)
    elif start == "<":
        text = _masked_markup(text)
    else:
        text = re.sub(r"[^\x20-\x7e\n]+", MASK, text)
    return mask_text(text, secrets)


def _masked_markup(text: str) -> str:
    """Tags without their attributes; the text of those a page or an error speaks with."""
    out, tag = [], ""
    for match in MARKUP.finditer(text):
        name, inner = match.groups()
        if name is not None:
            tag = name.lower()
            out.append(f"<{name}>")
        elif tag in SPOKEN or not inner.strip():
            out.append(inner)
        else:
            out.append(MASK)
    return "".join(out)
