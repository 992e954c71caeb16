"""What became of one thing that was asked of Pinduoduo, by its answer or its refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hub_core.errors import Forbidden, Gone, Rejected, Unreadable
from hub_core.ports import Done, Effect


def outcome(target: str, ask: Callable[[], bool], *, unsure: Sequence[str] = ()) -> Done:
    """Ask once and say what is known of it. `unsure`: words of refusals that may be of what
    was done already.

    What holds of more than this target is raised (Forbidden, Gone, a token's end), and so
    is every Retryable: whether it happened, only looking tells.
    """
    try:
        taken = ask()
    except (Forbidden, Gone):
        raise
    except Rejected as error:
        is_unsure = any(word in _words(error) for word in unsure)
        effect = Effect.UNKNOWN if is_unsure else Effect.REFUSED
        return Done(target=target, effect=effect, reason=_words(error), code=error.code)
    except Unreadable as error:
        # It was answered, so that it may have been done.
        return Done(target=target, effect=Effect.UNKNOWN, reason=_words(error))
    if taken:
        return Done(target=target, effect=Effect.CONFIRMED)
    reason = "the platform says that it was not done"
    return Done(target=target, effect=Effect.REFUSED, reason=reason)


def _words(error: Exception) -> str:
    """What was said, without where."""
    return str(error.args[0])
