"""One shop's turn at sending commands of one kind: a lease, so that there is one sender."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from ..errors import HubError, Retryable, Unreadable
from ..ports import Done, Effect
from ..store import Store, commands, streams
from ..store.commands import Command
from ..store.holder import freeing, new_holder
from ..store.shops import Shop
from ..store.streams import Lease

STATES = {
    Effect.CONFIRMED: "confirmed",
    Effect.REFUSED: "refused",
    Effect.UNKNOWN: "unknown",
}


class Paused(HubError):
    """Somebody has stopped all sending."""


def key_of(*parts: str) -> str:
    """A command's key: the same parts give the same 64 hex digits."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one shop's commands of one kind are sent from. Made by `desk`."""

    store: Store
    shop: Shop
    kind: str
    lease: Lease
    now: Callable[[], datetime]

    def open(self, *states: str) -> list[Command]:
        """The shop's commands in these states, oldest first."""
        with self.store.reading() as connection:
            return commands.listing(
                connection, shop_id=self.shop.id, kind=self.kind, states=states
            )

    def named(self, key: str) -> Command:
        """The command of that key as it stands now."""
        with self.store.reading() as connection:
            return commands.by_key(connection, key)

    def supersede(self, newer: Sequence[Command]) -> None:
        """Older commands for the same targets are not sent any more."""
        with self.store.writing() as connection:
            for one in newer:
                commands.supersede(connection, self.lease, one)

    def claim(self, found: Sequence[Command]) -> None:
        """Write down that these are being sent, on disk before it happens.

        Raises LeaseLost, and Paused where somebody has stopped all sending.
        """
        with self.store.writing(durable=True) as connection:
            if why := commands.paused(connection):
                raise Paused(f"sending is paused: {why}; go on with `hub commands resume`")
            commands.claim(connection, self.lease, [c.id for c in found], self.now())

    def finish(self, command: Command, done: Done) -> None:
        """Write down what became of one."""
        self._finish(command, STATES[done.effect], done.reason, done.code, done.told)

    def failed(self, found: Sequence[Command], error: HubError) -> str:
        """The call as a whole failed: what was never sent is intended still, what may have
        arrived is unknown, what was refused is refused. Gives which of them."""
        state = self._state_after(error)
        for command in found:
            self._finish(command, state, str(error.args[0]), error.code, None)
        return state

    def _state_after(self, error: HubError) -> str:
        if error.journal_id is None:
            return "intended"  # it never left
        if isinstance(error, Retryable | Unreadable):
            return "unknown"
        return "refused"

    def again(self, command: Command, why: str) -> None:
        """It did not happen: it is as if it had never been sent."""
        self._finish(command, "intended", why, None, None)

    def _finish(
        self,
        command: Command,
        state: str,
        said: str | None,
        code: str | None,
        told: int | None,
    ) -> None:
        with self.store.writing(durable=True) as connection:
            commands.finish(
                connection, self.lease, command.id, state, at=self.now(), said=said,
                code=code, told=told,
            )  # fmt: skip


@contextmanager
def desk(
    store: Store, shop: Shop, kind: str, now: Callable[[], datetime]
) -> Iterator[Desk | None]:
    """The shop's desk for a kind of command; None while another works at it. What a
    former one left in the middle of sending is unknown from now on."""
    stream = f"{streams.COMMANDS}{kind}"
    name = new_holder()
    with freeing(name), store.writing() as connection:
        lease = streams.take_lease(
            connection, shop.id, stream, name, commands.LEASE_SECONDS
        )
    if lease is None:
        yield None
        return
    try:
        with store.writing(durable=True) as connection:
            commands.orphans_are_unknown(connection, lease, kind)
        yield Desk(store, shop, kind, lease, now)
    finally:
        with freeing(name), store.writing() as connection:
            streams.free_lease(connection, lease)
