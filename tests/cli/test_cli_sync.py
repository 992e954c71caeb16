"""`hub sync`, `hub heal` and `hub coverage`, as a person and as a program see them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.world import World, boxed, now
from tests.harness import OTHER_KINDS


@pytest.fixture
def jd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """One shop of JD that was never read; its box is closed with the test."""
    with boxed(tmp_path, "jd", orders=30) as made:
        account = made.accounts("jd")[0]
        monkeypatch.setenv("SHOP_TOKEN", account.access_token or "")
        assert made.add_shop(account, "jd").code == 0
        yield made


SHOP = "沙箱京东店317"
STREAM_FIELDS = {
    *("shop", "stream", "seconds", "calls", "created", "changed", "unchanged", "parked"),
    *("late", "partial", "skipped", "error"),
}


def test_sync_reads_every_stream_of_every_shop(world: World) -> None:
    said = world.hub("sync", "--json")

    assert (said.code, said.err) == (0, "")
    assert said.json["ok"] is True
    assert {(s["shop"], s["stream"]) for s in said.json["streams"]} == {
        ("沙箱商户1", "orders"), ("沙箱旗舰店1", "orders"),
        (SHOP, "orders"), (SHOP, "unpaid"),
    }  # fmt: skip
    assert all(set(s) >= STREAM_FIELDS for s in said.json["streams"])


def test_one_shop_and_one_stream_can_be_read_alone(world: World) -> None:
    said = world.hub("sync", SHOP, "--stream", "unpaid", "--json")

    assert [(s["shop"], s["stream"]) for s in said.json["streams"]] == [(SHOP, "unpaid")]


def test_what_was_never_read_is_no_success(jd: World) -> None:
    before = jd.hub("coverage", "--json")
    half = jd.hub("sync", "--stream", "orders")
    after_half = jd.hub("coverage")
    jd.hub("sync")
    after = jd.hub("coverage")

    assert (before.code, before.json["complete"]) == (1, False)
    assert [n["stream"] for n in before.json["never_read"]] == ["orders", "unpaid"]
    assert half.code == 0
    assert after_half.code == 1
    assert "never read" in after_half.out
    assert f"hub sync {SHOP}" in after_half.err
    assert (after.code, after.err) == (0, "")


def test_coverage_tells_spans_with_their_proof(world: World) -> None:
    said = world.hub("coverage", "--json", "--assumptions")

    assert (said.code, said.json["complete"]) == (0, True)
    for stream in said.json["streams"]:
        assert {s["state"] for s in stream["spans"]} == {"complete"}
        assert all(s["rule"] for s in stream["spans"])
        assert stream["assumptions"]


def test_a_dry_run_estimates_and_stores_nothing(jd: World) -> None:
    said = jd.hub("sync", "--dry-run", "--json")

    assert said.code == 0
    assert [s["stream"] for s in said.json["streams"]] == ["orders", "unpaid"]
    assert said.json["calls"] > 0
    assert {"rows", "windows", "probed", "seconds", "counted"} <= set(
        said.json["streams"][0]
    )
    assert jd.hub("orders", "list", "--json").json == []
    assert "calls" in jd.hub("sync", "--dry-run").out


def test_a_long_first_reading_says_what_it_takes(jd: World) -> None:
    said = jd.hub("sync", "--since", "2020-01-01")

    assert said.code == 0
    assert "rows" in said.err
    assert "calls" in said.err


def test_heal_reads_the_last_days_again(world: World) -> None:
    said = world.hub("heal", SHOP, "--days", "1", "--json")

    assert (said.code, said.json["ok"]) == (0, True)
    assert sum(s["unchanged"] for s in said.json["streams"]) > 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sync", "nobody"), SHOP),
        (("sync", "--since", "yesterday"), "2026-11-20"),
        (("heal", "nobody"), SHOP),
        (("heal", "--from", "2026-01-01"), "name the shops"),
        (("coverage", "nobody"), SHOP),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_there_is(
    world: World, words: tuple[str, ...], told: str
) -> None:
    said = world.hub(*words, "--json")

    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_an_unknown_stream_names_those_there_are(world: World) -> None:
    said = world.hub("sync", SHOP, "--stream", "nothing")

    assert said.code == 1
    assert "orders, unpaid" in said.err


def test_without_a_shop_the_next_step_is_told(tmp_path: Path) -> None:
    with boxed(tmp_path) as empty:
        said = empty.hub("sync")

    assert said.code == 2
    assert "hub shop add" in said.err


def test_a_platform_that_is_gone_ends_with_1_and_stops_no_other_shop(
    jd: World, tmp_path: Path
) -> None:
    text = jd.config.read_text("utf-8")
    jd.config.write_text(text.replace(jd.urls["jd"], "http://127.0.0.1:9"), "utf-8")
    said = jd.hub("sync", "--json")
    told = jd.hub("sync")

    assert said.code == told.code == 1
    assert said.json["ok"] is False
    assert {s["error"]["kind"] for s in said.json["streams"]} == {"Retryable"}
    assert "failed: Retryable" in told.out
    assert "next: look at network, proxy and base_url (hub journal" in told.err
    assert jd.hub("coverage").code == 1


def test_a_wrong_secret_says_where_to_look(jd: World) -> None:
    (jd.folder / "AK0001.secret").write_text("not-the-secret")
    said = jd.hub("sync")

    assert said.code == 1
    assert "next: look at the app's key and secret: hub doctor" in said.err
    assert "not-the-secret" not in said.err + said.out


def test_a_missing_secret_is_named_by_where_it_should_stand(jd: World) -> None:
    (jd.folder / "AK0001.secret").unlink()
    said = jd.hub("sync")

    assert said.code == 1
    assert "AK0001.secret" in said.err


def test_a_cursor_in_the_future_is_no_success_and_can_be_set_back(
    jd: World, tmp_path: Path
) -> None:
    jd.boxes["jd"].clock.advance(7200)  # the platform's clock goes wrong,
    assert jd.hub("sync").code == 0
    (tmp_path / "right").mkdir()
    with boxed(tmp_path / "right", "jd", orders=30) as right:  # and is set right again
        jd.urls["jd"] = right.urls["jd"]
        jd.write_settings()
        said, checks = jd.hub("sync"), jd.hub("doctor", "--json").json["checks"]
        healed = jd.hub("heal", SHOP, "--from", f"{now():%Y-%m-%d}")
        again = jd.hub("sync")

    assert said.code == 1
    assert f"hub heal {SHOP} --from" in said.err
    assert any(c["state"] == "fail" and "in the future" in c["said"] for c in checks)
    assert (healed.code, again.code) == (0, 0), healed.err + again.err


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a process")
def test_ctrl_c_ends_at_a_window_and_leaves_the_cursor_with_what_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with boxed(tmp_path, "taobao", orders=30, latency=0.0) as made:
        account, box = made.accounts("taobao")[0], made.boxes["taobao"]
        monkeypatch.setenv("SHOP_TOKEN", account.access_token or "")
        made.add_shop(account, "taobao", "--since", "2020-01-01")
        paced = {"limits": [{"calls": 20, "seconds": 1.0}], "off": OTHER_KINDS}
        made.write_settings(channels={"taobao": paced})
        program = made.start("sync")
        while len(box.log.entries) < 20:  # a dozen probes go before the first window
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(timeout=0.05)
                pytest.fail(f"it ended by itself: {program.communicate()}")
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=60)
        covered = made.hub("coverage", "--json").json["streams"]

    assert program.returncode == 130, err
    assert "stopping with the window being read" in err
    assert "stopped" in err
    assert "Traceback" not in err
    assert all(s["until"] < now().isoformat() for c in covered for s in c["spans"])
