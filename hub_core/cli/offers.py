"""`hub stock show`: what there is of each item, and what each channel offers of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .opening import Json, opened
from .output import complain, say_json, table

if TYPE_CHECKING:
    from ..desks import Offered
    from ..hub import Hub

COLUMNS = (
    "code", "on_hand", "shop", "sku", "pieces", "wanted", "offered", "state", "risk",
)  # fmt: skip
RIGHT = ("on_hand", "pieces", "wanted", "offered")
NARROW = ("code", "on_hand", "sku", "wanted", "offered", "state")


def show(
    code: Annotated[str | None, typer.Argument(help="Only this item.")] = None,
    json: Json = False,
) -> None:
    """Each item's level, and what every SKU bound to it should offer and does.

    Offered is what the platform last confirmed. An item of which all SKUs together offer
    more than there is on hand may be sold twice: it is marked.
    """
    with opened() as hub:
        found = items(hub)
    if code is not None:
        found = [item for item in found if item["code"] == code]
        if not found:
            raise Misconfigured(
                f"no stock of {code!r} was ever set and no SKU is bound to it; "
                f"`hub stock set {code} N`"
            )
    if json:
        say_json(found)
        return
    empty = "the ERP has told of no item yet: hub stock set CODE N"
    rows = [row for item in found for row in _rows(item)]
    fold = ("code", "shop", "state")
    table(rows, COLUMNS, right=RIGHT, fold=fold, narrow=NARROW, empty=empty)
    for item in found:
        if item["oversold_risk"]:
            complain(
                f"{item['code']}: {item['offered']} are offered in all, {item['on_hand']} "
                "are there; keep some back with `stock` in plugins.toml"
            )


def items(hub: Hub) -> list[dict[str, Any]]:
    """Every item that was set or is bound, by code, with the SKUs that sell it."""
    found: dict[str, dict[str, Any]] = {}
    for level in hub.desks.stock_levels():
        found[level.code] = _item(level.code, level.on_hand, level.version)
    for shop in hub.shops():
        offers = {offer.sku: offer for offer in hub.desks.offers(shop)}
        for one in hub.desks.bindings(shop):
            item = found.setdefault(one.code, _item(one.code, None, None))
            offer = offers.get(one.sku_external_id)
            sku = {"shop": shop.name, "sku": one.sku_external_id, "pieces": one.pieces}
            item["skus"].append({**sku, **_offer(offer)})
    for item in found.values():
        _sum_up(item)
    return [found[code] for code in sorted(found)]


def _item(code: str, on_hand: int | None, version: int | None) -> dict[str, Any]:
    return {"code": code, "on_hand": on_hand, "version": version, "skus": []}


def _offer(offer: Offered | None) -> dict[str, Any]:
    if offer is None:
        problem = "the ERP has not told stock of all it is made of"
        return {"wanted": None, "offered": None, "up_to_date": False, "problem": problem}
    return {
        "wanted": offer.wanted, "offered": offer.offered, "up_to_date": is_there(offer),
        "problem": offer.problem,
    }  # fmt: skip


def is_there(offer: Offered) -> bool:
    """Whether the platform confirmed the newest level, and it is what should be there
    now: a binding or a share may have changed since."""
    return offer.up_to_date and offer.offered == offer.wanted


def _sum_up(item: dict[str, Any]) -> None:
    """How many pieces all its SKUs together offer, and whether they are there."""
    told = [s["offered"] * s["pieces"] for s in item["skus"] if s["offered"] is not None]
    item["offered"] = sum(told) if told else None
    item["oversold_risk"] = bool(told) and sum(told) > (item["on_hand"] or 0)


def _rows(item: dict[str, Any]) -> Iterable[dict[str, Any]]:
    risk = f"oversold risk: {item['offered']} offered" if item["oversold_risk"] else None
    head = {"code": item["code"], "on_hand": item["on_hand"], "risk": risk}
    for sku in item["skus"]:
        yield {**head, **sku, "state": _state(sku)}
    if not item["skus"]:
        yield {**head, "state": "no SKU is bound to it"}


def _state(sku: dict[str, Any]) -> str:
    if sku["problem"]:
        return str(sku["problem"])
    return "up to date" if sku["up_to_date"] else "not pushed yet"
