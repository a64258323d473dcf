"""What the records show."""

from __future__ import annotations

from peerkit.reports.billing import Billing, billing
from peerkit.reports.housing import Stay, returns
from peerkit.reports.outcomes import Outcomes, outcomes, unseen
from peerkit.reports.small_cells import Masked, masked
from peerkit.reports.summary import Summary, summary
from peerkit.reports.units import Contact, UnitRule, navigation_units, units

__all__ = [
    "Billing",
    "Contact",
    "Masked",
    "Outcomes",
    "Stay",
    "Summary",
    "UnitRule",
    "billing",
    "masked",
    "navigation_units",
    "outcomes",
    "returns",
    "summary",
    "units",
    "unseen",
]
