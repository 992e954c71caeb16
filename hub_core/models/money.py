"""Money: whole minor units and a currency; the only place arithmetic on amounts is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

EXPONENTS = {"CNY": 2, "HKD": 2, "USD": 2, "EUR": 2, "JPY": 0, "KRW": 0}
"""How many decimals a currency has (ISO 4217)."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in the currency's smallest unit (CNY: fen)."""

    minor: int
    currency: str = "CNY"

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are whole numbers, not {self.minor!r}")
        if self.currency not in EXPONENTS:
            raise ValueError(f"unknown currency {self.currency!r}")

    @classmethod
    def parse(cls, text: str | Decimal, currency: str = "CNY") -> Money:
        """Read major units ("12.30" yuan). A fraction of a minor unit is a ValueError."""
        return cls(minor_units(text, EXPONENTS[currency]), currency)

    def decimal(self) -> Decimal:
        """The amount in major units, for display."""
        return Decimal(self.minor).scaleb(-EXPONENTS[self.currency])

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other.minor


def minor_units(amount: str | Decimal | int, exponent: int = 2) -> int:
    """Major units to whole minor units, exactly; a float, NaN or fraction is refused."""
    if isinstance(amount, float):
        raise TypeError("a float is not an exact amount")
    value = Decimal(amount)
    if not value.is_finite():
        raise ValueError(f"{amount!r} is not an amount")
    minor = value.scaleb(exponent)
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount!r} has a fraction of a minor unit")
    return int(minor)


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` by `weights` so that the parts sum to it (largest remainder).

    Weights are not negative; when all are 0 the parts are as equal as can be.
    Ties go to the earlier part.
    """
    if not weights:
        raise ValueError("nothing to split over")
    if min(weights) < 0:
        raise ValueError("weights are not negative")
    shares = list(weights) if sum(weights) else [1] * len(weights)
    whole, sign = sum(shares), -1 if total < 0 else 1
    parts = [abs(total) * share // whole for share in shares]
    left = [abs(total) * share % whole for share in shares]
    spare = abs(total) - sum(parts)
    for i in sorted(range(len(parts)), key=lambda i: -left[i])[:spare]:
        parts[i] += 1
    return [sign * part for part in parts]
