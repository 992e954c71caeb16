"""The command line's own world: boxes on loopback, a folder, and `hub` itself."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from hub_core.cli.app import app, run
from hub_core.cli.boxes import app_tables, toml
from hub_core.hub import Hub
from hub_core.plugins import load
from hub_core.sandbox import Account, Platform
from hub_core.sandbox.server import running
from hub_core.settings import key_file
from hub_core.store.engine import connect
from hub_core.store.schema import upgrade
from tests import databases
from tests.harness import OTHER_KINDS

PROGRAM = Path(sys.executable).with_name("hub")
HISTORY = timedelta(days=2)
NO_LIMIT: dict[str, Any] = {
    "limits": [{"calls": 100_000, "seconds": 1.0, "burst": 1000}],
    "off": OTHER_KINDS,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """All of standard output as one JSON value."""
        return json.loads(self.out)


@dataclass(slots=True)
class World:
    """A folder with settings, key and database, and the boxes they speak of."""

    folder: Path
    boxes: dict[str, Platform] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    database: str = ""
    """None given: a file in the folder."""

    @property
    def config(self) -> Path:
        return self.folder / "plugins.toml"

    def write_settings(self, **more: Mapping[str, Any]) -> None:
        apps: dict[str, Any] = {}
        for channel, box in self.boxes.items():
            made = app_tables(channel, box.accounts(), self.urls[channel], self.folder)
            apps |= {name: {**table, "attempts": 2} for name, table in made.items()}
        hub = {
            "database": self.database or databases.at(self.folder / "hub.db"),
            "key": "file:master.key",
        }
        key_file(self.folder / "master.key")
        channels = {channel: dict(NO_LIMIT) for channel in self.boxes}
        tables = {"hub": hub, "apps": apps, "channels": channels, **more}
        self.config.write_text(toml(tables), "utf-8")

    def hub(self, *words: object) -> Said:
        """Run `hub` here, in this process."""
        return hub("--config", self.config, *words)

    def start(self, *words: object) -> subprocess.Popen[str]:
        """Start the real program beside this one."""
        return subprocess.Popen(
            [str(PROGRAM), "--config", str(self.config), *map(str, words)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder,
        )  # fmt: skip

    def open(self) -> Hub:
        return Hub.open(self.config)

    def accounts(self, channel: str) -> list[Account]:
        return self.boxes[channel].accounts()

    def add_shop(self, account: Account, channel: str, *words: object) -> Said:
        """Add an account of a box with the command, its token from the environment."""
        ids = [f"--account={k}={v}" for k, v in account.account.items()]
        kind = [f"--set={k}={v}" for k, v in account.settings.items()]
        since = (datetime.now(ZoneInfo("Asia/Shanghai")) - HISTORY).strftime("%Y-%m-%d")
        token = ["--token-env", "SHOP_TOKEN"] if account.access_token else []
        return self.hub(
            "shop", "add", account.name, "--channel", channel, "--id", account.external_id,
            "--app", account.app_key, "--since", since, *ids, *kind, *token, *words,
        )  # fmt: skip


@cache
def _template() -> bytes:
    """A database with its tables and nothing in them: they need not be made each time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        engine = connect(f"sqlite:///{path}")
        upgrade(engine)
        engine.dispose()
        return path.read_bytes()


def hub(*words: object) -> Said:
    """Run `hub` in this process, as its entry point does."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(app, [str(word) for word in words])
    return Said(code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def boxed(folder: Path, *channels: str, database: str = "", **how: Any) -> Iterator[World]:
    """A world with these channels' boxes, on loopback; no shop yet."""
    plugins, world = load(), World(folder, database=database)
    how = {"orders": 40, "history": HISTORY, **how}
    with contextlib.ExitStack() as stack:
        for channel in channels:
            world.boxes[channel] = plugins.sandbox(channel)(**how)
            world.urls[channel] = stack.enter_context(running(world.boxes[channel]))
        world.write_settings()
        (folder / "hub.db").write_bytes(_template())
        yield world


def now() -> datetime:
    return datetime.now(UTC)
