"""The ledger's word, held against the platform's truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import select
from sqlmodel import col

from hub_core.hub import Hub
from hub_core.sandbox import TruthOrder, TruthVersion
from hub_core.store import parked, streams
from hub_core.store.tables import CoverageRow, OrderRow

Stored = tuple[float, str, frozenset[int | None]]
"""The platform's stamp, its word, and the amounts paid and payable."""


def stored_versions(hub: Hub, shop_id: int) -> dict[str, Stored]:
    """Which version of each order is stored."""
    o = OrderRow
    amounts = col(o.buyer_paid_amount), col(o.payable_amount)
    query = select(
        col(o.external_id), col(o.channel_updated_at), col(o.status_raw), *amounts
    ).where(col(o.shop_id) == shop_id)
    with hub.store.reading() as connection:
        return {
            id: (at.timestamp() if at else 0.0, word, frozenset((paid, due)))
            for id, at, word, paid, due in connection.execute(query)
        }


def complete_rows(hub: Hub, shop_id: int) -> dict[str, list[CoverageRow]]:
    """Stream to the intervals the ledger calls complete."""
    with hub.store.reading() as connection:
        return {
            name: [
                row
                for row in streams.coverage_rows(connection, shop_id, name)
                if row.state == "complete"
            ]
            for name in streams.stream_names(connection, shop_id)
        }


def parked_texts(hub: Hub, shop_id: int) -> tuple[set[str], list[str]]:
    """Ids of open parked records; and the raw text of those that have none."""
    with hub.store.reading() as connection:
        found = parked.listing(connection, shop_id=shop_id)
        raw = [
            json.dumps(parked.raw_of(connection, p.id, hub.store.vault), default=str)
            for p in found
            if p.external_id is None
        ]
    return {p.external_id for p in found if p.external_id}, raw


def false_completes(
    hub: Hub,
    shop_name: str,
    known: list[TruthOrder],
    *,
    lag: float,
    behind: float = 0.0,
    spoiled: frozenset[str] = frozenset(),
) -> list[str]:
    """Orders that an interval called complete should have, and which are not stored.

    For each such interval: an order whose newest version that could be read when the
    interval was proved was stamped inside it must be stored at that version or a newer
    one. One that shows later than `lag` after its stamp is held against nobody.
    `behind` is how far lists run behind the truth. Rows that are `spoiled` on purpose may
    have no readable id or time: they are graded in the end, as any order.
    """
    shop = hub.shop(shop_name)
    stored, ledger = stored_versions(hub, shop.id), complete_rows(hub, shop.id)
    named, texts = parked_texts(hub, shop.id)
    wrong = []
    for order in known:
        if order.removed or order.external_id in named | spoiled:
            continue
        if any(order.external_id in text for text in texts):
            continue
        for row in _claims(ledger, order, lag, behind):
            wrong += _broken(order, row, stored.get(order.external_id), behind)
    return sorted(set(wrong))


def _claims(
    ledger: dict[str, list[CoverageRow]], order: TruthOrder, lag: float, behind: float
) -> Iterator[CoverageRow]:
    """The intervals that claim to have this order."""
    for name, row in [(name, row) for name, rows in ledger.items() for row in rows]:
        version = _readable(order, row, behind)
        if version is None or version.stream != name:
            continue
        if version.visible_at + behind - version.updated_at > lag:
            continue
        at = datetime.fromtimestamp(int(version.updated_at), UTC)
        if row.since <= at <= row.until:
            yield row


def _readable(order: TruthOrder, row: CoverageRow, behind: float) -> TruthVersion | None:
    """The newest version a reader could get when the interval was proved."""
    then = row.observed_at.timestamp() - behind
    seen = [v for v in order.versions if v.visible_at <= then]
    return seen[-1] if seen else None


def _broken(
    order: TruthOrder, row: CoverageRow, found: Stored | None, behind: float
) -> list[str]:
    version = _readable(order, row, behind)
    assert version is not None
    at = order.versions.index(version)
    # JD cuts unpaid orders by a time of its choice, perhaps their creation: an edit may
    # stay behind in a window read before.
    edited = version.stream == "unpaid"
    if found is not None and (edited or found[0] >= int(version.updated_at)):
        for later in order.versions[at:]:
            if later.status == found[1] and (later.paid in found[2] or later.paid is None):
                return []
    told = f"{order.external_id} of {version.updated_at:.0f} {version.status}"
    return [f"{told}: {row.rule!r} to {row.until:%d %H:%M:%S}, stored is {found}"]
