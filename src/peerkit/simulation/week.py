"""A pretend week of a peer support program, as acts: the same acts every time.

Every act carries a key, so a week that was broken off can be done again from
the start: what had been kept is answered, not repeated.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import attrs

from peerkit.acts import (
    AcceptMatch,
    Act,
    AgreeBoundaries,
    CancelSession,
    DeclineMatch,
    DoActivity,
    PlanSession,
    ProposeMatch,
    RecordCredential,
    ReportMissedSession,
    ReportSession,
    SetGoal,
    ShareInformation,
    WelcomeParticipant,
    WelcomePeer,
)
from peerkit.errors import BadInput
from peerkit.matching import Offering, Seeking, Weights, suggest
from peerkit.model import (
    Activity,
    ConsentScope,
    Experience,
    LivedExperience,
    Peer,
    Person,
    Role,
    SessionForm,
    Topic,
    Words,
)
from peerkit.simulation.chance import chance

__all__ = ["PretendWeek"]

#: How many peers serve, and how many of them take part themselves.
PEERS: Final = 30
ALSO_TAKE_PART: Final = 4
#: Assumptions of this pretend week; nobody measured them.
SAYS_YES: Final = 0.85
SETS_A_GOAL: Final = 0.6
MISSES: Final = 0.08
CANCELS: Final = 0.04
TRIES: Final = 3
IN_THE_GROUP: Final = 10
#: Nobody has described themself in this week: what they share is all that counts.
LIVED_ALONE: Final = Weights(peer_shared=0, load=0)

_ROLES: Final = (*[Role.WORKER] * 14, *[Role.MENTOR] * 6, *[Role.SPECIALIST] * 5)
_ROLES_OF_ALL: Final = (*_ROLES, *[Role.ADVOCATE] * 3, *[Role.RESEARCHER] * 2)
_GOALS: Final = (
    "Sleep in a bed of my own before winter.",
    "Ring my sister once a week.",
    "Get a library card.",
    "Learn to do my own laundry.",
    "Walk in the park with somebody on Sundays.",
    "Ask at the college what I would need to enrol.",
)
_DONE: Final = (
    "listen",
    "share-own-story",
    "link-resources",
    "teach-everyday-skills",
    "go-along",
    "support-goal-setting",
    "find-strengths",
    "inspire-hope",
)
_HOURS: Final = tuple(range(9, 17))


@attrs.frozen(kw_only=True)
class PretendWeek:
    """One week, from Monday, of pretend peers walking with the people you bring.

    ``seed`` decides everything that chance decides; ``most`` is the caseload
    of the handbook. Methods give acts in the order they are to be done.
    """

    monday: date
    seed: int = 1
    most: int = 20

    def clock(self) -> datetime:
        """The moment all of it is asked: Friday evening, when the reports are written."""
        return datetime.combine(self.monday + timedelta(days=4), time(18), UTC)

    def serving(self) -> tuple[tuple[Peer, Person], ...]:
        """The peers who will serve, and the people they are."""
        return tuple(self._peer(number) for number in range(1, PEERS + 1))

    def _peer(self, number: int) -> tuple[Peer, Person]:
        id_ = f"peer-{number:02}"
        others = [each for each in Experience if each is not Experience.HOMELESSNESS]
        lived = chance(self.seed, "lived", id_).sample(others, 2)
        experiences = [*lived] if number % 5 == 0 else [Experience.HOMELESSNESS, *lived]
        peer = Peer(
            id=id_,
            role=_ROLES_OF_ALL[number - 1],
            supervisor=f"supervisor-{number % 3 + 1}",
            since=date(self.monday.year - 1, 1, 15),
            supervised=self.monday - timedelta(days=number % 7 + 3),
        )
        person = Person(id=id_, experiences=tuple(LivedExperience(of=each) for each in experiences))
        return peer, person

    def welcomes(self) -> Iterator[Act]:
        """The peers are welcomed, specialists with a credential; some take part themselves."""
        for number, (peer, person) in enumerate(self.serving(), 1):
            yield WelcomePeer(
                by="coordinator",
                key=f"welcome/{peer.id}",
                id=peer.id,
                role=peer.role,
                supervisor=peer.supervisor,
                since=peer.since,
                supervised=peer.supervised,
                experiences=person.experiences,
            )
            if peer.role is Role.SPECIALIST:
                yield RecordCredential(
                    by="coordinator",
                    key=f"credential/{peer.id}",
                    id=f"credential/{peer.id}",
                    peer=peer.id,
                    since=peer.since,
                    until=date(peer.since.year + 2, 1, 15),
                )
            if number <= ALSO_TAKE_PART:
                yield WelcomeParticipant(by="coordinator", key=f"takes-part/{peer.id}", id=peer.id)

    def matches(self, participants: Sequence[Person]) -> Iterator[Act]:
        """Matches are proposed, shared experience first; each person accepts or declines.

        The peer most people chose is asked by more, until the caseload is full.
        """
        answers = [*self._answers(participants)]
        pairs = [(peer, who) for who, peer, yes in answers if yes]
        more = [(who, self._busiest(pairs), True) for who in self._also_ask(pairs)]
        for participant, peer, yes in (*answers, *more):
            id_ = f"match/{participant}/{peer}"
            yield ProposeMatch(
                by="coordinator", key=f"propose/{id_}", id=id_, peer=peer, participant=participant
            )
            answered: type[AcceptMatch | DeclineMatch] = AcceptMatch if yes else DeclineMatch
            yield answered(
                by=participant,
                key=f"answer/{id_}",
                id=id_,
                peer=peer,
                participant=participant,
                when=self._at(-3, 15),
            )

    def _answers(self, participants: Sequence[Person]) -> Iterator[tuple[str, str, bool]]:
        """Who is proposed to whom, and whether they say yes."""
        serving = {peer.id: Offering.of(peer, one, most=self.most) for peer, one in self.serving()}
        met: defaultdict[str, set[str]] = defaultdict(set)
        for person in participants:
            # Two people have one match: nobody walks both ways with the same person.
            not_with = met[person.id]
            for _ in range(TRIES):
                seeking = Seeking.of(person, not_with=not_with)
                best = suggest(seeking, serving.values(), weights=LIVED_ALONE)
                if not best:
                    break
                peer = best[0].peer
                yes = self._says_yes(person.id, peer)
                yield person.id, peer, yes
                if yes:
                    now = serving[peer]
                    serving[peer] = attrs.evolve(now, walking=now.walking + 1)
                    met[peer].add(person.id)
                    break
                not_with.add(peer)

    def _says_yes(self, participant: str, peer: str) -> bool:
        return chance(self.seed, "says yes", participant, peer).random() < SAYS_YES

    def _busiest(self, pairs: Sequence[tuple[str, str]]) -> str:
        return Counter(peer for peer, _ in pairs).most_common(1)[0][0]

    def _also_ask(self, pairs: Sequence[tuple[str, str]]) -> list[str]:
        """Who would walk with the busiest peer as well, as far as the caseload goes."""
        if not pairs:
            return []
        busiest = self._busiest(pairs)
        matched = _matched(busiest, pairs)
        others = dict.fromkeys(who for _, who in pairs if who not in matched)
        willing = [who for who in others if self._says_yes(who, busiest)]
        return willing[: self.most - sum(peer == busiest for peer, _ in pairs)]

    def pairs(self, participants: Sequence[Person]) -> tuple[tuple[str, str], ...]:
        """Who walks with whom: peer and participant."""
        return tuple((peer, who) for who, peer, yes in self._answers(participants) if yes)

    def sessions(self, pairs: Sequence[tuple[str, str]]) -> Iterator[Act]:
        """Boundaries agreed, goals set, one session a pair planned and reported, and a group."""
        met: dict[str, int] = {}
        for peer, participant in pairs:
            slot = met[peer] = met.get(peer, -1) + 1
            yield from self._first_meeting(peer, participant, slot)
        if pairs:
            yield from self._group(pairs)

    def _first_meeting(self, peer: str, participant: str, slot: int) -> Iterator[Act]:
        both = f"{peer}/{participant}"
        luck = chance(self.seed, "meeting", both)
        yield AgreeBoundaries(
            by=participant,
            key=f"agree/{both}",
            id=f"agreement/{both}",
            peer=peer,
            participant=participant,
            topics=(Topic.CONFIDENTIALITY_LIMITS, Topic.HOURS, Topic.GIFTS),
        )
        if luck.random() < SETS_A_GOAL:
            yield SetGoal(
                by=participant,
                key=f"goal/{both}",
                id=f"goal/{both}",
                participant=participant,
                words=Words(luck.choice(_GOALS)),
                review=self.monday + timedelta(weeks=8),
            )
        yield from self._meeting(peer, participant, slot, luck.random(), luck.sample(_DONE, 2))

    def _meeting(
        self, peer: str, participant: str, slot: int, fate: float, done: list[str]
    ) -> Iterator[Act]:
        id_ = f"session/{peer}/{participant}"
        day, hour = divmod(slot, len(_HOURS))
        plan = PlanSession(
            by=peer,
            key=f"plan/{id_}",
            id=id_,
            peer=peer,
            participants=(participant,),
            starts=self._at(day, _HOURS[hour]),
            minutes=45,
            activities=tuple(Activity(id=each, minutes=20) for each in done),
        )
        yield plan
        if fate < CANCELS:
            yield CancelSession(by=participant, key=f"cancel/{id_}", id=id_)
        elif fate < CANCELS + MISSES:
            yield ReportMissedSession(by=peer, key=f"missed/{id_}", id=id_)
        else:
            yield plan.held(by=peer, key=f"report/{id_}")

    def _group(self, pairs: Sequence[tuple[str, str]]) -> Iterator[Act]:
        """One group, led by the first peer, for the first people of the week."""
        leader = pairs[0][0]
        everyone = dict.fromkeys(who for _, who in pairs if who != leader)
        leading = Activity(
            id="lead-group", circumstances=(("purpose", "peer-support"),), minutes=90
        )
        plan = PlanSession(
            by=leader,
            key="plan/group-1",
            id="session/group-1",
            peer=leader,
            participants=tuple(everyone)[:IN_THE_GROUP],
            form=SessionForm.GROUP,
            starts=self._at(4, 16),
            minutes=90,
            activities=(leading,),
        )
        yield plan
        yield plan.held(by=leader, key="report/group-1")

    def asks(self, pairs: Sequence[tuple[str, str]]) -> Iterator[Act]:
        """What a peer may not do, asked all the same. There must be two pairs at least."""
        others = [who for _, who in pairs if who != pairs[0][1]]
        if not others:
            raise BadInput("pairs", "bring two participants or more, each with a peer")
        (peer, participant), other = pairs[0], others[0]
        full = self._busiest(pairs)
        theirs = {*_matched(full, pairs), *self._also_ask(pairs)}
        one_more = next((who for _, who in pairs if who not in theirs), participant)
        for name, activity in (
            ("case", Activity(id="case-management")),
            ("therapy", Activity(id="therapy")),
            ("story", Activity(id="tell-anothers-story", of=other)),
        ):
            yield DoActivity(
                by=peer, key=f"ask/{name}", peer=peer, participant=participant, activity=activity
            )
        yield SetGoal(
            by=peer,
            key="ask/goal",
            id="goal/chosen-by-the-peer",
            participant=participant,
            words=Words("Stop sleeping late."),
            said_so=False,
        )
        yield ProposeMatch(
            by="coordinator",
            key="ask/one-more",
            id="match/one-more",
            peer=full,
            participant=one_more,
        )
        yield ShareInformation(
            by=peer,
            key="ask/share",
            participant=participant,
            scopes=(ConsentScope.ATTENDANCE,),
            to="housing-office",
        )

    def crossing(self, pairs: Sequence[tuple[str, str]]) -> Act:
        """A session that was held, and in which a boundary was crossed."""
        if not pairs:
            raise BadInput("pairs", "bring a participant with a peer")
        peer, participant = pairs[0]
        return ReportSession(
            by=peer,
            key="report/crossing",
            id="session/crossing",
            peer=peer,
            participants=(participant,),
            starts=self._at(3, 17),
            minutes=60,
            activities=(
                Activity(id="listen", minutes=40),
                Activity(id="medication-talk", circumstances=(("voice", "directive"),), minutes=20),
            ),
            note=Words("I told them to stop taking their tablets. I should not have."),
        )

    def _at(self, day: int, hour: int) -> datetime:
        return datetime.combine(self.monday + timedelta(days=day), time(hour), UTC)


def _matched(one: str, pairs: Sequence[tuple[str, str]]) -> set[str]:
    """Somebody, and everyone they walk with in either role."""
    return {one}.union(*(pair for pair in pairs if one in pair))
