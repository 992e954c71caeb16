"""A record of the verify-record query, and what a client must understand of it.

2022: `records` with three amounts and the encrypted code. Since 2023 also `records_v2`,
eight amounts, and what production clients found beside the documented fields (sku with
its product, the operator). No document has the place on it. Source: paper §3.4, V7, V8.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from hub_core.sandbox import Facts

from .drawer import Content
from .moves import Piece
from .redemptions import HOUR, STANDS
from .rows import JSON, Form, certificate_id
from .sale import TIMES_CARDS, Sale, Unit
from .verify_money import OLD, money, written_money

STATUSES = {100: 1, 200: 1, 201: 1, 400: 1, 401: 2, 300: 3, 301: 4}
"""item_status to the coupon's status: 1 unused, 2 used, 3 refund asked, 4 refunded."""
BY_MERCHANT = (2, 3)
"""Ways of verifying where production rows name the shop as operator."""
NAMES = {
    "original_amount": "original_amount",
    "pay_amount": "buyer_paid_amount",
    "merchant_ticket_amount": "merchant_discount_amount",
    "list_market_amount": "list_amount",
    "payment_discount_amount": "payment_discount_amount",
    "coupon_pay_amount": "coupon_paid_amount",
    "platform_discount_amount": "platform_discount_amount",
}
"""The platform's amounts under the hub's names."""


def verify_row(
    id: str, use: Content, form: Form, box: Mapping[str, str], now: float
) -> JSON:
    """The record in documented types, without its cursor."""
    sale, n, unit = use["sale"], use["n"], _unit(use)
    closed = use["status"] != STANDS or now - use["verified"] >= HOUR
    shown = use["cancelled"] and box["cancel_time"] == "shown"
    row: JSON = {
        "verify_id": id,
        "certificate_id": certificate_id(sale, n),
        "verify_time": use["verified"],
        "verify_type": use["way"],
        "can_cancel": not closed,
        "status": use["word"] or use["status"],
        "amount": written_money(unit, _amount_of(use, box), form.shape),
        "sku": sku_row(sale, unit, form),
        **({"cancel_time": use["cancelled"]} if shown else {}),
        **({"verify_amount_info": _serial(use, form)} if use["serial"] else {}),
        **({"poi_id": use["place"]} if box["record_place"] == "poi_id" else {}),
    }
    if form.new_fields:
        row["fulfil_scene_v4"] = {"kind": 7}
    if form.shape == "2022":
        return row | {"encrypted_code": encrypted_code(sale, n)}
    code = plain_code(sale, n) if closed and use["status"] == STANDS else ""
    by_hand = use["way"] in BY_MERCHANT
    return row | {"code": code, "fulfil_operator_name": use["served_by"] if by_hand else ""}


def coupon_status(piece: Piece) -> int:
    """The coupon's own status, of its item_status; 0 before it is issued. A times card is
    unused until its last use."""
    return STATUSES.get(piece.status, 0)


def _unit(use: Content) -> Unit:
    unit: Unit = use["sale"].units[use["n"]]
    return unit


def _amount_of(use: Content, box: Mapping[str, str]) -> int | None:
    """Which use's money `amount` tells; None: the whole card's."""
    serial: int | None = use["serial"]
    return None if box["times_card_amount"] == "card" else serial


def _serial(use: Content, form: Form) -> JSON:
    amount = written_money(_unit(use), use["serial"], form.shape)
    return {"times_card_serial_amount": {"serial_numb": use["serial"], "amount": amount}}


def sku_row(sale: Sale, unit: Unit, form: Form) -> JSON:
    """What was bought, as vouchers and their records name it."""
    product = unit.product
    row: JSON = {
        "sku_id": product.sku_id,
        "title": product.title,
        "market_price": product.market,
        "sold_start_time": sale.created - 86_400,
        "third_sku_id": "",
    }
    if form.shape == "2022":
        return row
    owner = {"account_id": form.account_id, "product_id": product.product_id}
    return row | owner | {"groupon_type": groupon_type(sale, unit)}


def groupon_type(sale: Sale, unit: Unit) -> int:
    """1 a set, 2 a cash voucher, 3 a times card."""
    if sale.order_type in TIMES_CARDS:
        return 3
    return 2 if "代金券" in unit.product.title else 1


def encrypted_code(sale: Sale, n: int) -> str:
    """A text nobody should look into; the box itself finds the voucher by it."""
    return "Cgw" + base64.b64encode(f"{sale.order_id}:{n}".encode()).decode()


def voucher_of(code: str) -> tuple[str, int] | None:
    """The order and the number of the voucher with that encrypted code."""
    try:
        text = base64.b64decode(code.removeprefix("Cgw"), validate=True).decode()
        order_id, _, n = text.partition(":")
        return order_id, int(n)
    except ValueError:
        return None


def plain_code(sale: Sale, n: int) -> str:
    """The twelve digits a guest shows."""
    return f"1{n}{sale.order_id[-10:]}"


def redemption_facts(use: Content, form: Form, box: Mapping[str, str]) -> Facts:
    """What a client must have understood of it; its amounts are those of this use."""
    unit = _unit(use)
    amounts = money(unit, use["serial"])
    told = {
        hub: amounts[name]
        for name, hub in NAMES.items()
        if form.shape != "2022" or name in OLD
    }
    cancelled = use["cancelled"] or None
    return {
        "voucher_external_id": certificate_id(use["sale"], use["n"]),
        "place_external_id": use["place"],
        "status_raw": str(use["word"] or use["status"]),
        "redeemed_at": use["verified"],
        **({"cancelled_at": cancelled} if box["cancel_time"] == "shown" else {}),
        "sku_external_id": unit.product.sku_id,
        "title": unit.product.title,
        "type_raw": str(use["way"]),
        "serial": use["serial"],
        **told,
    }
