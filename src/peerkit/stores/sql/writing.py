"""How a change is written: one statement of the parts that it has, each hanging on the head."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from peerkit.errors import StoreError
from peerkit.model import Message, Noun, View
from peerkit.stores import Change, Entry
from peerkit.stores.sql.tables import Names

__all__ = ["Asked", "listed", "writing"]

#: A statement and its values.
Asked = tuple[str, tuple[Any, ...]]

#: The head moves one step, or nothing happens at all: every other part hangs on it. Nobody waits
#: here for a head that somebody else is moving: it will be another one.
_HEAD: Final = """
WITH head AS (
    UPDATE {program} SET n = %s, hash = %s WHERE id = (
        SELECT id FROM {program} WHERE id = %s AND n = %s AND hash = %s FOR UPDATE SKIP LOCKED
    ) RETURNING id, n, hash
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
INSERT INTO {message} (program, n, position, recipient, kind, about, inside, outside, due)
SELECT program, n, at, recipient, kind, about, inside, outside, nullif(due, '')::timestamptz
FROM entry, unnest(
    %s::integer[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[]
) AS message (at, recipient, kind, about, inside, outside, due)""",
    "forgotten": """
DELETE FROM {apart}
WHERE program = %s AND owner = ANY(%s::text[]) AND EXISTS (SELECT FROM entry)""",
    "apart": """
INSERT INTO {apart} (program, n, position, about, owner, salt, text)
SELECT program, n, apart.* FROM entry, unnest(
    %s::integer[], %s::text[], %s::text[], %s::text[], %s::text[]
) AS apart""",
}


def listed(items: Sequence[str]) -> str:
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


def _message(message: Message) -> tuple[str, ...]:
    """A message, and the moment it is due, where there is one."""
    due = "" if message.due is None else message.due.isoformat()
    return (message.to, message.kind, message.about, message.inside, message.outside, due)


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
        "message": [(str(at), *_message(each)) for at, each in enumerate(change.messages)],
        "apart": [
            (str(at), each.about, each.owner, each.salt, each.text)
            for at, each in enumerate(change.apart)
        ],
    }
    parts: dict[str, list[int | str]] = {
        part: [*map(listed, zip(*each, strict=True))] for part, each in rows.items() if each
    }
    if touched := change.touched:
        parts["touched"] = [listed(touched)]
    if change.forgets:
        parts["forgotten"] = [program, listed(change.forgets)]
    if change.key is not None:
        parts["key"] = [change.key]
    return parts


def writing(names: Names, program: int, entry: Entry, previous: str, change: Change) -> Asked:
    """The whole change. A row comes back when it was written, and none when it was not."""
    parts = _parts(program, change)
    values: list[Any] = [entry.number, entry.hash, program, entry.number - 1, previous]
    if change.key is not None:
        values += (program, change.key)
    values.append(entry.body)
    named = tuple(each for each in _PARTS if each in parts)
    for each in named:
        values += parts[each]
    return _of_parts(names, named), tuple(values)


@lru_cache(maxsize=256)
def _of_parts(names: Names, parts: tuple[str, ...]) -> str:
    """One statement of these parts."""
    sql = _KEYED if "key" in parts else _HEAD
    for each in parts:
        sql += f", {each} AS ({_PARTS[each]})"
    return names.into(f"{sql} SELECT n FROM entry")
