"""H8: a former answer that a cache kept, given to a process that cannot know it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub_core.client import httpx
from hub_core.sandbox import Account, Platform
from hub_core.testing.bridge import platform_transport
from tests.harness import NOON, Bench, add_account, bench, dense


class Kept(httpx.BaseTransport):
    """A cache that gives the first detail of its own again, for another order's."""

    box: Platform

    def __init__(
        self, first: bytes | None = None, *, of: str = "orders.get", times: int = 1
    ) -> None:
        self.kept, self.given, self.operation = first, 0, of
        self.times = times

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        good = platform_transport(self.box).handle_request(request)
        body = good.read()
        if self.box.log.entries[-1].operation == self.operation and self.given < self.times:
            if self.kept is None:
                self.kept = body
            else:
                body = self.kept
                self.given += 1
        headers = {"date": good.headers["date"]}
        return httpx.Response(
            good.status_code, headers=headers, stream=httpx.ByteStream(body)
        )


def test_h8_the_detail_of_another_order_is_neither_kept_nor_taken_for_the_one_asked(
    tmp_path: Path,
) -> None:
    """The answer was given to a process that is gone: nothing here knows its id."""
    former = Kept()
    with one_shop(tmp_path, 1, transports=lambda channel: former) as made:
        former.box = made.platform
        made.hub.sync()
    again = Kept(former.kept)
    with one_shop(tmp_path, 2, transports=lambda channel: again) as made:
        again.box = made.platform
        (account,) = made.platform.accounts()
        made.platform.clock.advance(1_000)
        assert [o.error for o in made.hub.sync()] == [None]
        assert again.given == 1
        (parked,) = made.hub.parked(account.name)
        assert "about another order" in parked.reason
        assert made.lost(account) == []
        known = {t.external_id for t in made.platform.truth(account.external_id)}
        assert set(made.stored(account.name)) == known - {parked.external_id}
        assert [o.error for o in made.hub.retry_parked()] == [None]
        assert set(made.stored(account.name)) == known
        assert made.parked_ids(account.name) == set()


def test_h8_an_order_asked_for_again_is_not_overwritten_by_another_s_detail(
    tmp_path: Path,
) -> None:
    """Pinduoduo lists whole orders: only open ones that rested long are asked for alone."""
    pages: dict[str, Any] = {"channel": "pinduoduo"}
    former = Kept()
    with one_shop(tmp_path, 1, transports=lambda channel: former, **pages) as made:
        former.box = made.platform
        made.hub.sync()
        made.platform.clock.advance(40_000)
        made.hub.sync()
    assert former.kept is not None, "no order was asked for alone"
    again = Kept(former.kept)
    with one_shop(tmp_path, 2, transports=lambda channel: again, **pages) as made:
        again.box = made.platform
        (account,) = made.platform.accounts()
        made.platform.clock.advance(1_000)
        made.hub.sync()
        before = made.stored(account.name)
        made.platform.clock.advance(40_000)
        assert [o.error for o in made.hub.sync()] == [None]
        assert again.given == 1
        assert made.stored(account.name) == before
        assert made.lost(account) == []


@pytest.mark.parametrize(
    ("channel", "operation", "times"),
    [("taobao", "orders.get", 1), ("taobao", "orders.get", 2), ("jd", "orders.list", 1)],
)
def test_h8_an_answer_that_was_another_shop_s_neither_stops_a_shop_nor_is_kept(
    channel: str, operation: str, times: int, tmp_path: Path
) -> None:
    """The answer was given to a process that is gone, which read that other shop. One that
    comes twice is known by its id where it bears one; JD's do not."""
    former = Kept(of=operation)
    with bench(
        channel, tmp_path, seed=7, shops=2, orders=20, transports=lambda channel: former
    ) as made:
        former.box = made.platform
        made.platform.clock.advance(1_000)
        mine, other = made.platform.accounts()
        made.hub.sync([other.name])
        again = Kept(former.kept, of=operation, times=times)
        fresh = afresh(made, mine, again)
        assert [o.error for o in fresh.hub.sync() if o.error] == []
        assert again.given == times
        own = {t.external_id for t in made.platform.truth(mine.external_id)}
        assert set(fresh.stored(mine.name)) == own
        assert fresh.parked_ids(mine.name) == set()
        assert fresh.hub.incidents() == []
        fresh.hub.close()


def afresh(made: Bench, account: Account, line: Kept) -> Bench:
    """The shop alone, in a hub that knows of no call so far, and by the seller's name."""
    (folder := made.folder / "fresh").mkdir()
    fresh = Bench(made.platform, folder, transports=lambda channel: line)
    line.box = made.platform
    named = replace(account, account={**account.account, "nick": account.name})
    start = datetime.fromtimestamp(NOON, UTC) - timedelta(days=2)
    add_account(fresh.hub, made.platform.channel, named, start)
    return fresh


def one_shop(folder: Path, seed: int, *, channel: str = "taobao", **how: Any) -> Any:
    (inner := folder / str(seed)).mkdir()
    return bench(channel, inner, seed=seed, orders=20, **dense(channel), **how)
