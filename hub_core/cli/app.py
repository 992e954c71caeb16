"""The commands, put together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import HubError
from . import (
    changes,
    coverage,
    database,
    demo,
    journal,
    orders,
    parked,
    plugins,
    sandbox,
    shops,
    sync,
)
from .opening import Chosen
from .output import complain

app = typer.Typer(
    name="hub",
    help="Every order of every sales channel in one store, nothing lost, and shown.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


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
) -> None:
    """Options before the command."""
    Chosen.config, Chosen.database = config, database


demo.add(app)
sync.add(app)
orders.add(app)
shops.add(app)
coverage.add(app)
changes.add(app)
parked.add(app)
journal.add(app)
plugins.add(app)
sandbox.add(app)
database.add(app)


def run(commands: typer.Typer) -> int:
    """Run and give the exit code; an error on purpose is a sentence, not a traceback."""
    try:
        commands(standalone_mode=False)
    except HubError as error:
        complain(f"hub: {error}")
        return 2 if error.kind == "Misconfigured" else 1
    except typer.Exit as leave:
        return int(leave.exit_code)
    except typer.Abort:
        complain("hub: stopped")
        return 130
    except KeyboardInterrupt:
        complain("hub: stopped; what was committed stays, run the command again to go on")
        return 130
    except Exception as error:
        return _usage(error)
    return 0


def _usage(error: Exception) -> int:
    """Wrong use as its own error says; anything else is ours and shows itself."""
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    return 2
