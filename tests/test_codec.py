"""Strict at the edge: nothing is taken for anything else, and no error shows what came in."""

from __future__ import annotations

import json
import traceback
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import peerkit as pk
from peerkit.acts import ACTS
from peerkit.model import NOUNS
from peerkit.stores.writing.codec import (
    act_table,
    read_act,
    read_noun,
    text,
    words_in,
    write_act,
    write_noun,
)
from peerkit.stores.writing.strict import MOST_CHARACTERS, MOST_DEPTH
from peerkit.testing.strategies import acts, nouns
from tests.ordinary import opened

CANARY = "Zebrafinch"
REPORT: dict[str, Any] = {
    "act": "session.reported",
    "by": "ana",
    "id": "s-1",
    "peer": "ana",
    "participants": ["p-7"],
    "starts": "2026-11-02T09:00:00+00:00",
    "minutes": 60,
    "activities": [{"id": "listen", "circumstances": {"voice": "first-person"}, "minutes": 20}],
    "note": "We talked.",
}
GOAL: dict[str, Any] = {
    "act": "goal.set",
    "by": "ana",
    "participant": "p-7",
    "words": "Sleep.",
    "review": "2027-01-01",
    "said_so": True,
}
TIE: dict[str, Any] = {"act": "tie.disclosed", "by": "a", "peer": "a", "participant": "b"} | {
    "of": "friend",
    "current": True,
}
A_TEXT = "must be a text"
A_LIST = "must be a list"
A_NUMBER = "must be a whole number"
A_BOOL = "must be true or false"
A_TABLE = "must be a table of names and values"
A_DAY = "must be a date such as 2026-11-02"
A_MOMENT = "must be a date and time with its offset, such as 2026-11-02T09:00:00+00:00"
KINDS = "must be one of romantic, family, friend, household, landlord, employer, business"
#: What is due, where, in which document, and values that a lenient reader would take for it.
TRAPS: list[tuple[str, dict[str, Any], str, str, list[Any]]] = [
    (
        "text",
        REPORT,
        "by",
        A_TEXT,
        [None, True, 1, 1.5, ["ana"], [CANARY], {"a": CANARY}, [], {}],
    ),
    ("text or nothing", REPORT, "id", A_TEXT, [True, 1, [CANARY], {"a": CANARY}]),
    ("words", REPORT, "note", A_TEXT, [True, 1, [CANARY], {"text": CANARY}]),
    ("key", REPORT, "key", A_TEXT, [1, True, [CANARY]]),
    (
        "whole number",
        REPORT,
        "minutes",
        A_NUMBER,
        [1.9, 60.0, 6e1, True, False, None, "60", " 6_0 ", "٦٠", "nan", CANARY, [60], {"a": 60}],
    ),
    (
        "true or false",
        TIE,
        "current",
        A_BOOL,
        ["false", "true", "no", CANARY, 0, 1, 0.0, [], [True], {}, None],
    ),
    ("true, false or nothing", GOAL, "said_so", A_BOOL, ["false", CANARY, 0, 1, [], {}]),
    (
        "list",
        REPORT,
        "participants",
        A_LIST,
        ["p-7", CANARY, "", None, 7, True, {"p-7": CANARY}, {"0": "p-7"}],
    ),
    ("list of things", REPORT, "activities", A_LIST, [CANARY, None, {"id": "listen"}, {}, 1]),
    ("one of", TIE, "of", KINDS, ["Friend", " friend", CANARY, None, 2, ["friend"], {}, True]),
    (
        "day",
        GOAL,
        "review",
        A_DAY,
        [
            *("20270101", "2027-W01-1", "2027-1-1", "2027-02-30", "2027-13-01", "0000-01-01"),
            *("2027-01-01T00:00:00", "2027-01-01\n", " 2027-01-01", "٢٠٢٧-01-01", CANARY, ""),
            *(20270101, 1798761600.0, True, ["2027-01-01"], {}),
        ],
    ),
    (
        "moment",
        REPORT,
        "starts",
        A_MOMENT,
        [
            *("2026-11-02T09:00:00", "2026-11-02", "20261102T090000Z", "2026-W45-1T09:00:00Z"),
            *("2026-11-02 09:00:00+00:00", "2026-11-02T09:00:00+00:00:30", "2026-11-02T09Z"),
            *("2026-11-02T09:00:00.123456789Z", "2026-11-02T25:00:00Z", "2026-02-30T09:00:00Z"),
            *("2026-11-02T09:00:60Z", "2026-11-02T09:00:00+25:00", "2026-11-02T09:00:00z"),
            *("2026-11-02T09:00:00+0000", "2026-11-02T09:00:00Z\n", CANARY, "", None, 1793610000),
            *(True, ["2026-11-02T09:00:00Z"], {}),
        ],
    ),
]
#: The same inside an activity of the list: the path leads to it.
INSIDE: list[tuple[str, str, Any]] = [
    ("$.activities[0]", A_TABLE, [CANARY]),
    ("$.activities[0]", A_TABLE, CANARY),
    ("$.activities[0]", A_TABLE, None),
    ("$.activities[0].id", A_TEXT, {"id": 1}),
    ("$.activities[0].id", "is missing", {"minutes": 1}),
    ("$.activities[0].minutes", A_NUMBER, {"id": "listen", "minutes": True}),
    ("$.activities[0].of", A_TEXT, {"id": "listen", "of": [CANARY]}),
    ("$.activities[0].to", A_TEXT, {"id": "listen", "to": [CANARY]}),
    (
        "$.activities[0].circumstances",
        "must be a table of circumstance and answer",
        {"id": "listen", "circumstances": [["voice", CANARY]]},
    ),
    (
        "$.activities[0]",
        "has 1 field(s) that are not known here",
        {"id": "listen", CANARY: CANARY},
    ),
]


def refused(document: Any, read: Any = read_act) -> pk.BadInput:
    """The error of reading this; checks that neither it nor its traceback shows what came in."""
    with pytest.raises(pk.BadInput) as caught:
        read(document)
    error = caught.value
    told = traceback.TracebackException.from_exception(error)
    chain = [error.__cause__, error.__context__]

    assert CANARY not in str(error)
    assert CANARY not in repr(error)
    assert CANARY not in "".join(told.format())
    assert chain == [None, None]
    assert not getattr(error, "__notes__", [])
    return error


def outcome(document: Any) -> pk.Act | pk.BadInput:
    """The act, or the one error there may be."""
    try:
        return read_act(document)
    except pk.BadInput as error:
        return error


CIRCUMSTANCES = "[0].circumstances"


class TestLenientDefaults:
    """Every value that a converter would bend by default is refused by its path."""

    @pytest.mark.parametrize(
        ("base", "field", "what", "bad"),
        [
            pytest.param(base, field, what, bad, id=f"{name} {number}")
            for name, base, field, what, every in TRAPS
            for number, bad in enumerate(every)
        ],
    )
    def test_nothing_is_taken_for_anything_else(
        self, base: dict[str, Any], field: str, what: str, bad: Any
    ) -> None:
        """No list for a text, no text for a number, no number for a truth, no part of a date."""
        error = refused(json.dumps(base | {field: bad}))

        assert error.place == f"$.{field}"
        assert error.what.startswith(what)

    @pytest.mark.parametrize(("place", "what", "bad"), INSIDE)
    def test_a_path_leads_into_lists_and_tables(self, place: str, what: str, bad: Any) -> None:
        """To the item and its field, counted from 0."""
        error = refused(json.dumps(REPORT | {"activities": [bad]}))

        assert (error.place, error.what) == (place, what)

    def test_the_second_item_is_named_as_such(self) -> None:
        """Not the first that happens to be of the same kind."""
        good = REPORT["activities"][0]
        error = refused(json.dumps(REPORT | {"activities": [good, good | {"minutes": CANARY}]}))

        assert error.place == "$.activities[1].minutes"

    @pytest.mark.parametrize(
        ("field", "bad", "below"),
        [
            ("by", f"{CANARY} Smith", ""),
            ("key", f"{CANARY} x", ""),
            ("participants", [f"{CANARY} Smith"], ""),
            ("participants", [], ""),
            ("participants", ["p-7", "p-8"], ""),
            ("minutes", 0, ""),
            ("minutes", 10**100, ""),
            ("zone", f"Mars/{CANARY}", ""),
            ("note", "", ""),
            ("note", f"{CANARY}\x00", ""),
            ("starts", "9999-12-31T23:59:59-12:00", ""),
            ("starts", "0001-01-01T00:00:00+12:00", ""),
            ("starts", "0001-01-01T00:00:00Z", ""),
            ("activities", [{"id": f"{CANARY} said"}], "[0].id"),
            ("activities", [{"id": "listen", "minutes": -1}], "[0].minutes"),
            ("activities", [{"id": "a", "circumstances": {"v": f"{CANARY} x"}}], CIRCUMSTANCES),
            ("activities", [{"id": "a", "circumstances": {f"{CANARY} x": "v"}}], CIRCUMSTANCES),
            ("activities", [{"id": "a", "circumstances": {"v": 1}}], CIRCUMSTANCES),
            ("activities", [{"id": "listen", "minutes": 61}], ""),
        ],
    )
    def test_what_the_fields_refuse_is_refused_here(self, field: str, bad: Any, below: str) -> None:
        """The right kind of value, and still not one that fits: the path leads to it as well."""
        assert refused(json.dumps(REPORT | {field: bad})).place == f"$.{field}{below}"

    def test_who_asks_is_said_by_the_host(self) -> None:
        """Whatever a document says of it, the host knows better."""
        document = json.dumps(GOAL | {"by": CANARY})
        without = json.dumps({name: value for name, value in GOAL.items() if name != "by"})

        assert read_act(document, by="ana").by == "ana"
        assert read_act(without, by="ana") == read_act(document, by="ana")
        assert read_act(document).by == CANARY
        assert refused(document, lambda each: read_act(each, by="")).place == "$.by"

    def test_every_field_of_every_act_is_strict(self) -> None:
        """A field of any act that is given a table, or a list of one, is refused, and named."""
        tried = 0
        for kind in ACTS:
            for field in ONE_OF_EACH[kind]:
                for bad in ({CANARY: CANARY}, [[CANARY]]):
                    document = {"act": kind.kind} | ONE_OF_EACH[kind] | {field: bad}
                    error = refused(json.dumps(document))
                    assert field in error.place, error
                    tried += 1

        assert tried > 200


class TestTimes:
    """Times on the wall: hours and minutes, and nothing else that a clock could say."""

    @pytest.mark.parametrize(
        "bad",
        [
            *("9:00", "24:00", "09:60", "09:00:00", "0900", "09:00Z", "09:00+01:00", "T09:00", ""),
            540,
        ],
    )
    def test_a_time_on_the_wall_is_hours_and_minutes(self, bad: Any) -> None:
        """No seconds and no offset: the place is the zone."""
        offer = {"act": "availability.offered"} | ONE_OF_EACH[pk.OfferAvailability]
        error = refused(json.dumps(offer | {"when": WEEKLY | {"at": bad}}))

        assert error.place == "$.when.at"
        assert error.what == "must be a time on the wall such as 09:30"


class TestFields:
    """Unknown and missing ones."""

    @pytest.mark.parametrize("extra", ["kind", "status", "about", "__class__", "", CANARY, "Act"])
    def test_an_unknown_field_is_refused(self, extra: str) -> None:
        """A typo must not silently drop what was said; the name is not repeated either."""
        error = refused(json.dumps(GOAL | {extra: CANARY}))

        assert (error.place, error.what) == ("$", "has 1 field(s) that are not known here")

    @pytest.mark.parametrize(
        ("extra", "meant"),
        [
            ({"saidso": CANARY}, "'said_so'"),
            ({"said-so": CANARY, f"{CANARY} Smith": CANARY}, "'said_so'"),
            ({"saidso": CANARY, "participants": CANARY}, "'participant' and 'said_so'"),
            ({"words_": CANARY, "word": CANARY}, "'words'"),
        ],
    )
    def test_a_field_of_ours_that_is_near_is_named(self, extra: dict[str, str], meant: str) -> None:
        """Those that are known, never those that came."""
        error = refused(json.dumps(GOAL | extra))

        assert (error.place, error.what) == (
            "$",
            f"has {len(extra)} field(s) that are not known here; did you mean {meant}?",
        )

    def test_a_field_below_is_guessed_as_well(self) -> None:
        """Among those of an activity."""
        error = refused(json.dumps(REPORT | {"activities": [{"id": "listen", "minuts": CANARY}]}))

        assert error.place == "$.activities[0]"
        assert error.what.endswith("not known here; did you mean 'minutes'?")

    def test_of_many_unknown_fields_only_the_first_are_looked_for(self) -> None:
        """In the order of the alphabet: looking for thousands would take very long."""
        error = refused(json.dumps(GOAL | dict.fromkeys(("z1", "saidso", "z2"), CANARY)))
        many = refused(json.dumps(GOAL | dict.fromkeys(("a1", "a2", "a3", "saidso"), CANARY)))

        assert error.what.endswith("did you mean 'said_so'?")
        assert many.what == "has 4 field(s) that are not known here"

    def test_a_missing_field_is_named(self) -> None:
        """At the top and below."""
        for field in ("by", "peer", "participants", "starts", "minutes", "activities"):
            document = {name: value for name, value in REPORT.items() if name != field}
            error = refused(json.dumps(document))
            assert (error.place, error.what) == (f"$.{field}", "is missing")

    def test_what_may_be_left_out_may_be_null(self) -> None:
        """Both mean the same."""
        short = {name: value for name, value in GOAL.items() if name not in {"review", "said_so"}}
        null = short | {"review": None, "said_so": None, "id": None, "key": None}

        assert read_act(json.dumps(short)) == read_act(json.dumps(null))

    @pytest.mark.parametrize("name", [None, 1, "", "goal.wished", CANARY, "SetGoal", ["goal.set"]])
    def test_the_kind_must_be_one_there_is(self, name: Any) -> None:
        """All of them are listed; what came is not repeated."""
        error = refused(json.dumps(GOAL | {"act": name}))
        other = refused(json.dumps({"noun": name, "id": "x"}), read_noun)

        assert error.place == "$.act"
        assert error.what.endswith(", ".join(each.kind for each in ACTS))
        assert other.place == "$.noun"
        assert other.what.endswith(", ".join(each.kind for each in NOUNS))

    def test_a_document_without_a_kind_is_refused(self) -> None:
        """An act is no noun, and a noun is no act."""
        assert refused("{}").place == "$.act"
        assert refused(json.dumps(GOAL), read_noun).place == "$.noun"


def nested(depth: int) -> str:
    """Lists in lists."""
    return "[" * depth + "]" * depth


#: Documents that a JSON reader bends, or breaks on.
BROKEN: dict[str, tuple[Any, str]] = {
    "nothing": ("", "must be one JSON object"),
    "white space": (" \n", "must be one JSON object"),
    "half": ('{"act": "goal.set"', "must be one JSON object"),
    "two": ('{"act": "goal.set"} {}', "must be one JSON object"),
    "a list": ("[]", "must be one JSON object"),
    "a text": (f'"{CANARY}"', "must be one JSON object"),
    "null": ("null", "must be one JSON object"),
    "python": ("{'act': 'goal.set'}", "must be one JSON object"),
    "a trailing comma": ('{"act": "goal.set",}', "must be one JSON object"),
    "a comment": ('{"act": "goal.set"} // x', "must be one JSON object"),
    "a control character": ('{"act": "goal\n.set"}', "must be one JSON object"),
    "NaN": ('{"act": "goal.set", "x": NaN}', "NaN and Infinity are not numbers here"),
    "Infinity": ('{"act": "goal.set", "x": Infinity}', "NaN and Infinity are not numbers here"),
    "-Infinity": ('{"x": -Infinity}', "NaN and Infinity are not numbers here"),
    "1e999": ('{"act": "goal.set", "minutes": 1e999}', "a number is too large"),
    "-1e999": ('{"act": "goal.set", "minutes": -1e999}', "a number is too large"),
    "5,000 digits": (f'{{"minutes": {"9" * 5000}}}', "must be one JSON object"),
    "a twin": (
        f'{{"act": "goal.set", "by": "{CANARY}", "by": "ana"}}',
        "names the same field twice",
    ),
    "a twin kind": ('{"act": "goal.set", "act": "goal.set"}', "names the same field twice"),
    "a twin inside": ('{"activities": [{"id": "a", "id": "b"}]}', "names the same field twice"),
    "UTF-16": (json.dumps(GOAL).encode("utf-16"), "must be UTF-8 text"),
    "UTF-16 without a mark": (json.dumps(GOAL).encode("utf-16-le"), "must be one JSON object"),
    "UTF-32": (json.dumps(GOAL).encode("utf-32"), "must be UTF-8 text"),
    "Latin-1": ('{"act": "é"}'.encode("latin-1"), "must be UTF-8 text"),
    "a byte order mark": (json.dumps(GOAL).encode("utf-8-sig"), "must be one JSON object"),
    "a NUL": ("\x00", "must be one JSON object"),
    "100,000 levels": (nested(100_000), f"{MOST_DEPTH} levels deep"),
    "100,000 open ones": ("[" * 100_000, f"{MOST_DEPTH} levels deep"),
    "100,000 open tables": ('{"a":' * 40_000, f"{MOST_DEPTH} levels deep"),
    "one level too deep": (
        json.dumps(GOAL | {"said_so": json.loads(nested(MOST_DEPTH))}),
        f"{MOST_DEPTH} levels deep",
    ),
    "one character too many": (" " * (MOST_CHARACTERS + 1), f"at most {MOST_CHARACTERS}"),
    "three megabytes": (json.dumps(GOAL | {"words": CANARY * 300_000}), "characters"),
    "no text": (None, "must be JSON text"),
    "a number": (1, "must be JSON text"),
    "a table": (GOAL, "must be JSON text"),
    "a byte array": (bytearray(b"{}"), "must be JSON text"),
}


#: A noun may be longer than any document that comes in: we wrote it.
LONG = {"one character too many", "three megabytes"}


class TestDocuments:
    """What JSON readers bend or break on."""

    @pytest.mark.parametrize(
        ("read", "name"),
        [
            *((read_act, each) for each in BROKEN),
            *((read_noun, each) for each in BROKEN if each not in LONG),
        ],
    )
    def test_a_broken_document_is_one_of_our_errors(self, name: str, read: Any) -> None:
        """At its root, with what is wrong and nothing of what came in."""
        document, what = BROKEN[name]
        error = refused(document, read)

        assert error.place == "$"
        assert what in error.what

    @pytest.mark.parametrize(
        "half",
        [
            pytest.param(GOAL | {"words": f"{CANARY} \ud83d"}, id="words"),
            pytest.param(GOAL | {"by": "\udc00"}, id="id"),
            pytest.param(GOAL | {"key": "\ud83d"}, id="key"),
            pytest.param(GOAL | {"\ud83d": "x"}, id="field"),
            pytest.param(GOAL | {"act": "\ud83d"}, id="kind"),
            pytest.param(
                REPORT | {"activities": [{"id": "a", "circumstances": {"a": "\ud83d"}}]},
                id="circumstance",
            ),
            pytest.param(REPORT | {"zone": "\ud83d"}, id="zone"),
        ],
    )
    def test_half_a_character_is_refused_wherever_it_stands(self, half: dict[str, Any]) -> None:
        """JSON can write half a surrogate pair; nothing that keeps UTF-8 could hold it."""
        document = json.dumps(half)

        assert "\\ud" in document
        refused(document)

    def test_a_whole_character_outside_the_first_plane_is_kept(self) -> None:
        """Written as a pair of escapes, or as itself."""
        for document in (json.dumps(GOAL | {"words": "😀"}), text(GOAL | {"words": "😀"})):
            assert words_in(read_act(document)) == ("😀",)

    def test_what_is_just_within_the_bounds_is_read(self) -> None:
        """The longest document, the deepest nesting that parses, and brackets inside a text."""
        padded = json.dumps(GOAL).ljust(MOST_CHARACTERS)
        brackets = json.dumps(GOAL | {"words": '\\"[[[[{{{{' * 100 + '"[{' * 100})

        assert isinstance(read_act(padded), pk.SetGoal)
        assert isinstance(read_act(brackets), pk.SetGoal)
        deep = refused(json.dumps(GOAL | {"said_so": json.loads(nested(MOST_DEPTH - 1))}))
        assert (deep.place, deep.what) == ("$.said_so", A_BOOL)

    def test_a_noun_of_ours_may_be_long(self) -> None:
        """What was kept is read again, however much of it there is."""
        written = write_noun(pk.Participant(id="p-7")).ljust(MOST_CHARACTERS * 2)

        assert read_noun(written) == pk.Participant(id="p-7")
        assert "characters" in refused(written).what

    def test_a_document_may_come_as_bytes(self) -> None:
        """In UTF-8 and in nothing else."""
        assert read_act(text(GOAL | {"words": "é"}).encode()) == read_act(
            text(GOAL | {"words": "é"})
        )

    @given(st.binary(max_size=200) | st.text(max_size=200))
    @example(b"\xff")
    @example("\ud800")
    def test_any_bytes_and_any_text_are_an_act_or_our_error(self, document: Any) -> None:
        """Never anything else."""
        found = outcome(document)

        assert isinstance(found, pk.Act) or found.place.startswith("$")

    @settings(max_examples=300)
    @given(st.data())
    def test_any_json_in_any_place_is_an_act_or_our_error(self, data: st.DataObject) -> None:
        """Mutants of good documents: a value replaced, a field added, a field taken away."""
        kind = data.draw(st.sampled_from(ACTS))
        document: dict[str, Any] = {"act": kind.kind} | ONE_OF_EACH[kind]
        field = data.draw(st.sampled_from([*document, "extra"]))
        document[field] = data.draw(JSON)
        document.pop(data.draw(st.sampled_from([*document, "none"])), None)
        found = outcome(json.dumps(document))

        if isinstance(found, pk.Act):
            assert read_act(write_act(found)) == found
        else:
            assert found.place.startswith("$")
            assert found.__context__ is None


LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
BRANCH = LEAF | st.lists(LEAF, max_size=3) | st.dictionaries(st.text(max_size=10), LEAF, max_size=3)
JSON = (
    LEAF | st.lists(BRANCH, max_size=3) | st.dictionaries(st.text(max_size=10), BRANCH, max_size=3)
)


class TestNothingIsStored:
    """What did not fit leaves no trace behind the door."""

    def test_a_refused_document_reaches_no_store(self) -> None:
        """Reading comes first; a program is asked only what was read whole."""
        program = opened()
        before = [each.hash for each in program.journal()]
        for document in (json.dumps(REPORT | {"minutes": "60"}), "{", json.dumps({"act": "x"})):
            with pytest.raises(pk.BadInput):
                program.do(read_act(document))

        assert [each.hash for each in program.journal()] == before
        assert program.verify().whole

    def test_a_document_that_fits_is_done(self) -> None:
        """From JSON through the door and back."""
        program = opened()
        decision = program.do(read_act(json.dumps(REPORT)))

        assert decision.allowed
        assert program.words("session/s-1") == ("We talked.",)


class TestRoundTrip:
    """What is written is read back as it was."""

    @pytest.mark.parametrize("kind", ACTS, ids=lambda kind: kind.kind)
    @settings(max_examples=40)
    @given(data=st.data())
    def test_every_act_is_read_as_it_was_written(
        self, kind: type[pk.Act], data: st.DataObject
    ) -> None:
        """Field by field, words included; and it is written the same way again."""
        act = data.draw(acts(kind))
        written = write_act(act)

        assert read_act(written) == act
        assert read_act(written.encode()) == act
        assert write_act(read_act(written)) == written

    @pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.kind)
    @settings(max_examples=40)
    @given(data=st.data())
    def test_every_noun_is_read_as_it_was_written(
        self, kind: type[pk.Noun], data: st.DataObject
    ) -> None:
        """Field by field; and it is written the same way again."""
        noun = data.draw(nouns(kind))
        written = write_noun(noun)

        assert read_noun(written) == noun
        assert write_noun(read_noun(written)) == written

    def test_the_written_form_is_canonical(self) -> None:
        """No spaces, fields in their order, UTC with an offset, enums as their values."""
        report = read_act(json.dumps(REPORT | {"starts": "2026-11-02T04:00:00.5-05:00"}))

        assert write_act(report) == (
            '{"act":"session.reported","by":"ana","key":null,"id":"s-1","peer":"ana",'
            '"participants":["p-7"],"form":"one-to-one","starts":"2026-11-02T09:00:00.500000+00:00",'
            '"zone":"UTC","minutes":60,"activities":[{"id":"listen",'
            '"circumstances":{"voice":"first-person"},"of":null,"to":null,"minutes":20}],'
            '"with_peers":[],"group":null,"anonymous":0,'
            '"room":null,"series":null,"occurrence":null,'
            '"note":"We talked.","corrects":false,"excused":[],"absent":[]}'
        )
        assert isinstance(report, pk.ReportSession)
        assert report.starts == datetime(2026, 11, 2, 9, 0, 0, 500_000, tzinfo=UTC)

    @given(acts())
    def test_the_journal_gets_no_words(self, act: pk.Act) -> None:
        """Only whether there are any: neither the text nor its length."""
        table = act_table(act, words=False)
        whole = act_table(act, words=True)
        kept = {each.name: each for each in attrs.fields(attrs.resolve_types(type(act)))}
        of_words = {name for name in whole if name in kept and "Words" in str(kept[name].type)}

        assert {name: table[name] for name in of_words} == {
            name: whole[name] is not None for name in of_words
        }
        assert len(words_in(act)) == sum(table[name] for name in of_words)
        assert table | {name: whole[name] for name in of_words} == whole

    def test_every_kind_of_words_is_left_out(self) -> None:
        """Each act that carries words carries a canary; none of them is in its journal form."""
        told = {
            "session.reported": "note",
            "concern.raised": "what",
            "concern.closed": "outcome",
            "safety.disclosed": "what",
            "disclosure.reviewed": "outcome",
            "measure.seen": "outcome",
            "goal.set": "words",
            "supervisor.consulted": "question",
            "advice.given": "advice",
            "boundaries.agreed": "words",
            "boundaries.proposed": "words",
            "concern.followed-up": "words",
            "concern.reopened": "why",
            "group.ground-rules": "words",
            "house.noted": "note",
            "break.explained": "why",
            "drift.reported": "what",
            "drift.looked-at": "outcome",
            "bias.reported": "what",
            "bias.answered": "outcome",
            "self-care-plan.written": "words",
            "goal.suggested": "words",
            "progress.noted": "words",
            "step.added": "words",
            "plan.changed": "words",
            "map.drawn": "words",
            "connection.wanted": "hope",
            "connection.ended": "told",
            "words.asked-to-say": "words",
        }
        for kind in ACTS:
            field = told.get(kind.kind)
            if field is None:
                assert not words_in(read_act(json.dumps({"act": kind.kind} | ONE_OF_EACH[kind])))
                continue
            act = read_act(json.dumps({"act": kind.kind} | ONE_OF_EACH[kind] | {field: CANARY}))
            assert words_in(act) == (CANARY,)
            assert CANARY not in text(act_table(act, words=False))
            assert CANARY in write_act(act)

    def test_what_is_no_number_is_never_written(self) -> None:
        """NaN is not JSON, whoever asks for it."""
        with pytest.raises(ValueError, match="not JSON compliant"):
            text({"x": float("nan")})


#: Mondays at nine, ten times.
WEEKLY: dict[str, Any] = {
    "repeats": {"frequency": "weekly", "weekdays": ["MO"], "count": 10},
    "first": "2026-11-02",
    "at": "09:00",
    "zone": "America/Chicago",
    "minutes": 60,
}

#: A good document of each kind, every field filled in.
PAIR = {"peer": "ana", "participant": "p-7"}
OWN: dict[str, Any] = {"by": "p-7", "participant": "p-7", "said_so": True}
WHEN = "2026-11-01T09:00:00Z"
ONE_OF_EACH: dict[type[pk.Act], dict[str, Any]] = {
    pk.WelcomePeer: {
        "by": "c",
        "key": "k",
        "id": "ana",
        "role": "peer-mentor",
        "supervisor": "sam",
        "since": "2026-01-05",
        "supervised": "2026-10-20",
        "experiences": [{"of": "illness", "offered": False}],
    },
    pk.WelcomeParticipant: {"by": "c", "key": "k", "id": "p", "experiences": [{"of": "illness"}]},
    pk.ChangeService: {"by": "c", "id": "ana", "status": "stepped-back"},
    pk.ChangeParticipation: {"by": "c", "id": "p-7", "status": "away"},
    pk.RecordCredential: {
        "by": "c",
        "id": "k",
        "peer": "ana",
        "since": "2026-01-01",
        "until": "2028-01-01",
    },
    pk.RecordSupervision: {"by": "sam", "peer": "ana", "on": "2026-10-20", "minutes": 60},
    pk.DiscloseTie: {"by": "ana", "id": "t", **PAIR, "of": "friend", "current": False},
    pk.ProposeMatch: {"by": "c", "key": "k", "id": "m", **PAIR},
    pk.AcceptMatch: {"by": "p-7", "id": "m", **PAIR, "when": WHEN, "said_so": True},
    pk.DeclineMatch: {"by": "p-7", "id": "m", **PAIR, "when": WHEN, "said_so": True},
    pk.EndMatch: {"by": "p-7", "id": "m", **PAIR, "when": WHEN},
    pk.AgreeBoundaries: {
        "by": "p-7",
        "id": "a",
        **PAIR,
        "topics": ["hours"],
        "terms": {
            "hours": [{"days": ["monday"], "opens": "09:00", "closes": "24:00"}],
            "channels": ["phone"],
            "gifts": "token",
        },
        "words": "Not on Sundays.",
        "said_so": True,
        "peer_said_so": True,
    },
    pk.SetGoal: {name: value for name, value in GOAL.items() if name != "act"} | {"id": "g"},
    pk.ChangeGoal: {
        "by": "p-7",
        "id": "g",
        "participant": "p-7",
        "status": "on-hold",
        "said_so": True,
    },
    pk.PlanSession: {name: value for name, value in REPORT.items() if name not in {"act", "note"}}
    | {"form": "one-to-one", "zone": "UTC"},
    pk.CancelSession: {"by": "p-7", "id": "s"},
    pk.ReportSession: {name: value for name, value in REPORT.items() if name != "act"}
    | {"corrects": False},
    pk.ReportMissedSession: {"by": "ana", "id": "s"},
    pk.DoActivity: {"by": "ana", **PAIR, "activity": {"id": "listen", "of": "p-8", "to": "x"}},
    pk.RecordConsent: {
        "by": "p-7",
        "id": "k",
        "participant": "p-7",
        "scopes": ["goals"],
        "to": ["x"],
        "since": "2026-11-02T09:00:00Z",
        "until": "2026-12-02T09:00:00Z",
        "said_so": True,
        "classes": ["payers"],
        "items": ["move-in-day"],
        "purpose": "housing",
        "form": {
            "tellers": ["ana"],
            "revoke_how": "in-writing",
            "ends_with": "support-ends",
            "signed": "on-paper",
            "signed_by": "p-7",
            "signed_on": "2026-11-02",
        },
    },
    pk.RevokeConsent: {"by": "p-7", "id": "k", "participant": "p-7", "said_so": True},
    pk.ShareInformation: {
        "by": "ana",
        "id": "sh",
        "participant": "p-7",
        "scopes": ["goals"],
        "to": "x",
        "as_a": "payers",
        "items": ["move-in-day"],
        "purpose": "housing",
        "how_much": "needed",
        "papers": ["notice-short"],
    },
    pk.ConsultSupervisor: {"by": "ana", "id": "c", **PAIR, "clause": "gifts", "question": "May I?"},
    pk.GiveAdvice: {"by": "sam", "id": "c", "peer": "ana", "agreed": True, "advice": "Yes."},
    pk.RaiseConcern: {
        "by": "x",
        "id": "n",
        "peer": "ana",
        "people": ["p-7"],
        "clauses": ["money"],
        "what": "50.",
        "looked_at_by": "kim",
    },
    pk.CloseConcern: {"by": "sam", "id": "n", "peer": "ana", "outcome": "Done."},
    pk.SupplyFacts: {
        "by": "ana",
        "id": "f",
        **PAIR,
        "activity": {"id": "give-gift", "circumstances": {"value": "token"}},
    },
    pk.DiscloseForSafety: {
        "by": "ana",
        "id": "d",
        **PAIR,
        "to": ["crisis-team"],
        "basis": "danger-to-self",
        "what": "Pills.",
    },
    pk.ReviewDisclosure: {"by": "sam", "id": "d", "peer": "ana", "outcome": "Done."},
    # -- workforce
    pk.RecordTraining: {
        "by": "ana",
        "id": "t",
        "peer": "ana",
        "topic": "ethics",
        "minutes": 60,
        "on": "2026-10-20",
    },
    pk.RenewCredential: {
        "by": "ana",
        "id": "k-2",
        "peer": "ana",
        "of": "k",
        "since": "2028-01-01",
        "until": "2030-01-01",
        "service": 3000,
        "supervision": 120,
    },
    pk.AskForDebrief: {"by": "ana", "id": "d", "peer": "ana", "hard": True, "session": "s"},
    pk.ReportDebrief: {"by": "sam", "id": "d", "peer": "ana", "on": "2026-11-02", "held": True},
    pk.ReportDrift: {
        "by": "ana",
        "id": "x",
        "peer": "ana",
        "cause": "paperwork",
        "minutes": 30,
        "on": "2026-11-01",
        "asked_by": "nurse-1",
        "to": "director-1",
        "what": "Forms.",
    },
    pk.LookAtDrift: {"by": "sam", "id": "x", "peer": "ana", "outcome": "Done."},
    pk.ReportBias: {
        "by": "ana",
        "id": "b",
        "of": "stigma",
        "setting": "staff-room",
        "whose": "coworker",
        "to": "director-1",
        "what": "A joke.",
    },
    pk.AnswerBias: {"by": "sam", "id": "b", "status": "closed", "outcome": "Done."},
    pk.RecordPay: {
        "by": "c",
        "id": "pay",
        "peer": "ana",
        "hourly": 2100,
        "currency": "USD",
        "since": "2026-01-01",
        "benefits": ["paid-leave"],
    },
    pk.AskForLeave: {
        "by": "ana",
        "id": "l",
        "peer": "ana",
        "first": "2026-12-21",
        "last": "2027-01-03",
        "paid": True,
    },
    pk.ChangeLeave: {"by": "sam", "id": "l", "peer": "ana", "status": "granted"},
    pk.WriteSelfCarePlan: {"by": "ana", "id": "own", "peer": "ana", "words": "Walk."},
    pk.ShareSelfCarePlan: {"by": "ana", "id": "own", "peer": "ana", "to": ["jo"]},
    pk.SeeSelfCarePlan: {"by": "jo", "id": "own", "peer": "ana"},
    pk.PutAwaySelfCarePlan: {"by": "ana", "id": "own", "peer": "ana"},
    # -- outcomes and money
    pk.RecordMeasure: {
        "by": "ana",
        "id": "me",
        **PAIR,
        "instrument": "ucla-3",
        "answers": [{"item": "item-1", "points": 2}],
        "on": "2026-11-02",
        "filled": "helped",
        "said_so": True,
    },
    pk.LookAtMeasure: {"by": "sam", "id": "me", **PAIR, "outcome": "Called."},
    pk.WithdrawMeasure: {"by": "p-7", "id": "me", "participant": "p-7", "said_so": True},
    pk.RecordMilestone: {
        "by": "p-7",
        "id": "mi",
        "participant": "p-7",
        "of": "housed",
        "on": "2026-10-01",
        "told": "record",
        "said_so": True,
    },
    pk.WithdrawMilestone: {"by": "p-7", "id": "mi", "participant": "p-7", "said_so": True},
    pk.RecordGrant: {
        "by": "c",
        "id": "gr",
        "funding": "path",
        "since": "2026-10-01",
        "until": "2027-10-01",
        "cents": 5000000,
        "currency": "USD",
    },
    pk.EndGrant: {"by": "c", "id": "gr", "on": "2026-12-31"},
    # -- people
    pk.ChangeRoles: {"by": "sam", "peer": "ana", "role": "peer-mentor", "also": ["trainer"]},
    pk.ChooseMutuality: {
        **OWN,
        "id": "mu",
        "receives": 120,
        "gives": 30,
        "forms": ["formal", "ad-hoc"],
    },
    pk.NameGuardian: {
        "by": "c",
        "id": "gu",
        "participant": "p-7",
        "guardian": "kim",
        "until": "2027-06-01",
    },
    pk.EndGuardianship: {"by": "c", "id": "gu", "participant": "p-7"},
    pk.GivePermission: {
        "by": "c",
        "id": "pe",
        "participant": "p-7",
        "guardian": "kim",
        "permits": "m",
    },
    pk.WithdrawPermission: {"by": "kim", "id": "pe", "participant": "p-7"},
    pk.SuggestGoal: {
        "by": "ana",
        "id": "g",
        "participant": "p-7",
        "words": "Read.",
        "asked_first": True,
    },
    pk.NoteProgress: {
        **OWN,
        "id": "g",
        "achievement": "improving",
        "review": "2027-01-04",
        "words": "Slept.",
    },
    pk.AddStep: {**OWN, "id": "st", "goal": "g", "words": "Ask."},
    pk.ChangeStep: {**OWN, "id": "st", "status": "done"},
    pk.WritePlan: {
        **OWN,
        "id": "pl",
        "of": "advance-directive",
        "agent": "kim",
        "formalities": "not-yet",
    },
    pk.ChangePlan: {**OWN, "id": "pl", "section": "every-day", "words": "Walk."},
    pk.RecordDirective: {**OWN, "id": "pl", "formalities": "executed", "agent": "kim"},
    pk.SharePlan: {**OWN, "id": "pl", "to": "ana"},
    pk.StopSharing: {**OWN, "id": "pl", "to": "ana"},
    pk.ReadPlan: {"by": "ana", "id": "pl", "participant": "p-7"},
    pk.SetPlanAside: {**OWN, "id": "pl", "again": True},
    pk.PutOnMap: {
        **OWN,
        "entry": {"id": "dog", "of": "animal", "pull": "holds-me", "capital": "personal"},
        "words": "Wakes me.",
    },
    pk.TakeOffMap: {**OWN, "entry": "dog"},
    # -- matching
    pk.DescribeForMatching: {
        "by": "p-7",
        "person": "p-7",
        "languages": ["es-MX", "en"],
        "times": ["monday-evening"],
        "place": {"east": 3, "north": -2},
        "tells": ["woman"],
        "prefers": ["veteran"],
        "not_with": ["ana"],
        "offers": 0,
        "wants": 60,
        "said_so": True,
    },
    pk.JoinWaitingList: {
        "by": "p-7",
        "id": "w",
        "participant": "p-7",
        "when": WHEN,
        "said_so": True,
    },
    pk.TryToReach: {
        "by": "c",
        "participant": "p-7",
        "reached": False,
        "channel": "phone",
        "when": WHEN,
    },
    pk.LeaveWaitingList: {"by": "p-7", "id": "w", "participant": "p-7", "said_so": True},
    pk.PlanEnding: {
        "by": "p-7",
        "id": "m",
        **PAIR,
        "on": "2026-12-01",
        "why": "goals-reached",
        "handover": {"old": "own-notes-until", "until": "2027-01-01", "new": "goals"},
    },
    pk.ReassignMatch: {
        "by": "p-7",
        "id": "m-2",
        "peer": "bo",
        "participant": "p-7",
        "earlier": "m",
        "earlier_peer": "ana",
        "why": "peer-leaves",
        "handover": {"old": "own-notes", "new": "agreed-notes"},
        "said_so": True,
    },
    pk.ReadRecord: {"by": "bo", "participant": "p-7", "what": "notes", "peer": "ana"},
    # -- confidentiality
    pk.ProposeBoundaries: {"by": "p-7", "id": "a", **PAIR, "topics": ["hours"], "words": "Later."},
    pk.AnswerBoundaries: {"by": "p-7", "id": "a", **PAIR, "agreed": False, "said_so": True},
    pk.EndConsent: {"by": "ana", "id": "k", "participant": "p-7"},
    pk.FollowUpConcern: {
        "by": "sam",
        "id": "n",
        "peer": "ana",
        "step": "training",
        "due": "2026-12-01",
        "words": "Next week.",
    },
    pk.ReopenConcern: {"by": "p-7", "id": "n", "peer": "ana", "why": "Again."},
    pk.WantConnection: {"by": "p-7", "participant": "p-7", "service": "pantry"},
    pk.Introduce: {"by": "ana", **PAIR, "id": "c", "to_whom": "x"},
    pk.GoAlong: {"by": "ana", **PAIR, "id": "c", "invited": True},
    pk.WarmHandOver: {"by": "ana", **PAIR, "id": "c", "to_whom": "x"},
    pk.AskHowItWent: {"by": "ana", **PAIR, "connection": "c", "whom": "service"},
    pk.TellOutcome: {"by": "p-7", "id": "c", "participant": "p-7", "outcome": "let-go"},
    pk.NameTeamMember: {"by": "p-7", "participant": "p-7", "profession": "nurse"},
    pk.RemoveTeamMember: {"by": "p-7", "id": "n", "participant": "p-7", "said_so": True},
    pk.AskForVisit: {"by": "p-7", **PAIR, "setting": "inpatient"},
    pk.PlanVisit: {"by": "p-7", **PAIR, "id": "v", "on": "2026-11-02"},
    pk.CallOffVisit: {"by": "p-7", **PAIR, "id": "v"},
    pk.ReportVisit: {"by": "ana", **PAIR, "id": "v", "on": "2026-11-02"},
    pk.AskToSpeak: {"by": "p-7", **PAIR, "to": "n", "words": "The window."},
    pk.TakeBackWords: {"by": "p-7", **PAIR, "id": "w"},
    pk.ReportSpoken: {"by": "ana", **PAIR, "id": "w", "spoke": "more"},
    # -- groups
    pk.StartGroup: {
        "by": "ana",
        "id": "gr",
        "of": "recovery",
        "openness": "closed",
        "facilitators": ["ana"],
        "seats": 8,
    },
    pk.AgreeGroundRules: {
        "by": "ana",
        "id": "gr",
        "rules": ["names"],
        "with_the_group": True,
    },
    pk.ChangeFacilitators: {"by": "ana", "id": "gr", "facilitators": ["ana", "bo"]},
    pk.InviteToGroup: {"by": "ana", "id": "pl", "group": "gr", "participant": "p-7"},
    pk.JoinGroup: {"by": "p-7", "id": "pl", "group": "gr", "participant": "p-7", "said_so": True},
    pk.LeaveGroup: {"by": "p-7", "id": "pl", "participant": "p-7"},
    pk.EndGroup: {"by": "ana", "id": "gr"},
    # -- respite
    pk.OpenHouse: {
        "by": "c",
        "id": "h",
        "rooms": ["bed-1"],
        "agreement": ["cooking"],
        "zone": "America/New_York",
    },
    pk.CloseHouse: {"by": "c", "id": "h"},
    pk.AskForStay: {
        "by": "p-7",
        "id": "st",
        "participant": "p-7",
        "house": "h",
        "first": "2026-11-02",
        "until": "2026-11-05",
        "said_so": True,
    },
    pk.OfferStay: {"by": "c", "id": "st", "participant": "p-7", "house": "h", "room": "bed-1"},
    pk.DeclineStay: {"by": "c", "id": "st", **PAIR, "house": "h"},
    pk.CheckIn: {
        "by": "p-7",
        "id": "st",
        "participant": "p-7",
        "house": "h",
        "agreed": ["cooking"],
        "said_so": True,
    },
    pk.ExtendStay: {
        "by": "p-7",
        "id": "st",
        "participant": "p-7",
        "house": "h",
        "until": "2026-11-07",
        "said_so": True,
    },
    pk.LeaveRespite: {"by": "p-7", "id": "st", "participant": "p-7", "when": WHEN},
    pk.WriteHouseLog: {"by": "ana", "house": "h", "about_what": "repairs", "note": "The tap."},
    pk.PlanShift: {
        "by": "ana",
        "id": "sh",
        "peer": "ana",
        "house": "h",
        "starts": WHEN,
        "ends": "2026-11-01T17:00:00Z",
    },
    pk.CancelShift: {"by": "ana", "id": "sh", "peer": "ana"},
    pk.ReportShift: {"by": "ana", "id": "sh", "peer": "ana", "was_there": False},
    # -- time
    pk.OfferAvailability: {"by": "ana", "id": "av", "person": "ana", "when": WEEKLY},
    pk.WithdrawAvailability: {"by": "ana", "id": "av", "person": "ana", "said_so": True},
    pk.AddRoom: {"by": "c", "id": "r", "seats": 4},
    pk.CloseRoom: {"by": "c", "id": "r"},
    pk.PlanSeries: {
        "by": "ana",
        "id": "se",
        "peer": "ana",
        "participants": ["p-7"],
        "form": "one-to-one",
        "room": "r",
        "when": WEEKLY,
        "agreed_by": ["p-7"],
    },
    pk.MoveOccurrence: {
        "by": "ana",
        "id": "se",
        "peer": "ana",
        "participants": ["p-7"],
        "occurrence": "2026-11-09",
        "starts": "2026-11-10T09:00:00Z",
    },
    pk.CancelOccurrence: {"by": "ana", "id": "se", "occurrence": "2026-11-09", "said_so": True},
    pk.EndSeries: {"by": "ana", "id": "se", "said_so": True},
    pk.MoveSession: {
        "by": "ana",
        "id": "s",
        "peer": "ana",
        "participants": ["p-7"],
        "starts": "2026-11-10T09:00:00Z",
        "zone": "UTC",
        "minutes": 60,
        "room": "r",
    },
    pk.PlaceLegalHold: {"by": "c", "id": "h", "person": "p-7"},
    pk.LiftLegalHold: {"by": "c", "id": "h", "person": "p-7"},
    pk.ForgetPerson: {
        "by": "c",
        "id": "p-7",
        "why": "asked",
        "said_so": True,
        "checked": True,
    },
    pk.ExplainBreak: {"by": "sam", "number": 5, "found": ["ab" * 32], "why": "A disk."},
    # -- notices
    pk.SetContactPreferences: {
        "by": "p-7",
        "person": "p-7",
        "points": [{"channel": "text", "address": "+1 202 555 0143", "safe": True}],
        "quiet": [{"days": ["sunday"], "opens": "00:00", "closes": "24:00"}],
        "only": [{"days": ["monday"], "opens": "09:00", "closes": "17:00"}],
        "zone": "America/Chicago",
        "language": "es",
        "digest": "18:00",
        "may_call": True,
        "may_leave_message": False,
        "said_so": True,
    },
    pk.StopNotices: {"by": "p-7", "person": "p-7", "channel": "text"},
    pk.DeliveryFailed: {
        "by": "teller",
        "person": "p-7",
        "channel": "email",
        "for_good": True,
        "notice": "12/0/email",
    },
    pk.ConfirmSession: {"by": "ana", "id": "s", "who": "p-7", "said_so": True},
    pk.Remind: {
        "by": "teller",
        "of": "session.tomorrow",
        "noun": "s",
        "to": ["p-7", "ana"],
        "due": "2026-11-02T18:00:00+00:00",
    },
    pk.CancelNotice: {
        "by": "teller",
        "notice": "12/0",
        "to": "p-7",
        "of": "match.proposed",
        "why": "stopped",
    },
    pk.PassOnNotice: {
        "by": "teller",
        "notice": "12/0",
        "to": "p-7",
        "of": "match.proposed",
        "noun": "m",
        "coordinator": "c-1",
        "why": "missing",
    },
}
