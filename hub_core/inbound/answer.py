"""What is answered to whoever sends something: no more than it has to know."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..ports import Pushed

TYPE = {"content-type": "application/json"}
WORDS = {
    400: "not understood",
    401: "not signed",
    404: "nobody here",
    413: "too large",
    415: "not in this form",
    503: "try again",
}
"""All that a refusal says. Which check it was that failed, `Reception.counts` knows."""
RETRY_AFTER = "2"
LARGEST = 256 * 1024
"""Bytes of one body."""

Headers = Iterable[tuple[str, str]] | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: dict(TYPE))


class Refused(Exception):
    """A request is not taken. `why` is counted; who sent it is not told."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why

    @property
    def answer(self) -> Answer:
        """What the sender is told."""
        headers = dict(TYPE)
        if self.status == 503:
            headers["retry-after"] = RETRY_AFTER
        return Answer(self.status, said({"error": WORDS[self.status]}), headers)


def said(document: Any) -> bytes:
    """A document as the body of an answer."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def pushed(headers: Headers, body: bytes, query: str = "") -> Pushed:
    """The request as a plugin sees it. Raises Refused for a body in a coding, which would
    have to be unpacked unseen, and for one that is too large."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    lower = tuple([(name.lower(), value.strip()) for name, value in pairs])
    codings = [value for name, value in lower if name == "content-encoding"]
    if any(value.lower() not in ("", "identity") for value in codings):
        raise Refused(415, "coding")
    if len(body) > LARGEST:
        raise Refused(413, "size")
    return Pushed(headers=lower, body=body, query=query)
