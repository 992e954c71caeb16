"""The shops of this box and what goes on in them: trades placed, changed, removed."""

from __future__ import annotations

import contextlib
import gc
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from hub_core.sandbox import Clock, Record, Version

from . import life
from .births import Buyers
from .poison import POISONS
from .shelf import Shelf
from .trade import Trade

NEW_WORDS = ("WAIT_ROBOT_PICK", "TRADE_IN_QUARANTINE", "PAID_AWAIT_MOON")
"""Status words no document has."""
RECENT = 400
"""Most changes fall on the last so many trades."""


def trade_of(version: Version) -> Trade:
    """The trade in a version."""
    trade: Trade = version.content["trade"]
    return trade


@dataclass(frozen=True, slots=True)
class Seller:
    """A shop, and the app it authorised: masks and handles depend on both."""

    user: str
    nick: str
    app_key: str
    clear: bool
    disputes: bool = True
    """Whether its refunds tell a dispute_type (paper §7.8)."""


@dataclass(frozen=True, slots=True)
class Odds:
    """How likely the unpleasant is: each a probability, `late_by` in seconds."""

    late: float = 0.0
    late_by: float = 0.0
    remove: float = 0.0
    new_words: float = 0.0
    poison: float = 0.0


class Follower(Protocol):
    """Who is told when refunds of a trade move, and gives the trade back."""

    def follow(self, account: str, former: Trade, after: Trade, at: float) -> Trade:
        """Note what became of its refunds."""


class World:
    """Sellers with their trades. Every change passes through here.

    `refunds` and `sold` are told what happens, for what they keep; they draw no dice here.
    """

    refunds: Follower | None = None
    sold: Callable[[str, Trade, float], None] | None = None

    def __init__(
        self,
        clock: Clock,
        rng: random.Random,
        switches: Mapping[str, str],
        odds: Odds,
        *,
        seed: int,
        sellers: list[Seller],
    ) -> None:
        self.shelf = Shelf()
        self.sellers = {seller.user: seller for seller in sellers}
        self.poisoned: set[tuple[str, str]] = set()
        self._clock, self._rng = clock, rng
        self._switches, self._odds = switches, odds
        self._buyers = {
            seller.user: Buyers(random.Random(f"buyers {seed} {i}"), i)
            for i, seller in enumerate(sellers)
        }

    def now(self) -> float:
        """The platform's time in whole seconds, as it stamps changes."""
        return float(int(self._clock.now()))

    def populate(self, orders: int, history: float, same_second: int) -> None:
        """So many trades a shop over the last `history` seconds, lived up to now.

        The first `same_second` of them are all created in one second and stay as they
        are, half the history or two hours ago, whichever is nearer.
        """
        with _no_collecting():
            self._populate(orders, history, same_second)

    def _populate(self, orders: int, history: float, same_second: int) -> None:
        now = self.now()
        crowd = now - float(int(min(history / 2, 7_200)))
        for user in self.sellers:
            rng = random.Random(self._rng.random())
            alone = max(0, orders - same_second)
            born = [(now - float(int(rng.random() * history)), True) for _ in range(alone)]
            born += [(crowd, False)] * min(same_second, orders)
            for at, lives in sorted(born):
                record = self._place(user, at)
                if lives:
                    self._grow(record, now, rng)

    def _grow(self, record: Record, now: float, rng: random.Random) -> None:
        for at, event, trade in life.grown(trade_of(record.latest), now, rng):
            self.change(record, at, event, trade)

    def churn(self, changes: int, account: str | None) -> None:
        """That many things happen now, mostly to recent trades."""
        users = [account] if account else list(self.sellers)
        for _ in range(changes):
            user = self._rng.choice(users)
            records = self.shelf.everything(user)
            if not records or self._rng.random() < 0.2:
                placed = self._place(user, self.now())
                if self.sold is not None:
                    self.sold(user, trade_of(placed.latest), self.now())
            else:
                self._touch(self._pick(records))

    def _pick(self, records: list[Record]) -> Record:
        first = len(records) - RECENT if self._rng.random() < 0.7 else 0
        return records[self._rng.randrange(max(0, first), len(records))]

    def _touch(self, record: Record) -> None:
        if record.removed_at is not None:
            return
        if self._rng.random() < self._odds.remove:
            self.shelf.remove(record, self.now())
            return
        trade = trade_of(record.latest)
        at, event, after = life.something(trade, self.now(), self._rng)
        self.change(record, at, event, after)

    def _place(self, user: str, at: float) -> Record:
        trade = self._worded(self._buyers[user].place(at))
        if self._odds.poison and self._rng.random() < self._odds.poison:
            trade = trade._replace(poison=self._rng.choice(list(POISONS)))
            self.poisoned.add((user, str(trade.tid)))
        content, delay = {"trade": trade}, self._delay()
        return self.shelf.add(user, str(trade.tid), content, created_at=at, delay=delay)

    def change(self, record: Record, at: float, event: life.Event, after: Trade) -> None:
        """Let an event have happened; its switch says whether it moves `modified`."""
        former = trade_of(record.latest)
        if self.refunds is not None and event.bumps == "refund_bumps":
            after = self.refunds.follow(record.account, former, after, at)
        still = after.status == former.status
        quiet = event.bumps is not None and self._switches[event.bumps] == "no"
        delay, bump = self._delay(), not (still and quiet)
        self.shelf.change(record, at, delay=delay, bump=bump, trade=self._worded(after))

    def poison(self, account: str, id: str, kind: str) -> None:
        """Make one row malformed from now on."""
        record = self.shelf.get(account, id)
        if record is None or kind not in POISONS:
            raise ValueError(f"no {id}, or no poison {kind}: {sorted(POISONS)}")
        trade = trade_of(record.latest)._replace(poison=kind)
        self.shelf.change(record, self.now(), trade=trade)
        self.poisoned.add((account, id))

    def _worded(self, trade: Trade) -> Trade:
        """With a status word of its own now and then."""
        if not self._odds.new_words:
            return trade
        new = self._rng.random() < self._odds.new_words
        return trade._replace(said=self._rng.choice(NEW_WORDS) if new else None)

    def _delay(self) -> float:
        odds = self._odds
        late = odds.late and self._rng.random() < odds.late
        return self._rng.uniform(0, odds.late_by) if late else 0.0


@contextlib.contextmanager
def _no_collecting() -> Iterator[None]:
    """Half a million objects come to stay: looking for garbage among them doubles it."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
