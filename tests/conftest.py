"""What holds for all tests, before any of them imports the hub."""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests import databases

# A test runner that starts others tells them how wide its terminal is; what the program
# prints in a test has no terminal.
os.environ.pop("COLUMNS", None)
# How fast the machine is, is no property of the program.
settings.register_profile(
    "hub", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("hub")


def pytest_configure(config: pytest.Config) -> None:
    """A plugin's hooks hear of fixtures of the whole session, a conftest's do not."""
    config.pluginmanager.register(databases, "tests.databases")


def pytest_sessionstart() -> None:
    """Migrations are walked once a process, but where they are what is tested."""
    from tests import template

    template.install()


LONG = ("loss", "kill", "loss_records", "scenarios")
"""Folders whose tests take minutes: begun first, lest a core waits for them at the end."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long ones first, the others as they come. What a run or a machine has not is
    left out: parts of a full run, another's tools, what is laid beside the project."""
    without = [item for item in items if not all(map(_is_there, marks(item)))]
    if without:
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if item not in without]

    def place(item: pytest.Item) -> int:
        folder = item.path.parent.name
        return LONG.index(folder) if folder in LONG else len(LONG)

    items.sort(key=place)


def marks(item: pytest.Item) -> list[pytest.Mark]:
    return list(item.iter_markers("only_where"))


def _is_there(mark: pytest.Mark) -> bool:
    there, _ = mark.args
    return bool(there)
