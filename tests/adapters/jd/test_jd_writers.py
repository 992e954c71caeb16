"""Setting stock and reporting parcels, against a scripted platform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import connectors.jd as jd
from connectors.jd.writing import BARE_NO
from hub_core import ports
from hub_core.errors import (
    BadRequest,
    Forbidden,
    Garbled,
    Gone,
    HubError,
    Retryable,
    Throttled,
    TokenExpired,
    Unreadable,
)
from hub_core.ports import Carrier, Done, Effect, Parcel, SkuLevel
from hub_core.wire import JSON

CONFIRMED, REFUSED, UNKNOWN = Effect.CONFIRMED, Effect.REFUSED, Effect.UNKNOWN
Said = JSON | Exception


def no(code: str, words: str = "") -> JSON:
    return {"error_response": {"code": code, "zh_desc": words}}


def answering(**answers: Said) -> Callable[[str, JSON], JSON]:
    """A platform that answers by the last word of a method."""

    def reply(method: str, asked: JSON) -> JSON:
        answer = answers[method.rsplit(".", 1)[-1]]
        if isinstance(answer, Exception):
            raise answer
        if any(key.endswith(("_responce", "_response")) for key in answer):
            return answer
        return {f"{method.replace('.', '_')}_responce": {"code": "0", **answer}}

    return reply


# Stock ---------------------------------------------------------------------------------

OLD, NEW = {"stock": 1}, {"stock": 2}


def level(sku: str = "100", available: int = 5) -> SkuLevel:
    return SkuLevel(
        product_external_id="7", sku_external_id=sku, available=available, key="a" * 64
    )


def old(sku: int = 100) -> JSON:
    told = {"code": "0", "sku_id": sku, "modified": "2026-11-20 12:00:00"}
    return {"ware_sku_stock_update_response": told}


def set_one(session: Any, *levels: SkuLevel) -> Done:
    (done,) = jd.JdStock(session).set(levels or [level()])
    return done


def test_the_hooks_answer_what_the_ports_want(scripted: Any) -> None:
    session = scripted(answering())
    stock, shipping = jd.hub_stock(session), jd.hub_shipping(session)
    assert isinstance(stock, ports.Stock)
    assert isinstance(shipping, ports.Shipping)
    assert (stock.most, stock.one_product, shipping.splits) == (1, True, False)


@pytest.mark.parametrize("pins", [{}, NEW])
@pytest.mark.parametrize("said", [True, "true"])
def test_a_level_is_set_once_and_success_is_all_the_proof(
    scripted: Any, pins: Any, said: Any
) -> None:
    session = scripted(answering(updateSkuStock={"success": said}), pins=pins)
    assert set_one(session) == Done(target="100", effect=CONFIRMED)
    assert session.sent == [
        ("jingdong.stock.write.updateSkuStock", {"skuId": 100, "stockNum": 5})
    ]


def test_a_pinned_shop_is_set_the_older_way_without_a_number_to_know_again(
    scripted: Any,
) -> None:
    session = scripted(answering(update=old()), pins=OLD)
    assert set_one(session) == Done(target="100", effect=CONFIRMED)
    assert session.sent == [("360buy.sku.stock.update", {"sku_id": "100", "quantity": "5"})]


def test_an_answer_about_another_sku_proves_nothing(scripted: Any) -> None:
    done = set_one(scripted(answering(update=old(101)), pins=OLD))
    assert (done.effect, done.told) == (UNKNOWN, None)
    assert "another SKU" in (done.reason or "")


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ({"success": False, "msg": "库存不足"}, "0", "库存不足"),
        ({"success": False, "errorCode": 7}, "7", BARE_NO),
        (no("403", "SKU已删除"), "403", "SKU已删除"),
        (no("9999", "商品不存在"), "9999", "商品不存在"),
    ],
)
def test_a_no_is_refused_in_the_platforms_words(
    scripted: Any, answer: JSON, code: str | None, words: str
) -> None:
    done = set_one(scripted(answering(updateSkuStock=answer)))
    assert done == Done(target="100", effect=REFUSED, reason=words, code=code)


@pytest.mark.parametrize("said", [None, 1, "1", "TRUE", False])
def test_a_no_without_a_cause_settles_nothing(scripted: Any, said: Any) -> None:
    """The wrapper's own code, "0", is no cause: it means success."""
    bare = {"jingdong_stock_write_updateSkuStock_response": {"success": said}}
    for answer in ({"success": said}, bare):
        done = set_one(scripted(answering(updateSkuStock=answer)))
        assert (done.effect, done.reason) == (UNKNOWN, BARE_NO)


def test_an_answer_of_another_shape_settles_nothing(scripted: Any) -> None:
    session = scripted(answering(updateSkuStock=Unreadable("not one wrapper")))
    assert set_one(session) == Done(target="100", effect=UNKNOWN, reason="not one wrapper")


WHOLE = [
    (no("24", "无权"), Forbidden),
    (no("15", "方法不存在"), Gone),
    (no("19", "token已过期"), TokenExpired),
    (no("500", "系统异常"), Retryable),
    (no("33", "超时"), Retryable),
    (Throttled("slow down"), Throttled),
    (Garbled("half"), Garbled),
]
"""What holds of more than one SKU or order, or may have been done."""


@pytest.mark.parametrize(("answer", "error"), WHOLE)
def test_what_failed_as_a_whole_is_raised_and_not_sent_again(
    scripted: Any, answer: Said, error: type[HubError]
) -> None:
    session = scripted(answering(updateSkuStock=answer))
    with pytest.raises(error):
        set_one(session)
    assert len(session.sent) == 1


@pytest.mark.parametrize("levels", [[], [level("1"), level("2")]])
def test_one_call_sets_one_sku(scripted: Any, levels: list[SkuLevel]) -> None:
    session = scripted(answering())
    with pytest.raises(BadRequest):
        jd.JdStock(session).set(levels)
    assert session.sent == []


@pytest.mark.parametrize("pins", [OLD, NEW])
@pytest.mark.parametrize("wrong", [level("TS-W"), level(available=-1)])
def test_what_is_no_sku_or_no_stock_is_refused_unsent(
    scripted: Any, pins: Any, wrong: SkuLevel
) -> None:
    session = scripted(answering(), pins=pins)
    done = set_one(session, wrong)
    assert (done.target, done.effect) == (wrong.sku_external_id, REFUSED)
    assert session.sent == []


@pytest.mark.parametrize("pins", [OLD, NEW])
def test_a_level_is_what_the_whole_country_has(scripted: Any, pins: Any) -> None:
    rows = [{"stockNum": 4, "storeId": 0}, {"stockNum": 9, "storeId": 12}]
    session = scripted(answering(findSkuStock={"skuStocks": rows}), pins=pins)
    found = jd.JdStock(session).level("7", "100")
    assert found is not None
    assert (found.sku_external_id, found.available) == ("100", 4)
    assert found.as_of_at == session.now()


def test_no_such_sku_has_no_level_and_what_fails_is_raised(scripted: Any) -> None:
    gone = scripted(answering(findSkuStock={"skuStocks": []}))
    assert jd.JdStock(gone).level("7", "100") is None
    with pytest.raises(Forbidden):
        jd.JdStock(scripted(answering(findSkuStock=no("24")))).level("7", "100")


# Shipping ------------------------------------------------------------------------------

ORDER = "301"
STATE = "订单状态不合法"
SENT = "jingdong.pop.order.shipment"


def shipped(**verdict: Any) -> JSON:
    return {"jingdong_pop_order_shipment_responce": {"sopjosshipment_result": verdict}}


def order(state: str, **more: Any) -> JSON:
    info = {"orderId": ORDER, "orderState": state, "modified": "2026-11-20 11:30:00"}
    return shown({**info, "orderType": "22", **more})


def shown(info: JSON | None) -> JSON:
    detail = {"apiResult": {"success": "true"}, "orderInfo": info}
    return {"orderDetailInfo": detail}


def refusal(words: str = STATE, **more: Any) -> JSON:
    return shipped(success="false", chineseErrCode=words, **more)


def send(session: Any, **more: Any) -> Done:
    given: dict[str, Any] = {"carrier_code": "467", "tracking_no": "SF1"}
    parcel = Parcel(**{"order_external_id": ORDER, **given, **more})
    return jd.JdShipping(session).send(parcel)


def refused(scripted: Any, answer: JSON, look: Said, **more: Any) -> Done:
    """What comes of a refused shipment whose order is then looked at."""
    told = {"notPayOrderById": {"orderDataNotPayInfo": None}}
    session = scripted(answering(shipment=answer, enGet=look, **told), **more)
    done = send(session)
    assert session.methods.count(SENT) == 1
    assert done.target == ORDER
    return done


@pytest.mark.parametrize("said", ["true", True])
def test_an_order_leaves_whole_and_once(scripted: Any, said: Any) -> None:
    session = scripted(answering(shipment=shipped(success=said)))
    assert send(session) == Done(target=ORDER, effect=CONFIRMED)
    assert session.sent == [(SENT, {"orderId": 301, "logiCoprId": "467", "logiNo": "SF1"})]


def test_own_delivery_is_confirmed_by_its_answer_alone_and_says_so(
    scripted: Any,
) -> None:
    session = scripted(answering(shipment=shipped(success="true")))
    done = send(session, carrier_code="1274", tracking_no="VAN-1")
    assert done.effect is CONFIRMED
    assert "no waybill number" in (done.reason or "")
    assert session.sent == [(SENT, {"orderId": 301, "logiCoprId": "1274", "logiNo": ""})]


@pytest.mark.parametrize(
    "wrong",
    [
        {"line_external_ids": ("1",)},
        {"order_external_id": "A-1"},
        {"carrier_code": "SF"},
        {"tracking_no": "A,B"},
        {"tracking_no": " "},
    ],
)
def test_what_the_call_cannot_say_is_refused_unsent(scripted: Any, wrong: Any) -> None:
    session = scripted(answering())
    done = send(session, **wrong)
    assert done.effect is REFUSED
    assert done.reason
    assert session.sent == []


@pytest.mark.parametrize(
    "look",
    [
        order("WAIT_GOODS_RECEIVE_CONFIRM"),
        order("FINISHED_L"),
        order("DELIVERY_RETURN"),
        order("A_NEW_STATE"),
        order("LOCKED", waybill="SF1", logisticsId="467"),
        order("TRADE_CANCELED", outBoundDate="2026-11-20 11:00:00"),
    ],
)
@pytest.mark.parametrize("words", [STATE, "运单号不合法"])
def test_an_order_that_may_have_left_before_is_unknown(
    scripted: Any, look: JSON, words: str
) -> None:
    done = refused(scripted, refusal(words, errorCode="10100021"), look)
    assert (done.effect, done.code) == (UNKNOWN, "10100021")
    assert (done.reason or "").startswith(words)


@pytest.mark.parametrize(
    "look",
    [
        order("LOCKED"),
        order("PAUSE"),
        order("POP_ORDER_PAUSE"),
        order("TRADE_CANCELED"),
        order("NOT_PAY"),
        order("WAIT_SEND_CODE", orderType="75"),
        order("FINISHED_L", orderType="75"),
        shown(None),
    ],
)
@pytest.mark.parametrize("answer", [refusal(errorCode="10100021"), no("10100021", STATE)])
def test_an_order_that_cannot_leave_is_refused_in_the_platforms_words(
    scripted: Any, look: JSON, answer: JSON
) -> None:
    done = refused(scripted, answer, look)
    assert done == Done(target=ORDER, effect=REFUSED, reason=STATE, code="10100021")


WAITS = order("WAIT_SELLER_STOCK_OUT")


@pytest.mark.parametrize("words", ["运单号不合法", "物流公司不存在"])
def test_a_waiting_order_may_be_refused_for_what_came_with_it(
    scripted: Any, words: str
) -> None:
    done = refused(scripted, refusal(words), WAITS)
    assert done == Done(target=ORDER, effect=REFUSED, reason=words)


@pytest.mark.parametrize("words", [STATE, "订单已出库", "重复发货", ""])
def test_a_waiting_order_refused_for_its_state_may_be_shown_too_late(
    scripted: Any, words: str
) -> None:
    done = refused(scripted, refusal(words), WAITS)
    assert done.effect is UNKNOWN
    assert "WAIT_SELLER_STOCK_OUT" in (done.reason or "")


def test_the_words_about_a_state_are_a_fact(scripted: Any) -> None:
    facts = {"shipment_state_words": "不合法, 没货"}
    done = [refused(scripted, refusal(w), WAITS, facts=facts) for w in ("没货", "状态")]
    assert [one.effect for one in done] == [UNKNOWN, REFUSED]
    assert "shipment_state_words" in jd.CHANNEL.facts


@pytest.mark.parametrize(
    ("look", "why"),
    [
        (no("33", "超时"), "Retryable"),
        (no("24", "无权"), "Forbidden"),
        (Garbled("half"), "Garbled"),
        (order("WAIT_SELLER_STOCK_OUT", venderId="800002"), "WrongShop"),
        (order("WAIT_SELLER_STOCK_OUT", orderPayment="1e2"), "cannot be read"),
    ],
)
def test_an_order_that_cannot_be_seen_is_unknown_and_no_error_of_the_shipment(
    scripted: Any, look: Said, why: str
) -> None:
    done = refused(scripted, refusal("运单号不合法"), look)
    assert done.effect is UNKNOWN
    assert why in (done.reason or "")


def test_an_answer_about_a_parcel_of_another_shape_is_unknown(scripted: Any) -> None:
    session = scripted(answering(shipment={"sopjosshipment_result": {}}))
    with pytest.raises(KeyError):  # which the hub's own line tells as Unreadable
        send(session)
    told = scripted(answering(shipment=Unreadable("success is missing")))
    assert send(told).effect is UNKNOWN


@pytest.mark.parametrize(("answer", "error"), WHOLE)
def test_a_shipment_that_failed_as_a_whole_is_raised_and_not_sent_again(
    scripted: Any, answer: Said, error: type[HubError]
) -> None:
    session = scripted(answering(shipment=answer))
    with pytest.raises(error):
        send(session)
    assert session.methods == [SENT]


def test_carriers_are_the_platforms_ids_and_names(scripted: Any) -> None:
    rows = [{"id": 467, "name": "顺丰快递"}, {"id": 1274, "name": None}]
    session = scripted(answering(company={"delivery_companies": rows}))
    assert jd.JdShipping(session).carriers() == [
        Carrier(code="467", name="顺丰快递"),
        Carrier(code="1274", name="1274"),
    ]
