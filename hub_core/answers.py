"""What came back over HTTP, judged before a dialect sees it. Pure; nothing is trusted."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic_core import from_json

from .errors import (
    Forbidden,
    Garbled,
    Gone,
    HubError,
    Rejected,
    Retryable,
    Throttled,
    TokenExpired,
    Unreadable,
)
from .masking import mask_body
from .wire import JSON, Call, Dialect, complaint

LONGEST_WAIT = 900.0
"""Seconds: a platform that asks for more is heard again after these."""

UNFIT = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""What a reader may raise on an answer that has not the documented shape."""
HUGE_NUMBER = [re.compile(e + rb"\+?\d{3,}\s*[,}\]]") for e in (b"e", b"E")]
"""Where a float may be too large for one: it would be read as infinity. Two patterns that
begin with a letter of their own are six times as fast as one with a choice."""


def unpack(chunks: Iterable[bytes], coding: str, cap: int) -> Iterator[bytes]:
    """The body's bytes with its one content coding undone, never more than `cap` in all.

    Raises Garbled beyond `cap`, for a coding that was not asked for and for a body that
    is not what its coding says.
    """
    left = cap
    for piece in _decoded(chunks, coding.strip().lower(), cap):
        left -= len(piece)
        if left < 0:
            raise Garbled(f"the answer is larger than {cap} bytes")
        yield piece


def _decoded(chunks: Iterable[bytes], coding: str, cap: int) -> Iterable[bytes]:
    if coding in ("", "identity"):
        return chunks
    if coding not in ("gzip", "x-gzip"):
        raise Garbled(f"the answer came as {coding[:30]!r}, which was not asked for")
    return _inflated(chunks, cap)


def _inflated(chunks: Iterable[bytes], cap: int) -> Iterator[bytes]:
    """A step makes at most `cap` + 1 bytes, however small the piece it is made from."""
    inflater = zlib.decompressobj(wbits=31)
    try:
        for chunk in chunks:
            yield inflater.decompress(chunk, cap + 1)
            if inflater.unconsumed_tail:
                raise Garbled(f"the answer is larger than {cap} bytes")
        yield inflater.flush()
    except zlib.error as error:
        raise Garbled("the answer's compression is broken") from error
    if not inflater.eof:
        raise Garbled("the answer's compressed body is cut short")


def decode(body: bytes) -> JSON:
    """The body as one JSON object: whole numbers exact, no NaN, no Infinity.

    Raises Garbled without quoting the body; whoever calls adds what came.
    """
    if not body:
        raise Garbled("the answer is empty")
    try:
        value = from_json(body, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        raise Garbled(f"the answer is no JSON: {error}") from error
    if type(value) is not dict:
        raise Garbled(f"the answer is JSON, but no object: {type(value).__name__}")
    if any(huge.search(body) for huge in HUGE_NUMBER) and _infinite(value):
        raise Garbled("the answer holds a number too large to be one")
    return value


def _infinite(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_infinite(inner) for inner in value.values())
    if isinstance(value, list):
        return any(_infinite(inner) for inner in value)
    return isinstance(value, float) and math.isinf(value)


def retry_after(header: str | None, now: datetime) -> float | None:
    """The seconds a Retry-After header asks for, at most 15 minutes; None if unusable.

    Both forms are read: seconds, and an HTTP date (seen from `now`, the platform's time).
    """
    seconds = _seconds(header.strip(), now) if header else None
    if seconds is None or not 0 <= seconds < math.inf:
        return None
    return min(seconds, LONGEST_WAIT)


def _seconds(text: str, now: datetime) -> float | None:
    if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", text):
        return float(text)
    date = http_date(text)
    return (date - now).total_seconds() if date else None


def http_date(text: str | None) -> datetime | None:
    """A Date header's time, aware; None when it is not one."""
    try:
        date = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def refusal(status: int, needs_token: bool, after: float | None) -> HubError | None:
    """What an HTTP status says on its own; None for success.

    `after` is what Retry-After asked for. A bare 401 to a call with a token is read as
    the token's end: one renewal and one repetition show whether it was.
    """
    wait = after or 0.0
    if 200 <= status < 300:
        return None
    if status == 429:
        return Throttled("HTTP 429", after=wait)
    if status >= 500 or status in (408, 425):
        return Retryable(f"HTTP {status}", after=wait)
    if status in (302, 303, 307):
        return Garbled(f"HTTP {status}: a redirect, as login pages send; not followed")
    if status == 401 and needs_token:
        return TokenExpired("HTTP 401")
    kind = {403: Forbidden, 410: Gone}.get(status, Rejected)
    moved = ": a redirect, not followed" if 300 <= status < 400 else ""
    return kind(f"HTTP {status}{moved}")


def judge(
    dialect: Dialect, call: Call[Any], body: JSON, refused: HubError | None, wait: float
) -> JSON:
    """The envelope opened. Its own error code is more exact than HTTP's status, save
    that 429 is always a limit; without one the status counts (`refused`).

    Causes are cut off: they may quote the answer, and tracebacks are logged.
    """
    try:
        opened = dialect.unwrap(call, body)
    except Unreadable as error:
        raise refused or error from None
    except HubError as error:
        if isinstance(error, Retryable):
            error.after = max(error.after, wait)
        elif isinstance(refused, Throttled):
            raise refused from None
        raise
    except UNFIT as error:
        raise refused or Unreadable(f"the envelope: {complaint(error)}") from None
    if refused:
        raise refused
    return opened


def describe(
    error: Garbled,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str | None],
) -> Garbled:
    """The same error, saying what came: its type, its size and its masked start."""
    kind = headers.get("content-type", "no content type")[:40]
    start = mask_body(body[:400], secrets)[:60]
    return Garbled(f"{error.args[0]}; {kind}, {len(body)} bytes: {start!r}")
