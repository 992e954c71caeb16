"""Who takes part: how each is called, where it runs, and what its tables sum up to."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.rivals.outside import Command

JSON = dict[str, Any]
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
REQUESTS = ("requests==2.34.2", "SQLAlchemy==2.1.9", "psycopg2-binary==2.9.13")
ENVIRONMENTS: Mapping[str, Sequence[str]] = {
    "script": REQUESTS,
    "dlt": ("dlt[postgres,sqlalchemy,parquet]==1.31.0", *REQUESTS),
    "tap": ("singer-python==6.8.0", "orjson==3.13.0", *REQUESTS),
    "target": ("meltanolabs-target-postgres==0.8.1", "singer-sdk==0.54.9"),
}
"""What is installed where, each in an environment of its own."""
THEIRS = {
    "orders": "SELECT count(*), sum(pay_amount) FROM orders",
    "lines": "SELECT count(*), sum(origin_amount) FROM order_line",
    "vouchers": "SELECT count(*), sum(refund_amount) FROM voucher",
}
OURS = {
    "orders": "SELECT count(*), sum(buyer_paid_amount) FROM orders",
    "lines": "SELECT count(*), sum(goods_amount / quantity) FROM order_line",
    "vouchers": "SELECT count(*), sum(refunded_amount) FROM voucher",
    "raw": "SELECT count(*) FROM raw",
}
IN_A_COLUMN = {"raw": "SELECT count(body) FROM orders"}


class NotInstalled(Exception):
    """An environment could not be made."""


class Environments:
    """Virtual environments in the cache folder, made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def python(self, name: str) -> str:
        """The interpreter of an environment. Raises NotInstalled."""
        home, wanted = self._folder / name, "\n".join(ENVIRONMENTS[name])
        made, python = home / "installed", home / "bin" / "python"
        if not made.exists() or made.read_text() != wanted:
            self._run(sys.executable, "-m", "venv", "--clear", str(home))
            self._run(str(python), "-m", "pip", "install", "-q", *ENVIRONMENTS[name])
            made.write_text(wanted)
        return str(python)

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotInstalled(done.stderr.strip().splitlines()[-1][:300])


@dataclass(frozen=True, slots=True)
class Ground:
    """Where one contender runs: the server, a folder and a database of its own."""

    base_url: str
    folder: Path
    url: str
    environments: Environments


class Contender:
    """One way to get orders into a database."""

    name = ""
    sums: Mapping[str, str] = THEIRS
    """Queries of rows and money by table; a table that is not here is not stored."""

    def prepare(self, at: Ground) -> None:
        """What is done once, by hand, before the first run."""

    def full(self, at: Ground) -> Command:
        """The first run."""
        raise NotImplementedError

    def incremental(self, at: Ground) -> Command:
        """The same again, after orders changed."""
        return self.full(at)


class Hub(Contender):
    """This hub."""

    name = "hub"
    sums = OURS

    def prepare(self, at: Ground) -> None:
        subprocess.run(self._run(at, "make"), cwd=ROOT, check=True)

    def full(self, at: Ground) -> Command:
        return Command([self._run(at, "full")], at.folder, {"PYTHONPATH": str(ROOT)})

    def incremental(self, at: Ground) -> Command:
        config = str(at.folder / "plugins.toml")
        command = [str(Path(sys.executable).with_name("hub")), "--config", config]
        return Command(
            [[*command, "--database", at.url, "sync"]], at.folder,
            {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def _run(self, at: Ground, what: str) -> list[str]:
        command = [sys.executable, "-m", "benchmarks.rivals.hub_run", what]
        return [*command, at.base_url, str(at.folder), at.url]


class BulkScript(Contender):
    """requests and SQLAlchemy Core, written in a day."""

    name = "script"
    sums = THEIRS | {"raw": "SELECT count(*) FROM raw"}

    def prepare(self, at: Ground) -> None:
        at.environments.python("script")

    def full(self, at: Ground) -> Command:
        python = at.environments.python("script")
        program = [python, str(HERE / "bulk_script.py"), at.base_url, at.url]
        return Command([program], at.folder)


class Dlt(Contender):
    """dlt: Arrow tables, merged by key; on PostgreSQL by COPY of CSV and upsert."""

    name = "dlt"
    sums = THEIRS | IN_A_COLUMN

    def prepare(self, at: Ground) -> None:
        at.environments.python("dlt")

    def full(self, at: Ground) -> Command:
        python, folder = at.environments.python("dlt"), str(at.folder)
        program = [python, str(HERE / "dlt_pipeline.py"), at.base_url, at.url, folder]
        quiet = {
            "RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR",
            "DLT_DATA_DIR": folder, "NORMALIZE__WORKERS": "2",
        }  # fmt: skip
        return Command([program], at.folder, quiet)


class Singer(Contender):
    """A Singer tap, and a target of the Meltano SDK."""

    name = "singer"
    sums = THEIRS | IN_A_COLUMN

    def prepare(self, at: Ground) -> None:
        at.environments.python("tap")
        at.environments.python("target")
        told: JSON = {
            "sqlalchemy_url": at.url.replace("postgresql:", "postgresql+psycopg:"),
            "validate_records": False, "add_record_metadata": False,
        }  # fmt: skip
        if self._on_server(at):
            told |= {
                "use_copy": True, "load_method": "upsert", "batch_size_rows": 10_000,
                "activate_version": False, "default_target_schema": "public",
            }  # fmt: skip
        (at.folder / "target.json").write_text(json.dumps(told))

    def full(self, at: Ground) -> Command:
        # The target's states are the last program's output: `outside` keeps it here.
        state, log = at.folder / "state", at.folder / "log"
        if log.exists():
            state.write_text(log.read_text())
        tap = [at.environments.python("tap"), str(HERE / "singer_tap.py")]
        python = at.environments.python("target")
        target = (
            [str(Path(python).with_name("target-postgres"))]
            if self._on_server(at)
            else [python, str(HERE / "singer_sqlite.py")]
        )
        programs = [
            [*tap, at.base_url, str(state)],
            [*target, "--config", str(at.folder / "target.json")],
        ]
        return Command(programs, at.folder, {"SINGER_SDK_LOG_LEVEL": "WARNING"})

    def _on_server(self, at: Ground) -> bool:
        return at.url.startswith("postgresql")


RIVALS: tuple[Contender, ...] = (Hub(), BulkScript(), Dlt(), Singer())


def stored(contender: Contender, url: str) -> JSON:
    """Rows and sums of what a contender has, by table."""
    found: JSON = {}
    for name, query in contender.sums.items():
        found[name] = [int(n) for n in _one(url, query)]
    return found


def _one(url: str, query: str) -> tuple[Any, ...]:
    if url.startswith("postgresql"):
        with psycopg.connect(url) as connection:
            row = connection.execute(query.encode()).fetchone()
    else:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            row = file.execute(query).fetchone()
    assert row is not None
    return tuple(row)
