"""Goldens of what is no record, of every channel: stock, parcels, tokens, receivers.

Each answer reads as its meaning was worked out from the documents, and as nothing more.
"""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from hub_core.errors import HubError
from hub_core.wire import Wire

from .goldens import ALL, FOLDER, Golden, answer, version_files

OF_JD = "jingdong_vender_shop_query_responce"
OPERATIONS = [golden for golden in ALL if not golden.items]


def plain(value: Any) -> Any:
    """What was read as a golden holds it: times in UTC, values by their names."""
    return json.loads(json.dumps(value, default=_told))


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Wire):
        return value.model_dump()
    assert is_dataclass(value)
    return asdict(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("golden", OPERATIONS, ids=str)
def test_an_answer_means_what_its_documents_say(golden: Golden) -> None:
    kept = FOLDER / golden.channel / golden.shape / f"{golden.case}.hub.json"
    found = answer(golden.channel, golden.shape, golden.call, golden.body)
    assert plain(found) == json.loads(kept.read_text("utf-8"))


def test_every_version_file_has_a_golden() -> None:
    assert {(golden.channel, golden.shape) for golden in ALL} == version_files()


LEAST: list[tuple[str, str, str, Any, str]] = [
    ("douyin_laike", "token_v1", "FETCH", {"data.access_token": "a"}, "access_token"),
    (
        *("douyin_laike", "user_token_v1", "CREATE"),
        *({"data.access_token": "a", "data.open_id": "o"}, "access_token"),
    ),
    ("jd", "token_v1", "CREATE", {"access_token": "a"}, "access_token"),
    ("jd", "token_v1", "REFRESH", {"access_token": "a"}, "access_token"),
    (
        *("jd", "shop_v1", "OWN"),
        {f"{OF_JD}.code": "0", f"{OF_JD}.shop_jos_result.vender_id": 1},
        "vender_id",
    ),
    *(
        (
            *("pinduoduo", "token_v1", name),
            {f"pop_auth_token_{name.lower()}_response.access_token": "a"},
            "access_token",
        )
        for name in ("CREATE", "REFRESH")
    ),
    ("taobao", "token_v1", "CREATE", {"access_token": "a"}, "access_token"),
    ("taobao", "token_v1", "REFRESH", {"access_token": "a"}, "access_token"),
]
"""What an answer that has a token, or tells whose it is, can't do without (channel papers,
the pages of each): how long it holds and what it allows pages have as it may be, and an
owner who has consented has consented. The last word is what proves it."""


def nested(told: dict[str, Any]) -> Any:
    """`{"a.b": 1}` as `{"a": {"b": 1}}`."""
    body: Any = {}
    for path, value in told.items():
        *outer, last = path.split(".")
        here = body
        for name in outer:
            here = here.setdefault(name, {})
        here[last] = value
    return body


@pytest.mark.parametrize(("channel", "shape", "call", "least", "proof"), LEAST)
def test_an_answer_that_says_the_least_is_read_and_one_that_says_less_is_not(
    channel: str, shape: str, call: str, least: dict[str, Any], proof: str
) -> None:
    success = {"data.error_code": 0} if channel == "douyin_laike" else {}
    told = {**success, **least}
    assert str(getattr(answer(channel, shape, call, nested(told)), proof)) in ("a", "1")
    for path in least:
        if path.endswith("code"):
            continue
        for poor in ({k: v for k, v in told.items() if k != path}, told | {path: None}):
            with pytest.raises((ValueError, LookupError, HubError)):
                answer(channel, shape, call, nested(poor))
