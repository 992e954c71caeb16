"""Taobao and Tmall: page 1 counts a window, then last page to first, each trade fetched.

The platform's own advice, since rows come newest change first and an order that changes
moves to the front (taobao.trades.sold.increment.get; channel paper §3). A shop's id here
is the seller's taobao_user_id, as token answers tell it; a trade has only a name.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from adapters.taobao.common import KINDS
from adapters.taobao.dialect import OAUTH, SIGN_METHOD, Top
from adapters.taobao.envelope import absent
from adapters.taobao.trade import seller_of
from hub_core.errors import Rejected, TokenExpired, Unauthorised, WrongShop
from hub_core.hookspecs import hookimpl
from hub_core.ports import (
    Authorisation,
    Channel,
    Grant,
    Limit,
    Paging,
    Session,
    Source,
    Stream,
    Window,
)
from hub_core.wire import Fetched, Misread, Page, pick

ADAPTERS = "adapters.taobao"
FACTS = {
    "sign_method": SIGN_METHOD,  # or hmac, hmac-sha256
    "oauth_base_url": OAUTH,
    "refresh_by": "oauth",  # or top: the gateway's own method
    "settle_lag_seconds": "180",  # how late a change may enter the list
    "trade_kinds": ",".join(KINDS),  # that all may be asked for at once is not said
}
CHANNEL = Channel(
    id="taobao",
    title="淘宝/天猫",
    base_url="https://eco.taobao.com",
    dialect=Top(),
    adapters=ADAPTERS,
    limits=(Limit(calls=10, seconds=1.0),),  # C: quotas are shown per app, not published
    account_fields={
        "nick": "name of the seller's main account (卖家昵称); where it is given, an order"
        " of another seller stops the shop: its token is another's",
    },
    facts=FACTS,
)
EDGE = timedelta(seconds=1)
"""Asked for beyond either end: whether the ends are inclusive is nowhere said."""
LONGEST = timedelta(days=1) - 2 * EDGE - 2 * timedelta(seconds=1)
"""A day on the wire, less the edges and what rounding to whole seconds may add."""


class Orders:
    """The orders of one shop."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._calls = pick(ADAPTERS, "orders", session.shop.pins.get("orders"))
        lag = float(_fact(session, "settle_lag_seconds"))
        self.streams = (
            Stream(
                name="orders",
                paging=Paging.REVERSE_OFFSET,
                order="modified desc",
                max_window=LONGEST,
                settle_lag=timedelta(seconds=lag),
                overlap=timedelta(minutes=1),
                page_size=100,
                list_is_partial=True,
                look_back=timedelta(days=90),
                assumptions=("settle_lag_seconds", "trade_kinds"),
            ),
        )

    def probe(self, stream: Stream, window: Window) -> Page:
        """Page 1 with the total. The count alone would be one call more, and may lag."""
        return replace(self.page(stream, window, 1, count=True), number=1)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Page `number`, 1 being the newest. TOP counts rows or says whether more follow,
        not both."""
        page: Page = self._session.send(
            self._calls.LIST,
            **self._window(window),
            size=stream.page_size,
            page=number,
            has_next=not count,
        )
        return page

    def record(self, external_id: str) -> Fetched | Misread | None:
        """One trade in full. Every trade comes this way: the list only names them."""
        try:
            found: Fetched | Misread = self._session.send(
                self._calls.GET, external_id=external_id
            )
        except Rejected as error:
            if absent(error):
                return None
            raise
        self._refuse_others(found)
        return found

    def _refuse_others(self, found: Fetched | Misread) -> None:
        nick, seller = self._session.shop.account.get("nick"), seller_of(found)
        if nick and seller and seller != nick:
            raise WrongShop(
                f"its token opens another shop: an order of seller {seller} came, and this "
                f"shop is {nick}; the owner of {nick} has to authorise the app"
            )

    def _window(self, window: Window) -> dict[str, datetime | str]:
        since = window.since.replace(microsecond=0) - EDGE
        until = window.until + EDGE
        if until.microsecond:
            until = until.replace(microsecond=0) + timedelta(seconds=1)
        kinds = _fact(self._session, "trade_kinds")
        return {"since": since, "until": until, "kinds": kinds}


def _fact(session: Session, name: str) -> str:
    return session.facts.get(name) or FACTS[name]


class Tokens:
    """Tokens of one shop: its owner gives them, some kinds of app may refresh them."""

    shared = False
    grace = timedelta(0)

    def __init__(self, session: Session) -> None:
        self._session = session

    def fetch(self) -> Grant:
        """Nothing but the owner's consent gives a first token."""
        raise Unauthorised("the shop's owner has to authorise this app at Taobao")

    def refresh(self, refresh_token: str) -> Grant:
        """A new token. Apps not sold on the service market are refused: Unauthorised."""
        shape = pick(ADAPTERS, "token", self._session.shop.pins.get("token"))
        by_top = _fact(self._session, "refresh_by") == "top"
        call = shape.REFRESH_BY_TOP if by_top else shape.REFRESH
        try:
            token = self._session.send(call, refresh_token=refresh_token)
        except (Rejected, TokenExpired) as error:
            raise Unauthorised("the token cannot be refreshed", code=error.code) from error
        return Grant(
            access_token=token.access_token,
            expires_in=token.expires_in,
            refresh_token=token.refresh_token,
            refresh_expires_in=token.re_expires_in,
            scopes=token.scopes,
            subject=token.taobao_user_id,
        )


@hookimpl
def hub_channel() -> Channel:
    """Announce Taobao and Tmall."""
    return CHANNEL


@hookimpl
def hub_orders(session: Session) -> Source:
    """The shop's trades."""
    return Orders(session)


@hookimpl
def hub_authorisation(session: Session) -> Authorisation:
    """The shop's tokens."""
    return Tokens(session)


@hookimpl
def hub_sandbox() -> str:
    """Where this channel's sandbox is made."""
    return "sandboxes.taobao:create"
