"""`hub changes`: the feed an ERP follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Misconfigured
from .opening import Json, opened
from .output import say, say_json, table, times_note

if TYPE_CHECKING:
    from ..hub import Hub

COLUMNS = ("seq", "at", "kind", "channel", "shop", "external_id")
NARROW = ("seq", "at", "kind", "external_id")


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(changes)


def changes(
    after: Annotated[
        int, typer.Option(min=0, help="The last position you have dealt with.")
    ] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    mark: Annotated[
        bool,
        typer.Option("--now", help="Print the newest position: where a new ERP starts."),
    ] = False,
    json: Json = False,
) -> None:
    """What changed after a position: the feed an ERP follows.

    To go live, take the position with --now first, then a copy of all orders
    (`hub export orders`), then follow --after that position. What changed in between
    comes again (drop what you have by uid and seq); nothing is missing.
    """
    with opened() as hub:
        if mark:
            _say_position(hub.position(), json)
            return
        _refuse_unknown(hub, after)
        found = hub.changes(after, limit=limit)
    if json:
        last = found[-1].seq if found else after
        say_json({"changes": found, "next_after": last, "more": len(found) == limit})
        return
    table(
        (vars_of(c) for c in found), COLUMNS, right=("seq",), narrow=NARROW, fold=("shop",),
        empty=f"no change after {after}",
    )  # fmt: skip
    times_note()


def _refuse_unknown(hub: Hub, after: int) -> None:
    """A position the feed has not reached comes from another database: whoever waits
    there for changes misses all that come before it."""
    if after > (newest := hub.position()):
        raise Misconfigured(
            f"the feed has come to {newest}, not yet to {after}: is this another database, "
            "or one restored from a backup? Take a new copy: `hub changes --now`, then "
            "`hub export orders`"
        )


def vars_of(change: object) -> dict[str, object]:
    """A slotted value as a mapping."""
    return {name: getattr(change, name) for name in COLUMNS}


def _say_position(position: int, json: bool) -> None:
    if json:
        say_json({"position": position})
    else:
        say(str(position))
