"""The demo, run as a newcomer runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from hub_core.cli.demo import writing
from hub_core.cli.demo.stage import stage
from tests.cli.world import PROGRAM

# `hub` as a newcomer types it, whatever the folder.
ENVIRONMENT = {**os.environ, "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"}
Said = dict[str, Any]
CHANNELS = {"douyin-laike", "taobao", "jd", "pinduoduo"}


def run(*words: str, **how: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, capture_output=True, text=True, timeout=300, check=False, env=ENVIRONMENT,
        **how,
    )  # fmt: skip


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[subprocess.CompletedProcess[str], Said]]:
    """The one run all tests here look at: it is long."""
    done = run("hub", "demo", "--json")
    said = json.loads(done.stdout)
    yield done, said
    rmtree(said["folder"])


Demo = tuple[subprocess.CompletedProcess[str], Said]


def test_the_demo_loses_nothing_and_shows_what_a_forward_reader_loses(demo: Demo) -> None:
    done, said = demo

    assert done.returncode == 0, done.stderr
    assert (said["ok"], said["coverage_complete"]) == (True, True)
    assert set(said["channels"]) == CHANNELS
    assert all(c["lost"] == 0 == c["doubled"] for c in said["channels"].values())
    assert said["orders"] > 2_000
    assert sum(c["forward_reader"]["lost"] for c in said["channels"].values()) > 0


def test_beyond_orders_everything_is_there_and_a_level_and_a_parcel_arrive(
    demo: Demo,
) -> None:
    said = demo[1]

    assert said["records"].keys() == CHANNELS
    for kinds in said["records"].values():
        assert kinds.keys() >= {"products", "after_sales"}
        assert all(n["records"] > 0 == n["lost"] for n in kinds.values())
    assert said["records"]["douyin-laike"]["redemptions"]["records"] > 100
    assert said["stock"] == dict.fromkeys(CHANNELS, 9_000)
    sends_goods = CHANNELS - {"douyin-laike"}
    assert said["shipped"] == dict.fromkeys(sends_goods, "confirmed")


def test_the_commands_it_ends_with_work_as_they_are_printed(demo: Demo) -> None:
    commands = [command for command, _ in demo[1]["next"]]
    folder = commands.pop(0).removeprefix("cd ")

    assert len(commands) > 4
    assert all(command.startswith("hub ") for command in commands)
    for command in commands:
        done = run("sh", "-c", command, cwd=folder)
        assert (done.returncode, command) == (0, command), done.stderr
        assert done.stdout + done.stderr


def test_its_store_is_its_own_and_only_its_owner_can_read_the_key(demo: Demo) -> None:
    folder = Path(demo[1]["folder"])

    assert Path(demo[1]["database"]).parent == folder
    assert (folder / "master.key").stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0


def test_an_unknown_channel_is_wrong_use_and_names_those_there_are() -> None:
    done = run("hub", "demo", "--channel", "shopify")

    assert done.returncode == 2
    assert "douyin-laike" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a process")
def test_ctrl_c_ends_it_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with subprocess.Popen(
        ["hub", "demo", "--channel", "jd"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env={**ENVIRONMENT, "TMPDIR": str(tmp_path)},
    ) as program:  # fmt: skip
        assert program.stderr is not None
        first = program.stderr.readline()
        program.send_signal(signal.SIGINT)
        said = program.stderr.read()

    assert "round 1" in first
    assert program.returncode == 130
    assert "Traceback" not in said
    assert "stopped" in said
    assert list(tmp_path.glob("channel-hub-demo-*")) == []


def test_ctrl_c_after_the_orders_ends_it_too() -> None:
    with stage(["pinduoduo"], 0) as show:
        show.stop.asked = True
        with pytest.raises(KeyboardInterrupt):
            writing.beyond_orders(show, [])

    rmtree(show.folder)
