"""Signatures that others verify, and secrets that are told once."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url
from standardwebhooks import Webhook, WebhookVerificationError

from hub_core.errors import Misconfigured
from hub_core.outbound.signing import headers, new_secret
from tests.outbound.erp import ME, Came, Office


def is_verified(secret: str, came: Came) -> bool:
    try:
        Webhook(secret).verify(came.body, came.headers)
    except WebhookVerificationError:
        return False
    return True


def by_hand(secret: str, came: Came) -> bool:
    """The scheme spelled out, for who has no library."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    stamp = came.headers["webhook-timestamp"]
    signed = f"{came.id}.{stamp}.".encode() + came.body
    made = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return f"v1,{made}" in came.headers["webhook-signature"].split(" ")


def test_a_foreign_implementation_verifies_what_comes(office: Office) -> None:
    office.orders("A1", "茶-2")
    office.deliver_due()

    secret = office.first.secret
    assert [is_verified(secret, c) for c in office.erp.came] == [True, True]
    assert [by_hand(secret, c) for c in office.erp.came] == [True, True]
    came = office.erp.came[0]
    for spoilt in (
        Came(came.path, came.headers, came.body + b" "),
        Came(came.path, came.headers | {"webhook-id": "msg_other"}, came.body),
        Came(came.path, came.headers | {"webhook-timestamp": "1674087231"}, came.body),
    ):
        assert not is_verified(secret, spoilt)
    assert not is_verified(new_secret(), came)


def test_the_example_of_the_libraries_is_signed_alike() -> None:
    """Source: the tests of https://github.com/standard-webhooks/standard-webhooks."""
    at = datetime.fromtimestamp(1614265330, UTC)
    made = headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek",
        '{"test": 2432232314}', at,
    )  # fmt: skip
    assert made == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_a_secret_is_rotated_both_verify_and_then_the_new_one_alone(
    office: Office,
) -> None:
    old = office.first.secret
    made = office.rotate(office.uid, timedelta(hours=1), actor=ME)
    assert made.former_until == office.watch.at + timedelta(hours=1)
    office.orders("A1")
    office.deliver_due()
    office.watch.turn(hours=1)
    office.orders("A2")
    office.deliver_due()

    both, after = office.erp.came
    assert is_verified(old, both)
    assert is_verified(made.secret, both)
    assert len(both.headers["webhook-signature"].split(" ")) == 2
    assert (by_hand(made.secret, after), by_hand(old, after)) == (True, False)


def test_of_three_secrets_none_is_dropped_unasked(office: Office) -> None:
    office.rotate(office.uid, timedelta(hours=1), actor=ME)
    with pytest.raises(Misconfigured, match="live until"):
        office.rotate(office.uid, timedelta(hours=1), actor=ME)

    leaked = office.rotate(office.uid, timedelta(0), actor=ME)
    assert leaked.former_until is None
    assert office.secrets(office.one(office.uid)) == [leaked.secret]


def test_every_attempt_is_stamped_and_signed_anew(office: Office) -> None:
    office.erp.reply = lambda came: 400
    office.orders("A1")
    office.deliver_due()
    office.round_after(minutes=4)

    first, second = office.erp.came
    assert (first.id, first.body) == (second.id, second.body)
    assert is_verified(office.first.secret, second)
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


def test_a_secret_is_long_and_told_once(office: Office) -> None:
    rotated = office.rotate(office.uid, actor=ME)
    shown = repr([office.all(), office.one(office.uid), office.dead()])
    path = Path(make_url(office.store.engine.url).database or "")
    kept = b"".join(p.read_bytes() for p in path.parent.glob(f"{path.name}*"))

    assert rotated.secret != office.first.secret
    for secret in (office.first.secret, rotated.secret):
        assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
        assert secret not in shown
        assert secret.removeprefix("whsec_").encode() not in kept
