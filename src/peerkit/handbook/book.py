"""The book as it stands on one day: clauses with their passages, and the activities."""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from peerkit.errors import BadInput
from peerkit.model import Phrase
from peerkit.model.phrase import said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from peerkit.model import Noun

__all__ = [
    "ActivityEntry",
    "BadHandbook",
    "Book",
    "Case",
    "Circumstance",
    "Clause",
    "LeadsTo",
    "Passage",
    "Reminder",
    "ReminderValue",
    "Source",
    "Verdict",
]

K = TypeVar("K")
#: English, the language the book is written in: no word needs another.
_ENGLISH: Final[Mapping[str, str]] = MappingProxyType({})


class BadHandbook(BadInput):
    """A book that cannot be trusted: names the file and key and says what to do."""


class Verdict(IntEnum):
    """How far a thing may be done, lightest first. The heaviest of all findings wins."""

    ALLOWED = 0
    NEEDS_CONSENT = 1
    NEEDS_CONSULTATION = 2
    NEEDS_FACTS = 3
    NOT_ALLOWED = 4

    def __str__(self) -> str:
        return self.name.lower().replace("_", " ")


@attrs.frozen(kw_only=True)
class Source:
    """A publication the book cites. ``year`` is None where the copy read has no date."""

    id: str
    title: str
    publisher: str
    year: int | None
    link: str | None

    def __str__(self) -> str:
        dated = "" if self.year is None else f", {self.year}"
        return f"{self.title} ({self.publisher}{dated})"


@attrs.frozen(kw_only=True)
class Passage:
    """The place a clause rests on. In force on the days ``since`` ≤ day < ``until``.

    ``looked`` is the day somebody last compared it with the fact sheet or the
    source; ``verified`` is false for what is known from memory only; ``layer``
    is the id of the layer that cites it.
    """

    source: Source
    at: str
    since: date | None
    until: date | None
    looked: date
    verified: bool
    layer: str = "base"

    def in_force(self, day: date) -> bool:
        """Whether this passage speaks on this day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )

    def __str__(self) -> str:
        since = "" if self.since is None else f", in force since {self.since.isoformat()}"
        doubt = "" if self.verified else " [unverified: from memory]"
        link = "" if self.source.link is None else f" <{self.source.link}>"
        return f"{self.source}, {self.at}{since}{doubt}{link}"


@attrs.frozen(kw_only=True)
class LeadsTo:
    """One thing to do instead: an activity under these circumstances, or an act of this kind.

    Exactly one of ``activity`` (an id of the catalogue) and ``act`` (such as
    ``"consent.recorded"``) is given.
    """

    activity: str | None = None
    when: tuple[tuple[str, str], ...] = ()
    act: str | None = None


@attrs.frozen(kw_only=True)
class Clause:
    """One boundary of the role, as it stands on a day.

    ``says`` is the boundary in a plain sentence; ``sentences`` what to say for
    each verdict, with ``{names}`` for the facts. ``value`` is the number of a
    limit, in ``unit``; None for a boundary without one, and for a limit that
    nobody has set here. ``unit_of_one`` is the unit of the number 1, where it
    has a word of its own. ``tighter`` says whether a lower or a higher number is
    the stricter one, and ``past`` what it comes to when the limit is not kept.
    Whatever is not allowed leads on: ``instead`` is what a peer may do (the
    same as data in ``leads_to``), ``hand_to`` who does the rest.
    ``time_counts`` is true where time spent against this clause is peer
    support all the same: a late note does not undo the talk it is about.
    ``of_the_record`` is true where what is wrong is the record and nobody's work:
    a report against it waits to be put right, and opens no concern.
    """

    id: str
    says: str
    sentences: Mapping[Verdict, str]
    passages: tuple[Passage, ...]
    instead: str
    hand_to: str
    leads_to: tuple[LeadsTo, ...] = ()
    time_counts: bool = False
    of_the_record: bool = False
    value: int | None = None
    unit: str = ""
    unit_of_one: str = ""
    tighter: str = ""
    group: str = ""

    def unit_for(self, number: object) -> str:
        """The unit of this number: "month" of 1, "months" of 2."""
        return (number == 1 and self.unit_of_one) or self.unit

    @property
    def set_by(self) -> str | None:
        """The layer whose number this is ("base" for the base); None without a number."""
        return None if self.value is None else self.passages[0].layer

    @property
    def past(self) -> Verdict:
        """The verdict when this limit is not kept: the heaviest it has a sentence for."""
        return max(self.sentences)

    def keeps(self, number: float) -> bool:
        """Whether this number keeps the limit. What nobody has limited is kept."""
        if self.value is None:
            return True
        return number <= self.value if self.tighter == "lower" else number >= self.value

    def sentence(
        self,
        verdict: Verdict,
        facts: Mapping[str, object],
        words: Mapping[str, str] = _ENGLISH,
    ) -> str:
        """What this clause says of these facts, the numbers in it.

        ``words`` is English to another language; what it lacks stays English.
        """
        text = self.sentences.get(verdict, self.says)
        text = words.get(text, text)
        # The unit is that of the number that stands before it, wherever the grammar wants both.
        before = text.partition("{unit}")[0]
        number = "now" if before.rfind("{now}") > before.rfind("{limit}") else "limit"
        known: dict[str, object] = {"limit": self.value, **facts}
        known.setdefault("unit", Phrase(self.unit_for(known.get(number))))
        return said(text, known, words)

    def __reduce__(self) -> tuple[Callable[..., Clause], tuple[dict[Verdict, str], dict[str, Any]]]:
        """A clause travels with its decision, and a sealed table cannot be pickled."""
        fields = attrs.asdict(self, recurse=False)
        del fields["sentences"]
        return _unpacked, (dict(self.sentences), fields)


def _unpacked(sentences: dict[Verdict, str], fields: dict[str, Any]) -> Clause:
    return Clause(sentences=sealed(sentences), **fields)


@attrs.frozen(kw_only=True)
class Circumstance:
    """A question that decides a grey zone, with its closed list of answers."""

    id: str
    asks: str
    answers: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Case:
    """What an activity comes to when these circumstances are so."""

    when: tuple[tuple[str, str], ...]
    verdict: Verdict
    clause: str


@attrs.frozen(kw_only=True)
class ActivityEntry:
    """One thing a peer might do, and what the book says of it.

    ``cases`` that fit override ``verdict``, heaviest first; ``asks`` names the
    circumstances that must be known; ``consent`` the scope that somebody must
    have agreed to share. ``advice_opens`` is false where a supervisor's advice
    leads to somebody else and never opens the activity itself. ``roles`` are
    those whose work it is; none named: every peer's. ``whatever_stands`` is true
    where it is open about anybody, known here or not, and whatever else two
    people are to each other: telling of a danger is. ``covers`` are the ids of
    the fact sheet it carries (A04, D1, G3, III.2). ``instead``, ``hand_to``
    and ``leads_to`` say it closer than the clause does, where they are given.
    """

    id: str
    name: Phrase
    looks_like: str
    group: str
    covers: tuple[str, ...]
    verdict: Verdict
    clause: str
    asks: tuple[str, ...]
    cases: tuple[Case, ...]
    consent: str | None
    advice_opens: bool
    roles: tuple[str, ...]
    whatever_stands: bool
    instead: str | None
    hand_to: str | None
    leads_to: tuple[LeadsTo, ...]
    passages: tuple[Passage, ...]

    def outcomes(self, answers: Mapping[str, str]) -> tuple[tuple[Verdict, str], ...]:
        """Each verdict with its clause under these answers: of every case that fits, or its own."""
        fitting = [
            (case.verdict, case.clause)
            for case in self.cases
            if all(answers.get(name) == answer for name, answer in case.when)
        ]
        return tuple(fitting) or ((self.verdict, self.clause),)


@attrs.frozen(kw_only=True)
class ReminderValue:
    """On which days a reminder is told, and the passage that says so.

    ``before`` and ``after`` are whole days, the furthest first and the nearest first;
    ``business``: business days. ``late`` is for how many days the last step after the date may
    still be told; None: as long as it stands. Without any step it is switched off.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    business: bool
    late: int | None
    passage: Passage

    @property
    def steps(self) -> tuple[int, ...]:
        """The days from the date, in the order in which they come: -7 is a week before it."""
        return (*(-each for each in self.before), *self.after)


@attrs.frozen(kw_only=True)
class Reminder:
    """What the calendar asks to be told.

    It is told of every noun of this kind in one of these ``statuses``. ``dated`` is the field
    it counts from, or a date that is worked out; where it names ``limits``, it counts from the
    earliest day on which one of them is reached. ``to`` are roles: participants, peers,
    supervisor, coordinator. ``hour`` is the time of day from which it is told. ``values`` are
    its days, the latest layer first; in the book of a day there is one.
    """

    id: str
    says: str
    noun: type[Noun]
    statuses: frozenset[str]
    dated: str
    limits: tuple[str, ...]
    to: tuple[str, ...]
    hour: str
    values: tuple[ReminderValue, ...]

    @property
    def value(self) -> ReminderValue:
        """The days on which it is told, of those that speak the first."""
        return self.values[0]

    def on(self, day: date) -> Reminder | None:
        """The reminder as it stands on a day; None where it is switched off, or not in force."""
        value = next((each for each in self.values if each.passage.in_force(day)), None)
        return None if value is None or not value.steps else attrs.evolve(self, values=(value,))

    def dates(self) -> set[date]:
        """Every day on which this reminder begins or ceases to be told in some way."""
        every = [each.passage for each in self.values]
        return {day for each in every for day in (each.since, each.until) if day is not None}


@attrs.frozen
class Book:
    """The handbook on one day. ``edition`` is the hash of every file it was read from."""

    day: date
    edition: str
    clauses: Mapping[str, Clause]
    activities: Mapping[str, ActivityEntry]
    circumstances: Mapping[str, Circumstance]
    reminders: Mapping[str, Reminder]

    def clause(self, id: str) -> Clause:  # noqa: A002 - the clause's own word
        """The clause of this id; an error of the book where it has none."""
        try:
            return self.clauses[id]
        except KeyError:
            pass
        raise BadHandbook(f"clause {id!r}", f"is not in this book on {self.day.isoformat()}")


def sealed(table: dict[K, str]) -> Mapping[K, str]:
    """A table nobody can change."""
    return MappingProxyType(table)
