"""What every older peerkit wrote is still read, and no form changes without a new number."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from scripts.freeze_corpus import read, shapes

import peerkit as pk
from peerkit.acts import ACTS
from peerkit.exchange.moving import check_export, export_program, import_program
from peerkit.model import NOUNS
from peerkit.stores import upcasting
from peerkit.stores.memory import MemoryStore
from peerkit.testing.pieces import everything

CORPUS = Path(__file__).parent / "corpus"
FORMS = {int(each.name.removeprefix("form-")): each for each in CORPUS.glob("form-*")}
TODAY = FORMS[max(FORMS)]


def opened(form: int, folder: Path) -> pk.Program:
    """The frozen file of this form, in a place where it may be written to."""
    path = folder / f"form-{form}.db"
    path.write_bytes(gzip.decompress((FORMS[form] / "program.db.gz").read_bytes()))
    return pk.Program.open(path)


@pytest.mark.parametrize("form", FORMS)
def test_a_frozen_file_opens_and_reads_as_it_should(form: int, tmp_path: Path) -> None:
    """It verifies whole, and each act and noun in it is what it was, told in today's form."""
    with opened(form, tmp_path) as program:
        assert program.verify().faults == ()
        expected = (FORMS[form] / "read.jsonl").read_text("utf-8").splitlines()
        assert list(read(program)) == expected
        before = everything(program.store)
        assert program.do(pk.WelcomeParticipant(by="sam", id="p-after-all")).allowed
        assert program.verify().whole
    in_memory = pk.Program(MemoryStore())
    import_program(FORMS[form] / "program.jsonl", in_memory)
    assert everything(in_memory.store) == before


@pytest.mark.parametrize("form", FORMS)
def test_a_frozen_export_moves_in_and_out_unchanged(form: int, tmp_path: Path) -> None:
    """Hashes, texts and what waits: an export of what moved in is the same file again."""
    frozen = FORMS[form] / "program.jsonl"
    with pk.Program.open(tmp_path / "program.db") as program:
        assert import_program(frozen, program) == check_export(frozen)
        assert program.verify().faults == ()
        export_program(program, tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == frozen.read_bytes()


def test_the_forms_are_numbered_up_to_today() -> None:
    """Each form has its folder, and the last one is the form in which things are written."""
    assert sorted(FORMS) == list(range(1, upcasting.FORM + 1))
    assert {form for _, form in upcasting.STEPS} <= set(range(1, upcasting.FORM))


def test_nothing_that_is_written_changes_its_shape_without_a_new_form() -> None:
    """Another field, type or code is another form: older ones must say what becomes of them."""
    frozen = (TODAY / "shapes.txt").read_text("utf-8")

    assert shapes() == frozen, (
        "What is written down has another shape than in the newest form of tests/corpus. If that "
        "form was released, give stores/upcasting.py a new FORM and the steps to it, and freeze it "
        "in a folder of its own. If not, freeze it again: take its folder away, and run "
        "scripts/freeze_corpus.py."
    )


def test_one_of_each_is_in_the_corpus() -> None:
    """Every act that can be asked and every noun there is has been written down once."""
    program = pk.Program(MemoryStore())
    import_program(TODAY / "program.jsonl", program)

    assert {entry.act for entry in program.journal()} >= {kind.kind for kind in ACTS}
    for kind in NOUNS:
        assert program.find(kind, limit=1).items, kind.kind
