"""Which layers there are, and how complete each is."""

from __future__ import annotations

from functools import lru_cache

import attrs

from peerkit.handbook.book import Passage
from peerkit.handbook.files import shipped
from peerkit.handbook.handbook import Handbook

__all__ = ["LayerSummary", "layers"]


@attrs.frozen(kw_only=True)
class LayerSummary:
    """A layer that peerkit ships, and how much of the book it speaks of.

    ``limits`` are the limits it gives a number, ``silent`` those it does not;
    ``activities`` and ``clauses`` what else it changes or cites for.
    ``passages`` counts what it cites, ``unverified`` how many of these are
    known from memory only. ``unread`` says what nobody has read for it yet.
    Silence means "not seen in the copy that was read", never "permitted".
    """

    id: str
    title: str
    of: str
    over: tuple[str, ...]
    limits: tuple[str, ...]
    silent: tuple[str, ...]
    activities: tuple[str, ...]
    clauses: tuple[str, ...]
    passages: int
    unverified: int
    unread: str | None


@lru_cache(maxsize=1)
def layers() -> tuple[LayerSummary, ...]:
    """Every layer that peerkit ships, in the order of ids: each id goes into ``Handbook.load``."""
    return tuple(_summary(each) for each in shipped())


def _summary(id_: str) -> LayerSummary:
    handbook = Handbook.load(id_)
    (head,) = [each for each in handbook.heads if each.id == id_]
    cited: list[Passage] = []
    limits, clauses, silent = [], [], []
    for name, written in handbook.clauses.items():
        own = [each for each in written.every_passage() if each.layer == id_]
        cited += own
        if any(each.passage.layer == id_ for each in written.values):
            limits.append(name)
        elif own:
            clauses.append(name)
        if written.unit and name not in limits:
            silent.append(name)
    activities = []
    below = Handbook.load(*head.over).activities
    for name, entry in handbook.activities.items():
        cited += [each for each in entry.passages if each.layer == id_]
        if entry != below.get(name):
            activities.append(name)
    return LayerSummary(
        id=id_,
        title=head.title,
        of=head.of,
        over=head.over,
        limits=tuple(limits),
        silent=tuple(silent),
        activities=tuple(activities),
        clauses=tuple(clauses),
        passages=len(cited),
        unverified=sum(not each.verified for each in cited),
        unread=head.unread,
    )
