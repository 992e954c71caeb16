"""What stands in deploy/ is true: its commands, options and variables are the hub's."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer

from hub_core.cli.app import app
from hub_core.settings.folders import Environment
from tests.cli.world import PROGRAM, World

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNIT = (DEPLOY / "channel-hub.service").read_text("utf-8")
CONTAINER = (DEPLOY / "Containerfile").read_text("utf-8")
WRAPPER = (DEPLOY / "hub").read_text("utf-8")
INSTALLED = "/opt/channel-hub/bin/hub"


def settings(text: str) -> dict[str, list[str]]:
    """A unit's settings; those that come more than once with all of their values."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, parted, value = line.partition("=")
        if parted and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def entry_and_command() -> list[str]:
    """What the container runs."""
    words: list[str] = []
    for instruction in ("ENTRYPOINT", "CMD"):
        listed = re.search(rf"^{instruction} \[(.*)\]$", CONTAINER, re.M)
        assert listed
        words += re.findall(r'"([^"]*)"', listed[1])
    return words


def refused(words: list[str]) -> str | None:
    """Why the hub would not take these words; None where it would."""
    group: Any = typer.main.get_command(app)
    try:
        group.commands[words[0]].make_context(words[0], words[1:])
    except Exception as error:  # of whichever click typer brings
        return str(error)
    return None


def test_the_commands_are_ones_the_hub_takes() -> None:
    (started,) = settings(UNIT)["ExecStart"]
    unit, container = shlex.split(started), entry_and_command()
    assert unit[0] == INSTALLED
    assert container[0] == "hub"
    for words in (unit[1:], container[1:]):
        assert refused(words) is None
        assert refused([*words, "--no-such-option"])


def test_the_variables_are_ones_the_hub_reads() -> None:
    known = {
        f"CHANNEL_HUB_{name.upper()}"
        for name, had in vars(Environment).items()
        if isinstance(had, property)
    }
    for text in (UNIT, CONTAINER, WRAPPER):
        named = set(re.findall(r"\bCHANNEL_HUB_[A-Z_]+", text))
        assert named
        assert named <= known


def test_the_wrapper_runs_the_hub_as_the_unit_does() -> None:
    unit = settings(UNIT)
    (user,), (key,) = unit["User"], unit["LoadCredential"]
    (more,) = unit["EnvironmentFile"]
    assert f"--uid={user}" in WRAPPER
    assert f"LoadCredential={key}" in WRAPPER
    assert f"EnvironmentFile={more}" in WRAPPER
    for variable in unit["Environment"]:
        if variable.startswith("CHANNEL_HUB_") and "%d" not in variable:
            assert variable.replace("%S", "/var/lib") in WRAPPER
    ran = subprocess.run(["sh", "-n", str(DEPLOY / "hub")], check=False)
    assert ran.returncode == 0


def test_the_unit_ends_in_time_and_is_shut_in() -> None:
    unit = settings(UNIT)
    assert int(unit["TimeoutStopSec"][0]) > 10
    assert unit["Restart"] == ["on-failure"]
    assert unit["ProtectSystem"] == ["strict"]
    assert unit["NoNewPrivileges"] == ["yes"]
    assert not any("KEY=" in one for one in unit["Environment"])


def test_the_container_is_nobody_s_root_and_asks_readyz() -> None:
    assert re.search(r"^USER 10001$", CONTAINER, re.M)
    assert "--only-binary=:all:" in CONTAINER
    assert "/readyz" in CONTAINER
    assert re.search(r"^VOLUME /data$", CONTAINER, re.M)
    port = entry_and_command()[entry_and_command().index("--port") + 1]
    assert f"EXPOSE {port}" in CONTAINER
    assert f"127.0.0.1:{port}/readyz" in CONTAINER


@pytest.fixture
def verified(tmp_path: Path) -> Path:
    """The unit with the hub of this checkout: systemd looks whether it is there."""
    unit = tmp_path / "channel-hub.service"
    unit.write_text(UNIT.replace(INSTALLED, str(PROGRAM)), "utf-8")
    return unit


@pytest.mark.only_where(shutil.which("systemd-analyze"), "systemd")
def test_systemd_takes_the_unit(verified: Path) -> None:
    asked = ["systemd-analyze", "verify", str(verified)]
    ran = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_wrong_settings_end_it_with_the_code_that_is_not_tried_again(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.write_settings()
    world.config.write_text("[hub]\nno_such = 1\n", "utf-8")
    (code,) = settings(UNIT)["RestartPreventExitStatus"]
    assert world.hub("serve", "--port", "0").code == int(code)
