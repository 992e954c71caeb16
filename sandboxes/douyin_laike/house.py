"""What all desks share: whose records are meant, and the dialect they are written in.

Source: root, shop account and POI ids: paper §1.2 and §3.1; the header: V29.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from hub_core.sandbox import Clock, Request, Response

from .envelope import BANNED, NO_PERMISSION, NOT_AUTHORISED, Envelope, Refused
from .options import Options
from .rows import JSON, Form
from .shop import Shop


@dataclass(frozen=True, slots=True)
class House:
    """One box's clock, switches, limits, answers and merchants."""

    clock: Clock
    switches: Mapping[str, str]
    options: Options
    envelope: Envelope
    shops: Mapping[str, Shop]
    revoked: set[str] = field(default_factory=set)
    banned: set[str] = field(default_factory=set)

    def merchant(
        self, account_id: str, request: Request, *, header: bool = True
    ) -> Shop | None:
        """Whose records are meant; None when there is nobody. Raises Refused. Without
        `header` the call is of a generation that knows no account header."""
        if header:
            self._header(account_id, request)
        shop = self.shops.get(account_id)
        if shop is None:
            if self.switches["other_account"] == "refused":
                raise unauthorised()
            return None
        if shop.id in self.revoked:
            raise unauthorised()
        if shop.id in self.banned:
            raise Refused(BANNED)
        return shop

    def _header(self, account_id: str, request: Request) -> None:
        sent = request.headers.get("rpc-transit-life-account")
        header = self.switches["account_header"]
        if header == "required" and sent is None:
            raise Refused(NO_PERMISSION, "Rpc-Transit-Life-Account is required")
        if header != "ignored" and sent not in (None, account_id):
            raise unauthorised()

    def form(self, shop: Shop, *, twin: bool = False, secret_number: bool = False) -> Form:
        """The dialect this merchant's rows are written in."""
        names = (
            *("i64", "times", "used_as", "unpaid_amount", "payment_discount"),
            *("phone_cipher", "local_iv"),
        )
        return Form(
            shape="2023" if twin else shop.account.settings["shape"],
            business=shop.account.settings["business"],
            twin=twin,
            new_fields=self.options.new_fields,
            account_id=shop.id,
            account_name=shop.account.name,
            secret_number=secret_number,
            secret=shop.account.app_secret,
            **{name: self.switches[name] for name in names},
        )

    def data(self, data: JSON) -> JSON:
        """An answer's data, with a field no document names where this box has new ones."""
        new = {"list_version": {"rev": 3}} if self.options.new_fields else {}
        return data | new


class Answering(Protocol):
    """A desk: it answers its own calls or raises Refused."""

    def answer(self, request: Request, path: str, operation: str) -> Response:
        """The answer to this call."""


def unauthorised() -> Refused:
    """No merchant this app may ask about."""
    return Refused(NO_PERMISSION, "商家未授权给该服务商", NOT_AUTHORISED)
