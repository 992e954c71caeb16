"""The page where a shop's owner lets an app in, and the browser in front of it.

A person opens the address and presses a button; a test answers the same form:

    POST <the address the client made, query and all>
    shop=<Account.external_id>&answer=agree        (or answer=refuse)

or, in one process, calls `consent` or `refuse` of the box. Which shop agrees is free, so
that an app can be let in again by another shop than before.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape, unescape
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from .http import Request, Response
from .platform import Platform

AGREE, REFUSE = "agree", "refuse"
FORM = {"content-type": "application/x-www-form-urlencoded"}
FIXED = {"content-type": "text/html; charset=utf-8", "x-frame-options": "DENY"}
STYLE = "<style>body{font:16px sans-serif;margin:3em}label{display:block}</style>"


class ConsentError(ValueError):
    """The page shows this instead of sending the browser back. `code` is for the log."""

    def __init__(self, words: str, code: str = "refused") -> None:
        super().__init__(words)
        self.words, self.code = words, code


@dataclass(slots=True)
class Console:
    """What the app's owner has entered about it. None: nothing, and all is let pass."""

    redirect_uri: str | None = None

    def knows(self, asked: Mapping[str, str], rule: str) -> bool:
        """Whether the browser may be sent to the address that is asked for."""
        return same_address(self.redirect_uri, asked.get("redirect_uri", ""), rule)


class ConsentPage(ABC):
    """One platform's page: the form, and what becomes of its answer.

    `answer` gives the response, the shop (blank until one has agreed), and the outcome for
    the log: `shown`, `ok`, `denied`, or a ConsentError's code.
    """

    title: str

    @abstractmethod
    def shops(self, asked: Mapping[str, str]) -> Mapping[str, str]:
        """Ids and names of the shops that may agree. Raises ConsentError where the address
        itself is wrong: such a browser must never be sent on."""

    @abstractmethod
    def agreed(
        self, asked: Mapping[str, str], shop: str, form: Mapping[str, str]
    ) -> Response:
        """What follows when that shop says yes."""

    @abstractmethod
    def refused(self, asked: Mapping[str, str]) -> Response:
        """What follows a no."""

    def answer(self, request: Request) -> tuple[Response, str, str]:
        """The form, or what its answer leads to."""
        asked, form = dict(request.query()), dict(request.form())
        try:
            shops = self.shops(asked)
            if request.method != "POST":
                return form_page(self.title, shops), "", "shown"
            if form.get("answer") == REFUSE:
                return self.refused(asked), "", "denied"
            shop = form.get("shop", "")
            if form.get("answer") != AGREE or shop not in shops:
                raise ConsentError("此应用不允许当前用户访问", "1001")
            return self.agreed(asked, shop, form), shop, "ok"
        except ConsentError as no:
            return notice(self.title, no.words, 400), "", no.code


class Consenting(Platform):
    """A platform with such pages, and what it offers to tests besides."""

    console: Console

    def register(self, redirect_uri: str | None) -> None:
        """The app's callback address, as its console has it from now on; over HTTP
        `POST /_sandbox/register {"redirect_uri": …}`."""
        self.console.redirect_uri = redirect_uri

    def door(self, what: str, asked: Any) -> Any:
        """`register`, or none."""
        if what != "register":
            return super().door(what, asked)
        self.register(asked.get("redirect_uri"))
        return {"redirect_uri": self.console.redirect_uri}

    def consent(self, url: str, shop: str, **more: str) -> str:
        """The shop's owner opens the address a client made, whatever host it names, and
        agrees. `more` are further fields of the form, where the box has any.

        Gives where his browser is sent: the client's address with code and state; blank
        where the platform sends it nowhere. Raises ConsentError with the page's words
        when the page refuses the address or the shop.
        """
        return self._pressed(url, {"shop": shop, "answer": AGREE, **more})

    def refuse(self, url: str) -> str:
        """The same, but he says no."""
        return self._pressed(url, {"answer": REFUSE})

    def _pressed(self, url: str, form: Mapping[str, str]) -> str:
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}"
        answer = self.handle(Request("POST", target, FORM, urlencode(form).encode()))
        if answer.status not in (200, 302):
            raise ConsentError(said(answer), str(answer.status))
        return answer.headers.get("location", "")


def same_address(registered: str | None, given: str, rule: str) -> bool:
    """Whether a browser may be sent to `given`; None: the box has nothing registered.

    `exact`: the same text. `before_hash`: the same up to `#`. `same_domain`: the same
    host, or one with the same last two labels. `any`: everything that is an address.
    """
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    if registered is None or rule == "any":
        return True
    if rule == "before_hash":
        return given.partition("#")[0] == registered.partition("#")[0]
    if rule == "same_domain":
        return _domain(given) == _domain(registered)
    return given == registered


def sent_back(address: str, **params: str | None) -> Response:
    """302 to the address with these parameters added to its own; None is left out."""
    parts = urlsplit(address)
    new = urlencode({k: v for k, v in params.items() if v is not None})
    query = "&".join(text for text in (parts.query, new) if text)
    return Response(302, b"", {"location": urlunsplit(parts._replace(query=query))})


def form_page(title: str, shops: Mapping[str, str]) -> Response:
    """The shops to choose from, and two buttons."""
    choice = "".join(
        f'<label><input type="radio" name="shop" value="{escape(id)}"'
        f"{' checked' if n == 0 else ''}> {escape(name)}</label>"
        for n, (id, name) in enumerate(shops.items())
    )
    buttons = (
        f'<button name="answer" value="{AGREE}">授权并登录</button> '
        f'<button name="answer" value="{REFUSE}">取消</button>'
    )
    return _html(title, f'<form method="post">{choice}<p>{buttons}</p></form>', 200)


def notice(title: str, words: str, status: int = 200) -> Response:
    """A page that says one thing."""
    return _html(title, f"<p>{escape(words)}</p>", status)


def said(answer: Response) -> str:
    """The words of a `notice`."""
    text = answer.body.decode("utf-8", "replace")
    return unescape(text.partition("<p>")[2].partition("</p>")[0])


def _html(title: str, inner: str, status: int) -> Response:
    head = f'<!doctype html><meta charset="utf-8"><title>{escape(title)}</title>{STYLE}'
    return Response(status, f"{head}<h1>{escape(title)}</h1>{inner}".encode(), FIXED)


def _domain(address: str) -> str:
    """The last two labels of its host; a host of numbers is its own."""
    host = urlsplit(address).hostname or ""
    labels = host.split(".")
    return host if labels[-1].isdigit() else ".".join(labels[-2:])
