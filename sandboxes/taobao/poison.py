"""Rows no reader can take at face value: what bugs and old data do on real platforms."""

from __future__ import annotations

from .shapes import JSON


def _set(**values: object) -> JSON:
    return dict(values)


POISONS: dict[str, JSON] = {
    "no_tid": _set(tid=None),
    "tid_a_fraction": _set(tid=3.5),
    "tid_a_list": _set(tid=[]),
    "no_status": _set(status=None),
    "status_a_number": _set(status=7),
    "payment_words": _set(payment="面议"),
    "payment_exponent": _set(payment="1e2"),
    "payment_endless": _set(payment="9" * 40 + ".00"),
    "payment_nan": _set(payment="NaN"),
    "payment_thirds": _set(payment="33.333"),
    "payment_an_object": _set(payment={"amount": 1}),
    "modified_in_1995": _set(modified="1995-01-01 00:00:00"),
    "modified_by_sevenths": _set(modified="2026-11-20 00:00:00.1234567"),
    "modified_by_ninths": _set(modified="2026-11-20 00:00:00.123456789"),
    "modified_never": _set(modified="0000-00-00 00:00:00"),
    "created_words": _set(created="昨天"),
    "orders_words": _set(orders="[]"),
    "orders_without_list": _set(orders={"order": {"oid": 1}}),
    "orders_of_null": _set(orders={"order": [None]}),
}
"""Kind to the fields it spoils; None takes the field away."""

REFUND_POISONS: dict[str, JSON] = {
    "no_refund_id": _set(refund_id=None),
    "refund_id_a_fraction": _set(refund_id=3.5),
    "no_tid": _set(tid=None),
    "tid_a_list": _set(tid=[]),
    "no_status": _set(status=None),
    "status_a_number": _set(status=7),
    "refund_fee_words": _set(refund_fee="面议"),
    "refund_fee_exponent": _set(refund_fee="1e2"),
    "refund_fee_thirds": _set(refund_fee="33.333"),
    "refund_fee_an_object": _set(refund_fee={"amount": 1}),
    "modified_never": _set(modified="0000-00-00 00:00:00"),
    "modified_by_sevenths": _set(modified="2026-11-20 00:00:00.1234567"),
    "created_words": _set(created="昨天"),
}
ITEM_POISONS: dict[str, JSON] = {
    "no_num_iid": _set(num_iid=None),
    "num_iid_a_fraction": _set(num_iid=3.5),
    "no_title": _set(title=None),
    "title_a_list": _set(title=[]),
    "approve_status_a_number": _set(approve_status=7),
    "price_words": _set(price="面议"),
    "price_thirds": _set(price="33.333"),
    "num_words": _set(num="很多"),
    "modified_never": _set(modified="0000-00-00 00:00:00"),
    "skus_words": _set(skus="[]"),
    "skus_without_list": _set(skus={"sku": {"sku_id": 1}}),
    "skus_of_null": _set(skus={"sku": [None]}),
}
RECORD_POISONS = {"after_sale": REFUND_POISONS, "product": ITEM_POISONS}
"""Kind of record to the ways one may be spoiled."""


def spoiled(row: JSON, kind: str, poisons: dict[str, JSON] = POISONS) -> JSON:
    """The row with that damage; fields that were not asked for stay out."""
    changed = {k: v for k, v in poisons[kind].items() if k in row}
    gone = {k for k, v in changed.items() if v is None}
    return {k: v for k, v in (row | changed).items() if k not in gone}
