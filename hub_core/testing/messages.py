"""What the hub relies on when it takes an app's messages, from a queue or over a socket.

    class TestTeahouseMessages(MessagesContract):
        @pytest.fixture
        def plugin(self):
            return channel_hub_teahouse

        @pytest.fixture
        def platform(self):
            return create(seed=1, orders=60, clock=Clock(NOON), history=timedelta(days=1))

        @pytest.fixture
        def talk(self, platform):       # of a socket only
            return platform.lines

Messages are those of what `Platform.churn` lets happen once the shop is permitted, which
the contract sees to. `talk` is a `hub_core.sandbox.websocket.Talk`: what of the sandbox is
served by a `Listening`; it is talked to without a network.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from ..errors import Misconfigured
from ..ports import Hint, Message, Messages, Queue, Socket
from ..sandbox import Platform
from ..sandbox.websocket import Talk
from .asking import only_hub_errors
from .bridge import Refusing, Spoken
from .desk import Desk, failure
from .given import Given
from .posting import LONG, unfit_alone
from .spoiling import STRANGE_WORD, keys_of, misshapen, reworded

CHANGES = 12
"""Things that happen, of which messages tell."""
SPOILED = 60
DAY = timedelta(days=1)
SENSELESS: tuple[Any, ...] = (None, 7, "", "{", "[]", "?", "null", '{"":0}')


class MessagesContract(Given):
    """Inherit, give the fixtures, run."""

    capability = "messages"

    @pytest.fixture
    def happen(self, platform: Platform | None) -> Callable[[], None]:
        """Lets things happen that messages tell of: orders of the first shop."""
        if platform is None:
            pytest.fail("give the fixture `happen` beside `transport`")

        def happen() -> None:
            platform.churn(CHANGES, account=platform.accounts()[0].external_id)
            platform.clock.advance(5)

        return happen

    @pytest.fixture
    def talk(self, platform: Platform | None) -> Talk | None:
        """What the sandbox says and hears over a connection; None: it has a queue."""
        return None

    @pytest.fixture
    def taking(self, desk: Desk, talk: Talk | None) -> Taking:
        """The shop's messages, by whichever way they come."""
        found = messages_of(desk)
        if isinstance(found, Socket) and talk is None:
            pytest.skip("give the fixture `talk`: what is said over a connection")
        return ByLine(desk, found, talk) if isinstance(found, Socket) else ByQueue(desk)

    @pytest.fixture
    def there(self, taking: Taking, happen: Callable[[], None]) -> Sequence[Message]:
        """Messages that came and were not confirmed."""
        taking.permit()
        happen()
        found = taking.all()
        assert len(found) > 1, "nothing was told of: let more happen"
        return found

    # What it is -------------------------------------------------------------------------

    def test_it_satisfies_the_port(self, desk: Desk) -> None:
        """A queue or a socket, and not both: that decides how the hub takes them."""
        found = messages_of(desk)
        assert isinstance(found, Messages)
        ways = [isinstance(found, Queue), isinstance(found, Socket)]
        assert sum(ways) == 1
        assert not isinstance(found.gone, str)
        assert all(event.strip() for event in found.gone)

    def test_a_shop_is_permitted_and_then_it_is(self, taking: Taking) -> None:
        """Asked before `hub init` and by doctor; permitting again changes nothing."""
        taking.permit()
        assert taking.permitted() is True
        messages_of(taking.desk).permit(taking.desk.line)
        assert taking.permitted() is True

    def test_nothing_is_told_of_a_shop_that_is_not_permitted(
        self, taking: Taking, happen: Callable[[], None]
    ) -> None:
        """And that there is nothing is an empty answer, no error."""
        if taking.permitted():
            pytest.skip("this shop is permitted from the start")
        happen()
        assert list(taking.all()) == []

    # What comes -------------------------------------------------------------------------

    def test_what_happens_is_told(
        self, desk: Desk, there: Sequence[Message], platform: Platform | None
    ) -> None:
        """A hint names a record there is, of a kind the plugin reads, by the id it is
        fetched by; and its shop by an id of that shop."""
        assert [said for one in there for said in _misdirected(desk, one)] == []
        orders = {x.hint.external_id for x in there if x.hint.kind == "orders"}
        assert orders, "no order was told of"
        if platform is not None:
            known = platform.truth(desk.account.external_id)
            assert orders <= {order.external_id for order in known}

    def test_a_message_is_known_by_its_id(
        self, taking: Taking, there: Sequence[Message]
    ) -> None:
        """The inbox drops what it has: the same message has the same id and reads the
        same, another has another."""
        assert len({one.id for one in there}) == len(there)
        assert all(one.id.strip() and one.hint.message_id == one.id for one in there)
        again = {one.id: one for one in taking.later()}
        assert {one.id for one in there} <= set(again), (
            "it is not confirmed and comes again"
        )
        for one in there:
            assert replace(again[one.id].hint, at=one.hint.at) == one.hint

    def test_what_is_confirmed_comes_no_more(
        self, taking: Taking, there: Sequence[Message]
    ) -> None:
        """The very ones: a message confirmed in another's place is lost."""
        first, *others = there
        taking.confirm([first])
        assert {one.id for one in taking.later()} == {one.id for one in others}
        taking.confirm(others)
        assert list(taking.later()) == []

    def test_what_came_is_kept_as_it_came(self, there: Sequence[Message]) -> None:
        """The body is what `hub` shows of it later; it says what the hint says. It prints
        nothing: a message may say whose order it is."""
        for one in there:
            assert (one.hint.external_id or "").encode() in one.body
            assert one.body.decode() not in repr(one)

    # What does not make sense -----------------------------------------------------------

    def test_a_word_nobody_has_heard_of_is_kept(
        self, taking: Taking, there: Sequence[Message]
    ) -> None:
        """Platforms add topics: one is kept under its own word, and names nothing."""
        known = next(one for one in there if one.hint.kind)
        found = taking.altered(known, lambda body: _reworded(body, known.hint.event))
        assert (found.hint.event, found.hint.kind) == (STRANGE_WORD, None)
        assert (found.hint.external_id, found.hint.wakes) == (None, ())

    def test_a_message_that_makes_no_sense_is_kept_by_its_id(
        self, taking: Taking, there: Sequence[Message]
    ) -> None:
        """It could not be confirmed otherwise, and would come for ever."""
        known = next(one for one in there if one.hint.kind)
        for value in SENSELESS:
            found = taking.altered(known, partial(_senseless, known, value))
            assert (found.hint.kind, found.hint.external_id) == (None, None)

    def test_wrong_shapes_are_foreseen(
        self, taking: Taking, there: Sequence[Message]
    ) -> None:
        """An answer of another shape is a HubError, a frame of another shape a
        ValueError; what is read all the same has its id."""
        for body in taking.spoiled(SPOILED):
            taking.refuse(body)

    def test_no_answer_is_taken_for_a_yes(
        self, taking: Taking, refusals: Mapping[str, bytes]
    ) -> None:
        """What was not confirmed is not confirmed, who was not permitted is not."""
        taking.permit()
        desk = taking.desk
        for body in (b"", b"{}", b"[]", b"<html>login</html>", *refusals.values()):
            desk.tap.give(body)
            for act in taking.calls():
                desk.rest()
                assert failure(act) is not None, f"{body!r} was taken for a yes"

    # A queue ----------------------------------------------------------------------------

    def test_a_queue_that_is_empty_is_left_alone_for_a_while(self, desk: Desk) -> None:
        """Each asking counts among the app's calls."""
        found = messages_of(desk)
        if isinstance(found, Queue):
            assert found.idle(desk.of_app()) >= 0.1

    # A socket ---------------------------------------------------------------------------

    def test_it_beats_and_is_answered(self, taking: Taking) -> None:
        """A connection that is silent for long is opened anew: it beats several times
        before that, and what the platform beats back is no message."""
        found, app = messages_of(taking.desk), taking.desk.app
        if not isinstance(taking, ByLine) or not isinstance(found, Socket):
            pytest.skip("it has a queue")
        beat, silent = found.rhythm(app)
        assert 0 < 2 * beat < silent
        frames = taking.beaten()
        assert [found.read(frame) for frame in frames] == [None] * len(frames)

    def test_an_address_is_signed_for_its_moment(self, taking: Taking) -> None:
        """It lets in whoever has it: signed with the secret, which is not in it, and of
        now. Another's is not let in."""
        desk, found = taking.desk, messages_of(taking.desk)
        if not isinstance(taking, ByLine) or not isinstance(found, Socket):
            pytest.skip("it has a queue")
        now = desk.clock.now()
        address = found.address(desk.app, now)
        assert address.startswith(("wss://", "ws://"))
        assert desk.app.app_secret not in address
        assert found.address(desk.app, now) == address
        assert found.address(desk.app, now + DAY) != address
        taking.connect(address)
        forged = found.address(replace(desk.app, app_secret=desk.app.app_secret[::-1]), now)
        with pytest.raises(Refusing):
            taking.connect(forged)


def messages_of(desk: Desk) -> Messages:
    """The plugin's own."""
    return desk.plugins.messages(desk.channel.id)


# The two ways --------------------------------------------------------------------------


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


# What a message is ---------------------------------------------------------------------


def _misdirected(desk: Desk, one: Message) -> Iterator[str]:
    """What of its hint leads nowhere, as sentences."""
    hint, kinds, now = one.hint, set(desk.sources) | {"orders"}, desk.clock.now()
    if not hint.event.strip():
        yield "an event without a name"
    if hint.kind is not None and hint.kind not in kinds:
        yield f"{hint.event}: the plugin reads no {hint.kind}"
    if (hint.kind is None) is not (hint.external_id is None):
        yield f"{hint.event}: a kind without an id, or an id without a kind"
    if not {*hint.wakes} <= kinds - {hint.kind}:
        yield f"{hint.event} wakes what is not read"
    if hint.account not in (None, *messages_of(desk).accounts(desk.line.shop)):
        yield f"{hint.event}: the shop is named by an id it has not"
    if hint.at is None or hint.at.utcoffset() is None or not now - DAY < hint.at <= now:
        yield f"{hint.event}: it did not happen just now"


def _sound(one: Message | None) -> None:
    assert one is None or one.id.strip()
    assert one is None or one.hint.message_id == one.id


def _holds(body: bytes, known: Message) -> bool:
    return known.id.encode() in body and known.hint.event.encode() in body


def _reworded(body: bytes, word: str) -> bytes:
    return reworded(body, keys_of(json.loads(body), word), word)


def _senseless(known: Message, value: Any, body: bytes) -> bytes:
    """The body with this in place of what names the record."""
    return json.dumps(
        _without(json.loads(body), str(known.hint.external_id), value)
    ).encode()


def _without(raw: Any, name: str, value: Any) -> Any:
    """The value in place of each text or number that holds the name."""
    if isinstance(raw, dict):
        return {key: _without(inner, name, value) for key, inner in raw.items()}
    if isinstance(raw, list):
        return [_without(inner, name, value) for inner in raw]
    return value if name in str(raw) else raw
