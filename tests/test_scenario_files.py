"""Scenario files: what is read is what was written, and nothing is taken that is not understood."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings

from peerkit.errors import BadInput
from peerkit.model import Experience
from peerkit.simulation.scenarios.changing import value_at
from peerkit.simulation.scenarios.files import hash_of, read_scenario, source_of, write_scenario
from peerkit.simulation.scenarios.given import parameters
from peerkit.simulation.scenarios.scenario import (
    Arrivals,
    Leaving,
    Lived,
    Need,
    Peers,
    Scenario,
    Sessions,
    Shares,
)
from tests.scenarios import scenarios

pytestmark = pytest.mark.once

WRITTEN = """\
name = "twelve places"
begins = 2027-01-04
layers = ["us-nj"]

[limits]
caseload = 12

[arrivals]
per_week = 5.5

[[arrivals.needs]]
share = 0.4

[[arrivals.needs]]
experience = "homelessness"
share = 0.6

[[peers.leaving]]
on = 2027-04-01
peers = 3

[sessions]
every = { 14 = 0.25, 7 = 0.75 }

[sources]
"arrivals.per_week" = "our records of 2026"
"limits.caseload" = "the board, 3 May"
"""
TOLD = Scenario(
    name="twelve places",
    begins=date(2027, 1, 4),
    layers=("us-nj",),
    limits={"caseload": 12},
    arrivals=Arrivals(
        per_week=5.5,
        needs=(Need(share=0.4), Need(experience=Experience.HOMELESSNESS, share=0.6)),
    ),
    peers=Peers(leaving=(Leaving(on=date(2027, 4, 1), peers=3),)),
    sessions=Sessions(every=Shares((14, 7), (0.25, 0.75))),
    sources={
        "arrivals.per_week": "our records of 2026",
        "limits.caseload": "the board, 3 May",
    },
)


def read(folder: Path, text: str) -> Scenario:
    """What a file with this text says."""
    file = folder / "plan.toml"
    file.write_text(text, encoding="utf-8")
    return read_scenario(file)


class TestRoundTrip:
    """A scenario that is written is read as the same scenario."""

    @settings(max_examples=40)
    @given(scenarios())
    def test_any_scenario(
        self, tmp_path_factory: pytest.TempPathFactory, scenario: Scenario
    ) -> None:
        """Whatever it says, in the short form and in the complete one; so its hash is the same."""
        folder = tmp_path_factory.getbasetemp()
        for complete in (False, True):
            found = read(folder, write_scenario(scenario, complete=complete))
            assert found == scenario
            assert hash_of(found) == hash_of(scenario)

    def test_only_what_differs_is_written(self, tmp_path: Path) -> None:
        """And it is written by the names of the fields, table by table."""
        assert write_scenario(TOLD) == WRITTEN
        assert read(tmp_path, WRITTEN) == TOLD
        assert write_scenario(Scenario()) == "\n"
        assert read(tmp_path, "") == Scenario()

    def test_the_complete_form_says_what_is_known(self) -> None:
        """Each number stands below what it means, its unit and its source."""
        text = write_scenario(TOLD, complete=True)
        assert (
            "# … people come in a week (people a week); source: our records of 2026.\n"
            "per_week = 5.5\n"
        ) in text
        assert "source: no source given.\npeers = 3\n" in text
        assert "source: assumption.\nno_show = 0.2\n" in text
        assert "experiences = []\n" in text
        assert "shared = true\n" in text

    def test_the_order_of_a_mix_is_kept(self, tmp_path: Path) -> None:
        """A chance falls on the values in their order, so another order is another scenario."""
        there, back = (
            Scenario(sessions=Sessions(every=Shares(days, (0.5, 0.5))))
            for days in ((7, 14), (14, 7))
        )
        assert read(tmp_path, write_scenario(back)) == back != there
        assert hash_of(back) != hash_of(there)

    def test_four_and_four_are_one_number(self) -> None:
        """Whether it was given with a point or without one."""
        whole, fraction = (
            Scenario(arrivals=Arrivals(per_week=5)),
            Scenario(arrivals=Arrivals(per_week=5.0)),
        )
        assert write_scenario(whole) == write_scenario(fraction) == "[arrivals]\nper_week = 5\n"
        assert hash_of(whole) == hash_of(fraction)

    def test_a_hash_is_of_all_that_is_said(self) -> None:
        """Another number, name or source has another one."""
        others = (
            TOLD,
            TOLD.but({"limits.caseload": 13}),
            TOLD.but({}, "another name"),
            TOLD.but({"arrivals.per_week": 5.5}),  # its source is gone
        )
        assert len({hash_of(each) for each in others}) == len(others)
        assert len(hash_of(TOLD)) == 64  # of 256 bits


class TestReading:
    """Types, bounds, dates and names are looked at; nothing is dropped."""

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("nmae = 'x'", "plan.toml: key 'nmae': is not known here; did you mean 'name'?"),
            ("[zzz]\na = 1", "plan.toml: key 'zzz': is not known here; take it out"),
            (
                "[peers]\ncuont = 3",
                "plan.toml: peers: key 'cuont': is not known here; did you mean 'count'?",
            ),
            ("days = 1.5", "plan.toml: key 'days': must be a whole number"),
            ("days = true", "plan.toml: key 'days': must be a whole number"),
            ("days = 0", "plan.toml: key 'days': must lie from 1 to 36600"),
            ("days = 5\nwarm_up = 5", "plan.toml: key 'warm_up': must be shorter than the days "),
            ("name = 3", "plan.toml: key 'name': must be a text in quotes"),
            ('name = "a\\nb"', "plan.toml: key 'name': give one line of text"),
            ("begins = 2026-01-05T10:00:00", "plan.toml: key 'begins': must be a date such as"),
            ('begins = "soon"', "plan.toml: key 'begins': must be a date such as 2026-01-05"),
            ("begins = 3", "plan.toml: key 'begins': must be a date such as 2026-01-05"),
            ("caseload = 3", "plan.toml: key 'caseload': belongs in [limits]; write it below"),
            ("[limits]\ncaseload = -3", "plan.toml: key 'limits': give a whole number for 'casel"),
            ("[[arrivals.needs]]\nlanguage = 'Spanish'", "needs 1: key 'language': give a code su"),
            ("begins = 9999-01-01", "plan.toml: key 'begins': the first day and the last must lie"),
            ("layers = 'us-nj'", "plan.toml: key 'layers': must be a list of texts"),
            ("peers = 3", "plan.toml: key 'peers': must be a [peers] table"),
            ("[arrivals]\nper_week = '4'", "plan.toml: arrivals: key 'per_week': must be a number"),
            ("[arrivals]\nper_week = inf", "arrivals: key 'per_week': must lie from 0 to 1e+06"),
            ("[arrivals]\nper_week = nan", "arrivals: key 'per_week': must lie from 0 to 1e+06"),
            ("[arrivals]\nmonths = [1, 1]", "arrivals: key 'months': give 12 factors"),
            ("[arrivals]\nmonths = ['1']", "arrivals: key 'months': must be a list of numbers"),
            ("[[arrivals.needs]]\nshare = 0.5", "arrivals: key 'needs': their shares must add up"),
            (
                "[[arrivals.needs]]\nshare = 0.5\n[[arrivals.needs]]\nexperience = 'homelesness'",
                "needs 2: key 'experience': is not known here; did you mean 'homelessness'?",
            ),
            ("[[arrivals.needs]]\nlanguage = ''", "needs 1: key 'language': is empty"),
            ("[arrivals]\nneeds = []", "arrivals: key 'needs': give 1 or more"),
            ("[[peers.leaving]]\npeers = 3", "leaving 1: key 'on': is missing; give a date such"),
            ("[peers]\nrole = 'boss'", "peers: key 'role': is not known here; one of "),
            ("[matching]\nshared = 1", "matching: key 'shared': must be true or false"),
            ("[sessions]\nevery = 7", "sessions: key 'every': must be a [every] table"),
            ("[sessions]\nevery = {}", "sessions: key 'every': give one share for each value"),
            ("[sessions]\nevery = { 07 = 1 }", "every: key '07': must be a whole number, with"),
            ("[sessions]\nevery = { week = 1 }", "every: key 'week': must be a whole number, with"),
            ("[sessions]\nevery = { 7 = 'a' }", "sessions: every: key '7': must be a number"),
            ("[sessions]\nevery = { 7 = 0.5 }", "sessions: key 'every': must be 0 or more each"),
            ("[sessions]\nevery = { 7 = nan }", "sessions: key 'every': must be 0 or more each"),
            ("[sessions]\nevery = { 0 = 1 }", "key 'every': each must lie from 1 to 366"),
            ("[sessions]\nno_show = 0.99", "sessions: key 'cancelled': with those missed it is"),
            (
                "[limits]\ncaselod = 3",
                "plan.toml: limits: key 'caselod': is not known here; did you mean 'caseload'?",
            ),
            ("[limits]\nzzz = 3", "plan.toml: limits: key 'zzz': is not known here; there are "),
            (
                "[limits]\ncaseload = 'x'",
                "plan.toml: limits: key 'caseload': must be a whole number",
            ),
            ("[sources]\narrivals.per_wek = 'x'", "key 'sources': 'arrivals.per_wek' is no number"),
            ("[sources]\nlimits.caseload = 'x'", "key 'sources': 'limits.caseload' is no number"),
            ("[sources]\ndays = 3", "plan.toml: sources: key 'days': must be a text in quotes"),
            ('[sources]\ndays = "a\\nb"', "key 'sources': give one line of text for 'days'"),
            ("days = ", "plan.toml: is not TOML: "),
        ],
    )
    def test_every_mistake_names_its_place(self, tmp_path: Path, text: str, said: str) -> None:
        """The file, the table, the key and what to do; and no error of another kind."""
        with pytest.raises(BadInput) as raised:
            read(tmp_path, text)
        assert type(raised.value) is BadInput
        assert said in str(raised.value)
        assert raised.value.__context__ is None

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        """It is named as it was given."""
        file = tmp_path / "none.toml"
        with pytest.raises(BadInput, match=f"^{re.escape(str(file))}: cannot be read"):
            read_scenario(file)
        with pytest.raises(BadInput, match=r"^plans/none\.toml: cannot be read"):
            read_scenario("plans/none.toml")

    def test_a_layer_of_ones_own_lies_beside_the_file(self, tmp_path: Path) -> None:
        """Its path counts from the folder of the file, wherever the program is called from."""
        (tmp_path / "house.toml").touch()
        found = read(tmp_path, "layers = ['us-nj', 'house.toml']")
        assert found.layers == ("us-nj", str(tmp_path / "house.toml"))

    def test_or_it_lies_where_you_are(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """So a scenario is read as it was written, into whatever folder."""
        (tmp_path / "plans").mkdir()
        (tmp_path / "house.toml").touch()
        monkeypatch.chdir(tmp_path)
        scenario = Scenario(layers=("us-nj", "house.toml"))
        for folder in (Path(), Path("plans")):
            assert read(folder, write_scenario(scenario)) == scenario

        (tmp_path / "house.toml").unlink()
        with pytest.raises(BadInput) as raised:
            read(Path("plans"), write_scenario(scenario))
        beside = str(Path("plans") / "house.toml")
        assert str(raised.value) == (
            f"plan.toml: key 'layers': there is neither {beside!r} "
            "nor, from where you are, 'house.toml'"
        )


class TestSources:
    """Where a number is from."""

    def test_each_number_says_where_it_is_from(self) -> None:
        """As its author says; as the default does; or that nobody said."""
        found = {each.path: source_of(TOLD, each) for each in parameters(TOLD)}
        assert found["arrivals.per_week"] == "our records of 2026"
        assert found["arrivals.needs[0].share"] == "no source given"
        assert found["sessions.every"] == "no source given"
        assert found["sessions.minutes"] == "assumption"
        assert found["outcomes.recovery"] == "R-HOGH"

    def test_a_source_goes_with_its_number(self, tmp_path: Path) -> None:
        """A path without quotes is the same path; and another number has another source."""
        text = "[arrivals]\nper_week = 5\n[sources]\narrivals.per_week = 'ours'\n"
        found = read(tmp_path, text + "'arrivals.needs[0].share' = 'x'\n")
        assert dict(found.sources) == {"arrivals.per_week": "ours", "arrivals.needs[0].share": "x"}
        assert dict(found.but({"arrivals.per_week": 6}).sources) == {"arrivals.needs[0].share": "x"}
        needs = found.but({"arrivals.needs": (Need(),)})
        assert dict(needs.sources) == {"arrivals.per_week": "ours"}
        assert found.but({"peers.count": 3}).sources == found.sources

    def test_what_is_no_number_is_no_limit(self) -> None:
        """Nor are several numbers one, nor a share a word."""
        with pytest.raises(BadInput, match=r"Scenario\.limits: give a whole number"):
            Scenario(limits={"caseload": "12"})
        with pytest.raises(BadInput, match=r"Arrivals\.per_week: give a number"):
            Arrivals(per_week=(1.0, 2.0))  # type: ignore[arg-type]
        with pytest.raises(BadInput, match=r"Shares\.shares: give numbers"):
            Shares((7,), ("1",))  # type: ignore[arg-type]
        with pytest.raises(BadInput, match=r"Shares\.values: give each value once"):
            Shares((7, 7), (0.5, 0.5))
        with pytest.raises(BadInput, match=r"Shares\.values: give whole numbers"):
            Shares((True,), (1.0,))
        with pytest.raises(BadInput, match=r"Scenario\.peers: give a Peers"):
            Scenario(peers=3)  # type: ignore[arg-type]
        with pytest.raises(BadInput, match=r"Lived\.share: must lie"):
            Lived(experience=Experience.HOMELESSNESS, share=2)


class TestPaths:
    """Every number is named by its path, to read it and to change it."""

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("days", 30),
            ("peers.count", 3),
            ("arrivals.needs[1].share", 0.6),
            ("peers.leaving", ()),
            ("sessions.every", Shares((7,), (1,))),
            ("limits.caseload", 13),
            ("limits.supervision", 2),
            ("matching.shared", False),
        ],
    )
    def test_what_is_put_there_is_there(self, path: str, value: object) -> None:
        """And nothing else has changed."""
        found = TOLD.but({path: value}, "another")
        assert value_at(found, path) == value
        assert found.name == "another"
        back = found.but({path: value_at(TOLD, path)}, TOLD.name)
        assert back == attrs.evolve(TOLD, sources=found.sources)

    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("peers.cuont", "'peers.cuont' leads nowhere in a scenario"),
            ("peers.count.x", "'peers.count.x' leads nowhere in a scenario"),
            ("arrivals.needs[2].share", "'arrivals.needs[2].share' leads nowhere in this scenario"),
            ("peers.count[0]", "'peers.count[0]' leads nowhere in this scenario"),
            ("peers.Count", "'peers.Count' is no path, such as peers.count"),
        ],
    )
    def test_a_path_that_leads_nowhere(self, path: str, said: str) -> None:
        """It is refused, to read as to change."""
        for ask in (lambda: value_at(TOLD, path), lambda: TOLD.but({path: 3})):
            with pytest.raises(BadInput, match=re.escape(said)):
                ask()
