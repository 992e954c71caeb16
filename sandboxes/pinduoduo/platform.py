"""Pinduoduo's open platform as a platform in a box.

Source: channel paper §1 to §8; official API pages (open.pinduoduo.com), as captured 2026.
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
    Listening,
    Platform,
    Record,
    Request,
    Response,
    TruthOrder,
    TruthRecord,
)

from . import topics
from .aftersales import case_truth
from .catalogue import catalogue
from .desk import Desk
from .envelope import Envelope
from .errors import Declined, Refused
from .gate import Asked, Gate
from .goods import goods_truth
from .grants import Grants
from .happenings import Happenings
from .ledger import Ledger
from .market import PATH, Market
from .oauth import OAuth
from .options import Options
from .pmc import Pmc
from .switches import SWITCHES
from .truth import truth

FIRST_MALL = 171_504_001
LISTS = ("order_sn_list", "order_list", "refund_list", "goods_list")


class PddPlatform(Consenting):
    """Drive it by `handle`; `Options` says what else `create` takes."""

    channel: ClassVar[str] = "pinduoduo"
    SWITCHES: ClassVar[Mapping[str, tuple[str, ...]]] = {**Platform.SWITCHES, **SWITCHES}
    KINDS: ClassVar[tuple[str, ...]] = ("after_sale", "product")

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
        self.cases, self.goods = Ledger(), Ledger()
        self.grants = Grants(self.options, self.switches, random.Random(f"{seed}:tokens"))
        self.console = Console(self.options.redirect_uri)
        self.oauth = OAuth(self.grants, self.options, self.switches)
        self.gate = Gate(self.options, self.switches, self.grants)
        self.envelope = Envelope(self.switches, self.options.new_fields)
        self.happenings = Happenings(
            self.book, self.cases, self.goods, self.options, self.switches, self.rng
        )
        self.pmc = Pmc(self.clock, self.switches, self.options, self.grants, seed)
        self.desk = Desk(
            self.happenings, self.options, self.switches, self.envelope, self.pmc
        )
        self._listening: Listening | None = None
        self._asked: tuple[Request, Asked] | None = None
        self._names = [str(FIRST_MALL + i) for i in range(shops)]
        self._page = Market(
            self.grants,
            {name: _title(name) for name in self._names},
            self.clock,
            self.switches,
            self.options,
            self.console,
            seed,
        )
        now = self.clock.now()
        for place, name in enumerate(self._names):
            self.grants.issue(name, now)
            self.desk.orders.privacy[name] = self.options.privacy_of(place)
            self.happenings.populate(
                name,
                place,
                orders,
                random.Random(f"{seed}:{name}"),
                now,
                history.total_seconds(),
                catalogue(place),
            )
        self.pmc.watch(
            {self.book: topics.order, self.cases: topics.case, self.goods: topics.goods}
        )
        for name in self._names if self.options.pmc else ():
            self.pmc.permit(name)

    # What the kit asks for ----------------------------------------------------------

    def operation(self, request: Request) -> str:
        """`orders.list`, `orders.count` (one row asked), `orders.get`, `token` …"""
        return "consent" if request.path == PATH else self._take(request).operation

    def answer(self, request: Request) -> Response:
        """The gateway's answer, HTTP 200 at its one address, by POST; or the page."""
        if request.path == PATH:
            response, shop, outcome = self._page.answer(request)
            self.log.add(self.clock.now(), "consent", shop, outcome)
            return response
        asked, now = self._take(request), self.clock.now()
        shop = self.gate.shop_of(asked, now)
        if asked.path != "/api/router":
            return self._nowhere(404, asked, shop)
        if request.method != "POST":
            return self._nowhere(405, asked, shop)
        outcome = "ok"
        try:
            text, shop = self._answered(request, asked, shop, now)
        except (Refused, Declined) as no:
            refusal = no if isinstance(no, Refused) else self._declined(no)
            text, outcome = self.envelope.bad(refusal), str(refusal.code)
        self.log.add(now, asked.operation, shop, outcome)
        return _json(text)

    def accounts(self) -> list[Account]:
        """The shops; `external_id` is the mall id."""
        return [self._account(name) for name in self._names]

    def churn(self, changes: int = 1, *, account: str | None = None) -> None:
        """Orders are placed, grouped, shipped, signed, reviewed, edited; cases move."""
        for _ in range(changes):
            name = account or self.rng.choice(self._names)
            self.happenings.one(name, self.clock.now())

    def truth_of(self, record: Record) -> TruthOrder:
        """Status is `order_status` as text, paid `pay_amount` in fen; see `truth`."""
        late = self.options.lag_by if self.switches["lagging"] == "list" else 0.0
        return truth(record, late)

    def records(self, account: str, kind: str) -> list[TruthRecord]:
        """After-sale cases and goods; see `case_truth` and `goods_truth`."""
        match kind:
            case "after_sale":
                return [case_truth(record) for record in self.cases.records(account)]
            case "product":
                return [goods_truth(record) for record in self.goods.records(account)]
            case _:
                return []

    def effects(self, account: str) -> list[Effect]:
        """Stock set (`stock`, facts available and before), parcels sent (`ship`, facts
        carrier_code, tracking_no, mode), remarks (`note`)."""
        return list(self.desk.effects[account])

    def error(self, kind: str) -> Response:
        """`throttled` and `busy` as switched, `error_body` a business refusal."""
        if kind == "error_body":
            return _json(self.envelope.bad(self._declined(Declined("system", "系统繁忙"))))
        name = {"throttled": "throttle"}.get(kind, "busy")
        return _json(self.envelope.bad(Refused(int(self.switches[name]))))

    def emptied(self, body: Any) -> Any:
        """A list answer without its rows; total and has_next stay what they were."""
        for inner in body.values() if isinstance(body, dict) else ():
            for name in LISTS:
                if isinstance(inner, dict) and name in inner:
                    inner[name] = []
        return body

    @property
    def poisoned(self) -> set[tuple[str, str]]:
        """(account, id) of every order whose row goes out malformed."""
        return set(self.happenings.spoiled)

    def door(self, what: str, asked: Any) -> Any:
        """`listen`: open the websocket, on `port` if told; `messages`: how many wait …"""
        if what == "listen":
            return {"url": self.listen(int(asked.get("port", 0)))}
        return self.pmc.told() if what == "messages" else super().door(what, asked)

    # What tests may do ----------------------------------------------------------------

    def expire_token(self, account: str) -> None:
        """The access token dies; the refresh token still works."""
        self.grants.expire(account, self.clock.now())

    def revoke(self, account: str) -> None:
        """The owner withdraws: access and refresh token are dead."""
        self.grants.revoke(account)

    def authorise(self, account: str) -> str:
        """The owner agrees (again): the code a browser would bring back. What the app
        held before is dead at once."""
        return self.grants.code(account, self.clock.now())

    def let_in(self, account: str, access_token: str) -> None:
        """Give the shop this very access token."""
        self.grants.issue(account, self.clock.now(), access=access_token)

    def ban(self, account: str) -> None:
        """The shop is at risk (70034) until `unban`."""
        self.gate.banned.add(account)

    def unban(self, account: str) -> None:
        """The shop may call again."""
        self.gate.banned.discard(account)

    def forbid(self, account: str, type: str = "") -> None:
        """The shop may not call that API (blank: any): 20031."""
        self.gate.forbidden.add((account, type))

    def poison(self, account: str, id: str, kind: str | None = None) -> None:
        """From now on this order's row is malformed, in one of `spoiled.ALL_KINDS`."""
        self.happenings.poison(account, id, kind)

    def listen(self, port: int = 0) -> str:
        """Open the websocket on loopback; the URL a client puts `/message/…` after."""
        if self._listening is None:
            self._listening = Listening(self.pmc, port)
        return self._listening.url

    def stop_listening(self) -> None:
        """Close it, and every line with it."""
        if self._listening is not None:
            self._listening.stop()
            self._listening = None

    def put_in_slot(self, account: str, goods_id: str, *, slot: bool = True) -> None:
        """The goods stand in a promotion slot from now on (or no longer)."""
        record = self.goods.get(account, goods_id)
        if record is None:
            raise KeyError(goods_id)
        self.goods.change(record, self.clock.now(), bump=False, slot=slot)

    # How ------------------------------------------------------------------------------

    def _take(self, request: Request) -> Asked:
        if self._asked is None or self._asked[0] is not request:
            self._asked = request, Asked.of(request)
        return self._asked[1]

    def _answered(
        self, request: Request, asked: Asked, shop: str, now: float
    ) -> tuple[str, str]:
        """The JSON text, and the shop it is about."""
        account = self.gate.enter(asked, request.remote, now)
        if asked.api.operation == "token":
            inner, shop = self.oauth.answer(asked.type, asked.sent, now)
            return self.envelope.good(asked, inner), shop
        text, seen = self.desk.serve(account, asked, now)
        self.served.update(seen)
        return text, shop

    def _declined(self, no: Declined) -> Refused:
        return Refused(50001, sub=(self.options.sub_code(no.kind), no.words))

    def _nowhere(self, status: int, asked: Asked, shop: str) -> Response:
        self.log.add(self.clock.now(), asked.operation, shop, str(status))
        return Response(status, b"", {"content-type": "text/plain"})

    def _account(self, name: str) -> Account:
        grant, now = self.grants.of(name), self.clock.now()
        return Account(
            external_id=name,
            name=_title(name),
            app_key=self.options.client_id,
            app_secret=self.options.client_secret,
            access_token=grant.access if grant else None,
            refresh_token=grant.refresh if grant else None,
            expires_in=max(0, int(grant.access_until - now)) if grant else None,
            settings={"privacy": self.desk.orders.privacy[name], "mall_id": name},
        )


def _title(name: str) -> str:
    return f"沙箱拼多多店{name[-3:]}"


def _json(text: str) -> Response:
    return Response(200, text.encode(), {"content-type": "application/json; charset=utf-8"})


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
) -> PddPlatform:
    """A Pinduoduo with that many shops and orders per shop; options as in `Options`.

    Raises SwitchError for a switch there is not, TypeError for an unknown option.
    """
    return PddPlatform(
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
