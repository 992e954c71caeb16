"""A link leads to the platform and back, over HTTP; nothing else does anything."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hub_core.access import Grants, Keys
from hub_core.api import create
from hub_core.client import httpx
from hub_core.service import Front
from hub_core.settings.tables import HubTable
from tests import databases
from tests.harness import Bench, bench

PAGE = "text/html; charset=utf-8"


class Site:
    """A hub on a socket, reached at its own address."""

    def __init__(self, one: Bench, url: str, key: str) -> None:
        self.one, self.url = one, url
        self.browser = httpx.Client(base_url=url)
        self.api = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"})
        self.ids = [a.external_id for a in one.platform.accounts()]

    def link(self, **asked: Any) -> str:
        made = self.api.post("/v1/authorisations", json={"channel": "taobao", **asked})
        assert made.status_code == 200, made.text
        url: str = made.json()["url"]
        return url

    def went(self, link: str) -> str:
        """The address of the consent page."""
        answer = self.browser.post(link)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def stands(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api.get("/v1/authorisations").json()["data"]
        return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("auth")
    database = databases.at(folder / "hub.db")
    with bench("taobao", folder, orders=2, shops=2, database=database) as one:
        keys, grants = Keys(one.hub.store), Grants(one.hub.store)
        key = keys.create("desk", "test", actor="test", new="system").text
        grants.grant("desk", "admin", actor="test", everywhere=True)
        front = Front(create(one.hub, keys), "127.0.0.1", 0)
        hub = HubTable(public_url=front.url)
        one.hub.settings = one.settings.model_copy(update={"hub": hub})
        thread = threading.Thread(target=front.run, daemon=True)
        thread.start()
        made = Site(one, front.url, key)
        yield made
        made.browser.close()
        made.api.close()
        front.stop()
        thread.join(5)


def is_a_closed_page(answer: httpx.Response) -> None:
    """Kept by nobody, running nothing, telling no other site."""
    policy = answer.headers["content-security-policy"]
    assert answer.headers["content-type"] == PAGE
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in answer.text
    assert "src=" not in answer.text
    assert "http" not in answer.text


def test_an_owner_follows_the_link_consents_and_is_told_what_for(site: Site) -> None:
    box: Any = site.one.platform
    name = site.one.hub.shops()[0].name
    link = site.link(shop=name)
    for _ in range(3):  # programs look before people do
        shown = site.browser.get(link)
        assert (shown.status_code, name in shown.text) == (200, True)
        is_a_closed_page(shown)
        policy = shown.headers["content-security-policy"]
        assert "form-action 'self' https:;" in policy, "its login is on another host"
    page = site.went(link)
    assert site.browser.post(link).status_code == 410
    id = site.one.hub.shops()[0].external_id
    done = site.browser.get(box.consent(page, id))
    is_a_closed_page(done)
    assert done.status_code == 200
    for words in ("授权成功", name, "读取（一级）", "2027-11-20"):
        assert words in done.text
    newest = site.stands()[0]
    assert (newest["shop"], newest["stage"]) == (name, "done")
    assert {p["name"] for p in newest["permissions"]} >= {"read", "write"}


def test_the_cookie_is_for_this_way_back_alone(site: Site) -> None:
    answer = site.browser.post(site.link())
    cookie = answer.headers["set-cookie"].lower()
    for words in ("httponly", "samesite=lax", "path=/auth/taobao", "max-age=600"):
        assert words in cookie


def test_behind_a_proxys_path_the_cookie_comes_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    under = HubTable(public_url=f"{site.url}/hub")
    settings = site.one.hub.settings.model_copy(update={"hub": under})
    monkeypatch.setattr(site.one.hub, "settings", settings)
    link = site.link()
    assert link.startswith(f"{site.url}/hub/auth/taobao/start?")
    answer = site.browser.post(link.replace("/hub/auth/", "/auth/"))
    assert "path=/hub/auth/taobao;" in answer.headers["set-cookie"].lower()


def test_another_browser_ends_nothing(site: Site) -> None:
    box: Any = site.one.platform
    back = box.consent(site.went(site.link()), site.ids[0])
    stranger = httpx.get(back)
    assert (stranger.status_code, "链接已失效" in stranger.text) == (410, True)
    assert site.browser.get(back).status_code == 200


def test_an_owner_who_says_no_reads_what_to_do(site: Site) -> None:
    box: Any = site.one.platform
    denied = site.browser.get(box.refuse(site.went(site.link())))
    assert (denied.status_code, "没有获得授权" in denied.text) == (403, True)
    is_a_closed_page(denied)


EVIL = "%3Cscript%3Ealert(1)%3C/script%3E"
STATE = "B" * 43


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/auth/taobao/callback", 400),
        (f"/auth/taobao/callback?state={STATE}&code=abc", 410),
        (f"/auth/taobao/callback?state={EVIL}&code={EVIL}", 400),
        (f"/auth/taobao/callback?state={STATE}&error={EVIL}", 410),
        (f"/auth/taobao/callback?state={STATE}&code=" + "x" * 9000, 400),
        (f"/auth/{EVIL[:9]}/callback?state={STATE}&code=a", 410),
        ("/auth/nobody/start?link=" + STATE, 410),
        ("/auth/taobao/start", 410),
        ("/auth/taobao/start?link=" + EVIL, 410),
        ("/auth/taobao/start?link=" + "x" * 2000, 410),
    ],
)
def test_whatever_else_comes_is_told_what_to_do(site: Site, path: str, status: int) -> None:
    before = len(site.one.hub.journal(limit=1000)), site.stands()
    answer = site.browser.get(path)
    assert answer.status_code == status
    is_a_closed_page(answer)
    assert "alert" not in answer.text
    assert STATE not in answer.text
    assert (len(site.one.hub.journal(limit=1000)), site.stands()) == before


def test_links_are_made_by_who_may_at_that_shop(site: Site) -> None:
    keys, grants = Keys(site.one.hub.store), Grants(site.one.hub.store)
    first, second = (shop.name for shop in site.one.hub.shops())
    key = keys.create("one shop", "test", actor="test", new="system").text
    grants.grant("one shop", "admin", actor="test", shop=first)
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {key}"}) as api:
        asked = [{"shop": first}, {"shop": second}, {}, {"shop": first, "app": "none"}]
        made = [
            api.post("/v1/authorisations", json={"channel": "taobao", **a}) for a in asked
        ]
        assert [m.status_code for m in made] == [200, 404, 403, 400]
        listed = api.get("/v1/authorisations").json()["data"]
    assert {one["shop"] for one in listed} == {first}
    link = urlsplit(made[0].json()["url"])
    assert f"{link.scheme}://{link.netloc}" == site.url
