"""An order with impossible values is put aside; it stops neither its page nor its shop."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub_core.sandbox import Clock, Platform, Request, Response
from hub_core.testing.bridge import platform_transport
from hub_core.wire import LARGEST, pieces, priced
from tests.harness import NOON, PLUGINS, Bench
from tests.store import postgres

HUGE = 10**30
ALL = 12
"""Orders of the shop, one of them spoiled."""
PLACES: dict[str, dict[str, tuple[str, ...]]] = {
    "douyin-laike": {
        "amount": ("pay_amount",),
        "pieces": ("count",),
        "text": ("sku_name",),
        "id": ("order_status",),
    },
    "taobao": {
        "amount": ("payment",),
        "pieces": ("orders", "order", "0", "num"),
        "text": ("orders", "order", "0", "title"),
        "id": ("status",),
    },
    "jd": {
        "amount": ("orderTotalPrice",),
        "pieces": ("itemInfoList", "0", "itemTotal"),
        "text": ("itemInfoList", "0", "skuName"),
        "id": ("orderState",),
    },
    "pinduoduo": {
        "amount": ("pay_amount",),
        "pieces": ("item_list", "0", "goods_count"),
        "text": ("item_list", "0", "goods_name"),
        "id": ("order_status",),
    },
}
VALUES = {"amount": HUGE, "pieces": HUGE, "text": "茶\0壶", "id": "a\0b"}
READ = ("text",)
"""What is read all the same: a title loses its NUL; of the others none is stored."""


class Spoiled:
    """A box of which one order comes with one value replaced."""

    def __init__(self, box: Platform, order: str, path: tuple[str, ...], to: Any) -> None:
        self._box, self._order, self._path, self._to = box, order, path, to
        self.spoiled = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._box, name)

    def handle(self, request: Request) -> Response:
        """The box's answer, spoiled where it holds the order."""
        given = self._box.handle(request)
        body = json.loads(given.body)
        self._visit(body)
        return replace(given, body=json.dumps(body).encode())

    def _visit(self, part: Any) -> None:
        if isinstance(part, list):
            for one in part:
                self._visit(one)
        elif isinstance(part, dict):
            ids = {
                str(part.get(name)) for name in ("order_id", "tid", "orderId", "order_sn")
            }
            if self._order in ids and self._path[0] in part:
                self._spoil(part)
            for one in part.values():
                self._visit(one)

    def _spoil(self, order: Any) -> None:
        *way, last = self._path
        for step in way:
            order = order[int(step) if step.isdecimal() else step]
        order[int(last) if last.isdecimal() else last] = self._to
        self.spoiled += 1


def shop(folder: Path, channel: str, kind: str, database: str) -> tuple[Bench, Any]:
    """A bench over a box of paid orders, the first of which is spoiled."""
    box = PLUGINS.sandbox(channel)(
        seed=7, orders=ALL, clock=Clock(NOON), history=timedelta(days=1), poison=0.0
    )
    account = box.accounts()[0].external_id
    listed = next(t for t in box.truth(account) if t.paid and t.stream == "orders")
    path = PLACES[channel][kind]
    bad: Any = Spoiled(box, listed.external_id, path, VALUES[kind])
    one = Bench(
        box, folder, database=database, transports=lambda _: platform_transport(bad)
    )
    one.add_shops(datetime.fromtimestamp(NOON, UTC) - timedelta(days=2))
    return one, bad


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Any:
    if request.param == "sqlite":
        yield "sqlite://"
        return
    url = postgres.fresh()
    yield url
    postgres.drop(url)


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("channel", PLACES)
def test_one_impossible_value_stops_nothing(
    channel: str, kind: str, database: str, tmp_path: Path
) -> None:
    one, bad = shop(tmp_path, channel, kind, database)
    try:
        outcomes = one.hub.sync()
        account = one.platform.accounts()[0]
        stored = one.stored(account.name)
        parked = one.hub.parked(account.name)
    finally:
        one.close()

    assert bad.spoiled
    assert [o.error for o in outcomes] == [None] * len(outcomes)
    assert len(parked) == (0 if kind in READ else 1)
    assert len(stored) + len(parked) == len(one.platform.truth(account.external_id))


@pytest.mark.parametrize("count", [0, -1, "0", 10**9 + 1, HUGE, None, "", 1.0, True])
def test_a_number_of_pieces_is_one_or_more(count: Any) -> None:
    with pytest.raises(ValueError, match="number"):
        pieces(count)


@pytest.mark.parametrize("amounts", [(LARGEST, 2), (-LARGEST, 2), (10**15, 10**9)])
def test_a_price_times_pieces_beyond_any_amount_is_refused(amounts: Any) -> None:
    check: Callable[..., Any] = priced
    with pytest.raises(ValueError, match="sensible"):
        check(*amounts)


def test_a_price_that_is_not_said_makes_no_amount() -> None:
    assert priced(None, 3) is None
    assert priced(1999, 3) == 5997
