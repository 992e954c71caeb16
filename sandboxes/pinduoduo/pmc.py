"""Messages over a websocket (PMC): what happens is said to the app, until it says Ack.

The address is `/message/{client_id}/{ms}/{digest}`; the digest is base64 of the lower-case
hex MD5 of client_id + ms + client_secret. Frames are JSON text. What is not acknowledged
is said again after 10 min three times, 1 h three times, then every 12 h, 14 times in all,
and kept for 7 days. Source: channel paper §6; the README of the official Java client
(it sends a HeartBeat every 10 s and gives a line up after 3 min without one).
Not documented (C, switches and options): how a wrong address is refused, whether the ms
may be old, what a second line means, whether heartbeats are answered, after how long
without one the platform hangs up, what Fail does besides not being Ack.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import unquote

from hub_core.sandbox import Book, Clock, Line, Request, Response

from .envelope import dumps
from .grants import Grants
from .options import Options
from .topics import Teller

FIRST_ID = 9_007_199_254_750_101
"""Above 2**53."""
TOLERANCE = 600.0
"""Seconds the address's time may be off."""
GARBAGE = ("", "null", "[]", '{"tid":', "<xml/>", '{"mall_id":"店"}', "\ufffd")
NOISE = ("", "{", "[]", '{"commandType":"Hello"}', '{"commandType":"Common","id":"x"}')


@dataclass(slots=True)
class Message:
    """One message. `due` is when it is said next (epoch seconds)."""

    id: int
    mall: str
    topic: str
    content: str
    published: float
    due: float
    said: int = 0
    """How often it was said."""


@dataclass(slots=True)
class Permit:
    """A shop's subscription; no topics means all. Times are epoch seconds."""

    topics: frozenset[str]
    first: float
    last: float


class Pmc:
    """The app's messages and its lines. A `Talk` of the kit's websocket.

    `waiting`, `acknowledged`, `failed`, `lost`, `given_up` are for tests. Its dice are its
    own, so that what happens in the shops never depends on it.
    """

    def __init__(
        self,
        clock: Clock,
        switches: Mapping[str, str],
        options: Options,
        grants: Grants,
        seed: int,
    ) -> None:
        self.silent = False
        """Lines stay open and nothing is said on them, heartbeats included."""
        self.waiting: list[Message] = []
        self.acknowledged: list[Message] = []
        self.failed: list[int] = []
        """Ids the client said Fail to."""
        self.lost: list[Message] = []
        """Never said, by `pmc_loss`."""
        self.given_up: list[Message] = []
        """Too old, or said as often as is documented."""
        self.permits: dict[str, Permit] = {}
        """By shop. Nothing is told of one that has none."""
        self.lines: list[Line] = []
        self.refused = 0
        """How many came with a wrong address, or one too many."""
        self._clock, self._switches, self._options = clock, switches, options
        self._grants, self._rng = grants, random.Random(f"{seed}:pmc")
        self._heartbeats: dict[Line, float] = {}
        self._lock, self._count = threading.RLock(), 0

    def watch(self, books: Mapping[Book, Teller]) -> None:
        """Tell of what changes in these from now on."""
        for book, teller in books.items():
            book.told = partial(self._hear, teller)

    # Who is told of -----------------------------------------------------------------

    def permit(self, mall: str, topics: Collection[str] = ()) -> None:
        """From now on these topics of a shop, or all, instead of those before."""
        now, old = self._clock.now(), self.permits.get(mall)
        self.permits[mall] = Permit(frozenset(topics), old.first if old else now, now)

    def cancel(self, mall: str) -> None:
        """Nothing more of a shop; what waits already is still said."""
        self.permits.pop(mall, None)

    def alive(self, mall: str) -> bool:
        """Whether the shop's authorisation still stands."""
        grant = self._grants.of(mall)
        return grant is not None and self._clock.now() < grant.access_until

    # What happens -------------------------------------------------------------------

    def _hear(self, teller: Teller, record: Any) -> None:
        permit = self.permits.get(record.account)
        if permit is None or not self.alive(record.account):
            return
        told = teller(record)
        if told is None or (permit.topics and told[0] not in permit.topics):
            return
        with self._lock:
            self._publish(record.account, *told)

    def _publish(self, mall: str, topic: str, content: Mapping[str, Any]) -> None:
        how, chance = self._options, self._rng.random
        garbage = chance() < how.pmc_garbage
        text = self._rng.choice(GARBAGE) if garbage else dumps(content)
        message = self.say(mall, topic, text)
        message.due += how.pmc_delay + chance() * how.pmc_spread
        if chance() < how.pmc_twice:
            late = message.due + chance() * max(how.pmc_spread, 60.0)
            self.waiting.append(replace(message, due=late))
        if chance() < how.pmc_loss:
            self.waiting = [m for m in self.waiting if m.id != message.id]
            self.lost.append(message)

    def say(self, mall: str, topic: str, content: str) -> Message:
        """Let any message wait, due at once."""
        with self._lock:
            self._count += 1
            now = self._clock.now()
            id = FIRST_ID + self._count * 89
            message = Message(id, mall, topic, content, now, now)
            self.waiting.append(message)
            return message

    # Lines --------------------------------------------------------------------------

    def admit(self, request: Request) -> Response | None:
        """None for a right address, when there is room for the line."""
        with self._lock:
            status = self._verdict(request.path)
            self.refused += status != 0
        if not status or self._switches["pmc_refusal"] == "closed":
            return None
        return Response(status, b"", {"content-type": "text/plain"})

    def _verdict(self, path: str) -> int:
        """The HTTP status of a refusal; 0 for none."""
        parts = path.split("/", 4)
        known = parts[:3] == ["", "message", self._options.client_id] and len(parts) == 5
        if not known or not self._is_signed(parts[3], unquote(parts[4])):
            wanted = self._switches["pmc_refusal"]
            return 401 if wanted == "closed" else int(wanted)
        full = self._switches["pmc_lines"] == "first" and bool(self.lines)
        return 409 if full else 0

    def _is_signed(self, ms: str, digest: str) -> bool:
        if digest != digest_of(self._options.client_id, ms, self._options.client_secret):
            return False
        late = abs(int(ms) / 1000 - self._clock.now()) if ms.isdecimal() else TOLERANCE + 1
        return self._switches["pmc_time"] == "ignored" or late <= TOLERANCE

    def opened(self, line: Line) -> None:
        """A client is there: with pmc_lines=newest the one before goes."""
        if self._verdict(line.request.path):
            line.close(1008, "sign invalid")
            return
        with self._lock:
            former = self.lines if self._switches["pmc_lines"] == "newest" else []
            for old in list(former):
                old.close(1000, "another line")
                self.lines.remove(old)
            self.lines.append(line)
            self._heartbeats[line] = self._clock.now()

    def closed(self, line: Line) -> None:
        """A client is gone; what was not acknowledged comes again at its time."""
        with self._lock:
            if line in self.lines:
                self.lines.remove(line)
            self._heartbeats.pop(line, None)

    def drop(self) -> None:
        """Hang up on every line without a word."""
        with self._lock:
            for line in self.lines:
                line.drop()

    def heard(self, line: Line, text: str) -> None:
        """HeartBeat, Ack or Fail; anything else is passed over."""
        try:
            frame = json.loads(text)
        except ValueError:
            return
        with self._lock:
            match frame if isinstance(frame, dict) else {}:
                case {"commandType": "HeartBeat"}:
                    self._heartbeats[line] = self._clock.now()
                    self._answer(line)
                case {"commandType": "Ack", "id": int(id)}:
                    self._acknowledge(id)
                case {"commandType": "Fail", "id": int(id)}:
                    self.failed.append(id)

    def _answer(self, line: Line) -> None:
        if self._switches["pmc_heartbeat"] == "answered" and not self.silent:
            line.say(dumps({"commandType": "HeartBeat", "time": self._ms()}))

    def _acknowledge(self, id: int) -> None:
        done = [m for m in self.waiting if m.id == id and m.said]
        self.acknowledged += done
        self.waiting = [m for m in self.waiting if m.id != id or not m.said]

    # Saying -------------------------------------------------------------------------

    def turn(self) -> None:
        """Hang up on who is quiet; say what is due to who is there."""
        with self._lock:
            now = self._clock.now()
            for line in list(self.lines):
                if now - self._heartbeats[line] > self._options.pmc_idle:
                    line.drop()
            self._give_up(now)
            there = [line for line in self.lines if line.open]
            if self.silent or not there:
                return
            due = [m for m in self.waiting if m.due <= now]
            for message in sorted(due, key=lambda m: (m.due, m.id)):
                self._say(there[message.id % len(there)], message, now)

    def _say(self, line: Line, message: Message, now: float) -> None:
        if self._rng.random() < self._options.pmc_noise:
            line.say(self._rng.choice(NOISE))
        said = {"type": message.topic, "mallID": int(message.mall)}
        frame = {
            "id": message.id,
            "commandType": "Common",
            "time": int(message.published * 1000),
            "sendTime": self._ms(),
            "message": said | {"content": message.content},
        }
        again = self._options.pmc_again
        message.due = now + again[min(message.said, len(again) - 1)]
        message.said += 1
        line.say(dumps(frame))
        if self._rng.random() < self._options.pmc_drops:
            line.drop()

    def _give_up(self, now: float) -> None:
        times = len(self._options.pmc_again) + 1
        since = now - self._options.pmc_kept

        def over(message: Message) -> bool:
            tired = message.said >= times and message.due <= now
            return tired or message.published <= since

        self.given_up += [m for m in self.waiting if over(m)]
        self.waiting = [m for m in self.waiting if not over(m)]

    def _ms(self) -> int:
        return int(self._clock.now() * 1000)

    def told(self) -> dict[str, Any]:
        """How many there are of each, for who looks at the box over HTTP."""
        names = ("waiting", "acknowledged", "failed", "lost", "given_up", "lines")
        counts: dict[str, Any] = {name: len(getattr(self, name)) for name in names}
        return counts | {"refused": self.refused, "permitted": sorted(self.permits)}


def digest_of(client_id: str, ms: str, secret: str) -> str:
    """What the address must end in, not yet url-encoded."""
    hashed = hashlib.md5(f"{client_id}{ms}{secret}".encode()).hexdigest()
    return base64.b64encode(hashed.encode()).decode()
