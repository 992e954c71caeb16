"""How big, how busy and how spoiled the box is: what `create` takes by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from .apis import Limit
from .errors import BUSINESS, CODES

PRIVACY = ("cipher", "plain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Every field can be given to `create` by name. Spans are seconds where a float."""

    # The app and its shops
    client_id: str = "client-1"
    client_secret: str = field(default="sandbox-secret", repr=False)
    privacy: str | Sequence[str] = "cipher"
    """Receivers as `cipher` (since 2021) or `plain`: one word, or one per shop in turn."""
    allowed_ips: Collection[str] | None = None
    """Others are refused with 20005; None lets everybody in."""
    in_cloud: bool = False
    """Whether the app runs in the platform's cloud: decides the rate of decrypting."""
    # Lists
    page_size_max: int = 100
    look_back: timedelta = timedelta(days=90)
    """How old a deal lists still show."""
    lag_by: float = 20.0
    """How far behind the lagging copy and count run."""
    codes: Mapping[str, int] = field(default_factory=dict)
    sub_codes: Mapping[str, str] = field(default_factory=dict)
    decrypt_error: int = 50001
    """error_code of a row that cannot be decrypted; no document has one."""
    # Tokens
    grant_ttl: timedelta = timedelta(days=365)
    """Until the authorisation ends; no refresh prolongs it. A year for an own system."""
    token_ttl: timedelta = timedelta(days=365)
    """An access token's life, 24 h for a third-party tool; never past the grant's end."""
    token_grace: timedelta = timedelta(0)
    """How long a replaced access token, and a spent refresh token, still work."""
    code_ttl: timedelta = timedelta(minutes=10)
    refreshable: bool = True
    """False: no refresh token of this app works."""
    redirect_uri: str | None = None
    """The app's callback address in the console; None lets any pass. Shops let the app in
    at /service-market/auth, or by `consent(url, shop)` and `refuse(url)`."""
    shops_most: int | None = None
    """How many shops may let it in: 5 before it is released."""
    # Quotas, of each API for itself
    documented_limits: bool = False
    """The official rates; off, only decrypting is limited."""
    shop_calls: Limit | None = None
    """Per shop and API, instead of the official row."""
    app_calls: Limit | None = None
    """Per app and API, instead of the official row."""
    daily_calls: int | None = None
    """Calls of the app in one Beijing day while it is in test state (70036)."""
    # What happens
    late_probability: float = 0.0
    late_by: float = 180.0
    """A change shows at most that many seconds late."""
    same_second: int = 0
    """So many orders of each shop carry one updated second."""
    silent_edits: float = 0.1
    """Share of changes that are remarks or invoice wishes."""
    double_edits: float = 0.0
    """Share of changes followed by another within the same second."""
    product_edits: float = 0.05
    """Share of changes that happen to goods."""
    in_slot: float = 0.2
    """Share of goods that stand in a promotion slot at first."""
    removals: float = 0.0
    """Share of changes that hide an order altogether."""
    new_fields: bool = False
    new_words: float = 0.0
    """How likely a shipment ends in an order_status no document has."""
    poison: float = 0.0
    """How likely an order's row is malformed from birth."""

    # Messages: each likelihood is of one message, times are seconds
    pmc: bool = False
    """Every shop permitted (pdd.pmc.user.permit) from the start, with all topics."""
    pmc_delay: float = 1.0
    pmc_spread: float = 0.0
    """Up to this much later, each by chance: late, and past one another."""
    pmc_twice: float = 0.0
    """How often one is said a second time although it was acknowledged."""
    pmc_loss: float = 0.0
    pmc_garbage: float = 0.0
    """How often its content is no object, or not even JSON."""
    pmc_noise: float = 0.0
    """How often a frame that means nothing is said before it."""
    pmc_drops: float = 0.0
    """How often the line is cut right after it."""
    pmc_idle: float = 180.0
    """After so long without a HeartBeat the platform hangs up."""
    pmc_again: tuple[float, ...] = (*[600.0] * 3, *[3600.0] * 3, *[43_200.0] * 8)
    """How long after each saying an unacknowledged message is said again."""
    pmc_kept: float = 7 * 86_400.0

    def code(self, kind: str) -> int:
        """The error_code for a kind of `CODES`."""
        return {**CODES, **self.codes}[kind]

    def sub_code(self, kind: str) -> str:
        """The sub_code for a kind of `BUSINESS`."""
        return {**BUSINESS, **self.sub_codes}[kind]

    def privacy_of(self, shop: int) -> str:
        """The protection of shop number `shop`. Raises ValueError for an unknown word."""
        words = (self.privacy,) if isinstance(self.privacy, str) else tuple(self.privacy)
        if not words or not set(words) <= set(PRIVACY):
            raise ValueError(f"privacy is one of {PRIVACY}")
        return words[shop % len(words)]
