"""`hub connector`: a project to begin with, and what a connector is worth."""

from __future__ import annotations

import typer

from . import connector_grade, connector_new


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="Connectors of your own.", no_args_is_help=True)
    group.command("new")(connector_new.new)
    group.command("grade")(connector_grade.grade)
    app.add_typer(group, name="connector")
