"""What the hub relies on in what a platform asks and waits for.

    class TestTeahouseAsks(AsksContract):
        @pytest.fixture
        def plugin(self):
            return channel_hub_teahouse

        @pytest.fixture
        def platform(self):
            return create(seed=1, orders=60, clock=Clock(NOON), history=timedelta(days=1))

        @pytest.fixture
        def asking(self, platform):     # with the methods of `questions.Asking`
            return Asking(platform)

Without `asking` all but the port's own test is skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from ..ports import Asks, Question, Standing, Verdict
from ..wire import JSON
from .asking import says
from .desk import Desk
from .posting import LONG, forged, unfit_alone
from .questions import (
    DECIDED,
    REASON,
    STANDS,
    Ask,
    Questions,
    asks_of,
    bare,
    codes_for,
    decided,
)
from .spoiling import misshapen

SPOILED = 40
STANDING = {"vouchers": 7, "redeemed": 5, "refunded": 3}
LONGEST = timedelta(days=30)


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
            found[verdict] = {(e.kind, json.dumps(bare(e.facts))) for e in ask.happened}
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
            unsaid = asks_of(desk).decision(
                question,
                Verdict.REFUSED,
                None,
                desk.app,
                codes_for(question, Verdict.REFUSED),
            )
            assert json.loads(json.dumps(unsaid)) == unsaid

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
    if asks and (one.limit is None or not timedelta(0) < one.limit <= LONGEST):
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
