"""The order rows come in: what no document says, so switches decide.

Source: channel paper §3 ("page backwards from the last page").
"""

from __future__ import annotations

from collections.abc import Mapping

from .ledger import Row


class Paging:
    """Puts rows in the order of the switches `sort` and `ties`."""

    def __init__(self, switches: Mapping[str, str]) -> None:
        self.switches = switches
        self._calls = 0

    def ordered(self, rows: list[Row]) -> list[Row]:
        """Direction, and the order within a second; `rows` come oldest first."""
        ties = self.switches["ties"]
        if ties == "by_sn_desc":
            rows = sorted(rows, key=lambda row: (row[0], -row[1]))
        elif ties == "unstable":
            self._calls += 1
            salt = 7919 * self._calls
            rows = sorted(rows, key=lambda row: (row[0], row[1] * salt % 1_000_003))
        return rows[::-1] if self.switches["sort"] == "newest_first" else rows
