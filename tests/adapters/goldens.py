"""The goldens of every channel: good answers, whose call each is, what is read of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from connectors.douyin_laike import CHANNEL as LAIKE
from connectors.jd import CHANNEL as JD
from connectors.pinduoduo import CHANNEL as PINDUODUO
from connectors.taobao import CHANNEL as TAOBAO
from hub_core.models import Record
from hub_core.ports import Channel
from hub_core.wire import Call, Fetched, Misread, Page, Ref, shapes

FOLDER = Path(__file__).resolve().parents[1] / "golden"
CHANNELS: dict[str, Channel] = {
    "douyin_laike": LAIKE,
    "taobao": TAOBAO,
    "jd": JD,
    "pinduoduo": PINDUODUO,
}
NAMED = {
    "page": "LIST",
    "one": "GET",
    "refresh": "REFRESH",
    "set": "SET",
    "level": "GET",
    "send": "SEND",
    "extra": "EXTRA",
    "companies": "COMPANIES",
    "decrypt": "DECRYPT",
}
"""Goldens that are called by what they answer (JD, Pinduoduo), to the call."""
USUAL = {"taobao": "GET", "douyin_laike": "LIST"}
"""The call of a golden that is called by what is in it, unless its name begins with one."""
RECORDS = (Fetched, Misread, Ref)
Way = tuple[str | int, ...]


class Golden(NamedTuple):
    """A good answer, whose call, and the places in it. `items` is empty where the answer
    is of no records."""

    channel: str
    shape: str
    call: str
    case: str
    body: Any
    places: tuple[Way, ...]
    items: tuple[Any, ...]

    @property
    def records(self) -> list[Record]:
        """The records it holds."""
        return [item.record for item in self.items if isinstance(item, Fetched)]

    def __str__(self) -> str:
        return f"{self.channel}-{self.shape}-{self.case}"


def call_of(channel: str, shape: str, name: str) -> Call[Any]:
    """One call of a version file."""
    module = import_module(f"{CHANNELS[channel].adapters}.{shape}")
    call: Call[Any] = getattr(module, name)
    return call


def which(channel: str, case: str) -> str:
    """The name of the call a golden answers."""
    begins, dot, _ = case.partition(".")
    return begins.upper() if dot else NAMED.get(case) or USUAL[channel]


def answer(channel: str, shape: str, call: str, body: Any) -> Any:
    """What a call makes of a body, as the client does it."""
    asked = call_of(channel, shape, call)
    return asked.read(CHANNELS[channel].dialect.unwrap(asked, body))


def items_of(found: Any) -> list[Any]:
    """The rows of a page, or the one record; nothing where it is of no records."""
    rows = list(found.items) if isinstance(found, Page) else [found]
    return [row for row in rows if isinstance(row, RECORDS)]


def places(value: Any, way: Way = ()) -> Iterator[Way]:
    """Every place in a value, from the outside in."""
    if way:
        yield way
    steps: Any = ()
    if isinstance(value, dict):
        steps = value.items()
    elif isinstance(value, list):
        steps = enumerate(value)
    for step, inner in steps:
        yield from places(inner, (*way, step))


def at(body: Any, way: Way) -> Any:
    """What stands in a place."""
    for step in way:
        body = body[step]
    return body


def replaced(body: Any, way: Way, value: Any) -> Any:
    """The body with another value in one place."""
    body = copy.deepcopy(body)
    at(body, way[:-1])[way[-1]] = value
    return body


def read_with(golden: Golden, way: Way, value: Any) -> list[Any]:
    """The golden's items, read with another value in one place."""
    body = replaced(golden.body, way, value)
    return items_of(answer(golden.channel, golden.shape, golden.call, body))


def version_files() -> set[tuple[str, str]]:
    """(channel, shape) of every version file there is."""
    return {
        (folder, module.rpartition(".")[2])
        for folder, channel in CHANNELS.items()
        for numbers in shapes(channel.adapters).values()
        for module in numbers.values()
    }


def goldens() -> Iterator[Golden]:
    """All of them, each read once."""
    for path in sorted(FOLDER.glob("*/*_v*/*.wire.json")):
        channel, shape, name = path.parts[-3:]
        case = name.removesuffix(".wire.json")
        call = which(channel, case)
        body = json.loads(path.read_text("utf-8"))
        items = items_of(answer(channel, shape, call, body))
        yield Golden(channel, shape, call, case, body, tuple(places(body)), tuple(items))


ALL = list(goldens())
WITH_RECORDS = [golden for golden in ALL if golden.items]
