"""The contract's last part: what a connector does when answers are no good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from ..client import httpx
from ..errors import Banned, Throttled, Unauthorised
from ..wire import Misread
from .asking import SMALL, acts, personal, spoil_each_answer, told, troubles
from .canonical import raw_faults
from .desk import Desk, failure
from .given import Given
from .spoiling import with_broken_row

LATER = 7.0
"""Seconds an HTTP 429 asks us to wait."""


class Enduring(Given):
    """Broken records, wrong shapes, refusals, secrets."""

    spoiled: ClassVar[int] = 60
    """How many misshapen answers what the hub asks is given."""

    # What can't be read -----------------------------------------------------------------

    def test_a_broken_row_is_put_aside_and_the_others_are_read(self, desk: Desk) -> None:
        """One malformed record never stops its page. Read rows with `read_rows`."""
        for stream in desk.looked_at:
            small = replace(stream, page_size=SMALL)
            whole = desk.items(small)
            if len(whole) < 2:
                continue
            desk.tap.change = with_broken_row
            items = desk.items(small, desk.window(small))
            desk.tap.change = None
            broken = [item for item in items if isinstance(item, Misread)]
            assert broken, "a row was dropped"
            assert [said for item in broken for said in raw_faults(item)] == []
            assert all(item.reason for item in broken)
            assert len(items) >= len(whole)
            assert [x for x in items if x not in broken and x not in whole] == []

    def test_wrong_shapes_are_the_hubs_own_errors(self, desk: Desk) -> None:
        """An answer of another shape raises a HubError (or is a Misread), never a
        KeyError: the connector takes nothing apart that an adapter has not read."""
        for act in acts(desk):
            spoil_each_answer(desk, act, self.spoiled)

    def test_no_answer_at_all_is_the_hubs_own_error(self, desk: Desk) -> None:
        """HTML, half a body, nothing, a list, a number: never an empty page."""
        for body in (b"", b"{", b"[]", b"7", b"null", b"{}", b"<html>login</html>"):
            desk.tap.give(body)
            for act in acts(desk):
                assert failure(act) is not None, f"{body!r} was taken for an answer"

    # What the platform refuses ------------------------------------------------------------

    def test_an_error_body_never_becomes_an_empty_page(
        self, desk: Desk, refusals: Mapping[str, bytes]
    ) -> None:
        """HTTP 200 with a refusal inside would move the cursor past orders nobody
        read. Fix `Dialect.unwrap`: success needs positive proof."""
        for body in refusals.values():
            desk.tap.give(body)
            for act in acts(desk):
                assert failure(act) is not None

    def test_http_429_is_throttled_with_a_wait(self, desk: Desk) -> None:
        """Waiting as long as asked, and no less, keeps the app from being banned."""
        desk.tap.change = lambda good: httpx.Response(
            429, headers={"retry-after": f"{LATER:g}"}, content=b""
        )
        error = failure(acts(desk)[0])
        assert isinstance(error, Throttled)
        assert error.after >= LATER

    def test_the_platforms_own_throttle_is_throttled_with_a_wait(
        self, desk: Desk, refusals: Mapping[str, bytes]
    ) -> None:
        """Most platforms say "too fast" in HTTP 200. Fix the table of error codes:
        `Throttled`, or `Banned` where the platform names an end."""
        desk.tap.give(refusals["throttled"])
        error = failure(acts(desk)[0])
        assert isinstance(error, Throttled | Banned)
        assert error.after > 0

    def test_a_dead_token_is_renewed_once_or_a_person_is_told(self, desk: Desk) -> None:
        """`TokenExpired` makes the hub fetch or refresh once and ask again;
        `Unauthorised` stops the shop and names the remedy. Anything else either gives
        up too early or asks for ever."""
        if desk.line.tokens is None:
            assert "authorisation" not in desk.row.capabilities
            return
        stream, before = desk.looked_at[0], len(desk.journal)
        desk.spoil_token()
        error = failure(lambda: desk.first(stream))
        tried = [entry for entry in desk.journal[before:] if entry.call.startswith("token")]
        assert len(tried) <= 1
        if error is None:
            assert tried, "a token the platform never gave out was taken for good"
        else:
            assert isinstance(error, Unauthorised)

    # Secrets ------------------------------------------------------------------------------

    def test_no_secret_is_told(self, desk: Desk, refusals: Mapping[str, bytes]) -> None:
        """Errors and the journal are shown to people and sent to log servers: no app
        secret, no token, nobody's phone, address or note. Fix what builds an error's
        text, and `repr=False` on what holds a secret."""
        persons, said = personal(desk), []
        every = acts(desk)
        for spoil in troubles(refusals):
            desk.tap.change = spoil
            for act in every:
                error = failure(act)
                said += told(error) if error else []
        desk.tap.change = None
        desk.spoil_token()
        error = failure(every[0])
        said += told(error) if error else []
        said += [repr(entry) for entry in desk.journal]
        said += [repr(desk.source), str(desk.line)]
        text = "\n".join(said)
        assert [name for name, secret in desk.secrets() if secret in text] == []
        assert [k for k, v in persons if v in text] == []
