"""The platform itself: who is asked, by whom, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hub_core.sandbox import (
    Account,
    Clock,
    Consenting,
    ConsentPage,
    Console,
    Effect,
    Faults,
    Record,
    Request,
    Response,
    TruthOrder,
    TruthRecord,
)

from . import auth_isv, connect, user_oauth
from .auth_isv import AuthIsv
from .connect import Connect
from .envelope import BUSY, INTERNAL, THROTTLED, UNKNOWN_PATH, Envelope, Refused
from .gate import Gate
from .house import House
from .oauth import Oauth
from .options import Options
from .pushes import Pushes
from .records import KINDS, LISTS, told, told_order
from .routes import account_of, desks, route_of, token_of
from .shop import Shop
from .spi import Spi
from .switches import SWITCHES
from .third_codes import ThirdCodes
from .tokens import Tokens
from .user_oauth import UserOauth
from .user_tokens import UserTokens

OAUTH = "/oauth/client_token"
FAULTS = {"throttled": THROTTLED, "busy": BUSY, "error_body": INTERNAL}


class DouyinLaike(Consenting):
    """Douyin Laike in a box: one app, one token, several merchants.

    `poisoned` holds (account, order id) of rows that are malformed on purpose.
    """

    channel = "douyin-laike"
    SWITCHES = SWITCHES
    KINDS = KINDS

    def __init__(
        self,
        *,
        seed: int = 0,
        shops: int = 1,
        orders: int = 200,
        clock: Clock | None = None,
        switches: Mapping[str, str] | None = None,
        faults: Faults | None = None,
        latency: float = 0.0,
        history: timedelta = timedelta(days=30),
        options: Options | None = None,
    ) -> None:
        super().__init__(
            seed=seed, clock=clock, switches=switches, faults=faults, latency=latency
        )
        self.options, self._seed = options or Options(), seed
        self._app = f"aw{seed:014d}", f"sandbox-secret-{seed:06d}"
        self.tokens = Tokens(seed, self.options.token_ttl, self.options.token_grace)
        self.envelope = Envelope(self.clock, self.switches)
        shared = self.clock, self.switches, self.options
        self.gate = Gate(*shared, self.tokens)
        self._oauth = Oauth(*shared, self.tokens, self.envelope, self._app)
        self.pushes = Pushes(*shared, self._app, seed)
        self.spi = Spi(self.clock, self.switches, self._app)
        self.codes = ThirdCodes(*shared, self.spi, seed)
        self.shops = {shop.id: shop for shop in map(self._open, range(shops))}
        self._house = House(*shared, self.envelope, self.shops)
        self.user_tokens = UserTokens(self._app[0], self.options, self.switches, seed)
        users = self.user_tokens, self.envelope, self._app
        self._user_oauth = UserOauth(self.clock, self.switches, *users)
        self.console = Console(self.options.redirect_uri)
        self._pages = self._consent_pages()
        self._desks = desks(self._house, self.served, seed, self.codes)
        for shop in self.shops.values():
            shop.populate(orders, history.total_seconds())
        self.pushes.on = self.options.pushes
        self.codes.on = True

    def _consent_pages(self) -> dict[str, ConsentPage]:
        """By path, without its slash."""
        names = {shop.id: shop.account.name for shop in self.shops.values()}
        return {
            connect.PATH: Connect(
                self.user_tokens,
                names,
                self._app[0],
                self.clock,
                self.switches,
                self.options,
                self.console,
            ),
            auth_isv.PATH: AuthIsv(
                self._app,
                names,
                lambda shop: self.shops[shop].backroom.places.ids,
                self.authorise,
                self.clock,
                self.switches,
                self.pushes,
            ),
        }

    def _open(self, number: int) -> Shop:
        root = f"70{number:03d}{1:014d}"
        account = Account(
            external_id=root,
            name=f"沙箱商户{number + 1}",
            app_key=self._app[0],
            app_secret=self._app[1],
            account={"account_id": root, "root_account_id": root},
            settings=self.options.shop(number),
        )
        return Shop(
            account,
            number,
            self.book,
            self.clock,
            self.rng,
            self.switches,
            self.options,
            self._seed,
            self.pushes,
            self.codes,
        )

    # What tests may do to it -----------------------------------------------------------

    @property
    def poisoned(self) -> set[tuple[str, str]]:
        """(account, order id) of every row that is malformed on purpose."""
        return {(s.id, order) for s in self.shops.values() for order in s.poisoned}

    def poison(self, account: str, id: str, kind: str = "amount_words") -> None:
        """Spoil one order's row from now on; `poison.KINDS` names the ways."""
        self.shops[account].poison(id, kind)

    @property
    def poisoned_records(self) -> set[tuple[str, str, str]]:
        """(account, kind, id) of every other row that is malformed on purpose."""
        return {
            (shop.id, kind, id)
            for shop in self.shops.values()
            for kind, drawer in shop.backroom.drawers.items()
            for id in drawer.poisoned
        }

    def poison_record(
        self, account: str, kind: str, id: str, how: str = "no_status"
    ) -> None:
        """Spoil one record's row from now on; `spoilt.SPOILT` names the ways."""
        self.shops[account].backroom.drawers[kind].poison(id, how)

    def expire_token(self, account: str) -> None:
        """End the app's tokens; they are shared, so every merchant's calls feel it."""
        self.tokens.expire(self.clock.now())

    def revoke(self, account: str) -> None:
        """The merchant takes the authorisation back (2100007, sub code 11006)."""
        self._house.revoked.add(account)

    def authorise(self, account: str) -> None:
        """The merchant gives it again."""
        self._house.revoked.discard(account)

    def revoke_user(self, account: str) -> None:
        """The merchant's owner takes back what he gave on /platform/oauth/connect/: his
        act. and rft. tokens are dead at once. `user_tokens.holder` tells a live one."""
        self.user_tokens.revoke(account)

    def ban(self, account: str) -> None:
        """The platform bans the merchant (2100009)."""
        self._house.banned.add(account)

    def other_ids(self, account: str) -> dict[str, str]:
        """Ids of the same merchant that are no root account."""
        counter = self.shops[account].counter
        return {"shop_account_id": counter.shop_account_id, "poi_id": counter.poi_id}

    # What the kit asks for -------------------------------------------------------------

    def accounts(self) -> list[Account]:
        """The merchants. They share one app and its token, which a client fetches."""
        return [shop.account for shop in self.shops.values()]

    def churn(self, changes: int = 1, *, account: str | None = None) -> None:
        """Let that many things happen now."""
        shops = [self.shops[account]] if account else list(self.shops.values())
        with self.spi.lock:
            self.codes.settle()
            for _ in range(changes):
                self.rng.choice(shops).churn()

    def truth_of(self, record: Record) -> TruthOrder:
        """`status` is order_status, `paid` pay_amount (catering: order_pay_amount)."""
        return told_order(record, self._house.form(self.shops[record.account]))

    def records(self, account: str, kind: str) -> list[TruthRecord]:
        """Every record of that kind, with facts a client must have understood."""
        return told(self._house, self.shops[account], kind) if kind in KINDS else []

    def effects(self, account: str) -> list[Effect]:
        """The stock clients have set; the codes they gave (`codes`, `codes_failed`), the
        refunds they decided (`refund_audit`, facts result 1 or 2, by answer, callback or
        limit); each once, in order."""
        stock = self.shops[account].backroom.goods.effects
        return sorted([*stock, *self.codes.effects[account]], key=lambda e: e.at)

    def door(self, what: str, asked: Any) -> Any:
        """`pushes`: what waits to be pushed. `push_to`: an address to push to, `url`.
        `spi`: what waits to be asked. `spi_to`: addresses to ask at, by action."""
        if what == "spi_to":
            self.spi.post_to(asked)
        if what in ("spi", "spi_to"):
            return self.spi.told()
        if what == "push_to":
            self.pushes.post_to(str(asked.get("url", "")))
        if what in ("pushes", "push_to"):
            return self.pushes.told()
        return super().door(what, asked)

    def error(self, kind: str) -> Response:
        """One of the platform's transient errors, in its own envelope."""
        return self.envelope.refusal(Refused(FAULTS[kind]))

    def emptied(self, body: Any) -> Any:
        """The list answer without its rows; the count stays."""
        data = body.get("data", body) if isinstance(body, dict) else None
        if isinstance(data, dict):
            data.update({name: [] for name in LISTS if name in data})
        return body

    def operation(self, request: Request) -> str:
        """`token`, `user_token`, `consent`, or an operation of `routes.ROUTES`."""
        if self._page(request):
            return "consent"
        path = self._path(request)
        if path in user_oauth.PATHS and request.method == "POST":
            return "user_token"
        if path == OAUTH and request.method in ("GET", "POST"):
            return "token"
        route = route_of(request, path)
        return route.operation if route else "unknown"

    def _page(self, request: Request) -> ConsentPage | None:
        return self._pages.get(request.path.removesuffix("/"))

    def _path(self, request: Request) -> str:
        """The path without its slash; nothing known when a wanted slash is missing."""
        path = request.path
        if path.endswith("/"):
            return path[:-1]
        return path if self.switches["trailing_slash"] == "optional" else ""

    # Answers -----------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """Any request's answer; each is logged once with its outcome."""
        with self.spi.lock:
            self.codes.settle()
            return self._any_answer(request)

    def _any_answer(self, request: Request) -> Response:
        operation = self.operation(request)
        if operation == "token":
            response, code = self._oauth.answer(request)
            self.log.add(self.clock.now(), operation, "", str(code) if code else "ok")
            return response
        if operation in ("consent", "user_token"):
            return self._about_consent(request)
        path = self._path(request)
        try:
            response, outcome = self._answer(request, path), "ok"
        except Refused as refused:
            legacy = path.startswith("/life/")
            refusal = self.envelope.based_refusal if legacy else self.envelope.refusal
            response, outcome = refusal(refused), str(self.envelope.code_of(refused))
        self.log.add(self.clock.now(), operation, account_of(request), outcome)
        return response

    def _about_consent(self, request: Request) -> Response:
        page, operation = self._page(request), self.operation(request)
        if page:
            response, account, outcome = page.answer(request)
        else:
            path = self._path(request)
            response, account, outcome = self._user_oauth.answer(request, path)
        self.log.add(self.clock.now(), operation, account, outcome)
        return response

    def _answer(self, request: Request, path: str) -> Response:
        route = route_of(request, path)
        if route is None:
            raise Refused(UNKNOWN_PATH)
        self.gate.check(request, path, route.scope, token_of(request, path))
        return self._desks[route.desk].answer(request, path, route.operation)


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
) -> DouyinLaike:
    """A box with `orders` orders per shop over `history`; `options` are `Options`."""
    return DouyinLaike(
        seed=seed,
        shops=shops,
        orders=orders,
        clock=clock,
        switches=switches,
        faults=faults,
        latency=latency,
        history=history,
        options=Options(**options),
    )
