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


class ProductKind(StrEnum):
    """What a product is."""

    PHYSICAL = "physical"
    VOUCHER = "voucher"
    TIMES_CARD = "times_card"
    CALENDAR = "calendar"
    SERVICE = "service"
    VIRTUAL = "virtual"
    UNKNOWN = "unknown"


class AfterSaleKind(StrEnum):
    """What an after-sale case asks for."""

    REFUND_ONLY = "refund_only"
    RETURN_REFUND = "return_refund"
    EXCHANGE = "exchange"
    RESHIP = "reship"
    REPAIR = "repair"
    PRICE_ADJUST = "price_adjust"
    UNKNOWN = "unknown"


class CaseStatus(StrEnum):
    """Where an after-sale case stands: whose turn it is, or how it ended."""

    MERCHANT_REVIEW = "merchant_review"
    """The merchant has to answer."""
    BUYER_RETURN = "buyer_return"
    """The buyer has to send the goods back, or to act otherwise."""
    MERCHANT_RECEIVE = "merchant_receive"
    """The goods are on their way back, or wait for the merchant's check."""
    MERCHANT_SEND = "merchant_send"
    """The merchant has to send (exchange, reship)."""
    ARBITRATION = "arbitration"
    """The platform decides."""
    REFUNDING = "refunding"
    CLOSED_DONE = "closed_done"
    CLOSED_REJECTED = "closed_rejected"
    CLOSED_CANCELLED = "closed_cancelled"
    UNKNOWN = "unknown"


class RedemptionStatus(StrEnum):
    """Whether a use of a voucher counts."""

    REDEEMED = "redeemed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
