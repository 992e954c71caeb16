"""How 抖音来客 is spoken to: a token in a header, GET in the query, POST as JSON.

The first generation, `/life/…`, has its token in the query and may answer in an envelope
of its own, `base`. Paths keep their trailing slash.
Source: pages old-versions-warning/goods-repo; channel paper §1.1, §1.2, §3, §6 V1.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from hub_core.errors import Misconfigured
from hub_core.wire import JSON, Call, Credentials, HttpRequest

from . import envelope, local_cipher

ROOT_HEADER = "Rpc-Transit-Life-Account"
BARE = (
    "/goodlife/v1/after_sale/",
    "/goodlife/v1/fulfilment/create/callback/",
    "/goodlife/v1/fulfilment/refund/audit/",
)
"""Paths whose published answers have no `data`. Source: pages takeout/refundresult,
general-capabilities/tripartite.code/callback, refund.audit."""
FIRST_GENERATION = "/life/"
CURSOR_FORM = "cursor_form"
"""How a list is spelled in a query: `json`, `comma` or `repeat` (mark C)."""


class LaikeDialect:
    """Places a call's parameters and opens answers. Holds no state."""

    def request(
        self, call: Call[Any], params: JSON, who: Credentials, now: datetime
    ) -> HttpRequest:
        """Place a call. Nothing is signed, so `now` is not used."""
        headers, query = _identity(call, params, who)
        headers = {"content-type": "application/json", **headers}
        if call.method == "GET":
            pairs = (*query, *_query(params, who.options.get(CURSOR_FORM, "json")))
            return HttpRequest("GET", call.endpoint, query=pairs, headers=headers)
        body = params if call.needs_token else {**_secrets(who), **params}
        return HttpRequest(
            call.method, call.endpoint, query=query, headers=headers, json=body
        )

    def unwrap(self, call: Call[Any], body: JSON) -> JSON:
        """The `data` block, if the answer proves success."""
        if call.endpoint.startswith(FIRST_GENERATION) and "base" in body:
            return envelope.unwrap_base(body)
        return envelope.unwrap(body, bare=call.endpoint.startswith(BARE))

    def unseal(self, text: str, who: Credentials) -> str | None:
        """Ciphertext of the older kind in clear; None for the platform's own kind."""
        if text.startswith(local_cipher.ONLINE):
            return None
        iv = who.options.get(local_cipher.LOCAL_IV) or local_cipher.LAST
        return local_cipher.unseal(text, who.app_secret, iv)

    def request_id(self, body: JSON) -> str | None:
        """The platform's log id."""
        return envelope.request_id(body)

    def server_time(self, body: JSON) -> datetime | None:
        """When the platform answered."""
        return envelope.server_time(body)


def _identity(
    call: Call[Any], params: JSON, who: Credentials
) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Who calls, and under which root account (来客商户根账户): headers and query."""
    if not call.needs_token:
        return {}, ()
    if call.endpoint.startswith(FIRST_GENERATION):
        return {}, (("access_token", who.token or ""),)
    root = who.account.get("root_account_id") or params.get("account_id")
    headers = {"access-token": who.token or ""}
    return {**headers, ROOT_HEADER: str(root)} if root else headers, ()


def _secrets(who: Credentials) -> JSON:
    return {"client_key": who.app_key, "client_secret": who.app_secret}


def _query(params: JSON, form: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        if isinstance(value, list | tuple):
            pairs += [(name, text) for text in _spelled(value, form)]
        else:
            pairs.append((name, _plain(value)))
    return pairs


def _spelled(values: list[Any] | tuple[Any, ...], form: str) -> list[str]:
    texts = [_plain(value) for value in values]
    if form == "json":
        return [json.dumps(texts, ensure_ascii=False, separators=(",", ":"))]
    if form == "comma":
        return [",".join(texts)]
    if form == "repeat":
        return texts
    raise Misconfigured(f"{CURSOR_FORM} is json, comma or repeat, not {form}")


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
