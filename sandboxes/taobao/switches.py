"""What the documents leave open, and the positions it may be in (the first: default)."""

from __future__ import annotations

SWITCHES: dict[str, tuple[str, ...]] = {
    # tid and oid were strings in a capture of 2018, numbers elsewhere (paper §8).
    "ids": ("number", "string"),
    # What stands for a list without rows; clients guard against all four (paper §1).
    "empty_list": ("absent", "empty_object", "empty_list", "null"),
    # The error code is declared a String and captured as a number, and as text (2026).
    "error_code": ("number", "string"),
    # Generic business errors: 50 on newer, 15 on older methods (paper §7.12).
    "business_code": ("50", "15"),
    # With simplify=true the error body loses `error_response` too (C, paper §1).
    "simplified_error": ("bare", "wrapped"),
    # Which sub_code an expired session gets: both were captured.
    "dead_session": ("session-expired", "invalid-sessionkey"),
    # What a method gets whose read or write grant alone has ended (paper §2, §5).
    "ended_grant": ("12", "27", "42"),
    # Whether these change `modified` is not documented; nor what rating does.
    "memo_bumps": ("yes", "no"),
    "flag_bumps": ("yes", "no"),
    "refund_bumps": ("yes", "no"),
    "rate_bumps": ("yes", "no"),
    # Order among rows of the same second: nothing is promised.
    "ties": ("stable", "unstable"),
    # Whether a row exactly at an end of the window belongs to it.
    "window_start": ("inclusive", "exclusive"),
    "window_end": ("inclusive", "exclusive"),
    # total_results may be counted somewhat earlier, or stop at a cap.
    "total": ("exact", "lagging", "capped"),
    # has_next may only say that this page was full (H7).
    "has_next": ("exact", "full_page"),
    # Above 100 a page: refused, or cut to 100.
    "page_size_over": ("refused", "clamped"),
    # Replication: fullinfo, or the lists, some seconds behind (H10).
    "lagging": ("none", "detail", "list"),
    # include_oaid next to the five fields: enough to name oaid in `fields`, or needed.
    "oaid_detail": ("fields", "include_oaid"),
    # How much a mask leaves: the first character, or nothing (C, paper §7.2).
    "masks": ("first", "all"),
    # A field without a value is left out in captures; the documents do not say so.
    "blanks": ("absent", "empty"),
    # NO_REFUND was seen in practice and is in no enum (paper §3).
    "no_refund": ("NO_REFUND", "absent"),
    # After a refund the line's payment "may not drop to 0.00" (paper §3).
    "refunded_line": ("kept", "zeroed"),
    # Nothing is said of the order of the list of refunds.
    "refund_order": ("newest", "oldest", "created"),
    # refund_id: a String in answers, a number in a captured message (paper §8).
    "refund_id": ("string", "number"),
    # refund.get: its documented fields lack `modified`, its structure has it.
    "refund_detail": ("modified", "no_modified"),
    # What a refund that does not exist is called is nowhere said (C).
    "unknown_refund": ("isv.refund-not-exist", "isv.invalid-parameter:refund_id"),
    # A line asked for again after its case was closed: the case anew, or another (C).
    "asked_again": ("same_id", "new_id"),
    # num_iid and sku_id of items are numbers in captures, sku_id a String in orders.
    "item_ids": ("number", "string"),
    # SKUs are asked for as `sku`; whether `skus` works too is not said.
    "sku_field": ("sku", "either"),
    # Of page_no * page_size on what is on sale: two numbers stand in one document.
    "onsale_cap": ("20000", "100000"),
    # Whether an order that takes pieces moves the item's `modified` (C).
    "sale_bumps": ("yes", "no"),
    # Where a sold-out item stands when it has pieces again (C).
    "restocked": ("off_shelf", "onsale"),
    # A batch of stock with an unknown SKU, or one that cannot take it: the rest is done
    # and no more said, nothing is done, or the rest is done and an error answered (C).
    "bad_sku": ("skipped", "refused", "error_after"),
    # tmall.item.quantity.update: a delta that would go below zero (C).
    "tmall_below_zero": ("refused", "clamped"),
    # Fewer pieces than unpaid orders hold: refused where payment takes stock (B).
    "below_held": ("taken", "refused"),
    # A company_code nobody knows: clients were seen to send free names (B).
    "unknown_courier": ("refused", "taken"),
    # A number another trade has: B60 speaks of it; merged parcels share one (C).
    "waybill_used": ("allowed", "refused"),
    # Sending a line whose refund is pending (C).
    "ship_refunding": ("refused", "allowed"),
    # Another waybill: within 50 days in newer documents, a day in older ones.
    "resend_days": ("50", "1"),
    # alibaba.ascp…offline.send says no by an error, or by success=false (C).
    "ascp_refusal": ("error", "success_false"),
    # Opened receivers come with a virtual number and its end, or the buyer's own (C).
    "virtual_numbers": ("yes", "no"),
    # An OAID the trade no longer has: the receiver of then, or none (C).
    "unmatched_oaid": ("old_data", "no_data"),
    # How a spent quota of opening is told (C).
    "decrypt_spent": ("isv.decrypt-quota-limit", "isp.call-limited"),
    # Ids in messages: numbers in documents and captures, text in others' (C).
    "message_ids": ("number", "string"),
    # An unknown group, seller or topic in calls about messages: the documents' sample
    # of an error, or the gateway's own (C).
    "message_refusal": ("business", "argument"),
    # Whether a refresh also replaces the refresh token, and ends the old session; a spent
    # token that comes again is refused, or ends the whole authorisation ("family").
    "refresh": ("rotates", "kept", "family"),
    "old_session": ("dies", "lives"),
    # taobao_user_id in a token answer: text in 2026, a number in 2012.
    "user_id": ("string", "number"),
    # HTTP status of a refusal at /token: OAuth says 400, TOP itself always says 200.
    "oauth_error": ("400", "200"),
    # What is called wrong with a code that is spent, late or another app's: the FAQ (120)
    # and two captures have the first, with a sentence that repeats the code.
    "code_error": ("invalid_client", "invalid_grant"),
    # The callback address: equal, by the FAQ; of the same top-level domain, by article
    # 102635.
    "redirect": ("exact", "same_domain", "any"),
    # Whether /token compares redirect_uri with the one the code was sent to: the parameter
    # is required, what it is for is not said (C).
    "redirect_again": ("checked", "ignored"),
    # Cancelling sends error and error_description (article 105590); the word is not given.
    "cancelled": ("access_denied", "invalid_client"),
    # The media type of JSON answers is not documented.
    "content_type": ("application/json", "text/javascript"),
}
