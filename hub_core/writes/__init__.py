"""Commands to platforms: setting stock, reporting parcels. Intent before effect, always."""

from .pushing import Pushed, StockPush
from .shipping import Shipment, Shipper

__all__ = ["Pushed", "Shipment", "Shipper", "StockPush"]
