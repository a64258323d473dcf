"""Who waits, whom nobody has reached, and what matches say of hours, of earlier and of the end."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from peerkit.errors import BadInput, must_be
from peerkit.matching.pairs import AN_HOUR
from peerkit.model import Match, MatchStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from peerkit.model import MatchProfile, Waiting

__all__ = ["declined", "earlier", "ending", "in_order", "promised", "unmet", "unreached"]


def in_order(waitings: Iterable[Waiting]) -> tuple[Waiting, ...]:
    """Those who wait now, the longest first; of equals the one reached longest ago, then the id."""
    open_ = [each for each in waitings if each.open]
    return tuple(sorted(open_, key=lambda each: (each.since, each.heard, each.id)))


def unreached(
    waitings: Iterable[Waiting], now: datetime, days: int
) -> tuple[tuple[Waiting, int], ...]:
    """Whom nobody has reached for more than so many whole days, and for how many.

    ``days`` is the number of the book: ``reached-within-days``. Joining the
    list counts as having been reached. The longest comes first.
    """
    _days(days)
    found = [(each, (now - each.heard).days) for each in waitings if each.open]
    late = [(each, gone) for each, gone in found if gone > days]
    return tuple(sorted(late, key=lambda each: (-each[1], each[0].id)))


def unmet(
    matches: Iterable[Match], met: Mapping[tuple[str, str], date], on: date, days: int
) -> tuple[tuple[Match, int], ...]:
    """The pairs that have not met for more than so many days, and for how many.

    ``met`` is the last day each peer and participant met: see
    :func:`peerkit.reports.last_met`. Who has not met yet is counted from the yes.
    """
    _days(days)
    found = []
    for each in matches:
        if each.status is MatchStatus.ACCEPTED and each.since is not None:
            last = max(met.get((each.peer, each.participant), date.min), each.since.date())
            if (on - last).days > days:
                found.append((each, (on - last).days))
    return tuple(sorted(found, key=lambda each: (-each[1], each[0].id)))


def ending(matches: Iterable[Match], on: date) -> tuple[Match, ...]:
    """The matches whose planned last day has come: somebody ends them, or plans another day."""
    due = [
        each
        for each in matches
        if each.status is MatchStatus.ACCEPTED and each.ends is not None and each.ends <= on
    ]
    return tuple(sorted(due, key=lambda each: (each.ends or on, each.id)))


def promised(matches: Iterable[Match], profiles: Mapping[str, MatchProfile]) -> dict[str, int]:
    """The minutes a week each peer has promised: what those they walk with want, or an hour."""
    found: dict[str, int] = {}
    for each in matches:
        if each.status is MatchStatus.ACCEPTED:
            profile = profiles.get(each.participant)
            wants = AN_HOUR if profile is None or not profile.wants else profile.wants
            found[each.peer] = found.get(each.peer, 0) + wants
    return found


def earlier(matches: Iterable[Match]) -> dict[str, frozenset[str]]:
    """For each participant, the peers they walked with before."""
    return _peers(matches, MatchStatus.ENDED)


def declined(matches: Iterable[Match]) -> dict[str, frozenset[str]]:
    """For each participant, the peers they said no to: nobody is asked again and again."""
    return _peers(matches, MatchStatus.DECLINED)


def _peers(matches: Iterable[Match], status: MatchStatus) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for each in matches:
        if each.status is status:
            found[each.participant] = found.get(each.participant, frozenset()) | {each.peer}
    return found


def _days(days: int) -> None:
    must_be(int, days, "days", "give whole days")
    if days < 0:
        raise BadInput("days", "0 or more")
