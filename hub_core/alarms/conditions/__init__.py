"""The conditions: each a small question to what the hub has stored.

None calls a platform. What a platform or a buyer wrote is in no answer: only our own words,
names of shops and streams, numbers and times.
"""

from .around import ban, disk, incident, undelivered
from .reading import drift, gap, parked, stale
from .shops import refused, token_dead, token_expiring
from .sight import SELDOM, Condition, Sight

__all__ = ["CONDITIONS", "Condition", "Sight"]

CONDITIONS = (
    Condition("refused", refused),
    Condition("token_dead", token_dead),
    Condition("token_expiring", token_expiring, SELDOM),
    Condition("stale", stale),
    Condition("gap", gap, SELDOM),
    Condition("parked", parked),
    Condition("drift", drift),
    Condition("ban", ban),
    Condition("incident", incident),
    Condition("disk", disk),
    Condition("undelivered", undelivered),
)
