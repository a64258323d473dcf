"""What the book says of reminders: dated, cited, and a layer changes, adds or switches off one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final, TypeAlias

import pytest

import peerkit as pk
from peerkit.acts import ACTS
from peerkit.handbook import Handbook, Reminder, ReminderValue, diff
from peerkit.handbook.reminding import STANDING, WORKED_OUT
from peerkit.telling.reminders import _ONLY_FOR, _WORKED_OUT

DAY: Final = date(2026, 11, 23)
House: TypeAlias = Callable[..., Handbook]
CITED: Final = 'source = "HOUSE"\nat = "our own"\nlooked = 2026-11-23\n'
OURS: Final = """
[[reminder]]
id = "debrief.waiting"
says = "A talk that a peer asked for and nobody has held is remembered."
noun = "debrief"
status = ["asked"]
dated = "asked"
limits = ["debrief-days"]
to = ["supervisor"]
hour = "08:30"
"""


def value(days: str, *, since: str = "") -> str:
    """The days of a reminder."""
    begins = f"since = {since}\n" if since else ""
    return f"\n[[reminder.value]]\n{days}\n{begins}{CITED}"


def other(id_: str, days: str = "", more: str = "") -> str:
    """What a layer says of a reminder of the base."""
    return f'\n[[reminder]]\nid = "{id_}"\n{more}\n' + (value(days) if days else "")


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Writes a layer of a house, and gives the handbook with it."""
    number = iter(range(9))

    def written(text: str, *below: str) -> Handbook:
        name = f"house-{next(number)}"
        file = tmp_path / f"{name}.toml"
        head = f'[layer]\nid = "{name}"\ntitle = "Our rules"\n'
        file.write_text(head + text, encoding="utf-8")
        return Handbook.load(*below, str(file))

    return written


def steps(handbook: Handbook, id_: str, day: date = DAY) -> tuple[int, ...] | None:
    """The days on which something is told; None where it is not told at all."""
    found = handbook.on(day).reminders.get(id_)
    return None if found is None else found.value.steps


class TestTheBase:
    """What is told in every program that says nothing else."""

    def test_what_is_told_and_when(self) -> None:
        """Each reminder, its days from the date, and who hears of it."""
        found = {
            each.id: (each.dated, each.limits, each.value.steps, each.to)
            for each in Handbook.load().on(DAY).reminders.values()
        }
        both, theirs = ("participants", "peers"), ("peers", "supervisor")
        supervision = ("supervision", "supervision-weeks", "supervision-weeks-first")
        notes = ("note-within-business-days", "note-within-days")

        assert found == {
            "session.tomorrow": ("starts", (), (-1,), both),
            "series.tomorrow": ("next", (), (-1,), both),
            "session.unreported": ("ends", (), (1, 3), ("peers",)),
            "note.overdue": ("ends", notes, (1,), theirs),
            "goal.review": ("review", (), (-7, 0), both),
            "consent.ending": ("until", (), (-60, -30, -7), both),
            "credential.ending": ("until", (), (-60, -30, -7), theirs),
            "supervision.overdue": ("supervised", supervision, (1, 8, 15), theirs),
            "match.quiet": ("met", ("reached-within-days",), (1, 15), theirs),
            "waiting.quiet": ("heard", ("reached-within-days",), (1, 15), ("coordinator",)),
            "match.ending": ("ends", (), (-30, -7), both),
            "consultation.waiting": ("standing", (), (2, 5), ("supervisor",)),
            "concern.waiting": ("standing", (), (2, 5, 10), ("supervisor",)),
            "concern.due": ("due", (), (0, 7), ("supervisor",)),
        }

    def test_none_has_the_kind_of_an_act(self) -> None:
        """Whoever is told knows by the kind whether somebody did something, or nobody has."""
        kinds = {each.kind for each in ACTS}

        assert "session.missed" in kinds
        assert not kinds & {*Handbook.load().reminders}

    def test_every_id_fits_into_a_key(self) -> None:
        """With the longest id there is, and the longest kind of noun."""
        longest = max(len(each.noun.kind) for each in Handbook.load().reminders.values())

        assert len("remind/") + 40 + longest + 96 + len("20261123T100000.123456") + 10 <= 200

    def test_what_is_worked_out_is_known_to_both(self) -> None:
        """A date that the book may name can be found, and a limit that is not for all is one."""
        named = {(kind, name) for kind, names in WORKED_OUT.items() for name in names}

        assert named == {*_WORKED_OUT} - {("peer", "supervised")}
        assert {*_ONLY_FOR} <= {*Handbook.load().clauses}

    def test_each_is_cited(self) -> None:
        """No number stands there without the place it comes from and the day it was checked."""
        every = [each for one in Handbook.load().reminders.values() for each in one.values]

        assert {each.passage.source.id for each in every} == {"HOUSE"}
        assert all(each.passage.at and each.passage.looked for each in every)


class TestLayers:
    """A layer or a house says otherwise."""

    def test_other_days(self, house: House) -> None:
        """The layer's days speak in the place of those below; its number is dated and cited."""
        book = house(other("consent.ending", "before = [14, 90]"))
        found = book.on(DAY).reminders["consent.ending"]

        assert found.value.before == (90, 14)
        assert (found.value.passage.at, found.value.passage.layer) == ("our own", "house-0")
        assert found.to == ("participants", "peers")
        assert steps(Handbook.load(), "consent.ending") == (-60, -30, -7)

    def test_other_days_from_a_day_on(self, house: House) -> None:
        """Until then those below speak."""
        text = other("goal.review") + value("after = [0]", since="2027-01-01")
        book = house(text)

        assert steps(book, "goal.review", date(2026, 12, 31)) == (-7, 0)
        assert steps(book, "goal.review", date(2027, 1, 1)) == (0,)
        assert date(2027, 1, 1) in book.turns

    def test_of_two_values_the_one_in_force_speaks(self, house: House) -> None:
        """A later value takes the place of an earlier one on its day."""
        days = value("after = [0]", since="2026-01-01") + value("after = [2]", since="2027-01-01")
        book = house(other("goal.review") + days)

        assert steps(book, "goal.review", date(2025, 12, 31)) == (-7, 0)
        assert steps(book, "goal.review", date(2026, 12, 31)) == (0,)
        assert steps(book, "goal.review", date(2027, 1, 1)) == (2,)

    def test_other_people_and_another_hour(self, house: House) -> None:
        """Who hears of it, and from when on, may be said without the days."""
        more = 'to = ["coordinator"]\nhour = "17:15"'
        found = house(other("session.unreported", more=more)).on(DAY)
        reminder = found.reminders["session.unreported"]

        assert (reminder.to, reminder.hour) == (("coordinator",), "17:15")
        assert reminder.value.steps == (1, 3)

    def test_switched_off(self, house: House) -> None:
        """What is off is not in the book of the day, and everything else is."""
        book = house(other("match.quiet", "off = true"))

        assert steps(book, "match.quiet") is None
        assert len(book.on(DAY).reminders) == len(Handbook.load().on(DAY).reminders) - 1

    def test_switched_off_and_on_again_by_a_later_layer(self, house: House, tmp_path: Path) -> None:
        """The latest layer speaks first."""
        house(other("match.quiet", "off = true"))
        below = str(tmp_path / "house-0.toml")
        book = house(other("match.quiet", "after = [5]"), below)

        assert book.layers == ("house-0", "house-1")
        assert steps(Handbook.load(below), "match.quiet") is None

        assert steps(book, "match.quiet") == (5,)

    def test_one_of_its_own(self, house: House) -> None:
        """A house has something else remembered, of any noun that has a date."""
        book = house(OURS + value("after = [1]\nbusiness = true"))
        found = book.on(DAY).reminders["debrief.waiting"]

        assert found.noun is pk.Debrief
        assert (found.dated, found.limits, found.hour) == ("asked", ("debrief-days",), "08:30")
        assert found.value == ReminderValue(
            before=(), after=(1,), business=True, late=None, passage=found.value.passage
        )
        assert isinstance(found, Reminder)

    def test_any_noun_is_remembered_of_since_it_stands_so(self, house: House) -> None:
        """The journal tells when a noun came to its status: also of one that has no date."""
        text = OURS.replace('"asked"\nlimits', f'"{STANDING}"\nlimits') + value("after = [1]")

        assert house(text).on(DAY).reminders["debrief.waiting"].dated == STANDING

    def test_what_a_layer_says_makes_another_edition(self, house: House) -> None:
        """Days are part of what a decision was judged under."""
        book = house(other("match.quiet", "off = true"))

        assert book.edition != Handbook.load().edition


class TestDifferences:
    """What changed from one book to the other, in words."""

    def test_days_that_change_are_told_with_their_passages(self, house: House) -> None:
        """What was, what is, and what each rests on."""
        more = other("consent.ending", "before = [14]\nbusiness = true", 'to = ["peers"]')
        book = house(more)
        found = [str(each) for each in diff(Handbook.load().on(DAY), book.on(DAY))]

        assert found == [
            (
                "reminder consent.ending: Told at -60, -30, -7 days from 09:00, to participants, "
                "peers. Now: Told at -14 business days from 09:00, to peers."
            ),
            (
                "reminder consent.ending: no longer rests on How peerkit decides (peerkit, 2026), "
                "what runs out is told two months, one month and a week before."
            ),
            "reminder consent.ending: rests on How peerkit decides (peerkit, 2026), our own.",
        ]

    def test_what_only_rests_on_something_else_is_told_so(self, house: House) -> None:
        """The same days from another place."""
        book = house(other("match.quiet", "after = [1, 15]"))
        found = [each.says for each in diff(Handbook.load().on(DAY), book.on(DAY))]

        assert [each.partition(" on ")[0] for each in found] == ["no longer rests", "rests"]

    def test_what_is_new_and_what_is_told_no_more(self, house: House) -> None:
        """Seen from both sides."""
        days = value("after = [0, 2]\nlate = 5")
        book = house(OURS + days + other("goal.review", "off = true")).on(DAY)
        there = [str(each) for each in diff(Handbook.load().on(DAY), book)]
        back = [str(each) for each in diff(book, Handbook.load().on(DAY))]

        assert there == [
            "reminder goal.review: is told no more.",
            (
                "reminder debrief.waiting: is new. A talk that a peer asked for and nobody has "
                "held is remembered. Told at 0, +2 days from 08:30, at most 5 days late, to "
                "supervisor."
            ),
        ]
        assert back[0] == "reminder debrief.waiting: is told no more."
        assert back[1].startswith("reminder goal.review: is new. On the day a participant wanted")
