"""JD: pieces that sell without moving any time are known within a day all the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub_core.insight.records import grade_records
from hub_core.store.kinds import PRODUCT
from tests.harness import Bench, bench

HOUR = 3600.0


def wrong(one: Bench) -> list[str]:
    """What the hub has of the products otherwise than they are."""
    (account,) = one.platform.accounts()
    truth = one.platform.records(account.external_id, "product")
    shop = one.hub.shop(account.name).id
    return grade_records(one.hub.store, PRODUCT, shop, truth).lost


def sell(platform: Any) -> None:
    """A buyer takes two pieces: no time of the ware or of its SKUs moves."""
    (account,) = platform.accounts()
    record = platform.goods.keeper.book.records(account.external_id)[0]
    sku = record.latest.content["is"].alive[0]
    platform.goods.set_stock(record, sku, sku.stock - 2, platform.clock.now())


@pytest.mark.parametrize(("hours", "is_known"), [(3, False), (25, True)])
def test_a_sale_that_moves_no_time_is_known_within_a_day(
    tmp_path: Path, hours: int, is_known: bool
) -> None:
    how: dict[str, Any] = {"orders": 5, "wares": 2, "history": timedelta(hours=1)}
    with bench(
        "jd", tmp_path, kinds=("products",), switches={"stock_bumps": "nothing"}, **how
    ) as one:
        one.hub.sync()
        assert wrong(one) == []

        sell(one.platform)
        one.platform.clock.advance(hours * HOUR)
        assert not any(outcome.error for outcome in one.hub.sync())

        assert (wrong(one) == []) is is_known
