"""The handbook: what it says on a day, what it rests on, and what it refuses to be."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs
import pytest

from peerkit.decisions import Decision, Finding, Rule, Rules, decide
from peerkit.errors import BadInput
from peerkit.handbook import (
    BadHandbook,
    Clause,
    Handbook,
    Passage,
    Source,
    Verdict,
    Written,
    diff,
    files,
    layers,
)
from peerkit.handbook.files import base as base_files
from peerkit.handbook.loader import bind
from peerkit.model import View
from peerkit.rules import COUNTED
from peerkit.testing.situations import situations

DAY = date(2026, 11, 2)
BROKEN = Path(__file__).parent / "broken_handbooks"
#: Every layer that is shipped.
SHIPPED = (
    *("australia", "boards/icrc", "boards/ncprss", "canada", "new-zealand"),
    *("uk/england", "uk/scotland", "us/ar", "us/ca", "us/co", "us/dc", "us/federal", "us/ga"),
    *("us/id", "us/il", "us/ky", "us/mn", "us/mo", "us/ms", "us/nc", "us/nj", "us/nv", "us/oh"),
    *("us/pa", "us/part2", "us/sc", "us/tn", "us/tx", "us/va", "us/wa"),
)
#: Numbers that are known from memory only, by layer: their passages say so.
FROM_MEMORY = {
    ("us/federal", "small-cell"),
    ("boards/icrc", "training-hours"),
    ("boards/icrc", "experience-hours"),
    ("boards/icrc", "experience-supervision-hours"),
    ("us/ca", "renewal-months"),
    ("us/ca", "renewal-hours"),
    ("us/ca", "renewal-hours-ethics"),
    ("us/federal", "keep-policies-years"),
    ("us/ky", "group-size"),
    ("us/ky", "minutes-a-week"),
    ("us/pa", "minutes-a-day"),
    ("us/pa", "minutes-a-year"),
    ("us/part2", "keep-accounting-years"),
}
DUTIES = (
    "share-knowledge",
    "work-from-strengths",
    "honour-uniqueness",
    "share-own-story",
    "teach-skills",
    "find-strengths",
    "use-recovery-tools",
    "support-wellness-plan",
    "lead-peer-group",
    "listen",
    "advocate",
    "link-resources",
    "teach-everyday-skills",
    "support-goal-setting",
    "inspire-hope",
)
#: What the engine says when no rule can: no situation reaches these through the rules.
ENGINE = frozenset({"silence", "unchecked"})

LAYER = """
[layer]
id = "house"
title = "House rules"
"""
#: A refusal of a layer begins so; it ends with all that are shipped.
NOT_SHIPPED = "layer 'zz': is not one that peerkit ships. A file of yours ends in .toml; "
CASELOAD = """
[[limit]]
id = "caseload"
"""
VALUE = """
[[limit.value]]
source = "R-NC"
at = "peers to participants, 1 to 15"
looked = 2026-11-22
"""


def house(folder: Path, text: str, name: str = "house.toml") -> str:
    """A layer of one's own; gives the name to load it by."""
    file = folder / name
    head = LAYER.replace("house", file.stem, 1)
    file.write_text(head + text, encoding="utf-8")
    return str(file)


def value(**keys: object) -> str:
    """A dated value for the caseload, as it is written."""
    return VALUE + "".join(f"{key} = {each}\n" for key, each in keys.items())


def caseload(book: Handbook, day: date) -> int | None:
    """How many people a peer may walk with on a day."""
    return book.on(day).clause("caseload").value


@lru_cache(maxsize=1)
def decided() -> tuple[Decision, ...]:
    """What the rules say of every situation that is shipped."""
    return tuple(each.decision() for each in situations())


def findings() -> Iterator[Finding]:
    """Every finding of every situation."""
    for each in decided():
        yield from each.findings


def passages(written: Written) -> tuple[Passage, ...]:
    """Everything that a clause or its numbers rest on, whatever the day."""
    return (*written.passages, *(each.passage for each in written.values))


def asked() -> Iterator[tuple[str, dict[str, str], Decision]]:
    """Every activity that a situation asks about or reports, with its circumstances."""
    for one in decided():
        for each in one.act.activities_named:
            yield each.id, dict(each.circumstances), one


def read_as(how: str, file: Path) -> None:
    """Read a broken file as its first line says: as a layer, or in place of a file of the base."""
    if how == "# layer":
        Handbook.load(file.name)
        return
    place = how.removeprefix("# base ")
    base = dict(base_files())
    assert place in base, how
    bind(tuple((base | {place: file.read_bytes()}).items()), ())


def refusal(*names: str) -> str:
    """The error that these layers meet with."""
    with pytest.raises(BadHandbook) as caught:
        Handbook.load(*names)
    return str(caught.value)


# ------------------------------------------------------------------ the book that is shipped


def test_the_shipped_book_loads() -> None:
    """The base alone is a whole book."""
    book = Handbook.load()
    assert book.layers == ()
    assert re.fullmatch(r"[0-9a-f]{64}", book.edition)
    assert len(book.activities) >= 190
    assert len(book.clauses) >= 130


def test_every_shipped_layer_loads() -> None:
    """Each layer that is shipped loads over the base, alone and all together."""
    assert tuple(each.id for each in layers()) == SHIPPED
    for each in layers():
        below, own = Handbook.load(*each.over).layers, Handbook.load(each.id).layers
        assert own == (*below, each.id)
    laid = Handbook.load(*SHIPPED).layers
    assert sorted(laid) == list(SHIPPED)
    for each in layers():
        assert all(laid.index(under) < laid.index(each.id) for under in each.over)


def test_base_numbers_are_the_widest_published_ones() -> None:
    """Without a layer: 20 people, 12 in a group, supervision once a month, known scales."""
    """Without a layer: 20 people, 12 in a group, supervision once a month, scales, 24 hours."""
    limits = [each for each in Handbook.load().on(DAY).clauses.values() if each.unit]
    numbers = {each.id: (each.value, each.unit) for each in limits if each.value is not None}
    assert numbers == {
        "caseload": (20, "people"),
        "group-size": (12, "people"),
        "supervision": (1, "months"),
        "barc-10-recovery": (47, "points"),
        "who-5-low": (51, "points"),
        "who-5-very-low": (29, "points"),
        "phq-9-mild": (4, "points"),
        "phq-9-moderate": (9, "points"),
        "phq-9-moderately-severe": (14, "points"),
        "phq-9-severe": (19, "points"),
        "phq-9-item-9": (0, "points"),
        "gad-7-mild": (4, "points"),
        "gad-7-moderate": (9, "points"),
        "gad-7-severe": (14, "points"),
        "ucla-3-lonely": (5, "points"),
        "rosenberg-low": (15, "points"),
        # -- workforce
        "debrief-days": (3, "days"),
        "respite-hours-with-a-peer": (24, "hours"),
        "guardian-permissions": (1, "permissions"),
        "reached-within-days": (30, "days"),  # the house's own: nobody published one
        "rosenberg-high": (26, "points"),
    }


def test_a_limit_that_nobody_has_set_says_so() -> None:
    """The base knows it and gives no number; then whatever amount is asked keeps it."""
    limits = [each for each in Handbook.load().on(DAY).clauses.values() if each.unit]
    unset = [each for each in limits if each.value is None]
    assert len(unset) >= 50
    assert all(each.keeps(number) for each in unset for number in (0, 10**6))


def test_north_carolina_tightens_the_caseload() -> None:
    """The example layer: 15 people, and still 12 in a group."""
    book = Handbook.load("us/nc").on(DAY)
    assert book.clause("caseload").value == 15
    assert book.clause("group-size").value == 12


def test_every_clause_cites_on_every_day() -> None:
    """On any day, what a clause says rests on a passage that names its source and place."""
    book = Handbook.load(*SHIPPED)
    for day in (date(2000, 1, 1), DAY, *book.turns):
        for clause in book.on(day).clauses.values():
            unset = clause.unit and clause.value is None  # such a limit says nothing
            assert clause.passages or unset, clause.id
            assert all(each.at and each.source.title for each in clause.passages)


def test_no_number_rests_on_memory_unseen() -> None:
    """A number that is known from memory only is marked as such, and each is written down here."""
    doubtful = {
        (value.passage.layer, written.id)
        for layer in ("base", *SHIPPED)
        for written in Handbook.load(*([] if layer == "base" else [layer])).clauses.values()
        for value in written.values
        if not value.passage.verified
    }
    assert doubtful == FROM_MEMORY
    for written in Handbook.load().clauses.values():
        known = any(each.verified for each in passages(written))
        assert known or written.unit, written.id


def test_every_source_is_cited_or_waits_for_it() -> None:
    """Most sources of the fact sheet are cited, and no more may come to wait; a link is a link."""
    book = Handbook.load(*SHIPPED)
    cited = {
        *(each.source.id for written in book.clauses.values() for each in passages(written)),
        *(each.source.id for entry in book.activities.values() for each in entry.passages),
    }
    assert cited <= set(book.sources)
    assert len(set(book.sources) - cited) <= 40
    for source in book.sources.values():
        assert source.link is None or re.fullmatch(r"https://[a-z0-9.-]+(/\S*)?", source.link)


def test_every_clause_leads_on() -> None:
    """Each clause says what to do instead and who to hand to, in whole phrases."""
    for clause in Handbook.load().on(DAY).clauses.values():
        assert clause.instead.endswith(".")
        assert clause.hand_to
        assert not clause.hand_to.endswith(".")
        assert clause.says.endswith(".")


def test_the_book_speaks_the_fields_words() -> None:
    """Nobody is called a client, and nobody's words are judged."""
    judging = re.compile(r"(?i)\b(clients?|patients?|abusers?|addicts?|violations?|incidents?)\b")
    book = Handbook.load().on(DAY)
    said = [
        *(each.says for each in book.clauses.values()),
        *(each.instead for each in book.clauses.values()),
        *(each.hand_to for each in book.clauses.values()),
        *(text for each in book.clauses.values() for text in each.sentences.values()),
        *(text for each in book.activities.values() for text in (each.name, each.looks_like)),
        *(each.asks for each in book.circumstances.values()),
        *(text for each in book.circumstances.values() for text in each.answers.values()),
    ]
    assert [each for each in said if judging.search(each)] == []


def test_every_circumstance_is_asked_for() -> None:
    """No question stands in the book that no activity asks, and each case asks its own."""
    book = Handbook.load().on(DAY)
    asked = {each for entry in book.activities.values() for each in entry.asks}
    assert asked == set(book.circumstances)
    for entry in book.activities.values():
        assert not entry.asks or {name for case in entry.cases for name, _ in case.when} == set(
            entry.asks
        )


def test_an_activity_has_a_sentence_of_its_own_for_each_verdict() -> None:
    """Whatever the catalogue says of an activity reads as a sentence about this peer."""
    book = Handbook.load().on(DAY)
    for entry in book.activities.values():
        ways = [(entry.verdict, entry.clause), *((e.verdict, e.clause) for e in entry.cases)]
        for verdict, id_ in ways:
            clause = book.clause(id_)
            assert verdict in clause.sentences, (entry.id, verdict)
            said = clause.sentence(verdict, {"peer": "ana", "activity": entry.name})
            assert "{" not in said


def test_what_needs_advice_has_a_sentence_for_when_it_is_given() -> None:
    """A clause that asks for a consultation says what one comes to, unless none opens it."""
    book = Handbook.load().on(DAY)
    closed = {each.clause for each in book.activities.values() if not each.advice_opens}
    assert closed == {"case-management", "own-competence", "screening"}
    ways = [
        each
        for entry in book.activities.values()
        for each in ((entry.verdict, entry.clause), *((e.verdict, e.clause) for e in entry.cases))
    ]
    for clause in book.clauses.values():
        if Verdict.NEEDS_CONSULTATION in clause.sentences:
            opens = clause.id not in closed or (Verdict.ALLOWED, clause.id) in ways
            assert (Verdict.ALLOWED in clause.sentences) is opens, clause.id
    assert closed - {id_ for verdict, id_ in ways if verdict is Verdict.ALLOWED} == {
        "case-management",
        "own-competence",
    }


def test_no_activity_asks_for_a_consent_that_nobody_can_give() -> None:
    """Consent is asked for by its scope, so that recording it is the way forward."""
    for entry in Handbook.load().on(DAY).activities.values():
        verdicts = {entry.verdict, *(each.verdict for each in entry.cases)}
        assert verdicts.isdisjoint({Verdict.NEEDS_CONSENT, Verdict.NEEDS_FACTS}), entry.id


# ------------------------------------------------------------------ the book and its situations


def test_every_finding_of_every_situation_can_be_read() -> None:
    """Each sentence renders with the facts that the rules really give."""
    for each in findings():
        assert each.sentence
        assert "{" not in str(each)


def test_every_sentence_is_reached_by_a_situation() -> None:
    """Each sentence is said in at least one situation; of limits, where rules count a number."""
    numbered = {each.id for each in Handbook.load(*SHIPPED).clauses.values() if each.values}
    reached = {(each.clause.id, each.verdict) for each in findings()}
    written = {
        (clause.id, verdict)
        for clause in Handbook.load().on(DAY).clauses.values()
        for verdict in clause.sentences
        if clause.id not in ENGINE
        and (not clause.unit or clause.id in numbered.intersection(COUNTED))
    }
    assert written - reached == set()
    assert reached - written == set()


def test_every_activity_and_case_is_reached_by_a_situation() -> None:
    """Each activity of the catalogue, and each of its cases, comes up in a situation."""
    book = Handbook.load().on(DAY)
    assert {id_ for id_, _, _ in asked() if id_ in book.activities} == set(book.activities)
    for entry in book.activities.values():
        given = [how for id_, how, _ in asked() if id_ == entry.id]
        for case in entry.cases:
            assert any(set(case.when) <= set(how.items()) for how in given), (entry.id, case.when)


def test_all_five_verdicts_are_reached() -> None:
    """The situations come to every verdict there is."""
    assert {each.verdict for each in decided()} == set(Verdict)


@pytest.mark.parametrize("duty", DUTIES)
def test_a_duty_is_allowed(duty: str) -> None:
    """What the founding documents say a peer must do asks nothing and is allowed."""
    entry = Handbook.load().on(DAY).activities[duty]
    assert (entry.verdict, entry.asks, entry.cases) == (Verdict.ALLOWED, (), ())
    assert any(decision.allowed for id_, _, decision in asked() if id_ == duty)


def test_silence_and_a_broken_rule_have_sentences() -> None:
    """What the engine itself must say can be read, and names no more than it should."""
    act, book = situations()[0].ask, Handbook.load().on(DAY)
    view = View(now=datetime(2026, 11, 2, 12, tzinfo=UTC))
    silent = decide(act, view, book, Rules())
    assert silent.findings[0].sentence == "No rule speaks of this, and silence is not a yes."

    def broken(*_: object) -> tuple[Finding, ...]:
        raise LookupError

    failed = decide(act, view, book, Rules(Rule("nobody", (type(act),), broken)))
    assert failed.findings[0].sentence == (
        "The rule nobody could not be checked (LookupError), "
        "and what cannot be checked is not a yes."
    )


# ------------------------------------------------------------------ days


def test_a_dated_value_speaks_from_its_first_day_to_the_day_before_its_last(tmp_path: Path) -> None:
    """Half-open: in force on the first day, no longer on the day it ends."""
    book = Handbook.load(
        house(tmp_path, CASELOAD + value(**{"is": 9, "since": "2026-03-01", "until": "2026-06-01"}))
    )
    assert book.turns == (date(2026, 3, 1), date(2026, 6, 1))
    assert caseload(book, date(2026, 2, 28)) == 20
    assert caseload(book, date(2026, 3, 1)) == 9
    assert caseload(book, date(2026, 5, 31)) == 9
    assert caseload(book, date(2026, 6, 1)) == 20


def test_the_next_value_ends_the_one_before(tmp_path: Path) -> None:
    """A value without an end ends where the next begins, in whatever order they are written."""
    book = Handbook.load(
        house(
            tmp_path,
            CASELOAD
            + value(**{"is": 8, "since": "2027-01-01"})
            + value(**{"is": 10, "since": "2026-01-01"}),
        )
    )
    assert book.turns == (date(2026, 1, 1), date(2027, 1, 1))
    assert [caseload(book, date(year, 12, 31)) for year in (2025, 2026, 2027)] == [20, 10, 8]
    assert caseload(book, date(2027, 1, 1)) == 8


def test_every_day_between_two_turns_is_the_same_book(tmp_path: Path) -> None:
    """The clauses are cut once for each stretch, however many days are asked for."""
    book = Handbook.load(house(tmp_path, CASELOAD + value(**{"is": 9, "since": "2026-03-01"})))
    first, last = book.on(date(2026, 3, 1)), book.on(date(2031, 12, 31))
    assert first.clauses is last.clauses
    assert first.clauses is not book.on(date(2026, 2, 28)).clauses
    assert (first.day, last.day) == (date(2026, 3, 1), date(2031, 12, 31))
    assert book.on(DAY) is book.on(DAY)


def test_a_passage_leaves_the_book_on_its_last_day(tmp_path: Path) -> None:
    """A passage is shown on the days it is in force, and on no other."""
    house_rule = (
        '[[clause]]\nid = "money"\n[[clause.rests_on]]\nsource = "R-NC"\nat = "our fund"\n'
        "since = 2026-01-01\nuntil = 2026-07-01\nlooked = 2026-11-22\n"
    )
    book = Handbook.load(house(tmp_path, house_rule))
    shown = {
        day: "our fund" in {each.at for each in book.on(day).clause("money").passages}
        for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    }
    assert list(shown.values()) == [False, True, True, False]


def test_a_number_can_cease(tmp_path: Path) -> None:
    """A layer that loosens may end a number; the limit then says nothing more."""
    book = Handbook.load(house(tmp_path, CASELOAD + "loosens = true\n" + value(since="2026-06-01")))
    assert caseload(book, date(2026, 5, 31)) == 20
    assert book.on(date(2026, 6, 1)).clause("caseload").value is None


def test_a_clause_that_is_not_there_is_an_error_with_a_day() -> None:
    """Asking for an unknown clause names it and the day."""
    with pytest.raises(BadHandbook, match="'knitting': is not in this book on 2026-11-02"):
        Handbook.load().on(DAY).clause("knitting")


@pytest.mark.parametrize("day", ["2026-11-02", None, 2026, datetime(2026, 11, 2, tzinfo=UTC)])
def test_a_book_is_asked_for_by_a_day(day: Any) -> None:
    """A text is none yet, and a moment is a day only where somebody says which zone."""
    for ask in (Handbook.load().on, lambda day: Handbook.load().diff(DAY, day)):
        with pytest.raises(BadInput, match=r"^day: give a date, such as date\(2026, 11, 2\)$"):
            ask(day)


@pytest.mark.parametrize("layer", [["us/wa"], ("us/wa", "us/nc"), None, 5, b"us/wa"])
def test_layers_are_named_each_by_itself(layer: Any) -> None:
    """A list of layers is taken apart by whoever has it: ``load(*layers)``."""
    with pytest.raises(BadInput, match=r"^layer: give each by itself: Handbook\.load\("):
        Handbook.load(layer)


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        (Handbook.load(), Handbook.load("us/nc"), "before"),
        (DAY, DAY, "before"),
        (Handbook.load().on(DAY), None, "after"),
    ],
)
def test_books_are_compared(before: Any, after: Any, place: str) -> None:
    """A handbook is not yet the book of a day, and a day is none."""
    with pytest.raises(BadInput) as caught:
        diff(before, after)
    assert str(caught.value) == f"{place}: give the book of a day: handbook.on(day)"


# ------------------------------------------------------------------ layers


def test_the_last_layer_speaks_first(tmp_path: Path) -> None:
    """Layers are laid one upon the other; the last one's number and passage come first."""
    book = Handbook.load("us/nc", house(tmp_path, CASELOAD + value(**{"is": 10})))
    assert book.layers == ("us/federal", "us/nc", "house")
    clause = book.on(DAY).clause("caseload")
    assert clause.value == 10
    assert [each.at for each in clause.passages] == ["peers to participants, 1 to 15"]


def test_a_layer_may_repeat_a_number(tmp_path: Path) -> None:
    """The same number is not looser."""
    assert caseload(Handbook.load(house(tmp_path, CASELOAD + value(**{"is": 20}))), DAY) == 20


def test_a_layer_that_says_so_may_loosen(tmp_path: Path) -> None:
    """``loosens = true`` opens what a layer could not open in silence."""
    text = CASELOAD + "loosens = true\n" + value(**{"is": 40})
    assert caseload(Handbook.load(house(tmp_path, text)), DAY) == 40


def test_looser_than_a_layer_below_is_looser(tmp_path: Path) -> None:
    """A number is compared with every layer below, not with the base alone."""
    name = house(tmp_path, CASELOAD + value(**{"is": 18}))
    assert caseload(Handbook.load(name), DAY) == 18
    assert "is looser than the layer below (18 against 15 people)" in refusal("us/nc", name)


def test_for_some_numbers_higher_is_tighter(tmp_path: Path) -> None:
    """A limit says itself which way is tighter."""
    base = base_files()
    hours = (
        '[[limit]]\nid = "hours"\nsays = "Enough hours."\nunit = "hours"\ntighter = "higher"\n'
        'instead = "Train."\nhand_to = "the coordinator"\nallowed = "Enough."\n'
        + value(**{"is": 40})
    )
    more = dict(base)
    more["limits/certification.toml"] += hours.encode()
    for number, fits in ((41, True), (40, True), (39, False)):
        layer = LAYER + '[[limit]]\nid = "hours"\n' + value(**{"is": number})
        if fits:
            draft = bind(tuple(more.items()), (("house.toml", layer.encode()),))
            assert draft.clauses["hours"].on(DAY).value == number
        else:
            with pytest.raises(BadHandbook, match="is looser than the layer below"):
                bind(tuple(more.items()), (("house.toml", layer.encode()),))


def test_a_layer_may_add_passages_alone(tmp_path: Path) -> None:
    """A layer that only cites leaves the number as it is."""
    text = '\n[[limit.rests_on]]\nsource = "R-NC"\nat = "our own reading"\nlooked = 2026-11-22\n'
    clause = Handbook.load(house(tmp_path, CASELOAD + text)).on(DAY).clause("caseload")
    assert clause.value == 20
    assert "our own reading" in {each.at for each in clause.passages}


KNITTING = """
[[source]]
id = "HOUSE-RULES"
title = "House rules"
publisher = "the house"

[[circumstance]]
id = "needles"
asks = "Which needles?"
answers = { wood = "wooden", steel = "steel" }

[[activity]]
id = "knit"
name = "knitting together"
looks_like = "A scarf for the winter."
verdict = "allowed"
clause = "peer-work"
asks = ["needles"]

[[activity.case]]
when = { needles = "steel" }
verdict = "needs_consultation"
clause = "gifts"
"""


def test_a_layer_may_add_activities(tmp_path: Path) -> None:
    """A house has activities of its own, with their own questions and sources."""
    book = Handbook.load(house(tmp_path, KNITTING)).on(DAY)
    entry = book.activities["knit"]
    assert entry.asks == ("needles",)
    assert [(each.verdict, each.clause) for each in entry.cases] == [
        (Verdict.NEEDS_CONSULTATION, "gifts")
    ]
    assert dict(book.circumstances["needles"].answers) == {"wood": "wooden", "steel": "steel"}


GARDEN = """
[[clause]]
id = "garden"
says = "Tools of the garden stay in the garden."
allowed = "The tools stay where they are: {activity}."
needs_consultation = "The tools leave the garden, so {peer} asks first: {activity}."
instead = "Bring the tools back."
hand_to = "the gardener"
rests_on = [{ source = "R-NC", at = "our own reading", looked = 2026-11-22 }]

[[activity]]
id = "dig"
name = "digging together"
looks_like = "A bed of beans."
verdict = "needs_consultation"
clause = "garden"
"""


@pytest.mark.parametrize("opens", [True, False])
def test_a_layer_may_add_clauses(tmp_path: Path, *, opens: bool) -> None:
    """A house has boundaries of its own, and says where advice opens nothing."""
    more = "" if opens else "advice_opens = false\n"
    handbook = Handbook.load(house(tmp_path, GARDEN + more))
    assert handbook.on(DAY).clause("garden").hand_to == "the gardener"
    assert handbook.activities["dig"].clause == "garden"
    assert handbook.activities["dig"].advice_opens is opens


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GARDEN.replace("rests_on = [{", "rest_on = [{"), "rests_on"),
        ('\n[[activity]]\nid = "lisen"\nverdict = "not_allowed"\n', "did you mean 'listen'?"),
        ('\n[[activity]]\nid = "zzz"\nverdict = "allowed"\n', "a layer changes what is there"),
    ],
    ids=["a clause that cites nothing", "a near activity", "no near activity"],
)
def test_what_a_layer_adds_is_whole(tmp_path: Path, text: str, told: str) -> None:
    """A new clause cites a passage; what was only misspelt is answered with what is near."""
    assert told in refusal(house(tmp_path, text))


def test_a_layer_may_tighten_an_activity(tmp_path: Path) -> None:
    """A layer may ask about every gift, and close a case with a clause of its own choice."""
    tighter = """
[[activity]]
id = "accept-gift"
verdict = "needs_consultation"

[[activity.case]]
when = { value = "token" }
verdict = "not_allowed"
clause = "money"
"""
    below = Handbook.load().activities["accept-gift"]
    entry = Handbook.load(house(tmp_path, tighter)).activities["accept-gift"]
    assert (entry.verdict, entry.clause) == (Verdict.NEEDS_CONSULTATION, "gifts")
    assert [each.clause for each in entry.cases] == ["money", "gifts"]
    assert [dict(each.when) for each in entry.cases] == [
        {"value": "token"},
        {"value": "significant"},
    ]
    assert (entry.name, entry.asks) == (below.name, below.asks)


def test_a_layer_that_closes_an_activity_closes_its_cases(tmp_path: Path) -> None:
    """A heavier verdict of a layer is a floor: no lighter case below it lets anything through."""
    name = house(tmp_path, '\n[[activity]]\nid = "accept-gift"\nverdict = "not_allowed"\n')
    card = next(each for each in situations() if each.name == "A card made by hand")
    assert card.decision().verdict is Verdict.NEEDS_CONSULTATION
    assert attrs.evolve(card, layers=(name,)).decision().verdict is Verdict.NOT_ALLOWED


def test_a_layer_that_says_so_may_loosen_an_activity(tmp_path: Path) -> None:
    """A house may open what is closed below, when it says so and cites why."""
    text = """
[[activity]]
id = "practise-privately"
verdict = "needs_consultation"
loosens = true
"""
    assert refusal(house(tmp_path, text)).endswith("what loosens cites a passage")
    text += """
[[activity.rests_on]]
source = "R-NC"
at = "our own reading"
looked = 2026-11-22
"""
    handbook = Handbook.load(house(tmp_path, text))
    entry = handbook.activities["practise-privately"]
    assert entry.verdict is Verdict.NEEDS_CONSULTATION
    assert [each.at for each in entry.passages][:1] == ["our own reading"]


def test_a_layer_does_not_loosen_by_a_case(tmp_path: Path) -> None:
    """A case that is lighter than what lies below is a loosening, and must say so."""
    text = """
[[activity]]
id = "hold-medication"
verdict = "needs_consultation"

[[activity.case]]
when = { agency-policy = "yes" }
verdict = "allowed"
"""
    assert "is looser than the layer below" in refusal(house(tmp_path, text))


def test_a_layer_that_is_not_there(tmp_path: Path) -> None:
    """An unknown layer is answered with those that are shipped, a missing file with its name."""
    assert refusal("us/zz") == (
        "layer 'us/zz': is not one that peerkit ships. Did you mean 'us/wa'? "
        f"A file of yours ends in .toml; peerkit ships {', '.join(SHIPPED)}"
    )
    assert refusal("zz").startswith(NOT_SHIPPED)
    gone = str(tmp_path / "gone.toml")
    assert refusal(gone) == f"{gone}: is not there; give the path of a TOML file"


def test_a_page_beside_the_layers_is_no_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only TOML files are layers; whatever else lies in their folder is left alone."""
    (tmp_path / "layers" / "us").mkdir(parents=True)
    (tmp_path / "layers" / "us" / "nc.toml").write_text("", encoding="utf-8")
    (tmp_path / "layers" / "README.md").write_text("", encoding="utf-8")
    monkeypatch.setattr("peerkit.handbook.files.here", lambda: tmp_path)
    found = files._shipped.__wrapped__()  # the list of files, made anew
    assert list(found) == ["us/nc"]


# ------------------------------------------------------------------ editions


def test_a_byte_makes_another_edition(tmp_path: Path) -> None:
    """The edition is that of every byte, comments included."""
    one = Handbook.load(house(tmp_path, CASELOAD + value(**{"is": 10})))
    other = Handbook.load(house(tmp_path, CASELOAD + value(**{"is": 10}) + "\n"))
    assert len({Handbook.load().edition, one.edition, other.edition}) == 3
    assert one.on(DAY).edition == one.edition


def test_the_folder_is_no_part_of_the_edition(tmp_path: Path) -> None:
    """The same layer under another path is the same edition: a study moves between machines."""
    text = CASELOAD + value(**{"is": 10})
    folders = [tmp_path / "here", tmp_path / "there"]
    for each in folders:
        each.mkdir()
    one, other = (Handbook.load(house(each, text)).edition for each in folders)
    assert one == other


def test_the_order_of_the_layers_is_part_of_the_edition(tmp_path: Path) -> None:
    """Two layers the other way round are another book."""
    one = house(tmp_path, CASELOAD + value(**{"is": 10}), "one.toml")
    other = house(tmp_path, CASELOAD + "loosens = true\n" + value(**{"is": 15}), "other.toml")
    there, back = Handbook.load(one, other), Handbook.load(other, one)
    assert there.edition != back.edition
    assert (caseload(there, DAY), caseload(back, DAY)) == (15, 10)


def test_the_same_layers_are_read_once(tmp_path: Path) -> None:
    """Loading the same layers again costs nothing, until a file of one's own has changed."""
    assert Handbook.load() is Handbook.load()
    assert Handbook.load("us/nc") is Handbook.load("us/nc")
    name = house(tmp_path, CASELOAD + value(**{"is": 10}))
    before = Handbook.load(name)
    assert Handbook.load(name) is before
    house(tmp_path, CASELOAD + value(**{"is": 9}))
    assert caseload(Handbook.load(name), DAY) == 9
    assert caseload(before, DAY) == 10


# ------------------------------------------------------------------ what cannot be a book


@pytest.mark.parametrize("file", sorted(BROKEN.glob("*.toml")), ids=lambda each: each.stem)
def test_a_broken_book_says_where_and_what_to_do(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One mistake, one error: the file, the key, and what to do about it."""
    how, says = (line.decode() for line in file.read_bytes().split(b"\n", 2)[:2])
    assert says.startswith("# says: ")
    monkeypatch.chdir(BROKEN)
    with pytest.raises(BadHandbook) as caught:
        read_as(how, file)
    assert str(caught.value) == says.removeprefix("# says: ")


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 5000, "{a=" * 5000])
def test_what_the_reader_of_toml_chokes_on_is_an_error_of_ours(value: str) -> None:
    """Thousands of digits, and thousands of lists in lists; nothing of them is repeated."""
    with pytest.raises(BadHandbook) as caught:
        bind((("x.toml", f"is = {value}".encode()),), ())
    assert str(caught.value) == (
        "x.toml: is not TOML: a number has thousands of digits, or tables or lists nest very deeply"
    )
    assert caught.value.__context__ is None


def test_a_book_without_the_engines_clauses_is_no_book() -> None:
    """The engine must be able to say that nothing speaks, or that a rule failed."""
    with pytest.raises(BadHandbook) as caught:
        bind((("clauses.toml", b""),), ())
    assert str(caught.value) == "clauses: clause 'silence' is missing; the engine speaks it"


def test_two_files_of_the_base_do_not_share_an_activity() -> None:
    """An activity is written in one place."""
    base = base_files()
    with pytest.raises(BadHandbook) as caught:
        bind((*base, ("more.toml", dict(base)["activities/own-story.toml"])), ())
    assert str(caught.value) == "more.toml: activity 'share-knowledge': is written twice; keep one"


def test_a_bad_handbook_is_bad_input_and_survives_a_process() -> None:
    """It can be caught as bad input, and comes back whole from another process."""
    error = BadHandbook("limits.toml: limit 'caseload'", "is written twice; keep one")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert isinstance(error, BadInput)
    assert (type(again), again.place, again.what) == (BadHandbook, error.place, error.what)


# ------------------------------------------------------------------ how it reads


def test_a_passage_reads_as_a_citation() -> None:
    """Source, place, date, doubt and link, as far as each is known."""
    bare = Source(id="S0", title="Peer Support", publisher="us", year=None, link=None)
    full = Source(
        id="X", title="A code", publisher="A board", year=2020, link="https://example.org"
    )
    known = Passage(source=full, at="2.1", since=DAY, until=None, looked=DAY, verified=True)
    doubt = Passage(source=bare, at="p. 3", since=None, until=None, looked=DAY, verified=False)
    assert str(known) == (
        "A code (A board, 2020), 2.1, in force since 2026-11-02 <https://example.org>"
    )
    assert str(doubt) == "Peer Support (us), p. 3 [unverified: from memory]"
    assert known.in_force(DAY)
    assert not known.in_force(DAY - timedelta(days=1))


def test_verdicts_are_words() -> None:
    """A verdict reads as it is spoken, and the heaviest is the greatest."""
    assert [str(each) for each in sorted(Verdict)] == [
        "allowed",
        "needs consent",
        "needs consultation",
        "needs facts",
        "not allowed",
    ]


def test_a_clause_falls_back_to_what_it_says() -> None:
    """Where no sentence is written for a verdict, the boundary itself is said."""
    clause = Clause(
        id="x", says="A peer listens.", sentences={}, passages=(), instead="Listen.", hand_to="you"
    )
    assert clause.sentence(Verdict.NOT_ALLOWED, {}) == "A peer listens."


def test_a_clause_survives_a_process() -> None:
    """A clause travels with its decision, and nobody changes it there either."""
    clause = Handbook.load().on(DAY).clause("caseload")
    again = pickle.loads(pickle.dumps(clause))  # noqa: S301 - our own bytes
    assert again == clause
    with pytest.raises(TypeError):
        again.sentences[Verdict.ALLOWED] = "x"


def test_nobody_changes_a_book_that_was_read() -> None:
    """What was read stays as it was written."""
    book = Handbook.load()
    for table in (book.clauses, book.activities, book.sources, book.circumstances):
        with pytest.raises(TypeError):
            table["new"] = None  # type: ignore[index]
    with pytest.raises(TypeError):
        book.circumstances["voice"].answers["new"] = "x"  # type: ignore[index]
    with pytest.raises(TypeError):
        book.clauses["money"].sentences[Verdict.ALLOWED] = "x"  # type: ignore[index]
    with pytest.raises(AttributeError):
        book.on(DAY).day = DAY  # type: ignore[misc]
