"""Stock that is set and parcels that are reported arrive once, or are refused."""

from datetime import UTC, datetime, timedelta

import pytest
from channel_hub_own_shop.box import create

from hub_core.sandbox import Clock

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.fixture
def box():
    clock = Clock(NOON.timestamp())
    return create(seed=3, clock=clock, history=timedelta(days=1), late=0.0)


def order_that_is(box, status, after_sale="none"):
    fit = (
        r.id
        for r in box.book.records("shop")
        if r.latest.content["status"] == status
        and r.latest.content["after_sale"] == after_sale
    )
    return next(fit)


def test_a_level_is_set_once(box, hub_over):
    with hub_over(box) as hub:
        hub.sync(streams=["products"])
        shop = hub.shop("shop")
        hub.desks.set_stock("OWN-1-1", 7, key="count-1")
        hub.desks.bind_by_code(shop)
        first, second = (hub.desks.push_stock(shop) for _ in range(2))

    assert (first.confirmed, first.error, second.confirmed) == (1, None, 0)
    (effect,) = box.effects("shop")
    assert (effect.target, effect.facts["available"]) == ("S0001-1", 7)


def test_a_parcel_is_reported_once(box, hub_over):
    order = order_that_is(box, "paid")
    with hub_over(box) as hub:
        ship = {"carrier": "顺丰速运", "tracking_no": "SF123"}
        told = [hub.desks.ship(hub.shop("shop"), order, **ship) for _ in range(2)]

    assert [shipment.state for shipment in told] == ["confirmed", "confirmed"]
    (effect,) = box.effects("shop")
    assert (effect.target, effect.facts["tracking_no"]) == (order, "SF123")


def test_an_order_whose_buyer_wants_the_money_back_is_not_sent(box, hub_over):
    order = order_that_is(box, "paid", after_sale="open")
    with hub_over(box) as hub:
        ship = {"carrier": "SF", "tracking_no": "SF123"}
        told = hub.desks.ship(hub.shop("shop"), order, **ship)

    assert (told.state, told.said) == ("refused", "its buyer asks for a refund")
    assert box.effects("shop") == []
