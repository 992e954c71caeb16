"""What shipping sends, what proves it, and the carriers it may name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.taobao import envelope, shipping_v1, shipping_v2
from adapters.taobao.carriers import Carrier
from hub_core.errors import BadRequest, Rejected, Retryable
from hub_core.wire import JSON

SHAPES = [shipping_v1, shipping_v2]
GOODS = {"line": "11", "quantity": 1}
PARCEL = {"waybill": "YT1", "carrier": "YTO", "goods": [GOODS]}
COMPANIES: JSON = {
    "logistics_companies": {
        "logistics_company": [
            {"code": "YTO", "id": 101, "name": "圆通速递", "reg_mail_no": r"^(YT)\d{13}$"},
            {"code": "ZJS", "id": "103", "name": "宅急送"},
            {"code": "ODD", "id": 0, "name": "怪", "reg_mail_no": "([A-Z"},
        ]
    }
}


def test_v1_a_whole_trade_goes_under_one_waybill(scripted: Any) -> None:
    answer = {"logistics_offline_send_response": {"shipping": {"is_success": True}}}
    session = scripted(lambda form: answer)
    asked = {"order": "3725362658812595205", "waybill": "YT1", "carrier": "YTO"}

    assert session.send(shipping_v1.SEND, **asked) is True
    form = session.sent[0]
    assert form["method"] == "taobao.logistics.offline.send"
    assert (form["tid"], form["out_sid"], form["company_code"]) == (
        "3725362658812595205",
        "YT1",
        "YTO",
    )
    assert form["is_split"] == "0"
    assert "sub_tid" not in form


def test_v1_some_lines_go_split(scripted: Any) -> None:
    answer = {"logistics_offline_send_response": {"shipping": {"is_success": True}}}
    session = scripted(lambda form: answer)
    session.send(
        shipping_v1.SEND, order="1", waybill="YT1", carrier="YTO", lines=("11", "12")
    )

    assert session.sent[0]["is_split"] == "1"
    assert session.sent[0]["sub_tid"] == "11,12"


def test_v1_no_more_than_fifty_lines_at_once() -> None:
    lines = tuple(str(n) for n in range(51))

    with pytest.raises(BadRequest):
        shipping_v1.SEND.parameters(order="1", waybill="Y", carrier="YTO", lines=lines)


def test_v2_parcels_say_what_is_in_them(scripted: Any) -> None:
    answer = {"alibaba_ascp_logistics_offline_send_response": {"result": {"success": True}}}
    session = scripted(lambda form: answer)

    assert session.send(shipping_v2.SEND, order="1", parcels=[PARCEL], partly={"11": True})
    form = session.sent[0]
    assert form["method"] == "alibaba.ascp.logistics.offline.send"
    assert form["consign_type"] == "1"
    assert json.loads(form["consign_pkgs"]) == [
        {
            "out_sid": "YT1",
            "company_code": "YTO",
            "goods": [{"sub_tid": "11", "item_type": 0, "num": 1}],
        }
    ]
    assert json.loads(form["consign_status"]) == [
        {"sub_tid": "11", "is_part_consign": True}
    ]
    assert "sub_tid" not in form


def test_v2_what_was_sent_in_part_can_be_called_all() -> None:
    asked = shipping_v2.SEND.parameters(
        order="1", how=shipping_v2.ALL_SENT, partly={"11": False}
    )

    assert asked["consign_type"] == 2
    assert json.loads(asked["consign_status"]) == [
        {"sub_tid": "11", "is_part_consign": False}
    ]
    assert "consign_pkgs" not in asked


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"parcels": []},
        {"parcels": [PARCEL | {"goods": []}]},
        {"parcels": [PARCEL | {"goods": [GOODS | {"quantity": 0}]}]},
        {"parcels": [PARCEL | {"waybill": ""}]},
        {"parcels": [PARCEL], "how": 0},
        {"parcels": [PARCEL], "how": 4},
    ],
)
def test_v2_a_shipment_of_nothing_never_leaves(asked: JSON) -> None:
    with pytest.raises(BadRequest):
        shipping_v2.SEND.parameters(order="1", **asked)


@pytest.mark.parametrize(
    ("shape", "outer", "inner"),
    [(shipping_v1, "shipping", "is_success"), (shipping_v2, "result", "success")],
)
def test_success_is_one_word_and_a_no_is_a_refusal(
    shape: Any, outer: str, inner: str
) -> None:
    assert shape.SEND.read({outer: {inner: "true"}}) is True
    with pytest.raises(Rejected):
        shape.SEND.read({outer: {inner: False}})


@pytest.mark.parametrize(
    "said", [{}, None, {"success": ""}, {"success": 1}, {"success": []}]
)
def test_anything_but_the_word_proves_nothing(said: Any) -> None:
    renamed = said and {"is_success": said["success"]}
    for shape, body in (
        (shipping_v1, {"shipping": renamed}),
        (shipping_v2, {"result": said}),
    ):
        with pytest.raises((KeyError, ValueError)):
            shape.SEND.read(body)
    with pytest.raises(KeyError):
        shipping_v2.SEND.read({})


def test_a_shipment_that_should_be_tried_again_is_told_from_one_that_should_not() -> None:
    said = "isv.logistics-offline-service-error:"

    assert envelope.classify("15", said + "B150") is Retryable
    assert envelope.classify("15", said + "B04") is Rejected


# Carriers ------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_carriers_come_with_the_form_of_their_waybills(shape: Any) -> None:
    yto, zjs, odd = shape.COMPANIES.read(COMPANIES)

    assert (yto.code, yto.name, yto.external_id) == ("YTO", "圆通速递", "101")
    assert yto.fits("YT1234567890123") is True
    assert yto.fits("SF1") is False
    assert (zjs.waybills, zjs.fits("1")) == (None, None)
    assert (odd.external_id, odd.fits("1")) == (None, None)


def test_a_pattern_is_run_on_no_endless_text() -> None:
    carrier = Carrier(code="X", name=None, waybills="(a+)+b")

    assert carrier.fits("a" * 65) is None


@pytest.mark.parametrize("shape", SHAPES)
def test_the_carriers_fields_are_asked_for(shape: Any) -> None:
    assert shape.COMPANIES.parameters() == {"fields": "id,code,name,reg_mail_no"}


@pytest.mark.parametrize("body", [{}, {"logistics_companies": {}}])
def test_not_one_carrier_is_no_answer(body: JSON) -> None:
    with pytest.raises(ValueError, match="not one"):
        shipping_v2.COMPANIES.read(body)
