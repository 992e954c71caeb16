"""How TOP wraps what it says: JSON or XML, simplified or not, good or bad. Paper §1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub_core.sandbox import Response

from . import shapes
from .refusals import Refused
from .shapes import JSON

NEW_FIELDS: JSON = {"gateway_hint": {"zone": "box", "spare": [1, 2]}}


class Envelopes:
    """Good and bad answers, under the switches. HTTP status is always 200."""

    def __init__(self, switches: Mapping[str, str], *, new_fields: bool) -> None:
        self._switches, self._new_fields = switches, new_fields
        self._answers = 0

    def good(self, params: Mapping[str, str], body: JSON) -> Response:
        """`<method>_response`; XML unless JSON was asked for."""
        root = params["method"].removeprefix("taobao.").replace(".", "_") + "_response"
        body = body | {"request_id": self._request_id()}
        if self._new_fields:
            body |= NEW_FIELDS
        if params.get("format") != "json":
            return xml(root, body)
        if params.get("simplify") == "true":
            return self.json(shapes.simplified(body))
        return self.json({root: body})

    def bad(self, no: Refused, params: Mapping[str, str] | None = None) -> Response:
        """`error_response`. Without params, JSON: the box's own faults know no caller."""
        params = {"format": "json"} if params is None else params
        code = self.code(no)
        body: JSON = {
            "code": str(code) if self._switches["error_code"] == "string" else code
        }
        said = {"msg": no.msg, "sub_code": no.sub_code, "sub_msg": no.sub_msg}
        body |= {k: v for k, v in said.items() if v}
        body["request_id"] = self._request_id()
        if params.get("format") != "json":
            return xml("error_response", body)
        bare = self._switches["simplified_error"] == "bare"
        if params.get("simplify") == "true" and bare:
            return self.json(body)
        return self.json({"error_response": body})

    def code(self, no: Refused) -> int:
        """The number that is sent for a refusal."""
        return int(self._switches["business_code"]) if no.code is None else no.code

    def json(self, body: Any) -> Response:
        """A JSON answer in UTF-8."""
        kind = {"content-type": f"{self._switches['content_type']};charset=UTF-8"}
        return Response(200, shapes.compact(body).encode(), kind)

    def _request_id(self) -> str:
        self._answers += 1
        return f"{self._answers * 7_919 + 46_656:x}box"


def xml(root: str, body: JSON) -> Response:
    """An XML answer in UTF-8."""
    kind = {"content-type": "text/xml;charset=UTF-8"}
    return Response(200, shapes.xml(root, body), kind)
