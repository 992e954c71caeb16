"""JD's connector: which calls make an operation, and what it says of itself."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

import connectors.jd as jd
from hub_core.errors import BadRequest, Forbidden, Misconfigured, Unauthorised
from hub_core.ports import Authorisation, Paging, ShopInfo, Source, Stream, Window
from hub_core.wire import JSON, Call, Credentials, Fetched, Misread, pick

Answer = TypeVar("Answer")
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
WINDOW = Window(NOON - timedelta(hours=1), NOON)
WHO = Credentials("AK0001", "sandbox-secret", token="jdtok")


@dataclass
class Script:
    """A session whose platform is a list of answers; it remembers what was asked."""

    answers: list[JSON]
    facts: Mapping[str, str] = field(default_factory=lambda: dict(jd.FACTS))
    pins: Mapping[str, int] = field(default_factory=dict)
    asked: list[tuple[str, JSON]] = field(default_factory=list)

    @property
    def shop(self) -> ShopInfo:
        return ShopInfo(name="flagship", external_id="800001", pins=self.pins)

    def now(self) -> datetime:
        return NOON

    def send(self, call: Call[Answer], /, **asked: Any) -> Answer:
        sent = call.parameters(**asked)
        dialect = jd.CHANNEL.dialect
        dialect.request(call, sent, WHO, self.now())
        self.asked.append((call.endpoint, sent))
        return call.read(dialect.unwrap(call, self.answers.pop(0)))


def row(number: int, **more: Any) -> JSON:
    return {
        "orderId": str(number),
        "orderState": "WAIT_SELLER_STOCK_OUT",
        "modified": "2026-11-20 11:30:00",
        **more,
    }


def listed(*rows: JSON, total: int | None = None, api: str = "enSearch") -> JSON:
    result = {
        "apiResult": {"success": True, "numberCode": 10100000},
        "orderTotal": len(rows) if total is None else total,
        "orderInfoList": list(rows),
    }
    inner = {"code": "0", "searchorderinfo_result": result}
    return {f"jingdong_pop_order_{api}_responce": inner}


def single(info: JSON | None, api: str = "enGet") -> JSON:
    detail = {"apiResult": {"success": "true"}, "orderInfo": info}
    return {f"jingdong_pop_order_{api}_responce": {"code": "0", "orderDetailInfo": detail}}


def unpaid(*rows: JSON) -> JSON:
    page = {"index": 1, "pageSize": 100, "totalItem": len(rows), "pageList": list(rows)}
    inner = {"code": "0", "paginatedInfo": page}
    return {"jingdong_pop_order_notPayOrderInfo_responce": inner}


def unpaid_one(info: JSON | None) -> JSON:
    inner = {"code": "0", "orderDataNotPayInfo": info}
    return {"jingdong_pop_order_notPayOrderById_responce": inner}


def streams(session: Script) -> tuple[Stream, Stream]:
    paid, not_paid = jd.JdOrders(session).streams
    return paid, not_paid


def test_the_channel_says_what_it_is() -> None:
    channel = jd.hub_channel()
    assert (channel.id, channel.title, channel.zone) == ("jd", "京东", "Asia/Shanghai")
    assert channel.base_url == "https://api.jd.com"
    assert jd.hub_sandbox() == "sandboxes.jd:create"
    assert isinstance(jd.hub_orders(Script([])), Source)
    assert isinstance(jd.hub_authorisation(Script([])), Authorisation)


def test_two_lists_hold_every_order_and_both_are_read_last_page_first() -> None:
    paid, not_paid = streams(Script([]))
    assert (paid.name, not_paid.name) == ("orders", "unpaid")
    assert paid.paging is not_paid.paging is Paging.REVERSE_OFFSET
    assert paid.page_size == 100
    assert paid.rows_cap == 10_000
    assert paid.look_back == timedelta(days=90)
    assert not paid.list_is_partial


def test_what_no_document_settles_is_configuration() -> None:
    session = Script(
        [],
        facts={
            "page_size": "50",
            "rows_cap": "5000",
            "settle_lag_seconds": "60",
            "overlap_seconds": "30",
            "max_window_days": "7",
            "look_back_days": "30",
        },
    )
    paid, _ = streams(session)
    assert (paid.page_size, paid.rows_cap) == (50, 5000)
    assert (paid.settle_lag, paid.overlap) == (timedelta(minutes=1), timedelta(seconds=30))
    assert paid.look_back == timedelta(days=30)
    assert timedelta(days=6) < paid.max_window < timedelta(days=7)
    assert set(paid.assumptions) <= set(jd.FACTS)


def test_a_number_that_is_none_is_a_wrong_setting() -> None:
    with pytest.raises(Misconfigured, match="rows_cap"):
        streams(Script([], facts={"rows_cap": "many"}))


def test_a_longest_window_is_legal_in_the_shortest_month() -> None:
    session = Script([listed()])
    source = jd.JdOrders(session)
    paid, _ = streams(session)
    source.page(paid, Window(NOON - paid.max_window, NOON), 1)
    sent = session.asked[0][1]
    begin, end = (datetime.fromisoformat(sent[name]) for name in ("start_date", "end_date"))
    assert end - begin == timedelta(days=28)


def test_a_probe_is_page_1_with_its_rows_and_the_total() -> None:
    session = Script([listed(row(1), row(2), total=230)])
    paid, _ = streams(session)
    page = jd.JdOrders(session).probe(paid, WINDOW)
    assert (page.number, page.total) == (1, 230)
    assert [i.order.external_id for i in page.items if isinstance(i, Fetched)] == ["1", "2"]


def test_a_page_asks_for_all_states_and_reaches_past_both_ends() -> None:
    session = Script([listed(row(1))])
    paid, _ = streams(session)
    late = Window(WINDOW.since, WINDOW.until + timedelta(milliseconds=400))
    page = jd.JdOrders(session).page(paid, late, 7, count=True)
    endpoint, sent = session.asked[0]
    assert endpoint == "jingdong.pop.order.enSearch"
    assert (sent["page"], sent["page_size"]) == ("7", "100")
    assert sent["start_date"] == "2026-11-20 10:59:59"
    assert sent["end_date"] == "2026-11-20 12:00:01"
    assert sent["order_state"] == "ALL"
    assert "source_id" not in sent
    assert (page.number, page.total) == (None, 1)


def test_states_and_source_may_be_configured() -> None:
    session = Script([listed()], facts={"order_state": "PAUSE,LOCKED", "source_id": "JOS"})
    paid, _ = streams(session)
    jd.JdOrders(session).page(paid, WINDOW, 1)
    assert session.asked[0][1]["order_state"] == "PAUSE,LOCKED"
    assert session.asked[0][1]["source_id"] == "JOS"


def test_a_pin_chooses_the_first_shape() -> None:
    answers = [listed(row(1), api="search"), single(row(2), api="get")]
    session = Script(answers, pins={"orders": 1})
    source = jd.JdOrders(session)
    source.page(streams(session)[0], WINDOW, 1)
    assert isinstance(source.record("2"), Fetched)
    assert [endpoint for endpoint, _ in session.asked] == [
        "jingdong.pop.order.search",
        "jingdong.pop.order.get",
    ]


def test_a_pin_on_no_shape_names_those_there_are() -> None:
    session = Script([], pins={"orders": 9})
    with pytest.raises(Misconfigured, match=r"\[1, 2\]"):
        jd.JdOrders(session).page(streams(session)[0], WINDOW, 1)


def test_unpaid_orders_come_from_their_own_list() -> None:
    waiting = {"orderId": 5, "modified": "2026-11-20 11:30:00"}
    session = Script([unpaid(waiting), unpaid()])
    source = jd.JdOrders(session)
    _, not_paid = streams(session)
    page = source.probe(not_paid, WINDOW)
    assert (page.number, page.total, len(page.items)) == (1, 1, 1)
    assert source.page(not_paid, WINDOW, 1).items == ()
    assert {endpoint for endpoint, _ in session.asked} == {
        "jingdong.pop.order.notPayOrderInfo"
    }


def test_one_order_is_had_by_its_number() -> None:
    session = Script([single(row(301))])
    found = jd.JdOrders(session).record("301")
    assert isinstance(found, Fetched)
    assert found.raw["orderId"] == "301"
    assert session.asked[0][1]["order_id"] == 301


def test_an_order_search_does_not_know_may_be_unpaid() -> None:
    waiting = {"orderId": 302, "modified": "2026-11-20 11:30:00"}
    session = Script([single(None), unpaid_one(waiting)])
    found = jd.JdOrders(session).record("302")
    assert isinstance(found, Fetched)
    assert found.order.status_raw == "NOT_PAY"


@pytest.mark.parametrize(
    "second",
    [
        unpaid_one(None),
        {"error_response": {"code": "24", "zh_desc": "无权"}},
        {"error_response": {"code": "15", "zh_desc": "方法不存在"}},
    ],
)
def test_an_order_nobody_knows_is_none(second: JSON) -> None:
    assert jd.JdOrders(Script([single(None), second])).record("303") is None


def test_an_app_that_may_not_ask_for_unpaid_orders_does_not() -> None:
    session = Script([single(None)], facts={"unpaid_by_id": "no"})
    assert jd.JdOrders(session).record("303") is None


def test_a_refused_order_is_an_error_and_not_an_absence() -> None:
    refused = {"error_response": {"code": "24", "zh_desc": "无权"}}
    with pytest.raises(Forbidden):
        jd.JdOrders(Script([refused])).record("303")
    with pytest.raises(BadRequest):
        jd.JdOrders(Script([])).record("not a number")


def test_a_misshapen_order_is_parked_with_its_number() -> None:
    found = jd.JdOrders(Script([single(row(304, orderPayment="1e2"))])).record("304")
    assert isinstance(found, Misread)
    assert found.external_id == "304"


def test_only_the_owner_can_give_a_first_token() -> None:
    with pytest.raises(Unauthorised):
        jd.JdAuthorisation(Script([])).fetch()


def test_a_refresh_gives_a_new_pair_and_claims_no_shop() -> None:
    given = {
        "code": 0,
        "access_token": "new-access",
        "refresh_token": "new-refresh",
        "expires_in": "86399",
        "open_id": "somebody",
        "time": "1795147200000",
    }
    session = Script([given])
    grant = jd.JdAuthorisation(session).refresh("old-refresh")
    assert (grant.access_token, grant.refresh_token) == ("new-access", "new-refresh")
    assert grant.expires_in == 86399
    assert grant.subject is None  # open_id names a person
    assert "new-" not in repr(grant)


def test_version_files_offer_the_same_calls_under_the_same_names() -> None:
    first, second = (pick(jd.ADAPTERS, "orders", pin) for pin in (1, 2))
    for shape in (first, second):
        assert (shape.LIST.name, shape.GET.name) == ("orders.list", "orders.get")
        assert shape.LIST.shape == shape.__name__.rpartition(".")[2]
        assert inspect.getdoc(shape)
    assert pick(jd.ADAPTERS, "orders") is second
