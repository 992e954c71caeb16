"""`hub changes`: the feed an ERP follows."""

from __future__ import annotations

from typing import Annotated

import typer

from .opening import Json, moment, opened
from .output import say, say_json, table, times_note

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
    cut_off: Annotated[
        str | None,
        typer.Option(
            "--go-live",
            metavar="DATE",
            help="Only orders the buyer placed since (Beijing time): for an ERP that has "
            "older ones from elsewhere.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """What changed after a position: the feed an ERP follows.

    To go live with all orders: `hub export orders --json` gives a copy and the position
    it was taken at; follow --after that. Nothing is missing, nothing comes twice,
    whatever changes meanwhile. To go live with new orders only: start at --now, and give
    --go-live DATE each time, so that an older order which changes does not come as new.
    """
    with opened() as hub:
        if mark:
            _say_position(hub.position(), json)
            return
        found = hub.changes(after, limit=limit, created_since=moment(cut_off))
    if json:
        last = found[-1].seq if found else after
        say_json({"changes": found, "next_after": last, "more": len(found) == limit})
        return
    table(
        (vars_of(c) for c in found), COLUMNS, right=("seq",), narrow=NARROW, fold=("shop",),
        empty=f"no change after {after}",
    )  # fmt: skip
    if len(found) == limit:
        say(f"More: hub changes --after {found[-1].seq}")
    times_note()


def vars_of(change: object) -> dict[str, object]:
    """A slotted value as a mapping."""
    return {name: getattr(change, name) for name in COLUMNS}


def _say_position(position: int, json: bool) -> None:
    if json:
        say_json({"position": position})
    else:
        say(str(position))
