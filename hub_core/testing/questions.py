"""What a platform asks, as the hub answers it: what the contracts of asking share.

`asking` (`Asking`) lets questions arise and has them asked; what becomes of an answer the
sandbox tells by `Platform.effects`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest

from ..ports import Asks, Pushed, Question, Verdict
from ..sandbox import Effect as Happened
from ..sandbox import Request, Response, Send
from ..wire import JSON
from .desk import Desk
from .posting import STEP, document_of, pushed
from .writing import Effects, Writing

STANDS, REASON = "order_status", "已核销，不退款"
DECIDED = (Verdict.AGREED, Verdict.REFUSED)
CODE = "C0DE-{:04d}"


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


def asks_of(desk: Desk) -> Asks:
    """The plugin's own."""
    return desk.plugins.asks(desk.channel.id)


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


def bare(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What an effect says, but for codes."""
    return {key: value for key, value in facts.items() if "code" not in key}
