"""What wares and SKUs say, and how JD says them; which calls make a product."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import connectors.jd as jd
from adapters.jd import products_v1
from adapters.jd.dialect import Jos
from adapters.jd.goods import LISTING
from hub_core.errors import BadRequest, Misconfigured, Throttled, Unreadable
from hub_core.models import Issue, ListingStatus, Product
from hub_core.ports import CursorSource, Paging, Stream, Window
from hub_core.wire import JSON, Fetched, Misread, Ref
from tests.adapters.jd.test_jd_golden import ROOT, read
from tests.adapters.published import AT_HAND

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
WINDOW = Window(NOON - timedelta(hours=1), NOON)
WARES = "jingdong.ware.read.searchWare4Valid"
SKUS = "jingdong.sku.read.searchSkuList"
STOCK = "jingdong.stock.read.findSkuStock"
WARE: JSON = {"wareId": 10, "wareStatus": 8, "title": "白衬衫", "modified": 1763600400000}
SKU: JSON = {"skuId": 100, "wareId": 10, "status": 1, "jdPrice": 59, "stockNum": 7}


def listed(*rows: Any, total: int | None = None) -> JSON:
    counted = len(rows) if total is None else total
    return {"page": {"pageNo": 1, "totalItem": counted, "data": list(rows)}}


def ware(**more: Any) -> Fetched:
    found = products_v1.GET.read(listed({**WARE, **more}))
    assert isinstance(found, Fetched), found
    return found


def whole(*rows: Any, stock: Any = None, **more: Any) -> Product:
    found = products_v1.with_skus(ware(**more), rows, stock or {})
    assert isinstance(found, Fetched), found
    assert isinstance(found.record, Product)
    return found.record


# Wares ---------------------------------------------------------------------------------


def test_wares_are_named_by_their_list_flat_and_nested() -> None:
    page = read("products_v1", "page")
    assert page.total == 3
    assert page.items == (
        Ref("10020030", datetime(2025, 11, 20, 1, tzinfo=UTC), "8"),
        Ref("10020031", datetime(2025, 11, 20, 1, 0, 1, tzinfo=UTC), "516"),
        Ref("10020032", None, "2"),
    )


def test_a_ware_without_its_skus() -> None:
    product = read("products_v1", "one").record
    assert (product.external_id, product.title) == ("10020030", "白衬衫")
    assert product.listing_status is ListingStatus.ON_SALE
    assert product.listing_status_raw == "8"
    assert (product.outer_code, product.brand) == ("TS-W", "金样")
    assert product.category_external_id == "21439"
    assert product.channel_updated_at == datetime(2025, 11, 20, 1, tzinfo=UTC)
    assert product.ext["jd:market_price"] == 9900
    assert product.skus == ()


@pytest.mark.parametrize("word", [*LISTING, "9"])
def test_each_state_of_a_ware_says_one_thing(word: str) -> None:
    product = whole(wareStatus=int(word))
    assert product.listing_status is LISTING[word]
    assert product.listing_status_raw == word
    assert (Issue("listing_status", "unknown_word") in product.issues) is (word == "9")


@AT_HAND
def test_a_published_ware_is_read() -> None:
    folder = ROOT.parent / "shared" / "samples" / "jd" / "products"
    body = published(folder / "ware_read_search_ware4valid.2024.response.json")
    page = products_v1.LIST.read(Jos().unwrap(products_v1.LIST, body))
    assert (page.total, page.items) == (104, (Ref("14651770001", None, "2"),))
    found = products_v1.GET.read(Jos().unwrap(products_v1.GET, body))
    body = published(folder / "sku_read_search_sku_list.2023.response.json")
    skus = products_v1.SKUS.read(Jos().unwrap(products_v1.SKUS, body))
    assert isinstance(found, Fetched)
    assert isinstance(found.record, Product)
    assert found.record.listing_status is ListingStatus.OFF_SALE
    assert found.record.sale_start_at == datetime(2020, 6, 28, 1, 54, 16, tzinfo=UTC)
    assert skus.total == 1
    assert skus.without_stock() == ("10086982152177",)
    other = products_v1.with_skus(ware(wareId=10024838828001), skus.rows, {})
    assert isinstance(other, Fetched)
    assert isinstance(other.record, Product)
    (sku,) = other.record.skus
    assert (sku.price_amount, sku.available) == (280, None)


def published(path: Path) -> JSON:
    body: JSON = json.loads(path.read_text("utf-8"))
    return body


# SKUs ----------------------------------------------------------------------------------


def test_a_variant_has_its_price_its_stock_and_its_words() -> None:
    size = {"prop": {"attrId": "2", "index": 2, "attrValueAlias": ["M"]}}
    colour = {"attrId": "1", "index": 1, "attrValueAlias": "白色"}
    row = {**SKU, "outerId": "TS-W-M", "barCode": "690", "saleAttrs": [size, colour]}
    (sku,) = whole(row).skus
    assert (sku.external_id, sku.outer_code, sku.gtin) == ("100", "TS-W-M", "690")
    assert (sku.price_amount, sku.available) == (5900, 7)
    assert sku.spec_text == "白色;M"
    assert sku.status is ListingStatus.ON_SALE


@pytest.mark.parametrize(
    ("price", "fen"), [(2.8, 280), ("2.80", 280), (0, 0), (None, None), ("", None)]
)
def test_prices_are_yuan_as_number_or_text(price: Any, fen: int | None) -> None:
    assert whole({**SKU, "jdPrice": price}).skus[0].price_amount == fen


def test_stock_that_is_not_told_is_what_was_asked_for_apart() -> None:
    silent = {**SKU, "stockNum": None}
    assert whole(silent, stock={"100": 3}).skus[0].available == 3
    assert whole(silent).skus[0].available is None
    assert whole({**SKU, "stockNum": 0}, stock={"100": 3}).skus[0].available == 0


def test_rows_may_be_nested_and_another_ware_s_are_left_out() -> None:
    product = whole({"sku": SKU}, {**SKU, "skuId": 101, "wareId": 11})
    assert [sku.external_id for sku in product.skus] == ["100"]


@pytest.mark.parametrize("field", ["wareId", "wareStatus"])
def test_a_ware_without_its_number_or_its_state_is_parked(field: str) -> None:
    for gone in ({}, {field: None}):
        row = {k: v for k, v in WARE.items() if k != field} | gone
        assert isinstance(products_v1.GET.read(listed(row)), Misread)


def test_what_tells_variants_apart_may_say_no_order_or_no_value() -> None:
    plain, nothing = {"attrValueAlias": ["白色"]}, {"index": 2}
    (sku,) = whole({**SKU, "saleAttrs": [nothing, plain]}).skus
    assert sku.spec_text == "白色"


@pytest.mark.parametrize(
    "broken", [{"skuId": None}, {"jdPrice": "1e2"}, {"stockNum": 1.5}, {"saleAttrs": 7}]
)
def test_a_variant_that_can_t_be_read_parks_its_product(broken: JSON) -> None:
    found = products_v1.with_skus(ware(), [{**SKU, **broken}], {})
    assert isinstance(found, Misread)
    assert found.external_id == "10"
    assert found.updated_at == datetime(2025, 11, 20, 1, tzinfo=UTC)


def test_a_state_of_a_variant_newer_than_the_hub_is_said() -> None:
    product = whole({**SKU, "status": 3})
    assert product.skus[0].status is ListingStatus.UNKNOWN
    assert product.issues == (Issue("skus.status", "unknown_word"),)


def test_what_was_read_whole_is_read_again_from_what_is_kept() -> None:
    found = products_v1.with_skus(ware(), [SKU], {})
    assert isinstance(found, Fetched)
    again = products_v1.GET.read(listed(found.raw))
    assert isinstance(again, Fetched)
    assert again.record.external_id == "10"


def test_a_page_of_skus_names_each_ware_once_and_no_time() -> None:
    rows = [SKU, {**SKU, "skuId": 101}, {"sku": {**SKU, "wareId": "11"}}, {"skuId": 5}]
    page = products_v1.CHANGED.read(listed(*rows))
    assert page.total == 4
    assert page.items[:2] == (Ref("10"), Ref("11"))
    assert isinstance(page.items[2], Misread)


@pytest.mark.parametrize("inner", [{}, {"page": None}, {"page": {"data": []}}, {"page": 1}])
def test_a_page_without_its_containers_is_refused_whole(inner: JSON) -> None:
    for call in (products_v1.LIST, products_v1.CHANGED, products_v1.SKUS):
        with pytest.raises((KeyError, ValueError)):
            call.read(inner)


@pytest.mark.parametrize("rows", [{}, "[]", 7])
def test_a_list_of_the_wrong_type_is_refused(rows: Any) -> None:
    with pytest.raises(ValueError, match="a list"):
        products_v1.LIST.read({"page": {"totalItem": 0, "data": rows}})


def test_a_ware_that_is_not_there_is_none_and_two_are_no_answer() -> None:
    assert products_v1.GET.read(listed()) is None
    assert products_v1.GET.read({}) is None
    with pytest.raises(ValueError, match="several"):
        products_v1.GET.read(listed(WARE, WARE))
    with pytest.raises(ValueError, match="none is given"):
        products_v1.GET.read(listed(total=1))


@pytest.mark.parametrize(
    ("rows", "pieces"),
    [
        ([], None),
        (None, None),
        ([{"stockNum": 5, "storeId": 0, "skuId": 1}], 5),
        ([{"stockNum": "5"}], 5),
        ([{"sku_stock": {"stockNum": 3, "storeId": 7}}, {"stockNum": 4, "storeId": 8}], 7),
        ([{"stockNum": 3, "storeId": 7}, {"stockNum": 9, "storeId": "0"}], 9),
    ],
)
def test_the_stock_of_a_sku_is_the_country_s_or_its_warehouses(
    rows: Any, pieces: int | None
) -> None:
    assert products_v1.STOCK.read({"skuStocks": rows}) == pieces


@pytest.mark.parametrize("counts", [[2**31], [2**30, 2**30], [10**15]])
def test_more_pieces_than_anybody_has_are_no_stock(counts: list[int]) -> None:
    rows = [{"stockNum": n, "storeId": at + 1} for at, n in enumerate(counts)]

    with pytest.raises(ValueError, match="pieces"):
        products_v1.STOCK.read({"skuStocks": rows})


@pytest.mark.parametrize("external_id", ["", "TS-W", "10,11", "-1"])
def test_a_ware_is_asked_for_by_a_number(external_id: str) -> None:
    with pytest.raises(BadRequest):
        products_v1.GET.parameters(external_id=external_id)


# The source ----------------------------------------------------------------------------


@pytest.fixture
def platform(answer: Any) -> Any:
    """120 wares of two SKUs each, of which the second tells no stock."""

    def answers(method: str, asked: JSON) -> JSON:
        if method == STOCK:
            body: JSON = answer(method, skuStocks=[{"stockNum": 4, "storeId": 0}])
            return body
        size = asked.get("pageSize") or asked.get("page_size")
        span = range((asked["pageNo"] - 1) * size, min(asked["pageNo"] * size, 120))
        if method == WARES:
            one = "wareId" in asked
            rows = [WARE] if one else [{**WARE, "wareId": 1000 + n} for n in span]
            told: JSON = answer(method, **listed(*rows, total=1 if one else 120))
            return told
        if "wareId" in asked:
            rows = [SKU, {**SKU, "skuId": 101, "stockNum": None}]
            told = answer(method, **listed(*rows))
            return told
        rows = [{**SKU, "skuId": n, "wareId": 1000 + n // 2} for n in span]
        told = answer(method, **listed(*rows, total=120))
        return told

    return answers


def streams(session: Any) -> tuple[Stream, Stream]:
    wares, changed = jd.JdProducts(session).streams
    return wares, changed


def test_all_wares_are_a_list_that_takes_no_time(scripted: Any, platform: Any) -> None:
    session = scripted(platform)
    source = jd.hub_products(session)
    wares, changed = streams(session)
    assert isinstance(source, CursorSource)
    assert (wares.name, changed.name) == ("products", "product_skus")
    assert wares.paging is changed.paging is Paging.OPAQUE_CURSOR
    assert (wares.is_snapshot, changed.is_snapshot) == (True, False)
    assert wares.snapshot_every == timedelta(hours=1)
    assert wares.list_is_partial
    assert changed.list_is_partial
    assert set(wares.assumptions) | set(changed.assumptions) <= set(jd.FACTS)


def test_wares_are_walked_by_number_to_their_end(scripted: Any, platform: Any) -> None:
    session = scripted(platform)
    source, (wares, _) = jd.JdProducts(session), streams(session)
    seen, cursor = [], None
    while True:
        page = source.after(wares, None, cursor)
        seen += [item.external_id for item in page.items if isinstance(item, Ref)]
        if (cursor := page.cursor) is None:
            break
    assert seen == [str(1000 + n) for n in range(120)]
    assert [sent["pageNo"] for _, sent in session.sent] == [1, 2, 3]
    first = session.sent[0][1]
    assert (first["orderField"], first["orderType"]) == ("wareId", "asc")
    assert "wareStatusValue" not in first
    assert {"wareId", "modified", "wareStatus"} <= set(first["field"].split(","))


def test_skus_that_are_counted_and_not_given_are_no_product_without_them(
    scripted: Any, platform: Any, answer: Any
) -> None:
    def hollow(method: str, asked: JSON) -> JSON:
        told: JSON = answer(method, **listed(total=2))
        return told if method == SKUS else platform(method, asked)

    with pytest.raises(Unreadable, match="2 SKUs"):
        jd.JdProducts(scripted(hollow)).record("10")


def test_skus_that_never_end_are_no_product_without_the_rest(
    scripted: Any, platform: Any, answer: Any
) -> None:
    def endless(method: str, asked: JSON) -> JSON:
        told: JSON = answer(method, **listed(SKU, total=1000))
        return told if method == SKUS else platform(method, asked)

    session = scripted(endless)
    with pytest.raises(Unreadable, match="more than 100 pages"):
        jd.JdProducts(session).record("10")
    assert session.methods.count(SKUS) == 100


def test_each_ware_is_asked_for_again_within_a_day(scripted: Any, platform: Any) -> None:
    """Whether a sale moves any time is not said."""
    assert {s.reread_every for s in streams(scripted(platform))} == {timedelta(days=1)}


def test_changed_skus_are_asked_past_both_ends_and_deleted_ones_too(
    scripted: Any, platform: Any
) -> None:
    session = scripted(platform)
    source, (_, changed) = jd.JdProducts(session), streams(session)
    page = source.after(changed, WINDOW, "2")
    method, sent = session.sent[0]
    assert method == SKUS
    assert sent["startModifiedTime"] == "2026-11-20 10:59:59"
    assert sent["endModifiedTime"] == "2026-11-20 12:00:01"
    assert (sent["skuStatuValue"], sent["pageNo"], sent["page_size"]) == ("1,2,4", 2, 50)
    assert (sent["orderFiled"], sent["orderType"]) == ("skuId", "asc")
    assert len(page.items) == 25
    assert page.cursor == "3"
    assert source.after(changed, WINDOW, "3").cursor is None
    with pytest.raises(Misconfigured, match="span of time"):
        source.after(changed, None, None)


def test_a_product_is_had_with_all_its_skus_and_the_stock_they_keep_quiet(
    scripted: Any, platform: Any
) -> None:
    session = scripted(platform)
    found = jd.JdProducts(session).record("10")
    assert isinstance(found, Fetched)
    assert isinstance(found.record, Product)
    assert [(s.external_id, s.available) for s in found.record.skus] == [
        ("100", 7),
        ("101", 4),
    ]
    assert session.methods == [WARES, SKUS, STOCK]
    assert session.sent[0][1]["wareId"] == "10"
    assert session.sent[2][1] == {"skuId": 101}


def test_stock_may_be_left_alone(scripted: Any, platform: Any, refusing: Any) -> None:
    quiet = scripted(platform, facts={"sku_stock": "no"})
    barred = scripted(lambda m, a: refusing("24") if m == STOCK else platform(m, a))
    for session in (quiet, barred):
        found = jd.JdProducts(session).record("10")
        assert isinstance(found, Fetched)
        assert isinstance(found.record, Product)
        assert [s.available for s in found.record.skus] == [7, None]
    assert STOCK not in quiet.methods


def test_a_deleted_ware_is_none(scripted: Any, answer: Any) -> None:
    session = scripted(lambda m, a: answer(m, **listed()))
    assert jd.JdProducts(session).record("10") is None
    assert session.methods == [WARES]


def test_states_and_sizes_are_configuration(scripted: Any, platform: Any) -> None:
    facts = {"ware_status_values": "8,520", "product_page_size": "100"}
    session = scripted(platform, facts=facts)
    source, (wares, _) = jd.JdProducts(session), streams(session)
    assert source.probe(wares, WINDOW).total == 120
    assert session.sent[0][1]["wareStatusValue"] == "8,520"
    assert session.sent[0][1]["pageSize"] == 100
    with pytest.raises(Misconfigured, match="by cursor"):
        source.page(wares, WINDOW, 2)


def test_a_gateway_that_is_asked_too_often_says_so() -> None:
    body = {"code": "503", "errorMessage": "请求被限制"}
    with pytest.raises(Throttled):
        Jos().unwrap(products_v1.SKUS, body)
