"""Signatures by Standard Webhooks, and the secrets they are made with.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..errors import Misconfigured
from ..store import Vault

BYTES = 32
NEEDED = "webhooks out need the extra: pip install 'channel-hub[serve]'"


def new_secret() -> str:
    """`whsec_…`, of 256 bits."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(BYTES)).decode()}"


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """What messages are signed with: the newest secret, and for a while the former."""

    newest: str
    former: str | None = None
    until: datetime | None = None
    """When the former one ends."""

    def live(self, now: datetime) -> list[str]:
        """Those that sign now, the newest first."""
        if self.former is None or self.until is None or now >= self.until:
            return [self.newest]
        return [self.newest, self.former]

    def rotated(self, new: str, now: datetime, overlap: timedelta) -> Secrets:
        """With a new one. Raises Misconfigured where three would have to be live."""
        if overlap <= timedelta(0):
            return Secrets(new)
        if len(self.live(now)) > 1:
            raise Misconfigured(
                f"the former secret is live until {self.until:%Y-%m-%d %H:%M} UTC, and at "
                "most two are: wait, or end it at once with `--hours 0`"
            )
        return Secrets(new, self.newest, now + overlap)

    def sealed(self, vault: Vault, uid: str) -> bytes:
        """As it is stored."""
        until = self.until and self.until.isoformat()
        text = json.dumps([self.newest, self.former, until])
        return vault.seal(text.encode(), _cell(uid))

    @classmethod
    def opened(cls, vault: Vault, uid: str, sealed: bytes) -> Secrets:
        """From what is stored."""
        newest, former, until = json.loads(vault.open(sealed, _cell(uid)))
        return cls(newest, former, until and datetime.fromisoformat(until))


def _cell(uid: str) -> str:
    return f"endpoint/sealed/{uid}"


def headers(
    live: Sequence[str], message_id: str, body: str, now: datetime
) -> dict[str, str]:
    """The message's own headers, with a signature of each secret. `now` (aware) is the time
    of this attempt: receivers refuse what is minutes old."""
    try:
        from standardwebhooks import Webhook
    except ImportError:
        raise Misconfigured(NEEDED) from None
    signed = [Webhook(secret).sign(message_id, now, body) for secret in live]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signed),
    }
