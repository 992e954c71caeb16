"""How the hub stands: tokens, schedules, alarms."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from ..access import Audit, Principal
from ..hub import Hub
from ..store import alarms, schedules
from ..store.schedules import Schedule as StoredSchedule
from ..store.shops import Shop
from ..tokens import StoredToken
from .problems import Refused
from .records import ERRORS, MISSING
from .shapes import told
from .who import ThisHub, Who, allowed, chosen


class Token(BaseModel):
    """How a shop's token stands; never the token."""

    shop: str
    channel: str
    of_app: bool
    """Whether it serves every shop of the app."""
    state: str
    why: str
    fetched_at: datetime
    expires_at: datetime | None
    refresh_expires_at: datetime | None


class Tokens(BaseModel):
    """Of the shops the key may see; a shop that has none yet is left out."""

    data: list[Token]


class Schedule(BaseModel):
    """Something that is done to a stream again and again."""

    shop: str
    stream: str
    task: str
    state: str
    every_seconds: float
    due_at: datetime
    started_at: datetime | None
    done_at: datetime | None
    error: str | None


class Schedules(BaseModel):
    """Of the shops the key may see."""

    data: list[Schedule]


class Change(BaseModel):
    """Which schedules, and what to do with them."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["pause", "resume", "run"]
    shop: str = Field(max_length=200, description="By name or hub id.")
    stream: str | None = Field(None, max_length=100, description="None: all of them.")
    task: str | None = Field(None, max_length=20)


class Alarm(BaseModel):
    """Something that is wrong, or was."""

    id: int
    key: str
    severity: str
    said: str
    next: str
    shop: str | None
    channel: str | None
    raised_at: datetime
    since: datetime | None
    closed_at: datetime | None
    acked_at: datetime | None


class Alarms(BaseModel):
    """Those that are open."""

    data: list[Alarm]


def router() -> APIRouter:
    """The routes of how it stands."""
    made = APIRouter(responses=ERRORS)
    made.get("/tokens", response_model=Tokens, summary="How tokens stand")(list_tokens)
    made.get("/schedules", response_model=Schedules, summary="What runs by itself")(
        list_schedules
    )
    made.post(
        "/schedules",
        response_model=Schedules,
        summary="Pause, resume, run now",
        responses=MISSING,
    )(change_schedules)
    made.get("/alarms", response_model=Alarms, summary="What is wrong now")(list_alarms)
    return made


def list_tokens(hub: ThisHub, who: Who) -> Any:
    """Of the shops the key may see."""
    known = hub.store.tokens.every()
    found = [_token(hub, shop, known) for shop in allowed(hub, who, "tokens.read")]
    return {"data": [one for one in found if one]}


def _token(hub: Hub, shop: Shop, known: dict[str, StoredToken]) -> dict[str, Any] | None:
    own, *of_app = hub.lines.subjects(shop)
    for subject in (own, *of_app):
        if (token := known.get(subject)) is not None:
            whose = {"shop": shop.name, "channel": shop.channel}
            return told(Token, token, **whose, of_app=subject != own)
    return None


def list_schedules(hub: ThisHub, who: Who) -> Any:
    """Of the shops the key may see."""
    names = {shop.name for shop in allowed(hub, who, "jobs.read")}
    with hub.store.reading() as connection:
        found = schedules.listing(connection)
    return {"data": [one.as_dict() for one in found if one.shop in names]}


def change_schedules(hub: ThisHub, who: Who, body: Change) -> Any:
    """`run` takes the right to run jobs, the others the right to change them."""
    permission = "jobs.run" if body.action == "run" else "jobs.write"
    names = {shop.name for shop in chosen(hub, who, permission, body.shop)}
    if not names:
        raise Refused(404, "not_found", "no such shop among those you may see")
    with hub.store.writing(durable=True) as connection:
        streams = [body.stream] if body.stream is not None else []
        there = schedules.listing(connection)
        found = schedules.among(there, names, streams, body.task)
        if not found:
            raise Refused(404, "not_found", "that shop has no such schedule")
        _change(hub, who, connection, body, found)
    with hub.store.reading() as connection:
        slots = {one.slot for one in found}
        now = [one for one in schedules.listing(connection) if one.slot in slots]
    return {"data": [one.as_dict() for one in now]}


def _change(
    hub: Hub, who: Principal, connection: Any, body: Change, found: list[StoredSchedule]
) -> None:
    slots, now = [one.slot for one in found], hub.clock.now()
    if body.action == "run":
        schedules.hasten(connection, slots, now)
    else:
        schedules.pause(connection, slots, now if body.action == "pause" else None)
    Audit.of(hub.store, hub.settings).append(
        connection, actor=who.actor, action=f"schedule.{body.action}",
        of=f"shop {found[0].shop}",
        details={"stream": body.stream, "task": body.task},
    )  # fmt: skip


def list_alarms(hub: ThisHub, who: Who) -> Any:
    """Of the shops the key may see, and those of none for who may see all."""
    names = {shop.name for shop in allowed(hub, who, "incidents.read")}
    everywhere = who.may("incidents.read")
    with hub.store.reading() as connection:
        found = alarms.open_ones(connection)
    seen = [o for o in found if (o.shop in names if o.shop else everywhere)]
    return {"data": [told(Alarm, one) for one in seen]}
