"""`plugins.toml` read and answered from: what holds for an app, a shop, a stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr, SecretStr

from ..errors import Misconfigured
from ..ports import Channel, Limit, Stream
from .file import find, parse, validated
from .folders import Environment, data_folder
from .secret import is_reference, reveal
from .tables import (
    AlarmsTable,
    AppName,
    AppTable,
    ChannelTable,
    HubTable,
    OutboundTable,
    ShopTable,
    StreamTable,
    Table,
)

DIRECT = "direct"
"""As a proxy: none, whatever stands above."""
ATTEMPTS = 5
DEADLINE_SECONDS = 30.0
"""How long one answer may take, whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSettings:
    """What holds for one app: its own settings over its channel's over the hub's."""

    name: str
    channel: str
    app_key: str
    base_url: str | None
    """None: the channel's own."""
    proxy: str | None = field(repr=False)
    limits: tuple[Limit, ...]
    """What replaces the channel's own; `Settings.limits` has the whole."""
    facts: Mapping[str, str]
    options: Mapping[str, str]
    deadline_seconds: float
    """How long one call may take in all, waits and repeats included."""
    attempts: int
    """How often one call is sent at most."""
    secret_reference: str
    former_reference: str | None = None
    """Where the secret before it stands, while a platform may still sign with that."""
    messages: bool = True
    """Whether its messages are taken, where the channel has some."""
    folder: Path | None = field(default=None, repr=False)

    def secret(self) -> SecretStr:
        """The app's secret, fetched now. Raises Misconfigured when it is not there."""
        return reveal(self.secret_reference, self.folder)

    def former_secret(self) -> SecretStr | None:
        """The one before it, which signs no calls; None: there is none. Raises the same."""
        if self.former_reference is None:
            return None
        return reveal(self.former_reference, self.folder)


class Settings(Table):
    """The whole of `plugins.toml`, every table of it optional."""

    hub: HubTable = HubTable()
    outbound: OutboundTable = OutboundTable()
    apps: dict[AppName, AppTable] = Field(default_factory=dict)
    channels: dict[str, ChannelTable] = Field(default_factory=dict)
    shops: dict[str, ShopTable] = Field(default_factory=dict)
    alarms: AlarmsTable = AlarmsTable()
    _source: Path | None = PrivateAttr(None)

    @classmethod
    def load(cls, path: Path | str | None = None) -> Settings:
        """Read `path`, else the file CHANNEL_HUB_CONFIG names, else ./plugins.toml, else
        the one in the user's folder; without any, everything has its default.

        Raises Misconfigured naming file, table and key of everything that is wrong.
        """
        source = find(Path(path) if path is not None else None)
        return cls() if source is None else cls.of(parse(source), source)

    @classmethod
    def of(cls, tables: Mapping[str, Any], source: Path | None = None) -> Settings:
        """Settings from tables already read; `source` is the file to name in errors."""
        settings = validated(cls, tables, source)
        settings._source = source
        return settings

    @property
    def source(self) -> Path | None:
        """The file these settings were read from."""
        return self._source

    @property
    def database(self) -> str:
        """The database's URL; it may hold a password. The default's folder may not
        exist yet."""
        if (given := Environment().database) is not None:
            return given.get_secret_value()
        default = f"sqlite:///{(data_folder() / 'hub.db').as_posix()}"
        return self._open(self.hub.database) or default

    @property
    def disabled(self) -> frozenset[str]:
        """Names of plugins that are not to be loaded."""
        return frozenset(self.hub.disabled)

    def app(self, name: str) -> AppSettings:
        """What holds for an app. Raises Misconfigured if no table has that name."""
        if name not in self.apps:
            known = ", ".join(self.apps) or "none yet"
            raise Misconfigured(
                f"{self._file}: there is no [apps.{name}]; add it, or use one of: {known}"
            )
        own = self.apps[name]
        above = self.channels.get(own.channel, ChannelTable())
        limits = _over([x.limit() for x in above.limits], [x.limit() for x in own.limits])
        return AppSettings(
            name=name,
            channel=own.channel,
            app_key=own.app_key,
            base_url=own.base_url or above.base_url,
            proxy=self._proxy(own.proxy or above.proxy or self.hub.proxy),
            limits=limits,
            facts={**above.facts, **own.facts},
            options={**above.options, **own.options},
            deadline_seconds=own.deadline_seconds
            or above.deadline_seconds
            or DEADLINE_SECONDS,
            attempts=own.attempts or above.attempts or ATTEMPTS,
            secret_reference=own.app_secret,
            former_reference=own.former_app_secret,
            messages=next(
                (t.messages for t in (own, above) if t.messages is not None), True
            ),
            folder=self._folder,
        )

    def apps_of(self, channel: str) -> list[str]:
        """The names of a channel's apps, in the file's order."""
        return [name for name, app in self.apps.items() if app.channel == channel]

    def limits(self, app: str, channel: Channel) -> tuple[Limit, ...]:
        """The channel's limits with what is set in their place.

        Entries set for a prefix and a `per` replace all the channel has for that pair.
        """
        return _over(channel.limits, self.app(app).limits)

    def facts(self, app: str, channel: Channel) -> Mapping[str, str]:
        """The channel's C-marked facts as configured. Raises Misconfigured for a fact the
        channel does not have."""
        given = self.app(app).facts
        if strange := [name for name in given if name not in channel.facts]:
            raise Misconfigured(
                f"{self._file}: {channel.id} has no fact {', '.join(strange)}; "
                f"it has: {', '.join(channel.facts) or 'none'}"
            )
        return {**channel.facts, **given}

    def stream(self, channel: str, stream: Stream, shop: str | None = None) -> Stream:
        """The stream as configured: the shop's settings over the channel's.

        Raises Misconfigured for a window longer than its platform answers for: what is
        beyond the platform's own limit it may refuse, or leave out without a word.
        """
        longest = stream.max_window
        for where, table in self._readings(channel, shop):
            if stream.name in table:
                stream = table[stream.name].apply(stream)
                self._refuse_wide(where, stream, longest)
        return stream

    def rhythm(
        self, channel: str, stream: str, shop: str | None = None
    ) -> tuple[float | None, float | None]:
        """Seconds between two readings, hours between two healings, as they are set: the
        shop's over the channel's. None: not set; 0: never."""
        tables = [t[stream] for _, t in self._readings(channel, shop) if stream in t]
        poll = [t.poll_seconds for t in tables if t.poll_seconds is not None]
        heal = [t.heal_hours for t in tables if t.heal_hours is not None]
        return poll[-1] if poll else None, heal[-1] if heal else None

    def _refuse_wide(self, where: str, stream: Stream, longest: timedelta) -> None:
        if stream.is_snapshot or stream.max_window <= longest:
            return
        asked, most = (s / timedelta(hours=1) for s in (stream.max_window, longest))
        raise Misconfigured(
            f"{self._file}: [{where}] streams.{stream.name}.max_window_hours: {asked:g} "
            f"is longer than the {most:g} that one query of it may ask for; take that or "
            "less (where no document names the limit, the channel has a fact for it)"
        )

    def _readings(
        self, channel: str, shop: str | None
    ) -> list[tuple[str, dict[str, StreamTable]]]:
        above, own = self.channels.get(channel), self.shops.get(shop or "")
        named = ((f"channels.{channel}", above), (f"shops.{shop}", own))
        return [(where, table.streams) for where, table in named if table is not None]

    def pins(self, channel: str, shop: str | None = None) -> dict[str, int]:
        """Area to the shape its records are read in: the shop's over the channel's."""
        above = self.channels.get(channel, ChannelTable()).pins
        return {**above, **self.shops.get(shop or "", ShopTable()).pins}

    def off(self, channel: str, shop: str | None = None) -> frozenset[str]:
        """Names of streams that are not pulled: the channel's and the shop's."""
        above = self.channels.get(channel, ChannelTable()).off
        return frozenset(above) | frozenset(self.shops.get(shop or "", ShopTable()).off)

    def share(self, channel: str, shop: str) -> tuple[int, int]:
        """Pieces of each item kept back, and per cent of the rest that is offered: the
        shop's over the channel's; all of it where neither says."""
        own, above = self.shops.get(shop), self.channels.get(channel)
        tables = [table.stock for table in (own, above) if table is not None]
        safety = [t.safety for t in tables if t.safety is not None]
        share = [t.share_percent for t in tables if t.share_percent is not None]
        return (safety or [0])[0], (share or [100])[0]

    def carriers(self, channel: str, shop: str) -> dict[str, str]:
        """The ERP's words for carriers to the platform's: the shop's over the channel's."""
        above = self.channels.get(channel, ChannelTable()).carriers
        return {**above, **self.shops.get(shop, ShopTable()).carriers}

    def reveals_per_day(self, channel: str, shop: str) -> int | None:
        """How many receivers may be revealed on a day: the shop's over the channel's.
        None: no end but the platform's own."""
        for table in (self.shops.get(shop), self.channels.get(channel)):
            if table is not None and table.reveals_per_day is not None:
                return table.reveals_per_day
        return None

    def holds_drift(self, channel: str, shop: str) -> bool:
        """Whether records whose amounts came in another unit are parked until a person has
        looked (`drift = "hold"`, the default), or stored and told of (`"note"`)."""
        for table in (self.shops.get(shop), self.channels.get(channel)):
            if table is not None and table.drift is not None:
                return table.drift == "hold"
        return True

    def shop_settings(self, shop: str) -> dict[str, Any]:
        """A shop's own `settings`, as its connector reads them."""
        return dict(self.shops.get(shop, ShopTable()).settings)

    def strangers(self, channels: Iterable[str], shops: Iterable[str]) -> list[str]:
        """What the file sets for channels and shops there are none of, as sentences: a
        misspelt table changes nothing, silently."""
        there = {"channels": set(channels), "shops": set(shops)}
        named = [("channels", name) for name in self.channels]
        named += [("shops", name) for name in self.shops]
        said = [f"[{t}.{n}] names no such {t[:-1]}" for t, n in named if n not in there[t]]
        said += [
            f"[apps.{name}] is for channel {app.channel}, which no plugin serves"
            for name, app in self.apps.items()
            if app.channel not in there["channels"]
        ]
        return [f"{self._file}: {sentence}" for sentence in said]

    def secret(self, reference: str) -> SecretStr:
        """What a reference of this file names, fetched now. Raises Misconfigured when it
        is not there."""
        return reveal(reference, self._folder)

    @property
    def alarm_proxy(self) -> str | None:
        """The proxy by which alarms leave."""
        return self._open(self.alarms.proxy)

    @property
    def _file(self) -> str:
        return str(self._source or "plugins.toml")

    @property
    def _folder(self) -> Path | None:
        return self._source.parent if self._source else None

    def _open(self, url: str | None) -> str | None:
        if url is None or not is_reference(url):
            return url
        return reveal(url, self._folder).get_secret_value()

    def _proxy(self, proxy: str | None) -> str | None:
        return None if proxy == DIRECT else self._open(proxy)


def _over(below: Iterable[Limit], above: Iterable[Limit]) -> tuple[Limit, ...]:
    """`above`, and what of `below` it says nothing about."""
    told = {(limit.prefix, limit.per, limit.day) for limit in above}
    return (*(x for x in below if (x.prefix, x.per, x.day) not in told), *above)
