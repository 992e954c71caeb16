"""Where changes are told of over webhooks: endpoints, their secrets, their dead letters.

An endpoint is no shop's: all of this takes a right for all of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ..errors import Misconfigured
from ..outbound import Endpoint as Stored
from ..outbound import Outbound
from ..store import messages
from .once import Key, once
from .problems import Refused
from .records import ERRORS, MISSING
from .shapes import told
from .who import ThisHub, Who
from .writes import CONFLICTS, Body

READ, WRITE = "endpoints.read", "endpoints.write"
MOST = 1000
Uid = Annotated[str, Path(max_length=64, description="The endpoint's own id.")]
Event = Annotated[str, Field(max_length=64)]
Name = Annotated[str, Field(max_length=200)]


class Endpoint(BaseModel):
    """One endpoint and how it fares, without its secret."""

    id: str
    url: str
    description: str
    events: list[str]
    shops: list[str]
    company: str | None
    state: str
    reason: str | None
    since: datetime
    position: int
    made_at: datetime
    delivered: int
    delivered_at: datetime | None
    failing_since: datetime | None
    said: str | None
    rests_until: datetime | None
    waiting: int
    dead: int


class EndpointList(BaseModel):
    """All of them."""

    data: list[Endpoint]


class Made(BaseModel):
    """A new endpoint. The secret stands here and nowhere again: null in a repeated
    answer. `note`: what is odd about its URL."""

    endpoint: Endpoint
    secret: str | None
    note: str | None


class Renewed(BaseModel):
    """A new secret, as above, and until when the former one signs, too."""

    id: str
    secret: str | None
    former_until: datetime | None


class AddEndpoint(Body):
    """Where to tell of what."""

    url: str = Field(min_length=1, max_length=2000)
    events: list[Event] = Field(
        [], max_length=50,
        description="`order`, `order.created`, `question` …; none: every change.",
    )  # fmt: skip
    shops: list[Name] = Field([], max_length=200, description="By name; none: all.")
    company: str | None = Field(None, max_length=200)
    description: str = Field("", max_length=200)
    after: int | None = Field(
        None, ge=0, le=2**62, description="A position of the feed; null: the newest."
    )


class ChangeEndpoint(Body):
    """What is to be otherwise."""

    state: Literal["active", "off"] | None = None
    events: list[Event] | None = Field(None, max_length=50)
    shops: list[Name] | None = Field(None, max_length=200)
    description: str | None = Field(None, max_length=200)


class Rotate(Body):
    """How long the former secret signs beside the new one."""

    hours: float = Field(24.0, ge=0, le=24 * 30)


class Replay(Body):
    """Which dead letters: these, or those given up since a moment; neither: all."""

    messages: list[Name] | None = Field(None, min_length=1, max_length=MOST)
    since: datetime | None = None


class Ping(BaseModel):
    """What came of a message that tells of nothing."""

    taken: bool
    status: int | None
    said: str
    seconds: float


class Replayed(BaseModel):
    """How many are sent again."""

    id: str
    replayed: int


class Removed(BaseModel):
    """It is no more."""

    id: str
    removed: bool


class Message(BaseModel):
    """One message: waiting, or given up."""

    message: str
    seq: int
    type: str
    attempts: int
    made_at: datetime
    due_at: datetime
    tried_at: datetime | None
    said: str | None
    dead_at: datetime | None


class MessageList(BaseModel):
    """Messages of one endpoint."""

    data: list[Message]


class AskMessages(BaseModel):
    """Which messages."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["dead", "waiting"] = "dead"
    limit: int = Field(100, ge=1, le=MOST)


def outbound_of(request: Request, hub: ThisHub) -> Outbound:
    """Webhooks out of the hub this app serves; what sends a trial."""
    state = request.app.state
    if not hasattr(state, "outbound"):
        state.outbound = Outbound(hub.store, hub.settings.outbound, hub.clock.now)
    found: Outbound = state.outbound
    return found


Out = Annotated[Outbound, Depends(outbound_of)]


def router() -> APIRouter:
    """The routes of endpoints."""
    made = APIRouter(responses=ERRORS)
    one, at = "/endpoints/{uid}", {**MISSING}
    made.get("/endpoints", response_model=EndpointList, summary="All endpoints")(every)
    made.post("/endpoints", response_model=Made, summary="Add one", responses=CONFLICTS)(
        add
    )
    made.get(one, response_model=Endpoint, summary="One of them", responses=at)(get)
    made.patch(one, response_model=Endpoint, summary="Change it", responses=CONFLICTS)(
        change
    )
    made.delete(one, response_model=Removed, summary="Forget it", responses=at)(remove)
    made.post(
        f"{one}/rotate", response_model=Renewed, summary="A new secret",
        responses=CONFLICTS,
    )(rotate)  # fmt: skip
    made.post(f"{one}/test", response_model=Ping, summary="Send it a trial", responses=at)(
        ping
    )
    made.get(
        f"{one}/messages", response_model=MessageList, summary="Its messages",
        responses=at,
    )(list_messages)  # fmt: skip
    made.post(
        f"{one}/replay", response_model=Replayed, summary="Send dead letters again",
        responses=CONFLICTS,
    )(replay)  # fmt: skip
    return made


def every(who: Who, out: Out) -> Any:
    """The oldest first."""
    who.require(READ)
    return {"data": [_told(one) for one in out.all()]}


def get(who: Who, out: Out, uid: Uid) -> Any:
    """One endpoint."""
    who.require(READ)
    return _told(_one(out, uid))


def add(
    hub: ThisHub, who: Who, out: Out, body: AddEndpoint, key: Key, request: Request
) -> Response:
    """It is told of what comes from now on. 400 where the URL may never be sent to."""
    who.require(WRITE)

    def act() -> Any:
        added = out.add(
            body.url, events=body.events, shops=body.shops, company=body.company,
            description=body.description, after=body.after, actor=who.actor,
        )  # fmt: skip
        about = {"endpoint": _told(added.endpoint), "note": added.note}
        return {**about, "secret": added.secret}

    out.check(body.url, body.events, body.shops, body.company, body.after)
    return once(hub, who, request, key, body, None, act, once_only="secret")


def change(who: Who, out: Out, uid: Uid, body: ChangeEndpoint) -> Any:
    """Turned on it goes on where it stood."""
    who.require(WRITE)
    _one(out, uid)
    out.change(
        uid, events=body.events, shops=body.shops, description=body.description,
        actor=who.actor,
    )  # fmt: skip
    if body.state == "active":
        out.turn_on(uid, actor=who.actor)
    elif body.state == "off":
        out.turn_off(uid, actor=who.actor)
    return _told(_one(out, uid))


def remove(who: Who, out: Out, uid: Uid) -> Any:
    """With what waits for it, and its dead letters."""
    who.require(WRITE)
    _one(out, uid)
    out.remove(uid, actor=who.actor)
    return {"id": uid, "removed": True}


def rotate(
    hub: ThisHub, who: Who, out: Out, uid: Uid, body: Rotate, key: Key, request: Request
) -> Response:
    """Both sign for a while, so that no message is lost."""
    who.require(WRITE)
    _one(out, uid)

    def act() -> Any:
        made = out.rotate(uid, timedelta(hours=body.hours), actor=who.actor)
        return {"id": uid, "secret": made.secret, "former_until": made.former_until}

    return once(hub, who, request, key, body, None, act, once_only="secret")


def ping(who: Who, out: Out, uid: Uid) -> Any:
    """`hub.test`, sent now, whether it is on or off."""
    who.require(WRITE)
    answer = out.test(_one(out, uid).uid)
    return told(Ping, answer, taken=answer.is_taken)


def list_messages(
    who: Who, out: Out, uid: Uid, asked: Annotated[AskMessages, Query()]
) -> Any:
    """Without their bodies: those that were given up, or that wait."""
    who.require(READ)
    found = _one(out, uid)
    if asked.state == "dead":
        there = out.dead(uid, limit=asked.limit)
    else:
        with out.store.reading() as connection:
            there = messages.waiting(connection, found.id, asked.limit)
    return {"data": [told(Message, one, message=one.message_id) for one in there]}


def replay(
    hub: ThisHub, who: Who, out: Out, uid: Uid, body: Replay, key: Key, request: Request
) -> Response:
    """From the first attempt on, under their old ids."""
    who.require(WRITE)
    _one(out, uid)
    if body.since is not None and body.since.tzinfo is None:
        raise Refused(422, "invalid", "body.since: a moment has a zone")

    def act() -> Any:
        done = out.replay(uid, message_ids=body.messages, since=body.since, actor=who.actor)
        return {"id": uid, "replayed": done}

    return once(hub, who, request, key, body, None, act)


def _one(out: Outbound, uid: str) -> Stored:
    try:
        return out.one(uid)
    except Misconfigured:
        raise Refused(404, "not_found", f"no endpoint {uid!r}") from None


def _told(one: Stored) -> dict[str, Any]:
    lists = {"events": list(one.events), "shops": list(one.shops)}
    return told(Endpoint, one, id=one.uid, **lists)
