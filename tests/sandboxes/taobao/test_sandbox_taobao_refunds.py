"""Refunds of the Taobao box: two shapes, one list, and lines that agree with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandboxes.taobao.births import KINDS
from sandboxes.taobao.cases import OPEN, STATUSES
from sandboxes.taobao.poison import REFUND_POISONS
from sandboxes.taobao.times import moment, text

RECEIVED = "taobao.refunds.receive.get"
REFUND = "taobao.refund.get"
DETAIL = "taobao.trade.fullinfo.get"
ALL = ",".join(KINDS)
FIELDS = "refund_id,tid,oid,status,refund_fee,modified,dispute_type,has_good_return"
MONTH = {"orders": 300, "history": timedelta(days=20)}


def fen(yuan: str) -> int:
    whole, _, part = yuan.partition(".")
    assert len(part) == 2
    return int(whole) * 100 + int(part)


def rows(caller: Any, fields: str = FIELDS, **more: str) -> Any:
    asked = {"fields": fields, "type": ALL, "page_size": "100"}
    told: list[Any] = []
    page = 1
    while True:
        body = caller.inner(RECEIVED, **(asked | more | {"page_no": str(page)}))
        told += body.get("refunds", {"refund": []})["refund"]
        if len(told) >= body["total_results"]:
            return told
        page += 1


def truths(caller: Any) -> Any:
    return caller.box.records(caller.account.external_id, "after_sale")


def test_the_truth_of_refunds_is_what_the_wire_says(open_box: Any) -> None:
    caller = open_box(**MONTH)
    caller.box.churn(300)
    told = {}
    for row in rows(caller):
        paid = row["status"] == "SUCCESS"
        told[row["refund_id"]] = {
            "order_external_id": str(row["tid"]),
            "line_external_id": str(row["oid"]),
            "status_raw": row["status"],
            "kind_raw": row["dispute_type"],
            "requested_amount": fen(row["refund_fee"]),
            "refunded_amount": fen(row["refund_fee"]) if paid else None,
        }
    truth = {t.external_id: t for t in truths(caller)}
    assert len(truth) > 50
    assert told.keys() == truth.keys()
    assert all(told[id].items() >= t.facts.items() for id, t in truth.items())
    times = {r["refund_id"]: moment(r["modified"]) for r in rows(caller)}
    assert times == {id: t.updated_at for id, t in truth.items()}


def test_a_line_names_its_refund_and_both_tell_the_same(open_box: Any) -> None:
    caller = open_box(**MONTH)
    caller.box.churn(300)
    refunds = {r["refund_id"]: r for r in rows(caller)}
    lines = [
        (str(trade["tid"]), line)
        for record in caller.box.book.records(caller.account.external_id)
        for trade in [caller.detail(record.id, "tid,orders")]
        for line in trade["orders"]["order"]
        if "refund_id" in line
    ]
    assert len(lines) > 50
    for tid, line in lines:
        refund = refunds[line["refund_id"]]
        assert (str(refund["tid"]), refund["oid"]) == (tid, line["oid"])
        assert refund["status"] == line["refund_status"]


def test_refunds_pass_through_the_documented_statuses(open_box: Any) -> None:
    caller = open_box(orders=900, history=timedelta(days=20))
    caller.box.churn(3_000)
    seen = {str(v.facts["status_raw"]) for t in truths(caller) for v in t.versions}
    assert seen == STATUSES
    for truth in truths(caller):
        assert truth.versions[0].facts["status_raw"] == "WAIT_SELLER_AGREE"
        for version in truth.versions:
            returned = version.facts.get("refunded_amount")
            assert returned is None or version.facts["status_raw"] == "SUCCESS"


def test_no_more_comes_back_than_was_paid(open_box: Any) -> None:
    caller = open_box(**MONTH)
    fields = "refund_fee,total_fee,payment,refund_phase,dispute_type"
    told = rows(caller, fields)
    parts = [r for r in told if fen(r["refund_fee"]) < fen(r["total_fee"])]
    assert any(r["dispute_type"] == "REFUND_AND_RETURN" for r in parts)
    for row in told:
        assert fen(row["payment"]) + fen(row["refund_fee"]) == fen(row["total_fee"])
        assert fen(row["payment"]) >= 0
    assert {r["refund_phase"] for r in told} == {"onsale", "aftersale"}


def test_only_the_fields_asked_for_come(open_box: Any) -> None:
    caller = open_box(**MONTH)
    assert {frozenset(r) for r in rows(caller, "refund_id,nonsense,alipay_no")} == {
        frozenset({"refund_id"})
    }
    id = rows(caller, "refund_id")[0]["refund_id"]
    detail = caller.inner(REFUND, refund_id=id, fields="refund_id,alipay_no")
    assert set(detail["refund"]) == {"refund_id", "alipay_no"}


@pytest.mark.parametrize(("shape", "told"), [("before", False), ("after", True)])
def test_dispute_type_stands_beside_has_good_return_in_the_later_shape(
    open_box: Any, shape: str, told: bool
) -> None:
    caller = open_box(**MONTH, refunds=shape)
    assert caller.account.settings["refunds"] == shape
    refunds = rows(caller)
    assert {"dispute_type" in r for r in refunds} == {told}
    assert {"kind_raw" in t.facts for t in truths(caller)} == {told}
    assert {r["has_good_return"] for r in refunds} == {True, False}
    for row in refunds if told else []:
        back = row["dispute_type"] not in {"REFUND", "RESHIPPING"}
        assert row["has_good_return"] is back


def test_mixed_shops_speak_both_shapes(open_box: Any, shop: Any) -> None:
    caller = open_box(shops=2, refunds="mixed", **MONTH)
    both = [rows(caller), rows(shop(caller, 1))]
    assert ["dispute_type" in told[0] for told in both] == [True, False]
    with pytest.raises(ValueError, match="no refunds"):
        open_box(refunds="sideways")


def test_cases_that_change_goods_move_no_money_and_leave_the_order_alone(
    open_box: Any,
) -> None:
    caller = open_box(**MONTH)
    caller.box.churn(600)
    beside = [
        r for r in rows(caller) if r["dispute_type"] not in {"REFUND", "REFUND_AND_RETURN"}
    ]
    assert {r["dispute_type"] for r in beside} == {
        "TAOBAO_EXCHANGE",
        "REPAIR",
        "RESHIPPING",
    }
    assert {r["refund_fee"] for r in beside} == {"0.00"}
    numbers = {r["refund_id"] for r in beside}
    facts = [t.facts for t in truths(caller) if t.external_id in numbers]
    assert not any("refunded_amount" in f for f in facts)


def test_left_out_the_type_means_two_kinds_of_trade_only(open_box: Any) -> None:
    caller = open_box(**MONTH)
    kinds = {
        r.id: r.latest.content["trade"].kind
        for r in caller.box.book.records(caller.account.external_id)
    }
    every, usual = rows(caller), rows(caller, type="")
    assert len(usual) < len(every)
    usual_kinds = {"fixed", "guarantee_trade", "auction", "auto_delivery"}
    wanted = [r for r in every if kinds[str(r["tid"])] in usual_kinds]
    assert usual == wanted


def test_a_status_or_a_window_narrows_the_list(open_box: Any) -> None:
    caller = open_box(**MONTH)
    done = rows(caller, status="SUCCESS")
    assert done
    assert {r["status"] for r in done} == {"SUCCESS"}
    at = moment(done[0]["modified"])
    ends = {"start_modified": text(at), "end_modified": text(at)}
    assert done[0]["refund_id"] in {r["refund_id"] for r in rows(caller, **ends)}
    ends = {"start_modified": text(at + 1), "end_modified": text(at + 600)}
    assert done[0]["refund_id"] not in {r["refund_id"] for r in rows(caller, **ends)}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"fields": None}, "40|"),
        ({"status": "SUCCEEDED"}, "41|"),
        ({"page_size": "101"}, "41|"),
        ({"page_no": "0"}, "41|"),
        ({"use_has_next": "yes"}, "41|"),
        ({"start_modified": "2026-11-20"}, "41|"),
        (
            {
                "start_modified": "2026-11-20 00:00:01",
                "end_modified": "2026-11-20 00:00:00",
            },
            "41|",
        ),
        ({"start_modified": "2026-01-01 00:00:00"}, "ok"),
        ({}, "ok"),
    ],
)
def test_the_list_checks_its_arguments(
    open_box: Any, asked: dict[str, Any], code: str
) -> None:
    assert open_box().code(RECEIVED, **({"fields": "refund_id"} | asked)) == code


def test_has_next_comes_instead_of_the_total(open_box: Any) -> None:
    caller = open_box(**MONTH)
    asked = {"fields": "refund_id", "type": ALL, "page_size": "20", "use_has_next": "true"}
    page, seen = 0, []
    while True:
        page += 1
        body = caller.inner(RECEIVED, **asked, page_no=str(page))
        assert "total_results" not in body
        seen += [r["refund_id"] for r in body["refunds"]["refund"]]
        if not body["has_next"]:
            break
    assert len(seen) == len(set(seen)) == len(truths(caller))
    assert page == -(-len(seen) // 20)


@pytest.mark.parametrize(
    ("position", "field", "newest_first"),
    [
        ("newest", "modified", True),
        ("oldest", "modified", False),
        ("created", "created", True),
    ],
)
def test_the_order_of_the_list_is_a_switch(
    open_box: Any, position: str, field: str, newest_first: bool
) -> None:
    caller = open_box(**MONTH, switches={"refund_order": position})
    times = [r[field] for r in rows(caller, f"refund_id,{field}")]
    assert times == sorted(times, reverse=newest_first)


def test_an_open_refund_has_a_day_on_which_the_platform_decides(open_box: Any) -> None:
    caller = open_box(**MONTH)
    fields = "refund_remind_timeout,end_time,status"
    for row in rows(caller):
        detail = caller.inner(REFUND, refund_id=row["refund_id"], fields=fields)["refund"]
        waits = row["status"] in OPEN | {"SELLER_REFUSE_BUYER"}
        assert ("refund_remind_timeout" in detail) is waits
        assert ("end_time" in detail) is not waits


def test_a_buyers_phone_may_stand_in_his_words(open_box: Any) -> None:
    caller = open_box(**MONTH)
    words = [r["desc"] for r in rows(caller, "refund_id,desc")]
    assert any("1700000" in w for w in words)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"refund_id": None}, "40|"),
        ({"fields": None}, "40|"),
        ({"refund_id": "x"}, "41|"),
        ({"refund_id": "1"}, "50|isv.refund-not-exist"),
    ],
)
def test_a_refund_that_is_not_there(
    open_box: Any, asked: dict[str, Any], code: str
) -> None:
    caller = open_box()
    assert caller.code(REFUND, **({"refund_id": "1", "fields": "tid"} | asked)) == code


def test_a_refund_of_another_shop_does_not_exist(open_box: Any, shop: Any) -> None:
    caller = open_box(shops=2, **MONTH)
    id = rows(shop(caller, 1), "refund_id")[0]["refund_id"]
    assert caller.code(REFUND, refund_id=id, fields="tid").startswith("50|")
    mine, theirs = ({r["refund_id"] for r in rows(c)} for c in (caller, shop(caller, 1)))
    assert not mine & theirs


def test_refund_get_may_keep_modified_to_itself(open_box: Any) -> None:
    for position, told in (("modified", True), ("no_modified", False)):
        caller = open_box(**MONTH, switches={"refund_detail": position})
        id = rows(caller, "refund_id")[0]["refund_id"]
        detail = caller.inner(REFUND, refund_id=id, fields="refund_id,modified")["refund"]
        assert ("modified" in detail) is told


def test_a_line_asked_for_again_may_get_another_case(open_box: Any) -> None:
    again = {}
    for position in ("same_id", "new_id"):
        caller = open_box(**MONTH, switches={"asked_again": position})
        caller.box.churn(2_000)
        again[position] = 0
        lines = [
            t.facts["line_external_id"]
            for t in truths(caller)
            if "refunded_amount" in t.facts
        ]
        again[position] = len(lines) - len(set(lines))
    assert again["same_id"] == 0 < again["new_id"]


@pytest.mark.parametrize("way", sorted(REFUND_POISONS))
def test_h16_one_refund_can_be_poisoned(open_box: Any, way: str) -> None:
    caller = open_box(**MONTH)
    fields = "refund_id,tid,status,refund_fee,modified,created"
    victim = truths(caller)[2]
    account = caller.account.external_id
    count = len(rows(caller))
    caller.box.poison_record(account, "after_sale", victim.external_id, way)
    spoilt = caller.inner(REFUND, refund_id=victim.external_id, fields=fields)["refund"]
    for field, value in REFUND_POISONS[way].items():
        assert spoilt.get(field) == value
    assert len(rows(caller)) == count
    assert caller.box.poisoned_records == {(account, "after_sale", victim.external_id)}
    assert truths(caller)[2].facts == victim.facts


def test_poison_needs_a_record_and_a_way(open_box: Any) -> None:
    caller = open_box(**MONTH)
    account = caller.account.external_id
    id = truths(caller)[0].external_id
    caller.box.poison_record(account, "after_sale", id)
    for kind, which, way in (
        ("after_sale", "1", None),
        ("after_sale", id, "arsenic"),
        ("voucher", id, None),
    ):
        with pytest.raises(ValueError, match="no "):
            caller.box.poison_record(account, kind, which, way)


def test_h2_late_refunds_show_within_their_bound(open_box: Any) -> None:
    caller = open_box(**MONTH, late_probability=0.5, late_by=40.0)
    caller.box.churn(200)
    late = [v.visible_at - v.updated_at for t in truths(caller) for v in t.versions]
    assert 0 < sum(x > 0 for x in late) < len(late)
    hidden = {t.external_id for t in truths(caller) if t.visible_at > caller.now()}
    assert hidden
    before = {r["refund_id"]: r["status"] for r in rows(caller)}
    caller.box.clock.advance(41)
    after = {r["refund_id"]: r["status"] for r in rows(caller)}
    assert {id for id in after if after[id] != before.get(id)} <= hidden
    assert after == {t.external_id: t.facts["status_raw"] for t in truths(caller)}


def test_a_list_of_refunds_is_followed_by_churn(open_box: Any) -> None:
    caller = open_box(**MONTH)
    caller.box.churn_per_call = 200
    before = [t.versions for t in truths(caller)]
    caller.inner(RECEIVED, fields="refund_id")
    assert [t.versions for t in truths(caller)] != before
