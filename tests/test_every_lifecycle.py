"""Every act in any order: no noun leaves its lifecycle, and the books balance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

import peerkit as pk
from peerkit.acts import ACTS, Makes, Moves
from peerkit.model import NOUNS
from peerkit.testing.strategies import acts
from tests.ordinary import NOW, TODAY, opened

PEOPLE = ("ana", "p-7", "p-8")
NOUN = {kind.kind: kind for kind in NOUNS}
#: Few names, so that acts meet; days and moments near now; and yes, they said so.
FEW: Mapping[str, st.SearchStrategy[Any]] = {
    "by": st.sampled_from((*PEOPLE, "sam", "c")),
    "key": st.none(),
    "id": st.sampled_from(("x", "y", "m-1", *PEOPLE)),
    **dict.fromkeys(("peer", "of_peer", "guardian"), st.just("ana")),
    **dict.fromkeys(("participant", "person"), st.sampled_from(("p-7", "p-8"))),
    **dict.fromkeys(("supervisor", "looked_at_by"), st.just("sam")),
    **dict.fromkeys(("group", "house", "room", "series", "goal", "connection"), st.just("x")),
    **dict.fromkeys(("on", "first", "occurrence"), st.just(TODAY)),
    **dict.fromkeys(("last", "adult_on"), st.just(TODAY + timedelta(days=2))),
    "said_so": st.just(True),  # noqa: FBT003 - a strategy of the one value
    "starts": st.sampled_from((NOW - timedelta(hours=3), NOW + timedelta(days=1))),
    "when": st.none(),
    "minutes": st.just(60),
    "permits": st.sampled_from(("x", "m-1")),
    "note": st.none(),
}


def fitting(kind: type[pk.Act]) -> st.SearchStrategy[pk.Act]:
    """Acts of this kind with few names, where its fields have them."""
    few = {name: FEW[name] for name in FEW if hasattr(kind, name)}
    if kind in {pk.OfferAvailability, pk.PlanSeries}:
        del few["when"]  # times that come back, and no moment
    if hasattr(kind, "form"):
        few.pop("group", None)  # only a session that is one has a group
    return acts(kind, **few)


class EveryAct(RuleBasedStateMachine):
    """A program of whom anything may be asked."""

    def __init__(self) -> None:
        super().__init__()
        self.program = opened()
        self.read = 0
        self.stands: dict[tuple[str, str], str] = {}

    @initialize()
    def begin(self) -> None:
        """What stands already."""
        self.look()

    def look(self) -> None:
        """Each noun of the new entries takes a step of its table, or begins where it may."""
        for entry in self.program.journal(self.read):
            self.read = entry.number
            for body in entry.read()["nouns"]:
                name, table = (body["noun"], body["id"]), NOUN[body["noun"]].lifecycle
                before, now = self.stands.get(name), body["status"]
                if before is None:
                    assert now in table.begins, name
                else:
                    assert now == before or table.allows(before, now), (name, before, now)
                self.stands[name] = now

    @rule(data=st.data(), kind=st.sampled_from(ACTS))
    def anything(self, data: st.DataObject, kind: type[pk.Act]) -> None:
        """Asked or reported: an answer comes, and nothing else."""
        self.program.do(data.draw(fitting(kind)))
        self.look()

    def teardown(self) -> None:
        """Everything kept follows from the journal."""
        found = self.program.verify()
        assert found.whole, found.faults[:3]


EveryAct.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=(Phase.explicit, Phase.generate),
)
TestEveryAct = EveryAct.TestCase


def test_every_noun_can_begin_somewhere() -> None:
    """A lifecycle that no act enters would be a table for nobody."""
    made = {kind.makes for kind in ACTS if issubclass(kind, Makes)}
    moved = {kind.moves for kind in ACTS if issubclass(kind, Moves)}
    beside = {pk.Person, pk.Supervision, pk.Guest, pk.SupportMap, pk.MatchProfile}
    beside |= {pk.ContactPreferences}  # said anew as a whole, as a profile is

    assert made | moved | beside == set(NOUNS)
