"""Young people: who their guardian is, and what that guardian has permitted. No age is kept."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import a, an_id, private
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = ["Guardian", "GuardianPermission", "GuardianStatus", "PermissionStatus"]


class GuardianStatus(StrEnum):
    """A guardianship is in force until somebody ends it; its day may end it before."""

    IN_FORCE = "in-force"
    ENDED = "ended"


GUARDIAN: Final = Lifecycle(
    begins=frozenset({GuardianStatus.IN_FORCE}),
    steps={
        GuardianStatus.IN_FORCE: frozenset({GuardianStatus.ENDED}),
        GuardianStatus.ENDED: frozenset(),
    },
    closed=frozenset({GuardianStatus.ENDED}),
)


def _first_of_a_month(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (type(value) is not date or value.day != 1):
        raise BadInput(
            f"{type(instance).__name__}.until",
            "give the first day of a month, so that it is nobody's birthday, or leave it out",
        )


def until_a_month() -> Any:
    """A field for the first day of a month, or None. Shown nowhere: it comes close to an age."""
    return attrs.field(default=None, validator=_first_of_a_month, repr=False)


@attrs.frozen(kw_only=True)
class Guardian(Noun):
    """Somebody who answers for a young person: a parent, or whoever the law names.

    ``until`` is the first day of the month from which nobody asks the guardian
    any more: the month after the young person comes of age. No birthday is kept.
    """

    kind: ClassVar[str] = "guardian"
    lifecycle: ClassVar[Lifecycle[GuardianStatus]] = GUARDIAN
    read_with: ClassVar[tuple[str, ...]] = ("participant",)
    found_with: ClassVar[tuple[str, ...]] = ("participant", "guardian")
    private_to: ClassVar[str] = "participant"
    status: GuardianStatus = a(GuardianStatus, GuardianStatus.IN_FORCE)
    participant: str = attrs.field(validator=an_id)
    guardian: str = attrs.field(validator=an_id)
    until: date | None = private(until_a_month())

    def answers_for(self, participant: str, day: date) -> bool:
        """Whether they answer for this participant on this day."""
        return (
            self.status is GuardianStatus.IN_FORCE
            and self.participant == participant
            and (self.until is None or day < self.until)
        )


class PermissionStatus(StrEnum):
    """A permission is given until it is withdrawn."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


PERMISSION: Final = Lifecycle(
    begins=frozenset({PermissionStatus.GIVEN}),
    steps={
        PermissionStatus.GIVEN: frozenset({PermissionStatus.WITHDRAWN}),
        PermissionStatus.WITHDRAWN: frozenset(),
    },
    closed=frozenset({PermissionStatus.WITHDRAWN}),
)


@attrs.frozen(kw_only=True)
class GuardianPermission(Noun):
    """A guardian permits one match or one consent, named by its id in ``permits``.

    It stands beside the young person's own yes and never in place of it.
    """

    kind: ClassVar[str] = "permission"
    lifecycle: ClassVar[Lifecycle[PermissionStatus]] = PERMISSION
    read_with: ClassVar[tuple[str, ...]] = ("permits",)
    found_with: ClassVar[tuple[str, ...]] = ("participant", "guardian")
    status: PermissionStatus = a(PermissionStatus, PermissionStatus.GIVEN)
    participant: str = attrs.field(validator=an_id)
    guardian: str = attrs.field(validator=an_id)
    permits: str = attrs.field(validator=an_id)
