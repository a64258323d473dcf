"""What every act shares: who asks, what it is about, what it leaves behind."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model import (
    Activity,
    Concern,
    Consultation,
    Count,
    Measure,
    MeasureStatus,
    Message,
    Noun,
    Peer,
    SuppliedFacts,
    Words,
)
from peerkit.model.fields import an_id, digest_of, ids_named, maybe_id

if TYPE_CHECKING:
    from enum import StrEnum

    from peerkit.model import View

__all__ = ["Act", "Judged", "Left", "Makes", "Moves", "Saying"]

#: The clause under which somebody tells of what is still to come.
EARLY: Final = "already-happened"
#: How long a credential that is over is still read, so that a late report of a session is
#: judged by what was in force on its day.
LATEST_REPORT: Final = timedelta(days=366)
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}\Z")


def once_each(*ids: str) -> tuple[str, ...]:
    """These ids in order, each once: a goal may be called what its participant is called."""
    return tuple(dict.fromkeys(ids))


def _a_key(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (type(value) is not str or _KEY.match(value) is None):
        raise BadInput(
            f"{type(instance).__name__}.key",
            "a key is 1 to 200 visible ASCII characters without spaces",
        )


@attrs.frozen
class Saying:
    """Somebody's words, to be kept where they can be erased: about what, and whose."""

    about: str
    owner: str
    words: Words


@attrs.frozen(kw_only=True)
class Left:
    """What an act leaves behind: nouns as they now stand, tallies moved, messages, words.

    And what it takes away: the texts of those whom it ``forgets``, and the nouns that it
    ``removes``, by kind and id.
    """

    nouns: tuple[Noun, ...] = ()
    counts: tuple[Count, ...] = ()
    messages: tuple[Message, ...] = ()
    words: tuple[Saying, ...] = ()
    forgets: tuple[str, ...] = ()
    removes: tuple[tuple[str, str], ...] = ()


@attrs.frozen(kw_only=True)
class Judged:
    """As much of the decision as an act needs to know what it leaves.

    ``outside`` are the positions of the activities that fell outside the role,
    ``clauses`` the codes of all that stands against it, and ``crossed`` those of
    them that are about the work and not about the record. ``used`` are the
    consultations that let it through, ``supplied`` the facts. ``whole`` is true
    when something other than a single activity stands against it. ``day`` is the day it was
    judged for: today where the program is, unless it happened earlier.
    """

    day: date
    allowed: bool = True
    whole: bool = False
    outside: frozenset[int] = frozenset()
    clauses: tuple[str, ...] = ()
    crossed: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    supplied: tuple[str, ...] = ()

    @property
    def early(self) -> bool:
        """Whether it was told before it happened."""
        return EARLY in self.clauses


@attrs.frozen(kw_only=True)
class Act(ABC):
    """Something a person asks to do, or reports having done.

    ``by`` is the id of whoever asks: the host application knows who that is;
    peerkit does not authenticate. ``key`` makes the act idempotent: the same
    key again gives the first answer.
    """

    #: What the world is told: ``match.proposed``.
    kind: ClassVar[str]
    #: True for a report of something that has already happened: it is never refused.
    already: ClassVar[bool] = False
    #: The fields that name what the decision stands on. Two with a plus between them are a pair.
    stands_on: ClassVar[tuple[str, ...]] = ()
    #: The field that names whose the private fields are; two with a plus between them are a pair.
    private_to: ClassVar[str] = ""

    by: str = attrs.field(validator=an_id)
    key: str | None = attrs.field(default=None, validator=_a_key)

    @property
    def about(self) -> tuple[str, ...]:
        """The ids, and pairs of ids, that the decision stands on; each is named once."""
        return ids_named(self, self.stands_on)

    @abstractmethod
    def leaves(self, view: View, judged: Judged) -> Left:
        """What this act leaves behind, once it is allowed or as it was reported."""

    def uses_up(self, view: View, judged: Judged) -> tuple[Noun, ...]:
        """The advice and the facts that let it through, used up: the door keeps them with it."""
        return used_up(self, view, judged)

    def moment(self, now: datetime) -> datetime:
        """The moment whose handbook judges this act: now, unless it happened earlier."""
        return now

    def counts_on(self, day: date) -> date:
        """The day whose tallies the decision reads: ``day``, unless the act names another."""
        return day

    @property
    def peer_named(self) -> str | None:
        """The peer this act is about, if any."""
        return getattr(self, "peer", None)

    @property
    def peers_named(self) -> tuple[str, ...]:
        """Every peer this act is about: the one it names, and those who are in it as peers too."""
        peer = self.peer_named
        return () if peer is None else (peer,)

    @property
    def participants_named(self) -> tuple[str, ...]:
        """The participants this act is about."""
        one = getattr(self, "participant", None)
        return getattr(self, "participants", ()) if one is None else (one,)

    @property
    def others_named(self) -> tuple[str, ...]:
        """People it tells of who take no part in it: those who were expected and did not come."""
        return ()

    @property
    def activities_named(self) -> tuple[Activity, ...]:
        """The activities this act is made of, in order."""
        return ()


def kept_of(act: Act, view: View, judged: Judged) -> Left:
    """What is kept of an act that is allowed, or was reported.

    Of a report of what is still to come nothing changes what stands: no status, no
    tally, no advice that is used up. What was written is kept, and what somebody has
    to look at now: a concern, and answers that are a sign of danger.
    """
    left = act.leaves(view, judged)
    if not judged.early:
        rest = act.uses_up(view, judged)
        return attrs.evolve(left, nouns=(*left.nouns, *rest)) if rest else left
    waits = tuple(each for each in left.nouns if _waits_for_somebody(each))
    named = {each.id for each in waits}
    told = tuple(each for each in left.messages if each.about in named)
    return Left(nouns=waits, messages=told, words=left.words)


def _waits_for_somebody(noun: Noun) -> bool:
    """Whether this is there to be looked at by somebody, whatever the day was."""
    return isinstance(noun, Concern) or (
        isinstance(noun, Measure) and noun.status is MeasureStatus.UNSEEN
    )


@attrs.frozen(kw_only=True)
class Makes(Act):
    """An act that makes a new noun. Leave ``id`` out and the program gives it one."""

    makes: ClassVar[type[Noun]]

    id: str | None = maybe_id()

    @property
    def the_id(self) -> str:
        """The id of what is made. The program sees to it that there is one."""
        if self.id is None:
            raise BadInput(f"{type(self).__name__}.id", "give an id, or let the program do it")
        return self.id

    def goes_on(self, before: Any) -> bool:
        """Whether this goes on with what has the id already, instead of taking it away."""
        return False


def free_id(view: View, kind: type[Noun], id_: str) -> str:
    """The same id, or one made of it where it is taken: what is told is never lost."""
    return id_ if view.get(kind, id_) is None else digest_of(id_, str(view.seen + 1))


@attrs.frozen(kw_only=True)
class Moves(Act):
    """An act that takes a noun one step along its lifecycle."""

    moves: ClassVar[type[Noun]]
    stands_on: ClassVar[tuple[str, ...]] = ("id",)

    id: str = attrs.field(validator=an_id)

    @abstractmethod
    def to(self, noun: Any) -> StrEnum:
        """The status the noun is to have."""

    def moved(self, view: View) -> Any:
        """The noun as it stands after the step."""
        noun: Any = view.get(self.moves, self.id)
        return attrs.evolve(noun, status=self.to(noun))

    def leaves(self, view: View, judged: Judged) -> Left:
        """The noun as it now stands, and nothing else, unless the act says more."""
        return Left(nouns=(self.moved(view),))


def used_up(act: Act, view: View, judged: Judged) -> tuple[Noun, ...]:
    """The advice and the facts that this act uses up: a request first, then its report.

    A question has no id by which its report could name it: what it used waits for a
    report of these two people, and only the newest answer of its kind does.
    """
    led: list[Consultation | SuppliedFacts] = [*view.all(Consultation), *view.all(SuppliedFacts)]
    if not led:
        return ()
    over = act.already
    used_for = act.id if isinstance(act, Makes | Moves) else None
    used = None if over or used_for is not None else view.now
    taken = [each for each in led if each.id in _used(each, judged)]
    anew = set() if used is None else {each.opens for each in taken}
    rest = [each for each in led if each not in taken and each.waits_for_a_report]
    return (
        *(each.taken(over=over, used_for=used_for, used=used) for each in taken),
        *(
            each.taken(over=True, used_for=None, used=each.used)
            for each in rest
            if each.opens in anew or _passed(act, each)
        ),
    )


def _used(each: Consultation | SuppliedFacts, judged: Judged) -> tuple[str, ...]:
    return judged.used if isinstance(each, Consultation) else judged.supplied


def _passed(act: Act, each: Consultation | SuppliedFacts) -> bool:
    """Whether this reports how they met since the question: then its time was this report."""
    ends = getattr(act, "ends", None)
    return (
        act.already
        and act.peer_named == each.peer
        and each.participant in act.participants_named
        and ends is not None
        and (each.used is None or ends > each.used)
    )


def to_each(act: Act, about: str, inside: str, *who: str) -> tuple[Message, ...]:
    """The same message to each of them, once."""
    return tuple(
        Message(to=each, kind=act.kind, about=about, inside=inside) for each in once_each(*who)
    )


def to_the_supervisor(view: View, act: Act, peer: str, about: str, inside: str) -> Message:
    """A message to the peer's supervisor, or to that of whoever tells it, or else to them."""
    known = view.get(Peer, peer) or view.get(Peer, act.by)
    to = act.by if known is None else known.supervisor
    return Message(to=to, kind=act.kind, about=about, inside=inside)


def saying(about: str, owner: str, words: Words | None) -> tuple[Saying, ...]:
    """These words, to be kept apart; nothing where nothing was said."""
    return () if words is None else (Saying(about, owner, words),)
