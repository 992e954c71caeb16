"""What is stored, for whoever reads it: needs the store alone, calls no platform."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .errors import Misconfigured
from .store import Store, feed, notes, parked, reads, shops, streams
from .store import journal as journal_store
from .store.feed import Change
from .store.reads import OrderFilter, StoredOrder, Totals
from .store.shops import Shop
from .store.streams import Span

if TYPE_CHECKING:
    # What `hub sync` has no use for is loaded by the methods that give it.
    from .store.commands import Command
    from .store.records_reads import Movement, Period, RecordFilter, Revenue, StoredRecord


@dataclass(frozen=True, slots=True)
class StreamCoverage:
    """How far a stream has been read and what is proved of it."""

    shop: str
    channel: str
    stream: str
    cursor_at: datetime | None
    last_ok_at: datetime | None
    last_error: str | None
    spans: tuple[Span, ...]
    pages: int
    rows: int
    late: int
    assumptions: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether everything from the first moment to the cursor is proved."""
        return bool(self.spans) and all(s.state == "complete" for s in self.spans)


class Stored:
    """Reads of one store. Thread safe."""

    def __init__(self, store: Store) -> None:
        self.store = store

    # Shops ---------------------------------------------------------------------------

    def shops(self) -> list[Shop]:
        """All shops, by name."""
        with self.store.reading() as connection:
            return shops.shops(connection)

    def shop(self, name: str) -> Shop:
        """One shop. Raises Misconfigured naming those there are."""
        with self.store.reading() as connection:
            return shops.shop_named(connection, name)

    def shop_with(self, id: int) -> Shop | None:
        """The shop with this row's number, if it is still there."""
        with self.store.reading() as connection:
            return shops.shop_with(connection, id)

    # Records -------------------------------------------------------------------------

    def orders(
        self, wanted: OrderFilter | None = None, *, limit: int = 50
    ) -> list[StoredOrder]:
        """The newest orders."""
        from .store import pages

        with self.store.reading() as connection:
            return pages.newest(connection, wanted or OrderFilter(), limit)

    def each_order(
        self, wanted: OrderFilter | None = None, *, children: bool = True
    ) -> Iterator[StoredOrder]:
        """All orders, in pages, for exports and ERPs that take a first copy."""
        with self.store.reading() as connection:
            yield from reads.each_order(
                connection, wanted or OrderFilter(), children=children
            )

    @contextmanager
    def first_copy(
        self, wanted: OrderFilter | None = None, *, children: bool = True
    ) -> Iterator[tuple[int, Iterator[StoredOrder]]]:
        """All orders as they are at one moment, and the feed's position at that moment.

        Whoever takes this copy and then follows `changes` after that position misses
        nothing and is told nothing twice, whatever changes while the copy is read.
        """
        with self.store.reading() as connection:
            position = feed.last_seq(connection)
            found = reads.each_order(connection, wanted or OrderFilter(), children=children)
            yield position, found

    def order(self, key: str) -> StoredOrder:
        """One order by hub id or platform id. Misconfigured when there is none, or two."""
        return self._found(key)[1]

    def _found(self, key: str) -> tuple[int, StoredOrder]:
        with self.store.reading() as connection:
            found = reads.find_order(connection, key)
        if not found:
            raise Misconfigured(
                f"no order {key!r} is stored; run `hub sync`, or look at `hub coverage`"
            )
        if len(found) > 1:
            which = ", ".join(f"{o.uid} ({o.shop})" for _, o in found)
            raise Misconfigured(f"{key!r} is an order of several shops; name one: {which}")
        return found[0]

    def totals(self, *, by_shop: bool = False) -> list[Totals]:
        """Orders and money per channel, or per shop."""
        with self.store.reading() as connection:
            return reads.totals(connection, by_shop=by_shop)

    def records(
        self, kind: str, wanted: RecordFilter | None = None, *, limit: int = 50
    ) -> list[StoredRecord]:
        """Records of a kind: `products`, `places`; the newest `after_sales`,
        `redemptions`."""
        from .store import records_reads

        which = wanted or records_reads.RecordFilter()
        with self.store.reading() as connection:
            return records_reads.newest(connection, kind, which, limit)

    def revenue(
        self,
        by: str,
        wanted: RecordFilter | None = None,
        period: Period | None = None,
    ) -> list[Revenue]:
        """What vouchers came to where and when they were used. `by` is `place`, `day` or
        `place-day`; days are the shops' business days."""
        from .store import records_reads

        which = wanted or records_reads.RecordFilter()
        days = period or records_reads.Period()
        with self.store.reading() as connection:
            return records_reads.revenue(connection, which, days, by)

    def undated(self, wanted: RecordFilter | None = None) -> int:
        """Redemptions that tell no time of use, and so are in no period's revenue."""
        from .store import records_reads

        which = wanted or records_reads.RecordFilter()
        with self.store.reading() as connection:
            return records_reads.undated(connection, which)

    def command(self, id: int) -> Command | None:
        """One command of the ledger."""
        from .store import records_reads

        with self.store.reading() as connection:
            return records_reads.command(connection, id)

    def paused(self) -> str | None:
        """Why no command is sent; None where they are."""
        from .store import commands

        with self.store.reading() as connection:
            return commands.paused(connection)

    def movement(self, key: str) -> Movement | None:
        """The movement of stock a key was used for."""
        from .store import records_reads

        with self.store.reading() as connection:
            return records_reads.movement(connection, key)

    def changes(
        self,
        after: int = 0,
        *,
        limit: int = 500,
        created_since: datetime | None = None,
        kinds: Sequence[str] = (),
    ) -> list[Change]:
        """What changed after a position of the feed; at least once, never skipping.

        With `created_since` (aware) orders, cases and redemptions made before it are left
        out: a cut-off for an ERP that has those from elsewhere. `kinds` (`order`,
        `after_sale` …) narrows it; none: all. Raises PositionLost where what comes after
        the position is not kept any more, or the feed has not come to it yet.
        """
        with self.store.reading() as connection:
            feed.bounds(connection).check(after)
            return feed.changes(
                connection, after, limit, created_since=created_since, kinds=kinds
            )

    def position(self) -> int:
        """The newest position of the feed: where an ERP that goes live now starts."""
        with self.store.reading() as connection:
            return feed.last_seq(connection)

    def coverage(self, names: Sequence[str] = ()) -> list[StreamCoverage]:
        """What is proved, per shop and stream."""
        found = []
        with self.store.reading() as connection:
            for shop in shops.shops(connection):
                if not names or shop.name in names:
                    for stream in streams.stream_names(connection, shop.id):
                        found.append(self._coverage(connection, shop, stream))
        return found

    def _coverage(self, connection: Any, shop: Shop, stream: str) -> StreamCoverage:
        rows = streams.coverage_rows(connection, shop.id, stream)
        now = streams.progress(connection, shop.id, stream)
        return StreamCoverage(
            shop.name, shop.channel, stream, now.cursor_at, now.last_ok_at, now.last_error,
            tuple(streams.spans(rows)),
            sum(r.pages for r in rows),
            sum(r.rows for r in rows),
            sum(r.late for r in rows),
            tuple(sorted({a for r in rows for a in r.assumptions})),
        )  # fmt: skip

    def parked(
        self, name: str | None = None, *, resolved: bool = False
    ) -> list[parked.Parked]:
        """Records that could not be read, newest first."""
        shop_id = self.shop(name).id if name else None
        names = {s.id: s.name for s in self.shops()}
        with self.store.reading() as connection:
            found = parked.listing(connection, shop_id=shop_id, resolved=resolved)
        return [parked.named(p, names.get(p.shop_id, "")) for p in found]

    def parked_raw(self, parked_id: int) -> Any:
        """A parked record as the platform gave it. Holds personal data."""
        with self.store.reading() as connection:
            return parked.raw_of(connection, parked_id, self.store.vault)

    def journal(self, **wanted: Any) -> list[Any]:
        """Calls to platforms, newest first: `shop`, `outcome`, `id`, `limit`."""
        with self.store.reading() as connection:
            return journal_store.entries(connection, **wanted)

    def incidents(self, limit: int = 100) -> list[Any]:
        """What a person should know, newest first."""
        with self.store.reading() as connection:
            return notes.incidents(connection, limit)

    def explain(self, key: str) -> dict[str, Any]:
        """An order with all that tells where it comes from: raw payload, call, feed."""
        order_id, order = self._found(key)
        with self.store.reading() as connection:
            raw = reads.raw_records(connection, order_id, self.store.vault)
            calls = [
                entry
                for r in raw
                if r.journal_id is not None
                for entry in journal_store.entries(connection, id=r.journal_id)
            ]
            events = feed.events_of(connection, "order", order_id)
        return {"order": order, "raw": raw, "calls": calls, "events": events}
