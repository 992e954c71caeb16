"""Messages of an app: its queue is asked, kept from, and only then told so."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from hub_core.errors import BadRequest, Misconfigured, Retryable
from hub_core.ports import Hint, Message, Session, ShopInfo
from hub_core.wire import pick

from .facts import ADAPTERS

AREA = "messages"
MESSAGE_FACTS: Mapping[str, str] = {
    # The app's group (消息分组) its shops are in. Blank: the default one.
    "message_group": "",
    # Of one call: 10 to 200.
    "message_quantity": "100",
    # How long after the queue was found empty it is asked again. Each asking counts among
    # the app's calls; the documents ask for a tenth of a second at least.
    "message_idle_seconds": "5",
}


class TmcQueue:
    """The queue of an app, or of one group of its shops."""

    gone: Collection[str] = ("taobao_item_ItemDelete",)

    def accounts(self, shop: ShopInfo) -> Sequence[str]:
        """The seller's number, and his name where it is known."""
        nick = shop.account.get("nick")
        return [shop.external_id, *([nick] if nick else [])]

    def permitted(self, session: Session) -> bool:
        """Asked by the seller's name: there is no other way. Which topics are on is not
        looked at: none named are all."""
        nick = session.shop.account.get("nick")
        if not nick:
            raise Misconfigured(
                f"taobao tells it of a seller's name: give shop {session.shop.name} one "
                "(account field nick)"
            )
        try:
            found = session.send(self._calls(session).GET, nick=nick)
        except BadRequest:  # the app has no such seller among those it hears of
            return False
        return found is not None and found.valid

    def permit(self, session: Session) -> None:
        """All topics the app has subscribed to."""
        if not session.send(self._calls(session).PERMIT):
            raise Retryable("TOP did not turn the shop's messages on")

    def idle(self, session: Session) -> float:
        """As configured."""
        return max(0.1, _number(session, "message_idle_seconds"))

    def take(self, session: Session) -> Sequence[Message | None]:
        """At most so many as one call gives."""
        most = int(_number(session, "message_quantity"))
        found = session.send(self._calls(session).CONSUME, group=_group(session), most=most)
        return [told and _message(told) for told in found]

    def confirm(self, session: Session, messages: Sequence[Message]) -> None:
        """All in one call: no more come in one taking."""
        ids = [message.id for message in messages]
        if not session.send(self._calls(session).CONFIRM, group=_group(session), ids=ids):
            raise Retryable("TOP did not take the confirmation")

    def _calls(self, session: Session) -> Any:
        return pick(ADAPTERS, AREA, session.shop.pins.get(AREA))


def _message(told: Any) -> Message:
    hint = Hint(
        event=told.topic,
        kind=told.kind,
        external_id=told.external_id,
        account=told.account,
        message_id=told.id,
        at=told.at,
        wakes=told.wakes,
    )
    return Message(id=told.id, hint=hint, body=told.content.encode())


def _group(session: Session) -> str | None:
    return session.facts.get("message_group") or None


def _number(session: Session, name: str) -> float:
    text = session.facts.get(name) or MESSAGE_FACTS[name]
    try:
        return float(text)
    except ValueError:
        raise Misconfigured(f"taobao: {name} is a number, not {text!r}") from None
