"""Rows no document allows: what one bad order may look like on the wire."""

from __future__ import annotations

from typing import Any

ORDER = ("orderId", "orderPayment", "modified", "itemInfoList", "orderState", "itemTotal")
UNPAID = ("orderId", "payment", "modified", "itemList", "status", "num")
"""Where each shape keeps id, amount, time, lines, state and a line's quantity."""

KINDS: dict[str, tuple[int, Any]] = {
    "null_id": (0, None),
    "id_object": (0, {"value": 1}),
    "amount_words": (1, "一百元"),
    "absurd_amount": (1, "99999999999999999999.99"),
    "fraction_of_a_fen": (1, "199.005"),
    "amount_list": (1, []),
    "year_1995": (2, "1995-01-01 00:00:00"),
    "time_words": (2, "昨天下午"),
    "time_list": (2, [2026, 11, 20]),
    "lines_null": (3, None),
    "lines_text": (3, "[]"),
    "lines_of_null": (3, [None]),
    "state_null": (4, None),
    "state_object": (4, {"code": 7}),
}
"""Kind to the field it spoils and the value that stands there."""

FRACTIONS = {"fraction_7": ".1234567", "fraction_9": ".123456789"}
MISSING = {"no_id": 0, "no_amount": 1, "no_lines": 3, "no_state": 4}
LINES = ("line_without_sku", "quantity_words", "quantity_negative")
ALL_KINDS = (*KINDS, *FRACTIONS, *MISSING, *LINES)


def spoil(row: dict[str, Any], kind: str, *, unpaid: bool) -> dict[str, Any]:
    """The row with one thing wrong. Raises KeyError for a kind there is not."""
    names = UNPAID if unpaid else ORDER
    if kind in MISSING:
        return {k: v for k, v in row.items() if k != names[MISSING[kind]]}
    if kind in FRACTIONS:
        return row | {names[2]: f"{row[names[2]]}{FRACTIONS[kind]}"}
    if kind in LINES:
        return row | {names[3]: _lines(row[names[3]], kind, names[5])}
    place, value = KINDS[kind]
    return row | {names[place]: value}


def _lines(lines: list[dict[str, Any]], kind: str, quantity: str) -> list[dict[str, Any]]:
    first, *more = lines
    if kind == "line_without_sku":
        return [{k: v for k, v in first.items() if k != "skuId"}, *more]
    bad = "两件" if kind == "quantity_words" else "-3"
    return [first | {quantity: bad}, *more]
