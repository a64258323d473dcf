"""Whether what several did at once could have been done one after the other.

After Adya's definitions (1999): each transaction says which version of each
thing it read and which it wrote, and a version is the number of the entry that
wrote it. From that follow three kinds of dependence, and what cannot be put in
a row shows as a cycle of them:

* ``ww``: one wrote over what the other wrote;
* ``wr``: one read what the other wrote;
* ``rw``: one read what the other then wrote over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final, TypeAlias

import attrs

__all__ = ["Anomaly", "Did", "anomalies"]

#: A thing that is read and written: any name.
Thing: TypeAlias = str
_Edges: TypeAlias = Mapping[str, set[str]]


@attrs.frozen
class Did:
    """One transaction as whoever did it saw it.

    ``reads`` and ``writes`` name versions; 0 is a thing that was not there yet.
    Of what it wrote more than once all versions are named. ``after`` is what the
    same one did before. What was not ``kept`` must not have been read by anybody.
    """

    name: str
    reads: Mapping[Thing, int] = attrs.field(factory=dict)
    writes: Mapping[Thing, tuple[int, ...]] = attrs.field(factory=dict)
    after: str | None = None
    kept: bool = True


#: Who wrote what nobody wrote.
_NOBODY: Final = Did("nobody", kept=False)


@attrs.frozen
class Anomaly:
    """What could not have happened in a row: its name after Adya, and whose acts it is made of."""

    kind: str
    names: tuple[str, ...]


def anomalies(history: Iterable[Did]) -> tuple[Anomaly, ...]:
    """Everything in a history that no order of the same acts explains."""
    acts = {each.name: each for each in history}
    read = _Read(acts)
    return (*read.wrong, *_cycles(acts, read))


class _Read:
    """A history, with who wrote what, and who depends on whom."""

    def __init__(self, acts: Mapping[str, Did]) -> None:
        self.wrong: list[Anomaly] = []
        self.ww: defaultdict[str, set[str]] = defaultdict(set)
        self.wr: defaultdict[str, set[str]] = defaultdict(set)
        self.rw: defaultdict[str, set[str]] = defaultdict(set)
        wrote: dict[tuple[Thing, int], Did] = {}
        for act in acts.values():
            for version in ((thing, each) for thing, all_ in act.writes.items() for each in all_):
                other = wrote.setdefault(version, act)
                if other is not act:
                    self.wrong.append(Anomaly("written twice", (other.name, act.name)))
        versions: defaultdict[Thing, list[int]] = defaultdict(list)
        for thing, number in sorted(each for each, act in wrote.items() if act.kept):
            versions[thing].append(number)
        for thing, numbers in versions.items():
            for before, after in pairwise(numbers):
                self._add(self.ww, wrote[thing, before].name, wrote[thing, after].name)
        for act in acts.values():
            if act.after is not None:
                self._add(self.ww, act.after, act.name)
            for thing, number in act.reads.items() if act.kept else ():
                self._read(act, thing, number, versions[thing], wrote)

    def _read(
        self,
        act: Did,
        thing: Thing,
        number: int,
        versions: list[int],
        wrote: Mapping[tuple[Thing, int], Did],
    ) -> None:
        if number:
            writer = wrote.get((thing, number), _NOBODY)
            if not writer.kept:
                self.wrong.append(Anomaly("G1a", (writer.name, act.name)))
                return
            if writer is not act and number != max(writer.writes[thing]):
                self.wrong.append(Anomaly("G1b", (writer.name, act.name)))
                return
            self._add(self.wr, writer.name, act.name)
        later = bisect_right(versions, number)
        if later < len(versions):
            self._add(self.rw, act.name, wrote[thing, versions[later]].name)

    @staticmethod
    def _add(edges: defaultdict[str, set[str]], before: str, after: str) -> None:
        if before != after:
            edges[before].add(after)


def _cycles(acts: Iterable[str], read: _Read) -> Iterator[Anomaly]:
    """Each knot under the mildest name that fits: what is a cycle of ``ww`` is not told again."""
    names = tuple(acts)
    for knot in knots(names, read.ww):
        yield Anomaly("G0", knot)
    for knot in knots(names, read.ww, read.wr):
        if any(read.wr[each] & {*knot} for each in knot):
            yield Anomaly("G1c", knot)
    for knot in knots(names, read.ww, read.wr, read.rw):
        inside = {*knot}
        back = [(a, b) for a in knot for b in read.rw[a] & inside]
        if any(_leads(b, a, inside, read.ww, read.wr) for a, b in back):
            yield Anomaly("G-single", knot)
        elif back:
            yield Anomaly("G2-item", knot)


def _leads(start: str, end: str, inside: set[str], *edges: _Edges) -> bool:
    """Whether one can come from the start to the end without leaving the knot."""
    seen, waiting = {start}, [start]
    while waiting:
        name = waiting.pop()
        if name == end:
            return True
        for each in edges:
            new = (each.get(name, set()) & inside) - seen
            seen |= new
            waiting += new
    return False


def knots(names: Iterable[str], *edges: _Edges) -> Iterator[tuple[str, ...]]:
    """Every set of several that all lead to each other (Tarjan 1972), without recursion."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    done: set[str] = set()

    def enter(name: str) -> tuple[str, Iterator[str]]:
        order[name] = low[name] = len(order)
        open_.append(name)
        return name, iter([to for each in edges for to in each.get(name, ())])

    for root in names:
        path = [] if root in order else [enter(root)]
        while path:
            name, rest = path[-1]
            for to in rest:
                if to not in order:
                    path.append(enter(to))
                    break
                if to not in done:
                    low[name] = min(low[name], order[to])
            else:
                path.pop()
                for parent, _ in path[-1:]:
                    low[parent] = min(low[parent], low[name])
                if low[name] == order[name]:
                    yield from _closed(name, open_, done)


def _closed(name: str, open_: list[str], done: set[str]) -> Iterator[tuple[str, ...]]:
    """Take off everything down to this name. Several are a knot, and one alone is none."""
    knot = [open_.pop()]
    while knot[-1] != name:
        knot.append(open_.pop())
    done.update(knot)
    if len(knot) > 1:
        yield tuple(sorted(knot))
