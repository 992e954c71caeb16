"""After-sale cases: what a row and a single case say, and how they are asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.pinduoduo import after_sales_v1
from adapters.pinduoduo.cases import DETAILED, LISTED, STATUS
from adapters.pinduoduo.dialect import Pop
from adapters.pinduoduo.words import AFTER_SALES
from connectors.pinduoduo.after_sales import PddAfterSales
from hub_core.errors import BadRequest, Misconfigured, Unreadable
from hub_core.models import AfterSale, AfterSaleKind, CaseStatus, Issue
from hub_core.ports import Paging, Window
from hub_core.wire import JSON, Fetched, Misread

from .pdd import NOON, WINDOW, Script, refusal

LIST, GET = after_sales_v1.LIST, after_sales_v1.GET
ROW: JSON = {
    "id": 301851299,
    "order_sn": "261120-300000000000001",
    "after_sales_status": 2,
    "after_sales_type": 3,
    "refund_amount": "8.00",
    "updated_time": "2026-11-20 12:00:00",
}
CASE: JSON = {**ROW, "after_sales_type": 2, "refund_amount": 800}


def listed(*rows: Any, total: int | None = None) -> JSON:
    count = len(rows) if total is None else total
    return {"refund_increment_get_response": {"total_count": count, "refund_list": [*rows]}}


def read(**more: Any) -> AfterSale:
    (item,) = LIST.read(Pop().unwrap(LIST, listed({**ROW, **more}))).items
    assert isinstance(item, Fetched), item
    assert isinstance(item.record, AfterSale)
    return item.record


def single(**more: Any) -> AfterSale:
    found = GET.read(Pop().unwrap(GET, {**CASE, **more}))
    assert isinstance(found, Fetched), found
    assert isinstance(found.record, AfterSale)
    return found.record


def test_a_row_and_the_single_case_are_one_case() -> None:
    row, case = read(), single()
    assert row.kind is case.kind is AfterSaleKind.RETURN_REFUND
    assert row.requested_amount == case.requested_amount == 800
    assert row.status is case.status is CaseStatus.MERCHANT_REVIEW
    assert (row.kind_raw, case.kind_raw) == ("3", "2")
    assert row.external_id == case.external_id == "301851299"
    assert row.channel_updated_at == case.channel_updated_at == NOON


@pytest.mark.parametrize(
    ("row_word", "kind"),
    [
        (2, AfterSaleKind.REFUND_ONLY),
        (3, AfterSaleKind.RETURN_REFUND),
        (4, AfterSaleKind.EXCHANGE),
        (5, AfterSaleKind.RESHIP),
        (6, AfterSaleKind.REPAIR),
    ],
)
def test_a_single_case_counts_its_kinds_one_lower(
    row_word: int, kind: AfterSaleKind
) -> None:
    assert read(after_sales_type=row_word).kind is kind
    assert single(after_sales_type=row_word - 1).kind is kind
    assert len(DETAILED) == len(LISTED) == 5


def test_every_word_of_an_order_s_case_is_a_word_of_a_case() -> None:
    assert set(STATUS) == set(AFTER_SALES) - {"0"}


def test_money_that_went_back_is_a_fact_of_the_last_state_alone() -> None:
    asked, given = read(), read(after_sales_status=10)
    assert (asked.refunded_amount, asked.refunds) == (None, ())
    assert given.status is CaseStatus.CLOSED_DONE
    assert given.refunded_amount == 800
    assert [(r.amount, r.status_raw) for r in given.refunds] == [(800, "10")]
    untold = read(after_sales_status=10, refund_amount=None)
    assert untold.issues == (Issue("refunded_amount", "not_told"),)


def test_an_exchange_asks_for_no_money() -> None:
    case = read(after_sales_type=4, after_sales_status=14)
    assert (case.requested_amount, case.refunded_amount) == (None, None)


def test_a_waybill_is_of_goods_that_come_back_or_it_is_another_s() -> None:
    back = read(tracking_number="YT1", shipping_name="圆通速递")
    gone = read(tracking_number="YT1", after_sales_type=2)
    assert (back.return_tracking_no, back.return_carrier_name) == ("YT1", "圆通速递")
    assert gone.return_tracking_no is None


def test_a_case_is_about_a_sku_and_lines_have_no_id() -> None:
    case = read(sku_id="77", goods_id=9, goods_number="2", outer_id="A")
    (line,) = case.lines
    assert (line.sku_external_id, line.product_external_id) == ("77", "9")
    assert (line.quantity, line.sku_code, line.line_external_id) == (2, "A", None)
    assert read().lines == ()


@pytest.mark.parametrize(
    "time", [1795147200, "1795147200", 1795147200000, "2026-11-20 12:00:00"]
)
def test_times_of_a_single_case_may_be_numbers(time: Any) -> None:
    assert single(expire_time=time).deadline_at == NOON
    assert single(updated_time=time).channel_updated_at == NOON


def test_words_newer_than_the_hub_are_unknown_and_kept() -> None:
    case = read(after_sales_status=30, after_sales_type=7)
    assert (case.status, case.kind) == (CaseStatus.UNKNOWN, AfterSaleKind.UNKNOWN)
    assert (case.status_raw, case.kind_raw) == ("30", "7")
    assert case.issues == (
        Issue("status", "unknown_word"),
        Issue("kind", "unknown_word"),
    )


@pytest.mark.parametrize(
    "broken", [{"id": 0}, {"updated_time": ""}, {"refund_amount": "1e2"}]
)
def test_a_misshapen_case_is_parked_alone(broken: JSON) -> None:
    bad, good = LIST.read(Pop().unwrap(LIST, listed({**ROW, **broken}, ROW))).items
    assert isinstance(bad, Misread)
    assert isinstance(good, Fetched)


KEPT_LISTED = ("created_time", "after_sale_reason", "tracking_number")
KEPT_SINGLE = ("recreated_at", "after_sales_reason", "express_no")


@pytest.mark.parametrize("facts", [{}, {"case_detail_unit": "yuan"}])
@pytest.mark.parametrize("name", [*KEPT_LISTED, *KEPT_SINGLE])
def test_a_kept_case_is_told_by_any_name_that_only_one_of_them_has(
    name: str, facts: JSON
) -> None:
    row = {**ROW, "after_sales_type": 2, "refund_amount": "8", name: None}
    kept = after_sales_v1.READ_ROW(row, facts)
    in_yuan = name in KEPT_LISTED or bool(facts)
    assert kept.requested_amount == (800 if in_yuan else 8)


def test_a_kept_case_that_could_be_either_is_neither() -> None:
    for row in (ROW, ROW | dict.fromkeys((KEPT_LISTED[0], KEPT_SINGLE[0]))):
        with pytest.raises(ValueError, match="neither"):
            after_sales_v1.READ_ROW(row, {})


def test_the_buyer_s_words_stay_unread() -> None:
    case = single(remark="秘密备注", images=["https://x/1.jpg"])
    assert "秘密备注" not in f"{case!r}"


# Asking --------------------------------------------------------------------------------


def test_every_state_has_a_list_of_its_own() -> None:
    streams = PddAfterSales(Script([])).streams
    assert len(streams) == len(STATUS)
    assert {s.name for s in streams} == {f"after_sales_{word}" for word in STATUS}
    assert {s.paging for s in streams} == {Paging.REVERSE_OFFSET}
    assert not any(s.by_id for s in streams)


def test_one_list_of_all_states_may_be_configured() -> None:
    session = Script([listed()], facts={"after_sales_states": "1"})
    source = PddAfterSales(session)
    (stream,) = source.streams
    source.page(stream, WINDOW, 1)
    assert stream.name == "after_sales"
    assert session.asked[0][1]["after_sales_status"] == "1"


@pytest.mark.parametrize("wrong", ["all", "2,", "2;3", "-1"])
def test_states_that_are_no_numbers_are_a_wrong_setting(wrong: str) -> None:
    source = PddAfterSales(Script([], facts={"after_sales_states": wrong}))
    with pytest.raises(Misconfigured, match="after_sales_states"):
        assert source.streams


def test_a_page_asks_for_every_kind_of_one_state() -> None:
    session = Script([listed(ROW, total=130)])
    source = PddAfterSales(session)
    stream = next(s for s in source.streams if s.name == "after_sales_14")
    page = source.probe(stream, WINDOW)
    endpoint, sent = session.asked[0]
    assert endpoint == "pdd.refund.list.increment.get"
    assert (page.number, page.total) == (1, 130)
    assert (sent["after_sales_status"], sent["after_sales_type"]) == ("14", "1")
    assert int(sent["start_updated_at"]) == WINDOW.since.timestamp() - 1
    assert int(sent["end_updated_at"]) == WINDOW.until.timestamp() + 1


def test_a_longest_window_is_half_an_hour_on_the_wire_at_most() -> None:
    session = Script([listed()])
    source = PddAfterSales(session)
    stream = source.streams[0]
    end = NOON + timedelta(milliseconds=1)
    source.page(stream, Window(end - stream.max_window, end), 1)
    sent = session.asked[0][1]
    assert int(sent["end_updated_at"]) - int(sent["start_updated_at"]) <= 1800


def test_a_list_that_does_not_count_is_unreadable() -> None:
    body = {"refund_increment_get_response": {"has_next": False, "refund_list": []}}
    source = PddAfterSales(Script([body]))
    with pytest.raises(Unreadable):
        source.page(source.streams[0], WINDOW, 1)


def test_a_single_case_is_asked_for_with_its_order() -> None:
    session = Script([CASE, {"response": CASE}, refusal(50001, "售后单不存在")])
    source = PddAfterSales(session)
    bare, wrapped, none = (source.single("261120-1", "301851299") for _ in range(3))
    assert isinstance(bare, Fetched)
    assert bare == wrapped
    assert none is None
    sent = session.asked[0][1]
    assert (sent["order_sn"], sent["after_sales_id"]) == ("261120-1", "301851299")


def test_the_unit_of_a_single_case_is_configured() -> None:
    body = {**CASE, "refund_amount": 8.0}
    fen, yuan = Script([body]), Script([body], facts={"case_detail_unit": "yuan"})
    assert isinstance(PddAfterSales(fen).single("1", "301851299"), Misread)
    found = PddAfterSales(yuan).single("1", "301851299")
    assert isinstance(found, Fetched)
    assert isinstance(found.record, AfterSale)
    assert found.record.requested_amount == 800


def test_a_case_without_its_order_is_not_asked_for() -> None:
    with pytest.raises(BadRequest):
        PddAfterSales(Script([])).single("", "301851299")
    with pytest.raises(Misconfigured):
        PddAfterSales(Script([])).record("301851299")


def test_a_case_that_was_asked_for_again_tells_when() -> None:
    case = single(recreated_at=1795143600000)
    assert case.applied_at == datetime(2026, 11, 20, 3, tzinfo=UTC)
