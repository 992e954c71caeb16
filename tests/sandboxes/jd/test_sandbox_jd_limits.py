"""Limits, all answered with code 2."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandboxes.jd.conftest import Caller

    Open = Callable[..., Caller]

SEARCH = "jingdong.pop.order.enSearch"


def outcomes(client: Caller, calls: int) -> list[str]:
    for _ in range(calls):
        client.call(SEARCH, client.question(page_size="2"))
    return [entry.outcome for entry in client.box.log.entries[-calls:]]


def test_without_options_there_is_no_limit(shop: Open) -> None:
    assert set(outcomes(shop(), 50)) == {"ok"}


def test_the_app_may_make_so_many_calls_in_any_window(shop: Open) -> None:
    client = shop(app_calls=(3, 1.0))
    assert outcomes(client, 5) == ["ok", "ok", "ok", "2", "2"]
    client.box.clock.advance(1.0)
    assert outcomes(client, 1) == ["ok"]


def test_app_call_limited_says_so_and_names_no_end(shop: Open) -> None:
    client = shop(app_calls=(1, 1.0))
    outcomes(client, 1)
    said = client.call(SEARCH, client.question())
    assert said["en_desc"] == "App Call Limited"
    assert not any(sign.isdigit() for sign in said["zh_desc"])


def test_a_shop_has_its_own_limit(shop: Open) -> None:
    client = shop(shops=2, shop_calls=(2, 1.0))
    other = type(client)(client.box, 1)
    assert outcomes(client, 3) == ["ok", "ok", "2"]
    assert outcomes(other, 1) == ["ok"]


def test_calls_of_a_beijing_day_can_run_out(shop: Open) -> None:
    client = shop(daily_calls=2)
    assert outcomes(client, 3) == ["ok", "ok", "2"]
    client.box.clock.advance(12 * 3600 - 1)
    assert outcomes(client, 1) == ["2"]
    client.box.clock.advance(1)
    assert outcomes(client, 1) == ["ok"]


@pytest.mark.parametrize(("counted", "after"), [("no", "ok"), ("yes", "2")])
def test_failed_calls_trip_the_limit_and_retrying_may_keep_it_tripped(
    shop: Open, counted: str, after: str
) -> None:
    client = shop(failed_calls=(3, 60.0), switches={"limited_counts": counted})
    client.box.expire_token(client.account)
    assert outcomes(client, 4) == ["19", "19", "19", "2"]
    client.refresh(client.box.accounts()[0].refresh_token or "")
    client.box.clock.advance(50)
    assert outcomes(client, 3) == ["2", "2", "2"]
    client.box.clock.advance(11)
    assert outcomes(client, 1) == [after]
