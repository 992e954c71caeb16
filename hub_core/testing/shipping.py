"""What the hub relies on when it reports parcels.

    class TestTeahouseShipping(ShippingContract):
        @pytest.fixture
        def plugin(self):
            return channel_hub_teahouse

        @pytest.fixture
        def platform(self):
            return create(seed=1, orders=60, clock=Clock(NOON), history=timedelta(days=1))

The sandbox tells of each parcel it was told of by `Platform.effects` (kind `ship`, the
order). Orders that wait to be sent are found among the plugin's own; where no number below
fits any carrier, give `waybills`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import pytest

from ..errors import Rejected, Retryable
from ..models import (
    AfterSaleStatus,
    FulfillmentStatus,
    Order,
    OrderStatus,
    OrderType,
    PaymentStatus,
)
from ..ports import Carrier, Done, Parcel, Shipping
from ..wire import Fetched
from .asking import rested, spoil_each_answer
from .desk import Desk, failure
from .reading import stranger
from .writing import CONFIRMED, REFUSED, Effects, Writing, unanswered

Waybill = tuple[str, str]
"""A carrier's code and a number it could have given."""
SPOILED = 30
NUMBERS = ("YT1234567890123", "YT1234567890124", "73123456789012", "73123456789013",
           "123456789012", "123456789013", "1234567890123", "SF1234567890123")  # fmt: skip
"""Waybill numbers of the usual forms."""
WAITING = {FulfillmentStatus.UNFULFILLED}
SENT = (FulfillmentStatus.SHIPPED, FulfillmentStatus.DELIVERED)
OPEN_KINDS = (OrderType.NORMAL, OrderType.GROUPBUY, OrderType.PRESALE)


class ShippingContract(Writing):
    """Inherit, give the fixtures, run."""

    capability = "shipping"

    @pytest.fixture
    def waiting(self, desk: Desk) -> Sequence[Order]:
        """Some orders that are paid and wait to be sent, with nothing in their way; one of
        several lines first, if there is any."""
        found: list[Order] = []
        for order in _waiting(desk.at("orders")):
            found.append(order)
            if len(order.lines) > 1:
                break
        assert found, "give a platform with orders that wait to be sent"
        return found[::-1]

    @pytest.fixture
    def waybills(self, desk: Desk) -> Sequence[Waybill]:
        """Two numbers that carriers of the platform could have given."""
        found = list(islice(_fitting(shipping_of(desk).carriers()), 2))
        return found if len(found) == 2 else pytest.fail("give the fixture `waybills`")

    # What it does -----------------------------------------------------------------------

    def test_it_satisfies_the_port(self, desk: Desk) -> None:
        """The hub calls what `ports.Shipping` names; orders are looked at before."""
        assert isinstance(shipping_of(desk), Shipping)
        assert type(shipping_of(desk).splits) is bool
        assert "orders" in desk.row.capabilities, "an order must be looked at before"

    def test_carriers_have_codes_and_names(self, desk: Desk) -> None:
        """An ERP's carrier is found by code or name; two of one code could not be told
        apart."""
        carriers = list(shipping_of(desk).carriers())
        assert carriers
        assert all(isinstance(carrier, Carrier) for carrier in carriers)
        assert all(carrier.code.strip() and carrier.name.strip() for carrier in carriers)
        codes = [carrier.code for carrier in carriers]
        assert len(set(codes)) == len(codes)
        assert list(shipping_of(desk).carriers()) == carriers

    def test_a_parcel_that_was_reported_is_seen_in_its_order(
        self, desk: Desk, waiting: Sequence[Order], waybills: Sequence[Waybill],
        effects: Effects,
    ) -> None:  # fmt: skip
        """The order says that it was sent, with this number: so a lost answer is found."""
        before, order = len(effects()), waiting[0]
        done = _send(desk, order, waybills[0])
        assert (done.target, done.effect) == (order.external_id, CONFIRMED)
        found = _order(desk, order)
        assert found.fulfillment_status in SENT
        assert waybills[0][1] in [d.tracking_no for d in found.deliveries]
        assert [e.target for e in effects()[before:]] == [order.external_id]

    def test_the_same_waybill_again_is_one_shipment(
        self, desk: Desk, waiting: Sequence[Order], waybills: Sequence[Waybill],
        effects: Effects,
    ) -> None:  # fmt: skip
        """Whoever sends it again learns that it was sent, or that it is not known: a
        second parcel would be a lie, and a bare no would be read as "not shipped"."""
        order = waiting[0]
        assert _send(desk, order, waybills[0]).effect is CONFIRMED
        before = len(effects())
        again = _send(desk, order, waybills[0])
        assert effects()[before:] == []
        assert again.effect is CONFIRMED or again.reason
        assert len(_order(desk, order).deliveries) == 1

    def test_an_order_goes_in_two_parcels_where_it_may(
        self, desk: Desk, waiting: Sequence[Order], waybills: Sequence[Waybill],
        effects: Effects,
    ) -> None:  # fmt: skip
        """`splits` says that a second parcel is taken; without it, lines are refused
        before they are sent."""
        order, (one, other) = waiting[0], waybills
        lines, before = [line.external_id for line in order.lines], len(effects())
        if not shipping_of(desk).splits:
            assert _send(desk, order, one, lines[:1]).effect is REFUSED
            assert effects()[before:] == []
            return
        part = lines[:1] if len(lines) > 1 else []
        assert _send(desk, order, one, part).effect is CONFIRMED
        assert _send(desk, order, other, is_first=False).effect is CONFIRMED
        assert {one[1], other[1]} == {d.tracking_no for d in _order(desk, order).deliveries}

    # What is refused --------------------------------------------------------------------

    def test_a_refused_parcel_leaves_its_order_unsent(
        self, desk: Desk, waiting: Sequence[Order], waybills: Sequence[Waybill],
        effects: Effects,
    ) -> None:  # fmt: skip
        """A carrier nobody has: the no has its reason, and the order can still go."""
        before, order = len(effects()), waiting[0]
        done = _send(desk, order, ("no-such-carrier", waybills[0][1]))
        assert done.effect is REFUSED
        assert done.reason
        assert effects()[before:] == []
        assert _order(desk, order).fulfillment_status in WAITING
        assert _send(desk, order, waybills[0]).effect is CONFIRMED

    def test_an_unknown_order_is_refused(
        self, desk: Desk, waiting: Sequence[Order], waybills: Sequence[Waybill],
        effects: Effects,
    ) -> None:  # fmt: skip
        """A no, which is final: never confirmed, and nothing else is sent in its place."""
        before = len(effects())
        gone = stranger(waiting[0].external_id, [o.external_id for o in waiting])
        done = _send_of(desk, gone, waybills[0])
        assert done.effect is REFUSED
        assert effects()[before:] == []

    def test_a_refusal_does_not_quote_the_waybill(
        self, desk: Desk, waiting: Sequence[Order], waybills: Sequence[Waybill]
    ) -> None:
        """Reasons are kept and shown: with a waybill number anybody learns where a buyer
        lives."""
        done = _send(desk, waiting[0], ("no-such-carrier", waybills[0][1]))
        assert waybills[0][1] not in (done.reason or "")

    # Answers that are no good -----------------------------------------------------------

    def test_a_lost_answer_is_an_error_and_looking_tells(
        self, desk: Desk, waiting: Sequence[Order], waybills: Sequence[Waybill],
        effects: Effects,
    ) -> None:  # fmt: skip
        """What nobody answered may have happened. `send` raises a Retryable and sends
        once; the order itself has the number."""
        before, order = len(effects()), waiting[0]
        with unanswered(desk, effects), pytest.raises(Retryable):
            _send(desk, order, waybills[0])
        assert len(effects()[before:]) == 1
        assert waybills[0][1] in [d.tracking_no for d in _order(desk, order).deliveries]

    def test_no_answer_is_taken_for_a_yes(
        self, desk: Desk, waiting: Sequence[Order], waybills: Sequence[Waybill],
        refusals: Mapping[str, bytes],
    ) -> None:  # fmt: skip
        """A parcel counts as reported when the platform said so: no refusal, no login page
        and nothing at all says it."""
        for body in (b"", b"{}", b"[]", b"<html>login</html>", *refusals.values()):
            desk.tap.give(body)
            desk.rest()
            done = failure(lambda: _confirmed(desk, waiting[0], waybills[0]))
            assert done is not None, f"{body!r} was taken for a yes"

    def test_wrong_shapes_are_the_hubs_own_errors(
        self, desk: Desk, waiting: Sequence[Order], waybills: Sequence[Waybill]
    ) -> None:
        """An answer of another shape raises a HubError or leaves the outcome open."""
        parcel = _parcel(waiting[0].external_id, waybills[0])
        for act in (
            lambda: shipping_of(desk).carriers(),
            lambda: shipping_of(desk).send(parcel),
        ):
            spoil_each_answer(desk, rested(desk, act), SPOILED)


def shipping_of(desk: Desk) -> Shipping:
    """The plugin's own, on the line as it is."""
    return desk.plugins.shipping(desk.channel.id, desk.line)


def _waiting(desk: Desk) -> Iterator[Order]:
    for stream in desk.streams:
        for item in desk.items(stream):
            if isinstance(item, Fetched):
                order = item.order
            else:
                found = desk.source.record(str(item.external_id))
                assert isinstance(found, Fetched)
                order = found.order
            if _is_ready(order):
                yield order


def _is_ready(order: Order) -> bool:
    """Paid for, goods, none of them sent or asked back, and nothing that holds it."""
    plain = order.type in OPEN_KINDS and not order.flags and not order.deliveries
    quiet = order.after_sale_status is AfterSaleStatus.NONE and all(
        line.after_sale_status is AfterSaleStatus.NONE for line in order.lines
    )
    paid = order.payment_status is PaymentStatus.PAID
    still = order.fulfillment_status in WAITING and order.order_status is OrderStatus.OPEN
    return plain and quiet and paid and still


def _fitting(carriers: Sequence[Carrier]) -> Iterator[Waybill]:
    """Numbers of the usual forms that fit a carrier, carriers that tell theirs first."""
    for carrier in sorted(carriers, key=lambda c: not c.waybill_pattern):
        for number in NUMBERS:
            if re.fullmatch(carrier.waybill_pattern or ".+", number):
                yield carrier.code, number


def _parcel(
    order: str, by: Waybill, lines: Sequence[str] = (), is_first: bool = True
) -> Parcel:
    return Parcel(
        order_external_id=order,
        carrier_code=by[0],
        tracking_no=by[1],
        line_external_ids=tuple(lines),
        is_first=is_first,
    )


def _send(
    desk: Desk,
    order: Order,
    by: Waybill,
    lines: Sequence[str] = (),
    is_first: bool = True,
) -> Done:
    return _send_of(desk, order.external_id, by, lines, is_first)


def _send_of(
    desk: Desk,
    order: str,
    by: Waybill,
    lines: Sequence[str] = (),
    is_first: bool = True,
) -> Done:
    """The outcome; a no that is raised is one, too."""
    try:
        return shipping_of(desk).send(_parcel(order, by, lines, is_first))
    except Rejected as error:
        return Done(target=order, effect=REFUSED, reason=str(error.args[0]))


def _confirmed(desk: Desk, order: Order, by: Waybill) -> None:
    """Raises Rejected where it was not confirmed, and what sending raises."""
    done = shipping_of(desk).send(_parcel(order.external_id, by))
    if done.effect is not CONFIRMED:
        raise Rejected(done.reason or "")


def _order(desk: Desk, order: Order) -> Order:
    desk.rest()
    found = desk.at("orders").source.record(order.external_id)
    assert isinstance(found, Fetched)
    return found.order
