"""The door every plugin comes through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from functools import lru_cache, partial
from importlib.metadata import Distribution, EntryPoint, entry_points
from typing import Any

from ..deadline import within
from ..hookspecs import PROJECT
from .registry import LOADING, Plugins, Row, where_it_failed

OURS = "channel-hub"
"""The distribution whose plugins serve one channel each, the one they are named for."""


def load(
    disabled: frozenset[str] = frozenset(),
    *,
    extra: Mapping[str, Any] | None = None,
    channels: Container[str] | None = None,
) -> Plugins:
    """Every installed plugin but the `disabled`, which are not even imported.

    `extra` are plugins handed over as objects, by name; each takes the place of an
    installed one of that name. With `channels`, those in use, our own plugins of others
    wait until somebody asks for what they serve: importing them takes its time.
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
        elif channels is not None and row.distribution == OURS and row.name not in channels:
            plugins.put_off(partial(_admit, plugins, row, entry))
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
    return Row(entry.name, *_known_as(entry.dist)) if entry.dist else Row(entry.name)


@lru_cache(maxsize=64)
def _known_as(owner: Distribution) -> tuple[str, str]:
    """Name and version, which are read together with all of its README."""
    about = owner.metadata
    return about["Name"], about["Version"]
