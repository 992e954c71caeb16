"""JD's order side as a platform in a box.

Source: channel paper §1, §2, §3, §5, §7 and §8; the answer of notPayOrderInfo as in the
published SDK classes.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
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
    json_response,
)

from .answers import HOLDERS, Envelope
from .counter import Counter
from .errors import Declined, Refused
from .gate import Asked, Gate
from .grants import Grants
from .happenings import Happenings
from .ledger import Ledger
from .oauth import OAuth, handle_of
from .options import Options
from .switches import SWITCHES
from .truth import truth


class JdPlatform(Platform):
    """Drive it by `handle`; `Options` says what else `create` takes."""

    channel: ClassVar[str] = "jd"
    SWITCHES: ClassVar[Mapping[str, tuple[str, ...]]] = {**Platform.SWITCHES, **SWITCHES}

    def __init__(
        self,
        *,
        seed: int = 0,
        shops: int = 1,
        orders: int = 200,
        history: timedelta = timedelta(days=30),
        clock: Clock | None = None,
        switches: Mapping[str, str] | None = None,
        faults: Faults | None = None,
        latency: float = 0.0,
        options: Options | None = None,
    ) -> None:
        super().__init__(
            seed=seed, clock=clock, switches=switches, faults=faults, latency=latency
        )
        self.options = options or Options()
        self.book: Ledger = Ledger()
        self.grants = Grants(self.options, self.switches, random.Random(f"{seed}:tokens"))
        self.oauth = OAuth(self.grants, self.options, self.switches)
        self.gate = Gate(self.options, self.switches, self.grants)
        self.envelope = Envelope(
            self.switches, self.options.number_codes, self.options.new_fields
        )
        self.happenings = Happenings(self.book, self.options, self.switches, self.rng)
        self.counter = Counter(self.book, self.options, self.switches, self.envelope)
        self._names = [str(10_622_317 + n) for n in range(shops)]
        self._asked: tuple[Request, Asked] | None = None
        self._open(seed, orders, history.total_seconds())

    def _open(self, seed: int, orders: int, history: float) -> None:
        now = self.clock.now()
        for place, name in enumerate(self._names):
            self.grants.issue(name, now)
            self.counter.privacy[name] = self.options.privacy_of(place)
            rng = random.Random(f"{seed}:{name}")
            self.happenings.populate(name, place, orders, rng, now, history)
        self.counter.spoiled = self.happenings.spoiled

    # What the kit asks for ----------------------------------------------------------

    def operation(self, request: Request) -> str:
        """`orders.list`, `orders.count` (one row asked), `orders.get`, `unpaid.list` …"""
        return self._take(request).operation

    def answer(self, request: Request) -> Response:
        """The gateway's answer; always HTTP 200 below the two known paths."""
        asked, now = self._take(request), self.clock.now()
        shop = self.gate.shop_of(asked, now)
        if asked.operation == "token":
            return self._token(asked, now)
        if not asked.path.rstrip("/").endswith("/routerjson"):
            self.log.add(now, asked.operation, shop, "404")
            return Response(404, b"Not Found", {"content-type": "text/plain"})
        response, outcome = self._business(asked, now)
        self.gate.note(outcome, now)
        self.log.add(now, asked.operation, shop, outcome)
        return response

    def accounts(self) -> list[Account]:
        """The shops; `external_id` is the vender id."""
        return [self._account(name) for name in self._names]

    def churn(self, changes: int = 1, *, account: str | None = None) -> None:
        """Orders are placed, paid, sent, locked, finished, cancelled, edited, split."""
        for _ in range(changes):
            name = account or self.rng.choice(self._names)
            self.happenings.one(name, self.clock.now())

    def truth_of(self, record: Record) -> TruthOrder:
        """Status is the state word as sent; `truth` says what paid is."""
        late = self.options.lag_by if self.switches["lagging"] == "list" else 0.0
        return truth(record, late, self.switches["state_words"] == "pinyin")

    def error(self, kind: str) -> Response:
        """`throttled` is code 2, `busy` 65, `error_body` a business refusal or 33."""
        asked = self._asked[1] if self._asked else Asked("", {})
        if asked.operation == "token":
            return json_response(self.oauth.denied("busy"))
        if kind == "error_body" and asked.method in HOLDERS:
            return json_response(self.envelope.declined(asked.method, "system", "")[0])
        code = {"throttled": "2", "busy": "65"}.get(kind, "33")
        return json_response(self.envelope.gateway(code))

    def emptied(self, body: Any) -> Any:
        """A list answer without its rows; the total stays what it was."""
        for wrapper in body.values() if isinstance(body, dict) else ():
            inner = wrapper if isinstance(wrapper, dict) else {}
            for holder in inner.values():
                for name in ("orderInfoList", "pageList"):
                    if isinstance(holder, dict) and name in holder:
                        holder[name] = []
        return body

    @property
    def poisoned(self) -> set[tuple[str, str]]:
        """(account, id) of every row that goes out malformed."""
        return set(self.happenings.spoiled)

    # What tests may do ----------------------------------------------------------------

    def expire_token(self, account: str) -> None:
        """The access token dies; whether it can be refreshed is a switch."""
        self.grants.expire(account, self.clock.now())

    def revoke(self, account: str) -> None:
        """The owner withdraws: access and refresh token are dead."""
        self.grants.revoke(account)

    def authorise(self, account: str) -> str:
        """The owner agrees (again): the code a browser would bring back."""
        return self.grants.code(account, self.clock.now())

    def let_in(self, account: str, access_token: str) -> None:
        """Give the shop this very access token."""
        self.grants.issue(account, self.clock.now(), access=access_token)

    def close_shop(self, account: str) -> None:
        """The shop is not open (code 11100006) until `open_shop`."""
        self.gate.closed.add(account)

    def open_shop(self, account: str) -> None:
        """The shop is open again."""
        self.gate.closed.discard(account)

    def forbid(self, account: str, method: str = "") -> None:
        """The shop may not call that method (blank: any): code 24."""
        self.gate.forbidden.add((account, method))

    def poison(self, account: str, id: str, kind: str | None = None) -> None:
        """From now on this order's row is malformed, in one of `spoiled.ALL_KINDS`."""
        self.happenings.poison(account, id, kind)

    # How ------------------------------------------------------------------------------

    def _take(self, request: Request) -> Asked:
        if self._asked is None or self._asked[0] is not request:
            self._asked = request, Asked.of(request)
        return self._asked[1]

    def _business(self, asked: Asked, now: float) -> tuple[Response, str]:
        try:
            account = self.gate.enter(asked, now)
            text, seen = self.counter.serve(account, asked, now)
        except Refused as refusal:
            return self._refused(refusal, asked)
        except Declined as no:
            body, code = self.envelope.declined(asked.method, no.kind, no.detail)
            return json_response(body), code
        self.served.update(seen)
        kind = "application/json; charset=utf-8"
        return Response(200, text.encode(), {"content-type": kind}), "ok"

    def _refused(self, refusal: Refused, asked: Asked) -> tuple[Response, str]:
        inside = self.switches["shop_closed"] == "api_result" and asked.method in HOLDERS
        if refusal.code == "11100006" and inside:
            result = self.envelope.api_result("system")
            body = {HOLDERS[asked.method]: {"apiResult": result | {"numberCode": 11100006}}}
            return json_response(self.envelope.good(asked.method, body)), refusal.code
        body = self.envelope.gateway(refusal.code, refusal.detail)
        return json_response(body), refusal.code

    def _token(self, asked: Asked, now: float) -> Response:
        body, account, outcome = self.oauth.answer(asked.path, asked.sent, now)
        self.log.add(now, "token", account, outcome)
        return json_response(body)

    def _account(self, name: str) -> Account:
        grant, now = self.grants.of(name), self.clock.now()
        return Account(
            external_id=name,
            name=f"沙箱京东店{name[-3:]}",
            app_key=self.options.app_key,
            app_secret=self.options.app_secret,
            access_token=grant.access if grant else None,
            refresh_token=grant.refresh if grant else None,
            expires_in=max(0, int(grant.access_until - now)) if grant else None,
            settings={
                "privacy": self.counter.privacy[name],
                "vender_id": name,
                "open_id": handle_of(name),
            },
        )


def create(
    *,
    seed: int = 0,
    shops: int = 1,
    orders: int = 200,
    clock: Clock | None = None,
    switches: Mapping[str, str] | None = None,
    faults: Faults | None = None,
    latency: float = 0.0,
    history: timedelta = timedelta(days=30),
    **options: Any,
) -> JdPlatform:
    """A JD with that many shops and orders per shop; further options as in `Options`.

    Raises SwitchError for a switch there is not, TypeError for an unknown option.
    """
    return JdPlatform(
        seed=seed,
        shops=shops,
        orders=orders,
        history=history,
        clock=clock,
        switches=switches,
        faults=faults,
        latency=latency,
        options=Options(**options),
    )
