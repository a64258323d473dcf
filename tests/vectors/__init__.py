"""Small journals whose heads are known, and what is wrong with some of them.

They are made of fixed acts, with a fixed clock, ids, salts, book and rule, so that only the form
of what is stored can change them. ``python -m tests.vectors`` writes them anew: a change of theirs
is a change of the form, which old journals do not follow.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs

import peerkit as pk
from peerkit.stores.memory import MemoryStore

__all__ = ["FOLDER", "expected", "lines", "write", "written"]

FOLDER: Final = Path(__file__).parent
NOW: Final = datetime(2026, 11, 2, 12, 0, 0, 250_000, tzinfo=UTC)
BOOK: Final = attrs.evolve(pk.Handbook.load(), edition="e" * 64)
#: Quotes, controls, other scripts and directions, a letter outside the first plane.
ODD: Final = 'a "quote", a \\, a tab\t, a line\n, \x1f, é, ß, Ж, 漢, \u202eabc, \u2028, 👩‍🦽'

Entry: TypeAlias = dict[str, Any]


def _fixed(act: pk.Act, view: pk.View, book: pk.Book) -> tuple[pk.Finding, ...]:
    """Everybody but eve may do everything, and it is said in odd letters."""
    verdict = pk.Verdict.NOT_ALLOWED if act.by == "eve" else pk.Verdict.ALLOWED
    return (pk.Finding(book.clause("known"), verdict, {"missing": ODD}),)


RULES: Final = pk.Rules(pk.Rule("fixed", (pk.Act,), _fixed))
WELCOME: Final = (
    pk.WelcomePeer(
        by="c-1",
        id="ana",
        role=pk.Role.WORKER,
        supervisor="sam",
        since=date(2026, 1, 5),
        experiences=(pk.LivedExperience(of=pk.Experience.HOMELESSNESS),),
    ),
    pk.WelcomeParticipant(by="c-1", id="p-7"),
)
MATCHED: Final = (
    *WELCOME,
    pk.ProposeMatch(by="c-1", peer="ana", participant="p-7"),
    pk.AcceptMatch(by="p-7", id="match-1", peer="ana", participant="p-7"),
)
SESSION: Final[dict[str, Any]] = {
    "by": "ana",
    "peer": "ana",
    "participants": ("p-7",),
    "starts": NOW - timedelta(hours=2),
    "minutes": 60,
    "activities": (pk.Activity(id="listen", minutes=20),),
}
LATER: Final[dict[str, Any]] = {**SESSION, "starts": NOW + timedelta(hours=40)}
GOAL: Final = pk.SetGoal(by="p-7", id="g-1", participant="p-7", words=pk.Words(ODD.strip()))
#: The journals that are whole: which acts they are made of.
WHOLE: Final[Mapping[str, tuple[pk.Act, ...]]] = {
    "01-nothing": (),
    "02-one-entry": WELCOME[:1],
    "03-two-people": WELCOME,
    "04-a-match": MATCHED,
    "05-a-key": (attrs.evolve(WELCOME[1], key="k-1!"), WELCOME[0]),
    "06-a-refusal": (*WELCOME, pk.ProposeMatch(by="eve", peer="ana", participant="p-7")),
    "07-words": (*WELCOME, GOAL),
    "08-a-session": (*MATCHED, pk.ReportSession(**SESSION, note=pk.Words("We walked."))),
    "09-a-plan": (*MATCHED, pk.PlanSession(**LATER)),
    "10-an-explained-break": (
        *WELCOME,
        pk.ExplainBreak(by="sam", number=2, found=("ab" * 32,), why=pk.Words("A disk.")),
    ),
}


def _hashed(entry: Entry, **how: Any) -> Entry:
    body = json.dumps(json.loads(entry["body"]) | how, ensure_ascii=False, separators=(",", ":"))
    return {"n": entry["n"], "hash": sha256(body.encode()).hexdigest(), "body": body}


def _edited(entries: list[Entry]) -> list[Entry]:
    first, second, *rest = entries
    return [first, second | {"body": second["body"].replace("p-7", "p-8")}, *rest]


def _rewritten(entries: list[Entry]) -> list[Entry]:
    """From the third entry on, with every hash as it should be."""
    found = entries[:2]
    for each in entries[2:]:
        found.append(_hashed(each, prev=found[-1]["hash"], at="2026-11-02T13:00:00+00:00"))
    return found


#: What is done to the match of ana and p-7, and what is found of it: the first bad entry.
DAMAGED: Final[Mapping[str, tuple[Callable[[list[Entry]], Iterable[Entry]], str]]] = {
    "11-an-edited-entry": (_edited, "entry 2 was edited"),
    "12-an-edited-entry-with-its-hash": (
        lambda all_: [all_[0], _hashed(all_[1], day="2026-11-01"), *all_[2:]],
        "entry 3 is not linked",
    ),
    "13-another-hash": (
        lambda all_: [*all_[:3], all_[3] | {"hash": "0" * 64}],
        "entry 4 was edited",
    ),
    "14-a-missing-entry": (lambda all_: [*all_[:1], *all_[2:]], "entry 2 is missing"),
    "15-a-missing-beginning": (lambda all_: all_[1:], "entry 1 is missing"),
    "16-two-swapped": (
        lambda all_: [all_[0], all_[2] | {"n": 2}, all_[1] | {"n": 3}, all_[3]],
        "entry 2 is not linked",
    ),
    "17-one-twice": (lambda all_: [*all_, all_[3]], "entry 5 is missing"),
    "18-one-again-as-the-next": (
        lambda all_: [*all_, all_[3] | {"n": 5}],
        "entry 5 is not linked",
    ),
    "19-no-json": (
        lambda all_: [all_[0], all_[1] | {"body": "{", "hash": sha256(b"{").hexdigest()}],
        "entry 2 is not linked",
    ),
    "20-a-cut-tail": (lambda all_: all_[:3], ""),
    "21-written-anew": (_rewritten, ""),
    "22-other-spaces": (
        lambda all_: [all_[0] | {"body": all_[0]["body"].replace(",", ", ")}, *all_[1:]],
        "entry 1 was edited",
    ),
}


def _journal(acts: Iterable[pk.Act]) -> list[Entry]:
    numbers, salts = count(1), count(1)
    program = pk.Program(
        MemoryStore(),
        handbook=BOOK,
        rules=RULES,
        clock=lambda: NOW,
        new_id=lambda kind: f"{kind}-{next(numbers)}",
        salt=lambda: f"salt-{next(salts)}",
    )
    for act in acts:
        program.do(act)
    return [{"n": each.number, "hash": each.hash, "body": each.body} for each in program.journal()]


def written() -> dict[str, list[Entry]]:
    """Every vector by its name, as the code of now writes it."""
    found = {name: _journal(acts) for name, acts in WHOLE.items()}
    match = found["04-a-match"]
    return found | {name: [*how(match)] for name, (how, _) in DAMAGED.items()}


def lines(entries: Iterable[Entry]) -> str:
    """One entry a line."""
    return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in entries)


def expected() -> dict[str, dict[str, str]]:
    """What a verifier says of each vector: what is bad, and the last number and hash."""
    found: dict[str, dict[str, str]] = json.loads((FOLDER / "expected.json").read_text("utf-8"))
    return found


def write() -> None:
    """Write the vectors and what is known of them into their folder."""
    says = {name: wrong for name, (_, wrong) in DAMAGED.items()}
    known = {}
    for name, entries in written().items():
        (FOLDER / f"{name}.jsonl").write_text(lines(entries), "utf-8", newline="\n")
        last = entries[-1] if entries else {"n": 0, "hash": "0" * 64}
        known[name] = {"bad": says.get(name, ""), "head": f"{last['n']} {last['hash']}"}
    said = json.dumps(known, indent=1)
    (FOLDER / "expected.json").write_text(f"{said}\n", "utf-8", newline="\n")
