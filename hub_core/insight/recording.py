"""Recording the shape of real answers, and holding a platform in a box against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ..client import Line
from ..errors import HubError, Misconfigured
from ..ports import Session, Source, Stream, Window
from ..wire import JSON, Call, Credentials, Dialect, Fetched, HttpRequest, Item
from .shapes import Shape, parent_of
from .vocabulary import Vocabulary

KIND, VERSION = "channel-hub shapes", 1
TRIES = 12
"""Windows that are looked into, newest first, for rows."""
MARGIN = timedelta(seconds=4)
EXPECTED = 5.0
"""A field is held to be missing where so many were to be expected: by chance alone that
happens less than once in a hundred times (e to the power of -5)."""


class Overheard:
    """A dialect that shows each good answer, whole, before it is read."""

    def __init__(self, dialect: Dialect, heard: Callable[[Call[Any], JSON], None]) -> None:
        self._dialect, self._heard = dialect, heard

    def request(
        self, call: Call[Any], params: JSON, who: Credentials, now: datetime
    ) -> HttpRequest:
        """As the dialect's own."""
        return self._dialect.request(call, params, who, now)

    def unwrap(self, call: Call[Any], body: JSON) -> JSON:
        """As the dialect's own. An answer that is an error shows nothing."""
        opened = self._dialect.unwrap(call, body)
        self._heard(call, body)
        return opened

    def request_id(self, body: JSON) -> str | None:
        """As the dialect's own."""
        return self._dialect.request_id(body)

    def server_time(self, body: JSON) -> datetime | None:
        """As the dialect's own."""
        return self._dialect.server_time(body)


@dataclass(slots=True)
class Recording:
    """The shapes of a channel's answers, by call and version file."""

    channel: str
    calls: dict[tuple[str, str], Shape] = field(default_factory=dict)
    endpoints: dict[tuple[str, str], str] = field(default_factory=dict)
    errors: dict[str, HubError] = field(default_factory=dict)
    """Stream to why nothing was recorded of it."""

    def as_dict(self, on: datetime) -> dict[str, Any]:
        """For a file. Of the time only the day is kept."""
        return {
            "kind": KIND, "version": VERSION, "channel": self.channel,
            "recorded": f"{on:%Y-%m-%d}",
            "calls": [
                {"name": name, "shape": shape, "endpoint": self.endpoints[name, shape],
                 "answers": seen.answers, "paths": seen.as_dict()}
                for (name, shape), seen in sorted(self.calls.items())
            ],
        }  # fmt: skip


def record(
    line: Line,
    open_source: Callable[[Session], Source],
    configured: Callable[[Sequence[Stream]], Sequence[Stream]],
    known: Vocabulary,
    *,
    pages: int = 1,
    details: int = 1,
) -> Recording:
    """Ask each stream for `pages` pages with rows and `details` orders; reads only.

    A stream that refuses is left out and named in `errors`.
    """
    found = Recording(line.channel.id)

    def heard(call: Call[Any], body: JSON) -> None:
        key = call.name, call.shape
        found.endpoints[key] = call.endpoint
        found.calls.setdefault(key, Shape(known)).add(body)

    line.channel = replace(line.channel, dialect=Overheard(line.channel.dialect, heard))
    source = open_source(line)
    for stream in configured(source.streams):
        line.stream = stream.name
        try:
            _ask(line, source, stream, pages, details)
        except HubError as error:
            found.errors[stream.name] = error
    return found


def _ask(line: Line, source: Source, stream: Stream, pages: int, details: int) -> None:
    for items in _pages(line, source, stream, pages):
        for item in items[: max(0, details)]:
            if (id := _id(item)) is not None:
                source.record(id)
                details -= 1


def _pages(
    line: Line, source: Source, stream: Stream, pages: int
) -> Iterator[Sequence[Item]]:
    """The first pages of the newest windows that have rows."""
    until = line.now().replace(microsecond=0)
    oldest, span = until - stream.look_back + MARGIN, stream.max_window - MARGIN
    for _ in range(TRIES):
        since = max(until - span, oldest)
        if pages <= 0 or since >= until:
            return
        items = source.page(stream, Window(since, until), 1, count=True).items
        if items:
            pages -= 1
            yield items
        until = since


def _id(item: Item) -> str | None:
    return item.order.external_id if isinstance(item, Fetched) else item.external_id


# Two recordings -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """A path that is not the same in a recording and in a box."""

    call: str
    path: str
    kind: str
    """`only recorded`, `only in the box`, `type` or `form`."""
    recorded: str = ""
    box: str = ""


Paths = Mapping[str, Mapping[str, Any]]


def checked(told: Any) -> Mapping[str, Any]:
    """A recording as read from a file. Raises Misconfigured where it is none."""
    if not isinstance(told, dict) or (told.get("kind"), told.get("version")) != (
        KIND,
        VERSION,
    ):
        raise Misconfigured("it is no recording of shapes; make one with: hub record SHOP")
    try:
        for call in told["calls"]:
            str(call["name"]), str(call["shape"]), int(call["answers"])
            for path, seen in call["paths"].items():
                assert path == "$" or parent_of(path) in call["paths"]
                int(seen["of"]), int(seen["present"]), dict(seen["types"] | seen["forms"])
    except (KeyError, TypeError, ValueError, AttributeError, AssertionError):
        raise Misconfigured("this recording is damaged; make it again") from None
    return told


def differences(
    recorded: Mapping[str, Any], box: Mapping[str, Any]
) -> Iterator[Difference]:
    """Where a box's answers are not shaped as the recorded ones, call by call."""
    ours = {(c["name"], c["shape"]): c["paths"] for c in box["calls"]}
    for call in recorded["calls"]:
        name = f"{call['name']} ({call['shape']})"
        paths = ours.get((call["name"], call["shape"]))
        if paths is None:
            yield Difference(name, "$", "only recorded", f"{call['answers']} answers", "–")
        else:
            yield from _compared(name, call["paths"], paths)


def _compared(call: str, there: Paths, box: Paths) -> Iterator[Difference]:
    for path in sorted({*there, *box}):
        parent = parent_of(path)
        if path in there and path in box:
            yield from _types(call, path, there[path], box[path])
        elif parent is None or parent not in there or parent not in box:
            continue  # its parent is named already
        elif path in there and _objects(box, path):
            yield Difference(call, path, "only recorded", _often(there[path]), "–")
        elif path in box and _share(box[path]) * _objects(there, path) >= EXPECTED:
            yield Difference(call, path, "only in the box", "–", _often(box[path]))


def _objects(paths: Paths, path: str) -> int:
    """How many objects (or elements) there were that could have had the path."""
    parent = parent_of(path) or "$"
    kind = "array" if path.endswith("[]") else "object"
    return int(paths[parent]["types"].get(kind, 0))


def _share(seen: Mapping[str, Any]) -> float:
    return float(seen["present"]) / max(1, int(seen["of"]))


def _often(seen: Mapping[str, Any]) -> str:
    return f"{' or '.join(seen['types'])}, {seen['present']} of {seen['of']}"


def _types(
    call: str, path: str, there: Mapping[str, Any], box: Mapping[str, Any]
) -> Iterator[Difference]:
    types = _unlike(there["types"], box["types"])
    if types:
        said = " or ".join(there["types"]), " or ".join(box["types"])
        yield Difference(call, path, "type", *said)
    elif _kinds(there).isdisjoint(_kinds(box)) and _kinds(there) and _kinds(box):
        said = ", ".join(there["forms"]), ", ".join(box["forms"])
        yield Difference(call, path, "form", *said)


def _unlike(there: Mapping[str, int], box: Mapping[str, int]) -> bool:
    """A type the box never gives, or one it gives so often that it was to be expected."""
    total = sum(box.values()) or 1
    extra = [kind for kind, n in box.items() if kind not in there]
    expected = (box[kind] / total * sum(there.values()) for kind in extra)
    return any(kind not in box for kind in there) or any(e >= EXPECTED for e in expected)


def _kinds(seen: Mapping[str, Any]) -> set[str]:
    """Families of forms; what is empty or never tells nothing."""
    found = {form.partition("(")[0].partition(" ")[0] for form in seen["forms"]}
    return found - {"empty", "never-date"}
