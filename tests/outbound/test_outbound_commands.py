"""`hub endpoints`: an endpoint's life by the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from tests.cli.world import Said, World, boxed
from tests.outbound.erp import Erp


@pytest.fixture
def world(tmp_path: Path, erp: Erp) -> Iterator[World]:
    with boxed(tmp_path) as made:
        made.write_settings(outbound={"allow": ["127.0.0.1"], "ports": [443, erp.port]})
        yield made


def said(world: World, *words: object) -> Said:
    return world.hub("endpoints", *words)


def test_an_endpoint_lives_by_commands_and_its_secret_is_shown_once(
    world: World, erp: Erp
) -> None:
    added = said(
        world, "add", erp.url, "--event", "order", "--description", "ERP", "--json"
    )
    made = added.json
    assert (added.code, made["state"], made["events"]) == (0, "active", ["order"])
    assert "only time" in said(world, "add", erp.url).err

    tried = said(world, "test", made["id"], "--json")
    assert (tried.code, tried.json["ok"], tried.json["status"]) == (0, True, 204)
    (came,) = erp.came
    assert Webhook(made["secret"]).verify(came.body, came.headers)["type"] == "hub.test"
    erp.reply = lambda came: 500
    failed = said(world, "test", made["id"])
    assert (failed.code, "HTTP 500" in failed.out) == (1, True)

    rotated = said(world, "rotate", made["id"], "--hours", "2", "--json").json
    assert rotated["secret"] != made["secret"]
    assert said(world, "rotate", made["id"]).code == 2
    assert said(world, "off", made["id"]).out.startswith(f"{made['id']} is off")
    listed = said(world, "list", "--json")
    assert (listed.code, [one["state"] for one in listed.json]) == (0, ["off", "active"])
    assert said(world, "on", made["id"], "--json").json["state"] == "active"
    shown = said(world, "show", made["id"], "--json")
    assert (shown.json["behind"], shown.json["description"]) == (0, "ERP")
    for secret in (made["secret"], rotated["secret"]):
        assert secret not in listed.out + shown.out
    assert said(world, "remove", made["id"]).code == 0
    assert [one["id"] for one in said(world, "list", "--json").json] != [made["id"]]


def test_dead_letters_are_shown_and_sent_again_by_commands(world: World, erp: Erp) -> None:
    uid = json.loads(said(world, "add", erp.url, "--json").out)["id"]

    none = said(world, "dead", "--json")
    assert (none.code, none.json) == (0, [])
    assert said(world, "replay", uid, "--all", "--json").json["replayed"] == 0
    assert said(world, "replay", uid).code == 2
    assert said(world, "replay", uid, "msg_none").code == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "https://127.0.0.2/"), "loopback"),
        (("add", "http://10.0.0.1/"), "port 80"),
        (("add", "https://93.184.215.14/", "--event", "orders"), "no event"),
        (("add", "https://93.184.215.14/", "--after", "7"), "has come to 0"),
        (("show", "ep_none"), "no endpoint"),
        (("dead", "ep_none"), "no endpoint"),
    ],
)
def test_wrong_use_says_what_is_wrong(
    world: World, words: tuple[str, ...], told: str
) -> None:
    answer = said(world, *words)
    assert (answer.code, told in answer.err) == (2, True)
