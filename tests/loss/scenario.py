"""What a seed means: one day at a platform, as unpleasant as its documents allow."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub_core.plugins import load
from hub_core.sandbox import Platform

CHANNELS = ("douyin-laike", "taobao", "jd", "pinduoduo")
SEEDS = int(os.environ.get("CHANNEL_HUB_LOSS_SEEDS", "200"))
"""Seeds per channel; 2000 is the full run."""
LAG = 180.0
"""Every channel's settle lag, in seconds."""
BEHIND = 30.0
"""Seconds a lagging list or detail runs behind, at most, in any box."""
PLUGINS = load()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A box, and what goes on in it while a hub keeps up with it."""

    channel: str
    seed: int
    switches: Mapping[str, str]
    options: Mapping[str, Any] = field(repr=False)
    """What `create` takes besides."""
    page_size: int
    rows_cap: int | None
    """What the hub believes of the platform's deepest row."""
    churn: int
    """Changes after each list call."""
    changes: int
    """The most of them in one reading: then it ends, however slowly it goes."""
    latency: float
    """Seconds each call takes."""
    rounds: int
    fault_rate: float

    @property
    def pins(self) -> dict[str, int]:
        """The shape its rows are read in."""
        return {"orders": 1} if self.options.get("shape") == "2022" else {}

    @property
    def late(self) -> float:
        """The longest a change of this box takes to be listed."""
        return float(self.options["late_by"]) + self.behind

    @property
    def behind(self) -> float:
        """How far lists or details of this box run behind the truth, at most."""
        return BEHIND if _lags(self.switches) else 0.0

    @property
    def keeps_its_lag(self) -> bool:
        """Whether every change is listed within the settle lag, which is what `complete`
        leans on. Where it is not, nothing may be lost in the end, but a change that comes
        too late may hide another from the walk it comes into."""
        return self.late <= LAG

    @property
    def list_behind(self) -> float:
        """How far lists run behind what the truth calls visible. JD's truth and
        Pinduoduo's say themselves when their lists show a change."""
        lags = self.switches.get("lagging") == "list"
        return BEHIND if lags and self.channel not in ("jd", "pinduoduo") else 0.0

    @property
    def repeat(self) -> str:
        """How to run this one again."""
        return f"python -m tests.loss {self.channel} {self.seed}"


def box(channel: str) -> type[Platform]:
    """The class of a channel's sandbox."""
    create = PLUGINS.sandbox(channel)
    made: Platform = create(orders=0)
    return type(made)


APART = {
    *("cancelled", "code_error", "more_told", "redirect", "redirect_again"),
    *("user_oauth_request", "user_refresh", "user_renewed_again", "user_token_numbers"),
}
"""Switches of how a shop is authorised: nothing here depends on them. Nor is a family of
tokens ended here because an old one came again; that has days of its own."""

TOLD = ("push_", "message_", "pmc_", "spi_")
"""How the names of switches begin that are of what platforms tell or ask."""


def _is_of_reading(switch: str) -> bool:
    return switch not in APART and not switch.startswith(TOLD)


def _of_reading(channel: str) -> dict[str, tuple[str, ...]]:
    switches = box(channel).SWITCHES.items()
    return {
        name: tuple(way for way in ways if way != "family")
        for name, ways in switches
        if _is_of_reading(name)
    }


SWITCHES = {channel: _of_reading(channel) for channel in CHANNELS}
"""Of what is asked for, not of what is pushed or asked of us. One more, and each seed
stands for another day than it did."""


def scenario(channel: str, seed: int) -> Scenario:
    """The day that this seed stands for; the same one each time."""
    rng = random.Random(f"{channel} {seed}")
    switches = {name: rng.choice(ways) for name, ways in SWITCHES[channel].items()}
    size = rng.choice((2, 3, 4, 5))
    cap = rng.choice((None, None, 50, 61))
    return Scenario(
        channel=channel,
        seed=seed,
        switches=switches,
        options=_options(channel, switches, cap, rng),
        page_size=size,
        rows_cap=cap,
        churn=1 if size < 4 else rng.choice((1, 2)),
        changes=rng.choice((15, 30, 60)),
        latency=rng.choice((0.2, 0.5, 2.0)),
        rounds=rng.choice((1, 2, 3)),
        fault_rate=0.35 if seed % 5 == 4 else 0.0,
    )


def _options(
    channel: str, switches: Mapping[str, str], cap: int | None, rng: random.Random
) -> dict[str, Any]:
    """The mischief every box knows, then what only this one knows."""
    behind = BEHIND if _lags(switches) else 0.0
    beyond = rng.random() < 0.1
    late = rng.choice((0.0, 5.0, 60.0, LAG - behind))
    common: dict[str, Any] = {
        "orders": rng.randrange(25, 61),
        "late_probability": rng.choice((0.0, 0.2, 0.5)),
        "late_by": 2 * LAG if beyond else late,
        "same_second": rng.choice((0, 0, 6, 14)),
        "new_fields": rng.random() < 0.3,
        "new_words": rng.choice((0.0, 0.0, 0.1)),
        "poison": rng.choice((0.0, 0.0, 0.06)),
    }
    removes, twice = rng.choice((0.0, 0.05)), rng.choice((0.0, 0.3))
    match channel:
        case "douyin-laike":
            own: dict[str, Any] = {
                "removes": removes,
                "twice": twice,
                "rows_cap": cap or 10_000,
            }
            own |= rng.choice(({}, {}, {"shape": "2022"}, {"business": "catering"}))
        case "taobao":
            own = {"remove_probability": removes, "total_cap": cap or 10_000}
        case "jd":
            own = {"removals": removes, "double_edits": twice, "rows_cap": cap or 10_000}
        case _:
            own = {"removals": removes, "double_edits": twice}
    return common | own


def _lags(switches: Mapping[str, str]) -> bool:
    way = switches.get("lagging", "none")
    return way not in ("none", "nothing") or switches.get("detail") == "lagging"
