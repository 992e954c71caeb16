"""The methods that set stock: one SKU, up to 20 at once, and Tmall's own.

Source: taobao.item.quantity.update, taobao.skus.quantity.update (apiId 21169) and
tmall.item.quantity.update (apiId 26178) in the official metadata (paper §4): a delta below
zero is an error in the first and becomes 0 in the second; a delta with an outer_biz_key
counts once in the third. Sub_codes: those that published clients handle (B). What becomes
of a batch with a bad SKU in it is not documented: the switch `bad_sku`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from hub_core.sandbox import Effect, Facts, Record

from . import gate, refusals, times
from .goods import Goods, item_of
from .item_faces import properties
from .items import Item, settled
from .methods import Method
from .refusals import Refused
from .shapes import JSON
from .world import Seller, World

AT_ONCE = 20
BELOW = "isv.invalid-parameter:quantity"
HELD = "isv.error-inventory-invalid-item-quantity"
HAS_SKUS = "isv.item-quantity-item-update-service-error"
NOT_THERE = "isv.invalid-parameter:sku"
Key = tuple[str, str, str]
"""Account, item and outer_biz_key."""


class Change(NamedTuple):
    """So many pieces, or so many more, for the SKUs a caller named in one breath."""

    named: str
    levels: tuple[str, ...]
    pieces: int


class Stock:
    """Sets stock. `effects` receives (account, effect) for each SKU that was changed."""

    def __init__(
        self,
        world: World,
        goods: Goods,
        switches: Mapping[str, str],
        effects: list[tuple[str, Effect]],
    ) -> None:
        self._world, self._goods, self._switches = world, goods, switches
        self._effects = effects
        self._keys: set[Key | None] = set()

    def methods(self) -> dict[str, Method]:
        """What it answers."""
        return {
            "taobao.item.quantity.update": self._single,
            "taobao.skus.quantity.update": self._batch,
            "tmall.item.quantity.update": self._tmall,
        }

    # The three --------------------------------------------------------------------

    def _single(self, params: Mapping[str, str], seller: Seller) -> JSON:
        if not params.get("quantity"):
            raise refusals.missing("quantity")
        record, delta = self._item(seller, params, "num_iid"), _delta(params.get("type"))
        item = item_of(record.latest)
        pieces = _whole(params["quantity"], "quantity")
        by = "sku_id" if params.get("sku_id") else "outer_id"
        if params.get(by):
            levels = _named(item, by, params[by])[:1]
        elif item.skus:
            raise refusals.business(HAS_SKUS, "商品库存更新失败")
        else:
            levels = (str(item.num_iid),)
        change = Change(params.get(by, ""), levels, pieces)
        self._refused(item, change, delta, clamps=False)
        return self._done(record, [change], delta)

    def _batch(self, params: Mapping[str, str], seller: Seller) -> JSON:
        """`skuid_quantities` before `outerid_quantities`; a code may name many SKUs."""
        record, delta = self._item(seller, params, "num_iid"), _delta(params.get("type"))
        name, by = "skuid_quantities", "sku_id"
        if not params.get(name):
            name, by = "outerid_quantities", "outer_id"
        if not params.get(name):
            raise refusals.missing("skuid_quantities")
        pairs = [x.rpartition(":") for x in params[name].strip(";").split(";")]
        if len(pairs) > AT_ONCE or not all(id for id, _, _ in pairs):
            raise refusals.invalid(name)
        item = item_of(record.latest)
        changes = [
            Change(id, _named(item, by, id, strict=False), _whole(n, name))
            for id, _, n in pairs
        ]
        if not delta and any(x.pieces < 0 for x in changes):
            raise refusals.business(BELOW, "库存不能为负数")
        return self._several(record, changes, delta, clamps=True)

    def _tmall(self, params: Mapping[str, str], seller: Seller) -> JSON:
        record = self._item(seller, params, "item_id", "-tmall")
        options = gate.parsed(params, "options", {})
        delta = _delta(str(options.get("type", "")))
        key = str(options.get("outer_biz_key", ""))
        if not re.fullmatch(r"[0-9a-fA-F]*", key):
            raise refusals.business("isv.invalid-parameter:outer_biz_key", "幂等编码非法")
        keyed = (seller.user, record.id, key) if delta and key else None
        if keyed not in self._keys:
            changes = self._tmall_changes(params, item_of(record.latest))
            self._keyed(keyed, record, changes, delta)
        return {"quantity_update_result": record.id}

    def _keyed(
        self, keyed: Key | None, record: Record, changes: list[Change], delta: bool
    ) -> None:
        """The key is spent as soon as anything took effect, however it is answered."""
        before = len(self._effects)
        clamps = self._switches["tmall_below_zero"] == "clamped"
        try:
            self._several(record, changes, delta, clamps=clamps)
        finally:
            if keyed is not None and len(self._effects) > before:
                self._keys.add(keyed)

    def _tmall_changes(self, params: Mapping[str, str], item: Item) -> list[Change]:
        rows = gate.parsed(params, "sku_quantities", [])
        if len(rows) > AT_ONCE:
            raise refusals.invalid("sku_quantities")
        if not rows:
            if not params.get("item_quantity"):
                raise refusals.missing("sku_quantities")
            if item.skus:
                raise refusals.business(f"{HAS_SKUS}-tmall", "商品库存更新失败")
            pieces = _whole(params["item_quantity"], "item_quantity")
            return [Change("", (str(item.num_iid),), pieces)]
        return [_row(item, row) for row in rows]

    # Doing it ---------------------------------------------------------------------

    def _item(
        self, seller: Seller, params: Mapping[str, str], name: str, tail: str = ""
    ) -> Record:
        if not params.get(name):
            raise refusals.missing(name)
        gate.number(params, name, 0)
        record = self._goods.book.get(seller.user, params[name])
        how = "invalid-numIid-or-iid" + tail
        if record is None:
            raise refusals.business(f"isv.item-not-exist:{how}", "商品不存在")
        if record.removed_at is not None:
            raise refusals.business(f"isv.item-is-delete:{how}", "商品已被删除")
        return record

    def _several(
        self, record: Record, changes: list[Change], delta: bool, *, clamps: bool
    ) -> JSON:
        """A batch: what is bad in it is left out, or spoils it before or after the rest."""
        item, good, wrong = item_of(record.latest), [], []
        for change in changes:
            try:
                self._refused(item, change, delta, clamps=clamps)
                good.append(change)
            except Refused as no:
                wrong.append(no)
        if wrong and (not good or self._switches["bad_sku"] == "refused"):
            raise wrong[0]
        answer = self._done(record, good, delta)
        if wrong and self._switches["bad_sku"] == "error_after":
            raise wrong[0]
        return answer

    def _refused(self, item: Item, change: Change, delta: bool, *, clamps: bool) -> None:
        """Raises what speaks against a change."""
        if not change.levels:
            raise refusals.business(NOT_THERE, f"SKU不存在:{change.named}")
        for level in change.levels:
            was = item.levels()[level] if delta else 0
            if was + change.pieces < 0 and not (delta and clamps):
                raise refusals.business(BELOW, f"库存不能为负数:{level}")
            held = {str(x.sku_id): x.held for x in item.skus}.get(level, 0)
            guarded = self._switches["below_held"] == "refused" and not delta
            if guarded and change.pieces < held:
                raise refusals.business(HELD, f"宝贝数量必须大于预扣库存:{level}")

    def _done(self, record: Record, changes: list[Change], delta: bool) -> JSON:
        """Change the item once, with an effect for each SKU."""
        item, now = item_of(record.latest), self._world.now()
        touched: dict[str, None] = {}
        for change in changes:
            for level in change.levels:
                was = item.levels()[level] if delta else 0
                pieces = max(0, was + change.pieces)
                item = item.with_quantity(level, pieces, now)
                touched[level] = None
                facts: Facts = {"available": pieces, "product_external_id": record.id}
                self._effects.append((record.account, Effect(now, "stock", level, facts)))
        self._goods.put(record, settled(item, self._switches["restocked"]), now)
        return {"item": _told(item, list(touched), now)}


def _told(item: Item, levels: list[str], now: float) -> JSON:
    modified = times.text(now)
    told: JSON = {"iid": str(item.num_iid), "num_iid": item.num_iid}
    told |= {"num": item.num, "modified": modified}
    if item.skus:
        have = item.levels()
        told["skus"] = {
            "sku": [
                {"sku_id": int(x), "quantity": have[x], "modified": modified}
                for x in levels
            ]
        }
    return told


def _row(item: Item, row: Any) -> Change:
    """A row of sku_quantities: by id, by code or by property text, in this order."""
    if not isinstance(row, dict) or "quantity" not in row:
        raise refusals.invalid("sku_quantities")
    by = next((x for x in ("sku_id", "outer_id", "properties") if row.get(x)), "sku_id")
    named = str(row.get(by, ""))
    pieces = _whole(str(row["quantity"]), "sku_quantities")
    return Change(named, _named(item, by, named, strict=False), pieces)


def _named(item: Item, by: str, name: str, *, strict: bool = True) -> tuple[str, ...]:
    """The SKUs of that id, code or property text."""
    found = tuple(
        str(x.sku_id)
        for i, x in enumerate(item.skus)
        if name == {"sku_id": str(x.sku_id), "outer_id": x.outer_id}.get(by, properties(i))
    )
    if strict and not found:
        raise refusals.business(NOT_THERE, f"SKU不存在:{name}")
    return found


def _delta(type_: str | None) -> bool:
    """`type`: 1 sets, 2 adds."""
    if (type_ or "1") not in {"1", "2"}:
        raise refusals.invalid("type")
    return type_ == "2"


def _whole(value: str, name: str) -> int:
    if not re.fullmatch(r"-?\d{1,9}", value):
        raise refusals.invalid(name)
    return int(value)
