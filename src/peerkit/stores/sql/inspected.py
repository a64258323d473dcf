"""What a database on a server shows of its faults: its guards, and its head row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from peerkit.stores.sql.server import run
from peerkit.stores.sql.tables import FORM, Names, made

if TYPE_CHECKING:
    import psycopg

__all__ = ["Ask", "faults", "guards", "guards_mended"]

#: Asks the server: a statement and its values.
Ask: TypeAlias = Callable[[str, tuple[Any, ...]], list[tuple[Any, ...]]]

#: What a guard is known by: its kind, its name, and for a trigger the table that it is on.
_Guard: TypeAlias = tuple[str, str, str]

#: How a guard is made, in our words and in the server's: what it is known by.
_MADE: Final = re.compile(r"CREATE (TRIGGER|FUNCTION) ([\w.]+)(?:.* ON (\w+))?")
#: The relations of a schema that bear our prefix.
_OURS: Final = """
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = %s AND starts_with(relname, %s) AND relkind = 'r'
"""
#: Every trigger on a table of ours: what it is known by, how it is made, and whether it fires for
#: everybody. What runs a function from elsewhere is none of ours, whatever it is called.
_TRIGGERS: Final = f"""
SELECT tgname, relname, CASE WHEN pronamespace = relnamespace
    THEN pg_get_triggerdef(pg_trigger.oid) ELSE '' END, tgenabled IN ('O', 'A')
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE NOT tgisinternal AND tgrelid IN (SELECT pg_class.oid {_OURS}) ORDER BY tgname, relname
"""
#: Every function that bears our prefix: its name, and what it does. What it is told besides, as
#: where to look for what it calls, changes that.
_FUNCTIONS: Final = """
SELECT proname || CASE WHEN pronargs = 0 THEN '' ELSE format('(%%s)', pronargs) END,
    CASE WHEN lanname = 'plpgsql' AND proconfig IS NULL THEN prosrc ELSE '' END
FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
JOIN pg_language ON pg_language.oid = prolang
WHERE nspname = %s AND starts_with(proname, %s) ORDER BY proname
"""
#: What else can change what a table answers, or let two rows take one place.
_ELSE: Final = {
    "The table {} has lost its key.": f"""
SELECT relname {_OURS} AND NOT EXISTS (
    SELECT FROM pg_constraint WHERE conrelid = pg_class.oid AND contype = 'p'
) ORDER BY relname
""",
    "The rule {} is not ours.": f"""
SELECT rulename FROM pg_rewrite WHERE ev_class IN (SELECT pg_class.oid {_OURS}) ORDER BY rulename
""",
    "The table {} shows some of its rows only.": f"""
SELECT relname {_OURS} AND relrowsecurity ORDER BY relname
""",
    "The table {} shows the rows of another one too.": f"""
SELECT relname {_OURS} AND EXISTS (
    SELECT FROM pg_inherits WHERE inhparent = pg_class.oid
) ORDER BY relname
""",
}
_HEAD: Final = """
SELECT FROM {program} AS program JOIN {entry} AS entry
ON entry.program = program.id AND entry.n = program.n
WHERE program.id = %s AND entry.hash <> program.hash
"""


def faults(ask: Ask, names: Names, program: int) -> Iterator[str]:
    """Guards that are gone, altered or switched off, and a head row that does not fit."""
    yield from guards(ask, names)
    if ask(names.into(_HEAD), (program,)):
        yield "The last entry has another hash than is kept of it."


def guards(ask: Ask, names: Names) -> Iterator[str]:
    """Guards that are missing, altered, switched off, or not ours."""
    expected, (there, off) = _expected(names), _there(ask, names)
    for guard in sorted(expected.keys() | there.keys()):
        kind, name, _ = guard
        if guard not in there:
            yield f"The {kind} {name} is missing."
        elif guard not in expected:
            yield f"The {kind} {name} is not ours."
        elif expected[guard][0] != there[guard]:
            yield f"The {kind} {name} was altered."
    for _, name, _ in off:
        yield f"The trigger {name} is switched off."
    for says, question in _ELSE.items():
        for (name,) in ask(question, (names.schema, names.prefix)):
            yield says.format(name)


def guards_mended(db: psycopg.Connection[Any], names: Names) -> tuple[str, ...]:
    """Put functions and triggers back as they were made, and say which; see the store's method."""
    mended = []
    with db.transaction():
        # Whoever writes has locked this first: nobody holds one table and waits for the next.
        run(db, names.into("LOCK TABLE {program} IN ACCESS EXCLUSIVE MODE"))
        there, off = _there(lambda *asked: run(db, *asked).fetchall(), names)
        for guard, (said, statement) in sorted(_expected(names).items()):
            kind, name, table = guard
            on = names.into(f'"{name}" ON {{SCHEMA}}."{table}"')
            if there.get(guard) != said:  # a function comes before the triggers that run it
                if guard in there and table:
                    run(db, f"DROP TRIGGER {on}")
                run(db, statement.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
                mended.append(f"The {kind} {name} was put back.")
            elif guard in off:
                run(db, names.into(f'ALTER TABLE {{SCHEMA}}."{table}" ENABLE TRIGGER "{name}"'))
                mended.append(f"The trigger {name} was switched on.")
    return tuple(mended)


def _there(ask: Ask, names: Names) -> tuple[dict[_Guard, str], list[_Guard]]:
    """The guards that are there, with what they do; and which of them are switched off."""
    where = (names.schema, names.prefix)
    triggers = ask(_TRIGGERS, where)
    there = {("trigger", name, on): _plain(names, said) for name, on, said, _ in triggers}
    there |= {("function", name, ""): said for name, said in ask(_FUNCTIONS, where)}
    return there, [("trigger", name, on) for name, on, _, fires in triggers if not fires]


def _expected(names: Names) -> dict[_Guard, tuple[str, str]]:
    """The guards of a new database: what each does, as the server says it, and what makes it."""
    found = {}
    for form in range(1, FORM + 1):
        for each in made(names, form):
            plain = _plain(names, each)
            guard = _MADE.match(plain)
            if guard:
                does = plain if guard[3] else each.split("$$")[1]
                found[guard[1].lower(), guard[2], guard[3] or ""] = (does, each)
    return found


def _plain(names: Names, said: str) -> str:
    """A statement without quotes and schema: the server leaves out what is plain to it."""
    return said.replace('"', "").replace(f"{names.schema}.", "")
