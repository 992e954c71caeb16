"""What a platform asks and waits for: kept on disk with its deadline, and answered.

How orders stand is answered from the store. What asks for a decision is answered by what
was decided, else by what configuration says while nobody has. Codes are the merchant's own,
of those it handed over beforehand, or made when it was asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from ..errors import HubError
from ..hub import Hub
from ..ports import Asks, Pushed, Question, Standing, Verdict
from ..store import asks, codes
from ..store.asks import Ask
from ..wire import JSON, Credentials, strict_json
from .answer import Answer, Headers, Refused, pushed, said
from .callers import Callers
from .pools import CODES, POOL, codes_of, take, void_refunded
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
            return self._refuse(channel, refusal)
        except HubError:  # settings, keys: no answer of ours is meant, so it asks again
            return self._refuse(channel, Refused(503, "settings"))
        self.counts[channel, route] += 1
        return Answer(200, said(answer))

    def _refuse(self, channel: str, refusal: Refused) -> Answer:
        known = channel if refusal.why not in ("channel", "route") else ""
        self.counts[known, refusal.why] += 1
        return refusal.answer

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
        if question.kind == NO_DECISION:
            return found.standings(question, self._standings(channel, app, question))
        if question.closes:
            self._close(channel, app, question)
            return found.decision(question, Verdict.AGREED, None, who)
        kept, given = self._keep(channel, app, push, question)
        verdict = Verdict(kept.verdict) if kept.verdict else question.verdict
        return found.decision(question, verdict, kept.reason, who, given)

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

    def _keep(
        self, channel: str, app: str, push: Pushed, question: Question
    ) -> tuple[Ask, Sequence[str]]:
        """The question on disk, with what was decided of it: from this answer on the
        platform has heard it. Whatever hinders that, nothing is answered."""
        now = self._hub.clock.now()
        try:
            with self._hub.store.writing(durable=True) as connection:
                row = self._row(connection, channel, app, push, question, now)
                kept = self._decided(connection, asks.keep(connection, row), question, now)
                if kept.is_new and kept.state == asks.OPEN:
                    asks.tell(connection, kept, asks.ASKED, now)
                said = kept.verdict or question.verdict.value
                if kept.answered != said:
                    asks.change(connection, kept.id, answered=said)
                asks.told(connection, kept.id, now)
                vault, vouchers = self._hub.store.vault, question.voucher_external_ids
                void_refunded(connection, vault, kept, vouchers, now)
                return kept, codes_of(connection, vault, kept)
        except HubError:
            raise
        except Exception:
            raise Refused(503, "disk") from None

    def _decided(
        self, connection: Connection, kept: Ask, question: Question, now: datetime
    ) -> Ask:
        """With what can be decided at once: by what codes there are, or configuration."""
        if kept.state != asks.OPEN:
            return kept
        vault, by = self._hub.store.vault, POLICY
        if kept.kind == CODES:
            if not take(connection, vault, kept, question.voucher_external_ids, now):
                return kept
            verdict, by = Verdict.AGREED, POOL
        elif (verdict := question.verdict) not in FINAL:
            return kept
        asks.decide(connection, kept.id, verdict.value, by, None, now)
        asks.tell(connection, kept, asks.ANSWERED, now)
        return asks.ask(connection, kept.id) or kept

    def _close(self, channel: str, app: str, question: Question) -> None:
        """It was decided without us: nobody has to any more, and what was refunded holds
        no longer."""
        now, vault = self._hub.clock.now(), self._hub.store.vault
        orders, verdict = question.order_external_ids, question.verdict
        try:
            with self._hub.store.writing(durable=True) as connection:
                for one in asks.close(
                    connection, channel, app, question.closes, orders, verdict.value, now
                ):
                    asks.tell(connection, one, asks.ANSWERED, now)
                shop = asks.shop_of(connection, channel, app, orders, None)
                if shop is not None and verdict is Verdict.AGREED:
                    codes.void(
                        connection, vault, shop, orders[0], now,
                        vouchers=question.voucher_external_ids, codes=question.cancelled,
                    )  # fmt: skip
        except HubError:
            raise
        except Exception:
            raise Refused(503, "disk") from None

    def _row(
        self,
        connection: Connection,
        channel: str,
        app: str,
        push: Pushed,
        question: Question,
        now: datetime,
    ) -> dict[str, object]:
        place = asks.cell(channel, app, question.kind, question.key)
        orders, sku = question.order_external_ids, question.sku_external_id
        return {
            "channel": channel, "app": app, "kind": question.kind, "key": question.key,
            "orders": ",".join(orders), "amount": question.amount,
            "sealed": self._hub.store.vault.seal(push.body, place), "state": asks.OPEN,
            "asked_at": now, "sku": sku, "outer_code": question.outer_code,
            "codes": question.codes or len(question.uncoded),
            "shop_id": asks.shop_of(connection, channel, app, orders, sku),
            "deadline_at": now + question.limit if question.limit else None,
        }  # fmt: skip
