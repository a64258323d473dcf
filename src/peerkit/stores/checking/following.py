"""Follows a journal from entry to entry, and puts what it says on the scales."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import attrs

from peerkit.acts import ACTS, ExplainBreak
from peerkit.decisions import Verdict
from peerkit.model.fields import is_digest
from peerkit.stores import GENESIS, Entry
from peerkit.stores.checking.anchors import Anchor
from peerkit.stores.checking.scales import Break, Scales, digest_of
from peerkit.stores.inspected import Card
from peerkit.stores.writing.codec import read_noun, text, write_noun
from peerkit.stores.writing.remaking import MOST_COUNTED

__all__ = ["Following", "digest"]

#: What a damaged entry may do to its reader.
_UNREADABLE: Final = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
_NUMBER: Final = attrgetter("number")
#: What is kept whatever its verdict is; of any other act, only what was allowed leaves something.
_REPORTS: Final = frozenset(each.kind for each in ACTS if each.already)
_LEFT: Final = ("nouns", "counts", "messages", "forgets", "removes")


def digest(said: str) -> str:
    """The SHA-256 of a text, which may hold what is no text."""
    return sha256(said.encode(errors="replace")).hexdigest()


@attrs.define
class Following:
    """How far a journal was followed, and onto which scales. ``since`` is where it began."""

    scales: Scales
    anchors: dict[int, tuple[Anchor, ...]]
    since: int = 0
    number: int = 0
    head: str = GENESIS
    anchored: int = 0
    fits: bool = True
    sealed: int = 0

    @classmethod
    def of(cls, scales: Scales, anchors: Iterable[Anchor], begin: Entry | None) -> Following:
        """From the start, or from an entry that is known to be good."""
        ordered = sorted(anchors, key=_NUMBER)
        found = {number: tuple(group) for number, group in groupby(ordered, _NUMBER)}
        if begin is None:
            return cls(scales, found)
        n = begin.number
        following = cls(scales, found, since=n, number=n, head=begin.hash)
        scales.broken(following._unanchored(n, begin))
        return following

    def take(self, entry: Entry) -> None:
        """Read on by one entry."""
        expected, before = self.number + 1, self.head
        self.sealed += sum(each.sealed for each in entry.apart)
        says = [*self._misfits(entry)]
        try:
            body = entry.read()
            if "\\u" in entry.body or not entry.body.isascii():
                text(body).encode()  # half a letter cannot be kept anywhere
            linked = body["n"] == entry.number and body["prev"] == before
            says += _misjudged(entry.number, body)
            self._weigh(entry, body)
        except _UNREADABLE:
            says.append(f"Entry {entry.number} cannot be read.")
        else:
            if not linked:
                says.append(f"Entry {entry.number} is not linked to the one before it.")
        if says:
            self.fits = False
            what = (expected, before, entry.number, entry.hash, entry.body)
            self.scales.broken(Break(each, expected, digest_of(each, *what)) for each in says)
        self.number, self.head = entry.number, entry.hash
        if self.anchors:
            self.scales.broken(self._unanchored(expected, entry))

    def _misfits(self, entry: Entry) -> Iterator[str]:
        if entry.number != self.number + 1:
            yield f"Entry {self.number + 1} is missing; the next is {entry.number}."
        if digest(entry.body) != entry.hash:
            yield f"Entry {entry.number} does not match its hash: it was edited."

    def _unanchored(self, expected: int, entry: Entry) -> Iterator[Break]:
        """The anchors that this entry, or one that is missing before it, should have fitted."""
        for n in range(expected, entry.number + 1):
            for each in self.anchors.pop(n, ()):
                if each.number == entry.number and each.hash == entry.hash:
                    self.anchored = n if self.fits else self.anchored
                else:
                    self.fits = False
                    said = f"Entry {n} is not the one that was anchored: some entry after "
                    said += f"{self.anchored} was written anew, or the store is another one."
                    yield Break(said, n, digest_of("anchor", n, each.hash))

    def end(self, seen: int) -> Iterator[Break]:
        """What the end lacks: the entry that the head row names, and those that were anchored."""
        if seen != self.number:
            says = f"The last entry is {self.number}, and {seen} is kept as the last."
            yield Break(says, min(seen, self.number) + 1)
        for n, left in sorted(self.anchors.items()):
            for each in left:
                if n:
                    said = f"Entry {n} was anchored, and the journal ends with {self.number}: its "
                    said += "tail was cut, or an older copy put back."
                    yield Break(said, self.number + 1, digest_of("anchor", n, each.hash))

    def _weigh(self, entry: Entry, body: dict[str, Any]) -> None:
        """All that an entry says, or, when a part cannot be read, nothing of it."""
        n = entry.number
        cards = list(self._cards(entry, body))
        left = list(_left(entry, body))
        removed = [(f"{kind}", f"{id_}") for kind, id_ in body["removes"]]
        forgotten = [f"{owner}" for owner in body["forgets"]]
        act = body["act"]
        explains = act["act"] == ExplainBreak.kind and body["verdict"] == Verdict.ALLOWED.name
        found = [each for each in act["found"] if is_digest(each)] if explains else ()
        for owner in forgotten:
            self.scales.forget(owner)
        self.scales.put(cards)
        for kind, id_, written in left:
            self.scales.leave(n, kind, id_, written)
        for kind, id_ in removed:
            self.scales.remove(kind, id_)
        if found:
            self.scales.explain(found, n)

    def _cards(self, entry: Entry, body: dict[str, Any]) -> Iterator[tuple[Card, int]]:
        n = entry.number
        for about in body["touched"]:
            yield ("history", f"{about}", f"\t{n}"), 1
        key = body["act"]["key"]
        if key is not None:
            yield ("key", f"{key}", f"{n}"), 1
        if self.since:  # the sums before it are not known
            yield from _apart(entry, body, 1)
            return
        for of, what, by, when in body["counts"]:
            if type(by) is not int or abs(by) > MOST_COUNTED:
                raise ValueError
            yield ("tally", f"{of}", f"{what}\t{when}"), by
        for position, message in enumerate(body["messages"]):
            yield ("message", "", f"{n}/{position}\t{digest(repr((*message[:5],)))}"), 1
        yield from _apart(entry, body, 2)


def _misjudged(n: int, body: dict[str, Any]) -> Iterator[str]:
    """What its verdict does not agree with: it is the heaviest finding, and a no leaves nothing."""
    verdict = Verdict[body["verdict"]]
    if verdict is not max((Verdict[each[1]] for each in body["findings"]), default=None):
        yield f"Entry {n} has another verdict than its findings come to."
    leaves = verdict is Verdict.ALLOWED or body["act"]["act"] in _REPORTS
    if not leaves and any(body[each] for each in _LEFT):
        yield f"Entry {n} leaves what its verdict does not allow."


def _apart(entry: Entry, body: dict[str, Any], weight: int) -> Iterator[tuple[Card, int]]:
    """The texts that lie apart: they are looked for with their entry, and once more in the books.

    They lie with their entry in their order, but for those that were forgotten.
    """
    listed = [(f"{about}", f"{owner}", f"{said}") for about, owner, said in body["apart"]]
    for about, owner, said in listed:
        yield ("apart", owner, f"{about}\t{said}"), weight
    rest = iter(listed)
    for each in entry.apart:
        found = (each.about, each.owner, each.digest) in rest
        said = each.digest if found else f"{each.digest} elsewhere"
        yield ("apart", each.owner, f"{each.about}\t{said}"), -1


def _left(entry: Entry, body: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The nouns it left: kind, id, and the digest of how each is written.

    Where a private part lay apart it was put back at the end, and not in its place.
    """
    parts = {each.about for each in entry.apart}
    for noun in body["nouns"]:
        kind, id_ = noun["noun"], noun["id"]
        written = text(noun)
        if f"@{kind}/{id_}" in parts:
            written = write_noun(read_noun(written))
        yield f"{kind}", f"{id_}", digest(written)
