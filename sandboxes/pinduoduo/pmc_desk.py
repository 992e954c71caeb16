"""The calls about messages: permit, who is permitted, cancel, how many wait.

Source: channel paper §1 and §6; generated clients of pdd.pmc.user.permit, .get, .cancel
(its answer's key does begin with `tmc`) and pdd.pmc.accrue.query (the key of user.get,
`number` in it). A shop without a permit is answered with no pmc_user (C).
"""

from __future__ import annotations

from typing import Any

from .pmc import Pmc
from .queries import Reader, Sent
from .times import text_of
from .topics import TOPICS


class PmcDesk:
    """Answers the calls about messages."""

    def __init__(self, pmc: Pmc, reader: Reader) -> None:
        self._pmc, self._reader = pmc, reader

    def answer(self, operation: str, account: str, sent: Sent) -> dict[str, Any]:
        """`account` is the shop whose token was sent; only permit needs one."""
        match operation:
            case "messages.permit":
                return self._permit(account, sent)
            case "messages.cancel":
                self._pmc.cancel(self._reader.text(sent, "owner_id"))
                return {"is_success": True}
            case "messages.user":
                return self._user(self._reader.text(sent, "owner_id"))
            case _:
                return {"number": len(self._pmc.waiting)}

    def _permit(self, account: str, sent: Sent) -> dict[str, Any]:
        """Topics the app has not subscribed to are a wrong parameter."""
        topics = [x.strip() for x in sent.get("topics", "").split(",") if x.strip()]
        if not set(topics) <= set(TOPICS):
            raise self._reader.bad("topics")
        self._pmc.permit(account, topics)
        return {"is_success": True}

    def _user(self, owner: str) -> dict[str, Any]:
        permit = self._pmc.permits.get(owner)
        if permit is None:
            return {"pmc_user": None}
        user = {
            "owner_id": owner,
            "created": text_of(permit.first),
            "modified": text_of(permit.last),
            "is_expire": int(not self._pmc.alive(owner)),
            "topics": sorted(permit.topics),
        }
        return {"pmc_user": user}
