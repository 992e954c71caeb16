"""Payloads others have published, where they were laid beside the project."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.pinduoduo import (
    after_sales_v1,
    orders_v1,
    orders_v2,
    shipping_v1,
    stock_v1,
)
from adapters.pinduoduo.dialect import Pop
from hub_core.errors import BadRequest, HubError, Misconfigured, Rejected
from hub_core.models import AfterSale, Issue, Protection
from hub_core.wire import JSON, Fetched
from tests.adapters.published import AT_HAND, SAMPLES

pytestmark = AT_HAND


def sample(name: str) -> JSON:
    body: JSON = json.loads((SAMPLES / "pdd" / name).read_text("utf-8"))
    return body


@pytest.mark.parametrize("shape", [orders_v1, orders_v2])
def test_the_official_order_of_2018(shape: Any) -> None:
    body = sample("orders/order_information_get.2018.response.json")
    found = shape.GET.read(Pop().unwrap(shape.GET, body))
    assert isinstance(found, Fetched)
    order = found.order
    assert (order.order_status, order.payment_status) == ("open", "paid")
    assert order.payable_amount == order.lines[0].goods_amount == 1101
    assert order.party is not None
    assert order.party.protection is Protection.CLEAR
    assert order.issues == ()


def test_the_order_captured_in_2024() -> None:
    row = sample("orders/order_object_encrypted.2024.response.json")
    body = {"order_sn_increment_get_response": {"has_next": False, "order_sn_list": [row]}}
    (item,) = orders_v2.LIST.read(Pop().unwrap(orders_v2.LIST, body)).items
    assert isinstance(item, Fetched)
    order = item.order
    assert (order.payable_amount, order.merchant_receivable_amount) == (18800, 18800)
    assert order.party is not None
    assert order.party.protection is Protection.ENCRYPTED
    assert sorted(order.party.ciphers) == ["address", "full_address", "name", "phone"]
    assert order.issues == ()


def test_a_list_that_only_names_orders_is_put_aside() -> None:
    """`pdd.order.number.list.get`, which was replaced: no order can be made of a name."""
    body = sample("orders/order_number_list_get.2018.response.json")
    (item,) = orders_v1.LIST.read(Pop().unwrap(orders_v1.LIST, body)).items
    assert item.external_id == "180227-394702832640993"  # type: ignore[union-attr]


def test_the_official_case_of_2018() -> None:
    body = sample("after_sales/refund_list_increment_get.2018.response.json")
    call = after_sales_v1.LIST
    (item,) = call.read(Pop().unwrap(call, body)).items
    assert isinstance(item, Fetched)
    case = item.record
    assert isinstance(case, AfterSale)
    assert (case.kind, case.status, case.refunded_amount) == (
        *("return_refund", "closed_done", 800),
    )
    assert Issue("refunded_amount", "not_told") not in case.issues


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (stock_v1.SET, "stock/goods_sku_stock_update"),
        (shipping_v1.SEND, "orders/logistics_online_send"),
    ],
)
def test_the_official_yes_of_2018(call: Any, name: str) -> None:
    assert call.read(Pop().unwrap(call, sample(f"{name}.2018.response.json"))) is True


def test_the_official_product_of_2018_has_its_stock() -> None:
    body = sample("products/goods_information_get.2018.response.json")
    held = stock_v1.GET.read(Pop().unwrap(stock_v1.GET, body))
    assert [each.quantity for each in held.values()] == [2, 1200, 1000, 0]
    assert {each.reserved for each in held.values()} == {None}


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("error_bad_sign.2024", Misconfigured, "20004"),
        ("error_business_60001.2021", BadRequest, "50001/60001"),
        ("error_span_over_24h.2018", BadRequest, "50001"),
    ],
)
def test_captured_errors(name: str, kind: type[HubError], code: str) -> None:
    with pytest.raises(Rejected if kind is BadRequest else kind) as caught:
        Pop().unwrap(orders_v2.LIST, sample(f"errors/{name}.response.json"))
    assert type(caught.value) is kind
    assert caught.value.code == code
