"""Items of the Taobao box: the shop, the warehouse, and one in full with its SKUs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandboxes.taobao.items import BANNERS, WAREHOUSE
from sandboxes.taobao.poison import ITEM_POISONS
from sandboxes.taobao.times import moment, text

SHOP = "taobao.items.onsale.get"
STORE = "taobao.items.inventory.get"
ITEM = "taobao.item.seller.get"
SEVERAL = "taobao.items.seller.list.get"
FULL = "num_iid,title,approve_status,num,price,modified,sku"
MANY = {"items": 60, "history": timedelta(days=20)}


def rows(caller: Any, method: str = SHOP, fields: str = "num_iid", **more: str) -> Any:
    body = caller.inner(method, fields=fields, page_size="200", **more)
    return body.get("items", {"item": []})["item"]


def ids(caller: Any, method: str = SHOP, **more: str) -> set[str]:
    return {str(r["num_iid"]) for r in rows(caller, method, **more)}


def everything(caller: Any) -> set[str]:
    found = ids(caller)
    for banner in ("for_shelved", "sold_out", "violation_off_shelf"):
        found |= ids(caller, STORE, banner=banner)
    return found


def detail(caller: Any, id: object, fields: str = FULL) -> Any:
    return caller.inner(ITEM, num_iid=str(id), fields=fields)["item"]


def truths(caller: Any) -> Any:
    return caller.box.records(caller.account.external_id, "product")


def levels(item: Any) -> dict[str, int]:
    if "skus" not in item:
        return {f"available:{item['num_iid']}": item["num"]}
    return {f"available:{x['sku_id']}": x["quantity"] for x in item["skus"]["sku"]}


def test_the_truth_of_items_is_what_the_wire_says(open_box: Any) -> None:
    caller = open_box(**MANY)
    caller.box.churn(200)
    alive = [t for t in truths(caller) if not t.removed]
    assert everything(caller) == {t.external_id for t in alive}
    for truth in alive:
        item = detail(caller, truth.external_id)
        status = {"title": item["title"], "listing_status_raw": item["approve_status"]}
        assert status | levels(item) == truth.facts
        assert moment(item["modified"]) == truth.updated_at
        assert item["num"] == sum(levels(item).values())


def test_items_change_sell_out_come_and_go(open_box: Any) -> None:
    caller = open_box(**MANY)
    before = {t.external_id for t in truths(caller)}
    filled = {b for b in BANNERS if ids(caller, STORE, banner=b)}
    caller.box.churn(900)
    after = truths(caller)
    assert {t.external_id for t in after} > before
    assert any(t.removed for t in after)
    turns = {
        (a.facts["listing_status_raw"], b.facts["listing_status_raw"])
        for t in after
        for a, b in zip(t.versions, t.versions[1:], strict=False)
    }
    assert turns >= {("onsale", "instock"), ("instock", "onsale")}
    filled |= {b for b in BANNERS if ids(caller, STORE, banner=b)}
    assert filled == set(BANNERS)
    for truth in after:
        assert all(n >= 0 for name, n in truth.facts.items() if "available" in name)


def test_sold_out_and_forbidden_items_are_not_where_one_looks_first(open_box: Any) -> None:
    caller = open_box(**MANY)
    caller.box.churn(800)
    waiting = ids(caller, STORE)
    parts = [ids(caller, STORE, banner=banner) for banner in WAREHOUSE]
    assert waiting == set.union(*parts)
    assert sum(map(len, parts)) == len(waiting)
    gone = ids(caller, STORE, banner="sold_out")
    assert gone
    assert not gone & (waiting | ids(caller))
    assert {detail(caller, id)["num"] for id in gone} == {0}


def test_a_deleted_item_is_nowhere(open_box: Any) -> None:
    caller = open_box(**MANY)
    caller.box.churn(1_500)
    gone = next(t.external_id for t in truths(caller) if t.removed)
    assert gone not in everything(caller)
    code = caller.code(ITEM, num_iid=gone, fields="num_iid")
    assert code == "50|isv.item-not-exist:invalid-numIid-or-iid"


def test_orders_name_items_and_skus_that_exist(open_box: Any) -> None:
    caller = open_box()
    fields = "orders.num_iid,orders.sku_id,orders.outer_sku_id,orders.outer_iid"
    for tid in [r["tid"] for r in caller.rows()]:
        for line in caller.detail(tid, fields)["orders"]["order"]:
            item = detail(caller, line["num_iid"], "num_iid,outer_id,sku")
            codes = {str(x["sku_id"]): x["outer_id"] for x in item["skus"]["sku"]}
            assert codes[line["sku_id"]] == line["outer_sku_id"]
            assert item["outer_id"] == line["outer_iid"]


@pytest.mark.parametrize(("position", "moves"), [("yes", True), ("no", False)])
def test_a_new_order_takes_its_pieces(open_box: Any, position: str, moves: bool) -> None:
    caller = open_box(items=6, switches={"sale_bumps": position})
    account = caller.account.external_id
    before = {t.external_id: t for t in truths(caller)}
    caller.box.clock.advance(60)
    caller.box.world.churn(40, account)
    after = [t for t in truths(caller) if t.facts != before[t.external_id].facts]
    assert after
    for truth in after:
        was = before[truth.external_id]
        assert (truth.updated_at > was.updated_at) is moves
        assert any(
            truth.facts[k] < n for k, n in was.facts.items() if k.startswith("available")
        )


def test_the_lists_have_no_skus_and_no_unasked_fields(open_box: Any) -> None:
    caller = open_box(**MANY)
    asked = "num_iid,title,sku,skus,created,sold_quantity"
    assert {frozenset(r) for r in rows(caller, SHOP, asked)} == {
        frozenset({"num_iid", "title", "sold_quantity"})
    }
    assert {frozenset(r) for r in rows(caller, STORE, asked)} == {
        frozenset({"num_iid", "title"})
    }


@pytest.mark.parametrize(("position", "told"), [("sku", False), ("either", True)])
def test_skus_are_asked_for_by_another_name_than_they_come_by(
    open_box: Any, position: str, told: bool
) -> None:
    caller = open_box(items=6, switches={"sku_field": position})
    id = next(iter(ids(caller)))
    assert set(detail(caller, id, "num_iid,sku")) == {"num_iid", "skus"}
    assert ("skus" in detail(caller, id, "num_iid,skus")) is told
    (some, *_) = detail(caller, id, "sku.sku_id,sku.quantity")["skus"]["sku"]
    assert set(some) == {"sku_id", "quantity"}


def test_ids_of_items_may_be_text(open_box: Any) -> None:
    for position, kind in (("number", int), ("string", str)):
        caller = open_box(items=6, switches={"item_ids": position})
        row = detail(caller, rows(caller)[0]["num_iid"])
        assert isinstance(row["num_iid"], kind)
        assert {type(x["sku_id"]) for x in row["skus"]["sku"]} == {kind}


def test_several_items_at_once_leave_out_what_is_not_there(open_box: Any) -> None:
    caller = open_box(items=6)
    mine = sorted(ids(caller))[:3]
    body = caller.inner(SEVERAL, num_iids=",".join([*mine, "1"]), fields="num_iid,sku")
    told = body["items"]["item"]
    assert [str(r["num_iid"]) for r in told] == mine
    assert all("skus" in r for r in told)
    many = ",".join(str(n) for n in range(1, 22))
    assert caller.code(SEVERAL, num_iids=many, fields="num_iid") == "41|"


@pytest.mark.parametrize("way", ["asc", "desc"])
@pytest.mark.parametrize("column", ["list_time", "modified", "num", "sold_quantity"])
def test_a_list_is_ordered_as_asked(open_box: Any, column: str, way: str) -> None:
    caller = open_box(**MANY)
    told = rows(caller, SHOP, column, order_by=f"{column}:{way}")
    values = [r[column] for r in told]
    assert values == sorted(values, reverse=way == "desc")
    assert len(set(values)) > 5


def test_a_window_of_changes_narrows_a_list(open_box: Any) -> None:
    caller = open_box(**MANY)
    told = rows(caller, SHOP, "num_iid,modified")
    middle = sorted(moment(r["modified"]) for r in told)[len(told) // 2]
    newer = ids(caller, SHOP, start_modified=text(middle))
    older = ids(caller, SHOP, end_modified=text(middle - 1))
    assert newer | older == ids(caller)
    assert newer
    assert older
    assert not newer & older


@pytest.mark.parametrize(
    ("method", "asked", "code"),
    [
        (SHOP, {"fields": None}, "40|"),
        (SHOP, {"page_size": "201"}, "41|"),
        (SHOP, {"page_no": "101", "page_size": "200"}, "41|"),
        (SHOP, {"page_no": "100", "page_size": "200"}, "ok"),
        (SHOP, {"order_by": "price:asc"}, "41|"),
        (SHOP, {"order_by": "num"}, "41|"),
        (STORE, {"page_no": "102"}, "41|"),
        (STORE, {"page_no": "101"}, "ok"),
        (STORE, {"banner": "lost"}, "41|"),
        (ITEM, {"num_iid": None}, "40|"),
        (ITEM, {"num_iid": "x"}, "41|"),
        (ITEM, {"num_iid": "1"}, "50|isv.item-not-exist:invalid-numIid-or-iid"),
        (SEVERAL, {"num_iids": None}, "40|"),
    ],
)
def test_item_methods_check_their_arguments(
    one_box: Any, method: str, asked: dict[str, Any], code: str
) -> None:
    assert one_box.code(method, **({"fields": "num_iid"} | asked)) == code


def test_which_of_the_two_caps_holds_is_a_switch(open_box: Any) -> None:
    caller = open_box(switches={"onsale_cap": "100000"})
    asked = {"fields": "num_iid", "page_size": "200"}
    assert caller.code(SHOP, **asked, page_no="500") == "ok"
    assert caller.code(SHOP, **asked, page_no="501") == "41|"


def test_pages_hold_every_item_once(open_box: Any) -> None:
    caller = open_box(**MANY)
    asked = {"fields": "num_iid", "page_size": "7"}
    total = caller.inner(SHOP, **asked)["total_results"]
    seen = [
        r["num_iid"]
        for page in range(1, -(-total // 7) + 1)
        for r in caller.inner(SHOP, **asked, page_no=str(page))["items"]["item"]
    ]
    assert len(seen) == len(set(seen)) == total
    assert "items" not in caller.inner(SHOP, **asked, page_no="99")


def test_an_item_may_have_no_skus_or_two_with_one_code(open_box: Any) -> None:
    caller = open_box(**MANY)
    items = [detail(caller, id, "num,outer_id,sku.outer_id") for id in ids(caller)]
    codes = [[x["outer_id"] for x in i["skus"]["sku"]] for i in items if "skus" in i]
    assert any("skus" not in item for item in items)
    assert any(len(set(some)) < len(some) for some in codes)
    assert any(item["outer_id"] == "" for item in items)


@pytest.mark.parametrize("way", sorted(ITEM_POISONS))
def test_h16_one_item_can_be_poisoned(open_box: Any, way: str) -> None:
    caller = open_box(items=6)
    account, victim = caller.account.external_id, truths(caller)[0]
    caller.box.poison_record(account, "product", victim.external_id, way)
    spoilt = detail(caller, victim.external_id)
    for field, value in ITEM_POISONS[way].items():
        assert spoilt.get(field) == value
    assert caller.box.poisoned_records == {(account, "product", victim.external_id)}
    assert truths(caller)[0].facts == victim.facts


def test_shops_have_items_of_their_own(open_box: Any, shop: Any) -> None:
    caller = open_box(shops=2, items=30)
    mine, theirs = everything(caller), everything(shop(caller, 1))
    assert len(mine & theirs) == 6
    assert len(mine) == len(theirs) == 30
