"""The team around somebody, visits in clinics, and saying what the person asked to be said."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar, Final

import attrs

from peerkit.acts.act import (
    EARLY,
    Judged,
    Left,
    Makes,
    Moves,
    Saying,
    once_each,
)
from peerkit.acts.concerns import opened, told_of
from peerkit.model import (
    Message,
    Noun,
    Profession,
    Spoke,
    SpokenFor,
    SpokenForStatus,
    TeamMember,
    TeamMemberStatus,
    Visit,
    VisitSetting,
    VisitStatus,
    Words,
)
from peerkit.model.fields import PRIVATE, an_id, exactly, made_of, maybe

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "AskForVisit",
    "AskToSpeak",
    "CallOffVisit",
    "NameTeamMember",
    "PlanVisit",
    "RemoveTeamMember",
    "ReportSpoken",
    "ReportVisit",
    "TakeBackWords",
]


@attrs.frozen(kw_only=True)
class NameTeamMember(Makes):
    """The participant names somebody who works with them: a therapist, a nurse, a case manager."""

    kind: ClassVar[str] = "team-member.named"
    makes: ClassVar[type[Noun]] = TeamMember
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "participant")
    private_to: ClassVar[str] = "participant"
    participant: str = attrs.field(validator=an_id)
    profession: Profession = attrs.field(
        validator=exactly(Profession), repr=False, metadata=PRIVATE
    )
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """Somebody of the team."""
        made = TeamMember(id=self.the_id, participant=self.participant, profession=self.profession)
        return Left(nouns=(made,))


@attrs.frozen(kw_only=True)
class RemoveTeamMember(Moves):
    """The participant says that somebody is not of their team any more."""

    kind: ClassVar[str] = "team-member.removed"
    moves: ClassVar[type[Noun]] = TeamMember
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant")
    participant: str = attrs.field(validator=an_id)
    said_so: bool | None = maybe(bool)

    def to(self, noun: TeamMember) -> TeamMemberStatus:
        """Former."""
        return TeamMemberStatus.FORMER

    def leaves(self, view: View, judged: Judged) -> Left:
        """Somebody who was of the team."""
        return Left(nouns=(self.moved(view),))


@attrs.frozen(kw_only=True)
class AskForVisit(Makes):
    """The participant asks a peer to come to a clinic: to see them there, or to go along."""

    kind: ClassVar[str] = "visit.asked"
    makes: ClassVar[type[Noun]] = Visit
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer", "participant", "peer+participant")
    private_to: ClassVar[str] = "participant"
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    setting: VisitSetting = attrs.field(
        validator=exactly(VisitSetting), repr=False, metadata=PRIVATE
    )
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The visit that is asked for; the peer hears of it."""
        made = Visit(
            id=self.the_id, peer=self.peer, participant=self.participant, setting=self.setting
        )
        inside = f"Visit {made.id} is asked for."
        told = Message(to=self.peer, kind=self.kind, about=made.id, inside=inside)
        return Left(nouns=(made,), messages=(told,))


@attrs.frozen(kw_only=True)
class _OfVisit(Moves):
    """What every step of a visit shares."""

    moves: ClassVar[type[Noun]] = Visit
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer", "participant", "peer+participant")
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)


@attrs.frozen(kw_only=True)
class PlanVisit(_OfVisit):
    """Settle the day of a visit that was asked for. It needs the participant's yes, again."""

    kind: ClassVar[str] = "visit.planned"
    on: date = attrs.field(validator=exactly(date))
    said_so: bool | None = maybe(bool)

    def to(self, noun: Visit) -> VisitStatus:
        """Planned."""
        return VisitStatus.PLANNED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The planned visit; both hear of it."""
        return Left(
            nouns=(attrs.evolve(self.moved(view), on=self.on),),
            messages=tuple(
                Message(
                    to=who, kind=self.kind, about=self.id, inside=f"Visit {self.id} is planned."
                )
                for who in (self.participant, self.peer)
            ),
        )


@attrs.frozen(kw_only=True)
class CallOffVisit(_OfVisit):
    """The participant does not want the visit after all. No reason is asked."""

    kind: ClassVar[str] = "visit.called-off"
    said_so: bool | None = maybe(bool)

    def to(self, noun: Visit) -> VisitStatus:
        """Not wanted."""
        return VisitStatus.NOT_WANTED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The visit that is not wanted; the peer hears of it."""
        inside = f"Visit {self.id} is off."
        told = Message(to=self.peer, kind=self.kind, about=self.id, inside=inside)
        return Left(nouns=(self.moved(view),), messages=(told,))


#: The clause that a report of a visit crosses which the participant had called off.
_WANTED: Final = "visit-wanted"


@attrs.frozen(kw_only=True)
class ReportVisit(_OfVisit):
    """Report a visit that was made. It is never refused, and holds nothing of what was heard.

    Where the participant had called it off, a concern is opened and the supervisor is told.
    """

    kind: ClassVar[str] = "visit.made"
    already: ClassVar[bool] = True
    on: date = attrs.field(validator=exactly(date))

    @property
    def about(self) -> tuple[str, ...]:
        """The visit, both people, the pair, and the concern that may come of it."""
        return once_each(*super().about, made_of(self.id, "concern"))

    def to(self, noun: Visit) -> VisitStatus:
        """Made."""
        return VisitStatus.MADE

    def leaves(self, view: View, judged: Judged) -> Left:
        """The visit as made, if it was asked for; else the entry, and a concern where it must be.

        Of a visit that is still to come nothing is kept.
        """
        if EARLY in judged.clauses:
            return Left()
        if _WANTED in judged.clauses:
            concerns = opened(view, self.id, self.peer, (self.participant,), (_WANTED,))
            return Left(
                nouns=concerns, messages=tuple(told_of(view, self, each) for each in concerns)
            )
        if not judged.allowed:
            return Left()
        return Left(nouns=(attrs.evolve(self.moved(view), on=self.on),))


@attrs.frozen(kw_only=True)
class AskToSpeak(Makes):
    """The participant asks a peer to say something to somebody of their team, once.

    ``words`` are what is to be said, and no more is; they are kept apart. ``to`` is the
    id of a team member whom the participant has named.
    """

    kind: ClassVar[str] = "words.asked-to-say"
    makes: ClassVar[type[Noun]] = SpokenFor
    stands_on: ClassVar[tuple[str, ...]] = (
        "the_id",
        "peer",
        "participant",
        "peer+participant",
        "to",
    )
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    to: str = attrs.field(validator=an_id)
    words: Words = attrs.field(validator=exactly(Words))
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """What is to be said, its words apart; the peer hears that there is something."""
        made = SpokenFor(id=self.the_id, peer=self.peer, participant=self.participant, to=self.to)
        inside = f"Words {made.id} wait to be said."
        return Left(
            nouns=(made,),
            messages=(Message(to=self.peer, kind=self.kind, about=made.id, inside=inside),),
            words=(Saying(f"spoken-for/{made.id}", self.participant, self.words),),
        )


@attrs.frozen(kw_only=True)
class _OfWords(Moves):
    """What every step of words to be said shares."""

    moves: ClassVar[type[Noun]] = SpokenFor
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)


@attrs.frozen(kw_only=True)
class TakeBackWords(_OfWords):
    """The participant does not want it to be said any more. No reason is asked."""

    kind: ClassVar[str] = "words.taken-back"
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer", "participant")
    said_so: bool | None = maybe(bool)

    def to(self, noun: SpokenFor) -> SpokenForStatus:
        """Taken back."""
        return SpokenForStatus.TAKEN_BACK

    def leaves(self, view: View, judged: Judged) -> Left:
        """What is not to be said; the peer hears of it."""
        inside = f"Words {self.id} are taken back."
        told = Message(to=self.peer, kind=self.kind, about=self.id, inside=inside)
        return Left(nouns=(self.moved(view),), messages=(told,))


#: The clause that a report of more than was asked crosses.
_AS_ASKED: Final = "as-asked"


@attrs.frozen(kw_only=True)
class ReportSpoken(_OfWords):
    """Report what was said in somebody's name. It is never refused.

    The participant hears that it was said. Where it was more than they had asked, or
    they had taken it back, a concern is opened and the supervisor is told.
    """

    kind: ClassVar[str] = "words.said"
    already: ClassVar[bool] = True
    spoke: Spoke = attrs.field(validator=exactly(Spoke), repr=False)

    @property
    def about(self) -> tuple[str, ...]:
        """What was to be said, both people, and the concern that may come of it."""
        return once_each(self.id, self.peer, self.participant, made_of(self.id, "concern"))

    def to(self, noun: SpokenFor) -> SpokenForStatus:
        """Said, or not."""
        nothing = self.spoke is Spoke.NOTHING
        return SpokenForStatus.NOT_SAID if nothing else SpokenForStatus.SAID

    def leaves(self, view: View, judged: Judged) -> Left:
        """What was said or not, a word to the participant, and a concern where there must be."""
        crossed = _AS_ASKED in judged.clauses
        people = (self.participant,)
        concerns = opened(view, self.id, self.peer, people, (_AS_ASKED,)) if crossed else ()
        told = tuple(told_of(view, self, each) for each in concerns)
        noun = view.get(SpokenFor, self.id)
        theirs = (self.peer, self.participant)
        if noun is None or (noun.peer, noun.participant) != theirs or not noun.open:
            return Left(nouns=concerns, messages=told)
        moved = self.moved(view)
        inside = f"Words {self.id} were {moved.status.replace('-', ' ')}."
        heard = Message(to=self.participant, kind=self.kind, about=self.id, inside=inside)
        return Left(nouns=(moved, *concerns), messages=(heard, *told))
