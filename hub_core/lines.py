"""Lines to platforms: one room per app, shared by its shops, and a line per shop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .breaker import Breaker
from .client import Line, httpx, open_http
from .clock import Clock, PlatformClock, SystemClock
from .errors import Misconfigured
from .former import Answered
from .journal import JournalEntry, JournalSink
from .pace import Pace, Rank
from .plugins import Plugins
from .ports import Authorisation, Channel, ShopInfo
from .settings import AppSettings, Settings
from .store import Store
from .store.limits import limit_states
from .store.shops import Shop
from .store.usage import SqlDays, SqlUsage
from .tokens import TokenDiedEarly, Tokens
from .wire import Credentials
from .wire.calls import Unsealing

Transports = Callable[[Channel], httpx.BaseTransport | None]
"""How a channel is reached; None: over the network."""


class StoreJournal:
    """Writes each entry at once, for calls that belong to no reading."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, entry: JournalEntry) -> None:
        """Keep one entry."""
        with self._store.writing() as connection:
            self._store.write_journal(connection, [entry])


@dataclass(slots=True)
class Room:
    """What all lines of one app share."""

    channel: Channel
    app: AppSettings
    http: httpx.Client
    clock: PlatformClock
    pace: Pace
    breaker: Breaker
    answered: Answered
    boxed: bool = False
    """Its platform is reached without the network."""


class Lines:
    """Opens lines to shops. Thread safe, as they are: a newest call is its thread's own."""

    def __init__(
        self,
        settings: Settings,
        plugins: Plugins,
        store: Store,
        clock: Clock,
        transports: Transports = lambda channel: None,
        *,
        shared_limits: bool = True,
    ) -> None:
        self._settings, self._plugins, self._store = settings, plugins, store
        self._clock, self._transports = clock, transports
        self._shared_limits = shared_limits
        self._rooms: dict[str, Room] = {}
        self._tokens: dict[str, Tokens] = {}
        self._lock = threading.Lock()

    def open(
        self,
        shop: Shop,
        journal: JournalSink | None = None,
        *,
        rank: Rank = Rank.INCREMENTAL,
    ) -> Line:
        """A line to the shop. Raises Misconfigured naming what is missing.

        Its calls are journaled to `journal`, or else at once, each by itself; `rank` says
        how urgent they are.
        """
        line = self._line(shop, journal or StoreJournal(self._store))
        line.rank = rank
        line.tokens = self.tokens(shop)
        return line

    def of_app(self, app: str, journal: JournalSink) -> Line:
        """A line for calls that are the app's own, tokens and what is pushed: it has no
        token. The shop it names is none."""
        room = self.room(app)
        pins = self._settings.pins(room.channel.id)
        info = ShopInfo(name="", external_id="", pins=pins)
        line = self._made(room, info, self.signing_as(app), journal)
        line.rank = Rank.PUSH
        return line

    def signing_as(self, app: str) -> Credentials:
        """What an app signs with. Raises Misconfigured where its secret is not there."""
        return self._signing(self.room(app), {})

    def _line(self, shop: Shop, journal: JournalSink) -> Line:
        room = self.room(shop.app)
        if room.channel.id != shop.channel:
            raise Misconfigured(
                f"shop {shop.name} is on {shop.channel}, its app {shop.app} on "
                f"{room.channel.id}"
            )
        return self._made(room, self._info(shop), self._credentials(room, shop), journal)

    def _made(
        self, room: Room, info: ShopInfo, who: Credentials, journal: JournalSink
    ) -> Line:
        return Line(
            room.channel,
            info,
            who,
            room.http,
            base_url=room.app.base_url,
            clock=room.clock,
            pace=room.pace,
            breaker=room.breaker,
            journal=journal,
            answered=room.answered,
            facts=self._settings.facts(room.app.name, room.channel),
            attempts=room.app.attempts,
            timeout=room.app.deadline_seconds,
        )

    def room(self, app: str) -> Room:
        """The app's shared parts, made once."""
        with self._lock:
            if app not in self._rooms:
                self._rooms[app] = self._make_room(app)
            return self._rooms[app]

    def tokens(self, shop: Shop) -> Tokens:
        """The tokens the shop's calls are made with: its own, or its app's.

        They are had over a line of their own, which needs none.
        """
        authorisation = self._authorisation(shop)
        shared = authorisation is not None and authorisation.shared
        key = self.room(shop.app).app.app_key
        subject = self._of_app(shop, key) if shared else self._own(shop)
        with self._lock:
            if subject not in self._tokens:
                owner = None if shared else shop.external_id
                made = self._make_tokens(shop, subject, owner)
                made.authorisation = authorisation
                self._tokens[subject] = made
            return self._tokens[subject]

    def subjects(self, shop: Shop) -> list[str]:
        """By which names the store may know tokens of the shop: its own, its app's."""
        app = self._settings.apps.get(shop.app)
        return [self._own(shop), *([self._of_app(shop, app.app_key)] if app else [])]

    @staticmethod
    def _own(shop: Shop) -> str:
        return f"{shop.channel}/{shop.external_id}"

    @staticmethod
    def _of_app(shop: Shop, key: str) -> str:
        return f"{shop.channel}/app/{key}"

    def unseal(self, shop: Shop, text: str) -> str | None:
        """A ciphertext in clear, where the app's own secret opens this kind of it and no
        call is needed. Raises ValueError where it should open it and does not."""
        room = self.room(shop.app)
        dialect = room.channel.dialect
        if not isinstance(dialect, Unsealing):
            return None
        return dialect.unseal(text, self._credentials(room, shop))

    def close(self) -> None:
        """Close the connections."""
        for room in self._rooms.values():
            room.pace.close()
            room.http.close()

    def _make_room(self, app: str) -> Room:
        settings = self._settings.app(app)
        channel = self._plugins.channel(settings.channel)
        clock = PlatformClock(self._clock, name=channel.id)
        real = isinstance(self._clock, SystemClock)
        played = None if real else lambda: self._clock.now().timestamp()
        stores = limit_states(self._store.engine, played) if self._shared_limits else None
        pace = Pace(
            self._settings.limits(app, channel),
            self._clock,
            stores=stores,
            bans=self._store.bans,
            days=SqlDays(self._store.engine) if self._shared_limits else None,
            usage=SqlUsage(self._store.engine) if self._shared_limits else None,
            zone=channel.zone,
        )
        transport = self._transports(channel)
        http = open_http(
            settings.base_url or channel.base_url,
            proxy=settings.proxy,
            transport=transport,
        )
        return Room(
            channel, settings, http, clock, pace, Breaker(self._clock), Answered(),
            boxed=transport is not None,
        )  # fmt: skip

    def _make_tokens(self, shop: Shop, subject: str, owner: str | None) -> Tokens:
        def died_early(event: TokenDiedEarly) -> None:
            self._store.incident("token_died_early", str(event), channel=shop.channel)

        def stopped(text: str) -> None:
            self._store.incident("unauthorised", text, channel=shop.channel)

        room = self._rooms[shop.app]
        remedy = f"when that is mended, `hub shop resume {shop.name}`"
        if owner is not None:
            remedy = f"give its new token with `hub shop token {shop.name}`"
        return Tokens(
            subject, self._store.tokens, room.clock, owner=owner, remedy=remedy,
            on_early=died_early, on_stop=stopped,
        )  # fmt: skip

    def _authorisation(self, shop: Shop) -> Authorisation | None:
        if not self._plugins.can(shop.channel, "authorisation"):
            return None
        line = self._line(shop, StoreJournal(self._store))
        return self._plugins.authorisation(shop.channel, line)

    def _info(self, shop: Shop) -> ShopInfo:
        pins = {**self._settings.pins(shop.channel, shop.name), **shop.pins}
        return ShopInfo(
            name=shop.name,
            external_id=shop.external_id,
            account=shop.account,
            settings={**shop.settings, **self._settings.shop_settings(shop.name)},
            pins=pins,
        )

    def _credentials(self, room: Room, shop: Shop) -> Credentials:
        return self._signing(room, {"shop_id": shop.external_id, **shop.account})

    def _signing(self, room: Room, account: Mapping[str, str]) -> Credentials:
        app = room.app
        return Credentials(
            app.app_key,
            app.secret().get_secret_value(),
            account=account,
            options={**self._settings.facts(app.name, room.channel), **app.options},
        )
