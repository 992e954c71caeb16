"""`hub plugins`: which channels there are and what is known of their operations."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from .opening import Chosen, Json
from .output import say, say_json, table


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(plugins)


def plugins(
    operations: Annotated[
        bool,
        typer.Option("--operations/--no-operations", help="Each operation's standing."),
    ] = True,
    json: Json = False,
) -> None:
    """Installed channels, what they can do, and how far each operation has been tried:
    documented, simulated (against its sandbox) or live-verified (date)."""
    from ..plugins import load
    from ..settings import Settings

    loaded = load(Settings.load(Chosen.config).disabled)
    rows = [asdict(row) for row in loaded.table()]
    calls: list[dict[str, Any]] = [
        {"channel": channel.id, **asdict(operation)}
        for channel in loaded.channels()
        for operation in loaded.operations(channel.id)
    ]
    if json:
        say_json({"plugins": rows, "operations": calls})
    else:
        table(
            rows,
            ("name", "title", "distribution", "version", "state", "capabilities", "error"),
        )
        if operations:
            say()
            table(calls, ("channel", "name", "endpoint", "shape", "status"))
    if any(row["state"] == "broken" for row in rows):
        raise typer.Exit(1)
