"""The door every plugin comes through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from ..deadline import within
from ..hookspecs import PROJECT
from .registry import LOADING, Plugins, Row, where_it_failed


def load(
    disabled: frozenset[str] = frozenset(), *, extra: Mapping[str, Any] | None = None
) -> Plugins:
    """Every installed plugin but the `disabled`, which are not even imported.

    `extra` are plugins handed over as objects, by name; each takes the place of an
    installed one of that name.
    """
    plugins, given = Plugins(), extra or {}
    found = [e for e in entry_points(group=PROJECT) if e.name not in given]
    twice = Counter(e.name for e in found)
    for entry in sorted(found, key=lambda e: e.name):
        row = _row(entry)
        if entry.name in disabled:
            plugins.refuse(row, "disabled in [hub]", "off")
        elif twice[entry.name] > 1:
            owners = " and ".join(
                _row(e).distribution for e in found if e.name == entry.name
            )
            plugins.refuse(row, f"{owners} both declare this name: uninstall one")
        else:
            _admit(plugins, row, entry)
    for name, plugin in given.items():
        plugins.admit(Row(name), plugin)
    return plugins


def _admit(plugins: Plugins, row: Row, entry: EntryPoint) -> None:
    try:
        plugin = within(LOADING, lambda _: entry.load(), f"importing {entry.value}")
    except (Exception, SystemExit) as error:
        plugins.refuse(row, where_it_failed(error, say=True))
    else:
        plugins.admit(row, plugin)


def _row(entry: EntryPoint) -> Row:
    dist = entry.dist
    return Row(entry.name, dist.name, dist.version) if dist else Row(entry.name)
