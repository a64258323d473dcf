"""The tables on a server: what makes them, and what guards them. Their form never changes in place.

A new form is a new list of statements that is run upon the form before it. Opening a store runs
the lists that are missing, and a migration of that number runs the same list
(``stores/sql/migrations``), so both ways come to the same tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from peerkit.errors import StoreError
from peerkit.stores import GENESIS

__all__ = ["FORM", "MARK", "Names", "made", "unmade"]

#: The form of the tables. A store with a higher one was written by a newer peerkit.
FORM: Final = 2

#: What our own names are made of. They are quoted, so a keyword does no harm.
_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,29}\Z")


def _checked(_: object, field: attrs.Attribute[str], name: str) -> None:
    if not _NAME.match(name):
        raise StoreError(
            f"{field.name} is a name of small letters, digits and underlines, at most 30 long."
        )


@attrs.frozen
class Names:
    """Where our tables are: in this schema, each under this prefix."""

    schema: str = attrs.field(validator=_checked)
    prefix: str = attrs.field(validator=_checked)

    def into(self, sql: str) -> str:
        """The statement, with ``{noun}`` and the like read as the names of tables."""
        return re.sub(r"\{(\w+)\}", self._named, sql)

    def _named(self, found: re.Match[str]) -> str:
        name = found[1]
        if name == "SCHEMA":
            return f'"{self.schema}"'
        if name == "PREFIX":
            return self.prefix
        return f'"{self.schema}"."{self.prefix}{name}"'


#: Texts are compared byte by byte, as Python compares them, whatever the language of the server.
_TABLES: Final = f"""
CREATE TABLE {{form}} (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    form integer NOT NULL
);
CREATE TABLE {{program}} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    n bigint NOT NULL DEFAULT 0,
    hash text COLLATE "C" NOT NULL DEFAULT '{GENESIS}',
    writer xid8
) WITH (fillfactor = 40);
CREATE TABLE {{entry}} (
    program bigint NOT NULL,
    n bigint NOT NULL,
    hash text COLLATE "C" NOT NULL,
    body text COLLATE "C" NOT NULL,
    PRIMARY KEY (program, n)
);
CREATE TABLE {{key}} (
    program bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (program, key)
);
CREATE TABLE {{touched}} (
    program bigint NOT NULL,
    about text COLLATE "C" NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (program, about, n)
);
CREATE TABLE {{noun}} (
    program bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    n bigint NOT NULL,
    status text COLLATE "C" NOT NULL,
    day text COLLATE "C" NOT NULL,
    body text COLLATE "C" NOT NULL,
    PRIMARY KEY (program, id, kind)
);
CREATE INDEX "{{PREFIX}}noun_of_kind" ON {{noun}} (program, kind, id);
CREATE INDEX "{{PREFIX}}noun_of_day" ON {{noun}} (program, kind, day, id) WHERE day > '';
CREATE TABLE {{filed}} (
    program bigint NOT NULL,
    under text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    day text COLLATE "C" NOT NULL,
    PRIMARY KEY (program, under, kind, id)
);
CREATE INDEX "{{PREFIX}}filed_of_day" ON {{filed}} (program, under, kind, day, id) WHERE day > '';
CREATE TABLE {{weighing}} (
    program bigint NOT NULL,
    under text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    PRIMARY KEY (program, under, kind, id)
);
CREATE TABLE {{tally}} (
    program bigint NOT NULL,
    of text COLLATE "C" NOT NULL,
    period text COLLATE "C" NOT NULL,
    what text COLLATE "C" NOT NULL,
    value bigint NOT NULL,
    PRIMARY KEY (program, of, period, what)
);
CREATE TABLE {{message}} (
    program bigint NOT NULL,
    n bigint NOT NULL,
    position integer NOT NULL,
    recipient text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    about text COLLATE "C" NOT NULL,
    inside text COLLATE "C" NOT NULL,
    outside text COLLATE "C" NOT NULL,
    lease timestamptz,
    told timestamptz,
    PRIMARY KEY (program, n, position)
);
CREATE INDEX "{{PREFIX}}waiting" ON {{message}} (program, n, position) WHERE told IS NULL;
CREATE TABLE {{apart}} (
    program bigint NOT NULL,
    n bigint NOT NULL,
    position integer NOT NULL,
    about text COLLATE "C" NOT NULL,
    owner text COLLATE "C" NOT NULL,
    salt text COLLATE "C" NOT NULL,
    text text COLLATE "C" NOT NULL,
    PRIMARY KEY (program, n, position)
);
CREATE INDEX "{{PREFIX}}apart_about" ON {{apart}} (program, about);
CREATE INDEX "{{PREFIX}}apart_owned" ON {{apart}} (program, owner);
"""

#: What the triggers run. An entry leaves a mark that holds for the statement that writes it, and
#: nothing else changes in a statement without the mark: a change is one statement.
_FUNCTIONS: Final = (
    f"""
CREATE FUNCTION {{begins}}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.n <> 0 OR NEW.hash <> '{GENESIS}' THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = 'a program begins at 0';
    END IF;
    RETURN NEW;
END $$
""",
    """
CREATE FUNCTION {steps}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.n <> OLD.n + 1 OR NEW.name <> OLD.name OR NEW.id <> OLD.id THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'a program counts its entries one by one';
    END IF;
    NEW.writer := pg_current_xact_id();
    RETURN NEW;
END $$
""",
    """
CREATE FUNCTION {follows}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM {program} WHERE id = NEW.program AND n = NEW.n AND hash = NEW.hash
        AND writer = pg_current_xact_id()
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'an entry follows the last one';
    END IF;
    PERFORM set_config('peerkit.kept', {MARK}, true);
    RETURN NEW;
END $$
""",
    """
CREATE FUNCTION {guarded}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('peerkit.kept', true) IS DISTINCT FROM {MARK}
    AND EXISTS (SELECT FROM changed) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'nothing changes without an entry';
    END IF;
    RETURN NULL;
END $$
""",
    """
CREATE FUNCTION {refused}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = TG_ARGV[0]; END $$
""",
)
MARK: Final = "'{SCHEMA}.{PREFIX} ' || pg_current_xact_id() || ' ' || statement_timestamp()"
#: What is looked at: the table, when, for each what, and the function with what it says. A message
#: may be leased and told; the rows that find things again are compared by `verify`.
_TRIGGERS: Final = (
    ("program", "BEFORE INSERT", "ROW", "begins}()"),
    ("program", "BEFORE UPDATE", "ROW", "steps}()"),
    ("program", "BEFORE DELETE", "STATEMENT", "refused}('a program is never taken away')"),
    ("entry", "BEFORE INSERT", "ROW", "follows}()"),
    ("entry", "BEFORE UPDATE", "STATEMENT", "refused}('the journal is never edited')"),
    ("entry", "BEFORE DELETE", "STATEMENT", "refused}('the journal is never cut')"),
    (
        "message",
        "BEFORE UPDATE OF program, n, position, recipient, kind, about, inside, outside",
        "STATEMENT",
        "refused}('a message is never edited')",
    ),
    *(
        (table, f"AFTER {event}", "STATEMENT", "guarded}()")
        for table in ("noun", "tally", "apart", "key", "message")
        for event in ("INSERT", "UPDATE", "DELETE")
        if (table, event) != ("message", "UPDATE")
    ),
    *(
        (table, "BEFORE TRUNCATE", "STATEMENT", "refused}('nothing is emptied')")
        for table in ("program", "entry", "noun", "tally", "apart", "key", "message")
    ),
)
#: Which rows a guard looks at.
_CHANGED: Final = {
    "AFTER INSERT": "REFERENCING NEW TABLE AS changed ",
    "AFTER UPDATE": "REFERENCING NEW TABLE AS changed ",
    "AFTER DELETE": "REFERENCING OLD TABLE AS changed ",
}
_EVERY: Final = tuple(re.findall(r"CREATE TABLE \{(\w+)\}", _TABLES))
_MADE: Final = tuple(re.findall(r"CREATE FUNCTION (\{\w+\})", "".join(_FUNCTIONS)))


def _guards() -> Iterator[str]:
    """The triggers, table by table."""
    for table, when, each, function in _TRIGGERS:
        name = "_".join((table, *when.lower().split()[1:2]))
        yield (
            f'CREATE TRIGGER "{{PREFIX}}{name}" {when} ON {{{table}}} '
            f"{_CHANGED.get(when, '')}FOR EACH {each} EXECUTE FUNCTION {{{function}"
        )


#: What became of each message, and who is telling it. A told one drops out of the indices: what
#: is behind us costs nothing when somebody looks for what is to be told.
_OUTBOX: Final = """
DROP INDEX {SCHEMA}."{PREFIX}waiting";
ALTER TABLE {message} RENAME COLUMN told TO settled;
ALTER TABLE {message}
    ADD COLUMN delivery text COLLATE "C" NOT NULL DEFAULT 'waiting'
        CHECK (delivery IN ('waiting', 'told', 'cancelled', 'given-up')),
    ADD COLUMN due timestamptz,
    ADD COLUMN attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN way text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN token text COLLATE "C" NOT NULL DEFAULT '';
UPDATE {message} SET delivery = 'told', lease = NULL WHERE settled IS NOT NULL;
UPDATE {message} SET attempts = 1 WHERE lease IS NOT NULL;
ALTER TABLE {message} ADD CHECK (lease IS NULL OR (delivery = 'waiting' AND attempts > 0));
CREATE INDEX "{PREFIX}outbox" ON {message}
    (program, delivery, n, position, coalesce(due, '-infinity')) WHERE delivery <> 'told';
CREATE INDEX "{PREFIX}tried" ON {message} (program, recipient, n, position)
    WHERE delivery = 'waiting' AND attempts > 0;
CREATE INDEX "{PREFIX}leased" ON {message} (program, n, position) WHERE lease IS NOT NULL;
"""
#: The way back. What was cancelled is told no more, and a dead letter waits again.
_NO_OUTBOX: Final = """
DROP INDEX {SCHEMA}."{PREFIX}outbox", {SCHEMA}."{PREFIX}tried", {SCHEMA}."{PREFIX}leased";
ALTER TABLE {message} RENAME COLUMN settled TO told;
ALTER TABLE {message}
    DROP COLUMN delivery, DROP COLUMN due, DROP COLUMN attempts, DROP COLUMN way,
    DROP COLUMN token;
CREATE INDEX "{PREFIX}waiting" ON {message} (program, n, position) WHERE told IS NULL;
"""


def _each(script: str) -> tuple[str, ...]:
    """The statements of a script."""
    return tuple(script.strip().rstrip(";").split(";\n"))


#: What makes each form, in an empty place or upon the form before it, and what takes it away.
_FORMS: Final[Mapping[int, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    1: (
        (
            *_each(_TABLES),
            *_FUNCTIONS,
            *_guards(),
            "INSERT INTO {form} (form) VALUES (1)",
        ),
        (
            *(f"DROP TABLE {{{each}}}" for each in reversed(_EVERY)),
            *(f"DROP FUNCTION {each}()" for each in _MADE),
        ),
    ),
    2: (
        (*_each(_OUTBOX), "UPDATE {form} SET form = 2"),
        (*_each(_NO_OUTBOX), "UPDATE {form} SET form = 1"),
    ),
}


def made(names: Names, form: int) -> Iterator[str]:
    """The statements that make this form of the one before it, or the first one of nothing."""
    for each in _FORMS[form][0]:
        yield names.into(each.replace("{MARK}", MARK)).strip()


def unmade(names: Names, form: int) -> Iterator[str]:
    """The statements that make the form before this one of it again."""
    for each in _FORMS[form][1]:
        yield names.into(each)
