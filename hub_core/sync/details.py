"""Orders fetched by id, one by one: what goes wrong with one stops none of the others."""

from __future__ import annotations

from ..errors import (
    BadRequest,
    Banned,
    Down,
    Forbidden,
    Garbled,
    Gone,
    Rejected,
    Retryable,
    Throttled,
    Unreadable,
)
from ..ports import Source
from ..wire import Fetched, Misread

EVERYBODYS = (Banned, Down, Throttled, Forbidden, Gone, BadRequest)
"""Errors that are not about the one order that was asked for."""
IN_A_ROW = 3
"""So many orders that can't be had, one after the other, are no longer about one order."""


class Details:
    """A source's orders by id."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._failed = 0

    def record(self, external_id: str) -> Fetched | Misread | None:
        """The order; None when the platform does not have it.

        An order that can't be had is a `Misread` without a raw form. Raises the HubError
        when it is about everything, or the third in a row.
        """
        try:
            found = self._source.record(external_id)
            _refuse_another(found, external_id)
        except (Retryable, Rejected, Unreadable) as error:
            self._failed += 1
            if isinstance(error, EVERYBODYS) or self._failed >= IN_A_ROW:
                raise
            return Misread(external_id, f"it can't be fetched: {error}", None)
        self._failed = 0
        return found


def _refuse_another(found: Fetched | Misread | None, external_id: str) -> None:
    """A former answer, kept by a cache, would be stored for one order and leave the one
    that was asked for neither stored nor parked. One that has lost its id may be it."""
    told = found.record.external_id if isinstance(found, Fetched) else None
    if isinstance(found, Misread):
        told = found.external_id
    if told not in (None, external_id):
        raise Garbled("the answer is about another order")
