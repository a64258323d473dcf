"""What the records show."""

from __future__ import annotations

from peerkit.reports.overlaps import overlaps
from peerkit.reports.summary import Summary, summary
from peerkit.reports.units import Contact, UnitRule, navigation_units, units

__all__ = ["Contact", "Summary", "UnitRule", "navigation_units", "overlaps", "summary", "units"]
