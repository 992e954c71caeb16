"""Shops, and what is proved of their streams."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from .records import ERRORS
from .shapes import told
from .who import ThisHub, Who, allowed


class Shop(BaseModel):
    """One shop. Its credentials are given out to nobody."""

    uid: str
    name: str
    channel: str
    external_id: str
    title: str | None
    company: str | None
    group: str | None
    kind: str
    time_zone: str
    state: str


class Span(BaseModel):
    """A stretch of a stream's time, and what is known of it."""

    since: datetime
    until: datetime
    state: str


class Coverage(BaseModel):
    """How far a stream has been read, and what is proved of it."""

    shop: str
    channel: str
    stream: str
    complete: bool
    cursor_at: datetime | None
    last_ok_at: datetime | None
    last_error: str | None
    spans: list[Span]


class Shops(BaseModel):
    """All shops the key may see."""

    data: list[Shop]


class Coverages(BaseModel):
    """Of all streams of the shops the key may see."""

    data: list[Coverage]


def router() -> APIRouter:
    """The routes of shops."""
    made = APIRouter(responses=ERRORS)

    @made.get("/shops", response_model=Shops, summary="The shops")
    def shops(hub: ThisHub, who: Who) -> Any:
        found = allowed(hub, who, "shops.read")
        return {"data": [told(Shop, one) for one in found]}

    @made.get("/coverage", response_model=Coverages, summary="What is proved")
    def coverage(hub: ThisHub, who: Who) -> Any:
        names = [shop.name for shop in allowed(hub, who, "coverage.read")]
        found = hub.coverage(names) if names else []
        return {"data": [told(Coverage, o, spans=_spans(o.spans)) for o in found]}

    return made


def _spans(found: Any) -> list[dict[str, Any]]:
    return [told(Span, one) for one in found]
