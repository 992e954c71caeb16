"""Taobao's open platform (TOP) in a box: the gateway, the order lists, the tokens."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from hub_core.sandbox import (
    Account,
    Clock,
    Faults,
    Platform,
    Record,
    Request,
    Response,
    TruthOrder,
    TruthVersion,
    Version,
    json_response,
)

from . import faces, gate, life, queries, refusals, shapes, times
from .births import Buyers
from .grants import App, Grants, Lives, Session, told
from .limits import Limits
from .poison import POISONS, spoiled
from .privacy import NEEDED
from .queries import Query, trade_of
from .refusals import Refused
from .shapes import JSON
from .shelf import Row, Shelf
from .switches import SWITCHES

NEW_WORDS = ("WAIT_ROBOT_PICK", "TRADE_IN_QUARANTINE", "PAID_AWAIT_MOON")
LAG = 30.0
"""Seconds by which a lagging list, detail or total is behind."""
THREE_MONTHS = 90 * times.DAY
MEMO_BYTES = 1_000
FIRST_USER = 2_206_890_150_000

OPERATIONS = {
    "taobao.trades.sold.increment.get": "orders.list",
    "taobao.trades.sold.get": "sold.list",
    "taobao.trade.fullinfo.get": "orders.get",
    "taobao.trade.memo.update": "memo.update",
    "taobao.top.auth.token.refresh": "token",
}


class Taobao(Platform):
    """The box. See `create` for its options."""

    channel: ClassVar[str] = "taobao"
    SWITCHES: ClassVar[Mapping[str, tuple[str, ...]]] = {**Platform.SWITCHES, **SWITCHES}

    def __init__(
        self,
        *,
        seed: int,
        shops: int,
        orders: int,
        apps: int,
        history: timedelta,
        privacy: str,
        clock: Clock | None,
        switches: Mapping[str, str] | None,
        faults: Faults | None,
        latency: float,
        lives: Lives,
        refreshable: bool,
        limits: Limits,
        allowed_ips: frozenset[str] | None,
        unpermitted: frozenset[str],
        late_probability: float,
        late_by: float,
        same_second: int,
        remove_probability: float,
        total_cap: int,
        new_fields: bool,
        new_words: float,
        poison: float,
    ) -> None:
        super().__init__(
            seed=seed, clock=clock, switches=switches, faults=faults, latency=latency
        )
        self.book: Shelf = Shelf()
        self.limits = limits
        self.poisoned: set[tuple[str, str]] = set()
        """(account, order id) of every row made malformed on purpose."""
        self._allowed_ips, self._unpermitted = allowed_ips, unpermitted
        self._late, self._late_by = late_probability, late_by
        self._remove, self._total_cap = remove_probability, total_cap
        self._new_fields, self._new_words, self._poison = new_fields, new_words, poison
        self._requests = 0
        self._params: tuple[Request | None, dict[str, str]] = (None, {})
        self._faces: dict[int, JSON] = {}
        self._codes: dict[str, str] = {}
        self._open(seed, shops, apps, privacy, lives, refreshable)
        self._populate(orders, history.total_seconds(), same_second)

    # Setting up -------------------------------------------------------------------

    def _open(
        self, seed: int, shops: int, apps: int, privacy: str, lives: Lives, refresh: bool
    ) -> None:
        """Apps, sellers and their first sessions."""
        made = [App(str(12_345_678 + i), f"sandbox-secret-{seed}-{i}") for i in range(apps)]
        rng = random.Random(f"tokens {seed}")
        self.grants = Grants(rng, made, lives, self.switches, refreshable=refresh)
        self._sellers: dict[str, faces.Seller] = {}
        self._buyers: dict[str, Buyers] = {}
        for i in range(shops):
            user, app = str(FIRST_USER + i), made[i % apps]
            clear = privacy == "clear" or (privacy == "mixed" and i % 2 == 1)
            seller = faces.Seller(user, f"沙箱旗舰店{i + 1}", app.key, clear)
            self._sellers[user] = seller
            self._buyers[user] = Buyers(random.Random(f"buyers {seed} {i}"), i)
            self.grants.authorise(user, app.key, self.clock.now())

    def _populate(self, orders: int, history: float, same_second: int) -> None:
        now = float(int(self.clock.now()))
        for user in self._sellers:
            rng = random.Random(self.rng.random())
            crowd = now - float(int(min(history / 2, 7_200)))
            times_ = [now - float(int(rng.random() * history)) for _ in range(orders)]
            times_[:same_second] = [crowd] * min(same_second, orders)
            crowded = min(same_second, orders)
            for n, at in sorted(enumerate(times_), key=lambda x: x[1]):
                record = self._place(user, at)
                if n >= crowded:
                    self._grow(record, now, rng)

    def _grow(self, record: Record, now: float, rng: random.Random) -> None:
        for at, event, trade in life.grown(trade_of(record.latest), now, rng):
            self._change(record, at, event, trade)

    # What goes on -----------------------------------------------------------------

    def churn(self, changes: int = 1, *, account: str | None = None) -> None:
        """That many things happen now, mostly to recent trades."""
        users = [account] if account else list(self._sellers)
        now = float(int(self.clock.now()))
        for _ in range(changes):
            user = self.rng.choice(users)
            records = self.book.everything(user)
            if not records or self.rng.random() < 0.2:
                self._place(user, now)
            else:
                self._touch(self._pick(records), now)

    def _pick(self, records: list[Record]) -> Record:
        recent = len(records) - 400 if self.rng.random() < 0.7 else 0
        return records[self.rng.randrange(max(0, recent), len(records))]

    def _touch(self, record: Record, now: float) -> None:
        if record.removed_at is not None:
            return
        if self.rng.random() < self._remove:
            self.book.remove(record, now)
            return
        _, event, trade = life.something(trade_of(record.latest), now, self.rng)
        self._change(record, now, event, trade)

    def _place(self, user: str, at: float) -> Record:
        trade = self._said(self._buyers[user].place(at))
        if self._poison and self.rng.random() < self._poison:
            trade = trade._replace(poison=self.rng.choice(list(POISONS)))
            self.poisoned.add((user, str(trade.tid)))
        content = {"trade": trade}
        delay = self._delay()
        return self.book.add(user, str(trade.tid), content, created_at=at, delay=delay)

    def _change(self, record: Record, at: float, event: life.Event, after: Any) -> None:
        before = trade_of(record.latest)
        still = after.status == before.status
        quiet = event.bumps is not None and self.switches[event.bumps] == "no"
        trade = self._said(after)
        bump = not (still and quiet)
        self.book.change(record, at, delay=self._delay(), bump=bump, trade=trade)

    def _said(self, trade: Any) -> Any:
        if not self._new_words:
            return trade
        new = self.rng.random() < self._new_words
        return trade._replace(said=self.rng.choice(NEW_WORDS) if new else None)

    def _delay(self) -> float:
        if not self._late or self.rng.random() >= self._late:
            return 0.0
        return self.rng.uniform(0, self._late_by)

    # What a test may do to it -----------------------------------------------------

    def expire_token(self, account: str) -> None:
        """The seller's session is over from now on."""
        self.grants.current(account).until = self.clock.now()

    def expire_reads(self, account: str) -> None:
        """Its read grants (r1, r2) are over."""
        self.grants.current(account).reads_until = self.clock.now()

    def expire_writes(self, account: str) -> None:
        """Its write grants (w1, w2) are over."""
        self.grants.current(account).writes_until = self.clock.now()

    def revoke(self, account: str) -> None:
        """The seller withdraws the authorisation; only `authorise` brings it back."""
        self.grants.revoke(account)

    def authorise(self, account: str) -> Account:
        """The seller authorises the app again: a new session, the old one is dead."""
        self.grants.authorise(account, self._sellers[account].app_key, self.clock.now())
        return next(a for a in self.accounts() if a.external_id == account)

    def ban(
        self, app_key: str, seconds: float, sub_code: str = "limited-by-api-access-count"
    ) -> None:
        """Every call of the app is refused for that long."""
        self.limits.ban(app_key, sub_code, seconds, self.clock.now())

    def reset_quota(self, app_key: str) -> bool:
        """The owner resets the day's quota by hand; False after three times a day."""
        return self.limits.reset(app_key, self.clock.now())

    def poison(self, account: str, id: str, kind: str) -> None:
        """Make a row malformed from now on; see `POISONS` for the kinds."""
        record = self.book.get(account, id)
        if record is None or kind not in POISONS:
            raise ValueError(f"no {id}, or no poison {kind}: {sorted(POISONS)}")
        trade = trade_of(record.latest)._replace(poison=kind)
        self.book.change(record, float(int(self.clock.now())), trade=trade)
        self.poisoned.add((account, id))

    # What the kit asks ------------------------------------------------------------

    def accounts(self) -> list[Account]:
        """The shops, with the sessions that are good now."""
        return [self._account(seller) for seller in self._sellers.values()]

    def _account(self, seller: faces.Seller) -> Account:
        session = self.grants.current(seller.user)
        return Account(
            external_id=seller.user,
            name=seller.nick,
            app_key=seller.app_key,
            app_secret=self.grants.apps[seller.app_key].secret,
            access_token=session.token,
            refresh_token=session.refresh if self.grants.refreshable else None,
            expires_in=max(0, int(session.until - self.clock.now())),
            settings={"privacy": "clear" if seller.clear else "masked"},
        )

    def truth_of(self, record: Record) -> TruthOrder:
        """Status word and payment (fen) as sent, for every version."""
        versions = tuple(
            TruthVersion(v.updated_at, v.visible_at, trade_of(v).word, trade_of(v).payment)
            for v in record.versions
        )
        last = versions[-1]
        return TruthOrder(
            external_id=record.id,
            stream="orders",
            updated_at=last.updated_at,
            visible_at=last.visible_at,
            status=last.status,
            paid=last.paid,
            removed=record.removed_at is not None,
            versions=versions,
        )

    def error(self, kind: str) -> Response:
        """Code 7 for `throttled`; a fault of the platform's own for the others."""
        if kind == "throttled":
            return self._refusal(refusals.limited("limited-by-api-access-count", 1), {})
        if kind == "busy":
            return self._refusal(Refused(10, "Service Currently Unavailable"), {})
        words = "调用后端服务抛异常"
        return self._refusal(refusals.business("isp.remote-service-error", words), {})

    def emptied(self, body: Any) -> Any:
        """The same answer with no trades in it."""
        if isinstance(body, dict) and "trades" in body:
            plain = isinstance(body["trades"], list)
            rest = {k: v for k, v in body.items() if k != "trades"}
            return rest | ({"trades": []} if plain else self._nothing())
        if isinstance(body, dict):
            return {k: self.emptied(v) for k, v in body.items()}
        return body

    # Answering --------------------------------------------------------------------

    def operation(self, request: Request) -> str:
        """`orders.count` is the documented first call: page 1, only tids, with a total."""
        if request.path == "/token":
            return "token"
        params = self._read(request)
        name = OPERATIONS.get(params.get("method", ""), "other")
        counts = name == "orders.list" and params.get("use_has_next") != "true"
        first = params.get("page_no", "1") == "1" and params.get("fields") == "tid"
        return "orders.count" if counts and first else name

    def _read(self, request: Request) -> dict[str, str]:
        if self._params[0] is not request:
            self._params = (request, gate.merged(request))
        return self._params[1]

    def answer(self, request: Request) -> Response:
        """The gateway at /router/rest, the token page at /token, nothing elsewhere."""
        self._requests += 1
        if request.path == "/token":
            return self._token_page(request)
        if request.path != "/router/rest":
            return Response(404, b"", {"content-type": "text/html"})
        params, operation, user = self._read(request), self.operation(request), [""]
        try:
            if request.method not in {"GET", "POST"}:
                raise Refused(9, "Http action not allowed")
            response = self._called(request, params, user)
        except Refused as no:
            self.log.add(self.clock.now(), operation, user[0], str(self._code(no)))
            return self._refusal(no, params)
        self.log.add(self.clock.now(), operation, user[0], "ok")
        return response

    def _called(
        self, request: Request, params: dict[str, str], user: list[str]
    ) -> Response:
        """Through the gate, past limits and permissions, to the method."""
        now = self.clock.now()
        app = gate.admitted(params, OPERATIONS, self.grants.apps, now)
        method = params["method"]
        self._allowed(request, method)
        self.limits.check(app.key, method, now)
        if method == "taobao.top.auth.token.refresh":
            return self._good(params, self._refreshed(params, app, now, user))
        session = self._session(params, app, now)
        user[0] = session.user
        self._granted(session, method, now)
        seller = self._sellers[session.user]
        answers: dict[str, Callable[[dict[str, str], faces.Seller], JSON]] = {
            "taobao.trades.sold.increment.get": self._increment,
            "taobao.trades.sold.get": self._sold,
            "taobao.trade.fullinfo.get": self._fullinfo,
            "taobao.trade.memo.update": self._memo,
        }
        return self._good(params, answers[method](params, seller))

    def _allowed(self, request: Request, method: str) -> None:
        msg = "Insufficient isv permissions"
        if self._allowed_ips is not None and request.remote not in self._allowed_ips:
            raise Refused(11, msg, "isv.permission-ip-whitelist-limit")
        if method in self._unpermitted:
            raise Refused(11, msg, "isv.permission-api-package-limit")

    def _session(self, params: dict[str, str], app: App, now: float) -> Session:
        token = params.get("session", "")
        if not token:
            raise Refused(26, "Missing session")
        session = self.grants.session(token)
        if session is None or session.app_key != app.key or session.revoked:
            raise refusals.dead_session("invalid-sessionkey")
        if now >= session.until:
            raise refusals.dead_session(self.switches["dead_session"])
        return session

    def _granted(self, session: Session, method: str, now: float) -> None:
        writes = method == "taobao.trade.memo.update"
        if now < (session.writes_until if writes else session.reads_until):
            return
        match self.switches["ended_grant"]:
            case "27":
                raise refusals.dead_session(self.switches["dead_session"])
            case "42":
                raise Refused(42, "Insufficient session permissions")
        raise Refused(12, "Insufficient user permissions", "isv.permission-session-limit")

    # The lists --------------------------------------------------------------------

    def _increment(self, params: dict[str, str], seller: faces.Seller) -> JSON:
        query = queries.incremental(params, self.switches)
        rows = self.book.modified(seller.user, query.since, query.until, self._list_time())
        return self._page(query, rows, seller)

    def _sold(self, params: dict[str, str], seller: faces.Seller) -> JSON:
        query = queries.by_creation(params, self.switches, self.clock.now())
        rows = self.book.created(seller.user, query.since, query.until, self._list_time())
        return self._page(query, rows, seller)

    def _list_time(self) -> float:
        lag = LAG if self.switches["lagging"] == "list" else 0.0
        return self.clock.now() - lag

    def _page(self, query: Query, rows: list[Row], seller: faces.Seller) -> JSON:
        """Newest first; `has_next` or `total_results`, as asked."""
        rows = query.kept(rows, seller.app_key, self.clock.now() - THREE_MONTHS)
        if self.switches["ties"] == "unstable":
            call = self._requests
            rows.sort(key=lambda r: (r[0], hash((r[1] * 2_654_435_761, call)) & 0xFFFF))
        high = max(0, len(rows) - (query.page - 1) * query.size)
        shown = rows[max(0, high - query.size) : high][::-1]
        answer = self._trades([self._row(r, query, seller) for r in shown])
        if not query.has_next:
            return {"total_results": self._total(rows)} | answer
        more = high > query.size
        if self.switches["has_next"] == "full_page":
            more = len(shown) == query.size
        return {"has_next": more} | answer

    def _total(self, rows: list[Row]) -> int:
        match self.switches["total"]:
            case "lagging":
                then = self.clock.now() - LAG
                return sum(1 for r in rows if r[3].visible_at <= then)
            case "capped":
                return min(len(rows), self._total_cap)
        return len(rows)

    def _trades(self, rows: list[JSON]) -> JSON:
        return {"trades": {"trade": rows}} if rows else self._nothing()

    def _nothing(self) -> JSON:
        empty: dict[str, JSON] = {
            "absent": {},
            "empty_object": {"trades": {}},
            "empty_list": {"trades": {"trade": []}},
            "null": {"trades": None},
        }
        return empty[self.switches["empty_list"]]

    def _row(self, row: Row, query: Query, seller: faces.Seller) -> JSON:
        asked = {k: v for k, v in query.asked.items() if k in faces.LIST_FIELDS}
        if not query.asked.keys() >= NEEDED:
            asked.pop("oaid", None)
        return self._told(row[2], row[3], asked, seller)

    def _told(
        self, record: Record, version: Version, asked: shapes.Wanted, seller: faces.Seller
    ) -> JSON:
        """The fields asked for, and what this box adds or spoils on purpose."""
        self.served.add((record.account, record.id))
        told = shapes.chosen(self._face(version, seller), asked)
        if self._new_fields:
            told |= {"carbon_label": {"grade": "B", "grams": 120}, "pickup_hint": "东门"}
        poison = trade_of(version).poison
        return spoiled(told, poison) if poison else told

    def _face(self, version: Version, seller: faces.Seller) -> JSON:
        """All fields of a version; made once, for versions never change."""
        face = self._faces.get(id(version))
        if face is None:
            if len(self._faces) > 4_000:
                self._faces.clear()
            trade = trade_of(version)
            face = faces.body(trade, version.updated_at, seller, self.switches)
            self._faces[id(version)] = face
        return face

    # One trade --------------------------------------------------------------------

    def _fullinfo(self, params: dict[str, str], seller: faces.Seller) -> JSON:
        for name in ("fields", "tid"):
            if not params.get(name):
                raise refusals.missing(name)
        record = self._record(params, seller)
        lag = LAG if self.switches["lagging"] == "detail" else 0.0
        version = record.visible(self.clock.now() - lag)
        old = record.created_at < self.clock.now() - THREE_MONTHS
        if version is None or old:
            raise refusals.business("isv.trade-not-exist", "交易订单不存在")
        asked = shapes.wanted(params["fields"])
        told = bool(params.get("include_oaid"))
        if told:
            asked["oaid"] = None
        flagged = told or self.switches["oaid_detail"] == "fields"
        if not (asked.keys() >= NEEDED and flagged):
            asked.pop("oaid", None)
        return {"trade": self._told(record, version, asked, seller)}

    def _record(self, params: dict[str, str], seller: faces.Seller) -> Record:
        number = gate.number(params | {"tid": params["tid"][-18:]}, "tid", 0)
        record = self.book.get(seller.user, params["tid"]) if number else None
        if record is None:
            raise refusals.business("isv.trade-not-exist", "交易订单不存在")
        return record

    def _memo(self, params: dict[str, str], seller: faces.Seller) -> JSON:
        """taobao.trade.memo.update: memo of at most 1,000 bytes, flag 0 to 5."""
        if not params.get("tid"):
            raise refusals.missing("tid")
        record, now = self._record(params, seller), float(int(self.clock.now()))
        memo, flag = params.get("memo"), params.get("flag")
        if memo is not None and len(memo.encode()) > MEMO_BYTES:
            raise refusals.invalid("memo")
        if flag is not None and flag not in set("012345"):
            raise refusals.invalid("flag")
        trade = trade_of(record.latest)
        if memo or gate.truth(params, "reset"):
            trade = trade._replace(memo=memo or "")
            self._change(record, now, life.EVENTS["note"], trade)
        if flag is not None:
            trade = trade._replace(flag=int(flag))
            self._change(record, now, life.EVENTS["colour"], trade)
        modified = times.text(record.latest.updated_at)
        return {"trade": {"tid": trade.tid, "modified": modified}}

    # Tokens -----------------------------------------------------------------------

    def _refreshed(
        self, params: dict[str, str], app: App, now: float, user: list[str]
    ) -> JSON:
        """taobao.top.auth.token.refresh: the token is JSON inside a string."""
        if not params.get("refresh_token"):
            raise refusals.missing("refresh_token")
        session = self.grants.renew(params["refresh_token"], app.key, now)
        if session is None:
            raise refusals.business("isv.invalid-parameter:refresh_token", "刷新令牌无效")
        user[0] = session.user
        return {"token_result": shapes.compact(self._token_fields(session))}

    def _token_fields(self, session: Session) -> JSON:
        nick = self._sellers[session.user].nick
        return told(session, nick, self.clock.now(), self.switches)

    def _token_page(self, request: Request) -> Response:
        """POST https://oauth.taobao.com/token with a refresh token."""
        form, now = self._read(request), self.clock.now()
        app = self.grants.apps.get(form.get("client_id", ""))
        if app is None or form.get("client_secret") != app.secret:
            return self._no_token("invalid_client")
        if form.get("grant_type") != "refresh_token":
            return self._no_token("unsupported_grant_type")
        session = self.grants.renew(form.get("refresh_token", ""), app.key, now)
        if session is None:
            return self._no_token("invalid_grant")
        self.log.add(now, "token", session.user, "ok")
        return json_response(self._token_fields(session))

    def _no_token(self, word: str) -> Response:
        self.log.add(self.clock.now(), "token", "", word)
        body = {"error": word, "error_description": word.replace("_", " ")}
        return json_response(body, int(self.switches["oauth_error"]))

    # Envelopes --------------------------------------------------------------------

    def _good(self, params: Mapping[str, str], body: JSON) -> Response:
        root = params["method"].removeprefix("taobao.").replace(".", "_") + "_response"
        body = body | {"request_id": self._request_id()}
        if self._new_fields:
            body["gateway_hint"] = {"zone": "box", "spare": [1, 2]}
        if params.get("format") != "json":
            return _xml(shapes.xml(root, body))
        if params.get("simplify") == "true":
            return self._json(shapes.simplified(body))
        return self._json({root: body})

    def _refusal(self, no: Refused, params: Mapping[str, str]) -> Response:
        """The error body; faults of the box itself come without params, as JSON."""
        code: int | str = self._code(no)
        if self.switches["error_code"] == "string":
            code = str(code)
        body: JSON = {"code": code, "msg": no.msg}
        body |= {"sub_code": no.sub_code} if no.sub_code else {}
        body |= {"sub_msg": no.sub_msg} if no.sub_msg else {}
        body["request_id"] = self._request_id()
        if params and params.get("format") != "json":
            return _xml(shapes.xml("error_response", body))
        bare = self.switches["simplified_error"] == "bare"
        if params.get("simplify") == "true" and bare:
            return self._json(body)
        return self._json({"error_response": body})

    def _code(self, no: Refused) -> int:
        return int(self.switches["business_code"]) if no.code is None else no.code

    def _json(self, body: JSON) -> Response:
        kind = {"content-type": f"{self.switches['content_type']};charset=UTF-8"}
        return Response(200, shapes.compact(body).encode(), kind)

    def _request_id(self) -> str:
        return f"{self._requests * 7_919 + 46_656:x}box"


def _xml(body: bytes) -> Response:
    return Response(200, body, {"content-type": "text/xml;charset=UTF-8"})
