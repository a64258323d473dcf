"""A series in a calendar: one event for all of it, and each file is the whole as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import peerkit as pk
from peerkit.exchange import calendar
from peerkit.exchange.calendar import Cover, invites
from peerkit.model import NoticeChannel
from tests.ordinary import NOW, opened, plan, welcome
from tests.test_calendar import (
    CANARY,
    COVER,
    READERS,
    TELLING,
    Shown,
    lines,
    many_series,
    meant,
    series,
    session,
    table,
    the,
)
from tests.test_calendar_of_a_program import HOUSE, MAIL, OTHER, PAIR, SECRET, did, prefers
from tests.test_teller import Post

pytestmark = pytest.mark.once

MONDAYS: Final = table("FREQ=WEEKLY;BYDAY=MO;COUNT=4", "2026-11-09", "17:00")
#: The rooms of a house, by what is in them.
WHERE: Final = "Second floor, blue door"


def told(what: pk.Series, *sessions: pk.Session, **how: Any) -> bytes:
    """The file of p-7."""
    given_: dict[str, Any] = {"now": NOW, "sequence": 2, "address": "me@example.org"}
    return calendar.invite_to_series(what, "p-7", COVER, sessions=sessions, **given_ | how)


def own(of: pk.Series, day: date, starts: datetime, **how: Any) -> pk.Session:
    """The session that a series has on this day."""
    named = {"id": f"{of.id}/{day}", "series": of.id, "occurrence": day, "starts": starts}
    return session(**named | how)


def shown(data: bytes) -> set[Shown]:
    """What every reader shows of a file: the same."""
    one, *others = ({*read(data)} for read in READERS)
    assert all(each == one for each in others)
    return one


@st.composite
def with_sessions(draw: st.DrawFn) -> tuple[pk.Series, tuple[pk.Session, ...]]:
    """A series, and sessions on some of its planned days: later, longer, confirmed or not."""
    of = draw(many_series())
    starts = {each.day: each.starts for each in of.when.occurrences}
    sessions = [
        own(
            of,
            day,
            starts[day] + timedelta(minutes=draw(st.integers(-3_000, 3_000))),
            minutes=draw(st.sampled_from((30, 60, 90))),
            confirmed=draw(st.sampled_from(((), ("p-7",), ("ana",)))),
            status=pk.SessionStatus(
                draw(st.sampled_from(("planned", "planned", "cancelled", "held")))
            ),
        )
        for day in of.planned
    ]
    return of, tuple(sessions)


def _is_kept(of: pk.Series, one: pk.Session) -> bool:
    return of.behind is None or (one.occurrence or date.min) >= of.behind


NIGHTLY: Final = series(table("FREQ=DAILY;COUNT=9", "2026-03-06", "02:30"))


class TestTheWhole:
    """Whatever became of it, every reader shows what stands, under one name."""

    @settings(deadline=None, max_examples=70)
    @given(with_sessions())
    @example((series(MONDAYS, planned=[each.day for each in MONDAYS.occurrences]), ()))
    @example((attrs.evolve(NIGHTLY, planned=(date(2026, 3, 8),)), (
        own(NIGHTLY, date(2026, 3, 8), datetime(2026, 3, 8, 12, tzinfo=UTC), minutes=90),
    )))  # fmt: skip
    def test_it_is_read_as_it_stands(self, both: tuple[pk.Series, tuple[pk.Session, ...]]) -> None:
        """Its own times and those of its sessions, in any zone; or it is taken away."""
        of, sessions = both
        data = told(of, *sessions)
        kept = [
            each
            for each in sessions
            if each.status is pk.SessionStatus.PLANNED
            or (each.status is pk.SessionStatus.HELD and _is_kept(of, each))
        ]
        expected = {*meant(of, *kept)}
        event = "BEGIN:VEVENT"

        assert len({each for each in lines(data) if each.startswith("UID:")}) == 1
        assert {each for each in lines(data) if each.startswith("SEQUENCE:")} == {"SEQUENCE:2"}
        if not expected:
            assert the("METHOD", data) == "METHOD:CANCEL"
            return
        assert the("METHOD", data) == "METHOD:REQUEST"
        assert data.count(b"ATTENDEE") == data.count(b"ORGANIZER") == lines(data).count(event)
        # Two of one moment are one in a list of moments: nobody is in two places.
        starts = [each for each, _ in shown(data)]
        assert {*starts} == {each for each, _ in expected}
        if b"RDATE" not in data:
            assert shown(data) == expected

    def test_one_rule_with_what_is_not_as_it_says(self) -> None:
        """The days that are out, one that is moved, and one with a session that is confirmed."""
        of = series(
            MONDAYS,
            cancelled=(date(2026, 11, 16),),
            planned=(date(2026, 11, 23),),
            moved=(
                pk.MovedOccurrence(
                    day=date(2026, 11, 30), starts=datetime(2026, 12, 1, 20, tzinfo=UTC)
                ),
            ),
        )
        longer = own(
            of,
            date(2026, 11, 23),
            datetime(2026, 11, 23, 23, tzinfo=UTC),
            minutes=90,
            confirmed=("p-7",),
        )
        data = told(of, longer)

        asked = "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:me@example.org"
        comes = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:me@example.org"
        uid = calendar.uid_of(pk.Series, "r-1", person="p-7", secret=COVER.secret)
        rest = ["SUMMARY:Appointment", "DTSTAMP:20261102T120000Z", f"UID:{uid}", "SEQUENCE:2"]
        rest += ["CLASS:CONFIDENTIAL", "STATUS:CONFIRMED", "TRANSP:OPAQUE"]
        rest += ["ORGANIZER:mailto:team@example.org"]
        there = "TZID=America/Chicago:2026"
        expected = [
            {
                *(f"DTSTART;{there}1109T170000", "DURATION:PT60M", asked, *rest),
                *("RRULE:FREQ=WEEKLY;UNTIL=20261130T230000Z;BYDAY=MO",),
                *(f"EXDATE;{there}1116T170000",),
            },
            {
                *("DTSTART:20261123T230000Z", "DURATION:PT90M", comes, *rest),
                f"RECURRENCE-ID;{there}1123T170000",
            },
            {
                *("DTSTART:20261201T200000Z", "DURATION:PT60M", asked, *rest),
                f"RECURRENCE-ID;{there}1130T170000",
            },
        ]
        events = "\n".join(lines(data)).split("BEGIN:VEVENT\n")[1:]

        assert [{*each.partition("\nEND:VEVENT")[0].split("\n")} for each in events] == expected
        assert "TZID:America/Chicago" in lines(data)

    def test_what_no_rule_says_is_a_list_of_moments(self) -> None:
        """02:30 is left out on the 8th of March, and calendars differ in what they make of that."""
        of = attrs.evolve(NIGHTLY, when=table("FREQ=DAILY;COUNT=4", "2026-03-06", "02:30"))
        data = told(of)

        assert the("DTSTART", data) == "DTSTART:20260306T083000Z"
        assert the("RDATE", data) == "RDATE:20260307T083000Z,20260308T083000Z,20260309T073000Z"
        assert b"RRULE" not in data
        assert b"VTIMEZONE" not in data
        assert shown(data) == {*meant(of)}

    def test_a_single_moment_needs_no_list(self) -> None:
        """One night that the clocks leave out, and nothing beside it."""
        of = attrs.evolve(NIGHTLY, when=table("FREQ=DAILY;COUNT=1", "2026-03-08", "02:30"))
        data = told(of)

        assert the("DTSTART", data) == "DTSTART:20260308T083000Z"
        assert b"RDATE" not in data
        assert shown(data) == {*meant(of)}

    def test_an_ended_one_is_taken_away_by_its_name(self) -> None:
        """Where a session of it stays planned, that one stays."""
        of = series(MONDAYS, planned=(date(2026, 11, 9),), status=pk.SeriesStatus.ENDED)
        stays = own(of, date(2026, 11, 9), datetime(2026, 11, 9, 23, tzinfo=UTC))
        off = told(of)

        assert the("METHOD", off) == "METHOD:CANCEL"
        assert the("STATUS", off) == "STATUS:CANCELLED"
        assert the("UID", off) == the("UID", told(series(MONDAYS)))
        assert shown(told(of, stays)) == {*meant(stays)}

    def test_sessions_of_others_are_left_out(self) -> None:
        """Of another series, of none, of somebody else, and what was called off."""
        of, at = (
            series(MONDAYS, planned=(date(2026, 11, 9),)),
            datetime(2026, 11, 9, 23, tzinfo=UTC),
        )
        day = date(2026, 11, 9)
        others = (
            session(id="s-1"),
            own(attrs.evolve(of, id="r-2"), day, at),
            own(of, day, at, participants=("p-8",)),
            own(of, day, at, status=pk.SessionStatus.CANCELLED),
        )

        assert shown(told(of, *others)) == {*meant(of)}

    @pytest.mark.parametrize(
        ("how", "place"),
        [
            ({"series": session()}, "series"),
            ({"series": series(MONDAYS, participants=("p-8",))}, "to"),
            ({"sessions": 7}, "sessions"),
            ({"sessions": ["s-1"]}, "sessions"),
            ({"place": CANARY}, "place"),
            ({"place": lambda _: f"{CANARY}\nX: y"}, "place"),
            ({"place": lambda _: 7}, "place"),
            ({"place": lambda _: " "}, "place"),
            ({"place": lambda _: "a" * 201}, "place"),
            ({"sequence": -1}, "sequence"),
            ({"address": CANARY}, "address"),
        ],
    )
    def test_what_is_wrong_is_named_by_its_place_without_its_value(
        self, how: dict[str, Any], place: str
    ) -> None:
        """As of a session."""
        right: dict[str, Any] = {"series": series(MONDAYS), "to": "p-7", "cover": COVER}
        with pytest.raises(pk.BadInput) as caught:
            calendar.invite_to_series(**{**right, "now": NOW, "sequence": 0, **how})

        assert caught.value.place == place
        assert CANARY not in str(caught.value)

    @pytest.mark.parametrize("when", [MONDAYS, NIGHTLY.when], ids=["rule", "list"])
    def test_no_byte_of_it_gives_anything_away(self, when: pk.Timetable) -> None:
        """A canary in every field, and every file searched."""
        where: dict[str, Any] = {
            "id": f"{CANARY}-id",
            "form": pk.SessionForm.GROUP,
            "peer": f"{CANARY}-peer",
            "participants": (f"{CANARY}-one", "p-7"),
            "with_peers": (f"{CANARY}-other",),
            "group": f"{CANARY}-group",
            "room": f"{CANARY}-room",
        }
        first, second = when.occurrences[:2]
        of = series(when, planned=(first.day, second.day), **where)
        one = own(of, second.day, second.starts, **{**where, "id": f"{CANARY}-session"})
        files = (told(of, one), told(attrs.evolve(of, status=pk.SeriesStatus.ENDED)))

        for each in files:
            text = each.decode().lower()
            assert "begin:vevent" in text
            assert CANARY.lower() not in text
            assert COVER.secret not in text
            assert not [word for word in TELLING if word in text]
            assert "location" not in text


# -- as a program tells it -----------------------------------------------------------------------


@pytest.fixture
def program() -> Iterator[pk.Program]:
    """Ana and p-7 meet on four Mondays; p-7 reads mail."""
    with opened(coordinator="c") as made:
        did(made, prefers(MAIL))
        did(made, pk.PlanSeries(by="ana", id="r-1", **PAIR, when=MONDAYS))
        yield made


def the_series(program: pk.Program) -> pk.Series:
    """The one that is asked about."""
    (found,) = program.find(pk.Series, about="r-1")
    return found


def of_p_7(program: pk.Program, invite: Callable[..., bytes | None]) -> bytes:
    """Their file, as it is made now."""
    data = invite(the_series(program), "p-7")
    assert data is not None
    return data


def planned(day: int, **how: Any) -> pk.PlanSession:
    """The session of a Monday in November, in the evening."""
    return plan(
        id=None,
        series="r-1",
        occurrence=date(2026, 11, day),
        starts=datetime(2026, 11, day, 23, tzinfo=UTC),
        **how,
    )


#: What becomes of a series, and the days and hours that are left of it.
LIFE: Final[tuple[tuple[pk.Act, str], ...]] = (
    (pk.CancelOccurrence(by="p-7", id="r-1", occurrence=date(2026, 11, 16)), "9-23 23-23 30-23"),
    (
        pk.MoveOccurrence(
            by="ana", id="r-1", **PAIR, occurrence=date(2026, 11, 23),
            starts=datetime(2026, 11, 24, 20, tzinfo=UTC),
        ),
        "9-23 24-20 30-23",
    ),
    (planned(9), "9-23 24-20 30-23"),
    (
        pk.MoveSession(
            by="ana", id="r-1/2026-11-09", **PAIR, minutes=60,
            starts=datetime(2026, 11, 10, 20, tzinfo=UTC),
        ),
        "10-20 24-20 30-23",
    ),
    (pk.CancelSession(by="p-7", id="r-1/2026-11-09"), "24-20 30-23"),
    (planned(9), "9-23 24-20 30-23"),
    (pk.EndSeries(by="p-7", id="r-1"), "9-23"),
    (pk.CancelSession(by="p-7", id="r-1/2026-11-09"), ""),
)  # fmt: skip


class TestALife:
    """One event from the first file to the last."""

    def test_each_change_is_a_file_that_says_how_it_stands(self, program: pk.Program) -> None:
        """The same name, a higher number, and exactly what is left."""
        invite = invites(program, organizer=HOUSE, secret=SECRET)
        uid = calendar.uid_of(pk.Series, "r-1", person="p-7", secret=SECRET)
        data = of_p_7(program, invite)
        assert (the("METHOD", data), the("SEQUENCE", data)) == ("METHOD:REQUEST", "SEQUENCE:0")
        assert len(shown(data)) == 4
        for number, (act, left) in enumerate(LIFE, start=1):
            did(program, act)
            data = of_p_7(program, invite)
            found = {*(each for each in lines(data) if each.startswith(("UID", "SEQUENCE")))}

            assert found == {f"UID:{uid}", f"SEQUENCE:{number}"}
            if left:
                days = [f"{each.day}-{each.hour}" for each, _ in sorted(shown(data))]
                assert " ".join(days) == left
        assert the("METHOD", data) == "METHOD:CANCEL"

    def test_a_session_of_it_has_the_same_file(self, program: pk.Program) -> None:
        """So no day is shown twice; one that is confirmed is no change, and is not asked again."""
        invite = invites(program, organizer=HOUSE, secret=SECRET)
        did(program, planned(9), pk.ConfirmSession(by="p-7", id="r-1/2026-11-09"))
        (one,) = program.find(pk.Session, about="r-1")
        data = of_p_7(program, invite)

        assert invite(one, "p-7") == data
        assert {each for each in lines(data) if each.startswith("SEQUENCE")} == {"SEQUENCE:1"}
        assert data.count(b"PARTSTAT=ACCEPTED") == 1
        assert data.count(b"BEGIN:VEVENT") == 2

    def test_it_goes_with_the_notice_and_in_no_digest(self) -> None:
        """One file is of one event, so what brings one is told alone, at the hour of the digest."""
        now = [NOW]
        with opened(coordinator="c", clock=lambda: now[0]) as program:
            program.tell(Post())
            did(program, prefers(MAIL, digest="18:00"))
            later = attrs.evolve(MONDAYS, at=time(20))
            for id_, when in (("r-1", MONDAYS), ("r-2", later)):
                did(program, pk.PlanSeries(by="ana", id=id_, **PAIR, when=when))
            post = Post()
            routes = pk.Routes({NoticeChannel.EMAIL: post}, invite=invites(program))
            program.tell(routes)
            assert post.took == []
            now[0] = NOW + timedelta(hours=13)
            program.tell(routes)

        found = [(each.kind, each.about, each.invite is None) for each in post.took]
        assert found == [("series.planned", "r-1", False), ("series.planned", "r-2", False)]

    @pytest.mark.parametrize("by", ["end", "reassign"])
    def test_what_ends_with_the_match_is_taken_away_and_told(
        self, program: pk.Program, by: str
    ) -> None:
        """Nobody keeps Mondays with somebody they no longer walk with, nor a session of them."""
        how: dict[str, Any] = {"participant": "p-7"}
        end: dict[str, pk.Act] = {
            "end": pk.EndMatch(by="p-7", id="m-1", peer="ana", **how),
            "reassign": pk.ReassignMatch(
                by="c", id="m-2", peer="bo", **how, earlier="m-1", earlier_peer="ana",
                why=pk.EndingReason.ANOTHER_FITS, said_so=True,
            ),
        }  # fmt: skip
        invite = invites(program, organizer=HOUSE)
        did(program, welcome(), prefers(OTHER, who="ana"), planned(9))
        before = of_p_7(program, invite)
        program.tell(Post())
        did(program, end[by])
        post = Post()
        program.tell(pk.Routes({NoticeChannel.EMAIL: post}, invite=invite))
        ended = {each.to: each.invite for each in post.took if each.kind == "series.ended"}

        assert sorted(ended) == ["ana", "p-7"]
        for each in ended.values():
            assert each is not None
            assert the("METHOD", each) == "METHOD:CANCEL"
            assert the("SEQUENCE", each) == "SEQUENCE:2"
        mine = ended["p-7"]
        assert mine is not None
        assert the("UID", mine) in lines(before)

    def test_a_peer_who_has_left_is_sent_nothing(self, program: pk.Program) -> None:
        """What is no longer theirs is not told them, also not that it is over."""
        did(program, prefers(OTHER, who="ana"))
        invite = invites(program, organizer=HOUSE)
        before = invite(the_series(program), "ana")
        did(
            program,
            pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7"),
            pk.ChangeService(by="c", id="ana", status=pk.PeerStatus.LEFT),
        )

        assert before is not None
        assert invite(the_series(program), "ana") is None


class TestPlace:
    """Where it is stands in a file only for those who said that nobody else sees it."""

    @pytest.mark.parametrize(
        ("points", "there"),
        [
            ([(NoticeChannel.EMAIL, True)], True),
            ([(NoticeChannel.EMAIL, False)], False),
            ([(NoticeChannel.EMAIL, True), (NoticeChannel.TEXT, False)], False),
            ([(NoticeChannel.EMAIL, True), (NoticeChannel.TEXT, True)], True),
        ],
    )
    def test_every_way_to_them_is_safe_or_it_is_not_said(
        self, program: pk.Program, points: list[tuple[NoticeChannel, bool]], *, there: bool
    ) -> None:
        """Of a session, of a series, and of a session of one; never in a feed."""
        made = [
            pk.ContactPoint(channel=channel, address=MAIL, safe=safe) for channel, safe in points
        ]
        did(program, prefers(points=tuple(made)), plan(starts=NOW + timedelta(days=3)), planned(9))
        place = {"s-1": WHERE, "r-1": f"{WHERE}, room 7", "r-1/2026-11-09": f"{WHERE}, room 8"}
        invite = invites(program, place=lambda each: place[each.id])
        (alone,) = program.find(pk.Session, about="s-1")
        files = [invite(alone, "p-7"), invite(the_series(program), "p-7")]
        found = [
            sorted(each for each in lines(data) if each.startswith("LOCATION"))
            for data in files
            if data is not None
        ]
        said = WHERE.replace(",", "\\,")

        assert found == (
            [
                [f"LOCATION:{said}"],
                [f"LOCATION:{said}\\, room 7", f"LOCATION:{said}\\, room 8"],
            ]
            if there
            else [[], []]
        )
        assert b"LOCATION" not in calendar.feed_of(program, "p-7", Cover.of(program))

    def test_a_cancellation_and_a_house_that_says_none_have_no_place(
        self, program: pk.Program
    ) -> None:
        """What is off is nowhere."""
        did(program, pk.EndSeries(by="p-7", id="r-1"))
        did(program, plan(starts=NOW + timedelta(days=3)))
        (alone,) = program.find(pk.Session, about="s-1")
        off = invites(program, place=lambda _: WHERE)(the_series(program), "p-7")
        none = invites(program, place=lambda _: None)(alone, "p-7")

        for each in (off, none):
            assert each is not None
            assert b"LOCATION" not in each

    def test_what_says_the_place_is_a_function(self, program: pk.Program) -> None:
        """Said before anybody is told."""
        with pytest.raises(pk.BadInput, match="place"):
            invites(program, place="here")  # type: ignore[arg-type]
