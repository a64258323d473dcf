"""Read by mypy and pyright, never run: what the front door promises about its types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, assert_type

import peerkit as pk
from peerkit.directory import Directory, Search, Service
from peerkit.exchange import hsds
from peerkit.handbook import Language, language, languages, layers
from peerkit.handbook.cues import cues
from peerkit.matching import (
    Assignment,
    Bar,
    Offering,
    Pairing,
    Seeking,
    Weights,
    assign,
    in_order,
    suggest,
)
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.reports import Reading, Telling, accounting, who_read
from peerkit.stores.memory import MemoryStore

if TYPE_CHECKING:
    from peerkit.handbook import ActivityEntry, Clause, LayerSummary, LeadsTo, Passage

# -- opening

program = pk.Program.open("program.db", durability="normal", zone="America/Chicago")
assert_type(program, pk.Program)
with pk.Program(MemoryStore()) as inside:
    assert_type(inside, pk.Program)
store: pk.Store = MemoryStore()
notifier: pk.Notifier = MemoryNotifier()
assert_type(program.store, pk.Store)
pk.Program(MemoryStore(), MemoryStore())  # type: ignore[call-arg, arg-type]  # all but the store have names

# -- asking and doing

ask = pk.ProposeMatch(by="coordinator", peer="ana", participant="p-7")
assert_type(ask.id, str | None)
assert_type(ask.about, tuple[str, ...])
decision = program.do(ask)
assert_type(decision, pk.Decision)
assert_type(program.decide(ask), pk.Decision)
assert_type(decision.or_raise(), pk.Decision)
assert_type(decision.act, pk.Act)
assert_type(decision.allowed, bool)
assert_type(decision.verdict, pk.Verdict)
assert_type(decision.findings, tuple[pk.Finding, ...])
assert_type(decision.day, date)
assert_type(decision.number, int)
assert_type(decision.explain(), str)
assert_type(decision.explain(sources=False), str)
assert_type(decision.explain("html", language="en"), str)
assert_type(decision.explain("markdown", language=language("en")), str)
assert_type(decision.trace(), dict[str, Any])
decision.explain("text", "en")  # type: ignore[call-arg, arg-type]  # all but the form have names
assert_type(program.do_all([ask]), Iterator[pk.Decision])

finding = decision.findings[0]
assert_type(finding.sentence, str)
assert_type(finding.facts, Mapping[str, object])
assert_type(finding.clause.instead, str)
assert_type(finding.clause.hand_to, str)
assert_type(finding.clause.value, int | None)
assert_type(finding.clause.time_counts, bool)
assert_type(finding.say(language("en")), str)
assert_type(finding.instead, str)
assert_type(finding.hand_to, str)


def passages(clause: Clause) -> tuple[Passage, ...]:
    """A clause rests on passages."""
    return clause.passages


def what_leads_on(found: pk.Finding) -> tuple[LeadsTo, ...]:
    """A finding says as data what leads on."""
    return found.leads_to


def entry_of(found: pk.Finding) -> ActivityEntry | None:
    """A finding about an activity carries what the catalogue says of it."""
    return found.entry


# -- acts are keyword-only, frozen, and say what they miss

pk.ProposeMatch("coordinator", peer="ana", participant="p-7")  # type: ignore[call-arg]
pk.ProposeMatch(peer="ana", participant="p-7")  # type: ignore[call-arg]  # nobody asks
pk.ProposeMatch(by="c", peer="ana", participant="p-7", word="x")  # type: ignore[call-arg]
pk.ProposeMatch(by=7, peer="ana", participant="p-7")  # type: ignore[arg-type]
ask.peer = "bo"  # type: ignore[misc]
pk.Activity("listen")  # type: ignore[call-arg]
pk.SetGoal(by="p-7", participant="p-7", words="Sleep.")  # type: ignore[arg-type]
pk.WelcomePeer(
    by="c",
    role="peer-worker",  # type: ignore[arg-type]
    supervisor="sam",
    since=date(2026, 1, 5),
    experiences=(pk.LivedExperience(of=pk.Experience.ILLNESS),),
)
pk.Act(by="ana")  # type: ignore[abstract]

plan = pk.PlanSession(
    by="ana",
    peer="ana",
    participants=("p-7",),
    starts=datetime(2026, 11, 2, 9, tzinfo=UTC),
    minutes=60,
    activities=(pk.Activity(id="listen", circumstances={"voice": "first-person"}),),
)
assert_type(plan.held(by="ana"), pk.ReportSession)
assert_type(plan.day, date)
assert_type(plan.starts, datetime)
plan.held("ana")  # type: ignore[call-arg]

report = plan.held(by="ana")
assert_type(report.corrects, bool)
assert_type(report.ends, datetime)
told = pk.DiscloseTie(by="ana", peer="ana", participant="p-7", of=pk.TieKind.FRIEND)
assert_type(told.id, str | None)
over = pk.EndMatch(
    by="p-7", id="m-1", peer="ana", participant="p-7", when=datetime(2026, 11, 2, 9, tzinfo=UTC)
)
assert_type(over.when, datetime | None)
pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7", said_so=True)  # type: ignore[call-arg]
asked = pk.ConsultSupervisor(by="ana", peer="ana", participant="p-7", clause="gifts")
assert_type(asked.clause, str)
supplied = pk.SupplyFacts(
    by="ana",
    peer="ana",
    participant="p-7",
    activity=pk.Activity(id="give-gift", circumstances={"value": "token"}, to="p-8"),
)
assert_type(supplied.activity.to, str | None)
danger = pk.DiscloseForSafety(
    by="ana",
    peer="ana",
    participant="p-7",
    to=("crisis-team",),
    basis=pk.Basis.DANGER_TO_SELF,
    what=pk.Words("Pills."),
)
assert_type(danger.basis, pk.Basis)
assert_type(danger.to, tuple[str, ...])
pk.DiscloseForSafety(by="ana", peer="ana", participant="p-7", to=("x",), basis="danger")  # type: ignore[arg-type]
assert_type(pk.ReviewDisclosure(by="sam", id="d-1", peer="ana").outcome, pk.Words | None)
assert_type(pk.RecordSupervision(by="sam", peer="ana", on=date(2026, 11, 2)).minutes, int)

# -- notices

reached = pk.SetContactPreferences(
    by="p-7",
    person="p-7",
    points=(pk.ContactPoint(channel=pk.NoticeChannel.EMAIL, address="one@example.org"),),
    zone="America/Chicago",
)
assert_type(reached.points, tuple[pk.ContactPoint, ...])
assert_type(reached.digest, str | None)
pk.SetContactPreferences(by="p-7", person="p-7", zone="UTC", points="email")  # type: ignore[arg-type]
pk.SetContactPreferences(by="p-7", person="p-7")  # type: ignore[call-arg]
stands = pk.ContactPreferences(id="p-7")
assert_type(
    pk.SetContactPreferences.again(stands, by="p-7", language="es"), pk.SetContactPreferences
)
routes = pk.Routes({pk.NoticeChannel.EMAIL: notifier}, wording=pk.Wording.load())
assert_type(routes.wording, pk.Wording)
assert_type(pk.StopNotices(by="p-7", person="p-7").channel, pk.NoticeChannel | None)
pk.DeliveryFailed(by="x", person="p-7", channel=pk.NoticeChannel.TEXT)  # type: ignore[call-arg]
assert_type(pk.ConfirmSession(by="p-7", id="s-1").who, str | None)
reminder = pk.Remind(by="x", of="session.tomorrow", noun="s-1", to=("p-7",))
assert_type(reminder.due, datetime | None)
untold = pk.CancelNotice(
    by="x", notice="12/0", to="p-7", of="match.proposed", why=pk.WhyNotTold.OVER
)
assert_type(untold.why, pk.WhyNotTold)
pk.PassOnNotice(by="x", notice="12/0", to="p-7", of="match.proposed", why="over")  # type: ignore[call-arg, arg-type]

# -- people

assert_type(pk.LivedExperience(of=pk.Experience.ILLNESS).detail, pk.Detail | None)
assert_type(pk.ChangeRoles(by="sam", peer="ana", role=pk.Role.MENTOR).also, tuple[pk.Role, ...])
chosen = pk.ChooseMutuality(by="p-7", participant="p-7", receives=60)
assert_type(chosen.receives, int | None)
assert_type(chosen.forms, tuple[pk.SupportForm, ...])
pk.ChooseMutuality(by="p-7", participant="p-7", receives="60")  # type: ignore[arg-type]
guardian = pk.Guardian(id="gu-1", participant="p-7", guardian="kim", until=date(2027, 6, 1))
assert_type(guardian.until, date | None)
assert_type(guardian.answers_for("p-7", date(2026, 11, 2)), bool)
pk.GivePermission(by="c", participant="p-7", guardian="kim")  # type: ignore[call-arg]
goal = pk.Goal(id="g-1", participant="p-7")
assert_type(goal.achievement, pk.Achievement | None)
own = pk.Plan(id="pl-1", participant="p-7", of=pk.PlanKind.WELLNESS)
assert_type(own.sections, tuple[pk.Section, ...])
assert_type(own.shared_with, tuple[str, ...])
assert_type(own.open_to("ana"), bool)
assert_type(pk.SECTIONS[pk.PlanKind.CRISIS], tuple[pk.Section, ...])
entry = pk.MapEntry(id="dog", of=pk.MapKind.ANIMAL)
assert_type(entry.pull, pk.Pull)
assert_type(pk.PutOnMap(by="p-7", participant="p-7", entry=entry).entry, pk.MapEntry)
assert_type(pk.map_of("p-7"), str)
# -- groups and respite

assert_type(report.anonymous, int)
assert_type(report.excused, tuple[str, ...])
assert_type(report.group, str | None)
begun = pk.StartGroup(by="ana", of=pk.GroupKind.RECOVERY, facilitators=("ana",))
assert_type(begun.seats, int | None)
assert_type(begun.openness, pk.Openness)
pk.StartGroup(by="ana", of="recovery", facilitators=("ana",))  # type: ignore[arg-type]
pk.LeaveGroup(by="p-7", id="pl", participant="p-7", why="x")  # type: ignore[call-arg]
stay = pk.AskForStay(
    by="p-7", participant="p-7", house="h", first=date(2026, 11, 2), until=date(2026, 11, 3)
)
assert_type(stay.said_so, bool | None)
pk.AskForStay(by="p-7", participant="p-7", house="h", diagnosis="x")  # type: ignore[call-arg]
assert_type(pk.LeaveRespite(by="p-7", id="st", participant="p-7").when, datetime | None)
assert_type(pk.House(id="h", rooms=("b",), agreement=tuple(pk.HouseTopic)).rooms, tuple[str, ...])
# -- outcomes and money

measured = pk.RecordMeasure(
    by="p-7",
    participant="p-7",
    instrument="who-5",
    answers={"item-1": 3},
    on=date(2026, 11, 2),
    filled=pk.FilledIn.ALONE,
)
assert_type(measured.answers, tuple[pk.Answer, ...])
assert_type(measured.peer, str | None)
assert_type(measured.said_so, bool | None)
assert_type(measured.danger, tuple[str, ...])
pk.RecordMeasure(
    by="p-7",
    participant="p-7",
    instrument="who-5",
    answers=[pk.Answer(item="item-1", points=3)],
    on=date(2026, 11, 2),
    filled="alone",  # type: ignore[arg-type]
)
changed = pk.RecordMilestone(
    by="p-7", participant="p-7", of=pk.MilestoneKind.HOUSED, on=date(2026, 11, 2)
)
assert_type(changed.of.area, pk.Area)
assert_type(changed.told, pk.ToldBy)
granted = pk.RecordGrant(
    by="c", funding="path", since=date(2026, 10, 1), cents=5_000_000, currency="USD"
)
assert_type(granted.until, date | None)
# -- time

monthly = pk.Recurrence.parse("FREQ=MONTHLY;BYMONTHDAY=31")
assert_type(monthly.missing, pk.MissingDay)
assert_type(monthly.days(date(2026, 11, 2)), tuple[date, ...])
pk.Recurrence(frequency="monthly")  # type: ignore[arg-type]
table = pk.Timetable(
    repeats=monthly, first=date(2026, 11, 2), at=time(9), zone="America/Chicago", minutes=60
)
assert_type(table.occurrences, tuple[pk.Occurrence, ...])
assert_type(table.occurrences[0].ends, datetime)
pk.Timetable(repeats=monthly, first=date(2026, 11, 2), at="09:00", minutes=60)  # type: ignore[arg-type]
series = pk.PlanSeries(by="ana", peer="ana", participants=("p-7",), when=table)
assert_type(series.when, pk.Timetable)
assert_type([each.moved for each in program.every(pk.Series)], list[tuple[pk.MovedOccurrence, ...]])
missed = pk.ReportMissedSession(by="ana", id="s-1", who="p-7", excused=True)
assert_type(missed.excused, bool | None)

# -- reading

assert_type(program.find(pk.Match), pk.Page[pk.Match])
assert_type(program.find(pk.Match).items, tuple[pk.Match, ...])
assert_type(program.find(pk.Match).after, str | None)
assert_type([each.peer for each in program.every(pk.Match)], list[str])
program.find(pk.Match, "p-7")  # type: ignore[call-arg]
program.find(str)  # type: ignore[type-var]
held = program.find(
    pk.Session,
    about="p-7",
    status=(pk.SessionStatus.HELD, pk.SessionStatus.MISSED),
    open=False,
    since=date(2026, 11, 1),
    until=datetime(2026, 12, 1, tzinfo=UTC),
    order=pk.Order.NEWEST,
)
assert_type(held, pk.Page[pk.Session])
assert_type([each.starts for each in held], list[datetime])
assert_type(program.every(pk.Session, open=True), Iterator[pk.Session])
assert_type(program.count(pk.Session, status=pk.SessionStatus.HELD), int)
program.find(pk.Session, status="held")  # type: ignore[arg-type]
program.find(pk.Session, since="2026-11-01")  # type: ignore[arg-type]
program.find(pk.Session, order="newest")  # type: ignore[arg-type]
program.count(pk.Session, order=pk.Order.NEWEST)  # type: ignore[call-arg]
assert_type(program.view("ana"), pk.View)
assert_type(program.view("ana", as_of=7), pk.View)
assert_type(program.view("ana", as_of=datetime.now(UTC)), pk.View)
program.view("ana", as_of="yesterday")  # type: ignore[arg-type]
assert_type(program.view("ana").get(pk.Peer, "ana"), pk.Peer | None)
assert_type(program.view("ana").tally("ana", "walking"), int)
assert_type(program.words("goal/g-1"), tuple[str, ...])
assert_type(program.history("ana"), Iterator[pk.Entry])
assert_type([each.at for each in program.history("ana")], list[datetime])
assert_type([each.day for each in program.history("ana")], list[date])
assert_type([each.verdict for each in program.history("ana")], list[pk.Verdict])
assert_type([(each.act, each.by) for each in program.history("ana")], list[tuple[str, str]])
assert_type(program.journal(), Iterator[pk.Entry])
assert_type(program.verify(), pk.Verified)
assert_type(program.verify().faults, tuple[str, ...])
assert_type(program.tell(MemoryNotifier()), pk.Told)
program.tell(print)  # type: ignore[arg-type]

# -- nouns

match = pk.Match(id="m-1", peer="ana", participant="p-7")
assert_type(match.status, pk.MatchStatus)
assert_type(match.open, bool)
assert_type(match.since, datetime | None)
assert_type(match.lasted(datetime.now(UTC)), bool)
assert_type(match.touches, tuple[str, ...])
assert_type(pk.pair("ana", "p-7"), str)
assert_type(pk.Person(id="ana").offers(), frozenset[pk.Experience])
facts = pk.SuppliedFacts(id="f", peer="ana", participant="p-7", activity=supplied.activity)
assert_type(facts.status, pk.FactsStatus)
told_of = pk.SafetyDisclosure(
    id="d", peer="ana", participant="p-7", to=("crisis-team",), basis=pk.Basis.DANGER_TO_SELF
)
assert_type(told_of.status, pk.DisclosureStatus)
assert_type(pk.Count("ana", "walking", 1).period, str)
pk.Count("ana", "minutes-given", 1, day="2026-11-02")  # type: ignore[call-arg]
match.status = pk.MatchStatus.ENDED  # type: ignore[misc]
pk.Match("m-1", peer="ana", participant="p-7")  # type: ignore[call-arg]

# -- the book, and rules of one's own

book = pk.Handbook.load("us/nc").on(date(2026, 11, 2))
assert_type(book, pk.Book)
assert_type(pk.ROLE_LIMITS, pk.Rules)
assert_type(pk.measured(book, "training-hours", 40, peer="ana"), tuple[pk.Finding, ...])
assert_type(book.activities["listen"].name, pk.Phrase)
assert_type(book.activities["listen"].name.in_words({}), str)
assert_type(languages(), tuple[str, ...])
assert_type(language("en"), Language)


def shipped() -> tuple[LayerSummary, ...]:
    """Every layer that is shipped, with how much it speaks of."""
    return layers()


def quiet(act: pk.ProposeMatch, view: pk.View, book: pk.Book) -> tuple[pk.Finding, ...]:
    """A rule of one's own, which has nothing to say."""
    return ()


mine = pk.Rules(*pk.ROLE_LIMITS.rules, pk.Rule("quiet", (pk.ProposeMatch,), quiet))
assert_type(pk.decide(ask, pk.View(datetime.now(UTC)), book, mine), pk.Decision)
pk.decide(ask, book, mine)  # type: ignore[call-arg]

# -- reading over a note

pointers = pk.review("You should call.")
assert_type(pointers, tuple[pk.Pointer, ...])
assert_type(pk.review("You should call.", cues()), tuple[pk.Pointer, ...])
assert_type(pk.review("You should call.", cues() + cues("house-cues.toml")), tuple[pk.Pointer, ...])
assert_type(pointers[0].start, int)
assert_type(pointers[0].end, int)
assert_type(pointers[0].cue, str)
assert_type(pointers[0].kind, pk.CueKind)
assert_type(pointers[0].why, str)
assert_type(pointers[0].instead, str)


def behind(pointer: pk.Pointer) -> tuple[Passage, ...]:
    """A pointer rests on passages, as a clause does."""
    return pointer.passages


pk.review(pk.Words("You should call."))  # type: ignore[arg-type]
pk.review("You should call.", "house-cues.toml")  # type: ignore[arg-type]
pointers[0].start = 1  # type: ignore[misc]

# -- workforce

credential = pk.Credential(id="k", peer="ana", since=date(2025, 1, 1), until=date(2027, 1, 1))
renewed = pk.renewal(credential, book, role=pk.Role.SUPERVISOR, service=3000)
assert_type(renewed, pk.Renewal)
assert_type(renewed.due, date)
assert_type(renewed.missing, tuple[pk.Asked, ...])
assert_type(renewed.missing[0].had, int | None)
assert_type(renewed.missing[0].missing, int)
assert_type(credential.hours, tuple[pk.TopicHours, ...])
assert_type(credential.stage, pk.CredentialStage)
pk.renewal(credential, date(2026, 11, 2))  # type: ignore[arg-type]
pk.AskForLeave(by="ana", peer="ana", first="today", last=date(2026, 11, 8))  # type: ignore[arg-type]
pk.RecordPay(by="c", peer="ana", hourly=21.5, currency="USD", since=date(2026, 1, 1))  # type: ignore[arg-type]
# -- a directory of services

town = hsds.read("town", zone="America/Chicago")
assert_type(town.directory, Directory)
assert_type(town.rejects, tuple[hsds.Reject, ...])
found = town.directory.search(Search(need="soup", near=(0.5, -30.5), within=5))
assert_type(found.found[0].service, Service)
assert_type(found.found[0].km, float | None)
assert_type(found.next, int | None)
assert_type(town.directory.get("s-1"), Service | None)
Search("soup")  # type: ignore[call-arg]
hsds.read("town", "America/Chicago")  # type: ignore[call-arg]
# -- matching

serves = pk.Peer(id="ana", role=pk.Role.WORKER, supervisor="sam", since=date(2026, 1, 5))
seeking = Seeking.of(pk.Person(id="p-7"), since=date(2026, 11, 2), not_with=["bo"])
offering = Offering.of(serves, pk.Person(id="ana"), pk.MatchProfile(id="ana"), most=20)
assert_type(seeking, Seeking)
assert_type(offering.left, int | None)
assert_type(suggest(seeking, [offering]), tuple[Pairing, ...])
assignment = assign([seeking], [offering], weights=Weights(load=0), on=date(2026, 11, 2))
assert_type(assignment, Assignment)
assert_type(assignment.pairs, Mapping[str, str])
assert_type(assignment.explain("p-7", "ana").bars, tuple[Bar, ...])
assert_type(assignment.why("p-7"), str)
assert_type(in_order(program.every(pk.Waiting)), tuple[pk.Waiting, ...])
assert_type(who_read(program, "p-7", by="p-7"), tuple[Reading, ...])
pk.Handover(old="nothing")  # type: ignore[arg-type]
pk.PlanEnding(by="p-7", id="m", peer="ana", participant="p-7")  # type: ignore[call-arg]

# -- as JSON

assert_type(pk.read_act(b"{}"), pk.Act)
assert_type(pk.read_act(b"{}", by="ana"), pk.Act)
assert_type(pk.write_act(ask), str)
pk.read_act({})  # type: ignore[arg-type]


# -- confidentiality

account = accounting(program, "p-7")
assert_type(account, Iterator[Telling])
line = next(account)
assert_type(line.scopes, tuple[pk.ConsentScope, ...])
assert_type(line.basis, pk.Basis | None)
agreed = pk.Terms(hours=(pk.AgreedHours(days=(pk.Weekday.MONDAY,), opens="09:00", closes="17:00"),))
assert_type(agreed.gifts, pk.Gifts | None)
assert_type(agreed.keep_hours(datetime.now(UTC), 60, "UTC"), bool)
pk.AgreedHours(days=("monday",), opens="09:00", closes="17:00")  # type: ignore[arg-type]
pk.RaiseConcern(by="p-7", peer="ana", people=("p-7",))  # type: ignore[call-arg]


def whose(error: pk.PeerkitError) -> object:
    """Errors carry what they are about, each its own."""
    match error:
        case pk.BadInput():
            return assert_type(error.place, str)
        case pk.Refused():
            return assert_type(error.decision, pk.Decision)
        case pk.Moved():
            return assert_type(error.about, tuple[str, ...])
        case pk.KeyReused():
            return assert_type(error.number, int)
        case _:
            return None
