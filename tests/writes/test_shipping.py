"""Parcels: one waybill is one shipment, none goes out against a refund (P9, P10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import Connection, update
from sqlmodel import col

from hub_core.errors import HubError, Misconfigured
from hub_core.models import (
    AfterSaleStatus,
    Delivery,
    FulfillmentStatus,
    Order,
    OrderStatus,
    PaymentStatus,
)
from hub_core.ports import Carrier, Done, Effect, Parcel, Shipping, Stream, Window
from hub_core.store import Store, commands
from hub_core.store.shops import Shop
from hub_core.store.tables import CommandRow
from hub_core.wire import Fetched, Page
from hub_core.writes import Shipment, Shipper
from tests.store.making import an_order, at
from tests.writes.shelf import lost, refused

CARRIERS = (
    Carrier(code="SF", name="顺丰速运", waybill_pattern=r"SF\d{4,12}"),
    Carrier(code="YTO", name="圆通速递"),
)


@dataclass
class Dock:
    """A platform's orders and parcels in memory; satisfies `Source` and `Shipping`."""

    orders: dict[str, Order] = field(default_factory=dict)
    parcels: list[Parcel] = field(default_factory=list)
    splits: bool = True
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None
    streams: tuple[Stream, ...] = ()

    def carriers(self) -> tuple[Carrier, ...]:
        return CARRIERS

    def send(self, parcel: Parcel) -> Done:
        self.before()
        self.parcels.append(parcel)
        order = self.orders[parcel.order_external_id]
        sent = Delivery(external_id=parcel.tracking_no, tracking_no=parcel.tracking_no)
        self.orders[order.external_id] = replace(
            order,
            fulfillment_status=FulfillmentStatus.SHIPPED,
            deliveries=(*order.deliveries, sent),
        )
        self.after()
        return Done(target=order.external_id, effect=Effect.CONFIRMED)

    def record(self, external_id: str) -> Fetched | None:
        order = self.orders.get(external_id)
        return Fetched(order, {}) if order else None

    def probe(self, stream: Stream, window: Window) -> Page:
        raise NotImplementedError

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        raise NotImplementedError


class Clerk:
    """Ships through a hub's shipper."""

    def __init__(self, store: Store, shop: Shop, dock: Dock) -> None:
        self.store, self.shop, self.dock = store, shop, dock

    def ship(self, order: str = "A1", waybill: str = "SF12345", **more: Any) -> Shipment:
        return self.shipper().ship(order, more.pop("carrier", "SF"), waybill, **more)

    def shipper(self) -> Shipper:
        writer: Shipping = self.dock
        words = {"顺丰": "SF"}
        return Shipper(self.store, self.shop, writer, self.dock, words, lambda: at(0))

    def pause(self, why: str | None) -> None:
        with self.store.writing() as connection:
            commands.pause(connection, why)

    def states(self) -> list[str]:
        with self.store.reading() as connection:
            return [c.state for c in commands.listing(connection)]


@pytest.fixture
def clerk(store: Store, shop: Shop) -> Clerk:
    return Clerk(store, shop, Dock({"A1": an_order("A1")}))


def once(error: Callable[[], BaseException]) -> Callable[[], None]:
    left = [error]

    def mood() -> None:
        if left:
            raise left.pop()()

    return mood


def test_p9_a_waybill_given_twice_is_one_shipment(clerk: Clerk) -> None:
    assert clerk.ship().state == "confirmed"
    assert clerk.ship().state == "confirmed"
    assert len(clerk.dock.parcels) == 1
    assert clerk.states() == ["confirmed"]


@pytest.mark.parametrize("word", ["SF", "sf", "顺丰速运", "顺丰"])
def test_a_carrier_is_known_by_code_name_or_the_erps_word(clerk: Clerk, word: str) -> None:
    clerk.ship(carrier=word)
    assert clerk.dock.parcels[0].carrier_code == "SF"


def test_what_the_platform_would_not_take_is_refused_before_anything_is_written(
    clerk: Clerk,
) -> None:
    with pytest.raises(Misconfigured, match="no carrier '中通'"):
        clerk.ship(carrier="中通")
    with pytest.raises(Misconfigured, match="no waybill of 顺丰速运"):
        clerk.ship(waybill="YT1")
    clerk.dock.splits = False
    with pytest.raises(Misconfigured, match="in one parcel only"):
        clerk.ship(lines=["1"])
    assert clerk.states() == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"order_status": OrderStatus.CANCELLED}, "cancelled"),
        ({"payment_status": PaymentStatus.UNPAID}, "unpaid"),
        ({"payment_status": PaymentStatus.REFUNDED}, "refunded"),
        ({"payment_status": PaymentStatus.REFUNDING}, "asks for a refund"),
        ({"after_sale_status": AfterSaleStatus.OPEN}, "asks for a refund"),
        ({"flags": ("risk_review",)}, "risk review"),
        ({"flags": ("gift", "locked")}, "locked"),
    ],
)
def test_p10_an_order_that_must_not_go_is_refused_with_the_reason(
    clerk: Clerk, change: dict[str, Any], why: str
) -> None:
    """What the platform says now counts, whatever the store has."""
    clerk.dock.orders["A1"] = an_order("A1", **change)
    shipped = clerk.ship()
    assert shipped.state == "refused"
    assert why in (shipped.said or "")
    assert clerk.dock.parcels == []


def test_an_order_that_is_sent_already_is_not_sent_with_another_waybill(
    clerk: Clerk,
) -> None:
    clerk.ship(waybill="SF11111")
    assert clerk.ship(waybill="SF22222").said == "it is sent already"
    assert len(clerk.dock.parcels) == 1


def test_what_the_hub_refused_is_looked_at_anew_when_it_is_asked_again(
    clerk: Clerk,
) -> None:
    clerk.dock.orders["A1"] = an_order("A1", after_sale_status=AfterSaleStatus.OPEN)
    assert clerk.ship().state == "refused"
    clerk.dock.orders["A1"] = an_order("A1", after_sale_status=AfterSaleStatus.CLOSED)
    assert clerk.ship().state == "confirmed"
    assert len(clerk.dock.parcels) == 1


def test_an_order_the_platform_does_not_show_is_refused(clerk: Clerk) -> None:
    assert clerk.ship("A9").state == "refused"


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("how", [lost, KeyboardInterrupt])
def test_p9_a_lost_answer_is_looked_up_in_the_order(
    clerk: Clerk, moment: str, how: Callable[[], BaseException]
) -> None:
    setattr(clerk.dock, moment, once(how))
    with pytest.raises((HubError, KeyboardInterrupt)):
        clerk.ship()
    clerk.ship()
    assert clerk.ship().state == "confirmed"
    assert len(clerk.dock.parcels) == 1


def test_an_order_sent_meanwhile_with_another_waybill_is_not_sent_again(
    clerk: Clerk,
) -> None:
    clerk.dock.before = once(lost)
    with pytest.raises(HubError):
        clerk.ship()
    other = Delivery(external_id="SF99999", tracking_no="SF99999")
    clerk.dock.orders["A1"] = an_order(
        "A1", fulfillment_status=FulfillmentStatus.SHIPPED, deliveries=(other,)
    )
    shipped = clerk.ship()
    assert (shipped.state, shipped.said) == ("refused", "it was sent with another waybill")
    assert clerk.dock.parcels == []


def test_the_platforms_own_refusal_is_kept_in_its_words(clerk: Clerk) -> None:
    clerk.dock.before = once(lambda: refused("order is closed"))
    with pytest.raises(HubError):
        clerk.ship()
    shipped = clerk.ship()
    assert (shipped.state, shipped.said) == ("refused", "order is closed")


def test_two_parcels_of_one_order_are_two_shipments(clerk: Clerk) -> None:
    clerk.ship(waybill="SF11111", lines=["1"])
    clerk.ship(waybill="SF22222", lines=["2"])
    assert [p.tracking_no for p in clerk.dock.parcels] == ["SF11111", "SF22222"]
    assert [p.is_first for p in clerk.dock.parcels] == [True, False]


# What waits ------------------------------------------------------------------------------


def test_parcels_that_wait_are_taken_up_and_one_that_fails_stops_no_other(
    clerk: Clerk,
) -> None:
    clerk.dock.orders |= {name: an_order(name) for name in ("A2", "A3")}
    clerk.pause("stocktaking")
    for order in ("A1", "A2", "A3"):
        with pytest.raises(HubError, match="stocktaking"):
            clerk.ship(order, f"SF1111{order[1]}")
    clerk.pause(None)
    clerk.dock.before = once(lambda: refused("order is closed"))

    found = clerk.shipper().ship_waiting()

    assert [one.order for one in found] == ["A1", "A2", "A3"]
    assert [one.state for one in found] == ["refused", "confirmed", "confirmed"]
    assert [p.order_external_id for p in clerk.dock.parcels] == ["A2", "A3"]
    assert clerk.shipper().ship_waiting() == []


def test_a_parcel_whose_answer_was_lost_is_looked_up_and_not_sent_again(
    clerk: Clerk,
) -> None:
    clerk.dock.after = once(lost)
    with pytest.raises(HubError):
        clerk.ship()
    assert [one.state for one in clerk.shipper().ship_waiting()] == ["confirmed"]
    assert len(clerk.dock.parcels) == 1


def test_while_sending_is_paused_what_waits_goes_on_waiting(clerk: Clerk) -> None:
    clerk.pause("stocktaking")
    with pytest.raises(HubError, match="stocktaking"):
        clerk.ship()
    with pytest.raises(HubError, match="stocktaking"):
        clerk.shipper().ship_waiting()
    assert (clerk.states(), clerk.dock.parcels) == (["intended"], [])


def test_a_refused_parcel_is_tried_anew_however_many_were_refused_before(
    clerk: Clerk,
) -> None:
    with clerk.store.writing() as connection:
        for number in range(1_001):
            refused_before(connection, clerk.shop, number)
    clerk.dock.orders["A1"] = an_order("A1", after_sale_status=AfterSaleStatus.OPEN)
    assert clerk.ship().state == "refused"
    clerk.dock.orders["A1"] = an_order("A1")
    assert clerk.ship().state == "confirmed"


def refused_before(connection: Connection, shop: Shop, number: int) -> None:
    commands.intend(
        connection, key=f"older {number}", shop_id=shop.id, kind="ship",
        target=f"older {number}", asked={"tracking_no": "SF0000"}, at=at(0),
    )  # fmt: skip
    connection.execute(
        update(CommandRow)
        .where(col(CommandRow.key) == f"older {number}")
        .values(state="refused")
    )
