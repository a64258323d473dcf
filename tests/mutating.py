"""Documents with one thing wrong, and with many: each has a number, and the number makes it again.

A *sweep* is every place of every sound document with every hostile value in it, one at a time. A
*mutant* is a sound document after a few changes drawn by its number: values moved from one place
to another, or bytes flipped, cut, spliced and repeated blindly.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from random import Random
from typing import Any, Final, TypeAlias
from zlib import crc32

import attrs

from tests.hostile import CANARY, CELLS, FRAGMENTS, TEXTS, VALUES

#: One wrong document: which of the sound ones it was, and its bytes now.
Wrong: TypeAlias = tuple[int, bytes]
_Place: TypeAlias = tuple[str | int, ...]
#: What stands at a place, as JSON text, made of what stood there.
_Change: TypeAlias = Callable[[Any], str]

_PRIME: Final = 1_000_003
#: As peerkit writes: without spaces, and every sign as itself.
_text: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@attrs.frozen(kw_only=True)
class Family:
    """Sound documents of one format, and all that can be wrong with them.

    ``crossed`` makes one that is still well formed, with values in each other's places.
    """

    name: str
    sound: Sequence[bytes]
    sweep: Sequence[Callable[[], Wrong]] = attrs.field(repr=False)
    crossed: Callable[[Random], Wrong] = attrs.field(repr=False)

    def names(self, count: int) -> Iterator[str]:
        """So many of them: half are spread over the sweep, and half or more are mutants."""
        length = len(self.sweep)
        swept = min(count // 2, length)
        start = crc32(self.name.encode())
        for number in range(swept):
            yield f"{self.name} sweep {(start + number * _PRIME) % length}"
        for number in range(count - swept):
            yield f"{self.name} mutant {number}"

    def made(self, name: str) -> Wrong:
        """The document of this name."""
        _, kind, number = name.rsplit(" ", 2)
        if kind == "sweep":
            return self.sweep[int(number)]()
        random = Random(name)
        return self.crossed(random) if random.random() < 0.5 else self._blind(random)

    def _blind(self, random: Random) -> Wrong:
        which = random.randrange(len(self.sound))
        raw = bytearray(self.sound[which])
        for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
            random.choice(_BLOWS)(random, raw, random.choice(self.sound))
        return which, bytes(raw)


def _span(random: Random, raw: Sequence[int]) -> slice:
    start = random.randrange(len(raw) + 1)
    return slice(start, start + random.choice((0, 1, 2, 8, 40, 400)))


def _flip(random: Random, raw: bytearray, _: bytes) -> None:
    if raw:
        raw[random.randrange(len(raw))] ^= 1 << random.randrange(8)


def _cut(random: Random, raw: bytearray, _: bytes) -> None:
    del raw[_span(random, raw)]


def _splice(random: Random, raw: bytearray, other: bytes) -> None:
    raw[_span(random, raw)] = other[_span(random, other)]


def _repeat(random: Random, raw: bytearray, _: bytes) -> None:
    span = _span(random, raw)
    raw[span.start : span.start] = raw[span] * random.choice((1, 2, 50))


def _put(random: Random, raw: bytearray, _: bytes) -> None:
    raw[_span(random, raw)] = random.choice(TEXTS).encode()


_BLOWS: Final = (_flip, _cut, _splice, _repeat, _put)


# -- JSON --------------------------------------------------------------------------------


def _places(value: Any, at: _Place = ()) -> Iterator[_Place]:
    yield at
    items = (
        value.items() if type(value) is dict else enumerate(value) if type(value) is list else ()
    )
    for name, each in items:
        yield from _places(each, (*at, name))


def _at(value: Any, place: _Place) -> Any:
    for step in place:
        value = value[step]
    return value


def _written(value: Any, place: _Place, change: _Change) -> str:
    """The value as JSON text, but for one place."""
    if not place:
        return change(value)
    step, rest = place[0], place[1:]
    if type(value) is list:
        parts = [
            _written(each, rest, change) if number == step else _text(each)
            for number, each in enumerate(value)
        ]
        return f"[{','.join(parts)}]"
    return _table(
        (name, _written(each, rest, change) if name == step else _text(each))
        for name, each in value.items()
    )


def _table(pairs: Any) -> str:
    return "{" + ",".join(f"{_text(name)}:{text}" for name, text in pairs) + "}"


def _texts_of(value: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, _text(each)) for name, each in value.items()]


def _without(name: str, value: dict[str, Any]) -> str:
    return _table(each for each in _texts_of(value) if each[0] != name)


def _twice(name: str, value: dict[str, Any]) -> str:
    return _table([*_texts_of(value), (name, _text(value[name]))])


def _renamed(name: str, value: dict[str, Any]) -> str:
    return _table((each if each != name else CANARY, text) for each, text in _texts_of(value))


def _more(names: Sequence[str], value: dict[str, Any]) -> str:
    return _table([*_texts_of(value), *((each, _text(CANARY)) for each in names)])


def _times(count: int, value: list[Any]) -> str:
    return _text(value * count)


def _instead(text: str, _: Any) -> str:
    return text


def _changes(value: Any) -> Iterator[_Change]:
    """All that can be done to the value at one place."""
    for text in (*FRAGMENTS, *map(_text, TEXTS)):
        yield partial(_instead, text)
    if type(value) is dict:
        for name in value:
            yield from (partial(each, name) for each in (_without, _twice, _renamed))
        for names in ([CANARY], ["__class__"], [""], [f"{CANARY} {each}" for each in range(500)]):
            yield partial(_more, names)
    if type(value) is list:
        yield from (partial(_times, count) for count in (2, 201))


def _changed(which: int, value: Any, place: _Place, change: _Change) -> Wrong:
    return which, _written(value, place, change).encode("utf-8", "surrogatepass")


def _recoded(which: int, recode: Callable[[str], bytes], raw: bytes) -> Wrong:
    return which, recode(raw.decode())


#: What can be done to a whole document.
_WHOLE: Final[tuple[Callable[[str], bytes], ...]] = (
    *(
        partial(str.encode, encoding=each)
        for each in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig")
    ),
    lambda text: text.encode().replace(b"a", b"\xe9"),
    lambda text: text.encode() * 2,
    lambda text: text.encode()[: len(text) // 2],
    lambda text: b"\x00" + text.encode(),
    lambda text: text.encode() + b"\x00",
    lambda text: text.encode().ljust(300_000),
    lambda text: b"[" + text.encode() + b"]",
    lambda text: b"",
)


def json_sweep(documents: Iterable[tuple[int, bytes]]) -> Iterator[Callable[[], Wrong]]:
    """Every place of each of these numbered documents, with every change."""
    for which, raw in documents:
        value = json.loads(raw)
        for place in _places(value):
            for change in _changes(_at(value, place)):
                yield partial(_changed, which, value, place, change)
        yield from (partial(_recoded, which, each, raw) for each in _WHOLE)


def inside(value: Any) -> list[Any]:
    """Everything that stands in a value, at any depth."""
    return [_at(value, place) for place in _places(value) if place]


def exchanged(random: Random, value: Any, donors: Sequence[Any]) -> bytes:
    """A value in which some places have something else: of the donors, or a hostile text."""
    for _ in range(random.choice((1, 1, 2, 3))):
        place = random.choice([*_places(value)][1:])
        taken = random.choice(donors) if random.random() < 0.7 else random.choice(TEXTS)
        value = json.loads(_written(value, place, partial(_instead, _text(taken))))
    return _text(value).encode()


def json_crossed(documents: Sequence[bytes]) -> Callable[[Random], Wrong]:
    """A document in which some values come from other places of this and of other documents."""
    values = [json.loads(each) for each in documents]
    donors = [each for value in values for each in inside(value)]

    def crossed(random: Random) -> Wrong:
        which = random.randrange(len(values))
        return which, exchanged(random, values[which], donors)

    return crossed


# -- lines: CSV, TOML, JSON Lines --------------------------------------------------------


def _joined(which: int, lines: Sequence[bytes], ending: bytes = b"\n") -> Wrong:
    return which, ending.join((*lines, b""))


def line_sweep(which: int, raw: bytes) -> Iterator[Callable[[], Wrong]]:
    """A document of lines: each gone, twice, first, last, cut; other endings and encodings."""
    lines = raw.splitlines()
    for number, line in enumerate(lines):
        before, after = lines[:number], lines[number + 1 :]
        for others in (
            *((), (line, line), (b"",), (line[: len(line) // 2],), (line + b"\x00",)),
            *((line * 2,), (b" " + line,), (line + b"\r",), (b"\xff" + line,), (CANARY.encode(),)),
        ):
            yield partial(_joined, which, [*before, *others, *after])
        yield partial(_joined, which, [line, *before, *after])
        yield partial(_joined, which, [*before, *after, line])
    for ending in (b"\r\n", b"\r", b"\n\n", b"\n\r", b"", b"\x00", b"\xe2\x80\xa8", b"\x0b"):
        yield partial(_joined, which, lines, ending)
    yield from (partial(_recoded, which, each, raw) for each in _WHOLE)


def _cells(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def _row(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue().encode()


def csv_sweep(files: Sequence[bytes], rows: int = 1) -> Iterator[Callable[[], Wrong]]:
    """Every cell of the header and of the first rows of each file, with every hostile cell."""
    every = (*(_row([each]) for each in TEXTS), *CELLS)
    for which, raw in enumerate(files):
        table = _cells(raw)
        lines = [*map(_row, table)]
        for number, row in enumerate(table[: rows + 1]):
            for place in range(len(row)):
                left, right = _row(row[:place]), _row(row[place + 1 :])
                for cell in every:
                    new = b",".join(
                        (*([left] if place else []), cell, *([right] if row[place + 1 :] else []))
                    )
                    yield partial(_joined, which, [*lines[:number], new, *lines[number + 1 :]])
            for cells in (row[:-1], [*row, CANARY], row * 2, row[::-1]):
                new = _row(cells)
                yield partial(_joined, which, [*lines[:number], new, *lines[number + 1 :]])
        yield from line_sweep(which, raw)


def csv_crossed(files: Sequence[bytes]) -> Callable[[Random], Wrong]:
    """A file in which some cells come from other places of this and of other files."""
    tables = [_cells(each) for each in files]
    donors = sorted({cell for table in tables for row in table for cell in row})

    def crossed(random: Random) -> Wrong:
        which = random.randrange(len(tables))
        table = [[*row] for row in tables[which]]
        for _ in range(random.choice((1, 2, 5))):
            row = random.choice(table[1:] if random.random() < 0.9 else table)
            row[random.randrange(len(row))] = random.choice(
                donors if random.random() < 0.7 else TEXTS
            )
        return _joined(which, [*map(_row, table)])

    return crossed


_ASSIGNED: Final = re.compile(rb"([a-z_]+ = )(.*)")


def toml_sweep(files: Sequence[bytes]) -> Iterator[Callable[[], Wrong]]:
    """Every value of each file, with every hostile one; and what can be done to lines."""
    for which, raw in enumerate(files):
        lines = raw.splitlines()
        for number, line in enumerate(lines):
            if found := _ASSIGNED.fullmatch(line):
                for value in VALUES:
                    new = found[1] + value.encode()
                    yield partial(_joined, which, [*lines[:number], new, *lines[number + 1 :]])
        yield from line_sweep(which, raw)


def toml_crossed(files: Sequence[bytes]) -> Callable[[Random], Wrong]:
    """A file in which some values come from other places."""
    donors = [found[2] for raw in files for found in _ASSIGNED.finditer(raw)]

    def crossed(random: Random) -> Wrong:
        which = random.randrange(len(files))
        lines = files[which].splitlines()
        for _ in range(random.choice((1, 2, 4))):
            number = random.randrange(len(lines))
            if found := _ASSIGNED.fullmatch(lines[number]):
                lines[number] = found[1] + random.choice(donors)
            else:
                lines.insert(number, random.choice(lines))
        return _joined(which, lines)

    return crossed


def json_lines_sweep(documents: Iterable[tuple[int, bytes]]) -> Iterator[Callable[[], Wrong]]:
    """Every place of every line of each document, with every change; and what is done to lines."""
    for which, raw in documents:
        lines = raw.splitlines()
        for number, line in enumerate(lines):
            for wrong in json_sweep([(which, line)]):
                yield partial(_in_line, which, lines, number, wrong)
        yield from line_sweep(which, raw)


def _in_line(which: int, lines: Sequence[bytes], number: int, wrong: Callable[[], Wrong]) -> Wrong:
    return _joined(which, [*lines[:number], wrong()[1], *lines[number + 1 :]])


def json_lines_crossed(documents: Sequence[bytes]) -> Callable[[Random], Wrong]:
    """A document in which some lines have values from elsewhere, or come from elsewhere whole."""
    taken = json_crossed([line for raw in documents for line in raw.splitlines()])

    def crossed(random: Random) -> Wrong:
        which = random.randrange(len(documents))
        lines = documents[which].splitlines()
        for _ in range(random.choice((1, 1, 2))):
            lines[random.randrange(len(lines))] = taken(random)[1]
        return _joined(which, lines)

    return crossed
