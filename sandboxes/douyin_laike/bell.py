"""What of one merchant's happenings is pushed, and what the push says.

Only what documents or captures show: an order paid, a voucher used, given back or paid
back, a refund asked after a use, a product judged or moved. That an order was placed,
closed, booked or edited nobody is told. Source: order.query/trade.order.notify,
order.query/trade.certificate.notify, groupon-refund/system-code-refund-notice; product
events as captured 2024. Amounts are fen, times whole epoch seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hub_core.sandbox import Clock

from .moves import Piece
from .pushes import Pushes
from .rows import JSON, certificate_id
from .sale import Sale

ORDER, VOUCHER = "life_trade_order_notify", "life_trade_certificate_notify"
ASKED = "life_hermes_akte_after_sale_audit"
JUDGED, MOVED = "life_product_common_audit", "life_product_status_change"
WORDS = {1: "GOODS_ONLINE", 2: "GOODS_OFFLINE", 3: "GOODS_BAN"}


class Bell:
    """Rings for one merchant."""

    def __init__(
        self,
        account: str,
        clock: Clock,
        switches: Mapping[str, str],
        pushes: Pushes,
        code: Callable[[str, int], str],
    ) -> None:
        self._account, self._clock, self._code = account, clock, code
        self._switches, self._pushes = switches, pushes

    def paid(self, sale: Sale, at: int) -> None:
        """The order was paid."""
        order: JSON = {
            "order_id": sale.order_id,
            "account_id": self._account,
            "pay_amount": sale.pay,
            "original_amount": sale.original,
            "create_time": sale.created,
            "pay_time": at,
        }
        said = {"action": "pay_success", "msg_time": self._now, "order": order}
        self._pushes.tell(ORDER, sale.order_id, said, sale.buyer.open_id)

    def voucher(self, action: str, sale: Sale, n: int) -> None:
        """`verify`, `verify_cancel` or `refund_success` of the order's n-th voucher. A
        `code` stands there for third parties' codes only."""
        id = certificate_id(sale, n)
        which = {"certificate_id": id, "order_id": sale.order_id}
        if code := self._code(sale.order_id, n):
            which["code"] = code
        said = {
            "action": action,
            "msg_time": self._now,
            "certificate": {**which, "account_id": self._account},
        }
        self._pushes.tell(VOUCHER, id, said, sale.buyer.open_id)

    def asked(
        self,
        sale: Sale,
        n: int,
        before: Piece,
        amount: int,
        why: tuple[int, str],
        at: float,
    ) -> None:
        """A refund was asked; the merchant must answer where the voucher had been used."""
        used = before.left < sale.units[n].times
        if not used and self._switches["push_refund_asked"] == "after_use":
            return
        code, text = why
        reason = {
            "code": [code],
            "reason_items": [{"code": code, "msg": text}],
            "additional_msg": "",
        }
        id = certificate_id(sale, n)
        said = {
            "account_id": self._account,
            "order_id": sale.order_id,
            "certificate_id": id,
            "refund_amount": amount,
            "refund_time": int(at),
            "apply_reason": reason,
        }
        self._pushes.tell(ASKED, f"{id}:{int(at)}", said)

    def judged(self, product_id: str, *, passed: bool, why: str) -> None:
        """Reviewers have seen a draft. Nothing says whose product it is."""
        said = {"status": "PASS" if passed else "FAIL", "reason": "" if passed else why}
        self._pushes.tell(JUDGED, product_id, {"product_id": product_id, **said})

    def moved(self, product_id: str, status: int) -> None:
        """A product is on sale, off it, or banned."""
        said = {"product_id": product_id, "status": WORDS[status]}
        self._pushes.tell(MOVED, product_id, said)

    @property
    def _now(self) -> int:
        return int(self._clock.now())
