"""Which promises were kept: what ``pytest --peerkit-report`` tells after a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from inspect import getdoc, signature
from pathlib import Path
from typing import Any, Final

import attrs

from peerkit.testing.kit import Conformance, pytest

__all__ = ["Case", "Listener", "Outcome", "Promise", "as_markdown", "as_text"]

#: Under which name a result travels with the report of its test, from whichever process.
_NAME: Final = "peerkit-promise"


class Outcome(StrEnum):
    """What became of a promise."""

    KEPT = "kept"
    BROKEN = "broken"
    GAP = "declared gap"
    NOT_CLAIMED = "not claimed"
    NOT_RUN = "not run"


@attrs.frozen
class Promise:
    """One test of a kit: what it says is so, and what became of it."""

    test: str
    says: str
    claim: str
    outcome: Outcome
    why: str = ""


@attrs.define
class Case:
    """One class of tests: by which kit, what is tested, what it claims, and each promise."""

    name: str
    kit: str
    claims: tuple[str, ...]
    of: str = ""
    promises: dict[str, Promise] = attrs.field(factory=dict)

    def those(self, outcome: Outcome) -> list[Promise]:
        """The promises of which this became, in the order in which they were tested."""
        return [each for each in self.promises.values() if each.outcome is outcome]

    @property
    def title(self) -> str:
        """What is tested, where, and by which kit."""
        return f"{self.of or 'unknown'} ({self.name}, {self.kit})"


class Listener:
    """Listens to a run of pytest, and tells at its end."""

    def __init__(self, where: str = "") -> None:
        self._where = where
        self.cases: dict[str, Case] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Any:
        """What is known of a test goes with its report, which may come from another process."""
        report = yield
        told = _of(item)
        if told:
            report.user_properties.append((_NAME, told))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of one test is over."""
        told: Mapping[str, Any] | None = dict(report.user_properties).get(_NAME)  # type: ignore[assignment]  # it is ours
        if told is None:
            return
        place = report.nodeid.rpartition("::")[0]
        case = self.cases.setdefault(place, Case(told["case"], told["kit"], tuple(told["claims"])))
        case.of = case.of or told["of"]
        became = _became(report, told)
        before = case.promises.get(told["test"])
        if became and not (before and before.outcome is Outcome.BROKEN):
            case.promises[told["test"]] = Promise(
                told["test"], told["says"], told["claim"], *became
            )

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """All of it, in the terminal and as a file."""
        terminalreporter.section("what was promised")
        for line in as_text([*self.cases.values()]):
            terminalreporter.line(line)
        if self._where:
            Path(self._where).write_text(as_markdown([*self.cases.values()]), "utf-8")
            terminalreporter.line(f"Written to {self._where}.")


def _of(item: pytest.Item) -> dict[str, Any] | None:
    """What is known of a test of a kit, as plain values; None for any other test."""
    case, test = getattr(item, "cls", None), getattr(item, "originalname", "")
    if not (isinstance(case, type) and issubclass(case, Conformance) and test in case.kit_tests):
        return None
    function = case.kit_tests[test]
    subject = list(signature(function).parameters)[1]
    given = getattr(item, "funcargs", {})
    return {
        "case": case.__name__,
        "kit": next(each.__name__ for each in case.__mro__ if "kit_tests" in vars(each)),
        "claims": sorted(case.claims),
        "of": type(given[subject]).__name__ if subject in given else "",
        "test": test,
        "says": (getdoc(function) or test).partition("\n")[0],
        "claim": vars(function).get("needs", ""),
    }


def _became(report: pytest.TestReport, told: Mapping[str, Any]) -> tuple[Outcome, str] | None:
    """What this phase says of the promise; None when it says nothing yet."""
    why = str(getattr(report, "wasxfail", ""))
    if report.failed:
        return Outcome.BROKEN, _last_line(report)
    if report.skipped and hasattr(report, "wasxfail"):
        return Outcome.GAP, why
    if report.skipped and told["claim"] and told["claim"] not in told["claims"]:
        return Outcome.NOT_CLAIMED, ""
    if report.skipped:
        return Outcome.NOT_RUN, _last_line(report)
    return (Outcome.KEPT, "") if report.when == "call" else None


def _last_line(report: pytest.TestReport) -> str:
    """Why, in one line."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    said = str(report.longrepr) if crash is None else str(crash.message)
    return said.partition("\n")[0]


def as_text(cases: list[Case]) -> Iterator[str]:
    """For the terminal: what needs eyes by name, the rest by number."""
    if not cases:
        yield "No test of a kit was run."
    for case in cases:
        kept, broken = case.those(Outcome.KEPT), case.those(Outcome.BROKEN)
        yield f"{case.title}: {len(kept)} kept, {len(broken)} broken"
        yield f"  claims: {_claims(case)}"
        for outcome in (Outcome.BROKEN, Outcome.GAP, Outcome.NOT_RUN):
            for each in case.those(outcome):
                yield f"  {outcome}: {each.test}: {each.why}"
        if left := _left(case):
            yield f"  not claimed: {left}"


def _claims(case: Case) -> str:
    return ", ".join(case.claims) or "nothing besides"


def _left(case: Case) -> str:
    """What it does not claim, each with the number of promises that belong to it."""
    left = Counter(each.claim for each in case.those(Outcome.NOT_CLAIMED))
    return ", ".join(f"{claim} ({number})" for claim, number in sorted(left.items()))


def as_markdown(cases: list[Case]) -> str:
    """For a page: every promise in its own sentence."""
    lines = ["# What was promised", ""]
    for case in cases:
        counts = Counter(each.outcome for each in case.promises.values())
        lines += [
            f"## {case.title}",
            "",
            f"Claims: {_claims(case)}. Not claimed: {_left(case) or 'nothing'}.",
            "",
            *(f"- {outcome}: {counts[outcome]}" for outcome in Outcome if counts[outcome]),
            "",
            "| promise | claim | |",
            "|---|---|---|",
            *(
                f"| {_cell(each.says)} | {each.claim} | {_cell(_said(each))} |"
                for outcome in (Outcome.BROKEN, Outcome.GAP, Outcome.NOT_RUN, Outcome.KEPT)
                for each in case.those(outcome)
            ),
            "",
        ]
    return "\n".join(lines)


def _said(promise: Promise) -> str:
    return f"{promise.outcome}: {promise.why}" if promise.why else promise.outcome


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
