"""How this box is set up, besides its switches."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Limits, population and mischief. Probabilities are 0 to 1, lags are seconds.

    `settings` are dealt to the shops in turn: `shape` 2023 or 2022, `business` general
    or catering. Limits that are None are off. Source: paper §1.1, §3.3, §5.
    """

    settings: Sequence[Mapping[str, str]] = ()
    shape: str = "2023"
    business: str = "general"

    rows_cap: int = 10_000
    """page_num x page_size may not exceed it without a cursor."""
    page_size_max: int = 100
    max_window: timedelta | None = None
    """No page names a longest window; None is what the documents say."""
    retention: timedelta | None = None
    """How old an order may be and still be listed; not documented."""

    token_ttl: float = 7200.0
    token_grace: float = 300.0
    """How long the former token lives on once a newer one was fetched."""
    token_calls: int | None = 500
    """Token calls per 300 seconds before 10020."""
    redirect_uri: str | None = None
    """The app's callback address in the console; None lets any pass. Users let the app in
    at /platform/oauth/connect/, merchants a provider's at /auth-isv/, or either by
    `consent(url, shop)` and `refuse(url)`."""
    user_scopes: Collection[str] | None = None
    """The scopes the app may ask users for; None: any."""
    user_ttl: float = 15 * 86_400.0
    user_refresh_ttl: float = 30 * 86_400.0
    user_renewable: bool = True
    """Whether the app has the permission renew_refresh_token."""
    per_second: int | None = None
    """Order queries per second and app; the current page says 20."""
    per_day: int | None = None
    """Order queries in any 24 hours and app."""
    per_day_by_scope: Mapping[str, int] = field(default_factory=dict)
    """Calls in any 24 hours by scope: one app had 100 a day of the after-sale list."""
    allowed_ips: Collection[str] | None = None

    total_lag: float = 30.0
    """With total=lagging: how old a count may be, and what it has not yet seen."""
    detail_lag: float = 5.0
    """With detail=lagging: how far a lookup by id is behind the list."""
    late_probability: float = 0.0
    late_by: float = 0.0
    """A late change becomes visible up to this long after its stamp."""
    same_second: int = 0
    """That many orders of each shop share one second."""
    twice: float = 0.0
    """How often an order that changes does so again within the second."""
    removes: float = 0.0
    """How often a change is a removal from every list."""
    poison: float = 0.0
    new_words: float = 0.0
    """How often a change shows a status no document names."""
    new_fields: bool = False

    places: int = 4
    """How many places each merchant has."""
    place_opens: float = 0.0
    """How often a change brings a new place, where vouchers are used from then on."""
    place_renamed: float = 0.01
    poi_size_max: int = 50
    """Places per page: 50 for a client of 2025, 100 in the docs of 2023 (V17)."""
    cancels: float = 0.1
    """How often a use is taken back within the hour and done again at once, and a voucher
    scanned by mistake and given back; orders show neither."""
    goods_moves: float = 0.15
    """How often a change changes a product too: status, price, stock, a draft."""
    after_sale_lag: float = 2.0
    """How late refund cases show on average; one in a hundred up to `after_sale_worst`.
    Source: refund-list-query page, "2 s", "p99 minutes"."""
    after_sale_worst: float = 120.0
    decrypts_per_day: int | None = None
    """Ciphertexts the app may have opened on a Beijing day; "dynamic", say the pages."""
    pushes: bool = False
    """Whether what happens is pushed from the start, as if an address had been verified."""
    push_delay: float = 1.0
    """How long after the happening its push is sent; none of the push_ figures is
    documented. Source: captures of 2023 and 2024, 1 to 4 s after the payment."""
    push_spread: float = 3.0
    """Up to this much later, each by chance, so that pushes pass one another."""
    push_twice: float = 0.0
    """How often a push comes twice although it was answered."""
    push_loss: float = 0.0
    push_retry_gap: float = 60.0
    push_tires_after: int | None = None
    """So many pushes given up in a row end the subscription."""
    third_codes: float = 0.0
    """How often an order paid from now on (到店团购, one product) gets its codes from the
    merchant's own system; any but 0 changes what happens to orders."""
    spi_delay: float = 1.0
    """How long after the happening the system is asked."""
    spi_issue_limit: float = 600.0
    spi_review_limit: float = 86_400.0
    """Without a decision the refund is agreed to: after 24 h by the pages refund.apply and
    refund.audit, 72 h by another."""
    undo: float = 0.0
    """How often a change undoes a fresh use for good: then the order's voucher is open
    again, so that any but 0 changes what happens to orders."""

    def shop(self, number: int) -> dict[str, str]:
        """The settings of shop `number`. Raises ValueError on a word there is none of."""
        dealt = self.settings[number % len(self.settings)] if self.settings else {}
        chosen = {"shape": self.shape, "business": self.business, **dealt}
        known = {"shape": ("2023", "2022"), "business": ("general", "catering")}
        for name, word in chosen.items():
            if word not in known.get(name, ()):
                raise ValueError(f"no {name}={word}; there are {known}")
        return chosen
