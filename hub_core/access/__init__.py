"""Who may what: API keys, roles and grants, and the log of what was done with them."""

from .audit import Audit
from .grants import Grants
from .keys import Key, Keys, NewKey
from .principal import Granted, Principal
from .proof import Fault, Verdict
from .refusals import NoKey, NotAllowed, Refused, TooMany
from .review import Idle, review
from .roles import KINDS, MATRIX, PERMISSIONS, ROLES

__all__ = [
    "KINDS",
    "MATRIX",
    "PERMISSIONS",
    "ROLES",
    "Audit",
    "Fault",
    "Granted",
    "Grants",
    "Idle",
    "Key",
    "Keys",
    "NewKey",
    "NoKey",
    "NotAllowed",
    "Principal",
    "Refused",
    "TooMany",
    "Verdict",
    "review",
]
