"""What the hub relies on when it reveals whom an order goes to.

    class TestTeahouseReceivers(ReceiversContract):
        @pytest.fixture
        def plugin(self):
            return channel_hub_teahouse

        @pytest.fixture
        def platform(self):
            return create(seed=1, orders=60, clock=Clock(NOON), history=timedelta(days=1))

The sealed receivers are those of the plugin's own orders; the sandbox must open some.
Where none takes a call to be opened, all but the port's own test is skipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import pytest

from ..client import httpx
from ..errors import HubError, Retryable
from ..ports import Purpose, Receivers, Revealed, SealedReceiver, Withheld, Withholding
from .asking import rested, spoil_each_answer, told
from .desk import Desk, failure
from .given import Given
from .reading import stranger

SPOILED = 30
ENOUGH = 40
"""Orders that are looked at for sealed receivers."""
OPENED = ("name", "phone", "telephone", "address")
SENTENCE = 80
"""More than a code or a word of the platform's."""
Outcome = Revealed | Withheld


class ReceiversContract(Given):
    """Inherit, give the fixtures, run."""

    capability = "receivers"

    @pytest.fixture
    def sealed(self, desk: Desk) -> Sequence[SealedReceiver]:
        """Receivers that take a call to be opened: of two orders at least."""
        found = [one for one in _sealed(desk) if receivers_of(desk).cost(one)]
        if not found:
            pytest.skip("no receiver of this platform takes a call to be opened")
        assert len(found) > 1, "give a platform with several orders"
        return found

    @pytest.fixture
    def several(
        self, desk: Desk, sealed: Sequence[SealedReceiver]
    ) -> Sequence[SealedReceiver]:
        """As many of them as one call takes."""
        return sealed[: receivers_of(desk).most]

    # What it does -----------------------------------------------------------------------

    def test_it_satisfies_the_port(self, desk: Desk) -> None:
        """The hub calls what `ports.Receivers` names; orders are read anew before."""
        assert isinstance(receivers_of(desk), Receivers)
        assert type(receivers_of(desk).most) is int
        assert receivers_of(desk).most > 0
        assert "orders" in desk.row.capabilities, "an order must be read before"

    def test_what_is_sealed_is_opened(
        self, desk: Desk, sealed: Sequence[SealedReceiver]
    ) -> None:
        """One outcome for each that was asked for, and somebody is revealed."""
        found = _reveal_all(desk, sealed)
        asked = [one.order_external_id for one in sealed]
        assert sorted(one.order_external_id for one in found) == sorted(asked)
        assert any(_shown(one) for one in found), "nobody was revealed"
        for one in found:
            assert isinstance(one, Withheld) or _shown(one), "revealed, and nothing shown"

    def test_all_are_asked_for_in_one_call(
        self, desk: Desk, several: Sequence[SealedReceiver]
    ) -> None:
        """The hub counts a call before it is sent: two in its place would be uncounted."""
        _reveal(desk, several[:1])  # a token is had by now
        before = len(desk.journal)
        _reveal(desk, several)
        assert len(desk.journal) == before + 1

    def test_every_purpose_has_its_outcome(
        self, desk: Desk, sealed: Sequence[SealedReceiver]
    ) -> None:
        """A purpose the platform does not know is withheld as not permitted."""
        for purpose in Purpose:
            (outcome,) = receivers_of(desk).reveal(sealed[:1], purpose)
            assert isinstance(outcome, Revealed | Withheld)

    def test_a_price_is_told_before(
        self, desk: Desk, sealed: Sequence[SealedReceiver]
    ) -> None:
        """Whole units of the platform's quota; what has nothing to open costs nothing."""
        costs = [receivers_of(desk).cost(one) for one in sealed]
        assert all(type(cost) is int and cost > 0 for cost in costs)
        bare = SealedReceiver(order_external_id=sealed[0].order_external_id)
        assert receivers_of(desk).cost(bare) == 0
        blank = replace(bare, token="", ciphers={"name": "", "phone": ""})
        assert receivers_of(desk).cost(blank) == 0

    def test_a_receiver_is_never_another_than_itself(
        self, desk: Desk, sealed: Sequence[SealedReceiver]
    ) -> None:
        """A parcel waits where the address has changed: it must not where it has not."""
        same = receivers_of(desk).same
        bare = SealedReceiver(order_external_id=sealed[0].order_external_id)
        assert all(same(one, one) is not False for one in sealed)
        assert same(sealed[0], sealed[1]) is same(sealed[1], sealed[0])
        assert same(sealed[0], bare) is None

    # What is refused --------------------------------------------------------------------

    def test_a_strange_order_is_withheld(
        self, desk: Desk, sealed: Sequence[SealedReceiver]
    ) -> None:
        """An order nobody has, and a seal that is none: said so, with a reason."""
        ids = [one.order_external_id for one in sealed]
        none = replace(
            sealed[0],
            order_external_id=stranger(ids[0], ids),
            token=sealed[0].token and "no-such-token",
            ciphers=dict.fromkeys(sealed[0].ciphers, "no-such-cipher"),
        )
        if (error := failure(lambda: _all_withheld(_reveal(desk, [none])))) is not None:
            assert not isinstance(error, Retryable), "it would be asked again"

    def test_nobody_is_named_by_what_is_shown(
        self, desk: Desk, sealed: Sequence[SealedReceiver]
    ) -> None:
        """Outcomes and the journal may be printed; a reason is a word, not a sentence."""
        found = _reveal_all(desk, sealed)
        clear = {value for one in found for value in _shown(one) if len(value) > 1}
        seals = {s for one in sealed for s in (one.token, *one.ciphers.values()) if s}
        printed = repr((found, sealed, desk.journal))
        assert not [value for value in clear | seals if value in printed]
        reasons = [one.said for one in found if isinstance(one, Withheld) and one.said]
        assert all(len(said) <= SENTENCE for said in reasons)

    # Answers that are no good -----------------------------------------------------------

    def test_a_lost_answer_is_not_asked_for_again(
        self, desk: Desk, several: Sequence[SealedReceiver]
    ) -> None:
        """It was counted, and somebody's address may have been shown: that is for a
        person to repeat."""
        _reveal(desk, several[:1])
        before = len(desk.journal)
        with pytest.raises(Retryable):
            _lost(desk, several)
        assert len(desk.journal) == before + 1

    def test_no_answer_reveals_anybody(
        self, desk: Desk, several: Sequence[SealedReceiver], refusals: Mapping[str, bytes]
    ) -> None:
        """No refusal, no login page and nothing at all: an error, or withheld."""
        for body in (b"", b"{}", b"[]", b"<html>login</html>", *refusals.values()):
            desk.tap.give(body)
            desk.rest()
            failure(lambda: _all_withheld(_reveal(desk, several)))
        desk.tap.change = None

    def test_errors_quote_nobody(
        self,
        desk: Desk,
        sealed: Sequence[SealedReceiver],
        several: Sequence[SealedReceiver],
    ) -> None:
        """An answer cut in two holds somebody; what is said of it does not."""
        clear = {value for one in _reveal_all(desk, sealed) for value in _shown(one)}
        desk.tap.change = lambda good: good[: len(good) * 3 // 4]
        error = failure(lambda: _reveal(desk, several))
        desk.tap.change = None
        shown = told(error) if isinstance(error, HubError) else []
        assert not [value for value in clear if len(value) > 1 and value in "".join(shown)]

    def test_wrong_shapes_are_the_hubs_own_errors(
        self, desk: Desk, several: Sequence[SealedReceiver]
    ) -> None:
        """An answer of another shape raises a HubError or withholds."""
        ask = rested(desk, lambda: receivers_of(desk).reveal(several, Purpose.SHIPPING))
        spoil_each_answer(desk, ask, SPOILED)


def receivers_of(desk: Desk) -> Receivers:
    """The plugin's own, on the line as it is."""
    return desk.plugins.receivers(desk.channel.id, desk.line)


def _sealed(desk: Desk) -> list[SealedReceiver]:
    """The receivers of the platform's orders, as the orders have them."""
    orders = desk.at("orders")
    parties = [
        (one.order.external_id, one.order.party)
        for one in orders.whole(ENOUGH)
        if one.order.party
    ]
    return [
        SealedReceiver(order_external_id=name, token=p.receiver_token, ciphers=p.ciphers)
        for name, p in parties
    ]


def _reveal(desk: Desk, sealed: Sequence[SealedReceiver]) -> Sequence[Outcome]:
    return receivers_of(desk).reveal(sealed, Purpose.SHIPPING)


def _reveal_all(desk: Desk, sealed: Sequence[SealedReceiver]) -> list[Outcome]:
    """In as many calls as it takes."""
    most = receivers_of(desk).most
    batches = [sealed[n : n + most] for n in range(0, len(sealed), most)]
    return [one for batch in batches for one in _reveal(desk, batch)]


def _lost(desk: Desk, sealed: Sequence[SealedReceiver]) -> None:
    def lose(good: bytes) -> bytes:
        raise httpx.ReadError("the answer was lost on its way")

    desk.tap.change = lose
    try:
        _reveal(desk, sealed)
    finally:
        desk.tap.change = None


def _shown(one: Outcome) -> list[str]:
    """What of somebody an outcome shows."""
    if isinstance(one, Withheld):
        return []
    names = [f.name for f in fields(one) if f.name in OPENED]
    return [value for name in names if (value := getattr(one, name))]


def _all_withheld(found: Sequence[Outcome]) -> None:
    assert not [one for one in found if isinstance(one, Revealed)], "somebody was revealed"
    assert all(isinstance(one.reason, Withholding) for one in found)  # type: ignore[union-attr]
