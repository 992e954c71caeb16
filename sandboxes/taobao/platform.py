"""Taobao's open platform (TOP) in a box: who may call, and whom it is passed on to."""

from __future__ import annotations

import random
from collections.abc import Mapping
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
    TruthVersion,
    Version,
)

from . import gate, pages, refusals, shapes
from .answers import Answers
from .authorize import PATH, Authorize
from .decrypt import Decrypt
from .door import Door
from .envelopes import Envelopes
from .goods import Goods
from .grants import App, Grants
from .item_answers import ItemAnswers
from .levers import Levers
from .message_desk import MessageDesk
from .messages import Messages
from .methods import OPEN, OPERATIONS, WRITES, Method
from .oauth import Tokens
from .plan import Plan
from .refund_answers import RefundAnswers
from .refunds import Refunds
from .refusals import Refused
from .shapes import JSON
from .shipping import Shipping
from .stock import Stock
from .switches import SWITCHES
from .world import Seller, World, trade_of

FIRST_KEY, FIRST_USER = 12_345_678, 2_206_890_150_000
LISTS = {"trades": "trade", "refunds": "refund", "items": "item"}
"""The containers of the lists, and what is in them."""


class Taobao(Levers, Consenting):
    """The box. `poisoned` has (account, order id) of rows malformed on purpose.

    `served_records` has (account, kind, id) of what else left in an answer.
    """

    channel: ClassVar[str] = "taobao"
    KINDS: ClassVar[tuple[str, ...]] = ("product", "after_sale")
    SWITCHES: ClassVar[Mapping[str, tuple[str, ...]]] = {**Platform.SWITCHES, **SWITCHES}

    def __init__(
        self,
        plan: Plan,
        *,
        clock: Clock | None,
        switches: Mapping[str, str] | None,
        faults: Faults | None,
        latency: float,
    ) -> None:
        super().__init__(
            seed=plan.seed, clock=clock, switches=switches, faults=faults, latency=latency
        )
        self.limits = plan.limits
        self._troubles, self._dice = plan.troubles, random.Random(f"troubles {plan.seed}")
        self._refusals: list[Refused] = []
        self._read_last: tuple[Request | None, dict[str, str]] = (None, {})
        self.grants, sellers = self._authorised(plan)
        self._door = Door(
            self.grants,
            self.switches,
            OPERATIONS,
            allowed_ips=plan.allowed_ips,
            unpermitted=plan.unpermitted,
        )
        self.world = World(
            self.clock, self.rng, self.switches, plan.odds, seed=plan.seed, sellers=sellers
        )
        self.book, self.poisoned = self.world.shelf, self.world.poisoned
        self.console = Console(plan.redirect_uri)
        self._page = Authorize(
            self.grants,
            self.world.sellers,
            self.clock,
            self.switches,
            self.console,
            seed=plan.seed,
        )
        self._tokens = Tokens(self.grants, self.world, self.clock, self.switches)
        self._envelopes = Envelopes(self.switches, new_fields=plan.new_fields)
        self._answers = Answers(
            self.world,
            self.clock,
            self.switches,
            total_cap=plan.total_cap,
            new_fields=plan.new_fields,
        )
        self.served = self._answers.served
        self.served_records: set[tuple[str, str, str]] = set()
        self.refunds = Refunds(self.world, self.switches, plan.odds, plan.seed)
        self.goods = Goods(self.world, self.switches, plan.odds, plan.seed)
        self.messages = Messages(
            self.world.sellers,
            self.grants,
            self.clock,
            self.switches,
            plan.telling,
            plan.seed,
        )
        self._effects: list[tuple[str, Effect]] = []
        self._methods = self._answering(plan)
        self._populate(plan)

    def _answering(self, plan: Plan) -> dict[str, Method]:
        """Who answers what is not about trades."""
        how, cap = self.switches, plan.total_cap
        served = self.served_records
        refunds = RefundAnswers(self.refunds, self.clock, how, total_cap=cap, served=served)
        items = ItemAnswers(self.goods, self.clock, how, total_cap=cap, served=served)
        stock = Stock(self.world, self.goods, how, self._effects)
        shipping = Shipping(self.world, how, self._effects)
        quota = plan.decrypt_quota
        decrypt = Decrypt(self.world, self.clock, how, seed=plan.seed, quota=quota)
        desk = MessageDesk(self.messages, self.world.sellers, how)
        answering = (refunds, items, stock, shipping, decrypt, desk)
        return {k: v for one in answering for k, v in one.methods().items()}

    def _populate(self, plan: Plan) -> None:
        """Trades first, with the refunds that follow them; then what has its own dice."""
        history = plan.history.total_seconds()
        self.world.refunds = self.refunds
        self.world.populate(plan.orders, history, plan.same_second)
        self.refunds.populate(history)
        self.goods.populate(plan.items, history)
        self.world.sold = self.goods.sold
        self.messages.watch(self.world.shelf, self.refunds.shelf, self.goods.book)

    def _authorised(self, plan: Plan) -> tuple[Grants, list[Seller]]:
        """The apps, and the sellers with their first sessions."""
        names = [(str(FIRST_KEY + i), f"{plan.seed}-{i}") for i in range(plan.apps)]
        apps = [App(key, f"sandbox-secret-{which}") for key, which in names]
        rng = random.Random(f"tokens {plan.seed}")
        refreshable = plan.refreshable
        grants = Grants(rng, apps, plan.lives, self.switches, refreshable=refreshable)
        sellers = []
        for i in range(plan.shops):
            clear = plan.privacy == "clear" or (plan.privacy == "mixed" and i % 2 == 1)
            key = apps[i % len(apps)].key
            old = plan.refunds == "before" or (plan.refunds == "mixed" and i % 2 == 1)
            user, nick = str(FIRST_USER + i), f"沙箱旗舰店{i + 1}"
            sellers.append(Seller(user, nick, key, clear, not old))
            grants.authorise(sellers[-1].user, key, self.clock.now())
        return grants, sellers

    # What the kit asks ------------------------------------------------------------

    def accounts(self) -> list[Account]:
        """The shops, with the sessions that are good now."""
        return [self._account(seller) for seller in self.world.sellers.values()]

    def churn(self, changes: int = 1, *, account: str | None = None) -> None:
        """That many things happen now, mostly to recent trades; more happens besides."""
        self.world.churn(changes, account)
        self.refunds.churn(changes, account)
        self.goods.churn(changes, account)

    def records(self, account: str, kind: str) -> list[TruthRecord]:
        """Products and after-sale cases as the platform knows them."""
        if kind == "product":
            return self.goods.truth(account)
        return self.refunds.truth(account) if kind == "after_sale" else []

    def effects(self, account: str) -> list[Effect]:
        """What clients did to stock and parcels, in the order it took effect."""
        return [effect for user, effect in self._effects if user == account]

    def truth_of(self, record: Record) -> TruthOrder:
        """Status word and payment (fen) as sent, for every version."""
        versions = tuple(_truth(version) for version in record.versions)
        last, removed = versions[-1], record.removed_at is not None
        return TruthOrder(
            external_id=record.id,
            stream="orders",
            updated_at=last.updated_at,
            visible_at=last.visible_at,
            status=last.status,
            paid=last.paid,
            removed=removed,
            versions=versions,
        )

    def error(self, kind: str) -> Response:
        """Code 7 for `throttled`; a fault of the platform's own for the others."""
        if kind == "throttled":
            no = refusals.limited("limited-by-api-access-count", 1)
        elif kind == "busy":
            no = Refused(10, "Service Currently Unavailable")
        else:
            no = refusals.business("isp.remote-service-error", "调用后端服务抛异常")
        return self._envelopes.bad(no)

    def emptied(self, body: Any) -> Any:
        """The same answer with no trades, refunds or items in it."""
        if not isinstance(body, dict):
            return body
        name = next((x for x in LISTS if x in body), None)
        if name is None:
            return {k: self.emptied(v) for k, v in body.items()}
        rest = {k: v for k, v in body.items() if k != name}
        if isinstance(body[name], list):
            return rest | {name: []}
        return rest | pages.listed([], name, LISTS[name], self.switches["empty_list"])

    def door(self, what: str, asked: Any) -> Any:
        """`messages`: how many wait, were lost, were confirmed, are gone; and the kit's."""
        return self.messages.told() if what == "messages" else super().door(what, asked)

    def operation(self, request: Request) -> str:
        """`orders.count` is the documented first call: page 1, only tids, with a total."""
        if request.path == "/token":
            return "token"
        if request.path == PATH:
            return "consent"
        params = self._read(request)
        name = OPERATIONS.get(params.get("method", ""), "other")
        counts = name == "orders.list" and params.get("use_has_next") != "true"
        first = params.get("page_no", "1") == "1" and params.get("fields") == "tid"
        return "orders.count" if counts and first else name

    def _read(self, request: Request) -> dict[str, str]:
        if self._read_last[0] is not request:
            self._read_last = (request, gate.merged(request))
        return self._read_last[1]

    # Answering --------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """The gateway at /router/rest, the pages at /authorize and /token, nothing
        elsewhere."""
        if request.path == "/token":
            return self._token_page(self._read(request))
        if request.path == PATH:
            response, account, outcome = self._page.answer(request)
            self._note(request, account, outcome)
            return response
        if request.path != "/router/rest":
            self._note(request, "", "404")
            return Response(404, b"", {"content-type": "text/html"})
        who: list[str] = []
        params, outcome = self._read(request), "ok"
        try:
            response = self._envelopes.good(params, self._called(request, params, who))
        except Refused as no:
            response = self._envelopes.bad(no, params)
            outcome = str(self._envelopes.code(no))
        self._note(request, "".join(who), outcome)
        return response

    def _note(self, request: Request, account: str, outcome: str) -> None:
        self.log.add(self.clock.now(), self.operation(request), account, outcome)

    def _called(self, request: Request, params: dict[str, str], who: list[str]) -> JSON:
        """Through the gate, past limits and permissions, to the method.

        `who` receives the seller as soon as he is known, for the log.
        """
        if request.method not in {"GET", "POST"}:
            raise Refused(9, "Http action not allowed")
        now = self.clock.now()
        app, method = self._door.app(request, params, now), params["method"]
        self.limits.check(app.key, method, now)
        if OPERATIONS[method] == "token":
            session = self._tokens.given(params, app)
            who.append(session.user)
            return {"token_result": shapes.compact(self._tokens.fields(session))}
        if method in OPEN and not params.get("session"):
            nobody = Seller("", "", app.key, clear=False)
            return self._methods[method](params, nobody)
        session = self._door.session(params, app, now)
        who.append(session.user)
        self._door.granted(session, writes=method in WRITES, now=now)
        self._trouble()
        seller = self.world.sellers[session.user]
        if method in self._methods:
            return self._methods[method](params, seller)
        return self._answers.to(method, params, seller)

    def _trouble(self) -> None:
        if self._refusals:
            raise self._refusals.pop(0)
        if self._troubles and self._dice.random() < self._troubles:
            raise refusals.business(self._dice.choice(refusals.PASSING), "系统繁忙")

    def _token_page(self, form: dict[str, str]) -> Response:
        session, word, said = self._tokens.page(form)
        user = "" if session is None else session.user
        self.log.add(self.clock.now(), "token", user, word or "ok")
        if session is not None:
            return self._envelopes.json(self._tokens.fields(session))
        no = self._envelopes.json({"error": word, "error_description": said})
        return Response(int(self.switches["oauth_error"]), no.body, no.headers)


def _truth(version: Version) -> TruthVersion:
    trade = trade_of(version)
    return TruthVersion(version.updated_at, version.visible_at, trade.word, trade.payment)
