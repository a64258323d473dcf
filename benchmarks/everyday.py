"""peerkit's own limits, and the same checks written by hand.

Four ordinary acts about a pair that walks together, all allowed, on a real view and the base
handbook. The hand-written side is a list of predicates as a programmer would write them who has
the numbers and the catalogue in the code: all are tried and each answer is kept, also when it is
content. Both sides read the same act and the same view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import attrs
from dateutil.relativedelta import relativedelta

import peerkit as pk
from benchmarks import pretend_program as pretend
from peerkit.acts import Makes
from peerkit.model import (
    MET,
    MINUTES_GIVEN_A_MONTH,
    MINUTES_GIVEN_A_WEEK,
    MINUTES_RECEIVED,
    MINUTES_RECEIVED_A_YEAR,
    SUPERVISION_MINUTES,
    SUPERVISION_TALKS,
    WALKING,
)

__all__ = ["Answer", "asks", "hand_written", "reasons"]

#: What a predicate answers: the code of what it checked, how heavy it is, and which activity.
Reason: TypeAlias = tuple[str, int, int]
#: One check: what it answers of an act and a view on a day.
Predicate: TypeAlias = Callable[[Any, pk.View, date], list[Reason]]
#: What is looked up by an activity's code: its verdict, code, questions and special cases.
Catalogue: TypeAlias = Mapping[str, tuple[int, str, tuple[str, ...], list[tuple[Any, int, str]]]]

ALLOWED, CONSENT, CONSULT, FACTS, NEVER = map(int, pk.Verdict)
_RUNNING: Final = frozenset({pk.MatchStatus.PROPOSED, pk.MatchStatus.ACCEPTED})


@attrs.frozen
class Answer:
    """The heaviest of all reasons, and all of them."""

    verdict: int
    reasons: tuple[Reason, ...]


def _known(act: Any, view: pk.View, today: date) -> list[Reason]:
    peer = view.get(pk.Peer, act.peer)
    here = act.already or (peer is not None and peer.status is pk.PeerStatus.SERVING)
    people = [view.get(pk.Participant, each) for each in act.participants_named]
    fine = peer is not None and here
    for each in people:
        taking_part = each is not None and each.status is pk.ParticipantStatus.TAKING_PART
        fine = fine and each is not None and (act.already or taking_part)
    return [("known", ALLOWED if fine else FACTS, -1)]


def _two_people(act: Any, view: pk.View, today: date) -> list[Reason]:
    return [("two-people", NEVER if act.peer in act.participants_named else ALLOWED, -1)]


def _caseload(most: int) -> Predicate:
    def predicate(act: Any, view: pk.View, today: date) -> list[Reason]:
        room = view.tally(act.peer, WALKING) < most
        return [("caseload", ALLOWED if room else NEVER, -1)]

    return predicate


def _credential(act: Any, view: pk.View, today: date) -> list[Reason]:
    peer = view.get(pk.Peer, act.peer)
    if peer is None or pk.Role.SPECIALIST not in peer.roles:
        return []
    held = [each for each in view.all(pk.Credential) if each.peer == act.peer]
    if any(each.since <= today < each.until for each in held):
        return [("credential", ALLOWED, -1)]
    return [("credential", NEVER if held else FACTS, -1)]


def _supervision(code: str, gap: relativedelta) -> Predicate:
    def predicate(act: Any, view: pk.View, today: date) -> list[Reason]:
        peer = view.get(pk.Peer, act.peer)
        if peer is None:
            return []
        due = max(peer.serves_since, peer.supervised or peer.since) + gap
        return [(code, ALLOWED if today <= due else CONSULT, -1)]

    return predicate


def _last_month(peer: pk.Peer, today: date) -> bool:
    """Whether the peer served the whole month before this one."""
    first = today.replace(day=1)
    return peer.serves_since <= (first - timedelta(days=1)).replace(day=1)


def _supervised_enough(code: str, what: str, least: int) -> Predicate:
    def predicate(act: Any, view: pk.View, today: date) -> list[Reason]:
        peer = view.get(pk.Peer, act.peer)
        if peer is None or not _last_month(peer, today):
            return []
        return [(code, ALLOWED if view.tally(act.peer, what) >= least else CONSULT, -1)]

    return predicate


def _work_by_supervision(most: int) -> Predicate:
    def predicate(act: Any, view: pk.View, today: date) -> list[Reason]:
        peer = view.get(pk.Peer, act.peer)
        if peer is None or not _last_month(peer, today):
            return []
        had = view.tally(act.peer, SUPERVISION_MINUTES)
        hours = -(-view.tally(act.peer, MINUTES_GIVEN_A_MONTH) // (had or 60))
        verdict = ALLOWED if hours <= most else CONSULT
        return [("work-hours-for-each-supervision-hour", verdict, -1)]

    return predicate


def _paid_for_a_peer(code: str, what: str, most: int) -> Predicate:
    def predicate(act: Any, view: pk.View, today: date) -> list[Reason]:
        fits = view.tally(act.peer, what) + act.minutes <= most
        return [(code, ALLOWED if fits else CONSULT, -1)]

    return predicate


def _paid_for_each_person(code: str, what: str, most: int) -> Predicate:
    def predicate(act: Any, view: pk.View, today: date) -> list[Reason]:
        return [
            (code, ALLOWED if view.tally(each, what) + act.minutes <= most else CONSULT, -1)
            for each in act.participants
        ]

    return predicate


def _note_on_time(code: str, most: int) -> Predicate:
    business = code == "note-within-business-days"

    def predicate(act: Any, view: pk.View, today: date) -> list[Reason]:
        zone = ZoneInfo(act.zone)
        ended, written = act.ends.astimezone(zone).date(), view.now.astimezone(zone).date()
        days = [ended + timedelta(days=each + 1) for each in range((written - ended).days)]
        late = sum(each.weekday() < 5 for each in days) if business else len(days)
        return [] if act.corrects else [(code, ALLOWED if late <= most else CONSULT, -1)]

    return predicate


def _ties(act: Any, view: pk.View, today: date) -> list[Reason]:
    if any(act.peer in (each.one, each.other) for each in view.all(pk.Tie)):
        raise NotImplementedError("ordinary pairs have no other tie")
    return [("dual-relationship", ALLOWED, -1)]


def _group_size(most: int) -> Predicate:
    def predicate(act: Any, view: pk.View, today: date) -> list[Reason]:
        if act.form is not pk.SessionForm.GROUP:
            return []
        return [("group-size", ALLOWED if len(act.participants) <= most else NEVER, -1)]

    return predicate


def _voluntary(act: Any, view: pk.View, today: date) -> list[Reason]:
    if act.form is not pk.SessionForm.ONE_TO_ONE:
        return []
    person, when = act.participants[0], act.moment(view.now)
    accepted = any(
        each.lasted(when) and each.peer == act.peer and each.participant == person
        for each in view.all(pk.Match)
    )
    return [("voluntary", ALLOWED if accepted else CONSENT, -1)]


def _limits_explained(act: Any, view: pk.View, today: date) -> list[Reason]:
    if act.form is not pk.SessionForm.ONE_TO_ONE:
        return []
    explained = (
        view.tally(pk.pair(act.peer, act.participants[0]), MET) == 0
        or any(
            pk.Topic.CONFIDENTIALITY_LIMITS in each.topics
            for each in view.all(pk.BoundaryAgreement)
        )
        or any(each.id == "agree-boundaries" for each in act.activities)
    )
    return [("limits-explained", ALLOWED if explained else FACTS, -1)]


def _once(act: Any, view: pk.View, today: date) -> list[Reason]:
    before = view.get(act.makes, act.the_id)
    fine = before is None or (act.already and bool(act.makes.lifecycle.steps[before.status]))
    return [("once", ALLOWED if fine else NEVER, -1)]


def _own_supervisor(act: Any, view: pk.View, today: date) -> list[Reason]:
    peer = view.get(pk.Peer, act.peer)
    both = peer is not None and peer.supervisor == act.participant
    return [("own-supervisor", NEVER if both else ALLOWED, -1)]


def _one_match(act: Any, view: pk.View, today: date) -> list[Reason]:
    running = any(
        each.status in _RUNNING and {each.peer, each.participant} == {act.peer, act.participant}
        for each in view.all(pk.Match)
    )
    return [("one-match", NEVER if running else ALLOWED, -1)]


def _happened(act: Any, view: pk.View, today: date) -> list[Reason]:
    return [("already-happened", FACTS if act.ends > view.now else ALLOWED, -1)]


def _both_willing(act: Any, view: pk.View, today: date) -> list[Reason]:
    found = []
    for one, other in ((act.participant, act.peer), (act.peer, act.participant)):
        profile = view.get(pk.MatchProfile, one)
        if profile is not None:
            found.append(other in profile.not_with and act.by != one)
    return [("both-willing", CONSENT if any(found) else ALLOWED, -1)] if found else []


def _supervision_while_new(most: int) -> Predicate:
    def predicate(act: Any, view: pk.View, today: date) -> list[Reason]:
        peer = view.get(pk.Peer, act.peer)
        new = any(
            each.peer == act.peer
            and each.stage is pk.CredentialStage.INITIAL
            and each.since <= today < each.until
            for each in view.all(pk.Credential)
        )
        if peer is None or not new:
            return []
        days = (today - max(peer.serves_since, peer.supervised or peer.since)).days
        return [("supervision-weeks-first", ALLOWED if days <= most * 7 else CONSULT, -1)]

    return predicate


def _on_leave(act: Any, view: pk.View, today: date) -> list[Reason]:
    granted = [
        each
        for each in view.all(pk.Leave)
        if each.peer == act.peer and each.status is pk.LeaveStatus.GRANTED
    ]
    if not granted:
        return []
    away = any(each.first <= act.day <= each.last for each in granted)
    return [("on-leave", FACTS if away else ALLOWED, -1)]


def _double_booking(act: Any, view: pk.View, today: date) -> list[Reason]:
    found: list[Reason] = []
    people = {*act.peers_named, *act.participants}
    ends = act.starts + timedelta(minutes=act.minutes)
    for each in view.all(pk.Session):
        if (
            each.status is pk.SessionStatus.PLANNED
            and each.id != act.id
            and each.starts < ends
            and act.starts < each.starts + timedelta(minutes=each.minutes)
        ):
            both = people & {*each.peers, *each.participants}
            leading = both & {*act.peers_named} & {*each.peers}
            fine = not both - {act.by, *act.agreed_by}
            if leading or not fine:
                found.append(("double-booking", NEVER if leading else CONSENT, -1))
    if any(each.status is pk.SeriesStatus.RUNNING for each in view.all(pk.Series)):
        raise NotImplementedError("ordinary pairs have no series")
    return found or [("double-booking", ALLOWED, -1)]


def _nothing_more(act: Any, view: pk.View, today: date) -> list[Reason]:
    """What an ordinary plan does not have: a room, a group, a series, hours or limits chosen."""
    if act.room is not None or act.group is not None or act.series is not None:
        raise NotImplementedError("ordinary plans name no room, group or series")
    for choice in view.all(pk.Mutuality):
        if choice.participant == act.peer or choice.participant in act.participants:
            raise NotImplementedError("ordinary pairs chose no limits")
    for agreement in view.all(pk.BoundaryAgreement):
        if agreement.terms is not None and agreement.terms.hours:
            raise NotImplementedError("ordinary pairs agreed on no hours")
    for offered in view.all(pk.Availability):
        if offered.person == act.peer:
            raise NotImplementedError("ordinary peers offered no times")
    return []


def _in_role(catalogue: Catalogue) -> Predicate:
    def predicate(act: Any, view: pk.View, today: date) -> list[Reason]:
        found = []
        for place, activity in enumerate(act.activities_named):
            entry = catalogue.get(activity.id)
            if entry is None:
                found.append(("unknown-activity", FACTS, place))
                continue
            verdict, clause, asked, cases = entry
            answers = dict(activity.circumstances)
            missing = any(each not in answers for each in asked)
            if missing:
                found.append(("missing-facts", FACTS, place))
            fitting = [
                (clause, verdict, place)
                for when, verdict, clause in cases
                if all(answers.get(name) == answer for name, answer in when)
            ]
            found += [
                each
                for each in fitting or [(clause, verdict, place)]
                if not missing or each[1] != ALLOWED
            ]
        return found

    return predicate


def hand_written(book: pk.Book) -> Callable[[pk.Act, pk.View, date], Answer]:
    """The list, and the loop that goes through it."""
    catalogue: Catalogue = {
        each.id: (
            int(each.verdict),
            each.clause,
            each.asks,
            [(case.when, int(case.verdict), case.clause) for case in each.cases],
        )
        for each in book.activities.values()
    }
    match, plan, report, do = pk.ProposeMatch, pk.PlanSession, pk.ReportSession, pk.DoActivity
    number = {each.id: each.value for each in book.clauses.values() if each.value is not None}
    predicates = [
        ((do, plan, report), _in_role(catalogue)),
        ((match, plan, report, do), _known),
        ((match, plan, report, do), _two_people),
        ((match,), _caseload(number["caseload"])),
        ((match, plan, report), _credential),
        ((match, plan), _supervision("supervision", relativedelta(months=number["supervision"]))),
        ((match, plan, report, do), _ties),
        ((plan, report), _group_size(number["group-size"])),
        ((plan, report), _voluntary),
        ((plan,), _limits_explained),
        ((match, plan, report), _once),
        ((match,), _one_match),
        ((match,), _own_supervisor),
        ((report,), _happened),
        ((match,), _both_willing),
        ((plan,), _on_leave),
        ((plan,), _double_booking),
        ((plan,), _nothing_more),
    ]
    weeks = "supervision-weeks"
    optional: dict[str, tuple[tuple[Any, ...], Callable[[int], Predicate]]] = {
        weeks: ((match, plan), lambda most: _supervision(weeks, relativedelta(weeks=most))),
        "supervision-sessions-a-month": (
            (match, plan),
            partial(_supervised_enough, "supervision-sessions-a-month", SUPERVISION_TALKS),
        ),
        "supervision-minutes-a-month": (
            (match, plan),
            partial(_supervised_enough, "supervision-minutes-a-month", SUPERVISION_MINUTES),
        ),
        "work-hours-for-each-supervision-hour": ((match, plan), _work_by_supervision),
        "minutes-a-week": (
            (plan,),
            partial(_paid_for_a_peer, "minutes-a-week", MINUTES_GIVEN_A_WEEK),
        ),
        "minutes-a-day": (
            (plan,),
            partial(_paid_for_each_person, "minutes-a-day", MINUTES_RECEIVED),
        ),
        "minutes-a-year": (
            (plan,),
            partial(_paid_for_each_person, "minutes-a-year", MINUTES_RECEIVED_A_YEAR),
        ),
        "note-within-business-days": (
            (report,),
            partial(_note_on_time, "note-within-business-days"),
        ),
        "note-within-days": ((report,), partial(_note_on_time, "note-within-days")),
        "supervision-weeks-first": ((match, plan), _supervision_while_new),
    }
    predicates += [
        (kinds, make(number[code])) for code, (kinds, make) in optional.items() if code in number
    ]

    def decide(act: pk.Act, view: pk.View, today: date) -> Answer:
        reasons: list[Reason] = []
        for kinds, predicate in predicates:
            if type(act) in kinds:
                reasons += predicate(act, view, today)
        return Answer(max((each[1] for each in reasons), default=NEVER), tuple(reasons))

    return decide


def reasons(decision: pk.Decision) -> tuple[Reason, ...]:
    """What peerkit found, as the hand-written list says it."""
    return tuple((each.clause.id, int(each.verdict), each.activity) for each in decision.findings)


def asks(program: pk.Program) -> dict[str, list[tuple[pk.Act, pk.View]]]:
    """Each kind of act with its view: the first one ordinary and allowed, the others not."""
    peer, person = pretend.PAIRS[0]
    stranger = "person-unknown"
    listen = pk.Activity(id="listen", minutes=30)
    medication = pk.Activity(
        id="medication-talk", circumstances={"voice": "first-person"}, minutes=30
    )
    therapy = pk.Activity(id="therapy", minutes=30)
    vague = pk.Activity(id="medication-talk", minutes=30)
    session: dict[str, Any] = {"by": peer, "id": "new", "peer": peer, "minutes": 60}
    single: dict[str, Any] = session | {"participants": (person,)}
    soon, before = pretend.NOW + timedelta(days=1), pretend.NOW - timedelta(days=1)
    unmatched = pretend.PAIRS[-1][1]
    activity: dict[str, Any] = {"by": peer, "peer": peer, "participant": person}
    found: dict[str, list[pk.Act]] = {
        "ProposeMatch": [
            pk.ProposeMatch(by="coordinator", id="new", peer=peer, participant=each)
            for each in (unmatched, stranger)
        ],
        "PlanSession": [
            pk.PlanSession(**single, starts=soon, activities=(listen, medication)),
            pk.PlanSession(**single, starts=soon, activities=(therapy, vague)),
        ],
        "ReportSession": [
            pk.ReportSession(**single, starts=before, activities=(listen, medication)),
            pk.ReportSession(**single, starts=before, activities=(therapy,)),
            pk.ReportSession(
                **session, participants=(unmatched,), starts=before, activities=(listen,)
            ),
        ],
        "DoActivity": [
            pk.DoActivity(**activity, activity=medication),
            pk.DoActivity(**activity, activity=vague),
            pk.DoActivity(**activity | {"participant": stranger}, activity=listen),
        ],
    }
    assert all(isinstance(each, (Makes, pk.DoActivity)) for acts in found.values() for each in acts)
    return {
        name: [(each, program.view(*each.about)) for each in acts] for name, acts in found.items()
    }
