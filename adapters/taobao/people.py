"""Buyer and receiver. Each version says how far they are in clear."""

from __future__ import annotations

from hub_core.models import Party, Protection

from .trade import Trade


def read_party(
    trade: Trade,
    protection: Protection,
    *,
    buyer_token: str | None = None,
    receiver_token: str | None = None,
) -> Party | None:
    """Buyer and receiver, or None where nothing was said of either."""
    party = Party(
        buyer_token=buyer_token,
        receiver_token=receiver_token,
        buyer_nick=trade.buyer_nick,
        protection=protection,
        name=trade.receiver_name,
        phone=trade.receiver_mobile,
        telephone=trade.receiver_phone,
        province=trade.receiver_state,
        city=trade.receiver_city,
        district=trade.receiver_district,
        town=trade.receiver_town,
        address=trade.receiver_address,
        postcode=trade.receiver_zip,
        buyer_note=trade.buyer_message,
        seller_note=trade.seller_memo,
    )
    return None if party == NOBODY[protection] else party


NOBODY = {kind: Party(protection=kind) for kind in Protection}
