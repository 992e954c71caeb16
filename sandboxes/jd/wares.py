"""The methods that read wares and SKUs, and the stock of one SKU.

Source: channel paper §4; the captured answers of searchWare4Valid (2024) and
searchSkuList (2023): prices are JSON numbers of yuan, times milliseconds; the request and
response classes of the SDK. Fields beyond the usual ones must be asked for by `field` (C).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from .asking import JSON, Asking, Method, needed, number, page, several, window, within
from .case_poison import spoiled
from .errors import Declined
from .goods import Goods
from .keeper import Seen
from .queries import text
from .rows import yuan
from .times import text_of
from .ware import WARE_WORDS, Sku, Ware

MANY_IDS = 20
WARE_FIELDS = (
    *("wareId", "title", "categoryId", "multiCategoryId", "wareStatus", "outerId"),
    *("itemNum", "onlineTime", "offlineTime", "colType"),
)
SKU_FIELDS = ("wareId", "skuId", "status", "jdPrice", "outerId")
"""What comes without being asked for."""


class SkuSeen(NamedTuple):
    """A variant, and what is seen of its ware."""

    seen: Seen
    sku: Sku


class Wares:
    """Reads wares; `served` has (account, kind, id) of what left in an answer."""

    def __init__(
        self,
        goods: Goods,
        how: Mapping[str, str],
        *,
        most: int,
        new_fields: bool,
        served: set[tuple[str, str, str]],
    ) -> None:
        self._goods, self._how, self._most = goods, how, most
        self._new_fields, self._served = new_fields, served

    def methods(self) -> dict[str, Method]:
        """What it answers."""
        return {
            "jingdong.ware.read.searchWare4Valid": self._search,
            "jingdong.sku.read.searchSkuList": self._skus,
            "jingdong.stock.read.findSkuStock": self._stock,
        }

    # Wares ----------------------------------------------------------------------------

    def _search(self, account: str, asked: Asking, now: float) -> JSON:
        """Every ware that was not deleted, of those statuses and in that window."""
        states = self._states(asked)
        numbers = several(asked, "wareId", MANY_IDS)
        modified = window(asked, "startModifiedTime", "endModifiedTime", self._how)
        created = window(asked, "startCreatedTime", "endCreatedTime", self._how)
        kept = [
            seen
            for seen in self._goods.keeper.seen(account, now)
            if (not states or str(seen.value.status) in states)
            and (not numbers or seen.record.id in numbers)
            and within(seen.version.updated_at, modified)
            and within(seen.value.created, created)
        ]
        orders: dict[str, Callable[[Seen], float]] = {
            "wareId": lambda s: s.value.ware_id,
            "onlineTime": lambda s: s.value.online or 0.0,
            "offlineTime": lambda s: s.value.offline or 0.0,
            "modified": lambda s: s.version.updated_at,
        }
        column, down = self._order(asked, "orderField", "ware_order", orders.keys())
        rows = sorted(kept, key=lambda s: (orders[column](s), s.value.ware_id))
        shown = rows[::-1] if down else rows
        size, wanted = self._size(asked, "pageSize"), several(asked, "field")
        place = number(asked, "pageNo", 1)
        told = [self._ware(s, wanted) for s in page(shown, place, size)]
        return _paged(told, place, size, len(rows))

    def _states(self, asked: Asking) -> frozenset[str]:
        states = several(asked, "wareStatusValue")
        if not states <= {str(status) for status in WARE_WORDS}:
            raise Declined("parameters", "wareStatusValue")
        return states

    def _ware(self, seen: Seen, wanted: frozenset[str]) -> JSON:
        ware: Ware = seen.value
        prices = [sku.price for sku in ware.alive]
        row = {
            "wareId": ware.ware_id,
            "title": ware.title,
            "categoryId": 21_438,
            "multiCategoryId": 21_438,
            "wareStatus": ware.status,
            "outerId": ware.outer,
            "itemNum": "",
            "onlineTime": self._time(ware.online),
            "offlineTime": self._time(ware.offline),
            "colType": 0,
            "created": self._time(ware.created),
            "modified": self._time(seen.version.updated_at),
            "jdPrice": self._price(min(prices, default=0)),
            "stockNum": sum(sku.stock for sku in ware.alive),
            "brandId": 8_557,
            "logo": f"jfs/t1/sandbox/{ware.ware_id}.png",
        }
        return self._noted(seen, self._chosen(row, WARE_FIELDS, wanted))

    # SKUs -----------------------------------------------------------------------------

    def _skus(self, account: str, asked: Asking, now: float) -> JSON:
        """Variants; deleted ones only when their status is asked for."""
        states = several(asked, "skuStatuValue") or frozenset("12")
        if not states <= set("124"):
            raise Declined("parameters", "skuStatuValue")
        names = "wareId", "skuId", "outId"
        wares, ids, codes = (several(asked, name) for name in names)
        modified = window(asked, "startModifiedTime", "endModifiedTime", self._how)
        kept = [
            SkuSeen(seen, sku)
            for seen in self._goods.keeper.seen(account, now)
            for sku in seen.value.skus
            if str(seen.value.status_of(sku)) in states
            and (not wares or seen.record.id in wares)
            and (not ids or str(sku.sku_id) in ids)
            and (not codes or sku.outer in codes)
            and within(sku.modified, modified)
        ]
        orders: dict[str, Callable[[SkuSeen], float]] = {
            "skuId": lambda s: s.sku.sku_id,
            "stockNum": lambda s: s.sku.stock,
            "modified": lambda s: s.sku.modified,
        }
        known = ("skuId", "stockNum")
        column, down = self._order(asked, "orderFiled", "sku_order", known)
        rows = sorted(kept, key=lambda s: (orders[column](s), s.sku.sku_id))
        shown = rows[::-1] if down else rows
        place, size = number(asked, "pageNo", 1), self._size(asked, "page_size")
        wanted = several(asked, "field")
        told = [self._sku(s, wanted) for s in page(shown, place, size)]
        return _paged(told, place, size, len(rows))

    def _sku(self, found: SkuSeen, wanted: frozenset[str]) -> JSON:
        (seen, sku), ware = found, found.seen.value
        row = {
            "wareId": ware.ware_id,
            "skuId": sku.sku_id,
            "status": ware.status_of(sku),
            "jdPrice": self._price(sku.price),
            "outerId": sku.outer,
            "skuName": f"{ware.title} {sku.variant}".strip(),
            "wareTitle": ware.title,
            "logo": f"jfs/t1/sandbox/{sku.sku_id}.png",
            "props": [],
            "stockNum": sku.stock,
            "created": self._time(sku.created),
            "modified": self._time(sku.modified),
        }
        return self._noted(seen, self._chosen(row, SKU_FIELDS, wanted))

    def _stock(self, account: str, asked: Asking, now: float) -> JSON:
        """What is left of one SKU. Source: SDK class SkuStock."""
        needed(asked, "skuId")
        for seen in self._goods.keeper.seen(account, now):
            for sku in seen.value.skus:
                if str(sku.sku_id) == text(asked, "skuId") and not sku.deleted:
                    row = {"skuId": sku.sku_id, "stockNum": sku.stock, "storeId": 0}
                    return {"skuStocks": [self._noted(seen, row)]}
        raise Declined("missing_sku", "skuId")

    # How ------------------------------------------------------------------------------

    def _size(self, asked: Asking, name: str) -> int:
        return number(asked, name, 10, self._most)

    def _order(
        self, asked: Asking, name: str, usual: str, known: Collection[str]
    ) -> tuple[str, bool]:
        """The column rows are ordered by, and whether downwards."""
        column, way = text(asked, name), text(asked, "orderType") or "asc"
        if not column:
            column, _, way = self._how[usual].partition("_")
            return {"id": usual.split("_")[0] + "Id"}.get(column, column), way == "desc"
        if column not in known or way not in {"asc", "desc"}:
            raise Declined("parameters", name)
        return column, way == "desc"

    def _chosen(self, row: JSON, usual: tuple[str, ...], wanted: frozenset[str]) -> JSON:
        if wanted and self._how["ware_fields"] == "only_named":
            kept = wanted | set(usual[:2])
        else:
            kept = wanted | set(usual)
        new = {"sandboxShelf": "A"} if self._new_fields else {}
        return {k: v for k, v in row.items() if k in kept and v is not None} | new

    def _price(self, fen: int) -> float | str:
        return fen / 100 if self._how["sku_price"] == "number" else yuan(fen)

    def _time(self, at: float | None) -> int | str | None:
        if at is None:
            return None
        epoch = self._how["ware_times"] == "epoch_ms"
        return int(at) * 1000 if epoch else text_of(at)

    def _noted(self, seen: Seen, row: JSON) -> JSON:
        where = seen.record.account, seen.record.id
        self._served.add((where[0], "product", where[1]))
        way = self._goods.keeper.poisoned.get(where)
        return spoiled(row, "product", way) if way else row


def _paged(rows: list[JSON], place: int, size: int, count: int) -> JSON:
    pages = {"pageNo": place, "pageSize": size, "totalItem": count}
    return {"page": {"data": rows, **pages}}
