"""The store's tables. Written in bulk through Core; read as typed rows.

Internal keys are integers; `uid` (UUIDv5 of the natural key) is what an ERP addresses.
Amounts are minor units in BigInteger. Sealed columns are AES-256-GCM (see `vault`).

Making the classes takes longer than most commands do: a group's are made where one of them
is first asked for, and what annotates their fields are types, since text would have to be
evaluated for each. Who needs `SQLModel.metadata` whole asks `every_table`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData
from sqlmodel import SQLModel

if TYPE_CHECKING:
    from .access import AuditHeadRow, AuditRow, GrantRow, KeyRow, PersonRow, TriesRow
    from .after_sales import AfterSaleLineRow, AfterSaleRow, RedemptionRow, RefundRow
    from .alarms import AlarmLookRow, AlarmRow, AlarmTargetRow, AlarmToldRow
    from .answers import AnswerRow
    from .authorisations import AuthorisationRow
    from .codes import CodeRow
    from .columns import BIGINT_KEY
    from .endpoints import EndpointRow, MessageRow
    from .goods import PlaceRow, ProductRow, SkuRow
    from .inbox import AskRow, InboxRow
    from .inlets import InletRow
    from .jobs import JobRow, WorkerRow
    from .ledgers import (
        DriftRow,
        FeedCounterRow,
        FeedRow,
        IncidentRow,
        JournalRow,
        MetaRow,
        PaceRow,
        ParkedRow,
        RawRow,
    )
    from .orders import DeliveryRow, OrderLineRow, OrderRow, PartyRow, VoucherRow
    from .profiles import ProfileRow
    from .reveals import RevealDayRow, RevealRow
    from .schedules import ScheduleRow
    from .shops import CoverageRow, ShopRow, StreamRow, TokenRow
    from .usage import UsageRow
    from .writes import CommandRow, OfferRow, SkuBindingRow, StockItemRow, StockMovementRow

__all__ = [
    "BIGINT_KEY",
    "AfterSaleLineRow",
    "AfterSaleRow",
    "AlarmLookRow",
    "AlarmRow",
    "AlarmTargetRow",
    "AlarmToldRow",
    "AnswerRow",
    "AskRow",
    "AuditHeadRow",
    "AuditRow",
    "AuthorisationRow",
    "CodeRow",
    "CommandRow",
    "CoverageRow",
    "DeliveryRow",
    "DriftRow",
    "EndpointRow",
    "FeedCounterRow",
    "FeedRow",
    "GrantRow",
    "InboxRow",
    "IncidentRow",
    "InletRow",
    "JobRow",
    "JournalRow",
    "KeyRow",
    "MessageRow",
    "MetaRow",
    "OfferRow",
    "OrderLineRow",
    "OrderRow",
    "PaceRow",
    "ParkedRow",
    "PartyRow",
    "PersonRow",
    "PlaceRow",
    "ProductRow",
    "ProfileRow",
    "RawRow",
    "RedemptionRow",
    "RefundRow",
    "RevealDayRow",
    "RevealRow",
    "ScheduleRow",
    "ShopRow",
    "SkuBindingRow",
    "SkuRow",
    "StockItemRow",
    "StockMovementRow",
    "StreamRow",
    "TokenRow",
    "TriesRow",
    "UsageRow",
    "VoucherRow",
    "WorkerRow",
]

GROUPS = {
    "access": ("AuditHeadRow", "AuditRow", "GrantRow", "KeyRow", "PersonRow", "TriesRow"),
    "after_sales": ("AfterSaleLineRow", "AfterSaleRow", "RedemptionRow", "RefundRow"),
    "alarms": ("AlarmLookRow", "AlarmRow", "AlarmTargetRow", "AlarmToldRow"),
    "answers": ("AnswerRow",),
    "authorisations": ("AuthorisationRow",),
    "codes": ("CodeRow",),
    "columns": ("BIGINT_KEY",),
    "endpoints": ("EndpointRow", "MessageRow"),
    "goods": ("PlaceRow", "ProductRow", "SkuRow"),
    "inbox": ("AskRow", "InboxRow"),
    "inlets": ("InletRow",),
    "jobs": ("JobRow", "WorkerRow"),
    "ledgers": (
        "DriftRow",
        "FeedCounterRow",
        "FeedRow",
        "IncidentRow",
        "JournalRow",
        "MetaRow",
        "PaceRow",
        "ParkedRow",
        "RawRow",
    ),
    "orders": ("DeliveryRow", "OrderLineRow", "OrderRow", "PartyRow", "VoucherRow"),
    "profiles": ("ProfileRow",),
    "reveals": ("RevealDayRow", "RevealRow"),
    "schedules": ("ScheduleRow",),
    "shops": ("CoverageRow", "ShopRow", "StreamRow", "TokenRow"),
    "usage": ("UsageRow",),
    "writes": (
        "CommandRow",
        "OfferRow",
        "SkuBindingRow",
        "StockItemRow",
        "StockMovementRow",
    ),
}
"""What stands in which module."""


def every_table() -> MetaData:
    """All tables, whether somebody asked for them or not."""
    for group in GROUPS:
        import_module(f".{group}", __name__)
    return SQLModel.metadata


if not TYPE_CHECKING:  # to a checker they are all here

    def __getattr__(name: str) -> Any:
        for group, names in GROUPS.items():
            if name in names:
                made = globals()[name] = getattr(import_module(f".{group}", __name__), name)
                return made
        raise AttributeError(f"{__name__} has no {name}")
