"""Whatever is asked that the description allows, or forbids, is answered as it says.

`CHANNEL_HUB_API_EXAMPLES=1000` is the full run, some 30,000 requests.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from hub_core.access import Grants, Keys
from tests.harness import Bench

from .test_who_may import ROUTES

WORLDLY = {("post", "/endpoints"), ("get", "/changes"), ("post", "/authorisations")}
"""Where a form says not enough: whether a URL may be sent to the network tells, whether a
position is there the feed, whether browsers find back the settings."""
EXAMPLES = int(os.environ.get("CHANNEL_HUB_API_EXAMPLES", "6"))


@pytest.fixture(scope="module")
def headers(made: Bench) -> dict[str, str]:
    key = Keys(made.hub.store).create("fuzz", "test", actor="test", new="system")
    Grants(made.hub.store).grant("fuzz", "admin", actor="test", everywhere=True)
    return {"Authorization": f"Bearer {key.text}"}


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_every_answer_is_as_described(
    url: str, made: Bench, headers: dict[str, str], route: tuple[str, str]
) -> None:
    schema = schemathesis.openapi.from_url(f"{url}/v1/openapi.json")
    method, path = route
    excluded = [positive_data_acceptance] if route in WORLDLY else []
    operation = schema[f"/v1{path}"][method.upper()]

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def each(case: Any) -> None:
        made.platform.clock.advance(61)  # wrong keys that a check tries are forgiven
        case.call_and_validate(headers=headers, excluded_checks=excluded)

    each()
