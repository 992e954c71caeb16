"""The same pull with dlt: three tables merged by key, the raw JSON as a column of orders.

    python dlt_pipeline.py BASE_URL DATABASE_URL FOLDER

Shaped by `bulk_script`'s functions; the last change seen is in dlt's own state.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bulk_script as script  # type: ignore[import-not-found,unused-ignore]
import dlt  # type: ignore[import-not-found,unused-ignore]
import pyarrow as pa  # type: ignore[import-not-found,unused-ignore]

TABLES = {
    "orders": script.ORDERS, "order_line": script.LINES, "voucher": script.VOUCHERS,
}  # fmt: skip
MANY = 5_000
"""Orders that are handed on together."""


def shaped(orders: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    newest = list({o["order_id"]: o for o in orders}.values())
    rows = []
    for o in newest:
        body = json.dumps(o, ensure_ascii=False)
        rows.append(script.order_row(o) | {"body": body, "fetched_at": int(time.time())})
    return {
        "orders": rows,
        "order_line": [row for o in newest for row in script.line_rows(o)],
        "voucher": [row for o in newest for row in script.voucher_rows(o)],
    }


def columns(name: str) -> dict[str, Any]:
    table, kinds = TABLES[name], {"VARCHAR": "text", "BIGINT": "bigint"}
    found: dict[str, Any] = {
        c.name: {"data_type": kinds[str(c.type)], "primary_key": c.primary_key}
        for c in table.columns
    }
    if name == "orders":
        found |= {"body": {"data_type": "text"}, "fetched_at": {"data_type": "bigint"}}
    return found


def schema(name: str) -> Any:
    kinds = {"text": pa.string(), "bigint": pa.int64()}
    return pa.schema([(n, kinds[c["data_type"]]) for n, c in columns(name).items()])


@dlt.source  # type: ignore[untyped-decorator,unused-ignore]
def laike(base_url: str, strategy: str, arrow: bool) -> Any:
    @dlt.resource(name="pages", selected=False)  # type: ignore[untyped-decorator,unused-ignore]
    def pages() -> Iterator[Any]:
        state = dlt.current.source_state()
        now, seen = int(time.time()), state.get("seen")
        since = seen - script.OVERLAP if seen else now - script.FIRST
        waiting: list[Any] = []
        for page in script.pages(base_url, since, now):
            waiting += page
            latest = max((o["update_order_time"] for o in page), default=0)
            state["seen"] = max(state.get("seen", 0), latest)
            if len(waiting) >= MANY:
                yield waiting
                waiting = []
        if waiting:
            yield waiting

    def part(name: str) -> Any:
        @dlt.transformer(
            data_from=pages, name=name, columns=columns(name), max_table_nesting=0,
            write_disposition={"disposition": "merge", "strategy": strategy},
        )  # type: ignore[untyped-decorator,unused-ignore]  # fmt: skip
        def rows(orders: list[Any]) -> Iterator[Any]:
            found = shaped(orders)[name]
            yield pa.Table.from_pylist(found, schema(name)) if arrow else found

        return rows

    return [part(name) for name in TABLES]


def main(base_url: str, url: str, folder: str, how: str = "arrow") -> None:
    on_server = url.startswith("postgresql")
    if on_server:
        from dlt.destinations import postgres  # type: ignore[import-not-found,unused-ignore]

        # It asks for a host by name; the socket's folder, in the query, is what counts.
        named = url.replace("postgres:@", "postgres:none@localhost:5432")
        destination: Any = postgres(named)
    else:
        from dlt.destinations import sqlalchemy  # type: ignore[import-not-found,unused-ignore]

        destination = sqlalchemy(url)
    pipeline = dlt.pipeline(
        "laike", destination=destination, dataset_name="public" if on_server else "main",
        pipelines_dir=str(Path(folder) / "pipelines"),
    )  # fmt: skip
    strategy = "upsert" if on_server else "delete-insert"
    arrow = how == "arrow"
    format = "csv" if on_server and arrow else None
    pipeline.run(laike(base_url, strategy, arrow), loader_file_format=format)


if __name__ == "__main__":
    main(*sys.argv[1:])
