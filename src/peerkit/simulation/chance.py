"""Chance, one stream for each question."""

from __future__ import annotations

import random
from hashlib import blake2b

__all__ = ["chance"]


def chance(seed: int, *purpose: str | int) -> random.Random:
    """The stream for one purpose: asking another question never changes this one's answer.

    The same seed and purpose give the same stream on every machine.
    """
    key = repr((seed, *purpose)).encode()
    return random.Random(int.from_bytes(blake2b(key, digest_size=8).digest(), "big"))
