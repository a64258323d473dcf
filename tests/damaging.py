"""Damages to an SQLite file: each has a number, and the number makes it again.

The program that is damaged was written for the half when its file was closed, and for the other
half while it stayed open: so a copy of it is cold, or hot with a log beside it. What everybody
could read of it after each of its entries is the truth that a damaged copy is compared with.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final, TypeAlias

import attrs

import peerkit as pk
from peerkit.model import NOUNS
from peerkit.stores import Delivery, Order, Wanted
from peerkit.stores.sqlite import SQLiteStore
from peerkit.testing.pieces import settled
from tests.ordinary import EARLIER, FIRST_ACTS, HANDBOOK, NOW, empty, report, welcome

#: What everybody can read: each question, and its answer.
Answers: TypeAlias = dict[str, Any]
Blow: TypeAlias = Callable[[Random, Path], None]

PAGE: Final = 4096
#: The columns that an entry says nothing of: what became of a message, and who has it now.
UNTOLD_OF: Final = {"delivery", "due", "attempts", "way", "lease", "token", "settled"}
#: Every id that is in the program, or could be.
IDS: Final = ("ana", "bo", "sam", "coordinator", "p-7", "p-8", "p-9", "m-1", "ag-1", "g-1", "g-2")
ABOUT: Final = ("goal/g-1", "goal/g-2", *(f"session/s-{each}" for each in range(12)))
KEYS: Final = ("first", "second")


def _talk(number: int, **how: Any) -> pk.ReportSession:
    """A session with a note; every third crosses a boundary, and somebody is told of it."""
    done = "therapy" if number % 3 == 2 else "listen"
    told: dict[str, Any] = {
        "id": f"s-{number}",
        "minutes": 20,
        "starts": EARLIER - timedelta(days=number),
        "form": pk.SessionForm.AD_HOC,
        "activities": (pk.Activity(id=done),),
        "note": pk.Words(f"We sat by the river, and the heron came {number} times."),
    }
    return report(**told | how)


def _goal(number: int) -> pk.SetGoal:
    words = pk.Words(f"I want to swim {number} lengths before the summer is over.")
    return pk.SetGoal(by="p-7", id=f"g-{number}", participant="p-7", words=words)


EARLY: Final[tuple[pk.Act, ...]] = (
    *FIRST_ACTS,
    _goal(1),
    _talk(0, key="first"),
    *map(_talk, (1, 2, 3, 4)),
    pk.ProposeMatch(by="coordinator", id="m-2", peer="ana", participant="nobody"),
    pk.ForgetPerson(by="p-8", id="p-8", why=pk.WhyForgotten.ASKED),
)
LATE: Final[tuple[pk.Act, ...]] = (
    welcome(),
    pk.WelcomeParticipant(by="coordinator", id="p-9"),
    _goal(2),
    _talk(5, key="second"),
    *map(_talk, (6, 7, 8)),
    _talk(9),
)


@attrs.frozen
class Truth:
    """A program in two copies, what could be read after each step of its life, and its anchor."""

    cold: Path
    hot: Path
    states: tuple[Answers, ...]
    anchor: pk.Anchor

    @property
    def now(self) -> Answers:
        """What can be read of the program as it is."""
        return self.states[-1]


def answers(store: pk.Store) -> tuple[Answers, list[str]]:
    """Everything that can be read, question by question, and the questions that were refused."""
    found: Answers = {}
    refused = []
    for name, ask in _questions(store):
        try:
            found[name] = ask()
        except pk.StoreError:
            refused.append(name)
    return found, refused


def _questions(store: pk.Store) -> Iterator[tuple[str, Callable[[], Any]]]:
    yield "the journal", lambda: [*store.journal()]
    yield "the books", lambda: sorted(map(_shown, store.books()))
    yield "the outbox", store.outbox
    yield "what waits", lambda: [*store.posted(Delivery.WAITING)]
    for kind in NOUNS:
        yield f"every {kind.kind}", partial(store.find, Wanted(kind))
        yield f"how many {kind.kind}", partial(store.count, Wanted(kind))
    for newest in (pk.Session, pk.Concern):
        wanted = Wanted(newest, order=Order.NEWEST)
        yield f"the newest {newest.kind}", partial(store.find, wanted)
    for id_ in IDS:
        yield f"how {id_} stands", partial(_standing, store, id_)
        yield f"the history of {id_}", partial(_history, store, id_)
        yield f"the sessions of {id_}", partial(store.find, Wanted(pk.Session, about=id_))
    for about in ABOUT:
        yield f"the words of {about}", partial(store.apart, about)
    for key in KEYS:
        yield f"what was answered to {key}", partial(_answered, store, key)


def _shown(each: Any) -> str:
    return repr(attrs.astuple(each))


def _standing(store: pk.Store, id_: str) -> Any:
    found = store.view((id_,), NOW.date(), NOW)
    return found.view.nouns, sorted(found.view.tallies.items()), found.versions


def _history(store: pk.Store, id_: str) -> list[pk.Entry]:
    return [*store.journal(about=id_)]


def _answered(store: pk.Store, key: str) -> Any:
    return store.view((), NOW.date(), NOW, key).earlier


def made(folder: Path) -> Truth:
    """The program, its copies, and the truth."""
    for each in ("open", "cold", "hot"):
        (folder / each).mkdir()
    path, cold, hot = folder / "open" / "program.db", folder / "cold", folder / "hot"
    salts = iter(range(1000))
    states = []
    with empty(SQLiteStore(path), salt=lambda: f"salt-{next(salts)}") as program:
        states.append(answers(program.store)[0])
        for act in EARLY:
            program.do(act)
            states.append(answers(program.store)[0])
    shutil.copy(path, cold / "older.db")
    with empty(SQLiteStore(path), salt=lambda: f"salt-{next(salts)}") as program:
        for act in LATE:
            program.do(act)
            states.append(answers(program.store)[0])
        for token in ("t-1", "t-2"):
            (given,) = program.store.take(1, NOW, NOW + timedelta(minutes=5), token)
            states.append(answers(program.store)[0])
            program.store.settle((settled(given),), NOW, token)
            states.append(answers(program.store)[0])
        for file in path.parent.iterdir():
            shutil.copy(file, hot)
        anchor = program.anchor()
    shutil.copy(path, cold)
    return Truth(cold, hot, tuple(states), anchor)


# -- blows to the bytes of a file


def _flip(random: Random, path: Path) -> None:
    raw = bytearray(path.read_bytes())
    for _ in range(random.choice((1, 1, 2, 8))):
        raw[random.randrange(len(raw))] ^= 1 << random.randrange(8)
    path.write_bytes(raw)


def _flip_what_is_said(random: Random, path: Path) -> None:
    """Another letter or digit in the place of one: no form is broken by it."""
    raw = bytearray(path.read_bytes())
    letters = [at for at, each in enumerate(raw) if chr(each).isalnum() and each < 128]
    for _ in range(random.choice((1, 1, 3))):
        at = random.choice(letters)
        raw[at] = ord(random.choice("0123456789" if chr(raw[at]).isdigit() else "aemnoprst"))
    path.write_bytes(raw)


def _cut(random: Random, path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: random.randrange(len(raw))])


def _cut_at_a_page(random: Random, path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: PAGE * random.randrange(len(raw) // PAGE)])


def _empty_page(random: Random, path: Path) -> None:
    raw = bytearray(path.read_bytes())
    at = PAGE * random.randrange(len(raw) // PAGE)
    raw[at : at + PAGE] = bytes(PAGE)
    path.write_bytes(raw)


def _swap_pages(random: Random, path: Path) -> None:
    raw = bytearray(path.read_bytes())
    one, other = (PAGE * each for each in random.sample(range(len(raw) // PAGE), 2))
    raw[one : one + PAGE], raw[other : other + PAGE] = (
        raw[other : other + PAGE],
        raw[one : one + PAGE],
    )
    path.write_bytes(raw)


def _lost_write(random: Random, path: Path) -> None:
    """One page is as it was before the last half: the disk said that it had written it."""
    raw = bytearray(path.read_bytes())
    older = path.with_name("older.db").read_bytes()
    at = PAGE * random.randrange(min(len(raw), len(older)) // PAGE)
    raw[at : at + PAGE] = older[at : at + PAGE]
    path.write_bytes(raw)


def _garbage_tail(random: Random, path: Path) -> None:
    path.write_bytes(path.read_bytes() + random.randbytes(random.choice((1, 100, PAGE, 9999))))


# -- blows to its rows


def unguarded(path: Path, *statements: str) -> int:
    """Do this with the guards taken away, and put them back; how many rows it touched."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        guards = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        before = db.total_changes
        for each in statements:
            db.execute(each)
        touched = db.total_changes - before
        for _, sql in guards:
            db.execute(sql)
        return touched


def _row(random: Random, path: Path) -> tuple[str, list[Any]]:
    """A table, and the columns of it with their types and whether they are of its key."""
    with closing(sqlite3.connect(path)) as db:
        tables = [
            name
            for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            if db.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()  # noqa: S608 - our own names
        ]
        table = random.choice(tables)
        return table, db.execute(f"PRAGMA table_info({table})").fetchall()


def _one_of(random: Random, path: Path, table: str, columns: list[Any]) -> str:
    """What is so of one row only."""
    key = [name for _, name, _, _, _, in_key in columns if in_key]
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute(f"SELECT {','.join(key)} FROM {table}").fetchall()  # noqa: S608 - our own names
    row = random.choice(rows)
    return " AND ".join(f"{name} = {each!r}" for name, each in zip(key, row, strict=True))


def _delete_row(random: Random, path: Path) -> None:
    table, columns = _row(random, path)
    where = _one_of(random, path, table, columns)
    unguarded(path, f"DELETE FROM {table} WHERE {where}")  # noqa: S608 - our own names


def _edit_row(random: Random, path: Path) -> None:
    table, columns = _row(random, path)
    where = _one_of(random, path, table, columns)
    _, name, kind, *_ = random.choice([each for each in columns if each[1] not in UNTOLD_OF])
    value = {
        "INTEGER": f"{name} + {random.choice((1, -1, 1000))}",
        "TEXT": random.choice((f"{name} || 'x'", f"replace({name}, 'a', 'e')", "'ana'", "''")),
    }[kind]
    unguarded(path, f"UPDATE OR REPLACE {table} SET {name} = {value} WHERE {where}")  # noqa: S608 - our own names


_MAIN: Final[tuple[Blow, ...]] = (
    _flip,
    _flip_what_is_said,
    _cut,
    _cut_at_a_page,
    _empty_page,
    _swap_pages,
    _garbage_tail,
)


def _on_the_log(blow: Blow) -> Blow:
    def struck(random: Random, path: Path) -> None:
        blow(random, path.with_name("program.db-wal"))

    struck.__name__ = f"{blow.__name__} of the log"
    return struck


def _on_the_index(random: Random, path: Path) -> None:
    _flip(random, path.with_name("program.db-shm"))


def _no_log(random: Random, path: Path) -> None:
    path.with_name(random.choice(("program.db-wal", "program.db-shm"))).unlink()


#: What is done to a cold copy, and to a hot one.
COLD: Final[tuple[Blow, ...]] = (
    *_MAIN,
    _lost_write,
    _flip_what_is_said,
    _delete_row,
    _edit_row,
    _delete_row,
    _edit_row,
)
HOT: Final[tuple[Blow, ...]] = (
    *_MAIN,
    *map(_on_the_log, (_flip, _flip_what_is_said, _cut, _cut_at_a_page, _empty_page)),
    *(_on_the_log(_swap_pages), _on_the_log(_garbage_tail), _on_the_index, _no_log),
)
EVERY: Final = (*(("cold", each) for each in COLD), *(("hot", each) for each in HOT))


def named(seed: int) -> str:
    """What the damage of this number is."""
    copy, blow = EVERY[seed % len(EVERY)]
    return f"damage {seed}: {copy}, {blow.__name__.strip('_').replace('_', ' ')}"


def damaged(truth: Truth, seed: int, folder: Path) -> Path:
    """A copy of the program with the damage of this number."""
    copy, blow = EVERY[seed % len(EVERY)]
    shutil.rmtree(folder / "damaged", ignore_errors=True)
    path = shutil.copytree(getattr(truth, copy), folder / "damaged") / "program.db"
    blow(Random(seed), path)
    return Path(path)


def outcome(truth: Truth, path: Path) -> str:
    """What came of it: one word, or what was wrong and nobody said so."""
    try:
        with pk.Program(SQLiteStore(path), handbook=HANDBOOK, clock=lambda: NOW) as program:
            return _judged(truth, program)
    except pk.StoreError:
        return "refused"
    except Exception as error:  # noqa: BLE001 - whatever else comes out is what we look for
        return f"silent: {type(error).__name__} came out"


def _judged(truth: Truth, program: pk.Program) -> str:
    found, refused = answers(program.store)
    if program.verify().faults:
        return "reported"
    if refused:
        return f"silent: {refused[0]} is refused, and verify finds nothing"
    if found == truth.now:
        return "harmless"
    if found not in truth.states:
        wrong = next(name for name, each in truth.now.items() if found[name] != each)
        return f"silent: {wrong} is answered wrongly"
    if program.verify(truth.anchor).faults:
        return "older"
    told_again = found["the journal"] == truth.now["the journal"]
    return "told again" if told_again else "silent: an older state, and the anchor fits"
