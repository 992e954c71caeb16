"""Endpoints: added, looked at, turned on and off; their secrets, and their dead letters.

Each deed is written to the audit log with who did it, in its own transaction.
"""

from __future__ import annotations

import secrets as chance
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from ..errors import Misconfigured
from ..store import Store, audit, endpoints, feed, messages
from ..store.endpoints import ACTIVE, OFF, Endpoint
from ..store.messages import Message
from ..store.shops import shop_named
from ..store.shops import shops as every_shop
from .changes import check_events
from .post import Post
from .signing import Secrets, new_secret

OVERLAP = timedelta(hours=24)
"""How long a former secret signs beside the new one."""


@dataclass(frozen=True, slots=True)
class Added:
    """A new endpoint. The secret is told here and never again."""

    endpoint: Endpoint
    secret: str = field(repr=False)
    note: str | None
    """What is odd about its URL: a name that has no address now."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """A new secret, told here and never again."""

    secret: str = field(repr=False)
    former_until: datetime | None
    """Until when the former one signs too; None: it has ended."""


class Endpoints:
    """All that is known of endpoints, over one store. Thread safe."""

    def __init__(self, store: Store, post: Post, now: Callable[[], datetime]) -> None:
        self.store, self.post, self.now = store, post, now

    def add(
        self,
        url: str,
        *,
        events: Sequence[str] = (),
        shops: Sequence[str] = (),
        company: str | None = None,
        description: str = "",
        after: int | None = None,
        actor: str,
    ) -> Added:
        """Add one. It is told of changes after a position of the feed; None: the newest.

        `events` (`order`, `after_sale.created` …), `shops` and `company` narrow that; none:
        all. Raises Misconfigured where the URL may never be sent to, and for names there
        are none of.
        """
        target, note = self.post.check(url)
        uid, secret = f"ep_{chance.token_hex(6)}", new_secret()
        wanted = check_events(events)
        with self.store.writing(durable=True) as connection:
            names = [shop_named(connection, name).name for name in shops]
            _check_company(connection, company)
            newest = _check_position(connection, after)
            endpoints.add(
                connection, at=self.now(), uid=uid, url=target.url, events=list(wanted),
                shops=names, company=company, description=description,
                sealed=Secrets(secret).sealed(self.store.vault, uid),
                position=newest if after is None else after,
            )  # fmt: skip
            self._wrote(
                connection, actor, "added", uid, host=target.host, events=list(wanted),
                shops=names, company=company,
            )  # fmt: skip
            return Added(endpoints.named(connection, uid), secret, note)

    def check(
        self,
        url: str,
        events: Sequence[str],
        shops: Sequence[str],
        company: str | None,
        after: int | None,
    ) -> None:
        """Raises Misconfigured and PositionLost as `add` would of these."""
        self.post.check(url)
        check_events(events)
        with self.store.reading() as connection:
            for name in shops:
                shop_named(connection, name)
            _check_company(connection, company)
            _check_position(connection, after)

    def all(self) -> list[Endpoint]:
        """All of them, the oldest first."""
        with self.store.reading() as connection:
            return endpoints.listing(connection)

    def one(self, uid: str) -> Endpoint:
        """One of them. Raises Misconfigured where there is none."""
        with self.store.reading() as connection:
            return endpoints.named(connection, uid)

    def change(
        self,
        uid: str,
        *,
        events: Sequence[str] | None = None,
        shops: Sequence[str] | None = None,
        description: str | None = None,
        actor: str,
    ) -> Endpoint:
        """Have it told of other changes from its position on; None: as it was."""
        wanted: dict[str, Any] = {}
        if events is not None:
            wanted["events"] = list(check_events(events))
        if description is not None:
            wanted["description"] = description
        with self.store.writing(durable=True) as connection:
            if shops is not None:
                names = [shop_named(connection, name).name for name in shops]
                wanted["shops"] = names
            found = endpoints.named(connection, uid)
            if wanted:
                endpoints.change(connection, found.id, **wanted)
                self._wrote(connection, actor, "changed", uid, **wanted)
            return endpoints.named(connection, uid)

    def remove(self, uid: str, *, actor: str) -> None:
        """Forget it, with what waits for it."""
        with self.store.writing(durable=True) as connection:
            endpoints.remove(connection, endpoints.named(connection, uid).id)
            self._wrote(connection, actor, "removed", uid)

    def turn_off(
        self, uid: str, reason: str = "turned off by hand", *, actor: str
    ) -> Endpoint:
        """Send it nothing until it is turned on; its position stays."""
        with self.store.writing(durable=True) as connection:
            found = endpoints.named(connection, uid)
            if found.state == ACTIVE:
                endpoints.switch(connection, found.id, OFF, reason, self.now())
                self._wrote(connection, actor, "turned_off", uid)
            return endpoints.named(connection, uid)

    def turn_on(self, uid: str, *, actor: str) -> Endpoint:
        """Go on where it stood; what waits is due at once. Where it was off for so long
        that changes it was not told of are not kept any more, it says so.

        Raises Misconfigured where its URL may not be sent to (any more)."""
        self.post.check(self.one(uid).url)
        with self.store.writing(durable=True) as connection:
            found, at = endpoints.named(connection, uid), self.now()
            if found.state == OFF:
                endpoints.switch(connection, found.id, ACTIVE, None, at)
                _skip_forgotten(connection, found)
                messages.hasten(connection, found.id, at)
                self._wrote(connection, actor, "turned_on", uid)
            return endpoints.named(connection, uid)

    def rotate(self, uid: str, overlap: timedelta = OVERLAP, *, actor: str) -> Rotated:
        """Make a new secret; the former one signs beside it for a while (0: no more).

        Raises Misconfigured where two are live already.
        """
        secret, at, vault = new_secret(), self.now(), self.store.vault
        with self.store.writing(durable=True) as connection:
            id = endpoints.named(connection, uid).id
            sealed = endpoints.sealed(connection, id, lock=True)
            made = Secrets.opened(vault, uid, sealed).rotated(secret, at, overlap)
            endpoints.change(connection, id, sealed=made.sealed(vault, uid))
            self._wrote(connection, actor, "secret_rotated", uid)
        return Rotated(secret, made.until)

    def secrets(self, endpoint: Endpoint) -> list[str]:
        """Those that sign now."""
        with self.store.reading() as connection:
            sealed = endpoints.sealed(connection, endpoint.id)
        opened = Secrets.opened(self.store.vault, endpoint.uid, sealed)
        return opened.live(self.now())

    # Dead letters --------------------------------------------------------------------

    def dead(
        self, uid: str | None = None, *, since: datetime | None = None, limit: int = 100
    ) -> list[Message]:
        """Messages that were given up, of one endpoint or all, the newest change first."""
        id = self.one(uid).id if uid is not None else None
        with self.store.reading() as connection:
            return messages.dead(connection, endpoint_id=id, since=since, limit=limit)

    def replay(
        self,
        uid: str,
        *,
        message_ids: Sequence[str] | None = None,
        since: datetime | None = None,
        actor: str,
    ) -> int:
        """Send dead letters again, from the first attempt on and under their old ids: those
        named, given up since a moment (aware), or all. Gives how many.

        Raises Misconfigured, having changed nothing, for an id that is none of its dead.
        """
        with self.store.writing(durable=True) as connection:
            id = endpoints.named(connection, uid).id
            done = messages.replay(
                connection, id, self.now(), message_ids=message_ids, since=since
            )
            if message_ids is not None and done != len(set(message_ids)):
                raise Misconfigured(
                    f"not all of these are dead letters of {uid}; see `hub endpoints dead`"
                )
            self._wrote(connection, actor, "replayed", uid, messages=done)
        return done

    def forget_dead(self, before: datetime) -> int:
        """Drop what was given up before a moment. Gives how many."""
        with self.store.writing() as connection:
            return messages.forget(connection, before)

    def _wrote(
        self, connection: Connection, actor: str, done: str, uid: str, **details: Any
    ) -> None:
        audit.append(
            connection, self.store.vault, actor=actor, action=f"endpoint.{done}",
            of=f"endpoint {uid}", at=self.now(), details=details,
        )  # fmt: skip


def _skip_forgotten(connection: Connection, one: Endpoint) -> None:
    forgotten = feed.bounds(connection).forgotten
    if one.position < forgotten:
        said = f"changes {one.position + 1} to {forgotten} are not kept any more: not told"
        endpoints.change(connection, one.id, position=forgotten, said=said)


def _check_position(connection: Connection, after: int | None) -> int:
    """The newest position of the feed."""
    there_is = feed.bounds(connection)
    if after is not None:
        there_is.check(after)
    return there_is.newest


def _check_company(connection: Connection, company: str | None) -> None:
    there = {shop.company for shop in every_shop(connection)}
    if company is not None and company not in there:
        names = ", ".join(sorted(name for name in there if name)) or "none"
        raise Misconfigured(f"no company {company!r}; there are: {names}")
