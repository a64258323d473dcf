"""What can go wrong.

The whole tree (an error that carries data lives with that data, and says so here)::

    PeerkitError
    ├── BadInput           what came in does not fit: names the place, never the value
    │   ├── BadHandbook        (handbook) a book that cannot be trusted: file, key, what to do
    │   ├── NotHmis            (exchange.hmis) a folder that is not an HMIS CSV export
    │   └── NotHsds            (exchange.hsds) a folder that is not an HSDS directory
    ├── CouldNotTell       (notifiers) a notice could not be delivered now, or not to this address
    ├── KeyReused          one idempotency key, two different acts
    ├── Moved              somebody changed what a decision stood on
    ├── NotInTheModel      (simulation) a program answered what no rehearsal expects: act and clause
    ├── NotTheSame         (simulation) a study was made again, and came out otherwise
    ├── Refused            (decisions) a decision that was asked to raise
    ├── StoreError         the store could not keep or read
    │   └── NotAStore          (stores) a file or address that holds no peerkit store
    ├── WorkersLost        (simulation) those who did the work of an experiment are gone
    └── MissingExtra       an optional package is needed: says what to install

Messages name ids, fields and files. They never hold a name, a word somebody
said, or the value that was refused.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from types import UnionType

__all__ = [
    "BadInput",
    "KeyReused",
    "MissingExtra",
    "Moved",
    "PeerkitError",
    "StoreError",
    "must_be",
]


class PeerkitError(Exception):
    """The root: catch this to catch everything peerkit raises on purpose."""


class BadInput(PeerkitError, ValueError):
    """Something that came in does not fit; nothing was stored.

    ``place`` says where (``$.minutes``, ``Client.csv line 7``), ``what`` says
    what to do. Neither holds the refused value.
    """

    def __init__(self, place: str, what: str) -> None:
        self.place: str = place
        self.what: str = what
        super().__init__(f"{place}: {what}")

    def __reduce__(self) -> tuple[type[BadInput], tuple[str, str]]:
        return type(self), (self.place, self.what)


def must_be(kind: type[Any] | UnionType, value: object, place: str, what: str) -> None:
    """Refuse what is not of this kind. True is no number here, and a moment no day."""
    if not isinstance(value, kind) or isinstance(value, bool | datetime):
        raise BadInput(place, what)


@final
class KeyReused(PeerkitError):
    """The same idempotency key came with a different act."""

    def __init__(self, key: str, number: int) -> None:
        self.key: str = key
        self.number: int = number
        super().__init__(
            f"The key {key!r} already belongs to a different act, kept as entry {number}. "
            "Give the new act a key of its own."
        )

    def __reduce__(self) -> tuple[type[KeyReused], tuple[str, int]]:
        return type(self), (self.key, self.number)


@final
class Moved(PeerkitError):
    """Somebody changed what this decision stood on; read again and decide again."""

    def __init__(self, about: tuple[str, ...], seen: int) -> None:
        self.about: tuple[str, ...] = about
        self.seen: int = seen
        super().__init__(
            f"What is kept about {', '.join(about)} changed after entry {seen}. "
            "Read again and decide again."
        )

    def __reduce__(self) -> tuple[type[Moved], tuple[tuple[str, ...], int]]:
        return type(self), (self.about, self.seen)


class StoreError(PeerkitError):
    """The store could not keep or read; what it had acknowledged is untouched."""


@final
class MissingExtra(PeerkitError, ImportError):
    """An optional package is not installed; says which extra brings it."""

    def __init__(self, package: str, extra: str) -> None:
        self.package: str = package
        self.extra: str = extra
        super().__init__(f"This needs {package}. Install it with: pip install 'peerkit[{extra}]'")

    def __reduce__(self) -> tuple[type[MissingExtra], tuple[str, str]]:
        return type(self), (self.package, self.extra)
