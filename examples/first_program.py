"""A first program: from an HMIS export to a week of peer support, and what a peer may not do."""

import argparse
from datetime import date, timedelta
from pathlib import Path

import peerkit as pk
from peerkit.exchange import hmis
from peerkit.notifiers.console import ConsoleNotifier
from peerkit.reports import summary
from peerkit.reports.show import Screen
from peerkit.simulation import PretendWeek

HERE = Path(__file__).parent
ask = argparse.ArgumentParser(description=__doc__)
ask.add_argument("--hmis", default=HERE / "hmis", help="a folder with an HMIS CSV export")
ask.add_argument("--file", default="first_program.db", help="where the program is kept")
told = ask.parse_args()

screen = Screen()
week = PretendWeek(monday=date(2026, 11, 2))
try:
    export = hmis.read(told.hmis)
except hmis.NotHmis as error:
    raise SystemExit(f"Nothing was stored. {error}") from None

with pk.Program.open(told.file, clock=week.clock) as program:
    screen.title("Welcome")
    people = list(hmis.welcomes(export, by="intake"))
    for _ in screen.counted("participants from the export", program.do_all(people), len(people)):
        pass
    for _ in screen.counted("peers with lived experience", program.do_all(week.welcomes())):
        pass
    rows = [(each.file, each.line, each.column, each.why) for each in export.rejects]
    screen.table(f"Rows of the {export.version} export left out", ("file", "line", "column", "why"), rows)

    screen.title("A week of peer support")
    everyone = list(program.every(pk.Person))
    taking_part = [each for each in everyone if program.view(each.id).get(pk.Participant, each.id)]
    for _ in screen.counted("matches proposed and answered", program.do_all(week.matches(taking_part))):
        pass
    pairs = week.pairs(taking_part)
    for _ in screen.counted("boundaries, goals and sessions", program.do_all(week.sessions(pairs))):
        pass

    screen.title("Asked of a peer, and not a peer's work")
    for act in week.asks(pairs):
        screen.decision(program.do(act))

    screen.title("A boundary was crossed, and it is written down")
    screen.decision(program.do(week.crossing(pairs)))

    screen.title("Notices")
    notices = Path(told.file).with_suffix(".notices.txt")
    with notices.open("a", encoding="utf-8") as stream:
        result = program.tell(ConsoleNotifier(stream), limit=100_000, lease=timedelta(0))
    screen.say(f"{result.told} messages told, {result.waiting} wait; what they said is in {notices}.")

    screen.summary(summary(program))
    found = program.verify()
    screen.say(f"Journal: {found.entries} entries, " + ("whole." if found.whole else found.faults[0]))
    screen.say(f"Head, to keep elsewhere: {found.head}")
    screen.say(f"The program is kept in {Path(told.file).resolve()}")
