"""Shipping by the merchant's own carrier: one waybill for a trade, or for some lines.

The first shape takes a whole trade as such; the second wants to be told what is in each
parcel, so that the trade is read first. So it is for what is left of a trade in either:
once a part was sent, a waybill for the whole is refused.
Source: taobao.logistics.offline.send, alibaba.ascp.logistics.offline.send,
taobao.logistics.companies.get; channel paper §4, §7.5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from adapters.taobao.carriers import Carrier as Listed
from hub_core.errors import BadRequest, Forbidden, Gone, Rejected, Unreadable
from hub_core.models import FulfillmentStatus
from hub_core.ports import Carrier, Done, Effect, Parcel, Session
from hub_core.wire import Misread, pick

from .facts import ADAPTERS
from .orders import Orders

ALREADY_OR_CLOSED = "isv.logistics-offline-service-error:B04"
"""One word for a trade that was shipped before and for one that was closed."""
WAITING = (FulfillmentStatus.UNFULFILLED, FulfillmentStatus.PARTIAL)


class Shipping:
    """The shipments of one shop. The carriers are asked for once."""

    splits = True

    def __init__(self, session: Session) -> None:
        self._session = session
        self._calls = pick(ADAPTERS, "shipping", session.shop.pins.get("shipping"))
        self._by_parcels = "parcels" in self._calls.SEND.ask.model_fields
        self._orders = Orders(session)

    def carriers(self) -> Sequence[Carrier]:
        """Every carrier, with the form of its waybill numbers where there is one."""
        return [
            Carrier(code=c.code, name=c.name or c.code, waybill_pattern=c.waybills)
            for c in self._known.values()
        ]

    def send(self, parcel: Parcel) -> Done:
        """Report one parcel. A number the platform would not take for one of the
        carrier's is refused unsent; a carrier it does not list is its own affair."""
        carrier = self._known.get(parcel.carrier_code)
        if carrier and carrier.fits(parcel.tracking_no) is False:
            name = carrier.name or carrier.code
            form = _form(parcel.tracking_no)
            why = f"{name} ({carrier.code}) has no waybill numbers like {form}"
            return _done(parcel, Effect.REFUSED, why)
        lines = parcel.line_external_ids
        if not lines and (self._by_parcels or not parcel.is_first):
            left = self._left(parcel)
            if isinstance(left, Done):
                return left
            lines = left
        return self._report(parcel, self._what(parcel, lines))

    @cached_property
    def _known(self) -> Mapping[str, Listed]:
        found: Sequence[Listed] = self._session.send(self._calls.COMPANIES)
        return {carrier.code: carrier for carrier in found}

    def _left(self, parcel: Parcel) -> tuple[str, ...] | Done:
        """The lines that wait to be sent; none where the order says there are none, which
        may be so because this parcel was told of before."""
        found = self._orders.record(parcel.order_external_id)
        if isinstance(found, Misread):
            raise Unreadable(f"order {parcel.order_external_id}: {found.reason}")
        if found is None:
            return _done(parcel, Effect.REFUSED, "the platform has no such order")
        order = found.order
        waits = [x for x in order.lines if x.fulfillment_status in WAITING]
        if not waits:
            why = f"nothing of the order waits to be sent: {order.status_raw}"
            return _done(parcel, Effect.UNKNOWN, why)
        return tuple([line.external_id for line in waits])

    def _what(self, parcel: Parcel, lines: Sequence[str]) -> dict[str, Any]:
        """What is asked, in this shape's words."""
        waybill = {"waybill": parcel.tracking_no, "carrier": parcel.carrier_code}
        if self._by_parcels:
            return {"parcels": [{**waybill, "goods": [{"line": x} for x in lines]}]}
        return {**waybill, "lines": tuple(lines)}

    def _report(self, parcel: Parcel, asked: Mapping[str, Any]) -> Done:
        """Send it. What is wrong with the app or the call is raised, as is an answer that
        was lost or cannot be read; a no is this order's."""
        try:
            self._session.send(self._calls.SEND, order=parcel.order_external_id, **asked)
        except (BadRequest, Forbidden, Gone):
            raise
        except Rejected as error:
            return _refused(parcel, error)
        return _done(parcel, Effect.CONFIRMED)


def _refused(parcel: Parcel, error: Rejected) -> Done:
    """A no is a no, but for two kinds: the word that also says "shipped before", and the
    bare "false", which may stand for that word."""
    code = error.code or ""
    if code.endswith(ALREADY_OR_CLOSED):
        why = "it was shipped before or is closed: the platform has one word for both"
        return _done(parcel, Effect.UNKNOWN, why, code)
    if not code:
        why = "the platform says no and not why: it may have been shipped before"
        return _done(parcel, Effect.UNKNOWN, why)
    return _done(parcel, Effect.REFUSED, str(error.args[0]), code)


def _form(number: str) -> str:
    """What a number looks like, without telling it: `AA9999`."""
    return "".join(["9" if c.isdigit() else "A" if c.isalpha() else c for c in number])


def _done(
    parcel: Parcel, effect: Effect, reason: str | None = None, code: str | None = None
) -> Done:
    target = parcel.order_external_id
    return Done(target=target, effect=effect, reason=reason, code=code)
