"""Two people as matching sees them: whether they could walk together, how well, and why."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.model import MatchProfile, Peer, PeerStatus, Person

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["Bar", "Offering", "Pairing", "Seeking", "Weights", "pairing"]

#: How long a first meeting is taken to be when nobody said: one hour a week.
AN_HOUR: Final = 60


class Bar(StrEnum):
    """Why two people are not suggested to each other. As data: it names nobody's reason."""

    SAME_PERSON = "same-person"
    NOT_SERVING = "not-serving"
    NOT_WITH = "not-with"
    PREFERENCE = "preference"
    LANGUAGE = "no-common-language"
    TIME = "no-common-time"
    TOO_FAR = "too-far"
    NO_HOURS = "no-hours-left"
    CASELOAD = "caseload"


#: What is said of each; who excluded whom, and what somebody prefers, is nobody's to read.
_SAYS: Final = {
    Bar.SAME_PERSON: "They are the same person.",
    Bar.NOT_SERVING: "{peer} does not serve now.",
    Bar.NOT_WITH: "One of the two does not want this.",
    Bar.PREFERENCE: "What one of the two prefers is not met.",
    Bar.LANGUAGE: "They have no language in common.",
    Bar.TIME: "They have no part of the week in common.",
    Bar.TOO_FAR: "They live farther apart than people are looked at for each other.",
    Bar.NO_HOURS: "{peer} has fewer minutes a week left than are wanted: {left} of {minutes}.",
    Bar.CASELOAD: "{peer} walks with as many people as the caseload has: {walking} of {most}.",
}


@attrs.frozen(kw_only=True)
class Weights:
    """How much each thing counts. Every number here is an assumption: no source gives one.

    The first four are the participant's view of a peer, the next three the
    peer's view of a participant. ``enough`` common parts of the week count in
    full; with ``own_times`` so do all that a participant has, so that who has
    one free part of the week neither loses for it nor wins by it. Nobody is
    suggested beyond ``farthest`` kilometres; nearness falls to nothing at
    ``span``. ``earlier`` is for a peer the participant walked with before, and
    ``load`` is taken off, in proportion, as a peer's places fill, so that a few
    are not worn out. Each day of waiting adds ``aging``, for at most
    ``patience`` days.
    """

    shared: int = 500
    language: int = 200
    times: int = 200
    near: int = 100
    peer_near: int = 400
    peer_times: int = 400
    peer_shared: int = 200
    enough: int = 4
    own_times: bool = True
    farthest: float = 30.0
    span: float = 40.0
    earlier: int = 150
    load: int = 200
    aging: int = 5
    patience: int = 90

    def __attrs_post_init__(self) -> None:
        for each in attrs.fields(Weights):
            value = getattr(self, each.name)
            if each.name == "own_times":
                continue
            must_be(int | float, value, f"Weights.{each.name}", _NUMBER)
            if not 0 <= value <= MOST_WEIGHT or (value == 0 and each.name in {"enough", "span"}):
                raise BadInput(f"Weights.{each.name}", _NUMBER)


#: Scores stay small enough to be added up exactly, however long the list is.
MOST_WEIGHT: Final = 100_000
_NUMBER: Final = f"give a number from 0 to {MOST_WEIGHT}; enough and span are more than 0"


@attrs.frozen(kw_only=True)
class _Side:
    """What both sides bring. What nobody told of, keeps nobody apart and counts for nothing.

    ``lived`` is only what the person offers; ``languages`` are in the order of
    preference; ``place`` is east and north in kilometres. ``tells`` are codes
    about oneself, ``prefers`` those of which the other should have one.
    """

    id: str
    lived: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    languages: tuple[str, ...] = attrs.field(default=(), repr=False)
    times: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    place: tuple[float, float] | None = attrs.field(default=None, repr=False)
    tells: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    prefers: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    not_with: frozenset[str] = attrs.field(default=frozenset(), repr=False)


def _told(person: Person, profile: MatchProfile | None) -> dict[str, object]:
    """What a person and their profile say, as matching reads it."""
    must_be(Person, person, "person", "give the Person")
    must_be(MatchProfile | None, profile, "profile", "give their MatchProfile, or leave it out")
    lived: frozenset[str] = frozenset(person.offers())
    if profile is None:
        return {"id": person.id, "lived": lived}
    place = None if profile.place is None else (profile.place.east, profile.place.north)
    # Where somebody comes from keeps nobody from talking: es-MX and es are one language here.
    spoken = dict.fromkeys(each.partition("-")[0] for each in profile.languages)
    return {
        "id": person.id,
        "lived": lived,
        "languages": tuple(spoken),
        "times": frozenset(profile.times),
        "place": place,
        "tells": frozenset(profile.tells),
        "prefers": frozenset(profile.prefers),
        "not_with": frozenset(profile.not_with),
    }


@attrs.frozen(kw_only=True)
class Seeking(_Side):
    """A participant who looks for a peer.

    ``minutes`` a week are wanted; ``since`` is the day the waiting began;
    ``earlier`` are peers they walked with before.
    """

    minutes: int = AN_HOUR
    since: date | None = None
    earlier: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        person: Person,
        profile: MatchProfile | None = None,
        *,
        since: date | None = None,
        earlier: Iterable[str] = (),
        not_with: Iterable[str] = (),
    ) -> Seeking:
        """From the nouns. ``not_with`` adds to what the profile says: who was declined, say."""
        told = _told(person, profile)
        found = cls(**told, since=since, earlier=frozenset(earlier))  # type: ignore[arg-type]
        wanted = AN_HOUR if profile is None or not profile.wants else profile.wants
        return attrs.evolve(found, minutes=wanted, not_with=found.not_with.union(not_with))


@attrs.frozen(kw_only=True)
class Offering(_Side):
    """A peer who could walk with somebody.

    ``minutes`` a week are offered (None: nobody counted), of which ``promised``
    are taken; ``walking`` is how many people they walk with, ``most`` the
    caseload of the book (None: it has none).
    """

    minutes: int | None = None
    promised: int = 0
    walking: int = 0
    most: int | None = None
    serving: bool = True

    @classmethod
    def of(
        cls,
        peer: Peer,
        person: Person,
        profile: MatchProfile | None = None,
        *,
        walking: int = 0,
        promised: int = 0,
        most: int | None = None,
    ) -> Offering:
        """From the nouns; ``walking`` is a tally, ``most`` the number of the book."""
        must_be(Peer, peer, "peer", "give the Peer")
        found = cls(
            **_told(person, profile),  # type: ignore[arg-type]
            promised=promised,
            walking=walking,
            most=most,
            serving=peer.status is PeerStatus.SERVING,
        )
        minutes = None if profile is None or not profile.offers else profile.offers
        return attrs.evolve(found, minutes=minutes)

    @property
    def left(self) -> int | None:
        """The minutes a week that nobody has been promised; None where nobody counted."""
        return None if self.minutes is None else max(self.minutes - self.promised, 0)

    def places(self, minutes: int) -> int | None:
        """How many people who want so many minutes there is room for; None: no end is known."""
        heads = None if self.most is None else max(self.most - self.walking, 0)
        hours = None if self.left is None else self.left // max(minutes, 1)
        found = [each for each in (heads, hours) if each is not None]
        return min(found) if found else None


@attrs.frozen(kw_only=True)
class Pairing:
    """One participant and one peer: what speaks for it, and what stands against it.

    ``bars`` is empty when the two could walk together. ``for_participant`` and
    ``for_peer`` are the two views, ``beside`` what is added or taken off
    beside them; ``score`` is the sum. It is a suggestion and never a decision.
    """

    participant: str
    peer: str
    bars: tuple[Bar, ...]
    shared: frozenset[str] = attrs.field(repr=False)
    language: bool | None = attrs.field(repr=False)
    parts: int = attrs.field(repr=False)
    km: float | None = attrs.field(repr=False)
    earlier: bool
    waited: int
    walking: int
    most: int | None
    left: int | None
    minutes: int
    for_participant: int
    for_peer: int
    beside: int
    farthest: float = attrs.field(repr=False)

    @property
    def possible(self) -> bool:
        """Whether nothing stands against it."""
        return not self.bars

    @property
    def score(self) -> int:
        """The whole score; it is for comparing, and has no unit."""
        return self.for_participant + self.for_peer + self.beside

    def why(self) -> str:
        """A few plain sentences, and no condition, language, place or distance."""
        said = self._bars() if self.bars else self._speaks_for()
        return " ".join(said)

    def _bars(self) -> list[str]:
        facts = {each.name: getattr(self, each.name) for each in attrs.fields(Pairing)}
        return [f"{self.peer} is not suggested to {self.participant}."] + [
            _SAYS[each].format(**facts) for each in self.bars
        ]

    def _speaks_for(self) -> list[str]:
        lived = _many(len(self.shared), "lived experience")
        said = [f"{self.peer} shares {lived} with {self.participant}."]
        if self.language is not None:
            which = "the language preferred most" if self.language else "a language"
            said.append(f"They share {which}.")
        if self.parts:
            said.append(f"They have {_many(self.parts, 'part')} of the week in common.")
        if self.km is not None:
            said.append(f"They live {self._how_far(self.km)}.")
        if self.earlier:
            said.append("They walked together before.")
        if self.most is None:
            said.append(f"{self.peer} walks with {_many(self.walking, 'person', 'people')}.")
        else:
            most = _many(self.most, "person", "people")
            said.append(f"{self.peer} walks with {self.walking} of at most {most}.")
        if self.left is not None:
            left = f"{_many(self.left, 'minute')} a week {'is' if self.left == 1 else 'are'} free"
            said.append(
                f"{left}, and {self.minutes} {'is' if self.minutes == 1 else 'are'} wanted."
            )
        if self.waited:
            said.append(f"{self.participant} has waited {_many(self.waited, 'day')}.")
        said.append(
            f"Score {self.score}: {self.for_participant} for the participant, {self.for_peer} for "
            f"the peer, {self.beside:+d} for waiting, an earlier match and places that are taken."
        )
        return said

    def _how_far(self, km: float) -> str:
        """In bands: who knows one's own place could find a home from kilometres."""
        if km <= self.farthest / 3:
            return "near each other"
        return "some way apart" if km <= self.farthest * 2 / 3 else "far apart"


def _many(number: int, one: str, many: str = "") -> str:
    """A number and its word: "1 part", "2 parts"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def load_of(weights: Weights, walking: int, places: int | None, taken: int = 0) -> int:
    """What is taken off for a peer who walks with some and has so many places left."""
    if places is None or places + walking == 0:
        return 0
    return round(weights.load * (walking + taken) / (walking + places))


def waited(seeking: Seeking, on: date | None) -> int:
    """The days of waiting up to this day."""
    return 0 if on is None or seeking.since is None else max((on - seeking.since).days, 0)


def _bars(
    seeking: Seeking, offering: Offering, weights: Weights, km: float | None
) -> tuple[Bar, ...]:
    against = {
        Bar.SAME_PERSON: seeking.id == offering.id,
        Bar.NOT_SERVING: not offering.serving,
        Bar.NOT_WITH: offering.id in seeking.not_with or seeking.id in offering.not_with,
        Bar.PREFERENCE: not (
            _meets(seeking.prefers, offering.tells) and _meets(offering.prefers, seeking.tells)
        ),
        Bar.LANGUAGE: _apart(seeking.languages, offering.languages),
        Bar.TIME: _apart(seeking.times, offering.times),
        Bar.TOO_FAR: km is not None and km > weights.farthest,
        Bar.NO_HOURS: offering.left is not None and offering.left < seeking.minutes,
        Bar.CASELOAD: offering.most is not None and offering.walking >= offering.most,
    }
    return tuple(each for each, stands in against.items() if stands)


def _apart(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Whether both told something and nothing of it is the same."""
    return bool(ours and theirs) and set(ours).isdisjoint(theirs)


def _meets(prefers: frozenset[str], tells: frozenset[str]) -> bool:
    return not prefers or not prefers.isdisjoint(tells)


def _language(seeking: Seeking, offering: Offering) -> bool | None:
    """Whether they share the language preferred most; None when they share none."""
    if set(seeking.languages).isdisjoint(offering.languages):
        return None
    return seeking.languages[0] in offering.languages


def pairing(
    seeking: Seeking,
    offering: Offering,
    weights: Weights = Weights(),
    *,
    on: date | None = None,
) -> Pairing:
    """How one participant and one peer would fit, and why. ``on`` is the day it is asked."""
    shared = seeking.lived & offering.lived
    language = _language(seeking, offering)
    parts = len(seeking.times & offering.times)
    km, near = None, 0.0
    if seeking.place is not None and offering.place is not None:
        (east, north), (x, y) = seeking.place, offering.place
        km = sqrt((east - x) * (east - x) + (north - y) * (north - y))
        near = max(0.0, 1 - km / weights.span)
    need = min(weights.enough, len(seeking.times)) if weights.own_times else weights.enough
    fits = min(1.0, parts / need) if parts else 0.0
    # Multiplied first and divided then, as for many at once, so that both round alike.
    ours = weights.shared * len(shared) / len(seeking.lived) if shared else 0.0
    both = (
        weights.peer_shared * len(shared) / len(seeking.lived | offering.lived) if shared else 0.0
    )
    earlier = offering.id in seeking.earlier
    days = waited(seeking, on)
    load = load_of(weights, offering.walking, offering.places(seeking.minutes))
    return Pairing(
        participant=seeking.id,
        peer=offering.id,
        bars=_bars(seeking, offering, weights, km),
        shared=shared,
        language=language,
        parts=parts,
        km=km,
        earlier=earlier,
        waited=days,
        walking=offering.walking,
        most=offering.most,
        left=offering.left,
        minutes=seeking.minutes,
        for_participant=round(
            ours
            + (weights.language if language else 0)
            + weights.times * fits
            + weights.near * near
        ),
        for_peer=round(weights.peer_near * near + weights.peer_times * fits + both),
        beside=(weights.earlier if earlier else 0)
        - load
        + weights.aging * min(days, weights.patience),
        farthest=weights.farthest,
    )
