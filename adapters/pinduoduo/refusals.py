"""Which error each of Pinduoduo's codes stands for.

A gateway error says all by `error_code`. A business error has a code that also means an
internal fault (50001), and only `sub_code` and `sub_msg` tell the two apart.
Source: channel paper PDD §5; captured errors of 2019, 2021 and 2024.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from hub_core.errors import (
    BadRequest,
    Banned,
    Forbidden,
    HubError,
    Misconfigured,
    Rejected,
    Retryable,
    Throttled,
    TokenExpired,
    Unreadable,
)
from hub_core.wire import JSON

CODES: dict[int, type[HubError]] = {
    10019: TokenExpired,
    10035: BadRequest,  # C
    20004: Misconfigured,  # the sign is wrong: the secret is
    20005: Forbidden,  # the caller's address is not on the list
    20031: Forbidden,  # the app lacks the permission package
    50000: Retryable,
    50001: Retryable,
    50002: Retryable,
    52001: Retryable,
    52002: Retryable,
    52101: Throttled,
    52102: Banned,  # this operation is degraded
    52103: Banned,
    70031: Throttled,
    70032: Forbidden,
    70033: Banned,  # this operation is taken off for a while
    70034: Forbidden,  # the user is at risk
    70035: Forbidden,  # the app is at risk
    70036: Banned,  # an app in test has spent its calls
}
"""Documented codes."""

PARAMETERS = range(10000, 10020)
"""What was asked is wrong."""
RANGES: tuple[tuple[range, type[HubError]], ...] = (
    (PARAMETERS, BadRequest),
    (range(10000, 40000), Rejected),
    (range(50003, 52004), Rejected),
)
"""Codes only described as a group: parameter, signature and permission errors, and those
an SDK made from the documents does not repeat (B). Outside of them a few tries are worth
their calls."""

MIXED = (50000, 50001, 50002, 52001, 52002)
"""An internal fault or a business error."""
APP_QUOTA = 70036
LONGEST = 200
ASCII_RUN = re.compile(r"[A-Za-z0-9+/=_*-]{8,}")
LONGEST_WORD = 20


@dataclass(frozen=True, slots=True)
class Manners:
    """What no document settles about refusals (C)."""

    offline_wait: float = 600.0
    """Seconds before an operation that is degraded or off is asked again."""
    quota_wait: float = 3600.0
    """The same where an app in test has spent its calls; its day ends at midnight."""
    busy: tuple[str, ...] = ("繁忙", "稍后", "重试", "超时", "内部错误", "系统异常", "网络")
    """Words of a business code that promise better luck."""
    bland: tuple[str, ...] = ("业务服务错误", "服务异常", "系统错误", "服务错误")
    """Words that say nothing: alone they are an internal fault."""
    clock: tuple[str, ...] = ("timestamp", "时间戳")
    """Words of a parameter's code that mean our clock is more than ten minutes off: the
    answer's date corrects it, and the next try is right."""
    wrong: tuple[str, ...] = ("参数", "不能超过", "不能为空", "不合法", "格式", "必填")
    """Words that name a fault in what was asked."""
    missing: tuple[str, ...] = ("不存在", "未找到", "查询不到", "查无", "没有找到")
    """Words that mean there is no such record, in the answer to a single one."""


def refused(error: Any, manners: Manners) -> HubError:
    """The error a refusal stands for, without anything secret its words may echo."""
    if not isinstance(error, dict):
        return Unreadable("an error that is not an object")
    code = _word(error.get("error_code"))[:LONGEST_WORD]
    sub = _word(error.get("sub_code"))[:LONGEST_WORD]
    kind = classify(code, sub, words_of(error), manners)
    more: dict[str, Any] = {
        "code": f"{code}/{sub}" if sub and sub != code else code or None,
        "request_id": _word(error.get("request_id")) or None,
    }
    if kind is TokenExpired:
        return TokenExpired("the access token is not accepted", **more)
    said = masked(words_of(error))
    if kind is Banned:
        quota = code == str(APP_QUOTA)
        wait = manners.quota_wait if quota else manners.offline_wait
        return Banned(said, after=wait, per="app" if quota else "call", **more)
    return kind(said, **more)


def classify(code: str, sub: str, said: str, manners: Manners) -> type[HubError]:
    """By the code; where it may be either, by what the business part says."""
    number = int(code) if re.fullmatch(r"[0-9]{1,9}", code) else 0
    if number in MIXED:
        return _business(number, sub, said, manners)
    if number in CODES:
        return CODES[number]
    if number in PARAMETERS and _has(said, manners.clock):
        return Retryable
    return next((kind for codes, kind in RANGES if number in codes), Retryable)


def _business(number: int, sub: str, said: str, manners: Manners) -> type[HubError]:
    if sub.isdecimal() and int(sub) != number and int(sub) in CODES:
        return CODES[int(sub)] if int(sub) not in MIXED else Retryable
    if _has(said, manners.busy):
        return Retryable
    if _has(said, manners.wrong):
        return BadRequest
    is_business = sub not in ("", str(number)) or said not in ("", *manners.bland)
    return Rejected if is_business else Retryable


def is_missing(error: Any, manners: Manners) -> bool:
    """Whether a refusal says that there is no such record."""
    if not isinstance(error, dict):
        return False
    code = _word(error.get("error_code"))
    return code in map(str, MIXED) and _has(words_of(error), manners.missing)


def words_of(error: JSON) -> str:
    """The more exact text of the two; they are often the same."""
    return _word(error.get("sub_msg")) or _word(error.get("error_msg"))


def masked(said: str) -> str:
    """A platform's words without what may be a token, a phone or an id in them."""
    return ASCII_RUN.sub(_mask, said)[:LONGEST]


def _mask(run: re.Match[str]) -> str:
    word = run[0]
    secret = len(word) > LONGEST_WORD or any(map(str.isdigit, word))
    return "***" if secret else word


def _has(said: str, words: tuple[str, ...]) -> bool:
    return any(word in said for word in words)


def _word(value: Any) -> str:
    return str(value).strip() if type(value) in (str, int) else ""
