"""One shop's turn at sending commands of one kind: a lease, so that there is one sender."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ..errors import HubError, Retryable, Unreadable
from ..ports import Done, Effect
from ..store import Store, commands, streams
from ..store.commands import Command
from ..store.holder import freeing, new_holder
from ..store.shops import Shop
from ..store.streams import Lease

Intend = Callable[[Connection], list[Command]]
"""Writes intents; gives their commands, which are intended."""
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

    def claim(self, found: Sequence[Command]) -> None:
        """Write down that these are being sent, on disk before it happens.

        Raises LeaseLost, and Paused where somebody has stopped all sending.
        """
        with self.store.writing(durable=True) as connection:
            if why := commands.paused(connection):
                raise _paused(why)
            self._claim(connection, found)

    def claim_newest(self, intend: Intend) -> list[Command]:
        """The same of intents that are written with it, in the one commit; older ones for
        the same targets are not sent any more.

        Raises LeaseLost, having written nothing, and Paused: the intents stand then.
        """
        with self.store.writing(durable=True) as connection:
            found = intend(connection)
            commands.supersede(connection, self.lease, found)
            if (why := commands.paused(connection)) is None:
                self._claim(connection, found)
        if why is not None:
            raise _paused(why)
        return found

    def _claim(self, connection: Connection, found: Sequence[Command]) -> None:
        commands.claim(connection, self.lease, [c.id for c in found], self.now())

    def finish(self, command: Command, done: Done) -> None:
        """Write down what became of one, on disk."""
        with self.store.writing(durable=True) as connection:
            self.settle(connection, command, done)

    def settle(self, connection: Connection, command: Command, done: Done) -> None:
        """The same in a transaction of the caller's."""
        state = STATES[done.effect]
        self._write(connection, command, state, done.reason, done.code, done.told)

    def failed(self, found: Sequence[Command], error: HubError) -> str:
        """The call as a whole failed: what was never sent is intended still, what may have
        arrived is unknown, what was refused is refused. Gives which of them."""
        state, said = self._state_after(error), str(error.args[0])
        with self.store.writing(durable=True) as connection:
            for command in found:
                self._write(connection, command, state, said, error.code)
        return state

    def _state_after(self, error: HubError) -> str:
        if error.journal_id is None:
            return "intended"  # it never left
        if isinstance(error, Retryable | Unreadable):
            return "unknown"
        return "refused"

    def again(self, command: Command, why: str) -> None:
        """It did not happen: it is as if it had never been sent."""
        with self.store.writing(durable=True) as connection:
            self.reopen(connection, command, why)

    def reopen(self, connection: Connection, command: Command, why: str) -> None:
        """The same in a transaction of the caller's."""
        self._write(connection, command, "intended", why)

    def _write(
        self,
        connection: Connection,
        command: Command,
        state: str,
        said: str | None,
        code: str | None = None,
        told: int | None = None,
    ) -> None:
        commands.finish(
            connection, self.lease, command.id, state, at=self.now(), said=said, code=code,
            told=told,
        )  # fmt: skip


def _paused(why: str) -> Paused:
    return Paused(f"sending is paused: {why}; go on with `hub commands resume`")


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
        with store.writing() as connection:  # were it lost, the next desk would find them
            commands.orphans_are_unknown(connection, lease, kind)
        yield Desk(store, shop, kind, lease, now)
    finally:
        # On disk, with all that was written of outcomes before.
        with freeing(name), store.writing(durable=True) as connection:
            streams.free_lease(connection, lease)
