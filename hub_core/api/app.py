"""The app, put together."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from ..hub import Hub
from . import feed, problems, records, shops
from .who import Check


def create(hub: Hub, check: Check) -> FastAPI:
    """The hub as an ASGI app. `check` says who a key's holder is."""
    app = FastAPI(
        title="channel-hub", version=version("channel-hub"), openapi_url="/v1/openapi.json",
        docs_url=None, redoc_url=None,
        description="Orders, products, stock and after-sales of every sales channel.",
    )  # fmt: skip
    app.state.hub, app.state.check = hub, check
    problems.install(app)
    for part in (records.router(), feed.router(), shops.router()):
        app.include_router(part, prefix="/v1")

    @app.get("/healthz", include_in_schema=False)
    def healthy() -> dict[str, Any]:
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    def ready() -> dict[str, Any]:
        hub.position()
        return {"status": "ok"}

    return app
