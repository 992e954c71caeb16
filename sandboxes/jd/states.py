"""The platform's state words, and what an order may do next.

Source: channel paper §3 (`order_state`).
"""

from __future__ import annotations

NOT_PAY = "NOT_PAY"
TO_SHIP = "WAIT_SELLER_STOCK_OUT"
SHIPPED = "WAIT_GOODS_RECEIVE_CONFIRM"
FINISHED = "FINISHED_L"
CANCELLED = "TRADE_CANCELED"
LOCKED = "LOCKED"
PAUSED = "PAUSE"
POP_PAUSED = "POP_ORDER_PAUSE"
TO_SEND_CODE = "WAIT_SEND_CODE"
RETURNED = "DELIVERY_RETURN"
ABROAD = "WAIT_SELLER_DELIVERY"
NEW_WORD = "WAIT_DRONE_PICKUP"
"""A word no document has (option new_words)."""

WORDS = {
    TO_SHIP: "等待出库",
    SHIPPED: "等待确认收货",
    FINISHED: "完成",
    CANCELLED: "取消",
    LOCKED: "已锁定",
    PAUSED: "暂停",
    POP_PAUSED: "业务暂停",
    TO_SEND_CODE: "等待发码",
    RETURNED: "配送退货",
    ABROAD: "等待发货",
    NOT_PAY: "等待付款",
}
"""Every documented word and its orderStateRemark."""

PINYIN = {
    "DengDaiChuKu": TO_SHIP,
    "DengDaiQueRenShouHuo": SHIPPED,
    "DengDaiFaHuo": ABROAD,
    "ZanTing": PAUSED,
    "WanCheng": FINISHED,
    "PeiSongTuiHuo": RETURNED,
}
ALIASES = {english: pinyin for pinyin, english in PINYIN.items()}

FINAL = frozenset({FINISHED, CANCELLED, RETURNED})

MOVES: dict[str, tuple[tuple[str, int], ...]] = {
    NOT_PAY: (("pay", 7), ("cancel", 3)),
    TO_SHIP: (("ship", 12), ("lock", 2), ("pause", 1), ("pop_pause", 1)),
    LOCKED: (("cancel", 2), ("resume", 1)),
    PAUSED: (("resume", 1),),
    POP_PAUSED: (("resume", 1),),
    TO_SEND_CODE: (("finish", 6), ("cancel", 1), ("pause", 1)),
    SHIPPED: (("finish", 6), ("change_waybill", 2), ("come_back", 1)),
    NEW_WORD: (("finish", 1),),
}
"""Legal next steps of each state, with weights."""


def spoken(state: str, pinyin: bool) -> str:
    """The word as it leaves the platform."""
    return ALIASES.get(state, state) if pinyin else state
