"""What tells a list's rows apart, and when they changed."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from ..wire import Fetched, Item, Misread, Ref


def key_of(item: Item) -> str:
    """What tells rows apart: the id, or a hash of a record that has none."""
    match item:
        case Fetched():
            return item.record.external_id
        case Ref():
            return item.external_id
        case Misread():
            return item.external_id or _hash(item)


def _hash(item: Misread) -> str:
    text = json.dumps(item.raw, sort_keys=True, default=str)
    return "raw:" + hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def is_nameless(item: Item) -> bool:
    """Whether the row can't be told to be any order's."""
    return isinstance(item, Misread) and item.external_id is None


def stamp_of(item: Item) -> datetime | None:
    """The platform's time of the row's last change."""
    return item.record.channel_updated_at if isinstance(item, Fetched) else item.updated_at


def stamps(item: Item) -> set[datetime]:
    """The times a platform may sort the row by; empty where they can't be read."""
    created = item.record.channel_created_at if isinstance(item, Fetched) else None
    return {t for t in (stamp_of(item), created) if t is not None}
