"""Open an answer's envelope: `data` and `extra`, each with an error code of its own.

HTTP status is 200 for refusals too. Success is `data.error_code` 0 together with
`extra.error_code` 0 or absent; numbers may come as text.
Source: platform status-code page and API pages; channel paper §1.1, §1.3, §2, §10.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hub_core.errors import (
    BadRequest,
    Banned,
    Forbidden,
    Gone,
    HubError,
    Misconfigured,
    Rejected,
    Retryable,
    Throttled,
    TokenExpired,
    Unauthorised,
    Unreadable,
)
from hub_core.wire import BEIJING, JSON, Words, epoch

THROTTLED_FOR = 60.0
"""Seconds to rest after "too many requests". No Retry-After is known; clients in
production wait 60 s and double it (channel paper §2.2, mark B)."""

TOKENS_THROTTLED_FOR = 300.0
"""Seconds until the count of 500 client_token calls in 5 minutes has passed (mark A)."""

ORDER_NOT_FOUND = "20000"
"""The trade family's sub code for an order the platform does not have (§2.4)."""
PRODUCT_NOT_FOUND = "20002"
PLACE_NOT_FOUND = "20003"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error code asks of us; `advice` is for the person who reads it."""

    kind: type[HubError]
    advice: str = ""
    after: float = 0.0


_SETTING = "permission: check the app's capabilities, what the merchant authorised"
_FAMILY = Meaning(Rejected)

CODES = Words(
    {
        # The old family.
        "2100004": Meaning(Retryable, "the platform is busy"),
        "2100005": Meaning(BadRequest),
        "2100007": Meaning(
            Forbidden,
            f"{_SETTING}, and that this server's address is in the app's IP allow-list"
            " (console: 基础配置 > IP白名单配置)",
        ),
        "2100009": Meaning(Forbidden, "the account is banned by the platform"),
        "2119003": Meaning(Throttled, after=THROTTLED_FOR),
        "2190001": Meaning(Banned, "the quota is used up"),
        "2190002": Meaning(TokenExpired),
        "2190003": Meaning(Unauthorised, "the merchant has not authorised this API"),
        "2190004": Meaning(Forbidden, "the app has not been given this capability"),
        "2190005": Meaning(Rejected),
        "2190006": Meaning(Rejected),
        "2190007": Meaning(Rejected),
        "2190008": Meaning(TokenExpired),
        "2190015": Meaning(Rejected, "access_token and open_id belong to two users"),
        "2191000": Meaning(Retryable, "an internal error of the trade system"),
        **{str(code): _FAMILY for code in range(2191001, 2191010)},
        "3000001": Meaning(BadRequest),
        "3000004": Meaning(Rejected),
        "5000001": Meaning(Retryable, "an internal error of the platform"),
        # The new family: newer capabilities answer with these instead.
        "28001003": Meaning(TokenExpired),
        "28001005": Meaning(Retryable, "a system error of the platform"),
        "28001006": Meaning(Retryable, "a network error inside the platform"),
        "28001007": Meaning(BadRequest),
        "28001008": Meaning(TokenExpired),
        "28001012": Meaning(Unauthorised, "the merchant has not authorised this API"),
        "28001014": Meaning(Forbidden, "the app has not been given this capability"),
        "28001015": Meaning(Rejected, "access_token and open_id belong to two users"),
        "28001016": Meaning(Forbidden, "the app is banned or offline"),
        "28001017": Meaning(Gone, "the platform does not know this path"),
        "28001018": Meaning(Forbidden, "the app has not been given this capability"),
        "28001019": Meaning(Forbidden, "this capability of the app is banned"),
        "28001020": Meaning(Forbidden, "a test app may not call this"),
        "28001021": Meaning(Forbidden, "a test app may not call this"),
        "28001042": Meaning(Forbidden, "the isv_token lacks this scope"),
        "28001045": Meaning(Rejected, "the user is deleted"),
        "28001046": Meaning(Rejected, "the user is banned"),
        "28001047": Meaning(Rejected, "the user is private"),
        "28001052": Meaning(Throttled, "seen as abnormal: slow down", THROTTLED_FOR),
        "28001056": Meaning(Gone, "the platform has taken this API offline"),
        "28003017": Meaning(Banned, "the quota is used up"),
        "28003018": Meaning(Throttled, after=THROTTLED_FOR),
        "28004020": Meaning(Forbidden, "the scope is not supported in this scene"),
        "28007004": Meaning(BadRequest),
        # Tokens.
        "10001": Meaning(Retryable, "a system error of the platform"),
        "10002": Meaning(BadRequest, "a parameter is wrong or missing"),
        "10003": Meaning(Misconfigured, "the platform does not know this client_key"),
        "10004": Meaning(Forbidden, "the app lacks this scope"),
        "10005": Meaning(BadRequest, "a parameter is missing"),
        "10006": Meaning(Misconfigured, "the redirect address is not the app's own"),
        "10007": Meaning(Unauthorised, "the authorisation code has expired"),
        "10008": Meaning(TokenExpired),
        "10010": Meaning(Unauthorised, "the refresh_token has expired"),
        "10012": Meaning(Forbidden, "the app is still under review"),
        "10013": Meaning(Misconfigured, "client_key or client_secret is wrong"),
        "10014": Meaning(Misconfigured, "client_key does not match"),
        "10015": Meaning(Misconfigured, "the app is of the wrong type"),
        "10020": Meaning(Throttled, "tokens asked for too often", TOKENS_THROTTLED_FOR),
    },
    unknown=Meaning(Rejected),
)
"""Every documented code; one that is not is a plain refusal, never repeated."""

SUB_CODES = Words[Meaning | None](
    {
        "10000": Meaning(BadRequest),
        "10002": Meaning(BadRequest),
        "11001": Meaning(Unauthorised, "the merchant has not authorised this app"),
        "11002": Meaning(TokenExpired),
        "11004": Meaning(Misconfigured, "the signature is wrong"),
        "11006": Meaning(Unauthorised, "the merchant has not authorised this provider"),
        "12001": Meaning(Throttled, "seen as too frequent", THROTTLED_FOR),
        "12002": Meaning(Forbidden, "the account is abnormal"),
        "13000": Meaning(Retryable, "an internal error of the platform"),
        **{
            str(code): Meaning(Rejected)
            for code in (20000, 20001, 20002, 20003, 20005, 21000, 21001)
        },
        "21003": Meaning(Forbidden, "not in the platform's grey list"),
    },
    unknown=None,
)
"""`extra.sub_error_code` of the trade family; says more than a code that is a family."""

VAGUE = frozenset({"2100007", *(str(code) for code in range(2191001, 2191010))})
"""Codes that name a family: a documented sub code decides. So it does for codes that
are not documented at all."""


def unwrap(body: JSON, *, bare: bool = False) -> JSON:
    """The `data` block of an answer that proves its success; raises what it means else.
    `bare`: it may have none, and prove it by `extra` alone."""
    data, extra = _block(body, "data"), _block(body, "extra")
    said = [_code(block.get("error_code")) for block in (data, extra)]
    wrong = next((code for code in said if code not in (None, "0")), None)
    if wrong is not None:
        raise _refusal(wrong, _code(extra.get("sub_error_code")), body)
    proof = said[0] if data or not bare else said[1]
    if proof is None:
        raise Unreadable("neither success nor an error code", request_id=request_id(body))
    return data


def unwrap_base(body: JSON) -> JSON:
    """The `data` block of a first-generation answer, or what stands beside `base` where
    there is none: no page shows which. `base` says how it went twice: the gateway's code
    and the business's, both 0 where all is well."""
    base = _block(body, "base")
    if not base:
        raise Unreadable("base is empty")
    data, extra = _block(body, "data"), _block(body, "extra")
    own = [_code(base.get(name)) for name in ("gateway_code", "biz_code")]
    said = own + [_code(block.get("error_code")) for block in (data, extra)]
    wrong = next((code for code in said if code not in (None, "0")), None)
    if wrong is not None:
        raise _refusal(wrong, _code(extra.get("sub_error_code")), body)
    if None in own:
        raise Unreadable("neither success nor an error code", request_id=request_id(body))
    return data or {k: v for k, v in body.items() if k not in ("base", "extra")}


def says_not_found(refusal: HubError, word: str = ORDER_NOT_FOUND) -> bool:
    """Whether a refusal is the platform's word that it has no such order, or whatever
    `word` stands for."""
    return (refusal.code or "").endswith(f"/{word}")


def request_id(body: JSON) -> str | None:
    """`extra.logid` (`data.log_id` in token answers, `base.log_id` in those of the first
    generation), for the platform's support."""
    for name, key in (("extra", "logid"), ("data", "log_id"), ("base", "log_id")):
        block = body.get(name)
        if isinstance(block, dict) and isinstance(block.get(key), str) and block[key]:
            return str(block[key])
    return None


def server_time(body: JSON) -> datetime | None:
    """`extra.now`: seconds, milliseconds on gateway errors. Never an order's time."""
    extra = body.get("extra")
    try:
        return epoch(extra.get("now")) if isinstance(extra, dict) else None
    except ValueError:
        return None


def _block(body: JSON, name: str) -> JSON:
    block = body.get(name)
    if block is None:
        return {}
    if not isinstance(block, dict):
        raise Unreadable(f"{name} is no object but {type(block).__name__}")
    return block


def _code(value: Any) -> str | None:
    """An error code as text, whatever type its number has. None: there is none."""
    if value is None or value == "":
        return None
    text = value.strip() if isinstance(value, str) else repr(value)
    number = re.fullmatch(r"(-?\d{1,18})(\.0+)?", text)
    if number is None:
        raise Unreadable(f"an error code is no number but {type(value).__name__}")
    return str(int(number[1]))


def _refusal(code: str, sub: str | None, body: JSON) -> HubError:
    meaning = CODES[code]
    if sub in (None, "0") or sub is None:
        sub = None
    elif code in VAGUE or code not in CODES:
        meaning = SUB_CODES[sub] or meaning
    message = "; ".join(x for x in (_words(body), meaning.advice) if x)
    about = {"code": f"{code}/{sub}" if sub else code, "request_id": request_id(body)}
    if issubclass(meaning.kind, Retryable):
        rest = _rest_of_day(body) if meaning.kind is Banned else meaning.after
        return meaning.kind(message, after=rest, **about)
    return meaning.kind(message, **about)


def _words(body: JSON) -> str:
    """What the platform says, cut short; it is told apart from what we add by `;`."""
    data, extra = _block(body, "data"), _block(body, "extra")
    said = (
        data.get("description") or extra.get("description") or _base_words(body),
        extra.get("sub_description"),
    )
    text = ": ".join(x.strip() for x in said if isinstance(x, str) and x.strip())
    return re.sub(r"\bclt\.\S+", "clt.…", text)[:200]


def _base_words(body: JSON) -> Any:
    base = body.get("base")
    if not isinstance(base, dict):
        return None
    return base.get("biz_msg") or base.get("gateway_msg")


def _rest_of_day(body: JSON) -> float:
    """Seconds to Beijing midnight by the answer's own time, when daily quotas begin anew.

    0 when the answer carries no time: the caller's choice.
    """
    now = server_time(body)
    if now is None:
        return 0.0
    here = now.astimezone(BEIJING)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight.astimezone(UTC) - now).total_seconds()
