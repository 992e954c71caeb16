"""The methods that set stock: to a number, by a signed difference, and the older one.

Source: channel paper §4, §7.8; request classes of the SDK; the answer of a difference as
its page has it (apiId 2170), of the older method as in a published sample (2011). Whether
a difference may take more than there is, what a business number sent again answers, and
by which code one says that it was added, is nowhere written down (C).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from hub_core.sandbox import Effect, Facts, Record

from .asking import JSON, Asking, Method, needed
from .errors import Declined
from .goods import Goods
from .queries import text
from .times import text_of
from .ware import Sku

MOST = 99_999_999
MAIN_STORE = "0"
Effects = list[tuple[str, Effect]]


class Stock:
    """Sets stock. `effects` receives (account, effect) for each change that took effect."""

    def __init__(self, goods: Goods, how: Mapping[str, str], effects: Effects) -> None:
        self._goods, self._how, self._effects = goods, how, effects
        self._spent: set[tuple[str, str, str]] = set()

    def methods(self) -> dict[str, Method]:
        """What it answers."""
        return {
            "jingdong.stock.write.updateSkuStock": self._full,
            "jingdong.stock.write.increaseSkuStock": self._difference,
            "360buy.sku.stock.update": self._older,
        }

    def _full(self, account: str, asked: Asking, now: float) -> JSON:
        needed(asked, "skuId", "stockNum")
        record, sku = self._found(account, text(asked, "skuId"))
        self._store(asked, "storeId")
        self._set(record, sku, _pieces(asked, "stockNum"), now)
        return {"success": True}

    def _difference(self, account: str, asked: Asking, now: float) -> JSON:
        """stockRfId counts once for a SKU, however often it is sent."""
        needed(asked, "skuId", "stockNum", "storeId", "stockRfId")
        record, sku = self._found(account, text(asked, "skuId"))
        self._store(asked, "storeId")
        spent = (account, text(asked, "skuId"), text(asked, "stockRfId"))
        if spent in self._spent:
            if self._how["rf_id_again"] == "refused":
                raise Declined("stock", "stockRfId")
            return self._added(asked)
        left = sku.stock + _pieces(asked, "stockNum", signed=True)
        if left < 0 and self._how["below_zero"] == "refused":
            raise Declined("stock", "stockNum")
        self._set(record, sku, max(0, left), now)
        self._spent.add(spent)
        return self._added(asked)

    def _older(self, account: str, asked: Asking, now: float) -> JSON:
        """By sku_id, or by the seller's code; trade_no is noted and means nothing here."""
        needed(asked, "quantity")
        code = text(asked, "outer_id")
        if text(asked, "sku_id"):
            record, sku = self._found(account, text(asked, "sku_id"))
        elif code:
            found = self._goods.by_code(account, code)
            if found is None:
                raise Declined("missing_sku", "outer_id")
            record, sku = found
        else:
            raise Declined("parameters", "sku_id")
        self._store(asked, "store_id")
        self._set(record, sku, _pieces(asked, "quantity"), now)
        told = {"vender_id": account, "sku_id": str(sku.sku_id)}
        return told | {"modified": text_of(now)}

    # How ------------------------------------------------------------------------------

    def _added(self, asked: Asking) -> JSON:
        number = {"stockRfId": text(asked, "stockRfId")}
        said = {"detailCode": self._how["added_code"], "detailMsg": "成功"}
        return {"result": {"skuId": int(text(asked, "skuId")), "stockRf": number, **said}}

    def _found(self, account: str, sku: str) -> tuple[Record, Sku]:
        found = self._goods.find(account, sku)
        if found is None:
            raise Declined("missing_sku", "skuId")
        return found

    def _store(self, asked: Asking, name: str) -> None:
        """These shops keep all their stock in one place."""
        if text(asked, name) not in ("", MAIN_STORE):
            raise Declined("stock", name)

    def _set(self, record: Record, sku: Sku, pieces: int, now: float) -> None:
        at = float(int(now))
        self._goods.set_stock(record, sku, pieces, at)
        facts: Facts = {"available": pieces, "product_external_id": record.id}
        effect = Effect(at, "stock", str(sku.sku_id), facts)
        self._effects.append((record.account, effect))


def _pieces(asked: Asking, name: str, *, signed: bool = False) -> int:
    said = text(asked, name)
    sign = "-?" if signed else ""
    if not re.fullmatch(rf"{sign}\d{{1,8}}", said) or abs(int(said)) > MOST:
        raise Declined("stock", name)
    return int(said)
