"""Stock: one SKU a call, set to a whole number and never added to.

Which call sets it is the shop's pin `stock`. No answer tells what a SKU has then: one that
says it was done is all the proof there is. The older call's `trade_no` is not sent. Were it
a number the platform knows again, a level that is set anew under it would be called done
and not be set; an absolute number needs no such guard.
Source: channel paper JD §4, §7.8; official page of the newer call (apiId 1224).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.jd.envelope import DONE
from adapters.jd.stock import StockSet
from hub_core.errors import BadRequest, Forbidden, Gone, Rejected, Unreadable
from hub_core.models import StockLevel
from hub_core.ports import Done, Effect, Session, SkuLevel

from .asking import shape
from .writing import BARE_NO, words


@dataclass(slots=True)
class JdStock:
    """The stock of one shop, of the whole country."""

    session: Session
    most: int = 1
    one_product: bool = True

    def set(self, levels: Sequence[SkuLevel]) -> Sequence[Done]:
        """Set one SKU. What holds of more than it is raised (Forbidden, Gone, a token's
        end), and so is every Retryable: what that did, only looking tells."""
        if len(levels) != self.most:
            raise BadRequest("jd sets the stock of one SKU a call")
        (wanted,) = levels
        try:
            answer = self._send(wanted)
        except (Forbidden, Gone):
            raise
        except Rejected as error:
            return [_refused(wanted, error)]
        except Unreadable as error:
            # It was answered, so that it may have been done.
            return [_done(wanted, Effect.UNKNOWN, words(error))]
        return [_answered(wanted, answer)]

    def level(self, product_external_id: str, sku_external_id: str) -> StockLevel | None:
        """What the platform has now. Whether pieces that orders hold count in it, no
        document says (C); they are counted alike when it is set."""
        asked_at = self.session.now()
        calls = shape(self.session, "stock")
        found: int | None = self.session.send(calls.GET, sku=sku_external_id)
        if found is None:
            return None
        return StockLevel(
            sku_external_id=sku_external_id, available=found, as_of_at=asked_at
        )

    def _send(self, wanted: SkuLevel) -> StockSet:
        answer: StockSet = self.session.send(
            shape(self.session, "stock").SET,
            sku=wanted.sku_external_id,
            quantity=wanted.available,
        )
        return answer


def _answered(wanted: SkuLevel, answer: StockSet) -> Done:
    """Only the older call says whose stock it set."""
    if answer.sku_external_id not in (None, wanted.sku_external_id):
        return _done(wanted, Effect.UNKNOWN, "the answer is about another SKU")
    return _done(wanted, Effect.CONFIRMED)


def _refused(wanted: SkuLevel, error: Rejected) -> Done:
    """A no with its cause is a no. One without may be a yes in a spelling that no
    document has."""
    said = words(error)
    is_bare = said == BARE_NO and error.code in (None, *DONE)
    effect = Effect.UNKNOWN if is_bare else Effect.REFUSED
    return _done(wanted, effect, said, error.code)


def _done(
    wanted: SkuLevel, effect: Effect, reason: str | None = None, code: str | None = None
) -> Done:
    target = wanted.sku_external_id
    return Done(target=target, effect=effect, reason=reason, code=code)
