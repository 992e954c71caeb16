"""Wrongs that are known, and not the engine's: left out of a day's grade until mended.

Strike an entry out when its cause is mended; `python -m tests.loss_records` counts what
each day left out as `open`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .scenario import RecordScenario


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """Wrongs of one kind whose text matches, on days to which it applies."""

    channel: str
    kind: str
    text: str
    why: str
    applies: Callable[[RecordScenario], bool] = lambda day: True


OPEN_ENDS = (
    OpenEnd(
        "douyin-laike",
        "products",
        r"[:;] (price_amount|available):\d+ is None",
        "the box writes several SKUs of the shape of 2022 as `sku_list`, the adapter of "
        "these calls reads `skus`",
        lambda day: day.options.get("shape") == "2022",
    ),
    OpenEnd(
        "douyin-laike",
        "products",
        r": is not there",
        "where no status asked for means those on sale, the connector asks for no other",
        lambda day: day.switches["product_default"] == "online",
    ),
    OpenEnd(
        "douyin-laike",
        "products",
        r"listing_status_raw is|available:\d+ is|price_amount:\d+ is|title is",
        "where the lookup of what is online comes back empty by a fault, the connector "
        "takes the drafts of products online for new ones; their stamps are the younger, "
        "so that the products themselves count as stale from then on",
        lambda day: day.fault_rate > 0,
    ),
    OpenEnd(
        "douyin-laike",
        "redemptions",
        r": place_external_id is None",
        "on a line that fails, some uses stay without the place that the lists asked "
        "place by place would tell, after a quiet heal too",
        lambda day: day.fault_rate > 0,
    ),
    OpenEnd(
        "douyin-laike",
        "after_sales",
        r": refunded_amount is None, not \d+$",
        "the adapter takes no amount for refunded where the status is a new word, the "
        "box's truth does",
        lambda day: day.options["new_words"] > 0,
    ),
)


def is_open(day: RecordScenario, wrong: str) -> bool:
    """Whether this wrong is one of those."""
    return any(
        (end.channel, end.kind) == (day.channel, day.kind)
        and end.applies(day)
        and re.search(end.text, wrong)
        for end in OPEN_ENDS
    )
