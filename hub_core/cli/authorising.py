"""`hub auth`: shops authorised in a browser."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from ..errors import Misconfigured
from .acting import ActorOption, acting
from .audit import keep_head
from .auth_review import review
from .coming_back import HOST, listening
from .opening import Json, opened
from .output import complain, say, say_json, table, times_note

if TYPE_CHECKING:
    from ..authorising import Authorising, Outcome, Sent
    from ..hub import Hub
    from ..store.authorisations import Login

PORT = 8601
LOOK = 2.0
"""Seconds between two looks for a push that tells of it."""
COLUMNS = (
    "id", "channel", "shop", "stage", "said", "by", "made_at", "ended_at", "until", "app",
)  # fmt: skip
GRANTED = ("permission", "words", "until")
WHY = {
    "denied": "the owner, or the platform, said no; nothing was changed",
    "another_shop": "another shop's owner has consented: nothing was kept, the shop's own "
    "token is as it was. Leave that account on the platform, and go again",
    "another_app": "the shop is read by another app already; nothing was kept",
    "stale": "that is not the way back of this login, or it was gone already",
    "odd": "that is no address a consent page leads to",
    "failed": "the platform gave no token; nothing was kept. Go again",
    "waiting": "consented; the rest follows by itself: `hub auth list`",
    "nowhere": "that is no address a consent page leads to",
}
Channel = Annotated[str, typer.Argument(help="See `hub plugins`.")]
ShopOption = Annotated[
    str | None, typer.Option("--shop", help="Authorise this one again; else a new one.")
]
AppOption = Annotated[str | None, typer.Option("--app", help="Of several apps, this one.")]
NameOption = Annotated[
    str | None, typer.Option("--name", help="What a new shop is to be called.")
]
ScopeOption = Annotated[
    list[str] | None,
    typer.Option("--scope", help="Ask for this, by the platform's name; repeatable."),
]


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="Shops authorised in a browser.", no_args_is_help=True)
    group.command("login")(login)
    group.command("link")(link)
    group.command("list")(list_logins)
    group.command("review")(review)
    app.add_typer(group, name="auth")


def login(
    channel: Channel,
    shop: ShopOption = None,
    app: AppOption = None,
    name: NameOption = None,
    scope: ScopeOption = None,
    browser: Annotated[
        bool, typer.Option("--open", help="Open the page in this machine's browser.")
    ] = False,
    paste: Annotated[
        bool, typer.Option("--paste", help="Ask for the address the browser ends at.")
    ] = False,
    redirect: Annotated[
        str | None,
        typer.Option("--redirect", help="Where the platform leads back to, as registered."),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of loopback; 0: any free one.")
    ] = PORT,
    minutes: Annotated[
        float, typer.Option(min=0.01, max=10, help="How long to wait for it.")
    ] = 10.0,
    actor: ActorOption = None,
    json: Json = False,
) -> None:
    """Send a shop's owner to the platform's consent page, and keep what comes of it.

    The page leads back to this machine; on one without a browser open the address
    elsewhere and take --paste.
    """
    from ..authorising import Authorising

    asked = {"shop": shop, "app": app, "name": name, "scopes": scope or ()}
    who = acting(actor)
    with opened() as hub:
        door = Authorising(hub)
        if paste or (redirect and not _is_near(redirect)):
            back = redirect or f"http://{HOST}:{port}/auth/{channel}/callback"
            outcome = _pasted(door, channel, who, back, browser, asked)
        else:
            outcome = _listened(
                door, channel, who, redirect, port, browser, minutes * 60, asked
            )
        keep_head(hub)
    _tell(outcome, json)


def _is_near(redirect: str) -> bool:
    return urlsplit(redirect).hostname in (HOST, "localhost", "::1")


def _show(sent: Sent, browser: bool) -> None:
    """On standard error: standard output is for what comes of it."""
    complain(f"Open this in a browser, as the shop's owner:\n\n{sent.url}\n")
    if browser:
        import webbrowser

        webbrowser.open(sent.url)


def _pasted(
    door: Authorising, channel: str, who: str, back: str, browser: bool, asked: Any
) -> Outcome | None:
    sent = door.begin(channel, by=who, redirect=back, **asked)
    _show(sent, browser)
    if sent.telling == "push":
        return _pushed(door, sent, 600)
    complain("Afterwards the browser ends at an address that may not open; that is fine.")
    came = typer.prompt("its whole address", err=True).strip()
    at, _, query = came.partition("?")
    return door.callback(channel, at, query.partition("#")[0])


def _listened(
    door: Authorising,
    channel: str,
    who: str,
    redirect: str | None,
    port: int,
    browser: bool,
    seconds: float,
    asked: Any,
) -> Outcome | None:
    near = urlsplit(redirect) if redirect else None
    there: dict[str, str] = {}

    def answer(path: str, query: str) -> Outcome:
        from ..authorising import End, Outcome

        if path != urlsplit(there["back"]).path:
            return Outcome(end=End.NOWHERE)
        return door.callback(channel, there["back"], query)

    with listening(near.port or 80 if near else port, answer) as waiting:
        there["back"] = redirect or f"http://{HOST}:{waiting.port}/auth/{channel}/callback"
        sent = door.begin(channel, by=who, redirect=there["back"], **asked)
        _show(sent, browser)
        if sent.telling == "push":
            return _pushed(door, sent, seconds)
        return waiting.outcome(seconds)


def _pushed(door: Authorising, sent: Sent, seconds: float) -> Outcome | None:
    """Its success is pushed to `hub serve`, which may be another process."""
    from ..authorising import End, Outcome
    from ..authorising.outcome import told

    complain("Its success is pushed to `hub serve`; waiting for it …")
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        door.settle()
        found = door.one(sent.id)
        if found is not None and found.ended_at is not None:
            end = End.DONE if found.stage == "done" else End.FAILED
            return Outcome(
                end=end, allowed=told(found.permissions), until=found.until,
                said=found.said, shop=door.shop_name(found),
            )  # fmt: skip
        time.sleep(LOOK)
    return None


def _tell(outcome: Outcome | None, json: bool) -> None:
    if outcome is None:
        raise Misconfigured("nobody came back in time; nothing was changed")
    if json:
        say_json(
            {
                "end": str(outcome.end), "shop": outcome.shop, "new": outcome.is_new,
                "until": outcome.until, "said": outcome.said,
                "permissions": [asdict(one) for one in outcome.allowed],
            }
        )  # fmt: skip
    elif outcome.end == "done":
        _say_done(outcome)
    if outcome.end != "done":
        code = f" (code {outcome.said})" if outcome.said else ""
        complain(f"hub: {WHY[outcome.end]}{code}")
        raise typer.Exit(1)


def _say_done(outcome: Outcome) -> None:
    rows = [
        {"permission": one.name, "words": one.words, "until": one.until or outcome.until}
        for one in outcome.allowed
    ]
    how = "added and authorised" if outcome.is_new else "authorised"
    table(rows, GRANTED, fold=("words",), empty="the platform does not say what for")
    if outcome.until is None:
        say("The platform does not say until when; the token is renewed by itself.")
    say(f"{outcome.shop}: {how}; next: hub sync {outcome.shop}")
    times_note()


def link(
    channel: Channel,
    shop: ShopOption = None,
    app: AppOption = None,
    name: NameOption = None,
    scope: ScopeOption = None,
    hours: Annotated[int, typer.Option(min=1, max=168, help="How long it holds.")] = 24,
    actor: ActorOption = None,
    json: Json = False,
) -> None:
    """A link to send to a shop's owner, good once.

    It leads over `hub serve`, at the `public_url` of its settings.
    """
    from ..authorising import Authorising

    with opened() as hub:
        made = Authorising(hub).invite(
            channel, by=acting(actor), lives=timedelta(hours=hours), shop=shop, app=app,
            name=name, scopes=scope or (),
        )  # fmt: skip
        keep_head(hub)
    if json:
        say_json({"id": made.id, "url": made.url, "expires_at": made.expires_at})
    else:
        say(made.url)
        complain("hub: good once; this is the only time it is shown")


def list_logins(
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 30, json: Json = False
) -> None:
    """Logins, newest first, and what came of each."""
    from ..authorising import Authorising

    with opened() as hub:
        door = Authorising(hub)
        door.settle()
        rows = [_row(hub, one, door) for one in door.listing(limit)]
    if json:
        say_json(rows)
        return
    table(rows, COLUMNS, narrow=COLUMNS[:4], fold=("shop", "said", "by"),
          empty="none yet: hub auth login CHANNEL")  # fmt: skip
    times_note()


def _row(hub: Hub, one: Login, door: Authorising) -> dict[str, Any]:
    from ..authorising.outcome import told

    names = ("id", "channel", "app", "said", "by", "made_at", "ended_at", "until")
    gone = one.stage in ("invited", "away") and hub.clock.now() >= one.expires_at
    return {
        **{name: getattr(one, name) for name in names},
        "shop": door.shop_name(one) or one.shop_name,
        "stage": "expired" if gone else one.stage,
        "permissions": [asdict(a) for a in told(one.permissions)],
    }
