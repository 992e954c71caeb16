"""The C-marked facts of a channel and a stream, each beside what was measured of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ...ports import Stream
from .finding import Finding, measured, unsure

TOLD_BY = (
    ("settle_lag", "settle lag"),
    ("settle lag", "settle lag"),
    ("total counts", "total"),
    ("page.total", "total"),
    ("sort order", "pages of one window"),
    ("page_size", "page size"),
    ("max_window", "longest window"),
    ("look_back", "look-back"),
)
"""A word in a fact's or an assumption's text, and the measurement that tells of it."""
WORDY = 8
"""A shorter text may stand in a call for another reason."""
SENT = "sent as it is in calls that were answered; what it leaves out cannot be seen"
NOT_ASKED = "no question to a list tells it"


def assumptions(stream: Stream, found: Sequence[Finding]) -> list[Finding]:
    """What `complete` leans on, one line each."""
    return [_line(f"assumed: {text}", "", text, found) for text in stream.assumptions]


def facts(
    known: Mapping[str, str],
    streams: Mapping[str, Sequence[Finding]],
    accepted: Collection[str],
) -> list[Finding]:
    """The channel's facts as configured. One named after a stream is told by that one
    alone, the others by the first stream; one that was sent word for word, by the calls
    that were answered."""
    said = []
    for name, value in known.items():
        if len(value) >= WORDY and value in accepted:
            said.append(measured(name, value, "accepted", SENT))
            continue
        own = next((s for s in streams if name.startswith(f"{s}_")), None)
        found = streams[own] if own else next(iter(streams.values()), ())
        said.append(_line(name, value, name, found))
    return said


def _line(fact: str, configured: str, text: str, found: Sequence[Finding]) -> Finding:
    wanted = next((told for word, told in TOLD_BY if word in text), None)
    for one in found:
        if one.fact == wanted:
            return Finding(
                fact, configured or one.configured, one.found, one.verdict,
                f"see {one.fact}: {one.evidence}",
            )  # fmt: skip
    return unsure(fact, configured, NOT_ASKED)
