"""Telling a channel that a parcel is on its way, once, and never against a refund.

A waybill number is one shipment however often it is given. Before it is sent the order is
fetched anew and looked at: one that is cancelled, asks for a refund, or is held by the
platform is refused here, with the reason. A lost answer is looked up in the order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..errors import HubError, Misconfigured
from ..models import AfterSaleStatus, FulfillmentStatus, Order, OrderStatus, PaymentStatus
from ..ports import Carrier, Done, Effect, Parcel, Shipping, Source
from ..store import Store, commands
from ..store.commands import Command
from ..store.shops import Shop
from ..wire import Fetched
from .desk import Desk, desk, key_of

KIND = "ship"
HELD = {
    "locked": "the platform has locked it",
    "paid_forbid_consign": "the platform forbids sending it",
    "risk_review": "it is under risk review",
    "prescription_review": "its prescription is under review",
    "paused": "the platform has paused it",
    "business_hold": "the platform holds it",
    "refund_requested": "its buyer asks for a refund",
}
"""Flags of an order that must not be sent, and why."""
SENT = (FulfillmentStatus.SHIPPED, FulfillmentStatus.DELIVERED)


@dataclass(frozen=True, slots=True)
class Shipment:
    """What became of one parcel."""

    order: str
    tracking_no: str
    state: str
    """confirmed, refused, unknown or intended (not sent yet)."""
    said: str | None = None


class Shipper:
    """Reports parcels of one shop."""

    def __init__(
        self,
        store: Store,
        shop: Shop,
        writer: Shipping,
        orders: Source,
        words: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._shop, self._writer = store, shop, writer
        self._orders, self._words, self._now = orders, words, now

    def ship(
        self, order: str, carrier: str, tracking_no: str, lines: Sequence[str] = ()
    ) -> Shipment:
        """Report a parcel of an order (the platform's number). The same waybill again is
        the same shipment, and gives what became of it.

        Raises Misconfigured for a carrier or waybill the platform would not take.
        """
        code = self._carrier(carrier, tracking_no)
        if lines and not self._writer.splits:
            raise Misconfigured(f"{self._shop.channel} takes an order in one parcel only")
        asked = {"carrier": code, "tracking_no": tracking_no, "lines": sorted(lines)}
        key = key_of(KIND, self._shop.uid, order, tracking_no)
        with self._store.writing(durable=True) as connection:
            command = commands.intend(
                connection, key=key, shop_id=self._shop.id, kind=KIND, target=order,
                asked=asked, at=self._now(),
            )  # fmt: skip
        if command.state in commands.OPEN or _was_never_sent(command):
            command = self._taken_up(command)
        return _shipment(command)

    def ship_waiting(self) -> list[Shipment]:
        """Look up what is unknown and send what is intended, oldest first; what becomes of
        each. One that fails stops no other; that nothing is sent at all (sending is paused,
        the shop is banned …) raises. [] while another worker sends the shop's.
        """
        with desk(self._store, self._shop, KIND, self._now) as at:
            if at is None:
                return []
            waiting = at.open(*commands.OPEN)
            for command in waiting:
                self._try(at, command)
            return [_shipment(at.named(one.key)) for one in waiting]

    def _taken_up(self, command: Command) -> Command:
        """The command as far as it goes; as it is, while another worker sends."""
        with desk(self._store, self._shop, KIND, self._now) as at:
            if at is None:
                return command
            self._take_up(at, command)
            return at.named(command.key)

    # One command -------------------------------------------------------------------

    def _try(self, at: Desk, command: Command) -> None:
        try:
            self._take_up(at, command)
        except HubError as error:
            if error.journal_id is None:  # nothing left the house: nor would the next
                raise

    def _take_up(self, at: Desk, command: Command) -> None:
        """What was refused before it was sent is tried anew: the order may have changed."""
        command = at.named(command.key)
        if command.state == "unknown":
            self._look_up(at, command)
        elif _was_never_sent(command):
            at.again(command, "asked again")
        command = at.named(command.key)
        if command.state == "intended":
            self._send(at, command)

    def _look_up(self, at: Desk, command: Command) -> None:
        """The order itself shows whether a parcel whose answer was lost was taken."""
        order = self._fetched(command.target)
        sent = {d.tracking_no for d in order.deliveries} if order else set()
        if str(command.asked["tracking_no"]) in sent:
            at.finish(command, Done(target=command.target, effect=Effect.CONFIRMED))
        elif order is not None and order.fulfillment_status in SENT:
            reason = "it was sent with another waybill"
            at.finish(command, _refused(command, reason))
        elif order is not None:
            at.again(command, "looked up: it had not happened")

    def _send(self, at: Desk, command: Command) -> None:
        order = self._fetched(command.target)
        if (why := _why_not(order, bool(command.asked["lines"]))) is not None:
            at.finish(command, _refused(command, why))
            return
        assert order is not None
        at.claim([command])
        try:
            at.finish(command, self._writer.send(_parcel(command, order)))
        except HubError as error:
            at.failed([command], error)
            raise

    def _fetched(self, order: str) -> Order | None:
        found = self._orders.record(order)
        return found.order if isinstance(found, Fetched) else None

    # Carriers ------------------------------------------------------------------------

    def _carrier(self, word: str, tracking_no: str) -> str:
        """The platform's code of a carrier, by its code, its name, or the word the
        settings give for it."""
        wanted = self._words.get(word, word)
        there = self._writer.carriers()
        for carrier in there:
            if wanted.casefold() in (carrier.code.casefold(), carrier.name.casefold()):
                self._check_waybill(carrier, tracking_no)
                return carrier.code
        near = [c.name for c in there if wanted.casefold() in c.name.casefold()][:5]
        hint = f"; near it: {', '.join(near)}" if near else ""
        raise Misconfigured(
            f"{self._shop.channel} knows no carrier {word!r}{hint}. Map it in "
            f"[channels.{self._shop.channel}] carriers"
        )

    def _check_waybill(self, carrier: Carrier, tracking_no: str) -> None:
        if not tracking_no.strip():
            raise Misconfigured("a parcel needs its waybill number")
        pattern = carrier.waybill_pattern
        if pattern and not _fits(pattern, tracking_no):
            raise Misconfigured(
                f"{tracking_no!r} is no waybill of {carrier.name}: they look like {pattern}"
            )


def _fits(pattern: str, tracking_no: str) -> bool:
    """True too where the platform's pattern is none we can use."""
    try:
        return re.fullmatch(pattern, tracking_no[:64]) is not None
    except re.error:
        return True


def _was_never_sent(command: Command) -> bool:
    """Whether it was the hub that refused it: the order may be another by now."""
    return command.state == "refused" and command.attempts == 0


def _why_not(order: Order | None, is_part: bool) -> str | None:
    """Why an order must not be sent; None where it may."""
    if order is None:
        return "the platform does not show this order"
    if order.order_status is OrderStatus.CANCELLED:
        return "it is cancelled"
    if order.payment_status in (PaymentStatus.UNPAID, PaymentStatus.REFUNDED):
        return f"it is {order.payment_status.value}"
    refunding = order.payment_status is PaymentStatus.REFUNDING
    if refunding or order.after_sale_status is AfterSaleStatus.OPEN:
        return "its buyer asks for a refund"
    if held := [why for flag, why in HELD.items() if flag in order.flags]:
        return held[0]
    return (
        "it is sent already" if order.fulfillment_status in SENT and not is_part else None
    )


def _parcel(command: Command, order: Order) -> Parcel:
    return Parcel(
        order_external_id=command.target,
        carrier_code=str(command.asked["carrier"]),
        tracking_no=str(command.asked["tracking_no"]),
        line_external_ids=tuple(command.asked["lines"]),
        is_first=not order.deliveries,
        key=command.key,
    )


def _refused(command: Command, reason: str) -> Done:
    return Done(target=command.target, effect=Effect.REFUSED, reason=reason)


def _shipment(command: Command) -> Shipment:
    tracking_no = str(command.asked["tracking_no"])
    return Shipment(command.target, tracking_no, command.state, command.said)
