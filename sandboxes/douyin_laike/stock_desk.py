"""POST …/goods/stock/sync/: a client says how many pieces there are.

Since 2023 the body names the merchant and the answer has data and extra; the /life/ call
takes the token in its query and answers `base`. stock_qty is the whole stock, sold pieces
included; the old page's example sends avail_qty. Source: goods-batch-save page (its title
is 同步库存), goods_stock_sync page, paper §3.2, V1.
"""

from __future__ import annotations

from typing import Any

from hub_core.sandbox import Record, Request, Response

from .envelope import BAD_PARAMETER, OFFLINE, Refused
from .goods import Sku
from .house import House
from .shop import Shop

GOODLIFE = ("/goodlife/v1/goods/stock/sync", "/goodlife/v1/akte/goods/stock/sync")
LIFE = "/life/goods/stock/sync"
Body = dict[str, Any]


class StockDesk:
    """Takes stock in both generations."""

    def __init__(self, house: House) -> None:
        self._house = house

    def answer(self, request: Request, path: str, operation: str) -> Response:
        """Sets it and says so. Raises Refused before anything has changed."""
        legacy = path == LIFE
        if legacy and self._house.switches["legacy_goods"] == "gone":
            raise Refused(OFFLINE)
        body = _body(request)
        if not (body.get("product_id") or body.get("out_id")):
            raise Refused(BAD_PARAMETER, "product_id or out_id is required")
        shop = self._shop(body, request, legacy=legacy)
        record = _product(shop, body) if shop else None
        if shop is None or record is None:
            raise Refused(BAD_PARAMETER, "product not found")
        sku = self._sku(record)
        shop.backroom.goods.sync(record, self._stocked(sku, body.get("stock")))
        envelope = self._house.envelope
        return envelope.based({}) if legacy else envelope.good({})

    def _shop(self, body: Body, request: Request, *, legacy: bool) -> Shop | None:
        """Whose product it is: said, or in the old call found by the product."""
        if not legacy:
            if not body.get("account_id"):
                raise Refused(BAD_PARAMETER, "account_id is required")
            return self._house.merchant(str(body["account_id"]), request)
        shops = self._house.shops.values()
        owner = next((s for s in shops if _product(s, body) is not None), None)
        return self._house.merchant(owner.id, request, header=False) if owner else None

    def _sku(self, record: Record) -> Sku:
        skus: tuple[Sku, ...] = record.latest.content["skus"]
        if len(skus) > 1 and self._house.switches["multi_sku_stock"] == "refused":
            raise Refused(BAD_PARAMETER, "product has several skus")
        return skus[0]

    def _stocked(self, sku: Sku, stock: Any) -> Sku:
        """The SKU with that stock."""
        if not isinstance(stock, dict) or stock.get("limit_type") not in (1, 2):
            raise Refused(BAD_PARAMETER, "stock.limit_type should be 1 or 2")
        if stock["limit_type"] == 2:
            return sku._replace(limited=False)
        whole, left = self._count(stock, "stock_qty"), self._count(stock, "avail_qty")
        if whole is None:
            if left is None:
                raise Refused(BAD_PARAMETER, "stock.stock_qty is required")
            return sku._replace(limited=True, avail=left)
        if self._house.switches["stock_qty"] == "available":
            return sku._replace(limited=True, avail=whole)
        avail = whole - sku.frozen - sku.sold
        if avail < 0 and self._house.switches["stock_below_sold"] == "refused":
            raise Refused(BAD_PARAMETER, "stock_qty is less than what is sold")
        return sku._replace(limited=True, avail=max(0, avail))

    def _count(self, stock: Body, name: str) -> int | None:
        value = stock.get(name)
        if value is None:
            return None
        if type(value) is not int or value < 0:
            raise Refused(int(self._house.switches["bad_type"]), f"{name} should be int")
        return value


def _body(request: Request) -> Body:
    try:
        body = request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(BAD_PARAMETER, "the body should be a JSON object")
    return body


def _product(shop: Shop, body: Body) -> Record | None:
    """By its id, else by the merchant's own."""
    goods = shop.backroom.goods.drawer
    if body.get("product_id"):
        return goods.get(str(body["product_id"]))
    out_id = str(body["out_id"])
    found = (r for r in goods.records() if r.latest.content["out_id"] == out_id)
    return next(found, None)
