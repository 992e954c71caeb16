"""Refunds: whose turn it is, and money only where money moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import connectors.douyin_laike as laike
from hub_core.errors import BadRequest, Misconfigured
from hub_core.models import AfterSale, AfterSaleKind, CaseStatus, Issue
from hub_core.ports import CursorSource, Paging, Window
from hub_core.wire import JSON, Fetched, Misread, Page
from tests.adapters.douyin_laike.laike import ACCOUNT, Line
from tests.adapters.douyin_laike.records import fine, golden, page_of, records, shape

HOUR = Window(datetime(2026, 11, 20, 1, tzinfo=UTC), datetime(2026, 11, 20, 2, tzinfo=UTC))
WORDS = {
    9: CaseStatus.MERCHANT_REVIEW,
    10: CaseStatus.MERCHANT_REVIEW,
    20: CaseStatus.REFUNDING,
    25: CaseStatus.CLOSED_REJECTED,
    30: CaseStatus.ARBITRATION,
    40: CaseStatus.CLOSED_CANCELLED,
    50: CaseStatus.CLOSED_DONE,
    59: CaseStatus.REFUNDING,
}


def part(number: int = 1, **changes: Any) -> JSON:
    return {
        "certificate_id": f"7400000000000000{number:03d}",
        "refund_id": f"9800000000000000{number:03d}",
        "total_refund_amount": 4000,
        "real_refund_amount": 4000,
    } | changes


def case(**changes: Any) -> JSON:
    return {
        "after_sale_id": "8800000000000000099",
        "order_id": "1001000000000000099",
        "refund_status": 50,
        "create_time": 1795140000,
        "update_time": 1795143700,
        "complete_time": 1795143600,
        "refund_amount": 4000,
        "real_refund_amount": 4000,
        "refund_info_list": [part()],
    } | changes


def page(*rows: Any, **more: Any) -> Page:
    about = {"has_more": False, "cursor": "0"} | more
    return page_of("after_sales_v1", fine(after_sale_order_list=list(rows), **about))


def read(**changes: Any) -> AfterSale:
    (record,) = records(page(case(**changes)))
    assert isinstance(record, AfterSale)
    return record


# What a case says ----------------------------------------------------------------------


@pytest.mark.parametrize(("word", "meant"), WORDS.items())
def test_a_word_says_whose_turn_it_is(word: int, meant: CaseStatus) -> None:
    for spelled in (word, str(word), [word], [str(word)]):
        record = read(refund_status=spelled)
        assert (record.status, record.status_raw) == (meant, str(word))
        assert record.kind is AfterSaleKind.REFUND_ONLY


def test_the_table_and_this_list_name_the_same_words() -> None:
    assert shape("after_sales_v1").STATUS.keys() == {str(word) for word in WORDS}


def test_an_unknown_word_is_unknown_and_moves_no_money() -> None:
    record = read(refund_status=77)
    assert record.status is CaseStatus.UNKNOWN
    assert Issue("status", "unknown_word") in record.issues
    assert record.refunded_amount is None
    assert record.refunds == ()


def test_a_row_without_refund_status_is_told_by_its_status() -> None:
    assert read(refund_status=None, status=25).status is CaseStatus.CLOSED_REJECTED
    (item,) = page(case(refund_status=None)).items
    assert isinstance(item, Misread)


def test_a_refund_that_failed_is_still_owed() -> None:
    record = read(refund_status=59)
    assert record.status is CaseStatus.REFUNDING
    assert record.issues == (Issue("status", "refund_failed"),)
    assert record.refunded_amount is None


# Money ---------------------------------------------------------------------------------


@pytest.mark.parametrize("word", [word for word in WORDS if word != 50])
def test_only_a_done_refund_has_given_money_back(word: int) -> None:
    record = read(refund_status=word)
    assert record.refunded_amount is None
    assert record.requested_amount == 4000
    assert all(refund.succeeded_at is None for refund in record.refunds)
    assert len(record.refunds) == (1 if word == 20 else 0)  # agreed: on its way


def test_what_went_back_is_what_really_did() -> None:
    record = read(
        total_refund_amount=4400,
        real_refund_amount=3800,
        refund_info_list=[part(real_refund_amount=3800, deduct_fee_amount=200)],
    )
    assert record.refunded_amount == 3800
    (refund,) = record.refunds
    assert (refund.amount, refund.fee_amount) == (3800, 200)
    assert refund.succeeded_at == record.completed_at
    assert record.issues == ()


def test_a_voucher_given_back_before_the_others_counts_alone() -> None:
    done = part(1, refund_status=50, real_refund_amount=1500)
    record = read(refund_status=20, refund_info_list=[done, part(2, refund_status=10)])
    assert record.refunded_amount == 1500
    assert [one.voucher_external_id for one in record.refunds] == [done["certificate_id"]]
    assert len(record.lines) == 2


def test_parts_that_do_not_add_up_are_reported() -> None:
    record = read(refund_info_list=[part(1), part(2)])
    assert record.refunded_amount == 4000
    assert record.issues == (Issue("refunds", "does_not_add_up"),)


def test_a_done_refund_without_an_amount_says_so() -> None:
    record = read(real_refund_amount=None, refund_info_list=[])
    assert record.refunded_amount is None
    assert record.issues == (Issue("refunded_amount", "missing"),)


@pytest.mark.parametrize("amount", ["38.00", 38.5, True])
def test_what_is_no_whole_number_of_fen_is_refused(amount: Any) -> None:
    (item,) = page(case(real_refund_amount=amount)).items
    assert isinstance(item, Misread)
    assert item.external_id == case()["after_sale_id"]


# People and secrets --------------------------------------------------------------------


def test_reasons_are_codes_and_never_words() -> None:
    said = {"desc": "电话17000001111", "reason_code": [101, "205"]}
    record = read(reason=said, reject_reason="不同意")
    assert record.reason_raw == "101,205"
    assert "17000001111" not in repr(record)
    assert "不同意" not in repr(record)
    assert read(reason={"desc": "x"}).reason_raw is None


def test_no_code_is_kept_not_even_raw() -> None:
    (item,) = page(case(refund_info_list=[part(code="104930181588")])).items
    assert isinstance(item, Fetched)
    assert "104930181588" not in str(item.raw)


# Pages ---------------------------------------------------------------------------------


def test_a_page_says_whether_another_follows() -> None:
    first = golden("after_sales_v1", "done_refused_and_open")
    assert (first.cursor, first.has_more) == ("1795146000|8800000000000000013", True)
    last = page(case(), has_more=False, cursor="17")
    assert (last.cursor, last.has_more) == (None, False)


@pytest.mark.parametrize(
    ("about", "missing"),
    [
        ({"has_more": None}, "has_more"),
        ({"has_more": True, "cursor": None}, "cursor"),
        ({"has_more": True, "cursor": "1", "after_sale_order_list": None}, "after_sale"),
        ({"after_sale_order_list": {}}, "after_sale_order_list"),
    ],
)
def test_a_page_that_leaves_open_what_follows_is_refused(about: JSON, missing: str) -> None:
    body = fine(**({"after_sale_order_list": [case()], "has_more": False} | about))
    with pytest.raises((ValueError, KeyError), match=missing):
        page_of("after_sales_v1", body)


def test_a_last_page_without_a_list_is_empty() -> None:
    body = fine(after_sale_order_list=None, has_more=False)
    assert page_of("after_sales_v1", body).items == ()


@pytest.mark.parametrize(
    "asked",
    [
        {"page_size": 101},
        {"create_order_start_time": 1},
        {"refund_done_end_time": 1},
        {"create_order_start_time": 2, "create_order_end_time": 1},
    ],
)
def test_a_wrong_question_never_leaves(asked: JSON) -> None:
    with pytest.raises(BadRequest):
        shape("after_sales_v1").LIST.parameters(**({"account_id": ACCOUNT} | asked))


def test_the_cases_of_an_order_are_asked_for_by_its_id() -> None:
    call = shape("after_sales_v1").OF_ORDER
    assert call.endpoint.endswith("/order_detail/get/")
    assert call.parameters(account_id=ACCOUNT, order_id="1")["order_id"] == "1"
    with pytest.raises(KeyError):
        call.read({})


# The source ----------------------------------------------------------------------------


def source(*pages: JSON, **session: Any) -> tuple[laike.LaikeAfterSales, Line]:
    left = list(pages)
    line = Line(lambda call, asked: left.pop(0), **session)
    return laike.LaikeAfterSales(line), line


def test_two_streams_one_by_making_one_by_money() -> None:
    assert isinstance(laike.hub_after_sales(Line(lambda call, asked: {})), CursorSource)
    made, done = source()[0].streams
    assert (made.name, done.name) == ("after_sales_made", "after_sales_done")
    assert {made.paging, done.paging} == {Paging.OPAQUE_CURSOR}
    assert not made.by_id
    assert made.page_size == 100
    assert made.settle_lag == timedelta(minutes=10)
    assert done.overlap == timedelta(seconds=600 + 60)
    with pytest.raises(Misconfigured):
        source()[0].record("88")


def test_refunds_are_read_again_while_they_may_be_open() -> None:
    made, _ = source()[0].streams
    assert made.overlap == timedelta(hours=72, seconds=600 + 60)
    made, done = source(facts={"after_sale_open_hours": "24"})[0].streams
    assert made.overlap == timedelta(hours=24, seconds=600 + 60)
    assert done.overlap == timedelta(seconds=600 + 60)


def test_each_stream_cuts_by_its_own_time() -> None:
    row: JSON = {"after_sale_order_list": [case()]}
    one, line = source(
        fine(**row, has_more=True, cursor="5"),
        fine(**row, has_more=False),
        fine(**row, has_more=False),
    )
    made, done = one.streams
    page = one.after(made, HOUR, None)
    assert one.after(made, HOUR, page.cursor).cursor is None
    one.after(done, HOUR, None)
    (_, first), (_, second), (_, third) = line.asked
    assert first == {
        "account_id": ACCOUNT,
        "cursor": "0",
        "page_size": 100,
        "create_order_start_time": 1795136400 - 1,
        "create_order_end_time": 1795140000 + 1,
    }
    assert second["cursor"] == "5"
    assert third["refund_done_start_time"] == 1795136400 - 1
    assert "create_order_start_time" not in third
