"""Whatever is asked, and whatever a house adds: more rules never turn a no into a yes."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

import peerkit as pk
from peerkit.handbook import ActivityEntry, BadHandbook, Handbook
from peerkit.handbook.asking import combinations
from peerkit.handbook.files import shipped
from peerkit.model import ConsentScope
from peerkit.rules import COUNTED
from peerkit.testing.strategies import activities, acts, codes
from tests.ordinary import AGREEMENT, ANA, BOOK, HANDBOOK, LIVED, MATCH, NOW, ORDINARY, TODAY

pytestmark = pytest.mark.once

PEOPLE: Final = ("p-7", "p-8", "p-9")
PEERS: Final = ("ana", "bo")
LONG_AGO: Final = NOW - timedelta(days=400)
#: Acts whose answer a layer can change, and one that it cannot.
ASKED: Final = (
    pk.DoActivity,
    pk.PlanSession,
    pk.ReportSession,
    pk.ProposeMatch,
    pk.AcceptMatch,
    pk.WelcomePeer,
    pk.SupplyFacts,
    pk.ShareInformation,
)
TALLIED: Final = (
    *("walking", "minutes-given-a-week", "minutes-given-a-month"),
    *("supervision-minutes-a-month", "supervision-talks-a-month", "supervising"),
    *("minutes-received", "minutes-received-a-year", "met"),
)
#: Everything of the catalogue that asks something, wants consent, or belongs to some roles.
GREY: Final = [
    each
    for each in BOOK.activities.values()
    if each.asks or each.consent or each.roles or each.verdict is not pk.Verdict.ALLOWED
]


#: Every clause about which a supervisor may agree.
TALKED: Final = sorted(
    each.id for each in BOOK.clauses.values() if pk.Verdict.NEEDS_CONSULTATION in each.sentences
)
_A_DAY: Final = timedelta(days=1)
_CATALOGUE: Final = activities(BOOK, most=20)
_SOMEBODY: Final = st.sampled_from([None, *PEOPLE])


@st.composite
def asked_activities(draw: st.DrawFn) -> pk.Activity:
    """Something of the catalogue, often answered whole, about people who are here."""
    found = draw(_CATALOGUE)
    entry = BOOK.activities[found.id]
    if draw(st.booleans()):
        whole = draw(st.sampled_from(list(combinations(entry, BOOK.circumstances))))
        found = attrs.evolve(found, circumstances=whole)
    return attrs.evolve(found, of=draw(_SOMEBODY), to=draw(_SOMEBODY))


#: Acts about people of whom the view may know something.
ACTS: Final = acts(
    *ASKED,
    by=st.just("ana"),
    key=st.none(),
    id=st.just("x-1"),
    peer=st.sampled_from(PEERS),
    participant=st.sampled_from(PEOPLE),
    participants=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True).map(tuple),
    supervisor=st.just("sam"),
    starts=st.integers(-40, 40).map(lambda days: NOW + days * _A_DAY - timedelta(hours=5)),
    zone=st.just("UTC"),
    minutes=st.sampled_from([60, 61, 240, 300]),
    activity=asked_activities(),
    activities=st.lists(asked_activities(), min_size=1, max_size=2).map(tuple),
    to=st.sampled_from(PEOPLE),
    since=st.just(TODAY),
    supervised=st.none(),
    when=st.none(),
    note=st.none(),
    experiences=st.just(LIVED),
    # A room, a series or a group that nobody knows would decide nearly every plan.
    room=st.none(),
    series=st.none(),
    group=st.none(),
    with_peers=st.just(()),
    anonymous=st.just(0),
)
_PAIRS: Final = [(who, other) for who in PEERS for other in PEOPLE]
_CONSENTS: Final = tuple(
    pk.Consent(
        id=f"k-{each}", participant=each, scopes=tuple(ConsentScope), to=PEOPLE, since=LONG_AGO
    )
    for each in PEOPLE
)


@st.composite
def any_views(draw: st.DrawFn) -> pk.View:
    """What stands: often nearly all that is needed, so that many answers are a yes."""
    nouns: list[pk.Noun] = [*ORDINARY, *(pk.Participant(id=each) for each in PEOPLE)]
    for who in PEERS:
        role = draw(st.sampled_from(pk.Role))
        talked = TODAY - draw(st.sampled_from([0, 14, 15, 31, 32])) * _A_DAY
        nouns.append(attrs.evolve(ANA, id=who, role=role, supervised=talked))
    for who, other in draw(st.sampled_from([_PAIRS, _PAIRS[:1], []])):
        both: dict[str, Any] = {"id": f"{who}/{other}", "peer": who, "participant": other}
        nouns += [attrs.evolve(MATCH, **both), attrs.evolve(AGREEMENT, **both)]
    agreed = st.tuples(st.sampled_from(_PAIRS), st.sampled_from(TALKED))
    nouns += [
        pk.Consultation(
            id=f"{who}/{other}/{clause}",
            peer=who,
            participant=other,
            clause=clause,
            status=pk.ConsultationStatus.AGREED,
        )
        for (who, other), clause in draw(st.lists(agreed, max_size=8, unique=True))
    ]
    nouns += draw(st.sampled_from([_CONSENTS, ()]))
    named = {(each.kind, each.id): each for each in nouns}
    return pk.View(NOW, tuple(named.values()), draw(_TALLIES))


_TALLIES: Final = st.dictionaries(
    st.tuples(st.sampled_from([*PEERS, *PEOPLE, "sam"]), st.sampled_from(TALLIED)),
    st.sampled_from([0, 1, 2, 11, 12, 19, 20, 60, 120, 239, 240, 1800, 5000]),
    max_size=6,
)


@st.composite
def limits_of_a_layer(draw: st.DrawFn, *, loose: bool) -> str:
    """A number for one limit that rules count: tighter than below, or any number at all."""
    clause = BOOK.clause(draw(st.sampled_from(COUNTED)))
    least, most = 0, 10_000
    if clause.value is not None and not loose:
        least, most = (least, clause.value) if clause.tighter == "lower" else (clause.value, most)
    number = draw(st.integers(least, most))
    since = draw(st.sampled_from(["", f"since = {TODAY}\n", f"since = {TODAY + _A_DAY}\n"]))
    return (
        f'\n[[limit]]\nid = "{clause.id}"\n[[limit.value]]\nis = {number}\n{since}'
        'source = "R-NC"\nat = "ours"\nlooked = 2026-11-22\n'
    )


@st.composite
def activities_of_a_layer(draw: st.DrawFn, named: list[ActivityEntry], *, loose: bool) -> str:
    """A verdict and cases for one activity: as heavy as below or heavier, or anything at all."""
    entry = draw(st.sampled_from(named or GREY) | st.sampled_from(GREY))
    text = f'\n[[activity]]\nid = "{entry.id}"\n'
    floor = draw(st.sampled_from([None, *pk.Verdict]))
    if floor is not None and (loose or floor >= entry.verdict):
        text += f'verdict = "{floor.name.lower()}"\n'
    seen = set()
    for _ in range(draw(st.integers(0, 2)) if entry.asks else 0):
        names = draw(st.lists(st.sampled_from(entry.asks), min_size=1, unique=True))
        when = tuple(
            (each, draw(st.sampled_from(sorted(BOOK.circumstances[each].answers))))
            for each in sorted(names)
        )
        least = pk.Verdict.ALLOWED if loose else _worst(entry, when)
        verdict = draw(st.sampled_from([each for each in pk.Verdict if each >= least]))
        if when not in seen:
            seen.add(when)
            told = ", ".join(f"{name} = {json.dumps(answer)}" for name, answer in when)
            text += f"\n[[activity.case]]\nwhen = {{ {told} }}\n"
            text += f'verdict = "{verdict.name.lower()}"\n'
    return text


def _worst(entry: ActivityEntry, when: tuple[tuple[str, str], ...]) -> pk.Verdict:
    """The heaviest that an activity comes to wherever these answers are given."""
    return max(
        max(entry.outcomes(dict(each)))[0]
        for each in combinations(entry, BOOK.circumstances)
        if set(when) <= set(each)
    )


@st.composite
def layers(draw: st.DrawFn, act: pk.Act, *, loose: bool = False) -> str:
    """A house layer: some numbers, and some activities, most of them those of the act."""
    named = [BOOK.activities[each.id] for each in act.activities_named]
    numbers = st.lists(limits_of_a_layer(loose=loose), max_size=3, unique_by=_id)
    changed = st.lists(activities_of_a_layer(named, loose=loose), max_size=3, unique_by=_id)
    parts = [*draw(numbers), *draw(changed)]
    return '[layer]\nid = "house"\ntitle = "House rules"\n' + "".join(parts)


def _id(text: str) -> str:
    return text.split("\n")[2]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each layer is written before it is read."""
    return tmp_path_factory.mktemp("layers") / "house.toml"


def read(file: Path, text: str) -> pk.Book:
    """The shipped base with this layer over it."""
    file.write_text(text, encoding="utf-8")
    return Handbook.load(file).on(TODAY)


def read_or_refused(file: Path, text: str) -> pk.Book | None:
    """The book with this layer, or None where it is refused as looser and for nothing else."""
    try:
        return read(file, text)
    except BadHandbook as error:
        if "is looser than the layer below" in str(error):
            return None
        raise


def verdicts(act: pk.Act, view: pk.View, *books: pk.Book) -> list[pk.Verdict]:
    """What the rules say under each book."""
    return [pk.decide(act, view, each, pk.ROLE_LIMITS).verdict for each in books]


class TestALayerThatTightens:
    """Adding it may close, and never opens."""

    @settings(max_examples=300)
    @given(act=ACTS, view=any_views(), data=st.data())
    def test_it_never_turns_a_no_into_a_yes(
        self, file: Path, act: pk.Act, view: pk.View, data: st.DataObject
    ) -> None:
        """Tighter numbers, heavier verdicts, further cases: a no stays a no."""
        text = data.draw(layers(act))
        before, after = verdicts(act, view, BOOK, read(file, text))
        event(f"{before.name} -> {after.name}")

        assert before is pk.Verdict.ALLOWED or after is not pk.Verdict.ALLOWED

    @settings(max_examples=150)
    @given(act=ACTS, view=any_views(), data=st.data())
    def test_whatever_a_layer_says_it_opens_nothing_in_silence(
        self, file: Path, act: pk.Act, view: pk.View, data: st.DataObject
    ) -> None:
        """Either it is refused as looser, or no combination of answers is lighter than before."""
        book = read_or_refused(file, data.draw(layers(act, loose=True)))
        event("refused" if book is None else "taken")
        if book is None:
            return
        for id_, entry in book.activities.items():
            below = BOOK.activities[id_]
            if entry is not below:
                for when in combinations(entry, book.circumstances):
                    answers = dict(when)
                    assert max(entry.outcomes(answers))[0] >= max(below.outcomes(answers))[0]
        before, after = verdicts(act, view, BOOK, book)
        assert before is pk.Verdict.ALLOWED or after is not pk.Verdict.ALLOWED

    @pytest.mark.parametrize("layer", shipped())
    @settings(max_examples=25)
    @given(act=ACTS, view=any_views())
    def test_no_shipped_layer_does(self, layer: str, act: pk.Act, view: pk.View) -> None:
        """None of them loosens what the base says."""
        before, after = verdicts(act, view, BOOK, Handbook.load(layer).on(TODAY))

        assert before is pk.Verdict.ALLOWED or after is not pk.Verdict.ALLOWED

    def test_these_tests_see_many_a_yes(self) -> None:
        """Else nothing could ever be turned into one."""
        seen: dict[pk.Verdict, int] = dict.fromkeys(pk.Verdict, 0)

        @settings(max_examples=300, database=None, derandomize=True)
        @given(act=ACTS, view=any_views())
        def count(act: pk.Act, view: pk.View) -> None:
            (verdict,) = verdicts(act, view, BOOK)
            seen[verdict] += 1

        count()
        assert seen[pk.Verdict.ALLOWED] >= 20, seen
        assert all(seen.values()), seen


class TestAnyAct:
    """What holds for whatever is asked of whatever stands."""

    @given(act=ACTS, view=any_views(), rules=st.permutations(pk.ROLE_LIMITS.rules))
    def test_the_order_of_the_rules_changes_no_finding(
        self, act: pk.Act, view: pk.View, rules: list[pk.Rule]
    ) -> None:
        """The same findings, and the same verdict."""
        turned = pk.Rules(*rules, heeded=pk.ROLE_LIMITS.heeded)
        one, other = (pk.decide(act, view, BOOK, each) for each in (pk.ROLE_LIMITS, turned))

        assert one.verdict is other.verdict
        assert sorted(map(_told, one.findings)) == sorted(map(_told, other.findings))

    @given(act=ACTS, view=any_views())
    def test_whatever_is_not_allowed_leads_on(self, act: pk.Act, view: pk.View) -> None:
        """To something else, to somebody, and to where it is written."""
        for each in pk.decide(act, view, BOOK, pk.ROLE_LIMITS).findings:
            if not each.allowed:
                assert each.passages, each.clause.id
                assert each.instead.strip(), each.clause.id
                assert each.hand_to.strip(), each.clause.id
                assert each.leads_to, each.clause.id
            assert "{" not in each.sentence

    @given(act=ACTS, view=any_views())
    def test_a_rule_that_raises_is_a_no(self, act: pk.Act, view: pk.View) -> None:
        """However many others say yes."""

        def broken(*_: object) -> tuple[pk.Finding, ...]:
            raise ZeroDivisionError

        rules = pk.Rules(
            *pk.ROLE_LIMITS.rules,
            pk.Rule("broken", (pk.Act,), broken),
            heeded=pk.ROLE_LIMITS.heeded,
        )

        assert pk.decide(act, view, BOOK, rules).verdict is pk.Verdict.NOT_ALLOWED

    @given(id_=codes(), kind=st.sampled_from([pk.DoActivity, pk.PlanSession]), view=any_views())
    @example(id_="lisen", kind=pk.DoActivity, view=pk.View(NOW))
    def test_an_unknown_activity_needs_facts(
        self, id_: str, kind: type[pk.Act], view: pk.View
    ) -> None:
        """Nothing that the book does not know is allowed, or guessed."""
        assume(id_ not in BOOK.activities)
        unknown = pk.Activity(id=id_)
        told: dict[str, Any] = {"by": "ana", "peer": "ana"}
        if kind is pk.DoActivity:
            told |= {"participant": "p-7", "activity": unknown}
        else:
            told |= {"id": "s", "participants": ("p-7",), "starts": NOW, "minutes": 60}
            told |= {"activities": (unknown,)}
        decision = pk.decide(kind(**told), view, BOOK, pk.ROLE_LIMITS)
        (found,) = [each for each in decision.findings if each.clause.id == "unknown-activity"]

        assert found.verdict is pk.Verdict.NEEDS_FACTS
        assert decision.verdict >= pk.Verdict.NEEDS_FACTS

    def test_the_base_leads_on_from_each_of_its_clauses(self) -> None:
        """Whether or not a situation reaches it: every boundary under every verdict but a yes."""
        for written in HANDBOOK.clauses.values():
            for verdict in written.sentences:
                found = pk.Finding(BOOK.clause(written.id), verdict)
                if not found.allowed:
                    assert found.instead, written.id
                    assert found.hand_to, written.id
                    assert found.leads_to, written.id


def _told(finding: pk.Finding) -> tuple[Any, ...]:
    facts = sorted((name, str(fact)) for name, fact in finding.facts.items())
    return (finding.clause.id, finding.verdict, finding.activity, facts)
