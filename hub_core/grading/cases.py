"""The contracts as pytest collects them for one connector: run by `contract.run`.

Which connector, of which of its capabilities, and under which positions of its box's
switches: `contract.Task`, as JSON in the environment.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

import pytest

from hub_core.grading.boxes import filled, plugin_of, settled
from hub_core.plugins import Plugins, load
from hub_core.sandbox import Platform
from hub_core.testing.contracts import CONTRACTS

TASK = json.loads(os.environ.get("CHANNEL_HUB_GRADING", "{}"))


@cache
def plugins() -> Plugins:
    """All that are installed, loaded once."""
    return load()


class Boxed:
    """The fixtures of any contract, from the connector's own box."""

    @pytest.fixture
    def plugin(self) -> Any:
        """The one that is graded."""
        return plugin_of(TASK["plugin"])

    @pytest.fixture
    def platform(
        self, request: pytest.FixtureRequest, position: dict[str, str]
    ) -> Platform:
        """Its box, under one position of its switches."""
        channel, kind = TASK["channel"], request.cls.capability
        if kind == "orders":
            return settled(plugins(), channel, switches=position, latency=0.1)
        return filled(plugins(), channel, kind, switches=position)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test under each position; `{}` is the box as it is made."""
    if "position" in metafunc.fixturenames:
        told = TASK["positions"]
        names = [" ".join(f"{k}={v}" for k, v in one.items()) for one in told]
        metafunc.parametrize("position", told, ids=[name or "as made" for name in names])


for _what in TASK.get("capabilities", ()):
    _name = f"Test_{_what}"
    globals()[_name] = type(_name, (Boxed, CONTRACTS[_what]), {"__module__": __name__})
