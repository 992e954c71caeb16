"""A box that posts to a client on the same machine: webhooks."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener
from urllib.request import Request as Asked

from .http import Request, Response

Send = Callable[[Request], Response | None]
"""Posts to an address; None when nobody answered."""
MOST = 1 << 16


def poster(url: str, seconds: float) -> Send:
    """Posts to this address of this machine, waiting that long for an answer. A query a
    request's target has is put after the address.

    Raises ValueError for any other machine's: what a box pushes is for who tries it.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or not _is_near(parts.hostname or ""):
        raise ValueError(f"{url!r} is no http address of this machine")
    opener = build_opener(ProxyHandler({}))

    def send(request: Request) -> Response | None:
        _, mark, query = request.target.partition("?")
        at, headers = f"{url}{mark}{query}", dict(request.headers)
        asked = Asked(at, request.body, headers, method=request.method)  # noqa: S310
        try:
            with opener.open(asked, timeout=seconds) as answer:
                return Response(answer.status, answer.read(MOST))
        except HTTPError as error:
            with error:
                return Response(error.code, error.read(MOST))
        except (OSError, HTTPException):
            return None

    return send


def keep_posting(work: Callable[[], object], every: float = 0.2) -> threading.Thread:
    """Do it again and again in a thread that ends with the process."""

    def run() -> None:
        while True:
            work()
            time.sleep(every)

    thread = threading.Thread(target=run, name="sandbox-pushes", daemon=True)
    thread.start()
    return thread


def _is_near(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
