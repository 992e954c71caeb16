"""What wraps every answer of Pinduoduo.

The wrapper's name does not follow from the operation's (`pdd.order.number.list.increment
.get` answers `order_sn_increment_get_response`), so that the one key there is is taken.
Source: channel paper PDD §1, §5.
"""

from __future__ import annotations

from hub_core.errors import Rejected, Unreadable
from hub_core.wire import JSON

from .refusals import Manners, is_missing, refused

BARE = "after_sales_status"
"""The detail of an after-sale case stands in no wrapper, as its page shows it (B)."""


class NotThere(Rejected):
    """What was asked for by its number is not there."""


def opened(body: JSON, manners: Manners, *, single: bool) -> JSON:
    """The answer inside. Raises the refusal, Unreadable, or NotThere for a `single`."""
    if "error_response" in body:
        error = body["error_response"]
        if single and is_missing(error, manners):
            raise NotThere("there is no such record")
        raise refused(error, manners)
    if BARE in body:
        return body
    names = [name for name in body if name != "request_id"]
    inner = body[names[0]] if len(names) == 1 else None
    if not isinstance(inner, dict):
        raise Unreadable("an answer without its one wrapper", request_id=request_id(body))
    return inner


def request_id(body: JSON) -> str | None:
    """The exchange's id, wherever it stands; text or number."""
    for part in (*body.values(), body):
        found = part.get("request_id") if isinstance(part, dict) else None
        if type(found) in (str, int):
            return str(found)
    return None
