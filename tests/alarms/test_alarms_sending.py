"""What leaves: what each receiver gets, whether it took it, and no secret in a word."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import quopri
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub_core import alarms
from hub_core.alarms import Severity, Trouble
from hub_core.alarms.sending import send
from hub_core.errors import Misconfigured
from hub_core.settings import Settings
from tests.alarms.world import Ear, World

TOKEN, SECRET = "tok9f2cSECRETtok9f2c", "SECd0c7e5b2a1canary"
URLS = {
    "wecombot": f"wecombot://{TOKEN}",
    "native": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={TOKEN}",
    "dingtalk": f"dingtalk://{SECRET}@{TOKEN}",
    "feishu": f"feishu://{TOKEN}?secret={SECRET}",
}


def made(folder: Path, url: str, base_url: str | None = None) -> Settings:
    (folder / "url").write_text(url)
    target = {"url": f"file:{folder / 'url'}"} | (
        {"base_url": base_url} if base_url else {}
    )
    return Settings.of({"alarms": {"targets": {"ops": target}}})


def sent(settings: Settings) -> str | None:
    table = settings.alarms.targets["ops"]
    return send(
        settings, table, Severity.CRITICAL, "【channel-hub】标题", "正文\n第二行 <b>"
    )


def mac(key: str, text: str) -> str:
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


# What each gets -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["wecombot", "native"])
def test_a_bot_of_wecom_gets_its_text(tmp_path: Path, ear: Ear, kind: str) -> None:
    assert sent(made(tmp_path, URLS[kind], ear.url)) is None
    (one,) = ear.heard
    assert (one.method, one.path, one.query) == (
        "POST", "/cgi-bin/webhook/send", {"key": TOKEN},
    )  # fmt: skip
    assert one.body == {
        "msgtype": "text", "text": {"content": "【channel-hub】标题\n正文\n第二行 <b>"},
    }  # fmt: skip


def test_a_bot_of_dingtalk_gets_its_text_and_a_signature(tmp_path: Path, ear: Ear) -> None:
    assert sent(made(tmp_path, URLS["dingtalk"], ear.url)) is None
    (one,) = ear.heard
    assert one.path == "/robot/send"
    at = one.query["timestamp"]
    assert len(at) == 13
    assert one.query["access_token"] == TOKEN
    assert one.query["sign"] == mac(SECRET, f"{at}\n{SECRET}")
    assert one.body == {
        "msgtype": "text", "text": {"content": "【channel-hub】标题\n正文\n第二行 <b>"},
        "at": {"atMobiles": [], "isAtAll": False},
    }  # fmt: skip


def test_a_bot_of_feishu_gets_its_text_and_a_signature(tmp_path: Path, ear: Ear) -> None:
    assert sent(made(tmp_path, URLS["feishu"], ear.url)) is None
    (one,) = ear.heard
    assert (one.path, one.query) == (f"/open-apis/bot/v2/hook/{TOKEN}", {})
    at = one.body.pop("timestamp")
    assert len(at) == 10
    assert one.body.pop("sign") == mac(f"{at}\n{SECRET}", "")
    assert one.body == {
        "msg_type": "text", "content": {"text": "【channel-hub】标题\n正文\n第二行 <b>"},
    }  # fmt: skip


def test_bots_without_a_secret_get_no_signature(tmp_path: Path, ear: Ear) -> None:
    for url in (f"dingtalk://{TOKEN}", f"feishu://{TOKEN}"):
        assert sent(made(tmp_path, url, ear.url)) is None
    assert [one.query for one in ear.heard] == [{"access_token": TOKEN}, {}]
    assert "sign" not in ear.heard[1].body


def test_a_webhook_gets_json(tmp_path: Path, ear: Ear) -> None:
    assert sent(made(tmp_path, f"json://127.0.0.1:{ear.port}/{TOKEN}")) is None
    (one,) = ear.heard
    assert one.path == f"/{TOKEN}"
    assert one.body == {
        "version": "1.0", "title": "【channel-hub】标题", "message": "正文\n第二行 <b>",
        "attachments": [], "type": "failure",
    }  # fmt: skip


def test_mail_gets_there(tmp_path: Path) -> None:
    with post_office() as office:
        port = office.server_address[1]
        url = f"mailto://127.0.0.1:{port}?from=hub@example.com&to=ops@example.com"
        assert sent(made(tmp_path, url)) is None
    lines = office.lines
    assert "rcpt TO:<ops@example.com>" in lines
    assert any(line.startswith("Subject: =?utf-8?") for line in lines)
    text = quopri.decodestring("\n".join(lines)).decode()
    assert "\n正文\n第二行 <b>\n" in text
    assert "text/html" not in text


class Clerk(socketserver.StreamRequestHandler):
    """As much SMTP as a message takes."""

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            self.server.lines.append(line)  # type: ignore[attr-defined]
            word = line.split(" ")[0].upper()
            self._say("354 go on" if word == "DATA" else "250 fine")
            if word == "DATA":
                while (text := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                    self.server.lines.append(text)  # type: ignore[attr-defined]
                self._say("250 taken")
            if word == "QUIT":
                return

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def post_office() -> Iterator[Any]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clerk) as server:
        server.daemon_threads = True
        server.lines = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


# Whether it was taken -------------------------------------------------------------------

BUSY = {"errcode": 45009, "errmsg": "api freq out of limit"}
UNSIGNED = {"errcode": 310000, "errmsg": "sign not match"}
REFUSALS = [
    ("wecombot", 200, BUSY, "HTTP 200, code 45009: api freq out of limit"),
    ("dingtalk", 200, UNSIGNED, "HTTP 200, code 310000: sign not match"),
    ("feishu", 200, {"code": 19024, "msg": "Key Words Not Found"}, "code 19024: Key"),
    ("feishu", 400, {"code": 9499, "msg": "Bad Request"}, "HTTP 400, code 9499"),
    ("wecombot", 200, {"errcode": "0"}, "HTTP 200, code 0"),
    ("wecombot", 200, {}, "HTTP 200"),
    ("wecombot", 200, ["a page of a proxy"], "HTTP 200"),
    ("dingtalk", 502, {"errcode": 0}, "HTTP 502"),
    ("wecombot", 302, {"errcode": 0}, "HTTP 302"),
]


@pytest.mark.parametrize(("kind", "status", "answer", "told"), REFUSALS)
def test_only_a_bots_own_yes_is_one(
    tmp_path: Path, ear: Ear, kind: str, status: int, answer: Any, told: str
) -> None:
    ear.status, ear.answer = status, answer
    said = sent(made(tmp_path, URLS[kind], ear.url))
    assert told in (said or "")


def test_a_webhook_that_fails_is_named_by_its_status(tmp_path: Path, ear: Ear) -> None:
    ear.status = 503
    assert sent(made(tmp_path, f"json://127.0.0.1:{ear.port}/{TOKEN}")) == "HTTP 503"


def test_nobody_at_the_other_end(tmp_path: Path) -> None:
    said = sent(made(tmp_path, URLS["wecombot"], "http://127.0.0.1:9"))
    assert said == "no connection: ConnectError"
    said = sent(made(tmp_path, f"json://127.0.0.1:9/{TOKEN}"))
    assert said == "no connection, or it was refused"


def test_an_address_that_is_none_is_said_and_not_quoted(tmp_path: Path) -> None:
    for url in (f"nosuch://{TOKEN}", TOKEN, f"dingtalk://{TOKEN}-!!/"):
        assert sent(made(tmp_path, url)) == "its URL is none that apprise knows"


def test_a_reference_to_nothing_is_said(tmp_path: Path) -> None:
    target = {"url": "env:HUB_NO_SUCH_ALARM"}
    settings = Settings.of({"alarms": {"targets": {"ops": target}}})
    assert "env:HUB_NO_SUCH_ALARM: nothing is there" in (sent(settings) or "")


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub_core.alarms import sending

    sending._apprise.cache_clear()
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(Misconfigured, match=r"channel-hub\[serve\]"):
        sent(made(tmp_path, URLS["wecombot"]))
    sending._apprise.cache_clear()


def test_an_address_in_clear_is_refused_unseen() -> None:
    with pytest.raises(Misconfigured) as refused:
        Settings.of({"alarms": {"targets": {"ops": {"url": URLS["dingtalk"]}}}})
    assert "[alarms.targets.ops] url: a secret does not belong" in str(refused.value)
    assert TOKEN not in str(refused.value)
    with pytest.raises(Misconfigured, match="did you mean severity"):
        Settings.of({"alarms": {"targets": {"ops": {"url": "env:A", "severty": "info"}}}})


# No secret in any word ------------------------------------------------------------------


def test_no_word_of_it_has_a_secret(
    tmp_path: Path, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("apprise", "httpx", "urllib3", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)
    ear.answer = {"errcode": 9, "code": 9, "errmsg": f"bad {TOKEN}", "msg": f"bad {SECRET}"}
    said = [sent(made(tmp_path, url, ear.url)) for url in URLS.values()]
    said.append(sent(made(tmp_path, f"json://u:{SECRET}@127.0.0.1:{ear.port}/{TOKEN}")))
    said.append(sent(made(tmp_path, f"json://u:{SECRET}@127.0.0.1:9/{TOKEN}")))
    said.append(sent(made(tmp_path, f"dingtalk://{SECRET}@{TOKEN}!")))
    words = caplog.text + str(said)
    assert [secret for secret in (TOKEN, SECRET) if secret in words] == []
    assert len(ear.heard) == 5


def test_secrets_that_reach_a_text_are_masked(world: World) -> None:
    """A text is not to hold any; one that does shows no token and no phone."""
    said = f"access_token={TOKEN} 收货人：王小明 13812345678"
    world.look(Trouble(key="x:1", severity=Severity.WARNING, said=said, next=said))
    (told,) = world.said()
    assert [c for c in (TOKEN, "王小明", "13812345678") if c in told] == []


# The dead-man's switch ------------------------------------------------------------------


def pinging(world: World) -> None:
    (world.folder / "ping").write_text(f"{world.ear.url}/ping/{TOKEN}")
    world.restart(ping_url=f"file:{world.folder / 'ping'}", ping_seconds=60.0)


def test_the_watcher_hears_once_a_minute_that_all_is_well(world: World) -> None:
    pinging(world)
    for _ in range(9):
        alarms.ping(world.hub, world.now)
        world.seconds += 30
    assert [(one.method, one.path) for one in world.ear.heard] == [
        ("GET", f"/ping/{TOKEN}")
    ] * 5


@pytest.mark.sqlite("its file is damaged")
def test_the_watcher_hears_nothing_while_all_is_not_well(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    pinging(world)
    assert alarms.ping(world.hub, world.now, healthy=False) is None
    world.hub.store.engine.dispose()
    world.file.write_bytes(b"no database at all" * 1000)
    alarms.look(world.hub, world.now)
    assert alarms.ping(world.hub, world.now) is None
    assert world.ear.heard == []


def test_a_ping_that_fails_is_tried_again_and_names_no_address(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pinging(world)
    world.ear.status = 500
    assert alarms.ping(world.hub, world.now) is False
    world.ear.status = 200
    assert alarms.ping(world.hub, world.now + timedelta(seconds=1)) is True
    assert "HTTP 500" in caplog.text
    assert TOKEN not in caplog.text


def test_without_a_watcher_nothing_is_requested(world: World) -> None:
    assert alarms.ping(world.hub, world.now) is None
