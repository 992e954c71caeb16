"""Stock, parcels and sealed receivers against Pinduoduo in a box: each effect once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.pinduoduo import receivers_v1
from connectors.pinduoduo.orders import PddOrders
from connectors.pinduoduo.shipping import PddShipping
from connectors.pinduoduo.stock import PddStock
from hub_core.client import Line
from hub_core.errors import Retryable
from hub_core.models import Order
from hub_core.ports import Done, Effect, Parcel, SkuLevel
from hub_core.sandbox import Effect as Changed
from hub_core.sandbox.faults import Fault
from hub_core.wire import Fetched
from tests.harness import Bench, bench

PREFIX = "available:"
HELD = ("risk_review", "refund_requested")


class Shop:
    """The box's first shop, and what a hub would do to it."""

    def __init__(self, made: Bench) -> None:
        self.made = made
        self.account = made.platform.accounts()[0].external_id
        shop = made.hub.shop(made.platform.accounts()[0].name)
        self.line: Line = made.hub.lines.open(shop)
        self.stock, self.shipping = PddStock(self.line), PddShipping(self.line)

    @property
    def effects(self) -> list[Changed]:
        return self.made.platform.effects(self.account)

    def put_in_slot(self, product: str, *, slot: bool) -> None:
        """Into a promotion slot, or out of it."""
        box: Any = self.made.platform
        box.put_in_slot(self.account, product, slot=slot)

    def any_sku(self) -> tuple[str, str, int]:
        """Some product, one of its SKUs, and what it has."""
        first = self.made.platform.records(self.account, "product")[0]
        name = next(n for n in first.facts if n.startswith(PREFIX))
        return first.external_id, name.removeprefix(PREFIX), self.truth(name)

    def truth(self, name: str) -> int:
        known = self.made.platform.records(self.account, "product")
        (found,) = [p.facts[name] for p in known if name in p.facts]
        assert isinstance(found, int)
        return found

    def set(self, product: str, sku: str, available: int) -> Done:
        level = SkuLevel(
            product_external_id=product, sku_external_id=sku, available=available, key="k"
        )
        (done,) = self.stock.set([level])
        return done

    def offered(self, product: str, sku: str) -> int | None:
        level = self.stock.level(product, sku)
        return None if level is None else level.available

    def order(self, order_sn: str) -> Order:
        found = PddOrders(self.line).record(order_sn)
        assert isinstance(found, Fetched)
        return found.order

    def waiting(self) -> Iterator[Order]:
        """Orders that are not shipped yet."""
        for known in self.made.platform.truth(self.account):
            if known.status == "1" and not known.removed:
                yield self.order(known.external_id)

    def ready(self) -> Iterator[str]:
        """The numbers of those that may be shipped."""
        for order in self.waiting():
            if order.order_status == "open" and not set(order.flags) & set(HELD):
                yield order.external_id

    def deliveries(self, order: str) -> list[tuple[str | None, str | None]]:
        return [(d.carrier_code, d.tracking_no) for d in self.order(order).deliveries]

    def send(self, order: str, waybill: str, carrier: str = "85", **more: Any) -> Done:
        return self.shipping.send(
            Parcel(
                order_external_id=order, carrier_code=carrier, tracking_no=waybill, **more
            )
        )


@pytest.fixture
def switches() -> dict[str, str]:
    return {}


@pytest.fixture
def shop(tmp_path: Path, switches: dict[str, str]) -> Iterator[Shop]:
    how: dict[str, Any] = {"poison": 0.0, "switches": switches}
    with bench("pinduoduo", tmp_path, orders=20, **how) as made:
        yield Shop(made)


OTHERWISE = pytest.mark.parametrize(
    "switches",
    [
        {},
        {"is_success": "number", "carrier_ids": "text", "goods_ids": "text"},
    ],
    ids=["as documented", "as captured"],
)


LOST = pytest.mark.parametrize("kind", ["truncate", "reset_after"])


def lose(shop: Shop, kind: str, operation: str) -> None:
    """Spoil the first answer of an operation after it took effect."""
    shop.made.platform.faults.script.append(Fault(kind, operation, frozenset({1})))


# Stock ---------------------------------------------------------------------------------


@OTHERWISE
def test_a_level_is_seen_before_and_after_it_is_set(shop: Shop) -> None:
    product, sku, before = shop.any_sku()
    assert shop.offered(product, sku) == before
    assert shop.set(product, sku, before + 9).effect is Effect.CONFIRMED
    assert shop.offered(product, sku) == shop.truth(PREFIX + sku) == before + 9
    (one,) = shop.effects
    assert (one.kind, one.target, one.facts["available"]) == ("stock", sku, before + 9)


def test_a_level_set_twice_is_what_it_was_set_to(shop: Shop) -> None:
    product, sku, _ = shop.any_sku()
    assert [shop.set(product, sku, 4).effect for _ in range(2)] == ["confirmed"] * 2
    assert shop.truth(PREFIX + sku) == 4


def test_a_promotion_slot_takes_more_and_refuses_less(shop: Shop) -> None:
    product, sku, before = shop.any_sku()
    shop.put_in_slot(product, slot=True)
    less = shop.set(product, sku, before - 1)
    assert less.effect is Effect.REFUSED
    assert "资源位" in (less.reason or "")
    assert (shop.offered(product, sku), shop.effects) == (before, [])
    assert shop.set(product, sku, before + 1).effect is Effect.CONFIRMED
    shop.put_in_slot(product, slot=False)
    assert shop.set(product, sku, 0).effect is Effect.CONFIRMED
    assert shop.offered(product, sku) == 0


def test_a_sku_or_product_that_is_not_there_is_refused_and_none(shop: Shop) -> None:
    product, sku, _ = shop.any_sku()
    assert [shop.set(*pair, 5).effect for pair in (("2", sku), (product, "1"))] == [
        "refused",
        "refused",
    ]
    assert shop.offered("2", sku) is None
    assert shop.offered(product, "1") is None
    assert shop.effects == []


@LOST
def test_a_level_whose_answer_was_lost_is_what_it_was_set_to(shop: Shop, kind: str) -> None:
    """What writes is sent once: the level tells what became of it."""
    product, sku, before = shop.any_sku()
    lose(shop, kind, "stock.push")
    with pytest.raises(Retryable):
        shop.set(product, sku, before + 9)
    assert shop.truth(PREFIX + sku) == before + 9
    assert len(shop.effects) == 1


# Parcels -------------------------------------------------------------------------------


@OTHERWISE
def test_a_parcel_is_one_effect_and_the_order_has_it(shop: Shop) -> None:
    order = next(shop.ready())
    assert shop.send(order, "YT0000001").effect is Effect.CONFIRMED
    (one,) = shop.effects
    assert (one.kind, one.target) == ("ship", order)
    assert (one.facts["carrier_code"], one.facts["tracking_no"]) == ("85", "YT0000001")
    assert shop.deliveries(order) == [("85", "YT0000001")]


def test_an_order_in_two_parcels_has_both(shop: Shop) -> None:
    order = next(shop.ready())
    assert shop.send(order, "YT0000001").effect is Effect.CONFIRMED
    second = shop.send(order, "SF0000002", carrier="44", is_first=False)
    assert second.effect is Effect.CONFIRMED
    assert [one.target for one in shop.effects] == [order, order]
    assert shop.deliveries(order) == [("85", "YT0000001"), ("44", "SF0000002")]


def test_a_further_parcel_before_the_first_is_refused(shop: Shop) -> None:
    done = shop.send(next(shop.ready()), "YT0000001", is_first=False)
    assert (done.effect, shop.effects) == (Effect.REFUSED, [])


def test_a_second_shipment_is_unknown_and_changes_nothing(shop: Shop) -> None:
    order = next(shop.ready())
    effects = [shop.send(order, f"YT000000{n}").effect for n in (1, 2)]
    assert effects == [Effect.CONFIRMED, Effect.UNKNOWN]
    assert len(shop.effects) == 1


@LOST
def test_a_shipment_whose_answer_was_lost_is_unknown_and_no_refusal(
    shop: Shop, kind: str
) -> None:
    """Whoever asks again hears of the first call that it was done before."""
    order = next(shop.ready())
    lose(shop, kind, "ship.push")
    with pytest.raises(Retryable):
        shop.send(order, "YT0000001")
    assert shop.send(order, "YT0000001").effect is Effect.UNKNOWN
    assert len(shop.effects) == 1
    assert shop.deliveries(order) == [("85", "YT0000001")]


def test_orders_under_review_or_cancelled_are_refused(tmp_path: Path) -> None:
    with bench("pinduoduo", tmp_path, seed=3, orders=60, poison=0.0) as made:
        shop = Shop(made)
        orders = list(shop.waiting())
        review = [o.external_id for o in orders if "risk_review" in o.flags]
        over = [o.external_id for o in orders if o.order_status == "cancelled"]
        assert review
        assert over
        done = [shop.send(order, "YT0000001") for order in (*review, *over)]
        assert {one.effect for one in done} == {Effect.REFUSED}
        assert all("不能发货" in (one.reason or "") for one in done)
        assert shop.effects == []


@OTHERWISE
def test_the_carriers_ship_and_no_other_company_does(shop: Shop) -> None:
    carriers = shop.shipping.carriers()
    codes = {carrier.code for carrier in carriers}
    assert {"44", "85"} <= codes
    assert all(carrier.name for carrier in carriers)
    strange = next(str(n) for n in range(1, 999) if str(n) not in codes)
    ready = shop.ready()
    assert shop.send(next(ready), "YT0000001", carrier=strange).effect == "refused"
    for carrier in carriers:
        done = shop.send(next(ready), "W0000001", carrier=carrier.code)
        assert done.effect is Effect.CONFIRMED


# Receivers -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["none", "split", "joined"])
def test_a_sealed_receiver_is_opened(tmp_path: Path, kind: str) -> None:
    how: dict[str, Any] = {"poison": 0.0, "switches": {"virtual_numbers": kind}}
    with bench("pinduoduo", tmp_path, orders=20, **how) as made:
        shop = Shop(made)
        order = next(shop.ready())
        party = shop.order(order).party
        assert party is not None
        rows = [{"order": order, "cipher": text} for text in party.ciphers.values()]
        opened = shop.line.send(receivers_v1.DECRYPT, rows=rows)
        found = {one.what: one for one in opened}
        assert {"name", "phone", "address"} <= set(found)
        assert {one.cipher for one in opened} == set(party.ciphers.values())
        assert (found["name"].text or "")[:1] == (party.name or "")[:1]
        assert (found["phone"].text or "").isdecimal()
        assert bool(found["phone"].extension) is (kind != "none")
        assert found["phone"].is_virtual_number is (kind != "none")
