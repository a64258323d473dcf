"""What a filled-in questionnaire comes to. Nothing is guessed: without every answer no total."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.handbook.instruments import Better, Instrument, instrument, reliable_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peerkit.handbook.book import Book

__all__ = [
    "Change",
    "Direction",
    "PartScore",
    "Score",
    "band",
    "must_fit",
    "reliable_change",
    "score",
]

#: How many answers it takes before all of them being alike says something.
_ALIKE: Final = 2


@attrs.frozen(kw_only=True)
class PartScore:
    """The score of one part: the sum of its items, after turning round, and their mean."""

    id: str
    total: int = attrs.field(repr=False)
    mean: float = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Score:
    """What the answers come to. It shows neither them nor what they mean.

    ``total`` is the sum after reversed items were turned round, ``scaled`` the
    same times what the instrument says; both are None while ``missing`` names
    an item. ``alike`` is true where every answer is the same although some
    items are reversed: a sign that the form was not read, and no result.
    ``safety`` names the items whose answer goes to somebody at once, whatever
    the total is, and also where other answers are missing.
    """

    instrument: str = attrs.field(repr=False)
    total: int | None = attrs.field(repr=False)
    scaled: int | None = attrs.field(repr=False)
    parts: tuple[PartScore, ...] = attrs.field(repr=False)
    missing: tuple[str, ...]
    alike: bool
    safety: tuple[str, ...] = attrs.field(repr=False)

    @property
    def whole(self) -> bool:
        """Whether every item was answered."""
        return not self.missing


def must_fit(of: Instrument, answers: Mapping[str, int], place: str) -> None:
    """Refuse an answer that cannot be. Raises :class:`BadInput`: the item, and never the answer."""
    for item, answer in answers.items():
        if item not in of.items:
            raise BadInput(place, f"{of.id} has the items {of.items[0]} to {of.items[-1]}")
        if type(answer) is not int or not of.least <= answer <= of.most:
            raise BadInput(place, f"{item} takes a whole number, {of.least} to {of.most}")


def score(
    of: Instrument,
    answers: Mapping[str, int],
    *,
    parts: Mapping[str, Sequence[str]] | None = None,
) -> Score:
    """What these answers come to, by the ids of the items.

    ``parts`` says which items belong to which part, as the manual of the form
    does. Raises :class:`~peerkit.errors.BadInput` for an answer that cannot be.
    """
    must_be(Instrument, of, "of", 'give an Instrument, such as instrument("who-5")')
    must_be(Mapping, answers, "answers", 'give points by item, such as {"item-1": 3}')
    must_fit(of, answers, "answers")
    missing = tuple(each for each in of.items if each not in answers)
    turned = {item: of.turned(item, answer) for item, answer in answers.items()}
    total = None if missing else sum(turned.values())
    alike = bool(of.reversed) and len(answers) >= _ALIKE and len(set(answers.values())) == 1
    return Score(
        instrument=of.id,
        total=total,
        scaled=None if total is None else total * of.times,
        parts=_parts(of, turned, {} if parts is None else parts),
        missing=missing,
        alike=alike and not missing,
        safety=tuple(each for each, least in of.safety.items() if answers.get(each, -1) >= least),
    )


def _parts(
    of: Instrument, turned: Mapping[str, int], key: Mapping[str, Sequence[str]]
) -> tuple[PartScore, ...]:
    """The score of every part that is described and answered in full."""
    sizes = {each.id: each.items for each in of.parts}
    found = []
    for id_, items in key.items():
        if id_ not in sizes:
            raise BadInput("parts", f"{of.id} has the parts {', '.join(sizes) or 'none'}")
        if len(set(items)) != sizes[id_] or not set(items) <= set(of.items):
            raise BadInput("parts", f"{id_} takes {sizes[id_]} different items of {of.id}")
        if set(items) <= turned.keys():
            total = sum(turned[each] for each in items)
            found.append(PartScore(id=id_, total=total, mean=total / len(items)))
    return tuple(found)


def band(found: Score, book: Book) -> str | None:
    """What the authors of the instrument call this score on the day of this book.

    It is for a clinician to say what it means. None without a total, and for
    an instrument without cut points.
    """
    if found.scaled is None:
        return None
    name = None
    for each in instrument(found.instrument).bands:
        if each.past is None or not book.clause(each.past).keeps(found.scaled):
            name = each.id
    return name


class Direction(StrEnum):
    """What a change amounts to beside the noise of the scale (R-RCI)."""

    GAIN = "reliable-gain"
    DROP = "reliable-drop"
    NONE = "not-reliable"


@attrs.frozen(kw_only=True)
class Change:
    """A change between two scores, beside the noise of the scale.

    ``spread`` is the standard error of the difference, ``index`` the change in
    such errors, ``least`` the smallest change that would be reliable.
    ``meaningful`` is another question: whether the change is as large as people
    usually call meaningful; None where nobody has said so. ``better`` says
    whether a reliable change is for the better; None where it is not reliable.
    """

    points: float
    spread: float
    index: float
    least: float
    direction: Direction
    better: bool | None
    meaningful: bool | None

    @property
    def reliable(self) -> bool:
        """Whether it is more than noise."""
        return self.direction is not Direction.NONE


def reliable_change(
    before: float,
    after: float,
    *,
    sd: float,
    reliability: float,
    of: Instrument | None = None,
) -> Change:
    """Whether somebody's score changed by more than the noise of the scale (Jacobson and Truax).

    ``sd`` is the standard deviation before anything was done, ``reliability``
    the test-retest correlation or alpha. ``of`` says which way is better, and
    what a meaningful change is; without it higher is better.
    """
    for name, each in (("before", before), ("after", after), ("sd", sd)):
        must_be(int | float, each, name, "give a number")
        if not isfinite(each):
            raise BadInput(name, "give a number")
    must_be(int | float, reliability, "reliability", "give a number")
    if sd <= 0:
        raise BadInput("sd", "give a number above 0")
    if not 0 <= reliability < 1:
        raise BadInput("reliability", "give a number from 0 up to, but not including, 1")
    points = after - before
    spread = sqrt(2) * sd * sqrt(1 - reliability)
    index = points / spread
    direction = Direction.NONE
    if abs(index) >= reliable_from():
        direction = Direction.GAIN if index > 0 else Direction.DROP
    upward = of is None or of.better is Better.HIGHER
    usual = None if of is None else of.meaningful
    return Change(
        points=points,
        spread=spread,
        index=index,
        least=reliable_from() * spread,
        direction=direction,
        better=None if direction is Direction.NONE else (index > 0) is upward,
        meaningful=None if usual is None else abs(points) >= usual.points,
    )
