"""How Pinduoduo's gateway is spoken to: one address, all parameters flat in one form.

Source: channel paper PDD §1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub_core.wire import JSON, Call, Credentials, HttpRequest

from .envelope import NotThere, opened, request_id
from .refusals import Manners
from .sign import sign

ROUTER = "/api/router"
VERSION = "V1"


@dataclass(frozen=True, slots=True)
class Pop:
    """Pinduoduo's dialect. `manners` holds what no document settles about refusals (C).

    `Credentials.options` may set `version`, which no operation read here needs.
    """

    manners: Manners = field(default_factory=Manners)

    def request(
        self, call: Call[Any], params: JSON, who: Credentials, now: datetime
    ) -> HttpRequest:
        """Sign and place a call. The platform forgives a clock that is ten minutes off."""
        sent = {name: text_of(value) for name, value in params.items()}
        sent |= {
            "type": call.endpoint,
            "client_id": who.app_key,
            "timestamp": str(int(now.timestamp())),
            "data_type": "JSON",
            "version": who.options.get("version") or VERSION,
        }
        if call.needs_token and who.token is not None:
            sent["access_token"] = who.token
        sent["sign"] = sign(who.app_secret, sent)
        return HttpRequest("POST", ROUTER, form=tuple(sent.items()))

    def unwrap(self, call: Call[Any], body: JSON) -> JSON:
        """Open the envelope; raises what the error's codes and words stand for.

        A record asked for by its number that is not there is no error but an empty answer.
        """
        single = call.name.endswith(".get")
        try:
            return opened(body, self.manners, single=single)
        except NotThere:
            return {}

    def request_id(self, body: JSON) -> str | None:
        """The platform's own id for this exchange; it stands inside the wrapper."""
        return request_id(body)

    def server_time(self, body: JSON) -> datetime | None:
        """Answers carry no time; the Date header is all there is."""
        return None


def text_of(value: Any) -> str:
    """A parameter as it is signed and sent: `true`, `100`, or an object's JSON text."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
