"""What contracts of writers share: what a platform did, and answers that get lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from ..client import httpx
from ..ports import Done, Effect
from ..sandbox import Account, Platform
from ..sandbox import Effect as Happened
from .desk import Desk
from .given import Given

CONFIRMED, REFUSED, UNKNOWN = Effect.CONFIRMED, Effect.REFUSED, Effect.UNKNOWN
Effects = Callable[[], Sequence[Happened]]


class Writing(Given):
    """What clients have done to the platform."""

    @pytest.fixture
    def effects(self, platform: Platform | None, account: Account) -> Effects:
        """All that clients have changed so far: the sandbox's own account of it."""
        if platform is None:
            pytest.fail("give the fixture `effects` beside `transport`")
        return lambda: platform.effects(account.external_id)


@contextmanager
def unanswered(desk: Desk, effects: Effects) -> Iterator[None]:
    """What is changed from now on happens, and the answer that says so gets lost."""
    before = len(effects())

    def lost(good: bytes) -> bytes:
        if len(effects()) > before:
            raise httpx.ReadError("the answer was lost on its way")
        return good

    desk.tap.change = lost
    try:
        yield
    finally:
        desk.tap.change = None
        desk.rest()


def outcomes(found: Sequence[Done]) -> dict[str, Effect]:
    """The effect by target; two outcomes for one target are an AssertionError."""
    told = {done.target: done.effect for done in found}
    assert len(told) == len(found), "two outcomes for one target"
    return told
