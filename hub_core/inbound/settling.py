"""What becomes of questions between two askings: whose they are, codes that came, time that
runs short, and the platform that has to be told.

Any number of processes may do it: a decision is sent under the shop's lease, by the ledger
of commands.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..errors import HubError
from ..hub import Hub
from ..plugins import where_it_failed
from ..ports import Decision, Question, Verdict
from ..store import asks, codes
from ..store.asks import Ask
from ..store.shops import Shop
from ..wire import Credentials, strict_json
from .answer import Refused
from .callers import Callers
from .pools import CODES, POOL, codes_of, take, void_refunded

SHORT = 4
"""A clock runs short in the last quarter of its limit."""
REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=5)
"""Between two attempts to tell the platform: the first is doubled each time."""
MOST_DOUBLED = 6
"""Times, after which it is the longest: no span of time is doubled for ever."""

log = logging.getLogger(__name__)


def short_at(one: Ask) -> datetime | None:
    """From when on its time runs short; None: it has no limit."""
    if one.deadline_at is None:
        return None
    return one.deadline_at - (one.deadline_at - one.asked_at) / SHORT


class Settling:
    """Goes through what waits. Thread safe as far as one thread runs `step`."""

    def __init__(self, hub: Hub, callers: Callers) -> None:
        self._hub, self._callers = hub, callers
        self._rests: dict[int, tuple[int, datetime]] = {}

    def step(self, now: datetime) -> int:
        """One pass; gives how many decisions a platform was told."""
        with self._hub.store.reading() as connection:
            waiting = asks.listing(
                connection, states=(asks.OPEN, asks.DECIDED), due_after=now
            )
        shops = {shop.id: shop for shop in self._hub.shops()} if waiting else {}
        self._rests = {one.id: r for one in waiting if (r := self._rests.get(one.id))}
        told = 0
        for one in waiting:
            found = self._kept_up(one, now)
            shop = shops.get(found.shop_id or 0)
            if shop is not None and self._is_to_be_told(found, now):
                told += self._tell(found, shop, now)
        return told

    # On our side -----------------------------------------------------------------------

    def _kept_up(self, one: Ask, now: datetime) -> Ask:
        """The question as it is once it was seen to: whose it is, what codes there are."""
        waits = one.state == asks.OPEN and (one.kind == CODES or _warns(one, now))
        if one.shop_id is not None and not waits:
            return one
        with self._hub.store.writing(durable=True) as connection:
            found = asks.ask(connection, one.id, lock=True)
            if found is None or found.state not in (asks.OPEN, asks.DECIDED):
                return found or one
            found = self._supplied(connection, self._placed(connection, found, now), now)
            if found.state == asks.OPEN and _warns(found, now):
                asks.change(connection, found.id, warned_at=now)
                asks.tell(connection, found, asks.EXPIRING, now)
        return found

    def _placed(self, connection: Connection, one: Ask, now: datetime) -> Ask:
        if one.shop_id is not None:
            return one
        shop = asks.shop_of(connection, one.channel, one.app, one.orders, one.sku)
        if shop is None:
            return one
        asks.change(connection, one.id, shop_id=shop)
        placed = replace(one, shop_id=shop)
        event = asks.ASKED if one.state == asks.OPEN else asks.ANSWERED
        asks.tell(connection, placed, event, now)
        return placed

    def _supplied(self, connection: Connection, one: Ask, now: datetime) -> Ask:
        vault = self._hub.store.vault
        if one.state != asks.OPEN or one.kind != CODES:
            return one
        if not take(connection, vault, one, (), now):
            return one
        asks.decide(connection, one.id, Verdict.AGREED.value, POOL, None, now)
        done = asks.ask(connection, one.id) or one
        asks.tell(connection, done, asks.ANSWERED, now)
        return done

    # To the platform -------------------------------------------------------------------

    def _is_to_be_told(self, one: Ask, now: datetime) -> bool:
        """It was answered "pending", so that it does not ask again."""
        if one.state != asks.DECIDED or one.answered != Verdict.PENDING:
            return False
        if not self._hub.plugins.can(one.channel, "answering"):
            return False
        _, until = self._rests.get(one.id, (0, now))
        return now >= until

    def _tell(self, one: Ask, shop: Shop, now: datetime) -> bool:
        try:
            decision = self._decision(one)
            command = self._hub.desks.answer(shop, one.id, decision)
        except (HubError, ValueError, Refused) as error:
            log.warning("question %s: the platform is not told yet: %s", one.id, error)
            command = None
        except Exception as error:  # a plugin's own: the questions after it are told
            log.error("question %s: not told: %s", one.id, where_it_failed(error))
            command = None
        if command is None or command.state != "confirmed":
            self._rest(one.id, now)
            return False
        vouchers = decision.question.voucher_external_ids
        with self._hub.store.writing(durable=True) as connection:
            void_refunded(connection, self._hub.store.vault, one, vouchers, now)
            asks.told(connection, one.id, now)
        return True

    def _rest(self, id: int, now: datetime) -> None:
        tries, _ = self._rests.get(id, (0, now))
        self._rests[id] = (
            tries + 1,
            now + min(REST * 2 ** min(tries, MOST_DOUBLED), LONGEST_REST),
        )

    def _decision(self, one: Ask) -> Decision:
        question = self._question(one)
        vault = self._hub.store.vault
        with self._hub.store.writing() as connection:
            if one.kind == CODES:
                codes.name_vouchers(connection, one.id, question.voucher_external_ids)
            given = codes_of(connection, vault, one)
        return Decision(
            question=question, verdict=Verdict(one.verdict or ""), reason=one.reason,
            codes=tuple(given),
        )  # fmt: skip

    def _question(self, one: Ask) -> Question:
        """As it was asked, read again from what was sealed."""
        found = self._hub.plugins.asks(one.channel)
        route = next(route for route, kind in found.routes.items() if kind == one.kind)
        with self._hub.store.reading() as connection:
            sealed = asks.sealed(connection, one.id)
        cell = asks.cell(one.channel, one.app, one.kind, one.key)
        body = self._hub.store.vault.open(sealed, cell)
        return found.question(route, strict_json(body), self._who(one))

    def _who(self, one: Ask) -> Credentials:
        for _, who in self._callers.of(one.channel, one.app):
            return who
        raise HubError(f"no app {one.app!r} of {one.channel}")


def _warns(one: Ask, now: datetime) -> bool:
    """Its time runs short, and nobody was told so."""
    short = short_at(one)
    return one.warned_at is None and short is not None and now >= short
