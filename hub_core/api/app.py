"""The app, put together."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from ..access import Keys
from ..hub import Hub
from ..inbound import Inbound
from . import feed, ledgers, parts, problems, pushes, records, shops, standing, writes


def create(hub: Hub, keys: Keys, inbound: Inbound | None = None) -> FastAPI:
    """The hub as an ASGI app, for whom these keys let in; with `inbound` for platforms,
    too."""
    app = FastAPI(
        title="channel-hub", version=version("channel-hub"), openapi_url="/v1/openapi.json",
        docs_url=None, redoc_url=None,
        description="Orders, products, stock and after-sales of every sales channel.",
    )  # fmt: skip
    app.state.hub, app.state.keys = hub, keys
    problems.install(app)
    for part in (records, parts, feed, shops, ledgers, standing, writes):
        app.include_router(part.router(), prefix="/v1")

    if inbound is not None:
        app.include_router(pushes.router(inbound))

    @app.get("/healthz", include_in_schema=False)
    def healthy() -> dict[str, Any]:
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    def ready() -> dict[str, Any]:
        hub.position()
        return {"status": "ok"}

    return app
