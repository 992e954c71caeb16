"""What the tests of records that are no orders share: their goldens, and the small rows
they are built from."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from hub_core.models import Record
from hub_core.wire import JSON, Call, Fetched, Page, pick
from tests.adapters.douyin_laike.laike import DIALECT, GOLDEN

CALLS = {
    "after_sales_v1": "LIST",
    "places_v1": "LIST",
    "products_v1": "LIST",
    "products_v2": "LIST",
    "redemptions_v1": "LIST",
}
"""Shape to the call its goldens answer, unless a golden's name says another."""


def shape(name: str) -> Any:
    area, _, number = name.rpartition("_v")
    return pick("adapters.douyin_laike", area, int(number))


def call_of(name: str, case: str = "") -> Call[Any]:
    which = case.partition(".")[0].upper() if "." in case else CALLS[name]
    call: Call[Any] = getattr(shape(name), which)
    return call


def page_of(name: str, body: JSON, case: str = "") -> Page:
    call = call_of(name, case)
    page: Page = call.read(DIALECT.unwrap(call, body))
    return page


def golden(name: str, case: str) -> Page:
    text = (GOLDEN / name / f"{case}.wire.json").read_text(encoding="utf-8")
    return page_of(name, json.loads(text), case)


def records(page: Page) -> list[Record]:
    found = [item.record for item in page.items if isinstance(item, Fetched)]
    assert len(found) == len(page.items), page.items
    return found


def plain(record: Record) -> JSON:
    """A record as JSON has it: times in ISO 8601, words as text, tuples as lists."""
    body: JSON = json.loads(json.dumps(asdict(record), default=lambda v: v.isoformat()))
    return body


def fine(**data: Any) -> JSON:
    """An answer that proves its success."""
    return {
        "data": {"error_code": 0, "description": "", **data},
        "extra": {"error_code": 0, "logid": "L1", "now": 1795140100},
    }
