"""A directory from another system comes in: every good row, and a reason for every other one."""

from __future__ import annotations

import csv
import io
import os
import pickle
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import attrs
import pytest
from examples.make_hsds_sample import COLUMNS, make
from hypothesis import given, settings
from hypothesis import strategies as st

import peerkit as pk
from peerkit.directory import Need, OpeningHours, Search, Site
from peerkit.exchange import hsds
from peerkit.exchange.hsds import HsdsImport, NotHsds
from peerkit.exchange.mending import mended
from peerkit.exchange.opening import Unclear, days_of, hours_of, weekday_of

REPO = Path(__file__).parents[1]
SAMPLE = REPO / "examples" / "hsds"
REAL = REPO.parent / "shared" / "data" / "hsds-miami"
CANARY = "Zebrafinch"

NOT_KEPT = "is not the id of a row that was kept"
NO_ID = "is not an id: 1 to 96 letters, digits or . _ : @ / -"
NO_TIME = "is not a time such as 9:00am or 09:00"
NO_CSV = "is not CSV: a quote is out of place or never closed"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A town of three services without blemishes."""
    make(tmp_path, 3)
    for file in ("taxonomy.csv", "languages.csv", "services_taxonomy.csv"):
        drop(tmp_path, file, -1)
    for _ in range(4):
        drop(tmp_path, "regular_schedules.csv", -1)
    return tmp_path


def drop(folder: Path, file: str, line: int) -> None:
    """Take out one line."""
    lines = (folder / file).read_bytes().splitlines(keepends=True)
    del lines[line]
    (folder / file).write_bytes(b"".join(lines))


def write(folder: Path, file: str, columns: str, *rows: str) -> None:
    """Write a file as it is typed."""
    (folder / file).write_text("\n".join((columns, *rows)) + "\n", "utf-8")


def put(folder: Path, file: str, line: int, column: str, value: str) -> None:
    """Set one cell."""
    rows = list(csv.reader(io.StringIO((folder / file).read_text("utf-8"), newline="")))
    rows[line - 1][rows[0].index(column)] = value
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    (folder / file).write_text(text.getvalue(), "utf-8")


def rejects(read: HsdsImport) -> list[tuple[str, int, str, str, bool]]:
    """The reject report as plain tuples."""
    return [attrs.astuple(each) for each in read.rejects]


class TestSample:
    """The directory the project ships."""

    def test_it_shows_the_reject_report(self) -> None:
        """Services come in; each blemish is reported with file, line, column and what is wrong."""
        read = hsds.read(SAMPLE)

        assert repr(read.directory) == "<directory, 24 services>"
        assert (len(read.directory), read.gone) == (24, 0)
        assert read.rows["languages.csv"] == 49
        assert rejects(read) == [
            ("taxonomy.csv", 14, "id", "is the id of an earlier row", False),
            ("services.csv", 11, "organization_id", NOT_KEPT, True),
            ("services.csv", 21, "organization_id", NOT_KEPT, True),
            ("physical_addresses.csv", 9, "", "has no street, no town and no postal code", False),
            ("languages.csv", 51, "language", "is blank", False),
            (
                *("eligibility.csv", 4, "service_id"),
                *("is blank, so nobody can say whose it is", False),
            ),
            ("phones.csv", 5, "number", "is blank", False),
            ("regular_schedules.csv", 114, "opens_at", "is blank", False),
            ("regular_schedules.csv", 115, "opens_at", NO_TIME, False),
            (
                *("regular_schedules.csv", 116, "weekday"),
                *("is not a day of the week in English, such as Monday", False),
            ),
            (
                *("regular_schedules.csv", 117, "closes_at"),
                *("is before it opens; look at am and pm of both", False),
            ),
            ("services_taxonomy.csv", 38, "taxonomy_id", NOT_KEPT, False),
        ]

    def test_it_is_what_the_committed_script_makes(self, tmp_path: Path) -> None:
        """The script gives the shipped files again, byte for byte."""
        make(tmp_path)

        assert {file: (tmp_path / file).read_bytes() for file in COLUMNS} == {
            file: (SAMPLE / file).read_bytes() for file in COLUMNS
        }

    def test_a_service_has_all_that_is_said_of_it(self) -> None:
        """Texts are mended, doubles are one, and padded cells are trimmed."""
        first = hsds.read(SAMPLE).directory.get("101")
        assert first is not None

        assert attrs.asdict(first, recurse=False) == {
            "id": "101",
            "name": "Alder Street Kitchen",
            "also_called": "Soup for All",
            "organization": "Example Alder Society",
            "description": "An invented service of an invented town, so that nobody looks for it.",
            "needs": (
                Need(id="BD-1000", name="Food Pantries", above="B"),
                Need(id="BD-1000.2000", name="Soup Kitchens", above="B"),
            ),
            "places": (
                Site(
                    id="101",
                    name="Alder House",
                    street="1 Alder Street",
                    city="Exampleton",
                    region="EX",
                    postal_code="00501",
                    accessible="Wheelchair accessible",
                ),
            ),
            "hours": tuple(OpeningHours(weekday=day, opens=540, closes=1020) for day in range(5)),
            "hours_said": ("9:00am-5:00pm, Mon-Fri",),
            "languages": ("English",),
            "eligibility": ("Adults, 18 and over.\n\nVeterans first.",),
            "youngest": None,
            "oldest": None,
            "phones": ("555-0100 x7",),
            **dict.fromkeys(("how_to_apply", "url", "email", "wait", "status"), ""),
            "fees": "None",
        }
        assert repr(first) == "Service(id='101')"

    def test_escapes_marks_and_mangled_quotes_are_mended(self) -> None:
        """As it was meant, where that is certain; everything else stays."""
        found = hsds.read(SAMPLE).directory

        marked, quoted = found.get("102"), found.get("103")
        assert marked is not None
        assert "###" not in marked.description
        assert quoted is not None
        assert quoted.description.startswith("It is called “the house”. ")
        assert (
            mended("one\\ttwo\\r\\n three \\\\ ### C:\\x GÇô") == "one two\n three \\ ### C:\\x –"
        )


class TestOtherVersions:
    """The same things under the names of HSDS 2.0 and 3.0."""

    def test_names_of_three_are_read(self, tmp_path: Path) -> None:
        """Ages, attributes, schedules with days, and what is said of a place."""
        write(
            tmp_path,
            "services.csv",
            "id,name,organization_id,status,eligibility_description,minimum_age,maximum_age,"
            "fees_description",
            "s-1,Youth Desk,,active,Young people,12,25.5,Free",
            "s-2,Old Desk,,defunct,,,,",
            "s-3,Odd Desk,,temporarily closed,,young,131,",
        )
        write(
            tmp_path,
            "taxonomy_terms.csv",
            "id,code,name,parent_id",
            "t-1,X,Advice,",
            "t-2,Y,Veterans,",
        )
        write(
            tmp_path,
            "attributes.csv",
            "id,link_id,link_entity,taxonomy_term_id,link_type",
            *("1,s-1,service,t-1,", "2,s-2,service,t-1,", "3,o-1,organization,t-1,"),
            *("4,,service,t-1,", "5,s-1,service,t-2,service_eligibility"),
        )
        write(tmp_path, "locations.csv", "id,name,latitude,longitude", "l-1,Hall,10.5,20.25")
        write(
            tmp_path,
            "service_at_location.csv",
            "id,service_id,location_id",
            *("a-1,s-1,l-1", "a-2,s-2,l-1"),
        )
        write(
            tmp_path,
            "addresses.csv",
            "id,location_id,address_1,city,address_type",
            *("1,l-1,PO Box 1,Postville,postal", "2,l-1,1 Road,Exampleton,physical"),
            "3,l-1,2 Road,Exampleton,physical",
        )
        write(
            tmp_path,
            "accessibility.csv",
            "id,location_id,description,details",
            "1,l-1,Ramp,At rear",
        )
        write(
            tmp_path,
            "languages.csv",
            "id,service_id,location_id,name,code",
            *("1,,l-1,Spanish,es", "2,s-1,,,fr", "3,s-2,,German,de"),
        )
        write(tmp_path, "phones.csv", "id,service_at_location_id,number", "1,a-1,555-0100")
        write(tmp_path, "eligibility.csv", "id,service_id,eligibility", "1,s-2,Anybody")
        write(
            tmp_path,
            "schedules.csv",
            "id,location_id,byday,opens_at,closes_at,freq,interval,valid_to,bymonthday,description",
            '1,l-1,"MO,WE",09:00-05:00,17:30,WEEKLY,1,,,Twice a week',
            "2,l-1,FR,22:00,02:00,,,,,",
            "3,l-1,FR,22:00,02:00,,,2026-12-24,,",
            "4,l-1,1FR,22:00,02:00,WEEKLY,,,,",
            "5,l-1,FR,22:00,02:00,MONTHLY,,,,",
            "6,l-1,FR,22:00,02:00,,,,3,",
            "7,l-1,FR,09:00Z,17:00Z,,,,,",
        )

        read = hsds.read(tmp_path)

        (first, odd) = read.directory.search(Search(most=5)).found[::-1]
        assert (first.service.id, odd.service.id, read.gone) == ("s-1", "s-3", 1)
        service = first.service
        assert (service.youngest, service.oldest, service.fees) == (12.0, 25.5, "Free")
        assert service.eligibility == ("Young people", "Veterans")
        assert [each.name for each in service.needs] == ["Advice"]
        assert service.languages == ("fr", "Spanish")
        assert service.phones == ("555-0100",)
        assert service.hours == ()
        assert service.hours_said == ("Twice a week",)
        assert list(map(str, service.opening)) == [
            *("Mon 09:00-17:30", "Wed 09:00-17:30"),
            "Fri 22:00-02:00",
        ]
        (place,) = service.places
        assert (place.address, place.accessible) == ("1 Road, Exampleton", "Ramp. At rear")
        assert (place.latitude, place.longitude) == (10.5, 20.25)
        every_week = "we keep the hours of every week"
        assert rejects(read) == [
            ("services.csv", 4, "minimum_age", "is not a number from 0 to 130", True),
            ("services.csv", 4, "maximum_age", "is not a number from 0 to 130", True),
            ("addresses.csv", 4, "location_id", "has an address from an earlier row", False),
            ("schedules.csv", 4, "valid_to", f"is for some dates only; {every_week}", False),
            ("schedules.csv", 5, "byday", "is not a list of days such as MO,WE,FR", False),
            ("schedules.csv", 6, "freq", f"is not every week; {every_week}", False),
            ("schedules.csv", 7, "freq", f"is not every week; {every_week}", False),
            (
                *("schedules.csv", 8, "opens_at"),
                *("is in UTC; write the time that the clock on the wall shows", False),
            ),
            (
                *("attributes.csv", 5, "link_id"),
                *("is blank, so nobody can say whose it is", False),
            ),
        ]

    def test_names_of_two_are_read(self, folder: Path) -> None:
        """What a service gives stands in a file of another name, with another column."""
        (folder / "services_taxonomy.csv").unlink()
        put(folder, "services.csv", 3, "status", "Inactive")
        write(
            folder,
            "service_attributes.csv",
            "id,service_id,taxonomy_term_id",
            *("1,101,LV-1000", "2,999,LV-1000", "3,102,LV-1000"),
        )

        read = hsds.read(folder)

        service = read.directory.get("101")
        assert service is not None
        assert [each.id for each in service.needs] == ["LV-1000"]
        assert (read.gone, read.directory.get("102")) == (1, None)
        assert rejects(read) == [("service_attributes.csv", 3, "service_id", NOT_KEPT, False)]

    def test_services_alone_are_a_directory(self, tmp_path: Path) -> None:
        """Every other file may be missing."""
        write(tmp_path, "services.csv", "id,name", "1,Kitchen")

        assert len(hsds.read(tmp_path).directory) == 1


class TestOpening:
    """Times of day and days of the week, as people write them."""

    @pytest.mark.parametrize(
        ("opens", "closes", "shown"),
        [
            ("9:00am", "5:00pm", "Mon 09:00-17:00"),
            ("9am", "12:00pm", "Mon 09:00-12:00"),
            ("12:00am", "9:30 a.m.", "Mon 00:00-09:30"),
            ("7:30 AM", "6:00 PM", "Mon 07:30-18:00"),
            ("09:00", "17:00:00", "Mon 09:00-17:00"),
            ("4:00pm", "12:00am", "Mon 16:00-00:00"),
            ("22:00", "24:00", "Mon 22:00-00:00"),
            ("8:00pm", "7:00am", "Mon 20:00-07:00"),
            ("12:00am", "12:00am", "Mon all day"),
            ("00:00", "23:59", "Mon all day"),
            ("24:00", "02:00", "Mon 00:00-02:00"),
        ],
    )
    def test_these_are_hours(self, opens: str, closes: str, shown: str) -> None:
        """With or without minutes, on twelve or twenty-four hours, past midnight too."""
        assert str(hours_of(0, opens, closes)) == shown

    @pytest.mark.parametrize(
        ("opens", "closes", "column", "why"),
        [
            ("", "5:00pm", "opens_at", "is blank"),
            ("9:00am", "", "closes_at", "is blank"),
            *((it, "5:00pm", "opens_at", NO_TIME) for it in ("5:00", "9:0am", "830am", "8:00m")),
            *(
                (it, "5:00pm", "opens_at", NO_TIME)
                for it in ("13:00pm", "24:30", "25:00", "6:300pm")
            ),
            ("12:00pm (dispensing)", "5:00pm", "opens_at", NO_TIME),
            ("9:00pm", "7:00pm", "closes_at", "is before it opens; look at am and pm of both"),
            (
                "9:00am",
                "9:00am",
                "closes_at",
                "is the time it opens; a whole day is 00:00 to 23:59",
            ),
        ],
    )
    def test_these_are_none(self, opens: str, closes: str, column: str, why: str) -> None:
        """What may mean two things is refused, and the column is named."""
        with pytest.raises(Unclear) as caught:
            hours_of(0, opens, closes)

        assert (caught.value.column, caught.value.why) == (column, why)

    def test_days_have_three_lengths(self) -> None:
        """In English, in any capitals."""
        assert [weekday_of(each) for each in ("Monday", "tue", "SU")] == [0, 1, 6]
        assert days_of("MO, we,MO") == (0, 2)


class TestHostile:
    """Files that are broken, or meant to break something."""

    @pytest.mark.parametrize(
        ("raw", "said"),
        [
            (b"", "does not begin with a line of CSV text. Export it again as UTF-8."),
            ("id,name\n1,x\n".encode("utf-16"), "does not begin with a line of CSV text."),
            (b"\x00", "does not begin with a line of CSV text."),
            (b"who,what\n1,x\n", "lacks the columns id, name. The first line must name each once"),
            (b"id,name,name\n1,x,y\n", "lacks the columns name."),
            (b"id;name\n1;x\n", "lacks the columns id, name."),
            (b'"id,name\n1,x\n', "does not begin with a line of CSV text."),
        ],
    )
    def test_what_has_no_header_is_no_directory(
        self, tmp_path: Path, raw: bytes, said: str
    ) -> None:
        """It is said which file it is and what to do."""
        (tmp_path / "services.csv").write_bytes(raw)

        with pytest.raises(NotHsds) as caught:
            hsds.read(tmp_path)

        assert caught.value.place == "services.csv"
        assert caught.value.what.startswith(said)

    def test_what_is_no_folder_is_no_directory(self, tmp_path: Path) -> None:
        """Nor is a folder without services, or with a folder in place of a file."""
        for where, said in (
            (tmp_path / "nowhere", "is not a folder. Unpack the files"),
            (tmp_path, "is missing, or no file. Name the folder of an HSDS directory, unpacked."),
        ):
            with pytest.raises(NotHsds) as caught:
                hsds.read(where)
            assert caught.value.what.startswith(said)
        (tmp_path / "services.csv").mkdir()
        with pytest.raises(NotHsds):
            hsds.read(tmp_path)

    def test_a_file_that_is_too_large_is_not_opened(self, folder: Path) -> None:
        """A gibibyte, and nothing of it is read."""
        with (folder / "phones.csv").open("wb") as file:
            file.truncate((1 << 30) + 1)

        with pytest.raises(NotHsds) as caught:
            hsds.read(folder)
        assert str(caught.value) == "phones.csv: is larger than 1 GiB. Export fewer services."

    def test_a_disk_that_fails_is_an_error_of_ours(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And it does not tie a line of the file to itself."""

        def broken(self: Path, *_: object, **__: object) -> None:
            raise OSError(5, "broken")

        monkeypatch.setattr(Path, "open", broken)
        with pytest.raises(NotHsds) as caught:
            hsds.read(folder)

        assert caught.value.what.startswith("cannot be read to its end.")
        assert caught.value.__context__ is None

    @pytest.mark.parametrize(
        ("row", "column", "why"),
        [
            (f"9,{CANARY}\x00,x", "", "holds a NUL byte"),
            (f'9,"{CANARY},x', "", NO_CSV),
            (f"9,{CANARY * 20_000},x", "", "is longer than 128 KiB"),
            (f"9,{CANARY}", "", "has 2 cells under 3 columns"),
            (f"9,{CANARY},x,y", "", "has 4 cells under 3 columns"),
            ("9,,x", "name", "is blank"),
            (f",{CANARY},x", "id", "is blank"),
            (f"1,{CANARY},x", "id", "is the id of an earlier row"),
            (
                *(f"{CANARY} says,{CANARY},x", "id"),
                "is not an id: 1 to 96 letters, digits or . _ : @ / -",
            ),
        ],
    )
    def test_a_bad_row_costs_itself(self, tmp_path: Path, row: str, column: str, why: str) -> None:
        """Those before and after it are kept, and no value of it is told."""
        write(tmp_path, "services.csv", "id,name,url", "1,A,x", row, "2,B,x")

        read = hsds.read(tmp_path)

        assert rejects(read) == [("services.csv", 3, column, why, False)]
        assert [each.id for each in read.directory.services] == ["1", "2"]
        assert CANARY not in repr(read)
        assert CANARY not in repr(read.rejects)

    def test_a_byte_order_mark_and_crlf_are_read(self, tmp_path: Path) -> None:
        """As spreadsheet programs write them."""
        (tmp_path / "services.csv").write_bytes("id,name\r\n1,Café\r\n".encode("utf-8-sig"))

        assert [each.name for each in hsds.read(tmp_path).directory.services] == ["Café"]

    @pytest.mark.parametrize(
        ("north", "east", "column", "why"),
        [
            ("91", "0.5", "latitude", "is not a number from -90 to 90"),
            ("nan", "0.5", "latitude", "is not a number from -90 to 90"),
            ("1", "1e2", "longitude", "is not a number from -180 to 180"),
            ("1", "", "latitude", "and longitude belong together; give both"),
            ("0", "0.0", "latitude", "and longitude are 0, where nobody lives"),
        ],
    )
    def test_a_place_off_the_map_is_kept_without_it(
        self, folder: Path, north: str, east: str, column: str, why: str
    ) -> None:
        """One cell is lost, and not the row."""
        put(folder, "locations.csv", 2, "latitude", north)
        put(folder, "locations.csv", 2, "longitude", east)

        read = hsds.read(folder)

        assert ("locations.csv", 2, column, why, True) in rejects(read)
        service = read.directory.get("101")
        assert service is not None
        assert service.places[0].latitude is None

    @pytest.mark.parametrize(
        ("file", "column", "value", "why"),
        [
            ("taxonomy.csv", "parent_id", "a-" * 5000, NO_ID),
            ("taxonomy.csv", "parent_id", f"{CANARY} and friends", NO_ID),
            ("organizations.csv", "name", f"{CANARY} " * 50, "is longer than 200 characters"),
            ("physical_addresses.csv", "city", CANARY * 50, "is longer than 200 characters"),
            ("physical_addresses.csv", "postal_code", "0" * 201, "is longer than 200 characters"),
        ],
    )
    def test_what_many_share_is_short(
        self, folder: Path, file: str, column: str, value: str, why: str
    ) -> None:
        """A parent is an id, and a name that stands once for many is no essay: one cell is lost."""
        put(folder, file, 2, column, value)

        read = hsds.read(folder)

        assert rejects(read) == [(file, 2, column, why, True)]
        assert value not in str(attrs.asdict(read.directory))

    def test_a_place_has_a_hundred_of_each_kind(self, tmp_path: Path) -> None:
        """The same again is no other; one more is left out."""
        write(tmp_path, "services.csv", "id,name", "s,Soup")
        write(tmp_path, "locations.csv", "id", "l")
        write(tmp_path, "services_at_location.csv", "service_id,location_id", "s,l")
        numbers = [f"{each},l" for each in range(100)]
        write(tmp_path, "phones.csv", "number,location_id", *numbers, "7,l", "100,l")

        read = hsds.read(tmp_path)

        why = "is one more than the 100 of its kind that a service may have"
        assert rejects(read) == [("phones.csv", 103, "", why, False)]
        assert [len(each.phones) for each in read.directory.services] == [100]

    def test_a_kind_of_help_is_below_a_hundred_others(self, tmp_path: Path) -> None:
        """However long a file goes on naming parents of parents."""
        parents = [f"n{each},N{each},n{each + 1}" for each in range(200)]
        write(tmp_path, "services.csv", "id,name", "s,Soup")
        write(tmp_path, "taxonomy.csv", "id,name,parent_id", *parents)
        write(tmp_path, "services_taxonomy.csv", "service_id,taxonomy_id", "s,n0")

        search = hsds.read(tmp_path).directory.search

        assert [search(Search(need=f"n{each}")).total for each in (0, 1, 99, 100)] == [1, 1, 1, 0]

    def test_another_format_is_told_after_many_rows(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Instead of a report that nobody can read."""
        monkeypatch.setattr(hsds, "_REJECTS", 3)
        write(tmp_path, "services.csv", "id,name", *("1," for _ in range(5)))

        with pytest.raises(NotHsds) as caught:
            hsds.read(tmp_path)
        assert caught.value.what.startswith("is another format: over 3 rows do not fit.")
        assert caught.value.__context__ is None

    def test_the_error_is_in_the_tree_and_can_be_pickled(self) -> None:
        """So that it crosses processes."""
        error = pickle.loads(pickle.dumps(NotHsds("a.csv", "is no")))  # noqa: S301 - our own

        assert isinstance(error, NotHsds)
        assert isinstance(error, pk.BadInput)
        assert str(error) == "a.csv: is no"

    @settings(max_examples=40, deadline=None)
    @given(st.sampled_from(sorted(COLUMNS)), st.data())
    def test_no_bytes_break_it(
        self, tmp_path_factory: pytest.TempPathFactory, file: str, data: st.DataObject
    ) -> None:
        """Whatever stands in a file: a directory, or one error of ours."""
        folder = tmp_path_factory.mktemp("fuzz")
        make(folder, 3)
        raw = bytearray((folder / file).read_bytes())
        for _ in range(data.draw(st.integers(1, 6))):
            place = data.draw(st.integers(0, len(raw) - 1))
            raw[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
        (folder / file).write_bytes(bytes(raw))

        try:
            read = hsds.read(os.fspath(folder))
        except NotHsds:
            return
        read.directory.search(Search(need="kitchen", place="Exampleton"))


@cache
def real() -> HsdsImport:
    """A county's own directory, all twelve files, read once."""
    return hsds.read(REAL, zone="America/New_York")


@pytest.mark.skipif(not REAL.is_dir(), reason="the real directory is not on this machine")
class TestReal:
    """A county's own directory, as it is published."""

    def test_every_service_comes_in_and_every_fault_is_told(self) -> None:
        """4,089 services; the eligibility file names no service at all, and nothing is guessed."""
        read = real()

        assert len(read.directory) == 4089
        assert Counter((it.file, it.column, it.kept) for it in read.rejects) == {
            ("eligibility.csv", "service_id", False): 2244,
            ("services.csv", "organization_id", True): 447,
            ("regular_schedules.csv", "opens_at", False): 159,
            ("regular_schedules.csv", "closes_at", False): 28,
            ("physical_addresses.csv", "", False): 30,
            ("phones.csv", "number", False): 22,
            ("languages.csv", "language", False): 7,
            ("taxonomy.csv", "id", False): 3,
        }
        assert read.rows == {
            "organizations.csv": 1074,
            "taxonomy.csv": 1991,
            "services.csv": 4089,
            "locations.csv": 4089,
            "services_at_location.csv": 4089,
            "physical_addresses.csv": 4059,
            "accessibility_for_disabilities.csv": 4089,
            "languages.csv": 9357,
            "eligibility.csv": 0,
            "phones.csv": 4067,
            "regular_schedules.csv": 11163,
            "services_taxonomy.csv": 26259,
        }

    def test_nothing_of_the_files_is_left_in_the_text(self) -> None:
        """No mark, no escaped line break, no mangled quotation mark."""
        told = "".join(each.description for each in real().directory.services)

        assert not any(each in told for each in ("###MON###", "\\n", "GÇÖ", "GÇ£"))

    def test_these_are_found(self) -> None:
        """Counted in the files once, in another way."""
        monday_noon = datetime(2026, 11, 23, 17, tzinfo=UTC)
        found = {
            "BH-1800": Search(need="BH-1800"),
            "food pantry": Search(need="food pantry"),
            "town": Search(place="hialeah"),
            "code": Search(place="33128"),
            "creole": Search(language="Creole"),
            "open": Search(open_at=monday_noon),
        }
        directory = real().directory
        assert {name: directory.search(each).total for name, each in found.items()} == {
            "BH-1800": 32,
            "food pantry": 7,
            "town": 148,
            "code": 124,
            "creole": 1451,
            "open": 2031,
        }
