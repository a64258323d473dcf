"""From the founding documents to the code: every name on the page resolves, nothing is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache, reduce
from importlib import import_module
from pathlib import Path
from typing import Final

import attrs
import pytest

import peerkit as pk
from peerkit.handbook.funding import funding_sources
from peerkit.handbook.instruments import instruments

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = (ROOT / "docs/explanation/founding-documents.md").read_text("utf-8")
#: They lie beside the project, not in it.
DOCUMENTS: Final = ROOT.parent / "shared" / "seeds"
#: Its rows say why something is not there; they need no name.
ON_PURPOSE: Final = "Left out on purpose"

_TABLE: Final = re.compile(
    r"^## (?P<title>[^\n]+)\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL
)
_ROW: Final = re.compile(r"^\| (?P<first>.+?) \| (?P<second>.+?) \|$", re.MULTILINE)
#: What stands before an id, if anything does, and the id.
_NAMED: Final = re.compile(r"(?:(?P<kind>[a-z]+) )?`(?P<name>[^`]+)`")


@attrs.frozen
class Row:
    """A row of one of the tables."""

    table: str
    first: str
    second: str

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """The kind of each reference, empty for a name of the code, and its name."""
        return tuple((each["kind"] or "", each["name"]) for each in _NAMED.finditer(self.second))


def rows(page: str) -> list[Row]:
    """Every row of every table, without the headings."""
    return [
        Row(table["title"], each["first"], each["second"])
        for table in _TABLE.finditer(page)
        for each in list(_ROW.finditer(table["body"]))[1:]
    ]


@lru_cache(maxsize=1)
def ids() -> Mapping[str, frozenset[str]]:
    """The ids of each kind that a reference may name."""
    handbook = pk.Handbook.load()
    return {
        "rule": frozenset(each.id for each in pk.ROLE_LIMITS.rules),
        "activity": frozenset(handbook.activities),
        "clause": frozenset(each.id for each in handbook.clauses.values() if not each.unit),
        "limit": frozenset(each.id for each in handbook.clauses.values() if each.unit),
        "instrument": frozenset(each.id for each in instruments()),
        "funding": frozenset(each.id for each in funding_sources()),
    }


def in_the_code(name: str) -> bool:
    """Whether a dotted name is there: at the front door, or in a room of its own."""
    first, *rest = name.split(".")
    if first == "pk":
        return bool(rest) and rest[0] in pk.__all__ and _reached(pk, rest)
    for length in range(len(rest), -1, -1):
        try:
            found = import_module(".".join([first, *rest[:length]]))
        except ImportError:
            continue
        return first == "peerkit" and _reached(found, rest[length:])
    return False


def _reached(start: object, names: list[str]) -> bool:
    try:
        reduce(getattr, names, start)
    except AttributeError:
        return False
    return True


def resolves(kind: str, name: str) -> bool:
    """Whether a reference points at something."""
    if name.startswith(("pk.", "peerkit.")):
        return in_the_code(name)
    return name in ids().get(kind, ())


def faults(page: str) -> Iterator[str]:
    """What is wrong with the page: the row and the reference, one fault a line."""
    for row in rows(page):
        if row.table == ON_PURPOSE:
            continue
        if not row.names:
            yield f"{row.table}: {row.first!r} names nothing that carries it"
        for kind, name in row.names:
            if not resolves(kind, name):
                yield f"{row.table}: {row.first!r} names {f'{kind} {name}'.strip()}; there is none"


class TestEachName:
    """A row cannot point at nothing."""

    def test_every_reference_points_at_something(self) -> None:
        """Names of the code, and ids of rules, activities, clauses, limits, instruments, payers."""
        assert list(faults(PAGE)) == []

    def test_the_tables_are_read(self) -> None:
        """Eleven tables with references, one without; nothing between them is skipped."""
        found = rows(PAGE)
        assert len({each.table for each in found}) == 12
        assert found[0].first == "lived experience, drawn on openly"
        assert found[0].names == (("", "pk.LivedExperience"), ("activity", "share-own-story"))
        assert len(found) == PAGE.count("\n| ") - 12  # less the headings

    def test_no_row_stands_there_twice(self) -> None:
        """What is named twice in the documents has one row here."""
        firsts = [each.first for each in rows(PAGE)]
        assert sorted({*firsts}) == sorted(firsts)

    @pytest.mark.parametrize(
        ("right", "wrong"),
        [
            ("`pk.Mutuality`", "`pk.Mutualness`"),
            ("`pk.Detail.CANCER`", "`pk.Detail.ZEBRA`"),
            ("`pk.Handbook.permissions`", "`pk.Handbook.permission`"),
            ("`peerkit.reports.unstaffed`", "`peerkit.reports.overstaffed`"),
            ("`peerkit.directory.Directory`", "`peerkit.directories.Directory`"),
            ("`peerkit.directory.Directory`", "`json.loads`"),
            ("rule `as-chosen`", "rule `own-measure`"),
            ("rule `as-chosen`", "clause `as-chosen`"),
            ("rule `as-chosen`", "`as-chosen`"),
            ("activity `ask-back`", "activity `ask-forward`"),
            ("clause `anothers-story`", "clause `other-role`"),
            ("limit `living-wage`", "limit `dying-wage`"),
            ("instrument `rosenberg-a`", "instrument `rosenberg`"),
            ("funding `tieh`", "funding `mhbg`"),
        ],
    )
    def test_a_wrong_name_is_caught(self, right: str, wrong: str) -> None:
        """The fault says in which row it stands, and what there is not."""
        assert right in PAGE
        spoiled = PAGE.replace(right, wrong, 1)
        (fault,) = faults(spoiled)
        row = next(each for each in rows(spoiled) if wrong in each.second)
        assert repr(row.first) in fault
        assert wrong.replace("`", "") in fault

    def test_a_row_that_names_nothing_is_caught(self) -> None:
        """Words alone carry nothing."""
        spoiled = PAGE.replace("| `pk.Detail.CANCER` |", "| an illness |")
        assert list(faults(spoiled)) == [
            "Who takes part: 'cancer' names nothing that carries it",
        ]


#: Each entry of a list in the documents, by a piece of it, and a piece of the row that answers it.
COVERED: Final = """
Homelessness.                           | homelessness
Substance use (e.g.                     | alcohol, drugs, tobacco
Mental health disorders such as         | deep social exclusion and isolation
Physical health conditions              | tuberculosis, HIV and AIDS
Re-entry or returning                   | re-entry, returning from an institution
Ad hoc based on need                    | ad hoc support
Formally with peers trained             | formal support, structured
Informally by offering                  | informal support
Peer workers                            | peer workers
Peer research                           | peer research
Peer mentoring                          | peer mentoring
Peer advocacy                           | peer advocacy
[Peer specialist]                       | peer specialist
Reduces strain on staff                 | less strain on staff
Assists with harm reduction             | harm reduction
Decreases cultural barriers             | fewer cultural barriers
Builds trust                            | trust and meaningful relationships
sense of hope and control               | hope and control
ability to effect changes               | effecting changes
self-care awareness                     | self-care awareness
sense of belonging                      | belonging in the community
manage mental health illnesses          | mental health, as people see it
confidence in capability                | confidence in capability
hospital admissions and relapses        | fewer relapses
positive and productive coping          | coping skills
participants’ physical health           | physical health, whole health
outcomes related to homelessness        | outcomes related to homelessness
rates of employment                     | satisfaction with finances
Adequate compensation                   | adequate compensation
Support for peer workers                | support for peer workers
Confidentiality.                        | confidentiality
Vulnerability that may lead             | vulnerability that may lead
Lack of employee benefits               | no health benefits and no paid leave
additional ad hoc training              | ad hoc training
difficulties establishing boundaries    | boundaries between
Stigmatization of peer supporters       | stigmatization of peer supporters
Share real-world knowledge              | share real-world knowledge
strength-based                          | strength-based
everyone's recovery is unique           | everyone's recovery is unique
Serve as a role model                   | be a role model
Teach goal-setting                      | teach goal-setting
strengths, supports, resources          | strengths, supports, resources
recovery-oriented tools                 | recovery-oriented tools
self-directed wellness plans            | wellness plans that they direct
self-help and educational groups        | self-help and educational groups
sounding board                          | sounding board
eliminate the stigma                    | against the stigma
should NOT                              | responsible for directing
directing the recovery journey          | responsible for directing
Be case managers or therapists          | case managers or therapists
Barker and Maguire                      | Barker and Maguire
Tracy and Wallace                       | Tracy and Wallace
Boisvert                                | Boisvert
Bean and colleagues                     | Bean and colleagues
(FEANTSA)                               | FEANTSA
[Project H3]                            | H3
[Skid Row                               | Skid Row
[Pathways to Housing                    | Pathways
[SHARE! Collaborative                   | SHARE!
[Step Up]                               | Step Up
[Healing Hands]                         | Healing Hands
[Peer Housing Support Program]          | Peer Housing Support Program
[Recovery Within Reach]                 | Recovery Within Reach
Specialist Job Description              | a job description
for Young People Experiencing           | guides for young people
[Peer Housing Support Toolkit]          | toolkits
Recovery Center of Excellence           | center of excellence
[Treatment for Individuals              | (TIEH)
Projects for Assistance                 | (PATH)
[Block Grants]                          | block grants
Advocating for people in recovery       | advocating for people in recovery
Sharing resources and building skills   | sharing resources and building skills
Building community and relationships    | building community and relationships
Leading recovery groups                 | leading recovery groups
Mentoring and setting goals             | mentoring and setting goals
Providing services and/or training      | providing services and training
Supervising other peer workers          | supervising other peer workers
Developing resources                    | developing resources
Administering programs                  | administering programs
Educating the public                    | educating the public
emotional and moral support             | emotional and moral support
assist in the recovery process          | be a role model
serve as advocates                      | for the rights and needs
relay practical, relevant               | relay practical, relevant
Sharing personal stories                | be a role model
Providing experiential advice           | suggestions and advice from experience
Actively listening                      | listening actively
strategies for coping                   | strategies for coping
rights and needs of individuals         | rights and needs of individuals
Enhances understanding and empathy      | empathy and understanding
feel less isolated                      | feeling less isolated
effectiveness of professional           | professional services that work better
Facilitates the reintegration           | reintegration
Managing personal feelings              | managing one's own feelings
institutional limitations               | institutional limitations
Balancing the demand                    | demand for experience
has overcome substance abuse            | has overcome substance abuse leads a group
may work within a shelter               | a specialist in a shelter
Their role in reducing readmissions     | further reading
The experiences of peer support         | further reading
Shared understanding                    | shared understanding
Respect                                 | respect
Mutual empowerment                      | mutual empowerment
Improves quality of life                | quality of life
engagement and satisfaction             | engagement and satisfaction
Decreases hospitalizations              | fewer hospital admissions and inpatient stays
Lowers overall costs                    | lower overall costs
Improves whole health                   | whole health
People who have been successful         | people who have been successful in recovery
Through shared understanding            | become and stay engaged
extend the reach of treatment           | beyond the clinical setting
Inspire hope                            | inspire hope
Walk with people                        | walk with people
Dispel myths                            | dispel myths
self--help education                    | self-help education
goals, hopes, and dreams                | identify goals, hopes and dreams
"""
#: What stands in running text, by a piece of it, and a piece of the row that answers it.
IN_TEXT: Final = """
youth and adults                        | youth
youth and adults                        | adults
alcohol, drugs, tobacco                 | alcohol, drugs, tobacco
such as depression                      | depression
hepatitis (A, B, and C)                 | hepatitis A, B and C
core elements of the Housing First      | Housing First
useful support, encouragement, hope     | encouragement
awareness about it for policymakers     | policymakers and practitioners
both giving and receiving support       | giving and receiving
no-one is more of an expert             | nobody is more of an expert
what feels right for you                | how much each gives and receives
emotional support, social interaction   | social interaction
practical help                          | practical help
larger support networks                 | larger support networks
social skills                           | social skills
does not duplicate or replace           | neither copies nor replaces
reduce the likelihood of relapse        | fewer relapses
self-determined lives                   | self-determined lives
received training                       | people who have received training
Evidence Based Practice                 | evidence-based practice
voluntary, short-term, overnight        | voluntary
voluntary, short-term, overnight        | short-term, overnight
non-clinical crisis support             | non-clinical crisis support
new understanding and ways to move      | new understanding and ways to move forward
operates 24 hours per day               | 24 hours per day
homelike environment                    | homelike
currently operating in California       | the states in which respites operate
Directory of Peer Respites              | a directory of peer respites
may facilitate group therapy            | may facilitate group therapy
role models and mentors                 | role models and mentors
based on mutuality and respect          | mutuality and respect
listening skills and coaching models    | coaching models
food banks, clothing banks              | food banks, clothing banks
bridge between clinical services        | a bridge between clinical services
in-patient and out-patient              | in-patient and out-patient
learn to self-advocate                  | self-advocate
do laundry to obtaining a library       | laundry to a library card
occupational training program           | occupational training program
mental health crisis, traumatic injury  | a mental health crisis
traumatic injury, cancer                | traumatic injury
cancer, incarceration                   | cancer
incarceration, military service         | incarceration
military service, bereavement           | military service
bereavement                             | bereavement
defined by the support that a person    | the support that a person has
Clinical support is only one part       | clinical support is only one part
live with others who are actively       | living with others who are using
family and friends brush off            | family and friends who brush off
choosing to come together               | everyone chooses to come together
define what recovery means for you      | define what recovery means for you
keep you accountable                    | keep you accountable
Isolation and separation                | isolation and separation
without judgment                        | without judgment
dignity, and self-respect               | self-esteem, dignity, self-respect
take control of your treatment          | take control of one's treatment
Not every treatment model               | not every method is right
treated holistically                    | recovery is treated as a whole
offer suggestions                       | offered as suggestions
"""


def pairs(table: str) -> list[tuple[str, str]]:
    """The two columns of one of the tables above."""
    lines = [each.partition(" | ") for each in table.strip().splitlines()]
    return [(left.strip(), right.strip()) for left, _, right in lines]


def documents() -> dict[str, str]:
    """The founding documents, each without its line breaks' odd spaces."""
    return {
        path.stem[:3]: path.read_text("utf-8").replace("\u00a0", " ")
        for path in sorted(DOCUMENTS.glob("*.txt"))
    }


def listed(text: str) -> list[str]:
    """The entries of the lists in a document: after a dash, a dot or a number."""
    return re.findall(r"^\s*(?:-|•|\d\.) +(\S.*)$", text, re.MULTILINE)


def answers(page: str, piece: str) -> list[str]:
    """The rows that answer an entry: the one that is this piece, or all that hold it."""
    firsts = [each.first for each in rows(page)]
    return [piece] if piece in firsts else [each for each in firsts if piece in each]


def unanswered(text: str) -> list[str]:
    """The entries of a document's lists of which the table knows no piece."""
    return [each for each in listed(text) if not any(piece in each for piece, _ in pairs(COVERED))]


@pytest.mark.parametrize("piece", sorted({row for _, row in pairs(COVERED) + pairs(IN_TEXT)}))
def test_what_the_documents_name_has_one_row_on_the_page(piece: str) -> None:
    """Neither none, nor several of which nobody knows which one is meant."""
    assert len(answers(PAGE, piece)) == 1


def test_a_row_that_went_missing_is_noticed() -> None:
    """The piece that it answered has no row any more."""
    spoiled = "\n".join(each for each in PAGE.splitlines() if not each.startswith("| bereavement"))
    assert answers(PAGE, "bereavement") == ["bereavement"]
    assert answers(spoiled, "bereavement") == []


def test_an_entry_that_nobody_has_answered_is_noticed() -> None:
    """However a list is written: with a dash, a dot or a number."""
    text = "Peers:\n\n- Inspire hope.\n  \u2022 Keep zebras.\n1. Count zebras.\n"
    assert unanswered(text) == ["Keep zebras.", "Count zebras."]


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the founding documents are not on this machine")
class TestTheDocuments:
    """Nothing that they name is missing."""

    def test_there_are_five(self) -> None:
        """As many as the page says, with as many list entries as were counted by hand."""
        found = {name: len(listed(text)) for name, text in documents().items()}
        assert found == {"000": 70, "001": 10, "002": 20, "003": 16, "004": 0}

    def test_every_entry_of_a_list_is_answered(self) -> None:
        """By a row that the table leads to; so a new entry cannot slip by."""
        found = {name: unanswered(text) for name, text in documents().items()}
        assert found == {name: [] for name in documents()}

    @pytest.mark.parametrize("piece", sorted({each for each, _ in pairs(COVERED)}))
    def test_every_piece_is_really_an_entry(self, piece: str) -> None:
        """The table claims no entry that no document has."""
        assert any(piece in each for text in documents().values() for each in listed(text))

    @pytest.mark.parametrize("piece", sorted({each for each, _ in pairs(IN_TEXT)}))
    def test_every_piece_of_running_text_is_really_there(self, piece: str) -> None:
        """Nor any words that no document has."""
        assert any(piece in " ".join(text.split()) for text in documents().values())
