"""The app's client_token."""

from __future__ import annotations

from datetime import timedelta

from hub_core.ports import Grant, Session
from hub_core.wire import pick

from .facts import ADAPTERS


class LaikeTokens:
    """client_token: from the app's key and secret alone, one for all its merchants."""

    shared = True
    grace = timedelta(minutes=5)

    def __init__(self, session: Session) -> None:
        self._session = session

    def fetch(self) -> Grant:
        """A new token; the former one lives 5 minutes more, the one before it dies."""
        token = self._session.send(pick(ADAPTERS, "token").FETCH)
        return Grant(access_token=token.access_token, expires_in=token.expires_in)

    def refresh(self, refresh_token: str) -> Grant:
        """client_tokens are not refreshed: another is fetched."""
        return self.fetch()
