"""The whole answer to an act: every finding, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from peerkit.acts import Act, Judged
from peerkit.decisions.explaining import FORMS
from peerkit.decisions.finding import Findings
from peerkit.decisions.tracing import TRACE_VERSION, engine, traced
from peerkit.errors import BadInput, PeerkitError, must_be
from peerkit.handbook import ENGLISH, Language, Verdict, language

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Decision", "Refused"]

#: What is said of a report beside its verdict.
KEPT: Final = "It is kept all the same: a report is never refused."


class Refused(PeerkitError):
    """An act was not allowed; ``decision`` says why, and what to do instead.

    The message itself gives no reason: a traceback goes to places where the
    reason, a tie between two people perhaps, does not belong.
    """

    def __init__(self, decision: Decision) -> None:
        self.decision: Decision = decision
        super().__init__(
            f"{decision.act.kind}: {decision.verdict}. The decision says why, and what leads on."
        )

    def __reduce__(self) -> tuple[type[Refused], tuple[Decision]]:
        return type(self), (self.decision,)


@attrs.frozen
class Decision:
    """Every finding on one act. ``verdict`` is the heaviest of them.

    ``edition`` is the handbook's and ``day`` the one it was read for.
    ``number`` is the journal's entry, 0 while nothing is kept; ``again`` is
    true when the act's key had been answered before. ``kept`` are the kinds and
    ids of the nouns that were kept as they now stand: where an id was taken, what
    was told is kept under another.
    """

    act: Act = attrs.field(repr=lambda act: act.kind)
    findings: Findings = attrs.field(repr=False)
    verdict: Verdict
    edition: str
    day: date
    number: int = 0
    again: bool = False
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether nothing stands against it."""
        return self.verdict is Verdict.ALLOWED

    def or_raise(self) -> Decision:
        """The decision, or :class:`Refused` when it is not allowed."""
        if not self.allowed:
            raise Refused(self)
        return self

    def kept_as(self, number: int, kept: tuple[tuple[str, str], ...] = ()) -> Decision:
        """The decision, once it is the journal's entry of this number, which keeps these nouns."""
        return Decision(
            self.act, self.findings, self.verdict, self.edition, self.day, number, self.again, kept
        )

    def heaviest_first(self) -> Findings:
        """The findings in the order people should read them."""
        return tuple(sorted(self.findings, key=lambda each: -each.verdict))

    def explain(
        self,
        form: str = "text",
        *,
        sources: bool = True,
        language: str | Language = ENGLISH,
    ) -> str:
        """The whole answer: verdict, sentences, the way forward and the sources; heaviest first.

        ``form`` is "text", "markdown" or "html"; ``language`` the id of one that
        peerkit ships ("es"), or a :class:`~peerkit.handbook.Language`.
        """
        if form not in FORMS:
            raise BadInput("form", "one of " + ", ".join(FORMS))
        spoken = _spoken(language)
        return FORMS[form](
            self.heaviest_first(), self._head(spoken), sources=sources, language=spoken
        )

    def _head(self, language: Language) -> str:
        head = f"{self.act.kind}: {language(str(self.verdict))}."
        kept = self.act.already and not self.allowed
        return f"{head} {language(KEPT)}" if kept else head

    def _repr_html_(self) -> str:
        return self.explain("html")

    def trace(self, *, language: str | Language = ENGLISH) -> dict[str, Any]:
        """The whole answer as plain data, ready for ``json.dumps``; no words of anybody's.

        ``trace`` is the version of this form, ``engine`` that of peerkit,
        ``edition`` the handbook's; ``findings`` come heaviest first, each with
        its facts, what leads on, and its sources with their dates.
        """
        return {
            "trace": TRACE_VERSION,
            "engine": engine(),
            "edition": self.edition,
            "day": self.day.isoformat(),
            "act": self.act.kind,
            "by": self.act.by,
            "about": list(self.act.about),
            "report": self.act.already,
            "verdict": self.verdict.name.lower(),
            "number": self.number or None,
            "again": self.again,
            "kept": [{"noun": kind, "id": id_} for kind, id_ in self.kept],
            "findings": traced(self.heaviest_first(), _spoken(language)),
        }

    def judged(self) -> Judged:
        """What the act itself needs to know of this."""
        used, supplied = self._named("advice"), self._named("supplied")
        if self.allowed and not used and not supplied:
            return Judged(day=self.day)
        against = [
            each for each in self.findings if not each.allowed and not each.clause.time_counts
        ]
        crossed = (each.clause.id for each in against if not each.clause.of_the_record)
        return Judged(
            day=self.day,
            allowed=self.allowed,
            whole=any(each.activity < 0 for each in against),
            outside=frozenset(each.activity for each in against if each.activity >= 0),
            clauses=tuple(dict.fromkeys(each.clause.id for each in against)),
            crossed=tuple(dict.fromkeys(crossed)),
            used=used,
            supplied=supplied,
        )

    def _named(self, fact: str) -> tuple[str, ...]:
        """Every id that the findings have under this fact, each once."""
        found = [each.facts[fact] for each in self.findings if fact in each.facts]
        if not found:
            return ()
        ids = (str(each) for some in found for each in cast("tuple[str, ...]", some))
        return tuple(dict.fromkeys(ids))

    def __str__(self) -> str:
        return self.explain()

    def __bool__(self) -> bool:
        raise TypeError("A decision is neither true nor false: ask decision.allowed.")


def _spoken(given: str | Language) -> Language:
    must_be(str | Language, given, "language", 'give its id, such as "es", or a Language')
    return language(given) if isinstance(given, str) else given
