"""Products of one shop: every ware, read whole again and again, and SKUs as they change.

Neither list can be walked as orders are. A page of SKUs names several of one ware, so that
its count proves nothing of wares; and a ware that is deleted leaves its list in silence. So
both are read by page number as a cursor, in the order of numbers that never change, and
proved by reading them again and seeing the same. The list of wares takes no time and tells
what is gone; the list of SKUs, by the time of their change, tells within minutes what the
other would tell within the hour. Whether stock that is sold moves that time is not said, so
that each ware is asked for again within a day, whatever the lists say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hub_core.errors import Forbidden, Gone, Misconfigured, Unreadable
from hub_core.ports import Paging, Session, Stream, Window
from hub_core.wire import Fetched, Misread, Page

from .asking import EDGE, ends, shape
from .facts import days, fact, number, one_of, seconds

WARES, SKUS = "products", "product_skus"
MOST_PAGES = 100
"""Pages of one ware's SKUs; no ware has that many."""


@dataclass(frozen=True, slots=True)
class JdProducts:
    """The wares of one shop with their SKUs and stock."""

    session: Session

    @property
    def streams(self) -> tuple[Stream, ...]:
        """All wares, and the SKUs that changed."""
        changed = Stream(
            name=SKUS,
            paging=Paging.OPAQUE_CURSOR,
            order="not documented",
            max_window=days(self.session, "product_max_window_days") - 2 * EDGE,
            settle_lag=seconds(self.session, "product_settle_lag_seconds"),
            overlap=seconds(self.session, "overlap_seconds"),
            page_size=number(self.session, "product_page_size"),
            list_is_partial=True,
            look_back=days(self.session, "product_look_back_days"),
            reread_every=timedelta(days=1),
            assumptions=("product_settle_lag_seconds", "product_look_back_days"),
        )
        wares = replace(
            changed,
            name=WARES,
            is_snapshot=True,
            snapshot_every=timedelta(
                minutes=number(self.session, "product_snapshot_minutes")
            ),
            assumptions=("ware_status_values",),
        )
        return wares, changed

    def probe(self, stream: Stream, window: Window) -> Page:
        """The first page, which counts the rows of all."""
        return self.after(stream, window, None)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """The first page alone; the others begin where the one before them ends."""
        if number != 1:
            raise Misconfigured(f"jd: {stream.name} is read by cursor")
        return self.after(stream, window, None)

    def after(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """The page of this number, which is the cursor; the next one's is its own."""
        at = int(cursor or 1)
        calls = shape(self.session, "products")
        asked: dict[str, Any] = {"page": at, "page_size": stream.page_size}
        if stream.name == WARES:
            asked["states"] = fact(self.session, "ware_status_values") or None
            page: Page = self.session.send(calls.LIST, **asked)
        else:
            page = self.session.send(calls.CHANGED, **asked, **_span(stream, window))
        more = bool(page.items) and at * stream.page_size < (page.total or 0)
        return replace(page, cursor=str(at + 1) if more else None)

    def record(self, external_id: str) -> Fetched | Misread | None:
        """One ware with its SKUs and their stock; None when it was deleted."""
        calls = shape(self.session, "products")
        found: Fetched | Misread | None = self.session.send(
            calls.GET, external_id=external_id
        )
        if not isinstance(found, Fetched):
            return found
        rows, silent = self._skus(calls, external_id)
        stock = {sku: self._stock(calls, sku) for sku in silent if self._may_ask()}
        whole: Fetched | Misread = calls.with_skus(found, rows, stock)
        return whole

    def _skus(self, calls: Any, external_id: str) -> tuple[list[Any], list[str]]:
        """All SKUs of a ware, and those of them that tell no stock. Raises Unreadable
        where some are counted and not given."""
        size = number(self.session, "product_page_size")
        rows: list[Any] = []
        silent: list[str] = []
        for page in range(1, MOST_PAGES + 1):
            asked = {"product": external_id, "page": page, "page_size": size}
            told = self.session.send(calls.SKUS, **asked)
            rows += told.rows
            silent += told.without_stock()
            if len(rows) >= told.total:
                break
            if not told.rows:
                raise Unreadable(f"{told.total} SKUs of a ware are counted, not given")
        else:
            raise Unreadable(f"a ware has SKUs on more than {MOST_PAGES} pages")
        return rows, silent

    def _stock(self, calls: Any, sku: str) -> int | None:
        try:
            found: int | None = self.session.send(calls.STOCK, sku=sku)
        except (Forbidden, Gone):
            return None
        return found

    def _may_ask(self) -> bool:
        return one_of(self.session, "sku_stock", "yes", "no") == "yes"


def _span(stream: Stream, window: Window | None) -> dict[str, Any]:
    if window is None:
        raise Misconfigured(f"jd: {stream.name} takes a span of time")
    since, until = ends(window)
    return {"since": since, "until": until}
