"""Tokens of one shop, which its owner gives and the hub may refresh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hub_core.errors import Rejected, TokenExpired, Unauthorised
from hub_core.ports import Grant, Session
from hub_core.wire import pick

from .asking import ADAPTERS


@dataclass(slots=True)
class PddAuthorisation:
    """Given with the shop; refreshed only where a refresh token came with it."""

    session: Session
    shared: bool = False
    grace: timedelta = timedelta(0)

    def fetch(self) -> Grant:
        """Only the shop's main account can give a first token."""
        raise Unauthorised("the shop's owner has to authorise this app at Pinduoduo")

    def refresh(self, refresh_token: str) -> Grant:
        """A new pair, until the owner's authorisation ends. Which code refuses a dead
        refresh token is not said: any refusal needs the owner."""
        shape = pick(ADAPTERS, "token", self.session.shop.pins.get("token"))
        try:
            token = self.session.send(shape.REFRESH, refresh_token=refresh_token)
        except (Rejected, TokenExpired) as error:
            raise Unauthorised("the token cannot be refreshed", code=error.code) from error
        now = self.session.now()
        return Grant(
            access_token=token.access_token,
            expires_in=token.life(now),
            refresh_token=token.refresh_token,
            refresh_expires_in=token.refresh_life(now),
            scopes=token.scopes(now),
            subject=token.owner_id,
        )
