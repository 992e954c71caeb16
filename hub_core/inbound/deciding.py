"""What was decided of a question: written once, whoever decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from ..access import Audit
from ..errors import Misconfigured
from ..hub import Hub
from ..ports import Verdict
from ..store import asks, codes, notes
from ..store.asks import Ask
from .pools import CODES, Misfit, codes_of, fits, give

FINAL = (Verdict.AGREED, Verdict.REFUSED)


class NoQuestion(Misconfigured):
    """There is no such question."""


class Decided(Misconfigured):
    """It was decided otherwise before."""


class TooLate(Misconfigured):
    """The platform has decided by itself."""


def decide(
    hub: Hub,
    id: int,
    verdict: Verdict,
    *,
    by: str,
    reason: str | None = None,
    given: Sequence[str] = (),
) -> Ask:
    """Write what was decided of a question: agreed or refused, by whom, the words the
    platform is to be given with a refusal, and the codes it asks for.

    The platform hears it when it asks again, or is told. Saying the same twice is no error.
    Raises NoQuestion, Decided, TooLate, and Misfit for codes that don't fit; then nothing
    was written.
    """
    if verdict not in FINAL:
        raise Misconfigured(f"a decision is agreed or refused, not {verdict.value}")
    with hub.store.writing(durable=True) as connection:
        return _decide(hub, connection, id, verdict, by, reason, given)


def check(hub: Hub, found: Ask, verdict: Verdict, given: Sequence[str] = ()) -> None:
    """Raises as `decide` would, as far as can be told without deciding."""
    if found.state == asks.OPEN and found.is_late(hub.clock.now()):
        raise TooLate(_late(found))
    if found.state != asks.OPEN and found.verdict != verdict.value:
        raise Decided(_decided(found))
    with hub.store.reading() as connection:
        _check_same(hub, connection, found, given)
    if found.state == asks.OPEN and given:
        fits(found, given)


def _decide(
    hub: Hub,
    connection: Connection,
    id: int,
    verdict: Verdict,
    by: str,
    reason: str | None,
    given: Sequence[str],
) -> Ask:
    at = hub.clock.now()
    before = asks.ask(connection, id)
    if before is None:
        raise NoQuestion(f"no question {id} is waiting")
    if before.state == asks.OPEN and before.is_late(at):
        raise TooLate(_late(before))
    new = asks.decide(connection, id, verdict.value, by, reason, at)
    found = asks.ask(connection, id)
    assert found is not None
    if found.verdict != verdict.value:
        raise Decided(_decided(found))
    if not new:
        _check_same(hub, connection, found, given)
        return found
    _hand_over(hub, connection, found, given, at)
    _write_down(hub, connection, found, at)
    return found


def _check_same(hub: Hub, connection: Connection, found: Ask, given: Sequence[str]) -> None:
    if given and found.state != asks.OPEN:
        there = codes_of(connection, hub.store.vault, found)
        if set(there) != set(given):
            raise Decided(f"{_decided(found)}, with other codes")


def _hand_over(
    hub: Hub, connection: Connection, found: Ask, given: Sequence[str], at: datetime
) -> None:
    """Raises Misfit where codes are missing, or are given that nobody asks for."""
    takes = Verdict.AGREED if found.kind == CODES else Verdict.REFUSED
    if found.verdict != takes or not found.codes:
        if given:
            raise Misfit(f"question {found.id} takes no codes with {found.verdict}")
        return
    vault = hub.store.vault
    if given or len(codes_of(connection, vault, found)) != found.codes:
        give(connection, vault, found, given, at)


def _write_down(hub: Hub, connection: Connection, found: Ask, at: datetime) -> None:
    text = f"{found.kind} {found.key}: {found.verdict} by {found.decided_by}"
    notes.incident(connection, "decided", text, at=at, channel=found.channel)
    asks.tell(connection, found, asks.ANSWERED, at)
    Audit.of(hub.store, hub.settings).append(
        connection, actor=found.decided_by or "", action="question.decided",
        of=f"question {found.id}",
        details={"verdict": found.verdict or "", "kind": found.kind},
    )  # fmt: skip


def _decided(found: Ask) -> str:
    return f"question {found.id} was {found.verdict} by {found.decided_by}"


def _late(found: Ask) -> str:
    return (
        f"question {found.id} had to be decided until {found.deadline_at:%Y-%m-%d %H:%M} "
        "UTC: the platform has decided by itself"
    )


def codes_of_question(hub: Hub, id: int) -> list[codes.Issued]:
    """The codes a question was answered with, in clear."""
    with hub.store.reading() as connection:
        return codes.of_ask(connection, hub.store.vault, id)
