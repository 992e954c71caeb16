"""The items of all shops and what becomes of them. Its dice are its own."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from hub_core.sandbox import Book, Facts, Record, TruthRecord, TruthRecordVersion, Version

from . import item_events
from .catalogue import Catalogue
from .items import Item, settled
from .trade import Trade
from .world import Odds, World


def item_of(version: Version) -> Item:
    """The item in a version."""
    item: Item = version.content["item"]
    return item


class Goods:
    """Every item with its versions. `poisoned` has (account, num_iid)."""

    def __init__(
        self, world: World, switches: Mapping[str, str], odds: Odds, seed: int
    ) -> None:
        self.book = Book()
        self.poisoned: set[tuple[str, str]] = set()
        self._world, self._switches, self._odds = world, switches, odds
        self._rng = random.Random(f"{seed}:items")
        self._late = random.Random(f"{seed}:items:late")
        self._catalogues = {
            user: Catalogue(random.Random(f"{seed}:items:{i}"), i)
            for i, user in enumerate(world.sellers)
        }

    def populate(self, count: int, history: float) -> None:
        """So many items a shop, created over `history`, lived up to now."""
        now = self._world.now()
        for user, catalogue in self._catalogues.items():
            for item in catalogue.first(count, now - history, now):
                record = self._add(user, item, item.created)
                for at in sorted(self._moments(item.created, now)):
                    self._live(record, at)

    def _moments(self, since: float, until: float) -> Iterator[float]:
        for _ in range(self._rng.randrange(5)):
            yield float(int(self._rng.uniform(since, until)))

    def churn(self, changes: int, account: str | None) -> None:
        """Of so many happenings in the shops, one in four is also one here."""
        users = [account] if account else list(self._catalogues)
        for _ in range(changes):
            user, at = self._rng.choice(users), self._world.now()
            if self._rng.random() > 1 / 4:
                continue
            alive = [r for r in self.book.records(user) if r.removed_at is None]
            what = self._rng.random()
            if not alive or what < 0.05:
                self._add(user, self._catalogues[user].another(at), at)
            elif what < 0.07:
                self.book.remove(self._rng.choice(alive), at)
            else:
                self._live(self._rng.choice(alive), at)

    def _live(self, record: Record, at: float) -> None:
        item, how = item_of(record.latest), self._switches["restocked"]
        self.put(record, item_events.something(item, at, self._rng, how), at)

    def sold(self, account: str, trade: Trade, at: float) -> None:
        """A trade was placed: its pieces are gone from what can be ordered."""
        for line in trade.lines:
            record = self.find(account, str(line.num_iid))
            if record is None:
                continue
            item = item_of(record.latest)
            left = item.levels().get(str(line.sku_id), 0)
            if not left:
                continue
            pieces = max(0, left - line.num)
            item = item.with_quantity(str(line.sku_id), pieces, at)
            item = item._replace(sold=item.sold + line.num)
            bump = self._switches["sale_bumps"] == "yes"
            self.put(record, settled(item, "off_shelf"), at, bump=bump)

    # Keeping ----------------------------------------------------------------------

    def find(self, account: str, num_iid: str) -> Record | None:
        """The item, if there is one that was not deleted."""
        record = self.book.get(account, num_iid)
        return None if record is None or record.removed_at is not None else record

    def put(self, record: Record, item: Item, at: float, *, bump: bool = True) -> None:
        """The item's next state."""
        self.book.change(record, at, delay=self._delay(), bump=bump, item=item)

    def _add(self, account: str, item: Item, at: float) -> Record:
        content, delay = {"item": item}, self._delay()
        number = str(item.num_iid)
        return self.book.add(account, number, content, created_at=at, delay=delay)

    def _delay(self) -> float:
        odds = self._odds
        late = odds.late and self._late.random() < odds.late
        return self._late.uniform(0, odds.late_by) if late else 0.0

    def poison(self, account: str, id: str, kind: str) -> None:
        """Make one item malformed from now on. Raises ValueError if there is none."""
        record = self.find(account, id)
        if record is None:
            raise ValueError(f"no item {id}")
        self.put(record, item_of(record.latest)._replace(poison=kind), self._world.now())
        self.poisoned.add((account, id))

    def truth(self, account: str) -> list[TruthRecord]:
        """Every item as the platform knows it, deleted ones included."""
        return [told(record) for record in self.book.records(account)]


def told(record: Record) -> TruthRecord:
    """An item under the hub's names."""
    versions = tuple(
        TruthRecordVersion(v.updated_at, v.visible_at, facts(item_of(v)))
        for v in record.versions
    )
    last = versions[-1]
    gone = record.removed_at is not None
    return TruthRecord(
        "product", record.id, last.updated_at, last.visible_at, last.facts, gone, versions
    )


def facts(item: Item) -> Facts:
    """What a reader must have understood of it: `available:<sku id>` for each SKU.

    An item without SKUs has one level, under its own id.
    """
    said: dict[str, str | int | None] = {
        "title": item.title,
        "listing_status_raw": item.approve_status,
    }
    return said | {f"available:{id}": n for id, n in item.levels().items()}
