"""The program: its options, and how it is run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from .failing import ended
from .opening import Chosen
from .output import say
from .program import MARKUP, Program

app = typer.Typer(
    name="hub",
    help="Every order of every sales channel in one store, nothing lost, and shown.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=MARKUP,
    add_completion=False,
    cls=Program,
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


def run(program: typer.Typer, words: Sequence[str] | None = None) -> int:
    """Run these words (none: those the program was started with); gives the exit code."""
    return ended(lambda: program(words, standalone_mode=False))
