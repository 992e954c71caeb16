"""Setting a level where the platform takes a total, against a scripted platform."""

from __future__ import annotations

from typing import Any

import pytest

import connectors.douyin_laike as laike
from connectors.douyin_laike.stock import LaikeStock
from hub_core.errors import BadRequest, Garbled, Misconfigured, Rejected, Unreadable
from hub_core.models import StockLevel
from hub_core.ports import Done, Effect, SkuLevel, Stock
from hub_core.wire import JSON, Call
from tests.adapters.douyin_laike.laike import NOON, Line
from tests.adapters.douyin_laike.records import fine

COUNTED: JSON = {
    **{"limit_type": 1, "stock_qty": 100, "avail_qty": 60},
    **{"frozen_qty": 3, "sold_qty": 37},
}
ASKED = SkuLevel(product_external_id="70", sku_external_id="17", available=25, key="a")


def sku(stock: JSON | None = None, **changes: Any) -> JSON:
    return {"sku_id": "17", "status": 1, "stock": stock or COUNTED} | changes


def online(*skus: JSON, **changes: Any) -> JSON:
    row = {"online_status": 1, "product": {"product_id": "70", "product_name": "茶"}}
    return row | ({"sku": skus[0]} if len(skus) == 1 else {"skus": list(skus)}) | changes


def counter(*rows: JSON, setting: Any = None, **session: Any) -> Line:
    """A platform with these products that takes every total, or answers `setting`."""

    def reply(call: Call[Any], asked: JSON) -> JSON:
        if call.name != "stock.set":
            return fine(product_onlines=list(rows))
        if isinstance(setting, Exception):
            raise setting
        return setting or fine()

    return Line(reply, **session)


def set_once(line: Line, level: SkuLevel = ASKED) -> Done:
    (done,) = LaikeStock(line).set([level])
    return done


def sent(line: Line) -> list[JSON]:
    return [asked for call, asked in line.asked if call.name == "stock.set"]


def test_the_hook_answers_what_the_port_wants() -> None:
    writer = laike.hub_stock(counter())

    assert isinstance(writer, Stock)
    assert (writer.most, writer.one_product) == (1, True)


def test_the_total_that_leaves_what_was_asked_is_set() -> None:
    line = counter(online(sku()))

    assert set_once(line) == Done(target="17", effect=Effect.CONFIRMED)
    (asked,) = sent(line)
    assert asked["product_id"] == "70"
    assert asked["stock"] == {"limit_type": 1, "stock_qty": 25 + 3 + 37}


def test_nothing_left_still_counts_what_is_sold() -> None:
    line = counter(online(sku()))
    set_once(line, SkuLevel(product_external_id="70", sku_external_id="17",
                            available=0, key="a"))  # fmt: skip

    assert sent(line)[0]["stock"]["stock_qty"] == 40


def test_where_the_number_is_what_is_left_it_is_sent_as_asked() -> None:
    line = counter(online(sku()), facts={"stock_counts": "available"})
    set_once(line)

    assert sent(line)[0]["stock"]["stock_qty"] == 25


def test_another_word_for_what_is_counted_is_named() -> None:
    with pytest.raises(Misconfigured, match="stock_counts"):
        LaikeStock(counter(facts={"stock_counts": "both"}))


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "no such product"),
        ([online(sku(sku_id="18"))], "no such SKU"),
        ([online(sku(status=-1))], "no such SKU"),
        ([online(sku(), sku(sku_id="18"))], "several SKUs"),
        ([online(sku({"limit_type": 2, "stock_qty": 0}))], "unlimited"),
        ([online(sku(COUNTED | {"limit_type": 0}))], "not known: 0"),
        ([online(sku({"limit_type": 1, "stock_qty": 9}))], "not told"),
        ([online(sku(COUNTED | {"stock_qty": 101}))], "101 is not the sum"),
    ],
)
def test_what_cannot_be_done_as_asked_is_refused_unsent(rows: Any, why: str) -> None:
    line = counter(*rows)
    done = set_once(line)

    assert (done.target, done.effect) == ("17", Effect.REFUSED)
    assert why in (done.reason or "")
    assert sent(line) == []


def test_a_deleted_sku_beside_it_is_in_nobodys_way() -> None:
    line = counter(online(sku(sku_id="18", status=-1), sku()))

    assert set_once(line).effect is Effect.CONFIRMED
    assert sent(line)[0]["stock"]["stock_qty"] == 65


def test_the_platforms_word_for_no_product_is_a_refusal_and_another_an_error() -> None:
    def refusing(sub: int) -> Line:
        extra = {"error_code": 2100005, "sub_error_code": sub, "logid": "L1"}
        extra |= {"error_code": 2191001}
        return Line(lambda call, asked: {"data": {}, "extra": extra})

    assert set_once(refusing(20002)).effect is Effect.REFUSED
    with pytest.raises(Rejected):
        set_once(refusing(21000))


def test_a_no_to_the_total_is_raised_with_its_code() -> None:
    no = {"data": {"error_code": 2100005, "description": "库存不足"}, "extra": {}}

    with pytest.raises(Rejected) as caught:
        set_once(counter(online(sku()), setting=no))
    assert caught.value.code == "2100005"


def test_a_lost_answer_is_raised_as_it_is_and_nothing_repeated() -> None:
    line = counter(online(sku()), setting=Garbled("half a body"))

    with pytest.raises(Garbled):
        set_once(line)
    assert len(sent(line)) == 1


def test_words_beside_a_success_are_kept() -> None:
    line = counter(online(sku()), setting=fine(description="将在5分钟内生效"))

    assert set_once(line).reason == "将在5分钟内生效"


def test_a_product_that_cannot_be_read_is_never_guessed_at() -> None:
    line = counter(online(sku(), online_status=None))

    with pytest.raises(Unreadable, match="70"):
        set_once(line)
    assert sent(line) == []


@pytest.mark.parametrize("levels", [[], [ASKED, ASKED]])
def test_one_sku_a_call(levels: list[SkuLevel]) -> None:
    with pytest.raises(BadRequest):
        LaikeStock(counter(online(sku()))).set(levels)


def test_pins_choose_the_generation() -> None:
    old = online(sku(), product={"spu_id": "70", "product_name": "茶"})
    base = {"gateway_code": 0, "biz_code": 0}

    def reply(call: Call[Any], asked: JSON) -> JSON:
        data = {"error_code": 0, "product_onlines": [old]}
        return {"base": base} | ({} if call.name == "stock.set" else {"data": data})

    line = Line(reply, pins={"stock": 1, "products": 1})

    assert set_once(line).effect is Effect.CONFIRMED
    assert [call.endpoint for call, _ in line.asked] == [
        "/life/goods/product/online/get/",
        "/life/goods/stock/sync/",
    ]


# Looking -------------------------------------------------------------------------------


def test_a_level_is_what_is_left_now() -> None:
    writer = LaikeStock(counter(online(sku())))

    assert writer.level("70", "17") == StockLevel(
        sku_external_id="17", available=60, as_of_at=NOON
    )
    assert writer.level("70", "18") is None


def test_a_level_nobody_counts_has_no_number() -> None:
    found = LaikeStock(counter(online(sku({"limit_type": 2})))).level("70", "17")

    assert found is not None
    assert found.available is None


def test_what_is_not_online_has_no_level() -> None:
    assert LaikeStock(counter()).level("70", "17") is None
