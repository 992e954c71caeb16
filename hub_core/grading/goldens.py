"""Goldens of any connector: answers with what they mean, requests with how they are signed.

They stand in one folder:

    <shape>/<call>.<case>.wire.json    a good answer, composed, nobody's
    <shape>/<call>.<case>.hub.json     what it means; what it leaves out is not looked at
    signing.json                       requests as the platform's own pages show them

`<call>` is the name of a `Call` in the version file, in small letters (`list`); where a
file is called otherwise, the answer may be any of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import HubError
from ..ports import Channel
from ..wire import Ask, Call, Credentials, Fetched, Misread, Page, shapes

WIRE, HUB, SIGNING = ".wire.json", ".hub.json", "signing.json"


@dataclass(frozen=True, slots=True)
class Golden:
    """One answer and where it stands."""

    shape: str
    case: str
    path: Path

    def __str__(self) -> str:
        return f"{self.shape}/{self.case}"


@dataclass(frozen=True, slots=True)
class Vector:
    """One request: what goes in and what has to come out, as `signing.json` has it."""

    name: str
    said: Mapping[str, Any]

    def __str__(self) -> str:
        return self.name


def answers(folder: Path) -> list[Golden]:
    """Every golden answer of a folder."""
    found = sorted(folder.glob(f"*_v*/*{WIRE}"))
    return [Golden(p.parent.name, p.name.removesuffix(WIRE), p) for p in found]


def vectors(folder: Path) -> list[Vector]:
    """Every signed request of a folder; none where it has no such file."""
    path = folder / SIGNING
    if not path.is_file():
        return []
    return [Vector(one["name"], one) for one in json.loads(path.read_text("utf-8"))]


def without(folder: Path, channel: Channel) -> list[str]:
    """Version files that have no golden."""
    files = {
        n.rpartition(".")[2] for a in shapes(channel.adapters).values() for n in a.values()
    }
    return sorted(files - {golden.shape for golden in answers(folder)})


# Answers -------------------------------------------------------------------------------


def differs(golden: Golden, channel: Channel) -> str:
    """Where it is read otherwise than written down; nothing where it is read so."""
    body = json.loads(golden.path.read_text("utf-8"))
    kept = golden.path.with_name(f"{golden.case}{HUB}")
    if not kept.is_file():
        return f"{kept.name} is missing"
    wanted, said = json.loads(kept.read_text("utf-8")), "no call of this shape"
    for call in _calls(golden, channel):
        try:
            read = call.read(channel.dialect.unwrap(call, body))
        except (HubError, LookupError, ValueError, TypeError, AttributeError) as error:
            said = f"{call.name}: {type(error).__name__}"
            continue
        found = [_unlike(wanted, form, "") for form in _forms(read)]
        if None in found:
            return ""
        said = next(f"{call.name}: {one}" for one in found if one)
    return said


def _calls(golden: Golden, channel: Channel) -> list[Call[Any]]:
    module = import_module(f"{channel.adapters}.{golden.shape}")
    named = getattr(module, golden.case.partition(".")[0].upper(), None)
    if isinstance(named, Call):
        return [named]
    return [
        x for x in vars(module).values() if isinstance(x, Call) and x.shape == golden.shape
    ]


def _forms(read: Any) -> Iterator[Any]:
    """What was read as JSON, in each form a golden may write it down in."""
    if isinstance(read, Page):
        items = [_plain(item) for item in read.items]
        told = {"has_more": read.has_more, "cursor": _plain(read.cursor)}
        yield {"total": read.total, "number": read.number, **told, "items": items}
        yield items
    else:
        yield _plain(read)


def _plain(value: Any) -> Any:
    if isinstance(value, Fetched):
        value = value.record
    if isinstance(value, Misread):
        value = {"external_id": value.external_id, "reason": value.reason}
    return json.loads(json.dumps(value, default=_told))


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.model_dump() if hasattr(value, "model_dump") else str(value)


def _unlike(wanted: Any, found: Any, place: str) -> str | None:
    """The first place where what is wanted is not there; values are not told."""
    if isinstance(wanted, dict):
        if not isinstance(found, dict):
            return f"{place or 'all'} is no object"
        places = ((v, found.get(k, _MISSING), f"{place}.{k}") for k, v in wanted.items())
        return next((s for w, f, p in places if (s := _unlike(w, f, p.lstrip(".")))), None)
    if isinstance(wanted, list):
        if not isinstance(found, list) or len(found) != len(wanted):
            return f"{place or 'all'} is no list of {len(wanted)}"
        pairs = enumerate(zip(wanted, found, strict=True))
        return next(
            (s for n, (w, f) in pairs if (s := _unlike(w, f, f"{place}.{n}"))), None
        )
    same = type(wanted) is type(found) and wanted == found
    return None if same else f"{place or 'all'} is not as written down"


_MISSING = object()


# Requests ------------------------------------------------------------------------------


def missigned(vector: Vector, channel: Channel) -> str:
    """What of a request is otherwise than shown; nothing where it is so."""
    said = vector.said
    made = channel.dialect.request(
        _call(said["call"], channel), said.get("params", {}), _who(said["who"]),
        datetime.fromisoformat(said["now"]).astimezone(UTC),
    )  # fmt: skip
    got = {
        "method": made.method, "path": made.path, "base_url": made.base_url,
        "query": dict(made.query), "headers": dict(made.headers),
        "form": dict(made.form or ()), "json": made.json,
    }  # fmt: skip
    return _unlike(said["request"], got, "") or ""


def _call(said: str | Mapping[str, Any], channel: Channel) -> Call[Any]:
    """`orders_v1.LIST`, or one that is described."""
    if isinstance(said, str):
        shape, _, name = said.partition(".")
        found: Call[Any] = getattr(import_module(f"{channel.adapters}.{shape}"), name)
        return found
    return Call(ask=Ask, read=dict, **{"name": "vector", **said})


def _who(said: Mapping[str, Any]) -> Credentials:
    return Credentials(
        said["app_key"], said["app_secret"], token=said.get("token"),
        account=said.get("account", {}), options=said.get("options", {}),
    )  # fmt: skip


# Where they are ------------------------------------------------------------------------


def folder_of(plugin: Any, channel: Channel) -> Path | None:
    """The goldens of a plugin's project, looked for beside its own package and upwards.

    `tests/golden`, or a folder in it that is called as the package of the version files is.
    """
    home = Path(
        getattr(plugin, "__file__", None) or import_module(channel.adapters).__path__[0]
    )
    own = channel.adapters.rpartition(".")[2]
    for parent in home.resolve().parents:
        for found in (parent / "tests" / "golden" / own, parent / "tests" / "golden"):
            if any(found.glob(f"*_v*/*{WIRE}")) or (found / SIGNING).is_file():
                return found
        if (parent / "pyproject.toml").is_file():
            return None
    return None
