"""`hub db`: the schema of the store, and where it stands."""

from __future__ import annotations

import typer

from .db_move import move
from .opening import Chosen, Json
from .output import say, say_json


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="The database.", no_args_is_help=True)
    group.command("upgrade")(upgrade)
    group.command("move")(move)
    app.add_typer(group, name="db")


def upgrade(json: Json = False) -> None:
    """Bring the tables up to this hub's schema, in one transaction. Back up first."""
    from ..settings import Settings
    from ..store.engine import connect
    from ..store.schema import HEAD, current, upgrade

    url = Chosen.database or Settings.load(Chosen.config).database
    engine = connect(url)
    before = current(engine)
    if before != HEAD:
        upgrade(engine)
    if json:
        say_json({"before": before, "now": HEAD})
    else:
        say(
            f"schema {before or 'none'} → {HEAD}"
            if before != HEAD
            else f"schema {HEAD}: nothing to do"
        )
