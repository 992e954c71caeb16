"""Reading numbered pages while orders change: which walks lose orders here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from sandboxes.jd.times import text_of

if TYPE_CHECKING:
    from tests.sandboxes.jd.conftest import Caller

    Open = Callable[..., Caller]

DAY = 86_400.0
SEEDS = range(5)


def window(client: Caller, sort: str) -> dict[str, str]:
    now = client.box.clock.now()
    return {
        "start_date": text_of(now - 20 * DAY),
        "end_date": text_of(now - 1),
        "page_size": "20",
        "sortType": sort,
    }


def due(client: Caller, end: float) -> set[str]:
    """Orders last changed before the window's end: a reader must have seen them."""
    return {
        t.external_id
        for t in client.box.truth(client.account)
        if t.stream == "orders" and not t.removed and t.updated_at < end
    }


def walk(client: Caller, sort: str, *, backward: bool) -> set[str]:
    """Ids read page by page; returns those due that were never seen."""
    asked, end = window(client, sort), client.box.clock.now()
    total = client.search(**(asked | {"page_size": "1"}))["orderTotal"]
    pages = list(range(1, -(-total // 20) + 1))
    seen: set[str] = set()
    for page in reversed(pages) if backward else pages:
        client.box.clock.advance(1)
        seen |= set(client.ids(**asked, page=str(page)))
    return due(client, end) - seen


def busy(shop: Open, seed: int, **more: Any) -> Caller:
    client = shop(seed=seed, orders=220, **more)
    client.box.churn_per_call = 4
    return client


@pytest.mark.parametrize("sort", ["0", "1"])
@pytest.mark.parametrize("seed", SEEDS)
def test_last_page_first_loses_nothing(shop: Open, seed: int, sort: str) -> None:
    assert walk(busy(shop, seed), sort, backward=True) == set()


@pytest.mark.parametrize("sort", ["0", "1"])
def test_page_1_2_3_loses_orders(shop: Open, sort: str) -> None:
    lost = [len(walk(busy(shop, seed), sort, backward=False)) for seed in SEEDS]
    assert sum(lost) > 0
    assert sum(n > 0 for n in lost) >= len(lost) // 2


def test_without_changes_either_walk_is_whole(shop: Open) -> None:
    for backward in (True, False):
        client = shop(orders=220)
        assert walk(client, "0", backward=backward) == set()


def test_a_row_that_shows_late_is_missed_by_the_window_it_belongs_to(shop: Open) -> None:
    client = shop(orders=220, late_probability=1.0, late_by=60.0, silent_edits=0.0)
    client.box.churn(40)
    end = client.box.clock.now() + 1
    client.box.clock.advance(1)
    asked = window(client, "0")
    seen = {id for page in range(1, 13) for id in client.ids(**asked, page=str(page))}
    shown = {t.external_id: t.updated_at for t in client.box.truth(client.account)}
    fresh = {id for id in due(client, end) if shown[id] >= end - 1}
    assert fresh - seen
    client.box.clock.advance(60)
    asked["page_size"] = "100"
    again = {id for page in range(1, 4) for id in client.ids(**asked, page=str(page))}
    assert fresh <= again
