"""Shops authorised in a browser: sent to the platform's consent page, and back."""

from . import pages
from .door import Authorising, Invited, Sent
from .outcome import Allowed, End, Outcome

__all__ = ["Allowed", "Authorising", "End", "Invited", "Outcome", "Sent", "pages"]
