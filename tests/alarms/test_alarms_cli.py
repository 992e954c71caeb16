"""`hub alarms`: what is open and who heard of it, seeing to it, and trying receivers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub_core import alarms
from hub_core.alarms import Severity, Trouble
from tests.alarms.world import Ear
from tests.cli.world import World, boxed, now

BAD = Trouble(
    key="token_dead:西湖店", severity=Severity.CRITICAL, said="授权已失效",
    next="hub shop token 西湖店", shop="西湖店",
)  # fmt: skip
TOKEN = "boss-token-canary-77"


@pytest.fixture
def cli(tmp_path: Path, ear: Ear) -> Iterator[World]:
    with boxed(tmp_path) as made:
        (tmp_path / "ops").write_text("wecombot://ops-key-1")
        (tmp_path / "boss").write_text(f"dingtalk://{TOKEN.replace('-', '')}")
        targets = {
            "ops": {"url": "file:ops", "base_url": ear.url},
            "boss": {"url": "file:boss", "base_url": "http://127.0.0.1:9"},
        }
        made.write_settings(alarms={"targets": targets})
        yield made


def look(world: World, *found: Trouble, later: float = 0) -> None:
    """The service looks."""
    with world.open() as hub:
        at = now() + timedelta(minutes=later)
        alarms.look(hub, at, found)
        alarms.tell(hub, at)


def test_without_a_look_an_empty_list_is_not_well(cli: World) -> None:
    said = cli.hub("alarms", "list")
    assert (said.code, "nothing is wrong" in said.out) == (1, True)
    assert "nobody has looked yet" in said.err


def test_a_list_tells_what_is_open_and_who_has_not_heard(cli: World) -> None:
    look(cli, BAD)
    said, told = cli.hub("alarms", "list", "--json"), cli.hub("alarms", "list")
    (one,) = said.json["alarms"]
    assert (said.code, told.code, said.json["ok"]) == (1, 1, False)
    state = [one["kind"], one["severity"], one["state"]]
    assert state == ["token_dead", "critical", "open"]
    assert (one["told"], one["not_told"]) == (["ops"], ["boss"])
    states = {t["name"]: (t["failures"], t["error"]) for t in said.json["targets"]}
    assert states == {"ops": (0, None), "boss": (1, "no connection: ConnectError")}
    assert "ops, not delivered: boss" in told.out
    assert TOKEN.replace("-", "") not in said.out + told.out


def test_what_somebody_sees_to_is_no_fault_any_more(cli: World, ear: Ear) -> None:
    cli.write_settings(
        alarms={"targets": {"ops": {"url": "file:ops", "base_url": ear.url}}}
    )
    look(cli, BAD)
    said = cli.hub("alarms", "ack", BAD.key, "--json")
    listed = cli.hub("alarms", "list", "--json")
    assert (said.code, said.json) == (0, {"acked": [BAD.key]})
    assert (listed.code, listed.json["alarms"][0]["state"]) == (0, "acked")
    assert cli.hub("alarms", "ack", "--all").out == "1 acknowledged\n"
    look(cli)
    look(cli, later=6)
    assert cli.hub("alarms", "list", "--json").json["alarms"] == []
    over = cli.hub("alarms", "list", "--all", "--json")
    assert (over.code, over.json["alarms"][0]["state"]) == (0, "closed")


WRONG = [
    (("ack", "nosuch"), "no open alarm 'nosuch'"),
    (("ack",), "--all"),
    (("test", "nosuch"), "there are: "),
]


def test_what_is_not_there_is_wrong_use(cli: World) -> None:
    for words, told in WRONG:
        said = cli.hub("alarms", *words)
        assert (said.code, said.out) == (2, "")
        assert told in said.err


def test_a_test_tells_who_took_it(cli: World, ear: Ear) -> None:
    both, one = cli.hub("alarms", "test", "--json"), cli.hub("alarms", "test", "ops")
    assert (both.code, one.code) == (1, 0)
    assert both.json["targets"] == [
        {"name": "ops", "error": None},
        {"name": "boss", "error": "no connection: ConnectError"},
    ]
    assert len(ear.texts) == 2
    assert all(text.startswith("【channel-hub】告警测试") for text in ear.texts)


def test_with_nobody_to_tell_a_test_says_what_to_write(cli: World) -> None:
    cli.write_settings()
    said = cli.hub("alarms", "test")
    assert said.code == 2
    assert "[alarms.targets.NAME]" in said.err
