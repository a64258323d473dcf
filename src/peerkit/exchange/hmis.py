"""Reads a HUD HMIS CSV export: who came, to what kind of project, and when they left.

**What is read.** `COLUMNS`, by their exact names, in any order, of FY2024 or FY2026.
Names, social security numbers, gender, race and free text pass through the CSV parser
and are dropped with their line: no value made here holds them, no error or reject
quotes a cell, and every ``repr`` shows ids only.

**What is judged.** Only what is read. Each row of a file is exactly one of three: kept
(`Export.rows`), marked deleted (`Export.deleted`), or refused (one `Reject`, naming its
first fault). A code must stand in its table, where a blank stands too if the column may
be blank; the codes from before FY2024 do not, since some of them mean another place
now. A row that leans on a row that was not kept is refused as well. A folder that is no
such export at all is one `NotHmis`.

Columns and codes: the open HMIS Warehouse, lists of 2024 and 2026 [R-HMISWH].
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TypeVar, final

import attrs

from peerkit.acts import WelcomeParticipant
from peerkit.errors import BadInput
from peerkit.exchange.records import Header, Record, header_of, records
from peerkit.model import Experience, LivedExperience

__all__ = [
    "COLUMNS", "PROJECT_TYPES", "SITUATIONS",
    "Client", "Enrollment", "Export", "NotHmis", "Reject", "read", "welcomes",
]  # fmt: skip

_T = TypeVar("_T")

# -- the standard ------------------------------------------------------------------------

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "Project.csv": ("ProjectID", "ProjectType", "DateDeleted"),
    "Client.csv": ("PersonalID", "DOB", "VeteranStatus", "DateDeleted"),
    "Enrollment.csv": (
        "EnrollmentID", "PersonalID", "ProjectID", "EntryDate", "RelationshipToHoH",
        "LivingSituation", "PrisonDischarge", "DateDeleted",
    ),
    "Exit.csv": (
        "ExitID", "EnrollmentID", "PersonalID", "ExitDate", "Destination", "DateDeleted",
    ),
}  # fmt: skip
"""The files, in the order they are read, and the columns kept of each."""

PROJECT_TYPES: Mapping[int, str] = {
    0: "emergency shelter, entry and exit", 1: "emergency shelter, night by night",
    2: "transitional housing", 3: "permanent supportive housing", 4: "street outreach",
    6: "services only", 7: "other", 8: "safe haven", 9: "permanent housing only",
    10: "permanent housing with services", 11: "day shelter", 12: "homelessness prevention",
    13: "rapid re-housing", 14: "coordinated entry",
}  # fmt: skip
"""What each ``ProjectType`` means."""

SITUATIONS: Mapping[int, str] = {
    8: "does not know", 9: "prefers not to answer", 17: "other", 24: "deceased",
    30: "no exit interview", 37: "worker unable to determine", 99: "not collected",
    101: "emergency shelter", 116: "unsheltered", 118: "safe haven",
    204: "psychiatric facility", 205: "substance use treatment or detox", 206: "hospital",
    207: "jail, prison or juvenile detention", 215: "foster care", 225: "long-term care",
    302: "transitional housing", 312: "with family for now", 313: "with friends for now",
    314: "hotel, self-paid", 327: "HOPWA transitional housing", 329: "halfway house",
    332: "host home", 335: "room at a family member's", 336: "room at a friend's",
    410: "rents, no subsidy", 411: "owns, no subsidy", 421: "owns, with subsidy",
    422: "with family for good", 423: "with friends for good",
    426: "HOPWA permanent housing", 435: "rents, with subsidy",
}  # fmt: skip
"""What each ``LivingSituation`` and ``Destination`` means. The hundreds are the kind of
place: 1 homeless, 2 institutional, 3 temporary, 4 permanent, 0 no place."""

_ONLY_PRIOR = {335, 336}
_ONLY_DESTINATION = {17, 24, 30, 37, 312, 313, 327, 422, 423, 426}

_PROJECT_TYPE = {str(code): code for code in PROJECT_TYPES}
_PRIOR = {"": None} | {str(code): code for code in SITUATIONS if code not in _ONLY_DESTINATION}
_DESTINATION = {"": None} | {str(code): code for code in SITUATIONS if code not in _ONLY_PRIOR}
_YES_NO = {"": None, "0": False, "1": True, "8": None, "9": None, "99": None}
_HEAD = {"": None, "1": True, "2": False, "3": False, "4": False, "5": False, "99": None}

_YEARS = {frozenset({"Woman", "Man"}): "FY2024", frozenset({"Sex"}): "FY2026"}
_MARKS = frozenset({"Woman", "Man", "Sex"})

_DAY = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")
#: What an id of peerkit may be made of.
_PLAIN = re.compile(r"[A-Za-z0-9._:@/-]{1,64}")
_ID = re.compile(r"[!-~]{1,64}")  # printable ASCII without spaces: an id, not somebody's name

_FILE = 1 << 30  # bytes in a file
_REJECTS = 100_000  # more is not a bad row here and there, it is another format


# -- what comes out ----------------------------------------------------------------------


@final
class NotHmis(BadInput):
    """No HMIS CSV export that can be read; says which file, and what to do.

    A file is missing, larger than 1 GiB, no text, or lacks a column; the year cannot be
    told; or more than 100,000 rows do not fit.
    """


@attrs.frozen(kw_only=True)
class Reject:
    """One row that was left out.

    ``line`` is the physical line, from 1, on which the row starts; ``column`` is
    empty when the whole row is at fault. The refused value is not here.
    """

    file: str
    line: int
    column: str
    why: str


@attrs.frozen(kw_only=True)
class Enrollment:
    """One stay or service, from ``entry`` to ``exit`` (``None``: no exit was kept).

    ``project_type`` is a code of `PROJECT_TYPES`; ``prior`` (the night before entry) and
    ``destination`` are codes of `SITUATIONS`. ``from_prison`` is the column
    ``PrisonDischarge``, which only some projects fill; ``prior == 207`` says it too.
    ``None`` is blank or, for yes and no, "does not know", "will not say", "not asked".
    """

    id: str
    project: str = attrs.field(repr=False)
    project_type: int = attrs.field(repr=False)
    entry: date = attrs.field(repr=False)
    exit: date | None = attrs.field(default=None, repr=False)
    destination: int | None = attrs.field(default=None, repr=False)
    prior: int | None = attrs.field(default=None, repr=False)
    head_of_household: bool | None = attrs.field(default=None, repr=False)
    from_prison: bool | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class Client:
    """One person, under the id the export gives; enrollments by entry date."""

    id: str
    born: date | None = attrs.field(default=None, repr=False)
    veteran: bool | None = attrs.field(default=None, repr=False)
    enrollments: tuple[Enrollment, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(kw_only=True)
class Export:
    """What one export held: people in file order, and every row that was left out.

    ``rows`` counts the rows kept of each file, ``deleted`` those marked deleted.
    """

    version: str
    clients: tuple[Client, ...] = attrs.field(repr=False)
    rejects: tuple[Reject, ...] = attrs.field(repr=False)
    rows: Mapping[str, int]
    deleted: int


def read(folder: str | os.PathLike[str]) -> Export:
    """Read the export that lies unpacked in ``folder``.

    UTF-8 with or without a byte order mark, lines ending in LF or CRLF. Lines are read
    one by one: memory grows with the rows that are kept, not with the files. The year is
    told by ``Client.csv``: ``Woman`` and ``Man`` are FY2024, ``Sex`` is FY2026, and both
    or neither is no year we know.

    :raises NotHmis: the folder cannot be read, or holds something else.
    """
    reading = _Reading(folder=Path(folder), file=os.fspath(folder))
    with suppress(OSError):
        return reading.export()
    # Raised here and not in an except block, which would tie the line just read to the error.
    raise NotHmis(reading.file, "cannot be read to its end. Check its permissions and the disk.")


# -- row by row --------------------------------------------------------------------------


class _Refused(Exception):
    """A row is left out; never seen outside this module."""

    def __init__(self, column: str, why: str) -> None:
        self.column, self.why = column, why


@attrs.frozen(repr=False)
class _Row:
    """One record, read column by column. Asking for what does not fit refuses the row."""

    record: Record

    def deleted(self) -> bool:
        if self.record.fault:
            raise _Refused("", self.record.fault)
        return bool(self.record.cells["DateDeleted"])

    def filled(self, column: str) -> str:
        if not self.record.cells[column]:
            raise _Refused(column, "is blank")
        return self.record.cells[column]

    def new(self, column: str, taken: Container[str]) -> str:
        cell = self.filled(column)
        if not _ID.fullmatch(cell):
            raise _Refused(column, "is not an id: 1 to 64 ASCII letters, digits and signs")
        if cell in taken:
            raise _Refused(column, "is the id of an earlier row")
        return cell

    def kept(self, column: str, rows: Mapping[str, _T], file: str) -> _T:
        cell = self.filled(column)
        if cell not in rows:
            raise _Refused(column, f"is not the id of a row kept from {file}")
        return rows[cell]

    def day(self, column: str) -> date:
        cell = self.filled(column)
        with suppress(ValueError):
            if _DAY.fullmatch(cell):
                return date.fromisoformat(cell)
        raise _Refused(column, "is not a day written YYYY-MM-DD, 1900 to 2099")

    def code(self, column: str, table: Mapping[str, _T]) -> _T:
        cell = self.record.cells[column] if "" in table else self.filled(column)
        if cell not in table:
            raise _Refused(column, "is not a code of this column in FY2024 or FY2026")
        return table[cell]


_Stay = tuple[str, Enrollment]  # whose it is, and what


@attrs.define(repr=False, kw_only=True)
class _Reading:
    """An export on its way in. A row that is refused halfway leaves nothing here."""

    folder: Path
    file: str
    projects: dict[str, int] = attrs.Factory(dict[str, int])
    clients: dict[str, Client] = attrs.Factory(dict[str, Client])
    enrollments: dict[str, _Stay] = attrs.Factory(dict[str, _Stay])
    exits: set[str] = attrs.Factory(set[str])
    rows: dict[str, int] = attrs.Factory(dict[str, int])
    rejects: list[Reject] = attrs.Factory(list[Reject])
    deleted: int = 0

    def export(self) -> Export:
        if not self.folder.is_dir():
            what = "is not a folder. Unpack the export and name the folder that holds Client.csv."
            raise NotHmis(self.file, what)
        headers = {file: self.header(file) for file in COLUMNS}
        version = _YEARS.get(headers["Client.csv"].which(_MARKS))
        if version is None:
            what = "is of no known year: FY2024 has the columns Woman and Man, FY2026 has Sex."
            raise NotHmis("Client.csv", what)
        takers = (self.project, self.client, self.enrollment, self.exit)
        for (file, header), take in zip(headers.items(), takers, strict=True):
            self.table(file, header, take)
        return Export(
            version=version,
            clients=tuple(self.people()),
            rejects=tuple(self.rejects),
            rows=self.rows,
            deleted=self.deleted,
        )

    def header(self, file: str) -> Header:
        self.file, path = file, self.folder / file
        if not path.is_file():
            what = "is missing, or no file. Name the folder of a HUD HMIS CSV export, unpacked."
            raise NotHmis(file, what)
        if path.stat().st_size > _FILE:
            raise NotHmis(file, "is larger than 1 GiB. Export a shorter period.")
        header = header_of(path, COLUMNS[file])
        if not header.width:
            raise NotHmis(file, "does not begin with a line of CSV text. Export it again as UTF-8.")
        if missing := [name for name in COLUMNS[file] if name not in header.places]:
            what = "The first line must name each once, spelt as in the standard."
            raise NotHmis(file, f"lacks the columns {', '.join(missing)}. {what}")
        return header

    def table(self, file: str, header: Header, take: Callable[[_Row], None]) -> None:
        self.file, self.rows[file] = file, 0
        for record in records(self.folder / file, header):
            row = _Row(record)
            try:
                if row.deleted():
                    self.deleted += 1
                else:
                    take(row)
                    self.rows[file] += 1
            except _Refused as no:
                reject = Reject(file=file, line=record.line, column=no.column, why=no.why)
                self.rejects.append(reject)
            if len(self.rejects) > _REJECTS:
                what = "is another format, or of another year"
                raise NotHmis(file, f"{what}: over {_REJECTS:,} rows do not fit. Export it again.")

    def project(self, row: _Row) -> None:
        key = row.new("ProjectID", self.projects)
        self.projects[key] = row.code("ProjectType", _PROJECT_TYPE)

    def client(self, row: _Row) -> None:
        key = row.new("PersonalID", self.clients)
        born = row.day("DOB") if row.record.cells["DOB"] else None
        self.clients[key] = Client(id=key, born=born, veteran=row.code("VeteranStatus", _YES_NO))

    def enrollment(self, row: _Row) -> None:
        key = row.new("EnrollmentID", self.enrollments)
        person = row.kept("PersonalID", self.clients, "Client.csv").id
        stay = Enrollment(
            id=key,
            project_type=row.kept("ProjectID", self.projects, "Project.csv"),
            project=row.record.cells["ProjectID"],
            entry=row.day("EntryDate"),
            prior=row.code("LivingSituation", _PRIOR),
            head_of_household=row.code("RelationshipToHoH", _HEAD),
            from_prison=row.code("PrisonDischarge", _YES_NO),
        )
        self.enrollments[key] = person, stay

    def exit(self, row: _Row) -> None:
        key = row.new("ExitID", self.exits)
        person, stay = row.kept("EnrollmentID", self.enrollments, "Enrollment.csv")
        if stay.exit is not None:
            raise _Refused("EnrollmentID", "is an enrollment that has an exit already")
        if row.record.cells["PersonalID"] != person:
            raise _Refused("PersonalID", "is not the person of the enrollment")
        day = row.day("ExitDate")
        if day < stay.entry:
            raise _Refused("ExitDate", "is before the entry date of the enrollment")
        left = attrs.evolve(stay, exit=day, destination=row.code("Destination", _DESTINATION))
        self.enrollments[stay.id] = person, left
        self.exits.add(key)

    def people(self) -> Iterator[Client]:
        theirs: dict[str, list[Enrollment]] = {}
        for person, stay in sorted(self.enrollments.values(), key=lambda pair: pair[1].entry):
            theirs.setdefault(person, []).append(stay)
        for key, client in self.clients.items():
            yield attrs.evolve(client, enrollments=tuple(theirs.get(key, ())))


# -- into a program ----------------------------------------------------------------------

#: Kinds of project that people come to because they have no home (HUD project types).
_HOMELESS = frozenset({0, 1, 2, 3, 4, 8, 9, 10, 13})
#: The living situation "jail, prison or juvenile detention facility".
_JAIL = 207


def welcomes(export: Export, by: str) -> Iterator[WelcomeParticipant]:
    """A `WelcomeParticipant` for each person, keyed so that reading twice doubles nothing.

    The id is ``hmis-`` and the export's own. Only what a code says is taken over:
    homelessness from the kind of project or the night before it, military service, and
    re-entry from jail or prison. Nobody has asked the person yet whether that last one may
    be spoken of, so it is kept as not offered.
    """
    for client in export.clients:
        id_ = _pseudonym(client.id)
        yield WelcomeParticipant(by=by, key=f"hmis/{id_}", id=id_, experiences=_lived(client))


def _pseudonym(id_: str) -> str:
    """An id of our form; one that has signs we do not take is replaced by its digest."""
    if _PLAIN.fullmatch(id_):
        return f"hmis-{id_}"
    return f"hmis-{sha256(id_.encode()).hexdigest()[:32]}"


def _lived(client: Client) -> tuple[LivedExperience, ...]:
    stays = client.enrollments
    priors = {each.prior for each in stays}
    found = []
    if any(each.project_type in _HOMELESS for each in stays) or priors & {101, 116, 118}:
        found.append(LivedExperience(of=Experience.HOMELESSNESS))
    if client.veteran:
        found.append(LivedExperience(of=Experience.MILITARY_SERVICE))
    if _JAIL in priors or any(each.from_prison for each in stays):
        found.append(LivedExperience(of=Experience.RE_ENTRY, offered=False))
    return tuple(found)
