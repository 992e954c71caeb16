"""Parcels, further parcels, remarks: what is taken, what is refused, what it changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandboxes.pinduoduo.conftest import Caller

    Open = Callable[..., Caller]

SEND = "pdd.logistics.online.send"
MORE = "pdd.order.upload.extra.logistics"
NOTE = "pdd.order.note.update"


def find(client: Caller, **wanted: int) -> str:
    """An order that is so, by the box's own names."""
    for record in client.box.book.records(client.account):
        content = record.latest.content
        if all(content[name] == value for name, value in wanted.items()):
            return record.id
    raise AssertionError(f"no order with {wanted}")


def free(client: Caller, status: int = 1) -> str:
    return find(client, status=status, risk=0, refund=1, confirm=1)


def send(client: Caller, sn: str, **more: Any) -> dict[str, Any]:
    asked = {"order_sn": sn, "logistics_id": 85, "tracking_number": "YT1", **more}
    return client.call(SEND, **asked)


def test_only_some_couriers_may_be_sent_with(shop: Open) -> None:
    client = shop()
    client.box.revoke(client.account)
    rows = client.call("pdd.logistics.companies.get")["logistics_companies"]
    assert {row["available"] for row in rows} == {0, 1}
    assert {"id", "code", "logistics_company"} <= rows[0].keys()
    client.box.let_in(client.account, "again")
    closed = next(row["id"] for row in rows if not row["available"])
    said = send(client, free(client), logistics_id=closed)
    assert (said["error_code"], said["sub_msg"]) == (50001, "快递公司不可用")


def test_a_parcel_sent_changes_the_order(shop: Open) -> None:
    client = shop(orders=200)
    sn = free(client)
    client.box.clock.advance(60)
    assert send(client, sn)["is_success"] is True
    order = client.order(sn)
    assert (order["order_status"], order["tracking_number"]) == (2, "YT1")
    assert order["logistics_id"] == 85
    assert order["shipping_time"] == order["updated_at"] == "2026-11-20 12:01:00"
    assert order["receiver_name"] == ""
    assert sn in client.sns()
    (effect,) = client.box.effects(client.account)
    assert (effect.kind, effect.target) == ("ship", sn)
    facts = {"carrier_code": "85", "tracking_no": "YT1", "mode": "first"}
    assert effect.facts == facts


def test_a_parcel_is_sent_once_and_changed_by_redelivery(shop: Open) -> None:
    client = shop(orders=200)
    sn = free(client)
    assert send(client, sn, redelivery_type=2)["sub_msg"] == "订单未发货，不能修改发货"
    send(client, sn, redelivery_type=1)
    assert send(client, sn)["sub_msg"] == "订单已发货，不能重复发货"
    assert send(client, sn, redelivery_type=2, tracking_number="YT2")["is_success"]
    assert client.order(sn)["tracking_number"] == "YT2"
    modes = [e.facts["mode"] for e in client.box.effects(client.account)]
    assert modes == ["first", "modify"]


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"risk": 1}, "订单审核中，不能发货"),
        ({"confirm": 2}, "订单已取消，不能发货"),
        ({"refund": 4, "status": 1, "confirm": 1}, "订单已退款，不能发货"),
    ],
)
def test_some_orders_may_not_leave(shop: Open, held: dict[str, int], words: str) -> None:
    client = shop(orders=600)
    said = send(client, find(client, **held))
    assert (said["error_code"], said["sub_msg"]) == (50001, words)
    assert client.box.effects(client.account) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"logistics_id": None},
        {"logistics_id": "YTO"},
        {"tracking_number": None},
        {"redelivery_type": 3},
        {"order_sn": "000000-0"},
        {"order_sn": None},
    ],
)
def test_illegal_parcels_are_refused(shop: Open, wrong: dict[str, Any]) -> None:
    client = shop(orders=200)
    asked = {"order_sn": free(client), "logistics_id": 85, "tracking_number": "YT1"}
    assert "error_code" in client.call(SEND, **asked | wrong)
    assert client.box.effects(client.account) == []


def test_what_a_client_sent_may_show_late(shop: Open) -> None:
    client = shop(orders=200, late_probability=1.0)
    sn = free(client)
    send(client, sn)
    assert client.order(sn)["order_status"] == 1
    assert send(client, sn)["sub_msg"] == "订单已发货，不能重复发货"
    client.box.clock.advance(180)
    assert client.order(sn)["order_status"] == 2


@pytest.mark.parametrize(
    ("kind", "name", "mode"),
    [
        (1, "extra_delivery_list", "split"),
        (2, "resend_delivery_list", "reship"),
        (3, "gift_delivery_list", "gift"),
    ],
)
def test_further_parcels_stand_in_lists_of_their_kind(
    shop: Open, kind: int, name: str, mode: str
) -> None:
    client = shop(orders=200)
    sn = free(client)
    track = json.dumps([{"shipping_id": 115, "tracking_number": "ZT9"}])
    asked = {"order_sn": sn, "extra_track_list": track, "extra_track_type": kind}
    assert client.call(MORE, **asked)["sub_msg"] == "订单未发货，不能上传额外运单"
    send(client, sn)
    for _ in range(2):
        assert client.call(MORE, **asked)["success"] is True
    one = {"logistics_id": 115, "tracking_number": "ZT9"}
    assert client.order(sn)[name] == [one]
    modes = [e.facts["mode"] for e in client.box.effects(client.account)]
    assert modes == ["first", mode]


@pytest.mark.parametrize("track", ["[]", "{}", "nothing", '[{"shipping_id":115}]'])
def test_illegal_further_parcels_are_refused(shop: Open, track: str) -> None:
    client = shop(orders=200)
    sn = free(client, status=2)
    got = client.call(MORE, order_sn=sn, extra_track_list=track)
    assert got["error_code"] == 10000


# Remarks --------------------------------------------------------------------------------


@pytest.mark.parametrize("position", ["not_remarks", "all"])
def test_a_remark_is_kept_and_moves_the_time_as_switched(shop: Open, position: str) -> None:
    client = shop(switches={"bumps": position})
    sn = client.box.truth(client.account)[0].external_id
    before = client.order(sn)["updated_at"]
    client.box.clock.advance(60)
    got = client.call(NOTE, order_sn=sn, note="加急", tag=1, tag_name="红色")
    assert (got["success"], got["error_code"]) == (True, 0)
    order = client.order(sn)
    assert (order["remark"], order["remark_tag"], order["remark_tag_name"]) == (
        *("加急", 1),
        "红色",
    )
    assert (order["updated_at"] != before) is (position == "all")
    (effect,) = client.box.effects(client.account)
    assert (effect.kind, effect.target) == ("note", sn)


@pytest.mark.parametrize(
    "wrong",
    [{"tag": 1}, {"tag_name": "红色"}, {"tag": 6, "tag_name": "红色"}, {"note": None}],
)
def test_tag_and_its_name_come_together(shop: Open, wrong: dict[str, Any]) -> None:
    client = shop()
    sn = client.box.truth(client.account)[0].external_id
    asked = {"order_sn": sn, "note": "加急"} | wrong
    assert "error_code" in client.call(NOTE, **asked)
    assert client.order(sn)["remark"] != "加急"
