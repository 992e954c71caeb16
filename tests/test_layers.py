"""What starting costs: light doors stay light, whatever stands behind them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CLI = ROOT / "hub_core" / "cli" / "__init__.py"
HEAVY = {
    *("alembic", "dbos", "fastapi", "httpx", "nicegui", "sqlalchemy", "sqlmodel"),
    *("connectors", "adapters", "sandboxes"),
}

REPORT = f"""
import atexit, sys

def report():
    loaded = {{name.partition(".")[0] for name in sys.modules}}
    print("heavy:", *sorted(loaded & {HEAVY!r}))

atexit.register(report)
"""


def imported_by(code: str) -> set[str]:
    """The heavy packages a fresh Python has loaded once the code has run."""
    ran = subprocess.run(
        [sys.executable, "-c", REPORT + code],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.splitlines()[-1].split()[1:])


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
    start = "from hub_core.cli import main\nmain()"

    assert imported_by(f"import sys; sys.argv = ['hub', '--help']\n{start}") == set()


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
