"""Follows the journal of a program without peerkit: it needs Python and nothing else.

    python -I verify_journal.py FILE [--program NAME] [--anchor LINE]...

FILE is an SQLite file of peerkit, an exported program, or JSON Lines of {"n": …, "hash": …,
"body": …}. It prints the first bad entry and the last number and hash. What lies beside the journal
is not compared; a cut tail shows with an anchor only. Exit code 1: it does not fit; 2: no journal.
"""

import argparse
import hashlib
import json
import pathlib
import sqlite3
import sys
from collections.abc import Iterable, Iterator


def rows(file: str, program: str) -> Iterator[tuple[int, str, str]]:
    """Number, hash and body of each entry, as they were stored."""
    with pathlib.Path(file).open("rb") as opened:
        if opened.read(16) != b"SQLite format 3\0":
            opened.seek(0)
            for at, line in enumerate(opened):
                said, exported, body = line.decode(errors="replace").partition('"entry":')
                if exported:  # below a first line; what follows is the text that was hashed
                    yield at, said[9:73], body.rstrip("\r\n")[:-1]
                elif {"peerkit", "outbox", "waiting", "head"}.isdisjoint(row := json.loads(line)):
                    yield row["n"], row["hash"], row["body"]
            return
    db = sqlite3.connect(f"{pathlib.Path(file).absolute().as_uri()}?mode=ro", uri=True)
    ours = "SELECT id FROM peerkit_program WHERE name = ?"
    sql = f"SELECT n, hash, body FROM peerkit_entry WHERE program = ({ours}) ORDER BY place"  # noqa: S608
    yield from db.execute(sql, (program,))


def follow(entries: Iterable[tuple[int, str, str]], anchors: dict[int, str]) -> tuple[str, str]:
    """What is wrong with the first bad entry, empty when all fits; and the last number and hash."""
    number, head, wrong = 0, "0" * 64, ""
    for n, kept, body in entries:
        try:
            said = json.loads(body)
            linked = said["n"] == n and said["prev"] == head
        except (ValueError, TypeError, LookupError, RecursionError):
            linked = False
        if n != number + 1:
            wrong = wrong or f"entry {number + 1} is missing"
        elif hashlib.sha256(body.encode()).hexdigest() != kept:
            wrong = wrong or f"entry {n} was edited"
        elif not linked:
            wrong = wrong or f"entry {n} is not linked"
        if anchors.pop(n, kept) != kept:
            wrong = wrong or f"entry {n} is not the one that was anchored"
        number, head = n, kept
    if anchors and max(anchors) > number:
        wrong = wrong or f"entry {number + 1} is missing"
    return wrong, f"{number} {head}"


def main() -> int:
    """Follow the journal that the command line names."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("file")
    asked.add_argument("--program", default="main")
    asked.add_argument("--anchor", action="append", default=[])
    given = asked.parse_args()
    try:
        anchors = {int(each.split()[1]): each.split()[2] for each in given.anchor}
        wrong, head = follow(rows(given.file, given.program), anchors)
    except (OSError, ValueError, LookupError, TypeError, sqlite3.Error) as error:
        print(f"no journal can be read: {type(error).__name__}")
        return 2
    print(f"bad: {wrong}" if wrong else "whole")
    print(f"head: {head}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
