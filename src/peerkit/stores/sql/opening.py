"""Opening a database: whether it can hold a program, and what is made in it when it is new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from peerkit.stores import NotAStore
from peerkit.stores.sql.server import Server, run
from peerkit.stores.sql.tables import FORM, Names, made

if TYPE_CHECKING:
    import psycopg

__all__ = ["found", "opened"]

#: Whoever makes our tables holds this lock: "peer" in ASCII.
_OURS: Final = 0x70656572
_OLDEST: Final = 140_000

#: How the server writes texts, whether it has such a table, and where it makes new ones.
_ABOUT: Final = """
SELECT current_setting('server_encoding'), current_setting('server_version_num')::integer,
    coalesce(%s, (
        SELECT nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE pg_class.oid = to_regclass(%s)
    ), current_schema())
"""
#: Asked of the catalog itself: what the server remembers of it may be older than the lock.
_THERE: Final = """
SELECT EXISTS (
    SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = %s AND relname = %s
)
"""


def opened(server: Server, program: str, schema: str | None, prefix: str) -> tuple[Names, int]:
    """Where our tables are, made if they are missing, and the number of this program."""
    Names(schema or "public", prefix)  # both are checked before anything is asked
    server.reach()
    return server.change(lambda db: _opened(db, program, schema, prefix))


def found(server: Server, program: str, schema: str | None, prefix: str) -> tuple[Names, int]:
    """The same, of what is there already: nothing is made."""
    Names(schema or "public", prefix)
    server.reach()
    return server.change(lambda db: _found(db, program, schema, prefix))


def _found(
    db: psycopg.Connection[Any], program: str, schema: str | None, prefix: str
) -> tuple[Names, int]:
    names = _names(db, schema, prefix)
    form = _form(db, names)
    if form is None:
        raise NotAStore(
            "This database holds no peerkit store, and none is made. Is the address right?"
        )
    _must_be_known(form)
    if form < FORM:
        raise NotAStore(
            "The database was written by an older peerkit. Open it once to write, or run its "
            "migrations: that brings it up to date."
        )
    look = names.into("SELECT id FROM {program} WHERE name = %s")
    rows = run(db, look, (program,)).fetchall()
    if not rows:
        raise NotAStore("This database holds no program of this name. Is it spelled right?")
    return names, int(rows[0][0])


def _opened(
    db: psycopg.Connection[Any], program: str, schema: str | None, prefix: str
) -> tuple[Names, int]:
    names = _names(db, schema, prefix)
    form = _form(db, names)
    if form is None or form < FORM:
        with db.transaction():
            form = _made(db, names)
    _must_be_known(form)
    return names, _entered(db, names, program)


def _names(db: psycopg.Connection[Any], schema: str | None, prefix: str) -> Names:
    """Where our tables are, or where they would be made."""
    about = run(db, _ABOUT, (schema, f'"{prefix}form"'))
    ((encoding, version, place),) = about.fetchall()
    if encoding != "UTF8":
        raise NotAStore(f"The database writes texts as {encoding}. Give one that has UTF8.")
    if version < _OLDEST:
        raise NotAStore("The server is too old: PostgreSQL 14 is the oldest that is used.")
    return Names(place or "public", prefix)


def _must_be_known(form: int) -> None:
    if form > FORM:
        raise NotAStore("The database was written by a newer peerkit; install that one.")


def _form(db: psycopg.Connection[Any], names: Names) -> int | None:
    """The form of our tables; None where there are none."""
    ((there,),) = run(db, _THERE, (names.schema, f"{names.prefix}form")).fetchall()
    if not there:
        return None
    ((form,),) = run(db, names.into("SELECT form FROM {form}")).fetchall()
    return int(form)


def _made(db: psycopg.Connection[Any], names: Names) -> int:
    """Make what is missing. Several may try at once: one does it, and the others see it done."""
    run(db, "SELECT pg_advisory_xact_lock(%s)", (_OURS,))
    form = _form(db, names) or 0
    named = run(db, "SELECT FROM pg_namespace WHERE nspname = %s", (names.schema,))
    if not named.fetchall():
        run(db, names.into("CREATE SCHEMA {SCHEMA}"))
    for missing in range(form + 1, FORM + 1):
        for each in made(names, missing):
            run(db, each)
    return max(form, FORM)


def _entered(db: psycopg.Connection[Any], names: Names, program: str) -> int:
    """The number of this program. One that is there is found also where nothing can be written."""
    look = names.into("SELECT id FROM {program} WHERE name = %s")
    found = run(db, look, (program,)).fetchall()
    if not found:
        new = names.into("INSERT INTO {program} (name) VALUES (%s) ON CONFLICT (name) DO NOTHING")
        run(db, new, (program,))
        found = run(db, look, (program,)).fetchall()
    ((number,),) = found
    return int(number)
