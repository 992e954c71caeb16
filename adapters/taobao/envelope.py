"""What wraps every TOP answer, and which error each of its codes stands for.

HTTP is 200 for good and bad alike. A code below 100 is the platform's own, but code 15
(older methods) and 50 (newer ones) only say "see sub_code": so `sub_code` is read first.
Source: channel paper §5, §7.12 and §8; TOP FAQ on codes 7 and 27.
"""

from __future__ import annotations

import re
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
from hub_core.wire import JSON

CODES: dict[int, type[HubError]] = {
    3: Rejected,  # upload failed
    4: Throttled,  # calls of this user
    5: Throttled,  # calls of this session
    6: Throttled,  # calls of this partner
    7: Throttled,  # calls of this app
    8: Throttled,  # calls a second
    9: BadRequest,  # HTTP action
    10: Retryable,  # service currently unavailable
    11: Forbidden,  # the app
    12: Forbidden,  # the user, or a sub-account
    13: Forbidden,  # the partner
    15: Retryable,  # remote service error, without a sub_code
    21: BadRequest,  # method missing
    22: Gone,  # no such method
    23: BadRequest,  # format
    24: Misconfigured,  # signature missing
    25: Misconfigured,  # signature wrong: the secret is
    26: TokenExpired,  # session missing
    27: TokenExpired,  # session invalid
    28: Misconfigured,  # app key missing
    29: Misconfigured,  # app key wrong
    30: Retryable,  # timestamp missing
    31: Retryable,  # timestamp too far off: the answer's date corrects the clock
    32: BadRequest,  # version missing
    33: BadRequest,  # version wrong
    34: Gone,  # version no longer served
    40: BadRequest,  # argument missing
    41: BadRequest,  # argument wrong
    42: Forbidden,  # short grants may not call this
    43: BadRequest,  # parameters
    47: BadRequest,  # encoding
    50: Retryable,  # remote service error, without a sub_code
    52: Retryable,  # a component behind the gateway failed
    53: TokenExpired,
    520: Retryable,
    530: Rejected,  # isv.item-listing-service-error
}
"""Documented codes. 100-200 belong to the browser's redirect and are `Rejected`."""
CONTAINER = range(100, 201)
CLOCK = ("30", "31")

SUB_CODES: dict[str, type[HubError]] = {
    "invalid-sessionkey": TokenExpired,
    "session-expired": TokenExpired,
    "sessionkey-not-generated-by-server": Unauthorised,
    "permission-api-app-not-apply": Forbidden,
    "isv.permission-api-package-limit": Forbidden,
    "isv.appkey-not-exists": Misconfigured,
    "isv.invalid-parameter": BadRequest,
    "isv.missing-parameter": BadRequest,
    "isv.shop-not-exist": Rejected,
    "isv.trade-not-exist": Rejected,
    "isv.item-get-service-error": Rejected,
    "isv.item-is-delete": Rejected,
    "isv.change-refund-top-api": Rejected,
    "isv.logistics-offline-service-error": Rejected,
    "isv.logistics-offline-service-error:B150": Retryable,  # "wait and try again"
    "isp.call-limited": Throttled,
}
"""Sub-codes that say more than their prefix. What follows a colon names a field, or the
case; one that is listed with it goes by that."""
LIMITED = "accesscontrol.limited-by-"
DAY_QUOTA = "accesscontrol.limited-by-app-access-count"
ABSENT = (
    "isv.trade-not-exist",
    "isv.item-get-service-error:ITEM_NOT_FOUND",
    "isv.item-is-delete",
    "isv.item-not-exist",
)
"""There is no such order, or it is more than three months old; no such product, or it was
deleted. Those of products are what several public programs go by."""
ELSEWHERE = "isv.change-refund-top-api"
"""The case is of a kind that another method answers. Seen in one public program."""

HELD = {
    DAY_QUOTA: "app",
    "accesscontrol.limited-by-api-access-count": "call",
    "accesscontrol.limited-by-app-api-access-count": "call",
}
"""Whom a limit holds: the whole app, or one method of it."""

BAN = re.compile(r"(?:ban|last)\D{0,40}?(\d+)\s*(?:more\s+)?second", re.IGNORECASE)
PARK_FROM = 60
"""Seconds of a ban beyond which the shop's work is parked rather than held up."""
DAY_QUOTA_WAIT = 3600.0
"""An app's daily quota ends at midnight in Beijing, or when its owner resets it by hand;
without a stated end it is asked again every hour, which costs one refused call."""
QUOTA_WAIT = 60.0
PACE_WAIT = 1.0
"""Seconds to wait where a limit is met and no end is stated."""


def unwrap(endpoint: str, body: JSON) -> JSON:
    """The answer inside. Raises the error its codes stand for, or Unreadable."""
    if endpoint.startswith("/"):
        return _oauth(body)
    if (error := _error(body)) is not None:
        raise _refusal(error)
    name = _wrapper(endpoint)
    if name in body:
        return _object(body[name], name)
    if "request_id" in body:  # simplify=true leaves the wrapper out
        return body
    raise Unreadable(f"neither {name} nor error_response", request_id=request_id(body))


def request_id(body: JSON) -> str | None:
    """The exchange's id, wherever it stands."""
    for part in (body, *body.values()):
        if isinstance(part, dict) and isinstance(said := part.get("request_id"), str):
            return said
    return None


def absent(error: Rejected) -> bool:
    """Whether a refusal says that the order or product asked for is not there."""
    return (error.code or "").partition("/")[2].startswith(ABSENT)


def elsewhere(error: Rejected) -> bool:
    """Whether a refusal says that another method answers for the case asked for."""
    return (error.code or "").partition("/")[2].startswith(ELSEWHERE)


def _wrapper(endpoint: str) -> str:
    return endpoint.removeprefix("taobao.").replace(".", "_") + "_response"


def _object(value: Any, name: str) -> JSON:
    if not isinstance(value, dict):
        raise Unreadable(f"{name} is no object")
    return value


def _error(body: JSON) -> JSON | None:
    if "error_response" in body:
        return _object(body["error_response"], "error_response")
    return body if "code" in body and ("msg" in body or "sub_code" in body) else None


def _refusal(error: JSON) -> HubError:
    code, sub = _word(error.get("code")), _word(error.get("sub_code"))
    message = _word(error.get("msg")) or "refused"
    kind = classify(code, sub)
    more: dict[str, Any] = {
        "code": f"{code}/{sub}" if sub else code,
        "request_id": _word(error.get("request_id")) or None,
    }
    if issubclass(kind, Throttled):
        return _limit(code, sub, f"{message} {_word(error.get('sub_msg'))}", more)
    return kind(f"{message}: {sub}" if sub else message, **more)


def classify(code: str, sub_code: str) -> type[HubError]:
    """The error a pair of codes stands for. An undocumented one is worth few tries more."""
    sub = sub_code.partition(":")[0]
    for word in (sub_code, sub):
        if word in SUB_CODES:
            return SUB_CODES[word]
    if sub.startswith(LIMITED):
        return Throttled
    if sub.startswith("isp."):
        return Retryable
    kind = _by_code(code)
    if kind is Retryable and sub.startswith("isv.") and code not in CLOCK:
        return Rejected
    return kind


def _by_code(code: str) -> type[HubError]:
    if not code.isdecimal():
        return Retryable
    return Rejected if int(code) in CONTAINER else CODES.get(int(code), Retryable)


def _limit(code: str, sub: str, said: str, more: dict[str, Any]) -> HubError:
    """A limit with its end, if it is stated; one second more, since N is rounded."""
    if match := BAN.search(said):
        wait = float(match[1]) + 1
        if wait <= PARK_FROM:
            return Throttled(f"limited: {sub or code}", after=wait, **more)
    elif sub == DAY_QUOTA:
        wait = DAY_QUOTA_WAIT
    else:
        wait = PACE_WAIT if code == "8" else QUOTA_WAIT
        return Throttled(f"limited: {sub or code}", after=wait, **more)
    per = HELD.get(sub, "app")
    return Banned(f"limited: {sub or code}", after=wait, per=per, **more)


def _word(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _oauth(body: JSON) -> JSON:
    """The token endpoint's own, plainer envelope (OAuth 2)."""
    if isinstance(body.get("access_token"), str):
        return body
    if "error_response" in body:
        raise _refusal(_object(body["error_response"], "error_response"))
    said = _word(body.get("error"))
    if not said:
        raise Unreadable("neither access_token nor error", request_id=request_id(body))
    kind = OAUTH_ERRORS.get(said, Unauthorised)
    if AGAIN in _word(body.get("error_description")):
        kind = Unauthorised
    raise kind(f"token refused: {said}", code=said)


AGAIN = "authorize again"
"""How a spent or unknown code is refused, under `invalid_client` (FAQ, article 120)."""
OAUTH_ERRORS: dict[str, type[HubError]] = {
    "invalid_request": BadRequest,
    "invalid_client": Misconfigured,
    "unauthorized_client": Misconfigured,
    "unsupported_grant_type": Misconfigured,
    "invalid_grant": Unauthorised,
    "server_error": Retryable,
    "temporarily_unavailable": Retryable,
}
