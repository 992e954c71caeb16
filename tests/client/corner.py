"""A corner shop's platform: the smallest one that checks time, token and quota."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hub_core.client import Line, open_http
from hub_core.clock import PlatformClock
from hub_core.errors import (
    Banned,
    Rejected,
    Retryable,
    Throttled,
    TokenExpired,
    Unauthorised,
    Unreadable,
)
from hub_core.journal import MemoryJournal
from hub_core.ports import Channel, Grant, Limit, Session, ShopInfo
from hub_core.sandbox import (
    Account,
    Clock,
    Fault,
    Faults,
    Platform,
    Quota,
    Record,
    Request,
    Response,
    TruthOrder,
    json_response,
)
from hub_core.testing.bridge import VirtualClock, platform_transport
from hub_core.tokens import MemoryTokenStore, StoredToken, Tokens
from hub_core.wire import JSON, Ask, Call, Credentials, HttpRequest

START = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
KEY, SECRET = "corner-key", "corner-secret-9f3b"
SHOP = ShopInfo(name="flagship", external_id="s1")


# The platform's side ---------------------------------------------------------------------


class Corner(Platform):
    """Answers `{"code": 0, "data": …}`. Its refresh tokens work once."""

    channel = "corner"

    def __init__(self, *, quota: Quota | None = None, **kit: Any) -> None:
        super().__init__(**{"clock": Clock(START.timestamp()), **kit})
        self.quota = quota
        self.lifetime = 7200.0
        self.ban_seconds = 0.0
        self.revoked = False
        self.live: dict[str, float] = {}
        """Access tokens and when each dies."""
        self.refresh_token = "refresh-0"
        self.fetched = 0

    def operation(self, request: Request) -> str:
        return "token" if request.path == "/token" else "orders.list"

    def answer(self, request: Request) -> Response:
        asked = request.json()
        operation = self.operation(request)
        code, data = (
            self._token(asked) if operation == "token" else self._list(asked, request)
        )
        self.log.add(self.clock.now(), operation, "s1", "ok" if code == 0 else str(code))
        return json_response({"code": code, **data})

    def _token(self, asked: Any) -> tuple[int, Any]:
        if self.revoked or asked.get("refresh_token") not in (None, self.refresh_token):
            return 10, {"msg": f"refresh_token={asked.get('refresh_token')} is invalid"}
        self.fetched += 1
        access = f"access-{self.fetched}"
        self.refresh_token = f"refresh-{self.fetched}"
        self.live[access] = self.clock.now() + self.lifetime
        data = {"access": access, "refresh": self.refresh_token, "seconds": self.lifetime}
        return 0, {"data": data}

    def _list(self, asked: Any, request: Request) -> tuple[int, Any]:
        now = self.clock.now()
        if abs(asked["time"] - now) > 600:
            return 8, {"msg": "timestamp out of range"}
        if self.live.get(str(request.headers.get("token")), 0.0) <= now:
            return 19, {"msg": f"token {request.headers.get('token')} has expired"}
        if self.quota and (wait := self.quota.take(KEY, now)) > 0:
            return 7, {"msg": "call limited", "wait": self.ban_seconds or wait}
        return 0, {"data": {"rows": [asked.get("page", 0)]}}

    def accounts(self) -> list[Account]:
        return [Account("s1", "flagship", KEY, SECRET)]

    def churn(self, changes: int = 1, *, account: str | None = None) -> None:
        raise NotImplementedError("nothing changes on this corner")

    def truth_of(self, record: Record) -> TruthOrder:
        raise NotImplementedError("there are no orders on this corner")

    def error(self, kind: str) -> Response:
        codes = {"throttled": 7, "busy": 50, "error_body": 50}
        return json_response({"code": codes[kind], "msg": "系统繁忙"})

    def emptied(self, body: Any) -> Any:
        return {"code": 0, "data": {"rows": []}}


# Our side --------------------------------------------------------------------------------


class CornerDialect:
    """Signs nothing: what is tested is not signing."""

    def request(
        self, call: Call[Any], params: JSON, who: Credentials, now: datetime
    ) -> HttpRequest:
        headers = {"token": who.token or "", "secret": who.app_secret}
        asked = {**params, "time": int(now.timestamp())}
        return HttpRequest("POST", call.endpoint, headers=headers, json=asked)

    def unwrap(self, call: Call[Any], body: JSON) -> JSON:
        code, words = body.get("code"), str(body.get("msg", ""))
        match code:
            case 0 if isinstance(body.get("data"), dict):
                return dict(body["data"])
            case 0 | None:
                raise Unreadable("no data")
            case 7 if body.get("wait", 0) > 30:
                raise Banned(words, code="7", after=body["wait"])
            case 7:
                raise Throttled(words, code="7", after=body.get("wait", 0.0))
            case 8 | 50:
                raise Retryable(words, code=str(code))
            case 10:
                raise Unauthorised(words, code="10")
            case 19:
                raise TokenExpired(words, code="19")
            case _:
                raise Rejected(words, code=str(code))

    def request_id(self, body: JSON) -> str | None:
        return body.get("request_id")

    def server_time(self, body: JSON) -> datetime | None:
        return None


class ListAsk(Ask):
    page: int = 1


class TokenAsk(Ask):
    refresh_token: str | None = None


def read_grant(data: JSON) -> Grant:
    return Grant(
        access_token=data["access"],
        expires_in=int(data["seconds"]),
        refresh_token=data["refresh"],
        subject=data.get("subject"),
    )


LIST: Call[list[int]] = Call(
    name="orders.list", endpoint="/list", ask=ListAsk, read=lambda data: data["rows"]
)
TOKEN: Call[Grant] = Call(
    name="token.fetch", endpoint="/token", ask=TokenAsk, read=read_grant, needs_token=False
)


class CornerTokens:
    """`ports.Authorisation` over a line."""

    def __init__(self, session: Session, *, shared: bool = False) -> None:
        self.session, self.shared = session, shared
        self.grace = timedelta(minutes=5)

    def fetch(self) -> Grant:
        if not self.shared:
            raise Unauthorised("a shop's owner has to give it")
        return self.session.send(TOKEN)

    def refresh(self, refresh_token: str) -> Grant:
        return self.session.send(TOKEN, refresh_token=refresh_token)


def channel(limits: tuple[Limit, ...] = ()) -> Channel:
    return Channel(
        id="corner",
        title="街角",
        base_url="http://corner.test",
        dialect=CornerDialect(),
        adapters="adapters.corner",
        limits=limits,
    )


class Bench:
    """A corner shop, a hub's clock on its time, and as many lines to it as are wanted."""

    def __init__(
        self,
        *faults: Fault,
        limits: tuple[Limit, ...] = (),
        skew: float = 0.0,
        shared: bool = False,
        box: Corner | None = None,
    ) -> None:
        self.box = box or Corner()
        self.box.faults = Faults(faults)
        self.system = VirtualClock(self.box.clock, skew=skew)
        self.clock = PlatformClock(self.system, name="corner")
        self.journal = MemoryJournal()
        self.store = MemoryTokenStore()
        self.channel = channel(limits)
        self.http = open_http(transport=platform_transport(self.box))
        self.shared = shared

    def line(self, *, shop: str = "flagship", **more: Any) -> Line:
        """A line with a live token, if it is the first."""
        made = Line(
            self.channel,
            ShopInfo(name=shop, external_id=shop),
            Credentials(KEY, SECRET),
            self.http,
            **{"clock": self.clock, "journal": self.journal, **more},
        )
        made.tokens = self.tokens(made)
        return made

    def tokens(self, line: Line, subject: str = "corner/flagship", **more: Any) -> Tokens:
        source = CornerTokens(line, shared=self.shared)
        if self.store.load(subject) is None:
            self.give(subject)
        return Tokens(subject, self.store, self.clock, source, jitter=0.0, **more)

    def give(self, subject: str, **changed: Any) -> StoredToken:
        """Put a token the box honours into the store, as `shop add` would."""
        now = self.clock.now()
        self.box.live["access-0"] = self.box.clock.now() + self.box.lifetime
        token = StoredToken(
            **{
                "access_token": "access-0",
                "refresh_token": "refresh-0",
                "expires_at": now + timedelta(seconds=self.box.lifetime),
                "fetched_at": now,
                **changed,
            }
        )
        assert self.store.save_if(subject, None, token)
        return token

    @property
    def calls(self) -> int:
        """Requests the box saw."""
        return len(self.box.log.entries)

    def outcomes(self) -> list[str]:
        return [entry.outcome for entry in self.journal.entries]


class Canned(Corner):
    """A corner whose answers are given beforehand; the last one is repeated."""

    def __init__(self, *answers: Response, **kit: Any) -> None:
        super().__init__(**kit)
        self.answers = list(answers)
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        self.log.add(self.clock.now(), "orders.list", "s1", "canned")
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


OK = json_response({"code": 0, "data": {"rows": [1]}})
