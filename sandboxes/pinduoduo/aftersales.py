"""The refund list, a case in detail, and the check before a parcel leaves.

Source: channel paper §4; official pages of pdd.refund.list.increment.get,
pdd.refund.information.get and pdd.refund.status.check; sample
refund_list_increment_get.2018.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub_core.sandbox import Facts, Record, TruthRecord, TruthRecordVersion, Version

from . import states
from .errors import Declined
from .ledger import Ledger, Row
from .options import Options
from .orders import Orders
from .paging import Paging
from .queries import HALF_HOUR, Reader, Sent, case_status, ids, matches
from .rows import yuan_text
from .times import text_of

EVERY_TYPE = 1


class AfterSales:
    """Answers about after-sale cases."""

    def __init__(
        self, book: Ledger, orders: Orders, options: Options, switches: Mapping[str, str]
    ) -> None:
        self.book, self.orders, self.switches = book, orders, switches
        self._reader = Reader(options, switches)
        self._paging = Paging(switches)

    def listed(self, account: str, sent: Sent, now: float) -> dict[str, Any]:
        """The refund list: total_count, no has_next. An order_sn overrides the rest."""
        reader = self._reader
        status = case_status(reader, sent)
        kind = reader.number(sent, "after_sales_type", allowed=range(1, 7))
        window = reader.window(sent, "start_updated_at", "end_updated_at", HALF_HOUR)
        if sent.get("order_sn"):
            rows = self._of_order(account, sent["order_sn"], now)
        else:
            span = matches(window.start, window.end, self.switches)
            found = self.book.shelf(account, now).between(*span, "updated")
            rows = [row for row in found if _wanted(row[3].content, status, kind)]
        rows = self._paging.ordered(rows)
        last = window.page * window.size
        page = rows[last - window.size : last]
        told = [self._row(row[2], row[3]) for row in page]
        return {"refund_list": told, "total_count": len(rows)}

    def one(self, account: str, sent: Sent, now: float) -> dict[str, Any]:
        """One case; without after_sales_id the order's newest."""
        sn = self._reader.text(sent, "order_sn")
        rows = self._of_order(account, sn, now)
        id = sent.get("after_sales_id", "")
        fit = [row for row in rows if not id or row[2].id == id]
        if not fit:
            raise Declined("missing_case", "售后单不存在")
        newest = max(fit, key=lambda row: row[1])
        return self._detail(newest[2], newest[3])

    def check(self, account: str, sent: Sent, now: float) -> dict[str, Any]:
        """Which of the orders have an after-sale that is not closed."""
        found = []
        for sn in ids(self._reader.text(sent, "order_sns")):
            seen = self.orders.seen(account, sn, now)
            if seen and seen[1].content["refund"] != states.NO_REFUND:
                found.append({"order_sn": sn})
        return {"order_sns_exists_refund": found}

    def _of_order(self, account: str, sn: str, now: float) -> list[Row]:
        shelf = self.book.shelf(account, now)
        rows = shelf.between(0.0, now + 1, "updated")
        return [row for row in rows if row[3].content["order"] == sn]

    # Rows -------------------------------------------------------------------------------

    def _row(self, record: Record, version: Version) -> dict[str, Any]:
        """One row of the list: amounts are yuan text, the type counts from 2."""
        content = version.content
        basket = content["basket"]
        return {
            "id": int(record.id),
            "order_sn": content["order"],
            "after_sales_status": content["status"],
            "after_sales_type": content["kind"],
            "after_sale_reason": content["reason"],
            "refund_amount": yuan_text(content["amount"]),
            "order_amount": yuan_text(basket.paid),
            "discount_amount": yuan_text(basket.discount),
            "goods_price": yuan_text(basket.sku.price),
            "goods_number": str(basket.count),
            "goods_id": self._id(basket.goods.id),
            "goods_name": basket.goods.title,
            "good_image": "https://img.invalid/goods.jpeg",
            "sku_id": str(basket.sku.id),
            "outer_id": basket.sku.outer,
            "outer_goods_id": basket.goods.outer,
            "tracking_number": content["tracking"],
            "confirm_time": self._time(content["confirmed_at"]),
            "created_time": self._time(record.created_at),
            "updated_time": self._time(version.updated_at),
            "speed_refund_flag": 0,
            "speed_refund_status": "",
            "dispute_refund_status": 0,
        }

    def _detail(self, record: Record, version: Version) -> dict[str, Any]:
        """The case in detail: the type is one less than in the list."""
        content = version.content
        basket, amount = content["basket"], self._amount
        due = version.updated_at + 172_800 if content["status"] in (2, 3, 14) else None
        return {
            "id": int(record.id),
            "order_sn": content["order"],
            "after_sales_status": content["status"],
            "after_sales_type": content["kind"] - 1,
            "after_sales_reason": content["reason"],
            "refund_amount": amount(content["amount"]),
            "order_amount": amount(basket.paid),
            "discount_amount": amount(basket.discount),
            "goods_price": amount(basket.sku.price),
            "goods_number": basket.count,
            "sku_id": str(basket.sku.id),
            "express_no": content["tracking"],
            "shipping_status": int(content["shipped"]),
            "speed_refund_flag": 0,
            "confirm_time": self._moment(content["confirmed_at"]),
            "recreated_at": self._moment(record.created_at),
            "expire_time": None if due is None else self._moment(due),
            "updated_time": text_of(version.updated_at),
        }

    def _time(self, at: float | None) -> Any:
        match self.switches["case_times"]:
            case "text":
                return text_of(at)
            case "epoch":
                return int(at or 0)
            case _:
                return str(int(at or 0))

    def _moment(self, at: float | None) -> Any:
        if self.switches["case_detail_times"] == "text":
            return text_of(at)
        return None if at is None else int(at) * 1000

    def _amount(self, fen: int) -> float:
        return fen if self.switches["case_detail_amounts"] == "fen" else fen / 100

    def _id(self, number: int) -> int | str:
        return number if self.switches["goods_ids"] == "number" else str(number)


def _wanted(content: Mapping[str, Any], status: int | None, kind: int) -> bool:
    right = status is None or content["status"] == status
    return right and kind in (EVERY_TYPE, content["kind"])


def case_truth(record: Record) -> TruthRecord:
    """kind_raw is the list's after_sales_type as text (the detail's is one less),
    status_raw after_sales_status as text. Only a case paid back has a refunded amount."""
    versions = tuple(
        TruthRecordVersion(v.updated_at, v.visible_at, _facts(v.content))
        for v in record.versions
    )
    last = versions[-1]
    return TruthRecord(
        kind="after_sale",
        external_id=record.id,
        updated_at=last.updated_at,
        visible_at=last.visible_at,
        facts=last.facts,
        removed=record.removed_at is not None,
        versions=versions,
    )


def _facts(content: Mapping[str, Any]) -> Facts:
    """A case about goods names no amount of its own: what stands in the row is no claim."""
    paid_back = content["status"] == states.PAID_BACK
    facts: dict[str, str | int | None] = {
        "order_external_id": content["order"],
        "status_raw": str(content["status"]),
        "kind_raw": str(content["kind"]),
        "refunded_amount": content["amount"] if paid_back else None,
    }
    return facts | ({"requested_amount": content["amount"]} if content["amount"] else {})
