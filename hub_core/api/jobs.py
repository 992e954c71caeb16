"""Long work at a shop that somebody asks for: backfills, heals, rebuilds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ..access import Principal
from ..hub import Hub
from ..jobs import checked
from ..store import jobs
from ..store.jobs import Job as Stored
from .once import Deed, Key, once
from .problems import Refused
from .records import ERRORS, MISSING
from .who import ThisHub, Who, allowed, chosen
from .writes import CONFLICTS, Body

READ, RUN, WRITE = "jobs.read", "jobs.run", "jobs.write"
Number = Annotated[int, Path(ge=1, le=2**62, description="The job's number.")]
Name = Annotated[str, Field(max_length=100)]
State = Literal["waiting", "running", "paused", "done", "failed", "cancelled"]
EXAMPLE: Any = {
    "id": 7, "kind": "backfill", "shop": "flagship",
    "what": {"since": "2026-01-01T00:00:00+00:00"}, "state": "running", "wish": None,
    "asked_by": "ERP", "asked_at": "2026-11-26T10:00:00Z", "attempts": 1,
    "started_at": "2026-11-26T10:00:01Z", "ended_at": None,
    "counts": {"of": 2, "done": 1, "created": 4120, "calls": 97}, "error": None,
}  # fmt: skip


class Job(BaseModel):
    """One job: what was asked for, how far it is, how it ended. `wish`: what whoever works
    at it does with its next step (`cancel`, `pause`)."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: int
    kind: str
    shop: str
    what: dict[str, Any]
    state: str
    wish: str | None
    asked_by: str
    asked_at: datetime
    attempts: int
    started_at: datetime | None
    ended_at: datetime | None
    counts: dict[str, int]
    error: str | None


class Jobs(BaseModel):
    """The newest first."""

    data: list[Job]


class Start(Body):
    """What is asked for, of one shop."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "backfill", "shop": "flagship", "since": "2026-01-01T00:00:00Z"},
                {"kind": "heal", "shop": "flagship", "days": 7},
                {"kind": "rebuild", "shop": "flagship", "kinds": ["orders"]},
            ]
        }
    )

    kind: Literal["backfill", "heal", "rebuild"]
    shop: str = Field(max_length=200, description="By name or hub id.")
    streams: list[Name] = Field([], max_length=50, description="None: all of them.")
    kinds: list[Name] = Field([], max_length=50, description="rebuild: none, all of them.")
    since: AwareDatetime | None = Field(None, description="backfill: from then on.")
    days: float | None = Field(None, ge=0, le=3650, description="heal: 3 unless said.")


class Change(Body):
    """Nothing has to be said."""


class AskJobs(BaseModel):
    """Which jobs."""

    model_config = ConfigDict(extra="forbid")

    shop: str | None = Field(None, max_length=200, description="By name or hub id.")
    state: list[State] = Field([], description="None: any.")
    limit: int = Field(100, ge=1, le=500)


def router() -> APIRouter:
    """The routes of jobs."""
    made = APIRouter(responses=ERRORS)
    one = "/jobs/{id}"
    made.get("/jobs", response_model=Jobs, summary="Work that was asked for")(list_jobs)
    made.post(
        "/jobs", response_model=Job, summary="Ask for work at a shop", responses=CONFLICTS
    )(start)
    made.get(one, response_model=Job, summary="One of them", responses=MISSING)(get)
    for deed, said in (
        ("cancel", "End it with its next step"),
        ("pause", "Have it rest with its next step"),
        ("retry", "Take it up again, from where it is"),
    ):
        made.post(
            f"{one}/{deed}", response_model=Job, summary=said, responses=CONFLICTS,
            name=f"{deed}_job",
        )(_changing(deed))  # fmt: skip
    return made


def list_jobs(hub: ThisHub, who: Who, asked: Annotated[AskJobs, Query()]) -> Any:
    """Of the shops the key may see."""
    shops = chosen(hub, who, READ, asked.shop)
    with hub.store.reading() as connection:
        found = jobs.listing(
            connection, shop_ids=[s.id for s in shops], states=asked.state,
            limit=asked.limit,
        )  # fmt: skip
    return {"data": [one.as_dict() for one in found]}


def get(hub: ThisHub, who: Who, id: Number) -> Any:
    """What was asked for, how far it is, how it ended."""
    return _seen(hub, who, id, READ).as_dict()


def start(hub: ThisHub, who: Who, body: Start, key: Key, request: Request) -> Response:
    """A worker takes it up within seconds, and it goes on whatever ends in between."""
    found = chosen(hub, who, RUN, body.shop)
    if not found:
        raise Refused(404, "not_found", "no such shop among those you may see")
    shop = found[0]
    since = body.since and body.since.isoformat()
    asked = {"streams": body.streams, "kinds": body.kinds, "days": body.days}
    what = checked(hub, body.kind, shop, {**asked, "since": since})

    def act() -> Any:
        with hub.store.writing(durable=True) as connection:
            at = hub.clock.now()
            id = jobs.ask(connection, body.kind, shop.id, what, who.actor, at)
            job = jobs.named(connection, id)
        assert job is not None
        return _told(job)

    deed = Deed("job.start", f"shop {shop.name}", {"kind": body.kind, **what})
    return once(hub, who, request, key, body, deed, act)


def _changing(deed: str) -> Callable[..., Any]:
    def change(
        hub: ThisHub, who: Who, id: Number, body: Change, key: Key, request: Request
    ) -> Response:
        _seen(hub, who, id, RUN if deed == "retry" else WRITE)

        def act() -> Any:
            return _told(_change(hub, id, deed))

        about = Deed(f"job.{deed}", f"job {id}")
        return once(hub, who, request, key, body, about, act)

    change.__doc__ = "Where that is of no use any more (it is over, it runs), it stays so."
    change.__name__ = f"{deed}_job"
    return change


def _change(hub: Hub, id: int, deed: str) -> Stored:
    with hub.store.writing(durable=True) as connection:
        at = hub.clock.now()
        if deed == "retry":
            jobs.retry(connection, id, at)
        else:
            jobs.wish(connection, id, deed, at)
        job = jobs.named(connection, id)
    assert job is not None
    return job


def _told(job: Stored) -> Any:
    """As it is told by whoever lists it."""
    return Job(**job.as_dict()).model_dump(mode="json")


def _seen(hub: Hub, who: Principal, id: int, permission: str) -> Stored:
    shops = {shop.id for shop in allowed(hub, who, permission)}
    with hub.store.reading() as connection:
        job = jobs.named(connection, id)
    if job is None or job.shop_id not in shops:
        raise Refused(404, "not_found", f"no job {id}")
    return job
