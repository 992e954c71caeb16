"""A version file is deleted by deleting one file: the rest of its channel goes on.

Each is taken out of a copy of the adapters, in which a process of the channel's own then
does all that does not need it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from hub_core.wire import shapes

ROOT = Path(__file__).resolve().parents[1]
CHANNELS = ("douyin_laike", "jd", "pinduoduo", "taobao")
READS = {
    "orders": "orders",
    "after_sales": "after_sales",
    "refund_applies": "after_sales",
    "products": "products",
}
"""Areas with more than one shape that a shop is read by, to the kind of record."""
UNANSWERED = {("douyin_laike", "products")}
"""Areas whose older shape the box answers otherwise than it is asked: it wants the account
named, which that generation of calls is not known to take."""
ASKED = {"stock", "shipping"}
"""Areas that only write."""
Case = tuple[str, int]


def cases(channel: str) -> list[Case]:
    """(area, number) of every version file."""
    found = shapes(f"adapters.{channel}")
    return [(area, number) for area, numbers in found.items() for number in numbers]


def siblings(channel: str) -> list[Case]:
    """Those that have one: of an area with more than one shape."""
    found = shapes(f"adapters.{channel}")
    return [(area, number) for area, number in cases(channel) if len(found[area]) > 1]


START = """
import importlib, json, pathlib, sys, tempfile
sys.path[:0] = {paths!r}

def begin(folder):
    # An editable install names the project's own folder: only the copy may be found.
    for name in [n for n in sys.modules if n.split(".")[0] in OURS]:
        del sys.modules[name]
    import adapters
    adapters.__path__ = [folder]

OURS = ("adapters", "connectors", "tests")
"""

IMPORTS = """
def imports(folder, channel, area, number):
    begin(folder)
    package = importlib.import_module(f"adapters.{channel}")
    mine = pathlib.Path(package.__path__[0])
    assert mine == pathlib.Path(folder) / channel, mine
    for file in sorted(mine.glob("*.py")):
        importlib.import_module(f"adapters.{channel}.{file.stem}")
    from hub_core.wire import shapes
    assert number not in shapes(f"adapters.{channel}").get(area, {})
    importlib.import_module(f"connectors.{channel}")
"""
"""Everything that is left imports, and so does the connector."""

USES = """
from hub_core.errors import Misconfigured
from hub_core.wire import pick

def uses(folder, channel, area, number, newest, id, kind):
    imports(folder, channel, area, number)
    assert pick(f"adapters.{channel}", area).__name__.endswith(f"_v{newest}")
    try:
        pick(f"adapters.{channel}", area, number)
    except Misconfigured as error:
        assert str([newest]) in str(error)
    else:
        raise AssertionError("a shape that is gone was found")
    if kind is not None:
        with tempfile.TemporaryDirectory() as into:
            reads(pathlib.Path(into), id, kind)

def reads(into, id, kind):
    from tests.harness import OTHER_KINDS, bench
    off = [other for other in ("orders", *OTHER_KINDS) if other != kind]
    how = {"orders": 15, "poison": 0.0, "channel_settings": {"off": off}}
    with bench(id, into, **how) as one:
        one.platform.churn(40)
        one.platform.clock.advance(900)
        outcomes = one.hub.sync()
        assert outcomes and [o.error for o in outcomes] == [None] * len(outcomes)
        account = one.platform.accounts()[0]
        assert one.hub.parked(account.name) == []
        if kind == "orders":
            assert one.lost(account) == []
        else:
            assert one.hub.records(kind)
"""
"""The sibling is the newest, the pin on what is gone is named, and a shop is read."""


def without(channel: str, area: str, number: int, into: Path) -> Path:
    """A copy of the adapters that lacks one version file."""
    copy = into / f"{area}_v{number}" / "adapters"
    shutil.copytree(
        ROOT / "adapters", copy, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
    )
    (copy / channel / f"{area}_v{number}.py").unlink()
    return copy


def run(code: str, calls: list[tuple[str, list[object]]], into: Path) -> None:
    """In one process that finds the copies first and the rest in the project."""
    start = START.format(paths=[str(ROOT)])
    made = [f"{name}(*json.loads({json.dumps(given)!r}))" for name, given in calls]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join((start, code, *made))],
        cwd=into,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("channel", CHANNELS)
def test_nothing_else_imports_a_version_file(channel: str, tmp_path: Path) -> None:
    calls: list[tuple[str, list[object]]] = [
        ("imports", [str(without(channel, *case, tmp_path)), channel, *case])
        for case in cases(channel)
    ]
    run(IMPORTS, calls, tmp_path)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_shop_is_read_by_the_sibling_of_a_deleted_file(
    channel: str, tmp_path: Path
) -> None:
    announced = import_module(f"connectors.{channel}").CHANNEL.id
    calls: list[tuple[str, list[object]]] = []
    for area, number in siblings(channel):
        folder = str(without(channel, area, number, tmp_path))
        newest = max(n for n in shapes(f"adapters.{channel}")[area] if n != number)
        kind = None if (channel, area) in UNANSWERED else READS.get(area)
        given = [folder, channel, area, number, newest, announced, kind]
        calls.append(("uses", given))
    run(IMPORTS + USES, calls, tmp_path)


def test_a_file_that_still_leans_on_the_one_that_is_gone_is_noticed(tmp_path: Path) -> None:
    """The control: a file that imports its sibling."""
    folder = without("taobao", "orders", 1, tmp_path)
    leaning = folder / "taobao" / "common.py"
    text = leaning.read_text(encoding="utf-8")
    leaning.write_text(text + "from . import orders_v1\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="orders_v1"):
        run(IMPORTS, [("imports", [str(folder), "taobao", "orders", 1])], tmp_path)


def test_every_channel_and_area_with_a_sibling_is_here() -> None:
    found = {channel: {area for area, _ in siblings(channel)} for channel in CHANNELS}
    assert all("orders" in areas for areas in found.values())
    assert {area for areas in found.values() for area in areas} <= READS.keys() | ASKED
