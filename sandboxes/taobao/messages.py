"""The message queue of each app (TMC): what happens in a shop becomes a message in it.

A message that was handed out and not confirmed comes again: at least once, in no order.
Source: taobao.tmc.messages.consume (apiId 21986: an app's users stand in groups, each a
queue); taobao.tmc.user.get (apiId 22554: no topics means all, an authorisation may have
run out); paper §6. Not documented (C), so `Telling` sets it: after how long an
unconfirmed message comes again, and how long one is kept.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from hub_core.sandbox import Book, Clock, Record

from . import topics
from .grants import Grants
from .shapes import JSON, compact
from .world import Seller

DEFAULT = "default"
"""The group of a seller nobody put into another."""
FIRST_ID = 3_160_100_077_420_270_001
"""Above 2**53, like all ids here."""
GARBAGE = ("", "null", "[]", "{", '{"tid":', "<xml/>", '{"tid":"无","status":7}', "\ufffd")
UNKNOWN = "taobao_trade_TradeTeleported"


@dataclass(frozen=True, slots=True)
class Telling:
    """How messages fare. Times in seconds, the others how likely for each message."""

    on: bool = False
    """Every seller permitted from the start, with all topics."""
    delay: float = 1.0
    spread: float = 0.0
    """Up to this much later, each by chance: late, and past one another."""
    twice: float = 0.0
    """It comes a second time although it was confirmed."""
    loss: float = 0.0
    garbage: float = 0.0
    """Its content is no object, or not even JSON."""
    unknown: float = 0.0
    """It comes once more under a topic that nobody has heard of."""
    again: float = 600.0
    """After so long an unconfirmed message is handed out anew."""
    kept: float = 3 * 86_400.0
    """After so long a message nobody confirmed is gone."""


@dataclass(slots=True)
class Message:
    """One message in a queue; `due` is when it is handed out next (epoch seconds)."""

    id: int
    user: str
    topic: str
    content: str
    published: float
    due: float
    given: int = 0
    """How often it was handed out."""


@dataclass(slots=True)
class Permit:
    """What a seller's messages are: `topics` empty means all the app has."""

    topics: frozenset[str]
    first: float
    last: float
    group: str = DEFAULT


class Messages:
    """The queues of all apps. `waiting`, `lost`, `confirmed`, `expired` are for tests.

    Its dice are its own, so that what happens in the shops never depends on it.
    """

    def __init__(
        self,
        sellers: Mapping[str, Seller],
        grants: Grants,
        clock: Clock,
        switches: Mapping[str, str],
        telling: Telling,
        seed: int,
    ) -> None:
        self.telling = telling
        self.waiting: list[Message] = []
        """Not confirmed yet: handed out or not."""
        self.lost: list[Message] = []
        """Never handed out, by `Telling.loss`."""
        self.confirmed: list[Message] = []
        self.expired: list[Message] = []
        """Kept for as long as they are, and never confirmed."""
        self.permits: dict[str, Permit] = {}
        """By seller. Nothing is told of a seller who has none."""
        self._sellers, self._grants = sellers, grants
        self._clock, self._switches = clock, switches
        self._rng = random.Random(f"{seed}:messages")
        self._groups: dict[str, set[str]] = defaultdict(set)
        self._count = 0

    def watch(self, *books: Book) -> None:
        """Tell of what changes in these from now on."""
        for book in books:
            book.told = self._hear
        if self.telling.on:
            for user in self._sellers:
                self.permit(user)

    # Who is told of ---------------------------------------------------------------

    def permit(self, user: str, chosen: Collection[str] = ()) -> None:
        """From now on these topics of a seller, or all, instead of those before."""
        now, old = self._clock.now(), self.permits.get(user)
        first, group = (old.first, old.group) if old else (now, DEFAULT)
        self.permits[user] = Permit(frozenset(chosen), first, now, group)

    def cancel(self, user: str) -> None:
        """Nothing more of a seller; what waits already still comes."""
        self.permits.pop(user, None)

    def alive(self, user: str) -> bool:
        """Whether the seller's authorisation still stands."""
        session = self._grants.current(user)
        return not session.revoked and self._clock.now() < session.until

    def group(self, app_key: str, name: str, users: Collection[str]) -> None:
        """Put sellers into a group of the app, made if there is none of that name."""
        self._groups[app_key].add(name)
        for user in users:
            if user in self.permits:
                self.permits[user].group = name

    def ungroup(self, app_key: str, name: str) -> bool:
        """Back to the default group; False where there is no such group."""
        if name not in self._groups[app_key]:
            return False
        self._groups[app_key].discard(name)
        for user, permit in self.permits.items():
            if permit.group == name and self._sellers[user].app_key == app_key:
                permit.group = DEFAULT
        return True

    def has(self, app_key: str, group: str) -> bool:
        """Whether the app has that group."""
        return group == DEFAULT or group in self._groups[app_key]

    # What happens -----------------------------------------------------------------

    def _hear(self, record: Record) -> None:
        permit = self.permits.get(record.account)
        if permit is None or not self.alive(record.account):
            return
        told = topics.of(record, self._sellers[record.account], self._switches)
        if told is None or (permit.topics and told[0] not in permit.topics):
            return
        self._publish(record.account, *told)

    def _publish(self, user: str, topic: str, content: JSON) -> None:
        """Into the queue, or what chance makes of it."""
        how, chance = self.telling, self._rng.random
        text = compact(content)
        garbage = chance() < how.garbage
        message = self.say(user, topic, self._rng.choice(GARBAGE) if garbage else text)
        message.due += how.delay + chance() * how.spread
        if chance() < how.unknown:
            self.say(user, UNKNOWN, text)
        if chance() < how.twice:
            late = message.due + chance() * max(how.spread, 60.0)
            self.waiting.append(replace(message, due=late))
        if chance() < how.loss:
            self.waiting = [m for m in self.waiting if m.id != message.id]
            self.lost.append(message)

    def say(self, user: str, topic: str, content: str) -> Message:
        """Put any message into the queue, due at once."""
        self._count += 1
        now = self._clock.now()
        id = FIRST_ID + self._count * 97
        message = Message(id, user, topic, content, now, now)
        self.waiting.append(message)
        return message

    # Consuming --------------------------------------------------------------------

    def consume(self, app_key: str, group: str, quantity: int) -> list[Message]:
        """The messages that are due, in order; each stays away for a while."""
        now = self._clock.now()
        self._expire(now)
        mine = self._mine(app_key, group)
        due = sorted((m for m in self.waiting if m.due <= now and mine(m)), key=_order)
        for message in due[:quantity]:
            message.given += 1
            message.due = now + self.telling.again
        return due[:quantity]

    def confirm(self, app_key: str, ids: Collection[int]) -> None:
        """These need not come again; ids the app was never given are passed over."""
        left: list[Message] = []
        for message in self.waiting:
            own = self._sellers[message.user].app_key == app_key
            done = own and message.given and message.id in ids
            (self.confirmed if done else left).append(message)
        self.waiting = left

    def backlog(self, app_key: str, group: str) -> tuple[int, int]:
        """How many were handed out and not confirmed, and how many wait in all."""
        mine = [m for m in self.waiting if self._mine(app_key, group)(m)]
        return sum(1 for m in mine if m.given), len(mine)

    def _mine(self, app_key: str, group: str) -> Callable[[Message], bool]:
        def mine(message: Message) -> bool:
            permit = self.permits.get(message.user)
            stands = permit.group if permit else DEFAULT
            return self._sellers[message.user].app_key == app_key and stands == group

        return mine

    def _expire(self, now: float) -> None:
        since = now - self.telling.kept
        self.expired += [m for m in self.waiting if m.published <= since]
        self.waiting = [m for m in self.waiting if m.published > since]

    def told(self) -> JSON:
        """How many there are of each, for who looks at the box over HTTP."""
        names = ("waiting", "lost", "confirmed", "expired")
        counts: JSON = {name: len(getattr(self, name)) for name in names}
        return counts | {"permitted": sorted(self.permits)}


def _order(message: Message) -> tuple[float, int]:
    return message.due, message.id
