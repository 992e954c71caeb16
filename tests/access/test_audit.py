"""The audit log: what was done to it is found, and where it begins."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text

from hub_core.access import Audit, Verdict
from hub_core.errors import Misconfigured
from hub_core.settings import Settings
from hub_core.store import Store
from tests.access.conftest import Door
from tests.access.tampering import ACTS, Act, cut, move_head, put, rows
from tests.store.making import at

pytestmark = pytest.mark.sqlite("the log is set back as a file is")
ROWS = 40
SEEDS = range(int(os.environ.get("AUDIT_SEEDS", "20")))
"""Of each of five acts. AUDIT_SEEDS=1000 for a long run."""


def write(door: Door, many: int, actor: str = "wang") -> None:
    for n in range(many):
        with door.store.writing(durable=True) as connection:
            door.audit.append(
                connection, actor=actor, action="stock.set", of=f"item T-{n % 7}",
                details={"level": n, "at": ["x", "y"]},
            )  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Path:
    """A folder with a log of forty rows and its head."""
    folder = tmp_path_factory.mktemp("written")
    shutil.copy(empty_template, folder / "hub.db")
    door = Door(f"sqlite:///{folder / 'hub.db'}", folder)
    write(door, ROWS)
    assert door.audit.keep() is None
    door.store.close()
    return folder


@pytest.fixture
def log(tmp_path: Path, written: Path) -> Iterator[Door]:
    """A copy of it."""
    for name in ("hub.db", "audit-head"):
        shutil.copy(written / name, tmp_path / name)
    made = Door(f"sqlite:///{tmp_path / 'hub.db'}", tmp_path)
    yield made
    made.store.close()


def told(verdict: Verdict) -> tuple[int, str]:
    assert verdict.fault is not None
    return verdict.fault.seq, verdict.fault.what


def test_a_log_nobody_touched_is_whole(door: Door) -> None:
    write(door, 5)
    assert door.audit.keep() is None
    verdict = door.audit.verify()

    assert (verdict.rows, verdict.fault, verdict.is_whole) == (5, None, True)
    newest, *older = door.audit.newest(limit=3)
    assert newest.as_dict() == {
        "seq": 5, "at": "2026-11-20T04:00:00.000000+00:00", "actor": "wang",
        "action": "stock.set", "of": "item T-4", "details": {"at": ["x", "y"], "level": 4},
    }  # fmt: skip
    assert [e.seq for e in older] == [4, 3]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_whatever_is_done_to_the_log_is_found_where_it_begins(log: Door, act: Act) -> None:
    wrong = []
    before = (log.folder / "hub.db").read_bytes()
    for seed in SEEDS:
        chance = random.Random(f"{act.__name__} {seed}")
        with log.store.writing() as connection:
            seq, kinds = act(connection, chance, ROWS)
        found = told(log.audit.verify())
        if found[0] != seq or found[1] not in kinds:
            wrong.append((seed, (seq, kinds), found))
        log.store.close()
        for left in log.folder.glob("hub.db*"):
            left.unlink()
        (log.folder / "hub.db").write_bytes(before)

    assert wrong == []


def test_on_postgresql_as_on_sqlite(any_door: Door) -> None:
    write(any_door, ROWS)
    any_door.audit.keep()
    with any_door.store.reading() as connection:
        kept = list(rows(connection).values())
    for act in ACTS:
        with any_door.store.writing() as connection:
            seq, kinds = act(connection, random.Random(7), ROWS)
        found = told(any_door.audit.verify())
        assert (found[0], {found[1]}) == (seq, kinds)
        with any_door.store.writing() as connection:
            put(connection, kept)
            move_head(connection, ROWS, kept[-1]["chain"])
    assert any_door.audit.verify().is_whole


# The tail ------------------------------------------------------------------------------


def test_a_tail_cut_off_with_a_head_kept_from_before_is_found(log: Door) -> None:
    """Who saved an older head of the database's own, signature and all, puts it back."""
    with log.store.writing() as connection:
        former = connection.execute(text("SELECT * FROM audit_head")).mappings().one()
    write(log, 5)
    log.audit.keep()
    with log.store.writing() as connection:
        connection.execute(text(f"DELETE FROM audit WHERE seq > {ROWS}"))
        step = "UPDATE audit_head SET seq = :seq, chain = :chain, sign = :sign"
        connection.execute(text(step), dict(former))

    assert told(log.audit.verify()) == (ROWS + 1, "cut")


def test_a_tail_cut_off_and_grown_again_is_found(log: Door) -> None:
    with log.store.writing() as connection:
        former = connection.execute(text("SELECT * FROM audit_head")).mappings().one()
    write(log, 5)
    log.audit.keep()
    with log.store.writing() as connection:
        connection.execute(text(f"DELETE FROM audit WHERE seq > {ROWS}"))
        step = "UPDATE audit_head SET seq = :seq, chain = :chain, sign = :sign"
        connection.execute(text(step), dict(former))
    write(log, 9, actor="li")
    fault = log.audit.keep()

    assert fault is not None
    assert (fault.seq, fault.what) == (ROWS + 5, "cut")
    assert told(log.audit.verify()) == (ROWS + 5, "cut")


def test_keeping_the_head_does_not_paper_over_a_cut(log: Door) -> None:
    with log.store.writing() as connection:
        seq, _ = cut(connection, random.Random(1), ROWS)
    head = (log.folder / "audit-head").read_text()
    assert log.audit.keep() is not None

    assert (log.folder / "audit-head").read_text() == head
    assert told(log.audit.verify()) == (seq, "cut")


def test_a_head_somebody_keeps_elsewhere_finds_what_the_file_does_not(log: Door) -> None:
    elsewhere = log.audit.head()
    with log.store.writing() as connection:
        cut(connection, random.Random(1), ROWS)
        connection.execute(text("UPDATE audit_head SET seq = 0, chain = '', sign = ''"))
        connection.execute(text("DELETE FROM audit"))
    (log.folder / "audit-head").unlink()

    assert log.audit.verify().fault is None
    assert told(log.audit.verify(elsewhere)) == (1, "cut")


def test_without_a_kept_head_nobody_says_that_the_log_is_whole(log: Door) -> None:
    (log.folder / "audit-head").unlink()
    verdict = log.audit.verify()

    assert (verdict.rows, verdict.fault, verdict.is_whole) == (ROWS, None, False)


def test_a_head_that_was_edited_is_no_proof(log: Door) -> None:
    head = json.loads(log.audit.head())
    assert told(log.audit.verify(json.dumps({**head, "seq": 3}))) == (0, "head")
    with pytest.raises(Misconfigured, match="hub audit head"):
        log.audit.verify("nonsense")


def test_the_note_of_the_last_row_is_looked_at_too(log: Door) -> None:
    with log.store.writing() as connection:
        connection.execute(text("DELETE FROM audit_head"))
    assert told(log.audit.verify()) == (ROWS, "head")


@pytest.mark.parametrize(
    "deed",
    [
        "DELETE FROM audit_head",
        "UPDATE audit_head SET seq = 3",
        "UPDATE audit_head SET seq = 0, chain = '', sign = ''",
        "DELETE FROM audit WHERE seq > 30",
    ],
)
def test_what_the_log_cannot_hold_is_not_done(log: Door, deed: str) -> None:
    with log.store.writing() as connection:
        connection.execute(text(deed))
    with pytest.raises(Misconfigured, match="hub audit verify"):
        log.key("wang")
    assert log.keys.listing() == []

    log.audit.begin_anew(actor="root")
    log.key("wang")
    assert log.audit.keep() is None
    assert log.audit.verify().is_whole


def test_after_a_restored_backup_the_log_begins_anew_and_says_so(log: Door) -> None:
    backup = (log.folder / "hub.db").read_bytes()
    write(log, 5)
    log.audit.keep()
    log.store.close()
    for left in log.folder.glob("hub.db*"):
        left.unlink()
    (log.folder / "hub.db").write_bytes(backup)
    assert told(log.audit.verify()) == (ROWS + 1, "cut")
    log.audit.begin_anew(actor="wang")

    assert log.audit.verify().is_whole
    (entry,) = log.audit.newest(limit=1)
    assert entry.action == "audit.begun_anew"
    assert entry.as_dict()["details"] == {"former": ROWS + 5}


def test_another_key_vouches_for_nothing(log: Door) -> None:
    other = Store(log.store.engine, type(log.store.vault)(b"x" * 32), lambda: at(0))
    assert Audit(other, None).verify().rows == 0


# Writing -------------------------------------------------------------------------------


def test_a_deed_that_is_rolled_back_was_never_written(door: Door) -> None:
    write(door, 2)
    with suppress(RuntimeError), door.store.writing() as connection:
        door.audit.append(connection, actor="wang", action="x.y", of="z")
        raise RuntimeError
    write(door, 1)
    door.audit.keep()

    verdict = door.audit.verify()
    assert (verdict.rows, verdict.is_whole) == (3, True)


def test_many_writers_at_once_make_one_chain(any_door: Door) -> None:
    writing = [Thread(target=write, args=(any_door, 8, f"writer {n}")) for n in range(6)]
    for one in writing:
        one.start()
    for one in writing:
        one.join()
    any_door.audit.keep()

    verdict = any_door.audit.verify()
    assert (verdict.rows, verdict.is_whole) == (48, True)
    by = Counter(e.actor for e in any_door.audit.newest(limit=100))
    assert by == {f"writer {n}": 8 for n in range(6)}


def test_what_no_line_holds_is_written_as_one_line_of_text(any_door: Door) -> None:
    with any_door.store.writing() as connection:
        any_door.audit.append(
            connection, actor="a\nb\x00\udc80", action="x.y", of="z" * 999,
            details={"n": None, "b": True, "s": "\x1b[2J"},
        )  # fmt: skip
    any_door.audit.keep()
    (entry,) = any_door.audit.newest()

    assert (entry.actor, len(entry.of)) == ("a·b··", 200)
    assert entry.as_dict()["details"] == {"n": None, "b": True, "s": "·[2J"}
    assert any_door.audit.verify().is_whole


# Where the head is kept ----------------------------------------------------------------


def test_the_head_stands_beside_the_database_or_where_the_settings_say(
    door: Door, tmp_path: Path
) -> None:
    beside = Audit.of(door.store, Settings())
    told = Settings.of({"hub": {"audit_head": "proof/head"}}, tmp_path / "plugins.toml")
    elsewhere = Audit.of(door.store, told)
    write(door, 1)
    elsewhere.keep()

    assert beside.file == tmp_path / "hub.db.audit-head"
    assert (tmp_path / "proof" / "head").read_text() == f"{elsewhere.head()}\n"
