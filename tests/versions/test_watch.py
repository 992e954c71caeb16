"""Document pages that change are told line by line; what cannot be had is said."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hub_core.client import httpx, open_http
from hub_core.insight import pages
from hub_core.insight.pages import DocPage, Kept, Look, looked, pages_of
from tests.adapters.goldens import CHANNELS
from tests.cli.world import World, boxed

NOW = datetime(2026, 11, 20, tzinfo=UTC)
FIELDS = [f"field{n}" for n in range(12)]


@dataclass
class Site:
    """A site of documents on loopback."""

    url: str = ""
    answers: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)

    def page(self, path: str, *lines: str) -> DocPage:
        rows = "".join(f"<tr><td>{line}</td></tr>" for line in lines)
        text = f"<html><head><title>x</title><script>var n = 1</script><body>{rows}"
        self.answers[path] = (200, "text/html; charset=utf-8", text.encode())
        return DocPage(name=path, url=self.url + path)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = made.answers.get(self.path, (404, "text/plain", b"gone"))
            self.send_response(status)
            self.send_header("location" if status == 302 else "content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with open_http() as made:
        yield made


def look(client: httpx.Client, kept: Kept, *listed: DocPage) -> list[Look]:
    return list(looked(client, "jd", list(listed), kept, NOW))


def test_a_page_is_new_once_and_then_told_line_by_line(
    site: Site, client: httpx.Client, tmp_path: Path
) -> None:
    kept = Kept(tmp_path / "deep" / "jd.json")
    page = site.page("/orders", *FIELDS)
    assert [one.state for one in look(client, kept, page)] == ["new"]
    kept.save()
    kept = Kept(tmp_path / "deep" / "jd.json")
    assert [one.state for one in look(client, kept, page)] == ["same"]

    site.page("/orders", "payAmount &amp; fen", *FIELDS[1:])
    (told,) = look(client, kept, page)

    assert (told.state, told.added, told.removed) == (
        "changed",
        ["payAmount & fen"],
        ["field0"],
    )
    assert told.last_at == "2026-11-20T00:00:00Z"
    assert [one.state for one in look(client, kept, page)] == ["same"]


def test_scripts_and_markup_are_no_change(
    site: Site, client: httpx.Client, tmp_path: Path
) -> None:
    kept = Kept(tmp_path / "jd.json")
    page = site.page("/orders", *FIELDS)
    look(client, kept, page)
    rows = "".join(f"<div><b>{line[:5]}</b>{line[5:]}</div>\n" for line in FIELDS)
    html = f"<script>var n = 2</script><style>b {{}}</style>{rows}"
    site.answers["/orders"] = (200, "text/html", html.encode())

    assert [one.state for one in look(client, kept, page)] == ["same"]


def test_a_page_that_scripts_put_together_says_so(
    site: Site, client: httpx.Client, tmp_path: Path
) -> None:
    (told,) = look(client, Kept(tmp_path / "jd.json"), site.page("/app", "loading"))

    assert (told.state, "browser" in told.said) == ("no text", True)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((404, "text/html", b""), "status 404"),
        ((302, "/loop", b""), "on and on"),
        ((200, "text/html", b"x" * 5000), "larger"),
    ],
)
def test_trouble_is_said_and_forgets_nothing(
    site: Site,
    client: httpx.Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: tuple[int, str, bytes],
    says: str,
) -> None:
    kept = Kept(tmp_path / "jd.json")
    page = site.page("/loop", *FIELDS)
    look(client, kept, page)
    good, site.answers["/loop"] = site.answers["/loop"], answer
    with monkeypatch.context() as patch:
        patch.setattr(pages, "CAP", 4000)
        (told,) = look(client, kept, page)
    assert (told.state, says in told.said) == ("failed", True), told.said

    site.answers["/loop"] = good
    assert [one.state for one in look(client, kept, page)] == ["same"]


def test_a_site_that_is_not_there_is_said(client: httpx.Client, tmp_path: Path) -> None:
    nowhere = DocPage(name="x", url="http://127.0.0.1:9/")
    (told,) = look(client, Kept(tmp_path / "jd.json"), nowhere)

    assert (told.state, "ConnectError" in told.said) == ("failed", True)


@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_every_channel_lists_pages_of_areas_it_has(channel: str) -> None:
    package = CHANNELS[channel].adapters
    listed = pages_of(package)
    here = {p.name.rpartition("_v")[0] for p in Path("adapters", channel).glob("*_v*.py")}

    assert listed
    assert {area for page in listed for area in page.areas} <= here
    assert {page.mark for page in listed} <= set("ABC")
    assert len({page.url for page in listed}) == len(listed)


# As it is typed --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with boxed(tmp_path_factory.mktemp("hub"), "jd", orders=8, seed=1) as made:
        account = made.accounts("jd")[0]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SHOP_TOKEN", account.access_token or "")
            assert made.add_shop(account, "jd").code == 0
        assert made.hub("sync").code == 0
        yield made


def test_one_look_tells_of_pages_and_of_kept_records(
    world: World, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = site.page("/orders", *FIELDS)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(pages, "pages_of", lambda package: [page])
    words = ("adapter", "watch", "--once", "--channel", "jd")

    first = world.hub(*words, "--json")
    site.page("/orders", "orderPayAmount", *FIELDS)
    second, third = world.hub(*words), world.hub(*words, "--json")

    assert (first.code, [p["state"] for p in first.json["pages"]]) == (0, ["new"])
    orders = next(r for r in first.json["replays"] if r["area"] == "orders")
    assert (orders["by"], orders["unread"], orders["unlike"]) == ("orders_v2", 0, [])
    assert orders["records"] > 0
    assert second.code == 1
    assert "+ orderPayAmount" in second.out
    assert (third.code, third.json["pages"][0]["state"]) == (0, "same")
    assert (tmp_path / "channel-hub" / "watch" / "jd.json").exists()
