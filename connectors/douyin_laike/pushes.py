"""Pushes: the app's secret tells them from forgeries, the shop's account whose they are."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.douyin_laike import pushes
from hub_core.errors import Misconfigured
from hub_core.ports import Hint, Pushed, ShopInfo
from hub_core.wire import JSON, Credentials

from .facts import ID, PUSH_FACTS, account_of

MESSAGE_ID = "msg-id"
LONGEST = 128


class LaikePushes:
    """The one address of an app, for all its events."""

    thanks = b'{"data":{"error_code":0,"description":"success"}}'

    def genuine(self, push: Pushed, app: Credentials) -> bool:
        """SHA-1 over secret and body, in its header."""
        given = [value for name, value in push.headers if name == pushes.SIGNATURE]
        return pushes.genuine(app.app_secret, given, push.body)

    def challenge(self, document: JSON, signed: bool, app: Credentials) -> JSON | None:
        """The number that came, in an object of its own."""
        value = pushes.tried_with(document)
        if value is None:
            return None
        answers = app.options.get("push_challenge", PUSH_FACTS["push_challenge"])
        if answers not in ("any", "signed", "none"):
            raise Misconfigured(
                f"{ID}: push_challenge is any, signed or none, not {answers}"
            )
        if answers == "none" or (answers == "signed" and not signed):
            raise ValueError("the address is not being tried")
        return {"challenge": value}

    def hint(self, document: JSON, push: Pushed, app: Credentials) -> Hint:
        """The order, or the product, it names."""
        event = pushes.read(document, app.app_key)
        message = push.header(MESSAGE_ID)
        return Hint(
            event=event.word,
            kind=event.kind,
            external_id=event.id,
            account=event.account,
            message_id=message[:LONGEST] if message else None,
            at=event.at,
            wakes=event.wakes,
        )

    def accounts(self, shop: ShopInfo) -> Sequence[str]:
        """The account whose orders are asked, and the root account above it."""
        root = shop.account.get("root_account_id")
        return [account_of(shop), *([root] if root else [])]
