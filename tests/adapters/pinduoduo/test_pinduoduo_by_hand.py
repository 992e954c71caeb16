"""Orders worked out from the documents, in both shapes."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib import import_module
from typing import Any

import pytest

from adapters.pinduoduo.dialect import Pop
from hub_core.models import Order
from hub_core.wire import Call, Fetched, Page
from tests.adapters.by_hand import pinduoduo_clear, pinduoduo_sealed
from tests.adapters.by_hand.case import Case

CASES = [*pinduoduo_clear.CASES, *pinduoduo_sealed.CASES]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_order_is_what_the_documents_say(case: Case) -> None:
    call: Call[Any] = getattr(import_module(f"adapters.pinduoduo.{case.shape}"), case.call)
    found = call.read(Pop().unwrap(call, json.loads(json.dumps(case.wire))))
    (item,) = found.items if isinstance(found, Page) else (found,)
    assert isinstance(item, Fetched), item
    different = {
        f.name: (getattr(item.order, f.name), getattr(case.order, f.name))
        for f in fields(Order)
        if getattr(item.order, f.name) != getattr(case.order, f.name)
    }
    assert different == {}  # field: (read, expected)
