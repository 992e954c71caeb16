"""What shops have allowed, what of it is needed, and when it ends.

Granted is what a token tells, and what an owner's consent has told. Needed is what the
channel's fact `permissions_needed` says of the kinds of records a shop is read for, a text
like `orders=read; after_sales=read,write`; of a kind it does not name nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from ..errors import HubError
from ..hub import Hub
from ..store import authorisations
from ..store.shops import Shop
from ..tokens import StoredToken
from .outcome import Allowed, told

FACT = "permissions_needed"
TOKEN, CONSENT = "token", "consent"


class Need(StrEnum):
    """Whether something that ends, or is granted, is wanted."""

    NEEDED = "needed"
    UNUSED = "unused"
    """Granted, and no stream the shop is read by takes it."""
    MISSING = "missing"
    """Needed, and not granted."""
    UNKNOWN = "unknown"
    """No document says which permissions the streams in use take."""


class Renewal(StrEnum):
    """How it goes on after its end."""

    ITSELF = "by itself"
    OWNER = "by its owner"
    UNKNOWN = "unknown"
    """The platform does not say whether renewing the token renews it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """One thing a shop's reading leans on, and when it ends."""

    shop: str
    channel: str
    what: str
    """`token`, `consent` (what the token is renewed by), or a permission's name."""
    words: str
    need: Need
    streams: tuple[str, ...] = ()
    """Those in use that take it."""
    ends_at: datetime | None = None
    """None: not said, or it does not end."""
    renewal: Renewal = Renewal.UNKNOWN

    def days(self, now: datetime) -> float | None:
        """Days until it ends; below 0: it has ended."""
        return (self.ends_at - now).total_seconds() / 86_400 if self.ends_at else None

    def is_lost_by(self, at: datetime) -> bool:
        """Whether reading breaks off by then unless a person sees to it."""
        ends = self.ends_at is not None and self.ends_at <= at
        wanted = self.need is not Need.UNUSED
        return self.need is Need.MISSING or (
            wanted and ends and self.renewal is not Renewal.ITSELF
        )


def review(hub: Hub, shops: Iterable[Shop] | None = None) -> list[Ending]:
    """All of these shops, or of those that are read; what ends first comes first, what does
    not end last. Nothing is sent."""
    chosen = [s for s in hub.shops() if s.state == "active"] if shops is None else shops
    found = [ending for shop in chosen for ending in _of(hub, shop)]
    far = datetime.max.replace(tzinfo=hub.clock.now().tzinfo)
    return sorted(found, key=lambda e: (e.ends_at or far, e.shop, e.what))


def _of(hub: Hub, shop: Shop) -> Iterator[Ending]:
    about: dict[str, Any] = {"shop": shop.name, "channel": shop.channel}
    streams, needs = _streams(hub, shop), _needs(hub, shop)
    token, shared, renews = _token(hub, shop)
    everything = tuple(streams)
    if token is not None:
        yield from _token_ends(about, token, everything, shared, renews)
    granted = _granted(hub, shop, token)
    for name, one in granted.items():
        takes = tuple(s for s in streams if name in needs.get(streams[s], ()))
        yield Ending(
            **about, what=name, words=one.words, need=_need(takes, streams, needs),
            streams=takes, ends_at=one.until,
        )  # fmt: skip
    yield from _missing(about, granted, streams, needs)


def _token_ends(
    about: Mapping[str, Any],
    token: StoredToken,
    streams: tuple[str, ...],
    shared: bool,
    renews: bool,
) -> Iterator[Ending]:
    """The token; and what renews it, which ends on its own."""
    stopped = token.state != "ok"
    itself = not stopped and (shared or (renews and token.refresh_token is not None))
    leans = {**about, "need": Need.NEEDED, "streams": streams}
    whose = "the app's token" if shared else "the shop's token"
    yield Ending(
        **leans,
        what=TOKEN,
        words=f"stopped: {token.why}" if stopped else whose,
        ends_at=token.fetched_at if stopped else token.expires_at,
        renewal=Renewal.ITSELF if itself else Renewal.OWNER,
    )
    if itself and not shared and token.refresh_expires_at is not None:
        yield Ending(
            **leans,
            what=CONSENT,
            words="what the token is renewed by",
            ends_at=token.refresh_expires_at,
        )


def _missing(
    about: Mapping[str, Any],
    granted: Mapping[str, Allowed],
    streams: Mapping[str, str],
    needs: Mapping[str, tuple[str, ...]],
) -> Iterator[Ending]:
    """What streams in use take and nobody has granted, where grants are told at all."""
    wanted = {name: None for kind in streams.values() for name in needs.get(kind, ())}
    for name in wanted:
        if name in granted:
            continue
        takes = tuple(s for s, kind in streams.items() if name in needs[kind])
        need = Need.MISSING if granted else Need.UNKNOWN
        said = "is not granted" if granted else "nobody has told what is granted"
        yield Ending(**about, what=name, words=said, need=need, streams=takes)


def _need(
    takes: tuple[str, ...],
    streams: Mapping[str, str],
    needs: Mapping[str, tuple[str, ...]],
) -> Need:
    if takes:
        return Need.NEEDED
    all_told = bool(streams) and all(kind in needs for kind in streams.values())
    return Need.UNUSED if all_told else Need.UNKNOWN


# Where it is known from ------------------------------------------------------------------


def _streams(hub: Hub, shop: Shop) -> dict[str, str]:
    """Streams the shop is read by, with their kinds; none where it can't be opened."""
    try:
        return {one.stream.name: one.kind for one in hub.listed(shop)}
    except HubError:
        return {}


def _needs(hub: Hub, shop: Shop) -> dict[str, tuple[str, ...]]:
    """Kind of record to the permissions it takes, as far as that is said."""
    channel = hub.plugins.channel(shop.channel)
    try:
        said = hub.settings.facts(shop.app, channel).get(FACT, "")
    except HubError:
        return {}
    parts = (part.partition("=") for part in said.split(";") if "=" in part)
    return {kind.strip(): _listed(names) for kind, _, names in parts}


def _listed(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip()))


def _token(hub: Hub, shop: Shop) -> tuple[StoredToken | None, bool, bool]:
    """The token its calls are made with, whether it is the app's, whether it is renewed."""
    try:
        tokens = hub.lines.tokens(shop)
    except HubError:
        return None, False, False
    stored = hub.store.tokens.load(tokens.subject)
    return stored, tokens.shared, tokens.authorisation is not None


def _granted(hub: Hub, shop: Shop, token: StoredToken | None) -> dict[str, Allowed]:
    """By the platform's names; of what both tell, the token is the younger."""
    found = {one.name: one for one in _consented(hub, shop)}
    for name, until in (token.scopes if token else {}).items():
        known = found.get(name) or Allowed(name, f"{name}, by the token", None)
        found[name] = replace(known, until=until)
    return found


def _consented(hub: Hub, shop: Shop) -> tuple[Allowed, ...]:
    with hub.store.reading() as connection:
        done = authorisations.listing(connection, stages=[authorisations.DONE], limit=MOST)
    mine = (one for one in done if one.shop_id == shop.id and one.permissions)
    newest = next(mine, None)
    return told(newest.permissions) if newest else ()


MOST = 10_000
"""Logins that are looked through for a shop's newest."""
