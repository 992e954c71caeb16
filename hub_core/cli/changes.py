"""`hub changes`: the feed an ERP follows."""

from __future__ import annotations

from typing import Annotated

import typer

from .opening import Json, opened
from .output import say, say_json, table

COLUMNS = ("seq", "at", "kind", "channel", "shop", "external_id")


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(changes)


def changes(
    after: Annotated[int, typer.Option(help="The last position you have dealt with.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    mark: Annotated[
        bool,
        typer.Option("--now", help="Print the newest position: where a new ERP starts."),
    ] = False,
    json: Json = False,
) -> None:
    """What changed after a position. An ERP goes live by taking `--now` first, then a
    copy of all orders (`hub export orders`), then `--after` that position: what changed
    in between comes again, and nothing is missing."""
    with opened() as hub:
        if mark:
            _say_position(hub.position(), json)
            return
        found = hub.changes(after, limit=limit)
    if json:
        last = found[-1].seq if found else after
        say_json({"changes": found, "next_after": last, "more": len(found) == limit})
    else:
        table(
            (vars_of(c) for c in found), COLUMNS, right=("seq",), empty="no change after it"
        )


def vars_of(change: object) -> dict[str, object]:
    """A slotted value as a mapping."""
    return {name: getattr(change, name) for name in COLUMNS}


def _say_position(position: int, json: bool) -> None:
    if json:
        say_json({"position": position})
    else:
        say(str(position))
