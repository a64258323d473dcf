"""The notifiers that peerkit brings keep what a notifier promises."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import pytest

from peerkit.notifiers.console import ConsoleNotifier
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.testing import NotifierConformance


class TestMemoryNotifier(NotifierConformance):
    """A list in this process: whoever can read it may read the inside."""

    claims = frozenset({"safe"})
    gaps: ClassVar = {
        "test_a_failure_is_could_not_tell": "A list takes everything.",
        "test_a_failure_shows_nothing_of_the_message": "A list takes everything.",
        "test_what_failed_can_be_told_again": "A list takes everything.",
    }

    @pytest.fixture
    def notifier(self) -> MemoryNotifier:
        """A new one."""
        return MemoryNotifier()

    def seen(self, notifier: MemoryNotifier) -> str:
        """Its list."""
        return "\n".join(f"{each.to}: {each.inside}" for each in notifier.told)


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

    claims = frozenset({"safe"})

    @pytest.fixture
    def notifier(self, pipe: Pipe) -> ConsoleNotifier:
        """Marked safe."""
        return ConsoleNotifier(pipe, safe=True)
