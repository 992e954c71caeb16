"""Schema versions: made anew, moved forward on request, never guessed at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, inspect, select

from ..errors import Misconfigured
from .engine import reading, writing

MIGRATIONS = Path(__file__).with_name("migrations")
HEAD = "0021"
"""The newest migration. A test holds it against the files."""
UPGRADE_LOCK = 0x6875622D6462
"""The number of PostgreSQL's advisory lock for migrations: any, but always the same."""


def current(engine: Engine) -> str | None:
    """The revision the database stands at; None for an empty one."""
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.exec_driver_sql(
            "SELECT version_num FROM alembic_version"
        ).scalar()
    return None if found is None else str(found)


def check_schema(engine: Engine) -> None:
    """Make a new database's tables; refuse one of another age, saying what to do."""
    at = current(engine)
    if at is None:
        upgrade(engine)
    elif at > HEAD:
        raise Misconfigured(
            f"the database is at schema {at}, this hub knows up to {HEAD}: "
            "install the newer channel-hub again, or restore a backup from before"
        )
    elif at < HEAD:
        raise Misconfigured(
            f"the database is at schema {at}, this hub needs {HEAD}: "
            "make a backup, then run `hub db upgrade`"
        )


def upgrade(engine: Engine) -> None:
    """Bring the tables up to this hub's schema, in one transaction.

    Of several processes that find an old schema one does it, the others wait and find
    nothing left to do.
    """
    with writing(engine, durable=True) as connection:
        upgrade_within(connection)


def upgrade_within(connection: Connection) -> None:
    """The same inside a write transaction of the caller's."""
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(UPGRADE_LOCK)))
    command.upgrade(configuration(connection), "head")


def configuration(connection: Connection | None = None) -> Any:
    """Alembic's configuration, without a file of its own."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
