"""An item as the platform keeps it (宝贝). Prices in fen, times in epoch seconds.

Values never change: a change makes a new Item. Source: Item and Sku of the official
metadata, paper §4.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

WAREHOUSE = ("regular_shelved", "never_on_shelf", "off_shelf")
"""Where an item may lie that waits to be listed: together they are `for_shelved`."""
BANNERS = (*WAREHOUSE, "for_shelved", "sold_out", "violation_off_shelf")
ON_SALE = "onsale"


class Sku(NamedTuple):
    """One variant."""

    sku_id: int
    variant: str
    price: int
    quantity: int
    outer_id: str
    created: float
    modified: float
    held: int = 0
    """Pieces in orders that are not paid yet (with_hold_quantity)."""


class Item(NamedTuple):
    """One page of a shop. `stands` is `onsale`, or a banner of the warehouse."""

    num_iid: int
    title: str
    price: int
    outer_id: str
    stands: str
    created: float
    listed_at: float
    skus: tuple[Sku, ...] = ()
    pieces: int = 0
    """What is left of an item without SKUs."""
    sold: int = 0
    poison: str | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    @property
    def num(self) -> int:
        """All pieces a buyer could order."""
        return sum(x.quantity for x in self.skus) if self.skus else self.pieces

    @property
    def approve_status(self) -> str:
        """`onsale`, or `instock` for all that lies in the warehouse."""
        return "onsale" if self.stands == ON_SALE else "instock"

    def levels(self) -> dict[str, int]:
        """Pieces by SKU id; an item without SKUs counts under its own id."""
        if not self.skus:
            return {str(self.num_iid): self.pieces}
        return {str(x.sku_id): x.quantity for x in self.skus}

    def with_quantity(self, id: str, pieces: int, at: float) -> Self:
        """The item with so many pieces under that id (see `levels`)."""
        if not self.skus:
            return self._replace(pieces=pieces)
        return self._replace(
            skus=tuple(
                x._replace(quantity=pieces, modified=at) if str(x.sku_id) == id else x
                for x in self.skus
            )
        )


def settled(item: Item, restocked: str) -> Item:
    """Where it stands after its pieces changed: what is sold out leaves the shop.

    `restocked` is where it comes to stand when it has pieces again.
    """
    if item.stands == ON_SALE and item.num == 0:
        return item._replace(stands="sold_out")
    if item.stands == "sold_out" and item.num > 0:
        return item._replace(stands=restocked)
    return item
