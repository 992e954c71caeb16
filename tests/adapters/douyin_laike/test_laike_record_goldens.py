"""Goldens of every kind of record: compared whole, as they were worked out."""

from __future__ import annotations

import json

import pytest

from tests.adapters.douyin_laike.laike import GOLDEN
from tests.adapters.douyin_laike.records import CALLS, golden, plain, records

CASES = sorted(
    (folder, path.name.removesuffix(".wire.json"))
    for folder in CALLS
    for path in (GOLDEN / folder).glob("*.wire.json")
)


def test_every_kind_has_goldens() -> None:
    assert {folder for folder, _ in CASES} == set(CALLS)


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_a_golden_reads_as_written_down(folder: str, case: str) -> None:
    text = (GOLDEN / folder / f"{case}.hub.json").read_text(encoding="utf-8")

    assert [plain(x) for x in records(golden(folder, case))] == json.loads(text)
