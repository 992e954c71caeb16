"""The floor of `benchmarks.pull` on PostgreSQL: COPY, and a merge where there are keys.

That is the fastest bulk upsert its driver has: rows are copied into a temporary table and
merged from there; where nothing can be in the way they are copied at once.
"""

from __future__ import annotations

import psycopg

from benchmarks.pull_columns import COLUMNS, KEYS, Rows


class Postgres:
    """A connection with a temporary table for each table that is merged."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("SET timezone = 'UTC'")
        for table in KEYS:
            made = f"CREATE TEMP TABLE new_{table} (LIKE {table}) ON COMMIT DELETE ROWS"
            self._connection.execute(made.encode())

    def store(self, rows: Rows) -> None:
        """One transaction."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            for table, found in rows.items():
                into = f"new_{table}" if table in KEYS else table
                copied = f"COPY {into} ({COLUMNS[table]}) FROM STDIN"
                with cursor.copy(copied.encode()) as copy:
                    for row in found:
                        copy.write_row(row)
                if table in KEYS:
                    cursor.execute(_merge(table).encode())
                found.clear()


def _merge(table: str) -> str:
    names, keys = COLUMNS[table].split(", "), KEYS[table].split(", ")
    sets = ", ".join(f"{n} = excluded.{n}" for n in names if n not in ("id", *keys))
    return (
        f"INSERT INTO {table} ({COLUMNS[table]}) SELECT {COLUMNS[table]} FROM new_{table}"
        f" ON CONFLICT ({KEYS[table]}) DO UPDATE SET {sets}"
    )
