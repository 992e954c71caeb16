"""Who may import whom, as a table. Imports go down, never up and never across.

Each rule reads one file's source and says what is wrong with it. Below the rules stand
sources that break them: a rule that lets one pass is no rule.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FLOORS: tuple[tuple[str, ...] | set[str], ...] = (
    # A row's modules may import every row above it here. Within a tuple a module may also
    # import those before it; the members of a set know nothing of each other.
    ("errors", "models"),
    ("wire", "ports", "hookspecs"),
    (
        *(
            "clock",
            "masking",
            "deadline",
            "answers",
            "breaker",
            "journal",
            "queueing",
            "booking",
            "lanes",
            "days",
            "usage",
            "pace",
            "tokens",
        ),
        *("outgoing", "sockets", "former", "client"),
    ),
    {"store", "plugins", "settings"},
    {"sync", "insight", "writes", "testing", "access"},
    ("lines", "consent", "ahead", "pull", "desks", "reveals", "stored", "hub", "remote"),
    {
        "grading",
        "alarms",
        "inbound",
        "outbound",
        "jobs",
        "backup",
        "rekeying",
        "authorising",
    },
    ("api", "service"),
    {"cli", "console"},
)
BESIDE = {
    # Modules that stand beside the floors, and who may import them at all.
    "sandbox": {"testing", "insight", "hub", "grading", "cli"},
    "testing": {"grading", "cli"},
}
FOLDERS = ("connectors", "adapters", "sandboxes")
REACH = {
    # What of hub_core a channel's code may import.
    "connectors": {"errors", "models", "wire", "ports", "hookspecs"},
    "adapters": {"errors", "models", "wire"},
    "sandboxes": {"sandbox"},
}
PURE = {
    # All that an adapter may import besides: nothing in it can read a clock, a file, the
    # network or chance.
    *("__future__", "abc", "base64", "binascii", "bisect", "collections", "contextlib"),
    *("cryptography", "dataclasses", "datetime", "decimal", "enum", "fractions"),
    *("functools", "hashlib", "hmac", "html", "itertools", "json", "math", "operator"),
    *("pydantic", "pydantic_core", "re", "string", "struct", "textwrap", "types"),
    *("typing", "typing_extensions", "unicodedata", "urllib.parse", "xml.sax.saxutils"),
    *("zlib", "zoneinfo"),
}
IMPURE_CALLS = {"open", "input", "print", "exec", "eval", "__import__"}
CLOCKS = {"now", "utcnow", "today"}
ALONE = {
    # A library, and the only modules that import it.
    "httpx": {"hub_core.client", "hub_core.testing.bridge"},
    "tenacity": {"hub_core.client"},
    "websockets": {"hub_core.inbound.dialling"},
}
VERSION = re.compile(r"\w+_v\d+")
MODULES = {name for floor in FLOORS for name in floor} | set(BESIDE)


@dataclass(frozen=True)
class Source:
    """One file: the name it is imported by, and its text."""

    module: str
    text: str
    package: bool = False

    @property
    def parts(self) -> list[str]:
        return self.module.split(".")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def imports(self) -> Iterator[str]:
        """Every module it imports, absolute, and every name taken from one."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self.base(node)
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names)

    def base(self, node: ast.ImportFrom) -> str:
        """`from ..x import y` in `a.b.c` is from `a.x`."""
        if not node.level:
            return node.module or ""
        up = node.level - self.package
        stem = self.parts[: len(self.parts) - up]
        return ".".join([*stem, *([node.module] if node.module else [])])

    def of_the_hub(self) -> set[str]:
        """The modules of hub_core it imports, without what they hold."""
        split = [name.split(".") for name in self.imports()]
        return {p[1] for p in split if p[0] == "hub_core" and p[1:] and p[1] in MODULES}


# The rules ------------------------------------------------------------------------------


def down_only(source: Source) -> list[str]:
    if source.parts[0] != "hub_core" or len(source.parts) == 1:
        return []
    me = source.parts[1]
    if me not in MODULES:
        return [f"{source.module} has no floor: give it one in tests/test_floor_plan.py"]
    wrong = source.of_the_hub() - may_import(me) - {me}
    return [f"{source.module} may not import hub_core.{name}" for name in sorted(wrong)]


def may_import(me: str) -> set[str]:
    """The modules of hub_core that stand below one of them."""
    beside = {name for name, users in BESIDE.items() if me in users}
    below: set[str] = set()
    for floor in FLOORS:
        if me in floor:
            left = floor[: floor.index(me)] if isinstance(floor, tuple) else ()
            return (below | set(left)) - set(BESIDE) | beside
        below |= set(floor)
    return beside


def channel_neutral(source: Source) -> list[str]:
    """The engine names no connector, adapter or sandbox, not even in a string."""
    if source.parts[0] != "hub_core":
        return []
    named = re.compile(rf"({'|'.join(FOLDERS)})(\.\w+)+(:\w+)?")
    strings = [n.value for n in ast.walk(source.tree) if isinstance(n, ast.Constant)]
    said = [s for s in strings if isinstance(s, str) and named.fullmatch(s)]
    taken = [name for name in source.imports() if name.split(".")[0] in FOLDERS]
    return [f"{source.module} names {name}" for name in (*said, *taken)]


def own_channel(source: Source) -> list[str]:
    """A channel's code knows its own channel: connectors their adapters, nobody else."""
    folder = source.parts[0]
    if folder not in FOLDERS:
        return []
    channel = source.parts[1]
    mine = {f"{folder}.{channel}"}
    mine |= {f"adapters.{channel}"} if folder == "connectors" else set()
    split = [name.split(".") for name in source.imports()]
    ours = [p for p in split if p[0] in FOLDERS and p[1:]]
    wrong = [".".join(p) for p in ours if ".".join(p[:2]) not in mine]
    return [f"{source.module} may not import {name}" for name in wrong]


def reach(source: Source) -> list[str]:
    """What of hub_core a channel's code may know."""
    folder = source.parts[0]
    if folder not in FOLDERS:
        return []
    wrong = source.of_the_hub() - REACH[folder]
    said = [f"{source.module} may not import hub_core.{name}" for name in sorted(wrong)]
    if folder != "connectors" and any(plain(n) for n in source.tree.body):
        said.append(f"{source.module} may not import hub_core whole")
    return said


def plain(node: ast.stmt) -> bool:
    """`import hub_core`, or a name from its front door."""
    if isinstance(node, ast.Import):
        return any(alias.name == "hub_core" for alias in node.names)
    if isinstance(node, ast.ImportFrom) and node.module == "hub_core" and not node.level:
        return any(alias.name not in MODULES for alias in node.names)
    return False


def pure(source: Source) -> list[str]:
    """Translation does no I/O."""
    if source.parts[0] != "adapters":
        return []
    said = [f"{source.module} imports {name}" for name in impure_imports(source)]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in IMPURE_CALLS:
                said.append(f"{source.module} calls {called.id}()")
            if isinstance(called, ast.Attribute) and called.attr in CLOCKS:
                said.append(f"{source.module} reads the clock: .{called.attr}()")
    return said


def impure_imports(source: Source) -> list[str]:
    names: list[str] = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.append(node.module or "")
    ours = ("hub_core", "adapters")
    foreign = [name for name in names if name.split(".")[0] not in ours]
    return [n for n in foreign if n not in PURE and n.split(".")[0] not in PURE]


def siblings(source: Source) -> list[str]:
    """No file of an adapter imports a version file: deleting one is deleting one file."""
    if source.parts[0] != "adapters":
        return []
    taken = {part for name in source.imports() for part in name.split(".")}
    wrong = sorted(x for x in taken if VERSION.fullmatch(x) and x != source.parts[-1])
    return [f"{source.module} imports {name}" for name in wrong]


def no_version_by_name(source: Source) -> list[str]:
    """A connector picks a version by area and pin; naming one would nail it."""
    if source.parts[0] != "connectors":
        return []
    taken = {part for name in source.imports() for part in name.split(".")}
    return [f"{source.module} names {x}" for x in sorted(taken) if VERSION.fullmatch(x)]


def libraries(source: Source) -> list[str]:
    """The network and the retries each have one place."""
    if source.parts[0] not in ("hub_core", *FOLDERS):
        return []
    taken = {name.split(".")[0] for name in source.imports()}
    named = [
        lib for lib, users in ALONE.items() if lib in taken and source.module not in users
    ]
    return [f"{source.module} imports {lib}; only {min(ALONE[lib])} may" for lib in named]


def absolute_or_near(source: Source) -> list[str]:
    """A relative import never climbs out of its own top folder."""
    climbs = [n.level for n in ast.walk(source.tree) if isinstance(n, ast.ImportFrom)]
    too_far = max(climbs, default=0) - source.package >= len(source.parts)
    return [f"{source.module} climbs out of its folder"] if too_far else []


Rule = Callable[[Source], list[str]]
RULES: tuple[Rule, ...] = (
    *(down_only, channel_neutral, own_channel, reach, pure, siblings),
    *(no_version_by_name, libraries, absolute_or_near),
)


# The tree keeps them --------------------------------------------------------------------


@cache
def sources() -> list[Source]:
    return list(read())


def read() -> Iterator[Source]:
    for folder in ("hub_core", *FOLDERS):
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            package = parts[-1] == "__init__"
            module = ".".join(parts[:-1] if package else parts)
            yield Source(module, path.read_text(encoding="utf-8"), package)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps(rule: Rule) -> None:
    assert [said for source in sources() for said in rule(source)] == []


def test_the_channel_folders_are_namespaces() -> None:
    assert [f for f in FOLDERS if (ROOT / f / "__init__.py").exists()] == []


def test_every_module_of_the_engine_was_read() -> None:
    names = {
        source.parts[1] for source in sources() if source.module.startswith("hub_core.")
    }

    assert {"errors", "models", "ports", "wire", "settings", "plugins"} <= names


def test_what_adapters_may_import_is_standard_or_a_dependency() -> None:
    named = {name.split(".")[0] for name in PURE}
    known = {"cryptography", "pydantic", "pydantic_core", "typing_extensions"}

    assert named - set(sys.stdlib_module_names) == known


# And they bite --------------------------------------------------------------------------

BITES: list[tuple[Rule, str, str]] = [
    (down_only, "hub_core.errors", "from .models import Order"),
    (down_only, "hub_core.wire", "from hub_core import ports"),
    (down_only, "hub_core.ports", "import hub_core.client"),
    (down_only, "hub_core.clock", "from .client import Client"),
    (down_only, "hub_core.client", "from . import store"),
    (down_only, "hub_core.settings.key", "from ..store import engine"),
    (down_only, "hub_core.plugins.loader", "def f():\n    from ..settings import Settings"),
    (down_only, "hub_core.sync.poll", "from ..hub import Hub"),
    (down_only, "hub_core.sync.poll", "from hub_core.insight.coverage import gaps"),
    (down_only, "hub_core.sync.poll", "from ..sandbox import Platform"),
    (
        down_only,
        "hub_core.store.records",
        "if TYPE_CHECKING:\n    from hub_core.sync import x",
    ),
    (down_only, "hub_core.testing.contract", "from hub_core.sync import poll"),
    (down_only, "hub_core.hub", "from .testing import OrderContract"),
    (down_only, "hub_core.sandbox.clock", "from ..models import Order"),
    (down_only, "hub_core.newcomer", ""),
    (channel_neutral, "hub_core.hub", "import connectors.jd"),
    (channel_neutral, "hub_core.hub", "from adapters.jd import sign"),
    (channel_neutral, "hub_core.hub", "import_module('connectors.jd')"),
    (channel_neutral, "hub_core.cli.demo", "BOX = 'sandboxes.jd:create'"),
    (own_channel, "connectors.jd", "from adapters.taobao import sign"),
    (own_channel, "connectors.jd", "from connectors import taobao"),
    (own_channel, "connectors.jd.pages", "from ..taobao import pages"),
    (own_channel, "adapters.jd.sign", "from adapters.taobao.sign import sign"),
    (own_channel, "adapters.jd.sign", "from connectors.jd import CHANNEL"),
    (own_channel, "sandboxes.jd", "from adapters.jd.sign import sign"),
    (own_channel, "sandboxes.jd.signing", "from adapters.jd import sign"),
    (reach, "connectors.jd", "from hub_core.client import Client"),
    (reach, "connectors.jd", "from hub_core import store"),
    (reach, "connectors.jd", "from hub_core.sandbox import Street"),
    (reach, "adapters.jd.orders_v1", "from hub_core.ports import Channel"),
    (reach, "adapters.jd.orders_v1", "from hub_core import Channel"),
    (reach, "sandboxes.jd", "from hub_core.models import Order"),
    (reach, "sandboxes.jd", "import hub_core"),
    (pure, "adapters.jd.sign", "import time"),
    (pure, "adapters.jd.sign", "from random import choice"),
    (pure, "adapters.jd.sign", "import os.path"),
    (pure, "adapters.jd.sign", "import httpx"),
    (pure, "adapters.jd.sign", "from sqlmodel import Session"),
    (pure, "adapters.jd.sign", "from urllib.request import urlopen"),
    (pure, "adapters.jd.sign", "def f():\n    import logging"),
    (pure, "adapters.jd.sign", "x = open('key')"),
    (pure, "adapters.jd.sign", "x = datetime.now(UTC)"),
    (siblings, "adapters.jd.orders_v2", "from .orders_v1 import read"),
    (siblings, "adapters.jd.orders_v2", "from . import orders_v1"),
    (siblings, "adapters.jd.orders_v2", "import adapters.jd.token_v1"),
    (siblings, "adapters.jd.common", "from .orders_v1 import Row"),
    (no_version_by_name, "connectors.jd", "from adapters.jd.orders_v1 import LIST"),
    (no_version_by_name, "connectors.jd", "from adapters.jd import orders_v1"),
    (libraries, "hub_core.hub", "import httpx"),
    (libraries, "connectors.jd", "from httpx import Client"),
    (libraries, "hub_core.sync.poll", "from tenacity import retry"),
    (libraries, "sandboxes.jd", "import httpx._client"),
    (absolute_or_near, "connectors.jd", "from ... import secrets"),
]
PASSES: list[tuple[Rule, str, str]] = [
    (down_only, "hub_core.hookspecs", "from .ports import Channel"),
    (down_only, "hub_core.settings.key", "from .secret import reveal"),
    (down_only, "hub_core.sync.poll", "from ..store.records import upsert"),
    (down_only, "hub_core.testing.bridge", "from ..sandbox import Platform"),
    (down_only, "hub_core.cli.demo", "from hub_core.hub import Hub"),
    (channel_neutral, "hub_core.plugins.names", "F = ('connectors', 'adapters')"),
    (own_channel, "connectors.jd", "from adapters.jd.dialect import Dialect"),
    (own_channel, "connectors.jd", "from adapters import jd"),
    (reach, "connectors.jd", "from hub_core import Channel, hookimpl"),
    (reach, "sandboxes.jd", "from hub_core.sandbox import Platform"),
    (pure, "adapters.jd.sign", "import hashlib\nfrom .common import Row"),
    (pure, "adapters.jd.sign", "from urllib.parse import quote"),
    (siblings, "adapters.jd.orders_v2", "from .common import Row"),
    (libraries, "hub_core.client", "import httpx\nimport tenacity"),
]


@pytest.mark.parametrize(("rule", "module", "text"), BITES)
def test_the_rules_bite(rule: Rule, module: str, text: str) -> None:
    assert rule(
        Source(module, text, package=module.count(".") == 1 and "hub" not in module)
    )


@pytest.mark.parametrize(("rule", "module", "text"), PASSES)
def test_the_rules_let_good_code_pass(rule: Rule, module: str, text: str) -> None:
    assert rule(Source(module, text)) == []


def test_every_rule_is_shown_to_bite() -> None:
    assert {rule for rule, _, _ in BITES} == set(RULES)
