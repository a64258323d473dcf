"""The forty rules written by hand: a list of predicates, all tried, every reason kept.

This is what a programmer writes who has no engine, and what peerkit is held against.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from benchmarks.forty_rules import RULES
from benchmarks.rule_requests import Request

__all__ = ["Answer", "hand_written"]


@attrs.frozen
class Answer:
    """Whether it is allowed, and the ids of every rule that held."""

    allowed: bool
    permits: tuple[str, ...]
    denies: tuple[str, ...]


@attrs.frozen
class _Predicate:
    id: str
    permits: bool
    acts: frozenset[str] | None
    roles: frozenset[str] | None
    holds: Callable[[Request], object]


def _some(names: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def hand_written() -> Callable[[Request], Answer]:
    """The list, and the loop that goes through it."""
    predicates = [
        _Predicate(
            each.id,
            each.permits,
            _some(each.acts),
            _some(each.roles),
            eval(f"lambda r: {each.holds}"),  # noqa: S307 - our own text
        )
        for each in RULES
    ]

    def decide(request: Request) -> Answer:
        act, role = request.act, request.actor.role
        permits: list[str] = []
        denies: list[str] = []
        for each in predicates:
            if (
                (each.acts is None or act in each.acts)
                and (each.roles is None or role in each.roles)
                and each.holds(request)
            ):
                (permits if each.permits else denies).append(each.id)
        return Answer(bool(permits) and not denies, tuple(permits), tuple(denies))

    return decide
