"""Who comes in: the app by its signature, the seller by his session.

Source: paper §2 and §5; the IP allow-list's sub_code is in the platform's own table of
code 11.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hub_core.sandbox import Request

from . import gate, refusals
from .grants import App, Grants, Session
from .refusals import Refused


class Door:
    """Checks a call's app, permission, session and grants. Each raises Refused."""

    def __init__(
        self,
        grants: Grants,
        switches: Mapping[str, str],
        methods: Collection[str],
        *,
        allowed_ips: Collection[str] | None,
        unpermitted: Collection[str],
    ) -> None:
        self._grants, self._switches, self._methods = grants, switches, methods
        self._allowed_ips, self._unpermitted = allowed_ips, unpermitted

    def app(self, request: Request, params: Mapping[str, str], now: float) -> App:
        """The app that signed, when it may call this method from there."""
        app = gate.admitted(params, self._methods, self._grants.apps, now)
        msg = "Insufficient isv permissions"
        if self._allowed_ips is not None and request.remote not in self._allowed_ips:
            raise Refused(11, msg, "isv.permission-ip-whitelist-limit")
        if params["method"] in self._unpermitted:
            raise Refused(11, msg, "isv.permission-api-package-limit")
        return app

    def session(self, params: Mapping[str, str], app: App, now: float) -> Session:
        """The session, alive and of this app: another app's is as good as none."""
        token = params.get("session", "")
        if not token:
            raise Refused(26, "Missing session")
        session = self._grants.session(token)
        if session is None or session.app_key != app.key or session.revoked:
            raise refusals.dead_session("invalid-sessionkey")
        if now >= session.until:
            raise refusals.dead_session(self._switches["dead_session"])
        return session

    def granted(self, session: Session, *, writes: bool, now: float) -> None:
        """Whether its read or its write grant still stands."""
        if now < (session.writes_until if writes else session.reads_until):
            return
        match self._switches["ended_grant"]:
            case "27":
                raise refusals.dead_session(self._switches["dead_session"])
            case "42":
                raise Refused(42, "Insufficient session permissions")
        raise Refused(12, "Insufficient user permissions")
