"""The envelope around good answers: a key per API, the request_id inside.

Source: channel paper §1.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from .errors import Refused
from .gate import Asked

ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dumps(value: Any) -> str:
    """JSON as the platform writes it: compact, Chinese unescaped."""
    return ENCODER.encode(value)


class Envelope:
    """Wraps answers in the shapes the switches choose."""

    def __init__(self, switches: Mapping[str, str], new_fields: bool) -> None:
        self.switches, self.new_fields = switches, new_fields
        self._numbers = itertools.count(1)

    def good(self, asked: Asked, inner: Mapping[str, Any]) -> str:
        """A successful answer's JSON text."""
        body: dict[str, Any] = {**inner, "request_id": self._request_id()}
        if self.new_fields:
            body["sandbox_trace"] = {"node": "box-1"}
        bare = asked.operation == "after_sales.get"
        if bare and self.switches["refund_detail"] == "bare":
            return dumps(body)
        return dumps({asked.api.key: body})

    def listed(
        self, asked: Asked, name: str, inner: Mapping[str, Any], rows: Sequence[str]
    ) -> str:
        """An answer with its rows put in as text: they are rendered once only."""
        body = self.good(asked, {name: [], **inner})
        return body.replace(f'"{name}":[]', f'"{name}":[{",".join(rows)}]', 1)

    def bad(self, refusal: Refused) -> str:
        """error_response."""
        return dumps(refusal.body(self._request_id()))

    def _request_id(self) -> str:
        return f"1763600000{next(self._numbers):07d}"
