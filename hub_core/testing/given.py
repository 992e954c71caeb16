"""What a contract is given: a plugin, and a platform or what stands for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from ..client import httpx
from ..sandbox import Account, Clock, Platform
from .bridge import platform_transport
from .desk import Desk
from .needs import Need, falsely_lacking, need_of


class Given:
    """The fixtures of every contract."""

    capability: ClassVar[str]
    """Of the plugin: what the contract is about."""
    lacks: ClassVar[tuple[Need, ...]] = ()
    """What not every platform has and this one has not: see `needs`."""

    @pytest.fixture
    def plugin(self) -> Any:
        """The module or object that implements the hooks."""
        pytest.fail("give the fixture `plugin`: the module with the hooks")

    @pytest.fixture
    def platform(self) -> Platform | None:
        """A sandbox of the platform."""
        return None

    @pytest.fixture
    def transport(self, platform: Platform | None) -> httpx.BaseTransport:
        """What answers: the sandbox, without sockets."""
        if platform is None:
            pytest.fail("give the fixture `platform`, or `transport` and its companions")
        return platform_transport(platform)

    @pytest.fixture
    def account(self, platform: Platform | None) -> Account:
        """The shop that is read: the sandbox's first."""
        if platform is None:
            pytest.fail("give the fixture `account` beside `transport`")
        return platform.accounts()[0]

    @pytest.fixture
    def clock(self, platform: Platform | None) -> Clock:
        """The platform's time: the sandbox's."""
        if platform is None:
            pytest.fail("give the fixture `clock` beside `transport`")
        return platform.clock

    @pytest.fixture
    def refusals(self, platform: Platform | None) -> Mapping[str, bytes]:
        """The platform's own bodies for `throttled` and `error_body` (any refusal)."""
        if platform is None:
            pytest.fail("give the fixture `refusals` beside `transport`")
        return {k: platform.error(k).body for k in ("throttled", "busy", "error_body")}

    @pytest.fixture
    def facts(self) -> Mapping[str, str]:
        """Facts of the channel that are configured otherwise than it has them."""
        return {}

    @pytest.fixture
    def desk(
        self,
        plugin: Any,
        account: Account,
        transport: httpx.BaseTransport,
        clock: Clock,
        facts: Mapping[str, str],
    ) -> Desk:
        """The connector at work; not for overriding."""
        return Desk(plugin, account, transport, clock, self.capability, facts)

    @pytest.fixture(autouse=True)
    def _applies(self, request: pytest.FixtureRequest) -> None:
        """A test is skipped where the platform lacks what it needs."""
        need = need_of(request.function)
        if need and not need.there(request.getfixturevalue("desk")):
            pytest.skip(f"{need.lacking}; `lacks = ({need.name},)` leaves it out")

    def test_what_it_lacks_is_lacking(self, desk: Desk) -> None:
        """What is left out is left out by right: once the platform has it, it is tested."""
        assert falsely_lacking(self.lacks, desk) == []
