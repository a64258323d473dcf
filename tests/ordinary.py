"""An ordinary pair on an ordinary Monday: most tests start here and change one thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import peerkit as pk
from peerkit.handbook import Handbook
from peerkit.stores.memory import MemoryStore

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
TODAY = NOW.date()
#: Ordinary sessions lie behind us: they began an hour ago and last an hour.
EARLIER = NOW - timedelta(hours=1)
#: When p-7 said yes to walking with ana.
SAID_YES = NOW - timedelta(days=14)
HANDBOOK = Handbook.load()
BOOK = HANDBOOK.on(TODAY)

ANA = pk.Peer(
    id="ana",
    role=pk.Role.WORKER,
    supervisor="sam",
    since=date(2026, 1, 5),
    supervised=date(2026, 10, 20),
)
LIVED = (pk.LivedExperience(of=pk.Experience.HOMELESSNESS),)
MATCH = pk.Match(id="m-1", peer="ana", participant="p-7", status=pk.MatchStatus.ACCEPTED)
AGREEMENT = pk.BoundaryAgreement(
    id="ag-1", peer="ana", participant="p-7", topics=(pk.Topic.CONFIDENTIALITY_LIMITS,)
)
ORDINARY: tuple[pk.Noun, ...] = (
    pk.Person(id="ana", experiences=LIVED),
    ANA,
    pk.Participant(id="p-7"),
    pk.Participant(id="p-8"),
    MATCH,
    AGREEMENT,
)


def view(
    *nouns: pk.Noun, tallies: Mapping[tuple[str, str], int] | None = None, now: datetime = NOW
) -> pk.View:
    """The ordinary pair, with these nouns in place of those of the same kind and id."""
    named = {(each.kind, each.id): each for each in (*ORDINARY, *nouns)}
    return pk.View(
        now, tuple(named.values()), {("ana", "walking"): 1} if tallies is None else tallies
    )


def decided(act: pk.Act, *nouns: pk.Noun, **how: Any) -> pk.Decision:
    """What all role limits say of an act about the ordinary pair and these nouns."""
    return pk.decide(act, view(*nouns, **how), BOOK, pk.ROLE_LIMITS)


def codes(findings: tuple[pk.Finding, ...]) -> list[tuple[str, pk.Verdict]]:
    """The clause and the verdict of each finding."""
    return [(each.clause.id, each.verdict) for each in findings]


def activity(
    id: str,  # noqa: A002 - the activity's own word
    minutes: int = 0,
    *,
    of: str | None = None,
    to: str | None = None,
    **answers: str,
) -> pk.Activity:
    """An activity; its circumstances are written with ``_`` for ``-``."""
    told = {name.replace("_", "-"): answer for name, answer in answers.items()}
    return pk.Activity(id=id, minutes=minutes, of=of, to=to, circumstances=told)


def asking(activity: pk.Activity) -> pk.DoActivity:
    """Ana asks whether this is her role, with p-7."""
    return pk.DoActivity(by="ana", peer="ana", participant="p-7", activity=activity)


def _session(how: dict[str, Any]) -> dict[str, Any]:
    return {
        "by": "ana",
        "id": "s-1",
        "peer": "ana",
        "participants": ("p-7",),
        "starts": EARLIER,
        "minutes": 60,
        "activities": (pk.Activity(id="listen"),),
    } | how


def plan(**how: Any) -> pk.PlanSession:
    """An hour of ana with p-7, planned; ``how`` says what is different."""
    return pk.PlanSession(**_session(how))


def report(**how: Any) -> pk.ReportSession:
    """The same hour, reported."""
    return pk.ReportSession(**_session(how))


def group(people: int) -> dict[str, Any]:
    """What makes a session a group of so many people."""
    names = tuple(f"p-{each}" for each in range(7, 7 + people))
    return {"form": pk.SessionForm.GROUP, "participants": names}


def welcome(**how: Any) -> pk.WelcomePeer:
    """Somebody new, who began today."""
    told: dict[str, Any] = {
        "by": "coordinator",
        "id": "bo",
        "role": pk.Role.WORKER,
        "supervisor": "sam",
        "since": TODAY,
        "experiences": LIVED,
    }
    return pk.WelcomePeer(**told | how)


def numbered() -> Callable[[str], str]:
    """New ids in a row: ``match-1``, ``session-2``."""
    numbers = count(1)
    return lambda kind: f"{kind}-{next(numbers)}"


def empty(store: pk.Store | None = None, **how: Any) -> pk.Program:
    """A new program in memory, or in this store: the clock stands, ids and salts are known."""
    kept = MemoryStore() if store is None else store
    told: dict[str, Any] = {
        "handbook": HANDBOOK,
        "clock": lambda: NOW,
        "new_id": numbered(),
        "salt": lambda: "salt",
    }
    return pk.Program(kept, **told | how)


def opened(store: pk.Store | None = None, **how: Any) -> pk.Program:
    """A program in which ana walks with p-7, and p-8 takes part."""
    program = empty(store, **how)
    for act in FIRST_ACTS:
        program.do(act).or_raise()
    return program


def posted(program: pk.Program) -> list[pk.Message]:
    """Every message there is, oldest first."""
    return [each.message for each in program.store.posted()]


def tallies_of(program: pk.Program) -> dict[tuple[str, str, str], int]:
    """Every tally that is not 0: of whom, what, in which period."""
    counts = [each for each in program.store.books() if isinstance(each, pk.Count)]
    return {(each.of, each.what, each.period): each.by for each in counts if each.by}


#: What made the ordinary pair: p-7 said yes, and they agreed on their boundaries.
FIRST_ACTS: tuple[pk.Act, ...] = (
    pk.WelcomePeer(
        by="coordinator",
        id="ana",
        role=ANA.role,
        supervisor=ANA.supervisor,
        since=ANA.since,
        supervised=ANA.supervised,
        experiences=LIVED,
    ),
    pk.WelcomeParticipant(by="coordinator", id="p-7"),
    pk.WelcomeParticipant(by="coordinator", id="p-8"),
    pk.ProposeMatch(by="coordinator", id="m-1", peer="ana", participant="p-7"),
    pk.AcceptMatch(by="p-7", id="m-1", peer="ana", participant="p-7", when=SAID_YES),
    pk.AgreeBoundaries(by="p-7", id="ag-1", peer="ana", participant="p-7", topics=AGREEMENT.topics),
)
