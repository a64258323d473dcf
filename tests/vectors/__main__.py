"""Writes the vectors anew."""

from tests.vectors import write

write()
