"""What a program puts into calendars: what is somebody's by now, and a file for each notice."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

import pytest

import peerkit as pk
from peerkit.exchange import calendar
from peerkit.exchange.calendar import Cover, invites
from peerkit.model import NoticeChannel
from tests.ordinary import NOW, empty, opened, plan, welcome
from tests.test_calendar import lines, table, the
from tests.test_teller import Post

SECRET: Final = "kept-by-the-house"  # noqa: S105 - of nobody
HOUSE: Final = "team@house.example"
MAIL: Final = "rain@post.example"
OTHER: Final = "work@office.example"
LATER: Final = NOW + timedelta(days=3)
PAIR: Final[dict[str, Any]] = {"peer": "ana", "participants": ("p-7",)}


@pytest.fixture
def program() -> Iterator[pk.Program]:
    """Ana walks with p-7, whose session is planned, and another each Monday."""
    with opened(coordinator="c") as made:
        did(made, plan(starts=LATER))
        weekly = table("FREQ=WEEKLY;BYDAY=MO;COUNT=4", "2026-11-09", "17:00")
        did(made, pk.PlanSeries(by="ana", id="r-1", **PAIR, when=weekly))
        yield made


def did(program: pk.Program, *acts: pk.Act) -> None:
    """Each of them happens."""
    for act in acts:
        program.do(act).or_raise()


def move(to: datetime = LATER + timedelta(hours=2)) -> pk.MoveSession:
    """To another hour."""
    return pk.MoveSession(by="ana", id="s-1", **PAIR, starts=to, minutes=60)


def the_session(program: pk.Program) -> pk.Session:
    """The one that is asked about."""
    (found,) = program.find(pk.Session, about="s-1")
    return found


def prefers(*addresses: str, who: str = "p-7", **how: Any) -> pk.SetContactPreferences:
    """Mail, at these addresses."""
    points = tuple(
        pk.ContactPoint(channel=NoticeChannel.EMAIL, address=each, safe=True) for each in addresses
    )
    told: dict[str, Any] = {"points": points, "zone": "America/Chicago"}
    return pk.SetContactPreferences(by=who, person=who, **told | how)


def events(data: bytes) -> int:
    """How many stand in a feed."""
    return data.count(b"BEGIN:VEVENT")


class TestStillTheirs:
    """A feed answers as a last look at a message does."""

    @pytest.mark.parametrize("person", ["ana", "p-7"])
    def test_time_alone_ends_with_the_match(self, program: pk.Program, person: str) -> None:
        """A planned session stays planned when a match ends; it is in nobody's calendar."""
        cover = Cover.of(program)
        before = events(calendar.feed_of(program, person, cover))
        did(program, pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7"))

        assert before == 2
        assert the_session(program).status is pk.SessionStatus.PLANNED
        assert events(calendar.feed_of(program, person, cover)) == 0

    def test_time_alone_with_somebody_else_stays(self, program: pk.Program) -> None:
        """One match is over, and another is not."""
        did(
            program,
            pk.ProposeMatch(by="c", id="m-2", peer="ana", participant="p-8"),
            pk.AcceptMatch(by="p-8", id="m-2", peer="ana", participant="p-8"),
            plan(id="s-2", participants=("p-8",), starts=LATER + timedelta(days=1)),
            pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7"),
        )
        fed = {each: calendar.feed_of(program, each, Cover.of(program)) for each in ("ana", "p-8")}

        assert [events(each) for each in fed.values()] == [1, 1]
        assert the("DTSTART", fed["ana"]) == "DTSTART:20261106T120000Z"

    def test_a_group_needs_no_match(self, program: pk.Program) -> None:
        """Whoever is in it stays in it."""
        did(
            program,
            plan(
                id="s-2",
                form=pk.SessionForm.GROUP,
                participants=("p-7", "p-8"),
                starts=LATER + timedelta(days=1),
            ),
            pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7"),
        )

        for person in ("ana", "p-7", "p-8"):
            assert events(calendar.feed_of(program, person, Cover.of(program))) == 1

    @pytest.mark.parametrize(("takes_part", "left"), [(False, 0), (True, 1)])
    def test_a_peer_who_has_left_has_only_what_they_take_part_in(
        self, *, takes_part: bool, left: int
    ) -> None:
        """What they led is theirs no more; where they take part themselves, that is."""
        with opened() as program:
            did(program, welcome())
            if takes_part:
                did(program, pk.WelcomeParticipant(by="c", id="bo"))
            did(
                program,
                plan(
                    form=pk.SessionForm.GROUP,
                    participants=("p-7", "p-8"),
                    with_peers=("bo",),
                    starts=LATER,
                ),
            )
            if takes_part:
                theirs = plan(
                    id="s-2",
                    form=pk.SessionForm.GROUP,
                    participants=("bo", "p-8"),
                    starts=LATER + timedelta(days=1),
                )
                did(program, theirs)
            before = events(calendar.feed_of(program, "bo", Cover.of(program)))
            did(program, pk.ChangeService(by="c", id="bo", status=pk.PeerStatus.LEFT))

            assert before == 1 + left
            assert events(calendar.feed_of(program, "bo", Cover.of(program))) == left
            assert events(calendar.feed_of(program, "p-8", Cover.of(program))) == 1 + left

    def test_whoever_is_away_has_nothing_until_they_are_back(self, program: pk.Program) -> None:
        """The other still has it: nobody has cancelled."""
        counted = []
        for status in (pk.ParticipantStatus.AWAY, pk.ParticipantStatus.TAKING_PART):
            did(program, pk.ChangeParticipation(by="p-7", id="p-7", status=status))
            fed = (calendar.feed_of(program, each, Cover.of(program)) for each in ("p-7", "ana"))
            counted.append([events(each) for each in fed])

        assert counted == [[0, 2], [2, 2]]


class TestSequence:
    """It rises when an answer is no longer an answer to this."""

    def test_a_confirmation_and_a_report_change_nothing(self, program: pk.Program) -> None:
        """A move and a cancellation do, and so does each change of a series."""
        counted = []
        for act in (
            pk.ConfirmSession(by="p-7", id="s-1"),
            move(),
            pk.ConfirmSession(by="p-7", id="s-1"),
            pk.ConfirmSession(by="ana", id="s-1"),
            pk.CancelSession(by="p-7", id="s-1"),
        ):
            did(program, act)
            counted.append(calendar.sequence_of(program, the_session(program)))

        assert counted == [0, 1, 1, 1, 2]

    def test_a_report_is_no_change(self) -> None:
        """What was held was held when it was planned."""
        with opened() as program:
            did(program, plan(), pk.ReportMissedSession(by="ana", id="s-1", who="p-7"))

            assert calendar.sequence_of(program, the_session(program)) == 0

    def test_each_change_of_a_series_counts(self, program: pk.Program) -> None:
        """A day less, a day elsewhere, a day that has a session of its own, and its end."""
        counted = []
        for act in (
            pk.CancelOccurrence(by="p-7", id="r-1", occurrence=date(2026, 11, 9)),
            pk.MoveOccurrence(
                by="ana",
                id="r-1",
                **PAIR,
                occurrence=date(2026, 11, 16),
                starts=datetime(2026, 11, 17, 23, tzinfo=NOW.tzinfo),
            ),
            plan(
                id="r-1/2026-11-23",
                series="r-1",
                occurrence=date(2026, 11, 23),
                starts=datetime(2026, 11, 23, 23, tzinfo=NOW.tzinfo),
            ),
            pk.ConfirmSession(by="p-7", id="r-1/2026-11-23"),
            pk.EndSeries(by="p-7", id="r-1"),
        ):
            did(program, act)
            (series,) = program.find(pk.Series)
            counted.append(calendar.sequence_of(program, series))

        assert counted == [1, 2, 3, 3, 4]


class TestInvites:
    """What `Routes` takes: the right file for whatever a notice is about, or none."""

    def test_it_invites_moves_and_cancels(self, program: pk.Program) -> None:
        """One event all along, for the one address by which mail may go there."""
        invite = invites(program, organizer=HOUSE, secret=SECRET)
        did(program, prefers(MAIL, language="es-MX"))
        files = [invite(the_session(program), "p-7")]
        did(program, move())
        files.append(invite(the_session(program), "p-7"))
        did(program, pk.CancelSession(by="p-7", id="s-1"))
        files.append(invite(the_session(program), "p-7"))

        data = [each for each in files if each is not None]
        assert [the("METHOD", each) for each in data] == [
            *("METHOD:REQUEST", "METHOD:REQUEST", "METHOD:CANCEL")
        ]
        assert [the("SEQUENCE", each) for each in data] == [
            *("SEQUENCE:0", "SEQUENCE:1", "SEQUENCE:2")
        ]
        uid = calendar.uid_of(pk.Session, "s-1", person="p-7", secret=SECRET)
        for each in data:
            assert the("UID", each) == f"UID:{uid}"
            assert the("SUMMARY", each) == "SUMMARY:Cita"
            assert the("ATTENDEE", each).endswith(f"mailto:{MAIL}")
            assert the("ORGANIZER", each) == f"ORGANIZER:mailto:{HOUSE}"
        assert the("DTSTART", data[1]) == "DTSTART:20261105T140000Z"

    def test_it_says_what_stands_and_not_what_it_was_given(self, program: pk.Program) -> None:
        """A session that has been moved meanwhile is shown where it is."""
        invite = invites(program, organizer=HOUSE)
        did(program, prefers(MAIL))
        before = the_session(program)
        did(program, move())
        data = invite(before, "p-7")

        assert data is not None
        assert (the("DTSTART", data), the("SEQUENCE", data)) == (
            "DTSTART:20261105T140000Z",
            "SEQUENCE:1",
        )

    def test_whoever_has_confirmed_is_not_asked_again(self, program: pk.Program) -> None:
        """Until it moves: then nobody has said yes to that."""
        invite = invites(program, organizer=HOUSE)
        did(program, prefers(MAIL), pk.ConfirmSession(by="p-7", id="s-1"))
        said = invite(the_session(program), "p-7")
        did(program, move())
        asked = invite(the_session(program), "p-7")

        assert said is not None
        assert the("ATTENDEE", said) == f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{MAIL}"
        assert asked is not None
        assert the("ATTENDEE", asked).startswith("ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:")

    @pytest.mark.parametrize(
        ("organizer", "points", "failed", "named"),
        [
            (HOUSE, (MAIL,), False, MAIL),
            (HOUSE, (MAIL, OTHER), False, None),  # one mailbox need not know the other
            (HOUSE, (MAIL, OTHER), True, OTHER),
            (HOUSE, (MAIL,), True, None),
            (HOUSE, (), False, None),
            (HOUSE, ("rüdiger@post.example",), False, None),
            (None, (MAIL,), False, None),
        ],
    )
    def test_an_address_is_named_only_where_it_is_the_one(
        self,
        program: pk.Program,
        organizer: str | None,
        points: tuple[str, ...],
        named: str | None,
        *,
        failed: bool,
    ) -> None:
        """Otherwise the file names nobody and asks nothing."""
        text = pk.ContactPoint(channel=NoticeChannel.TEXT, address="+15550100")
        mail = prefers(*points).points
        did(program, prefers(points=(*mail, text)))
        if failed:
            sent = (each.message for each in program.store.posted())
            to_them = next(each.key for each in sent if each.to == "p-7")
            did(
                program,
                pk.DeliveryFailed(
                    by="c",
                    person="p-7",
                    channel=NoticeChannel.EMAIL,
                    notice=f"{to_them}/email",
                    for_good=True,
                ),
            )
        data = invites(program, organizer=organizer)(the_session(program), "p-7")

        assert data is not None
        assert the("METHOD", data) == ("METHOD:PUBLISH" if named is None else "METHOD:REQUEST")
        addresses = [each.partition("mailto:")[2] for each in lines(data) if "mailto:" in each]
        assert sorted(addresses) == ([] if named is None else sorted([named, HOUSE]))

    @pytest.mark.parametrize(
        ("language", "word"),
        [("de", "Termin"), ("DE-at", "Termin"), ("es", "Cita"), ("fr", "Hour"), ("en", "Hour")],
    )
    def test_a_house_lays_its_words_over_ours(
        self, program: pk.Program, language: str, word: str
    ) -> None:
        """The nearest language; English where there is none."""
        did(program, prefers(MAIL, language=language))
        data = invites(program, summaries={"De": "Termin", "en": "Hour"})(
            the_session(program), "p-7"
        )

        assert data is not None
        assert the("SUMMARY", data) == f"SUMMARY:{word}"

    def test_for_everything_else_there_is_none(self, program: pk.Program) -> None:
        """Another noun, another person, one who said nothing or wants nothing, and what is over."""
        invite = invites(program, organizer=HOUSE)
        session, (series,) = the_session(program), program.find(pk.Series)
        nothing_said = invite(session, "ana")
        did(program, prefers(MAIL))
        others = [
            invite(series, "p-8"),
            invite(pk.Participant(id="p-7"), "p-7"),
            invite(session, "p-8"),
            invite(session, ""),
        ]
        did(program, pk.StopNotices(by="p-7", person="p-7"))
        stopped = invite(session, "p-7")
        did(program, prefers(MAIL))
        welcome_again = invite(session, "p-7")
        did(program, pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7"))
        apart = invite(session, "p-7")
        did(program, pk.CancelSession(by="p-7", id="s-1"))
        cancelled = invite(the_session(program), "p-7")

        assert (nothing_said, others, stopped, apart) == (None, [None] * 4, None, None)
        assert welcome_again is not None
        assert cancelled is not None
        assert the("METHOD", cancelled) == "METHOD:CANCEL"

    def test_what_was_held_or_missed_is_in_no_file(self) -> None:
        """It is over, however it went."""
        with opened() as program:
            did(program, prefers(MAIL), plan())
            did(program, pk.ReportMissedSession(by="ana", id="s-1", who="p-7"))

            assert invites(program)(the_session(program), "p-7") is None

    def test_it_never_raises(
        self, program: pk.Program, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever goes wrong, the notice is told; the log says where, and nobody's words."""
        did(program, prefers(MAIL))
        session, invite = the_session(program), invites(program, organizer=HOUSE)

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError(MAIL)

        monkeypatch.setattr(program, "view", broken)
        with caplog.at_level(logging.WARNING):
            assert invite(session, "p-7") is None

        (record,) = caplog.records
        assert "goes without its calendar file: RuntimeError at " in record.getMessage()
        assert MAIL not in caplog.text

    def test_a_session_of_an_empty_program_has_no_file(self, program: pk.Program) -> None:
        """It may be asked for before anything is kept."""
        with empty() as nothing:
            assert invites(nothing)(the_session(program), "p-7") is None

    @pytest.mark.parametrize(
        ("how", "place"),
        [
            ({"program": None}, "program"),
            ({"organizer": "nobody"}, "Cover.organizer"),
            ({"summaries": ["Appointment"]}, "summaries"),
            ({"summaries": {"en": "a\nb"}}, "Cover.summary"),
            ({"summaries": {7: "Appointment"}}, "summaries"),
            ({"secret": "short"}, "Cover.secret"),
        ],
    )
    def test_what_is_given_is_looked_at_once_before(
        self, program: pk.Program, how: dict[str, Any], place: str
    ) -> None:
        """Nobody learns of it while people are told."""
        told: dict[str, Any] = {"program": program, **how}
        with pytest.raises(pk.BadInput) as caught:
            invites(**told)

        assert caught.value.place == place

    def test_it_goes_with_the_routes(self, program: pk.Program) -> None:
        """Told over mail, each notice of the session has its file, and the others have none."""
        program.tell(Post())
        did(program, prefers(MAIL), move(), pk.CancelSession(by="p-7", id="s-1"))
        did(program, plan(id="s-2", starts=LATER + timedelta(days=2)))
        post = Post()
        program.tell(
            pk.Routes({NoticeChannel.EMAIL: post}, invite=invites(program, organizer=HOUSE))
        )
        methods = {
            each.kind: None if each.invite is None else the("METHOD", each.invite)
            for each in post.took
            if each.to == "p-7"
        }

        assert methods["session.cancelled"] == "METHOD:CANCEL"
        assert methods["session.planned"] == "METHOD:REQUEST"


class TestSecret:
    """What makes the names of events."""

    def test_a_house_may_have_its_own(self, program: pk.Program) -> None:
        """Then nobody who has the journal can tell what is whose; left out, it is the journal's."""
        first = next(program.journal()).hash

        assert Cover.of(program, secret=SECRET).secret == SECRET
        assert Cover.of(program).secret == first
        with empty() as nothing:
            assert Cover.of(nothing, secret=SECRET).secret == SECRET

    @pytest.mark.parametrize("secret", ["", "a" * 15, "é" * 20, 7])
    def test_a_short_one_is_refused(self, program: pk.Program, secret: Any) -> None:
        """Sixteen plain characters at least."""
        with pytest.raises(pk.BadInput, match="16 or more plain characters"):
            Cover.of(program, secret=secret)
