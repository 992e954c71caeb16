"""How big, how busy and how spoiled the box is: what `create` takes by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from .errors import NUMBER_CODES, OAUTH_CODES

PRIVACY = ("plain", "phase1", "phase2", "oaid")
REFUND_ROWS = ("flat", "nested")
Limit = tuple[int, float]
"""So many calls in so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Every field can be given to `create` by name. Spans are seconds where a float."""

    # The app and its shops
    app_key: str = "AK0001"
    app_secret: str = field(default="sandbox-secret", repr=False)
    privacy: str | Sequence[str] = "phase2"
    """How receivers are protected, for all shops or one word per shop in turn."""
    refunds: str | Sequence[str] = "flat"
    """How rows of refundapply lie: as they are, or each under `refundApplyVo`; for all
    shops or one word per shop in turn (paper §4)."""
    wares: int = 25
    """Wares of each shop besides those its orders are about."""
    ware_page_max: int = 100
    """Rows a page of wares or SKUs may have. A guess: no document has a figure."""
    # Lists
    page_size_max: int = 100
    """100 is documented; some proxies stop at 50."""
    rows_cap: int | None = 10_000
    """Rows of one query that can be paged to. A guess: no document names a cap."""
    look_back: timedelta | None = timedelta(days=90)
    """How far back lists by modified time see. Source: notes on the official page."""
    created_look_back: timedelta | None = timedelta(days=730)
    """The same for lists by creation time."""
    lag_by: float = 20.0
    """How far behind the lagging copy runs (switch `lagging`)."""
    number_codes: Mapping[str, int] = field(default_factory=lambda: dict(NUMBER_CODES))
    # Receivers opened by oaid; none of the figures is public
    oaid_most: int = 20
    """Orders of one call."""
    oaid_quota: int | None = None
    """Receivers a shop may have opened on a Beijing day."""
    oaid_spent: int = 5001
    """returnType.code once they are."""
    # Tokens
    token_ttl: timedelta = timedelta(days=365)
    """24 h in test phase, a year for self-use apps (paper §2)."""
    refresh_ttl: timedelta = timedelta(days=730)
    token_grace: timedelta = timedelta(0)
    """How long a replaced access token still works."""
    code_ttl: timedelta = timedelta(minutes=5)
    """How long a code is good; no page says."""
    refreshable: bool = True
    """False: no refresh token of this app works."""
    redirect_uri: str | None = None
    """The app's callback address in the console; None lets any pass. Owners let the app in
    at /oauth2/to_login, or by `consent(url, shop)` and `refuse(url)`."""
    refreshes_per_month: int | None = None
    """The platform limits refreshes per month; the figure is not public."""
    oauth_codes: Mapping[str, int] = field(default_factory=lambda: dict(OAUTH_CODES))
    # Quotas, all answered with code 2
    app_calls: Limit | None = None
    shop_calls: Limit | None = None
    failed_calls: Limit | None = None
    """Refused calls an app may make before everything is refused for a while."""
    daily_calls: int | None = None
    """Calls of the app in one Beijing day."""
    # What happens
    late_probability: float = 0.0
    late_by: float = 60.0
    """A change shows at most that many seconds late."""
    same_second: int = 0
    """So many orders of each shop carry one modified second."""
    silent_edits: float = 0.1
    """Share of changes that are remarks, return flags or coupon settlement."""
    double_edits: float = 0.0
    """Share of changes followed by another within the same second."""
    splits: float = 0.05
    """Share of payments after which the order is split in two."""
    removals: float = 0.0
    """Share of changes that hide an order altogether."""
    new_fields: bool = False
    new_words: float = 0.0
    poison: float = 0.0

    def privacy_of(self, shop: int) -> str:
        """The protection of shop number `shop`. Raises ValueError for an unknown word."""
        return _in_turn(self.privacy, PRIVACY, "privacy", shop)

    def nested(self, shop: int) -> bool:
        """Whether refund rows of that shop are nested. Raises ValueError likewise."""
        return _in_turn(self.refunds, REFUND_ROWS, "refunds", shop) == "nested"


def _in_turn(said: str | Sequence[str], known: Sequence[str], name: str, shop: int) -> str:
    words = (said,) if isinstance(said, str) else tuple(said)
    if not words or not set(words) <= set(known):
        raise ValueError(f"{name} is one of {known}")
    return words[shop % len(words)]
