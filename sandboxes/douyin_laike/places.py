"""The merchant's places (门店, POI): where vouchers are used.

Source: paper §3.1, samples shop_poi_query of 2022 and 2023 (V17).
"""

from __future__ import annotations

import random

from hub_core.sandbox import Clock, Facts

from .drawer import Content, Drawer
from .options import Options
from .rows import JSON, Form

NUMERALS = "一二三四五六七八九十"
ROADS = ("沙箱路", "样品街", "测试大道", "示例巷")
FOUNDED = 400 * 86_400
"""Seconds before the box begins that its places were there."""


class Places:
    """One merchant's places; the first is the counter's own."""

    def __init__(
        self, account: str, number: int, clock: Clock, options: Options, seed: int
    ) -> None:
        self._number, self._clock, self._options = number, clock, options
        source = f"{seed}:places:{number}"
        self.drawer = Drawer("place", account, clock, options, source)
        self.ids: list[str] = []
        for _ in range(options.places):
            self._open(clock.now() - FOUNDED)

    def _open(self, at: float) -> None:
        rng, n = self.drawer.rng, len(self.ids)
        id = f"66{self._number:03d}{n:014d}"
        self.ids.append(id)
        self.drawer.add(
            id,
            at,
            name=f"沙箱{ordinal(n + 1)}号店",
            address=f"{rng.choice(ROADS)}{rng.randrange(1, 400)}号",
            latitude=round(22 + rng.random() * 15, 6),
            longitude=round(104 + rng.random() * 16, 6),
            shop_account=f"72{self._number:03d}{n:014d}",
        )

    def pick(self, rng: random.Random) -> str:
        """A place to be served at: half the guests go to the first."""
        return self.ids[0] if rng.random() < 0.5 else rng.choice(self.ids)

    def name(self, id: str) -> str:
        """What that place is called now."""
        record = self.drawer.get(id)
        return record.latest.content["name"] if record else ""

    def churn(self) -> None:
        """A new place opens, or one is renamed, as often as the options say."""
        rng, now = self.drawer.rng, self._clock.now()
        if rng.random() < self._options.place_opens:
            self._open(now)
        if rng.random() < self._options.place_renamed:
            record = rng.choice(self.drawer.records())
            name = record.latest.content["name"].removesuffix("（新）")
            self.drawer.change(record, now, name=f"{name}（新）")


def ordinal(n: int) -> str:
    """一, 二 … 十 as words, then digits."""
    return NUMERALS[n - 1] if n <= len(NUMERALS) else str(n)


def place_row(id: str, place: Content, form: Form) -> JSON:
    """One element of `pois`: 2022 names parent and place account, 2023 the root."""
    row: JSON = {
        "poi": {
            "poi_id": id,
            "poi_name": place["name"],
            "address": place["address"],
            "latitude": place["latitude"],
            "longitude": place["longitude"],
        }
    }
    root = {"account_id": form.account_id, "account_name": form.account_name}
    if form.shape != "2022":
        return row | {"root_account": root}
    own = {"account_id": place["shop_account"], "account_name": place["name"]}
    accounts = {
        "parent_account": root | {"account_type": "Trademark"},
        "poi_account": own | {"account_type": "Shop"},
    }
    return {"account": accounts} | row


def place_facts(place: Content, form: Form) -> Facts:
    """What a client must have understood of it."""
    facts = {"name": place["name"], "address": place["address"]}
    if form.shape == "2022":
        return facts | {"account_external_id": place["shop_account"]}
    return facts | {"root_account_external_id": form.account_id}
