"""What is found of a field that is not as it was, and what is not made of one that is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub_core.insight.versions.fields import Finding, History
from hub_core.insight.vocabulary import Vocabulary

DAY = datetime(2026, 11, 20, tzinfo=UTC)
Row = dict[str, Any]


def order(n: int) -> Row:
    lines = [{"price": f"{n}.50", "sku": str(1000 + n)}] * (n % 3)
    return {
        "tid": str(10**9 + n), "status": "PAID", "payment": f"{20 + n}.00", "fen": 500 + n,
        "lines": lines, "note": None if n % 2 else "x",
    }  # fmt: skip


def found(
    before: Callable[[int], Row], now: Callable[[int], Row], rows: int = 40, **how: Any
) -> list[Finding]:
    history = History(**how)
    for spell, make in enumerate((before, before, now, now)):
        for n in range(rows):
            at = DAY + timedelta(hours=spell, seconds=n)
            history.add(make(n), spell=spell, at=at)
    return history.findings()


def without(*names: str) -> Callable[[int], Row]:
    return lambda n: {k: v for k, v in order(n).items() if k not in names}


def with_(**fields: Callable[[int], Any]) -> Callable[[int], Row]:
    return lambda n: {**order(n), **{k: make(n) for k, make in fields.items()}}


def test_rows_that_go_on_are_no_news() -> None:
    assert found(order, order) == []


def test_a_field_that_is_gone_tells_when_it_was_there() -> None:
    (gone,) = found(order, without("payment"))

    assert (gone.path, gone.kind, gone.rows) == ("$.payment", "gone", 80)
    assert gone.first_seen == DAY
    assert gone.last_seen == DAY + timedelta(hours=1, seconds=39)


def test_a_field_that_is_new_tells_since_when() -> None:
    (new,) = found(order, with_(extra=lambda n: n))

    assert (new.path, new.kind, new.rows) == ("$.extra", "new", 80)
    assert new.first_seen == DAY + timedelta(hours=2)


def test_a_field_the_code_knows_is_no_news() -> None:
    known = Vocabulary(frozenset(), frozenset({"extra"}))

    assert found(order, with_(extra=lambda n: n), known=known) == []


def test_a_renamed_field_is_gone_and_new() -> None:
    renamed = found(order, lambda n: without("fen")(n) | {"total": order(n)["fen"]})

    assert [(f.path, f.kind) for f in renamed] == [("$.fen", "gone"), ("$.total", "new")]


@pytest.mark.parametrize(
    ("changed", "kind", "before", "now"),
    [
        ({"payment": lambda n: 20.5 + n}, "type", "string", "number"),
        ({"payment": lambda n: str(2000 + 100 * n)}, "unit", "decimal", "digits"),
        ({"payment": lambda n: f"{2000 + 100 * n}.00"}, "unit", "", "×100"),
        ({"tid": lambda n: {"id": n}}, "type", "string", "object"),
        ({"lines": lambda n: "[]"}, "type", "array", "string"),
        ({"tid": lambda n: f"A-{n}"}, "form", "digits", "text"),
    ],
)
def test_another_type_form_or_unit_is_said(
    changed: dict[str, Any], kind: str, before: str, now: str
) -> None:
    said = {(f.kind, f.before, f.now) for f in found(order, with_(**changed))}

    assert (kind, before, now) in said


def test_a_field_that_falls_silent_is_said_only_of_many_rows() -> None:
    silent = with_(payment=lambda n: None)

    assert [f.kind for f in found(order, silent)] == ["silent"]
    assert found(order, silent, rows=10) == []


def test_a_new_word_is_counted_and_not_told() -> None:
    known = Vocabulary(frozenset(), frozenset({"PAID", "SENT"}))
    sent = with_(status=lambda n: "SENT")
    moon = with_(status=lambda n: "WAIT_FOR_MOON")

    assert [f.kind for f in found(order, sent, known=known)] == []
    (word,) = found(order, moon, known=known)
    assert (word.path, word.kind, word.rows) == ("$.status", "word", 80)
    assert "MOON" not in repr(word)


def test_few_rows_prove_nothing() -> None:
    assert found(order, without("payment"), rows=2) == []


def test_states_are_held_apart() -> None:
    """What waits for payment tells no time of it, whenever it comes."""
    history = History()
    for n in range(80):
        done = n < 40
        row = order(n) | ({"paid_at": "2026-11-20 12:00:00"} if done else {})
        group = "DONE" if done else "NEW"
        history.add(row, spell=n // 40, at=DAY + timedelta(minutes=n), group=group)

    assert history.findings() == []


def test_a_name_that_may_be_a_persons_is_not_told() -> None:
    people = {f"person{n}": n for n in range(100)}
    names = iter(people)
    said = found(order, lambda n: {**order(n), "of": {next(names, "x"): 1}})

    assert {f.path for f in said} == {"$.of"}
    assert "person" not in repr(said)
