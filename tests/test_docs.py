"""Pages cannot lie: blocks run, shown output is real, links lead somewhere, counts are right."""

from __future__ import annotations

import doctest
import io
import os
import re
import shlex
import subprocess
import sys
import textwrap
import tomllib
from contextlib import redirect_stdout
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, Final

import attrs
import pytest
from scripts.check_changelog import faults, fragments
from scripts.draw_docs import in_folders, pages
from scripts.drawn import lessons
from scripts.drawn.lessons import links_inside
from scripts.sources_without_link import faults as sources_faults
from scripts.sources_without_link import main as look_at_sources
from scripts.sources_without_link import unlinked

import peerkit as pk
from peerkit.acts import ACTS
from peerkit.handbook import layers
from peerkit.handbook.files import shipped
from peerkit.handbook.funding import funding_sources
from peerkit.handbook.instruments import instruments
from peerkit.model import NOUNS
from peerkit.simulation import MEASURES, Scenario, parameters
from peerkit.simulation.record import COLUMNS
from peerkit.simulation.reporting.logic import ALGORITHMS, DAY
from peerkit.testing.situations import situations

ROOT: Final = Path(__file__).parent.parent
DOCS: Final = ROOT / "docs"
WRITTEN: Final = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in sorted([*ROOT.glob("*.md"), ROOT / "changelog.d/README.md", *DOCS.rglob("*.md")])
}
DRAWN: Final = {f"docs/{path}": text for path, text in pages().items()}
#: The words of the lessons; what comes out of them is for tests/test_lessons.py.
LESSONS: Final = {
    f"docs/{page}": links_inside(
        re.sub(r"^# ?", "", (ROOT / file).read_text("utf-8"), flags=re.MULTILINE),
        [*(each.removeprefix("docs/") for each in (*WRITTEN, *DRAWN)), *lessons.LESSONS],
    )
    for page, file in lessons.LESSONS.items()
}
ALL: Final = WRITTEN | DRAWN | LESSONS
README: Final = WRITTEN["README.md"]
#: What a page asks for when it draws, or takes results elsewhere.
FRAMES: Final = ("import pandas", "import polars", "to_pandas(", "to_polars(", "picture_of_")

_FENCE: Final = re.compile(
    r"^(?:<!-- not run: (?P<why>[^\n]+) -->\n+)?"
    r"(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_TITLE: Final = re.compile(r'title="([^"]+)"')
_LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#{1,6} +(?P<text>.+?)(?: *\{#(?P<id>[\w-]+)\})?$", re.MULTILINE)


@attrs.frozen
class Block:
    """A fenced block of a page. Its title is a file's name, or says what the block shows."""

    page: str
    line: int
    language: str
    title: str
    body: str
    why: str

    @property
    def where(self) -> str:
        """Where it stands, for a message."""
        return f"{self.page}:{self.line}"

    @property
    def runs(self) -> bool:
        """Whether it is Python that is run here."""
        return self.language == "python" and not self.title and not self.why


def blocks(page: str) -> list[Block]:
    """Every fenced block of a page, in order."""
    found = []
    for each in _FENCE.finditer(ALL[page]):
        language, _, rest = each["info"].strip().partition(" ")
        title = _TITLE.search(rest)
        found.append(
            Block(
                page=page,
                line=ALL[page].count("\n", 0, each.start("body")),
                language=language,
                title=title[1] if title else "",
                body=textwrap.dedent(each["body"]),
                why=each["why"] or "",
            )
        )
    return found


def outside_blocks(page: str) -> str:
    """The text of a page without its blocks and without code inside lines."""
    return re.sub(r"`[^`\n]+`", "", _FENCE.sub("", ALL[page]))


def typed(command: str) -> str:
    """What a command of Python prints, here and now."""
    words = shlex.split(command.removeprefix("$ python "))
    return subprocess.run(
        [sys.executable, *words],
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTEST_ADDOPTS": "-p no:cacheprovider -p pytest_peerkit"},
    ).stdout


@lru_cache(maxsize=1)
def demo() -> str:
    """What the demo prints."""
    ran = subprocess.run(
        [sys.executable, str(ROOT / "examples/first_program.py")],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def same(wanted: str, got: str) -> bool:
    """Whether the output is as it is shown, where ``...`` stands for anything."""
    return doctest.OutputChecker().check_output(wanted, got, doctest.ELLIPSIS)


def is_in(shown: str, quoted: str) -> bool:
    """Whether a file holds these lines, at the margin or inside a class or a function."""
    return any(textwrap.indent(shown, " " * depth) in quoted for depth in (0, 4, 8))


def running(page: str) -> Any:
    """A page whose blocks run; on one Python only, where it needs what one Python has."""
    marks = (pytest.mark.once,) if any(each in ALL[page] for each in FRAMES) else ()
    return pytest.param(page, marks=marks)


@pytest.mark.parametrize("page", [running(each) for each in WRITTEN if blocks(each)])
def test_every_block_runs_and_shows_what_really_comes_out(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blocks of a page run in order, in one namespace and one empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    printed = ""
    for each in blocks(page):
        if each.runs:
            out = io.StringIO()
            with redirect_stdout(out):
                exec(compile(each.body, each.where, "exec", dont_inherit=True), names)  # noqa: S102 - it is our own page
            printed = out.getvalue()
        elif each.title == "Output":
            assert same(each.body, printed), f"{each.where} shows other output than\n{printed}"
        elif each.title == "From the demo":
            assert same(f"...{each.body}...", demo()), f"{each.where}: the demo says it no longer"
        elif each.title.startswith("From "):
            quoted = (ROOT / each.title.removeprefix("From ")).read_text("utf-8")
            assert is_in(each.body, quoted), f"{each.where}: the file says it no longer"
        elif each.title:
            file = tmp_path / each.title
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(each.body, "utf-8")
        elif each.body.startswith("$ python "):
            command, _, shown = each.body.partition("\n")
            assert same(shown, typed(command)), f"{each.where} shows other output"


def test_a_page_that_shows_other_output_is_noticed() -> None:
    """Output is compared line by line; only three dots stand for more."""
    assert same("one\n...\nfour\n", "one\ntwo\nthree\nfour\n")
    assert not same("one\ntwo\n", "one\nthree\n")
    assert not same("one\n", "one\ntwo\n")


@pytest.mark.parametrize("page", WRITTEN)
def test_every_block_names_its_language(page: str) -> None:
    """A block without a language could be Python that nobody runs."""
    for each in blocks(page):
        assert each.language, f"{each.where}: name the language"
        assert each.language not in {"py", "python3", "pycon"}, f"{each.where}: write python"


def test_every_example_in_a_docstring_runs() -> None:
    """What stands behind ``>>>`` in a docstring is what comes out."""
    runner = doctest.DocTestRunner(verbose=False)
    for info in walk_packages(pk.__path__, "peerkit."):
        for each in doctest.DocTestFinder().find(import_module(info.name)):
            runner.run(each)
    assert runner.failures == 0


# -- links -------------------------------------------------------------------------------


def anchors(page: str) -> set[str]:
    """Where a link may lead inside a page."""
    text = _FENCE.sub("", ALL[page])
    found = set(re.findall(r'id="([\w-]+)"', text))
    found |= set(re.findall(r"^::: ([\w.]+)$", text, re.MULTILINE))  # mkdocstrings puts it there
    for each in _HEADING.finditer(text):
        plain = re.sub(r"[^\w\s-]", "", re.sub(r"<[^>]+>|&#\d+;", "", each["text"])).strip().lower()
        found.add(each["id"] or re.sub(r"[-\s]+", "-", plain))
    return found


@pytest.mark.once
@pytest.mark.parametrize("page", ALL)
def test_every_link_leads_somewhere(page: str) -> None:
    """A relative link names a page that is written or drawn, and an anchor that is on it."""
    for target in _LINK.findall(outside_blocks(page)):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = os.path.normpath(Path(page).parent / path) if path else page
        there = Path(there).as_posix()
        assert there in ALL or (ROOT / there).exists(), f"{page} links to {target}"
        if anchor:
            assert anchor in anchors(there), f"{page} links to {target}"


def test_the_map_names_every_page() -> None:
    """Every page under docs/, written or drawn, stands in the navigation once.

    What is drawn into a folder stands behind the list of that folder.
    """
    named = re.findall(r":? (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert set(in_folders()) <= set(named)
    named += [page for behind in in_folders().values() for page in behind]
    there = {each.removeprefix("docs/") for each in ALL if each.startswith("docs/")}
    assert sorted(named) == sorted(there)


def test_every_command_exists() -> None:
    """Each ``make …`` that a page tells people to type is a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    shown = [each for page in WRITTEN for each in blocks(page) if each.language == "console"]
    typed = {
        name
        for each in shown
        for name in re.findall(r"^\$ make ([a-z-]+)", each.body, re.MULTILINE)
    }
    assert {"demo", "test"} <= typed <= targets
    assert {"make demo", "make test"} <= set(re.findall(r"^\$ (make \w+)$", README, re.MULTILINE))


# -- counts and claims -------------------------------------------------------------------


def test_the_readme_counts_what_there_is() -> None:
    """The numbers in the README are those of the code and the handbook.

    Of the layers of the United States, one is federal, one is for programs under
    42 CFR Part 2, and one a district.
    """
    handbook = pk.Handbook.load()
    for count, what in (
        (len(ACTS), "acts"),
        (len(pk.ROLE_LIMITS.rules), "role limits"),
        (len(handbook.clauses), "clauses"),
        (len(handbook.activities), "activities"),
        (len([each for each in shipped() if each.startswith("us/")]) - 3, "states"),
        (len([each for each in shipped() if each.startswith("boards/")]), "boards"),
        (len([each for each in shipped() if "us/" not in each]) - 2, "other countries"),
    ):
        claimed = {int(each) for each in re.findall(rf"(\d+)\s+{what}\b", README)}
        assert claimed == {count}, f"The README counts {what} as {claimed}; there are {count}"
    over = [int(each) for each in re.findall(r"over\s+(\d+)\s+situations", README)]
    assert over == [len(situations()) // 100 * 100]


def test_the_readme_quotes_real_sentences() -> None:
    """Each verdict's example in the README is a sentence of some situation, with that verdict."""
    said = {
        (str(finding.verdict), finding.sentence)
        for each in situations()
        for finding in each.decision().findings
    }
    rows = re.findall(r"^\| ([a-z ]+) \| ([^|]+\.) \|", README, re.MULTILINE)
    assert [verdict for verdict, _ in rows] == [str(each) for each in pk.Verdict]
    assert set(rows) <= said


def test_the_drawn_pages_are_complete() -> None:
    """Every clause, situation, activity, limit, source, noun and act is on its page."""
    handbook = pk.Handbook.load()
    assert set(handbook.clauses) <= anchors("docs/reference/clauses.md")
    for group in {each.group for each in handbook.activities.values()}:
        there = {each.id for each in handbook.activities.values() if each.group == group}
        assert there <= anchors(f"docs/reference/activities/{group}.md")
    assert set(handbook.circumstances) <= anchors("docs/reference/circumstances.md")
    for each in pk.ROLE_LIMITS.rules:
        assert f"docs/reference/rules/{each.id}.md" in DRAWN
    for layer in layers():
        page = DRAWN[f"docs/reference/layers/{layer.id.replace('/', '-')}.md"]
        assert all(f"clauses.md#{limit}" in page for limit in layer.limits)
    assert {each.lower() for each in handbook.sources} <= anchors("docs/reference/sources.md")
    assert {each.__name__.lower() for each in ACTS} <= anchors("docs/reference/acts.md")
    numbered = {each.id for each in handbook.clauses.values() if each.unit}
    assert numbered <= anchors("docs/reference/limits.md")
    assert {each.id for each in instruments()} <= anchors("docs/reference/instruments.md")
    assert {each.id for each in funding_sources()} <= anchors("docs/reference/funding.md")
    page = DRAWN["docs/reference/scenario.md"]
    numbers = [each.path for each in parameters(Scenario()) if "[" not in each.path]
    assert all(f"| `{each}` |" in page for each in numbers)
    page = DRAWN["docs/reference/rehearsal.md"]
    assert all(each.says in page for each in (*DAY, *ALGORITHMS))
    assert all(f"| `{each}` |" in page for each in MEASURES)
    assert set(COLUMNS) <= anchors("docs/reference/rehearsal.md")
    assert DRAWN["docs/reference/lifecycles.md"].count("stateDiagram-v2") == len(NOUNS)


def test_every_permission_is_on_its_page() -> None:
    """A row for each activity under each set of answers, a cell for each role."""
    page = DRAWN["docs/reference/permissions.md"]
    cells = page.count('<span class="verdict') - 4  # the four that are explained above
    assert cells == len(pk.Handbook.load().permissions())


def test_a_source_that_nobody_could_find_is_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    """No source without a publisher, no passage without a place; the others are listed."""
    assert look_at_sources() == 0
    listed, wrong = capsys.readouterr()
    assert "HOUSE: How peerkit decides (peerkit, 2026)" in listed
    assert wrong == ""
    nameless = pk.Handbook.load().sources["HOUSE"]
    nameless = attrs.evolve(nameless, publisher=" ")
    passage = pk.Handbook.load().clauses["silence"].passages[0]
    assert list(sources_faults([nameless], [attrs.evolve(passage, at=" ")])) == [
        "HOUSE has no publisher; name whoever published it",
        "HOUSE is cited in base without a place; say where",
    ]
    assert unlinked([attrs.evolve(nameless, link="https://example.org")]) == []


def test_the_page_of_the_front_door_names_every_name() -> None:
    """Each name that may be imported from peerkit is described on the page, or led to."""
    page = WRITTEN["docs/reference/front-door.md"]
    described = set(re.findall(r"^::: peerkit\.(\w+)$", page, re.MULTILINE))
    led_to = set(re.findall(r"`(\w+)`", page))
    assert described | led_to == {*pk.__all__}
    assert not described & led_to


def test_changelog_fragments_can_be_used() -> None:
    """Each fragment is named after a kind that exists, says something, and ends its sentence."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    kinds = [each["directory"] for each in settings["tool"]["towncrier"]["type"]]
    assert [fault for path in fragments() for fault in faults(path, kinds)] == []


#: What only the machine it was written on knows. Each is put together here, so that this file,
#: which is looked at as well, does not hold it.
_PRIVATE: Final = re.compile(
    r"(?<![\w.])/(?:wor" + r"k|roo" + r"t|hom" + r"e|User" + r"s)/\w"
    r"|shar" + r"ed/(?:data|reference|seeds|bench)"
    r"|://[^\s/]*(?:pyp" + r"i|registr" + r"y|mirro" + r"r|artifactor" + r"y)"
    r"|index-ur" + r"l[ =]http|clau" + r"de|anthropi" + r"c|chatgp" + r"t|copilo" + r"t",
    re.IGNORECASE,
)


def test_no_file_names_the_machine_it_was_written_on() -> None:
    """No committed text holds a path of somebody's machine, a package host or a helper's name."""
    try:
        listed = subprocess.run(
            ["git", "ls-files"],  # noqa: S607 - the git that the caller uses is the right one
            cwd=ROOT,
            capture_output=True,
            check=True,
            encoding="utf-8",
        ).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("No git history here, so nothing says which files are committed.")
    for name in listed:
        path = ROOT / name
        if not path.is_file():
            continue
        found = _PRIVATE.search(path.read_bytes().decode("utf-8", "ignore"))
        assert found is None, f"{name} holds {found[0]!r}"
