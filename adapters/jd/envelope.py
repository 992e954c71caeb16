"""What wraps every JD answer, and what its error codes ask the hub to do.

Three layers may each say no: `error_response`, the wrapper's `code`, and a verdict in it:
`apiResult.success`, or with other services than orders a `success` (`result_state`) of the
wrapper or of its container, whose numbers are that service's own. HTTP is 200 in all three.
Source: channel paper JD §3, §5, §8; official pages of the after-sale, product and stock
services (apiId 925, 2171, 1227, 1239; a 2019 copy is lostinfo/jos-open-api, api_response).
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
from hub_core.wire import JSON, Words

ERRORS: Words[type[HubError]] = Words(
    {
        "2": Banned,  # too many failed calls in a period, or the day's calls are spent
        "4": BadRequest,  # v is missing
        "5": BadRequest,  # v is not supported
        "7": Retryable,  # timestamp is missing; the answer's date teaches the clock
        "8": Retryable,  # timestamp is more than 6 minutes off
        "11": Misconfigured,  # sign is missing
        "12": Misconfigured,  # sign is wrong: the secret is
        "14": Gone,  # method is missing
        "15": Gone,  # method is unknown
        "19": TokenExpired,
        "21": Misconfigured,  # app key
        "24": Forbidden,  # the merchant may not call this
        "33": Retryable,  # timed out inside the platform
        "65": Retryable,
        "403": BadRequest,  # products and stock: a parameter is wrong
        "500": Retryable,  # products and stock: the service itself failed
        "503": Throttled,  # products and stock: ask less often
        "10001": BadRequest,  # refund applications: nothing to search by
        "11100006": Unauthorised,  # the shop is not open
        # Seen in others' tests only (C):
        "103": Misconfigured,
        "10100021": BadRequest,
        "10500001": Forbidden,
    },
    unknown=Rejected,
)
"""Gateway and business codes; one that is not here is a plain no."""

DONE = ("0", "00000")
"""The wrapper's codes for success. "100" and "200" mean it in supplier (VC) answers,
which the hub does not read."""

TEXTS = (
    *("zh_desc", "message", "errorMessage", "errorMsg", "msg", "result_info"),
    *("chineseErrCode", "en_desc"),
)
VERDICTS = ("success", "result_state")
"""How services other than orders say whether it worked."""
OWN_CODES = ("errorCode", "numberCode", "code")
OLD_WRAPPERS = {
    "360buy.get.vender.all.delivery.company": "vender_delivery_all_company_response",
    "360buy.sku.stock.update": "ware_sku_stock_update_response",
}
"""Methods older than the rule by which a wrapper is named (B: captures of clients)."""
ASCII_RUN = re.compile(r"[A-Za-z0-9+/=_*-]{8,}")
LONGEST_WORD = 20


class NotThere(Rejected):
    """What was asked for by its number is not there."""


def opened(endpoint: str, body: JSON, wait: float, missing: tuple[str, ...] = ()) -> JSON:
    """Take the wrapper out. `wait` is how long a spent call limit keeps us away, seconds.

    The wrapper is the method with dots as underscores and `_responce`; newer answers
    spell it right.
    """
    if "error_response" in body:
        raise refused(body["error_response"], wait, missing)
    stem = endpoint.replace(".", "_")
    named = (f"{stem}_responce", f"{stem}_response", OLD_WRAPPERS.get(endpoint, ""))
    inner = next((body[name] for name in named if name in body), None)
    if inner is None and "code" in body:
        raise refused(body, wait, missing)
    if not isinstance(inner, dict):
        raise Unreadable(f"an answer with neither {stem}_responce nor error_response")
    return inner


def proven(inner: JSON, wait: float, missing: tuple[str, ...] = ()) -> JSON:
    """The wrapper, once its code and each verdict in it say success."""
    code = inner.get("code")
    if code is not None and str(code) not in DONE:
        raise refused(inner, wait, missing)
    parts = [part for part in inner.values() if isinstance(part, dict)]
    results = [part["apiResult"] for part in parts if "apiResult" in part]
    spoken = [part for part in (inner, *parts) if any(v in part for v in VERDICTS)]
    coded = [part for part in parts if "code" in part] if code is None else []
    if code is None and not results and not spoken and not coded:
        raise Unreadable("an answer without any proof of success")
    for result in results:
        _judge(result, wait, missing)
    for part in spoken:
        _judge_own(part, missing)
    for part in coded:
        if part not in spoken and str(part["code"]) not in DONE:
            raise refused(part, wait, missing)
    return inner


def _judge(result: Any, wait: float, missing: tuple[str, ...]) -> None:
    """`success` is true or "true". `numberCode` proves nothing: 0 and 10100000 occur."""
    if not isinstance(result, dict):
        raise Unreadable("apiResult is not an object")
    success = result.get("success")
    if success is not True and success != "true":
        raise refused({**result, "code": result.get("numberCode")}, wait, missing)


def _judge_own(part: JSON, missing: tuple[str, ...]) -> None:
    """A verdict of a service: true or "true". Its numbers mean nothing to the gateway."""
    said = next(part[verdict] for verdict in VERDICTS if verdict in part)
    if said is True or said == "true":
        return
    code = next((str(part[n]) for n in OWN_CODES if part.get(n) not in (None, "")), None)
    kind = NotThere if _says(part, missing) else Rejected
    raise kind(masked(_text(part)), code=code, request_id=part.get("requestId"))


def agreed(part: Any, done: tuple[str, ...]) -> None:
    """Raise Rejected where a container's own code is none of those that mean success."""
    if isinstance(part, dict) and str(part.get("code")) not in done:
        raise Rejected(masked(_text(part)), code=str(part.get("code")))


def explained(part: Any, done: tuple[str, ...]) -> None:
    """Raise Unreadable where pieces were added, or not, in a code that is none of those
    that mean success: no document tells one from the other, and sent again under another
    number a yes would count twice."""
    if isinstance(part, dict) and str(part.get("detailCode")) not in done:
        said = masked(part.get("detailMsg"))
        raise Unreadable(f"added or not: {said}", code=str(part.get("detailCode")))


def refused(error: Any, wait: float, missing: tuple[str, ...] = ()) -> HubError:
    """The error a refusal stands for, without anything secret its words may echo.

    One of no documented code whose words contain one of `missing` is `NotThere`: which of
    the three layers says so is not documented.
    """
    if not isinstance(error, dict):
        return Unreadable("an error that is not an object")
    code = None if error.get("code") is None else str(error["code"])
    kind = ERRORS[code or ""]
    if kind is Rejected and _says(error, missing):
        kind = NotThere
    said = _text(error)
    about = "the access token is not accepted" if kind is TokenExpired else masked(said)
    request_id = error.get("requestId") or error.get("request_id")
    if kind is Banned:
        return Banned(about, after=wait, code=code, request_id=request_id)
    return kind(about, code=code, request_id=request_id)


def _text(error: JSON) -> Any:
    return next((text for name in TEXTS if (text := error.get(name))), "")


def _says(error: JSON, missing: tuple[str, ...]) -> bool:
    words = " ".join(str(error.get(name)) for name in (*TEXTS, "englishErrCode")).lower()
    return any(word in words for word in missing)


def granted(body: JSON, wait: float) -> JSON:
    """A token answer, once it holds a token. It has no wrapper.

    No document lists its error codes: a refusal means that a person must authorise the
    shop again. Source: channel paper JD §2.
    """
    if "error_response" in body:
        raise refused(body["error_response"], wait)
    if str(body.get("code", 0)) != "0":
        said = masked(body.get("msg"))
        raise Unauthorised(said, code=str(body["code"]), request_id=body.get("requestId"))
    if not isinstance(body.get("access_token"), str):
        raise Unreadable("a token answer without a token")
    return body


def masked(said: Any) -> str:
    """A platform's words without what may be a token, a phone or an id in them."""
    return ASCII_RUN.sub(_mask, said)[:200] if isinstance(said, str) else ""


def _mask(run: re.Match[str]) -> str:
    word = run[0]
    secret = len(word) > LONGEST_WORD or any(map(str.isdigit, word))
    return "***" if secret else word
