"""What a box is made of, in one piece."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from .grants import Lives
from .limits import Limits
from .messages import Telling
from .world import Odds


@dataclass(frozen=True, slots=True)
class Plan:
    """What a box is made of. `create` says what each means."""

    seed: int
    shops: int
    orders: int
    apps: int
    history: timedelta
    same_second: int
    privacy: str
    lives: Lives
    refreshable: bool
    limits: Limits
    odds: Odds
    allowed_ips: Collection[str] | None
    unpermitted: Collection[str]
    troubles: float
    total_cap: int
    new_fields: bool
    items: int
    refunds: str
    decrypt_quota: int | None
    redirect_uri: str | None
    telling: Telling
