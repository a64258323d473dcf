"""A second, naive reading of the role's limits: tables and loops, written from the sources.

It shares no line with the rules and opens no file of the handbook; what it knows is in
``oracle_tables``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

import peerkit as pk
from peerkit.acts import Makes, Moves
from peerkit.model import pair
from peerkit.model.fields import day_of
from tests.oracle_tables import (
    CODES,
    GREY,
    HEAVIER,
    LEAVE,
    LETTERS,
    LIMITED,
    VERDICTS,
    WHATEVER,
    WIDER,
    A,
    C,
    F,
    K,
    N,
    table,
)


class Said(NamedTuple):
    """A verdict, why, and whose advice opens it: one participant, everyone (``*``) or nobody."""

    verdict: str
    why: str
    whose: str = ""


class Case(NamedTuple):
    """What is asked, what stands, the book's day, and the layers over the base."""

    act: Any
    view: pk.View
    day: date
    layers: Collection[str]


MONTHLY: Final = ("supervision-talks", "supervision-minutes", "minutes-given")
TALKS, MINUTES = "supervision-sessions-a-month", "supervision-minutes-a-month"
HOURS: Final = "work-hours-for-each-supervision-hour"
SESSIONS: Final = (pk.PlanSession, pk.ReportSession)
#: Whoever is there hears it.
STORY: Final = "tell-anothers-story"
#: What makes two reports the same.
TELLS: Final = ("peer", "participants", "form", "starts", "zone", "minutes", "activities")
JUDGED: Final = (*SESSIONS, pk.DoActivity)
BEGINS: Final = (pk.ProposeMatch, pk.PlanSession)
PAIRS: Final = (*JUDGED, pk.ProposeMatch, pk.AcceptMatch)
TOLD: Final = (pk.RaiseConcern, pk.DiscloseTie, pk.DiscloseForSafety)
ASKED: Final = (pk.AgreeBoundaries, pk.ConsultSupervisor, pk.SupplyFacts)
KNOWN_PEER: Final = (*PAIRS, *ASKED, pk.RecordCredential, pk.RecordSupervision)
KNOWN_PARTICIPANT: Final = (*PAIRS, *ASKED, pk.SetGoal, pk.RecordConsent, pk.ShareInformation)
OWN_YES: Final = (
    *(pk.AcceptMatch, pk.AgreeBoundaries, pk.RecordConsent, pk.SetGoal, pk.ChangeGoal),
)
TWO: Final = (*JUDGED, pk.ProposeMatch, pk.AgreeBoundaries, pk.DiscloseTie)


def is_a(act: object, *kinds: type) -> bool:
    """Whether the act is of one of these kinds."""
    return isinstance(act, kinds)


def numbers(what: str, it: Case) -> list[int]:
    """Every number that holds here."""
    return [int(n) for at, n in table(LIMITED[what]).items() if at in ("", *it.layers)]


def most(what: str, it: Case) -> int:
    """The smallest number that holds; where nobody names one, more than there can be."""
    return min(numbers(what, it), default=10**6)


def in_role(it: Case) -> Iterator[Said]:
    """Each activity: its own verdict or each answer's, whose leave it takes, whose work it is."""
    taken: list[str] = []
    for asked in it.act.activities_named if is_a(it.act, *JUDGED) else ():
        here = [f"{at}:{asked.id}" for at in it.layers if f"{at}:{asked.id}" in (*VERDICTS, *GREY)]
        name = here[0] if here else asked.id
        one = answered(asked, it, taken)
        told = dict(one.circumstances)
        for asks, known in GREY.get(name, {"": {"": VERDICTS.get(name, F)}}).items():
            word = known.get(told.get(asks, ""), F)
            verdict = LETTERS.get(word, word)
            yield Said(verdict, name) if verdict in HEAVIER else Said(K, word, "*" if word else "")
        peer = it.view.get(pk.Peer, it.act.peer)
        if one.id in WIDER and (peer is None or not {*peer.roles} & {*WIDER[one.id].split(",")}):
            yield Said(K, "wider-roles", "*")
        yield from leave(one, it)


def leave(one: pk.Activity, it: Case) -> Iterator[Said]:
    """What is somebody's own takes their leave; a story is heard by all who are there."""
    if one.id not in LEAVE:
        return
    there = it.act.participants_named if one.id == STORY else ()
    hear = there if one.to is None else (*there, one.to)
    moment = it.act.starts if is_a(it.act, *SESSIONS) else it.view.now
    if one.of is None or not hear:
        yield Said(F, "missing-facts")
        return
    for to in hear:
        if to != one.of and not agreed(one.of, LEAVE[one.id], to, moment, it):
            yield Said(C, "consent")


def answered(one: pk.Activity, it: Case, taken: list[str]) -> pk.Activity:
    """What was answered in the act, and beside it by facts of this pair, one for each activity."""
    asks = set(GREY.get(one.id, ()))
    lacks = one.id in LEAVE and (one.of is None or (one.to is None and one.id != STORY))
    if len(it.act.participants_named) > 1 or (asks <= set(one.circumstances) and not lacks):
        return one
    for each in sorted(it.view.all(pk.SuppliedFacts), key=lambda each: each.status != "used"):
        ours = (each.peer, each.participant) == (it.act.peer, *it.act.participants_named)
        if ours and each.activity.id == one.id and each.id not in taken and usable(each, it):
            taken.append(each.id)
            both = {**dict(each.activity.circumstances), **dict(one.circumstances)}
            of, to = one.of or each.activity.of, one.to or each.activity.to
            return pk.Activity(id=one.id, circumstances=both, of=of, to=to)
    return one


def usable(each: pk.Consultation | pk.SuppliedFacts, it: Case) -> bool:
    """Fresh ones count; used ones in the report of what used them; advice when that is mended."""
    fits = (None, it.act.the_id) if is_a(it.act, Makes) else (None,)
    told = it.act.already and each.status == "used" and each.used_for in fits
    again = corrected(it) and is_a(each, pk.Consultation) and each.status == "done"
    mends = again and each.used_for == it.act.the_id
    return each.status in ("agreed", "supplied") or told or mends


def corrected(it: Case) -> bool:
    """Whether this puts right what was reported before, and not merely says so."""
    if not is_a(it.act, pk.ReportSession) or not it.act.corrects:
        return False
    before = it.view.get(pk.Session, it.act.the_id)
    return before is not None and before.status == "held" and before.peer == it.act.peer


def told_again(it: Case) -> bool:
    """Whether this very session is kept already."""
    if not is_a(it.act, pk.ReportSession):
        return False
    before = it.view.get(pk.Session, it.act.the_id)
    return (
        before is not None
        and before.status == "held"
        and all(getattr(before, each) == getattr(it.act, each) for each in TELLS)
    )


def agreed(owner: str | None, scope: str, to: str, moment: datetime, it: Case) -> bool:
    """Whether a consent covers it, of which nobody says how narrow it is or what it is for."""
    return any(
        each.participant == owner
        and stands(each, moment, late=it.act.already)
        and (scope in each.scopes and to in each.to)
        and (not each.items and each.purpose != "legal-proceedings")
        for each in it.view.all(pk.Consent)
    )


def stands(each: pk.Consent, moment: datetime, *, late: bool) -> bool:
    """Whether a consent is in force; of what was told before it was taken back, whether it was."""
    if each.status != "given" and (not late or each.ended is None or each.ended <= moment):
        return False
    return each.since <= moment and (each.until is None or moment < each.until)


def for_this(each: pk.Consent, act: pk.ShareInformation) -> bool:
    """Whether this consent is for what is shared: for this recipient, and what it is for."""
    court = "legal-proceedings"
    if (each.purpose == court) != (act.purpose == court):
        return False
    wide = each.purpose == "treatment-payment-operations"
    cares = wide and act.purpose in ("treatment", "payment", "operations")
    fits = None in (each.purpose, act.purpose) or each.purpose == act.purpose or cares
    return fits and (act.to in each.to or (act.as_a is not None and act.as_a in each.classes))


def part_of(each: pk.Consent, act: pk.ShareInformation, scope: str) -> bool:
    """Whether this scope is agreed to; what is narrowed down is told in these parts only."""
    parts = not each.items or (len(act.items) > 0 and all(one in each.items for one in act.items))
    return scope in each.scopes and parts


def shared(it: Case) -> Iterator[Said]:
    """What goes out is agreed to, no more than is needed, and under Part 2 has its papers."""
    act = it.act
    if not isinstance(act, pk.ShareInformation):
        return
    leave = [
        each
        for each in it.view.all(pk.Consent)
        if each.participant == act.participant
        and stands(each, it.view.now, late=False)
        and for_this(each, act)
    ]
    own = act.to == act.participant
    for scope in act.scopes:
        if not own and not any(part_of(each, act, scope) for each in leave):
            yield Said(C, "consent")
    some = [each for each in leave if any(part_of(each, act, scope) for scope in act.scopes)]
    asked_for = any(each.purpose == "own-request" for each in some)
    if act.how_much == "more" and not own and not asked_for:
        yield Said(C, "no-more-than-needed")
    if "us/part2" not in it.layers:
        return
    for scope in act.scopes:
        theirs = [each for each in leave if part_of(each, act, scope)]
        if theirs and not own and not any(in_writing(each) for each in theirs):
            yield Said(F, "consent-elements")
    notice = {"notice-long", "notice-short"} & set(act.papers)
    covers = {"consent-copy", "scope-explained"} & set(act.papers)
    if not own and not (notice and covers):
        yield Said(F, "papers-go-along")


def in_writing(it: pk.Consent | pk.RecordConsent) -> bool:
    """Whether it says who tells, to whom, what for, until when, how to end it, and is signed."""
    form, care = it.form, ("treatment-payment-operations", "treatment", "payment", "operations")
    if form is None or it.purpose is None or not form.tellers or form.revoke_how is None:
        return False
    if form.signed not in ("on-paper", "electronic") or None in (form.signed_by, form.signed_on):
        return False
    event = form.ends_with is not None and (form.ends_with != "none" or it.purpose in care)
    return (len(it.to) > 0 or it.purpose in care) and (it.until is not None or event)


def settled(it: Case) -> Iterator[Said]:
    """Both say yes, a plan keeps to agreed hours, and nobody looks at what they are in."""
    act, part2 = it.act, "us/part2" in it.layers
    if isinstance(act, pk.RecordConsent) and part2:
        if not in_writing(act):
            yield Said(F, "consent-elements")
        if "counselling-notes" in act.scopes and len(act.scopes) > 1:
            yield Said(C, "separate-consent")
    if isinstance(act, pk.AgreeBoundaries) and not act.peer_said_so and act.by != act.peer:
        yield Said(C, "both-agree")
    if isinstance(act, pk.PlanSession) and not (
        len(act.participants) > 1 or act.anonymous or meets(it)
    ):
        yield from within_hours(act, it)
    if isinstance(act, pk.RaiseConcern):
        before = it.view.get(pk.Concern, act.the_id)
        told = (act.peer, act.people, act.clauses)
        peer = it.view.get(pk.Peer, act.peer)
        who = act.looked_at_by or (peer.supervisor if peer else None)
        if before and before.open and (before.peer, before.people, before.clauses) == told:
            asked = before.looked_at_by or (peer.supervisor if peer else None)
            who = asked if asked and asked not in (act.peer, *act.people) else who
        if who in (act.peer, *act.people):
            yield Said(F, "somebody-looks")


def within_hours(act: pk.PlanSession, it: Case) -> Iterator[Said]:
    """The first and the last minute lie in one stretch that was agreed, by the clock there."""
    if any(each.id == "agree-boundaries" for each in act.activities):
        return
    there = ZoneInfo(act.zone)
    first, last = (
        (act.starts + timedelta(minutes=each)).astimezone(there) for each in (0, act.minutes - 1)
    )
    for each in it.view.all(pk.BoundaryAgreement):
        ours = (each.peer, each.participant) == (act.peer, act.participants[0])
        if not ours or each.status != "in-force" or each.terms is None or not each.terms.hours:
            continue
        if not any(
            first.date() == last.date()
            and first.strftime("%A").lower() in one.days
            and one.opens <= f"{first:%H:%M}"
            and f"{last:%H:%M}" < one.closes
            for one in each.terms.hours
        ):
            yield Said(C, "agreed-hours")


def whatever_stands(it: Case) -> bool:
    """Whether this is asked of somebody in danger, or of oneself: it waits for nobody."""
    return is_a(it.act, pk.DoActivity) and it.act.activity.id in WHATEVER


def known(it: Case) -> Iterator[Said]:
    """Peers serve and participants take part; a report may come when they have left."""
    late = isinstance(it.act, (pk.ReportSession, pk.RecordSupervision))
    peer = it.view.get(pk.Peer, it.act.peer_named or "")
    serves = peer is not None and (late or peer.status == "serving")
    early = isinstance(it.act, pk.ReportSession) and peer is not None and it.act.day < peer.since
    if isinstance(it.act, KNOWN_PEER) and (early or not serves) and not whatever_stands(it):
        yield Said(F, "known")
    some = is_a(it.act, *KNOWN_PARTICIPANT) and not whatever_stands(it)
    for who in it.act.participants_named if some else ():
        one = it.view.get(pk.Participant, who)
        away_too = late or is_a(it.act, pk.DoActivity)
        if one is None or (one.status == "away" and not away_too):
            yield Said(F, "known")
    if (
        isinstance(it.act, (pk.ProposeMatch, *SESSIONS))
        and peer
        and "peer-specialist" in peer.roles
    ):
        on = it.act.day if isinstance(it.act, SESSIONS) else it.day
        held = [each for each in it.view.all(pk.Credential) if each.peer == peer.id]
        if not any(each.since <= on < each.until for each in held):
            yield Said(N if held else F, "credential")


def carried(it: Case) -> Iterator[Said]:
    """Whoever sat in at a talk is known; nobody plans over leave that was granted."""
    beside = it.act.others if is_a(it.act, pk.RecordSupervision) else ()
    if any(it.view.get(pk.Peer, each) is None for each in beside):
        yield Said(F, "known-together")
    for each in it.view.all(pk.Leave) if is_a(it.act, pk.PlanSession) else ():
        away = each.first <= it.act.day <= each.last
        if each.peer == it.act.peer and each.status == "granted" and away:
            yield Said(F, "on-leave")


def answers(it: Case) -> Iterator[Said]:
    """The peer's supervisor answers; of a concern, whoever was named, and nobody it is about."""
    peer = it.view.get(pk.Peer, it.act.peer_named or "")
    if isinstance(it.act, (pk.CloseConcern, pk.GiveAdvice, pk.ReviewDisclosure)):
        by = None if peer is None else peer.supervisor
        told = it.view.get(pk.Concern, it.act.id) if isinstance(it.act, pk.CloseConcern) else None
        if told is not None and peer is not None and told.peer == it.act.peer:
            by = told.looked_at_by or by
            by = None if by in (told.peer, *told.people) else by
        yield Said(F if peer is None else A if it.act.by == by else N, "supervisor")


def places(it: Case) -> Iterator[Said]:
    """Nobody is on both sides or their own supervisor; a place is left; a group stays small."""
    act, tally = it.act, it.view.tally
    peer = it.view.get(pk.Peer, getattr(act, "peer", None) or getattr(act, "id", None) or "")
    comes, asks = is_a(act, pk.WelcomePeer), is_a(act, pk.ProposeMatch)
    back = False
    if is_a(act, pk.ChangeService) and peer is not None and act.status != "left":
        back = peer.status == "left" or act.supervisor not in (None, peer.supervisor)
    by = (act.supervisor or "") if comes or back else peer.supervisor if peer else ""
    if back and not by and numbers("peers-for-one-supervisor", it):
        yield Said(F, "known")
    full = tally(by, "supervising") >= most("peers-for-one-supervisor", it)
    walks = peer and (asks or is_a(act, pk.AcceptMatch)) and tally(act.peer, "walking")
    group = is_a(act, *SESSIONS) and act.form == "group" and len(act.participants) + act.anonymous
    names = comes or (is_a(act, pk.ChangeService) and act.supervisor is not None)
    only = it.view.get(pk.Participant, act.by) and not it.view.get(pk.Peer, act.by)
    no = {
        "given-place": (names and only and tally(act.by, "supervising") < 1)
        or (comes and act.by == act.the_id),
        "two-people": is_a(act, *TWO) and act.peer in act.participants_named,
        "own-supervisor": (comes and by == act.the_id)
        or (asks and by == act.participant)
        or (is_a(act, pk.ChangeService) and act.supervisor == act.id),
        "peers-for-one-supervisor": (comes or back) and full,
        "caseload": (walks or 0) >= most("caseload", it),
        "group-size": group > most("group-size", it),
    }
    yield from (Said(N, why) for why, so in no.items() if so)


def supervised(it: Case) -> Iterator[Said]:
    """Nobody serves alone for long, and a month that is over had its supervision."""
    peer = it.view.get(pk.Peer, it.act.peer_named or "")
    if peer is None or not isinstance(it.act, BEGINS):
        return
    began = max(peer.since, peer.returned or peer.since)
    last = began if peer.supervised is None else max(began, peer.supervised)
    on = it.act.day if isinstance(it.act, pk.PlanSession) else it.day
    ended = on.replace(day=1) - timedelta(days=1)
    whole = ended < it.day and began <= ended.replace(day=1)
    talks, had, given = (it.view.tally(peer.id, f"{each}-a-month") for each in MONTHLY)
    new = any(
        (each.peer, each.stage) == (peer.id, "initial") and each.since <= it.day < each.until
        for each in it.view.all(pk.Credential)
    )
    late = {
        "supervision-weeks-first": new
        and (it.day - last).days > 7 * most("supervision-weeks-first", it),
        "supervision": it.day > last + relativedelta(months=most("supervision", it)),
        "supervision-weeks": (it.day - last).days > 7 * most("supervision-weeks", it),
        TALKS: whole and any(talks < each for each in numbers(TALKS, it)),
        MINUTES: whole and any(had < each for each in numbers(MINUTES, it)),
        HOURS: whole and given > max(60, had) * most(HOURS, it),
    }
    yield from (Said(K, why, "*") for why, so in late.items() if so)


def times(it: Case) -> Iterator[Said]:
    """Time is paid for up to a point; notes come soon."""
    act = it.act
    if isinstance(act, pk.PlanSession):
        sums = [("minutes-a-week", "given-a-week", act.peer, "*")]
        sums += [("minutes-a-day", "received", who, who) for who in act.participants]
        sums += [("minutes-a-year", "received-a-year", who, who) for who in act.participants]
        for what, tally, of, whose in sums:
            if it.view.tally(of, f"minutes-{tally}") + act.minutes > most(what, it):
                yield Said(K, what, whose)
    if is_a(act, pk.ReportSession) and not corrected(it) and not told_again(it):
        written = day_of(it.view.now, act.zone)
        over = day_of(act.starts + timedelta(minutes=act.minutes), act.zone)
        days = [written - timedelta(back) for back in range((written - over).days)]
        if sum(each.weekday() < 5 for each in days) > most("note-within-business-days", it):
            yield Said(K, "note-within-business-days", "*")


def ties(it: Case) -> Iterator[Said]:
    """What two people are to each other already."""
    for each in it.view.all(pk.Tie) if is_a(it.act, *PAIRS) and not whatever_stands(it) else ():
        for who in it.act.participants_named:
            if {each.one, each.other} != {it.act.peer, who} or each.of == "distant":
                continue
            home = ("landlord", "household", *(("employer",) if "us/mn" in it.layers else ()))
            if each.of == "romantic" or (each.status == "current" and each.of in home):
                yield Said(N, each.of)
            elif each.status == "current" and isinstance(it.act, BEGINS):
                yield Said(K, "dual-relationship", who)


def voluntary(it: Case) -> Iterator[Said]:
    """One to one takes a yes; planning a second meeting takes the limits of what stays private."""
    act = it.act
    if not is_a(act, *SESSIONS) or len(act.participants) > 1 or act.anonymous or meets(it):
        return
    both = (act.peer, act.participants[0])
    yes = False
    said: list[tuple[datetime, bool]] = []
    when = min(act.starts, it.view.now) if act.already else it.view.now
    for each in it.view.all(pk.Match):
        if (each.peer, each.participant) == both:
            began = not act.already or each.since is None or each.since <= act.starts
            went = act.already and each.ended is not None and act.starts < each.ended
            yes |= began and (each.status == "accepted" or (each.status == "ended" and went))
            if each.status == "declined":
                said.append((each.ended or datetime.min.replace(tzinfo=UTC), False))
            if each.since is not None:
                said.append((each.since, True))
    last = max((each for each in said if each[0] <= when), default=(when, True))
    if not yes and (act.form != "ad-hoc" or not last[1]):
        yield Said(C, "voluntary")
    explained = any(each.id == "agree-boundaries" for each in act.activities)
    for agreement in it.view.all(pk.BoundaryAgreement):
        ours = (agreement.peer, agreement.participant) == both and agreement.status == "in-force"
        explained |= ours and "confidentiality-limits" in agreement.topics
    if is_a(act, pk.PlanSession) and it.view.tally(pair(*both), "met") and not explained:
        yield Said(F, "limits-explained")


def young(it: Case) -> Iterator[Said]:
    """A guardian permits beside somebody's own yes, and never speaks in their place."""
    act = it.act
    if not is_a(act, *OWN_YES):
        return
    guardians = {
        each.guardian
        for each in it.view.all(pk.Guardian)
        if each.participant == act.participant and each.status == "in-force"
        if each.until is None or each.until > it.day
    }
    if act.by in guardians - {act.participant}:
        yield Said(C, "assent")
    given = {
        each.guardian
        for each in it.view.all(pk.GuardianPermission)
        if each.participant == act.participant and (each.permits, each.status) == (act.id, "given")
    }
    if is_a(act, pk.AcceptMatch, pk.RecordConsent) and guardians and not guardians & given:
        yield Said(C, "guardian-permissions")


def chosen(it: Case) -> Iterator[Said]:
    """Somebody chose how much to receive and to give; who asks themself chooses now."""
    act = it.act
    for each in it.view.all(pk.Mutuality) if is_a(act, pk.PlanSession) else ():
        who = each.participant
        if each.status != "chosen" or who == act.by:
            continue
        week = {
            "received": (who in act.participants, each.receives),
            "given": (who == act.peer, each.gives),
        }
        for what, (so, most_) in week.items():
            sum_ = it.view.tally(who, f"minutes-{what}-a-week") + act.minutes
            if so and most_ is not None and sum_ > most_:
                yield Said(C, what)
        if who in act.participants and each.forms and "formal" not in each.forms:
            yield Said(C, "form")


def meets(it: Case) -> bool:
    """Whether it is a meeting of a group of which something is kept."""
    return any(each.id == it.act.group for each in it.view.all(pk.Group))


def circles(it: Case) -> Iterator[Said]:
    """A group that goes on has its rules the second time it meets; a closed one knows who comes."""
    if not isinstance(it.act, pk.PlanSession) or it.act.group is None:
        return
    going = [each for each in it.view.all(pk.Group) if each.id == it.act.group]
    if not any(each.status != "ended" for each in going):
        yield Said(F, "group")
        return
    again = it.view.tally(it.act.group, "meetings")
    now = any(each.id == "agree-ground-rules" for each in it.act.activities)
    if going[0].status == "forming" and again and not now:
        yield Said(F, "ground-rules")
    belong = [
        each.participant
        for each in it.view.all(pk.Membership)
        if each.group == it.act.group and each.status == "member"
    ]
    strange = it.act.anonymous or any(each not in belong for each in it.act.participants)
    if going[0].openness == "closed" and strange:
        yield Said(F, "members")


def ids(it: Case) -> Iterator[Said]:
    """An id names one thing; two people have one match; a thing takes its steps."""
    act = it.act
    before: Any = it.view.get(act.makes, act.the_id) if is_a(act, Makes) else None
    goes_on = corrected(it) or told_again(it) or is_a(act, *TOLD)
    if is_a(act, pk.ReportSession) and before is not None and before.status == "planned":
        same = act.form == "group" or before.participants == act.participants
        goes_on = same and before.peer == act.peer
    if before is not None and not goes_on:
        yield Said(N, "once")
    for each in it.view.all(pk.Match) if is_a(act, pk.ProposeMatch) else ():
        both = (each.peer, each.participant) == (act.peer, act.participant)
        if both and each.status in ("proposed", "accepted"):
            yield Said(N, "one-match")
    if is_a(act, Moves):
        thing: Any = it.view.get(act.moves, act.id)
        whose = [name for name in ("peer", "participant") if hasattr(act, name)]
        if thing is None or any(getattr(thing, name) != getattr(act, name) for name in whose):
            yield Said(F, "steps")
        elif act.to(thing) not in thing.lifecycle.steps[thing.status]:
            yield Said(N, "steps")


def willing(it: Case) -> Iterator[Said]:
    """Whom somebody does not want is proposed by nobody but themselves."""
    for each in it.view.all(pk.MatchProfile) if is_a(it.act, pk.ProposeMatch) else ():
        named = {it.act.peer, it.act.participant}
        other = named - {each.id}
        if each.id in named and other & {*each.not_with} and it.act.by != each.id:
            yield Said(C, "both-willing")


def not_yet(it: Case) -> Iterator[Said]:
    """Nothing is recorded of the future, and nothing ends before it began."""
    act, now = it.act, it.view.now
    match = it.view.get(pk.Match, getattr(act, "id", None) or "")
    when = getattr(act, "when", None) or now
    early = match is not None and match.since is not None and when < match.since
    if isinstance(act, pk.ReportSession):
        when = act.starts + timedelta(minutes=act.minutes)
    missed = it.view.get(pk.Session, act.id) if isinstance(act, pk.ReportMissedSession) else None
    on = getattr(act, "on", None) or getattr(act, "supervised", None) or it.day
    if on > it.day or early or (when if missed is None else missed.starts) > now:
        yield Said(F, "already-happened")


def words(it: Case) -> Iterator[Said]:
    """Own words count; what is named is in the book; what is asked is answered or consented to."""
    act = it.act
    if hasattr(act, "said_so") and hasattr(act, "participant") and act.by != act.participant:
        yield Said({True: A, False: N, None: F}[act.said_so], "own-voice")
    if not CODES.issuperset(getattr(act, "clauses", None) or (getattr(act, "clause", "money"),)):
        yield Said(F, "known-clauses")
    if isinstance(act, pk.SupplyFacts):
        told = dict(act.activity.circumstances)
        asked = GREY.get(act.activity.id, {})
        here = {f"{at}:{act.activity.id}" for at in it.layers} | {act.activity.id}
        full = all(told.get(asks) in known for asks, known in asked.items())
        if act.activity.id in LEAVE:
            heard = act.activity.to is not None or act.activity.id == STORY
            full &= act.activity.of is not None and heard
        yield Said(A if full and here & {*GREY, *VERDICTS} else F, "asked-of-it")


def spans(noun: Any, act: Any) -> Iterator[tuple[datetime, datetime]]:
    """When a planned session is, or a running series that comes back every week, in UTC."""
    if is_a(noun, pk.Session) and noun.status == "planned" and noun.id != act.id:
        yield noun.starts, noun.starts + timedelta(minutes=noun.minutes)
    if is_a(noun, pk.Series) and noun.status == "running":
        for week in range(noun.when.repeats.count):
            day = noun.when.first + timedelta(weeks=week)
            if day not in (*noun.cancelled, *noun.planned) and (
                (noun.id, day) != (act.series, act.occurrence)
            ):
                starts = datetime.combine(day, noun.when.at, UTC)
                yield starts, starts + timedelta(minutes=noun.when.minutes)


def booked(it: Case) -> Iterator[Said]:
    """Nobody is in two places, rooms are free, and a peer's hours are the peer's."""
    act = it.act
    if not isinstance(act, pk.PlanSession):
        return
    ends = act.starts + timedelta(minutes=act.minutes)
    asked = (act.by, *act.agreed_by)
    room = it.view.get(pk.Room, act.room or "")
    plans: list[pk.Session | pk.Series] = [*it.view.all(pk.Session), *it.view.all(pk.Series)]
    for each in plans:
        if any(max(act.starts, one) < min(ends, two) for one, two in spans(each, act)):
            there = {each.peer, *each.participants} & {act.peer, *act.participants}
            if each.peer == act.peer:
                yield Said(N, "double-booking")
                there.remove(act.peer)
            yield from (Said(C, "double-booking") for who in there if who not in asked)
            if room is not None and each.room == act.room:
                yield Said(N, "room-free")
    if act.room is not None and room is None:
        yield Said(F, "known-thing")
    if room and (room.status == "closed" or 1 + len(act.participants) > (room.seats or 10**6)):
        yield Said(N, "room-free")


def offered(it: Case) -> Iterator[Said]:
    """A peer's hours are the peer's."""
    act = it.act
    if not isinstance(act, pk.PlanSession) or act.peer in (act.by, *act.agreed_by):
        return
    hours = [each.when for each in it.view.all(pk.Availability) if each.person == act.peer]
    ends = act.starts + timedelta(minutes=act.minutes)
    inside = any(
        each.first == act.starts.date()
        and (begins := datetime.combine(each.first, each.at, UTC)) <= act.starts
        and ends <= begins + timedelta(minutes=each.minutes)
        for each in hours
    )
    if hours and not inside:
        yield Said(C, "offered-hours")


def of_series(it: Case) -> Iterator[Said]:
    """A series has one session on each day of its rule that is left."""
    act = it.act
    if not isinstance(act, pk.PlanSession) or act.series is None:
        return
    one = it.view.get(pk.Series, act.series)
    if one is None or (one.peer != act.peer and not {*one.participants} & {*act.participants}):
        yield Said(F, "known-thing")
        return
    weeks = [one.when.first + timedelta(weeks=week) for week in range(one.when.repeats.count or 0)]
    if act.occurrence not in weeks or act.occurrence in (*one.cancelled, *one.planned):
        yield Said(N, "occurrence")


def part(it: Case) -> Iterator[Said]:
    """Those who take part cancel, or are said to want it; who did not come was expected."""
    act = it.act
    who = act.by if is_a(act, pk.CancelSession) else getattr(act, "who", None)
    session = it.view.get(pk.Session, act.id) if who is not None else None
    if session is None or who in (session.peer, *session.participants):
        return
    told = act.said_so if is_a(act, pk.CancelSession) else None
    yield Said({True: A, False: C, None: F}[told], "part")


LIMITS: Final = (
    *(carried, answers, willing),
    *(in_role, known, places, supervised, times, ties, voluntary, ids, not_yet, words),
    *(young, chosen, circles),
    *(shared, settled),
    *(booked, offered, of_series, part),
)


def oracle(act: pk.Act, view: pk.View, day: date, layers: Collection[str]) -> tuple[str, set[str]]:
    """The heaviest verdict of all that is said and no advice has opened, and what says it."""
    it = Case(act, view, day, layers)
    advice = Counter(
        (each.clause, each.participant)
        for each in view.all(pk.Consultation)
        if each.peer == act.peer_named and usable(each, it)
    )
    left = [Said(A, "")]
    for each in (
        [] if isinstance(act, pk.DiscloseForSafety) else chain(*(say(it) for say in LIMITS))
    ):
        who = act.participants_named if each.whose == "*" else (each.whose,)
        if each.verdict == K and all(advice[each.why, one] for one in who):
            advice.subtract((each.why, one) for one in who)
        else:
            left.append(each)
    heaviest = max((each.verdict for each in left), key=HEAVIER.index)
    return heaviest, {each.why for each in left if each.verdict == heaviest}
