"""Tokens of one shop: its owner gives them, some kinds of app may refresh them."""

from __future__ import annotations

from datetime import timedelta

from hub_core.errors import Rejected, TokenExpired, Unauthorised
from hub_core.ports import Grant, Session
from hub_core.wire import pick

from .facts import ADAPTERS, fact


class Tokens:
    """Tokens of one shop: its owner gives them, some kinds of app may refresh them."""

    shared = False
    grace = timedelta(0)

    def __init__(self, session: Session) -> None:
        self._session = session

    def fetch(self) -> Grant:
        """Nothing but the owner's consent gives a first token."""
        raise Unauthorised("the shop's owner has to authorise this app at Taobao")

    def refresh(self, refresh_token: str) -> Grant:
        """A new token. Apps not sold on the service market are refused: Unauthorised."""
        shape = pick(ADAPTERS, "token", self._session.shop.pins.get("token"))
        by_top = fact(self._session, "refresh_by") == "top"
        call = shape.REFRESH_BY_TOP if by_top else shape.REFRESH
        try:
            token = self._session.send(call, refresh_token=refresh_token)
        except (Rejected, TokenExpired) as error:
            raise Unauthorised("the token cannot be refreshed", code=error.code) from error
        return Grant(
            access_token=token.access_token,
            expires_in=token.expires_in,
            refresh_token=token.refresh_token,
            refresh_expires_in=token.re_expires_in,
            scopes=token.scopes,
            subject=token.taobao_user_id,
        )
