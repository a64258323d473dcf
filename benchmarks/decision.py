"""1. One explained decision: peerkit's engine against a hand-written list, vakt, Cedar and Casbin.

All sides answer the same requests about the same forty rules, and must give the same answers, and
the same reasons where they give any, before they are timed. What each is asked is prepared before
the clock starts. The last rows are peerkit's own limits on ordinary acts, see ``everyday``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

import peerkit as pk
from benchmarks import everyday, other_engines
from benchmarks import pretend_program as pretend
from benchmarks.forty_in_peerkit import asked, reasons, the_rules
from benchmarks.forty_in_python import Answer, hand_written
from benchmarks.measuring import Effort, Figure, compared, in_turn, per_call
from benchmarks.other_engines import Engine
from benchmarks.rule_requests import Request, requests, sorted_out
from peerkit.handbook import layers

__all__ = ["CASES"]

#: How many requests all sides must agree on, and how many allowed and refused ones are timed.
CHECKED: Final = 2_000
CHECKED_QUICKLY: Final = 100
TIMED: Final = 50


def _by_hand() -> Engine:
    decide = hand_written()

    def read(answer: Answer) -> tuple[bool, frozenset[str] | None]:
        return answer.allowed, frozenset(answer.permits + answer.denies)

    return Engine("hand-written list", lambda request: (request,), decide, read)


def _agree(engine: Engine, rules: pk.Rules, number: int) -> None:
    """The same answers on so many requests, and reasons that peerkit gives too."""
    permits = frozenset(each.id for each in rules.rules if each.id.startswith("P"))
    for request in requests(number, seed=11):
        decision = pk.decide(*asked(request, rules))
        allowed, why = engine.read(engine.decide(*engine.prepare(request)))
        assert allowed == decision.allowed, (engine.name, request)
        if why is None:
            continue
        ours = frozenset(reasons(decision))
        if engine.name == "hand-written list":
            assert why == ours, (why, ours)
        elif engine.name == "cedarpy":  # it names the rules of the side that won
            assert why == (ours - permits or ours), (why, ours)
        else:  # it names the first
            assert why <= (ours - permits or ours), (why, ours)


def _against(make: Callable[[], Engine], **bounds: Any) -> Callable[[Effort], list[Figure]]:
    def case(effort: Effort) -> list[Figure]:
        engine, rules, by_hand = make(), the_rules(), hand_written()
        _agree(engine, rules, CHECKED_QUICKLY if effort.quick else CHECKED)

        def allows(request: Request) -> bool:
            return by_hand(request).allowed

        figures = []
        both = sorted_out(allows, TIMED, seed=7)
        for named, chosen in zip(("allowed", "refused"), both, strict=True):
            ours, theirs = in_turn(
                effort,
                per_call(pk.decide, [asked(each, rules) for each in chosen], effort),
                per_call(engine.decide, [engine.prepare(each) for each in chosen], effort),
            )
            figures.append(compared(f"{engine.name}, {named}", ours, theirs, **bounds))
        return figures

    return case


def _differ(judge: Callable[..., Any], chosen: list[Any], book: pk.Book) -> set[str]:
    """The codes of which peerkit and the list by hand say different things."""
    found: set[str] = set()
    for act, view in chosen:
        ours = everyday.reasons(pk.decide(act, view, book, pk.ROLE_LIMITS))
        theirs = judge(act, view, book.day).reasons
        found |= {code for code, *_ in {*ours} ^ {*theirs}}
    return found


def _everyday(effort: Effort) -> list[Figure]:
    return _by_list(effort, "the base", ())


def _every_layer(effort: Effort) -> list[Figure]:
    return _by_list(effort, "every layer", tuple(each.id for each in layers()), most=2)


def _by_list(effort: Effort, under: str, layered: tuple[str, ...], **bounds: Any) -> list[Figure]:
    book = pk.Handbook.load(*layered).on(pretend.NOW.date())
    by_hand = everyday.hand_written(book)
    figures: list[Figure] = []
    clock = pretend.Clock()
    with pk.Program.open(":memory:", clock=clock) as program:
        pretend.begin(program, clock)
        for name, chosen in everyday.asks(program).items():
            if differ := _differ(by_hand, chosen, book):
                print(f"everyday.py judges {name} otherwise: {sorted(differ)}", file=sys.stderr)
                continue
            act, view = chosen[0]
            ours, theirs = in_turn(
                effort,
                per_call(pk.decide, [(act, view, book, pk.ROLE_LIMITS)], effort),
                per_call(by_hand, [(act, view, book.day)], effort),
            )
            figures.append(compared(f"own limits by hand, {under}, {name}", ours, theirs, **bounds))
    return figures


#: What is run, each in a process of its own.
CASES: Final = {
    "by-hand": _against(_by_hand, most=1.5),
    "vakt": _against(other_engines.vakt, faster=True, least=8),
    "cedarpy": _against(other_engines.cedar, faster=True, least=50),
    "pycasbin": _against(other_engines.casbin, faster=True),
    "everyday": _everyday,
    "every-layer": _every_layer,
}
