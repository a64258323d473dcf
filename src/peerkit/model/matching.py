"""What a person says of themself for matching: languages, times, place, and what they prefer."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, ClassVar, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import a, as_tuple, exactly, is_code, maybe_ids, private, several
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = ["MatchProfile", "PartOfWeek", "ProfileStatus", "Whereabouts"]

#: Language, script, region and variants of BCP 47 (RFC 5646 §2.1), written in their usual letters.
_LANGUAGE: Final = re.compile(
    r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*\Z"
)
#: The most languages or codes one person tells.
MOST_TOLD: Final = 20
#: No two places on Earth lie further apart (half its circumference, in kilometres).
MOST_KM: Final = 20_040
_A_WEEK: Final = 7 * 24 * 60


class PartOfWeek(StrEnum):
    """A part of the week that suits: seven days of three parts. The house's own, and coarse."""

    MONDAY_MORNING = "monday-morning"
    MONDAY_AFTERNOON = "monday-afternoon"
    MONDAY_EVENING = "monday-evening"
    TUESDAY_MORNING = "tuesday-morning"
    TUESDAY_AFTERNOON = "tuesday-afternoon"
    TUESDAY_EVENING = "tuesday-evening"
    WEDNESDAY_MORNING = "wednesday-morning"
    WEDNESDAY_AFTERNOON = "wednesday-afternoon"
    WEDNESDAY_EVENING = "wednesday-evening"
    THURSDAY_MORNING = "thursday-morning"
    THURSDAY_AFTERNOON = "thursday-afternoon"
    THURSDAY_EVENING = "thursday-evening"
    FRIDAY_MORNING = "friday-morning"
    FRIDAY_AFTERNOON = "friday-afternoon"
    FRIDAY_EVENING = "friday-evening"
    SATURDAY_MORNING = "saturday-morning"
    SATURDAY_AFTERNOON = "saturday-afternoon"
    SATURDAY_EVENING = "saturday-evening"
    SUNDAY_MORNING = "sunday-morning"
    SUNDAY_AFTERNOON = "sunday-afternoon"
    SUNDAY_EVENING = "sunday-evening"


def _whole_km(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not int or not -MOST_KM <= value <= MOST_KM:
        raise BadInput(
            f"Whereabouts.{attribute.name}",
            "whole kilometres from the point your program has chosen",
        )


@attrs.frozen(kw_only=True)
class Whereabouts:
    """Roughly where: whole kilometres east and north of a point the program has chosen.

    Never an address. It does not show itself.
    """

    east: int = attrs.field(validator=_whole_km, repr=False)
    north: int = attrs.field(validator=_whole_km, repr=False)


def is_language(value: object) -> bool:
    """Whether this is a BCP 47 tag such as ``en``, ``es-MX`` or ``zh-Hant``."""
    return type(value) is str and _LANGUAGE.match(value) is not None


def _languages(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not tuple or len(value) > MOST_TOLD or len(set(value)) != len(value):
        raise BadInput(f"{type(instance).__name__}.languages", f"up to {MOST_TOLD} languages")
    if not all(map(is_language, value)):
        raise BadInput(
            f"{type(instance).__name__}.languages",
            "each is a BCP 47 tag such as en, es-MX or zh-Hant, the preferred one first",
        )


def _codes(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not tuple or len(value) > MOST_TOLD or not all(map(is_code, value)):
        raise BadInput(
            f"{type(instance).__name__}.{attribute.name}",
            f"up to {MOST_TOLD} codes of your program's own, such as woman or veteran",
        )


def _minutes_a_week(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not int or not 0 <= value <= _A_WEEK:
        raise BadInput(
            f"{type(instance).__name__}.{attribute.name}", f"whole minutes a week, 0 to {_A_WEEK}"
        )


def languages() -> Any:
    """Languages in the order of preference, as BCP 47 tags."""
    return attrs.field(default=(), converter=as_tuple, validator=_languages, repr=False)


def own_codes() -> Any:
    """Codes of the program's own: what somebody tells of themself, or prefers in another."""
    return attrs.field(default=(), converter=as_tuple, validator=_codes, repr=False)


def not_with() -> Any:
    """The ids of people somebody does not want to be matched with. No reason is asked."""
    return maybe_ids(repr=False)


def minutes_a_week() -> Any:
    """Minutes a week; 0 when nobody counted."""
    return attrs.field(default=0, validator=_minutes_a_week)


def maybe_place() -> Any:
    """A place, or None."""
    return attrs.field(
        default=None, validator=attrs.validators.optional(exactly(Whereabouts)), repr=False
    )


class ProfileStatus(StrEnum):
    """A description holds until the person describes themself again."""

    CURRENT = "current"


PROFILE: Final = Lifecycle(
    begins=frozenset({ProfileStatus.CURRENT}),
    steps={ProfileStatus.CURRENT: frozenset()},
)


@attrs.frozen(kw_only=True)
class MatchProfile(Noun):
    """What a person says of themself so that a peer can be suggested. ``id`` is the person's id.

    It serves both roles: ``offers`` are the minutes a week they give as a peer,
    ``wants`` those they would like as a participant. ``tells`` are codes about
    themself that they chose to tell, ``prefers`` those of which the other
    should have one. What they lived through stands with the person.
    """

    kind: ClassVar[str] = "match-profile"
    lifecycle: ClassVar[Lifecycle[ProfileStatus]] = PROFILE
    private_to: ClassVar[str] = "id"
    status: ProfileStatus = a(ProfileStatus, ProfileStatus.CURRENT)
    languages: tuple[str, ...] = private(languages())
    times: tuple[PartOfWeek, ...] = private(several(PartOfWeek))
    place: Whereabouts | None = private(maybe_place())
    tells: tuple[str, ...] = private(own_codes())
    prefers: tuple[str, ...] = private(own_codes())
    not_with: tuple[str, ...] = private(not_with())
    offers: int = minutes_a_week()
    wants: int = minutes_a_week()
