"""What the hub keeps account of: commands, records it could not read, calls it made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from ..insight.quota import quota
from ..store import commands, journal, parked
from .records import ERRORS
from .shapes import told
from .who import ThisHub, Who, allowed, chosen

MOST = 1000


class Ask(BaseModel):
    """What each of these lists takes."""

    model_config = ConfigDict(extra="forbid")

    shop: str | None = Field(None, description="By name or hub id.")
    limit: int = Field(100, ge=1, le=MOST)


class AskCommands(Ask):
    """Which commands; the newest first."""

    kind: str | None = Field(None, description="`stock` or `ship`.")
    target: str | None = Field(None, description="A SKU, or an order.")
    state: list[str] = Field([], description="`confirmed`, `refused`, `unknown` …")


class AskCalls(Ask):
    """Which calls; the newest first."""

    outcome: str | None = Field(None, description="`ok`, `error`, or an error's kind.")


class AskParked(Ask):
    """Which parked records; the newest first."""

    resolved: bool = Field(False, description="Those that could be read since, too.")


class Command(BaseModel):
    """One thing the hub does, or did, to a platform."""

    id: int
    shop: str
    key: str
    kind: str
    target: str
    asked: dict[str, Any]
    state: str
    attempts: int
    said: str | None
    code: str | None
    told: int | None
    intended_at: datetime
    sent_at: datetime | None
    done_at: datetime | None


class Parked(BaseModel):
    """A record that could not be read, without its raw form."""

    id: int
    shop: str
    stream: str
    external_id: str | None
    reason: str
    shape: str | None
    attempts: int
    first_seen_at: datetime
    last_seen_at: datetime
    retry_at: datetime | None
    resolved_at: datetime | None


class Entry(BaseModel):
    """One call to a platform. Bodies are kept of errors alone, masked."""

    id: int
    at: datetime
    channel: str
    shop: str | None
    stream: str | None
    call: str
    endpoint: str
    attempt: int
    outcome: str
    http_status: int | None
    platform_code: str | None
    request_id: str | None
    seconds: float


class Commands(BaseModel):
    """Commands."""

    data: list[Command]


class ParkedRecords(BaseModel):
    """Parked records."""

    data: list[Parked]


class Entries(BaseModel):
    """Calls."""

    data: list[Entry]


class CallsUsed(BaseModel):
    """Calls of one day, shop, name and rank, and how long they waited for their turn."""

    day: date
    channel: str
    app_key: str
    shop: str
    """Empty: calls that are the app's own."""
    call: str
    rank: str
    """What they were for: `push`, `token`, `write`, `incremental`, `heal`, `backfill`."""
    calls: int
    waited: float
    throttled: int
    """How many the platform refused: too many."""


class LimitNow(BaseModel):
    """A limit that calls were made under, and how it stands."""

    app: str
    channel: str
    per: str
    shop: str
    prefix: str
    allowed: str
    part: float
    used: int | None
    left: int | None
    free_at: datetime | None


class Ban(BaseModel):
    """Nothing is sent for an app, a shop or a call before then."""

    key: str
    until: datetime


class Quota(BaseModel):
    """Of the shops the key may see; what is an app's, for who may see all."""

    used: list[CallsUsed]
    limits: list[LimitNow]
    bans: list[Ban]


class AskQuota(BaseModel):
    """How many days, today's included."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(1, ge=1, le=31)


def router() -> APIRouter:
    """The routes of the ledgers."""
    made = APIRouter(responses=ERRORS)
    made.get("/commands", response_model=Commands, summary="What was done to platforms")(
        list_commands
    )
    made.get("/parked", response_model=ParkedRecords, summary="What could not be read")(
        list_parked
    )
    made.get("/journal", response_model=Entries, summary="Calls to platforms")(list_calls)
    made.get("/quota", response_model=Quota, summary="What calls were spent on")(show_quota)
    return made


def list_commands(hub: ThisHub, who: Who, asked: Annotated[AskCommands, Query()]) -> Any:
    """Of the shops the key may see."""
    names = {s.id: s.name for s in chosen(hub, who, "commands.read", asked.shop)}
    with hub.store.reading() as connection:
        found = commands.listing(
            connection, shop_ids=list(names), kind=asked.kind, target=asked.target,
            states=asked.state, limit=asked.limit, oldest_first=False,
        )  # fmt: skip
    return {"data": [told(Command, one, shop=names[one.shop_id]) for one in found]}


def list_parked(hub: ThisHub, who: Who, asked: Annotated[AskParked, Query()]) -> Any:
    """Of the shops the key may see."""
    names = {s.id: s.name for s in chosen(hub, who, "parked.read", asked.shop)}
    with hub.store.reading() as connection:
        found = parked.listing(
            connection, shop_ids=list(names), resolved=asked.resolved, limit=asked.limit
        )
    return {"data": [told(Parked, one, shop=names[one.shop_id]) for one in found]}


def list_calls(hub: ThisHub, who: Who, asked: Annotated[AskCalls, Query()]) -> Any:
    """Of the shops the key may see."""
    names = [s.name for s in chosen(hub, who, "journal.read", asked.shop)]
    with hub.store.reading() as connection:
        found = journal.entries(
            connection, shops=names, outcome=asked.outcome, limit=asked.limit
        )
    return {"data": [told(Entry, one) for one in found]}


def show_quota(hub: ThisHub, who: Who, asked: Annotated[AskQuota, Query()]) -> Any:
    """Of the shops the key may see; what is an app's, for who may see all."""
    names = {shop.name for shop in allowed(hub, who, "journal.read")}
    everywhere = who.may("journal.read")
    found = quota(hub.store, hub.settings, hub.plugins, hub.clock.now(), asked.days)
    said = found.as_dict()
    for kind in ("used", "limits"):
        said[kind] = [
            one
            for one in said[kind]
            if (one["shop"] in names if one["shop"] else everywhere)
        ]
    return {**said, "bans": said["bans"] if everywhere else []}
