"""What an order, a product and a stock level are, whatever the channel."""

from .goods import Product, Sku, StockLevel
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
from .words import (
    AfterSaleStatus,
    DeliveryKind,
    FulfillmentStatus,
    ListingStatus,
    OrderStatus,
    OrderType,
    PaymentStatus,
    Protection,
    VoucherStatus,
)

__all__ = [
    "NO_DISCOUNTS",
    "AfterSaleStatus",
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
    "Product",
    "Protection",
    "Sku",
    "StockLevel",
    "Voucher",
    "VoucherStatus",
    "allocate",
    "minor_units",
]
