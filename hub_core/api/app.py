"""The app, put together."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.types import ASGIApp

from ..access import Keys
from ..authorising import Authorising
from ..hub import Hub
from ..inbound import Inbound
from . import (
    authorising,
    endpoints,
    feed,
    jobs,
    ledgers,
    metrics,
    parts,
    problems,
    pushes,
    questions,
    records,
    shops,
    standing,
    writes,
)


def create(
    hub: Hub,
    keys: Keys,
    inbound: Inbound | None = None,
    measured: Callable[[], bytes] | None = None,
) -> ASGIApp:
    """The hub as an ASGI app, for whom these keys let in; with `inbound` for platforms,
    with `measured` (its metrics as text) for Prometheus, too."""
    app = FastAPI(
        title="channel-hub", version=version("channel-hub"), openapi_url="/v1/openapi.json",
        docs_url=None, redoc_url=None,
        description="Orders, products, stock and after-sales of every sales channel.",
    )  # fmt: skip
    app.state.hub, app.state.keys = hub, keys
    problems.install(app)
    for part in (
        *(records, parts, feed, shops, ledgers, standing, writes),
        *(questions, endpoints, jobs),
    ):
        app.include_router(part.router(), prefix="/v1")

    logins = Authorising(hub)
    app.include_router(authorising.router(logins), prefix="/v1")
    app.include_router(authorising.browser_pages(logins))
    if inbound is not None:
        app.include_router(pushes.router(inbound))
    if measured is not None:
        app.include_router(metrics.router(measured))

    @app.get("/healthz", include_in_schema=False)
    def healthy() -> dict[str, Any]:
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    def ready() -> dict[str, Any]:
        hub.position()
        return {"status": "ok"}

    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    return app if inbound is None else pushes.PushDoor(app, inbound)


def described(app: FastAPI) -> dict[str, Any]:
    """The description, in which problems have their own media type."""
    if app.openapi_schema is None:
        said = get_openapi(
            title=app.title, version=app.version, description=app.description,
            routes=app.routes, openapi_version="3.1.0",
        )  # fmt: skip
        for methods in said["paths"].values():
            for operation in methods.values():
                _say_problems(operation["responses"])
        app.openapi_schema = said
    return app.openapi_schema


def _say_problems(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status >= "400" and "application/json" in response.get("content", {}):
            response["content"] = {problems.MEDIA: response["content"]["application/json"]}
