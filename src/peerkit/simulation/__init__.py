"""Rehearsal: pretend people under the same handbook. Obviously fake, and the same every time."""

from __future__ import annotations

from peerkit.simulation.chance import chance
from peerkit.simulation.week import PretendWeek

__all__ = ["PretendWeek", "chance"]
