"""A process whose children may be killed, stopped and woken: see ``recorder.py``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

__all__ = ["Nursery", "nursery"]


@attrs.define
class Nursery:
    """A process that starts others, and kills them."""

    process: subprocess.Popen[str]

    def ask(self, *words: object) -> int:
        """One line there, one number back."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(" ".join(map(str, words)) + "\n")
        stdin.flush()
        return int(stdout.readline())


@contextmanager
def nursery() -> Iterator[Nursery]:
    """One that is gone afterwards. Whoever died by themself said why on our own stderr."""
    script = Path(__file__).with_name("recorder.py")
    process = subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Nursery(process)
    finally:
        process.communicate(timeout=60)  # its stdin ends, and so does it
