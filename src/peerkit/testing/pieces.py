"""What the kit of stores puts into a store: small real nouns, and changes made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

from peerkit.errors import Moved
from peerkit.model import (
    NOUNS,
    Count,
    Goal,
    Match,
    MatchStatus,
    Message,
    Noun,
    Peer,
    Role,
    Session,
    SessionForm,
    SessionStatus,
    pair,
)
from peerkit.stores import (
    Apart,
    Change,
    Delivery,
    Entry,
    Posted,
    Settled,
    Standing,
    Store,
    Wanted,
)
from peerkit.stores.writing.codec import text, write_noun
from peerkit.testing.kit import pytest

__all__ = [
    "DAY",
    "LATER",
    "NOW",
    "PAIR",
    "SOON",
    "change",
    "everything",
    "goal",
    "keep",
    "look",
    "match",
    "message",
    "moved",
    "peer",
    "session",
    "settled",
    "tallies",
    "unwritable",
    "words",
]

T = TypeVar("T")

NOW: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)
DAY: Final = NOW.date()
SOON: Final = NOW + timedelta(minutes=5)
LATER: Final = NOW + timedelta(minutes=6)
PAIR: Final = pair("ana", "p-1")


def match(
    id_: str = "m-1",
    status: MatchStatus = MatchStatus.PROPOSED,
    *,
    peer: str = "ana",
    participant: str = "p-1",
) -> Match:
    """A match: it weighs on its pair and touches both."""
    return Match(id=id_, status=status, peer=peer, participant=participant)


def peer(supervisor: str = "sam") -> Peer:
    """A peer: it weighs on nobody and touches its supervisor."""
    return Peer(id="ana", role=Role.WORKER, supervisor=supervisor, since=DAY)


def session(participant: str, status: SessionStatus = SessionStatus.PLANNED) -> Session:
    """A session of ana with somebody: it weighs on nobody and touches both."""
    return Session(
        id="s-1",
        status=status,
        form=SessionForm.AD_HOC,
        peer="ana",
        participants=(participant,),
        starts=NOW,
        minutes=30,
    )


def goal(number: int) -> Goal:
    """A goal of p-1, of which there may be many."""
    return Goal(id=f"g-{number:04}", participant="p-1")


def message(number: int = 1, to: str = "ana", due: datetime | None = None) -> Message:
    """A message to somebody."""
    return Message(to=to, kind="kit.message", about="m-1", inside=f"Message {number}.", due=due)


def settled(posted: Posted, delivery: Delivery = Delivery.TOLD, **how: Any) -> Settled:
    """What became of a message that was taken: it was told, or what else is said."""
    return Settled(key=posted.key, delivery=delivery, **{"attempts": posted.attempts, **how})


def words(said: str, about: str = "goal/g-1", owner: str = "p-1") -> Apart:
    """Somebody's words."""
    return Apart(about, owner, "salt", said)


def look(store: Store, *about: str, day: date = DAY, key: str | None = None) -> Standing:
    """How things stand about these ids on the day of the kit."""
    return store.view(about, day, NOW, key)


def change(  # noqa: PLR0913 - the parts of a change
    about: tuple[str, ...],
    stood: Standing,
    *,
    key: str | None = None,
    nouns: Iterable[Noun] = (),
    counts: Iterable[Count] = (),
    messages: Iterable[Message] = (),
    said: Iterable[Apart] = (),
    forgets: Iterable[str] = (),
    removes: Iterable[tuple[str, str]] = (),
) -> Change:
    """What a program would keep, with the shortest entry that tells what it moves."""
    written = tuple((each, write_noun(each)) for each in nouns)
    gone = {"forgets": [*forgets]}
    told: dict[str, Any] = {"act": {"act": "kit.entry"}, "about": about, "key": key, "nouns": []}
    entry = text({**told, **gone} if gone["forgets"] else told)
    return Change(
        about=about,
        day=DAY,
        stood=stood,
        key=key,
        entry=entry,
        nouns=written,
        counts=tuple(counts),
        messages=tuple(messages),
        apart=tuple(said),
        forgets=tuple(gone["forgets"]),
        removes=tuple(removes),
    )


def keep(store: Store, *about: str, **what: Any) -> Entry:
    """Look at these ids, and keep a change about them."""
    return store.keep(change(about, look(store, *about, key=what.get("key")), **what))


def everything(store: Store) -> dict[str, Any]:
    """All that can be read of a store, to be compared with what can be read later."""
    return {
        "journal": tuple(store.journal()),
        "nouns": tuple(store.find(Wanted(kind), limit=10_000) for kind in NOUNS),
        "books": Counter(store.books()),
        "words": store.apart("goal/g-1"),
        "outbox": store.outbox(),
        "posted": tuple(store.posted()),
    }


def tallies(store: Store) -> dict[tuple[str, str, str], int]:
    """Every tally that is not zero."""
    every = (each for each in store.books() if isinstance(each, Count))
    return {(each.of, each.what, each.period): each.by for each in every if each.by}


def moved(store: Store, stale: Change) -> None:
    """Whether the store says that this change has moved, and keeps nothing of it."""
    before = everything(store)
    with pytest.raises(Moved):
        store.keep(stale)
    assert everything(store) == before, "A change that was refused left something behind."


def unwritable(kind: type[T]) -> T:
    """A thing without its fields. Whoever reads one of them gets an ``AttributeError``."""
    return kind.__new__(kind)
