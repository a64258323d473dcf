"""What a database on a server shows of its faults: its guards, and its head row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from peerkit.stores.sql.tables import FORM, Names, made

__all__ = ["Ask", "faults", "guards"]

#: Asks the server: a statement and its values.
Ask: TypeAlias = Callable[[str, tuple[Any, ...]], list[tuple[Any, ...]]]

#: How a guard is made, in our words and in the server's: its kind, and its name.
_MADE: Final = re.compile(r"CREATE (TRIGGER|FUNCTION) ([\w.]+)")
#: The relations of a schema that bear our prefix.
_OURS: Final = """
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = %s AND starts_with(relname, %s) AND relkind = 'r'
"""
#: Every trigger on a table of ours: its name, how it is made, and whether it fires for everybody.
_TRIGGERS: Final = f"""
SELECT tgname, pg_get_triggerdef(pg_trigger.oid), tgenabled IN ('O', 'A') FROM pg_trigger
WHERE NOT tgisinternal AND tgrelid IN (SELECT pg_class.oid {_OURS}) ORDER BY tgname
"""
#: Every function that bears our prefix: its name, and what it does.
_FUNCTIONS: Final = """
SELECT proname, prosrc FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
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
    expected = _expected(names)
    where = (names.schema, names.prefix)
    triggers = ask(_TRIGGERS, where)
    there = {("trigger", name): _plain(names, said) for name, said, _ in triggers}
    there |= {("function", name): said for name, said in ask(_FUNCTIONS, where)}
    for kind, name in sorted(expected.keys() | there.keys()):
        wanted, found = expected.get((kind, name)), there.get((kind, name))
        if found is None:
            yield f"The {kind} {name} is missing."
        elif wanted is None:
            yield f"The {kind} {name} is not ours."
        elif wanted != found:
            yield f"The {kind} {name} was altered."
    for name, _, fires in triggers:
        if not fires:
            yield f"The trigger {name} is switched off."
    for says, question in _ELSE.items():
        for (name,) in ask(question, where):
            yield says.format(name)


def _expected(names: Names) -> dict[tuple[str, str], str]:
    """The guards of a new database: a trigger as it is made, a function by what it does."""
    found = {}
    for form in range(1, FORM + 1):
        for each in made(names, form):
            plain = _plain(names, each)
            guard = _MADE.match(plain)
            if guard:
                kind, name = guard[1].lower(), guard[2]
                found[kind, name] = plain if kind == "trigger" else each.split("$$")[1]
    return found


def _plain(names: Names, said: str) -> str:
    """A statement without quotes and schema: the server leaves out what is plain to it."""
    return said.replace('"', "").replace(f"{names.schema}.", "")
