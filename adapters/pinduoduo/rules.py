"""What no document settles about reading an order or a case (C): configuration says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from hub_core.errors import Misconfigured

CHOICES: dict[str, tuple[str, ...]] = {
    "receivable": ("pay+platform", "pay"),
    "line_id": ("position", "sku"),
    "refunded_unshipped": ("cancelled", "open"),
    "case_detail_unit": ("fen", "yuan"),
}
"""Each rule's words, the default first."""


@dataclass(frozen=True, slots=True)
class Rules:
    """One word for each rule. Source: channel paper PDD §3, marked C there."""

    receivable: str = "pay+platform"
    """What the merchant is owed: the platform pays its own discounts to the merchant, as
    ERP systems reckon; or only what the buyer pays."""
    line_id: str = "position"
    """There is no line id: `order_sn#1`, or `order_sn#<sku_id>`."""
    refunded_unshipped: str = "cancelled"
    """What an order is that was refunded before it was shipped."""
    case_detail_unit: str = "fen"
    """The unit of amounts in the detail of an after-sale case."""

    @classmethod
    def of(cls, facts: Mapping[str, str]) -> Rules:
        """As configured. Raises Misconfigured for a word that is none of a rule's."""
        names = [f.name for f in fields(cls)]
        given = {name: facts[name] for name in names if facts.get(name)}
        for name, word in given.items():
            if word not in CHOICES[name]:
                known = " or ".join(CHOICES[name])
                raise Misconfigured(f"pinduoduo: the fact {name} is {known}, not {word!r}")
        return replace(DEFAULT, **given)


DEFAULT = Rules()
