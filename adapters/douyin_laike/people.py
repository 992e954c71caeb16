"""Buyer and receiver, as the platform shows them.

Source: order query pages; channel paper §3.3, §7.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub_core.models import Party, Protection
from hub_core.wire import SomeFlag, SomeText, Wire


class Contact(Wire):
    """Who bought: phone with its middle masked, and its ciphertext (see §7)."""

    name: SomeText = None
    phone: SomeText = None
    phone_encrypt: SomeText = None


class Receiver(Wire):
    """Where takeaway goes (mark B)."""

    receiver_name: SomeText = None
    receiver_phone: SomeText = None
    secret_number: SomeText = None
    province: SomeText = None
    city: SomeText = None
    district: SomeText = None
    town: SomeText = None
    location_address: SomeText = None


NOBODY, NOWHERE = Contact(), Receiver()


class DeliveryInfo(Wire):
    """How takeaway is brought. `remark` is the buyer's."""

    deliver_model: SomeText = None
    is_book: SomeFlag = None
    shop_number: SomeText = None
    remark: SomeText = None


NO_DELIVERY = DeliveryInfo()


def party(
    open_id: str | None,
    contacts: Sequence[Contact],
    receiver: Receiver | None = None,
    delivery: DeliveryInfo | None = None,
) -> Party | None:
    """Buyer and receiver as the platform shows them: masked, at best with a cipher."""
    contact = contacts[0] if contacts else NOBODY
    there = receiver or NOWHERE
    phone = there.receiver_phone or contact.phone
    name = there.receiver_name or contact.name
    note = delivery.remark if delivery else None
    cipher = contact.phone_encrypt
    if not any((open_id, phone, name, note, cipher, receiver)):
        return None
    return Party(
        buyer_token=open_id,
        protection=_protection(phone, name, cipher),
        name=name,
        phone=phone,
        telephone=there.secret_number,
        province=there.province,
        city=there.city,
        district=there.district,
        town=there.town,
        address=there.location_address,
        buyer_note=note,
        ciphers={"phone": cipher} if cipher else {},
    )


def _protection(phone: str | None, name: str | None, cipher: str | None) -> Protection:
    shown = phone or name
    if shown is None:
        return Protection.ENCRYPTED if cipher else Protection.ABSENT
    return Protection.MASKED if "*" in shown else Protection.CLEAR
