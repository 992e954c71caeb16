"""Stock and parcels against JD in a box: each effect once, and what the order shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hub_core.client import Line
from hub_core.errors import Forbidden, Retryable
from hub_core.models import DeliveryKind, Order
from hub_core.ports import Done, Effect, Parcel, Shipping, SkuLevel, Stock
from hub_core.sandbox import Effect as Changed
from hub_core.sandbox.faults import Fault
from hub_core.wire import Fetched
from tests.harness import Bench, bench

CONFIRMED, REFUSED, UNKNOWN = Effect.CONFIRMED, Effect.REFUSED, Effect.UNKNOWN
PREFIX = "available:"
WAITS, LEFT = "WAIT_SELLER_STOCK_OUT", "WAIT_GOODS_RECEIVE_CONFIRM"
SF, OWN = "467", "1274"
WAYBILL = "SF1234567890123"
REFUNDED = "3"
"""An application whose money went back."""


class Shop:
    """The box's first shop, and what a hub would do to it."""

    def __init__(self, made: Bench) -> None:
        self.made = made
        self.account = made.platform.accounts()[0]
        self.line: Line = made.hub.lines.open(made.hub.shop(self.account.name))

    @property
    def stock(self) -> Stock:
        return self.made.hub.plugins.stock("jd", self.line)

    @property
    def shipping(self) -> Shipping:
        return self.made.hub.plugins.shipping("jd", self.line)

    @property
    def effects(self) -> list[Changed]:
        return self.made.platform.effects(self.account.external_id)

    def lose(self, operation: str) -> None:
        """Lose the answer of its first call, after it took effect."""
        fault = Fault("reset_after", operation, frozenset({1}))
        self.made.platform.faults.script.append(fault)

    # Stock ---------------------------------------------------------------------------

    def any_sku(self) -> tuple[str, str, int]:
        """Some product, one of its SKUs, and what it has."""
        first = self.made.platform.records(self.account.external_id, "product")[0]
        name = next(n for n in first.facts if n.startswith(PREFIX))
        return first.external_id, name.removeprefix(PREFIX), self.truth(name)

    def truth(self, name: str) -> int:
        known = self.made.platform.records(self.account.external_id, "product")
        (found,) = [p.facts[name] for p in known if name in p.facts]
        assert isinstance(found, int)
        return found

    def bring(self, product: str, sku: str, available: int) -> Done:
        level = SkuLevel(
            product_external_id=product, sku_external_id=sku, available=available, key="k"
        )
        (done,) = self.stock.set([level])
        return done

    def offered(self, product: str, sku: str) -> int | None:
        level = self.stock.level(product, sku)
        return None if level is None else level.available

    # Orders --------------------------------------------------------------------------

    def states(self) -> dict[str, str]:
        known = self.made.platform.truth(self.account.external_id)
        return {t.external_id: t.status for t in known if not t.removed}

    def those(self, *states: str) -> list[str]:
        return [order for order, state in self.states().items() if state in states]

    def refunded(self) -> set[str]:
        known = self.made.platform.records(self.account.external_id, "after_sale")
        done = [c for c in known if c.facts.get("status_raw") == REFUNDED]
        return {str(c.facts["order_external_id"]) for c in done}

    def order(self, order: str) -> Order:
        found = self.made.hub.plugins.orders("jd", self.line).record(order)
        assert isinstance(found, Fetched)
        return found.order

    def send(self, order: str, waybill: str = WAYBILL, carrier: str = SF) -> Done:
        return self.shipping.send(
            Parcel(order_external_id=order, carrier_code=carrier, tracking_no=waybill)
        )

    def stored(self, order: str) -> str:
        """Its state in the hub after the next sync."""
        self.made.platform.clock.advance(600)
        self.made.hub.sync()
        return self.made.stored(self.account.name)[order][0]


@contextmanager
def shop_of(folder: Path, pins: Any = None, **box: Any) -> Iterator[Shop]:
    box = {"orders": 40, "poison": 0.0} | box
    with bench("jd", folder, channel_settings={"pins": pins or {}}, **box) as made:
        yield Shop(made)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with shop_of(tmp_path) as made:
        yield made


# Stock -----------------------------------------------------------------------------------

WAYS = [pytest.param({"stock": 1}, id="older"), pytest.param({"stock": 2}, id="newer")]


@pytest.mark.parametrize("pins", WAYS)
def test_a_level_is_in_the_truth_by_one_effect_and_twice_is_confirmed(
    pins: Any, tmp_path: Path
) -> None:
    with shop_of(tmp_path, pins) as shop:
        product, sku, before = shop.any_sku()
        assert shop.offered(product, sku) == before
        first = shop.bring(product, sku, before + 9)
        assert first == Done(target=sku, effect=CONFIRMED)
        assert shop.offered(product, sku) == shop.truth(PREFIX + sku) == before + 9
        (one,) = shop.effects
        told = (one.kind, one.target, one.facts["available"])
        assert told == ("stock", sku, before + 9)
        assert shop.bring(product, sku, before + 9) == first
        assert shop.bring(product, sku, 0).effect is CONFIRMED
        assert shop.offered(product, sku) == 0


@pytest.mark.parametrize("pins", WAYS)
@pytest.mark.parametrize("layer", ["api_result", "gateway"])
def test_a_sku_that_is_not_there_is_refused_and_has_no_level(
    pins: Any, layer: str, tmp_path: Path
) -> None:
    with shop_of(tmp_path, pins, switches={"refusals": layer}) as shop:
        product, _, _ = shop.any_sku()
        done = shop.bring(product, "1", 5)
        assert (done.target, done.effect, shop.effects) == ("1", REFUSED, [])
        assert "不存在" in (done.reason or "")
        assert shop.offered(product, "1") is None


@pytest.mark.parametrize("pins", WAYS)
def test_a_lost_answer_is_an_error_and_looking_tells(pins: Any, tmp_path: Path) -> None:
    with shop_of(tmp_path, pins) as shop:
        product, sku, before = shop.any_sku()
        shop.lose("stock.set")
        with pytest.raises(Retryable):
            shop.bring(product, sku, before + 9)
        assert shop.offered(product, sku) == before + 9
        assert len(shop.effects) == 1


def test_an_app_that_may_not_set_stock_is_told_as_such(shop: Shop) -> None:
    box: Any = shop.made.platform
    box.forbid(shop.account.external_id, "jingdong.stock.write.updateSkuStock")
    product, sku, _ = shop.any_sku()
    with pytest.raises(Forbidden):
        shop.bring(product, sku, 1)
    assert shop.effects == []


# Shipping --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"shipment_success": "bool", "old_wrapper": "by_method", "order_id": "number"},
    ],
    ids=["as captured", "otherwise"],
)
def test_a_parcel_is_one_effect_and_the_orders_state_follows(
    switches: dict[str, str], tmp_path: Path
) -> None:
    with shop_of(tmp_path, switches=switches) as shop:
        order = shop.those(WAITS)[0]
        assert {SF, OWN} <= {c.code for c in shop.shipping.carriers()}
        assert shop.send(order) == Done(target=order, effect=CONFIRMED)
        (one,) = shop.effects
        assert (one.kind, one.target) == ("ship", order)
        assert (one.facts["carrier_code"], one.facts["tracking_no"]) == (SF, WAYBILL)
        (delivery,) = shop.order(order).deliveries
        assert (delivery.carrier_code, delivery.tracking_no) == (SF, WAYBILL)
        assert shop.stored(order) == LEFT


@pytest.mark.parametrize("layer", ["api_result", "code", "gateway"])
def test_what_was_shipped_before_is_unknown_and_changes_nothing(
    layer: str, tmp_path: Path
) -> None:
    with shop_of(tmp_path, switches={"refusals": layer}) as shop:
        before = shop.those(LEFT)[0]
        order = shop.those(WAITS)[0]
        assert shop.send(order).effect is CONFIRMED
        again = [shop.send(order), shop.send(order, "SF9876543210987")]
        assert [done.effect for done in (*again, shop.send(before))] == [UNKNOWN] * 3
        assert [one.target for one in shop.effects] == [order]


def test_a_lost_answer_is_an_error_and_the_order_tells(shop: Shop) -> None:
    order = shop.those(WAITS)[0]
    shop.lose("orders.ship")
    with pytest.raises(Retryable):
        shop.send(order)
    (delivery,) = shop.order(order).deliveries
    assert delivery.tracking_no == WAYBILL
    assert shop.send(order).effect is UNKNOWN
    assert len(shop.effects) == 1


def test_a_single_order_that_lags_makes_no_refusal_of_what_was_shipped(
    tmp_path: Path,
) -> None:
    box: Any = {"lag_by": 60.0, "switches": {"lagging": "detail"}}
    with shop_of(tmp_path, **box) as shop:
        order = shop.those(WAITS)[0]
        shop.lose("orders.ship")
        with pytest.raises(Retryable):
            shop.send(order)
        assert shop.order(order).deliveries == ()
        assert shop.send(order).effect is UNKNOWN
        assert len(shop.effects) == 1


@pytest.mark.parametrize("layer", ["api_result", "code", "gateway"])
def test_locked_paused_cancelled_unpaid_and_refunded_orders_are_refused(
    layer: str, tmp_path: Path
) -> None:
    how: Any = {"orders": 140, "switches": {"refusals": layer}, "latency": 0.0}
    with shop_of(tmp_path, seed=1, **how) as shop:
        for _ in range(12):
            shop.made.platform.clock.advance(600)
            shop.made.platform.churn(20)
        refunded = [o for o in shop.those("TRADE_CANCELED") if o in shop.refunded()]
        held = [shop.those(s)[:3] for s in ("LOCKED", "POP_ORDER_PAUSE", "NOT_PAY")]
        quiet = [o for o in shop.those("TRADE_CANCELED") if not shop.order(o).deliveries]
        asked = [*held, refunded[:3], quiet[:3]]
        assert all(asked)
        for order in [order for some in asked for order in some]:
            done = shop.send(order)
            assert (done.target, done.effect) == (order, REFUSED)
            assert "状态" in (done.reason or "")
        assert shop.effects == []


@pytest.mark.parametrize(
    ("carrier", "waybill", "words"),
    [("99999", WAYBILL, "物流公司不存在"), (SF, "A", "运单号不合法")],
)
def test_a_strange_courier_or_number_is_refused(
    shop: Shop, carrier: str, waybill: str, words: str
) -> None:
    done = shop.send(shop.those(WAITS)[0], waybill, carrier)
    assert done.effect is REFUSED
    assert words in (done.reason or "")
    assert shop.effects == []


def test_no_such_order_is_refused(shop: Shop) -> None:
    done = shop.send("123")
    assert (done.effect, shop.effects) == (REFUSED, [])


def test_own_delivery_leaves_no_number_to_look_for(shop: Shop) -> None:
    order = shop.those(WAITS)[0]
    done = shop.send(order, "VAN-1", OWN)
    assert done.effect is CONFIRMED
    assert "no waybill number" in (done.reason or "")
    (delivery,) = shop.order(order).deliveries
    assert delivery.kind is DeliveryKind.SELF_DELIVERY
    assert delivery.tracking_no is None
    assert shop.send(order, "VAN-1", OWN).effect is UNKNOWN
    assert shop.stored(order) == LEFT
    assert len(shop.effects) == 1
