"""Pinduoduo's connector: which calls make an operation, and what it says of itself."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import connectors.pinduoduo as pinduoduo
from connectors.pinduoduo.asking import ADAPTERS, FACTS
from connectors.pinduoduo.orders import PddOrders
from connectors.pinduoduo.tokens import PddAuthorisation
from hub_core.errors import (
    BadRequest,
    Forbidden,
    Misconfigured,
    Unauthorised,
    Unreadable,
)
from hub_core.ports import Authorisation, CursorSource, Paging, Source, Stream, Window
from hub_core.wire import JSON, Fetched, Misread, pick

from .pdd import LEAST, NOON, WINDOW, Script, following, listed, refusal, single

LIST = "pdd.order.number.list.increment.get"


def source(session: Script) -> PddOrders:
    return PddOrders(session)


def stream(session: Script) -> Stream:
    (one,) = source(session).streams
    return one


def row(number: int, **more: Any) -> JSON:
    return {**LEAST, "order_sn": f"261120-{number}", **more}


def ids(page: Any) -> list[str]:
    return [item.order.external_id for item in page.items if isinstance(item, Fetched)]


def test_the_channel_says_what_it_is() -> None:
    channel = pinduoduo.hub_channel()
    assert (channel.id, channel.title) == ("pinduoduo", "拼多多")
    assert channel.zone == "Asia/Shanghai"
    assert channel.base_url == "https://gw-api.pinduoduo.com"
    assert pinduoduo.hub_sandbox() == "sandboxes.pinduoduo:create"
    assert isinstance(pinduoduo.hub_orders(Script([])), Source)
    assert isinstance(pinduoduo.hub_after_sales(Script([])), Source)
    assert isinstance(pinduoduo.hub_products(Script([])), CursorSource)
    assert isinstance(pinduoduo.hub_authorisation(Script([])), Authorisation)


def test_the_list_is_read_last_page_first_and_has_whole_orders() -> None:
    one = stream(Script([]))
    assert (one.name, one.paging) == ("orders", Paging.REVERSE_OFFSET)
    assert not one.list_is_partial
    assert one.page_size == 100
    assert one.look_back == timedelta(days=90)


def test_a_window_ends_three_minutes_behind_with_the_edge_that_is_asked_beyond_it() -> None:
    session = Script([listed()])
    one = stream(session)
    late = Window(NOON - one.max_window, NOON - one.settle_lag)
    source(session).page(one, late, 1)
    asked = int(session.asked[0][1]["end_updated_at"])
    assert NOON.timestamp() - asked >= 180


def test_what_no_document_settles_is_configuration() -> None:
    facts = {
        "page_size": "50",
        "rows_cap": "5000",
        "settle_lag_seconds": "600",
        "overlap_seconds": "30",
        "look_back_days": "30",
    }
    one = stream(Script([], facts=facts))
    assert (one.page_size, one.rows_cap) == (50, 5000)
    assert one.settle_lag >= timedelta(minutes=10)
    assert (one.overlap, one.look_back) == (timedelta(seconds=30), timedelta(days=30))
    assert set(one.assumptions) <= set(FACTS)


@pytest.mark.parametrize("name", ["rows_cap", "page_size", "look_back_days"])
def test_a_number_that_is_none_is_a_wrong_setting(name: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        stream(Script([], facts={name: "many"}))


@pytest.mark.parametrize("name", ["receivable", "line_id", "refunded_unshipped"])
def test_a_rule_nobody_knows_is_a_wrong_setting(name: str) -> None:
    session = Script([listed()], facts={name: "by chance"})
    with pytest.raises(Misconfigured, match=name):
        source(session).page(stream(session), WINDOW, 1)


@pytest.mark.parametrize("shift", [0, 1, 999_999])
def test_a_longest_window_is_half_an_hour_on_the_wire_at_most(shift: int) -> None:
    session = Script([listed()])
    one = stream(session)
    end = NOON + timedelta(microseconds=shift)
    source(session).page(one, Window(end - one.max_window, end), 1)
    sent = session.asked[0][1]
    begin, until = int(sent["start_updated_at"]), int(sent["end_updated_at"])
    assert 1790 < until - begin <= 1800
    assert begin < (end - one.max_window).timestamp()
    assert until > end.timestamp()


def test_a_probe_is_page_1_with_its_rows_and_the_total() -> None:
    session = Script([listed(row(1), row(2), total=230)])
    page = source(session).probe(stream(session), WINDOW)
    assert (page.number, page.total) == (1, 230)
    assert ids(page) == ["261120-1", "261120-2"]
    assert session.asked[0][1]["use_has_next"] == "false"


def test_a_page_asks_for_every_order_and_reaches_past_both_ends() -> None:
    session = Script([following(row(1), more=True)])
    late = Window(WINDOW.since, WINDOW.until + timedelta(milliseconds=400))
    small = replace(stream(session), page_size=7)
    page = source(session).page(small, late, 3)
    endpoint, sent = session.asked[0]
    assert endpoint == LIST
    assert (sent["page"], sent["page_size"], sent["use_has_next"]) == ("3", "7", "true")
    assert int(sent["start_updated_at"]) == WINDOW.since.timestamp() - 1
    assert int(sent["end_updated_at"]) == WINDOW.until.timestamp() + 2
    assert (sent["is_lucky_flag"], sent["order_status"], sent["refund_status"]) == (
        *("0", "5", "5"),
    )
    assert (page.number, page.total, page.has_more) == (None, None, True)


def test_a_page_that_should_count_and_does_not_is_unreadable() -> None:
    session = Script([following(more=False)])
    with pytest.raises(Unreadable, match="total_count"):
        source(session).page(stream(session), WINDOW, 1, count=True)


def test_one_order_is_had_by_its_number_as_the_list_has_it() -> None:
    session = Script([single(row(301)), listed(row(301))])
    found = source(session).record("261120-301")
    page = source(session).page(stream(session), WINDOW, 1)
    assert isinstance(found, Fetched)
    assert found == page.items[0]
    assert session.asked[0][0] == "pdd.order.information.get"
    assert session.asked[0][1]["order_sn"] == "261120-301"


def stands(status: int, order_sn: str = "261120-303") -> JSON:
    rows = [{"orderSn": order_sn, "order_status": status, "refund_status": 0}]
    return {"order_status_get_response": {"order_status_list": rows}}


def test_an_order_nobody_knows_is_none() -> None:
    session = Script([refusal(50001, "订单不存在")])

    assert source(session).record("261120-303") is None
    assert len(session.asked) == 1


def test_no_order_in_the_answer_is_none_once_it_stands_nowhere() -> None:
    session = Script([single(None), stands(0)])

    assert source(session).record("261120-303") is None
    assert session.asked[1][0] == "pdd.order.status.get"
    assert session.asked[1][1]["order_sns"] == "261120-303"


@pytest.mark.parametrize("stand", [stands(1), stands(9), stands(0, "261120-304")])
def test_no_order_in_the_answer_is_no_absence_without_that_proof(stand: JSON) -> None:
    with pytest.raises(Unreadable, match="nothing says"):
        source(Script([single(None), stand])).record("261120-303")


def test_a_refused_order_is_an_error_and_not_an_absence() -> None:
    with pytest.raises(Forbidden):
        source(Script([refusal(20031)])).record("261120-303")
    with pytest.raises(BadRequest):
        source(Script([])).record("")


def test_a_misshapen_order_is_parked_with_its_number() -> None:
    found = source(Script([single(row(304, pay_amount="1e2"))])).record("261120-304")
    assert isinstance(found, Misread)
    assert found.external_id == "261120-304"


def test_a_pin_chooses_the_first_shape() -> None:
    masked = row(1, receiver_name_mask="林**")
    newest, first = Script([single(masked)]), Script([single(masked)], pins={"orders": 1})
    found = [source(s).record("261120-1") for s in (newest, first)]
    names = [f.order.party.name for f in found if isinstance(f, Fetched) and f.order.party]
    assert names == ["林**", None]


def test_a_pin_on_no_shape_names_those_there_are() -> None:
    session = Script([], pins={"orders": 9})
    with pytest.raises(Misconfigured, match=r"\[1, 2\]"):
        source(session).page(stream(session), WINDOW, 1)


# Rules that configuration settles ------------------------------------------------------

PAID: JSON = {
    "pay_amount": "20.00",
    "platform_discount": "3.00",
    "refund_status": 4,
    "item_list": [{"goods_count": 1, "sku_id": 77}, {"goods_count": 1, "sku_id": 78}],
}


def test_the_default_rules() -> None:
    found = source(Script([single(row(1, **PAID))])).record("261120-1")
    assert isinstance(found, Fetched)
    assert found.order.merchant_receivable_amount == 2300
    assert found.order.order_status == "cancelled"
    assert [line.external_id[-2:] for line in found.order.lines] == ["#1", "#2"]


def test_other_rules_hold_of_lists_and_single_orders_alike() -> None:
    facts = {"receivable": "pay", "refunded_unshipped": "open", "line_id": "sku"}
    session = Script([single(row(1, **PAID)), listed(row(1, **PAID))], facts=facts)
    one = source(session).record("261120-1")
    (listed_one,) = source(session).page(stream(session), WINDOW, 1).items
    for found in (one, listed_one):
        assert isinstance(found, Fetched)
        assert found.order.merchant_receivable_amount == 2000
        assert found.order.order_status == "open"
        assert found.order.payment_status == "partially_refunded"
        assert [line.external_id[-3:] for line in found.order.lines] == ["#77", "#78"]


def test_two_lines_of_one_sku_are_told_by_their_place() -> None:
    twice = [{"goods_count": 1, "sku_id": 77}, {"goods_count": 2, "sku_id": 77}]
    session = Script([single(row(1, item_list=twice))], facts={"line_id": "sku"})
    found = source(session).record("261120-1")
    assert isinstance(found, Fetched)
    assert [line.external_id[-2:] for line in found.order.lines] == ["#1", "#2"]


# Tokens --------------------------------------------------------------------------------

AT = int(NOON.timestamp())
GIVEN: JSON = {
    "access_token": "new-access",
    "expires_in": 86400,
    "expires_at": AT + 86400,
    "refresh_token": "new-refresh",
    "refresh_token_expires_in": 2592000,
    "refresh_token_expires_at": AT + 2592000,
    "owner_id": "900001",
    "owner_name": "pdd90000001",
    "scope": ["pdd.order.information.get"],
    "r1_expires_at": AT + 100,
    "w1_expires_in": AT + 200,
    "w1_expires_at": AT + 200,
    "request_id": "r-9",
}


def refreshed(**more: Any) -> Any:
    given = {k: v for k, v in {**GIVEN, **more}.items() if v is not None}
    session = Script([{"pop_auth_token_refresh_response": given}])
    return PddAuthorisation(session).refresh("old-refresh"), session


def test_only_the_owner_can_give_a_first_token() -> None:
    with pytest.raises(Unauthorised):
        PddAuthorisation(Script([])).fetch()


def test_a_refresh_gives_a_new_pair_and_says_whose_it_is() -> None:
    grant, session = refreshed()
    assert (grant.access_token, grant.refresh_token) == ("new-access", "new-refresh")
    assert (grant.expires_in, grant.refresh_expires_in) == (86400, 2592000)
    assert grant.subject == "900001"
    assert grant.scopes == {"read": 100, "write": 200}
    assert "new-" not in repr(grant)
    endpoint, sent = session.asked[0]
    assert endpoint == "pdd.pop.auth.token.refresh"
    assert sent["refresh_token"] == "old-refresh"
    assert "access_token" not in sent


def test_the_end_that_is_told_outweighs_the_seconds() -> None:
    grant, _ = refreshed(expires_at=str(AT + 60))
    assert grant.expires_in == 60
    only_seconds, _ = refreshed(expires_at=None, refresh_token_expires_at=None)
    assert only_seconds.expires_in == 86400
    neither, _ = refreshed(expires_at=None, expires_in=None)
    assert neither.expires_in is None
    past, _ = refreshed(expires_at=AT - 5)
    assert past.expires_in == 1  # not 0, which would mean: not said


@pytest.mark.parametrize("code", [10000, 10019, 50001, 30000])
def test_a_refused_refresh_needs_the_owner(code: int) -> None:
    session = Script([refusal(code, "refresh_token已过期")])
    with pytest.raises(Unauthorised) as caught:
        PddAuthorisation(session).refresh("old-refresh")
    assert caught.value.code == str(code)


def test_version_files_offer_the_same_calls_under_the_same_names() -> None:
    first, second = (pick(ADAPTERS, "orders", pin) for pin in (1, 2))
    for shape in (first, second):
        assert (shape.LIST.name, shape.GET.name) == ("orders.list", "orders.get")
        assert shape.LIST.shape == shape.GET.shape == shape.__name__.rpartition(".")[2]
        assert inspect.getdoc(shape)
    assert pick(ADAPTERS, "orders") is second
