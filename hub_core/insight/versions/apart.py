"""What another answer told of a record: its raw form does not hold it, its row does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from ...models import Issue, Record
from ...store.kinds import Kind
from .kept import Kept

Told = Mapping[tuple[int, str, str], Mapping[str, Any]]
"""Rows of children, by their record, their list and their id."""


def told_apart(
    connection: Connection, kind: Kind, found: Sequence[Kept], names: Iterable[str]
) -> Told:
    """Rows of the children some of these names (`skus.available`) are of."""
    lists = {name.partition(".")[0] for name in names if "." in name}
    told = {}
    for child in kind.children:
        table = child.table.__table__  # type: ignore[attr-defined]
        if (name := f"{table.name}s") not in lists:
            continue
        query = select(table).where(table.c[child.parent].in_([k.id for k in found]))
        for row in connection.execute(query):
            values = dict(row._mapping)
            told[values[child.parent], name, values["external_id"]] = values
    return told


def with_the_rest(one: Kept, record: Record, names: Iterable[str], told: Told) -> Record:
    """The record with what only another answer told of it, as it is stored."""
    for name in names:
        rows_of, _, inner = name.partition(".")
        if not inner:
            record = _own(record, name, one.row)
            continue
        children = [
            _filled(row, inner, told.get((one.id, rows_of, row.external_id), {}))
            for row in getattr(record, rows_of)
        ]
        more: dict[str, Any] = {rows_of: tuple(children)}
        record = replace(record, **more)
    return record


def _own(record: Record, name: str, row: Mapping[str, Any]) -> Record:
    """A field of its own that the raw form does not tell, with what was said of it."""
    more = {name: row[name]} if getattr(record, name) is None else {}
    told = [part.partition(":") for part in (row["issues"] or "").split(",") if part]
    kept_issues = [Issue(of, code) for of, _, code in told if of == name]
    new = tuple(i for i in kept_issues if i not in record.issues)
    return replace(record, issues=(*record.issues, *new), **more)


def _filled(child: Any, name: str, row: Mapping[str, Any]) -> Any:
    if getattr(child, name) is not None or row.get(name) is None:
        return child
    return replace(child, **{name: row[name]})
