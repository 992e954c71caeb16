"""The methods about messages: consume, confirm, permit, who is permitted, groups.

Source: taobao.tmc.messages.consume (apiId 21986), taobao.tmc.messages.confirm (21985; at
most 200 ids, f_message_ids no longer used), taobao.tmc.user.get (22554), and the official
metadata of taobao.tmc.user.permit, .user.cancel, .group.add, .group.delete; paper §6.
Not documented: how an unknown group or seller is refused (C, one switch); what confirming
ids does that nobody was given (here: nothing, and success).
"""

from __future__ import annotations

from collections.abc import Mapping

from . import gate, pages, refusals, shapes, times
from .messages import DEFAULT, Message, Messages
from .methods import Method
from .refusals import Refused
from .shapes import JSON
from .topics import TOPICS
from .world import Seller

FEWEST, USUAL, MOST = 10, 100, 200
"""Of messages in one answer; MOST also of ids in one confirmation."""
PUBLISHER = "12497914"
"""pub_app_key of what the platform itself publishes."""


class MessageDesk:
    """Answers the calls about messages."""

    def __init__(
        self,
        messages: Messages,
        sellers: Mapping[str, Seller],
        switches: Mapping[str, str],
    ) -> None:
        self._messages, self._sellers, self._switches = messages, sellers, switches

    def methods(self) -> dict[str, Method]:
        """What it answers."""
        return {
            "taobao.tmc.messages.consume": self._consume,
            "taobao.tmc.messages.confirm": self._confirm,
            "taobao.tmc.user.permit": self._permit,
            "taobao.tmc.user.cancel": self._cancel,
            "taobao.tmc.user.get": self._user,
            "taobao.tmc.group.add": self._group_add,
            "taobao.tmc.group.delete": self._group_delete,
            "taobao.tmc.queue.get": self._queue,
        }

    def _consume(self, params: Mapping[str, str], app: Seller) -> JSON:
        quantity = gate.number(params, "quantity", USUAL)
        if not FEWEST <= quantity <= MOST:
            raise refusals.invalid("quantity")
        group = self._group_of(params, app)
        found = self._messages.consume(app.app_key, group, quantity)
        rows = [self._face(message) for message in found]
        empty = self._switches["empty_list"]
        return pages.listed(rows, "messages", "tmc_message", empty)

    def _face(self, message: Message) -> JSON:
        ident = str if self._switches["message_ids"] == "string" else int
        return {
            "id": ident(message.id),
            "topic": message.topic,
            "pub_time": times.text(message.published),
            "pub_app_key": PUBLISHER,
            "user_id": int(message.user),
            "user_nick": self._sellers[message.user].nick,
            "content": message.content,
        }

    def _confirm(self, params: Mapping[str, str], app: Seller) -> JSON:
        if not params.get("s_message_ids"):
            raise refusals.missing("s_message_ids")
        self._group_of(params, app)
        ids = params["s_message_ids"].split(",")
        if len(ids) > MOST or not all(x.isascii() and x.isdigit() for x in ids):
            raise refusals.invalid("s_message_ids")
        self._messages.confirm(app.app_key, {int(x) for x in ids})
        return {"is_success": True}

    def _permit(self, params: Mapping[str, str], seller: Seller) -> JSON:
        """Replaces the topics of before. One the app has not subscribed to is refused."""
        chosen = [x.strip() for x in params.get("topics", "").split(",") if x.strip()]
        if not set(chosen) <= set(TOPICS):
            raise self._unknown("topics")
        self._messages.permit(seller.user, chosen)
        return {"is_success": True}

    def _cancel(self, params: Mapping[str, str], app: Seller) -> JSON:
        self._messages.cancel(self._named(params, app).user)
        return {"is_success": True}

    def _user(self, params: Mapping[str, str], app: Seller) -> JSON:
        if not params.get("fields"):
            raise refusals.missing("fields")
        user = self._named(params, app)
        permit = self._messages.permits.get(user.user)
        if permit is None:
            raise self._unknown("nick")
        face: JSON = {
            "created": times.text(permit.first),
            "modified": times.text(permit.last),
            "group_name": permit.group,
            "is_valid": self._messages.alive(user.user),
            "topics": {"string": sorted(permit.topics)},
            "user_id": int(user.user),
            "user_nick": user.nick,
            "user_platform": "tbUIC",
        }
        asked = shapes.wanted(params["fields"])
        return {"tmc_user": {name: face[name] for name in asked if name in face}}

    def _group_add(self, params: Mapping[str, str], app: Seller) -> JSON:
        for name in ("group_name", "nicks"):
            if not params.get(name):
                raise refusals.missing(name)
        nicks = params["nicks"].split(",")
        users = [s.user for s in self._sellers.values() if s.nick in nicks]
        self._messages.group(app.app_key, params["group_name"], users)
        return {"group_name": params["group_name"]}

    def _group_delete(self, params: Mapping[str, str], app: Seller) -> JSON:
        if not params.get("group_name"):
            raise refusals.missing("group_name")
        if not self._messages.ungroup(app.app_key, params["group_name"]):
            raise self._unknown("group_name")
        return {"is_success": True}

    def _queue(self, params: Mapping[str, str], app: Seller) -> JSON:
        """`put_toal` is spelt so (paper §6)."""
        given, waiting = self._messages.backlog(app.app_key, self._group_of(params, app))
        row = {"broker_name": "box", "get_total": given, "put_toal": waiting}
        return {"datas": {"tmc_queue_info": [row]}}

    # How --------------------------------------------------------------------------

    def _group_of(self, params: Mapping[str, str], app: Seller) -> str:
        group = params.get("group_name") or DEFAULT
        if not self._messages.has(app.app_key, group):
            raise self._unknown("group_name")
        return group

    def _named(self, params: Mapping[str, str], app: Seller) -> Seller:
        if not params.get("nick"):
            raise refusals.missing("nick")
        mine = (s for s in self._sellers.values() if s.app_key == app.app_key)
        found = next((s for s in mine if s.nick == params["nick"]), None)
        if found is None:
            raise self._unknown("nick")
        return found

    def _unknown(self, name: str) -> Refused:
        if self._switches["message_refusal"] == "argument":
            return refusals.invalid(name)
        return refusals.business("isv.invalid-parameter", f"非法参数:{name}")
