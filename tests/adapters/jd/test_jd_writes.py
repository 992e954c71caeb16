"""What setting stock and shipping send, and what their answers prove."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.jd import shipping_v1, stock_v1, stock_v2
from adapters.jd.dialect import Jos
from adapters.jd.shipping_v1 import Carrier
from adapters.jd.stock import StockSet
from hub_core.errors import BadRequest, Rejected, Unreadable
from hub_core.wire import JSON, Call

# Stock ---------------------------------------------------------------------------------


def test_v1_sets_by_id_or_code_and_knows_its_old_wrapper(scripted: Any) -> None:
    told = {"code": "0", "vender_id": "20032", "sku_id": "1100036864"}
    told["modified"] = "2011-06-21 13:56:58"
    session = scripted(lambda m, a: {"ware_sku_stock_update_response": told})
    found = session.send(stock_v1.SET, sku="1100036864", quantity=0, key="t-1")
    assert found.sku_external_id == "1100036864"
    assert found.updated_at == datetime(2011, 6, 21, 5, 56, 58, tzinfo=UTC)
    assert session.sent == [
        (
            "360buy.sku.stock.update",
            {"sku_id": "1100036864", "quantity": "0", "trade_no": "t-1"},
        )
    ]
    by_code = stock_v1.SET.parameters(code="TS-W-M", quantity=3)
    assert by_code == {"outer_id": "TS-W-M", "quantity": "3"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 1},
        {"sku": "1", "code": "a", "quantity": 1},
        {"sku": "TS-W", "quantity": 1},
        {"sku": "1", "quantity": -1},
        {"sku": "1", "quantity": 1.5},
        {"sku": "1", "quantity": True},
    ],
)
def test_v1_what_cannot_be_a_stock_never_leaves(wrong: JSON) -> None:
    with pytest.raises(BadRequest):
        stock_v1.SET.parameters(**wrong)


def test_v1_an_answer_without_its_sku_proves_nothing() -> None:
    with pytest.raises(ValueError, match="sku_id"):
        stock_v1.SET.read({"code": "0"})


@pytest.mark.parametrize("said", [True, "true"])
def test_v2_sets_a_whole_number_and_is_told_that_it_was_done(
    scripted: Any, answer: Any, said: Any
) -> None:
    session = scripted(lambda m, a: answer(m, success=said))
    assert session.send(stock_v2.SET, sku="100", quantity=0) == StockSet()
    assert session.sent == [
        ("jingdong.stock.write.updateSkuStock", {"skuId": 100, "stockNum": 0})
    ]


@pytest.mark.parametrize("said", [False, "false", None, 1])
def test_v2_anything_but_true_was_not_done(scripted: Any, answer: Any, said: Any) -> None:
    session = scripted(lambda m, a: answer(m, success=said, msg="库存不足"))
    with pytest.raises(Rejected, match="库存不足"):
        session.send(stock_v2.SET, sku=100, quantity=1)


def test_v2_an_answer_that_does_not_say_proves_nothing(scripted: Any, answer: Any) -> None:
    with pytest.raises(KeyError):
        scripted(lambda m, a: answer(m)).send(stock_v2.SET, sku=100, quantity=1)


def test_v2_adds_under_a_number_the_platform_knows_again() -> None:
    asked = stock_v2.ADD.parameters(sku="100", change=-2, key="hub-7")
    assert asked == {"skuId": 100, "stockNum": -2, "storeId": 0, "stockRfId": "hub-7"}


@pytest.mark.parametrize("wrong", [{"change": 0}, {"key": ""}, {"key": None}, {"sku": 0}])
def test_v2_a_change_that_could_happen_twice_never_leaves(wrong: JSON) -> None:
    with pytest.raises(BadRequest):
        stock_v2.ADD.parameters(**{"sku": 1, "change": 1, "key": "k", **wrong})


@pytest.mark.parametrize("code", ["0", "200", 0])
def test_v2_what_was_added_is_told_of_its_sku(
    scripted: Any, answer: Any, code: Any
) -> None:
    result = {"skuId": 100, "stockRf": {"stockRfId": "hub-7"}, "detailCode": code}
    session = scripted(lambda m, a: answer(m, result=result))
    found = session.send(stock_v2.ADD, sku="100", change=-2, key="hub-7")
    assert found == StockSet(sku_external_id="100")


@pytest.mark.parametrize("said", [{}, {"detailCode": "17"}, {"detailCode": ""}])
def test_v2_a_code_that_no_document_explains_is_neither_yes_nor_no(
    scripted: Any, answer: Any, said: JSON
) -> None:
    result = {"skuId": 100, "detailMsg": "处理中", **said}
    session = scripted(lambda m, a: answer(m, result=result))
    with pytest.raises(Unreadable, match="处理中"):
        session.send(stock_v2.ADD, sku="100", change=1, key="hub-7")


def test_v2_an_addition_without_its_result_proves_nothing(
    scripted: Any, answer: Any
) -> None:
    with pytest.raises(KeyError):
        scripted(lambda m, a: answer(m)).send(stock_v2.ADD, sku=1, change=1, key="a")
    with pytest.raises(ValueError, match="detailCode"):
        stock_v2.ADD.read({"result": {"skuId": 100}})


@pytest.mark.parametrize("shape", [stock_v1, stock_v2])
def test_what_a_sku_has_is_asked_for_alike(shape: Any, scripted: Any, answer: Any) -> None:
    session = scripted(lambda m, a: answer(m, skuStocks=[{"stockNum": 4, "storeId": 0}]))
    assert session.send(shape.GET, sku="100") == 4
    assert session.sent == [("jingdong.stock.read.findSkuStock", {"skuId": 100})]
    assert shape.SET.name == "stock.set"


def test_a_sku_that_is_not_there_has_no_stock(scripted: Any, answer: Any) -> None:
    gone = {"error_response": {"code": "9999", "zh_desc": "SKU不存在"}}
    assert scripted(lambda m, a: gone).send(stock_v2.GET, sku=1) is None
    assert scripted(lambda m, a: answer(m, skuStocks=[])).send(stock_v2.GET, sku=1) is None


def test_what_changes_something_says_so_and_what_looks_does_not() -> None:
    writes: list[Call[Any]] = [
        stock_v1.SET,
        stock_v2.SET,
        stock_v2.ADD,
        shipping_v1.SEND,
        shipping_v1.CHANGE,
    ]
    looks: list[Call[Any]] = [stock_v1.GET, stock_v2.GET, shipping_v1.COMPANIES]
    assert all(call.is_write for call in writes)
    assert not any(call.is_write for call in looks)


# Shipping ------------------------------------------------------------------------------


def shipped(**verdict: Any) -> JSON:
    inner = {"sopjosshipment_result": verdict}
    return {"jingdong_pop_order_shipment_responce": inner}


def test_an_order_leaves_with_couriers_and_waybills_aligned(scripted: Any) -> None:
    session = scripted(lambda m, a: shipped(success="true"))
    waybills = {"2100": ("1", "2"), "4700": ("3",)}
    assert session.send(shipping_v1.SEND, order="301", waybills=waybills) is True
    assert session.sent == [
        (
            "jingdong.pop.order.shipment",
            {"orderId": 301, "logiCoprId": "2100|4700", "logiNo": "1,2|3"},
        )
    ]


def test_own_delivery_needs_no_number() -> None:
    asked = shipping_v1.SEND.parameters(order=1, waybills={"1274": ()})
    assert (asked["logiCoprId"], asked["logiNo"]) == ("1274", "")


@pytest.mark.parametrize("said", ["false", False, "", None, "TRUE"])
def test_any_other_text_than_true_is_no_shipment(scripted: Any, said: Any) -> None:
    session = scripted(lambda m, a: shipped(success=said, chineseErrCode="订单已出库"))
    with pytest.raises(Rejected, match="订单已出库"):
        session.send(shipping_v1.SEND, order=1, waybills={"467": ("SF1",)})


@pytest.mark.parametrize("inner", [{}, {"sopjosshipment_result": {}}])
def test_an_answer_without_a_verdict_is_unreadable(inner: JSON) -> None:
    with pytest.raises(Unreadable):
        Jos().unwrap(shipping_v1.SEND, {"jingdong_pop_order_shipment_responce": inner})
    with pytest.raises(KeyError):
        shipping_v1.SEND.read(inner)


@pytest.mark.parametrize(
    "waybills",
    [
        {},
        {"467": ()},
        {"SF": ("1",)},
        {"467": ("1,2",)},
        {"467": ("1|2",)},
        {"467": (" ",)},
    ],
)
def test_what_would_not_align_never_leaves(waybills: JSON) -> None:
    with pytest.raises(BadRequest):
        shipping_v1.SEND.parameters(order=1, waybills=waybills)


NUMBERS = st.lists(st.text("ABC123", min_size=1, max_size=9), min_size=1, max_size=3)
COURIERS = st.integers(1, 9999).map(str)


@given(st.dictionaries(COURIERS, NUMBERS.map(tuple), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_couriers_and_waybills_can_be_told_apart_again(waybills: Any) -> None:
    asked = shipping_v1.SEND.parameters(order=1, waybills=waybills)
    groups = [tuple(group.split(",")) for group in asked["logiNo"].split("|")]
    assert dict(zip(asked["logiCoprId"].split("|"), groups, strict=True)) == waybills


@pytest.mark.parametrize("code", [0, "0", 200])
def test_another_waybill_goes_in_one_nested_request(
    scripted: Any, answer: Any, code: Any
) -> None:
    session = scripted(lambda m, a: answer(m, response={"code": code, "msg": ""}))
    asked = {"order": 301, "courier": "467", "waybill": "SF2", "shipment": 9}
    assert session.send(shipping_v1.CHANGE, **asked) is True
    parcel = {"waybillId": "SF2", "logicId": 467, "shipmentId": 9}
    data = {"orderId": 301, "partialShipmentInfoList": [parcel]}
    method, sent = session.sent[0]
    assert method == "jingdong.pop.order.waybill.update"
    assert sent == {"request": {"data": data}}


def test_another_waybill_may_be_refused_or_not_be_said_to_be_done(
    scripted: Any, answer: Any
) -> None:
    asked = {"order": 301, "courier": 467, "waybill": "SF2"}
    no = scripted(lambda m, a: answer(m, response={"code": 500, "msg": "运单号不对"}))
    with pytest.raises(Rejected, match="运单号不对"):
        no.send(shipping_v1.CHANGE, **asked)
    with pytest.raises(KeyError):
        scripted(lambda m, a: answer(m)).send(shipping_v1.CHANGE, **asked)
    strict = Jos(waybill_done=("0",))
    body = answer(shipping_v1.CHANGE.endpoint, response={"code": 200})
    with pytest.raises(Rejected):
        strict.unwrap(shipping_v1.CHANGE, body)


ROW = {"id": 467, "name": "顺丰快递", "description": ""}


@pytest.mark.parametrize(
    "body",
    [
        {
            "vender_delivery_all_company_response": {
                "code": "0",
                "delivery_companies": [ROW],
            }
        },
        {
            "360buy_get_vender_all_delivery_company_responce": {
                "code": "0",
                "getVenderAllDeliveryCompanyResponse": {
                    "code": "0",
                    "delivery_companies": [{"delivery": ROW}],
                },
            }
        },
        {
            "360buy_get_vender_all_delivery_company_response": {
                "getVenderAllDeliveryCompanyResponse": {
                    "code": "0",
                    "delivery_companies": [ROW],
                }
            }
        },
    ],
)
def test_couriers_are_read_from_every_wrapper_they_have_had(
    scripted: Any, body: JSON
) -> None:
    session = scripted(lambda m, a: body)
    found = session.send(shipping_v1.COMPANIES)
    assert found == (Carrier(code="467", name="顺丰快递"),)
    assert session.sent[0][1] == {"fields": "id,name,description"}


@pytest.mark.parametrize("row", [{"name": "顺丰快递"}, {**ROW, "id": None}])
def test_a_courier_without_its_number_is_no_answer(row: JSON) -> None:
    with pytest.raises(ValueError, match="id"):
        shipping_v1.COMPANIES.read({"code": "0", "delivery_companies": [ROW, row]})


@pytest.mark.parametrize("rows", [None, [], {}])
def test_no_courier_at_all_is_no_answer(rows: Any) -> None:
    with pytest.raises(ValueError, match="courier"):
        shipping_v1.COMPANIES.read({"code": "0", "delivery_companies": rows})
