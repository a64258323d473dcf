"""Who comes, worked out from an HMIS export: from counts of people, and no small ones.

An export holds everybody who was enrolled on some day of its period. Who came before that is in it
only if they were still there: so people who come are counted from the first day of the period on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.exchange.hmis import PROJECT_TYPES, Client, Export, welcomes
from peerkit.handbook import Handbook
from peerkit.model import Experience
from peerkit.reports import least_shown
from peerkit.simulation.scenarios.scenario import Arrivals, Need

if TYPE_CHECKING:
    from peerkit.handbook import Book

__all__ = ["NOT_IN_AN_EXPORT", "Fitted", "Rests", "arrivals_of"]

#: What somebody has lived through and a match may rest on.
_Lived: TypeAlias = frozenset[Experience]

#: What a scenario asks for and no export has. It stands below everything that is worked out here.
NOT_IN_AN_EXPORT: Final = (
    "Who wanted a peer: that share is yours to say (wanted).",
    "Who was turned away, or never came.",
    (
        "What else people have lived through: there are codes for homelessness and military "
        "service. There is one for jail or prison too, but nobody has asked whether that may be "
        "spoken of, so it is not used."
    ),
    "Which languages people speak.",
    (
        "How often people would meet a peer, what they would miss, and when they would have had "
        "enough: a stay in a shelter is no walk with a peer, so lengths of stay are not used."
    ),
    (
        "Whether a month is busy every year: a year shows each month once, and where 25 people "
        "came, 10 more or fewer may be chance."
    ),
    "Who left without anybody writing it down: they count among those who are still there.",
)
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
#: A month is known when so many days of it are seen.
_SEEN: Final = 28
_WEEK: Final = 7


@attrs.frozen(kw_only=True)
class Rests:
    """A number of a scenario, by its path, and how many people it was counted from."""

    path: str
    value: float
    people: int
    says: str

    def explain(self) -> str:
        """The number, and what it rests on."""
        return f"{self.path} is {self.value:.4g}, from {self.people:,} people {self.says}."


@attrs.frozen(kw_only=True)
class Fitted:
    """Who comes, as an export says it, and what each number rests on.

    ``sources`` are those of a scenario with these ``arrivals``. ``missing`` says what could not be
    worked out from this export, and why.
    """

    arrivals: Arrivals
    rests: tuple[Rests, ...]
    missing: tuple[str, ...]
    sources: Mapping[str, str]

    def explain(self) -> str:
        """Every number with what it rests on, and what is not known."""
        known = [each.explain() for each in self.rests]
        unknown = [f"- {each}" for each in NOT_IN_AN_EXPORT]
        return "\n".join((*known, *self.missing, "No export says:", *unknown))


@attrs.frozen
class _Person:
    """Somebody who was enrolled. ``there`` is whether they still are on the day after the last."""

    first: date
    there: bool
    lived: _Lived


@attrs.frozen
class _Group:
    """Months that have one pace, and how many came in them."""

    months: tuple[int, ...]
    people: int
    a_day: float


def arrivals_of(
    export: Export,
    since: date,
    until: date,
    *,
    wanted: float = 1.0,
    age: int = 18,
    project_types: Collection[int] = tuple(PROJECT_TYPES),
    book: Book | None = None,
) -> Fitted:
    """Who comes, from an export of the days ``since`` ≤ day < ``until``, or of more than those.

    People are counted, each once, on the day of their first enrollment in a project of one of
    these types (:data:`~peerkit.exchange.hmis.PROJECT_TYPES`). Who came before ``since`` does not
    come once more; who is still enrolled on ``until`` waits on the first day of a scenario. Who was
    younger than ``age`` when they came is not counted at all. ``wanted`` is the share of everybody
    counted who would want a peer.

    No number rests on fewer people than the limit ``small-cell`` of ``book`` lets be shown, or that
    of the layer "us/federal" without a book: months of too few share one factor, and people of
    too small a kind count for another. Raises :class:`~peerkit.errors.BadInput` where too few came
    in all, and where the days are no period.
    """
    must_be(Export, export, "export", "bring what peerkit.exchange.hmis.read gives")
    if not since < until:
        raise BadInput("until", "give a day after since")
    if not 0 <= wanted <= 1:
        raise BadInput("wanted", "give a share from 0 to 1")
    least = least_shown(book or Handbook.load("us/federal").on(until)) or 1
    people = [*_people(export, until, age, project_types)]
    came = [each for each in people if each.first >= since]
    if len(came) < least:
        raise BadInput("since", f"fewer than {least} people came in these days; take more days")

    days = [since + timedelta(days=day) for day in range((until - since).days)]
    groups = _groups((each.first.month for each in came), (day.month for day in days), least)
    paces = {month: each.a_day for each in groups for month in each.months}
    a_day = sum(paces.values()) / len(paces) if paces else len(came) / len(days)
    needs = _needs([each.lived for each in came], least)
    there = sum(each.there for each in people)
    arrivals = Arrivals(
        per_week=round(a_day * _WEEK * wanted, 2),
        months=tuple(round(paces.get(at, a_day) / a_day, 2) for at in range(1, 13)),
        needs=tuple(Need(experience=each, share=n / len(came)) for each, n in needs.items()),
        waiting=round(there * wanted) if there >= least else 0,
    )
    rests = [
        Rests(path="arrivals.per_week", value=arrivals.per_week, people=len(came), says="who came"),
        *(_of_months(each, arrivals) for each in groups),
        *(
            _of_need(at, need, n)
            for at, (need, n) in enumerate(zip(arrivals.needs, needs.values(), strict=True))
        ),
    ]
    missing = []
    if not groups:
        missing.append("All months are alike: not every one was seen, or too few people came.")
    if len(needs) < len({each for one in came for each in (*one.lived, None)}):
        missing.append("People of a kind that too few are of count for another.")
    if 0 < there < least:
        missing.append(f"Nobody waits: fewer than {least} people were there on the last day.")
    else:
        says = "who were still there"
        rests.append(
            Rests(path="arrivals.waiting", value=arrivals.waiting, people=there, says=says)
        )
    if export.rejects:
        missing.append(f"{len(export.rejects):,} rows could not be read: see export.rejects.")
    last = until - timedelta(days=1)
    period = f"HMIS export, {since.isoformat()} to {last.isoformat()}"
    return Fitted(
        arrivals=arrivals,
        rests=tuple(rests),
        missing=tuple(missing),
        sources=_sources(rests, period, wanted),
    )


def _people(
    export: Export, until: date, age: int, project_types: Collection[int]
) -> Iterator[_Person]:
    """Whoever was enrolled before ``until`` and old enough when they first were."""
    # Which codes speak of what somebody has lived through is said in one place.
    told = welcomes(export, by="export")
    for client, welcome in zip(export.clients, told, strict=True):
        stays = [
            each
            for each in client.enrollments
            if each.project_type in project_types and each.entry < until
        ]
        if stays and not _younger(client, stays[0].entry, age):
            yield _Person(
                first=stays[0].entry,
                there=any(each.exit is None or each.exit >= until for each in stays),
                lived=frozenset(each.of for each in welcome.experiences if each.offered),
            )


def _younger(client: Client, on: date, age: int) -> bool:
    """Whether somebody was younger than this on a day. Whose birth is not known was not."""
    born = client.born
    if born is None:
        return False
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day)) < age


def _groups(came: Iterable[int], seen: Iterable[int], least: int) -> tuple[_Group, ...]:
    """The pace of each month; those of too few people have one together.

    Nothing where a month was not seen, or where all would be together.
    """
    people, days = Counter(came), Counter(seen)
    if any(days[at] < _SEEN for at in range(1, 13)):
        return ()
    small = [at for at in range(1, 13) if 0 < people[at] < least]
    others = sorted({*people} - {*small}, key=lambda at: (people[at], at))
    while small and others and sum(people[at] for at in small) < least:
        small.append(others.pop(0))
    alone = [(at,) for at in range(1, 13) if at not in small]
    groups = [*alone, tuple(sorted(small))] if small else alone
    if len(groups) == 1:
        return ()
    counts = {each: sum(people[at] for at in each) for each in groups}
    return tuple(
        _Group(each, n, n / sum(days[at] for at in each)) for each, n in sorted(counts.items())
    )


def _needs(lived: Collection[_Lived], least: int) -> dict[Experience | None, int]:
    """How many people are of each kind, the most first; each counts once.

    Somebody who has lived through several things counts for the one that fewest have: a peer who
    shares it is hardest to find. A kind of too few is dropped, and its people count for what else
    they have lived through.
    """
    often = Counter(each for one in lived for each in one)
    kinds = {*often}
    while True:
        counts: Counter[Experience | None] = Counter(
            min(one & kinds, key=lambda each: (often[each], each), default=None) for one in lived
        )
        small = [each for each in kinds if counts[each] < least]
        if not small:
            break
        kinds.remove(min(small, key=lambda each: (counts[each], each)))
    if kinds and 0 < counts[None] < least:
        few = counts.pop(None)
        counts[counts.most_common(1)[0][0]] += few
    return {each: n for each, n in counts.most_common() if n}


def _of_months(group: _Group, arrivals: Arrivals) -> Rests:
    names = " and ".join(_MONTHS[at - 1] for at in group.months)
    return Rests(
        path="arrivals.months",
        value=arrivals.months[group.months[0] - 1],
        people=group.people,
        says=f"who came in {names}",
    )


def _of_need(at: int, need: Need, people: int) -> Rests:
    says = f"with the code for {need.experience}" if need.experience else "without such a code"
    return Rests(path=f"arrivals.needs[{at}].share", value=need.share, people=people, says=says)


def _sources(rests: Iterable[Rests], period: str, wanted: float) -> dict[str, str]:
    """Where each number is from, as a scenario says it."""
    people: Counter[str] = Counter()
    for each in rests:
        people[each.path] += each.people
    assumed = {"arrivals.per_week", "arrivals.waiting"} if wanted < 1 else ()
    share = f"; {wanted:g} of them would want a peer (assumption)"
    return {
        path: f"{period}: {n:,} people{share if path in assumed else ''}"
        for path, n in people.items()
    }
