"""Setting stock and reporting parcels in either shape, against a scripted platform."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import connectors.taobao as taobao
from hub_core import ports
from hub_core.errors import BadRequest, Forbidden, Garbled, Rejected, Unreadable, WrongShop
from hub_core.ports import Done, Effect, Parcel, SkuLevel
from hub_core.wire import JSON

ITEM: JSON = {
    "num_iid": 70,
    "approve_status": "onsale",
    "modified": "2026-11-20 00:00:00",
    "nick": "沙箱旗舰店",
}
PLAIN, TMALL = {"stock": 1}, {"stock": 2}
NO = "isv.logistics-offline-service-error:"


def item(num: int | None = None, **skus: int) -> JSON:
    rows = [{"sku_id": name.lstrip("s"), "quantity": n} for name, n in skus.items()]
    variants = {"skus": {"sku": rows}} if rows else {}
    return {"item_seller_get_response": {"item": ITEM | {"num": num} | variants}}


def told(num: int | None = None, product: int = 70, **skus: int) -> JSON:
    rows = [{"sku_id": name.lstrip("s"), "quantity": n} for name, n in skus.items()]
    return {"item": {"num_iid": product, "num": num, "skus": {"sku": rows}}}


def level(sku: str, available: int, product: str = "70") -> SkuLevel:
    return SkuLevel(
        product_external_id=product, sku_external_id=sku, available=available, key="a"
    )


def refusing(sub_code: str, code: int = 15) -> JSON:
    return {"error_response": {"code": code, "msg": "no", "sub_code": sub_code}}


def answering(**answers: Any) -> Callable[[dict[str, str]], JSON]:
    """A platform that answers by the last words of a method's name."""

    def reply(form: dict[str, str]) -> JSON:
        name = form["method"].split(".", 1)[1].replace(".", "_")
        answer = answers[name]
        if isinstance(answer, Exception):
            raise answer
        if "error_response" in answer or any("_response" in key for key in answer):
            return dict(answer)
        wrapper = form["method"].removeprefix("taobao.").replace(".", "_")
        return {f"{wrapper}_response": answer}

    return reply


def methods(session: Any) -> list[str]:
    return [form["method"] for form in session.sent]


# Stock ---------------------------------------------------------------------------------


def test_the_hooks_answer_what_the_ports_want(scripted: Any) -> None:
    session = scripted(answering())

    assert isinstance(taobao.hub_stock(session), ports.Stock)
    assert isinstance(taobao.hub_shipping(session), ports.Shipping)
    assert (taobao.Stock.most, taobao.Stock.one_product) == (20, True)
    assert taobao.Shipping.splits


def test_what_the_answer_tells_decides_and_what_it_leaves_out_is_looked_at(
    scripted: Any,
) -> None:
    answers = answering(
        skus_quantity_update=told(s1=5, s2=7), item_seller_get=item(s1=5, s3=9)
    )
    session = scripted(answers, pins=PLAIN)
    asked = [level("1", 5), level("2", 8), level("3", 9), level("4", 1)]
    right, other, silent, none = taobao.Stock(session).set(asked)

    assert right == Done(target="1", effect=Effect.CONFIRMED, told=5)
    assert (other.effect, other.told) == (Effect.REFUSED, 7)
    assert other.reason == "8 was asked and the platform says 7"
    assert silent == Done(target="3", effect=Effect.CONFIRMED, told=9)
    assert (none.effect, none.reason) == (Effect.REFUSED, "the product has no such SKU")
    assert session.sent[0]["skuid_quantities"] == "1:5;2:8;3:9;4:1"
    assert session.sent[0]["type"] == "1"


def test_an_answer_that_tells_of_all_costs_one_call(scripted: Any) -> None:
    session = scripted(answering(skus_quantity_update=told(s1=5)), pins=PLAIN)
    taobao.Stock(session).set([level("1", 5)])

    assert methods(session) == ["taobao.skus.quantity.update"]


def test_tmall_tells_nothing_so_the_product_is_read_back(scripted: Any) -> None:
    answers = answering(
        item_quantity_update={"quantity_update_result": 70},
        item_seller_get=item(s1=5, s2=3),
    )
    session = scripted(answers, pins=TMALL)
    same, fewer = taobao.Stock(session).set([level("1", 5), level("2", 4)])

    assert same == Done(target="1", effect=Effect.CONFIRMED, told=5)
    assert (fewer.effect, fewer.told) == (Effect.UNKNOWN, 3)
    assert fewer.reason == "4 was asked and the product shows 3"
    assert methods(session) == ["tmall.item.quantity.update", "taobao.item.seller.get"]
    assert json.loads(session.sent[0]["options"]) == {"type": 1}


@pytest.mark.parametrize("pins", [PLAIN, TMALL])
def test_a_product_without_variants_is_set_as_itself(
    scripted: Any, pins: dict[str, int]
) -> None:
    plain = pins is PLAIN
    answer = told(num=6) if plain else {"quantity_update_result": "70"}
    session = scripted(
        answering(item_quantity_update=answer, item_seller_get=item(num=6)), pins=pins
    )
    (done,) = taobao.Stock(session).set([level("70", 6)])

    assert done == Done(target="70", effect=Effect.CONFIRMED, told=6)
    assert session.sent[0]["quantity" if plain else "item_quantity"] == "6"
    assert len(session.sent) == (1 if plain else 2)


def test_an_answer_about_another_product_proves_nothing(scripted: Any) -> None:
    answers = answering(
        skus_quantity_update=told(product=71, s1=5), item_seller_get=item(s1=4)
    )
    (done,) = taobao.Stock(scripted(answers, pins=PLAIN)).set([level("1", 5)])

    assert (done.effect, done.told) == (Effect.UNKNOWN, 4)


@pytest.mark.parametrize(
    "error", [Garbled("half"), Rejected("no", code="15/isv.x"), WrongShop("another's")]
)
def test_an_error_of_looking_is_none_of_setting(scripted: Any, error: Exception) -> None:
    answers = answering(
        item_quantity_update={"quantity_update_result": 70}, item_seller_get=error
    )
    (done,) = taobao.Stock(scripted(answers, pins=TMALL)).set([level("1", 5)])

    assert done.effect is Effect.UNKNOWN
    assert type(error).__name__ in (done.reason or "")


def test_a_refusal_of_the_call_is_raised_with_its_cause(scripted: Any) -> None:
    answers = answering(item_quantity_update=refusing("isv.item-not-exist:x", 50))

    with pytest.raises(Rejected) as caught:
        taobao.Stock(scripted(answers, pins=TMALL)).set([level("1", 5)])
    assert caught.value.code == "50/isv.item-not-exist:x"


def test_a_lost_answer_is_raised_and_nothing_sent_again(scripted: Any) -> None:
    session = scripted(answering(item_quantity_update=Garbled("half")), pins=TMALL)

    with pytest.raises(Garbled):
        taobao.Stock(session).set([level("1", 5)])
    assert len(session.sent) == 1


@pytest.mark.parametrize(
    "levels",
    [
        [],
        [level("1", 5), level("2", 5, product="71")],
        [level("1", 5), level("1", 6)],
        [level("70", 5), level("1", 6)],
        [level(str(n), 1) for n in range(21)],
    ],
)
@pytest.mark.parametrize("pins", [PLAIN, TMALL])
def test_what_one_call_cannot_say_never_leaves(
    scripted: Any, levels: list[SkuLevel], pins: dict[str, int]
) -> None:
    session = scripted(answering(), pins=pins)

    with pytest.raises(BadRequest):
        taobao.Stock(session).set(levels)
    assert session.sent == []


def test_a_level_is_what_the_product_shows(scripted: Any) -> None:
    session = scripted(answering(item_seller_get=item(s1=5)))
    found = taobao.Stock(session).level("70", "1")

    assert found is not None
    assert (found.available, found.as_of_at) == (5, session.now())
    assert taobao.Stock(session).level("70", "2") is None


def test_a_deleted_product_has_no_level_and_an_unreadable_one_is_said_so(
    scripted: Any,
) -> None:
    gone = answering(item_seller_get=refusing("isv.item-is-delete:invalid-numIid"))
    broken = item(s1=5)
    broken["item_seller_get_response"]["item"]["price"] = "12.345"

    assert taobao.Stock(scripted(gone)).level("70", "1") is None
    with pytest.raises(Unreadable, match="product 70"):
        taobao.Stock(scripted(answering(item_seller_get=broken))).level("70", "1")


# Shipping ------------------------------------------------------------------------------

OLD, CHAIN = {"shipping": 1}, {"shipping": 2}
YTO, ZJS = "YT1234567890123", "ZJS-1"
COMPANIES: JSON = {
    "logistics_companies": {
        "logistics_company": [
            {"code": "YTO", "id": 101, "name": "圆通速递", "reg_mail_no": r"^(YT)\d{13}$"},
            {"code": "ZJS", "id": 103},
        ]
    }
}
TRADE = "3725362658812595205"


def parcel(*lines: str, carrier: str = "YTO", no: str = YTO, first: bool = True) -> Parcel:
    return Parcel(
        order_external_id=TRADE,
        carrier_code=carrier,
        tracking_no=no,
        line_external_ids=lines,
        is_first=first,
    )


def trade(**statuses: str) -> JSON:
    lines = [
        {"oid": int(name.lstrip("l")), "num": 1, "price": "1.00", "status": status}
        for name, status in statuses.items()
    ]
    row = {
        "tid": int(TRADE),
        "status": "WAIT_SELLER_SEND_GOODS",
        "type": "fixed",
        "created": "2026-11-20 00:00:00",
        "modified": "2026-11-20 00:00:00",
        "orders": {"order": lines},
    }
    return {"trade_fullinfo_get_response": {"trade": row}}


def desk(scripted: Any, pins: dict[str, int], **answers: Any) -> Any:
    yes: JSON = {
        "logistics_companies_get": COMPANIES,
        "logistics_offline_send": {"shipping": {"is_success": True}},
        "ascp_logistics_offline_send": {"result": {"success": True}},
    }
    return scripted(answering(**(yes | answers)), pins=pins)


def reported(session: Any) -> list[dict[str, str]]:
    return [form for form in session.sent if form["method"].endswith("offline.send")]


def goods(form: dict[str, str]) -> list[str]:
    (one,) = json.loads(form["consign_pkgs"])
    return [row["sub_tid"] for row in one["goods"]]


def test_carriers_come_with_their_forms_and_are_asked_for_once(scripted: Any) -> None:
    session = desk(scripted, OLD)
    writer = taobao.Shipping(session)
    yto, zjs = writer.carriers()
    writer.send(parcel())

    assert (yto.code, yto.name, yto.waybill_pattern) == ("YTO", "圆通速递", r"^(YT)\d{13}$")
    assert (zjs.code, zjs.name, zjs.waybill_pattern) == ("ZJS", "ZJS", None)
    assert methods(session).count("taobao.logistics.companies.get") == 1


def test_the_old_way_sends_a_whole_trade_as_such(scripted: Any) -> None:
    session = desk(scripted, OLD)

    assert taobao.Shipping(session).send(parcel()) == Done(
        target=TRADE, effect=Effect.CONFIRMED
    )
    (form,) = reported(session)
    assert (form["tid"], form["out_sid"], form["company_code"]) == (TRADE, YTO, "YTO")
    assert form["is_split"] == "0"
    assert len(session.sent) == 2


def test_the_old_way_names_the_lines_of_a_part(scripted: Any) -> None:
    session = desk(scripted, OLD)
    taobao.Shipping(session).send(parcel("11", "12"))

    (form,) = reported(session)
    assert (form["is_split"], form["sub_tid"]) == ("1", "11,12")


@pytest.mark.parametrize("pins", [OLD, CHAIN])
def test_the_rest_of_a_trade_is_the_lines_that_wait(
    scripted: Any, pins: dict[str, int]
) -> None:
    found = trade(
        l11="WAIT_BUYER_CONFIRM_GOODS",
        l12="WAIT_SELLER_SEND_GOODS",
        l13="TRADE_CLOSED_BY_TAOBAO",
        l14="SELLER_CONSIGNED_PART",
    )
    session = desk(scripted, pins, trade_fullinfo_get=found)

    assert taobao.Shipping(session).send(parcel(first=False)).effect is Effect.CONFIRMED
    (form,) = reported(session)
    old = pins is OLD
    assert (form["sub_tid"].split(",") if old else goods(form)) == ["12", "14"]


def test_the_new_chain_says_what_is_in_a_parcel(scripted: Any) -> None:
    found = trade(l11="WAIT_SELLER_SEND_GOODS", l12="WAIT_SELLER_SEND_GOODS")
    whole = desk(scripted, CHAIN, trade_fullinfo_get=found)
    part = desk(scripted, CHAIN)
    taobao.Shipping(whole).send(parcel())
    taobao.Shipping(part).send(parcel("12"))

    assert goods(reported(whole)[0]) == ["11", "12"]
    assert goods(reported(part)[0]) == ["12"]
    assert reported(part)[0]["consign_type"] == "1"


def test_nothing_that_waits_may_mean_that_it_was_told_before(scripted: Any) -> None:
    found = trade(l11="WAIT_BUYER_CONFIRM_GOODS")
    session = desk(scripted, CHAIN, trade_fullinfo_get=found)

    assert taobao.Shipping(session).send(parcel()).effect is Effect.UNKNOWN
    assert reported(session) == []


def test_no_such_order_is_refused_and_an_unreadable_one_raised(scripted: Any) -> None:
    none = desk(scripted, CHAIN, trade_fullinfo_get=refusing("isv.trade-not-exist"))
    broken = trade(l11="WAIT_SELLER_SEND_GOODS")
    broken["trade_fullinfo_get_response"]["trade"]["orders"]["order"][0]["oid"] = None
    odd = desk(scripted, CHAIN, trade_fullinfo_get=broken)

    assert taobao.Shipping(none).send(parcel()).effect is Effect.REFUSED
    with pytest.raises(Unreadable, match=TRADE):
        taobao.Shipping(odd).send(parcel())
    assert reported(none) == reported(odd) == []


@pytest.mark.parametrize("pins", [OLD, CHAIN])
def test_a_number_that_is_none_of_the_carriers_is_refused_unsent(
    scripted: Any, pins: dict[str, int]
) -> None:
    session = desk(scripted, pins)
    done = taobao.Shipping(session).send(parcel("11", no="SF-77"))

    assert done.effect is Effect.REFUSED
    assert done.reason == "圆通速递 (YTO) has no waybill numbers like AA-99"
    assert reported(session) == []


@pytest.mark.parametrize(("carrier", "no"), [("ZJS", ZJS), ("PIGEON", "1")])
def test_without_a_form_the_platform_decides(scripted: Any, carrier: str, no: str) -> None:
    session = desk(scripted, OLD)
    taobao.Shipping(session).send(parcel(carrier=carrier, no=no))

    assert reported(session)[0]["company_code"] == carrier


SEND = ["logistics_offline_send", "ascp_logistics_offline_send"]
WAYS = [pytest.param(OLD, SEND[0], id="old"), pytest.param(CHAIN, SEND[1], id="chain")]


@pytest.mark.parametrize(("pins", "name"), WAYS)
def test_shipped_before_and_closed_are_one_word_that_settles_nothing(
    scripted: Any, pins: dict[str, int], name: str
) -> None:
    session = desk(scripted, pins, **{name: refusing(NO + "B04", 50)})
    done = taobao.Shipping(session).send(parcel("11"))

    assert (done.effect, done.code) == (Effect.UNKNOWN, f"50/{NO}B04")
    assert "closed" in (done.reason or "")


@pytest.mark.parametrize(("pins", "name"), WAYS)
def test_a_no_with_its_cause_is_refused_with_its_code(
    scripted: Any, pins: dict[str, int], name: str
) -> None:
    session = desk(scripted, pins, **{name: refusing(NO + "B98")})
    done = taobao.Shipping(session).send(parcel("11"))

    assert (done.effect, done.code) == (Effect.REFUSED, f"15/{NO}B98")
    assert len(reported(session)) == 1


def test_a_bare_no_may_stand_for_that_word_too(scripted: Any) -> None:
    said = {"result": {"success": False}}
    session = desk(scripted, CHAIN, ascp_logistics_offline_send=said)

    assert taobao.Shipping(session).send(parcel("11")).effect is Effect.UNKNOWN


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusing("", 12), Forbidden),
        (refusing("", 41), BadRequest),
        ({"result": {"success": "perhaps"}}, ValueError),
        (Garbled("half"), Garbled),
    ],
)
def test_what_is_no_answer_about_the_order_is_raised(
    scripted: Any, answer: Any, error: type[Exception]
) -> None:
    session = desk(scripted, CHAIN, ascp_logistics_offline_send=answer)

    with pytest.raises(error):
        taobao.Shipping(session).send(parcel("11"))
    assert len(reported(session)) == 1
