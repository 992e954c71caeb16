"""What the hub relies on, as its own tests ask it of every connector."""

from datetime import UTC, datetime, timedelta

import channel_hub_own_shop
import pytest
from channel_hub_own_shop.box import create

from hub_core.sandbox import Clock
from hub_core.testing.contracts import (
    AfterSaleSourceContract,
    OrderSourceContract,
    ProductSourceContract,
    SandboxContract,
    ShippingContract,
    StockContract,
)

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC).timestamp()
# The page leaves open what these are; orders are read either way.
OTHERWISE = {"ties": "any_order", "page_past_the_end": "refused", "date_header": "missing"}


def box(**switches):
    """A shop with enough of everything in its newest hours, whose time stands still."""
    return create(
        seed=1,
        orders=90,
        clock=Clock(NOON),
        history=timedelta(hours=20),
        late=0.0,
        latency=0.1,
        switches=switches,
    )


class OwnShop:
    """What every contract is given."""

    @pytest.fixture
    def plugin(self):
        return channel_hub_own_shop

    @pytest.fixture
    def platform(self):
        return box()


class TestOrders(OwnShop, OrderSourceContract):
    @pytest.fixture(params=[{}, OTHERWISE], ids=["as documented", "otherwise"])
    def platform(self, request):
        return box(**request.param)


class TestProducts(OwnShop, ProductSourceContract):
    pass


class TestAfterSales(OwnShop, AfterSaleSourceContract):
    pass


class TestStock(OwnShop, StockContract):
    pass


class TestShipping(OwnShop, ShippingContract):
    pass


class TestBox(OwnShop, SandboxContract):
    pass
