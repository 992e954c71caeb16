"""
Every error the hub raises on purpose, sorted by what the caller does next:

* HubError
  + Retryable          wait `after` seconds, then make the same call again
    - Throttled        the platform's limit was met: wait, and slow down
    - Banned           the platform named an end of the ban: park the shop's work until then
    - Garbled          what came back is no answer of theirs: HTML, half a body, nothing
    - Down             the channel failed again and again: nothing is sent for a while
  + TokenExpired       fetch a new token once, then make the same call again
  + Unauthorised       stop this shop; a person must authorise it again
    - WrongShop        its token opens another shop: keep nothing that came with it
  + Rejected           the platform said no to this request: do not repeat it
    - BadRequest       our own parameters are wrong, found before or after sending
    - Forbidden        the app or the shop may not call this: a setting on the platform
    - Gone             the platform has taken this operation out of service
  + Unreadable         an answer is not what the documents say: keep it, tell a developer
  + LeaseLost          another worker has taken over: stop at once, write nothing
  + PositionLost       the feed can't be followed from there: take a new first copy
  + Misconfigured      the hub's own settings are wrong: stop and tell a person

Each carries what a person needs to follow it up: channel, shop, call, the platform's
code and words, its request id, the journal's id. None carries a secret or a buyer's data.
"""

from __future__ import annotations

from typing import Any, Self


class HubError(Exception):
    """Root of every error the hub raises on purpose."""

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message or (type(self).__doc__ or "").split("\n")[0])
        self.code = code
        self.request_id = request_id
        self.channel: str | None = None
        self.shop: str | None = None
        self.call: str | None = None
        self.journal_id: int | None = None

    def at(self, **where: Any) -> Self:
        """Say where it happened, once: the innermost place that knows is kept."""
        for name, value in where.items():
            if getattr(self, name) is None:
                setattr(self, name, value)
        return self

    @property
    def kind(self) -> str:
        """The class's name in the form the journal and `--json` show."""
        return type(self).__name__

    def __str__(self) -> str:
        where = " ".join(x for x in (self.channel, self.shop, self.call) if x)
        said = super().__str__()
        more = [f"code {self.code}"] if self.code else []
        more += [f"request {self.request_id}"] if self.request_id else []
        more += [f"journal {self.journal_id}"] if self.journal_id else []
        tail = f" ({', '.join(more)})" if more else ""
        return f"{where}: {said}{tail}" if where else f"{said}{tail}"


class Retryable(HubError):
    """The same call may succeed later, after `after` seconds (0: the caller's choice)."""

    def __init__(self, message: str = "", *, after: float = 0.0, **more: Any) -> None:
        super().__init__(message, **more)
        self.after = after


class Throttled(Retryable):
    """The platform's rate limit was met."""


class Banned(Retryable):
    """The platform refuses this app or shop for `after` seconds, or until its day ends.

    `per` says whom it holds: the whole `app`, this `shop`, or this `call` of the app.
    """

    def __init__(self, message: str = "", *, per: str = "app", **more: Any) -> None:
        super().__init__(message, **more)
        self.per = per


class Garbled(Retryable):
    """What came back is not an answer of the platform."""


class Down(Retryable):
    """The channel has failed again and again; nothing is sent until it has rested."""


class TokenExpired(HubError):
    """The access token is no longer accepted."""


class Unauthorised(HubError):
    """The shop's authorisation is gone; a person must give it again."""


class WrongShop(Unauthorised):
    """What came belongs to another shop: the token was given by that one."""


class Rejected(HubError):
    """The platform refused this request; repeating it changes nothing."""


class BadRequest(Rejected):
    """A parameter is missing, of the wrong type or out of range."""


class Forbidden(Rejected):
    """The app or shop lacks the permission, or the caller's address is not allowed."""


class Gone(Rejected):
    """The platform no longer offers this operation."""


class Unreadable(HubError):
    """An answer does not have the shape its documents promise."""


class LeaseLost(HubError):
    """Another worker holds this stream now."""


class PositionLost(HubError):
    """What comes after that position of the feed is not kept any more, or it is another
    hub's: whoever follows it takes a new first copy."""


class Misconfigured(HubError):
    """The hub's own settings are wrong."""
