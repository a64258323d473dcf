"""Words that we made, and that can be said again in another language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Self

__all__ = ["Phrase", "listed", "said"]

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class Phrase(str):
    """English words of ours that remember how they were put together.

    A phrase is a ``str`` and reads like one everywhere. ``in_words`` says it
    in another language, its parts included; what is no phrase, an id or a
    number, stays as it is.
    """

    __slots__ = ("facts", "template")
    template: str
    facts: Mapping[str, object]

    def __new__(cls, template: str, **facts: object) -> Self:
        """The template with the facts put in."""
        phrase = super().__new__(cls, template.format_map(facts) if facts else template)
        phrase.template = template
        phrase.facts = facts
        return phrase

    def in_words(self, words: Mapping[str, str]) -> str:
        """The same in another language: ``words`` is English to it; what it lacks stays English."""
        return said(words.get(self.template, self.template), self.facts, words)

    def __reduce__(self) -> tuple[object, tuple[str, dict[str, object]]]:
        return _again, (self.template, dict(self.facts))


def _again(template: str, facts: dict[str, object]) -> Phrase:
    return Phrase(template, **facts)


def said(template: str, facts: Mapping[str, object], words: Mapping[str, str] = _NOTHING) -> str:
    """A template with its facts put in, each phrase among them in the language of ``words``."""
    if not facts:
        return template
    spoken = {
        name: fact.in_words(words) if isinstance(fact, Phrase) and words else fact
        for name, fact in facts.items()
    }
    return template.format_map(_Told(spoken))


class _Told(dict[str, object]):
    """Facts by name. One that nobody gave is shown by its name: a sentence is never lost for it."""

    def __missing__(self, name: str) -> str:
        return f"({name})"


def listed(joint: str, *parts: Phrase | str) -> Phrase | None:
    """The parts as one phrase: "a, b or c". None when there are none.

    ``joint`` is "and" or "or", and is said in the other language with the rest.
    """
    if not parts:
        return None
    *before, last = parts
    if not before:
        return Phrase("{last}", last=last)
    rest = before[0]
    for each in before[1:]:
        rest = Phrase("{rest}, {next}", rest=rest, next=each)
    return Phrase(f"{{rest}} {joint} {{last}}", rest=rest, last=last)
