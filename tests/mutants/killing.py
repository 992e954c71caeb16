"""One mutant in a process of its own: does any test of its channel see it?

The process is a copy of one that has imported everything expensive. It forgets the
channel's modules, finds the mutated one in memory in place of the file's, and runs tests,
the nearest first, until one fails. Nothing is written into the checkout.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator
from importlib.abc import MetaPathFinder
from importlib.machinery import SourceFileLoader
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple

import pytest
from hypothesis import Phase, settings

from hub_core import wire

from .choosing import Mutant
from .source import CHANNELS, FOLDERS, ROOT, File

SECONDS = 20
"""Of the processor's time for one test, ten times what the slowest takes."""
SLEEPS = 600
"""Seconds by the clock for one test, which may be waiting for what never comes."""
MEMORY = 4 << 30
NAMES = {
    "douyin_laike": {"douyin", "laike"},
    "jd": {"jd"},
    "pinduoduo": {"pinduoduo", "pdd"},
    "taobao": {"taobao"},
}
"""How the names of tests name a channel."""
EVERYWHERE = (
    "tests/test_golden_states.py",
    "tests/test_golden_record_states.py",
    "tests/adapters/by_hand/test_by_hand.py",
    "tests/adapters/test_published_samples.py",
    "tests/adapters/test_amounts_stay_exact.py",
    "tests/adapters/test_kept_rows_read_again.py",
    "tests/adapters/test_announced.py",
    "tests/adapters/test_asks_declared.py",
    "tests/adapters/test_calls_declared.py",
    "tests/adapters/test_receivers_outcomes.py",
    "tests/adapters/test_operation_goldens.py",
    "tests/adapters/test_every_field.py",
    "tests/adapters/test_streams_declared.py",
)
"""Goldens of all channels."""
SLOW = "tests/adapters/test_readers_never_lie.py"
"""Goldens spoiled in thousands of ways."""
HARNESS = {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}


class Verdict(NamedTuple):
    """What became of a mutant."""

    state: str
    """`killed`, `survived`, or `stillborn`: not even imported, which is no credit to any
    test; `broken` where the tests could not be run at all."""
    by: str = ""
    """The test that saw it, or what it died of."""


# Which tests ---------------------------------------------------------------------------


def stages(path: str, few: bool) -> Iterator[list[str]]:
    """The test files that answer for a file, those that speak of it most first."""
    channel, stem = path.split("/")[1], re.sub(r"_v\d+$", "", Path(path).stem)
    own = sorted((ROOT / "tests/adapters" / channel).glob("test_*.py"))
    goldens = [*(p.relative_to(ROOT).as_posix() for p in own), *EVERYWHERE]
    near = sorted(goldens, key=lambda name: -_mentions(name, stem))
    yield from (near[:3], near[3:])
    yield [f"tests/contract/test_contract_{channel}.py"]
    if few:
        return
    if path.startswith("connectors/"):
        yield [p for p in _records() if any(_mentions(p, n) for n in NAMES[channel])]
    yield [SLOW]


def _records() -> list[str]:
    folders = ("tests/records", "tests/receivers")
    found = [p for folder in folders for p in sorted((ROOT / folder).glob("test_*.py"))]
    return [p.relative_to(ROOT).as_posix() for p in found]


def _mentions(path: str, word: str) -> int:
    text = path + (ROOT / path).read_text("utf-8")
    return len(re.findall(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text))


class Watch:
    """Pytest's ear: which tests are run, how long each may take, and which fails."""

    def __init__(self, channel: str, few: bool) -> None:
        self.strange = set().union(*NAMES.values()) - NAMES[channel]
        self.few, self.seen = few, 0
        self.failed = ""

    def pytest_sessionstart(self) -> None:
        """Examples by the same seed each time, and a failing one as it is."""
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile(
            "mutants", settings(), database=None, derandomize=True, phases=phases
        )
        settings.load_profile("mutants")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if self._is_wanted(item)]

    def _is_wanted(self, item: pytest.Item) -> bool:
        """Not another channel's; and of the contract's boxes the first, if a few do."""
        words = set(re.split(r"[^a-z]+", item.name.lower()))
        if words & self.strange:
            return False
        spec = getattr(item, "callspec", None)
        return not (self.few and spec and spec.indices.get("platform"))

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.now = item.nodeid
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        signal.alarm(SLEEPS)
        yield
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.alarm(0)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or f"{report.nodeid} (at its import)"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seen += 1
        if report.failed:
            self.failed = self.failed or report.nodeid


# The process ---------------------------------------------------------------------------


def preload() -> None:
    """All that is the same for every mutant, without a trace in the checkout."""
    sys.dont_write_bytecode = True
    for name in ("hub_core.hub", "hub_core.insight.truth", "hub_core.testing.orders"):
        importlib.import_module(name)
    for channel in CHANNELS:
        importlib.import_module(f"sandboxes.{channel}")
        _import(channel)


def judge(case: Mutant | File, few: bool, folder: str, answer: Connection) -> None:
    """Say what becomes of it; of a file as it is, too, which nothing should kill. Runs in
    a process of its own, which it spoils and ends. It writes into `folder` only."""
    file = case.file if isinstance(case, Mutant) else case
    _settle(folder)
    watch = Watch(file.channel, few)
    for number in (signal.SIGVTALRM, signal.SIGALRM):
        signal.signal(number, lambda *_: _give_up(watch, answer))
    _forget(file.channel)
    sys.meta_path.insert(0, Finder(file, compile(case.tree, file.path, "exec")))
    answer.send(_run(file, watch))
    os._exit(0)


def _settle(folder: str) -> None:
    """Quiet, out of the checkout, and not without bounds."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
    sys.dont_write_bytecode, sys.pycache_prefix = False, folder
    tempfile.tempdir = tempfile.mkdtemp(dir=folder)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _give_up(watch: Watch, answer: Connection) -> None:
    answer.send(Verdict("killed", f"{watch.now} (never ends)"))
    os._exit(0)


def _run(file: File, watch: Watch) -> Verdict:
    try:
        _import(file.channel)
    except Exception as error:
        return Verdict("stillborn", type(error).__name__)
    for paths in stages(file.path, watch.few):
        code = pytest.main([*OPTIONS, *paths], plugins=[watch])
        if code in HARNESS:
            return Verdict("broken", f"pytest says {code}")
        if watch.failed:
            return Verdict("killed", watch.failed)
    return Verdict("survived" if watch.seen else "broken", f"{watch.seen} reports")


OPTIONS = (
    *("-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-p", "no:xdist"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning", f"--rootdir={ROOT}"),
)


# Modules -------------------------------------------------------------------------------


class Finder(MetaPathFinder):
    """Finds one module with other code than its file has."""

    def __init__(self, file: File, code: CodeType) -> None:
        self.file, self.code = file, code

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self.file.module:
            return None
        where = str(ROOT / self.file.path)
        return importlib.util.spec_from_file_location(
            name, where, loader=Loader(name, where, self.code)
        )


class Loader(SourceFileLoader):
    """The file's loader, but for the code."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self.code = code

    def get_code(self, fullname: str) -> CodeType:
        return self.code

    def exec_module(self, module: ModuleType) -> None:
        """A fault may name a converter that the file has no need of."""
        vars(module).update({name: getattr(wire, name) for name in wire.__all__})
        super().exec_module(module)


def _import(channel: str) -> None:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder / channel).glob("*.py")):
            name = f"{folder}.{channel}.{path.stem}"
            importlib.import_module(name.removesuffix(".__init__"))


def _forget(channel: str) -> None:
    for folder in FOLDERS:
        whole = f"{folder}.{channel}"
        for name in [n for n in sys.modules if f"{n}.".startswith(f"{whole}.")]:
            del sys.modules[name]
        delattr(sys.modules[folder], channel)
