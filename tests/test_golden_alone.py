"""A version file is deleted by deleting one file: the rest of its channel goes on.

Each is taken out of a copy of the adapters, in which a process of its own then does all
that does not need it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from hub_core.wire import shapes

ROOT = Path(__file__).resolve().parents[1]
CHANNELS = ("douyin_laike", "jd", "taobao")
FILES = [
    (channel, area, number)
    for channel in CHANNELS
    for area, numbers in shapes(f"adapters.{channel}").items()
    for number in numbers
]
SIBLINGS = [
    (channel, area, number)
    for channel, area, number in FILES
    if len(shapes(f"adapters.{channel}")[area]) > 1
]

IMPORTS = """
import importlib, pathlib, sys
import adapters.{channel} as package
folder = pathlib.Path(package.__path__[0])
assert folder == pathlib.Path({folder!r}), folder
for file in sorted(folder.glob("*.py")):
    importlib.import_module(f"adapters.{channel}.{{file.stem}}")
from hub_core.errors import Misconfigured
from hub_core.wire import pick, shapes
assert {number} not in shapes("adapters.{channel}").get({area!r}, {{}})
import connectors.{channel}
"""
"""Everything that is left imports, and so does the connector."""

USES = """
assert pick("adapters.{channel}", {area!r}).__name__.endswith("_v{newest}")
try:
    pick("adapters.{channel}", {area!r}, {number})
except Misconfigured as error:
    assert str([{newest}]) in str(error)
else:
    raise AssertionError("a shape that is gone was found")
from tests.harness import bench
import tempfile
with tempfile.TemporaryDirectory() as folder:
    with bench({id!r}, pathlib.Path(folder), orders=15, poison=0.0) as one:
        assert [o.error for o in one.hub.sync()] == [None] * {streams}
        account = one.platform.accounts()[0]
        assert one.hub.parked(account.name) == []
        assert one.lost(account) == []
"""
"""The sibling is the newest, the pin on what is gone is named, and a shop is read."""


def without(channel: str, area: str, number: int, into: Path) -> Path:
    """A copy of the adapters that lacks one version file."""
    copy = into / "adapters"
    shutil.copytree(
        ROOT / "adapters", copy, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
    )
    (copy / channel / f"{area}_v{number}.py").unlink()
    return copy / channel


def run(code: str, into: Path) -> None:
    """In a process of its own that finds the copy first and the rest in the project."""
    start = f"import sys; sys.path[:0] = [{str(into)!r}, {str(ROOT)!r}]\n"
    # An editable install names the project's own folder: only the copy may be found.
    start += f"import adapters; adapters.__path__ = [{str(into / 'adapters')!r}]\n"
    done = subprocess.run(
        [sys.executable, "-c", start + code],
        cwd=into,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(("channel", "area", "number"), FILES)
def test_nothing_else_imports_a_version_file(
    channel: str, area: str, number: int, tmp_path: Path
) -> None:
    folder = without(channel, area, number, tmp_path)
    run(
        IMPORTS.format(channel=channel, area=area, number=number, folder=str(folder)),
        tmp_path,
    )


@pytest.mark.parametrize(("channel", "area", "number"), SIBLINGS)
def test_a_shop_is_read_by_the_sibling_of_a_deleted_file(
    channel: str, area: str, number: int, tmp_path: Path
) -> None:
    folder = without(channel, area, number, tmp_path)
    newest = max(n for n in shapes(f"adapters.{channel}")[area] if n != number)
    announced = import_module(f"connectors.{channel}").CHANNEL.id
    code = (IMPORTS + USES).format(
        channel=channel,
        area=area,
        number=number,
        folder=str(folder),
        newest=newest,
        id=announced,
        streams=2 if channel == "jd" else 1,
    )
    run(code, tmp_path)


def test_each_channel_has_a_file_with_a_sibling() -> None:
    assert {channel for channel, _, _ in SIBLINGS} == set(CHANNELS)
