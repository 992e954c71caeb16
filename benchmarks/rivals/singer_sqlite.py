"""A Singer target for SQLite on the Meltano SDK, as its samples are made.

    python singer_sqlite.py --config CONFIG.json < MESSAGES

The one on PyPI, target-sqlite 0.2.0 of 2019, is pinned to a SQLAlchemy that does not start
on Python 3.11, and inserts row by row with a commit for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from singer_sdk import SQLConnector, SQLSink, SQLTarget  # type: ignore[import-not-found,unused-ignore]
from singer_sdk import typing as th
from sqlalchemy.dialects import sqlite


class Connector(SQLConnector):  # type: ignore[misc,unused-ignore]
    allow_merge_upsert = True
    allow_column_add = True


class Sink(SQLSink):  # type: ignore[misc,unused-ignore]
    connector_class = Connector
    max_size = 10_000
    _insert: Any = None

    def bulk_insert_records(
        self,
        full_table_name: str,
        schema: dict[str, Any],
        records: Iterable[dict[str, Any]],
    ) -> int | None:
        with self.connector._connect() as connection, connection.begin():
            if self._insert is None:
                table = sa.Table(
                    str(full_table_name), sa.MetaData(), autoload_with=connection
                )
                made = sqlite.insert(table)
                sets = {c.name: made.excluded[c.name] for c in table.columns}
                self._insert = made.on_conflict_do_update(
                    index_elements=self.key_properties, set_=sets
                )
            connection.execute(self._insert, list(records))
        return None


class Target(SQLTarget):  # type: ignore[misc,unused-ignore]
    name = "target-sqlite-of-benchmarks"
    default_sink_class = Sink
    config_jsonschema = th.PropertiesList(
        th.Property("sqlalchemy_url", th.StringType, required=True)
    ).to_dict()


if __name__ == "__main__":
    Target.cli()
