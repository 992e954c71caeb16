"""Rows of records besides orders that no document allows, whatever their kind.

Each kind names its fields once. A way that needs a field the kind has none of (a place
has no amount) takes the id away instead.
"""

from __future__ import annotations

from typing import Any, NamedTuple

JSON = dict[str, Any]
Paths = tuple[str, ...]


class Fields(NamedTuple):
    """Where a kind's row says something: every path that says it, `a.b` deep."""

    id: Paths
    status: Paths = ()
    amount: Paths = ()
    time: Paths = ()


SKUS = ("sku.actual_amount", "skus.actual_amount", "sku_list.actual_amount")
IDS = ("product.product_id", "product.spu_id")
FIELDS = {
    "redemption": Fields(
        ("verify_id",),
        ("status",),
        (
            "amount.pay_amount",
            "verify_amount_info.times_card_serial_amount.amount.pay_amount",
        ),
        ("verify_time",),
    ),
    "after_sale": Fields(
        ("after_sale_id",),
        ("refund_status", "status"),
        (
            "refund_amount",
            "total_refund_amount",
            "user_refund_amount",
            "real_refund_amount",
        ),
        ("create_time",),
    ),
    "place": Fields(("poi.poi_id",)),
    "product": Fields(IDS, ("online_status",), SKUS),
    "draft": Fields(IDS, ("draft_status",), SKUS),
}

GONE = object()

SPOILT: dict[str, tuple[str, Any]] = {
    "no_id": ("id", GONE),
    "no_status": ("status", GONE),
    "status_object": ("status", {"code": 1}),
    "amount_words": ("amount", "一百元"),
    "amount_fraction": ("amount", "98.505"),
    "amount_absurd": ("amount", 10**30),
    "no_time": ("time", GONE),
    "time_text": ("time", "2026-01-02T03:04:05.123456789"),
}
"""Each way: what is spoilt, and what stands there."""


def spoilt(row: JSON, kind: str, how: str) -> JSON:
    """The row as it would be sent, malformed in that way."""
    field, value = SPOILT[how]
    paths: Paths = getattr(FIELDS[kind], field)
    if not paths:
        paths, value = FIELDS[kind].id, GONE
    for path in paths:
        row = _put(row, path.split("."), value)
    return row


def _put(part: Any, path: list[str], value: Any) -> Any:
    """The part with that value at the path's end, if the path leads anywhere."""
    if isinstance(part, list):
        return [_put(one, path, value) for one in part]
    head, *rest = path
    if not isinstance(part, dict) or head not in part:
        return part
    if rest:
        return part | {head: _put(part[head], rest, value)}
    if value is GONE:
        return {k: v for k, v in part.items() if k != head}
    return part | {head: value}
