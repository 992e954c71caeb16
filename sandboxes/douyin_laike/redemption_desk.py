"""GET /goodlife/v1/fulfilment/certificate/verify_record/query/: what was used where.

Source: general-capabilities/life.capacity.billing/certificate.verifyrecord.query (its
parameters: cursor of the last row, "0" first; size 1-20; seconds; without a start time
today), paper §3.4. What no page says is a switch.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from hub_core.sandbox import Request, Response

from .drawer import Content
from .envelope import BEIJING
from .house import House
from .listing import onward
from .question import Question, spelt
from .rows import JSON, Form, retyped
from .shelf import Key, Row, Shelf, Span, Time
from .shop import Shop
from .spoilt import spoilt
from .verify_rows import coupon_status, verify_row

PATH = "/goodlife/v1/fulfilment/certificate/verify_record/query"
MOST = 20
DAY = 86_400


class RedemptionDesk:
    """Answers the verify-record query of every merchant."""

    def __init__(self, house: House) -> None:
        self._house = house

    def answer(self, request: Request, path: str, operation: str) -> Response:
        """The page that is asked for. Raises Refused."""
        asked = Question(request, self._house.switches)
        account = asked.needed("account_id")
        asked.needed("cursor")
        after, size = asked.cursor(), asked.size("size", MOST)
        span, places = self._window(asked), asked.many("poi_ids")
        shop = self._house.merchant(account, request)
        if shop is None:
            return self._house.envelope.good(self._data([], 0, ""))
        shelf = shop.backroom.redemptions.drawer.seen()
        keys = shelf.between(self._time, span)
        if places:
            keys = [key for key in keys if _place(shelf, key) in places]
        down = self._house.switches["record_sort"] == "time_desc"
        page = onward(keys, after, size, down) if size else []
        form = self._house.form(shop)
        rows = [self._written(shop, shelf.rows[key[1]], key, form) for key in page]
        return self._house.envelope.good(
            self._data(rows, self._total(keys, shelf), form.shape)
        )

    @property
    def _time(self) -> Time:
        """A use taken back stays where it was used, or moves to where it was undone."""
        moved = self._house.switches["cancelled_record"] == "moved"
        return "update" if moved else "create"

    def _window(self, asked: Question) -> Span:
        since, until = asked.whole("start_time"), asked.whole("end_time")
        first = self._today() if since is None else since
        return asked.ends(first, inf if until is None else until)

    def _today(self) -> int:
        """Midnight in Beijing."""
        ahead = int(BEIJING.total_seconds())
        now = int(self._house.clock.now())
        return (now + ahead) // DAY * DAY - ahead

    def _total(self, keys: list[Key], shelf: Shelf) -> int:
        """The count, which may not have seen the newest rows yet."""
        if self._house.switches["total"] != "lagging":
            return len(keys)
        then = self._house.clock.now() - self._house.options.total_lag
        rows = (shelf.rows[id] for _, id in keys)
        return sum(row.record.in_place_since(row.version) <= then for row in rows)

    def _written(self, shop: Shop, row: Row, key: Key, form: Form) -> JSON:
        use, house = row.version.content, self._house
        body = verify_row(row.record.id, use, form, house.switches, house.clock.now())
        if form.shape != "2022":
            body["certificate_status"] = self._voucher_status(shop, use)
        body = retyped({"cursor": spelt(key), **body}, form)
        return spoilt(body, "redemption", use["poison"]) if "poison" in use else body

    def _voucher_status(self, shop: Shop, use: Content) -> int:
        """The voucher's own, as its order shows it now."""
        shop.shelf.settle(self._house.clock.now())
        order = shop.shelf.rows.get(use["sale"].order_id)
        return coupon_status(order.version.content["items"][use["n"]]) if order else 0

    def _data(self, rows: list[JSON], total: int, shape: str) -> JSON:
        """2022 has one list; later the same rows may stand in two, or in the newer."""
        where: Mapping[str, JSON] = {
            "beside": {"records": rows, "records_v2": rows},
            "alone": {"records": [], "records_v2": rows},
            "absent": {"records": rows},
        }
        position = "absent" if shape == "2022" else self._house.switches["records_v2"]
        return self._house.data({"total": total, **where[position]})


def _place(shelf: Shelf, key: Key) -> str:
    place: str = shelf.rows[key[1]].version.content["place"]
    return place
