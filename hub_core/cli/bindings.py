"""`hub bind`: which of the ERP's items each SKU of a channel sells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .opening import Json, Names, ShopOption, known_shops, opened
from .output import complain, say, say_json, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..hub import Hub
    from ..store.shops import Shop

ShopArgument = Annotated[str, typer.Argument(help="The shop's name.")]
SkuArgument = Annotated[str, typer.Argument(help="The platform's id of the SKU.")]
COLUMNS = ("shop", "sku", "title", "merchant_code", "code", "pieces", "source", "problem")
NARROW = ("sku", "code", "pieces", "problem")


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="Which SKU sells which item of the ERP.", no_args_is_help=True)
    group.command("auto")(auto)
    group.command("set")(set_parts)
    group.command("remove")(remove)
    group.command("list")(list_bindings)
    app.add_typer(group, name="bind")


def auto(shops: Names = None, json: Json = False) -> None:
    """Bind SKUs by their merchant's code, where the ERP has told stock of that code.

    Only SKUs that are bound to nothing: what was bound by hand stays.
    """
    with opened() as hub:
        known_shops(hub, shops or ())
        if not hub.desks.stock_levels():
            raise Misconfigured(
                "the ERP has told of no item yet, so no code is known: `hub stock set CODE "
                "N`, or `hub stock set --from levels.csv`"
            )
        chosen = chosen_shops(hub, shops or ())
        said = [_auto(hub, shop) for shop in chosen]
    if json:
        say_json(said)
        return
    columns = ("shop", "bound_now", "bound", "to_look_at")
    table(said, columns, right=columns[1:], fold=("shop",), empty="no active shop")
    if sum(one["to_look_at"] for one in said):
        complain("see what a person should look at with: hub bind list --problems")


def _auto(hub: Hub, shop: Shop) -> dict[str, Any]:
    made = hub.desks.bind_by_code(shop)
    bound = {one.sku_external_id for one in hub.desks.bindings(shop)}
    left = len(hub.desks.conflicts(shop))
    return {"shop": shop.name, "bound_now": made, "bound": len(bound), "to_look_at": left}


def chosen_shops(hub: Hub, names: Sequence[str]) -> list[Shop]:
    """Those named; none: all that are active."""
    if names:
        return [hub.shop(name) for name in dict.fromkeys(names)]
    return [shop for shop in hub.shops() if shop.state == "active"]


def set_parts(
    shop: ShopArgument,
    sku: SkuArgument,
    parts: Annotated[
        list[str], typer.Argument(metavar="CODE[=PIECES]...", help="What it is made of.")
    ],
    json: Json = False,
) -> None:
    """Bind a SKU to the item it sells, or to all it is made of; replaces what was.

    TEA=2 means two pieces of TEA in one of the SKU. No automatic binding changes it.
    """
    made = _parts(parts)
    with opened() as hub:
        found = hub.shop(shop)
        hub.desks.bind(found, sku, made)
        known = {level.code for level in hub.desks.stock_levels()}
    unknown = [code for code, _ in made if code not in known]
    if json:
        items = [{"code": code, "pieces": n} for code, n in made]
        say_json({"shop": found.name, "sku": sku, "parts": items, "untold": unknown})
        return
    said = " + ".join(code if n == 1 else f"{n} × {code}" for code, n in made)
    say(f"{found.name} {sku}: sells {said}; next: hub stock push {found.name}")
    for code in unknown:
        complain(
            f"hub: the ERP has told no stock of {code}, so nothing is pushed for this SKU "
            f"yet: hub stock set {code} N"
        )


def _parts(given: Sequence[str]) -> list[tuple[str, int]]:
    """`TEA=2` → two of TEA. A code may hold `=`; what stands behind the last counts."""
    made: dict[str, int] = {}
    for text in given:
        code, mark, pieces = text.rpartition("=")
        code, n = (code, pieces) if mark else (text, "1")
        if not code.strip() or not (n.isascii() and n.isdigit()) or not 0 < int(n) < 10**6:
            raise Misconfigured(f"{text!r}: write CODE or CODE=PIECES, such as TEA=2")
        if code in made:
            raise Misconfigured(f"{code} stands there twice: write CODE=PIECES once")
        made[code] = int(n)
    return list(made.items())


def remove(shop: ShopArgument, sku: SkuArgument, json: Json = False) -> None:
    """Bind a SKU to nothing. The platform keeps the level it has; none is sent any more."""
    with opened() as hub:
        found = hub.shop(shop)
        was = hub.desks.unbind(found, sku)
        listed = was or any(s.sku_external_id == sku for s in hub.desks.listed(found))
    if not listed:
        raise Misconfigured(
            f"{found.name} lists no SKU {sku!r} and none is bound; see `hub bind list`"
        )
    if json:
        say_json({"shop": found.name, "sku": sku, "was_bound": was})
        return
    now = (
        "is bound to nothing now; the platform keeps its level" if was else "was not bound"
    )
    say(f"{found.name} {sku}: {now}")


def list_bindings(
    shop: ShopOption = None,
    problems: Annotated[
        bool,
        typer.Option("--problems", help="Only SKUs a person should look at, and why."),
    ] = False,
    json: Json = False,
) -> None:
    """Every SKU the channels list, what it is bound to, and what is odd about that."""
    with opened() as hub:
        known_shops(hub, [shop] if shop else ())
        chosen = [hub.shop(shop)] if shop else hub.shops()
        found = [row for one in chosen for row in _rows(hub, one)]
    if problems:
        found = [row for row in found if row["problem"]]
    if json:
        say_json(found)
        return
    empty = "nothing to look at" if problems else "no product is read yet: hub sync"
    fold = ("shop", "title", "problem")
    table(found, COLUMNS, right=("pieces",), fold=fold, narrow=NARROW, empty=empty)


def _rows(hub: Hub, shop: Shop) -> list[dict[str, Any]]:
    """A row per SKU and item; SKUs that are bound and listed no more at the end."""
    bound: dict[str, list[tuple[str, int, str]]] = {}
    for one in hub.desks.bindings(shop):
        part = (one.code, one.pieces, one.source)
        bound.setdefault(one.sku_external_id, []).append(part)
    why = dict(hub.desks.conflicts(shop))
    skus = [(s.sku_external_id, s.title, s.outer_code) for s in hub.desks.listed(shop)]
    listed = {sku for sku, _, _ in skus}
    gone = [(sku, None, None) for sku in bound if sku not in listed]
    why |= {sku: "it is bound, and its channel lists it no more" for sku, _, _ in gone}
    return [
        {
            "shop": shop.name, "sku": sku, "title": title, "merchant_code": own,
            "code": code, "pieces": pieces, "source": source, "problem": why.get(sku),
        }
        for sku, title, own in (*skus, *gone)
        for code, pieces, source in bound.get(sku, [(None, None, None)])
    ]  # fmt: skip
