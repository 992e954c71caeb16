"""T7, the token itself: that of one shop was given to another, by hand.

Where a platform's answers tell whose orders they are, nothing of the other shop is kept,
and what was proved with its token is taken back. Channels differ in what they tell:

- JD: each order has its merchant's `venderId`, in every list; the token's answer has not.
- Taobao: a token's answer names the seller's user id (checked when it is renewed); an
  order has only the seller's name, which the hub knows where the shop was given its `nick`.
- Pinduoduo: a token's answer has the shop's `owner_id` (checked when it is renewed); an
  order does not say whose it is.
- Douyin Laike: the token is the app's and opens no shop; each call names the account that
  is asked for. An order's `merchant_info` may be a branch of it, and is no proof.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub_core.client import httpx
from hub_core.errors import Unauthorised, WrongShop
from hub_core.ports import Grant
from hub_core.sandbox import Account, Platform
from hub_core.testing.bridge import platform_transport
from tests.harness import NOON, Bench, add_account, bench, dense

START = NOON - 2 * 86_400


def swap(made: Bench, victim: Account, other: Account) -> None:
    """A person gives `victim` the token of `other`."""
    token = Grant(
        access_token=str(other.access_token),
        expires_in=other.expires_in,
        refresh_token=other.refresh_token,
    )
    made.hub.accept_token(made.hub.shop(victim.name), token)


def kept(made: Bench, account: Account) -> int:
    """Orders, parked records and proofs of a shop."""
    shop = account.name
    return sum((
        len(made.stored(shop)),
        len(made.parked_ids(shop)),
        sum(len(c.spans) for c in made.hub.coverage([shop])),
    ))  # fmt: skip


def cursors(made: Bench, account: Account) -> dict[str, datetime | None]:
    return {c.stream: c.cursor_at for c in made.hub.coverage([account.name])}


def told(made: Bench) -> list[str]:
    return [i.text for i in made.hub.incidents() if i.kind == "unauthorised"]


# JD ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("pins", [{}, {"orders": 1}])
def test_t7_jd_orders_of_another_shop_are_not_stored(
    pins: dict[str, int], tmp_path: Path
) -> None:
    settings = {"pins": pins}
    with bench("jd", tmp_path, seed=7, shops=2, orders=40, channel_settings=settings) as m:
        mine, other = m.platform.accounts()
        swap(m, mine, other)
        m.platform.clock.advance(1_000)
        failed = [o for o in m.hub.sync() if o.error]
        assert {o.shop for o in failed} == {mine.name}
        first = failed[0].error
        assert isinstance(first, WrongShop)
        assert f"venderId {other.external_id}" in str(first)
        assert f"hub shop token {mine.name}" in str(first)
        assert kept(m, mine) == 0
        assert set(cursors(m, mine).values()) <= {None}
        (incident,) = told(m)
        assert mine.external_id in incident
        assert f"hub shop token {mine.name}" in incident
        assert m.lost(other) == []


def test_t7_jd_a_stopped_shop_asks_nothing_more_and_goes_on_with_its_own_token(
    tmp_path: Path,
) -> None:
    with bench("jd", tmp_path, seed=8, shops=2, orders=40) as made:
        mine, other = made.platform.accounts()
        swap(made, mine, other)
        made.platform.clock.advance(1_000)
        made.hub.sync([mine.name])
        calls = len(made.hub.journal(shop=mine.name, limit=1_000))
        again = made.hub.sync([mine.name])
        assert all(isinstance(o.error, Unauthorised) for o in again)
        assert len(made.hub.journal(shop=mine.name, limit=1_000)) == calls
        assert len(told(made)) == 1
        swap(made, mine, mine)
        assert [str(o.error) for o in made.hub.sync([mine.name]) if o.error] == []
        assert made.lost(mine) == []
        assert made.hub.unread([mine.name]) == []


def test_t7_jd_windows_the_other_shop_had_nothing_in_are_read_again(tmp_path: Path) -> None:
    """An empty page names nobody: it proved hours of the wrong shop. Those proofs fall."""
    hourly = {"max_window_hours": 1}
    settings = {"streams": {"orders": hourly, "unpaid": hourly}}
    with bench("jd", tmp_path, seed=9, shops=2, orders=4, channel_settings=settings) as m:
        mine, other = sorted(m.platform.accounts(), key=lambda a: first_change(m, a))
        assert first_change(m, other) - first_change(m, mine) > 7_200
        swap(m, mine, other)
        m.platform.clock.advance(1_000)
        failed = [o for o in m.hub.sync([mine.name]) if isinstance(o.error, WrongShop)]
        assert failed
        assert sum(o.counts.windows for o in failed) > 20
        assert kept(m, mine) == 0
        swap(m, mine, mine)
        assert [str(o.error) for o in m.hub.sync([mine.name]) if o.error] == []
        assert m.lost(mine) == []
        assert m.false_completes(mine) == []


def first_change(made: Bench, account: Account) -> float:
    """When the first order that is still listed under `orders` last changed."""
    truth = made.platform.truth(account.external_id)
    return min(t.versions[-1].updated_at for t in truth if t.stream == "orders")


def test_t7_jd_an_order_of_another_shop_is_refused_by_id_too(tmp_path: Path) -> None:
    with bench("jd", tmp_path, seed=10, shops=2, orders=20) as made:
        mine, other = made.platform.accounts()
        foreign = {t.stream: t.external_id for t in made.platform.truth(other.external_id)}
        swap(made, mine, other)
        line = made.hub.lines.open(made.hub.shop(mine.name))
        source = made.hub.plugins.orders("jd", line)
        for external_id in foreign.values():
            with pytest.raises(WrongShop, match=f"venderId {other.external_id}"):
                source.record(external_id)


def test_t7_jd_the_right_shop_passes(tmp_path: Path) -> None:
    """The control: two shops of one app, each with its own token."""
    with bench("jd", tmp_path, seed=7, shops=2, orders=40) as made:
        made.platform.clock.advance(1_000)
        assert [str(o.error) for o in made.hub.sync() if o.error] == []
        for account in made.platform.accounts():
            assert made.stored(account.name)
            assert made.lost(account) == []
        assert told(made) == []


class WithoutVender(httpx.BaseTransport):
    """The line to a box whose orders do not say whose they are."""

    box: Platform

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = platform_transport(self.box).handle_request(request)
        body = b"".join(answer.iter_raw()).replace(b'"venderId"', b'"nobodysId"')
        kept = {k: v for k, v in answer.headers.items() if k != "content-length"}
        return httpx.Response(answer.status_code, headers=kept, content=body)


def test_t7_jd_orders_that_do_not_say_whose_they_are_are_taken(tmp_path: Path) -> None:
    mute = WithoutVender()
    with bench("jd", tmp_path, seed=7, orders=40, transports=lambda c: mute) as made:
        mute.box = made.platform
        (account,) = made.platform.accounts()
        made.platform.clock.advance(1_000)
        assert [str(o.error) for o in made.hub.sync() if o.error] == []
        assert made.stored(account.name)
        assert made.lost(account) == []


# Taobao ----------------------------------------------------------------------------------


def as_named(made: Bench, account: Account, nick: str) -> None:
    """The shop alone, in a fresh hub that was told the seller's name."""
    made.hub.close()
    account = replace(account, account={"nick": nick})
    folder = made.folder / "named"
    folder.mkdir()
    again = Bench(made.platform, folder)
    made.hub = again.hub
    add_account(made.hub, "taobao", account, datetime.fromtimestamp(START, UTC))


@pytest.mark.parametrize("privacy", ["masked", "clear"])
def test_t7_taobao_trades_of_another_seller_are_not_stored(
    privacy: str, tmp_path: Path
) -> None:
    with bench("taobao", tmp_path, seed=7, shops=2, orders=30, privacy=privacy) as made:
        mine, other = made.platform.accounts()
        as_named(made, mine, nick=mine.name)
        swap(made, mine, other)
        made.platform.clock.advance(1_000)
        (outcome,) = made.hub.sync()
        assert isinstance(outcome.error, WrongShop)
        assert f"seller {other.name}" in str(outcome.error)
        assert f"hub shop token {mine.name}" in str(outcome.error)
        assert kept(made, mine) == 0
        assert len(told(made)) == 1
        swap(made, mine, mine)
        assert [str(o.error) for o in made.hub.sync() if o.error] == []
        assert made.lost(mine) == []


@pytest.mark.parametrize("channel", ["taobao", "pinduoduo"])
def test_t7_a_renewed_token_of_another_seller_is_refused(
    channel: str, tmp_path: Path
) -> None:
    """The answer to a renewal names its seller, so that no order is needed to tell."""
    with bench(channel, tmp_path, seed=7, shops=2, orders=30, **dense(channel)) as made:
        mine, other = made.platform.accounts()
        swap(made, mine, other)
        made.platform.expire_token(other.external_id)  # type: ignore[attr-defined]
        (outcome,) = made.hub.sync([mine.name])
        assert isinstance(outcome.error, Unauthorised)
        assert "another shop" in str(outcome.error)
        assert kept(made, mine) == 0
        assert len(told(made)) == 1
