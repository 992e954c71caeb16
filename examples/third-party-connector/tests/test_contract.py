"""What the hub relies on, as its own tests ask it of every connector."""

from datetime import UTC, datetime, timedelta

import channel_hub_own_shop
import pytest
from channel_hub_own_shop.box import create

from hub_core.sandbox import Clock
from hub_core.testing.orders import OrderSourceContract

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC).timestamp()
AS_DOCUMENTED: dict[str, str] = {}
OTHERWISE = {"ties": "any_order", "page_past_the_end": "refused", "date_header": "missing"}


class OwnShop:
    """What every contract is given."""

    @pytest.fixture
    def plugin(self):
        return channel_hub_own_shop

    @pytest.fixture(params=[AS_DOCUMENTED, OTHERWISE], ids=["documented", "otherwise"])
    def platform(self, request):
        return create(
            seed=1,
            orders=90,
            clock=Clock(NOON),
            history=timedelta(hours=20),
            late=0.0,
            latency=0.1,
            switches=request.param,
        )


class TestOrders(OwnShop, OrderSourceContract):
    """Orders."""
