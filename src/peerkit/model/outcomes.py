"""What came of it, as the participant tells it: questionnaires, and days on which life changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final, TypeAlias, cast

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import MOST_NAMED, PRIVATE, a, a_code, an_id, exactly, maybe_id
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = [
    "Answer",
    "Area",
    "FilledIn",
    "Measure",
    "MeasureStatus",
    "Milestone",
    "MilestoneKind",
    "MilestoneStatus",
    "ToldBy",
]

#: The largest number that one item of any instrument may take.
MOST_POINTS: Final = 1000


def _points(instance: object, attribute: attrs.Attribute[int], value: object) -> None:
    if type(value) is not int or not 0 <= value <= MOST_POINTS:
        raise BadInput("Answer.points", f"a whole number, 0 to {MOST_POINTS}")


@attrs.frozen(kw_only=True)
class Answer:
    """The answer to one item, by the id of the item. It does not show itself."""

    item: str = attrs.field(validator=a_code)
    points: int = attrs.field(validator=_points, repr=False)


#: Answers as they come: a table of item and number, or a list of :class:`Answer`.
Answers: TypeAlias = Mapping[str, int] | Iterable[Answer]


def as_answers(value: Answers) -> tuple[Answer, ...]:
    """A table as answers, in one order, so that the same answers are the same measure."""
    if isinstance(value, Mapping):
        table = cast("Mapping[str, int]", value)
        value = [Answer(item=item, points=points) for item, points in table.items()]
    if isinstance(value, (list, tuple)) and all(type(each) is Answer for each in value):
        return tuple(sorted(value, key=lambda each: (len(each.item), each.item)))
    return cast("tuple[Answer, ...]", value)


def some_answers(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes answers to different items; none where they were taken back."""
    place = f"{type(instance).__name__}.{attribute.name}"
    if type(value) is not tuple or not all(type(each) is Answer for each in value):
        raise BadInput(place, "give a table of item and number")
    if len(value) > MOST_NAMED:
        raise BadInput(place, f"at most {MOST_NAMED} answers")
    if len({each.item for each in value}) != len(value):
        raise BadInput(place, "the same item is answered twice")


class FilledIn(StrEnum):
    """How the participant filled it in: on their own, or with somebody who read or wrote (A37)."""

    ALONE = "alone"
    HELPED = "helped"


class MeasureStatus(StrEnum):
    """A measure is kept; one with a sign of danger is unseen until somebody has looked at it."""

    KEPT = "kept"
    UNSEEN = "unseen"
    SEEN = "seen"
    WITHDRAWN = "withdrawn"


#: What nobody has looked at yet cannot be taken back before.
MEASURE: Final = Lifecycle(
    begins=frozenset({MeasureStatus.KEPT, MeasureStatus.UNSEEN}),
    steps={
        MeasureStatus.KEPT: frozenset({MeasureStatus.WITHDRAWN}),
        MeasureStatus.UNSEEN: frozenset({MeasureStatus.SEEN}),
        MeasureStatus.SEEN: frozenset({MeasureStatus.WITHDRAWN}),
        MeasureStatus.WITHDRAWN: frozenset(),
    },
    closed=frozenset({MeasureStatus.WITHDRAWN}),
)


@attrs.frozen(kw_only=True)
class Measure(Noun):
    """A questionnaire that a participant filled in, item by item.

    ``counted`` says whether it enters reports: whether the participant's word
    for it, its instrument and its day were known. ``peer`` is who helped or was
    told. It shows neither the instrument, nor an answer, nor whether one of
    them was a sign of danger.
    """

    kind: ClassVar[str] = "measure"
    lifecycle: ClassVar[Lifecycle[MeasureStatus]] = MEASURE
    found_with: ClassVar[tuple[str, ...]] = ("participant",)
    private_to: ClassVar[str] = "participant"
    dated: ClassVar[str] = "on"
    status: MeasureStatus = attrs.field(
        default=MeasureStatus.KEPT, validator=exactly(MeasureStatus), repr=False
    )
    participant: str = attrs.field(validator=an_id)
    peer: str | None = maybe_id()
    instrument: str = attrs.field(validator=a_code, repr=False, metadata=PRIVATE)
    answers: tuple[Answer, ...] = attrs.field(
        converter=as_answers, validator=some_answers, repr=False, metadata=PRIVATE
    )
    on: date = attrs.field(validator=exactly(date))
    filled: FilledIn = attrs.field(validator=exactly(FilledIn))
    counted: bool = a(bool, default=False)

    @property
    def points(self) -> dict[str, int]:
        """The answers by the ids of their items."""
        return {each.item: each.points for each in self.answers}


class Area(StrEnum):
    """Where in life something changed."""

    HOUSING = "housing"
    HOSPITAL = "hospital"
    EMPLOYMENT = "employment"
    BELONGING = "belonging"
    HOPE = "hope"


class MilestoneKind(StrEnum):
    """What changed on a day. Belonging and hope are what the person themself says they are."""

    HOUSED = "housed"
    MOVED_HOME = "moved-home"
    IN_SHELTER = "in-shelter"
    HOME_LOST = "home-lost"
    ADMITTED = "admitted"
    DISCHARGED = "discharged"
    JOB_STARTED = "job-started"
    JOB_ENDED = "job-ended"
    TRAINING_STARTED = "training-started"
    TRAINING_ENDED = "training-ended"
    BELONGS = "belongs"
    FEELS_ALONE = "feels-alone"
    HOPE_FOUND = "hope-found"
    HOPE_LOST = "hope-lost"

    @property
    def area(self) -> Area:
        """Where in life it changed."""
        return _AREA[self]


_AREA: Final = {
    MilestoneKind.HOUSED: Area.HOUSING,
    MilestoneKind.MOVED_HOME: Area.HOUSING,
    MilestoneKind.IN_SHELTER: Area.HOUSING,
    MilestoneKind.HOME_LOST: Area.HOUSING,
    MilestoneKind.ADMITTED: Area.HOSPITAL,
    MilestoneKind.DISCHARGED: Area.HOSPITAL,
    MilestoneKind.JOB_STARTED: Area.EMPLOYMENT,
    MilestoneKind.JOB_ENDED: Area.EMPLOYMENT,
    MilestoneKind.TRAINING_STARTED: Area.EMPLOYMENT,
    MilestoneKind.TRAINING_ENDED: Area.EMPLOYMENT,
    MilestoneKind.BELONGS: Area.BELONGING,
    MilestoneKind.FEELS_ALONE: Area.BELONGING,
    MilestoneKind.HOPE_FOUND: Area.HOPE,
    MilestoneKind.HOPE_LOST: Area.HOPE,
}


class ToldBy(StrEnum):
    """Where a milestone is known from: the participant, or a record such as a lease."""

    PARTICIPANT = "participant"
    RECORD = "record"


class MilestoneStatus(StrEnum):
    """A milestone is kept until somebody takes it back."""

    KEPT = "kept"
    WITHDRAWN = "withdrawn"


MILESTONE: Final = Lifecycle(
    begins=frozenset({MilestoneStatus.KEPT}),
    steps={
        MilestoneStatus.KEPT: frozenset({MilestoneStatus.WITHDRAWN}),
        MilestoneStatus.WITHDRAWN: frozenset(),
    },
    closed=frozenset({MilestoneStatus.WITHDRAWN}),
)


@attrs.frozen(kw_only=True)
class Milestone(Noun):
    """A day on which something changed in a participant's life. It does not show what.

    ``counted`` says whether it enters reports: see :class:`Measure`.
    """

    kind: ClassVar[str] = "milestone"
    lifecycle: ClassVar[Lifecycle[MilestoneStatus]] = MILESTONE
    found_with: ClassVar[tuple[str, ...]] = ("participant",)
    private_to: ClassVar[str] = "participant"
    dated: ClassVar[str] = "on"
    status: MilestoneStatus = a(MilestoneStatus, MilestoneStatus.KEPT)
    participant: str = attrs.field(validator=an_id)
    of: MilestoneKind = attrs.field(validator=exactly(MilestoneKind), repr=False, metadata=PRIVATE)
    on: date = attrs.field(validator=exactly(date))
    told: ToldBy = a(ToldBy, ToldBy.PARTICIPANT)
    counted: bool = a(bool, default=False)
