"""Setting stock, second generation: `/goodlife/v1/goods/stock/sync/`.

Since 2022, until now. The token stands in its header, the merchant is named, and the
answer is the usual data and extra. Catering has a twin of the same body under akte, for
goods of mini-apps only.
Source: page goods_stock_sync (2023 copy); channel paper §3.2, §6 V1.
"""

from __future__ import annotations

from pydantic import Field

from . import stock


class StockAsk(stock.StockAsk):
    """With the merchant."""

    account_id: str = Field(min_length=1)


SET = stock.setting("/goodlife/v1/goods/stock/sync/", StockAsk, "stock_v2", "simulated")
