"""Which records a command is asked for: an empty answer to a slip of the pen would lie."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import Misconfigured
from .opening import known_shops, moment

if TYPE_CHECKING:
    from ..hub import Hub
    from ..store.records_reads import RecordFilter

WORDS = {
    "products": "ListingStatus",
    "after_sales": "CaseStatus",
    "redemptions": "RedemptionStatus",
}
"""The hub's words for a kind's states, in `models.words`."""


def narrowed(
    hub: Hub,
    kind: str,
    *,
    shop: str | None = None,
    channel: str | None = None,
    status: str | None = None,
    since: str | None = None,
    until: str | None = None,
    **more: str | None,
) -> RecordFilter:
    """The filter. Raises Misconfigured for what there is none of, naming what there is."""
    from ..store.records_reads import RecordFilter

    known_shops(hub, [shop] if shop else ())
    refuse_unknown("channel", channel, {s.channel for s in hub.shops()})
    if status is not None:
        refuse_unknown("status", status, _words(kind))
    begin, end = moment(since), moment(until)
    if begin and end and begin >= end:
        raise Misconfigured(f"--since {since} is not before --until {until}")
    return RecordFilter(
        shop=hub.shop(shop).name if shop else None, channel=channel, status=status,
        since=begin, until=end, **more,
    )  # fmt: skip


def _words(kind: str) -> Iterable[str]:
    from ..models import words

    found: Iterable[str] = getattr(words, WORDS[kind])
    return found


def refuse_unknown(name: str, asked: str | None, there: Iterable[str]) -> None:
    """Raises Misconfigured for a word that is none of these, naming them."""
    known = set(there)
    if asked is not None and asked not in known:
        names = ", ".join(sorted(known)) or "none"
        raise Misconfigured(f"no {name} {asked!r}; there are: {names}")
