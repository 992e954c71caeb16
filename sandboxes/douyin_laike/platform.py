"""The platform itself: who is asked, by whom, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

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
)

from .desk import PATHS, Desk
from .envelope import BUSY, INTERNAL, THROTTLED, UNKNOWN_PATH, Envelope, Refused
from .gate import Gate
from .listing import shown_status
from .oauth import Oauth
from .options import Options
from .shop import Shop
from .switches import SWITCHES
from .tokens import Tokens

OAUTH = "/oauth/client_token"
FAULTS = {"throttled": THROTTLED, "busy": BUSY, "error_body": INTERNAL}


class DouyinLaike(Platform):
    """Douyin Laike in a box: one app, one token, several merchants.

    `poisoned` holds (account, order id) of rows that are malformed on purpose.
    """

    channel = "douyin-laike"
    SWITCHES = SWITCHES

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
        self.options = options or Options()
        self._app = f"aw{seed:014d}", f"sandbox-secret-{seed:06d}"
        self.tokens = Tokens(seed, self.options.token_ttl, self.options.token_grace)
        self.envelope = Envelope(self.clock, self.switches)
        shared = self.clock, self.switches, self.options
        self.gate = Gate(*shared, self.tokens)
        self._oauth = Oauth(*shared, self.tokens, self.envelope, self._app)
        self.shops = {shop.id: shop for shop in map(self._open, range(shops))}
        self._desk = Desk(*shared, self.envelope, self.shops, self.served, seed)
        for shop in self.shops.values():
            shop.populate(orders, history.total_seconds())

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
            account, number, self.book, self.clock, self.rng, self.switches, self.options
        )

    # What tests may do to it -----------------------------------------------------------

    @property
    def poisoned(self) -> set[tuple[str, str]]:
        """(account, order id) of every row that is malformed on purpose."""
        return {(s.id, order) for s in self.shops.values() for order in s.poisoned}

    def poison(self, account: str, id: str, kind: str = "amount_words") -> None:
        """Spoil one order's row from now on; `poison.KINDS` names the ways."""
        self.shops[account].poison(id, kind)

    def expire_token(self, account: str) -> None:
        """End the app's tokens; they are shared, so every merchant's calls feel it."""
        self.tokens.expire(self.clock.now())

    def revoke(self, account: str) -> None:
        """The merchant takes the authorisation back (2100007, sub code 11006)."""
        self._desk.revoked.add(account)

    def authorise(self, account: str) -> None:
        """The merchant gives it again."""
        self._desk.revoked.discard(account)

    def ban(self, account: str) -> None:
        """The platform bans the merchant (2100009)."""
        self._desk.banned.add(account)

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
        for _ in range(changes):
            self.rng.choice(shops).churn()

    def truth_of(self, record: Record) -> TruthOrder:
        """`status` is order_status, `paid` pay_amount (catering: order_pay_amount)."""
        form = self._desk.form(self.shops[record.account], twin=False)
        versions = tuple(
            TruthVersion(
                v.updated_at,
                v.visible_at,
                str(shown_status(v.content)),
                form.paid(v.content),
            )
            for v in record.versions
        )
        newest = versions[-1]
        return TruthOrder(
            record.id,
            "orders",
            newest.updated_at,
            newest.visible_at,
            newest.status,
            newest.paid,
            record.removed_at is not None,
            versions,
        )

    def error(self, kind: str) -> Response:
        """One of the platform's transient errors, in its own envelope."""
        return self.envelope.refusal(Refused(FAULTS[kind]))

    def emptied(self, body: Any) -> Any:
        """The list answer without its rows; the count stays."""
        data = body.get("data") if isinstance(body, dict) else None
        if isinstance(data, dict) and "orders" in data:
            data["orders"] = []
        return body

    def operation(self, request: Request) -> str:
        """`token`, `orders.list`, `orders.get` (by order_id or ext_order_id)."""
        path = self._path(request)
        if path == OAUTH and request.method in ("GET", "POST"):
            return "token"
        if path not in PATHS or request.method != "GET":
            return "unknown"
        names = {name for name, value in request.query() if value}
        single = not names.isdisjoint({"order_id", "ext_order_id"})
        return "orders.get" if single else "orders.list"

    def _path(self, request: Request) -> str:
        """The path without its slash; nothing known when a wanted slash is missing."""
        path = request.path
        if path.endswith("/"):
            return path[:-1]
        return path if self.switches["trailing_slash"] == "optional" else ""

    # Answers -----------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """Any request's answer; each is logged once with its outcome."""
        operation = self.operation(request)
        if operation == "token":
            response, code = self._oauth.answer(request)
            self.log.add(self.clock.now(), operation, "", str(code) if code else "ok")
            return response
        account = dict(request.query()).get("account_id", "")
        try:
            if operation == "unknown":
                raise Refused(UNKNOWN_PATH)
            path = self._path(request)
            self.gate.check(request, path)
            response, outcome = self._desk.answer(request, path, operation), "ok"
        except Refused as refused:
            response = self.envelope.refusal(refused)
            outcome = str(self.envelope.code_of(refused))
        self.log.add(self.clock.now(), operation, account, outcome)
        return response


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
