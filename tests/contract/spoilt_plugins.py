"""Plugins with one fault each, and the contract's test that has to see it.

Not collected by itself: `test_contracts_bite.py` runs it and wants every test to fail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from inspect import signature
from itertools import count
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest

import connectors.douyin_laike
import connectors.taobao
import sandboxes.douyin_laike
import sandboxes.taobao
from hub_core.errors import Retryable
from hub_core.hookspecs import hookimpl
from hub_core.models import ListingStatus
from hub_core.ports import (
    Done,
    Effect,
    Revealed,
    SkuLevel,
    Verdict,
    Window,
    Withheld,
    Withholding,
)
from hub_core.sandbox import Clock, Platform
from hub_core.testing.contracts import CONTRACTS
from hub_core.wire import Fetched, Page
from tests.contract.test_contract_douyin_laike import Merchant

NOON = 1795147200.0
BOX: dict[str, Any] = {"seed": 3, "orders": 200, "history": timedelta(days=2)}
Spoil = Callable[[Any], Any]


class Around:
    """A source, stock or shipping of which one thing is otherwise."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class Source(Around):
    def after(self, stream: Any, window: Window | None, cursor: str | None) -> Page:
        return self.told(self.inner.after(stream, window, cursor))

    def probe(self, stream: Any, window: Window) -> Page:
        return self.told(self.inner.probe(stream, window))

    def page(
        self, stream: Any, window: Window, number: int, *, count: bool = False
    ) -> Page:
        return self.told(self.inner.page(stream, window, number, count=count))

    def record(self, external_id: str) -> Any:
        found = self.inner.record(external_id)
        return self.one(found) if isinstance(found, Fetched) else found

    def told(self, page: Page) -> Page:
        items = [self.one(x) if isinstance(x, Fetched) else x for x in page.items]
        return replace(page, items=tuple(items))

    def one(self, item: Fetched) -> Fetched:
        return item


def changed(**fields: Any) -> type[Source]:
    """Each record says so of these fields."""

    class Changed(Source):
        def one(self, item: Fetched) -> Fetched:
            made = {k: v(item.record) if callable(v) else v for k, v in fields.items()}
            return Fetched(replace(item.record, **made), item.raw)

    return Changed


class Dropping(Source):
    def told(self, page: Page) -> Page:
        return replace(page, items=page.items[:-1])


class OwnSize(Source):
    def after(self, stream: Any, window: Window | None, cursor: str | None) -> Page:
        page: Page = self.inner.after(replace(stream, page_size=50), window, cursor)
        return page


class Circling(Source):
    def after(self, stream: Any, window: Window | None, cursor: str | None) -> Page:
        page: Page = self.inner.after(stream, window, cursor)
        return replace(page, cursor=page.cursor or cursor or "1")


class ListDiffers(Source):
    def told(self, page: Page) -> Page:
        items = [Fetched(replace(x.record, brand="?"), x.raw)
                 if isinstance(x, Fetched) else x for x in page.items]  # fmt: skip
        return replace(page, items=tuple(items))


class Stumbling(Source):
    def record(self, external_id: str) -> Any:
        return {}[external_id] if self.inner.record(external_id) is None else None


class Blind(Source):
    def after(self, stream: Any, window: Window | None, cursor: str | None) -> Page:
        try:
            return super().after(stream, window, cursor)
        except Exception:
            return Page(())


class Yes(Around):
    def set(self, levels: Sequence[SkuLevel]) -> list[Done]:
        with suppress(Exception):
            self.inner.set(levels)
        return [Done(target=x.sku_external_id, effect=Effect.CONFIRMED) for x in levels]


class Adding(Around):
    def set(self, levels: Sequence[SkuLevel]) -> Any:
        return self.inner.set([self.more(level) for level in levels])

    def more(self, level: SkuLevel) -> SkuLevel:
        found = self.inner.level(level.product_external_id, level.sku_external_id)
        return replace(level, available=level.available + (found.available or 0))


class Insisting(Around):
    def set(self, levels: Sequence[SkuLevel]) -> Any:
        try:
            return self.inner.set(levels)
        except Retryable:
            return self.inner.set([replace(x, available=x.available + 1) for x in levels])


class Zero(Around):
    def level(self, product: str, sku: str) -> Any:
        found = self.inner.level(product, sku)
        known = self.inner.level(product, sku) if found else None
        return known or SimpleNamespace(available=0)


class Sent(Around):
    def send(self, parcel: Any) -> Done:
        with suppress(Exception):
            self.inner.send(parcel)
        return Done(target=parcel.order_external_id, effect=Effect.CONFIRMED)


class Quoting(Around):
    def send(self, parcel: Any) -> Any:
        return replace(self.inner.send(parcel), reason=f"no {parcel.tracking_no}")


class Trying(Around):
    def refresh(self, token: str) -> Any:
        try:
            return self.inner.refresh(token)
        except Exception as error:
            raise Retryable("later") from error


class Twice(Around):
    def reveal(self, sealed: Sequence[Any], purpose: Any) -> Any:
        self.inner.reveal(sealed, purpose)
        return self.inner.reveal(sealed, purpose)


class Persistent(Around):
    def reveal(self, sealed: Sequence[Any], purpose: Any) -> Any:
        try:
            return self.inner.reveal(sealed, purpose)
        except Retryable:
            return self.inner.reveal(sealed, purpose)


class Forgetful(Around):
    def reveal(self, sealed: Sequence[Any], purpose: Any) -> Any:
        return self.inner.reveal(sealed, purpose)[:-1]


class Nobody(Around):
    def reveal(self, sealed: Sequence[Any], purpose: Any) -> list[Revealed]:
        return [Revealed(order_external_id=one.order_external_id) for one in sealed]


class Talkative(Around):
    def reveal(self, sealed: Sequence[Any], purpose: Any) -> list[Withheld]:
        found = self.inner.reveal(sealed, purpose)
        said = [f"{one.name} lives at {one.address}" for one in found]
        return [
            Withheld(
                order_external_id=one.order_external_id,
                reason=Withholding.REFUSED,
                said=words,
            )
            for one, words in zip(sealed, said, strict=True)
        ]


class Free(Around):
    def cost(self, sealed: Any) -> int:
        return 1


class Moving(Around):
    def same(self, one: Any, other: Any) -> bool:
        return False


class Anybodys(Around):
    def genuine(self, push: Any, app: Any) -> bool:
        return True


class AnyBody(Around):
    """Only that there is a signature counts."""

    def genuine(self, push: Any, app: Any) -> bool:
        return bool(self.inner.genuine(push, app) or len(push.body) % 2)


class Elsewhere(Around):
    def redeem(self, code: str, redirect: str) -> Any:
        return replace(self.inner.redeem(code, redirect), shop="4711")


class Wordless(Around):
    def redeem(self, code: str, redirect: str) -> Any:
        found = self.inner.redeem(code, redirect)
        bare = tuple(replace(one, words=one.name) for one in found.permissions)
        return replace(found, permissions=bare)


class Showing(Around):
    def page(self, visit: Any, app: Any) -> str:
        return f"{self.inner.page(visit, app)}&client_secret={app.app_secret}"


class Stateless(Around):
    def page(self, visit: Any, app: Any) -> str:
        return str(self.inner.page(replace(visit, state="same"), app))


class Messaging(Around):
    """A queue needs its methods to be there: that is how it is told from a socket."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.gone = inner.gone

    def accounts(self, shop: Any) -> Any:
        return self.inner.accounts(shop)

    def permitted(self, session: Any) -> Any:
        return self.inner.permitted(session)

    def permit(self, session: Any) -> None:
        self.inner.permit(session)

    def idle(self, session: Any) -> Any:
        return self.inner.idle(session)

    def take(self, session: Any) -> Any:
        return self.inner.take(session)

    def confirm(self, session: Any, messages: Sequence[Any]) -> None:
        self.inner.confirm(session, messages)


class Confirming(Messaging):
    """All that came, whatever was kept of it."""

    came: ClassVar[list[Any]] = []

    def take(self, session: Any) -> Any:
        found = self.inner.take(session)
        self.came.extend(found)
        return found

    def confirm(self, session: Any, messages: Sequence[Any]) -> None:
        self.inner.confirm(session, self.came)


class Choosy(Messaging):
    def take(self, session: Any) -> Any:
        return [one for one in self.inner.take(session) if one.hint.kind]


class Guessing(Messaging):
    def take(self, session: Any) -> Any:
        found = self.inner.take(session)
        return [replace(x, hint=replace(x.hint, external_id="4711")) for x in found]


class Granting(Around):
    def decision(self, question: Any, verdict: Any, *rest: Any) -> Any:
        return self.inner.decision(question, Verdict.AGREED, None, *rest[1:])


class Keyless(Around):
    keys = count()

    def question(self, route: str, document: Any, app: Any) -> Any:
        found = self.inner.question(route, document, app)
        return replace(found, key=str(next(self.keys)))


class Silent(Around):
    def tell(self, decision: Any) -> Done:
        with suppress(Exception):
            self.inner.tell(decision)
        name = decision.question.order_external_ids[0]
        return Done(target=name, effect=Effect.CONFIRMED)


def _half(product: Any) -> Any:
    return tuple(replace(sku, price_amount=-1) for sku in product.skus)


LAIKE, TAOBAO = "douyin_laike", "taobao"
CANONICAL = "test_records_are_canonical"
FAULTS: list[tuple[str, str, Spoil, str]] = [
    (LAIKE, "products", changed(skus=_half), CANONICAL),
    (LAIKE, "products", changed(title=7), CANONICAL),
    (LAIKE, "products", changed(listing_status_raw=" "), CANONICAL),
    (LAIKE, "products", changed(external_id="1"), "test_an_id_names_one_record"),
    (LAIKE, "products", Dropping, "test_every_record_there_is_comes_as_it_is"),
    (LAIKE, "products", changed(listing_status=ListingStatus.ON_SALE),
     "test_a_word_nobody_has_heard_of_is_unknown_and_kept"),
    (LAIKE, "products", OwnSize, "test_page_sizes_are_honoured"),
    (LAIKE, "products", Circling, "test_page_sizes_are_honoured"),
    (LAIKE, "products", ListDiffers, "test_the_list_and_the_record_agree"),
    (LAIKE, "products", Stumbling, "test_an_unknown_record_is_none"),
    (LAIKE, "products", Blind, "test_no_answer_at_all_is_the_hubs_own_error"),
    (LAIKE, "redemptions", changed(redeemed_at=None), CANONICAL),
    (LAIKE, "redemptions", changed(voucher_external_id=None, issues=()), CANONICAL),
    (LAIKE, "places", changed(latitude=None), CANONICAL),
    (TAOBAO, "after_sales", changed(requested_amount=-5),
     "test_every_record_can_be_had_by_its_id"),
    (TAOBAO, "stock", Yes, "test_an_unknown_product_is_refused"),
    (TAOBAO, "stock", Yes, "test_no_answer_is_taken_for_a_yes"),
    (TAOBAO, "stock", Adding, "test_a_level_that_was_set_is_the_level"),
    (TAOBAO, "stock", Insisting, "test_a_lost_answer_is_an_error_and_looking_tells"),
    (TAOBAO, "stock", Zero, "test_an_unknown_sku_has_no_level"),
    (TAOBAO, "shipping", Sent, "test_an_unknown_order_is_refused"),
    (TAOBAO, "shipping", Sent, "test_no_answer_is_taken_for_a_yes"),
    (TAOBAO, "shipping", Sent, "test_a_lost_answer_is_an_error_and_looking_tells"),
    (TAOBAO, "shipping", Quoting, "test_a_refusal_does_not_quote_the_waybill"),
    (TAOBAO, "receivers", Twice, "test_all_are_asked_for_in_one_call"),
    (TAOBAO, "receivers", Persistent, "test_a_lost_answer_is_not_asked_for_again"),
    (TAOBAO, "receivers", Forgetful, "test_what_is_sealed_is_opened"),
    (TAOBAO, "receivers", Nobody, "test_what_is_sealed_is_opened"),
    (TAOBAO, "receivers", Nobody, "test_a_strange_order_is_withheld"),
    (TAOBAO, "receivers", Nobody, "test_no_answer_reveals_anybody"),
    (TAOBAO, "receivers", Talkative, "test_nobody_is_named_by_what_is_shown"),
    (TAOBAO, "receivers", Free, "test_a_price_is_told_before"),
    (TAOBAO, "receivers", Moving, "test_a_receiver_is_never_another_than_itself"),
    (TAOBAO, "authorisation", Trying, "test_a_strange_refresh_token_is_unauthorised"),
    (TAOBAO, "consents", Elsewhere, "test_an_owner_lets_the_app_in"),
    (TAOBAO, "consents", Wordless, "test_what_is_allowed_is_told_in_words"),
    (TAOBAO, "consents", Showing, "test_a_page_says_who_asks_and_where_to_come_back"),
    (TAOBAO, "consents", Stateless, "test_each_visit_has_its_own_page"),
    (TAOBAO, "messages", Confirming, "test_what_is_confirmed_comes_no_more"),
    (TAOBAO, "messages", Choosy, "test_a_word_nobody_has_heard_of_is_kept"),
    (TAOBAO, "messages", Guessing, "test_what_happens_is_told"),
    (LAIKE, "pushes", Anybodys, "test_what_anybody_sends_is_not"),
    (LAIKE, "pushes", AnyBody, "test_what_anybody_sends_is_not"),
    (LAIKE, "asks", Granting, "test_a_decision_is_taken_and_none_is_not"),
    (LAIKE, "asks", Keyless, "test_the_same_question_is_one"),
    (LAIKE, "answering", Silent, "test_no_answer_is_taken_for_a_yes"),
    (LAIKE, "answering", Silent, "test_a_lost_answer_is_an_error_and_is_told_again"),
]  # fmt: skip
ASKING = {"third_codes": 1.0, "shops": 2, "orders": 20}
"""A platform that asks."""
FURTHER: dict[str, dict[str, Any]] = {"asks": ASKING, "answering": ASKING}
MODULES = {LAIKE: connectors.douyin_laike, TAOBAO: connectors.taobao}
MAKERS = {LAIKE: sandboxes.douyin_laike.create, TAOBAO: sandboxes.taobao.create}


def spoilt(channel: str, capability: str, spoil: Spoil) -> ModuleType:
    """The channel's plugin, one of whose hooks gives something else."""
    module, hook = MODULES[channel], f"hub_{capability}"
    hooks = {k: v for k, v in vars(module).items() if k.startswith("hub_")}
    inner = hooks[hook]

    def of_a_session(session: Any) -> Any:
        return spoil(inner(session))

    def of_the_channel() -> Any:
        return spoil(inner())

    given = of_a_session if "session" in signature(inner).parameters else of_the_channel
    made = ModuleType("spoilt")
    vars(made).update(hooks | {hook: hookimpl(given)})
    return made


def tests_of(number: int) -> type:
    """The contract's class over one of the faults."""
    channel, capability, spoil, _ = FAULTS[number]

    def plugin(self: object) -> Any:
        return spoilt(channel, capability, spoil)

    def platform(self: object) -> Platform:
        how = BOX | FURTHER.get(capability, {})
        return MAKERS[channel](**how, clock=Clock(NOON))

    def asking(self: object, platform: Any) -> Merchant:
        return Merchant(platform)

    given = {"plugin": pytest.fixture(plugin), "platform": pytest.fixture(platform)}
    given |= {"asking": pytest.fixture(asking)} if capability in FURTHER else {}
    return type(f"TestFault{number}", (CONTRACTS[capability],), given)


NODES = [f"TestFault{number}::{fault[3]}" for number, fault in enumerate(FAULTS)]
globals().update({f"TestFault{number}": tests_of(number) for number in range(len(FAULTS))})
