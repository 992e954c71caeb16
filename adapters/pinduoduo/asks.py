"""What Pinduoduo is asked, in the words both order shapes share.

Source: channel paper PDD §3; parameters of pdd.order.number.list.increment.get (2021 and
2024 copies of its page are alike).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, PlainSerializer

from hub_core.wire import Ask


def epoch_seconds(moment: datetime) -> int:
    """Whole seconds since 1970; fractions are dropped."""
    return int(moment.timestamp())


EpochSeconds = Annotated[AwareDatetime, PlainSerializer(epoch_seconds)]
ALL = 5
"""Of `order_status` and `refund_status`."""


class ListAsk(Ask):
    """A page of orders by the time of their last change, at most half an hour of it.

    With `has_next` the answer says whether others follow and does not count, which the
    platform calls cheaper by four fifths.
    """

    since: EpochSeconds = Field(serialization_alias="start_updated_at")
    until: EpochSeconds = Field(serialization_alias="end_updated_at")
    is_lucky_flag: int = 0
    order_status: int = ALL
    refund_status: int = ALL
    page: int = Field(ge=1)
    page_size: int = Field(ge=1, le=100)
    has_next: bool = Field(serialization_alias="use_has_next")


class GetAsk(Ask):
    """One order by its number, of a deal no older than three months."""

    order_sn: str = Field(min_length=1)
