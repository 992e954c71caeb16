"""The goods queries: products online and drafts, listed or asked by id.

GET /goodlife/v1/goods/product/{online,draft}/{query,get}/, their catering twins under
akte, and of the /life/ generation online/list, online/get and draft/get, with the token
in the query and the base envelope. Source: paper §3.2, V3.
"""

from __future__ import annotations

from typing import NamedTuple

from hub_core.sandbox import Request, Response

from .drawer import Content, Drawer
from .envelope import BAD_PARAMETER, OFFLINE, Refused
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
MAKERS = {"products": (online_row, "product"), "drafts": (draft_row, "draft")}


class Page(NamedTuple):
    """Rows, and where a list goes on."""

    rows: list[Row]
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
        shop = self._merchant(asked, request, legacy=legacy)
        if how == "get":
            page = self._by_id(shop, what, ids)
            rows = self._written(shop, page, what, legacy=legacy)
            return self._good({NAMES[what]: rows}, legacy=legacy)
        page = self._page(shop, what, asked, size)
        rows = self._written(shop, page, what, legacy=legacy)
        data = {"products": rows, "next_cursor": page.cursor, "has_more": page.more}
        return self._good(data, legacy=legacy)

    def _merchant(self, asked: Question, request: Request, *, legacy: bool) -> Shop | None:
        """The old calls also say owner_account_id (V2), and know no header."""
        account = asked.text("owner_account_id") if legacy else ""
        return self._house.merchant(
            account or asked.needed("account_id"), request, header=not legacy
        )

    def _by_id(self, shop: Shop | None, what: str, ids: list[str]) -> Page:
        shelf = _drawer(shop, what).seen() if shop else Shelf()
        rows = shelf.rows.values()
        return Page([row for row in rows if {row.record.id, _out(row)} & set(ids)])

    def _ids(self, asked: Question) -> list[str]:
        ids = asked.many("product_ids", BY_ID) + asked.many("out_ids", BY_ID)
        if not ids:
            raise Refused(BAD_PARAMETER, "product_ids or out_ids is required")
        return ids

    def _size(self, asked: Question) -> int:
        most = 20 if asked.text("query_all_poi") in ("true", "1") else MOST
        return asked.size("count", most, USUAL)

    def _page(self, shop: Shop | None, what: str, asked: Question, size: int) -> Page:
        """By rows passed, as the sample's "4" looks, or by the last row."""
        shelf = _drawer(shop, what).seen() if shop else Shelf()
        keys = self._matching(shop, shelf, asked, what) if shop else []
        if self._house.switches["product_cursor"] == "row":
            ahead = onward(keys, asked.cursor(), size + 1, True)
            cursor = spelt(ahead[:size][-1]) if ahead else ""
        else:
            start = max(0, asked.whole("cursor") or 0)
            ahead = keys[::-1][start : start + size + 1]
            cursor = str(start + len(ahead[:size]))
        more = len(ahead) > size
        last = not more and self._house.switches["last_cursor"] == "empty"
        rows = [shelf.rows[id] for _, id in ahead[:size]]
        return Page(rows, "" if last else cursor, more)

    def _matching(self, shop: Shop, shelf: Shelf, asked: Question, what: str) -> list[Key]:
        """Ascending by the time this box sorts by."""
        updated = self._house.switches["product_sort"] == "update_desc"
        time: Time = "update" if updated else "create"
        wanted = asked.whole("status")
        usual = self._house.switches["product_default"] == "online"
        if wanted is None and usual and what == "products":
            wanted = 1
        places = asked.many("poi_ids")
        if places and not set(places) & set(shop.backroom.places.ids):
            return []
        keys, rows = shelf.between(time, EVER), shelf.rows
        return [k for k in keys if _fits(rows[k[1]].version.content, asked, wanted)]

    def _written(
        self, shop: Shop | None, page: Page, what: str, *, legacy: bool
    ) -> list[JSON]:
        if shop is None:
            return []
        form, places = self._house.form(shop), shop.backroom.places.ids
        make, kind = MAKERS[what]
        rows = []
        for row in page.rows:
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
        nested = self._house.switches["legacy_data"] == "nested"
        return self._house.envelope.based({"data": data} if nested else data)


def _drawer(shop: Shop, what: str) -> Drawer:
    goods = shop.backroom.goods
    return goods.drawer if what == "products" else goods.drafts


def _out(row: Row) -> str:
    out_id: str = row.version.content["out_id"]
    return out_id


def _fits(goods: Content, asked: Question, status: int | None) -> bool:
    outs = asked.many("ext_ids")
    return (
        status in (None, goods["word"] or goods["status"])
        and asked.text("product_name") in goods["title"]
        and (not outs or goods["out_id"] in outs)
    )
