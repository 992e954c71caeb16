"""Finding `plugins.toml`, reading it, and saying what is wrong with it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..errors import Misconfigured
from .folders import Environment, config_folder
from .tables import (
    AlarmsTable,
    AppTable,
    ChannelTable,
    HubTable,
    LimitTable,
    OutboundTable,
    ShopTable,
    StreamTable,
    TargetTable,
)

FILE = "plugins.toml"
TABLES: Mapping[Any, type[BaseModel]] = {
    "hub": HubTable,
    "apps": AppTable,
    "channels": ChannelTable,
    "shops": ShopTable,
    "alarms": AlarmsTable,
    "outbound": OutboundTable,
}
PARTS: Mapping[Any, type[BaseModel]] = {
    "limits": LimitTable, "streams": StreamTable, "targets": TargetTable,
}  # fmt: skip
DEEP = ("apps", "channels", "shops")
"""Tables of tables: `[apps.<name>]`; `[alarms.targets.<name>]` is one deeper."""

M = TypeVar("M", bound=BaseModel)


def find(path: Path | None) -> Path | None:
    """The settings file to read; None where there is none.

    One asked for by `path` or CHANNEL_HUB_CONFIG must exist.
    """
    asked = path or Environment().config
    if asked is not None:
        if not asked.is_file():
            by = "--config" if path else "CHANNEL_HUB_CONFIG"
            raise Misconfigured(f"{asked}: there is no such file; {by} asks for it")
        return asked
    places = (Path(FILE), config_folder() / FILE)
    return next((place for place in places if place.is_file()), None)


def parse(path: Path) -> dict[str, Any]:
    """The file's tables. Raises Misconfigured saying where it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path} is not valid TOML: {error}") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{path} is not UTF-8 text: save it as UTF-8") from None
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read: {error.strerror}") from None


def validated(model: type[M], tables: Mapping[str, Any], path: Path | None) -> M:
    """The tables as a model. Raises Misconfigured with a line for each mistake; none
    repeats a value, since it may be a secret."""
    try:
        return model.model_validate(tables)
    except ValidationError as error:
        rows = error.errors(include_input=False, include_url=False, include_context=False)
        said = [f"{path or FILE}: {_where(r['loc'])}: {_what(r)}" for r in rows]
    raise Misconfigured("\n".join(said))


def _where(loc: tuple[Any, ...]) -> str:
    """`('apps', 'a', 'limits', 0, 'calls')` → `[apps.a] limits[0].calls`."""
    loc = tuple(part for part in loc if part != "[key]")
    depth = 3 if loc[:2] == ("alarms", "targets") else 1 + (loc[0] in DEEP)
    table, rest = f"[{'.'.join(map(str, loc[:depth]))}]", loc[depth:]
    keys = "".join(f"[{k}]" if isinstance(k, int) else f".{k}" for k in rest)
    return f"{table} {keys.lstrip('.')}".strip()


def _what(row: Mapping[str, Any]) -> str:
    kind, loc = row["type"], row["loc"]
    if kind == "extra_forbidden":
        return _not_a_key(str(loc[-1]), _keys(loc))
    if kind == "missing":
        return "is missing; add it"
    if loc[-1] == "[key]":
        return "this name may hold letters, digits, '.', '_' and '-' only"
    message: str = row["msg"].removeprefix("Value error, ")
    return message.replace("Input should", "should", 1)


def _keys(loc: tuple[Any, ...]) -> Iterable[str]:
    part = next((PARTS[name] for name in loc[1:-1] if name in PARTS), None)
    table = part or TABLES.get(loc[0])
    return table.model_fields if table and len(loc) > 1 else TABLES


def _not_a_key(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
    return f"is not a setting; {hint}"
