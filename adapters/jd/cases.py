"""JD's two kinds of case and their ids; a refund application in what no shape has changed.

A buyer who takes an order back before it has arrived applies for a refund (取消退款); after
that a service bill (服务单) is opened. The two are numbered apart, so that one number may
stand for both: here `refund:1` and `service:1` are two cases.
Source: channel paper JD §4; official page of the list (apiId 925, lostinfo/jos-open-api).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import PlainValidator, TypeAdapter

from hub_core.models import (
    AfterSale,
    AfterSaleKind,
    AfterSaleLine,
    CaseStatus,
    Issue,
    Refund,
)
from hub_core.wire import (
    JSON,
    ClockText,
    Fetched,
    Id,
    Misread,
    Page,
    SomeId,
    SomeText,
    SomeYuan,
    Text,
    Wire,
    Words,
)

from .pages import COUNT, bare, one_of, refuse_hollow, rows_of

REFUND, SERVICE = "refund:", "service:"
"""What stands before a number, to say whose it is."""
PAID = "3"
"""The platform's finance has passed it: 退款成功, says the page."""

STATES: Words[CaseStatus] = Words(
    {
        "0": CaseStatus.MERCHANT_REVIEW,
        "1": CaseStatus.REFUNDING,
        "2": CaseStatus.CLOSED_REJECTED,
        PAID: CaseStatus.CLOSED_DONE,
        # 退款失败, says the page; a person may still pass it, which makes it 5.
        "4": CaseStatus.CLOSED_REJECTED,
        "5": CaseStatus.REFUNDING,
        # The parcel is called back, the refund follows.
        "6": CaseStatus.MERCHANT_RECEIVE,
        "7": CaseStatus.REFUNDING,
        # It was not caught: the merchant has to answer after all.
        "8": CaseStatus.MERCHANT_REVIEW,
        "9": CaseStatus.REFUNDING,
        "10": CaseStatus.MERCHANT_RECEIVE,
        "11": CaseStatus.CLOSED_CANCELLED,
    },
    unknown=CaseStatus.UNKNOWN,
)
AGREED = frozenset({"1", PAID, "5", "6", "7", "9", "10"})
"""States that the merchant, or the platform for it, has said yes before."""
SETTLED_BY_CHECK = CaseStatus.CLOSED_REJECTED
"""Of the ends only this one comes with the check, whose time is told."""
_HUNDREDTHS: TypeAdapter[int | None] = TypeAdapter(SomeYuan)


def fen(value: Any) -> int | None:
    """Whole fen; a Java Double writes 1990.0. A fraction of one is a ValueError."""
    hundredths = _HUNDREDTHS.validate_python(value)
    if hundredths is not None and hundredths % 100:
        raise ValueError("an amount in fen, which has no fraction")
    return None if hundredths is None else hundredths // 100


SomeFen = Annotated[int | None, PlainValidator(fen)]


class WireSku(Wire):
    """What of the order is to be taken back, where part of it is."""

    sku_id: SomeId = None
    sku_name: SomeText = None
    sku_count: SomeText = None


class WireApplication(Wire):
    """A refund application. Buyer and reason are left unread: the one is personal, and
    whether the other is picked from a list no document says."""

    id: Id
    status: Text
    order_id: SomeId = None
    apply_time: ClockText = None
    check_time: ClockText = None
    apply_refund_sum: SomeFen = None
    """Asked for; the page says fen, and so do those who divide it by 100."""
    system_id: SomeText = None
    """Where it was made: 10 customer service, 11 web, 12 refused at the door, 28 app …"""

    @property
    def changed(self) -> datetime | None:
        """When it last changed, as far as the shape tells."""
        return self.check_time or self.apply_time

    @property
    def lines(self) -> tuple[AfterSaleLine, ...]:
        """Part of the order, where the shape tells; nothing means all of it."""
        return ()


def read_application(wire: WireApplication) -> AfterSale:
    """The canonical case. Money counts as gone back in the one state that says so; when
    it went is nowhere told."""
    status = STATES[wire.status]
    asked = wire.apply_refund_sum
    refunded = asked if wire.status == PAID else None
    external_id = f"{REFUND}{wire.id}"
    return AfterSale(
        external_id=external_id,
        order_external_id=wire.order_id,
        kind=AfterSaleKind.REFUND_ONLY,
        status=status,
        status_raw=wire.status,
        applied_at=wire.apply_time,
        decided_at=wire.check_time,
        completed_at=wire.check_time if status is SETTLED_BY_CHECK else None,
        requested_amount=asked,
        agreed_amount=asked if wire.status in AGREED else None,
        refunded_amount=refunded,
        channel_created_at=wire.apply_time,
        channel_updated_at=wire.changed,
        lines=wire.lines,
        refunds=_legs(external_id, refunded),
        issues=_issues(wire, status),
        ext={} if wire.system_id is None else {"jd:refund_source": wire.system_id},
    )


def _legs(external_id: str, refunded: int | None) -> tuple[Refund, ...]:
    """The money leg; the platform knows no id of its own for it."""
    if not refunded:
        return ()
    return (Refund(external_id=external_id, amount=refunded, status_raw=PAID),)


def _issues(wire: WireApplication, status: CaseStatus) -> tuple[Issue, ...]:
    issues = []
    if status is CaseStatus.UNKNOWN:
        issues.append(Issue("status", "unknown_word"))
    if wire.changed is None:
        issues.append(Issue("channel_updated_at", "missing"))
    if wire.status == PAID and wire.apply_refund_sum is None:
        issues.append(Issue("refunded_amount", "missing"))
    return tuple(issues)


def application_name(row: Any) -> str | None:
    """The id of an application that could not be read."""
    number = bare(row, "refundApplyVo")["id"]
    return f"{REFUND}{number}" if isinstance(number, str | int) else None


def page_of(found: JSON, rows: str, total: str, wire: TypeAdapter[Any]) -> Page:
    """A page of applications. Raises KeyError or ValueError where it is no page."""
    items = rows_of(
        found.get(rows), wire, read_application, application_name, "applications"
    )
    return Page(items, total=COUNT.validate_python(found[total]))


def only_one(rows: Any, total: Any, wire: TypeAdapter[Any]) -> Fetched | Misread | None:
    """The one application of a list by id; None where there is none, nor any counted."""
    refuse_hollow(rows, total)
    if rows is None or rows == []:
        return None
    if not isinstance(rows, list) or len(rows) > 1:
        raise ValueError("one application, not several")
    return one_of(rows[0], wire, read_application, application_name)
