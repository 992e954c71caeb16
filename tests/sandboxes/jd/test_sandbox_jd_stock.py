"""Setting stock in the box: to a number, by a difference, and the older way."""

from __future__ import annotations

from typing import Any

import pytest

from hub_core.sandbox import Fault

FULL = "jingdong.stock.write.updateSkuStock"
DIFFERENCE = "jingdong.stock.write.increaseSkuStock"
OLDER = "360buy.sku.stock.update"
READ = "jingdong.stock.read.findSkuStock"


def some_sku(caller: Any) -> tuple[str, str, int]:
    """A SKU with a ware of its own, as (SKU, ware, pieces)."""
    answer = caller.call(
        "jingdong.sku.read.searchSkuList", {"field": "stockNum", "page_size": 100}
    )
    row = next(r for r in answer["page"]["data"] if 9 < r["stockNum"] < 4_000)
    return str(row["skuId"]), str(row["wareId"]), row["stockNum"]


def left(caller: Any, sku: str) -> int:
    (row,) = caller.call(READ, {"skuId": sku})["skuStocks"]
    return int(row["stockNum"])


def effects(caller: Any) -> list[tuple[str, str, Any]]:
    return [(e.kind, e.target, dict(e.facts)) for e in caller.box.effects(caller.account)]


def by(caller: Any, sku: str, pieces: Any, number: str = "N1", **more: Any) -> Any:
    asked = {"skuId": sku, "stockNum": pieces, "storeId": 0, "stockRfId": number}
    return caller.call(DIFFERENCE, asked | more)


def added(sku: str, number: str = "N1", code: str = "0") -> dict[str, Any]:
    """What the page of a difference shows, filled in."""
    said = {"detailCode": code, "detailMsg": "成功"}
    result = {"skuId": int(sku), "stockRf": {"stockRfId": number}, **said}
    return {"code": "0", "result": result}


def test_stock_is_set_to_a_number_and_shown_everywhere(shop: Any) -> None:
    caller = shop()
    sku, ware, _ = some_sku(caller)
    assert caller.call(FULL, {"skuId": sku, "stockNum": 41}) == {
        "code": "0",
        "success": True,
    }
    assert left(caller, sku) == 41
    facts = {"available": 41, "product_external_id": ware}
    assert effects(caller) == [("stock", sku, facts)]
    known = {t.external_id: t.facts for t in caller.box.records(caller.account, "product")}
    assert known[ware][f"available:{sku}"] == 41


def test_a_difference_counts_once_for_each_business_number(shop: Any) -> None:
    caller = shop()
    sku, _, before = some_sku(caller)
    for _ in range(3):
        assert by(caller, sku, -4) == added(sku)
    assert left(caller, sku) == before - 4
    assert by(caller, sku, "7", "N2") == added(sku, "N2")
    assert left(caller, sku) == before + 3
    assert [e[2]["available"] for e in effects(caller)] == [before - 4, before + 3]
    strict = shop(switches={"rf_id_again": "refused", "added_code": "200"})
    assert by(strict, sku, 1) == added(sku, code="200")
    assert by(strict, sku, 1)["code"] == "10200002"
    assert len(effects(strict)) == 1


def test_a_refused_difference_does_not_spend_its_number(shop: Any) -> None:
    caller = shop()
    sku, _, before = some_sku(caller)
    assert by(caller, sku, -before - 1)["code"] == "10200002"
    assert left(caller, sku) == before
    assert by(caller, sku, -1) == added(sku)
    assert left(caller, sku) == before - 1
    soft = shop(switches={"below_zero": "clamped"})
    assert by(soft, sku, -before - 1) == added(sku)
    assert left(soft, sku) == 0


def test_the_older_method_has_other_names_and_another_wrapper(shop: Any) -> None:
    caller = shop()
    sku, _, _ = some_sku(caller)
    sent = caller.signed(caller.system(OLDER, {"sku_id": sku, "quantity": "12"}))
    answer = caller.post(sent)
    (inner,) = answer.values()
    assert list(answer) == ["ware_sku_stock_update_response"]
    assert (inner["code"], inner["sku_id"], inner["vender_id"]) == (
        "0",
        sku,
        caller.account,
    )
    assert left(caller, sku) == 12
    code = caller.box.goods.find(caller.account, sku)[1].outer
    caller.call(OLDER, {"outer_id": code, "quantity": 13, "trade_no": "T1"})
    assert left(caller, sku) == 13
    plain = shop(switches={"old_wrapper": "by_method"})
    sent = plain.signed(plain.system(OLDER, {"sku_id": sku, "quantity": "12"}))
    assert list(plain.post(sent)) == ["360buy_sku_stock_update_responce"]


@pytest.mark.parametrize(
    ("method", "asked", "code"),
    [
        (FULL, {"stockNum": 1}, "10100001"),
        (FULL, {"skuId": "SKU"}, "10100001"),
        (FULL, {"skuId": "5", "stockNum": 1}, "10200001"),
        (FULL, {"skuId": "SKU", "stockNum": -1}, "10200002"),
        (FULL, {"skuId": "SKU", "stockNum": 1.5}, "10200002"),
        (FULL, {"skuId": "SKU", "stockNum": "many"}, "10200002"),
        (FULL, {"skuId": "SKU", "stockNum": 1, "storeId": 7}, "10200002"),
        (DIFFERENCE, {"skuId": "SKU", "stockNum": 1, "storeId": 0}, "10100001"),
        (DIFFERENCE, {"skuId": "SKU", "stockNum": 1, "stockRfId": "N"}, "10100001"),
        (OLDER, {"quantity": 3}, "10100001"),
        (OLDER, {"outer_id": "no such code", "quantity": 3}, "10200001"),
        (OLDER, {"sku_id": "SKU", "quantity": "-3"}, "10200002"),
    ],
)
def test_what_is_wrong_changes_nothing(
    shop: Any, method: str, asked: dict[str, Any], code: str
) -> None:
    caller = shop()
    sku, _, before = some_sku(caller)
    sent = {k: sku if v == "SKU" else v for k, v in asked.items()}
    assert caller.call(method, sent)["code"] == code
    assert (left(caller, sku), effects(caller)) == (before, [])


def test_another_shops_sku_is_not_there(shop: Any) -> None:
    caller = shop(shops=2)
    other = type(caller)(caller.box, 1)
    mine = caller.box.records(caller.account, "product")
    theirs = {t.external_id for t in caller.box.records(other.account, "product")}
    own = next(t for t in mine if t.external_id not in theirs)
    sku = next(k for k in own.facts if k.startswith("available:")).split(":")[1]
    answer = other.call(FULL, {"skuId": sku, "stockNum": 1})
    assert answer["code"] == "10200001"


def test_a_lost_answer_leaves_its_effect_once(shop: Any) -> None:
    caller = shop()
    sku, _, before = some_sku(caller)
    caller.box.faults.script.append(Fault("error_body", "stock.set", frozenset({1})))
    caller.box.faults.script.append(Fault("wrong_types", "stock.set", frozenset({2})))
    assert by(caller, sku, 5)["code"] == "33"
    assert effects(caller) == []
    by(caller, sku, 5)
    by(caller, sku, 5)
    assert left(caller, sku) == before + 5
    assert len(effects(caller)) == 1
