"""Cases and wares no reader can take at face value."""

from __future__ import annotations

from typing import Any

from .asking import JSON

GONE = object()
"""Takes the field away."""
IDS = ("id", "serviceId")
ORDERS = ("orderId", "order_id")
STATES = ("status", "serviceStatus")
MONEY = ("applyRefundSum", "apply_refund_sum", "refoundAmount")
TIMES = ("applyTime", "apply_time", "afsApplyTime")

CASE_WAYS: dict[str, tuple[tuple[str, ...], Any]] = {
    "no_id": (IDS, GONE),
    "id_null": (IDS, None),
    "id_object": (IDS, {"value": 1}),
    "no_order": (ORDERS, GONE),
    "order_list": (ORDERS, []),
    "no_state": (STATES, GONE),
    "state_object": (STATES, {"code": 7}),
    "amount_words": (MONEY, "一百元"),
    "amount_negative": (MONEY, -1),
    "amount_exponent": (MONEY, "1e2"),
    "amount_list": (MONEY, []),
    "time_words": (TIMES, "昨天下午"),
    "time_list": (TIMES, [2026, 11, 20]),
}
WARE_WAYS: dict[str, tuple[tuple[str, ...], Any]] = {
    "no_id": (("wareId",), GONE),
    "id_null": (("wareId",), None),
    "id_object": (("wareId",), {"value": 1}),
    "no_title": (("title", "wareTitle"), GONE),
    "title_list": (("title", "wareTitle"), []),
    "no_state": (("wareStatus", "status"), GONE),
    "state_words": (("wareStatus", "status"), "上架"),
    "sku_object": (("skuId",), {"value": 1}),
    "price_words": (("jdPrice",), "面议"),
    "price_thirds": (("jdPrice",), "33.333"),
    "stock_words": (("stockNum",), "很多"),
    "stock_fraction": (("stockNum",), 3.5),
}
"""Way to the fields it may spoil, the first that is there, and what stands there then."""
WAYS = {"after_sale": CASE_WAYS, "product": WARE_WAYS}
"""Kind of record to the ways one may be spoiled."""


def spoiled(row: JSON, kind: str, way: str) -> JSON:
    """The row with that damage, whichever shape it has.

    A refund's row keeps its bill one level down; there the damage goes where the field
    is. A row without any of the fields stays as it is.
    """
    return _put(row, *WAYS[kind][way])


def _put(row: JSON, names: tuple[str, ...], bad: Any) -> JSON:
    name = next((n for n in names if n in row), None)
    if name is None:
        inner = row.get("sameOrderServiceBill")
        return row | {"sameOrderServiceBill": _put(inner, names, bad)} if inner else row
    return {k: v for k, v in row.items() if k != name} if bad is GONE else row | {name: bad}
