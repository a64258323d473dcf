"""What carries those who carry others: supervision, debriefs, and what goes wrong in the work."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

import attrs

from peerkit.model.fields import (
    PRIVATE,
    a,
    a_code,
    an_id,
    exactly,
    maybe,
    maybe_id,
    some_minutes,
    whole_minutes,
)
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = [
    "BiasFrom",
    "BiasKind",
    "BiasReport",
    "BiasStatus",
    "Debrief",
    "DebriefStatus",
    "Drift",
    "DriftCause",
    "DriftStatus",
    "Supervision",
    "SupervisionForm",
    "SupervisionStatus",
]


class SupervisionForm(StrEnum):
    """How supervision is held: alone, in a group, or to look at one's own feelings and limits.

    Alone or in a group: 1 TAC 354.3103. Reflective: seed 002, managing personal feelings.
    """

    INDIVIDUAL = "individual"
    GROUP = "group"
    REFLECTIVE = "reflective"


class SupervisionStatus(StrEnum):
    """A talk was held. What it adds up to is counted by month."""

    HELD = "held"


SUPERVISION: Final = Lifecycle(
    begins=frozenset({SupervisionStatus.HELD}),
    steps={SupervisionStatus.HELD: frozenset()},
    closed=frozenset({SupervisionStatus.HELD}),
)


@attrs.frozen(kw_only=True)
class Supervision(Noun):
    """One peer's part in one talk with a supervisor. ``minutes`` is 0 when nobody counted."""

    kind: ClassVar[str] = "supervision"
    lifecycle: ClassVar[Lifecycle[SupervisionStatus]] = SUPERVISION
    found_with: ClassVar[tuple[str, ...]] = ("peer", "supervisor")
    dated: ClassVar[str] = "on"
    status: SupervisionStatus = a(SupervisionStatus, SupervisionStatus.HELD)
    peer: str = attrs.field(validator=an_id)
    supervisor: str = attrs.field(validator=an_id)
    form: SupervisionForm = a(SupervisionForm, SupervisionForm.INDIVIDUAL)
    on: date = attrs.field(validator=exactly(date))
    minutes: int = whole_minutes()


class DebriefStatus(StrEnum):
    """A debrief is asked for; it is held, or the peer does not want it any more."""

    ASKED = "asked"
    HELD = "held"
    NOT_WANTED = "not-wanted"


DEBRIEF: Final = Lifecycle(
    begins=frozenset({DebriefStatus.ASKED}),
    steps={
        DebriefStatus.ASKED: frozenset({DebriefStatus.HELD, DebriefStatus.NOT_WANTED}),
        DebriefStatus.HELD: frozenset(),
        DebriefStatus.NOT_WANTED: frozenset(),
    },
    closed=frozenset({DebriefStatus.HELD, DebriefStatus.NOT_WANTED}),
)


@attrs.frozen(kw_only=True)
class Debrief(Noun):
    """A talk that a peer asked for, to put something down. ``hard`` is the peer's own word.

    ``asked`` is the day it was asked for, ``held`` the day it took place. Nothing infers
    that a session was hard: only the peer says so.
    """

    kind: ClassVar[str] = "debrief"
    lifecycle: ClassVar[Lifecycle[DebriefStatus]] = DEBRIEF
    found_with: ClassVar[tuple[str, ...]] = ("peer",)
    private_to: ClassVar[str] = "peer"
    dated: ClassVar[str] = "asked"
    status: DebriefStatus = a(DebriefStatus, DebriefStatus.ASKED)
    peer: str = attrs.field(validator=an_id)
    asked: date = attrs.field(validator=exactly(date))
    hard: bool = attrs.field(default=False, validator=exactly(bool), repr=False, metadata=PRIVATE)
    session: str | None = maybe_id()
    held: date | None = maybe(date)


class DriftCause(StrEnum):
    """Why a peer worked outside the role (seed 000, role boundaries; TIP 64, protection from it).

    The work of other professions comes first, then what a program does that makes peers do it.
    """

    CLINICAL_TASK = "clinical-task"
    CASE_MANAGEMENT = "case-management"
    PAPERWORK = "paperwork"
    TRANSPORT = "transport"
    HOUSEWORK = "housework"
    SHORT_OF_STAFF = "short-of-staff"
    ASKED_BY_MANAGER = "asked-by-manager"
    OWN_CHOICE = "own-choice"
    OTHER = "other"


class DriftStatus(StrEnum):
    """Work outside the role is told of, and whoever it was told to looks at it."""

    OPEN = "open"
    LOOKED_AT = "looked-at"


DRIFT: Final = Lifecycle(
    begins=frozenset({DriftStatus.OPEN}),
    steps={
        DriftStatus.OPEN: frozenset({DriftStatus.LOOKED_AT}),
        DriftStatus.LOOKED_AT: frozenset(),
    },
    closed=frozenset({DriftStatus.LOOKED_AT}),
)


@attrs.frozen(kw_only=True)
class Drift(Noun):
    """Minutes that a peer worked outside the role on a day, and what led to it. Never a fault.

    ``asked_by`` names who asked for it, if anybody did; ``to`` who looks at it.
    """

    kind: ClassVar[str] = "drift"
    lifecycle: ClassVar[Lifecycle[DriftStatus]] = DRIFT
    found_with: ClassVar[tuple[str, ...]] = ("peer", "to")
    dated: ClassVar[str] = "on"
    status: DriftStatus = a(DriftStatus, DriftStatus.OPEN)
    peer: str = attrs.field(validator=an_id)
    cause: DriftCause = attrs.field(validator=exactly(DriftCause))
    asked_by: str | None = maybe_id()
    minutes: int = attrs.field(validator=some_minutes)
    on: date = attrs.field(validator=exactly(date))
    to: str = attrs.field(validator=an_id)


class BiasKind(StrEnum):
    """What peers meet for being peers (seed 000, stigma; seed 002, institutional bias)."""

    STIGMA = "stigma"
    INSTITUTIONAL_BIAS = "institutional-bias"


class BiasFrom(StrEnum):
    """Where it came from: a role, never a person."""

    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    COWORKER = "coworker"
    OTHER_PROFESSION = "other-profession"
    PARTICIPANT = "participant"
    PUBLIC = "public"
    POLICY = "policy"


class BiasStatus(StrEnum):
    """A report is open; somebody looks at it; it is closed."""

    OPEN = "open"
    LOOKED_AT = "looked-at"
    CLOSED = "closed"


BIAS: Final = Lifecycle(
    begins=frozenset({BiasStatus.OPEN}),
    steps={
        BiasStatus.OPEN: frozenset({BiasStatus.LOOKED_AT, BiasStatus.CLOSED}),
        BiasStatus.LOOKED_AT: frozenset({BiasStatus.CLOSED}),
        BiasStatus.CLOSED: frozenset(),
    },
    closed=frozenset({BiasStatus.CLOSED}),
)


@attrs.frozen(kw_only=True)
class BiasReport(Noun):
    """That somebody was treated as less for being a peer: what kind, and where it came from.

    ``setting`` is a code of the house's own (``"staff-room"``); ``told_by`` who told of it;
    ``to`` who looks at it.
    """

    kind: ClassVar[str] = "bias-report"
    lifecycle: ClassVar[Lifecycle[BiasStatus]] = BIAS
    found_with: ClassVar[tuple[str, ...]] = ("told_by", "to")
    private_to: ClassVar[str] = "told_by"
    status: BiasStatus = a(BiasStatus, BiasStatus.OPEN)
    of: BiasKind = attrs.field(validator=exactly(BiasKind), repr=False, metadata=PRIVATE)
    setting: str = attrs.field(validator=a_code, repr=False, metadata=PRIVATE)
    whose: BiasFrom = attrs.field(validator=exactly(BiasFrom), repr=False, metadata=PRIVATE)
    told_by: str = attrs.field(validator=an_id)
    to: str = attrs.field(validator=an_id)
