"""What platforms send: signed by them, not by a key of ours."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from ..inbound import Answer, Inbound

LARGEST = 256 * 1024
"""Bytes of a body; more is not read on."""


def router(inbound: Inbound) -> APIRouter:
    """Where platforms push to, and where they ask."""
    made = APIRouter(include_in_schema=False)

    async def push(request: Request, channel: str, app: str | None = None) -> Response:
        body = await _body(request)
        answer = await inbound.receive_async(channel, request.headers.items(), body, app)
        return _response(answer)

    async def ask(request: Request, channel: str, app: str, route: str) -> Response:
        body = await _body(request)
        answer = await run_in_threadpool(
            inbound.asked, channel, route, request.url.query, request.headers.items(),
            body, app,
        )  # fmt: skip
        return _response(answer)

    made.add_api_route("/push/{channel}", push, methods=["POST"])
    made.add_api_route("/push/{channel}/{app}", push, methods=["POST"])
    made.add_api_route("/spi/{channel}/{app}/{route}", ask, methods=["GET", "POST"])
    return made


async def _body(request: Request) -> bytes:
    """The body, or one byte more than is taken, for whoever refuses it."""
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > LARGEST:
            break
    return bytes(found[: LARGEST + 1])


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers))
