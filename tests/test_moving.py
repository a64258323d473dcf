"""A program moves house: what arrives is what left, and what is not whole does not get in."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import rule, run_state_machine_as_test

import peerkit as pk
from peerkit.errors import BadInput, StoreError
from peerkit.exchange import moving, program_file
from peerkit.exchange.moving import Exported, check_export, export_program, import_program
from peerkit.exchange.program_file import Lines
from peerkit.stores import GENESIS, Apart, Change, Delivery, Entry, Posted, Settled, Store, touched
from peerkit.stores.checking.anchors import Anchor
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sealing.keys import KeysInMemory
from peerkit.stores.sealing.sealed import SealedStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.writing.codec import text, write_noun
from peerkit.testing.pieces import LATER, NOW, SOON, everything, goal, look, match, message, tallies
from tests.ordinary import LIVED, empty
from tests.postgres import Postgres
from tests.test_state_machine import TwoStores

CANARY = "Zebrafinch"
#: How many programs move, and how far apart the bytes are that are spoiled.
ROUNDS = int(os.environ.get("PEERKIT_MOVING_ROUNDS", "10"))
STEP = 101 if ROUNDS < 100 else 1


def same(one: pk.Program, other: pk.Program) -> None:
    """Everything that can be read is the same, and both verify whole."""
    assert all_of(one.store) == all_of(other.store)
    assert tallies(one.store) == tallies(other.store)
    assert one.verify() == other.verify()
    assert one.verify().whole


def all_of(store: Store) -> dict[str, Any]:
    """All that moves."""
    return {**everything(store), "posted": outbox(store)}


def outbox(store: Store) -> list[Posted]:
    """What became of each message; of one that was told, that it was."""
    return [
        attrs.evolve(each, due=None, attempts=0, way="") if each.delivery is Delivery.TOLD else each
        for each in store.posted()
    ]


def welcome(program: pk.Program, *numbers: int) -> None:
    """These people are welcomed, and each has a goal in words."""
    for number in numbers:
        who = f"p-{number}"
        assert program.do(pk.WelcomeParticipant(by="sam", id=who, key=f"k-{number}")).allowed
        words = pk.Words(f"{CANARY} {number}\n\u2028{chr(0x1F426)}")
        goal = pk.SetGoal(by=who, id=f"g-{number}", participant=who, words=words)
        assert program.do(goal).allowed


@pytest.fixture
def program() -> pk.Program:
    """A program in memory with some entries, words, keys, and messages of which much became."""
    program = empty(MemoryStore(), clock=lambda: NOW)
    welcome(program, 1, 2, 3)
    peer = pk.WelcomePeer(
        by="sam",
        id="ana",
        role=pk.Role.WORKER,
        supervisor="sam",
        since=NOW.date(),
        experiences=LIVED,
    )
    assert program.do(peer).allowed
    for number in (1, 2, 3):
        proposed = pk.ProposeMatch(
            by="sam", id=f"m-{number}", peer="ana", participant=f"p-{number}"
        )
        program.do(proposed)
    assert len(program.store.take(5, NOW, SOON, "t")) == 5
    assert program.store.settle(BECAME, NOW, "t") == tuple(each.key for each in BECAME)
    (leased,) = program.store.take(9, NOW, SOON, "leased")
    assert leased.key == "10/0"
    return program


#: What became of five of its messages. The sixth waits as it was left.
BECAME = (
    Settled(key="8/0", delivery=Delivery.TOLD, attempts=1, way="app"),
    Settled(key="8/1", delivery=Delivery.WAITING, due=LATER, attempts=2, way="email"),
    Settled(key="9/0", delivery=Delivery.CANCELLED, attempts=1),
    Settled(key="9/1", delivery=Delivery.GIVEN_UP, attempts=13, way="text"),
    Settled(key="10/0", delivery=Delivery.WAITING),
)


@pytest.fixture
def file(program: pk.Program, tmp_path: Path) -> Path:
    """The program as a file."""
    path = tmp_path / "moved.jsonl"
    export_program(program, path)
    return path


def lines_of(path: Path) -> list[bytes]:
    """The lines of a file, with their ends."""
    return path.read_bytes().splitlines(keepends=True)


def sealed(lines: list[bytes]) -> list[bytes]:
    """These lines, and a last one that fits them: what somebody who knows the form can write."""
    heads = [each[9:73].decode() for each in lines if each.startswith(b'{"hash":')]
    last = {
        "entries": len(heads),
        "head": heads[-1] if heads else GENESIS,
        "sha256": sha256(b"".join(lines)).hexdigest(),
    }
    return [*lines, f"{text(last)}\n".encode()]


def written_anew(
    path: Path,
    change: Callable[[dict[str, Any]], object] = lambda line: None,
    respell: Callable[[str], str] = str,
) -> None:
    """A forged file: entries changed or spelled otherwise, and everything hashed and linked."""
    first, *rest = lines_of(path)
    forged, head = [first], GENESIS
    for line in rest[:-1]:
        found = json.loads(line)
        if "entry" in found:
            change(found)
            body = respell(text({**found["entry"], "prev": head}))
            head = sha256(body.encode()).hexdigest()
            apart = f'"apart":{text(found["apart"])},' if "apart" in found else ""
            forged.append(f'{{"hash":"{head}",{apart}"entry":{body}}}\n'.encode())
        else:
            forged.append(line)
    path.write_bytes(b"".join(sealed(forged)))


# -- what arrives is what left


class Movers(TwoStores):
    """The same two programs, which move now and then: each goes on where it arrived."""

    moves = 0

    @rule()
    def move(self) -> None:
        """What was in memory goes on in a file, and what was in a file goes on in memory."""
        self.moves += 1
        folder = Path(self.folder.name)
        out, back = (folder / f"{name}-{self.moves}.jsonl" for name in ("out", "back"))
        assert export_program(self.memory, out).entries == export_program(self.file, back).entries
        self.path = folder / f"program-{self.moves}.db"
        arrived = self.program("memory", SQLiteStore(self.path, durability="normal"))
        returned = self.program("file", MemoryStore())
        for path, before, after in (
            (out, self.memory, arrived),
            (back, self.file, returned),
        ):
            import_program(path, after)
            same(before, after)
            before.close()
        again = folder / f"again-{self.moves}.jsonl"
        export_program(arrived, again)
        assert again.read_bytes() == out.read_bytes()
        third = self.program("memory", MemoryStore())
        import_program(again, third)
        same(arrived, third)
        arrived.close()
        self.memory = third
        self.file.close()
        self.file = self.program("file", SQLiteStore(self.path, durability="normal"))


def test_any_program_moves_and_goes_on() -> None:
    """From memory to a file to memory, at any moment: all is the same, and answers stay alike."""
    chosen = settings(
        max_examples=ROUNDS,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(Movers, settings=chosen)


def test_a_program_arrives_as_it_left(program: pk.Program, file: Path, tmp_path: Path) -> None:
    """Entries, hashes, nouns, tallies, words, keys, and what has been told: all is the same."""
    with empty(SQLiteStore(tmp_path / "program.db"), clock=lambda: NOW) as arrived:
        exported = import_program(file, arrived)

        same(program, arrived)
        assert arrived.words("goal/g-2") == (f"{CANARY} 2\n\u2028{chr(0x1F426)}",)
        assert exported == check_export(file)
        assert (exported.entries, exported.head) == (
            program.verify().entries,
            program.verify().head,
        )
        again = arrived.do(pk.WelcomeParticipant(by="sam", id="p-2", key="k-2"))
        assert (again.again, again.number) == (True, 3)
        assert again.allowed
        lies = [
            (each.key, each.delivery, each.attempts, each.way) for each in arrived.store.posted()
        ]
        assert lies == [
            ("8/0", Delivery.TOLD, 1, "app"),
            ("8/1", Delivery.WAITING, 2, "email"),
            ("9/0", Delivery.CANCELLED, 1, ""),
            ("9/1", Delivery.GIVEN_UP, 13, "text"),
            ("10/0", Delivery.WAITING, 1, ""),
            ("10/1", Delivery.WAITING, 0, ""),
        ]
        given = arrived.store.take(100, NOW, SOON, "t")
        assert [each.key for each in given] == ["10/0"]
        given = arrived.store.take(100, LATER, LATER, "t")
        assert [each.key for each in given] == ["8/1", "10/0", "10/1"]


@pytest.mark.server
def test_a_program_moves_to_a_server_and_back(
    program: pk.Program, file: Path, tmp_path: Path, server: Postgres
) -> None:
    """From memory to PostgreSQL, and from there into a file: all is the same on each way."""
    where = server.new()
    with pk.Program.open(where) as there, pk.Program.open(tmp_path / "program.db") as back:
        import_program(file, there)
        same(program, there)
        export_program(there, tmp_path / "back.jsonl")
        assert (tmp_path / "back.jsonl").read_bytes() == file.read_bytes()
        import_program(tmp_path / "back.jsonl", back)
        same(there, back)


def test_the_form_of_the_file(tmp_path: Path) -> None:
    """The lines are as the page of this module tells, and the checksum can be had without us."""
    program = empty(MemoryStore(), clock=lambda: NOW)
    program.do(pk.WelcomeParticipant(by="sam", id="p-1"))
    said = pk.SetGoal(by="p-1", id="g-1", participant="p-1", words=pk.Words("Swim."))
    program.do(said)
    left_by(program.store, messages=(message(), message(), message()))
    program.store.take(9, NOW, SOON, "t")
    became = (
        Settled(key="3/0", delivery=Delivery.WAITING, due=LATER, attempts=1, way="email"),
        Settled(key="3/1", delivery=Delivery.CANCELLED),
        Settled(key="3/2", delivery=Delivery.TOLD, attempts=1, way="email"),
    )
    program.store.settle(became, NOW, "t")
    path = tmp_path / "moved.jsonl"

    exported = export_program(program, path)

    first, second, third = program.journal()
    (words,) = second.apart
    lines = lines_of(path)
    assert lines == [
        b'{"peerkit":"program","form":2,"words":true}\n',
        f'{{"hash":"{first.hash}","entry":{first.body}}}\n'.encode(),
        f'{{"hash":"{second.hash}","apart":[["goal/g-1","p-1","{words.salt}","Swim."]],'
        f'"entry":{second.body}}}\n'.encode(),
        f'{{"hash":"{third.hash}","entry":{third.body}}}\n'.encode(),
        (
            b'{"outbox":[["3/0","waiting","2026-11-02T09:06:00+00:00",1,"email"],'
            b'["3/1","cancelled",null,0,""],["3/2","told",null,1,"email"]]}\n'
        ),
        f'{{"entries":3,"head":"{third.hash}","sha256":"{exported.sha256}"}}\n'.encode(),
    ]
    assert exported.sha256 == sha256(b"".join(lines[:-1])).hexdigest()
    assert exported == Exported(3, third.hash, words=True, sha256=exported.sha256)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "Swim" not in repr(exported)


def older(lines: list[bytes], waiting: bytes) -> list[bytes]:
    """The same file in its first form, which knew only what waits."""
    first = lines[0].replace(b'"form":2', b'"form":1')
    return sealed([first, *lines[1:-2], b'{"waiting":%s}\n' % waiting])


def test_a_file_of_the_first_form_is_read(program: pk.Program, file: Path, tmp_path: Path) -> None:
    """What waits in it waits, and was not tried; all else has been told, when the clock says."""
    file.write_bytes(b"".join(older(lines_of(file), b'["8/1","10/0"]')))
    store = MemoryStore()

    exported = import_program(file, pk.Program(store, clock=lambda: LATER))

    assert exported == check_export(file)
    lies = [(each.key, each.delivery, each.attempts) for each in store.posted()]
    assert lies == [
        *(("8/0", Delivery.TOLD, 0), ("8/1", Delivery.WAITING, 0), ("9/0", Delivery.TOLD, 0)),
        *(("9/1", Delivery.TOLD, 0), ("10/0", Delivery.WAITING, 0), ("10/1", Delivery.TOLD, 0)),
    ]
    assert {each.settled for each in store._outbox.values()} == {None, LATER}


@pytest.mark.parametrize("waiting", [b"{}", b"[]", b"[1]", b'[["8/1","waiting",null,0,""]]'])
def test_what_waits_in_the_first_form_is_checked(file: Path, waiting: bytes) -> None:
    """Its line is a list of keys, and nothing else."""
    file.write_bytes(b"".join(older(lines_of(file), waiting)))

    with pytest.raises(BadInput, match="is not as peerkit writes what became of messages"):
        check_export(file)


def test_an_export_of_the_first_form_is_begun_anew(program: pk.Program, tmp_path: Path) -> None:
    """What an older peerkit had begun does not become a file of two forms."""
    path = tmp_path / "moved.jsonl"
    whole = begun(program, path, lines=5)
    partial = path.with_name("moved.jsonl.partial")
    partial.write_bytes(partial.read_bytes().replace(b'"form":2', b'"form":1', 1))

    export_program(program, path)

    assert path.read_bytes() == whole.read_bytes()


def test_what_no_file_could_say_again_does_not_leave(
    program: pk.Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a store says of a message is read as an import reads it, before the file is whole."""
    (first, *_) = program.store.posted(Delivery.WAITING)
    odd = attrs.evolve(first, way=f"{CANARY}\n")
    monkeypatch.setattr(program.store, "posted", lambda *_: iter([odd]))

    with pytest.raises(StoreError, match="is not as peerkit writes what became") as raised:
        export_program(program, tmp_path / "moved.jsonl")
    assert CANARY not in str(raised.value)


def test_many_messages_move(tmp_path: Path) -> None:
    """More than one line holds arrive as they were."""
    store = MemoryStore()
    for _ in range(3):
        left_by(store, messages=tuple(message(number) for number in range(400)))
    given = store.take(900, NOW, SOON, "t")
    store.settle(
        tuple(
            Settled(key=each.key, delivery=list(Delivery)[at % 4], attempts=at % 5)
            for at, each in enumerate(given)
        ),
        NOW,
        "t",
    )
    program, arrived = pk.Program(store), pk.Program(MemoryStore())

    export_program(program, tmp_path / "moved.jsonl")
    import_program(tmp_path / "moved.jsonl", arrived)

    same(program, arrived)
    assert len([each for each in lines_of(tmp_path / "moved.jsonl") if b"outbox" in each[:9]]) == 3


def test_a_program_without_an_entry_moves_too(tmp_path: Path) -> None:
    """Nothing arrives as nothing."""
    exported = export_program(pk.Program(MemoryStore()), tmp_path / "moved.jsonl")
    arrived = pk.Program(MemoryStore())

    assert import_program(tmp_path / "moved.jsonl", arrived) == exported
    assert (exported.entries, exported.head) == (0, GENESIS)
    same(pk.Program(MemoryStore()), arrived)


# -- what was forgotten, and what was taken away


def left_by(
    store: Store,
    nouns: tuple[pk.Noun, ...] = (),
    *about: str,
    said: tuple[Apart, ...] = (),
    **left: Any,
) -> None:
    """Keep a change in the form of a program, of parts that no act of today leaves together."""
    written = tuple((each, write_noun(each)) for each in nouns)
    counts, messages = left.get("counts", ()), left.get("messages", ())
    parts: dict[str, Any] = {"at": NOW.isoformat(), "day": NOW.date().isoformat(), "edition": ""}
    parts |= {"verdict": "ALLOWED", "findings": [["once", "ALLOWED", {}, -1]]}
    parts["counts"] = [[each.of, each.what, each.by, each.period] for each in counts]
    parts["messages"] = [
        [each.to, each.kind, each.about, each.inside, each.outside] for each in messages
    ]
    parts["apart"] = [[each.about, each.owner, each.digest] for each in said]
    parts["forgets"], parts["removes"] = left.get("forgets", ()), left.get("removes", ())
    parts["touched"] = ids = touched(about, written, counts, parts["removes"])
    parts |= {"act": {"act": "test.act", "by": "sam", "key": left.get("key")}}
    body = text({**parts, "nouns": [json.loads(each) for _, each in written]})
    store.keep(
        Change(
            about=about,
            day=NOW.date(),
            stood=look(store, *ids),
            entry=body,
            key=left.pop("key", None),
            nouns=written,
            apart=said,
            **left,
        )
    )


def test_what_was_forgotten_stays_forgotten(tmp_path: Path) -> None:
    """Texts that are gone do not leave, nouns that are gone do not arrive, and all verifies."""
    store = MemoryStore()
    before = Apart("goal/g-0001", "p-1", "s1", f"{CANARY} first")
    other = Apart("goal/g-0001", "p-2", "s2", "Mine stays.")
    after = Apart("goal/g-0001", "p-1", "s3", "Said later.")
    left_by(store, (goal(1), goal(2), match()), said=(before, other))
    left_by(store, (), "p-1", forgets=("p-1",), removes=(("goal", "g-0001"), ("match", "m-1")))
    left_by(store, (goal(1),), said=(after,))
    program = pk.Program(store)

    export_program(program, tmp_path / "moved.jsonl")
    arrived = pk.Program.open(tmp_path / "program.db")
    import_program(tmp_path / "moved.jsonl", arrived)

    same(program, arrived)
    assert CANARY.encode() not in (tmp_path / "moved.jsonl").read_bytes()
    assert arrived.store.apart("goal/g-0001") == (other, after)
    assert arrived.find(pk.Match).items == ()
    arrived.close()


def test_a_text_that_left_and_was_forgotten_since_does_not_arrive(tmp_path: Path) -> None:
    """Somebody is forgotten while the file is half written: the rest of it says so."""
    store = MemoryStore()
    left_by(store, (goal(1),), said=(Apart("goal/g-0001", "p-1", "s1", "Gone."),))
    program, path = pk.Program(store), tmp_path / "moved.jsonl"
    begun(program, path, lines=2)
    left_by(store, (), "p-1", forgets=("p-1",))

    export_program(program, path)
    arrived = pk.Program(MemoryStore())
    import_program(path, arrived)

    same(program, arrived)
    assert arrived.store.apart("goal/g-0001") == ()


def test_a_file_without_words_can_be_checked_and_not_moved_in(
    program: pk.Program, tmp_path: Path
) -> None:
    """Without words the journal is there to be read and followed; no program is made of it."""
    path = tmp_path / "journal.jsonl"

    exported = export_program(program, path, words=False)

    assert CANARY.encode() not in path.read_bytes()
    assert check_export(path) == exported
    assert not exported.words
    arrived = pk.Program(MemoryStore())
    with pytest.raises(BadInput, match="exported without words"):
        import_program(path, arrived)
    assert arrived.verify().entries == 0


def test_sealed_words_leave_in_clear_through_the_store_that_has_the_keys(
    program: pk.Program, file: Path, tmp_path: Path
) -> None:
    """Into a sealed store and out of it: sealed at rest there, and in clear in both files."""
    inner = MemoryStore()
    sealed = pk.Program(SealedStore(inner, KeysInMemory()))

    import_program(file, sealed)

    same(program, sealed)
    assert all(each.sealed for entry in inner.journal() for each in entry.apart)
    again = tmp_path / "again.jsonl"
    export_program(sealed, again)
    assert again.read_bytes() == file.read_bytes()
    assert CANARY.encode() in again.read_bytes()


def test_sealed_words_leave_as_they_are_through_any_other(tmp_path: Path) -> None:
    """Without the keys the file holds what is sealed; where it arrives, the same keys open it."""
    keys = KeysInMemory()
    inner = MemoryStore()
    program = empty(SealedStore(inner, keys), clock=lambda: NOW)
    welcome(program, 1, 2)
    path = tmp_path / "moved.jsonl"

    export_program(pk.Program(inner), path)

    assert CANARY.encode() not in path.read_bytes()
    for arrived in (MemoryStore(), SealedStore(MemoryStore(), KeysInMemory())):
        import_program(path, pk.Program(arrived))
        inside = getattr(arrived, "inner", arrived)
        same(pk.Program(inner), pk.Program(inside))
        same(program, pk.Program(SealedStore(inside, keys)))


def test_a_private_part_that_is_sealed_does_not_leave(program: pk.Program, file: Path) -> None:
    """A noun cannot be made of what nobody here can read: the error says how to export it."""
    inner = MemoryStore()
    import_program(file, pk.Program(SealedStore(inner, KeysInMemory())))
    closed = file.with_name("closed.jsonl")

    with pytest.raises(StoreError, match="export the program with its keys") as raised:
        export_program(pk.Program(inner), closed)

    assert str(raised.value).endswith(
        "Or leave the texts out with words=False; no program can be made of that."
    )
    assert not closed.exists()
    without = file.with_name("without.jsonl")
    assert export_program(pk.Program(inner), without, words=False) == check_export(without)


def test_a_private_part_that_is_sealed_does_not_arrive(program: pk.Program, file: Path) -> None:
    """Somebody else's file may hold one all the same: it is refused before anything is kept."""
    inner = MemoryStore()
    import_program(file, pk.Program(SealedStore(inner, KeysInMemory())))
    closed = [program_file.entry_line(entry, words=True) for entry in inner.journal()]
    file.write_bytes(b"".join(sealed([lines_of(file)[0], *closed])))
    arrived = pk.Program(MemoryStore())

    with pytest.raises(BadInput, match="private under a key: export the program with its keys"):
        import_program(file, arrived)

    assert arrived.verify().entries == 0


# -- what does not fit, and was explained


def explained(program: pk.Program) -> None:
    """Somebody explains all that verify finds, and then it is whole."""
    breaks = program.verify().breaks
    assert breaks
    why = pk.Words("A query was tried on the wrong file.")
    found = tuple(each.found for each in breaks)
    assert program.do(pk.ExplainBreak(by="sam", number=0, found=found, why=why)).allowed
    assert program.verify().whole


def edit(program: pk.Program, number: int, **parts: Any) -> None:
    """An entry is changed under the store's feet."""
    entries = program.store._entries  # type: ignore[attr-defined]
    entries[number - 1] = attrs.evolve(entries[number - 1], **parts)


def test_an_explained_text_stays_where_it_is(program: pk.Program, tmp_path: Path) -> None:
    """No import would take it, so no export writes it; without words the journal can leave."""
    (entry,) = [each for each in program.journal() if each.number == 2]
    (said,) = [each for each in entry.apart if each.about == "goal/g-1"]
    edit(program, 2, apart=(attrs.evolve(said, text=f"{CANARY} changed"),))
    path = tmp_path / "moved.jsonl"
    with pytest.raises(StoreError, match=r"not the one that was kept\. Its verify\(\) says more"):
        export_program(program, path)
    explained(program)

    with pytest.raises(StoreError, match=r"What was explained cannot be kept anew") as raised:
        export_program(program, path)

    assert "Words about goal/g-1 are" in str(raised.value)
    assert "explains it. Move its file, or a backup, instead." in str(raised.value)
    assert CANARY not in str(raised.value)
    assert raised.value.__context__ is None
    assert not path.exists()
    (tmp_path / "moved.jsonl.partial").unlink()
    assert export_program(program, path, words=False) == check_export(path)


def round_the_door(path: Path, sql: str) -> None:
    """A query is tried on the wrong file."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE peerkit_program SET writing = 1")
        assert db.execute(sql).rowcount == 1
        db.execute("UPDATE peerkit_program SET writing = 0")


def test_a_text_that_is_missing_is_missing_there_too(tmp_path: Path) -> None:
    """What is not there any more arrives as that, and the same entry explains it."""
    with pk.Program.open(tmp_path / "old.db") as program:
        welcome(program, 1)
    round_the_door(tmp_path / "old.db", "DELETE FROM peerkit_apart WHERE about = 'goal/g-1'")
    with pk.Program.open(tmp_path / "old.db") as program:
        explained(program)
        arrived = pk.Program(MemoryStore())

        export_program(program, tmp_path / "moved.jsonl")
        import_program(tmp_path / "moved.jsonl", arrived)

        same(program, arrived)
    said = "Words about goal/g-1 are missing. Entry 3 explains it."
    assert arrived.verify().explained == (said,)


def test_an_explained_entry_stays_where_it_is(program: pk.Program, tmp_path: Path) -> None:
    """An entry that was edited is in no file, with words or without."""
    entry = next(program.journal())
    edit(program, 1, body=entry.body.replace("ALLOWED", "NEEDED", 1))
    explained(program)

    for words in (True, False):
        path = tmp_path / f"{words}.jsonl"
        with pytest.raises(StoreError, match=r"Entry 1 does not match its hash: it was edited\."):
            export_program(program, path, words=words)
        assert not path.exists()


def test_an_entry_that_cannot_be_read_does_not_leave_when_it_was_explained(
    program: pk.Program, tmp_path: Path
) -> None:
    """It matches its hash, and what came after is linked to it: it is read as an import does."""
    for body in ('{"n":1}', "1"):
        old = MemoryStore()
        left_by(old, (goal(1),))
        forged = pk.Program(old)
        last = next(forged.journal())
        unread = last.body.replace('"verdict":"ALLOWED"', f'"verdict":{body}')
        edit(forged, 1, body=unread, hash=sha256(unread.encode()).hexdigest())
        left_by(old, (), "sam")
        assert forged.do(
            pk.ExplainBreak(by="sam", number=1, found=("ab" * 32,), why=pk.Words("A disk."))
        ).allowed

        with pytest.raises(StoreError, match=r"partial line 2: (lacks a part|is not as)"):
            export_program(forged, tmp_path / "moved.jsonl")
        (tmp_path / "moved.jsonl.partial").unlink()


def test_a_message_of_no_entry_does_not_leave_when_it_was_explained(
    program: pk.Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits and was said by no entry would be refused where it arrives."""
    found = ("ab" * 32,)
    why = pk.Words("A disk.")
    assert program.do(pk.ExplainBreak(by="sam", number=1, found=found, why=why)).allowed
    first, *rest = program.store.posted()
    stray = attrs.evolve(first, message=attrs.evolve(first.message, key="1/7"))
    for posted, said in (
        ([stray, first, *rest], "does not say what became of each message of 8"),
        (
            [first, *rest, attrs.evolve(stray, message=attrs.evolve(stray.message, key="10/9"))],
            "names a message that is not in it",
        ),
    ):
        monkeypatch.setattr(program.store, "posted", lambda *_, posted=posted: iter(posted))
        with pytest.raises(StoreError, match=said):
            export_program(program, tmp_path / "moved.jsonl")
        (tmp_path / "moved.jsonl.partial").unlink()


def test_what_does_not_follow_from_the_journal_arrives_as_it_does(tmp_path: Path) -> None:
    """A noun that was changed beside the journal, explained or not, arrives as its entry says."""
    with pk.Program.open(tmp_path / "old.db") as program:
        welcome(program, 1)
    completed = "UPDATE peerkit_noun SET body = replace(body, 'active', 'completed')"
    round_the_door(tmp_path / "old.db", f"{completed} WHERE id = 'g-1'")
    with pk.Program.open(tmp_path / "old.db") as program:
        explained(program)
        export_program(program, tmp_path / "moved.jsonl")

        arrived = pk.Program(MemoryStore())
        import_program(tmp_path / "moved.jsonl", arrived)

        found = arrived.verify()
        assert (found.head, found.breaks) == (program.verify().head, ())
        (goal,) = arrived.find(pk.Goal).items
        assert goal.status is pk.GoalStatus.ACTIVE


# -- what was stopped goes on


def begun(program: pk.Program, path: Path, *, lines: int, more: bytes = b"") -> Path:
    """An export of which only so many lines, and some bytes more, were written."""
    whole = path.with_name("whole.jsonl")
    export_program(program, whole)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(b"".join(lines_of(whole)[:lines]) + more)
    return whole


@pytest.mark.parametrize(
    ("lines", "more"),
    [(0, b""), (1, b""), (4, b""), (4, b'{"hash":"ab'), (4, b'{"hash":"\xff"}\n'), (-2, b""),
     (-1, b""), (-1, b'{"entries":'), (99, b""), (99, b"more")],
)  # fmt: skip
def test_an_export_that_was_stopped_goes_on(
    program: pk.Program, tmp_path: Path, lines: int, more: bytes
) -> None:
    """Wherever it was stopped: what is not whole is cut off, and the file is the same."""
    path = tmp_path / "moved.jsonl"
    whole = begun(program, path, lines=lines, more=more)

    export_program(program, path)

    assert path.read_bytes() == whole.read_bytes()
    assert {each.name for each in tmp_path.iterdir()} == {"moved.jsonl", "whole.jsonl"}


def test_an_export_goes_on_behind_the_last_line_that_fits(
    program: pk.Program, tmp_path: Path
) -> None:
    """A line that is whole and in a wrong place is cut off, and is in no checksum."""
    path = tmp_path / "moved.jsonl"
    whole = begun(program, path, lines=5)
    with path.with_name("moved.jsonl.partial").open("ab") as partial:
        partial.write(lines_of(whole)[2])

    assert export_program(program, path) == check_export(whole)
    assert path.read_bytes() == whole.read_bytes()


def test_an_export_that_was_stopped_takes_along_what_came_since(
    program: pk.Program, tmp_path: Path
) -> None:
    """Entries that were kept between two tries are in the file."""
    path = tmp_path / "moved.jsonl"
    begun(program, path, lines=5)
    welcome(program, 8, 9)

    export_program(program, path)

    arrived = pk.Program(MemoryStore())
    import_program(path, arrived)
    same(program, arrived)


def test_a_partial_file_of_something_else_is_left_alone(
    program: pk.Program, tmp_path: Path
) -> None:
    """What was begun for another program, with another choice, or by somebody else stays."""
    path = tmp_path / "moved.jsonl"
    partial = tmp_path / "moved.jsonl.partial"
    begun(program, path, lines=3)
    other = empty(MemoryStore(), clock=lambda: NOW)
    welcome(other, 7)
    for theirs in (other, pk.Program(MemoryStore())):
        before = partial.read_bytes()
        with pytest.raises(StoreError, match="begun for another program"):
            export_program(theirs, path)
        assert partial.read_bytes() == before
    with pytest.raises(StoreError, match="with another choice of words"):
        export_program(program, path, words=False)
    partial.write_bytes(b"mine\n")
    with pytest.raises(StoreError, match="is not the first line of a program"):
        export_program(program, path)
    assert partial.read_bytes() == b"mine\n"
    assert not path.exists()


def test_an_export_that_was_stopped_forgets_who_was_forgotten(tmp_path: Path) -> None:
    """Lines that were written hold texts that are gone by now: the file is begun anew."""
    store = MemoryStore()
    left_by(store, (goal(1),), said=(Apart("goal/g-0001", "p-1", "s1", CANARY),))
    left_by(store, (goal(2),), said=(Apart("goal/g-0002", "p-2", "s2", "Mine stays."),))
    program, path = pk.Program(store), tmp_path / "moved.jsonl"
    begun(program, path, lines=3)
    assert CANARY.encode() in (tmp_path / "moved.jsonl.partial").read_bytes()
    left_by(store, (), "p-1", forgets=("p-1",))

    export_program(program, path)

    assert CANARY.encode() not in path.read_bytes()
    assert b"Mine stays." in path.read_bytes()
    arrived = pk.Program(MemoryStore())
    import_program(path, arrived)
    same(program, arrived)


def test_an_export_forgets_who_is_forgotten_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody is forgotten between two lines: what was written of them is not in the file."""
    monkeypatch.setattr(moving, "BATCH", 1)
    store = MemoryStore()
    left_by(store, (goal(1),), said=(Apart("goal/g-0001", "p-1", "s1", CANARY),))
    program, path = pk.Program(store), tmp_path / "moved.jsonl"

    def forget(done: int, _of: int) -> None:
        if done == 1 and program.store.apart("goal/g-0001"):
            left_by(store, (), "p-1", forgets=("p-1",))

    exported = export_program(program, path, progress=forget)

    assert exported == check_export(path)
    assert exported.entries == 2
    assert CANARY.encode() not in path.read_bytes()


@pytest.mark.parametrize("stopped", [1, 2, 3])
def test_an_import_that_was_stopped_goes_on(
    program: pk.Program, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: int
) -> None:
    """Stopped after any batch, and opened again: the rest is kept, and nothing twice."""
    monkeypatch.setattr(moving, "BATCH", 3)
    seen: list[tuple[int, int]] = []

    def stop(done: int, of: int) -> None:
        seen.append((done, of))
        if len(seen) == stopped:
            raise KeyboardInterrupt

    with pk.Program.open(tmp_path / "program.db") as arrived, pytest.raises(KeyboardInterrupt):
        import_program(file, arrived, progress=stop)
    with pk.Program.open(tmp_path / "program.db") as arrived:
        assert arrived.verify().entries == 3 * stopped
        came = import_program(file, arrived, progress=lambda *done: seen.append(done)).came
        same(program, arrived)
        assert came == program.verify().entries - 3 * stopped
        assert import_program(file, arrived).came == 0
        same(program, arrived)

    total = program.verify().entries
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen[:stopped]] == [3, 6, 9][:stopped]


def test_an_import_that_is_cut_at_any_line_goes_on(
    program: pk.Program, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it is interrupted, whole batches are there and nothing besides; the rest comes."""
    monkeypatch.setattr(moving, "BATCH", 3)
    read, total, last = Lines.again, program.verify().entries, len(lines_of(file)) - 3

    def cut(lines: Lines, line: bytes) -> Entry:
        if lines.number == here:
            raise KeyboardInterrupt
        return read(lines, line)

    assert total == last
    for here in range(total):
        path = tmp_path / f"{here}.db"
        with monkeypatch.context() as patched, pk.Program.open(path) as arrived:
            patched.setattr(Lines, "again", cut)
            with pytest.raises(KeyboardInterrupt):
                import_program(file, arrived)
        with pk.Program.open(path) as arrived:
            found = arrived.verify()
            assert (found.entries, found.faults) == (here // 3 * 3, ())
            assert import_program(file, arrived).came == total - here // 3 * 3
            same(program, arrived)


def test_a_later_export_brings_what_came_since(
    program: pk.Program, file: Path, tmp_path: Path
) -> None:
    """A program that has moved in can be brought up to date from a later file of the same one."""
    arrived = pk.Program(MemoryStore())
    import_program(file, arrived)
    welcome(program, 8)
    told = tuple(Settled(key=f"{n}/1", delivery=Delivery.TOLD) for n in (8, 10))
    assert program.store.settle(told, NOW) == ("8/1", "10/1")
    later = tmp_path / "later.jsonl"
    export_program(program, later)

    assert import_program(later, arrived).came == 2

    same(program, arrived)


def test_an_export_says_how_far_it_is(
    program: pk.Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever watches is told how many entries are finished, and of how many."""
    monkeypatch.setattr(moving, "BATCH", 3)
    total = program.verify().entries
    told: list[tuple[int, int]] = []

    path = tmp_path / "moved.jsonl"
    export_program(program, path, progress=lambda done, of: told.append((done, of)))

    assert told == [*((done, total) for done in range(3, total + 1, 3)), (total, total)]


def test_writers_go_on_while_a_program_is_exported(
    program: pk.Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept while the file is written is in it too, up to the moment of its last line."""
    monkeypatch.setattr(moving, "BATCH", 3)
    numbers = iter(range(10, 13))

    def write(_done: int, _of: int) -> None:
        for number in numbers:
            welcome(program, number)
            return

    export_program(program, tmp_path / "moved.jsonl", progress=write)

    arrived = pk.Program(MemoryStore())
    import_program(tmp_path / "moved.jsonl", arrived)
    same(program, arrived)
    assert arrived.words("goal/g-12")


# -- what does not get in


def unlike(lines: list[bytes], at: int, old: bytes, new: bytes) -> list[bytes]:
    """The lines, one of them changed."""
    assert old in lines[at]
    return [*lines[:at], lines[at].replace(old, new, 1), *lines[at + 1 :]]


def flipped(lines: list[bytes], at: int, byte: int) -> list[bytes]:
    """The lines, one bit of one byte turned."""
    turned = bytearray(lines[at])
    turned[byte] ^= 1
    return [*lines[:at], bytes(turned), *lines[at + 1 :]]


#: What is done to a file, and what is said of it then. Line 1 is the first one.
DAMAGE: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "empty": (lambda lines: [], "line 1: is not the first line of a program"),
    "something else": (lambda lines: [b"id,name\n"], "line 1: is not the first line"),
    "a letter without an end": (lambda lines: [b"Dear diary"], "line 1: is not the first line"),
    "cut in the first line": (lambda lines: [lines[0][:30]], "line 1: is cut; export it again"),
    "a byte order mark": (
        lambda lines: [b"\xef\xbb\xbf", *lines],
        "line 1: begins with a byte order mark: it was saved anew; copy it again",
    ),
    "in UTF-16": (
        lambda lines: ["\ufeffDear".encode("utf-16-le")],
        "line 1: begins with a byte order mark",
    ),
    "other ends of lines": (
        lambda lines: [each.replace(b"\n", b"\r\n") for each in lines],
        "line 1: ends with CR and LF: its ends were changed on the way; copy it anew",
    ),
    "another end of one line": (
        lambda lines: unlike(lines, 3, b"\n", b"\r\n"),
        "line 4: ends with CR and LF",
    ),
    "a list": (lambda lines: [b"[1]\n", *lines[1:]], "line 1: is not the first line"),
    "nested too deep": (lambda lines: [b"[" * 100_000, b"\n"], "line 1: is not the first line"),
    "newer": (
        lambda lines: unlike(lines, 0, b'"form":2', b'"form":3'),
        "line 1: was written by a newer peerkit; install that one",
    ),
    "no form": (lambda lines: unlike(lines, 0, b'"form":2', b'"form":[]'), "line 1: is not the"),
    "form 0": (lambda lines: unlike(lines, 0, b'"form":2', b'"form":0'), "line 1: is not as peer"),
    "form twice": (
        lambda lines: unlike(lines, 0, b'"form":2', b'"form":9,"form":2'),
        "line 1: is not the first line",
    ),
    "another program's form": (
        lambda lines: unlike(lines, 0, b'"words":true', b'"words":1'),
        "line 1: is not as peerkit writes it",
    ),
    "first line only": (lambda lines: lines[:1], "line 2: is missing: the file was cut"),
    "last line cut off": (lambda lines: lines[:-1], r"line \d+: is missing: the file was cut"),
    "cut in an entry": (lambda lines: [*lines[:3], lines[3][:99]], "line 4: is cut; export it"),
    "cut behind an entry": (lambda lines: lines[:4], "line 5: is missing: the file was cut"),
    "without its last newline": (lambda lines: [*lines[:-1], lines[-1][:-1]], "is cut"),
    "an entry left out": (
        lambda lines: [*lines[:3], *lines[4:]],
        "line 4: does not hold entry 3, linked to the one before it",
    ),
    "an entry left out, sealed": (
        lambda lines: sealed([*lines[:3], *lines[4:-1]]),
        "line 4: does not hold entry 3",
    ),
    "an entry doubled": (lambda lines: [*lines[:4], *lines[3:]], "line 5: does not hold entry 4"),
    "two entries swapped": (
        lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
        "line 4: does not hold entry 3",
    ),
    "a byte of an entry": (
        lambda lines: flipped(lines, 3, -20),
        "line 4: holds an entry that does not match its hash",
    ),
    "a byte of a hash": (lambda lines: flipped(lines, 3, 20), "line 4: holds an entry that does"),
    "a byte of a key": (lambda lines: flipped(lines, 3, 75), "line 4: is no entry of a program"),
    "no UTF-8": (
        lambda lines: unlike(lines, 3, b'"sam"', b'"s\xffm"'),
        "line 4: is no entry of a program in UTF-8",
    ),
    "allowed": (
        lambda lines: unlike(lines, -3, b'"ALLOWED"', b'"NEEDED"'),
        "holds an entry that does not match its hash: it was changed",
    ),
    "a text changed": (
        lambda lines: unlike(lines, 4, CANARY.encode(), b"Robin"),
        "is not the last line that belongs to those above it: the file was changed",
    ),
    "texts of another shape": (
        lambda lines: unlike(lines, 4, b'"apart":[["', b'"apart":[[1,"'),
        "line 5: has texts apart that are not as peerkit writes them",
    ),
    "texts that are none": (
        lambda lines: unlike(lines, 4, b'"apart":[[', b'"apart":[{'),
        "line 5: has texts apart that are not as peerkit writes them",
    ),
    "texts nested too deep": (
        lambda lines: unlike(lines, 4, b'"apart":[[', b'"apart":' + b"[" * 100_000),
        "line 5: has texts apart that are not as peerkit writes them",
    ),
    "something between texts and entry": (
        lambda lines: unlike(lines, 4, b']],"entry":', b']], "entry":'),
        "line 5: has texts apart that are not as peerkit writes them",
    ),
    "texts spelled otherwise": (
        lambda lines: sealed(unlike(lines, 4, b'"apart":[[', b'"apart":[ [')[:-1]),
        "line 5: has texts apart that are not as peerkit writes them",
    ),
    "no texts, said at length": (
        lambda lines: sealed(unlike(lines, 3, b'","entry":', b'","apart":[],"entry":')[:-1]),
        "line 4: has texts apart that are not as peerkit writes them",
    ),
    "texts in a file that holds none": (
        lambda lines: sealed(unlike(lines, 0, b'"words":true', b'"words":false')[:-1]),
        "has texts apart, in a file that says that it holds none",
    ),
    "another mark before a hash": (
        lambda lines: sealed(flipped(lines, 3, 8)[:-1]),
        "line 4: is no entry of a program in UTF-8",
    ),
    "another mark behind an entry": (
        lambda lines: sealed(flipped(lines, 3, -2)[:-1]),
        "line 4: is no entry of a program in UTF-8",
    ),
    "what waits left out": (
        lambda lines: [*lines[:-2], lines[-1]],
        "is not the last line that belongs to those above it",
    ),
    **{
        f"what became is {what}": (
            lambda lines, rows=rows: sealed([*lines[:-2], b'{"outbox":%s}\n' % rows]),  # type: ignore[misc]
            "is not as peerkit writes what became of messages",
        )
        for what, rows in {
            "no list": b"{}",
            "empty": b"[]",
            "a text": b'["8/1"]',
            "five letters": b'["abcde"]',
            "a table": b'[{"a":1,"b":1,"c":1,"d":1,"e":1}]',
            "too short": b'[["8/1","waiting",null,0]]',
            "of no key": b'[[1,"waiting",null,0,""]]',
            "of another kind": b'[["8/1","sent",null,0,""]]',
            "due on a day": b'[["8/1","waiting","2026-11-02",0,""]]',
            "due in no zone": b'[["8/1","waiting","2026-11-02T09:06:00",0,""]]',
            "due elsewhere": b'[["8/1","waiting","2026-11-02T09:06:00+01:00",0,""]]',
            "due before time": b'[["8/1","waiting","0001-01-01T00:00:00+14:00",0,""]]',
            "due at a number": b'[["8/1","waiting",7,0,""]]',
            "tried truly": b'[["8/1","waiting",null,true,""]]',
            "tried less than never": b'[["8/1","waiting",null,-1,""]]',
            "tried for ever": b'[["8/1","waiting",null,1000001,""]]',
            "on no way": b'[["8/1","waiting",null,0,null]]',
            "on half a way": b'[["8/1","waiting",null,0,"\\ud83d"]]',
            "on a way of lines": b'[["8/1","waiting",null,0,"a\\nb"]]',
            "on a long way": b'[["8/1","waiting",null,0,"%s"]]' % (b"x" * 101),
            "of the first form": b'[["8/1","waiting",null,0,""],"9/0"]',
        }.items()
    },
    "what waits in the first form": (
        lambda lines: sealed([*lines[:-2], b'{"waiting":["8/1"]}\n']),
        "is not the last line that belongs to those above it",
    ),
    "what became has no key": (
        lambda lines: sealed([*lines[:-2], b'{"outbox":[["1","waiting",null,0,""]]}\n']),
        "names a message that is not in the file, or not in order",
    ),
    "what became twice": (
        lambda lines: sealed([*lines[:-1], lines[-2]]),
        "names a message that is not in the file, or not in order",
    ),
    "what became of a later entry": (
        lambda lines: sealed([*lines[:-1], b'{"outbox":[["99/0","waiting",null,0,""]]}\n']),
        "names a message that is not in the file, or not in order",
    ),
    "another count": (
        lambda lines: unlike(lines, -1, b'{"entries":', b'{"entries":1'),
        "is not the last line that belongs to those above it",
    ),
    "a byte of the checksum": (lambda lines: flipped(lines, -1, -10), "is not the last line that"),
    "a last line of blanks": (
        lambda lines: unlike(lines, -1, b'{"entries":', b'{"entries": '),
        "is not the last line that",
    ),
    "something behind the last line": (lambda lines: [*lines, b"\n"], "stands behind the last"),
    "another line in between": (
        lambda lines: [*lines[:4], b'{"told":[]}\n', *lines[4:]],
        "line 5: is not the last line that belongs to those above it",
    ),
    "a line without end": (
        lambda lines: [*lines[:3], b'{"hash":"' + b"0" * program_file.MOST],
        "line 4: is longer than 16777216 bytes",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_file_that_is_not_whole_is_refused(
    program: pk.Program, file: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the line and what to do, no word of anybody's, and nothing is stored."""
    monkeypatch.setattr(moving, "BATCH", 1)
    spoil, said = DAMAGE[damage]
    file.write_bytes(b"".join(spoil(lines_of(file))))
    arrived = pk.Program(MemoryStore())

    for _ in range(2):
        with pytest.raises(BadInput, match=said) as raised:
            import_program(file, arrived)
        assert raised.value.place.startswith("moved.jsonl line ")
        assert CANARY not in str(raised.value)
        assert raised.value.__context__ is None
    with pytest.raises(BadInput, match=said):
        check_export(file)
    assert arrived.verify().entries == 0


def test_every_line_that_is_cut_or_doubled_is_noticed(program: pk.Program, file: Path) -> None:
    """Whatever line is left out, doubled or swapped with the next, the file is refused."""
    lines = lines_of(file)
    for at in range(len(lines)):
        for spoiled in (
            [*lines[:at], *lines[at + 1 :]],
            [*lines[:at], lines[at], *lines[at:]],
            [*lines[:at], *lines[at : at + 2][::-1], *lines[at + 2 :]],
        ):
            if spoiled != lines:
                file.write_bytes(b"".join(spoiled))
                with pytest.raises(BadInput):
                    check_export(file)


def test_every_byte_counts(program: pk.Program, file: Path) -> None:
    """Whatever bit is turned, wherever, the file is refused with an error of ours."""
    whole = file.read_bytes()
    for at in range(0, len(whole), STEP):
        turned = bytearray(whole)
        turned[at] ^= 1 << at % 8
        file.write_bytes(turned)
        with pytest.raises(BadInput):
            check_export(file)


# -- what somebody wrote who knows the form


def in_entry(number: int, *path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    """Puts a value into this entry."""

    def change(line: dict[str, Any]) -> None:
        if line["entry"]["n"] == number:
            table = line["entry"]
            for step in path[:-1]:
                table = table[step]
            table[path[-1]] = value

    return change


UNFIT = "is not as peerkit writes it"
#: What a forger writes into an entry, and what is said of it.
FORGED: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "no nouns": (in_entry(4, "nouns", value=None), "lacks a part, or has one of another kind"),
    "ids that it does not touch": (
        in_entry(4, "touched", value=["p-9"]),
        "does not name all that it touches, each once",
    ),
    "a moment of another form": (
        in_entry(4, "at", value="2026-11-02T12:00:00Z"),
        "has a moment or a day in another form",
    ),
    "a finding that is none": (
        in_entry(4, "findings", value=[["once", "ALLOWED", 1, 0]]),
        "has a finding of another kind",
    ),
    "a verdict that is none": (in_entry(4, "verdict", value="SURE"), "has a verdict that is none"),
    "findings of none": (in_entry(4, "findings", value=None), "lacks a part, or has one of ano"),
    "a noun that is none": (in_entry(4, "nouns", value=[1]), "where a noun must be"),
    "a noun of no kind": (in_entry(4, "nouns", value=[{}]), r"does not fit: \$\.noun"),
    "a noun with another field": (
        in_entry(4, "nouns", 0, CANARY, value=1),
        r"holds something that does not fit: \$",
    ),
    "a status of none": (in_entry(4, "nouns", 0, "status", value=CANARY), r"fit: \$\.status"),
    "a day that is none": (in_entry(4, "day", value=CANARY), UNFIT),
    "a count of text": (in_entry(4, "counts", value=[["ana", "met", "1", ""]]), "a row of another"),
    "a count of truth": (
        in_entry(4, "counts", value=[["ana", "met", True, ""]]),
        "a row of another",
    ),
    "a count that is a table": (in_entry(4, "counts", value=[{}]), "a row of another kind"),
    "a message of four": (in_entry(4, "messages", value=[[""] * 4]), "a row of another kind"),
    "an id that is none": (in_entry(4, "touched", value=[7]), "where a text must be"),
    "a key that is none": (in_entry(4, "act", "key", value=7), "where a text must be"),
    "no key": (in_entry(4, "act", value={}), UNFIT),
    "a digest less": (in_entry(4, "apart", value=[]), "a text that is not the one that was kept"),
    "a digest that is none": (
        in_entry(4, "apart", value=[["goal", "p-1"]]),
        "a row of another kind",
    ),
}


@pytest.mark.parametrize("forged", FORGED)
def test_an_entry_that_no_peerkit_wrote_is_refused(
    program: pk.Program, file: Path, forged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashed and linked anew, it looks whole: what it says is looked at before it is kept."""
    monkeypatch.setattr(moving, "BATCH", 2)
    change, said = FORGED[forged]
    written_anew(file, change)
    is_refused_at_entry_4(file, said)


@pytest.mark.parametrize("kept", ["memory", "file"])
def test_what_a_store_refuses_is_said_with_its_lines(
    program: pk.Program, file: Path, tmp_path: Path, kept: str
) -> None:
    """A key that two entries have does not get in, and whoever reads of it knows where to look."""
    assert program.verify().entries == 10
    written_anew(file, in_entry(4, "act", "key", value="k-1"))
    store = MemoryStore() if kept == "memory" else SQLiteStore(tmp_path / "program.db")

    with pk.Program(store) as arrived:
        with pytest.raises(
            StoreError, match=r"^moved\.jsonl lines 2 to \d+ could not be kept\. "
        ) as raised:
            import_program(file, arrived)

        assert "k-1" not in str(raised.value)
        assert raised.value.__context__ is None
        assert arrived.verify().entries == 0


#: How a forger spells the fourth entry, and what is said of it.
SPELLED: dict[str, tuple[str, str]] = {
    "a field twice": ('"at":', '"at":"","at":'),
    "blanks": ('"at":', '"at": '),
    "no number": ('"findings":[', '"findings":[NaN,'),
    "too large a number": ('"findings":[', '"findings":[1e999,'),
    "another spelling": ("goal.set", "goal.\\u0073et"),
    "half a letter": ("goal.set", "\\ud83d"),
    "nested too deep": ('"findings":[', '"findings":' + "[" * 100_000),
    "no JSON": ('"findings":[', '"findings":['.ljust(20, "]")),
}


@pytest.mark.parametrize("spelled", SPELLED)
def test_an_entry_that_is_spelled_otherwise_is_refused(
    program: pk.Program, file: Path, spelled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one way to write an entry; what reads the same and is another text is refused."""
    monkeypatch.setattr(moving, "BATCH", 2)
    old, new = SPELLED[spelled]

    def respell(body: str) -> str:
        return body.replace(old, new, 1) if body.startswith('{"n":4,') else body

    written_anew(file, respell=respell)
    is_refused_at_entry_4(file, "is not (as peerkit writes it|in the form in which)")


def is_refused_at_entry_4(file: Path, said: str) -> None:
    """The import names the line, and only whole batches before it are kept: they verify."""
    for store in (MemoryStore(), SQLiteStore(file.with_suffix(".db"))):
        arrived = pk.Program(store)
        with pytest.raises(BadInput, match=said) as raised:
            import_program(file, arrived)

        assert raised.value.place == "moved.jsonl line 5"
        assert CANARY not in str(raised.value)
        found = arrived.verify()
        assert (found.entries, found.faults) == (2, ())
        arrived.close()


def test_a_file_that_is_changed_while_it_is_read_does_not_get_in(
    program: pk.Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was checked, and is another by now: linked or not, what it says at the end is not kept."""
    monkeypatch.setattr(moving, "BATCH", 30)
    welcome(program, *range(10, 150))
    file = tmp_path / "moved.jsonl"
    total = export_program(program, file).entries
    whole = file.read_bytes()
    mark = b'"by":"p-145"'
    # Python reads ahead, from 3.14 on as much as this; what is changed lies behind it.
    assert whole.index(mark) > whole.index(b'"n":31,') + 128 * 1024

    def edited(_done: int, _of: int) -> None:
        file.write_bytes(whole.replace(mark, b'"by":"p-146"', 1))

    def forged(_done: int, _of: int) -> None:
        file.write_bytes(whole)
        written_anew(file, in_entry(total - 10, "act", "by", value="mallory"))

    for change, error, said in (
        (edited, StoreError, f"Entry {total} could not be kept as it was"),
        (forged, BadInput, "moved.jsonl: was changed while it was read; import again"),
    ):
        file.write_bytes(whole)
        arrived = pk.Program(MemoryStore())
        with pytest.raises(error, match=said):
            import_program(file, arrived, progress=change)
        kept = arrived.verify()
        assert (kept.entries % 30, kept.faults) == (0, ())
        assert 30 <= kept.entries < total
        file.write_bytes(whole)
        import_program(file, arrived)
        assert arrived.verify().entries == total


def test_a_file_written_anew_is_found_by_an_anchor_only(program: pk.Program, file: Path) -> None:
    """Who rewrites everything is believed, but where a hash was kept elsewhere it does not fit."""
    kept = [Anchor(entry.number, entry.hash, NOW) for entry in program.journal()]

    def forge(line: dict[str, Any]) -> None:
        if line["entry"]["n"] == 3:
            line["entry"]["act"]["by"] = "mallory"

    for expects in (None, Anchor(0, GENESIS, NOW), *kept):
        assert check_export(file, expects=expects).head == kept[-1].hash
    written_anew(file, forge)

    believed = pk.Program(MemoryStore())
    import_program(file, believed, expects=kept[1])
    assert believed.verify().whole
    assert believed.verify().head != kept[-1].hash
    for expects in kept[2:]:
        arrived = pk.Program(MemoryStore())
        said = f"does not hold the entry {expects.number} that was expected"
        with pytest.raises(BadInput, match=said) as raised:
            import_program(file, arrived, expects=expects)
        assert raised.value.place == "moved.jsonl"
        assert arrived.verify().entries == 0


def test_a_cut_tail_is_found_by_an_anchor_only(program: pk.Program, file: Path) -> None:
    """A file that ends early, with a last line that fits, is an older one as far as it can say."""
    last = [*program.journal()][-1]
    lines = lines_of(file)
    file.write_bytes(b"".join(sealed(lines[:4])))

    assert check_export(file).entries == 3
    with pytest.raises(BadInput, match=f"does not hold the entry {last.number}"):
        check_export(file, expects=Anchor(last.number, last.hash, NOW))


def test_each_message_has_its_row_and_no_other(program: pk.Program, file: Path) -> None:
    """A row of no message, and a message without one, are refused when the entries are read."""
    lines = lines_of(file)
    for rows, said in (
        (b'[["1/5","waiting",null,0,""]]', "does not say what became of each message of 8"),
        (b'[["8/1","waiting",null,0,""]]', "does not say what became of each message of 8"),
        (b'[["8/0","told",null,0,""],["8/1","told",null,0,""]]', "each message of 9"),
    ):
        spoiled = [*lines[:-2], b'{"outbox":%s}\n' % rows]
        file.write_bytes(b"".join(sealed(spoiled)))
        with pytest.raises(BadInput, match=said):
            import_program(file, pk.Program(MemoryStore()))
    file.write_bytes(b"".join(older(lines, b'["1/5"]')))
    with pytest.raises(BadInput, match="names a message that is not in it"):
        import_program(file, pk.Program(MemoryStore()))
    more = lines[-2].replace(b"]]}", b'],["10/2","told",null,0,""]]}')
    file.write_bytes(b"".join(sealed([*lines[:-2], more])))
    with pytest.raises(BadInput, match="names a message that is not in it"):
        import_program(file, pk.Program(MemoryStore()))


def test_one_key_of_two_entries_is_refused(program: pk.Program, file: Path) -> None:
    """A key leads to one entry; a file in which it leads to two is none of ours."""
    written_anew(file, in_entry(3, "act", "key", value="k-1"))
    for store, said in (
        (MemoryStore(), "Entry 3 could not be kept as it was"),
        (SQLiteStore(file.with_suffix(".db")), r"UNIQUE constraint failed: .*peerkit_key\.key"),
    ):
        arrived = pk.Program(store)
        with pytest.raises(StoreError, match=said):
            import_program(file, arrived)
        assert arrived.verify().entries == 0
        arrived.close()


def test_a_noun_that_is_not_there_is_not_taken_away(program: pk.Program, file: Path) -> None:
    """What was forgotten never arrived; that an entry takes it away is passed over."""
    touched = ["p-2", "m-9"]
    written_anew(
        file,
        lambda line: (
            in_entry(3, "removes", value=[["match", "m-9"]])(line),
            in_entry(3, "touched", value=touched)(line),
        ),
    )
    for store in (MemoryStore(), SQLiteStore(file.with_suffix(".db"))):
        arrived = pk.Program(store)
        import_program(file, arrived)
        assert arrived.verify().whole
        arrived.close()


# -- where it does not get in


def test_a_program_with_entries_of_its_own_is_left_alone(program: pk.Program, file: Path) -> None:
    """What has begun otherwise, or is further than the file, takes nothing in."""
    other = empty(MemoryStore(), clock=lambda: NOW)
    welcome(other, 5)
    further = pk.Program(MemoryStore())
    import_program(file, further)
    further.do(pk.WelcomeParticipant(by="sam", id="p-77"))

    for there in (other, further):
        before = everything(there.store)
        with pytest.raises(StoreError, match="entries, which are not the first ones of the file"):
            import_program(file, there)
        assert everything(there.store) == before


def test_somebody_who_writes_meanwhile_is_noticed(
    program: pk.Program, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry of somebody else between two batches stops the import; nothing of it is lost."""
    monkeypatch.setattr(moving, "BATCH", 2)
    arrived = pk.Program.open(tmp_path / "program.db")
    other = pk.Program.open(tmp_path / "program.db")

    def write(_done: int, _of: int) -> None:
        other.do(pk.WelcomeParticipant(by="sam", id="p-77"))

    with pytest.raises(StoreError, match=r"Entry 3 could not be kept as it was\. Nobody"):
        import_program(file, arrived, progress=write)

    found = arrived.verify()
    assert (found.entries, found.faults) == (3, ())
    arrived.close()
    other.close()


def test_a_journal_that_does_not_hold_together_does_not_leave(
    program: pk.Program, tmp_path: Path
) -> None:
    """What was edited under the store's feet is not written into a file that looks whole."""
    entries = program.store._entries  # type: ignore[attr-defined]
    entries[3] = attrs.evolve(entries[3], body=entries[3].body.replace(CANARY, "p-1"), hash="0")

    with pytest.raises(StoreError, match=r"moved\.jsonl\.partial line 5: is no entry") as raised:
        export_program(program, tmp_path / "moved.jsonl")

    assert raised.value.__context__ is None
    assert not (tmp_path / "moved.jsonl").exists()


def test_names_that_are_taken_or_missing(program: pk.Program, file: Path, tmp_path: Path) -> None:
    """Nothing is written over, no folder is made, and what is no file is said to be none."""
    before = file.read_bytes()
    with pytest.raises(StoreError, match=r"moved\.jsonl is there already"):
        export_program(program, file)
    assert file.read_bytes() == before
    missing = tmp_path / "missing" / "moved.jsonl"
    with pytest.raises(StoreError, match=r"could not be exported to .*: No such file"):
        export_program(program, missing)
    for path, said in ((missing, "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(BadInput, match=f"{path.name}: cannot be read: {said}") as raised:
            check_export(path)
        assert raised.value.__context__ is None


def test_words_that_no_file_can_hold_stay(tmp_path: Path) -> None:
    """Half a letter cannot be written as UTF-8: an error of ours says that the export failed."""
    store = MemoryStore()
    left_by(store, (goal(1),), said=(Apart("goal/g-0001", "p-1", "s1", "Swim."),))
    (entry,) = store._entries
    half = attrs.evolve(entry.apart[0], text="\ud83d")
    store._entries[0] = attrs.evolve(entry, apart=(half,))

    with pytest.raises(StoreError, match="UnicodeEncodeError") as raised:
        export_program(pk.Program(store), tmp_path / "moved.jsonl")

    assert raised.value.__context__ is None


THING: Any = MemoryStore()
NUMBER: Any = 7


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda path: export_program(THING, path), "program: give a Program"),
        (lambda path: import_program(path, THING), "program: give a Program"),
        (lambda path: export_program(pk.Program(MemoryStore()), NUMBER), "path: give the name"),
        (lambda path: import_program(NUMBER, pk.Program(MemoryStore())), "path: give the name"),
        (lambda path: check_export(NUMBER), "path: give the name"),
        (lambda path: check_export(path, expects=NUMBER), "expects: give an Anchor"),
    ],
)
def test_what_is_no_program_or_no_path(
    wrong: Callable[[Any], object], said: str, tmp_path: Path
) -> None:
    """Each argument says what it must be."""
    with pytest.raises(BadInput, match=said):
        wrong(tmp_path / "moved.jsonl")


def test_each_entry_alone_goes_on_from_the_ones_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A noun is written anew and another taken away in batches of their own, as they were kept."""
    monkeypatch.setattr(moving, "BATCH", 1)
    store = MemoryStore()
    left_by(store, (goal(1), goal(2)))
    left_by(store, (attrs.evolve(goal(1), status=pk.GoalStatus.CANCELLED),), "g-0001")
    left_by(store, (), "g-0002", removes=(("goal", "g-0002"),))
    program = pk.Program(store)
    export_program(program, tmp_path / "moved.jsonl")
    with pk.Program.open(tmp_path / "arrived.db") as arrived:
        import_program(tmp_path / "moved.jsonl", arrived)

        same(program, arrived)
        assert [each.id for each in arrived.every(pk.Goal)] == ["g-0001"]
