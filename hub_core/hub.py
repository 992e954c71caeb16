"""The hub: the one place that knows every floor. What an ERP calls, and what the CLI calls.

hub = Hub.open()
hub.sync()
for change in hub.changes(after=seq): ...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .clock import Clock, SystemClock
from .errors import HubError, Misconfigured
from .lines import Lines, Transports
from .pace import Rank
from .plugins import Plugins, load
from .ports import Grant
from .pull import Listed, OnStep, Outcome, Pull
from .settings import KeySource, Settings
from .settings.key import warned_key
from .store import Store, shops
from .store.shops import Shop
from .stored import Stored
from .sync import Poll

if TYPE_CHECKING:
    from .desks import Desks
    from .insight.estimate import Estimate
    from .reveals import Reveals, Told

THREADS = 8
"""Shops read side by side; each waits for its platform most of the time."""
HEAL_HORIZON = timedelta(days=3)


class Hub(Stored):
    """All the hub does, over one store. Thread safe."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        plugins: Plugins,
        *,
        clock: Clock | None = None,
        transports: Transports = lambda channel: None,
        shared_limits: bool = True,
    ) -> None:
        super().__init__(store)
        self.settings, self.plugins = settings, plugins
        self.clock = clock or SystemClock()
        self.lines = Lines(
            settings, plugins, store, self.clock, transports, shared_limits=shared_limits
        )
        self.pull = Pull(settings, store, plugins, self.lines, self.clock.now)

    @cached_property
    def desks(self) -> Desks:
        """What writes to platforms. Who only reads does not wait for it to be loaded."""
        from .desks import Desks

        given = (self.settings, self.store, self.plugins, self.lines, self.clock.now)
        return Desks(*given)

    @cached_property
    def reveals(self) -> Reveals:
        """What shows receivers in clear; loaded where one is to be shown."""
        from .reveals import Reveals

        given = (self.settings, self.store, self.plugins, self.lines, self.clock.now)
        return Reveals(*given)

    @classmethod
    def open(
        cls,
        config: Path | str | None = None,
        *,
        database: str | None = None,
        key: bytes | None = None,
        settings: Settings | None = None,
        plugins: Plugins | None = None,
        clock: Clock | None = None,
        transports: Transports = lambda channel: None,
        shared_limits: bool = True,
    ) -> Hub:
        """Read the settings, open the store, load the plugins.

        With `shared_limits` every process of this database spends from the same limits;
        without, this one reckons alone.
        Raises Misconfigured saying what to do when any of them is not in order.
        """
        settings = settings or Settings.load(config)
        clock = clock or SystemClock()
        url, pool = database or settings.database, settings.hub.pool
        if key is None:
            found = warned_key(settings)
            source = KeySource(settings, found)
            store = Store.open(url, found.every, clock.now, source=source, pool=pool)
        else:
            store = Store.open(url, key, clock.now, pool=pool)
        used = {app.channel for app in settings.apps.values()}
        loaded = plugins or load(settings.disabled, channels=used)
        return cls(
            settings, store, loaded, clock=clock, transports=transports,
            shared_limits=shared_limits,
        )  # fmt: skip

    def close(self) -> None:
        """Close connections to platforms and the store."""
        self.lines.close()
        self.store.close()

    def __enter__(self) -> Hub:
        return self

    def __exit__(self, *gone: object) -> None:
        self.close()

    # Shops ---------------------------------------------------------------------------

    def check_shop(self, channel: str, app: str, account: Mapping[str, str]) -> None:
        """Raises Misconfigured where such a shop could never be read."""
        known = self.plugins.channel(channel).account_fields
        if strange := [name for name in account if name not in known]:
            there = ", ".join(known) or "none"
            raise Misconfigured(
                f"{channel} has no account field {strange[0]!r}; it has: {there}"
            )
        if self.settings.app(app).channel != channel:
            raise Misconfigured(
                f"app {app} is for {self.settings.app(app).channel}, not {channel}"
            )

    def check_new(self, name: str, channel: str, external_id: str) -> None:
        """Raises Misconfigured where such a shop is there already."""
        with self.store.reading() as connection:
            shops.refuse_twin(connection, name, channel, external_id)

    def add_shop(
        self,
        name: str,
        *,
        channel: str,
        external_id: str,
        app: str,
        start_at: datetime | None = None,
        token: Grant | None = None,
        account: Mapping[str, str] | None = None,
        settings: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Shop:
        """Add a shop. Orders are read from `start_at` (aware; default 90 days back).

        Raises Misconfigured, having added nothing, where it or its token can't be kept.
        """
        self.check_shop(channel, app, account or {})
        if token is not None:
            self.settings.app(app).secret()  # keeping a token takes a line of the app
        at = self.clock.now()
        zone = self.plugins.channel(channel).zone
        with self.store.writing(durable=True) as connection:
            shops.add_shop(
                connection, at=at, name=name, channel=channel, external_id=external_id,
                app=app, start_at=start_at or at - timedelta(days=90),
                account=dict(account or {}), settings=dict(settings or {}),
                time_zone=more.pop("time_zone", zone), **more,
            )  # fmt: skip
        shop = self.shop(name)
        if token is not None:
            self.accept_token(shop, token)
        return shop

    def accept_token(self, shop: Shop, grant: Grant) -> None:
        """Keep a token a person gave; the shop is taken up again if it had stopped."""
        self.lines.tokens(shop).accept(grant)
        self.pull.consent.resume(shop)

    def resume(self, shop: Shop) -> bool:
        """Call a shop again that had stopped: its owner has allowed the app anew, or the
        app's secret is right again. False where nothing had stopped.
        """
        reopened = self.lines.tokens(shop).reopen()
        return self.pull.consent.resume(shop) or reopened

    # Reading platforms ---------------------------------------------------------------

    def sync(
        self,
        names: Sequence[str] = (),
        *,
        streams: Sequence[str] = (),
        since: datetime | None = None,
        on_step: OnStep | None = None,
        threads: int = THREADS,
    ) -> list[Outcome]:
        """Bring shops (all, or those named) up to date; one shop's failure stops no other.

        `since` (aware) sets where a stream that was never read begins.
        """

        def read(poll: Poll, shop: Shop) -> None:
            poll.sync(since or shop.start_at)

        return self.pull.each(self._chosen(names), streams, read, on_step, threads)

    def heal(
        self,
        names: Sequence[str] = (),
        *,
        streams: Sequence[str] = (),
        horizon: timedelta = HEAL_HORIZON,
        since: datetime | None = None,
        on_step: OnStep | None = None,
        threads: int = THREADS,
    ) -> list[Outcome]:
        """Read again what is not proved, and all that changed within `horizon`.

        With `since` (aware) the cursor is set back to it instead, and everything from
        there on is read again: the way out when a cursor lies in the future.
        """

        def read(poll: Poll, shop: Shop) -> None:
            if since is not None:
                poll.read_again(since, shop.start_at)
            else:
                poll.heal(horizon)

        return self.pull.each(
            self._chosen(names), streams, read, on_step, threads, rank=Rank.HEAL
        )

    def retry_parked(self, names: Sequence[str] = ()) -> list[Outcome]:
        """Fetch every parked record that has an id again, whether due or not."""

        def read(poll: Poll, shop: Shop) -> None:
            poll.retry_parked()

        chosen = self._chosen(names)
        return self.pull.each(chosen, (), read, None, THREADS, rank=Rank.HEAL)

    def estimate(
        self,
        names: Sequence[str] = (),
        *,
        streams: Sequence[str] = (),
        since: datetime | None = None,
    ) -> list[Estimate]:
        """What `sync` would take, from a few probes per stream; stores no order."""
        chosen = self._chosen(names)
        return [e for s in chosen for e in self.pull.estimates(s, streams, since)]

    def reveal_receiver(self, shop: str, order: str, *, purpose: str, actor: str) -> Told:
        """Whom an order goes to, in clear, or why that is withheld; counted and audited.

        `purpose` is one of `ports.Purpose`, `actor` who asks. `reveals.reveal` takes many.
        """
        found = self.reveals.reveal(self.shop(shop), [order], purpose=purpose, actor=actor)
        return found[0]

    def _chosen(self, names: Sequence[str]) -> list[Shop]:
        return [self.shop(n) for n in names] if names else self.shops()

    # Streams -------------------------------------------------------------------------

    def listed(self, shop: Shop) -> list[Listed]:
        """The shop's streams as configured, with who reads them. Raises any HubError where
        it cannot be opened."""
        sources = self.plugins.sources(shop.channel, self.lines.open(shop))
        return self.pull.streams(shop, sources, ())

    def streams_of(self, shop: Shop, kind: str) -> list[str]:
        """The streams a kind is read by; none where the shop has no such kind, or it is
        turned off."""
        try:
            found = self.listed(shop)
        except HubError:
            return [kind]  # the first of them has the kind's name
        return [one.stream.name for one in found if one.kind == kind]

    def unread(self, names: Sequence[str] = ()) -> list[tuple[str, str]]:
        """What was never read of active shops: shop and stream; an empty stream where a
        shop cannot be opened to tell its streams and nothing of it was read."""
        read = {(c.shop, c.stream) for c in self.coverage(names) if c.spans}
        any_of = {shop for shop, _ in read}
        return [
            (shop.name, stream)
            for shop in self._chosen(names)
            if shop.state == "active"
            for stream in self._stream_names(shop)
            if (shop.name, stream) not in read and (stream or shop.name not in any_of)
        ]

    def _stream_names(self, shop: Shop) -> list[str]:
        try:
            return [one.stream.name for one in self.listed(shop)]
        except HubError:
            return [""]
