"""Damage to the file is refused, reported or harmless; an older state is noticed by an anchor."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from typing import TYPE_CHECKING

import pytest

import peerkit as pk
from peerkit.stores.sqlite import SQLiteStore
from tests.damaging import EVERY, Truth, damaged, made, named, outcome, unguarded
from tests.ordinary import NOW

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once


#: How many damages. Each has a number, which makes it again: ``PEERKIT_DAMAGE=17`` alone.
ROUNDS = int(os.environ.get("PEERKIT_DAMAGES", "58"))
ALONE = os.environ.get("PEERKIT_DAMAGE")


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    """A program, in a cold copy and a hot one."""
    return made(tmp_path_factory.mktemp("damage"))


def test_nothing_wrong_is_answered_in_silence(truth: Truth, tmp_path: Path) -> None:
    """Of each damage: an error, a fault that verify lists, no difference, or an older state."""
    seeds = range(ROUNDS) if ALONE is None else [int(ALONE)]
    found = {seed: outcome(truth, damaged(truth, seed, tmp_path)) for seed in seeds}
    counts = Counter(each.partition(":")[0] for each in found.values())

    print(", ".join(f"{count} {each}" for each, count in sorted(counts.items())))  # noqa: T201 - the figures of a large run
    silent = {named(seed): each for seed, each in found.items() if each.startswith("silent")}
    assert not silent
    if len(seeds) >= 2 * len(EVERY):
        assert {"refused", "reported", "harmless", "older"} <= counts.keys()


def edited(truth: Truth, folder: Path, *statements: str) -> Path:
    """A cold copy in which this was done with the guards taken away."""
    path = folder / "program.db"
    shutil.copy(truth.cold / "program.db", path)
    assert unguarded(path, *statements)
    return path


def test_what_nobody_noticed_is_called_silent(
    truth: Truth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge of all this is no friend: where verify sees nothing, it is the one to say so."""
    path = edited(truth, tmp_path, "UPDATE peerkit_tally SET value = 7 WHERE what = 'walking'")
    assert outcome(truth, path) == "reported"

    nothing = pk.Verified(22, "")
    monkeypatch.setattr(pk.Program, "verify", lambda *_: nothing)
    assert outcome(truth, path) == "silent: the books is answered wrongly"
    assert outcome(truth, truth.cold / "program.db") == "harmless"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE peerkit_noun SET id = 'zzz' WHERE id = 's-1'",
        "UPDATE peerkit_noun SET kind = 'goal' WHERE id = 's-1'",
    ],
)
def test_a_noun_in_the_row_of_another_is_refused(
    truth: Truth, tmp_path: Path, statement: str
) -> None:
    """Else one that is asked for by its place would be read from there again and again."""
    path = edited(truth, tmp_path, statement)
    with pk.Program(SQLiteStore(path), clock=lambda: NOW) as program:
        with pytest.raises(pk.StoreError, match=r"that does not fit: \$\.id"):
            assert [*program.every(pk.Session), *program.every(pk.Goal)]
        assert not program.verify().whole


@pytest.mark.parametrize("rows", [[(3, "", "")], [("4", "", "")], [(4, "", None)]])
def test_rows_that_lead_nowhere_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[tuple[object, ...]]
) -> None:
    """A damaged index may lead back to where one comes from, and a damaged row hold anything."""
    with pk.Program(SQLiteStore(tmp_path / "program.db")) as program:
        monkeypatch.setattr(SQLiteStore, "_ask", lambda *_: rows)
        with pytest.raises(pk.StoreError, match="is damaged: its rows are not what was written"):
            next(program.journal(3))


@pytest.mark.parametrize(
    ("order", "after"), [(None, "s-5"), (None, "s-6"), (pk.Order.NEWEST, "newest 2026-10-01 s-5")]
)
def test_a_page_that_leads_back_is_refused(
    truth: Truth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: pk.Order, after: str
) -> None:
    """Whoever reads page after page comes to an end."""
    path = edited(truth, tmp_path, "UPDATE peerkit_program SET writing = 0")
    with pk.Program(SQLiteStore(path), clock=lambda: NOW) as program:
        ask = program.store._ask  # type: ignore[attr-defined]  # as SQLite would answer
        rows = ask("SELECT kind, id, n, body, 0 FROM peerkit_noun WHERE id = 's-5'", ())
        monkeypatch.setattr(program.store, "_ask", lambda *_: rows)
        with pytest.raises(pk.StoreError, match="is damaged: its rows are not in their order"):
            program.find(pk.Session, order=order, after=after)
