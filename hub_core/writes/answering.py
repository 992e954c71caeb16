"""Telling a channel what was decided of a question it was answered "pending" to, once.

A lost answer is looked up: the platform shows how it has decided. Where it does not show
that, its documents say to tell it again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ..errors import Forbidden, HubError, TokenExpired, Unauthorised
from ..ports import Answering, Decision, Done, Effect, Verdict
from ..store import Store, commands
from ..store.commands import Command
from ..store.shops import Shop
from .desk import Desk, desk, key_of

KIND = "answer"
SHUT = (TokenExpired, Unauthorised, Forbidden)
"""The platform would not hear anything: it says nothing of the decision."""


class Answerer:
    """Tells decisions of one shop's questions."""

    def __init__(
        self, store: Store, shop: Shop, writer: Answering, now: Callable[[], datetime]
    ) -> None:
        self._store, self._shop, self._writer, self._now = store, shop, writer, now

    def tell(self, question_id: int, decision: Decision) -> Command:
        """Tell it, as far as it goes: the command as it stands then. The same again is the
        same command. Raises the HubError the platform's line gave."""
        verdict, question = decision.verdict.value, decision.question
        key = key_of(KIND, self._shop.uid, str(question_id), verdict)
        orders = question.order_external_ids
        asked = {"question": question_id, "of": question.kind, "verdict": verdict}
        with self._store.writing(durable=True) as connection:
            command = commands.intend(
                connection, key=key, shop_id=self._shop.id, kind=KIND,
                target=orders[0] if orders else question.key, asked=asked, at=self._now(),
            )  # fmt: skip
        if command.state not in commands.OPEN:
            return command
        with desk(self._store, self._shop, KIND, self._now) as at:
            if at is not None:
                self._take_up(at, key, decision)
                command = at.named(key)
        return command

    def _take_up(self, at: Desk, key: str, decision: Decision) -> None:
        command = at.named(key)
        if command.state == "unknown":
            self._look_up(at, command, decision)
            command = at.named(key)
        if command.state == "intended":
            self._send(at, command, decision)

    def _look_up(self, at: Desk, command: Command, decision: Decision) -> None:
        heard = self._writer.heard(decision.question)
        if heard in (None, Verdict.PENDING):
            at.again(command, "looked up: it had not happened")
        elif heard is decision.verdict:
            at.finish(command, Done(target=command.target, effect=Effect.CONFIRMED))
        else:
            reason = "the platform has decided otherwise"
            done = Done(target=command.target, effect=Effect.REFUSED, reason=reason)
            at.finish(command, done)

    def _send(self, at: Desk, command: Command, decision: Decision) -> None:
        at.claim([command])
        try:
            at.finish(command, self._writer.tell(decision))
        except SHUT as error:
            at.again(command, str(error.args[0]))
            raise
        except HubError as error:
            at.failed([command], error)
            raise
