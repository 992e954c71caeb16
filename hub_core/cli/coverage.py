"""`hub coverage`: what is proved, and what is not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .opening import Json, Names, known_shops, opened
from .output import complain, local, say_json, table, times_note

if TYPE_CHECKING:
    from ..stored import StreamCoverage

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
        found, unread = hub.coverage(shops or ()), hub.unread(shops or ())
    if json:
        complete = all(c.complete for c in found) and not unread
        never = [{"shop": shop, "stream": stream or None} for shop, stream in unread]
        say_json({"complete": complete, "never_read": never, "streams": found})
    else:
        show(found, unread=unread)
        if assumptions:
            _show_assumptions(found)
    _end(found, unread)


def _end(found: list[StreamCoverage], unread: list[tuple[str, str]]) -> None:
    """Say what to do, and end with 1, where not all is proved."""
    if unread:
        names = dict.fromkeys(shop for shop, _ in unread)
        complain(f"hub: not all was read yet; read it with: hub sync {' '.join(names)}")
    if open_ones := [c for c in found if c.spans and not c.complete]:
        names = dict.fromkeys(c.shop for c in open_ones)
        complain(f"hub: not all is proved; read it again with: hub heal {' '.join(names)}")
    if open_ones or unread:
        raise typer.Exit(1)


def show(
    found: list[StreamCoverage],
    title: str | None = None,
    unread: Sequence[tuple[str, str]] = (),
) -> None:
    """The table."""
    told = [row for c in found for row in rows(c)]
    told += [
        {"shop": shop, "stream": stream or None, "state": "never read"}
        for shop, stream in unread
    ]
    table(
        told, COLUMNS, title=title, narrow=NARROW, fold=("shop", "rule"),
        empty="there is no shop yet: hub shop add",
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
