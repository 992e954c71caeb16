"""Shipping: an order leaves whole, with one courier and waybill.

The call would take several of both (`2100|4700`, `1,2|3`), but all at once: an order that
was shipped takes no second parcel, so that it is not split here.

What a refusal means for an earlier call whose answer was lost, no document says: it lists
no codes, and one that others have seen (10100021) says of an order that was shipped before
no more than of one that is locked: that its state is wrong. So at a no the order itself is
asked.

1274 is the merchant's own delivery. The platform keeps no waybill number of it: that it was
reported, only the answer says, and no later look finds the number.
Source: channel paper JD §4; official page of the shipment (apiId 1948), and a copy of it
that tells of 1274: https://doc.fw199.com/docs/h7b/jd-order-shipment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.jd.parcels import OWN_DELIVERY
from hub_core.errors import BadRequest, Forbidden, Gone, HubError, Rejected, Unreadable
from hub_core.models import FulfillmentStatus, Order, OrderStatus, OrderType
from hub_core.ports import Carrier, Done, Effect, Parcel, Session
from hub_core.wire import Misread

from .asking import shape
from .orders import JdOrders
from .writing import BARE_NO, words

FACTS = {
    # Parts of a refusal's words that are about the order's state, and so perhaps about its
    # having been shipped before.
    "shipment_state_words": "状态,已出库,已发货,重复",
}
KEPT_NOWHERE = "own delivery: the platform keeps no waybill number to look for"
NOT_LEFT = (FulfillmentStatus.UNFULFILLED, FulfillmentStatus.NOT_REQUIRED)
HELD = frozenset({"locked", "paused"})


@dataclass(slots=True)
class JdShipping:
    """The shipments of one shop."""

    session: Session
    splits: bool = False

    def carriers(self) -> Sequence[Carrier]:
        """The couriers a merchant may choose, by the platform's ids. None tells what its
        waybills look like."""
        companies = self.session.send(self._calls().COMPANIES)
        return [Carrier(code=c.code, name=c.name or c.code) for c in companies]

    def send(self, parcel: Parcel) -> Done:
        """Report the parcel that is the whole order. What holds of more than it is raised
        (Forbidden, Gone, a token's end), and so is every Retryable: whether it happened,
        only looking tells."""
        if parcel.line_external_ids:
            return _done(parcel, Effect.REFUSED, "jd takes an order whole, no lines of it")
        try:
            self.session.send(
                self._calls().SEND,
                order=parcel.order_external_id,
                waybills=_waybills(parcel),
            )
        except (Forbidden, Gone):
            raise
        except Rejected as error:
            return self._refused(parcel, error)
        except Unreadable as error:
            # It was answered, so that it may have been done.
            return _done(parcel, Effect.UNKNOWN, words(error))
        note = KEPT_NOWHERE if parcel.carrier_code == OWN_DELIVERY else None
        return _done(parcel, Effect.CONFIRMED, note)

    def _refused(self, parcel: Parcel, error: Rejected) -> Done:
        """A no, unless the order may have left by an earlier call."""
        said = words(error)
        never_left_us = isinstance(error, BadRequest) and error.code is None
        doubt = None if never_left_us else self._doubt(parcel.order_external_id, said)
        if doubt is None:
            return _done(parcel, Effect.REFUSED, said, error.code)
        return _done(parcel, Effect.UNKNOWN, f"{said}; {doubt}", error.code)

    def _doubt(self, order_id: str, said: str) -> str | None:
        """Why the order may have been shipped before; None where it shows it was not. An
        error of looking is told, not raised: it would pass for one of the shipment."""
        try:
            found = JdOrders(self.session).record(order_id)
        except HubError as error:
            return f"the order could not be looked at: {error.kind}"
        if found is None:
            return None
        if isinstance(found, Misread):
            return f"the order cannot be read: {found.reason}"
        order = found.order
        if _may_have_left(order):
            return f"it may have been shipped before: it is {order.status_raw}"
        if self._is_of_state(said) and not _cannot_leave(order):
            # What single orders show may be older than what refused this one.
            return f"yet the order shows {order.status_raw}"
        return None

    def _is_of_state(self, said: str) -> bool:
        name = "shipment_state_words"
        told = self.session.facts.get(name) or FACTS[name]
        known = [word.strip() for word in told.split(",") if word.strip()]
        return said == BARE_NO or any(word in said for word in known)

    def _calls(self) -> Any:
        return shape(self.session, "shipping")


def _waybills(parcel: Parcel) -> Mapping[str, tuple[str, ...]]:
    own = parcel.carrier_code == OWN_DELIVERY
    return {parcel.carrier_code: () if own else (parcel.tracking_no,)}


def _may_have_left(order: Order) -> bool:
    """By a parcel it has, or by its state. Codes are sent without either."""
    goods = order.type is not OrderType.LOCAL_LIFE
    return bool(order.deliveries) or (goods and order.fulfillment_status not in NOT_LEFT)


def _cannot_leave(order: Order) -> bool:
    """Whether what it shows is reason enough to refuse it."""
    held = not HELD.isdisjoint(order.flags)
    is_code = order.type is OrderType.LOCAL_LIFE
    return held or is_code or order.order_status is not OrderStatus.OPEN


def _done(
    parcel: Parcel, effect: Effect, reason: str | None = None, code: str | None = None
) -> Done:
    target = parcel.order_external_id
    return Done(target=target, effect=effect, reason=reason, code=code)
