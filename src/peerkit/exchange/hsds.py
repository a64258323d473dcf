"""Reads a resource directory from Open Referral HSDS CSV files: services, and how to reach them.

**What is read.** The columns in `TABLES`, by their exact names, in any order: version 1.0
as 211 services publish it, and the names that 2.0 and 3.0 gave to the same things. Only
``services.csv`` must be there. Other columns and files are not read.

**What is judged.** Only what is read. A row that cannot be used is left out; a cell that
cannot be used is left out and its row is kept. Either is one `Reject`, with file, line,
column and what is wrong, and never the value. Nothing is guessed: an eligibility without
the id of a service belongs to none, and ``5:00`` is no time, since it may be either.
What is said once for many is bounded, so that a short file stays short when it is read: a
service has at most 100 phones, hours, languages or needs, and a shared name 200 characters.

Columns: the Human Services Data Specification [R-HSDS].
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, final

import attrs

from peerkit.directory import Directory, Need
from peerkit.errors import BadInput, must_be
from peerkit.exchange.cells import Refused, Row
from peerkit.exchange.drafts import Draft, add, whole_service
from peerkit.exchange.opening import Unclear, days_of, hours_of, weekday_of
from peerkit.exchange.records import Header, Record, header_of, records

__all__ = ["TABLES", "HsdsImport", "NotHsds", "Reject", "Table", "read"]

_FILE: Final = 1 << 30  # bytes in a file
_REJECTS: Final = 100_000  # more is not a bad row here and there, it is another format
_MOST_AGE: Final = 130.0

#: Services with these marks of HSDS 3 cannot be reached.
_GONE: Final = frozenset({"inactive", "defunct"})


#: What kind of attribute says who may come, and not what help there is.
_WHO_MAY_COME: Final = ("eligib", "audience")


@final
class NotHsds(BadInput):
    """No HSDS directory that can be read; says which file, and what to do.

    A file is missing, larger than 1 GiB, no text, or lacks a column; or more than
    100,000 rows do not fit.
    """


@attrs.frozen(kw_only=True)
class Reject:
    """A row that was left out, or, where ``kept``, one cell of a row that was not.

    ``line`` is the physical line, from 1, on which the row starts; ``column`` is
    empty when the whole row is at fault. The refused value is not here.
    """

    file: str
    line: int
    column: str
    why: str
    kept: bool = False


@attrs.frozen(kw_only=True)
class HsdsImport:
    """What a folder held: the directory, and everything that was left out.

    ``rows`` counts the rows kept of each file, ``gone`` the services that are marked
    inactive or defunct, which are no part of the directory.
    """

    directory: Directory
    rejects: tuple[Reject, ...] = attrs.field(repr=False)
    rows: Mapping[str, int]
    gone: int


def read(folder: str | os.PathLike[str], *, zone: str = "UTC") -> HsdsImport:
    """Read the directory that lies unpacked in ``folder``.

    ``zone`` is the time zone of its opening hours, such as America/New_York: the files do
    not say. UTF-8 with or without a byte order mark. Lines are read one by one: memory
    grows with the services, not with the files.

    :raises NotHsds: the folder cannot be read, or holds something else.
    """
    must_be(str | os.PathLike, folder, "folder", "give the folder of an unpacked directory")
    reading = _Reading(folder=Path(folder), file=os.fspath(folder))
    with suppress(OSError):
        return reading.directory(zone)
    # Raised here and not in an except block, which would tie the line just read to the error.
    raise NotHsds(reading.file, "cannot be read to its end. Check its permissions and the disk.")


# -- row by row --------------------------------------------------------------------------


@attrs.define(repr=False, kw_only=True)
class _Reading:
    """A directory on its way in. A row that is refused halfway leaves nothing here."""

    folder: Path
    file: str
    organizations: dict[str, str] = attrs.Factory(dict[str, str])
    needs: dict[str, Need] = attrs.Factory(dict[str, Need])
    services: dict[str, Draft] = attrs.Factory(dict[str, Draft])
    locations: dict[str, Draft] = attrs.Factory(dict[str, Draft])
    links: dict[str, Draft] = attrs.Factory(dict[str, Draft])
    rows: dict[str, int] = attrs.Factory(dict[str, int])
    rejects: list[Reject] = attrs.Factory(list[Reject])
    gone: set[str] = attrs.Factory(set[str])

    def directory(self, zone: str) -> HsdsImport:
        if not self.folder.is_dir():
            what = "is not a folder. Unpack the files and name the folder that holds services.csv."
            raise NotHsds(self.file, what)
        there = [each for each in TABLES if each.must_be or (self.folder / each.file).is_file()]
        headers = [self.header(each) for each in there]
        for table, header in zip(there, headers, strict=True):
            self.table(table, header)
        directory = Directory(
            services=[whole_service(each) for each in self.services.values()],
            needs=self.needs.values(),
            zone=zone,
        )
        return HsdsImport(
            directory=directory, rejects=tuple(self.rejects), rows=self.rows, gone=len(self.gone)
        )

    def header(self, table: Table) -> Header:
        self.file, path = table.file, self.folder / table.file
        if not path.is_file():
            what = "is missing, or no file. Name the folder of an HSDS directory, unpacked."
            raise NotHsds(table.file, what)
        if path.stat().st_size > _FILE:
            raise NotHsds(table.file, "is larger than 1 GiB. Export fewer services.")
        header = header_of(path, (*table.must, *table.may))
        if not header.width:
            what = "does not begin with a line of CSV text. Export it again as UTF-8."
            raise NotHsds(table.file, what)
        if missing := [name for name in table.must if name not in header.places]:
            what = "The first line must name each once, spelt as in the standard."
            raise NotHsds(table.file, f"lacks the columns {', '.join(missing)}. {what}")
        return header

    def table(self, table: Table, header: Header) -> None:
        self.file, self.rows[table.file] = table.file, 0
        take = table.take
        for record in records(self.folder / table.file, header):
            row = Row(record.cells)
            refused: Refused | Unclear | None = None
            try:
                row.whole(record)
                take(self, row)
            except (Refused, Unclear) as no:
                refused = no
            # Not in the except block, which would tie the line just read to an error of ours.
            if refused is not None:
                self.reject(record, refused.column, refused.why)
                continue
            self.rows[table.file] += 1
            for column, why in row.doubts:
                self.reject(record, column, why, kept=True)

    def reject(self, record: Record, column: str, why: str, *, kept: bool = False) -> None:
        self.rejects.append(
            Reject(file=self.file, line=record.line, column=column, why=why, kept=kept)
        )
        if len(self.rejects) > _REJECTS:
            what = "is another format"
            raise NotHsds(self.file, f"{what}: over {_REJECTS:,} rows do not fit. Export it again.")

    # -- one row of each file

    def organization(self, row: Row) -> None:
        key = row.new("id", self.organizations)
        row.filled("name")
        self.organizations[key] = row.short("name")

    def need(self, row: Row) -> None:
        key = row.new("id", self.needs)
        self.needs[key] = Need(id=key, name=row.filled("name"), above=row.id("parent_id"))

    def service(self, row: Row) -> None:
        key = row.new("id", self.services)
        name = row.filled("name")
        status = row.text("status").lower()
        if status in _GONE:
            self.gone.add(key)
            return
        organization = row.cells.get("organization_id", "")
        if organization and organization not in self.organizations:
            row.doubts.append(("organization_id", "is not the id of a row that was kept"))
        self.services[key] = {
            "id": key,
            "name": name,
            "organization": self.organizations.get(organization, ""),
            "also_called": row.text("alternate_name"),
            "description": row.text("description"),
            "url": row.text("url"),
            "email": row.text("email"),
            "how_to_apply": row.text("application_process"),
            "fees": row.text("fees_description", "fees"),
            "wait": row.text("wait_time"),
            "status": status,
            "youngest": row.number("minimum_age", 0, _MOST_AGE),
            "oldest": row.number("maximum_age", 0, _MOST_AGE),
            "places": {},
        }
        if told := row.text("eligibility_description"):
            add(self.services[key], "eligibility", told)

    def location(self, row: Row) -> None:
        key = row.new("id", self.locations)
        north, east = row.number("latitude", -90, 90), row.number("longitude", -180, 180)
        if (north is None) != (east is None):
            row.doubts.append(("latitude", "and longitude belong together; give both"))
        elif north == east == 0:
            row.doubts.append(("latitude", "and longitude are 0, where nobody lives"))
            north = None
        there = {} if north is None or east is None else {"latitude": north, "longitude": east}
        self.locations[key] = {"id": key, "name": row.text("name"), **there}

    def link(self, row: Row) -> None:
        service = self.theirs(row, "service_id")
        place = row.of("location_id", self.locations)
        if service is not None:
            service["places"][place["id"]] = place
            self.links[row.cells.get("id", "")] = service

    def address(self, row: Row) -> None:
        place = row.of("location_id", self.locations)
        if row.text("address_type") not in {"", "physical"}:
            return
        found = {
            "street": ", ".join(filter(None, (row.text("address_1"), row.text("address_2")))),
            "city": row.short("city"),
            "region": row.text("state_province"),
            "postal_code": row.short("postal_code"),
        }
        if not any(found.values()):
            raise Refused("", "has no street, no town and no postal code")
        if "city" in place:
            raise Refused("location_id", "has an address from an earlier row")
        place.update(found)

    def access(self, row: Row) -> None:
        place = row.of("location_id", self.locations)
        told = row.text("accessibility", "description"), row.text("details")
        place["accessible"] = ". ".join(filter(None, told))

    def language(self, row: Row) -> None:
        self.for_each(row, "languages", row.filled("language", "name", "code"))

    def eligibility(self, row: Row) -> None:
        text = row.filled("eligibility")
        service = self.theirs(row, "service_id")
        if service is not None:
            add(service, "eligibility", text)

    def phone(self, row: Row) -> None:
        number = row.filled("number")
        extension = row.text("extension")
        self.for_each(row, "phones", f"{number} x{extension}" if extension else number)

    def hours(self, row: Row) -> None:
        self.said(row, "original_text")
        day = weekday_of(row.text("weekday"))
        found = hours_of(day, row.text("opens_at"), row.text("closes_at"))
        self.for_each(row, "hours", found)

    def schedule(self, row: Row) -> None:
        self.said(row, "description")
        for column in ("valid_from", "valid_to", "until", "count"):
            if row.text(column):
                raise Refused(column, "is for some dates only; we keep the hours of every week")
        plain = row.text("freq").upper() in {"", "WEEKLY"} and row.text("interval") in {"", "1"}
        if not plain or any(map(row.text, ("byweekno", "bymonthday", "byyearday"))):
            raise Refused("freq", "is not every week; we keep the hours of every week")
        for day in days_of(row.text("byday")):
            opens = hours_of(day, row.text("opens_at"), row.text("closes_at"))
            self.for_each(row, "hours", opens)

    def tag(self, row: Row) -> None:
        need = row.of(
            "taxonomy_id" if "taxonomy_id" in row.cells else "taxonomy_term_id", self.needs
        )
        service = self.theirs(row, "service_id")
        if service is not None:
            add(service, "needs", need)

    def attribute(self, row: Row) -> None:
        if row.text("link_entity") != "service":
            return
        need = row.of("taxonomy_term_id", self.needs)
        service = self.theirs(row, "link_id")
        if service is None:
            return
        if any(each in row.text("link_type").lower() for each in _WHO_MAY_COME):
            add(service, "eligibility", need.name)
        else:
            add(service, "needs", need)

    # -- whose it is

    def theirs(self, row: Row, column: str) -> Draft | None:
        """The service that a column names; None for one that is gone, of which nothing is kept."""
        return None if row.cells.get(column) in self.gone else row.of(column, self.services)

    def for_each(self, row: Row, field: str, value: object) -> None:
        """Adds it to the service that is named, or else to the place, for all that is there."""
        if row.cells.get("service_at_location_id") and not row.cells.get("service_id"):
            add(row.of("service_at_location_id", self.links), field, value)
        elif row.cells.get("service_id") or not row.cells.get("location_id"):
            service = self.theirs(row, "service_id")
            if service is not None:
                add(service, field, value)
        else:
            add(row.of("location_id", self.locations), field, value)

    def said(self, row: Row, column: str) -> None:
        """Opening hours in words are kept, whatever comes of the times."""
        if text := row.text(column):
            self.for_each(row, "hours_said", text)


@attrs.frozen
class Table:
    """A file: the columns that it must have, those it may have, and whether it must be there."""

    file: str
    must: tuple[str, ...]
    may: tuple[str, ...]
    take: Callable[[Any, Any], None] = attrs.field(repr=False)
    must_be: bool = False


_WHOSE: Final = ("service_id", "location_id", "service_at_location_id")
_STREET: Final = ("address_1", "address_2", "city", "state_province", "postal_code")
_ABOUT: Final = (
    *("organization_id", "alternate_name", "description", "url", "email", "status"),
    *("application_process", "fees", "fees_description", "wait_time"),
    *("eligibility_description", "minimum_age", "maximum_age"),
)
_WHEN: Final = (
    *("valid_from", "valid_to", "until", "count", "freq", "interval"),
    *("byweekno", "bymonthday", "byyearday", "description"),
)
TABLES: Final = (
    Table("organizations.csv", ("id", "name"), (), _Reading.organization),
    Table("taxonomy.csv", ("id", "name"), ("parent_id",), _Reading.need),
    Table("taxonomy_terms.csv", ("id", "name"), ("parent_id",), _Reading.need),
    Table("services.csv", ("id", "name"), _ABOUT, _Reading.service, must_be=True),
    Table("locations.csv", ("id",), ("name", "latitude", "longitude"), _Reading.location),
    Table("services_at_location.csv", ("service_id", "location_id"), ("id",), _Reading.link),
    Table("service_at_location.csv", ("service_id", "location_id"), ("id",), _Reading.link),
    Table("physical_addresses.csv", ("location_id",), _STREET, _Reading.address),
    Table("addresses.csv", ("location_id",), ("address_type", *_STREET), _Reading.address),
    Table(
        "accessibility_for_disabilities.csv",
        ("location_id",),
        ("accessibility", "details"),
        _Reading.access,
    ),
    Table("accessibility.csv", ("location_id",), ("description", "details"), _Reading.access),
    Table("languages.csv", (), ("language", "name", "code", *_WHOSE), _Reading.language),
    Table("eligibility.csv", ("service_id",), ("eligibility",), _Reading.eligibility),
    Table("phones.csv", ("number",), ("extension", *_WHOSE), _Reading.phone),
    Table(
        "regular_schedules.csv",
        ("weekday", "opens_at", "closes_at"),
        ("original_text", *_WHOSE),
        _Reading.hours,
    ),
    Table(
        "schedules.csv", ("byday", "opens_at", "closes_at"), (*_WHEN, *_WHOSE), _Reading.schedule
    ),
    Table("services_taxonomy.csv", ("service_id", "taxonomy_id"), (), _Reading.tag),
    Table("service_attributes.csv", ("service_id", "taxonomy_term_id"), (), _Reading.tag),
    Table(
        "attributes.csv",
        ("link_id", "link_entity", "taxonomy_term_id"),
        ("link_type",),
        _Reading.attribute,
    ),
)
"""The files that are read, of any version, in the order they are read, and their columns."""
