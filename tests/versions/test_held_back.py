"""Records in another unit wait outside, until a person lets them in."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from hub_core.models import (
    Discounts,
    FulfillmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    PaymentStatus,
)
from hub_core.store.kinds import ORDER
from hub_core.sync.gate.profile import Profile
from hub_core.sync.gate.sieve import Sieve, Sifted
from hub_core.wire import Fetched
from tests.cli.world import HISTORY, World, boxed, now
from tests.versions.midstream import Change, Wire, rows_of

CHANNEL = "jd"
ROW = ("jingdong_pop_order_enSearch_responce", "searchorderinfo_result", "orderInfoList")
IN_FEN = Change("orders", (*ROW, "orderTotalPrice"), "in fen, as yuan were")


# A shop on a wire ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two shops of one app, read."""
    with boxed(tmp_path_factory.mktemp("hub"), CHANNEL, orders=30, seed=2, shops=2) as made:
        for account in made.accounts(CHANNEL):
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("SHOP_TOKEN", account.access_token or "")
                assert made.add_shop(account, CHANNEL).code == 0
        assert made.hub("sync").code == 0
        yield made


@pytest.fixture(scope="module")
def wire(world: World) -> Wire:
    """Its answers to the first shop, which may be changed."""
    box: Any = world.boxes[CHANNEL]
    made = Wire(SimpleNamespace(handle=box.handle))
    made.only = str(world.accounts(CHANNEL)[0].access_token)
    box.handle = made.handle
    return made


def stored(world: World) -> Any:
    with world.open() as hub:
        return rows_of(hub)


def test_what_is_in_another_unit_waits_and_comes_in_when_a_person_says_so(
    world: World, wire: Wire
) -> None:
    first = world.accounts(CHANNEL)[0].name
    before, wire.change = stored(world), IN_FEN

    healed = world.hub("heal", first, "--from", f"{now() - HISTORY:%Y-%m-%d}", "--json")

    assert healed.code == 0, healed.err
    assert stored(world) == before
    parked = world.hub("parked", "list", "--json").json
    assert {p["shop"] for p in parked} == {first}
    assert {p["retry_at"] for p in parked} == {None}
    assert all(p["reason"].startswith("drift: goods_amount") for p in parked)
    raw = world.hub("parked", "show", parked[0]["id"]).json
    assert raw["orderId"] == parked[0]["external_id"]

    said = world.hub("drift", "--json")
    assert said.code == 1
    assert {held["shop"] for held in said.json["held"]} == {first}
    assert sum(held["parked"] for held in said.json["held"]) == len(parked)
    assert "hub drift accept" in world.hub("drift").out
    doctor = world.hub("doctor", "--json").json["checks"]
    (found,) = [check for check in doctor if f"hub drift accept {first}" in check["next"]]
    assert found["state"] in ("warn", "fail")
    assert any(i["kind"] == "drift" for i in world.hub("incidents", "--json").json)

    wire.change = None
    taken = world.hub("drift", "accept", first, "orders", "--json")
    assert (taken.code, taken.json["stored"], taken.json["left"]) == (0, len(parked), 0)
    assert world.hub("parked", "list", "--json").json == []
    assert world.hub("drift", "--json").json["held"] == []
    assert stored(world) == before


def test_what_is_held_back_nowhere_cannot_be_accepted(world: World) -> None:
    shop = world.accounts(CHANNEL)[1].name
    said = world.hub("drift", "accept", shop, "orders")

    assert said.code == 2
    assert "nothing" in said.err


# A merchant who does as merchants do -----------------------------------------------------


def yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"


def order(n: int, chance: random.Random, prices: dict[str, int], unit: int = 1) -> Fetched:
    """One order, all its amounts so many times too large."""
    skus = chance.sample(sorted(prices), chance.choice([1, 1, min(2, len(prices))]))
    lines = [(sku, prices[sku] * unit, chance.choice([1, 1, 2])) for sku in skus]
    goods = sum(price * count for _, price, count in lines)
    off = chance.choice([0, 0, goods // 10, goods - unit])
    freight = chance.choice([0, 600]) * unit
    paid = goods - off + freight
    record = Order(
        external_id=str(n), status_raw="PAID", order_status=OrderStatus.OPEN,
        payment_status=PaymentStatus.PAID,
        fulfillment_status=FulfillmentStatus.UNFULFILLED, goods_amount=goods,
        freight_amount=freight, discounts=Discounts(total_amount=off),
        payable_amount=paid, buyer_paid_amount=paid,
        lines=tuple(
            OrderLine(
                external_id=f"{n}-{sku}", sku_external_id=sku, title="", quantity=count,
                unit_price=price, goods_amount=price * count,
            )
            for sku, price, count in lines
        ),
    )  # fmt: skip
    told = [{"sku": sku, "price": yuan(price), "num": count} for sku, price, count in lines]
    return Fetched(record, {"id": n, "status": "PAID", "paid": yuan(paid), "lines": told})


def sifted(profile: Profile, rows: list[Fetched]) -> Sifted:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return Sieve(profile, ORDER, "orders.list", at).sift(rows)


def shop(seed: int) -> tuple[random.Random, dict[str, int], Profile]:
    """A shop with some SKUs, some of its orders known."""
    chance = random.Random(seed)
    some = chance.choice([4, 10, 40])
    prices = {f"s{n}": chance.choice([990, 1990, 9900, 199900]) + n for n in range(some)}
    profile = Profile()
    for begin in (0, 50):
        found = [order(begin + n, chance, prices) for n in range(50)]
        assert not sifted(profile, found).held
    return chance, {sku: prices[sku] for sku in profile.scale.prices}, profile


@pytest.mark.parametrize("seed", range(8))
def test_sales_dearer_goods_and_other_prices_are_no_drift(seed: int) -> None:
    chance, prices, profile = shop(seed)
    cheap = {sku: price // 10 for sku, price in prices.items()}
    days = [
        prices | {"s0": 1},  # one SKU for a fen
        prices | {f"n{n}": 1_999_900 + n for n in range(9)},  # a dearer line
        cheap,  # all for a tenth
        cheap | dict.fromkeys(sorted(cheap)[: len(cheap) // 3 + 1], 100),  # some for a yuan
    ]
    for day, priced in enumerate(days):
        for rows in (3, 30, 200):
            found = [order(1000 * day + n, chance, priced) for n in range(rows)]
            done = sifted(profile, found)
            assert (done.held, done.found) == ([], []), f"day {day}, {rows} orders"


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("rows", [40, 700])
def test_all_amounts_in_another_unit_are_held_from_where_it_begins(
    seed: int, rows: int
) -> None:
    chance, prices, profile = shop(seed)
    good = [order(1000 + n, chance, prices) for n in range(rows)]
    wrong = [order(5000 + n, chance, prices, unit=100) for n in range(rows // 2)]

    done = sifted(profile, good + wrong)

    assert [m.external_id for m in done.held] == [w.record.external_id for w in wrong]
    assert {one.kind for one in done.found} == {"unit"}
    later = sifted(profile, [order(9000, chance, prices, unit=100)])
    assert [m.external_id for m in later.held] == ["9000"]


def test_an_order_that_contradicts_itself_is_held_before_anything_is_known() -> None:
    chance = random.Random(1)
    fine, odd = (order(n, chance, {"s1": 9900}) for n in (1, 2))
    goods = odd.order.goods_amount or 0
    wrong = replace(odd.order, goods_amount=goods * 100)

    done = sifted(Profile(), [fine, Fetched(wrong, odd.raw)])

    assert [m.external_id for m in done.held] == ["2"]
    assert "two units" in done.held[0].reason


def test_a_name_that_may_be_a_persons_is_not_told() -> None:
    chance, prices, profile = shop(1)
    rows = [order(n, chance, prices) for n in range(2)]
    named = [Fetched(one.record, {**one.raw, "user_13800138000": 1}) for one in rows]

    done = sifted(profile, named)

    assert ("$.{?}", "new_field") in done.notes
    assert "13800138" not in repr(done.notes) + repr(done.found)
