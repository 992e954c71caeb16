"""A visit to a real shop that only reads: does the line work, how do its lists behave."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ...client import Line
from ...errors import Forbidden, HubError, Misconfigured, TokenExpired, Unauthorised
from ...journal import JournalEntry
from ...ports import Session, Source, Stream
from ...tokens import StoredToken
from . import counts, order, window
from .asking import Asker, Overheard
from .check import Check, State, fail, ok, warn
from .facts import assumptions, facts
from .finding import Finding, Verdict
from .gather import Gatherer, refusal

MOST = 16
"""Calls per stream at most."""
ADDRESS = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
NOT_REACHED = "nothing was answered"


@dataclass(slots=True)
class Measured:
    """One stream: how many calls it took, and what they showed."""

    name: str
    calls: int = 0
    findings: list[Finding] = field(default_factory=list)
    error: HubError | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """An operation that was answered well: a candidate for `live-verified`."""

    name: str
    endpoint: str
    shape: str
    calls: int


@dataclass(slots=True)
class Visit:
    """All a visit showed."""

    checks: list[Check] = field(default_factory=list)
    streams: list[Measured] = field(default_factory=list)
    facts: list[Finding] = field(default_factory=list)
    operations: list[Answered] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing fails and nothing configured was refuted."""
        found = [f for s in self.streams for f in s.findings] + self.facts
        wrong = any(f.verdict is Verdict.REFUTED for f in found)
        return not wrong and all(c.state is not State.FAIL for c in self.checks)


def visit(
    line: Line,
    open_source: Callable[[Session], Source],
    configured: Callable[[Stream], Stream],
    noted: Callable[[], Sequence[JournalEntry]],
    *,
    most: int = MOST,
) -> Visit:
    """Visit the shop of `line`. `configured` gives a stream as the settings have it,
    `noted` the journal's entries of this visit. Raises nothing the platform may say."""
    seen = Visit()
    overheard = Overheard(line, most)
    try:
        source = open_source(overheard)
        streams = [configured(stream) for stream in source.streams]
    except HubError as error:
        seen.checks.append(fail("settings", refusal(error)))
        return seen
    for stream in streams:
        line.stream = stream.name
        overheard.calls = 0
        seen.streams.append(_measure(source, stream, overheard, line.channel.zone))
    seen.checks += _checks(line, [s.error for s in seen.streams], noted())
    named = {s.name: s.findings for s in seen.streams}
    seen.facts = facts(line.facts, named, overheard.accepted)
    seen.operations = _operations(noted())
    return seen


def _measure(source: Source, stream: Stream, session: Overheard, zone: str) -> Measured:
    asker = Asker(source, stream, session, zone)
    measured = Measured(stream.name)
    gatherer = Gatherer(asker)
    try:
        gatherer.run()
    except HubError as error:
        measured.error = error
        gatherer.found.refused.setdefault("all", refusal(error))
    found = gatherer.found
    lines = [
        order.sorting(stream, found), order.ties(found), window.over(found),
        window.start(found), window.end(found), counts.total(asker, found),
        counts.pages(found), counts.page_size(stream, found),
        counts.settle_lag(stream, found), counts.longest(stream, found),
        counts.look_back(stream, found), counts.id_types(asker, found),
    ]  # fmt: skip
    measured.calls = session.calls
    measured.findings = lines + assumptions(stream, lines)
    return measured


# The line -------------------------------------------------------------------------------


def _checks(
    line: Line, errors: Iterable[HubError | None], noted: Sequence[JournalEntry]
) -> list[Check]:
    wrong = next((e for e in errors if e is not None), None)
    good = any(e.outcome == "ok" for e in noted)
    return [
        _reached(noted),
        _egress(wrong),
        _clock(line),
        _signature(wrong, good),
        _token(line, wrong, noted),
    ]


def _reached(noted: Sequence[JournalEntry]) -> Check:
    answered = [e for e in noted if e.status is not None]
    if not answered:
        why = noted[-1].outcome if noted else "no call was made"
        return fail("platform", f"{NOT_REACHED} ({why})", "look at network and proxy")
    slow = max(e.seconds for e in answered)
    return ok("platform", f"{len(answered)} answers, the slowest after {slow:.2f} s")


def _egress(wrong: HubError | None) -> Check:
    """The address the platform sees; it only tells it when it refuses it."""
    text = str(wrong.args[0]) if isinstance(wrong, Forbidden) else ""
    if found := ADDRESS.search(text):
        said = f"the platform sees {found[0]} and refuses it"
        return fail("egress address", said, "add it to the app's IP allow-list")
    if re.search(r"(?i)\bip\b|白名单", text):
        said = "the platform refuses this machine's address without naming it"
        return fail("egress address", said, "add it to the app's IP allow-list")
    return ok("egress address", "not refused; platforms name it only when they do")


def _clock(line: Line) -> Check:
    if not line.clock.known:
        return warn("clock", "no answer told the platform's time")
    said = f"ours is {-line.clock.offset:+.1f} s off the platform's"
    if line.clock.skewed:
        return warn("clock", said, "set this machine's clock (NTP); the hub allows for it")
    return ok("clock", said)


def _signature(wrong: HubError | None, good: bool) -> Check:
    if good:
        return ok("signature", "accepted")
    if isinstance(wrong, Misconfigured):
        return fail("signature", refusal(wrong), "check app_key and app_secret")
    return warn("signature", "could not tell: no call was answered well")


def _token(line: Line, wrong: HubError | None, noted: Sequence[JournalEntry]) -> Check:
    if isinstance(wrong, TokenExpired | Unauthorised):
        return fail("token", refusal(wrong), _again(line))
    if line.tokens is None or not any(e.outcome == "ok" for e in noted):
        return warn("token", "could not tell: no call with it was answered well")
    try:
        token = line.tokens.current()
    except HubError as error:
        return fail("token", refusal(error), _again(line))
    return ok("token", f"accepted; {lifetime(token, line.now())}")


def _again(line: Line) -> str:
    shared = line.tokens is not None and line.tokens.shared
    then = f"hub shop {'resume' if shared else 'token'} {line.shop.name}"
    return f"its owner allows the app again, then: {then}"


def lifetime(token: StoredToken, now: datetime) -> str:
    """How long a token and its scopes have left, in words. Never the token."""
    said = ["its end is not told"]
    if token.expires_at is not None:
        said = [f"{counts.words(token.expires_at - now)} left"]
    if token.refresh_token is not None:
        end = token.refresh_expires_at
        left = f" for {counts.words(end - now)}" if end else ""
        said.append(f"can be refreshed{left}")
    said += [f"{k}: {counts.words(end - now)}" for k, end in sorted(token.scopes.items())]
    return ", ".join(said)


def _operations(noted: Iterable[JournalEntry]) -> list[Answered]:
    calls: dict[tuple[str, str, str], int] = {}
    for entry in noted:
        if entry.outcome == "ok":
            key = (entry.call, entry.endpoint, entry.shape)
            calls[key] = calls.get(key, 0) + 1
    return [Answered(*key, calls=n) for key, n in sorted(calls.items())]
