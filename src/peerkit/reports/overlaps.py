"""Held sessions of one peer that overlap: both are kept as they were told, and somebody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peerkit.model import Session, SessionStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peerkit.program import Program

__all__ = ["overlaps"]


def overlaps(program: Program, peer: str) -> Iterator[tuple[Session, Session]]:
    """Pairs of sessions that this peer held and that share some time, the earlier first.

    A report is never refused, so both of them count until one is put right
    (``ReportSession`` with ``corrects``). What ends when another begins does not overlap.
    """
    held = (
        each
        for each in program.every(Session, about=peer)
        if each.status is SessionStatus.HELD and peer in each.peers
    )
    going_on: list[Session] = []
    for session in sorted(held, key=lambda each: (each.starts, each.id)):
        going_on = [each for each in going_on if each.span[1] > session.starts]
        yield from ((each, session) for each in going_on)
        going_on.append(session)
