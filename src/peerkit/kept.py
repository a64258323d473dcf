"""What a program keeps, read in every way there is. Nothing here decides, and nothing writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, Generic, TypeVar

import attrs

from peerkit.errors import BadInput, StoreError, must_be
from peerkit.model import Noun, View
from peerkit.model.fields import day_of, in_utc
from peerkit.stores import GENESIS, NOT_FROM_HERE, BacksUp, Entry, Order, Store, Wanted
from peerkit.stores.advice import Advice
from peerkit.stores.checking.anchors import Anchor
from peerkit.stores.checking.scales import Break
from peerkit.stores.checking.verifying import Verified, verified
from peerkit.stores.examining import examined
from peerkit.stores.filters import ABOUT, after_of, place_in, wanted_of
from peerkit.stores.looking_back import view_then

__all__ = ["Advice", "Anchor", "Break", "Kept", "Page", "Verified"]

N = TypeVar("N", bound=Noun)

#: How many nouns `find` gives at a time.
MOST_FOUND: Final = 10_000
#: How many of them `every` reads at a time.
PAGE: Final = 500
#: What stands in place of words that no key opens.
_CLOSED: Final = "(These words are sealed, and no key here opens them.)"
#: What words are asked for with.
_WORDS: Final = 'give what the words are about, such as "goal/g-1"'
#: What is said of an anchor that is none.
_ANCHOR: Final = "give what program.anchor() gave, or Anchor.parse(line)"


@attrs.frozen
class Page(Generic[N]):
    """Some nouns in their order. ``after`` asks for the next page; None: no more."""

    items: tuple[N, ...]
    after: str | None

    def __iter__(self) -> Iterator[N]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def _unwatched(done: int, of: int) -> None:
    """Nobody watches."""


def _then(as_of: object, now: datetime) -> int | datetime:
    """The number of an entry, or a moment in UTC that is not still to come."""
    if isinstance(as_of, int) and not isinstance(as_of, bool):
        return as_of
    moment = in_utc(as_of) if isinstance(as_of, datetime) else None
    if moment is None or moment.tzinfo is not UTC:
        raise BadInput("as_of", "give the number of an entry, or a datetime with its time zone")
    if moment > now:
        raise BadInput("as_of", "that moment is still to come; leave it out for now")
    return moment


class Kept:
    """Everything that is kept of one program, to be read: what stands, what was, who said what."""

    def __init__(self, store: Store, *, zone: str, clock: Callable[[], datetime]) -> None:
        self.store: Store = store
        self.zone: str = zone
        self._clock = clock

    def find(  # noqa: PLR0913 - what may be asked, each by its name
        self,
        kind: type[N],
        *,
        about: str | None = None,
        status: StrEnum | Iterable[StrEnum] | None = None,
        open: bool | None = None,  # noqa: A002 - the noun's own word
        since: date | None = None,
        until: date | None = None,
        order: Order | None = None,
        after: str = "",
        limit: int = 100,
    ) -> Page[N]:
        """Nouns of one kind, a page at a time: all, or those that fit every filter.

        ``about`` is an id that they touch, or their own; ``status`` one or several
        members of the kind's own enum; ``open`` whether decisions still read them.
        ``since`` and ``until``, which is left out itself, are dates, or
        datetimes with their time zone where a moment dates the kind; a date is
        a day of this program's zone. Which field dates which kind stands on the
        reference page of nouns; one that has no day yet is not between any.

        ``order`` is by id, or by day; left out, it is the oldest first where days are
        asked for. ``after`` is the ``after`` of the page before; the last page's is None.
        """
        wanted = wanted_of(
            kind,
            self.zone,
            about=about,
            status=status,
            open=open,
            since=since,
            until=until,
            order=order,
        )
        must_be(str, after, "after", "give the after of the page before; None: no next page")
        must_be(int, limit, "limit", f"1 to {MOST_FOUND} at a time")
        if not 1 <= limit <= MOST_FOUND:
            raise BadInput("limit", f"1 to {MOST_FOUND} at a time")
        return self._page(wanted, after, limit)

    def _page(self, wanted: Wanted[N], after: str, limit: int) -> Page[N]:
        items = self.store.find(wanted, after=place_in(wanted.order, after), limit=limit)
        return Page(items, after_of(wanted, items[-1]) if len(items) == limit else None)

    def every(
        self,
        kind: type[N],
        *,
        about: str | None = None,
        status: StrEnum | Iterable[StrEnum] | None = None,
        open: bool | None = None,  # noqa: A002 - the noun's own word
        since: date | None = None,
        until: date | None = None,
        order: Order | None = None,
    ) -> Iterator[N]:
        """Every noun of one kind that fits the filters of :meth:`find`, however many there are.

        They are read a page at a time. What is written meanwhile may be among them or not.
        """
        wanted = wanted_of(
            kind,
            self.zone,
            about=about,
            status=status,
            open=open,
            since=since,
            until=until,
            order=order,
        )
        return self._every(wanted)

    def _every(self, wanted: Wanted[N]) -> Iterator[N]:
        after: str | None = ""
        while after is not None:
            page = self._page(wanted, after, PAGE)
            yield from page
            after = page.after

    def count(
        self,
        kind: type[Noun],
        *,
        about: str | None = None,
        status: StrEnum | Iterable[StrEnum] | None = None,
        open: bool | None = None,  # noqa: A002 - the noun's own word
        since: date | None = None,
        until: date | None = None,
    ) -> int:
        """How many nouns of one kind fit the filters of :meth:`find`."""
        wanted = wanted_of(
            kind, self.zone, about=about, status=status, open=open, since=since, until=until
        )
        return self.store.count(wanted)

    def view(self, *about: str, as_of: int | datetime | None = None) -> View:
        """What stands now about these ids: their nouns, what weighs on them, their tallies.

        With ``as_of``, what was known then: once the entry of this number had been
        kept, or at a moment. Then ``now`` is that moment, and the tallies are those of
        its day. A moment stands for the entries before the first that was kept later,
        in the order of the journal; where a clock went back, what came behind that
        one was not known. What was forgotten since is not there either.
        A number reads the entries of these ids only; a moment reads the journal up to it.
        """
        for each in about:
            must_be(str, each, "about", ABOUT)
        now = self._moment()
        if as_of is None:
            return self.store.view(about, self._day(now), now).view
        return view_then(self.store, about, _then(as_of, now), self.zone)

    def words(self, about: str) -> tuple[str, ...]:
        """The words kept about something, oldest first: ``program.words("goal/g-1")``.

        Words are kept for what they are about: a goal and its steps
        (``goal/ID``, ``step/ID``), a note (``session/ID``), what was agreed
        (``agreement/ID``, ``group/ID``, ``house/ID``), asked, told and looked at
        (``consultation/ID``, ``concern/ID``, ``disclosure/ID``, ``drift/ID``,
        ``bias-report/ID``, ``measure/ID``), and a way to a service
        (``connection/ID``, ``spoken-for/ID``), and what was found out about a break
        of the journal (``break/ID``, its number). Parts of a plan or a map come
        behind it (``plan/ID``, ``map/ID``), as in ``plan/p-1/triggers``. A plan
        and a peer's own one (``self-care-plan/ID``) are somebody's alone: ask
        first, with :class:`~peerkit.acts.ReadPlan` or
        :class:`~peerkit.acts.SeeSelfCarePlan`. In place of words whose key is
        gone stands a sentence in brackets that says so. The private parts of acts and nouns
        are no words: they are read with their entry (:meth:`history`) or noun (:meth:`find`).
        """
        must_be(str, about, "about", _WORDS)
        if about.startswith("@"):
            raise BadInput("about", _WORDS)
        kept = self.store.apart(about)
        return tuple(_CLOSED if each.sealed else each.text for each in kept)

    def journal(self, after: int = 0) -> Iterator[Entry]:
        """Every entry after this number, oldest first."""
        must_be(int, after, "after", "give the number of an entry; 0 for all")
        return self.store.journal(after)

    def history(self, about: str) -> Iterator[Entry]:
        """Every entry that touches this id, oldest first, refusals among them."""
        must_be(str, about, "about", ABOUT)
        return self.store.journal(about=about)

    def backup(
        self, path: str | os.PathLike[str], *, progress: Callable[[int, int], object] = _unwatched
    ) -> Anchor:
        """A whole copy in a new file, made while others write: open it to have it back.

        Gives an anchor of the last entry in it, to be kept elsewhere.
        What is sealed is sealed there too, and the keys are not in it.
        ``progress`` is called with how much is done, and of how much. For a file, every
        program in it is copied. Raises :class:`~peerkit.errors.StoreError`.
        """
        must_be(str | os.PathLike, path, "path", "give the name of a new file")
        if not isinstance(self.store, BacksUp):
            raise StoreError(NOT_FROM_HERE)
        return Anchor(*self.store.backup(os.fspath(path), progress), self._moment())

    def anchor(self) -> Anchor:
        """The last entry's number and hash, now: keep it where nobody who writes here can write.

        Before the first entry its number is 0. What :meth:`verify` can prove with it, and
        what not without, ``Verified.proves`` says.
        """
        now = self._moment()
        seen = self.store.view((), self._day(now), now).view.seen
        if not seen:
            return Anchor(0, GENESIS, now)
        last = next(self.store.journal(seen - 1), None)
        if last is None:
            raise StoreError(f"Entry {seen} is kept as the last one and is not there. Verify.")
        return Anchor(seen, last.hash, now)

    def verify(
        self, anchor: Anchor | Iterable[Anchor] = (), *, since: Anchor | None = None
    ) -> Verified:
        """Read the whole journal and compare everything kept with it, in constant memory.

        Finds edited, missing and added entries; nouns, tallies, messages and
        words that do not follow from the journal; and whatever would keep a
        rule or a reader from finding them. With an ``anchor``, or several, that
        was kept elsewhere it sees a cut tail, an older copy and a journal that
        was written anew too. ``since`` reads on from an anchor, for every day: what
        lies before is then not read. See ``Verified.proves``.
        """
        anchors = (anchor,) if isinstance(anchor, Anchor) else anchor
        must_be(Iterable, anchors, "anchor", _ANCHOR)
        known = tuple(anchors)
        for each in known:
            must_be(Anchor, each, "anchor", _ANCHOR)
        must_be(Anchor | None, since, "since", _ANCHOR)
        return verified(self.store, known, since)

    def doctor(self) -> tuple[Advice, ...]:
        """What an operator should know of where this is kept: what, why it matters, what to do.

        It looks at the place and not at what is kept: see :meth:`verify` for that. It does not
        fail; what it cannot look at is part of the answer.
        """
        return examined(self.store)

    def _moment(self) -> datetime:
        now = self._clock()
        if not isinstance(now, datetime) or now.tzinfo is None:
            raise BadInput("clock", "must give moments with their time zone")
        return now if now.tzinfo is UTC else now.astimezone(UTC)

    def _day(self, moment: datetime) -> date:
        return day_of(moment, self.zone)
