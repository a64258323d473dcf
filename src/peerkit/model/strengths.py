"""The support map: who and what is around a participant, and what holds or wears them."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import a, an_id, exactly, made_of, maybe, private, several
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = [
    "MOST_ON_MAP",
    "Capital",
    "MapEntry",
    "MapKind",
    "Pull",
    "SupportMap",
    "SupportMapStatus",
    "map_of",
]

#: The most entries of one map: what fits on a large sheet of paper, and bounds what is read.
MOST_ON_MAP: Final = 60


class MapKind(StrEnum):
    """What stands on a map of strengths and supports."""

    PERSON = "person"
    PLACE = "place"
    SERVICE = "service"
    SKILL = "skill"
    STRENGTH = "strength"
    ANIMAL = "animal"
    COMMUNITY = "community"
    THING = "thing"


class Pull(StrEnum):
    """Whether it holds somebody or wears them down. It may do both; they say which is stronger."""

    HOLDS = "holds-me"
    WEARS = "wears-me"


class Capital(StrEnum):
    """Recovery capital: personal, family and social, community, and cultural."""

    PERSONAL = "personal"
    SOCIAL = "family-and-social"
    COMMUNITY = "community"
    CULTURAL = "cultural"


@attrs.frozen(kw_only=True)
class MapEntry:
    """One thing on a map. ``id`` is a pseudonym of the participant's choice, never a name.

    ``capital`` sorts it, if the participant wants that. Nothing but the id shows
    itself: a home that wears somebody down is theirs to tell.
    """

    id: str = attrs.field(validator=an_id)
    of: MapKind = attrs.field(validator=exactly(MapKind), repr=False)
    pull: Pull = attrs.field(default=Pull.HOLDS, validator=exactly(Pull), repr=False)
    capital: Capital | None = maybe(Capital, repr=False)


class SupportMapStatus(StrEnum):
    """A map is kept, and changes entry by entry."""

    KEPT = "kept"


SUPPORT_MAP: Final = Lifecycle(
    begins=frozenset({SupportMapStatus.KEPT}),
    steps={SupportMapStatus.KEPT: frozenset()},
)


def map_of(participant: str) -> str:
    """The id of a participant's map. It is not theirs, so that no other decision reads the map."""
    return made_of("map", participant)


@attrs.frozen(kw_only=True)
class SupportMap(Noun):
    """A participant's strengths and supports: their recovery environment, as they see it.

    Each has one, ``map_of(participant)``. What they say of an entry is kept apart,
    under ``map/<participant>/<entry>``.
    """

    kind: ClassVar[str] = "support-map"
    lifecycle: ClassVar[Lifecycle[SupportMapStatus]] = SUPPORT_MAP
    found_with: ClassVar[tuple[str, ...]] = ("participant",)
    private_to: ClassVar[str] = "participant"
    status: SupportMapStatus = a(SupportMapStatus, SupportMapStatus.KEPT)
    participant: str = attrs.field(validator=an_id)
    entries: tuple[MapEntry, ...] = private(several(MapEntry))

    def __attrs_post_init__(self) -> None:
        if len(self.entries) > MOST_ON_MAP:
            raise BadInput("SupportMap.entries", f"at most {MOST_ON_MAP}")
        if len({each.id for each in self.entries}) != len(self.entries):
            raise BadInput("SupportMap.entries", "the same id is named twice")

    def entry(self, id_: str) -> MapEntry | None:
        """The entry of this id, or None."""
        return next((each for each in self.entries if each.id == id_), None)
