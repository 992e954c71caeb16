"""The tables of `plugins.toml`. A key that is not here is an error, not a shrug."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from ..ports import Limit, Stream
from .secret import OpenURL, Reference

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
DAY_SECONDS = 86_400.0
URL = Annotated[str, StringConstraints(pattern=r"^https?://[^\s@]+$")]
AppName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
"""It stands in the address the platform pushes to: /push/<channel>/<app>."""


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise ValueError("should be a network, such as 10.0.0.0/24") from None
    return text


Network = Annotated[str, AfterValidator(_network)]
"""A network in CIDR's form; a single address is one, too."""
Port = Annotated[int, Field(ge=1, le=65535)]


class Table(BaseModel):
    """A table: known keys only, values as they are written."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, hide_input_in_errors=True
    )


class HubTable(Table):
    """`[hub]`: the hub itself."""

    database: OpenURL | None = None
    proxy: OpenURL | None = None
    disabled: list[str] = []
    key: Reference | None = None
    public_url: URL | None = None
    """Where browsers reach this hub: they come back to it from consent pages."""
    audit_head: str | None = None
    """The file the audit log's head is kept in, outside the database."""
    journal_days: NotNegative = 90.0
    """Under `hub serve`, how long calls stay in the journal; 0: for ever."""
    incident_days: NotNegative = 365.0
    """The same of incidents."""
    feed_days: NotNegative = 365.0
    """The same of changes in the feed: who has not followed it for longer takes a new
    first copy."""
    plugin_seconds: Positive = 120.0
    """How long a plugin may take for itself between two calls before it is given up."""
    pool: Count = 20
    """Connections of one process to the database, at most."""


class OutboundTable(Table):
    """`[outbound]`: where webhooks may go."""

    allow: list[Network] = []
    """Networks an endpoint may be in though they are not public."""
    ports: list[Port] = [443]
    off_after_days: Positive = 5.0
    """After so long without a success an endpoint is turned off."""


class LimitTable(Table):
    """One entry of `limits`: at most `calls` in any `seconds`, or on a `day`."""

    calls: Count
    seconds: Positive | None = None
    prefix: str = ""
    per: Literal["app", "shop"] = "app"
    burst: Count = 1
    day: bool = False

    @model_validator(mode="after")
    def _seconds_or_day(self) -> LimitTable:
        if self.day == (self.seconds is not None):
            raise ValueError("should have `seconds`, or `day = true` in their place")
        return self

    def limit(self) -> Limit:
        """The same, as the engine knows it."""
        return Limit(**{**self.model_dump(), "seconds": self.seconds or DAY_SECONDS})


class StreamTable(Table):
    """`streams.<name>`: what to do otherwise than the channel's plugin says."""

    settle_lag_seconds: NotNegative | None = None
    overlap_seconds: NotNegative | None = None
    max_window_hours: Positive | None = None
    page_size: Count | None = None
    rows_cap: Count | None = None
    """Rows of one window beyond which this platform does not page."""
    look_back_days: Positive | None = None
    reread_hours: NotNegative | None = None
    """0 turns re-reading off."""
    poll_seconds: NotNegative | None = None
    """Under `hub serve`, how long after one reading the next begins; 0: never by itself."""
    heal_hours: NotNegative | None = None
    """Under `hub serve`, how often it is healed; 0: never by itself."""

    def apply(self, stream: Stream) -> Stream:
        """The stream with what is set here in place of its own."""
        spans = {
            "settle_lag": _span(seconds=self.settle_lag_seconds),
            "overlap": _span(seconds=self.overlap_seconds),
            "max_window": _span(hours=self.max_window_hours),
            "look_back": _span(days=self.look_back_days),
            "reread_every": _span(hours=self.reread_hours or None),
            "page_size": self.page_size,
            "rows_cap": self.rows_cap,
        }
        changes: dict[str, Any] = {k: v for k, v in spans.items() if v is not None}
        if self.reread_hours == 0:
            changes["reread_every"] = None
        return replace(stream, **changes)


def _span(**length: float | None) -> timedelta | None:
    return None if None in length.values() else timedelta(**length)  # type: ignore[arg-type]


class StockTable(Table):
    """`stock`: how much of what the ERP has may be offered."""

    safety: Annotated[int, Field(ge=0)] | None = None
    """Pieces of each item that are kept back."""
    share_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    """Of the rest, how much is offered here."""


class Wiring(Table):
    """What an app may set, and a channel may set for all its apps."""

    base_url: URL | None = None
    proxy: OpenURL | None = None
    limits: list[LimitTable] = []
    facts: dict[str, str] = {}
    options: dict[str, str] = {}
    deadline_seconds: Positive | None = None
    attempts: Count | None = None
    messages: bool | None = None
    """Under `hub serve`, whether the app's messages are taken."""


class Reading(Table):
    """What a channel may set for all its shops, and a shop for itself."""

    pins: dict[str, Count] = {}
    off: list[str] = []
    streams: dict[str, StreamTable] = {}
    stock: StockTable = StockTable()
    drift: Literal["hold", "note"] | None = None
    """What becomes of records whose amounts came in another unit than before."""
    reveals_per_day: Annotated[int, Field(ge=0)] | None = None
    """Of what the platform counts as receivers, how many a shop may have revealed on one
    of its days. 0: none."""
    carriers: dict[str, str] = {}
    """The ERP's word for a carrier to the platform's code or name of it."""


class AppTable(Wiring):
    """`[apps.<name>]`: one app key of one platform."""

    channel: str
    app_key: str
    app_secret: Reference
    former_app_secret: Reference | None = None
    """The one before it: what a platform still signs with it is taken for genuine."""


class ChannelTable(Wiring, Reading):
    """`[channels.<id>]`: for every app and shop of one channel."""


class ShopTable(Reading):
    """`[shops.<name>]`: one shop, by the name the hub knows it by."""

    settings: dict[str, str | int | float | bool] = {}


class TargetTable(Table):
    """`[alarms.targets.<name>]`: somebody who is told."""

    url: Reference
    """Apprise's form, or the address 企业微信 shows; it holds a token, so by reference."""
    severity: Literal["info", "warning", "critical"] = "warning"
    """What is less is not told here."""
    channels: list[str] = []
    companies: list[str] = []
    """Only of these. Without both, of the hub itself, too."""
    base_url: URL | None = None
    """Where the bots of 企业微信, 钉钉 and 飞书 stand, if not with their makers."""


class AlarmsTable(Table):
    """`[alarms]`: what is told to whom, and from when on it is worth it."""

    targets: dict[AppName, TargetTable] = {}
    remind_hours: NotNegative = 24.0
    """How long after it was told last what still lasts is told again; 0: never."""
    recover_minutes: NotNegative = 5.0
    """How long a trouble has to be gone before that is told."""
    token_days: Positive = 3.0
    stale_minutes: Positive = 30.0
    stale_times: Positive = 3.0
    """Of its own rhythm, after which a stream that was not read is told of."""
    gap_minutes: NotNegative = 60.0
    parked_hour: Count = 20
    parked_day: Count = 100
    disk_low_mb: Count = 1024
    incidents: list[str] = ["endpoint", "gap", "keys_tried", "token_died_early"]
    """Kinds of incidents that are told of, once."""
    proxy: OpenURL | None = None
    """By which bots and the ping are reached."""
    ping_url: Reference | None = None
    ping_seconds: Positive = 60.0
