"""A backup is one whole moment of the database, whatever happens while it is made."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from hub_core.access import Keys
from hub_core.backup import Contents, back_up, look_into, restore
from hub_core.errors import Misconfigured
from hub_core.hub import Hub
from hub_core.store import Store
from hub_core.testing.bridge import platform_transport
from tests.cli.world import World, hub
from tests.harness import Bench

pytestmark = pytest.mark.sqlite("a backup is a copy of a file")
BACKUPS = int(os.environ.get("CHANNEL_HUB_BACKUPS", "2"))
"""Backups under load; 20 is the full run."""
KILLS = int(os.environ.get("CHANNEL_HUB_BACKUP_KILLS", "1"))
"""Processes killed while they back up; 20 is the full run."""
KEY = b"k" * 32
ROOT = Path(__file__).resolve().parents[2]
FOR_EVER = """
import itertools, sys
from pathlib import Path
from hub_core.backup import back_up

for number in itertools.count():
    back_up(sys.argv[1], Path(sys.argv[2]) / f"{number}.db", b"k" * 32)
    print(number, flush=True)
"""


def another(made: Bench, url: str) -> Hub:
    return Hub(
        made.settings, Store.open(url, KEY, made.clock.now), made.hub.plugins,
        clock=made.clock, transports=lambda channel: platform_transport(made.platform),
        shared_limits=False,
    )  # fmt: skip


@contextmanager
def written_to(made: Bench, url: str) -> Iterator[list[str]]:
    """Another hub of the same database reads shops whose orders keep changing."""
    over, wrong = threading.Event(), list[str]()

    def write() -> None:
        with another(made, url) as other:
            while not over.is_set():
                made.platform.churn(30)
                made.platform.clock.advance(90)
                wrong.extend(str(o.error) for o in other.sync() if o.error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield wrong
    finally:
        over.set()
        thread.join(60)


def url_of(made: Bench) -> str:
    return made.hub.store.engine.url.render_as_string()


def not_of_one_moment(file: Path) -> list[str]:
    """What a database has that no commit can have left."""
    with closing(sqlite3.connect(file)) as raw:

        def one(query: str) -> int:
            return int(raw.execute(query).fetchone()[0])

        orders = one("SELECT count(*) FROM orders")
        told = one("SELECT count(*) FROM feed WHERE kind = 'order.created'")
        untold = one(
            "SELECT count(*) FROM orders WHERE id NOT IN"
            " (SELECT entity_id FROM feed WHERE entity = 'order')"
        )
        bare = one(
            "SELECT count(*) FROM orders WHERE id NOT IN (SELECT order_id FROM order_line)"
        )
        raws = one("SELECT count(DISTINCT entity_id) FROM raw WHERE entity = 'order'")
    found = {"told": told - orders, "untold": untold, "bare": bare, "raw": raws - orders}
    return [f"{name}: {n}" for name, n in found.items() if n]


def test_each_is_one_moment_while_others_write(made: Bench, tmp_path: Path) -> None:
    url, found = url_of(made), list[Contents]()
    with written_to(made, url) as wrong:
        for number in range(BACKUPS):
            before = made.hub.position()
            file = tmp_path / f"backup-{number}.db"
            found.append(back_up(url, file, KEY))
            again = restore(file, f"sqlite:///{tmp_path / f'again-{number}.db'}")

            assert found[-1].wrong == ()
            assert found[-1].position >= before
            assert not_of_one_moment(again) == []
            assert look_into(file, KEY) == found[-1]
            end = time.monotonic() + 10  # the next is of another moment
            while made.hub.position() <= found[-1].position and time.monotonic() < end:
                time.sleep(0.01)
    assert wrong == []
    assert len({one.position for one in found}) == BACKUPS
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_restored_one_reads_on_and_ends_in_the_truth(made: Bench, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    back_up(url_of(made), file, KEY)
    made.platform.churn(60)
    made.platform.clock.advance(600)
    restore(file, f"sqlite:///{tmp_path / 'again.db'}")
    with another(made, f"sqlite:///{tmp_path / 'again.db'}") as again:
        assert [o.error for o in again.sync()] == [None, None]
        made.hub, former = again, made.hub
        try:
            lost = [x for a in made.platform.accounts() for x in made.lost(a)]
        finally:
            made.hub = former
    assert lost == []


def test_killed_in_its_middle_it_leaves_nothing_half_under_its_name(
    made: Bench, tmp_path: Path
) -> None:
    rng, folder = random.Random(7), tmp_path / "backups"
    for _ in range(KILLS):
        folder.mkdir()
        process = subprocess.Popen(
            [sys.executable, "-c", FOR_EVER, url_of(made), str(folder)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "0\n"
        time.sleep(rng.random() * 0.5)
        process.send_signal(signal.SIGKILL)
        process.communicate()

        whole = sorted(folder.glob("[0-9]*.db"))
        assert whole
        assert [look_into(one, KEY).wrong for one in whole] == [()] * len(whole)
        folder.rename(folder.with_name(f"of-{process.pid}"))


# What is wrong is said ------------------------------------------------------------------


def spoilt(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as raw:
        raw.execute(statement)
        raw.commit()


SPOILT = {
    "DELETE FROM feed WHERE seq = (SELECT max(seq) FROM feed)": "counter says",
    "DELETE FROM feed WHERE seq = 3": "some are missing",
    "DELETE FROM orders WHERE id = (SELECT min(id) FROM orders)": "belong to no orders",
    "DELETE FROM shop WHERE id = (SELECT min(id) FROM shop)": "belong to no shop",
    "UPDATE stream SET cursor_at = '2030-01-01 00:00:00'": "is past its proofs",
    "UPDATE audit SET actor = 'somebody else' WHERE seq = 1": "row 1: edited",
    "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)": "cut",
    "UPDATE meta SET value = 'ffffffff' WHERE name = 'key'": "sealed with key ffffffff",
}


def test_what_does_not_hang_together_is_named(made: Bench, tmp_path: Path) -> None:
    Keys(made.hub.store).create("ERP", "test", actor="test", new="system")
    sound = tmp_path / "backup.db"
    assert back_up(url_of(made), sound, KEY).wrong == ()
    for statement, said in SPOILT.items():
        file = tmp_path / "spoilt.db"
        file.write_bytes(sound.read_bytes())
        spoilt(file, statement)
        assert said in "; ".join(look_into(file, KEY).wrong), statement


def test_a_damaged_file_is_named_and_not_restored(made: Bench, tmp_path: Path) -> None:
    sound, file = tmp_path / "backup.db", tmp_path / "damaged.db"
    back_up(url_of(made), sound, KEY)
    whole = sound.read_bytes()
    middle = len(whole) // 2
    torn = whole[:middle] + bytes(40_000) + whole[middle + 40_000 :]
    for content in (whole[:middle], torn, b"x" * 9000, b"", b"SQLite format 3\0"):
        file.write_bytes(content)
        with pytest.raises(Misconfigured, match=r"damaged\.db"):
            look_into(file, KEY)


def test_nothing_is_written_over(made: Bench, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    back_up(url_of(made), file, KEY)
    before = file.read_bytes()
    with pytest.raises(Misconfigured, match="already"):
        back_up(url_of(made), file, KEY)
    with pytest.raises(Misconfigured, match="already"):
        restore(file, url_of(made))
    left = tmp_path / "left.db-wal"
    left.write_bytes(b"of a database that was moved away")
    with pytest.raises(Misconfigured, match=r"left\.db-wal"):
        restore(file, f"sqlite:///{tmp_path / 'left.db'}")
    assert file.read_bytes() == before


def test_postgresql_is_told_its_own_command_without_the_password(tmp_path: Path) -> None:
    url = "postgresql+psycopg://hub:secret@db.example/hub"
    with pytest.raises(Misconfigured, match="pg_dump --format=custom") as said:
        back_up(url, tmp_path / "x.db", KEY)
    assert "postgresql://hub@db.example/hub" in str(said.value)
    assert "secret" not in str(said.value)


def test_the_commands(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write_settings()
    assert world.hub("db", "upgrade").code == 0
    assert world.hub("keys", "create", "ERP", "--new", "system").code == 0
    key = (tmp_path / "master.key").read_text().strip()
    file = tmp_path / "kept" / "hub.db"
    assert world.hub("backup", file).code == 1  # there is no such folder
    file.parent.mkdir()

    made = world.hub("backup", file)
    assert made.code == 0, made.err
    assert "keep a copy" in made.out
    assert key.encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    checked = world.hub("restore", file, "--check", "--json")
    assert (checked.code, checked.json["ok"]) == (0, True)
    assert "1 rows" in checked.json["audit"]
    placed = world.hub("restore", file, "--to", tmp_path / "new.db")
    assert placed.code == 0, placed.err
    other = f"sqlite:///{tmp_path / 'new.db'}"
    assert "audit head --anew" in placed.out
    listed = hub("--config", world.config, "--database", other, "keys", "list", "--json")
    assert [one["person"] for one in listed.json["keys"]] == ["ERP"]

    assert world.hub("restore", file, "--to", tmp_path / "new.db").code == 2
    assert world.hub("restore", file).code == 2
    spoilt(file, "UPDATE audit SET actor = 'somebody else'")
    said = world.hub("restore", file, "--check")
    assert said.code == 1
    assert "row 1: edited" in said.err
