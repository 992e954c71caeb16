"""The dead-man's switch: an outside watcher hears that all is well, and calls when not."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from ..client import httpx, open_http
from ..errors import Misconfigured
from ..hub import Hub
from . import ailing
from .sending import SECONDS, hushed, trust

log = logging.getLogger(__name__)

_pinged: WeakKeyDictionary[Hub, datetime] = WeakKeyDictionary()


def ping(hub: Hub, now: datetime, *, healthy: bool = True) -> bool | None:
    """Request `ping_url` where its time has come; None: nothing was to do.

    Not while `healthy` is False or the last look could not use the database: then the
    watcher is to call. One that failed is tried again at the next call.
    """
    settings = hub.settings.alarms
    last = _pinged.get(hub)
    early = last is not None and now - last < timedelta(seconds=settings.ping_seconds)
    if settings.ping_url is None or early or not healthy or ailing.ails(hub):
        return None
    why = _requested(hub, settings.ping_url)
    if why is None:
        _pinged[hub] = now
    else:
        log.warning("alarms: the watcher of `ping_url` was not reached: %s", why)
    return why is None


def _requested(hub: Hub, reference: str) -> str | None:
    """Why it failed; its address, which holds a token, is in no word of it."""
    try:
        url = hub.settings.secret(reference).get_secret_value()
        with hushed(), open_http(proxy=hub.settings.alarm_proxy, verify=trust()) as http:
            status = http.get(url, timeout=SECONDS).status_code
    except Misconfigured as error:
        return str(error)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return type(error).__name__
    return None if status < 300 else f"HTTP {status}"
