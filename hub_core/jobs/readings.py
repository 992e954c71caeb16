"""What is done at a job somebody asked for: a backfill, a heal, a rebuild."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..errors import Misconfigured, Retryable
from ..hub import Hub
from ..models import Order, Record
from ..pace import Rank
from ..pull import Listed, Outcome
from ..store import jobs
from ..store.kinds import KINDS, Kind
from ..store.shops import Shop
from ..sync import Poll
from . import healing
from .healing import read_stretches, standing, unproved

if TYPE_CHECKING:
    from ..insight.versions.rebuild import Rebuilding
    from .asked import Turn, Work

DAYS = 3.0
"""How far back a heal reads all again where nothing is said."""
NUMBERS = ("created", "changed", "unchanged", "parked", "late", "calls")


def checked(hub: Hub, kind: str, shop: Shop, what: dict[str, Any]) -> dict[str, Any]:
    """What is asked for, as it is kept. Raises Misconfigured for what is no such job, and
    for streams or kinds there are not."""
    if kind not in jobs.KINDS:
        raise Misconfigured(f"no job {kind!r}; there are: {', '.join(jobs.KINDS)}")
    if kind == jobs.REBUILD:
        there, asked = list(KINDS), what.get("kinds") or []
    else:
        there, asked = [one.stream.name for one in hub.listed(shop)], what.get("streams")
        asked = asked or []
    if strange := [name for name in asked if name not in there]:
        raise Misconfigured(
            f"{shop.name} has no {strange[0]!r}; it has: {', '.join(there)}"
        )
    if kind == jobs.BACKFILL and not what.get("since"):
        raise Misconfigured("a backfill takes a day from which on to read: --since")
    return {name: value for name, value in what.items() if value not in (None, [], ())}


# Reading again --------------------------------------------------------------------------


def backfill(turn: Turn) -> None:
    """All from a day on that is not proved; a stream that was never read, from there."""
    since = datetime.fromisoformat(str(turn.job.what["since"]))

    def read(poll: Poll, shop: Shop, name: str) -> None:
        found = standing(turn.hub, shop, name)
        if found is None or turn.place.get("first"):
            turn.place["first"] = True  # its cursor tells how far it is
            poll.sync(since)
        else:
            cursor, spans = found
            read_stretches(turn.place, poll, unproved(spans, since, cursor))

    _each_stream(turn, read, Rank.BACKFILL)


def heal(turn: Turn) -> None:
    """What is not proved, and all that changed in the last days."""
    days = timedelta(days=float(turn.job.what.get("days", DAYS)))

    def read(poll: Poll, shop: Shop, name: str) -> None:
        healing.heal(turn.hub, poll, shop, name, turn.place, days)

    _each_stream(turn, read, Rank.HEAL)


Read = Callable[[Poll, Shop, str], None]


def _each_stream(turn: Turn, read: Read, rank: Rank) -> None:
    listed = turn.hub.listed(turn.shop)
    wanted = turn.job.what.get("streams") or [one.stream.name for one in listed]
    streams_ = [one for one in listed if one.stream.name in wanted]
    turn.counts["of"] = len(streams_)
    for one in streams_:
        if one.stream.name not in turn.place.setdefault("done", []):
            _one_stream(turn, one, read, rank)
            turn.place = {"done": [*turn.place["done"], one.stream.name]}
            turn.counts["done"] = len(turn.place["done"])
            turn.keep()


def _one_stream(turn: Turn, one: Listed, read: Read, rank: Rank) -> None:
    """One turn at one stream, under its lease. Raises what brought it to its end."""
    name = one.stream.name

    def act(poll: Poll, shop: Shop) -> None:
        if one.stream.is_snapshot:
            poll.heal(timedelta(0))
        else:
            read(poll, shop, name)

    def on_step(shop: str, stream: str, step: Any) -> None:
        turn.place["at"] = step.at.isoformat()
        turn.step(divides=not one.stream.is_snapshot)

    outcomes = turn.hub.pull.each(
        [turn.shop], [name], act, on_step, 1, notes=False, rank=rank
    )
    for outcome in outcomes:
        _count(turn, outcome)
        if outcome.error is not None:
            raise outcome.error
        if outcome.skipped:
            raise Retryable(outcome.skipped)
    if not outcomes:
        raise Misconfigured("the shop is not active")


def _count(turn: Turn, outcome: Outcome) -> None:
    said = outcome.counts.as_dict()
    turn.counts.update({name: int(said[name]) for name in NUMBERS if said.get(name)})


# Making again -----------------------------------------------------------------------------


def rebuilding(hub: Hub, shop: Shop, kind: Kind, below: int | None = None) -> Rebuilding:
    """What makes the stored records of one kind of a shop again, and tells the plugins
    that listen of what came out otherwise."""
    from ..insight.versions.rebuild import Rebuilding

    channel = hub.plugins.channel(shop.channel)
    facts = hub.settings.facts(shop.app, channel)

    def told(record: Record) -> None:
        if isinstance(record, Order):
            about = {"order": record, "is_new": False, "shop": shop.name}
            hub.plugins.broadcast("hub_order_changed", **about)

    return Rebuilding(
        hub.store, hub.settings, channel.adapters, facts, shop, kind, told, below=below
    )


def rebuild(turn: Turn) -> None:
    """All that is stored of the shop, made again from its raw form."""
    wanted = turn.job.what.get("kinds") or list(KINDS)
    for name in [n for n in KINDS if n in wanted]:
        if name not in turn.place.setdefault("done", []):
            _one_kind(turn, name)
            turn.place = {"done": [*turn.place["done"], name]}
            turn.keep()


def _one_kind(turn: Turn, name: str) -> None:
    before, made = Counter(turn.counts), turn.place.get("below")
    work = rebuilding(turn.hub, turn.shop, KINDS[name], made)

    def step(seen: int, total: int) -> None:
        turn.counts = before + _rebuilt(work)
        turn.place["below"] = work.below
        turn.step()

    work.run(step=step)
    turn.counts = before + _rebuilt(work)


def _rebuilt(work: Rebuilding) -> Counter[str]:
    names = ("records", "unchanged", "changed", "unreadable")
    found: Counter[str] = Counter()
    for one in work.done.values():
        found.update({name: getattr(one, name) for name in names})
    return found


WORKS: dict[str, Work] = {
    jobs.BACKFILL: backfill, jobs.HEAL: heal, jobs.REBUILD: rebuild,
}  # fmt: skip
