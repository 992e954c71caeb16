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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from ..ports import Message, Messages, Queue, Socket
from ..sandbox import Platform
from ..sandbox.websocket import Talk
from .bridge import Refusing
from .desk import Desk, failure
from .given import Given
from .needs import Need, needs
from .pushes import leads_nowhere
from .spoiling import STRANGE_WORD, keys_of, reworded
from .taking import DAY, ByLine, ByQueue, Taking, messages_of

CHANGES = 12
"""Things that happen, of which messages tell."""
SPOILED = 60
SENSELESS: tuple[Any, ...] = (None, 7, "", "{", "[]", "?", "null", '{"":0}')

SOCKET = Need(
    "SOCKET", "it has a queue", lambda desk: isinstance(messages_of(desk), Socket)
)


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

    @needs(SOCKET)
    def test_it_beats_and_is_answered(self, taking: Taking) -> None:
        """A connection that is silent for long is opened anew: it beats several times
        before that, and what the platform beats back is no message."""
        found, app = messages_of(taking.desk), taking.desk.app
        assert isinstance(taking, ByLine)
        assert isinstance(found, Socket)
        beat, silent = found.rhythm(app)
        assert 0 < 2 * beat < silent
        frames = taking.beaten()
        assert [found.read(frame) for frame in frames] == [None] * len(frames)

    @needs(SOCKET)
    def test_an_address_is_signed_for_its_moment(self, taking: Taking) -> None:
        """It lets in whoever has it: signed with the secret, which is not in it, and of
        now. Another's is not let in."""
        desk, found = taking.desk, messages_of(taking.desk)
        assert isinstance(taking, ByLine)
        assert isinstance(found, Socket)
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


def _misdirected(desk: Desk, one: Message) -> Iterator[str]:
    """What of its hint leads nowhere, as sentences."""
    hint, now = one.hint, desk.clock.now()
    yield from leads_nowhere(desk, hint, messages_of(desk).accounts(desk.line.shop))
    if hint.at is None or hint.at.utcoffset() is None or not now - DAY < hint.at <= now:
        yield f"{hint.event}: it did not happen just now"


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
