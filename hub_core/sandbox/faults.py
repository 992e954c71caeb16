"""What goes wrong on the wire, on purpose, by a script or by chance from a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from .http import Response

BEFORE = frozenset(
    {
        "http_429",
        "throttled",
        "http_500",
        "http_503",
        "busy",
        "timeout",
        "reset",
        "html",
    }
)
"""Kinds that answer in the platform's place, before it does anything."""

AFTER = frozenset(
    {"truncate", "truncate_silent", "garbage", "reset_after", "drip", "wrong_types"}
    | {"empty_page", "repeat_page", "gzip_bomb", "error_body", "slow", "http_500_after"}
)
"""Kinds that spoil an answer the platform has given."""

MIX = {
    "http_429": 3, "throttled": 3, "http_500": 2, "busy": 2, "slow": 2, "reset": 1,
    "reset_after": 1, "truncate": 2, "truncate_silent": 1, "garbage": 1, "html": 1,
    "wrong_types": 2, "empty_page": 1, "repeat_page": 2, "drip": 1, "error_body": 2,
}  # fmt: skip
"""The usual mix of a bad day: kind to weight."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Spoil the calls `operation` (None: any) numbered in `calls` (1-based; None: all)."""

    kind: str
    operation: str | None = None
    calls: frozenset[int] | None = None
    value: float | None = None
    """Seconds for delays and Retry-After; the fraction kept for cuts."""

    def __post_init__(self) -> None:
        if self.kind not in BEFORE | AFTER:
            raise ValueError(f"no fault of kind {self.kind!r}: {sorted(BEFORE | AFTER)}")


class Faults:
    """A script of faults, then chance: each call is spoiled with probability `rate`."""

    def __init__(
        self, script: Iterable[Fault] = (), *, rate: float = 0.0, seed: int = 0
    ) -> None:
        self.script = list(script)
        self.rate = rate
        self.mix = dict(MIX)
        self._random = random.Random(seed)
        self._calls: dict[str, int] = {}

    def next(self, operation: str) -> Fault | None:
        """The fault for this call, if any. Counts the call."""
        n = self._calls[operation] = self._calls.get(operation, 0) + 1
        for fault in self.script:
            wanted = fault.operation in (None, operation)
            if wanted and (fault.calls is None or n in fault.calls):
                return fault
        if self._random.random() < self.rate:
            kinds, weights = zip(*self.mix.items(), strict=True)
            return Fault(self._random.choices(kinds, weights)[0])
        return None


def spoil(
    fault: Fault,
    response: Response,
    *,
    previous: Response | None,
    empty: Callable[[Any], Any],
) -> Response:
    """The platform's answer after one of the `AFTER` faults.

    `previous` is the former good answer to the same operation; `empty` takes a decoded
    answer and returns it with its list emptied, the way this platform would say it.
    """
    half = max(1, int(len(response.body) * (fault.value or 0.5)))
    match fault.kind:
        case "truncate":
            return replace(response, cut=True)
        case "truncate_silent":
            return replace(response, body=response.body[:half])
        case "garbage":
            return replace(response, body=bytes(b ^ 0x5A for b in response.body))
        case "http_500_after":
            return Response(500, b"Internal Server Error", {"content-type": "text/plain"})
        case "reset_after":
            return replace(response, reset=True)
        case "drip":
            return replace(response, drip=fault.value or 600.0)
        case "slow":
            return replace(response, delay=fault.value or 2.0)
        case "wrong_types":
            return replace(response, body=_json(_mistype(json.loads(response.body))))
        case "empty_page":
            return replace(response, body=_json(empty(json.loads(response.body))))
        case "repeat_page":
            return previous or response
        case "gzip_bomb":
            return _bomb(response)
        case _:
            return response


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _mistype(value: Any, depth: int = 0) -> Any:
    """Numbers become text that is no number, lists become null, deep inside only."""
    if isinstance(value, dict):
        return {k: _mistype(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [_mistype(v, depth + 1) for v in value]
    wrong = depth > 3 and isinstance(value, int) and not isinstance(value, bool)
    return {"?": value} if wrong else value


def _bomb(response: Response, size: int = 1 << 30) -> Response:
    import gzip
    import io

    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as out:
        block = b" " * (1 << 20)
        for _ in range(size >> 20):
            out.write(block)
    headers = {**response.headers, "content-encoding": "gzip"}
    return replace(response, body=packed.getvalue(), headers=headers)
