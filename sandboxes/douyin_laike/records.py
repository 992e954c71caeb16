"""What the platform knows of its records, under the hub's own names."""

from __future__ import annotations

from hub_core.sandbox import Record, TruthOrder, TruthRecord, TruthVersion

from .after_sales import after_sale_facts
from .goods import product_facts
from .house import House
from .listing import shown_status
from .places import place_facts
from .rows import Form
from .shop import Shop
from .verify_rows import redemption_facts

KINDS = ("redemption", "after_sale", "place", "product")
"""The hub's words for what this box has besides orders."""
LISTS = (
    *("orders", "records", "records_v2", "after_sale_order_list", "pois"),
    *("products", "product_onlines", "product_drafts"),
)
"""Where answers keep their rows."""


def told(house: House, shop: Shop, kind: str) -> list[TruthRecord]:
    """Every record of that kind, visible or not."""
    form, box = house.form(shop), house.switches
    drawer = shop.backroom.drawers[kind]
    match kind:
        case "redemption":
            return drawer.truth(lambda use: redemption_facts(use, form, box))
        case "after_sale":
            return drawer.truth(after_sale_facts)
        case "product":
            return drawer.truth(lambda goods: product_facts(goods, form))
        case _:
            return drawer.truth(lambda place: place_facts(place, form))


def told_order(record: Record, form: Form) -> TruthOrder:
    """An order with all its versions."""
    versions = tuple(
        TruthVersion(
            v.updated_at, v.visible_at, str(shown_status(v.content)), form.paid(v.content)
        )
        for v in record.versions
    )
    newest = versions[-1]
    return TruthOrder(
        record.id,
        "orders",
        newest.updated_at,
        newest.visible_at,
        newest.status,
        newest.paid,
        record.removed_at is not None,
        versions,
    )
