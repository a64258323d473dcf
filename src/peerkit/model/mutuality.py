"""Mutuality: how much somebody wants to receive and to give, and in which form."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import a, an_id, private, several
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = ["Mutuality", "MutualityStatus", "SupportForm"]

#: All the minutes of a week.
_A_WEEK: Final = 7 * 24 * 60


class SupportForm(StrEnum):
    """How support comes about (seed 000): planned and structured, as it is needed, socially."""

    FORMAL = "formal"
    AD_HOC = "ad-hoc"
    INFORMAL = "informal"


class MutualityStatus(StrEnum):
    """A choice stands until the same person chooses anew."""

    CHOSEN = "chosen"
    REPLACED = "replaced"


MUTUALITY: Final = Lifecycle(
    begins=frozenset({MutualityStatus.CHOSEN}),
    steps={
        MutualityStatus.CHOSEN: frozenset({MutualityStatus.REPLACED}),
        MutualityStatus.REPLACED: frozenset(),
    },
    closed=frozenset({MutualityStatus.REPLACED}),
)


def _minutes(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (type(value) is not int or not 0 <= value <= _A_WEEK):
        raise BadInput(
            f"{type(instance).__name__}.{attribute.name}",
            f"whole minutes a week, 0 to {_A_WEEK}, or left out for no limit",
        )


def minutes_a_week() -> Any:
    """A field for whole minutes a week; None, when left out, means no limit."""
    return attrs.field(default=None, validator=_minutes)


def some_forms() -> Any:
    """A field for the forms of support somebody wants; empty, when left out, means any."""
    return several(SupportForm)


@attrs.frozen(kw_only=True)
class Mutuality(Noun):
    """How many minutes a week a participant wants to receive and to give; None is no limit.

    A participant who is also a peer gives. ``forms`` are the forms of support
    they want; any, where it is empty. What is right changes with time, so the
    newest choice stands (seed 001: "what feels right for you at different times").
    """

    kind: ClassVar[str] = "mutuality"
    lifecycle: ClassVar[Lifecycle[MutualityStatus]] = MUTUALITY
    read_with: ClassVar[tuple[str, ...]] = ("participant",)
    found_with: ClassVar[tuple[str, ...]] = ("participant",)
    private_to: ClassVar[str] = "participant"
    status: MutualityStatus = a(MutualityStatus, MutualityStatus.CHOSEN)
    participant: str = attrs.field(validator=an_id)
    receives: int | None = minutes_a_week()
    gives: int | None = minutes_a_week()
    forms: tuple[SupportForm, ...] = private(some_forms())
