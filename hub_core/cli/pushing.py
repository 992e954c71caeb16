"""`hub stock push`: bringing levels to every listing bound to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from ..errors import Misconfigured
from .bindings import chosen_shops
from .failing import complain_of
from .offers import is_there
from .opening import Json, Names, known_shops, opened
from .output import complain, say_json, table

if TYPE_CHECKING:
    from ..errors import HubError
    from ..hub import Hub
    from ..store.shops import Shop

COLUMNS = ("shop", "confirmed", "refused", "unknown", "waiting", "up_to_date", "state")
RIGHT = COLUMNS[1:-1]


def push(shops: Names = None, json: Json = False) -> None:
    """Bring every bound SKU to its level; only what changed is sent.

    Exit code 1 unless every bound SKU of these shops is confirmed at its newest level.
    """
    with opened() as hub:
        known_shops(hub, shops or ())
        chosen = chosen_shops(hub, shops or ())
        bound = [shop for shop in chosen if hub.desks.bindings(shop)]
        if not bound:
            raise Misconfigured("no SKU is bound to an item here yet; `hub bind auto`")
        found = [_push(hub, shop) for shop in bound]
    if json:
        ok = all(_is_well(row) for row, _ in found)
        say_json({"ok": ok, "shops": [_plain(row, error) for row, error in found]})
    else:
        _show([row for row, _ in found])
    _complain(found)
    if not all(_is_well(row) for row, _ in found):
        raise typer.Exit(1)


def _push(hub: Hub, shop: Shop) -> tuple[dict[str, Any], HubError | None]:
    """One shop: what this push did, and how its SKUs stand after it."""
    done = hub.desks.push_stock(shop)
    standing = _standing(hub, shop)
    row = {
        "shop": shop.name, "confirmed": done.confirmed,
        "refused": len(standing["problems"]), "unknown": done.unknown,
        "waiting": done.waiting, "skipped": done.skipped, **standing,
        "failed": done.error is not None,
    }  # fmt: skip
    return row, done.error


def _standing(hub: Hub, shop: Shop) -> dict[str, Any]:
    offers = hub.desks.offers(shop)
    bound = {one.sku_external_id for one in hub.desks.bindings(shop)}
    return {
        "bound": len(bound),
        "up_to_date": sum(map(is_there, offers)),
        "untold": len(bound) - len(offers),
        "other": [o.sku for o in offers if o.up_to_date and not is_there(o)],
        "problems": [{"sku": o.sku, "problem": o.problem} for o in offers if o.problem],
    }


def _is_well(row: dict[str, Any]) -> bool:
    return not row["failed"] and row["up_to_date"] == row["bound"]


def _plain(row: dict[str, Any], error: HubError | None) -> dict[str, Any]:
    said = {name: value for name, value in row.items() if name != "failed"}
    failed = None if error is None else {"kind": error.kind, "message": str(error)}
    return {**said, "error": failed}


def _show(found: list[dict[str, Any]]) -> None:
    rows = [
        {
            **row,
            "state": _state(row),
            "up_to_date": f"{row['up_to_date']} of {row['bound']}",
        }
        for row in found
    ]
    table(rows, COLUMNS, right=RIGHT, fold=("shop", "state"), narrow=COLUMNS)


def _state(row: dict[str, Any]) -> str:
    if row["failed"]:
        return "failed"
    if row["skipped"]:
        return str(row["skipped"])
    return "all up to date" if _is_well(row) else "not all up to date"


def _complain(found: list[tuple[dict[str, Any], HubError | None]]) -> None:
    """Every refusal in the platform's words, and what to do about the rest."""
    for row, error in found:
        for one in row["problems"]:
            complain(f"hub: {row['shop']} {one['sku']} is refused: {one['problem']}")
        if error is not None:
            complain_of(error)
        if row["unknown"]:
            complain(
                f"hub: {row['shop']}: of {row['unknown']} the answer was lost; the next "
                f"push looks first: hub stock push {row['shop']}"
            )
        if row["untold"]:
            complain(
                f"hub: {row['shop']}: {row['untold']} SKUs wait for the ERP to tell stock "
                "of all they are made of; see: hub bind list --problems"
            )
        for sku in row["other"]:
            complain(
                f"hub: {row['shop']} {sku} offers another number than it should: its "
                "binding or share has changed; tell its items' stock anew, and push"
            )
