"""What drifts at a channel: words it did not know, and fields that are not as they were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from ...errors import Misconfigured
from ...plugins import Plugins
from ...store import Store
from ...store.kinds import Kind
from ...store.shops import Shop
from ...store.tables import DriftRow, RawRow
from ..vocabulary import Vocabulary, vocabulary
from . import kept
from .fields import Finding, History

SPELLS = 60
"""Into so many spells the time of an area's rows is cut."""


@dataclass(frozen=True, slots=True)
class Word:
    """Something a reader did not know, or could not make agree."""

    channel: str
    shape: str
    field: str
    code: str
    rows: int
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class FieldDrift:
    """One finding in the stored rows of an area."""

    channel: str
    area: str
    finding: Finding


def words(store: Store, channel: str | None, since: datetime | None) -> list[Word]:
    """The drift table, what was seen last first."""
    d = DriftRow
    query = select(
        col(d.channel), col(d.shape), col(d.field), col(d.code), col(d.rows),
        col(d.first_seen_at), col(d.last_seen_at),
    ).order_by(col(d.last_seen_at).desc(), col(d.shape), col(d.field))  # fmt: skip
    if channel is not None:
        query = query.where(col(d.channel) == channel)
    if since is not None:
        query = query.where(col(d.last_seen_at) >= since)
    with store.reading() as connection:
        return [Word(*row) for row in connection.execute(query)]


def known(plugins: Plugins, channel: str) -> Vocabulary:
    """Fields and words a channel's own code spells out, its box's too where it has one."""
    packages = [plugins.channel(channel).adapters]
    with suppress(Misconfigured):  # a plugin need not have a box
        packages.append(plugins.sandbox(channel).__module__.rpartition(".")[0])
    return vocabulary(*packages)


def fields(
    store: Store, kind: Kind, shops: list[Shop], known: Vocabulary, channel: str
) -> Iterator[FieldDrift]:
    """Findings in all that is kept of one kind of a channel's shops, area by area."""
    histories: dict[str, History] = {}
    cuts = _cuts(store, kind, shops)
    for shop in shops:
        for page in kept.pages(store, kind, shop):
            for one in page:
                history = histories.setdefault(one.area, History(known))
                word = str(one.row[kind.word]) if one.is_source else ""
                spell = sum(cut <= one.fetched_at for cut in cuts.get(one.area, ()))
                history.add(one.raw, spell=spell, at=one.fetched_at, group=word)
    for area in sorted(histories):
        for finding in histories[area].findings():
            yield FieldDrift(channel, area, finding)


def _cuts(store: Store, kind: Kind, shops: list[Shop]) -> dict[str, list[datetime]]:
    """Where the spells of each area begin: as many rows in each, the same moment whole."""
    t, r = kind.table, RawRow
    query = (
        select(col(r.area), col(r.fetched_at))
        .join(t, t.c.id == col(r.entity_id))
        .where(col(r.entity) == kind.name, t.c.shop_id.in_([s.id for s in shops]))
        .order_by(col(r.fetched_at))
    )
    times: dict[str, list[datetime]] = {}
    with store.reading() as connection:
        for area, at in connection.execute(query):
            times.setdefault(area, []).append(at)
    return {area: _even(found) for area, found in times.items()}


def _even(times: list[datetime]) -> list[datetime]:
    step = max(1, len(times) // SPELLS)
    return sorted(set(times[step::step]))
