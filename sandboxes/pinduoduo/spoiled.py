"""Rows no document allows: what one bad order may look like on the wire."""

from __future__ import annotations

from typing import Any

KINDS: dict[str, tuple[str, Any]] = {
    "null_sn": ("order_sn", None),
    "sn_object": ("order_sn", {"value": 1}),
    "amount_words": ("pay_amount", "一百元"),
    "absurd_amount": ("pay_amount", 99999999999999999999.99),
    "fraction_of_a_fen": ("pay_amount", 199.005),
    "amount_list": ("pay_amount", []),
    "year_1995": ("updated_at", "1995-01-01 00:00:00"),
    "time_words": ("updated_at", "昨天下午"),
    "time_list": ("updated_at", [2026, 11, 20]),
    "items_null": ("item_list", None),
    "items_text": ("item_list", "[]"),
    "items_of_null": ("item_list", [None]),
    "status_null": ("order_status", None),
    "status_object": ("order_status", {"code": 1}),
}
"""Kind to the field it spoils and the value that stands there."""
MISSING = {
    "no_sn": "order_sn",
    "no_amount": "pay_amount",
    "no_items": "item_list",
    "no_status": "order_status",
}
ITEMS: dict[str, tuple[str, Any]] = {
    "count_words": ("goods_count", "两件"),
    "count_negative": ("goods_count", -3),
    "sku_object": ("sku_id", {"id": 1}),
}
ALL_KINDS = (*KINDS, *MISSING, *ITEMS)


def spoil(row: dict[str, Any], kind: str) -> dict[str, Any]:
    """The row with one thing wrong. Raises KeyError for a kind there is not."""
    if kind in MISSING:
        return {k: v for k, v in row.items() if k != MISSING[kind]}
    if kind in ITEMS:
        field, value = ITEMS[kind]
        return row | {"item_list": [row["item_list"][0] | {field: value}]}
    field, value = KINDS[kind]
    return row | {field: value}
