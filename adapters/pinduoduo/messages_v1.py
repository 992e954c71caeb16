"""Messages (PMC), first and only shape: JSON frames over a websocket of the app.

A connection is opened at an address that is signed for a moment, in milliseconds. The
client beats, the platform beats back and sends messages; each is acknowledged by its id,
which is beyond what a float holds, with what it was sent with. Unacknowledged ones come
again: in ten minutes three times, hourly three times, then twice a day; for a week.
Source: channel paper PDD §1 (vector PMC), §6; the official Java client of 2019-2022
(`WsClient`, `AckMessage`: beats every 5 s, dead after 3 min without one in return);
pdd.pmc.user.get, pdd.pmc.user.permit.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from pydantic import Field, TypeAdapter

from hub_core.wire import (
    JSON,
    Ask,
    Call,
    Flag,
    Id,
    SomeId,
    SomeWhole,
    Text,
    Whole,
    Wire,
    epoch,
    strict_json,
)

SHAPE = "messages_v1"
BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
SIGNS = ("HeartBeat", "Ack", "Fail")
"""Commands that bring nothing: they show that somebody is there."""
NAMED: dict[str, tuple[str, ...]] = {"pdd_trade_": (), "pdd_refund_": ("after_sales",)}
"""How types begin that name an order (`tid`), and what else has changed: a case has to be
asked for together with its order, so its lists tell of it. Products are only listed."""
ORDER = re.compile(r"[0-9]{1,24}(-[0-9]{1,24})?")
"""An order's number: `261120-339507978993455`."""
_ID: TypeAdapter[str] = TypeAdapter(Id)
_FLAG: TypeAdapter[bool] = TypeAdapter(Flag)


class GetAsk(Ask):
    """What of a shop's the app is sent."""

    owner_id: str = Field(min_length=1)


class PermitAsk(Ask):
    """Have a shop's messages sent. Without topics: all that the app has subscribed to."""

    topics: str | None = None


class WireMessage(Wire):
    """`content` is JSON in a text."""

    type: Text
    mall: SomeId = Field(None, alias="mallID")
    content: Any = None


class WireFrame(Wire):
    """A frame of the platform's. Times are milliseconds."""

    command: Text = Field(alias="commandType")
    id: SomeId = None
    sent: SomeWhole = Field(None, alias="sendTime")
    message: WireMessage | None = None


class WireUser(Wire):
    """What the app may have of a shop's messages."""

    is_expire: Whole
    topics: Any = None


@dataclass(frozen=True, slots=True)
class Told:
    """A message, what it names, and what is said when it was kept."""

    id: str
    type: str
    mall: str | None
    sent: int | None
    order: str | None = None
    """None: it names none."""
    wakes: tuple[str, ...] = ()

    @property
    def at(self) -> datetime | None:
        """When it was sent, where that is a time."""
        try:
            return epoch(self.sent)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Permission:
    """No topics: all that the app has subscribed to."""

    valid: bool
    topics: tuple[str, ...] = ()


def path(client_id: str, secret: str, now: datetime) -> str:
    """Where to connect: the digest is MD5 in lower-case hex, that in base 64, and that
    quoted, since base 64 ends in `=`."""
    at = milliseconds(now)
    digest = hashlib.md5(f"{client_id}{at}{secret}".encode()).hexdigest()
    sign = quote(b64encode(digest.encode()).decode(), safe="")
    return f"/message/{quote(client_id, safe='')}/{at}/{sign}"


def milliseconds(moment: datetime) -> int:
    """Since 1970; what is less is dropped."""
    return (moment - BEGAN) // timedelta(milliseconds=1)


def beat(now: datetime) -> str:
    """Our sign of life."""
    return _text({"commandType": "HeartBeat", "time": milliseconds(now)})


def acknowledged(told: Told, now: datetime) -> str:
    """What says that a message was kept. Numbers go back as numbers."""
    return _text(
        {
            "commandType": "Ack", "id": int(told.id), "sendTime": told.sent,
            "time": milliseconds(now), "type": told.type, "mallID": _number(told.mall),
        }
    )  # fmt: skip


def _text(frame: JSON) -> str:
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def _number(id: str | None) -> int | str | None:
    return int(id) if id is not None and id.isdecimal() else id


def read_frame(frame: str) -> Told | None:
    """The message; None for a sign of life. Raises ValueError, quoting nothing, for what
    is neither, or a message without the number it is acknowledged by."""
    document = strict_json(frame)
    said = WireFrame.model_validate(document)
    if said.command in SIGNS:
        return None
    if said.id is None or not said.id.isdecimal():
        raise ValueError("no sign of life, and no id")
    if said.command != "Common" or said.message is None:
        return Told(said.id, said.command, None, said.sent)
    message = said.message
    order, wakes = _named(message)
    return Told(said.id, message.type, message.mall, said.sent, order, wakes)


def _named(message: WireMessage) -> tuple[str | None, tuple[str, ...]]:
    for begins, wakes in NAMED.items():
        if message.type.startswith(begins) and (order := _order_in(message.content)):
            return order, wakes
    return None, ()


def _order_in(content: Any) -> str | None:
    try:
        said = strict_json(content) if isinstance(content, str) else content
        id = _ID.validate_python(said["tid"])
    except (ValueError, TypeError, LookupError):
        return None
    return id if ORDER.fullmatch(id) else None


def read_permission(inner: JSON) -> Permission | None:
    """None: the app has never been let have the shop's messages."""
    found = inner.get("pmc_user")
    if not found:
        return None
    user = WireUser.model_validate(found)
    topics = user.topics if isinstance(user.topics, list) else []
    return Permission(user.is_expire == 0, tuple(map(str, topics)))


def read_success(inner: JSON) -> bool:
    """`is_success`. Raises where it is not there."""
    return _FLAG.validate_python(inner["is_success"])


GET: Call[Permission | None] = Call(
    name="messages.get",
    endpoint="pdd.pmc.user.get",
    ask=GetAsk,
    read=read_permission,
    shape=SHAPE,
)
PERMIT: Call[bool] = Call(
    name="messages.permit",
    endpoint="pdd.pmc.user.permit",
    ask=PermitAsk,
    read=read_success,
    is_write=True,
    shape=SHAPE,
)
