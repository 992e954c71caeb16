"""What the hub relies on in what a platform pushes.

    class TestTeahousePushes(PushesContract):
        @pytest.fixture
        def plugin(self):
            return channel_hub_teahouse

        @pytest.fixture
        def platform(self):
            return create(seed=1, orders=60, clock=Clock(NOON), history=timedelta(days=1))

The sandbox's `pushes` are tried and delivered (`posting.Posting`); for another platform
give `posting`. What happens is what `Platform.churn` lets happen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import partial

import pytest

from ..ports import Hint, Pushed, Pushes
from ..sandbox import Platform, Request, Response
from ..wire import JSON
from .desk import Desk
from .posting import (
    Noted,
    Posted,
    Posting,
    document_of,
    forged,
    pushed,
    unfit_alone,
)
from .spoiling import STRANGE_WORD, keys_of, misshapen, reworded

CHANGES = 40
LATE = 120.0
"""Seconds after which all that happened is pushed, but for what is to come again."""
SPOILED = 40
JUST_NOW = timedelta(hours=1)
LONGEST = 64
"""Characters of a challenge that is answered."""


class PushesContract(Posted):
    """Inherit, give the fixtures, run."""

    capability = "pushes"

    @pytest.fixture
    def tried(self, desk: Desk, posting: Posting) -> Sequence[Pushed]:
        """By what the platform tried the address; it is not satisfied by thanks alone."""
        noted = Noted(pushes_of(desk).thanks)
        posting.subscribe(noted)
        return noted.pushed

    @pytest.fixture
    def happened(
        self, desk: Desk, posting: Posting, platform: Platform
    ) -> Sequence[Pushed]:
        """What was pushed of what happened."""
        assert posting.subscribe(Hub(desk)), "the address was not taken"
        platform.churn(CHANGES, account=desk.account.external_id)
        platform.clock.advance(LATE)
        noted = Noted(pushes_of(desk).thanks)
        posting.deliver(noted)
        assert len(noted.pushed) > 1, "nothing was pushed: let more happen"
        return noted.pushed

    # Whose it is ------------------------------------------------------------------------

    def test_it_satisfies_the_port(self, desk: Desk) -> None:
        """The hub calls what `ports.Pushes` names."""
        assert isinstance(pushes_of(desk), Pushes)
        assert isinstance(pushes_of(desk).thanks, bytes)

    def test_what_the_platform_signed_is_genuine(
        self, desk: Desk, happened: Sequence[Pushed]
    ) -> None:
        """Of what is not, nothing is kept: what is refused here never arrives."""
        assert all(pushes_of(desk).genuine(push, desk.app) for push in happened)

    def test_what_anybody_sends_is_not(
        self, desk: Desk, happened: Sequence[Pushed]
    ) -> None:
        """The address is open to the world: another secret, another body, a signature
        that is cut, spelt otherwise, missing or there twice."""
        genuine = pushes_of(desk).genuine
        said = [why for push in happened[:3] for why in forged(desk, push, genuine)]
        assert said == []

    # What it is about -------------------------------------------------------------------

    def test_a_push_names_what_to_look_at(
        self, desk: Desk, happened: Sequence[Pushed], platform: Platform
    ) -> None:
        """A record there is, of a kind the plugin reads, by the id it is fetched by; and
        its shop by an id of that shop."""
        hints = [_hint(desk, push) for push in happened]
        assert [said for hint in hints for said in misdirected(desk, hint)] == []
        orders = {hint.external_id for hint in hints if hint.kind == "orders"}
        assert orders, "no order was told of"
        known = platform.truth(desk.account.external_id)
        assert orders <= {order.external_id for order in known}

    def test_a_push_reads_the_same_twice(
        self, desk: Desk, happened: Sequence[Pushed]
    ) -> None:
        """Platforms repeat them."""
        assert all(_hint(desk, push) == _hint(desk, push) for push in happened)

    def test_a_word_nobody_has_heard_of_names_nothing(
        self, desk: Desk, happened: Sequence[Pushed]
    ) -> None:
        """Platforms add events: one is kept under its own word."""
        known = next(push for push in happened if _hint(desk, push).kind)
        word = _hint(desk, known).event
        body = reworded(known.body, keys_of(document_of(known), word), word)
        hint = _hint(desk, Pushed(headers=known.headers, body=body))
        assert (hint.event, hint.kind, hint.external_id) == (STRANGE_WORD, None, None)
        assert hint.wakes == ()

    def test_another_apps_push_is_none(
        self, desk: Desk, happened: Sequence[Pushed]
    ) -> None:
        """Where it names the app it is for, it is for no other."""
        for push in happened[:1]:
            keys = keys_of(document_of(push), desk.app.app_key)
            if keys:
                body = reworded(push.body, keys, desk.app.app_key)
                with pytest.raises(ValueError, match=r"\S"):
                    _hint(desk, Pushed(headers=push.headers, body=body))

    def test_wrong_shapes_are_foreseen(
        self, desk: Desk, happened: Sequence[Pushed]
    ) -> None:
        """What is not as the documents say is a ValueError, or names a record by its id:
        never by a blank. It quotes nothing."""
        for push in _one_of_each(desk, happened):
            outside = misshapen(push.body, most=SPOILED)
            for body in (*outside, *_spoiled_inside(document_of(push))):
                spoiled = Pushed(headers=push.headers, body=body)
                unfit_alone(partial(_named, desk, spoiled))

    # The address is tried ---------------------------------------------------------------

    def test_the_address_is_taken(self, desk: Desk, posting: Posting) -> None:
        """The platform tries it before it pushes anything."""
        assert posting.subscribe(Hub(desk)) is True

    def test_a_trial_is_told_from_a_push(
        self, desk: Desk, tried: Sequence[Pushed], happened: Sequence[Pushed]
    ) -> None:
        """What is a push is never answered as a trial: it would not be kept."""
        for push in happened:
            found = pushes_of(desk).challenge(document_of(push), True, desk.app)
            assert found is None
        for push in tried:
            found = pushes_of(desk).challenge(document_of(push), True, desk.app)
            assert found is not None

    def test_a_trial_echoes_a_number_or_a_short_word(
        self, desk: Desk, tried: Sequence[Pushed]
    ) -> None:
        """Anybody may try the address, unsigned: what it answers is no mirror for pages."""
        for push in tried:
            for value in ("<script>alert(1)</script>", "x" * 1000, [1], {"a": 1}, 10**40):
                for body in _with_each(push, value):
                    unfit_alone(partial(_modest, desk, json.loads(body)))

    # Thanks -----------------------------------------------------------------------------

    def test_what_is_thanked_for_comes_no_more(
        self, desk: Desk, posting: Posting, happened: Sequence[Pushed]
    ) -> None:
        """A platform that is not satisfied repeats, and one day stops."""
        bodies = {push.body for push in happened}
        noted = Noted(pushes_of(desk).thanks)
        for _ in range(12):
            desk.clock.local.sleep(LATE)
            posting.deliver(noted)
        assert not bodies & {push.body for push in noted.pushed}


class Hub:
    """Answers as the hub does: a trial by its challenge, a push by thanks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __call__(self, request: Request) -> Response:
        """200 for what it would keep."""
        push, found = pushed(request), pushes_of(self._desk)
        signed = found.genuine(push, self._desk.app)
        trial = found.challenge(document_of(push), signed, self._desk.app)
        if trial is not None:
            return Response(200, json.dumps(trial).encode())
        return Response(200 if signed else 401, found.thanks)


def pushes_of(desk: Desk) -> Pushes:
    """The plugin's own."""
    return desk.plugins.pushes(desk.channel.id)


def leads_nowhere(desk: Desk, hint: Hint, accounts: Iterable[str]) -> Iterator[str]:
    """What of a hint names nothing there is, as sentences; `accounts`: what the shop may be
    called."""
    kinds = {*desk.sources, "orders"}
    if not hint.event.strip():
        yield "an event without a name"
    if hint.kind is not None and hint.kind not in kinds:
        yield f"{hint.event}: the plugin reads no {hint.kind}"
    if (hint.kind is None) is not (hint.external_id is None):
        yield f"{hint.event}: a kind without an id, or an id without a kind"
    if not {*hint.wakes} <= kinds - {hint.kind}:
        yield f"{hint.event} wakes what is not read"
    if hint.account not in (None, *accounts):
        yield f"{hint.event}: the shop is named by an id it has not"


def misdirected(desk: Desk, hint: Hint) -> Iterator[str]:
    """What of a hint leads nowhere, as sentences."""
    now = desk.clock.now()
    yield from leads_nowhere(desk, hint, pushes_of(desk).accounts(desk.line.shop))
    if hint.at is not None and not now - JUST_NOW < hint.at <= now:
        yield f"{hint.event}: it did not happen just now"
    if hint.message_id is not None and not hint.message_id.strip():
        yield f"{hint.event}: a blank for an id"


def _hint(desk: Desk, push: Pushed) -> Hint:
    return pushes_of(desk).hint(document_of(push), push, desk.app)


def _named(desk: Desk, push: Pushed) -> None:
    hint = _hint(desk, push)
    assert hint.event.strip(), "an event without a name"
    assert hint.kind is None or (hint.external_id or "").strip(), "a record by a blank"


def _one_of_each(desk: Desk, happened: Sequence[Pushed]) -> list[Pushed]:
    """One push of each event."""
    return list({_hint(desk, push).event: push for push in happened}.values())


def _spoiled_inside(document: JSON) -> Iterator[bytes]:
    """The document with what stands in its texts as JSON in other shapes."""
    for key, value in document.items():
        if isinstance(value, str) and value.startswith("{"):
            for inner in misshapen(value.encode(), most=SPOILED):
                yield json.dumps({**document, key: inner.decode()}).encode()
            for text in ("", "{", "[]", "null", "7"):
                yield json.dumps({**document, key: text}).encode()


def _with_each(push: Pushed, value: object) -> Iterator[bytes]:
    """The push with the value in place of each number or text that is nested in it."""
    document = document_of(push)
    for key, inner in document.items():
        held = json.loads(inner) if _is_object(inner) else inner
        if isinstance(held, dict):
            for name in held:
                spoiled = {**held, name: value}
                told = json.dumps(spoiled) if isinstance(inner, str) else spoiled
                yield json.dumps({**document, key: told}).encode()


def _is_object(value: object) -> bool:
    return isinstance(value, str) and value.startswith("{")


def _modest(desk: Desk, document: JSON) -> None:
    answer = pushes_of(desk).challenge(document, False, desk.app)
    values = list((answer or {}).values())
    assert all(type(v) in (int, str) and len(str(v)) <= LONGEST for v in values)
    assert not any(mark in str(v) for v in values for mark in "<>\"'&")
