"""Shops, and what is proved of their streams."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from .proofs import Coverage, proved
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
        return {"data": proved(hub, names)}

    return made
