"""Lessons: situations dealt out as exercises, answered in one word, and marked.

Two mistakes weigh the same here: to let something through that is no peer's
work (too free), and to stop what peers are there for (too strict).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

import attrs

from peerkit.acts import DoActivity
from peerkit.decisions import Decision
from peerkit.errors import BadInput
from peerkit.handbook import ActivityEntry, Book, Handbook, Verdict
from peerkit.model import (
    Activity,
    Consent,
    ConsentStatus,
    Consultation,
    ConsultationStatus,
    FactsStatus,
    Noun,
    SuppliedFacts,
    Tie,
)
from peerkit.model.phrase import Phrase, listed
from peerkit.simulation import chance
from peerkit.testing.situations import Situation, is_ordinary, ordinary, situations

__all__ = ["ANSWERS", "Marked", "Slip", "WeakSpot", "check", "deal", "titled", "told", "weak_spots"]

#: What a learner may answer, lightest first: a word, the verdict it stands for, what it means.
ANSWERS: Final[Mapping[str, tuple[Verdict, str]]] = {
    "yes": (Verdict.ALLOWED, "yes, this is in the role"),
    "consent": (Verdict.NEEDS_CONSENT, "once the person it belongs to has agreed"),
    "talk": (Verdict.NEEDS_CONSULTATION, "talk to the supervisor first"),
    "facts": (Verdict.NEEDS_FACTS, "it depends: something has to be said first"),
    "no": (Verdict.NOT_ALLOWED, "no, this is not for a peer"),
}
_MOST: Final = 1000


class Slip(StrEnum):
    """How an answer differs from the book's: two ways to be wrong, and neither is the safe one."""

    NONE = "right"
    TOO_FREE = "too free"
    TOO_STRICT = "too strict"


@attrs.frozen
class Marked:
    """An answer beside the book's. ``group`` is where the activity is found in the catalogue."""

    situation: Situation
    group: str
    answer: Verdict
    decision: Decision

    @property
    def right(self) -> bool:
        """Whether the learner and the book say the same."""
        return self.slip is Slip.NONE

    @property
    def slip(self) -> Slip:
        """In which direction the answer is wrong, if it is."""
        if self.answer is self.decision.verdict:
            return Slip.NONE
        return Slip.TOO_FREE if self.answer < self.decision.verdict else Slip.TOO_STRICT


@attrs.frozen(kw_only=True)
class WeakSpot:
    """A group of activities in which some answers were wrong, and in which direction."""

    group: str
    asked: int
    too_free: int
    too_strict: int

    @property
    def right(self) -> int:
        """How many answers were right."""
        return self.asked - self.too_free - self.too_strict


def deal(
    *groups: str,
    seed: int,
    count: int = 5,
    layers: Collection[str] = (),
    among: Iterable[Situation] | None = None,
) -> tuple[Situation, ...]:
    """A handful of situations about activities of these groups, or of any when none is named.

    The same seed deals the same. Verdicts are mixed and no activity comes twice
    while there are others. Where there are fewer than ``count``, all are dealt.
    Situations under a layer are dealt when it is among ``layers``.
    Raises :class:`~peerkit.errors.BadInput` for a group that has no situation.
    """
    if isinstance(layers, str):
        raise BadInput("layers", f"a list of them: [{layers!r}]")
    if type(count) is not int or not 1 <= count <= _MOST:
        raise BadInput("count", f"a whole number from 1 to {_MOST}")
    stack = [
        (each, _entry(each))
        for each in (situations() if among is None else among)
        if set(each.layers) <= set(layers)
    ]
    known = {entry.group for _, entry in stack if entry is not None}
    for group in groups:
        if group not in known:
            raise BadInput(
                "groups", f"{group!r} has no situation; there are {', '.join(sorted(known))}"
            )
    fitting = [
        (each, entry.id)
        for each, entry in stack
        if entry is not None and (not groups or entry.group in groups)
    ]
    stream = chance(seed, "lesson", *sorted(set(groups)))
    stream.shuffle(fitting)
    chosen = _in_turn(fitting)[:count]
    stream.shuffle(chosen)
    return tuple(chosen)


def _in_turn(shuffled: list[tuple[Situation, str]]) -> list[Situation]:
    """Each activity once before any comes again, and the verdicts in turn."""
    again: Counter[str] = Counter()
    turn: Counter[tuple[str, int]] = Counter()
    placed = []
    for each, activity in shuffled:
        later = again[activity]
        placed.append((later, turn[each.verdict, later], each))
        again[activity] += 1
        turn[each.verdict, later] += 1
    return [each for *_, each in sorted(placed, key=lambda one: one[:2])]


def told(situation: Situation) -> tuple[str, ...]:
    """The situation in plain words, a line each: who, what is asked, how, and what stands.

    The words are those of the book. What has not been said yet is left open, and so is the name
    of the situation, which may give the answer away: :func:`titled` says it afterwards.
    Raises :class:`~peerkit.errors.BadInput` for a situation that ``deal`` does not deal.
    """
    act, entry = _dealt(situation)
    lines = [f"The peer {act.peer} walks with the participant {act.participant}."]
    if not entry.asks and entry.consent is None:
        lines.append(f"It can look like this: {entry.looks_like}")
    lines += _answered(situation.book, act.activity)
    if act.activity.of is not None:
        lines.append(f"It is about the participant {act.activity.of}.")
    if act.activity.to is not None:
        lines.append(f"Who would hear or see it: {act.activity.to}.")
    lines += [_STANDS[type(each)](each, situation) for each in _beside(situation)]
    heads = Handbook.load(*situation.layers).heads
    lines += [
        f"This layer of the book holds too: {each.title}."
        for each in heads
        if each.id in situation.layers
    ]
    return (f"May {act.peer} do this: {entry.name}?", *lines)


def titled(situation: Situation) -> str:
    """The name of a situation, for when it has been answered."""
    named = situation.name.removeprefix(f"{situation.vignette}: ")
    return f"{named[:1].upper()}{named[1:]}"


def check(situation: Situation, answer: str | Verdict) -> Marked:
    """The learner's answer, a word of ``ANSWERS`` or a verdict, beside what the book says.

    Raises :class:`~peerkit.errors.BadInput` for another word, and for a situation that ``deal``
    does not deal.
    """
    _, entry = _dealt(situation)
    return Marked(situation, entry.group, _verdict(answer), situation.decision())


def weak_spots(marked: Iterable[Marked]) -> tuple[WeakSpot, ...]:
    """The groups in which something was wrong, the weakest first."""
    slips: dict[str, list[Slip]] = {}
    for each in marked:
        slips.setdefault(each.group, []).append(each.slip)
    spots = [
        WeakSpot(
            group=group,
            asked=len(found),
            too_free=found.count(Slip.TOO_FREE),
            too_strict=found.count(Slip.TOO_STRICT),
        )
        for group, found in slips.items()
    ]
    wrong = [each for each in spots if each.right < each.asked]
    return tuple(sorted(wrong, key=lambda each: (each.right / each.asked, -each.asked, each.group)))


_VERDICTS: Final = {
    **{word: verdict for word, (verdict, _) in ANSWERS.items()},
    **{str(each): each for each in Verdict},
}


def _verdict(answer: str | Verdict) -> Verdict:
    if isinstance(answer, Verdict):
        return answer
    found = _VERDICTS.get(" ".join(answer.lower().split())) if type(answer) is str else None
    if found is None:
        raise BadInput("answer", "one of " + ", ".join(ANSWERS))
    return found


def _entry(situation: Situation) -> ActivityEntry | None:
    """What the catalogue says of the activity that is asked about, if all can be told in words."""
    act, book = situation.ask, situation.book
    if not isinstance(act, DoActivity) or not is_ordinary(situation):
        return None
    if any(type(each) not in _STANDS for each in _beside(situation)):
        return None
    answers = dict(act.activity.circumstances)
    known = all(
        name in book.circumstances and answer in book.circumstances[name].answers
        for name, answer in answers.items()
    )
    return book.activities.get(act.activity.id) if known else None


def _dealt(situation: Situation) -> tuple[DoActivity, ActivityEntry]:
    entry = _entry(situation)
    if entry is None or not isinstance(situation.ask, DoActivity):
        raise BadInput("situation", f"{situation.name!r} is not dealt; take one from deal()")
    return situation.ask, entry


def _beside(situation: Situation) -> Iterator[Noun]:
    """What stands beside the ordinary pair."""
    usual = {(each.kind, each.id): each for each in ordinary()}
    return (each for each in situation.nouns if usual.get((each.kind, each.id)) != each)


_ANSWERED: Final = {
    ConsultationStatus.ASKED: "They have not answered yet.",
    ConsultationStatus.AGREED: "They agreed, for one time.",
    ConsultationStatus.NOT_AGREED: "They did not agree.",
    ConsultationStatus.USED: "They agreed for one time, and that time is over.",
    ConsultationStatus.DONE: "They agreed for one time, and that time is over.",
}
_SUPPLIED: Final = {
    FactsStatus.SUPPLIED: "That was said for this time.",
    FactsStatus.USED: "That was said for another time, which is over.",
    FactsStatus.DONE: "That was said for another time, which is over.",
}


_STOPPED: Final = {
    ConsentStatus.REVOKED: " It has been taken back.",
    ConsentStatus.ENDED: " It has ended.",
    ConsentStatus.OVER: " It has ended.",
}


def _consulted(noun: Consultation, situation: Situation) -> str:
    clause = situation.book.clause(noun.clause)
    asked = f"The supervisor was asked about this boundary: {clause.says}"
    return f"{asked} {_ANSWERED[noun.status]}"


def _agreed(noun: Consent, situation: Situation) -> str:
    scopes = listed("and", *(Phrase(str(each).replace("-", " ")) for each in noun.scopes))
    since = noun.since.date().isoformat()
    until = "" if noun.until is None else f" until {noun.until.date().isoformat()}"
    taken = _STOPPED.get(noun.status, "")
    return (
        f"The participant {noun.participant} agreed that this may go to "
        f"{listed('and', *noun.to, *map(str, noun.classes))} from {since}{until}: {scopes}.{taken}"
    )


def _tied(noun: Tie, situation: Situation) -> str:
    return f"Between {noun.one} and {noun.other} there is another tie, {noun.status}: {noun.of}."


def _supplied(noun: SuppliedFacts, situation: Situation) -> str:
    said = " ".join(_answered(situation.book, noun.activity))
    return f"This was said: {said} {_SUPPLIED[noun.status]}"


def _answered(book: Book, activity: Activity) -> Iterator[str]:
    """Each question that was answered, with its answer, in words."""
    for name, answer in activity.circumstances:
        asked = book.circumstances[name]
        words = asked.answers[answer]
        yield f"{asked.asks} {words[:1].upper()}{words[1:]}."


#: What else may stand, and how it is told. A situation with anything else in it is not dealt.
_STANDS: Final[Mapping[type[Noun], Callable[[Any, Situation], str]]] = {
    Consultation: _consulted,
    Consent: _agreed,
    Tie: _tied,
    SuppliedFacts: _supplied,
}
