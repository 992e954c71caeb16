"""What JD's answers do that their documents would rather not: types, gaps, repeats."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.jd import orders_v1, orders_v2
from hub_core.models import (
    FulfillmentStatus,
    Issue,
    Order,
    OrderStatus,
    PaymentStatus,
    Protection,
)
from hub_core.wire import JSON, Fetched, Misread

SEALED = "AATG" + "c2VhbGVkIG5vdGhpbmc" * 3 + "="
LEAST: JSON = {
    "orderId": "300000000001",
    "orderState": "WAIT_SELLER_STOCK_OUT",
    "modified": "2026-11-20 12:00:00",
}


def answer(rows: list[Any]) -> JSON:
    result = {
        "apiResult": {"success": True},
        "orderTotal": len(rows),
        "orderInfoList": rows,
    }
    return {"code": "0", "searchorderinfo_result": result}


def read(shape: Any = orders_v2, **more: Any) -> Order:
    (item,) = shape.LIST.read(answer([{**LEAST, **more}])).items
    assert isinstance(item, Fetched), item
    return item.order


def misread(**more: Any) -> Misread:
    (item,) = orders_v2.LIST.read(answer([{**LEAST, **more}])).items
    assert isinstance(item, Misread), item
    return item


@pytest.mark.parametrize("shape", [orders_v1, orders_v2])
def test_number_state_and_change_time_are_enough(shape: Any) -> None:
    order = read(shape)
    assert order.external_id == "300000000001"
    assert order.channel_updated_at == datetime(2026, 11, 20, 4, tzinfo=UTC)
    assert order.order_status is OrderStatus.OPEN
    assert (order.goods_amount, order.payable_amount, order.buyer_paid_amount) == (
        (None,) * 3
    )
    assert order.discounts.total_amount is None
    assert order.party is not None
    assert order.party.protection is Protection.ABSENT
    assert (order.lines, order.deliveries, order.flags, order.ext) == ((), (), (), {})


@pytest.mark.parametrize("field", sorted(LEAST))
def test_a_row_without_one_of_the_three_is_parked_alone(field: str) -> None:
    row = {name: value for name, value in LEAST.items() if name != field}
    other = {**LEAST, "orderId": "300000000002"}
    bad, good = orders_v2.LIST.read(answer([row, other])).items
    assert isinstance(bad, Misread)
    assert field in bad.reason
    assert isinstance(good, Fetched)


@pytest.mark.parametrize("never", ["0001-01-01 00:00:00", "1970-01-01 00:00:00", "", None])
def test_a_change_time_of_never_is_parked_and_other_times_are_none(never: Any) -> None:
    assert misread(modified=never).reason == "modified is missing"
    order = read(paymentConfirmTime=never, orderEndTime=never, outBoundDate=never)
    assert (order.paid_at, order.completed_at, order.shipped_at) == (None, None, None)


@pytest.mark.parametrize(
    "broken",
    [
        {"orderId": 1.5},
        {"orderId": None},
        {"orderId": True},
        {"orderState": 7.0},
        {"modified": "yesterday"},
        {"modified": 12},
        {"orderPayment": "1e2"},
        {"orderPayment": "NaN"},
        {"orderPayment": "12.345"},
        {"orderPayment": [1]},
        {"itemInfoList": "none"},
        {"itemInfoList": [{"skuId": "1"}]},
        {"itemInfoList": [{"skuId": "1", "itemTotal": "0"}]},
        {"itemInfoList": [{"skuId": "1", "itemTotal": "1.5"}]},
        {"itemInfoList": [None]},
        {"couponDetailList": [["nested"]]},
        {"consigneeInfo": "somebody"},
        {"waybill": {"no": "1"}},
    ],
)
def test_a_misshapen_row_is_parked_and_its_values_stay_out_of_the_reason(
    broken: JSON,
) -> None:
    item = misread(**broken, venderRemark="秘密备注")
    assert "秘密备注" not in item.reason
    assert "秘密备注" not in repr(item)


@pytest.mark.parametrize("row", [None, 7, "row", [], {}])
def test_a_row_that_is_no_object_is_parked_without_a_name(row: Any) -> None:
    (item,) = orders_v2.LIST.read(answer([row])).items
    assert isinstance(item, Misread)
    assert item.external_id is None


@pytest.mark.parametrize("rows", [{}, "[]", 0])
def test_a_list_of_the_wrong_type_refuses_the_page(rows: Any) -> None:
    inner = answer([LEAST])
    inner["searchorderinfo_result"]["orderInfoList"] = rows
    with pytest.raises(ValueError, match="a list of orders"):
        orders_v2.LIST.read(inner)


@pytest.mark.parametrize("rows", [None, []])
def test_no_rows_at_all_may_come_as_no_list(rows: Any) -> None:
    inner = answer([])
    inner["searchorderinfo_result"]["orderInfoList"] = rows
    assert orders_v2.LIST.read(inner).items == ()


@pytest.mark.parametrize("total", [3, "3"])
def test_the_total_may_be_text(total: Any) -> None:
    inner = answer([LEAST])
    inner["searchorderinfo_result"]["orderTotal"] = total
    assert orders_v2.LIST.read(inner).total == 3


@pytest.mark.parametrize("number", [301000000001, "301000000001", 9007199254740993])
def test_ids_are_text_whatever_they_came_as(number: Any) -> None:
    assert read(orderId=number).external_id == str(number)


@pytest.mark.parametrize(
    ("price", "fen"),
    [("199.00", 19900), (199, 19900), (199.9, 19990), ("0", 0), ("", None)],
)
def test_prices_are_yuan_as_text_or_number(price: Any, fen: int | None) -> None:
    order = read(itemInfoList=[{"skuId": 5, "itemTotal": 2, "jdPrice": price}])
    line = order.lines[0]
    assert line.unit_price == fen
    assert line.goods_amount == (None if fen is None else 2 * fen)
    assert line.is_gift is (fen == 0)
    assert line.sku_external_id == "5"


def test_lines_that_do_not_add_up_are_said_so() -> None:
    items = [{"skuId": "1", "itemTotal": "2", "jdPrice": "10.00"}]
    same = read(itemInfoList=items, orderTotalPrice="20.00")
    other = read(itemInfoList=items, orderTotalPrice="21.00")
    assert same.issues == ()
    assert other.issues == (Issue("goods_amount", "lines_do_not_add_up"),)


def test_discounts_less_than_the_merchant_s_share_have_no_total() -> None:
    order = read(couponDetailList=[], sellerDiscount="5.00")
    assert order.discounts.merchant_amount == 500
    assert order.discounts.total_amount is None
    assert order.issues == (Issue("discounts", "do_not_add_up"),)


def test_a_discount_without_an_amount_leaves_the_total_unsaid() -> None:
    order = read(couponDetailList=[{"couponType": "41"}])
    assert order.discounts.total_amount is None
    assert order.issues == (Issue("discounts", "amount_missing"),)


def test_the_balance_belongs_to_what_the_buyer_paid() -> None:
    paid = {"paymentConfirmTime": "2026-11-20 11:00:00", "orderPayment": "80.00"}
    assert read(**paid, balanceUsed="20.00").buyer_paid_amount == 10000
    assert read(**paid).buyer_paid_amount == 8000


def test_an_amount_paid_that_lags_behind_is_not_taken_for_nothing() -> None:
    paid = {"paymentConfirmTime": "2026-11-20 11:00:00", "shouldPay": "80.00"}
    assert read(**paid, actualPay="0.00").buyer_paid_amount == 8000
    assert read(**paid, actualPay="75.00").buyer_paid_amount == 7500
    assert read(shouldPay="0.00", actualPay="0.00").buyer_paid_amount == 0


@pytest.mark.parametrize("pay_type", ["1", 1, "1-货到付款"])
def test_paid_on_delivery_is_unpaid_until_it_is_finished(pay_type: Any) -> None:
    open_ = read(payType=pay_type)
    done = read(payType=pay_type, orderState="FINISHED_L")
    assert open_.payment_status is PaymentStatus.UNPAID
    assert done.payment_status is PaymentStatus.PAID
    assert open_.flags == done.flags == ("cash_on_delivery",)


@pytest.mark.parametrize("parent", ["0", 0, "", None])
def test_no_parent_has_many_spellings(parent: Any) -> None:
    assert read(parentOrderId=parent).parent_external_id is None


@pytest.mark.parametrize(
    ("waybill", "couriers", "parcels"),
    [
        ("A1,A2|B1", "10|20", [("10", "A1"), ("10", "A2"), ("20", "B1")]),
        ("A1", "10", [("10", "A1")]),
        ("A1", None, [(None, "A1")]),
        ("", "1274", [("1274", None)]),
        (" A1 , A2 ", "10", [("10", "A1"), ("10", "A2")]),
        ("A1,A1", "10", [("10", "A1")]),
        ("", "", []),
    ],
)
def test_waybills_are_paired_with_their_couriers(
    waybill: Any, couriers: Any, parcels: list[Any]
) -> None:
    order = read(waybill=waybill, logisticsId=couriers)
    assert [(d.carrier_code, d.tracking_no) for d in order.deliveries] == parcels
    assert order.issues == ()


def test_couriers_that_do_not_align_are_left_out_and_said_so() -> None:
    order = read(waybill="A1|B1", logisticsId="10")
    assert [d.carrier_code for d in order.deliveries] == [None, None]
    assert order.issues == (Issue("deliveries", "couriers_do_not_align"),)


def test_a_locked_order_that_has_left_is_shipped() -> None:
    here = read(orderState="LOCKED", waybill="", logisticsId="")
    gone = read(orderState="LOCKED", waybill="A1", logisticsId="10")
    assert here.fulfillment_status is FulfillmentStatus.UNFULFILLED
    assert gone.fulfillment_status is FulfillmentStatus.SHIPPED
    assert "locked" in gone.flags


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("WAIT_SEND_CODE", FulfillmentStatus.UNFULFILLED),
        ("WAIT_GOODS_RECEIVE_CONFIRM", FulfillmentStatus.REDEEMABLE),
        ("FINISHED_L", FulfillmentStatus.REDEEMED),
        ("PAUSE", FulfillmentStatus.UNKNOWN),
    ],
)
def test_service_orders_are_fulfilled_by_codes(
    state: str, status: FulfillmentStatus
) -> None:
    assert read(orderType="75", orderState=state).fulfillment_status is status


@pytest.mark.parametrize("consignee", [None, [], {}, ""])
def test_a_receiver_may_be_missing_in_any_way(consignee: Any) -> None:
    order = read(consigneeInfo=consignee)
    assert order.party is not None
    assert order.party.protection is Protection.ABSENT


@pytest.mark.parametrize("shape", [orders_v1, orders_v2])
def test_a_sealed_receiver_is_never_shown_as_a_name(shape: Any) -> None:
    order = read(shape, consigneeInfo={"fullname": SEALED, "mobile": SEALED})
    assert order.party is not None
    assert order.party.protection is Protection.ENCRYPTED
    assert (order.party.name, order.party.phone) == (None, None)
    assert order.party.ciphers == {"name": SEALED, "phone": SEALED}


def test_twins_win_over_what_stands_in_the_plain_field() -> None:
    order = read(consigneeInfo={"fullname": SEALED, "encrypt_fullname": SEALED + "="})
    assert order.party is not None
    assert order.party.ciphers == {"name": SEALED + "="}


def test_buyer_tokens_prefer_the_newer_ones() -> None:
    def token(**more: str) -> str | None:
        party = read(**more).party
        assert party is not None
        return party.buyer_token

    assert token(pin="p") == "p"
    assert token(pin="p", xid_buyer="x") == "x"
    assert token(pin="p", xid_buyer="x", open_id_buyer="o") == "o"


def test_no_personal_data_is_printed_or_among_the_extras() -> None:
    secrets = ["赵无极", "17000009999", "沙箱路1号", "备注一", "备注二", "pin-1", "town-1"]
    order = read(
        orders_v1,
        consigneeInfo={
            "fullname": secrets[0],
            "mobile": secrets[1],
            "fullAddress": secrets[2],
            "town": secrets[6],
        },
        orderRemark=secrets[3],
        venderRemark=secrets[4],
        pin=secrets[5],
    )
    printed = f"{order!r} {order.ext}"
    assert [secret for secret in secrets if secret in printed] == []
    assert order.party is not None
    assert order.party.name == secrets[0]
