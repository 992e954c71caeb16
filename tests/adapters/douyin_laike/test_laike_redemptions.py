"""Redemptions: what a use is, what it earned, and how far back it must be read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import connectors.douyin_laike as laike
from hub_core.errors import BadRequest, Misconfigured, Unreadable
from hub_core.models import Issue, Redemption, RedemptionStatus
from hub_core.ports import CursorSource, Paging, Window
from hub_core.wire import JSON, Fetched, Misread, Page
from tests.adapters.douyin_laike.laike import ACCOUNT, Line
from tests.adapters.douyin_laike.records import fine, golden, page_of, records, shape

HOUR = Window(
    datetime(2026, 11, 20, 1, 0, 0, 250_000, tzinfo=UTC),
    datetime(2026, 11, 20, 2, 0, 0, 750_000, tzinfo=UTC),
)
PLAIN = {"redemption_places": "none"}
USED, TAKEN_BACK = 1795140000, 1795143600


def use(number: int = 1, **changes: Any) -> JSON:
    return {
        "cursor": f"c{number}",
        "verify_id": f"75000000000000001{number:02d}",
        "certificate_id": "7400000000000000101",
        "verify_time": USED,
        "verify_type": 2,
        "status": 1,
        "cancel_time": 0,
        "amount": {"original_amount": 5000, "pay_amount": 4000},
        "sku": {"sku_id": "18", "title": "单人套餐", "groupon_type": 1},
    } | changes


def page(*rows: Any, **more: Any) -> Page:
    body = {"records": list(rows), "total": len(rows), **more}
    return page_of("redemptions_v1", fine(**body))


def read(**changes: Any) -> Redemption:
    (record,) = records(page(use(**changes)))
    assert isinstance(record, Redemption)
    return record


def source(*pages: JSON, **session: Any) -> tuple[laike.LaikeRedemptions, Line]:
    left = list(pages)
    line = Line(lambda call, asked: left.pop(0), **session)
    return laike.LaikeRedemptions(line), line


# A use ---------------------------------------------------------------------------------


def test_the_golden_says_what_was_used_when_and_for_how_much() -> None:
    used, cancelled, third = records(golden("redemptions_v1", "used_cancelled_and_a_card"))
    assert isinstance(used, Redemption)
    assert isinstance(cancelled, Redemption)
    assert isinstance(third, Redemption)
    assert used.status is RedemptionStatus.REDEEMED
    assert used.redeemed_at == datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    assert used.cancelled_at is None
    assert used.coupon_paid_amount == 9900
    assert cancelled.status is RedemptionStatus.CANCELLED
    assert cancelled.cancelled_at == datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    assert cancelled.platform_discount_amount == 0
    assert third.external_id == "7500000000000000013"  # a number on the wire
    assert third.serial == 2
    assert third.buyer_paid_amount == 8333  # of this use, not of the card


def test_the_newer_list_is_read_and_the_older_where_it_is_empty() -> None:
    old, new = use(1), use(2)
    both = page_of("redemptions_v1", fine(records=[old], records_v2=[new], total=1))
    assert [r.external_id for r in records(both)] == [new["verify_id"]]
    empty = page_of("redemptions_v1", fine(records=[old], records_v2=[], total=1))
    assert [r.external_id for r in records(empty)] == [old["verify_id"]]


@pytest.mark.parametrize(
    ("status", "cancel", "expected"),
    [
        (1, 0, USED),
        (2, TAKEN_BACK, TAKEN_BACK),
        ("2", str(TAKEN_BACK), TAKEN_BACK),
        (2, 0, USED),
    ],
)
def test_a_use_last_changed_when_it_was_made_or_taken_back(
    status: Any, cancel: Any, expected: int
) -> None:
    record = read(status=status, cancel_time=cancel)
    assert record.channel_updated_at == datetime.fromtimestamp(expected, UTC)
    assert record.channel_created_at == record.redeemed_at


def test_a_state_and_a_time_that_contradict_each_other_are_reported() -> None:
    issue = Issue("cancelled_at", "contradicts_status")
    assert read(status=2, cancel_time=0).issues == (issue,)
    held = read(status=1, cancel_time=TAKEN_BACK)
    assert held.issues == (issue,)
    assert held.cancelled_at is None  # it counts as long as the state says so


def test_an_unknown_word_is_unknown() -> None:
    record = read(status=7)
    assert record.status is RedemptionStatus.UNKNOWN
    assert record.status_raw == "7"
    assert record.issues == (Issue("status", "unknown_word"),)
    assert record.cancelled_at is None


def test_a_use_taken_back_in_a_word_unheard_of_keeps_the_time() -> None:
    record = read(status=7, cancel_time=TAKEN_BACK)
    assert record.status is RedemptionStatus.UNKNOWN
    assert record.cancelled_at == datetime.fromtimestamp(TAKEN_BACK, UTC)
    assert record.channel_updated_at == record.cancelled_at


def test_a_use_without_its_time_is_put_aside_and_spoils_no_other() -> None:
    first, second = page(use(1, verify_time=0), use(2)).items
    assert isinstance(first, Misread)
    assert first.external_id == use(1)["verify_id"]
    assert isinstance(second, Fetched)


# Money ---------------------------------------------------------------------------------


def test_amounts_not_said_are_not_0() -> None:
    record = read(amount={"pay_amount": 0})
    assert record.buyer_paid_amount == 0
    assert record.original_amount is None
    assert record.merchant_discount_amount is None
    assert read(amount=None).buyer_paid_amount is None


@pytest.mark.parametrize("amount", [40.5, "40.00", 4000.0, True, "x"])
def test_what_is_no_whole_number_of_fen_is_refused(amount: Any) -> None:
    (item,) = page(use(amount={"pay_amount": amount})).items
    assert isinstance(item, Misread)


def test_a_card_without_the_money_of_this_use_says_none() -> None:
    card = {"sku_id": "18", "groupon_type": "3"}
    record = read(sku=card, amount={"pay_amount": 9000, "original_amount": 12000})
    assert record.buyer_paid_amount is None
    assert record.original_amount is None
    assert record.issues == (Issue("amounts", "of_the_whole_card"),)


def test_money_that_does_not_add_up_is_reported() -> None:
    said = {"pay_amount": 4000, "payment_discount_amount": 100, "coupon_pay_amount": 4000}
    record = read(amount=said)
    assert record.issues == (Issue("coupon_paid_amount", "does_not_add_up"),)
    assert record.coupon_paid_amount == 4000


# Secrets -------------------------------------------------------------------------------


def test_no_code_is_kept_not_even_raw() -> None:
    secret = {"code": "104930181599", "encrypted_code": "CgwSECRET", "origin_code": "77"}
    for changes in (secret, {"status": None, **secret}, {"amount": {**secret}}):
        (item,) = page(use(**changes)).items
        kept = repr(item.record) + str(item.raw) if isinstance(item, Fetched) else ""
        kept += str(item.raw) if isinstance(item, Misread) else ""
        assert kept
        assert not any(
            word in kept for word in ("104930181599", "CgwSECRET", "origin_code")
        )


# Pages ---------------------------------------------------------------------------------


def test_a_page_goes_on_at_the_cursor_of_its_last_record() -> None:
    assert page(use(1), use(2)).cursor == "c2"
    assert page(use(1, cursor=17951)).cursor == "17951"
    assert page().cursor is None


def test_behind_a_last_record_without_a_cursor_the_one_before_it_goes_on() -> None:
    assert page(use(1), use(2, cursor=None), total=3).cursor == "c1"


def test_a_page_without_any_cursor_is_the_last_where_it_has_all_that_is_counted() -> None:
    assert page(use(1, cursor=None), total=1).cursor is None
    for more in ({"total": 2}, {"total": None}):
        with pytest.raises(ValueError, match="no record has a cursor"):
            page(use(1, cursor=None), **more)


def test_success_without_any_list_or_count_proves_nothing() -> None:
    with pytest.raises(KeyError, match="records"):
        page_of("redemptions_v1", fine())
    with pytest.raises(ValueError, match="records"):
        page_of("redemptions_v1", fine(records={}))
    assert page_of("redemptions_v1", fine(records=None, total=0)).items == ()


@pytest.mark.parametrize(
    "asked",
    [
        {"size": 21},
        {"size": 0},
        {"account_id": ""},
        {"cursor": ""},
        {"end_time": None},
        {"poi_ids": []},
    ],
)
def test_a_wrong_question_never_leaves(asked: JSON) -> None:
    base = {"account_id": ACCOUNT, "start_time": 1, "end_time": 2}
    with pytest.raises(BadRequest):
        shape("redemptions_v1").LIST.parameters(**(base | asked))


# The source ----------------------------------------------------------------------------


def test_the_source_walks_by_cursor_and_knows_no_lookup() -> None:
    one, _ = source()
    assert isinstance(laike.hub_redemptions(Line(lambda call, asked: {})), CursorSource)
    (stream,) = one.streams
    assert stream.paging is Paging.OPAQUE_CURSOR
    assert (stream.page_size, stream.by_id, stream.reread_every) == (20, False, None)
    with pytest.raises(Misconfigured, match="by its id"):
        one.record("7500000000000000011")
    with pytest.raises(Misconfigured, match="numbered"):
        one.page(stream, HOUR, 2)


def test_a_window_is_read_again_as_long_as_a_use_can_be_taken_back() -> None:
    (stream,) = source()[0].streams
    assert stream.overlap == timedelta(seconds=3600 + 180 + 60)
    longer = {"redemption_cancel_seconds": "86400"}
    (stream,) = source(facts=longer)[0].streams
    assert stream.overlap == timedelta(days=1, seconds=180 + 60)
    assert stream.overlap > timedelta(days=1)


def test_a_walk_asks_for_a_second_more_and_ends_with_an_empty_page() -> None:
    two = fine(records=[use(1), use(2)], total=2)
    one, line = source(two, fine(records=[], total=2), facts=PLAIN)
    (stream,) = one.streams
    first = one.after(stream, HOUR, None)
    assert (len(first.items), first.total, first.cursor) == (2, 2, "c2")
    assert one.after(stream, HOUR, first.cursor).cursor is None
    (_, asked), (_, again) = line.asked
    assert asked == {
        "account_id": ACCOUNT,
        "cursor": "0",
        "size": 20,
        "start_time": 1795136400 - 1,
        "end_time": 1795140000 + 2,
    }
    assert again["cursor"] == "c2"


def test_a_cursor_that_stands_still_is_no_way_on() -> None:
    one, _ = source(fine(records=[use(1)], total=1), facts=PLAIN)
    with pytest.raises(Unreadable, match="not moved"):
        one.after(one.streams[0], HOUR, "c1")


def test_uses_that_are_counted_and_not_listed_are_no_empty_window() -> None:
    nothing = fine(records=None, total=3)
    one, _ = source(nothing, nothing, nothing, facts=PLAIN)  # asked for once more
    with pytest.raises(Unreadable, match="counted"):
        one.after(one.streams[0], HOUR, None)
    assert one.after(one.streams[0], HOUR, "c9").items == ()  # past the last page


def test_the_probe_counts() -> None:
    one, _ = source(fine(records=[use(1)], total=41))
    assert one.probe(one.streams[0], HOUR).total == 41
