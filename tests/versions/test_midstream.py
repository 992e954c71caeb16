"""A platform that changes a field overnight is noticed before a wrong row is stored.

The real sync reads a box; then answers are changed on their way, a field at a time, and all
is read again. What is stored wrongly without a word is a survivor.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.adapters.goldens import CHANNELS
from tests.versions.midstream import GRAVE, Change, Lab
from tests.versions.mutations import CHANGES

MOST = int(os.environ.get("DRIFT_CHANGES", "15"))
"""Changes in each channel; `DRIFT_CHANGES=100` takes some minutes."""
SEED = int(os.environ.get("DRIFT_SEED", "4"))
BOXES = sorted(channel.id for channel in CHANNELS.values())


@cache
def lab(channel: str) -> Lab:
    folder = TemporaryDirectory()
    FOLDERS.append(folder)
    return Lab(channel, Path(folder.name), orders=50, seed=SEED)


FOLDERS: list[TemporaryDirectory[str]] = []


@cache
def fates(channel: str) -> list[tuple[Change, frozenset[str], set[str]]]:
    """Each change: how it was noticed, and the columns that are stored wrongly."""
    box = lab(channel)
    found = []
    for change in box.some(MOST, SEED):
        told = box.told(change, change.stream)
        new = told.beyond(box.control(change.stream))
        found.append((change, new, box.wrong(change, told)))
    return found


def all_of_them() -> list[tuple[Change, frozenset[str], set[str]]]:
    return [one for channel in BOXES for one in fates(channel)]


@pytest.mark.parametrize("channel", BOXES)
def test_answers_as_they_were_are_stored_and_nothing_is_said(channel: str) -> None:
    box = lab(channel)

    for stream in box.seen:
        told = box.control(stream)
        assert (told.said & {"held", "incident", "refused"}, told.held) == (set(), ()), (
            stream
        )


def test_the_corpus_is_large_and_of_every_kind() -> None:
    tried = [change for change, _, _ in all_of_them()]

    assert len(tried) >= 60
    assert {change.how for change in tried} == set(CHANGES)


def test_nearly_every_change_is_noticed() -> None:
    harmful = [(c, said, wrong) for c, said, wrong in all_of_them() if said or wrong]
    survivors = [f"{c}: {sorted(wrong)}" for c, said, wrong in harmful if not said]

    assert len(survivors) <= 0.05 * len(harmful), "\n".join(survivors)


def test_nothing_grave_is_stored_wrongly_without_a_word() -> None:
    grave = [
        f"{change}: {sorted(wrong)}"
        for change, said, wrong in all_of_them()
        if not said and any(part in name for name in wrong for part in GRAVE)
    ]

    assert grave == [], "\n".join(grave)


def test_changes_are_noticed_in_many_ways() -> None:
    ways = Counter(way for _, said, _ in all_of_them() for way in said)

    assert {"held", "incident", "unread", "noted"} <= set(ways), ways
