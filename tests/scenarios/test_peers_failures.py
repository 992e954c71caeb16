"""What other order hubs are known to get wrong, on all channels.

An error code read as success has its tests in `test_bad_answers` (h18 and its control),
a hub killed between rows and cursor in `tests/kill`, a page 1, 2, 3 reader in `tests/loss`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from hub_core.client import httpx
from hub_core.errors import HubError
from hub_core.insight import truth
from hub_core.insight.forward_reader import ForwardReader
from hub_core.ports import Stream, Window
from hub_core.sandbox import Fault, Faults, Platform
from hub_core.testing.bridge import platform_transport
from hub_core.wire import Fetched, Item, clock_text
from tests.harness import NOON, PLUGINS, Bench, bench, dense

CHANNELS = ("douyin-laike", "taobao", "jd", "pinduoduo")
BEGIN = datetime.fromtimestamp(NOON, UTC) - timedelta(days=2)
Change = Callable[[str, Any], Any]
"""From a field's name and value to what stands there instead."""


def joined(channel: str, folder: Path, **how: Any) -> Any:
    read = {"page_size": 5}
    streams = {"orders": read, "unpaid": read} if channel == "jd" else {"orders": read}
    how = {"seed": 21, "orders": 30} | dense(channel) | how
    return bench(channel, folder, channel_settings={"streams": streams}, **how)


def read(made: Bench) -> None:
    """Time passes, then one sync and one heal, which both end well."""
    made.platform.clock.advance(1_000)
    outcomes = made.hub.sync() + made.hub.heal()
    assert [str(o.error) for o in outcomes if o.error] == []


class Between(httpx.BaseTransport):
    """A proxy before the box that changes fields of its answers, or answers itself."""

    box: Platform

    def __init__(
        self,
        change: Change | None = None,
        refuse: Callable[[httpx.Request, float], bool] = lambda request, now: False,
    ) -> None:
        self._change, self._refuse = change, refuse
        self.touched = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        good = platform_transport(self.box).handle_request(request)
        whole = json.loads(good.read())
        if self._refuse(request, self.box.clock.now()):
            self.touched += 1
            whole = json.loads(self.box.error("error_body").body)
        elif self._change:
            whole = self._changed("", whole)
        body = json.dumps(whole, ensure_ascii=False).encode()
        date = {"date": good.headers["date"]}
        return httpx.Response(good.status_code, headers=date, stream=httpx.ByteStream(body))

    def _changed(self, key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: self._changed(k, v) for k, v in value.items()}
        if isinstance(value, list):
            return [self._changed(key, v) for v in value]
        assert self._change is not None
        new = self._change(key, value)
        self.touched += new != value
        return new


# A poison order stops the shop -----------------------------------------------------------


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_poison_order_does_not_stop_the_shop(channel: str, tmp_path: Path) -> None:
    with joined(channel, tmp_path, poison=0.2) as made:
        (account,) = made.platform.accounts()
        read(made)
        waiting = made.hub.parked(account.name)
        assert waiting, "there was no poison"
        assert len(made.stored(account.name)) >= 15
        made.platform.churn(10)
        read(made)
        nameless = [p for p in made.hub.parked(account.name) if p.external_id is None]
        assert len(made.lost(account)) <= len(nameless), "but for those that lost their id"
        unproved = [c for c in made.hub.coverage() if c.cursor_at is None]
        assert unproved == []


# One odd date blocks all later orders ----------------------------------------------------


def long_ago(first: set[str]) -> Change:
    """The first time of change that comes is from 1995 from then on, wherever it stands."""

    def change(key: str, value: Any) -> Any:
        if key not in ("update_order_time", "modified", "updated_at") or not value:
            return value
        first.add(str(value)) if not first else None
        if str(value) not in first:
            return value
        return 788_918_400 if key == "update_order_time" else "1995-01-01 00:00:00"

    return change


@pytest.mark.parametrize("channel", CHANNELS)
def test_one_date_of_1995_does_not_hold_up_later_orders(
    channel: str, tmp_path: Path
) -> None:
    odd: set[str] = set()
    between = Between(long_ago(odd))
    with joined(channel, tmp_path, transports=lambda c: between) as made:
        between.box = made.platform
        (account,) = made.platform.accounts()
        read(made)
        made.platform.churn(10)
        read(made)
        assert between.touched >= 1
        assert len(made.lost(account)) <= 1, "no other than the odd one"
        for stream in made.hub.coverage():
            assert stream.cursor_at is not None
            assert made.platform.clock.now() - stream.cursor_at.timestamp() < 300


# Fractions of a second -------------------------------------------------------------------


@pytest.mark.parametrize("digits", range(1, 13))
def test_fractions_of_any_length_are_read(digits: int) -> None:
    fraction = "123456789012"[:digits]
    found = clock_text(f"2026-11-20 12:00:00.{fraction}")
    wanted = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    assert found == wanted + timedelta(microseconds=int(fraction[:6].ljust(6, "0")))
    assert clock_text(f"2026-11-20T04:00:00.{fraction}Z") == found


@pytest.mark.parametrize("fraction", ["1234567", "123456789"])
@pytest.mark.parametrize("channel", ["taobao", "jd", "pinduoduo"])
def test_7_and_9_digit_fractions_of_a_second(
    channel: str, fraction: str, tmp_path: Path
) -> None:
    """Laike's times are whole numbers of seconds or milliseconds."""
    times = {"modified", "created", "pay_time", "orderStartTime", "paymentConfirmTime"}
    times |= {"updated_at", "created_time", "confirm_time", "shipping_time"}

    def change(key: str, value: Any) -> Any:
        is_time = key in times and isinstance(value, str) and value[:1] == "2"
        return f"{value}.{fraction}" if is_time and "." not in value else value

    between = Between(change)
    with joined(channel, tmp_path, transports=lambda c: between) as made:
        between.box = made.platform
        (account,) = made.platform.accounts()
        read(made)
        assert between.touched > 50
        assert made.hub.parked() == []
        assert made.lost(account) == []
        assert all(c.complete for c in made.hub.coverage())


# The newest minutes refused --------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "end"),
    [("douyin-laike", "update_order_end_time"), ("pinduoduo", "end_updated_at")],
)
def test_newest_minutes_refused_by_the_platform_hold_up_nothing_older(
    channel: str, end: str, tmp_path: Path
) -> None:
    """As on another platform: a window that ends less than two minutes ago is an error.

    Pinduoduo only advises against it, and misses changes of such a window.
    """

    def refuse(request: httpx.Request, now: float) -> bool:
        asked = parse_qs(f"{request.url.query.decode()}&{request.content.decode()}")
        return int(asked.get(end, ["0"])[0]) > now - 120

    between = Between(refuse=refuse)
    with joined(channel, tmp_path, transports=lambda c: between) as made:
        between.box = made.platform
        (account,) = made.platform.accounts()
        for _ in range(4):
            made.platform.churn(5)
            made.platform.clock.advance(1_200)
            (outcome,) = made.hub.sync()
            assert outcome.error is None or "code" in str(outcome.error)
            (stream,) = made.hub.coverage()
            assert stream.cursor_at is not None
            # The settle lag, and the pauses before what is refused is asked again.
            assert made.platform.clock.now() - stream.cursor_at.timestamp() < 240
        assert between.touched >= 4
        assert made.lost(account) == []


# Rows committed late ---------------------------------------------------------------------


@pytest.mark.parametrize("channel", CHANNELS)
def test_rows_committed_late_are_had(channel: str, tmp_path: Path) -> None:
    """Half of all changes are listed three minutes after the time they bear."""
    late = {"late_probability": 0.5, "late_by": 175.0}
    lost = {}
    with joined(channel, tmp_path, **late) as made:
        (account,) = made.platform.accounts()
        reader = a_reader(made, ForwardReader)
        for _ in range(12):
            made.platform.churn(4)
            made.platform.clock.advance(45)
            assert [o.error for o in made.hub.sync() if o.error] == []
            reader.read(BEGIN, made.clock.now())
        made.platform.clock.advance(1_000)
        made.hub.sync()
        reader.read(BEGIN, made.clock.now())
        known = made.platform.truth(account.external_id)
        lost = {"hub": made.lost(account), "reader": truth.grade(reader.seen, known).lost}
    assert lost["hub"] == []
    assert lost["reader"] != [], "the control: who asks from where he stopped loses them"


# A watermark advanced past unread rows ---------------------------------------------------


class Watermark(ForwardReader):
    """Goes on from the newest time it has seen, also when a page failed in between."""

    def read(self, begin: datetime, now: datetime) -> None:
        self.mark = getattr(self, "mark", begin)
        for stream in self.streams:
            try:
                for item in self._rows(stream, Window(self.mark, now)):
                    self._keep(item)
            except HubError:
                continue

    def _keep(self, item: Item) -> None:
        super()._keep(item)
        at = item.order.channel_updated_at if isinstance(item, Fetched) else None
        at = at or getattr(item, "updated_at", None)
        self.mark = max(self.mark, at or self.mark)


class FirstPage(ForwardReader):
    """Reads page 1 of what changed since the last time, as a timer's job may well do."""

    def _rows(self, stream: Stream, window: Window) -> Iterator[Item]:
        yield from self.source.page(stream, window, 1).items


def a_reader(made: Bench, kind: type[ForwardReader]) -> ForwardReader:
    (account,) = made.platform.accounts()
    source = PLUGINS.orders(
        made.platform.channel, made.hub.lines.open(made.hub.shop(account.name))
    )
    streams = [made.settings.stream(made.platform.channel, s) for s in source.streams]
    return kind(source, streams)


@pytest.mark.parametrize("kind", [Watermark, FirstPage])
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_watermark_past_unread_rows_and_a_page_1_reader(
    channel: str, kind: type[ForwardReader], tmp_path: Path
) -> None:
    """Pages fail in the middle of each reading; then they don't. The hub has it all."""
    with joined(channel, tmp_path) as made:
        (account,) = made.platform.accounts()
        reader = a_reader(made, kind)
        for read_it in (made.hub.sync, lambda: reader.read(BEGIN, made.clock.now())):
            made.platform.faults = Faults(
                [Fault("http_500", "orders.list", frozenset(range(3, 300)))]
            )
            with suppress(HubError):
                read_it()
        made.platform.faults = Faults()
        made.platform.clock.advance(1_000)
        reader.read(BEGIN, made.clock.now())
        read(made)
        known = made.platform.truth(account.external_id)
        assert made.lost(account) == []
        assert truth.grade(reader.seen, known).lost != [], "the control loses nothing"
