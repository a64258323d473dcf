"""Layers: what they are laid over, what they may say, and how two of them bind together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path

import attrs
import pytest

import peerkit as pk
from peerkit.handbook import (
    BadHandbook,
    Circumstance,
    Handbook,
    LayerSummary,
    LeadsTo,
    Permission,
    Verdict,
    diff,
    layers,
)
from peerkit.handbook.files import tomls
from peerkit.testing.situations import decided_differently, is_ordinary, situations
from tests.ordinary import activity, asking, view

DAY = date(2026, 11, 2)
CITED = 'source = "R-NC"\nat = "our own reading"\nlooked = 2026-11-22\n'
KNIT = """
[[activity]]
id = "knit"
name = "knitting together"
looks_like = "A scarf for the winter."
verdict = "allowed"
clause = "peer-work"
"""


def layer(folder: Path, name: str, text: str = "", *over: str, of: str = "house") -> str:
    """A layer of one's own in a file of its name; gives the path to load it by."""
    file = folder / f"{name}.toml"
    under = ", ".join(f'"{each}"' for each in over)
    head = f'[layer]\nid = "{name}"\ntitle = "The {name}"\nof = "{of}"\nover = [{under}]\n'
    file.write_text(head + text, encoding="utf-8")
    return str(file)


def limit(id_: str, number: int | None, *, since: str = "", until: str = "", more: str = "") -> str:
    """A number for a limit; None ends it."""
    number_is = "" if number is None else f"is = {number}\n"
    days = (("since", since), ("until", until))
    in_force = "".join(f"{name} = {day}\n" for name, day in days if day)
    return f'\n[[limit]]\nid = "{id_}"\n{more}\n[[limit.value]]\n{number_is}{in_force}{CITED}'


def gift(verdict: str = "", *cases: tuple[str, str], more: str = "") -> str:
    """What a layer says of giving a gift."""
    text = '\n[[activity]]\nid = "give-gift"\n' + more
    text += f'verdict = "{verdict}"\n' if verdict else ""
    for value, case in cases:
        text += f'\n[[activity.case]]\nwhen = {{ value = "{value}" }}\nverdict = "{case}"\n'
    return text


def value(handbook: Handbook, id_: str, day: date = DAY) -> int | None:
    """The number of a limit on a day."""
    return handbook.on(day).clause(id_).value


def verdicts(handbook: Handbook) -> dict[str, Verdict]:
    """What each value of a gift comes to."""
    entry = handbook.activities["give-gift"]
    return {
        answer: max(entry.outcomes({"value": answer}))[0]
        for answer in ("none", "token", "significant")
    }


def refusal(*names: str) -> str:
    """The error that these layers meet with."""
    with pytest.raises(BadHandbook) as caught:
        Handbook.load(*names)
    return str(caught.value)


class TestGroups:
    """Everything of a file belongs to the file's group."""

    def test_each_file_of_the_base_gives_its_group_to_all_it_describes(self) -> None:
        """Activities and limits are found under the groups whose titles the book knows."""
        book = Handbook.load()
        assert {each.group for each in book.activities.values()} <= set(book.groups)
        assert {each.group for each in book.clauses.values() if each.unit} <= set(book.groups)
        assert book.activities["therapy"].group == "clinical-work"
        assert book.clauses["caseload"].group == "people"
        assert all(title.strip() for title in book.groups.values())

    def test_what_a_layer_adds_is_in_a_group_of_its_own(self, tmp_path: Path) -> None:
        """Named after the layer, unless the layer names a group; what it changes stays put."""
        own = Handbook.load(layer(tmp_path, "one", KNIT + gift("needs_consultation")))
        named = '\n[group]\nid = "crafts"\ntitle = "Crafts"\n'
        grouped = Handbook.load(layer(tmp_path, "two", named + KNIT))

        assert own.activities["knit"].group == "one"
        assert own.activities["give-gift"].group == Handbook.load().activities["give-gift"].group
        assert grouped.activities["knit"].group == "crafts"
        assert grouped.groups["crafts"] == "Crafts"

    def test_only_toml_files_are_read_in_any_folder_inside(self, tmp_path: Path) -> None:
        """By their path without the ending, in the order of their names."""
        (tmp_path / "b").mkdir()
        for each in ("b/x.toml", "a.toml", "notes.md"):
            (tmp_path / each).write_text("", encoding="utf-8")

        assert [name for name, _ in tomls(tmp_path, "")] == ["a", "b/x"]


class TestWhatLeadsOn:
    """What to do instead, as data."""

    def test_it_names_activities_with_their_answers_and_acts(self, tmp_path: Path) -> None:
        """In the order written, the answers in order of their questions."""
        text = (
            'leads_to = [{ activity = "give-gift", when = { value = "none" } },'
            ' { act = "consent.recorded" }]\n'
        )
        entry = Handbook.load(layer(tmp_path, "house", KNIT + text)).activities["knit"]

        assert entry.leads_to == (
            LeadsTo(activity="give-gift", when=(("value", "none"),)),
            LeadsTo(act="consent.recorded"),
        )

    def test_a_layer_may_say_it_closer(self, tmp_path: Path) -> None:
        """Its words stand in the place of those below; what it leaves out stays."""
        below = Handbook.load().activities["give-gift"]
        text = gift(more='instead = "Sing."\nhand_to = "the choir"\n')
        said = Handbook.load(layer(tmp_path, "one", text)).activities["give-gift"]
        lead = 'leads_to = [{ activity = "listen" }]\n'
        led = Handbook.load(layer(tmp_path, "two", gift(more=lead))).activities["give-gift"]

        assert (said.instead, said.hand_to, said.leads_to) == (
            "Sing.",
            "the choir",
            below.leads_to,
        )
        assert (led.instead, led.hand_to) == (below.instead, below.hand_to)
        assert led.leads_to == (LeadsTo(activity="listen"),)

    def test_a_finding_says_the_closer_words(self, tmp_path: Path) -> None:
        """Of the boundary itself; of a question that is open the clause says what to do."""
        text = gift(
            "needs_consultation",
            more='instead = "Sing."\nhand_to = "the choir"\nleads_to = [{ activity = "listen" }]\n'
            f"rests_on = [{{ {CITED.strip().replace(chr(10), ', ')} }}]\n",
        )
        book = Handbook.load(layer(tmp_path, "house", text)).on(DAY)
        open_, closed = (
            pk.decide(asking(act), view(), book, pk.ROLE_LIMITS)
            for act in (activity("give-gift"), activity("give-gift", value="token"))
        )
        (asked,) = [each for each in open_.findings if each.clause.id == "missing-facts"]
        (ask,) = [each for each in closed.findings if each.clause.id == "gifts"]

        assert (ask.instead, ask.hand_to) == ("Sing.", "the choir")
        assert ask.leads_to == (LeadsTo(activity="listen"),)
        assert ask.passages[0].at == "our own reading"
        assert len(set(ask.passages)) == len(ask.passages)
        assert (asked.instead, asked.hand_to) == (asked.clause.instead, asked.clause.hand_to)
        assert asked.leads_to == asked.clause.leads_to
        assert asked.passages == asked.clause.passages

    @pytest.mark.parametrize("given", [False, True])
    def test_the_closer_words_count_for_the_consent_that_it_needs(
        self, tmp_path: Path, *, given: bool
    ) -> None:
        """Whoever lacks a consent is told by the activity what to do about it."""
        text = KNIT + (
            'consent = "story"\ninstead = "Sing."\nhand_to = "the choir"\n'
            'leads_to = [{ activity = "listen" }]\n'
        )
        book = Handbook.load(layer(tmp_path, "house", text)).on(DAY)
        act = asking(activity("knit", of="p-7" if given else "p-8"))
        decision = pk.decide(act, view(), book, pk.ROLE_LIMITS)
        (found,) = [each for each in decision.findings if each.clause.id == "consent"]
        asked = pk.decide(asking(activity("knit")), view(), book, pk.ROLE_LIMITS)
        (open_,) = [each for each in asked.findings if each.clause.id == "missing-facts"]

        assert found.verdict is (Verdict.ALLOWED if given else Verdict.NEEDS_CONSENT)
        assert (found.instead, found.hand_to) == ("Sing.", "the choir")
        assert found.leads_to == (LeadsTo(activity="listen"),)
        assert (open_.instead, open_.hand_to) == (open_.clause.instead, open_.clause.hand_to)

    def test_the_base_says_closer_what_to_do_where_a_consent_is_missing(self) -> None:
        """Not to share in general: to ask this person about this."""
        book = Handbook.load().on(DAY)
        act = asking(activity("tell-anothers-story", of="p-8"))
        *_, found = [
            each
            for each in pk.decide(act, view(), book, pk.ROLE_LIMITS).findings
            if each.entry is not None
        ]

        assert found.clause.id == "consent"
        assert found.leads_to == (
            LeadsTo(activity="share-own-story"),
            LeadsTo(act="consent.recorded"),
        )

    def test_what_a_layer_closes_is_led_to_no_more(self, tmp_path: Path) -> None:
        """Neither by an activity nor by a clause; the other ways stay in their order."""
        listen = '\n[[activity]]\nid = "listen"\nverdict = "{}"\n'
        below = Handbook.load()
        way = LeadsTo(activity="listen")
        for verdict in ("needs_consultation", "not_allowed"):
            closed = Handbook.load(layer(tmp_path, verdict, listen.format(verdict)))
            for was, now in (
                (below.activities, closed.activities),
                (below.clauses, closed.clauses),
            ):
                leading = [id_ for id_, each in was.items() if way in each.leads_to]
                assert leading
                for id_ in leading:
                    kept = tuple(each for each in was[id_].leads_to if each != way)
                    assert now[id_].leads_to == kept

    def test_a_way_is_closed_for_its_own_answers_only(self, tmp_path: Path) -> None:
        """A token closed leaves the kind word open."""
        kind = LeadsTo(activity="give-gift", when=(("value", "none"),))
        token = Handbook.load(layer(tmp_path, "token", gift("", ("token", "not_allowed"))))
        none = Handbook.load(layer(tmp_path, "none", gift("", ("none", "needs_consultation"))))

        assert kind in token.activities["give-gift"].leads_to
        assert kind not in none.activities["give-gift"].leads_to

    def test_where_no_way_is_left_the_supervisor_is_asked(self, tmp_path: Path) -> None:
        """Whoever is told no is told what to do now, whatever a layer closes."""
        closed = '\n[[activity]]\nid = "say-what-one-is"\nverdict = "not_allowed"\n'
        below = Handbook.load().clauses["credentials-misnamed"]
        above = Handbook.load(layer(tmp_path, "house", closed)).clauses["credentials-misnamed"]

        assert below.leads_to == (LeadsTo(activity="say-what-one-is"),)
        assert above.leads_to == (LeadsTo(act="supervisor.consulted"),)

    def test_who_led_nowhere_leads_nowhere_still(self, tmp_path: Path) -> None:
        """An activity that leaves it to its clause is given no way of its own."""
        closed = '\n[[activity]]\nid = "listen"\nverdict = "not_allowed"\n'
        bare = {each.id for each in Handbook.load().activities.values() if not each.leads_to}
        above = Handbook.load(layer(tmp_path, "house", closed)).activities

        assert bare
        assert {each.id for each in above.values() if not each.leads_to} == bare

    def test_what_an_entry_does_not_say_its_clause_says(self) -> None:
        """An activity of few words leaves the rest to the boundary."""
        book = Handbook.load().on(DAY)
        bare = [
            each
            for each in book.activities.values()
            if (each.instead, each.hand_to, each.leads_to) == (None, None, ())
        ]
        assert bare
        for entry in bare:
            clause = book.clause(entry.clause)
            found = pk.Finding(clause, entry.verdict, {}, 0, entry)
            assert found.instead == clause.instead
            assert found.hand_to == clause.hand_to
            assert found.leads_to == clause.leads_to


class TestOver:
    """A layer brings those it is laid over."""

    def test_it_brings_them_once_and_first(self, tmp_path: Path) -> None:
        """However often they are named, and whoever names them."""
        low = layer(tmp_path, "low", limit("caseload", 18))
        left = layer(tmp_path, "left", "", low, "us/nc")
        right = layer(tmp_path, "right", "", "us/nc", low)

        assert Handbook.load(left, right).layers == ("low", "us/federal", "us/nc", "left", "right")
        assert Handbook.load(low, left).layers == ("low", "us/federal", "us/nc", "left")
        assert Handbook.load(left, low).layers == ("low", "us/federal", "us/nc", "left")

    def test_an_edition_is_that_of_all_it_brings(self, tmp_path: Path) -> None:
        """A layer that is brought is read as if it had been named."""
        low = layer(tmp_path, "low", limit("caseload", 18))
        high = layer(tmp_path, "high", "", low)

        assert Handbook.load(high).edition == Handbook.load(low, high).edition
        assert Handbook.load(high).edition != Handbook.load(low).edition

    def test_a_file_that_is_brought_is_read_again_when_it_changes(self, tmp_path: Path) -> None:
        """As one that is named: nobody decides by what the file said before."""
        low = layer(tmp_path, "low", limit("caseload", 18))
        high = layer(tmp_path, "high", "", layer(tmp_path, "middle", "", low))

        assert value(Handbook.load(high), "caseload") == 18
        assert Handbook.load(high) is Handbook.load(high)
        layer(tmp_path, "low", limit("caseload", 9))
        assert value(Handbook.load(high), "caseload") == 9

    @pytest.mark.parametrize("of", ["country", "state", "payer", "board", "house"])
    def test_any_kind_of_layer_may_be_laid_over_a_file_of_ones_own(
        self, tmp_path: Path, of: str
    ) -> None:
        """It names the file, and covers what the layer in it says."""
        low = layer(tmp_path, "low", limit("caseload", 9), of="country")
        more = "loosens = true\n"
        high = layer(tmp_path, "high", limit("caseload", 18, more=more), low, of=of)
        book = Handbook.load(high)

        assert book.layers == ("low", "high")
        assert value(book, "caseload") == 18

    def test_two_that_are_laid_over_each_other_are_an_error(self, tmp_path: Path) -> None:
        """Ours, with the way round in it, whichever is named; so is one over itself."""
        one = layer(tmp_path, "one", "", str(tmp_path / "other.toml"))
        other = layer(tmp_path, "other", "", one)
        itself = layer(tmp_path, "itself", "", str(tmp_path / "itself.toml"))

        assert refusal(one) == f"{one}: is laid over itself: one over other over one"
        assert refusal(other) == f"{other}: is laid over itself: other over one over other"
        assert refusal(itself) == f"{itself}: is laid over itself: itself over itself"

    def test_what_it_is_laid_over_must_be_there(self, tmp_path: Path) -> None:
        """A missing file and an unknown layer are told, with the file that names them."""
        gone = str(tmp_path / "gone.toml")

        one = layer(tmp_path, "one", "", gone)
        assert refusal(one) == (
            f"{one}: layer: key 'over': {gone}: is not there; give the path of a TOML file"
        )
        two = layer(tmp_path, "two", "", "us/ncc")
        assert refusal(two).startswith(
            f"{two}: layer: key 'over': layer 'us/ncc': is not one that peerkit ships. "
            "Did you mean 'us/nc'? A file of yours"
        )
        three = layer(tmp_path, "three", "", two)
        assert refusal(three).startswith(f"{two}: layer: key 'over': layer 'us/ncc': is not one")

    def test_a_path_begins_in_the_folder_of_the_file_that_names_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Wherever the program runs: two files that lie side by side stay together."""
        (tmp_path / "county").mkdir()
        layer(tmp_path / "county", "low", limit("caseload", 18))
        layer(tmp_path / "county", "middle", "", "low.toml", "us/nc")
        high = layer(tmp_path, "high", "", "county/middle.toml")
        names = ("low", "us/federal", "us/nc", "middle", "high")

        assert Handbook.load(high).layers == names
        monkeypatch.chdir(tmp_path)
        assert Handbook.load("high.toml").layers == names
        monkeypatch.chdir(tmp_path / "county")
        assert Handbook.load("../high.toml").layers == names
        one = layer(tmp_path / "county", "one", "", "../county/other.toml")
        layer(tmp_path / "county", "other", "", "../county/one.toml")
        assert refusal(one).endswith("is laid over itself: one over other over one")

    def test_a_layer_of_a_state_may_lie_on_a_file(self, tmp_path: Path) -> None:
        """It is written over that file, and beside whatever else is loaded."""
        low = layer(tmp_path, "low", limit("caseload", 15), of="state")
        board = layer(tmp_path, "board", limit("caseload", 12), of="board")
        high = layer(tmp_path, "high", limit("caseload", 14), "low.toml", of="payer")
        loose = layer(tmp_path, "loose", limit("caseload", 16), "low.toml", of="payer")

        assert value(Handbook.load(high), "caseload") == 14
        assert value(Handbook.load(board, high), "caseload") == 12
        assert value(Handbook.load(high, board), "caseload") == 12
        assert Handbook.load(high).layers == Handbook.load(low, high).layers
        assert "is looser than the layer below (16 against 15" in refusal(loose)

    @pytest.mark.parametrize("taken", ["us/wa", "us/federal", "base"])
    def test_no_file_takes_an_id_of_ours(self, tmp_path: Path, taken: str) -> None:
        """It would stand in the place of the layer that peerkit ships, in silence."""
        file = tmp_path / "mine.toml"
        file.write_text(f'[layer]\nid = "{taken}"\ntitle = "Mine"\n', encoding="utf-8")

        assert refusal(str(file)) == (
            f"{file}: layer: key 'id': is {taken!r}, which is peerkit's own; "
            "give your layer another"
        )

    @pytest.mark.parametrize(
        ("given", "meant"),
        [("wa", "us/wa"), ("WA", "us/wa"), ("US/WA", "us/wa"), ("ncprs", "boards/ncprss")],
    )
    def test_the_last_part_of_an_id_is_understood(self, given: str, meant: str) -> None:
        """As a question: nothing is loaded that was not named."""
        assert f" ships. Did you mean {meant!r}? A file" in refusal(given)

    def test_a_mark_before_the_first_letter_is_no_part_of_it(self, tmp_path: Path) -> None:
        """Some editors put one there when they write UTF-8."""
        file = Path(layer(tmp_path, "house", limit("caseload", 9)))
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

        assert value(Handbook.load(file), "caseload") == 9

    def test_no_layer_hides_another_of_its_id(self, tmp_path: Path) -> None:
        """Two files that give themselves one id would else be one file, in silence."""
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        one = layer(tmp_path / "a", "house", limit("caseload", 10))
        other = layer(tmp_path / "b", "house", limit("caseload", 5))

        assert refusal(one, other) == (
            f"{other}: layer: key 'id': is 'house', which another layer has; "
            "give each an id of its own"
        )
        assert Handbook.load(one, one).layers == ("house",)
        layer(tmp_path / "b", "house", limit("caseload", 10))
        assert Handbook.load(one, other).layers == ("house",)

    def test_a_layer_says_what_it_is(self) -> None:
        """Its head is kept: title, kind, what it is over, and what nobody has read."""
        (federal, state) = Handbook.load("us/nc").heads

        assert (federal.id, state.id) == ("us/federal", "us/nc")
        assert (state.of, state.over) == ("state", ("us/federal",))
        assert state.title
        assert state.unread is not None
        assert state.unread.endswith(".")

    def test_a_house_need_not_say_what_it_is(self, tmp_path: Path) -> None:
        """A layer that says no more than its id and title is a house, over the base."""
        file = tmp_path / "house.toml"
        file.write_text('[layer]\nid = "house"\ntitle = "House rules"\n', encoding="utf-8")
        (head,) = Handbook.load(file).heads

        assert (head.of, head.over, head.unread) == ("house", (), None)


class TestNumbersOfLayers:
    """Limits without a number in the base, and numbers that bind together."""

    def test_a_layer_gives_a_number_where_nobody_had(self, tmp_path: Path) -> None:
        """Any number is tighter than none, in both directions."""
        text = limit("minutes-a-day", 240) + limit("training-hours", 40)
        book = Handbook.load(layer(tmp_path, "house", text)).on(DAY)
        day, hours = book.clause("minutes-a-day"), book.clause("training-hours")

        assert (day.value, day.keeps(240), day.keeps(241)) == (240, True, False)
        assert (hours.value, hours.keeps(40), hours.keeps(39)) == (40, True, False)
        assert (day.past, hours.past) == (Verdict.NEEDS_CONSULTATION, Verdict.NEEDS_CONSULTATION)

    def test_a_limit_of_a_house_needs_no_number(self, tmp_path: Path) -> None:
        """It waits for one, and until then it says nothing."""
        text = (
            '\n[[limit]]\nid = "tea-cups"\nsays = "Few cups."\nunit = "cups"\ntighter = "lower"\n'
            'allowed = "{now} of {limit}."\nnot_allowed = "{now}, more than {limit}."\n'
            'instead = "Share."\nhand_to = "the kitchen"\n'
        )
        below = layer(tmp_path, "below", text)
        above = layer(tmp_path, "above", limit("tea-cups", 3), below)

        assert value(Handbook.load(below), "tea-cups") is None
        assert value(Handbook.load(above), "tea-cups") == 3
        assert Handbook.load(below).clauses["tea-cups"].group == "below"

    @pytest.mark.parametrize("turned", [False, True])
    def test_of_two_that_do_not_know_each_other_the_tighter_number_speaks(
        self, tmp_path: Path, *, turned: bool
    ) -> None:
        """Both bind, in whichever order they are loaded, for lower and for higher numbers."""
        a = limit("caseload", 15) + limit("experience-hours", 500) + limit("group-size", 10)
        b = limit("caseload", 10) + limit("experience-hours", 200) + limit("group-size", 12)
        names = [
            layer(tmp_path, "a", a, "us/federal", of="state"),
            layer(tmp_path, "b", b, "us/federal", of="board"),
        ]
        book = Handbook.load(*(reversed(names) if turned else names))

        assert value(book, "caseload") == 10
        assert value(book, "experience-hours") == 500
        assert value(book, "group-size") == 10

    def test_one_that_loosens_does_not_loosen_what_another_asks(self, tmp_path: Path) -> None:
        """It opens what it was written over; the other layer binds all the same."""
        a = layer(tmp_path, "a", limit("caseload", 15), of="state")
        b = layer(tmp_path, "b", limit("caseload", 40, more="loosens = true\n"), of="board")
        house = layer(tmp_path, "house", limit("caseload", 40, more="loosens = true\n"))

        assert value(Handbook.load(b), "caseload") == 40
        assert value(Handbook.load(a, b), "caseload") == 15
        assert value(Handbook.load(a, house), "caseload") == 40

    def test_a_house_is_laid_over_all_that_it_comes_after(self, tmp_path: Path) -> None:
        """So its looser number is an error, and not left unsaid."""
        state = layer(tmp_path, "state", limit("caseload", 15), of="state")
        house = layer(tmp_path, "house", limit("caseload", 18))

        assert value(Handbook.load(house), "caseload") == 18
        assert refusal(state, house) == (
            f"{house}: limit 'caseload': is looser than the layer below (18 against 15 people); "
            "a layer tightens, or says loosens = true"
        )

    def test_numbers_bind_day_by_day(self, tmp_path: Path) -> None:
        """A number of another layer that begins later binds from that day on."""
        a = layer(tmp_path, "a", limit("caseload", 10, since="2027-01-01"), of="state")
        b = layer(tmp_path, "b", limit("caseload", 12), of="board")
        book = Handbook.load(a, b)

        assert value(book, "caseload", date(2026, 12, 31)) == 12
        assert value(book, "caseload", date(2027, 1, 1)) == 10

    @pytest.mark.parametrize("turned", [False, True])
    def test_on_each_day_the_tighter_of_those_in_force_speaks(
        self, tmp_path: Path, *, turned: bool
    ) -> None:
        """Where the tighter number ends the other speaks, and where both end the base does."""
        a = limit("caseload", 10, since="2026-02-01", until="2026-04-01")
        b = limit("caseload", 12, since="2026-03-01", until="2026-05-01")
        names = [layer(tmp_path, "a", a, of="state"), layer(tmp_path, "b", b, of="board")]
        book = Handbook.load(*(reversed(names) if turned else names))

        assert [value(book, "caseload", date(2026, month, 15)) for month in range(1, 6)] == [
            *(20, 10, 10, 12, 20)
        ]
        assert [
            book.on(date(2026, month, 15)).clause("caseload").set_by for month in (1, 3, 4)
        ] == [*("base", "a", "b")]

    @pytest.mark.parametrize("turned", [False, True])
    def test_a_number_that_one_layer_ends_binds_where_another_has_it(
        self, tmp_path: Path, *, turned: bool
    ) -> None:
        """No number is looser than any: it speaks only where nobody beside it has one."""
        ends = limit("caseload", None, more="loosens = true\n")
        names = [
            layer(tmp_path, "a", ends, of="state"),
            layer(tmp_path, "b", limit("caseload", 15), of="board"),
        ]
        book = Handbook.load(*(reversed(names) if turned else names))

        assert value(book, "caseload") == 15
        assert value(Handbook.load(names[0]), "caseload") is None

    @pytest.mark.parametrize("order", ["csb", "bcs", "cbs", "sb", "bs"])
    def test_what_a_layer_was_written_over_is_not_brought_back_by_one_beside(
        self, tmp_path: Path, order: str
    ) -> None:
        """A state that loosens its country's number does so whatever a board asks."""
        c = layer(tmp_path, "c", limit("caseload", 10), of="country")
        s = layer(tmp_path, "s", limit("caseload", 40, more="loosens = true\n"), c, of="state")
        b = layer(tmp_path, "b", limit("caseload", 15), of="board")
        book = Handbook.load(*({"c": c, "s": s, "b": b}[each] for each in order))

        assert value(Handbook.load(s), "caseload") == 40
        assert value(book, "caseload") == 15
        assert book.on(DAY).clause("caseload").set_by == "b"

    def test_a_number_says_who_set_it(self, tmp_path: Path) -> None:
        """The base, or the layer that speaks; and nobody where there is none."""
        text = limit("caseload", 9, since="2026-03-01")
        book = Handbook.load(layer(tmp_path, "house", text))

        assert book.on(date(2026, 2, 28)).clause("caseload").set_by == "base"
        assert book.on(DAY).clause("caseload").set_by == "house"
        assert book.on(DAY).clause("minutes-a-day").set_by is None
        assert book.on(DAY).clause("money").set_by is None


class TestActivitiesOfLayers:
    """A verdict is a floor; a case may only tighten; two layers bind together."""

    def test_a_case_stands_in_the_place_of_the_one_below(self, tmp_path: Path) -> None:
        """Of the same circumstances; it may be heavier, and not lighter in silence."""
        heavier = layer(tmp_path, "house", gift("", ("token", "not_allowed")))

        assert verdicts(Handbook.load(heavier)) == {
            "none": Verdict.ALLOWED,
            "token": Verdict.NOT_ALLOWED,
            "significant": Verdict.NOT_ALLOWED,
        }
        lighter = layer(tmp_path, "house", gift("", ("significant", "needs_consultation")))
        assert refusal(lighter) == (
            f"{lighter}: activity 'give-gift': is looser than the layer below "
            "(needs consultation against not allowed where value = significant); "
            "a layer tightens, or says loosens = true"
        )

    def test_a_layer_that_says_so_may_loosen_a_case(self, tmp_path: Path) -> None:
        """With a passage to rest on."""
        more = f"loosens = true\nrests_on = [{{ {CITED.strip().replace(chr(10), ', ')} }}]\n"
        text = gift("", ("significant", "needs_consultation"), more=more)

        assert verdicts(Handbook.load(layer(tmp_path, "house", text)))["significant"] is (
            Verdict.NEEDS_CONSULTATION
        )

    def test_a_floor_that_another_layer_sets_is_kept(self, tmp_path: Path) -> None:
        """A case of a layer beside it opens nothing that is closed there."""
        closed = layer(tmp_path, "closed", gift("not_allowed"), of="state")
        open_ = layer(tmp_path, "open", gift("", ("none", "allowed")), of="board")

        assert set(verdicts(Handbook.load(closed)).values()) == {Verdict.NOT_ALLOWED}
        assert verdicts(Handbook.load(open_)) == verdicts(Handbook.load())
        for names in ((closed, open_), (open_, closed)):
            assert set(verdicts(Handbook.load(*names)).values()) == {Verdict.NOT_ALLOWED}

    def test_what_a_layer_closes_altogether_asks_nothing_any_more(self, tmp_path: Path) -> None:
        """No answer would change it; where one answer is left open, all is asked as before."""
        below = Handbook.load().activities["give-gift"]
        closed = Handbook.load(layer(tmp_path, "closed", gift("not_allowed")))
        one_left = gift("", ("token", "not_allowed"))
        partly = Handbook.load(layer(tmp_path, "partly", one_left))
        talk = Handbook.load(layer(tmp_path, "talk", gift("needs_consultation")))
        entry = closed.activities["give-gift"]

        assert (entry.asks, entry.cases, entry.verdict) == ((), (), Verdict.NOT_ALLOWED)
        for book in (partly, talk):
            assert book.activities["give-gift"].asks == below.asks == ("value",)
        for act in (activity("give-gift"), activity("give-gift", value="none")):
            decision = pk.decide(asking(act), view(), closed.on(DAY), pk.ROLE_LIMITS)
            spoken = {each.clause.id: each.verdict for each in decision.findings}
            assert spoken["gifts"] is Verdict.NOT_ALLOWED
            assert "missing-facts" not in spoken

    def test_two_layers_may_close_together_what_neither_closes_alone(self, tmp_path: Path) -> None:
        """The questions go when all is read, and not before."""
        a = layer(tmp_path, "a", gift("", ("none", "not_allowed")), of="state")
        b = layer(tmp_path, "b", gift("", ("token", "not_allowed")), of="board")
        floor = layer(tmp_path, "floor", gift("not_allowed"), of="payer")

        for two in ((a, b), (b, a)):
            assert set(verdicts(Handbook.load(*two)).values()) == {Verdict.NOT_ALLOWED}
        for three in ((a, b, floor), (floor, a, b), (a, floor, b)):
            entry = Handbook.load(*three).activities["give-gift"]
            assert (entry.asks, entry.verdict) == ((), Verdict.NOT_ALLOWED)

    def test_a_house_may_open_a_case_of_what_a_layer_below_closes(self, tmp_path: Path) -> None:
        """It speaks of the circumstances that the base asks for, says so, and cites a passage."""
        state = layer(tmp_path, "state", gift("not_allowed"), of="state")
        more = f"loosens = true\nrests_on = [{{ {CITED.strip().replace(chr(10), ', ')} }}]\n"
        house = layer(tmp_path, "house", gift("", ("none", "allowed"), more=more), state)
        silent = layer(tmp_path, "silent", gift("", ("none", "allowed")), state)

        assert verdicts(Handbook.load(house)) == {
            "none": Verdict.ALLOWED,
            "token": Verdict.NOT_ALLOWED,
            "significant": Verdict.NOT_ALLOWED,
        }
        assert refusal(silent) == (
            f"{silent}: activity 'give-gift': is looser than the layer below "
            "(allowed against not allowed where value = none); "
            "a layer tightens, or says loosens = true"
        )

    def test_the_heavier_verdict_of_two_layers_stands(self, tmp_path: Path) -> None:
        """And the heavier of their cases, where both fit."""
        a = layer(tmp_path, "a", gift("needs_consultation"), of="state")
        b = layer(tmp_path, "b", gift("", ("token", "not_allowed")), of="board")

        for names in ((a, b), (b, a)):
            assert verdicts(Handbook.load(*names)) == {
                "none": Verdict.NEEDS_CONSULTATION,
                "token": Verdict.NOT_ALLOWED,
                "significant": Verdict.NOT_ALLOWED,
            }

    def test_roles_are_read_as_they_are_written(self, tmp_path: Path) -> None:
        """None named: every peer's work."""
        entry = Handbook.load(
            layer(tmp_path, "house", KNIT + 'roles = ["trainer", "educator"]\n')
        ).activities["knit"]

        assert entry.roles == ("trainer", "educator")
        assert Handbook.load().activities["listen"].roles == ()


def two_layers(folder: Path) -> Iterator[str]:
    """What a folder of layers holds, for a book that ships only these two."""
    yield layer(folder, "below", limit("caseload", 18), of="country")
    text = (
        limit("group-size", 8)
        + gift("needs_consultation")
        + f'\n[[clause]]\nid = "money"\n[[clause.rests_on]]\n{CITED}verified = false\n'
    )
    file = folder / "above.toml"
    file.write_text(
        '[layer]\nid = "above"\ntitle = "Above"\nof = "state"\nover = ["below"]\n'
        'unread = "Nobody has read its code."\n' + text,
        encoding="utf-8",
    )
    yield str(file)


class TestSummaries:
    """Which layers there are, and how complete each is."""

    def test_every_shipped_layer_is_summed_up(self) -> None:
        """What it gives a number and what it does not are all the limits, and its counts fit."""
        limits = {each.id for each in Handbook.load().clauses.values() if each.unit}
        for each in layers():
            assert {*each.limits} | {*each.silent} >= limits, each.id
            assert not {*each.limits} & {*each.silent}, each.id
            assert 0 <= each.unverified <= each.passages
            assert each.passages > 0, each.id
            assert each.of in {"country", "state", "board"}, each.id
            assert each.title
            assert each.unread, each.id

    def test_one_shipped_layer_as_it_is(self) -> None:
        """North Carolina: four numbers, over federal law."""
        (found,) = [each for each in layers() if each.id == "us/nc"]

        assert (found.of, found.over) == ("state", ("us/federal",))
        assert set(found.limits) == {
            "caseload",
            "group-size",
            "peers-for-one-supervisor",
            "minutes-before-approval",
        }
        assert "supervision" in found.silent
        assert found.unverified == 0

    @pytest.mark.parametrize(
        ("id_", "clause", "source"),
        [
            ("us/nv", "intimate-contact", "R-NEV"),
            ("us/mo", "false-records", "R-MODMH"),
            ("us/co", "disclosure", "R-CO"),
        ],
    )
    def test_a_layer_may_say_no_more_than_what_a_clause_rests_on(
        self, id_: str, clause: str, source: str
    ) -> None:
        """Three states of which one rule has been read, and no number."""
        (found,) = [each for each in layers() if each.id == id_]
        passages = Handbook.load(id_).on(DAY).clause(clause).passages

        assert (found.of, found.over) == ("state", ("us/federal",))
        assert (found.limits, found.activities, found.clauses) == ((), (), (clause,))
        assert {each.source.id for each in passages if each.layer == id_} == {source}

    def test_a_summary_counts_what_is_the_layers_own(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not what lies below it, and what is known from memory apart."""
        tuple(two_layers(tmp_path))
        room = import_module("peerkit.handbook.layers")
        monkeypatch.setattr(room, "shipped", lambda: ("above", "below"))
        monkeypatch.setattr(
            "peerkit.handbook.files.file_of",
            lambda name: tmp_path / f"{name.removesuffix('.toml')}.toml",
        )
        layers.cache_clear()
        try:
            above, below = layers()
        finally:
            layers.cache_clear()
        limits = [each.id for each in Handbook.load().clauses.values() if each.unit]

        assert below == LayerSummary(
            id="below",
            title="The below",
            of="country",
            over=(),
            limits=("caseload",),
            silent=tuple(each for each in limits if each != "caseload"),
            activities=(),
            clauses=(),
            passages=1,
            unverified=0,
            unread=None,
        )
        assert above == LayerSummary(
            id="above",
            title="Above",
            of="state",
            over=("below",),
            limits=("group-size",),
            silent=tuple(each for each in limits if each != "group-size"),
            activities=("give-gift",),
            clauses=("money",),
            passages=2,
            unverified=1,
            unread="Nobody has read its code.",
        )


class TestDifferences:
    """What is different between two books, in words."""

    def test_the_same_book_is_no_different(self) -> None:
        """Whatever the day, as long as nothing turns in between."""
        book = Handbook.load()

        assert diff(book.on(DAY), book.on(DAY)) == ()
        assert book.diff(DAY, DAY) == ()

    def test_a_number_that_turns_is_told_with_its_passages(self, tmp_path: Path) -> None:
        """From one day to the other, in both directions."""
        text = limit("caseload", 9, since="2026-03-01") + limit("minutes-a-day", 60)
        text += limit("plan-within-months", 1)
        book = Handbook.load(layer(tmp_path, "house", text))
        told = [str(each) for each in book.diff(date(2026, 2, 28), date(2026, 3, 1))]
        back = [str(each) for each in book.diff(date(2026, 3, 1), date(2026, 2, 28))]
        new = [str(each) for each in diff(Handbook.load().on(DAY), book.on(DAY))]

        assert told[0] == "limit caseload: 20 people becomes 9 people."
        assert back[0] == "limit caseload: 9 people becomes 20 people."
        assert any("our own reading" in each and ": rests on " in each for each in told)
        assert any("our own reading" in each and "no longer rests on" in each for each in back)
        assert "limit minutes-a-day: no number becomes 60 minutes." in new
        assert "limit plan-within-months: no number becomes 1 month." in new

    def test_a_number_that_is_known_from_memory_is_marked(self, tmp_path: Path) -> None:
        """On whichever side of the change it stands; a verified one beside it is not."""
        text = limit("caseload", 9, since="2026-03-01") + "verified = false\n"
        book = Handbook.load(layer(tmp_path, "house", text))
        before, after = date(2026, 2, 28), date(2026, 3, 1)

        assert str(book.diff(before, after)[0]) == (
            "limit caseload: 20 people becomes 9 people [unverified: from memory]."
        )
        assert str(book.diff(after, before)[0]) == (
            "limit caseload: 9 people [unverified: from memory] becomes 20 people."
        )

    def test_what_asks_nothing_any_more_is_told_by_the_old_answers(self, tmp_path: Path) -> None:
        """Each that becomes heavier, and that it is not asked for now; and the other way round."""
        plain = Handbook.load().on(DAY)
        closed = Handbook.load(layer(tmp_path, "house", gift("not_allowed"))).on(DAY)

        assert [str(each) for each in diff(plain, closed)] == [
            "activity give-gift: value = none: allowed becomes not allowed (gifts).",
            "activity give-gift: value = token: needs consultation becomes not allowed (gifts).",
            "activity give-gift: asks nothing instead of value.",
            "activity give-gift: is written otherwise (leads_to).",
        ]
        assert "activity give-gift: asks value instead of nothing." in [
            str(each) for each in diff(closed, plain)
        ]

    def test_that_it_stands_whatever_stands_is_told(self) -> None:
        """And whether its time counts: what changes an answer is never left out."""
        now = Handbook.load().on(DAY)
        entry, clause = now.activities["report-danger"], now.clause("housing")
        changed = attrs.evolve(
            now,
            activities={
                **now.activities,
                entry.id: attrs.evolve(entry, whatever_stands=False),
            },
            clauses={**now.clauses, "housing": attrs.evolve(clause, time_counts=True)},
        )

        assert not clause.time_counts
        assert [str(each) for each in diff(now, changed)] == [
            "clause housing: is written otherwise (time_counts).",
            "activity report-danger: is written otherwise (whatever_stands).",
        ]

    def test_what_a_layer_adds_is_new_and_without_it_gone(self, tmp_path: Path) -> None:
        """Clauses and activities, each by its own words."""
        garden = (
            '\n[[clause]]\nid = "garden"\nsays = "Tools stay."\ninstead = "Dig."\n'
            f'hand_to = "the gardener"\n[[clause.rests_on]]\n{CITED}'
        )
        plain = Handbook.load().on(DAY)
        more = Handbook.load(layer(tmp_path, "house", garden + KNIT)).on(DAY)

        assert [str(each) for each in diff(plain, more)] == [
            "clause garden: is new. Tools stay.",
            "activity knit: is new: knitting together.",
        ]
        assert [str(each) for each in diff(more, plain)] == [
            "clause garden: is gone.",
            "activity knit: is gone.",
        ]

    def test_verdicts_and_words_that_change_are_told(self, tmp_path: Path) -> None:
        """Under which circumstances, from what to what, and which texts."""
        text = gift("needs_consultation", more='instead = "Sing."\n')
        house = Handbook.load(layer(tmp_path, "house", text)).on(DAY)
        bare = '\n[[activity]]\nid = "listen"\nverdict = "needs_consultation"\n'
        quiet = Handbook.load(layer(tmp_path, "quiet", bare)).on(DAY)

        assert [str(each) for each in diff(Handbook.load().on(DAY), house)] == [
            "activity give-gift: value = none: allowed becomes needs consultation (gifts).",
            "activity give-gift: is written otherwise (instead, leads_to).",
        ]
        told = [str(each) for each in diff(Handbook.load().on(DAY), quiet)]
        assert "activity listen: allowed becomes needs consultation (peer-work)." in told
        leads = [each for each in told if each.endswith("is written otherwise (leads_to).")]
        assert "clause therapy: is written otherwise (leads_to)." in leads
        assert len(leads) == len(told) - 1

    def test_other_words_of_a_clause_and_other_questions_are_told(self) -> None:
        """Between two editions, where anything may have been written anew."""
        now = Handbook.load().on(DAY)
        silence, entry = now.clause("silence"), now.activities["give-gift"]
        agreed = Circumstance(id="agreed", asks="Is it?", answers={"yes": "yes", "no": "no"})
        said = attrs.evolve(
            now, clauses={**now.clauses, "silence": attrs.evolve(silence, says="No is no.")}
        )
        asked = attrs.evolve(
            now,
            activities={**now.activities, "give-gift": attrs.evolve(entry, asks=("agreed",))},
            circumstances={**now.circumstances, "agreed": agreed},
        )

        assert [str(each) for each in diff(now, said)] == [
            "clause silence: is written otherwise (says)."
        ]
        assert [str(each) for each in diff(now, asked)] == [
            "activity give-gift: agreed = yes: not asked before becomes allowed (gifts).",
            "activity give-gift: agreed = no: not asked before becomes allowed (gifts).",
            "activity give-gift: asks agreed instead of value.",
        ]

    def test_passages_of_an_activity_that_change_are_told(self, tmp_path: Path) -> None:
        """As those of a clause."""
        cited = f'\n[[activity]]\nid = "listen"\n[[activity.rests_on]]\n{CITED}'
        more = Handbook.load(layer(tmp_path, "house", cited)).on(DAY)
        (found,) = diff(Handbook.load().on(DAY), more)

        assert (found.what, found.id) == ("activity", "listen")
        assert found.says.startswith("rests on ")
        assert "our own reading" in found.says


class TestDecidedDifferently:
    """What a change of the book would change in the situations that are written down."""

    def test_a_book_decides_as_it_does(self) -> None:
        """And the same day's again, read anew."""
        book = Handbook.load().on(DAY)

        assert list(decided_differently(book, book)) == []

    def test_every_situation_without_layers_is_asked_by_itself(self, tmp_path: Path) -> None:
        """Those of another book are left out: under this one they say nothing of their layers."""
        before = Handbook.load().on(DAY)
        after = Handbook.load(layer(tmp_path, "house", gift("not_allowed"))).on(DAY)
        found = list(decided_differently(before, after))
        plain = [each for each in situations() if not each.layers]

        assert found
        assert len(plain) < len(situations())
        for situation, was, now in found:
            assert situation.layers == ()
            assert was is situation.decision(before).verdict
            assert now is situation.decision(after).verdict
            assert was < now is Verdict.NOT_ALLOWED
        assert found == list(decided_differently(before, after, plain))

    def test_those_that_are_named_are_asked_whatever_layers_they_have(self) -> None:
        """Under both books, and not under their own."""
        plain = Handbook.load().on(DAY)
        asked = [each for each in situations() if each.layers]
        strict = Handbook.load(*asked[0].layers).on(DAY)

        assert list(decided_differently(plain, plain, asked)) == []
        assert all(each in asked for each, _, _ in decided_differently(plain, strict, asked))
        assert list(decided_differently(plain, strict, [])) == []

    @pytest.mark.parametrize(
        ("id_", "most"),
        [("supervision-sessions-a-month", 4), ("supervision-minutes-a-month", 240)],
    )
    def test_the_ordinary_pair_had_its_supervision(
        self, tmp_path: Path, id_: str, most: int
    ) -> None:
        """Four talks and four hours last month: a layer that asks so much changes none of it."""
        plain = Handbook.load().on(DAY)
        enough = Handbook.load(layer(tmp_path, "enough", limit(id_, most))).on(DAY)
        more = Handbook.load(layer(tmp_path, "more", limit(id_, most + 1))).on(DAY)
        asked = [
            each
            for each in situations()
            if not each.layers and is_ordinary(each) and each.ask.peers_named == ("ana",)
        ]
        found = list(decided_differently(plain, more, asked))

        assert asked
        assert list(decided_differently(plain, enough, asked)) == []
        assert found
        assert {now for _, _, now in found} == {Verdict.NEEDS_CONSULTATION}


class TestPermissions:
    """The table of activities by role."""

    def test_it_has_a_cell_for_each_combination_and_role(self) -> None:
        """An activity that asks nothing has one for each role; a question multiplies them."""
        cells = Handbook.load().permissions()
        gifts = [each for each in cells if each.activity == "give-gift"]

        assert len([each for each in cells if each.activity == "listen"]) == len(pk.Role)
        assert {each.when for each in gifts} == {
            (("value", "none"),),
            (("value", "token"),),
            (("value", "significant"),),
        }
        assert len(gifts) == 3 * len(pk.Role)

    def test_a_cell_says_the_heaviest_and_where_advice_is_needed_for_the_role(
        self, tmp_path: Path
    ) -> None:
        """Work of some roles needs a talk for the others, and what is closed stays closed."""
        text = KNIT + 'roles = ["trainer"]\nconsent = "story"\n'
        text += (
            KNIT.replace('"knit"', '"crochet"')
            .replace('"allowed"', '"not_allowed"')
            .replace('"peer-work"', '"therapy"')
        )
        text += 'roles = ["trainer"]\n'
        cells = {
            (each.activity, each.role): each
            for each in Handbook.load(layer(tmp_path, "house", text)).permissions()
        }

        assert cells["knit", pk.Role.TRAINER] == Permission(
            activity="knit",
            group="house",
            when=(),
            role=pk.Role.TRAINER,
            verdict=Verdict.ALLOWED,
            clause="peer-work",
            consent="story",
        )
        asked = cells["knit", pk.Role.WORKER]
        assert (asked.verdict, asked.clause) == (Verdict.NEEDS_CONSULTATION, "wider-roles")
        for role in (pk.Role.TRAINER, pk.Role.WORKER):
            closed = cells["crochet", role]
            assert (closed.verdict, closed.clause) == (Verdict.NOT_ALLOWED, "therapy")
