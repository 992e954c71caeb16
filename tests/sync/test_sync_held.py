"""What the gate holds back, and for how long; what it tells of, and what not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub_core.models import OrderStatus
from hub_core.store import Store, notes, parked, records, streams
from hub_core.store.journal import JournalBuffer
from hub_core.store.kinds import ORDER
from hub_core.store.shops import add_shop, shop_named
from hub_core.sync import Counts
from hub_core.sync.ledger import Batch, Ledger
from hub_core.wire import Fetched
from tests import databases
from tests.store.making import an_order

START = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
EVERY = timedelta(hours=6)


class Desk:
    """A store and a ledger of one shop's orders; its clock stands where it is put."""

    def __init__(self) -> None:
        self.at = START
        self.store = Store.open(databases.new(), b"k" * 32, lambda: self.at)
        with self.store.writing() as connection:
            add_shop(
                connection, at=START, name="s", channel="c", external_id="1", app="a",
                start_at=START,
            )  # fmt: skip
            self.shop = shop_named(connection, "s")
            lease = streams.take_lease(connection, self.shop.id, "orders", "a test", 60)
        assert lease is not None
        self.ledger = Ledger(
            self.store, self.shop.owner, lease, EVERY, lambda: self.at, Counts(),
            JournalBuffer(), kind=ORDER,
        )  # fmt: skip

    def comes(
        self, id: str, *, payable: int, status: OrderStatus = OrderStatus.OPEN
    ) -> None:
        """An order of which 990 are paid."""
        order = an_order(
            id, payable_amount=payable, buyer_paid_amount=990, order_status=status
        )
        self.ledger.commit(Batch([Fetched(order, {"id": id})]))

    def come(self, sort: str, many: int, first: int = 0, **raw: object) -> None:
        """So many paid orders of one sort, each with these fields."""
        ids = [f"{sort}{first + n}" for n in range(many)]
        rows = [
            Fetched(an_order(id, type_raw=sort, status_raw="paid"), {"id": id, **raw})
            for id in ids
        ]
        self.ledger.commit(Batch(rows))

    def told(self) -> list[str]:
        """Incidents."""
        with self.store.reading() as connection:
            return [one.text for one in notes.incidents(connection)]

    def due(self) -> list[str]:
        with self.store.reading() as connection:
            return records.due_for_reread(connection, ORDER, self.shop.id, self.at, 10)

    def held(self) -> list[str | None]:
        with self.store.reading() as connection:
            return [one.external_id for one in parked.listing(connection)]


def test_an_open_order_that_is_held_back_waits_for_its_next_turn() -> None:
    desk = Desk()
    desk.comes("A1", payable=990)
    desk.at += EVERY
    assert desk.due() == ["A1"]

    desk.comes("A1", payable=99_000)

    assert (desk.held(), desk.due()) == (["A1"], [])
    desk.at += EVERY
    assert desk.due() == ["A1"]


def test_one_that_is_final_does_not_become_due_by_being_held_back() -> None:
    desk = Desk()
    desk.comes("A1", payable=990, status=OrderStatus.COMPLETED)
    desk.comes("A1", payable=99_000, status=OrderStatus.COMPLETED)
    desk.at += 2 * EVERY

    assert (desk.held(), desk.due()) == (["A1"], [])


def test_another_sort_of_order_lacks_nothing_that_the_first_sort_had() -> None:
    desk = Desk()
    desk.come("takeout", 40, pay_amount=100)
    desk.come("voucher", 40, certificate_amount=90)
    desk.come("takeout", 40, first=40, pay_amount=100)

    assert desk.told() == []


def test_many_of_one_sort_after_many_of_another_lack_nothing() -> None:
    desk = Desk()
    desk.come("takeout", 40, pay_amount=100)
    desk.come("voucher", 12, certificate_amount=90)
    desk.come("voucher", 200, first=12, certificate_amount=90)

    assert desk.told() == []


def test_what_one_of_two_sorts_lacks_at_once_is_told_of() -> None:
    desk = Desk()
    desk.come("takeout", 40, pay_amount=100)
    desk.come("voucher", 40, pay_amount=90)
    desk.come("voucher", 40, first=40)

    assert any("$.pay_amount has no value any more" in one for one in desk.told())


def test_what_every_order_lacks_is_told_of_though_their_sort_is_lost_too() -> None:
    desk = Desk()
    desk.come("takeout", 40, pay_amount=100)
    desk.come("", 40)

    assert any("$.pay_amount has no value any more" in one for one in desk.told())
