"""A platform that changes a field overnight is noticed before a wrong row is stored.

Each mutation of a golden answer ends in one of these: the answer is refused, its rows are
put aside, a row says itself what is odd about it, the record is read rightly all the same,
or the rows are found to have changed (a field gone or new, another type or unit) by what
was kept of them before. What is none of these is a survivor.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hub_core.answers import UNFIT
from hub_core.errors import HubError
from hub_core.insight.versions import drift
from hub_core.insight.versions.fields import History
from hub_core.insight.versions.replay import differences
from hub_core.insight.vocabulary import Vocabulary
from hub_core.models import Record
from hub_core.wire import Fetched, Misread, Page, Ref
from tests.adapters.goldens import CHANNELS, WITH_RECORDS, Golden, answer, items_of
from tests.harness import PLUGINS
from tests.versions.mutations import CHANGES, Mutation, some

DAY = datetime(2026, 11, 20, tzinfo=UTC)
ROWS_A_DAY = 35
"""Of each golden row: a small shop's."""
GRAVE = ("amount", "price", "status", "external_id", "quantity", "refunds", "lines")
"""Parts of the names of fields that must never be wrong unseen: money, state, identity."""


@cache
def known(channel: str) -> Vocabulary:
    return drift.known(PLUGINS, CHANNELS[channel].id)


def word(record: Record) -> str:
    return str(getattr(record, "status_raw", getattr(record, "listing_status_raw", "")))


def fate(one: Mutation) -> tuple[str, set[str]]:
    """What becomes of a mutation, and the fields that are read otherwise."""
    golden = one.golden
    try:
        found = answer(golden.channel, golden.shape, golden.call, one.body())
    except (HubError, *UNFIT):
        return "refused", set()
    items = items_of(found)
    if any(isinstance(new, Misread) for new in items):
        return "put aside", set()
    if isinstance(found, Page) and (found.total or 0) > len(items):
        return "missed by its count", set()  # the window is not proved, and read again
    if len(items) != len(golden.items):
        return "rows missing", set()
    pairs = list(zip(golden.items, items, strict=True))
    if all(isinstance(new, Ref) for _, new in pairs):
        same = all(old.external_id == new.external_id for old, new in pairs)
        return ("fetched by its id", set()) if same else ("survived", {"external_id"})
    read = [(o.record, n.record) for o, n in pairs if isinstance(o, Fetched)]
    wrong = {name for old, new in read for name, _ in differences(old, new)}
    if not wrong:
        return "read rightly", set()
    if any(set(new.issues) - set(old.issues) for old, new in read):
        return "said by the row", wrong
    if drifted(golden, pairs):
        return "found in the rows", wrong
    return "survived", wrong


def drifted(golden: Golden, pairs: list[tuple[Any, Any]]) -> bool:
    """Whether a day of such rows, after one of the old, is found to have changed."""
    history = History(known(golden.channel))
    for spell in (0, 1):
        at = DAY + timedelta(days=spell)
        for pair in pairs:
            item = pair[spell]
            for _ in range(ROWS_A_DAY):
                group = word(item.record) if isinstance(item, Fetched) else ""
                raw = item.raw if isinstance(item, Fetched) else {}
                history.add(raw, spell=spell, at=at, group=group)
    return bool(history.findings())


# The corpus ----------------------------------------------------------------------------

EACH, SEED = 8, 11
HARMLESS = ("read rightly", "fetched by its id")


@cache
def fates() -> list[tuple[Mutation, str, set[str]]]:
    return [(one, *fate(one)) for one in some(EACH, SEED)]


def test_the_corpus_is_of_every_channel_and_every_change() -> None:
    tried = [one for one, _, _ in fates()]

    assert len(tried) > 60
    assert {one.golden.channel for one in tried} == set(CHANNELS)
    assert {one.how for one in tried} == set(CHANGES)
    assert len({one.golden.shape.rpartition("_v")[0] for one in tried}) > 8
    assert len({told for _, told, _ in fates()}) > 4


def test_nearly_every_change_is_noticed_before_a_wrong_row_is_stored() -> None:
    wrong = [(one, told, in_) for one, told, in_ in fates() if told not in HARMLESS]
    survivors = [
        f"{one}: {sorted(in_)}"
        for one, told, in_ in wrong
        if told in ("survived", "rows missing")
    ]

    assert len(survivors) <= 0.05 * len(wrong), "\n".join(survivors)


def test_no_change_makes_money_state_or_identity_wrong_unseen() -> None:
    grave = [
        f"{one}: {sorted(in_)}"
        for one, told, in_ in fates()
        if told == "survived" and any(part in name for name in in_ for part in GRAVE)
    ]

    assert grave == [], "\n".join(grave)


def test_rows_that_go_on_as_they_were_are_not_found_to_have_changed() -> None:
    for golden in WITH_RECORDS:
        pairs = [(item, item) for item in golden.items]
        assert not drifted(golden, pairs), str(golden)
