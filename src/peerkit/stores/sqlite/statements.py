"""What is asked of an SQLite file and written to it, as text: nothing of anybody's stands in it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from peerkit.stores import Order, Wanted

__all__ = [
    "APART",
    "APART_FORGOTTEN",
    "ENTRY",
    "FILED",
    "HEAD",
    "ITSELF",
    "KEY",
    "LAST",
    "NEW_NOUN",
    "STEP",
    "TALLY",
    "TOUCHED",
    "WEIGHING",
    "WRITTEN",
    "counting",
    "finding",
    "standing",
]

#: The highest number that an entry can have: behind it begins the place of the next program.
LAST: Final = 2**32 - 1
HEAD: Final = "SELECT n, hash FROM peerkit_program WHERE id = ?"
# What fails takes the whole transaction back (OR ROLLBACK, and so do the guards): then SQLite does
# not copy each page to be able to take back the one statement, a third of what an act costs it.

#: A program counts its next entry, which opens the guards; the entry itself; and they are shut.
STEP: Final = "UPDATE OR ROLLBACK peerkit_program SET n = ?, hash = ?, writing = 1 WHERE id = ?"
ENTRY: Final = "INSERT OR ROLLBACK INTO peerkit_entry VALUES (? << 32 | ?,?,?)"
WRITTEN: Final = "UPDATE peerkit_program SET writing = 0 WHERE id = ?"
#: By what an entry is found.
KEY: Final = "INSERT OR ROLLBACK INTO peerkit_key VALUES (?,?,?)"
TOUCHED: Final = "INSERT INTO peerkit_touched VALUES (?,?,?)"
#: A tally moves; where there is none, from nothing.
TALLY: Final = (
    "INSERT OR ROLLBACK INTO peerkit_tally VALUES (?,?,?,?,?) "
    "ON CONFLICT DO UPDATE SET value = value + excluded.value"
)
#: What lies apart from an entry, and all of it that is somebody's.
APART: Final = "INSERT OR ROLLBACK INTO peerkit_apart VALUES (?,?,?,?,?,?,?)"
APART_FORGOTTEN: Final = (
    "DELETE FROM peerkit_apart INDEXED BY peerkit_apart_owned WHERE program = ? AND owner = ?"
)
#: A noun that was not there.
NEW_NOUN: Final = (
    "INSERT OR ROLLBACK INTO peerkit_noun (n, status, day, body, program, id, kind) "
    "VALUES (?,?,?,?,?,?,?)"
)
#: How a noun comes to stand under an id, and how it leaves: where it is found, and where read.
FILED: Final = (
    "INSERT INTO peerkit_filed VALUES (?,?,?,?,?)",
    "DELETE FROM peerkit_filed WHERE program = ? AND under = ? AND kind = ? AND day = ? AND id = ?",
)
WEIGHING: Final = (
    "INSERT INTO peerkit_weighing VALUES (?,?,?,?)",
    "DELETE FROM peerkit_weighing WHERE program = ? AND under = ? AND kind = ? AND id = ?",
)


@lru_cache(maxsize=512)
def standing(ids: int, *, keyed: bool) -> str:
    """One statement, so one moment: the head, the nouns, what weighs on them, the tallies, the key.

    Its values: the ids; the program four times, and the periods; when ``keyed``, the
    program and the key. The ids are values that are joined, not lists to look in:
    SQLite would build a table for each list, and four of them cost ten times the
    rest; nor one table for all three, which costs as much as the rest.
    """
    earlier = """
UNION ALL
SELECT 'earlier', entry.hash, entry.n, entry.body
FROM peerkit_key AS key CROSS JOIN peerkit_entry AS entry
ON entry.place = key.program << 32 | key.n AND entry.n = key.n
WHERE key.program = ? AND key.key = ?
"""
    return f"""
WITH about (id) AS NOT MATERIALIZED (VALUES {",".join(["(?)"] * ids) or "(NULL)"})
SELECT 'head', '', n, '' FROM peerkit_program WHERE id = ?
UNION ALL
SELECT noun.kind, noun.id, noun.n, noun.body
FROM about CROSS JOIN peerkit_noun AS noun ON noun.program = ? AND noun.id = about.id
UNION ALL
SELECT noun.kind, noun.id, noun.n, noun.body
FROM about
CROSS JOIN peerkit_weighing AS weighing
ON weighing.program = ? AND weighing.under = about.id
CROSS JOIN peerkit_noun AS noun
ON noun.program = weighing.program AND noun.id = weighing.id AND noun.kind = weighing.kind
UNION ALL
SELECT 'tally', tally.of, tally.value, tally.what
FROM about CROSS JOIN peerkit_tally AS tally
ON tally.program = ? AND tally.of = about.id AND tally.period IN (?, ?, ?, ?, ?)
{earlier if keyed else ""}"""  # noqa: S608 - only question marks are put together


#: The noun whose own id is asked about.
ITSELF: Final = (
    "SELECT kind, id, n, body, 1 FROM peerkit_noun WHERE program = ? AND id = ? AND kind = ?"
)
#: In which order, and what stands behind a place in it.
_ORDERED: Final = {
    Order.ID: ("{0}.id", "{0}.id > ?"),
    Order.OLDEST: ("{0}.day, {0}.id", "({0}.day, {0}.id) > (?, ?)"),
    Order.NEWEST: ("{0}.day DESC, {0}.id DESC", "({0}.day, {0}.id) < (?, ?)"),
}
#: The nouns that are filed there.
_FILED_NOUN: Final = (
    "CROSS JOIN peerkit_noun AS noun "
    "ON noun.program = filed.program AND noun.id = filed.id AND noun.kind = filed.kind"
)


def finding(
    program: int, wanted: Wanted[Any], after: str, limit: int
) -> tuple[str, tuple[Any, ...]]:
    """Nouns in their order, behind a place: the statement and its values.

    With them comes the noun whose own id is asked about, wherever it stands in the
    order, and whether it is one of those that are asked for or not; its last column is 1.
    """
    table, at = _table(wanted)
    asked, values = _asked(program, wanted, at, wanted.order if after else None)
    order, behind = (each.format(at) for each in _ORDERED[wanted.order])
    if after:
        asked += f" AND {behind}"
        values += (after,) if wanted.order is Order.ID else tuple(after.split(" ", 1))
    status, among = _in_status(wanted)
    row = "SELECT noun.kind, noun.id, noun.n, noun.body, 0"
    if wanted.about is None:
        sql = f"{row} {table} WHERE {asked}{status} ORDER BY {order} LIMIT ?"
        return sql, (*values, *among, limit)
    # They are put in their order before the nouns are read, and no more are read than it takes.
    filed = f"SELECT filed.program, filed.kind, filed.id {table} WHERE {asked} ORDER BY {order}"
    sql = f"{row} FROM ({filed} LIMIT ?) AS filed {_FILED_NOUN}{status} LIMIT ?"
    return f"SELECT * FROM ({sql}) UNION ALL {ITSELF}", (  # noqa: S608 - our own names
        *(*values, -1 if status else limit, *among, limit),
        *(program, wanted.about, wanted.kind.kind),
    )


def counting(program: int, wanted: Wanted[Any]) -> tuple[str, tuple[Any, ...]]:
    """How many nouns there are; the one whose own id is asked about only if it is filed there."""
    table, at = _table(wanted)
    asked, values = _asked(program, wanted, at, None)
    status, among = _in_status(wanted)
    if status and at == "filed":
        table += f" {_FILED_NOUN}"
    return f"SELECT count(*) {table} WHERE {asked}{status}", (*values, *among)


def _table(wanted: Wanted[Any]) -> tuple[str, str]:
    """Where to look, and its short name.

    The index is named where the planner, who knows nothing of what is in the tables, would
    take the primary key: it has the order of the ids, and everything else of the program too.
    """
    if wanted.about is not None:
        return "FROM peerkit_filed AS filed", "filed"
    index = "peerkit_noun_of_day" if wanted.dated else "peerkit_noun_of_kind"
    return f"FROM peerkit_noun AS noun INDEXED BY {index}", "noun"


def _asked(
    program: int, wanted: Wanted[Any], at: str, behind: Order | None
) -> tuple[str, tuple[Any, ...]]:
    """Everything that must be so, and its values; ``behind``: a place in this order bounds it."""
    asked = f"{at}.program = ? AND {at}.kind = ?"
    values: tuple[Any, ...] = (program, wanted.kind.kind)
    if wanted.about is not None:
        asked += f" AND {at}.under = ?"
        values += (wanted.about,)
    if wanted.dated:
        asked += f" AND {at}.day <> ''"
    for edge, how, order in ((wanted.since, ">=", Order.OLDEST), (wanted.until, "<", Order.NEWEST)):
        if edge is not None:
            # The place is nearer than the edge, and with a plus SQLite does not begin at the edge.
            asked += f" AND {'+' if behind is order else ''}{at}.day {how} ?"
            values += (edge,)
    return asked, values


def _in_status(wanted: Wanted[Any]) -> tuple[str, tuple[str, ...]]:
    """In which status a noun must be, if that is asked, and its values."""
    if wanted.statuses is None:
        return "", ()
    marks = ",".join("?" * len(wanted.statuses))
    return f" AND noun.status IN ({marks})", tuple(sorted(wanted.statuses))
