"""`hub stock oversold`: items that are sold beyond what there is, or may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from .offers import items
from .opening import Json, opened
from .output import complain, say_json, table

if TYPE_CHECKING:
    from ..hub import Hub

COLUMNS = ("code", "on_hand", "promised", "short", "shop", "sku", "promises", "why")
RIGHT = ("on_hand", "promised", "short", "promises")
NARROW = ("code", "on_hand", "short", "sku", "promises", "why")


def oversold(json: Json = False) -> None:
    """Items of which channels promise more than there is, and which SKUs promise them.

    A SKU promises what its platform last confirmed; where it was never set, or would not
    be lowered, what its listing said when it was last read. Exit code 1 when there are any.
    """
    with opened() as hub:
        found = short_items(hub)
    if json:
        say_json(found)
    else:
        rows = [{**item, **sku} for item in found for sku in item["skus"]]
        empty = "no item is promised beyond what there is"
        table(rows, COLUMNS, right=RIGHT, narrow=NARROW, fold=("code", "why"), empty=empty)
    for item in found:
        complain(_said(item))
    if found:
        raise typer.Exit(1)


def short_items(hub: Hub) -> list[dict[str, Any]]:
    """The items that are short of pieces, worst first, each with the SKUs that sell it."""
    listed = {
        (shop.name, sku.sku_external_id): sku.available
        for shop in hub.shops()
        for sku in hub.desks.listed(shop)
    }
    found = [_weighed(item, listed) for item in items(hub) if item["on_hand"] is not None]
    short = [item for item in found if item["short"] > 0]
    return sorted(short, key=lambda item: (-item["short"], item["code"]))


def _weighed(
    item: dict[str, Any], listed: dict[tuple[str, str], int | None]
) -> dict[str, Any]:
    skus = [_promise(sku, listed.get((sku["shop"], sku["sku"]))) for sku in item["skus"]]
    promised = sum(sku["promises"] or 0 for sku in skus)
    return {
        "code": item["code"], "on_hand": item["on_hand"], "promised": promised,
        "short": promised - item["on_hand"], "skus": skus,
    }  # fmt: skip


def _promise(sku: dict[str, Any], listed: int | None) -> dict[str, Any]:
    """Pieces of the item one SKU promises; None where no platform told a number."""
    pushed = sku["offered"] is not None and not sku["problem"]
    level = sku["offered"] if pushed else listed
    return {
        "shop": sku["shop"], "sku": sku["sku"],
        "promises": None if level is None else level * sku["pieces"],
        "why": sku["problem"] or _why(pushed, sku),
    }  # fmt: skip


def _why(pushed: bool, sku: dict[str, Any]) -> str:
    if not pushed:
        return "never pushed: as it was listed"
    return "as it should be" if sku["up_to_date"] else "its newest level is not pushed"


def _said(item: dict[str, Any]) -> str:
    code, there = item["code"], item["on_hand"]
    if there < 0:
        return f"{code}: {-there} more are sold than there were; no channel should offer it"
    return (
        f"{code}: {item['promised']} are promised, {there} are there; push its level, or "
        "keep some back with `stock` in plugins.toml"
    )
