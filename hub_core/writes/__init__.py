"""Commands to platforms: setting stock, reporting parcels. Intent before effect, always."""

from .answering import Answerer
from .pushing import Pushed, StockPush
from .shipping import Shipment, Shipper

__all__ = ["Answerer", "Pushed", "Shipment", "Shipper", "StockPush"]
