"""How each shop stands, from what the store knows of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from ...clock import AHEAD
from ...store import Store, notes, parked, profiles, streams
from ...store.shops import Shop
from ...store.tables import PaceRow
from ...tokens import StoredToken
from .check import Check, fail, ok, warn
from .live import lifetime

DAYS = 7
"""Incidents older than these are history."""
STALE = timedelta(days=1)
"""A stream not read for longer is told of."""
SOON = timedelta(days=2)
"""A token that ends within this, and can't be refreshed, is told of."""
BAN = "ban/"


def shop_checks(
    store: Store, shop: Shop, token: StoredToken | None, *, needs_token: bool, now: datetime
) -> list[Check]:
    """Token, streams, coverage and parked records of one shop."""
    name = f"shop {shop.name}"
    if shop.state != "active":
        return [warn(name, f"is {shop.state}: it is not read")]
    return [
        _token(name, shop, token, needs_token, now),
        *_streams(store, shop, now),
        *_parked(store, shop),
        *_drift(store, shop),
    ]


def _token(
    name: str, shop: Shop, token: StoredToken | None, needed: bool, now: datetime
) -> Check:
    if shop.refused:
        since = beijing(shop.refused.at)
        said = f"not called since {since}, its platform said: {shop.refused.why}"
        return fail(
            name, said, f"its owner allows the app again: hub shop resume {shop.name}"
        )
    remedy = f"hub shop {'token' if needed else 'resume'} {shop.name}"
    if token is None:
        if needed:
            return fail(name, "no token: its owner has not authorised it yet", remedy)
        return ok(name, "its token is fetched with the first call")
    if token.state != "ok":
        return fail(name, f"stopped: {token.why}", remedy)
    said = f"token: {lifetime(token, now)}"
    ends = token.expires_at
    if needed and ends and not token.refresh_token and ends - now < SOON:
        return warn(name, said, remedy)
    return ok(name, said)


def _streams(store: Store, shop: Shop, now: datetime) -> Iterator[Check]:
    with store.reading() as connection:
        names = streams.stream_names(connection, shop.id)
        states = [(n, streams.progress(connection, shop.id, n)) for n in names]
        ledgers = [streams.coverage_rows(connection, shop.id, n) for n in names]
    if not names:
        yield warn(f"shop {shop.name}", "was never read", f"hub sync {shop.name}")
    for (name, at), ledger in zip(states, ledgers, strict=True):
        label = f"shop {shop.name}, {name}"
        yield _progress(label, shop.name, at, now)
        if holes := [s for s in streams.spans(ledger) if s.state != "complete"]:
            yield _holes(label, shop.name, holes)


def _progress(label: str, shop: str, at: streams.Progress, now: datetime) -> Check:
    if at.cursor_at is not None and at.cursor_at - now > AHEAD:
        said = (
            f"its cursor lies in the future: nothing is read until {beijing(at.cursor_at)}"
        )
        return fail(label, said, f"hub heal {shop} --from the day its clock went wrong")
    if at.last_error:
        return fail(label, f"the last reading failed: {at.last_error}", f"hub sync {shop}")
    if at.last_ok_at is None:
        return warn(label, "was never read to its end", f"hub sync {shop}")
    read = f"read at {beijing(at.last_ok_at)}"
    if now - at.last_ok_at > STALE:
        return warn(label, f"last {read}", f"hub sync {shop}")
    return ok(label, read)


def _holes(label: str, shop: str, holes: Sequence[streams.Span]) -> Check:
    """What cannot be had any more stays unproved; what can is healed."""
    gone = [h for h in holes if "look-back" in h.rule]
    first = next((h for h in holes if h not in gone), holes[0])
    span = f"{beijing(first.since)} to {beijing(first.until)}"
    said = f"{len(holes)} stretches are not proved, the first {span}: {first.rule}"
    if gone:
        said += f"; {len(gone)} are older than the platform answers for"
    next_ = f"hub coverage {shop}" if len(gone) == len(holes) else f"hub heal {shop}"
    return warn(label, said, next_)


def _parked(store: Store, shop: Shop) -> Iterator[Check]:
    with store.reading() as connection:
        waiting = parked.listing(connection, shop_id=shop.id)
    if waiting:
        reasons = Counter(p.reason.partition(":")[0] for p in waiting)
        most, count = reasons.most_common(1)[0]
        said = f"{len(waiting)} records could not be read, {count} of them: {most[:60]}"
        yield warn(f"shop {shop.name}", said, f"hub parked list --shop {shop.name}")


def _drift(store: Store, shop: Shop) -> Iterator[Check]:
    """Records that are not stored, because they are not as the shop's were."""
    with store.reading() as connection:
        found = profiles.open_findings(connection, shop.id)
    for one in found:
        said = "; ".join(str(of["said"]) for of in one.findings[:3])
        more = len(one.findings) - 3
        said += f"; {more} more" if more > 0 else ""
        name = f"shop {shop.name}: {one.area}"
        next_ = f"hub drift; if it is right: hub drift accept {shop.name} {one.area}"
        yield fail(name, f"held back: {said}", next_)


def troubles(store: Store, now: datetime) -> list[Check]:
    """Incidents of the last days, by kind, and bans in force."""
    return [*_incidents(store, now), *_bans(store, now)]


def _incidents(store: Store, now: datetime) -> Iterator[Check]:
    with store.reading() as connection:
        found: Iterable[Any] = notes.incidents(connection)
    recent = [i for i in found if now - i.at < timedelta(days=DAYS)]
    if not recent:
        yield ok("incidents", f"none in {DAYS} days")
    for kind, count in Counter(i.kind for i in recent).items():
        newest = next(i for i in recent if i.kind == kind)
        when = beijing(newest.at)
        said = f"{kind}: {count} in {DAYS} days; the newest {when}: {newest.text}"
        yield warn("incidents", said)


def _bans(store: Store, now: datetime) -> Iterator[Check]:
    p = PaceRow
    query = select(col(p.key), col(p.state)).where(col(p.key).startswith(BAN))
    with store.reading() as connection:
        found = [(row.key, row.state) for row in connection.execute(query)]
    for key, state in found:
        until = datetime.fromtimestamp(state["until"], UTC)
        if until > now:
            said = f"{key.removeprefix(BAN)}: until {beijing(until)}: {state['why']}"
            yield warn("ban", said, "nothing is sent before that; look why it came")


def beijing(moment: datetime) -> str:
    """As a merchant's clock shows it."""
    from ...wire import BEIJING

    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
