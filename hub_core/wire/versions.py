"""The version files of an adapter package, found by name."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import Misconfigured

VERSION_FILE = re.compile(r"(?P<area>[a-z_]+)_v(?P<number>\d+)")


@lru_cache(maxsize=256)
def _files(folder: str, changed: int) -> tuple[tuple[str, int, str], ...]:
    """(area, number, name) of what a folder had when it was changed last."""
    names = (info.name for info in pkgutil.iter_modules([folder]))
    found = [m for name in names if (m := VERSION_FILE.fullmatch(name))]
    return tuple((m["area"], int(m["number"]), m[0]) for m in found)


def shapes(package: str) -> dict[str, dict[int, str]]:
    """The version files of an adapter package: area → number → module name."""
    found: dict[str, dict[int, str]] = {}
    for folder in importlib.import_module(package).__path__:
        for area, number, name in _files(folder, Path(folder).stat().st_mtime_ns):
            found.setdefault(area, {}).setdefault(number, f"{package}.{name}")
    return found


def pick(package: str, area: str, pin: int | None = None) -> Any:
    """Import `<area>_v<pin>` of an adapter package; the newest where there is no pin.

    Raises Misconfigured naming the versions there are, if `pin` is not one of them.
    """
    versions = shapes(package).get(area, {})
    number = max(versions, default=None) if pin is None else pin
    if number is None or number not in versions:
        raise Misconfigured(f"{package} has {area} in shapes {sorted(versions)}, not {pin}")
    return importlib.import_module(versions[number])
