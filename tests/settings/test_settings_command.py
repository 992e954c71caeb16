"""A secret that a program prints: run without a shell, bounded, and never repeated."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from hub_core.errors import Misconfigured
from hub_core.settings import Settings, master_key, reveal, secret

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its programs are Unix'")
HIDDEN = "hunter2"


def test_what_it_prints_is_the_secret() -> None:
    assert reveal(f"command:printf '%s\\n' {HIDDEN}").get_secret_value() == HIDDEN


def test_no_shell_reads_it(tmp_path: Path) -> None:
    said = reveal("command:echo $HOME;touch 'a b' `id` > out", tmp_path).get_secret_value()
    assert said == "$HOME;touch a b `id` > out"
    assert list(tmp_path.iterdir()) == []


def test_it_runs_where_the_settings_are(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(HIDDEN)
    assert reveal("command:cat secret", tmp_path).get_secret_value() == HIDDEN


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        (f"command:sh -c 'echo {HIDDEN}; echo {HIDDEN} >&2; exit 3'", "ended with 3"),
        (f"command:no-such-program {HIDDEN}", "cannot be run"),
        (f"command:sh -c 'yes {HIDDEN}'", "prints more than"),
        (f"command:printf '\\377 {HIDDEN}'", "no UTF-8"),
        ("command:true", "nothing is there"),
        (f"command:echo '{HIDDEN}", "has no other"),
    ],
)
def test_an_error_says_why_and_quotes_nothing(reference: str, why: str) -> None:
    with pytest.raises(Misconfigured, match=why) as caught:
        reveal(reference)
    assert HIDDEN not in str(caught.value)


def test_one_that_hangs_is_ended_with_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret, "SECONDS", 0.2)
    began = time.monotonic()
    with pytest.raises(Misconfigured, match="took longer than"):
        reveal("command:sh -c '(sleep 2; touch late) & sleep 60'", tmp_path)
    assert time.monotonic() - began < 2
    time.sleep(2.2 - (time.monotonic() - began))
    assert list(tmp_path.iterdir()) == []


def test_the_master_key_may_come_from_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("KEY", "KEY_FILE"):
        monkeypatch.delenv(f"CHANNEL_HUB_{name}", raising=False)
    settings = Settings.of(
        {"hub": {"key": "command:printf " + "A" * 43 + "="}}, tmp_path / "x"
    )
    assert master_key(settings) == bytes(32)
