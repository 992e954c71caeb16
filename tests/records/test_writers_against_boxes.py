"""Stock set and parcels reported, from a connector over its client to a platform in a box:
what the platform knows afterwards, and that it was done once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub_core.errors import Forbidden, Rejected, Retryable
from hub_core.models import FulfillmentStatus, Order
from hub_core.ports import Done, Effect, Parcel, Shipping, SkuLevel, Stock
from hub_core.sandbox import Account, Fault
from hub_core.wire import Fetched
from tests.harness import Bench, bench

LAIKE, TAOBAO = "douyin-laike", "taobao"
CONFIRMED, REFUSED, UNKNOWN = Effect.CONFIRMED, Effect.REFUSED, Effect.UNKNOWN


@dataclass
class Case:
    """One shop of a box, and the line to it."""

    made: Bench
    account: Account

    @property
    def line(self) -> Any:
        return self.made.hub.lines.open(self.made.hub.shops()[0])

    @property
    def stock(self) -> Stock:
        return self.made.hub.plugins.stock(self.made.platform.channel, self.line)

    @property
    def shipping(self) -> Shipping:
        return self.made.hub.plugins.shipping(self.made.platform.channel, self.line)

    def spoil(self, kind: str, operation: str) -> None:
        self.made.platform.faults.script.append(Fault(kind, operation))

    def mend(self) -> None:
        self.made.platform.faults.script.clear()

    # Products ------------------------------------------------------------------------

    def levels(self) -> dict[str, dict[str, Any]]:
        """What the platform knows of each product: pieces by SKU."""
        found = self.made.platform.records(self.account.external_id, "product")
        return {
            r.external_id: {
                k.removeprefix("available:"): v
                for k, v in r.facts.items()
                if k.startswith("available:")
            }
            for r in found
            if not r.removed
        }

    def itself(self) -> str:
        """A product without variants."""
        return next(p for p, skus in self.levels().items() if [*skus] == [p])

    def product(self, wanted: Callable[[list[Any]], bool]) -> tuple[str, list[str]]:
        """The first product whose numbers are as wanted, and its SKUs."""
        all_of_them = self.levels().items()
        return next((p, [*s]) for p, s in all_of_them if wanted([*s.values()]))

    def set(self, product: str, **skus: int) -> list[Done]:
        levels = [
            SkuLevel(
                product_external_id=product, sku_external_id=sku, available=n, key="a1"
            )
            for sku, n in skus.items()
        ]
        return list(self.stock.set(levels))

    # Effects -------------------------------------------------------------------------

    def effects(self, kind: str) -> list[tuple[str, Any]]:
        told = {"stock": "available", "ship": "lines"}[kind]
        done = self.made.platform.effects(self.account.external_id)
        return [(e.target, e.facts[told]) for e in done if e.kind == kind]


@contextmanager
def case(channel: str, folder: Path, pins: Any = None, **box: Any) -> Iterator[Case]:
    if channel == TAOBAO:
        box = {"items": 30, "orders": 80, "history": timedelta(days=3)} | box
    with bench(channel, folder, channel_settings={"pins": pins or {}}, **box) as made:
        yield Case(made, made.platform.accounts()[0])


def one(numbers: list[Any]) -> bool:
    return len(numbers) == 1 and numbers[0] is not None


def several(numbers: list[Any]) -> bool:
    return len(numbers) > 1


# Stock -----------------------------------------------------------------------------------

SHAPES = [
    pytest.param(LAIKE, {}, "stock.sync", id="laike"),
    pytest.param(LAIKE, {"stock": 1}, "stock.sync", id="laike-2021"),
    pytest.param(TAOBAO, {"stock": 1}, "stock.batch", id="taobao"),
    pytest.param(TAOBAO, {"stock": 2}, "stock.tmall", id="tmall"),
]
"""Channel, pins, and the box's name for its stock call."""


@pytest.mark.parametrize(("channel", "pins", "call"), SHAPES)
def test_a_level_is_reached_however_often_it_is_set(
    channel: str, pins: Any, call: str, tmp_path: Path
) -> None:
    with case(channel, tmp_path, pins) as shop:
        product, (sku,) = shop.product(one)
        (first,) = shop.set(product, **{sku: 41})

        assert (first.target, first.effect) == (sku, CONFIRMED)
        assert shop.levels()[product] == {sku: 41}
        assert shop.effects("stock") == [(sku, 41)]
        (again,) = shop.set(product, **{sku: 41})
        assert again == first
        assert shop.levels()[product] == {sku: 41}
        found = shop.stock.level(product, sku)
        assert found is not None
        assert found.available == 41


@pytest.mark.parametrize(("channel", "pins", "call"), SHAPES)
def test_a_lost_answer_is_an_error_and_looking_tells(
    channel: str, pins: Any, call: str, tmp_path: Path
) -> None:
    with case(channel, tmp_path, pins) as shop:
        product, (sku,) = shop.product(one)
        shop.spoil("reset_after", call)

        with pytest.raises(Retryable):
            shop.set(product, **{sku: 41})
        shop.mend()
        found = shop.stock.level(product, sku)
        assert found is not None
        assert found.available == 41
        assert shop.effects("stock") == [(sku, 41)]


@pytest.mark.parametrize("pin", [1, 2])
def test_taobao_sets_several_skus_in_one_call(pin: int, tmp_path: Path) -> None:
    with case(TAOBAO, tmp_path, {"stock": pin}) as shop:
        product, skus = shop.product(several)
        asked = {sku: 30 + n for n, sku in enumerate(skus)}
        done = shop.set(product, **asked, **{"1": 5})

        assert [(d.target, d.effect) for d in done] == [
            *[(sku, CONFIRMED) for sku in skus],
            ("1", REFUSED),
        ]
        assert [d.told for d in done[:-1]] == [*asked.values()]
        assert shop.levels()[product] == asked
        assert shop.effects("stock") == [*asked.items()]


@pytest.mark.parametrize("pin", [1, 2])
def test_taobao_sets_a_product_without_variants(pin: int, tmp_path: Path) -> None:
    with case(TAOBAO, tmp_path, {"stock": pin}) as shop:
        product = shop.itself()
        (done,) = shop.set(product, **{product: 41})

        assert done == Done(target=product, effect=CONFIRMED, told=41)
        assert shop.effects("stock") == [(product, 41)]


@pytest.mark.parametrize("pin", [1, 2])
def test_taobao_names_the_cause_of_a_refused_call(pin: int, tmp_path: Path) -> None:
    with case(TAOBAO, tmp_path, {"stock": pin}) as shop:
        with pytest.raises(Rejected, match=r"isv\."):
            shop.set("1", **{"2": 5})
        shop.made.platform.expire_writes(shop.account.external_id)  # type: ignore[attr-defined]
        product, (sku,) = shop.product(one)
        with pytest.raises(Forbidden):
            shop.set(product, **{sku: 5})
        assert shop.effects("stock") == []


@pytest.mark.parametrize(
    ("wanted", "why"),
    [(several, "several SKUs"), (lambda numbers: numbers == [None], "unlimited")],
)
def test_laike_refuses_what_the_call_cannot_say(
    wanted: Any, why: str, tmp_path: Path
) -> None:
    with case(LAIKE, tmp_path) as shop:
        product, skus = shop.product(wanted)
        before = shop.levels()
        (done,) = shop.set(product, **{skus[0]: 5})

        assert (done.target, done.effect) == (skus[0], REFUSED)
        assert why in (done.reason or "")
        assert shop.levels() == before
        assert shop.effects("stock") == []


def test_laike_of_2022_tells_too_little_to_reckon_a_total(tmp_path: Path) -> None:
    with case(LAIKE, tmp_path, shape="2022") as shop:
        found = shop.made.platform.records(shop.account.external_id, "product")
        product = found[0].external_id
        sku = f"18{product[2:]}"
        (done,) = shop.set(product, **{sku: 5})

        assert (done.effect, shop.effects("stock")) == (REFUSED, [])
        assert "not told" in (done.reason or "")


def test_laike_takes_what_is_left_where_the_fact_says_so(tmp_path: Path) -> None:
    box: Any = {"switches": {"stock_qty": "available"}}
    facts = {"facts": {"stock_counts": "available"}}
    with bench(LAIKE, tmp_path, channel_settings=facts, **box) as made:
        shop = Case(made, made.platform.accounts()[0])
        product, (sku,) = shop.product(one)
        (done,) = shop.set(product, **{sku: 41})

        assert done.effect is CONFIRMED
        assert shop.levels()[product] == {sku: 41}


# Shipping --------------------------------------------------------------------------------

YTO, ZTO = ("YTO", "YT1234567890123"), ("ZTO", "73123456789012")
WAITS = FulfillmentStatus.UNFULFILLED
PLAIN = ("fixed", "guarantee_trade", "step")
"""Kinds of trade that are sent this way: neither virtual nor cash on delivery."""


class Dispatch(Case):
    """A Taobao shop with goods to send."""

    def order(self, id: str) -> Order:
        source = self.made.hub.plugins.orders(TAOBAO, self.line)
        found = source.record(id)
        assert isinstance(found, Fetched)
        return found.order

    def waiting(self, lines: int) -> Order:
        """An order of so many lines, paid and none of it sent or asked back."""
        for told in self.made.platform.truth(self.account.external_id):
            if told.status != "WAIT_SELLER_SEND_GOODS" or told.removed:
                continue
            order = self.order(told.external_id)
            plain = order.type_raw in PLAIN
            quiet = {x.after_sale_status.value for x in order.lines} == {"none"}
            ready = {x.fulfillment_status for x in order.lines} == {WAITS}
            if plain and quiet and ready and len(order.lines) == lines:
                return order
        raise AssertionError("no such order")

    def send(
        self, order: Order, by: tuple[str, str], *lines: str, first: bool = True
    ) -> Done:
        return self.shipping.send(
            Parcel(
                order_external_id=order.external_id,
                carrier_code=by[0],
                tracking_no=by[1],
                line_external_ids=lines,
                is_first=first,
            )
        )

    def stored(self, order: Order) -> str:
        """Its status in the hub after the next sync."""
        self.made.platform.clock.advance(600)
        self.made.hub.sync()
        return self.made.stored(self.account.name)[order.external_id][0]


@contextmanager
def dispatch(folder: Path, pin: int, **box: Any) -> Iterator[Dispatch]:
    box = {"orders": 150} | box
    with case(TAOBAO, folder, {"shipping": pin}, **box) as opened:
        yield Dispatch(opened.made, opened.account)


def ids(order: Order) -> list[str]:
    return [line.external_id for line in order.lines]


@pytest.mark.parametrize("pin", [1, 2])
def test_a_whole_order_is_sent_once_and_its_status_follows(
    pin: int, tmp_path: Path
) -> None:
    with dispatch(tmp_path, pin) as shop:
        order = shop.waiting(lines=2)

        assert shop.send(order, YTO) == Done(target=order.external_id, effect=CONFIRMED)
        assert shop.stored(order) == "WAIT_BUYER_CONFIRM_GOODS"
        assert shop.send(order, YTO).effect is UNKNOWN
        ((target, lines), *more) = shop.effects("ship")
        assert (target, sorted(lines.split(",")), more) == (
            order.external_id,
            sorted(ids(order)),
            [],
        )


@pytest.mark.parametrize("pin", [1, 2])
def test_an_order_goes_in_two_parcels_the_second_being_the_rest(
    pin: int, tmp_path: Path
) -> None:
    with dispatch(tmp_path, pin) as shop:
        order = shop.waiting(lines=2)
        first, second = ids(order)

        assert shop.send(order, YTO, first).effect is CONFIRMED
        assert shop.stored(order) == "SELLER_CONSIGNED_PART"
        again = shop.send(order, ZTO, first, first=False)
        assert (again.effect, (again.code or "")[-4:]) == (UNKNOWN, ":B04")
        assert shop.send(order, ZTO, first=False).effect is CONFIRMED
        assert shop.stored(order) == "WAIT_BUYER_CONFIRM_GOODS"
        assert shop.effects("ship") == [
            (order.external_id, first),
            (order.external_id, second),
        ]


@pytest.mark.parametrize("pin", [1, 2])
def test_a_lost_answer_is_an_error_and_the_order_tells(pin: int, tmp_path: Path) -> None:
    with dispatch(tmp_path, pin) as shop:
        order = shop.waiting(lines=1)
        shop.spoil("reset_after", "ship" if pin == 1 else "ship.chain")

        with pytest.raises(Retryable):
            shop.send(order, YTO)
        shop.mend()
        (delivery,) = shop.order(order.external_id).deliveries
        assert delivery.tracking_no == YTO[1]
        assert shop.send(order, YTO).effect is UNKNOWN
        assert shop.effects("ship") == [(order.external_id, ids(order)[0])]


@pytest.mark.parametrize("pin", [1, 2])
@pytest.mark.parametrize(
    ("by", "code"), [(("SF", YTO[1]), None), (("PIGEON", "1"), ":B57")]
)
def test_a_wrong_number_or_carrier_is_refused(
    pin: int, by: tuple[str, str], code: str | None, tmp_path: Path
) -> None:
    with dispatch(tmp_path, pin) as shop:
        order = shop.waiting(lines=1)
        done = shop.send(order, by)

        assert done.effect is REFUSED
        assert done.code and done.code.endswith(code) if code else done.code is None
        assert YTO[1] not in (done.reason or "")
        assert shop.effects("ship") == []


@pytest.mark.parametrize("refusal", ["error", "success_false"])
def test_a_closed_order_may_not_be_told_from_one_that_was_sent(
    refusal: str, tmp_path: Path
) -> None:
    with dispatch(tmp_path, 2, switches={"ascp_refusal": refusal}) as shop:
        known = shop.made.platform.truth(shop.account.external_id)
        closed = [t.external_id for t in known if t.status == "TRADE_CLOSED_BY_TAOBAO"]
        order = next(o for o in map(shop.order, closed) if o.type_raw in PLAIN)

        assert shop.send(order, YTO).effect is UNKNOWN
        assert shop.send(order, YTO, ids(order)[0]).effect is UNKNOWN
        assert shop.effects("ship") == []


def test_carriers_are_the_platforms_own(tmp_path: Path) -> None:
    with dispatch(tmp_path, 1) as shop:
        known = {c.code: c for c in shop.shipping.carriers()}

        assert known["YTO"].name == "圆通速递"
        assert known["YTO"].waybill_pattern
