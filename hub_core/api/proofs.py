"""How far streams have been read, and what is proved of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from ..hub import Hub
from .shapes import told


class Span(BaseModel):
    """A stretch of a stream's time, and what is known of it."""

    since: datetime
    until: datetime
    state: str


class Coverage(BaseModel):
    """How far a stream has been read, and what is proved of it."""

    shop: str
    channel: str
    stream: str
    complete: bool
    cursor_at: datetime | None
    last_ok_at: datetime | None
    last_error: str | None
    spans: list[Span]


def proved(
    hub: Hub, shops: Sequence[str], streams: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """Of these shops' streams, or those of these names; as `Coverage` has it."""
    return [
        told(Coverage, one, spans=[told(Span, span) for span in one.spans])
        for one in (hub.coverage(shops) if shops else ())
        if streams is None or one.stream in streams
    ]
