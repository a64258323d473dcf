"""How people are reached: what they say stands, a stop is heard, and what is not told is known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import peerkit as pk
from peerkit.model.fields import private_fields
from peerkit.stores.memory import MemoryStore
from tests.ordinary import NOW, empty, group, opened, plan, posted, welcome

ALLOWED, CONSENT, _, FACTS, NO = pk.Verdict
EMAIL, TEXT, APP = pk.NoticeChannel.EMAIL, pk.NoticeChannel.TEXT, pk.NoticeChannel.APP
HOUR = timedelta(hours=1)
POINTS = (
    pk.ContactPoint(channel=EMAIL, address="one@example.org", safe=True),
    pk.ContactPoint(channel=TEXT, address="+1 202 555 0143"),
    pk.ContactPoint(channel=EMAIL, address="two@example.org", nth=2),
)
#: The key of a message to p-7, of one to ana, and of one that there never was.
THEIRS, ANAS, NOBODYS = "@theirs", "@ana", "99/0"
NIGHT = pk.AgreedHours(days=(pk.Weekday.MONDAY,), opens="00:00", closes="07:00")
#: What the teller says of a message.
MESSAGE: dict[str, Any] = {"by": "teller", "notice": "12/0", "to": "p-7", "of": "match.proposed"}


def reached(program: pk.Program, who: str = "p-7") -> pk.ContactPreferences | None:
    """What stands for this person."""
    return program.view(who).get(pk.ContactPreferences, who)


def chosen(
    program: pk.Program, who: str = "p-7", points: tuple[pk.ContactPoint, ...] = POINTS
) -> pk.Program:
    """They have said how they want to be reached."""
    program.do(
        pk.SetContactPreferences(
            by=who, person=who, points=points, quiet=(NIGHT,), language="es", zone="UTC"
        )
    ).or_raise()
    return program


def failed(program: pk.Program, who: str = "p-7") -> list[bool]:
    """Which of their points are marked as failed."""
    found = reached(program, who)
    assert found is not None
    return [each.failed for each in found.points]


def named(program: pk.Program, notice: str | None) -> str | None:
    """A notice of the table below, by its key in this program."""
    for mark, who in ((THEIRS, "p-7"), (ANAS, "ana")):
        if notice is not None and mark in notice:
            key = next(each.key for each in posted(program) if each.to == who)
            return notice.replace(mark, key)
    return notice


def bounced(program: pk.Program, notice: str | None, **how: Any) -> pk.DeliveryFailed:
    """A notice to p-7 came back from their mailbox for good."""
    told: dict[str, Any] = {"channel": EMAIL, "for_good": True, "notice": named(program, notice)}
    return pk.DeliveryFailed(by="gateway", person="p-7", **told | how)


def new_messages(program: pk.Program, act: pk.Act) -> list[tuple[str, str, str, str]]:
    """The messages that doing this leaves: to whom, of what kind, about what, and its inside."""
    before = len(posted(program))
    program.do(act).or_raise()
    return [(each.to, each.kind, each.about, each.inside) for each in posted(program)[before:]]


class TestTheirOwnChoice:
    """The person decides, and nobody else."""

    def test_what_they_say_stands_until_they_say_it_anew(self) -> None:
        """The newest takes the place of all there was."""
        program = chosen(opened())
        assert reached(program) == pk.ContactPreferences(
            id="p-7", points=POINTS, quiet=(NIGHT,), language="es"
        )
        program.do(
            pk.SetContactPreferences(by="p-7", person="p-7", may_call=True, zone="UTC")
        ).or_raise()

        assert reached(program) == pk.ContactPreferences(id="p-7", may_call=True, gone=2)
        assert program.verify().whole

    @pytest.mark.parametrize(
        ("by", "said_so", "verdict"),
        [("p-7", None, ALLOWED), ("ana", True, ALLOWED), ("ana", None, FACTS), ("ana", False, NO)],
    )
    def test_others_may_only_write_it_down(
        self,
        by: str,
        said_so: bool | None,  # noqa: FBT001 - a row of the table above
        verdict: pk.Verdict,
    ) -> None:
        """Not even their peer says that a channel is safe."""
        program = opened()
        act = pk.SetContactPreferences(
            by=by, person="p-7", points=POINTS, said_so=said_so, zone="UTC"
        )

        assert program.do(act).verdict is verdict
        assert (reached(program) is not None) == (verdict is ALLOWED)

    @pytest.mark.parametrize("said_so", [True, False, None])
    @pytest.mark.parametrize("stopped", [False, True])
    def test_who_only_takes_part_writes_down_nobody_elses(
        self,
        stopped: bool,  # noqa: FBT001 - a row of the table above
        said_so: bool | None,  # noqa: FBT001 - a row of the table above
    ) -> None:
        """Whatever they say: it would turn another person's notices elsewhere, or undo a stop."""
        program = chosen(opened())
        if stopped:
            program.do(pk.StopNotices(by="p-7", person="p-7")).or_raise()
        before = reached(program)
        elsewhere = (pk.ContactPoint(channel=EMAIL, address="eight@example.org", safe=True),)
        act = pk.SetContactPreferences(
            by="p-8", person="p-7", points=elsewhere, zone="UTC", said_so=said_so
        )
        decision = program.do(act)

        assert decision.verdict is NO
        (found,) = [each for each in decision.findings if not each.allowed]
        assert found.sentence == "p-8 takes part here, and does not write down how p-7 is reached."
        assert found.clause.hand_to == "the person, their peer or the coordinator"
        assert reached(program) == before

    @pytest.mark.parametrize(
        ("role", "verdict"),
        [("peer", ALLOWED), ("peer who left", NO), ("supervisor", ALLOWED), ("neither", NO)],
    )
    def test_who_takes_part_and_works_here_too_writes_it_down(
        self, role: str, verdict: pk.Verdict
    ) -> None:
        """A peer may be supported as well. Whoever left as one only takes part."""
        program = opened()
        if role.startswith("peer"):
            program.do(welcome(id="p-8")).or_raise()
        if role == "supervisor":
            program.do(welcome(id="bo", supervisor="p-8")).or_raise()
        if role == "peer who left":
            program.do(pk.ChangeService(by="c", id="p-8", status=pk.PeerStatus.LEFT)).or_raise()
        act = pk.SetContactPreferences(by="p-8", person="p-7", zone="UTC", said_so=True)

        assert program.do(act).verdict is verdict

    def test_the_person_hears_of_what_somebody_else_changed(self) -> None:
        """Where it was no change, or their own, nobody is told of it."""
        program = chosen(opened())
        stands = reached(program)
        assert stands is not None
        theirs = pk.SetContactPreferences.again(stands, by="p-7", language="en")
        other = pk.SetContactPreferences.again(stands, by="ana", language="fr", said_so=True)
        told = "How you are reached was changed. If you did not want this, please say so."

        assert new_messages(program, theirs) == []
        assert new_messages(program, other) == [("p-7", "contact-preferences.set", "p-7", told)]
        assert new_messages(program, other) == []
        assert program.verify().whole

    def test_one_thing_is_changed_and_nothing_is_lost(self) -> None:
        """Every other choice stands as it stood, also those that are new to the class."""
        weekday = pk.AgreedHours(days=(pk.Weekday.FRIDAY,), opens="09:00", closes="17:00")
        program = opened()
        act = pk.SetContactPreferences(
            by="p-7",
            person="p-7",
            points=POINTS,
            quiet=(NIGHT,),
            only=(weekday,),
            zone="America/Chicago",
            language="es",
            digest="18:00",
            may_call=True,
            may_leave_message=True,
        )
        program.do(act).or_raise()
        before = reached(program)
        assert before is not None
        of_the_class = {each.name: each.default for each in private_fields(type(before))}
        assert of_the_class.pop("gone") == before.gone == 0  # that is counted, and no choice
        assert not [
            name for name, left_out in of_the_class.items() if getattr(act, name) == left_out
        ]
        program.do(pk.SetContactPreferences.again(before, by="p-7", digest="07:00")).or_raise()

        assert reached(program) == attrs.evolve(before, digest="07:00")
        assert pk.SetContactPreferences.again(before, by="p-7") == act
        with pytest.raises(TypeError, match="digset"):
            pk.SetContactPreferences.again(before, by="p-7", digset="07:00")

    def test_the_clock_is_named_by_whoever_says_it(self) -> None:
        """Nobody's quiet hours are by the clock of London because nothing was said."""
        with pytest.raises(TypeError, match="'zone'"):
            pk.SetContactPreferences(by="p-7", person="p-7", quiet=(NIGHT,))  # type: ignore[call-arg]
        with pytest.raises(pk.BadInput) as caught:
            pk.read_act('{"act":"contact-preferences.set","by":"p-7","person":"p-7"}')
        assert caught.value.place == "$.zone"

    def test_a_guardian_says_it_of_themself_and_not_of_the_young_person(self) -> None:
        """Where a young person is reached is not told to anybody in their place."""
        program = opened()
        program.do(pk.NameGuardian(by="c", participant="p-7", guardian="kim")).or_raise()
        act = pk.SetContactPreferences(
            by="kim", person="p-7", points=POINTS, said_so=True, zone="UTC"
        )

        assert program.do(act).verdict is CONSENT
        assert chosen(program, "kim").verify().whole

    def test_whoever_said_it_can_be_forgotten(self) -> None:
        """Also a guardian or a coordinator whom nobody welcomed: an address is kept of them."""
        program = chosen(opened(), "kim")
        assert program.do(
            pk.SetContactPreferences(by="c", person="kim", said_so=True, zone="UTC")
        ).allowed
        program.do(pk.ForgetPerson(by="kim", id="kim", why=pk.WhyForgotten.ASKED)).or_raise()

        assert reached(program, "kim") == pk.ContactPreferences(
            id="kim", status=pk.ContactStatus.FORGOTTEN
        )
        assert "example.org" not in "".join(repr(attrs.asdict(each)) for each in program.journal())
        assert program.verify().whole

    @pytest.mark.parametrize(("who", "verdict"), [("sam", ALLOWED), ("p-99", FACTS)])
    def test_it_is_written_down_for_whom_the_program_knows(
        self, who: str, verdict: pk.Verdict
    ) -> None:
        """A supervisor is known by whom they supervise."""
        act = pk.SetContactPreferences(by="c", person=who, said_so=True, zone="UTC")

        assert opened().do(act).verdict is verdict

    def test_hours_that_leave_no_time_are_refused_at_once(self) -> None:
        """It is no question for a rule: nothing of it could stand."""
        week = pk.AgreedHours(days=tuple(pk.Weekday), opens="00:00", closes="24:00")
        with pytest.raises(pk.BadInput, match="leaves no free time"):
            pk.SetContactPreferences(by="p-7", person="p-7", quiet=(week,), zone="UTC")

    @pytest.mark.parametrize(
        ("place", "wrong"),
        [
            ("ContactPoint.address", {"address": " one@example.org"}),
            ("ContactPoint.address", {"address": "one\n@example.org"}),
            ("ContactPoint.address", {"address": "a" * 501}),
            ("ContactPoint.address", {"address": 77}),
            ("ContactPoint.address", {"address": ""}),
            ("ContactPoint.channel", {"channel": "pigeon"}),
            ("SetContactPreferences.language", {"language": "Englisch, bitte"}),
            ("SetContactPreferences.language", {"language": "n" * 36}),
            ("SetContactPreferences.language", {"language": ""}),
            ("SetContactPreferences.digest", {"digest": "6 pm"}),
            ("SetContactPreferences.zone", {"zone": "Zebrafinch"}),
            ("SetContactPreferences.zone", {"zone": None}),
        ],
    )
    def test_what_fits_no_field_is_named_by_its_place(
        self, place: str, wrong: dict[str, Any]
    ) -> None:
        """And never repeated: it may be an address."""
        told: dict[str, dict[str, Any]] = {
            "ContactPoint": {"channel": EMAIL, "address": "one@example.org"},
            "SetContactPreferences": {"by": "p-7", "person": "p-7", "zone": "UTC"},
        }
        kind = place.partition(".")[0]
        with pytest.raises(pk.BadInput) as caught:
            getattr(pk, kind)(**told[kind] | wrong)

        assert caught.value.place == place
        assert not [each for each in wrong.values() if each and str(each) in caught.value.what]

    def test_only_the_app_needs_no_address(self) -> None:
        """It is behind the host's own login."""
        assert pk.ContactPoint(channel=APP).address == ""

    def test_nothing_of_it_shows_itself_or_lies_in_the_journal(self) -> None:
        """Neither an address nor a language nor the hours."""
        program = chosen(opened())
        (entry,) = [each for each in program.journal() if each.act == "contact-preferences.set"]
        shown = f"{reached(program)!r}{reached(program)}{entry.body}"

        for each in ("example.org", "+1 202", "07:00", '"es"', "'es'"):
            assert each not in shown


class TestStopping:
    """STOP always works."""

    def test_it_is_heard_and_taken_back_by_the_person(self) -> None:
        """What they had chosen stays with them; choosing anew is the way back."""
        program = chosen(opened())
        program.do(pk.StopNotices(by="gateway", person="p-7")).or_raise()
        stopped = reached(program)
        assert stopped is not None
        assert (stopped.status, stopped.points) == (pk.ContactStatus.STOPPED, POINTS)

        again = chosen(program)
        assert reached(again) == attrs.evolve(stopped, status=pk.ContactStatus.WELCOME)

    def test_nobody_else_takes_it_back(self) -> None:
        """A peer who thinks they should hear of it does not decide."""
        program = opened()
        program.do(pk.StopNotices(by="p-7", person="p-7")).or_raise()
        act = pk.SetContactPreferences(
            by="ana", person="p-7", points=POINTS, said_so=False, zone="UTC"
        )

        assert program.do(act).verdict is NO
        assert reached(program) == pk.ContactPreferences(id="p-7", status=pk.ContactStatus.STOPPED)

    @pytest.mark.parametrize("by", ["ana", "sam", "c"])
    def test_who_works_here_writes_down_that_they_want_them_again(self, by: str) -> None:
        """On their word; and they hear of it, over what was written down."""
        program = chosen(opened())
        program.do(pk.StopNotices(by="p-7", person="p-7")).or_raise()
        act = pk.SetContactPreferences(by=by, person="p-7", points=POINTS, zone="UTC", said_so=True)

        assert [each[:3] for each in new_messages(program, act)] == [
            ("p-7", "contact-preferences.set", "p-7")
        ]
        found = reached(program)
        assert found is not None
        assert found.status is pk.ContactStatus.WELCOME

    def test_one_channel_is_taken_out_and_the_rest_stays(self) -> None:
        """Both addresses of it; and where there was none nothing is changed."""
        program = chosen(opened())
        stop = pk.StopNotices(by="p-7", person="p-7", channel=EMAIL)
        program.do(stop).or_raise()
        now = reached(program)
        assert now is not None
        assert (now.status, now.points) == (pk.ContactStatus.WELCOME, POINTS[1:2])
        assert program.do(stop).kept == ()
        assert program.do(pk.StopNotices(by="p-9", person="p-9", channel=TEXT)).kept == ()
        assert reached(program, "p-9") is None

    def test_it_is_heard_of_whom_nobody_knows_and_of_whom_was_forgotten(self) -> None:
        """The first is told nothing from then on; of the other nothing new is kept."""
        program = chosen(opened(), "p-8")
        assert program.do(pk.StopNotices(by="gateway", person="p-99")).allowed
        assert program.do(pk.StopNotices(by="gateway", person="p-99")).kept == ()
        forget = pk.ForgetPerson(by="p-8", id="p-8", why=pk.WhyForgotten.ASKED)
        program.do(forget).or_raise()
        gone = pk.ContactPreferences(id="p-8", status=pk.ContactStatus.FORGOTTEN)
        assert reached(program, "p-8") == gone
        for act in (
            pk.StopNotices(by="gateway", person="p-8"),
            pk.StopNotices(by="gateway", person="p-8", channel=TEXT),
            pk.DeliveryFailed(by="teller", person="p-8", channel=TEXT, for_good=True),
        ):
            decision = program.do(act)
            assert (decision.verdict, decision.kept) == (ALLOWED, ())
        assert reached(program, "p-8") == gone
        assert "example.org" not in "".join(repr(attrs.asdict(each)) for each in program.journal())
        choose = pk.SetContactPreferences(by="p-8", person="p-8", points=POINTS, zone="UTC")
        assert program.do(choose).verdict is NO
        assert program.verify().whole


class TestWhatDidNotArrive:
    """A bounce is marked where it belongs, and an address is never named."""

    @pytest.mark.parametrize(
        ("notice", "marks"),
        [
            (None, [True, False, True]),
            (THEIRS, [True, False, True]),
            (f"{THEIRS}/email", [True, False, False]),
            (f"{THEIRS}/email.2", [False, False, True]),
            (f"digest/{THEIRS}/0a1b/email.2", [False, False, True]),
        ],
    )
    def test_what_failed_for_good_is_marked(self, notice: str | None, marks: list[bool]) -> None:
        """The way that the notice took; all of the channel where no way of it is named."""
        program = chosen(opened())
        act = bounced(program, notice)
        program.do(act).or_raise()

        assert failed(program) == marks
        assert program.do(act).kept == ()
        assert failed(chosen(program)) == [False] * 3

    @pytest.mark.parametrize(
        "notice", [f"{ANAS}/email", ANAS, f"digest/{ANAS}/0a1b/email", NOBODYS, "mail-77", "0/0"]
    )
    def test_what_went_to_somebody_else_is_no_word_about_them(self, notice: str) -> None:
        """A hook that takes one person for another closes nobody's mailbox."""
        program = chosen(chosen(opened()), "ana")
        act = bounced(program, notice)
        before = len(posted(program))
        decision = program.do(act)

        assert (decision.verdict, decision.kept) == (FACTS, ())
        assert program.decide(act).verdict is FACTS
        assert decision.findings[0].sentence == (
            f"Notice {act.notice} did not go to p-7. Please say whose it was."
        )
        assert failed(program) == failed(program, "ana") == [False] * 3
        assert len(posted(program)) == before
        assert [*program.history("p-7")][-1].act == "delivery.failed"

    @pytest.mark.parametrize("notice", ["12/0/text", "12/0/text.3", "digest/12/0/0a1b/app"])
    def test_what_went_over_another_channel_is_refused(self, notice: str) -> None:
        """The key says over which it went."""
        with pytest.raises(pk.BadInput, match=r"DeliveryFailed\.notice: went over another channel"):
            pk.DeliveryFailed(by="x", person="p-7", channel=EMAIL, for_good=True, notice=notice)

    @pytest.mark.parametrize("again", [EMAIL, TEXT])
    @pytest.mark.parametrize("stopped", [True, False])
    def test_a_number_is_never_given_twice(
        self,
        again: pk.NoticeChannel,
        stopped: bool,  # noqa: FBT001 - a row of the table above
    ) -> None:
        """Also where the channel was stopped, or left out, before they gave another address."""
        program = chosen(opened())
        old = reached(program)
        assert old is not None
        if stopped:
            stop = pk.StopNotices(by="p-7", person="p-7", channel=again)
            program.do(stop).or_raise()
        chosen(program, points=tuple(each for each in POINTS if each.channel is not again))
        chosen(program, points=(pk.ContactPoint(channel=again, address="another"),))
        (now,) = reached(program).points  # type: ignore[union-attr]  # they have said something
        late = [each.name for each in old.points if each.channel is again]

        assert now.name not in late
        for name in late:
            act = bounced(program, f"{THEIRS}/{name}", channel=again)
            assert [kind for _, kind, *_ in new_messages(program, act)] == ["notice.returned"]
        assert failed(program) == [False]
        assert program.verify().whole

    @pytest.mark.parametrize("gone", [-1, 1_000_001])
    def test_a_count_that_nobody_counted_is_refused(self, gone: int) -> None:
        """The program counts."""
        with pytest.raises(pk.BadInput, match=r"^ContactPreferences\.gone: 0 to 1,000,000"):
            pk.ContactPreferences(id="p-7", gone=gone)

    def test_what_is_given_anew_is_tried_anew(self) -> None:
        """Whatever the host copied: a mark is what the channel said of what stood before."""
        program = chosen(opened())
        told = pk.DeliveryFailed(by="teller", person="p-7", channel=EMAIL, for_good=True)
        program.do(told).or_raise()
        before = reached(program)
        assert before is not None
        program.do(pk.SetContactPreferences.again(before, by="p-7")).or_raise()

        assert failed(program) == [False] * 3

    def test_a_late_bounce_is_no_word_about_a_new_address(self) -> None:
        """What went to the old one is lost, which they hear at the new one; that one works."""
        program = chosen(opened())
        again = (attrs.evolve(POINTS[0], address="new@example.org"), *POINTS[1:])
        chosen(program, points=again)
        told = new_messages(program, bounced(program, f"{THEIRS}/email"))

        assert [(to, kind) for to, kind, *_ in told] == [("p-7", "notice.returned")]
        assert failed(program) == [False] * 3
        before = reached(program)
        assert before is not None
        assert [each.name for each in before.points] == ["email.3", "text", "email.2"]

    def test_an_address_keeps_its_number_wherever_it_stands(self) -> None:
        """It is the same one to whoever has sent something there; one given twice is two."""
        program = chosen(opened())
        chosen(program, points=(POINTS[2], POINTS[2], POINTS[1]))
        before = reached(program)

        assert before is not None
        assert [each.name for each in before.points] == ["email.2", "email.3", "text"]

    @pytest.mark.parametrize("nth", [0, -1, 1_000_001])
    def test_a_number_that_nobody_counted_is_refused(self, nth: int) -> None:
        """The program counts."""
        with pytest.raises(pk.BadInput, match=r"^ContactPoint\.nth: 1 to 1,000,000"):
            pk.ContactPoint(channel=EMAIL, address="a@example.org", nth=nth)

    @pytest.mark.parametrize(
        ("how", "told"),
        [
            ({"for_good": True, "notice": f"{THEIRS}/email.x"}, 0),
            ({"for_good": True, "notice": f"{THEIRS}/email"}, 1),
            ({"for_good": True, "notice": THEIRS}, 1),
            ({"for_good": True, "notice": f"{THEIRS}/email.9"}, 0),
            ({"for_good": True, "notice": None}, 0),
            ({"for_good": False, "notice": f"{THEIRS}/email"}, 0),
        ],
    )
    def test_the_person_hears_once_that_a_notice_is_lost(
        self, how: dict[str, Any], told: int
    ) -> None:
        """Where a notice is named, and something was newly marked."""
        program = chosen(opened())
        act = bounced(program, **how)
        inside = "Something we sent you did not arrive. Please ask us."

        assert new_messages(program, act) == [("p-7", "notice.returned", "p-7", inside)] * told
        assert new_messages(program, act) == []
        assert program.verify().whole

    def test_what_may_still_arrive_leaves_only_its_entry(self) -> None:
        """Also for somebody of whom nothing is known."""
        program = chosen(opened())
        for who, for_good in (("p-7", False), ("p-99", True)):
            told = pk.DeliveryFailed(by="teller", person=who, channel=EMAIL, for_good=for_good)
            assert program.do(told).kept == ()
        assert failed(program) == [False] * 3

    @pytest.mark.parametrize(
        ("why", "because"),
        [
            (pk.WhyNotTold.NO_CHANNEL, "There is no safe channel to them."),
            (pk.WhyNotTold.GIVEN_UP, "A notice did not reach them."),
            (pk.WhyNotTold.STOPPED, "They stopped notices."),
            (pk.WhyNotTold.OVER, "They were not told."),
        ],
    )
    def test_whoever_reaches_them_knows_why(self, why: pk.WhyNotTold, because: str) -> None:
        """Who and about what; what they said about calls is no part of what is kept."""
        program = opened()
        act = pk.SetContactPreferences(by="p-7", person="p-7", zone="UTC", may_call=True)
        program.do(act).or_raise()
        passed = pk.PassOnNotice(**MESSAGE, noun="m-1", coordinator="c-1", why=why)
        see = "See first what they said about being called."

        assert new_messages(program, passed) == [
            ("c-1", "call.needed", "m-1", f"Please reach p-7 about m-1. {because} {see}")
        ]

    @pytest.mark.parametrize("why", pk.WhyNotTold)
    def test_what_was_not_told_is_written_down_or_passed_on(self, why: pk.WhyNotTold) -> None:
        """Whatever the reason: an entry alone, or one message to the coordinator."""
        program = opened()
        passed = pk.PassOnNotice(**MESSAGE, noun="m-1", coordinator="c-1", why=why)
        look = ("match.proposed", "m-1 waits for somebody to look at it.")
        as_it_is = {pk.WhyNotTold.MISSING, pk.WhyNotTold.ADVERSE, pk.WhyNotTold.REACHABLE}
        instead = why in as_it_is

        assert new_messages(program, pk.CancelNotice(**MESSAGE, why=why)) == []
        ((to, kind, about, inside),) = new_messages(program, passed)
        assert (to, about) == ("c-1", "m-1")
        assert (kind, inside) == look if instead else kind == "call.needed"
        kinds = [each.act for each in program.history("p-7")]
        assert kinds[-2:] == ["notice.cancelled", "notice.passed-on"]
        assert program.verify().whole

    @pytest.mark.parametrize(
        "of", ["", "match", "Match.proposed", "a b.c", "a..b", "a." + "b" * 99]
    )
    def test_the_kind_of_a_message_is_a_code(self, of: str) -> None:
        """Never a sentence, and never a name."""
        with pytest.raises(pk.BadInput, match=r"CancelNotice\.of: the kind of a message is codes"):
            pk.CancelNotice(**MESSAGE | {"of": of}, why=pk.WhyNotTold.OVER)


class TestReminding:
    """A reminder is a message with a day."""

    def test_each_gets_one_that_is_due_and_the_same_key_is_the_same_reminder(self) -> None:
        """Two tellers that give it at the same time give it once."""
        program = opened()
        act = pk.Remind(
            by="teller",
            of="session.tomorrow",
            noun="s-1",
            to=("p-7", "ana"),
            due=NOW + HOUR,
            key="session.tomorrow/s-1",
        )
        told = [(who, act.of, "s-1", "Please look at s-1.") for who in ("p-7", "ana")]

        assert new_messages(program, act) == told
        assert new_messages(program, act) == []
        assert [each.due for each in program.store.posted()][-2:] == [NOW + HOUR] * 2

    def test_who_was_forgotten_is_left_out(self) -> None:
        """The others are reminded."""
        program = opened()
        program.do(pk.ForgetPerson(by="p-8", id="p-8", why=pk.WhyForgotten.ASKED)).or_raise()
        act = pk.Remind(by="teller", of="goal.review", noun="g-1", to=("p-8", "p-7"))

        assert [each[0] for each in new_messages(program, act)] == ["p-7"]


class TestConfirming:
    """Who takes part says that they will come."""

    def planned(self, **how: Any) -> pk.Program:
        """With a session tomorrow."""
        program = opened()
        program.do(plan(id="s-1", starts=NOW + 24 * HOUR, **how)).or_raise()
        return program

    def session(self, program: pk.Program) -> pk.Session:
        """The session."""
        (found,) = program.find(pk.Session)
        return found

    def test_it_is_remembered_and_the_other_is_told(self) -> None:
        """Once, however often it is said."""
        program = self.planned()
        act = pk.ConfirmSession(by="p-7", id="s-1")
        told = ("session.confirmed", "s-1", "Session s-1 is confirmed.")

        assert new_messages(program, act) == [("ana", *told)]
        assert new_messages(program, act) == []
        written = pk.ConfirmSession(by="c", id="s-1", who="ana", said_so=True)
        assert new_messages(program, written) == [("p-7", *told)]
        assert self.session(program).confirmed == ("p-7", "ana")
        assert program.verify().whole

    def test_in_a_group_those_who_lead_it_are_told(self) -> None:
        """Not everybody each time that somebody says yes; and it does not say who did."""
        program = opened()
        program.do(plan(id="s-1", starts=NOW + 24 * HOUR, **group(2))).or_raise()

        assert new_messages(program, pk.ConfirmSession(by="p-8", id="s-1")) == [
            ("ana", "session.confirmed", "s-1", "Session s-1 is confirmed.")
        ]

    @pytest.mark.parametrize(
        ("how", "verdict"),
        [
            ({"by": "p-8"}, FACTS),
            ({"by": "ana", "who": "p-7"}, FACTS),
            ({"by": "ana", "who": "p-7", "said_so": False}, NO),
            ({"by": "p-7", "id": "s-404"}, FACTS),
        ],
    )
    def test_nobody_confirms_for_another(self, how: dict[str, Any], verdict: pk.Verdict) -> None:
        """Nor what is not theirs, nor what is not there."""
        program = self.planned()
        told: dict[str, Any] = {"id": "s-1"}

        assert program.do(pk.ConfirmSession(**told | how)).verdict is verdict
        assert self.session(program).confirmed == ()

    def test_another_time_is_confirmed_anew(self) -> None:
        """What was said was said of the time before."""
        program = self.planned()
        program.do(pk.ConfirmSession(by="p-7", id="s-1")).or_raise()
        told: dict[str, Any] = {"peer": "ana", "participants": ("p-7",), "minutes": 60}
        program.do(pk.MoveSession(by="p-7", id="s-1", starts=NOW + 30 * HOUR, **told)).or_raise()

        assert self.session(program).confirmed == ()

    def test_what_is_over_is_not_confirmed(self) -> None:
        """Only what is planned."""
        program = self.planned()
        program.do(pk.CancelSession(by="p-7", id="s-1")).or_raise()

        assert program.do(pk.ConfirmSession(by="p-7", id="s-1")).verdict is NO

    def test_a_session_that_nobody_confirmed_is_written_as_before(self) -> None:
        """Older peerkits wrote sessions without it, and what they wrote stays the same."""
        program = self.planned()
        bodies = [each.body for each in program.journal()]
        assert "confirmed" not in bodies[-1]
        program.do(pk.ConfirmSession(by="p-7", id="s-1")).or_raise()

        assert '"confirmed":["p-7"]' in [each.body for each in program.journal()][-1]


class Reached(RuleBasedStateMachine):
    """People choose, stop and answer in any order: what stands is what they last said."""

    people = st.sampled_from(("p-7", "p-8", "ana", "sam"))
    channels = st.sampled_from((EMAIL, TEXT, APP))

    @initialize()
    def begin(self) -> None:
        """Two who take part, a peer and a supervisor; nobody has said anything yet."""
        self.program = empty(MemoryStore())
        self.program.do(welcome(id="ana")).or_raise()
        for who in ("p-7", "p-8"):
            self.program.do(pk.WelcomeParticipant(by="c", id=who)).or_raise()
        self.stands: dict[str, tuple[bool, list[tuple[pk.NoticeChannel, bool]]]] = {}
        self.coming: list[str] = []
        self.told = len(posted(self.program))

    @rule(who=people, some=st.lists(channels, max_size=3))
    def choose(self, who: str, some: list[pk.NoticeChannel]) -> None:
        """They say it themselves: it always stands."""
        points = tuple(
            pk.ContactPoint(channel=each, address="" if each is APP else f"{who}-{number}")
            for number, each in enumerate(some)
        )
        act = pk.SetContactPreferences(by=who, person=who, points=points, zone="UTC")
        assert self.program.do(act).allowed
        self.stands[who] = (False, [(each, False) for each in some])

    @rule(who=people, by=people)
    def choose_for(self, who: str, by: str) -> None:
        """Somebody else decides for them: it never stands."""
        act = pk.SetContactPreferences(by=by, person=who, points=POINTS, said_so=False, zone="UTC")
        if by != who:
            assert not self.program.do(act).allowed

    @rule(who=people)
    def stop(self, who: str) -> None:
        """All of it, also where nothing is known."""
        assert self.program.do(pk.StopNotices(by="gateway", person=who)).allowed
        self.stands[who] = (True, self.stands.get(who, (True, []))[1])

    @rule(who=people, channel=channels)
    def stop_one(self, who: str, channel: pk.NoticeChannel) -> None:
        """One channel."""
        self.program.do(pk.StopNotices(by=who, person=who, channel=channel)).or_raise()
        if who in self.stands:
            stopped, points = self.stands[who]
            self.stands[who] = (stopped, [each for each in points if each[0] is not channel])

    @rule(who=people, channel=channels, for_good=st.booleans())
    def bounce(self, who: str, channel: pk.NoticeChannel, *, for_good: bool) -> None:
        """Something came back."""
        told = pk.DeliveryFailed(by="teller", person=who, channel=channel, for_good=for_good)
        self.program.do(told).or_raise()
        if who in self.stands and for_good:
            stopped, points = self.stands[who]
            marked = [(each, bad or each is channel) for each, bad in points]
            self.stands[who] = (stopped, marked)

    @rule(who=people)
    def give_up(self, who: str) -> None:
        """A message to them is passed on: the coordinator has one more."""
        told = MESSAGE | {"to": who, "noun": "m-1", "coordinator": "c-1"}
        self.program.do(pk.PassOnNotice(**told, why=pk.WhyNotTold.GIVEN_UP)).or_raise()
        self.told += 1

    @rule(who=people)
    def confirm(self, who: str) -> None:
        """Only those who take part, and only while it is planned."""
        session = self.program.view("s-1").get(pk.Session, "s-1")
        done = self.program.do(pk.ConfirmSession(by=who, id="s-1"))
        planned = session is not None and session.status is pk.SessionStatus.PLANNED
        assert done.allowed == (planned and who in {"p-7", "p-8", "ana"})
        if done.allowed and who not in self.coming:
            self.coming.append(who)
            self.told += who != "ana"

    @rule(hours=st.integers(2, 40))
    def plan_or_move(self, hours: int) -> None:
        """A meeting of three, planned once and moved afterwards: then nobody has confirmed it."""
        told: dict[str, Any] = {"by": "ana", "id": "s-1", "starts": NOW + hours * HOUR}
        if self.program.view("s-1").get(pk.Session, "s-1") is None:
            self.program.do(plan(**told, **group(2))).or_raise()
        else:
            told |= {"peer": "ana", "participants": ("p-7", "p-8"), "minutes": 60}
            self.program.do(pk.MoveSession(**told)).or_raise()
        self.coming = []
        self.told += 3

    @invariant()
    def what_stands_is_what_they_said(self) -> None:
        """Of everybody, and of nobody else."""
        found = {
            each.id: (
                each.status is pk.ContactStatus.STOPPED,
                [(point.channel, point.failed) for point in each.points],
            )
            for each in self.program.every(pk.ContactPreferences)
        }
        assert found == self.stands

    @invariant()
    def who_comes_is_known(self) -> None:
        """And every message is there once."""
        session = self.program.view("s-1").get(pk.Session, "s-1")
        assert list(session.confirmed if session else ()) == self.coming
        assert len(posted(self.program)) == self.told

    def teardown(self) -> None:
        """Everything kept follows from the journal."""
        assert self.program.verify().whole


Reached.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestReached = Reached.TestCase
