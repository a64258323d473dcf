"""A folder from another system comes in: every good row, and a reason for every other one."""

from __future__ import annotations

import csv
import io
import operator
import os
import pickle
import shutil
import traceback
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path

import attrs
import pytest
from examples.make_hmis_sample import make
from hypothesis import given, settings
from hypothesis import strategies as st

import peerkit as pk
from peerkit import Experience
from peerkit.errors import BadInput
from peerkit.exchange import hmis
from peerkit.exchange.hmis import Export, NotHmis, Reject

REPO = Path(__file__).parents[1]
SAMPLE = REPO / "examples" / "hmis"
HMIS_REAL = REPO.parent / "shared" / "data"
FILES = tuple(hmis.COLUMNS)
CANARY = "Zebrafinch"

NOT_KEPT = "is not the id of a row kept from "
NO_CODE = "is not a code of this column in FY2024 or FY2026"
NO_DAY = "is not a day written YYYY-MM-DD, 1900 to 2099"
NO_ID = "is not an id: 1 to 64 ASCII letters, digits and signs"
NO_CSV = "is not CSV: a quote is out of place or never closed"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped sample without its blemishes; line 41 is a person with one open enrollment."""
    copy = tmp_path / "export"
    shutil.copytree(SAMPLE, copy)
    for file, end in (("Client.csv", 41), ("Enrollment.csv", 47), ("Exit.csv", 31)):
        edit(copy, file, operator.itemgetter(slice(end)))
    return copy


def edit(folder: Path, file: str, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Change the physical lines of one file."""
    path = folder / file
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


def edit_line(folder: Path, file: str, line: int, change: Callable[[bytes], bytes]) -> None:
    """Change one physical line, counted from 1."""
    edit(folder, file, lambda all_: [*all_[: line - 1], change(all_[line - 1]), *all_[line:]])


def table(folder: Path, file: str) -> list[list[str]]:
    """The cells of a file, header included."""
    return list(csv.reader(io.StringIO((folder / file).read_text("utf-8-sig"), newline="")))


def write(folder: Path, file: str, rows: list[list[str]]) -> None:
    """Write the cells of a file, as UTF-8 with LF."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    (folder / file).write_bytes(text.getvalue().encode())


def put(folder: Path, file: str, line: int, column: str, value: str) -> None:
    """Set one cell."""
    rows = table(folder, file)
    rows[line - 1][rows[0].index(column)] = value
    write(folder, file, rows)


def rejects(export: Export) -> list[tuple[str, int, str, str]]:
    """The reject report as plain tuples."""
    return [attrs.astuple(reject) for reject in export.rejects]


class TestSample:
    """The export the project ships."""

    def test_it_shows_the_reject_report(self) -> None:
        """People, enrollments and exits come in; four rows are reported, one was deleted."""
        export = hmis.read(SAMPLE)

        assert export.version == "FY2026"
        assert export.rows == {
            "Project.csv": 4, "Client.csv": 40, "Enrollment.csv": 46, "Exit.csv": 30,
        }  # fmt: skip
        assert export.deleted == 1
        assert rejects(export) == [
            ("Client.csv", 42, "PersonalID", "is the id of an earlier row"),
            ("Enrollment.csv", 49, "EntryDate", NO_DAY),
            ("Exit.csv", 32, "EnrollmentID", NOT_KEPT + "Enrollment.csv"),
            ("Exit.csv", 33, "Destination", NO_CODE),
        ]

    def test_it_is_what_the_committed_script_makes(self, tmp_path: Path) -> None:
        """The script gives the shipped files again, byte for byte."""
        make(tmp_path)

        assert {file: (tmp_path / file).read_bytes() for file in FILES} == {
            file: (SAMPLE / file).read_bytes() for file in FILES
        }

    def test_nobody_in_it_is_real(self) -> None:
        """Everybody is called Example and has a social security number nobody can have."""
        header, *people = table(SAMPLE, "Client.csv")
        name, number = header.index("FirstName"), header.index("SSN")

        assert {row[name] for row in people} == {"Example"}
        assert all(row[number] == "" or row[number].startswith("000-00-") for row in people)


class TestWhatIsRead:
    """The values that come out."""

    def test_a_person_with_two_enrollments(self, folder: Path) -> None:
        """Days are days, codes are numbers, yes and no are booleans, and what is open is None."""
        first = hmis.read(folder).clients[0]

        assert (first.id, first.born, first.veteran) == ("1001", date(1952, 1, 1), False)
        assert first.enrollments == (
            hmis.Enrollment(
                id="2001",
                project="1",
                project_type=1,
                entry=date(2025, 10, 1),
                exit=date(2025, 10, 21),
                destination=410,
                prior=116,
                head_of_household=True,
                from_prison=None,
            ),
            hmis.Enrollment(
                id="2101",
                project="4",
                project_type=6,
                entry=date(2025, 11, 30),
                prior=116,
                head_of_household=True,
            ),
        )

    def test_enrollments_come_in_the_order_of_entry(self, folder: Path) -> None:
        """A later row with an earlier entry date comes first."""
        put(folder, "Enrollment.csv", 42, "EntryDate", "2024-05-01")

        assert [one.id for one in hmis.read(folder).clients[0].enrollments] == ["2101", "2001"]

    @pytest.mark.parametrize(
        ("code", "meant"),
        [("", None), ("0", False), ("1", True), ("8", None), ("9", None), ("99", None)],
    )
    def test_yes_and_no(self, folder: Path, code: str, meant: object) -> None:
        """Not known, not said, not asked and blank are all None."""
        put(folder, "Client.csv", 41, "VeteranStatus", code)
        put(folder, "Enrollment.csv", 41, "PrisonDischarge", code)

        last = hmis.read(folder).clients[-1]

        assert last.veteran is meant
        assert last.enrollments[0].from_prison is meant

    @pytest.mark.parametrize(
        ("code", "meant"), [("", None), ("1", True), ("2", False), ("5", False), ("99", None)]
    )
    def test_head_of_household(self, folder: Path, code: str, meant: object) -> None:
        """Only relationship 1 is the head of the household."""
        put(folder, "Enrollment.csv", 41, "RelationshipToHoH", code)

        assert hmis.read(folder).clients[-1].enrollments[0].head_of_household is meant

    @pytest.mark.parametrize(
        ("file", "column"),
        [
            ("Client.csv", "DOB"),
            ("Client.csv", "VeteranStatus"),
            ("Enrollment.csv", "LivingSituation"),
            ("Enrollment.csv", "RelationshipToHoH"),
            ("Enrollment.csv", "PrisonDischarge"),
            ("Exit.csv", "Destination"),
        ],
    )
    @pytest.mark.parametrize("blank", ["", "  "])
    def test_optional_fields_may_be_blank(
        self, folder: Path, file: str, column: str, blank: str
    ) -> None:
        """A blank, or a cell of spaces, is None and costs nothing."""
        put(folder, file, 2, column, blank)

        export = hmis.read(folder)

        person = export.clients[0]
        values = attrs.asdict(person) | attrs.asdict(person.enrollments[0])
        field = {
            "DOB": "born", "VeteranStatus": "veteran", "LivingSituation": "prior",
            "RelationshipToHoH": "head_of_household", "PrisonDischarge": "from_prison",
            "Destination": "destination",
        }[column]  # fmt: skip
        assert export.rejects == ()
        assert values[field] is None

    def test_every_living_situation_and_destination_of_the_tables_comes_in(
        self, folder: Path
    ) -> None:
        """Rooms in a home are only a prior situation; leaving codes are only a destination."""
        came_in: dict[str, set[int]] = {"LivingSituation": set(), "Destination": set()}
        for column, file in (("LivingSituation", "Enrollment.csv"), ("Destination", "Exit.csv")):
            for code in hmis.SITUATIONS:
                put(folder, file, 2, column, str(code))
                if not hmis.read(folder).rejects:
                    came_in[column].add(code)
            put(folder, file, 2, column, "")

        everything = set(hmis.SITUATIONS)
        assert everything - came_in["Destination"] == {335, 336}
        assert everything - came_in["LivingSituation"] == {
            17, 24, 30, 37, 312, 313, 327, 422, 423, 426,
        }  # fmt: skip

    def test_every_project_type_has_a_word(self, folder: Path) -> None:
        """Each of the fourteen codes comes in; 5 and 15 never were codes."""
        for code in range(16):
            put(folder, "Project.csv", 2, "ProjectType", str(code))

            assert (code in hmis.PROJECT_TYPES) == (not hmis.read(folder).rejects)


class TestHowFilesLook:
    """Byte order marks, line endings, columns."""

    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    @pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
    def test_marks_and_line_endings_change_nothing(
        self, folder: Path, mark: bytes, ending: bytes
    ) -> None:
        """With or without a mark, LF or CRLF, with or without a last one: the same export."""
        expected = hmis.read(folder)
        for file in FILES:
            text = (folder / file).read_bytes().removeprefix(b"\xef\xbb\xbf")
            (folder / file).write_bytes(mark + ending.join(text.splitlines()))

        assert hmis.read(folder) == expected

    def test_columns_may_stand_in_any_order_and_among_others(self, folder: Path) -> None:
        """Columns are found by name; what is not read is never judged."""
        expected = hmis.read(folder)
        for file in FILES:
            rows = [["Local", *reversed(row)] for row in table(folder, file)]
            write(folder, file, rows)

        assert hmis.read(folder) == expected

    def test_the_older_columns_are_told_from_the_newer(self, folder: Path) -> None:
        """Woman and Man instead of Sex make it FY2024."""
        edit_line(folder, "Client.csv", 1, lambda line: line.replace(b"Sex,Am", b"Woman,Am"))
        edit_line(folder, "Client.csv", 1, lambda line: line.replace(b"Asian", b"Man"))

        assert hmis.read(folder).version == "FY2024"

    @pytest.mark.parametrize("marks", ["Other", "Woman", "Sex,Woman", "Sex,Woman,Man"])
    def test_no_known_year(self, folder: Path, marks: str) -> None:
        """Neither year, half of one, or both: one error that says how the years differ."""
        edit_line(
            folder, "Client.csv", 1, lambda line: line.replace(b",Sex,", f",{marks},".encode())
        )

        with pytest.raises(NotHmis, match=r"^Client\.csv: is of no known year: FY2024 has"):
            hmis.read(folder)

    def test_a_file_without_rows(self, folder: Path) -> None:
        """A header alone is an export of nobody."""
        for file in FILES:
            edit(folder, file, lambda lines: lines[:1])

        export = hmis.read(str(folder))

        assert (export.clients, export.rejects) == ((), ())
        assert export.rows == dict.fromkeys(FILES, 0)


class TestNotHmis:
    """What is not an export is one clear error."""

    def test_it_is_bad_input_and_travels(self, tmp_path: Path) -> None:
        """It can be caught as BadInput and sent between processes."""
        with pytest.raises(BadInput) as caught:
            hmis.read(tmp_path)

        again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
        assert (type(again), str(again)) == (NotHmis, str(caught.value))

    @pytest.mark.parametrize("name", ["nowhere", "nowhere/at/all", "\0", "n" * 5000, "a.zip"])
    def test_no_folder(self, tmp_path: Path, name: str) -> None:
        """A folder that is not there, cannot be, or is a file still packed."""
        (tmp_path / "a.zip").write_bytes(b"PK")

        with pytest.raises(NotHmis):
            hmis.read(tmp_path / name)

    @pytest.mark.parametrize("file", FILES)
    @pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "empty", "zip", "utf-16"])
    def test_no_file(self, folder: Path, file: str, kind: str) -> None:
        """Each file must be there, be a file, and begin with text; the error names it."""
        path = folder / file
        text = path.read_text("utf-8-sig")
        path.unlink()
        match kind:
            case "folder":
                path.mkdir()
            case "pipe":
                if not hasattr(os, "mkfifo"):
                    pytest.skip("this system has no named pipes")
                os.mkfifo(path)
            case "empty":
                path.write_bytes(b"")
            case "zip":
                path.write_bytes(b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + bytes(range(256)))
            case "utf-16":
                path.write_text(text, "utf-16")
            case _:
                pass

        with pytest.raises(NotHmis, match=rf"^{file}: (is missing|does not begin)"):
            hmis.read(folder)

    @pytest.mark.parametrize(
        ("file", "column"), [(file, column) for file in FILES for column in hmis.COLUMNS[file]]
    )
    @pytest.mark.parametrize("change", ["gone", "lower", "twice"])
    def test_a_column_that_is_missing(
        self, folder: Path, file: str, column: str, change: str
    ) -> None:
        """A column that is missing, spelt otherwise or there twice is named."""
        rows = table(folder, file)
        place = rows[0].index(column)
        rows[0][place] = {"gone": "Local", "lower": column.lower(), "twice": column}[change]
        rows[0][-1] = column if change == "twice" else rows[0][-1]
        write(folder, file, rows)

        with pytest.raises(NotHmis, match=rf"^{file}: lacks the columns {column}\. "):
            hmis.read(folder)

    def test_a_file_that_is_too_large(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file above the limit is not opened."""
        monkeypatch.setattr(hmis, "_FILE", 4000)

        with pytest.raises(NotHmis, match=r"^Client\.csv: is larger than 1 GiB"):
            hmis.read(folder)

    def test_rows_that_never_fit(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Too many refused rows are another format, not a report of a million lines."""
        monkeypatch.setattr(hmis, "_REJECTS", 30)
        edit(folder, "Client.csv", lambda lines: [lines[0], *[b"x\n"] * 31])

        with pytest.raises(NotHmis, match=r"^Client\.csv: is another format, or of another year"):
            hmis.read(folder)


class TestRowsLeftOut:
    """A bad row is reported, and the good ones come in."""

    @pytest.mark.parametrize("file", FILES)
    def test_the_same_row_twice(self, folder: Path, file: str) -> None:
        """The first stays, the second is reported with its own line."""
        expected = hmis.read(folder)
        edit(folder, file, lambda lines: [*lines, lines[1]])

        export = hmis.read(folder)

        line, column = len(table(folder, file)), hmis.COLUMNS[file][0]
        assert rejects(export) == [(file, line, column, "is the id of an earlier row")]
        assert export.clients == expected.clients

    def test_a_deleted_row(self, folder: Path) -> None:
        """A deleted row is counted, not judged, and leaves its id to a later row."""
        line = (folder / "Client.csv").read_bytes().splitlines(keepends=True)[40]
        put(folder, "Client.csv", 41, "DateDeleted", "2026-01-01 10:00:00")
        put(folder, "Client.csv", 41, "DOB", "long ago")
        edit(folder, "Client.csv", lambda lines: [*lines, line])

        export = hmis.read(folder)

        assert (export.deleted, export.rejects, len(export.clients)) == (1, (), 40)

    def test_rows_that_lean_on_a_deleted_row(self, folder: Path) -> None:
        """Enrollments and exits of somebody deleted are refused, not left hanging."""
        put(folder, "Client.csv", 2, "DateDeleted", "2026-01-01 10:00:00")

        export = hmis.read(folder)

        assert export.deleted == 1
        assert rejects(export) == [
            ("Enrollment.csv", 2, "PersonalID", NOT_KEPT + "Client.csv"),
            ("Enrollment.csv", 42, "PersonalID", NOT_KEPT + "Client.csv"),
            ("Exit.csv", 2, "EnrollmentID", NOT_KEPT + "Enrollment.csv"),
        ]

    def test_rows_that_lean_on_a_refused_project(self, folder: Path) -> None:
        """A project without a type takes its enrollments with it, each with a reason."""
        put(folder, "Project.csv", 4, "ProjectType", "")

        export = hmis.read(folder)

        assert rejects(export)[0] == ("Project.csv", 4, "ProjectType", "is blank")
        assert {one.column for one in export.rejects[1:]} == {"ProjectID", "EnrollmentID"}
        assert export.rows["Enrollment.csv"] == 46 - 10

    @pytest.mark.parametrize(
        ("file", "column", "value", "why"),
        [
            ("Client.csv", "PersonalID", "", "is blank"),
            ("Client.csv", "PersonalID", "Jo Doe", NO_ID),
            ("Client.csv", "PersonalID", "7" * 65, NO_ID),
            ("Client.csv", "DOB", "1990-02-30", NO_DAY),
            ("Client.csv", "DOB", "0001-01-01", NO_DAY),
            ("Client.csv", "DOB", "19900203", NO_DAY),
            ("Client.csv", "DOB", "1990-W01-1", NO_DAY),
            ("Client.csv", "DOB", "02/03/1990", NO_DAY),
            ("Client.csv", "DOB", "1990-02-03 00:00:00", NO_DAY),
            ("Client.csv", "DOB", "１９９０-02-03", NO_DAY),
            ("Client.csv", "VeteranStatus", "2", NO_CODE),
            ("Client.csv", "VeteranStatus", "01", NO_CODE),
            ("Client.csv", "VeteranStatus", "1.0", NO_CODE),
            ("Client.csv", "VeteranStatus", "true", NO_CODE),
            ("Client.csv", "VeteranStatus", "１", NO_CODE),
            ("Enrollment.csv", "EntryDate", "", "is blank"),
            ("Enrollment.csv", "LivingSituation", "16", NO_CODE),
            ("Enrollment.csv", "LivingSituation", "312", NO_CODE),
            ("Enrollment.csv", "RelationshipToHoH", "6", NO_CODE),
            ("Enrollment.csv", "PrisonDischarge", "Y", NO_CODE),
            ("Enrollment.csv", "ProjectID", "77", NOT_KEPT + "Project.csv"),
            ("Enrollment.csv", "PersonalID", "77", NOT_KEPT + "Client.csv"),
        ],
    )  # fmt: skip
    def test_a_value_that_does_not_fit(
        self, folder: Path, file: str, column: str, value: str, why: str
    ) -> None:
        """The report names file, line, column and reason; everybody else comes in."""
        put(folder, file, 41, column, value)

        export = hmis.read(folder)

        leaning = [("Enrollment.csv", 41, "PersonalID", NOT_KEPT + "Client.csv")]
        expected = [(file, 41, column, why)]
        assert rejects(export) == expected + (leaning if file == "Client.csv" else [])
        assert [one.id for one in export.clients[:39]] == [str(id_) for id_ in range(1001, 1040)]

    @pytest.mark.parametrize(
        ("column", "value", "why"),
        [
            *(("Destination", str(code), NO_CODE) for code in (1, 3, 10, 19, 20, 21, 22, 23, 26)),
            ("Destination", "335", NO_CODE),
            ("Destination", "4.1e2", NO_CODE),
            ("ExitDate", "2025-09-30", "is before the entry date of the enrollment"),
            ("ExitDate", "", "is blank"),
            ("EnrollmentID", "77", NOT_KEPT + "Enrollment.csv"),
            ("EnrollmentID", "2003", "is not the person of the enrollment"),
            ("PersonalID", "1002", "is not the person of the enrollment"),
        ],
    )
    def test_an_exit_that_does_not_fit(
        self, folder: Path, column: str, value: str, why: str
    ) -> None:
        """The exit is refused and the enrollment stays open."""
        put(folder, "Exit.csv", 2, column, value)

        export = hmis.read(folder)

        first = export.clients[0].enrollments[0]
        named = "PersonalID" if "person" in why else column
        assert rejects(export)[0] == ("Exit.csv", 2, named, why)
        assert (first.exit, first.destination) == (None, None)

    def test_a_second_exit(self, folder: Path) -> None:
        """An enrollment ends once: the first exit stays."""
        rows = table(folder, "Exit.csv")
        again = list(rows[1])
        again[0], again[3] = "9999", "2026-01-01"
        write(folder, "Exit.csv", [*rows, again])

        export = hmis.read(folder)

        assert rejects(export) == [
            ("Exit.csv", 32, "EnrollmentID", "is an enrollment that has an exit already")
        ]
        assert export.clients[0].enrollments[0].exit == date(2025, 10, 21)

    def test_leaving_on_the_day_of_entry(self, folder: Path) -> None:
        """An exit on the day of entry is fine."""
        put(folder, "Exit.csv", 2, "ExitDate", "2025-10-01")

        assert hmis.read(folder).rejects == ()


class TestLinesThatAreNotCsv:
    """A line that cannot be parsed costs itself and no other."""

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (lambda line: line.replace(b"Example", b'"Example', 1), NO_CSV),
            (lambda line: line.replace(b"Example", b'"Exam"ple', 1), NO_CSV),
            (lambda line: line.replace(b"Example", b"Exam\rple", 1), NO_CSV),
            (lambda line: line.replace(b"Example", b"\0", 1), "holds a NUL byte"),
            (lambda line: line.replace(b"Example", b"x" * 131_073, 1), "is longer than 128 KiB"),
            (lambda line: line.replace(b"Example", b"x" * 400_000, 1), "is longer than 128 KiB"),
            (lambda line: line.replace(b",", b"", 1), "has 37 cells under 38 columns"),
            (lambda line: line.replace(b",", b",,", 1), "has 39 cells under 38 columns"),
            (lambda _: b"#\n", "has 1 cells under 38 columns"),
        ],
    )
    @pytest.mark.parametrize("line", [2, 10, 41])
    def test_one_line(
        self, folder: Path, line: int, change: Callable[[bytes], bytes], why: str
    ) -> None:
        """First, middle or last: only the person of that line is missing."""
        edit_line(folder, "Client.csv", line, change)

        export = hmis.read(folder)

        assert rejects(export)[0] == ("Client.csv", line, "", why)
        assert [one for one in export.rejects[1:] if one.file == "Client.csv"] == []
        assert {int(one.id) for one in export.clients} == set(range(1001, 1041)) - {999 + line}

    def test_two_quotes_that_seem_to_belong_together(self, folder: Path) -> None:
        """A quote left open on one line is not closed by another line's mistake."""
        edit_line(folder, "Client.csv", 5, lambda line: line.replace(b"Example", b'"Example'))
        edit_line(folder, "Client.csv", 8, lambda line: line.replace(b"Example", b'Example"'))

        export = hmis.read(folder)

        assert rejects(export)[0] == ("Client.csv", 5, "", NO_CSV)
        assert export.rows["Client.csv"] == 39

    def test_a_cell_with_line_breaks(self, folder: Path) -> None:
        """A quoted cell may hold commas, quotes and line breaks; later lines keep their number."""
        edit_line(
            folder,
            "Client.csv",
            3,
            lambda line: line.replace(b"Example", b'"Example,\n""the\r\n\nsecond"""'),
        )
        edit(folder, "Client.csv", lambda lines: [*lines, b"x\n"])

        export = hmis.read(folder)

        assert export.clients[1].id == "1002"
        assert rejects(export) == [("Client.csv", 45, "", "has 1 cells under 38 columns")]

    @pytest.mark.parametrize(("breaks", "people"), [(1, 40), (32, 40), (33, 39)])
    def test_a_cell_of_many_lines(self, folder: Path, breaks: int, people: int) -> None:
        """A row may run on over 32 lines more; what is longer is an open quote."""
        cell = b'"' + b"\n" * breaks + b'"'
        edit_line(folder, "Client.csv", 3, lambda line: line.replace(b"Example", cell))

        assert hmis.read(folder).rows["Client.csv"] == people

    def test_a_cell_with_a_bad_line_in_it(self, folder: Path) -> None:
        """A line that cannot be read is not skipped inside a cell: the row is refused."""
        cell = b'"Exa\n\0\nmple"'
        edit_line(folder, "Client.csv", 41, lambda line: line.replace(b"Example", cell))

        export = hmis.read(folder)

        assert export.rows["Client.csv"] == 39
        assert rejects(export)[:2] == [
            ("Client.csv", 41, "", NO_CSV),
            ("Client.csv", 42, "", "holds a NUL byte"),
        ]

    def test_a_cell_that_never_ends(self, folder: Path) -> None:
        """Lines after an open quote are tried one by one, however many there are."""
        edit_line(
            folder, "Client.csv", 3, lambda line: line.replace(b"Example", b'"' + b"a\n" * 50)
        )

        export = hmis.read(folder)

        assert export.rows["Client.csv"] == 39
        assert [one.line for one in export.rejects if one.file == "Client.csv"] == list(
            range(3, 54)
        )

    def test_a_good_row_between_two_open_quotes(self, folder: Path) -> None:
        """After a line that is given up, a row that runs over several lines is still found."""
        edit_line(folder, "Client.csv", 3, lambda line: line.replace(b"Example", b'"Example'))
        edit_line(folder, "Client.csv", 4, lambda line: line.replace(b"Example", b'"Exa\nmple"'))

        export = hmis.read(folder)

        assert [one.line for one in export.rejects if one.file == "Client.csv"] == [3]
        assert export.rows["Client.csv"] == 39

    def test_empty_lines(self, folder: Path) -> None:
        """An empty line is no row, but it is counted as a line."""
        edit_line(folder, "Client.csv", 2, lambda line: b"\n\r\n" + line)
        edit(folder, "Client.csv", lambda lines: [*lines, b"\n", b"x\n", b"\n"])

        assert rejects(hmis.read(folder)) == [
            ("Client.csv", 45, "", "has 1 cells under 38 columns")
        ]

    def test_a_name_in_another_encoding(self, folder: Path) -> None:
        """Nobody is left out for an accent in a name we do not even keep."""
        edit_line(
            folder, "Client.csv", 3, lambda line: line.replace(b"Example", "Zoë".encode("latin-1"))
        )

        assert hmis.read(folder).rejects == ()

    def test_an_id_in_another_encoding(self, folder: Path) -> None:
        """An id that cannot be read for certain is refused."""
        edit_line(folder, "Client.csv", 41, lambda line: b"\xe9" + line)

        assert rejects(hmis.read(folder))[0][:3] == ("Client.csv", 41, "PersonalID")


class TestNothingPersonalStays:
    """Names and numbers are never kept, shown or quoted."""

    IDENTIFYING = (
        "FirstName", "MiddleName", "LastName", "NameSuffix", "SSN", "AdditionalRaceEthnicity",
    )  # fmt: skip

    @pytest.fixture
    def marked(self, folder: Path) -> Path:
        """Every identifying cell holds the same rare word, and some cells that are judged too."""
        header, *people = table(folder, "Client.csv")
        for column in self.IDENTIFYING:
            for row in people:
                row[header.index(column)] = CANARY
        people[7][header.index("DOB")] = CANARY
        people[8][header.index("VeteranStatus")] = CANARY
        people[9][header.index("PersonalID")] = f"{CANARY} {CANARY}"
        people[10].append(CANARY)
        write(folder, "Client.csv", [header, *people])
        edit_line(folder, "Client.csv", 20, lambda line: line.replace(b"Z", b'"Z', 1))
        put(folder, "Exit.csv", 2, "Destination", CANARY)
        put(folder, "Exit.csv", 3, "OtherDestination", CANARY)
        return folder

    def test_no_object_holds_a_name(self, marked: Path) -> None:
        """Neither the people nor the rejects contain what stood in those cells."""
        export = hmis.read(marked)

        assert len([one for one in export.rejects if one.file == "Client.csv"]) == 5
        assert CANARY.encode() not in pickle.dumps(export)
        assert CANARY not in f"{export!r} {export} {export.rejects!r} {export.clients!r}"

    def test_repr_shows_ids_only(self, folder: Path) -> None:
        """A person or an enrollment in a log is an id and nothing more."""
        export = hmis.read(folder)

        assert repr(export.clients[0]) == str(export.clients[0]) == "Client(id='1001')"
        assert repr(export.clients[0].enrollments[0]) == "Enrollment(id='2001')"
        assert "1001" not in repr(export)

    @staticmethod
    def everything_said(error: BaseException) -> str:
        """An error with its traceback and the locals of every frame of the library."""
        assert error.__context__ is None
        assert error.__cause__ is None
        assert error.__traceback__ is not None
        told = traceback.TracebackException(
            type(error), error, error.__traceback__.tb_next, capture_locals=True
        )
        return f"{error!r} {error} {''.join(told.format())}"

    def test_a_file_without_a_header(self, marked: Path) -> None:
        """The first person is not quoted as if they were a column."""
        edit(marked, "Client.csv", lambda lines: lines[1:])

        with pytest.raises(NotHmis) as caught:
            hmis.read(marked)

        assert CANARY not in self.everything_said(caught.value)

    def test_rows_that_never_fit(self, marked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Giving up in the middle of a file quotes no row."""
        monkeypatch.setattr(hmis, "_REJECTS", 2)

        with pytest.raises(NotHmis) as caught:
            hmis.read(marked)

        assert CANARY not in self.everything_said(caught.value)

    def test_a_disk_that_fails(self, marked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A read error in the middle names the file and holds no line of it."""

        class Failing(io.BytesIO):
            def readline(self, size: int | None = -1, /) -> bytes:
                if self.tell() > 5000:
                    raise OSError(5, "Input/output error")
                return super().readline(size)

        monkeypatch.setattr(Path, "open", lambda path, _mode: Failing(path.read_bytes()))
        monkeypatch.setattr(Path, "read_bytes", _bytes)

        with pytest.raises(NotHmis, match=r"^Client\.csv: cannot be read to its end") as caught:
            hmis.read(marked)

        assert CANARY not in self.everything_said(caught.value)


def _bytes(path: Path) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - Path.open is what the test replaces
        return file.read()


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder that every example of Hypothesis writes into."""
    folder = tmp_path_factory.mktemp("anything")
    make(folder)
    return folder


class TestAnything:
    """Whatever lies in the folder."""

    @staticmethod
    def read_with(folder: Path, file: str, content: bytes) -> None:
        """Read with one file replaced: an export that adds up, or one error."""
        kept = (SAMPLE / file).read_bytes()
        (folder / file).write_bytes(content)
        try:
            export = hmis.read(folder)
        except NotHmis as error:
            assert error.place in FILES  # noqa: PT017 - either answer is right
        else:
            stays = [one for client in export.clients for one in client.enrollments]
            assert len(export.clients) == export.rows["Client.csv"]
            assert len(stays) == export.rows["Enrollment.csv"]
            assert sum(one.exit is not None for one in stays) == export.rows["Exit.csv"]
            assert all(one.column in ("", *hmis.COLUMNS[one.file]) for one in export.rejects)
        finally:
            (folder / file).write_bytes(kept)

    @given(file=st.sampled_from(FILES), content=st.binary(max_size=2000))
    @settings(deadline=None)
    def test_any_bytes(self, scratch: Path, file: str, content: bytes) -> None:
        """Arbitrary bytes give an export or one error."""
        self.read_with(scratch, file, content)

    @given(
        file=st.sampled_from(FILES),
        place=st.floats(0, 1),
        length=st.integers(0, 400),
        content=st.binary(max_size=20) | st.text('",\n\r0 é', max_size=20).map(str.encode),
    )
    @settings(deadline=None)
    def test_any_damage(
        self, scratch: Path, file: str, place: float, length: int, content: bytes
    ) -> None:
        """A real file with a piece cut out or written over gives an export or one error."""
        whole = (SAMPLE / file).read_bytes()
        start = int(place * len(whole))
        self.read_with(scratch, file, whole[:start] + content + whole[start + length :])

    def test_every_row_is_kept_deleted_or_refused(self) -> None:
        """No row of the sample vanishes."""
        export = hmis.read(SAMPLE)

        rows = sum(len(table(SAMPLE, file)) - 1 for file in FILES)
        assert sum(export.rows.values()) + export.deleted + len(export.rejects) == rows

    def test_memory_does_not_grow_with_what_is_not_kept(self, folder: Path) -> None:
        """Thirty megabytes of other columns are read in a tenth of that."""
        padding = b"x" * 100_000
        edit(
            folder,
            "Client.csv",
            lambda lines: [
                lines[0],
                *(line.replace(b"Example", padding) for line in lines[1:]),
                *(
                    b"%d" % (5000 + i) + lines[1][4:].replace(b"Example", padding)
                    for i in range(260)
                ),
            ],
        )
        assert (folder / "Client.csv").stat().st_size > 30_000_000

        tracemalloc.start()
        export = hmis.read(folder)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert export.rows["Client.csv"] == 300
        assert peak < 3_000_000


class TestWelcomes:
    """Who is welcomed from an export, and what of it is taken over."""

    HOME, STREET, VETERAN, JAIL = "6", "1", "1", "207"

    @pytest.mark.parametrize(
        ("project_type", "veteran", "prior", "taken"),
        [
            (HOME, "0", "435", []),
            (STREET, "0", "435", [Experience.HOMELESSNESS]),
            (HOME, "0", "116", [Experience.HOMELESSNESS]),
            (HOME, VETERAN, "435", [Experience.MILITARY_SERVICE]),
            (HOME, "99", JAIL, [Experience.RE_ENTRY]),
            (
                STREET,
                VETERAN,
                JAIL,
                [Experience.HOMELESSNESS, Experience.MILITARY_SERVICE, Experience.RE_ENTRY],
            ),
        ],
    )
    def test_only_what_a_code_says_is_taken_over(
        self, folder: Path, project_type: str, veteran: str, prior: str, taken: list[Experience]
    ) -> None:
        """And a stay in jail or prison is kept to itself until the person offers it."""
        for line in range(2, len(table(folder, "Project.csv")) + 1):
            put(folder, "Project.csv", line, "ProjectType", project_type)
        put(folder, "Client.csv", 3, "VeteranStatus", veteran)
        put(folder, "Enrollment.csv", 3, "LivingSituation", prior)

        found = {each.id: each for each in hmis.welcomes(hmis.read(folder), by="intake")}

        lived = found["hmis-1002"].experiences
        assert [each.of for each in lived] == taken
        assert all(each.offered is (each.of is not Experience.RE_ENTRY) for each in lived)
        assert found["hmis-1002"].key == "hmis/hmis-1002"

    def test_an_id_with_other_signs_becomes_one_of_ours(self, folder: Path) -> None:
        """It is replaced by its digest, the same each time, so nobody comes in twice."""
        rows = table(folder, "Client.csv")
        rows.append(["A+7~", *rows[1][1:]])
        write(folder, "Client.csv", rows)

        first, second = (
            [each.id for each in hmis.welcomes(hmis.read(folder), by="intake")] for _ in range(2)
        )

        assert first == second
        digest = str(first[-1]).removeprefix("hmis-")
        assert (len(digest), "A+7" in digest) == (32, False)
        with pk.Program.open(":memory:") as program:
            done = program.do_all(hmis.welcomes(hmis.read(folder), by="intake"))
            assert {each.verdict for each in done} == {pk.Verdict.ALLOWED}


@pytest.mark.parametrize("year", ["2024", "2026"])
def test_a_real_export(year: str) -> None:
    """The HUD-format sample export of another project comes in whole, in both years' columns."""
    folder = HMIS_REAL / f"hmis-fy{year}"
    if not folder.is_dir():
        pytest.skip(f"{folder.name} is not beside the repository")

    export = hmis.read(folder)

    stays = [one for client in export.clients for one in client.enrollments]
    assert export.version == f"FY{year}"
    assert (export.rejects, export.deleted) == ((), 0)
    assert export.rows == {
        "Project.csv": 10, "Client.csv": 514, "Enrollment.csv": 574, "Exit.csv": 447,
    }  # fmt: skip
    assert (len(export.clients), len(stays)) == (514, 574)
    assert sum(one.exit is not None for one in stays) == 447
    assert sum(client.veteran is True for client in export.clients) == 21
    assert sum(one.prior == 207 for one in stays) == 15
    assert sum(one.destination == 435 for one in stays) == 93


def test_a_reject_is_four_plain_values() -> None:
    """What a reject tells is file, line, column and why, in that order."""
    assert [field.name for field in attrs.fields(Reject)] == ["file", "line", "column", "why"]
