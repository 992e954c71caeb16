"""Which calls make an operation, against a scripted platform."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import connectors.taobao as taobao
from adapters.taobao import token_v1
from hub_core.errors import Forbidden, Misconfigured, Unauthorised
from hub_core.ports import Authorisation, Paging, Source, Window
from hub_core.wire import JSON, Fetched, Misread, Ref

WINDOW = Window(
    datetime(2026, 11, 19, 16, tzinfo=UTC), datetime(2026, 11, 19, 16, 30, tzinfo=UTC)
)
LIST = "trades_sold_increment_get_response"
GET = "trade_fullinfo_get_response"
TRADE: JSON = {
    "tid": 3725362658812595205,
    "status": "TRADE_FINISHED",
    "modified": "2026-11-20 00:03:04",
}


def listing(form: dict[str, str]) -> JSON:
    """250 rows; counts them, or says whether more follow, never both."""
    number, size = int(form["page_no"]), int(form["page_size"])
    mine = range((number - 1) * size, min(number * size, 250))
    found = [{"tid": 10**18 + i, "modified": "2026-11-20 00:10:00"} for i in mine]
    more = {"has_next": number * size < 250}
    said = more if form["use_has_next"] == "true" else {"total_results": 250}
    return {LIST: {"trades": {"trade": found}, **said}}


def test_the_orders_stream_is_read_backwards_and_names_rows_only(scripted: Any) -> None:
    source = taobao.hub_orders(scripted(listing))
    (stream,) = source.streams

    assert isinstance(source, Source)
    assert stream.paging is Paging.REVERSE_OFFSET
    assert stream.order == "modified desc"
    assert stream.list_is_partial
    assert stream.page_size == 100
    assert stream.settle_lag == timedelta(minutes=3)
    assert stream.look_back == timedelta(days=90)


def test_the_settle_lag_is_configuration(scripted: Any) -> None:
    session = scripted(listing, facts={"settle_lag_seconds": "600"})

    assert taobao.Orders(session).streams[0].settle_lag == timedelta(minutes=10)


def test_probing_reads_page_1_and_counts(scripted: Any) -> None:
    session = scripted(listing)
    source = taobao.Orders(session)
    page = source.probe(source.streams[0], WINDOW)

    assert (len(page.items), page.total, page.number) == (100, 250, 1)
    assert session.sent[0]["page_no"] == "1"
    assert session.sent[0]["use_has_next"] == "false"
    assert session.sent[0]["page_size"] == "100"


def test_an_empty_window_is_known_after_the_probe(scripted: Any) -> None:
    source = taobao.Orders(scripted(lambda form: {LIST: {"total_results": 0}}))
    page = source.probe(source.streams[0], WINDOW)

    assert (page.items, page.total, page.number) == ((), 0, 1)


def test_walking_asks_whether_more_follow(scripted: Any) -> None:
    session = scripted(listing)
    source = taobao.Orders(session)
    page = source.page(source.streams[0], WINDOW, 3)

    assert session.sent[0]["use_has_next"] == "true"
    assert session.sent[0]["page_no"] == "3"
    assert session.sent[0]["fields"] == "tid,modified,status"
    assert (len(page.items), page.total, page.has_more) == (50, None, False)
    assert isinstance(page.items[0], Ref)


def test_a_counted_page_carries_the_total(scripted: Any) -> None:
    session = scripted(listing)
    source = taobao.Orders(session)
    page = source.page(source.streams[0], WINDOW, 1, count=True)

    assert session.sent[0]["use_has_next"] == "false"
    assert (len(page.items), page.total) == (100, 250)


def test_a_window_is_asked_for_a_second_beyond_its_ends(scripted: Any) -> None:
    session = scripted(listing)
    source = taobao.Orders(session)
    source.page(source.streams[0], WINDOW, 1)

    assert session.sent[0]["start_modified"] == "2026-11-19 23:59:59"
    assert session.sent[0]["end_modified"] == "2026-11-20 00:30:01"


def test_fractions_of_a_second_widen_the_window(scripted: Any) -> None:
    session = scripted(listing)
    source = taobao.Orders(session)
    odd = timedelta(microseconds=1)
    source.page(source.streams[0], Window(WINDOW.since + odd, WINDOW.until + odd), 1)

    assert session.sent[0]["start_modified"] == "2026-11-19 23:59:59"
    assert session.sent[0]["end_modified"] == "2026-11-20 00:30:02"


@pytest.mark.parametrize("micro", [0, 1, 999_999])
def test_the_longest_window_stays_within_a_day_on_the_wire(
    scripted: Any, micro: int
) -> None:
    session = scripted(listing)
    source = taobao.Orders(session)
    (stream,) = source.streams
    since = WINDOW.since + timedelta(microseconds=micro)
    source.probe(stream, Window(since, since + stream.max_window))
    ends = [session.sent[0][k] for k in ("start_modified", "end_modified")]
    first, last = (datetime.fromisoformat(end).replace(tzinfo=UTC) for end in ends)

    assert last - first <= timedelta(days=1)


def test_the_trade_kinds_are_configuration(scripted: Any) -> None:
    session = scripted(listing, facts={"trade_kinds": "fixed,step"})
    source = taobao.Orders(session)
    source.probe(source.streams[0], WINDOW)

    assert session.sent[0]["type"] == "fixed,step"


def test_an_order_is_fetched_whole(scripted: Any) -> None:
    session = scripted(lambda form: {GET: {"trade": TRADE}})
    found = taobao.Orders(session).record("3725362658812595205")

    assert isinstance(found, Fetched)
    assert found.order.external_id == "3725362658812595205"
    assert found.raw == TRADE
    assert session.sent[0]["tid"] == "3725362658812595205"


def test_an_order_that_is_not_there_is_none(scripted: Any) -> None:
    error = {"code": 15, "msg": "Remote service error", "sub_code": "isv.trade-not-exist"}
    source = taobao.Orders(scripted(lambda form: {"error_response": error}))

    assert source.record("1") is None


def test_any_other_refusal_of_an_order_is_raised(scripted: Any) -> None:
    error = {"code": 11, "msg": "no", "sub_code": "isv.permission-api-package-limit"}
    source = taobao.Orders(scripted(lambda form: {"error_response": error}))

    with pytest.raises(Forbidden):
        source.record("1")


def test_an_order_that_cannot_be_read_is_parked_with_its_id(scripted: Any) -> None:
    broken = TRADE | {"payment": "12.345"}
    found = taobao.Orders(scripted(lambda form: {GET: {"trade": broken}})).record("1")

    assert isinstance(found, Misread)
    assert found.external_id == "3725362658812595205"
    assert "payment" in found.reason


@pytest.mark.parametrize("body", [{}, {"trade": []}, {"trade": None}])
def test_a_detail_answer_without_its_trade_fails(scripted: Any, body: JSON) -> None:
    source = taobao.Orders(scripted(lambda form: {GET: body}))

    with pytest.raises((KeyError, ValueError)):
        source.record("1")


def test_a_shop_may_be_pinned_to_the_first_shape(scripted: Any) -> None:
    session = scripted(lambda form: {GET: {"trade": TRADE}}, pins={"orders": 1})
    taobao.Orders(session).record("1")

    assert "oaid" not in session.sent[0]["fields"].split(",")
    with pytest.raises(Misconfigured, match=r"\[1, 2\]"):
        taobao.Orders(scripted(listing, pins={"orders": 9}))


# Tokens --------------------------------------------------------------------------------

TOKEN = {
    "access_token": "new",
    "token_type": "Bearer",
    "expires_in": 31536000,
    "refresh_token": "next",
    "re_expires_in": "31536000",
    "r1_expires_in": 31536000,
    "r2_expires_in": 259200,
    "w1_expires_in": 1800,
    "w2_expires_in": 1800,
    "taobao_user_nick": "%E6%B2%99%E7%AE%B1%E5%BA%97",
    "taobao_user_id": "706388888",
}


def test_only_an_owner_gives_the_first_token(scripted: Any) -> None:
    tokens = taobao.hub_authorisation(scripted(listing))

    assert isinstance(tokens, Authorisation)
    assert not tokens.shared
    with pytest.raises(Unauthorised):
        tokens.fetch()


def test_reading_and_writing_run_out_apart(scripted: Any) -> None:
    grant = taobao.Tokens(scripted(lambda form: TOKEN)).refresh("old")

    assert grant.access_token == "new"
    assert grant.scopes == {
        "read": 31536000,
        "read_2": 259200,
        "write": 1800,
        "write_2": 1800,
    }
    assert (grant.expires_in, grant.refresh_expires_in) == (31536000, 31536000)
    assert grant.refresh_token == "next"
    assert grant.subject == "706388888"
    assert "new" not in repr(grant)


def test_the_sellers_name_arrives_url_encoded() -> None:
    assert token_v1.read_token(TOKEN).nick == "沙箱店"
    assert token_v1.read_token({"access_token": "t"}).nick is None


@pytest.mark.parametrize("result", ["", "[]", "{}", "null", "not json", None, 7])
def test_a_token_result_without_a_token_is_no_answer(result: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        token_v1.REFRESH_BY_TOP.read({"token_result": result})


def test_the_gateway_refreshes_too_with_json_inside_json(scripted: Any) -> None:
    session = scripted(
        lambda form: {
            "top_auth_token_refresh_response": {"token_result": json.dumps(TOKEN)}
        },
        facts={"refresh_by": "top"},
    )
    grant = taobao.Tokens(session).refresh("old")

    assert session.sent[0]["method"] == "taobao.top.auth.token.refresh"
    assert session.sent[0]["refresh_token"] == "old"
    assert grant.access_token == "new"


@pytest.mark.parametrize(
    ("by", "body"),
    [
        ("oauth", {"error": "invalid_grant"}),
        ("oauth", {"error": "invalid_request"}),
        ("top", {"error_response": {"code": 15, "sub_code": "isv.refresh-not-allowed"}}),
        ("top", {"error_response": {"code": 27, "sub_code": "session-expired"}}),
    ],
)
def test_a_refused_refresh_sends_for_the_owner(scripted: Any, by: str, body: JSON) -> None:
    tokens = taobao.Tokens(scripted(lambda form: body, facts={"refresh_by": by}))

    with pytest.raises(Unauthorised):
        tokens.refresh("old")


def test_a_wrong_app_secret_is_not_blamed_on_the_owner(scripted: Any) -> None:
    tokens = taobao.Tokens(scripted(lambda form: {"error": "invalid_client"}))

    with pytest.raises(Misconfigured):
        tokens.refresh("old")


# Announcing ----------------------------------------------------------------------------


def test_the_channel_is_announced() -> None:
    channel = taobao.hub_channel()

    assert (channel.id, channel.title) == ("taobao", "淘宝/天猫")
    assert channel.adapters == "adapters.taobao"
    assert channel.facts["sign_method"] == "md5"
    assert taobao.hub_sandbox() == "sandboxes.taobao:create"
