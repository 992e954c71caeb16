"""The platform's signatures, against the vectors published in the channel paper."""

from __future__ import annotations

import pytest

from adapters.douyin_laike.sign import (
    spi_signature,
    spi_signature_of_old,
    webhook_signature,
)

SECRET = "sandbox-secret-0001"
CHALLENGE = (
    '{"event":"verify_webhook","client_key":"awsandbox0001","content":{"challenge":12345}}'
)
PAID = (
    '{"event":"life_trade_order_notify","client_key":"awsandbox0001","from_user_id":"u1",'
    r'"content":"{\"action\":\"pay_success\",\"msg_time\":1700000000,\"order\":'
    r"{\"order_id\":\"1000000000000000001\",\"account_id\":\"7000000000000000001\","
    r"\"pay_amount\":9900,\"original_amount\":12900,\"create_time\":1699999990,"
    r'\"pay_time\":1699999995}}","log_id":"2023111500000000000000000000000001",'
    '"msg_id":"m-0001"}'
)
QUERY = [
    ("client_key", "awsandbox0001"),
    ("timestamp", "1700000000123"),
    ("sign", "x"),
]
TWICE = [
    ("client_key", "awsandbox0001"),
    ("other", "b"),
    ("other", "a"),
    ("timestamp", "1700000000123"),
]
SPI = [
    (
        QUERY,
        '{"order_id":"1000000000000000001","action":"测试"}',
        "7c430f01e4ada6837dd0e0c80e35e5497e5a7285901d389b4e831ac197401b95",
        "8a566bb25e35b9fb9360fc2a8c48f8ab",
    ),
    (
        QUERY,
        "",
        "eda744659a1df3e86b7a422f3fea9b5ef2b0ed28c7c0b53b7ca7ed48f1673bcb",
        "2993413e8e376284c409407371e737ac",
    ),
    (
        TWICE,
        '{"order_id":"1000000000000000001"}',
        "4545b6d19fb6f30a18df6a45ea2cb386cd4541cfd00ea3be835ff9c886f7adfd",
        "c34095d8f8a8c491e22b72a16cf11b64",
    ),
]


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (CHALLENGE, "057f7a03961a4c63af074011bbe2a485c97b28ce"),
        (PAID, "0a7e830b0083f3670081b9cdf14d9282495a770a"),
    ],
)
def test_webhook_vectors(body: str, signature: str) -> None:
    assert webhook_signature(SECRET, body.encode()) == signature


@pytest.mark.parametrize(("query", "body", "new", "old"), SPI)
def test_spi_vectors(query: list[tuple[str, str]], body: str, new: str, old: str) -> None:
    assert spi_signature(SECRET, query, body.encode()) == new
    assert spi_signature_of_old(SECRET, query, body.encode()) == old


def test_a_changed_byte_changes_every_signature() -> None:
    query, body, new, old = SPI[0]
    spoiled = body.encode() + b" "
    assert spi_signature(SECRET, query, spoiled) != new
    assert spi_signature_of_old(SECRET, query, spoiled) != old
    assert webhook_signature(SECRET, CHALLENGE.encode() + b" ") != webhook_signature(
        SECRET, CHALLENGE.encode()
    )
