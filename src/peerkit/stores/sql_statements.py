"""What is said to the server, as text: one statement where one will do, so one way there and back.

Values never stand in a text. Lists travel as one value each and are taken apart by the server
(``unnest``), so a statement reads the same however many ids it is about, and is planned once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any, Final

import attrs

from peerkit.errors import StoreError
from peerkit.model import Noun, View, periods
from peerkit.stores import Change, Entry, Order, Wanted
from peerkit.stores.sql_tables import Names

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

#: The head moves one step, or nothing happens at all: every other part hangs on it.
_HEAD: Final = """
WITH head AS (
    UPDATE {program} SET n = %s, hash = %s WHERE id = %s AND n = %s AND hash = %s
    RETURNING id, n, hash
), entry AS (
    INSERT INTO {entry} (program, n, hash, body) SELECT id, n, hash, %s FROM head
    RETURNING program, n
)"""
_KEYED: Final = _HEAD.replace(
    "RETURNING id, n, hash",
    "AND NOT EXISTS (SELECT FROM {key} WHERE program = %s AND key = %s) RETURNING id, n, hash",
)


def _gone(table: str, *key: str) -> str:
    """Take rows away by their key, each looked up for itself."""
    where = " AND ".join(f"kept.{each} = gone.{each}" for each in key)
    lists = ", ".join(["%s::text[]"] * len(key))
    return f"""
DELETE FROM {{{table}}} WHERE ctid = ANY(ARRAY(
    SELECT found.ctid FROM entry, unnest({lists}) AS gone ({", ".join(key)}) CROSS JOIN LATERAL (
        SELECT kept.ctid FROM {{{table}}} AS kept
        WHERE kept.program = entry.program AND {where} OFFSET 0
    ) AS found
))"""


#: The other parts of a change, in their order. What was read before is written over; what is new
#: must be new.
_NOUN: Final = """
INSERT INTO {noun} (program, n, kind, id, status, day, body)
SELECT program, n, noun.* FROM entry, unnest(
    %s::text[], %s::text[], %s::text[], %s::text[], %s::text[]
) AS noun"""
_PARTS: Final = {
    "key": "INSERT INTO {key} (program, key, n) SELECT program, %s, n FROM entry",
    "touched": """
INSERT INTO {touched} (program, about, n)
SELECT program, about, n FROM entry, unnest(%s::text[]) AS about""",
    "fresh": _NOUN,
    "again": f"""{_NOUN}
ON CONFLICT (program, id, kind) DO UPDATE SET
    n = excluded.n, status = excluded.status, day = excluded.day, body = excluded.body""",
    "gone": _gone("noun", "kind", "id"),
    "filed": """
INSERT INTO {filed} (program, kind, id, under, day)
SELECT program, filed.*
FROM entry, unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS filed
ON CONFLICT (program, under, kind, id) DO UPDATE SET day = excluded.day""",
    "unfiled": _gone("filed", "kind", "id", "under"),
    "weighing": """
INSERT INTO {weighing} (program, kind, id, under)
SELECT program, weighing.* FROM entry, unnest(%s::text[], %s::text[], %s::text[]) AS weighing""",
    "unweighing": _gone("weighing", "kind", "id", "under"),
    "tally": """
INSERT INTO {tally} AS tally (program, of, period, what, value)
SELECT program, count.*
FROM entry, unnest(%s::text[], %s::text[], %s::text[], %s::bigint[]) AS count
ON CONFLICT (program, of, period, what) DO UPDATE SET value = tally.value + excluded.value""",
    "message": """
INSERT INTO {message} (program, n, position, recipient, kind, about, inside, outside)
SELECT program, n, message.* FROM entry, unnest(
    %s::integer[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[]
) AS message""",
    "forgotten": """
DELETE FROM {apart}
WHERE program = %s AND owner = ANY(%s::text[]) AND EXISTS (SELECT FROM entry)""",
    "apart": """
INSERT INTO {apart} (program, n, position, about, owner, salt, text)
SELECT program, n, apart.* FROM entry, unnest(
    %s::integer[], %s::text[], %s::text[], %s::text[], %s::text[]
) AS apart""",
}

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

_Asked = tuple[str, tuple[Any, ...]]


def _list(items: Sequence[str]) -> str:
    """A list as the server reads it. The driver would take ten times as long to write it."""
    if not items:
        return "{}"
    text = "\0".join(items).replace("\\", "\\\\").replace('"', '\\"')
    if text.count("\0") >= len(items):
        raise StoreError("A server keeps no text with a NUL character. Nothing was stored.")
    return '{"' + text.replace("\0", '","') + '"}'


def _filed(change: Change) -> dict[str, list[tuple[str, ...]]]:
    """Where nouns are found and read from now on, and where no more."""
    filed: list[tuple[str, ...]] = []
    unfiled: list[tuple[str, ...]] = []
    weighing: list[tuple[str, ...]] = []
    unweighing: list[tuple[str, ...]] = []
    view = change.stood.view
    moves: list[tuple[Noun | None, Noun | None]] = [
        *((view.get(type(noun), noun.id), noun) for noun, _ in change.nouns),
        *((_seen(view, *name), None) for name in change.removes),
    ]
    for before, after in moves:
        noun: Any = after or before
        name = (noun.kind, noun.id)
        found = {} if before is None else dict.fromkeys(before.touches, before.dates)
        finds = {} if after is None else dict.fromkeys(after.touches, after.dates)
        if found != finds:
            filed += [(*name, each, day) for each, day in finds.items() if found.get(each) != day]
            unfiled += [(*name, each) for each in found.keys() - finds]
        weighed = {*before.weighs_on} if before is not None and before.open else set()
        weighs = {*after.weighs_on} if after is not None and after.open else set()
        if weighed != weighs:
            weighing += [(*name, each) for each in weighs - weighed]
            unweighing += [(*name, each) for each in weighed - weighs]
    return {
        "filed": filed,
        "unfiled": unfiled,
        "weighing": weighing,
        "unweighing": unweighing,
    }


def _seen(view: View, kind: str, id_: str) -> Noun:
    """The noun that is taken away. Nothing is taken away unseen."""
    for each in view.nouns:
        if (each.kind, each.id) == (kind, id_):
            return each
    raise StoreError(f"The {kind} {id_} was not read before. Nothing was stored.")


def _written(change: Change) -> dict[str, list[tuple[str, ...]]]:
    """The nouns that are new to those who read before, and those that were there."""
    fresh: list[tuple[str, ...]] = []
    again: dict[tuple[str, str], tuple[str, ...]] = {}
    view = change.stood.view
    for noun, body in change.nouns:
        row = (noun.kind, noun.id, noun.status, noun.dates, body)
        if view.get(type(noun), noun.id) is None:
            fresh.append(row)
        else:
            again[noun.kind, noun.id] = row
    return {"fresh": fresh, "again": [*again.values()]}


def _parts(program: int, change: Change) -> dict[str, list[int | str]]:
    """The values of each part that has any, column by column."""
    tallies: dict[tuple[str, str, str], int] = {}
    for count in change.counts:
        name = (count.of, count.period, count.what)
        tallies[name] = tallies.get(name, 0) + count.by
    rows: dict[str, Any] = {
        **_written(change),
        "gone": change.removes,
        **_filed(change),
        "tally": [(*name, str(by)) for name, by in tallies.items()],
        "message": [
            (str(at), each.to, each.kind, each.about, each.inside, each.outside)
            for at, each in enumerate(change.messages)
        ],
        "apart": [
            (str(at), each.about, each.owner, each.salt, each.text)
            for at, each in enumerate(change.apart)
        ],
    }
    parts: dict[str, list[int | str]] = {
        part: [*map(_list, zip(*each, strict=True))] for part, each in rows.items() if each
    }
    if touched := change.touched:
        parts["touched"] = [_list(touched)]
    if change.forgets:
        parts["forgotten"] = [program, _list(change.forgets)]
    if change.key is not None:
        parts["key"] = [change.key]
    return parts


@attrs.frozen(slots=False)
class Statements:
    """Every statement about one program, with its values. ``names`` says where the tables are."""

    names: Names
    program: int

    def standing(self, about: tuple[str, ...], day: Any, key: str | None) -> _Asked:
        """How things stand about these ids."""
        mine = self.program
        values = (_list(about), mine, mine, mine, mine, mine, _list(periods(day)))
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

    def writing(self, entry: Entry, previous: str, change: Change) -> _Asked:
        """The whole change. A row comes back when it was written, and none when it was not."""
        parts = _parts(self.program, change)
        values = [entry.number, entry.hash, self.program, entry.number - 1, previous]
        if change.key is not None:
            values += (self.program, change.key)
        values.append(entry.body)
        named = tuple(each for each in _PARTS if each in parts)
        for each in named:
            values += parts[each]
        return _writing(self.names, named), tuple(values)

    def entries(self, after: int, about: str | None) -> _Asked:
        """The next entries behind this one."""
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
        sql = f"{_ENTRY}{where} AND entry.n > %s ORDER BY entry.n LIMIT 500"
        return self.names.into(sql), values

    def finding(self, wanted: Wanted[Any], after: str, limit: int) -> _Asked:
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

    def counting(self, wanted: Wanted[Any]) -> _Asked:
        """How many nouns there are."""
        sql, values = self._asked(wanted, ("", ()), "")
        return self.names.into(f"SELECT count(*) FROM ({sql}) AS found"), values

    def _asked(self, wanted: Wanted[Any], behind: _Asked, end: str) -> _Asked:
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

    def page(self, table: str, key: str, rest: str, after: tuple[Any, ...]) -> _Asked:
        """The next rows of a table in the order of its key."""
        marks = ",".join(["%s"] * len(after))
        behind = f"AND ({key}) > ({marks})" if after else ""
        sql = f"SELECT {key}, {rest} FROM {{{table}}} WHERE program = %s {behind}"
        return self.names.into(f"{sql} ORDER BY {key} LIMIT 500"), (self.program, *after)

    def apart(self, about: str) -> _Asked:
        """The texts about this, oldest first."""
        sql = "SELECT about, owner, salt, text FROM {apart} WHERE program = %s AND about = %s"
        return self.names.into(f"{sql} ORDER BY n, position"), (self.program, about)

    @cached_property
    def leasing(self) -> str:
        """Lease waiting messages, passing over those that somebody else is just leasing."""
        return self.names.into("""
WITH waiting AS (
    SELECT n, position FROM {message}
    WHERE program = %s AND told IS NULL AND (lease IS NULL OR lease <= %s)
    ORDER BY n, position LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE {message} AS message SET lease = %s FROM waiting
WHERE message.program = %s AND message.n = waiting.n AND message.position = waiting.position
RETURNING message.n, message.position, recipient, kind, about, inside, outside
""")

    @cached_property
    def telling(self) -> str:
        """Messages are told."""
        return self.names.into("""
UPDATE {message} AS message SET told = %s
FROM unnest(%s::bigint[], %s::integer[]) AS told (n, position)
WHERE message.program = %s AND message.n = told.n AND message.position = told.position
""")

    @cached_property
    def outbox(self) -> str:
        """How many messages there are, and how many wait."""
        sql = "SELECT count(*), count(*) - count(told) FROM {message} WHERE program = %s"
        return self.names.into(sql)

    @cached_property
    def waiting(self) -> str:
        """The messages that wait, behind one of them."""
        sql = (
            "SELECT n, position FROM {message} WHERE program = %s AND told IS NULL "
            "AND (n, position) > (%s, %s) ORDER BY n, position LIMIT 500"
        )
        return self.names.into(sql)


def _must_be(wanted: Wanted[Any], at: str, behind: _Asked) -> _Asked:
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


@lru_cache(maxsize=256)
def _writing(names: Names, parts: tuple[str, ...]) -> str:
    """One statement of these parts."""
    sql = _KEYED if "key" in parts else _HEAD
    for each in parts:
        sql += f", {each} AS ({_PARTS[each]})"
    return names.into(f"{sql} SELECT n FROM entry")
