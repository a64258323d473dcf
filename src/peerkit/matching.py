"""Who could walk with whom, and why: suggestions, never decisions. The participant chooses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import attrs

from peerkit.model import Experience, Peer, PeerStatus, Person

__all__ = ["Suggestion", "suggest"]


@attrs.frozen(kw_only=True)
class Suggestion:
    """A peer for a participant: what they share, and how many the peer walks with now."""

    peer: str
    participant: str
    shared: frozenset[Experience] = attrs.field(repr=False)
    walking: int
    most: int

    def why(self) -> str:
        """One sentence, with numbers and without a condition."""
        return (
            f"{self.peer} shares {len(self.shared)} lived experience(s) with {self.participant} "
            f"and walks with {self.walking} of at most {self.most} people."
        )


def suggest(
    participant: Person,
    peers: Iterable[tuple[Peer, Person]],
    *,
    walking: Mapping[str, int],
    most: int,
    not_with: Collection[str] = (),
) -> tuple[Suggestion, ...]:
    """Peers who could walk with this person, the best first.

    Only what both *offer* of their experience is compared. More shared
    experience comes first, then the peer with more room, then the id, so that
    the answer is the same every time. ``walking`` says how many people each
    peer walks with now, ``most`` the caseload of the handbook; ``not_with``
    are peers the person does not want, or has declined.
    """
    found = [
        Suggestion(
            peer=peer.id,
            participant=participant.id,
            shared=participant.offers() & person.offers(),
            walking=walking.get(peer.id, 0),
            most=most,
        )
        for peer, person in peers
        if peer.status is PeerStatus.SERVING
        and peer.id != participant.id
        and peer.id not in not_with
        and walking.get(peer.id, 0) < most
    ]
    return tuple(sorted(found, key=lambda each: (-len(each.shared), each.walking, each.peer)))
