"""Credentials and training: what a peer is certified for, and the hours that renew it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import (
    a,
    an_amount,
    an_id,
    exactly,
    later_than,
    maybe_id,
    several,
    some_amounts,
    some_minutes,
)
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = [
    "Credential",
    "CredentialStage",
    "CredentialStatus",
    "TopicHours",
    "Training",
    "TrainingStatus",
    "TrainingTopic",
]

#: Of how many intervals before the running one the hours are still known.
MOST_INTERVALS: Final = 5


class TrainingTopic(StrEnum):
    """What an hour of training was about: the topics that some board counts by themselves.

    Washington and Pennsylvania name the first six for a renewal, Kentucky (KRS 309.0831)
    the next five for a first training. Everything else is ``ELECTIVE``: of one's choice.
    """

    PEER_SUPPORT = "peer"
    ETHICS = "ethics"
    SUPERVISION = "supervision"
    SUICIDE_PREVENTION = "suicide-prevention"
    EQUITY = "equity"
    ELECTIVE = "elective"
    DOMESTIC_VIOLENCE = "domestic-violence"
    HIV = "hiv"
    ADVOCACY = "advocacy"
    MENTORING = "mentoring"
    RECOVERY_SUPPORT = "recovery-support"


@attrs.frozen(kw_only=True)
class TopicHours:
    """Minutes of training on one topic, by the interval of the credential they fall in.

    ``minutes`` are those of the running interval; ``before`` those of the intervals before
    it, the latest first: a board may ask for some hours in a time of several intervals.
    """

    topic: TrainingTopic = attrs.field(validator=exactly(TrainingTopic))
    minutes: int = attrs.field(validator=an_amount)
    before: tuple[int, ...] = some_amounts(most=MOST_INTERVALS)


class CredentialStage(StrEnum):
    """A first certification, while it is still new, or a full one (1 TAC 354.3103)."""

    INITIAL = "initial"
    FULL = "full"


class CredentialStatus(StrEnum):
    """A credential is held until a newer one replaces it; its dates say when it is in force."""

    HELD = "held"
    REPLACED = "replaced"


CREDENTIAL: Final = Lifecycle(
    begins=frozenset({CredentialStatus.HELD}),
    steps={
        CredentialStatus.HELD: frozenset({CredentialStatus.REPLACED}),
        CredentialStatus.REPLACED: frozenset(),
    },
    closed=frozenset({CredentialStatus.REPLACED}),
)


@attrs.frozen(kw_only=True)
class Credential(Noun):
    """A certification a peer holds, in force on the days ``since`` ≤ day < ``until``.

    ``body`` is whoever certifies: the id of a layer of the handbook (``"us/wa"``), where
    there is one. ``renewals`` says how often it was renewed here before, ``renews`` which
    one it follows, and ``hours`` what was learned, topic by topic: once each, so it stays as
    small as the list of topics.
    """

    kind: ClassVar[str] = "credential"
    lifecycle: ClassVar[Lifecycle[CredentialStatus]] = CREDENTIAL
    read_with: ClassVar[tuple[str, ...]] = ("peer",)
    found_with: ClassVar[tuple[str, ...]] = ("peer",)
    dated: ClassVar[str] = "since"
    status: CredentialStatus = a(CredentialStatus, CredentialStatus.HELD)
    peer: str = attrs.field(validator=an_id)
    since: date = attrs.field(validator=exactly(date))
    until: date = attrs.field(validator=exactly(date))
    stage: CredentialStage = a(CredentialStage, CredentialStage.FULL)
    body: str | None = maybe_id()
    renewals: int = attrs.field(default=0, validator=an_amount)
    hours: tuple[TopicHours, ...] = several(TopicHours)
    renews: str | None = maybe_id()

    def __attrs_post_init__(self) -> None:
        later_than("since")(self, attrs.fields(Credential).until, self.until)
        if len({each.topic for each in self.hours}) != len(self.hours):
            raise BadInput("Credential.hours", "the same topic is named twice")

    def holds(self, day: date) -> bool:
        """Whether it is in force on this day, and no newer one has replaced it."""
        return self.status is CredentialStatus.HELD and self.since <= day < self.until

    def with_minutes(self, topic: TrainingTopic, minutes: int) -> Credential:
        """The same credential with so many more minutes of a topic in its interval."""
        by_topic = {each.topic: each for each in self.hours}
        had = by_topic.get(topic, TopicHours(topic=topic, minutes=0))
        by_topic[topic] = attrs.evolve(had, minutes=had.minutes + minutes)
        return attrs.evolve(self, hours=tuple(by_topic.values()))

    def hours_before(self) -> tuple[TopicHours, ...]:
        """The hours of the credential that follows: its interval begins, this one lies before."""
        return tuple(
            attrs.evolve(each, minutes=0, before=(each.minutes, *each.before)[:MOST_INTERVALS])
            for each in self.hours
        )


class TrainingStatus(StrEnum):
    """A training was taken. What it adds up to stands on the credential."""

    TAKEN = "taken"


TRAINING: Final = Lifecycle(
    begins=frozenset({TrainingStatus.TAKEN}),
    steps={TrainingStatus.TAKEN: frozenset()},
    closed=frozenset({TrainingStatus.TAKEN}),
)


@attrs.frozen(kw_only=True)
class Training(Noun):
    """Time a peer spent learning about one topic, on one day."""

    kind: ClassVar[str] = "training"
    lifecycle: ClassVar[Lifecycle[TrainingStatus]] = TRAINING
    found_with: ClassVar[tuple[str, ...]] = ("peer",)
    dated: ClassVar[str] = "on"
    status: TrainingStatus = a(TrainingStatus, TrainingStatus.TAKEN)
    peer: str = attrs.field(validator=an_id)
    topic: TrainingTopic = attrs.field(validator=exactly(TrainingTopic))
    minutes: int = attrs.field(validator=some_minutes)
    on: date = attrs.field(validator=exactly(date))
