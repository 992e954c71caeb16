"""JD's merchant side as a platform in a box: who may call, and whom it is passed on to.

Source: channel paper §1 to §5, §7 and §8; what the paper leaves open as in the published
SDK classes.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from hub_core.sandbox import (
    Account,
    Clock,
    Consenting,
    Console,
    Effect,
    Faults,
    Platform,
    Record,
    Request,
    Response,
    TruthOrder,
    TruthRecord,
    json_response,
)

from .after_sales import AfterSales
from .answers import HOLDERS, INNER, Envelope, dumps
from .asking import Method
from .case_poison import WAYS
from .cases import Cases
from .counter import Counter, Seen
from .errors import NUMBER_CODES, Declined, Refused
from .gate import Asked, Gate
from .goods import Goods
from .grants import Grants
from .happenings import Happenings
from .ledger import Ledger
from .oaid import Oaids
from .oauth import OAuth, handle_of
from .options import Options
from .shipping import Shipping
from .stock import Stock
from .switches import SWITCHES
from .to_login import ToLogin
from .truth import truth
from .wares import Wares

LISTS = ("orderInfoList", "pageList", "result", "results", "data")
"""What the lists stand under, one level below the wrapper."""


class JdPlatform(Consenting):
    """Drive it by `handle`; `Options` says what else `create` takes.

    `served_records` has (account, kind, id) of what besides orders left in an answer.
    """

    channel: ClassVar[str] = "jd"
    KINDS: ClassVar[tuple[str, ...]] = ("product", "after_sale")
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
        self.console = Console(self.options.redirect_uri)
        self.oauth = OAuth(self.grants, self.options, self.switches)
        self.gate = Gate(self.options, self.switches, self.grants)
        codes = NUMBER_CODES | dict(self.options.number_codes)
        self.envelope = Envelope(self.switches, codes, self.options.new_fields)
        self.happenings = Happenings(self.book, self.options, self.switches, self.rng)
        self.counter = Counter(self.book, self.options, self.switches, self.envelope)
        self._names = [str(10_622_317 + n) for n in range(shops)]
        self._page = ToLogin(
            self.grants,
            {name: _title(name) for name in self._names},
            self.clock,
            self.switches,
            self.options,
            self.console,
            seed,
        )
        self._asked: tuple[Request, Asked] | None = None
        self.served_records: set[tuple[str, str, str]] = set()
        self._effects: list[tuple[str, Effect]] = []
        self._beside = random.Random(f"{seed}:beside")
        self.cases = Cases(self.options, self.switches, seed, self.clock.now)
        self.book.listeners.append(self.cases.heard)
        self.goods = Goods(self.options, self.switches, seed, self.clock.now)
        self._nested = {n: self.options.nested(i) for i, n in enumerate(self._names)}
        oaids = Oaids(self.book, self.options, self.switches, self.counter.privacy, seed)
        self._methods = self._answering() | oaids.methods()
        self._open(seed, orders, history.total_seconds())

    def _answering(self) -> dict[str, Method]:
        """Who answers what is not about orders."""
        cases = AfterSales(
            self.cases,
            self.switches,
            new_fields=self.options.new_fields,
            privacy=self.counter.privacy,
            nested=self._nested,
            served=self.served_records,
        )
        wares = Wares(
            self.goods,
            self.switches,
            most=self.options.ware_page_max,
            new_fields=self.options.new_fields,
            served=self.served_records,
        )
        stock = Stock(self.goods, self.switches, self._effects)
        shipping = Shipping(self.book, self.switches, self.envelope, self._effects)
        return {
            **cases.methods(),
            **wares.methods(),
            **stock.methods(),
            **shipping.methods(),
        }

    def _open(self, seed: int, orders: int, history: float) -> None:
        now = self.clock.now()
        for place, name in enumerate(self._names):
            self.grants.issue(name, now)
            self.counter.privacy[name] = self.options.privacy_of(place)
            rng = random.Random(f"{seed}:{name}")
            self.happenings.populate(name, place, orders, rng, now, history)
            self.goods.populate(name, place, history)
        self.counter.spoiled = self.happenings.spoiled
        self.book.listeners.append(self.goods.heard)

    # What the kit asks for ----------------------------------------------------------

    def operation(self, request: Request) -> str:
        """`orders.list`, `orders.count` (one row asked), `orders.get`, `unpaid.list` …"""
        return self._take(request).operation

    def answer(self, request: Request) -> Response:
        """The gateway's answer, HTTP 200 at its path and the tokens'; or the page."""
        asked, now = self._take(request), self.clock.now()
        if asked.operation == "consent":
            response, shop, outcome = self._page.answer(request)
            self.log.add(now, "consent", shop, outcome)
            return response
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
            shop = account or self._beside.choice(self._names)
            self.cases.churn(shop)
            self.goods.churn(shop, self._names.index(shop))

    def records(self, account: str, kind: str) -> list[TruthRecord]:
        """Wares, and cases of both after-sale systems."""
        if kind == "product":
            return self.goods.truth(account)
        return self.cases.truth(account) if kind == "after_sale" else []

    def effects(self, account: str) -> list[Effect]:
        """What clients did to stock and parcels, in the order it took effect."""
        return [effect for shop, effect in self._effects if shop == account]

    def truth_of(self, record: Record) -> TruthOrder:
        """Status is the state word as sent; `truth` says what paid is."""
        late = self.options.lag_by if self.switches["lagging"] == "list" else 0.0
        return truth(record, late, self.switches["state_words"] == "pinyin")

    def error(self, kind: str) -> Response:
        """`throttled` is code 2, `busy` 65, `error_body` a business refusal or 33."""
        asked = self._asked[1] if self._asked else Asked("", {})
        if asked.operation == "token":
            return json_response(self.oauth.denied("busy"))
        if kind == "error_body" and asked.method in HOLDERS | INNER:
            return json_response(self.envelope.declined(asked.method, "system", "")[0])
        code = {"throttled": "2", "busy": "65"}.get(kind, "33")
        return json_response(self.envelope.gateway(code))

    def emptied(self, body: Any) -> Any:
        """A list answer without its rows; the total stays what it was."""
        for wrapper in body.values() if isinstance(body, dict) else ():
            inner = wrapper if isinstance(wrapper, dict) else {}
            for holder in inner.values():
                for name in LISTS:
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

    def poison_record(
        self, account: str, kind: str, id: str, how: str | None = None
    ) -> None:
        """From now on this record goes out malformed, in that way or any.

        `case_poison.WAYS` has the ways. The id may bear its system's name, as in the
        truth. Raises ValueError for what there is not.
        """
        id = id.rpartition(":")[2]
        ways = sorted(WAYS.get(kind, ()))
        way = how or (ways[sum(id.encode()) % len(ways)] if ways else "")
        if way not in ways:
            raise ValueError(f"no {kind}, or no way {how}: {ways}")
        case = kind == "after_sale"
        keeper = self.cases.keeper_of(account, id) if case else self.goods.keeper
        keeper.poison(account, id, way)

    @property
    def poisoned_records(self) -> set[tuple[str, str, str]]:
        """(account, kind, id) of every other record malformed on purpose; ids as in the
        truth."""
        cases, wares = self.cases, self.goods.keeper
        keepers = cases.applications.keeper, cases.bills.keeper, wares
        return {(a, k.kind, f"{k.system}{id}") for k in keepers for a, id in k.poisoned}

    # How ------------------------------------------------------------------------------

    def _take(self, request: Request) -> Asked:
        if self._asked is None or self._asked[0] is not request:
            self._asked = request, Asked.of(request)
        return self._asked[1]

    def _business(self, asked: Asked, now: float) -> tuple[Response, str]:
        try:
            account = self.gate.enter(asked, now)
            text, seen = self._served(account, asked, now)
        except Refused as refusal:
            return self._refused(refusal, asked)
        except Declined as no:
            body, code = self.envelope.declined(asked.method, no.kind, no.detail)
            return json_response(body), code
        self.served.update(seen)
        kind = "application/json; charset=utf-8"
        return Response(200, text.encode(), {"content-type": kind}), "ok"

    def _served(self, account: str, asked: Asked, now: float) -> tuple[str, Seen]:
        method = self._methods.get(asked.method)
        if method is None:
            return self.counter.serve(account, asked, now)
        inner = method(account, asked.business(), now)
        return dumps(self.envelope.good(asked.method, inner)), []

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
            name=_title(name),
            app_key=self.options.app_key,
            app_secret=self.options.app_secret,
            access_token=grant.access if grant else None,
            refresh_token=grant.refresh if grant else None,
            expires_in=max(0, int(grant.access_until - now)) if grant else None,
            settings={
                "privacy": self.counter.privacy[name],
                "refunds": "nested" if self._nested[name] else "flat",
                "vender_id": name,
                "open_id": handle_of(name),
            },
        )


def _title(name: str) -> str:
    return f"沙箱京东店{name[-3:]}"


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
