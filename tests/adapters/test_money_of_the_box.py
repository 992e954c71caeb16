"""What a box sold is what the hub has, fen by fen: two readings of one document.

Boxes and adapters share no code and no author; where both agree on what an amount means,
neither has misread the platform's page alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub_core.sandbox import Record
from hub_core.wire import JSON
from tests.harness import bench


def laike(record: Record, order: JSON) -> Iterator[tuple[str, Any, Any]]:
    """Of a sale: prices as marked, what is taken off by whom, what came back."""
    content = record.latest.content
    sale, pieces = content["sale"], content["items"]
    units = sale.units
    payment = sum(u.payment_off for u in units)
    yield "goods", order["goods_amount"], sum(u.product.market for u in units)
    yield "freight", order["freight_amount"] or 0, sale.freight
    yield "payable", order["payable_amount"], sale.pay
    yield "receivable", order["merchant_receivable_amount"], sale.receipt
    yield (
        "merchant",
        order["merchant_discount_amount"] or 0,
        sum(u.merchant_off for u in units),
    )
    yield (
        "platform",
        order["platform_discount_amount"] or 0,
        sum(u.platform_off for u in units),
    )
    yield "payment", order["payment_discount_amount"] or 0, payment
    taken = sale.original - sale.pay - payment
    yield "discounts", order["discount_amount"], taken
    yield "refunded", order["refunded_amount"], sum(p.refunded for p in pieces)
    paid = sale.pay if content["pay_time"] else None
    yield "paid", order["buyer_paid_amount"], paid
    fees = order["ext"].get("douyin-laike:packing_fee", 0)
    yield "packing", fees, sale.packing
    for voucher, unit, piece in zip(order["vouchers"], units, pieces, strict=True):
        yield "worth", voucher["original_amount"], unit.product.market
        yield "back", voucher["refunded_amount"] or 0, piece.refunded
        yield "own", voucher["buyer_paid_amount"], unit.pay if paid is not None else None
    if len(order["lines"]) == 1 and not sale.freight and not sale.packing:
        yield "line", order["lines"][0]["buyer_paid_amount"], paid


def taobao(record: Record, order: JSON) -> Iterator[tuple[str, Any, Any]]:
    """Of a trade: list prices, freight, discounts of lines and trade."""
    trade = record.latest.content["trade"]
    lines = trade.lines
    yield "goods", order["goods_amount"], sum(x.price * x.num for x in lines)
    yield "freight", order["freight_amount"], trade.post_fee
    yield "payable", order["payable_amount"], trade.payment
    off = trade.discount + sum(x.discount for x in lines)
    yield "discounts", order["discount_amount"], off
    if order["payment_status"] == "paid":
        yield "paid", order["buyer_paid_amount"], trade.payment
        shares = [x["buyer_paid_amount"] for x in order["lines"][: len(lines)]]
        if None not in shares:
            yield "lines", shares, [x.goods - x.share for x in lines]
            yield "sum", sum(shares) + trade.post_fee, trade.payment
    if order["payment_status"] == "partially_paid":
        yield "deposit", order["buyer_paid_amount"], trade.step_paid
    if order["payment_status"] == "unpaid":
        yield "nothing", order["buyer_paid_amount"], None


def jd(record: Record, order: JSON) -> Iterator[tuple[str, Any, Any]]:
    """Of a basket: list total, the shop's part, the balance that paid some of it."""
    content = record.latest.content
    basket = content["basket"]
    if content["state"] == "NOT_PAY":
        for name in ("goods_amount", "payable_amount", "buyer_paid_amount"):
            yield name, order[name], None
        return
    yield "goods", order["goods_amount"], basket.total
    yield "freight", order["freight_amount"], basket.freight
    yield "tax", order["tax_amount"], basket.tax
    yield "payable", order["payable_amount"], basket.payment + basket.balance
    yield "merchant", order["merchant_discount_amount"], basket.seller_discount
    yield (
        "receivable",
        (order["merchant_receivable_amount"]),
        basket.total - basket.seller_discount,
    )
    yield "discounts", order["discount_amount"], sum(c.amount for c in basket.coupons)
    by_platform = sum(c.amount for c in basket.coupons if c.kind in ("34", "39", "41"))
    yield "platform", order["platform_discount_amount"], by_platform
    paid = content["paid_at"] is not None
    if order["payment_status"] in ("paid", "unpaid"):
        expected = basket.payment + basket.balance if paid else None
        yield "paid", order["buyer_paid_amount"], expected
    lines = [x["goods_amount"] for x in order["lines"]]
    yield "lines", lines, [x.price * x.quantity for x in basket.lines]


def pinduoduo(record: Record, order: JSON) -> Iterator[tuple[str, Any, Any]]:
    """Of a basket: its one SKU, a change of price, who takes what off, services."""
    content = record.latest.content
    basket = content["basket"]
    yield "goods", order["goods_amount"], basket.amount
    yield "freight", order["freight_amount"], basket.postage
    yield "payable", order["payable_amount"], basket.paid
    yield "merchant", order["merchant_discount_amount"], basket.seller
    yield "platform", order["platform_discount_amount"], basket.platform
    yield "discounts", order["discount_amount"], basket.discount
    yield "receivable", order["merchant_receivable_amount"], basket.paid + basket.platform
    dealt = content["confirmed_at"] is not None
    yield "paid", order["buyer_paid_amount"], basket.paid if dealt else None
    yield "captain", order["ext"]["pdd:capital_free_amount"], basket.captain
    (line,) = order["lines"]
    yield "line", line["goods_amount"], basket.amount
    yield "price", (line["unit_price"], line["quantity"]), (basket.sku.price, basket.count)
    if "pdd:order_change_amount" in order["ext"]:  # since 2021
        yield "change", order["ext"]["pdd:order_change_amount"], basket.change
        fees = order["ext"].get("pdd:service_fee_amount", 0)
        yield "services", fees, sum(fee for _, fee in basket.services)


Grade = Callable[[Record, JSON], Iterator[tuple[str, Any, Any]]]
CASES: dict[str, tuple[str, Grade, dict[str, Any]]] = {
    "laike": ("douyin-laike", laike, {"switches": {"payment_discount": "beside"}}),
    "catering": (
        "douyin-laike",
        laike,
        {"business": "catering", "switches": {"payment_discount": "beside"}},
    ),
    "taobao": ("taobao", taobao, {}),
    "jd": ("jd", jd, {}),
    "jd in numbers": ("jd", jd, {"switches": {"jd_price": "number"}}),
    "pinduoduo": ("pinduoduo", pinduoduo, {}),
    "pinduoduo in texts": ("pinduoduo", pinduoduo, {"switches": {"amounts": "text"}}),
    "pinduoduo in clear": ("pinduoduo", pinduoduo, {"privacy": "plain"}),
}


def test_a_box_that_counts_otherwise_is_noticed(tmp_path: Path) -> None:
    """The control: where the payment channel's part is put under the platform's."""
    how: dict[str, Any] = {"switches": {"payment_discount": "inside"}}
    with bench("douyin-laike", tmp_path, seed=11, orders=150, poison=0.0, **how) as one:
        one.hub.sync()
        account = one.platform.accounts()[0]
        book: Any = one.platform.book
        differ = {
            what
            for order in one.hub.each_order()
            for said in [order.as_dict()]
            for what, stored, sold in laike(
                book.get(account.external_id, said["external_id"]), said
            )
            if stored != sold
        }
    assert {"discounts", "platform"} <= differ


@pytest.mark.parametrize("name", CASES)
def test_every_amount_is_the_boxs_own(name: str, tmp_path: Path) -> None:
    channel, grade, how = CASES[name]
    with bench(channel, tmp_path, seed=11, orders=150, poison=0.0, **how) as one:
        one.platform.churn(60)
        one.platform.clock.advance(600)
        assert all(o.error is None for o in one.hub.sync())
        account = one.platform.accounts()[0]
        book: Any = one.platform.book
        compared: Counter[str] = Counter()
        wrong: list[tuple[str, str, Any, Any]] = []
        for order in one.hub.each_order():
            said = order.as_dict()
            record = book.get(account.external_id, said["external_id"])
            for what, stored, sold in grade(record, said):
                compared[what] += 1
                if stored != sold:
                    wrong.append((said["external_id"], what, stored, sold))
        assert wrong == []
        assert {"goods", "payable", "paid"} <= compared.keys()
        assert compared["payable"] > 100
