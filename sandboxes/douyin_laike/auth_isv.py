"""The page where a merchant lets a service provider's app in: auth.dylk.com/auth-isv/.

GET with client_key, timestamp (s; good for 24 h from then), solution_key, permission_keys
(commas; 1 and 16 among them), charset=UTF-8 and sign; extra (up to 1000 bytes) and
out_shop_id are optional. sign is the hex SHA-256 of the secret and "&name=value" of every
parameter but sign and new_host, by name, unescaped.

A yes sends the browser nowhere: it lets the app ask about the merchant, and pushes
life_saas_cooperate_auth_with_bind. A no does nothing.

Source: local-life/develop/OpenAPI/general-capabilities/life.capacity.shop/auth_with_bind
(parameters, 1 and 16, extra comes back, no iframe); paper §1.4 (SignV2, 24 h, what is
pushed); a public client's log has the page's "URL校验不通过".
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping

from hub_core.sandbox import Clock, ConsentError, ConsentPage, Response, notice

from .pushes import Pushes
from .rows import JSON

PATH = "/auth-isv"
EVENT = "life_saas_cooperate_auth_with_bind"
LIFE = 86_400.0
EARLY = 300.0
"""Seconds an address may be from the future: clocks differ."""
SOLUTIONS = frozenset(map(str, (1, 4, 5, *range(7, 12), *range(14, 28))))
"""Source: paper §1.4."""
MANDATORY = {"1", "16"}
UNSIGNED = {"sign", "new_host"}
EXTRA_MOST = 1000


class AuthIsv(ConsentPage):
    """The form has `shop`, a root account id, and may have `poi_id`: the place that is
    bound to out_shop_id; without it the merchant's first."""

    title = "抖音来客商家授权"

    def __init__(
        self,
        app: tuple[str, str],
        names: Mapping[str, str],
        places: Callable[[str], list[str]],
        authorise: Callable[[str], None],
        clock: Clock,
        switches: Mapping[str, str],
        pushes: Pushes,
    ) -> None:
        self._app, self._names, self._places = app, names, places
        self._authorise, self._clock = authorise, clock
        self._switches, self._pushes = switches, pushes

    def shops(self, asked: Mapping[str, str]) -> Mapping[str, str]:
        """Every merchant of the box."""
        if asked.get("client_key") != self._app[0]:
            raise _unfit("应用不存在")
        if asked.get("charset") != "UTF-8" or len(_extra(asked).encode()) > EXTRA_MOST:
            raise _unfit("参数错误")
        if asked.get("solution_key") not in SOLUTIONS:
            raise _unfit("获取解决方案信息失败")
        keys = asked.get("permission_keys", "").split(",")
        if not set(keys) >= MANDATORY or not all(key.isdecimal() for key in keys):
            raise _unfit("能力列表错误")
        self._timely(asked.get("timestamp", ""))
        if not hmac.compare_digest(asked.get("sign", "").encode(), self._sign(asked)):
            raise _unfit("签名错误")
        return self._names

    def _timely(self, stamp: str) -> None:
        age = self._clock.now() - int(stamp) if stamp.isdecimal() else LIFE
        if not -EARLY <= age < LIFE:
            raise _unfit("链接已失效")

    def _sign(self, asked: Mapping[str, str]) -> bytes:
        pairs = "".join(f"&{k}={v}" for k, v in sorted(asked.items()) if k not in UNSIGNED)
        return hashlib.sha256(f"{self._app[1]}{pairs}".encode()).hexdigest().encode()

    def agreed(
        self, asked: Mapping[str, str], shop: str, form: Mapping[str, str]
    ) -> Response:
        """The merchant is authorised, and the app's address hears of it."""
        places = self._places(shop)
        poi = form.get("poi_id") or places[0]
        if poi not in places:
            raise _unfit("门店不存在")
        self._authorise(shop)
        keys = asked["permission_keys"]
        listed = self._switches["push_permissions"] == "list"
        content: JSON = {
            "account_id": shop,
            "solution_key": asked["solution_key"],
            "permission_keys": keys.split(",") if listed else keys,
            "out_shop_id": asked.get("out_shop_id", ""),
            "poi_id": poi if asked.get("out_shop_id") else "",
            "extra": _extra(asked),
        }
        self._pushes.tell(EVENT, f"{shop}:{int(self._clock.now())}", content)
        return notice(self.title, "授权成功")

    def refused(self, asked: Mapping[str, str]) -> Response:
        """Nothing happens."""
        return notice(self.title, "已取消授权")


def _extra(asked: Mapping[str, str]) -> str:
    return asked.get("extra", "")


def _unfit(why: str) -> ConsentError:
    return ConsentError(f"URL校验不通过：{why}", "url")
