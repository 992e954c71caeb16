"""What an item's properties say: `pid:vid:name:value;…`, with the names written out.

A colon within a word comes as `#cln#`, a semicolon as `#scln#`. Source: props_name of the
structure Item, properties_name of Sku (2026 metadata).
"""

from __future__ import annotations


def by_id(text: str | None) -> dict[str, str]:
    """The value of each property by the property's id."""
    return {part[0]: part[3] for part in _parts(text) if part[3]}


def spec(text: str | None) -> str | None:
    """`颜色:白;尺码:M`, as the line of a trade has it; as it came where it can't be told
    apart."""
    parts = _parts(text)
    if not parts or len(parts) != len((text or "").strip(";").split(";")):
        return text
    return ";".join(f"{name}:{value}" for _, _, name, value in parts)


def _parts(text: str | None) -> list[list[str]]:
    found = [part.split(":", 3) for part in (text or "").split(";")]
    return [[_plain(word) for word in part] for part in found if len(part) == 4]


def _plain(word: str) -> str:
    return word.replace("#scln#", ";").replace("#cln#", ":")
