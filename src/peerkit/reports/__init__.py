"""What the records show."""

from __future__ import annotations

from peerkit.reports.accounting import Telling, accounting
from peerkit.reports.summary import Summary, summary
from peerkit.reports.units import Contact, UnitRule, navigation_units, units

__all__ = [
    "Contact",
    "Summary",
    "Telling",
    "UnitRule",
    "accounting",
    "navigation_units",
    "summary",
    "units",
]
