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

A test that is overridden has to be marked `xfail(reason=...)`; see
`test_contract_is_whole`. New tests come with minor releases only.
"""

from __future__ import annotations

from typing import Any

from .enduring import Enduring
from .reading import Reading


class OrderSourceContract(Reading, Enduring):
    """Inherit, give the fixtures, run."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "test_contract_is_whole" in vars(cls):
            raise TypeError(f"{cls.__name__}: test_contract_is_whole may not be overridden")

    def test_contract_is_whole(self) -> None:
        """The hub relies on every test here. One that your platform can't pass may be
        overridden if it stays visible: mark it `xfail(reason="why")`."""
        changed = [
            name
            for name in dir(OrderSourceContract)
            if name.startswith("test_")
            and getattr(type(self), name, None) is not getattr(OrderSourceContract, name)
        ]
        hidden = [name for name in changed if not _is_excused(getattr(type(self), name))]
        assert not hidden, f"overridden without xfail(reason=...): {', '.join(hidden)}"


def _is_excused(test: Any) -> bool:
    """Marked xfail, with a reason."""
    marks = [m for m in getattr(test, "pytestmark", []) if m.name == "xfail"]
    return any(mark.kwargs.get("reason") for mark in marks)
