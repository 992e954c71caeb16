"""Platforms in a box as a hub's own apps and shops: their settings, secrets and tokens."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..hub import Hub
    from ..sandbox import Account
    from ..store.shops import Shop


def app_tables(
    channel: str, accounts: Iterable[Account], url: str, folder: Path
) -> dict[str, dict[str, Any]]:
    """The `[apps]` of a box, named by their keys; each secret in a file of its own."""
    tables = {}
    for account in accounts:
        name = f"{account.app_key}.secret"
        secret_file(folder / name, account.app_secret)
        tables[account.app_key] = {
            "channel": channel, "app_key": account.app_key, "app_secret": f"file:{name}",
            "base_url": url,
        }  # fmt: skip
    return tables


def secret_file(path: Path, text: str) -> None:
    """Write a file only its owner can read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def overriding() -> list[str]:
    """The variables of the environment that stand over what a settings file says."""
    names = ("CONFIG", "DATABASE", "KEY", "KEY_FILE")
    return [name for n in names if os.environ.get(name := f"CHANNEL_HUB_{n}")]


def add_account(hub: Hub, channel: str, account: Account, begin: datetime | None) -> Shop:
    """Add a made-up shop of a box to the hub, as its owner would."""
    from ..ports import Grant

    token = None
    if account.access_token is not None:
        token = Grant(
            access_token=account.access_token,
            expires_in=account.expires_in,
            refresh_token=account.refresh_token,
        )
    fields = hub.plugins.channel(channel).account_fields
    return hub.add_shop(
        account.name, channel=channel, external_id=account.external_id, app=account.app_key,
        start_at=begin, token=token, settings=account.settings,
        account={k: v for k, v in account.account.items() if k in fields},
    )  # fmt: skip


def toml(tables: Mapping[str, Any]) -> str:
    """Nested tables as a settings file; a table in a list stands on its line."""
    return "\n".join(_lines(tables, ())) + "\n"


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    plain = {k: v for k, v in table.items() if not isinstance(v, Mapping)}
    if path and plain:
        yield f"\n[{'.'.join(map(_key, path))}]"
    for name, value in plain.items():
        yield f"{_key(name)} = {_value(value)}"
    for name, inner in table.items():
        if isinstance(inner, Mapping):
            yield from _lines(inner, (*path, name))


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(k)} = {_value(v)}' for k, v in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare else json.dumps(name, ensure_ascii=False)
