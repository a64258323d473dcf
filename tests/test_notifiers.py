"""The notifiers that peerkit brings keep what a notifier promises."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import pytest

from peerkit.notifiers import CouldNotTell
from peerkit.notifiers.console import ConsoleNotifier
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.testing import NotifierConformance
from peerkit.testing.notifiers import notice


class TestMemoryNotifier(NotifierConformance):
    """A list in this process: whoever can read it may read the inside."""

    claims = frozenset({"safe", "threads"})
    gaps: ClassVar = dict.fromkeys(
        (
            "test_a_failure_is_could_not_tell",
            "test_a_failure_that_passes_is_not_for_good",
            "test_a_refusal_is_for_good",
            "test_a_refusal_is_no_word_about_others",
            "test_a_failure_shows_nothing_of_the_notice",
            "test_a_refusal_shows_nothing_of_the_notice",
            "test_what_failed_can_be_told_again",
        ),
        "A list takes everything.",
    )

    @pytest.fixture
    def notifier(self) -> MemoryNotifier:
        """A new one."""
        return MemoryNotifier()

    def seen(self, notifier: MemoryNotifier) -> str:
        """Its list."""
        return "\n".join(each.inside or each.outside for each in notifier.told)


class Pipe(io.StringIO):
    """A stream that may be cut."""

    cut = False

    def write(self, text: str) -> int:
        """Take the text, or fail as a broken pipe does."""
        if self.cut:
            raise BrokenPipeError
        return super().write(text)


class OnConsole(NotifierConformance):
    """What both sorts of console share."""

    __test__ = False
    claims = frozenset({"threads"})
    gaps: ClassVar = dict.fromkeys(
        (
            "test_a_refusal_is_for_good",
            "test_a_refusal_is_no_word_about_others",
            "test_a_refusal_shows_nothing_of_the_notice",
        ),
        "A stream has no addresses that could be dead.",
    )

    @pytest.fixture
    def pipe(self) -> Pipe:
        """A new stream."""
        return Pipe()

    def seen(self, notifier: ConsoleNotifier) -> str:
        """All that was written."""
        return self._pipe(notifier).getvalue()

    @contextmanager
    def broken(self, notifier: ConsoleNotifier) -> Iterator[None]:
        """The stream is cut for a while."""
        pipe = self._pipe(notifier)
        pipe.cut = True
        yield
        pipe.cut = False

    def _pipe(self, notifier: ConsoleNotifier) -> Pipe:
        assert isinstance(notifier._stream, Pipe)
        return notifier._stream


class TestConsoleNotifier(OnConsole):
    """Others may look on: only the outside."""

    @pytest.fixture
    def notifier(self, pipe: Pipe) -> ConsoleNotifier:
        """The default."""
        return ConsoleNotifier(pipe)


class TestSafeConsoleNotifier(OnConsole):
    """Only those who may read it see this console."""

    claims = frozenset({"safe", "threads"})

    @pytest.fixture
    def notifier(self, pipe: Pipe) -> ConsoleNotifier:
        """Marked safe."""
        return ConsoleNotifier(pipe, safe=True)


def test_a_console_without_a_stream_writes_to_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Left out, the stream is whatever standard output is when something is told."""
    ConsoleNotifier().notify(notice(inside=None))

    assert capsys.readouterr().out == "To ana-4713: Outside-4716: number 1 of these.\n"


def test_a_console_names_the_notice_and_what_failed() -> None:
    """The error says which notice it was, by its key, and what the stream said."""
    pipe = Pipe()
    pipe.cut = True

    with pytest.raises(CouldNotTell, match=r"take notice 1/0/kit \(BrokenPipeError\)"):
        ConsoleNotifier(pipe).notify(notice())
