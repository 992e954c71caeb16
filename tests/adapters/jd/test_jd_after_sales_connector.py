"""Which calls make an operation on cases of both systems, against a scripted platform."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import connectors.jd as jd
from hub_core.errors import Forbidden, Garbled, Misconfigured, Unreadable
from hub_core.models import AfterSale, Issue
from hub_core.ports import Paging, Source, Stream, Window
from hub_core.wire import JSON, Fetched, Ref

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
WINDOW = Window(NOON - timedelta(hours=1), NOON + timedelta(milliseconds=400))
LIST = "jingdong.pop.afs.soa.refundapply.queryPageList"
BY_ID = "jingdong.pop.afs.soa.refundapply.queryById"
SYNC = "jingdong.asc.sync.list"
QUERY = "jingdong.asc.query.list"
MONEY = "jingdong.asc.serviceAndRefund.view"


def application(number: int = 7, **more: Any) -> JSON:
    return {"id": number, "orderId": "301", "status": 0, "applyRefundSum": 100, **more}


def bill(number: int = 7, status: int = 10010) -> JSON:
    return {"serviceId": number, "orderId": 301, "serviceStatus": status}


def money(number: int = 7, refund: int = 900) -> JSON:
    same = {"serviceId": number, "orderId": 301}
    row = {"afsRefundId": refund, "refoundAmount": 100, "status": 13}
    return {**row, "sameOrderServiceBill": same}


def page(*rows: JSON, total: int | None = None) -> JSON:
    counted = len(rows) if total is None else total
    return {"success": True, "totalCount": counted, "data": list(rows)}


@pytest.fixture
def platform(answer: Any) -> Any:
    """One application and one bill that is done, with its money."""

    def answers(method: str, asked: JSON) -> JSON:
        if method in (LIST, BY_ID):
            found = {"success": True, "totalCount": 1, "result": [application()]}
            body: JSON = answer(method, queryResult=found)
            return body
        rows = (money(),) if method == MONEY else (bill(),)
        told: JSON = answer(method, pageResult=page(*rows))
        return told

    return answers


def streams(session: Any) -> tuple[Stream, Stream]:
    refunds, bills = jd.JdAfterSales(session).streams
    return refunds, bills


def case(found: Any) -> AfterSale:
    assert isinstance(found, Fetched), found
    assert isinstance(found.record, AfterSale)
    return found.record


def test_two_lists_hold_every_case_and_both_are_read_last_page_first(
    scripted: Any, platform: Any
) -> None:
    session = scripted(platform)
    assert isinstance(jd.hub_after_sales(session), Source)
    refunds, bills = streams(session)
    assert (refunds.name, bills.name) == ("refund_applies", "service_bills")
    assert refunds.paging is bills.paging is Paging.REVERSE_OFFSET
    assert refunds.order == bills.order == "not documented"
    assert refunds.rows_cap == bills.rows_cap == 5_000
    assert refunds.page_size == bills.page_size == 50
    assert (refunds.list_is_partial, bills.list_is_partial) == (False, True)
    assert set(refunds.assumptions) | set(bills.assumptions) <= set(jd.FACTS)


def test_applications_are_asked_by_the_time_of_change_past_both_ends(
    scripted: Any, platform: Any
) -> None:
    session = scripted(platform)
    source = jd.JdAfterSales(session)
    found = source.probe(streams(session)[0], WINDOW)
    method, sent = session.sent[0]
    assert method == LIST
    assert (sent["modifiedStart"], sent["modifiedEnd"]) == (
        "2026-11-20 10:59:59",
        "2026-11-20 12:00:01",
    )
    assert (sent["pageIndex"], sent["pageSize"], sent["showSku"]) == (1, 50, True)
    assert "status" not in sent
    assert (found.number, found.total) == (1, 1)


def test_where_changes_can_t_be_asked_for_the_time_of_making_is(
    scripted: Any, platform: Any
) -> None:
    session = scripted(platform, facts={"refund_applies_by": "applied"})
    jd.JdAfterSales(session).page(streams(session)[0], WINDOW, 2)
    sent = session.sent[0][1]
    assert sent["applyTimeStart"] == "2026-11-20 10:59:59"
    assert "modifiedStart" not in sent


def test_the_first_shape_knows_only_the_time_of_making(scripted: Any, answer: Any) -> None:
    def old(method: str, asked: JSON) -> JSON:
        found = {"count": 1, "results": [{"id": "7", "status": "0"}], "result_state": True}
        body: JSON = answer(method, refundApplyResponse=found, refundapplyResponse=found)
        return body

    session = scripted(old, pins={"refund_applies": 1})
    source = jd.JdAfterSales(session)
    source.page(streams(session)[0], WINDOW, 1)
    assert case(source.record("refund:7")).external_id == "refund:7"
    assert session.methods == [
        "jingdong.pop.afs.refundapply.querylist",
        "jingdong.pop.afs.refundapply.querybyid",
    ]
    assert session.sent[0][1]["apply_time_start"] == "2026-11-20 10:59:59"
    assert session.sent[1][1] == {"ra_id": 7}


def test_bills_are_named_by_the_time_of_change(scripted: Any, platform: Any) -> None:
    session = scripted(platform)
    found = jd.JdAfterSales(session).page(streams(session)[1], WINDOW, 3)
    method, sent = session.sent[0]
    assert method == SYNC
    assert sent == {
        "buId": "800001",
        "operatePin": "hub",
        "operateNick": "hub",
        "updateTimeBegin": "2026-11-20 10:59:59",
        "updateTimeEnd": "2026-11-20 12:00:01",
        "pageNumber": 3,
        "pageSize": 50,
    }
    assert found.items == (Ref("service:7", None, "10010"),)


def test_an_application_is_had_by_its_number(scripted: Any, platform: Any) -> None:
    session = scripted(platform)
    found = case(jd.JdAfterSales(session).record("refund:7"))
    assert found.external_id == "refund:7"
    assert session.sent == [(BY_ID, {"id": 7})]


def test_a_bill_is_had_with_what_it_gave_back(scripted: Any, platform: Any) -> None:
    session = scripted(platform, facts={"service_money_unit": "fen"})
    found = case(jd.JdAfterSales(session).record("service:7"))
    assert (found.external_id, found.refunded_amount) == ("service:7", 100)
    assert session.methods == [SYNC, MONEY]
    assert session.sent[0][1]["serviceId"] == 7
    assert "updateTimeBegin" not in session.sent[0][1]
    assert session.sent[1][1]["orderId"] == 301


def test_a_unit_nobody_has_told_is_said_to_be_assumed(scripted: Any, platform: Any) -> None:
    found = case(jd.JdAfterSales(scripted(platform)).record("service:7"))
    assert Issue("refunded_amount", "unit_assumed") in found.issues


@pytest.mark.parametrize("status", [10000, 10001, 10004, 10011])
def test_money_is_not_asked_for_where_none_can_have_moved(
    scripted: Any, answer: Any, status: int
) -> None:
    session = scripted(lambda m, a: answer(m, pageResult=page(bill(status=status))))
    case(jd.JdAfterSales(session).record("service:7"))
    assert session.methods == [SYNC]


def test_all_the_money_of_an_order_is_read(scripted: Any, answer: Any) -> None:
    def many(method: str, asked: JSON) -> JSON:
        if method == SYNC:
            body: JSON = answer(method, pageResult=page(bill()))
            return body
        number = asked["pageNumber"]
        rows = [money(7 if number == 2 else 8, 900 + number)]
        told: JSON = answer(method, pageResult=page(*rows, total=2))
        return told

    session = scripted(many, facts={"service_money_unit": "fen"})
    found = case(jd.JdAfterSales(session).record("service:7"))
    assert [leg.external_id for leg in found.refunds] == ["902"]
    assert session.methods == [SYNC, MONEY, MONEY]
    assert [asked["pageNumber"] for _, asked in session.sent[1:]] == [1, 2]


def test_money_that_is_counted_and_not_given_is_not_nothing(
    scripted: Any, platform: Any, answer: Any
) -> None:
    def hollow(method: str, asked: JSON) -> JSON:
        told: JSON = answer(method, pageResult=page(total=1))
        return told if method == MONEY else platform(method, asked)

    with pytest.raises(Unreadable, match="1 refunds"):
        jd.JdAfterSales(scripted(hollow)).record("service:7")


def test_money_of_another_order_is_the_answer_to_another_question(
    scripted: Any, platform: Any, answer: Any
) -> None:
    def former(method: str, asked: JSON) -> JSON:
        row = money(100, 900)
        row["sameOrderServiceBill"] = {**row["sameOrderServiceBill"], "orderId": 302}
        told: JSON = answer(method, pageResult=page(row))
        return told if method == MONEY else platform(method, asked)

    with pytest.raises(Garbled, match="another order"):
        jd.JdAfterSales(scripted(former)).record("service:7")


@pytest.mark.parametrize("code", ["24", "15"])
def test_an_app_that_may_not_ask_for_money_keeps_the_case(
    scripted: Any, platform: Any, refusing: Any, code: str
) -> None:
    session = scripted(lambda m, a: refusing(code) if m == MONEY else platform(m, a))
    found = case(jd.JdAfterSales(session).record("service:7"))
    assert found.refunded_amount is None
    assert Issue("refunded_amount", "not_told") in found.issues


def test_money_may_be_left_alone_and_bills_asked_the_other_way(
    scripted: Any, platform: Any
) -> None:
    facts = {"service_money": "no", "service_bill_by": "query", "operate_pin": "clerk"}
    session = scripted(platform, facts=facts)
    case(jd.JdAfterSales(session).record("service:7"))
    assert session.methods == [QUERY]
    assert session.sent[0][1]["operatePin"] == "clerk"


def test_what_is_not_there_is_none(scripted: Any, answer: Any) -> None:
    session = scripted(
        lambda m, a: answer(m, pageResult=page(), queryResult={"success": True})
    )
    source = jd.JdAfterSales(session)
    assert source.record("service:8") is None
    assert source.record("refund:8") is None
    assert source.record("8") is None
    assert len(session.sent) == 2


def test_a_refused_case_is_an_error_and_not_an_absence(
    scripted: Any, refusing: Any
) -> None:
    session = scripted(lambda m, a: refusing("24"))
    for external_id in ("refund:7", "service:7"):
        with pytest.raises(Forbidden):
            jd.JdAfterSales(session).record(external_id)


@pytest.mark.parametrize("name", ["service_bill_by", "service_money", "service_money_unit"])
def test_a_word_that_is_none_of_the_choices_is_a_wrong_setting(
    scripted: Any, platform: Any, name: str
) -> None:
    source = jd.JdAfterSales(scripted(platform, facts={name: "perhaps"}))
    with pytest.raises(Misconfigured, match=name):
        source.record("service:7")


def test_so_is_a_time_that_no_list_is_cut_by(scripted: Any, platform: Any) -> None:
    session = scripted(platform, facts={"refund_applies_by": "checked"})
    refunds, _ = streams(session)
    with pytest.raises(Misconfigured, match="modified, applied"):
        jd.JdAfterSales(session).page(refunds, WINDOW, 1)
