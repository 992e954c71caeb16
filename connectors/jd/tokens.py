"""Tokens of one shop, which its owner gives once and the hub refreshes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hub_core.errors import Unauthorised
from hub_core.ports import Grant, Session

from .asking import shape


@dataclass(slots=True)
class JdAuthorisation:
    """Tokens of one shop, which its owner gives once and the hub refreshes."""

    session: Session
    shared: bool = False
    grace: timedelta = timedelta(0)

    def fetch(self) -> Grant:
        """Only the shop's owner can give a first token."""
        raise Unauthorised("the shop's owner has to authorise this app at JD")

    def refresh(self, refresh_token: str) -> Grant:
        """A new pair; allowed within 24 hours before the old one ends."""
        call = shape(self.session, "token").REFRESH
        given = self.session.send(call, refresh_token=refresh_token)
        return Grant(
            access_token=given.access_token,
            expires_in=given.expires_in,
            refresh_token=given.refresh_token,
        )
