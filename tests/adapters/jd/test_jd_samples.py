"""Published payloads, read where they are at hand; none of them is part of the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.jd import orders_v1
from adapters.jd.dialect import Jos
from hub_core.errors import Misconfigured, Unreadable
from hub_core.wire import JSON, Fetched, Misread

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples" / "jd"


def sample(name: str) -> JSON:
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip("the published payloads are not at hand")
    found: JSON = json.loads(path.read_text("utf-8"))
    return found


def test_a_published_wrong_signature_is_a_wrong_setting() -> None:
    body = sample("errors/gateway_bad_sign.2026.response.json")
    with pytest.raises(Misconfigured) as caught:
        Jos().unwrap(orders_v1.LIST, body)
    assert caught.value.code == "12"


def test_a_published_order_of_which_two_fields_were_asked_is_parked_by_its_number() -> None:
    body = sample("orders/pop_order_get_virtual.2023.response.json")
    found = orders_v1.GET.read(Jos().unwrap(orders_v1.GET, body))
    assert isinstance(found, Misread)
    assert found.external_id
    assert "orderState" in found.reason


def test_the_same_published_order_with_a_state_and_a_time_is_read() -> None:
    body = sample("orders/pop_order_get_virtual.2023.response.json")
    inner = Jos().unwrap(orders_v1.GET, body)
    info = inner["orderDetailInfo"]["orderInfo"]
    info |= {"orderState": "FINISHED_L", "modified": "2023-09-28 19:00:00"}
    found = orders_v1.GET.read(inner)
    assert isinstance(found, Fetched)
    assert found.order.party is not None
    assert found.order.party.buyer_token == info["xid_buyer"]
    assert found.order.ext["jd:order_source"] == "移动端订单"
    assert found.order.flags == ()


@pytest.mark.parametrize(
    "name",
    [
        "errors/miniapp_code_expired.2023.response.json",
        "errors/jos_master_key_null.2019.response.json",
        "orders/order_cancel.2024.response.json",
        "orders/pop_order_shipment.response.json",
    ],
)
def test_an_answer_to_another_call_is_never_taken_for_orders(name: str) -> None:
    call: Any = orders_v1.LIST
    with pytest.raises(Unreadable):
        Jos().unwrap(call, sample(name))
