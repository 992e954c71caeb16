"""Telling the platform what was decided of what it was answered "pending" to.

Codes and refunds of a third party's codes, and refunds of deliveries, which have a call of
their own. How a refund stands its order's after-sale cases show; whether codes were taken
nothing here shows, and the page says to tell them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.douyin_laike.spi import DENIED, FAILED, GRANTED, ISSUED
from hub_core.errors import Misconfigured
from hub_core.models import AfterSale, CaseStatus
from hub_core.ports import Decision, Done, Effect, Question, Session, Verdict
from hub_core.wire import Fetched, Page, pick

from .facts import ADAPTERS, ANSWER_FACTS, ID, account_of
from .spi import CODES, TAKEOUT

STANDS: Mapping[CaseStatus, Verdict] = {
    CaseStatus.MERCHANT_REVIEW: Verdict.PENDING,
    CaseStatus.REFUNDING: Verdict.AGREED,
    CaseStatus.CLOSED_DONE: Verdict.AGREED,
    CaseStatus.CLOSED_REJECTED: Verdict.REFUSED,
    CaseStatus.ARBITRATION: Verdict.REFUSED,
}
"""A case the buyer took back stands for nothing, and can be told of no more."""


class LaikeAnswers:
    """One decision a call."""

    def __init__(self, session: Session) -> None:
        self._session = session
        pins = session.shop.pins
        self._calls = pick(ADAPTERS, "answers", pins.get("answers"))
        self._cases = pick(ADAPTERS, "after_sales", pins.get("after_sales"))

    def tell(self, decision: Decision) -> Done:
        """The answer proves that it was heard; a refusal is raised."""
        question = decision.question
        if question.kind == CODES:
            self._session.send(self._calls.CODES, **self._codes(decision))
        elif question.kind == TAKEOUT:
            self._session.send(self._calls.DELIVERY, **self._delivery(decision))
        else:
            self._session.send(self._calls.REFUND, **self._refund(decision))
        return Done(target=question.order_external_ids[0], effect=Effect.CONFIRMED)

    def heard(self, question: Question) -> Verdict | None:
        """As the case stands; None for codes."""
        if question.kind == CODES:
            return None
        page: Page = self._session.send(
            self._cases.OF_ORDER,
            account_id=account_of(self._session.shop),
            order_id=question.order_external_ids[0],
        )
        found = [item.record for item in page.items if isinstance(item, Fetched)]
        for case in found:
            if isinstance(case, AfterSale) and _is(case, question):
                return STANDS.get(case.status)
        return None

    def _codes(self, decision: Decision) -> dict[str, Any]:
        order_id = decision.question.order_external_ids[0]
        if decision.verdict is Verdict.AGREED:
            codes = list(decision.codes)
            return {"order_id": order_id, "result": ISSUED, "codes": codes}
        why = decision.reason or self._fact("codes_fail_reason")
        return {"order_id": order_id, "result": FAILED, "fail_reason": why}

    def _refund(self, decision: Decision) -> dict[str, Any]:
        question, refused = decision.question, decision.verdict is Verdict.REFUSED
        codes = dict(zip(question.uncoded, decision.codes, strict=False))
        asked: dict[str, Any] = {
            "result": DENIED if refused else GRANTED,
            "after_sale_id": question.case_external_id,
            "certificate": [
                {"certificate_id": v, "code": codes.get(v) if refused else None}
                for v in question.voucher_external_ids
            ] or None,
        }  # fmt: skip
        if question.case_external_id is None and question.voucher_external_ids:
            asked["certificate_id"] = question.voucher_external_ids[0]
        if refused:
            asked["reason"] = decision.reason or self._fact("refusal_reason")
        return asked

    def _delivery(self, decision: Decision) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "after_sale_id": decision.question.key,
            "is_approved": decision.verdict is Verdict.AGREED,
        }
        if decision.verdict is Verdict.REFUSED:
            asked["reject_reason"] = {
                "reason_code": [self._code()],
                "desc": decision.reason or self._fact("refusal_reason"),
            }
        return asked

    def _fact(self, name: str) -> str:
        return str(self._session.facts.get(name, ANSWER_FACTS[name]))

    def _code(self) -> int:
        name = "takeout_refusal_code"
        if not (said := self._fact(name)).isdecimal():
            raise Misconfigured(f"{ID}: {name} is a whole number, not {said!r}")
        return int(said)


def _is(case: AfterSale, question: Question) -> bool:
    """Whether the question is about it: it names the case, or its vouchers."""
    if question.case_external_id is not None:
        return case.external_id == question.case_external_id
    mine = set(question.voucher_external_ids)
    return bool(mine & {line.voucher_external_id for line in case.lines})
