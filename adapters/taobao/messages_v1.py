"""Messages (TMC), first and only shape: a queue of an app, asked over the gateway.

One queue holds the messages of all shops that let the app have them; a group, where the app
has made any, is a queue of its own. What is not confirmed comes again; what nobody takes is
kept for a day. Source: taobao.tmc.messages.consume (apiId 21986), .confirm (21985),
tmc.user.get (21990, 22554), tmc.user.permit; 消息服务, article 101663; article 119543 (a
message that failed is sent again some minutes later); captured answers of 2014 and 2016;
channel paper §6, §8.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import Field, TypeAdapter

from hub_core.wire import (
    JSON,
    Ask,
    Call,
    ClockText,
    Flag,
    Id,
    SomeId,
    SomeText,
    Text,
    Wire,
    strict_json,
)

from .common import rows

SHAPE = "messages_v1"
MOST = 200
"""Of one call, taken or confirmed."""
LEAST = 10
NAMED = {
    "taobao_trade_": ("orders", "tid", ()),
    "taobao_refund_": ("after_sales", "refund_id", ("orders",)),
    "taobao_item_": ("products", "num_iid", ()),
}
"""How topics begin, to the kind they name, its field in the content, and what else has
changed. A topic of another beginning names nothing that is asked for by an id."""
NUMBER = re.compile(r"[0-9]{1,24}")
"""Ids in contents, as text or number."""
_FLAG: TypeAdapter[bool] = TypeAdapter(Flag)
_ID: TypeAdapter[str] = TypeAdapter(Id)


class ConsumeAsk(Ask):
    """Take some. Without a group: of the default one."""

    group: str | None = Field(None, serialization_alias="group_name")
    most: int = Field(100, ge=LEAST, le=MOST, serialization_alias="quantity")


class ConfirmAsk(Ask):
    """Say that these were kept."""

    group: str | None = Field(None, serialization_alias="group_name")
    ids: list[str] = Field(
        min_length=1, max_length=MOST, serialization_alias="s_message_ids"
    )


class GetAsk(Ask):
    """What of a seller's the app is sent. `topics` has to be among the fields."""

    nick: str = Field(min_length=1)
    fields_: str = Field(
        "user_nick,topics,user_id,is_valid,created,modified", serialization_alias="fields"
    )


class PermitAsk(Ask):
    """Have a seller's messages sent. Topics replace those there are; without any, all
    that the app has subscribed to."""

    topics: str | None = None


class WireMessage(Wire):
    """One row. `content` is JSON in a text."""

    id: Id
    topic: Text
    content: Any = None
    user_id: SomeId = None
    user_nick: SomeText = None
    pub_time: ClockText = None


@dataclass(frozen=True, slots=True)
class Told:
    """A message, and what it names. Without `kind` nothing that is asked for by an id."""

    id: str
    topic: str
    account: str | None
    at: datetime | None
    kind: str | None = None
    external_id: str | None = None
    wakes: tuple[str, ...] = ()
    content: str = field(default="", repr=False)
    """As it came."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What the app may have of a seller's messages. No topics: all it has subscribed to."""

    valid: bool
    topics: tuple[str, ...] = ()


def read_messages(body: JSON) -> tuple[Told | None, ...]:
    """The rows; None for one without an id, which can't be confirmed."""
    return tuple([_read(row) for row in rows(body.get("messages"), "tmc_message")])


def _read(row: Any) -> Told | None:
    try:
        said = WireMessage.model_validate(row)
    except ValueError:
        return _unreadable(row)
    account = said.user_id or said.user_nick
    kind, named, wakes = _named(said.topic, said.content)
    text = _text(said.content)
    return Told(said.id, said.topic, account, said.pub_time, kind, named, wakes, text)


def _unreadable(row: Any) -> Told | None:
    """Misshapen, but told by its id: it is kept, or it would come for ever."""
    try:
        id = _ID.validate_python(row["id"])
    except (ValueError, TypeError, LookupError):
        return None
    return Told(id, "unreadable", None, None, content=_text(row))


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return json.dumps(content, ensure_ascii=False)


def _named(topic: str, content: Any) -> tuple[str | None, str | None, tuple[str, ...]]:
    for begins, (kind, field_name, wakes) in NAMED.items():
        if topic.startswith(begins) and (id := _id_in(content, field_name)):
            return kind, id, wakes
    return None, None, ()


def _id_in(content: Any, name: str) -> str | None:
    try:
        said = strict_json(content) if isinstance(content, str) else content
        id = _ID.validate_python(said[name])
    except (ValueError, TypeError, LookupError):
        return None
    return id if NUMBER.fullmatch(id) else None


def read_success(body: JSON) -> bool:
    """`is_success`. Raises where it is not there."""
    return _FLAG.validate_python(body["is_success"])


def read_permission(body: JSON) -> Permission | None:
    """None: the app has never been let have the seller's messages."""
    found = body.get("tmc_user")
    if not found:
        return None
    topics = rows(found.get("topics"), "string")
    return Permission(_FLAG.validate_python(found["is_valid"]), tuple(map(str, topics)))


CONSUME: Call[tuple[Told | None, ...]] = Call(
    name="messages.consume",
    endpoint="taobao.tmc.messages.consume",
    ask=ConsumeAsk,
    read=read_messages,
    needs_token=False,
    shape=SHAPE,
)
CONFIRM: Call[bool] = Call(
    name="messages.confirm",
    endpoint="taobao.tmc.messages.confirm",
    ask=ConfirmAsk,
    read=read_success,
    needs_token=False,
    shape=SHAPE,
)
GET: Call[Permission | None] = Call(
    name="messages.get",
    endpoint="taobao.tmc.user.get",
    ask=GetAsk,
    read=read_permission,
    shape=SHAPE,
)
PERMIT: Call[bool] = Call(
    name="messages.permit",
    endpoint="taobao.tmc.user.permit",
    ask=PermitAsk,
    read=read_success,
    is_write=True,
    shape=SHAPE,
)
