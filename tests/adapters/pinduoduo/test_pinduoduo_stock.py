"""Setting stock at Pinduoduo: what is sent, what it proves, and what stays unknown."""

from __future__ import annotations

from typing import Any

import pytest

import connectors.pinduoduo as pinduoduo
from adapters.pinduoduo import stock_v1, stock_v2
from connectors.pinduoduo.stock import FACTS, PddStock
from hub_core.errors import (
    BadRequest,
    Forbidden,
    Garbled,
    Misconfigured,
    Retryable,
    TokenExpired,
    Unauthorised,
)
from hub_core.ports import Done, Effect, SkuLevel, Stock
from hub_core.wire import JSON

from .failing import Lost, Reading
from .pdd import NOON, Script, refusal

GOODS, SKU = "3956183219", "840777314605"
SLOT = "资源位上的商品不能减少库存"
INSIDE = {"stock_reserve": "inside"}


def to(available: int, sku: str = SKU) -> SkuLevel:
    return SkuLevel(
        product_external_id=GOODS, sku_external_id=sku, available=available, key="k"
    )


def taken(said: Any = True) -> JSON:
    return {"goods_quantity_update_response": {"is_success": said, "request_id": "r-1"}}


def detail(*skus: JSON, **more: Any) -> JSON:
    goods = {"goods_id": int(GOODS), "status": 1, "sku_list": list(skus), **more}
    return {"goods_detail_get_response": {**goods, "request_id": "r-2"}}


def row(quantity: Any, reserved: Any = 0, sku: Any = int(SKU)) -> JSON:
    return {"sku_id": sku, "quantity": quantity, "reserve_quantity": reserved}


def done(session: Script, available: int = 7) -> Done:
    (one,) = PddStock(session).set([to(available)])
    return one


# Setting -------------------------------------------------------------------------------


def test_the_hook_gives_a_stock_of_one_sku_a_call() -> None:
    stock = pinduoduo.hub_stock(Script([]))
    assert isinstance(stock, Stock)
    assert (stock.most, stock.one_product) == (1, True)


def test_a_level_is_sent_as_all_there_is_and_confirmed() -> None:
    session = Script([taken()])
    assert done(session) == Done(target=SKU, effect=Effect.CONFIRMED)
    ((endpoint, sent),) = session.asked
    assert endpoint == "pdd.goods.quantity.update"
    assert (sent["goods_id"], sent["sku_id"]) == (GOODS, SKU)
    assert (sent["quantity"], sent["update_type"]) == ("7", "1")


def test_nothing_left_is_sent_as_zero() -> None:
    session = Script([taken()])
    done(session, available=0)
    assert session.asked[0][1]["quantity"] == "0"


def test_the_first_shape_names_the_sku_alone() -> None:
    answer = {"sku_stock_update_response": {"is_success": "true"}}
    session = Script([answer], pins={"stock": 1})
    assert done(session).effect is Effect.CONFIRMED
    ((endpoint, sent),) = session.asked
    assert endpoint == "pdd.goods.sku.stock.update"
    assert (sent["sku_id"], sent["quantity"]) == (SKU, "7")
    assert not {"goods_id", "product", "update_type"} & set(sent)


@pytest.mark.parametrize("said", [True, 1, "1", "true"])
def test_a_yes_comes_in_four_spellings(said: Any) -> None:
    assert done(Script([taken(said)])).effect is Effect.CONFIRMED


@pytest.mark.parametrize("said", [False, 0, "0", "false"])
def test_a_no_without_an_error_is_refused(said: Any) -> None:
    found = done(Script([taken(said)]))
    assert found.effect is Effect.REFUSED
    assert found.reason


@pytest.mark.parametrize("said", [None, "", "ok", 2, [], {}])
def test_an_answer_that_does_not_say_leaves_it_unknown(said: Any) -> None:
    found = done(Reading([taken(said)]))
    assert (found.target, found.effect) == (SKU, Effect.UNKNOWN)
    assert found.reason


@pytest.mark.parametrize("shape", [stock_v1, stock_v2])
def test_an_answer_without_the_word_proves_nothing(shape: Any) -> None:
    with pytest.raises(KeyError):
        shape.SET.read({"request_id": "r-1"})


def test_goods_in_a_promotion_slot_are_refused_in_the_platforms_words() -> None:
    found = done(Script([refusal(50001, SLOT, "60022")]), available=1)
    assert found.effect is Effect.REFUSED
    assert (found.reason, found.code) == (SLOT, "50001/60022")


def test_a_sku_nobody_knows_is_refused_and_not_taken_for_done() -> None:
    found = done(Script([refusal(50001, "商品规格不存在", "60004")]))
    assert (found.effect, found.reason) == (Effect.REFUSED, "商品规格不存在")


@pytest.mark.parametrize("error", [Garbled, Retryable, TokenExpired, Unauthorised])
def test_what_may_have_happened_is_raised_and_asked_once(error: type[Exception]) -> None:
    session = Lost([], error=error)
    with pytest.raises(error):
        PddStock(session).set([to(7)])
    assert session.calls == 1


def test_an_internal_fault_is_no_refusal() -> None:
    with pytest.raises(Retryable):
        done(Script([refusal(50001, "业务服务错误", "50001")]))


def test_what_the_app_may_not_do_is_no_matter_of_one_sku() -> None:
    with pytest.raises(Forbidden):
        done(Script([refusal(20031)]))


@pytest.mark.parametrize("levels", [[], [to(1), to(2, sku="2")]])
def test_one_sku_a_call_and_neither_none_nor_two(levels: list[SkuLevel]) -> None:
    session = Script([])
    with pytest.raises(BadRequest, match="one SKU"):
        PddStock(session).set(levels)
    assert session.asked == []


@pytest.mark.parametrize("shape", [stock_v1, stock_v2])
@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": -1},
        {"quantity": 1.0},
        {"quantity": True},
        {"quantity": "7"},
        {"quantity": 10**9},
        {"sku": "A-1"},
        {"sku": ""},
        {"sku": "1\n"},
        {"product": ""},
        {"how": 2},
    ],
)
def test_what_cannot_be_a_level_never_leaves(shape: Any, wrong: JSON) -> None:
    asked = {"product": GOODS, "sku": SKU, "quantity": 7} | wrong
    with pytest.raises(BadRequest):
        shape.SET.parameters(**asked)


# Looking -------------------------------------------------------------------------------


def test_a_level_is_what_can_be_ordered_without_what_orders_hold() -> None:
    session = Script([detail(row("12", 5), row(3, sku="2"))])
    found = PddStock(session).level(GOODS, SKU)
    assert found is not None
    assert (found.sku_external_id, found.available, found.as_of_at) == (SKU, 12, NOON)
    ((endpoint, sent),) = session.asked
    assert (endpoint, sent["goods_id"]) == ("pdd.goods.detail.get", GOODS)


def test_the_first_shape_looks_at_the_product_of_then() -> None:
    skus = [{"sku_id": SKU, "sku_quantity": "9"}]
    answer = {"goods_info_get_response": {"goods_info": {"sku_list": skus}}}
    found = PddStock(Script([answer], pins={"stock": 1})).level(GOODS, SKU)
    assert found is not None
    assert found.available == 9


@pytest.mark.parametrize(
    "answer",
    [
        refusal(50001, "商品不存在", "60004"),
        detail(row(5, sku=1)),
        detail(row(5), status=4),
        detail(row(5), status="4"),
    ],
)
def test_a_sku_that_is_not_there_or_deleted_has_no_level(answer: JSON) -> None:
    assert PddStock(Script([answer])).level(GOODS, SKU) is None


@pytest.mark.parametrize("untold", [None, ""])
def test_a_count_that_is_not_told_is_not_zero(untold: Any) -> None:
    found = PddStock(Script([detail(row(untold))])).level(GOODS, SKU)
    assert found is not None
    assert found.available is None


@pytest.mark.parametrize("skus", [None, "", {}, [None], [{"sku_id": 0}], [row("many")]])
def test_a_product_that_cannot_be_read_is_no_missing_sku(skus: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        stock_v2.GET.read({"goods_id": 1, "sku_list": skus})
    with pytest.raises(KeyError):
        stock_v2.GET.read({"goods_id": 1})
    with pytest.raises((KeyError, ValueError)):
        stock_v1.GET.read({"goods_info": {"sku_list": skus and [{"sku_id": 0}]}})


# What orders hold ----------------------------------------------------------------------


def test_where_what_orders_hold_counts_it_is_taken_off_and_put_back() -> None:
    session = Script([detail(row(12, 5)), detail(row(12, 5)), taken()], facts=INSIDE)
    found = PddStock(session).level(GOODS, SKU)
    assert found is not None
    assert found.available == 7
    assert done(session, available=20).effect is Effect.CONFIRMED
    assert session.asked[-1][1]["quantity"] == "25"


def test_more_held_than_there_is_leaves_nothing_to_order() -> None:
    found = PddStock(Script([detail(row(2, 5))], facts=INSIDE)).level(GOODS, SKU)
    assert found is not None
    assert found.available == 0


def test_a_sku_that_is_not_there_is_refused_before_anything_is_set() -> None:
    session = Script([detail(row(5, sku=1))], facts=INSIDE)
    assert done(session).effect is Effect.REFUSED
    assert [endpoint for endpoint, _ in session.asked] == ["pdd.goods.detail.get"]


def test_what_orders_hold_has_to_be_told_where_it_counts() -> None:
    with pytest.raises(Misconfigured, match="stock_reserve"):
        done(Script([detail(row(12, None))], facts=INSIDE))


def test_another_word_for_it_is_a_wrong_setting() -> None:
    with pytest.raises(Misconfigured, match="apart or inside"):
        done(Script([], facts={"stock_reserve": "beside"}))


def test_what_is_not_settled_can_be_configured() -> None:
    assert FACTS.items() <= pinduoduo.CHANNEL.facts.items()
