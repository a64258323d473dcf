"""The one door: what goes in, what is kept, what is told, and what is found again."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from importlib.resources import files
from pathlib import Path
from typing import Any

import attrs
import pytest

import peerkit as pk
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.stores import Change, NotAStore
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.writing.codec import text, write_noun
from tests.ordinary import FIRST_ACTS, NOW, empty, opened, plan, report

CANARY = "Grebe-4711"
SWIM = pk.Words("I want to swim.")


def welcome(id_: str | None = "p-9", **how: Any) -> pk.WelcomeParticipant:
    """Somebody new."""
    return pk.WelcomeParticipant(by="coordinator", id=id_, **how)


def goal(words: pk.Words = SWIM, **how: Any) -> pk.SetGoal:
    """A goal of p-7, in their words."""
    told: dict[str, Any] = {"by": "p-7", "id": "g-1", "participant": "p-7", "words": words}
    return pk.SetGoal(**told | how)


def choose_for_them(**how: Any) -> pk.SetGoal:
    """A goal that somebody else thought of: not allowed."""
    return goal(by="ana", said_so=False, **how)


@pytest.fixture
def program() -> pk.Program:
    """Ana walks with p-7, in memory."""
    return opened()


class TestDeciding:
    """Asking without doing."""

    def test_decide_keeps_nothing(self, program: pk.Program) -> None:
        """Asking leaves no trace, whatever the answer is."""
        before = tuple(program.journal())

        assert program.decide(welcome()).allowed
        assert not program.decide(choose_for_them()).allowed
        assert tuple(program.journal()) == before
        assert program.find(pk.Goal).items == ()

    def test_decide_and_do_say_the_same(self, program: pk.Program) -> None:
        """The answer to a question is the answer one gets; only the number is missing."""
        for act in (welcome(), choose_for_them(), plan(minutes=30)):
            asked = program.decide(act)
            done = program.do(act)

            assert asked.number == 0
            assert done == asked.kept_as(done.number, done.kept)

    def test_what_is_made_gets_an_id(self, program: pk.Program) -> None:
        """Whoever leaves the id out is told which one was given."""
        decision = program.do(welcome(id_=None))

        assert decision.act == welcome("participant-1")
        assert program.find(pk.Participant, after="p").items[-1].id == "participant-1"


class TestDoing:
    """One act, one entry."""

    def test_what_is_allowed_is_kept(self, program: pk.Program) -> None:
        """An allowed act leaves its nouns and one entry that names act, verdict and edition."""
        decision = program.do(welcome())

        (entry,) = program.journal(len(FIRST_ACTS))
        assert decision.number == entry.number == len(FIRST_ACTS) + 1
        assert program.find(pk.Participant, after="p-8").items == (pk.Participant(id="p-9"),)
        kept = entry.read()
        assert kept["act"]["act"] == "participant.welcomed"
        assert kept["verdict"] == "ALLOWED"
        assert kept["edition"] == program.handbook.edition
        assert kept["at"] == "2026-11-02T12:00:00+00:00"

    def test_a_refusal_is_journalled_and_changes_nothing(self, program: pk.Program) -> None:
        """A refusal leaves an entry with its reasons, and nothing else."""
        before = program.view("ana", "p-7", "g-1", "ana+p-7")
        outbox = program.store.outbox()

        decision = program.do(choose_for_them())

        (entry,) = program.journal(before.seen)
        assert (decision.verdict, decision.number) == (pk.Verdict.NOT_ALLOWED, entry.number)
        kept = entry.read()
        assert kept["verdict"] == "NOT_ALLOWED"
        assert ["own-voice", "NOT_ALLOWED"] in [each[:2] for each in kept["findings"]]
        assert kept["nouns"] == kept["counts"] == kept["messages"] == kept["apart"] == []
        assert (
            attrs.evolve(program.view("ana", "p-7", "g-1", "ana+p-7"), seen=before.seen) == before
        )
        assert program.store.outbox() == outbox
        assert program.words("goal/g-1") == ()

    def test_a_report_is_kept_whatever_the_verdict(self, program: pk.Program) -> None:
        """What has happened is written down, with a concern, and its time does not count."""
        decision = program.do(report(activities=(pk.Activity(id="therapy"),)))

        assert not decision.allowed
        assert decision.number == len(FIRST_ACTS) + 1
        (session,) = program.find(pk.Session)
        assert (session.status, session.counted) == (pk.SessionStatus.HELD, 0)
        (concern,) = program.find(pk.Concern)
        assert concern.id == "s-1/concern"
        assert "concern.opened" in {each.kind for each in told(program)}

    def test_refused_can_be_raised(self, program: pk.Program) -> None:
        """Whoever wants an error for a refusal gets one; the refusal is kept all the same."""
        with pytest.raises(pk.Refused, match="not allowed"):
            program.do(choose_for_them()).or_raise()

        assert len(tuple(program.journal())) == len(FIRST_ACTS) + 1

    def test_someone_on_both_sides_is_refused_and_kept(self, tmp_path: Path) -> None:
        """An act that names one person twice is an ordinary refusal, on a file as in memory."""
        for store in (MemoryStore(), SQLiteStore(tmp_path / "program.db")):
            with opened(store) as program:
                act = pk.ProposeMatch(by="ana", id="m-2", peer="ana", participant="ana")
                decision = program.do(act)

                assert not decision.allowed
                assert [each.number for each in program.history("m-2")] == [decision.number]
                assert program.verify().whole

    def test_a_held_session_is_found_with_those_who_came(self, tmp_path: Path) -> None:
        """When somebody else came than was planned, the session is found with who was there."""
        for store in (MemoryStore(), SQLiteStore(tmp_path / "program.db")):
            with opened(store) as program:
                group = {"form": pk.SessionForm.GROUP}
                program.do(plan(participants=("p-7", "p-8"), **group)).or_raise()
                program.do(report(participants=("p-8",), **group)).or_raise()

                assert [each.id for each in program.find(pk.Session, about="p-8")] == ["s-1"]
                assert program.find(pk.Session, about="p-7").items == ()

    def test_words_never_enter_the_journal(self, program: pk.Program) -> None:
        """What somebody said is kept apart; the journal holds a digest, and errors hold nothing."""
        said = pk.Words(f"{CANARY} and I want to swim.")
        program.do(goal(said))
        program.do(report(note=said))
        program.do(choose_for_them(id="g-2", words=said))

        assert program.words("goal/g-1") == program.words("session/s-1") == (said.text,)
        assert program.words("goal/g-2") == ()
        assert not any(CANARY in each.body for each in program.journal())
        assert CANARY not in repr(tuple(program.journal()))
        (kept,) = next(program.history("g-1")).read()["apart"]
        assert kept[:2] == ["goal/g-1", "p-7"]

    @pytest.mark.parametrize("about", ["@act", "@findings", "@person/p-7", "@"])
    def test_a_private_part_is_no_words(self, about: str) -> None:
        """What acts and nouns say of somebody's life is not read out in a heap."""
        program = opened()
        with pytest.raises(pk.BadInput, match='about: give what the words are about, such as "'):
            program.words(about)

    def test_equal_words_leave_different_digests(self) -> None:
        """Who knows the journal cannot tell whether two people said the same."""
        with opened(salt=iter("abcdefgh").__next__) as program:
            program.do(goal())
            program.do(goal(id="g-2"))

            digests = [each.read()["apart"][0][2] for each in program.journal(len(FIRST_ACTS))]
            assert len(set(digests)) == 2


class TestTogether:
    """Many acts in few transactions."""

    def test_do_all_gives_the_decisions_in_order(self, program: pk.Program) -> None:
        """Acts are decided one after another, refusals among them, whatever the batch."""
        acts = [welcome("p-10"), choose_for_them(), welcome("p-11"), welcome("p-10"), welcome()]

        decisions = list(program.do_all(iter(acts), batch=2))

        assert [each.act for each in decisions] == acts
        assert [each.allowed for each in decisions] == [True, False, True, False, True]
        assert [each.number for each in decisions] == [7, 8, 9, 10, 11]

    def test_do_all_of_nothing_is_nothing(self, program: pk.Program) -> None:
        """No acts, no decisions, no entry."""
        assert list(program.do_all([])) == []
        assert len(tuple(program.journal())) == len(FIRST_ACTS)

    def test_an_act_that_raises_takes_its_batch_along(self, tmp_path: Path) -> None:
        """When an act raises, the batches before it are kept, its own is not."""
        for store in (MemoryStore(), SQLiteStore(tmp_path / "program.db")):
            with opened(store) as program:
                program.do(welcome("p-20", key="k")).or_raise()
                acts = [welcome("p-10"), welcome("p-11"), welcome("p-12"), welcome("p-13", key="k")]
                doing = program.do_all(acts, batch=2)

                assert [next(doing).act.by for _ in range(2)] == ["coordinator"] * 2
                with pytest.raises(pk.KeyReused):
                    next(doing)

                found = [each.id for each in program.every(pk.Participant)]
                assert found == ["p-10", "p-11", "p-20", "p-7", "p-8"]
                assert program.verify().whole


class Restless(MemoryStore):
    """Somebody else is always a little faster: so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times
        self.tries = 0

    def keep(self, change: Change) -> pk.Entry:
        """Moved, until the others are done."""
        self.tries += 1
        if self.tries <= self.times:
            raise pk.Moved(change.about, change.stood.view.seen)
        return super().keep(change)


class TestWhenOthersAreFaster:
    """Read again, decide again, a few times."""

    @pytest.mark.parametrize("times", [0, 1, 7])
    def test_it_is_tried_again(self, times: int) -> None:
        """An act is kept once, on a later try."""
        store = Restless(times)
        with empty(store) as program:
            assert program.do(welcome()).number == 1
            assert store.tries == times + 1
            assert [each.id for each in program.every(pk.Participant)] == ["p-9"]

    def test_in_the_end_the_others_wait(self) -> None:
        """Who was too late several times keeps the others out for a moment, and is not too late."""

        class Patient(Restless):
            """Nobody is faster while a batch is open."""

            @contextmanager
            def together(self) -> Iterator[None]:
                """The others wait."""
                self.times = 0
                with super().together():
                    yield

        store = Patient(1_000)
        with empty(store) as program:
            assert program.do(welcome()).number == 1
            assert store.tries == 8

    def test_it_is_not_tried_for_ever(self) -> None:
        """Where others do not wait although they should, that is said, and nothing is kept."""
        store = Restless(1_000)
        with empty(store) as program:
            with pytest.raises(pk.Moved, match="p-9"):
                program.do(welcome())
            assert store.tries == 8
            assert tuple(program.journal()) == ()

    def test_it_is_decided_anew(self) -> None:
        """What others did in between is read, and may change the answer."""

        class Overtaken(Restless):
            """The other one welcomes the same person first."""

            def keep(self, change: Change) -> pk.Entry:
                """After the other one."""
                if self.times:
                    self.times = 0
                    empty(self).do(welcome())
                return super().keep(change)

        with empty(Overtaken(1)) as program:
            decision = program.do(welcome())

            assert not decision.allowed
            assert decision.number == 2


class TestKeys:
    """The same key again gives the first answer."""

    @pytest.mark.parametrize(
        "act",
        [
            welcome(key="k"),
            welcome(id_=None, key="k"),
            goal(key="k"),
            choose_for_them(key="k"),
            report(key="k", activities=(pk.Activity(id="therapy"),)),
        ],
    )
    def test_the_first_answer_is_given_again(self, program: pk.Program, act: pk.Act) -> None:
        """A second time nothing is done; number, verdict and findings are those of the first."""
        first = program.do(act)
        before = program.store.outbox()

        second = program.do(act)

        assert second == attrs.evolve(first, again=True)
        assert second.explain() == first.explain()
        assert len(tuple(program.journal())) == len(FIRST_ACTS) + 1
        assert program.store.outbox() == before

    def test_the_first_answer_stays_when_things_have_changed(self, program: pk.Program) -> None:
        """The answer is the one of that day, not what would be said now."""
        first = program.do(pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7", key="k"))
        assert first.allowed

        again = program.do(pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7", key="k"))

        assert (again.allowed, again.again, again.number) == (True, True, first.number)

    @pytest.mark.parametrize(
        "other",
        [
            welcome("p-10", key="k"),
            welcome(key="k", experiences=(pk.LivedExperience(of=pk.Experience.ILLNESS),)),
            goal(key="k"),
        ],
    )
    def test_a_key_is_for_one_act(self, program: pk.Program, other: pk.Act) -> None:
        """The same key with another act is an error that names key and entry; nothing is kept."""
        number = program.do(welcome(key="k")).number
        before = tuple(program.journal())

        with pytest.raises(pk.KeyReused, match="'k' already belongs to a different act") as caught:
            program.do(other)

        assert (caught.value.key, caught.value.number) == ("k", number)
        assert tuple(program.journal()) == before

    def test_an_answer_that_rests_on_what_is_gone_says_what_to_do(self, tmp_path: Path) -> None:
        """A layer that is not loaded takes its clauses along; the journal keeps the answer."""
        house = tmp_path / "house.toml"
        house.write_text(
            '[layer]\nid = "house"\ntitle = "House"\n'
            '[[clause]]\nid = "swimming"\nsays = "Not in the lake."\nnot_allowed = "Not there."\n'
            'instead = "Walk."\nhand_to = "the guard"\n'
            'rests_on = [{ source = "S0", at = "ours", looked = 2026-11-22 }]\n'
            '[[activity]]\nid = "swim"\nname = "swimming"\nlooks_like = "A swim."\n'
            'verdict = "not_allowed"\nclause = "swimming"\n',
            encoding="utf-8",
        )
        swim = report(key="k", activities=(pk.Activity(id="swim"),))
        number = (first := opened(handbook=pk.Handbook.load(house))).do(swim).number

        with pytest.raises(pk.BadHandbook) as caught:
            empty(first.store).do(swim)

        assert str(caught.value) == (
            "clause 'swimming': is not in this book, and the first answer to this key rests on it. "
            "Open the program with the layers of then, or read the answer in the journal: "
            f"entry {number}"
        )
        assert first.do(swim).again

    def test_a_key_is_for_one_saying(self, program: pk.Program) -> None:
        """The same key with other words is another act, and the error holds none of them."""
        program.do(goal(key="k")).or_raise()

        with pytest.raises(pk.KeyReused) as caught:
            program.do(goal(pk.Words(CANARY), key="k"))

        assert CANARY not in str(caught.value)
        assert program.words("goal/g-1") == (SWIM.text,)


def told(program: pk.Program) -> tuple[pk.Notice, ...]:
    """Everything that waits is told to a list."""
    notifier = MemoryNotifier()
    program.tell(notifier)
    return notifier.told


def proposed(**how: Any) -> pk.Program:
    """A program in which four messages wait: one for p-7, two for ana, one for p-8."""
    program = empty(**how)
    for act in FIRST_ACTS[:4]:
        program.do(act).or_raise()
    other = pk.ProposeMatch(by="coordinator", id="m-2", peer="ana", participant="p-8")
    program.do(other).or_raise()
    return program


class Sulky(MemoryNotifier):
    """Cannot tell one person anything."""

    def __init__(self, of: str) -> None:
        super().__init__()
        self.of = of

    def notify(self, notice: pk.Notice) -> None:
        """Or not."""
        if notice.to == self.of:
            raise pk.CouldNotTell("Not today.")
        super().notify(notice)


class TestTelling:
    """The outbox is drained, at least once."""

    def test_everything_is_told_once(self) -> None:
        """Each person is told oldest first; nothing waits afterwards, and nothing is told again."""
        notifier = MemoryNotifier()

        with proposed() as program:
            assert program.tell(notifier) == pk.Told(told=4, waiting=0)
            assert [(each.to, each.kind, each.about) for each in notifier.told] == [
                ("p-7", "match.proposed", "m-1"),
                ("ana", "match.proposed", "m-1"),
                ("ana", "match.proposed", "m-2"),
                ("p-8", "match.proposed", "m-2"),
            ]
            assert program.tell(notifier) == pk.Told(told=0, waiting=0)

    def test_at_most_so_many_are_told(self) -> None:
        """The rest waits for the next time."""
        notifier = MemoryNotifier()

        with proposed() as program:
            assert program.tell(notifier, limit=3) == pk.Told(told=3, waiting=1)
            assert program.tell(notifier, limit=3) == pk.Told(told=1, waiting=0)
        assert len(notifier.told) == 4

    def test_what_could_not_be_told_waits(self) -> None:
        """One message that cannot be told keeps none of the others, and is tried again later."""
        moments = [NOW]
        with proposed(clock=lambda: moments[-1]) as program:
            assert program.tell(Sulky("p-7")) == pk.Told(told=3, waiting=1)
            notifier = MemoryNotifier()
            assert program.tell(notifier) == pk.Told(told=0, waiting=1)
            moments.append(NOW + timedelta(minutes=5))
            assert program.tell(notifier) == pk.Told(told=1, waiting=0)
            assert [each.to for each in notifier.told] == ["p-7"]

    def test_where_there_is_one_teller_no_lease_is_needed(self) -> None:
        """After a lease of no length, whoever died over a message is followed at once."""

        class Dying(MemoryNotifier):
            """Takes its teller along."""

            def notify(self, notice: pk.Notice) -> None:
                """As Ctrl-C does."""
                raise KeyboardInterrupt

        for lease, told in ((timedelta(minutes=5), 0), (timedelta(0), 4)):
            with proposed() as program:
                with pytest.raises(KeyboardInterrupt):
                    program.tell(Dying(), lease=lease)
                assert program.tell(MemoryNotifier()) == pk.Told(told=told, waiting=4 - told)

    def test_a_teller_that_breaks_loses_nothing(self) -> None:
        """An error that is none of ours is a failure as any; the messages wait, with their keys."""

        class Broken(MemoryNotifier):
            """Raises what it should not."""

            def notify(self, notice: pk.Notice) -> None:
                """Never."""
                super().notify(notice)
                raise OSError

        moments = [NOW]
        with proposed(clock=lambda: moments[-1]) as program:
            broken, sound = Broken(), MemoryNotifier()
            assert program.tell(broken) == pk.Told(told=0, waiting=4)
            moments.append(NOW + timedelta(minutes=5))
            program.tell(sound)

            assert [each.key for each in broken.told] == ["4/0", "4/1", "5/0"]
            assert {*broken.told} <= {*sound.told}
            assert len(sound.told) == 4

    def test_a_teller_stops_when_its_lease_is_over(self) -> None:
        """Whoever is slow goes on with what nobody else has taken by then."""
        moments = [NOW]
        heard: list[str] = []

        class Slow(MemoryNotifier):
            """Takes four minutes for each message."""

            def notify(self, notice: pk.Notice) -> None:
                """Slowly; the first time it takes ten, and another tells somebody meanwhile."""
                heard.append(notice.key)
                moments.append(moments[-1] + timedelta(minutes=10 if len(heard) == 1 else 4))
                if len(heard) == 1:
                    assert program.tell(other, limit=2) == pk.Told(told=2, waiting=2)

        other = MemoryNotifier()
        with proposed(clock=lambda: moments[-1]) as program:
            assert program.tell(Slow()) == pk.Told(told=2, waiting=0)
        assert [each.key for each in other.told] == ["4/0", "4/1"]
        assert heard == ["4/0", "5/0", "5/1"]

    def test_a_message_shows_nothing_outside(self, program: pk.Program) -> None:
        """What everybody may see is the same for everybody."""
        assert {each.outside for each in told(program)} == {"You have a new message."}


class TestFinding:
    """Nouns, page by page."""

    def test_pages_lead_on(self, program: pk.Program) -> None:
        """A page tells where the next one begins, and the last one that there is none."""
        for each in range(10, 15):
            program.do(welcome(f"p-{each}")).or_raise()

        first = program.find(pk.Participant, limit=3)
        second = program.find(pk.Participant, limit=3, after=str(first.after))
        third = program.find(pk.Participant, limit=3, after=str(second.after))

        assert [each.id for each in first] == ["p-10", "p-11", "p-12"]
        assert [each.id for each in second] == ["p-13", "p-14", "p-7"]
        assert ([each.id for each in third], len(third), third.after) == (["p-8"], 1, None)

    def test_a_full_last_page_is_followed_by_an_empty_one(self, program: pk.Program) -> None:
        """Where a page is just full, nobody knows yet whether there is another."""
        page = program.find(pk.Participant, limit=2)

        assert page.after == "p-8"
        assert program.find(pk.Participant, limit=2, after="p-8") == pk.Page((), None)

    def test_every_walks_through_all_pages(self, program: pk.Program) -> None:
        """All nouns of a kind come, however many pages they fill, all or those of somebody."""
        list(program.do_all(goal(id=f"g-{each:04}") for each in range(1_001)))

        assert len({each.id for each in program.every(pk.Goal)}) == 1_001
        assert len(list(program.every(pk.Goal, about="p-7"))) == 1_001
        assert list(program.every(pk.Goal, about="p-8")) == []

    def test_history_tells_of_refusals(self, program: pk.Program) -> None:
        """Everything that touched an id is there, oldest first, refusals too."""
        program.do(choose_for_them())
        program.do(goal())

        acts = [
            (each.read()["act"]["act"], each.read()["verdict"]) for each in program.history("g-1")
        ]
        assert acts == [("goal.set", "NOT_ALLOWED"), ("goal.set", "ALLOWED")]

    def test_it_is_said_where_words_are_found(self) -> None:
        """Every kind of thing that an act keeps words about, and no other."""
        folder = files("peerkit") / "acts"
        written = "".join(each.read_text("utf-8") for each in folder.iterdir() if each.is_file())
        said = set(re.findall(r"``([\w-]+)/ID``", pk.Program.words.__doc__ or ""))

        assert said == set(re.findall(r'[Ss]aying\(\s*f"([\w-]+)/', written))
        assert {"goal", "session"} < said

    def test_a_view_shows_what_stands(self, program: pk.Program) -> None:
        """Who wants to look without asking sees nouns and tallies, and the moment."""
        view = program.view("ana", "ana+p-7")

        assert view.tally("ana", "walking") == 1
        assert {type(each) for each in view.nouns} == {
            pk.Person,
            pk.Peer,
            pk.Match,
            pk.BoundaryAgreement,
        }
        assert view.now == NOW
        assert program.view().nouns == ()


class TestWhatDoesNotFit:
    """What cannot be meant is an error that says what to give, and nothing is kept."""

    def test_only_acts_are_done(self, program: pk.Program) -> None:
        """A text or a table is no act; the error tells of the way for JSON."""
        for thing in ('{"act":"goal.set"}', {"act": "goal.set"}, None):
            for ask in (program.do, program.decide):
                with pytest.raises(
                    pk.BadInput, match=r"act: give an act.* JSON goes through read_act"
                ):
                    ask(thing)  # type: ignore[arg-type]  # that it does not fit is the point

        assert len(tuple(program.journal())) == len(FIRST_ACTS)

    @pytest.mark.parametrize("limit", [0, -1, 10_001])
    def test_a_page_has_a_size(self, program: pk.Program, limit: int) -> None:
        """A page holds at least one noun and not all the world."""
        with pytest.raises(pk.BadInput, match="limit: 1 to 10000 at a time"):
            program.find(pk.Match, limit=limit)

    @pytest.mark.parametrize(
        ("ask", "told"),
        [
            (lambda program: program.history(None), "about: give an id, which is a text"),
            (lambda program: program.history(b"p-7"), "about: give an id, which is a text"),
            (lambda program: program.view("ana", None), "about: give an id, which is a text"),
            (lambda program: program.words(None), "about: give what the words are about, such as"),
            (lambda program: program.journal(after="1"), "after: give the number of an entry"),
            (lambda program: program.journal(after=None), "after: give the number of an entry"),
            (lambda program: program.journal(after=True), "after: give the number of an entry"),
            (lambda program: program.find("match"), "kind: give a class of noun, such as Match"),
            (lambda program: program.find(pk.Noun), "kind: give a class of noun, such as Match"),
            (lambda program: program.find(pk.Match, about=5), "about: give an id, which is a text"),
            (lambda program: program.find(pk.Match, limit="5"), "limit: 1 to 10000 at a time"),
            (lambda program: program.find(pk.Match, limit=2.0), "limit: 1 to 10000 at a time"),
            (
                lambda program: program.find(pk.Match, after=None),
                "after: give the after of the page before; None: no next page",
            ),
            (lambda program: next(program.every("match")), "kind: give a class of noun"),
            (lambda program: program.tell(None), "to: give Routes, or something that can notify"),
            (
                lambda program: program.tell(MemoryNotifier(), lease=5),
                "lease: give a timedelta, such as timedelta(minutes=5)",
            ),
            (
                lambda program: program.tell(MemoryNotifier(), limit="5"),
                "limit: give a whole number of messages",
            ),
        ],
    )
    def test_a_question_that_cannot_be_meant_is_answered_with_what_to_give(
        self, program: pk.Program, ask: Callable[[pk.Program], object], told: str
    ) -> None:
        """Nothing least of all: it is not the same as everybody."""
        with pytest.raises(pk.BadInput) as caught:
            ask(program)

        assert str(caught.value).startswith(told)
        assert program.store.outbox() == (3, 3)

    @pytest.mark.parametrize(
        ("how", "told"),
        [
            ({"rules": []}, "rules: give Rules, such as ROLE_LIMITS, or leave it out"),
            ({"rules": None}, "rules: give Rules, such as ROLE_LIMITS, or leave it out"),
            ({"clock": NOW}, "clock: give the function that is called each time, not its answer"),
            ({"new_id": "x"}, "new_id: give the function that is called each time, not its"),
            ({"salt": "salt"}, "salt: give the function that is called each time, not its"),
            ({"zone": None}, "zone: give an IANA time zone such as America/Chicago"),
        ],
    )
    def test_what_a_program_runs_with_is_looked_at_when_it_is_opened(
        self, tmp_path: Path, how: dict[str, Any], told: str
    ) -> None:
        """Not at the first act, and before a place is made."""
        with pytest.raises(pk.BadInput) as caught:
            empty(**how)
        with pytest.raises(pk.BadInput) as when_opened:
            pk.Program.open(tmp_path / "p.db", **how)

        assert str(caught.value) == str(when_opened.value)
        assert str(caught.value).startswith(told)
        assert list(tmp_path.iterdir()) == []

    def test_a_place_and_a_name_are_texts(self, tmp_path: Path) -> None:
        """None is no name, and nowhere is no place."""
        with pytest.raises(pk.BadInput, match="program: give its name, or leave it out"):
            pk.Program.open(tmp_path / "p.db", program=None)  # type: ignore[arg-type]
        with pytest.raises(pk.BadInput, match='where: give a file, ":memory:" or an address'):
            pk.Program.open(None)  # type: ignore[arg-type]

        assert list(tmp_path.iterdir()) == []

    def test_a_batch_has_a_size(self, program: pk.Program) -> None:
        """A batch holds at least one act."""
        with pytest.raises(pk.BadInput, match="batch: 1 or more"):
            list(program.do_all([welcome()], batch=0))

    def test_a_handbook_is_a_handbook(self) -> None:
        """The name of a layer is no handbook; the error says how to read one."""
        with pytest.raises(pk.BadInput, match=r"handbook: give a Handbook: Handbook\.load"):
            empty(handbook="us/nc")

    def test_memory_is_not_durable(self) -> None:
        """Whoever asks for durability in memory is told to name a file."""
        with pytest.raises(pk.StoreError, match=r"not durable\. Name a file"):
            pk.Program.open(":memory:", durability="full")


class TestTime:
    """Moments in UTC, days where the program is."""

    def test_a_clock_without_a_zone_is_refused(self) -> None:
        """A naive moment is an error, and nothing is kept."""
        with empty(clock=lambda: datetime(2026, 11, 2, 12)) as program:  # noqa: DTZ001 - the point
            with pytest.raises(pk.BadInput, match="clock: must give moments with their time zone"):
                program.do(welcome())
            assert tuple(program.journal()) == ()

    def test_any_zone_of_the_clock_will_do(self) -> None:
        """The journal keeps the moment in UTC, wherever the clock hangs."""
        here = NOW.astimezone(timezone(timedelta(hours=-6)))
        with empty(clock=lambda: here) as program:
            program.do(welcome())

            assert next(program.journal()).read()["at"] == "2026-11-02T12:00:00+00:00"

    def test_the_day_is_the_programs_own(self) -> None:
        """Three in the morning in UTC is still the day before in Chicago."""
        night = datetime(2026, 11, 2, 3, tzinfo=UTC)
        for zone, day in (("UTC", date(2026, 11, 2)), ("America/Chicago", date(2026, 11, 1))):
            with empty(zone=zone, clock=lambda: night) as program:
                assert program.do(welcome()).day == day

    @pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd"])
    def test_a_zone_must_be_known(self, zone: str) -> None:
        """A zone that is none is an error that gives an example."""
        with pytest.raises(pk.BadInput, match="zone: give an IANA time zone such as America/Chi"):
            empty(zone=zone)

    @pytest.mark.parametrize("how", [{"zone": "Nowhere"}, {"handbook": "us/nc"}])
    def test_what_cannot_be_opened_leaves_no_file(self, tmp_path: Path, how: Any) -> None:
        """What is wrong is said before a place is made."""
        with pytest.raises(pk.BadInput, match=r"zone|handbook"):
            pk.Program.open(tmp_path / "program.db", **how)

        assert list(tmp_path.iterdir()) == []

    def test_without_a_clock_it_is_now(self) -> None:
        """Left to itself, a program takes the time, ids and salts of the machine."""
        before = datetime.now(UTC)
        with pk.Program(MemoryStore()) as program:
            decision = program.do(pk.WelcomeParticipant(by="coordinator"))
            program.do(goal(participant=str(decision.act.id), by="p-7", said_so=True))  # type: ignore[attr-defined]  # it has been given one
            moment = datetime.fromisoformat(next(program.journal()).read()["at"])

            assert before <= moment <= datetime.now(UTC)
            assert len(program.find(pk.Goal)) == 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a program may be."""
    return tmp_path / "program.db"


class TestOpening:
    """Which store an address means."""

    def test_a_file_is_made_and_found_again(self, path: Path) -> None:
        """A path is a file; what was kept in it is there the next time, one way or the other."""
        with pk.Program.open(str(path)) as program:
            number = program.do(welcome()).number
        with pk.Program.open(f"sqlite:///{path}", durability="normal") as program:
            assert [each.number for each in program.journal()] == [number]

    def test_memory_is_new_each_time(self) -> None:
        """Nothing in memory has a name that somebody else could open."""
        with pk.Program.open(":memory:") as program:
            program.do(welcome())
            with pk.Program.open("memory://") as other:
                assert tuple(other.journal()) == ()

    def test_one_place_holds_several_programs(self, path: Path) -> None:
        """Programs are told apart by name; each is whole by itself."""
        for name in ("north", "south"):
            with pk.Program.open(str(path), program=name, clock=lambda: NOW) as program:
                assert program.do(welcome()).number == 1
                assert program.verify().whole

    def test_a_closed_program_says_so(self, path: Path) -> None:
        """After the block the store is closed, and closing again is harmless."""
        for where in (":memory:", str(path)):
            with pk.Program.open(where) as program:
                pass
            program.close()
            with pytest.raises(pk.StoreError):
                program.do(welcome())

    def test_a_name_in_place_of_a_store_says_what_opens_it(self, tmp_path: Path) -> None:
        """At once, and nothing is made."""
        path: Any = str(tmp_path / "own.db")
        with pytest.raises(pk.BadInput, match=r"^store: .*Program\.open"):
            pk.Program(path)
        assert [*tmp_path.iterdir()] == []

    def test_an_address_of_a_file_is_read_as_sqlalchemy_reads_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Three strokes and a path: from here, or whole with a fourth one. Two are refused."""
        monkeypatch.chdir(tmp_path)
        with pk.Program.open("sqlite:///here.db") as program:
            program.do(welcome()).or_raise()
        whole = f"sqlite:///{(tmp_path / 'here.db').as_posix()}"
        with pk.Program.open(whole, must_exist=True) as program:
            assert program.count(pk.Participant) == 1
        with pytest.raises(pk.StoreError, match="Write sqlite:/// before"):
            pk.Program.open("sqlite://there.db")
        assert [each.name for each in tmp_path.iterdir()] == ["here.db"]

    def test_a_place_that_must_exist_is_not_made(self, tmp_path: Path) -> None:
        """Neither a file, nor tables in an empty one, nor a program in one that holds others."""
        path, empty, missing = (tmp_path / name for name in ("program.db", "empty.db", "typoo.db"))
        empty.touch()
        with pk.Program.open(path) as program:
            program.do(welcome()).or_raise()
        for read_only in (False, True):
            for where, name, what in (
                (missing, "main", "There is no file .*typoo.db, and none is made"),
                (empty, "main", "empty.db holds no program of this name"),
                (path, "mian", "program.db holds no program of this name"),
            ):
                with pytest.raises(pk.StoreError, match=what):
                    pk.Program.open(where, program=name, must_exist=True, read_only=read_only)
        assert empty.stat().st_size == 0
        assert not missing.exists()
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("SELECT name FROM peerkit_program").fetchall() == [("main",)]
        with pk.Program.open(path, must_exist=True) as program:
            assert program.count(pk.Participant) == 1

    def test_nothing_exists_in_memory(self) -> None:
        """It begins empty, so it cannot be what somebody looks for."""
        with pytest.raises(pk.StoreError, match="in memory begins empty"):
            pk.Program.open(":memory:", must_exist=True)

    @pytest.mark.parametrize(
        ("how", "told"),
        [
            ({"program": ""}, "program: give its name, or leave it out"),
            ({"must_exist": 1}, "must_exist: true, or left out"),
            ({"read_only": "no"}, "read_only: true, or left out"),
        ],
    )
    def test_how_it_is_opened_is_looked_at_first(self, how: dict[str, Any], told: str) -> None:
        """What does not fit is named before a place is made."""
        with pytest.raises(pk.BadInput) as refused:
            pk.Program.open(":memory:", **how)
        assert str(refused.value) == told

    def test_a_scheme_that_nobody_registered_says_so(self) -> None:
        """An address of a store that is not installed is an error that says what to do."""
        with pytest.raises(pk.StoreError, match=r"No store is registered for theirs://\. Install"):
            pk.Program.open("theirs://somewhere")

    def test_what_is_no_program_says_so(self, path: Path) -> None:
        """A file of something else is refused when it is opened."""
        path.write_text("Dear diary, " * 1000)

        with pytest.raises(NotAStore, match=r"program\.db is not an SQLite file"):
            pk.Program.open(str(path))

    def test_a_store_of_others_is_opened_by_its_address(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A package that registers a scheme is found, and gets address, name and options."""
        (tmp_path / "theirs.py").write_text(
            "from peerkit.stores.memory import MemoryStore\n"
            "opened = []\n"
            "def at(where, *, program, **how):\n"
            "    opened.append((where, program, how))\n"
            "    return MemoryStore()\n"
        )
        info = tmp_path / "theirs-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[peerkit.stores]\ntheirs = theirs:at\n")
        monkeypatch.syspath_prepend(str(tmp_path))

        with pk.Program.open("theirs://there", program="south", durability="full") as program:
            assert program.do(welcome()).number == 1

        import theirs  # type: ignore[import-not-found]  # written above

        assert theirs.opened == [("theirs://there", "south", {"durability": "full"})]


@pytest.fixture
def kept(path: Path) -> Path:
    """A file with a program in which something of every sort is kept."""
    with opened(SQLiteStore(path)) as program:
        program.do(goal()).or_raise()
        program.do(report(activities=(pk.Activity(id="therapy"),)))
    return path


def verified(path: Path, *statements: str) -> tuple[str, ...]:
    """What is found after somebody took the guards away, did this, and put them back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        guards = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        for each in (*statements, *(sql for _, sql in guards)):
            db.execute(each)
    with pk.Program.open(path) as program:
        return program.verify().faults


class TestVerifying:
    """The journal is read from end to end, and everything is compared with it."""

    def test_what_is_whole_is_whole(self, kept: Path) -> None:
        """Untouched, every entry is read, and the head is the hash of the last."""
        with pk.Program.open(str(kept)) as program:
            found = program.verify()

            assert found.whole
            assert found.faults == ()
            assert found.entries == len(FIRST_ACTS) + 2
            assert found.head == list(program.journal())[-1].hash

    def test_nothing_is_whole(self) -> None:
        """An empty program is whole, and its head is the beginning."""
        with empty() as program:
            assert program.verify() == pk.Verified(entries=0, head="0" * 64)

    @pytest.mark.parametrize(
        ("statement", "faults"),
        [
            (
                "UPDATE peerkit_entry SET body = replace(body, 'coordinator', 'sam') WHERE n = 2",
                ["Entry 2 does not match its hash: it was edited."],
            ),
            (
                "UPDATE peerkit_entry SET body = replace(body, '\"n\":2,', '\"n\":9,') WHERE n = 2",
                [
                    "Entry 2 does not match its hash: it was edited.",
                    "Entry 2 is not linked to the one before it.",
                ],
            ),
            (
                "UPDATE peerkit_entry SET hash = '" + "0" * 64 + "' WHERE n = 2",
                [
                    "Entry 2 does not match its hash: it was edited.",
                    "Entry 3 is not linked to the one before it.",
                ],
            ),
            (
                "UPDATE peerkit_noun SET body = replace(body, 'accepted', 'proposed')",
                [
                    "match m-1 is not as the journal left it.",
                    "match m-1 is not found by its entry, status and day.",
                ],
            ),
            (
                "UPDATE peerkit_tally SET value = 0 WHERE what = 'walking'",
                ["The tally walking of ana is not what the journal adds up to."],
            ),
            (
                "INSERT INTO peerkit_tally VALUES (1, 'ana', '', 'kindness', 7)",
                ["The tally kindness of ana is not what the journal adds up to."],
            ),
            (
                "DELETE FROM peerkit_tally WHERE what = 'walking'",
                ["The tally walking of ana is not what the journal adds up to."],
            ),
            (
                "DELETE FROM peerkit_noun WHERE kind = 'goal'",
                [
                    "goal g-1 is in the journal and nowhere else.",
                    "goal g-1 is found with p-7, which does not follow from the journal.",
                ],
            ),
            (
                "DELETE FROM peerkit_message WHERE n = 4 AND position = 0",
                ["Message 4/0 is missing."],
            ),
            (
                "UPDATE peerkit_message SET recipient = 'eve' WHERE n = 4 AND position = 0",
                ["Message 4/0 is not as the journal left it."],
            ),
            (
                (
                    "INSERT INTO peerkit_message (program, n, position, recipient, kind, about, "
                    "inside, outside) VALUES (1, 99, 0, 'eve', '', '', '', '')"
                ),
                ["Message 99/0 is not as the journal left it."],
            ),
            (
                "UPDATE peerkit_apart SET text = 'Something else.' WHERE about = 'goal/g-1'",
                ["Words about goal/g-1 are not those that were kept."],
            ),
            (
                "DELETE FROM peerkit_weighing WHERE kind = 'match'",
                ["match m-1 does not weigh on ana+p-7 any more."],
            ),
            (
                "DELETE FROM peerkit_filed WHERE kind = 'match' AND under = 'p-7'",
                ["match m-1 is not found with p-7 any more."],
            ),
            (
                "DELETE FROM peerkit_touched WHERE about = 'p-7' AND n = 4",
                ["The history of p-7 is not what the journal holds."],
            ),
        ],
        ids=lambda each: each[:60] if isinstance(each, str) else "",
    )
    def test_what_was_changed_is_named(self, kept: Path, statement: str, faults: list[str]) -> None:
        """Whoever goes round the door is noticed: each change is named with its place."""
        assert list(verified(kept, statement)) == faults

    def test_a_key_that_leads_nowhere_is_named(self, path: Path) -> None:
        """A key that was taken away or bent would let an act be done twice: that is a fault."""
        with opened(SQLiteStore(path)) as program:
            program.do(welcome(key="k")).or_raise()

        fault = "The key of entry 7 does not lead to it."
        assert verified(path, "UPDATE peerkit_key SET n = 3") == (
            "A key leads to entry 3, which is not its own.",
            fault,
        )
        assert verified(path, "DELETE FROM peerkit_key") == (fault,)

    def test_a_tally_that_came_to_nothing_need_not_be_there(self, kept: Path) -> None:
        """Nothing counted and nothing left of it are the same."""
        with pk.Program.open(str(kept)) as program:
            ending = pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7")
            program.do(ending).or_raise()

        assert verified(kept, "DELETE FROM peerkit_tally WHERE what = 'walking'") == ()

    def test_an_entry_that_was_taken_away_is_named(self, kept: Path) -> None:
        """A hole is seen, and whatever the missing entry had brought."""
        assert verified(kept, "DELETE FROM peerkit_entry WHERE n = 2") == (
            "Entry 2 is missing; the next is 3.",
            "Entry 3 is not linked to the one before it.",
            "person p-7 is not as the journal left it.",
            "participant p-7 is not as the journal left it.",
            "The history of p-7 is not what the journal holds.",
            "participant p-7 is not found by its entry, status and day.",
            "person p-7 is not found by its entry, status and day.",
        )

    @pytest.mark.parametrize(
        "body",
        ["Dear diary,", "[]", "{}", '{"n":2}', '{"n":2,"prev":"","nouns":[[]]}', "[" * 100_000]
        + [
            json.dumps({"n": 2, "prev": "", "nouns": [], "counts": each})
            for each in (7, [7], [["a", "b", "7", ""]])
        ],
        ids=lambda each: each[:30],
    )
    def test_an_entry_that_is_none_is_named(self, kept: Path, body: str) -> None:
        """Whatever was written over an entry, verifying goes on to the end."""
        faults = verified(kept, f"UPDATE peerkit_entry SET body = '{body}' WHERE n = 2")  # noqa: S608 - ours

        assert faults[:2] == (
            "Entry 2 does not match its hash: it was edited.",
            "Entry 2 cannot be read.",
        )

    def test_a_noun_that_cannot_be_read_is_named(self, kept: Path) -> None:
        """A damaged row is a fault like others: verifying does not fail over it."""
        statement = "UPDATE peerkit_noun SET body = replace(body, 'accepted', 'Grebe-4711')"

        faults = verified(kept, statement)

        assert "a match m-1 that does not fit: $.status" in faults[0]
        assert CANARY not in "".join(faults)

    def test_an_edited_entry_may_name_a_noun_nobody_can_read(self, kept: Path) -> None:
        """Then the noun is not as that entry left it, whatever it may have said."""
        statement = "UPDATE peerkit_entry SET body = replace(body, '\"accepted\"', '\"Grebe\"')"

        assert "match m-1 is not as the journal left it." in verified(kept, statement)

    def test_what_was_kept_before_a_noun_had_a_field_is_whole(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The journal is never written anew: what it lacks has the value it is read with."""

        def older(noun: pk.Noun) -> str:
            """As a peer was written before they could return."""
            table = json.loads(write_noun(noun))
            table.pop("returned", None)
            return text(table)

        with monkeypatch.context() as patch:
            patch.setattr("peerkit.stores.writing.making.write_noun", older)
            program = opened()
        entries = "".join(each.body for each in program.journal())

        assert "returned" not in entries
        assert program.verify().faults == ()

    def test_a_program_can_be_verified_while_others_write(self, path: Path) -> None:
        """What is kept while the journal is read is no fault."""
        with opened(SQLiteStore(path)) as other:

            class Busy(SQLiteStore):
                """Somebody else writes as soon as the journal has been read."""

                def journal(self, after: int = 0, about: str | None = None) -> Iterator[pk.Entry]:
                    """And then a little more."""
                    yield from super().journal(after, about)
                    if not after and about is None:
                        other.do(goal()).or_raise()
                        other.do(report())

            with pk.Program(Busy(path)) as program:
                found = program.verify()

            assert found.faults == ()
            assert found.entries == len(FIRST_ACTS) + 2
