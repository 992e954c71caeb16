"""A connector at work on one line, as the hub would run it, with a hand on the wire."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count, islice
from typing import Any, TypeVar

from ..client import Line, httpx, open_http
from ..clock import PlatformClock
from ..errors import HubError
from ..journal import JournalEntry, MemoryJournal
from ..models import Order
from ..pace import Pace
from ..plugins.registry import Plugins, Row
from ..ports import CursorSource, Grant, Paging, ShopInfo, Source, Stream, Window
from ..sandbox import Account
from ..sandbox import Clock as BoxClock
from ..tokens import MemoryTokenStore, StoredToken, Tokens
from ..wire import Credentials, Fetched, Item, Page
from .bridge import VirtualClock

NAME = "contract"
SUBJECT = "contract"
SECOND = timedelta(seconds=1)
MOST_PAGES = 2_000
"""A list of cursors that has more goes in circles."""
STRANGE = "no-token-of-this-platform"
MOST_STREAMS = 3
"""Lists of one kind that are looked at."""
Made = TypeVar("Made")
Change = Callable[[bytes], httpx.Response | bytes]
"""From a good answer's body to what is given in its place."""


class Tap(httpx.BaseTransport):
    """A transport before the real one: it notes what came and may give something else."""

    def __init__(self, behind: httpx.BaseTransport) -> None:
        self._behind = behind
        self.change: Change | None = None
        self.bodies: list[bytes] = []
        """Of every answer from behind, oldest first."""

    def give(self, body: bytes) -> None:
        """From now on this, whatever is asked."""
        self.change = lambda good: body

    def give_at(self, call: int, body: bytes) -> None:
        """From now on this in place of one answer: that to call number `call`."""
        calls = count(1)
        self.change = lambda good: body if next(calls) == call else good

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask behind, note, perhaps change."""
        answer = self._behind.handle_request(request)
        body = b"".join(answer.iter_raw())
        self.bodies.append(body)
        given = self.change(body) if self.change else body
        if isinstance(given, httpx.Response):
            return given
        kept = {k: v for k, v in answer.headers.items() if k != "content-length"}
        return httpx.Response(answer.status_code, headers=kept, content=given)


class Desk:
    """One shop, its connector and the line between them and the platform.

    Every call is sent once: what fails is seen at once. Time is the box's own.
    """

    def __init__(
        self,
        plugin: Any,
        account: Account,
        transport: httpx.BaseTransport,
        clock: BoxClock,
        what: str = "orders",
        facts: Mapping[str, str] | None = None,
    ) -> None:
        self.what, self.facts = what, dict(facts or {})
        """The capability that is looked at; facts that are configured otherwise than the
        channel has them."""
        self.plugins, self.account, self.tap = Plugins(), account, Tap(transport)
        self.plugins.admit(Row(NAME), plugin)
        assert self.row.state == "on", f"the hub refuses this plugin: {self.row.error}"
        assert self.row.channel, "hub_channel() announces no channel"
        assert what in self.row.capabilities, f"the plugin does not have hub_{what}"
        self.channel = self.plugins.channel(self.row.channel)
        self.clock = PlatformClock(VirtualClock(clock), name=self.channel.id)
        self.tokens, self._noted = MemoryTokenStore(), MemoryJournal(10_000)
        if account.access_token is not None:
            first = StoredToken(
                access_token=account.access_token,
                refresh_token=account.refresh_token,
                fetched_at=self.clock.now(),
            )
            self.tokens.save_if(SUBJECT, None, first)
        self.rest()

    def rest(self) -> None:
        """Begin with a fresh line: no ban, no broken circuit, nothing remembered."""
        self.line = self._line()
        self._source: Source | None = None

    @property
    def source(self) -> Source:
        """The records of the kind that is looked at; made anew for each line."""
        if self._source is None:
            self._source = self.source_of(self.what)
        return self._source

    def source_of(self, kind: str) -> Source:
        """The records of any kind the plugin reads."""
        if kind == "orders":
            return self.plugins.orders(self.channel.id, self.line)
        return self.sources[kind]

    @property
    def sources(self) -> dict[str, Source]:
        """All that the plugin reads, by kind of record."""
        return self.plugins.sources(self.channel.id, self.line)

    def _line(self) -> Line:
        line = self._made(self._shop(), self._credentials())
        renews = "authorisation" in self.row.capabilities
        if renews or self.account.access_token is not None:
            how = self.plugins.authorisation(self.channel.id, line) if renews else None
            line.tokens = Tokens(SUBJECT, self.tokens, self.clock, how)
        return line

    def of_app(self, grant: Grant | None = None) -> Line:
        """A line for calls that are the app's own: it is of no shop, and has no token but
        the one that is given."""
        line = self._made(ShopInfo(name="", external_id=""), self.app)
        if grant is not None:
            line.tokens = Tokens("granted", MemoryTokenStore(), self.clock)
            line.tokens.accept(replace(grant, refresh_token=None))
        return line

    @property
    def app(self) -> Credentials:
        """What the app signs with, of no shop."""
        return replace(self._credentials(), account={})

    def _made(self, shop: ShopInfo, who: Credentials) -> Line:
        return Line(
            self.channel,
            shop,
            who,
            open_http(self.channel.base_url, transport=self.tap),
            clock=self.clock,
            pace=Pace(self.channel.limits, self.clock.local),
            journal=self._noted,
            facts=self.facts,
            attempts=1,
            rng=random.Random(0),
        )

    def _shop(self) -> ShopInfo:
        given, fields = self.account.account, self.channel.account_fields
        return ShopInfo(
            name="contract-shop",
            external_id=self.account.external_id,
            account={name: value for name, value in given.items() if name in fields},
            settings=self.account.settings,
        )

    def _credentials(self) -> Credentials:
        return Credentials(
            self.account.app_key,
            self.account.app_secret,
            account={"shop_id": self.account.external_id, **self.account.account},
            options={**self.channel.facts, **self.facts},
        )

    @property
    def row(self) -> Row:
        """The plugin as `hub plugins` shows it."""
        return self.plugins.table()[0]

    @property
    def journal(self) -> list[JournalEntry]:
        """Every attempt so far."""
        return self._noted.entries

    def at(self, kind: str) -> Desk:
        """The same desk, looking at another kind of record on the same line."""
        other = copy(self)
        other.what, other._source = kind, None
        vars(other).pop("looked_at", None)
        return other

    @property
    def streams(self) -> tuple[Stream, ...]:
        """The connector's streams; there is at least one."""
        return self.source.streams

    @property
    def few(self) -> int:
        """A page size that makes several pages of the rows there are."""
        return 7 if self.what == "orders" else 2

    @cached_property
    def looked_at(self) -> list[Stream]:
        """The streams whose rows are looked at: all of orders. Of other kinds there may be
        one for each state: the first of those that have rows."""
        if self.what == "orders":
            return list(self.streams)
        found = (s for s in self.streams if self.first(s).items or self.items(s))
        return list(islice(found, MOST_STREAMS)) or [self.streams[0]]

    def whole(self, most: int) -> list[Fetched]:
        """That many records, whole."""
        found: list[Fetched] = []
        for stream in self.looked_at:
            for item in self.items(stream)[:most]:
                ref = item if isinstance(item, Fetched) else self.source.record(_name(item))
                assert isinstance(ref, Fetched), "a record could not be read"
                found.append(ref)
        return found[:most]

    def twice(self, act: Callable[[], Made]) -> tuple[Made, Made]:
        """What an act gives, and what it gives on a line that knows nothing of the first
        and is answered the very same."""
        act()  # a token is had by now
        self.rest()
        before = len(self.tap.bodies)
        first = act()
        given = iter(self.tap.bodies[before:])
        self.tap.change = lambda good: next(given)
        self.rest()
        second = act()
        self.tap.change = None
        return first, second

    def window(self, stream: Stream) -> Window:
        """The longest legal window up to now."""
        now = self.clock.now().replace(microsecond=0) + SECOND
        return Window(now - min(stream.max_window, stream.look_back), now)

    def total(self, stream: Stream, window: Window) -> int:
        """How many rows the window has, as `probe` tells."""
        told = self.source.probe(stream, window).total
        assert type(told) is int, f"{stream.name}: probe() told no total"
        return told

    def pages(self, stream: Stream, window: Window) -> Iterator[Page]:
        """All pages of a window as the hub reads them: numbered ones last to first."""
        if stream.paging is Paging.OPAQUE_CURSOR:
            yield from self._run(stream, None if stream.is_snapshot else window)
            return
        last = -(-self.total(stream, window) // stream.page_size)
        for number in range(last, 0, -1):
            yield self.source.page(stream, window, number, count=number == 1)

    def _run(self, stream: Stream, window: Window | None) -> Iterator[Page]:
        source, cursor = self.source, None
        assert isinstance(source, CursorSource), f"{stream.name}: its source has no after()"
        for _ in range(MOST_PAGES):
            page = source.after(stream, window, cursor)
            yield page
            if page.cursor is None:
                return
            cursor = str(page.cursor)
        raise AssertionError(f"{stream.name}: no end after {MOST_PAGES} pages")

    def first(self, stream: Stream) -> Page:
        """The first page of the longest window, counted where pages are numbered."""
        if stream.paging is Paging.OPAQUE_CURSOR:
            return next(iter(self.pages(stream, self.window(stream))))
        return self.source.page(stream, self.window(stream), 1, count=True)

    def items(self, stream: Stream, window: Window | None = None) -> list[Item]:
        """Every row of a window (default: the longest), last page first."""
        pages = self.pages(stream, window or self.window(stream))
        return [item for page in pages for item in page.items]

    def secrets(self) -> list[tuple[str, str]]:
        """What nobody may be shown, by what it is: now and at first."""
        now, shop = self.tokens.load(SUBJECT), self.account
        found = [("app secret", shop.app_secret), ("first token", shop.access_token)]
        found += [("first refresh token", shop.refresh_token)]
        found += [("token", now.access_token)] if now else []
        found += [("refresh token", now.refresh_token)] if now else []
        return [(name, secret) for name, secret in found if secret]

    def spoil_token(self) -> None:
        """Put a token in the good one's place that the platform never gave out."""
        now = self.tokens.load(SUBJECT)
        dead = replace(
            now or self._first_token(),
            access_token=STRANGE,
            state="ok",
            version=(now.version if now else 0) + 1,
        )
        assert self.tokens.save_if(SUBJECT, now.version if now else None, dead)
        self.rest()

    def _first_token(self) -> StoredToken:
        return StoredToken(access_token="", fetched_at=self.clock.now())


def failure(act: Callable[[], object]) -> HubError | None:
    """The hub's own error an act ends in; None where it ends well; others go through."""
    try:
        act()
    except HubError as error:
        return error
    return None


def when(item: Item) -> set[datetime]:
    """The times a list may know a row by: of an order those of its making and change, of
    other records any it has."""
    if not isinstance(item, Fetched):
        stamps = {item.updated_at}
    elif isinstance(item.record, Order):
        stamps = {item.record.channel_updated_at, item.record.channel_created_at}
    else:
        values = (getattr(item.record, one.name) for one in fields(item.record))
        stamps = {value for value in values if isinstance(value, datetime)}
    return {stamp.astimezone(UTC) for stamp in stamps if stamp is not None}


def _name(item: Item) -> str:
    name = None if isinstance(item, Fetched) else item.external_id
    assert name, "a row without its id"
    return name
