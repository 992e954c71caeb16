"""The contract's first half: a connector reads what there is, all of it, as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ..errors import BadRequest, Unreadable
from ..ports import Authorisation, Paging, Source, Window
from ..wire import Fetched, Page, Ref, shapes
from .asking import SMALL, ids_within, says, some_ids
from .canonical import faults, id_of, page_faults, raw_faults
from .desk import Desk, failure, when
from .given import Given


class Reading(Given):
    """Announcing, orders, pages, windows."""

    # What it announces ------------------------------------------------------------------

    def test_it_announces_its_channel_by_hooks(self, desk: Desk) -> None:
        """`hub plugins` and every table take channel and capabilities from the hooks.
        Fix `hub_channel`: a kebab id, a title, an https base URL, limits above zero, a
        package with version files such as `orders_v1.py`."""
        channel = desk.channel
        assert channel.title.strip()
        assert channel.base_url.startswith(("https://", "http://"))
        assert not channel.base_url.endswith("/")
        assert all(limit.calls > 0 and limit.seconds > 0 for limit in channel.limits)
        assert all(limit.per in ("app", "shop") for limit in channel.limits)
        assert shapes(channel.adapters), f"{channel.adapters} has no version file"
        assert all(op.name and op.endpoint for op in desk.plugins.operations(channel.id))

    def test_it_satisfies_the_ports(self, desk: Desk) -> None:
        """The hub calls what `ports.py` names and nothing else."""
        assert isinstance(desk.source, Source)
        row = desk.row
        if "authorisation" in row.capabilities:
            found = desk.plugins.authorisation(row.channel, desk.line)
            assert isinstance(found, Authorisation)
            assert found.grace >= timedelta(0)

    def test_streams_are_declared_legally(self, desk: Desk) -> None:
        """The engine cuts windows, walks pages and keeps cursors by these figures alone.
        Numbered pages only: the engine walks no opaque cursor yet."""
        names = [stream.name for stream in desk.streams]
        assert names, "no stream: no order would ever be read"
        assert len(set(names)) == len(names)
        for stream in desk.streams:
            assert stream.name
            assert stream.order, "say the platform's sort order, or that it is unknown"
            assert stream.paging in (Paging.REVERSE_OFFSET, Paging.FORWARD_OFFSET)
            assert stream.page_size > 0
            assert stream.rows_cap is None or stream.rows_cap >= stream.page_size
            assert stream.max_window >= timedelta(seconds=10)
            assert stream.look_back >= timedelta(seconds=10)
            assert min(stream.settle_lag, stream.overlap) >= timedelta(0)
            assert stream.reread_every is None or stream.reread_every > timedelta(0)

    def test_streams_stay_as_declared(self, desk: Desk) -> None:
        """The hub reads them once a run and again in the next: they may not drift."""
        before = desk.streams
        desk.items(before[0])
        assert desk.streams == before

    # Orders are canonical ---------------------------------------------------------------

    def test_orders_are_canonical(self, desk: Desk) -> None:
        """Amounts whole minor units, times aware, ids text, words ours: nothing
        validates an order after the adapter has built it. Fix the version file."""
        for stream in desk.streams:
            said = [s for page in desk.pages(stream, desk.window(stream))
                    for s in page_faults(page)]  # fmt: skip
            assert said == []

    def test_every_order_can_be_had_by_its_id(self, desk: Desk) -> None:
        """Parked and open orders are fetched again by id, and pushes name only an id."""
        found = [desk.source.record(i) for i in some_ids(desk)]
        assert all(isinstance(item, Fetched) for item in found)
        said = [f for x in found if isinstance(x, Fetched) for f in faults(x.order)]
        assert said == []

    def test_there_is_something_to_read(self, desk: Desk) -> None:
        """Not about the connector: without rows the other tests would prove nothing."""
        assert len(desk.items(desk.streams[0])) > SMALL, "give a platform with more orders"

    def test_raw_is_kept_and_is_json(self, desk: Desk) -> None:
        """`hub rebuild` and `hub orders show --raw` live on the record as it came."""
        for name in some_ids(desk):
            item = desk.source.record(name)
            assert isinstance(item, Fetched)
            assert raw_faults(item) == []
            assert says(item.raw, name), "the raw form does not even hold the id"

    def test_the_same_answer_reads_the_same_twice(self, desk: Desk) -> None:
        """An adapter is pure: no clock, no memory. The hub compares what it read with
        what it stored, and a difference is told to the ERP as a change."""
        for stream in desk.streams:
            window = desk.window(stream)
            first = desk.source.page(stream, window, 1, count=True)
            desk.replay()
            assert desk.source.page(stream, window, 1, count=True) == first
            desk.tap.change = None
        (name, *_) = some_ids(desk)
        one = desk.source.record(name)
        desk.replay()
        assert desk.source.record(name) == one

    # Pages ------------------------------------------------------------------------------

    def test_probe_tells_the_total(self, desk: Desk) -> None:
        """The last page is found by it, and it proves that no row is missing."""
        for stream in desk.streams:
            window = desk.window(stream)
            probe = desk.source.probe(stream, window)
            assert type(probe.total) is int
            assert probe.total == len(desk.items(stream, window))
            if probe.number == 1:
                assert len(probe.items) == min(probe.total, stream.page_size)

    def test_page_one_counts_when_asked(self, desk: Desk) -> None:
        """A walk ends by comparing the total again, to see whether the window grew."""
        for stream in desk.streams:
            window = desk.window(stream)
            page = desk.source.page(stream, window, 1, count=True)
            assert page.total == desk.total(stream, window)

    def test_page_sizes_are_honoured(self, desk: Desk) -> None:
        """`page_size` of the stream handed in (configuration may lower it), not a
        constant: pages of another size skip rows or end too early."""
        for stream in desk.streams:
            small, window = replace(stream, page_size=SMALL), desk.window(stream)
            whole = {id_of(item) for item in desk.items(stream, window)}
            pages = list(desk.pages(small, window))[::-1]
            assert [len(page.items) for page in pages[:-1]] == [SMALL] * (len(pages) - 1)
            found = [id_of(item) for page in pages for item in page.items]
            assert sorted(map(str, found)) == sorted(map(str, whole))

    def test_a_page_is_the_one_that_was_asked_for(self, desk: Desk) -> None:
        """A cache may hand out another page: where the platform says which it is, the
        connector passes that on and does not make it up."""
        small = replace(desk.streams[0], page_size=SMALL)
        window = desk.window(small)
        second = desk.source.page(small, window, 2)
        assert second.number in (None, 2)
        first = desk.source.page(small, window, 1)
        assert first.number in (None, 1)
        assert {*map(id_of, first.items)}.isdisjoint(map(id_of, second.items))

    def test_a_page_past_the_end_holds_nothing(self, desk: Desk) -> None:
        """A total may lie, so the engine looks past it. An empty page is best; a refusal
        has to be a BadRequest, an answer without any list Unreadable."""
        stream = desk.streams[0]
        window = desk.window(stream)
        past = -(-desk.total(stream, window) // stream.page_size) + 1
        found: list[Page] = []
        error = failure(lambda: found.append(desk.source.page(stream, window, past)))
        if error:
            assert isinstance(error, BadRequest | Unreadable)
        else:
            assert found[0].items == ()

    def test_an_empty_window_is_an_empty_window(self, desk: Desk) -> None:
        """Nothing changed: total 0, no row, no error."""
        stream = desk.streams[0]
        oldest = desk.window(stream).until - stream.look_back + timedelta(hours=1)
        early = Window(oldest, oldest + timedelta(seconds=5))
        assert desk.total(stream, early) == 0
        assert desk.source.page(stream, early, 1, count=True).items == ()

    # Windows ----------------------------------------------------------------------------

    def test_window_ends_cover_what_was_asked(self, desk: Desk) -> None:
        """Both ends belong to the window, whatever the platform thinks of its own:
        where that is not said, ask for a second more. Rows outside do no harm."""
        for stream in desk.streams:
            for item in desk.items(stream)[:5]:
                name, told = id_of(item), when(item)
                assert told, "a row without any time"
                for reach in (0, 60):
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
            assert desk.source.page(stream, desk.window(stream), 1).items is not None

    # One order --------------------------------------------------------------------------

    def test_the_list_and_the_order_agree(self, desk: Desk) -> None:
        """A list's row and the same order by id are one version of one thing."""
        for stream in desk.streams:
            for item in desk.items(stream)[:5]:
                name = id_of(item)
                assert name
                one = desk.source.record(name)
                assert isinstance(one, Fetched)
                if isinstance(item, Fetched):
                    assert one.order == item.order
                elif item.updated_at is not None:
                    assert one.order.channel_updated_at == item.updated_at

    def test_a_list_is_partial_as_declared(self, desk: Desk) -> None:
        """`list_is_partial` lists give names (`Ref`), others whole orders."""
        for stream in desk.streams:
            kind = Ref if stream.list_is_partial else Fetched
            assert all(isinstance(item, kind) for item in desk.items(stream))

    def test_an_unknown_order_is_none(self, desk: Desk) -> None:
        """None says "the platform does not have it"; an error would stop the shop."""
        known = some_ids(desk, 1)[0]
        stranger = known[:-6] + ("000000" if known[-6:] != "000000" else "999999")
        assert desk.source.record(stranger) is None
