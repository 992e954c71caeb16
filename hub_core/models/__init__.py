"""What the hub keeps of a channel, in words no channel owns."""

from .after_sale import AfterSale, AfterSaleLine, Refund
from .goods import Place, Product, Sku, StockLevel
from .money import Money, allocate, minor_units
from .order import (
    NO_DISCOUNTS,
    Delivery,
    Discounts,
    Issue,
    Order,
    OrderLine,
    Party,
    Voucher,
)
from .redemption import Redemption
from .words import (
    AfterSaleKind,
    AfterSaleStatus,
    CaseStatus,
    DeliveryKind,
    FulfillmentStatus,
    ListingStatus,
    OrderStatus,
    OrderType,
    PaymentStatus,
    ProductKind,
    Protection,
    RedemptionStatus,
    VoucherStatus,
)

Record = Order | Product | AfterSale | Redemption | Place
"""What a list brings: one of these, told apart by its external id within its kind."""

__all__ = [
    "NO_DISCOUNTS",
    "AfterSale",
    "AfterSaleKind",
    "AfterSaleLine",
    "AfterSaleStatus",
    "CaseStatus",
    "Delivery",
    "DeliveryKind",
    "Discounts",
    "FulfillmentStatus",
    "Issue",
    "ListingStatus",
    "Money",
    "Order",
    "OrderLine",
    "OrderStatus",
    "OrderType",
    "Party",
    "PaymentStatus",
    "Place",
    "Product",
    "ProductKind",
    "Protection",
    "Record",
    "Redemption",
    "RedemptionStatus",
    "Refund",
    "Sku",
    "StockLevel",
    "Voucher",
    "VoucherStatus",
    "allocate",
    "minor_units",
]
