"""Which calls make an operation on cases, against a scripted platform."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import connectors.taobao as taobao
from hub_core.errors import BadRequest, Misconfigured, Rejected, WrongShop
from hub_core.ports import Paging, Source, Window
from hub_core.wire import JSON, Fetched, Misread, Ref

WINDOW = Window(
    datetime(2026, 11, 19, 16, tzinfo=UTC), datetime(2026, 11, 19, 16, 30, tzinfo=UTC)
)
LIST = "refunds_receive_get_response"
GET = "refund_get_response"
CASE: JSON = {
    "refund_id": "181784773340365901",
    "status": "SUCCESS",
    "refund_fee": "5.00",
    "seller_nick": "沙箱旗舰店",
}


def listing(form: dict[str, str]) -> JSON:
    """150 rows; counts them, or says whether more follow, never both."""
    number, size = int(form["page_no"]), int(form["page_size"])
    mine = range((number - 1) * size, min(number * size, 150))
    found = [{"refund_id": str(10**17 + i), "status": "CLOSED"} for i in mine]
    more = {"has_next": number * size < 150}
    said = more if form["use_has_next"] == "true" else {"total_results": 150}
    return {LIST: {"refunds": {"refund": found}, **said}}


def refusing(sub_code: str) -> JSON:
    return {"error_response": {"code": 15, "msg": "no", "sub_code": sub_code}}


def test_cases_are_read_backwards_within_a_day_and_three_months(scripted: Any) -> None:
    source = taobao.hub_after_sales(scripted(listing))
    (stream,) = source.streams

    assert isinstance(source, Source)
    assert (stream.name, stream.paging) == ("after_sales", Paging.REVERSE_OFFSET)
    assert stream.order == "not documented"
    assert stream.list_is_partial
    assert timedelta(hours=23) < stream.max_window < timedelta(days=1)
    assert stream.look_back == timedelta(days=90)
    assert "refund_look_back_days" in stream.assumptions


def test_spans_nobody_documents_are_configuration(scripted: Any) -> None:
    facts = {"refund_max_window_days": "7", "refund_look_back_days": "180"}
    (stream,) = taobao.AfterSales(scripted(listing, facts=facts)).streams

    assert stream.max_window > timedelta(days=6)
    assert stream.look_back == timedelta(days=180)


def test_a_probe_counts_and_a_walk_asks_whether_more_follow(scripted: Any) -> None:
    session = scripted(listing)
    source = taobao.AfterSales(session)
    (stream,) = source.streams
    first, last = source.probe(stream, WINDOW), source.page(stream, WINDOW, 2)

    assert (len(first.items), first.total, first.number) == (100, 150, 1)
    assert (len(last.items), last.total, last.has_more) == (50, None, False)
    assert isinstance(last.items[0], Ref)
    assert [form["use_has_next"] for form in session.sent] == ["false", "true"]


def test_cases_of_every_kind_of_trade_are_asked_for(scripted: Any) -> None:
    session = scripted(listing)
    source = taobao.AfterSales(session)
    source.probe(source.streams[0], WINDOW)
    form = session.sent[0]

    assert form["method"] == "taobao.refunds.receive.get"
    assert {"step", "cod", "fenxiao", "guarantee_trade"} <= set(form["type"].split(","))
    assert form["fields"] == "refund_id,modified,status"
    assert form["start_modified"] == "2026-11-19 23:59:59"
    assert form["end_modified"] == "2026-11-20 00:30:01"
    assert "status" not in form


@pytest.mark.parametrize("micro", [0, 1, 999_999])
def test_the_longest_window_stays_within_a_day_on_the_wire(
    scripted: Any, micro: int
) -> None:
    session = scripted(listing)
    source = taobao.AfterSales(session)
    (stream,) = source.streams
    since = WINDOW.since + timedelta(microseconds=micro)
    source.probe(stream, Window(since, since + stream.max_window))
    sent = [session.sent[0][k] for k in ("start_modified", "end_modified")]
    first, last = (datetime.fromisoformat(end).replace(tzinfo=UTC) for end in sent)

    assert last - first <= timedelta(days=1)


def test_a_case_is_fetched_whole(scripted: Any) -> None:
    session = scripted(lambda form: {GET: {"refund": CASE}})
    found = taobao.AfterSales(session).record("181784773340365901")

    assert isinstance(found, Fetched)
    assert found.record.external_id == "181784773340365901"
    assert session.sent[0]["refund_id"] == "181784773340365901"
    assert "dispute_type" in session.sent[0]["fields"]


def test_a_case_of_a_special_kind_is_had_from_its_own_method(scripted: Any) -> None:
    def answer(form: dict[str, str]) -> JSON:
        if form["method"] == "taobao.refund.get":
            return refusing("isv.change-refund-top-api")
        row = CASE | {"special_refund_type": "priceProtect"}
        return {"special_refund_get_response": {"refund": row}}

    session = scripted(answer)
    found = taobao.AfterSales(session).record("181784773340365901")

    assert isinstance(found, Fetched)
    assert session.sent[1]["method"] == "taobao.special.refund.get"
    assert session.sent[1]["refund_id"] == "181784773340365901"


def test_any_other_refusal_of_a_case_is_raised(scripted: Any) -> None:
    session = scripted(lambda form: refusing("isv.no-such-thing"))

    with pytest.raises(Rejected):
        taobao.AfterSales(session).record("1")
    assert len(session.sent) == 1


def test_only_a_refusal_of_the_very_id_is_told_of_the_case(scripted: Any) -> None:
    def refused(sub: str) -> Any:
        session = scripted(lambda form: refusing(sub))
        return taobao.AfterSales(session).record("181784773340365901")

    found = refused("isv.invalid-parameter:refund_id")
    assert isinstance(found, Misread)
    assert found.external_id == "181784773340365901"
    with pytest.raises(BadRequest):
        refused("isv.invalid-parameter:fields")


def test_a_case_of_another_seller_stops_the_shop(scripted: Any) -> None:
    session = scripted(lambda form: {GET: {"refund": CASE}}, account={"nick": "别家"})

    with pytest.raises(WrongShop, match="a case of seller"):
        taobao.AfterSales(session).record("1")


def test_a_shop_may_be_pinned_to_the_first_shape(scripted: Any) -> None:
    session = scripted(lambda form: {GET: {"refund": CASE}}, pins={"after_sales": 1})
    taobao.AfterSales(session).record("1")

    assert "dispute_type" not in session.sent[0]["fields"]
    with pytest.raises(Misconfigured, match=r"\[1, 2\]"):
        taobao.AfterSales(scripted(listing, pins={"after_sales": 9}))


def test_the_first_shape_knows_no_other_method(scripted: Any) -> None:
    session = scripted(
        lambda form: refusing("isv.change-refund-top-api"), pins={"after_sales": 1}
    )

    with pytest.raises(Rejected):
        taobao.AfterSales(session).record("1")
