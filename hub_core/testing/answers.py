"""What the hub relies on when it tells a platform later what was decided of a question.

    class TestTeahouseAnswering(AnsweringContract):
        ...                             # the fixtures of `asks.AsksContract`

Questions are answered "pending" first, which the contract does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from ..errors import HubError, Retryable
from ..ports import Answering, Decision, Done, Effect, Question, Verdict
from .desk import Desk, failure
from .questions import DECIDED, REASON, Ask, Questions, bare, codes_for
from .writing import CONFIRMED, REFUSED, Effects, unanswered

SHOWN = 300.0
"""Seconds after which a platform shows what was decided."""


class AnsweringContract(Questions):
    """Inherit, give the fixtures, run. What was answered "pending" is decided later."""

    capability = "answering"

    def test_it_satisfies_the_port(self, desk: Desk) -> None:
        """The hub tells a decision by what `ports.Answering` names."""
        assert isinstance(answering_of(desk), Answering)
        assert "asks" in desk.row.capabilities, "nothing is asked"

    @pytest.mark.parametrize("verdict", DECIDED)
    def test_a_decision_that_is_told_is_taken(
        self, desk: Desk, ask: Ask, effects: Effects, verdict: Verdict
    ) -> None:
        """Once, however often it is told: after a lost answer it is told again."""
        for question in ask(Verdict.PENDING).questions:
            before = len(effects())
            done = answering_of(desk).tell(decision_of(question, verdict))
            assert done.effect is CONFIRMED
            assert done.target in question.order_external_ids
            assert len(effects()) == before + 1, "nothing was done, or more than once"
            desk.clock.local.sleep(SHOWN)
            assert answering_of(desk).heard(question) in (None, verdict)
            _again(desk, decision_of(question, verdict))
            assert len(effects()) == before + 1, "telling it again did it again"

    def test_both_decisions_differ(self, desk: Desk, ask: Ask) -> None:
        """Refused is not agreed."""
        found: dict[Verdict, Any] = {}
        for verdict in DECIDED:
            for question in ask(Verdict.PENDING).questions:
                answering_of(desk).tell(decision_of(question, verdict))
            found[verdict] = {(e.kind, json.dumps(bare(e.facts))) for e in ask.happened}
        assert not found[Verdict.AGREED] & found[Verdict.REFUSED]

    def test_codes_that_are_told_are_had(
        self, desk: Desk, ask: Ask, effects: Effects
    ) -> None:
        """Of an order's vouchers, each as it is."""
        for question in ask(Verdict.PENDING).questions:
            before = len(effects())
            decision = decision_of(question, Verdict.AGREED)
            answering_of(desk).tell(decision)
            had = json.dumps([dict(e.facts) for e in effects()[before:]])
            assert [code for code in decision.codes if code not in had] == []

    def test_what_waits_is_pending_or_not_shown(self, desk: Desk, ask: Ask) -> None:
        """`heard` decides whether a decision whose answer was lost is told again."""
        for question in ask(Verdict.PENDING).questions:
            assert answering_of(desk).heard(question) in (None, Verdict.PENDING)

    def test_a_question_nobody_asked_is_refused(
        self, desk: Desk, ask: Ask, effects: Effects
    ) -> None:
        """It would be told for ever otherwise; and no other order is decided for it."""
        for question in ask(Verdict.PENDING).questions[:2]:
            before = len(effects())
            error, done = _told(desk, decision_of(_strange(question), Verdict.AGREED))
            assert error is not None or (done is not None and done.effect is REFUSED)
            assert not isinstance(error, Retryable)
            assert len(effects()) == before

    def test_no_answer_is_taken_for_a_yes(
        self, desk: Desk, ask: Ask, refusals: Mapping[str, bytes]
    ) -> None:
        """A login page, a refusal, nothing at all: nobody has heard it."""
        question, *_ = ask(Verdict.PENDING).questions
        for body in (b"", b"[]", b"<html>login</html>", *refusals.values()):
            desk.tap.give(body)
            desk.rest()
            error, done = _told(desk, decision_of(question, Verdict.AGREED))
            assert error is not None or (done is not None and done.effect is REFUSED)
        desk.tap.change = None

    def test_a_lost_answer_is_an_error_and_is_told_again(
        self, desk: Desk, ask: Ask, effects: Effects
    ) -> None:
        """A call is sent once; the hub looks, and tells it again."""
        for question in ask(Verdict.PENDING).questions[:2]:
            before = len(effects())
            decision = decision_of(question, Verdict.AGREED)
            with unanswered(desk, effects):
                error, _ = _told(desk, decision)
            assert isinstance(error, Retryable)
            _again(desk, decision)
            assert len(effects()) == before + 1


def answering_of(desk: Desk) -> Answering:
    """The plugin's own, on the line as it is."""
    return desk.plugins.answering(desk.channel.id, desk.line)


def decision_of(question: Question, verdict: Verdict) -> Decision:
    """A decision as the hub tells it."""
    reason = REASON if verdict is Verdict.REFUSED else None
    codes = codes_for(question, verdict)
    return Decision(question=question, verdict=verdict, reason=reason, codes=codes)


def _strange(question: Question) -> Question:
    names = tuple(f"{name[:-4]}9876" for name in question.order_external_ids)
    vouchers = tuple(f"{name[:-4]}9876" for name in question.voucher_external_ids)
    case = question.case_external_id and f"{question.case_external_id[:-4]}9876"
    return replace(
        question, order_external_ids=names, case_external_id=case, key=case or names[0],
        voucher_external_ids=vouchers, uncoded=(),
    )  # fmt: skip


def _told(desk: Desk, decision: Decision) -> tuple[HubError | None, Done | None]:
    """How telling it ends."""
    done: list[Done] = []
    error = failure(lambda: done.append(answering_of(desk).tell(decision)))
    return error, next(iter(done), None)


def _again(desk: Desk, decision: Decision) -> None:
    """Told once more it is taken, or refused for good."""
    error, done = _told(desk, decision)
    assert not isinstance(error, Retryable)
    assert done is None or done.effect in (Effect.CONFIRMED, Effect.REFUSED)
