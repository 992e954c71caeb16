"""The version files there are: what each says of itself, and who reads by it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ...plugins import Plugins
from ...plugins.registry import Operation
from ...settings import Settings
from ...store.shops import Shop
from ...wire import shapes

SPAN = r"((?:before )?\d{4}(?:-\d{2,4})?|now)"
SINCE = re.compile(rf"\b[Ss]ince {SPAN}|^(\d{{4}}) to \d{{4}}", re.MULTILINE)
UNTIL = re.compile(rf"\b[Uu]ntil {SPAN}|^\d{{4}} to (\d{{4}})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Version:
    """One version file."""

    channel: str
    area: str
    number: int
    shape: str
    said: str
    """The first line of its docstring."""
    since: str | None
    until: str | None
    """As the docstring words it; None where it does not."""
    is_newest: bool
    replays: bool
    """Kept records can be read by it again."""
    pinned_by: tuple[str, ...]
    """Where it is pinned: the channel's settings, shops by name."""
    shops: tuple[str, ...]
    """Shops that read by it, pinned or not."""
    calls: tuple[Operation, ...]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def versions(
    plugins: Plugins, settings: Settings, shops: Sequence[Shop], channel: str
) -> list[Version]:
    """Every version file of a channel, by area and number."""
    package, calls = plugins.channel(channel).adapters, plugins.operations(channel)
    ours = [shop for shop in shops if shop.channel == channel]
    return [
        _version(channel, area, number, file, numbers, settings, ours, calls)
        for area, numbers in sorted(shapes(package).items())
        for number, file in sorted(numbers.items())
    ]


def _version(
    channel: str,
    area: str,
    number: int,
    file: str,
    numbers: Iterable[int],
    settings: Settings,
    shops: Sequence[Shop],
    calls: Sequence[Operation],
) -> Version:
    module, shape = importlib.import_module(file), file.rpartition(".")[2]
    text, newest = (module.__doc__ or "").strip(), max(numbers)
    pins = {s.name: {**settings.pins(channel, s.name), **s.pins} for s in shops}
    above = settings.pins(channel)
    return Version(
        channel=channel,
        area=area,
        number=number,
        shape=shape,
        said=text.partition("\n")[0],
        since=_first(SINCE, text),
        until=_first(UNTIL, text),
        is_newest=number == newest,
        replays=hasattr(module, "READ_ROW"),
        pinned_by=(
            *([f"[channels.{channel}]"] if above.get(area) == number else []),
            *[
                name
                for name, own in pins.items()
                if own.get(area) == number != above.get(area)
            ],
        ),
        shops=tuple([n for n, own in pins.items() if own.get(area, newest) == number]),
        calls=tuple([call for call in calls if call.shape == shape]),
    )


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return next((word for word in found.groups() if word), None) if found else None
