"""`hub coverage`: what is proved, and what is not."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .opening import Json, Names, known_shops, opened
from .output import complain, local, say_json, table, times_note

if TYPE_CHECKING:
    from ..hub import StreamCoverage

COLUMNS = ("shop", "stream", "from", "to", "state", "rule")
NARROW = COLUMNS[:-1]


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(coverage)


def coverage(
    shops: Names = None,
    assumptions: Annotated[
        bool, typer.Option("--assumptions", help="Show what the proofs lean on.")
    ] = False,
    json: Json = False,
) -> None:
    """Which time is proved to be read whole, and by what.

    Exit code 1 while anything between the first moment and the last read is not proved.
    """
    with opened() as hub:
        known_shops(hub, shops or ())
        found = hub.coverage(shops or ())
    if json:
        say_json({"complete": all(c.complete for c in found), "streams": found})
    else:
        show(found)
        if assumptions:
            _show_assumptions(found)
    if open_ones := [c for c in found if not c.complete]:
        names = " ".join(dict.fromkeys(c.shop for c in open_ones))
        complain(f"hub: not all is proved; read it again with: hub heal {names}")
        raise typer.Exit(1)


def show(found: list[StreamCoverage], title: str | None = None) -> None:
    """The table."""
    table(
        (row for c in found for row in rows(c)), COLUMNS, title=title, narrow=NARROW,
        fold=("shop", "rule"), empty="nothing read yet: hub sync",
    )  # fmt: skip
    times_note()


def rows(found: StreamCoverage) -> list[dict[str, Any]]:
    """A line per stretch of one state, with every rule that held in it; in Beijing time."""
    told = []
    for state, group in groupby(found.spans, lambda span: span.state):
        spans = list(group)
        told.append(
            {
                "shop": found.shop, "stream": found.stream, "state": state,
                "from": local(spans[0].since), "to": local(spans[-1].until),
                "rule": "; ".join(dict.fromkeys(s.rule for s in spans)),
            }
        )  # fmt: skip
    return told


def _show_assumptions(found: list[StreamCoverage]) -> None:
    leans = (
        {"shop": c.shop, "stream": c.stream, "assumption": a}
        for c in found
        for a in c.assumptions
    )
    table(leans, ("shop", "stream", "assumption"), title="\nleaning on", empty="nothing")
