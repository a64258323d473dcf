"""Freezes what today's form of things looks like: one of each act and noun, as they are kept.

Run it when the form is new, and never again for a form that was released: what it wrote then is
what later versions must be able to read (``tests/test_corpus.py``)::

    python scripts/freeze_corpus.py tests/corpus/form-1

Into the folder go ``program.jsonl``, the program as it is exported; ``program.db.gz``, the same in
a file; ``read.jsonl``, each act and noun as it is read today; and ``shapes.txt``, the fields of
everything that is written down. Where the folder is there already, only ``read.jsonl`` is written
anew: a new form may read an old one otherwise, and the difference is there to be reviewed.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from enum import Enum
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import attrs
from examples.a_year import Year
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import peerkit as pk
from peerkit.acts import ACTS
from peerkit.exchange.moving import export_program, import_program
from peerkit.model import NOUNS, Count, Message
from peerkit.stores import Wanted, upcasting
from peerkit.stores.writing.codec import text, write_noun
from peerkit.testing.strategies import acts

#: For how many examples of an act is looked for one that can be asked.
TRIES = 20


def shapes() -> str:
    """The fields of all that is written down, and the members of every enum in them."""
    found: dict[str, list[str]] = {}
    for act in ACTS:
        _shape(f"act {act.kind}", act, found)
    for noun in NOUNS:
        _shape(f"noun {noun.kind}", noun, found)
    for part in (Count, Message):
        _shape(part.__name__, part, found)
    lines = [f"form {upcasting.FORM}"]
    for name in sorted(found):
        lines += ["", name, *found[name]]
    return "\n".join(lines) + "\n"


def _shape(name: str, kind: Any, found: dict[str, list[str]]) -> None:
    """One class, and the classes of ours that its fields hold."""
    if name in found:
        return
    if isinstance(kind, type) and issubclass(kind, Enum):
        found[name] = [f"    {each.value}" for each in kind]
        return
    found[name] = []
    for field in attrs.fields(attrs.resolve_types(kind)):
        needed = "" if field.default is attrs.NOTHING else " (may be missing)"
        private = ", private" if "private" in field.metadata else ""
        found[name].append(f"    {field.name}: {_named(field.type)}{needed}{private}")
        for part in _parts(field.type):
            _shape(part.__name__, part, found)


def _named(kind: Any) -> str:
    """A type as it is written, without the modules it comes from."""
    args = get_args(kind)
    if not args:
        return getattr(kind, "__name__", str(kind))
    if getattr(kind, "__origin__", None) is tuple:
        return f"several {_named(args[0])}" if args[-1] is Ellipsis else _both(args)
    return " or ".join("nothing" if each is type(None) else _named(each) for each in args)


def _both(args: tuple[Any, ...]) -> str:
    return "(" + ", ".join(map(_named, args)) + ")"


def _parts(kind: Any) -> Iterator[Any]:
    """The classes of ours in a type."""
    for each in get_args(kind) or (kind,):
        if get_args(each):
            yield from _parts(each)
        elif isinstance(each, type) and (attrs.has(each) or issubclass(each, Enum)):
            yield each


def corpus() -> pk.Program:
    """A program that was asked each act and holds each noun: a year, and what it leaves out."""
    year = Year()
    with redirect_stdout(StringIO()):
        year.tell()
    program = year.program
    asked = {entry.act for entry in program.journal()}
    for kind in ACTS:
        if kind.kind not in asked:
            _ask(program, kind)
    missing = [kind.kind for kind in NOUNS if not program.store.count(Wanted(kind))]
    if missing:
        raise SystemExit(f"No noun of these kinds is in the corpus: {', '.join(missing)}")
    return program


def _ask(program: pk.Program, kind: type[pk.Act]) -> None:
    """Ask one act of this kind, whatever the answer."""

    @seed(1)
    @settings(
        max_examples=TRIES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(acts(kind, key=st.none()))
    def look(act: pk.Act) -> None:
        found.append(act)

    found: list[pk.Act] = []
    look()
    for act in reversed(found):
        try:
            program.do(act)
        except pk.PeerkitError:
            continue
        return
    raise SystemExit(f"No {kind.kind} could be asked.")


def read(program: pk.Program) -> Iterator[str]:
    """The first entry of each act, and each noun, as they are read today."""
    seen = set()
    for entry in program.journal():
        if entry.act not in seen:
            seen.add(entry.act)
            yield text({"number": entry.number, **entry.read()["act"]})
    for kind in NOUNS:
        for noun in program.every(kind):
            yield write_noun(noun)


def main(folder: Path) -> None:
    """Write the four files of a form into a new folder, or into an old one what is read of it."""
    if not folder.exists():
        freeze(folder)
    program = pk.Program.open(":memory:")
    import_program(folder / "program.jsonl", program)
    lines = "".join(f"{line}\n" for line in read(program))
    (folder / "read.jsonl").write_text(lines, "utf-8")
    print(f"{folder}: {program.verify().entries} entries")


def freeze(folder: Path) -> None:
    """Write what must never change again."""
    folder.mkdir(parents=True)
    program = corpus()
    export_program(program, folder / "program.jsonl")
    (folder / "program.jsonl").chmod(0o644)
    with TemporaryDirectory() as working, pk.Program.open(f"{working}/program.db") as copy:
        import_program(folder / "program.jsonl", copy)
        copy.backup(f"{working}/copy.db")
        packed = gzip.compress(Path(working, "copy.db").read_bytes(), mtime=0)
    (folder / "program.db.gz").write_bytes(packed)
    (folder / "shapes.txt").write_text(shapes(), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
