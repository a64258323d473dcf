"""Whether people can read what the book says: plain words, an age of about twelve."""

from __future__ import annotations

import re
from statistics import mean
from typing import Any

import pytest

import peerkit as pk
from peerkit.handbook import Handbook
from peerkit.telling.facts import MAY, NOT_TOLD, WHY, Facts
from peerkit.telling.wording import Wording

textstat: Any = pytest.importorskip(
    "textstat", reason="reading age is measured where the tools of development are installed"
)

FACT = re.compile(r"\{(\w+)\}")
#: What stands for each fact while a sentence is measured: an ordinary name or number.
STANDS = {"limit": "12", "now": "9", "days": "9", "near": "", "unit": "people", "until": "May"}


def sentences() -> list[str]:
    """Every sentence of every rule, with ordinary words for its facts."""
    return [
        FACT.sub(lambda fact: STANDS.get(fact[1], "Sam"), text)
        for clause in Handbook.load().clauses.values()
        for text in (clause.says, clause.instead, *clause.sentences.values())
    ]


def test_the_sentences_read_at_an_age_of_about_twelve() -> None:
    """Flesch-Kincaid grade: 6 or less on the whole, and few beyond 9."""
    grades = {text: textstat.flesch_kincaid_grade(text) for text in sentences()}
    hardest = sorted(grades, key=lambda each: grades[each])[-5:]

    assert len(grades) > 400
    assert mean(grades.values()) <= 6
    assert sum(each > 9 for each in grades.values()) <= len(grades) * 0.02, hardest
    assert max(grades.values()) <= 11, hardest


def test_what_whoever_reaches_somebody_reads_is_as_easy() -> None:
    """Why it is on them, and what the person said about being called."""
    wording = Wording.load()
    insides = {
        wording.said(
            "call.needed", "en", Facts(id="one", says="", who="sam", why=why, may=may)
        ).inside
        for why in (*(each.value for each in WHY), NOT_TOLD)
        for may in MAY
    }
    with pk.Program.open(":memory:") as program:
        for why in pk.WhyNotTold:
            program.do(
                pk.PassOnNotice(
                    by="teller",
                    notice="1/0",
                    to="sam",
                    of="match.proposed",
                    noun="one",
                    coordinator="kim",
                    why=why,
                )
            )
        insides |= {each.message.inside for each in program.store.posted()}

    assert len(insides) > 10
    assert max(map(textstat.flesch_kincaid_grade, insides)) <= 6


def test_the_measure_tells_hard_from_easy() -> None:
    """A sentence as policies write them would be seen."""
    policy = (
        "Paraprofessional personnel shall refrain from the unauthorised administration of "
        "psychotherapeutic interventions irrespective of participant acquiescence."
    )

    assert textstat.flesch_kincaid_grade(policy) > 20
