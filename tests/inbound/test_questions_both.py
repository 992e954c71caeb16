"""Codes when many ask at once, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from hub_core import inbound as door
from hub_core.inbound import Inbound
from hub_core.store import codes
from tests.harness import Bench
from tests.inbound.test_asks import Asker
from tests.store.conftest import BOTH

ORDERS, EACH, TIMES = 12, 2, 2


@pytest.mark.parametrize("kind", BOTH)
def test_each_code_goes_to_one_order_whoever_asks_at_once(
    joined: Bench, inbound: Inbound
) -> None:
    (shop,) = joined.hub.shops()
    given = [f"C{n:04d}" for n in range(ORDERS * EACH - 1)]
    door.hand_over(joined.hub, shop, "SKU", given, by="erp")
    asker = Asker(inbound, joined.platform.accounts()[0])

    def ask(order: int) -> tuple[int, tuple[str, ...]]:
        asked = {"order_id": str(order), "count": EACH, "sku_id": "SKU"}
        said = asker.ask("issue-codes", asked)
        return order, tuple(said.get("codes", ()))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, [*range(1, ORDERS + 1)] * TIMES))
    by_order = dict(answers)
    assert len(set(answers)) == ORDERS, "each order heard the same each time"
    served = [found for found in by_order.values() if found]
    assert len(served) == ORDERS - 1, "one waits: there is one code left"
    assert len({code for found in served for code in found}) == len(served) * EACH
    with joined.hub.store.reading() as connection:
        (left,) = codes.pools(connection)
    assert (left.free, left.issued) == (1, len(served) * EACH)
