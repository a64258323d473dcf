"""The forty rules that every engine is given.

They are made up for measuring, and no handbook: peerkit's own limits are in ``peerkit.rules``. An
act is allowed when a rule that permits holds and no rule that forbids does; the reasons are the ids
of all rules that hold.

Each condition is written once, as the Python expression a programmer would write about the typed
request ``r``. The two sides written in Python run it as it stands; ``other_engines`` puts it into
the words of the others.
"""

from __future__ import annotations

from typing import Final

import attrs

__all__ = ["ACTS", "ROLES", "RULES", "Written"]

PEERS: Final = ("peer", "lead_peer")
WITH_TRAINEES: Final = (*PEERS, "trainee")
MEETING: Final = ("accompany", "home_visit", "transport")
SUPPORT: Final = ("hold_session", "share_story", "set_goal", "contact", *MEETING)
CERTIFIED: Final = (
    "hold_session",
    "share_story",
    "set_goal",
    *MEETING,
    "accept_participant",
    "crisis_support",
)
STARTING: Final = ("hold_session", "accept_participant")
NOTES: Final = ("write_note", "read_note", "amend_note")
CONSENTED: Final = (*SUPPORT, *NOTES, "share_record")

ACTS: Final = (
    *SUPPORT,
    *NOTES,
    "accept_participant",
    "advise_medication",
    "assign_peer",
    "close_case",
    "crisis_support",
    "diagnose",
    "export_data",
    "give_gift",
    "handle_money",
    "share_record",
)
ROLES: Final = (*WITH_TRAINEES, "supervisor", "coordinator", "clinician", "admin")


@attrs.frozen
class Written:
    """One rule. ``acts`` or ``roles`` None: it speaks of all of them.

    ``facts`` is a second expression: the numbers that peerkit keeps for the
    sentence, so that it can be written later.
    """

    id: str
    acts: tuple[str, ...] | None
    roles: tuple[str, ...] | None
    holds: str
    says: str
    facts: str = ""

    @property
    def permits(self) -> bool:
        """Whether it lets an act through when it holds; the others stand against it."""
        return self.id.startswith("P")


RULES: Final = (
    Written(
        "P01",
        ("hold_session", "share_story", "set_goal", "contact", "write_note"),
        PEERS,
        "r.relationship.assigned",
        "a peer supports those they are assigned to",
    ),
    Written(
        "P02",
        ("hold_session", "share_story", "contact", "write_note"),
        ("trainee",),
        "r.relationship.assigned and r.situation.co_present",
        "a trainee does so beside a certified peer",
    ),
    Written(
        "P03",
        ("accompany", "home_visit"),
        PEERS,
        "r.relationship.assigned and 'community' in r.consent.scopes",
        "a peer meets people outside where they agreed to it",
    ),
    Written(
        "P04",
        ("transport",),
        PEERS,
        "r.relationship.assigned and 'transport' in r.consent.scopes",
        "a peer drives people who agreed to it",
    ),
    Written(
        "P05",
        ("read_note",),
        None,
        "r.situation.is_author or r.relationship.assigned",
        "a note is read by its author and by the assigned peer",
    ),
    Written(
        "P06",
        ("read_note",),
        ("supervisor",),
        "r.relationship.same_agency",
        "a supervisor reads the notes of the agency",
    ),
    Written("P07", ("amend_note",), None, "r.situation.is_author", "an author amends a note"),
    Written(
        "P08",
        ("accept_participant",),
        PEERS,
        "r.relationship.same_agency",
        "a peer accepts people of the agency",
    ),
    Written(
        "P09",
        ("assign_peer", "close_case"),
        ("supervisor", "coordinator"),
        "r.relationship.same_agency",
        "supervisors and coordinators assign and close",
    ),
    Written(
        "P10", ("close_case",), PEERS, "r.relationship.assigned", "the assigned peer may close too"
    ),
    Written(
        "P11",
        ("share_record",),
        (*PEERS, "supervisor", "coordinator"),
        "'share_record' in r.consent.scopes",
        "a record is shared where that was agreed",
    ),
    Written(
        "P12",
        ("crisis_support",),
        (*WITH_TRAINEES, "supervisor"),
        "r.participant.age >= 0",
        "peer staff support in a crisis",
    ),
    Written("P13", ("give_gift",), PEERS, "r.relationship.assigned", "a peer gives a small gift"),
    Written(
        "P14",
        ("export_data",),
        ("coordinator", "admin"),
        "r.relationship.same_agency",
        "coordinators and administrators export",
    ),
    Written("D01", None, None, "not r.actor.active", "the actor is not active"),
    Written(
        "D02",
        CERTIFIED,
        PEERS,
        "r.actor.credentials.cert_until < r.situation.today",
        "the certification is over",
    ),
    Written(
        "D03",
        (*STARTING, *MEETING),
        None,
        "r.actor.credentials.background_until < r.situation.today",
        "the background check is over",
    ),
    Written(
        "D04",
        (*STARTING, "share_story"),
        WITH_TRAINEES,
        "r.actor.credentials.ethics_until < r.situation.today",
        "the ethics training is over",
    ),
    Written(
        "D05",
        ("transport",),
        None,
        "r.actor.credentials.driver_until < r.situation.today",
        "there is no driver clearance",
    ),
    Written(
        "D06",
        ("crisis_support",),
        None,
        "r.actor.credentials.crisis_until < r.situation.today and not r.situation.emergency",
        "there is no crisis training",
    ),
    Written(
        "D07",
        STARTING,
        ("peer", "trainee"),
        "(r.situation.today - r.actor.credentials.supervision_last).days > 30",
        "supervision was {days} days ago, and 30 is the most",
        "{'days': (r.situation.today - r.actor.credentials.supervision_last).days}",
    ),
    Written(
        "D08",
        ("accept_participant",),
        None,
        "r.actor.caseload >= r.actor.caseload_cap",
        "{now} of at most {most} places are taken",
        "{'now': r.actor.caseload, 'most': r.actor.caseload_cap}",
    ),
    Written(
        "D09", ("diagnose",), None, "r.actor.role != 'clinician'", "only a clinician diagnoses"
    ),
    Written(
        "D10",
        ("advise_medication",),
        None,
        "r.actor.role != 'clinician'",
        "only a clinician advises on medication",
    ),
    Written(
        "D11",
        ("handle_money",),
        WITH_TRAINEES,
        "r.actor.caseload >= 0",
        "peers do not handle people's money",
    ),
    Written(
        "D12",
        ("give_gift",),
        None,
        "r.situation.gift_value > 20",
        "the gift is worth {now}, and 20 is the most",
        "{'now': r.situation.gift_value}",
    ),
    Written(
        "D13",
        (*SUPPORT, "accept_participant"),
        None,
        "r.relationship.kind in ('family', 'friend', 'romantic')",
        "they are close otherwise",
    ),
    Written(
        "D14",
        (*SUPPORT, "accept_participant"),
        None,
        "r.relationship.kind in ('landlord', 'employer', 'business', 'creditor')",
        "money ties them",
    ),
    Written(
        "D15",
        STARTING,
        None,
        "r.relationship.kind == 'former_partner'"
        " and (r.situation.today - r.relationship.ended).days < 730",
        "they were partners until {since}, and two years must pass",
        "{'since': r.relationship.ended}",
    ),
    Written(
        "D16",
        (*STARTING, "home_visit"),
        None,
        "r.relationship.shares_household",
        "they share a household",
    ),
    Written("D17", CONSENTED, None, "r.consent.state != 'given'", "no consent is in force"),
    Written(
        "D18",
        CONSENTED,
        None,
        "r.consent.state == 'given' and r.consent.until < r.situation.today",
        "the consent held until {until}",
        "{'until': r.consent.until}",
    ),
    Written(
        "D19", NOTES, None, "'notes' not in r.consent.scopes", "the consent does not name notes"
    ),
    Written(
        "D20",
        SUPPORT,
        None,
        "'services' not in r.consent.scopes",
        "the consent does not name services",
    ),
    Written(
        "D21",
        ("share_record",),
        None,
        "r.situation.recipient not in r.consent.recipients",
        "the consent does not name {to}",
        "{'to': r.situation.recipient}",
    ),
    Written(
        "D22",
        ("share_record", "export_data"),
        None,
        "r.situation.sensitivity == 'sud' and 'sud' not in r.consent.scopes",
        "substance use records need a consent of their own",
    ),
    Written(
        "D23",
        (*SUPPORT, "accept_participant", "assign_peer"),
        None,
        "r.participant.status in ('discharged', 'deceased')",
        "the person no longer takes part",
    ),
    Written(
        "D24",
        (*SUPPORT, "accept_participant"),
        None,
        "r.participant.age < 18 and not r.participant.guardian_consent",
        "a guardian has not agreed",
    ),
    Written(
        "D25",
        ("contact", "home_visit"),
        None,
        "(r.situation.hour < 8 or r.situation.hour >= 20) and not r.situation.emergency",
        "it is too early or too late",
    ),
    Written(
        "D26",
        ("home_visit",),
        None,
        "r.participant.risk and not r.situation.co_present",
        "nobody visits this home alone",
    ),
)
