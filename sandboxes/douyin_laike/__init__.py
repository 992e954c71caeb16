"""Douyin Laike (抖音来客) in a box: client_token, the two order queries, and what goes
with orders: verify records, vouchers, refund cases, places, products, drafts and stock.

Written from the platform's documents: `Source:` lines name the page, or the section of
the channel paper where no page could be read.
"""

from .options import Options
from .platform import DouyinLaike, create
from .switches import SWITCHES

__all__ = ["SWITCHES", "DouyinLaike", "Options", "create"]
