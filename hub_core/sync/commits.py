"""What a stream's readings commit: rows as they come, then the window with its proof."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ..errors import Banned, Down, Forbidden, Gone
from ..ports import Stream, Window
from ..store.streams import Proof
from ..wire import Page
from .intake import Intake
from .ledger import ROWS_PER_COMMIT, Batch, Ledger
from .walk import SECOND

FINAL = (Banned, Down, Forbidden, Gone)
"""Errors that a shorter window would meet too."""


class NotClosed(Exception):
    """The window's end is not safely past by what was just learned of the clock."""


class Commits:
    """Rows in commits of some pages. The last rows of a pass wait: for the proof they may
    be part of, or for the next pass, which may not see them again.

    `closed_until` tells the newest moment that is safely past; `settled` is told the end
    of each window that was read.
    """

    def __init__(
        self,
        stream: Stream,
        ledger: Ledger,
        intake: Intake,
        closed_until: Callable[[], datetime],
        settled: Callable[[datetime], None],
    ) -> None:
        self.stream, self.ledger, self.intake = stream, ledger, intake
        self._closed_until, self._settled = closed_until, settled
        self.records = True
        """Write down what is proved."""
        self.moves_cursor = True
        """And move the stream's cursor to its end. Raises NotClosed where it may not."""
        self._rest = Batch()

    def take(self, page: Page) -> None:
        """Keep a page's rows."""
        self.intake.take(page, self._rest)
        self.ledger.keep()
        if len(self._rest) >= ROWS_PER_COMMIT:
            self.flush()

    def flush(self, least: int = 1) -> None:
        """Commit what waits, if it is so much."""
        if len(self._rest) >= least:
            batch, self._rest = self._rest, Batch()
            self.ledger.commit(batch)

    def check_closed(self, window: Window) -> None:
        """Raises NotClosed where the window's end turns out not to be past."""
        if self.moves_cursor and not self.is_closed(window):
            raise NotClosed

    def is_closed(self, window: Window) -> bool:
        """Whether its end is past, by what is known of the platform's clock."""
        return window.until <= self._closed_until() + SECOND

    def settle(
        self,
        window: Window,
        state: str,
        rule: str,
        *,
        passes: int = 0,
        pages: int = 0,
        rows: int = 0,
    ) -> None:
        """Commit the last rows, what they prove, and the cursor at the window's end."""
        of = self.ledger.provenance()
        proof = Proof(
            window.since, window.until, state, rule, passes, pages, rows,
            self.stream.assumptions, of.shape, of.journal_id,
        )  # fmt: skip
        batch, self._rest = self._rest, Batch()
        said = proof if self.records else None
        cursor = window.until if self.moves_cursor else None
        if len(batch) or said is not None or cursor is not None:
            self.ledger.commit(batch, proof=said, cursor=cursor)
        self._settled(window.until)
