"""What the platform is told of a decision, and how a case stands for one.

Source: pages tripartite.code/refund.audit, tripartite.code/callback and
takeout/refundresult; paper §3.4 (audit: result, after_sale_id, certificate[]), §3.8
(delivery: is_approved, reject_reason{reason_code[], desc}). `result` is 1 granted or codes,
2 refused or failed. C: the reason codes of a delivery's refusal.
"""

from __future__ import annotations

from typing import Any

import pytest

import connectors.douyin_laike as laike
from hub_core.errors import Misconfigured
from hub_core.models import AfterSale, AfterSaleKind, AfterSaleLine, CaseStatus
from hub_core.ports import Decision, Done, Effect, Question, Verdict
from hub_core.wire import JSON, Fetched, Misread, Page
from tests.adapters.douyin_laike.laike import ACCOUNT, Line

ORDER, CASE = "1000000000000000001", "7600000000000000001"
AGREED, REFUSED = Verdict.AGREED, Verdict.REFUSED


class Noting(Line):
    """A session that notes what is sent, and reads nothing of the answer."""

    def __init__(self, found: Page | None = None, **given: Any) -> None:
        super().__init__(lambda call, asked: {}, **given)
        self.found = found
        self.told: list[tuple[str, JSON]] = []

    def send(self, call: Any, /, **asked: Any) -> Any:
        self.told.append((call.endpoint, call.parameters(**asked)))
        return self.found


def question(kind: str = "refund_review", **more: Any) -> Question:
    return Question(kind=kind, key=CASE, order_external_ids=(ORDER,), **more)


def told(
    one: Question, verdict: Verdict, reason: str | None = None, *codes: str, **facts: str
) -> tuple[str, JSON]:
    line = Noting(facts=facts)
    decision = Decision(question=one, verdict=verdict, reason=reason, codes=codes)
    done = laike.hub_answering(line).tell(decision)
    assert done == Done(target=ORDER, effect=Effect.CONFIRMED)
    (sent,) = line.told
    return sent


AUDIT = "/goodlife/v1/fulfilment/refund/audit/"
VOUCHERS = {"voucher_external_ids": ("11", "21"), "uncoded": ("21",)}


def test_a_refund_is_granted_by_its_case_and_vouchers() -> None:
    one = question(case_external_id=CASE, **VOUCHERS)
    path, sent = told(one, AGREED, "a reason nobody asks for", "B1")
    assert path == AUDIT
    assert sent == {
        "result": 1,
        "after_sale_id": CASE,
        "certificate": [{"certificate_id": "11"}, {"certificate_id": "21"}],
    }


def test_a_refusal_has_its_reason_and_the_codes_that_were_never_given() -> None:
    one = question(case_external_id=CASE, **VOUCHERS)
    _, sent = told(one, REFUSED, "已核销", "B1")
    assert sent == {
        "result": 2,
        "after_sale_id": CASE,
        "certificate": [
            {"certificate_id": "11"},
            {"certificate_id": "21", "code": "B1"},
        ],
        "reason": "已核销",
    }
    assert told(one, REFUSED)[1]["reason"] == "商家拒绝退款"
    assert told(one, REFUSED, refusal_reason="不退")[1]["reason"] == "不退"


def test_without_a_case_its_first_voucher_names_it() -> None:
    _, sent = told(question(**VOUCHERS), AGREED)
    assert sent["certificate_id"] == "11"
    assert "after_sale_id" not in sent
    assert told(question(), AGREED)[1] == {"result": 1}
    named = question(case_external_id=CASE, voucher_external_ids=("11",))
    assert "certificate_id" not in told(named, AGREED)[1]


def test_a_delivery_is_answered_by_a_call_of_its_own() -> None:
    one = question("takeout_refund_review", case_external_id=CASE)
    path, sent = told(one, AGREED)
    assert path == "/goodlife/v1/after_sale/audit/notify/"
    assert sent == {"after_sale_id": CASE, "is_approved": True}
    assert told(one, REFUSED, "已做好")[1] == {
        "after_sale_id": CASE,
        "is_approved": False,
        "reject_reason": {"reason_code": [1], "desc": "已做好"},
    }
    bare = told(one, REFUSED, takeout_refusal_code="17")[1]["reject_reason"]
    assert bare == {"reason_code": [17], "desc": "商家拒绝退款"}
    with pytest.raises(Misconfigured, match="takeout_refusal_code"):
        told(one, REFUSED, takeout_refusal_code="any")


def test_codes_are_called_back_or_that_there_are_none() -> None:
    one = question("code_issue", codes=2)
    path, sent = told(one, AGREED, None, "A", "B")
    assert path == "/goodlife/v1/fulfilment/create/callback/"
    assert sent == {"order_id": ORDER, "result": 1, "codes": ["A", "B"]}
    failed = {"order_id": ORDER, "result": 2}
    assert told(one, REFUSED, "售罄")[1] == {**failed, "fail_reason": "售罄"}
    assert told(one, REFUSED)[1] == {**failed, "fail_reason": "其他"}
    said = told(one, REFUSED, codes_fail_reason="无")[1]
    assert said == {**failed, "fail_reason": "无"}


# How it stands -------------------------------------------------------------------------


def case(status: CaseStatus, id: str = CASE, *vouchers: str) -> Fetched:
    lines = tuple(AfterSaleLine(voucher_external_id=name) for name in vouchers)
    record = AfterSale(
        external_id=id, order_external_id=ORDER, kind=AfterSaleKind.REFUND_ONLY,
        status=status, status_raw=None, lines=lines,
    )  # fmt: skip
    return Fetched(record, {})


def heard(one: Question, *items: Any) -> Verdict | None:
    line = Noting(Page(tuple(items)))
    found: Verdict | None = laike.hub_answering(line).heard(one)
    if line.told:
        asked = {"account_id": ACCOUNT, "order_id": ORDER}
        path = "/goodlife/v1/akte/after_sale/order_detail/get/"
        assert line.told == [(path, asked)]
    return found


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (CaseStatus.MERCHANT_REVIEW, Verdict.PENDING),
        (CaseStatus.REFUNDING, AGREED),
        (CaseStatus.CLOSED_DONE, AGREED),
        (CaseStatus.CLOSED_REJECTED, REFUSED),
        (CaseStatus.ARBITRATION, REFUSED),
        (CaseStatus.CLOSED_CANCELLED, None),
        (CaseStatus.UNKNOWN, None),
    ],
)
def test_a_case_stands_for_a_decision(status: CaseStatus, verdict: Verdict | None) -> None:
    assert heard(question(case_external_id=CASE), case(status)) is verdict


def test_the_case_is_found_by_its_id_or_else_by_a_voucher() -> None:
    done, open_ = CaseStatus.CLOSED_DONE, CaseStatus.MERCHANT_REVIEW
    others = (Misread(CASE, "x", {}), case(open_, "5", "11"), case(done, CASE, "21"))
    assert heard(question(case_external_id=CASE), *others) is AGREED
    assert heard(question(case_external_id="6"), *others) is None
    assert heard(question(voucher_external_ids=("21",)), *others) is AGREED
    assert heard(question(voucher_external_ids=("11",)), *others) is Verdict.PENDING
    assert heard(question(voucher_external_ids=("31",)), *others) is None
    assert heard(question()) is None


def test_codes_are_shown_nowhere() -> None:
    line = Noting()
    assert laike.hub_answering(line).heard(question("code_issue", codes=1)) is None
    assert line.told == []
