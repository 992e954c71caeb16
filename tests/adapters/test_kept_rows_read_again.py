"""What is kept of a record is read again as the same record, by the file that read it."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from hub_core.models import Issue, Record
from hub_core.wire import Fetched, reread
from tests.adapters.goldens import CHANNELS, WITH_RECORDS, version_files

GOLDENS = [
    pytest.param(golden.channel, golden.shape, item, id=f"{golden}-{n}")
    for golden in WITH_RECORDS
    for n, item in enumerate(golden.items)
    if isinstance(item, Fetched)
]

UNTOLD = {("jd", "service_bills_v1"): (Issue("refunded_amount", "not_told"),)}
"""What another call tells, and a raw form kept without its answer cannot."""


def again(channel: str, shape: str, row: Any) -> Record | str:
    return reread(import_module(f"{CHANNELS[channel].adapters}.{shape}"), row, {})


@pytest.mark.parametrize(("channel", "shape", "item"), GOLDENS)
def test_a_record_of_the_goldens(channel: str, shape: str, item: Fetched) -> None:
    untold = UNTOLD.get((channel, shape), ())
    issues = (*item.record.issues, *untold)
    assert again(channel, shape, item.raw) == replace(item.record, issues=issues)


def test_every_file_that_keeps_records_is_among_them() -> None:
    keeping = {
        (channel, shape)
        for channel, shape in version_files()
        if hasattr(import_module(f"{CHANNELS[channel].adapters}.{shape}"), "READ_ROW")
    }
    told = {(str(p.values[0]), str(p.values[1])) for p in GOLDENS}
    assert keeping <= told
