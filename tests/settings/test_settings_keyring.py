"""Secrets in the system's keyring: asked only where a reference names one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub_core.errors import Misconfigured
from hub_core.settings import Settings, master_key, reveal

KEYRING = """
from .errors import KeyringError

def get_password(service, user):
    if service == "locked":
        raise KeyringError("told to no one")
    return {("hub", "main/jd"): "planted-secret"}.get((service, user))
"""
ERRORS = "class KeyringError(Exception): ..."


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A keyring with one secret and one door that does not open."""
    (tmp_path / "keyring").mkdir()
    (tmp_path / "keyring" / "__init__.py").write_text(KEYRING)
    (tmp_path / "keyring" / "errors.py").write_text(ERRORS)
    monkeypatch.syspath_prepend(tmp_path)
    for name in loaded():
        monkeypatch.delitem(sys.modules, name)
    yield
    for name in loaded():
        del sys.modules[name]


def loaded() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == "keyring"]


@pytest.mark.usefixtures("keyring")
def test_a_secret_in_a_keyring_is_found_by_service_and_user() -> None:
    assert reveal("keyring:hub/main/jd").get_secret_value() == "planted-secret"


@pytest.mark.usefixtures("keyring")
def test_a_keyring_without_it_is_said_so() -> None:
    with pytest.raises(Misconfigured, match="keyring:hub/other: nothing is there"):
        reveal("keyring:hub/other")


@pytest.mark.usefixtures("keyring")
def test_a_locked_keyring_is_an_error_and_never_a_second_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("KEY", "KEY_FILE"):
        monkeypatch.delenv(f"CHANNEL_HUB_{name}", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    with pytest.raises(Misconfigured, match=r"cannot be asked \(KeyringError\)") as caught:
        master_key(Settings.of({"hub": {"key": "keyring:locked/master"}}))
    assert "told to no one" not in str(caught.value)
    assert not (tmp_path / "config").exists()


def test_without_the_extra_the_way_to_get_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)

    with pytest.raises(Misconfigured, match=r"pip install 'channel-hub\[keyring\]'"):
        reveal("keyring:hub/main")
