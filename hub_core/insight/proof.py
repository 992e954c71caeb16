"""What a report may claim: which of its time is proved to be read whole, and which not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ..store.streams import Span

Times = tuple[datetime, datetime]


class Read(Protocol):
    """How far a stream has been read, as `Hub.coverage` tells it."""

    @property
    def shop(self) -> str: ...  # noqa: D102

    @property
    def stream(self) -> str: ...  # noqa: D102

    @property
    def spans(self) -> tuple[Span, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a stream's time that is not proved."""

    shop: str
    stream: str
    since: datetime
    until: datetime
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What is proved of some shops from a moment on. Made by `state`."""

    never_read: tuple[str, ...]
    open: tuple[Stretch, ...]
    proved_until: datetime | None
    """Every shop's every change up to here is read, but for the `open` stretches."""
    _complete: Mapping[str, Sequence[Times]] = field(repr=False)
    """By shop, apart from each other, oldest first."""

    @property
    def complete(self) -> bool:
        """Whether nothing up to `proved_until` is left unread."""
        return not self.never_read and not self.open

    def covers(self, shop: str, at: datetime | None) -> bool:
        """Whether that moment of the shop lies in what is proved."""
        spans = self._complete.get(shop, ())
        if at is None or not spans:
            return False
        place = bisect_right(spans, at, key=lambda span: span[0])
        return place > 0 and at <= spans[place - 1][1]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "complete": self.complete, "proved_until": self.proved_until,
            "never_read": list(self.never_read), "open": list(self.open),
        }  # fmt: skip


def state(
    shops: Iterable[str], found: Iterable[Read], since: datetime | None = None
) -> Statement:
    """What is proved of these shops' changes since a moment (None: since the first read).

    An order created at a moment changes at or after it, so what is asked about a span of
    creation has to be read from that span's begin up to now.
    """
    names = list(shops)
    streams = [one for one in found if one.shop in names and one.spans]
    read = {one.shop for one in streams}
    complete: dict[str, list[Times]] = {}
    for one in streams:
        good = [(s.since, s.until) for s in one.spans if s.state == "complete"]
        complete.setdefault(one.shop, []).extend(good)
    ends = [one.spans[-1].until for one in streams]
    return Statement(
        tuple(name for name in names if name not in read),
        tuple(stretch for one in streams for stretch in _open(one, since)),
        min(ends, default=None),
        {shop: _joined(spans) for shop, spans in complete.items()},
    )


def _open(one: Read, since: datetime | None) -> Iterable[Stretch]:
    first = one.spans[0].since
    if since is not None and since < first:
        yield Stretch(
            one.shop, one.stream, since, first, "unknown", "before the first read"
        )
    for span in one.spans:
        if span.state != "complete" and (since is None or span.until > since):
            begin = span.since if since is None else max(span.since, since)
            yield Stretch(one.shop, one.stream, begin, span.until, span.state, span.rule)


def _joined(spans: Iterable[Times]) -> list[Times]:
    """Those that touch made one."""
    found: list[Times] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            since, until = found[-1][0], max(until, found.pop()[1])
        found.append((since, until))
    return found
