"""T rows, through whole syncs and real processes. The rest stands in `tests/client`:
T1, T3, T4, T7, T8 in test_tokens_renewal, T9, T11, T16 in test_pace_limits, T12 to T15 in
test_client_breaker and test_client_hazards.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub_core.client import httpx
from hub_core.ports import Grant
from hub_core.sandbox import Account, Fault, Faults, Platform
from hub_core.testing.bridge import platform_transport
from tests.harness import Bench, bench, dense
from tests.scenarios.served import Served, served

CHANNELS = ("douyin-laike", "taobao", "jd", "pinduoduo")
BOTH = [
    "sqlite",
    pytest.param(
        "postgresql",
        marks=pytest.mark.skipif(
            sys.platform == "win32", reason="there is no wheel of PostgreSQL for Windows"
        ),
    ),
]


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hub.db'}"
        return
    from tests.store import postgres

    url = postgres.fresh()
    yield url
    postgres.drop(url)


def small(channel: str, folder: Path, **how: Any) -> Any:
    read = {"page_size": how.pop("page_size", 5)}
    streams = {"orders": read, "unpaid": read} if channel == "jd" else {"orders": read}
    how = {"seed": 5, "orders": 30} | dense(channel) | how
    return bench(channel, folder, channel_settings={"streams": streams}, **how)


# Four processes --------------------------------------------------------------------------


def test_t2_t9_t10_four_processes_fetch_one_token_and_keep_one_limit(
    database: str, tmp_path: Path
) -> None:
    """Each reads a shop of its own; token and limit are the app's."""
    with served(
        "douyin-laike", tmp_path, database=database, seed=2, shops=4, orders=30,
        reading={"settle_lag_seconds": 1, "page_size": 5}, per_second=12, deadline=30,
    ) as made:  # fmt: skip
        for renewals in (1, 2):
            at_once(made)
            log = made.platform.log
            tokens = [e.outcome for e in log.entries if e.operation.startswith("token")]
            assert tokens == ["ok"] * renewals
            made.platform.clock.advance(7_200)
        # As the platform sees them: a busy machine may hand a call on half a second late.
        # Four purses instead of one would be 48.
        assert log.busiest(1.0, "orders.list") <= 12 * 1.5
        assert sum(e.operation == "orders.list" for e in log.entries) > 40


def at_once(made: Served) -> None:
    names = [a.name for a in made.platform.accounts()]
    four = [made.start("sync", name) for name in names]
    ends = [one.communicate(timeout=120) for one in four]
    assert [one.returncode for one in four] == [0] * 4, ends


# A token that dies in the middle ---------------------------------------------------------


class Dying(httpx.BaseTransport):
    """The line to a box whose token dies before its k-th call."""

    box: Platform

    def __init__(self, k: int) -> None:
        self._k, self.calls = k, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if self.calls == self._k:
            (account,) = self.box.accounts()
            self.box.expire_token(account.external_id)  # type: ignore[attr-defined]
        return platform_transport(self.box).handle_request(request)


@pytest.mark.parametrize("k", range(1, 21))
@pytest.mark.parametrize("channel", CHANNELS)
def test_t5_a_token_that_dies_in_a_sync_costs_no_order(
    channel: str, k: int, tmp_path: Path
) -> None:
    dying = Dying(k)
    with small(
        channel, tmp_path, orders=60, page_size=3, transports=lambda c: dying
    ) as made:
        dying.box = made.platform
        (account,) = made.platform.accounts()
        made.platform.clock.advance(1_000)
        outcomes = made.hub.sync()
        assert [str(o.error) for o in outcomes if o.error] == []
        assert made.lost(account) == []
        refused = [e for e in made.hub.journal(limit=1000) if e.outcome == "TokenExpired"]
        assert len(refused) <= 1
        assert dying.calls > k


# An authorisation taken back -------------------------------------------------------------


@pytest.mark.parametrize("channel", CHANNELS)
def test_t6_a_shop_that_was_revoked_stops_and_others_go_on(
    channel: str, tmp_path: Path
) -> None:
    """An hour of a sync a minute: three calls at most, one incident; then a new token, or
    where the token is the app's, a word that the owner has allowed it again."""
    with small(channel, tmp_path, shops=2) as made:
        first, other = made.platform.accounts()
        made.platform.clock.advance(1_000)
        assert [o.error for o in made.hub.sync() if o.error] == []
        cursors = {c.stream: c.cursor_at for c in made.hub.coverage([first.name])}
        made.platform.revoke(first.external_id)
        made.platform.churn(10)
        before = len(journal_of(made, first))
        for _ in range(60):
            made.platform.clock.advance(60)
            outcomes = made.hub.sync()
            assert all((o.error is not None) == (o.shop == first.name) for o in outcomes)
        assert len(journal_of(made, first)) - before <= 3
        told = [i for i in made.hub.incidents() if i.kind == "unauthorised"]
        assert len(told) == 1
        assert first.name in told[0].text
        assert made.lost(other) == []
        after = {c.stream: c.cursor_at for c in made.hub.coverage([first.name])}
        assert after == cursors, "a cursor moved though nothing could be read"
        allow_again(made, first)
        made.platform.clock.advance(1_000)
        assert [o.error for o in made.hub.sync() if o.error] == []
        assert made.lost(first) == []


def journal_of(made: Bench, account: Account) -> list[Any]:
    return made.hub.journal(shop=account.name, limit=10_000)


def allow_again(made: Bench, account: Account) -> None:
    platform: Any = made.platform
    shop = made.hub.shop(account.name)
    if platform.channel != "douyin-laike":
        made.hub.accept_token(shop, again(platform, account))
        return
    platform.authorise(account.external_id)
    assert made.hub.resume(shop)


def again(platform: Any, account: Account) -> Grant:
    """What the owner's new authorisation gives."""
    if platform.channel == "taobao":
        token = platform.authorise(account.external_id).access_token
        assert token
        return Grant(access_token=token, expires_in=86_400)
    platform.let_in(account.external_id, "given-again-0000000000")
    return Grant(access_token="given-again-0000000000", expires_in=86_400)


def test_t6_an_owner_who_comes_back_is_read_again_without_a_word(tmp_path: Path) -> None:
    """Where the token is the app's nobody hands the hub anything: it asks once an hour."""
    with small("douyin-laike", tmp_path) as made:
        (account,) = made.platform.accounts()
        platform: Any = made.platform
        made.platform.clock.advance(1_000)
        made.hub.sync()
        for _ in range(3):
            platform.revoke(account.external_id)
            made.platform.churn(5)
            made.platform.clock.advance(1_800)
            assert [o.error for o in made.hub.sync()] != [None]
            before = len(journal_of(made, account))
            made.platform.clock.advance(1_800)
            assert [o.error for o in made.hub.sync()] != [None]
            assert len(journal_of(made, account)) == before
            platform.authorise(account.external_id)
            made.platform.clock.advance(1_800)
            assert [o.error for o in made.hub.sync()] == [None]
            assert made.lost(account) == []
        told = [i.shop_id for i in made.hub.incidents() if i.kind == "unauthorised"]
        assert told == [made.hub.shop(account.name).id] * 3


@pytest.mark.parametrize("channel", CHANNELS)
def test_t6_what_never_stopped_is_not_resumed(channel: str, tmp_path: Path) -> None:
    with small(channel, tmp_path) as made:
        (account,) = made.platform.accounts()
        assert not made.hub.resume(made.hub.shop(account.name))


# A ban -----------------------------------------------------------------------------------


def test_t11_no_process_calls_while_the_app_is_banned(tmp_path: Path) -> None:
    """The ban is in the database: a hub started meanwhile keeps it too."""
    with served(
        "taobao",
        tmp_path,
        seed=11,
        orders=20,
        reading={"settle_lag_seconds": 1},
        deadline=30,
    ) as made:
        app = made.platform.accounts()[0].app_key
        made.platform.ban(app, 600.0)  # type: ignore[attr-defined]
        first = made.run("sync", "--json")
        assert first.returncode == 1
        calls = len(made.platform.log.entries)
        assert calls <= 2
        for _ in range(2):
            again = made.run("sync", "--json")
            assert (again.returncode, b"banned" in again.stdout) == (1, True)
        assert len(made.platform.log.entries) == calls


# One retry layer -------------------------------------------------------------------------


@pytest.mark.parametrize("channel", CHANNELS)
def test_t12_under_a_whole_outage_each_send_is_tried_so_often_and_no_more(
    channel: str, tmp_path: Path
) -> None:
    """The box counts: a sync's first call, its attempts, and nothing on top of them."""
    with small(channel, tmp_path) as made:
        made.hub.sync()
        before = len(made.platform.log.entries)
        made.platform.faults = Faults([Fault("http_503")])
        made.platform.clock.advance(2_000)
        outcomes = made.hub.sync()
        assert all(o.error for o in outcomes)
        (account,) = made.platform.accounts()
        attempts = made.hub.settings.app(account.app_key).attempts
        asked = len(made.platform.log.entries) - before
        assert attempts <= asked <= attempts * len(outcomes)
