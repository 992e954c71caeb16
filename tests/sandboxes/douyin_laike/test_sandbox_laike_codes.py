"""Third-party codes in the Laike box: asked for, called back, refused, decided, in time."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

from hub_core.sandbox import Fault, Faults, Request, Response, json_response
from sandboxes.douyin_laike import create
from sandboxes.douyin_laike import moves as m
from sandboxes.douyin_laike.spi import to_sign

if TYPE_CHECKING:
    from .conftest import Caller, Laike

CALLBACK = "/goodlife/v1/fulfilment/create/callback/"
AUDIT = "/goodlife/v1/fulfilment/refund/audit/"
JUDGE = "/goodlife/v1/akte/after_sale/order/audit/"
DETAIL = "/goodlife/v1/akte/after_sale/order_detail/get/"
QUERY = "/goodlife/v1/fulfilment/certificate/query/"
HOUR, DAY = 3600.0, 86_400.0
Answer = Callable[[str, Any], Any]


def good(**data: Any) -> Response:
    return json_response({"data": {"error_code": 0, "description": "success", **data}})


class System:
    """The merchant's own system: answers as it is told, and calls back."""

    def __init__(self, caller: Caller) -> None:
        self.caller, self.box = caller, caller.box
        self.asked: list[tuple[str, Any]] = []
        self.requests: list[Request] = []

    @property
    def shop(self) -> Any:
        return self.box.shops[self.caller.root]

    def order(self) -> Any:
        """An order of the kind, placed and paid now."""
        for _ in range(400):
            record = self.shop.place()
            if self.box.codes.wants(record.latest.content["sale"]):
                self.shop.step(record, m.PAY)
                return record
        raise AssertionError("no such order came")

    def run(self, answer: Answer, seconds: float = 2, step: float = 1) -> None:
        """Time passes, and what is asked is answered so."""

        def send(request: Request) -> Response | None:
            action = request.path[1:]
            self.requests.append(request)
            self.asked.append((action, request.json()))
            answered = answer(action, request.json())
            return answered if isinstance(answered, Response | None) else good(**answered)

        for _ in range(int(seconds / step)):
            self.box.clock.advance(step)
            self.box.spi.deliver(send)

    def issue(self) -> tuple[Any, list[str]]:
        """An order with its codes."""
        record = self.order()
        codes = numbered(record)
        self.run(lambda *_: {"result": 1, "codes": codes})
        return record, codes

    def refund(self, record: Any, answer: Answer) -> Any:
        """A guest wants one voucher's money back; the case."""
        self.shop.step(record, m.ASK_REFUND)
        self.run(answer)
        return list(self.box.codes.reviews.values())[-1]

    def post(self, path: str, **body: Any) -> Any:
        """The answer; its extra has the code, its data what was said."""
        headers = {**self.caller.headers, "content-type": "application/json"}
        raw = json.dumps(body).encode()
        return self.box.handle(Request("POST", path, headers, raw))

    def call(self, path: str, **body: Any) -> Any:
        answer = json.loads(self.post(path, **body).body)
        return answer["data"] | {"sub": answer["extra"]["sub_error_code"]}

    def status(self, record: Any) -> Any:
        (row,) = self.caller.orders(order_id=record.id)
        return row["order_status"]

    def effects(self, kind: str) -> list[Any]:
        return [e for e in self.box.effects(self.caller.root) if e.kind == kind]


def numbered(record: Any) -> list[str]:
    units = record.latest.content["sale"].units
    return [f"T{record.id[-6:]}{n}" for n in range(len(units))]


def pending(action: str, body: Any) -> Any:
    return {"result": 0}


def nobody(action: str, body: Any) -> None:
    return None


@pytest.fixture
def system(laike: Laike) -> Callable[..., System]:
    def open(**options: Any) -> System:
        usual = {"orders": 5, "third_codes": 1.0, "seed": 2}
        return System(laike(**(usual | options)))

    return open


# The question -------------------------------------------------------------------------


def test_the_string_to_sign_is_the_papers() -> None:
    """Computed by hand, in the channel paper."""
    pairs = [("client_key", "awsandbox0001"), ("timestamp", "1700000000123"), ("sign", "x")]
    body = '{"order_id":"1000000000000000001","action":"测试"}'.encode()
    text = to_sign("sandbox-secret-0001", pairs, body)
    new = "7c430f01e4ada6837dd0e0c80e35e5497e5a7285901d389b4e831ac197401b95"
    assert hashlib.sha256(text).hexdigest() == new
    assert hashlib.md5(text).hexdigest() == "8a566bb25e35b9fb9360fc2a8c48f8ab"
    text = to_sign("sandbox-secret-0001", pairs, b"")
    assert hashlib.md5(text).hexdigest() == "2993413e8e376284c409407371e737ac"


@pytest.mark.parametrize("unit", ["milliseconds", "seconds"])
def test_a_question_is_signed_both_ways(system: Any, unit: str) -> None:
    one = system(switches={"spi_timestamp": unit})
    one.order()
    one.run(nobody)
    (request,) = one.requests
    pairs = parse_qsl(request.target.partition("?")[2])
    account = one.box.accounts()[0]
    text = to_sign(account.app_secret, pairs, request.body)
    assert request.headers["x-life-sign"] == hashlib.sha256(text).hexdigest()
    assert dict(pairs)["sign"] == hashlib.md5(text).hexdigest()
    assert request.headers["x-life-clientkey"] == account.app_key
    assert len(dict(pairs)["timestamp"]) == (13 if unit == "milliseconds" else 10)


def test_codes_are_asked_for_as_documented(system: Any) -> None:
    one = system(switches={"spi_certificates": "named"})
    record = one.order()
    one.run(nobody)
    ((action, body),) = one.asked
    sale = record.latest.content["sale"]
    assert (action, body["order_id"]) == ("issue", record.id)
    assert body["count"] == len(sale.units) == len(body["certificate_info_list"])
    assert body["sku"]["third_sku_id"] == body["third_sku_id"] != ""
    assert body["amount"]["pay_amount"] == sale.pay


# Issuing ------------------------------------------------------------------------------


def test_codes_in_the_answer_make_vouchers(system: Any) -> None:
    one = system()
    record, codes = one.issue()
    assert one.status(record) == 201
    rows = one.caller.good(QUERY, order_id=record.id)["certificates"]
    assert [row["code"] for row in rows] == codes
    (effect,) = one.effects("codes")
    assert effect.facts["codes"] == ",".join(codes)
    assert effect.facts["by"] == "answer"


def test_until_then_the_order_waits(system: Any) -> None:
    one = system()
    record = one.order()
    one.run(pending)
    one.box.churn(50)
    assert record.latest.content["status"] == 200
    assert len(one.asked) == 1


def test_codes_may_be_called_back_and_take_effect_once(system: Any) -> None:
    one = system()
    record = one.order()
    one.run(pending, 300, 10)
    codes = numbered(record)
    for _ in range(3):
        data = one.call(CALLBACK, order_id=record.id, result=1, codes=codes)
        assert data["error_code"] == 0
        told = [row["code"] for row in data["certificate_info_list"]]
        assert told == codes
    (effect,) = one.effects("codes")
    assert effect.facts["by"] == "callback"
    other = [f"{code}x" for code in codes]
    assert one.call(CALLBACK, order_id=record.id, result=1, codes=other)["sub"] == 20001
    assert one.call(CALLBACK, order_id=record.id, result=2)["sub"] == 20001


@pytest.mark.parametrize(
    "answer",
    [
        *(None, Response(500), Response(200, b"<html>"), Response(delay=9.0)),
        *(json_response({"data": {"error_code": 100}}), good(result=9)),
        *(good(result=1, codes=[]), good(result=1, codes=["a"] * 9), good(result="1")),
    ],
)
def test_what_is_no_answer_is_asked_again_at_the_documented_times(
    system: Any, answer: Response | None
) -> None:
    one = system()
    one.order()
    start, at = one.caller.now, []

    def noting(*_: Any) -> Response | None:
        at.append(one.caller.now - start)
        return answer

    one.run(noting, 599)
    assert at == [1, 11, 41, 101, 221, 341, 581]


def test_after_ten_minutes_money_goes_back_unless_codes_come_late(system: Any) -> None:
    one = system()
    record = one.order()
    one.run(pending, 599, 1)
    assert record.latest.content["status"] == 200
    one.run(pending, 3)
    asked = [body for action, body in one.asked if action == "refund"]
    units = record.latest.content["sale"].units
    assert len(asked) == len(units)
    assert all(body["certificates"][0]["code"] == "" for body in asked)
    late = one.call(CALLBACK, order_id=record.id, result=1, codes=numbered(record))
    assert late["sub"] == 20001
    for body in asked:
        id = body["after_sale_id"]
        assert one.call(AUDIT, after_sale_id=id, result=2)["error_code"] == 2100005
        assert one.call(AUDIT, after_sale_id=id, result=2, code=f"L{id}")["error_code"] == 0
    assert one.status(record) == 201
    rows = one.caller.good(QUERY, order_id=record.id)["certificates"]
    assert {row["code"] for row in rows} == {f"L{b['after_sale_id']}" for b in asked}


@pytest.mark.parametrize("by", ["answer", "callback"])
def test_a_failure_pays_back_at_once(system: Any, by: str) -> None:
    one = system()
    record = one.order()
    one.run(lambda *_: {"result": 2 if by == "answer" else 0})
    if by == "callback":
        assert one.call(CALLBACK, order_id=record.id, result=2)["error_code"] == 0
        assert one.call(CALLBACK, order_id=record.id, result=2)["error_code"] == 0
    assert one.status(record) == 101
    assert {action for action, _ in one.asked} == {"issue"}
    (effect,) = one.effects("codes_failed")
    assert effect.facts["by"] == by


# Refunds ------------------------------------------------------------------------------


@pytest.mark.parametrize(("result", "status", "words"), [(1, 50, 301), (2, 25, 100)])
@pytest.mark.parametrize("numbers", ["012", "123"])
def test_a_refund_may_be_decided_in_the_answer(
    system: Any, result: int, status: int, words: int, numbers: str
) -> None:
    one = system(switches={"spi_refund_result": numbers})
    record, codes = one.issue()
    shift = numbers == "123"
    review = one.refund(record, lambda *_: {"result": result + shift})
    _, body = one.asked[-1]
    assert body["certificates"][0]["code"] == codes[review.n]
    assert body["after_sale_id"] == body["biz_uniq_key"] == review.case_id
    assert record.latest.content["items"][review.n].status == words
    one.box.clock.advance(200)
    (row,) = one.caller.good(DETAIL, order_id=record.id)["after_sale_order_list"]
    assert row["status"] == status


def test_a_refund_may_be_decided_by_a_call_and_takes_effect_once(system: Any) -> None:
    one = system()
    record, _ = one.issue()
    review = one.refund(record, pending)
    one.run(pending, 5 * HOUR, HOUR)
    assert [action for action, _ in one.asked].count("refund") == 1
    one.caller.log_in()
    for _ in range(3):
        data = one.call(AUDIT, after_sale_id=review.case_id, result=1, reason="可以")
        assert data["error_code"] == 0
    (effect,) = one.effects("refund_audit")
    assert (effect.target, effect.facts["result"]) == (review.case_id, 1)
    assert record.latest.content["items"][review.n].status == 301
    assert one.call(AUDIT, after_sale_id=review.case_id, result=2)["sub"] == 20001


def test_the_body_of_2023_is_taken_too(system: Any) -> None:
    one = system()
    record, _ = one.issue()
    review = one.refund(record, pending)
    body = {"order_id": record.id, "biz_uniq_key": review.case_id, "audit_result": 2}
    assert one.call(AUDIT, **body)["error_code"] == 0
    assert review.result == 2


def test_a_decision_may_not_be_made_twice(system: Any) -> None:
    one = system(switches={"spi_audit_again": "refused"})
    record, _ = one.issue()
    review = one.refund(record, pending)
    assert one.call(AUDIT, after_sale_id=review.case_id, result=1)["error_code"] == 0
    assert one.call(AUDIT, after_sale_id=review.case_id, result=1)["sub"] == 20001


def test_without_a_decision_a_day_is_a_yes_and_the_system_hears_of_it(system: Any) -> None:
    one = system()
    record, codes = one.issue()
    review = one.refund(record, pending)
    one.run(pending, DAY - 10, DAY - 10)
    assert review.result is None
    one.run(pending, 20, 10)
    assert review.result == 1
    action, body = one.asked[-1]
    (row,) = body["notice_list"]
    assert (action, body["after_sale_id"]) == ("notice", review.case_id)
    assert (row["code"], row["audit_result"]) == (codes[review.n], 1)
    assert one.effects("refund_audit")[0].facts["by"] == "limit"


def test_a_question_about_a_refund_is_repeated_every_hour(system: Any) -> None:
    one = system()
    record, _ = one.issue()
    one.asked.clear()
    one.refund(record, nobody)
    one.run(nobody, 5 * HOUR, HOUR)
    assert len(one.asked) == 6


def test_nobody_but_the_system_decides(system: Any) -> None:
    one = system()
    record, _ = one.issue()
    review = one.refund(record, pending)
    for _ in range(30):
        one.shop.step(record)
    assert review.result is None


def test_a_refund_of_any_voucher_may_be_judged(system: Any) -> None:
    one = system(third_codes=0.0, orders=60)
    records = one.shop.records
    record = next(r for r in records if m.ASK_REFUND in m.legal(r.latest.content))
    one.shop.step(record, m.ASK_REFUND)
    case = one.caller.told("after_sale")
    (row,) = [r for r in case.values() if r.facts["order_external_id"] == record.id][-1:]
    one.box.clock.advance(200)
    shown = one.caller.good(DETAIL, order_id=record.id)["after_sale_order_list"][-1]
    voucher = shown["refund_info_list"][0]["certificate_id"]
    ids = {"account_id": one.caller.root, "order_id": record.id, "certificate_id": voucher}
    asked = {**ids, "audit_status": False, "reject_reason": "已使用"}
    assert one.call(JUDGE, **asked)["reentry"] is False
    assert one.call(JUDGE, **asked)["reentry"] is True
    assert one.caller.told("after_sale")[row.external_id].facts["status_raw"] == "25"
    assert len(one.effects("refund_audit")) == 1


# What is wrong ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (CALLBACK, {"order_id": "1", "result": 1, "codes": ["a"]}, 2191002),
        (CALLBACK, {"result": 1}, 2100005),
        (CALLBACK, {"order_id": "1", "result": 3}, 2100005),
        (AUDIT, {"after_sale_id": "1", "result": 1}, 2191002),
        (AUDIT, {"result": 1}, 2100005),
        (AUDIT, {"after_sale_id": "1", "result": True}, 2100005),
        (JUDGE, {"account_id": "1"}, 2100007),
    ],
)
def test_calls_are_checked(system: Any, path: str, body: Any, code: int) -> None:
    assert system().call(path, **body)["error_code"] == code


def test_a_call_needs_its_scope_and_its_token(system: Any) -> None:
    one = system()
    one.box.gate.scopes.discard("life.capacity.tripartite.code")
    assert one.call(CALLBACK, order_id="1", result=1)["error_code"] == 2190004
    one.caller.headers = {}
    assert one.call(AUDIT, after_sale_id="1", result=1)["error_code"] == 2190002


@pytest.mark.parametrize("kind", ["reset_after", "http_500_after", "truncate", "slow"])
def test_an_answer_may_be_lost_after_the_effect(system: Any, kind: str) -> None:
    one = system(faults=Faults([Fault(kind, "codes.audit", frozenset({1}))]))
    record, _ = one.issue()
    review = one.refund(record, pending)
    answer = one.post(AUDIT, after_sale_id=review.case_id, result=1)
    lost = answer.reset or answer.cut or answer.delay or answer.status == 500
    assert lost
    assert len(one.effects("refund_audit")) == 1
    assert one.call(AUDIT, after_sale_id=review.case_id, result=1)["error_code"] == 0
    assert len(one.effects("refund_audit")) == 1


# Other doors --------------------------------------------------------------------------


def test_the_status_of_orders_can_be_asked_for(system: Any) -> None:
    one = system()
    record, _ = one.issue()
    one.box.codes.ask_status([record.id], scene=2)
    one.run(lambda *_: {"result": {record.id: {"order_status": 1}}})
    action, body = one.asked[-1]
    assert (action, body) == ("status", {"scene": 2, "order_ids": [record.id]})
    assert one.box.codes.statuses[0]["result"][record.id]["order_status"] == 1


def test_questions_are_posted_to_an_address_of_this_machine(system: Any) -> None:
    one = system()
    record = one.order()
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            heard.append(self.path)
            answer = good(result=1, codes=numbered(record)).body
            assert body["order_id"] == record.id
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/spi/codes"
    one.box.clock.advance(2)
    assert one.box.door("spi_to", {"issue": url})["given_up"] == 0
    end = time.monotonic() + 5
    while record.latest.content["status"] != 201 and time.monotonic() < end:
        time.sleep(0.01)
    server.shutdown()
    server.server_close()
    assert record.latest.content["status"] == 201
    assert heard[0].startswith("/spi/codes?client_key=")
    with pytest.raises(ValueError, match="machine"):
        one.box.spi.post_to({"issue": "http://example.invalid/"})


def test_nobody_is_asked_unless_orders_are_of_that_kind() -> None:
    box = create(orders=20, seed=6)
    box.churn(200)
    (account,) = box.accounts()
    assert box.spi.queue == []
    assert box.codes.issues == {}
    assert box.effects(account.external_id) == []
