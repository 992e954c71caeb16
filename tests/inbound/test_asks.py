"""What a platform asks and waits for: signed, kept once, answered by whoever decides.

Vectors and fields from channel paper §4.4-§4.6 and pages status_query, refund.apply.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from hub_core.errors import Misconfigured
from hub_core.inbound import Inbound
from hub_core.ports import Verdict
from hub_core.sandbox import Account
from tests import databases
from tests.harness import Bench
from tests.inbound.pushing import CHANNEL, Pusher

ORDER = "1000000000000000001"
QUERY = {"client_key": "awsandbox0001", "timestamp": "1700000000123"}


def sign(secret: str, query: dict[str, str], body: bytes, how: str = "sha256") -> str:
    parts = [secret, *(f"{k}={v}" for k, v in sorted(query.items()) if k != "sign")]
    text = "&".join(parts).encode() + (b"&http_body=" + body if body else b"")
    return hashlib.new(how, text).hexdigest()


@dataclass
class Asker:
    """The platform's side of an app's SPI."""

    inbound: Inbound
    account: Account

    def ask(self, route: str, document: Any, **query: str) -> Any:
        """The answer's `data`."""
        body = json.dumps(document).encode()
        asked = QUERY | query
        header = sign(self.account.app_secret, asked, body)
        status, said = self.raw(route, asked, body, [("x-life-sign", header)])
        assert status == 200
        return said["data"]

    def raw(
        self, route: str, query: dict[str, str], body: bytes, headers: Any
    ) -> tuple[int, Any]:
        answer = self.inbound.asked(CHANNEL, route, urlencode(query), headers, body)
        return answer.status, json.loads(answer.body)


@pytest.fixture
def kind() -> str:
    return databases.KEPT.kind


@pytest.fixture
def asker(joined: Bench, inbound: Inbound) -> Asker:
    return Asker(inbound, joined.platform.accounts()[0])


@pytest.fixture
def facts(joined: Bench, asker: Asker) -> dict[str, str]:
    return joined.settings.apps[asker.account.app_key].facts


def refund(amount: int | None = 9900, case: str = "case-1") -> dict[str, Any]:
    said: dict[str, Any] = {"order_id": ORDER, "after_sale_id": case}
    return said if amount is None else {**said, "refund_amount": amount}


# Who asks --------------------------------------------------------------------------------


def test_the_paper_has_the_same_signature() -> None:
    body = '{"order_id":"1000000000000000001","action":"测试"}'.encode()
    made = sign("sandbox-secret-0001", {**QUERY, "sign": "x"}, body)
    assert made == "7c430f01e4ada6837dd0e0c80e35e5497e5a7285901d389b4e831ac197401b95"


def test_what_is_not_signed_is_not_answered(asker: Asker) -> None:
    body, secret = json.dumps(refund()).encode(), asker.account.app_secret
    right = sign(secret, QUERY, body)
    moved = QUERY["timestamp"] + "&http_body=" + body.decode()
    forged: list[tuple[dict[str, str], bytes, Any]] = [
        (QUERY, body, []),
        (QUERY, body, [("x-life-sign", "")]),
        (QUERY, body, [("x-life-sign", right.upper())]),
        (QUERY, body, [("x-life-sign", right)] * 2),
        (QUERY, body, [("x-life-sign", sign("another", QUERY, body))]),
        (QUERY, body + b" ", [("x-life-sign", right)]),
        ({**QUERY, "timestamp": "1"}, body, [("x-life-sign", right)]),
        ({**QUERY, "more": "1"}, body, [("x-life-sign", right)]),
        ({**QUERY, "timestamp": moved}, b"", [("x-life-sign", right)]),
        ({**QUERY, "sign": sign(secret, QUERY, body, "md5")}, body, []),
        ({str(n): "x" for n in range(40)}, body, [("x-life-sign", right)]),
    ]
    for query, sent, headers in forged:
        assert asker.raw("refund-review", query, sent, headers)[0] == 401
    assert asker.inbound.questions() == []
    control = asker.raw("refund-review", QUERY, body, [("X-Life-Sign", right)])
    assert control[0] == 200


def test_apps_of_the_old_platform_sign_in_the_query(
    asker: Asker, facts: dict[str, str]
) -> None:
    facts["spi_signature"] = "query"
    body, secret = json.dumps(refund()).encode(), asker.account.app_secret
    query = {**QUERY, "sign": sign(secret, QUERY, body, "md5")}
    assert asker.raw("refund-review", query, body, [])[0] == 200
    header = [("x-life-sign", sign(secret, QUERY, body))]
    assert asker.raw("refund-review", QUERY, body, header)[0] == 401


def test_an_address_there_is_none_of(asker: Asker) -> None:
    assert asker.raw("issue-wishes", QUERY, b"{}", [])[0] == 404


@pytest.mark.parametrize(
    "document", [{}, {"order_id": ""}, {"order_id": ORDER, "refund_amount": "much"}]
)
def test_a_question_that_is_none_is_not_kept(document: Any, asker: Asker) -> None:
    body = json.dumps(document).encode()
    header = [("x-life-sign", sign(asker.account.app_secret, QUERY, body))]
    assert asker.raw("refund-review", QUERY, body, header)[0] == 400
    assert asker.inbound.questions() == []


# How orders stand ------------------------------------------------------------------------


def test_orders_stand_as_they_are_stored(joined: Bench, asker: Asker) -> None:
    joined.hub.sync()
    orders = {o.values["external_id"]: o for o in joined.hub.each_order()}
    assert len(orders) > 5
    said = asker.ask("order-status", {"scene": "fulfil", "order_ids": [*orders, "none"]})
    assert said["error_code"] == 0
    assert set(said["result"]) == set(orders)
    for id, row in said["result"].items():
        statuses = [v["status"] for v in orders[id].vouchers]
        assert row["order_id"] == id
        assert row["out_order_id"] == orders[id].uid
        assert row["order_status"] == int(orders[id].values["status_raw"])
        assert row["total_quantity"] == len(statuses)
        assert row["used_quantity"] == statuses.count("redeemed")
        assert row["refund_quantity"] == statuses.count("refunded")
    assert asker.inbound.questions() == [], "nothing waits for a decision"


# Refunds ---------------------------------------------------------------------------------


def test_nothing_is_agreed_to_by_itself(joined: Bench, asker: Asker) -> None:
    assert asker.ask("refund-review", refund(1)) == {
        "error_code": 0,
        "description": "success",
        "result": 0,
    }
    (one,) = asker.inbound.questions()
    assert (one.kind, one.key, one.orders) == ("refund_review", "case-1", (ORDER,))
    assert (one.state, one.amount, one.verdict) == ("open", 1, None)
    assert one.deadline_at == one.asked_at + timedelta(hours=24)


def test_the_same_question_is_one(asker: Asker) -> None:
    for n in range(3):
        asker.ask("refund-review", refund(), timestamp=str(n))
    (one,) = asker.inbound.questions()
    assert one.asked_again == 2


def test_without_a_case_vouchers_tell_questions_apart(asker: Asker) -> None:
    for voucher in ("1", "2", "1"):
        asked = {"order_id": ORDER, "certificates": [{"certificate_id": voucher}]}
        asker.ask("refund-review", asked)
    assert sorted(q.asked_again for q in asker.inbound.questions()) == [0, 1]


@pytest.mark.parametrize(
    ("verdict", "reason", "answer"),
    [
        (Verdict.AGREED, None, {"result": 1}),
        (Verdict.REFUSED, "已核销", {"result": 2, "reason": "已核销"}),
    ],
)
def test_a_decision_is_heard_when_the_platform_asks_again(
    verdict: Verdict, reason: str | None, answer: dict[str, Any],
    asker: Asker, facts: dict[str, str],
) -> None:  # fmt: skip
    facts["refund_review"] = "ask_again"
    assert asker.ask("refund-review", refund())["error_code"] == 100
    (one,) = asker.inbound.questions()
    asker.inbound.decide(one.id, verdict, by="erp", reason=reason)
    asker.inbound.decide(one.id, verdict, by="erp, once more", reason=reason)
    other = Verdict.REFUSED if verdict is Verdict.AGREED else Verdict.AGREED
    with pytest.raises(Misconfigured, match="by erp"):
        asker.inbound.decide(one.id, other, by="somebody else")

    for _ in range(2):
        said = asker.ask("refund-review", refund())
        assert said == {"error_code": 0, "description": "success", **answer}
    (one,) = asker.inbound.questions()
    assert (one.state, one.decided_by) == ("told", "erp")


def test_small_refunds_may_be_granted_at_once(asker: Asker, facts: dict[str, str]) -> None:
    facts["refund_review_agree_up_to_fen"] = "5000"
    asked = {"a": 5000, "b": 5001, "c": None, "d": 0}
    results = {k: asker.ask("refund-review", refund(v, k)) for k, v in asked.items()}
    assert {k: said["result"] for k, said in results.items()} == {
        "a": 1, "b": 0, "c": 0, "d": 0,
    }  # fmt: skip
    told = {q.key: (q.state, q.decided_by) for q in asker.inbound.questions()}
    assert told["a"] == ("told", "configuration")
    facts["refund_review_agree_up_to_fen"] = "0"
    assert asker.ask("refund-review", refund(5000, "a"))["result"] == 1, "it was granted"


def test_a_delivery_has_fees_and_a_longer_time(asker: Asker) -> None:
    asked = {"order_id": ORDER, "after_sale_id": "7", "refund_fee": 900}
    asker.ask("takeout-refund-review", {**asked, "delivery_fee": 100})
    (one,) = asker.inbound.questions()
    assert one.amount == 1000
    assert one.deadline_at == one.asked_at + timedelta(hours=72)


# The clock -------------------------------------------------------------------------------


def test_a_clock_that_runs_short_is_a_trouble_until_it_is_decided(
    joined: Bench, asker: Asker, facts: dict[str, str]
) -> None:
    facts["refund_review"] = "ask_again"
    asker.ask("refund-review", refund())
    (one,) = asker.inbound.questions()

    def at(hours: float) -> list[tuple[str, str]]:
        now = one.asked_at + timedelta(hours=hours)
        return [(t.key, t.severity) for t in asker.inbound.troubles(now)]

    key = f"ask:{one.id}"
    assert [at(0), at(17.9), at(18), at(24), at(71), at(73)] == [
        [], [], [(key, "warning")], [(key, "critical")], [(key, "critical")], [],
    ]  # fmt: skip
    asker.inbound.decide(one.id, Verdict.AGREED, by="erp")
    (trouble,) = asker.inbound.troubles(one.asked_at + timedelta(hours=20))
    assert "平台还未取走" in trouble.text
    asker.ask("refund-review", refund())
    assert at(20) == []


def test_pushes_nobody_works_off_are_a_trouble(joined: Bench, inbound: Inbound) -> None:
    pusher = Pusher(inbound, joined.platform.accounts()[0])
    pusher.send(pusher.order_event(ORDER, 1_763_611_200))
    assert inbound.troubles() == []
    joined.platform.clock.advance(601)
    assert [t.key for t in inbound.troubles()] == ["push_late"]


def test_pushes_of_a_shop_that_is_shut_are_no_trouble_of_their_own(
    joined: Bench, inbound: Inbound
) -> None:
    """It is told of as such; they wait for as long as that lasts, and are not given up."""
    (account,) = joined.platform.accounts()
    pusher = Pusher(inbound, account)
    platform: Any = joined.platform
    record = platform.shops[account.external_id].place()
    platform.revoke(account.external_id)
    pusher.send(pusher.order_event(record.id, 1_763_611_200))
    for _ in range(48):
        joined.platform.clock.advance(1800)
        inbound.work_off()
        assert inbound.troubles() == []
    platform.authorise(account.external_id)
    joined.platform.clock.advance(3600)
    assert inbound.work_off().done == 1


def test_what_the_hub_can_not_keep_is_asked_again(
    joined: Bench, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seal(*_: object) -> bytes:
        raise Misconfigured("the encryption keys were replaced by others")

    monkeypatch.setattr(joined.hub.store.vault, "seal", seal)
    body = json.dumps(refund()).encode()
    header = sign(asker.account.app_secret, QUERY, body)
    answer = asker.raw("refund-review", QUERY, body, [("x-life-sign", header)])
    assert answer == (503, {"error": "try again"})


def test_nobodys_data_stands_open_among_the_questions(joined: Bench, asker: Asker) -> None:
    asker.ask("refund-review", {**refund(), "refund_reason": "a buyer's own words"})
    with joined.hub.store.reading() as connection:
        (row,) = connection.exec_driver_sql("SELECT * FROM ask").all()
    assert "own words" not in repr(tuple(row))
