"""What the catalogue says at a glance: who may do what, under which circumstances."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import attrs

from peerkit.handbook.book import Verdict
from peerkit.model import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from peerkit.handbook.book import ActivityEntry, Circumstance

__all__ = ["Permission", "combinations", "permissions"]


@attrs.frozen(kw_only=True)
class Permission:
    """One cell of the table: an activity under circumstances, for a role.

    ``verdict`` is the heaviest that the catalogue comes to, in the words of
    ``clause``. ``consent`` is the scope that somebody must have agreed to, or
    None. Other rules are heard too when it is really asked: whether the two
    are matched, whether the peer has supervision, and so on.
    """

    activity: str
    group: str
    when: tuple[tuple[str, str], ...]
    role: Role
    verdict: Verdict
    clause: str
    consent: str | None


def permissions(
    activities: Mapping[str, ActivityEntry], circumstances: Mapping[str, Circumstance]
) -> tuple[Permission, ...]:
    """Every activity under every combination of its circumstances, for every role."""
    return tuple(
        _permission(entry, when, role)
        for entry in activities.values()
        for when in combinations(entry, circumstances)
        for role in Role
    )


def combinations(
    entry: ActivityEntry, circumstances: Mapping[str, Circumstance]
) -> Iterator[tuple[tuple[str, str], ...]]:
    """Every way to answer all that an activity asks; one empty way where it asks nothing."""
    answers = [tuple(circumstances[each].answers) for each in entry.asks]
    for chosen in product(*answers):
        yield tuple(zip(entry.asks, chosen, strict=True))


def _permission(entry: ActivityEntry, when: tuple[tuple[str, str], ...], role: Role) -> Permission:
    verdict, clause = max(entry.outcomes(dict(when)), key=lambda each: each[0])
    if entry.roles and role not in entry.roles and verdict < Verdict.NEEDS_CONSULTATION:
        verdict, clause = Verdict.NEEDS_CONSULTATION, "wider-roles"
    return Permission(
        activity=entry.id,
        group=entry.group,
        when=when,
        role=role,
        verdict=verdict,
        clause=clause,
        consent=entry.consent,
    )
