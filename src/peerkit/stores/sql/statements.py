"""What is said to the server, as text: one statement where one will do, so one way there and back.

Values never stand in a text. Lists travel as one value each and are taken apart by the server
(``unnest``), so a statement reads the same however many ids it is about, and is planned once.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import attrs

from peerkit.model import periods
from peerkit.stores import Apart, Change, Entry, Order, Wanted
from peerkit.stores.sql.tables import MARK, Names
from peerkit.stores.sql.writing import Asked, listed, writing

__all__ = ["Statements"]

#: One statement, so one moment: the head, the nouns, what weighs on them, the tallies, the key.
#: ``OFFSET 0`` keeps each look-up to itself: the server cannot turn the join round and read a whole
#: table, which it would while a new table still looks small to it.
_STANDING: Final = """
WITH about AS (SELECT unnest(%s::text[]) COLLATE "C" AS id)
SELECT 'head', hash, n, '' FROM {program} WHERE id = %s
UNION ALL
SELECT noun.* FROM about CROSS JOIN LATERAL (
    SELECT kind, id, n, body FROM {noun} WHERE program = %s AND id = about.id OFFSET 0
) AS noun
UNION ALL
SELECT noun.* FROM about CROSS JOIN LATERAL (
    SELECT kind, id FROM {weighing} WHERE program = %s AND under = about.id OFFSET 0
) AS weighing CROSS JOIN LATERAL (
    SELECT kind, id, n, body FROM {noun}
    WHERE program = %s AND id = weighing.id AND kind = weighing.kind OFFSET 0
) AS noun
UNION ALL
SELECT 'tally', tally.* FROM about CROSS JOIN LATERAL (
    SELECT of, value, what FROM {tally}
    WHERE program = %s AND of = about.id AND period = ANY(%s::text[]) OFFSET 0
) AS tally
"""
_EARLIER: Final = """
UNION ALL
SELECT 'earlier', entry.hash, entry.n, entry.body
FROM {key} AS key JOIN {entry} AS entry ON entry.program = key.program AND entry.n = key.n
WHERE key.program = %s AND key.key = %s
"""

#: The entries with the texts apart from each, in their order.
_ENTRY: Final = """
SELECT entry.n, entry.hash, entry.body, (
    SELECT json_agg(json_build_array(about, owner, salt, text) ORDER BY position)
    FROM {apart} AS apart WHERE apart.program = entry.program AND apart.n = entry.n
) FROM """
#: In which order, and what stands behind a place in it.
_ORDERED: Final = {
    Order.ID: ("{0}.id", "{0}.id > %s"),
    Order.OLDEST: ("{0}.day, {0}.id", "({0}.day, {0}.id) > (%s, %s)"),
    Order.NEWEST: ("{0}.day DESC, {0}.id DESC", "({0}.day, {0}.id) < (%s, %s)"),
}


@attrs.frozen(slots=False)
class Statements:
    """Every statement about one program, with its values. ``names`` says where the tables are."""

    names: Names
    program: int

    def standing(self, about: tuple[str, ...], day: Any, key: str | None) -> Asked:
        """How things stand about these ids."""
        mine = self.program
        values = (listed(about), mine, mine, mine, mine, mine, listed(periods(day)))
        if key is None:
            return self._standing, values
        return self._keyed, (*values, mine, key)

    @cached_property
    def _standing(self) -> str:
        return self.names.into(_STANDING)

    @cached_property
    def _keyed(self) -> str:
        return self.names.into(_STANDING + _EARLIER)

    @cached_property
    def head(self) -> str:
        """The head, which is ours until the transaction ends."""
        return self.names.into("SELECT n, hash FROM {program} WHERE id = %s FOR UPDATE")

    def writing(self, entry: Entry, previous: str, change: Change) -> Asked:
        """The whole change. A row comes back when it was written, and none when it was not."""
        return writing(self.names, self.program, entry, previous, change)

    def entries(self, after: int, about: str | None, limit: int) -> Asked:
        """The next entries behind this one, at most so many."""
        if about is None:
            where = "{entry} AS entry WHERE entry.program = %s"
            values: tuple[Any, ...] = (self.program, after)
        else:
            where = (
                "{touched} AS touched JOIN {entry} AS entry "
                "ON entry.program = touched.program AND entry.n = touched.n "
                "WHERE touched.program = %s AND touched.about = %s"
            )
            values = (self.program, about, after)
        sql = f"{_ENTRY}{where} AND entry.n > %s ORDER BY entry.n LIMIT {limit:d}"
        return self.names.into(sql), values

    def finding(self, wanted: Wanted[Any], after: str, limit: int) -> Asked:
        """Nouns in their order, behind a place."""
        order, behind = _ORDERED[wanted.order]
        place: tuple[str, ...] = ()
        if after:
            place = (after,) if wanted.order is Order.ID else tuple(after.split(" ", 1))
        sql, values = self._asked(
            wanted, (f"AND {behind}" if after else "", place), f"ORDER BY {order} LIMIT {limit:d}"
        )
        order = order.format("found")
        sql = f"SELECT kind, id, n, body FROM ({sql}) AS found ORDER BY {order} LIMIT {limit:d}"
        return self.names.into(sql), values

    def counting(self, wanted: Wanted[Any]) -> Asked:
        """How many nouns there are."""
        sql, values = self._asked(wanted, ("", ()), "")
        return self.names.into(f"SELECT count(*) FROM ({sql}) AS found"), values

    def _asked(self, wanted: Wanted[Any], behind: Asked, end: str) -> Asked:
        """The nouns that are asked for: those filed under the id, and the one that has it."""
        what = "SELECT noun.kind, noun.id, noun.n, noun.day, noun.body FROM {noun} AS noun"
        mine: tuple[Any, ...] = (self.program, wanted.kind.kind)
        kind = "noun.program = %s AND noun.kind = %s"
        told, tells = _must_be(wanted, "noun", behind)
        if wanted.about is None:
            return f"{what} WHERE {kind}{told} {end.format('noun')}", (*mine, *tells)
        files, filed = _must_be(wanted, "filed", behind)
        mine = (*mine, wanted.about)
        sql = (
            f"({what} JOIN {{filed}} AS filed ON noun.program = filed.program "
            "AND noun.id = filed.id AND noun.kind = filed.kind "
            f"WHERE filed.program = %s AND filed.kind = %s AND filed.under = %s{files} "
            f"{end.format('filed')}) UNION ({what} WHERE {kind} AND noun.id = %s{told})"
        )
        return sql, (*mine, *filed, *mine, *tells)

    def page(self, table: str, key: str, rest: str, after: tuple[Any, ...]) -> Asked:
        """The next rows of a table in the order of its key."""
        marks = ",".join(["%s"] * len(after))
        behind = f"AND ({key}) > ({marks})" if after else ""
        columns = f"{key}, {rest}" if rest else key
        sql = f"SELECT {columns} FROM {{{table}}} WHERE program = %s {behind}"
        return self.names.into(f"{sql} ORDER BY {key} LIMIT 500"), (self.program, *after)

    def apart(self, about: str) -> Asked:
        """The texts about this, oldest first."""
        sql = "SELECT about, owner, salt, text FROM {apart} WHERE program = %s AND about = %s"
        return self.names.into(f"{sql} ORDER BY n, position"), (self.program, about)

    def newest(self) -> Asked:
        """The text that was kept last."""
        sql = "SELECT about, owner, salt, text FROM {apart} WHERE program = %s"
        ordered = f"{sql} ORDER BY program DESC, n DESC, position DESC LIMIT 1"
        return self.names.into(ordered), (self.program,)

    def resealing(self, pairs: tuple[tuple[Apart, Apart], ...]) -> Asked:
        """Put other texts in the place of those that stand there. This changes without an entry."""
        sql = """
WITH opened AS MATERIALIZED (SELECT set_config('peerkit.kept', {MARK}, true))
UPDATE {apart} AS apart SET salt = pair.salt, text = pair.text
FROM opened, unnest(
    %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[]
) AS pair (about, owner, old_salt, old_text, salt, text)
WHERE apart.program = %s AND apart.about = pair.about AND apart.owner = pair.owner
AND apart.salt = pair.old_salt AND apart.text = pair.old_text
"""
        rows = [
            (was.about, was.owner, was.salt, was.text, now.salt, now.text) for was, now in pairs
        ]
        columns = map(listed, zip(*rows, strict=True))
        return self.names.into(sql.replace("{MARK}", MARK)), (*columns, self.program)


def _must_be(wanted: Wanted[Any], at: str, behind: Asked) -> Asked:
    """What must be so of the nouns; their place in the order is read at this table."""
    sql = ""
    values: list[Any] = []
    if wanted.dated:
        sql += f" AND {at}.day > ''"
    for edge, how in ((wanted.since, ">="), (wanted.until, "<")):
        if edge is not None:
            sql += f" AND {at}.day {how} %s"
            values.append(edge)
    if wanted.statuses is not None:
        sql += " AND noun.status = ANY(%s)"
        values.append(sorted(wanted.statuses))
    more, place = behind
    return f"{sql} {more.format(at)}", (*values, *place)
