"""What came of a login, for a person to read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ..ports import Consent, Grant, Permission


class End(StrEnum):
    """How it ended."""

    DONE = "done"
    DENIED = "denied"
    """The owner, or the platform, said no."""
    ANOTHER_SHOP = "another_shop"
    """Consent came, but another shop's than the one it was for."""
    ANOTHER_APP = "another_app"
    """The shop is there already, and is read by another app."""
    STALE = "stale"
    """Unknown, used already, too old, or of another channel: all the same to whoever
    guesses."""
    ODD = "odd"
    """A callback no platform makes."""
    FAILED = "failed"
    """The platform did not give a token for the code."""
    WAITING = "waiting"
    """Not yet: the rest follows by itself."""
    NOWHERE = "nowhere"
    """This hub has no such page."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """One thing that is allowed, and until when (None: not said)."""

    name: str
    words: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a login ended; nothing in it is a secret."""

    end: End
    channel: str = ""
    """Its title."""
    shop: str | None = None
    is_new: bool = False
    allowed: tuple[Allowed, ...] = ()
    until: datetime | None = None
    said: str | None = None
    """The platform's word or code, where it gave one."""
    shop_id: int | None = None


def allowed(permissions: Iterable[Permission], at: datetime) -> tuple[Allowed, ...]:
    """Permissions with their ends, as seen from the platform's answer."""
    return tuple(
        Allowed(p.name, p.words, at + timedelta(seconds=p.seconds) if p.seconds else None)
        for p in permissions
    )


def until(grant: Grant | None, at: datetime) -> datetime | None:
    """When the owner has to consent again; None where the platform does not say: of a
    token that is renewed its own end tells nothing."""
    if grant is None or (grant.refresh_token and grant.refresh_expires_in is None):
        return None
    seconds = max(grant.expires_in or 0, grant.refresh_expires_in or 0)
    return at + timedelta(seconds=seconds) if seconds else None


def written(of: Iterable[Allowed]) -> str:
    """For the table."""
    return json.dumps([asdict(one) for one in of], default=str, ensure_ascii=False)


def told(text: str | None) -> tuple[Allowed, ...]:
    """The same back."""
    return tuple(
        Allowed(
            one["name"],
            one["words"],
            datetime.fromisoformat(one["until"]) if one["until"] else None,
        )
        for one in json.loads(text or "[]")
    )


# A consent, until it is in its place ------------------------------------------------------


def kept(consent: Consent) -> bytes:
    """As it is sealed."""
    return json.dumps(asdict(consent), ensure_ascii=False).encode()


def opened(text: bytes) -> Consent:
    """The same back."""
    said = json.loads(text)
    grant = said.pop("grant")
    permissions = tuple(Permission(**one) for one in said.pop("permissions"))
    return Consent(
        **said, grant=None if grant is None else Grant(**grant), permissions=permissions
    )
