"""Everything a plugin can hook into, on one screen.

A plugin is found by an entry point in group `channel_hub` and implements `hub_channel`
plus one hook per capability; what a channel can do is read from the hooks it implements.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pluggy

from .models import Order
from .ports import (
    Answering,
    Asks,
    Authorisation,
    Channel,
    Consents,
    Messages,
    Pushes,
    Receivers,
    Session,
    Shipping,
    Source,
    Stock,
)

PROJECT = "channel_hub"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Hooks:
    """The hook specifications."""

    @hookspec(firstresult=True)
    def hub_channel(self) -> Channel | None:
        """The channel this plugin serves."""

    @hookspec(firstresult=True)
    def hub_authorisation(self, session: Session) -> Authorisation | None:
        """How tokens of this channel are fetched and refreshed."""

    @hookspec(firstresult=True)
    def hub_consents(self, session: Session) -> Consents | None:
        """How a shop's owner lets the app in, in a browser."""

    @hookspec(firstresult=True)
    def hub_orders(self, session: Session) -> Source | None:
        """The shop's orders."""

    @hookspec(firstresult=True)
    def hub_products(self, session: Session) -> Source | None:
        """The shop's products with their SKUs: `models.Product`."""

    @hookspec(firstresult=True)
    def hub_after_sales(self, session: Session) -> Source | None:
        """The shop's after-sale cases with their refunds: `models.AfterSale`."""

    @hookspec(firstresult=True)
    def hub_redemptions(self, session: Session) -> Source | None:
        """The uses of the shop's vouchers (核销): `models.Redemption`."""

    @hookspec(firstresult=True)
    def hub_places(self, session: Session) -> Source | None:
        """The physical places the shop sells at: `models.Place`."""

    @hookspec(firstresult=True)
    def hub_stock(self, session: Session) -> Stock | None:
        """How the shop's stock is set and looked at."""

    @hookspec(firstresult=True)
    def hub_shipping(self, session: Session) -> Shipping | None:
        """How the shop's shipments are reported."""

    @hookspec(firstresult=True)
    def hub_receivers(self, session: Session) -> Receivers | None:
        """How it is revealed whom the shop's orders go to."""

    @hookspec(firstresult=True)
    def hub_pushes(self) -> Pushes | None:
        """How what the channel pushes is checked, and what it is about."""

    @hookspec(firstresult=True)
    def hub_messages(self) -> Messages | None:
        """How the app's messages are taken, where the channel does not push them."""

    @hookspec(firstresult=True)
    def hub_asks(self) -> Asks | None:
        """What the channel asks and waits for an answer to."""

    @hookspec(firstresult=True)
    def hub_answering(self, session: Session) -> Answering | None:
        """How it is told later what was decided of a question."""

    @hookspec(firstresult=True)
    def hub_sandbox(self) -> str | None:
        """Where the channel's sandbox is made: `package.module:create`; imported late."""

    @hookspec
    def hub_order_changed(self, order: Order, is_new: bool, shop: str) -> None:
        """An order was stored, new or in a newer version; called after the commit."""

    @hookspec
    def hub_record_parked(self, parked: Mapping[str, Any], shop: str) -> None:
        """A record could not be read and was put aside; called after the commit."""
