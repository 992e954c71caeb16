"""How a message leaves: bots of 企业微信, 钉钉 and 飞书 by ourselves, all else by apprise.

Apprise knows every form of address. But the three bots refuse with HTTP 200, too, which it
takes for a delivery where 钉钉 or 企业微信 do it; and it encodes 钉钉's signature twice, so
that it is refused (measured with 2.3.0). See `bots`.

An address holds a token: none of it is in what is returned, raised or logged here.
"""

from __future__ import annotations

import logging
import re
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from ..client import httpx, open_http
from ..errors import Misconfigured
from ..masking import mask_text
from . import bots
from .trouble import Severity

if TYPE_CHECKING:
    from ..settings import Settings, TargetTable

SECONDS = 5.0
"""How long a receiver may take to answer."""
NOISY = ("apprise", "urllib3.connectionpool", "httpx")
"""Loggers that quote addresses."""
STATUS = re.compile(r"error=(\d{3})\b")
TYPES = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "failure"}

_heard: ContextVar[list[str] | None] = ContextVar("heard", default=None)


class Hushed(logging.Filter):
    """Lets nothing of a sending through; it is listened to instead."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Only what is no sending's."""
        heard = _heard.get()
        if heard is None:
            return True
        heard.append(record.getMessage())
        return False


@contextmanager
def hushed() -> Iterator[list[str]]:
    """What libraries would log meanwhile is kept from the logs: it has tokens in it."""
    for name in NOISY:
        logger = logging.getLogger(name)
        if not any(isinstance(known, Hushed) for known in logger.filters):
            logger.addFilter(Hushed())
    heard: list[str] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


def send(
    settings: Settings, target: TargetTable, severity: Severity, title: str, body: str
) -> str | None:
    """Send; None where it was taken, else why not, in a few words without any secret.

    Raises Misconfigured where apprise is not installed.
    """
    try:
        url = settings.secret(target.url).get_secret_value()
        proxy = settings.alarm_proxy
    except Misconfigured as error:
        return str(error)
    with hushed() as heard:
        try:
            service = _service(url)
            if service is None:
                return "its URL is none that apprise knows"
            if request := bots.request(service, url, target.base_url, f"{title}\n{body}"):
                return _post(request, proxy)
            return None if _notified(service, severity, title, body) else _why(heard)
        except Misconfigured:
            raise
        except Exception as error:
            # A library's words quote the address.
            return f"it failed: {type(error).__name__}"


def _service(url: str) -> Any:
    """What apprise makes of an address; None where it makes nothing of it."""
    make, asset = _apprise()
    return make(url, asset=asset)


def _notified(service: Any, severity: Severity, title: str, body: str) -> bool:
    """It is said to be plain text: mail would take it for HTML."""
    from apprise import Apprise, NotifyFormat

    all_of_it = Apprise(asset=service.asset)
    all_of_it.add(service)
    done = all_of_it.notify(
        title=title, body=body, notify_type=TYPES[severity], body_format=NotifyFormat.TEXT
    )
    return bool(done)


@cache
def _apprise() -> tuple[Any, Any]:
    """Half a second: it loads all its kinds of receivers with the first address."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of modules it loads, not of ours
            from apprise import Apprise, AppriseAsset

            Apprise.instantiate("json://127.0.0.1")
    except ImportError:
        raise Misconfigured(
            "alarms need an extra: pip install 'channel-hub[serve]'"
        ) from None
    asset = AppriseAsset(app_id="channel-hub", app_desc="channel-hub", http_redirects=False)
    return Apprise.instantiate, asset


@cache
def trust() -> ssl.SSLContext:
    """Whom to trust, read once: it takes as long as all the rest."""
    return httpx.create_ssl_context()


def _why(heard: list[str]) -> str:
    """Of apprise's words no more than a status: the rest may quote the address."""
    found = [status[1] for said in heard if (status := STATUS.search(said))]
    return f"HTTP {found[-1]}" if found else "no connection, or it was refused"


def _post(request: bots.Request, proxy: str | None) -> str | None:
    try:
        with open_http(proxy=proxy, verify=trust()) as http:
            answer = http.post(
                request.url, params=request.params, json=request.json, timeout=SECONDS
            )
    except httpx.TimeoutException:
        return f"no answer within {SECONDS:g} s"
    except httpx.HTTPError as error:
        return f"no connection: {type(error).__name__}"
    why = bots.refusal(answer.status_code, answer.content)
    return mask_text(why, request.secrets) if why else None
