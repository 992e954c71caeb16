"""`hub coverage`: what is proved, and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .opening import Json, Names, opened
from .output import local, say_json, table

if TYPE_CHECKING:
    from ..hub import StreamCoverage

COLUMNS = ("shop", "stream", "from", "to", "state", "rule")


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
    """Per shop and stream: which time is completely read, and what shows it.

    Exit code 1 while anything between the first moment and the cursor is not proved.
    """
    with opened() as hub:
        found = hub.coverage(shops or ())
    if json:
        say_json({"complete": all(c.complete for c in found), "streams": found})
    else:
        table((row for c in found for row in rows(c)), COLUMNS, empty="nothing read yet")
        if assumptions:
            leans = (
                {"shop": c.shop, "stream": c.stream, "assumption": a}
                for c in found
                for a in c.assumptions
            )
            table(leans, ("shop", "stream", "assumption"), title="\nleaning on")
    if not all(c.complete for c in found):
        raise typer.Exit(1)


def rows(found: StreamCoverage) -> list[dict[str, Any]]:
    """The stream's stretches for a table; times in Beijing."""
    return [
        {
            "shop": found.shop, "stream": found.stream, "from": local(span.since),
            "to": local(span.until), "state": span.state, "rule": span.rule,
        }
        for span in found.spans
    ]  # fmt: skip
