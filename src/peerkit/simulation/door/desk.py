"""Where what happens in a rehearsal is written down: each step is an act in a real program."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.acts import (
    AcceptMatch,
    AgreeBoundaries,
    AskForLeave,
    CancelSession,
    ChangeLeave,
    ChangeService,
    CloseConcern,
    DeclineMatch,
    DescribeForMatching,
    DoActivity,
    EndMatch,
    JoinWaitingList,
    LeaveWaitingList,
    PlanSession,
    ProposeMatch,
    RecordCredential,
    RecordSupervision,
    ReportMissedSession,
    ReportSession,
    WelcomeParticipant,
    WelcomePeer,
)
from peerkit.model import (
    Activity,
    Experience,
    LeaveStatus,
    LivedExperience,
    PeerStatus,
    Role,
    Topic,
)
from peerkit.program import Program
from peerkit.simulation.door.answering import NotInTheModel, Refusal
from peerkit.simulation.scenarios.house import handbook_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peerkit.acts import Act
    from peerkit.decisions import Decision, Finding
    from peerkit.simulation.scenarios.scenario import Need, Scenario
    from peerkit.stores import Store

__all__ = ["COORDINATOR", "PLANNING", "Desk", "Visit"]

COORDINATOR: Final = "coordinator"
#: How many posts have the same supervisor, unless the handbook says fewer: an assumption.
TOGETHER: Final = 8
#: What may stand against a proposal or a plan, as the model of a rehearsal has it.
SUPERVISION: Final = frozenset(
    {
        "supervision",
        "supervision-weeks",
        "supervision-weeks-first",
        "supervision-sessions-a-month",
        "supervision-minutes-a-month",
        "work-hours-for-each-supervision-hour",
    }
)
MATCHING: Final = SUPERVISION | {"caseload"}
PLANNING: Final = SUPERVISION | {"minutes-a-day", "minutes-a-week", "minutes-a-year"}
_NOTHING: Final[frozenset[str]] = frozenset()
#: What is done where nothing else was asked for.
_DONE: Final = "listen"
_AGREED: Final = (Topic.CONFIDENTIALITY_LIMITS, Topic.HOURS, Topic.GIFTS)


@attrs.frozen
class Visit:
    """An appointment as it is written down: who, when, how long, and what was asked beyond."""

    id: str
    peer: str
    person: str
    starts: datetime
    minutes: int
    asked: str = ""
    beyond: int = 0


class Desk:
    """A real program, its clock, and an act for each thing that happens in a rehearsal.

    Whether something is allowed is the program's alone to say. Where it refuses what the model
    expects to be allowed, :class:`NotInTheModel` is raised.
    """

    def __init__(self, scenario: Scenario, store: Store) -> None:
        self.scenario = scenario
        self.now: datetime = datetime.combine(scenario.begins, time(), UTC)
        salts = count(1)
        ids = count(1)
        self.program: Program = Program(
            store,
            handbook=handbook_of(scenario),
            coordinator=COORDINATOR,
            clock=lambda: self.now,
            new_id=lambda kind: f"{kind}-{next(ids)}",
            salt=lambda: f"salt-{next(salts)}",
        )
        #: Who supervises each peer, and the concerns that wait for their next talk.
        self.supervisors: dict[str, str] = {}
        self.concerns: defaultdict[str, list[str]] = defaultdict(list)

    @property
    def today(self) -> date:
        """The day it is."""
        return self.now.date()

    @property
    def minute(self) -> int:
        """The minute of the day it is."""
        return self.now.hour * 60 + self.now.minute

    def at(self, day: int, minute: int) -> None:
        """It is this minute of this day, or later already."""
        self.now = max(self.now, self.moment(day, minute))

    def moment(self, day: int, minute: int) -> datetime:
        """So many minutes after the midnight with which a day begins."""
        midnight = datetime.combine(self.scenario.date_of(day), time(), UTC)
        return midnight + timedelta(minutes=minute)

    # -- peers

    def peer_comes(
        self, peer: str, seat: int, since: date, supervised: date, lived: Iterable[Experience]
    ) -> None:
        """A peer begins, under a supervisor who may look after one more."""
        role = self.scenario.peers.role
        number, known = seat // TOGETHER, {*self.supervisors.values()}
        act = WelcomePeer(
            by=COORDINATOR,
            id=peer,
            role=role,
            supervisor=_supervisor(number),
            since=since,
            supervised=max(since, supervised),
            experiences=_told(lived),
        )
        # Whoever looks after nobody yet is asked at once: there is nobody further.
        while act.supervisor in known and not self.program.decide(act).allowed:
            number += 1
            act = attrs.evolve(act, supervisor=_supervisor(number))
        self.ask(act)
        self.supervisors[peer] = act.supervisor
        if role is Role.SPECIALIST:
            until = self.scenario.date_of(self.scenario.days)
            self.ask(
                RecordCredential(
                    by=COORDINATOR, id=f"credential/{peer}", peer=peer, since=since, until=until
                )
            )

    def talk(self, peer: str) -> None:
        """A peer talks with their supervisor, who closes what was opened since the last talk."""
        supervisor = self.supervisors[peer]
        minutes = self.scenario.costs.supervision_minutes
        self.ask(RecordSupervision(by=supervisor, peer=peer, on=self.today, minutes=minutes))
        for each in self.concerns.pop(peer, ()):
            self.ask(CloseConcern(by=supervisor, id=each, peer=peer))

    def away(self, peer: str, last: date) -> None:
        """A peer is away from today to this day, as they asked and their supervisor granted."""
        id_ = f"leave/{peer}/{self.today}"
        self.ask(AskForLeave(by=peer, id=id_, peer=peer, first=self.today, last=last))
        granted = LeaveStatus.GRANTED
        self.ask(ChangeLeave(by=self.supervisors[peer], id=id_, peer=peer, status=granted))

    def is_overdue(self, peer: str) -> bool:
        """Whether supervision would stand against a proposal today. Nothing is kept of this."""
        act = ProposeMatch(by=COORDINATOR, id="asked", peer=peer, participant="nobody")
        found = self.program.decide(act).findings
        return any(not each.allowed and each.clause.id in SUPERVISION for each in found)

    def peer_goes(self, peer: str) -> None:
        """A peer serves no more."""
        self.ask(ChangeService(by=COORDINATOR, id=peer, status=PeerStatus.LEFT))

    # -- people

    def person_comes(self, person: str, need: Need) -> None:
        """Somebody is welcomed, and says what they have lived through where it counts."""
        lived = () if need.experience is None else (need.experience,)
        self.ask(WelcomeParticipant(by=COORDINATOR, id=person, experiences=_told(lived)))

    def speaks(self, who: str, languages: tuple[str, ...]) -> None:
        """Somebody says which languages they speak, where that counts."""
        if self.scenario.peers.languages:
            self.ask(DescribeForMatching(by=who, person=who, languages=languages))

    def waits(self, person: str, nth: int) -> None:
        """Somebody goes on the waiting list."""
        self.ask(JoinWaitingList(by=person, id=f"wait/{person}/{nth}", participant=person))

    def gives_up(self, person: str, nth: int) -> None:
        """Somebody leaves the waiting list."""
        self.ask(LeaveWaitingList(by=person, id=f"wait/{person}/{nth}", participant=person))

    # -- matches

    def propose(self, id_: str, peer: str, person: str) -> Refusal | None:
        """Whether a match may be proposed."""
        act = ProposeMatch(by=COORDINATOR, id=id_, peer=peer, participant=person)
        return self.ask(act, MATCHING)

    def decline(self, id_: str, peer: str, person: str) -> None:
        """The participant says no."""
        self.ask(DeclineMatch(by=person, id=id_, peer=peer, participant=person))

    def accept(self, id_: str, peer: str, person: str) -> None:
        """The participant says yes, and both agree on boundaries."""
        self.ask(AcceptMatch(by=person, id=id_, peer=peer, participant=person))
        self.ask(
            AgreeBoundaries(
                by=person, id=f"agreement/{id_}", peer=peer, participant=person, topics=_AGREED
            )
        )

    def end(self, id_: str, peer: str, person: str) -> None:
        """A match is over."""
        self.ask(EndMatch(by=COORDINATOR, id=id_, peer=peer, participant=person))

    # -- sessions

    def plan(self, visit: Visit) -> Refusal | None:
        """Whether a session may be planned."""
        return self.ask(self.plan_of(visit), PLANNING)

    def plan_of(self, visit: Visit) -> PlanSession:
        """What the peer plans."""
        return PlanSession(
            by=visit.peer,
            id=visit.id,
            peer=visit.peer,
            participants=(visit.person,),
            starts=visit.starts,
            minutes=visit.minutes,
            activities=(Activity(id=_DONE, minutes=visit.minutes),),
        )

    def beyond(self, visit: Visit) -> Refusal | None:
        """Whether what the participant asks for is this peer's work."""
        return self.ask(
            DoActivity(
                by=visit.peer,
                peer=visit.peer,
                participant=visit.person,
                activity=Activity(id=visit.asked),
            ),
            activity=0,
        )

    def held(self, visit: Visit) -> None:
        """A session is written down as it was, with what was done beyond the role."""
        self.report(self.report_of(visit), visit)

    def report_of(self, visit: Visit) -> ReportSession:
        """What the peer writes down."""
        rest = visit.minutes - visit.beyond
        done = ((_DONE, rest), (visit.asked, visit.beyond))
        return ReportSession(
            by=visit.peer,
            id=visit.id,
            peer=visit.peer,
            participants=(visit.person,),
            starts=visit.starts,
            minutes=visit.minutes,
            activities=tuple(Activity(id=id_, minutes=took) for id_, took in done if took),
        )

    def report(
        self, act: ReportSession, visit: Visit, expected: frozenset[str] = _NOTHING
    ) -> Decision:
        """The report; where it opens a concern, the supervisor looks at it at the next talk."""
        outside = len(act.activities) - 1 if visit.beyond else -1
        decision = self.ask_for(act, expected, activity=outside)
        opened = [id_ for kind, id_ in decision.kept if kind == "concern"]
        if opened:
            self.concerns[visit.peer] += opened
        return decision

    def missed(self, visit: Visit) -> None:
        """The participant did not come to what was planned."""
        self.ask(ReportMissedSession(by=visit.peer, id=visit.id, who=visit.person, excused=False))

    def cancelled(self, visit: Visit) -> None:
        """The participant called off what was planned."""
        self.ask(CancelSession(by=visit.person, id=visit.id))

    # -- the door

    def do(self, act: Act) -> Decision:
        """One act through the door."""
        return self.program.do(act)

    def ask(
        self, act: Act, expected: frozenset[str] = _NOTHING, *, activity: int = -1
    ) -> Refusal | None:
        """What stands against an act; None where it is allowed."""
        decision = self.ask_for(act, expected, activity=activity)
        return None if decision.allowed else Refusal.of(decision)

    def ask_for(
        self, act: Act, expected: frozenset[str] = _NOTHING, *, activity: int = -1
    ) -> Decision:
        """The decision on an act, in which nothing stands against it but what is expected.

        That is one of these clauses, or anything about the activity in this place.
        """
        decision = self.do(act)
        for each in decision.findings:
            if not (each.allowed or each.clause.id in expected or _is_of(each, activity)):
                raise NotInTheModel(act.kind, self.today, each.clause.id)
        return decision

    def end_of_day(self) -> None:
        """Nothing more is written down today."""


def _told(lived: Iterable[Experience]) -> tuple[LivedExperience, ...]:
    return tuple(LivedExperience(of=each) for each in lived)


def _supervisor(number: int) -> str:
    return f"supervisor-{number + 1}"


def _is_of(finding: Finding, activity: int) -> bool:
    return activity >= 0 and finding.activity == activity
