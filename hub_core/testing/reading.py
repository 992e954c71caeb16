"""The contract's first part: a connector reads what there is, as it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from ..ports import CursorSource, Paging, Source, Stream
from ..wire import Fetched, Misread, Ref, shapes
from .asking import BY_ID, SMALL, ids_by_id, says, some_ids
from .canonical import faults, id_of, page_faults, raw_faults
from .desk import Desk
from .given import Given
from .needs import needs


class Reading(Given):
    """Announcing, records."""

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
        if any(s.paging is Paging.OPAQUE_CURSOR for s in desk.streams):
            assert isinstance(desk.source, CursorSource), "no after() for its cursors"

    def test_streams_are_declared_legally(self, desk: Desk) -> None:
        """The engine cuts windows, walks pages and keeps cursors by these figures alone.
        A stream's name is the unit of cursors: no two of a channel may share one."""
        assert desk.streams, "no stream: nothing would ever be read"
        of_all = [s.name for source in desk.sources.values() for s in source.streams]
        assert len(set(of_all)) == len(of_all)
        for stream in desk.streams:
            assert list(_misdeclared(stream)) == []

    def test_streams_stay_as_declared(self, desk: Desk) -> None:
        """The hub reads them once a run and again in the next: they may not drift."""
        before = desk.streams
        desk.items(before[0])
        assert desk.streams == before

    # Records are canonical --------------------------------------------------------------

    def test_records_are_canonical(self, desk: Desk) -> None:
        """Amounts whole minor units, times aware, ids text, words ours: nothing
        validates a record after the adapter has built it. Fix the version file."""
        for stream in desk.looked_at:
            said = [s for page in desk.pages(stream, desk.window(stream))
                    for s in page_faults(page)]  # fmt: skip
            assert said == []

    @needs(BY_ID)
    def test_every_record_can_be_had_by_its_id(self, desk: Desk) -> None:
        """Parked and open records are fetched again by id, and pushes name only an id.
        Where the platform has no such call, say `by_id=False`."""
        found = [desk.source.record(i) for i in ids_by_id(desk)]
        assert all(isinstance(item, Fetched) for item in found)
        said = [f for x in found if isinstance(x, Fetched) for f in faults(x.record)]
        assert said == []

    def test_there_is_something_to_read(self, desk: Desk) -> None:
        """Not about the connector: without rows the other tests would prove nothing."""
        rows = max(len(desk.items(stream)) for stream in desk.looked_at)
        wanted = SMALL if desk.what == "orders" else desk.few
        assert rows > wanted, "give a platform with more of them"

    def test_raw_is_kept_and_is_json(self, desk: Desk) -> None:
        """`hub rebuild` and `hub orders show --raw` live on the record as it came."""
        for item in desk.whole(5):
            assert raw_faults(item) == []
            own = str(id_of(item)).rpartition(":")[2]  # the hub's `refund:71` is their 71
            assert says(item.raw, own), "the raw form does not even hold the id"

    def test_an_id_names_one_record(self, desk: Desk) -> None:
        """Records are stored by their id: two under one would overwrite each other. In a
        list that stands still each comes once."""
        for stream in desk.looked_at:
            found = [i.record.external_id for i in desk.items(stream) if type(i) is Fetched]
            assert sorted(found) == sorted(set(found))

    def test_the_same_answer_reads_the_same_twice(self, desk: Desk) -> None:
        """An adapter is pure: no clock, no memory. The hub compares what it read with
        what it stored, and a difference is told to the ERP as a change."""
        for stream in desk.looked_at:
            first, second = desk.twice(partial(desk.first, stream))
            assert first == second
        for name in ids_by_id(desk, 1):
            one, other = desk.twice(partial(_one, desk, name))
            assert one == other

    # One record -------------------------------------------------------------------------

    def test_the_list_and_the_record_agree(self, desk: Desk) -> None:
        """A list's row and the same record by id are one version of one thing; a record
        that is older than what its list names is parked and fetched again."""
        for stream in desk.looked_at:
            for item in desk.items(stream)[:5] if stream.by_id else ():
                one = desk.source.record(str(id_of(item)))
                assert isinstance(one, Fetched)
                if isinstance(item, Fetched):
                    assert one.record == item.record
                elif isinstance(item, Ref) and desk.what == "orders":
                    assert item.updated_at in (None, one.record.channel_updated_at)
                elif item.updated_at and one.record.channel_updated_at:
                    assert one.record.channel_updated_at >= item.updated_at

    def test_a_list_is_partial_as_declared(self, desk: Desk) -> None:
        """`list_is_partial` lists give names (`Ref`), others whole records."""
        for stream in desk.looked_at:
            kind = Ref if stream.list_is_partial else Fetched
            assert all(isinstance(item, kind) for item in desk.items(stream))

    @needs(BY_ID)
    def test_an_unknown_record_is_none(self, desk: Desk) -> None:
        """None says "the platform does not have it"; an error would stop the shop."""
        for known in ids_by_id(desk, 1):
            others = some_ids(desk, 1_000)
            assert desk.source.record(stranger(known, others)) is None


def _misdeclared(stream: Stream) -> Any:
    """What the engine could not work with."""
    rules: Mapping[str, bool] = {
        "no name": bool(stream.name),
        "say the platform's sort order, or that it is unknown": bool(stream.order),
        "no rows on a page": stream.page_size > 0,
        "rows_cap is less than a page": (stream.rows_cap or 10**9) >= stream.page_size,
        "max_window is too short": stream.max_window >= timedelta(seconds=10),
        "look_back is too short": stream.look_back >= timedelta(seconds=10),
        "settle_lag is negative": stream.settle_lag >= timedelta(0),
        "overlap is negative": stream.overlap >= timedelta(0),
        "reread_every is no span": stream.reread_every is None
        or stream.reread_every > timedelta(0),
        "snapshot_every is no span": stream.snapshot_every > timedelta(0),
        "a list without time is read by cursor": not stream.is_snapshot
        or stream.paging is Paging.OPAQUE_CURSOR,
        "what it only names could never be fetched": stream.by_id
        or not stream.list_is_partial,
    }
    return (said for said, kept in rules.items() if not kept)


def _one(desk: Desk, name: str) -> Fetched | Misread | None:
    return desk.source.record(name)


def stranger(known: str, others: Collection[str]) -> str:
    """An id of the same look that is none of the others."""
    size = min(6, len(known) - 1)
    tails = ("987654", "246802", "135791")
    made = (known[: len(known) - size] + tail[6 - size :] for tail in tails)
    return next(id for id in made if id not in others)
