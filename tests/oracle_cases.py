"""Cases drawn by number: an act, what stands, the layers and the moment; the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any, Final, NamedTuple

import attrs

import peerkit as pk
from peerkit.model import pair
from peerkit.model.fields import day_of
from tests.oracle_acts import (
    CODES,
    DRAW,
    HANDBOOKS,
    LAYERS,
    OFTEN,
    PART2,
    SAID_SO,
    ZONES,
    Drawn,
)

#: Numbers at and beside the limits that any layer sets.
EDGES: Final = {
    "walking": (0, 7, 14, 14, 15, 19, 19, 20, 21),
    "supervising": (0, 6, 7, 8, 9),
    "met": (0, 1, 1, 2),
    "supervision-minutes-a-month": (0, 0, 30, 30, 59, 60, 61, 119, 120, 239, 240),
    "supervision-talks-a-month": (0, 1, 2, 4),
    "minutes-given-a-month": (0, 600, 1200, 1475, 1476, 1500, 1501, 1525, 1526, 3000, 6000),
    "minutes-given-a-week": (0, 1500, 1740, 1755, 1785, 1800),
    "minutes-received": (0, 0, 180, 195, 225, 240),
    "minutes-received-a-week": (0, 0, 30, 60, 90),
    "minutes-received-a-year": (0, 53940, 53955, 53985, 54000),
}
OF_PEERS: Final = (
    *("walking", "supervision-minutes-a-month", "supervision-talks-a-month"),
    *("minutes-given-a-month", "minutes-given-a-week"),
)
#: Roles that somebody has beside the first.
FURTHER: Final = (pk.Role.SPECIALIST, pk.Role.TRAINER)
#: Moments around the ends of days, weeks, months and years, in summer and winter.
MOMENTS: Final = tuple(
    datetime(year, month, day, hour, minute, tzinfo=UTC)
    for year, month, day in (
        *((2026, 11, 2), (2026, 11, 3), (2026, 11, 6), (2026, 11, 7), (2026, 11, 8), (2026, 12, 1)),
        *((2026, 3, 31), (2024, 2, 29), (2024, 3, 29), (2025, 1, 1), (2026, 7, 1), (2027, 10, 31)),
        *((2019, 6, 30), (2028, 7, 1), (2010, 1, 1), (2026, 11, 30)),
    )
    for hour, minute in ((0, 0), (3, 0), (12, 0), (17, 0), (23, 59))
)


class Case(NamedTuple):
    """One case, and what the rules say of it."""

    number: int
    layers: tuple[str, ...]
    act: pk.Act
    view: pk.View
    book: pk.Book
    decision: pk.Decision


def case(number: int) -> Case:
    """The case of this number: the same today and tomorrow."""
    chance = Random(number)
    d = Drawn(chance, chance.choice(LAYERS), chance.choice(MOMENTS), chance.choice(ZONES))
    act = DRAW[d.one(*OFTEN)](d)
    if isinstance(act, (pk.RecordConsent, pk.ShareInformation)) and d.often(0.6):
        d.layers = PART2
    # Of chance of its own, so that the other cases stay what they were.
    act, near = times_of(Drawn(Random(-1 - number), d.layers, d.now, d.zone), act)
    there = (*world(d, act), *near)
    stands = tuple(each for each in there if each.open or each.id in act.about)
    view = pk.View(d.now, stands, tallies(d, act))
    book = book_of(d.layers, day_of(act.moment(d.now), d.zone))
    decision = pk.decide(act, view, book, pk.ROLE_LIMITS)
    more = (*advice(d, decision), *facts(d, decision))
    if more:
        view = attrs.evolve(view, nouns=(*view.nouns, *more))
        decision = pk.decide(act, view, book, pk.ROLE_LIMITS)
    return Case(number, d.layers, act, view, book, decision)


@lru_cache(maxsize=4096)
def book_of(layers: tuple[str, ...], day: date) -> pk.Book:
    """The book of these layers and day."""
    return HANDBOOKS[layers].on(day)


def world(d: Drawn, act: pk.Act) -> list[pk.Noun]:
    """What stands: mostly an ordinary pair, with now and then something else."""
    both = (act.peer_named or "ana", (*act.participants_named, "p-1")[0])
    if d.often(0.1):
        both = ("ana", "p-1")
    people = (*peers(d, act), *participants(d, act))
    between = (*matches(d, act, both), *bonds(d, act, both))
    chosen = (*families(d, act), *choices(d, act), *circles(d, act))
    return [*people, *between, *papers(d, act, both), *chosen]


def families(d: Drawn, act: pk.Act) -> list[pk.Noun]:
    """Now and then a guardian, or two; and what they permitted, if this."""
    found: list[pk.Noun] = []
    who = (*act.participants_named, "p-1")[0]
    often = 0.6 if isinstance(act, (pk.AcceptMatch, pk.RecordConsent)) else 0.15
    for number, each in enumerate(("kim", act.by) if d.often(often) else ()):
        if d.often(0.6):
            found.append(
                pk.Guardian(
                    id=f"gu-{number}",
                    participant=d.mostly(0.9, who, ("p-1", "p-2")),
                    guardian=each,
                    until=None if d.often(0.7) else d.day().replace(day=1),
                    status=d.mostly(0.9, pk.GuardianStatus.IN_FORCE, pk.GuardianStatus),
                )
            )
        permits = getattr(act, "id", None) or "m-1"
        if d.often(0.6):
            found.append(
                pk.GuardianPermission(
                    id=f"pe-{number}",
                    participant=d.mostly(0.9, who, ("p-1", "p-2")),
                    guardian=each,
                    permits=permits if d.often(0.9) else "m-9",
                    status=d.mostly(0.9, pk.PermissionStatus.GIVEN, pk.PermissionStatus),
                )
            )
    return found


def choices(d: Drawn, act: pk.Act) -> list[pk.Noun]:
    """Now and then, how much somebody chose to receive and to give, and in which form."""
    named = (*act.participants_named[:2], *((act.peer_named,) if act.peer_named else ()))
    return [
        pk.Mutuality(
            id=f"mu-{each}",
            participant=each,
            receives=d.one(None, 0, 60, 90, 120),
            gives=d.one(None, 1500, 1785, 1800, 2000),
            forms=d.one((), (), (pk.SupportForm.FORMAL,), (pk.SupportForm.AD_HOC,)),
            status=d.mostly(0.9, pk.MutualityStatus.CHOSEN, pk.MutualityStatus),
        )
        for each in dict.fromkeys(named)
        if d.often(0.1)
    ]


def times_of(d: Drawn, act: pk.Act) -> tuple[pk.Act, list[pk.Noun]]:
    """An act with what it says of time and place, and what else is planned near it."""
    if d.often(0.15):
        act = DRAW[d.one(pk.CancelSession, pk.ReportMissedSession)](d)
    if isinstance(act, pk.CancelSession):
        return attrs.evolve(act, said_so=d.one(*SAID_SO)), []
    if isinstance(act, pk.ReportMissedSession):
        told = {"who": d.one(None, "ana", "p-1", "p-2"), "excused": d.one(*SAID_SO)}
        return attrs.evolve(act, **told), []
    if not isinstance(act, pk.PlanSession) or d.often(0.5):
        return act, []
    act = attrs.evolve(act, by=d.one("ana", "p-1", "kim"))
    about: dict[str, Any] = {
        "room": d.one(None, None, "r-1", "r-1", "r-9"),
        "agreed_by": d.one((), (), ("p-1",), ("ana", "p-1")),
    }
    first = act.starts.date() - timedelta(weeks=d.one(0, 1))
    if d.often(0.3):
        about["series"] = d.one("se-1", "se-1", "se-9")
        about["occurrence"] = first + timedelta(days=d.one(0, 7, 7, 8))
    act = attrs.evolve(act, **about)
    return act, [*busy(d, act, first)]


def busy(d: Drawn, act: pk.PlanSession, first: date) -> Iterator[pk.Noun]:
    """Another session and a series near the act, a room, and times that the peer offers."""
    near = act.starts + timedelta(minutes=d.one(-120, -60, -30, 0, 30, act.minutes))
    with_: dict[str, Any] = {
        "form": pk.SessionForm.ONE_TO_ONE,
        "peer": d.one(act.peer, "bo"),
        "participants": (d.one("p-1", "p-2", "p-9"),),
        "room": d.one(None, "r-1"),
    }
    once = pk.Timetable(
        repeats=pk.Recurrence(frequency=pk.Frequency.WEEKLY, count=3),
        first=first,
        at=near.time().replace(second=0),
        minutes=60,
    )
    if d.often(0.4):
        status = d.mostly(0.8, pk.SessionStatus.PLANNED, pk.SessionStatus)
        yield pk.Session(id="s-2", **with_, starts=near, minutes=60, status=status)
    if d.often(0.4):
        gone = d.one((), (first,), (first + timedelta(days=7),))
        yield pk.Series(id="se-1", **with_, when=once, planned=gone, cancelled=d.one((), (first,)))
    if d.often(0.8):
        yield pk.Room(
            id="r-1", seats=d.one(None, 2, 5), status=d.one(pk.RoomStatus.IN_USE, *pk.RoomStatus)
        )
    if d.often(0.3):
        offered = attrs.evolve(once, first=act.starts.date(), minutes=d.one(60, 600))
        yield pk.Availability(id="av-1", person=act.peer, when=offered)


def peers(d: Drawn, act: pk.Act) -> list[pk.Noun]:
    """Both peers, mostly serving, or away where one comes back, and supervised not long ago."""
    usual = pk.PeerStatus.LEFT if isinstance(act, pk.ChangeService) else pk.PeerStatus.SERVING
    return [
        pk.Peer(
            id=id_,
            role=role,
            also=tuple(each for each in d.one((), (), FURTHER) if each is not role),
            supervisor=d.one("sam", "sam", "kim", "p-1") if d.often(0.3) else "sam",
            since=d.day(200) if d.often(0.5) else d.today - timedelta(days=200),
            supervised=None if d.often(0.2) else d.day() if d.often(0.4) else d.today,
            status=d.mostly(0.96, usual, list(pk.PeerStatus)[:3]),
            returned=d.day() if d.often(0.1) else None,
        )
        for id_, role in (
            (each, d.one(pk.Role.WORKER, pk.Role.SPECIALIST, *pk.Role)) for each in ("ana", "bo")
        )
        if d.often(0.97)
    ]


def participants(d: Drawn, act: pk.Act) -> list[pk.Noun]:
    """Everybody named, and some who are not; now and then a peer takes part as well."""
    named = {*act.participants_named, "p-1", "p-2", *(("ana",) if d.often(0.1) else ())}
    return [
        pk.Participant(
            id=id_,
            status=d.mostly(0.96, pk.ParticipantStatus.TAKING_PART, list(pk.ParticipantStatus)[:2]),
        )
        for id_ in sorted(named)
        if d.often(0.98)
    ]


def matches(d: Drawn, act: pk.Act, both: tuple[str, str]) -> list[pk.Noun]:
    """A match of the pair, or two, as far along as the act would have it, or not."""
    answered = isinstance(act, (pk.AcceptMatch, pk.DeclineMatch))
    usual = pk.MatchStatus.PROPOSED if answered else pk.MatchStatus.ACCEPTED
    if isinstance(act, pk.ProposeMatch):
        usual = pk.MatchStatus.ENDED
    found: list[pk.Noun] = []
    for id_ in ("m-1",) * d.often(0.85) + ("m-2",) * d.often(0.15):
        status = d.mostly(0.7, usual, pk.MatchStatus)
        walked = status in (pk.MatchStatus.ACCEPTED, pk.MatchStatus.ENDED)
        over = status in (pk.MatchStatus.DECLINED, pk.MatchStatus.ENDED)
        since = d.one(None, d.past(), d.now - timedelta(days=30)) if walked else None
        ended = d.past() if over else None
        (peer, who) = both
        found.append(
            pk.Match(id=id_, peer=peer, participant=who, status=status, since=since, ended=ended)
        )
    return found


def bonds(d: Drawn, act: pk.Act, both: tuple[str, str]) -> list[pk.Noun]:
    """What the pair agreed, what else they are to each other, and what was told by whose leave."""
    peer, who = both
    limits = pk.Topic.CONFIDENTIALITY_LIMITS
    found: list[pk.Noun] = [
        pk.BoundaryAgreement(
            id=f"ag-{number}",
            peer=peer,
            participant=one,
            topics=(d.mostly(0.9, limits, pk.Topic),),
            status=d.mostly(0.9, pk.AgreementStatus.IN_FORCE, pk.AgreementStatus),
            terms=terms(d) if d.often(0.35) else None,
        )
        for number, one in enumerate(act.participants_named or ("p-1",), 1)
        if d.often(0.75)
    ]
    for number in range(1, 1 + d.one(0, 0, 0, 1, 2)):
        one, other = both if d.often(0.5) else (who, peer)
        kind, status = d.one(*pk.TieKind), d.one(*pk.TieStatus)
        found.append(pk.Tie(id=f"t-{number}", one=one, other=other, of=kind, status=status))
    for number in range(1, 1 + d.one(0, 1, 2)):
        since = d.past()
        hears = (d.one("sam", "p-2", "office"), *d.people(d.one(0, 1, 2, 12)))
        status = d.mostly(0.85, pk.ConsentStatus.GIVEN, pk.ConsentStatus)
        stopped = status in (pk.ConsentStatus.REVOKED, pk.ConsentStatus.ENDED) and d.often(0.8)
        wide: dict[str, Any] = {"to": tuple(dict.fromkeys(hears))}
        narrow = d.leave() if d.often(0.3) else wide
        found.append(
            pk.Consent(
                id=f"co-{number}",
                participant=d.one(who, "p-1", "p-2"),
                scopes=tuple(pk.ConsentScope) if d.often(0.7) else d.scopes(),
                since=since,
                until=d.one(None, None, since + timedelta(days=d.one(1, 7))),
                status=status,
                ended=d.past() if stopped else None,
                form=d.form() if d.often(0.5) else None,
                **narrow,
            )
        )
    if isinstance(act, pk.ProposeMatch) and d.often(0.5):
        one, other = both if d.often(0.5) else (who, peer)
        found.append(pk.MatchProfile(id=one, not_with=(d.mostly(0.5, other, ("p-9", "zoe")),)))
    return found


def terms(d: Drawn) -> pk.Terms:
    """Hours that two people agreed on: some days, some of the day; or something else."""
    days = tuple(d.chance.sample(tuple(pk.Weekday), d.one(1, 3, 6)))
    clock = d.one(("00:00", "12:00"), ("09:00", "17:30"), ("12:00", "24:00"))
    hours = pk.AgreedHours(days=days, opens=clock[0], closes=clock[1])
    return pk.Terms(gifts=pk.Gifts.NONE, hours=d.one((hours,), (hours,), ()))


def papers(d: Drawn, act: pk.Act, both: tuple[str, str]) -> list[pk.Noun]:
    """Credentials, a session, and one each of what acts move a step."""
    peer, who = both
    found: list[pk.Noun] = []
    for number in range(1, 1 + d.one(0, 1, 1, 2)):
        since = d.day(300)
        until = since + timedelta(days=d.one(10, 30, 300, 365))
        stage = d.mostly(0.9, pk.CredentialStage.INITIAL, pk.CredentialStage)
        found.append(
            pk.Credential(id=f"cr-{number}", peer=peer, since=since, until=until, stage=stage)
        )
    if isinstance(act, pk.PlanSession) and d.often(0.4):
        first = act.day - timedelta(days=d.one(0, 0, 1, 7))
        last = first + timedelta(days=d.one(0, 1, 6, 7))
        rest = {
            "peer": d.mostly(0.9, peer, ("ana", "bo")),
            "status": d.mostly(0.5, pk.LeaveStatus.GRANTED, pk.LeaveStatus),
        }
        found.append(pk.Leave(id="l-1", first=first, last=last, **rest))
    pairs: dict[str, Any] = {"peer": peer, "participant": who}
    told: dict[str, Any] = {"to": ("office",), "basis": d.one(*pk.Basis)}
    asked, made = d.one(*pk.ConsultationStatus), d.one(*pk.DisclosureStatus)
    raised: dict[str, Any] = {
        "people": (who,),
        "clauses": ("money",),
        "status": d.one(*pk.ConcernStatus),
        "looked_at_by": d.one(None, None, None, "kim"),
    }
    some: tuple[pk.Noun, ...] = (
        pk.Goal(id="g-1", participant=who, status=d.one(*pk.GoalStatus)),
        pk.Concern(id="c-1", peer=peer, **raised),
        pk.SafetyDisclosure(id="d-1", **pairs, **told, status=made),
        pk.Consultation(id="q-1", **pairs, clause=d.one(*CODES), status=asked),
        pk.SuppliedFacts(id="f-1", **pairs, activity=d.activity()),
        session(d, act),
    )
    return [*found, *(each for each in some if d.often(0.5))]


def circles(d: Drawn, act: pk.Act) -> list[pk.Noun]:
    """The group of a session, open or closed, and those who belong to it: most who come."""
    if getattr(act, "group", None) is None:
        return []
    group = pk.Group(
        id="gr-1",
        of=d.one(*pk.GroupKind),
        openness=d.one(*pk.Openness),
        facilitators=("ana",),
        status=d.one(pk.GroupStatus.FORMING, *pk.GroupStatus),
    )
    places = [
        pk.Membership(
            id=f"pl-{who}",
            group=d.mostly(0.97, "gr-1", ("gr-1", "gr-2")),
            participant=who,
            status=d.mostly(0.97, pk.MembershipStatus.MEMBER, pk.MembershipStatus),
        )
        for who in act.participants_named
        if d.often(0.97)
    ]
    return [group, *places]


def session(d: Drawn, act: pk.Act) -> pk.Session:
    """A session under the id that acts name, often the very one that is reported."""
    status = d.mostly(0.4, pk.SessionStatus.PLANNED, pk.SessionStatus)
    if isinstance(act, pk.ReportSession) and d.often(0.8):
        return pk.Session(
            id="s-1",
            status=status,
            form=act.form,
            peer=act.peer,
            participants=act.participants if d.often(0.8) else ("p-2",),
            starts=act.starts,
            zone=act.zone,
            minutes=act.minutes,
            activities=act.activities,
            group=act.group,
            anonymous=act.anonymous,
        )
    return pk.Session(
        id="s-1",
        status=status,
        form=pk.SessionForm.ONE_TO_ONE,
        peer="ana",
        participants=("p-1",),
        starts=d.moment(),
        minutes=60,
    )


def tallies(d: Drawn, act: pk.Act) -> dict[tuple[str, str], int]:
    """What is counted of the people in the act, at and beside the limits."""
    peer = act.peer_named or "ana"
    counts = {(peer, what): d.one(*EDGES[what]) for what in OF_PEERS if d.often(0.7)}
    counts["gr-1", "meetings"] = d.one(0, 1, 2)
    for who in ("sam", "kim"):
        counts[who, "supervising"] = d.one(*EDGES["supervising"])
    for who in act.participants_named:
        counts[pair(peer, who), "met"] = d.one(*EDGES["met"])
        for what in ("minutes-received", "minutes-received-a-week", "minutes-received-a-year"):
            if d.often(0.4):
                counts[who, what] = d.one(*EDGES[what])
    return counts


def advice(d: Drawn, decision: pk.Decision) -> list[pk.Noun]:
    """What a supervisor said to what they were to be asked: often yes, for most of the people."""
    peer = decision.act.peer_named
    asked = [each for each in decision.findings if each.verdict is pk.Verdict.NEEDS_CONSULTATION]
    corrects = isinstance(decision.act, pk.ReportSession) and decision.act.corrects
    usual = pk.ConsultationStatus.DONE if corrects else pk.ConsultationStatus.AGREED
    return [
        pk.Consultation(
            id=f"qq-{number}-{who}",
            peer=peer,
            participant=who,
            clause=each.clause.id,
            status=d.mostly(0.4, usual, pk.ConsultationStatus),
            used_for=used_for(d, decision.act),
        )
        for number, each in enumerate(asked)
        for who in decision.act.participants_named
        if peer is not None and d.often(0.75)
    ]


def facts(d: Drawn, decision: pk.Decision) -> list[pk.Noun]:
    """Answers to what was asked back, mostly complete; now and then twice."""
    act = decision.act
    found: list[pk.Noun] = []
    for number, each in enumerate(act.activities_named if act.peer_named else ()):
        entry = HANDBOOKS[d.layers].activities.get(each.id)
        asks = () if entry is None else entry.asks
        whose = entry is not None and entry.consent is not None and None in (each.of, each.to)
        lacks = whose or len(each.circumstances) < len(asks)
        turns = d.one(0, 1, 1, 1, 2) if lacks else 0
        found += [fact(d, act, f"ff-{number}-{turn}", each.id, asks) for turn in range(turns)]
    return found


def fact(d: Drawn, act: pk.Act, id_: str, activity: str, asks: tuple[str, ...]) -> pk.Noun:
    """What was answered of one activity, and whose it is, used or not."""
    return pk.SuppliedFacts(
        id=id_,
        peer=str(act.peer_named),
        participant=act.participants_named[0],
        activity=pk.Activity(
            id=activity,
            circumstances=d.answers(asks, 0.9),
            of=d.one(None, *act.participants_named),
            to=d.one(None, "sam", "p-2", "office"),
        ),
        status=d.one(*pk.FactsStatus),
        used_for=used_for(d, act),
    )


def used_for(d: Drawn, act: pk.Act) -> str | None:
    """What advice or facts served, if anything: this very thing, a single activity, another."""
    id_ = getattr(act, "id", None)
    return str(d.one(id_, id_, "s-9")) if id_ is not None and d.often(0.7) else None
