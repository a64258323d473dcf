"""A program that does not exist yet: everything about it that chance and the handbook leave open.

Every number has a source, or says that it is an assumption
(:func:`~peerkit.simulation.scenarios.given.parameters` lists them all). What a peer may do, and
how much of it, is not said here: that is the handbook's, with the layers that the scenario names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model import Experience, Role
from peerkit.simulation.scenarios.changing import changed
from peerkit.simulation.scenarios.checks import (
    YEARS,
    a_day,
    a_language,
    a_line,
    an_experience,
    named,
    numbers,
    texts,
    told,
)
from peerkit.simulation.scenarios.given import (
    Shares,
    add_up,
    chosen,
    given,
    mix,
    parameters,
    part,
    parts,
    share,
    together,
)
from peerkit.simulation.scenarios.inputs import Costs, Outcomes

__all__ = [
    "Arrivals",
    "Beds",
    "Choosing",
    "Costs",
    "Course",
    "Groups",
    "Leaving",
    "Lived",
    "Matching",
    "Need",
    "Outcomes",
    "Peers",
    "Planning",
    "Scenario",
    "Sessions",
    "Shares",
    "Speaks",
]

_MONTHS: Final = 12
#: The longest session, in minutes: a working day.
_LONGEST: Final = 480
#: So many may be there already: luck knows them by their numbers, and whoever comes by larger ones.
_ALREADY: Final = 10**7


@attrs.frozen(kw_only=True)
class Need:
    """A kind of person who comes: what they have lived through, and the language they speak.

    Without ``experience`` any peer's will do; ``language`` is a code such as ``"es-MX"``.
    ``share`` is their part of all who come.
    """

    experience: Experience | None = attrs.field(
        default=None, validator=attrs.validators.optional(an_experience)
    )
    language: str = attrs.field(default="en", validator=a_language)
    share: float = share(1.0, "of all who come are of this kind")


@attrs.frozen(kw_only=True)
class Arrivals:
    """Who comes, and how many. ``months`` are factors from January to December, 1 on average."""

    per_week: float = given(4.0, "people come in a week", "people a week", most=1e6)
    months: tuple[float, ...] = given(
        (1.0,) * _MONTHS, "as many come in each month as on average", "factor", most=12
    )
    needs: tuple[Need, ...] = parts(Need, (Need(),), least=1)
    walking: int = given(
        0, "people walk with a peer already on the first day", "people", most=10**7
    )
    waiting: int = given(0, "people wait already on the first day", "people", most=10**7)

    def __attrs_post_init__(self) -> None:
        if len(self.months) != _MONTHS:
            raise BadInput("Arrivals.months", "give 12 factors, from January to December")
        if not add_up(each.share for each in self.needs):
            raise BadInput("Arrivals.needs", "their shares must add up to 1")
        if self.walking + self.waiting > _ALREADY:
            raise BadInput("Arrivals.waiting", f"with those who walk, give {_ALREADY:,} or fewer")


@attrs.frozen(kw_only=True)
class Lived:
    """What a share of the peers has lived through. The others have not."""

    experience: Experience = attrs.field(validator=an_experience)
    share: float = share(1.0, "of the peers have lived through it")


@attrs.frozen(kw_only=True)
class Speaks:
    """What a share of the peers speaks. The others do not."""

    language: str = attrs.field(validator=a_language)
    share: float = share(1.0, "of the peers speak it")


@attrs.frozen(kw_only=True)
class Leaving:
    """So many peers leave on a day, whatever the reason: the last who were counted on."""

    on: date = attrs.field(validator=a_day)
    peers: int = given(1, "peers leave on that day", "peers", least=1, most=10**6)


@attrs.frozen(kw_only=True)
class Peers:
    """The peers: how many, whom they can walk with, when they are away, and when they leave.

    ``places`` is what the program plans for each; the handbook's caseload is not moved by it:
    what is planned beyond it is refused. A peer has lived through each of the ``experiences``
    with its share, all of them drawn apart. Who has none of them has lived through something else,
    and walks with nobody who needs one. Where none is listed, every peer has every one. It
    is the same with ``languages``.
    """

    count: int = given(10, "peers serve", "peers", least=1, most=10**6)
    places: int = given(
        12,
        "people a peer is meant to walk with at once",
        "people",
        caution="No figure holds everywhere; the widest published one is 20 (R-WA-MCD).",
        most=200,
    )
    role: Role = chosen(Role, Role.WORKER)
    experiences: tuple[Lived, ...] = parts(Lived, ())
    languages: tuple[Speaks, ...] = parts(Speaks, ())
    supervision_every: int = given(
        14,
        "days from one talk with the supervisor to the next",
        "days",
        source="R-NCPRSS",
        caution="Two talks a month there; every week for IC&RC, every month in Texas.",
        least=1,
        most=366,
    )
    supervision_missed: float = share(0.0, "of these talks do not take place")
    leave_per_year: float = given(0.0, "times a peer is away in a year", "times a year", most=50)
    leave_days: Shares = mix(
        Shares((5, 10, 15), (0.5, 0.3, 0.2)), "days a peer is away each time", "days", most=366
    )
    turnover: float = share(
        0.0,
        "of the peers leave within a year, when their load is what was planned",
        caution="No figure holds everywhere: fit it to your own program.",
    )
    turnover_load: float = given(
        0.0,
        "as strongly does a full caseload add to leaving (log hazard)",
        "log ratio",
        caution="Workload drives discontent (R-WF); how many leave over it is not known.",
        most=5,
    )
    turnover_unsupervised: float = given(
        0.0, "as strongly does overdue supervision add to leaving (log hazard)", "log ratio", most=5
    )
    notice: int = given(14, "days from giving notice to being gone", "days", most=366)
    vacancy: int = given(30, "days until somebody new begins", "days", least=1, most=3660)
    leaving: tuple[Leaving, ...] = parts(Leaving, ())


class Choosing(StrEnum):
    """Which free peer is proposed: whose place has been free longest, or who has fewest people."""

    LONGEST_FREE = "longest-free"
    LEAST_LOADED = "least-loaded"


@attrs.frozen(kw_only=True)
class Matching:
    """How people and peers are brought together: first come, first asked.

    With ``shared`` only a peer with the person's experience is proposed; a common language is
    always asked for.
    """

    choosing: Choosing = chosen(Choosing, Choosing.LONGEST_FREE)
    shared: bool = chosen(bool, default=True)
    declined: float = share(0.1, "of the proposals are declined by the participant")
    patience: int = given(
        60,
        "days that somebody waits, on average, before they give up (0: for ever)",
        "days",
        most=36600,
    )
    stays_after_loss: float = share(0.7, "of the people whose peer leaves wait for another")


class Planning(StrEnum):
    """How sessions come to be: each is planned first, or written down when it was held."""

    EACH = "each"
    NONE = "none"


@attrs.frozen(kw_only=True)
class Sessions:
    """How people meet. ``every`` are the days between appointments that participants choose."""

    every: Shares = mix(
        Shares((7, 14), (0.8, 0.2)), "days from one appointment to the next", "days", most=366
    )
    minutes: Shares = mix(
        Shares((30, 45, 60), (0.2, 0.5, 0.3)), "minutes a session takes", "minutes", most=_LONGEST
    )
    no_show: float = share(0.2, "of the appointments are missed by the participant")
    cancelled: float = share(0.05, "of the appointments are called off by the participant")
    planning: Planning = chosen(Planning, Planning.EACH)
    asked_beyond: float = share(
        0.02, "of the sessions the participant asks for what is no peer's work"
    )
    drift: float = share(0.1, "of such asks a peer with half a caseload gives in to")
    drift_load: float = given(
        1.0, "as strongly does a full caseload add to giving in (log odds)", "log ratio", most=10
    )
    beyond_minutes: int = given(15, "minutes are then spent on it", "minutes", least=1, most=240)

    def __attrs_post_init__(self) -> None:
        if self.no_show + self.cancelled > 1:
            raise BadInput("Sessions.cancelled", "with those missed it is more than all")


@attrs.frozen(kw_only=True)
class Course:
    """What becomes of somebody, appointment by appointment.

    Each has a score of how it goes, in standard deviations: it begins as a normal draw and takes
    a normal step at each appointment. After each, they may leave with probability
    ``hazard * exp(-slope * score)``. ``dose`` is how many sessions somebody
    wants in all: a lognormal of this median and ``dose_spread`` (0: everybody the same; a
    median of 0: as long as it goes on).
    """

    dose: float = given(
        8.0,
        "sessions somebody wants in all, half of the people fewer",
        "sessions",
        source="R-J18",
        caution="Up to 10 sessions were offered there; about 7 were used in UPSIDES (R-UPS).",
        most=10_000,
    )
    dose_spread: float = given(0.5, "as widely do the wishes lie apart (log)", "log", most=3)
    hazard: float = share(0.017, "of the people leave after an appointment, when it goes as usual")
    slope: float = given(0.1, "as strongly does a better score keep people", "per sd", most=10)
    drift_held: float = given(0.03, "a held session moves the score", "sd", least=-5, most=5)
    drift_missed: float = given(-0.03, "a missed one moves it", "sd", least=-5, most=5)
    sd: float = given(0.25, "as widely do the steps lie apart", "sd", most=5)


@attrs.frozen(kw_only=True)
class Groups:
    """Support groups that meet every week, led by a peer; whoever walks with one may come."""

    count: int = given(0, "groups meet every week", "groups", most=10_000)
    size: int = given(
        10,
        "people each is planned for",
        "people",
        source="R-VIRG",
        caution="The most that is paid for there; elsewhere it is 8 or 12.",
        least=1,
        most=200,
    )
    joins: float = share(0.3, "of those who walk with a peer want to come to a group")
    comes: float = share(0.7, "of those expected come")
    minutes: int = given(90, "minutes a group takes", "minutes", least=1, most=480)


@attrs.frozen(kw_only=True)
class Beds:
    """A respite house. Whoever asks when no bed is free waits so many days, then goes elsewhere."""

    count: int = given(0, "beds in the respite house", "beds", most=10_000)
    per_week: float = given(0.0, "people ask for a bed in a week", "people a week", most=1e6)
    nights: Shares = mix(
        Shares((2, 3, 5, 7), (0.2, 0.3, 0.3, 0.2)),
        "nights somebody stays",
        "nights",
        source="R-PRESP",
        caution="1 to 7 nights there; how many stay how long is an assumption.",
        most=366,
    )
    patience: int = given(3, "days somebody waits for a bed", "days", most=365)


@attrs.frozen(kw_only=True)
class Scenario:
    """A program that does not exist yet. Everything has a default; change what you ask about.

    ``begins`` is the first day, ``days`` how many are simulated, of which the first ``warm_up`` are
    not counted. ``layers`` are those of the handbook, as in :meth:`Handbook.load`; ``limits``
    are the program's own numbers over them: ``{"caseload": 12}``. ``sources`` say where
    numbers of yours are from, by their paths: ``{"arrivals.per_week": "our records of 2025"}``.
    """

    name: str = attrs.field(default="base", validator=a_line)
    begins: date = attrs.field(default=date(2026, 1, 5), validator=a_day)
    days: int = given(365, "days are simulated", "days", least=1, most=36600)
    warm_up: int = given(0, "days at the beginning are not counted", "days", most=36600)
    layers: tuple[str, ...] = attrs.field(default=(), converter=together, validator=texts)
    limits: tuple[tuple[str, int], ...] = attrs.field(
        default=(), converter=named, validator=numbers
    )
    arrivals: Arrivals = part(Arrivals)
    peers: Peers = part(Peers)
    matching: Matching = part(Matching)
    sessions: Sessions = part(Sessions)
    course: Course = part(Course)
    groups: Groups = part(Groups)
    beds: Beds = part(Beds)
    outcomes: Outcomes = part(Outcomes)
    costs: Costs = part(Costs)
    sources: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=named, validator=told)

    def __attrs_post_init__(self) -> None:
        if self.begins.year not in YEARS or self.date_of(self.days - 1).year not in YEARS:
            what = f"the first day and the last must lie in the years {YEARS[0]} to {YEARS[-1]}"
            raise BadInput("Scenario.begins", what)
        if self.warm_up >= self.days:
            raise BadInput("Scenario.warm_up", "must be shorter than the days simulated")
        if any(each.on <= self.begins for each in self.peers.leaving):
            raise BadInput(
                "Peers.leaving", "give a day after the first one: who left by then is not counted"
            )
        known = {each.path for each in parameters(self)} if self.sources else set()
        known |= {f"limits.{name}" for name, _ in self.limits}
        for path, said in self.sources:
            if path not in known:
                raise BadInput("Scenario.sources", f"{path!r} is no number of this scenario")
            if not (isinstance(said, str) and said.strip() and said.isprintable()):
                raise BadInput("Scenario.sources", f"give one line of text for {path!r}")

    def but(self, values: Mapping[str, Any], name: str | None = None) -> Scenario:
        """The same, but for these values by their paths: ``{"peers.count": 12}``.

        A number of the handbook is named ``limits.caseload``. What was said of the source of a
        number goes with it. Raises :class:`~peerkit.errors.BadInput` for a path that leads nowhere.
        """
        return changed(self, values, name)

    def date_of(self, day: int) -> date:
        """The date of a day of the simulation; the first is day 0."""
        return self.begins + timedelta(days=day)
