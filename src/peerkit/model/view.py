"""What stood when a decision was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from peerkit.errors import BadInput
from peerkit.model.noun import Noun

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import MappingProxyType

__all__ = [
    "ABSENT",
    "ATTENDED",
    "DAYS_QUIET",
    "EXCUSED",
    "KEPT_WITH",
    "MEETINGS",
    "MET",
    "MINUTES_GIVEN",
    "MINUTES_GIVEN_A_MONTH",
    "MINUTES_GIVEN_A_WEEK",
    "MINUTES_RECEIVED",
    "MINUTES_RECEIVED_A_WEEK",
    "MINUTES_RECEIVED_A_YEAR",
    "MISSED",
    "MISSED_A_MONTH",
    "MISSED_EXCUSED",
    "MISSED_EXCUSED_A_MONTH",
    "NOT_THEIRS",
    "SUPERVISING",
    "SUPERVISION_MINUTES",
    "SUPERVISION_TALKS",
    "WALKING",
    "Count",
    "View",
    "period",
    "periods",
]

N = TypeVar("N", bound=Noun)

#: How many accepted matches a peer has now. Standing: it has no day.
WALKING: Final = "walking"
#: How often a pair has met. Standing.
MET: Final = "met"
#: How often a group has met, and how often somebody named came, was excused, was absent. Standing.
MEETINGS: Final = "meetings"
ATTENDED: Final = "attended"
EXCUSED: Final = "excused"
ABSENT: Final = "absent"
#: How many peers who have not left somebody supervises. Standing.
SUPERVISING: Final = "supervising"
#: Minutes of peer support, given as a peer: on one day, in one week, in one month.
MINUTES_GIVEN: Final = "minutes-given"
MINUTES_GIVEN_A_WEEK: Final = "minutes-given-a-week"
MINUTES_GIVEN_A_MONTH: Final = "minutes-given-a-month"
#: Minutes of peer support, received as a participant: on one day, in one week, in one year.
MINUTES_RECEIVED: Final = "minutes-received"
MINUTES_RECEIVED_A_WEEK: Final = "minutes-received-a-week"
MINUTES_RECEIVED_A_YEAR: Final = "minutes-received-a-year"
#: Minutes and talks of supervision that a peer had in one month.
SUPERVISION_MINUTES: Final = "supervision-minutes-a-month"
SUPERVISION_TALKS: Final = "supervision-talks-a-month"

#: Planned sessions to which somebody did not come, and those of them that were excused:
#: all of them, and in one month. No rule reads them: staying away is held against nobody.
MISSED: Final = "missed"
MISSED_EXCUSED: Final = "missed-excused"
MISSED_A_MONTH: Final = "missed-a-month"
MISSED_EXCUSED_A_MONTH: Final = "missed-excused-a-month"


#: For how many days nothing has been kept about somebody. It is no tally that is kept: the door
#: works it out for whoever is to be forgotten.
DAYS_QUIET: Final = "days-quiet"
#: Whether texts lie apart that are somebody's together with whoever is to be forgotten: 1 where
#: there is one. The door works it out as well.
KEPT_WITH: Final = "kept-with"
#: Whether a notice that is said not to have reached somebody went to another, or to nobody: 1
#: where it did. The door works it out of its key.
NOT_THEIRS: Final = "not-theirs"


#: Every tally there is.
_TALLIES: Final = frozenset(
    {
        WALKING,
        MET,
        MEETINGS,
        ATTENDED,
        EXCUSED,
        ABSENT,
        SUPERVISING,
        MINUTES_GIVEN,
        MINUTES_GIVEN_A_WEEK,
        MINUTES_GIVEN_A_MONTH,
        MINUTES_RECEIVED,
        MINUTES_RECEIVED_A_WEEK,
        MINUTES_RECEIVED_A_YEAR,
        SUPERVISION_MINUTES,
        SUPERVISION_TALKS,
        MISSED,
        MISSED_EXCUSED,
        MISSED_A_MONTH,
        MISSED_EXCUSED_A_MONTH,
        DAYS_QUIET,
        KEPT_WITH,
        NOT_THEIRS,
    }
)


def _a_day(day: date) -> str:
    return day.isoformat()


def _a_week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def _a_month(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"


def _a_year(day: date) -> str:
    return f"{day.year:04}"


#: Over which stretch of time each tally runs; one that is not here is standing.
_STRETCH: Final[Mapping[str, Callable[[date], str]]] = {
    MINUTES_GIVEN: _a_day,
    MINUTES_GIVEN_A_WEEK: _a_week,
    MINUTES_GIVEN_A_MONTH: _a_month,
    MINUTES_RECEIVED: _a_day,
    MINUTES_RECEIVED_A_WEEK: _a_week,
    MINUTES_RECEIVED_A_YEAR: _a_year,
    SUPERVISION_MINUTES: _a_month,
    SUPERVISION_TALKS: _a_month,
    MISSED_A_MONTH: _a_month,
    MISSED_EXCUSED_A_MONTH: _a_month,
}


@lru_cache(maxsize=1024)
def period(day: date, what: str) -> str:
    """The stretch of time in which this day counts for a tally: ``""`` for a standing one."""
    stretch = _STRETCH.get(what)
    return "" if stretch is None else stretch(day)


@lru_cache(maxsize=64)
def periods(day: date) -> tuple[str, str, str, str, str]:
    """The stretches of time whose tallies a decision of this day reads.

    The standing ones, the day, its ISO week, the whole month before it, and
    its year: a month that has not ended yet says nothing about whether
    somebody had enough of something in it.
    """
    last_month = day.replace(day=1) - timedelta(days=1) if (day.year, day.month) > (1, 1) else day
    return ("", _a_day(day), _a_week(day), _a_month(last_month), _a_year(day))


@attrs.frozen
class Count:
    """A tally to be moved: ``of`` whom, ``what``, ``by`` how much, in which ``period``.

    ``period`` is an ISO date, an ISO week (``2026-W45``), a month (``2026-11``),
    a year, or empty for a standing tally.
    """

    of: str
    what: str
    by: int
    period: str = ""


def _by_kind(view: View) -> dict[type[Noun], list[Noun]]:
    """The nouns of each kind: every rule asks for some, and of most kinds there are none."""
    found: dict[type[Noun], list[Noun]] = {}
    for noun in view.nouns:
        found.setdefault(type(noun), []).append(noun)
    return found


@attrs.frozen
class View:
    """The open nouns and tallies that an act stands on, and the moment it is decided.

    ``seen`` is the number of the last entry that was in the journal when this
    was read. A view is as large as what still matters between these people: what
    is closed, and every session that was held, is in its tallies only.
    """

    now: datetime
    nouns: tuple[Noun, ...] = ()
    tallies: Mapping[tuple[str, str], int] | MappingProxyType[tuple[str, str], int] = attrs.field(
        factory=dict
    )
    seen: int = 0
    _found: Mapping[type[Noun], list[Noun]] = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_by_kind, takes_self=True)
    )

    def get(self, kind: type[N], id: str) -> N | None:  # noqa: A002 - the noun's own word
        """The open noun of this kind and id, or None."""
        for noun in self._found.get(kind, ()):
            if noun.id == id:
                return noun  # type: ignore[return-value]  # it is found by its own class
        return None

    def all(self, kind: type[N]) -> Iterator[N]:
        """Every open noun of this kind in the view."""
        return iter(self._found.get(kind, ()))  # type: ignore[arg-type]  # found by their class

    def tally(self, of: str, what: str) -> int:
        """How much is counted of somebody: standing, or in the period of the day in question.

        Nothing counted is 0, and so is an id that this view does not stand on: a view
        does not know for whom it was read. ``what`` is one of the names of this module;
        any other is a BadInput.
        """
        found = self.tallies.get((of, what))
        if found is None and what not in _TALLIES:
            raise BadInput("what", "is no tally; give one of " + ", ".join(sorted(_TALLIES)))
        return found or 0
