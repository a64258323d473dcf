"""What is said aside while something is tried: in logs, on the terminal, and in errors."""

from __future__ import annotations

import logging
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from traceback import format_exception
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["everything_in", "overheard"]


class _Ear(logging.Handler):
    """Writes down every record: its text, its traceback, and whatever hangs on it."""

    def __init__(self, paper: StringIO) -> None:
        super().__init__(logging.NOTSET)
        self._paper = paper

    def emit(self, record: logging.LogRecord) -> None:
        """Write all of it down."""
        self._paper.write(f"{self.format(record)} {vars(record)!r}\n")
        if record.exc_info is not None and record.exc_info[1] is not None:
            self._paper.write(everything_in(record.exc_info[1]))


@contextmanager
def overheard() -> Iterator[StringIO]:
    """All that is logged, at DEBUG and by every logger, or written to the terminal meanwhile.

    A host may turn any logger on. So what a library turned off when it was imported is turned on
    here; what it turns off while it works stays off.
    """
    paper = StringIO()
    root, ear = logging.getLogger(), _Ear(paper)
    others = [each for each in root.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    before = [(each, each.level, each.disabled, each.propagate) for each in (root, *others)]
    switched_off = root.manager.disable
    root.addHandler(ear)
    logging.disable(logging.NOTSET)
    for each in (root, *others):
        each.setLevel(logging.DEBUG)
        each.disabled, each.propagate = False, True
    try:
        with redirect_stdout(paper), redirect_stderr(paper):
            yield paper
    finally:
        root.removeHandler(ear)
        logging.disable(switched_off)
        for each, level, disabled, propagate in before:
            each.setLevel(level)
            each.disabled, each.propagate = disabled, propagate


def everything_in(error: BaseException) -> str:
    """An error with its fields, its notes and all that led to it, whether it is printed or not."""
    found: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is not None and all(each is not other for other in found):
            found.append(each)
            left += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]
    return "\n".join(
        f"{each!r} {each.args!r} {vars(each)!r} {''.join(format_exception(each))}" for each in found
    )
