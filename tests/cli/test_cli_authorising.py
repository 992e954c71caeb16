"""`hub auth`: an owner is sent to the platform, and the terminal says what came of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from hub_core.cli import authorising
from hub_core.client import httpx
from tests.cli.world import World, boxed

CHANNEL = "taobao"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with boxed(tmp_path_factory.mktemp("auth"), CHANNEL, orders=2, shops=2) as made:
        yield made


class Owner:
    """Presses the button of the page that is shown."""

    def __init__(self, world: World, shop: str | None) -> None:
        self._box: Any = world.boxes[CHANNEL]
        self._box.register(None)
        self._shop, self.where = shop, ""

    def shown(self, sent: Any, browser: bool) -> None:
        pressed = self._box.consent(sent.url, self._shop) if self._shop else None
        self.where = pressed or self._box.refuse(sent.url)


def test_a_browser_on_this_machine_comes_back_by_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, _) = world.accounts(CHANNEL)
    owner = Owner(world, first.external_id)
    pages: list[str] = []

    def shown(sent: Any, browser: bool) -> None:
        owner.shown(sent, browser)
        threading.Thread(target=lambda: pages.append(fetched(owner.where))).start()

    monkeypatch.setattr(authorising, "_show", shown)
    said = world.hub("auth", "login", CHANNEL, "--port", "0", "--json")
    assert (said.code, said.json["end"], said.json["new"]) == (0, "done", True)
    assert "write" in {one["name"] for one in said.json["permissions"]}
    assert "授权成功" in "".join(pages)
    assert said.json["shop"] in world.hub("shop", "list").out
    listed = world.hub("auth", "list", "--json").json[0]
    assert (listed["stage"], listed["shop"]) == ("done", said.json["shop"])
    actions = [e["action"] for e in world.hub("audit", "list", "--json").json]
    assert actions[:2] == ["shop.authorised", "authorisation.begun"]
    assert world.hub("audit", "verify").code == 0


def fetched(url: str) -> str:
    return httpx.get(url, timeout=10).text


def test_the_address_is_pasted_where_there_is_no_browser(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (_, second) = world.accounts(CHANNEL)
    owner = Owner(world, second.external_id)
    monkeypatch.setattr(authorising, "_show", owner.shown)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: f"  {owner.where}#top ")
    back = "https://registered.example.com/back"
    said = world.hub("auth", "login", CHANNEL, "--redirect", back, "--name", "旗舰店")
    assert said.code == 0
    assert "旗舰店: added and authorised" in said.out
    assert "读取（一级）" in said.out
    owner.where = "https://elsewhere.example.com/back?code=a&state=" + "A" * 43
    monkeypatch.setattr(authorising, "_show", lambda *_: None)
    said = world.hub("auth", "login", CHANNEL, "--redirect", back)
    assert (said.code, "not the way back" in said.err) == (1, True)


def test_a_no_and_nobody_at_all_end_with_a_sentence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = Owner(world, None)
    monkeypatch.setattr(authorising, "_show", owner.shown)
    said = world.hub("auth", "login", CHANNEL, "--port", "0", "--minutes", "0.01")
    assert (said.code, "nobody came back in time" in said.err) == (2, True)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: owner.where)
    said = world.hub("auth", "login", CHANNEL, "--paste")
    assert (said.code, "said no" in said.err) == (1, True)


def test_a_link_takes_an_address_of_ones_own(world: World) -> None:
    said = world.hub("auth", "link", CHANNEL)
    assert (said.code, "public_url" in said.err) == (2, True)
    assert world.hub("auth", "login", "nobody").code == 2
