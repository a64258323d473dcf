"""On the way to a service: wanted by the participant, helped along by a peer, ended by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import Act, Judged, Left, Makes, Moves, saying
from peerkit.model import Connection, ConnectionStatus, Noun, WayEnded, WhoIsAsked, Words
from peerkit.model.fields import PRIVATE, an_id, exactly, maybe

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "AskHowItWent",
    "GoAlong",
    "Introduce",
    "TellOutcome",
    "WantConnection",
    "WarmHandOver",
]


@attrs.frozen(kw_only=True)
class WantConnection(Makes):
    """Write down that a participant wants to reach a service. It is their wish.

    ``service`` is its id in the directory. ``hope`` says in their words what they hope
    for, kept apart. When somebody else writes it, ``said_so`` says that they said it.
    """

    kind: ClassVar[str] = "connection.wanted"
    makes: ClassVar[type[Noun]] = Connection
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "participant")
    private_to: ClassVar[str] = "participant"
    participant: str = attrs.field(validator=an_id)
    service: str = attrs.field(validator=an_id, repr=False, metadata=PRIVATE)
    hope: Words | None = maybe(Words)
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The connection, and what they hope for apart."""
        made = Connection(id=self.the_id, participant=self.participant, service=self.service)
        return Left(
            nouns=(made,), words=saying(f"connection/{made.id}", self.participant, self.hope)
        )


@attrs.frozen(kw_only=True)
class _OnTheWay(Moves):
    """What every help on the way shares."""

    moves: ClassVar[type[Noun]] = Connection
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer", "participant", "peer+participant")
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The connection as it now stands."""
        return Left(nouns=(self.moved(view),))


@attrs.frozen(kw_only=True)
class Introduce(_OnTheWay):
    """Ask to introduce a participant to somebody of the service that they want to reach.

    ``to_whom`` is greeted, and nothing is told beside. What a peer tells of the
    participant is a :class:`~peerkit.ShareInformation`, asked by itself.
    """

    kind: ClassVar[str] = "connection.introduced"
    to_whom: str = attrs.field(validator=an_id)

    def to(self, noun: Connection) -> ConnectionStatus:
        """Introduced."""
        return ConnectionStatus.INTRODUCED


@attrs.frozen(kw_only=True)
class GoAlong(_OnTheWay):
    """Ask to go along to the service. ``invited``: the participant asked for company."""

    kind: ClassVar[str] = "connection.gone-along"
    invited: bool | None = maybe(bool)

    def to(self, noun: Connection) -> ConnectionStatus:
        """Gone along."""
        return ConnectionStatus.GONE_ALONG


@attrs.frozen(kw_only=True)
class WarmHandOver(_OnTheWay):
    """Ask for a warm hand-over: all three together, and then the service goes on with them.

    ``to_whom`` takes over. The participant says what they want to say. What the peer tells
    of them is a :class:`~peerkit.ShareInformation`, asked by itself.
    """

    kind: ClassVar[str] = "connection.handed-over"
    to_whom: str = attrs.field(validator=an_id)

    def to(self, noun: Connection) -> ConnectionStatus:
        """Handed over."""
        return ConnectionStatus.HANDED_OVER


@attrs.frozen(kw_only=True)
class AskHowItWent(Act):
    """Ask to find out how it went. The person may tell or not; the service is another thing.

    ``whom`` is asked. ``their_wish``: the participant wants the service to be asked.
    """

    kind: ClassVar[str] = "connection.asked-after"
    stands_on: ClassVar[tuple[str, ...]] = ("connection", "peer", "participant", "peer+participant")
    connection: str = attrs.field(validator=an_id)
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    whom: WhoIsAsked = attrs.field(validator=exactly(WhoIsAsked), repr=False)
    their_wish: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The journal's entry is the account of it; what is answered is nobody's record."""
        return Left()


@attrs.frozen(kw_only=True)
class TellOutcome(Moves):
    """The participant tells how it ended: used, not for them, or let go. No reason is asked.

    ``told`` says more in their words, kept apart.
    """

    kind: ClassVar[str] = "connection.ended"
    moves: ClassVar[type[Noun]] = Connection
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant")
    participant: str = attrs.field(validator=an_id)
    outcome: WayEnded = attrs.field(validator=exactly(WayEnded), repr=False)
    told: Words | None = maybe(Words)
    said_so: bool | None = maybe(bool)

    def to(self, noun: Connection) -> ConnectionStatus:
        """As it was told."""
        return ConnectionStatus(self.outcome.value)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The connection that is over, and what was told apart."""
        said = saying(f"connection/{self.id}", self.participant, self.told)
        return Left(nouns=(self.moved(view),), words=said)
