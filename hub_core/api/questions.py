"""What platforms ask and wait for, answered by the ERP; codes it hands over beforehand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from .. import inbound
from ..access import Audit, Principal
from ..hub import Hub
from ..inbound import Decided, Misfit, NoQuestion, TooLate
from ..ports import Verdict
from ..store import asks, codes
from ..store.asks import Ask
from ..store.shops import Shop
from .once import Key, once
from .problems import Problem, Refused
from .records import ERRORS, MISSING
from .shapes import told
from .who import ThisHub, Who, chosen
from .writes import CODE, CONFLICTS, Body

MOST = 1000
KIND = {inbound.CODES: "orders"}
"""Of which kind of records a question is; of refunds where nothing is said."""
REFUNDS = "after_sales"
Number = Annotated[int, Path(ge=1, le=2**53, description="The question's number.")]
State = Literal["open", "decided", "told", "closed"]
NOT_SO: dict[int | str, dict[str, Any]] = {
    **CONFLICTS,
    409: {"model": Problem, "description": "Decided otherwise before, or too late."},
}


class AskQuestions(BaseModel):
    """Which questions; the most urgent first."""

    model_config = ConfigDict(extra="forbid")

    shop: str | None = Field(None, description="By name or hub id.")
    kind: str | None = Field(None, description="`refund_review`, `code_issue` …")
    state: list[State] = Field(["open"], description="As it stands.")
    limit: int = Field(100, ge=1, le=MOST)


class Question(BaseModel):
    """What a platform asks. Codes that it was answered with: `/questions/{id}/codes`."""

    id: int
    shop: str | None
    """Null: nobody can tell yet whose it is."""
    channel: str
    kind: str
    key: str
    orders: list[str]
    amount: int | None
    codes: int
    """How many it takes: to say yes to who asks for codes, or no to a refund."""
    sku: str | None
    outer_code: str | None
    state: str
    verdict: str | None
    reason: str | None
    decided_by: str | None
    asked_at: datetime
    asked_again: int
    deadline_at: datetime | None
    decided_at: datetime | None
    told_at: datetime | None


class Questions(BaseModel):
    """Questions."""

    data: list[Question]


Code = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[!-~]+$")]
Sku = Annotated[str, Field(min_length=1, max_length=100, pattern=CODE)]


class GiveAnswer(Body):
    """What was decided."""

    verdict: Literal["agreed", "refused"]
    reason: str | None = Field(
        None, max_length=200, description="With a refusal: what the buyer reads."
    )
    codes: list[Code] = Field(
        [], max_length=500, repr=False, description="As many as the question takes."
    )


class HandOver(Body):
    """Codes for a SKU, to be given to orders."""

    shop: str = Field(max_length=200, description="By name or hub id.")
    sku: Sku = Field(description="The platform's id of it, or your own code.")
    codes: list[Code] = Field(min_length=1, max_length=MOST, repr=False)


class Pool(BaseModel):
    """How many codes there are for a SKU."""

    shop: str
    sku: str
    free: int
    issued: int
    void: int


class Pools(BaseModel):
    """Of all SKUs."""

    data: list[Pool]


class Kept(BaseModel):
    """How many of the codes are new."""

    shop: str
    sku: str
    new: int


class IssuedCode(BaseModel):
    """A code as an order has it. `void`: it holds no longer."""

    code: str
    sku: str
    order_external_id: str | None
    voucher_external_id: str | None
    state: str
    issued_at: datetime | None
    void_at: datetime | None


class IssuedCodes(BaseModel):
    """The codes a question was answered with."""

    data: list[IssuedCode]


def router() -> APIRouter:
    """The routes of questions and codes."""
    made = APIRouter(responses=ERRORS)
    made.get("/questions", response_model=Questions, summary="What platforms wait on")(
        list_questions
    )
    made.get(
        "/questions/{id}", response_model=Question, summary="One of them",
        responses=MISSING,
    )(get_question)  # fmt: skip
    made.post(
        "/questions/{id}/answer", response_model=Question, summary="Decide it",
        responses=NOT_SO,
    )(answer)  # fmt: skip
    made.get(
        "/questions/{id}/codes", response_model=IssuedCodes,
        summary="The codes it was answered with, in clear", responses=MISSING,
    )(get_codes)  # fmt: skip
    made.get("/codes", response_model=Pools, summary="How many codes there are")(list_pools)
    made.post(
        "/codes", response_model=Kept, summary="Hand over codes", responses=CONFLICTS
    )(hand_over)
    return made


# Questions ------------------------------------------------------------------------------


def list_questions(hub: ThisHub, who: Who, asked: Annotated[AskQuestions, Query()]) -> Any:
    """Of the shops the key may see; those of which nobody can tell whose they are for who
    may see all."""
    names = {shop.id: shop for shop in hub.shops()}
    seen = _seen(hub, who)
    ids = set().union(*seen.values())
    if asked.shop is not None:
        ids &= {s.id for s in names.values() if asked.shop in (s.name, s.uid)}
    with hub.store.reading() as connection:
        found = asks.listing(
            connection, states=asked.state, shop_ids=list(ids), limit=asked.limit,
            kinds=[asked.kind] if asked.kind is not None else (),
        )  # fmt: skip
    there = [one for one in found if one.shop_id in seen[_kind(one)]]
    return {"data": [_told(one, names.get(one.shop_id or 0)) for one in there]}


def get_question(hub: ThisHub, who: Who, id: Number) -> Any:
    """One question."""
    found = _one(hub, who, id)
    return _told(found, _shop(hub, found))


def answer(
    hub: ThisHub, who: Who, id: Number, body: GiveAnswer, key: Key, request: Request
) -> Response:
    """The first decision stands. The platform is told, or hears it when it asks again."""
    found = _one(hub, who, id, "questions.answer")
    verdict = Verdict(body.verdict)

    def decide() -> Any:
        done = inbound.decide(
            hub, id, verdict, by=who.actor, reason=body.reason, given=body.codes
        )
        return _told(done, _shop(hub, done))

    def act() -> Any:
        return _refusing(decide)

    _refusing(lambda: inbound.check(hub, found, verdict, body.codes))
    return once(hub, who, request, key, _blind(hub, body), None, act)


def _refusing(act: Any) -> Any:
    try:
        return act()
    except NoQuestion as error:
        raise Refused(404, "not_found", str(error)) from None
    except TooLate as error:
        raise Refused(409, "too_late", str(error)) from None
    except Decided as error:
        raise Refused(409, "decided", str(error)) from None
    except Misfit as error:
        raise Refused(409, "codes_misfit", str(error)) from None


def _blind(hub: Hub, body: Any) -> Any:
    """The body as its key remembers it: codes are secrets, a hash of them is none."""
    marks = [hub.store.vault.blind(code) for code in body.codes]
    return body.model_copy(update={"codes": marks})


def _kind(one: Ask) -> str:
    return KIND.get(one.kind, REFUNDS)


def _seen(
    hub: Hub, who: Principal, permission: str = "questions.read"
) -> dict[str, set[int | None]]:
    """By kind of records, the shops with whose questions they may do it; None: with those
    of which nobody can tell. Raises NotAllowed where they may with none."""
    every, seen = hub.shops(), {}
    for kind in {REFUNDS, *KIND.values()}:
        ids: set[int | None] = {s.id for s in who.shops(every, permission, kind)}
        seen[kind] = ids | ({None} if who.may(permission, None, kind) else set())
    if not any(seen.values()):
        who.require(permission, None, REFUNDS)
    return seen


def _one(hub: Hub, who: Principal, id: int, permission: str | None = None) -> Ask:
    """Raises Refused for one they may not see as for one that is not there, NotAllowed for
    one they may see and not do this with."""
    may = _seen(hub, who, permission) if permission is not None else None
    seen = _seen(hub, who)
    with hub.store.reading() as connection:
        found = asks.ask(connection, id)
    if found is None or found.shop_id not in seen[_kind(found)]:
        raise Refused(404, "not_found", f"no question {id} among those you may see")
    if permission is not None and may and found.shop_id not in may[_kind(found)]:
        who.require(permission, _shop(hub, found), _kind(found))
    return found


def _shop(hub: Hub, one: Ask) -> Shop | None:
    return None if one.shop_id is None else hub.shop_with(one.shop_id)


def _told(one: Ask, shop: Shop | None) -> dict[str, Any]:
    return told(Question, one, shop=shop and shop.name, orders=list(one.orders))


# Codes ----------------------------------------------------------------------------------


def get_codes(hub: ThisHub, who: Who, id: Number) -> Any:
    """Each reading is in the audit log."""
    _one(hub, who, id, "codes.write")
    with hub.store.writing(durable=True) as connection:
        there = codes.of_ask(connection, hub.store.vault, id)
        Audit.of(hub.store, hub.settings).append(
            connection, actor=who.actor, action="codes.read", of=f"question {id}",
            details={"codes": len(there)},
        )  # fmt: skip
    return {"data": [told(IssuedCode, one) for one in there]}


def list_pools(
    hub: ThisHub, who: Who, shop: Annotated[str | None, Query(max_length=200)] = None
) -> Any:
    """Of the shops the key may see; never a code."""
    every = who.shops(hub.shops(), "questions.read", "orders")
    if not every:
        who.require("questions.read", None, "orders")
    names = {s.id: s.name for s in every if shop in (None, s.name, s.uid)}
    with hub.store.reading() as connection:
        found = codes.pools(connection, list(names))
    return {"data": [told(Pool, one, shop=names[one.shop_id]) for one in found]}


def hand_over(
    hub: ThisHub, who: Who, body: HandOver, key: Key, request: Request
) -> Response:
    """Each is given to one order. One the shop has already is left as it is."""
    if not (found := chosen(hub, who, "shops.read", body.shop)):
        raise Refused(404, "not_found", f"no shop {body.shop!r} among those you may see")
    shop = found[0]
    who.require("codes.write", shop)

    def act() -> Any:
        new = inbound.hand_over(hub, shop, body.sku, body.codes, by=who.actor)
        return {"shop": shop.name, "sku": body.sku, "new": new}

    return once(hub, who, request, key, _blind(hub, body), None, lambda: _refusing(act))
