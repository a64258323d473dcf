"""A break of the journal is explained, so that what comes after it can be relied on again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from peerkit.acts.act import Act, Judged, Left, Saying
from peerkit.errors import BadInput
from peerkit.model import Words
from peerkit.model.fields import MOST_NAMED, as_tuple, exactly, is_digest

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["ExplainBreak"]


def _a_number(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not int or value < 0:
        raise BadInput("ExplainBreak.number", "give the number of an entry; 0: beside the journal")


def _digests(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not tuple or not 1 <= len(value) <= MOST_NAMED:
        raise BadInput("ExplainBreak.found", f"name 1 to {MOST_NAMED} breaks")
    if not all(map(is_digest, value)):
        raise BadInput("ExplainBreak.found", "name each break by its found, as verify gives it")


@attrs.frozen(kw_only=True)
class ExplainBreak(Act):
    """Explain what does not fit in the journal or beside it, once it was looked into.

    ``number`` is that of the breaks, as ``verify`` gives it: the entry that does not fit,
    0 where it lies beside the journal. It is what the words are kept about
    (``break/4``). ``found`` are the digests of exactly the breaks that are explained,
    and of no others; ``why`` says what happened, in words that are kept apart.
    """

    kind: ClassVar[str] = "break.explained"
    stands_on: ClassVar[tuple[str, ...]] = ("by",)
    number: int = attrs.field(validator=_a_number)
    found: tuple[str, ...] = attrs.field(converter=as_tuple, validator=_digests)
    why: Words = attrs.field(validator=exactly(Words))

    def leaves(self, view: View, judged: Judged) -> Left:
        """The words, which belong to whoever explains. The entry itself is the explanation."""
        return Left(words=(Saying(f"break/{self.number}", self.by, self.why),))
