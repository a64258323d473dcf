"""Ways round the door: refused, in vain, or found; and of the others the page says so."""

from __future__ import annotations

import copy
import json
import os
import pickle
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs
import pytest

import peerkit as pk
from peerkit.acts.act import Left, kept_of
from peerkit.decisions import Rule, Rules
from peerkit.exchange.moving import export_program, import_program
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.stores import Change, Delivery, Settled, Standing
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.sqlite.reading import SQLiteReader
from peerkit.stores.writing.codec import text, write_noun
from peerkit.stores.writing.making import made
from peerkit.testing.pieces import everything
from tests.damaging import unguarded
from tests.ordinary import HANDBOOK, NOW, TODAY, empty, opened, report

pytestmark = pytest.mark.once


PAGE: Final = Path(__file__).parents[1] / "docs" / "explanation" / "what-we-promise.md"
GOAL: Final = pk.SetGoal(by="p-7", id="g-1", participant="p-7", words=pk.Words("I want to swim."))
#: A report that is kept although it is not allowed: it brings a concern and a message.
KEYED: Final = report(
    key="monday",
    note=pk.Words("We sat by the river."),
    activities=(pk.Activity(id="therapy"),),
)
#: A request that is refused: nobody has welcomed them.
REFUSED: Final = pk.ProposeMatch(by="coordinator", id="m-9", peer="ana", participant="p-99")
_DONE: Final[dict[str, Any]] = {"by": "p-7", "id": "g-1", "participant": "p-7"}
DONE: Final = pk.ChangeGoal(**_DONE, status=pk.GoalStatus.COMPLETED)
DROPPED: Final = pk.ChangeGoal(**_DONE, status=pk.GoalStatus.ON_HOLD)
LATER: Final = NOW + timedelta(hours=2)


@attrs.define
class Place:
    """A program in a file, its anchor as it was before, and room for more."""

    folder: Path
    path: Path
    program: pk.Program
    anchor: pk.Anchor
    opened: ExitStack

    @property
    def store(self) -> SQLiteStore:
        """The store of the program."""
        assert isinstance(self.program.store, SQLiteStore)
        return self.program.store

    def again(self, **how: Any) -> pk.Program:
        """The same file, opened once more."""
        told: dict[str, Any] = {"handbook": HANDBOOK, "clock": lambda: LATER}
        return pk.Program(self.lent(SQLiteStore), **told | how)

    def lent(self, kind: type[SQLiteStore]) -> SQLiteStore:
        """The same file in a store of its own, which is closed when the probe is over."""
        return self.opened.enter_context(closing(kind(self.path)))

    def sql(self, *statements: str) -> None:
        """Through a connection of one's own, with the guards in place."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            for each in statements:
                db.execute(each)

    def change(self, act: pk.Act, **how: Any) -> Change:
        """What the program would keep of an act, and what somebody made of it."""
        act = self.program._named(act)
        about, standing, decision = self.program._decided(act, None, NOW)
        kept = decision.allowed or act.already
        left = kept_of(act, standing.view, decision.judged()) if kept else Left()
        change = made(act, about, standing, decision, left, self.program._salt)
        return attrs.evolve(change, **how)

    def told(self, change: Change, **how: Any) -> Change:
        """The change with another entry: these parts of it are as somebody wishes."""
        return attrs.evolve(change, entry=text(json.loads(change.entry) | how))


Probe: TypeAlias = Callable[[Place], object]
#: Every probe, how it ends, and with which sentence.
PROBES: Final[dict[str, tuple[Probe, str, Any]]] = {}


def _ends(how: str, what: Any = "") -> Callable[[Probe], Probe]:
    def add(probe: Probe) -> Probe:
        assert probe.__name__ not in PROBES
        PROBES[probe.__name__] = probe, how, what
        return probe

    return add


def refused(error: type[BaseException], match: str | None = None) -> Callable[[Probe], Probe]:
    """Who tries gets this error, and everything still fits."""
    return _ends("refused", (error, match))


#: Nothing that is kept is another.
in_vain: Final = _ends("in vain")


def found(match: str) -> Callable[[Probe], Probe]:
    """`verify` lists a fault with this sentence."""
    return _ends("found", match)


def anchored(match: str) -> Callable[[Probe], Probe]:
    """It fits in itself, and an anchor that was kept elsewhere shows it."""
    return _ends("anchored", match)


def unseen(reason: str) -> Callable[[Probe], Probe]:
    """Nobody can find it, and the page that says what we promise says so."""
    return _ends("unseen", reason)


LIES: Final = "lies to the program in the first place"
FITS: Final = "What is made by hand and fits"
TOLD: Final = "a message that is marked as told is never told"


# -- objects that are frozen


def forced(act: Any, **fields: Any) -> Any:
    """The act with its fields as somebody wishes: no validator is asked."""
    for name, value in fields.items():
        object.__setattr__(act, name, value)
    return act


@unseen(LIES)
def an_act_says_who_asks_and_it_is_somebody_else(place: Place) -> None:
    place.program.do(forced(copy.copy(GOAL), by="coordinator", id="g-9"))


@refused(pk.BadInput, "by")
def an_act_is_forced_to_name_nobody_who_asks(place: Place) -> None:
    place.program.do(forced(copy.copy(GOAL), by=7, id="g-9"))


@refused(pk.BadInput, "minutes")
def a_report_is_forced_to_take_less_than_no_time(place: Place) -> None:
    place.program.do(forced(report(id="s-9"), minutes=-60))


@refused(pk.BadInput, "key")
def an_act_is_forced_to_have_a_key_that_is_none(place: Place) -> None:
    place.program.do(forced(report(id="s-9"), key="two words"))


@refused(AttributeError)
def an_act_is_made_without_its_fields(place: Place) -> None:
    place.program.do(pk.SetGoal.__new__(pk.SetGoal))


@refused(pk.BadInput, "participant")
def an_act_is_made_around_its_validators(place: Place) -> None:
    made = pk.SetGoal.__new__(pk.SetGoal)
    said = attrs.asdict(GOAL, recurse=False) | {"id": "g-9", "participant": "p 7"}
    place.program.do(forced(made, **said))


@refused(pk.BadInput, "minutes")
def an_act_is_evolved_to_what_does_not_fit(place: Place) -> None:
    place.program.do(attrs.evolve(report(id="s-9"), minutes=-60))


@in_vain
def an_act_is_copied_and_asked_again(place: Place) -> None:
    assert place.program.do(copy.deepcopy(KEYED)).again
    assert place.program.do(copy.copy(KEYED)).again


@in_vain
def an_act_is_pickled_and_asked_again(place: Place) -> None:
    assert place.program.do(pickle.loads(pickle.dumps(KEYED))).again


@refused(pk.BadInput, "minutes")
def an_act_comes_out_of_a_pickle_that_was_edited(place: Place) -> None:
    raw = pickle.dumps(report(id="s-9", minutes=77))
    place.program.do(pickle.loads(raw.replace(b"K\x4d", b"K\x00")))


@in_vain
def a_decision_is_made_to_say_yes_afterwards(place: Place) -> None:
    decision = place.program.decide(REFUSED)
    assert forced(decision, verdict=pk.Verdict.ALLOWED).or_raise() is decision


@refused(pk.BadInput, "give an act")
def a_decision_is_given_in_place_of_an_act(place: Place) -> None:
    place.program.do(place.program.decide(REFUSED))  # type: ignore[arg-type]  # on purpose


@refused(pk.BadInput, "give an act")
def an_act_comes_as_text(place: Place) -> None:
    place.program.do('{"act": "goal.set", "by": "p-7"}')  # type: ignore[arg-type]  # on purpose


@in_vain
def a_noun_that_was_found_is_evolved(place: Place) -> None:
    (match,) = place.program.find(pk.Match)
    attrs.evolve(match, participant="p-8")


@in_vain
def a_noun_that_was_read_is_changed_in_memory(place: Place) -> None:
    (match,) = place.program.find(pk.Match)
    forced(match, participant="p-8")
    assert "match m-1 is not as the journal left it." in place.program.verify().faults


@unseen(FITS)
def a_noun_that_was_changed_in_memory_is_moved_on(place: Place) -> None:
    goal = place.program.view("g-1").get(pk.Goal, "g-1")
    forced(goal, stated_by="coordinator")
    place.program.do(DONE).or_raise()


@in_vain
def an_entry_that_was_read_is_changed(place: Place) -> None:
    forced(next(place.program.journal()), body="{}")


@in_vain
def an_entry_in_memory_is_changed(place: Place) -> None:
    with opened() as other:
        forced(next(other.journal()), body="{}")
        assert other.verify().faults[0] == "Entry 1 does not match its hash: it was edited."


# -- classes that are made into something else


class SaysYes(pk.Program):
    """A program that would like to say yes."""

    def decide(self, act: pk.Act) -> pk.Decision:
        """Yes."""
        return forced(super().decide(act), verdict=pk.Verdict.ALLOWED)  # type: ignore[no-any-return]


class SaysYesInside(pk.Program):
    """A program that says yes where it decides, and forgets to change the reasons."""

    def _decided(self, *asked: Any, **more: Any) -> Any:
        about, standing, decision = super()._decided(*asked, **more)
        return about, standing, attrs.evolve(decision, verdict=pk.Verdict.ALLOWED)


class LiesInside(pk.Program):
    """A program that makes up the reasons too."""

    def _decided(self, *asked: Any, **more: Any) -> Any:
        about, standing, decision = super()._decided(*asked, **more)
        reasons = tuple(attrs.evolve(e, verdict=pk.Verdict.ALLOWED) for e in decision.findings)
        made_up = attrs.evolve(decision, verdict=pk.Verdict.ALLOWED, findings=reasons)
        return about, standing, made_up


@refused(pk.Refused)
def a_program_overrides_how_it_decides(place: Place) -> None:
    SaysYes(place.store, handbook=HANDBOOK, clock=lambda: NOW).do(REFUSED).or_raise()


@found("has another verdict than its findings come to")
def a_program_says_yes_inside(place: Place) -> None:
    SaysYesInside(place.store, handbook=HANDBOOK, clock=lambda: NOW).do(REFUSED).or_raise()


@unseen(FITS)
def a_program_makes_up_its_reasons(place: Place) -> None:
    LiesInside(place.store, handbook=HANDBOOK, clock=lambda: NOW).do(REFUSED).or_raise()


class Already(pk.ProposeMatch):
    """A request that calls itself a report."""

    already = True


class AboutNothing(pk.ProposeMatch):
    """A request that stands on nothing."""

    stands_on = ()


class Asks(pk.Act):
    """An act that no rule has heard of."""

    kind = "door.opened"

    def leaves(self, view: pk.View, judged: Any) -> Any:
        """A match of its own."""
        match = pk.Match(id="m-9", peer="ana", participant="p-8", status=pk.MatchStatus.ACCEPTED)
        return Left(nouns=(match,))


@found("leaves what its verdict does not allow")
def a_request_calls_itself_a_report(place: Place) -> None:
    told = attrs.asdict(REFUSED, recurse=False)
    place.program.do(Already(**told))


@refused(pk.Refused)
def a_request_stands_on_nothing(place: Place) -> None:
    told = attrs.asdict(REFUSED, recurse=False) | {"participant": "p-8"}
    place.program.do(AboutNothing(**told)).or_raise()


@refused(pk.Refused)
def an_act_is_one_that_no_rule_speaks_of(place: Place) -> None:
    place.program.do(Asks(by="ana")).or_raise()


class NoRules(Rules):
    """Rules that have nothing to say."""

    def speaking_of(self, act: type[pk.Act]) -> tuple[Rule, ...]:
        """None."""
        return ()


def _fails(*_: object) -> Any:
    raise RuntimeError


@refused(pk.Refused)
def the_rules_have_nothing_to_say(place: Place) -> None:
    place.again(rules=NoRules()).do(attrs.evolve(GOAL, id="g-9")).or_raise()


@refused(pk.Refused)
def a_rule_raises(place: Place) -> None:
    rules = Rules(*pk.ROLE_LIMITS.rules, Rule("door", (pk.Act,), _fails))
    place.again(rules=rules).do(attrs.evolve(GOAL, id="g-9")).or_raise()


@refused(pk.Refused)
def a_rule_gives_nothing_that_can_be_read(place: Place) -> None:
    rules = Rules(*pk.ROLE_LIMITS.rules, Rule("door", (pk.Act,), lambda *_: None))  # type: ignore[arg-type]  # on purpose
    place.again(rules=rules).do(attrs.evolve(GOAL, id="g-9")).or_raise()


@refused(pk.Refused)
def who_looks_at_all_findings_drops_them(place: Place) -> None:
    rules = Rules(*pk.ROLE_LIMITS.rules, heeded=lambda *_: ())
    place.again(rules=rules).do(REFUSED).or_raise()


class Hides(MemoryStore):
    """A store that does not show what weighs on anybody."""

    def view(self, *asked: Any, **more: Any) -> Standing:
        """Only that which is named itself."""
        found = super().view(*asked, **more)
        named = tuple(each for each in found.view.nouns if each.id in asked[0])
        return attrs.evolve(found, view=attrs.evolve(found.view, nouns=named))


@in_vain
def a_store_hides_what_weighs(place: Place) -> None:
    with opened(MemoryStore()) as other:
        other.store.__class__ = Hides
        assert "match m-1 does not weigh on ana+p-7 any more." in other.verify().faults


# -- the clock, and who asks


@refused(pk.BadInput, "clock")
def the_clock_has_no_zone(place: Place) -> None:
    place.again(clock=lambda: datetime(2026, 11, 2, 12)).do(GOAL)  # noqa: DTZ001 - on purpose


@refused(pk.BadInput, "clock")
def the_clock_is_none(place: Place) -> None:
    place.again(clock=lambda: TODAY).do(GOAL)


@unseen(LIES)
def the_clock_is_wrong(place: Place) -> None:
    then = NOW - timedelta(days=1)
    place.again(clock=lambda: then).do(attrs.evolve(GOAL, id="g-9")).or_raise()


@unseen(LIES)
def an_act_lies_about_who_asks(place: Place) -> None:
    place.program.do(attrs.evolve(GOAL, id="g-9", by="coordinator"))


@in_vain
def a_document_says_who_asks_and_the_host_knows_better(place: Place) -> None:
    said = json.dumps({"act": "participant.welcomed", "by": "coordinator", "id": "p-9"})
    assert pk.read_act(said, by="p-7").by == "p-7"


@refused(pk.KeyReused)
def the_key_of_somebody_else_is_used_for_another_act(place: Place) -> None:
    place.program.do(attrs.evolve(GOAL, id="g-9", key="monday"))


@refused(pk.KeyReused)
def the_key_of_somebody_else_is_used_for_their_act(place: Place) -> None:
    place.program.do(attrs.evolve(KEYED, by="bo"))


@refused(pk.KeyReused)
def the_key_of_an_act_is_used_with_other_words(place: Place) -> None:
    place.program.do(attrs.evolve(KEYED, note=pk.Words("We did not meet.")))


# -- a change that is made by hand


@refused(pk.Moved)
def a_change_is_kept_twice(place: Place) -> None:
    change = place.change(attrs.evolve(GOAL, id="g-9"))
    place.store.keep(change)
    place.store.keep(change)


@refused(pk.Moved)
def a_change_is_kept_in_another_store(place: Place) -> None:
    with empty() as other:
        other.store.keep(place.change(attrs.evolve(GOAL, id="g-9")))


@refused(pk.Moved)
def a_change_is_kept_after_others_changed_what_it_stands_on(place: Place) -> None:
    change = place.change(DONE)
    with place.again() as other:
        other.do(DROPPED).or_raise()
    place.store.keep(change)


@refused(pk.Moved)
def a_standing_is_made_up(place: Place) -> None:
    change = place.change(attrs.evolve(GOAL, id="g-9"))
    stood = Standing(view=attrs.evolve(change.stood.view, seen=1))
    place.store.keep(attrs.evolve(change, stood=stood))


@refused(pk.StoreError, "could not be written")
def a_standing_hides_the_noun_that_is_written_over(place: Place) -> None:
    change = place.change(attrs.evolve(GOAL, id="g-1"))
    hidden = attrs.evolve(change.stood.view, nouns=())
    noun = pk.Goal(id="g-1", participant="p-8", stated_by="p-8", changed_by="p-8")
    place.store.keep(
        attrs.evolve(change, stood=Standing(view=hidden), nouns=((noun, text({"noun": "goal"})),))
    )


@unseen(FITS)
def an_old_decision_is_given_a_standing_of_now(place: Place) -> None:
    change = place.change(DONE)
    place.program.do(DROPPED).or_raise()
    now = place.store.view(change.about, change.day, NOW)
    place.store.keep(attrs.evolve(change, stood=now))


@refused(pk.StoreError, "was not read before")
def a_change_takes_away_what_it_has_not_read(place: Place) -> None:
    change = place.change(pk.WelcomeParticipant(by="coordinator", id="p-9"))
    place.store.keep(attrs.evolve(change, removes=(("goal", "g-1"),)))


@refused(AttributeError)
def an_entry_is_given_in_place_of_a_change(place: Place) -> None:
    place.store.keep(next(place.program.journal()))  # type: ignore[arg-type]  # on purpose


@found("has another verdict than its findings come to")
def a_verdict_is_made_up(place: Place) -> None:
    place.store.keep(place.told(place.change(REFUSED), verdict="ALLOWED"))


@found("has another verdict than its findings come to")
def a_verdict_is_made_up_without_any_reason(place: Place) -> None:
    place.store.keep(place.told(place.change(REFUSED), verdict="ALLOWED", findings=[]))


@found("cannot be read")
def a_verdict_is_none(place: Place) -> None:
    place.store.keep(place.told(place.change(REFUSED), verdict="YES"))


@found("leaves what its verdict does not allow")
def a_refused_request_leaves_a_noun(place: Place) -> None:
    match = pk.Match(id="m-9", peer="ana", participant="p-8")
    body = write_noun(match)
    change = place.told(place.change(REFUSED), nouns=[json.loads(body)])
    place.store.keep(attrs.evolve(change, nouns=((match, body),)))


@found("goal g-8 is not as the journal left it")
def a_change_has_a_noun_of_which_the_entry_does_not_tell(place: Place) -> None:
    goal = pk.Goal(id="g-8", participant="p-7", stated_by="p-7", changed_by="p-7")
    change = place.change(attrs.evolve(GOAL, id="g-9"))
    place.store.keep(attrs.evolve(change, nouns=(*change.nouns, (goal, write_noun(goal)))))


@found("goal g-9 is in the journal and nowhere else")
def an_entry_tells_of_a_noun_that_is_not_kept(place: Place) -> None:
    place.store.keep(attrs.evolve(place.change(attrs.evolve(GOAL, id="g-9")), nouns=()))


@found("goal g-9 is not as the journal left it")
def a_noun_is_written_in_other_words(place: Place) -> None:
    change = place.change(attrs.evolve(GOAL, id="g-9"))
    ((goal, body),) = change.nouns
    other = body.replace('"active"', '"completed"')
    place.store.keep(attrs.evolve(change, nouns=((goal, other),)))


@found("The tally minutes-given of ana is not what the journal adds up to")
def a_change_counts_other_than_its_entry(place: Place) -> None:
    change = place.change(report(id="s-9", starts=NOW - timedelta(hours=9)))
    counts = tuple(attrs.evolve(each, by=each.by + 1) for each in change.counts)
    place.store.keep(attrs.evolve(change, counts=counts))


@found("Message .* is not as the journal left it")
def a_change_has_a_message_of_which_the_entry_does_not_tell(place: Place) -> None:
    message = pk.Message(to="p-7", kind="goal.set", about="g-9", inside="Come at once.")
    change = place.change(attrs.evolve(GOAL, id="g-9"))
    place.store.keep(attrs.evolve(change, messages=(message,)))


@found("Words about goal/g-9 are not those that were kept")
def a_change_keeps_other_words_than_its_entry_says(place: Place) -> None:
    change = place.change(attrs.evolve(GOAL, id="g-9"))
    apart = tuple(attrs.evolve(each, text="I cannot.") for each in change.apart)
    place.store.keep(attrs.evolve(change, apart=apart))


@found("A key leads to entry 9, which is not its own")
def a_change_takes_a_key_of_which_the_entry_does_not_tell(place: Place) -> None:
    place.store.keep(attrs.evolve(place.change(attrs.evolve(GOAL, id="g-9")), key="tuesday"))


@found("Words about goal/g-1 are missing")
def a_change_forgets_somebody_and_does_not_say_so(place: Place) -> None:
    place.store.keep(attrs.evolve(place.change(attrs.evolve(GOAL, id="g-9")), forgets=("p-7",)))


@found("goal g-1 is in the journal and nowhere else")
def a_change_takes_a_noun_away_and_does_not_say_so(place: Place) -> None:
    change = place.change(DONE)
    change = place.told(attrs.evolve(change, nouns=()), nouns=[])
    place.store.keep(attrs.evolve(change, removes=(("goal", "g-1"),)))


@found("The history of p-8 is not what the journal holds")
def a_change_is_put_into_the_history_of_somebody_else(place: Place) -> None:
    change = place.change(attrs.evolve(GOAL, id="g-9"))
    stood = place.store.view((*change.about, "p-8"), change.day, NOW)
    about, touched = (*change.about, "p-8"), (*change.touched, "p-8")
    place.store.keep(attrs.evolve(change, about=about, touched=touched, stood=stood))


@found("Entry 9 cannot be read")
def a_change_has_an_entry_that_is_none(place: Place) -> None:
    place.store.keep(attrs.evolve(place.change(GOAL), entry="{Dear diary}"))


@found("Entry 9 is not linked to the one before it")
def a_change_numbers_itself(place: Place) -> None:
    change = place.change(attrs.evolve(GOAL, id="g-9"))
    place.store.keep(attrs.evolve(change, entry=change.entry[:-1] + ',"n":12}'))


# -- rows, with the guards in place

_NO_CHANGE: Final = "nothing changes without an entry"
_NOUN: Final = "1, 'm-9', 'match', 3, 'accepted', '', '{}'"
_ROWS: Final[dict[str, tuple[str, str, str]]] = {
    "noun": (_NOUN, "body = replace(body, 'p-7', 'p-8')", _NO_CHANGE),
    "tally": ("1, 'ben', '', 'walking', 1", "value = 0", _NO_CHANGE),
    "message": (
        "1,3,0,'sam','goal.set','g-1','a','b','waiting',NULL,0,'',NULL,'',NULL",
        "inside = 'x'",
        _NO_CHANGE,
    ),
    "apart": ("1,3,9,'goal/g-1','p-7','salt','Never.'", "text = 'Never.'", _NO_CHANGE),
    "key": ("1, 'tuesday', 3", "n = 2", _NO_CHANGE),
    "entry": ("1 << 32 | 99, 'hash', '{}'", "body = '{}'", "the journal is never|an entry follows"),
}
_LED_TO: Final[dict[str, tuple[str, str, str]]] = {
    "touched": ("1, 'p-8', 7", "n = n + 100", "The history of .* is not what"),
    "filed": (
        "1, 'p-8', 'match', '', 'm-1'",
        "under = 'sue' WHERE under = 'ana' AND id = 'm-1'",
        "found with",
    ),
    "weighing": ("1, 'p-8', 'match', 'm-1'", "under = 'sue'", "weigh"),
}


def _statements(table: str, row: str, edit: str) -> dict[str, str]:
    name = f"peerkit_{table}"
    return {
        "added_to": f"INSERT INTO {name} VALUES ({row})",
        "edited_in": f"UPDATE {name} SET {edit}",
        "taken_from": f"DELETE FROM {name}",
    }


def _by_rows(rows: dict[str, tuple[str, str, str]], how: Callable[[str], Any]) -> None:
    for table, (row, edit, says) in rows.items():
        for done, statement in _statements(table, row, edit).items():

            def probe(place: Place, statement: str = statement) -> None:
                place.sql(statement)

            probe.__name__ = f"a_row_is_{done}_{table}"
            how(says)(probe)


def _integrity(says: str) -> Callable[[Probe], Probe]:
    return refused(sqlite3.IntegrityError, says)


_by_rows(_ROWS, _integrity)
_by_rows(_LED_TO, found)


@_integrity(_NO_CHANGE)
def a_row_is_replaced(place: Place) -> None:
    place.sql(f"INSERT OR REPLACE INTO peerkit_noun VALUES ({_NOUN.replace('m-9', 'm-1')})")


@_integrity("the journal is never edited")
def an_entry_is_edited_and_refusals_ignored(place: Place) -> None:
    place.sql("UPDATE OR IGNORE peerkit_entry SET body = '{}'")


@_integrity("counts its entries one by one")
def the_head_is_set_back(place: Place) -> None:
    place.sql("UPDATE peerkit_program SET n = n - 1")


@_integrity("counts its entries one by one")
def a_program_is_renamed(place: Place) -> None:
    place.sql("UPDATE peerkit_program SET name = 'other'")


@_integrity("a program is never taken away")
def a_program_is_taken_away(place: Place) -> None:
    place.sql("DELETE FROM peerkit_program")


@found("9 is kept as the last")
def the_head_is_set_forward(place: Place) -> None:
    place.sql("UPDATE peerkit_program SET n = n + 1, hash = 'x'")


@found("The last entry has another hash than is kept of it")
def the_head_gets_another_hash(place: Place) -> None:
    unguarded(place.path, "UPDATE peerkit_program SET hash = 'x'")


@_integrity(_NO_CHANGE)
def sql_goes_through_the_connection_of_the_store(place: Place) -> None:
    place.store._db.execute("DELETE FROM peerkit_noun")


@in_vain
def a_transaction_is_left_open_in_the_connection_of_the_store(place: Place) -> None:
    place.store._db.execute("BEGIN")
    place.store._db.execute("UPDATE peerkit_program SET writing = 1")
    place.store._db.execute("DELETE FROM peerkit_noun")


@unseen(TOLD)
def a_message_is_marked_as_told(place: Place) -> None:
    place.sql("UPDATE peerkit_message SET delivery = 'told', settled = '2026-11-02T12:00:00+00:00'")


@in_vain
def a_message_is_leased_for_ever(place: Place) -> None:
    place.sql("UPDATE peerkit_message SET lease = '9999-11-02T12:00:00+00:00'")
    with place.again() as program:
        assert program.tell(MemoryNotifier(), limit=0).waiting
        given = program.store.take(9, LATER, LATER, "t-1")
        assert {each.attempts for each in given} == {1}
        back = tuple(Settled(key=each.key, delivery=Delivery.WAITING) for each in given)
        assert program.store.settle(back, LATER, "t-1") == tuple(each.key for each in given)


# -- rows, with the guards out of the way

WRITING: Final = "UPDATE peerkit_program SET writing = {}"


def _opened_by_hand(place: Place, *statements: str) -> None:
    place.sql(WRITING.format(1), *statements, WRITING.format(0))


@found("The guard against changes without an entry stands open")
def the_guard_is_left_open(place: Place) -> None:
    place.sql(WRITING.format(1))


@found("match m-1 is not as the journal left it")
def a_noun_is_edited_behind_the_guard(place: Place) -> None:
    edit = "UPDATE peerkit_noun SET body = replace(body, '\"p-7\"', '\"p-8\"') WHERE id = 'm-1'"
    _opened_by_hand(place, edit)


@found("match m-1 is in the journal and nowhere else")
def a_noun_is_taken_away_behind_the_guard(place: Place) -> None:
    _opened_by_hand(place, "DELETE FROM peerkit_noun WHERE id = 'm-1'")


@found("The tally walking of ana is not what the journal adds up to")
def a_tally_is_edited_behind_the_guard(place: Place) -> None:
    _opened_by_hand(place, "UPDATE peerkit_tally SET value = 0 WHERE what = 'walking'")


@found("Words about session/s-1 are not those that were kept")
def words_are_edited_behind_the_guard(place: Place) -> None:
    edit = "UPDATE peerkit_apart SET text = 'We did not meet.' WHERE about = 'session/s-1'"
    _opened_by_hand(place, edit)


@found("Words about goal/g-1 are not those that were kept")
def words_are_swapped_between_two_people(place: Place) -> None:
    two = "about IN ('goal/g-1', 'session/s-1')"
    swap = f"(SELECT text FROM peerkit_apart AS other WHERE {two} AND other.n <> peerkit_apart.n)"
    _opened_by_hand(place, f"UPDATE peerkit_apart SET text = {swap} WHERE {two}")


@found("Words about goal/g-1 are not those that were kept")
def words_get_another_owner(place: Place) -> None:
    _opened_by_hand(place, "UPDATE peerkit_apart SET owner = 'p-8' WHERE about = 'goal/g-1'")


@found("The key of entry 8 does not lead to it")
def a_key_is_freed_behind_the_guard(place: Place) -> None:
    _opened_by_hand(place, "DELETE FROM peerkit_key")


@found("Message 9/.* is missing|Message .* is missing")
def a_message_is_taken_away_behind_the_guard(place: Place) -> None:
    _opened_by_hand(place, "DELETE FROM peerkit_message")


@found("The trigger peerkit_entry_stays is missing")
def a_guard_is_taken_away(place: Place) -> None:
    place.sql("DROP TRIGGER peerkit_entry_stays")


@found("The trigger peerkit_entry_stays was altered")
def a_guard_is_replaced_by_one_that_does_nothing(place: Place) -> None:
    place.sql(
        "DROP TRIGGER peerkit_entry_stays",
        "CREATE TRIGGER peerkit_entry_stays BEFORE UPDATE ON peerkit_entry BEGIN SELECT 1; END",
    )


@found("The trigger sly is not ours")
def a_trigger_is_added(place: Place) -> None:
    place.sql(
        "CREATE TRIGGER sly AFTER INSERT ON peerkit_touched BEGIN DELETE FROM peerkit_weighing; END"
    )


@found("Entry 3 does not match its hash: it was edited")
def a_guard_is_taken_away_and_an_entry_edited(place: Place) -> None:
    unguarded(place.path, "UPDATE peerkit_entry SET body = body || ' ' WHERE n = 3")


@found("Entry 4 is not linked to the one before it")
def an_entry_is_edited_and_hashed_again(place: Place) -> None:
    entry = [*place.program.journal()][2]
    _rewritten(place, entry.number, entry.body.replace("p-8", "p-7"))


@found("Entry 3 is missing")
def an_entry_is_taken_out(place: Place) -> None:
    unguarded(place.path, "DELETE FROM peerkit_entry WHERE n = 3")


@found("The last entry is 7, and 8 is kept as the last")
def the_last_entry_is_cut_off(place: Place) -> None:
    unguarded(place.path, "DELETE FROM peerkit_entry WHERE n = 8")


def _rewritten(place: Place, number: int, body: str) -> None:
    hash_ = sha256(body.encode()).hexdigest()
    with closing(sqlite3.connect(place.path, isolation_level=None)) as db:
        db.execute("DROP TRIGGER peerkit_entry_stays")
        db.execute("UPDATE peerkit_entry SET body = ?, hash = ? WHERE n = ?", (body, hash_, number))


def _appended(place: Place, body: str, *rows: str) -> None:
    """An entry behind the last one, as peerkit would link it, and these rows with it."""
    last = [*place.program.journal()][-1]
    n = last.number + 1
    body = f'{{"n":{n},"prev":"{last.hash}",{body}'
    hash_ = sha256(body.encode()).hexdigest()
    with closing(sqlite3.connect(place.path, isolation_level=None)) as db:
        db.execute("UPDATE peerkit_program SET n = ?, hash = ?, writing = 1", (n, hash_))
        db.execute("INSERT INTO peerkit_entry VALUES (1 << 32 | ?, ?, ?)", (n, hash_, body))
        for each in rows:
            db.execute(each)
        db.execute("UPDATE peerkit_program SET writing = 0")


@found("participant p-9 is in the journal and nowhere else")
def an_entry_is_appended_and_no_row_follows_it(place: Place) -> None:
    _appended(place, place.change(pk.WelcomeParticipant(by="coordinator", id="p-9")).entry[1:])


@unseen(FITS)
def an_entry_is_appended_with_all_that_follows(place: Place) -> None:
    change = place.change(REFUSED)
    touched = json.loads(change.entry)["touched"]
    rows = [f"INSERT INTO peerkit_touched VALUES (1, '{each}', 9)" for each in touched]
    _appended(place, change.entry[1:], *rows)


@refused(pk.StoreError, "another application's database")
def the_mark_of_the_file_is_taken_away(place: Place) -> None:
    place.sql("PRAGMA application_id = 0")
    place.again()


@refused(pk.StoreError, "was written by a newer peerkit")
def the_file_says_that_it_is_newer(place: Place) -> None:
    place.sql("PRAGMA user_version = 99")
    place.again()


# -- other files


@anchored("its tail was cut, or an older copy put back")
def an_older_backup_is_put_back(place: Place) -> None:
    _back_to(place, place.folder / "older.db")


def _back_to(place: Place, older: Path) -> None:
    place.program.close()
    for each in place.path.parent.glob("program.db*"):
        each.unlink()
    shutil.copy(older, place.path)


@anchored("is not the one that was anchored")
def a_journal_is_written_anew_from_an_older_backup(place: Place) -> None:
    _back_to(place, place.folder / "older.db")
    with place.again() as program:
        program.do(attrs.evolve(GOAL, id="g-7")).or_raise()
        program.do(attrs.evolve(GOAL, id="g-8")).or_raise()


@anchored("was anchored, and the journal ends with 0")
def a_new_file_is_put_in_the_place_of_this(place: Place) -> None:
    place.program.close()
    for each in place.path.parent.glob("program.db*"):
        each.unlink()


@refused(pk.StoreError, "was taken away or replaced while it was open")
def an_older_backup_is_put_back_under_a_running_program(place: Place) -> None:
    kept = place.folder / "kept.db"
    place.path.rename(kept)
    shutil.copy(place.folder / "older.db", place.path)
    try:
        place.program.do(attrs.evolve(GOAL, id="g-9"))
    finally:
        place.path.unlink()
        kept.rename(place.path)


def _exported(place: Place, *, rehash: bool) -> Path:
    """The program as a file of lines, in which an entry that refused says it was allowed."""
    place.program.do(REFUSED)
    path = place.folder / "program.jsonl"
    export_program(place.program, path)
    *first, last, waiting, end = path.read_bytes().splitlines(keepends=True)
    body = json.loads(last)["entry"] | {"verdict": "ALLOWED"}
    written = text(body)
    hash_ = sha256(written.encode()).hexdigest() if rehash else json.loads(last)["hash"]
    first.append(f'{{"hash":"{hash_}","entry":{written}}}\n'.encode())
    first.append(waiting)
    told = json.loads(end) | {"head": hash_, "sha256": sha256(b"".join(first)).hexdigest()}
    path.write_bytes(b"".join(first) + f"{text(told)}\n".encode())
    return path


def _moved_in(place: Place, path: Path, **how: Any) -> None:
    """The program of the file, in the place of this."""
    other = place.folder / "moved.db"
    with empty(SQLiteStore(other)) as program:
        import_program(path, program, **how)
    _back_to(place, other)


@refused(pk.BadInput, "does not match its hash")
def a_file_to_move_in_says_allowed(place: Place) -> None:
    _moved_in(place, _exported(place, rehash=False))


@found("has another verdict than its findings come to")
def a_file_to_move_in_says_allowed_and_is_hashed_again(place: Place) -> None:
    _moved_in(place, _exported(place, rehash=True))


@refused(pk.BadInput, "does not hold the entry 9 that was expected")
def a_file_to_move_in_is_hashed_again_and_the_head_was_kept(place: Place) -> None:
    path = _exported(place, rehash=True)
    _moved_in(place, path, expects=place.program.anchor())


# -- handles, keys, pretence


@refused(pk.StoreError, "was opened to be read only")
def a_reader_is_asked_to_write(place: Place) -> None:
    pk.Program(place.lent(SQLiteReader), handbook=HANDBOOK, clock=lambda: NOW).do(GOAL)


@refused(pk.StoreError, "was opened to be read only")
def a_reader_is_asked_to_tell(place: Place) -> None:
    pk.Program(place.lent(SQLiteReader), handbook=HANDBOOK).tell(MemoryNotifier())


@refused(pk.StoreError, "was opened to be read only")
def a_reader_is_given_a_change(place: Place) -> None:
    place.lent(SQLiteReader).keep(place.change(attrs.evolve(GOAL, id="g-9")))


@refused(sqlite3.OperationalError, "readonly|read-only|attempt to write")
def sql_goes_through_the_connection_of_a_reader(place: Place) -> None:
    place.lent(SQLiteReader)._db.execute("UPDATE peerkit_program SET writing = 1")


@refused(pk.StoreError, "is closed")
def a_program_is_used_after_it_was_closed(place: Place) -> None:
    place.program.close()
    place.program.do(GOAL)


@refused(pk.StoreError, "belong to another program's journal")
def a_sealed_store_is_opened_with_the_keys_of_somebody_else(place: Place) -> None:
    pytest.importorskip("cryptography", reason='needs the extra "encryption"')
    from peerkit.stores.sealing.keys import KeysInMemory
    from peerkit.stores.sealing.sealed import SealedStore

    keys = KeysInMemory()
    with opened(SealedStore(MemoryStore(), keys), salt=lambda: "other"):
        SealedStore(place.lent(SQLiteStore), keys)


@refused(pk.BadInput, "give an act")
def a_situation_of_a_lesson_is_given_to_a_real_program(place: Place) -> None:
    from peerkit.testing.lessons import deal

    place.program.do(deal(seed=1)[0])  # type: ignore[arg-type]  # on purpose


@refused(pk.BadInput, "give an act")
def a_noun_is_given_in_place_of_an_act(place: Place) -> None:
    place.program.do(place.program.find(pk.Match).items[0])  # type: ignore[arg-type]  # on purpose


@in_vain
def a_program_only_decides_on_what_it_is_asked(place: Place) -> None:
    assert place.program.decide(attrs.evolve(GOAL, id="g-9")).allowed


# -- all of them


@pytest.fixture
def place(tmp_path: Path) -> Any:
    """A program with some entries, the last of them keyed; and an older copy of it."""
    path = tmp_path / "home" / "program.db"
    path.parent.mkdir()
    with opened(SQLiteStore(path)) as program:
        program.do(GOAL).or_raise()
    shutil.copy(path, tmp_path / "older.db")
    program = empty(SQLiteStore(path), salt=lambda: os.urandom(4).hex())
    program.do(KEYED)
    with program, ExitStack() as opened_again:
        yield Place(tmp_path, path, program, program.anchor(), opened_again)


@pytest.mark.parametrize("name", PROBES)
def test_no_way_round_the_door_stays_unsaid(place: Place, name: str) -> None:
    """Each way ends as its table says, and no other way."""
    probe, how, what = PROBES[name]
    before = copy.deepcopy(everything(place.store))
    if how == "refused":
        error, match = what
        with pytest.raises(error, match=match):
            probe(place)
    else:
        probe(place)
    if name in MARKS:
        return
    with suppress(pk.StoreError):
        place.program.close()
    with place.again() as program:
        verified = program.verify()
        with_anchor = program.verify(place.anchor)
        after = everything(program.store)

    assert verified.whole is (how != "found"), verified.faults
    if how == "found":
        assert any(re.search(what, each) for each in verified.faults), verified.faults
    elif how == "anchored":
        assert any(re.search(what, e) for e in with_anchor.faults), with_anchor.faults
    else:
        assert with_anchor.whole
    if how == "in vain":
        assert after == before
    if how == "unseen":
        assert what in PAGE.read_text("utf-8")


#: The file is refused as a whole afterwards.
MARKS: Final = {"the_mark_of_the_file_is_taken_away", "the_file_says_that_it_is_newer"}


def test_there_are_enough_of_them() -> None:
    """Sixty at least, and of each sort some."""
    assert len(PROBES) >= 60
    assert {how for _, how, _ in PROBES.values()} == {
        "refused",
        "in vain",
        "found",
        "anchored",
        "unseen",
    }
