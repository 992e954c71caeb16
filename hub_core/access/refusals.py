"""
Why somebody is not let in, sorted by what the caller hears:

* Refused
  + NoKey        this key opens nothing: 401
  + TooMany      this source has tried too many wrong keys: 429, `after` seconds to wait
  + NotAllowed   a good key, whose owner may not do this: 403

What they say may be told to whoever asked. `NoKey.why` is for the hub's own log.
"""

from __future__ import annotations

from ..errors import HubError


class Refused(HubError):
    """Not let in."""


class NoKey(Refused):
    """This key opens nothing here. Ask whoever gave it for another."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why
        """`unknown`, `revoked`, `expired` or `address`: never for the caller."""


class TooMany(Refused):
    """Too many wrong keys came from this address."""

    def __init__(self, after: int) -> None:
        super().__init__(f"too many wrong keys from this address: wait {after} seconds")
        self.after = after


class NotAllowed(Refused):
    """The key's owner may not do this."""

    def __init__(self, permission: str, roles: list[str]) -> None:
        who = ", ".join(roles)
        super().__init__(f"{permission} is not granted here; roles that have it: {who}")
        self.permission = permission
