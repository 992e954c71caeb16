"""Which fields of which answers are amounts, and how each platform writes them."""

from __future__ import annotations

from typing import NamedTuple

from .goldens import Golden, Way

YUAN, FEN, DOUBLE = "yuan", "fen", "double"
"""`12.30`; `1230`; and fen as a Java Double has them, `1230.0`."""


class Amounts(NamedTuple):
    """The amounts of one channel's answers. `shape` is how its name begins, `call` a call
    these amounts are of alone."""

    channel: str
    shape: str
    unit: str
    names: tuple[str, ...]
    call: str = ""


ALL = (
    Amounts(
        "taobao",
        "orders",
        YUAN,
        (
            *("payment", "total_fee", "post_fee", "discount_fee", "price", "adjust_fee"),
            *("divide_order_fee", "part_mjz_discount", "received_payment"),
            "step_paid_fee",
        ),
    ),
    Amounts("taobao", "after_sales", YUAN, ("refund_fee",)),
    Amounts("taobao", "products", YUAN, ("price",)),
    Amounts(
        "jd",
        "orders",
        YUAN,
        (
            *("orderTotalPrice", "sellerDiscount", "orderSellerPrice", "orderPayment"),
            *("freightPrice", "balanceUsed", "taxFee", "jdPrice", "couponPrice"),
        ),
    ),
    Amounts("jd", "products", YUAN, ("jdPrice", "marketPrice")),
    Amounts("jd", "refund_applies", DOUBLE, ("apply_refund_sum", "applyRefundSum")),
    Amounts(
        "pinduoduo",
        "orders",
        YUAN,
        (
            *("goods_amount", "discount_amount", "platform_discount", "seller_discount"),
            *("capital_free_discount", "postage", "pay_amount", "order_change_amount"),
            *("goods_price", "service_fee", "step_paid_fee", "advanced_paid_fee"),
        ),
    ),
    Amounts("pinduoduo", "after_sales", YUAN, ("refund_amount",), call="LIST"),
    Amounts("pinduoduo", "after_sales", FEN, ("refund_amount",), call="GET"),
    Amounts(
        "douyin_laike",
        "orders",
        FEN,
        (
            *("original_amount", "pay_amount", "receipt_amount", "discount_amount"),
            *("payment_discount", "origin_amount", "order_pay_amount", "refund_amount"),
            *("merchant_discount_amount", "platform_discount_amount"),
        ),
    ),
    Amounts(
        "douyin_laike",
        "after_sales",
        FEN,
        (
            *("total_refund_amount", "real_refund_amount", "user_refund_amount"),
            *("market_refund_amount", "platform_market_refund_amount", "refund_amount"),
            "deduct_fee_amount",
        ),
    ),
    Amounts("douyin_laike", "products", FEN, ("origin_amount", "actual_amount")),
    Amounts(
        "douyin_laike",
        "redemptions",
        FEN,
        (
            *("original_amount", "list_market_amount", "pay_amount", "coupon_pay_amount"),
            *("payment_discount_amount", "merchant_ticket_amount", "brand_ticket_amount"),
            *("platform_discount_amount", "platform_ticket_amount"),
        ),
    ),
)


def unit_of(golden: Golden, way: Way) -> str | None:
    """How an amount in this place is written; None where it is none."""
    for one in ALL:
        ours = one.channel == golden.channel and golden.shape.startswith(one.shape)
        if ours and one.call in ("", golden.call) and way[-1] in one.names:
            return one.unit
    return None
