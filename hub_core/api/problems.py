"""Errors as problem+json (RFC 9457), each with a code that stays what it is.

Source: https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from ..access import NoKey, NotAllowed, TooMany
from ..errors import HubError, Misconfigured, PositionLost

MEDIA = "application/problem+json"
log = logging.getLogger(__name__)


class Problem(BaseModel):
    """What went wrong, for programs (`code`) and for people (`detail`)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str = ""


class Refused(HTTPException):
    """An answer that is no."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(status, detail, dict(headers) if headers else None)
        self.code, self.more = code, more


def answer(status: int, code: str, detail: str = "", **more: Any) -> JSONResponse:
    """The problem as a response."""
    said = {
        "type": f"urn:channel-hub:{code}", "title": HTTPStatus(status).phrase,
        "status": status, "code": code, "detail": detail, **more,
    }  # fmt: skip
    return JSONResponse(said, status, media_type=MEDIA)


CODES = {404: "no_such_route", 405: "method_not_allowed", 406: "not_acceptable"}


def install(app: FastAPI) -> None:
    """Have every error of the app told so."""

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> JSONResponse:
        code = error.code if isinstance(error, Refused) else CODES.get(error.status_code)
        more = error.more if isinstance(error, Refused) else {}
        made = answer(error.status_code, code or "refused", str(error.detail or ""), **more)
        made.headers.update(error.headers or {})
        return made

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [
            {"where": ".".join(map(str, one["loc"])), "what": one["msg"]}
            for one in error.errors()
        ]  # never what was given: it may be a secret, or a buyer's
        detail = "; ".join(f"{one['where']}: {one['what']}" for one in wrong)
        return answer(422, "invalid", detail, errors=wrong)

    @app.exception_handler(NoKey)
    def no_key(request: Request, error: NoKey) -> JSONResponse:
        made = answer(401, "no_key", str(error))
        made.headers["WWW-Authenticate"] = "Bearer"
        return made

    @app.exception_handler(TooMany)
    def too_many(request: Request, error: TooMany) -> JSONResponse:
        made = answer(429, "too_many_tries", str(error))
        made.headers["Retry-After"] = str(error.after)
        return made

    @app.exception_handler(NotAllowed)
    def not_allowed(request: Request, error: NotAllowed) -> JSONResponse:
        return answer(403, "not_allowed", str(error))

    @app.exception_handler(PositionLost)
    def position_lost(request: Request, error: PositionLost) -> JSONResponse:
        return answer(410, "position_lost", str(error))

    @app.exception_handler(Misconfigured)
    def not_there(request: Request, error: Misconfigured) -> JSONResponse:
        return answer(400, "refused", str(error))

    @app.exception_handler(HubError)
    def failed(request: Request, error: HubError) -> JSONResponse:
        return answer(502, error.kind.lower(), str(error))

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed: %s", request.method, request.url.path, type(error))
        return answer(500, "internal", "the hub itself failed; its log says where")
