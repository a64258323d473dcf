"""The checker of histories finds each anomaly that has a name, and nothing in a good history."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from tests.histories import Anomaly, Did, anomalies, knots

pytestmark = pytest.mark.once


#: Histories that nobody could have made one after the other, and what each is called.
BAD: dict[str, tuple[str, tuple[Did, ...]]] = {
    "two wrote over each other": (
        "G0",
        (Did("a", writes={"x": (1,), "y": (4,)}), Did("b", writes={"x": (2,), "y": (3,)})),
    ),
    "one read what was never kept": (
        "G1a",
        (Did("a", writes={"x": (1,)}, kept=False), Did("b", reads={"x": 1})),
    ),
    "one read what nobody wrote": ("G1a", (Did("b", reads={"x": 7}),)),
    "one read half a batch": (
        "G1b",
        (Did("a", writes={"x": (1, 2)}), Did("b", reads={"x": 1})),
    ),
    "each read what the other wrote": (
        "G1c",
        (
            Did("a", reads={"y": 2}, writes={"x": (1,)}),
            Did("b", reads={"x": 1}, writes={"y": (2,)}),
        ),
    ),
    "one did not see what they had done themself": (
        "G-single",
        (Did("a", writes={"x": (1,)}), Did("b", reads={"x": 0}, after="a")),
    ),
    "one saw half of what another did": (
        "G-single",
        (Did("a", writes={"x": (1,), "y": (2,)}), Did("b", reads={"x": 1, "y": 0})),
    ),
    "an update was lost": (
        "G-single",
        (
            Did("zero", writes={"x": (1,)}),
            Did("a", reads={"x": 1}, writes={"x": (2,)}),
            Did("b", reads={"x": 1}, writes={"x": (3,)}),
        ),
    ),
    "both took the last place": (
        "G2-item",
        (
            Did("a", reads={"x": 0, "y": 0}, writes={"x": (1,)}),
            Did("b", reads={"x": 0, "y": 0}, writes={"y": (2,)}),
        ),
    ),
    "two readers saw two things happen in two orders": (
        "G2-item",
        (
            Did("a", writes={"x": (1,)}),
            Did("b", writes={"y": (2,)}),
            Did("c", reads={"x": 1, "y": 0}),
            Did("d", reads={"x": 0, "y": 2}),
        ),
    ),
    "one version has two writers": (
        "written twice",
        (Did("a", writes={"x": (1,)}), Did("b", writes={"x": (1,)})),
    ),
}


@pytest.mark.parametrize("told", BAD, ids=lambda each: each.replace(" ", "-"))
def test_what_cannot_be_put_in_a_row_is_found(told: str) -> None:
    """Each bad history has its name, and no other."""
    kind, history = BAD[told]

    assert {each.kind for each in anomalies(history)} == {kind}


def test_an_anomaly_names_who_was_in_it() -> None:
    """And nobody else: whoever came before and after is not in the knot."""
    bystanders = (Did("first", writes={"z": (1,)}), Did("last", reads={"z": 1, "x": 5}))
    both = (
        Did("a", reads={"x": 0, "y": 0}, writes={"x": (5,)}),
        Did("b", reads={"x": 0, "y": 0}, writes={"y": (6,)}),
    )

    assert anomalies((*bystanders, *both)) == (Anomaly("G2-item", ("a", "b")),)


def test_what_was_not_kept_and_not_read_disturbs_nobody() -> None:
    """Who was refused may have read anything: no state came of it."""
    lost = Did("b", reads={"x": 0}, writes={"x": (2,)}, kept=False)

    assert anomalies((Did("a", writes={"x": (1,)}), lost, Did("c", reads={"x": 1}))) == ()


def in_a_row(chance: Random, acts: int) -> list[Did]:
    """Acts of three, done one after the other: each reads some things and writes some of them."""
    stands = dict.fromkeys("vwxyz", 0)
    last: dict[int, str] = {}
    history = []
    for number in range(1, acts + 1):
        who = chance.randrange(3)
        reads = chance.sample(sorted(stands), chance.randint(1, 4))
        writes = chance.sample(reads, chance.randint(0, len(reads)))
        seen = {each: stands[each] for each in reads}
        stands |= dict.fromkeys(writes, number)
        name = f"{who}.{number}"
        history.append(Did(name, seen, dict.fromkeys(writes, (number,)), last.get(who)))
        last[who] = name
    return history


@pytest.mark.parametrize("seed", range(20))
def test_a_history_in_a_row_passes(seed: int) -> None:
    """What was done one after the other is never suspected, in whatever order it is told."""
    chance = Random(seed)
    history = in_a_row(chance, 200)
    chance.shuffle(history)

    assert anomalies(history) == ()


@pytest.mark.parametrize("seed", range(20))
def test_one_stale_read_spoils_a_history(seed: int) -> None:
    """Who wrote over a thing, having read an older version of it, is found among hundreds."""
    chance = Random(seed)
    history = in_a_row(chance, 200)
    stale = [
        (at, thing)
        for at, each in enumerate(history)
        for thing in each.writes
        if each.reads[thing] > 0
    ]
    at, thing = chance.choice(stale)
    good = history[at]
    before = max(
        number
        for each in history
        for number in (0, *each.writes.get(thing, ()))
        if number < good.reads[thing]
    )
    history[at] = Did(good.name, {**good.reads, thing: before}, good.writes, good.after)

    assert "G-single" in {each.kind for each in anomalies(history)}


def test_a_long_chain_is_no_knot() -> None:
    """Tens of thousands in a row are followed without running out of depth; closed, one knot."""
    names = [str(each) for each in range(50_000)]
    chain = {a: {b} for a, b in pairwise(names)}

    assert list(knots(names, chain)) == []
    assert [len(each) for each in knots(names, {**chain, names[-1]: {names[0]}})] == [50_000]
