"""A request and a response, free of any server or client library."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """What came in. Header names are lower case; `target` is path and query as sent."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    remote: str = "127.0.0.1"

    @property
    def path(self) -> str:
        """The path without its query."""
        return self.target.split("?", 1)[0]

    def query(self) -> list[tuple[str, str]]:
        """The query's pairs, decoded, in order, empty values kept."""
        _, _, text = self.target.partition("?")
        return parse_qsl(text, keep_blank_values=True)

    def form(self) -> list[tuple[str, str]]:
        """The body's pairs when it is a urlencoded form, else none."""
        if "x-www-form-urlencoded" not in self.headers.get("content-type", ""):
            return []
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    def json(self) -> Any:
        """The body as JSON. Raises ValueError when it is not."""
        return json.loads(self.body or b"null")


@dataclass(frozen=True, slots=True)
class Response:
    """What goes out. `delay` and `drip` are seconds of (virtual or real) slowness."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before the first byte."""
    drip: float = 0.0
    """Seconds over which the body is spread, a byte at a time."""
    cut: bool = False
    """Close the connection in the middle of the body."""
    reset: bool = False
    """Close the connection without any answer."""


def json_response(value: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer in UTF-8."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(
        status, body, {"content-type": "application/json; charset=utf-8", **headers}
    )
