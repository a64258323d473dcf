"""What was known then: a view as of an entry or a moment, and who knew what when."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import hypothesis.strategies as st
import pytest
from examples.a_year import Year
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import peerkit as pk
from peerkit.acts import ACTS
from peerkit.errors import StoreError
from peerkit.stores import Apart, Change
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.writing.codec import text, write_noun
from tests.ordinary import FIRST_ACTS, HANDBOOK, NOW, TODAY, opened, plan, report
from tests.test_every_lifecycle import PEOPLE, fitting

#: Who and what is looked at: people, things, pairs, somebody's day, somebody's pay.
IDS = (
    *(*PEOPLE, "sam", "c", "x", "y", "m-1"),
    *("ana+p-7", "ana+p-8", "ana+sam"),
    *(f"{who}#{day}" for who in ("ana", "p-7") for day in (TODAY, TODAY + timedelta(days=1))),
    "ana#pay",
)
STORES: Mapping[str, Callable[[Path], pk.Store]] = {
    "memory": lambda folder: MemoryStore(),
    "file": lambda folder: SQLiteStore(folder / "program.db"),
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[pk.Store]:
    """An empty store of each kind."""
    store = STORES[request.param](tmp_path)
    yield store
    store.close()


#: What was forgotten is seen by nobody again, however far they look back: test_forgetting.py.
LASTING = [each for each in ACTS if each is not pk.ForgetPerson]


class Remembering(RuleBasedStateMachine):
    """Two programs of whom anything may be asked, and how things stood after each entry."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.now = NOW
        file = SQLiteStore(Path(self.folder.name) / "program.db", durability="normal")
        self.programs = [opened(store, clock=lambda: self.now) for store in (MemoryStore(), file)]
        self.stood: list[tuple[tuple[str, ...], pk.View]] = []

    @rule(
        data=st.data(),
        kind=st.sampled_from(LASTING),
        about=st.lists(st.sampled_from(IDS), min_size=1, max_size=4, unique=True),
        hours=st.sampled_from((0, 0, 0, 5, 24 * 40, -3)),
    )
    def anything(
        self, data: st.DataObject, kind: type[pk.Act], about: list[str], hours: int
    ) -> None:
        """Asked or reported; then somebody looks, and it is remembered what they saw."""
        self.now += timedelta(hours=hours)
        act = data.draw(fitting(kind))
        for program in self.programs:
            program.do(act)
        live, other = (program.view(*about) for program in self.programs)
        assert live == other
        self.stood.append((tuple(about), live))

    @invariant()
    def nothing_is_written(self) -> None:
        """Looking back leaves no entry."""
        if self.stood:
            about, live = self.stood[0]
            for program in self.programs:
                before = program.view().seen
                assert program.view(*about, as_of=live.seen) == live
                assert program.view().seen == before

    def teardown(self) -> None:
        """Whatever was seen can be seen again."""
        for program in self.programs:
            for about, live in self.stood:
                assert program.view(*about, as_of=live.seen) == live, (about, live.seen)
            program.close()
        self.folder.cleanup()


Remembering.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=(Phase.explicit, Phase.generate),
)
TestRemembering = Remembering.TestCase


class WatchedYear(Year):
    """The year of the example, in which somebody looks at everybody after each act."""

    def __init__(self) -> None:
        super().__init__()
        self.stood: list[tuple[tuple[str, ...], pk.View]] = []

    def do(self, act: pk.Act, expected: str = "allowed", *, in_full: bool = False) -> None:
        """Do it, and look at what it was about and at each that it touched."""
        super().do(act, expected)
        decision = self.answers[-1][0]
        entry = next(self.program.journal(decision.number - 1))
        touched: list[str] = entry.read()["touched"]
        about = decision.act.about
        for ids in {about, tuple(touched), *((each,) for each in about)}:
            self.stood.append((ids, self.program.view(*ids)))


def test_a_whole_year_can_be_looked_back_at(capsys: pytest.CaptureFixture[str]) -> None:
    """Every noun of the model, in another zone: what was seen after each act is seen again."""
    year = WatchedYear()
    year.tell()

    assert capsys.readouterr().out
    assert {type(noun) for _, live in year.stood for noun in live.nouns} > {pk.Session, pk.Stay}
    for about, live in year.stood:
        assert year.program.view(*about, as_of=live.seen) == live, (about, live.seen)


# -- one by one


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """What it shows."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """It stands at noon of the ordinary Monday."""
    return Clock()


@pytest.fixture
def program(store: pk.Store, clock: Clock) -> pk.Program:
    """Ana walks with p-7."""
    return opened(store, clock=clock)


def test_what_was_corrected_since_stands_as_it_was(program: pk.Program) -> None:
    """A session that turns out to be another person's leaves the numbers of both, then and now."""
    told = program.do(report()).number
    put_right = program.do(report(participants=("p-8",), corrects=True)).number

    met = ("ana+p-7", "met"), ("ana+p-8", "met"), ("p-7", "minutes-received")
    for about in (("ana+p-7", "ana+p-8", "p-7"), ("p-7", "p-8", "ana+p-7", "ana+p-8")):
        then = program.view(*about, as_of=told)
        assert [then.tally(*each) for each in met] == [1, 0, 60]
        now = program.view(*about, as_of=put_right)
        assert [now.tally(*each) for each in met] == [0, 1, 0]
        assert now == program.view(*about)


def test_a_match_that_ended_was_open_then(program: pk.Program) -> None:
    """What weighed on a pair then is read with the pair, as it stood; afterwards as it stands."""
    before = program.view("ana+p-7", "m-1")
    end = pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7")
    program.do(end).or_raise()

    for as_of, status in ((before.seen, "accepted"), (before.seen + 1, "ended")):
        for about in (("ana+p-7",), ("m-1",), ("p-7", "ana+p-7", "ana")):
            match = program.view(*about, as_of=as_of).get(pk.Match, "m-1")
            assert match is not None
            assert match.status == status
    assert program.view("ana", as_of=before.seen).get(pk.Match, "m-1") is None


def test_what_moved_away_by_another_entry_is_gone(program: pk.Program) -> None:
    """A plan that moved to another day is read on the one it stands on, and on no other."""
    monday, later = f"ana#{TODAY}", f"ana#{TODAY + timedelta(days=9)}"
    planned = program.do(plan(starts=NOW + timedelta(hours=4))).number
    move = pk.MoveSession(
        by="ana",
        id="s-1",
        peer="ana",
        participants=("p-7",),
        starts=NOW + timedelta(days=9),
        minutes=60,
        said_so=True,
    )
    moved = program.do(move).or_raise().number

    for as_of, there, gone in ((planned, monday, later), (moved, later, monday)):
        assert program.view(there, as_of=as_of).get(pk.Session, "s-1") is not None
        assert program.view(gone, as_of=as_of).get(pk.Session, "s-1") is None


def test_a_moment_is_the_entries_before_the_first_later_one(
    program: pk.Program, clock: Clock
) -> None:
    """Between two entries the first stands; before all of them nothing; the tallies are its day's.

    Behind the first entry that was kept later nothing was known, though a clock that
    was put right shows an earlier time there.
    """
    clock.now += timedelta(hours=2)
    program.do(report(starts=NOW))
    clock.now += timedelta(days=3)
    late = program.do(pk.WelcomeParticipant(by="c", id="p-9")).number
    clock.now -= timedelta(days=2)
    program.do(pk.WelcomeParticipant(by="c", id="p-10"))
    clock.now += timedelta(days=7)

    def known(moment: datetime) -> pk.View:
        return program.view("p-7", "p-9", "p-10", as_of=moment)

    assert known(NOW - timedelta(seconds=1)) == pk.View(NOW - timedelta(seconds=1))
    assert known(NOW).seen == len(FIRST_ACTS)
    evening = NOW.replace(hour=23).astimezone(timezone(timedelta(hours=-6)))
    assert known(evening).seen == late - 1
    assert known(evening).now == evening
    assert known(evening).tally("p-7", "minutes-received") == 60
    assert known(NOW + timedelta(days=1)).tally("p-7", "minutes-received") == 0
    day_two = known(NOW + timedelta(days=2))
    assert (day_two.seen, day_two.get(pk.Participant, "p-10")) == (late - 1, None)
    assert known(NOW + timedelta(days=4)).get(pk.Participant, "p-10") is not None


@pytest.mark.parametrize(
    ("as_of", "told"),
    [
        (0, "no entry has this number"),
        (-1, "no entry has this number"),
        (len(FIRST_ACTS) + 1, "no entry has this number"),
        (True, "give the number of an entry, or a datetime with its time zone"),
        ("1", "give the number of an entry, or a datetime with its time zone"),
        (TODAY, "give the number of an entry, or a datetime with its time zone"),
        (NOW.replace(tzinfo=None), "give the number of an entry, or a datetime with its time zone"),
        (
            datetime.max.replace(tzinfo=timezone(timedelta(hours=-6))),
            "give the number of an entry, or a datetime with its time zone",
        ),
        (NOW + timedelta(seconds=1), "that moment is still to come; leave it out for now"),
    ],
)
def test_what_is_no_time_is_answered_with_what_to_give(
    program: pk.Program, as_of: Any, told: str
) -> None:
    """No entry, no moment, one without its zone, or one that has not come."""
    with pytest.raises(pk.BadInput, match=f"^as_of: {told}$"):
        program.view("ana", as_of=as_of)


def test_an_entry_says_who_what_when_and_under_which_book(program: pk.Program) -> None:
    """A history is read entry by entry: number, moment, day, edition, act, who, and verdict."""
    yesterday = NOW - timedelta(days=1)
    program.do(report(starts=yesterday, activities=(pk.Activity(id="therapy"),)))

    *_, entry = program.history("p-7")
    assert entry.number == len(FIRST_ACTS) + 1
    assert (entry.at, entry.day, entry.edition) == (NOW, yesterday.date(), HANDBOOK.edition)
    assert (entry.act, entry.by) == ("session.reported", "ana")
    assert entry.verdict is pk.Verdict.NOT_ALLOWED


# -- what was taken away, what was forgotten, what was damaged


def by_hand(
    store: pk.Store, *about: str, written: tuple[dict[str, Any], ...] = (), **how: Any
) -> pk.Entry:
    """A change that no act makes yet, kept with an entry that says all of it."""
    stood = store.view(about, TODAY, NOW)
    change = Change(about=about, day=TODAY, stood=stood, key=None, entry="", **how)
    body = {
        "at": NOW.isoformat(),
        "counts": [],
        "apart": [[each.about, each.owner, each.digest] for each in change.apart],
        "removes": change.removes,
        "touched": change.touched,
        "act": {"act": "by.hand", "key": None},
        "nouns": written,
    }
    return store.keep(attrs.evolve(change, entry=text(body)))


def test_what_was_taken_away_since_was_there_then(store: pk.Store) -> None:
    """A noun that is there no more is seen before that, and neither with its pair after it."""
    program = opened(store)
    there = len(FIRST_ACTS)
    gone = by_hand(store, "ana+p-7", removes=(("match", "m-1"),)).number

    for about in (("m-1",), ("ana+p-7",), ("ana", "p-7", "ana+p-7")):
        assert program.view(*about, as_of=there).get(pk.Match, "m-1") is not None
        after = program.view(*about, as_of=gone)
        assert after.get(pk.Match, "m-1") is None
        assert after == program.view(*about)


def test_what_was_forgotten_is_gone_from_the_past_too(store: pk.Store) -> None:
    """A private part is seen as of then while it is kept, and by nobody once it is forgotten."""
    program = opened(store)
    goal = pk.Goal(id="g-1", participant="p-7", review=date(2026, 12, 1))
    public = {"noun": "goal", "id": "g-1", "status": "proposed", "participant": "p-7"}
    private = Apart("@goal/g-1", "p-7", "salt", '{"review":"2026-12-01"}')
    kept = by_hand(
        store, "g-1", nouns=((goal, write_noun(goal)),), written=(public,), apart=(private,)
    ).number

    then = program.view("g-1", as_of=kept).get(pk.Goal, "g-1")
    assert then is not None
    assert then.review == date(2026, 12, 1)

    by_hand(store, "p-7", forgets=("p-7",))

    then = program.view("g-1", as_of=kept).get(pk.Goal, "g-1")
    assert then is not None
    assert then.review is None


def test_what_cannot_be_told_any_more_is_left_out_of_the_past(store: pk.Store) -> None:
    """A noun that is nothing without its private part is seen in no past once that is forgotten."""
    program = opened(store)
    tie = pk.Tie(id="t-1", one="ana", other="p-9", of=pk.TieKind.FRIEND)
    public = {"noun": "tie", "id": "t-1", "status": "current", "one": "ana", "other": "p-9"}
    private = Apart("@tie/t-1", "ana+p-9", "salt", '{"of":"friend"}')
    kept = by_hand(
        store, "t-1", nouns=((tie, write_noun(tie)),), written=(public,), apart=(private,)
    ).number
    for about in ("t-1", "ana+p-9"):
        assert program.view(about, as_of=kept).nouns == (tie,)

    by_hand(store, "t-1", forgets=("ana+p-9",), removes=(("tie", "t-1"),))

    for about in ("t-1", "ana+p-9"):
        assert program.view(about, as_of=kept).nouns == ()


def damaged(number: int, body: Callable[[str], str], *, hashed: bool) -> pk.Program:
    """A program in which the body of one entry was changed, perhaps its hash as well."""
    store = MemoryStore()
    program = opened(store)
    entry = store._entries[number - 1]
    other = body(entry.body)
    own = sha256(other.encode()).hexdigest() if hashed else entry.hash
    store._entries[number - 1] = attrs.evolve(entry, body=other, hash=own)
    return program


@pytest.mark.parametrize("as_of", [len(FIRST_ACTS), NOW])
def test_an_entry_that_was_edited_is_not_looked_back_at(as_of: int | datetime) -> None:
    """Its numbers would be taken for what was known; the error says who finds what is wrong."""
    program = damaged(len(FIRST_ACTS), lambda body: body.replace("2026", "2025"), hashed=False)

    with pytest.raises(StoreError, match=r"^Entry \d does not match its hash.* verify") as caught:
        program.view("ana", "p-7", as_of=as_of)
    assert "2025" not in str(caught.value)
    assert program.verify().first == len(FIRST_ACTS)


@pytest.mark.parametrize("as_of", [len(FIRST_ACTS), NOW])
@pytest.mark.parametrize(
    "body",
    [
        lambda body: body[:40],
        lambda body: body.replace('"at":"2026', '"at":"x'),
        lambda body: body.replace('"nouns":', '"nones":'),
        lambda body: "[]",
    ],
)
def test_an_entry_that_cannot_be_read_is_named(
    body: Callable[[str], str], as_of: int | datetime
) -> None:
    """A damaged journal gives an error that names the entry, and no half of a view."""
    program = damaged(len(FIRST_ACTS), body, hashed=True)

    with pytest.raises(StoreError, match=f"^Entry {len(FIRST_ACTS)} cannot be read") as caught:
        program.view("ana", "p-7", as_of=as_of)
    assert caught.value.__context__ is None


def test_a_noun_that_does_not_fit_is_named(store: pk.Store) -> None:
    """A noun that no peerkit wrote gives an error that names it and the field, not the value."""
    program = opened(store)
    goal = pk.Goal(id="g-1", participant="p-7")
    bad = {"noun": "goal", "id": "g-1", "status": "proposed", "participant": "Grebe 4711"}
    kept = by_hand(store, "g-1", nouns=((goal, write_noun(goal)),), written=(bad,)).number

    with pytest.raises(
        StoreError, match=r"a goal g-1 that does not fit: \$\.participant"
    ) as caught:
        program.view("g-1", as_of=kept)
    assert "Grebe" not in str(caught.value)
    assert caught.value.__context__ is None
