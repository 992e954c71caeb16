"""The connector against a platform that answers from a script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import connectors.douyin_laike as laike
from adapters.douyin_laike import orders_v2
from hub_core.errors import Misconfigured, Rejected, TokenExpired, Unreadable
from hub_core.ports import Authorisation, Paging, Source, Window
from hub_core.wire import JSON, Call, Fetched, Misread
from tests.adapters.douyin_laike.laike import ACCOUNT, Line, answer, row

WINDOW = Window(
    datetime(2026, 11, 20, 1, 0, 0, 250_000, tzinfo=UTC),
    datetime(2026, 11, 20, 2, 0, 0, 750_000, tzinfo=UTC),
)


def orders(*rows: Any, total: int | None = None, **session: Any) -> laike.LaikeOrders:
    line = Line(lambda call, asked: answer(*rows, total=total), **session)
    return laike.LaikeOrders(line)


def asked_by(source: laike.LaikeOrders) -> list[tuple[Call[Any], JSON]]:
    line = source._session
    assert isinstance(line, Line)
    return line.asked


def test_the_hooks_answer_what_the_ports_want() -> None:
    line = Line(lambda call, asked: answer())
    assert isinstance(laike.hub_orders(line), Source)
    assert isinstance(laike.hub_authorisation(line), Authorisation)
    assert laike.hub_channel().id == "douyin-laike"
    assert laike.hub_sandbox() == "sandboxes.douyin_laike:create"


def test_one_stream_of_numbered_pages_is_read_backwards() -> None:
    (stream,) = orders().streams
    assert stream.name == "orders"
    assert stream.paging is Paging.REVERSE_OFFSET
    assert (stream.page_size, stream.rows_cap) == (100, 10_000)
    assert stream.look_back == timedelta(days=365)
    assert stream.settle_lag == timedelta(minutes=3)
    assert not stream.list_is_partial
    assert stream.assumptions


def test_what_no_document_settles_is_configuration() -> None:
    facts = {"settle_lag_seconds": "300", "look_back_days": "90", "max_window_days": "31"}
    (stream,) = orders(facts=facts).streams
    assert stream.settle_lag == timedelta(minutes=5)
    assert stream.look_back == timedelta(days=90)
    assert stream.max_window == timedelta(days=31)
    assert stream.overlap == timedelta(seconds=60)


def test_a_fact_that_is_no_number_is_named() -> None:
    with pytest.raises(Misconfigured, match="look_back_days"):
        _ = orders(facts={"look_back_days": "a year"}).streams


def test_limits_are_those_of_the_documents() -> None:
    kept = {one.prefix: (one.calls, one.seconds) for one in laike.CHANNEL.limits}
    assert {one.per for one in laike.CHANNEL.limits} == {"app"}
    assert kept["orders."] == (20, 1.0)
    assert kept["token."] == (500, 300.0)
    assert kept["redemptions."] == (100, 1.0)
    assert kept["after_sales."] == (10, 1.0)
    assert kept["products."] == (20, 1.0)


def test_the_probe_is_page_1_whole() -> None:
    source = orders(row(), row(order_id="2"), total=2)
    page = source.probe(source.streams[0], WINDOW)
    assert (page.number, page.total, len(page.items)) == (1, 2, 2)
    ((call, asked),) = asked_by(source)
    assert call is orders_v2.LIST
    assert (asked["page_num"], asked["page_size"]) == (1, 100)


def test_a_page_asks_for_a_second_more_at_both_ends() -> None:
    source = orders(row())
    source.page(source.streams[0], WINDOW, 7)
    ((_, asked),) = asked_by(source)
    since, until = 1795136400, 1795140000
    assert asked == {
        "account_id": ACCOUNT,
        "page_num": 7,
        "page_size": 100,
        "update_order_start_time": since - 1,
        "update_order_end_time": until + 2,
    }


@pytest.mark.parametrize("counted", [True, False])
def test_a_page_that_must_count_and_does_not_is_unreadable(counted: bool) -> None:
    body = answer(row())
    del body["data"]["page"]["total"]
    source = laike.LaikeOrders(Line(lambda call, asked: body))
    stream = source.streams[0]
    if counted:
        with pytest.raises(Unreadable, match="total"):
            source.page(stream, WINDOW, 1, count=True)
    else:
        assert len(source.page(stream, WINDOW, 1).items) == 1


def test_an_order_is_fetched_by_its_id() -> None:
    source = orders(row(order_id="77"))
    found = source.record("77")
    assert isinstance(found, Fetched)
    assert found.order.external_id == "77"
    ((call, asked),) = asked_by(source)
    assert call.name == "orders.get"
    assert asked["order_id"] == "77"
    assert "update_order_start_time" not in asked


def test_an_order_the_platform_does_not_have_is_none() -> None:
    assert orders(total=0).record("77") is None


def test_another_order_is_not_the_one_asked_for() -> None:
    assert orders(row(order_id="78")).record("77") is None
    assert orders(row(order_id="78", pay_amount="1.5")).record("77") is None


def test_an_order_that_cannot_be_read_comes_as_such() -> None:
    found = orders(row(order_id="77", pay_amount="1.5")).record("77")
    assert isinstance(found, Misread)
    assert found.external_id == "77"


def refusing(code: int, sub: int = 0) -> laike.LaikeOrders:
    body = {
        "data": {"error_code": code},
        "extra": {"error_code": code, "sub_error_code": sub},
    }
    return laike.LaikeOrders(Line(lambda call, asked: body))


def test_not_found_by_sub_code_is_none_and_other_refusals_are_raised() -> None:
    assert refusing(2191002, 20000).record("77") is None
    with pytest.raises(Rejected):
        refusing(2191002, 20001).record("77")
    with pytest.raises(TokenExpired):
        refusing(2190008).record("77")


@pytest.mark.parametrize(
    ("shop", "shape", "path"),
    [
        ({}, "orders_v2", "/goodlife/v1/trade/order/query/"),
        ({"pins": {"orders": 1}}, "orders_v1", "/goodlife/v1/trade/order/query/"),
        (
            {"settings": {"business": "catering"}, "pins": {"orders": 2}},
            "orders_catering_v1",
            "/goodlife/v1/akte/order/query/",
        ),
        (
            {"settings": {"business": "general"}},
            "orders_v2",
            "/goodlife/v1/trade/order/query/",
        ),
    ],
)
def test_a_shop_speaks_its_own_shape(shop: JSON, shape: str, path: str) -> None:
    source = orders(**shop)
    source.probe(source.streams[0], WINDOW)
    ((call, _),) = asked_by(source)
    assert call.shape == shape
    assert call.endpoint == path


def test_a_pin_to_a_shape_that_is_not_there_is_named() -> None:
    with pytest.raises(Misconfigured, match="9"):
        orders(pins={"orders": 9})


def test_an_account_of_its_own_is_asked_for() -> None:
    source = orders(account={"account_id": "7111", "root_account_id": "7222"})
    source.probe(source.streams[0], WINDOW)
    assert asked_by(source)[0][1]["account_id"] == "7111"


def test_every_id_a_shop_needs_is_explained() -> None:
    fields = laike.CHANNEL.account_fields
    assert set(fields) == {"account_id", "root_account_id"}
    assert "POI" in fields["root_account_id"]


def test_a_token_is_fetched_for_all_shops_and_leaves_the_former_5_minutes() -> None:
    data = {"access_token": "clt.new", "expires_in": 7200, "error_code": 0}
    line = Line(lambda call, asked: {"data": data, "message": "success"})
    tokens = laike.LaikeTokens(line)
    assert tokens.shared
    assert tokens.grace == timedelta(minutes=5)
    for grant in (tokens.fetch(), tokens.refresh("whatever")):
        assert (grant.access_token, grant.expires_in) == ("clt.new", 7200)
        assert grant.refresh_token is None
        assert "clt.new" not in repr(grant)
    assert [call.endpoint for call, _ in line.asked] == ["/oauth/client_token/"] * 2
    assert not line.asked[0][0].needs_token


def test_a_refused_token_is_a_setting_to_mend() -> None:
    body = {"data": {"error_code": 10013, "description": "no"}, "message": "error"}
    with pytest.raises(Misconfigured, match="client_secret"):
        laike.LaikeTokens(Line(lambda call, asked: body)).fetch()
