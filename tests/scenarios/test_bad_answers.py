"""What is no good answer moves no cursor, loses nothing and is told as what it was."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub_core.client import httpx
from hub_core.errors import HubError
from hub_core.insight import truth
from hub_core.insight.forward_reader import ForwardReader
from hub_core.ports import Stream, Window
from hub_core.pull import Outcome
from hub_core.sandbox import Fault, Faults, Platform
from hub_core.testing.bridge import platform_transport
from hub_core.wire import Item
from tests.harness import NOON, PLUGINS, Bench, bench, dense
from tests.loss import grading

LAG = 180.0
CHANNELS = ("douyin-laike", "taobao", "jd", "pinduoduo")
SAYS = {
    "error_body": r"code |The last failure: \S",
    "html": r"no JSON.*text/html",
    "truncate_silent": r"no JSON",
    "truncate": r"broke off",
    "garbage": r"no JSON",
    "http_429": r"429|wait|nothing was sent",
    "http_503": r"HTTP 503",
    "throttled": r"code |nothing was sent",
    "timeout": r"no answer within 30 s",
    "drip": r"within 30 s",
    "reset": r"the line failed",
    "wrong_types": None,
    "empty_page": None,
    "repeat_page": None,
}
"""Kind of bad answer → what the outcome's error says; None: there need not be an error."""
ROWS = {
    "error_body": "h18", "html": "h19", "garbage": "h19", "truncate": "h20",
    "truncate_silent": "h20", "drip": "h21", "timeout": "h21", "wrong_types": "h17",
    "empty_page": "h7", "repeat_page": "h8", "http_429": "t13", "http_503": "t12",
    "throttled": "t13", "reset": "h20",
}  # fmt: skip
PLACES = {
    "first list page": ("orders.list", 1),
    "later page": ("orders.list", 4),
    "detail": ("orders.get", 3),
}
FOR_EVER = 400


def placed(channel: str) -> Iterator[str]:
    for place, (operation, _) in PLACES.items():
        if channel == "taobao" or operation == "orders.list":
            yield place  # the other two list whole orders


CASES = [
    pytest.param(channel, kind, place, id=f"{ROWS[kind]}-{channel}-{kind}-{place}")
    for channel in CHANNELS
    for kind in SAYS
    for place in placed(channel)
]


@pytest.mark.parametrize(("channel", "kind", "place"), CASES)
def test_h7_h8_h16_to_h21_a_bad_answer_moves_no_cursor_past_data(
    channel: str, kind: str, place: str, tmp_path: Path
) -> None:
    operation, first = PLACES[place]
    calls = frozenset(range(first, first + FOR_EVER))
    with joined(channel, tmp_path) as made:
        made.platform.faults = Faults([Fault(kind, operation, calls)])
        outcomes = made.hub.sync()
        assert unproved(made) == []
        said = SAYS[kind]
        if said is not None:
            assert any(re.search(said, str(o.error)) for o in outcomes), told(outcomes)
        assert_nothing_is_lost_once_it_clears(made)


@pytest.mark.parametrize(
    ("channel", "place"), [(c, place) for c in CHANNELS for place in placed(c)]
)
@pytest.mark.parametrize("what", ["bomb", "huge", "deep"])
def test_s12_bombs(channel: str, place: str, what: str, tmp_path: Path) -> None:
    """64 MB from 64 kB, 9 MB of blanks, 100,000 brackets: no more than an error."""
    operation, first = PLACES[place]
    spoiling = Spoiling(operation, first, BOMBS[what])
    with joined(channel, tmp_path, transports=lambda channel: spoiling) as made:
        spoiling.box = made.platform
        outcomes = made.hub.sync()
        assert spoiling.given >= 1
        assert unproved(made) == []
        errors = " ".join(told(outcomes))
        assert re.search("larger than|no JSON", errors), errors
        assert len(errors) < 1_500
        spoiling.first = FOR_EVER * 100
        assert_nothing_is_lost_once_it_clears(made)


BOMBS = {
    "bomb": (gzip.compress(b" " * (64 << 20)), {"content-encoding": "gzip"}),
    "huge": (b" " * (9 << 20), {}),
    "deep": (b'{"a":' * 100_000, {}),
}


class Spoiling(httpx.BaseTransport):
    """The box behind a proxy that gives another body from the n-th call on."""

    box: Platform

    def __init__(
        self, operation: str, first: int, body: tuple[bytes, dict[str, str]]
    ) -> None:
        self._operation, self.first = operation, first
        self._body, self._headers = body
        self._calls = self.given = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        log = self.box.log.entries
        before = len(log)
        good = platform_transport(self.box).handle_request(request)
        asked = log[before].operation if len(log) > before else ""
        self._calls += asked == self._operation
        if asked != self._operation or self._calls < self.first:
            return good
        self.given += 1
        stream = httpx.ByteStream(self._body)
        return httpx.Response(200, headers=self._headers, stream=stream)


# What is asked of each -------------------------------------------------------------------


def joined(channel: str, folder: Path, **how: Any) -> AbstractContextManager[Bench]:
    read = {"page_size": 5}
    streams = {"orders": read, "unpaid": read} if channel == "jd" else {"orders": read}
    how |= dense(channel)
    if channel == "pinduoduo":  # without empty windows its 4th call is for a later page
        how["before"] = timedelta(0)
    return bench(
        channel, folder, seed=18, orders=24, channel_settings={"streams": streams}, **how
    )


def told(outcomes: list[Outcome]) -> list[str]:
    return [str(o.error) for o in outcomes if o.error]


def unproved(made: Bench) -> list[str]:
    """Orders that an interval called complete should have and has not; cursors past it."""
    (account,) = made.platform.accounts()
    known = made.platform.truth(account.external_id)
    wrong = grading.false_completes(made.hub, account.name, known, lag=LAG)
    for stream in made.hub.coverage():
        ends = [s.until for s in stream.spans if s.state != "unknown"]
        if stream.cursor_at and stream.cursor_at > max(ends, default=stream.cursor_at):
            wrong.append(f"{stream.stream}: the cursor is past what was read")
    return wrong


def assert_nothing_is_lost_once_it_clears(made: Bench) -> None:
    made.platform.faults = Faults()
    made.platform.clock.advance(1_000)
    for read in (made.hub.sync, made.hub.heal):
        outcomes = read()
        assert told(outcomes) == []
    (account,) = made.platform.accounts()
    assert made.lost(account) == []
    assert made.doubled(account) == []
    assert made.parked_ids(account.name) == set()
    assert unproved(made) == []


# Control ---------------------------------------------------------------------------------


class Careless(ForwardReader):
    """Takes what is no answer for a page without rows, and goes on to the next window."""

    def _rows(self, stream: Stream, window: Window) -> Iterator[Item]:
        try:
            yield from super()._rows(stream, window)
        except HubError:
            return


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    "kind",
    ["error_body", "html", "truncate_silent", "truncate", "garbage", "http_503", "drip"],
)
def test_h18_to_h21_control_a_careless_reader_loses_orders(
    channel: str, kind: str, tmp_path: Path
) -> None:
    with joined(channel, tmp_path) as made:
        (account,) = made.platform.accounts()
        shop = made.hub.shop(account.name)
        source = PLUGINS.orders(channel, made.hub.lines.open(shop))
        streams = [made.settings.stream(channel, s) for s in source.streams]
        reader = Careless(source, streams)
        begin = datetime.fromtimestamp(NOON, UTC) - timedelta(days=2)
        calls = frozenset(range(3, FOR_EVER))
        made.platform.faults = Faults([Fault(kind, "orders.list", calls)])
        reader.read(begin, made.clock.now())
        made.platform.faults = Faults()
        made.platform.clock.advance(1_000)
        reader.read(begin, made.clock.now())
        known = made.platform.truth(account.external_id)
        assert truth.grade(reader.seen, known).lost != []
