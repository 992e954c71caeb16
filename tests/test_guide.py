"""The guide for writers of connectors and the README's example are true: what stands in
their code blocks is written to a folder and run, as a stranger would.

Nothing is installed: beside the package lies the metadata that installing it would leave.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "writing-a-connector.md"
README = ROOT / "README.md"
PACKAGE = "channel_hub_teahouse"
FILES = {
    "pyproject.toml",
    *(f"{PACKAGE}/{name}.py" for name in ("__init__", "dialect", "box")),
    *(f"{PACKAGE}/{name}.py" for name in ("orders_v1", "token_v1")),
    *(f"tests/test_{name}.py" for name in ("contract", "golden", "loss")),
}
HUB = "import sys; from hub_core.cli import main; sys.exit(main())"
EXAMPLE = ROOT / "examples" / "third-party-connector" / "channel_hub_own_shop"
QUOTE = re.compile(r"^```python\n# from (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(?:python|toml)\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> dict[str, str]:
    """The guide's files by the path each names in its first line."""
    return {name: text for name, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8"))}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The guide's files where the guide puts them."""
    for name, text in blocks().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def announce(folder: Path, points: Mapping[str, str], name: str = PACKAGE) -> None:
    """What an installer would write of a distribution with these entry points."""
    info = folder / f"{name}-0.1.0.dist-info"
    info.mkdir()
    head = f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 0.1.0\n"
    (info / "METADATA").write_text(head)
    lines = [f"{key} = {value}" for key, value in points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[channel_hub]", *lines, ""]))


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CHANNEL_HUB_")}
    env = kept | {
        "PYTHONPATH": str(folder),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder, env=env, text=True, capture_output=True, timeout=300, check=False,
    )  # fmt: skip


def its_tests(folder: Path, *what: str) -> subprocess.CompletedProcess[str]:
    flags = ("-q", "-p", "no:cacheprovider", "-W", "error", "--import-mode=importlib")
    return run(folder, "-m", "pytest", *flags, *what)


def test_the_guide_names_each_of_its_files_once() -> None:
    named = [name for name, _ in BLOCK.findall(GUIDE.read_text(encoding="utf-8"))]
    assert sorted(named) == sorted(FILES)


def test_what_the_guide_quotes_stands_in_the_example() -> None:
    """Word for word; where it leaves something out there is a `# …`."""
    quotes = QUOTE.findall(GUIDE.read_text(encoding="utf-8"))
    parts = [
        (file, part.strip("\n")) for file, text in quotes for part in text.split("# …")
    ]
    files = {file: (EXAMPLE / file).read_text(encoding="utf-8") for file, _ in parts}

    assert {file for file, part in parts if part not in files[file]} == set()
    assert len(quotes) > 5


def test_the_guides_connector_comes_by_its_entry_point_and_passes_all_its_tests(
    folder: Path,
) -> None:
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    announce(folder, project["project"]["entry-points"]["channel_hub"])
    shown = run(folder, "-c", HUB, "plugins", "--json")
    assert shown.returncode == 0, shown.stderr
    assert '"teahouse"' in shown.stdout
    done = its_tests(folder, "tests")
    assert done.returncode == 0, done.stdout[-3_000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) > 90
    assert "skipped" not in done.stdout


PAGE = 'ORDERS.page("orders", total="total", number="page")'


def left_out(rows: str) -> str:
    """A reader of pages that sees only these of its rows."""
    return f"lambda data: {PAGE}(data | {{'orders': {rows}}})"


SLIPS = {
    # What a beginner might write in its place, and which tests have to notice.
    "an error read as an empty page": (
        f"{PACKAGE}/dialect.py",
        "raise self._refused(body, str(code))",
        'return {"orders": [], "total": 0, "page": 1, "order": None}',
        "tests/test_contract.py",
    ),
    "a row that is dropped": (
        f"{PACKAGE}/orders_v1.py",
        PAGE,
        left_out("data['orders'][1:]"),
        "tests/test_contract.py",
    ),
    "ends taken for inclusive": (
        f"{PACKAGE}/__init__.py",
        "EDGE = timedelta(seconds=1)",
        "EDGE = timedelta(seconds=0)",
        "tests/test_contract.py",
    ),
    "yuan taken for fen": (
        f"{PACKAGE}/orders_v1.py",
        "paid: SomeYuan = None",
        "paid: int | None = None",
        "tests/test_golden.py",
    ),
    "orders that are left out": (
        f"{PACKAGE}/orders_v1.py",
        PAGE,
        left_out("[r for r in data['orders'] if r['state'] != 'SENT']"),
        "tests/test_loss.py",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_the_guides_tests_notice(slip: str, folder: Path) -> None:
    file, right, wrong, where = SLIPS[slip]
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(right) == 1
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    announce(folder, {"teahouse": PACKAGE})
    done = its_tests(folder, where, "-x")
    assert done.returncode == 1, done.stdout[-3_000:]


# The README ----------------------------------------------------------------------------

HEAD = """
from datetime import timedelta

from channel_hub_teahouse.dialect import TeahouseDialect as MyDialect
from hub_core import Channel, Paging, Stream, hookimpl
from hub_core.wire import pick

"""
CONTRACT = """
import pytest

import my_shop
from hub_core.testing.orders import OrderSourceContract
from test_contract import NOON, Clock, create, timedelta


class TestMyShop(OrderSourceContract):
    @pytest.fixture
    def plugin(self):
        return my_shop

    @pytest.fixture
    def platform(self):
        day = {"clock": Clock(NOON), "history": timedelta(hours=20)}
        return create(seed=2, orders=60, late=0.0, latency=0.1, **day)
"""


def example() -> str:
    """The block of "A channel in twenty lines"."""
    _, _, below = README.read_text(encoding="utf-8").partition(
        "## A channel in twenty lines"
    )
    found = re.search(r"^```python\n(.*?)^```$", below, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_the_readmes_channel_is_a_plugin_that_keeps_the_contract(folder: Path) -> None:
    """With the guide's dialect and version files in place of `MyDialect` and its own, and
    without a way to renew tokens, which it does not have."""
    (folder / "my_shop").mkdir()
    (folder / "my_shop" / "__init__.py").write_text(HEAD + example(), encoding="utf-8")
    (folder / "my_shop" / "wire").mkdir()
    orders = (folder / PACKAGE / "orders_v1.py").read_text(encoding="utf-8")
    (folder / "my_shop" / "wire" / "__init__.py").write_text("")
    (folder / "my_shop" / "wire" / "orders_v1.py").write_text(orders, encoding="utf-8")
    (folder / "test_contract.py").write_text(blocks()["tests/test_contract.py"])
    (folder / "test_my_shop.py").write_text(CONTRACT)
    announce(folder, {"my-shop": "my_shop"}, "my_shop")
    shown = run(folder, "-c", HUB, "plugins", "--json")
    assert (shown.returncode, '"my-shop"' in shown.stdout) == (0, True), shown.stderr
    done = its_tests(folder, "test_my_shop.py", "-k", "TestMyShop")
    assert done.returncode == 0, done.stdout[-3_000:]
