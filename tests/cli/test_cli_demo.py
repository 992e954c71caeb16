"""The demo, run as a newcomer runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def hub(*words: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("hub")
    return subprocess.run(
        [str(program), *words], capture_output=True, text=True, timeout=300, check=False
    )


def test_the_demo_loses_nothing_and_shows_what_a_forward_reader_loses() -> None:
    done = hub("demo", "--json")

    said = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (said["ok"], said["coverage_complete"]) == (True, True)
    assert set(said["channels"]) == {"douyin-laike", "taobao", "jd"}
    assert all(c["lost"] == 0 == c["doubled"] for c in said["channels"].values())
    assert said["orders"] > 2_000
    assert sum(c["forward_reader"]["lost"] for c in said["channels"].values()) > 0


def test_an_unknown_channel_is_wrong_use_and_names_those_there_are() -> None:
    done = hub("demo", "--channel", "shopify")

    assert done.returncode == 2
    assert "douyin-laike" in done.stderr
    assert "Traceback" not in done.stderr
