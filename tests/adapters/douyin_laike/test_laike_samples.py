"""Payloads the platform published, read where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.douyin_laike import token_v1
from hub_core.errors import BadRequest
from hub_core.models import OrderStatus, PaymentStatus
from hub_core.wire import JSON, Fetched
from tests.adapters.douyin_laike.laike import DIALECT, SAMPLES, page_of

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the published payloads are not at hand"
)


def sample(name: str) -> JSON:
    body: JSON = json.loads((SAMPLES / name).read_text(encoding="utf-8"))
    return body


@pytest.mark.parametrize("shape", ["orders_v1", "orders_v2"])
@pytest.mark.parametrize(
    "name",
    ["trade_order_query.2022.response.json", "hermes_order_query.2023.response.json"],
)
def test_published_orders_are_read(shape: str, name: str) -> None:
    body = sample(f"orders/{name}")
    page = page_of(shape, body)
    assert page.items
    assert len(page.items) == len(body["data"]["orders"])
    for item, raw in zip(page.items, body["data"]["orders"], strict=True):
        assert isinstance(item, Fetched)
        assert item.order.external_id == str(raw["order_id"])
        assert item.order.payable_amount == raw["pay_amount"]
        assert item.order.channel_updated_at is not None
        assert item.order.channel_updated_at.timestamp() == raw["update_order_time"]


def test_the_published_page_of_2022_is_read_to_its_values() -> None:
    page = page_of("orders_v1", sample("orders/trade_order_query.2022.response.json"))
    assert page.total == 104292
    closed, paid = (x.order for x in page.items if isinstance(x, Fetched))
    assert closed.order_status is OrderStatus.CANCELLED
    assert closed.payment_status is PaymentStatus.UNPAID
    assert paid.payment_status is PaymentStatus.PAID
    assert paid.buyer_paid_amount == 20


@pytest.mark.parametrize(
    "name", ["client_token.2023.response.json", "client_token.apifox.response.json"]
)
def test_published_tokens_are_read(name: str) -> None:
    token = token_v1.read(DIALECT.unwrap(token_v1.FETCH, sample(f"auth/{name}")))
    assert token.access_token.startswith("clt.")
    assert token.expires_in == 7200


@pytest.mark.parametrize(
    "path", sorted(SAMPLES.glob("errors/*.json")), ids=lambda p: p.name
)
def test_published_errors_are_our_own_fault(path: Path) -> None:
    body = json.loads(path.read_text(encoding="utf-8"))
    with pytest.raises(BadRequest) as caught:
        DIALECT.unwrap(token_v1.FETCH, body)
    assert caught.value.request_id == body["extra"]["logid"]
