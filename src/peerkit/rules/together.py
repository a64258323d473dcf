"""What several rules read alike: each peer who is in it, and a session as it would be."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from peerkit.acts import (
    Act,
    MoveOccurrence,
    MoveSession,
    PlanSeries,
    PlanSession,
    ReportSession,
)
from peerkit.model import Group, Session, SessionForm

if TYPE_CHECKING:
    from peerkit.decisions import Findings
    from peerkit.model import View

__all__ = ["Planned", "Told", "as_planned", "each_peer", "goes_on", "is_group"]

#: What has people, a form and a size of its own.
Told: TypeAlias = PlanSession | ReportSession | PlanSeries | Session
#: The acts that say when one session is to be.
Planned: TypeAlias = PlanSession | MoveSession | MoveOccurrence


def each_peer(act: Act, found: Callable[[str], Findings]) -> Findings:
    """What is found of the peer who leads, and of each other whatever stands against it."""
    peers = act.peers_named
    if len(peers) == 1:
        return found(peers[0])
    others = (one for each in peers[1:] for one in found(each) if not one.allowed)
    return (*found(peers[0]), *others)


def as_planned(act: Planned, view: View) -> PlanSession | Session | None:
    """The plan, or what is moved as it would be then; None where that is not known."""
    return act if isinstance(act, PlanSession) else act.session(view)


def goes_on(act: Act, view: View) -> bool:
    """Whether it only moves a plan within its day and takes no more time: it goes on as planned."""
    if not isinstance(act, MoveSession):
        return False
    before = view.get(Session, act.id)
    return before is not None and before.day == act.day and act.minutes <= before.minutes


def is_group(it: Told, view: View) -> bool:
    """A group of one is none, unless more were expected and only one came, or it is a group's own.

    Who comes without a name comes to a group: nobody is walked with unnamed.
    """
    if it.form is not SessionForm.GROUP:
        return False
    if len(it.participants) + it.anonymous > 1 or it.anonymous or _meets(it, view):
        return True
    planned = None if it.id is None else view.get(Session, it.id)
    return (
        planned is not None
        and planned.form is SessionForm.GROUP
        and len(planned.participants) > 1
        and set(it.participants) <= set(planned.participants)
    )


def _meets(it: Told, view: View) -> bool:
    """Whether it is a meeting of a group that the program knows."""
    return it.group is not None and view.get(Group, it.group) is not None
