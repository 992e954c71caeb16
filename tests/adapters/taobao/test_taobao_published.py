"""Published trades in full, where they are at hand: values worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

from adapters.taobao import envelope, orders_v1
from hub_core.models import (
    FulfillmentStatus,
    Order,
    OrderStatus,
    PaymentStatus,
)
from hub_core.wire import JSON, Fetched
from tests.adapters.published import AT_HAND

LEAST: JSON = {
    "tid": 1,
    "status": "WAIT_SELLER_SEND_GOODS",
    "modified": "2026-11-20 00:00:00",
}
LINE: JSON = {"oid": 2, "num": 1, "price": "10.00"}


def published(samples: Path, name: str) -> Order:
    path = samples / "orders" / f"trade_fullinfo_get_{name}.response.json"
    body = json.loads(path.read_text("utf-8"))
    found = orders_v1.GET.read(envelope.unwrap(orders_v1.GET.endpoint, body))
    assert isinstance(found, Fetched)
    return found.order


@AT_HAND
def test_a_published_trade_closed_before_payment(samples: Path) -> None:
    found = published(samples, "closed.2014")

    assert found.order_status is OrderStatus.CANCELLED
    assert found.payment_status is PaymentStatus.UNPAID
    assert found.goods_amount == 88_00
    assert found.discounts.total_amount == 74_20
    assert found.payable_amount == 13_80
    assert found.buyer_paid_amount is None
    assert found.lines[0].external_id == found.external_id
    assert "do_not_ship_closed_lines" in found.flags
    assert found.issues == ()


@AT_HAND
def test_a_published_trade_with_services(samples: Path) -> None:
    found = published(samples, "service_orders.2015")
    goods, *services = found.lines

    assert found.order_status is OrderStatus.COMPLETED
    assert goods.external_id != found.external_id
    assert goods.buyer_paid_amount == 3790_00
    assert found.merchant_receivable_amount == 3790_00
    assert [s.fulfillment_status for s in services] == [FulfillmentStatus.NOT_REQUIRED] * 2
    assert found.deliveries[0].line_external_ids == (goods.external_id,)
    assert found.issues == ()
