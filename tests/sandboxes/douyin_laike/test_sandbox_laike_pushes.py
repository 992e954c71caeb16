"""What the box pushes: shape, signature, repeats, and what it keeps quiet about."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from hub_core.sandbox import Request, Response, json_response
from sandboxes.douyin_laike import moves as m
from sandboxes.douyin_laike.options import Options
from sandboxes.douyin_laike.pushes import Push, Pushes
from sandboxes.douyin_laike.sale import TIMES_CARDS

if TYPE_CHECKING:
    from .conftest import Caller, Laike

GOOD = json_response({"data": {"error_code": 0, "description": "success"}})
EVENTS = {
    "life_trade_order_notify",
    "life_trade_certificate_notify",
    "life_hermes_akte_after_sale_audit",
    "life_product_common_audit",
    "life_product_status_change",
}


def pushing(laike: Laike, **how: Any) -> Caller:
    return laike(seed=3, orders=how.pop("orders", 60), pushes=True, **how)


def waiting(caller: Caller, event: str | None = None) -> list[Push]:
    queue = caller.box.pushes.queue
    return [push for push in queue if event in (None, push.event)]


def said(push: Push) -> Any:
    return json.loads(push.request.body)


def content(push: Push) -> Any:
    return json.loads(said(push)["content"])


def paid_order(caller: Caller) -> Push:
    """One order placed and paid now, and its push."""
    shop = caller.box.shops[caller.root]
    shop.step(shop.place(), m.PAY)
    return waiting(caller, "life_trade_order_notify")[-1]


def collect(caller: Caller, answer: Response | None, seconds: float) -> list[Request]:
    """All that is sent in that time, second by second, each answered so."""
    sent: list[Request] = []

    def send(request: Request) -> Response | None:
        sent.append(request)
        return answer

    for _ in range(int(seconds)):
        caller.box.clock.advance(1)
        caller.box.pushes.deliver(send)
    return sent


def verified(caller: Caller, answer: Response | None) -> bool:
    """Whether an address that answers so is verified."""
    return caller.box.pushes.subscribe(lambda _: answer)


# The address ------------------------------------------------------------------------


def test_the_challenge_is_signed_as_the_papers_vector(laike: Laike) -> None:
    """Computed by hand from sha1(secret + body), in the channel paper."""
    switches = {"push_challenge_key": "app"}
    app = ("awsandbox0001", "sandbox-secret-0001")
    box = laike(switches=switches).box
    pushes = Pushes(box.clock, box.switches, Options(), app, 0)

    request = pushes.challenge()

    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json"
    assert request.body == (
        b'{"event":"verify_webhook","client_key":"awsandbox0001",'
        b'"content":{"challenge":12345}}'
    )
    sign = request.headers["x-douyin-signature"]
    assert sign == "057f7a03961a4c63af074011bbe2a485c97b28ce"


def test_only_the_same_number_in_the_body_verifies_an_address(laike: Laike) -> None:
    for answer in (None, Response(204), Response(200, b"12345"), GOOD):
        assert not verified(laike(), answer)
    for back in ("12345", 12346, True):
        assert not verified(laike(), json_response({"challenge": back}))
    assert verified(laike(), json_response({"challenge": 12345}))


def test_an_address_that_was_not_verified_hears_nothing(laike: Laike) -> None:
    caller = laike(seed=3)
    caller.box.churn(100)
    assert caller.box.pushes.queue == []


def test_the_challenge_comes_as_text_and_unsigned_too(laike: Laike) -> None:
    switches = {"push_challenge": "text", "push_challenge_sign": "unsigned"}
    request = laike(switches=switches).box.pushes.challenge()
    assert json.loads(json.loads(request.body)["content"]) == {"challenge": 12345}
    assert "x-douyin-signature" not in request.headers


# What is said -----------------------------------------------------------------------


def test_every_push_is_signed_over_its_very_bytes(laike: Laike) -> None:
    caller = pushing(laike, switches={"push_refund_asked": "always"})
    caller.box.churn(120)
    secret = caller.box.accounts()[0].app_secret.encode()
    assert {push.event for push in waiting(caller)} == EVENTS
    for push in waiting(caller):
        sign = hashlib.sha1(secret + push.request.body).hexdigest()
        assert push.request.headers["x-douyin-signature"] == sign
        assert len(push.request.headers["msg-id"]) == 32


def test_a_paid_order_is_told_as_documented(laike: Laike) -> None:
    caller = pushing(laike)
    push = paid_order(caller)
    body, told = said(push), content(push)
    order = told.pop("order")
    row = next(row for row in caller.everything() if row["order_id"] == order["order_id"])
    assert body["client_key"] == caller.box.accounts()[0].app_key
    assert (body["from_user_id"], told["action"]) == (row["open_id"], "pay_success")
    assert told["msg_time"] == caller.now
    assert order == {
        "order_id": row["order_id"],
        "account_id": caller.root,
        "pay_amount": row["pay_amount"],
        "original_amount": row["original_amount"],
        "create_time": row["create_order_time"],
        "pay_time": row["pay_time"],
    }


def test_every_use_and_refund_of_a_voucher_is_told_once(laike: Laike) -> None:
    caller = pushing(laike, undo=0.2)
    used = len(caller.told("redemption"))
    for _ in range(6):
        caller.box.clock.advance(60)
        caller.box.churn(40)
    pushes = waiting(caller, "life_trade_certificate_notify")
    actions = Counter(content(push)["action"] for push in pushes)
    words = {"certificate_id", "order_id", "account_id"}
    assert all(set(content(push)["certificate"]) == words for push in pushes)
    assert actions["verify"] == len(caller.told("redemption")) - used
    assert actions["verify_cancel"] > 0
    assert actions["refund_success"] > 0


def asked_back(caller: Caller, *before: m.Move) -> None:
    """A times card bought now, those moves made, and its money asked back."""
    shop = caller.box.shops[caller.root]
    record = shop.place()
    while record.latest.content["sale"].order_type not in TIMES_CARDS:
        record = shop.place()
    for move in (m.PAY, m.ISSUE, *before, m.ASK_REFUND):
        shop.step(record, move)


@pytest.mark.parametrize(("position", "told"), [("after_use", 1), ("always", 2)])
def test_a_refund_is_announced_where_something_was_used_before(
    laike: Laike, position: str, told: int
) -> None:
    """The page is about refunds after use; a switch has the box tell all."""
    caller = pushing(laike, switches={"push_refund_asked": position})
    asked_back(caller)
    asked_back(caller, m.USE)
    pushes = waiting(caller, "life_hermes_akte_after_sale_audit")
    case = caller.box.shops[caller.root].backroom.after_sales.drawer.records()[-1]
    assert len(pushes) == told
    assert content(pushes[-1]) == {
        "account_id": caller.root,
        "order_id": case.latest.content["sale"].order_id,
        "certificate_id": content(pushes[-1])["certificate_id"],
        "refund_amount": case.latest.content["requested"],
        "refund_time": case.latest.content["created"],
        "apply_reason": {
            "code": [case.latest.content["reason"][0]],
            "reason_items": [
                dict(zip(("code", "msg"), case.latest.content["reason"], strict=True))
            ],
            "additional_msg": "",
        },
    }


def test_placing_closing_and_editing_are_not_told(laike: Laike) -> None:
    """The only action documented of an order is its payment: the rest must be pulled."""
    caller = pushing(laike)
    shop = caller.box.shops[caller.root]
    record = shop.place()
    shop.step(record, m.CLOSE)
    shop.step(record, m.EDIT)
    assert waiting(caller) == []


def test_a_second_use_has_the_first_ones_id_or_its_own(laike: Laike) -> None:
    """Same entity, same action, same id, says the page: who throws away by Msg-Id alone
    never hears of the second use."""
    ids = {}
    for position in ("entity", "event"):
        caller = pushing(laike, switches={"push_msg_id": position}, cancels=1.0)
        for _ in range(4):
            caller.box.clock.advance(60)
            caller.box.churn(40)
        uses = [
            (content(push)["certificate"]["certificate_id"], push.request.headers["msg-id"])
            for push in waiting(caller, "life_trade_certificate_notify")
            if content(push)["action"] == "verify"
        ]
        assert len({voucher for voucher, _ in uses}) < len(uses)
        ids[position] = len({id for _, id in uses}) == len(uses)
    assert ids == {"entity": False, "event": True}


def test_what_documents_leave_open_can_be_turned(laike: Laike) -> None:
    switches = {
        "push_signature": "upper",
        "push_ids": "numbers",
        "push_content": "object",
        "push_msg_id_place": "header",
    }
    caller = pushing(laike, switches=switches)
    push = paid_order(caller)
    body = said(push)
    assert push.request.headers["x-douyin-signature"].isupper()
    assert type(body["content"]["order"]["order_id"]) is int
    assert "msg_id" not in body


# Repeats ----------------------------------------------------------------------------


def test_an_answered_push_is_sent_once(laike: Laike) -> None:
    caller = pushing(laike)
    push = paid_order(caller)
    assert collect(caller, GOOD, 600) == [push.request]
    assert (caller.box.pushes.delivered, caller.box.pushes.queue) == (1, [])


@pytest.mark.parametrize(
    "answer",
    [None, Response(500), Response(200, delay=5.1), Response(200, reset=True)],
    ids=["nobody", "500", "late", "reset"],
)
@pytest.mark.parametrize(("repeats", "times"), [("three_more", 4), ("three_in_all", 3)])
def test_an_unanswered_push_is_repeated_and_given_up(
    laike: Laike, answer: Response | None, repeats: str, times: int
) -> None:
    caller = pushing(laike, switches={"push_repeats": repeats})
    push = paid_order(caller)
    assert collect(caller, answer, 600) == [push.request] * times
    assert [p.request for p in caller.box.pushes.given_up] == [push.request]
    assert caller.box.pushes.queue == []


def test_the_answers_body_counts_where_the_box_wants_it(laike: Laike) -> None:
    caller = pushing(laike, switches={"push_answer": "body"})
    paid_order(caller)
    assert len(collect(caller, Response(200), 90)) == 2
    assert len(collect(caller, GOOD, 90)) == 1
    assert caller.box.pushes.delivered == 1


def test_an_address_that_never_answers_loses_its_subscription(laike: Laike) -> None:
    caller = pushing(laike, push_tires_after=1)
    paid_order(caller)
    collect(caller, None, 300)
    caller.box.churn(50)
    assert not caller.box.pushes.on
    assert caller.box.pushes.queue == []


def test_pushes_come_late_twice_and_out_of_order(laike: Laike) -> None:
    caller = pushing(laike, push_twice=0.3, push_delay=2.0, push_spread=20.0)
    for _ in range(60):
        caller.box.clock.advance(1)
        caller.box.churn(2)
    told = len({push.request.body for push in waiting(caller)})
    order = [p.happened for p in sorted(waiting(caller), key=lambda p: p.due)]
    assert order != sorted(order)
    assert all(p.due - p.happened >= 2.0 for p in waiting(caller))
    assert told * 1.15 < len(waiting(caller)) < told * 1.5


def test_a_share_of_pushes_is_lost_without_a_word(laike: Laike) -> None:
    caller = pushing(laike, push_loss=1.0)
    caller.box.churn(50)
    assert caller.box.pushes.queue == []
    assert len(caller.box.pushes.lost) > 10


def test_pushing_changes_nothing_of_what_happens(laike: Laike) -> None:
    quiet, loud = laike(seed=3, orders=60), pushing(laike, push_twice=0.5, push_loss=0.2)
    for caller in (quiet, loud):
        caller.box.churn(80)
    assert quiet.box.truth(quiet.root) == loud.box.truth(loud.root)


# Its doors --------------------------------------------------------------------------


class Receiver(BaseHTTPRequestHandler):
    """Answers as an app would, and keeps what it was sent."""

    got: list[Any]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.got.append(body)
        challenged = body["event"] == "verify_webhook"
        answer = body["content"] if challenged else {"data": {"error_code": 0}}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: Any) -> None:
        pass


def door(caller: Caller, what: str, **asked: Any) -> tuple[int, Any]:
    body = json.dumps(asked).encode()
    answer = caller.box.handle(Request("POST", f"/_sandbox/{what}", {}, body))
    return answer.status, json.loads(answer.body)


def test_it_pushes_to_an_address_it_is_given(laike: Laike) -> None:
    caller = laike(push_delay=0.0, push_spread=0.0)
    Receiver.got = []
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/push"
        assert door(caller, "push_to", url=url)[0] == 200
        _until(lambda: caller.box.pushes.on)
        paid_order(caller)
        _until(lambda: caller.box.pushes.delivered == 1)
        server.shutdown()
        thread.join(5)
    events = [body["event"] for body in Receiver.got]
    assert events == ["verify_webhook", "life_trade_order_notify"]


def test_its_door_shows_what_waits_and_posts_to_no_other_machine(laike: Laike) -> None:
    caller = pushing(laike)
    push = paid_order(caller)
    _, told = door(caller, "pushes")
    assert [one["body"] for one in told["waiting"]] == [push.request.body.decode()]
    for url in ("https://127.0.0.1/", "http://192.0.2.1/", "http://localhost.test/", ""):
        assert door(caller, "push_to", url=url)[0] == 400
    assert door(caller, "nothing")[0] == 404


def _until(done: Any) -> None:
    end = time.monotonic() + 5
    while not done() and time.monotonic() < end:
        time.sleep(0.02)
    assert done()
