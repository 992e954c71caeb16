"""`hub parked`: records that could not be read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from ..errors import Misconfigured
from .opening import Json, Names, ShopOption, opened
from .output import say_json, table, times_note
from .sync import finish

COLUMNS = (
    "id", "shop", "stream", "external_id", "reason", "attempts", "last_seen_at", "retry_at",
)  # fmt: skip
NARROW = ("id", "external_id", "reason", "attempts")


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="Records that could not be read.", no_args_is_help=True)
    group.command("list")(list_parked)
    group.command("show")(show)
    group.command("retry")(retry)
    app.add_typer(group, name="parked")


def list_parked(
    shop: ShopOption = None,
    resolved: Annotated[bool, typer.Option("--all", help="Resolved ones too.")] = False,
    json: Json = False,
) -> None:
    """What is parked, and why. The other records of its page were stored.

    Exit code 0 even while something is parked: it is known, and tried again.
    """
    with opened() as hub:
        found = [asdict(p) for p in hub.parked(shop, resolved=resolved)]
    for one in found:
        one.pop("raw")
    if json:
        say_json(found)
        return
    fold = ("shop", "reason")
    table(found, COLUMNS, narrow=NARROW, fold=fold, empty="nothing is parked")
    times_note()


def show(
    id: Annotated[int, typer.Argument(help="As `hub parked list` shows it.")],
    json: Json = False,
) -> None:
    """The record as the platform gave it, always as JSON. It holds personal data."""
    with opened() as hub:
        raw = hub.parked_raw(id)
    if raw is None:
        raise Misconfigured(f"no parked record {id}; see `hub parked list`")
    say_json(raw)


def retry(shops: Names = None, json: Json = False) -> None:
    """Fetch every parked record that has an id again, due or not."""
    with opened() as hub:
        finish(hub.retry_parked(shops or ()), json)
