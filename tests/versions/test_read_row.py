"""Every version file of records reads what is kept as it read what came."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from hub_core.wire import Fetched, reread
from tests.adapters.goldens import CHANNELS, WITH_RECORDS, Golden, version_files

WITH_MORE = {("jd", "service_bills_v1")}
"""What is kept of it holds what another answer told."""


def module(channel: str, shape: str) -> Any:
    return import_module(f"{CHANNELS[channel].adapters}.{shape}")


@pytest.mark.parametrize("golden", WITH_RECORDS, ids=str)
def test_a_kept_row_is_read_as_it_came(golden: Golden) -> None:
    if (golden.channel, golden.shape) in WITH_MORE:
        return
    file, facts = module(golden.channel, golden.shape), CHANNELS[golden.channel].facts

    for item in golden.items:
        if isinstance(item, Fetched):
            assert reread(file, item.raw, facts) == item.record


def test_every_version_file_of_records_says_how() -> None:
    with_records = {(golden.channel, golden.shape) for golden in WITH_RECORDS}
    said = {x for x in version_files() if hasattr(module(*x), "READ_ROW")}

    assert with_records == said


@pytest.mark.parametrize(("channel", "shape"), sorted(version_files()))
def test_what_it_cannot_read_is_said_without_its_values(channel: str, shape: str) -> None:
    file = module(channel, shape)
    if not hasattr(file, "READ_ROW"):
        return
    rows: tuple[Any, ...] = (
        {},
        {"tid": ["secret"], "order_id": "secret", "id": "secret"},
        [],
    )
    for row in rows:
        why = reread(file, row, CHANNELS[channel].facts)
        assert isinstance(why, str)
        assert why
        assert "secret" not in why


def test_a_case_that_tells_not_whether_it_was_listed_is_not_guessed_at() -> None:
    """Amounts of the list are yuan, those of a single case fen."""
    row = {"id": 1, "after_sales_status": 10, "after_sales_type": 2, "refund_amount": 5}

    assert "neither" in str(reread(module("pinduoduo", "after_sales_v1"), row, {}))
