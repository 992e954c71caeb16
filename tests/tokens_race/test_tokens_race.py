"""Many processes on the same shops, whose refresh tokens serve once, and some are killed.

Exactly one refresh per expiry, and no shop locked out; save by a kill between the
platform's answer and the write, which no client can survive where a platform kills the
family of an old refresh token: that shop stops, with one incident, and the platform is left
alone.

CHANNEL_HUB_RACE=full is the full run: 16 processes, 50 shops, some minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub_core.clock import SystemClock
from hub_core.store import Store, notes
from hub_core.tokens import Tokens
from tests import databases
from tests.store.making import KEY
from tests.tokens_race.platform import Platform, listening
from tests.tokens_race.racing import granted

ROOT = Path(__file__).resolve().parents[2]
FULL = os.environ.get("CHANNEL_HUB_RACE") == "full"

only_full = pytest.mark.only_where(FULL, "the full run: CHANNEL_HUB_RACE=full")


@dataclass(frozen=True)
class Size:
    processes: int
    shops: int
    life: float
    refreshes: int
    """In all, after which it is over."""
    kill_every: int
    """Refreshes from one kill to the next."""
    pause: float


SIZE = Size(16, 50, 5.0, 1000, 4, 0.06) if FULL else Size(4, 6, 0.8, 24, 4, 0.04)


@dataclass
class Race:
    """What a race left."""

    platform: Platform
    told: dict[str, Any]
    states: dict[str, str]
    incidents: Counter[str]
    kept: dict[str, str | None]

    @property
    def stopped(self) -> set[str]:
        return {shop for shop, state in self.states.items() if state != "ok"}

    def lost(self) -> set[str]:
        """Shops whose newest pair was answered to a process that was killed before it had
        written it."""
        killed = {str(pid) for pid in self.told["killed"]}
        return {
            shop
            for shop, family in self.platform.shops.items()
            if family.by in killed and self.kept[shop] != f"{shop}/r{family.number}"
        }

    def __str__(self) -> str:
        families = self.platform.shops.values()
        return (
            f"{SIZE}: {sum(f.number for f in families)} refreshes, "
            f"{sum(f.early for f in families)} early, "
            f"{sum(f.repeated for f in families)} old refresh tokens brought, "
            f"{len(self.told['killed'])} kills, {self.platform.uses} calls, "
            f"{len(self.stopped)} shops stopped, {len(self.lost())} pairs lost by a kill "
            f"between answer and write; ends {self.told['ends']}, "
            f"afterwards {self.told['settled']}"
        )


def raced(
    folder: Path, template: bytes, seed: int, *, spare: bool = False, **rules: float
) -> Race:
    file = folder / "hub.db"
    file.write_bytes(template)
    platform = Platform(SIZE.life, **rules)
    store = Store.open(databases.at(file), KEY)
    shops = [f"shop-{n}" for n in range(SIZE.shops)]
    for shop in shops:
        pair = granted(platform.begin(shop))
        Tokens(shop, store.tokens, SystemClock()).accept(pair)
    with listening(platform) as port:
        plan = {
            "database": databases.at(file), "port": port, "shops": shops, "seed": seed,
            "processes": SIZE.processes, "refreshes": SIZE.refreshes,
            "kill_every": SIZE.kill_every, "pause": SIZE.pause, "life": SIZE.life,
            "reread": SIZE.life / 3, "spare": spare,
        }  # fmt: skip
        command = [sys.executable, "-m", "tests.tokens_race.racing", json.dumps(plan)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    kept = store.tokens.every()
    with store.reading() as connection:
        incidents = Counter(i.text for i in notes.incidents(connection))
    store.close()
    return Race(
        platform,
        json.loads(done.stdout),
        {shop: kept[shop].state for shop in shops},
        incidents,
        {shop: kept[shop].refresh_token for shop in shops},
    )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    from tests.store.conftest import sqlite_template

    make = sqlite_template.__wrapped__  # type: ignore[attr-defined]
    path: Path = make(tmp_path_factory)
    return path.read_bytes()


def sound(race: Race) -> None:
    """What holds on every platform."""
    families = race.platform.shops.values()
    assert sum(f.number for f in families) > SIZE.shops, "hardly anything ended"
    assert sum(f.early for f in families) == 0, "renewed though it was good"
    assert set(race.told["ends"]) == {"0"}, race
    assert race.told["settled"].get("never let in", 0) == 0, race
    assert race.told["killed"]


def test_no_shop_is_locked_out_and_each_end_is_renewed_once(
    tmp_path: Path, template: bytes
) -> None:
    """Kills wherever a process may be, but between asking for a pair and having written
    it; an old refresh token kills the family."""
    race = raced(tmp_path, template, 1, spare=True, slow=0.01)
    print(race)  # noqa: T201
    sound(race)
    assert race.stopped == set(), race
    assert race.incidents == Counter()
    assert sum(f.repeated for f in race.platform.shops.values()) == 0, race


@only_full
def test_a_kill_between_answer_and_write_stops_that_shop_alone_with_one_incident(
    tmp_path: Path, template: bytes
) -> None:
    """What no client can survive where an old refresh token kills the family."""
    race = raced(tmp_path, template, 3, slow=0.01)
    print(race)  # noqa: T201
    sound(race)
    assert race.stopped <= race.lost(), race
    # One whose teller was killed too is told of by its state, as alarms do.
    assert set(race.incidents.values()) <= {1}
    assert set(race.incidents) <= race.stopped
    assert len(race.incidents) > len(race.stopped) / 2
    repeated = {s: f.repeated for s, f in race.platform.shops.items() if f.repeated}
    assert repeated == dict.fromkeys(race.stopped, 1), "an old one was brought for nothing"
    assert all(f.after_death == 0 for f in race.platform.shops.values()), "asked again"


@only_full
def test_where_the_same_pair_is_given_again_no_shop_is_ever_locked_out(
    tmp_path: Path, template: bytes
) -> None:
    race = raced(tmp_path, template, 2, slow=0.05, again=600.0)
    print(race)  # noqa: T201
    sound(race)
    assert race.stopped == race.lost() == set(), race
    assert race.incidents == Counter()
