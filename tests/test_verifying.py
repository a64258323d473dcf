"""Anchors, and what verifying can and cannot prove."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib import import_module
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import peerkit as pk
from peerkit.stores.checking import scales, verifying
from peerkit.stores.checking.signing import read_signed, signed
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.writing.codec import text, write_noun
from tests.ordinary import FIRST_ACTS, NOW, opened, report

if TYPE_CHECKING:
    from pathlib import Path

HASH = "4f" * 32
ANCHOR = pk.Anchor(12, HASH, datetime(2026, 11, 2, 9, 0, tzinfo=UTC))
LINE = f"peerkit-anchor-1 12 {HASH} 2026-11-02T09:00:00+00:00 2535dfe1"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
FIRST = len(FIRST_ACTS)


class TestAnAnchor:
    """A number, a hash and a moment, as one line."""

    def test_is_one_line_and_read_again(self) -> None:
        """What was printed is read as what it was, also from a mail that broke it up."""
        assert str(ANCHOR) == LINE
        assert pk.Anchor.parse(f"  {LINE}\n") == ANCHOR
        assert pk.Anchor.parse(LINE.replace(" ", "\n")) == ANCHOR

    @pytest.mark.parametrize(
        ("line", "what"),
        [
            (LINE.replace("4f4f", "4f4e", 1), "was not copied letter by letter"),
            (LINE.replace(" 12 ", " 13 "), "was not copied letter by letter"),
            (LINE.replace("anchor-1", "anchor-2"), "is one line of five parts"),
            (LINE[:-9], "is one line of five parts"),
            (f"{LINE} and more", "is one line of five parts"),
            ("", "is one line of five parts"),
            (None, "is one line of five parts"),
            (f"peerkit-anchor-1 twelve {HASH} 2026-11-02T09:00:00+00:00 57cbe0d2", "five parts"),
            (f"peerkit-anchor-1 12 {HASH} yesterday ff70521e", "five parts"),
            ("peerkit-anchor-1 12 \udcff 2026-11-02T09:00:00+00:00 12345678", "letter by letter"),
        ],
    )
    def test_a_line_that_is_none_says_so(self, line: Any, what: str) -> None:
        """A slip of the pen is told from what is no anchor at all; neither is an alarm."""
        with pytest.raises(pk.BadInput, match=what):
            pk.Anchor.parse(line)

    @pytest.mark.parametrize(
        ("how", "place"),
        [
            ({"number": -1}, "Anchor.number"),
            ({"number": True}, "Anchor.number"),
            ({"number": 0}, "Anchor.hash"),
            ({"hash": "0" * 64}, "Anchor.hash"),
            ({"hash": HASH.upper()}, "Anchor.hash"),
            ({"moment": datetime(2026, 11, 2, 9, 0)}, "Anchor.moment"),  # noqa: DTZ001 - without its zone
        ],
    )
    def test_holds_nothing_else(self, how: dict[str, Any], place: str) -> None:
        """What is no number, hash or moment is refused with its place."""
        with pytest.raises(pk.BadInput) as refused:
            attrs.evolve(ANCHOR, **how)

        assert refused.value.place == place

    def test_is_todays(self) -> None:
        """A program gives the number and the hash of its last entry; before the first, 0."""
        with opened(MemoryStore()) as program:
            last = [*program.journal()][-1]
            assert program.anchor() == pk.Anchor(FIRST, last.hash, NOW)
        with pk.Program(MemoryStore(), clock=lambda: NOW) as program:
            assert program.anchor() == pk.Anchor(0, "0" * 64, NOW)
            assert program.verify(program.anchor()).whole


class TestASignedAnchor:
    """Whoever keeps it need not be trusted."""

    def test_is_read_with_the_key_of_whoever_signed(self) -> None:
        """One of several keys is enough, so that one can follow another."""
        line = signed(ANCHOR, KEY)

        assert line.startswith(f"{LINE} ")
        assert read_signed(f"{line}\n", KEY.public_key()) == ANCHOR
        assert read_signed(line, [OTHER.public_key(), KEY.public_key()]) == ANCHOR

    @pytest.mark.parametrize(
        ("line", "what"),
        [
            (LINE, "anchor: is not signed$"),
            (signed(ANCHOR, OTHER), "is not signed by any of these keys"),
            (signed(ANCHOR, KEY)[:-4], "is not signed by any of these keys"),
            (f"{LINE} ~", "is not signed by any of these keys"),
            (f"{LINE} {signed(attrs.evolve(ANCHOR, number=13), KEY).split()[-1]}", "any of these"),
            ("good morning", "is one line of five parts"),
        ],
    )
    def test_a_line_that_they_did_not_sign_says_so(self, line: str, what: str) -> None:
        """Unsigned, signed by another, or signed for another anchor: an error of ours."""
        with pytest.raises(pk.BadInput, match=what):
            read_signed(line, KEY.public_key())

    def test_the_library_is_asked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without it, an error says what to install."""
        monkeypatch.delitem(sys.modules, "peerkit.stores.checking.signing")
        monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
        with pytest.raises(pk.MissingExtra, match=r"peerkit\[encryption\]"):
            import_module("peerkit.stores.checking.signing")

    def test_what_is_no_key_says_so(self) -> None:
        """Keys are those of the library that signs."""
        wrong: Any = "key"
        for ask in (
            lambda: signed(ANCHOR, wrong),
            lambda: read_signed(signed(ANCHOR, KEY), 7),  # type: ignore[arg-type]  # on purpose
            lambda: read_signed(signed(ANCHOR, KEY), wrong),
        ):
            with pytest.raises(pk.BadInput, match="key"):
                ask()


GOAL = pk.SetGoal(by="p-7", id="g-1", participant="p-7", words=pk.Words("I want to swim."))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with a program in which something is kept."""
    path = tmp_path / "program.db"
    with opened(SQLiteStore(path)) as program:
        program.do(GOAL).or_raise()
        program.do(report())
    return path


def found(
    path: Path, *anchors: pk.Anchor, since: pk.Anchor | None = None, rest: tuple[str, ...] = ()
) -> pk.Verified:
    """What is found after somebody took the guards away, did the rest, and put them back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        guards = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for each in (*(f"DROP TRIGGER {name}" for name, _ in guards), *rest):
            db.execute(each)
        for _, sql in guards:
            db.execute(sql)
    with pk.Program.open(path) as program:
        return program.verify(anchors, since=since)


def anchored(path: Path) -> pk.Anchor:
    """An anchor of this file as it is now."""
    with pk.Program.open(path, clock=lambda: NOW) as program:
        return program.anchor()


class TestWhatAnAnchorProves:
    """A cut tail, an older copy, and a journal written anew."""

    def test_without_one_an_older_copy_is_whole_and_says_what_is_not_seen(self, path: Path) -> None:
        """What was put back fits; that nobody can know whether it is the newest is said."""
        without = found(path)

        assert without.whole
        assert without.anchored == 0
        assert without.proves == (
            "A tail that was cut, an older copy, or a journal written anew anywhere would not be "
            "seen: no anchor was given for it."
        )

    def test_with_one_everything_up_to_it_is_proved(self, path: Path) -> None:
        """And for what came later it is said that it is not."""
        anchor = anchored(path)
        at_once = found(path, anchor)
        with opened_again(path) as program:
            program.do(report(minutes=30))
            later = program.verify(anchor)

        assert at_once.whole
        assert later.whole
        assert at_once.proves == (
            "Up to entry 8 the journal is the one that was anchored: nothing of it was cut, put "
            "back or written anew."
        )
        assert later.proves == (
            f"{at_once.proves} A tail that was cut, an older copy, or a journal written anew after "
            "entry 8 would not be seen: no anchor was given for it."
        )

    def test_an_older_copy_is_seen(self, path: Path, tmp_path: Path) -> None:
        """The first entry that is not there is named."""
        older = tmp_path / "older.db"
        shutil.copy(path, older)
        with opened_again(path) as program:
            program.do(report(minutes=30))
            program.do(report(minutes=31))
        verified = found(older, anchored(older), anchored(path))

        (fault,) = verified.faults
        assert fault == (
            "Entry 10 was anchored, and the journal ends with 8: its tail was cut, or an older "
            "copy put back."
        )
        assert verified.first == 9
        assert verified.anchored == 8

    def test_a_journal_that_was_written_anew_is_seen(self, path: Path, tmp_path: Path) -> None:
        """It fits in itself; the first anchor that it does not have is named."""
        older = tmp_path / "older.db"
        shutil.copy(path, older)
        anchors = [anchored(path)]
        for minutes in (30, 31):
            with opened_again(path) as program:
                program.do(report(minutes=minutes))
            anchors.append(anchored(path))
        with opened_again(older) as program:
            for minutes in (30, 32, 33):
                program.do(report(minutes=minutes + 1))

        assert found(older).whole
        verified = found(older, *reversed(anchors))
        assert verified.faults[0] == (
            "Entry 9 is not the one that was anchored: some entry after 8 was written anew, or "
            "the store is another one."
        )
        assert len(verified.faults) == 2
        assert verified.first == 9

    def test_a_missing_entry_that_was_anchored_is_seen(self, path: Path) -> None:
        """A hole where an anchor was is two faults: the hole, and the anchor."""
        with pk.Program.open(path) as program:
            third = [*program.journal()][2]
        anchor = pk.Anchor(3, third.hash, NOW)
        verified = found(path, anchor, rest=("DELETE FROM peerkit_entry WHERE n = 3",))

        assert verified.faults[0] == "Entry 3 is missing; the next is 4."
        assert verified.faults[2].startswith("Entry 3 is not the one that was anchored")
        assert verified.first == 3

    def test_what_is_no_anchor_says_so(self, path: Path) -> None:
        """An error of ours, before anything is read."""
        with pk.Program.open(path) as program:
            for wrong in ("anchor", 7, [LINE], {"since": LINE}):
                how: Any = wrong if isinstance(wrong, dict) else {"anchor": wrong}
                with pytest.raises(pk.BadInput, match=r"give what program\.anchor\(\) gave"):
                    program.verify(**how)


def opened_again(path: Path) -> pk.Program:
    """The same program, two hours later."""
    return pk.Program.open(path, clock=lambda: NOW + timedelta(hours=2))


class TestWhatIsNotProved:
    """No more is said to be proved than is."""

    def test_nothing_is_proved_from_the_first_bad_entry_on(self, path: Path) -> None:
        """An anchor behind an edited entry vouches for nothing before it; one before it does."""
        with pk.Program.open(path) as program:
            third = [*program.journal()][2]
        anchors = pk.Anchor(3, third.hash, NOW), anchored(path)
        damage = "UPDATE peerkit_entry SET body = replace(body, 'ana', 'bea') WHERE n = 4"

        verified = found(path, anchors[1], rest=(damage,))
        assert verified.first == 4
        assert verified.anchored == 0
        assert verified.proves == (
            "Nothing is proved anywhere: an anchor that comes behind an entry that does not fit "
            "does not vouch for what lies before it."
        )
        assert found(path, *anchors).proves == (
            "Up to entry 3 the journal is the one that was anchored: nothing of it was cut, put "
            "back or written anew. Nothing is proved after entry 3: an anchor that comes behind "
            "an entry that does not fit does not vouch for what lies before it."
        )

    def test_an_entry_before_a_broken_link_is_not_proved(self, path: Path) -> None:
        """Edited with its hash, it is the next one that does not fit, and it is not vouched for."""
        anchor = anchored(path)
        with pk.Program.open(path) as program:
            body = [*program.journal()][3].body.replace("ana", "bea")
        damage = (
            f"UPDATE peerkit_entry SET body = '{body}', "  # noqa: S608 - our own text
            f"hash = '{sha256(body.encode()).hexdigest()}' WHERE n = 4"
        )
        verified = found(path, anchor, rest=(damage,))

        assert verified.first == 5
        assert not verified.anchored


class TestMendingGuards:
    """What the file refuses others by is put back, and nothing else."""

    def test_what_is_gone_or_altered_is_put_back_and_said(self, path: Path) -> None:
        """Triggers and indexes; what the guard let through meanwhile stays a fault."""
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("DROP TRIGGER peerkit_entry_stays")
            db.execute("DROP INDEX peerkit_noun_of_kind")
            db.execute("DROP TRIGGER peerkit_entry_remains")
            db.execute(
                "CREATE TRIGGER peerkit_entry_remains BEFORE DELETE ON peerkit_entry "
                "BEGIN SELECT 1; END"
            )
            db.execute("UPDATE peerkit_entry SET body = replace(body, 'ana', 'bea') WHERE n = 4")
            db.execute("UPDATE peerkit_program SET writing = 1")
        with closing(SQLiteStore(path)) as store:
            assert store.mend_guards() == (
                "The index peerkit_noun_of_kind was put back.",
                "The trigger peerkit_entry_remains was put back.",
                "The trigger peerkit_entry_stays was put back.",
                "The guard against changes without an entry was closed.",
            )
            assert store.mend_guards() == ()
        with closing(sqlite3.connect(path)) as db, pytest.raises(sqlite3.IntegrityError):
            db.execute("DELETE FROM peerkit_entry")
        verified = found(path)
        assert verified.to_mend == ()
        assert verified.first == 4

    def test_whoever_only_reads_mends_nothing(self, path: Path) -> None:
        """It would write."""
        with pk.Program.open(path, read_only=True) as program:
            assert isinstance(program.store, SQLiteStore)
            with pytest.raises(pk.StoreError, match="to be read only"):
                program.store.mend_guards()


class TestReadingOn:
    """From an anchor, every day."""

    def test_only_what_came_since_is_read(self, path: Path) -> None:
        """It says so; and what is wrong before it is not seen."""
        anchor = anchored(path)
        with opened_again(path) as program:
            program.do(report(minutes=30))
        verified = found(
            path,
            since=anchor,
            rest=("UPDATE peerkit_entry SET body = body || ' ' WHERE n = 3",),
        )

        assert verified.whole
        assert (verified.entries, verified.since, verified.anchored) == (9, 8, 8)
        assert verified.proves == (
            "What lies before entry 8 was not read, nor were tallies, messages and nouns that "
            "nothing has changed since. Up to entry 8 the journal is the one that was anchored: "
            "nothing of it was cut, put back or written anew. A tail that was cut, an older copy, "
            "or a journal written anew after entry 8 would not be seen: no anchor was given for it."
        )

    @pytest.mark.parametrize(
        ("statement", "fault"),
        [
            (
                "UPDATE peerkit_entry SET body = body || ' ' WHERE n = 9",
                "Entry 9 does not match its hash: it was edited.",
            ),
            (
                "UPDATE peerkit_noun SET body = replace(body, ':30,', ':31,') WHERE id = 's-2'",
                "session s-2 is not as the journal left it.",
            ),
        ],
    )
    def test_what_is_wrong_with_it_is_seen(self, path: Path, statement: str, fault: str) -> None:
        """Entries, and the nouns they left."""
        anchor = anchored(path)
        with opened_again(path) as program:
            program.do(report(minutes=30, id="s-2"))

        assert any(fault in each for each in found(path, since=anchor, rest=(statement,)).faults)


def explain(path: Path, verified: pk.Verified, **how: Any) -> pk.Decision:
    """A supervisor explains what was found."""
    told: dict[str, Any] = {
        "by": "sam",
        "number": verified.first or 0,
        "found": [each.found for each in verified.to_explain],
        "why": pk.Words("The disk failed on Sunday."),
    }
    with opened_again(path) as program:
        return program.do(pk.ExplainBreak(**told | how))


#: What somebody may do to the file, and the entry at which it is noticed.
DAMAGES = {
    "an edited entry": ("UPDATE peerkit_entry SET body = replace(body, 'ana', 'bea') WHERE n=4", 4),
    "an entry that is none": ("UPDATE peerkit_entry SET body = 'Dear diary' WHERE n = 2", 2),
    "a count that is none": (
        """UPDATE peerkit_entry SET body = replace(body, ',1,""]', ',true,""]') WHERE n = 5""",
        5,
    ),
    "a missing entry": ("DELETE FROM peerkit_entry WHERE n = 3", 3),
    "another hash": ("UPDATE peerkit_entry SET hash = replace(hash, 'a', 'b') WHERE n = 5", 5),
    "a tally": ("UPDATE peerkit_tally SET value = value + 1 WHERE what = 'walking'", None),
    "a noun": ("UPDATE peerkit_noun SET body = replace(body, 'sam', 'sue') WHERE id = 'ana'", None),
    "a noun that is gone": ("DELETE FROM peerkit_noun WHERE kind = 'goal'", None),
    "words": ("UPDATE peerkit_apart SET text = 'I cannot.' WHERE about = 'goal/g-1'", None),
    "what is private": ("UPDATE peerkit_apart SET text = '{}' WHERE about = '@person/ana'", None),
    "a message": ("DELETE FROM peerkit_message WHERE n = 4", None),
}


class TestAnAnchorThatDoesNotFit:
    """Reading on from it is no use, so everything is read."""

    def test_the_first_bad_entry_is_found_all_the_same(self, path: Path, tmp_path: Path) -> None:
        """Whether the entry of the anchor is another one, edited, or gone."""
        anchor = anchored(path)
        for number, statement in enumerate(
            (
                "UPDATE peerkit_entry SET body = body || ' ' WHERE n = 8",
                "UPDATE peerkit_entry SET hash = '' WHERE n = 8",
                "DELETE FROM peerkit_entry WHERE n = 8",
            )
        ):
            copy = tmp_path / f"{number}.db"
            shutil.copy(path, copy)
            verified = found(copy, since=anchor, rest=(statement,))
            assert verified.since == 0
            assert verified.first == 8

    def test_an_earlier_one_beside_it_is_refused(self, path: Path) -> None:
        """Nothing would be read there, and that must not look like a proof."""
        with (
            pk.Program.open(path) as program,
            pytest.raises(pk.BadInput, match="lies before since"),
        ):
            program.verify(pk.Anchor(3, HASH, NOW), since=program.anchor())

    def test_another_one_at_its_place_is_seen(self, path: Path) -> None:
        """Of two anchors of one number, one at most can fit."""
        verified = found(path, pk.Anchor(8, HASH, NOW), since=anchored(path))

        assert verified.since == 8
        assert verified.first == 8

    def test_a_program_whose_last_entry_is_gone_gives_none(self, path: Path) -> None:
        """What would be anchored is not there."""
        found(path, rest=("DELETE FROM peerkit_entry WHERE n = 8",))
        with pk.Program.open(path) as program, pytest.raises(pk.StoreError, match="Verify"):
            program.anchor()


class Forgetful(MemoryStore):
    """Does not find one thing."""

    lacks = ""

    def view(self, about: Any, day: Any, now: Any, key: Any = None) -> Any:
        """But what weighs on a pair, or has a key."""
        found = super().view(about, day, now, None if self.lacks == "key" else key)
        if self.lacks != "view" or about != ("ana+p-7",):
            return found
        return attrs.evolve(found, view=attrs.evolve(found.view, nouns=()))

    def find(self, wanted: Any, *, after: str = "", limit: int = 100) -> Any:
        """But what touches somebody."""
        hidden = self.lacks == "find" and wanted.about == "p-7" and wanted.kind is pk.Goal
        return () if hidden else super().find(wanted, after=after, limit=limit)

    def journal(self, after: int = 0, about: str | None = None) -> Any:
        """But the history of a goal."""
        hidden = self.lacks == "journal" and about == "g-1"
        return iter(()) if hidden else super().journal(after, about)


class TestAStoreThatShowsNothing:
    """Whoever verifies it asks it for everything."""

    @pytest.mark.parametrize(
        ("lacks", "fault"),
        [
            ("find", "goal g-1 is not found with p-7 any more."),
            ("view", "match m-1 does not weigh on ana+p-7 any more."),
            ("journal", "The history of g-1 is not what the journal holds."),
            ("key", "The key of entry 9 does not lead to it."),
        ],
    )
    def test_what_it_does_not_find_is_named(
        self, monkeypatch: pytest.MonkeyPatch, lacks: str, fault: str
    ) -> None:
        """By rules, by readers, in a history, and by a key."""
        with opened(Forgetful()) as program:
            program.do(GOAL).or_raise()
            program.do(report(minutes=30))
            program.do(pk.WelcomeParticipant(by="c", id="p-9", key="k")).or_raise()
            assert program.verify().whole
            monkeypatch.setattr(Forgetful, "lacks", lacks)

            assert fault in program.verify().faults

    def test_it_cannot_keep_us_reading_for_ever(self) -> None:
        """Nouns that come again and again are not read twice."""

        class Endless(MemoryStore):
            """Begins anew after the last one."""

            def find(self, wanted: Any, *, after: str = "", limit: int = 100) -> Any:
                return super().find(wanted, limit=limit)

        with opened(Endless()) as program:
            assert program.verify().whole


class TestDoubts:
    """What is not written as the journal has it, and may be the same."""

    @pytest.mark.parametrize("page", [1, 500])
    def test_a_noun_of_an_older_form_is_read_from_its_entry(
        self, monkeypatch: pytest.MonkeyPatch, page: int
    ) -> None:
        """Wherever it lies: near the last one, and far behind it."""
        monkeypatch.setattr(verifying, "_PAGE", page)
        older = {"peer": "returned", "match": "after"}

        def before(noun: pk.Noun) -> str:
            """As it was written before it had a field."""
            table = json.loads(write_noun(noun))
            table.pop(older.get(noun.kind, ""), None)
            return text(table)

        with monkeypatch.context() as patch:
            patch.setattr("peerkit.stores.writing.making.write_noun", before)
            program = opened()
            program.do(pk.ProposeMatch(by="c", id="m-2", peer="ana", participant="p-8"))

        assert program.verify().faults == ()


class TestDamage:
    """What the database itself says of its file."""

    def test_an_index_that_lacks_a_row_is_damage(self, path: Path) -> None:
        """It is named as SQLite names it."""
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("PRAGMA writable_schema = ON")
            shorter = "replace(sql, ' WHERE day <> ' || quote(''), '')"
            db.execute(f"UPDATE sqlite_schema SET sql = {shorter} WHERE type = 'index'")  # noqa: S608 - ours
        with pk.Program.open(path) as program:
            faults = program.verify().faults

        assert [each for each in faults if each.startswith("The file is damaged: ")], faults
        assert "The index peerkit_noun_of_day was altered." in faults


class TestExplaining:
    """After a break was looked into, what comes after it can be relied on again."""

    @pytest.mark.parametrize(("statement", "first"), DAMAGES.values(), ids=DAMAGES)
    def test_what_is_explained_stays_listed_and_is_no_fault(
        self, path: Path, statement: str, first: int | None
    ) -> None:
        """It says which entry explains it; the journal goes on from there."""
        before = found(path, rest=(statement,))
        number = explain(path, before).number
        after = found(path)

        assert not before.whole
        assert before.first == first
        assert after.whole
        assert after.first is None
        assert after.explained == tuple(f"{it} Entry {number} explains it." for it in before.faults)
        assert [each.explained for each in after.breaks] == [number] * len(before.breaks)
        with opened_again(path) as program:
            assert program.do(report(id="s-2", minutes=30)).allowed
            assert program.verify(program.anchor()).whole
            assert program.words(f"break/{first or 0}") == ("The disk failed on Sunday.",)

    def test_another_damage_at_the_same_place_is_seen(self, path: Path) -> None:
        """What was explained is exactly what was found, and nothing that comes later."""
        edited = "UPDATE peerkit_entry SET body = body || '{}' WHERE n = 4"
        explain(path, found(path, rest=(edited.format(" "),)))

        again = found(path, rest=(edited.format("  "),))
        assert again.faults == ("Entry 4 does not match its hash: it was edited.",)
        assert again.explained == ()

    def test_another_sum_at_the_same_tally_is_seen(self, path: Path) -> None:
        """What was explained goes on to be explained while the tally counts on."""
        more = "UPDATE peerkit_tally SET value = value + 1 WHERE what = 'minutes-given'"
        explain(path, found(path, rest=(more,)))
        with opened_again(path) as program:
            program.do(report(id="s-2", minutes=30)).or_raise()

        assert found(path).whole
        assert found(path, rest=(more,)).faults == (
            "The tally minutes-given of ana is not what the journal adds up to.",
        )

    def test_a_later_break_is_seen(self, path: Path) -> None:
        """The first one does not hide the second, and the second is the first bad entry."""
        edited = "UPDATE peerkit_entry SET body = body || ' ' WHERE n = {}"
        explain(path, found(path, rest=(edited.format(2),)))

        again = found(path, rest=(edited.format(5),))
        assert again.faults == ("Entry 5 does not match its hash: it was edited.",)
        assert again.explained == (
            "Entry 2 does not match its hash: it was edited. Entry 9 explains it.",
        )
        assert again.first == 5

    def test_an_anchor_that_is_lost_can_be_explained(self, path: Path, tmp_path: Path) -> None:
        """After an older copy had to be put back: the one anchor, and no other."""
        older = tmp_path / "older.db"
        shutil.copy(path, older)
        lost = []
        for minutes in (30, 31):
            with opened_again(path) as program:
                program.do(report(id=f"s-{minutes}", minutes=minutes)).or_raise()
            lost.append(anchored(path))
        explain(older, found(older, lost[0]))

        assert found(older, lost[0]).whole
        assert found(older, lost[0], lost[1]).first == 10

    def test_a_refused_explanation_explains_nothing(self, path: Path) -> None:
        """It is in the journal, and says only that somebody tried."""
        before = found(path, rest=("UPDATE peerkit_tally SET value = 7 WHERE what = 'walking'",))

        assert not explain(path, before, by="ana").allowed
        assert found(path).faults == before.faults

    def test_a_guard_that_is_gone_is_mended_and_not_explained(self, path: Path) -> None:
        """What would hide the next break cannot be explained away."""
        with closing(sqlite3.connect(path)) as db:
            db.execute("DROP TRIGGER peerkit_entry_stays")
        with pk.Program.open(path) as program:
            verified = program.verify()

        gone = pk.Break("The trigger peerkit_entry_stays is missing.")
        assert verified.breaks == verified.to_mend == (gone,)
        assert verified.to_explain == ()

    def test_the_page_s_recipe_works_beside_a_guard_that_is_gone(self, path: Path) -> None:
        """What can be explained is listed apart; what is left is mended, and then all is whole."""
        found(path, rest=("UPDATE peerkit_tally SET value = 7 WHERE what = 'walking'",))
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("DROP TRIGGER peerkit_entry_stays")
        with opened_again(path) as program:
            explain(path, program.verify()).or_raise()
            assert program.verify().faults == ("The trigger peerkit_entry_stays is missing.",)
            assert isinstance(program.store, SQLiteStore)
            program.store.mend_guards()

            assert program.verify().whole

    @pytest.mark.parametrize("number", [FIRST + 4, 999_999])
    def test_an_entry_that_there_is_not_explains_nothing(self, path: Path, number: int) -> None:
        """The number is that of a break, so none is behind the end; whoever asks is told so."""
        before = found(path, rest=("UPDATE peerkit_tally SET value = 7 WHERE what = 'walking'",))
        asked = explain(path, before, number=number)

        assert asked.verdict is pk.Verdict.NEEDS_FACTS
        assert "The journal has no such entry." in asked.heaviest_first()[0].sentence
        assert found(path).faults == before.faults
        assert explain(path, before, number=FIRST + 4).allowed

    @pytest.mark.parametrize(
        ("how", "place"),
        [
            ({"number": -1}, "ExplainBreak.number"),
            ({"number": True}, "ExplainBreak.number"),
            ({"found": ()}, "ExplainBreak.found"),
            ({"found": "ab" * 32}, "ExplainBreak.found"),
            ({"found": ("",)}, "ExplainBreak.found"),
            ({"found": ("ab" * 32,) * 201}, "ExplainBreak.found"),
            ({"why": "because"}, "ExplainBreak.why"),
        ],
    )
    def test_it_names_what_was_found(self, how: dict[str, Any], place: str) -> None:
        """An entry's number, the digests of breaks, and words."""
        told: dict[str, Any] = {"by": "sam", "number": 4, "found": (HASH,), "why": pk.Words("Why")}
        with pytest.raises(pk.BadInput) as refused:
            pk.ExplainBreak(**told | how)

        assert refused.value.place == place


class TestManyFaults:
    """However many there are, they are counted, and some are listed."""

    def test_a_thousand_are_listed(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Those that were explained come last, and do not crowd out the others."""
        monkeypatch.setattr(scales, "_LISTED", 3)
        damage = "UPDATE peerkit_entry SET hash = '' WHERE n = 1"
        first = found(path, rest=(damage,))
        explain(path, first)
        many = found(path, rest=("UPDATE peerkit_entry SET body = body || ' ' WHERE n > 4",))

        assert first.more == 0
        assert len(many.faults) == 3
        assert many.explained == ()
        assert many.more == 4
        assert not many.whole


class TestTheScales:
    """What is compared lies in a temporary place, and costs no more memory for more entries."""

    @pytest.mark.parametrize("held", [1, 20_000])
    @pytest.mark.parametrize("chance", [True, False])
    def test_it_finds_the_same_wherever_it_lies(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, held: int, *, chance: bool
    ) -> None:
        """Roughly or to the letter, in memory or on the disk, and page by page."""
        monkeypatch.setattr(scales, "_HELD", held)
        monkeypatch.setattr(verifying, "_CHANCE", chance)
        monkeypatch.setattr(verifying, "_PAGE", held)

        assert found(path).whole
        assert found(path, rest=(DAMAGES["words"][0], DAMAGES["a tally"][0])).faults == (
            "Words about goal/g-1 are not those that were kept.",
            "The tally walking of ana is not what the journal adds up to.",
        )

    def test_a_full_disk_is_an_error_of_ours(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It says what to do, and holds nothing of what was compared."""
        small = ("PRAGMA page_size = 512", "PRAGMA max_page_count = 9", *scales._TABLES)
        monkeypatch.setattr(scales, "_TABLES", small)
        with pk.Program.open(path) as program, pytest.raises(pk.StoreError) as failed:
            program.verify()

        assert str(failed.value) == (
            "What is compared has no place here (DatabaseError). Make room on the disk."
        )
        assert failed.value.__context__ is None

    def test_so_is_a_place_that_is_gone(self) -> None:
        """Whatever is asked of it then."""
        place = scales.Scales(rough=True)
        place.close()
        with pytest.raises(pk.StoreError, match="ProgrammingError"):
            place.breaks()
