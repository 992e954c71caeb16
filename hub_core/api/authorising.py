"""Shops authorised in a browser: links for an operator, pages for whoever may consent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from ..authorising import Authorising, End, Outcome, pages
from ..authorising.outcome import told as told_allowed
from ..errors import HubError
from .problems import Problem, Refused
from .records import ERRORS, MISSING
from .shapes import told
from .who import ThisHub, Who, allowed, chosen

COOKIE = "hub_auth"
LONGEST_PAGE = 4096
CANT: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "It cannot be so: `detail` says why."}
}


class Invite(BaseModel):
    """Who is to consent, and to what."""

    model_config = ConfigDict(extra="forbid")

    channel: str = Field(max_length=100)
    shop: str | None = Field(
        None, max_length=200, description="By name or hub id. None: a new one."
    )
    app: str | None = Field(None, max_length=100, description="None: the only one.")
    name: str | None = Field(
        None, min_length=1, max_length=100, description="What a new shop is called."
    )
    scopes: list[str] = Field([], max_length=100, description="None: as configured.")
    hours: int = Field(24, ge=1, le=168, description="How long the link holds.")


class Invitation(BaseModel):
    """A link that is good once. It is shown here, and nowhere ever again."""

    id: int
    url: str
    expires_at: datetime


class Allowed(BaseModel):
    """One thing that is allowed; `until` null: as long as the whole."""

    name: str
    words: str
    until: datetime | None


class Authorisation(BaseModel):
    """How a login stands."""

    id: int
    channel: str
    app: str
    shop: str | None
    by: str
    stage: str
    said: str | None
    permissions: list[Allowed]
    until: datetime | None
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None


class Authorisations(BaseModel):
    """Of the shops the key may see, newest first; of no shop yet for who may see all."""

    data: list[Authorisation]


def router(authorising: Authorising) -> APIRouter:
    """The routes that take a key."""
    made = APIRouter(responses={**ERRORS, **MISSING})

    @made.post(
        "/authorisations", response_model=Invitation, responses=CANT,
        summary="A link to authorise a shop by",
    )  # fmt: skip
    def invite(hub: ThisHub, who: Who, body: Invite) -> Any:
        shop = None
        if body.shop is None:
            who.require("shops.write")
        else:
            seen = chosen(hub, who, "shops.read", body.shop)
            if not seen:
                raise Refused(404, "not_found", "no such shop among those you may see")
            who.require("tokens.write", seen[0])
            shop = seen[0].name
        return authorising.invite(
            body.channel, by=who.actor, lives=timedelta(hours=body.hours), shop=shop,
            app=body.app, name=body.name, scopes=body.scopes,
        )  # fmt: skip

    @made.get("/authorisations", response_model=Authorisations, summary="Logins")
    def listing(hub: ThisHub, who: Who) -> Any:
        names = {shop.id: shop.name for shop in allowed(hub, who, "tokens.read")}
        everywhere = who.may("tokens.read")
        return {
            "data": [
                told(
                    Authorisation, one, shop=names.get(one.shop_id or 0),
                    permissions=[told(Allowed, a) for a in told_allowed(one.permissions)],
                )
                for one in authorising.listing()
                if (one.shop_id in names if one.shop_id else everywhere)
            ]
        }  # fmt: skip

    return made


def browser_pages(authorising: Authorising) -> APIRouter:
    """The routes for browsers: guarded by what nobody guesses, and good once."""
    made = APIRouter(include_in_schema=False)

    async def look(request: Request, channel: str) -> Response:
        return await run_in_threadpool(_look, authorising, channel, _link(request))

    async def go(request: Request, channel: str) -> Response:
        return await run_in_threadpool(_go, authorising, channel, _link(request))

    async def back(request: Request, channel: str) -> Response:
        return await run_in_threadpool(
            _back, authorising, channel, request.url.query, request.cookies.get(COOKIE)
        )

    made.add_api_route("/auth/{channel}/start", look, methods=["GET"])
    made.add_api_route("/auth/{channel}/start", go, methods=["POST"])
    made.add_api_route("/auth/{channel}/callback", back, methods=["GET"])
    return made


def _link(request: Request) -> str | None:
    return None if len(request.url.query) > 500 else request.query_params.get("link")


def _look(authorising: Authorising, channel: str, link: str | None) -> Response:
    try:
        outcome, origin = authorising.look(channel, link)
    except HubError:
        return _page(Outcome(end=End.FAILED))
    if outcome.end is not End.WAITING:
        return _page(outcome)
    # Browsers hold a form's redirects against the policy, too, those to the platform's
    # login on another host among them.
    scheme = urlsplit(origin).scheme
    headers = {"Content-Security-Policy": pages.policy(f"'self' {scheme}:")}
    return Response(pages.start(outcome), 200, {**pages.HEADERS, **headers})


def _go(authorising: Authorising, channel: str, link: str | None) -> Response:
    try:
        sent = authorising.go(channel, link)
    except HubError:
        return _page(Outcome(end=End.FAILED))
    if sent is None:
        return _page(Outcome(end=End.STALE))
    headers = {"Location": sent.url, "Cache-Control": "no-store"}
    made = Response(status_code=303, headers={"Referrer-Policy": "no-referrer", **headers})
    back = authorising.callback_url(channel) or ""
    made.set_cookie(
        COOKIE, sent.browser or "", max_age=600, path=_folder(back), httponly=True,
        secure=back.startswith("https:"), samesite="lax",
    )  # fmt: skip
    return made


def _folder(back: str) -> str:
    """As browsers see it: a proxy in front may have the hub under a path of its own."""
    return urlsplit(back).path.rpartition("/")[0]


def _back(
    authorising: Authorising, channel: str, query: str, cookie: str | None
) -> Response:
    at = authorising.callback_url(channel)
    if at is None:
        return _page(Outcome(end=End.NOWHERE))
    return _page(authorising.callback(channel, at, query, cookie or ""))


def _page(outcome: Outcome) -> Response:
    headers = {**pages.HEADERS, "Content-Security-Policy": pages.policy()}
    return Response(pages.of(outcome), pages.STATUS[outcome.end], headers)
