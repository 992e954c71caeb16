"""What the platform asks and waits for, and what configuration answers by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from adapters.douyin_laike import spi
from hub_core.errors import Misconfigured
from hub_core.ports import Pushed, Question, Standing, Verdict
from hub_core.wire import JSON, Credentials

from .facts import ID, SPI_FACTS

REFUND = "refund_review"
TAKEOUT = "takeout_refund_review"
STATUS = "order_status"
CODES = "code_issue"
NOTICE = "refund_notice"
WAITING: Mapping[str, Verdict] = {
    "callback": Verdict.PENDING,
    "ask_again": Verdict.AGAIN,
}
AT_ONCE: Mapping[str, Verdict] = {"hold": Verdict.PENDING, "ask_again": Verdict.AGAIN}


class LaikeAsks:
    """Four questions, and what the platform tells of refunds it decided itself."""

    routes: Mapping[str, str] = {
        "order-status": STATUS,
        "refund-review": REFUND,
        "takeout-refund-review": TAKEOUT,
        "issue-codes": CODES,
        "refund-notice": NOTICE,
    }

    def genuine(self, push: Pushed, app: Credentials) -> bool:
        """SHA-256 over secret, query and body, in its header."""
        given = [value for name, value in push.headers if name == spi.SIGNATURE]
        old = _fact(app, "spi_signature", ("header", "query")) == "query"
        return spi.genuine(app.app_secret, given, push.query, push.body, old)

    def question(self, route: str, document: JSON, app: Credentials) -> Question:
        """What is asked, how long it waits, and what is answered meanwhile."""
        kind = self.routes[route]
        if kind == STATUS:
            orders = spi.orders_asked(document)
            return Question(kind=kind, key="", order_external_ids=orders)
        if kind == CODES:
            return _codes(spi.codes_asked(document), app)
        if kind == NOTICE:
            return _notice(spi.refund_told(document))
        refund = spi.refund_asked(document)
        return Question(
            kind=kind,
            key=refund.key,
            order_external_ids=(refund.order_id,),
            amount=refund.amount,
            limit=timedelta(hours=_whole(app, f"{kind}_hours")),
            verdict=_at_once(refund.amount, app),
            case_external_id=refund.case,
            voucher_external_ids=refund.vouchers,
            uncoded=refund.uncoded,
        )

    def standings(self, question: Question, known: Sequence[Standing]) -> JSON:
        """Orders as they are stored."""
        return spi.standings([_row(one) for one in known])

    def decision(
        self,
        question: Question,
        verdict: Verdict,
        reason: str | None,
        app: Credentials,
        codes: Sequence[str] = (),
    ) -> JSON:
        """The verdict as a number; with codes where it asks for some, a refusal with its
        reason. What was but told is thanked for."""
        if question.kind == NOTICE:
            return spi.answer()
        if verdict is Verdict.AGAIN:
            return spi.answer(spi.AGAIN, "not decided yet")
        if question.kind == CODES:
            return _issued(question, verdict, reason, codes)
        order = (Verdict.PENDING, Verdict.AGREED, Verdict.REFUSED)
        result = _results(app)[order.index(verdict)]
        if verdict is not Verdict.REFUSED:
            return spi.answer(result=result)
        more = spi.issued(question.uncoded, codes) if codes else {}
        return spi.answer(result=result, reason=reason or "", **more)


def _codes(asked: spi.Issue, app: Credentials) -> Question:
    """One question for each order."""
    return Question(
        kind=CODES,
        key=asked.order_id,
        order_external_ids=(asked.order_id,),
        limit=timedelta(minutes=_whole(app, "code_issue_minutes")),
        verdict=WAITING[_fact(app, "code_issue", tuple(WAITING))],
        codes=asked.count,
        sku_external_id=asked.sku_id,
        outer_code=asked.third_sku_id,
        voucher_external_ids=asked.vouchers,
    )


def _notice(told: spi.Notice) -> Question:
    return Question(
        kind=NOTICE,
        key=told.keys[0],
        order_external_ids=(told.order_id,),
        verdict=Verdict.AGREED if told.granted else Verdict.REFUSED,
        closes=told.keys,
        voucher_external_ids=told.vouchers,
        cancelled=told.codes,
    )


def _issued(
    question: Question, verdict: Verdict, reason: str | None, codes: Sequence[str]
) -> JSON:
    if verdict is Verdict.AGREED:
        more = spi.issued(question.voucher_external_ids, codes)
        return spi.answer(result=spi.ISSUED, **more)
    if verdict is Verdict.REFUSED:
        return spi.answer(result=spi.FAILED, fail_reason=reason or "")
    return spi.answer(result=spi.ISSUING)


def _row(one: Standing) -> JSON:
    """`order_status` is the platform's own number; a word that is none is left out."""
    row: JSON = {
        "order_id": one.external_id,
        "out_order_id": one.uid,
        "total_quantity": one.vouchers,
        "used_quantity": one.redeemed,
        "refund_quantity": one.refunded,
    }
    if one.status_raw and one.status_raw.isdecimal():
        row["order_status"] = int(one.status_raw)
    return row


def _at_once(amount: int | None, app: Credentials) -> Verdict:
    most = _whole(app, "refund_review_agree_up_to_fen")
    if amount is not None and 0 < amount <= most:
        return Verdict.AGREED
    return AT_ONCE[_fact(app, "refund_review", tuple(AT_ONCE))]


def _fact(app: Credentials, name: str, known: Sequence[str]) -> str:
    said = app.options.get(name, SPI_FACTS[name])
    if said not in known:
        raise Misconfigured(f"{ID}: {name} is {' or '.join(known)}, not {said!r}")
    return said


def _whole(app: Credentials, name: str) -> int:
    said = app.options.get(name, SPI_FACTS[name])
    if not said.isdecimal():
        raise Misconfigured(f"{ID}: {name} is a whole number, not {said!r}")
    return int(said)


def _results(app: Credentials) -> list[int]:
    name = "refund_review_results"
    words = app.options.get(name, SPI_FACTS[name]).split(",")
    if len(words) != 3 or not all(word.strip().isdecimal() for word in words):
        raise Misconfigured(f"{ID}: {name} is three numbers parted by commas")
    return [int(word) for word in words]
