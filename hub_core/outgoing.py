"""A signed request as bytes, and where it goes. Pure."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode, urlsplit

from .wire import HttpRequest

FORM = "application/x-www-form-urlencoded"


def url_of(request: HttpRequest, base_url: str, usual: str) -> str:
    """Where it goes: `base_url` and the request's path and query.

    A request may name another host. Where the hub was turned to another base URL than the
    channel's `usual` one (a sandbox, a relay), it goes nowhere else: of that host only the
    path is kept.
    """
    base = request.base_url or base_url
    if request.base_url and base_url != usual:
        here = urlsplit(base_url)
        base = f"{here.scheme}://{here.netloc}{urlsplit(base).path.rstrip('/')}"
    url = base.rstrip("/") + request.path if request.path else base
    if not request.query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(request.query, quote_via=quote)}"


def body_of(request: HttpRequest) -> tuple[bytes, dict[str, str]]:
    """The body's bytes and all headers."""
    headers = {"accept-encoding": "gzip", "user-agent": "channel-hub", **request.headers}
    if request.form is not None:
        headers.setdefault("content-type", FORM)
        return urlencode(request.form).encode(), headers
    if request.json is not None:
        headers.setdefault("content-type", "application/json")
        text = json.dumps(request.json, ensure_ascii=False, separators=(",", ":"))
        return text.encode(), headers
    return b"", headers
