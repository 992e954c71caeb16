"""The shapes an answer can take: fields asked for, wrapped lists, plain lists, XML."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

JSON = dict[str, Any]
Wanted = dict[str, set[str] | None]
"""Field to its sub-fields asked for; None: all of them."""


def wanted(fields: str) -> Wanted:
    """What a `fields` argument asks for: `orders` or `orders.oid,orders.num` both work."""
    asked: Wanted = {}
    for name in filter(None, (x.strip() for x in fields.split(","))):
        top, _, sub = name.partition(".")
        if not sub:
            asked[top] = None
        elif asked.get(top, ...) is not None:
            asked.setdefault(top, set()).add(sub)  # type: ignore[union-attr]
    return asked


def chosen(body: JSON, asked: Wanted) -> JSON:
    """Exactly the fields asked for, and of those only what there is."""
    picked: JSON = {}
    for name, subs in asked.items():
        if name in body and (subs is None or isinstance(body[name], dict)):
            picked[name] = body[name] if subs is None else _inside(body[name], subs)
    return picked


def _inside(value: JSON, subs: set[str]) -> JSON:
    inner, rows = _only(value)
    return {inner: [{k: row[k] for k in row if k in subs} for row in rows]}


def _only(value: JSON) -> tuple[str, Any]:
    ((name, rows),) = value.items()
    return name, rows


def simplified(value: Any) -> Any:
    """The same answer with `{plural: {singular: [...]}}` made `{plural: [...]}`."""
    if isinstance(value, list):
        return [simplified(x) for x in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        _, rows = _only(value)
        if isinstance(rows, list):
            return simplified(rows)
    return {k: simplified(v) for k, v in value.items()}


def xml(root: str, value: Any) -> bytes:
    """The answer of a caller who did not ask for JSON. It has no types and no nulls."""
    return ('<?xml version="1.0" encoding="utf-8" ?>' + _element(root, value)).encode()


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, x) for x in value)
    if isinstance(value, dict):
        inner = "".join(_element(k, v) for k, v in value.items())
    elif isinstance(value, bool):
        inner = str(value).lower()
    else:
        inner = "" if value is None else escape(str(value))
    return f"<{name}>{inner}</{name}>"


def compact(value: Any) -> str:
    """JSON text without spaces, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
