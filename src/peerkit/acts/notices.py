"""How people are reached: what they choose, what they answer, and what could not be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import attrs

from peerkit.acts.act import Act, Judged, Left, Moves, to_each
from peerkit.errors import BadInput
from peerkit.model import (
    AgreedHours,
    ContactPoint,
    ContactPreferences,
    ContactStatus,
    Message,
    NoticeChannel,
    Noun,
    Person,
    PersonStatus,
    Session,
    SessionForm,
    SessionStatus,
    WhyNotTold,
)
from peerkit.model.fields import (
    PRIVATE,
    a,
    a_kind,
    an_id,
    as_tuple,
    exactly,
    maybe,
    maybe_id,
    maybe_moment,
    private,
    private_fields,
    several,
    some_ids,
    the_zone,
)
from peerkit.model.reaching import a_language, counted, maybe_wall_time, without

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "CALL_NEEDED",
    "CancelNotice",
    "ConfirmSession",
    "DeliveryFailed",
    "PassOnNotice",
    "Remind",
    "SetContactPreferences",
    "StopNotices",
]

#: The kind of a message that asks for a phone call.
CALL_NEEDED = "call.needed"
#: Why a message goes on as it is: whoever it was for is not the one to read it, or the person
#: who was to be called can be told.
_AS_IT_IS: Final = frozenset({WhyNotTold.MISSING, WhyNotTold.ADVERSE, WhyNotTold.REACHABLE})
#: Why somebody has to be reached by other means, in words for whoever does it.
_WHY: Final[Mapping[WhyNotTold, str]] = {
    WhyNotTold.GIVEN_UP: "A notice did not reach them.",
    WhyNotTold.NO_CHANNEL: "There is no safe channel to them.",
    WhyNotTold.STOPPED: "They stopped notices.",
}


@attrs.frozen(kw_only=True)
class SetContactPreferences(Act):
    """A person says how they want to be reached. It stands until they say it anew.

    What was there before is replaced, and where notices were stopped, they are welcome again.
    Every field is their own choice; one that is left out says what it says in
    :class:`~peerkit.model.ContactPreferences`. ``zone`` is where their clock is, such as
    America/Chicago: nobody else can know it. A point that had failed is tried anew.
    ``said_so``: the person said it to whoever writes it down; then they are told of it.
    """

    kind: ClassVar[str] = "contact-preferences.set"
    stands_on: ClassVar[tuple[str, ...]] = ("person", "by")
    private_to: ClassVar[str] = "person"
    person: str = attrs.field(validator=an_id)
    points: tuple[ContactPoint, ...] = private(several(ContactPoint))
    quiet: tuple[AgreedHours, ...] = private(several(AgreedHours))
    only: tuple[AgreedHours, ...] = private(several(AgreedHours))
    zone: str = attrs.field(validator=the_zone, repr=False, metadata=PRIVATE)
    language: str = private(a_language())
    digest: str | None = private(maybe_wall_time())
    may_call: bool = private(a(bool, default=False))
    may_leave_message: bool = private(a(bool, default=False))
    said_so: bool | None = maybe(bool)

    @classmethod
    def again(cls, preferences: ContactPreferences, *, by: str, **changes: Any) -> Self:
        """All that stands, said anew with these changes: ``again(chosen, by="p-7", zone=…)``."""
        stands: dict[str, Any] = {
            each.name: getattr(preferences, each.name) for each in private_fields(cls)
        }
        return cls(**{"by": by, "person": preferences.id, **stands, **changes})

    @property
    def participant(self) -> str:
        """Whose word it is."""
        return self.person

    def __attrs_post_init__(self) -> None:
        self._preferences()  # what cannot stand cannot be asked for

    def leaves(self, view: View, judged: Judged) -> Left:
        """The preferences as they now stand; whoever has some is a person who can be forgotten.

        The person is told where somebody else has changed something.
        """
        known = view.get(Person, self.person) is not None
        person = () if known else (Person(id=self.person),)
        before = view.get(ContactPreferences, self.person)
        now = counted(self._preferences(), before or ContactPreferences(id=self.person))
        theirs = self.by == self.person or now == before
        changed = "How you are reached was changed. If you did not want this, please say so."
        return Left(
            nouns=(now, *person),
            messages=() if theirs else to_each(self, self.person, changed, self.person),
        )

    def _preferences(self) -> ContactPreferences:
        return ContactPreferences(
            id=self.person,
            points=self.points,
            quiet=self.quiet,
            only=self.only,
            zone=self.zone,
            language=self.language,
            digest=self.digest,
            may_call=self.may_call,
            may_leave_message=self.may_leave_message,
        )


@attrs.frozen(kw_only=True)
class StopNotices(Act):
    """Report that somebody wants no notices, or none over one ``channel``. No reason is asked.

    It works at any time, whoever brings it, and also where nothing is known of the person.
    The way back is :class:`SetContactPreferences`.
    """

    kind: ClassVar[str] = "notices.stopped"
    already: ClassVar[bool] = True
    stands_on: ClassVar[tuple[str, ...]] = ("person",)
    person: str = attrs.field(validator=an_id)
    channel: NoticeChannel | None = maybe(NoticeChannel)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The preferences, stopped, or without what goes over this channel."""
        before = view.get(ContactPreferences, self.person)
        if before is None:
            stopped = ContactPreferences(id=self.person, status=ContactStatus.STOPPED)
            return Left(nouns=(stopped,) if self.channel is None else ())
        if self.channel is None:
            return _left(before, attrs.evolve(before, status=ContactStatus.STOPPED))
        return _left(before, without(before, self.channel))


@attrs.frozen(kw_only=True)
class DeliveryFailed(Act):
    """Report that a notice did not arrive over one channel; ``for_good``: nothing does there.

    It carries no address. ``notice`` is the key of the notice, where it is known: it ends with
    the way that was taken, such as ``12/0/email``, and that one is marked as failed. Without it
    all of that channel are. Where a notice is lost in a way that was not known to fail, the
    person is told so over those that are left.

    It is checked that the notice was theirs: of one that went to somebody else, or that nobody
    here has sent, nothing is marked, and the decision says so.
    """

    kind: ClassVar[str] = "delivery.failed"
    already: ClassVar[bool] = True
    stands_on: ClassVar[tuple[str, ...]] = ("person",)
    person: str = attrs.field(validator=an_id)
    channel: NoticeChannel = attrs.field(validator=exactly(NoticeChannel))
    for_good: bool = attrs.field(validator=exactly(bool))
    notice: str | None = maybe_id()

    def __attrs_post_init__(self) -> None:
        other = (self.notice or "").rpartition("/")[2].partition(".")[0]
        if other in {*NoticeChannel} and other != self.channel:
            raise BadInput(
                "DeliveryFailed.notice",
                "went over another channel; give the one that its key names",
            )

    def leaves(self, view: View, judged: Judged) -> Left:
        """The preferences with what failed for good, and word of it; otherwise only the entry."""
        before = view.get(ContactPreferences, self.person)
        if before is None or not self.for_good or not judged.allowed:
            return Left()
        points = tuple(
            attrs.evolve(each, failed=each.failed or self._went_to(each)) for each in before.points
        )
        left = _left(before, attrs.evolve(before, points=points))
        if self.notice is None or not (left.nouns or self._went_elsewhere(before)):
            return left
        lost = Message(
            to=self.person,
            kind="notice.returned",
            about=self.person,
            inside="Something we sent you did not arrive. Please ask us.",
        )
        return attrs.evolve(left, messages=(lost,))

    @property
    def _way(self) -> str | None:
        """The way of this channel that the notice names; None where it names none."""
        way = (self.notice or "").rpartition("/")[2]
        return way if way.partition(".")[0] == self.channel else None

    def _went_to(self, point: ContactPoint) -> bool:
        """Whether it went there; of a notice that names no way, any of its channel may be it."""
        return point.channel is self.channel and self._way in (None, point.name)

    def _went_elsewhere(self, chosen: ContactPreferences) -> bool:
        """Whether it went to an address in whose place the person has given another one since."""
        given = [each for each in chosen.points if each.channel is self.channel]
        nth = (self._way or "").partition(".")[2] or "1"
        return (
            self._way not in (None, *(each.name for each in given))
            and nth.isdecimal()
            and any(int(nth) < each.nth for each in given)
        )


@attrs.frozen(kw_only=True)
class ConfirmSession(Moves):
    """Somebody who takes part in a planned session says that they will come.

    ``who`` does, where somebody else writes it down (``said_so``); otherwise it is ``by``.
    """

    kind: ClassVar[str] = "session.confirmed"
    moves: ClassVar[type[Noun]] = Session
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant")
    who: str | None = maybe_id()
    said_so: bool | None = maybe(bool)

    @property
    def participant(self) -> str:
        """Whose word it is."""
        return self.who or self.by

    def to(self, noun: Session) -> SessionStatus:
        """As before: what is planned stays planned, and nothing else is confirmed."""
        return noun.status

    def leaves(self, view: View, judged: Judged) -> Left:
        """The session with whoever confirmed it; the others are told, of a group its peers.

        Said twice, it is there once, and nobody is told again.
        """
        session = self.moved(view)
        if self.participant in session.confirmed:
            return Left()
        group = session.form is SessionForm.GROUP
        there = session.peers if group else (*session.participants, *session.peers)
        others = (each for each in there if each != self.participant)
        return Left(
            nouns=(attrs.evolve(session, confirmed=(*session.confirmed, self.participant)),),
            messages=to_each(self, self.id, f"Session {self.id} is confirmed.", *others),
        )


@attrs.frozen(kw_only=True)
class CancelNotice(Act):
    """The teller reports that a message was not told, and why. It leaves only its entry.

    ``notice`` is the key of the message, ``to`` whom it was for, ``of`` its kind.
    """

    kind: ClassVar[str] = "notice.cancelled"
    already: ClassVar[bool] = True
    stands_on: ClassVar[tuple[str, ...]] = ("to",)
    notice: str = attrs.field(validator=an_id)
    to: str = attrs.field(validator=an_id)
    of: str = attrs.field(validator=a_kind)
    why: WhyNotTold = attrs.field(validator=exactly(WhyNotTold))

    def leaves(self, view: View, judged: Judged) -> Left:
        """Nothing."""
        return Left()


@attrs.frozen(kw_only=True)
class PassOnNotice(Act):
    """The teller passes a message on to the ``coordinator``, as it could not be told.

    It was about ``noun``. Where whoever it was for has left, is not known, or is who it is
    about, the coordinator gets it in their place; otherwise they learn that this person has
    to be reached, and why. What the person says about being called is theirs, and may change:
    it is looked up when the coordinator is told. Where they can be told by then after all
    (``reachable``), the message goes back to them.
    """

    kind: ClassVar[str] = "notice.passed-on"
    already: ClassVar[bool] = True
    stands_on: ClassVar[tuple[str, ...]] = ("noun", "to")
    notice: str = attrs.field(validator=an_id)
    to: str = attrs.field(validator=an_id)
    of: str = attrs.field(validator=a_kind)
    noun: str = attrs.field(validator=an_id)
    coordinator: str = attrs.field(validator=an_id)
    why: WhyNotTold = attrs.field(validator=exactly(WhyNotTold))

    def leaves(self, view: View, judged: Judged) -> Left:
        """One message: to the coordinator, or to whoever hears in their place."""
        if self.why in _AS_IT_IS:
            kind, inside = self.of, f"{self.noun} waits for somebody to look at it."
        else:
            kind = CALL_NEEDED
            why = _WHY.get(self.why, "They were not told.")
            see = "See first what they said about being called."
            inside = f"Please reach {self.to} about {self.noun}. {why} {see}"
        told = Message(to=self.coordinator, kind=kind, about=self.noun, inside=inside)
        return Left(messages=(told,))


@attrs.frozen(kw_only=True)
class Remind(Act):
    """Remind people of something the program keeps: of ``noun``, in a message of kind ``of``.

    It is told when it is ``due``. Who was forgotten is left out.
    """

    kind: ClassVar[str] = "reminder.given"
    stands_on: ClassVar[tuple[str, ...]] = ("noun", "to")
    of: str = attrs.field(validator=a_kind)
    noun: str = attrs.field(validator=an_id)
    to: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    due: datetime | None = maybe_moment()

    def leaves(self, view: View, judged: Judged) -> Left:
        """A message to each of them."""
        gone = {each.id for each in view.all(Person) if each.status is PersonStatus.FORGOTTEN}
        return Left(
            messages=tuple(
                Message(
                    to=each,
                    kind=self.of,
                    about=self.noun,
                    inside=f"Please look at {self.noun}.",
                    due=self.due,
                )
                for each in self.to
                if each not in gone
            )
        )


def _left(before: ContactPreferences, now: ContactPreferences) -> Left:
    """What was changed: nothing where it was so already, and nothing of who was forgotten."""
    return Left() if now == before or not before.open else Left(nouns=(now,))
