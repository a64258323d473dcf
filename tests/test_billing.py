"""A month under one payer: what may be claimed, and why the rest is not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

import peerkit as pk
from peerkit.handbook import Handbook
from peerkit.handbook.funding import _read, funding_source, funding_sources
from peerkit.reports.billing import Billing, billing
from peerkit.reports.units import UnitRule
from peerkit.stores.memory import MemoryStore
from tests import ordinary
from tests.ordinary import activity, group, opened, report

NOW = datetime(2026, 12, 15, 12, tzinfo=UTC)
NOVEMBER = date(2026, 11, 1)
FLOOR = UnitRule.FLOOR_PER_CODE
LISTEN = activity("listen")
VA = Handbook.load("us/va")


def program(*layers: str, now: datetime = NOW, store: pk.Store | None = None) -> pk.Program:
    """The ordinary pair, looked at from December."""
    moment = [ordinary.NOW]
    made = opened(store, handbook=Handbook.load(*layers), clock=lambda: moment[0])
    moment[0] = now
    return made


def held(on: int, minutes: int, *, hour: int = 9, **how: Any) -> pk.ReportSession:
    """A session of ana with p-7 on this day of November."""
    starts = datetime(2026, 11, 1, hour, tzinfo=UTC) + timedelta(days=on - 1)
    told: dict[str, Any] = {"id": f"s-{on}-{hour}", "starts": starts, "minutes": minutes}
    return report(**told | how)


def billed(made: pk.Program, source: str = "medicaid", rule: UnitRule | None = FLOOR) -> Billing:
    """November under this source."""
    return billing(made, source, date(2026, 11, 17), rule=rule)


def rows(found: Billing) -> list[tuple[str, int | None, tuple[str, ...], int, int]]:
    """Who, on which day, under which codes, minutes, units."""
    return [
        (x.participant, None if x.day is None else x.day.day, x.codes, x.minutes, x.units)
        for x in found.rows
    ]


def reasons(found: Billing) -> list[tuple[str, int, int, str]]:
    """Whose, minutes, units, and why not."""
    return [(x.participant, x.minutes, x.units, x.reason) for x in found.not_billed]


def done(made: pk.Program, *told: pk.Act) -> pk.Program:
    """The same program after these."""
    for each in told:
        made.do(each)
    return made


class TestUnits:
    """Minutes as this payer counts them."""

    @pytest.mark.parametrize(
        ("rule", "minutes", "units"),
        [
            *[
                (UnitRule.EIGHT_MINUTES_POOLED, m, n)
                for m, n in zip(
                    (7, 8, 15, 22, 23, 37, 38, 41, 52, 53, 60, 67, 68, 82, 83, 97, 98, 112, 127),
                    (0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 7, 7, 8),
                    strict=True,
                )
            ],
            (UnitRule.EIGHT_MINUTES_POOLED, 128, 9),
            (FLOOR, 7, 0),
            (FLOOR, 15, 1),
            (FLOOR, 41, 2),
            (FLOOR, 53, 3),
            (UnitRule.EIGHT_MINUTES_PER_CODE, 53, 4),
            (UnitRule.HALF_UP_PER_CODE, 23, 2),
        ],
    )
    def test_one_session_of_so_many_minutes(self, rule: UnitRule, minutes: int, units: int) -> None:
        """The table of the manual and that of the fact sheet."""
        found = billed(done(program(), held(3, minutes)), rule=rule)

        assert rows(found) == [("p-7", 3, ("H0038",), minutes, units)]
        assert found.units == units
        assert found.month == "2026-11"

    @pytest.mark.parametrize(
        ("rule", "units"), [(UnitRule.EIGHT_MINUTES_POOLED, 1), (UnitRule.FLOOR_PER_CONTACT, 0)]
    )
    def test_three_short_talks_of_one_day(self, rule: UnitRule, units: int) -> None:
        """Seven minutes each: one unit where they are pooled, none where they are not."""
        talks = [held(3, 7, hour=hour) for hour in (9, 11, 13)]

        assert billed(done(program(), *talks), rule=rule).units == units

    def test_a_group_is_claimed_person_by_person(self) -> None:
        """Each with all its minutes, under the code for groups."""
        found = billed(done(program(), held(3, 60, **group(2))))

        assert rows(found) == [
            ("p-7", 3, ("H0038-HQ",), 60, 4),
            ("p-8", 3, ("H0038-HQ",), 60, 4),
        ]

    def test_a_session_past_midnight_is_split(self) -> None:
        """And what belongs to another month is not in this one."""
        late = held(30, 60, hour=23, starts=datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
        made = done(program(), late)

        assert rows(billed(made)) == [("p-7", 30, ("H0038",), 30, 2)]
        december = billing(made, "medicaid", date(2026, 12, 1), rule=FLOOR)
        assert rows(december) == [("p-7", 1, ("H0038",), 30, 2)]

    def test_the_last_evening_of_the_year_goes_on_in_the_next(self) -> None:
        """Nothing is lost between two years."""
        made = program(now=datetime(2027, 1, 9, tzinfo=UTC))
        late = held(1, 60, id="s", starts=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
        found = billing(done(made, late), "medicaid", date(2027, 1, 31), rule=FLOOR)

        assert [(x.day, x.units) for x in found.rows] == [(date(2027, 1, 1), 2)]

    def test_two_peers_of_one_day_are_counted_apart(self) -> None:
        """Ten minutes with each come to no unit; the minutes are shown together."""
        made = program()
        made.do(welcomed("bo"))
        found = billed(
            done(
                made,
                held(3, 10),
                held(3, 10, hour=12, by="bo", peer="bo", form=pk.SessionForm.AD_HOC),
            )
        )

        assert [(x.minutes, x.units) for x in found.rows] == [(20, 0)]

    @pytest.mark.parametrize(
        ("minutes", "units"),
        [((59,), (0, 0)), ((60,), (1, 0)), ((89,), (1, 0)), ((90,), (1, 1)), ((45, 75), (1, 2))],
    )
    def test_medicare_counts_a_month(
        self, minutes: tuple[int, ...], units: tuple[int, int]
    ) -> None:
        """The first sixty minutes, and each full thirty beyond them, each row with its own."""
        first = min(sum(minutes), 60)
        told = [held(day, each) for day, each in enumerate(minutes, 3)]
        found = billed(done(program(), *told), "medicare-pin", None)

        assert rows(found) == [
            ("p-7", None, ("G0140",), first, units[0]),
            ("p-7", None, ("G0146",), sum(minutes) - first, units[1]),
        ]

    def test_another_month_is_not_in_it(self) -> None:
        """Neither its rows nor what was left out of it."""
        october = held(1, 60, id="s", starts=datetime(2026, 10, 20, 9, tzinfo=UTC))
        outside = held(2, 60, id="t", starts=datetime(2026, 10, 21, 9, tzinfo=UTC), **LENT)
        made = done(program(), october, outside)

        assert (billed(made).rows, billed(made).not_billed) == ((), ())
        assert billed(made, "medicare-pin", None).rows == ()


LENT: dict[str, Any] = {"activities": (activity("lend-money"),)}


def welcomed(id_: str) -> pk.WelcomePeer:
    """Another peer, who began long ago."""
    return pk.WelcomePeer(
        by="c",
        id=id_,
        role=pk.Role.WORKER,
        supervisor="sam",
        since=date(2026, 1, 5),
        experiences=(pk.LivedExperience(of=pk.Experience.HOMELESSNESS),),
    )


class TestLeftOut:
    """Every minute that is not claimed has its reason."""

    def test_time_outside_the_role_is_never_claimed(self) -> None:
        """Twenty of sixty minutes were lending money."""
        found = billed(
            done(program(), held(3, 60, activities=(LISTEN, activity("lend-money", 20))))
        )

        assert rows(found) == [("p-7", 3, ("H0038",), 40, 2)]
        assert reasons(found) == [("p-7", 20, 0, "outside-the-role")]
        assert found.not_billed[0].says.startswith("Time outside the role is never")

    def test_what_the_payer_leaves_out_is_not_claimed(self) -> None:
        """A drive in Virginia is peer work, and not paid for."""
        drive = activity("drive", 20, agency_policy="yes")
        made = done(program("us/va"), held(3, 60, activities=(LISTEN, drive)))

        assert rows(billed(made, "medicaid-va")) == [("p-7", 3, ("H0038",), 40, 2)]
        assert reasons(billed(made, "medicaid-va")) == [("p-7", 20, 0, "transport")]

    @pytest.mark.parametrize("source", [each.id for each in funding_sources() if each.codes])
    @pytest.mark.parametrize(
        "other",
        [
            activity("log-other-time", 30),
            activity("write-note", 30, note_words="plain"),
            activity("drive", 30, agency_policy="yes"),
        ],
    )
    def test_time_that_is_no_time_together_is_no_unit_anywhere(
        self, source: str, other: pk.Activity
    ) -> None:
        """Travel, notes and chores are never claimed (A35), unless a payer is read otherwise."""
        layer = funding_source(source).layer
        made = program(*([layer] if layer else []))
        done(made, pk.SetGoal(by="p-7", participant="p-7", words=pk.Words("Sleep.")))
        done(made, held(3, 90, activities=(LISTEN, other)))
        rule = FLOOR if funding_source(source).counts is None else None
        found = billed(made, source, rule)

        assert sum(x.minutes for x in found.rows) == 60
        assert [(x.minutes, x.units) for x in found.not_billed] == [(30, 0)]

    @pytest.mark.parametrize("source", [each.id for each in funding_sources() if each.codes])
    def test_outreach_is_looked_at_or_left_out(self, source: str) -> None:
        """Where nobody has read it, somebody has to look."""
        payer = funding_source(source)

        assert "outreach" in {each.id for each in payer.not_paid}
        assert (payer.leaves_out("reach-out") is not None) == (source == "medicaid-va")

    @pytest.mark.parametrize(
        ("role", "also", "units"),
        [
            (pk.Role.VOLUNTEER, (), 0),
            (pk.Role.VOLUNTEER, (pk.Role.WORKER,), 4),
            (pk.Role.WORKER, (), 4),
        ],
    )
    def test_what_volunteers_give_is_not_claimed_in_virginia(
        self, role: pk.Role, also: tuple[pk.Role, ...], units: int
    ) -> None:
        """Who is both is looked at by somebody; other payers say nothing of it."""
        made = done(program("us/va"), attrs.evolve(welcomed("vi"), role=role, also=also))
        done(made, held(3, 60, by="vi", peer="vi", form=pk.SessionForm.AD_HOC))
        found = billed(made, "medicaid-va")

        assert found.units == units
        assert {x.reason for x in found.not_billed} == (set() if units else {"volunteers"})
        assert billed(made).units == 4

    @pytest.mark.parametrize(("openness", "units"), [("open", 0), ("closed", 4)])
    def test_an_open_group_is_not_the_service_in_virginia(self, openness: str, units: int) -> None:
        """It may be held, and not claimed."""
        made = done(
            program("us/va"),
            pk.StartGroup(
                by="ana",
                id="friday",
                of=pk.GroupKind.MUTUAL_AID,
                facilitators=("ana",),
                openness=pk.Openness(openness),
            ),
            held(3, 60, **group(1), group="friday"),
        )
        found = billed(made, "medicaid-va")

        assert found.units == units
        assert {x.reason for x in found.not_billed} == (set() if units else {"open-groups"})
        assert billed(made).units == 4

    def test_a_number_from_memory_says_so(self) -> None:
        """Pennsylvania's caps and Kentucky's group size have not been read at the source."""
        (day,) = billed(done(program("us/pa"), held(3, 300)), "medicaid-pa").not_billed
        virginia = billed(done(program("us/va"), held(3, 300)), "medicaid-va").not_billed
        store = MemoryStore()
        made = program(store=store)
        for n in range(9, 18):
            made.do(pk.WelcomeParticipant(by="c", id=f"p-{n}")).or_raise()
        made.do(held(3, 60, **group(9))).or_raise()
        kentucky = pk.Program(store, handbook=Handbook.load("us/ky"), clock=lambda: NOW)
        large = billed(kentucky, "medicaid-ky").not_billed

        assert day.says == "The payer pays for no more on one day (from memory)."
        assert [each.says for each in virginia] == ["The payer pays for no more on one day."]
        assert {each.says for each in large} == {
            "The group is larger than this payer pays for (from memory)."
        }
        assert "from memory" in str(funding_source("medicaid-pa").unread)
        assert "from memory" in str(funding_source("medicaid-ky").unread)

    def test_past_four_hours_ohio_asks_for_an_authorisation(self) -> None:
        """That is not the same as paying for no more."""
        (day,) = billed(done(program("us/oh"), held(3, 300)), "medicaid-oh").not_billed

        assert day.units == 4
        assert day.says == (
            "More than four hours for one person on one date need prior authorisation. "
            "Claim this only with it."
        )

    def test_where_nobody_counted_nothing_can_be_told_apart(self) -> None:
        """The whole session is left out, and says why."""
        drive = activity("drive", agency_policy="yes")
        found = billed(
            done(program("us/va"), held(3, 60, activities=(LISTEN, drive))), "medicaid-va"
        )

        assert (found.rows, reasons(found)) == ((), [("p-7", 60, 0, "transport")])

    def test_nothing_is_taken_off_twice(self) -> None:
        """Case management is outside the role, so its minutes were never counted."""
        told = (LISTEN, activity("case-management", 20), activity("drive", 10, agency_policy="yes"))
        found = billed(done(program("us/va"), held(3, 60, activities=told)), "medicaid-va")

        assert rows(found) == [("p-7", 3, ("H0038",), 30, 2)]
        assert reasons(found) == [
            ("p-7", 20, 0, "outside-the-role"),
            ("p-7", 10, 0, "transport"),
        ]

    def test_a_corrected_report_is_what_counts(self) -> None:
        """The last one under the id says which activities lay outside."""
        first = held(3, 60, activities=(LISTEN, activity("case-management", 20)))
        then = held(
            3,
            60,
            corrects=True,
            activities=(activity("lend-money", 20), activity("case-management", 10)),
        )
        found = billed(done(program("us/va"), first, then), "medicaid-va")

        assert rows(found) == [("p-7", 3, ("H0038",), 30, 2)]

    def test_nobody_is_in_two_places_at_once(self) -> None:
        """Neither of the two is claimed before somebody has looked; a third is."""
        made = done(
            program(),
            held(3, 120),
            held(3, 30, hour=10, participants=("p-8",), form=pk.SessionForm.AD_HOC),
            held(3, 30, hour=11),
        )
        found = billed(made)

        assert rows(found) == [("p-7", 3, ("H0038",), 30, 2)]
        assert reasons(found) == [
            ("p-7", 120, 0, "at-the-same-time"),
            ("p-8", 30, 0, "at-the-same-time"),
        ]

    def test_whoever_leads_with_somebody_is_there_and_nowhere_else(self) -> None:
        """The time of the second peer is looked at as that of the first."""
        made = done(
            program(),
            held(3, 120, peer="bo", with_peers=("ana",)),
            held(3, 30, hour=10, participants=("p-8",), form=pk.SessionForm.AD_HOC),
        )

        assert "at-the-same-time" in {each for *_, each in reasons(billed(made))}

    def test_a_long_session_overlaps_more_than_the_next(self) -> None:
        """Whoever comes third is inside the first as well."""
        made = done(
            program(),
            held(3, 240),
            held(3, 10, hour=10),
            held(3, 10, hour=12),
        )

        assert {each for *_, each in reasons(billed(made))} == {"at-the-same-time"}
        assert billed(made).rows == ()

    @pytest.mark.parametrize(("people", "units"), [(10, 40), (11, 0)])
    def test_a_group_that_is_too_large(self, people: int, units: int) -> None:
        """Ten to one in Virginia, also where it was held under another book."""
        store = MemoryStore()
        made = program(store=store)
        for n in range(9, 18):
            made.do(pk.WelcomeParticipant(by="c", id=f"p-{n}")).or_raise()
        made.do(held(3, 60, **group(people))).or_raise()
        virginia = pk.Program(store, handbook=VA, clock=lambda: NOW)
        found = billed(virginia, "medicaid-va")

        assert found.units == units
        assert {each for *_, each in reasons(found)} == ({"group-size"} if not units else set())

    def test_no_more_than_sixteen_units_of_a_day(self) -> None:
        """Five hours come to twenty; four are beyond the cap."""
        found = billed(done(program("us/va"), held(3, 300)), "medicaid-va")

        assert rows(found) == [("p-7", 3, ("H0038",), 300, 16)]
        assert reasons(found) == [("p-7", 0, 4, "minutes-a-day")]

    def test_no_more_than_nine_hundred_hours_of_a_year(self) -> None:
        """3,600 units: 225 days of 16."""
        made = program("us/va")
        first = datetime(2026, 1, 6, 9, tzinfo=UTC)
        for day in range(230):
            starts = first + timedelta(days=day)
            made.do(held(1, 240, id=f"s-{day}", starts=starts, form=pk.SessionForm.AD_HOC))
        august = billing(made, "medicaid-va", date(2026, 8, 1), rule=FLOOR)

        assert [x.units for x in august.rows][-7:] == [16, 16, 0, 0, 0, 0, 0]
        assert {(x.units, x.reason) for x in august.not_billed} == {(16, "minutes-a-year")}
        assert (
            sum(
                billing(made, "medicaid-va", date(2026, month, 1), rule=FLOOR).units
                for month in range(1, 9)
            )
            == 3600
        )

    def test_a_goal_where_the_payer_asks_for_one(self) -> None:
        """It is a reason, and no guess; with a goal on record it is claimed."""
        made = done(program("us/mn"), held(3, 60))
        asked = billed(made, "medicaid-mn")

        assert (asked.rows, reasons(asked)) == ((), [("p-7", 60, 0, "no-goal")])
        goal = pk.SetGoal(by="p-7", participant="p-7", id="g-1", words=pk.Words("Sleep."))
        assert billed(done(made, goal), "medicaid-mn").units == 4
        mistake = pk.ChangeGoal(
            by="p-7", id="g-1", participant="p-7", status=pk.GoalStatus.ENTERED_IN_ERROR
        )
        assert billed(done(made, mistake), "medicaid-mn").rows == ()
        assert billed(done(program(), held(3, 60))).units == 4

    @pytest.mark.parametrize(
        ("answer", "units"), [(None, 0), (pk.GoalStatus.REJECTED, 0), (pk.GoalStatus.ACTIVE, 4)]
    )
    def test_a_goal_that_somebody_suggested(self, answer: pk.GoalStatus | None, units: int) -> None:
        """It is no goal of the participant until they take it up."""
        idea = pk.SuggestGoal(
            by="ana", participant="p-7", id="g-1", words=pk.Words("Work."), asked_first=True
        )
        made = done(program("us/mn"), held(3, 60), idea)
        if answer is not None:
            done(made, pk.ChangeGoal(by="p-7", id="g-1", participant="p-7", status=answer))

        assert billed(made, "medicaid-mn").units == units

    def test_a_form_without_a_code(self) -> None:
        """Nobody has read how groups are claimed in New Jersey, nor under Medicare's code."""
        told = held(3, 60, **group(2))

        for source, rule, layer in (
            ("medicaid-nj", FLOOR, "us/nj"),
            ("medicare-pin", None, "us/federal"),
        ):
            found = billed(done(program(layer), told), source, rule)
            assert (found.rows, {x.reason for x in found.not_billed}) == ((), {"no-code"})

    def test_a_session_in_which_nothing_counted_says_one_thing(self) -> None:
        """Its minutes are outside the role, once."""
        found = billed(done(program(), held(3, 60, **LENT)))

        assert (found.rows, reasons(found)) == ((), [("p-7", 60, 0, "outside-the-role")])


class TestAsking:
    """What has to be said, and what is said back."""

    def test_a_payer_whose_rule_nobody_has_read_needs_one(self) -> None:
        """Nothing is guessed."""
        with pytest.raises(pk.BadInput) as caught:
            billed(program(), rule=None)

        assert str(caught.value).startswith(
            "rule: nobody has read how medicaid counts; ask the payer, and name one: UnitRule."
        )

    def test_medicare_has_a_rule_of_its_own(self) -> None:
        """Another would be wrong."""
        with pytest.raises(pk.BadInput, match=r"^rule: medicare-pin has a rule of its own"):
            billed(program(), "medicare-pin")

    def test_caps_are_in_the_layer(self) -> None:
        """Without it too much would be claimed."""
        with pytest.raises(pk.BadInput, match=r"^source: open the program with the layer 'us/va'"):
            billed(program(), "medicaid-va")

    @pytest.mark.parametrize(
        ("how", "said"),
        [
            ({"source": "block-grant"}, r"^funding: did you mean 'block-grants'\?"),
            ({"source": "zzz"}, r"^funding: peerkit knows medicaid, "),
            ({"month": "2026-11"}, r"^month: give any day of the month$"),
            ({"rule": "floor"}, r"^rule: name one, such as UnitRule\.FLOOR_PER_CODE$"),
        ],
    )
    def test_what_does_not_fit_is_asked_back(self, how: dict[str, Any], said: str) -> None:
        """With what to do."""
        told: dict[str, Any] = {"source": "medicaid", "month": NOVEMBER, "rule": FLOOR} | how
        with pytest.raises(pk.BadInput, match=said):
            billing(program(), **told)

    def test_what_only_you_know_is_listed(self) -> None:
        """A visit, a consent; who was a volunteer; with their sources."""
        medicare = billed(program(), "medicare-pin", None)
        virginia = billed(program("us/va"), "medicaid-va")

        assert [each.id for each in medicare.look_at] == [
            *("initiating-visit", "consent", "general-supervision", "outside-facility"),
            "outreach",
        ]
        assert not medicare.look_at[2].passage.verified
        assert {"authorised", "volunteers", "household"} <= {x.id for x in virginia.look_at}
        assert "transport" not in {x.id for x in virginia.look_at}

    @pytest.mark.parametrize("source", ["path", "tieh", "block-grants", "own-agreement"])
    def test_what_nobody_has_read_is_not_claimed(self, source: str) -> None:
        """Neither under a rule nor without; the agreement says what is paid."""
        found = billed(done(program(), held(3, 60)), source, None)

        assert (found.rows, reasons(found)) == ((), [("p-7", 60, 0, "no-code")])
        assert found.source.unread is not None

    def test_the_grants_that_were_there_are_named(self) -> None:
        """Those of this source, on any day of the month."""
        grant: dict[str, Any] = {"by": "c", "cents": 5, "currency": "USD"}
        made = done(
            program(),
            pk.RecordGrant(**grant, id="now", funding="path", since=date(2026, 11, 30)),
            pk.RecordGrant(**grant, id="later", funding="path", since=date(2026, 12, 1)),
            pk.RecordGrant(
                **grant, id="over", funding="path", since=date(2025, 1, 1), until=NOVEMBER
            ),
            pk.RecordGrant(**grant, id="other", funding="tieh", since=NOVEMBER),
        )

        assert billed(made, "path", None).grants == ("now",)


#: A small good file, and what is wrong when one line of it is another.
CITED = 'source = "R-HCPCS", at = "x", looked = 2026-11-22'
FLIES = 'activities = ["fly"]'
GOOD = f"""
[[funding]]
id = "a"
name = "A"
rests_on = [{{ {CITED} }}]
code = [{{ id = "H0038", forms = ["group"], {CITED} }}]
"""


class TestSources:
    """What the file says, and how its mistakes are told."""

    def test_each_says_what_nobody_has_read(self) -> None:
        """An empty list is never a yes."""
        assert all(each.unread for each in funding_sources())
        assert all(each.passages for each in funding_sources())

    def test_only_caps_that_are_counted_are_named(self) -> None:
        """A cap in the file that the report does not count would be a promise."""
        named = {cap for each in funding_sources() for cap in each.caps}

        assert named == {"minutes-a-day", "minutes-a-year", "group-size"}

    def test_every_cap_has_a_number_in_its_layer(self) -> None:
        """Else it would cap nothing."""
        for each in funding_sources():
            book = Handbook.load(*([each.layer] if each.layer else [])).on(NOVEMBER)
            assert all(book.clause(cap).value is not None for cap in each.caps), each.id

    def test_a_code_shows_its_modifiers(self) -> None:
        """As they are written on a claim form."""
        codes = funding_source("medicaid-va").codes

        assert [str(each) for each in codes] == ["H0038", "H0038-HQ"]

    def test_the_small_file_is_good(self) -> None:
        """So that each of the next tests breaks one thing."""
        assert list(_read("a.toml", GOOD.encode())) == ["a"]

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ('name = "A"', 'name = "A"\nlayer = "us/xx"', "key 'layer': names 'us/xx', which"),
            ('name = "A"', 'name = "A"\ncaps = ["money"]', "key 'caps': names 'money', which is"),
            ('name = "A"', 'name = "A"\ncaps = ["nothing"]', "key 'caps': names 'nothing', which"),
            ('name = "A"', 'name = "A"\ncounts = "x"', "key 'counts': must be 'navigation', or"),
            ('["group"]', "[]", "code 1: key 'forms': must be some of one-to-one"),
            ('["group"]', '["crowd"]', "key 'forms': must be some of one-to-one, group, ad-hoc"),
            (f"rests_on = [{{ {CITED} }}]", "", "key 'rests_on': is missing; a funding source"),
            (
                'name = "A"',
                f'name = "A"\nnot_paid = [{{ id = "b", says = "x", {FLIES}, {CITED} }}]',
                "not_paid 'b': key 'activities': names 'fly', which is no activity of the book",
            ),
            (
                'name = "A"',
                f'name = "A"\nnot_paid = [{{ id = "b", says = "x", roles = ["x"], {CITED} }}]',
                "not_paid 'b': key 'roles': must be some of peer-worker",
            ),
            (
                'name = "A"',
                f'name = "A"\nnot_paid = [{{ id = "b", says = "x", groups = ["x"], {CITED} }}]',
                "not_paid 'b': key 'groups': must be some of open",
            ),
            (
                'name = "A"',
                'name = "A"\nbeyond = { group-size = "x" }',
                "key 'beyond': names 'group-size', which is not among the caps",
            ),
            ('name = "A"', 'name = "A"\nrate = 1', "a.toml: funding 'a': key 'rate': is not known"),
        ],
    )
    def test_a_mistake_names_its_place(self, old: str, new: str, said: str) -> None:
        """The file, the source, the key, and what to do."""
        with pytest.raises(pk.BadHandbook) as caught:
            _read("a.toml", GOOD.replace(old, new, 1).encode())
        assert said in str(caught.value)
