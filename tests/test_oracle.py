"""Drawn cases, judged twice: by the rules, and by a second reading that shares no line of them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Final

import pytest

import peerkit as pk
from tests.oracle import oracle
from tests.oracle_acts import DRAW
from tests.oracle_cases import Case, case
from tests.oracle_tables import GREY, VERDICTS

pytestmark = pytest.mark.once

#: How many cases are drawn, and the number of the first: ranges of numbers share out a long run.
PAIRS: Final = int(os.environ.get("PEERKIT_ORACLE_PAIRS", "20000"))
FIRST: Final = int(os.environ.get("PEERKIT_ORACLE_FIRST", "0"))
#: How often every rule says no and every verdict is given: 100 times in what CI draws.
OFTEN_ENOUGH: Final = min(100, PAIRS // 200)
#: Rules that are there to say yes; and in no case here has anybody been forgotten.
NEVER_SAY_NO: Final = frozenset({"anyone-may-tell", "safety-first", "forgotten"})

# What the second reading first read otherwise, and what it learned from the disagreement:
#
# | it had read | it learned |
# |---|---|
# | a missing answer hides the others | an answer that rules it out is heard all the same |
# | confidentiality limits are asked for in groups | they are a pair's; a group has ground rules |
# | they are asked for in reports | they are asked for when a second meeting is planned |
# | one hour for each 25 is due in parts | it is due when the first 25 hours are over |
# | a late note is counted from the day a session began | it is counted from the day it was over |
# | a plan needs a yes at its own moment | it needs a yes now; only a report looks back |
# | what nobody asked them (X) needs consent | it is done behind their back: not allowed |
# | a condition on file opens what is conditional (A05, A43) | the book also asks the supervisor |
# | private practice is open outside two boards (A29) | without a supervisor it is open nowhere |
# | a tool without training (A37) is not allowed | it is conditional: the training is first |
# | facts are of everybody in the session | they are of one pair, and each is of one activity |
# | a story has one hearer, who is named | whoever is there hears it as well |
# | the same report told again is another one | it is kept once, and its note is not late again |


#: Where the rules differ from the sources, and nobody has changed them yet. An entry that explains
#: nothing any more is taken away with its cause.
OPEN: Final[dict[str, Callable[[Case], bool]]] = {}


@pytest.fixture(scope="module")
def cases() -> Counter[str]:
    """What came of all cases: disagreements explained and not, rules and verdicts met."""
    met: Counter[str] = Counter()
    for number in range(FIRST, FIRST + PAIRS):
        each = case(number)
        verdict = str(each.decision.verdict)
        second, because = oracle(each.act, each.view, each.book.day, each.layers)
        met[verdict] += 1
        for rule in pk.ROLE_LIMITS.rules:
            if isinstance(each.act, rule.speaks_of):
                found = rule.check(each.act, each.view, each.book)
                met[rule.id] += any(not finding.allowed for finding in found)
        if verdict != second:
            why = [passage for passage, explains in OPEN.items() if explains(each)]
            met.update(why or ["unexplained"])
            if not why:
                print(_shown(each, second, because))  # noqa: T201 - whoever reads the failure needs it
    return met


def _shown(case: Case, second: str, because: set[str]) -> str:
    """A disagreement, for whoever has to find out who is right."""
    stands = "\n".join(f"    {each!r}" for each in case.view.nouns)
    return (
        f"case {case.number}, {case.layers or 'base'}, {case.book.day}\n  {case.act!r}\n"
        f"  activities: {case.act.activities_named!r}\n  stands at {case.view.now}:\n{stands}\n"
        f"    {dict(case.view.tallies)}\n  second reading: {second}, {sorted(because)}\n"
        f"  rules: {case.decision.explain()}"
    )


def test_both_readings_agree(cases: Counter[str]) -> None:
    """The rules and the second reading give one verdict, but for what is known to be open."""
    assert cases["unexplained"] == 0


def test_what_is_open_is_still_open(cases: Counter[str]) -> None:
    """Every open difference is met, so that a mended one is taken off the list."""
    assert [each for each in OPEN if not cases[each]] == []


def test_every_verdict_and_rule_is_met(cases: Counter[str]) -> None:
    """Chance comes near every limit: each verdict is given and each rule says no, many times."""
    met = {rule.id for kind in DRAW for rule in pk.ROLE_LIMITS.speaking_of(kind)}
    rules = met - NEVER_SAY_NO
    names = {*rules, *map(str, pk.Verdict)}
    assert {each: cases[each] for each in names if cases[each] < OFTEN_ENOUGH} == {}


def test_the_second_reading_knows_the_whole_catalogue() -> None:
    """Every activity of the book, and every question it asks, is in the tables."""
    book = pk.Handbook.load("us/mn", "us/oh").activities
    assert {each.rpartition(":")[2] for each in (*VERDICTS, *GREY)} == set(book)
    assert {id_: set(GREY.get(id_, ())) for id_ in book} == {
        id_: set(entry.asks) for id_, entry in book.items()
    }
