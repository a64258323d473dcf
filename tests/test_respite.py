"""Peer respite: beds, nights, a house that is never empty of peers, and a door that opens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

import peerkit as pk
from peerkit.acts import Judged, Left
from peerkit.acts.shifts import LONGEST_SHIFT
from peerkit.handbook import Handbook
from peerkit.model import bed_is_free, gaps, in_line, most_nights
from peerkit.model.respite import NIGHTS_KEPT, SHIFT_WAITS
from peerkit.reports.respite import unstaffed, waiting_for_a_bed
from peerkit.rules import respite
from peerkit.stores.memory import MemoryStore
from tests.ordinary import (
    BOOK,
    NOW,
    TODAY,
    codes,
    decided,
    empty,
    opened,
    tallies_of,
    view,
    welcome,
)

FINE = Judged(day=TODAY)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WASHINGTON = Handbook.load("us/wa")
WA = WASHINGTON.on(TODAY)
HOUSE = pk.House(
    id="h",
    rooms=("bed-1", "bed-2"),
    agreement=(pk.HouseTopic.COOKING,),
    zone="America/New_York",
)
ASKED = pk.Stay(
    id="st",
    participant="p-7",
    house="h",
    first=TODAY,
    until=TODAY + 3 * DAY,
    zone=HOUSE.zone,
    asked=NOW - DAY,
)
EXPECTED = attrs.evolve(ASKED, status=pk.StayStatus.EXPECTED, room="bed-1")
HERE = attrs.evolve(EXPECTED, status=pk.StayStatus.HERE, came=NOW - 2 * HOUR)
OTHER = attrs.evolve(HERE, id="other", participant="p-8")
STAY: dict[str, Any] = {"id": "st", "participant": "p-7", "house": "h"}


def nights(first: int, until: int) -> pk.Nights:
    """Nights, counted in days from today."""
    return pk.Nights(first=TODAY + first * DAY, until=TODAY + until * DAY)


def shift(begins: float, ends: float, **how: Any) -> pk.Shift:
    """A planned shift of ana, in hours from now."""
    told: dict[str, Any] = {"id": "sh", "peer": "ana", "house": "h"}
    told |= {"starts": NOW + begins * HOUR, "ends": NOW + ends * HOUR}
    return pk.Shift(**told | how)


class TestNights:
    """A night is the date of its evening."""

    def test_they_end_after_they_begin(self) -> None:
        """A stay of no night is none."""
        with pytest.raises(pk.BadInput, match=r"Nights\.until: must be later than first"):
            nights(3, 3)

    @pytest.mark.parametrize(
        ("first", "until", "inside"),
        [(0, 3, 3), (1, 2, 1), (-5, 1, 1), (2, 9, 1), (3, 9, 0), (-9, 0, 0)],
    )
    def test_those_within_are_counted(self, first: int, until: int, inside: int) -> None:
        """From the first evening to the day of going home, which is no night."""
        assert nights(0, 3).within(TODAY + first * DAY, TODAY + until * DAY) == inside

    @pytest.mark.parametrize(
        ("spent", "around", "most"),
        [
            ((), (0, 7), 7),
            (((-24, -20),), (0, 3), 7),
            (((-27, -20),), (0, 3), 10),
            (((-28, -20),), (0, 3), 10),
            (((-29, -28),), (0, 1), 2),
            (((-30, -29),), (0, 1), 1),
            (((-2, 2),), (0, 3), 5),
            (((10, 14),), (0, 3), 7),
            (((-40, -35), (40, 45)), (0, 2), 2),
        ],
    )
    def test_any_thirty_days_in_a_row_are_looked_at(
        self, spent: tuple[tuple[int, int], ...], around: tuple[int, int], most: int
    ) -> None:
        """Nights before and after; nights that are told twice count once."""
        assert most_nights([nights(*each) for each in spent], 30, nights(*around)) == most

    @given(
        st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 12)), max_size=5),
        st.tuples(st.integers(-20, 20), st.integers(1, 12)),
        st.integers(1, 40),
    )
    def test_it_is_what_counting_day_by_day_finds(
        self, spent: list[tuple[int, int]], around: tuple[int, int], window: int
    ) -> None:
        """Every window of so many days that holds one of the nights asked for."""
        every = {day for first, long in (*spent, around) for day in range(first, first + long)}
        mine = range(around[0], sum(around))
        found = max(
            len(every & set(range(start, start + window)))
            for start in range(-120, 120)
            if set(mine) & set(range(start, start + window))
        )
        told = [nights(first, first + long) for first, long in spent]

        assert most_nights(told, window, nights(around[0], sum(around))) == found

    def test_a_guest_keeps_a_year_of_nights(self) -> None:
        """Older ones are taken away, also from within a stretch; what touches is one."""
        edge = TODAY + 2 * DAY - NIGHTS_KEPT
        old = pk.Nights(first=edge - 9 * DAY, until=edge - 3 * DAY)
        half = pk.Nights(first=edge - 2 * DAY, until=edge + DAY)
        guest = pk.Guest(id="p-7", nights=(old, half, nights(-1, 0)))

        assert guest.stayed(nights(0, 2)).nights == (
            pk.Nights(first=edge, until=edge + DAY),
            nights(-1, 2),
        )


class TestGaps:
    """When nobody is there."""

    @pytest.mark.parametrize(
        ("shifts", "found"),
        [
            ((), [(0, 24)]),
            (((0, 24),), []),
            (((-5, 30),), []),
            (((0, 8), (8, 24)), []),
            (((8, 24), (0, 8)), []),
            (((0, 8), (9, 24)), [(8, 9)]),
            (((0, 20), (2, 4)), [(20, 24)]),
            (((3, 5),), [(0, 3), (5, 24)]),
            (((30, 40),), [(0, 24)]),
            (((-9, -2), (0, 12), (26, 30)), [(12, 24)]),
        ],
    )
    def test_they_are_what_no_shift_covers(
        self, shifts: tuple[tuple[int, int], ...], found: list[tuple[int, int]]
    ) -> None:
        """Half-open on both sides, in any order."""
        planned = [shift(*each) for each in shifts]

        assert gaps(planned, NOW, NOW + DAY) == tuple(
            (NOW + begins * HOUR, NOW + ends * HOUR) for begins, ends in found
        )

    def test_no_gap_in_no_time(self) -> None:
        """An empty stretch has none."""
        assert gaps([shift(3, 4)], NOW, NOW) == ()


class TestNouns:
    """What is read with what."""

    def test_a_stay_is_read_with_its_house_and_its_guest(self) -> None:
        """While it is open; a guest's nights do not show."""
        assert ASKED.weighs_on == ASKED.touches == ("h", "p-7")
        assert shift(0, 1).weighs_on == shift(0, 1).touches == ("h", "ana")
        assert HOUSE.touches == ()
        assert "2026" not in repr(pk.Guest(id="p-7", nights=(nights(0, 2),)))

    def test_who_stays_longer_than_planned_is_still_in_the_bed(self) -> None:
        """The night that comes is one of theirs until they leave."""
        late = attrs.evolve(HERE, first=TODAY - 5 * DAY, until=TODAY - DAY)

        assert late.nights(NOW) == nights(-5, 1)
        assert not bed_is_free((late,), attrs.evolve(ASKED, id="new"), "bed-1", NOW)

    def test_a_bed_is_free_beside_other_nights_rooms_and_houses(self) -> None:
        """And beside a stay that only waits for one."""
        new = attrs.evolve(ASKED, id="new")

        assert bed_is_free((HERE,), new, "bed-2", NOW)
        assert bed_is_free((attrs.evolve(HERE, house="h-2"),), new, "bed-1", NOW)
        assert bed_is_free((ASKED,), new, "bed-1", NOW)
        assert bed_is_free((HERE,), HERE, "bed-1", NOW)
        after = attrs.evolve(new, first=TODAY + 3 * DAY, until=TODAY + 4 * DAY)
        assert bed_is_free((HERE,), after, "bed-1", NOW)

    def test_who_asked_first_is_first_in_line(self) -> None:
        """By the moment of asking, whether there was a bed then or not."""
        late = attrs.evolve(ASKED, id="late", asked=NOW, status=pk.StayStatus.WAITING)
        same = attrs.evolve(late, id="b")

        assert [each.id for each in in_line((late, HERE, same, ASKED))] == ["st", "b", "late"]


class TestActs:
    """What each act leaves."""

    def test_a_house_asks_for_what_was_read_when_nothing_else_is_said(self) -> None:
        """Cooking, cleaning, one's own medicines, hygiene."""
        (house,) = pk.OpenHouse(by="c", id="h", rooms=["bed-1"]).leaves(view(), FINE).nouns

        assert house == pk.House(
            id="h",
            rooms=("bed-1",),
            agreement=(
                *(pk.HouseTopic.COOKING, pk.HouseTopic.CLEANING),
                *(pk.HouseTopic.OWN_MEDICINES, pk.HouseTopic.HYGIENE),
            ),
        )

    def test_who_waits_hears_that_a_house_closes(self) -> None:
        """A guest who is there does not lapse: a rule sees to that first."""
        left = pk.CloseHouse(by="c", id="h").leaves(view(HOUSE, ASKED, OTHER), FINE)

        assert left.nouns == (
            attrs.evolve(HOUSE, status=pk.HouseStatus.CLOSED),
            attrs.evolve(ASKED, status=pk.StayStatus.LAPSED),
        )
        assert [(each.to, each.inside) for each in left.messages] == [
            ("p-7", "Stay st cannot be offered.")
        ]

    def test_a_house_that_closes_cancels_its_planned_shifts(self) -> None:
        """Who is on duty now goes home as planned; another house is not touched."""
        later: dict[str, Any] = {"peer": "ana", "starts": NOW + DAY, "ends": NOW + 2 * DAY}
        mine = pk.Shift(id="later", house="h", **later)
        now = pk.Shift(id="now", house="h", peer="bo", starts=NOW - DAY, ends=NOW + DAY)
        elsewhere = pk.Shift(id="else", house="other", **later)
        left = pk.CloseHouse(by="c", id="h").leaves(view(HOUSE, mine, now, elsewhere), FINE)

        assert left.nouns[1:] == (attrs.evolve(mine, status=pk.ShiftStatus.CANCELLED),)
        assert [(each.to, each.inside) for each in left.messages] == [
            ("ana", "Shift later is cancelled.")
        ]

    @pytest.mark.parametrize(
        ("there", "status"),
        [
            ((), pk.StayStatus.ASKED),
            ((OTHER,), pk.StayStatus.ASKED),
            ((OTHER, attrs.evolve(OTHER, id="more", room="bed-2")), pk.StayStatus.WAITING),
        ],
    )
    def test_who_asks_waits_where_the_house_is_full(
        self, there: tuple[pk.Stay, ...], status: pk.StayStatus
    ) -> None:
        """In both cases the wish is kept, with the moment it was said."""
        act = pk.AskForStay(by="p-7", **STAY, first=TODAY, until=TODAY + 3 * DAY)
        left = act.leaves(view(HOUSE, *there), FINE)

        assert left.nouns == (attrs.evolve(ASKED, status=status, asked=NOW),)

    def test_who_asks_of_a_house_nobody_knows_waits(self) -> None:
        """Without the rules, for whoever uses the acts alone."""
        act = pk.AskForStay(by="p-7", **STAY, first=TODAY, until=TODAY + 3 * DAY)
        (stay,) = act.leaves(view(), FINE).nouns

        assert stay.status is pk.StayStatus.WAITING

    def test_old_wishes_lapse_when_somebody_asks(self) -> None:
        """So that a house does not read years of them; who is there stays."""
        over = attrs.evolve(EXPECTED, id="over", first=TODAY - 3 * DAY, until=TODAY)
        here = attrs.evolve(OTHER, first=TODAY - 3 * DAY, until=TODAY)
        coming = attrs.evolve(EXPECTED, id="coming", room="bed-2")
        act = pk.AskForStay(by="p-7", **STAY, first=TODAY, until=TODAY + 3 * DAY)
        _, *lapsed = act.leaves(view(HOUSE, over, here, coming), FINE).nouns

        assert lapsed == [attrs.evolve(over, status=pk.StayStatus.LAPSED)]

    @pytest.mark.parametrize("year", [1, 2, 9990, 9999])
    def test_nights_have_a_window_around_them(self, year: int) -> None:
        """The ends of the calendar are a mistake."""
        for field in ({"first": date(year, 1, 1)}, {"until": date(year, 1, 1)}):
            days: dict[str, Any] = {"first": date(3, 1, 1), "until": date(9989, 1, 1)} | field
            with pytest.raises(pk.BadInput):
                pk.AskForStay(by="p-7", **STAY, **days)
        with pytest.raises(pk.BadInput, match=r"ExtendStay\.until: must lie in the years 3"):
            pk.ExtendStay(by="p-7", **STAY, until=date(year, 1, 1))

    def test_a_guest_comes_on_the_day_they_come(self) -> None:
        """The night is counted where the house is: it is still the first of November there."""
        program_night = datetime(2026, 11, 2, 3, tzinfo=UTC)
        act = pk.CheckIn(by="p-7", **STAY)
        stood = view(HOUSE, EXPECTED, now=program_night)
        stay, guest = act.leaves(stood, FINE).nouns

        assert stay == attrs.evolve(
            EXPECTED, status=pk.StayStatus.HERE, first=date(2026, 11, 1), came=program_night
        )
        assert guest == pk.Guest(id="p-7")
        (again,) = act.leaves(view(HOUSE, EXPECTED, guest), FINE).nouns
        assert again.status is pk.StayStatus.HERE

    def test_who_comes_late_has_a_night_at_least(self) -> None:
        """The rules ask whether the bed is free for it."""
        late = attrs.evolve(EXPECTED, first=TODAY - 5 * DAY, until=TODAY - 2 * DAY)
        stay = pk.CheckIn(by="p-7", **STAY).planned(late, NOW)

        assert (stay.first, stay.until) == (TODAY, TODAY + DAY)

    def test_an_extension_never_shortens(self) -> None:
        """Who wants to go earlier just goes."""
        act = pk.ExtendStay(by="p-7", **STAY, until=TODAY + DAY)

        assert act.leaves(view(HERE), FINE).nouns == (HERE,)
        assert act.to(EXPECTED) is pk.StayStatus.EXPECTED

    @pytest.mark.parametrize(
        ("when", "spent"),
        [
            (None, ()),
            (NOW + 40 * DAY, (nights(-2, 0),)),
            (NOW - DAY, (nights(-2, -1),)),
            (NOW - 9 * DAY, ()),
        ],
    )
    def test_leaving_writes_down_the_nights_that_were_spent(
        self, when: datetime | None, spent: tuple[pk.Nights, ...]
    ) -> None:
        """From coming to going, and never of the future."""
        came = NOW if when is None else NOW - 2 * DAY
        first = TODAY if when is None else TODAY - 2 * DAY
        here = attrs.evolve(HERE, came=came, first=first)
        act = pk.LeaveRespite(by="p-7", id="st", participant="p-7", when=when)
        stay, *guest = act.leaves(view(here), Judged(day=TODAY, allowed=False)).nouns

        assert stay.status is pk.StayStatus.LEFT
        assert tuple(guest) == tuple(pk.Guest(id="p-7", nights=(each,)) for each in spent)

    @pytest.mark.parametrize(
        "there",
        [
            (),
            (attrs.evolve(HERE, participant="p-8"),),
            (attrs.evolve(HERE, status=pk.StayStatus.LEFT),),
        ],
    )
    def test_leaving_changes_nothing_where_nobody_was(self, there: tuple[pk.Stay, ...]) -> None:
        """It is kept as a report all the same."""
        act = pk.LeaveRespite(by="p-7", id="st", participant="p-7")

        assert act.leaves(view(*there), FINE) == Left()

    @pytest.mark.parametrize("stay", [ASKED, EXPECTED])
    def test_who_has_not_come_withdraws(self, stay: pk.Stay) -> None:
        """And no night is counted."""
        act = pk.LeaveRespite(by="p-7", id="st", participant="p-7")

        assert act.leaves(view(stay), FINE).nouns == (
            attrs.evolve(stay, status=pk.StayStatus.WITHDRAWN),
        )

    def test_a_note_in_the_book_of_the_house_belongs_to_who_wrote_it(self) -> None:
        """It is about a thing of a closed list, and none of them is a diagnosis."""
        act = pk.WriteHouseLog(
            by="ana", house="h", about_what=pk.LogKind.REPAIRS, note=pk.Words("The tap.")
        )
        (said,) = act.leaves(view(), FINE).words

        assert (said.about, said.owner) == ("house/h", "ana")
        quiet = attrs.evolve(act, note=None)
        assert quiet.leaves(view(), FINE) == Left()

    def test_a_line_about_a_house_that_nobody_knows_is_kept(self) -> None:
        """The answer says that it is not known; what was written is not lost."""
        with opened() as program:
            act = pk.WriteHouseLog(
                by="ana", house="h-9", about_what=pk.LogKind.REPAIRS, note=pk.Words("The tap.")
            )

            assert program.do(act).verdict is pk.Verdict.NEEDS_FACTS
            assert program.words("house/h-9") == ("The tap.",)

    def test_a_shift_is_short(self) -> None:
        """A week is a mistake in the date."""
        told: dict[str, Any] = {"by": "c", "id": "sh", "peer": "ana", "house": "h", "starts": NOW}
        with pytest.raises(pk.BadInput, match=r"PlanShift\.ends: a shift lasts at most 3 days"):
            pk.PlanShift(**told, ends=NOW + LONGEST_SHIFT + HOUR)
        with pytest.raises(pk.BadInput, match=r"PlanShift\.ends: must be later than starts"):
            pk.PlanShift(**told, ends=NOW)
        assert pk.PlanShift(**told, ends=NOW + LONGEST_SHIFT).counts_on(TODAY) == TODAY

    def test_what_nobody_reported_lapses(self) -> None:
        """After two weeks, when the next shift is planned."""
        old, young = (
            attrs.evolve(shift(-30, -20), id=name, starts=ends - HOUR, ends=ends)
            for name, ends in (("old", NOW - SHIFT_WAITS), ("young", NOW - SHIFT_WAITS + HOUR))
        )
        act = pk.PlanShift(by="c", id="sh", peer="ana", house="h", starts=NOW, ends=NOW + HOUR)
        left = act.leaves(view(old, young), FINE)

        assert left.nouns == (shift(0, 1), attrs.evolve(old, status=pk.ShiftStatus.LAPSED))
        assert [(each.to, each.inside) for each in left.messages] == [
            ("ana", "Shift sh is planned.")
        ]

    def test_a_shift_that_is_not_known_leaves_nothing(self) -> None:
        """The report is journalled, and time on duty counts nowhere."""
        program = opened()
        done = program.do(pk.ReportShift(by="ana", id="sh", peer="ana"))
        program.do(pk.OpenHouse(by="c", id="h", rooms=("bed-1",))).or_raise()
        before = tallies_of(program)
        begins, ends = NOW - 9 * HOUR, NOW - HOUR
        planned = pk.PlanShift(by="c", id="sh", peer="ana", house="h", starts=begins, ends=ends)
        program.do(planned).or_raise()
        program.do(pk.ReportShift(by="ana", id="sh", peer="ana")).or_raise()

        assert done.verdict is pk.Verdict.NEEDS_FACTS
        assert [each.status for each in program.find(pk.Shift)] == ["worked"]
        assert tallies_of(program) == before


class TestRules:
    """What the situations do not say yet."""

    def test_a_night_and_a_day_across_a_change_of_clocks(self) -> None:
        """Twenty-four hours are twenty-four hours, on the day that has twenty-five."""
        now = datetime(2026, 11, 1, 4, tzinfo=UTC)  # an hour before New York puts its clocks back
        act = pk.CheckIn(by="p-7", **STAY, agreed=(pk.HouseTopic.COOKING,))
        whole = attrs.evolve(shift(0, 99), starts=now, ends=now + DAY)
        short = attrs.evolve(whole, ends=now + DAY - timedelta(minutes=1))

        for planned, verdict in (
            (whole, pk.Verdict.ALLOWED),
            (short, pk.Verdict.NEEDS_FACTS),
            (attrs.evolve(whole, house="h-2"), pk.Verdict.NEEDS_FACTS),
            (attrs.evolve(whole, status=pk.ShiftStatus.MISSED), pk.Verdict.NEEDS_FACTS),
        ):
            found = respite.round_the_clock(act, view(planned, now=now), BOOK)
            assert [each.verdict for each in found] == [verdict]

    def test_without_a_window_a_stay_is_measured_alone(self) -> None:
        """A house that sets only a number of nights speaks of one stay."""
        clauses = dict(WA.clauses)
        clauses["respite-window-days"] = attrs.evolve(clauses["respite-window-days"], value=None)
        book = attrs.evolve(WA, clauses=clauses)
        act = pk.OfferStay(by="c", **STAY, room="bed-1")
        guest = pk.Guest(id="p-7", nights=(nights(-9, -2),))

        assert codes(respite.nights_in_window(act, view(HOUSE, ASKED, guest), book)) == [
            ("respite-nights", pk.Verdict.ALLOWED)
        ]
        assert codes(respite.nights_in_window(act, view(HOUSE, ASKED, guest), WA)) == [
            ("respite-nights", pk.Verdict.NOT_ALLOWED)
        ]
        assert respite.nights_in_window(act, view(HOUSE, ASKED, guest), BOOK) == ()

    def test_nights_in_another_house_count_too(self) -> None:
        """Kept beds as well as nights that were spent; a wish does not."""
        act = pk.OfferStay(by="c", **STAY, room="bed-1")
        there = attrs.evolve(
            EXPECTED, id="x", house="h-2", first=TODAY + 9 * DAY, until=TODAY + 14 * DAY
        )
        wish = attrs.evolve(there, status=pk.StayStatus.ASKED, room=None)

        for other, verdict in ((there, pk.Verdict.NOT_ALLOWED), (wish, pk.Verdict.ALLOWED)):
            found = respite.nights_in_window(act, view(HOUSE, ASKED, other), WA)
            assert [each.verdict for each in found] == [verdict]

    @pytest.mark.parametrize(
        "stay",
        [
            None,
            attrs.evolve(ASKED, participant="p-8"),
            attrs.evolve(ASKED, house="h-2"),
            attrs.evolve(ASKED, status=pk.StayStatus.WITHDRAWN),
        ],
    )
    def test_of_a_stay_that_is_none_nothing_is_said_twice(self, stay: pk.Stay | None) -> None:
        """Another rule says that it is not known, or over."""
        stood = view(HOUSE, *(() if stay is None else (stay,)))
        act = pk.OfferStay(by="c", **STAY, room="bed-1")

        assert respite.bed_free(act, stood, BOOK) == ()
        assert respite.nights_in_window(act, stood, WA) == ()
        assert not pk.decide(act, stood, BOOK, pk.ROLE_LIMITS).allowed

    def test_of_a_house_that_is_none_nothing_is_said_twice(self) -> None:
        """Nor of a stay without a bed."""
        come = pk.CheckIn(by="p-7", **STAY)
        longer = pk.ExtendStay(by="p-7", **STAY, until=TODAY + 9 * DAY)

        assert respite.guest_agreement(come, view(EXPECTED), BOOK) == ()
        assert respite.bed_free(come, view(EXPECTED), BOOK) == ()
        assert respite.bed_free(longer, view(HOUSE, ASKED), BOOK) == ()
        assert decided(come, EXPECTED).verdict is pk.Verdict.NEEDS_FACTS

    def test_a_bed_that_the_house_does_not_have_is_not_free(self) -> None:
        """Whoever sleeps elsewhere."""
        act = pk.OfferStay(by="c", **STAY, room="sofa")

        assert codes(respite.bed_free(act, view(HOUSE, ASKED), BOOK)) == [
            ("bed-free", pk.Verdict.NOT_ALLOWED)
        ]

    def test_a_closed_house_takes_nobody(self) -> None:
        """It is still read, by its id."""
        shut = attrs.evolve(HOUSE, status=pk.HouseStatus.CLOSED)
        act = pk.AskForStay(by="p-7", **STAY, first=TODAY, until=TODAY + DAY)

        assert decided(act, shut).verdict is pk.Verdict.NEEDS_FACTS

    def test_the_shift_of_another_is_no_hindrance(self) -> None:
        """Two peers may be there together; a missed one is no shift."""
        act = pk.PlanShift(by="c", id="new", peer="ana", house="h", starts=NOW, ends=NOW + DAY)
        beside = (
            attrs.evolve(shift(0, 5), peer="bo"),
            attrs.evolve(shift(0, 5), status=pk.ShiftStatus.MISSED),
            attrs.evolve(shift(0, 5), id="new"),
        )
        for other in beside:
            assert codes(respite.one_shift(act, view(other), BOOK)) == [
                ("one-shift", pk.Verdict.ALLOWED)
            ]

    def test_a_peer_nobody_knows_turns_nobody_away(self) -> None:
        """There is no supervisor to ask, so it is not asked."""
        act = pk.DeclineStay(by="sam", **STAY, peer="zoe")

        assert codes(respite.not_alone_at_the_door(act, view(ASKED), BOOK)) == [
            ("turned-away", pk.Verdict.NEEDS_CONSULTATION)
        ]

    def test_turning_away_uses_up_the_advice(self) -> None:
        """The next time the supervisor is asked again."""
        program = opened()
        program.do(pk.OpenHouse(by="c", id="h", rooms=("bed-1",))).or_raise()
        for ahead, stay in enumerate(("one", "two")):
            days: dict[str, Any] = {
                "first": TODAY + ahead * DAY,
                "until": TODAY + (ahead + 1) * DAY,
            }
            program.do(pk.AskForStay(by="p-7", **STAY | {"id": stay}, **days)).or_raise()
        told: dict[str, Any] = {"by": "ana", "peer": "ana", "participant": "p-7"}
        program.do(pk.ConsultSupervisor(**told, id="q", clause="turned-away")).or_raise()
        program.do(pk.GiveAdvice(by="sam", id="q", peer="ana", agreed=True)).or_raise()
        first, second = (
            program.do(pk.DeclineStay(by="ana", **STAY | {"id": stay}, peer="ana"))
            for stay in ("one", "two")
        )

        assert first.allowed
        assert second.verdict is pk.Verdict.NEEDS_CONSULTATION


class Respite(RuleBasedStateMachine):
    """A house in Washington through some weeks: who comes, stays, and leaves."""

    guests = st.sampled_from(("p-1", "p-2", "p-3"))
    beds = st.sampled_from(("bed-1", "bed-2", "sofa"))

    @initialize()
    def begin(self) -> None:
        """Two beds, three people, and peers who are always there."""
        self.now = NOW
        self.program = empty(MemoryStore(), handbook=WASHINGTON, clock=lambda: self.now)
        self.slept: dict[str, set[date]] = {}
        for who in ("p-1", "p-2", "p-3"):
            self.program.do(pk.WelcomeParticipant(by="c", id=who)).or_raise()
        self.program.do(welcome(id="ana")).or_raise()
        self.program.do(pk.OpenHouse(by="c", id="h", rooms=("bed-1", "bed-2"))).or_raise()
        self.number = 0

    def stays(self, *status: pk.StayStatus) -> list[pk.Stay]:
        """The stays with one of these statuses."""
        return [each for each in self.program.every(pk.Stay) if each.status in status]

    @rule(who=guests, ahead=st.integers(0, 4), long=st.integers(1, 8))
    def ask(self, who: str, ahead: int, long: int) -> None:
        """Asking is right, once for the same nights."""
        first = self.now.date() + ahead * DAY
        until = first + long * DAY
        theirs = [each for each in self.program.every(pk.Stay) if each.participant == who]
        again = any(
            each.open and each.first < until and first < each.nights(self.now).until
            for each in theirs
        )
        act = pk.AskForStay(by=who, participant=who, house="h", first=first, until=until)
        assert self.program.do(act).allowed is not again

    @rule(which=st.integers(0, 9), bed=beds)
    def offer(self, which: int, bed: str) -> None:
        """A bed for whoever asked."""
        waiting = in_line(self.stays(pk.StayStatus.ASKED, pk.StayStatus.WAITING))
        if waiting:
            stay = waiting[which % len(waiting)]
            self.program.do(
                pk.OfferStay(by="c", id=stay.id, participant=stay.participant, house="h", room=bed)
            )

    @rule(which=st.integers(0, 9), there=st.booleans())
    def come(self, which: int, *, there: bool) -> None:
        """Somebody who is expected comes, with a peer in the house or not."""
        expected = self.stays(pk.StayStatus.EXPECTED)
        if not expected:
            return
        stay = expected[which % len(expected)]
        if there:
            self.number += 1
            self.program.do(
                pk.PlanShift(
                    by="c",
                    id=f"sh-{self.number}",
                    peer="ana",
                    house="h",
                    starts=self.now,
                    ends=self.now + DAY,
                )
            )
        act = pk.CheckIn(
            by=stay.participant,
            id=stay.id,
            participant=stay.participant,
            house="h",
            agreed=tuple(pk.HouseTopic),
        )
        alone = gaps(
            [each for each in self.program.every(pk.Shift) if each.open], self.now, self.now + DAY
        )
        assert not (self.program.do(act).allowed and alone)

    @rule(which=st.integers(0, 9), more=st.integers(1, 9))
    def longer(self, which: int, more: int) -> None:
        """Some nights more."""
        here = self.stays(pk.StayStatus.HERE)
        if here:
            stay = here[which % len(here)]
            until = stay.until + more * DAY
            who = stay.participant
            self.program.do(
                pk.ExtendStay(by=who, id=stay.id, participant=who, house="h", until=until)
            )

    @rule(which=st.integers(0, 9), by=st.sampled_from(("c", "p-1", "ana")))
    def leave(self, which: int, by: str) -> None:
        """Leaving works, in whatever status, whoever tells it."""
        there = [each for each in self.program.every(pk.Stay) if each.open]
        if not there:
            return
        stay = there[which % len(there)]
        done = self.program.do(pk.LeaveRespite(by=by, id=stay.id, participant=stay.participant))
        (after,) = [each for each in self.program.every(pk.Stay) if each.id == stay.id]
        assert done.allowed
        assert not after.open

    @rule(days=st.integers(1, 3))
    def sleep(self, days: int) -> None:
        """Nights go by; whoever has stayed as long as was planned goes home in the morning."""
        for _ in range(days):
            for stay in self.stays(pk.StayStatus.HERE):
                self.slept.setdefault(stay.participant, set()).add(self.now.date())
            self.now += DAY
            for stay in self.stays(pk.StayStatus.HERE):
                if stay.until <= self.now.date():
                    act = pk.LeaveRespite(by="c", id=stay.id, participant=stay.participant)
                    self.program.do(act).or_raise()

    @invariant()
    def no_bed_is_double(self) -> None:
        """Of those who are there, each has a bed of the house, and of their own."""
        here = self.stays(pk.StayStatus.HERE)
        beds = [each.room for each in here]
        assert set(beds) <= {"bed-1", "bed-2"}
        assert len(beds) == len(set(beds))

    @invariant()
    def seven_in_thirty(self) -> None:
        """Nobody sleeps there more than seven nights in any thirty days in a row."""
        for slept in self.slept.values():
            for last in slept:
                assert sum(last - 30 * DAY < each <= last for each in slept) <= 7

    @invariant()
    def nights_add_up(self) -> None:
        """What a guest has is what was slept, but for the stay that goes on."""
        for guest in self.program.every(pk.Guest):
            kept = {
                each.first + number * DAY
                for each in guest.nights
                for number in range((each.until - each.first).days)
            }
            goes_on = {
                stay.first + number * DAY
                for stay in self.stays(pk.StayStatus.HERE)
                if stay.participant == guest.id
                for number in range(99)
            }
            assert kept - goes_on == self.slept.get(guest.id, set()) - goes_on

    def teardown(self) -> None:
        """Everything follows from the journal."""
        assert self.program.verify().whole


def test_a_house_through_some_weeks() -> None:
    """Any acts of respite, in any order."""
    run_state_machine_as_test(
        Respite,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


class TestReports:
    """What the records of a house show."""

    def test_the_hours_without_a_peer(self) -> None:
        """Planned and worked hours count; those somebody missed do not, nor those of elsewhere."""
        with opened() as program:
            for house in ("h", "h-2"):
                program.do(pk.OpenHouse(by="c", id=house, rooms=("bed-1",))).or_raise()
            for id_, begins, house in (
                ("was", -24, "h"),
                ("missed", -12, "h"),
                ("comes", 0, "h"),
                ("else", 12, "h-2"),
            ):
                starts = NOW + begins * HOUR
                program.do(
                    pk.PlanShift(
                        by="c",
                        id=id_,
                        peer="ana",
                        house=house,
                        starts=starts,
                        ends=starts + 12 * HOUR,
                    )
                ).or_raise()
            program.do(pk.ReportShift(by="ana", id="was", peer="ana")).or_raise()
            program.do(
                pk.ReportShift(by="ana", id="missed", peer="ana", was_there=False)
            ).or_raise()

            assert unstaffed(program, "h", NOW - DAY, NOW + DAY) == (
                (NOW - 12 * HOUR, NOW),
                (NOW + 12 * HOUR, NOW + DAY),
            )

    def test_who_waits_for_a_bed(self) -> None:
        """In the order of asking, in this house only."""
        now = NOW
        with opened(clock=lambda: now) as program:
            for house in ("h", "h-2"):
                program.do(pk.OpenHouse(by="c", id=house, rooms=("bed-1",))).or_raise()
            for id_, house in (("b", "h"), ("a", "h"), ("c", "h-2"), ("d", "h")):
                now += HOUR
                who = f"p-{id_}"
                program.do(pk.WelcomeParticipant(by="c", id=who)).or_raise()
                stay: dict[str, Any] = {"id": id_, "participant": who, "house": house}
                act = pk.AskForStay(by=who, **stay, first=TODAY, until=TODAY + DAY)
                program.do(act).or_raise()
                again = program.do(attrs.evolve(act, id=f"{id_}-2", until=TODAY + 2 * DAY))
                assert again.verdict is pk.Verdict.NOT_ALLOWED
            program.do(pk.LeaveRespite(by="p-d", id="d", participant="p-d")).or_raise()

            assert [each.id for each in waiting_for_a_bed(program, "h")] == ["b", "a"]
