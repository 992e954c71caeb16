"""What setting stock and reporting a parcel share: the words of a refusal."""

from __future__ import annotations

from hub_core.errors import HubError

BARE_NO = "the platform says no and not why"


def words(error: HubError) -> str:
    """What was said, without where. An error without words has those of its class, which
    are none of the platform's."""
    said = str(error.args[0])
    return BARE_NO if said == type(error)().args[0] else said
