"""Copying a database: one moment of it, under its name once it is whole, not before."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.engine import URL

from ..errors import Misconfigured
from .contents import Contents, look_into

BUSY = 60.0
"""Seconds a writer of the database is waited for."""


def back_up(url: str, to: Path, key: bytes | Sequence[bytes] | None) -> Contents:
    """Copy the database into a new file while others write to it, restore that aside, and
    say what is in it.

    The file appears under its name once it is on disk and was read through; the space it
    takes is needed twice while that is done. Raises Misconfigured where there is nothing to
    copy, no room, or such a file already.
    """
    source = _file_of(url)
    if not source.is_file():
        raise Misconfigured(f"{source}: there is no database yet, so there is no backup")
    with _in_place_of(to) as aside:
        _copy(source, aside)
        return look_into(aside, key, folder=to.parent)


def restore(file: Path, url: str) -> Path:
    """Put a backup where a database is to be; gives its file. Look into it before.

    Raises Misconfigured where a database is there already.
    """
    target = _file_of(url, verb="restored")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _in_place_of(target) as aside:
        _copy(file, aside)
    return target


@contextmanager
def _in_place_of(final: Path) -> Iterator[Path]:
    """A file beside it, which takes its name if all goes well, and is gone if not."""
    _refuse_taken(final)
    aside = final.with_name(f".{final.name}.{os.getpid()}.part")
    try:
        os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield aside
        _flush(aside)
        _refuse_taken(final)
        aside.rename(final)
        _flush(final.parent)
    except sqlite3.Error as error:
        raise Misconfigured(f"{final}: cannot be made: {error}") from None
    finally:
        aside.unlink(missing_ok=True)


def _refuse_taken(final: Path) -> None:
    for one in (final, *(final.with_name(final.name + end) for end in ("-wal", "-shm"))):
        if one.exists():
            raise Misconfigured(
                f"{one} is there already, and nothing is written over it: take another "
                "name, or move it away first"
            )


def _copy(source: Path, to: Path) -> None:
    """In one step: in WAL that is one read transaction, which keeps no writer waiting."""
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=BUSY)) as old,
        closing(sqlite3.connect(to)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it


def _flush(path: Path) -> None:
    """Wait until it is on disk. Windows flushes no folders."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _file_of(url: str, verb: str = "backed up") -> Path:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        raise Misconfigured(
            f"PostgreSQL is {verb} by its own tools: {_by_hand(parsed, verb)}"
        )
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        raise Misconfigured(
            f"only a database in a file can be {verb}: sqlite:////folder/hub.db"
        )
    return Path(str(parsed.database))


def _by_hand(url: URL, verb: str) -> str:
    """The command to type. A password is asked for, or taken from ~/.pgpass."""
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
    where = f"--dbname='{plain.render_as_string()}'"
    if verb == "restored":
        return f"createdb, then pg_restore --exit-on-error {where} hub.dump"
    return f"pg_dump --format=custom --file=hub.dump {where}"
