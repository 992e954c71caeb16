"""What the hub relies on when it sets stock.

    class TestTeahouseStock(StockContract):
        @pytest.fixture
        def plugin(self):
            return channel_hub_teahouse

        @pytest.fixture
        def platform(self):
            return create(seed=1, orders=60, clock=Clock(NOON), history=timedelta(days=1))

The sandbox tells of each level it was brought to by `Platform.effects` (kind `stock`, the
SKU, `available`). SKUs are found among the plugin's own products; where it reads none,
give `skus`: pairs of a product's id and a SKU's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import pytest

from ..errors import BadRequest, Rejected, Retryable
from ..models import Product, StockLevel
from ..ports import Done, SkuLevel, Stock
from .asking import rested, spoil_each_answer
from .desk import Desk, failure
from .reading import stranger
from .writing import CONFIRMED, REFUSED, Effects, Writing, outcomes, unanswered

Name = tuple[str, str]
"""A product's id and a SKU's."""
SPOILED = 30
LOOKED_AT = 12
"""Products among which SKUs are sought."""


class StockContract(Writing):
    """Inherit, give the fixtures, run."""

    capability = "stock"

    @pytest.fixture
    def skus(self, desk: Desk) -> Sequence[Name]:
        """Some SKUs whose stock can be set, each of another product."""
        if "products" not in desk.row.capabilities:
            pytest.fail("give the fixture `skus`: this plugin reads no products")
        products = [item.record for item in desk.at("products").whole(LOOKED_AT)]
        found = list(islice(_settable(desk, products), 2))
        assert found, "of no SKU the level it has could be set: give a platform with some"
        return found

    # What it does -----------------------------------------------------------------------

    def test_it_satisfies_the_port(self, desk: Desk) -> None:
        """The hub calls what `ports.Stock` names, with as many SKUs as `most` says."""
        stock = stock_of(desk)
        assert isinstance(stock, Stock)
        assert type(stock.most) is int
        assert stock.most >= 1
        assert type(stock.one_product) is bool

    def test_a_level_that_was_set_is_the_level(
        self, desk: Desk, skus: Sequence[Name], effects: Effects
    ) -> None:
        """A level is absolute: what the ERP says is what buyers can order then."""
        before = len(effects())
        wanted = _level(skus[0], _now(desk, skus[0]) + 5)
        (done,) = stock_of(desk).set([wanted])
        assert (done.target, done.effect) == (skus[0][1], CONFIRMED)
        assert done.told in (None, wanted.available)
        found = stock_of(desk).level(*skus[0])
        assert isinstance(found, StockLevel)
        assert (found.sku_external_id, found.available) == (skus[0][1], wanted.available)
        assert found.as_of_at.utcoffset() is not None
        assert [e.target for e in effects()[before:]] == [skus[0][1]]

    def test_setting_the_same_again_changes_nothing(
        self, desk: Desk, skus: Sequence[Name]
    ) -> None:
        """What is in doubt is set anew: a level may be set as often as one likes, and is
        never added to."""
        wanted = _level(skus[0], _now(desk, skus[0]) + 7)
        first = stock_of(desk).set([wanted])
        assert list(stock_of(desk).set([wanted])) == list(first)
        assert _now(desk, skus[0]) == wanted.available

    def test_none_left_is_a_level(self, desk: Desk, skus: Sequence[Name]) -> None:
        """0 is sold out, not "not said". A platform may refuse it, and then it has what
        it had."""
        before = _now(desk, skus[0])
        (done,) = stock_of(desk).set([_level(skus[0], 0)])
        assert done.effect in (CONFIRMED, REFUSED)
        assert _now(desk, skus[0]) == (0 if done.effect is CONFIRMED else before)

    # Several ----------------------------------------------------------------------------

    def test_more_than_it_takes_is_refused_unsent(
        self, desk: Desk, skus: Sequence[Name], effects: Effects
    ) -> None:
        """The hub never sends more than `most`. A mistake of its own is a BadRequest, not
        a call that sets the first few."""
        before, stock = len(effects()), stock_of(desk)
        product, sku = skus[0]
        more = [_level((product, f"{sku}{n}"), 1) for n in range(stock.most)]
        with pytest.raises(BadRequest):
            stock.set([_level(skus[0], 3), *more])
        with pytest.raises(BadRequest):
            stock.set([])
        assert effects()[before:] == []

    def test_a_refused_one_harms_no_other(
        self, desk: Desk, skus: Sequence[Name], effects: Effects
    ) -> None:
        """One outcome for each that was asked: a SKU that is gone costs the others
        nothing. Where a call takes one, the next call is good."""
        before, stock, good = len(effects()), stock_of(desk), skus[0]
        wanted = _level(good, _now(desk, good) + 3)
        bad = _level((good[0], stranger(good[1], ())), 3)
        batches = [[wanted, bad]] if stock.most > 1 else [[bad], [wanted]]
        told = outcomes([done for batch in batches for done in _set(desk, batch)])
        assert set(told) == {wanted.sku_external_id, bad.sku_external_id}
        assert told[bad.sku_external_id] is REFUSED
        assert told[wanted.sku_external_id] is CONFIRMED
        assert _now(desk, good) == wanted.available
        assert {e.target for e in effects()[before:]} == {good[1]}

    def test_an_unknown_product_is_refused(
        self, desk: Desk, skus: Sequence[Name], effects: Effects
    ) -> None:
        """It was deleted meanwhile: a no, which stops nobody, and nothing is changed."""
        before = len(effects())
        gone = (stranger(skus[0][0], [p for p, _ in skus]), stranger(skus[0][1], ()))
        assert [d.effect for d in _set(desk, [_level(gone, 3)])] == [REFUSED]
        error = failure(lambda: stock_of(desk).level(*gone))
        assert error is None or isinstance(error, Rejected)
        assert error or stock_of(desk).level(*gone) is None
        assert effects()[before:] == []

    def test_an_unknown_sku_has_no_level(self, desk: Desk, skus: Sequence[Name]) -> None:
        """None, or the platform's own no: never 0, and never another SKU's level."""
        product, sku = skus[0]
        gone = (product, stranger(sku, [s for _, s in skus]))
        error = failure(lambda: stock_of(desk).level(*gone))
        assert error is None or isinstance(error, Rejected)
        assert error or stock_of(desk).level(*gone) is None

    # Answers that are no good -----------------------------------------------------------

    def test_a_lost_answer_is_an_error_and_looking_tells(
        self, desk: Desk, skus: Sequence[Name], effects: Effects
    ) -> None:
        """What nobody answered may have happened. It is looked up, not repeated: `set`
        raises a Retryable and sends once, `level` shows what is."""
        before, wanted = len(effects()), _level(skus[0], _now(desk, skus[0]) + 9)
        with unanswered(desk, effects), pytest.raises(Retryable):
            stock_of(desk).set([wanted])
        assert len(effects()[before:]) == 1
        assert _now(desk, skus[0]) == wanted.available

    def test_no_answer_is_taken_for_a_yes(
        self, desk: Desk, skus: Sequence[Name], refusals: Mapping[str, bytes]
    ) -> None:
        """A level counts as set when the platform said so: no refusal, no login page and
        nothing at all says it."""
        wanted = _level(skus[0], _now(desk, skus[0]))
        for body in (b"", b"{}", b"[]", b"<html>login</html>", *refusals.values()):
            desk.tap.give(body)
            desk.rest()
            found: list[Done] = []
            if failure(lambda found=found: found.extend(stock_of(desk).set([wanted]))):  # type: ignore[misc]
                continue
            assert CONFIRMED not in {done.effect for done in found}

    def test_wrong_shapes_are_the_hubs_own_errors(
        self, desk: Desk, skus: Sequence[Name]
    ) -> None:
        """An answer of another shape raises a HubError or leaves the outcome open."""
        wanted = _level(skus[0], _now(desk, skus[0]))
        for act in (
            lambda: stock_of(desk).set([wanted]),
            lambda: stock_of(desk).level(*skus[0]),
        ):
            spoil_each_answer(desk, rested(desk, act), SPOILED)


def stock_of(desk: Desk) -> Stock:
    """The plugin's own, on the line as it is."""
    return desk.plugins.stock(desk.channel.id, desk.line)


def _settable(desk: Desk, products: Sequence[object]) -> Iterator[Name]:
    """Of each product one SKU that takes the level it has; products with SKUs of their
    own first."""
    for product in sorted(products, key=_is_its_own_sku):
        assert isinstance(product, Product)
        names = [(product.external_id, sku.external_id) for sku in product.skus]
        yield from islice((name for name in names if _is_settable(desk, name)), 1)


def _is_its_own_sku(product: object) -> bool:
    assert isinstance(product, Product)
    return product.external_id in [sku.external_id for sku in product.skus]


def _is_settable(desk: Desk, name: Name) -> bool:
    try:
        found = stock_of(desk).level(*name)
        if found is None or found.available is None:
            return False
        (done,) = stock_of(desk).set([_level(name, found.available)])
    except Rejected:
        return False
    return done.effect is CONFIRMED


def _now(desk: Desk, name: Name) -> int:
    found = stock_of(desk).level(*name)
    assert found, "the SKU is gone"
    assert type(found.available) is int
    return found.available


def _set(desk: Desk, levels: Sequence[SkuLevel]) -> Sequence[Done]:
    """The outcomes; a no to the whole call is one to each."""
    try:
        return stock_of(desk).set(levels)
    except Rejected as error:
        if len(levels) > 1:
            raise AssertionError("one that is refused costs the others") from error
        return [Done(target=levels[0].sku_external_id, effect=REFUSED)]


def _level(name: Name, available: int) -> SkuLevel:
    return SkuLevel(
        product_external_id=name[0],
        sku_external_id=name[1],
        available=available,
        key=f"{available:064x}",
    )
