"""Walks and windows over rows that move, against the truth."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from hub_core.ports import Window
from hub_core.store import Store, streams
from hub_core.store.journal import JournalBuffer
from hub_core.store.kinds import Owner
from hub_core.store.shops import add_shop, shop_named
from hub_core.store.tables import OrderRow
from hub_core.sync import Counts, Poll
from hub_core.sync.flights import Abreast
from hub_core.sync.ledger import Ledger
from hub_core.sync.walk import Walk
from tests import databases
from tests.sync.rows_that_move import START, MovingClock, MovingRows

HOLDER = "a test"


class Desk:
    """A store, a shop and a poll over a source, the way the hub joins them."""

    def __init__(self, rows: MovingRows, url: str | None = None) -> None:
        self.rows, self.clock = rows, rows.clock
        self.former: list[str] = []
        self.abreast: Abreast | None = None
        self.store = Store.open(url or databases.new(), b"k" * 32, rows.clock.now)
        with self.store.writing() as connection:
            add_shop(
                connection, at=START, name="s", channel="c", external_id="1", app="a",
                start_at=START,
            )  # fmt: skip
            self.shop = shop_named(connection, "s")

    def poll(self) -> Poll:
        with self.store.writing() as connection:
            lease = streams.take_lease(connection, self.shop.id, "orders", HOLDER, 60)
        assert lease is not None
        owner: Owner = self.shop.owner
        ledger = Ledger(
            self.store, owner, lease, None, self.clock.now, Counts(), JournalBuffer()
        )
        rows, stream, clock = self.rows, self.rows.streams[0], self.rows.clock
        return Poll(
            rows, stream, clock, ledger,  # type: ignore[arg-type]
            former=self.former, abreast=self.abreast,
        )  # fmt: skip

    def sync(self) -> Counts:
        poll = self.poll()
        poll.sync(START)
        return poll.counts

    def heal(self) -> Counts:
        poll = self.poll()
        poll.heal(timedelta(days=4))
        return poll.counts

    def stored(self) -> dict[str, str]:
        query = select(col(OrderRow.external_id), col(OrderRow.status_raw))
        with self.store.reading() as connection:
            return {id: word for id, word in connection.execute(query)}

    def truth(self) -> dict[str, str]:
        return {r.id: r.word for r in self.rows.rows.values()}

    def false_completes(self) -> list[str]:
        """Rows inside an interval called complete whose version there is not stored."""
        with self.store.reading() as connection:
            ledger = streams.coverage_rows(connection, self.shop.id, "orders")
        stored, wrong = self.stored(), []
        for row in self.rows.rows.values():
            now = row.seen_at(self.clock.now())
            for c in ledger:
                inside = now is not None and c.since <= now.stamp <= c.until
                if (
                    inside
                    and now
                    and c.state == "complete"
                    and stored.get(row.id) != now.word
                ):
                    wrong.append(row.id)
        return wrong


@pytest.fixture
def desk() -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def make(seed: int, count: int = 120, **how: object) -> Desk:
        rows = MovingRows(MovingClock(), random.Random(seed), **how)  # type: ignore[arg-type]
        rows.fill(count)
        desks.append(Desk(rows))
        return desks[-1]

    yield make
    for one in desks:
        one.store.close()


def settle(desk: Desk) -> None:
    desk.rows.changes_per_call = 0
    desk.clock.pass_time(600)
    desk.sync()
    desk.heal()


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("size", [2, 3, 5])
@pytest.mark.parametrize("partial", [True, False])
def test_h1_page_shift(
    desk: Callable[..., Desk], size: int, descending: bool, partial: bool
) -> None:
    for seed in range(6):
        one = desk(seed, page_size=size, descending=descending, partial=partial)
        one.sync()
        assert one.false_completes() == []
        settle(one)
        assert one.stored() == one.truth()


def test_h1_control_a_page_1_2_3_reader_loses_rows() -> None:
    lost = 0
    for seed in range(6):
        rows = MovingRows(MovingClock(), random.Random(seed), page_size=5)
        rows.fill(120)
        window = Window(START, START + timedelta(days=1))
        before = {r.id for r in rows.listed(window)}
        got: set[str] = set()
        for number in range(1, 60):
            page = rows.page(rows.streams[0], window, number)
            got |= {i.order.external_id for i in page.items}  # type: ignore[union-attr]
            if len(page.items) < rows.page_size:
                break
        still = {r.id for r in rows.listed(window)}
        lost += len((before & still) - got)
    assert lost > 0


def test_h2_late_commit(desk: Callable[..., Desk]) -> None:
    for seed in range(6):
        one = desk(seed, late=timedelta(seconds=30), lag=timedelta(seconds=31))
        for _ in range(4):
            one.sync()
            assert one.false_completes() == []
            one.clock.pass_time(45)
        settle(one)
        assert one.stored() == one.truth()


def test_h3_same_second(desk: Callable[..., Desk]) -> None:
    for shuffled in (False, True):
        one = desk(1, count=40, shuffle_ties=shuffled)
        for n in range(60):
            one.rows.add(f"B{n}", START + timedelta(hours=3))
        one.sync()
        assert one.false_completes() == []
        settle(one)
        assert one.stored() == one.truth()


def test_h4_window_cut(desk: Callable[..., Desk]) -> None:
    one = desk(2)
    one.sync()
    one.clock.pass_time(9 * 3600)
    one.rows.changes_per_call = 0
    for _ in range(30):
        one.rows.change()
        one.clock.pass_time(600)
    settle(one)
    assert one.stored() == one.truth()


def test_h6_deep_page_cap(desk: Callable[..., Desk]) -> None:
    one = desk(3, count=200, cap=20)
    one.sync()
    assert one.false_completes() == []
    settle(one)
    assert one.stored() == one.truth()


def test_unstable_order_inside_a_second_is_never_called_complete_wrongly(
    desk: Callable[..., Desk],
) -> None:
    for seed in range(8):
        one = desk(seed, count=40, shuffle_ties=True, page_size=4)
        for n in range(24):
            one.rows.add(f"B{n}", START + timedelta(hours=3, seconds=n // 12))
        one.sync()
        assert one.false_completes() == []
        settle(one)
        assert one.stored() == one.truth()


def test_a_quiet_window_of_one_page_takes_one_call(desk: Callable[..., Desk]) -> None:
    one = desk(4, count=4, changes_per_call=0)
    walk = Walk(one.rows, one.rows.streams[0], Window(START, START + timedelta(days=1)))
    assert len(list(walk.pages())) == 1
    assert (walk.calls, walk.proof) == (1, "one page")


def test_reading_again_changes_nothing_and_tells_nothing(desk: Callable[..., Desk]) -> None:
    one = desk(5, changes_per_call=0)
    first = one.sync()
    again = one.heal()
    assert first.created == len(one.truth())
    assert (again.created, again.changed, again.late) == (0, 0, 0)
