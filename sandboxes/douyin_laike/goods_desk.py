"""The goods queries: products online and drafts, listed or asked by id.

GET /goodlife/v1/goods/product/{online,draft}/{query,get}/, their catering twins under
akte, and of the /life/ generation {online,draft}/{list,get}, with the token in the query
and the base envelope. Those name no merchant: clients send status, count and cursor, or
ids, and are told what any merchant of the app has. Rows stand in `data` with an error_code
beside the base, as a client reads them.
Source: pages product-query/online.query, online.get, query and draft.get; paper §3.2, V3;
clients of /life/ in PHP and Python (mark B).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hub_core.sandbox import Request, Response

from .drawer import Content
from .envelope import BAD_PARAMETER, OFFLINE, Refused
from .goods import BANNED
from .goods import OFFLINE as OFF_THE_SHELF
from .goods_rows import Shelfmark, draft_row, online_row
from .house import House
from .listing import onward
from .question import Question, spelt
from .rows import JSON, retyped
from .shelf import EVER, Key, Row, Shelf, Time
from .shop import Shop
from .spoilt import spoilt

MOST, USUAL, BY_ID = 50, 5, 10
GOODLIFE = ("/goodlife/v1/goods/product", "/goodlife/v1/akte/goods/product")
LIFE = "/life/goods/product"
BASE_RESP = {"StatusCode": 0, "StatusMessage": "", "Extra": {}}
NAMES = {"products": "product_onlines", "drafts": "product_drafts"}
"""Where the rows of a call by ids stand."""
OFF_SALE = (OFF_THE_SHELF, BANNED)
"""What buyers cannot see."""
MAKERS = {"products": (online_row, "product"), "drafts": (draft_row, "draft")}


class Shown(NamedTuple):
    """A row, and whose it is."""

    shop: Shop
    row: Row


class Page(NamedTuple):
    """Rows, and where a list goes on."""

    rows: list[Shown]
    cursor: str = ""
    more: bool = False


class GoodsDesk:
    """Answers for one of the two drawers; both have the same calls."""

    def __init__(self, house: House) -> None:
        self._house = house

    def answer(self, request: Request, path: str, operation: str) -> Response:
        """The page, or the products asked by id. Raises Refused."""
        legacy = path.startswith(LIFE)
        if legacy and self._house.switches["legacy_goods"] == "gone":
            raise Refused(OFFLINE)
        asked = Question(request, self._house.switches)
        what, _, how = operation.partition(".")
        ids = self._ids(asked) if how == "get" else []
        size = self._size(asked) if how == "list" else BY_ID
        shops = self._merchants(asked, request, legacy=legacy)
        if how == "get":
            page = self._by_id(shops, what, ids)
            rows = self._written(page, what, legacy=legacy)
            return self._good({NAMES[what]: rows}, legacy=legacy)
        page = self._page(shops, what, asked, size)
        rows = self._written(page, what, legacy=legacy)
        data = {"products": rows, "next_cursor": page.cursor, "has_more": page.more}
        return self._good(data, legacy=legacy)

    def _merchants(
        self, asked: Question, request: Request, *, legacy: bool
    ) -> Sequence[Shop]:
        """Whose products are meant; of the old calls those of all that the app serves."""
        house = self._house
        if not legacy:
            named = house.merchant(asked.needed("account_id"), request)
            return [named] if named else []
        shut = house.revoked | house.banned
        open_to_it = [shop for id, shop in house.shops.items() if id not in shut]
        if not open_to_it:
            house.merchant(next(iter(house.shops)), request, header=False)  # says why
        return open_to_it

    def _by_id(self, shops: Sequence[Shop], what: str, ids: list[str]) -> Page:
        found = [
            Shown(shop, row)
            for shop in shops
            for row in _shelf(shop, what).rows.values()
            if {row.record.id, _out(row)} & set(ids)
        ]
        return Page(found)

    def _ids(self, asked: Question) -> list[str]:
        ids = asked.many("product_ids", BY_ID) + asked.many("out_ids", BY_ID)
        if not ids:
            raise Refused(BAD_PARAMETER, "product_ids or out_ids is required")
        return ids

    def _size(self, asked: Question) -> int:
        most = 20 if asked.text("query_all_poi") in ("true", "1") else MOST
        return asked.size("count", most, USUAL)

    def _page(self, shops: Sequence[Shop], what: str, asked: Question, size: int) -> Page:
        """By rows passed, as the sample's "4" looks, or by the last row."""
        there = {
            key: Shown(shop, _shelf(shop, what).rows[key[1]])
            for shop in shops
            for key in self._matching(shop, asked, what)
        }
        keys = sorted(there)
        if self._house.switches["product_cursor"] == "row":
            ahead = onward(keys, asked.cursor(), size + 1, True)
            cursor = spelt(ahead[:size][-1]) if ahead else ""
        else:
            start = max(0, asked.whole("cursor") or 0)
            ahead = keys[::-1][start : start + size + 1]
            cursor = str(start + len(ahead[:size]))
        more = len(ahead) > size
        last = not more and self._house.switches["last_cursor"] == "empty"
        rows = [there[key] for key in ahead[:size]]
        return Page(rows, "" if last else cursor, more)

    def _matching(self, shop: Shop, asked: Question, what: str) -> list[Key]:
        """Ascending by the time this box sorts by."""
        updated = self._house.switches["product_sort"] == "update_desc"
        time: Time = "update" if updated else "create"
        on_sale = self._house.switches["product_default"] == "online"
        hidden = OFF_SALE if on_sale and what == "products" else ()
        places = asked.many("poi_ids")
        if places and not set(places) & set(shop.backroom.places.ids):
            return []
        shelf = _shelf(shop, what)
        keys, rows = shelf.between(time, EVER), shelf.rows
        return [k for k in keys if _fits(rows[k[1]].version.content, asked, hidden)]

    def _written(self, page: Page, what: str, *, legacy: bool) -> list[JSON]:
        make, kind = MAKERS[what]
        rows = []
        for shop, row in page.rows:
            form, places = self._house.form(shop), shop.backroom.places.ids
            goods = row.version.content
            mark = Shelfmark(row.record.id, row.created, row.updated, places, legacy)
            body = retyped(make(goods, mark, form), form)
            spoil = goods.get("poison")
            rows.append(spoilt(body, kind, spoil) if spoil else body)
        return rows

    def _good(self, data: JSON, *, legacy: bool) -> Response:
        data = self._house.data(data)
        if not legacy:
            return self._house.envelope.good(data, beside={"BaseResp": BASE_RESP})
        if self._house.switches["legacy_data"] == "nested":
            data = {"data": {"error_code": 0, "description": "", **data}}
        return self._house.envelope.based(data)


def _shelf(shop: Shop, what: str) -> Shelf:
    goods = shop.backroom.goods
    return (goods.drawer if what == "products" else goods.drafts).seen()


def _out(row: Row) -> str:
    out_id: str = row.version.content["out_id"]
    return out_id


def _fits(goods: Content, asked: Question, hidden: Sequence[int]) -> bool:
    """Whether it is asked for. Without a status that is all but what is `hidden` then."""
    outs, status = asked.many("ext_ids"), asked.whole("status")
    word = goods["word"] or goods["status"]
    return (
        (word not in hidden if status is None else word == status)
        and asked.text("product_name") in goods["title"]
        and (not outs or goods["out_id"] in outs)
    )
