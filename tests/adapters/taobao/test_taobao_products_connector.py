"""Which calls make an operation on products, against a scripted platform."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import connectors.taobao as taobao
from hub_core.errors import BadRequest, Rejected, WrongShop
from hub_core.ports import Paging, Source, Window
from hub_core.wire import JSON, Fetched, Misread, Ref

WINDOW = Window(
    datetime(2026, 1, 1, 16, tzinfo=UTC), datetime(2026, 11, 19, 16, 30, tzinfo=UTC)
)
GET = "item_seller_get_response"
ITEM: JSON = {
    "num_iid": 669801,
    "approve_status": "onsale",
    "modified": "2026-11-20 00:00:00",
    "nick": "沙箱旗舰店",
}


def listing(form: dict[str, str]) -> JSON:
    """250 items on sale, and one on each shelf of the warehouse; always counted."""
    on_sale = form["method"] == "taobao.items.onsale.get"
    number, size, total = (
        int(form["page_no"]),
        int(form["page_size"]),
        250 if on_sale else 1,
    )
    mine = range((number - 1) * size, min(number * size, total))
    rows = [{"num_iid": 10**11 + i, "modified": "2026-11-20 00:00:00"} for i in mine]
    wrapper = "items_onsale_get_response" if on_sale else "items_inventory_get_response"
    return {wrapper: {"total_results": total, "items": {"item": rows}}}


def refusing(sub_code: str, code: int = 15) -> JSON:
    return {"error_response": {"code": code, "msg": "no", "sub_code": sub_code}}


def test_four_lists_hold_every_product(scripted: Any) -> None:
    source = taobao.hub_products(scripted(listing))

    assert isinstance(source, Source)
    assert [stream.name for stream in source.streams] == [
        "products",
        "products_in_warehouse",
        "products_sold_out",
        "products_violation",
    ]
    for stream in source.streams:
        assert stream.paging is Paging.REVERSE_OFFSET
        assert stream.order == "modified desc"
        assert stream.list_is_partial
        assert (stream.page_size, stream.rows_cap) == (200, 20_000)
        assert stream.settle_lag == timedelta(minutes=10)
        assert stream.assumptions


def test_how_late_and_how_far_back_are_configuration(scripted: Any) -> None:
    facts = {"product_settle_lag_seconds": "60", "product_look_back_days": "30"}
    stream = taobao.Products(scripted(listing, facts=facts)).streams[0]

    assert stream.settle_lag == timedelta(minutes=1)
    assert stream.look_back == timedelta(days=30)


def test_what_is_on_sale_is_asked_for_newest_change_first(scripted: Any) -> None:
    session = scripted(listing)
    source = taobao.Products(session)
    stream = source.streams[0]
    first, last = source.probe(stream, WINDOW), source.page(stream, WINDOW, 2)
    form = session.sent[0]

    assert (len(first.items), first.total, first.number) == (200, 250, 1)
    assert (len(last.items), last.total) == (50, 250)
    assert isinstance(last.items[0], Ref)
    assert form["order_by"] == "modified:desc"
    assert form["start_modified"] == "2026-01-01 23:59:59"
    assert form["end_modified"] == "2026-11-20 00:30:01"
    assert form["fields"] == "num_iid,modified,approve_status"
    assert "banner" not in form


@pytest.mark.parametrize(
    ("stream", "banner"),
    [
        ("products_in_warehouse", "for_shelved"),
        ("products_sold_out", "sold_out"),
        ("products_violation", "violation_off_shelf"),
    ],
)
def test_each_shelf_of_the_warehouse_is_asked_for_by_name(
    scripted: Any, stream: str, banner: str
) -> None:
    session = scripted(listing)
    source = taobao.Products(session)
    (asked,) = [s for s in source.streams if s.name == stream]
    page = source.probe(asked, WINDOW)

    assert (page.total, len(page.items)) == (1, 1)
    assert session.sent[0]["method"] == "taobao.items.inventory.get"
    assert session.sent[0]["banner"] == banner
    assert session.sent[0]["order_by"] == "modified:desc"


def test_the_warehouse_has_no_page_102(scripted: Any) -> None:
    source = taobao.Products(scripted(listing))

    with pytest.raises(BadRequest):
        source.page(source.streams[1], WINDOW, 102)


def test_an_empty_list_is_known_by_its_count(scripted: Any) -> None:
    source = taobao.Products(
        scripted(lambda form: {"items_onsale_get_response": {"total_results": 0}})
    )

    assert source.probe(source.streams[0], WINDOW).items == ()


def test_a_product_is_fetched_whole(scripted: Any) -> None:
    session = scripted(lambda form: {GET: {"item": ITEM}})
    found = taobao.Products(session).record("669801")

    assert isinstance(found, Fetched)
    assert found.record.external_id == "669801"
    assert session.sent[0]["num_iid"] == "669801"


@pytest.mark.parametrize(
    "sub_code",
    [
        "isv.item-get-service-error:ITEM_NOT_FOUND",
        "isv.item-is-delete:invalid-numIid",
        "isv.item-is-delete:invalid-numIid-or-iid",
    ],
)
@pytest.mark.parametrize("code", [15, 50, 530])
def test_a_deleted_product_is_none(scripted: Any, sub_code: str, code: int) -> None:
    source = taobao.Products(scripted(lambda form: refusing(sub_code, code)))

    assert source.record("669801") is None


def test_any_other_refusal_of_a_product_is_raised(scripted: Any) -> None:
    said = "isv.item-get-service-error:PERMISSION"

    with pytest.raises(Rejected):
        taobao.Products(scripted(lambda form: refusing(said))).record("1")


def test_a_product_of_another_seller_stops_the_shop(scripted: Any) -> None:
    answer = {GET: {"item": ITEM}}
    mine = scripted(lambda form: answer, account={"nick": "沙箱旗舰店"})
    other = scripted(lambda form: answer, account={"nick": "别家"})

    assert taobao.Products(mine).record("669801") is not None
    with pytest.raises(WrongShop, match="a product of seller"):
        taobao.Products(other).record("669801")


def test_a_product_that_cannot_be_read_is_parked_with_its_id(scripted: Any) -> None:
    broken = ITEM | {"price": "12.345"}
    found = taobao.Products(scripted(lambda form: {GET: {"item": broken}})).record("1")

    assert isinstance(found, Misread)
    assert found.external_id == "669801"
