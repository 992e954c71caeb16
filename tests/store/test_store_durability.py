"""D rows of storage: what is on disk when, many writers, long readers, copies, restarts.

D5 stands in test_store_feed, D8 in test_store_leases, D10 and D11 in test_store_schema.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from hub_core.errors import Misconfigured
from hub_core.store import Store
from hub_core.store.tables import FeedRow, OrderRow
from tests.inbound import tracing
from tests.store.making import KEY, Hands, a_shop, an_order, at, rows_of
from tests.store.processes import ROOT, worker

SYNCED = ("fsync(", "fdatasync(")


# D1: on disk before it is said -----------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Path:
    shutil.copy(sqlite_template, tmp_path / "hub.db")
    return tmp_path / "hub.db"


def calls_between(file: Path, how: str) -> list[str]:
    """The system calls a process makes between "begin" and saying that it is kept."""
    traced = file.with_name("trace")
    command = ["strace", "-f", "-e", "trace=fsync,fdatasync,write", "-o", str(traced)]
    work = [sys.executable, "-m", "tests.store.workers", "keep", f"sqlite:///{file}", how]
    done = subprocess.run(
        [*command, *work], cwd=ROOT, capture_output=True, timeout=120, check=False
    )
    assert done.stdout.split() == [b"begin", b"kept"], done.stderr
    lines = traced.read_text().splitlines()
    begin = next(i for i, line in enumerate(lines) if '"begin\\n"' in line)
    end = next(i for i, line in enumerate(lines) if '"kept\\n"' in line)
    return lines[begin + 1 : end]


@pytest.mark.only_where(not tracing.why_not(), "strace, which may trace")
def test_d1_ack_without_fsync(file: Path) -> None:
    durable = [c for c in calls_between(file, "durable") if any(s in c for s in SYNCED)]
    assert durable
    assert all(c.rstrip().endswith("= 0") for c in durable)
    control = [c for c in calls_between(file, "usual") if any(s in c for s in SYNCED)]
    assert control == [], "the control: what is not said to be durable waits for no disk"


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
def test_d1_a_durable_write_is_full_and_the_next_one_is_not(
    file: Path, durable: bool, level: int
) -> None:
    store = Store.open(f"sqlite:///{file}", KEY)
    for _ in range(2):
        with store.writing(durable=durable) as connection:
            assert connection.execute(text("PRAGMA synchronous")).scalar() == level
    with store.writing() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 1
    store.close()


# D3, D4: many writers and a long reader --------------------------------------------------


def test_d3_four_writers_and_a_long_reader(
    database: str, store: Store, tmp_path: Path
) -> None:
    shop = a_shop(store)
    with store.reading() as connection:
        before = connection.execute(text("SELECT count(*) FROM orders")).scalar()
        four = [worker("fill", database, str(shop.id), f"w{n}", "20") for n in range(4)]
        said = [one.communicate(timeout=120)[0].strip() for one in four]
        assert connection.execute(text("SELECT count(*) FROM orders")).scalar() == before
    assert said == ["filled"] * 4
    assert len(rows_of(store, OrderRow)) == 4 * 20 * 10
    assert sorted(r.seq for r in rows_of(store, FeedRow)) == list(range(1, 801))


def test_d4_wal_growth(file: Path) -> None:
    """Beside short readers the log is taken over into the file and begins anew."""
    store = Store.open(f"sqlite:///{file}", KEY)
    hands = Hands(store, a_shop(store))
    sizes = []
    for n in range(90):
        hands.write(*(an_order(f"A{n}-{m}") for m in range(50)))
        assert hands.changes(after=n)
        sizes.append(file.with_name("hub.db-wal").stat().st_size)
    assert len(rows_of(store, OrderRow)) == 90 * 50
    assert max(sizes) < 6 << 20, "it would be 10 MB if it only grew"
    store.close()


# D7: writers in different orders ---------------------------------------------------------


def test_d7_deadlock(kind: str, store: Store) -> None:
    shop = a_shop(store)

    def write(seed: int) -> None:
        rng = random.Random(seed)
        for n in range(12):
            some = [an_order(f"A{m}", seed * 100 + n) for m in range(30)]
            rng.shuffle(some)
            Hands(store, shop).write(*some)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert {r.channel_updated_at for r in rows_of(store, OrderRow)} == {at(311)}
    if kind == "postgresql":
        with store.reading() as connection:
            query = (
                "SELECT deadlocks FROM pg_stat_database WHERE datname=current_database()"
            )
            assert connection.execute(text(query)).scalar() == 0


# D12: a copy while it is written ---------------------------------------------------------


@contextmanager
def written_to(store: Store) -> Iterator[None]:
    hands, done = Hands(store, a_shop(store)), threading.Event()

    def write() -> None:
        n = 0
        while not done.is_set():
            n += 1
            hands.write(*(an_order(f"A{n}-{m}") for m in range(5)))

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            yield
        finally:
            done.set()
        writing.result(60)


def test_d12_backup_while_writing(file: Path, tmp_path: Path) -> None:
    """SQLite's own backup, twenty times under load: each copy is one whole moment."""
    store = Store.open(f"sqlite:///{file}", KEY)
    sizes = []
    with written_to(store):
        for n in range(20):
            copy = tmp_path / f"copy-{n}.db"
            with (
                closing(sqlite3.connect(file)) as live,
                closing(sqlite3.connect(copy)) as kept,
            ):
                live.backup(kept)
                (sound,) = kept.execute("PRAGMA integrity_check").fetchone()
            assert sound == "ok"
            restored = Store.open(f"sqlite:///{copy}", KEY)
            ids = {r.id for r in rows_of(restored, OrderRow)}
            told = [(r.seq, r.entity_id) for r in rows_of(restored, FeedRow)]
            restored.close()
            assert {entity for _, entity in told} == ids
            assert len(ids) % 5 == 0, "half a batch"
            sizes.append(len(ids))
    store.close()
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0], "nothing was written meanwhile"


# D14: the key ----------------------------------------------------------------------------


def test_d14_a_lost_key_is_named_and_nothing_is_written(
    database: str, store: Store
) -> None:
    Hands(store, a_shop(store)).write(an_order("A1"))
    with pytest.raises(Misconfigured, match="was sealed with key") as refused:
        Store.open(database, b"x" * 32)
    assert store.vault.fingerprint in str(refused.value)
    assert len(rows_of(store, OrderRow)) == 1
