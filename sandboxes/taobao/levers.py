"""What a test may do to the box: end tokens, shut apps out, spoil rows."""

from __future__ import annotations

from hub_core.sandbox import Account, Clock

from .goods import Goods
from .grants import Grants
from .limits import Limits
from .poison import RECORD_POISONS
from .refunds import Refunds
from .refusals import Refused
from .world import Seller, World


class Levers:
    """The part of the box that a test pulls at."""

    clock: Clock
    limits: Limits
    grants: Grants
    world: World
    goods: Goods
    refunds: Refunds
    _refusals: list[Refused]

    def expire_token(self, account: str) -> None:
        """The seller's session is over from now on."""
        self.grants.current(account).until = self.clock.now()

    def expire_reads(self, account: str) -> None:
        """Its read grants (r1, r2) are over."""
        self.grants.current(account).reads_until = self.clock.now()

    def expire_writes(self, account: str) -> None:
        """Its write grants (w1, w2) are over."""
        self.grants.current(account).writes_until = self.clock.now()

    def revoke(self, account: str) -> None:
        """The seller withdraws the authorisation; only `authorise` brings it back."""
        self.grants.revoke(account)

    def authorise(self, account: str) -> Account:
        """The seller authorises the app again: a new session, the old one is dead."""
        seller = self.world.sellers[account]
        self.grants.authorise(account, seller.app_key, self.clock.now())
        return self._account(seller)

    def code(self, account: str) -> str:
        """What the seller's browser brings back after he has agreed: a code."""
        seller = self.world.sellers[account]
        return self.grants.code(seller.user, seller.app_key, self.clock.now())

    def ban(
        self, app_key: str, seconds: float, sub_code: str = "limited-by-api-access-count"
    ) -> None:
        """Every call of the app is refused for that long."""
        self.limits.ban(app_key, sub_code, seconds, self.clock.now())

    def reset_quota(self, app_key: str) -> bool:
        """The owner resets the day's quota by hand; False after three times a day."""
        return self.limits.reset(app_key, self.clock.now())

    def refuse_next(self, sub_code: str, calls: int = 1, code: int | None = None) -> None:
        """The next so many calls of a seller fail so; `code` None: the generic one."""
        no = Refused(code, "Remote service error", sub_code, "远程服务调用失败")
        self._refusals += [no] * calls

    def poison(self, account: str, id: str, kind: str) -> None:
        """Make a row malformed from now on; `poison.POISONS` has the kinds."""
        self.world.poison(account, id, kind)

    def poison_record(
        self, account: str, kind: str, id: str, how: str | None = None
    ) -> None:
        """Make a product or an after-sale malformed from now on, in this way or any.

        `poison.RECORD_POISONS` has the ways. Raises ValueError for what there is not.
        """
        ways = RECORD_POISONS.get(kind, {})
        way = how or (sorted(ways)[sum(id.encode()) % len(ways)] if ways else "")
        if way not in ways:
            raise ValueError(f"no {kind}, or no way {how}: {sorted(ways)}")
        keeper = self.goods if kind == "product" else self.refunds
        keeper.poison(account, id, way)

    @property
    def poisoned_records(self) -> set[tuple[str, str, str]]:
        """(account, kind, id) of every other record malformed on purpose."""
        bad = {(a, "product", id) for a, id in self.goods.poisoned}
        return bad | {(a, "after_sale", id) for a, id in self.refunds.poisoned}

    def _account(self, seller: Seller) -> Account:
        session = self.grants.current(seller.user)
        return Account(
            external_id=seller.user,
            name=seller.nick,
            app_key=seller.app_key,
            app_secret=self.grants.apps[seller.app_key].secret,
            access_token=session.token,
            refresh_token=session.refresh if self.grants.refreshable else None,
            expires_in=max(0, int(session.until - self.clock.now())),
            account={"nick": seller.nick},
            settings={
                "privacy": "clear" if seller.clear else "masked",
                "refunds": "after" if seller.disputes else "before",
            },
        )
