"""What a reader of a connector's code finds: sources, and types that hold."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..ports import Channel
from ..wire import VERSION_FILE
from .finding import Finding, State, found, some

SOURCE = re.compile(r"Source: *(.*)")
PLACEHOLDER = "CHANGE"
MYPY_SECONDS = 300


def packages(plugin: Any, channel: Channel) -> dict[str, Path]:
    """Where the plugin's own code stands, by package: its hooks and its version files."""
    name = getattr(plugin, "__name__", type(plugin).__module__)
    names = dict.fromkeys((name, channel.adapters))
    return {one: _folder(one) for one in names}


def _folder(name: str) -> Path:
    module = importlib.import_module(name)
    path = getattr(module, "__path__", None)
    return Path(path[0] if path else str(module.__file__)).resolve()


def _files(plugin: Any, channel: Channel) -> list[Path]:
    found = [
        file
        for place in packages(plugin, channel).values()
        for file in ([place] if place.is_file() else place.glob("*.py"))
    ]
    return sorted(set(found))


# Sources ---------------------------------------------------------------------------------


def sourced(plugin: Any, channel: Channel) -> Finding:
    """A docstring in every file; in every version file, and the dialect's, its source."""
    files = _files(plugin, channel)
    dialect = Path(str(sys.modules[type(channel.dialect).__module__].__file__)).resolve()
    wrong = [said for file in files for said in _lacking(file, file == dialect)]
    versions = [file for file in files if VERSION_FILE.fullmatch(file.stem)]
    return found(f"{some(len(files), 'file')}, version files: {len(versions)}", wrong)


def _lacking(file: Path, is_dialect: bool) -> Iterator[str]:
    tree = ast.parse(file.read_text("utf-8"))
    said = ast.get_docstring(tree) or ""
    if not said and tree.body:
        yield f"{file.name} has no docstring"
    source = SOURCE.search(said)
    if source is None and (is_dialect or VERSION_FILE.fullmatch(file.stem)):
        yield f"{file.name}: its docstring names no `Source:`"
    if source is not None and source[1].startswith(PLACEHOLDER):
        yield f"{file.name}: its `Source:` is still the one it was written with"


# Types -----------------------------------------------------------------------------------


def typed(plugin: Any, channel: Channel) -> Finding:
    """`py.typed`, and nothing for mypy to say in its strict mode."""
    places = packages(plugin, channel)
    wrong = [
        f"{name} has no py.typed" for name, place in places.items() if not _marked(place)
    ]
    if find_spec("mypy") is None:
        said = "py.typed was looked for; it takes mypy besides: pip install mypy"
        state = State.UNMET if wrong else State.NOT_TRIED
        return Finding(state, said, tuple(wrong or ["mypy is not installed"]))
    errors = _mypy(list(places))
    return found("py.typed, and mypy --strict", [*wrong, *errors])


def _marked(place: Path) -> bool:
    """A marker stands in the package or, as for all its parts, in the one it is part of."""
    folder = place.parent if place.is_file() else place
    return any((at / "py.typed").is_file() for at in (folder, folder.parent))


def _mypy(names: list[str]) -> list[str]:
    asked = [word for name in names for word in ("-p", name)]
    flags = ["--strict", "--namespace-packages", "--explicit-package-bases", "--no-pretty"]
    flags += ["--follow-imports=silent", "--no-error-summary", "--hide-error-context"]
    with TemporaryDirectory() as folder:
        config = Path(folder) / "mypy.ini"
        config.write_text("[mypy]\nplugins = pydantic.mypy\n", encoding="utf-8")
        done = subprocess.run(  # noqa: S603 - our own Python, on names of packages
            [sys.executable, "-m", "mypy", "--config-file", str(config), *flags, *asked],
            cwd=folder, text=True, capture_output=True, check=False, timeout=MYPY_SECONDS,
            env={**os.environ, "MYPYPATH": os.pathsep.join(_roots())},
        )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if ": error: " in line]
    if done.returncode > 1 and not lines:
        return [f"mypy cannot run: {(done.stderr or done.stdout).strip()[:120]}"]
    return [_short(line) for line in lines]


def _roots() -> list[str]:
    """What Python finds code by and mypy would not: not the site's own packages."""
    return [p for p in sys.path if p and Path(p).is_dir() and "site-packages" not in p
            and not Path(p).is_relative_to(sys.base_prefix)]  # fmt: skip


def _short(line: str) -> str:
    place, _, what = line.partition(": error: ")
    return f"{Path(place.rpartition(':')[0]).name}:{place.rpartition(':')[2]}: {what}"
