"""What the API answers with, made of the tables it is read from, so that a column is named
and typed in one place."""

from __future__ import annotations

from typing import Any

from fastapi import Response
from pydantic import BaseModel, create_model
from pydantic_core import to_json
from sqlmodel import SQLModel

from ..store.fetching import HIDDEN
from ..store.kinds import KINDS, ORDER, Kind
from ..store.parts import PARTS
from ..store.records_reads import CHILDREN
from ..store.tables import DeliveryRow, OrderLineRow, VoucherRow

LISTS = {"flags", "issues", "place_external_ids"}
"""Columns that hold several values and are given out as lists."""
ORDERS_OWN = {"lines": OrderLineRow, "deliveries": DeliveryRow, "vouchers": VoucherRow}


def told(shape: type[BaseModel], one: Any, **more: Any) -> dict[str, Any]:
    """What an answer of this shape says of a row; `more`: what the row does not have."""
    own = [name for name in shape.model_fields if name not in more]
    return more | {name: getattr(one, name) for name in own}


def as_json(said: Any) -> Response:
    """An answer as bytes. Rows come with the columns their shapes are made of: to hold
    each against its shape, copying it, would cost as much as to read it."""
    return Response(to_json(said), media_type="application/json")


class Receiver(BaseModel):
    """Whom an order goes to, masked. In clear: `POST …/reveal`, which is audited."""

    protection: str
    name: str | None
    phone: str | None
    region: str | None


def _columns(row: type[SQLModel], without: set[str]) -> dict[str, Any]:
    fields = row.model_fields.items()
    return {n: (f.annotation, ...) for n, f in fields if n not in without}


def _child(row: Any, parent: str) -> Any:
    name = row.__name__.removesuffix("Row")
    doc = row.__doc__
    return create_model(name, __doc__=doc, **_columns(row, HIDDEN | {parent}))


def _many(model: Any) -> Any:
    return list[model]


def _of(kind: Kind) -> type[BaseModel]:
    row = kind.model
    fields: dict[str, Any] = {"shop": (str, ...), "channel": (str, ...)} | _columns(
        row, HIDDEN
    )
    held = row.model_fields
    fields |= {name: (list[str], ...) for name in LISTS & set(held)}
    fields["ext"] = (dict[str, Any], ...)
    if kind is ORDER:
        children = {name: _child(of, "order_id") for name, of in ORDERS_OWN.items()}
        fields["receiver"] = (Receiver | None, None)
    else:
        children = {CHILDREN[c.table]: _child(c.table, c.parent) for c in kind.children}
    fields |= {name: (_many(model), ...) for name, model in children.items()}
    name = row.__name__.removesuffix("Row")
    made: type[BaseModel] = create_model(name, __doc__=row.__doc__, **fields)
    return made


SHAPES: dict[str, type[BaseModel]] = {plural: _of(kind) for plural, kind in KINDS.items()}
"""By plural: `orders`, `after_sales` …"""


def part_of(name: str) -> type[BaseModel]:
    """What a list of `lines`, `vouchers` or `skus` has: its columns, and whose it is."""
    part = PARTS[name]
    row = part.table
    made: type[BaseModel] = create_model(
        f"{row.__name__.removesuffix('Row')}Of", __doc__=row.__doc__,
        of=(str, ...), shop=(str, ...), channel=(str, ...),
        **_columns(row, HIDDEN | {part.parent}),
    )  # fmt: skip
    return made
