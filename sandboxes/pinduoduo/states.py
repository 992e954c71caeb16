"""The platform's numbers for where an order and an after-sale case stand.

Source: channel paper §3 and the official page of pdd.order.list.get. What follows what is
plausible, not documented.
"""

from __future__ import annotations

TO_SHIP, SHIPPED, SIGNED = 1, 2, 3
NEW_WORD = 6
"""An order_status no document has (option new_words)."""
WAITING, DEALT, CANCELLED = 0, 1, 2
"""confirm_status; group_status counts the same way."""
NO_REFUND, IN_CASE, REFUNDING, REFUNDED = 1, 2, 3, 4
"""refund_status of an order; 5 asks for all."""

REFUND_ONLY, RETURN, EXCHANGE, RESHIP, REPAIR = 2, 3, 4, 5, 6
"""after_sales_type of the list; the detail's is one less."""

NO_CASE, PAID_BACK = 0, 10
CLOSED = frozenset({9, 11, 12, 13, 16, 17, 24, 25})
"""Cases that ended without money going back."""
OVER = CLOSED | {PAID_BACK}
STATUSES = frozenset({0, *range(2, 19), 21, 22, 24, 25, 27, 31, 32, 33})
"""Every documented after_sales_status."""

OPENING = {REFUND_ONLY: 2, RETURN: 3, EXCHANGE: 14, RESHIP: 14, REPAIR: 21}
CASE_MOVES: dict[int, dict[int, tuple[int, ...]]] = {
    REFUND_ONLY: {
        2: (4, 4, 4, 4, 5, 6, 6, 8, 11, 31, 33),
        4: (10,),
        5: (10,),
        6: (8, 11, 12),
        8: (5, 9),
        31: (4, 13),
        33: (4, 9),
    },
    RETURN: {
        3: (7, 7, 7, 7, 6, 8, 11),
        7: (4, 4, 4, 13, 11),
        4: (10,),
        5: (10,),
        6: (8, 11, 12),
        8: (5, 9),
    },
    EXCHANGE: {14: (15, 15, 15, 17), 15: (18, 18, 12), 18: (16,)},
    RESHIP: {14: (32, 32, 32, 17), 32: (18,), 18: (16,)},
    REPAIR: {21: (22, 22, 22, 24), 22: (27,), 27: (25,)},
}
"""By kind: what each status may turn into, each as often as it weighs."""
AFTER_DISPATCH = frozenset({31, 33})
"""Statuses only a parcel under way can have."""


def refund_status(after_sales: int) -> int:
    """The order's refund_status that goes with a case's status."""
    if after_sales == PAID_BACK:
        return REFUNDED
    if after_sales in (4, 5):
        return REFUNDING
    return NO_REFUND if after_sales == NO_CASE or after_sales in CLOSED else IN_CASE
