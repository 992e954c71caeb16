"""Secrets anybody could guess are known as such, and not shown to the world."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from hub_core.settings import MasterKey, Settings
from hub_core.settings.defaults import is_loopback, well_known
from tests.cli.world import boxed

TRUE = ("9c1f0d3b4e6a78215b0c7d9e8f3a2b1c", "Testb7Qk2LmZ9xTr4Ws8Vn", "SAndboxqQ81kd0Zl2m")


def app(secret: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HUB_TEST_APP", secret)
    table = {"channel": "jd", "app_key": "k", "app_secret": "env:HUB_TEST_APP"}
    return Settings.of({"apps": {"main": table}})


@pytest.mark.parametrize(
    "secret",
    ["sandbox-secret-000001", "changeme", "your_app_secret", "000000", "xxxx", "12345678"],
)
def test_a_word_of_an_example_is_no_secret(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (said,) = well_known(app(secret, monkeypatch), None)
    assert said.startswith("[apps.main]")
    assert secret not in said


@pytest.mark.parametrize("secret", TRUE)
def test_a_platforms_own_is_one(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(well_known(app(secret, monkeypatch), None)) == []


@pytest.mark.parametrize(
    "key",
    [
        bytes(32),
        b"\xff" * 32,
        bytes(range(32)),
        b"k" * 32,
        b"correct horse battery staple 123",
    ],
)
def test_a_key_that_was_typed_is_none(key: bytes) -> None:
    (said,) = well_known(Settings(), MasterKey(key, "a test"))
    assert "hub keys rotate" in said


def test_a_key_of_chance_is_one() -> None:
    for _ in range(2000):
        assert not list(well_known(Settings(), MasterKey(secrets.token_bytes(32), "")))


def test_only_this_machine_is_loopback() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.0.1", "::1", "[::1]", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.0.2.1", "hub.example", "")))


def test_beyond_this_machine_a_box_is_not_served(tmp_path: Path) -> None:
    with boxed(tmp_path, "jd", orders=1) as world:
        said = world.hub("serve", "--host", "0.0.0.0", "--port", "0")
    assert said.code == 2
    assert "its app secret is one of a platform in a box" in said.err
    assert "until then it serves 127.0.0.1 alone" in said.err
