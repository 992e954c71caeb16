"""`hub journal` and `hub incidents`: what was asked, and what a person should know."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import Misconfigured
from .opening import Json, ShopOption, known_shops, opened
from .output import say_json, table, times_note

COLUMNS = (
    "id", "at", "shop", "call", "attempt", "outcome", "platform_code", "http_status",
    "seconds",
)  # fmt: skip
NARROW = ("id", "at", "call", "outcome", "platform_code")
RIGHT = ("attempt", "http_status", "seconds")


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.command()(journal)
    app.command()(incidents)


def journal(
    entry: Annotated[int | None, typer.Argument(help="One entry, whole.")] = None,
    shop: ShopOption = None,
    errors: Annotated[bool, typer.Option("--errors", help="Only failed calls.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 30,
    json: Json = False,
) -> None:
    """Calls to platforms, newest first: masked, without good bodies and secrets."""
    outcome = "error" if errors else None
    with opened() as hub:
        known_shops(hub, [shop] if shop else ())
        found = [
            e.model_dump()
            for e in hub.journal(shop=shop, outcome=outcome, id=entry, limit=limit)
        ]
    if entry is not None and not found:
        raise Misconfigured(f"the journal has no entry {entry}; see `hub journal`")
    if json:
        say_json(found)
        return
    if entry is not None:
        facts = ({"field": k, "value": v} for k, v in found[0].items())
        table(facts, ("field", "value"), fold=("value",))
    else:
        fold = ("shop", "call", "platform_code")
        table(found, COLUMNS, narrow=NARROW, fold=fold, right=RIGHT, empty="no call yet")
    times_note()


def incidents(
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 30, json: Json = False
) -> None:
    """Gaps, authorisations that ended, tokens lost: what a person should know."""
    with opened() as hub:
        names = {s.id: s.name for s in hub.shops()}
        found = [i.model_dump() for i in hub.incidents(limit)]
    for one in found:
        one["shop"] = names.get(one.pop("shop_id"))
    if json:
        say_json(found)
        return
    columns = ("at", "channel", "shop", "kind", "text")
    fold = ("shop", "kind", "text")
    table(found, columns, narrow=("at", "kind", "text"), fold=fold, empty="none")
    times_note()
