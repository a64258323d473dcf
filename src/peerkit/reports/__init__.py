"""What the records show."""

from __future__ import annotations

from peerkit.reports.accounting import Telling, accounting
from peerkit.reports.readers import Reading, last_met, who_read
from peerkit.reports.summary import Summary, summary
from peerkit.reports.units import Contact, UnitRule, navigation_units, units

__all__ = [
    "Contact",
    "Reading",
    "Summary",
    "Telling",
    "UnitRule",
    "accounting",
    "last_met",
    "navigation_units",
    "summary",
    "units",
    "who_read",
]
