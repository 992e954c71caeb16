"""One trade of the Taobao box: its money, its receiver, what comes when asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

FIVE = "receiver_name,receiver_address,receiver_mobile,receiver_phone,created"
DETAIL = "taobao.trade.fullinfo.get"
MONEY = "tid,num,price,payment,total_fee,post_fee,discount_fee,adjust_fee,orders"


def fen(yuan: str) -> int:
    whole, _, part = yuan.partition(".")
    assert len(part) == 2
    return int(whole) * 100 + int(part)


def details(caller: Any, fields: str, **more: str) -> list[Any]:
    records = caller.box.book.records(caller.account.external_id)
    return [caller.detail(r.id, fields, **more) for r in records if r.removed_at is None]


def test_detail_gives_fields_the_lists_do_not_have(open_box: Any) -> None:
    caller = open_box(orders=1)
    (row,) = details(caller, "tid,tid_str,received_payment,commission_fee,status")
    assert row["tid_str"] == str(row["tid"])
    assert set(row) == {"tid", "tid_str", "received_payment", "commission_fee", "status"}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"tid": "1"}, "40|"),
        ({"fields": "tid"}, "40|"),
        ({"fields": "tid", "tid": "one"}, "41|"),
        ({"fields": "tid", "tid": "1"}, "50|isv.trade-not-exist"),
    ],
)
def test_detail_arguments_are_checked(
    open_box: Any, asked: dict[str, str], code: str
) -> None:
    assert open_box().code(DETAIL, **asked) == code


def test_business_errors_come_under_code_15_too(open_box: Any) -> None:
    caller = open_box(switches={"business_code": "15"})
    assert caller.code(DETAIL, fields="tid", tid="1") == "15|isv.trade-not-exist"


def test_h17_an_id_rounded_to_a_float_is_another_order_or_none(open_box: Any) -> None:
    caller = open_box()
    tids = [str(row["tid"]) for row in caller.rows()]
    rounded = {tid: f"{float(tid):.0f}" for tid in tids}
    assert all(right != wrong for right, wrong in rounded.items())


def test_a_trade_of_another_shop_does_not_exist(open_box: Any, shop: Any) -> None:
    caller = open_box(shops=2)
    foreign = shop(caller, 1).rows()[0]["tid"]
    code = caller.code(DETAIL, fields="tid", tid=str(foreign))
    assert code == "50|isv.trade-not-exist"


def test_trades_older_than_three_months_are_gone(open_box: Any) -> None:
    caller = open_box(history=timedelta(days=200))
    oldest = caller.box.book.records(caller.account.external_id)[0]
    code = caller.code(DETAIL, fields="tid", tid=oldest.id)
    assert code == "50|isv.trade-not-exist"


def test_a_single_line_is_paid_with_its_freight(open_box: Any) -> None:
    trades = [t for t in details(open_box(), MONEY) if len(t["orders"]["order"]) == 1]
    assert any(fen(t["post_fee"]) for t in trades)
    for trade in trades:
        (line,) = trade["orders"]["order"]
        assert line["payment"] == trade["payment"]
        assert trade["num"] == line["num"] > 0
        assert trade["adjust_fee"] == line["adjust_fee"]


def test_the_lines_of_several_add_up_without_freight(open_box: Any) -> None:
    trades = [t for t in details(open_box(), MONEY) if len(t["orders"]["order"]) > 1]
    assert trades
    for trade in trades:
        lines = trade["orders"]["order"]
        goods = sum(fen(line["payment"]) for line in lines)
        shares = sum(fen(line["part_mjz_discount"]) for line in lines)
        assert trade["num"] == 0
        assert "price" not in trade
        assert trade["adjust_fee"] == "0.00"
        assert shares == fen(trade["discount_fee"])
        assert fen(trade["payment"]) == goods - shares + fen(trade["post_fee"])
        divided = sum(fen(line["divide_order_fee"]) for line in lines)
        assert divided == goods - shares


def test_promotions_account_for_every_discount(open_box: Any) -> None:
    fields = "promotion_details,discount_fee,orders"
    gifts = 0
    for trade in details(open_box(), fields):
        lines = trade["orders"]["order"]
        off = fen(trade["discount_fee"]) + sum(fen(x["discount_fee"]) for x in lines)
        rows = trade.get("promotion_details", {"promotion_detail": []})["promotion_detail"]
        assert sum(fen(p["discount_fee"]) for p in rows) == off
        gifts += sum("gift_item_id" in p for p in rows)
    assert gifts


def test_a_single_lines_oid_is_mostly_the_tid(open_box: Any) -> None:
    trades = details(open_box(orders=300), "tid,orders.oid,service_orders")
    alone = [t for t in trades if len(t["orders"]["order"]) == 1]
    same = [t for t in alone if t["orders"]["order"][0]["oid"] == t["tid"]]
    assert 0 < len(same) < len(alone)
    serviced = [t for t in trades if "service_orders" in t]
    assert serviced
    assert not [t for t in serviced if t in same]


def test_a_county_the_province_runs_has_no_city(open_box: Any) -> None:
    fields = "receiver_state,receiver_city,receiver_district"
    island = [t for t in details(open_box(), fields) if t["receiver_state"] == "海南省"]
    assert island
    assert all("city" not in "".join(t) and t["receiver_district"] for t in island)
    caller = open_box(switches={"blanks": "empty"})
    blank = [t for t in details(caller, fields) if t["receiver_state"] == "海南省"]
    assert {t["receiver_city"] for t in blank} == {""}


def test_receivers_are_masked_and_stand_behind_an_oaid(open_box: Any) -> None:
    caller = open_box()
    trades = details(caller, f"{FIVE},oaid,buyer_nick,buyer_open_uid")
    for trade in trades:
        assert trade["receiver_name"].endswith("**")
        assert trade["receiver_mobile"].startswith("*******")
        assert "沙箱路" not in trade["receiver_address"]
        assert 0 < len(trade["oaid"]) <= 128
        assert trade["buyer_nick"] == "t**"
    assert len({trade["oaid"] for trade in trades}) > len(trades) * 0.9


@pytest.mark.parametrize("left_out", FIVE.split(","))
def test_no_oaid_unless_all_five_fields_are_asked_for(open_box: Any, left_out: str) -> None:
    caller = open_box(orders=1)
    some = ",".join(f for f in FIVE.split(",") if f != left_out)
    assert "oaid" not in details(caller, f"{some},oaid")[0]
    assert "oaid" not in caller.rows(fields=f"{some},oaid")[0]
    assert "oaid" in caller.rows(fields=f"{FIVE},oaid")[0]
    assert "oaid" not in caller.rows(fields=FIVE)[0]


def test_include_oaid_asks_for_it_too_and_may_be_needed(open_box: Any) -> None:
    caller = open_box(orders=1)
    assert "oaid" in details(caller, FIVE, include_oaid="include_oaid")[0]
    strict = open_box(orders=1, switches={"oaid_detail": "include_oaid"})
    assert "oaid" not in details(strict, f"{FIVE},oaid")[0]
    assert "oaid" in details(strict, FIVE, include_oaid="include_oaid")[0]


def test_an_oaid_belongs_to_app_and_shop(open_box: Any) -> None:
    from sandboxes.taobao.privacy import oaid

    one = open_box(orders=1).box.book.records("2206890150000")[0].latest.content["trade"]
    made = {
        oaid(app, shop, one.created + later, one.receiver)
        for app in ("1", "2")
        for shop in ("a", "b")
        for later in (0, 7 * 86_400)
    }
    assert len(made) == 8


def test_older_shops_show_receivers_in_clear(open_box: Any, shop: Any) -> None:
    caller = shop(open_box(shops=2, privacy="mixed"), 1)
    assert caller.account.settings["privacy"] == "clear"
    for trade in details(caller, f"{FIVE},oaid,buyer_open_uid,buyer_nick"):
        assert trade["receiver_mobile"].startswith("1700000")
        assert trade["receiver_address"].startswith("沙箱路")
        assert not {"oaid", "buyer_open_uid"} & set(trade)
        assert "*" not in trade["buyer_nick"]


def test_masks_may_hide_everything(open_box: Any) -> None:
    caller = open_box(switches={"masks": "all"})
    names = {t["receiver_name"] for t in details(caller, "receiver_name")}
    assert names == {"**"}


def test_a_lagging_detail_is_behind_or_not_there_yet(open_box: Any) -> None:
    caller = open_box(switches={"lagging": "detail"})
    caller.box.churn(40)
    rows = {str(r["tid"]): r for r in caller.rows(caller.now() - 1)}
    told = {tid: caller.call(DETAIL, tid=tid, fields="modified") for tid in rows}
    missing = [tid for tid, body in told.items() if "error_response" in body]
    assert missing
    behind = [
        tid
        for tid, body in told.items()
        if tid not in missing
        and body["trade_fullinfo_get_response"]["trade"]["modified"] < rows[tid]["modified"]
    ]
    assert behind
    caller.box.clock.advance(31)
    for tid, row in rows.items():
        assert caller.detail(tid, "modified")["modified"] == row["modified"]


def test_step_trades_are_paid_in_two_parts(open_box: Any) -> None:
    fields = "type,status,payment,step_trade_status,step_paid_fee"
    trades = details(open_box(orders=400, history=timedelta(days=9)), fields)
    steps = {t["step_trade_status"]: t for t in trades if t["type"] == "step"}
    assert set(steps) >= {"FRONT_PAID_FINAL_NOPAID", "FRONT_PAID_FINAL_PAID"}
    front = steps["FRONT_PAID_FINAL_NOPAID"]
    assert front["status"] == "WAIT_BUYER_PAY"
    assert 0 < fen(front["step_paid_fee"]) < fen(front["payment"])
    whole = steps["FRONT_PAID_FINAL_PAID"]
    assert whole["step_paid_fee"] == whole["payment"]
    assert not [t for t in trades if t["type"] != "step" and "step_paid_fee" in t]


def test_whoever_was_told_of_is_noted(open_box: Any) -> None:
    caller = open_box()
    assert not caller.box.served
    (first, *_) = caller.rows(page_size="3")
    assert len(caller.box.served) == 3
    assert (caller.account.external_id, str(first["tid"])) in caller.box.served
