"""Products and drafts in both generations, and the stock clients set."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from hub_core.sandbox import Fault, Faults, Request
from sandboxes.douyin_laike import moves as m

from .conftest import ONLINE

if TYPE_CHECKING:
    from .conftest import Caller, Laike

ROOT = "/goodlife/v1/goods/product/"
DRAFTS = f"{ROOT}draft/query/"
LIFE = "/life/goods/product/"
SYNC = "/goodlife/v1/goods/stock/sync/"
LIFE_SYNC = "/life/goods/stock/sync/"


def life(caller: Caller, path: str, **asked: Any) -> Any:
    """A call of the /life/ generation: its token stands in the query."""
    token = caller.headers["access-token"]
    query = urlencode({"access_token": token, "account_id": caller.root, **asked})
    return json.loads(caller.box.handle(Request("GET", f"{path}?{query}")).body)


def sync(caller: Caller, path: str = SYNC, **body: Any) -> Any:
    """The decoded answer to a stock call."""
    headers = {**caller.headers, "content-type": "application/json"}
    if path == LIFE_SYNC:
        path = f"{path}?access_token={headers.pop('access-token')}"
    else:
        body = {"account_id": caller.root, **body}
    request = Request("POST", path, headers, json.dumps(body).encode())
    return json.loads(caller.box.handle(request).body)


def skus(row: Any) -> list[Any]:
    found: list[Any] = row.get("skus") or row.get("sku_list") or [row["sku"]]
    return found


def available(caller: Caller, product: str, sku: str) -> int | str | None:
    return caller.told("product")[product].facts[f"available:{sku}"]


def single(caller: Caller) -> tuple[str, Any]:
    """A product with one limited SKU: its id and that SKU."""
    row = next(
        r for r in caller.products() if "sku" in r and r["sku"]["stock"]["limit_type"] == 1
    )
    return row["product"]["product_id"], row["sku"]


# Products online ----------------------------------------------------


def test_every_product_is_listed_once_as_it_is_known(laike: Laike) -> None:
    caller = laike()
    rows, told = caller.products(), caller.told("product")
    assert [r["product"]["product_id"] for r in rows] == list(told)[::-1]
    assert len(rows) == 8
    for row in rows:
        facts = told[row["product"]["product_id"]].facts
        assert row["product"]["product_name"] == facts["title"]
        assert str(row["online_status"]) == facts["listing_status_raw"]
        for sku in skus(row):
            stock = sku["stock"]
            limited = stock["limit_type"] == 1
            expected = stock["avail_qty"] if limited else None
            assert facts[f"available:{sku['sku_id']}"] == expected
            assert facts[f"price_amount:{sku['sku_id']}"] == sku["actual_amount"]
            parts = stock["avail_qty"] + stock["frozen_qty"] + stock["sold_qty"]
            assert stock["stock_qty"] == parts


def test_products_are_those_orders_are_for(laike: Laike) -> None:
    caller = laike()
    ids = {sku["sku_id"] for row in caller.products() for sku in skus(row)}
    assert {order["sku_id"] for order in caller.everything()} <= ids


def test_attributes_are_json_text_inside(laike: Laike) -> None:
    row = laike().products()[0]["product"]
    values = row["attr_key_value_map"].values()
    assert all(isinstance(value, str) for value in values)
    assert json.loads(row["attr_key_value_map"]["use_time"]) == {"use_time_type": 1}
    assert type(row["owner_account_id"]) is type(row["pois"][0]["poi_id"]) is int


def test_a_page_has_five_unless_told_and_fifty_at_most(laike: Laike) -> None:
    caller = laike()
    data = caller.good(ONLINE)
    assert (len(data["products"]), data["has_more"], data["next_cursor"]) == (5, True, "5")
    for asked in ({"count": 51}, {"count": 21, "query_all_poi": "true"}, {"count": 0}):
        assert caller.get(ONLINE, **asked)["data"]["error_code"] == 2100005


def test_products_may_be_filtered(laike: Laike) -> None:
    caller = laike()
    rows = caller.products()
    assert {r["online_status"] for r in caller.products(status=2)} == {2}
    name = rows[0]["product"]["product_name"][:3]
    assert all(
        name in r["product"]["product_name"] for r in caller.products(product_name=name)
    )
    out_id = rows[2]["product"]["out_id"]
    assert caller.products(ext_ids=out_id) == [rows[2]]
    assert caller.products(poi_ids="1") == []
    assert caller.products(poi_ids=next(iter(caller.told("place")))) == rows
    online = laike(switches={"product_default": "online"})
    assert {r["online_status"] for r in online.products()} == {1}
    assert {r["online_status"] for r in online.products(status=2)} == {2}


def test_products_are_asked_by_id(laike: Laike) -> None:
    caller = laike()
    rows = caller.products()
    ids = ",".join(r["product"]["product_id"] for r in rows[:2])
    found = caller.good(f"{ROOT}online/get/", product_ids=ids)["product_onlines"]
    assert sorted(map(str, found)) == sorted(map(str, rows[:2]))
    out_id = rows[3]["product"]["out_id"]
    found = caller.good(f"{ROOT}online/get/", out_ids=out_id)["product_onlines"]
    assert found == [rows[3]]
    many = ",".join(map(str, range(11)))
    for asked in ({}, {"product_ids": many}):
        answer = caller.get(f"{ROOT}online/get/", **asked)
        assert answer["data"]["error_code"] == 2100005


@pytest.mark.parametrize("cursor", ["offset", "row"])
def test_both_cursors_reach_every_product(laike: Laike, cursor: str) -> None:
    caller = laike(switches={"product_cursor": cursor, "product_sort": "update_desc"})
    caller.box.clock.advance(60)
    caller.box.churn(100)
    ids = [r["product"]["product_id"] for r in caller.products()]
    assert set(ids) == set(caller.told("product"))
    assert len(ids) == len(set(ids))


def test_an_offset_over_a_changing_list_misses_products(laike: Laike) -> None:
    """H1: sorted by change, what changes moves to the front and shifts the rest."""
    lost = 0
    for seed in range(8):
        switches = {"product_cursor": "offset", "product_sort": "update_desc"}
        caller = laike(seed=seed, goods_moves=1.0, switches=switches)
        caller.box.clock.advance(60)
        before = set(caller.told("product"))
        caller.box.churn_per_call = 3
        lost += len(before - {r["product"]["product_id"] for r in caller.products(count=1)})
    assert lost


def test_it_carries_a_base_resp_and_the_catering_twin_answers_too(laike: Laike) -> None:
    caller = laike()
    answer = caller.get(ONLINE)
    assert answer["BaseResp"]["StatusCode"] == 0
    twin = caller.good("/goodlife/v1/akte/goods/product/online/query/")
    assert twin == answer["data"]


# Over time ----------------------------------------------------


def test_products_change_status_price_and_stock(laike: Laike) -> None:
    caller = laike(goods_moves=1.0)
    before = {r["product"]["product_id"]: r for r in caller.products()}
    for _ in range(20):
        caller.box.clock.advance(30)
        caller.box.churn(10)
    after = {r["product"]["product_id"]: r for r in caller.products()}
    assert len(after) > len(before), "some were launched"
    same = [(before[i], after[i]) for i in before]
    assert any(a["online_status"] != b["online_status"] for a, b in same)
    prices = [(skus(a)[0]["actual_amount"], skus(b)[0]["actual_amount"]) for a, b in same]
    assert any(one != two for one, two in prices)
    told = caller.told("product")
    assert {str(r.facts["listing_status_raw"]) for r in told.values()} >= {"1", "2"}


def test_a_paid_piece_leaves_the_stock_and_a_refund_brings_it_back(laike: Laike) -> None:
    caller = laike(orders=0)
    shop = caller.box.shops[caller.root]
    record = shop.place()
    while (sale := record.latest.content["sale"]).order_type != 21 or len(sale.units) > 1:
        record = shop.place()
    product = sale.units[0].product
    stands = []
    for move in (m.PAY, m.ISSUE, m.ASK_REFUND, m.REFUND):
        shop.step(record, move)
        row = next(
            r for r in caller.products() if r["product"]["product_id"] == product.product_id
        )
        stock = skus(row)[0]["stock"]
        stands.append((stock["sold_qty"], stock["sold_count"], stock["stock_qty"]))
    whole = stands[0][2]
    assert stands == [(1, 1, whole)] * 3 + [(0, 1, whole)]


# Drafts ----------------------------------------------------


def test_drafts_are_reviewed_before_they_are_online(laike: Laike) -> None:
    caller = laike(goods_moves=1.0)
    drafts = caller.products(DRAFTS)
    assert {d["draft_status"] for d in drafts} == {10}
    for _ in range(20):
        caller.box.clock.advance(30)
        caller.box.churn(10)
    drafts = caller.products(DRAFTS)
    assert {d["draft_status"] for d in drafts} == {10, 12, 1}
    assert all(bool(d["audit_msg"]) == (d["draft_status"] == 12) for d in drafts)
    failed = caller.products(DRAFTS, status=12)
    assert {d["draft_status"] for d in failed} == {12}
    id = failed[0]["product"]["product_id"]
    assert caller.good(f"{ROOT}draft/get/", product_ids=id)["product_drafts"] == failed[:1]


# Generations ----------------------------------------------------


def test_the_2022_rows_tell_the_whole_stock_only(laike: Laike) -> None:
    caller = laike(shape="2022")
    rows = caller.products()
    assert {tuple(sku["stock"]) for row in rows for sku in skus(row)} == {
        ("limit_type", "stock_qty")
    }
    assert any("skus" in row for row in rows)
    assert all("pois" in row["product"] and "product_id" in row["product"] for row in rows)
    facts = next(iter(caller.told("product").values())).facts
    assert not [name for name in facts if name.startswith("available:")]


def test_several_skus_stand_in_skus_since_2023(laike: Laike) -> None:
    rows = laike().products()
    assert {("sku" in row, "skus" in row) for row in rows} == {(True, False), (False, True)}
    assert max(len(skus(row)) for row in rows) == 2


def test_the_life_generation_has_its_own_names(laike: Laike) -> None:
    caller = laike()
    answer = life(caller, f"{LIFE}online/list/", count=50)
    assert answer["base"]["gateway_code"] == answer["base"]["biz_code"] == 0
    rows = answer["data"]["products"]
    assert len(rows) == 8
    for row in rows:
        assert {"spu_id", "poi_list"} <= row["product"].keys()
        assert not {"product_id", "pois"} & row["product"].keys()
    assert any("sku_list" in row for row in rows)
    id = rows[0]["product"]["spu_id"]
    one = life(caller, f"{LIFE}online/get/", product_ids=id)["data"]["product_onlines"]
    assert one == rows[:1]
    assert (
        life(caller, f"{LIFE}draft/get/", product_ids="1")["data"]["product_drafts"] == []
    )
    drafts = life(caller, f"{LIFE}draft/list/", count=50)["data"]
    assert drafts["error_code"] == 0
    assert [row["draft_status"] for row in drafts["products"]] == [10, 10]
    assert life(caller, f"{LIFE}draft/list/", status=12)["data"]["products"] == []


def test_the_life_generation_tells_the_products_of_every_merchant_of_the_app(
    laike: Laike,
) -> None:
    caller = laike(shops=2)
    first, second = (account.external_id for account in caller.box.accounts())

    def owners(**asked: Any) -> set[str]:
        rows = life(caller, f"{LIFE}online/list/", count=50, **asked)["data"]["products"]
        return {str(row["product"]["owner_account_id"]) for row in rows}

    assert owners() == owners(account_id=second) == {first, second}
    caller.box.revoke(first)
    assert owners() == {second}
    caller.box.revoke(second)
    refused = life(caller, f"{LIFE}online/list/")
    assert refused["base"]["gateway_code"] == 2100007


def test_rows_of_the_life_generation_may_stand_beside_the_base(laike: Laike) -> None:
    answer = life(laike(switches={"legacy_data": "flat"}), f"{LIFE}online/list/")
    assert answer.keys() > {"base", "products", "next_cursor"}


def test_each_generation_has_its_own_paths_and_token(laike: Laike) -> None:
    caller = laike()
    assert caller.get(f"{ROOT}online/list/")["data"]["error_code"] == 28001017
    header_only = caller.get(f"{LIFE}online/list/")
    assert header_only["base"]["gateway_code"] == 2190002
    caller.headers.clear()
    assert caller.get(ONLINE)["data"]["error_code"] == 2190002


def test_the_life_generation_may_be_gone(laike: Laike) -> None:
    caller = laike(switches={"legacy_goods": "gone"})
    assert life(caller, f"{LIFE}online/list/")["base"]["gateway_code"] == 28001056
    answer = sync(caller, LIFE_SYNC, out_id="OUT-0-0", stock={"limit_type": 2})
    assert answer["base"]["gateway_code"] == 28001056
    assert caller.box.effects(caller.root) == []


# Stock ----------------------------------------------------


def test_a_stock_call_sets_the_whole_stock(laike: Laike) -> None:
    caller = laike()
    id, sku = single(caller)
    taken = sku["stock"]["frozen_qty"] + sku["stock"]["sold_qty"]
    answer = sync(caller, product_id=id, stock={"limit_type": 1, "stock_qty": taken + 37})
    assert answer["data"]["error_code"] == answer["extra"]["error_code"] == 0
    assert available(caller, id, sku["sku_id"]) == 37
    stock = caller.good(f"{ROOT}online/get/", product_ids=id)["product_onlines"][0]["sku"]
    assert stock["stock"]["stock_qty"] == taken + 37
    (effect,) = caller.box.effects(caller.root)
    assert (effect.kind, effect.target) == ("stock", sku["sku_id"])
    assert effect.facts == {"available": 37, "stock_qty": taken + 37}


def test_a_repeated_call_takes_effect_once(laike: Laike) -> None:
    caller = laike()
    id, _ = single(caller)
    for qty in (900, 900, 901, 900):
        sync(caller, product_id=id, stock={"limit_type": 1, "stock_qty": qty})
    totals = [effect.facts["stock_qty"] for effect in caller.box.effects(caller.root)]
    assert totals == [900, 901, 900]


@pytest.mark.parametrize(("kind", "effects"), [("http_503", 0), ("reset_after", 1)])
def test_a_lost_answer_leaves_the_effect_and_a_refused_call_none(
    laike: Laike, kind: str, effects: int
) -> None:
    caller = laike()
    id, _ = single(caller)
    caller.box.faults = Faults([Fault(kind, "stock.sync")])
    stock = {"limit_type": 1, "stock_qty": 900}
    body = {"account_id": caller.root, "product_id": id, "stock": stock}
    caller.box.handle(Request("POST", SYNC, caller.headers, json.dumps(body).encode()))
    assert len(caller.box.effects(caller.root)) == effects


def test_unlimited_stock_has_no_number(laike: Laike) -> None:
    caller = laike()
    id, sku = single(caller)
    sync(caller, product_id=id, stock={"limit_type": 2, "stock_qty": 5})
    assert available(caller, id, sku["sku_id"]) is None
    assert caller.box.effects(caller.root)[0].facts["available"] is None


def test_the_old_call_names_no_merchant_and_may_say_what_is_left(laike: Laike) -> None:
    caller = laike(shops=2)
    theirs = caller.box.accounts()[1].external_id
    answer = sync(
        caller, LIFE_SYNC, out_id="OUT-1-0", stock={"limit_type": 1, "avail_qty": 88}
    )
    assert answer == {"base": answer["base"]}
    assert answer["base"]["biz_code"] == answer["base"]["gateway_code"] == 0
    assert caller.box.effects(caller.root) == []
    assert caller.box.effects(theirs)[0].facts["available"] == 88
    caller.box.revoke(theirs)
    refused = sync(caller, LIFE_SYNC, out_id="OUT-1-0", stock={"limit_type": 2})
    assert refused["base"]["gateway_code"] == 2100007


def test_the_catering_twin_takes_stock_too(laike: Laike) -> None:
    caller = laike(business="catering")
    id, _ = single(caller)
    path = "/goodlife/v1/akte/goods/stock/sync/"
    answer = sync(caller, path, product_id=id, stock={"limit_type": 1, "stock_qty": 800})
    assert answer["data"]["error_code"] == 0
    assert len(caller.box.effects(caller.root)) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"stock": {"limit_type": 2}}, 2100005),
        ({"product_id": "1", "stock": {"limit_type": 2}}, 2100005),
        ({"out_id": "OUT-0-0"}, 2100005),
        ({"out_id": "OUT-0-0", "stock": {"limit_type": 3}}, 2100005),
        ({"out_id": "OUT-0-0", "stock": {"limit_type": 1}}, 2100005),
        ({"out_id": "OUT-0-0", "stock": {"limit_type": 1, "stock_qty": "9"}}, 2100005),
        ({"out_id": "OUT-0-0", "stock": {"limit_type": 1, "stock_qty": -1}}, 2100005),
        ({"out_id": "OUT-0-0", "account_id": "1", "stock": {"limit_type": 2}}, 2100007),
        ({"out_id": "OUT-0-0", "account_id": "", "stock": {"limit_type": 2}}, 2100005),
        ({"out_id": "OUT-0-3", "stock": {"limit_type": 2}}, 2100005),
    ],
)
def test_a_refused_stock_call_changes_nothing(
    laike: Laike, body: dict[str, Any], code: int
) -> None:
    caller = laike()
    before = [r.facts for r in caller.told("product").values()]
    assert sync(caller, **body)["data"]["error_code"] == code
    assert [r.facts for r in caller.told("product").values()] == before
    assert caller.box.effects(caller.root) == []


def test_a_total_below_what_is_sold_follows_the_switch(laike: Laike) -> None:
    for position, code in (("refused", 2100005), ("zero", 0)):
        caller = laike(switches={"stock_below_sold": position})
        id, sku = single(caller)
        assert sku["stock"]["sold_qty"] > 1
        answer = sync(caller, product_id=id, stock={"limit_type": 1, "stock_qty": 1})
        assert answer["data"]["error_code"] == code
        assert (available(caller, id, sku["sku_id"]) == 0) == (position == "zero")


def test_what_stock_qty_and_several_skus_mean_follows_switches(laike: Laike) -> None:
    caller = laike(switches={"stock_qty": "available", "multi_sku_stock": "first"})
    row = next(r for r in caller.products() if "skus" in r)
    id, (first, second) = row["product"]["product_id"], row["skus"]
    sync(caller, product_id=id, stock={"limit_type": 1, "stock_qty": 12})
    assert available(caller, id, first["sku_id"]) == 12
    assert available(caller, id, second["sku_id"]) == second["stock"]["avail_qty"]


def test_stock_calls_are_logged_with_their_account(laike: Laike) -> None:
    caller = laike()
    sync(caller, out_id="OUT-0-0", stock={"limit_type": 2})
    entry = caller.box.log.entries[-1]
    assert (entry.operation, entry.account, entry.outcome) == (
        "stock.sync",
        caller.root,
        "ok",
    )


# Mischief ----------------------------------------------------


@pytest.mark.parametrize("how", ["no_id", "no_status", "amount_absurd", "time_text"])
def test_a_spoilt_product_spoils_no_other(laike: Laike, how: str) -> None:
    caller = laike()
    before = caller.products()
    victim = before[1]["product"]["product_id"]
    caller.box.poison_record(caller.root, "product", victim, how)
    after = caller.products()
    assert after[1] != before[1]
    assert after[:1] + after[2:] == before[:1] + before[2:]
    assert caller.box.poisoned_records == {(caller.root, "product", victim)}


def test_new_words_reach_products(laike: Laike) -> None:
    caller = laike(new_words=0.5, new_fields=True)
    rows = caller.products()
    assert {row["online_status"] for row in rows} - {1, 2, 3}
    assert all("grade_v3" in row["product"] for row in rows)
    told = caller.told("product")
    for row in rows:
        facts = told[row["product"]["product_id"]].facts
        assert facts["listing_status_raw"] == str(row["online_status"])


def test_truth_and_effects_have_a_door(laike: Laike) -> None:
    caller = laike()
    sync(caller, out_id="OUT-0-0", stock={"limit_type": 2})
    truth = json.loads(caller.box.handle(Request("GET", "/_sandbox/truth")).body)
    kinds = {"redemption", "after_sale", "place", "product"}
    assert truth["records"].keys() == kinds
    assert all(truth["records"][kind][caller.root] for kind in kinds)
    effects = json.loads(caller.box.handle(Request("GET", "/_sandbox/effects")).body)
    assert effects[caller.root][0]["kind"] == "stock"
