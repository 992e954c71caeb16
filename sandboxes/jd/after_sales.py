"""The methods that read cases. Source: channel paper §4 and §7.7; the windows of
asc.serviceAndRefund.view as checked against the official pages in 2026 (B).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .asking import JSON, Asking, Method, needed, number, page, several, window, within
from .bills import Bill
from .case_poison import spoiled
from .case_rows import CaseRows
from .cases import Cases
from .errors import Declined
from .keeper import Seen
from .queries import text

PAGES, ROWS = 100, 50
"""Of an application list 100 pages of 50 can be read: 5,000 rows of a question."""
APPLY_DAYS, APPROVE_DAYS = 7, 10


class AfterSales:
    """Reads cases; `served` has (account, kind, id) of what left in an answer."""

    def __init__(
        self,
        cases: Cases,
        how: Mapping[str, str],
        *,
        new_fields: bool,
        privacy: Mapping[str, str],
        nested: Mapping[str, bool],
        served: set[tuple[str, str, str]],
    ) -> None:
        self._cases, self._how = cases, how
        self._rows = CaseRows(how, new_fields)
        self._privacy, self._nested, self._served = privacy, nested, served

    def methods(self) -> dict[str, Method]:
        """What it answers."""
        return {
            "jingdong.pop.afs.soa.refundapply.queryPageList": self._applications,
            "jingdong.pop.afs.soa.refundapply.queryById": self._application,
            "jingdong.pop.afs.refundapply.querylist": self._old_list,
            "jingdong.pop.afs.refundapply.querybyid": self._old_one,
            "jingdong.asc.query.list": self._bills,
            "jingdong.asc.sync.list": self._bills_updated,
            "jingdong.asc.serviceAndRefund.view": self._refunds,
        }

    # The first system -----------------------------------------------------------------

    def _applications(self, account: str, asked: Asking, now: float) -> JSON:
        how = self._how
        place, size = (number(asked, n, None, m) for n, m in _PAGED)
        applied = window(asked, "applyTimeStart", "applyTimeEnd", how)
        checked = window(asked, "checkTimeStart", "checkTimeEnd", how)
        modified = window(asked, "modifiedStart", "modifiedEnd", how)
        kept = [
            seen
            for seen in self._asked_for(account, asked, now, ("orderId", "ids"))
            if within(seen.value.created, applied)
            and within(seen.value.checked, checked)
            and within(seen.version.updated_at, modified)
        ]
        rows = self._ordered(kept, _key(applied, checked, modified))
        told = [self._application_row(s) for s in page(rows, place, size)]
        return {"queryResult": {**_GOOD, "totalCount": len(rows), "result": told}}

    def _asked_for(
        self, account: str, asked: Asking, now: float, names: tuple[str, str]
    ) -> list[Seen]:
        """Applications of that status, order or number; nothing said means all."""
        status, (order, numbers) = text(asked, "status"), names
        if status and not (status.isdecimal() and int(status) < 12):
            raise Declined("parameters", "status")
        wanted, ids = text(asked, order), several(asked, numbers)
        return [
            seen
            for seen in self._cases.applications.keeper.seen(account, now)
            if (not status or seen.value.status == int(status))
            and wanted in ("", seen.value.order)
            and (not ids or seen.record.id in ids)
        ]

    def _application_row(self, seen: Seen) -> JSON:
        account = seen.record.account
        row = self._rows.application(seen, self._privacy[account])
        row = self._noted(seen, row)
        return {"refundApplyVo": row} if self._nested[account] else row

    def _application(self, account: str, asked: Asking, now: float) -> JSON:
        needed(asked, "id")
        seen = self._cases.applications.keeper.one(account, text(asked, "id"), now)
        told = [self._application_row(seen)] if seen else []
        return {"queryResult": {**_GOOD, "totalCount": len(told), "result": told}}

    def _old_list(self, account: str, asked: Asking, now: float) -> JSON:
        place, size = (number(asked, n, None, m) for n, m in _OLD_PAGED)
        applied = window(asked, "apply_time_start", "apply_time_end", self._how)
        checked = window(asked, "check_time_start", "check_time_end", self._how)
        kept = [
            seen
            for seen in self._asked_for(account, asked, now, ("order_id", "id"))
            if within(seen.value.created, applied) and within(seen.value.checked, checked)
        ]
        rows = self._ordered(kept, _key(applied, checked, None))
        told = self._old_answer(len(rows), page(rows, place, size))
        return {"refundApplyResponse": told}

    def _old_one(self, account: str, asked: Asking, now: float) -> JSON:
        """By `ra_id`; its container is spelled otherwise than the list's.

        Source: SDK classes PopAfsRefundapplyQuerybyidRequest and -Response.
        """
        needed(asked, "ra_id")
        seen = self._cases.applications.keeper.one(account, text(asked, "ra_id"), now)
        told = self._old_answer(int(seen is not None), [seen] if seen else [])
        return {"refundapplyResponse": told}

    def _old_answer(self, count: int, shown: Sequence[Seen]) -> JSON:
        rows = [
            self._noted(s, self._rows.old_application(s, self._privacy[s.record.account]))
            for s in shown
        ]
        return {"result_state": True, "result_info": "", "count": count, "results": rows}

    # The second system ----------------------------------------------------------------

    def _bills(self, account: str, asked: Asking, now: float) -> JSON:
        """Every window may be left out; a window comes whole."""
        how = self._how
        applied = window(asked, "applyTimeBegin", "applyTimeEnd", how, pair=True)
        approved = window(asked, "approveTimeBegin", "approveTimeEnd", how, pair=True)
        updated = window(asked, "updateTimeBegin", "updateTimeEnd", how, pair=True)
        kept = [
            seen
            for seen in self._of_shop(account, asked, now)
            if within(seen.value.created, applied)
            and within(seen.value.approved, approved)
            and within(seen.version.updated_at, updated)
        ]
        return self._paged(kept, _key(applied, approved, updated), asked, self._bill_row)

    def _bills_updated(self, account: str, asked: Asking, now: float) -> JSON:
        ends = "updateTimeBegin", "updateTimeEnd"
        updated = window(asked, *ends, self._how, pair=True)
        if updated is None and not text(asked, "serviceId") and not text(asked, "orderId"):
            raise Declined("parameters", f"{ends[0]} and {ends[1]}")
        kept = [
            seen
            for seen in self._of_shop(account, asked, now)
            if within(seen.version.updated_at, updated)
        ]
        return self._paged(kept, _modified, asked, self._bill_row)

    def _of_shop(self, account: str, asked: Asking, now: float) -> list[Seen]:
        needed(asked, "buId", "operatePin")
        if self._how["bu_id"] == "checked" and text(asked, "buId") != account:
            raise Declined("wrong_merchant", "buId")
        return self._chosen(account, asked, now)

    def _chosen(self, account: str, asked: Asking, now: float) -> list[Seen]:
        """Bills with that number, order or status; nothing said means all."""
        names = "serviceId", "orderId", "serviceStatus"
        service, order, status = (text(asked, name) for name in names)
        return [
            seen
            for seen in self._cases.bills.keeper.seen(account, now)
            if service in ("", seen.record.id)
            and order in ("", seen.value.order)
            and status in ("", str(seen.value.status))
        ]

    def _bill_row(self, seen: Seen) -> JSON:
        return self._noted(seen, self._rows.bill(seen, self._privacy[seen.record.account]))

    def _refunds(self, account: str, asked: Asking, now: float) -> JSON:
        """By order, by a week of applying or by ten days of approving; one is needed."""
        how, order = self._how, text(asked, "orderId")
        applied = window(
            asked, "applyTimeBegin", "applyTimeEnd", how, pair=True, days=APPLY_DAYS
        )
        approved = window(
            asked, "approveTimeBegin", "approveTimeEnd", how, pair=True, days=APPROVE_DAYS
        )
        if not order and applied is None and approved is None:
            raise Declined("parameters", "orderId or a window")
        kept = [
            seen
            for seen in self._chosen(account, {"orderId": order}, now)
            if within(seen.value.created, applied)
            and within(seen.value.approved, approved)
            and (how["no_refund"] != "left_out" or seen.value.refund is not None)
        ]
        return self._paged(kept, _key(applied, approved, None), asked, self._refund_row)

    def _refund_row(self, seen: Seen) -> JSON:
        row = self._rows.refund(seen, self._privacy[seen.record.account])
        return self._noted(seen, row)

    def _paged(
        self, kept: list[Seen], key: Key, asked: Asking, told: Callable[[Seen], JSON]
    ) -> JSON:
        place, size = number(asked, "pageNumber", 1), number(asked, "pageSize", 10, ROWS)
        rows = self._ordered(kept, key)
        return {
            "pageResult": {
                "success": True,
                "code": "00000",
                "msg": "成功",
                "pageNumber": place,
                "pageSize": size,
                "totalCount": len(rows),
                "data": [told(seen) for seen in page(rows, place, size)],
            }
        }

    # How ------------------------------------------------------------------------------

    def _ordered(self, rows: list[Seen], key: Key) -> list[Seen]:
        newest = self._how["case_order"] == "newest"
        return sorted(rows, key=lambda s: (key(s), int(s.record.id)), reverse=newest)

    def _noted(self, seen: Seen, row: JSON) -> JSON:
        """The row as it goes out, malformed if it is to be."""
        where = seen.record.account, seen.record.id
        self._served.add((where[0], "after_sale", where[1]))
        bill = isinstance(seen.value, Bill)
        keeper = self._cases.bills.keeper if bill else self._cases.applications.keeper
        way = keeper.poisoned.get(where)
        return spoiled(row, "after_sale", way) if way else row


Key = Callable[[Seen], float]
_GOOD = {"success": True, "errorCode": "", "errorMsg": ""}
_PAGED = (("pageIndex", PAGES), ("pageSize", ROWS))
_OLD_PAGED = (("page_index", PAGES), ("page_size", ROWS))
Ends = tuple[float, float] | None


def _created(seen: Seen) -> float:
    return float(seen.value.created)


def _modified(seen: Seen) -> float:
    return seen.version.updated_at


def _decided(seen: Seen) -> float:
    value = seen.value
    return float((value.approved if isinstance(value, Bill) else value.checked) or 0.0)


def _key(created: Ends, decided: Ends, modified: Ends) -> Key:
    """Rows are ordered by the time they were asked for by, else by birth (C)."""
    if modified is not None:
        return _modified
    return _decided if decided is not None and created is None else _created
