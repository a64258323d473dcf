"""Gives everybody new keys until it is killed, or writes beside it: what the crash test starts."""

from __future__ import annotations

import sys
from itertools import count

from peerkit.stores.sealing.key_file import KeyFile
from peerkit.stores.sealing.sealed import SealedStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.testing.pieces import keep, words

MASTER = bytes(range(32))
OWNERS = [f"p-{each}" for each in range(6)]


def opened(folder: str) -> SealedStore:
    """The program of this folder, with its keys."""
    return SealedStore(
        SQLiteStore(f"{folder}/program.db", durability="normal"),
        KeyFile(f"{folder}/keys.db", MASTER),
    )


def main(folder: str, what: str) -> None:
    """Say what was done, each time."""
    store = opened(folder)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for number in count():
        if what == "rotate":
            said = f"{store.rotate(destroy_old=number % 2 == 0)}"
        else:
            said = f"{what}/{number}"
            owner = OWNERS[number % len(OWNERS)]
            forgets = ["p-0"] if number % 10 == 0 else []
            keep(store, what, said=[words(said, f"goal/{what}", owner)], forgets=forgets)
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
