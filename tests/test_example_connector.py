"""A stranger's channel comes, works beside the hub's own, and goes again.

The hub and the project in `examples/third-party-connector` are built into wheels and
installed into an environment of their own. What both lean on is lent by the environment
that runs this; neither of them is, and nothing is fetched.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "third-party-connector"
NAME, CHANNEL = "channel-hub-own-shop", "own-shop"
OURS = ("douyin-laike", "jd", "pinduoduo", "taobao")
SETTINGS = """
[hub]
database = "sqlite:///hub.db"
key = "file:master.key"

[apps.own]
channel = "own-shop"
app_key = "own"
app_secret = "env:OWN_SECRET"
base_url = "{url}"

[apps.jd]
channel = "jd"
app_key = "{jd[app_key]}"
app_secret = "env:JD_SECRET"
base_url = "{jd_url}"

[channels.jd]
off = ["unpaid", "products", "after_sales"]
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What a program printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(slots=True)
class Place:
    """An environment with the two wheels in it, and a folder to work in."""

    folder: Path
    bin: Path
    env: dict[str, str]

    def run(self, *words: object) -> Said:
        done = subprocess.run(
            [*map(str, words)],
            cwd=self.folder, env=self.env, text=True, capture_output=True, timeout=120,
            check=False,
        )  # fmt: skip
        return Said(done.returncode, done.stdout, done.stderr)

    def python(self, *words: object) -> Said:
        return self.run(self.bin / "python", *words)

    def hub(self, *words: object) -> Said:
        return self.run(self.bin / "hub", *words)

    def well(self, *words: object) -> Any:
        """What a command says in JSON; it has to end well."""
        said = self.hub(*words, "--json")
        assert said.code == 0, said.err
        return said.json

    def plugins(self) -> dict[str, dict[str, Any]]:
        said = self.well("plugins", "--no-operations")
        return {row["name"]: row for row in said["plugins"]}

    @contextlib.contextmanager
    def box(self, channel: str) -> Iterator[str]:
        """The channel's platform in a box, served; gives its address."""
        words = ("--port", "0", "--orders", "30", "--churn", "0", "--json")
        serving = subprocess.Popen(
            [self.bin / "hub", "sandbox", "serve", channel, *words],
            cwd=self.folder, env=self.env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert serving.stdout is not None
        try:
            told = ""
            while not told.endswith("\n}\n"):
                line = serving.stdout.readline()
                assert line, f"the box of {channel} did not start"
                told += line
            yield json.loads(told)["url"]
        finally:
            serving.terminate()
            serving.wait(20)
            serving.stdout.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("stranger")
    wheels = [built(project, folder / "wheels") for project in (ROOT, EXAMPLE)]
    venv.create(folder / "venv", symlinks=os.name != "nt")
    bin = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    made = Place(folder / "work", bin, environment(folder / "home"))
    made.folder.mkdir()
    said = pip(made, "install", "--no-index", "--no-deps", "--no-compile", *wheels)
    assert said.code == 0, said.err
    lend(made)
    return made


def built(project: Path, into: Path) -> Path:
    """The project's wheel, built by its own backend."""
    known = set(into.glob("*.whl"))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into)]
    done = subprocess.run(
        command, cwd=project, text=True, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = set(into.glob("*.whl")) - known
    return wheel


def environment(home: Path) -> dict[str, str]:
    home.mkdir()
    mine = ("CHANNEL_HUB_", "PYTHON", "PYTEST_", "VIRTUAL_ENV")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(mine)}
    secrets = {"OWN_SECRET": "own-shop-secret", "COLUMNS": "200"}
    return kept | secrets | {"HOME": str(home), "XDG_CONFIG_HOME": str(home)}


def pip(place: Place, *words: object) -> Said:
    """The running environment's pip, at work in the other."""
    flags = ("--disable-pip-version-check", "--python", place.bin / "python")
    return place.run(sys.executable, "-m", "pip", *flags, *words)


def lend(place: Place) -> None:
    """What else is installed here is found there too, behind what is installed there."""
    found = [path for path in sys.path if Path(path).name == "site-packages"]
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    there = Path(place.python("-c", code).out.strip())
    (there / "lent.pth").write_text("\n".join([*found, ""]), encoding="utf-8")


def ask(url: str, what: str) -> Any:
    with build_opener(ProxyHandler({})).open(f"{url}/_sandbox/{what}") as answer:
        return json.loads(answer.read())


# It comes --------------------------------------------------------------------------------


def test_both_come_from_their_wheels_and_the_plugin_is_on(place: Place) -> None:
    code = (
        "import hub_core, channel_hub_own_shop as c; print(hub_core.__file__, c.__file__)"
    )
    files = place.python("-c", code).out.split()
    plugins = place.plugins()

    assert [Path(f).is_relative_to(place.bin.parent) for f in files] == [True, True]
    assert {name: row["state"] for name, row in plugins.items()} == {
        name: "on" for name in (*OURS, CHANNEL)
    }
    assert plugins[CHANNEL]["distribution"] == NAME
    assert {"orders", "products", "after_sales", "stock", "shipping", "sandbox"} <= set(
        plugins[CHANNEL]["capabilities"]
    )


def test_its_shop_and_one_of_ours_are_read_whole(place: Place) -> None:
    with place.box(CHANNEL) as url, place.box("jd") as jd_url:
        truth = {url: ask(url, "truth"), jd_url: ask(jd_url, "truth")}
        add_shops(place, url, jd_url, ask(jd_url, "accounts")[0])
        said = place.well("sync")
        orders = place.well("orders", "list", "--limit", 1000)

    assert [row["error"] for row in said["streams"] if row["error"]] == []
    for shop, at in (("own", url), ("jd", jd_url)):
        (known,) = truth[at]["orders"].values()
        there = {order["external_id"] for order in known if not order["removed"]}
        had = [order["external_id"] for order in orders if order["shop"] == shop]
        assert (len(had), set(had)) == (len(there), there)


def add_shops(place: Place, url: str, jd_url: str, jd: Mapping[str, Any]) -> None:
    """As their owners would: settings, a key, then `hub shop add`."""
    text = SETTINGS.format(url=url, jd=jd, jd_url=jd_url)
    (place.folder / "plugins.toml").write_text(text, encoding="utf-8")
    code = "from hub_core.settings import key_file; from pathlib import Path; "
    place.python("-c", code + "key_file(Path('master.key'))")
    place.env |= {"JD_SECRET": jd["app_secret"], "JD_TOKEN": jd["access_token"]}
    own = ("--channel", CHANNEL, "--id", "shop", "--app", "own")
    place.well("shop", "add", "own", *own, "--since", days_ago(4))
    token = ("--app", "jd", "--token-env", "JD_TOKEN", "--since", days_ago(32))
    place.well("shop", "add", "jd", "--channel", "jd", "--id", jd["external_id"], *token)


def days_ago(days: int) -> str:
    return f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d}"


def test_its_own_tests_pass(place: Place) -> None:
    """Against what is installed: only the tests are taken from the checkout."""
    shutil.copytree(EXAMPLE / "tests", place.folder / "its" / "tests")
    shutil.copy(EXAMPLE / "pyproject.toml", place.folder / "its")
    done = place.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "its")

    assert done.code == 0, done.out[-3_000:]
    passed = re.search(r"(\d+) passed", done.out)
    assert passed
    assert int(passed[1]) > 150


def test_it_can_be_graded(place: Place) -> None:
    """What its own tests have not tried yet; all of it takes a minute."""
    tried = ("signing", "goldens", "writes", "unknown")
    only = [word for name in tried for word in ("--only", name)]
    golden = EXAMPLE / "tests" / "golden"
    said = place.hub("connector", "grade", CHANNEL, "--goldens", golden, *only, "--json")
    states = {one["criterion"]: one["state"] for one in said.json["criteria"]}

    assert {name: states[name] for name in tried} == dict.fromkeys(tried, "met")


# And goes --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def left(place: Place) -> Place:
    """After it was uninstalled."""
    said = pip(place, "uninstall", "--yes", NAME)
    assert said.code == 0, said.err
    return place


def test_without_it_the_hub_is_whole(left: Place) -> None:
    assert {name: row["state"] for name, row in left.plugins().items()} == {
        name: "on" for name in OURS
    }


def test_without_it_its_shop_says_that_no_plugin_serves_it(left: Place) -> None:
    said = left.hub("sync", "own", "--json")
    (stream,) = said.json["streams"]

    assert said.code == 1
    assert f"no plugin serves '{CHANNEL}'" in stream["error"]["message"]


def test_without_it_what_is_stored_is_still_shown(left: Place) -> None:
    orders = left.well("orders", "list", "--shop", "own", "--limit", 1000)
    shown = left.hub("orders", "show", orders[0]["external_id"])

    assert len(orders) > 0
    assert {order["channel"] for order in orders} == {CHANNEL}
    assert (shown.code, orders[0]["external_id"] in shown.out) == (0, True)
