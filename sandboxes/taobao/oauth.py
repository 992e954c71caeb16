"""Where tokens are given: two methods of the gateway, and the page at /token.

Source: paper §2. The gateway answers JSON inside a string; the page answers it plainly.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub_core.sandbox import Clock

from . import refusals
from .grants import App, Grants, Session, told
from .shapes import JSON
from .world import World

BY_CODE = "taobao.top.auth.token.create"


class Tokens:
    """Sessions for codes and refresh tokens."""

    def __init__(
        self, grants: Grants, world: World, clock: Clock, switches: Mapping[str, str]
    ) -> None:
        self._grants, self._world = grants, world
        self._clock, self._switches = clock, switches

    def given(self, params: Mapping[str, str], app: App) -> Session:
        """taobao.top.auth.token.create and .refresh. Raises Refused."""
        create = params["method"] == BY_CODE
        name = "code" if create else "refresh_token"
        if not params.get(name):
            raise refusals.missing(name)
        give = self._grants.exchange if create else self._grants.renew
        session = give(params[name], app.key, self._clock.now())
        if session is None:
            raise refusals.business(f"isv.invalid-parameter:{name}", "授权码或刷新令牌无效")
        return session

    def page(self, form: Mapping[str, str]) -> tuple[Session | None, str]:
        """POST https://oauth.taobao.com/token: a session, or OAuth's word for no."""
        app = self._grants.apps.get(form.get("client_id", ""))
        if app is None or form.get("client_secret") != app.secret:
            return None, "invalid_client"
        now, grants = self._clock.now(), self._grants
        match form.get("grant_type"):
            case "refresh_token":
                session = grants.renew(form.get("refresh_token", ""), app.key, now)
            case "authorization_code":
                session = grants.exchange(form.get("code", ""), app.key, now)
            case _:
                return None, "unsupported_grant_type"
        return session, "" if session else "invalid_grant"

    def fields(self, session: Session) -> JSON:
        """What a token answer says of it."""
        nick = self._world.sellers[session.user].nick
        return told(session, nick, self._clock.now(), self._switches)
