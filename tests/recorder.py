"""Records sessions until it is killed, and says which are kept: what the crash test starts."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from itertools import count

import peerkit as pk

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
NOTE = "We sat by the river."
LIVED = pk.LivedExperience(of=pk.Experience.HOMELESSNESS)
#: Keyed, so that whoever starts later finds them done.
FIRST: tuple[pk.Act, ...] = (
    pk.WelcomePeer(
        by="coordinator",
        key="first-1",
        id="ana",
        role=pk.Role.WORKER,
        supervisor="sam",
        since=NOW.date(),
        experiences=(LIVED,),
    ),
    pk.WelcomeParticipant(by="coordinator", key="first-2", id="p-7"),
)


def sessions(name: str, group: int) -> list[pk.ReportSession]:
    """One session, and every third time three that are kept as one batch.

    Every other session crosses a boundary: that brings a concern and a message.
    """
    return [
        pk.ReportSession(
            by="ana",
            id=f"{name}.{group}.{each}",
            peer="ana",
            participants=("p-7",),
            form=pk.SessionForm.AD_HOC,
            starts=NOW - timedelta(hours=1),
            minutes=30,
            activities=(pk.Activity(id=("listen", "therapy")[(group + each) % 2]),),
            note=pk.Words(NOTE),
        )
        for each in range(3 if group % 3 == 2 else 1)
    ]


def main(name: str) -> None:
    """Load everything, wait to be told where, and record."""
    pk.Handbook.load()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    program = pk.Program.open(sys.stdin.readline().rstrip("\n"), clock=lambda: NOW)
    for act in FIRST:
        program.do(act).or_raise()
    for group in count():
        acts = sessions(name, group)
        for act, decision in zip(acts, program.do_all(acts), strict=True):
            sys.stdout.write(f"{decision.number} {act.id}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
