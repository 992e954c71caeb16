"""`hub db move`: a grown store into another database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Misconfigured
from .opening import Chosen, Json
from .output import err, say, say_json

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ..store.moving import Moved, OnRows

Place = Annotated[str, typer.Argument(help="A URL, or a file of SQLite.")]


def move(source: Place, target: Place, json: Json = False) -> None:
    """Move a whole store into a new, empty database. Stop every hub that uses it first.

    Every row is held against what it was. The source is only read; killed or refused, the
    target stays as empty as it was.
    """
    from ..store.moving import move

    old, new = _engine(source, must_be=True), _engine(target)
    try:
        if old.url == new.url:
            raise Misconfigured("source and target are the same database")
        with _bar(json) as on_rows:
            moved = move(old, new, on_rows)
        _take_head_along(old, new)
        _tell(old, new, moved, json)
    finally:
        old.dispose()
        new.dispose()


def _engine(place: str, *, must_be: bool = False) -> Engine:
    from sqlalchemy import make_url

    from ..store.engine import connect

    url = place if "://" in place else f"sqlite:///{Path(place).absolute().as_posix()}"
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite"
    if must_be and is_file and not Path(parsed.database or "").is_file():
        raise Misconfigured(f"{parsed.database}: there is no such database")
    return connect(url)


def _take_head_along(old: Engine, new: Engine) -> None:
    """The audit log's head, where it stands beside each database and there is none yet."""
    from ..access import heads
    from ..settings import Settings

    settings = Settings.load(Chosen.config)
    here, there = heads.place(old.url, settings), heads.place(new.url, settings)
    if here is None or there is None or there.exists():
        return
    if (head := heads.read(here)) is not None:
        heads.write(there, head)


def _tell(old: Engine, new: Engine, moved: Moved, json: bool) -> None:
    rows = sum(content.rows for content in moved.left.values())
    if json:
        tables = {name: asdict(content) for name, content in moved.left.items()}
        where = {"from": old.url.render_as_string(), "to": new.url.render_as_string()}
        said = {"schema": moved.schema, "rows": rows, "tables": tables}
        say_json({"ok": True, **where, **said})
        return
    say(f"{rows} rows of {len(moved.left)} tables moved; each is what it was")
    say(f"\nNext: put {new.url.render_as_string()} into plugins.toml ([hub] database),")
    say("start the hub with the same master key, and put the former database away:")
    say("  hub doctor")
    say("  hub sync")


@contextmanager
def _bar(quiet: bool) -> Iterator[OnRows]:
    """Progress on standard error, a line for each table; nothing where no person looks."""
    if quiet or not err().is_terminal:
        yield lambda table, done, total: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    look = (TextColumn("{task.description}", markup=False), BarColumn())
    with Progress(*look, TaskProgressColumn(), console=err(), transient=True) as shown:
        lines = {}

        def on_rows(table: str, done: int, total: int) -> None:
            if table not in lines:
                lines[table] = shown.add_task(table, total=total)
            shown.update(lines[table], completed=done)

        yield on_rows
