"""The change that a decision comes to, and the decision read back where its act is asked again.

A change read back from the journal is that of :mod:`peerkit.stores.writing.remaking`.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from peerkit.decisions import Decision, Finding, Verdict
from peerkit.errors import KeyReused
from peerkit.handbook import BadHandbook
from peerkit.stores import Apart, Change, touched
from peerkit.stores.writing.codec import (
    act_table,
    private_parts,
    text,
    words_in,
    write_entry,
    write_noun,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from peerkit.acts import Act, Left
    from peerkit.handbook import Book, Clause, Handbook
    from peerkit.stores import Entry, Standing

__all__ = ["first_answer", "made"]


def made(
    act: Act,
    about: tuple[str, ...],
    standing: Standing,
    decision: Decision,
    left: Left,
    salt: Callable[[], str],
) -> Change:
    """Everything that is to be kept together of this act, which stood on ``standing``."""
    nouns = tuple([(each, write_noun(each)) for each in left.nouns])
    said = [(each.about, each.owner, each.words.text) for each in left.words]
    private = private_parts(act, decision, left.nouns)
    apart = tuple([Apart(what, owner, salt(), told) for what, owner, told in (*said, *private)])
    ids = touched(about, nouns, left.counts, left.removes)
    return Change(
        about=about,
        day=act.counts_on(decision.day),
        stood=standing,
        key=act.key,
        entry=write_entry(act, ids, standing.view.now, decision, left, nouns, apart),
        nouns=nouns,
        counts=left.counts,
        messages=left.messages,
        apart=apart,
        forgets=left.forgets,
        removes=left.removes,
        touched=ids,
    )


def first_answer(act: Act, earlier: Entry, handbook: Handbook) -> Decision:
    """The first answer to an act whose key has been answered before.

    Words stay out of the journal, so they are compared with those that are
    kept apart; where these have been erased, there is nothing to compare.
    Raises :class:`~peerkit.errors.KeyReused` where it was another act.
    """
    kept = earlier.read()
    texts = {
        each.text for each in earlier.apart if not each.about.startswith("@") and not each.sealed
    }
    asked = json.loads(text(act_table(act, words=False)))
    same = asked | kept["act"] == asked  # what was forgotten of the first one is not compared
    if not same or not texts <= {*words_in(act)}:
        raise KeyReused(str(act.key), earlier.number)
    book = handbook.on(date.fromisoformat(kept["day"]))
    entries = [book.activities.get(each.id) for each in act.activities_named]
    findings = tuple(
        Finding(
            _cited(book, clause, earlier.number),
            Verdict[verdict],
            facts,
            activity,
            entries[activity] if 0 <= activity < len(entries) else None,
        )
        for clause, verdict, facts, activity in kept["findings"]
    )
    return Decision(
        act,
        findings,
        Verdict[kept["verdict"]],
        kept["edition"],
        book.day,
        number=earlier.number,
        again=True,
        kept=tuple((each["noun"], each["id"]) for each in kept["nouns"]),
    )


def _cited(book: Book, clause: str, number: int) -> Clause:
    """The clause that an answer kept as this entry rests on."""
    if clause in book.clauses:
        return book.clauses[clause]
    raise BadHandbook(
        f"clause {clause!r}",
        f"is not in this book, and the first answer to this key rests on it. Open the program "
        f"with the layers of then, or read the answer in the journal: entry {number}",
    )
