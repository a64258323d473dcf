"""What holds of every refusal: where and what, and no word of the document."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

import peerkit as pk

#: A bird that sings in every document, whatever else was said there.
BIRD: Final = "Zebrafinch"
PLACE: Final = re.compile(r"\$(\.[a-z_]+|\[[0-9]+\])*")

#: Reads one wrong document, checks what came of it, and says what that was.
Reader: TypeAlias = Callable[[int, bytes], str]


def untied(error: pk.BadInput) -> str:
    """The kind of error; it says where and what, and ties no other error to itself."""
    assert error.place
    assert error.what
    assert (error.__cause__, error.__context__) == (None, None)
    assert not getattr(error, "__notes__", [])
    return type(error).__name__


def clean(error: pk.BadInput, is_place: Callable[[str], object]) -> str:
    """The kind of error; its place is one of ours, and it shows no word of the document."""
    assert is_place(error.place), "the place is none"
    assert BIRD not in f"{error!s}{error!r}{error.args}{vars(error)}"
    return untied(error)
