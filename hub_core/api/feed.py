"""The change feed: what an ERP follows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ..store import feed
from ..store.kinds import KINDS
from .problems import Problem
from .records import ERRORS
from .who import ThisHub, Who, allowed

MOST = 1000
LOST: dict[int | str, dict[str, Any]] = {
    410: {
        "model": Problem,
        "description": "What comes after the position is not kept any more, or the feed "
        "has not come to it: take a new first copy.",
    }
}
Kind = StrEnum("Kind", [kind.name for kind in KINDS.values()])  # type: ignore[misc]
"""`order`, `product` …"""


class AskChanges(BaseModel):
    """After which position, of which kinds."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(
        0, ge=0, lt=2**62, description="`next` of the answer before; 0: all."
    )
    newest: bool = Field(
        False, description="Only where the feed stands: nothing of it, from no position."
    )
    limit: int = Field(500, ge=1, le=MOST)
    kind: list[Kind] = Field([], description="Only these; none: all.")
    created_since: AwareDatetime | None = Field(
        None, description="Without orders, cases and redemptions made before."
    )


class Change(BaseModel):
    """One event: a hint to fetch the record, which may be newer already."""

    seq: int
    at: datetime
    kind: str
    shop: str
    channel: str
    external_id: str | None
    uid: str | None


class Changes(BaseModel):
    """Events in the order of their commits. Ask again after `next`: what you may not see
    is passed over, so that it moves though `changes` is empty."""

    changes: list[Change]
    next: int
    more: bool
    newest: int
    """The newest position there is: a first copy begins by noting it."""


def router() -> APIRouter:
    """The feed's routes."""
    made = APIRouter(responses=ERRORS)

    @made.get(
        "/changes", response_model=Changes, responses=LOST,
        summary="What changed after a position",
    )  # fmt: skip
    def changes(hub: ThisHub, who: Who, asked: Annotated[AskChanges, Query()]) -> Any:
        allowed(hub, who, "changes.read")
        there = hub.shops()
        visible = {
            kind.name: {shop.name for shop in who.shops(there, f"{plural}.read")}
            for plural, kind in KINDS.items()
        }
        with hub.store.reading() as connection:
            there_is = feed.bounds(connection)
            if asked.newest:
                at = there_is.newest
                return {"changes": [], "next": at, "more": False, "newest": at}
            there_is.check(asked.after)
            found = feed.changes(
                connection, asked.after, asked.limit,
                created_since=asked.created_since, kinds=asked.kind,
            )  # fmt: skip
        seen = [one for one in found if one.shop in visible.get(_of(one.kind), ())]
        more = len(found) == asked.limit
        # What else there is up to the newest was not asked for.
        last = found[-1].seq if more else there_is.newest
        return {"changes": seen, "next": last, "more": more, "newest": there_is.newest}

    return made


def _of(kind: str) -> str:
    return kind.partition(".")[0]
