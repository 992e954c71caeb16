"""`hub journal` and `hub incidents`: what was asked, and what a person should know."""

from __future__ import annotations

from typing import Annotated

import typer

from .opening import Json, ShopOption, opened
from .output import say, say_json, table

COLUMNS = (
    "id", "at", "shop", "call", "attempt", "outcome", "platform_code", "http_status", "seconds",
)  # fmt: skip


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
    """Calls to platforms, newest first: masked, with no good body and no secret."""
    outcome = "error" if errors else None
    with opened() as hub:
        found = [
            e.model_dump()
            for e in hub.journal(shop=shop, outcome=outcome, id=entry, limit=limit)
        ]
    if json:
        say_json(found)
    elif entry is not None and found:
        table(({"field": k, "value": v} for k, v in found[0].items()), ("field", "value"))
    else:
        table(found, COLUMNS, empty="no call yet")


def incidents(limit: Annotated[int, typer.Option(min=1)] = 30, json: Json = False) -> None:
    """Gaps, late rows, tokens another system used: what a person should know."""
    with opened() as hub:
        found = [i.model_dump() for i in hub.incidents(limit)]
    if json:
        say_json(found)
    elif not found:
        say("none")
    else:
        table(found, ("at", "channel", "kind", "text"))
