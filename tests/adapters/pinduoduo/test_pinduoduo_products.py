"""Products: what a row says, and how the whole list is read page by page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.pinduoduo import products_v1
from adapters.pinduoduo.dialect import Pop
from connectors.pinduoduo.products import PddProducts
from hub_core.errors import Misconfigured, Unreadable
from hub_core.models import Issue, ListingStatus, Product
from hub_core.ports import Paging
from hub_core.wire import JSON, Fetched, Misread

from .pdd import WINDOW, Script

LIST = products_v1.LIST
ROW: JSON = {"goods_id": 3956183219, "is_onsale": 1}


def listed(*rows: Any, total: int | None = None) -> JSON:
    count = len(rows) if total is None else total
    return {"goods_list_get_response": {"total_count": count, "goods_list": list(rows)}}


def read(**more: Any) -> Product:
    (item,) = LIST.read(Pop().unwrap(LIST, listed({**ROW, **more}))).items
    assert isinstance(item, Fetched), item
    assert isinstance(item.record, Product)
    return item.record


def test_number_and_state_are_enough() -> None:
    product = read()
    assert product.external_id == "3956183219"
    assert product.listing_status is ListingStatus.ON_SALE
    assert (product.skus, product.title, product.issues) == ((), "", ())
    assert product.channel_updated_at is None


@pytest.mark.parametrize("field", sorted(ROW))
def test_a_row_without_one_of_the_two_is_parked_alone(field: str) -> None:
    bare = {name: value for name, value in ROW.items() if name != field}
    bad, good = LIST.read(Pop().unwrap(LIST, listed(bare, ROW))).items
    assert isinstance(bad, Misread)
    assert isinstance(good, Fetched)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        (1, ListingStatus.ON_SALE),
        ("1", ListingStatus.ON_SALE),
        (0, ListingStatus.OFF_SALE),
        (2, ListingStatus.UNKNOWN),
    ],
)
def test_products_and_variants_are_on_sale_or_not(word: Any, status: ListingStatus) -> None:
    product = read(is_onsale=word, sku_list=[{"sku_id": 1, "is_sku_onsale": word}])
    assert product.listing_status is product.skus[0].status is status
    assert product.listing_status_raw == product.skus[0].status_raw == str(word)
    unknown = status is ListingStatus.UNKNOWN
    assert (Issue("listing_status", "unknown_word") in product.issues) is unknown
    assert (Issue("skus.status", "unknown_word") in product.issues) is unknown


def test_a_variant_has_its_stock_and_no_price() -> None:
    row = {
        "sku_id": "77",
        "spec": "白色,M",
        "outer_id": "A",
        "sku_quantity": "12",
        "reserve_quantity": 3,
    }
    (sku,) = read(is_onsale=0, sku_list=[row]).skus
    assert (sku.external_id, sku.outer_code, sku.spec_text) == ("77", "A", "白色,M")
    assert (sku.available, sku.reserved, sku.price_amount) == (12, 3, None)
    assert sku.status is ListingStatus.OFF_SALE  # its product's: it says nothing itself


@pytest.mark.parametrize("empty", [None, []])
def test_variants_may_be_missing(empty: Any) -> None:
    assert read(sku_list=empty).skus == ()


# Asking --------------------------------------------------------------------------------


def test_the_list_is_read_whole_and_takes_no_time() -> None:
    (stream,) = PddProducts(Script([])).streams
    assert stream.is_snapshot
    assert stream.paging is Paging.OPAQUE_CURSOR
    assert not stream.by_id


def test_pages_follow_by_number_until_all_are_counted() -> None:
    rows = [{**ROW, "goods_id": n} for n in (1, 2, 3, 4, 5)]
    answers = [listed(*rows[at : at + 2], total=5) for at in (0, 2, 4)]
    session = Script(answers)
    source = PddProducts(session)
    stream = replace(source.streams[0], page_size=2)
    cursor, seen, cursors = None, [], []
    while True:
        page = source.after(stream, None, cursor)
        seen += [i.record.external_id for i in page.items if isinstance(i, Fetched)]
        cursor = page.cursor
        cursors.append(cursor)
        if cursor is None:
            break
    assert seen == ["1", "2", "3", "4", "5"]
    assert cursors == ["2", "3", None]
    assert [sent["page"] for _, sent in session.asked] == ["1", "2", "3"]
    assert {sent["page_size"] for _, sent in session.asked} == {"2"}
    assert all("is_onsale" not in sent for _, sent in session.asked)


@pytest.mark.parametrize(("total", "cursor"), [(0, None), (1, None), (2, None), (3, "2")])
def test_a_full_last_page_is_the_last(total: int, cursor: str | None) -> None:
    rows = [{**ROW, "goods_id": n + 1} for n in range(min(total, 2))]
    source = PddProducts(Script([listed(*rows, total=total)]))
    page = source.after(replace(source.streams[0], page_size=2), None, None)
    assert (page.cursor, page.total) == (cursor, total)


def test_an_empty_page_amid_the_list_is_no_end() -> None:
    source = PddProducts(Script([listed(total=300)]))
    with pytest.raises(Unreadable, match="300 products"):
        source.after(source.streams[0], None, "2")


def test_a_cursor_that_is_no_number_is_refused() -> None:
    source = PddProducts(Script([]))
    with pytest.raises(Misconfigured, match="page"):
        source.after(source.streams[0], None, "next")


def test_probe_and_page_are_pages_of_the_same_list() -> None:
    session = Script([listed(ROW), listed(ROW, total=500)])
    source = PddProducts(session)
    stream = source.streams[0]
    assert source.probe(stream, WINDOW).total == 1
    assert source.page(stream, WINDOW, 3).cursor == "4"
    assert [sent["page"] for _, sent in session.asked] == ["1", "3"]


def test_a_single_product_is_not_asked_for() -> None:
    with pytest.raises(Misconfigured):
        PddProducts(Script([])).record("1")
