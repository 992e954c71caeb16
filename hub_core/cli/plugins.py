"""`hub plugins`: which channels there are and what is known of their operations."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from .opening import Chosen, Json
from .output import complain, say, say_json, table

COLUMNS = ("name", "title", "distribution", "version", "state", "capabilities")
OPERATIONS = ("channel", "name", "endpoint", "shape", "status")


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
    """Installed channels, and how far each of their calls is tried.

    Each call is documented, simulated (against its sandbox) or live-verified (date).
    """
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
        _show(rows, calls if operations else [])
    broken = [row for row in rows if row["state"] == "broken"]
    for row in broken:
        complain(f"hub: plugin {row['name']} is broken: {row['error']}")
    if broken:
        raise typer.Exit(1)


def _show(rows: list[dict[str, Any]], calls: list[dict[str, Any]]) -> None:
    narrow = ("name", "title", "state", "capabilities")
    table(rows, COLUMNS, narrow=narrow, fold=("title", "capabilities"))
    if calls:
        say()
        table(calls, OPERATIONS, narrow=("channel", "name", "shape", "status"))
