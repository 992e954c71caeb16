"""Reporting parcels to Pinduoduo, and the companies that carry them."""

from __future__ import annotations

import json
from typing import Any

import pytest

import connectors.pinduoduo as pinduoduo
from adapters.pinduoduo import shipping_v1
from connectors.pinduoduo.shipping import FACTS, PddShipping
from hub_core.errors import BadRequest, Forbidden, Garbled, Retryable
from hub_core.ports import Carrier, Done, Effect, Parcel, Shipping
from hub_core.wire import JSON

from .failing import Lost, Reading
from .pdd import Script, refusal

ORDER = "261120-300000000000001"
REVIEW = "订单审核中，不能发货"


def parcel(**more: Any) -> Parcel:
    given = {"order_external_id": ORDER, "carrier_code": "85", "tracking_no": "YT0000001"}
    return Parcel(**{**given, **more})


def sent(said: Any = True) -> JSON:
    return {"logistics_online_send_response": {"is_success": said, "request_id": "r-1"}}


def added(said: Any = True) -> JSON:
    return {"upload_extra_logistics_response": {"success": said, "request_id": "r-2"}}


def companies(*rows: JSON) -> JSON:
    return {"logistics_companies_get_response": {"logistics_companies": list(rows)}}


def send(session: Script, **more: Any) -> Done:
    return PddShipping(session).send(parcel(**more))


def test_the_hook_gives_a_shipping_that_splits() -> None:
    shipping = pinduoduo.hub_shipping(Script([]))
    assert isinstance(shipping, Shipping)
    assert shipping.splits


def test_the_first_parcel_ships_the_order() -> None:
    session = Script([sent()])
    assert send(session) == Done(target=ORDER, effect=Effect.CONFIRMED)
    ((endpoint, form),) = session.asked
    assert endpoint == "pdd.logistics.online.send"
    assert (form["order_sn"], form["logistics_id"]) == (ORDER, "85")
    assert form["tracking_number"] == "YT0000001"
    assert "redelivery_type" not in form


def test_a_further_parcel_is_told_of_as_a_split_one() -> None:
    session = Script([added()])
    lines = (f"{ORDER}#1",)
    assert send(session, is_first=False, line_external_ids=lines).effect == "confirmed"
    ((endpoint, form),) = session.asked
    assert endpoint == "pdd.order.upload.extra.logistics"
    assert (form["order_sn"], form["extra_track_type"]) == (ORDER, "1")
    assert json.loads(form["extra_track_list"]) == [
        {"shipping_id": 85, "tracking_number": "YT0000001"}
    ]
    assert not {"carrier", "waybill", "logistics_id"} & set(form)


@pytest.mark.parametrize("said", [True, 1, "1", "true"])
@pytest.mark.parametrize(("answer", "is_first"), [(sent, True), (added, False)])
def test_a_yes_comes_in_four_spellings(said: Any, answer: Any, is_first: bool) -> None:
    assert send(Script([answer(said)]), is_first=is_first).effect is Effect.CONFIRMED


@pytest.mark.parametrize("said", [False, 0, "0", "false"])
@pytest.mark.parametrize(("answer", "is_first"), [(sent, True), (added, False)])
def test_a_no_without_an_error_is_refused(said: Any, answer: Any, is_first: bool) -> None:
    assert send(Script([answer(said)]), is_first=is_first).effect is Effect.REFUSED


@pytest.mark.parametrize("said", [None, "", "yes", 2, []])
def test_an_answer_that_does_not_say_proves_nothing(said: Any) -> None:
    found = send(Reading([sent(said)]))
    assert (found.target, found.effect) == (ORDER, Effect.UNKNOWN)
    assert found.reason


def test_an_answer_of_another_operation_proves_nothing() -> None:
    with pytest.raises(KeyError):
        shipping_v1.SEND.read({"success": True})
    with pytest.raises(KeyError):
        shipping_v1.EXTRA.read({"is_success": True})


@pytest.mark.parametrize(
    "said", ["订单已发货，不能重复发货", "该订单已发货", "请勿重复提交"]
)
def test_an_order_shipped_before_is_to_be_looked_at(said: str) -> None:
    found = send(Script([refusal(50001, said, "60011")]))
    assert (found.effect, found.reason) == (Effect.UNKNOWN, said)
    assert found.code == "50001/60011"


@pytest.mark.parametrize(
    "said",
    [
        REVIEW,
        "订单退款中，不能发货",
        "订单未发货，不能上传额外运单",
        "快递公司不可用",
        "订单不存在",
        "运单号格式错误",
    ],
)
def test_review_refunds_and_the_rest_are_refused_in_the_platforms_words(said: str) -> None:
    found = send(Script([refusal(50001, said, "60013")]), is_first=False)
    assert (found.effect, found.reason) == (Effect.REFUSED, said)


def test_the_words_of_a_second_shipment_are_configuration() -> None:
    session = Script(
        [refusal(50001, "订单状态不对", "60011"), refusal(50001, "已发货", "60011")],
        facts={"shipped_before_words": "状态不对, "},
    )
    assert [send(session).effect, send(session).effect] == ["unknown", "refused"]
    assert FACTS.items() <= pinduoduo.CHANNEL.facts.items()


def test_a_reason_has_no_long_numbers_in_it() -> None:
    found = send(Script([refusal(50001, "手机号13000000000不合法", "60099")]))
    assert found.reason == "手机号***不合法"


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("error", [Garbled, Retryable])
def test_what_may_have_happened_is_raised_and_asked_once(
    error: type[Exception], is_first: bool
) -> None:
    session = Lost([], error=error)
    with pytest.raises(error):
        send(session, is_first=is_first)
    assert session.calls == 1


def test_what_the_app_may_not_do_is_no_matter_of_one_order() -> None:
    with pytest.raises(Forbidden):
        send(Script([refusal(20031)]))


@pytest.mark.parametrize("wrong", [{"carrier_code": "YTO"}, {"tracking_no": ""}])
@pytest.mark.parametrize("is_first", [True, False])
def test_what_cannot_be_a_parcel_never_leaves(wrong: JSON, is_first: bool) -> None:
    session = Script([])
    found = send(session, is_first=is_first, **wrong)
    assert found.effect is Effect.REFUSED
    assert session.asked == []


@pytest.mark.parametrize("kind", [0, 2, 3])
def test_goods_sent_again_and_gifts_are_no_split_parcels(kind: int) -> None:
    with pytest.raises(BadRequest):
        shipping_v1.EXTRA.parameters(order=ORDER, carrier="85", waybill="Y", kind=kind)


# Carriers ------------------------------------------------------------------------------


def test_carriers_are_the_companies_that_may_be_used_by_their_numbers() -> None:
    rows: list[JSON] = [
        {"id": 44, "code": "SF", "logistics_company": "顺丰快递", "available": 1},
        {"id": "85", "code": "YTO", "logistics_company": "圆通快递", "available": "1"},
        {"id": 3, "code": "BSHT", "logistics_company": "百世快递", "available": 0},
        {"id": 4, "code": "X", "logistics_company": "未说明", "available": None},
        {"id": 5, "logistics_company": "未说明"},
    ]
    session = Script([companies(*rows)])
    found = PddShipping(session).carriers()
    assert found == [
        Carrier(code="44", name="顺丰快递"),
        Carrier(code="85", name="圆通快递"),
    ]
    endpoint, form = session.asked[0]
    assert endpoint == "pdd.logistics.companies.get"
    assert "access_token" not in form


@pytest.mark.parametrize("rows", [None, [], {}, [{"id": 0, "logistics_company": "无"}]])
def test_not_one_company_is_no_answer(rows: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        shipping_v1.COMPANIES.read({"logistics_companies": rows})
