"""The commands, put together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from . import (
    adapter,
    alarms,
    audit,
    authorising,
    backup,
    bindings,
    changes,
    commands,
    connector,
    coverage,
    database,
    demo,
    doctor,
    drift,
    endpoints,
    export,
    init,
    jobs,
    journal,
    keys,
    orders,
    parked,
    plugins,
    pushes,
    quota,
    rebuild,
    receiver,
    record,
    records,
    sandbox,
    schedules,
    serve,
    ship,
    shops,
    stock,
    sync,
    verify,
    worker,
)
from .failing import ended
from .opening import Chosen
from .output import say

app = typer.Typer(
    name="hub",
    help="Every order of every sales channel in one store, nothing lost, and shown.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # rich's own takes `channel-hub[serve]` for a colour
    add_completion=False,
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        say(f"channel-hub {version('channel-hub')}")
        raise typer.Exit


@app.callback()
def options(
    config: Annotated[
        Path | None,
        typer.Option("--config", help="plugins.toml to use.", show_default=False),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option("--database", help="Database URL to use.", show_default=False),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Say it, and end."
        ),
    ] = False,
) -> None:
    """Options before the command."""
    Chosen.config, Chosen.database = config, database


demo.add(app)
init.add(app)
sync.add(app)
serve.add(app)
worker.add(app)
schedules.add(app)
jobs.add(app)
orders.add(app)
export.add(app)
endpoints.add(app)
records.add(app)
bindings.add(app)
stock.add(app)
ship.add(app)
receiver.add(app)
commands.add(app)
shops.add(app)
coverage.add(app)
verify.add(app)
changes.add(app)
parked.add(app)
pushes.add(app)
journal.add(app)
quota.add(app)
plugins.add(app)
adapter.add(app)
drift.add(app)
alarms.add(app)
keys.add(app)
audit.add(app)
authorising.add(app)
rebuild.add(app)
sandbox.add(app)
connector.add(app)
record.add(app)
database.add(app)
backup.add(app)
doctor.add(app)


def run(program: typer.Typer, words: Sequence[str] | None = None) -> int:
    """Run these words (none: those the program was started with); gives the exit code."""
    return ended(lambda: program(words, standalone_mode=False))
