"""A ware as the platform keeps it. Prices are fen, times epoch seconds; values never
change, a change makes a new one.

Source: channel paper §4; the words of wareStatus and of a SKU's status (A).
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from hub_core.sandbox import Facts

NEVER, SELF_OFF, SYSTEM_OFF, ON = 1, 2, 4, 8
FIRST_REVIEW, SELF_REVIEW, SYSTEM_REVIEW, ON_REVIEW, FAILED = 513, 514, 516, 520, 1028
WARE_WORDS = {
    NEVER: "从未上架", SELF_OFF: "自主下架", SYSTEM_OFF: "系统下架", ON: "上架",
    FIRST_REVIEW: "从未上架待审", SELF_REVIEW: "自主下架待审",
    SYSTEM_REVIEW: "系统下架待审", ON_REVIEW: "上架待审核", FAILED: "系统下架审核失败",
}  # fmt: skip
SHOWN = frozenset({ON, ON_REVIEW})
"""Statuses in which buyers see the ware."""
MOVES: dict[int, tuple[int, ...]] = {
    NEVER: (FIRST_REVIEW,),
    FIRST_REVIEW: (ON, ON, NEVER),
    ON: (SELF_OFF, SELF_OFF, SYSTEM_OFF, ON_REVIEW),
    ON_REVIEW: (ON,),
    SELF_OFF: (ON, SELF_REVIEW),
    SELF_REVIEW: (ON, SELF_OFF),
    SYSTEM_OFF: (SYSTEM_REVIEW,),
    SYSTEM_REVIEW: (ON, FAILED),
    FAILED: (SYSTEM_REVIEW,),
}
"""What may follow, each as often as it weighs (C: no document has the order)."""
SKU_ON, SKU_OFF, SKU_DELETED = 1, 2, 4


class Sku(NamedTuple):
    """One variant."""

    sku_id: int
    variant: str
    outer: str
    price: int
    stock: int
    created: float
    modified: float
    deleted: bool = False


class Ware(NamedTuple):
    """One page of a shop with its variants."""

    ware_id: int
    title: str
    outer: str
    status: int
    created: float
    skus: tuple[Sku, ...]
    online: float | None = None
    offline: float | None = None

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    @property
    def alive(self) -> tuple[Sku, ...]:
        """The variants that were not deleted."""
        return tuple(sku for sku in self.skus if not sku.deleted)

    def status_of(self, sku: Sku) -> int:
        """On, off or deleted: a variant is on when its ware is."""
        if sku.deleted:
            return SKU_DELETED
        return SKU_ON if self.status in SHOWN else SKU_OFF

    def with_sku(self, sku_id: int, at: float, **fields: Any) -> Self:
        """The ware with one of its variants changed."""
        skus = tuple(
            x._replace(modified=at, **fields) if x.sku_id == sku_id else x
            for x in self.skus
        )
        return self._replace(skus=skus)


def facts(ware: Ware) -> Facts:
    """What a reader must have understood: `available:<sku id>` for each living SKU."""
    said: dict[str, str | int | None] = {
        "title": ware.title,
        "listing_status_raw": str(ware.status),
    }
    return said | {f"available:{sku.sku_id}": sku.stock for sku in ware.alive}
