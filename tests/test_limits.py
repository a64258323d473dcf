"""The numbers of the book: each on both sides, and the periods over which amounts are counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from dateutil.rrule import DAILY, FR, MO, TH, TU, WE, rrule
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.acts import Judged
from peerkit.handbook import Handbook, language
from peerkit.model import (
    MINUTES_GIVEN_A_MONTH,
    MINUTES_GIVEN_A_WEEK,
    MINUTES_RECEIVED,
    MINUTES_RECEIVED_A_WEEK,
    MINUTES_RECEIVED_A_YEAR,
    SUPERVISING,
    SUPERVISION_MINUTES,
    SUPERVISION_TALKS,
    period,
    periods,
)
from peerkit.rules import COUNTED, limits, people
from tests.ordinary import (
    ANA,
    BOOK,
    NOW,
    TODAY,
    activity,
    codes,
    empty,
    opened,
    plan,
    report,
    tallies_of,
    view,
    welcome,
)

ALLOWED, CONSENT, CONSULT, FACTS, NO = pk.Verdict
DAY = timedelta(days=1)
PROPOSE = pk.ProposeMatch(by="coordinator", id="m-2", peer="ana", participant="p-8")
#: What a payer and a board of our own ask for.
NUMBERS = {
    "minutes-a-day": 240,
    "minutes-a-week": 1800,
    "minutes-a-year": 54_000,
    "supervision-weeks": 2,
    "supervision-sessions-a-month": 2,
    "supervision-minutes-a-month": 120,
    "work-hours-for-each-supervision-hour": 40,
    "peers-for-one-supervisor": 8,
    "note-within-business-days": 2,
    "note-within-days": 3,
}


def handbook(folder: Path, **numbers: int) -> Handbook:
    """A layer of one's own with these numbers, ``_`` for ``-``."""
    text = '[layer]\nid = "house"\ntitle = "House rules"\n' + "".join(
        f'\n[[limit]]\nid = "{name.replace("_", "-")}"\n'
        f'value = [{{ is = {number}, source = "R-NC", at = "ours", looked = 2026-11-22 }}]\n'
        for name, number in numbers.items()
    )
    file = folder / "house.toml"
    file.write_text(text, encoding="utf-8")
    return Handbook.load(file)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> pk.Book:
    """The book of a house in which every counted limit has a number."""
    return handbook(tmp_path_factory.mktemp("layers"), **NUMBERS).on(TODAY)


def stood(*nouns: pk.Noun, **tallies: int) -> pk.View:
    """The ordinary pair with these tallies of ana: ``_`` for ``-``."""
    told = {("ana", name.replace("_", "-")): by for name, by in tallies.items()}
    return view(*nouns, tallies={("ana", "walking"): 1} | told)


class TestMeasured:
    """Any amount can be asked about under any limit."""

    @pytest.mark.parametrize(
        ("limit", "now", "verdict"),
        [
            ("caseload", 20, ALLOWED),
            ("caseload", 21, NO),
            ("caseload", 0, ALLOWED),
            ("minutes-a-day", 240, ALLOWED),
            ("minutes-a-day", 240.5, CONSULT),
            ("supervision-minutes-a-month", 120, ALLOWED),
            ("supervision-minutes-a-month", 119, CONSULT),
        ],
    )
    def test_both_sides_of_a_number(
        self, strict: pk.Book, limit: str, now: float, verdict: pk.Verdict
    ) -> None:
        """Lower or higher: at the number it is kept, beyond it is not."""
        (found,) = pk.measured(strict, limit, now, peer="ana", participant="p-7")

        assert (found.clause.id, found.verdict) == (limit, verdict)
        assert found.facts["now"] == now
        assert found.facts["limit"] == strict.clause(limit).value
        assert found.facts["peer"] == "ana"
        assert str(strict.clause(limit).value) in found.sentence

    def test_without_a_number_nothing_is_said(self) -> None:
        """Not a yes and not a no: nobody has limited it here."""
        assert pk.measured(BOOK, "minutes-a-day", 10**6) == ()
        assert BOOK.clause("minutes-a-day").keeps(10**6)

    @pytest.mark.parametrize("limit", ["money", "no-such-limit", "", "silence"])
    def test_what_is_no_limit_is_bad_input(self, limit: str) -> None:
        """A boundary without a unit is none, and neither is an unknown name."""
        with pytest.raises(pk.BadInput) as caught:
            pk.measured(BOOK, limit, 1)

        assert str(caught.value) == (
            f"limit: {limit!r} is no limit of this book; see the page 'limits'"
        )

    @pytest.mark.parametrize(
        ("most", "now", "english", "spanish"),
        [
            (1, 0, "is 0 of at most 1 month old.", "tiene 0 de un máximo de 1 mes."),
            (2, 1, "is 1 of at most 2 months old.", "tiene 1 de un máximo de 2 meses."),
            (
                1,
                2,
                "is 2 months old, and one is asked for every 1.",
                "tiene 2 meses, y se pide una cada 1.",
            ),
            (
                0,
                1,
                "is 1 month old, and one is asked for every 0.",
                "tiene 1 mes, y se pide una cada 0.",
            ),
        ],
    )
    def test_a_unit_fits_the_number_before_it(
        self, tmp_path: Path, most: int, now: float, english: str, spanish: str
    ) -> None:
        """One month, two months; in another language wherever its grammar puts them."""
        book = handbook(tmp_path, progress_note_months=most).on(TODAY)
        (found,) = pk.measured(book, "progress-note-months", now)

        assert found.sentence == f"The last progress note {english}"
        assert found.say(language("es")) == f"La última nota de avance {spanish}"

    def test_a_unit_fits_the_limit_that_was_found_then(self) -> None:
        """A finding that is read again keeps its own number, whatever the book says by now."""
        clause = BOOK.clause("supervision")
        then = pk.Finding(clause, ALLOWED, {"peer": "ana", "days": 9, "limit": 2})

        assert clause.value == 1
        assert then.sentence.endswith("here it is due every 2 months.")

    @pytest.mark.parametrize(
        ("limit", "meant"), [("case-load", "caseload"), ("minutes-in-a-day", "minutes-a-day")]
    )
    def test_a_slip_in_the_name_of_a_limit_is_understood(self, limit: str, meant: str) -> None:
        """As a question: only limits are offered."""
        with pytest.raises(pk.BadInput) as caught:
            pk.measured(BOOK, limit, 1)

        assert str(caught.value) == (
            f"limit: {limit!r} is no limit of this book; did you mean {meant!r}? "
            "See the page 'limits'"
        )

    @pytest.mark.parametrize(
        "now", [True, "1", None, -1, -0.5, float("nan"), float("inf"), [1], 1j, 10 * DAY]
    )
    def test_an_amount_is_a_number(self, now: Any) -> None:
        """Of 0 or more, whether anybody has limited it or not; what is refused is not shown."""
        for limit in ("caseload", "minutes-a-day"):
            with pytest.raises(pk.BadInput) as caught:
                pk.measured(BOOK, limit, now, peer="ana")

            assert str(caught.value) == ("now: give a number of 0 or more, in the limit's own unit")

    @pytest.mark.parametrize(
        ("limit", "given", "missing"),
        [
            ("caseload", {}, "peer"),
            ("supervision", {"peer": "ana"}, "days"),
            ("supervision", {"now": 3, "by": "sam"}, "days, peer"),
        ],
    )
    def test_the_facts_that_a_sentence_names_must_be_given(
        self, limit: str, given: dict[str, Any], missing: str
    ) -> None:
        """At once, and not when somebody reads the sentence."""
        with pytest.raises(pk.BadInput) as caught:
            pk.measured(BOOK, limit, **{"now": 1} | given)

        assert str(caught.value) == (
            f"facts: the limit {limit!r} speaks of {missing}; give that too"
        )

    @pytest.mark.parametrize(
        ("book", "limit", "place"),
        [(Handbook.load(), "caseload", "book"), (TODAY, "caseload", "book"), (BOOK, 1, "limit")],
    )
    def test_a_book_and_the_id_of_a_limit_are_asked_for(
        self, book: Any, limit: Any, place: str
    ) -> None:
        """A handbook is not yet the book of a day."""
        with pytest.raises(pk.BadInput) as caught:
            pk.measured(book, limit, 1)

        assert caught.value.place == place

    @pytest.mark.parametrize("limit", COUNTED)
    def test_every_limit_that_rules_count_is_one(self, limit: str) -> None:
        """The base knows each of them, with a number or without."""
        assert BOOK.clause(limit).unit


class TestPaidTime:
    """Beyond the time that is paid for, a plan is talked over first."""

    @pytest.mark.parametrize(
        ("had", "verdict"), [(0, ALLOWED), (1740, ALLOWED), (1741, CONSULT), (1800, CONSULT)]
    )
    def test_the_week_of_a_peer(self, strict: pk.Book, had: int, verdict: pk.Verdict) -> None:
        """What was given this week, and the hour that is planned."""
        found = limits.paid_time(plan(), stood(minutes_given_a_week=had), strict)

        assert found[0].clause.id == "minutes-a-week"
        assert (found[0].verdict, found[0].facts) == (
            verdict,
            {"peer": "ana", "now": had + 60, "limit": 1800},
        )

    @pytest.mark.parametrize(
        ("what", "limit", "most"),
        [
            (MINUTES_RECEIVED, "minutes-a-day", 240),
            (MINUTES_RECEIVED_A_YEAR, "minutes-a-year", 54_000),
        ],
    )
    @pytest.mark.parametrize("over", [0, 1])
    def test_the_day_and_the_year_of_a_participant(
        self, strict: pk.Book, what: str, limit: str, most: int, over: int
    ) -> None:
        """Each person's own; at the number it is still paid for."""
        tallies = {("p-7", what): most - 60 + over, ("p-8", what): 0}
        both = plan(participants=("p-7", "p-8"), form=pk.SessionForm.GROUP)
        found = {
            (each.clause.id, each.facts.get("participant")): each
            for each in limits.paid_time(both, view(tallies=tallies), strict)
        }

        assert found[limit, "p-7"].verdict is (CONSULT if over else ALLOWED)
        assert found[limit, "p-8"].verdict is ALLOWED
        assert found[limit, "p-7"].facts == {
            "participant": "p-7",
            "other": "p-7",
            "now": most + over,
            "limit": most,
        }
        assert found[limit, "p-7"].facts is not found[limit, "p-8"].facts

    def test_advice_is_asked_for_the_person_whose_time_it_is(self, strict: pk.Book) -> None:
        """In a group, advice about one lets no other through."""
        both = plan(participants=("p-7", "p-8"), form=pk.SessionForm.GROUP)
        tallies = {(each, MINUTES_RECEIVED): 240 for each in ("p-7", "p-8")}
        talked = pk.Consultation(
            id="c-1",
            peer="ana",
            participant="p-8",
            clause="minutes-a-day",
            status=pk.ConsultationStatus.AGREED,
        )
        decision = pk.decide(both, view(talked, tallies=tallies), strict, pk.ROLE_LIMITS)
        found = {
            each.facts["other"]: each.verdict
            for each in decision.findings
            if each.clause.id == "minutes-a-day"
        }

        assert found == {"p-7": CONSULT, "p-8": ALLOWED}

    def test_without_numbers_nothing_is_said(self) -> None:
        """Most places pay without a cap, and the base knows none."""
        assert limits.paid_time(plan(), stood(minutes_given_a_week=10**6), BOOK) == ()

    def test_support_itself_has_no_cap(self, strict: pk.Book) -> None:
        """What was held is told as it was: the limit is on plans."""
        tallies = {("p-7", MINUTES_RECEIVED): 10_000}
        decision = pk.decide(report(), view(tallies=tallies), strict, pk.ROLE_LIMITS)

        assert decision.allowed

    def test_the_day_that_counts_is_that_of_the_session(self, tmp_path: Path) -> None:
        """Tomorrow's plan is held against tomorrow's minutes, next year's against next year's."""
        book = handbook(tmp_path, minutes_a_day=60, minutes_a_year=120)
        program = opened(handbook=book, clock=lambda: NOW)
        program.do(report(id="s-0")).or_raise()
        late = NOW + timedelta(hours=1)

        def verdict(starts: datetime) -> pk.Verdict:
            return program.decide(plan(id="s-9", starts=starts)).verdict

        assert verdict(late) is CONSULT
        assert verdict(late + DAY) is ALLOWED
        program.do(report(id="s-1", starts=NOW - DAY)).or_raise()
        assert verdict(late + DAY) is CONSULT
        assert verdict(late.replace(year=2027)) is ALLOWED


class TestEnoughSupervision:
    """Where a board asks for so much a month, the last whole month is looked at."""

    def test_each_number_on_both_sides(self, strict: pk.Book) -> None:
        """Talks, minutes, and hours of work for each hour of supervision."""
        enough = {
            "supervision_talks_a_month": 2,
            "supervision_minutes_a_month": 120,
            "minutes_given_a_month": 80 * 60,
        }
        worse = {
            "supervision_talks_a_month": (1, "supervision-sessions-a-month"),
            "supervision_minutes_a_month": (119, "supervision-minutes-a-month"),
            "minutes_given_a_month": (80 * 60 + 1, "work-hours-for-each-supervision-hour"),
        }

        def verdicts(**tallies: int) -> dict[str, pk.Verdict]:
            found = limits.enough_supervision(PROPOSE, stood(**tallies), strict)
            return {each.clause.id: each.verdict for each in found}

        assert set(verdicts(**enough).values()) == {ALLOWED}
        assert len(verdicts(**enough)) == 3
        for name, (amount, clause) in worse.items():
            assert verdicts(**enough | {name: amount})[clause] is CONSULT

    @pytest.mark.parametrize(
        ("worked", "minutes", "hours"),
        [
            (0, 0, 0),
            (60, 60, 1),
            (61, 60, 2),
            (40 * 60, 60, 40),
            (40 * 60 + 1, 60, 41),
            (80 * 60, 120, 40),
            (80 * 60 + 1, 120, 41),
            (40 * 60, 30, 40),
            (40 * 60 + 1, 30, 81),
            (40 * 60, 0, 40),
            (40 * 60 + 1, 0, 41),
        ],
    )
    def test_the_ratio_rounds_up(
        self, strict: pk.Book, worked: int, minutes: int, hours: int
    ) -> None:
        """A begun hour is an hour; the first of supervision is due once the limit is worked."""
        stands = stood(minutes_given_a_month=worked, supervision_minutes_a_month=minutes)
        *_, ratio = limits.enough_supervision(PROPOSE, stands, strict)

        assert ratio.facts["now"] == hours
        assert ratio.verdict is (ALLOWED if hours <= 40 else CONSULT)

    @pytest.mark.parametrize(
        ("since", "asked"),
        [
            (date(2026, 9, 30), True),
            (date(2026, 10, 1), True),
            (date(2026, 10, 2), False),
            (date(2026, 11, 1), False),
            (date(2025, 12, 31), True),
        ],
    )
    def test_who_did_not_serve_the_whole_month_is_not_asked(
        self, strict: pk.Book, since: date, *, asked: bool
    ) -> None:
        """Nobody is late for a month in which they had not begun."""
        found = limits.enough_supervision(
            PROPOSE, stood(attrs.evolve(ANA, since=since, supervised=None)), strict
        )

        assert bool(found) is asked

    @pytest.mark.parametrize(
        ("day", "since", "asked"),
        [
            (date(2027, 1, 15), date(2026, 12, 1), True),
            (date(2027, 1, 15), date(2026, 12, 2), False),
            (date(2027, 2, 1), date(2027, 1, 1), True),
        ],
    )
    def test_over_the_turn_of_the_year(
        self, strict: pk.Book, day: date, since: date, *, asked: bool
    ) -> None:
        """In January it is December that is looked at."""
        stands = stood(attrs.evolve(ANA, since=since, supervised=None))
        found = limits.enough_supervision(PROPOSE, stands, attrs.evolve(strict, day=day))

        assert bool(found) is asked

    def test_a_peer_nobody_knows_is_not_asked(self, strict: pk.Book) -> None:
        """Another rule says that they are unknown."""
        stranger = attrs.evolve(PROPOSE, peer="bo")

        assert limits.enough_supervision(stranger, stood(), strict) == ()

    def test_without_numbers_nothing_is_said(self) -> None:
        """The base asks for none of it."""
        assert limits.enough_supervision(PROPOSE, stood(), BOOK) == ()

    def test_what_is_planned_ahead_is_not_held_against_a_month_that_runs(
        self, tmp_path: Path
    ) -> None:
        """A plan looks at the month before its day, once that month has ended."""
        book = handbook(tmp_path, supervision_sessions_a_month=1)
        program = empty(opened().store, handbook=book)

        def verdict(starts: datetime) -> pk.Verdict:
            return program.decide(plan(id="s-9", starts=starts)).verdict

        assert verdict(NOW + DAY) is CONSULT
        assert verdict(NOW + 30 * DAY) is ALLOWED
        program.do(pk.RecordSupervision(by="sam", peer="ana", on=date(2026, 10, 30))).or_raise()
        assert verdict(NOW + DAY) is ALLOWED

    def test_talks_and_minutes_are_counted_in_their_month(self) -> None:
        """Of the day of the talk; minutes only where somebody counted them."""
        program = opened()
        for on, minutes in (("2026-10-01", 50), ("2026-10-31", 0), ("2026-11-01", 30)):
            talk = pk.RecordSupervision(
                by="sam", peer="ana", on=date.fromisoformat(on), minutes=minutes
            )
            program.do(talk).or_raise()
        counted = {
            (what, when): by
            for (of, what, when), by in tallies_of(program).items()
            if of == "ana" and what.startswith("supervision")
        }

        assert counted == {
            (SUPERVISION_TALKS, "2026-10"): 2,
            (SUPERVISION_TALKS, "2026-11"): 1,
            (SUPERVISION_MINUTES, "2026-10"): 50,
            (SUPERVISION_MINUTES, "2026-11"): 30,
        }
        assert program.view("ana").tally("ana", SUPERVISION_TALKS) == 2
        assert program.verify().whole

    def test_an_earlier_talk_counts_and_moves_no_day_back(self) -> None:
        """The day of the last supervision stays; the month of the earlier one has one more."""
        earlier = pk.RecordSupervision(by="sam", peer="ana", on=date(2026, 10, 1), minutes=20)
        left = earlier.leaves(view(), Judged(day=TODAY))

        assert [type(each) for each in left.nouns] == [pk.Supervision]
        assert left.counts == (
            pk.Count("ana", SUPERVISION_TALKS, 1, "2026-10"),
            pk.Count("ana", SUPERVISION_MINUTES, 20, "2026-10"),
        )

    @pytest.mark.parametrize("minutes", [-1, 1441, True, "60", 1.5])
    def test_minutes_of_supervision_are_whole_minutes(self, minutes: Any) -> None:
        """From none to a whole day."""
        with pytest.raises(pk.BadInput) as caught:
            pk.RecordSupervision(by="sam", peer="ana", on=TODAY, minutes=minutes)

        assert str(caught.value) == "RecordSupervision.minutes: whole minutes, 0 to 1440"


class TestSupervisionInWeeks:
    """Some boards ask for supervision every week or two."""

    @pytest.mark.parametrize(
        ("ago", "verdict"), [(0, ALLOWED), (14, ALLOWED), (15, CONSULT), (40, CONSULT)]
    )
    def test_it_is_due_after_so_many_weeks(
        self, strict: pk.Book, ago: int, verdict: pk.Verdict
    ) -> None:
        """On the last day it is still in time; the month is asked beside it."""
        peer = attrs.evolve(ANA, supervised=TODAY - ago * DAY)
        months, weeks = people.supervision(PROPOSE, stood(peer), strict)

        assert (months.clause.id, weeks.clause.id) == ("supervision", "supervision-weeks")
        assert weeks.verdict is verdict
        assert weeks.facts == {"peer": "ana", "days": ago, "limit": 2}
        assert months.verdict is (ALLOWED if ago <= 31 else CONSULT)

    def test_without_a_number_only_the_month_is_asked(self) -> None:
        """As in the base."""
        (found,) = people.supervision(PROPOSE, stood(), BOOK)

        assert found.clause.id == "supervision"


class TestRoomWithSupervisor:
    """A supervisor looks after few enough peers."""

    @pytest.mark.parametrize(("now", "verdict"), [(0, ALLOWED), (7, ALLOWED), (8, NO)])
    def test_one_more_must_fit(self, strict: pk.Book, now: int, verdict: pk.Verdict) -> None:
        """The new one is counted."""
        (found,) = limits.room_with_supervisor(
            welcome(), view(tallies={("sam", SUPERVISING): now}), strict
        )

        assert (found.verdict, found.facts) == (
            verdict,
            {"peer": "bo", "by": "sam", "now": now + 1, "limit": 8},
        )

    def test_without_a_number_nothing_is_said(self) -> None:
        """The base knows none."""
        stands = view(tallies={("sam", SUPERVISING): 500})

        assert limits.room_with_supervisor(welcome(), stands, BOOK) == ()

    def test_who_leaves_makes_room_and_who_comes_back_needs_it(self, tmp_path: Path) -> None:
        """Through the door: the ninth is refused until one has left."""
        program = empty(handbook=handbook(tmp_path, peers_for_one_supervisor=2))
        for each in ("a", "b"):
            program.do(welcome(id=each)).or_raise()
        refused = program.do(welcome(id="c"))
        program.do(pk.ChangeService(by="a", id="a", status=pk.PeerStatus.STEPPED_BACK)).or_raise()
        still = program.do(welcome(id="c"))
        program.do(pk.ChangeService(by="a", id="a", status=pk.PeerStatus.LEFT)).or_raise()
        fits = program.do(welcome(id="c"))

        assert (refused.verdict, still.verdict, fits.verdict) == (NO, NO, ALLOWED)
        assert program.view("sam").tally("sam", SUPERVISING) == 2
        back = pk.ChangeService(by="a", id="a", status=pk.PeerStatus.SERVING, supervisor="sam")
        full = program.do(back)
        program.do(pk.ChangeService(by="b", id="b", status=pk.PeerStatus.LEFT)).or_raise()
        program.do(back).or_raise()
        assert full.verdict is NO
        assert program.view("sam").tally("sam", SUPERVISING) == 2
        assert program.verify().whole


class TestNoteOnTime:
    """A session is written down soon."""

    @pytest.mark.parametrize(
        ("ended", "business", "calendar"),
        [
            (datetime(2026, 11, 2, 11, tzinfo=UTC), ALLOWED, ALLOWED),
            (datetime(2026, 10, 30, 11, tzinfo=UTC), ALLOWED, ALLOWED),
            (datetime(2026, 10, 29, 11, tzinfo=UTC), ALLOWED, CONSULT),
            (datetime(2026, 10, 28, 11, tzinfo=UTC), CONSULT, CONSULT),
        ],
    )
    def test_it_is_due_after_so_many_days(
        self, strict: pk.Book, ended: datetime, business: pk.Verdict, calendar: pk.Verdict
    ) -> None:
        """Written on a Monday: of last Friday one business day and three days have passed."""
        act = report(starts=ended - timedelta(hours=1))
        found = limits.note_on_time(act, stood(), strict)

        assert codes(found) == [
            ("note-within-business-days", business),
            ("note-within-days", calendar),
        ]
        assert all(each.facts["peer"] == "ana" for each in found)

    def test_the_day_is_that_of_the_place(self, tmp_path: Path) -> None:
        """A session that ends late in Chicago ends on that day there, wherever UTC is."""
        book = handbook(tmp_path, note_within_days=0).on(TODAY)
        ended = datetime(2026, 11, 2, 4, tzinfo=UTC)  # ten in the evening of the day before
        chicago = report(starts=ended - timedelta(hours=1), zone="America/Chicago")
        (there,) = limits.note_on_time(chicago, stood(), book)
        (here,) = limits.note_on_time(attrs.evolve(chicago, zone="UTC"), stood(), book)

        assert (there.facts["now"], there.verdict) == (1, CONSULT)
        assert (here.facts["now"], here.verdict) == (0, ALLOWED)

    @pytest.mark.parametrize("corrects", [False, True])
    def test_what_is_kept_may_be_put_right_whenever_it_must(
        self, strict: pk.Book, *, corrects: bool
    ) -> None:
        """Nobody keeps a mistake because it is late; and told twice it is not late twice."""
        late = report(starts=NOW - 90 * DAY, corrects=corrects)
        (kept,) = late.leaves(stood(), Judged(day=TODAY)).nouns

        assert limits.note_on_time(late, stood(kept), strict) == ()

    @pytest.mark.parametrize("status", [None, *pk.SessionStatus])
    @pytest.mark.parametrize("corrects", [False, True])
    def test_calling_it_a_correction_makes_no_note_timely(
        self, strict: pk.Book, status: pk.SessionStatus | None, *, corrects: bool
    ) -> None:
        """Only what was told in time, or late and judged so, can be put right."""
        late = report(starts=NOW - 90 * DAY, corrects=corrects)
        (held,) = late.leaves(stood(), Judged(day=TODAY)).nouns
        before = () if status is None else (attrs.evolve(held, status=status),)
        found = limits.note_on_time(late, stood(*before), strict)

        assert codes(found) == (
            []
            if status is pk.SessionStatus.HELD
            else [("note-within-business-days", CONSULT), ("note-within-days", CONSULT)]
        )

    def test_without_numbers_nothing_is_said(self) -> None:
        """The base knows no day by which a note must be written."""
        assert limits.note_on_time(report(starts=NOW - 90 * DAY), stood(), BOOK) == ()

    def test_one_number_alone_is_asked_alone(self, tmp_path: Path) -> None:
        """Business days without calendar days."""
        book = handbook(tmp_path, note_within_business_days=1).on(TODAY)

        assert codes(limits.note_on_time(report(), stood(), book)) == [
            ("note-within-business-days", ALLOWED)
        ]

    def test_a_report_of_what_is_to_come_is_not_late(self, strict: pk.Book) -> None:
        """It is told of by another rule, and no day is counted backwards."""
        early = report(starts=NOW + 9 * DAY)
        found = limits.note_on_time(early, stood(), strict)

        assert [each.facts["now"] for each in found] == [0, 0]

    def test_a_late_note_keeps_its_minutes_and_opens_no_concern(self, tmp_path: Path) -> None:
        """The talk was peer support all the same; the decision says that the note is late."""
        program = opened(handbook=handbook(tmp_path, note_within_days=3))
        decision = program.do(report(starts=NOW - 5 * DAY))
        (held,) = program.find(pk.Session)

        assert decision.verdict is CONSULT
        assert decision.judged() == Judged(day=TODAY - 5 * DAY, allowed=False)
        assert held.counted == 60
        assert program.find(pk.Concern).items == ()
        assert program.verify().whole

    def test_a_late_note_of_something_outside_still_opens_one(self, tmp_path: Path) -> None:
        """Only that which crossed a boundary is named in it, and only its minutes are lost."""
        program = opened(handbook=handbook(tmp_path, note_within_days=3))
        done = (activity("listen", 40), activity("lend-money", 20))
        program.do(report(starts=NOW - 5 * DAY, activities=done))
        (concern,) = program.find(pk.Concern)
        (held,) = program.find(pk.Session)

        assert concern.clauses == ("money",)
        assert held.counted == 40

    @given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-40, 400))
    def test_business_days_are_mondays_to_fridays(self, first: date, days: int) -> None:
        """As the calendar counts them, after the first day and up to the last."""
        last = first + days * DAY
        start = datetime.combine(first + DAY, datetime.min.time())
        end = datetime.combine(last, datetime.min.time())
        found = rrule(DAILY, dtstart=start, until=end, byweekday=(MO, TU, WE, TH, FR))

        assert limits.business_days(first, last) == (found.count() if last > first else 0)


class TestPeriods:
    """Over which stretch of time an amount is counted."""

    @pytest.mark.parametrize(
        ("day", "shown"),
        [
            (date(2026, 11, 2), ("", "2026-11-02", "2026-W45", "2026-10", "2026")),
            (date(2026, 12, 31), ("", "2026-12-31", "2026-W53", "2026-11", "2026")),
            (date(2027, 1, 1), ("", "2027-01-01", "2026-W53", "2026-12", "2027")),
            (date(2027, 1, 3), ("", "2027-01-03", "2026-W53", "2026-12", "2027")),
            (date(2027, 1, 4), ("", "2027-01-04", "2027-W01", "2026-12", "2027")),
            (date(2024, 12, 30), ("", "2024-12-30", "2025-W01", "2024-11", "2024")),
            (date(2024, 3, 31), ("", "2024-03-31", "2024-W13", "2024-02", "2024")),
            (date(2024, 2, 29), ("", "2024-02-29", "2024-W09", "2024-01", "2024")),
            (date(1, 1, 1), ("", "0001-01-01", "0001-W01", "0001-01", "0001")),
            (date(1, 2, 1), ("", "0001-02-01", "0001-W05", "0001-01", "0001")),
            (date(2, 1, 1), ("", "0002-01-01", "0002-W01", "0001-12", "0002")),
            (date(9999, 12, 31), ("", "9999-12-31", "9999-W52", "9999-11", "9999")),
        ],
    )
    def test_what_a_decision_of_a_day_reads(self, day: date, shown: tuple[str, ...]) -> None:
        """Standing, the day, its ISO week, the whole month before, and the year."""
        assert periods(day) == shown

    @given(st.dates())
    def test_a_day_counts_where_a_decision_of_it_looks(self, day: date) -> None:
        """Day, week and year of today; the month only once it has ended."""
        read = periods(day)

        assert period(day, "walking") == ""
        assert period(day, "met") == ""
        assert period(day, "supervising") == ""
        assert period(day, MINUTES_RECEIVED) == day.isoformat() == read[1]
        assert period(day, MINUTES_GIVEN_A_WEEK) == read[2]
        assert period(day, MINUTES_RECEIVED_A_WEEK) == read[2]
        assert period(day, MINUTES_RECEIVED_A_YEAR) == read[4]
        if (day.year, day.month) > (1, 1):
            assert period(day, MINUTES_GIVEN_A_MONTH) not in read
            before = day.replace(day=1) - DAY
            assert period(before, SUPERVISION_TALKS) == read[3]
        assert len(set(read)) == len(read)

    @given(st.dates(max_value=date(9999, 12, 24)))
    def test_a_week_has_seven_days(self, day: date) -> None:
        """From Monday to Sunday, over the turn of a month or a year."""
        monday = day - day.weekday() * DAY if day > date(1, 1, 7) else date(1, 1, 1)
        weeks = {period(monday + each * DAY, MINUTES_GIVEN_A_WEEK) for each in range(7)}

        assert len(weeks) == 1
        assert period(monday + 7 * DAY, MINUTES_GIVEN_A_WEEK) not in weeks

    def test_a_session_counts_in_all_its_periods(self) -> None:
        """Held on a Sunday, the last of a month: the week began in it."""
        program = opened(clock=lambda: datetime(2026, 11, 4, 12, tzinfo=UTC))
        program.do(report(starts=datetime(2026, 11, 1, 10, tzinfo=UTC))).or_raise()
        counted = {
            (of, what): when
            for of, what, when in tallies_of(program)
            if what.startswith("minutes-")
        }

        assert counted == {
            ("ana", "minutes-given"): "2026-11-01",
            ("ana", "minutes-given-a-week"): "2026-W44",
            ("ana", "minutes-given-a-month"): "2026-11",
            ("p-7", "minutes-received"): "2026-11-01",
            ("p-7", "minutes-received-a-week"): "2026-W44",
            ("p-7", "minutes-received-a-year"): "2026",
        }
