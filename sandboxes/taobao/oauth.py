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

    def page(self, form: Mapping[str, str]) -> tuple[Session | None, str, str]:
        """POST https://oauth.taobao.com/token: a session, or OAuth's word for no and a
        sentence."""
        app = self._grants.apps.get(form.get("client_id", ""))
        if app is None or form.get("client_secret") != app.secret:
            return None, "invalid_client", "invalid_client"
        match form.get("grant_type"):
            case "refresh_token":
                refresh, now = form.get("refresh_token", ""), self._clock.now()
                session = self._grants.renew(refresh, app.key, now)
                word = "" if session else "invalid_grant"
                return session, word, word
            case "authorization_code":
                return self._exchanged(form, app)
        return None, "unsupported_grant_type", "unsupported_grant_type"

    def _exchanged(
        self, form: Mapping[str, str], app: App
    ) -> tuple[Session | None, str, str]:
        """Source: FAQ, open.taobao.com docId 120, question 5: a code works once."""
        code, how = form.get("code", ""), self._switches["redirect_again"]
        checked = how == "checked"
        redirect = form.get("redirect_uri", "") if checked else None
        session = self._grants.exchange(code, app.key, self._clock.now(), redirect)
        said = f"authorize code {code} invalidate,please authorize again."
        no = self._switches["code_error"], said
        return (session, "", "") if session else (None, *no)

    def fields(self, session: Session) -> JSON:
        """What a token answer says of it."""
        nick = self._world.sellers[session.user].nick
        return told(session, nick, self._clock.now(), self._switches)
