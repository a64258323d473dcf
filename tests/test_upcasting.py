"""What an older peerkit wrote is read as today's, and what a newer one wrote is not guessed at."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import peerkit as pk
from peerkit.errors import BadInput
from peerkit.exchange.moving import export_program, import_program
from peerkit.stores import GENESIS, Entry, upcasting
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.sqlite import file as sqlite_file
from peerkit.stores.writing.codec import read_noun, text, write_noun
from peerkit.testing.pieces import NOW, everything, match
from tests.ordinary import empty

OLD = '{"noun":"match","id":"m-1","status":"proposed","peer":"ana","who":"p-1"}'


def named_today(noun: dict[str, Any]) -> dict[str, Any]:
    """In the first form of this test a match said ``who``, and in the second, ``partner``."""
    return {("partner" if name == "who" else name): value for name, value in noun.items()}


def named_at_last(noun: dict[str, Any]) -> dict[str, Any]:
    """Today it says ``participant``."""
    return {("participant" if name == "partner" else name): each for name, each in noun.items()}


def told_by(act: dict[str, Any]) -> dict[str, Any]:
    """In the first form of this test an act did not say ``by``, but ``who``."""
    return {("by" if name == "who" else name): value for name, value in act.items()}


def without_mood(entry: dict[str, Any]) -> dict[str, Any]:
    """In the second form of this test an entry had a mood."""
    return {name: value for name, value in entry.items() if name != "mood"}


@pytest.fixture
def third(monkeypatch: pytest.MonkeyPatch) -> None:
    """Today is the third form, and there was a first and a second."""
    monkeypatch.setattr(upcasting, "FORM", 3)
    steps = {
        ("match", 1): named_today,
        ("match", 2): named_at_last,
        ("participant.welcomed", 1): told_by,
        ("entry", 2): without_mood,
    }
    monkeypatch.setattr(upcasting, "STEPS", steps)


# -- nouns


def test_today_is_the_first_form_and_says_nothing() -> None:
    """As long as there is one form, nothing is written of it."""
    assert (upcasting.FORM, upcasting.STEPS, upcasting.mark()) == (1, {}, {})
    assert '"v"' not in write_noun(match())
    assert read_noun(write_noun(match())) == match()


def test_a_noun_is_lifted_form_by_form(third: None) -> None:
    """Of the first form, of the second, of today's: the same noun is read."""
    second = '{"noun":"match","v":2,"id":"m-1","status":"proposed","peer":"ana","partner":"p-1"}'

    assert read_noun(OLD) == read_noun(second) == match()
    assert read_noun(write_noun(match())) == match()
    assert write_noun(read_noun(OLD)).startswith('{"noun":"match","v":3,"id":"m-1",')


def test_a_kind_without_a_step_stayed_as_it_was(third: None) -> None:
    """Whatever did not change needs nothing."""
    noun = '{"noun":"participant","id":"p-1","status":"taking-part"}'

    assert read_noun(noun) == pk.Participant(id="p-1")
    assert write_noun(pk.Participant(id="p-1")) == noun.replace(',"id"', ',"v":3,"id"')


@pytest.mark.parametrize("form", ["2", "99", "0", "-1", "true", "null", '"1"', "[]"])
def test_a_form_that_is_none_or_newer_is_refused(form: str) -> None:
    """Nothing is guessed: what is newer says so, and what is no form is no form."""
    said = "newer peerkit; install that one" if form in ("2", "99") else "the number of a form"

    with pytest.raises(BadInput, match=rf"\$\.v: .*{said}"):
        read_noun(OLD.replace('"id"', f'"v":{form},"id"'))
    with pytest.raises(BadInput, match=rf"\$\.v: .*{said}"):
        Entry(1, "", f'{{"n":1,"prev":"","v":{form},"nouns":[]}}').read()


# -- entries


def old_program(path: Path, touched: tuple[str, ...] = ("m-1", "ana")) -> None:
    """A file in which each form wrote something, by way of today's peerkit."""
    program = empty(MemoryStore(), clock=lambda: NOW)
    program.do(pk.WelcomeParticipant(by="sam", id="p-1", key="k-1"))
    program.do(pk.WelcomeParticipant(by="sam", id="ben"))
    program.do(pk.WelcomeParticipant(by="sam", id="p-1", key="k-3"))
    lines, head = path.with_suffix(".new"), GENESIS
    export_program(program, lines)
    first, *entries, _ = lines.read_bytes().splitlines(keepends=True)
    written = [first]
    for line in entries:
        body = without_form(json.loads(line)["entry"])
        body["nouns"] = [without_form(each) for each in body["nouns"]]
        if body["n"] == 1:
            act = body["act"]
            body["act"] = {("who" if name == "by" else name): act[name] for name in act}
            body["nouns"].append(json.loads(OLD))
            body["touched"] += touched
        elif body["n"] == 2:
            body["nouns"] = [{"noun": each["noun"], "v": 2, **each} for each in body["nouns"]]
            body = {"n": 2, "prev": "", "v": 2, "mood": "sunny", **body}
        else:
            body = {"n": 3, "prev": "", "v": 3, **body}
        body["prev"] = head
        said = text(body)
        head = sha256(said.encode()).hexdigest()
        written.append(f'{{"hash":"{head}","entry":{said}}}\n'.encode())
    sealed = sha256(b"".join(written)).hexdigest()
    written.append(f'{{"entries":3,"head":"{head}","sha256":"{sealed}"}}\n'.encode())
    path.write_bytes(b"".join(written))


def without_form(table: dict[str, Any]) -> dict[str, Any]:
    """As the first form has it."""
    return {name: value for name, value in table.items() if name != "v"}


def test_entries_of_every_form_are_read_as_todays(third: None, tmp_path: Path) -> None:
    """They move in with the hashes they have, read alike, verify, and are moved on unchanged."""
    path = tmp_path / "old.jsonl"
    old_program(path)
    with empty_file(tmp_path / "program.db") as program:
        import_program(path, program)

        first, second, third_ = (entry.read() for entry in program.journal())
        assert [*first] == [*second] == [*third_]
        assert (first["v"], second["v"], third_["v"]) == (3, 3, 3)
        assert first["act"]["by"] == "sam"
        assert read_noun(text(first["nouns"][-1])) == match()
        assert program.find(pk.Match).items == (match(),)
        assert program.verify().faults == ()
        again = program.do(pk.WelcomeParticipant(by="sam", id="p-1", key="k-1"))
        assert (again.again, again.number) == (True, 1)
        export_program(program, tmp_path / "again.jsonl")
        assert (tmp_path / "again.jsonl").read_bytes() == path.read_bytes()
        in_memory = pk.Program(MemoryStore())
        import_program(path, in_memory)
        assert everything(in_memory.store) == everything(program.store)


@pytest.mark.parametrize("kept", ["memory", "file"])
def test_a_history_is_that_of_the_entries_of_then(third: None, tmp_path: Path, kept: str) -> None:
    """What a noun touches today, and did not in an older form, is in no history it was not in."""
    old_program(tmp_path / "old.jsonl", touched=("m-1",))
    store = MemoryStore() if kept == "memory" else SQLiteStore(tmp_path / "program.db")
    with pk.Program(store) as program:
        import_program(tmp_path / "old.jsonl", program)

        assert program.verify().faults == ()
        assert [each.number for each in program.history("m-1")] == [1]
        assert [*program.history("ana")] == []
        assert program.find(pk.Match, about="ana").items == (match(),)


def test_a_row_of_an_older_form_is_as_it_was_left(third: None, tmp_path: Path) -> None:
    """A noun that an older peerkit kept in a file is read, and verify finds nothing in it."""
    old_program(tmp_path / "old.jsonl")
    with empty_file(tmp_path / "program.db") as program:
        import_program(tmp_path / "old.jsonl", program)
    with closing(sqlite3.connect(tmp_path / "program.db")) as db, db:
        db.execute("UPDATE peerkit_program SET writing = 1")
        db.execute("UPDATE peerkit_noun SET body = ? WHERE id = 'm-1'", (OLD,))
        db.execute("UPDATE peerkit_program SET writing = 0")

    with empty_file(tmp_path / "program.db") as program:
        assert program.find(pk.Match).items == (match(),)
        assert program.verify().faults == ()


def empty_file(path: Path) -> pk.Program:
    """A program in this file, on the day of the tests."""
    return pk.Program.open(path, clock=lambda: NOW)


# -- files


#: In the form before today's the texts of an owner had no index.
INDEX = "CREATE INDEX peerkit_apart_owned ON peerkit_apart (program, owner)"
STEP = f"{INDEX};"


def older(path: Path, program: pk.Program) -> None:
    """The file of this program as it was in that form."""
    program.close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DROP INDEX peerkit_apart_owned")


def indexed(path: Path) -> list[tuple[str]]:
    """How that index is made, where it is there."""
    with closing(sqlite3.connect(path)) as db:
        found = "SELECT sql FROM sqlite_schema WHERE name = 'peerkit_apart_owned'"
        return db.execute(found).fetchall()


def with_a_step(monkeypatch: pytest.MonkeyPatch, *steps: str) -> None:
    """Today's tables have one form more for each of these steps."""
    form = sqlite_file._FORM
    monkeypatch.setattr(sqlite_file, "_FORM", form + len(steps))
    monkeypatch.setattr(sqlite_file, "_STEPS", dict(enumerate(steps, form)))


def test_a_file_of_an_older_form_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens it to write finds all that was in it, in the tables of today."""
    path = tmp_path / "program.db"
    with empty_file(path) as program:
        program.do(pk.WelcomeParticipant(by="sam", id="p-1"))
        before = everything(program.store)
    older(path, program)
    with_a_step(monkeypatch, STEP, "REINDEX;")
    with pytest.raises(pk.StoreError, match=r"an older peerkit\. Open it once to write"):
        pk.Program.open(path, read_only=True)

    for _ in range(2):
        with empty_file(path) as program:
            assert everything(program.store) == before
            assert program.verify().whole
    assert indexed(path) == [(INDEX,)]
    with pk.Program.open(path, read_only=True) as program:
        assert everything(program.store) == before
    monkeypatch.undo()
    with pytest.raises(pk.StoreError, match="newer peerkit"):
        empty_file(path)


def test_a_step_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All steps or none: the older peerkit can still open it."""
    path = tmp_path / "program.db"
    older(path, empty_file(path))
    with monkeypatch.context() as patch:
        with_a_step(patch, STEP, "UPDATE peerkit_nowhere SET mood = 'rainy';")
        with pytest.raises(pk.StoreError, match="no such table: peerkit_nowhere"):
            empty_file(path)

    assert indexed(path) == []
    with empty_file(path) as program:
        assert program.verify().entries == 0


def test_a_file_from_before_the_first_release_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no step from a form that nobody was given."""
    path = tmp_path / "program.db"
    empty_file(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"PRAGMA user_version = {sqlite_file._FORM - 1}")
    with_a_step(monkeypatch, STEP)

    with pytest.raises(pk.StoreError, match="before its first release"):
        empty_file(path)
