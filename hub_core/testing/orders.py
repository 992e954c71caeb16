"""What the hub relies on in a connector's orders, as tests that any connector can run.

    from hub_core.testing.orders import OrderSourceContract

    class TestTeahouse(OrderSourceContract):
        @pytest.fixture
        def plugin(self):
            return channel_hub_teahouse

        @pytest.fixture
        def platform(self):
            return create(seed=1, orders=60, clock=Clock(NOON), history=timedelta(days=1))

`plugin` is the module (or object) with the hooks. `platform` is a sandbox whose clock
stands still and which has some orders in its newest window, none of them malformed.
Without a sandbox give, in place of `platform`: `transport` (an httpx transport that
answers), `account`, `clock`, and `refusals`.

A test that is overridden has to be marked `xfail(reason=...)`, or pytest refuses the
class (`whole.py`). New tests come with minor releases only.
"""

from __future__ import annotations

from .sources import SourceContract


class OrderSourceContract(SourceContract):
    """Inherit, give the fixtures, run."""

    capability = "orders"
