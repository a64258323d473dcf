"""What the records show."""

from __future__ import annotations

from peerkit.reports.accounting import (
    Telling,
    accounting,
)
from peerkit.reports.billing import (
    Billing,
    BillingRow,
    NotBilled,
    billing,
)
from peerkit.reports.housing import (
    BUCKETS,
    HousingStay,
    LivingPlace,
    Return,
    Returns,
    days_housed,
    returns,
    stays_of,
)
from peerkit.reports.outcomes import (
    HousedRow,
    MeasureRow,
    MilestoneRow,
    Outcomes,
    outcomes,
    unseen,
)
from peerkit.reports.overlaps import (
    overlaps,
)
from peerkit.reports.readers import (
    Reading,
    last_met,
    who_read,
)
from peerkit.reports.respite import (
    unstaffed,
    waiting_for_a_bed,
)
from peerkit.reports.retention import (
    Kept,
    Years,
    retention,
)
from peerkit.reports.small_cells import (
    TOTAL,
    Masked,
    least_shown,
    masked,
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
    "BUCKETS",
    "TOTAL",
    "Billing",
    "BillingRow",
    "Contact",
    "HousedRow",
    "HousingStay",
    "InInterval",
    "Kept",
    "LivingPlace",
    "Masked",
    "MeasureRow",
    "MilestoneRow",
    "NotBilled",
    "Outcomes",
    "Reading",
    "Return",
    "Returns",
    "RoleDrift",
    "Summary",
    "Talks",
    "Telling",
    "ToHandOver",
    "UnitRule",
    "Years",
    "accounting",
    "billing",
    "days_housed",
    "debriefs_overdue",
    "in_interval",
    "last_met",
    "least_shown",
    "masked",
    "minutes_a_week",
    "navigation_units",
    "outcomes",
    "overlaps",
    "percent_of_living_wage",
    "retention",
    "returns",
    "role_drift",
    "stays_of",
    "summary",
    "talks",
    "to_hand_over",
    "units",
    "unseen",
    "unstaffed",
    "waiting_for_a_bed",
    "who_read",
]
