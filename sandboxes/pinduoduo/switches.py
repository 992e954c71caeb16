"""What no document settles, as switches. The first position is the default."""

from __future__ import annotations

SWITCHES: dict[str, tuple[str, ...]] = {
    # Envelope ---------------------------------------------------------------------
    # A wrong business parameter: the table has both codes and does not say which when.
    "bad_parameter": ("10000", "21001"),
    # A call over a shop's own rate: both codes are documented, not where each is used.
    "throttle": ("52101", "70031"),
    # `busy`: degraded, or an internal error of the business.
    "busy": ("52102", "50002"),
    # What an order nobody has answers with: not documented.
    "missing_order": ("refused", "empty"),
    # refund.information.get has no wrapper in the documents (§1, B).
    "refund_detail": ("bare", "wrapped"),
    # is_success is typed Boolean; a capture shows 1 (§8).
    "is_success": ("bool", "number"),
    # Values ------------------------------------------------------------------------
    # Order amounts are typed DOUBLE; some clients saw text (§3).
    "amounts": ("number", "text"),
    # goods_id and sku_id: text in orders, numbers in goods and after-sales; both change.
    "order_ids": ("text", "number"),
    "goods_ids": ("number", "text"),
    # The courier's id may be text (§8).
    "carrier_ids": ("number", "text"),
    # Captures of 2024 carry ciphertext in `address` too; documents before left it blank.
    "address": ("both", "detail"),
    # Whether the masks stay when the ciphertext goes blank is not said.
    "masks": ("kept", "blank"),
    # Ciphertext that can be searched carries an index; the platform is moving away.
    "cipher": ("searchable", "bare"),
    # Refund list times: wall clock in 2018, epoch seconds as text in today's sample,
    # numbers in a client's test data.
    "case_times": ("text", "epoch_text", "epoch"),
    # Refund detail: recreated_at, expire_time in milliseconds as sampled, or text.
    "case_detail_times": ("ms", "text"),
    # The detail's amounts are fen (two clients agree; no document says so).
    "case_detail_amounts": ("fen", "yuan"),
    # Phones of shipped parcels may be virtual: a number and an extension, or both in one.
    "virtual_numbers": ("none", "split", "joined"),
    # An official sample puts a point in time into w1_expires_in (§2).
    "w1_expires_in": ("seconds", "epoch"),
    # Lists -------------------------------------------------------------------------
    # "Page backwards" is documented, the order of rows is not.
    "sort": ("newest_first", "oldest_first"),
    "ties": ("by_sn", "by_sn_desc", "unstable"),
    # Whether both ends of a window belong to it is not said.
    "window_start": ("inclusive", "exclusive"),
    "window_end": ("inclusive", "exclusive"),
    # has_next: exact, or also true when the last page happens to be full.
    "has_next": ("exact", "generous"),
    # total_count: exact, or counted before the newest changes.
    "total": ("exact", "lagging"),
    # Deals older than three months: silence or a refusal (deal lists only).
    "too_old": ("empty", "refused"),
    # Orders whose group is not complete: all lists start from the deal (inferred).
    "grouping": ("hidden", "listed"),
    # after_sales_status of the refund list: one at a time; 0 for all; or 1 for all, as
    # in the documents of 2019 (§7.5).
    "every_case": ("none", "zero", "one"),
    # The list, or the detail, may be served from a copy that runs behind (lag_by).
    "lagging": ("nothing", "list", "detail"),
    # Changes -----------------------------------------------------------------------
    # Whether remarks and invoice wishes move `updated_at` is not said.
    "bumps": ("not_remarks", "all"),
    # Messages ----------------------------------------------------------------------
    # A wrong address of the websocket: by this HTTP status, or closed after opening.
    "pmc_refusal": ("401", "403", "closed"),
    # Whether the address's milliseconds may be old.
    "pmc_time": ("checked", "ignored"),
    # A further line of the app: both are spoken to, the newest alone, or it is refused.
    "pmc_lines": ("shared", "newest", "first"),
    # Whether a HeartBeat is answered by one: clients were seen to expect it.
    "pmc_heartbeat": ("answered", "unanswered"),
    # Tokens --------------------------------------------------------------------------
    # Whether a refresh gives a new pair, and whether the former access token dies; or
    # whether a spent refresh token that comes again ends the whole grant ("family").
    "refresh_pair": ("new", "same", "family"),
    "old_access": ("dies", "lives"),
    # redirect_uri is "the one in the app's details" (授权说明).
    "redirect": ("exact", "any"),
    # What a no does is not documented: nothing, or it goes the usual way.
    "cancelled": ("stays", "access_denied"),
}
