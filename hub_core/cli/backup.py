"""`hub backup` and `hub restore`: the database in one file, and back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Misconfigured
from .opening import Chosen, Json
from .output import complain, local, say, say_json

if TYPE_CHECKING:
    from ..backup import Contents
    from ..settings import Settings


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.command()(backup)
    app.command()(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="The new file; it must not be there yet.")],
    json: Json = False,
) -> None:
    """Copy the database into one file, while the hub runs, and check the copy.

    The master key is in no backup: keep it apart. Exit code 1 where the copy is not sound.
    """
    from ..backup import back_up
    from ..settings import Settings

    settings = Settings.load(Chosen.config)
    found = back_up(Chosen.database or settings.database, file, _key(settings))
    _tell(file, found, json)
    if not json:
        key = found.key or "(none yet)"
        say(f"\nIt opens with the master key {key} alone, which is not in it: keep a copy")
        say("of the key elsewhere.")
    if not found.is_sound:
        raise typer.Exit(1)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `hub backup` has made.")],
    check: Annotated[
        bool, typer.Option("--check", help="Restore it aside, and say what is in it.")
    ] = False,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="DATABASE", show_default=False,
            help="The database to make of it: a URL or a file that is not there yet.",
        ),
    ] = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Look into a backup, or make a database of it. Never over one that is there.

    Exit code 1 where something in it is wrong; what is damaged is not restored.
    """
    from ..backup import look_into
    from ..backup import restore as put_back
    from ..settings import Settings

    if check == (to is not None):
        raise Misconfigured("say either --check, or --to DATABASE")
    found = look_into(file, _key(Settings.load(Chosen.config)))
    placed = put_back(file, _url(to)) if to is not None else None
    _tell(file, found, json, placed)
    if placed is not None and not json:
        _tell_next(placed, found)
    if not found.is_sound:
        raise typer.Exit(1)


def _url(place: str) -> str:
    return place if "://" in place else f"sqlite:///{Path(place).absolute().as_posix()}"


def _key(settings: Settings) -> tuple[bytes, ...] | None:
    """The keys where there are some: none is made for a look at a backup."""
    from ..settings import config_folder, find_key
    from ..settings.folders import Environment
    from ..settings.key import FILE

    given = Environment()
    named = given.key or given.key_file or settings.hub.key
    if named is None and not (config_folder() / FILE).exists():
        return None
    return find_key(settings).every


def _tell(file: Path, found: Contents, json: bool, placed: Path | None = None) -> None:
    if json:
        more = {"database": str(placed)} if placed else {}
        say_json({"ok": found.is_sound, "file": str(file), **asdict(found), **more})
        return
    say(f"{file}: {found.bytes / 1e6:,.1f} MB, schema {found.schema}, key {found.key}")
    say(f"  {found.shops} shops, {found.orders} orders, {found.records} records in all")
    newest = f", the newest of {local(found.newest)} (Beijing)" if found.newest else ""
    say(f"  the feed stands at {found.position}{newest}")
    say(f"  audit log: {found.audit}")
    for one in found.wrong:
        complain(f"hub: {one}")


def _tell_next(placed: Path, found: Contents) -> None:
    from ..store.schema import HEAD

    url = f"sqlite:///{placed.absolute().as_posix()}"
    say(f"\n{placed} is in place. Next:")
    if found.schema != HEAD:
        say(f"  hub --database {url} db upgrade")
    say(f"  hub --database {url} doctor")
    say(f"  hub --database {url} audit head --anew")
    say(f"  hub --database {url} sync")
