"""Goods lists, a page in detail, and stock that clients set.

Source: channel paper §4; official pages of pdd.goods.list.get, pdd.goods.detail.get and
pdd.goods.quantity.update.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub_core.sandbox import Effect, Facts, Record, TruthRecord, TruthRecordVersion

from .catalogue import Sku
from .errors import Declined
from .ledger import Ledger
from .options import Options
from .queries import Reader, Sent
from .stock import sku_of

ON_SHELF, OFF_SHELF, SOLD_OUT = 1, 2, 3
"""`status` of the detail."""
FULL, DELTA = 1, 2
"""update_type of a stock change."""


class GoodsDesk:
    """Answers about goods."""

    def __init__(self, book: Ledger, options: Options, switches: Mapping[str, str]) -> None:
        self.book, self.switches = book, switches
        self._reader = Reader(options, switches)

    def listed(self, account: str, sent: Sent, now: float) -> dict[str, Any]:
        """goods_list: stock but no price. Of is_onsale, outer_id, goods_name the first
        that was sent counts."""
        page, size = self._reader.pages(sent)
        seen = sorted(self.book.visible(account, now), key=lambda pair: int(pair[0].id))
        rows = [v.content for _, v in seen if self._wanted(v.content, sent)]
        told = [self._row(content) for content in rows[(page - 1) * size : page * size]]
        return {"goods_list": told, "total_count": len(rows)}

    def one(self, account: str, sent: Sent, now: float) -> dict[str, Any]:
        """One page with its prices, in fen."""
        content = self._record(account, sent, now).latest.content
        goods, left = content["goods"], sum(content["quantity"].values())
        on = ON_SHELF if left else SOLD_OUT
        return {
            "goods_id": self._id(goods.id),
            "goods_name": content["title"],
            "goods_type": 1,
            "status": on if content["onsale"] else OFF_SHELF,
            "outer_goods_id": goods.outer,
            "cat_id": 4780,
            "market_price": max(sku.price for sku in goods.skus) * 2,
            "shipment_limit_second": 172_800,
            "sku_list": [self._priced(sku, content) for sku in goods.skus],
        }

    def update(self, account: str, sent: Sent, now: float) -> tuple[dict[str, Any], Effect]:
        """Set (1) or move (2) a SKU's stock. Raises Declined; tells what came of it."""
        record = self._record(account, sent, now)
        content = record.latest.content
        sku = sku_of(content["goods"], sent.get("sku_id", ""), sent.get("outer_id", ""))
        if sku is None:
            raise Declined("missing_goods", "商品规格不存在")
        kind = self._reader.number(sent, "update_type", default=FULL, allowed=(1, 2))
        before, asked = content["quantity"][sku.id], self._quantity(sent, kind)
        after = asked if kind == FULL else before + asked
        if after < 0:
            raise Declined("below_zero", "增量更新后库存不能小于0")
        if content["slot"] and after < before:
            raise Declined("in_slot", "资源位上的商品不能减少库存")
        if after != before:
            quantity = content["quantity"] | {sku.id: after}
            self.book.change(record, float(int(now)), quantity=quantity)
        facts = {"available": after, "before": before}
        is_bool = self.switches["is_success"] == "bool"
        answer = {"is_success": True if is_bool else 1}
        return answer, Effect(now, "stock", str(sku.id), facts)

    # How --------------------------------------------------------------------------------

    def _record(self, account: str, sent: Sent, now: float) -> Record:
        record = self.book.get(account, self._reader.text(sent, "goods_id"))
        if record is None or record.visible(now) is None:
            raise Declined("missing_goods", "商品不存在")
        return record

    def _quantity(self, sent: Sent, kind: int) -> int:
        said = self._reader.text(sent, "quantity")
        digits = said.removeprefix("-") if kind == DELTA else said
        if not digits.isdecimal():
            raise self._reader.bad("quantity")
        return int(said)

    def _wanted(self, content: Mapping[str, Any], sent: Sent) -> bool:
        goods = content["goods"]
        outers = [o for o in sent.get("outer_goods_id", "").split(",") if o]
        if len(outers) > 10:
            raise self._reader.bad("outer_goods_id")
        if outers and goods.outer not in outers:
            return False
        if sent.get("is_onsale"):
            onsale = self._reader.number(sent, "is_onsale", allowed=(0, 1))
            return bool(content["onsale"] == onsale)
        if sent.get("outer_id"):
            return sku_of(goods, "", sent["outer_id"]) is not None
        return sent.get("goods_name", "") in content["title"]

    def _row(self, content: Mapping[str, Any]) -> dict[str, Any]:
        goods = content["goods"]
        return {
            "goods_id": self._id(goods.id),
            "goods_name": content["title"],
            "thumb_url": "https://img.invalid/thumb.jpeg",
            "image_url": "https://img.invalid/goods.jpeg",
            "is_more_sku": int(len(goods.skus) > 1),
            "is_onsale": content["onsale"],
            "goods_quantity": sum(content["quantity"].values()),
            "goods_reserve_quantity": sum(content["reserved"].values()),
            "sku_list": [
                {
                    "sku_id": self._id(sku.id),
                    "spec": sku.spec.replace(" ", ","),
                    "outer_id": sku.outer,
                    "outer_goods_id": goods.outer,
                    "sku_quantity": content["quantity"][sku.id],
                    "reserve_quantity": content["reserved"][sku.id],
                    "is_sku_onsale": content["onsale"],
                }
                for sku in goods.skus
            ],
        }

    def _priced(self, sku: Sku, content: Mapping[str, Any]) -> dict[str, Any]:
        """A SKU in detail; multi_price is the group's price, price the single one."""
        names = enumerate(sku.spec.split(" "))
        return {
            "sku_id": self._id(sku.id),
            "out_sku_sn": sku.outer,
            "multi_price": sku.price,
            "price": sku.price + 300,
            "quantity": content["quantity"][sku.id],
            "reserve_quantity": content["reserved"][sku.id],
            "is_onsale": content["onsale"],
            "limit_quantity": 999,
            "weight": 500,
            "thumb_url": "https://img.invalid/sku.jpeg",
            "spec": [
                {
                    "parent_id": 1215 + n,
                    "parent_name": ("颜色", "尺寸")[n % 2],
                    "spec_id": sku.id % 100_000 * 10 + n,
                    "spec_name": name,
                }
                for n, name in names
            ],
        }

    def _id(self, number: int) -> int | str:
        return number if self.switches["goods_ids"] == "number" else str(number)


def goods_truth(record: Record) -> TruthRecord:
    """listing_status_raw is the list's is_onsale as text; `available:<sku id>` its
    sku_quantity, from which what buyers hold in reserve is not taken off."""
    versions = tuple(
        TruthRecordVersion(v.updated_at, v.visible_at, _facts(v.content))
        for v in record.versions
    )
    last = versions[-1]
    return TruthRecord(
        kind="product",
        external_id=record.id,
        updated_at=last.updated_at,
        visible_at=last.visible_at,
        facts=last.facts,
        versions=versions,
    )


def _facts(content: Mapping[str, Any]) -> Facts:
    stock = {f"available:{sku}": left for sku, left in content["quantity"].items()}
    onsale = str(content["onsale"])
    return {"title": content["title"], "listing_status_raw": onsale, **stock}
