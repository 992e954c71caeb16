"""The hub's own words. A platform's word newer than the hub is `unknown`, never a guess."""

from __future__ import annotations

from enum import StrEnum


class OrderType(StrEnum):
    """What kind of purchase this is."""

    NORMAL = "normal"
    PRESALE = "presale"
    GROUPBUY = "groupbuy"
    LOCAL_LIFE = "local_life"
    TAKEAWAY = "takeaway"
    BOOKING = "booking"
    GIFT = "gift"
    UNKNOWN = "unknown"


class OrderStatus(StrEnum):
    """The deal itself."""

    PENDING_PAYMENT = "pending_payment"
    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class PaymentStatus(StrEnum):
    """The buyer's money."""

    UNPAID = "unpaid"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    REFUNDING = "refunding"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"


class FulfillmentStatus(StrEnum):
    """The goods, or the vouchers."""

    NOT_REQUIRED = "not_required"
    UNFULFILLED = "unfulfilled"
    PARTIAL = "partial"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    REDEEMABLE = "redeemable"
    PARTIALLY_REDEEMED = "partially_redeemed"
    REDEEMED = "redeemed"
    UNKNOWN = "unknown"


class AfterSaleStatus(StrEnum):
    """Whether a case stands against the order or the line."""

    NONE = "none"
    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class VoucherStatus(StrEnum):
    """One bought voucher (团购券)."""

    CREATED = "created"
    VALID = "valid"
    REDEEMED = "redeemed"
    REFUND_REVIEW = "refund_review"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    EXPIRED = "expired"
    LOCKED = "locked"
    UNKNOWN = "unknown"


class DeliveryKind(StrEnum):
    """How goods reach the buyer."""

    PARCEL = "parcel"
    SELF_DELIVERY = "self_delivery"
    PICKUP = "pickup"
    VIRTUAL = "virtual"
    UNKNOWN = "unknown"


class Protection(StrEnum):
    """In what form the platform gave the receiver."""

    CLEAR = "clear"
    MASKED = "masked"
    ENCRYPTED = "encrypted"
    ABSENT = "absent"


class ListingStatus(StrEnum):
    """Where a product stands on the channel."""

    DRAFT = "draft"
    AUDITING = "auditing"
    REJECTED = "rejected"
    ON_SALE = "on_sale"
    OFF_SALE = "off_sale"
    BANNED = "banned"
    DELETED = "deleted"
    UNKNOWN = "unknown"
