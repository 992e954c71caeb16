"""What goes out: an operation's parameters, its signed request, how its answer is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import BadRequest
from .complaint import complaint
from .rows import JSON

Answer = TypeVar("Answer")


class Ask(BaseModel):
    """A request's parameters, checked before they leave. Unknown ones are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[Answer]):
    """One platform operation in one of its shapes. Does no I/O."""

    name: str
    """Ours, stable across shapes: `orders.list`, `orders.get`, `token.fetch` …"""
    endpoint: str
    """The platform's path or method name."""
    ask: type[Ask]
    read: Callable[[JSON], Answer]
    """From the opened envelope to the answer. Raises ValueError or KeyError when it
    does not have the documented shape."""
    method: str = "POST"
    needs_token: bool = True
    is_write: bool = False
    """It changes something at the platform: sent once. Only what the platform is known to
    have turned away (a limit) is sent again; of all else the caller finds out first."""
    shape: str = ""
    """The version file it stands in: `orders_v2`."""
    status: str = "documented"
    """`documented`, `simulated` or `live-verified YYYY-MM-DD`."""

    def parameters(self, **given: Any) -> JSON:
        """Check and shape what is asked. Raises BadRequest naming each bad parameter."""
        try:
            asked = self.ask.model_validate(given)
        except ValidationError as error:
            raise BadRequest(f"{self.name}: {complaint(error)}") from None
        return asked.model_dump(exclude_none=True, by_alias=True)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing needs. Handed to a dialect by the client, never to a connector."""

    app_key: str
    app_secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    account: Mapping[str, str] = field(default_factory=dict)
    """The shop's ids by the platform's own names (`account_id`, `root_account_id` …)."""
    options: Mapping[str, str] = field(default_factory=dict)
    """C-marked facts of the wire that configuration may set (`sign_method` …)."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A signed request, ready to send. `path` is appended to the channel's base URL.

    Tokens and secrets are in it, so it prints its method and path only.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Sequence[tuple[str, str]] | None = field(default=None, repr=False)
    json: Any = field(default=None, repr=False)
    base_url: str | None = None
    """Another host than the channel's own (some platforms keep tokens elsewhere)."""


class Dialect(Protocol):
    """How a platform is spoken to, whatever the operation. Pure."""

    def request(
        self, call: Call[Any], params: JSON, who: Credentials, now: datetime
    ) -> HttpRequest:
        """Sign and place a call. `now` is the platform's time, aware."""
        ...

    def unwrap(self, call: Call[Any], body: JSON) -> JSON:
        """Open a decoded answer's envelope.

        Raises the `HubError` its error code stands for; success needs positive proof.
        """
        ...

    def request_id(self, body: JSON) -> str | None:
        """The platform's own id for this exchange, for its support desk."""
        ...

    def server_time(self, body: JSON) -> datetime | None:
        """The platform's time if its answers carry it: used when no Date header came."""
        ...


@runtime_checkable
class Unsealing(Protocol):
    """A dialect of a platform some of whose ciphertext the app's own secret opens."""

    def unseal(self, text: str, who: Credentials) -> str | None:
        """The text in clear; None where the secret opens no text of this kind. Raises
        ValueError, quoting neither, where it should and does not."""
        ...
