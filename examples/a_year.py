"""A year of one program, month by month: every noun of the model, and what a peer may not do.

The story stands in ``a_year.toml``, one act a line. Here is what a program needs besides its acts:
a clock, a matching, a directory, and at the end the reports. Run it: ``python examples/a_year.py``
"""

import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from textwrap import indent

import peerkit as pk
from peerkit import reports
from peerkit.directory import Search
from peerkit.exchange import hsds
from peerkit.matching import Offering, Seeking, assign

HERE = Path(__file__).parent
HOME = "America/New_York"


class Year:
    """A program, the day it is there, and each answer beside the one that the story expects."""

    def __init__(self) -> None:
        """Open the program. Time, ids and salt are passed in: the same year every time."""
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.answers: list[tuple[pk.Decision, str]] = []
        numbers = count(1)
        self.program = pk.Program.open(
            ":memory:",
            handbook=pk.Handbook.load("us/va"),
            zone=HOME,
            clock=lambda: self.now,
            new_id=lambda kind: f"{kind}-{next(numbers)}",
            salt=lambda: f"salt-{next(numbers)}",
        )

    def tell(self) -> None:
        """Do every act on its day, and show what is not allowed, some of it with all reasons."""
        story = tomllib.loads((HERE / "a_year.toml").read_text("utf-8"))
        for month, (title, lines) in enumerate(story.items(), 1):
            print(f"\n{title}")
            self.now = datetime(2026, month, 1, 12, tzinfo=UTC)
            for act in self.first_of_the_month():
                self.do(act)
            for line in lines:
                self.now = datetime(2026, month, line.pop("day"), 12, tzinfo=UTC)
                expected, in_full = line.pop("answer", "allowed"), line.pop("in_full", False)
                act = pk.read_act(json.dumps(line, default=lambda each: each.isoformat()))
                self.do(act, expected, in_full=in_full)
            print(f"  {len(lines)} acts")

    def do(self, act: pk.Act, expected: str = "allowed", *, in_full: bool = False) -> None:
        """Do one act, and say so where the answer is no plain yes."""
        decision = self.program.do(act)
        self.answers.append((decision, expected))
        if in_full:
            print(indent(decision.explain(sources=False), "  "))
        elif not decision.allowed:
            print(f"  {act.by}: {act.kind}? {decision.heaviest_first()[0].sentence}")

    def first_of_the_month(self) -> Iterator[pk.Act]:
        """What no file can tell beforehand: talks that fall due, a match, a place that is found."""
        if self.now.month > 1:
            form = pk.SupervisionForm.GROUP
            today = self.now.date()
            yield pk.RecordSupervision(
                by="sam", peer="ana", others=("bo", "cy"), form=form, on=today, minutes=60
            )
        if self.now.month == 2:
            peer, why = self.who_fits("p-7")
            print(f"  {why}")
            yield pk.ProposeMatch(by="coordinator", id="m-1", peer=peer, participant="p-7")
        if self.now.month == 7:
            town = hsds.read(HERE / "hsds", zone=HOME).directory
            found = town.search(Search(need="soup")).found[0]
            print(f"  {found.service.name} ({', '.join(map(str, found.why))})")
            hope, service = pk.Words("Soup, and company."), found.service.id
            yield pk.WantConnection(
                by="p-7", id="way-1", participant="p-7", service=service, hope=hope
            )

    def who_fits(self, participant: str) -> tuple[str, str]:
        """The peer whom the matching suggests, and why. The participant says yes or no."""
        people = {each.id: each for each in self.program.every(pk.Person)}
        profiles = {each.id: each for each in self.program.every(pk.MatchProfile)}
        most = self.program.handbook.on(self.now.date()).clauses["caseload"].value
        peers = [
            Offering.of(each, people[each.id], profiles.get(each.id), most=most)
            for each in self.program.every(pk.Peer)
        ]
        waiting = [
            Seeking.of(people[who], profiles.get(who), since=since)
            for who, since in (
                (each.participant, each.since.date()) for each in self.program.every(pk.Waiting)
            )
        ]
        found = assign(waiting, peers, on=self.now.date())
        return found.pairs[participant], found.why(participant)

    def report(self) -> None:
        """What the year comes to. The counts are what happened; none says what caused it."""
        first, after = date(2026, 1, 1), date(2027, 1, 1)
        stood = reports.summary(self.program)
        print("\nWhat the year comes to")
        print(
            f"  {stood.peers} peers, {stood.participants} participants, {stood.both} of them both"
        )
        print(f"  {stood.minutes} minutes together, {stood.counted} of them peer support")
        for form, talks in reports.talks(self.program, "ana", first, after).items():
            print(f"  ana had {talks.times} talks of supervision ({form})")
        for cause, minutes in reports.role_drift(self.program, first, after).by_cause.items():
            print(f"  {minutes} minutes went to other work: {cause}")
        for row in reports.outcomes(self.program, first, after).housed:
            print(f"  {row.participant} had a home on {row.housed} of {row.known} known days")
        for line in reports.accounting(self.program, "p-7"):
            print(f"  told of p-7 on {line.at.date()}: to {', '.join(line.to)}")
        rule = reports.UnitRule.FLOOR_PER_CODE
        claim = reports.billing(self.program, "medicaid-va", date(2026, 11, 1), rule=rule)
        left_out = "; ".join(each.says for each in claim.not_billed)
        print(f"  November under {claim.source.id}: {claim.units} units. Left out: {left_out}")
        found = self.program.verify()
        print(
            f"  {found.entries} entries, {'whole' if found.whole else found.faults}: {found.head}"
        )


if __name__ == "__main__":
    year = Year()
    year.tell()
    year.report()
