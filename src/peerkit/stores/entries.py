"""What is kept of one change: the entry, what lies apart from it, and all that goes with it."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

import attrs

from peerkit.errors import StoreError
from peerkit.handbook import Verdict
from peerkit.model import Count, Message, Noun, View
from peerkit.stores.upcasting import lifted_entry

__all__ = [
    "GENESIS",
    "SEALED",
    "SEALING",
    "Apart",
    "Change",
    "Entry",
    "Standing",
    "bases",
    "seal",
    "touched",
]

#: What the first entry is linked to.
GENESIS: Final = "0" * 64
#: How a sealed text begins, and all of it: the form, the name of its key, the digest of what
#: is in it, and the box. Its salt is in the box as well.
SEALING: Final = "peerkit-sealed "
SEALED: Final = re.compile(SEALING + r"1 (?P<key>\S+) (?P<digest>[0-9a-f]{64}) (?P<box>\S+)")


@attrs.frozen
class Apart:
    """A text that lies beside the journal: about what, whose, and the salt of its digest.

    It is what somebody said (``goal/g-1``), or as JSON the private part of an act (``@act``), of
    a noun (``@goal/g-1``), or the facts of the findings on such an act (``@findings``).
    ``owner`` is an id, or a pair of them. The journal holds its digest only, so that the text
    can be forgotten and the chain still be followed. Where it is encrypted
    (:mod:`peerkit.stores.sealing.sealed`) and no key opens it, it is :attr:`sealed`.
    """

    about: str
    owner: str
    salt: str = attrs.field(repr=False)
    text: str = attrs.field(repr=False)

    @property
    def sealed(self) -> bool:
        """Whether the text is a box that is closed here: not to be shown, read or compared."""
        return not self.salt and self.text.startswith(SEALING)

    @property
    def digest(self) -> str:
        """What the journal holds in place of the text. Without the salt it says nothing.

        A sealed text says it of itself; whether that is true can only be seen with its key.
        """
        found = SEALED.fullmatch(self.text) if self.sealed else None
        if found:
            return found["digest"]
        return sha256(f"{self.salt}\n{self.text}".encode()).hexdigest()


@attrs.frozen
class Entry:
    """One line of the journal, as it was stored.

    ``body`` is the canonical JSON text; ``hash`` the SHA-256 of its bytes in
    hexadecimal. The body names its own number and the hash before it, and the
    digest of each text in ``apart``: those that nobody has asked to forget.
    """

    number: int
    hash: str
    body: str = attrs.field(repr=False)
    apart: tuple[Apart, ...] = attrs.field(default=(), repr=False)

    @property
    def at(self) -> datetime:
        """When it was kept, by the clock of then. The order of a journal is that of its numbers."""
        # Whoever looks for a moment reads many entries, and it stands near the beginning of each.
        found: str = self.body.split('"at":"', 1)[1].partition('"')[0]
        return datetime.fromisoformat(found)

    @property
    def day(self) -> date:
        """The day whose handbook judged it."""
        return date.fromisoformat(self.read()["day"])

    @property
    def edition(self) -> str:
        """The edition of that handbook."""
        found: str = self.read()["edition"]
        return found

    @property
    def verdict(self) -> Verdict:
        """What came of it."""
        return Verdict[self.read()["verdict"]]

    @property
    def act(self) -> str:
        """What was asked or reported, by its kind: ``match.proposed``."""
        found: str = self.read()["act"]["act"]
        return found

    @property
    def by(self) -> str:
        """Who asked or reported."""
        found: str = self.read()["act"]["by"]
        return found

    def read(self) -> dict[str, Any]:
        """The body as plain values of today's form, and what is private where it is still known.

        A text that is not the one whose digest the journal holds is none of it, nor is one
        that no key opens.
        """
        found: dict[str, Any] = json.loads(self.body)
        private = [each for each in self.apart if each.about.startswith("@") and not each.sealed]
        if private:
            whole = {f"@{each['noun']}/{each['id']}": each for each in found["nouns"]}
            whole["@act"] = found["act"]
            kept = {(about, digest) for about, _, digest in found["apart"]}
            for each in private:
                if (each.about, each.digest) not in kept:
                    continue
                told = json.loads(each.text)
                if each.about == "@findings":
                    for finding, facts in zip(found["findings"], told, strict=True):
                        finding[2] = facts
                else:
                    whole[each.about] |= told
        return lifted_entry(found)


def _touched(change: Change) -> tuple[str, ...]:
    return touched(change.about, change.nouns, change.counts, change.removes)


@attrs.frozen(kw_only=True)
class Change:
    """Everything that must be kept together, and what must not have moved.

    ``about`` are the ids the decision stood on and ``stood`` the versions it
    saw; ``entry`` is the journal's text but for its number and link; ``nouns``
    are the nouns as they now stand, each with its written form; ``removes``
    names, by kind and id, nouns of the view that are there no more; of what
    belongs to the owners in ``forgets``, every text apart goes with it.
    ``touched`` are the ids whose history this is part of: whoever has worked
    them out already, for the journal's text, says them.
    """

    about: tuple[str, ...]
    day: date
    stood: Standing
    key: str | None
    entry: str = attrs.field(repr=False)
    nouns: tuple[tuple[Noun, str], ...] = ()
    counts: tuple[Count, ...] = ()
    messages: tuple[Message, ...] = ()
    apart: tuple[Apart, ...] = ()
    forgets: tuple[str, ...] = ()
    removes: tuple[tuple[str, str], ...] = ()
    touched: tuple[str, ...] = attrs.field(default=attrs.Factory(_touched, takes_self=True))

    def __attrs_post_init__(self) -> None:
        if self.removes and not {(noun.kind, noun.id) for noun, _ in self.nouns}.isdisjoint(
            self.removes
        ):
            raise StoreError("A change cannot write a noun and take it away. Nothing was stored.")


@attrs.frozen(kw_only=True)
class Standing:
    """What a store answers when asked how things stand.

    ``versions`` names each noun of the view with the number of the entry that
    last wrote it; ``earlier`` is the entry that already has the key that was
    asked for. What stands ``alone`` stands only until anything else is kept:
    forgetting somebody reaches further than a view.
    """

    view: View
    versions: frozenset[tuple[str, str, int]] = frozenset()
    earlier: Entry | None = None
    alone: bool = False

    def same_as(self, other: Standing) -> bool:
        """Whether nothing that a decision reads differs."""
        alone = self.alone or other.alone
        return (
            self.versions == other.versions
            and self.view.tallies == other.view.tallies
            and not (alone and self.view.seen != other.view.seen)
        )


def bases(id_: str) -> tuple[str, ...]:
    """The ids that an id is made of: two of a pair, one of somebody on a day, or itself."""
    return tuple(id_.partition("#")[0].split("+"))


def touched(
    about: tuple[str, ...],
    nouns: tuple[tuple[Noun, str], ...],
    counts: tuple[Count, ...] = (),
    removes: tuple[tuple[str, str], ...] = (),
) -> tuple[str, ...]:
    """The ids an entry belongs to: no pairs or days, but those that these are made of.

    Those it is about; each noun it leaves, with what the noun touches and weighs on; whose
    tallies it moves, and what it takes away. So what is known about an id follows
    from the entries that belong to it.
    """
    ids = [each for each in about if "+" not in each and "#" not in each]
    moved: list[str] = []
    for noun, _ in nouns:
        ids += (noun.id, *noun.touches)
        moved += noun.weighs_on if noun.open else ()
    for each in dict.fromkeys((*moved, *[count.of for count in counts])):
        ids += bases(each)
    ids += [id_ for _, id_ in removes]
    return tuple(dict.fromkeys(ids))


def seal(number: int, previous: str, change: Change) -> Entry:
    """The entry of this number, linked to the hash before it. Every store calls this."""
    body = f'{{"n":{number},"prev":"{previous}",{change.entry[1:]}'
    return Entry(number, sha256(body.encode()).hexdigest(), body, change.apart)
