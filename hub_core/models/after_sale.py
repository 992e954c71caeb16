"""After-sale cases (售后), their lines, and refunds, which are only the money leg."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .order import Issue
from .words import AfterSaleKind, CaseStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterSaleLine:
    """What of the order a case is about. None: the platform did not say."""

    line_external_id: str | None = None
    voucher_external_id: str | None = None
    product_external_id: str | None = None
    sku_external_id: str | None = None
    sku_code: str | None = None
    title: str | None = None
    quantity: int | None = None
    requested_amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that went back, or is on its way: a fact of money, never a request."""

    external_id: str
    amount: int | None
    """All that went back, minor units."""
    buyer_amount: int | None = None
    """The buyer's own money in it."""
    platform_amount: int | None = None
    """The platform's share of it (subsidies that return to the platform)."""
    fee_amount: int | None = None
    """What was kept back as a fee."""
    method: str | None = None
    status_raw: str | None = None
    voucher_external_id: str | None = None
    succeeded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterSale:
    """One case. `refunded_amount` is only ever a fact of money; amounts are minor units.

    A buyer's or seller's own words are no field here: they stay in the sealed raw record.
    """

    external_id: str
    order_external_id: str | None
    kind: AfterSaleKind
    status: CaseStatus
    status_raw: str
    kind_raw: str | None = None
    reason_raw: str | None = None
    """The platform's reason code, or its fixed text; never a free text."""
    line_external_id: str | None = None
    """The order line it is about, where it is about one."""
    applied_at: datetime | None = None
    deadline_at: datetime | None = None
    """When the platform decides by itself."""
    decided_at: datetime | None = None
    completed_at: datetime | None = None
    currency: str = "CNY"
    requested_amount: int | None = None
    agreed_amount: int | None = None
    refunded_amount: int | None = None
    return_carrier_code: str | None = None
    return_carrier_name: str | None = None
    return_tracking_no: str | None = None
    version_raw: str | None = None
    """What the platform wants back with a decision (optimistic lock)."""
    channel_created_at: datetime | None = None
    channel_updated_at: datetime | None = None
    lines: tuple[AfterSaleLine, ...] = ()
    refunds: tuple[Refund, ...] = ()
    issues: tuple[Issue, ...] = ()
    ext: Mapping[str, str | int | bool | None] = field(default_factory=dict)
