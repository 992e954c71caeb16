"""The contract's second part: pages and windows hold what was asked for, all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ..errors import BadRequest, Unreadable
from ..ports import Paging, Stream, Window
from ..wire import Item
from .asking import ids_within
from .canonical import id_of
from .desk import Desk, when
from .given import Given
from .needs import Need, needs


def numbered(desk: Desk) -> list[Stream]:
    """The lists that are looked at and have numbered pages."""
    return [stream for stream in desk.looked_at if _is_numbered(stream)]


def timed(desk: Desk) -> list[Stream]:
    """Those that take a span of time."""
    return [stream for stream in desk.looked_at if not stream.is_snapshot]


NUMBERED = Need("NUMBERED", "no list has numbered pages", lambda desk: bool(numbered(desk)))
TIMED = Need("TIMED", "no list takes a span of time", lambda desk: bool(timed(desk)))


class Pages(Given):
    """Pages, whether numbered or handed out, and windows of time."""

    # Pages ------------------------------------------------------------------------------

    def test_page_sizes_are_honoured(self, desk: Desk) -> None:
        """`page_size` of the stream handed in (configuration may lower it), not a
        constant: pages of another size skip rows or end too early. Pages that are handed
        out come to an end, each cursor leading on."""
        for stream in desk.looked_at:
            small, window = replace(stream, page_size=desk.few), desk.window(stream)
            whole = {id_of(item) for item in desk.items(stream, window)}
            pages = list(desk.pages(small, window))
            assert all(len(page.items) <= desk.few for page in pages)
            found = {id_of(item) for page in pages for item in page.items}
            assert found == whole
            if _is_numbered(stream):
                sizes = [len(page.items) for page in pages[::-1]]
                assert sizes[:-1] == [desk.few] * (len(sizes) - 1)
                assert sum(sizes) == len(whole)
            else:
                cursors = [str(page.cursor) for page in pages[:-1]]
                assert len(set(cursors)) == len(cursors)
                assert list(desk.pages(small, window)) == pages, "a second run differs"

    @needs(NUMBERED)
    def test_probe_tells_the_total(self, desk: Desk) -> None:
        """The last page is found by it, and it proves that no row is missing."""
        for stream in numbered(desk):
            window = desk.window(stream)
            probe = desk.source.probe(stream, window)
            assert type(probe.total) is int
            assert probe.total == len(desk.items(stream, window))
            if probe.number == 1:
                assert len(probe.items) == min(probe.total, stream.page_size)

    @needs(NUMBERED)
    def test_page_one_counts_when_asked(self, desk: Desk) -> None:
        """A walk ends by comparing the total again, to see whether the window grew."""
        for stream in numbered(desk):
            window = desk.window(stream)
            page = desk.source.page(stream, window, 1, count=True)
            assert page.total == desk.total(stream, window)

    @needs(NUMBERED)
    def test_a_page_is_the_one_that_was_asked_for(self, desk: Desk) -> None:
        """A cache may hand out another page: where the platform says which it is, the
        connector passes that on and does not make it up."""
        for stream in numbered(desk)[:1]:
            small = replace(stream, page_size=desk.few)
            window = desk.window(small)
            second = desk.source.page(small, window, 2)
            assert second.number in (None, 2)
            first = desk.source.page(small, window, 1)
            assert first.number in (None, 1)
            assert {*map(id_of, first.items)}.isdisjoint(map(id_of, second.items))

    @needs(NUMBERED)
    def test_a_page_past_the_end_holds_nothing(self, desk: Desk) -> None:
        """A total may lie, so the engine looks past it. An empty page is best; a refusal
        has to be a BadRequest, an answer without any list Unreadable."""
        for stream in numbered(desk)[:1]:
            window = desk.window(stream)
            past = -(-desk.total(stream, window) // stream.page_size) + 1
            assert _past_the_end(desk, stream, past) == ()

    # Windows ----------------------------------------------------------------------------

    @needs(TIMED)
    def test_an_empty_window_is_an_empty_window(self, desk: Desk) -> None:
        """Nothing changed: total 0, no row, no error."""
        for stream in timed(desk)[:1]:
            oldest = desk.window(stream).until - stream.look_back + timedelta(hours=1)
            early = Window(oldest, oldest + timedelta(seconds=5))
            assert desk.items(stream, early) == []
            if _is_numbered(stream):
                assert desk.total(stream, early) == 0
                assert desk.source.page(stream, early, 1, count=True).items == ()

    @needs(TIMED)
    def test_window_ends_cover_what_was_asked(self, desk: Desk) -> None:
        """Both ends belong to the window, whatever the platform thinks of its own:
        where that is not said, ask for a second more. Rows outside do no harm."""
        for stream in timed(desk):
            for item in desk.items(stream)[:5]:
                name, told = id_of(item), when(item)
                assert told or not _is_numbered(stream), "a row without any time"
                for reach in (0, 60) if told else ():
                    assert any(
                        name in ids_within(desk, stream, Window(since, until))
                        for at in told
                        for since, until in [(at, at + timedelta(seconds=reach))]
                    ), "a row that changed at the window's first moment is not in it"
                    assert any(
                        name in ids_within(desk, stream, Window(since, until))
                        for at in told
                        for since, until in [(at - timedelta(seconds=reach), at)]
                    ), "a row that changed at the window's last moment is not in it"

    def test_the_longest_window_may_be_asked(self, desk: Desk) -> None:
        """`max_window` is what `page` is given at most: a platform that allows a day
        must not be asked for a day and two seconds."""
        for stream in desk.streams:
            assert desk.first(stream).items is not None


def _is_numbered(stream: Stream) -> bool:
    return stream.paging is not Paging.OPAQUE_CURSOR


def _past_the_end(desk: Desk, stream: Stream, number: int) -> tuple[Item, ...]:
    """What a page holds that there is not; nothing too where it is refused as it may be."""
    try:
        return desk.source.page(stream, desk.window(stream), number).items
    except (BadRequest, Unreadable):
        return ()
