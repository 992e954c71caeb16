"""Wares and SKUs of the box: two lists, and stock that moves."""

from __future__ import annotations

from typing import Any

import pytest

from sandboxes.jd.case_poison import WARE_WAYS
from sandboxes.jd.times import text_of
from sandboxes.jd.ware import WARE_WORDS

NOON, DAY = 1_795_147_200.0, 86_400.0
ALL_STATES = "1,2,4"


def lived(shop: Any, changes: int = 300, **options: Any) -> Any:
    caller = shop(**options)
    for _ in range(changes // 20):
        caller.box.clock.advance(600)
        caller.box.churn(20)
    return caller


def pages(caller: Any, method: str, size: str, **asked: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for place in range(1, 100):
        question = {size: 20, "pageNo": place, **asked}
        answer = caller.call(f"jingdong.{method}", question)["page"]
        rows += answer["data"]
        assert (answer["pageNo"], answer["pageSize"]) == (place, 20)
        if len(rows) >= answer["totalItem"]:
            return rows
    raise AssertionError("too many")


def wares(caller: Any, **asked: Any) -> list[dict[str, Any]]:
    asked = {"field": "modified,created", **asked}
    return pages(caller, "ware.read.searchWare4Valid", "pageSize", **asked)


def skus(caller: Any, **asked: Any) -> list[dict[str, Any]]:
    asked = {"field": "stockNum,modified,skuName,wareTitle", **asked}
    return pages(caller, "sku.read.searchSkuList", "page_size", **asked)


def truth(caller: Any) -> dict[str, Any]:
    return {t.external_id: t for t in caller.box.records(caller.account, "product")}


def test_wares_and_their_skus_say_what_is_true(shop: Any) -> None:
    caller = lived(shop)
    told: dict[str, dict[str, Any]] = {
        str(row["wareId"]): {
            "title": row["title"],
            "listing_status_raw": str(row["wareStatus"]),
        }
        for row in wares(caller)
    }
    for row in skus(caller):
        told[str(row["wareId"])][f"available:{row['skuId']}"] = row["stockNum"]
    known = truth(caller)
    assert told == {id: t.facts for id, t in known.items() if not t.removed}
    times = {str(r["wareId"]): r["modified"] / 1000 for r in wares(caller)}
    assert times == {id: t.updated_at for id, t in known.items() if not t.removed}


def test_wares_change_status_price_and_stock_over_time(shop: Any) -> None:
    caller = lived(shop, 2_000, orders=10)
    known = truth(caller)
    versions = [v.facts for t in known.values() for v in t.versions]
    assert {v["listing_status_raw"] for v in versions} == {str(x) for x in WARE_WORDS}
    assert any(t.removed for t in known.values())
    titles = [{v.facts["title"] for v in t.versions} for t in known.values()]
    assert any(len(one) > 1 for one in titles)
    before = {r["skuId"]: r["jdPrice"] for r in skus(caller)}
    caller.box.churn(400)
    assert any(before.get(r["skuId"], r["jdPrice"]) != r["jdPrice"] for r in skus(caller))


def test_a_sku_is_on_with_its_ware_and_deleted_ones_must_be_asked_for(shop: Any) -> None:
    caller = lived(shop, 2_000, orders=10)
    on = {r["wareId"] for r in wares(caller, wareStatusValue=[8, 520])}
    for row in skus(caller):
        assert row["status"] == (1 if row["wareId"] in on else 2)
    deleted = skus(caller, skuStatuValue="4")
    assert deleted
    assert not {r["skuId"] for r in deleted} & {r["skuId"] for r in skus(caller)}
    facts = [t.facts for t in truth(caller).values()]
    assert not any(f"available:{r['skuId']}" in f for r in deleted for f in facts)


def test_what_orders_are_about_is_in_the_shop_and_loses_pieces(shop: Any) -> None:
    caller = shop()
    before = {r["skuId"]: r["stockNum"] for r in skus(caller)}
    lines = [
        line
        for record in caller.box.book.records(caller.account)
        for line in record.latest.content["basket"].lines
    ]
    by_sku = {r["skuId"]: r for r in skus(caller)}
    for line in lines:
        row = by_sku[int(line.sku)]
        assert (str(row["wareId"]), row["outerId"]) == (line.ware, line.outer)
    record, sku = caller.box.goods.find(caller.account, lines[0].sku)
    content = next(
        r.latest.content
        for r in caller.box.book.records(caller.account)
        if lines[0] in r.latest.content["basket"].lines
    )
    bought = sum(x.quantity for x in content["basket"].lines if x.sku == lines[0].sku)
    number = str(10**13)
    placed = content | {"parent": "", "state": "NOT_PAY"}
    order = caller.box.book.add(caller.account, number, placed, created_at=NOON)
    left = {r["skuId"]: r["stockNum"] for r in skus(caller)}[sku.sku_id]
    assert left == max(0, before[sku.sku_id] - bought)
    caller.box.book.change(order, NOON, state="TRADE_CANCELED")
    again = {r["skuId"]: r["stockNum"] for r in skus(caller)}[sku.sku_id]
    assert again == left + bought
    assert record.id == lines[0].ware


def test_only_the_usual_fields_come_without_being_asked_for(shop: Any) -> None:
    caller = shop()
    usual = set().union(*wares(caller, field=""))
    assert usual == {
        *("wareId", "title", "categoryId", "multiCategoryId", "wareStatus", "outerId"),
        *("itemNum", "onlineTime", "offlineTime", "colType"),
    }
    named = set().union(*wares(caller, field="stockNum,jdPrice,nonsense"))
    assert named == usual | {"stockNum", "jdPrice"}
    plain = set().union(*skus(caller, field=""))
    assert plain == {"wareId", "skuId", "status", "jdPrice", "outerId"}
    only = shop(switches={"ware_fields": "only_named"})
    assert set().union(*skus(only, field="stockNum")) == {"wareId", "skuId", "stockNum"}


def test_windows_and_names_narrow_the_lists(shop: Any) -> None:
    caller = lived(shop, 600)
    rows = wares(caller)
    since = sorted(r["modified"] for r in rows)[len(rows) // 2]
    later = wares(caller, startModifiedTime=text_of(since / 1000))
    expected = {r["wareId"] for r in rows if r["modified"] >= since}
    assert {r["wareId"] for r in later} == expected
    all_skus = skus(caller)
    middle = sorted(r["modified"] for r in all_skus)[len(all_skus) // 2]
    early = skus(caller, endModifiedTime=text_of(middle / 1000))
    expected = {r["skuId"] for r in all_skus if r["modified"] <= middle}
    assert {r["skuId"] for r in early} == expected
    one = all_skus[0]
    for name, column in (("wareId", "wareId"), ("skuId", "skuId"), ("outId", "outerId")):
        found = skus(caller, **{name: [one[column]]})
        expected = {r["skuId"] for r in all_skus if r[column] == one[column]}
        assert {r["skuId"] for r in found} == expected
    named = wares(caller, wareId=f"{rows[0]['wareId']},{rows[1]['wareId']}")
    assert [r["wareId"] for r in named] == [rows[0]["wareId"], rows[1]["wareId"]]


def test_rows_are_ordered_as_asked_or_as_switched(shop: Any) -> None:
    caller = lived(shop)
    by_number = [r["wareId"] for r in wares(caller)]
    assert by_number == sorted(by_number)
    stock = [r["stockNum"] for r in skus(caller, orderFiled="stockNum", orderType="desc")]
    assert stock == sorted(stock, reverse=True)
    other = lived(shop, switches={"ware_order": "modified_desc", "sku_order": "id_desc"})
    changed = [r["modified"] for r in wares(other)]
    assert changed == sorted(changed, reverse=True)
    numbers = [r["skuId"] for r in skus(other)]
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize(
    ("method", "bad"),
    [
        ("ware.read.searchWare4Valid", {"pageSize": 101}),
        ("ware.read.searchWare4Valid", {"pageNo": 0}),
        ("ware.read.searchWare4Valid", {"wareStatusValue": "3"}),
        ("ware.read.searchWare4Valid", {"startModifiedTime": "yesterday"}),
        ("ware.read.searchWare4Valid", {"wareId": list(range(21))}),
        ("ware.read.searchWare4Valid", {"orderField": "price"}),
        ("sku.read.searchSkuList", {"page_size": 101}),
        ("sku.read.searchSkuList", {"skuStatuValue": "3"}),
        ("sku.read.searchSkuList", {"orderFiled": "modified"}),
        ("stock.read.findSkuStock", {}),
    ],
)
def test_the_lists_of_wares_check_what_they_are_asked(
    shop: Any, method: str, bad: dict[str, Any]
) -> None:
    answer = shop().call(f"jingdong.{method}", bad)
    assert answer["code"] == "10100001"
    assert "page" not in answer


def test_the_stock_of_one_sku_is_read(shop: Any) -> None:
    caller = lived(shop)
    row = skus(caller)[7]
    answer = caller.call("jingdong.stock.read.findSkuStock", {"skuId": row["skuId"]})
    expected = {"skuId": row["skuId"], "stockNum": row["stockNum"], "storeId": 0}
    assert answer["skuStocks"] == [expected]
    none = caller.call("jingdong.stock.read.findSkuStock", {"skuId": 5})
    assert none["code"] == "10200001"


def test_prices_and_times_have_the_form_switched_to(shop: Any) -> None:
    number = skus(shop())
    text = skus(shop(switches={"sku_price": "text", "ware_times": "text"}))
    assert {type(r["jdPrice"]) for r in number} == {float}
    assert [f"{r['jdPrice']:.2f}" for r in number] == [r["jdPrice"] for r in text]
    assert {type(r["modified"]) for r in text} == {str}


@pytest.mark.parametrize("position", ["ware_and_sku", "sku", "nothing"])
def test_a_change_of_stock_moves_what_is_switched(shop: Any, position: str) -> None:
    caller = shop(switches={"stock_bumps": position})
    row = skus(caller)[0]
    ware = next(r for r in wares(caller) if r["wareId"] == row["wareId"])
    caller.box.clock.advance(60)
    found = caller.box.goods.find(caller.account, str(row["skuId"]))
    caller.box.goods.set_stock(*found, 77, caller.box.clock.now())
    sku = skus(caller, skuId=[row["skuId"]])[0]
    after = wares(caller, wareId=[row["wareId"]])[0]
    assert sku["stockNum"] == 77
    assert (sku["modified"] > row["modified"]) == (position != "nothing")
    assert (after["modified"] > ware["modified"]) == (position == "ware_and_sku")


@pytest.mark.parametrize("way", sorted(WARE_WAYS))
def test_a_spoiled_ware_is_spoiled_in_its_lists_and_alone(shop: Any, way: str) -> None:
    caller = shop()
    first, second = wares(caller), skus(caller)
    victim = second[-1]["wareId"]
    caller.box.poison_record(caller.account, "product", str(victim), way)
    spoiled = [b["wareId"] for a, b in zip(wares(caller), first, strict=True) if a != b]
    broken = [b["wareId"] for a, b in zip(skus(caller), second, strict=True) if a != b]
    assert set(spoiled) | set(broken) == {victim}
    assert (caller.account, "product", str(victim)) in caller.box.poisoned_records


def test_wares_do_not_touch_the_dice_of_orders(shop: Any) -> None:
    few, many = shop(seed=4, wares=0), shop(seed=4, wares=60)
    for _ in range(20):
        few.box.churn(5)
        many.box.churn(5)
    assert few.search() == many.search()
    assert len(wares(many)) > len(wares(few))


def test_another_shops_wares_are_not_shown(shop: Any) -> None:
    caller = shop(shops=2)
    other = type(caller)(caller.box, 1)
    own = {r["skuId"] for r in skus(caller) if r["outerId"].startswith("JD-")}
    theirs = {r["skuId"] for r in skus(other) if r["outerId"].startswith("JD-")}
    assert own
    assert not own & theirs
