"""What platforms send: signed by them, not by a key of ours."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from ..inbound import Answer, Inbound

LARGEST = 256 * 1024
"""Bytes of a body; more is not read on."""
PUSH = "/push/"


class PushDoor:
    """Before the app with all its routes: whoever pushes waits, and comes by the hundred a
    second, so that a push goes through nothing that only requests of ERPs need."""

    def __init__(self, app: ASGIApp, inbound: Inbound) -> None:
        self._app, self._inbound = app, inbound

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take in what is posted to `/push/CHANNEL` or `/push/CHANNEL/APP`."""
        if scope["type"] != "http" or not scope["path"].startswith(PUSH):
            await self._app(scope, receive, send)
            return
        channel, _, app = scope["path"][len(PUSH) :].partition("/")
        if scope["method"] != "POST":
            answer = Answer(405, headers={"allow": "POST"})
        else:
            headers = [(str(k, "latin-1"), str(v, "latin-1")) for k, v in scope["headers"]]
            body = await _body(receive)
            answer = await self._inbound.receive_async(channel, headers, body, app or None)
        await _send(send, answer)


async def _body(receive: Receive) -> bytes:
    """The body, or one byte more than is taken, for whoever refuses it."""
    message = await receive()
    if not message.get("more_body"):  # nearly always
        return bytes(message.get("body", b"")[: LARGEST + 1])
    found = bytearray(message["body"])
    while message.get("more_body") and len(found) <= LARGEST:
        message = await receive()
        found += message.get("body", b"")
    return bytes(found[: LARGEST + 1])


async def _send(send: Send, answer: Answer) -> None:
    headers = [
        (k.encode("latin-1"), v.encode("latin-1")) for k, v in answer.headers.items()
    ]
    headers.append((b"content-length", b"%d" % len(answer.body)))
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body})


def router(inbound: Inbound) -> APIRouter:
    """Where platforms ask, and wait for an answer."""
    made = APIRouter(include_in_schema=False)

    async def ask(request: Request, channel: str, app: str, route: str) -> Response:
        body = await _body(request.receive)
        answer = await run_in_threadpool(
            inbound.asked, channel, route, request.url.query, request.headers.items(),
            body, app,
        )  # fmt: skip
        return Response(answer.body, answer.status, dict(answer.headers))

    made.add_api_route("/spi/{channel}/{app}/{route}", ask, methods=["GET", "POST"])
    return made
