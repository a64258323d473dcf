"""What an operator should know of a PostgreSQL server, and of who we are there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from peerkit.stores.advice import Advice, looked_at
from peerkit.stores.sql.inspected import Ask, guards
from peerkit.stores.sql.tables import Names

__all__ = ["advised"]

#: What it is about, with its question: true where it is to be known.
_KNOWN: Final[dict[str, tuple[str, Advice]]] = {
    "fsync": (
        "SELECT current_setting('fsync') = 'off'",
        Advice(
            "The server runs with fsync off.",
            "After a power cut its files may be damaged beyond repair.",
            "Set fsync = on.",
        ),
    ),
    "full_page_writes": (
        "SELECT current_setting('full_page_writes') = 'off'",
        Advice(
            "The server runs with full_page_writes off.",
            "A page that was half written when the power went cannot be mended.",
            "Set full_page_writes = on.",
        ),
    ),
    "synchronous_commit": (
        "SELECT current_setting('synchronous_commit') = 'off'",
        Advice(
            "Commits do not wait for the disk (synchronous_commit is off).",
            "A crash of the server may take back the last changes that were acknowledged.",
            'Open it with durability="full", or know that it is so.',
        ),
    ),
    "the role": (
        "SELECT rolsuper FROM pg_roles WHERE rolname = current_user",
        Advice(
            "The role is a superuser.",
            "It can switch off every guard of the database.",
            "Use a role that owns nothing else.",
        ),
    ),
    "encryption on the way": (
        (
            "SELECT NOT ssl AND inet_client_addr() IS NOT NULL "
            "FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        ),
        Advice(
            "The connection is not encrypted (no TLS).",
            "Whoever is on the way can read and change what is asked and kept.",
            "Add sslmode=verify-full to the address.",
        ),
    ),
}


def advised(ask: Ask, names: Names) -> Iterator[Advice]:
    """What to know of this server."""

    def look(question: str, advice: Advice) -> list[Advice]:
        return [advice for (so,) in ask(question, ()) if so]

    looks = {what: partial(look, question, advice) for what, (question, advice) in _KNOWN.items()}
    return looked_at({**looks, "the guards": lambda: _guards(ask, names)})


def _guards(ask: Ask, names: Names) -> Iterator[Advice]:
    for each in guards(ask, names):
        yield Advice(
            each,
            "The database does not refuse any more what goes round the door.",
            "Verify the program, find out who did it, and put ours back with mend_guards().",
        )
