"""A record that the gate holds back: what of it goes on waiting, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub_core.models import OrderStatus
from hub_core.store import Store, parked, records, streams
from hub_core.store.journal import JournalBuffer
from hub_core.store.kinds import ORDER
from hub_core.store.shops import add_shop, shop_named
from hub_core.sync import Counts
from hub_core.sync.ledger import Batch, Ledger
from hub_core.wire import Fetched
from tests.store.making import an_order

START = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
EVERY = timedelta(hours=6)


class Desk:
    """A store and a ledger of one shop's orders; its clock stands where it is put."""

    def __init__(self) -> None:
        self.at = START
        self.store = Store.open("sqlite://", b"k" * 32, lambda: self.at)
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
