"""What is wrong with data, in words that quote none of it."""

from __future__ import annotations

from pydantic import ValidationError


def complaint(error: Exception) -> str:
    """What a validation error says, without the values: they may be personal data."""
    if isinstance(error, ValidationError):
        rows = error.errors(include_input=False, include_url=False, include_context=False)
        said = [f"{'.'.join(map(str, r['loc']))}: {_plain(r['msg'])}" for r in rows[:5]]
        return "; ".join(said)
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing" if error.args else "a field is missing"
    return str(error) or type(error).__name__


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")
