"""What the shop's areas have in common: how records are asked for."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated

from pydantic import AwareDatetime, Field, PlainSerializer

from hub_core.wire import Ask, Call


def seconds(moment: datetime) -> int:
    """Epoch seconds, as the shop takes times."""
    return int(moment.timestamp())


Seconds = Annotated[AwareDatetime, PlainSerializer(seconds)]


class ListAsk(Ask):
    """Rows by the time of their last change, oldest change first."""

    since: Seconds = Field(serialization_alias="updated_from")
    until: Seconds = Field(serialization_alias="updated_to")
    page: int = Field(ge=1)
    size: int = Field(ge=1, le=100)


class OneAsk(Ask):
    """One record."""

    id: str = Field(min_length=1)


# A key signs every call, so that none needs a token.
Reading = partial(Call, method="GET", needs_token=False, status="simulated")
Writing = partial(Call, needs_token=False, is_write=True, status="simulated")
