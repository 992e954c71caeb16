"""Messages of an app: one connection brings those of all its shops."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub_core.errors import Misconfigured, Retryable
from hub_core.ports import Hint, Message, Session, ShopInfo
from hub_core.wire import Credentials, pick

from .asking import ADAPTERS

AREA = "messages"
FACTS: Mapping[str, str] = {
    # In 多多云 the same host is ws://, says the official client.
    "message_url": "wss://message-api.pinduoduo.com",
    # "Every 5 to 10 s", say the client and its page.
    "message_beat_seconds": "5",
    # After so long without a frame the connection is taken for dead: the client's three
    # minutes. How soon the platform beats back no document says.
    "message_silent_seconds": "180",
}


class PmcSocket:
    """The connection of an app."""

    gone: Collection[str] = ()

    def accounts(self, shop: ShopInfo) -> Sequence[str]:
        """The shop's number: messages have it as mallID."""
        return [shop.external_id]

    def permitted(self, session: Session) -> bool:
        """Which topics are on is not looked at: none named are all."""
        owner = session.shop.external_id
        found = session.send(self._shape(session).GET, owner_id=owner)
        return found is not None and found.valid

    def permit(self, session: Session) -> None:
        """All topics the app has subscribed to."""
        if not session.send(self._shape(session).PERMIT):
            raise Retryable("the platform did not turn the shop's messages on")

    def address(self, app: Credentials, now: datetime) -> str:
        """Good for this moment."""
        base = _fact(app, "message_url").rstrip("/")
        found: str = self._newest.path(app.app_key, app.app_secret, now)
        return base + found

    def rhythm(self, app: Credentials) -> tuple[float, float]:
        """As configured."""
        beat, silent = (
            _seconds(app, f"message_{name}_seconds") for name in ("beat", "silent")
        )
        if silent <= beat:
            raise Misconfigured(
                "pinduoduo: message_silent_seconds is more than message_beat_seconds"
            )
        return beat, silent

    def beat(self, now: datetime) -> str:
        """A frame."""
        found: str = self._newest.beat(now)
        return found

    def read(self, frame: str) -> Message | None:
        """An order is looked at; all else is kept and names nothing."""
        told = self._newest.read_frame(frame)
        if told is None:
            return None
        hint = Hint(
            event=told.type,
            kind="orders" if told.order else None,
            external_id=told.order,
            account=told.mall,
            message_id=told.id,
            at=told.at,
            wakes=told.wakes,
        )
        return Message(id=told.id, hint=hint, body=frame.encode(), receipt={"told": told})

    def receipt(self, message: Message, now: datetime) -> str:
        """A frame."""
        found: str = self._newest.acknowledged(message.receipt["told"], now)
        return found

    def _shape(self, session: Session) -> Any:
        return pick(ADAPTERS, AREA, session.shop.pins.get(AREA))

    @property
    def _newest(self) -> Any:
        return pick(ADAPTERS, AREA)


def _fact(app: Credentials, name: str) -> str:
    return app.options.get(name) or FACTS[name]


def _seconds(app: Credentials, name: str) -> float:
    text = _fact(app, name)
    try:
        return float(text)
    except ValueError:
        raise Misconfigured(f"pinduoduo: {name} is a number, not {text!r}") from None
