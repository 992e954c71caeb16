"""`GET /metrics`, for Prometheus. It tells of all shops at once."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Response

from .who import Who

MEDIA = "text/plain; version=0.0.4; charset=utf-8"


def router(text: Callable[[], bytes]) -> APIRouter:
    """The one route; for whom a grant at all shops says so."""
    made = APIRouter()

    @made.get("/metrics", include_in_schema=False)
    def metrics(who: Who) -> Response:
        who.require("metrics.read")
        return Response(text(), media_type=MEDIA)

    return made
