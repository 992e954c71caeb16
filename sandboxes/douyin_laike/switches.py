"""What the documents of Douyin Laike leave open, one switch each, the default first."""

from __future__ import annotations

from collections.abc import Mapping

from hub_core.sandbox import Platform

SWITCHES: Mapping[str, tuple[str, ...]] = {
    **Platform.SWITCHES,
    # The list ---------------------------------------------------------------------
    # No page states the sort order of the order query (paper §9.3).
    "sort": ("create_desc", "update_desc", "update_asc", "create_asc"),
    # Nor what orders rows of one second.
    "ties": ("by_id", "unstable"),
    # Whether the ends of a window belong to it; §3.3 only names the parameters.
    "window_ends": ("inclusive", "exclusive_end", "exclusive_start"),
    # §3.3: page.total is the row count; whether it is capped or cached is not said.
    "total": ("exact", "capped", "lagging"),
    # §3.3: page_num x page_size stays within 10,000; what happens beyond is not said.
    "past_cap": ("refused", "empty"),
    # §9.2: JSON text works for one client, the SDK joins with commas.
    "cursor_spelling": ("any", "json", "comma", "repeated"),
    # Whether the last page still names a cursor.
    "last_cursor": ("present", "empty"),
    # §3.3: both are required; "returns no content" without them on some variants.
    "missing_page": ("refused", "empty"),
    # A single order asked by id may come from another replica than the list.
    "detail": ("fresh", "lagging"),
    # §2.4 has "order not found" (20000), without saying which call answers it.
    "unknown_order": ("empty", "refused"),
    # Who is asking -----------------------------------------------------------------
    # account_id that is a shop account, a POI or nobody's: §2.4 11006, or no rows.
    "other_account": ("refused", "empty"),
    # V15: whether a catering merchant's orders still stand in the generic list.
    "other_endpoint": ("empty", "refused", "answered"),
    # V29: Rpc-Transit-Life-Account is optional in the table, sent by every client.
    "account_header": ("optional", "required", "ignored"),
    # Every call's table requires content-type, even on GET; not seen enforced.
    "content_type": ("optional", "required"),
    # §3: "keep the trailing slash"; what happens without it is not said.
    "trailing_slash": ("required", "optional"),
    # What moves update_order_time: no page says ----------------------------------------
    "refund_bumps": ("yes", "no"),
    "use_bumps": ("yes", "no"),
    "edit_bumps": ("yes", "no"),
    # Rows ----------------------------------------------------------------------------
    # item_status of a used voucher: 401 fulfilled, or 1 finished.
    "used_as": ("401", "1"),
    # The 2022 sample shows pay_amount on an order that was never paid.
    "unpaid_amount": ("due", "zero"),
    # Whether discount_amount contains payment_discount.
    "payment_discount": ("inside", "beside"),
    # §0: the same 64-bit field is a number here and text there.
    "i64": ("documented", "strings", "numbers"),
    # §3.3: samples are seconds, the text speaks of 13 digits.
    "times": ("seconds", "milliseconds"),
    # Verify records (redemptions) ----------------------------------------------------
    # No page states the sort order of the verify-record query.
    "record_sort": ("time_desc", "time_asc"),
    # The documented record names no place (§3.4): clients ask place by place, or look the
    # voucher up. Whether a newer one does is open.
    "record_place": ("absent", "poi_id"),
    # Whether a use taken back is listed when it was used, or when it was undone.
    "cancelled_record": ("in_place", "moved"),
    # cancel_time is optional in the table.
    "cancel_time": ("shown", "absent"),
    # V7: records and records_v2 in parallel; production prefers v2 and falls back.
    "records_v2": ("beside", "alone", "absent"),
    # §3.4: verify_amount_info has a times card's money per use; whose money `amount` then
    # is, no page says.
    "times_card_amount": ("card", "use"),
    # V12: validity is ms in the docs of get and query, s in a sample.
    "validity_times": ("milliseconds", "seconds"),
    # A code of no voucher of ours: no page says.
    "unknown_voucher": ("empty", "refused"),
    # Refund cases (after-sales) --------------------------------------------------------
    # No page states the sort order of the refund list.
    "after_sale_sort": ("create_desc", "create_asc", "update_desc"),
    # The page names two ways to ask, each with a window; without any it says nothing.
    "after_sale_window": ("optional", "required"),
    # The table has seconds; a client made from it reads audit_time as 13 digits.
    "audit_time": ("seconds", "milliseconds"),
    # Whether the platform's part that goes back is told as market_refund_amount.
    "market_refund": ("none", "told"),
    # Goods and stock ---------------------------------------------------------------------
    # No page states the order of the product list.
    "product_sort": ("create_desc", "update_desc"),
    # The sample's next_cursor is "4": rows passed, it seems, but no page says.
    "product_cursor": ("offset", "row"),
    # status is optional; what is listed without it is not said: all, or what buyers see.
    "product_default": ("all", "online"),
    # V3, V32: calls of the /life/ generation may still work.
    "legacy_goods": ("answered", "gone"),
    # Only the stock call's base envelope is documented; where rows stand beside it is not.
    "legacy_data": ("nested", "flat"),
    # §3.2: stock_qty is the total, what is sold and frozen included.
    "stock_qty": ("total", "available"),
    # A total below what is sold and frozen: no page says.
    "stock_below_sold": ("refused", "zero"),
    # The stock call names no SKU; what it does to a product with several is not said.
    "multi_sku_stock": ("refused", "first"),
    # Sealed phones -----------------------------------------------------------------------
    # V27: text without `Enc.` is read by the app itself, as of old. Whether a phone may
    # be sealed and empty no page says.
    "phone_cipher": ("online", "local", "empty"),
    # What is mixed into the first block: clients differ.
    "local_iv": ("last", "first"),
    # The names in a decrypting result are those of encrypting (documented), or others.
    "crypto_results": ("error_code", "is_success", "decrypt_results"),
    # A spent quota of decrypting: of each text, or of the call.
    "crypto_spent": ("text", "call"),
    # Pushes ------------------------------------------------------------------------------
    # The sample writes %x; production has been seen no other way.
    "push_signature": ("lower", "upper"),
    # §0 again: ids in a push are text in all captures.
    "push_ids": ("strings", "numbers"),
    # The table says string; one client's struct takes either.
    "push_content": ("text", "object"),
    # "Same entity, same action: same id": then a voucher used, given back and used again
    # has one id for both uses. Or each happening has its own.
    "push_msg_id": ("entity", "event"),
    # Bodies carry it too since 2024; the table has it in the header alone.
    "push_msg_id_place": ("both", "header"),
    # "In all three repeats": after the first, or with it.
    "push_repeats": ("three_more", "three_in_all"),
    # Whether 200 is enough; no page of this family shows the answer's body.
    "push_answer": ("status", "body"),
    # An object on the newer page, JSON text on the partner page.
    "push_challenge": ("object", "text"),
    # The signing sample of the overview signs a challenge; no page says that one is.
    "push_challenge_sign": ("signed", "unsigned"),
    "push_challenge_key": ("empty", "app"),
    # "Refund after use" by the page's name; whether others are told of as well is open.
    "push_refund_asked": ("after_use", "always"),
    # Questions to the merchant's system (SPI) -------------------------------------------
    # §9.14: 13 digits by the rule page and a capture, seconds by a delivery page.
    "spi_timestamp": ("milliseconds", "seconds"),
    # Whether certificates are named when codes are asked for: the scenic form does.
    "spi_certificates": ("absent", "named"),
    # The page names pending, allowed, refused in this order, without numbers here.
    "spi_refund_result": ("012", "123"),
    # V25: a refund is known by after_sale_id in the SDK, by biz_uniq_key on a page of 2023.
    "spi_refund_key": ("both", "after_sale_id", "biz_uniq_key"),
    # A refund decided before and decided the same way again.
    "spi_audit_again": ("success", "refused"),
    # The envelope --------------------------------------------------------------------
    # §2.1: extra may be whole, reduced or absent.
    "extra": ("whole", "reduced", "missing"),
    # §2.1: seconds on most samples; gateway errors always carry milliseconds.
    "extra_now": ("seconds", "milliseconds"),
    # V31: 2100xxx and 28001xxx live at the same time.
    "error_family": ("old", "new"),
    # §2.2: wrong types give "illegal parameter", or "busy".
    "bad_type": ("2100005", "2100004"),
    # §9.1: whether the gateway ever uses HTTP 429.
    "throttle": ("body", "http_429"),
    # Tokens --------------------------------------------------------------------------
    # §1.1: POST JSON by the page; form and GET work for old clients.
    "oauth_request": ("any", "json_only"),
    # §1.1 and §10: the answer as documented in those years.
    "oauth_answer": ("2024", "2023", "2022"),
    # Whether a token displaced by newer ones is called expired or unknown.
    "displaced_token": ("expired", "unknown"),
    # Consent -------------------------------------------------------------------------
    # "Compared up to #" on the web page; an older text asks for the same domain.
    "redirect": ("before_hash", "same_domain", "any"),
    # What a no on /platform/oauth/connect/ does: no page says.
    "cancelled": ("stays", "access_denied"),
    # /oauth/access_token/: "a form, not JSON" on the newest page, JSON on older ones.
    "user_oauth_request": ("any", "form", "json"),
    # Lives are numbers in one sample and text in two.
    "user_token_numbers": ("sampled", "numbers", "text"),
    # While the old text lives a refresh prolongs it, or gives a new one (two pages).
    "user_refresh": ("extends", "new"),
    # A refresh token that was renewed already: refused, or the end of the grant (C).
    "user_renewed_again": ("refused", "family"),
    # permission_keys in the push: no sample is public.
    "push_permissions": ("list", "text"),
}
"""Each fact's positions."""
