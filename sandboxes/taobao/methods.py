"""Every method the box answers, its short name, and which of them change something."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .oauth import BY_CODE
from .shapes import JSON
from .world import Seller

Method = Callable[[Mapping[str, str], Seller], JSON]
"""Answers a seller's call. Raises Refused."""
MEMO = "taobao.trade.memo.update"
COMPANIES = "taobao.logistics.companies.get"
CONSUME, CONFIRM = "taobao.tmc.messages.consume", "taobao.tmc.messages.confirm"
ADMIN = (
    *("taobao.tmc.user.get", "taobao.tmc.user.cancel", "taobao.tmc.queue.get"),
    *("taobao.tmc.group.add", "taobao.tmc.group.delete"),
)
"""The app's own calls about its messages."""
OPERATIONS = {
    "taobao.trades.sold.increment.get": "orders.list",
    "taobao.trades.sold.incrementv.get": "arrived.list",
    "taobao.trades.sold.get": "sold.list",
    "taobao.trade.fullinfo.get": "orders.get",
    MEMO: "memo.update",
    BY_CODE: "token",
    "taobao.top.auth.token.refresh": "token",
    "taobao.refunds.receive.get": "refunds.list",
    "taobao.refund.get": "refunds.get",
    "taobao.items.onsale.get": "items.list",
    "taobao.items.inventory.get": "inventory.list",
    "taobao.item.seller.get": "items.get",
    "taobao.items.seller.list.get": "items.several",
    "taobao.item.quantity.update": "stock.update",
    "taobao.skus.quantity.update": "stock.batch",
    "tmall.item.quantity.update": "stock.tmall",
    COMPANIES: "couriers.get",
    "taobao.logistics.offline.send": "ship",
    "alibaba.ascp.logistics.offline.send": "ship.chain",
    "taobao.logistics.consign.resend": "ship.again",
    "taobao.top.oaid.decrypt": "decrypt",
    CONSUME: "messages.consume",
    CONFIRM: "messages.confirm",
    "taobao.tmc.user.permit": "messages.permit",
    **{name: "messages.admin" for name in ADMIN},
}
WRITES = frozenset({
    MEMO, "taobao.item.quantity.update", "taobao.skus.quantity.update",
    "tmall.item.quantity.update", "taobao.logistics.offline.send",
    "alibaba.ascp.logistics.offline.send", "taobao.logistics.consign.resend",
})  # fmt: skip
"""What needs the write grants (w1, w2)."""
OPEN = frozenset({COMPANIES, CONSUME, CONFIRM, *ADMIN})
"""What needs no session."""
