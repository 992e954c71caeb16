"""Which command stands in which module. One is imported when it is called, all of them
when the program shows its help: reading them all takes longer than most of them do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

MARKUP: Final = "markdown"
"""Rich's own takes `channel-hub[serve]` for a colour."""
HOMES = {
    "demo": "demo", "init": "init", "sync": "sync", "heal": "sync", "serve": "serve",
    "worker": "worker", "ship": "ship", "coverage": "coverage", "verify": "verify",
    "changes": "changes", "journal": "journal", "incidents": "journal", "quota": "quota",
    "plugins": "plugins", "rebuild": "rebuild", "record": "record", "backup": "backup",
    "restore": "backup", "doctor": "doctor", "schedules": "schedules", "jobs": "jobs",
    "orders": "orders", "export": "export", "endpoints": "endpoints",
    "products": "records", "after-sales": "records", "redemptions": "records",
    "places": "records", "bind": "bindings", "stock": "stock", "receiver": "receiver",
    "commands": "commands", "shop": "shops", "parked": "parked", "pushes": "pushes",
    "asks": "pushes", "adapter": "adapter", "drift": "drift", "alarms": "alarms",
    "keys": "keys", "audit": "audit", "auth": "authorising", "sandbox": "sandbox",
    "connector": "connector", "db": "database",
}  # fmt: skip
"""Command or group to module, as help lists them. A test holds it against the modules."""


@cache
def commands_of(module: str) -> Mapping[str, Any]:
    """What a module puts on the program, by name."""
    part = typer.Typer(rich_markup_mode=MARKUP)
    import_module(f".{module}", __package__).add(part)
    return typer.main.get_group(part).commands


class Commands(Mapping[str, Any]):
    """All commands by name, each made where it is asked for."""

    def __getitem__(self, name: str) -> Any:
        return commands_of(HOMES[name])[name]

    def __iter__(self) -> Iterator[str]:
        return iter(HOMES)

    def __len__(self) -> int:
        return len(HOMES)


class Program(TyperGroup):
    """`hub`, with all its commands."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given | {"commands": Commands()})
