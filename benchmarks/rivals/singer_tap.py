"""A Singer tap of the same orders: schemas, records and state on standard output.

    python singer_tap.py BASE_URL STATE_FILE

Three streams, shaped by `bulk_script`'s functions, the raw JSON a column of orders. What
the target wrote to STATE_FILE last (a line each) is where it goes on. Records are written
as lines of JSON by orjson: the messages of singer-python cost several times as much.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import bulk_script as script  # type: ignore[import-not-found,unused-ignore]
import orjson  # type: ignore[import-not-found,unused-ignore]
import singer  # type: ignore[import-not-found,unused-ignore]

STREAMS = {
    "orders": script.ORDERS, "order_line": script.LINES, "voucher": script.VOUCHERS,
}  # fmt: skip


def schema(name: str) -> tuple[dict[str, Any], list[str]]:
    kinds = {"VARCHAR": ["null", "string"], "BIGINT": ["null", "integer"]}
    found = {c.name: {"type": kinds[str(c.type)]} for c in STREAMS[name].columns}
    keys = [c.name for c in STREAMS[name].primary_key]
    for key in keys:
        found[key] = {"type": ["string"]}
    if name == "orders":
        found |= {"body": {"type": ["string"]}, "fetched_at": {"type": ["integer"]}}
    return {"type": "object", "properties": found}, keys


def send(stream: str, rows: list[dict[str, Any]]) -> None:
    out = sys.stdout.buffer
    for row in rows:
        out.write(orjson.dumps({"type": "RECORD", "stream": stream, "record": row}) + b"\n")


def main(base_url: str, state_file: str) -> None:
    lines = Path(state_file).read_text().split("\n") if Path(state_file).exists() else []
    states = [json.loads(line) for line in lines if line.startswith("{")]
    seen = states[-1].get("seen", 0) if states else 0
    now = int(time.time())
    since = seen - script.OVERLAP if seen else now - script.FIRST
    for name in STREAMS:
        said, keys = schema(name)
        singer.write_schema(name, said, keys)
    for page in script.pages(base_url, since, now):
        orders = [
            script.order_row(o)
            | {"body": json.dumps(o, ensure_ascii=False), "fetched_at": now}
            for o in page
        ]
        send("orders", orders)
        send("order_line", [row for o in page for row in script.line_rows(o)])
        send("voucher", [row for o in page for row in script.voucher_rows(o)])
        seen = max([seen, *(o["update_order_time"] for o in page)])
    # Pages begin with the newest change: how far it read is known at the end only.
    singer.write_state({"seen": seen})


if __name__ == "__main__":
    main(*sys.argv[1:])
