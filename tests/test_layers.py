"""What starting costs: light doors stay light, whatever stands behind them."""

from __future__ import annotations

import ast
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from hub_core.hub import Hub

ROOT = Path(__file__).resolve().parents[1]
CLI = ROOT / "hub_core" / "cli" / "__init__.py"
HEAVY = {
    *("alembic", "dbos", "fastapi", "httpx", "nicegui", "sqlalchemy", "sqlmodel"),
    *("connectors", "adapters", "sandboxes"),
}

NOT_FOR_SYNC = (
    # What no reading of one shop on SQLite has a use for, with all that is below it.
    *("alembic", "dbos", "fastapi", "starlette", "argparse"),
    *("sqlalchemy.dialects.postgresql", "psycopg"),
    *("connectors.jd", "connectors.pinduoduo", "connectors.taobao"),
    *("adapters.jd", "adapters.pinduoduo", "adapters.taobao", "sandboxes"),
    *("hub_core.api", "hub_core.jobs", "hub_core.alarms", "hub_core.inbound"),
    *("hub_core.outbound", "hub_core.desks", "hub_core.writes", "hub_core.reveals"),
    *("hub_core.insight.doctor", "hub_core.cli.serve", "hub_core.cli.demo"),
    *("hub_core.store.tables.access", "hub_core.store.tables.writes"),
)
END = "\nimport sys\nprint('loaded:', *sys.modules)"


def imported_by(code: str) -> set[str]:
    """The heavy packages a fresh Python has loaded once the code has run."""
    return {name.partition(".")[0] for name in loaded_by(code)} & HEAVY


def loaded_by(code: str) -> list[str]:
    """All modules a fresh Python has loaded once the code has run."""
    ran = subprocess.run(
        [sys.executable, "-c", code + END],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()[-1].split()[1:]


def has_main() -> bool:
    if not CLI.exists():
        return False
    names = [n for n in ast.walk(ast.parse(CLI.read_text(encoding="utf-8")))]
    functions = {n.name for n in names if isinstance(n, ast.FunctionDef)}
    taken = {
        a.asname or a.name for n in names if isinstance(n, ast.ImportFrom) for a in n.names
    }
    return "main" in functions | taken


needs_main = pytest.mark.skipif(not has_main(), reason="hub_core.cli has no main yet")


@needs_main
def test_help_is_shown_without_loading_the_hub() -> None:
    start = "from hub_core.cli.app import app, run"

    assert imported_by(f"{start}\nrun(app, ['--help'])") == set()


def test_reading_a_shop_loads_what_reading_it_takes(tmp_path: Path) -> None:
    config = a_shop(tmp_path)
    words = ["--config", str(config), "sync", "--json"]
    loaded = loaded_by(f"from hub_core.cli.app import app, run\nrun(app, {words!r})")

    assert {"connectors.douyin_laike", "hub_core.sync.poll", "httpx"} <= {*loaded}
    inside = tuple(f"{name}." for name in NOT_FOR_SYNC)
    wrong = [m for m in loaded if m in NOT_FOR_SYNC or m.startswith(inside)]
    assert wrong == []


def a_shop(folder: Path) -> Path:
    """The settings of a hub with one shop, whose platform nobody reaches."""
    for name, text in (("secret", "s"), ("key", b64encode(bytes(32)).decode())):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    config = folder / "plugins.toml"
    config.write_text(
        f"""
        [hub]
        database = "sqlite:///{(folder / "hub.db").as_posix()}"
        key = "file:key"
        [apps.a]
        channel = "douyin-laike"
        app_key = "k"
        app_secret = "file:secret"
        base_url = "http://127.0.0.1:1"
        attempts = 1
        """
    )
    with Hub.open(config) as hub:
        hub.add_shop("s", channel="douyin-laike", external_id="1", app="a")
    return config


@pytest.mark.parametrize(
    "module",
    [
        "hub_core",
        "hub_core.settings",
        "hub_core.plugins",
        "hub_core.wire",
        "hub_core.sandbox",
    ],
)
def test_a_light_module_loads_nothing_heavy(module: str) -> None:
    assert imported_by(f"import {module}") == set()


def test_plugins_that_are_disabled_are_not_loaded() -> None:
    door = "from importlib.metadata import entry_points\nfrom hub_core.plugins import load"
    every = "frozenset(e.name for e in entry_points(group='channel_hub'))"

    assert imported_by(f"{door}\nload({every})") == set()


def test_the_check_sees_what_is_loaded() -> None:
    assert imported_by("import sqlmodel") == {"sqlalchemy", "sqlmodel"}
