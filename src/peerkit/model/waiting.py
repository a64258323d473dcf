"""The waiting list: who waits, since when, and when somebody last reached them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import a, a_moment, an_id, in_utc, maybe_moment
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = ["Waiting", "WaitingStatus"]


class WaitingStatus(StrEnum):
    """Somebody waits, until they have said yes to a peer or no longer want to wait."""

    WAITING = "waiting"
    MATCHED = "matched"
    LEFT = "off-the-list"


WAITING: Final = Lifecycle(
    begins=frozenset({WaitingStatus.WAITING}),
    steps={
        WaitingStatus.WAITING: frozenset({WaitingStatus.MATCHED, WaitingStatus.LEFT}),
        WaitingStatus.MATCHED: frozenset(),
        WaitingStatus.LEFT: frozenset(),
    },
    closed=frozenset({WaitingStatus.MATCHED, WaitingStatus.LEFT}),
)


def _tries(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not int or value < 0:
        raise BadInput("Waiting.tries", "a whole number, 0 or more")


@attrs.frozen(kw_only=True)
class Waiting(Noun):
    """A participant who waits for a peer, since when, and how often somebody tried to reach them.

    ``tried`` is the moment of the last try and ``reached`` of the last that
    succeeded; all others are only counted in ``tries``.
    """

    kind: ClassVar[str] = "waiting"
    lifecycle: ClassVar[Lifecycle[WaitingStatus]] = WAITING
    read_with: ClassVar[tuple[str, ...]] = ("participant",)
    found_with: ClassVar[tuple[str, ...]] = ("participant",)
    dated: ClassVar[str] = "since"
    status: WaitingStatus = a(WaitingStatus, WaitingStatus.WAITING)
    participant: str = attrs.field(validator=an_id)
    since: datetime = attrs.field(converter=in_utc, validator=a_moment)
    tried: datetime | None = maybe_moment()
    reached: datetime | None = maybe_moment()
    tries: int = attrs.field(default=0, validator=_tries)

    @property
    def heard(self) -> datetime:
        """The last moment at which somebody is known to have spoken with them."""
        return self.since if self.reached is None else max(self.since, self.reached)
