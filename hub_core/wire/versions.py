"""The version files of an adapter package, found by name."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import Any

from ..errors import Misconfigured

VERSION_FILE = re.compile(r"(?P<area>[a-z_]+)_v(?P<number>\d+)")


def shapes(package: str) -> dict[str, dict[int, str]]:
    """The version files of an adapter package: area → number → module name."""
    found: dict[str, dict[int, str]] = {}
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if m := VERSION_FILE.fullmatch(info.name):
            found.setdefault(m["area"], {})[int(m["number"])] = f"{package}.{info.name}"
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
