"""Goods and their stock: lists, prices, what a client may set, what took effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from hub_core.sandbox import Fault, Faults, Request

if TYPE_CHECKING:
    from tests.sandboxes.pinduoduo.conftest import Caller

    Open = Callable[..., Caller]

STOCK = "pdd.goods.quantity.update"


def listed(client: Caller, **asked: Any) -> list[dict[str, Any]]:
    return list(client.call("pdd.goods.list.get", **asked)["goods_list"])


def still(shop: Open, **options: Any) -> Caller:
    """A shop none of whose goods stands in a promotion."""
    return shop(**({"in_slot": 0.0} | options))


def first(client: Caller) -> tuple[int, int, int]:
    """goods_id, sku_id, stock of something that is in stock."""
    found = (
        (goods["goods_id"], sku["sku_id"], sku["sku_quantity"])
        for goods in listed(client)
        for sku in goods["sku_list"]
        if sku["sku_quantity"] > 5
    )
    return next(found)


def stock(client: Caller, sku_id: int) -> int:
    skus = [sku for goods in listed(client) for sku in goods["sku_list"]]
    return int(next(s["sku_quantity"] for s in skus if s["sku_id"] == sku_id))


def test_the_list_tells_stock_and_no_price(shop: Open) -> None:
    rows = listed(shop())
    assert len(rows) == 6
    for goods in rows:
        total = sum(sku["sku_quantity"] for sku in goods["sku_list"])
        assert goods["goods_quantity"] == total
        assert goods["is_more_sku"] == int(len(goods["sku_list"]) > 1)
    assert "price" not in str(rows)


def test_the_truth_is_what_is_listed(shop: Open) -> None:
    client = shop(product_edits=1.0, silent_edits=0.0)
    client.box.churn(50)
    truth = {r.external_id: r for r in client.box.records(client.account, "product")}
    assert any(len(record.versions) > 1 for record in truth.values())
    for goods in listed(client):
        facts = truth[str(goods["goods_id"])].facts
        assert facts["title"] == goods["goods_name"]
        assert facts["listing_status_raw"] == str(goods["is_onsale"])
        for sku in goods["sku_list"]:
            assert facts[f"available:{sku['sku_id']}"] == sku["sku_quantity"]


def test_orders_are_made_of_the_goods(shop: Open) -> None:
    client = shop(shops=2)
    skus = {str(sku["sku_id"]) for goods in listed(client) for sku in goods["sku_list"]}
    sold = {o["item_list"][0]["sku_id"] for o in client.every().values()}
    assert sold <= skus
    client.shop = 1
    others = {str(sku["sku_id"]) for goods in listed(client) for sku in goods["sku_list"]}
    assert not skus & others


def test_pages_count_from_one(shop: Open) -> None:
    client = shop()
    got = client.call("pdd.goods.list.get", page=2, page_size=4)
    assert (len(got["goods_list"]), got["total_count"]) == (2, 6)
    assert client.call("pdd.goods.list.get", page_size=101)["error_code"] == 10000


def test_of_the_filters_the_first_that_is_sent_counts(shop: Open) -> None:
    client = shop(product_edits=1.0, silent_edits=0.0)
    client.box.churn(40)
    rows = listed(client)
    on = [r["goods_id"] for r in rows if r["is_onsale"]]
    assert 0 < len(on) < len(rows)
    outer = rows[0]["sku_list"][0]["outer_id"]
    wanted = {"is_onsale": 1, "outer_id": "nothing", "goods_name": "nothing"}
    assert [r["goods_id"] for r in listed(client, **wanted)] == on
    by_outer = listed(client, outer_id=outer, goods_name="nothing")
    assert [r["goods_id"] for r in by_outer] == [rows[0]["goods_id"]]
    by_name = listed(client, goods_name=rows[1]["goods_name"][:4])
    assert [r["goods_id"] for r in by_name] == [rows[1]["goods_id"]]
    codes = f"{rows[0]['sku_list'][0]['outer_goods_id']},other"
    assert len(listed(client, outer_goods_id=codes)) == 1


def test_the_detail_tells_prices_in_fen(shop: Open) -> None:
    client = shop()
    for goods in listed(client):
        told = client.call("pdd.goods.detail.get", goods_id=goods["goods_id"])
        assert told["goods_name"] == goods["goods_name"]
        assert told["status"] == 2 if not goods["is_onsale"] else told["status"] in (1, 3)
        for sku in told["sku_list"]:
            assert isinstance(sku["multi_price"], int)
            assert sku["multi_price"] < sku["price"] < told["market_price"] + 300
    assert client.call("pdd.goods.detail.get", goods_id=1)["error_code"] == 50001


@pytest.mark.parametrize(("position", "kind"), [("number", int), ("text", str)])
def test_ids_come_as_switched(shop: Open, position: str, kind: type) -> None:
    client = shop(switches={"goods_ids": position})
    goods = listed(client)[0]
    assert isinstance(goods["goods_id"], kind)
    assert isinstance(goods["sku_list"][0]["sku_id"], kind)


# Stock ----------------------------------------------------------------------------------


def test_stock_is_set_in_full_unless_asked_otherwise(shop: Open) -> None:
    client = still(shop)
    goods, sku, _ = first(client)
    got = client.call(STOCK, goods_id=goods, sku_id=sku, quantity=7)
    assert got["is_success"] is True
    assert stock(client, sku) == 7


def test_stock_can_be_moved_down_to_nothing_and_no_further(shop: Open) -> None:
    client = still(shop)
    goods, sku, left = first(client)
    asked = {"goods_id": goods, "sku_id": sku, "update_type": 2}
    assert client.call(STOCK, **asked, quantity=-left - 1)["error_code"] == 50001
    assert stock(client, sku) == left
    client.call(STOCK, **asked, quantity=-left)
    assert stock(client, sku) == 0
    client.call(STOCK, **asked, quantity=3)
    assert stock(client, sku) == 3


def test_the_sellers_code_will_do_for_the_sku(shop: Open) -> None:
    client = still(shop)
    goods = listed(client)[0]
    sku = goods["sku_list"][0]
    asked = {"goods_id": goods["goods_id"], "outer_id": sku["outer_id"]}
    client.call(STOCK, **asked, quantity=11)
    assert stock(client, sku["sku_id"]) == 11
    second = goods["sku_list"][1]["sku_id"]
    client.call(STOCK, **asked, sku_id=second, quantity=12)
    assert (stock(client, sku["sku_id"]), stock(client, second)) == (11, 12)


def test_goods_in_a_promotion_slot_cannot_be_lowered(shop: Open) -> None:
    client = still(shop)
    goods, sku, left = first(client)
    asked = {"goods_id": goods, "sku_id": sku}
    client.box.put_in_slot(client.account, str(goods))
    said = client.call(STOCK, **asked, quantity=left - 1)
    assert (said["error_code"], said["sub_msg"]) == (50001, "资源位上的商品不能减少库存")
    assert client.call(STOCK, **asked, quantity=left + 1)["is_success"]
    client.box.put_in_slot(client.account, str(goods), slot=False)
    assert client.call(STOCK, **asked, quantity=1)["is_success"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": -1},
        {"quantity": "many"},
        {"quantity": None},
        {"update_type": 3},
        {"sku_id": 1},
        {"sku_id": None},
        {"goods_id": 1},
        {"goods_id": None},
    ],
)
def test_illegal_stock_is_refused_and_changes_nothing(
    shop: Open, wrong: dict[str, Any]
) -> None:
    client = still(shop)
    goods, sku, _ = first(client)
    before = listed(client)
    asked = {"goods_id": goods, "sku_id": sku, "quantity": 1} | wrong
    assert "error_code" in client.call(STOCK, **asked)
    assert listed(client) == before
    assert client.box.effects(client.account) == []


def test_an_effect_stands_once_however_its_answer_fared(shop: Open) -> None:
    faults = Faults([Fault("reset_after", "stock.push", frozenset({1}))])
    client = still(shop, faults=faults)
    goods, sku, left = first(client)
    sent = client.public(STOCK, goods_id=goods, sku_id=sku, quantity=left + 4)
    query = "&".join(f"{k}={v}" for k, v in client.sign(sent).items())
    request = Request("POST", f"/api/router?{query}")
    assert client.box.handle(request).reset
    assert not client.box.handle(request).reset
    (effect,) = client.box.effects(client.account)
    assert (effect.kind, effect.target) == ("stock", str(sku))
    assert effect.facts == {"available": left + 4, "before": left}


def test_a_delta_sent_twice_takes_effect_twice(shop: Open) -> None:
    client = still(shop)
    goods, sku, left = first(client)
    for _ in range(2):
        client.call(STOCK, goods_id=goods, sku_id=sku, quantity=-1, update_type=2)
    effects = client.box.effects(client.account)
    assert [e.facts["available"] for e in effects] == [left - 1, left - 2]


def test_success_may_be_a_number(shop: Open) -> None:
    client = still(shop, switches={"is_success": "number"})
    goods, sku, _ = first(client)
    got = client.call(STOCK, goods_id=goods, sku_id=sku, quantity=7)
    assert got["is_success"] == 1
    assert got["is_success"] is not True
