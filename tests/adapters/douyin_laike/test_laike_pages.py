"""Pages of orders: what a page must hold, and rows that do not spoil the others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.douyin_laike import orders_v2
from hub_core.models import (
    FulfillmentStatus,
    Order,
    OrderStatus,
    PaymentStatus,
)
from hub_core.wire import JSON, Fetched, Misread, Page
from tests.adapters.douyin_laike.laike import DIALECT, answer, certificate, row, sub


def page(body: JSON) -> Page:
    return orders_v2.read(DIALECT.unwrap(orders_v2.LIST, body))


def read(**changes: Any) -> Order:
    (item,) = page(answer(row(**changes))).items
    assert isinstance(item, Fetched), item
    return item.order


Statuses = tuple[OrderStatus, PaymentStatus, FulfillmentStatus]
S, P, F = OrderStatus, PaymentStatus, FulfillmentStatus


def test_a_page_says_its_number_total_and_cursor() -> None:
    body = answer(row(), total=250, number=3)
    body["data"]["search_after"] = {"Size": 1, "CursorValue": [1795140002, "77"]}
    read_ = page(body)
    assert (read_.total, read_.number, read_.has_more) == (250, 3, None)
    assert read_.cursor == ("1795140002", "77")


def test_a_page_without_its_block_says_so() -> None:
    body = answer(row())
    del body["data"]["page"]
    assert (page(body).total, page(body).number, page(body).cursor) == (None, None, None)


@pytest.mark.parametrize("orders", [{}, "[]", 0, {"order_id": "1"}])
def test_a_list_of_the_wrong_type_spoils_the_page(orders: Any) -> None:
    body = answer(row())
    body["data"]["orders"] = orders
    with pytest.raises(ValueError, match="orders"):
        page(body)


@pytest.mark.parametrize("about", [[1], "x", {"total": "many"}, {"total": 1.5}])
def test_a_page_block_of_the_wrong_type_spoils_the_page(about: Any) -> None:
    body = answer(row())
    body["data"]["page"] = about
    with pytest.raises(ValueError, match=r"total|WirePage"):
        page(body)


@pytest.mark.parametrize("lost", [True, False])
def test_a_missing_list_is_an_empty_page_only_where_no_row_can_be(lost: bool) -> None:
    def without(total: int, number: int) -> JSON:
        body = answer(total=total, number=number)
        body["data"] |= {"orders": None}
        if lost:
            del body["data"]["orders"]
        return body

    assert page(without(0, 1)).items == ()
    assert page(without(250, 4)).items == ()
    with pytest.raises(KeyError, match="orders"):
        page(without(250, 3))


def test_where_a_page_s_size_is_not_told_none_before_it_count() -> None:
    body = answer(total=1, number=3)
    del body["data"]["page"]["page_size"], body["data"]["orders"]
    with pytest.raises(KeyError, match="orders"):
        page(body)


def test_success_without_a_list_or_a_total_proves_nothing() -> None:
    with pytest.raises(KeyError, match="orders"):
        page({"data": {"error_code": 0, "description": ""}})


JUNK = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats()
FIELDS = st.sampled_from(sorted(orders_v2.WireOrder.model_fields))


@given(changes=st.dictionaries(FIELDS, JUNK | st.lists(JUNK, max_size=2), max_size=4))
@settings(max_examples=300, derandomize=True, deadline=None)
def test_whatever_a_record_holds_it_is_read_or_parked(changes: JSON) -> None:
    first, spoilt = page(answer(row(), row(**changes))).items
    assert isinstance(first, Fetched)
    assert isinstance(spoilt, Fetched | Misread)


AMOUNTS = st.integers(min_value=0, max_value=10**9)


@given(parts=st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=6))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_vouchers_money_adds_up_to_the_orders(parts: list[tuple[int, int]]) -> None:
    order = read(
        original_amount=sum(origin for origin, _ in parts),
        pay_amount=sum(pay for _, pay in parts),
        count=len(parts),
        certificate=[certificate(100, i) for i in range(len(parts))],
        sub_order_amount_infos=[
            sub(i, origin_amount=origin, pay_amount=pay)
            for i, (origin, pay) in enumerate(parts)
        ],
    )
    assert sum(v.buyer_paid_amount or 0 for v in order.vouchers) == order.buyer_paid_amount
    assert sum(v.original_amount or 0 for v in order.vouchers) == order.goods_amount
    assert order.issues == ()
