"""Bringing a level the ERP set to every listing bound to it.

Levels are absolute and have a version. What is sent is reckoned in the moment it is
claimed, under the shop's lease: a push that waited never brings an old level after a newer
one. A call whose answer was lost is looked up, not repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby

from sqlalchemy import Connection

from ..errors import HubError, LeaseLost
from ..ports import Done, Effect, SkuLevel, Stock
from ..store import Store, commands, stock
from ..store.commands import Command
from ..store.shops import Shop
from ..store.stock import BoundSku
from .desk import Desk, desk, key_of

KIND = "stock.set"
UNTOLD = "the answer did not tell of it"
DOUBT = "what the platform has is in doubt: set anew"
Outcomes = Sequence[tuple[Command, Done]]
ROUNDS = 20
"""The most rounds in which one push runs after what the ERP changes meanwhile."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the ERP's stock a shop may offer."""

    safety: int = 0
    percent: int = 100


@dataclass(slots=True)
class Pushed:
    """What one push of one shop did."""

    shop: str
    confirmed: int = 0
    refused: int = 0
    unknown: int = 0
    waiting: int = 0
    """Not sent: the call failed before it left, or sending is paused."""
    error: HubError | None = None
    skipped: str | None = None
    problems: list[str] = field(default_factory=list)
    """A refusal each: SKU and the platform's words."""


class StockPush:
    """Pushes one shop's levels."""

    def __init__(
        self,
        store: Store,
        shop: Shop,
        writer: Stock,
        share: Share,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._shop, self._writer = store, shop, writer
        self._share, self._now = share, now

    def push(self) -> Pushed:
        """Bring every bound SKU to its level; only what changed is sent."""
        pushed = Pushed(self._shop.name)
        with desk(self._store, self._shop, KIND, self._now) as at:
            if at is None:
                pushed.skipped = "another worker pushes it"
                return pushed
            try:
                self._look_up(at, pushed)
                for _ in range(ROUNDS):
                    if not self._round(at, pushed):
                        break
            except HubError as error:
                pushed.error = error.at(shop=self._shop.name)
            pushed.waiting = len(at.open("intended"))
            pushed.unknown = len(at.open("unknown", "sending"))
        return pushed

    # What nobody knows of ----------------------------------------------------------

    def _look_up(self, at: Desk, pushed: Pushed) -> None:
        """What became of commands whose answer was lost: the platform shows it."""
        for command in at.open("unknown"):
            sku, wanted = command.target, int(command.asked["available"])
            found = self._writer.level(str(command.asked["product"]), sku)
            if found is not None and found.available == wanted:
                done = Done(target=sku, effect=Effect.CONFIRMED, told=wanted)
                self._settle(at, [(command, done)], pushed)
            else:
                at.again(command, "looked up: it had not happened")

    # What is to be sent --------------------------------------------------------------

    def _round(self, at: Desk, pushed: Pushed) -> int:
        """One pass over what differs; gives how many commands were sent."""
        sent = 0
        for batch in self._batches(self._due(at)):
            found = at.claim_newest(partial(self._intended, at, batch))
            try:
                self._send(at, found, pushed)
            except LeaseLost:
                self._doubt(found)
                raise
            sent += len(found)
        return sent

    def _doubt(self, found: Sequence[Command]) -> None:
        """We slept past our lease, and what we sent may have arrived after what the next
        sender sent: nothing is known of these SKUs, so that the next push sets them."""
        with self._store.writing() as connection:
            stock.forget_offers(connection, self._shop.id, [c.target for c in found])

    def _due(self, at: Desk) -> list[BoundSku]:
        """SKUs whose newest level is neither confirmed nor refused, nor in doubt."""
        doubt = {c.target for c in at.open("unknown", "sending")}
        with self._store.reading() as connection:
            bound = stock.bound_skus(connection, self._shop.id)
        return [
            sku for sku in bound if self._is_due(sku) and sku.sku_external_id not in doubt
        ]

    def _is_due(self, sku: BoundSku) -> bool:
        """Whether it is to be sent: its items have moved since, or what is kept back."""
        if sku.version > max(sku.offered_version, sku.refused_version):
            return True
        confirmed = sku.offered_version >= sku.refused_version
        return confirmed and sku.offered != self._pieces(sku)

    def _pieces(self, sku: BoundSku) -> int:
        return sku.pieces(self._share.safety, self._share.percent)

    def _batches(self, due: Sequence[BoundSku]) -> Iterator[list[BoundSku]]:
        """As many as one call takes, of one product where the platform wants that."""
        one = self._writer.one_product
        ordered = sorted(due, key=lambda s: (s.product_external_id, s.sku_external_id))
        groups = groupby(ordered, key=lambda s: s.product_external_id if one else "")
        for _, group in groups:
            found = list(group)
            for n in range(0, len(found), self._writer.most):
                yield found[n : n + self._writer.most]

    def _intended(
        self, at: Desk, batch: Sequence[BoundSku], connection: Connection
    ) -> list[Command]:
        """Their commands; one that is done is opened again where its effect is in doubt."""
        found = [self._intend(connection, sku) for sku in batch]
        for command in found:
            if command.state != "intended":
                at.reopen(connection, command, DOUBT)
        return found

    def _intend(self, connection: Connection, sku: BoundSku) -> Command:
        """The command for the newest level; the key is of the intent, so that an intent
        that was not sent yet is this very command again."""
        pieces, of = self._pieces(sku), (self._shop.uid, sku.sku_external_id)
        key = key_of(KIND, *of, str(sku.version), str(pieces))
        return commands.intend(
            connection, key=key, shop_id=self._shop.id, kind=KIND,
            target=sku.sku_external_id, at=self._now(), version=sku.version,
            asked={"available": pieces, "product": sku.product_external_id},
        )  # fmt: skip

    def _send(self, at: Desk, found: Sequence[Command], pushed: Pushed) -> None:
        levels = [
            SkuLevel(
                product_external_id=str(c.asked["product"]),
                sku_external_id=c.target,
                available=int(c.asked["available"]),
                key=c.key,
            )
            for c in found
        ]
        try:
            outcomes = {done.target: done for done in self._writer.set(levels)}
        except HubError as error:
            if at.failed(found, error) == "refused":
                self._note([(c, _refused(c, error)) for c in found], pushed)
            raise
        self._settle(at, [(c, outcomes.get(c.target, _untold(c))) for c in found], pushed)

    # What became of it -----------------------------------------------------------------

    def _settle(self, at: Desk, told: Outcomes, pushed: Pushed) -> None:
        """On disk with the next claim, or when the desk is left: one that is lost till then
        is unknown, and looked up."""
        with self._store.writing() as connection:
            for command, done in told:
                at.settle(connection, command, done)
            known = [(c, d) for c, d in told if d.effect is not Effect.UNKNOWN]
            self._offer(connection, known)
        _count(known, pushed)

    def _note(self, told: Outcomes, pushed: Pushed) -> None:
        with self._store.writing() as connection:
            self._offer(connection, told)
        _count(told, pushed)

    def _offer(self, connection: Connection, told: Outcomes) -> None:
        for command, done in told:
            refused = _refusal(done)
            level = int(command.asked["available"]) if refused is None else None
            stock.note_offer(
                connection, self._shop.id, command.target, version=command.version,
                level=level, refused=refused, at=self._now(),
            )  # fmt: skip


def _count(told: Outcomes, pushed: Pushed) -> None:
    for command, done in told:
        if (refused := _refusal(done)) is None:
            pushed.confirmed += 1
        else:
            pushed.refused += 1
            pushed.problems.append(f"{command.target}: {refused}")


def _refusal(done: Done) -> str | None:
    if done.effect is Effect.CONFIRMED:
        return None
    return done.reason or "refused without a word"


def _untold(command: Command) -> Done:
    return Done(target=command.target, effect=Effect.UNKNOWN, reason=UNTOLD)


def _refused(command: Command, error: HubError) -> Done:
    reason = str(error.args[0])
    return Done(target=command.target, effect=Effect.REFUSED, reason=reason)
