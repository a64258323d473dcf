"""What an operator should know of an SQLite file and the place where it is."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from peerkit.model import NOUNS
from peerkit.model.fields import private_fields
from peerkit.stores import SEALING
from peerkit.stores.advice import Advice, looked_at, others_may
from peerkit.stores.sqlite.inspected import Ask, guards

__all__ = ["advised"]

#: In these, two connections that write at one moment can damage a file.
#: https://sqlite.org/wal.html#walresetbug
_RESETS: Final = ((3, 7, 0), (3, 51, 3))
#: Where a lock of one machine may not be seen by another, or is not kept.
_NETWORK: Final = frozenset(
    {
        "9p",
        "afp",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "davfs",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "orangefs",
        "prl_fs",
        "smb3",
        "smbfs",
        "vboxsf",
    }
)
_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
#: What a log may need, in bytes, before it is moved to the file.
_ROOM: Final = 64 * 1024 * 1024
_MOUNTS: Final = "/proc/mounts"
#: What `PRAGMA synchronous` gives where each change waits for the disk.
_FULL: Final = 2
_PRIVATE: Final = tuple(each.kind for each in NOUNS if private_fields(each))


def advised(
    path: str,
    ask: Ask,
    program: int,
    *,
    version: tuple[int, ...] = sqlite3.sqlite_version_info,
    mounts: str = _MOUNTS,
) -> Iterator[Advice]:
    """What to know of this file."""
    file = os.path.realpath(path)
    return looked_at(
        {
            "the version of SQLite": lambda: _version(version),
            "the file system": lambda: _file_system(file, mounts),
            "the names of the file": lambda: _names(path),
            "who may open the file": lambda: _modes(file),
            "the room on the disk": lambda: _room(file),
            "how durable it is": lambda: _durable(ask),
            "what is in clear": lambda: _clear(ask, program),
            "the guards": lambda: _guards(ask),
        }
    )


def _version(version: tuple[int, ...]) -> Iterator[Advice]:
    first, mended = _RESETS
    if first <= version < mended:
        yield Advice(
            f"SQLite is {'.'.join(map(str, version))}.",
            "Before 3.51.3 two connections that write at the same moment can damage the file.",
            "Use a Python with a newer SQLite, or let one process write with one program open.",
        )


def _file_system(file: str, mounts: str) -> Iterator[Advice]:
    if not Path(file).exists():
        raise FileNotFoundError
    kind = _kind_of(file, mounts)
    if kind in _NETWORK:
        yield Advice(
            f"The file is on a network file system ({kind}).",
            "Its locks may not hold between machines, and then the file is damaged.",
            "Put it on a disk of this machine, or use a server.",
        )
    if kind in _MEMORY:
        yield Advice(
            f"The file is in memory ({kind}).",
            "It is gone when the machine stops.",
            "Put it on a disk.",
        )
    read_only = hasattr(os, "statvfs") and os.statvfs(file).f_flag & os.ST_RDONLY
    if read_only or not os.access(file, os.W_OK):
        yield Advice(
            "The file can only be read here.",
            "Nothing can be kept.",
            "Let this account write there; for a copy that is only read, that is as it should be.",
        )


def _kind_of(file: str, mounts: str) -> str:
    """The kind of the file system, by the longest place it is mounted at; empty: unknown."""
    if not Path(mounts).exists():
        return ""
    found = ("", "")
    for line in Path(mounts).read_text("utf-8", "replace").splitlines():
        _, place, kind, *_ = [*line.split(" "), "", "", ""]
        place = place.replace("\\040", " ")
        inside = file == place or file.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= len(found[0]):
            found = (place, kind)
    return found[1]


def _names(path: str) -> Iterator[Advice]:
    if Path(path).is_symlink():
        yield Advice(
            "The name leads to the file by a symbolic link.",
            "Its log is beside the file, not beside the link: who copies or moves by the link "
            "loses what is newest.",
            "Open it by its own name.",
        )
    if Path(path).stat().st_nlink > 1:
        yield Advice(
            "The file has a second name, a hard link.",
            "Each name would get a log of its own, and what is written be lost.",
            "Take one of the names away.",
        )


def _modes(file: str) -> Iterator[Advice]:
    logs = (f"{file}{each}" for each in ("", "-wal", "-shm"))
    if any(others_may(each, 0o066) for each in logs if Path(each).exists()):
        yield Advice(
            "Others than its owner may read or write the file or its log.",
            "Everything in it that is in clear is theirs to read.",
            "chmod 600 the file, and 700 its folder.",
        )
    if others_may(str(Path(file).parent), 0o022):
        yield Advice(
            "Others may write to the folder of the file.",
            "They can put another file in its place, or take its log away.",
            "chmod 700 the folder.",
        )


def _room(file: str) -> Iterator[Advice]:
    free = shutil.disk_usage(Path(file).parent).free
    if free < max(_ROOM, Path(file).stat().st_size // 4):
        yield Advice(
            f"{free // 2**20} MiB are left on the disk.",
            "The log of the file needs room before anything is kept.",
            "Make room.",
        )


def _durable(ask: Ask) -> Iterator[Advice]:
    ((level,),) = ask("PRAGMA synchronous", ())
    if level < _FULL:
        yield Advice(
            "It was opened with a durability below full.",
            "A power cut may take back the last changes that were acknowledged.",
            'Open it with durability="full", or know that it is so.',
        )


def _clear(ask: Ask, program: int) -> Iterator[Advice]:
    asked = "SELECT 1 FROM peerkit_apart WHERE program = ? AND text NOT LIKE ? LIMIT 1"
    if ask(asked, (program, f"{SEALING}%")):
        yield Advice(
            "What people said is in clear, in peerkit_apart.text.",
            "Whoever can read the file, or a backup of it, can read their words.",
            "Open the program with keys, and call rotate_keys() once: what is there is sealed.",
        )
    marks = ",".join("?" * len(_PRIVATE))
    asked = f"SELECT 1 FROM peerkit_noun WHERE program = ? AND kind IN ({marks}) LIMIT 1"  # noqa: S608 - only question marks
    if ask(asked, (program, *_PRIVATE)):
        yield Advice(
            "What is private of nouns is in clear, in peerkit_noun.body.",
            "Rules read it; keys seal the texts that lie apart and nothing else.",
            "Restrict the file and its backups, or put them on a disk that is encrypted.",
        )


def _guards(ask: Ask) -> Iterator[Advice]:
    for each in guards(ask):
        yield Advice(
            each,
            "The database does not refuse any more what goes round the door.",
            "Verify the program, find out who did it, and put ours back with mend_guards().",
        )
