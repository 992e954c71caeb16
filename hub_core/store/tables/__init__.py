"""The store's tables. Written in bulk through Core; read as typed rows.

Internal keys are integers; `uid` (UUIDv5 of the natural key) is what an ERP addresses.
Amounts are minor units in BigInteger. Sealed columns are AES-256-GCM (see `vault`).
"""

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
