"""The master key: where it is looked for, made once, and never shown."""

from __future__ import annotations

import base64
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub_core.errors import Misconfigured
from hub_core.settings import KeySource, Settings, find_key, key_file, master_key

KEY = bytes(range(32))
OTHER = bytes(range(32, 64))
NOBODY = Settings()


def text(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("KEY", "KEY_FILE"):
        monkeypatch.delenv(f"CHANNEL_HUB_{name}", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path))
    return tmp_path / "channel-hub"


def test_the_key_is_made_once_for_its_owner_alone(home: Path) -> None:
    made = master_key(NOBODY)
    file = home / "master.key"

    assert len(made) == 32
    assert master_key(NOBODY) == made
    assert [p.name for p in home.iterdir()] == ["master.key"]
    assert sys.platform == "win32" or file.stat().st_mode & 0o777 == 0o600


def test_a_hub_that_runs_makes_no_other_key_in_the_place_of_its_own(home: Path) -> None:
    source = KeySource(NOBODY, find_key(NOBODY))
    (home / "master.key").unlink()

    with pytest.raises(Misconfigured, match="gone"):
        source(True)
    assert list(home.iterdir()) == []


def test_first_uses_at_once_make_one_key(home: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: master_key(NOBODY), range(32)))

    assert len(keys) == 1


def test_the_variable_comes_before_the_file_and_the_file_before_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_TEST_KEY", text(OTHER))
    settings = Settings.of({"hub": {"key": "env:HUB_TEST_KEY"}})
    assert master_key(settings) == OTHER

    path = tmp_path / "own.key"
    path.write_text(text(KEY))
    path.chmod(0o600)
    monkeypatch.setenv("CHANNEL_HUB_KEY_FILE", str(path))
    assert master_key(settings) == KEY

    monkeypatch.setenv("CHANNEL_HUB_KEY", text(OTHER))
    assert (master_key(settings), find_key(settings).source) == (OTHER, "CHANNEL_HUB_KEY")


@pytest.mark.parametrize("bad", ["!!!", text(KEY[:31]), text(KEY + b"x"), text(KEY)[:-1]])
def test_what_is_no_key_is_refused_and_not_repeated(
    bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHANNEL_HUB_KEY", bad)

    with pytest.raises(Misconfigured, match="has to be base64 of 32 bytes") as caught:
        master_key(NOBODY)
    assert bad not in str(caught.value)


def test_a_key_file_asked_for_is_never_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHANNEL_HUB_KEY_FILE", str(tmp_path / "lost.key"))

    with pytest.raises(Misconfigured, match=r"lost.key: the key cannot be read"):
        master_key(NOBODY)
    assert not (tmp_path / "lost.key").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_key_others_may_read_is_used_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "open.key"
    path.write_text(text(KEY))
    path.chmod(0o644)
    monkeypatch.setenv("CHANNEL_HUB_KEY_FILE", str(path))

    with caplog.at_level(logging.WARNING):
        assert master_key(NOBODY) == KEY
    assert f"other users may read the key; run: chmod 600 '{path}'" in caplog.text
    assert text(KEY) not in caplog.text


def test_a_folder_that_cannot_be_written_is_said_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(Misconfigured, match=r"cannot be made: .*set CHANNEL_HUB_KEY"):
        key_file(tmp_path / "file" / "master.key")


def test_the_key_is_not_in_its_repr() -> None:
    found = find_key(NOBODY)

    assert "key=" not in repr(found)
    assert str(found.key) not in repr(found)
