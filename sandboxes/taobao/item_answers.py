"""The methods that read items: what is on sale, what lies in the warehouse, one in full.

Source: taobao.items.onsale.get, taobao.items.inventory.get, taobao.item.seller.get and
taobao.items.seller.list.get in the official metadata (paper §4). SKUs are asked for by
the name `sku`, and come under `skus`; the lists do not have them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from hub_core.sandbox import Clock, Record, Version

from . import gate, item_faces, pages, refusals, shapes
from .goods import Goods, item_of
from .items import BANNERS, ON_SALE, WAREHOUSE, Item
from .methods import Method
from .poison import ITEM_POISONS, spoiled
from .shapes import JSON, Wanted
from .world import Seller

MANY, LAST_PAGE, AT_ONCE = 200, 101, 20
DEFAULT_BANNER = "for_shelved"
Found = tuple[Record, Version, Item]
COLUMNS: dict[str, Callable[[Found], float]] = {
    "list_time": lambda found: found[2].listed_at,
    "delist_time": lambda found: found[2].listed_at,
    "num": lambda found: found[2].num,
    "modified": lambda found: found[1].updated_at,
    "sold_quantity": lambda found: found[2].sold,
}
"""What `order_by` may name; delist_time is a week after list_time."""


class ItemAnswers:
    """Reads items; `served` has (account, kind, id) of what left in an answer."""

    def __init__(
        self,
        goods: Goods,
        clock: Clock,
        switches: Mapping[str, str],
        *,
        total_cap: int,
        served: set[tuple[str, str, str]],
    ) -> None:
        self._goods, self._clock, self._switches = goods, clock, switches
        self._total_cap, self._served = total_cap, served

    def methods(self) -> dict[str, Method]:
        """What it answers."""
        return {
            "taobao.items.onsale.get": self._on_sale,
            "taobao.items.inventory.get": self._inventory,
            "taobao.item.seller.get": self._one,
            "taobao.items.seller.list.get": self._several,
        }

    # The lists --------------------------------------------------------------------

    def _on_sale(self, params: Mapping[str, str], seller: Seller) -> JSON:
        """What is in the shop. Rows beyond the cap of page_no * page_size are refused."""
        page, size = self._page(params)
        if page * size > int(self._switches["onsale_cap"]):
            raise refusals.invalid("page_no")
        found = [f for f in self._window(params, seller) if f[2].stands == ON_SALE]
        extra = {"sold_quantity"}
        return self._listed(params, found, page, size, seller, extra)

    def _inventory(self, params: Mapping[str, str], seller: Seller) -> JSON:
        """What lies in the warehouse; `banner` says which part, sold out is its own."""
        banner = params.get("banner") or DEFAULT_BANNER
        if banner not in BANNERS:
            raise refusals.invalid("banner")
        page, size = self._page(params)
        if page > LAST_PAGE:
            raise refusals.invalid("page_no")
        part = WAREHOUSE if banner == DEFAULT_BANNER else (banner,)
        found = [f for f in self._window(params, seller) if f[2].stands in part]
        return self._listed(params, found, page, size, seller, set())

    def _page(self, params: Mapping[str, str]) -> tuple[int, int]:
        if not params.get("fields"):
            raise refusals.missing("fields")
        page = gate.number(params, "page_no", 1)
        return page, pages.size(params, self._switches, MANY)

    def _window(self, params: Mapping[str, str], seller: Seller) -> list[Found]:
        since, until = gate.window(params, "modified", self._switches)
        now = pages.seen(self._clock.now(), self._switches, "list")
        words = params.get("q", "")
        return [
            (record, version, item_of(version))
            for record, version in self._goods.book.visible(seller.user, now)
            if since <= version.updated_at <= until and words in item_of(version).title
        ]

    def _listed(
        self,
        params: Mapping[str, str],
        found: list[Found],
        page: int,
        size: int,
        seller: Seller,
        extra: set[str],
    ) -> JSON:
        ordered = _ordered(found, params.get("order_by") or "list_time:desc")
        shown = ordered[(page - 1) * size : page * size]
        names = item_faces.LIST_FIELDS | extra
        asked = shapes.wanted(params["fields"])
        asked = {k: v for k, v in asked.items() if k in names}
        rows = [self._told(r, v, asked, seller) for r, v, _ in shown]
        how, now = self._switches, self._clock.now()
        counted = [(0.0, 0, "", r, v) for r, v, _ in found]
        count = {"total_results": pages.total(counted, now, how, self._total_cap)}
        return count | pages.listed(rows, "items", "item", how["empty_list"])

    # In full ----------------------------------------------------------------------

    def _one(self, params: Mapping[str, str], seller: Seller) -> JSON:
        for name in ("fields", "num_iid"):
            if not params.get(name):
                raise refusals.missing(name)
        if not re.fullmatch(r"\d{1,19}", params["num_iid"]):
            raise refusals.invalid("num_iid")
        found = self._seen(seller, params["num_iid"])
        if found is None:
            raise refusals.business(
                "isv.item-not-exist:invalid-numIid-or-iid", "商品不存在"
            )
        return {"item": self._told(*found, self._asked(params), seller)}

    def _several(self, params: Mapping[str, str], seller: Seller) -> JSON:
        """Up to 20 by id; one that does not exist is no error and gives no row."""
        for name in ("fields", "num_iids"):
            if not params.get(name):
                raise refusals.missing(name)
        ids = params["num_iids"].split(",")
        if len(ids) > AT_ONCE or not all(re.fullmatch(r"\d{1,19}", x) for x in ids):
            raise refusals.invalid("num_iids")
        found = [x for x in (self._seen(seller, id) for id in ids) if x is not None]
        rows = [self._told(r, v, self._asked(params), seller) for r, v in found]
        return pages.listed(rows, "items", "item", self._switches["empty_list"])

    def _seen(self, seller: Seller, num_iid: str) -> tuple[Record, Version] | None:
        now = pages.seen(self._clock.now(), self._switches, "detail")
        record = self._goods.book.get(seller.user, num_iid)
        version = None if record is None else record.visible(now)
        return None if record is None or version is None else (record, version)

    def _asked(self, params: Mapping[str, str]) -> Wanted:
        """`sku` asks for what comes as `skus`."""
        asked = shapes.wanted(params["fields"])
        if self._switches["sku_field"] == "sku":
            asked.pop("skus", None)
        if "sku" in asked:
            asked["skus"] = asked.pop("sku")
        return asked

    def _told(
        self, record: Record, version: Version, asked: Wanted, seller: Seller
    ) -> JSON:
        self._served.add((record.account, "product", record.id))
        face = item_faces.body(version, seller, self._switches)
        told = shapes.chosen(face, asked)
        poison = item_of(version).poison
        return spoiled(told, poison, ITEM_POISONS) if poison else told


def _ordered(found: list[Found], by: str) -> list[Found]:
    """By a column, up or down; rows that are equal in it by id."""
    column, _, way = by.partition(":")
    if column not in COLUMNS or way not in {"asc", "desc"}:
        raise refusals.invalid("order_by")
    rows = sorted(found, key=lambda f: f[2].num_iid)
    return sorted(rows, key=COLUMNS[column], reverse=way == "desc")
