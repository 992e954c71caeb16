"""GET …/akte/after_sale/order/query/ and …/order_detail/get/: refund cases.

The list asks by creation or by completion, both ends or none of each; cursor "0" first,
then the answer's. It is about the account asked, not about accounts below it. Source:
general-capabilities/groupon-refund/refund-list-query and after-sale-order-detail.
"""

from __future__ import annotations

from hub_core.sandbox import Request, Response

from .after_sale_rows import after_sale_row
from .envelope import BAD_PARAMETER, Refused
from .house import House
from .listing import onward
from .question import Question, spelt
from .rows import JSON, certificate_id, retyped
from .shelf import EVER, Key, Row, Shelf, Span, Time
from .shop import Shop
from .spoilt import spoilt

LIST = "/goodlife/v1/akte/after_sale/order/query"
DETAIL = "/goodlife/v1/akte/after_sale/order_detail/get"
MOST = 100


class AfterSaleDesk:
    """Answers both calls."""

    def __init__(self, house: House) -> None:
        self._house = house

    def answer(self, request: Request, path: str, operation: str) -> Response:
        """The page, or the cases of one order. Raises Refused."""
        asked = Question(request, self._house.switches)
        account = asked.needed("account_id")
        order_id = asked.needed("order_id") if path == DETAIL else ""
        spans = self._spans(asked) if path == LIST else (EVER, None)
        size = asked.size("page_size", MOST) if path == LIST else MOST
        shop = self._house.merchant(account, request)
        if shop is None:
            return self._page([], "", more=False)
        shelf = shop.backroom.after_sales.drawer.seen()
        if path == DETAIL:
            ids = shop.backroom.after_sales.by_order.get(order_id, [])
            found = [shelf.rows[id] for id in ids if id in shelf.rows]
            wanted = asked.text("certificate_id")
            found = [row for row in found if wanted in ("", _voucher_of(row))]
            return self._page(self._rows(shop, found, detail=True), "", more=False)
        return self._listed(shop, shelf, asked, spans, size)

    def _spans(self, asked: Question) -> tuple[Span, Span | None]:
        created = asked.span("create_order_start_time", "create_order_end_time")
        done = asked.span("refund_done_start_time", "refund_done_end_time")
        if (
            created is done is None
            and self._house.switches["after_sale_window"] != "optional"
        ):
            raise Refused(BAD_PARAMETER, "a window of creation or completion is required")
        return created or EVER, done

    def _listed(
        self,
        shop: Shop,
        shelf: Shelf,
        asked: Question,
        spans: tuple[Span, Span | None],
        size: int,
    ) -> Response:
        by, _, direction = self._house.switches["after_sale_sort"].partition("_")
        time: Time = "create" if by == "create" else "update"
        status, rows = asked.whole("refund_status"), shelf.rows
        found = [rows[id] for _, id in shelf.between("create", spans[0])]
        fitting = [row for row in found if _fits(row, spans[1], status)]
        keys = [(row.at(time), row.record.id) for row in fitting]
        ahead = onward(sorted(keys), asked.cursor(), size + 1, direction == "desc")
        page, more = ahead[:size], len(ahead) > size > 0
        cursor = self._cursor(page, more=more)
        listed = [rows[id] for _, id in page]
        return self._page(self._rows(shop, listed, detail=False), cursor, more=more)

    def _cursor(self, page: list[Key], *, more: bool) -> str:
        last = not more and self._house.switches["last_cursor"] == "empty"
        return "" if last or not page else spelt(page[-1])

    def _rows(self, shop: Shop, found: list[Row], *, detail: bool) -> list[JSON]:
        form, box = self._house.form(shop), self._house.switches
        rows = []
        for row in found:
            id, case = row.record.id, row.version.content
            body = after_sale_row(id, case, row.updated, form, box, detail=detail)
            body = retyped(body, form)
            spoil = case.get("poison")
            rows.append(spoilt(body, "after_sale", spoil) if spoil else body)
        return rows

    def _page(self, rows: list[JSON], cursor: str, *, more: bool) -> Response:
        data = {"after_sale_order_list": rows, "cursor": cursor, "has_more": more}
        return self._house.envelope.good(self._house.data(data))


def _fits(row: Row, done: Span | None, status: int | None) -> bool:
    case = row.version.content
    if status not in (None, case["word"] or case["status"]):
        return False
    return done is None or (case["completed"] and done[0] <= case["completed"] <= done[1])


def _voucher_of(row: Row) -> str:
    return certificate_id(row.version.content["sale"], row.version.content["n"])
