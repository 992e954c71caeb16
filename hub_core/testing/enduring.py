"""The contract's second half: what a connector does when answers are no good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from ..client import httpx
from ..errors import Banned, Throttled, Unauthorised
from ..wire import Misread
from .asking import SMALL, acts, only_hub_errors, personal, told, troubles
from .canonical import raw_faults
from .desk import Desk, failure
from .given import Given
from .spoiling import misshapen, with_broken_row

SPOILED = 100
"""How many misshapen answers each call is given."""
LATER = 7.0
"""Seconds an HTTP 429 asks us to wait."""


class Enduring(Given):
    """Broken records, wrong shapes, refusals, secrets."""

    # What can't be read -----------------------------------------------------------------

    def test_a_broken_row_is_put_aside_and_the_others_are_read(self, desk: Desk) -> None:
        """One malformed record never stops its page. Read rows with `read_rows`."""
        for stream in desk.streams:
            small, window = replace(stream, page_size=SMALL), desk.window(stream)
            whole = desk.source.page(small, window, 1, count=True).items
            if len(whole) < 2:
                continue
            desk.tap.change = partial(with_broken_row, rows=len(whole))
            page = desk.source.page(small, window, 1, count=True)
            desk.tap.change = None
            assert len(page.items) == len(whole), "a row was dropped"
            assert isinstance(page.items[0], Misread)
            assert raw_faults(page.items[0]) == []
            assert page.items[1:] == whole[1:]

    def test_wrong_shapes_are_the_hubs_own_errors(self, desk: Desk) -> None:
        """An answer of another shape raises a HubError (or is a Misread), never a
        KeyError: the connector takes nothing apart that an adapter has not read."""
        for act in acts(desk):
            act()
            for body in misshapen(desk.tap.bodies[-1], most=SPOILED):
                desk.tap.give(body)
                only_hub_errors(act)
            desk.tap.change = None

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
        stream, before = desk.streams[0], len(desk.journal)
        desk.spoil_token()
        error = failure(lambda: desk.source.page(stream, desk.window(stream), 1))
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
