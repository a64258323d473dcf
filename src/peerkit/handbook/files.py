"""Finds the files of the book: those that peerkit ships, and those of yours."""

from __future__ import annotations

import os
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from peerkit.handbook.book import BadHandbook
from peerkit.handbook.table import Table, parsed
from peerkit.handbook.written import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable

__all__ = [
    "Files",
    "base",
    "bytes_of",
    "file_of",
    "files_of",
    "head",
    "here",
    "laid_over",
    "shipped",
    "tomls",
]

#: The files and folders of the base, in the order in which one names what another describes.
_BASE: Final = (
    "sources.toml",
    "clauses",
    "limits",
    "circumstances.toml",
    "activities",
    "reminders.toml",
)
#: Files to read: the name of each and its bytes.
Files: TypeAlias = tuple[tuple[str, bytes], ...]


def head(file: Table) -> Layer:
    """Read the ``[layer]`` table that every layer opens with."""
    head = Table(f"{file.place}: layer", file.take("layer", dict, "a [layer] table"))
    found = Layer(
        id=head.text("id"),
        title=head.text("title"),
        of=head.text("of", "house"),
        over=head.texts("over"),
        unread=head.text("unread", None),
    )
    head.done()
    return found


def here() -> Traversable:
    """Where the files of the book lie."""
    from importlib.resources import files  # it loads much, and only reading a book needs it

    return files("peerkit.handbook")


def shipped() -> tuple[str, ...]:
    """The ids of the layers that peerkit ships, sorted."""
    return tuple(sorted(_shipped()))


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, Traversable]:
    """The files of the layers that peerkit ships, by their ids."""
    return dict(tomls(here() / "layers", ""))


def tomls(folder: Traversable, under: str) -> Iterable[tuple[str, Traversable]]:
    """Every TOML file in a folder and those inside it, by its path without the ending."""
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        if each.is_dir():
            yield from tomls(each, f"{under}{each.name}/")
        elif each.name.endswith(".toml"):
            yield under + each.name.removesuffix(".toml"), each


def file_of(name: str) -> Traversable | Path:
    """The file of a layer: one that peerkit ships, or one of yours, which ends in ``.toml``."""
    if name.endswith(".toml"):
        path = Path(name)
        if not path.is_file():
            raise BadHandbook(name, "is not there; give the path of a TOML file")
        return path
    file = _shipped().get(name)
    if file is None:
        raise BadHandbook(
            f"layer {name!r}",
            f"is not one that peerkit ships.{_meant(name)} A file of yours ends in .toml; "
            f"peerkit ships {', '.join(shipped())}",
        )
    return file


def _meant(name: str) -> str:
    """The layer that may have been meant, by its id or by the last part of it."""
    known = {part: each for each in shipped() for part in (each.rpartition("/")[2], each)}
    near = get_close_matches(name.lower(), known, 1)
    return f" Did you mean {known[near[0]]!r}?" if near else ""


def bytes_of(name: str, by: str) -> bytes:
    """What a layer says; ``by`` is the file that is laid over it, or nothing."""
    try:
        return file_of(name).read_bytes()
    except BadHandbook as error:
        place, what = error.place, error.what
    raise BadHandbook(f"{by}: layer: key 'over': {place}" if by else place, what)


def files_of(names: Iterable[str]) -> Files:
    """The files of these layers, then those of yours that they are laid over, each once."""
    found: dict[str, bytes] = {}
    waiting = [(name, "") for name in names]
    for name, by in waiting:
        if name not in found:
            found[name] = bytes_of(name, by)
            waiting += [(each, name) for each in _yours_below(name, found[name])]
    return tuple(found.items())


@lru_cache(maxsize=64)
def _yours_below(name: str, raw: bytes) -> tuple[str, ...]:
    below = laid_over(name, head(parsed(name, raw)))
    return tuple(each for each in below if each.endswith(".toml"))


def laid_over(name: str, head: Layer) -> tuple[str, ...]:
    """What a layer is laid over: a file of yours is looked for from the folder of its own."""
    folder = Path(name).parent
    return tuple(
        # Without its "..", or two files that name each other would get longer names for ever.
        os.path.normpath(folder / each) if each.endswith(".toml") else each
        for each in head.over
    )


def base() -> Files:
    """The files of the base, each with its name."""
    found = []
    for name in _BASE:
        place = here() / name
        inside = tomls(place, f"{name}/") if place.is_dir() else ()
        found += [(f"{path}.toml", each.read_bytes()) for path, each in inside]
        if place.is_file():
            found.append((name, place.read_bytes()))
    return tuple(found)
