"""Makes the small HSDS directory in ``examples/hsds``: an invented town, obviously.

Run it again to get the same files, byte for byte. The blemishes of real directories are in it
on purpose: names of no organization, eligibility of no service, times that are none, marks and
escapes that a program left behind. ``make(folder, 4089)`` makes a town as large as a county.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

FOLDER = Path(__file__).parent / "hsds"
SERVICES = 24
Row = dict[str, object]

#: As HSDS 1.0 names files and columns. Those that stay empty here are left out.
COLUMNS = {
    "organizations.csv": "id name alternate_name description email url",
    "taxonomy.csv": "id name parent_id parent_name vocabulary",
    "services.csv": """
        id organization_id program_id name alternate_name description url email status
        application_process wait_time fees
    """,
    "locations.csv": "id organization_id name description latitude longitude",
    "services_at_location.csv": "id service_id location_id description",
    "physical_addresses.csv": """
        id location_id attention address_1 city region state_province postal_code country address_2
    """,
    "accessibility_for_disabilities.csv": "id location_id accessibility details",
    "languages.csv": "id service_id location_id language",
    "eligibility.csv": "id service_id eligibility",
    "phones.csv": "id location_id service_id organization_id number extension",
    "regular_schedules.csv": """
        id service_id location_id service_at_location_id weekday opens_at closes_at original_text
    """,
    "services_taxonomy.csv": "id service_id taxonomy_id taxonomy_detail",
}
WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TREES = ("Alder", "Beech", "Cedar", "Elm", "Fir", "Hazel", "Juniper", "Larch", "Maple", "Oak")
TOWNS = (("Exampleton", "00501"), ("Sampleville", "00502"), ("Port Pretend", "00503-1234"))
#: Kinds of help: id, name, parent. The ids have the form of a well-known taxonomy, and are ours.
NEEDS = (
    ("B", "Basic Things", ""),
    ("BD-1000", "Food Pantries", "B"),
    ("BD-1000.2000", "Soup Kitchens", "B"),
    ("BH-1000", "Night Shelters", "B"),
    ("BH-1000.5000-100", "Shelters for Young People", "B"),
    ("H", "Learning", ""),
    ("HD-1000", "Reading Classes", "H"),
    ("L", "Health", ""),
    ("LV-1000", "Walk-in Clinics", "L"),
    ("RX-1000", "Detoxification", "L"),
    ("RX-2000", "Recovery Groups", "L"),
    ("T", "Getting About", ""),
)
KINDS = ("Kitchen", "Shelter", "Clinic", "Class", "Recovery Café", "Bus Pass Desk")
NEEDED = (
    ("BD-1000", "BD-1000.2000"),
    ("BH-1000", "BH-1000.5000-100"),
    ("LV-1000",),
    ("HD-1000",),
    ("RX-2000", "RX-1000"),
    ("T",),
)
SPOKEN = (("English",), ("English", "Spanish"), ("English", "Creole", "Spanish (limited)"))
SENTENCE = "An invented service of an invented town, so that nobody looks for it. "


def organizations(count: int) -> Iterator[Row]:
    """One for every four services."""
    for number in range(0, count, 4):
        yield {
            "id": 101 + number,
            "name": f"Example {TREES[number // 4 % len(TREES)]} Society",
            "description": SENTENCE,
            "url": "www.example.org",
        }


def taxonomy(count: int) -> Iterator[Row]:
    """Every kind of help, and one of them once more."""
    for id_, name, parent in (*NEEDS, NEEDS[1]):
        yield {"id": id_, "name": name, "parent_id": parent, "vocabulary": "Example"}


def services(count: int) -> Iterator[Row]:
    """One of each kind in turn; every tenth names an organization that is not there."""
    for number in range(count):
        mark = "\\n\\n###EXA###" if number % 4 == 1 else ""
        quoted = "It is called GÇ£the houseGÇ¥. " if number % 5 == 2 else ""
        yield {
            "id": 101 + number,
            "organization_id": 9000 if number % 10 == 9 else 101 + number // 4 * 4,
            "name": f"{TREES[number % len(TREES)]} Street {KINDS[number % len(KINDS)]}",
            "alternate_name": "Soup for All" if number % 12 == 0 else "",
            "description": f"{quoted}{SENTENCE * (1 + number % 7)}{mark}",
            "application_process": "Walk in, or call" if number % 2 else "",
            "fees": "None",
        }


def locations(count: int) -> Iterator[Row]:
    """Each service has one; four of nine are on no map."""
    for number in range(count):
        north, east = 0.5 + number * 7 % 1000 / 2000, -30.5 + number * 13 % 1000 / 2000
        on_the_map = number % 9 > 3
        yield {
            "id": 101 + number,
            "organization_id": 101 + number,
            "name": f"{TREES[number % len(TREES)]} House",
            "latitude": f"{north:.6f}" if on_the_map else "",
            "longitude": f"{east:.6f}" if on_the_map else "",
        }


def links(count: int) -> Iterator[Row]:
    """Which service is given where."""
    for key in range(101, 101 + count):
        yield {"id": key, "service_id": key, "location_id": key}


def addresses(count: int) -> Iterator[Row]:
    """Padded, as a database of fixed widths leaves them; one is blank."""
    for number in range(count):
        town, code = TOWNS[number % len(TOWNS)]
        row: Row = {
            "id": 101 + number,
            "location_id": 101 + number,
            "address_1": f"{1 + number} {TREES[number % len(TREES)]} Street",
            "address_2": "Door 2" if number % 5 == 1 else "",
            "city": town,
            "state_province": "EX ",
            "postal_code": code,
            "country": "   ",
        }
        blank = {"id": 101 + number, "location_id": 101 + number, "country": "   "}
        yield blank if number == 7 else row


def access(count: int) -> Iterator[Row]:
    """Some say that a wheelchair gets in."""
    for number in range(count):
        told = "Wheelchair accessible" if number % 3 == 0 else ""
        yield {"id": 101 + number, "location_id": 101 + number, "accessibility": told}


def languages(count: int) -> Iterator[Row]:
    """One to three each; the first says one twice, and one leaves it out."""
    for number in range(count):
        key = 101 + number
        for spoken in (*SPOKEN[number % 3], *(("english",) if number == 0 else ())):
            yield {"id": key, "service_id": key, "location_id": key, "language": spoken}
    yield {"id": 101, "service_id": 101, "location_id": 101}


def eligibility(count: int) -> Iterator[Row]:
    """In free words; one belongs to nobody."""
    for number in range(0, count, 2):
        told = "Women and children" if number % 4 else "Adults, 18 and over.\\n\\nVeterans first."
        yield {"id": number, "service_id": "" if number == 4 else 101 + number, "eligibility": told}


def phones(count: int) -> Iterator[Row]:
    """Numbers that are kept for stories."""
    for number in range(count):
        key = 101 + number
        told = "" if number == 3 else f"555-01{number % 100:02}"
        extension = "7" if number % 8 == 0 else ""
        yield {
            "id": key, "location_id": key, "service_id": key, "number": told,
            "extension": extension,
        }  # fmt: skip


def schedules(count: int) -> Iterator[Row]:
    """A week each: office hours, a break at noon, past midnight, all day, none; and four faults."""
    for number in range(count):
        key = 101 + number
        for weekday, opens, closes, told in hours(number):
            yield {
                "service_id": key, "weekday": weekday, "opens_at": opens, "closes_at": closes,
                "original_text": told,
            }  # fmt: skip
    for weekday, opens, closes in (
        ("Monday", "", ""),
        ("Monday", "9:0am", "5:00pm"),
        ("Someday", "9:00am", "5:00pm"),
        ("Monday", "9:00pm", "7:00pm"),
    ):
        yield {"service_id": 106, "weekday": weekday, "opens_at": opens, "closes_at": closes}


def hours(number: int) -> Iterator[tuple[str, str, str, str]]:
    """The hours of one service, with what a flyer would say."""
    kind = number % 6
    for day, weekday in enumerate(WEEK):
        if kind in (0, 2) and day < 5:
            yield weekday, "9:00am", "5:00pm", "9:00am-5:00pm, Mon-Fri"
        elif kind == 1:
            yield weekday, "8:00 pm ", "7:00am", "8 in the evening to 7 in the morning"
        elif kind == 3 and day in (1, 3):
            yield weekday, "9am", "12:00pm", "9-12 and 1-4, Tue, Thu"
            yield weekday, "1:00pm", "4:00pm", "9-12 and 1-4, Tue, Thu"
        elif kind == 4:
            yield weekday, "12:00am", "11:59pm", "24 hours a day, 7 days a week"


def tags(count: int) -> Iterator[Row]:
    """What help each service gives; one names a kind that is not there."""
    key = 0
    for number in range(count):
        for need in NEEDED[number % len(NEEDED)]:
            yield {"id": (key := key + 1), "service_id": 101 + number, "taxonomy_id": need}
    yield {"id": key + 1, "service_id": 101, "taxonomy_id": "ZZ-1000"}


MADE = {
    "organizations.csv": organizations,
    "taxonomy.csv": taxonomy,
    "services.csv": services,
    "locations.csv": locations,
    "services_at_location.csv": links,
    "physical_addresses.csv": addresses,
    "accessibility_for_disabilities.csv": access,
    "languages.csv": languages,
    "eligibility.csv": eligibility,
    "phones.csv": phones,
    "regular_schedules.csv": schedules,
    "services_taxonomy.csv": tags,
}


def csv_bytes(file: str, rows: Iterable[Row]) -> bytes:
    """One file, with LF and without a byte order mark."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS[file].split(), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def make(folder: Path, count: int = SERVICES) -> None:
    """Write the twelve files of a town with so many services."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, rows in MADE.items():
        (folder / file).write_bytes(csv_bytes(file, rows(count)))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
