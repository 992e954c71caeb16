"""Over TLS the name counts, though it is an address that is connected to."""

from __future__ import annotations

import ssl
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hub_core.errors import Misconfigured
from hub_core.outbound import Answer, Outbound
from hub_core.settings.tables import OutboundTable
from tests.outbound.erp import ME, Erp, Office, Watch
from tests.store.making import Hands

NAME = "erp.example"


def certificate(folder: Path, name: str) -> Path:
    """A key and a certificate for a name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def asked(hands: Hands, watch: Watch, erp: Erp, trusted: Path) -> Answer:
    rules = OutboundTable(allow=["127.0.0.1"], ports=[erp.port])
    with Outbound(
        hands.store, rules, watch.now, resolve=lambda *_: ["127.0.0.1"],
        verify=ssl.create_default_context(cafile=str(trusted)),
    ) as outbound:  # fmt: skip
        url = f"https://{NAME}:{erp.port}/hook"
        return outbound.test(outbound.add(url, actor=ME).endpoint.uid)


def test_the_certificate_and_the_host_are_those_of_the_name(
    hands: Hands, watch: Watch, tmp_path: Path
) -> None:
    asked_for: list[str | None] = []
    path = certificate(tmp_path, NAME)
    with Erp(certificate=path, named=asked_for) as erp:
        answer = asked(hands, watch, erp, path)
    assert (answer.said, asked_for) == ("HTTP 204", [NAME])
    assert [c.headers["host"] for c in erp.came] == [f"{NAME}:{erp.port}"]


@pytest.mark.parametrize("trust", ["the wrong name", "nobody"])
def test_a_certificate_of_another_is_refused(
    hands: Hands, watch: Watch, tmp_path: Path, trust: str
) -> None:
    shown = certificate(tmp_path, "other.example" if trust == "the wrong name" else NAME)
    trusted = shown if trust == "the wrong name" else certificate(tmp_path, "ca.example")
    with Erp(certificate=shown) as erp:
        answer = asked(hands, watch, erp, trusted)
    assert (answer.status, "ConnectError" in answer.said, erp.came) == (None, True, [])


def test_without_the_extra_it_says_what_to_install(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "standardwebhooks", None)
    office.orders("A1")
    with pytest.raises(Misconfigured, match=r"channel-hub\[serve\]"):
        office.deliver_due()
    assert office.erp.came == []
