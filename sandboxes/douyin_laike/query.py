"""The order query's parameters, checked the way the gateway does.

Source: local-life order-query page (access-token, paging, time pairs) and paper §3.3.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from hub_core.sandbox import Request

from .envelope import BAD_PARAMETER, Refused
from .options import Options
from .shelf import Key, Span

TRUTHS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Asked:
    """One order query. `size` 0: nothing may be returned. `number` counts from 1."""

    account_id: str
    number: int
    size: int
    created: Span | None = None
    updated: Span | None = None
    status: int | None = None
    open_id: str | None = None
    order_id: str | None = None
    ext_order_id: str | None = None
    by_cursor: bool = False
    after: Key | None = None
    """Continue after this row; None with `by_cursor`: from the beginning."""
    secret_number: bool = False


class Reader:
    """Reads queries under one box's switches and limits."""

    def __init__(self, switches: Mapping[str, str], options: Options) -> None:
        self._switches, self._options = switches, options

    def read(self, request: Request, *, cursors: bool) -> Asked:
        """What is asked. Raises Refused; `cursors` is False for shapes without any."""
        given: dict[str, list[str]] = defaultdict(list)
        for name, value in request.query():
            given[name].append(value)
        one = {name: values[0] for name, values in given.items() if values[0] != ""}
        if "account_id" not in one:
            raise Refused(BAD_PARAMETER, "account_id is required")
        pages = given.get("cursor", []) if cursors else []
        number, size = self._page(one, counted=not pages)
        return Asked(
            one["account_id"],
            number,
            size,
            created=self._span(one, "create"),
            updated=self._span(one, "update"),
            status=self._whole(one, "order_status"),
            open_id=one.get("open_id"),
            order_id=one.get("order_id"),
            ext_order_id=one.get("ext_order_id"),
            by_cursor=bool(pages),
            after=self._cursor(pages) if pages else None,
            secret_number=self._truth(one, "get_secret_number"),
        )

    def _page(self, one: Mapping[str, str], *, counted: bool) -> tuple[int, int]:
        number, size = self._whole(one, "page_num"), self._whole(one, "page_size")
        if number is None or size is None or size == 0:
            if self._switches["missing_page"] == "refused":
                raise Refused(BAD_PARAMETER, "page_num and page_size are required")
            return 1, 0
        if number < 1 or not 1 <= size <= self._options.page_size_max:
            raise Refused(BAD_PARAMETER, "page_num or page_size out of range")
        if counted and number * size > self._options.rows_cap:
            if self._switches["past_cap"] == "refused":
                raise Refused(BAD_PARAMETER, "page_num * page_size exceeds the limit")
            return number, 0
        return number, size

    def _span(self, one: Mapping[str, str], time: str) -> Span | None:
        """Both ends or none, in seconds; made inclusive whatever the box's ends are."""
        since = self._whole(one, f"{time}_order_start_time")
        until = self._whole(one, f"{time}_order_end_time")
        if since is None and until is None:
            return None
        if since is None or until is None or since > until:
            raise Refused(BAD_PARAMETER, f"{time}_order time: both ends or none")
        longest = self._options.max_window
        if longest is not None and until - since > longest.total_seconds():
            raise Refused(BAD_PARAMETER, f"{time}_order time: window too long")
        match self._switches["window_ends"]:
            case "exclusive_end":
                return since, until - 1
            case "exclusive_start":
                return since + 1, until
            case _:
                return since, until

    def _whole(self, one: Mapping[str, str], name: str) -> int | None:
        text = one.get(name)
        if text is None:
            return None
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
            raise Refused(int(self._switches["bad_type"]), f"{name} should be int")
        return int(text)

    def _truth(self, one: Mapping[str, str], name: str) -> bool:
        text = one.get(name, "false")
        if text not in TRUTHS:
            raise Refused(int(self._switches["bad_type"]), f"{name} should be bool")
        return TRUTHS[text]

    def _cursor(self, values: list[str]) -> Key | None:
        """Where to go on. `0` alone means from the beginning, in every spelling."""
        parts = self._parts(values)
        if parts in (["0"], []):
            return None
        if len(parts) != 2 or not parts[0].isdigit():
            raise Refused(BAD_PARAMETER, "cursor is not one of ours")
        return int(parts[0]), parts[1]

    def _parts(self, values: list[str]) -> list[str]:
        """The cursor's values out of repeated keys, JSON text or a comma-joined list."""
        spelling, parts = _spelt(values)
        wanted = self._switches["cursor_spelling"]
        if spelling != "plain" and wanted not in ("any", spelling):
            raise Refused(BAD_PARAMETER, "cursor should be a list")
        return parts


def _spelt(values: list[str]) -> tuple[str, list[str]]:
    if len(values) > 1:
        return "repeated", values
    text = values[0]
    if text.startswith("["):
        try:
            return "json", [str(value) for value in json.loads(text)]
        except ValueError:
            raise Refused(BAD_PARAMETER, "cursor is not JSON") from None
    if "," in text:
        return "comma", text.split(",")
    return "plain", [text] if text else []
