"""A canary in every word that somebody said: it may be read where it is kept, and nowhere else."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

import peerkit as pk
from peerkit.acts import ACTS
from peerkit.model import NOUNS
from peerkit.notifiers.console import ConsoleNotifier
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.reports import summary
from peerkit.reports.show import Screen
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from tests.ordinary import NOW, activity, asking, empty, group, opened, plan, report

PAIR: dict[str, Any] = {"peer": "ana", "participant": "p-7"}
#: Where each canary sings, by the field it was put into.
CANARIES = {
    "SetGoal.words": "Zebrafinch-goal",
    "ReportSession.note": "Zebrafinch-note",
    "RaiseConcern.what": "Zebrafinch-what",
    "CloseConcern.outcome": "Zebrafinch-outcome",
    "ConsultSupervisor.question": "Zebrafinch-question",
    "GiveAdvice.advice": "Zebrafinch-advice",
    "DiscloseForSafety.what": "Zebrafinch-danger",
    "ReviewDisclosure.outcome": "Zebrafinch-review",
    "LookAtMeasure.outcome": "Zebrafinch-looked",
}
#: A condition, a tie and a danger: what may stand in a noun's body and must not show itself.
LIVED = pk.Experience.SUBSTANCE_USE
TIED = pk.TieKind.HOUSEHOLD
DANGER = pk.Basis.DANGER_TO_SELF
CHANGED = pk.MilestoneKind.ADMITTED
#: An instrument, an answer that is a sign of danger, and an amount of money.
MEASURED: dict[str, Any] = {
    "instrument": "phq-9",
    "answers": {"item-9": 3},
    "on": NOW.date(),
    "filled": pk.FilledIn.HELPED,
}
MONEY: dict[str, Any] = {"cents": 7654321, "currency": "USD"}
CODES = (str(LIVED), str(TIED), str(DANGER), str(CHANGED), "phq-9", "7654321")
HIDDEN = (*CANARIES.values(), *CODES, LIVED.name, TIED.name, DANGER.name, CHANGED.name)


def said(field: str) -> pk.Words:
    """The canary of this field."""
    return pk.Words(CANARIES[field])


def whole_life() -> tuple[pk.Act, ...]:
    """Every act, with a canary in each word, a condition in each welcome, a tie and a danger."""
    experiences = (pk.LivedExperience(of=LIVED, offered=False),)
    consent: dict[str, Any] = {"participant": "p-7", "scopes": (pk.ConsentScope.STORY,)}
    return (
        pk.WelcomePeer(
            by="c",
            id="bo",
            role=pk.Role.SPECIALIST,
            supervisor="sam",
            since=NOW.date(),
            experiences=experiences,
        ),
        pk.WelcomeParticipant(by="c", id="p-9", experiences=experiences),
        pk.RecordCredential(
            by="c", id="k", peer="bo", since=NOW.date(), until=NOW.date() + timedelta(days=9)
        ),
        pk.RecordSupervision(by="sam", peer="bo", on=NOW.date()),
        pk.DiscloseTie(by="ana", peer="ana", participant="p-8", of=TIED),
        pk.ProposeMatch(by="c", id="m-2", peer="ana", participant="p-8"),
        pk.ProposeMatch(by="c", id="m-3", peer="bo", participant="p-9"),
        pk.DeclineMatch(by="p-9", id="m-3", peer="bo", participant="p-9"),
        pk.SetGoal(by="p-7", id="g", participant="p-7", words=said("SetGoal.words")),
        pk.SetGoal(by="ana", id="g-2", participant="p-7", words=said("SetGoal.words")),
        pk.SetGoal(
            by="ana", id="g-3", participant="p-7", words=said("SetGoal.words"), said_so=False
        ),
        pk.ChangeGoal(by="p-7", id="g", participant="p-7", status=pk.GoalStatus.COMPLETED),
        plan(id="planned"),
        plan(id="missed"),
        plan(id="cancelled"),
        pk.ReportMissedSession(by="ana", id="missed"),
        pk.CancelSession(by="p-7", id="cancelled"),
        report(id="held", note=said("ReportSession.note")),
        report(id="held", note=said("ReportSession.note")),
        report(id="many", note=said("ReportSession.note"), **group(2)),
        report(
            id="crossed",
            note=said("ReportSession.note"),
            activities=(activity("lend-money", 10), activity("tell-anothers-story", of="p-9")),
        ),
        asking(activity("therapy")),
        pk.RecordConsent(by="p-7", id="c", to=("x",), since=NOW, **consent),
        pk.ShareInformation(by="ana", to="x", **consent),
        pk.RevokeConsent(by="p-7", id="c", participant="p-7"),
        pk.ShareInformation(by="ana", to="x", **consent),
        pk.ConsultSupervisor(
            by="ana", id="q", **PAIR, clause="gifts", question=said("ConsultSupervisor.question")
        ),
        pk.GiveAdvice(by="sam", id="q", peer="ana", agreed=True, advice=said("GiveAdvice.advice")),
        pk.GiveAdvice(by="x", id="q", peer="ana", agreed=True, advice=said("GiveAdvice.advice")),
        pk.RaiseConcern(
            by="p-7",
            id="n",
            peer="ana",
            people=("p-7",),
            clauses=("money",),
            what=said("RaiseConcern.what"),
        ),
        pk.CloseConcern(by="sam", id="n", peer="ana", outcome=said("CloseConcern.outcome")),
        pk.CloseConcern(by="x", id="n", peer="ana", outcome=said("CloseConcern.outcome")),
        pk.SupplyFacts(by="ana", id="f", **PAIR, activity=activity("give-gift", value="token")),
        pk.DiscloseForSafety(
            by="ana",
            id="d",
            **PAIR,
            to=("crisis-team",),
            basis=DANGER,
            what=said("DiscloseForSafety.what"),
        ),
        pk.ReviewDisclosure(by="x", id="d", peer="ana", outcome=said("ReviewDisclosure.outcome")),
        pk.ReviewDisclosure(by="sam", id="d", peer="ana", outcome=said("ReviewDisclosure.outcome")),
        pk.AgreeBoundaries(by="p-7", id="ag-2", **PAIR, topics=tuple(pk.Topic)),
        pk.EndMatch(by="p-7", id="m-1", **PAIR),
        pk.ChangeService(by="ana", id="ana", status=pk.PeerStatus.STEPPED_BACK),
        pk.ChangeParticipation(by="p-7", id="p-7", status=pk.ParticipantStatus.AWAY),
        pk.AcceptMatch(by="p-9", id="m-3", peer="bo", participant="p-9"),
        # -- outcomes and money
        pk.RecordMeasure(by="ana", id="me", **PAIR, **MEASURED),
        pk.LookAtMeasure(by="sam", id="me", **PAIR, outcome=said("LookAtMeasure.outcome")),
        pk.LookAtMeasure(by="ana", id="me", **PAIR, outcome=said("LookAtMeasure.outcome")),
        pk.RecordMeasure(by="p-7", id="me-2", participant="p-7", **MEASURED),
        pk.WithdrawMeasure(by="p-7", id="me", participant="p-7"),
        pk.RecordMilestone(
            by="p-7", id="mi", participant="p-7", of=CHANGED, on=NOW.date() - timedelta(days=9)
        ),
        pk.WithdrawMilestone(by="p-7", id="mi", participant="p-7"),
        pk.RecordGrant(by="c", id="gr", funding="path", since=NOW.date(), **MONEY),
        pk.EndGrant(by="c", id="gr", on=NOW.date()),
    )


@pytest.fixture(params=["memory", "sqlite"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[pk.Program]:
    """A new program on each kind of store."""
    memory = request.param == "memory"
    store = MemoryStore() if memory else SQLiteStore(tmp_path / "canaries.db")
    with opened(store) as made:
        yield made


def shown(*values: object) -> str:
    """All the ways in which a value shows itself."""
    return "\n".join(f"{each!r}\n{each!s}" for each in values)


def nowhere(text: str, *, but: tuple[str, ...] = ()) -> None:
    """No canary sings in this text."""
    for each in HIDDEN:
        assert each in but or each not in text, f"{each} in {text[:2000]}"


class TestNowhere:
    """A whole program, with a canary wherever somebody speaks."""

    def test_every_word_there_can_be_carries_a_canary(self) -> None:
        """A new field of words must get a canary here."""
        fields = {
            f"{kind.__name__}.{each.name}"
            for kind in ACTS
            for each in attrs.fields(attrs.resolve_types(kind))
            if "Words" in str(each.type)
        }

        assert fields == set(CANARIES)
        assert {type(each) for each in whole_life()} == set(ACTS)

    def test_acts_decisions_and_errors_show_none(self, program: pk.Program) -> None:
        """Not by repr, not by str, in no form of explanation, in no trace and in no traceback."""
        for act in whole_life():
            decision = program.do(act)
            nowhere(shown(act, decision, *decision.findings, decision.judged()))
            nowhere(json.dumps(decision.trace()))
            for form in ("text", "markdown", "html"):
                nowhere(decision.explain(form))
            try:
                decision.or_raise()
            except pk.Refused as error:
                told = "".join(traceback.format_exception(error))
                nowhere(told + shown(error, error.args))

    def test_nouns_views_and_messages_show_none(self, program: pk.Program) -> None:
        """What is kept is looked at whole: every kind, every view, every entry, every message."""
        kinds: set[type[pk.Noun]] = set()
        for act in whole_life():
            about = program.do(act).act.about
            kinds |= {type(each) for each in program.view(*about).nouns}
            nowhere(shown(program.view(*about)))
            nowhere(shown(program.store.view(about, NOW.date(), NOW)))
        assert kinds == set(NOUNS)
        for kind in kinds:
            nowhere(shown(*program.every(kind)))
        for entry in program.journal():
            nowhere(shown(entry))
        nowhere(shown(*program.store.untold(1000, NOW, NOW + timedelta(hours=1))))
        nowhere(shown(*(each for each in program.store.books() if isinstance(each, pk.Count))))

    def test_the_journal_holds_no_word(self, program: pk.Program) -> None:
        """Digests stand in their place; a condition, tie or danger stands in bodies as a code."""
        for act in whole_life():
            program.do(act)
        for entry in program.journal():
            nowhere(entry.body, but=CODES)
            body = json.loads(entry.body)
            rest = {name: value for name, value in body.items() if name not in {"act", "nouns"}}
            nowhere(json.dumps(rest))
            assert all(len(each[2]) == 64 for each in body["words"])

    def test_the_words_are_read_where_they_are_kept(self, program: pk.Program) -> None:
        """By whoever asks for them by what they are about: they are not lost."""
        for act in whole_life():
            program.do(act)
        kept = {
            about: program.words(about)
            for about in (
                *("goal/g", "session/held", "session/many", "session/crossed", "concern/n"),
                *("consultation/q", "disclosure/d", "measure/me"),
            )
        }

        assert kept == {
            "goal/g": (CANARIES["SetGoal.words"],),
            "session/held": (CANARIES["ReportSession.note"],) * 2,
            "session/many": (CANARIES["ReportSession.note"],),
            "session/crossed": (CANARIES["ReportSession.note"],),
            "concern/n": (CANARIES["RaiseConcern.what"], CANARIES["CloseConcern.outcome"]),
            "consultation/q": (
                CANARIES["ConsultSupervisor.question"],
                CANARIES["GiveAdvice.advice"],
            ),
            "disclosure/d": (
                CANARIES["DiscloseForSafety.what"],
                CANARIES["ReviewDisclosure.outcome"],
            ),
            "measure/me": (CANARIES["LookAtMeasure.outcome"],),
        }

    def test_what_was_refused_keeps_no_word(self, program: pk.Program) -> None:
        """A goal somebody else chose is journalled without its words, and nothing else of it."""
        for act in whole_life():
            program.do(act)

        assert program.words("goal/g-2") == program.words("goal/g-3") == ()

    def test_messages_tell_none(
        self, program: pk.Program, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Neither on the outside nor on the inside, on no channel."""
        for act in whole_life():
            program.do(act)
        stream, kept = io.StringIO(), MemoryNotifier()
        for message in program.store.untold(1000, NOW, NOW):
            ConsoleNotifier(stream, safe=True).notify(message)
            ConsoleNotifier(safe=False).notify(message)
            kept.notify(message)
            nowhere(json.dumps(attrs.asdict(message)))

        assert stream.getvalue().count("\n") == len(kept.told) == program.store.outbox()[0]
        nowhere(stream.getvalue() + capsys.readouterr().out + shown(*kept.told))

    def test_reports_and_verification_tell_none(self, program: pk.Program) -> None:
        """Not the summary, not the screen, not what is found wrong."""
        screen = Screen()
        with screen.console.capture() as captured:
            for act in whole_life():
                screen.decision(program.do(act))
            screen.summary(summary(program))
        nowhere(captured.get() + shown(summary(program), program.verify()))

        assert program.verify().whole

    def test_a_fault_names_ids_and_no_condition(self, tmp_path: Path) -> None:
        """Somebody edits a person and a tie: what is found says which, and not what they hold."""
        path = tmp_path / "edited.db"
        with opened(SQLiteStore(path)) as program:
            for act in whole_life():
                program.do(act)
        with sqlite3.connect(path) as db:
            db.execute("UPDATE peerkit_noun SET body = replace(body, 'substance-use', 'illness')")
            db.execute(
                "UPDATE peerkit_noun SET body = replace(body, '\"household\"', '\"friend\"')"
            )
        db.close()
        with empty(SQLiteStore(path)) as program:
            faults = program.verify().faults

        assert len(faults) >= 3
        nowhere("\n".join(faults))

    def test_logs_tell_none(self, program: pk.Program, caplog: pytest.LogCaptureFixture) -> None:
        """At the lowest level, of whatever logs."""
        with caplog.at_level(logging.DEBUG):
            for act in whole_life():
                program.do(act)

        nowhere(caplog.text)

    def test_a_second_key_tells_none(self, program: pk.Program) -> None:
        """A key that comes with another act is an error that names the key alone."""
        goal = pk.SetGoal(by="p-7", id="g", key="k", participant="p-7", words=said("SetGoal.words"))
        program.do(goal)
        with pytest.raises(pk.KeyReused) as caught:
            program.do(attrs.evolve(goal, words=pk.Words("Something else.")))

        nowhere("".join(traceback.format_exception(caught.value)))
        assert caught.value.__context__ is None
