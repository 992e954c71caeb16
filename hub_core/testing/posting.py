"""What a platform sends by itself, taken down as the hub would take it in.

Whether it comes from the platform is told by its signature alone, so that both contracts
of what is sent, pushes and questions, ask the same of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

import pytest

from ..answers import UNFIT
from ..ports import Pushed
from ..sandbox import Platform, Request, Response, Send
from ..wire import JSON, Credentials, strict_json
from .desk import Desk
from .given import Given

LONG = 3600.0
"""Seconds within which what was not taken well comes again."""
STEP = 30.0
Genuine = Callable[[Pushed, Credentials], bool]


class Posting(Protocol):
    """A platform that posts to one address of an app: what sandboxes call `pushes`."""

    def subscribe(self, send: Send) -> bool:
        """Save the address, and try it as the platform does; False: it is not taken."""
        ...

    def deliver(self, send: Send) -> int:
        """Post all that is due now; how many those were."""
        ...


class Posted(Given):
    """The fixture of what is posted."""

    @pytest.fixture
    def posting(self, platform: Platform | None) -> Posting:
        """What of the platform posts: the sandbox's `pushes`."""
        found: Posting | None = getattr(platform, "pushes", None)
        if found is None:
            pytest.skip("give the fixture `posting`: what of the platform posts to an app")
        return found


@dataclass
class Noted:
    """Takes down what is posted, and answers each request alike."""

    thanks: bytes = b"{}"
    status: int = 200
    requests: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        """As the platform sees it: taken."""
        self.requests.append(request)
        return Response(self.status, self.thanks)

    @property
    def pushed(self) -> list[Pushed]:
        """As the hub hands it to a plugin."""
        return [pushed(request) for request in self.requests]


def pushed(request: Request) -> Pushed:
    """The request as the hub hands it to a plugin."""
    headers = [(name.lower(), value) for name, value in request.headers.items()]
    return Pushed(
        headers=headers, body=request.body, query=request.target.partition("?")[2]
    )


def document_of(push: Pushed) -> JSON:
    """Its body, as the hub reads it."""
    found: JSON = strict_json(push.body)
    return found


def bodies(push: Pushed) -> Iterator[Pushed]:
    """It with a body that is not the one that was signed."""
    for body in (push.body + b" ", b"", push.body.swapcase(), push.body[:-1]):
        yield replace(push, body=body)


def forged(desk: Desk, push: Pushed, genuine: Genuine) -> list[str]:
    """In what ways somebody else's was taken for the platform's, as sentences."""
    app = desk.app
    other = replace(app, app_secret=app.app_secret[::-1] + "x")
    said = [] if not genuine(push, other) else ["another secret signs as well"]
    if any(genuine(one, app) for one in bodies(push)):
        said.append("another body has the same signature")
    for name, value in push.headers:
        rest = [pair for pair in push.headers if pair[0] != name]
        if genuine(replace(push, headers=rest), app):
            continue  # it does not count
        wrong = (value[:-1], value.swapcase() + "x", value[::-1] + "0", "", f"{value} ")
        for bad in wrong:
            if genuine(replace(push, headers=[*rest, (name, bad)]), app):
                said.append(f"{name} may be another")
        twice = [*push.headers, (name, value)]
        if genuine(replace(push, headers=twice), app):
            said.append(f"{name} may come twice")
    if genuine(Pushed(body=push.body, query=push.query), app):
        said.append("nothing has to be signed")
    return said


def unfit_alone(act: Callable[[], object]) -> None:
    """What an act raises is what the hub takes for a document that is none, or this is an
    AssertionError."""
    try:
        act()
    except UNFIT:
        return
    except RecursionError as error:
        raise AssertionError("a misshapen document came out as RecursionError") from error
