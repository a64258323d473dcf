"""What an operator should know of a place where a program is kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

import attrs

from peerkit.errors import StoreError

__all__ = ["Advice", "Examined", "Looked", "looked_at", "others_may"]

#: Looks at one thing, and says what is to be known of it.
Looked = Callable[[], Iterable["Advice"]]
#: What the system may say where something cannot be looked at.
_CLOSED: Final = (StoreError, OSError, ValueError)


@attrs.frozen
class Advice:
    """Something to know of the place where a program is kept: what, why it matters, what to do."""

    what: str
    why: str
    do: str

    def __str__(self) -> str:
        return f"{self.what} {self.why} {self.do}"


@runtime_checkable
class Examined(Protocol):
    """A store that can say what is to be known of its place. It need not be."""

    def advice(self) -> Iterator[Advice]:
        """What to know, one thing after the other. Whatever cannot be looked at is said too."""
        ...


def looked_at(looks: dict[str, Looked]) -> Iterator[Advice]:
    """What each of these says. One that cannot be done is said, and the others go on."""
    for what, look in looks.items():
        found: list[Advice] = []
        failed = False
        try:
            found += look()
        except _CLOSED:
            failed = True
        yield from found
        if failed:
            yield Advice(
                f"Nobody could look at {what}.",
                "Something may be wrong with it.",
                "Open the program anew as somebody who may read there, and ask again.",
            )


def others_may(path: str, bits: int) -> bool:
    """Whether somebody else than its owner may do this; where a system has no modes, nobody."""
    return os.name == "posix" and bool(Path(path).stat().st_mode & bits)
