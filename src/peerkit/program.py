"""The one door: decide, do, tell, find, history, verify."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

import attrs

from peerkit.acts import Act, Left, Makes
from peerkit.decisions import Decision, Finding, Rules, Verdict, decide
from peerkit.errors import BadInput, KeyReused, Moved
from peerkit.handbook import Handbook
from peerkit.model import NOUNS, Noun, View
from peerkit.model.fields import zone_named
from peerkit.notifiers import CouldNotTell
from peerkit.rules import ROLE_LIMITS
from peerkit.stores import GENESIS, Change, Entry, KeptWords
from peerkit.stores.codec import act_table, text, write_noun
from peerkit.stores.opening import store_at

if TYPE_CHECKING:
    from types import TracebackType

    from peerkit.notifiers import Notifier
    from peerkit.stores import Standing, Store

__all__ = ["Page", "Program", "Told", "Verified"]

N = TypeVar("N", bound=Noun)

#: How the journal names the verdicts.
_NAMED: Final = {each: each.name for each in Verdict}
#: How often we read again when somebody else was faster.
MOST_TRIES: Final = 8
#: How many acts `do_all` keeps in one transaction.
BATCH: Final = 500
#: How long a message belongs to the teller who took it.
LEASE: Final = timedelta(minutes=5)


@attrs.frozen
class Page(Generic[N]):
    """Some nouns in the order of their ids. ``after`` asks for the next page; None: no more."""

    items: tuple[N, ...]
    after: str | None

    def __iter__(self) -> Iterator[N]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@attrs.frozen
class Told:
    """How many messages were told, and how many could not be and still wait."""

    told: int
    waiting: int


@attrs.frozen
class Verified:
    """What was found when the journal was read from end to end.

    ``entries`` were read; ``head`` is the hash of the last one: keep it
    elsewhere, for without it a cut tail cannot be seen. ``faults`` name what
    does not fit, the first one first.
    """

    entries: int
    head: str
    faults: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether everything fits."""
        return not self.faults


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(8)}"


def _salt() -> str:
    return secrets.token_hex(16)


class Program:
    """One peer support program: the acts asked of it, and everything it keeps.

    Open one with :meth:`open`, or bring a store of your own. ``clock``,
    ``new_id`` and ``salt`` are passed in so that nothing here is left to
    chance; ``zone`` is where the program's days begin and end. peerkit does
    not authenticate: whoever calls says who acts, in ``by``.
    """

    def __init__(
        self,
        store: Store,
        *,
        handbook: Handbook | None = None,
        rules: Rules = ROLE_LIMITS,
        zone: str = "UTC",
        clock: Callable[[], datetime] = _now,
        new_id: Callable[[str], str] = _new_id,
        salt: Callable[[], str] = _salt,
    ) -> None:
        self.store = store
        self.handbook = Handbook.load() if handbook is None else handbook
        self._rules = rules
        found = zone_named(zone)
        if found is None:
            raise BadInput("zone", "give an IANA time zone such as America/Chicago")
        self._zone = found
        self._clock = clock
        self._new_id = new_id
        self._salt = salt

    @classmethod
    def open(cls, where: str, *, program: str = "main", **how: Any) -> Program:
        """Open a program kept somewhere, making the place when it is new.

        ``where`` is a file (``"program.db"``), ``":memory:"``, or an address
        whose scheme a store has registered (``"theirs://…"``, entry point group
        ``peerkit.stores``). One place may hold several programs by name. The
        other arguments are those of :class:`Program`, and ``durability`` for a
        file. Raises :class:`~peerkit.errors.StoreError`.
        """
        opening = {name: how.pop(name) for name in ("durability",) if name in how}
        return cls(store_at(where, program, **opening), **how)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def decide(self, act: Act) -> Decision:
        """Whether this act would be allowed now. Nothing is kept."""
        act = self._named(act)
        _, decision = self._decided(act, self._moment())
        return decision

    def do(self, act: Act) -> Decision:
        """Ask or report. What is allowed, and every report, is kept before this returns.

        A refusal changes nothing and is journalled. When somebody else changed
        what the decision stood on, it is read and decided again, a few times.
        Raises :class:`~peerkit.errors.KeyReused`, :class:`~peerkit.errors.Moved`
        when others were always faster, and :class:`~peerkit.errors.StoreError`.
        """
        fingerprint = "" if act.key is None else _fingerprint(act)
        act = self._named(act)
        for _ in range(MOST_TRIES - 1):
            try:
                return self._done(act, fingerprint)
            except Moved:
                continue
        return self._done(act, fingerprint)

    def do_all(self, acts: Iterable[Act], *, batch: int = BATCH) -> Iterator[Decision]:
        """Do many acts, ``batch`` of them in one transaction: much faster, equally safe.

        Decisions come in order, each batch's once it is kept. When an act
        raises, its batch is not kept, and those before it are.
        """
        waiting: list[Act] = []
        for act in acts:
            waiting.append(act)
            if len(waiting) == batch:
                yield from self._batch(waiting)
                waiting = []
        if waiting:
            yield from self._batch(waiting)

    def _batch(self, acts: list[Act]) -> list[Decision]:
        with self.store.together():
            return [self.do(act) for act in acts]

    def tell(self, notifier: Notifier, *, limit: int = 1000, lease: timedelta = LEASE) -> Told:
        """Tell what waits in the outbox, oldest first, at most ``limit`` messages.

        At least once: when the process dies between telling and noting it, the
        message is told again, with the same key, after its ``lease``. Never
        twice while the lease holds. Where there is only ever one teller, no
        lease is needed: ``lease=timedelta(0)``.
        """
        now = self._moment()
        told = 0
        for message in self.store.untold(limit, now, now + lease):
            try:
                notifier.notify(message)
            except CouldNotTell:
                continue
            self.store.told((message.key,), self._moment())
            told += 1
        return Told(told, self.store.outbox()[1])

    def find(
        self, kind: type[N], *, about: str | None = None, after: str = "", limit: int = 100
    ) -> Page[N]:
        """Nouns of one kind, in the order of their ids: all, or those that touch ``about``."""
        items = self.store.find(kind, about=about, after=after, limit=limit)
        return Page(items, items[-1].id if len(items) == limit else None)

    def every(self, kind: type[N], *, about: str | None = None) -> Iterator[N]:
        """Every noun of one kind, page by page."""
        after: str | None = ""
        while after is not None:
            page = self.find(kind, about=about, after=after, limit=500)
            yield from page
            after = page.after

    def view(self, *about: str) -> View:
        """What stands now about these ids: their nouns, what weighs on them, their tallies."""
        now = self._moment()
        return self.store.view(about, self._day(now), now).view

    def words(self, about: str) -> tuple[str, ...]:
        """The words kept about something: ``program.words("goal/g-1")``, oldest first."""
        return self.store.words(about)

    def journal(self, after: int = 0) -> Iterator[Entry]:
        """Every entry after this number, oldest first."""
        return self.store.journal(after)

    def history(self, about: str) -> Iterator[Entry]:
        """Every entry that touches this id, oldest first, refusals among them."""
        return self.store.journal(about=about)

    def verify(self) -> Verified:
        """Read the whole journal and compare everything kept with it.

        Finds edited, missing and added entries, and nouns, tallies and messages
        that do not follow from the journal. It cannot see a cut tail, nor a
        journal that was rewritten from end to end: keep ``head`` elsewhere.
        """
        return _verified(self.store)

    def _moment(self) -> datetime:
        now = self._clock()
        if now.tzinfo is None:
            raise BadInput("clock", "must give moments with their time zone")
        return now if now.tzinfo is UTC else now.astimezone(UTC)

    def _named(self, act: Act) -> Act:
        """The act with an id for what it makes."""
        if isinstance(act, Makes) and act.id is None:
            return attrs.evolve(act, id=self._new_id(act.makes.kind))
        return act

    def _decided(self, act: Act, now: datetime) -> tuple[Standing, Decision]:
        day = self._day(act.moment(now))
        standing = self.store.view(act.about, _counted_on(act, day), now, act.key)
        decision = decide(act, standing.view, self.handbook.on(day), self._rules)
        return standing, decision

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()

    def _done(self, act: Act, fingerprint: str) -> Decision:
        now = self._moment()
        standing, decision = self._decided(act, now)
        if standing.earlier is not None:
            return self._again(act, fingerprint, standing.earlier)
        kept = decision.allowed or act.already
        left = act.leaves(standing.view, decision.judged()) if kept else Left()
        change = self._change(act, fingerprint, now, standing, decision, left)
        entry = self.store.keep(change)
        return decision.kept_as(entry.number)

    def _change(
        self,
        act: Act,
        fingerprint: str,
        now: datetime,
        standing: Standing,
        decision: Decision,
        left: Left,
    ) -> Change:
        nouns = tuple((each, write_noun(each)) for each in left.nouns)
        words = tuple(
            KeptWords(each.about, each.owner, self._salt(), each.words.text) for each in left.words
        )
        return Change(
            about=act.about,
            day=_counted_on(act, decision.day),
            stood=standing,
            key=act.key,
            entry=_entry(act, fingerprint, now, decision, left, nouns, words),
            nouns=nouns,
            counts=left.counts,
            messages=left.messages,
            words=words,
        )

    def _again(self, act: Act, fingerprint: str, earlier: Entry) -> Decision:
        """The first answer to an act whose key has been answered before."""
        kept = earlier.read()
        if kept["fingerprint"] != fingerprint:
            raise KeyReused(str(act.key), earlier.number)
        book = self.handbook.on(date.fromisoformat(kept["day"]))
        findings = tuple(
            Finding(book.clause(clause), Verdict[verdict], facts, activity)
            for clause, verdict, facts, activity in kept["findings"]
        )
        return Decision(
            act,
            findings,
            Verdict[kept["verdict"]],
            kept["edition"],
            book.day,
            number=earlier.number,
            again=True,
        )


def _counted_on(act: Act, day: date) -> date:
    """The day whose tallies an act reads: the day it speaks of."""
    named = getattr(act, "day", None)
    return day if named is None else named


def _fingerprint(act: Act) -> str:
    """What makes two acts with one key the same act. Words stay out: their digest would tell."""
    return sha256(text(act_table(act, words=False)).encode()).hexdigest()


def _entry(
    act: Act,
    fingerprint: str,
    now: datetime,
    decision: Decision,
    left: Left,
    nouns: tuple[tuple[Noun, str], ...],
    words: tuple[KeptWords, ...],
) -> str:
    """The journal's text of a decision. The nouns are put in as they are written elsewhere."""
    said = text(
        {
            "at": now.isoformat(),
            "fingerprint": fingerprint,
            "day": decision.day.isoformat(),
            "edition": decision.edition,
            "verdict": _NAMED[decision.verdict],
            "findings": [
                [each.clause.id, _NAMED[each.verdict], {**each.facts}, each.activity]
                for each in decision.findings
            ],
            "counts": [[each.of, each.what, each.by, each.day] for each in left.counts],
            "messages": [
                [each.to, each.kind, each.about, each.inside, each.outside]
                for each in left.messages
            ],
            "words": [[each.about, each.owner, each.digest] for each in words],
            "act": act_table(act, words=False),
        }
    )
    written = ",".join(body for _, body in nouns)
    return f'{said[:-1]},"nouns":[{written}]}}'


def _verified(store: Store) -> Verified:
    faults: list[str] = []
    number, head = 0, GENESIS
    nouns: dict[tuple[str, str], str] = {}
    tallies: dict[tuple[str, str, str], int] = {}
    messages = 0
    for entry in store.journal():
        number += 1
        if entry.number != number:
            faults.append(f"Entry {number} is missing; the next one there is {entry.number}.")
            number = entry.number
        if sha256(entry.body.encode()).hexdigest() != entry.hash:
            faults.append(f"Entry {entry.number} does not match its hash: it was edited.")
        body = _body(entry)
        if body is None or body["n"] != entry.number or body["prev"] != head:
            faults.append(f"Entry {entry.number} is not linked to the one before it.")
        head = entry.hash
        if body is None:
            continue
        for noun in body["nouns"]:
            nouns[noun["noun"], noun["id"]] = text(noun)
        for of, what, by, day in body["counts"]:
            tallies[of, what, day] = tallies.get((of, what, day), 0) + by
        messages += len(body["messages"])
    faults += _noun_faults(store, nouns)
    faults += _tally_faults(store, tallies)
    if store.outbox()[0] != messages:
        faults.append(f"The outbox holds {store.outbox()[0]} messages; the journal {messages}.")
    return Verified(number, head, tuple(faults))


def _body(entry: Entry) -> dict[str, Any] | None:
    try:
        found = json.loads(entry.body)
    except ValueError:
        return None
    needed = {"n", "prev", "nouns", "counts", "messages"}
    return found if type(found) is dict and needed <= set(found) else None


def _noun_faults(store: Store, nouns: dict[tuple[str, str], str]) -> Iterator[str]:
    """Nouns that are not as the journal left them."""
    for kind in NOUNS:
        after: str | None = ""
        while after is not None:
            items = store.find(kind, after=after, limit=500)
            for each in items:
                if nouns.pop((each.kind, each.id), None) != write_noun(each):
                    yield f"{each.kind} {each.id} is not as the journal left it."
            after = items[-1].id if len(items) == 500 else None  # noqa: PLR2004 - a full page
    for name, id_ in nouns:
        yield f"{name} {id_} is in the journal and nowhere else."


def _tally_faults(store: Store, tallies: dict[tuple[str, str, str], int]) -> Iterator[str]:
    for chunk in store.tallies():
        for each in chunk:
            if tallies.pop((each.of, each.what, each.day), 0) != each.by:
                yield f"The tally {each.what} of {each.of} is not what the journal adds up to."
    for (of, what, _), value in tallies.items():
        if value:
            yield f"The tally {what} of {of} is missing."
