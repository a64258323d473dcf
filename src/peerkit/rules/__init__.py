"""The role limits: one small function each, a table for each subject, and all of them here."""

from __future__ import annotations

from typing import Final

from peerkit.decisions import Rules
from peerkit.rules import (
    activities,
    advice,
    answering,
    boundaries,
    breaks,
    community,
    credentials,
    disclosures,
    families,
    forgetting,
    groups,
    limits,
    matching,
    mutuality,
    named,
    notices,
    outcomes,
    people,
    plans,
    records,
    respite,
    scheduling,
    support,
    workforce,
)
from peerkit.rules.credentials import (
    Asked,
    Renewal,
    renewal,
)
from peerkit.rules.limits import (
    COUNTED,
    measured,
)

__all__ = ["COUNTED", "ROLE_LIMITS", "Asked", "Renewal", "measured", "renewal"]

#: Every role limit. Their order changes nothing.
ROLE_LIMITS: Final = Rules(
    *activities.RULES,
    *named.RULES,
    *people.RULES,
    *answering.RULES,
    *limits.RULES,
    *support.RULES,
    *records.RULES,
    *workforce.RULES,
    *credentials.RULES,
    *groups.RULES,
    *respite.RULES,
    *outcomes.RULES,
    *mutuality.RULES,
    *families.RULES,
    *plans.RULES,
    *matching.RULES,
    *boundaries.RULES,
    *disclosures.RULES,
    *community.RULES,
    *scheduling.RULES,
    *forgetting.RULES,
    *breaks.RULES,
    *notices.RULES,
    heeded=advice.heeded,
)
