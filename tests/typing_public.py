"""The public types, from a plugin author's side. Never run: type-checked only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, assert_type

from pydantic import SecretStr

from hub_core import (
    Authorisation,
    Channel,
    Grant,
    HubError,
    Limit,
    Paging,
    Retryable,
    Session,
    ShopInfo,
    Source,
    Stream,
    Unreadable,
    Window,
    hookimpl,
)
from hub_core.models import Order, OrderLine
from hub_core.plugins import Operation, Plugins, Row, load
from hub_core.settings import AppSettings, Settings, master_key
from hub_core.wire import Ask, Call, Dialect, Fetched, Misread, Page


def read_page(body: dict[str, Any]) -> Page:
    return Page((), total=body["total"])


class ListAsk(Ask):
    since: datetime


LIST = Call(name="orders.list", endpoint="/list", ask=ListAsk, read=read_page)
assert_type(LIST, Call[Page])


class Orders:
    """An order source as a plugin writes one: no base class, the shape is enough."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @property
    def streams(self) -> tuple[Stream, ...]:
        return (
            Stream(
                name="orders",
                paging=Paging.REVERSE_OFFSET,
                order="modified desc",
                max_window=timedelta(days=1),
                settle_lag=timedelta(minutes=5),
                overlap=timedelta(minutes=1),
                page_size=100,
            ),
        )

    def probe(self, stream: Stream, window: Window) -> Page:
        return self.page(stream, window, 1)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        answer = self.session.send(LIST, since=window.since)
        assert_type(answer, Page)
        return answer

    def record(self, external_id: str) -> Fetched | Misread | None:
        return None


class Tokens:
    """The same for tokens."""

    shared = True
    grace = timedelta(minutes=5)

    def fetch(self) -> Grant:
        return Grant(access_token="", expires_in=None)

    def refresh(self, refresh_token: str) -> Grant:
        return self.fetch()


@hookimpl
def hub_orders(session: Session) -> Source:
    assert_type(session.shop, ShopInfo)
    assert_type(session.facts, Mapping[str, str])
    assert_type(session.now(), datetime)
    return Orders(session)


@hookimpl
def hub_authorisation(session: Session) -> Authorisation:
    return Tokens()


def a_channel(dialect: Dialect) -> Channel:
    return Channel(
        id="trial",
        title="试用",
        base_url="https://platform.example",
        dialect=dialect,
        adapters="trial.adapters",
        limits=(Limit(calls=10, seconds=1.0, prefix="orders.", per="shop"),),
        facts={"total": "exact"},
    )


def a_caller(order: Order) -> None:
    assert_type(order.external_id, str)
    assert_type(order.buyer_paid_amount, int | None)
    assert_type(order.paid_at, datetime | None)
    assert_type(order.lines, tuple[OrderLine, ...])


def a_reader(error: HubError) -> float:
    if isinstance(error, Retryable):
        return error.after
    raise Unreadable("not a page", code="x", request_id=None) from error


def an_operator(path: Path, session: Session, channel: Channel, stream: Stream) -> None:
    settings = Settings.load(path)
    app = settings.app("main")
    assert_type(app, AppSettings)
    assert_type(app.secret(), SecretStr)
    assert_type(settings.database, str)
    assert_type(settings.pins("jd", "west"), dict[str, int])
    assert_type(settings.limits("main", channel), tuple[Limit, ...])
    assert_type(settings.stream("jd", stream, "west"), Stream)
    assert_type(master_key(settings), bytes)
    plugins = load(settings.disabled, extra={"mine": object()})
    assert_type(plugins, Plugins)
    assert_type(plugins.table(), list[Row])
    assert_type(plugins.channel("jd"), Channel)
    assert_type(plugins.orders("jd", session), Source)
    assert_type(plugins.operations("jd"), list[Operation])
