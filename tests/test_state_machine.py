"""Any acts in any order, on two stores at once: the same answers, and numbers that add up."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import peerkit as pk
from peerkit.model import (
    MINUTES_GIVEN,
    MINUTES_GIVEN_A_MONTH,
    MINUTES_GIVEN_A_WEEK,
    MINUTES_RECEIVED,
    MINUTES_RECEIVED_A_WEEK,
    MINUTES_RECEIVED_A_YEAR,
    NOUNS,
    period,
)
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.writing.codec import write_noun
from tests.ordinary import BOOK, LIVED, NOW, TODAY, activity, empty, tallies_of

pytestmark = pytest.mark.once

#: What a peer may ask for: forgetting somebody is an act of its own.
SERVICE = [each for each in pk.PeerStatus if each is not pk.PeerStatus.FORGOTTEN]
PEERS = st.sampled_from(["ana", "bo"])
#: Some take part who also serve, and one nobody has welcomed.
PEOPLE = st.sampled_from(["p-1", "p-2", "p-3", "ana", "p-9"])
ANYBODY = PEERS | PEOPLE | st.just("sam")
NUMBERS = st.integers(1, 4)
NAMED = st.none() | NUMBERS
SAID_SO = st.none() | st.booleans()
SCOPES = st.sampled_from(list(combinations(pk.ConsentScope, 2)))
DONE = st.sampled_from(
    [
        activity("listen", 20),
        activity("listen"),
        activity("agree-boundaries", 10),
        activity("lend-money", 10),
        activity("lend-money"),
        activity("give-gift", 5, value="token"),
        activity("medication-talk", 5),
        activity("tell-anothers-story", 5, of="p-1"),
        activity("no-such-thing", 5),
    ]
)
FORMS = st.sampled_from(pk.SessionForm)
GOALS = st.none() | st.sampled_from(pk.GoalStatus)
N = TypeVar("N", bound=pk.Noun)
#: What is counted of a session, for the peer and for each participant.
GIVEN = (MINUTES_GIVEN, MINUTES_GIVEN_A_WEEK, MINUTES_GIVEN_A_MONTH)
RECEIVED = (MINUTES_RECEIVED, MINUTES_RECEIVED_A_WEEK, MINUTES_RECEIVED_A_YEAR)
#: What the machine has come to, over all its runs.
SEEN: Counter[str] = Counter()


def everything(program: pk.Program) -> dict[str, Any]:
    """All that a program keeps beside its journal."""
    return {
        "nouns": [write_noun(each) for kind in NOUNS for each in program.every(kind)],
        "tallies": tallies_of(program),
        "outbox": program.store.outbox(),
    }


def answer(decision: pk.Decision) -> tuple[Any, ...]:
    """A decision, but for the order in which its findings were found."""
    findings = [
        (each.clause.id, each.verdict, each.activity, sorted(each.facts.items()))
        for each in decision.findings
    ]
    return (decision.act, decision.verdict, decision.number, decision.again, sorted(findings))


def said(entry: pk.Entry) -> dict[str, Any]:
    """What an entry says, but for the order of its findings and the links that follow from it."""
    body = entry.read()
    del body["prev"]
    return body | {"findings": sorted(map(str, body["findings"]))}


def counted_anew(program: pk.Program) -> Counter[tuple[str, str, str]]:
    """Every tally, from the nouns and the journal."""
    return Counter(
        {
            name: value
            for counted in (people_counted, sessions_counted, talks_counted)
            for name, value in counted(program).items()
        }
    )


def people_counted(program: pk.Program) -> Counter[tuple[str, str, str]]:
    """Who walks with how many, and who supervises how many."""
    return Counter(
        [
            *(
                (each.peer, "walking", "")
                for each in program.every(pk.Match)
                if each.status is pk.MatchStatus.ACCEPTED
            ),
            *(
                (each.supervisor, "supervising", "")
                for each in program.every(pk.Peer)
                if each.status is not pk.PeerStatus.LEFT
            ),
        ]
    )


def sessions_counted(program: pk.Program) -> Counter[tuple[str, str, str]]:
    """Who met how often, and gave and received how long."""
    found: Counter[tuple[str, str, str]] = Counter()
    for session in program.every(pk.Session):
        if session.status is pk.SessionStatus.HELD:
            for who in session.participants:
                found[pk.pair(session.peer, who), "met", ""] += 1
            people = [(session.peer, GIVEN), *((each, RECEIVED) for each in session.participants)]
            for who, counts in people:
                for what in counts:
                    found[who, what, period(session.day, what)] += session.counted
    return found


def talks_counted(program: pk.Program) -> Counter[tuple[str, str, str]]:
    """How many supervision talks each peer had in each month: one a day, however often told."""
    acts = [each.read() for each in program.journal()]
    held = {
        (each["act"]["peer"], each["act"]["on"])
        for each in acts
        if each["act"]["act"] == "supervision.recorded" and each["verdict"] == "ALLOWED"
    }
    return Counter((peer, "supervision-talks-a-month", on[:7]) for peer, on in held)


class TwoStores(RuleBasedStateMachine):
    """One program in memory and one in a file: whatever is asked of both, both say the same."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "program.db"
        self.now = NOW
        self.ids = {name: Counter[str]() for name in ("memory", "file")}
        self.memory = self.program("memory", MemoryStore())
        self.file = self.program("file", SQLiteStore(self.path, durability="normal"))
        self.told = {name: MemoryNotifier() for name in ("memory", "file")}
        self.keyed: list[tuple[pk.Act, int]] = []

    def program(self, name: str, store: pk.Store) -> pk.Program:
        """A program that takes its time and its ids from this machine."""

        def new_id(kind: str) -> str:
            self.ids[name][kind] += 1
            return f"{kind}-new-{self.ids[name][kind]}"

        return empty(store, clock=lambda: self.now, new_id=new_id)

    def teardown(self) -> None:
        """Let go of the file."""
        self.memory.close()
        self.file.close()
        self.folder.cleanup()

    def do(self, act: pk.Act) -> pk.Decision:
        """Ask both; what is refused may change nothing."""
        before = everything(self.memory)
        first, second = self.memory.do(act), self.file.do(act)
        SEEN[str(first.verdict)] += 1
        SEEN[f"{act.kind}: {'allowed' if first.allowed else 'not'}"] += 1

        assert answer(first) == answer(second)
        if not (first.allowed or act.already):
            assert everything(self.memory) == before
        if act.key is not None and not first.again:
            self.keyed.append((act, first.number))
        return first

    @initialize()
    def somebody(self) -> None:
        """Two peers and three participants, and one match to begin with."""
        for peer in ("ana", "bo"):
            welcome = pk.WelcomePeer(
                by="c",
                id=peer,
                role=pk.Role.WORKER,
                supervisor="sam",
                since=TODAY - timedelta(days=90),
                supervised=TODAY,
                experiences=LIVED,
            )
            self.do(welcome).or_raise()
        for who in ("p-1", "p-2", "p-3"):
            self.do(pk.WelcomeParticipant(by="c", id=who)).or_raise()
        pair: dict[str, Any] = {"id": "match-1", "peer": "ana", "participant": "p-1"}
        self.do(pk.ProposeMatch(by="c", **pair)).or_raise()
        long_ago = self.now - timedelta(days=30)
        self.do(pk.AcceptMatch(by="p-1", when=long_ago, **pair)).or_raise()

    @rule(who=PEOPLE, peer=st.booleans(), supervisor=ANYBODY)
    def welcome(self, *, who: str, peer: bool, supervisor: str) -> None:
        """Somebody is welcomed, perhaps a second time, perhaps into a second role."""
        if peer:
            role = pk.Role.SPECIALIST
            how: dict[str, Any] = {"role": role, "supervisor": supervisor, "since": TODAY}
            self.do(pk.WelcomePeer(by="c", id=who, experiences=LIVED, **how))
        else:
            self.do(pk.WelcomeParticipant(by="c", id=who))

    @rule(peer=PEERS, who=PEOPLE, service=st.sampled_from(SERVICE), away=st.booleans())
    def change(self, *, peer: str, who: str, service: pk.PeerStatus, away: bool) -> None:
        """A peer steps back, leaves or returns; a participant goes away or comes back."""
        status = pk.ParticipantStatus.AWAY if away else pk.ParticipantStatus.TAKING_PART
        self.do(pk.ChangeService(by=peer, id=peer, status=service))
        self.do(pk.ChangeParticipation(by=who, id=who, status=status))

    @rule(number=NAMED, peer=PEERS, who=PEOPLE)
    def propose(self, number: int | None, peer: str, who: str) -> None:
        """A match is proposed, with an id of ours or one of the program's."""
        id_ = None if number is None else f"match-{number}"
        self.do(pk.ProposeMatch(by="c", id=id_, peer=peer, participant=who))

    def pick(self, kind: type[N], number: int, *status: object) -> N | None:
        """One of the nouns there are, of these statuses; None where there is none."""
        found = [each for each in self.memory.every(kind) if each.status in status]
        return found[number % len(found)] if found else None

    @rule(
        act=st.sampled_from([pk.AcceptMatch, pk.AcceptMatch, pk.DeclineMatch, pk.EndMatch]),
        number=NUMBERS,
        peer=PEERS,
        who=PEOPLE,
        by=ANYBODY,
        said_so=SAID_SO,
        ago=st.sampled_from([0, 0, 72, -1]),
        theirs=st.booleans(),
    )
    def answer_match(self, *, act: Any, number: int, theirs: bool, **how: Any) -> None:
        """A match is answered: by those it is of or by others, now or some time ago."""
        told = {"id": f"match-{number}", "peer": how["peer"], "participant": how["who"]}
        status = pk.MatchStatus.ACCEPTED if act is pk.EndMatch else pk.MatchStatus.PROPOSED
        match = self.pick(pk.Match, number, status) if theirs else None
        if match is not None:
            told = {"id": match.id, "peer": match.peer, "participant": match.participant}
            how["by"] = match.participant
        more = {} if act is pk.EndMatch else {"said_so": how["said_so"]}
        when = self.now - timedelta(hours=how["ago"])
        self.do(act(by=how["by"], when=when, **told, **more))

    @rule(
        number=NAMED,
        peer=PEERS,
        who=st.lists(PEOPLE, min_size=1, max_size=3, unique=True),
        form=FORMS,
        done=st.lists(DONE, min_size=1, max_size=2),
        ago=st.integers(-1, 48),
        plan=st.booleans(),
        corrects=st.booleans(),
    )
    def meet(
        self, *, number: int | None, who: list[str], form: pk.SessionForm, ago: int, **how: Any
    ) -> None:
        """A session is planned or reported by anybody: in the role or outside it."""
        told: dict[str, Any] = {
            "by": how["peer"],
            "id": None if number is None else f"session-{number}",
            "peer": how["peer"],
            "participants": who if form is pk.SessionForm.GROUP else who[:1],
            "form": form,
            "starts": self.now - timedelta(hours=ago),
            "minutes": 40,
            "activities": how["done"],
        }
        plan = how["plan"] and form is not pk.SessionForm.AD_HOC
        if plan:
            self.do(pk.PlanSession(**told))
        else:
            self.do(pk.ReportSession(**told, corrects=how["corrects"]))

    @rule(
        number=NUMBERS,
        name=NUMBERS,
        done=DONE,
        ago=st.integers(0, 72),
        plan=st.booleans(),
        corrects=st.booleans(),
    )
    def meet_as_matched(
        self, *, number: int, name: int, done: pk.Activity, plan: bool, **how: Any
    ) -> None:
        """Two who walk together meet, with a note; or what was told of it is put right."""
        match = self.pick(pk.Match, number, pk.MatchStatus.ACCEPTED)
        if match is None:
            return
        told: dict[str, Any] = {
            "by": match.peer,
            "id": f"session-{name}",
            "peer": match.peer,
            "participants": (match.participant,),
            "starts": self.now - timedelta(hours=how["ago"]),
            "minutes": 60,
            "activities": (activity("agree-boundaries", 10), done),
        }
        if plan:
            self.do(pk.PlanSession(**told))
        else:
            note = pk.Words("We talked.")
            self.do(pk.ReportSession(**told, note=note, corrects=how["corrects"]))

    @rule(number=NUMBERS, missed=st.booleans(), there=st.booleans(), by=ANYBODY)
    def no_meeting(self, *, number: int, missed: bool, there: bool, by: str) -> None:
        """A session is cancelled or missed, whether it was planned or not."""
        planned = self.pick(pk.Session, number, pk.SessionStatus.PLANNED) if there else None
        act = pk.ReportMissedSession if missed else pk.CancelSession
        self.do(act(by=by, id=f"session-{number}" if planned is None else planned.id))

    @rule(number=NUMBERS, who=PEOPLE, by=ANYBODY, said_so=SAID_SO, status=GOALS)
    def goal(self, *, number: int, who: str, status: pk.GoalStatus | None, **how: Any) -> None:
        """A goal is set or changed, by the participant or by somebody else."""
        told: dict[str, Any] = {"id": f"goal-{number}", "participant": who} | how
        there = self.pick(pk.Goal, number, pk.GoalStatus.ACTIVE, pk.GoalStatus.ON_HOLD)
        if status is None:
            self.do(pk.SetGoal(**told, words=pk.Words("Sleep.")))
        elif there is None:
            self.do(pk.ChangeGoal(**told, status=status))
        else:
            by = there.participant
            self.do(pk.ChangeGoal(by=by, id=there.id, participant=by, status=status))

    @rule(number=NUMBERS, peer=PEERS, who=PEOPLE, topic=st.sampled_from(pk.Topic))
    def agree(self, number: int, peer: str, who: str, topic: pk.Topic) -> None:
        """Boundaries are agreed, or amended."""
        told: dict[str, Any] = {"id": f"agreement-{number}", "peer": peer, "participant": who}
        self.do(pk.AgreeBoundaries(by=who, topics=(topic,), **told))

    @rule(number=NUMBERS, who=PEOPLE, scopes=SCOPES, hours=st.integers(1, 48))
    def consent(
        self, *, number: int, who: str, scopes: tuple[pk.ConsentScope, ...], hours: int
    ) -> None:
        """A consent is given for a while, and somebody asks to share."""
        told: dict[str, Any] = {"by": who, "id": f"consent-{number}", "participant": who}
        until = self.now + timedelta(hours=hours)
        self.do(pk.RecordConsent(**told, scopes=scopes, to=("x",), since=self.now, until=until))
        self.do(pk.ShareInformation(by="ana", participant=who, scopes=scopes[:1], to="x"))

    @rule(number=NUMBERS, who=PEOPLE)
    def revoke(self, number: int, who: str) -> None:
        """A consent is taken back, or one that nobody gave; what was shared is no longer."""
        given = self.pick(pk.Consent, number, pk.ConsentStatus.GIVEN)
        id_, whose = ("consent-9", who) if given is None else (given.id, given.participant)
        self.do(pk.RevokeConsent(by=whose, id=id_, participant=whose))
        scopes = tuple(pk.ConsentScope)
        self.do(pk.ShareInformation(by="ana", participant=whose, scopes=scopes, to="x"))

    @rule(number=NUMBERS, agreed=SAID_SO, by=st.sampled_from(["sam", "sam", "bo"]))
    def advice(self, *, number: int, agreed: bool | None, by: str) -> None:
        """A supervisor is asked or answers, and the peer asks to do what it was about."""
        match = self.pick(pk.Match, number, *pk.MatchStatus)
        assert match is not None
        pair: dict[str, Any] = {"peer": match.peer, "participant": match.participant}
        asked = self.pick(pk.Consultation, number, pk.ConsultationStatus.ASKED)
        if agreed is None or asked is None:
            id_ = f"advice-{number}"
            self.do(pk.ConsultSupervisor(by=match.peer, id=id_, clause="gifts", **pair))
        else:
            self.do(pk.GiveAdvice(by=by, id=asked.id, peer=asked.peer, agreed=agreed))
            pair = {"peer": asked.peer, "participant": asked.participant}
        gift = activity("give-gift", value="token")
        self.do(pk.DoActivity(by=match.peer, activity=gift, **pair))

    @rule(number=NUMBERS, answer=st.sampled_from(["token", "significant", "none"]))
    def facts(self, *, number: int, answer: str) -> None:
        """What the book asked is answered, and the peer asks without saying it again."""
        match = self.pick(pk.Match, number, *pk.MatchStatus)
        if match is None:
            return
        pair: dict[str, Any] = {"peer": match.peer, "participant": match.participant}
        gift = activity("give-gift", value=answer)
        self.do(pk.SupplyFacts(by=match.peer, id=f"facts-{number}", activity=gift, **pair))
        self.do(pk.DoActivity(by=match.peer, activity=activity("give-gift"), **pair))

    @rule(number=NUMBERS, peer=PEERS, who=PEOPLE, review=st.booleans(), by=ANYBODY)
    def danger(self, *, number: int, peer: str, who: str, review: bool, by: str) -> None:
        """A danger is told at once, or the supervisor looks at what was told."""
        there = self.pick(pk.SafetyDisclosure, number, pk.DisclosureStatus.MADE)
        if review and there is not None:
            self.do(pk.ReviewDisclosure(by=by, id=there.id, peer=there.peer))
        else:
            told = pk.DiscloseForSafety(
                by=by,
                id=f"danger-{number}",
                peer=peer,
                participant=who,
                to=("emergency-services",),
                basis=pk.Basis.DANGER_TO_SELF,
                what=pk.Words("Tonight."),
            )
            self.do(told)

    @rule(number=NUMBERS, peer=PEERS, who=PEOPLE, close=st.booleans(), by=ANYBODY)
    def concern(self, *, number: int, peer: str, who: str, close: bool, by: str) -> None:
        """A concern is raised or closed."""
        told: dict[str, Any] = {"by": by, "id": f"concern-{number}", "peer": peer}
        there = self.pick(pk.Concern, number, pk.ConcernStatus.OPEN)
        if not close:
            self.do(pk.RaiseConcern(**told, people=(who,), clauses=("money",)))
        elif there is None:
            self.do(pk.CloseConcern(**told))
        else:
            self.do(pk.CloseConcern(by=by, id=there.id, peer=there.peer))

    @rule(
        number=NAMED,
        peer=PEERS,
        who=PEOPLE,
        of=st.sampled_from(pk.TieKind),
        current=st.booleans(),
    )
    def tie(self, *, number: int | None, peer: str, who: str, **how: Any) -> None:
        """A tie is told of, current or past, and told of again."""
        id_ = None if number is None else f"tie-{number}"
        self.do(pk.DiscloseTie(by=peer, id=id_, peer=peer, participant=who, **how))

    @rule(peer=PEERS, days=st.integers(-3, 40))
    def supervision(self, peer: str, days: int) -> None:
        """A supervision is told of, and sometimes one that is still to come."""
        self.do(pk.RecordSupervision(by="sam", peer=peer, on=(self.now - timedelta(days)).date()))

    @rule(number=NUMBERS, peer=PEERS | PEOPLE, since=st.integers(-400, 40))
    def credential(self, number: int, peer: str, since: int) -> None:
        """A credential is recorded: running, over long ago, or still to come."""
        first = self.now.date() + timedelta(days=since)
        until = first + timedelta(days=30)
        told: dict[str, Any] = {"by": "c", "id": f"credential-{number}", "peer": peer}
        self.do(pk.RecordCredential(**told, since=first, until=until))

    @rule(key=st.sampled_from(["k-1", "k-2", "k-3"]), who=PEOPLE, words=st.sampled_from("ab"))
    def with_a_key(self, key: str, who: str, words: str) -> None:
        """A keyed act: done, answered as before, or refused as another's key; the same on both."""
        act = pk.SetGoal(by=who, key=key, participant=who, words=pk.Words(words))
        try:
            self.do(act)
        except pk.KeyReused as error:
            first = str(error)
        else:
            return
        before = everything(self.memory)
        with pytest.raises(pk.KeyReused) as caught:
            self.file.do(act)
        assert str(caught.value) == first
        assert everything(self.memory) == before
        SEEN["key of another"] += 1

    @precondition(lambda self: self.keyed)
    @rule(which=st.integers(0, 99))
    def again(self, which: int) -> None:
        """What had a key and is done again is answered and not repeated."""
        act, number = self.keyed[which % len(self.keyed)]
        before = everything(self.memory)
        decision = self.do(act)
        SEEN["again"] += 1

        assert (decision.number, decision.again) == (number, True)
        assert everything(self.memory) == before

    @rule(acts=st.lists(st.tuples(NUMBERS, PEERS, PEOPLE), min_size=1, max_size=4))
    def batch(self, acts: list[tuple[int, str, str]]) -> None:
        """Several acts in one transaction."""
        asked = [
            pk.ProposeMatch(by="c", id=f"match-{number}", peer=peer, participant=who)
            for number, peer, who in acts
        ]
        first, second = (list(each.do_all(asked)) for each in (self.memory, self.file))

        assert list(map(answer, first)) == list(map(answer, second))

    @rule(hours=st.sampled_from([0, 1, 30, 24 * 35, -1]))
    def time_passes(self, hours: int) -> None:
        """An hour, a day and a bit, five weeks; and sometimes a clock is set back."""
        self.now += timedelta(hours=hours)

    @rule(limit=st.integers(0, 5), minutes=st.sampled_from([0, 5]))
    def tell(self, limit: int, minutes: int) -> None:
        """Notices are told: the same ones, and none of them twice."""
        before = len(self.told["memory"].told)
        lease = timedelta(minutes=minutes)
        one = self.memory.tell(self.told["memory"], limit=limit, lease=lease)
        other = self.file.tell(self.told["file"], limit=limit, lease=lease)

        assert one == other
        assert self.told["memory"].told == self.told["file"].told
        assert len(self.told["memory"].told) == before + one.told

    @rule()
    def reopen(self) -> None:
        """The file is closed and opened again, as after a night."""
        self.file.close()
        self.file = self.program("file", SQLiteStore(self.path, durability="normal"))
        SEEN["reopened"] += 1

    @rule()
    def verify(self) -> None:
        """Both journals are whole, and say the same in the same order."""
        first, second = self.memory.verify(), self.file.verify()

        assert (first.faults, second.faults) == ((), ())
        assert list(map(said, self.memory.journal())) == list(map(said, self.file.journal()))

    @rule(who=ANYBODY)
    def history(self, who: str) -> None:
        """What touches a person is found on both, and nothing of it is found twice."""
        first, second = (
            [each.number for each in program.history(who)] for program in (self.memory, self.file)
        )

        assert first == second == sorted(set(first))

    @invariant()
    def both_keep_the_same(self) -> None:
        """Every noun, tally and message."""
        assert everything(self.memory) == everything(self.file)

    @invariant()
    def the_numbers_add_up(self) -> None:
        """Counted anew from the nouns: who walks with how many, how often, for how long."""
        expected = counted_anew(self.memory)

        assert tallies_of(self.memory) == {name: value for name, value in expected.items() if value}
        most = BOOK.clause("caseload").value or 0
        assert all(value <= most for (_, what, _), value in expected.items() if what == "walking")

    @invariant()
    def no_id_is_given_twice(self) -> None:
        """Of one kind; and two people have one match that runs, and one tie of each kind."""
        names = [(kind.kind, each.id) for kind in NOUNS for each in self.memory.every(kind)]
        running = [
            frozenset((each.peer, each.participant))
            for each in self.memory.every(pk.Match)
            if each.status in {pk.MatchStatus.PROPOSED, pk.MatchStatus.ACCEPTED}
        ]

        ties = [(frozenset((each.one, each.other)), each.of) for each in self.memory.every(pk.Tie)]

        assert len(set(names)) == len(names)
        assert len(set(ties)) == len(ties)
        assert len(set(running)) == len(running)


def test_any_acts_in_any_order_come_to_the_same_on_both_stores() -> None:
    """Whatever is asked, in whatever order: same answers, same nouns, same numbers."""
    chosen = settings(
        max_examples=50,
        stateful_step_count=50,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(TwoStores, settings=chosen)


def test_the_machine_can_come_to_every_verdict() -> None:
    """One walk by hand, so that chance need not find the way to each verdict and key."""
    SEEN.clear()
    machine = TwoStores()
    machine.somebody()
    gift, listen = activity("give-gift", 5, value="token"), activity("listen", 20)
    for plan, done in ((True, listen), (False, listen), (False, gift), (True, gift)):
        machine.meet_as_matched(number=0, name=1, done=done, ago=3, plan=plan, corrects=False)
    machine.meet_as_matched(number=0, name=1, done=listen, ago=4, plan=False, corrects=True)
    for agreed in (None, True):
        machine.advice(number=0, agreed=agreed, by="sam")
    machine.facts(number=0, answer="none")
    for review in (False, True):
        machine.danger(number=0, peer="ana", who="p-1", review=review, by="sam")
    machine.meet_as_matched(number=0, name=2, done=gift, ago=2, plan=False, corrects=False)
    machine.revoke(number=0, who="p-1")
    for words in "aab":
        machine.with_a_key(key="k-1", who="p-1", words=words)
    machine.again(which=0)
    machine.reopen()
    machine.tell(limit=5, minutes=0)
    for check in (machine.both_keep_the_same, machine.the_numbers_add_up, machine.verify):
        check()
    machine.teardown()

    for verdict in pk.Verdict:
        assert SEEN[str(verdict)], SEEN
    kinds = ("session.planned", "session.reported", "advice.given", "goal.set")
    for what in (*kinds, "facts.supplied", "safety.disclosed", "disclosure.reviewed"):
        assert SEEN[f"{what}: allowed"], SEEN
    for what in ("again", "reopened", "key of another"):
        assert SEEN[what], SEEN
