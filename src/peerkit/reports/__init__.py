"""What the records show."""

from __future__ import annotations

from peerkit.reports.accounting import (
    Telling,
    accounting,
)
from peerkit.reports.overlaps import (
    overlaps,
)
from peerkit.reports.readers import (
    Reading,
    last_met,
    who_read,
)
from peerkit.reports.summary import (
    Summary,
    summary,
)
from peerkit.reports.units import (
    Contact,
    UnitRule,
    navigation_units,
    units,
)
from peerkit.reports.workforce import (
    InInterval,
    RoleDrift,
    Talks,
    ToHandOver,
    debriefs_overdue,
    in_interval,
    minutes_a_week,
    percent_of_living_wage,
    role_drift,
    talks,
    to_hand_over,
)

__all__ = [
    "Contact",
    "InInterval",
    "Reading",
    "RoleDrift",
    "Summary",
    "Talks",
    "Telling",
    "ToHandOver",
    "UnitRule",
    "accounting",
    "debriefs_overdue",
    "in_interval",
    "last_met",
    "minutes_a_week",
    "navigation_units",
    "overlaps",
    "percent_of_living_wage",
    "role_drift",
    "summary",
    "talks",
    "to_hand_over",
    "units",
    "who_read",
]
