"""The two pages an owner consents on, and the push by which 商家授权 is told.

A merchant lets a service provider in on `auth.dylk.com`; no code comes back, but the push
`life_saas_cooperate_auth_with_bind`, with `extra` as it was sent. A person gives a code on
抖音's own page. An app a merchant made for itself is bound in 来客's console.
Source: pages local-life/…/life.capacity.shop/auth_with_bind and dop/…/account-permission;
channel paper §1.3, §1.4. How several permissions are written (B) is one client's way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from hub_core.wire import JSON, Id, SomeId, SomeText, Wire, strict_json

from .sign import spi_signature

EVENT = "life_saas_cooperate_auth_with_bind"
WORDS: Mapping[str, str] = {
    # 16, 到综团购; each solution numbers its own, the first two are the same in all.
    "1": "门店管理",
    "16": "商户授权",
    "16:139": "团购核销",
    "16:140": "核销对账",
    "16:141": "订单查询",
    "16:142": "三方码",
    "16:143": "商品发布",
    "16:144": "商品查询",
    "16:145": "KA 核销对账",
    "16:146": "同步品牌户",
    "16:147": "同步门店户",
    "16:153": "资质搜索",
    "16:155": "团购退款",
    "1:12": "团购核销",
    "21:175": "团购核销",
}
SCOPES: Mapping[str, str] = {
    "user_info": "抖音昵称与头像",
    "enterprise.groupon": "企业号团购",
}


class WireBind(Wire):
    """`content` of the push. `permission_keys` came as a list or as a text."""

    account_id: Id
    solution_key: SomeId = None
    permission_keys: Any = None
    extra: SomeText = None

    @property
    def permissions(self) -> tuple[str, ...]:
        """The permissions' numbers, as texts."""
        given = self.permission_keys
        parts = given.strip("[]").split(",") if isinstance(given, str) else given or ()
        return tuple(text for part in parts if (text := str(part).strip(' "')))


def provider_page(
    page: str,
    app_key: str,
    secret: str,
    solution: str,
    permissions: Sequence[str],
    extra: str,
    now: datetime,
) -> str:
    """Where a merchant lets a service provider in; good for 24 hours from `now` on."""
    asked = {
        "client_key": app_key,
        "timestamp": str(int(now.timestamp())),
        "solution_key": solution,
        "permission_keys": ",".join(permissions),
        "charset": "UTF-8",
        "extra": extra,
    }
    sign = spi_signature(secret, asked.items(), b"")
    return f"{page}?{urlencode({**asked, 'sign': sign})}"


def person_page(
    page: str, app_key: str, state: str, redirect: str, scopes: Sequence[str]
) -> str:
    """Where a person consents, and a code comes from."""
    asked = {
        "client_key": app_key,
        "response_type": "code",
        "scope": ",".join(scopes),
        "redirect_uri": redirect,
        "state": state,
    }
    return f"{page}?{urlencode(asked)}"


def read_bind(document: JSON) -> WireBind:
    """What the push tells. Raises ValueError where it is another, or not as documented."""
    if document.get("event") != EVENT:
        raise ValueError("another event")
    content = document.get("content")
    return WireBind.model_validate(
        strict_json(content) if isinstance(content, str) else content
    )


def word(permission: str, solution: str | None = None) -> str:
    """A permission in the words its merchants know."""
    of_all = WORDS.get(permission) if permission in ("1", "16") else None
    return of_all or WORDS.get(f"{solution}:{permission}") or f"权限 {permission}"
