"""A connection messages come over: keep what comes, and only then acknowledge it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from ..errors import Retryable
from ..hub import Hub
from ..ports import Message, Socket
from .dialling import Connection, Dial
from .keeping import keep

STANDS = 60.0
"""Seconds after which a connection counts as good though nothing was said: whether the
platform answers signs of life is not documented."""
HERE = ("127.0.0.1", "::1", "localhost")
WAIT = 0.5
"""Seconds a step waits for a frame."""
TOGETHER = 256
"""Messages that are kept in one transaction."""


class Connected:
    """The connection of one app, opened when it is first needed."""

    def __init__(
        self, hub: Hub, channel: str, app: str, socket: Socket, dial: Dial
    ) -> None:
        self._hub, self._channel, self._app = hub, channel, app
        self._socket, self._dial = socket, dial
        self._room = hub.lines.room(app)
        self._line: Connection | None = None
        self._beats_at = self._alive_at = self._opened_at = 0.0
        self._every = self._silent = 0.0
        self.tally: Counter[str] = Counter()
        """`taken`, `unread`: since somebody looked and cleared it."""
        self.heard = False
        """Whether in the last step the platform was there."""

    def step(self, room: bool) -> float:
        """Beat, where it is time; take what came, where there is room for it. Raises
        Retryable where the connection is broken or silent; what was not acknowledged comes
        again over the next."""
        if self._line is None:
            self._open()
        self._beat()
        self.heard = self._now - self._opened_at > STANDS
        if not room:
            self._alive_at = self._now
            return WAIT
        messages = list(self._frames())
        keep(self._hub, self._channel, self._app, messages)
        self._acknowledge(messages)
        if self._now - self._alive_at > self._silent:
            raise Retryable(f"the platform gave no sign of life for {self._silent:g} s")
        return 0.0

    def close(self) -> None:
        """Let it go; the next step opens another."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    @property
    def _now(self) -> float:
        return self._hub.clock.monotonic()

    def _open(self) -> None:
        app = self._hub.lines.signing_as(self._app)
        self._every, self._silent = self._socket.rhythm(app)
        address = self._socket.address(app, self._room.clock.now())
        settings, usual = self._room.app, self._room.channel.base_url
        if settings.base_url and settings.base_url != usual:
            address = turned(address, settings.base_url)
        self._line = self._dial(address, settings.proxy)
        self._opened_at = self._alive_at = self._beats_at = self._now

    def _beat(self) -> None:
        assert self._line is not None
        if self._now >= self._beats_at:
            self._line.send(self._socket.beat(self._room.clock.now()))
            self._beats_at = self._now + self._every

    def _frames(self) -> Iterator[Message]:
        """The messages that have come, the first waited for."""
        assert self._line is not None
        wait = WAIT
        for _ in range(TOGETHER):
            frame = self._line.receive(wait)
            if frame is None:
                return
            wait = 0.0
            try:
                message = self._socket.read(frame)
            except ValueError:
                self.tally["unread"] += 1
                continue
            self.heard, self._alive_at = True, self._now
            if message is not None:
                yield message

    def _acknowledge(self, messages: list[Message]) -> None:
        assert self._line is not None
        self.tally["taken"] += len(messages)
        for message in messages:
            self._line.send(self._socket.receipt(message, self._room.clock.now()))


def turned(address: str, base_url: str) -> str:
    """The address at another host: where the hub is turned to a sandbox or a relay, it goes
    nowhere else but to this machine."""
    there, asked = urlsplit(base_url), urlsplit(address)
    if asked.hostname in HERE:
        return address
    scheme = "wss" if there.scheme == "https" else "ws"
    return asked._replace(scheme=scheme, netloc=there.netloc).geturl()
