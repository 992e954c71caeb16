"""What the hub relies on in what a platform asks, and in how it is told what was decided.

    class TestTeahouseAsks(AsksContract):
        @pytest.fixture
        def plugin(self):
            return channel_hub_teahouse

        @pytest.fixture
        def platform(self):
            return create(seed=1, orders=60, clock=Clock(NOON), history=timedelta(days=1))

        @pytest.fixture
        def asking(self, platform):
            return Asking(platform)

`asking` (`Asking`) lets questions arise and has them asked. What becomes of an answer the
sandbox tells by `Platform.effects`. `AnsweringContract` takes the same fixtures.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

import pytest

from ..errors import HubError, Retryable
from ..ports import (
    Answering,
    Asks,
    Decision,
    Done,
    Effect,
    Pushed,
    Question,
    Standing,
    Verdict,
)
from ..sandbox import Effect as Happened
from ..sandbox import Request, Response, Send
from ..wire import JSON
from .asking import says
from .desk import Desk, failure
from .posting import LONG, STEP, document_of, forged, pushed, unfit_alone
from .spoiling import misshapen
from .writing import CONFIRMED, REFUSED, Effects, Writing, unanswered

STANDS, REASON = "order_status", "已核销，不退款"
SPOILED = 40
SHOWN = 300.0
"""Seconds after which a platform shows what was decided."""
DECIDED = (Verdict.AGREED, Verdict.REFUSED)
CODE = "C0DE-{:04d}"
STANDING = {"vouchers": 7, "redeemed": 5, "refunded": 3}


class Asking(Protocol):
    """A platform that asks. Each request's path is `/` and a route of the plugin's."""

    def arise(self) -> None:
        """Let questions arise, of each route as far as it can."""
        ...

    def deliver(self, send: Send) -> int:
        """Ask all that is due now; how much that was."""
        ...


@dataclass
class Asked:
    """The hub at its door: it decides each question alike, and takes all down."""

    desk: Desk
    verdict: Verdict | None
    """None: as configuration has it."""
    found: list[tuple[str, Pushed, Question, JSON]] = field(default_factory=list)
    """Route, request, question, answer."""

    def __call__(self, request: Request) -> Response:
        """Answer, as the hub does."""
        route = request.target.partition("?")[0].strip("/")
        push = pushed(request)
        assert asks_of(self.desk).genuine(push, self.desk.app), "not taken for genuine"
        question = asks_of(self.desk).question(route, document_of(push), self.desk.app)
        answer = self._answer(question)
        self.found.append((route, push, question, answer))
        return Response(200, json.dumps(answer).encode())

    def _answer(self, question: Question) -> JSON:
        if question.kind == STANDS:
            return asks_of(self.desk).standings(question, [])
        verdict = question.verdict if self.verdict is None else self.verdict
        return decided(self.desk, question, verdict)

    @property
    def questions(self) -> list[Question]:
        """That ask for a decision."""
        return [q for _, _, q, _ in self.found if q.kind != STANDS and not q.closes]


class Questions(Writing):
    """The fixtures of both."""

    @pytest.fixture
    def asking(self) -> Asking:
        """How the platform asks."""
        pytest.skip("give the fixture `asking`: how questions arise and are asked")

    @pytest.fixture
    def ask(self, desk: Desk, asking: Asking, effects: Effects) -> Ask:
        """Lets questions arise and be asked."""
        return Ask(desk, asking, effects)


class Ask:
    """The platform asks a hub that decides all alike; called with its verdict."""

    def __init__(self, desk: Desk, asking: Asking, effects: Effects) -> None:
        self._desk, self._asking, self._effects = desk, asking, effects
        self._before = 0

    def __call__(self, verdict: Verdict | None) -> Asked:
        """What was asked."""
        hub = Asked(self._desk, verdict)
        self._asking.arise()
        self._before = len(self._effects())
        self.on(hub, STEP)
        assert hub.found, "nothing was asked: let `arise` bring more"
        return hub

    @property
    def happened(self) -> Sequence[Happened]:
        """What has been changed since questions arose."""
        return self._effects()[self._before :]

    def on(self, hub: Asked, seconds: float) -> None:
        """For so long."""
        for _ in range(int(seconds / STEP)):
            self._desk.clock.local.sleep(STEP)
            self._asking.deliver(hub)


class AsksContract(Questions):
    """Inherit, give the fixtures, run."""

    capability = "asks"

    def test_it_satisfies_the_port(self, desk: Desk) -> None:
        """Each route is the last part of an address of the hub's."""
        asks = asks_of(desk)
        assert isinstance(asks, Asks)
        assert asks.routes
        assert all(name == name.strip("/ ").lower() for name in asks.routes)
        assert all(kind.strip() for kind in asks.routes.values())

    # Whose it is ------------------------------------------------------------------------

    def test_what_anybody_asks_is_not_answered(self, desk: Desk, ask: Ask) -> None:
        """The answers tell how orders stand, and give codes away: another secret, another
        body, another address, a signature that is cut, missing or there twice."""
        hub = ask(Verdict.PENDING)
        genuine = asks_of(desk).genuine
        for _, push, _, _ in hub.found[:3]:
            assert forged(desk, push, genuine) == []
            counts = push.query and not genuine(replace(push, query=""), desk.app)
            more = replace(push, query=f"{push.query}&more=1")
            assert not counts or not genuine(more, desk.app), "the address may be another"

    # What is asked ----------------------------------------------------------------------

    def test_a_question_can_be_decided(self, desk: Desk, ask: Ask) -> None:
        """Whoever decides is shown the order, the amount, and until when."""
        hub = ask(None)
        said = [why for route, _, q, _ in hub.found for why in _undecidable(desk, route, q)]
        assert said == []

    def test_questions_are_of_orders_there_are(self, desk: Desk, ask: Ask) -> None:
        """By the id they are fetched by."""
        hub = ask(Verdict.PENDING)
        for question in hub.questions:
            for name in question.order_external_ids:
                assert desk.source_of("orders").record(name) is not None

    def test_the_same_question_is_one(self, desk: Desk, ask: Ask) -> None:
        """What is asked again is known by its key, whatever else of the request changes;
        another question has another."""
        hub = ask(Verdict.AGAIN)
        first = {(q.kind, q.key): q for q in hub.questions}
        before = len(hub.found)
        ask.on(hub, 2 * LONG)
        again = [q for _, _, q, _ in hub.found[before:] if q.kind != STANDS]
        assert again, "what was answered with AGAIN is asked again"
        told = {(q.kind, q.key) for q in again}
        assert told & set(first), "and is the same question then"
        for question in again:
            known = first.setdefault((question.kind, question.key), question)
            assert question == known

    def test_wrong_shapes_are_foreseen(self, desk: Desk, ask: Ask) -> None:
        """What is not as the documents say is a ValueError, or still a question that can
        be decided."""
        hub = ask(Verdict.PENDING)
        for route, push in {route: push for route, push, _, _ in hub.found}.items():
            for body in misshapen(push.body, most=SPOILED):
                unfit_alone(partial(_read, desk, route, json.loads(body)))

    # What is answered -------------------------------------------------------------------

    @pytest.mark.parametrize("verdict", [Verdict.PENDING, *DECIDED])
    def test_what_is_answered_is_asked_no_more(self, ask: Ask, verdict: Verdict) -> None:
        """An answer the platform cannot read is none to it, and it asks again."""
        hub = ask(verdict)
        asked = {(q.kind, q.key) for q in hub.questions}
        before = len(hub.found)
        ask.on(hub, LONG / 2)
        again = {(q.kind, q.key) for _, _, q, _ in hub.found[before:]}
        assert asked
        assert not asked & again

    def test_a_decision_is_taken_and_none_is_not(self, ask: Ask) -> None:
        """Agreed is agreed, refused is refused, and pending changes nothing."""
        for verdict in (Verdict.PENDING, Verdict.AGAIN):
            assert ask(verdict).questions
            assert list(ask.happened) == []
        found = {}
        for verdict in DECIDED:
            hub = ask(verdict)
            assert len(ask.happened) >= len(hub.questions) > 0
            found[verdict] = {(e.kind, json.dumps(_bare(e.facts))) for e in ask.happened}
        assert not found[Verdict.AGREED] & found[Verdict.REFUSED]

    def test_codes_that_are_given_are_had(self, ask: Ask) -> None:
        """A guest shows the code he has: each is passed on as it is."""
        hub = ask(Verdict.AGREED)
        wanted = [n for q in hub.questions for n in codes_for(q, Verdict.AGREED)]
        had = json.dumps([dict(e.facts) for e in ask.happened])
        assert [code for code in wanted if code not in had] == []

    def test_answers_differ_and_say_why(self, desk: Desk, ask: Ask) -> None:
        """Each verdict has an answer of its own, a refusal its reason."""
        for question in ask(Verdict.PENDING).questions:
            said = {v: json.dumps(decided(desk, question, v)) for v in Verdict}
            assert len(set(said.values())) == len(Verdict)
            refusal = decided(desk, question, Verdict.REFUSED)
            assert says(refusal, REASON), "the reason is not told"
            bare = asks_of(desk).decision(
                question,
                Verdict.REFUSED,
                None,
                desk.app,
                codes_for(question, Verdict.REFUSED),
            )
            assert json.loads(json.dumps(bare)) == bare

    def test_orders_stand_as_the_hub_has_them(self, desk: Desk, ask: Ask) -> None:
        """Of each the hub knows: its id and the hub's, how many vouchers it has, and how
        many of them were used and paid back. The others are left out."""
        for _, _, question, answer in ask(Verdict.PENDING).found:
            if question.kind != STANDS:
                continue
            known, *others = question.order_external_ids
            assert not says(answer, known), "nothing was known of it"
            one = Standing(external_id=known, uid="hub-uid-1", status_raw=None, **STANDING)
            told = asks_of(desk).standings(question, [one])
            for value in (known, "hub-uid-1", *map(str, STANDING.values())):
                assert says(told, value), f"{value} is not told"
            assert not [name for name in others if says(told, name)]
            assert json.loads(json.dumps(told)) == told

    def test_nobodys_code_is_printed(self, desk: Desk, ask: Ask) -> None:
        """Whoever has a code can use it."""
        for _, push, question, _ in ask(Verdict.AGREED).found:
            assert not [c for c in question.cancelled if c in repr(question)]
            assert push.body.decode() not in repr(question)


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
            found[verdict] = {(e.kind, json.dumps(_bare(e.facts))) for e in ask.happened}
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


def asks_of(desk: Desk) -> Asks:
    """The plugin's own."""
    return desk.plugins.asks(desk.channel.id)


def answering_of(desk: Desk) -> Answering:
    """The plugin's own, on the line as it is."""
    return desk.plugins.answering(desk.channel.id, desk.line)


def codes_for(question: Question, verdict: Verdict) -> tuple[str, ...]:
    """As many as it takes, of this question alone: as the hub gives them."""
    wanted = {Verdict.AGREED: question.codes, Verdict.REFUSED: len(question.uncoded)}
    start = sum(map(ord, question.kind + question.key)) * 10
    return tuple(CODE.format(start + n) for n in range(wanted.get(verdict, 0)))


def decided(desk: Desk, question: Question, verdict: Verdict) -> JSON:
    """The plugin's answer."""
    reason = REASON if verdict is Verdict.REFUSED else None
    codes = codes_for(question, verdict)
    return asks_of(desk).decision(question, verdict, reason, desk.app, codes)


def decision_of(question: Question, verdict: Verdict) -> Decision:
    """A decision as the hub tells it."""
    reason = REASON if verdict is Verdict.REFUSED else None
    codes = codes_for(question, verdict)
    return Decision(question=question, verdict=verdict, reason=reason, codes=codes)


def _undecidable(desk: Desk, route: str, one: Question) -> Iterator[str]:
    """What of a question a person, or the hub, could not go by, as sentences."""
    asks = one.kind != STANDS and not one.closes
    if one.kind != asks_of(desk).routes[route]:
        yield f"{route} asks {one.kind}"
    if not one.order_external_ids or not all(x.strip() for x in one.order_external_ids):
        yield f"{one.kind} is of no order"
    if one.kind != STANDS and not one.key.strip():
        yield f"{one.kind} has no key"
    if one.amount is not None and (type(one.amount) is not int or one.amount < 0):
        yield f"{one.kind}: an amount that is none"
    if asks and (one.limit is None or not timedelta(0) < one.limit <= timedelta(days=30)):
        yield f"{one.kind}: it does not say until when"
    if asks and one.verdict in DECIDED:
        yield f"{one.kind} is decided by nobody"
    if not {*one.uncoded} <= {*one.voucher_external_ids}:
        yield f"{one.kind}: codes of vouchers that are not asked about"
    if type(one.codes) is not int or one.codes < 0:
        yield f"{one.kind}: so many codes are none"


def _read(desk: Desk, route: str, document: JSON) -> None:
    question = asks_of(desk).question(route, document, desk.app)
    assert list(_undecidable(desk, route, question)) == []


def _bare(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What an effect says, but for codes."""
    return {key: value for key, value in facts.items() if "code" not in key}


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
