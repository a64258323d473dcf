"""A program as a file of lines: how each is written, and whether a file is whole.

**The form.** UTF-8, one JSON object a line, each ended by a newline:

1. ``{"peerkit":"program","form":2,"words":true}``.
2. Each entry of the journal, from the first to the last:
   ``{"hash":"…","entry":{…}}``. The entry is the very text that was hashed. Where texts of
   it lie apart, they stand before it: ``"apart":[["goal/g-1","p-1","salt","text"]]``.
3. What became of the messages, oldest first, some hundreds a line:
   ``{"outbox":[["12/0","waiting","2026-11-03T09:00:00+00:00",2,"email"]]}``. That is the key, what
   became of it (``waiting``, ``told``, ``cancelled`` or ``given-up``), before when it is not told
   (or ``null``), how often it was tried, and over which channel. No message lacks its row.
4. ``{"entries":2,"head":"…","sha256":"…"}``: how many entries there are, the hash of the last
   one, and the SHA-256 of everything above this line.

So ``head -n -1 FILE | sha256sum`` gives what the last line says.

The first form has only the keys of the messages that wait, ``{"waiting":["12/0"]}``: all others
have been told. It is read, and no longer written.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.exchange.program_outbox import FORM, OUTBOX, row_of
from peerkit.stores import GENESIS, Apart, Delivery, Entry, Posted, Settled
from peerkit.stores.checking.anchors import Anchor
from peerkit.stores.writing.codec import text

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = [
    "FILE",
    "Became",
    "Checked",
    "Exported",
    "Lines",
    "checked",
    "entry_line",
    "first_line",
    "last_line",
    "named",
    "opened",
    "outbox_lines",
]

#: What is said where a path is none.
FILE: Final = "give the name of a file"
#: The longest line that is read, in bytes.
MOST: Final = 16 * 1024 * 1024
#: How every first line begins, and the marks that some programs put before a text.
_BEGINS: Final = b'{"peerkit":"program",'
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
#: The key of a message: its entry, and its position there.
_KEY: Final = re.compile(r"([1-9][0-9]{0,17})/(0|[1-9][0-9]{0,17})")
#: How many messages one line has.
_MESSAGES: Final = 500
#: Where the parts of an entry's line stand: the hash has 64 digits.
_HASH: Final = slice(9, 73)
_NEXT: Final = slice(73, 83)
_REST: Final = 83
_ENTRY: Final = '"entry":'
_DECODE: Final = json.JSONDecoder().raw_decode


@attrs.frozen
class Exported:
    """What a file of a program holds.

    ``head`` is the hash of the last of its ``entries``; ``words`` says whether the texts that
    lie apart are in it; ``sha256`` is the checksum in its last line. ``came`` is how many of the
    entries an import brought in now, and says nothing of the file.
    """

    entries: int
    head: str
    words: bool
    sha256: str
    came: int = attrs.field(default=0, eq=False)


def first_line(*, words: bool, form: int = FORM) -> bytes:
    """What a file begins with."""
    return _line({"peerkit": "program", "form": form, "words": words})


def entry_line(entry: Entry, *, words: bool) -> bytes:
    """One entry, with its texts apart where they are wanted."""
    apart = ""
    if words and entry.apart:
        texts = [[each.about, each.owner, each.salt, each.text] for each in entry.apart]
        apart = f'"apart":{text(texts)},'
    return f'{{"hash":"{entry.hash}",{apart}"entry":{entry.body}}}\n'.encode()


def outbox_lines(posted: Iterator[Posted]) -> Iterator[bytes]:
    """What became of the messages."""
    while some := [row_of(each) for each in islice(posted, _MESSAGES)]:
        yield _line({"outbox": some})


def last_line(lines: Lines) -> bytes:
    """What a file ends with."""
    sealed = lines.digest.hexdigest()
    return _line({"entries": lines.number, "head": lines.head, "sha256": sealed})


def _line(value: dict[str, Any]) -> bytes:
    return f"{text(value)}\n".encode()


def _object(line: bytes) -> dict[str, Any]:
    """One line as a table, empty where it is none."""
    try:
        value = json.loads(line)
        same = type(value) is dict and _line(value) == line
    except (ValueError, RecursionError):
        return {}
    return value if same else {}


@attrs.define
class Lines:
    """The lines of a file, as far as they were read or written: each must follow the last one.

    ``name`` is the file's, for what is said of it. ``at`` counts lines, ``place`` says at which
    byte the line begins; ``number`` and ``head`` are those of the last entry; ``form`` is the
    file's.
    """

    name: str
    form: int = FORM
    at: int = 0
    place: int = 0
    number: int = 0
    head: str = GENESIS
    _length: int = 0
    digest: Any = attrs.field(factory=sha256)

    def refused(self, what: str) -> BadInput:
        """The error that says what is wrong with this line."""
        return BadInput(f"{self.name} line {self.at}", what)

    def next(self, file: BinaryIO) -> bytes:
        """The next whole line; empty at the end."""
        return self._whole(self._line(file))

    def _line(self, file: BinaryIO) -> bytes:
        """The next line as it is. Bounded, whatever comes in."""
        self.at += 1
        self.place += self._length
        line = file.readline(MOST + 1)
        self._length = len(line)
        if len(line) > MOST:
            raise self.refused(f"is longer than {MOST} bytes, so it is none of ours")
        return line

    def _whole(self, line: bytes) -> bytes:
        """The same line, which must have the end that it was written with."""
        if line.endswith(b"\r\n"):
            raise self.refused(
                "ends with CR and LF: its ends were changed on the way; copy it anew"
            )
        if line and not line.endswith(b"\n"):
            raise self.refused("is cut; export it again")
        return line

    def add(self, line: bytes) -> None:
        """The checksum goes on."""
        self.digest.update(line)

    def begin(self, file: BinaryIO) -> bool:
        """Read the first line: whether the texts apart are in the file."""
        line = self._line(file)
        if line.startswith(_MARKS):
            raise self.refused("begins with a byte order mark: it was saved anew; copy it again")
        if _BEGINS.startswith(line[: len(_BEGINS)]):
            self._whole(line)
        found = _object(line)
        form = found.get("form")
        if found.get("peerkit") != "program" or type(form) is not int:
            raise self.refused("is not the first line of a program that peerkit exported")
        if form > FORM:
            raise self.refused("was written by a newer peerkit; install that one")
        words = found.get("words")
        if form not in OUTBOX or line != first_line(words=words is True, form=form):
            raise self.refused("is not as peerkit writes it")
        self.form = form
        self.add(line)
        return words is True

    def follow(self, line: bytes) -> Entry:
        """The entry in this line, which must be the next one."""
        entry = self._entry(line)
        if sha256(entry.body.encode()).hexdigest() != entry.hash:
            raise self.refused("holds an entry that does not match its hash: it was changed")
        self._linked(entry)
        self.add(line)  # of a line that does not fit, nothing is added
        return entry

    def again(self, line: bytes) -> Entry:
        """The entry in this line of a file that was checked. Who keeps it hashes it: not here."""
        return self._linked(self._entry(line))

    def _linked(self, entry: Entry) -> Entry:
        """The same entry, which must be the next one."""
        if not entry.body.startswith(f'{{"n":{entry.number},"prev":"{self.head}",'):
            raise self.refused(
                f"does not hold entry {entry.number}, linked to the one before it: "
                "a line is missing, doubled, or in another place"
            )
        self.number, self.head = entry.number, entry.hash
        return entry

    def _entry(self, line: bytes) -> Entry:
        """The entry as it stands, before anything is compared."""
        try:
            found = line.decode()
        except UnicodeDecodeError:
            found = ""
        start = _REST
        apart: tuple[Apart, ...] = ()
        if found[_NEXT] == '","apart":':
            apart, start = self._apart(found)
        elif found[_NEXT] != f'",{_ENTRY}':
            raise self.refused("is no entry of a program in UTF-8")
        return Entry(self.number + 1, found[_HASH], found[start:-2], apart)

    def _apart(self, found: str) -> tuple[tuple[Apart, ...], int]:
        """The texts apart of a line, and where its entry begins."""
        try:
            texts, end = _DECODE(found, _REST)
        except (ValueError, RecursionError):
            texts, end = None, 0
        start = end + 1 + len(_ENTRY)
        if (
            type(texts) is list
            and all(type(row) is list and [*map(type, row)] == [str] * 4 for row in texts)
            and found[end:start] == f",{_ENTRY}"
        ):
            return tuple(Apart(*row) for row in texts), start
        raise self.refused("has texts apart that are not as peerkit writes them")

    def became(self, line: bytes) -> list[Settled]:
        """What became of the messages in this line; nothing where it is another line."""
        name, read = OUTBOX[self.form]
        if not line.startswith(f'{{"{name}":'.encode()):
            return []
        rows = _object(line).get(name)
        found: list[Settled] = []
        if type(rows) is list:
            with suppress(ValueError, TypeError, OverflowError):
                found = [*map(read, rows)]
        if not found:
            raise self.refused("is not as peerkit writes what became of messages")
        self.add(line)
        return found

    def later(self, key: str, last: tuple[int, int]) -> tuple[int, int]:
        """The entry and position in the key of a message, which must come after the last one."""
        found = _KEY.fullmatch(key)
        named = (int(found[1]), int(found[2])) if found else (0, 0)
        if last < named and named[0] <= self.number:
            return named
        raise self.refused("names a message that is not in the file, or not in order")

    def end(self, line: bytes, *, words: bool) -> Exported:
        """What the last line says, compared with the lines above it."""
        if line != last_line(self):
            raise self.refused(
                "is not the last line that belongs to those above it: the file was changed"
                if line
                else "is missing: the file was cut; export it again"
            )
        return Exported(self.number, self.head, words, self.digest.hexdigest())


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """The file, to be read. What the system says of it becomes ours."""
    must_be(str | os.PathLike, path, "path", FILE)
    try:
        with Path(path).open("rb") as file:
            yield file
            return
    except OSError as error:
        failed = error.strerror or type(error).__name__
    raise BadInput(Path(path).name, f"cannot be read: {failed}")


def named(file: BinaryIO) -> str:
    """What the file is called, without its folders."""
    return Path(file.name).name


@attrs.frozen
class Checked:
    """What a whole file holds, the hashes that were asked for, and where what became begins."""

    exported: Exported
    hashes: dict[int, str]
    place: int
    form: int


def checked(file: BinaryIO, expects: Anchor | None, also: int) -> Checked:
    """Read all lines. The hash of the entry ``also`` is wanted too."""
    number, hash_ = (0, GENESIS) if expects is None else (expects.number, expects.hash)
    lines = Lines(named(file))
    words = lines.begin(file)
    hashes = {0: GENESIS}
    line = lines.next(file)
    while line.startswith(b'{"hash":'):
        entry = lines.follow(line)
        if entry.number in (number, also):
            hashes[entry.number] = entry.hash
        line = lines.next(file)
    place, last = lines.place, (0, 0)
    while settled := lines.became(line):
        for each in settled:
            last = lines.later(each.key, last)
        line = lines.next(file)
    exported = lines.end(line, words=words)
    if lines.next(file):
        raise lines.refused("stands behind the last line")
    if hashes.get(number) != hash_:
        raise BadInput(
            lines.name,
            f"does not hold the entry {number} that was expected. Its journal was cut or written "
            "anew, or it is another program or an older copy",
        )
    return Checked(exported, hashes, place, lines.form)


def _became(file: BinaryIO, form: int) -> Iterator[Settled]:
    """What became of messages, from where the file stands."""
    lines = Lines(named(file), form)
    while settled := lines.became(lines.next(file)):
        yield from settled


class Became:
    """What became of the messages, gone through in step with the entries."""

    def __init__(self, file: BinaryIO, found: Checked) -> None:
        """Of a file that was checked."""
        file.seek(found.place)
        self._name = named(file)
        self._form = found.form
        self._rest = _became(file, found.form)
        self._next = next(self._rest, None)

    def of(self, number: int, messages: int) -> Iterator[Settled]:
        """What became of the messages of an entry. In the first form, those not named are told."""
        for position in range(messages):
            key = f"{number}/{position}"
            if self._next is not None and self._next.key == key:
                yield self._next
                self._next = next(self._rest, None)
            elif self._form == 1:
                yield Settled(key=key, delivery=Delivery.TOLD)
            else:
                raise BadInput(self._name, f"does not say what became of each message of {number}")

    def end(self) -> None:
        """Refuse what became of a message that no entry had."""
        if self._next is not None:
            raise BadInput(self._name, "names a message that is not in it")
