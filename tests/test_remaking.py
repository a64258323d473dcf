"""An entry that somebody wrote anew says no more than an entry of ours can say."""

from __future__ import annotations

import json
from contextlib import suppress
from random import Random
from typing import Any

import attrs
import pytest

import peerkit as pk
from peerkit.stores import Entry
from peerkit.stores.writing.codec import text
from peerkit.stores.writing.remaking import remade
from tests.ordinary import opened, report

NO_TEXT = "has something else where a text must be"
FINDING = ["silence", "NOT_ALLOWED", {}, -1]


def entry() -> Entry:
    """A report, as it was kept."""
    with opened() as program:
        program.do(report())
        return list(program.journal())[-1]


def changed(**parts: Any) -> Entry:
    """The same with other parts."""
    found = entry()
    return attrs.evolve(found, body=text(json.loads(found.body) | parts))


def test_an_entry_of_ours_is_remade() -> None:
    """Or every refusal below would mean nothing."""
    assert remade(entry()).touched == remade(changed(findings=[FINDING])).touched


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"at": "2026-11-02T12:00:00Z"}, "has a moment or a day in another form"),
        ({"at": "2026-11-02T13:00:00+01:00"}, "has a moment or a day in another form"),
        ({"day": "20261102"}, "has a moment or a day in another form"),
        ({"at": "yesterday"}, "is not as peerkit writes it"),
        ({"at": "0001-01-01T00:00:00+12:00"}, "is not as peerkit writes it"),
        ({"verdict": "FINE"}, "has a verdict that is none"),
        ({"act": {"act": [], "by": "ana", "key": None}}, NO_TEXT),
        ({"act": {"act": "goal.set", "by": 1, "key": None}}, NO_TEXT),
        ({"act": {"act": "goal.set", "key": None}}, "is not as peerkit writes it"),
        ({"findings": [["silence", "FINE", {}, -1]]}, "has a verdict that is none"),
        ({"findings": [["silence", 1, {}, -1]]}, "has a finding of another kind"),
        ({"findings": [["silence", [], {}, -1]]}, "has a finding of another kind"),
        ({"findings": [FINDING[:3]]}, "has a finding of another kind"),
        ({"findings": [FINDING, FINDING[:3]]}, "is not as peerkit writes it"),
        ({"findings": ["four"]}, "has a finding of another kind"),
        ({"findings": [[1, *FINDING[1:]]]}, "has a finding of another kind"),
        ({"findings": [[*FINDING[:2], [], -1]]}, "has a finding of another kind"),
        ({"findings": [[*FINDING[:3], None]]}, "has a finding of another kind"),
        ({"counts": [["zoe", "met", 1, ""]]}, "does not name all that it touches, each once"),
        ({"counts": [["ana", "met", 2**40 + 1, ""]]}, "moves a tally further than any act does"),
        ({"counts": [["ana", "met", -(10**30), ""]]}, "moves a tally further than any act does"),
        ({"removes": [["session", "s-1"]]}, "leaves a noun twice, or takes it away as well"),
        ({"v": 1}, "lacks a part, or has one of another kind"),
        (
            {"v": 2},
            "holds something that does not fit: $.v: is of a newer peerkit; install that one",
        ),
        ({"removes": [["goal", "g-1"]]}, "does not name all that it touches, each once"),
        ({"touched": ["ana"]}, "does not name all that it touches, each once"),
        ({"touched": ["s-1", "ana", "p-7", "ana"]}, "does not name all that it touches, each once"),
    ],
)
def test_what_no_entry_says_is_refused(parts: dict[str, Any], what: str) -> None:
    """Reports read it, and would break on it long after it came in."""
    with pytest.raises(pk.BadInput) as caught:
        remade(changed(**parts))

    assert caught.value.what == what
    assert caught.value.__context__ is None


#: What somebody puts into the text of an entry, and where. What it says stays the same.
RESPELLED: dict[str, tuple[str, str]] = {
    "a blank before a colon": ('"at":', '"at" :'),
    "a blank behind a colon": ('"at":', '"at": '),
    "a blank behind a comma": (',"day"', ', "day"'),
    "a blank before a comma": (',"day"', ' ,"day"'),
    "a blank in a list": ('"forgets":[]', '"forgets":[ ]'),
    "two blanks in a list": ('"forgets":[]', '"forgets":[  ]'),
    "a blank in a table": ('"act":{', '"act":{ '),
    "a blank before the last mark": ("]}", "] }"),
    "a tab": (',"day"', ',\t"day"'),
    "a new line": (',"day"', ',\n"day"'),
    "a carriage return": (',"day"', ',\r"day"'),
    "a blank at the end": ("}]}", "}]} "),
    "a letter by its number": ("ALLOWED", "\\u0041LLOWED"),
    "a slash behind another": ('"UTC"', '"U\\/TC"'),
    "a field twice": (',"day"', ',"day":"2026-11-02","day"'),
    "a field of a noun twice": ('"noun":"session"', '"noun":"session","noun":"session"'),
    "a field of a fact twice": ('{"peer":"ana"', '{"peer":"ana","peer":"ana"'),
    "nothing that is less than nothing": ('"anonymous":0', '"anonymous":-0'),
    "a number with a point": ('"minutes":60', '"minutes":60.0'),
    "a number with too many digits": ('"anonymous":0', '"anonymous":0.50'),
    "a number of tens": ('"minutes":60', '"minutes":6e1'),
    "no number": ('"anonymous":0', '"anonymous":NaN'),
}


@pytest.mark.parametrize("respelled", RESPELLED)
def test_what_is_spelled_otherwise_is_refused(respelled: str) -> None:
    """An entry can be written in one way, wherever somebody would write it in another."""
    old, new = RESPELLED[respelled]
    found = entry()
    assert old in found.body
    at = found.body.rindex(old)
    spelled = attrs.evolve(found, body=found.body[:at] + new + found.body[at + len(old) :])

    with pytest.raises(pk.BadInput) as caught:
        remade(spelled)

    assert caught.value.what in SPELLED
    assert caught.value.__context__ is None


#: A number with a point is spelled as ours, and is none that a session takes.
SPELLED = {
    "is not in the form in which peerkit writes",
    "holds something that does not fit: $.minutes: must be a whole number",
}


def test_whatever_is_read_is_spelled_as_ours() -> None:
    """Of thousands of bodies with a letter more, less or another, all that is read is ours."""
    random, found, read = Random(54), changed(findings=[[*FINDING[:2], {"n": [0, 0.5]}, -1]]), 0
    letters = '{}[]:,"\\/ \t\r\n-+.eE019un'
    for _ in range(3_000):
        at, more = random.randrange(len(found.body)), random.choice(("", random.choice(letters)))
        body = found.body[:at] + more + found.body[at + random.choice((0, 1)) :]
        with suppress(pk.BadInput):
            remade(attrs.evolve(found, body=body))
            assert text(json.loads(body)) == body
            read += 1
    assert read > 50


@pytest.mark.parametrize(
    "fact", ['a "word"', "a\\b", "one, two", "a: b", "\n\t\x01\x7f", -0.5, 1e22, 0]
)
def test_whatever_we_write_is_read(fact: object) -> None:
    """Marks of JSON inside of a text are no blanks beside a mark, and a number may have a point."""
    spelled = changed(findings=[[*FINDING[:2], {"said": fact, "of": []}, -1]])

    assert remade(spelled).entry.endswith(spelled.body[-200:])


def test_no_noun_is_left_twice() -> None:
    """Of two forms of one noun, stores would keep the one or the other, or none."""
    (noun,) = json.loads(entry().body)["nouns"]
    for nouns, what in (
        ([noun, noun], "leaves a noun twice, or takes it away as well"),
        ([{**noun, "v": 2}], "$.v: is of a newer peerkit; install that one"),
    ):
        with pytest.raises(pk.BadInput) as caught:
            remade(changed(nouns=nouns))

        assert caught.value.what.endswith(what)


def test_nouns_are_written_as_they_stand_in_the_entry() -> None:
    """One or several: byte for byte, whatever else is called as they are."""
    found = entry()
    one = json.loads(found.body)["nouns"]
    for nouns in (one, [*one, {**one[0], "id": "s-2"}]):
        ids = [each["id"] for each in nouns]
        touched = [*ids, *[each for each in json.loads(found.body)["touched"] if each not in ids]]
        act = {**json.loads(found.body)["act"], "nouns": [{"noun": "goal"}]}
        spelled = changed(nouns=nouns, touched=touched, act=act)

        assert [body for _, body in remade(spelled).nouns] == [text(each) for each in nouns]
