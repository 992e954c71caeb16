"""An app's messages as the hub takes them: from a queue, or over a connection."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import timedelta

import pytest

from ..errors import Misconfigured
from ..ports import Hint, Message, Messages, Queue, Socket
from ..sandbox.websocket import Talk
from .asking import only_hub_errors
from .bridge import Spoken
from .desk import Desk
from .posting import LONG, unfit_alone
from .spoiling import misshapen

DAY = timedelta(days=1)


def messages_of(desk: Desk) -> Messages:
    """The plugin's own."""
    return desk.plugins.messages(desk.channel.id)


class Taking:
    """Messages as the hub takes them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def permitted(self) -> bool:
        """Whether this shop's messages come; skips where the shop given is too little to
        ask."""
        try:
            return messages_of(self.desk).permitted(self.desk.line)
        except Misconfigured as error:
            pytest.skip(f"give the fixture `account` with what is missing: {error}")

    def permit(self) -> None:
        """As the hub does: where they do not come yet."""
        if not self.permitted():
            messages_of(self.desk).permit(self.desk.line)
        assert self.permitted(), "permitted, and yet not"

    def later(self) -> Collection[Message]:
        """All that comes within a day, each once."""
        found: dict[str, Message] = {}
        for _ in range(int(DAY.total_seconds() / LONG)):
            self.desk.clock.local.sleep(LONG)
            found |= {one.id: one for one in self.all()}
        return found.values()

    def all(self) -> Sequence[Message]:
        """All that is there."""
        raise NotImplementedError

    def confirm(self, messages: Sequence[Message]) -> None:
        """Say that these were kept."""
        raise NotImplementedError

    def altered(self, known: Message, change: Callable[[bytes], bytes]) -> Message:
        """The message, had it come otherwise."""
        raise NotImplementedError

    def spoiled(self, most: int) -> Iterator[bytes]:
        """What came, in other shapes."""
        raise NotImplementedError

    def refuse(self, body: bytes) -> None:
        """Read that: an AssertionError where it is not taken as it should be."""
        raise NotImplementedError

    def calls(self) -> Sequence[Callable[[], object]]:
        """Every call that is answered by a yes or by messages."""
        return [lambda: messages_of(self.desk).permit(self.desk.line)]


class ByQueue(Taking):
    """Taken by asking."""

    @property
    def queue(self) -> Queue:
        """The plugin's own."""
        found = messages_of(self.desk)
        assert isinstance(found, Queue)
        return found

    def all(self) -> Sequence[Message]:
        """Asked until it is empty."""
        found: dict[str, Message] = {}
        for _ in range(100):
            taken = self.queue.take(self.desk.of_app())
            assert None not in taken, "one had no id"
            new = {one.id: one for one in taken if one is not None}
            if not new:
                return list(found.values())
            found |= new
        raise AssertionError("the queue never ends")

    def confirm(self, messages: Sequence[Message]) -> None:
        """By one call."""
        self.queue.confirm(self.desk.of_app(), messages)

    def altered(self, known: Message, change: Callable[[bytes], bytes]) -> Message:
        """The answer it came in, changed."""
        body = next(b for b in reversed(self.desk.tap.bodies) if _holds(b, known))
        self.desk.tap.give(change(body))
        self.desk.rest()
        found = {one.id: one for one in self._taken() if one}
        self.desk.tap.change = None
        assert known.id in found, "it was not kept"
        return found[known.id]

    def spoiled(self, most: int) -> Iterator[bytes]:
        """The answer that had the most."""
        yield from misshapen(max(self.desk.tap.bodies, key=len), most=most)

    def refuse(self, body: bytes) -> None:
        """The hub's own error; or messages, each with its id, or None for one without."""
        self.desk.tap.give(body)
        self.desk.rest()
        only_hub_errors(self._taken_soundly)

    def calls(self) -> Sequence[Callable[[], object]]:
        """Taking and confirming too."""
        one = Message(id="1", hint=Hint(event="any"), body=b"")
        confirm = lambda: self.queue.confirm(self.desk.of_app(), [one])  # noqa: E731
        return [*super().calls(), self._taken, confirm]

    def _taken_soundly(self) -> None:
        for one in self._taken():
            _sound(one)

    def _taken(self) -> Sequence[Message | None]:
        return self.queue.take(self.desk.of_app())


class ByLine(Taking):
    """Taken over a connection."""

    def __init__(self, desk: Desk, socket: Socket, talk: Talk | None) -> None:
        super().__init__(desk)
        assert talk is not None
        self._socket, self._talk = socket, talk
        self._frames: dict[str, str] = {}
        self._line: Spoken | None = None

    def connect(self, address: str) -> Spoken:
        """A new connection. Raises Refusing."""
        return Spoken(self._talk, address)

    def all(self) -> Sequence[Message]:
        """All that is said, over the connection there is while it lives."""
        found: dict[str, Message] = {}
        for frame in self._said():
            if (one := self._socket.read(frame)) is not None:
                found[one.id] = one
                self._frames[one.id] = frame
        return list(found.values())

    def beaten(self) -> Sequence[str]:
        """What the platform answers a sign of life with."""
        self._open().hear(self._socket.beat(self.desk.clock.now()))
        return self._open().take()

    def confirm(self, messages: Sequence[Message]) -> None:
        """One receipt each."""
        for one in messages:
            self._open().hear(self._socket.receipt(one, self.desk.clock.now()))

    def altered(self, known: Message, change: Callable[[bytes], bytes]) -> Message:
        """The frame it came in, changed."""
        found = self._socket.read(change(self._frames[known.id].encode()).decode())
        assert found is not None
        assert found.id == known.id, "it was not kept"
        return found

    def spoiled(self, most: int) -> Iterator[bytes]:
        """One frame."""
        yield from (b"", b"{", b"[]", b"null", b"7", b'"text"')
        yield from misshapen(next(iter(self._frames.values())).encode(), most=most)

    def refuse(self, body: bytes) -> None:
        """A ValueError; or a message with its id."""
        unfit_alone(lambda: _sound(self._socket.read(body.decode())))

    def _said(self) -> Sequence[str]:
        self._open().hear(self._socket.beat(self.desk.clock.now()))
        self._talk.turn()
        return self._open().take()

    def _open(self) -> Spoken:
        if self._line is None or not self._line.open:
            now = self.desk.clock.now()
            self._line = self.connect(self._socket.address(self.desk.app, now))
        return self._line


def _sound(one: Message | None) -> None:
    assert one is None or one.id.strip()
    assert one is None or one.hint.message_id == one.id


def _holds(body: bytes, known: Message) -> bool:
    return known.id.encode() in body and known.hint.event.encode() in body
