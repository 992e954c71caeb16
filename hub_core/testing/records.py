"""What the hub relies on in records other than orders, a class for each kind.

    from hub_core.testing.contracts import PlaceSourceContract, ProductSourceContract

    class TestTeahouseProducts(ProductSourceContract):
        @pytest.fixture
        def plugin(self):
            return channel_hub_teahouse

        @pytest.fixture
        def platform(self):
            return create(seed=1, orders=60, clock=Clock(NOON), history=timedelta(days=1))

The fixtures are those of orders. A sandbox that tells of its records by
`Platform.records` has each compared with what was read of it; without one give `known`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

import pytest

from ..models import AfterSale, Place, Product, Record, Redemption
from ..sandbox import Account, Platform, TruthRecord
from ..wire import Fetched
from .desk import Desk
from .known import listed, untrue, young
from .sources import SourceContract
from .spoiling import STRANGE_NUMBER, STRANGE_WORD, keys_of, reworded

STRANGE = (STRANGE_WORD, str(STRANGE_NUMBER))


class RecordSourceContract(SourceContract):
    """What holds of every kind. Not for use itself: each kind has its own class."""

    kind: ClassVar[type[Record]]
    truth: ClassVar[str]
    """What a sandbox calls it."""
    words: ClassVar[Sequence[tuple[str, str]]] = ()
    """Fields with a word of the hub's, each with that of the platform's own."""
    spoiled = 30

    @pytest.fixture
    def known(self, platform: Platform | None, account: Account) -> Sequence[TruthRecord]:
        """What the platform has of this kind: the sandbox's truth."""
        found = platform.records(account.external_id, self.truth) if platform else ()
        return found or pytest.skip("no truth is given to compare with")

    def test_records_are_of_their_kind(self, desk: Desk) -> None:
        """Each kind has its own table: another's record would find none."""
        for stream in desk.looked_at:
            items = desk.items(stream)
            assert all(type(i.record) is self.kind for i in items if isinstance(i, Fetched))
        assert all(type(item.record) is self.kind for item in desk.whole(3))

    def test_every_record_there_is_comes_as_it_is(
        self, desk: Desk, known: Sequence[TruthRecord]
    ) -> None:
        """What the platform knows of its newest records, a reader knows: each stands in
        one of the lists and says what is true."""
        true, had = young(desk, known), listed(desk)
        assert true, "give a platform with younger ones"
        assert [name for name in true if name not in had] == []
        assert untrue(desk, true, had) == []

    def test_a_word_nobody_has_heard_of_is_unknown_and_kept(self, desk: Desk) -> None:
        """Platforms add words. A new one is `unknown`, its own text kept beside it; a
        guess would be reported as a fact. Use `Words`."""
        for ours, theirs in self.words:
            told = [x for item in desk.whole(3) for x in self._reread(desk, item, theirs)]
            assert {getattr(x, ours).value for x in told} <= {"unknown"}
            assert told or pytest.skip(f"{theirs} is no single word of an answer")

    def _reread(self, desk: Desk, item: Fetched, theirs: str) -> list[Record]:
        """Those records that, read again, have a strange word in place of this one's."""
        word = str(getattr(item.record, theirs))
        desk.tap.change = partial(reworded, keys=keys_of(item.raw, word), word=word)
        found = [one.record for one in desk.whole(3)]
        desk.tap.change = None
        return [x for x in found if str(getattr(x, theirs)) in STRANGE]


class ProductSourceContract(RecordSourceContract):
    """Products with their SKUs."""

    capability, truth, kind = "products", "product", Product
    words = (("listing_status", "listing_status_raw"),)


class AfterSaleSourceContract(RecordSourceContract):
    """After-sale cases with their refunds."""

    capability, truth, kind = "after_sales", "after_sale", AfterSale
    words = (("status", "status_raw"),)


class RedemptionSourceContract(RecordSourceContract):
    """The uses of vouchers."""

    capability, truth, kind = "redemptions", "redemption", Redemption
    words = (("status", "status_raw"),)


class PlaceSourceContract(RecordSourceContract):
    """The places a shop sells at."""

    capability, truth, kind = "places", "place", Place
