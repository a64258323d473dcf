"""What a scenario puts in about outcomes and money: inputs, each with its source or none."""

from __future__ import annotations

import attrs

from peerkit.simulation.scenarios.given import given, share

__all__ = ["Costs", "Outcomes"]


@attrs.frozen(kw_only=True)
class Outcomes:
    """What is measured of people, and what is put in about peers: inputs, never findings.

    The effect on readmission is drawn once for each run from two trials, one positive and one
    null: ``johnson`` of the runs draw from Johnson 2018, the others from ENRICH. Scores move by a
    standardised difference. All of it in full at ``full_dose`` sessions held, and in
    proportion below.
    """

    readmitted: float = share(
        0.38,
        "of the people are readmitted until the follow-up, without peers",
        source="R-J18",
        caution="Within a year: 83 of 216 after a crisis team (Johnson 2018); 50 % after a ward "
        "(ENRICH; from memory).",
    )
    johnson: float = share(
        0.5,
        "of the runs draw the effect on readmission from Johnson 2018, the rest from ENRICH",
        caution="A setting, not a finding: the two trials disagree.",
    )
    housed: float = share(
        0.8,
        "of the people are housed at the follow-up, without peers",
        source="R-COLL",
        caution="77 % after two years there, one group of 111. Bean 2013 (46 of 47, with peers) is "
        "one group too: its difference to others cannot be laid to peers.",
    )
    housed_effect: float = given(
        0.0,
        "peers move the odds of being housed (log), in full",
        "log odds ratio",
        caution="No controlled figure was found.",
        least=-3,
        most=3,
    )
    recovery: float = given(
        0.20,
        "peers move recovery scores, in full",
        "sd",
        source="R-HOGH",
        caution="0.11 to 0.29 there; 0.24 in Lloyd-Evans 2014, 0.18 in groups (Lyons 2021).",
        least=-0.1,
        most=0.5,
    )
    recovery_se: float = given(
        0.05, "that is known no better than this", "sd", source="R-HOGH", most=1
    )
    hope: float = given(
        0.17,
        "peers move hope scores, in full",
        "sd",
        source="R-LE14",
        caution="0.14 there, 0.02 to 0.27; 0.24 in Fuhr 2014, nothing in groups (Lyons 2021).",
        least=-0.5,
        most=0.8,
    )
    hope_se: float = given(0.07, "that is known no better than this", "sd", source="R-LE14", most=1)
    full_dose: int = given(
        8,
        "sessions make a full dose",
        "sessions",
        caution="No trial says how an effect grows with sessions: a straight line is assumed.",
        least=1,
        most=1000,
    )
    follow_up: int = given(
        365,
        "days of somebody's course are followed, the day they came with them",
        "days",
        source="R-J18",
        caution="The shares above are those of a year: change them together.",
        least=1,
        most=3660,
    )


@attrs.frozen(kw_only=True)
class Costs:
    """What it costs, in the smallest coins of a currency, so that sums are exact."""

    hour: int = given(
        2500,
        "a peer's hour costs",
        "cents",
        caution="Peers were commonly paid 10 to 20 dollars an hour in 2016 (R-CRON), without what "
        "an employer adds.",
        most=10**7,
    )
    hours_a_week: float = given(20.0, "hours a peer is paid in a week", "hours", most=80)
    supervision_hour: int = given(4500, "an hour with the supervisor costs", "cents", most=10**7)
    supervision_minutes: int = given(
        60,
        "minutes a talk with the supervisor takes",
        "minutes",
        source="R-NCPRSS",
        caution="Two hours in two talks a month there.",
        most=600,
    )
    respite_night: int = given(30000, "a night in the respite house costs", "cents", most=10**8)
    readmission: int = given(
        0, "a readmission costs", "cents", caution="0 leaves it out: give your own.", most=10**9
    )
