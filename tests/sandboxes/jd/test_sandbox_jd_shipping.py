"""Sending parcels from the box: carriers, numbers, and orders that must not leave."""

from __future__ import annotations

from typing import Any

import pytest

SHIP = "jingdong.pop.order.shipment"
RELABEL = "jingdong.pop.order.waybill.update"
COMPANIES = "360buy.get.vender.all.delivery.company"
LABEL = "orderState,waybill,logisticsId"


def order(caller: Any, state: str, **wanted: Any) -> str:
    """An order that stands in that state."""
    for record in caller.box.book.records(caller.account):
        content = record.latest.content
        fits = all(content[k] == v for k, v in wanted.items())
        if record.removed_at is None and content["state"] == state and fits:
            return str(record.id)
    raise AssertionError(f"no order in {state}")


def ship(caller: Any, id: str, carriers: str = "467", numbers: str = "SF0001") -> Any:
    asked = {"orderId": int(id), "logiCoprId": carriers, "logiNo": numbers}
    return caller.call(SHIP, asked)["sopjosshipment_result"]


def relabel(caller: Any, id: str, *rows: dict[str, Any]) -> Any:
    data = {"orderId": int(id), "partialShipmentInfoList": list(rows)}
    return caller.call(RELABEL, {"request": {"data": data, "belongType": 1}})["response"]


def shown(caller: Any, id: str) -> dict[str, Any]:
    return dict(caller.get(id, LABEL)["orderInfo"])


def effects(caller: Any) -> list[tuple[str, Any, Any, Any]]:
    return [
        (e.target, *(e.facts[k] for k in ("carrier_code", "tracking_no", "again")))
        for e in caller.box.effects(caller.account)
        if e.kind == "ship"
    ]


def test_an_order_is_sent_and_shows_it(shop: Any) -> None:
    caller = shop()
    id = order(caller, "WAIT_SELLER_STOCK_OUT")
    caller.box.clock.advance(60)
    result = ship(caller, id)
    assert (result["success"], result["chineseErrCode"]) == ("true", "")
    assert shown(caller, id) == {
        "orderState": "WAIT_GOODS_RECEIVE_CONFIRM",
        "waybill": "SF0001",
        "logisticsId": "467",
    }
    assert effects(caller) == [(id, "467", "SF0001", 0)]
    newest = caller.search(order_state="WAIT_GOODS_RECEIVE_CONFIRM")["orderInfoList"][-1]
    assert newest["orderId"] == id


def test_several_parcels_of_several_carriers_stay_aligned(shop: Any) -> None:
    caller = shop()
    id = order(caller, "WAIT_SELLER_STOCK_OUT")
    assert ship(caller, id, "2100|4700", "AAA1,AAA2|BBB3")["success"] == "true"
    told = shown(caller, id)
    assert (told["waybill"], told["logisticsId"]) == ("AAA1,AAA2|BBB3", "2100|4700")
    parcels = [("2100", "AAA1"), ("2100", "AAA2"), ("4700", "BBB3")]
    assert effects(caller) == [(id, *parcel, 0) for parcel in parcels]


@pytest.mark.parametrize("number", ["", "XY12345"])
def test_own_delivery_keeps_no_number(shop: Any, number: str) -> None:
    caller = shop()
    id = order(caller, "WAIT_SELLER_STOCK_OUT")
    assert ship(caller, id, "1274", number)["success"] == "true"
    told = shown(caller, id)
    assert (told["waybill"], told["logisticsId"]) == ("", "1274")
    assert effects(caller) == [(id, "1274", None, 0)]


@pytest.mark.parametrize(
    "state", ["LOCKED", "TRADE_CANCELED", "FINISHED_L", "WAIT_GOODS_RECEIVE_CONFIRM",
              "NOT_PAY", "WAIT_SEND_CODE", "PAUSE", "DELIVERY_RETURN"],
)  # fmt: skip
def test_only_an_order_that_waits_for_its_parcel_leaves(shop: Any, state: str) -> None:
    caller = shop(orders=500)
    id = order(caller, state)
    before = caller.box.book.get(caller.account, id).latest.content
    result = ship(caller, id)
    assert (result["success"], result["errorCode"]) == ("false", "10100021")
    assert state in result["chineseErrCode"]
    assert effects(caller) == []
    assert caller.box.book.get(caller.account, id).latest.content == before


def test_an_order_with_money_given_back_does_not_leave(shop: Any) -> None:
    caller = shop(orders=500)
    paid_back = [
        t.facts["order_external_id"]
        for t in caller.box.records(caller.account, "after_sale")
        if t.facts["status_raw"] == "3"
    ]
    assert paid_back
    assert {ship(caller, id)["success"] for id in paid_back} == {"false"}


def test_sent_twice_it_leaves_once(shop: Any) -> None:
    caller = shop()
    id = order(caller, "WAIT_SELLER_STOCK_OUT")
    answers = [ship(caller, id)["success"] for _ in range(2)]
    assert answers == ["true", "false"]
    assert len(effects(caller)) == 1


@pytest.mark.parametrize(
    ("carriers", "numbers", "code"),
    [
        ("99999", "SF0001", "10400002"),
        ("467|", "SF0001|SF0002", "10400002"),
        ("467", "", "10400003"),
        ("467", "SF0001|SF0002", "10400003"),
        ("467|465", "SF0001", "10400003"),
        ("467", "SF 0001", "10400003"),
        ("467", "SF0001,", "10400003"),
        ("", "SF0001", "10100001"),
    ],
)
def test_carriers_and_numbers_must_fit(
    shop: Any, carriers: str, numbers: str, code: str
) -> None:
    caller = shop()
    result = ship(caller, order(caller, "WAIT_SELLER_STOCK_OUT"), carriers, numbers)
    assert (result["success"], result["errorCode"]) == ("false", code)
    assert effects(caller) == []


def test_an_unknown_carrier_may_be_let_through(shop: Any) -> None:
    caller = shop(switches={"unknown_carrier": "accepted", "shipment_success": "bool"})
    id = order(caller, "WAIT_SELLER_STOCK_OUT")
    assert ship(caller, id, "99999")["success"] is True
    assert ship(caller, id, "99999")["success"] is False


def test_another_shops_order_is_not_there(shop: Any) -> None:
    caller = shop(shops=2)
    theirs = order(type(caller)(caller.box, 1), "WAIT_SELLER_STOCK_OUT")
    assert ship(caller, theirs)["errorCode"] == "10100002"


def test_a_sent_order_gets_another_number(shop: Any) -> None:
    caller = shop()
    id = order(caller, "WAIT_SELLER_STOCK_OUT")
    ship(caller, id)
    rows = (
        {"shipmentId": 1, "waybillId": "YT0002", "logicId": 463, "packageNum": 1},
        {"shipmentId": 2, "waybillId": "YT0003", "logicId": 463, "packageNum": 1},
    )
    assert relabel(caller, id, *rows)["code"] == 200
    told = shown(caller, id)
    assert (told["waybill"], told["logisticsId"]) == ("YT0002,YT0003", "463")
    assert effects(caller)[1:] == [(id, "463", "YT0002", 1), (id, "463", "YT0003", 1)]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"request": {"orderId": 1}},
        {"request": {"data": {"orderId": 1, "partialShipmentInfoList": []}}},
        {"request": {"data": {"orderId": 1, "partialShipmentInfoList": ["SF0001"]}}},
    ],
)
def test_a_new_number_comes_in_its_nested_form_only(
    shop: Any, asked: dict[str, Any]
) -> None:
    response = shop().call(RELABEL, asked)["response"]
    assert response["code"] in {10100001, 10100002}


@pytest.mark.parametrize("state", ["WAIT_SELLER_STOCK_OUT", "FINISHED_L", "LOCKED"])
def test_an_order_not_under_way_keeps_its_number(shop: Any, state: str) -> None:
    caller = shop(orders=500)
    row = {"waybillId": "YT0002", "logicId": 463}
    assert relabel(caller, order(caller, state), row)["code"] == 10100021
    assert effects(caller) == []


def test_the_code_of_a_changed_waybill_is_switched(shop: Any) -> None:
    caller = shop(switches={"waybill_code": "0"})
    id = order(caller, "WAIT_GOODS_RECEIVE_CONFIRM")
    assert relabel(caller, id, {"waybillId": "YT0002", "logicId": 463})["code"] == 0


def test_carriers_are_listed_with_the_fields_asked_for(shop: Any) -> None:
    caller = shop()
    sent = caller.signed(caller.system(COMPANIES, {"fields": "id,name"}))
    answer = caller.post(sent)["vender_delivery_all_company_response"]
    rows = answer["delivery_companies"]
    assert {"id": 467, "name": "顺丰快递"} in rows
    assert 1274 in {row["id"] for row in rows}
    assert {frozenset(row) for row in rows} == {frozenset({"id", "name"})}
    assert caller.call(COMPANIES, {})["code"] == "10100001"
