"""Cases as they are sent: three shapes of an application, two of a service bill.

Source: channel paper §3, §4, §7.7, §8; the SDK classes RefundApplyVo, QueryMap (the older
list), ServiceBrief, OrderAfsAndRefund and SameOrderServiceBill; a capture of a service
bill from 2020.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub_core.sandbox.people import Person

from .applications import Application
from .asking import JSON
from .bills import EXCHANGE, EXPECTS, ONLY_MONEY, PAID, REPAIR, RETURN, WORDS, Bill
from .keeper import Seen
from .receivers import buyer, consignee, masked, person
from .rows import yuan
from .times import text_of

SELLER = "沙箱客服1"
RESULTS = {
    RETURN: (70, "原返"),
    ONLY_MONEY: (70, "原返"),
    EXCHANGE: (80, "换货"),
    REPAIR: (2, "维修完成"),
}
"""processResult by what the buyer wanted."""


class CaseRows:
    """Writes cases in the shapes the switches choose."""

    def __init__(self, how: Mapping[str, str], new_fields: bool) -> None:
        self.how, self.new_fields = how, new_fields

    # The first system -----------------------------------------------------------------

    def application(self, seen: Seen, privacy: str) -> JSON:
        """A row of refundapply.queryPageList, flat; `queryById` gives the same."""
        case: Application = seen.value
        who = person(case.person)
        handle = {k: v for k, v in buyer(who, privacy).items() if k != "realPin"}
        row = {
            "id": case.number,
            "orderId": self._order(case.order),
            "buyerId": handle.pop("pin"),
            "buyerName": consignee(who, privacy, encrypted=True, voucher=False)["fullname"],
            **handle,
            "applyTime": text_of(case.created),
            "applyRefundSum": self._sum(case.amount),
            "status": case.status,
            "checkUserName": SELLER if case.checked is not None else "",
            "checkRemark": "",
            "reason": case.reason,
            "systemId": case.source,
            **self._checked(case.checked),
        }
        if self.how["refund_modified"] == "present":
            row["modified"] = text_of(seen.version.updated_at)
        return row | self._new()

    def old_application(self, seen: Seen, privacy: str) -> JSON:
        """A row of the older list: other names, every value text."""
        case: Application = seen.value
        who = person(case.person)
        return {
            "id": str(case.number),
            "buyer_id": buyer(who, privacy)["pin"],
            "buyer_name": consignee(who, privacy, encrypted=False, voucher=False)[
                "fullname"
            ],
            "check_time": "" if case.checked is None else text_of(case.checked),
            "apply_time": text_of(case.created),
            "apply_refund_sum": str(case.amount),
            "status": str(case.status),
            "check_username": SELLER if case.checked is not None else "",
            "order_id": case.order,
        } | self._new()

    def _checked(self, at: float | None) -> JSON:
        if at is not None:
            return {"checkTime": text_of(at)}
        never = {"null": None, "0001": "0001-01-01 00:00:00", "blank": ""}
        position = self.how["unchecked"]
        return {} if position == "absent" else {"checkTime": never[position]}

    def _sum(self, fen: int) -> Any:
        """Fen, unlike the orders' yuan. The SDK types it as a double."""
        kinds = {"whole": fen, "double": float(fen), "text": str(fen)}
        return kinds[self.how["refund_sum"]]

    def _order(self, order: str) -> Any:
        return order if self.how["case_order_id"] == "text" else int(order)

    # The second system ----------------------------------------------------------------

    def bill(self, seen: Seen, privacy: str) -> JSON:
        """A row of asc.query.list and asc.sync.list."""
        bill: Bill = seen.value
        who = person(bill.person)
        shown = consignee(who, privacy, encrypted=True, voucher=False)
        handle = {k: v for k, v in buyer(who, privacy).items() if k != "realPin"}
        row = {
            "serviceId": bill.number,
            "applyId": bill.number - 193_491_641,
            "orderId": int(bill.order),
            "orderType": 22,
            "orderTypeName": "POPSOP",
            "customerExpect": bill.expect,
            "customerExpectName": EXPECTS[bill.expect],
            "serviceStatus": bill.status,
            "serviceStatusName": WORDS[bill.status],
            "applyTime": self._at(bill.created),
            self.how["bill_updated"]: self._at(seen.version.updated_at),
            "sysVersion": bill.step,
            "skuId": int(bill.sku),
            "wareName": bill.title,
            "serviceCount": bill.pieces,
            "skuType": 1,
            "skuTypeName": "单品",
            "wareType": 10,
            "actualPayPrice": yuan(bill.amount),
            "customerPin": handle.pop("pin"),
            **handle,
            "customerName": shown["fullname"],
            "customerTel": masked(who.phone),
            "customerGrade": 50,
            "pickwareAddress": shown["fullAddress"],
            "platformSrc": 28,
        }
        if bill.express:
            row["expressCode"] = bill.express
        return row | self._decided(bill) | self._new()

    def _decided(self, bill: Bill) -> JSON:
        row: JSON = {}
        if bill.approved is not None:
            row |= {"approveName": SELLER, "approveTime": self._at(bill.approved)}
        if bill.processed is not None:
            result, words = RESULTS.get(bill.expect, (0, "初始化"))
            row |= {"processTime": self._at(bill.processed)}
            row |= {"processResult": result, "processResultName": words}
        return row

    def refund(self, seen: Seen, privacy: str) -> JSON:
        """A row of asc.serviceAndRefund.view: the bill, and the money if there is any."""
        bill: Bill = seen.value
        same = {
            "serviceId": bill.number,
            "afsApplyId": bill.number - 193_491_641,
            "orderId": int(bill.order),
            "wareId": int(bill.sku),
            "wareName": bill.title,
            "afsApplyTime": self._at(bill.created),
            "approveDate": None if bill.approved is None else self._at(bill.approved),
            "approveName": SELLER if bill.approved is not None else "",
            "customerPin": buyer(person(bill.person), privacy)["pin"],
            "questionDesc": _said(person(bill.person)),
            "applyReason": "七天无理由",
        }
        return {"sameOrderServiceBill": same} | self._money(bill) | self._new()

    def _money(self, bill: Bill) -> JSON:
        if bill.refund is None:
            names = ("afsRefundId", "refoundAmount", "completeTime", "status")
            return dict.fromkeys(names) if self.how["no_refund"] == "null" else {}
        paid = bill.refund == PAID and bill.completed is not None
        return {
            "afsRefundId": bill.refund_id,
            "refoundAmount": self._amount(bill.amount),
            "completeTime": self._at(bill.completed or 0.0) if paid else None,
            "status": bill.refund,
        }

    def _amount(self, fen: int) -> Any:
        """The unit of refoundAmount is written down nowhere."""
        match self.how["refound_amount"]:
            case "fen":
                return fen
            case "yuan":
                return fen / 100
            case _:
                return yuan(fen)

    def _at(self, at: float) -> Any:
        """Epoch milliseconds in asc.* lists (B), or text like everywhere else."""
        return int(at) * 1000 if self.how["asc_times"] == "epoch_ms" else text_of(at)

    def _new(self) -> JSON:
        return {"sandboxDesk": {"no": 1}} if self.new_fields else {}


def _said(who: Person) -> str:
    """The buyer's own words; a name and a phone may stand in them."""
    return f"尺码不合适，请联系{who.name} {who.phone}" if len(who.name) == 2 else "不想要了"
