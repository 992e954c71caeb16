"""What no document settles, as switches. The first position is the default."""

from __future__ import annotations

SWITCHES: dict[str, tuple[str, ...]] = {
    # Envelope ---------------------------------------------------------------------
    # The misspelling is documented; "some newer APIs spell it right" (§1).
    "wrapper": ("responce", "response"),
    # apiResult.success is seen as a boolean and as text (§3).
    "success": ("bool", "text"),
    # Captures show 10100000 on success, older documents 0 (§8).
    "number_code": ("10100000", "0"),
    # Which of the three error layers refuses business parameters is not said (§3).
    "refusals": ("api_result", "code", "gateway"),
    # Gateway errors: zh_desc and en_desc, or the newer keys with a requestId (§5).
    "error_words": ("zh_en", "message"),
    # Code 19's text may repeat the token (§5).
    "echo_token": ("yes", "no"),
    # 11100006 stands among the gateway's codes but has the numberCode's length (§5).
    "shop_closed": ("gateway", "api_result"),
    # What an order nobody has answers with: not documented.
    "missing_order": ("declined", "empty"),
    # Values ------------------------------------------------------------------------
    # orderId may be text or number between APIs (§3).
    "order_id": ("text", "number"),
    # jdPrice may be a JSON number (§8).
    "jd_price": ("text", "number"),
    # payType may read "4-在线支付" (§8).
    "pay_type": ("code_and_words", "code"),
    # itemInfoList[].id is in a capture, not in the documents (§8).
    "line_id": ("absent", "present"),
    # Some times are ISO with +0000 (§8); which ones is not said.
    "times": ("beijing", "some_iso"),
    # Both sentinel dates are documented, not where each is used (§3).
    "never": ("0001", "1970", "mixed"),
    # "parent 0 = none" is an inference (§3).
    "no_parent": ("0", "blank", "absent"),
    # A list without rows, and an object without content, are not documented.
    "empty_list": ("list", "missing", "null"),
    "empty_object": ("object", "list"),
    # Pinyin state words are aliases when asking; some clients read them too (§3).
    "state_words": ("english", "pinyin"),
    # Lists -------------------------------------------------------------------------
    # How exact orderTotal is, and whether it stops at the cap, is not said.
    "total": ("exact", "capped", "lagging"),
    # Rows of one second have no documented order, nor a stable one.
    "ties": ("by_id", "by_id_desc", "unstable"),
    # Whether start_date and end_date belong to the window is not said.
    "window_start": ("inclusive", "exclusive"),
    "window_end": ("inclusive", "exclusive"),
    # dateType=1 filters by creation; that it sorts by it too is a guess.
    "created_sort": ("created", "modified"),
    # "At most one month": how long a month is, is not said.
    "month": ("31_days", "30_days", "calendar"),
    # Beyond the visible range (option look_back): silence or a refusal.
    "too_old": ("empty", "refused"),
    # Beyond the rows cap (itself a guess, option rows_cap).
    "past_cap": ("refused", "empty"),
    # The list, or the detail, may be served from a copy that runs behind (lag_by).
    "lagging": ("nothing", "list", "detail"),
    # Changes -----------------------------------------------------------------------
    # The documents name status and waybill as what moves `modified` (§3); whether
    # remarks, return flags and coupon settlement leave it alone is an inference.
    "bumps": ("documented", "all"),
    # Whether an order cancelled before payment ever shows in search is not said.
    "cancelled_unpaid": ("listed", "hidden"),
    # A child's orderStartTime: its parent's (as captured) or the moment of the split.
    "child_start": ("parent", "split"),
    # Orders waiting for payment ------------------------------------------------------
    # Whether enGet knows them is not said; search does not.
    "unpaid_get": ("missing", "found"),
    # startDate and endDate of notPayOrderInfo: which time, which direction.
    "unpaid_window": ("created", "modified"),
    "unpaid_sort": ("asc", "desc"),
    # `payment` is an Integer in the SDK, its unit is not said.
    "unpaid_amount": ("fen", "yuan"),
    # created and modified are a Date in the SDK: text or epoch milliseconds in JSON.
    "unpaid_dates": ("text", "epoch_ms"),
    # Cases -----------------------------------------------------------------------------
    # applyRefundSum is fen (B); the SDK types it as a double, captures show whole numbers.
    "refund_sum": ("whole", "double", "text"),
    # orderId of an application is text in the SDK (§3: text or number between APIs).
    "case_order_id": ("text", "number"),
    # checkTime of an application nobody has looked at yet: not documented.
    "unchecked": ("absent", "null", "blank", "0001"),
    # Since there is modifiedStart, rows are read with `modified` (B).
    "refund_modified": ("present", "absent"),
    # Lists of cases have no documented order.
    "case_order": ("oldest", "newest"),
    # Times of asc.* are epoch milliseconds in captures, a Date in the SDK (§3).
    "asc_times": ("epoch_ms", "text"),
    # The SDK's row has both names; which of them is filled is not said.
    "bill_updated": ("updateTime", "updateDate"),
    # refoundAmount has no documented unit: an integer, a BigDecimal, text (§3).
    "refound_amount": ("fen", "yuan", "yuan_text"),
    # What serviceAndRefund.view says of a bill without a refund.
    "no_refund": ("null", "absent", "left_out"),
    # Whether the money comes with the bill's end, or after it, or leaves no trace in
    # the bill's updateTime.
    "refund_completes": ("with_the_bill", "later", "silently"),
    # Whether buId must be the vender the token speaks for.
    "bu_id": ("checked", "any"),
    # Wares -----------------------------------------------------------------------------
    # jdPrice of a SKU is a JSON number in a capture (§8); documents have text.
    "sku_price": ("number", "text"),
    # onlineTime and offlineTime are milliseconds in a capture; the others like them.
    "ware_times": ("epoch_ms", "text"),
    # Whether `field` adds to the usual fields or replaces them.
    "ware_fields": ("added", "only_named"),
    # Neither list has a documented order.
    "ware_order": ("id", "id_desc", "modified", "modified_desc"),
    "sku_order": ("id", "id_desc", "modified", "modified_desc"),
    # Whether a change of stock moves the `modified` of the ware, of the SKU, of neither.
    "stock_bumps": ("ware_and_sku", "sku", "nothing"),
    # Writes ----------------------------------------------------------------------------
    # A difference that would leave less than nothing.
    "below_zero": ("refused", "clamped"),
    # A stockRfId that was used before: done already, or an error.
    "rf_id_again": ("success", "refused"),
    # detailCode of a difference that was added: its page names no value.
    "added_code": ("0", "200"),
    # A carrier that is in no list.
    "unknown_carrier": ("refused", "accepted"),
    # The code of a waybill that was changed is an Integer in the SDK; which is not said.
    "waybill_code": ("200", "0", "1"),
    # Methods of the older prefix answer under names of their own (B).
    "old_wrapper": ("own", "by_method"),
    # success of a shipment is text in a client's test, a boolean in the SDK (§4).
    "shipment_success": ("text", "bool"),
    # Receivers ---------------------------------------------------------------------------
    # returnType.code is an int in the SDK; which means success is not said.
    "oaid_done": ("200", "0"),
    # An oaid the order no longer has (the buyer changed the address): nothing, or whom it
    # stood for.
    "stale_oaid": ("left_out", "old_data"),
    "cancelled_oaid": ("left_out", "told"),
    # Opened receivers come with a virtual number and its end, or the buyer's own.
    "oaid_numbers": ("virtual", "own"),
    "oaid_expiration": ("text", "epoch_ms"),
    # Whether `address` begins with province, city and county.
    "oaid_address": ("whole", "street"),
    # Tokens --------------------------------------------------------------------------
    # Whether a dead access token can still be refreshed: sources differ.
    "refresh_after_expiry": ("allowed", "refused"),
    # The legacy refresh extends the life of the same text (§2).
    "refresh_text": ("new", "same"),
    # Whether a refresh token works twice is not said; or whether one that comes again ends
    # the whole grant.
    "refresh_use": ("many", "once", "family"),
    # `time` is a number today and was text in the legacy flow (§2).
    "token_time": ("number", "text"),
    # xid, user_nick and the points in time are in clients' structures, not in the sample
    # (§2, B); that those are milliseconds is in one of them.
    "more_told": ("no", "yes"),
    # redirect_uri "must be the console's" (§2).
    "redirect": ("exact", "any"),
    # Where a no sends the browser: documented of the legacy page alone.
    "cancelled": ("access_denied", "state_only", "stays"),
    # Whether calls refused by a limit count as failed calls themselves (§5).
    "limited_counts": ("no", "yes"),
}
