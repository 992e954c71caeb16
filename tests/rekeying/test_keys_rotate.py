"""The master key is changed while the hub runs, and killed while it is; nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, text, update

from hub_core import rekeying
from hub_core.backup import back_up, look_into
from hub_core.errors import Misconfigured
from hub_core.hub import Hub
from hub_core.rekeying import put_away, rotate
from hub_core.settings import find_key
from hub_core.store import Store, resealing
from hub_core.store.engine import connect
from hub_core.store.schema import upgrade
from hub_core.store.tables import AuditRow, every_table
from hub_core.store.vault import Vault
from tests import databases
from tests.cli.world import boxed
from tests.rekeying import house
from tests.rekeying.house import FORMER, a_token, audit_of, new_house, opened, told
from tests.store.making import Hands, an_order

EVERY = int(os.environ.get("CHANNEL_HUB_ROTATION_KILLS_EVERY", "61"))
"""One of so many steps is killed at; 1 is the full run."""
ROOT = Path(__file__).resolve().parents[2]
NEW = bytes(range(32))
HOUR = 3600.0
FILLED = {"ask", "endpoint", "inbox", "parked", "party", "profile", "raw", "token"}


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "hub.db"
    engine = connect(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def folder(tmp_path: Path, template: Path) -> Path:
    made = tmp_path / "house"
    made.mkdir()
    new_house(made, template)
    return made


def keys_of(folder: Path) -> tuple[bytes, ...]:
    return find_key(house.settings(folder)).every


def url(folder: Path) -> str:
    return databases.at(folder / "hub.db")


def test_all_that_was_sealed_opens_with_the_new_key_alone(folder: Path) -> None:
    with opened(folder) as hub:
        before = told(hub)
        done = rotate(hub, actor="wu", size=2)
        assert told(hub) == before
    assert done.made
    assert done.is_done
    assert done.shut == []
    assert set(done.resealed) >= FILLED
    assert all(done.resealed[name] for name in FILLED), done.resealed

    with opened(folder, 2 * HOUR) as hub:
        (former,) = done.former
        put_away(hub, former, actor="wu")
        assert len(keys_of(folder)) == 1
    with opened(folder, 3 * HOUR) as hub:
        assert told(hub) == before
        assert audit_of(hub).verify().fault is None
    with pytest.raises(Misconfigured, match="was sealed with key"):
        Store.open(url(folder), FORMER)


def test_every_sealed_column_there_is_is_sealed_anew() -> None:
    sealed = {
        table.name
        for table in every_table().tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) and not column.name.endswith("hash")
    }
    assert sealed == {column.table.name for column in resealing.COLUMNS}


def test_the_former_key_stays_for_an_hour_and_while_it_is_needed(folder: Path) -> None:
    with opened(folder) as hub:
        (former,) = rotate(hub, actor="wu").former
        with pytest.raises(Misconfigured, match="may not be written yet"):
            put_away(hub, former, actor="wu")
        with pytest.raises(Misconfigured, match="there is no former key"):
            put_away(hub, hub.store.vault.fingerprint, actor="wu")
    late = Vault(FORMER)  # somebody who had not heard of the new key
    with opened(folder, 2 * HOUR) as hub:
        Store(hub.store.engine, late).tokens.save_if("jd/s0", 1, a_token("late", 2))
        with pytest.raises(Misconfigured, match="still sealed with"):
            put_away(hub, former, actor="wu")
        again = rotate(hub, actor="wu")
        assert {k: v for k, v in again.resealed.items() if v} == {"token": 1}
        put_away(hub, former, actor="wu")


def test_nobody_waits_to_write_while_it_is_looked_whether_a_key_is_needed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(folder) as hub:
        (former,) = rotate(hub, actor="wu").former
    look, wrote = rekeying.standing, threading.Event()

    def standing(hub: Hub, *found: Any) -> Any:
        def write() -> None:
            with hub.store.writing():
                wrote.set()

        threading.Thread(target=write, daemon=True).start()
        assert wrote.wait(2)
        return look(hub, *found)

    monkeypatch.setattr(rekeying, "standing", standing)
    with opened(folder, 2 * HOUR) as hub:
        put_away(hub, former, actor="wu")
    assert len(keys_of(folder)) == 1


def test_a_change_goes_on_where_it_was_and_makes_no_third_key(folder: Path) -> None:
    with opened(folder) as hub:
        first = rotate(hub, actor="wu")
        second = rotate(hub, actor="wu")
    assert (second.key, second.former, second.made) == (first.key, first.former, False)
    assert sum(second.resealed.values()) == 0
    assert len(keys_of(folder)) == 2


def test_two_at_once_make_one_key(folder: Path) -> None:
    together, made = threading.Barrier(2), list[str]()

    def change() -> None:
        with opened(folder) as hub:
            together.wait()
            made.append(rotate(hub, actor="wu", size=2).key)

    both = [threading.Thread(target=change) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(set(made)) == 1
    assert len(keys_of(folder)) == 2


def test_a_hub_that_was_open_before_reads_writes_and_signs_on(folder: Path) -> None:
    with opened(folder) as other, opened(folder) as hub:
        before = told(other)
        rotate(hub, actor="wu")
        assert told(other) == before
        assert audit_of(other).keep() is None
        with other.store.writing() as connection:
            audit_of(other).append(connection, actor="li", action="x.y", of="z")
        hands = Hands(other.store, other.shop("flagship"))
        hands.write(an_order("B1"))
        assert audit_of(other).verify().fault is None
        again = rotate(hub, actor="wu")
        assert sum(again.resealed.values()) == 0, "it wrote under the former key"


def test_it_goes_on_beside_one_that_writes(folder: Path) -> None:
    over, wrong = threading.Event(), list[BaseException]()

    def work() -> None:
        try:
            with opened(folder) as other:
                _write_on(other, over)
        except BaseException as error:
            wrong.append(error)

    writer = threading.Thread(target=work)
    writer.start()
    with opened(folder) as hub:
        done = rotate(hub, actor="wu", size=1)
    over.set()
    writer.join()
    assert wrong == []
    assert done.is_done
    assert done.shut == []


def _write_on(other: Hub, over: threading.Event) -> None:
    hands, version = Hands(other.store, other.shop("flagship")), 1
    while not over.is_set():
        version += 1
        hands.write(an_order("A1", version), seconds=version)
        assert other.store.tokens.save_if("jd/s1", version - 1, a_token("x", version))
        assert other.store.tokens.load("jd/s1") == a_token("x", version)


@pytest.mark.sqlite("whole folders are copied, the file with them")
def test_killed_at_any_step_it_is_taken_up_again(folder: Path) -> None:
    command = [sys.executable, "-m", "tests.rekeying.killed", str(folder), str(EVERY)]
    done = subprocess.run(
        [*command, str(EVERY // 2 + 1)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert found["wrong"] == []
    assert found["kills"] * EVERY > 60, found


# The audit log ---------------------------------------------------------------------------


def test_rows_of_the_former_key_are_still_proved_and_nobody_adds_such(folder: Path) -> None:
    with opened(folder) as hub:
        rotate(hub, actor="wu")
        audit_of(hub).keep()
    with opened(folder, 60) as hub:
        assert audit_of(hub).verify().is_whole
        row = AuditRow.__table__  # type: ignore[attr-defined]
        with hub.store.writing() as connection:
            step = update(row).where(row.c.seq == 1).values(actor="somebody else")
            connection.execute(step)
        fault = audit_of(hub).verify().fault
    assert fault is not None
    assert (fault.seq, fault.what) == (1, "edited")


def test_who_has_the_former_key_writes_nothing_that_counts(folder: Path) -> None:
    with opened(folder) as hub:
        rotate(hub, actor="wu")
        thief = Store(hub.store.engine, Vault(FORMER), hub.clock.now)
        with (
            pytest.raises(Misconfigured, match="was sealed with key"),
            thief.writing() as connection,
        ):
            audit_of(hub).__class__(thief, None).append(
                connection, actor="thief", action="x.y", of="z"
            )


# Where the key stands --------------------------------------------------------------------


def test_a_key_from_elsewhere_is_changed_there_and_sealed_anew_here(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_KEY_HERE", house.text(FORMER))
    with (
        opened(folder, key="env:HUB_KEY_HERE") as hub,
        pytest.raises(Misconfigured, match=r"env:HUB_KEY_HERE.*as the first line"),
    ):
        rotate(hub, actor="wu")
    monkeypatch.setenv("HUB_KEY_HERE", house.text(NEW, FORMER).replace("\n", ",", 1))
    with opened(folder, key="env:HUB_KEY_HERE") as hub:
        before = told(hub)
        done = rotate(hub, actor="wu")
        assert (done.made, done.is_done) == (False, True)
    with (
        opened(folder, 2 * HOUR, key="env:HUB_KEY_HERE") as hub,
        pytest.raises(Misconfigured, match="take the line away there"),
    ):
        put_away(hub, done.former[0], actor="wu")
    monkeypatch.setenv("HUB_KEY_HERE", house.text(NEW))
    with opened(folder, 2 * HOUR, key="env:HUB_KEY_HERE") as hub:
        assert told(hub) == before


def test_a_file_of_strangers_seals_nothing(folder: Path) -> None:
    with opened(folder) as hub:
        (folder / "master.key").write_text(house.text(NEW))
        with pytest.raises(Misconfigured, match="replaced by others"):
            hub.store.vault.look(missing=True)
        (folder / "master.key").write_text(house.text(FORMER))
        assert told(hub)


def test_the_new_file_is_its_owners_and_whole(folder: Path) -> None:
    with opened(folder) as hub:
        rotate(hub, actor="wu")
    assert sorted(p.name for p in folder.glob(".master*")) == []
    assert (folder / "master.key").stat().st_mode & 0o777 == 0o600
    assert len((folder / "master.key").read_text().splitlines()) == 2


@pytest.mark.sqlite("a backup is a copy of a file")
def test_a_backup_says_which_keys_it_opens_with(folder: Path, tmp_path: Path) -> None:
    old = back_up(url(folder), tmp_path / "old.db", FORMER)
    with opened(folder) as hub:
        rotate(hub, actor="wu")
    new = back_up(url(folder), tmp_path / "new.db", keys_of(folder))
    assert old.wrong == new.wrong == ()
    assert (old.key, new.key) == (
        Vault(FORMER).fingerprint,
        Vault(*keys_of(folder)).fingerprint,
    )
    assert look_into(tmp_path / "old.db", keys_of(folder)).is_sound
    assert not look_into(tmp_path / "old.db", keys_of(folder)[0]).is_sound


def test_what_no_key_opens_is_named_and_stops_nothing(folder: Path) -> None:
    with opened(folder) as hub:
        with hub.store.writing() as connection:
            spoil = (
                "UPDATE token SET sealed = substr(sealed, 1, 40) WHERE subject = 'jd/s1'"
            )
            connection.execute(text(spoil))
        done = rotate(hub, actor="wu")
    assert done.shut == ["token jd/s1"]
    assert done.left == {done.former[0]: {"token": 1}}


# The command -----------------------------------------------------------------------------


def test_the_command_says_what_is_next_and_the_doctor_agrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "a-token")
    with boxed(tmp_path, "jd", orders=1) as world:
        assert world.add_shop(world.accounts("jd")[0], "jd").code == 0
        said = world.hub("keys", "rotate")
        assert said.code == 0, said.err
        (key, *_) = said.out.partition("key ")[2].split()
        assert "was made, and seals from now on" in said.out
        assert "sealed anew: token 1" in said.out
        again = world.hub("keys", "rotate", "--json").json
        (former,) = again["former"]
        assert (again["ok"], again["key"], again["made"]) == (True, key, False)
        assert f"--drop {former}" in said.out
        early = world.hub("keys", "rotate", "--drop", former)
        assert early.code == 2
        assert "may not be written yet" in early.err
        checks = world.hub("doctor", "--json").json["checks"]
        assert f"hub keys rotate --drop {former}" in [c["next"] for c in checks]
        actions = [row["action"] for row in world.hub("audit", "list", "--json").json]
        assert "encryption_key.rotated" in actions
        assert world.hub("audit", "verify").code == 0


def test_the_review_says_what_a_shop_leans_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "a-token")
    with boxed(tmp_path, "jd", orders=1) as world:
        account = world.accounts("jd")[0]
        assert world.add_shop(account, "jd").code == 0
        rows = world.hub("auth", "review", account.name, "--json", "--days", "0")
        assert rows.code == 0, rows.err
        assert [row["what"] for row in rows.json] == ["token"]
        assert world.hub("auth", "review", "nobody").code == 2
