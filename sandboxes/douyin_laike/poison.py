"""Rows no document allows. A client should set them aside and read the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

JSON = dict[str, Any]


def _without(*names: str) -> Callable[[JSON], JSON]:
    return lambda row: {k: v for k, v in row.items() if k not in names}


def _amount(value: Any) -> Callable[[JSON], JSON]:
    def spoil(row: JSON) -> JSON:
        name = "order_pay_amount" if "order_pay_amount" in row else "pay_amount"
        return row | {name: value}

    return spoil


KINDS: dict[str, Callable[[JSON], JSON]] = {
    "no_id": _without("order_id"),
    "no_status": _without("order_status"),
    "no_update_time": _without("update_order_time"),
    "status_object": lambda row: row | {"order_status": {"code": 201}},
    "amount_words": _amount("一百元"),
    "amount_fraction": _amount("98.505"),
    "amount_absurd": _amount(10**30),
    "certificates_text": lambda row: row | {"certificate": "none"},
    "updated_1995": lambda row: row | {"update_order_time": 788_918_400},
    "time_text": lambda row: row | {"update_order_time": "2026-01-02T03:04:05.123456789"},
}
"""Each way a row can be spoilt, applied to the row as it would be sent."""
