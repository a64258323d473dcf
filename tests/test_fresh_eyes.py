"""What somebody met who used peerkit cold: mistakes are answered, and nobody is accused of one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

import peerkit as pk
from peerkit.directory import Directory
from peerkit.exchange import hsds
from peerkit.handbook.instruments import instrument
from peerkit.handbook.scoring import score
from peerkit.matching import Offering
from peerkit.reports import accounting, in_interval, unstaffed, who_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
ANY: Any = None


@pytest.fixture
def program() -> Iterator[pk.Program]:
    """Ana, who walks with p-7 and is supervised by sam."""
    lived = (pk.LivedExperience(of=pk.Experience.ISOLATION),)
    with pk.Program.open(":memory:", clock=lambda: NOW) as found:
        found.do(
            pk.WelcomePeer(
                by="c-1",
                id="ana",
                role=pk.Role.WORKER,
                supervisor="sam",
                since=date(2026, 10, 20),
                experiences=lived,
            )
        ).or_raise()
        found.do(pk.WelcomeParticipant(by="c-1", id="p-7")).or_raise()
        pair: dict[str, Any] = {"id": "m-1", "peer": "ana", "participant": "p-7"}
        found.do(pk.ProposeMatch(by="c-1", **pair)).or_raise()
        found.do(pk.AcceptMatch(by="p-7", when=NOW - timedelta(days=5), **pair)).or_raise()
        yield found


def report(minutes_ago: int, **how: Any) -> pk.ReportSession:
    """Half an hour that began so many minutes ago."""
    told: dict[str, Any] = {
        "by": "ana",
        "id": "s-1",
        "peer": "ana",
        "participants": ("p-7",),
        "starts": NOW - timedelta(minutes=minutes_ago),
        "minutes": 30,
        "activities": (pk.Activity(id="listen"),),
    }
    return pk.ReportSession(**{**told, **how})


def test_a_report_that_comes_too_early_accuses_nobody(program: pk.Program) -> None:
    """It is kept, its time does not count, and there is no concern."""
    decision = program.do(report(25))

    assert [each.clause.id for each in decision.findings if not each.allowed] == [
        "already-happened"
    ]
    assert decision.kept == ()
    assert decision.number
    assert list(program.every(pk.Concern)) == []


def test_a_taken_id_accuses_nobody_and_is_told(program: pk.Program) -> None:
    """What is kept under another id says so, for the first answer and for the same key again."""
    program.do(report(200)).or_raise()
    decision = program.do(report(100, key="k"))
    ((kind, id_),) = decision.kept

    assert (kind, id_ == "s-1") == ("session", False)
    assert program.do(report(100, key="k")).kept == decision.kept
    assert list(program.every(pk.Concern)) == []


def test_a_concern_is_named_after_the_report_that_was_kept(program: pk.Program) -> None:
    """Of two reports under one id, each has a concern of its own name."""
    program.do(report(200)).or_raise()
    crossed = (pk.Activity(id="lend-money"),)
    decision = program.do(report(100, activities=crossed))
    ids = dict(decision.kept)

    assert ids["concern"] == ids["session"] + "/concern"


def test_a_training_told_again_counts_as_the_longest(program: pk.Program) -> None:
    """60 minutes, then 90 of the same day and topic, are 90."""
    told = pk.RecordTraining(
        by="ana",
        id="t-1",
        peer="ana",
        topic=next(iter(pk.TrainingTopic)),
        minutes=60,
        on=date(2026, 11, 1),
    )
    for minutes in (60, 90, 30):
        program.do(attrs.evolve(told, minutes=minutes))

    assert [each.minutes for each in program.every(pk.Training)] == [90]


def test_nobody_logged_in_is_not_whoever_the_document_says() -> None:
    """Left out, the document says it; None is nobody."""
    body = '{"act": "participant.welcomed", "by": "x", "id": "p-7"}'

    assert pk.read_act(body).by == "x"
    assert pk.read_act(body, by="c-1").by == "c-1"
    with pytest.raises(pk.BadInput, match="by: give the id"):
        pk.read_act(body, by=ANY)


def test_answers_may_be_a_table() -> None:
    """As they may in Python."""
    act = pk.read_act(
        '{"act": "measure.recorded", "by": "p-7", "participant": "p-7", "instrument": "phq-9",'
        ' "answers": {"item-9": 1}, "on": "2026-11-02", "filled": "alone"}'
    )

    assert isinstance(act, pk.RecordMeasure)
    assert act.answers == (pk.Answer(item="item-9", points=1),)
    assert pk.read_act(pk.write_act(act)) == act


def test_the_list_of_readers_has_plans(program: pk.Program) -> None:
    """Asking to read a plan is asking to read."""
    program.do(pk.ReadPlan(by="ana", id="plan-1", participant="p-7"))

    first, last = who_read(program, "p-7", by="p-7")
    assert (first.by, first.what, first.plan, first.allowed) == ("ana", None, "plan-1", False)
    assert (last.what, last.plan) == (pk.RecordPart.READERS, None)


def test_the_account_is_for_the_participant(program: pk.Program) -> None:
    """Looking with a name is asked for, and kept."""
    with pytest.raises(pk.Refused):
        accounting(program, "p-7", by="c-1")
    assert list(accounting(program, "p-7", by="p-7")) == []
    assert [each.by for each in who_read(program, "p-7", by="p-7")] == ["c-1", "p-7", "p-7"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda it: unstaffed(it, "h-1", datetime(2026, 1, 1), datetime(2026, 1, 2)),  # noqa: DTZ001 - refused
        lambda it: unstaffed(it, "h-1", NOW, NOW),
        lambda it: pk.Recurrence.parse("FREQ=DAILY;COUNT=2").days("2026-01-01"),  # type: ignore[arg-type]  # refused
        lambda it: pk.write_act(ANY),
        lambda it: score(instrument("who-5"), ANY),
        lambda it: Directory(services=()).search(ANY),
        lambda it: Offering.of(ANY, ANY),
        lambda it: in_interval(it, ANY),
        lambda it: hsds.read(ANY),
        lambda it: list(it.do_all(ANY)),
        lambda it: pk.Program.open(":memory:", clock=lambda: ANY).view("p-7"),
        lambda it: it.view("p-7").tally("p-7", "atended"),
    ],
)
def test_what_is_nothing_is_bad_input(
    program: pk.Program, wrong: Callable[[pk.Program], object]
) -> None:
    """Each says what to give instead."""
    with pytest.raises(pk.BadInput):
        wrong(program)


def test_a_closed_program_says_so(program: pk.Program, tmp_path: Any) -> None:
    """In a file as in memory."""
    for where in (":memory:", tmp_path / "it.db"):
        closed = pk.Program.open(where)
        closed.close()
        with pytest.raises(pk.StoreError, match=r"This program is closed\. Open it again\."):
            closed.do(pk.WelcomeParticipant(by="c-1", id="p-7"))


def test_a_rule_may_be_its_text() -> None:
    """RRULE text and table are the same rule; a text that is none is refused by its part."""
    body = (
        '{"act": "series.planned", "by": "ana", "peer": "ana", "participants": ["p-7"],'
        ' "when": {"repeats": "RULE", "first": "2026-11-02",'
        ' "at": "09:00", "zone": "UTC", "minutes": 30}}'
    )
    act = pk.read_act(body.replace("RULE", "FREQ=WEEKLY;COUNT=10"))

    assert isinstance(act, pk.PlanSeries)
    assert act.when.repeats == pk.Recurrence.parse("FREQ=WEEKLY;COUNT=10")
    assert pk.read_act(pk.write_act(act)) == act
    with pytest.raises(pk.BadInput, match=r"\$\.when\.repeats: .*FREQ"):
        pk.read_act(body.replace("RULE", "FREQ=SOMETIMES"))
