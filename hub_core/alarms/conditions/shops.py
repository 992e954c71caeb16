"""Shops that cannot be read: shut out, or not authorised any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ...store.shops import Shop
from ...tokens import StoredToken
from ..trouble import Severity, Troubles, typed
from .sight import Sight, clock, of


def refused(sight: Sight) -> Troubles:
    """Shops whose platform shuts the app out."""
    for shop in sight.shops:
        if shop.refused:
            back = typed("hub shop resume", shop.name)
            yield of(
                shop, "refused", Severity.CRITICAL,
                "平台不再允许本应用访问该店铺，订单已停止读取",
                next=f"请店主在平台重新授权应用，然后 {back}", covers=_unread(shop),
            )  # fmt: skip


def token_dead(sight: Sight) -> Troubles:
    """Shops whose authorisation is over."""
    for shop, subject, token in _tokens(sight):
        end = _end(token, subject)
        if token.state != "ok" or (end is not None and end <= sight.now):
            yield of(
                shop, "token_dead", Severity.CRITICAL, "授权已失效，订单已停止读取",
                next=_remedy(shop, subject), covers=_unread(shop),
            )  # fmt: skip


def token_expiring(sight: Sight) -> Troubles:
    """Shops whose authorisation ends soon, by its own word, and is renewed by nobody."""
    soon = sight.now + timedelta(days=sight.limits.token_days)
    for shop, subject, token in _tokens(sight):
        end = _end(token, subject)
        if token.state == "ok" and end and sight.now < end < soon:
            yield of(
                shop, "token_expiring", Severity.WARNING,
                f"授权将于 {clock(end)} 到期", next=_remedy(shop, subject),
            )  # fmt: skip


def _unread(shop: Shop) -> tuple[str, ...]:
    """What comes of a shop that is not called."""
    return f"stale:{shop.name}:", f"token_expiring:{shop.name}"


def _remedy(shop: Shop, subject: str) -> str:
    command = "hub shop resume" if _is_of_app(subject) else "hub shop token"
    return f"请店主重新授权，然后 {typed(command, shop.name)}"


def _tokens(sight: Sight) -> Iterator[tuple[Shop, str, StoredToken]]:
    """Shops with their token and its subject; without those that have none yet."""
    for shop in sight.shops:
        for subject in sight.hub.lines.subjects(shop):
            if token := sight.tokens.get(subject):
                yield shop, subject, token


def _is_of_app(subject: str) -> bool:
    return "/app/" in subject


def _end(token: StoredToken, subject: str) -> datetime | None:
    """When a person has to authorise anew; None: never, or nobody said."""
    if _is_of_app(subject):  # had anew with the app's own secret
        return None
    return token.refresh_expires_at if token.refresh_token else token.expires_at
