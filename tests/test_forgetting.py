"""Somebody is forgotten: nothing of their life stays, all of others does, and the chain holds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import peerkit as pk
from peerkit.exchange.moving import export_program, import_program
from peerkit.forgetting import reached
from peerkit.handbook import Handbook
from peerkit.model import NOUNS
from peerkit.model.fields import owner_of, private_fields
from peerkit.model.forgetting import UNFINISHED, after_forgetting, belongs_to, unfinished
from peerkit.reports import accounting, retention
from peerkit.stores import Apart
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sealing.keys import KeysInMemory
from peerkit.stores.sealing.sealed import SealedStore
from peerkit.stores.sql import SQLStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.writing.remaking import remade
from peerkit.testing import strategies
from tests.ordinary import EARLIER, NOW, TODAY, empty, opened, tallies_of
from tests.postgres import Postgres
from tests.test_acts import ONE_OF_EACH

ALLOWED, CONSENT, CONSULT, FACTS, NO = pk.Verdict
#: What somebody tells here and nobody else does: words, codes and the day of an age.
TOLD = (
    *("Zebrafinch-goal", "Zebrafinch-note", "Zebrafinch-map", "Zebrafinch-danger"),
    *("Zebrafinch-asked", "Zebrafinch-advice", "Zebrafinch-outcome", "Zebrafinch-terms"),
    *("substance-use", "tobacco", "und-Zzzz", "canary-code", "canary-clinic", "canary-item"),
    *("phq-9", "item-9", "admitted", "probation-officer", "inpatient", "sponsor", "too-close"),
    *("legal-proceedings", "danger-to-self", "wears-me", "advance-directive", "2031-05-01"),
    *("handshake", "improving", "counselling-notes"),
    # -- how they are reached
    *("zebrafinch@canary.example", "03:21", "America/Nome", "05:43", "tlh"),
)


def forget(who: str, by: str | None = None, **how: Any) -> pk.ForgetPerson:
    """They ask to be forgotten."""
    told: dict[str, Any] = {"by": by or who, "id": who, "why": pk.WhyForgotten.ASKED}
    return pk.ForgetPerson(**told | how)


def a_life(who: str, peer: str = "ana") -> tuple[pk.Act, ...]:
    """Much of what may be told about somebody, each with something of its own."""
    own: dict[str, Any] = {"by": who, "participant": who}
    pair: dict[str, Any] = {"peer": peer, "participant": who}
    on = TODAY - timedelta(days=1)
    return (
        pk.WelcomeParticipant(
            by="c",
            id=who,
            experiences=(
                pk.LivedExperience(of=pk.Experience.SUBSTANCE_USE, detail=pk.Detail.TOBACCO),
            ),
        ),
        pk.DiscloseTie(by=peer, id=f"{who}-tie", **pair, of=pk.TieKind.SPONSOR, current=False),
        pk.ProposeMatch(by="c", id=f"{who}-m", **pair),
        pk.AcceptMatch(by=who, id=f"{who}-m", **pair),
        pk.AgreeBoundaries(
            by=who,
            id=f"{who}-ag",
            **pair,
            topics=(pk.Topic.CONFIDENTIALITY_LIMITS,),
            terms=pk.Terms(touch=pk.Touch.HANDSHAKE),
            words=pk.Words("Zebrafinch-terms"),
        ),
        pk.DescribeForMatching(
            by=who, person=who, languages=("und-Zzzz",), tells=("canary-code",), not_with=("jo",)
        ),
        pk.SetContactPreferences(
            by=who,
            person=who,
            points=(
                pk.ContactPoint(
                    channel=pk.NoticeChannel.EMAIL, address="zebrafinch@canary.example", safe=True
                ),
            ),
            quiet=(pk.AgreedHours(days=(pk.Weekday.SUNDAY,), opens="03:21", closes="04:32"),),
            zone="America/Nome",
            language="tlh",
            digest="05:43",
        ),
        pk.SetGoal(**own, id=f"{who}-g", words=pk.Words("Zebrafinch-goal")),
        pk.NoteProgress(**own, id=f"{who}-g", achievement=pk.Achievement.IMPROVING),
        pk.WritePlan(**own, id=f"{who}-p", of=pk.PlanKind.ADVANCE_DIRECTIVE, agent="jo"),
        pk.PutOnMap(
            **own,
            entry=pk.MapEntry(id="flat", of=pk.MapKind.PLACE, pull=pk.Pull.WEARS),
            words=pk.Words("Zebrafinch-map"),
        ),
        pk.RecordConsent(
            **own,
            id=f"{who}-c",
            scopes=(pk.ConsentScope.COUNSELLING_NOTES,),
            to=("court",),
            since=EARLIER,
            items=("canary-item",),
            purpose=pk.Purpose.LEGAL_PROCEEDINGS,
        ),
        pk.ShareInformation(
            by="ana",
            id=f"{who}-sh",
            participant=who,
            scopes=(pk.ConsentScope.COUNSELLING_NOTES,),
            to="court",
            items=("canary-item",),
            purpose=pk.Purpose.LEGAL_PROCEEDINGS,
        ),
        pk.RecordMeasure(
            **own,
            id=f"{who}-me",
            peer=peer,
            instrument="phq-9",
            answers={"item-9": 3},
            on=on,
            filled=pk.FilledIn.HELPED,
        ),
        pk.RecordMilestone(**own, id=f"{who}-ms", of=pk.MilestoneKind.ADMITTED, on=on),
        pk.NameGuardian(
            by="c", id=f"{who}-gu", participant=who, guardian="jo", until=date(2031, 5, 1)
        ),
        pk.WantConnection(**own, id=f"{who}-co", service="canary-clinic"),
        pk.NameTeamMember(**own, id=f"{who}-te", profession=pk.Profession.PROBATION_OFFICER),
        pk.AskForVisit(
            by=who, id=f"{who}-v", **pair, setting=pk.VisitSetting.INPATIENT, said_so=True
        ),
        pk.ConsultSupervisor(
            by=peer,
            id=f"{who}-q",
            **pair,
            clause="gifts",
            question=pk.Words("Zebrafinch-asked"),
        ),
        pk.GiveAdvice(
            by="sam", id=f"{who}-q", peer=peer, agreed=True, advice=pk.Words("Zebrafinch-advice")
        ),
        pk.DiscloseForSafety(
            by=peer,
            id=f"{who}-d",
            **pair,
            to=("crisis-team",),
            basis=pk.Basis.DANGER_TO_SELF,
            what=pk.Words("Zebrafinch-danger"),
        ),
        pk.ReportSession(
            by=peer,
            id=f"{who}-s",
            peer=peer,
            participants=(who,),
            form=pk.SessionForm.AD_HOC,
            starts=EARLIER,
            minutes=60,
            activities=(pk.Activity(id="listen"),),
            note=pk.Words("Zebrafinch-note"),
        ),
        pk.PlanEnding(by=who, id=f"{who}-m", **pair, on=TODAY, why=pk.EndingReason.TOO_CLOSE),
    )


def its_end(who: str, peer: str = "ana") -> tuple[pk.Act, ...]:
    """What was left open with them is ended, by whoever ends it."""
    pair: dict[str, Any] = {"peer": peer, "participant": who}
    return (
        pk.EndMatch(by=who, id=f"{who}-m", **pair),
        pk.EndGuardianship(by="c", id=f"{who}-gu", participant=who),
        pk.CallOffVisit(by=who, id=f"{who}-v", **pair),
        pk.ReviewDisclosure(
            by="sam", id=f"{who}-d", peer=peer, outcome=pk.Words("Zebrafinch-outcome")
        ),
        pk.LookAtMeasure(by="sam", id=f"{who}-me", participant=who, peer=peer),
    )


def lived(program: pk.Program, who: str = "p-1") -> pk.Program:
    """The program, once this person has lived in it and everything with them is ended."""
    for act in (*a_life(who), *its_end(who)):
        decision = program.do(act)
        assert decision.allowed or act.already, decision.explain()
    return program


STORES: dict[str, Callable[[Path], pk.Store]] = {
    "memory": lambda _: MemoryStore(),
    "sqlite": lambda folder: SQLiteStore(folder / "kept.db"),
    "sealed": lambda _: SealedStore(MemoryStore(), KeysInMemory()),
}


@pytest.fixture(params=STORES)
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[pk.Program]:
    """The ordinary pair, in each store."""
    with opened(STORES[request.param](tmp_path)) as program:
        yield program


def everything(program: pk.Program) -> str:
    """All that a program can be asked for: nouns, entries, texts apart, messages, tallies."""
    nouns = [attrs.asdict(each) for kind in NOUNS for each in program.every(kind)]
    entries = [(each.body, each.read()) for each in program.journal()]
    books = sorted(repr(attrs.asdict(each)) for each in program.store.books())
    return repr((nouns, entries, books))


def told_of(program: pk.Program, *, told: tuple[str, ...] = TOLD) -> list[str]:
    """What of a life can still be found."""
    found = everything(program)
    return [each for each in told if each in found]


class TestForgetting:
    """One person is forgotten, in each store."""

    def test_all_of_it_is_there_before(self, program: pk.Program) -> None:
        """Otherwise nothing would be learned from what is not there afterwards."""
        assert told_of(lived(program)) == list(TOLD)

    def test_nothing_of_their_life_stays(self, program: pk.Program) -> None:
        """Neither in a noun, nor in the journal, nor beside it; and everything still fits."""
        decision = lived(program).do(forget("p-1")).or_raise()

        assert told_of(program) == []
        assert program.verify().faults == ()
        assert not [each for each in program.store.books() if _owned(each, "p-1")]
        assert {"person", "participant"} <= {kind for kind, _ in decision.kept}

    def test_what_was_kept_for_others_stays(self, program: pk.Program) -> None:
        """Ids, days, minutes and totals; and of others, all of it."""
        before = tallies_of(lived(program))
        told = [each.body for each in program.journal()]
        program.do(forget("p-1")).or_raise()
        session, *_ = program.find(pk.Session, about="p-1").items

        assert tallies_of(program) == before
        assert [each.body for each in program.journal()][: len(told)] == told
        assert (session.id, session.participants, session.minutes) == ("p-1-s", ("p-1",), 60)
        assert session.activities == (pk.Activity(id="listen"),)
        assert program.view("ana").get(pk.Person, "ana") == pk.Person(
            id="ana", experiences=(pk.LivedExperience(of=pk.Experience.HOMELESSNESS),)
        )

    def test_what_is_left_is_a_tombstone(self, program: pk.Program) -> None:
        """Of the person and their part in it the id stays, so that nobody else is given it."""
        lived(program).do(forget("p-1")).or_raise()
        view = program.view("p-1")

        assert view.get(pk.Person, "p-1") == pk.Person(id="p-1", status=pk.PersonStatus.FORGOTTEN)
        assert view.get(pk.Participant, "p-1") == pk.Participant(
            id="p-1", status=pk.ParticipantStatus.FORGOTTEN
        )
        assert not list(program.every(pk.Tie))
        assert [each.why for each in program.every(pk.Match, about="p-1")] == [None]

    def test_a_second_time_is_harmless(self, program: pk.Program) -> None:
        """It is kept, changes nothing, and takes away what was told since."""
        lived(program).do(forget("p-1")).or_raise()
        before = [write for kind in NOUNS for write in program.every(kind)]
        again = program.do(forget("p-1")).or_raise()
        late = program.do(
            pk.RecordMilestone(
                by="p-1", id="late", participant="p-1", of=pk.MilestoneKind.ADMITTED, on=TODAY
            )
        )
        assert [write for kind in NOUNS for write in program.every(kind)] != before
        program.do(forget("p-1", by="c", said_so=True)).or_raise()

        assert again.number
        assert (late.verdict, late.number > 0) == (FACTS, True)
        assert [write for kind in NOUNS for write in program.every(kind)] == before
        assert told_of(program) == []
        assert program.verify().whole

    def test_a_key_is_answered_again(self, program: pk.Program) -> None:
        """The same key gives the first answer, of the forgetting and of what was forgotten."""
        welcomed = a_life("p-1")[0]
        first = program.do(attrs.evolve(welcomed, key="k-1"))
        program.do(forget("p-1", key="k-2")).or_raise()

        assert program.do(forget("p-1", key="k-2")).again
        again = program.do(attrs.evolve(welcomed, key="k-1"))
        assert (again.again, again.number) == (True, first.number)
        with pytest.raises(pk.KeyReused):
            program.do(pk.WelcomeParticipant(by="c", id="p-2", key="k-1"))

    def test_a_key_compares_what_is_private(self, program: pk.Program) -> None:
        """As long as it is known: another experience under the same key is another act."""
        welcomed = a_life("p-1")[0]
        program.do(attrs.evolve(welcomed, key="k-1")).or_raise()

        with pytest.raises(pk.KeyReused):
            program.do(pk.WelcomeParticipant(by="c", id="p-1", key="k-1"))
        assert program.do(attrs.evolve(welcomed, key="k-1")).again

    def test_in_a_batch(self, program: pk.Program) -> None:
        """Many acts in one transaction, one of which forgets somebody."""
        acts = (*a_life("p-1"), *its_end("p-1"), forget("p-1"))
        *_, last = program.do_all(acts, batch=7)

        assert last.allowed
        assert told_of(program) == []
        assert program.verify().whole

    def test_in_a_block_of_the_host(self, program: pk.Program) -> None:
        """Together with what the host keeps, or not at all."""
        lived(program)
        with program.store.together():
            assert program.do(forget("p-1")).allowed

        assert told_of(program) == []

    def test_what_comes_meanwhile_is_forgotten_too(self) -> None:
        """Whoever is told of while it is read what there is, is read again: nothing is missed."""

        class Meanwhile(MemoryStore):
            """Somebody writes while a history is read, once."""

            def journal(self, after: int = 0, about: str | None = None) -> Iterator[pk.Entry]:
                found = super().journal(after, about)
                if about == "p-1" and late:
                    empty(self).do(late.pop()).or_raise()
                return found

        late: list[pk.Act] = []
        program = lived(opened(Meanwhile()))
        late.append(
            pk.SetGoal(
                by="p-1", id="late", participant="p-1", words=pk.Words("Zebrafinch-meanwhile")
            )
        )
        program.do(forget("p-1")).or_raise()

        assert late == []
        assert program.view("late").get(pk.Goal, "late") is not None
        assert told_of(program, told=(*TOLD, "Zebrafinch-meanwhile")) == []
        assert program.verify().whole

    def test_a_program_moves_house_afterwards(self, program: pk.Program, tmp_path: Path) -> None:
        """And is the same there: what was forgotten is not in the file, and nothing is missing."""
        lived(program).do(forget("p-1")).or_raise()
        lived(program, "p-2")
        export_program(program, tmp_path / "moves.jsonl")
        file = (tmp_path / "moves.jsonl").read_text("utf-8")
        there = empty()
        import_program(tmp_path / "moves.jsonl", there)

        assert '"p-1-g"' in file
        assert there.verify() == program.verify()
        assert everything(there) == everything(program)
        there.do(forget("p-2")).or_raise()
        assert told_of(there) == []

    def test_what_was_known_then_is_known_no_more(self, program: pk.Program) -> None:
        """Looking back at a day before, nothing of their life is there either."""
        before = lived(program).verify().entries
        then = program.view("p-1", "p-1-g", "p-1-co", as_of=before)
        program.do(forget("p-1")).or_raise()
        now = program.view("p-1", "p-1-g", "p-1-co", as_of=before)

        assert {"connection", "goal", "match-profile"} <= {each.kind for each in then.nouns}
        kinds = {each.kind for each in now.nouns}
        assert {"goal", "match-profile", "participant"} <= kinds
        assert "connection" not in kinds
        assert not [each for each in TOLD if each in repr([attrs.asdict(n) for n in now.nouns])]

    def test_a_peer_who_has_left(self, program: pk.Program) -> None:
        """What they are paid, and what keeps them well, is theirs and goes with them."""
        own: dict[str, Any] = {"by": "ana", "peer": "ana"}
        pair: dict[str, Any] = {"peer": "ana", "participant": "p-7"}
        for act in (
            pk.RecordPay(by="c", id="pay", peer="ana", hourly=7654321, currency="XTS", since=TODAY),
            pk.WriteSelfCarePlan(**own, id="plan", words=pk.Words("Zebrafinch-plan")),
            pk.ShareSelfCarePlan(**own, id="plan", to=("canary-friend",)),
            pk.AskForDebrief(**own, id="talk", hard=True),
            pk.EndMatch(by="p-7", id="m-1", **pair),
            pk.ChangeService(by="c", id="ana", status=pk.PeerStatus.LEFT),
            forget("ana"),
        ):
            program.do(act).or_raise()
        told = ("7654321", "XTS", "Zebrafinch-plan", "canary-friend", "homelessness")

        assert told_of(program, told=told) == []
        peer = program.view("ana").get(pk.Peer, "ana")
        assert peer is not None
        assert (peer.status, peer.open) == (pk.PeerStatus.FORGOTTEN, False)
        assert program.verify().whole

    def test_the_account_of_what_was_told_says_that_it_was(self, program: pk.Program) -> None:
        """And to whom; of what was told, nothing is known any more."""
        lived(program)
        before = list(accounting(program, "p-1"))
        program.do(forget("p-1")).or_raise()
        after = list(accounting(program, "p-1"))

        assert [(each.id, each.to) for each in before] == [(each.id, each.to) for each in after]
        assert {each.scopes for each in after} == {()}
        assert all((each.basis, each.purpose) == (None, None) for each in after)


def _owned(each: object, who: str) -> bool:
    return isinstance(each, Apart) and who in each.owner.split("+")


class TestTheFile:
    """What was forgotten is in no table, no log and no free page of a real file."""

    def test_no_byte_of_it_stays(self, tmp_path: Path) -> None:
        """While the program is open, and after it was closed."""
        path = tmp_path / "kept.db"
        with opened(SQLiteStore(path)) as program:
            lived(program)
            assert all(_in_files(path, each) for each in TOLD)
            program.do(forget("p-1")).or_raise()
            assert [each for each in TOLD if _in_files(path, each)] == []
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(tmp_path / "b")):
                dump = "\n".join(source.iterdump())
            assert [each for each in TOLD if each in dump] == []
        assert [each for each in TOLD if _in_files(path, each)] == []

    def test_whoever_opens_it_next_empties_the_log(self, tmp_path: Path) -> None:
        """A process died before it did: what it had forgotten goes with the next change."""
        was, path = tmp_path / "was.db", tmp_path / "kept.db"
        with opened(SQLiteStore(was)) as program:
            lived(program)
            program.store._empty_the_log = lambda: None  # type: ignore[attr-defined]  # it dies here
            program.do(forget("p-1")).or_raise()
            for tail in ("", "-wal"):
                Path(f"{path}{tail}").write_bytes(Path(f"{was}{tail}").read_bytes())
        assert _in_files(path, "Zebrafinch-goal")
        with empty(SQLiteStore(path)) as program:
            program.do(pk.WelcomeParticipant(by="c", id="p-9")).or_raise()
            assert [each for each in TOLD if _in_files(path, each)] == []
            assert program.verify().whole

    @pytest.mark.server
    def test_on_a_server_writing_the_tables_anew_wipes_them(self, server: Postgres) -> None:
        """As the page says: until then the bytes are in the files, and then no more."""
        address = server.new()
        with opened(SQLStore(address)) as program:
            lived(program).do(forget("p-1")).or_raise()
            schema = address.partition("schema=")[2]
            tables = ", ".join(f"{schema}.peerkit_{each}" for each in ("apart", "noun"))
            before = _on_the_server(server, schema)
            server.ask(f"VACUUM FULL {tables}")
            after = _on_the_server(server, schema)

        assert set(TOLD) <= before
        assert after.isdisjoint(TOLD)

    def test_another_one_who_reads_learns_of_it(self, tmp_path: Path) -> None:
        """A program that was open before remembers nothing of what it had read."""
        path = tmp_path / "kept.db"
        with opened(SQLiteStore(path)) as one, empty(SQLiteStore(path)) as other:
            lived(one)
            assert other.words("goal/p-1-g") == ("Zebrafinch-goal",)
            assert other.view("p-1").get(pk.Person, "p-1") is not None
            one.do(forget("p-1")).or_raise()

            assert told_of(other) == []
            assert other.words("goal/p-1-g") == ()
            assert other.verify().whole

    def test_what_was_put_in_its_place_is_none_of_it(self, tmp_path: Path) -> None:
        """A private part that somebody changed round the door is not read, and is found out."""
        path = tmp_path / "kept.db"
        with opened(SQLiteStore(path)) as program:
            program.do(a_life("p-1")[0]).or_raise()
            entry = next(iter(program.history("p-1")))
            assert entry.read()["act"]["experiences"]
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE peerkit_program SET writing = 1")
            db.execute("UPDATE peerkit_apart SET text = '{\"experiences\":[]}' WHERE n = 7")
        with empty(SQLiteStore(path)) as program:
            entry = next(iter(program.history("p-1")))
            assert (entry.number, "experiences" in entry.read()["act"]) == (7, False)
            assert "Words about @act are not those that were kept." in program.verify().faults

    def test_what_is_sealed_is_not_moved_without_its_keys(self) -> None:
        """Whoever reads the entries without the keys is told what is missing."""
        inner = MemoryStore()
        with opened(SealedStore(inner, KeysInMemory())) as program:
            program.do(a_life("p-1")[0]).or_raise()
            sealed = next(inner.journal(about="p-1"))

            assert "experiences" not in sealed.read()["act"]
            with pytest.raises(pk.BadInput, match="with its keys"):
                remade(sealed)


def _in_files(path: Path, told: str) -> bool:
    files = path.parent.glob(f"{path.name}*")
    return any(told.encode() in each.read_bytes() for each in files)


def _on_the_server(server: Postgres, schema: str) -> set[str]:
    """What of a life is in the files of its tables."""
    server.ask("CHECKPOINT")
    found: set[str] = set()
    for table in ("apart", "noun"):
        ((file,),) = server.ask(f"SELECT pg_relation_filepath('{schema}.peerkit_{table}')")
        held = (server.folder / "data" / file).read_bytes()
        found |= {each for each in TOLD if each.encode() in held}
    return found


class TestEveryKind:
    """Whatever somebody may be told in."""

    @settings(max_examples=200, deadline=None)
    @given(st.data())
    def test_what_is_left_holds_nothing_private(self, data: st.DataObject) -> None:
        """Every noun of theirs is blank or gone; any other is left as it was; once is enough."""
        noun = data.draw(strategies.nouns())
        who = owner_of(noun).split("+")[0] if noun.private_to else noun.id
        after = after_forgetting(noun, who)

        if after is not None:
            assert not belongs_to(after, who) or all(
                getattr(after, each.name) == each.default for each in private_fields(type(after))
            )
            assert after_forgetting(after, who) == after
        assert after_forgetting(noun, "nobody-here") == noun

    @settings(max_examples=200, deadline=None)
    @given(st.data())
    def test_what_is_theirs_is_found_with_them(self, data: st.DataObject) -> None:
        """Or forgetting them would not reach it."""
        noun = data.draw(strategies.nouns(*(each for each in NOUNS if each.private_to)))

        assert set(owner_of(noun).split("+")) <= {noun.id, *noun.touches}

    @pytest.mark.parametrize(
        "act", [pytest.param(each, id=each.kind) for each, _ in ONE_OF_EACH if each.private_to]
    )
    def test_an_entry_is_in_the_history_of_whose_it_is(self, act: pk.Act) -> None:
        """Refused or allowed: what is private in an act is found in the history of its owner."""
        program = opened()
        number = program.do(act).number

        for each in owner_of(act).split("+"):
            assert number in {entry.number for entry in program.history(each)}
        assert set(owner_of(act).split("+")) <= set(act.about)

    def test_what_is_waited_for_is_of_these_kinds(self) -> None:
        """A status of each is not finished, and can be found under whoever is in it."""
        for kind, statuses in UNFINISHED.items():
            assert statuses
            assert statuses < set(kind.lifecycle.steps)
            assert kind.found_with

    def test_somebody_in_it_waits_and_nobody_else(self) -> None:
        """An open match is not finished for its two people."""
        match = pk.Match(id="m", peer="ana", participant="p-7")
        over = attrs.evolve(match, status=pk.MatchStatus.DECLINED)

        assert unfinished(match, "ana")
        assert unfinished(match, "p-7")
        assert not unfinished(match, "p-8")
        assert not unfinished(over, "p-7")
        assert not unfinished(pk.Participant(id="p-7"), "p-7")


class TestHoldsAndYears:
    """What must stay, and for how long."""

    def test_a_hold_wins_until_it_is_lifted(self, program: pk.Program) -> None:
        """Over the person's own word too."""
        lived(program)
        program.do(pk.PlaceLegalHold(by="c", id="h-1", person="p-1")).or_raise()
        held = program.do(forget("p-1"))
        assert told_of(program) == list(TOLD)
        program.do(pk.LiftLegalHold(by="c", id="h-1", person="p-1")).or_raise()

        assert held.verdict is NO
        assert program.do(forget("p-1")).allowed
        assert told_of(program) == []

    def test_a_hold_on_one_of_two_holds_what_is_of_both(self, program: pk.Program) -> None:
        """The texts of a pair and their tie stay, and the dry run says so, until it is lifted."""
        lived(program)
        program.do(pk.PlaceLegalHold(by="c", id="h-1", person="ana")).or_raise()
        before = [each for each in program.store.books() if isinstance(each, Apart)]
        dry = {each.person: each.holds for each in retention(program, TODAY)}
        refused = program.do(forget("p-1"))
        after = [each for each in program.store.books() if isinstance(each, Apart)]

        assert refused.verdict is NO
        (held,) = [each for each in refused.findings if not each.allowed]
        assert (
            held.sentence
            == "Something kept about p-1 is held (h-1), and stays until the hold is lifted."
        )
        assert {"ana+p-1"} <= {each.owner for each in before}
        assert set(before) <= set(after)
        assert [each.id for each in program.every(pk.Tie)] == ["p-1-tie"]
        assert (dry["p-1"], dry["ana"], dry["p-8"]) == (("h-1",), ("h-1",), ())
        program.do(pk.LiftLegalHold(by="c", id="h-1", person="ana")).or_raise()
        assert program.do(forget("p-1")).allowed
        assert told_of(program) == []

    def test_a_hold_on_one_of_two_holds_what_was_refused(self, program: pk.Program) -> None:
        """A text of both may lie apart where no noun is left."""
        program.do(pk.WelcomeParticipant(by="c", id="p-1")).or_raise()
        planned = pk.PlanEnding(
            by="p-1",
            id="m-9",
            peer="ana",
            participant="p-1",
            on=TODAY,
            why=pk.EndingReason.TOO_CLOSE,
        )
        assert not program.do(planned).allowed
        program.do(pk.PlaceLegalHold(by="c", id="h-1", person="ana")).or_raise()

        assert not list(program.every(pk.Match, about="p-1"))
        assert program.do(forget("p-1")).verdict is NO

    def test_a_hold_on_somebody_else_holds_nothing(self, program: pk.Program) -> None:
        """Neither on whoever writes it down, nor on a peer of whom nothing is kept with them."""
        program.do(pk.WelcomeParticipant(by="c", id="p-1")).or_raise()
        program.do(pk.PlaceLegalHold(by="c", id="h-1", person="ana")).or_raise()
        written = program.decide(forget("p-1", by="ana", said_so=True))

        assert {each.clause.id for each in written.findings if not each.allowed} == {
            "answers-for-records"
        }
        assert program.do(forget("p-1")).allowed

    def test_a_hold_that_comes_afterwards_holds_nothing_that_is_gone(
        self, program: pk.Program
    ) -> None:
        """What was told of them late can be taken away, though the peer is held since."""
        lived(program).do(forget("p-1")).or_raise()
        program.do(pk.PlaceLegalHold(by="c", id="h-1", person="ana")).or_raise()

        assert program.do(forget("p-1")).allowed

    def test_a_peer_who_has_left_answers_for_nothing(self, program: pk.Program) -> None:
        """Neither for a hold, nor for a forgetting: no more than one who serves."""
        program.do(pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7")).or_raise()
        serving = program.decide(forget("p-7", by="ana", said_so=True, checked=True))
        program.do(pk.ChangeService(by="c", id="ana", status=pk.PeerStatus.LEFT)).or_raise()
        left = program.decide(forget("p-7", by="ana", said_so=True, checked=True))
        hold = program.decide(pk.PlaceLegalHold(by="ana", id="h-1", person="p-7"))

        assert (serving.verdict, left.verdict, hold.verdict) == (NO, NO, NO)
        assert program.decide(forget("p-7", by="c", said_so=True)).allowed

    def test_the_last_day_is_the_latest_one(self) -> None:
        """Though a clock went back behind it, the dry run and the act count from the same day."""
        now = NOW + timedelta(days=400)
        program = empty(handbook=Handbook.load("us/federal"), clock=lambda: now)
        program.do(pk.WelcomeParticipant(by="c", id="p-1")).or_raise()
        now = NOW
        program.do(
            pk.RecordMilestone(
                by="p-1", id="ms", participant="p-1", of=pk.MilestoneKind.ADMITTED, on=TODAY
            )
        ).or_raise()
        (dry,) = [each for each in retention(program, TODAY) if each.person == "p-1"]
        over = dry.over
        assert over is not None
        found = reached(program.store, "p-1", "UTC").last
        assert found == dry.last == TODAY + timedelta(days=400)
        late = forget("p-1", by="c", why=pk.WhyForgotten.TIME_OVER)
        now = datetime.combine(over.until - timedelta(days=1), NOW.timetz())
        assert program.decide(late).verdict is NO
        now = datetime.combine(over.until, NOW.timetz())
        assert program.decide(late).allowed

    def test_somebody_elses_years_do_not_begin_anew(self) -> None:
        """The peer is in the history of the forgetting, and nothing is kept about them."""
        now = NOW
        program = lived(opened(clock=lambda: now))
        now = NOW + timedelta(days=400)
        decision = program.do(forget("p-1")).or_raise()

        assert decision.number in {each.number for each in program.history("ana")}
        assert reached(program.store, "ana", "UTC").last == TODAY

    def test_a_refusal_takes_nothing_away(self, program: pk.Program) -> None:
        """It is kept, with what stands against it, and the years do not begin anew."""
        for act in a_life("p-1"):
            program.do(act)
        refused = program.do(forget("p-1"))
        peers_word = program.do(forget("p-1", by="ana", said_so=True))

        assert (refused.verdict, peers_word.verdict) == (FACTS, NO)
        (left,) = [each for each in refused.findings if not each.allowed]
        assert left.sentence == (
            "With p-1 this is not finished yet: disclosure p-1-d, guardian p-1-gu, match p-1-m, "
            "measure p-1-me and visit p-1-v. Please end it first."
        )
        assert program.words("goal/p-1-g") == ("Zebrafinch-goal",)
        assert program.verify().whole

    def test_years_are_counted_from_what_was_last_kept(self) -> None:
        """A refusal, a hold, and looking at what is kept are nothing that is kept about them."""
        now = NOW
        program = opened(handbook=Handbook.load("us/federal"), clock=lambda: now)
        lived(program)
        early = program.do(forget("p-1", by="c", why=pk.WhyForgotten.TIME_OVER))
        assert early.verdict is NO
        assert "so until 2032-11-02" in early.explain()
        assert "may stay until 2033-11-02" in early.explain()
        now = NOW.replace(year=2033)
        assert reached(program.store, "p-1", "UTC").last == TODAY
        program.do(pk.PlaceLegalHold(by="c", id="h-1", person="p-1")).or_raise()
        program.do(pk.LiftLegalHold(by="c", id="h-1", person="p-1")).or_raise()

        assert program.decide(forget("p-1", by="c", why=pk.WhyForgotten.TIME_OVER)).allowed
        assert program.do(forget("p-1", by="c", why=pk.WhyForgotten.TIME_OVER)).allowed
        assert told_of(program) == []

    def test_a_person_who_asks_has_somebody_look(self) -> None:
        """The years of a law do not refuse them by themselves; whoever answers for it says so."""
        program = opened(handbook=Handbook.load("us/federal"))
        lived(program)

        assert program.do(forget("p-1")).verdict is FACTS
        assert program.do(forget("p-1", checked=False)).verdict is NO
        assert program.do(forget("p-1", checked=True)).allowed

    def test_a_dry_run_says_who_is_due_and_who_is_not(self) -> None:
        """Since when, under which rule, what asks for longer, and who is held; nothing is kept."""
        store = lived(opened()).store
        program = empty(store, handbook=Handbook.load("us/part2"))
        program.do(pk.PlaceLegalHold(by="c", id="h-1", person="p-8")).or_raise()
        entries = program.verify().entries
        today = {each.person: each for each in retention(program, TODAY)}
        later = {each.person: each for each in retention(program, date(2033, 11, 2))}

        assert set(today) == {"ana", "p-1", "p-7", "p-8"}
        assert not any(each.due for each in today.values())
        assert [(each.limit, each.until, each.verified) for each in today["p-1"].asks] == [
            ("keep-policies-years", date(2032, 11, 2), False),
            ("keep-accounting-years", date(2029, 11, 2), False),
        ]
        over = today["p-1"].over
        assert over is not None
        assert (over.limit, over.years, over.until) == ("erase-unused-years", 7, date(2033, 11, 2))
        assert (over.set_by, over.verified) == ("us/federal", True)
        assert {who for who, each in later.items() if each.due} == {"ana", "p-1", "p-7"}
        assert (later["p-8"].holds, later["p-8"].last) == (("h-1",), TODAY)
        assert program.verify().entries == entries
        program.do(forget("p-1", checked=True)).or_raise()
        assert "p-1" not in {each.person for each in retention(program, TODAY)}

    def test_without_a_number_nobody_is_due(self, program: pk.Program) -> None:
        """The base has none: what is not asked for is not erased."""
        found = list(retention(program, date(2099, 1, 1)))

        assert {each.over for each in found} == {None}
        assert not any(each.due for each in found)


class TestAfterwards:
    """Nothing is begun with somebody who was forgotten; what is told is kept."""

    def test_a_request_is_refused_and_a_report_is_kept(self, program: pk.Program) -> None:
        """Each names the clause, and says what to do instead."""
        lived(program).do(forget("p-1")).or_raise()
        asked = program.do(pk.ProposeMatch(by="c", id="m-9", peer="ana", participant="p-1"))
        told = program.do(
            pk.ReportSession(
                by="ana",
                id="s-9",
                peer="ana",
                participants=("p-1",),
                form=pk.SessionForm.AD_HOC,
                starts=EARLIER,
                minutes=30,
                activities=(pk.Activity(id="listen"),),
            )
        )

        assert asked.verdict is NO
        assert "p-1 was forgotten here. Nothing new is begun under this id." in asked.explain()
        assert told.verdict is FACTS
        assert program.view("s-9").get(pk.Session, "s-9") is not None
        assert not list(program.every(pk.Concern))

    def test_who_comes_back_has_a_new_id(self, program: pk.Program) -> None:
        """The old one is nobody's: not even as a peer can they be welcomed under it."""
        lived(program).do(forget("p-1")).or_raise()
        experiences = (pk.LivedExperience(of=pk.Experience.ISOLATION),)
        old = program.do(pk.WelcomeParticipant(by="c", id="p-1"))
        peer = program.do(
            pk.WelcomePeer(
                by="c",
                id="p-1",
                role=pk.Role.WORKER,
                supervisor="sam",
                since=TODAY,
                experiences=experiences,
            )
        )

        assert (old.verdict, peer.verdict) == (NO, NO)
        assert program.do(pk.WelcomeParticipant(by="c", id="p-2")).allowed

    def test_nobody_becomes_forgotten_in_passing(self) -> None:
        """Only by the act of its own."""
        with pytest.raises(pk.BadInput, match="an act of its own"):
            pk.ChangeParticipation(by="c", id="p-1", status=pk.ParticipantStatus.FORGOTTEN)
        with pytest.raises(pk.BadInput, match="an act of its own"):
            pk.ChangeService(by="c", id="ana", status=pk.PeerStatus.FORGOTTEN)


PEOPLE = st.sampled_from(["p-1", "p-2", "p-3"])


class Lives(RuleBasedStateMachine):
    """People live, are forgotten, are told of late, and come back under other ids."""

    def __init__(self) -> None:
        super().__init__()
        self.forgotten: set[str] = set()
        self.there: set[str] = set()
        self.told: set[str] = set()
        self.back = 0

    @initialize()
    def begin(self) -> None:
        """Ana serves, and everybody else comes later."""
        self.program = opened()

    @rule(who=PEOPLE)
    def live(self, who: str) -> None:
        """Somebody lives in the program, and everything with them is ended."""
        if who in self.there - self.forgotten:
            return
        acts = (*a_life(who), *its_end(who))
        allowed = {act.kind for act in acts if self.program.do(act).allowed}
        if who in self.forgotten:
            assert allowed <= {"disclosure.reviewed", "measure.seen"}
            self.program.do(forget(who)).or_raise()
        self.there.add(who)
        self.told.add(who)

    @rule(who=PEOPLE)
    def forget(self, who: str) -> None:
        """They ask to be forgotten; nobody who was never here can be."""
        decision = self.program.do(forget(who))
        assert decision.verdict is (ALLOWED if who in self.there | self.forgotten else FACTS)
        if decision.allowed:
            self.forgotten.add(who)

    @rule(who=PEOPLE)
    def tell_late(self, who: str) -> None:
        """Something is told of them that nobody had told yet, whatever has become of them."""
        tie = pk.DiscloseTie(by="ana", peer="ana", participant=who, of=pk.TieKind.SPONSOR)
        assert self.program.do(tie).number
        self.told.add(who)
        if who in self.forgotten:
            self.program.do(forget(who, by="c", said_so=True)).or_raise()

    @rule(who=PEOPLE)
    def come_back(self, who: str) -> None:
        """Under a new id, about which nothing is known."""
        self.back += 1
        new = f"{who}-again-{self.back}"
        self.program.do(pk.WelcomeParticipant(by="c", id=new)).or_raise()

    @invariant()
    def nothing_is_left_of_them(self) -> None:
        """Not a text, not a field; and everything else still fits."""
        for who in self.forgotten:
            assert not [each for each in self.program.store.books() if _owned(each, who)]
            for kind in NOUNS:
                for noun in self.program.every(kind, about=who):
                    assert after_forgetting(noun, who) == noun
        for entry in self.program.journal():
            body = json.loads(entry.body)
            assert not [each for each in TOLD if each in entry.body]
            if body["act"].get("participant") in self.forgotten:
                assert "@act" not in {each.about for each in entry.apart}
        if self.told <= self.forgotten:
            assert told_of(self.program) == []

    def teardown(self) -> None:
        """At the end the journal, the nouns and the tallies still say the same."""
        if hasattr(self, "program"):
            assert self.program.verify().faults == ()


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=12, stateful_step_count=10, deadline=None)
