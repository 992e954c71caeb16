"""`hub parked`: records that could not be read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from ..errors import Misconfigured
from .failing import complain_of
from .opening import Json, Names, ShopOption, known_shops, opened
from .output import say, say_json, table, times_note

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
    """Fetch every parked record that has an id again, due or not.

    What can be read now is stored; the rest stays parked. Exit code 1 when a platform
    could not be asked.
    """
    with opened() as hub:
        known_shops(hub, shops or ())
        outcomes = hub.retry_parked(shops or ())
        chosen = [hub.shop(name).name for name in shops or ()]
        left = [p for p in hub.parked() if not chosen or p.shop in chosen]
    tried = sum(o.counts.rereads for o in outcomes)
    failed = [o.error for o in outcomes if o.error is not None]
    if json:
        streams = [o.as_dict() for o in outcomes]
        told = {"tried": tried, "still_parked": len(left), "streams": streams}
        say_json({"ok": not failed, **told})
    else:
        rest = f"{len(left)} still parked: hub parked list" if left else "nothing is parked"
        say(f"{tried} asked for again; {rest}")
    for error in failed:
        complain_of(error)
    if failed:
        raise typer.Exit(1)
