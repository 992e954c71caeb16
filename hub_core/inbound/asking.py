"""What a platform asks and waits for: kept on disk with its deadline, and answered.

How orders stand is answered from the store. What asks for a decision is answered by what
was decided, else by what configuration says while nobody has.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from ..access import Audit
from ..errors import HubError, Misconfigured
from ..hub import Hub
from ..ports import Asks, Pushed, Question, Standing, Verdict
from ..store import asks, notes
from ..store.asks import Ask
from ..wire import JSON, Credentials, strict_json
from .answer import Answer, Headers, Refused, pushed, said
from .callers import Callers
from .reception import UNFIT

NO_DECISION = "order_status"
FINAL = (Verdict.AGREED, Verdict.REFUSED)
POLICY = "configuration"
"""Who decided, where no person did."""


class Asking:
    """Answers what platforms ask. Thread safe; knows of no web framework."""

    def __init__(self, hub: Hub, callers: Callers) -> None:
        self._hub, self._callers = hub, callers
        self.counts: Counter[tuple[str, str]] = Counter()
        """(channel, what became of it) of every request since this process began."""

    def ask(
        self,
        channel: str,
        route: str,
        query: str,
        headers: Headers,
        body: bytes,
        app: str | None = None,
    ) -> Answer:
        """Answer one request. `query` is what stood behind the `?`, as it came. Blocks for
        as long as the disk takes."""
        try:
            found, push = self._asks(channel, route), pushed(headers, body, query)
            name, who = self._signer(found, channel, push, app)
            answer = self._answer(found, channel, name, route, push, who)
        except Refused as refusal:
            known = channel if refusal.why not in ("channel", "route") else ""
            self.counts[known, refusal.why] += 1
            return refusal.answer
        self.counts[channel, route] += 1
        return Answer(200, said(answer))

    def _asks(self, channel: str, route: str) -> Asks:
        try:
            if not self._hub.plugins.can(channel, "asks"):
                raise Refused(404, "channel")
            found = self._hub.plugins.asks(channel)
        except HubError:
            raise Refused(404, "channel") from None
        if route not in found.routes:
            raise Refused(404, "route")
        return found

    def _signer(
        self, found: Asks, channel: str, push: Pushed, app: str | None
    ) -> tuple[str, Credentials]:
        try:
            for name, who in self._callers.of(channel, app):
                if found.genuine(push, who):
                    self._callers.proved(name, who)
                    return name, who
        except ValueError:  # a query with hundreds of fields
            pass
        raise Refused(401, "signature")

    def _answer(
        self,
        found: Asks,
        channel: str,
        app: str,
        route: str,
        push: Pushed,
        who: Credentials,
    ) -> JSON:
        try:
            question = found.question(route, strict_json(push.body), who)
        except UNFIT:
            raise Refused(400, "form") from None
        except HubError:
            raise Refused(503, "settings") from None
        if question.kind == NO_DECISION:
            return found.standings(question, self._standings(channel, app, question))
        kept = self._keep(channel, app, push, question)
        verdict = Verdict(kept.verdict) if kept.verdict else question.verdict
        return found.decision(question, verdict, kept.reason, who)

    def _standings(self, channel: str, app: str, question: Question) -> list[Standing]:
        with self._hub.store.reading() as connection:
            known = asks.stands(connection, channel, app, question.order_external_ids)
        return [
            Standing(
                external_id=one.external_id, uid=one.uid, status_raw=one.status_raw,
                vouchers=one.vouchers, redeemed=one.redeemed, refunded=one.refunded,
            )
            for one in known
        ]  # fmt: skip

    def _keep(self, channel: str, app: str, push: Pushed, question: Question) -> Ask:
        """The question on disk, with what was decided of it: from this answer on the
        platform has heard it. Whatever hinders that, nothing is answered."""
        now = self._hub.clock.now()
        try:
            with self._hub.store.writing(durable=True) as connection:
                row = self._row(channel, app, push, question, now)
                kept = asks.keep(connection, row)
                if kept.state == asks.OPEN and question.verdict in FINAL:
                    word = question.verdict.value
                    asks.decide(connection, kept.id, word, POLICY, None, now)
                    kept = replace(kept, state=asks.DECIDED, verdict=word)
                asks.told(connection, kept.id, now)
        except HubError:
            raise
        except Exception:
            raise Refused(503, "disk") from None
        return kept

    def _row(
        self, channel: str, app: str, push: Pushed, question: Question, now: datetime
    ) -> dict[str, object]:
        place = asks.cell(channel, app, question.kind, question.key)
        return {
            "channel": channel, "app": app, "kind": question.kind, "key": question.key,
            "orders": ",".join(question.order_external_ids), "amount": question.amount,
            "sealed": self._hub.store.vault.seal(push.body, place), "state": asks.OPEN,
            "asked_at": now,
            "deadline_at": now + question.limit if question.limit else None,
        }  # fmt: skip


def decide(
    hub: Hub, id: int, verdict: Verdict, *, by: str, reason: str | None = None
) -> Ask:
    """Write what was decided of a question: agreed or refused, by whom, and the words the
    platform is to be given with a refusal.

    The platform hears it when it asks again. Saying the same twice is no error. Raises
    Misconfigured where there is no such question, or it was decided otherwise before.
    """
    if verdict not in FINAL:
        raise Misconfigured(f"a decision is agreed or refused, not {verdict.value}")
    at = hub.clock.now()
    with hub.store.writing(durable=True) as connection:
        new = asks.decide(connection, id, verdict.value, by, reason, at)
        found = asks.ask(connection, id)
        if found is None:
            raise Misconfigured(f"no question {id} is waiting")
        if found.verdict != verdict.value:
            raise Misconfigured(f"question {id} was {found.verdict} by {found.decided_by}")
        if new:
            text = f"{found.kind} {found.key}: {found.verdict} by {found.decided_by}"
            notes.incident(connection, "decided", text, at=at, channel=found.channel)
            Audit.of(hub.store, hub.settings).append(
                connection, actor=by, action="question.decided", of=f"question {id}",
                details={"verdict": verdict.value, "kind": found.kind},
            )  # fmt: skip
    return found
