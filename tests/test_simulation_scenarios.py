"""Scenarios: every number with its bounds and source, changed by its path, under its handbook."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from peerkit.errors import BadInput
from peerkit.model import Experience
from peerkit.simulation.engines import simulate
from peerkit.simulation.lives.beyond import BEYOND, asked, gives_in
from peerkit.simulation.lives.luck import Luck
from peerkit.simulation.lives.peers import REVIEW, gives_notice, name_of, posts, told_by
from peerkit.simulation.record import Column, Engine
from peerkit.simulation.scenarios.changing import value_at
from peerkit.simulation.scenarios.given import ASSUMED, parameters
from peerkit.simulation.scenarios.house import handbook_of
from peerkit.simulation.scenarios.scenario import (
    Arrivals,
    Beds,
    Costs,
    Leaving,
    Lived,
    Matching,
    Need,
    Peers,
    Scenario,
    Sessions,
    Shares,
    Speaks,
)

pytestmark = pytest.mark.once
LUCK = Luck(1)
BASE = Scenario()
LAYER = """[layer]
id = "{id}"
title = "Our house"
over = [{over}]

[[source]]
id = "OURS-{id}"
title = "Our staff handbook"
publisher = "us"
year = 2026

[[limit]]
id = "caseload"
value = [{{ is = {number}, source = "OURS-{id}", at = "p. 4", looked = 2026-01-01 }}]
"""


# -- numbers


def test_several_numbers_may_be_given_as_a_list() -> None:
    """They are kept as a tuple; one number is none, and it is said so."""
    listed: Any = [0.5, 1.5] * 6
    assert Arrivals(months=listed).months == (0.5, 1.5) * 6
    one: Any = 1.0
    with pytest.raises(BadInput, match=r"Arrivals.months: give several numbers \(factor\)"):
        Arrivals(months=one)


def test_every_number_is_listed_with_what_is_known_of_it() -> None:
    """By its path, with a unit and a source; the parts of a list by their place in it."""
    found = {each.path: each for each in parameters(BASE)}

    assert found["sessions.no_show"].value == 0.2
    assert found["sessions.no_show"].given.source == ASSUMED
    assert found["course.dose"].given.source == "R-J18"
    assert found["arrivals.needs[0].share"].value == 1.0
    assert all(each.given.says and each.given.unit for each in found.values())
    assert all(each.is_default for each in found.values())


def test_a_number_of_ones_own_is_no_default() -> None:
    """Its source is the author's to give."""
    found = {each.path: each for each in parameters(BASE.but({"peers.count": 3}))}

    assert not found["peers.count"].is_default
    assert found["peers.places"].is_default


@pytest.mark.parametrize(
    ("kind", "values", "says"),
    [
        (Peers, {"count": 0}, r"Peers\.count: must lie from 1 to"),
        (Peers, {"count": 2.5}, r"Peers\.count: give a whole number of peers"),
        (Peers, {"count": True}, r"Peers\.count: give a whole number of peers"),
        (Peers, {"turnover": "half"}, r"Peers\.turnover: give a number \(share\)"),
        (Peers, {"turnover": 1.1}, r"Peers\.turnover: must lie from 0 to 1"),
        (Peers, {"turnover": math.nan}, r"Peers\.turnover: must lie from 0 to 1"),
        (Arrivals, {"per_week": math.inf}, r"Arrivals\.per_week: must lie"),
        (Arrivals, {"months": (1.0,) * 11}, r"Arrivals\.months: give 12 factors"),
        (Arrivals, {"needs": ()}, r"Arrivals\.needs: give 1 or more"),
        (Arrivals, {"needs": (Need(share=0.5),)}, r"Arrivals\.needs: their shares must add up"),
        (Arrivals, {"needs": ("en",)}, r"Arrivals\.needs: give a Need"),
        (Peers, {"leave_days": 5}, r"Peers\.leave_days: give a Shares"),
        (Scenario, {"matching": Sessions()}, r"Scenario\.matching: give a Matching"),
        (Scenario, {"days": 5, "warm_up": 5}, r"Scenario\.warm_up: must be shorter"),
        (Sessions, {"no_show": 0.6, "cancelled": 0.5}, r"Sessions\.cancelled: with those missed"),
        (Shares, {"values": (1, 2), "shares": (1.0,)}, r"Shares\.shares: give one share for each"),
        (Shares, {"values": (), "shares": ()}, r"Shares\.shares: give one share for each"),
        (Shares, {"values": (5, 5), "shares": (0.5, 0.5)}, r"Shares\.values: give each value once"),
        (Shares, {"values": (5,), "shares": ("all",)}, r"Shares\.shares: give numbers"),
        (Peers, {"leave_days": Shares((0,), (1,))}, r"Peers\.leave_days: each must lie from 1"),
        (Scenario, {"name": "two\nlines"}, r"Scenario\.name: give one line of text"),
        (
            Leaving,
            {"on": datetime(2026, 3, 1, tzinfo=UTC)},
            r"Leaving\.on: give a day without a time",
        ),
        (Leaving, {"on": "2026-03-01"}, r"Leaving\.on: give a day without a time"),
        (Scenario, {"begins": datetime(2026, 3, 1, tzinfo=UTC)}, r"Scenario\.begins: give a day"),
        (Scenario, {"begins": None}, r"Scenario\.begins: give a day without a time"),
        (Scenario, {"begins": date(2, 12, 31)}, r"Scenario\.begins: .* in the years 3 to 9000"),
        (Scenario, {"begins": date(9999, 12, 31)}, r"Scenario\.begins: .* in the years 3 to 9000"),
        (Scenario, {"begins": date(9000, 6, 1)}, r"Scenario\.begins: .* in the years 3 to 9000"),
        (Need, {"experience": "homelesness"}, r"did you mean Experience\.HOMELESSNESS\?"),
        (Need, {"experience": "re-entry"}, r"Need\.experience: give an Experience; did you mean E"),
        (Lived, {"experience": "zzz"}, r"Lived\.experience: .*; there are HOMELESSNESS, SUBST"),
        (Lived, {"experience": None}, r"Lived\.experience: give an Experience; there are"),
        (Need, {"language": "Spanish"}, r"Need\.language: give a code such as en, es-MX"),
        (Speaks, {"language": "EN"}, r"Speaks\.language: give a code such as en, es-MX"),
        (Arrivals, {"walking": 6_000_000, "waiting": 6_000_000}, r"Arrivals\.waiting: with those"),
        (Sessions, {"every": Shares((0,), (1,))}, r"Sessions\.every: each must lie from 1"),
        (Sessions, {"minutes": Shares((481,), (1,))}, r"Sessions\.minutes: each must lie from 1"),
        (Beds, {"nights": Shares((0,), (1,))}, r"Beds\.nights: each must lie from 1"),
        (Peers, {"role": "worker"}, r"Peers\.role: give a Role"),
        (Matching, {"shared": 1}, r"Matching\.shared: give a bool"),
        (Scenario, {"layers": "us/tx"}, r"Scenario\.layers: give several, such as \('us/tx',\)"),
        (Scenario, {"layers": None}, r"Scenario\.layers: give several, such as"),
        (Scenario, {"limits": {"caseload": -1}}, r"give a whole number for 'caseload', from 0"),
        (Scenario, {"limits": {"caseload": True}}, r"give a whole number for 'caseload', from 0"),
        (Scenario, {"limits": {"supervision": 10_001}}, r"for 'supervision', from 0 to 10000"),
        (Scenario, {"limits": ("caseload", 12)}, r"Scenario\.limits: give each name once, as in"),
        (Scenario, {"limits": None}, r"Scenario\.limits: give each name once, as in"),
        (
            Scenario,
            {"limits": (("caseload", 1), ("caseload", 2))},
            r"Scenario\.limits: give each name once, as in",
        ),
        (Scenario, {"sources": 3}, r"Scenario\.sources: give each name once, as in"),
        (Arrivals, {"needs": Need()}, r"Arrivals\.needs: give several, such as \[Need\(…\)\]"),
        (Arrivals, {"needs": "en"}, r"Arrivals\.needs: give several, such as \[Need\(…\)\]"),
        (
            Peers,
            {"experiences": Lived(experience=Experience.INJURY)},
            r"Peers\.experiences: give several, such as \[Lived",
        ),
        (
            Peers,
            {"leaving": Leaving(on=date(2026, 3, 1))},
            r"Peers\.leaving: give several, such as \[Leaving",
        ),
        (Shares, {"values": 7, "shares": 1.0}, r"Shares: give several values and their shares"),
        (
            Scenario,
            {"limits": {"caseload": 1.5}},
            r"Scenario\.limits: give a whole number for 'caseload', from 0 to",
        ),
        (Shares, {"values": (1.5,), "shares": (1.0,)}, r"Shares\.values: give whole numbers"),
        (
            Shares,
            {"values": (1, 2), "shares": (0.5, 0.4)},
            r"Shares\.shares: must be 0 or more each, and add up",
        ),
        (
            Shares,
            {"values": (1, 2), "shares": (1.5, -0.5)},
            r"Shares\.shares: must be 0 or more each",
        ),
    ],
)
def test_a_number_that_cannot_be_is_refused_by_its_place(
    kind: Any, values: dict[str, Any], says: str
) -> None:
    """The place, and what may stand there; never the value itself."""
    with pytest.raises(BadInput, match=says):
        kind(**values)


def test_numbers_of_numpy_are_numbers() -> None:
    """They are kept as plain ones, so that a scenario is written and compared like any other."""
    three: Any = np.int32(3)
    ones: Any = np.ones(12, int)
    found = Scenario(
        limits={"caseload": np.int64(12)},
        peers=Peers(count=three, leave_days=Shares(np.array([5, 10]), (0.5, 0.5))),
        arrivals=Arrivals(months=ones),
    )
    assert found == Scenario(
        limits={"caseload": 12},
        peers=Peers(count=3, leave_days=Shares((5, 10), (0.5, 0.5))),
    )
    numbers = (found.limits[0][1], found.peers.count, *found.peers.leave_days.values)
    assert {type(each) for each in numbers} == {int}


@pytest.mark.parametrize("engine", Engine)
def test_the_first_year_and_the_last_can_be_lived(engine: Engine) -> None:
    """With everything that is counted back or on from there."""
    limits = {"supervision": 10_000, "supervision-weeks": 10_000}
    peers = Peers(count=2, supervision_every=366)
    for begins in (date(3, 1, 1), date(9000, 12, 12)):
        scenario = Scenario(begins=begins, days=20, limits=limits, peers=peers)
        assert len(simulate(scenario, engine=engine).table("days")["waiting"]) == 20


@pytest.mark.parametrize("engine", Engine)
def test_seeds_and_runs_are_whole_numbers(engine: Engine) -> None:
    """Of 0 or more; those of numpy, too."""
    wrong: Any = ({"seed": -1}, {"run": -1}, {"seed": "1"}, {"run": 1.5}, {"run": True})
    for values in wrong:
        (name,) = values
        with pytest.raises(BadInput, match=f"^{name}: write a whole number from 0 to"):
            simulate(BASE, engine=engine, **values)
    week = BASE.but({"days": 7})
    two: Any = np.int64(2)
    one: Any = np.uint8(1)
    numpys = simulate(week, seed=two, run=one, engine=engine)
    plain = simulate(week, seed=2, run=1, engine=engine)
    assert numpys.table("days")["waiting"].tolist() == plain.table("days")["waiting"].tolist()


# -- changing


def test_a_scenario_is_changed_by_paths() -> None:
    """Parts, members of lists, whole parts, and numbers of the handbook."""
    needs = (Need(share=0.5), Need(share=0.5, language="es"))
    base = Scenario(arrivals=Arrivals(needs=needs), limits={"caseload": 9})
    found = base.but(
        {
            "days": 100,
            "peers.count": 12,
            "arrivals.needs[1].language": "fr",
            "matching": Matching(patience=3),
            "limits.group-size": 8,
        },
        "changed",
    )

    assert (found.name, found.days, found.peers.count) == ("changed", 100, 12)
    assert [each.language for each in found.arrivals.needs] == ["en", "fr"]
    assert found.matching.patience == 3
    assert found.limits == (("caseload", 9), ("group-size", 8))
    assert (base.name, base.days, base.limits) == ("base", 365, (("caseload", 9),))


def test_values_that_fit_together_only_are_put_together() -> None:
    """Neither alone may stand beside what was there before."""
    found = BASE.but({"sessions.no_show": 0.1, "sessions.cancelled": 0.9})
    back = found.but({"sessions.cancelled": 0.0, "sessions.no_show": 1.0})

    assert (back.sessions.no_show, back.sessions.cancelled) == (1.0, 0.0)


def test_a_limit_of_none_is_the_handbooks_again() -> None:
    """It is taken from the scenario's own numbers."""
    assert BASE.but({"limits.caseload": 7}).but({"limits.caseload": None}).limits == ()


def test_the_source_of_a_number_goes_with_it() -> None:
    """Another number has another source; that of a part goes with the whole part."""
    own = Scenario(
        sources={"peers.count": "our rota", "sessions.no_show": "our books"},
        limits={"caseload": 9},
    )

    assert own.but({"peers.count": 3}).sources == (("sessions.no_show", "our books"),)
    assert own.but({"peers": Peers()}).sources == (("sessions.no_show", "our books"),)
    assert own.but({"days": 9}).sources == own.sources
    with pytest.raises(BadInput, match=r"'peers\.rota' is no number of this scenario"):
        Scenario(sources={"peers.rota": "our rota"})
    with pytest.raises(BadInput, match=r"give one line of text for 'peers\.count'"):
        Scenario(sources={"peers.count": " "})


def test_a_whole_member_of_a_list_may_be_changed() -> None:
    """By its place."""
    needs = (Need(share=0.5), Need(share=0.5, language="es"))
    base = Scenario(arrivals=Arrivals(needs=needs))

    changed = base.but({"arrivals.needs[0]": Need(share=0.5, language="de")})
    assert [each.language for each in changed.arrivals.needs] == ["de", "es"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("peers.counts", "'peers.counts' leads nowhere in a scenario"),
        ("peers.count.more", "'peers.count.more' leads nowhere in a scenario"),
        ("arrivals.needs[3].share", r"leads nowhere in this scenario"),
        ("peers[0]", r"leads nowhere in this scenario"),
        ("peers..count", "is no path, such as peers.count"),
        ("Peers", "is no path, such as peers.count"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path: str, says: str) -> None:
    """Whether something is put there or asked for."""
    with pytest.raises(BadInput, match=says):
        BASE.but({path: 1})
    with pytest.raises(BadInput, match=says):
        value_at(BASE, path)


def test_what_stands_at_a_path_can_be_asked() -> None:
    """Also of the handbook's numbers: None where the scenario has none of its own."""
    assert value_at(BASE, "peers.count") == 10
    assert value_at(BASE, "arrivals.needs[0].language") == "en"
    assert value_at(BASE.but({"limits.caseload": 7}), "limits.caseload") == 7
    assert value_at(BASE, "limits.caseload") is None


def test_a_value_that_does_not_fit_is_refused_where_it_would_stand() -> None:
    """As it is when the part is made."""
    with pytest.raises(BadInput, match=r"Costs\.hour: give a whole number of cents"):
        BASE.but({"costs.hour": 25.5})
    assert BASE.but({"costs.hour": 2600}).costs == Costs(hour=2600)


def test_days_have_dates() -> None:
    """The first is day 0."""
    assert BASE.date_of(0) == date(2026, 1, 5)
    assert BASE.date_of(31) == date(2026, 2, 5)


# -- the handbook


def test_a_scenario_lives_under_its_own_numbers_over_its_layers() -> None:
    """Looser or tighter than the book, as it says; the rest is the book's."""
    book = handbook_of(BASE.but({"layers": ("us/va",), "limits.caseload": 30})).on(date(2026, 1, 5))

    assert book.clause("caseload").value == 30
    assert book.clause("minutes-a-day").value == 240
    assert handbook_of(BASE).on(date(2026, 1, 5)).clause("caseload").value == 20


def test_a_limit_that_no_rule_asks_is_refused() -> None:
    """By its name, when the scenario is made; with what may have been meant."""
    with pytest.raises(
        BadInput,
        match=r"Scenario\.limits: 'case-load' is no limit that a rule asks; did you mean 'case",
    ):
        BASE.but({"limits.case-load": 3})
    with pytest.raises(BadInput, match=r"'zzz' is no limit that a rule asks; there are caseload,"):
        Scenario(limits={"zzz": 3})


def house(folder: Path, number: int, *, over: str = "", id_: str = "house") -> Path:
    """A layer of one's own, with a caseload."""
    folder.mkdir(exist_ok=True)
    file = folder / "house.toml"
    file.write_text(LAYER.format(id=id_, over=over, number=number), encoding="utf-8")
    return file


def caseload(scenario: Scenario) -> int | None:
    """The caseload on the first day."""
    return handbook_of(scenario).on(scenario.begins).clause("caseload").value


class TestLayersOfOnesOwn:
    """A layer that is a file is what the file holds now."""

    def test_an_edited_file_is_read_anew(self, tmp_path: Path) -> None:
        """Also below limits of the scenario; and both engines live under what it says."""
        scenario = BASE.but({"layers": (str(house(tmp_path, 8)),), "days": 15, "peers.count": 1})
        scenario = scenario.but({"arrivals.waiting": 9, "matching.declined": 0.0})
        limited = scenario.but({"limits.group-size": 5})
        eight = [handbook_of(each).edition for each in (scenario, limited)]
        first = simulate(limited)
        assert [caseload(scenario), caseload(limited)] == [8, 8]

        house(tmp_path, 2)
        assert [caseload(scenario), caseload(limited)] == [2, 2]
        assert [handbook_of(each).edition for each in (scenario, limited)] != eight
        for engine in Engine:
            run = simulate(limited, engine=engine)
            assert int(run.table("days")["walking"].max()) == 2
        assert int(first.table("days")["walking"].max()) > 2

    def test_the_same_name_in_another_folder_is_another_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The path counts from where you are."""
        scenario = BASE.but({"layers": ("house.toml",), "limits.group-size": 5})
        for folder, number in (("a", 8), ("b", 2)):
            house(tmp_path / folder, number)
            monkeypatch.chdir(tmp_path / folder)
            assert caseload(scenario) == number

    def test_an_edition_is_of_what_is_said_not_of_where(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The same file elsewhere gives the same edition, from here or from there."""
        layers = [str(house(tmp_path / each, 8)) for each in "ab"]
        monkeypatch.chdir(tmp_path / "a")
        found = {
            handbook_of(BASE.but({"layers": (each,), "limits.group-size": 5})).edition
            for each in (*layers, "house.toml", "../b/house.toml")
        }
        assert len(found) == 1

    def test_a_file_below_a_file_is_found(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """From the folder of the one that names it."""
        house(tmp_path / "below", 3, id_="below")
        house(tmp_path / "above", 2, over='"../below/house.toml"')
        monkeypatch.chdir(tmp_path)
        scenario = BASE.but({"layers": ("above/house.toml",), "limits.group-size": 5})
        assert handbook_of(scenario).layers == ("base", "below", "house", "scenario")[1:]
        house(tmp_path / "below", 4, id_="below")
        assert caseload(scenario) == 2

    def test_what_does_not_fit_over_them_is_no_fault_of_a_file_nobody_wrote(
        self, tmp_path: Path
    ) -> None:
        """The scenario is named, and never where its numbers were put for a moment."""
        layer = str(house(tmp_path, 3, id_="scenario"))
        with pytest.raises(BadInput) as raised:
            handbook_of(BASE.but({"layers": (layer,), "limits.group-size": 5}))
        assert type(raised.value) is BadInput
        assert str(raised.value).startswith(
            "Scenario.limits: layer: key 'id': is 'scenario', which"
        )
        assert raised.value.__context__ is None
        with pytest.raises(BadInput, match=r"^none\.toml: is not there"):
            handbook_of(BASE.but({"layers": ("none.toml",), "limits.group-size": 5}))


# -- peers


@pytest.mark.parametrize("limit", ["supervision", "supervision-weeks"])
def test_a_layer_beyond_the_last_date_is_refused(tmp_path: Path, limit: str) -> None:
    """By its name: a thousand centuries from one talk to the next are a slip of the pen."""
    text = house(tmp_path, 10**6).read_text(encoding="utf-8").replace("caseload", limit)
    (tmp_path / "house.toml").write_text(f"{text}loosens = true\n", encoding="utf-8")
    with pytest.raises(BadInput, match=rf"Scenario\.layers: '{limit}' reaches beyond the last"):
        simulate(Scenario(days=5, layers=(str(tmp_path / "house.toml"),)))


def test_peers_are_named_by_post_and_by_who_served_before() -> None:
    """Who follows has a number behind."""
    assert [name_of(7, 0), name_of(7, 2), name_of(1234, 0)] == [
        "peer-007",
        "peer-007.2",
        "peer-1234",
    ]


def test_talks_come_in_their_rhythm_but_not_on_days_away() -> None:
    """Each peer on a day of their own; who begins later counts from their first day."""
    scenario = Scenario(days=60, peers=Peers(supervision_every=14, leave_per_year=9))
    first, later = posts(scenario, LUCK, [0, 1, 2]), posts(scenario, LUCK, [0], 1, 20)

    for row in range(3):
        turns = np.arange(int(first.before[row]) + 14, 60, 14)
        wanted = [day for day in turns.tolist() if not first.away[row, day]]
        assert np.flatnonzero(first.talks[row]).tolist() == wanted
    assert (first.before < 0).all()
    assert later.before.tolist() == [20]
    assert np.flatnonzero(later.talks[0])[0] >= 20
    assert later.last_talk()[0, 20] >= 20
    # The last talk on or before a day.
    on = np.flatnonzero(first.talks[0]).tolist()
    assert first.last_talk()[0].tolist() == [
        max([int(first.before[0]), *(each for each in on if each <= day)]) for day in range(60)
    ]


def test_a_missed_talk_is_none() -> None:
    """All of them missed: the last is that before the first day."""
    scenario = Scenario(peers=Peers(supervision_missed=1))

    assert not posts(scenario, LUCK, [0, 1]).talks.any()


def test_a_share_alone_is_that_share() -> None:
    """Who has none of the list has none of it: nobody is given the first instead."""
    needs = (Need(share=0.5, experience=Experience.BEREAVEMENT), Need(share=0.5, language="es"))
    peers = Peers(
        experiences=(Lived(experience=Experience.BEREAVEMENT, share=0.3),),
        languages=(Speaks(language="en", share=0.5), Speaks(language="es", share=0.3)),
    )
    scenario = Scenario(arrivals=Arrivals(needs=needs), peers=peers)
    serves = posts(scenario, LUCK, range(2000)).serves

    assert serves[:, 0].mean() == pytest.approx(0.3 * 0.5, abs=0.02)
    assert serves[:, 1].mean() == pytest.approx(0.3, abs=0.03)
    # Where nothing is listed, each has all.
    open_ = scenario.but({"peers": Peers()})
    assert posts(open_, LUCK, range(50)).serves.all()


def test_a_need_that_nobody_listed_is_not_served() -> None:
    """Others were listed, so it is not taken for granted."""
    needs = (Need(share=0.5, experience=Experience.INJURY), Need(share=0.5, language="fr"))
    peers = Peers(
        experiences=(Lived(experience=Experience.BEREAVEMENT),), languages=(Speaks(language="en"),)
    )
    scenario = Scenario(arrivals=Arrivals(needs=needs), peers=peers)

    assert not posts(scenario, LUCK, range(50)).serves.any()


def test_whoever_has_nothing_of_the_list_tells_something_else() -> None:
    """Every peer has lived through something; it is neither listed nor asked for."""
    lived = (Lived(experience=Experience.HOMELESSNESS, share=0),)
    needs = (Need(experience=Experience.SUBSTANCE_USE),)
    scenario = Scenario(arrivals=Arrivals(needs=needs), peers=Peers(experiences=lived))
    assert told_by(scenario, LUCK, 0, 0) == ((Experience.MENTAL_HEALTH,), ())

    every = [Lived(experience=each, share=0) for each in Experience]
    full = scenario.but(
        {"peers.experiences": every, "peers.languages": [Speaks(language="es", share=0)]}
    )
    assert len(told_by(full, LUCK, 0, 0)[0]) == 1  # there is nothing left, and one must be told
    assert told_by(full, LUCK, 0, 0)[1] == ()
    # Where nothing is listed, each has what is asked for.
    assert told_by(scenario.but({"peers": Peers()}), LUCK, 0, 0) == (
        (Experience.SUBSTANCE_USE,),
        (),
    )
    assert told_by(BASE, LUCK, 0, 0) == ((Experience.HOMELESSNESS,), ())


def test_each_experience_and_language_is_drawn_by_its_share() -> None:
    """Apart from one another; and experience counts where it is asked for."""
    needs = (
        Need(share=0.4, experience=Experience.HOMELESSNESS),
        Need(share=0.3, experience=Experience.MENTAL_HEALTH),
        Need(share=0.3, language="es"),
    )
    peers = Peers(
        experiences=(
            Lived(experience=Experience.HOMELESSNESS, share=0),
            Lived(experience=Experience.MENTAL_HEALTH, share=0.5),
        ),
        languages=(Speaks(language="en"), Speaks(language="es", share=0.5)),
    )
    scenario = Scenario(arrivals=Arrivals(needs=needs), peers=peers)
    serves = posts(scenario, LUCK, range(60)).serves

    assert not serves[:, 0].any()
    assert 15 < serves[:, 1].sum() < 45
    assert 15 < serves[:, 2].sum() < 45
    # Where experience is not asked for, everybody serves who has a language in common.
    open_ = scenario.but({"matching.shared": False})
    assert posts(open_, LUCK, range(60)).serves[:, :2].all()
    nobody = scenario.but({"arrivals.needs[2].language": "fr"})
    assert not posts(nobody, LUCK, range(60)).serves[:, 2].any()


def test_more_of_a_full_load_and_less_supervision_make_more_leave() -> None:
    """With the planned load, as many as the yearly share says; nobody where it is 0."""
    seats = np.arange(20_000)

    def share(load: int, *, overdue: bool, **values: float) -> float:
        peers = Peers(count=20_000, places=10, **values)  # type: ignore[arg-type]  # by their names
        loads, late = np.full(len(seats), load), np.full(len(seats), overdue)
        found = gives_notice(peers, LUCK, seats, 0, 28, loads, overdue=late)
        return float(found.mean())

    planned = share(10, overdue=False, turnover=0.4)
    assert planned == pytest.approx(1 - 0.6 ** (REVIEW / 365), abs=0.004)
    assert share(0, overdue=False, turnover=0.4) == planned
    less = share(0, overdue=False, turnover=0.4, turnover_load=1.0)
    more = share(10, overdue=True, turnover=0.4, turnover_unsupervised=1.0)
    assert less < planned < more
    assert share(10, overdue=True, turnover=0.0, turnover_unsupervised=1.0) == 0
    assert share(10, overdue=False, turnover=1.0) > 0.85


def test_one_peer_is_asked_alone_as_among_others() -> None:
    """The answer is the same."""
    peers = Peers(count=50, turnover=0.9)
    seats, loads = np.arange(50), np.full(50, 12)
    together = gives_notice(peers, LUCK, seats, 1, 56, loads, overdue=np.zeros(50, bool))
    alone = [gives_notice(peers, LUCK, each, 1, 56, 12, overdue=False) for each in range(50)]

    assert together.tolist() == [bool(each) for each in alone]
    assert 0 < together.sum() < 50


# -- beyond the role


def test_what_is_asked_is_one_of_a_few_things() -> None:
    """As often as the scenario says, and each as often as another."""
    scenario = BASE.but({"sessions.asked_beyond": 0.5})
    found = asked(scenario, LUCK, np.arange(10_000), 3)

    assert np.bincount(found + 1).tolist()[0] == pytest.approx(5000, abs=200)
    assert (np.abs(np.bincount(found + 1)[1:] - 1000) < 130).all()
    assert len(np.bincount(found + 1)) == len(BEYOND) + 1


@pytest.mark.parametrize(
    ("drift", "load", "likely"), [(0.1, 6, 0.1), (0.0, 12, 0.0), (1.0, 0, 1.0), (0.5, 12, 0.6225)]
)
def test_a_peer_gives_in_more_with_a_full_load(drift: float, load: int, likely: float) -> None:
    """At half a load as the scenario says; never and always stay so."""
    scenario = BASE.but({"sessions.drift": drift})
    found = gives_in(scenario, LUCK, np.arange(20_000), 0, np.full(20_000, load))

    assert found.mean() == pytest.approx(likely, abs=0.012)


def test_leaving_and_columns_are_plain_values() -> None:
    """They can be compared."""
    assert Leaving(on=date(2026, 3, 1)) == Leaving(on=date(2026, 3, 1), peers=1)
    assert Column("day", "int32", "a day") == Column("day", "int32", "a day")
