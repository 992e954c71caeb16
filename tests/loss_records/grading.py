"""What the ledger calls complete, held against the records a platform had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hub_core.hub import Hub
from hub_core.insight.records import grade_records
from hub_core.sandbox import TruthRecord, TruthRecordVersion
from hub_core.store.kinds import KINDS
from hub_core.store.tables import CoverageRow
from tests.loss.grading import complete_rows

from .scenario import RecordScenario

SECOND = 1.0
"""What happens within a second may be stamped, and called visible, as its beginning."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stood: in one of these lists, at this time of theirs (epoch
    seconds; None: a list that takes no time)."""

    streams: frozenset[str]
    at: float | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A record that complete intervals have, from its version number `since` on."""

    record: TruthRecord
    since: int
    told: str


def lost(
    day: RecordScenario, hub: Hub, shop_id: int, known: list[TruthRecord]
) -> dict[str, str]:
    """Ids of records that are not stored as the truth has them, with what is wrong."""
    grade = grade_records(hub.store, KINDS[day.kind], shop_id, known)
    split = [one.partition(": ") for one in grade.lost]
    return {id: wrong for id, _, wrong in split}


def false_completes(
    day: RecordScenario, hub: Hub, shop_id: int, known: list[TruthRecord]
) -> list[str]:
    """Records that intervals called complete have by their time, and that are not stored
    as they stood there or as they were later."""
    wrong, ledger = lost(day, hub, shop_id, known), complete_rows(hub, shop_id)
    claims = [
        claim
        for record in known
        if record.external_id in wrong and not record.removed
        for claim in _claims(day, record, ledger)
    ]
    broken = [c for c in claims if not _is_had(day, hub, shop_id, c)]
    return sorted({f"{c.told}: {wrong[c.record.external_id]}" for c in broken})


def _is_had(day: RecordScenario, hub: Hub, shop_id: int, claim: Claim) -> bool:
    """Whether any version from the claimed one on is stored."""
    later = claim.record.versions[claim.since :]
    asked = [replace(claim.record, facts=version.facts) for version in later]
    return any(not lost(day, hub, shop_id, [one]) for one in asked)


def _claims(
    day: RecordScenario, record: TruthRecord, ledger: Mapping[str, list[CoverageRow]]
) -> Iterator[Claim]:
    for place, since in _stands(day, record):
        rows = [
            next((r for r in ledger.get(s, []) if _has(day, record, place, since, r)), None)
            for s in place.streams
        ]
        if all(rows):
            at = place.at or record.versions[since].updated_at
            said = ", ".join(_said(r) for r in rows if r)
            yield Claim(record, since, f"{record.external_id} of {at:.0f}, {said}")


def _stands(day: RecordScenario, record: TruthRecord) -> list[tuple[Place, int]]:
    """The places a record has stood in, with its first version there; of a list that
    takes no time each version is a place of its own."""
    found: dict[object, tuple[Place, int]] = {}
    for n, version in enumerate(record.versions):
        if _is_silent(day, record, n):
            continue
        for place in places(day, record, version):
            found.setdefault(n if place.at is None else place, (place, n))
    return list(found.values())


def _is_silent(day: RecordScenario, record: TruthRecord, n: int) -> bool:
    """Whether version `n` has sold or restocked pieces and left every time of change as it
    was. No list can tell of that, and none says it did: the hub asks again by its ids."""
    silent = day.channel == "jd" and day.switches["stock_bumps"] == "nothing"
    if n == 0 or not silent or day.kind != "products":
        return False
    before, after = record.versions[n - 1], record.versions[n]
    moved = {
        name
        for name in before.facts.keys() | after.facts.keys()
        if before.facts.get(name) != after.facts.get(name)
    }
    told = before.updated_at != after.updated_at
    return not told and all(name.startswith("available:") for name in moved)


def _said(row: CoverageRow) -> str:
    return f"{row.stream} by {row.rule!r} to {row.until:%d %H:%M:%S}"


def _has(
    day: RecordScenario, record: TruthRecord, place: Place, since: int, row: CoverageRow
) -> bool:
    """Whether the interval says it has this record: it could be read there when that was
    proved, and was listed no later than the lag allows."""
    shown, behind = record.versions[since].visible_at, day.list_behind
    if place.at is None:
        return shown + behind + SECOND <= row.until.timestamp()
    seen = [
        v for v in record.versions if v.visible_at + behind <= row.observed_at.timestamp()
    ]
    if not seen or place not in places(day, record, seen[-1]):
        return False
    lag = max(s.settle_lag.total_seconds() for s in day.streams if s.name == row.stream)
    at = datetime.fromtimestamp(int(place.at), UTC)
    return shown + behind - place.at <= lag and row.since <= at <= row.until


# Where records stand -------------------------------------------------------------------


def places(
    day: RecordScenario, record: TruthRecord, version: TruthRecordVersion
) -> list[Place]:
    """Every place in which a version of a record stands."""
    if day.channel == "douyin-laike":
        return _places_at_laike(day, record, version)
    names = _lists(day, version)
    timeless = any(s.is_snapshot for s in day.streams)
    return [Place(names, None if timeless else version.updated_at)] if names else []


def _places_at_laike(
    day: RecordScenario, record: TruthRecord, version: TruthRecordVersion
) -> list[Place]:
    created, facts = record.versions[0].updated_at, version.facts
    match day.kind:
        case "after_sales":
            made = Place(frozenset({"after_sales_made"}), created)
            done = facts["completed_at"]
            ended = [Place(frozenset({"after_sales_done"}), float(done))] if done else []
            return [made, *ended]
        case "redemptions":
            moved = day.switches["cancelled_record"] == "moved"
            at = version.updated_at if moved else created
            return [Place(frozenset({"redemptions"}), at)]
    return [Place(frozenset({day.kind}), None)]


def _lists(day: RecordScenario, version: TruthRecordVersion) -> frozenset[str]:
    """The lists one of which has it; what is said of a list each of them has to say."""
    names = {s.name for s in day.streams}
    match day.channel, day.kind:
        case "taobao", "products":
            on_sale = version.facts["listing_status_raw"] == "onsale"
            names = {"products"} if on_sale else names - {"products"}
        case "pinduoduo", "after_sales" if len(names) > 1:
            names &= {f"after_sales_{version.facts['status_raw']}"}
    return frozenset(names)
