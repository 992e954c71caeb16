"""Every no the box can be brought to say, and what the connector makes of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from ..errors import HubError
from ..wire import JSON, Call, Credentials
from .finding import Finding, found
from .straight import Asked, Straight

STRANGE, WRONG = "no-token-of-this-platform", "wrong"
SUCCESS, NOTHING = "success", "nothing there"
NONSENSE: tuple[Any, ...] = ("?", -1, 10**12, "")
SETTING = {"Misconfigured", "Unauthorised", "Forbidden", "BadRequest", "Gone"}
"""For a person to mend."""
WANTED = {
    # What the hub has to do next, by the mistake. Others: any error.
    "wrong secret": SETTING,
    "unknown app": SETTING,
    "dead token": {"TokenExpired", "Unauthorised"},
    "clock off": {"Retryable", "BadRequest"},
    "throttled": {"Throttled", "Banned"},
    "busy": {"Retryable", "Throttled", "Banned"},
}
WORDS = "something that nobody has read before"
CODE_LIKE = re.compile(r"[\w.:-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One no: to which mistake, of which code, taken for what."""

    mistake: str
    call: Call[Any]
    kind: str
    code: str | None
    body: JSON = field(repr=False)


def refusals(session: Straight) -> list[Refusal]:
    """What the box refuses, of every call that reading makes."""
    session.look_round()
    # Tokens last: each that is given may end the one before.
    calls = sorted(session.asked.values(), key=lambda asked: not asked.call.needs_token)
    return [refusal for asked in calls for refusal in _of(session, asked)]


def _of(session: Straight, asked: Asked) -> Iterator[Refusal]:
    if asked.call.is_write:
        return
    who, bare = session.who, {"late": timedelta(0)}
    yield from _try(session, "wrong secret", asked, replace(who, app_secret=WRONG), **bare)
    yield from _try(session, "unknown app", asked, replace(who, app_key="no-app"), **bare)
    if asked.call.needs_token:
        yield from _try(session, "dead token", asked, replace(who, token=STRANGE), **bare)
        yield from _try(session, "no token", asked, replace(who, token=None), **bare)
    for days in (-1, 1):
        yield from _try(session, "clock off", asked, who, late=timedelta(days=days))
    for name in asked.params:
        less = {k: v for k, v in asked.params.items() if k != name}
        yield from _try(session, f"no {name}", Asked(asked.call, less), who, **bare)
        for value in NONSENSE:
            more = Asked(asked.call, {**asked.params, name: value})
            yield from _try(session, f"{name} is nonsense", more, who, **bare)
    for kind in ("throttled", "busy", "error_body"):
        body = json.loads(session.platform.error(kind).body)
        yield _taken(session, kind, asked.call, body)


def _try(
    session: Straight, mistake: str, asked: Asked, who: Credentials, *, late: timedelta
) -> Iterator[Refusal]:
    """One mistake; nothing where the box lets it pass, or is no match for it itself."""
    log = session.platform.log.entries
    before = len(log)
    try:
        body = session.ask(asked.call, asked.params, who=who, late=late)
    except Exception:
        return  # a dialect that sends no such thing, or a box that breaks over it
    if len(log) > before and log[-1].outcome != "ok":
        yield _taken(session, mistake, asked.call, body)


def _taken(session: Straight, mistake: str, call: Call[Any], body: JSON) -> Refusal:
    try:
        answer = session.read(call, body)
    except HubError as error:
        return Refusal(mistake, call, error.kind, error.code, body)
    except Exception as error:
        return Refusal(mistake, call, f"!{type(error).__name__}", None, body)
    return Refusal(mistake, call, NOTHING if answer is None else SUCCESS, None, body)


# What is made of them --------------------------------------------------------------------


def sorted_out(said: list[Refusal]) -> Finding:
    """Whether each no is an error, and each mistake one that asks for the right thing."""
    codes = {r.code for r in said if r.code}
    kinds = Counter(r.kind for r in said)
    evidence = f"{len(said)} refusals, {len(codes)} codes: " + ", ".join(
        f"{n} {kind}" for kind, n in kinds.most_common()
    )
    return found(evidence, (w for r in said if (w := _wrong(r))))


def _wrong(r: Refusal) -> str:
    where = f"{r.call.name}: {r.mistake}"
    if r.kind == SUCCESS:
        return f"{where} is refused by the platform and taken for success"
    if r.kind.startswith("!"):
        return f"{where} ends in {r.kind[1:]}, which is no HubError"
    wanted = WANTED.get(r.mistake)
    if wanted and r.kind not in wanted:
        return f"{where} is {r.kind} (code {r.code}), not {' or '.join(sorted(wanted))}"
    return ""


def unheard_of(session: Straight, said: list[Refusal]) -> Finding:
    """Whether codes that nobody has heard of are plain refusals, never a success."""
    tried, wrong = 0, []
    for r in {(r.call.name, r.code): r for r in said if r.code}.values():
        body = _with_code(r.body, set((r.code or "").split("/")))
        if body == r.body:
            continue
        tried += 1
        new = _taken(session, r.mistake, r.call, body)
        if new.kind != "Rejected":
            wrong.append(
                f"{r.call.name}: an unknown code in place of {r.code} is {new.kind}"
            )
    if not tried:
        wrong = ["no refusal bears its code: HubError(code=…) is what a person goes by"]
    return found(f"{tried} refusals with a code nobody knows", wrong)


def _with_code(value: Any, codes: set[str]) -> Any:
    """The answer with each of these codes replaced by one that nobody knows, and its words
    by words that say nothing."""
    if isinstance(value, dict):
        return {k: _with_code(v, codes) for k, v in value.items()}
    if isinstance(value, list):
        return [_with_code(v, codes) for v in value]
    if isinstance(value, bool) or str(value) not in codes:
        return WORDS if isinstance(value, str) and not CODE_LIKE.fullmatch(value) else value
    if isinstance(value, int):
        return 987_654_321
    return "987654321" if str(value).isdecimal() else "no.such.code"
