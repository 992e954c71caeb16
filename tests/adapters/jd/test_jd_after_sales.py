"""What cases of both systems say, and how JD says them: shapes, units, gaps."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from adapters.jd import refund_applies_v1, refund_applies_v2, service_bills_v1
from adapters.jd.bill_money import with_money
from adapters.jd.cases import STATES, fen
from adapters.jd.dialect import Jos
from hub_core.errors import BadRequest, Rejected
from hub_core.models import AfterSale, AfterSaleKind, CaseStatus, Issue
from hub_core.wire import JSON, Fetched, Misread, Page, Ref
from tests.adapters.jd.test_jd_golden import GOLDENS, read

APPLICATION: JSON = {
    "id": 7,
    "orderId": "301",
    "status": 0,
    "applyTime": "2026-11-20 08:00:00",
    "modified": "2026-11-20 08:00:00",
    "applyRefundSum": 5000,
}
BILL: JSON = {
    "serviceId": 7,
    "orderId": 301,
    "customerExpect": 10,
    "serviceStatus": 10010,
    "applyTime": 1795132800000,
    "updateTime": 1795136400000,
    "skuId": 5,
}


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


def case(found: Any) -> AfterSale:
    assert isinstance(found, Fetched), found
    assert isinstance(found.record, AfterSale)
    return found.record


def applied(**more: Any) -> Any:
    inner = {"queryResult": {"totalCount": 1, "result": [{**APPLICATION, **more}]}}
    return refund_applies_v2.LIST.read(inner).items[0]


def bill(**more: Any) -> Fetched:
    inner = {"pageResult": {"totalCount": 1, "data": [{**BILL, **more}]}}
    found = service_bills_v1.GET.read(inner)
    assert isinstance(found, Fetched), found
    return found


def money(amount: Any = 1990, status: Any = 13, **more: Any) -> JSON:
    same = {"serviceId": 7, "wareName": "白衬衫", "approveDate": 1795134600000}
    return {
        "afsRefundId": 900,
        "refoundAmount": amount,
        "status": status,
        "completeTime": 1795140000000,
        "sameOrderServiceBill": same,
        **more,
    }


# Refund applications -------------------------------------------------------------------


def test_first_shape_a_refund_the_platform_has_paid() -> None:
    paid, new = (case(item) for item in read("refund_applies_v1", "page").items)
    assert (paid.external_id, paid.order_external_id) == ("refund:5100001", "301000000101")
    assert paid.kind is AfterSaleKind.REFUND_ONLY
    assert (paid.status, paid.status_raw) == (CaseStatus.CLOSED_DONE, "3")
    assert paid.requested_amount == paid.refunded_amount == 12900
    assert [leg.amount for leg in paid.refunds] == [12900]
    assert paid.decided_at == datetime(2014, 5, 10, 2, 30, tzinfo=UTC)
    assert paid.channel_updated_at == paid.decided_at  # no time of change is told
    assert paid.completed_at is None  # nor when the money went
    assert (new.status, new.refunded_amount) == (CaseStatus.MERCHANT_REVIEW, None)
    assert new.channel_updated_at == new.applied_at


def test_second_shape_rows_are_read_flat_and_nested() -> None:
    page = read("refund_applies_v2", "page")
    paid, new, caught, withdrawn, odd = (case(item) for item in page.items)
    assert page.total == 5
    assert paid.channel_updated_at == at(19, 13, 0, 5)
    assert paid.refunded_amount == 19900  # fen, as a Java Double
    assert new.external_id == "refund:7200002"
    assert [(x.sku_external_id, x.quantity) for x in new.lines] == [("100200300401", 2)]
    assert (new.decided_at, new.agreed_amount) == (None, None)
    assert (caught.status, caught.agreed_amount) == (CaseStatus.MERCHANT_RECEIVE, 5000)
    assert caught.refunded_amount is None  # agreed is not paid
    assert withdrawn.status is CaseStatus.CLOSED_CANCELLED
    assert odd.status is CaseStatus.UNKNOWN
    assert odd.issues == (Issue("status", "unknown_word"),)


def test_an_application_that_names_no_goods_has_no_lines() -> None:
    assert case(applied(skuVoList=None)).lines == ()
    assert case(applied(skuVoList=[])).lines == ()
    (line,) = case(applied(skuVoList=[{"skuName": "白衬衫"}])).lines
    assert (line.sku_external_id, line.title) == (None, "白衬衫")


def test_an_application_by_id_without_a_time_of_change_has_no_version() -> None:
    one = case(read("refund_applies_v2", "one"))
    assert one.status is CaseStatus.CLOSED_REJECTED
    assert one.completed_at == one.decided_at == at(19, 3)
    assert one.channel_updated_at is None
    inner = {"queryResult": {"result": [APPLICATION]}}
    again = case(refund_applies_v2.GET.read(inner))
    assert again.channel_updated_at == at(20, 0)


@pytest.mark.parametrize("word", [*STATES, "12", "99"])
def test_each_state_says_one_thing_and_only_one_that_money_went(word: str) -> None:
    found = case(applied(status=int(word)))
    assert found.status is STATES[word]
    assert found.status_raw == word
    assert (found.refunded_amount == 5000) is (word == "3")
    assert (Issue("status", "unknown_word") in found.issues) is (word not in STATES)


AGREED = ("1", "3", "5", "6", "7", "9", "10")
"""States a merchant's or the platform's yes comes before, as the page orders them: passed
(1), passed by finance (3), passed by a person (5), the parcel is called back (6, 10) and
what follows when it was (7, 9). 0, 2, 4, 8 and 11 are none."""


@pytest.mark.parametrize("word", [*STATES, "12"])
def test_only_what_somebody_said_yes_to_is_agreed(word: str) -> None:
    found = case(applied(status=int(word)))
    assert found.requested_amount == 5000
    assert found.agreed_amount == (5000 if word in AGREED else None)


def test_the_documented_states_are_all_there_is() -> None:
    assert set(STATES) == {str(number) for number in range(12)}


@pytest.mark.parametrize(
    ("told", "amount"), [(5000, 5000), ("5000", 5000), (5000.0, 5000), ("", None), (0, 0)]
)
def test_an_application_asks_in_fen(told: Any, amount: int | None) -> None:
    assert case(applied(applyRefundSum=told)).requested_amount == amount


@pytest.mark.parametrize("told", ["50.01", 50.5, "1e3", "NaN", True, [5]])
def test_a_fraction_of_a_fen_parks_the_row(told: Any) -> None:
    found = applied(applyRefundSum=told)
    assert isinstance(found, Misread)
    assert found.external_id == "refund:7"


def test_a_paid_application_without_an_amount_says_so() -> None:
    found = case(applied(status=3, applyRefundSum=None))
    assert found.refunded_amount is None
    assert found.refunds == ()
    assert found.issues == (Issue("refunded_amount", "missing"),)


@pytest.mark.parametrize(
    ("told", "count"),
    [("2", 2), (2, 2), ("0", None), ("9999999999", None), ("zwei", None), (None, None)],
)
def test_a_count_that_nobody_can_have_is_no_count(told: Any, count: int | None) -> None:
    (line,) = case(applied(skuVoList=[{"skuId": 5, "skuCount": told}])).lines

    assert line.quantity == count


@pytest.mark.parametrize("row", [None, 7, "row", [], {}, {"refundApplyVo": 7}])
def test_what_is_no_application_is_parked_without_a_name(row: Any) -> None:
    inner = {"queryResult": {"totalCount": 1, "result": [row]}}
    (item,) = refund_applies_v2.LIST.read(inner).items
    assert isinstance(item, Misread)
    assert item.external_id is None


@pytest.mark.parametrize("rows", [None, []])
def test_no_application_by_that_number_is_none(rows: Any) -> None:
    assert refund_applies_v2.GET.read({"queryResult": {"result": rows}}) is None
    assert refund_applies_v2.GET.read({}) is None
    assert refund_applies_v1.GET.read({"refundapplyResponse": {"results": rows}}) is None


def test_one_that_is_counted_and_not_given_is_not_known_to_be_gone() -> None:
    told = {"queryResult": {"totalCount": 1, "result": []}}
    older = {"refundapplyResponse": {"count": 1, "results": []}}
    bills = {"pageResult": {"totalCount": 1, "data": []}}
    for call, inner in (
        (refund_applies_v2.GET, told),
        (refund_applies_v1.GET, older),
        (service_bills_v1.GET, bills),
    ):
        with pytest.raises(ValueError, match="none is given"):
            call.read(inner)


def test_several_applications_for_one_number_are_no_answer() -> None:
    with pytest.raises(ValueError, match="several"):
        refund_applies_v2.GET.read({"queryResult": {"result": [APPLICATION] * 2}})


@pytest.mark.parametrize(
    "inner",
    [
        {},
        {"queryResult": None},
        {"queryResult": {"result": []}},
        {"queryResult": {"result": {}, "totalCount": 0}},
    ],
)
def test_a_page_without_its_containers_is_refused_whole(inner: JSON) -> None:
    with pytest.raises((KeyError, ValueError)):
        refund_applies_v2.LIST.read(inner)


@pytest.mark.parametrize("said", [False, "false", None, 1])
def test_a_service_s_own_no_is_no_success(said: Any) -> None:
    method = refund_applies_v2.LIST.endpoint.replace(".", "_")
    verdict = {"success": said, "errorCode": "2", "errorMsg": "查询条件不能为空"}
    body = {f"{method}_responce": {"code": "0", "queryResult": verdict}}
    with pytest.raises(Rejected, match="查询条件不能为空") as caught:
        Jos().unwrap(refund_applies_v2.LIST, body)
    assert type(caught.value) is not BadRequest
    assert caught.value.code == "2"  # the service's own number, not the gateway's 2


def test_a_span_is_asked_by_change_or_by_making_never_both() -> None:
    ask = refund_applies_v2.LIST.parameters
    by_change = ask(
        modified_since=at(19, 0), modified_until=at(20, 0), page=1, page_size=50
    )
    assert by_change == {
        "modifiedStart": "2026-11-19 08:00:00",
        "modifiedEnd": "2026-11-20 08:00:00",
        "showSku": True,
        "pageIndex": 1,
        "pageSize": 50,
    }
    both = {"applied_since": at(19, 0), "applied_until": at(20, 0)}
    for wrong in ({}, {"modified_since": at(19, 0)}):
        with pytest.raises(BadRequest):
            ask(**wrong, page=1, page_size=50)
    with pytest.raises(BadRequest):
        ask(**both, modified_since=at(19, 0), modified_until=at(20, 0), page=1, page_size=9)
    with pytest.raises(BadRequest):
        ask(**both, page=101, page_size=50)


# Service bills -------------------------------------------------------------------------


def test_bills_are_named_by_their_list_flat_and_nested() -> None:
    page = read("service_bills_v1", "page")
    assert isinstance(page, Page)
    assert page.total == 3
    assert page.items == (
        Ref("service:5100001", datetime(2025, 11, 20, 1, tzinfo=UTC), "10005"),
        Ref("service:5100002", datetime(2025, 11, 20, 1, 0, 1, tzinfo=UTC), "10001"),
        Ref("service:5100003", datetime(2025, 11, 20, 1, 0, 1, tzinfo=UTC), "10010"),
    )


def test_the_same_number_in_both_systems_is_two_cases() -> None:
    application, _ = read("refund_applies_v1", "page").items
    service = read("service_bills_v1", "one")
    assert case(application).external_id == "refund:5100001"
    assert case(service).external_id == "service:5100001"


def test_a_bill_on_its_way_back() -> None:
    found = case(read("service_bills_v1", "one"))
    assert found.kind is AfterSaleKind.RETURN_REFUND
    assert (found.status, found.status_raw) == (CaseStatus.MERCHANT_RECEIVE, "10005")
    assert found.reason_raw == "600/612"
    assert (found.return_tracking_no, found.version_raw) == ("SF0301", "3")
    assert found.refunded_amount is None
    assert found.issues == ()


@pytest.mark.parametrize("row", [7, None, {"serviceStatus": 1}, {"serviceId": None}])
def test_a_bill_without_a_number_is_parked(row: Any) -> None:
    inner = {"pageResult": {"totalCount": 1, "data": [row]}}
    (item,) = service_bills_v1.LIST.read(inner).items
    assert isinstance(item, Misread)
    assert item.external_id is None


def test_a_bill_whose_number_can_be_read_is_fetched_by_it() -> None:
    inner = {"pageResult": {"totalCount": 1, "data": [{**BILL, "updateTime": "soon"}]}}
    assert service_bills_v1.LIST.read(inner).items == (Ref("service:7"),)


def test_a_bill_that_is_done_has_what_was_given_back() -> None:
    found = case(with_money(bill(), [money()], "fen"))
    assert found.status is CaseStatus.CLOSED_DONE
    assert found.refunded_amount == 1990
    (leg,) = found.refunds
    assert (leg.external_id, leg.succeeded_at) == ("900", at(20, 2))
    assert found.completed_at == at(20, 2)
    assert found.decided_at == at(20, 0, 30)
    assert found.lines[0].title == "白衬衫"
    assert found.issues == ()


@pytest.mark.parametrize(
    ("unit", "told", "amount"),
    [
        ("yuan", 19.9, 1990),
        ("yuan", "19.90", 1990),
        ("yuan", 20, 2000),
        ("fen", 1990, 1990),
        ("fen", 1990.0, 1990),
        ("", 1990, 1990),
    ],
)
def test_money_is_read_in_the_unit_that_was_told(unit: str, told: Any, amount: int) -> None:
    found = case(with_money(bill(), [money(told)], unit))
    assert found.refunded_amount == amount
    assumed = Issue("refunded_amount", "unit_assumed") in found.issues
    assert assumed is (unit == "")


@pytest.mark.parametrize("unit", ["", "fen"])
def test_a_fraction_proves_that_it_was_not_fen(unit: str) -> None:
    found = with_money(bill(), [money("19.90")], unit)
    assert isinstance(found, Misread)
    assert found.external_id == "service:7"
    assert "19.9" not in found.reason


def test_another_bill_s_money_is_left_to_it() -> None:
    other = money(sameOrderServiceBill={"serviceId": 8})
    found = case(with_money(bill(), [other], "fen"))
    assert (found.refunded_amount, found.refunds) == (None, ())
    assert found.status is CaseStatus.CLOSED_DONE


def test_a_bill_without_any_refund_gave_nothing_back() -> None:
    row = money(None, None, afsRefundId=None)
    found = case(with_money(bill(), [row], "fen"))
    assert (found.refunded_amount, found.refunds) == (None, ())


def test_a_bill_that_is_done_before_its_money_is_not_over() -> None:
    found = case(with_money(bill(), [money(status=10)], "fen"))
    assert found.status is CaseStatus.REFUNDING
    assert found.status_raw == "10010"
    assert (found.refunded_amount, found.completed_at) == (None, None)
    assert [leg.amount for leg in found.refunds] == [1990]


def test_a_refund_that_failed_is_no_money_and_said_so() -> None:
    found = case(with_money(bill(), [money(status=14)], "fen"))
    assert (found.refunded_amount, found.refunds) == (None, ())
    assert found.status is CaseStatus.REFUNDING
    assert Issue("refunds", "failed") in found.issues


def test_a_bill_is_over_with_the_last_of_its_refunds() -> None:
    rows = [money(), money(10, afsRefundId=901, completeTime=1795143600000)]
    for given in (rows, rows[::-1]):
        assert case(with_money(bill(), given, "fen")).completed_at == at(20, 3)


def test_one_refund_that_failed_beside_one_that_went_is_said_too() -> None:
    rows = [money(), money(5, afsRefundId=901, status=14)]
    found = case(with_money(bill(), rows, "fen"))
    assert found.refunded_amount == 1990
    assert [leg.amount for leg in found.refunds] == [1990]
    assert Issue("refunds", "failed") in found.issues


def test_two_refunds_of_one_bill_add_up_and_one_without_an_amount_does_not() -> None:
    rows = [money(), money(10, afsRefundId=901)]
    assert case(with_money(bill(), rows, "fen")).refunded_amount == 2000
    gap = case(with_money(bill(), [money(), money(None, afsRefundId=901)], "fen"))
    assert gap.refunded_amount is None
    assert Issue("refunded_amount", "missing") in gap.issues


def test_an_amount_whose_unit_is_assumed_is_said_where_others_tell_none() -> None:
    rows = [money(), money(None, afsRefundId=901, status=10)]
    assumed = Issue("refunded_amount", "unit_assumed")
    assert assumed in case(with_money(bill(), rows, "")).issues
    assert assumed not in case(with_money(bill(), rows, "fen")).issues
    assert assumed not in case(with_money(bill(), rows[1:], "")).issues


def test_both_answers_are_kept_and_read_again() -> None:
    found = with_money(bill(), [money()], "fen")
    assert isinstance(found, Fetched)
    assert found.raw["orderAfsAndRefund"] == [money()]
    inner = {"pageResult": {"totalCount": 1, "data": [found.raw]}}
    again = service_bills_v1.GET.read(inner)
    assert case(again).external_id == "service:7"


@pytest.mark.parametrize("told", [1990, "1990", 1990.0])
def test_fen_is_whole(told: Any) -> None:
    assert fen(told) == 1990


def test_no_person_and_no_words_of_theirs_get_out_of_the_sealed_record() -> None:
    for shape in ("refund_applies_v1", "refund_applies_v2", "service_bills_v1"):
        for name in ("page", "one"):
            kept = (GOLDENS / shape / f"{name}.hub.json").read_text("utf-8")
            for secret in ("金样", "golden_pin", "golden_clerk", "不想要了", "170*"):
                assert secret not in kept
            assert json.loads(kept)


@pytest.mark.parametrize("shape", ["refund_applies_v1", "refund_applies_v2"])
def test_shapes_of_one_area_offer_the_same_calls(shape: str) -> None:
    found = import_module(f"adapters.jd.{shape}")
    assert (found.LIST.name, found.GET.name) == (
        "refund_applies.list",
        "refund_applies.get",
    )
    assert found.LIST.shape == found.GET.shape == shape
    assert "applied" in found.SPANS
