"""`hub asks codes`: codes of one's own (三方码), handed over to be given to orders."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import Misconfigured
from .acting import ActorOption, acting
from .audit import keep_head
from .opening import Json, opened
from .output import say, say_json, table

COLUMNS = ("shop", "sku", "free", "issued", "void")
ShopName = Annotated[str, typer.Argument(metavar="SHOP")]
Sku = Annotated[str, typer.Argument(help="The platform's id of it, or your own code.")]


def add(app: typer.Typer) -> None:
    """Put the commands on the group of questions."""
    group = typer.Typer(help="Codes of your own for vouchers.", no_args_is_help=True)
    group.command("add")(add_codes)
    group.command("list")(list_pools)
    group.command("withdraw")(withdraw)
    app.add_typer(group, name="codes")


def add_codes(
    shop: ShopName,
    sku: Sku,
    file: Annotated[Path, typer.Argument(help="One code a line; -: standard input.")],
    actor: ActorOption = None,
    json: Json = False,
) -> None:
    """Hand over codes: each is given to one order that asks. None is ever shown here."""
    from .. import inbound

    text = sys.stdin.read() if str(file) == "-" else _text(file)
    given = [line.strip() for line in text.splitlines() if line.strip()]
    with opened() as hub:
        new = inbound.hand_over(hub, hub.shop(shop), sku, given, by=acting(actor))
        keep_head(hub)
    if json:
        return say_json({"ok": True, "new": new, "given": len(given)})
    say(f"{new} new codes for {sku}; {len(given) - new} were there")


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{file} can't be read: {type(error).__name__}") from None


def list_pools(json: Json = False) -> None:
    """How many codes there are, by shop and SKU."""
    with opened() as hub:
        rows = _pools(hub)
    if json:
        return say_json(rows)
    table(rows, COLUMNS, right=COLUMNS[2:], empty="none: hub asks codes add SHOP SKU FILE")


def _pools(hub: Any) -> list[dict[str, Any]]:
    from ..store import codes

    names = {shop.id: shop.name for shop in hub.shops()}
    with hub.store.reading() as connection:
        found = codes.pools(connection)
    return [
        {"shop": names.get(told.pop("shop_id"), ""), **told} for told in map(asdict, found)
    ]


def withdraw(
    shop: ShopName, sku: Sku, actor: ActorOption = None, json: Json = False
) -> None:
    """Take back the codes of a SKU that no order has."""
    from .. import inbound

    with opened() as hub:
        gone = inbound.withdraw(hub, hub.shop(shop), sku, by=acting(actor))
        keep_head(hub)
    if json:
        return say_json({"ok": True, "withdrawn": gone})
    say(f"{gone} codes for {sku} are taken back")
