"""Prints every source that has no link, and fails on one that nobody could find.

A source without a link is found by its title and publisher, and what is cited by its place. So a
source must name its publisher, and every passage a place in its source.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from peerkit.handbook import Handbook, layers
from peerkit.handbook.cues import cues

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from peerkit.handbook import Passage, Source


def faults(sources: Iterable[Source], passages: Iterable[Passage]) -> Iterator[str]:
    """Say what is missing where, each with what to do about it."""
    for each in sources:
        if not each.publisher.strip():
            yield f"{each.id} has no publisher; name whoever published it"
    for place in passages:
        if not place.at.strip():
            yield f"{place.source.id} is cited in {place.layer} without a place; say where"


def unlinked(sources: Iterable[Source]) -> list[str]:
    """Describe the sources without a link, in a line each, in the order of their ids."""
    return sorted(f"{each.id}: {each}" for each in sources if each.link is None)


def main() -> int:
    """Look at the base and every layer that peerkit ships."""
    sources: dict[str, Source] = {}
    passages: list[Passage] = [place for each in cues() for place in each.passages]
    for book in (Handbook.load(), *(Handbook.load(each.id) for each in layers())):
        sources |= book.sources
        passages += [place for each in book.clauses.values() for place in each.every_passage()]
        passages += [place for each in book.activities.values() for place in each.passages]
    lines = unlinked(sources.values())
    print(f"{len(lines)} of {len(sources)} sources have no link:", *lines, sep="\n")
    wrong = sorted(set(faults(sources.values(), passages)))
    for each in wrong:
        print(each, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
