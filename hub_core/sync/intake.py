"""From the rows of a page to what the next commit writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ..store.records import StoredVersion, known_versions
from ..wire import Fetched, Item, Misread, Page, Ref
from .details import Details
from .ledger import Batch, Ledger
from .rows import key_of, stamp_of


class Intake:
    """Takes the rows of one stream's pages; fetches those a list only names."""

    def __init__(self, details: Details, ledger: Ledger) -> None:
        self._details, self._ledger = details, ledger
        self.deep = False
        """Fetch unchanged rows too, and count those that came late."""
        self._late_seen: set[str] = set()
        self._had: set[Ref] = set()
        self._begun: datetime | None = None

    def begin(self, asked_from: datetime | None = None) -> None:
        """Another window: what a list names is fetched once for each, however often it is
        read, for a later change has a later time and is named with it. On a line that
        fails and gives answers no id a detail may be a former one: it is fetched again.

        `asked_from`: when its first call went out, if that was before."""
        self._had.clear()
        self._begun = asked_from or self._ledger.now()

    def take(self, page: Page, batch: Batch) -> None:
        """Put a page's rows into the batch."""
        refs = [i for i in page.items if isinstance(i, Ref)]
        if self.deep:
            self._note_late(page, batch)
        if rows := [item for item in page.items if isinstance(item, Fetched)]:
            batch.fetched += rows
            batch.of = self._ledger.provenance()
            batch.ask_from(self._begun)
        batch.misread += [item for item in page.items if isinstance(item, Misread)]
        for ref in self._changed(refs):
            self._fetch(ref, batch)

    def _note_late(self, page: Page, batch: Batch) -> None:
        """Rows an interval called complete did not have, or had in an older version."""
        items = [i for i in page.items if key_of(i) not in self._late_seen]
        self._late_seen.update(map(key_of, items))
        known = self._known([key_of(i) for i in items])
        batch.late_at += [at for item in items if (at := _late(item, known)) is not None]

    def _known(self, ids: list[str]) -> dict[str, StoredVersion]:
        with self._ledger.store.reading() as connection:
            shop = self._ledger.owner.shop_id
            return known_versions(connection, self._ledger.kind, shop, ids)

    def _changed(self, refs: list[Ref]) -> Iterator[Ref]:
        """Those whose stored version is not the one the list names."""
        refs = [ref for ref in refs if ref not in self._had]
        known = self._known([r.external_id for r in refs]) if refs else {}
        for ref in refs:
            stored = known.get(ref.external_id)
            same = stored is not None and _is_told(stored, ref)
            if not same or self.deep or ref.updated_at is None:
                yield ref

    def _fetch(self, ref: Ref, batch: Batch) -> None:
        """The row's detail; one that is behind its list, or not there yet, is parked.

        Parked records are tried again within minutes, so the window need not wait.
        """
        self._ledger.counts.details += 1
        found = self._details.record(ref.external_id)
        match found:
            case Fetched():
                batch.fetched.append(found)
                batch.of = self._ledger.provenance()
                batch.ask_from(batch.of.sent_at)
                if is_older(found.record.channel_updated_at, ref.updated_at):
                    batch.misread.append(
                        _waiting(ref, "its detail is older than the list", found.raw)
                    )
                elif self._is_sure():
                    self._had.add(ref)
            case Misread():
                batch.misread.append(_waiting(ref, found.reason, found.raw))
            case None:
                batch.misread.append(
                    _waiting(ref, "the list names it, its detail is not found", None)
                )

    def _is_sure(self) -> bool:
        of = self._ledger.provenance()
        return of.signed or of.smooth


def _late(item: Item, known: dict[str, StoredVersion]) -> datetime | None:
    stored, at = known.get(key_of(item)), stamp_of(item)
    return at if stored is None or is_older(stored.updated_at, at) else None


def _is_told(stored: StoredVersion, ref: Ref) -> bool:
    """Whether what is stored is what the list names. Two changes of one second share
    their time: the word tells them apart."""
    told = ref.status_raw in (None, stored.status_raw)
    return told and stored.updated_at == ref.updated_at


def _waiting(ref: Ref, reason: str, raw: object) -> Misread:
    return Misread(ref.external_id, reason, raw, ref.updated_at)


def is_older(one: datetime | None, other: datetime | None) -> bool:
    """Whether both are known and the first is the older."""
    return one is not None and other is not None and one < other
