"""Goldens of what is no record, of every channel: stock, parcels, tokens, receivers.

Each answer reads as its meaning was worked out from the documents, and as nothing more.
"""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from hub_core.wire import Wire

from .goldens import ALL, FOLDER, Golden, answer, version_files

OPERATIONS = [golden for golden in ALL if not golden.items]


def plain(value: Any) -> Any:
    """What was read as a golden holds it: times in UTC, values by their names."""
    return json.loads(json.dumps(value, default=_told))


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Wire):
        return value.model_dump()
    assert is_dataclass(value)
    return asdict(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("golden", OPERATIONS, ids=str)
def test_an_answer_means_what_its_documents_say(golden: Golden) -> None:
    kept = FOLDER / golden.channel / golden.shape / f"{golden.case}.hub.json"
    found = answer(golden.channel, golden.shape, golden.call, golden.body)
    assert plain(found) == json.loads(kept.read_text("utf-8"))


def test_every_version_file_has_a_golden() -> None:
    assert {(golden.channel, golden.shape) for golden in ALL} == version_files()
