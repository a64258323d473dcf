"""Documents that are wrong in every way: one of our errors, no word of theirs, nothing stored.

``PEERKIT_BAD_DOCUMENTS`` says how many. A failure names its document: run
``PEERKIT_BAD_DOCUMENT="acts in memory mutant 7" pytest tests/test_bad_documents.py`` again.
"""

from __future__ import annotations

import os
import traceback
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

import peerkit as pk
from tests.doors import DOORS

pytestmark = pytest.mark.once


DOCUMENTS: Final = int(os.environ.get("PEERKIT_BAD_DOCUMENTS", "3000"))
ONLY: Final = os.environ.get("PEERKIT_BAD_DOCUMENT", "")


@pytest.mark.parametrize("name", DOORS)
def test_what_is_sound_is_read(name: str, tmp_path: Path) -> None:
    """Or every refusal below would mean nothing."""
    family = DOORS[name].family()
    with DOORS[name].opened(tmp_path) as read:
        outcomes = {read(which, raw) for which, raw in enumerate(family.sound)}

    assert outcomes <= {"read", *pk.Verdict.__members__}


@pytest.mark.parametrize("name", DOORS)
def test_a_name_makes_its_document_again(name: str) -> None:
    """So that a failure can be looked at again."""
    family = DOORS[name].family()
    names = [*family.names(20)]

    assert [*map(family.made, names)] == [*map(family.made, names)]
    assert len({family.made(each) for each in names}) > 10


@pytest.mark.parametrize("name", DOORS)
def test_what_is_wrong_is_refused_by_an_error_of_ours(name: str, tmp_path: Path) -> None:
    """No other error comes out, no word of the document is in it, and nothing is stored."""
    door, family = DOORS[name], DOORS[name].family()
    names = [*family.names(DOCUMENTS * door.share // 100)]
    if ONLY:
        names = [ONLY] if ONLY.startswith(f"{name} ") else []
    outcomes: Counter[str] = Counter()
    failed: dict[str, str] = {}
    with door.opened(tmp_path) as read:
        for each in sorted(names, key=lambda each: family.made(each)[0]):
            try:
                outcomes[read(*family.made(each))] += 1
            except Exception as error:
                if ONLY:
                    raise
                failed.setdefault(traceback.format_exception(error)[-2], each)
    print(name, dict(outcomes))  # noqa: T201 - what `pytest -s` is asked for

    assert not failed, "\n".join(
        f'PEERKIT_BAD_DOCUMENT="{each}"\n{at}' for at, each in failed.items()
    )
    assert ONLY or 0 < outcomes[door.refused] < outcomes.total() == len(names)
