"""Acts drawn by chance: what people may ask or tell, near every limit that there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

import attrs

import peerkit as pk
from peerkit.handbook import Handbook
from peerkit.handbook.book import ActivityEntry
from peerkit.model.fields import day_of

#: Each layer that has a number or a verdict of its own here, and some of them together.
LAYERS: Final[tuple[tuple[str, ...], ...]] = (
    *((), (), (), *(("us/nc",),) * 4, *(("us/tx",),) * 5, *(("us/tn",),) * 2),
    *(("us/wa",), ("us/va",), ("us/oh",), ("us/pa",), ("us/ky",), ("us/tn",), ("us/ar",)),
    *(("us/sc",), ("us/mn",), ("boards/icrc",), ("boards/ncprss",), ("us/nc", "boards/icrc")),
    *(("us/tx", "boards/ncprss"), ("us/va", "us/ky"), ("us/mn", "us/sc"), ("us/tn", "us/ar")),
)
#: The layer of programs under 42 CFR Part 2; only what is told and consented to is another there.
PART2: Final = ("us/part2",)
HANDBOOKS: Final[dict[tuple[str, ...], Handbook]] = {
    each: Handbook.load(*each) for each in (*LAYERS, PART2)
}
ENTRIES: Final[dict[tuple[str, ...], tuple[ActivityEntry, ...]]] = {
    layers: tuple(book.activities.values()) for layers, book in HANDBOOKS.items()
}
ZONES: Final = ("UTC", "UTC", "America/Chicago", "Asia/Kathmandu")
#: What peers and participants are called; the first is drawn most.
PEERS: Final = ("ana", "ana", "ana", "bo")
PARTICIPANTS: Final = ("p-1", "p-1", "p-1", "p-2", "p-3")
ANYBODY: Final = (*PEERS, *PARTICIPANTS, "sam", "sam", "kim", "p-9")
CODES: Final = ("gifts", "money", "dual-relationship", "transport", "caseload", "no-such-clause")
CLASSES: Final = tuple(pk.Recipients)
NOTES: Final = pk.ConsentScope.COUNSELLING_NOTES
SAID_SO: Final = (None, True, True, False)
WORDS: Final = pk.Words("w")


@attrs.define
class Drawn:
    """One case: chance, the layers and the moment, then the act and what stands."""

    chance: Random
    layers: tuple[str, ...]
    now: datetime
    zone: str

    @property
    def today(self) -> date:
        """The program's day."""
        return day_of(self.now, self.zone)

    def one(self, *of: Any) -> Any:
        """One of these."""
        return of[int(self.chance.random() * len(of))]

    def often(self, share: float) -> bool:
        """True in so many of all cases."""
        return self.chance.random() < share

    def mostly(self, share: float, usual: Any, kind: Any) -> Any:
        """The usual in so many of all cases, and else any of its kind."""
        return usual if self.often(share) else self.one(*kind)

    def moment(self) -> datetime:
        """A moment near now, before or after, or now."""
        if self.often(0.1):
            return self.now
        minutes = self.one(-60, -30, 30, 60, 1, -1) * self.one(1, 1, 2, 24, 24 * 3, 24 * 10)
        return self.now + timedelta(minutes=minutes)

    def past(self) -> datetime:
        """A moment of the last days, mostly."""
        return self.now - timedelta(minutes=self.one(30, 60, 61, 1440, 2880, 4320, 5760, 20000))

    def day(self, most: int = 45) -> date:
        """A day not long ago."""
        return self.today - timedelta(days=self.one(0, 1, 6, 7, 8, 14, 28, 29, 30, 31, 32, most))

    def people(self, most: int) -> tuple[str, ...]:
        """Different participants, of whom the program knows most."""
        return tuple(f"p-{each}" for each in range(1, most + 1))

    def activity(self, minutes: int = 0) -> pk.Activity:
        """An activity of the catalogue or not, answered or not."""
        if self.often(0.02):
            return pk.Activity(id="no-such-thing", minutes=minutes)
        entries = ENTRIES[self.layers]
        entry = self.one(*entries)
        if not (entry.asks or entry.consent or entry.roles) and self.often(0.5):
            entry = self.one(*(each for each in entries if each.asks or each.consent))
        elif self.often(0.08):
            entry = self.one(*(each for each in entries if each.consent))
        told = self.answers(entry.asks, 0.88)
        mine = entry.consent is not None
        return pk.Activity(
            id=entry.id,
            circumstances=told,
            minutes=minutes,
            of=self.one(*PARTICIPANTS) if self.often(0.6 if mine else 0.05) else None,
            to=self.one("sam", "p-2", "office") if self.often(0.6 if mine else 0.05) else None,
        )

    def answers(self, asks: tuple[str, ...], share: float) -> dict[str, str]:
        """Answers to so many of what is asked; a few that are none."""
        known = HANDBOOKS[self.layers].circumstances
        return {
            each: "no-such-answer" if self.often(0.02) else self.one(*known[each].answers)
            for each in asks
            if self.often(share)
        }

    def scopes(self) -> tuple[pk.ConsentScope, ...]:
        """One or two kinds of information."""
        return tuple(self.chance.sample(tuple(pk.ConsentScope), self.one(1, 1, 2)))

    def form(self) -> pk.ConsentForm | None:
        """What else a written consent says: mostly all of it, or all but something."""
        told: dict[str, Any] = {
            "tellers": ("ana",),
            "revoke_how": self.one(*pk.RevokeHow),
            "ends_with": self.one(None, *pk.Ending),
            "signed": self.one(pk.Signature.ON_PAPER, *pk.Signature),
            "signed_by": "p-1",
            "signed_on": self.today,
        }
        for each in (*told,) if self.often(0.4) else ():
            if self.often(0.2):
                del told[each]
        return None if self.often(0.2) else pk.ConsentForm(**told)

    def leave(self) -> dict[str, Any]:
        """To whom and what for a consent is: by name, by class or both."""
        to, classes = self.one(("sam",), ("sam", "office"), ()), self.one((), (self.one(*CLASSES),))
        return {
            "to": to or (() if classes else ("sam",)),
            "classes": classes,
            "items": self.one((), (), (), ("day",), ("day", "place")),
            "purpose": self.one(None, None, *pk.Purpose),
        }

    def session(self) -> dict[str, Any]:
        """What plans and reports of sessions share."""
        people: tuple[str, ...] = (self.one(*PARTICIPANTS),)
        form = self.one(pk.SessionForm.ONE_TO_ONE, pk.SessionForm.ONE_TO_ONE, pk.SessionForm.GROUP)
        if form is pk.SessionForm.GROUP:
            people = self.people(self.one(1, 2, 2, 3, 7, 8, 9, 10, 11, 12, 13))
        listen = pk.Activity(id="listen")
        done = [self.activity() if self.often(0.3) else listen]
        if self.often(0.1):
            done.append(self.one(self.activity(), done[0]))
        if self.often(0.1):
            done.append(pk.Activity(id="agree-boundaries"))
        group: dict[str, Any] = {}
        if form is pk.SessionForm.GROUP and self.often(0.3):
            group = {
                "group": self.one("gr-1", "gr-1", "gr-9"),
                "anonymous": self.one(0, 0, 0, 1, 3),
            }
            if self.often(0.2):
                done.append(pk.Activity(id="agree-ground-rules"))
        return {
            **group,
            "peer": self.one(*PEERS) if self.often(0.98) else people[0],
            "participants": people,
            "form": form,
            "zone": self.one(*ZONES),
            "minutes": self.one(15, 30, 45, 60, 240, 255),
            "activities": tuple(done),
        }

    def said(self, participant: str) -> dict[str, Any]:
        """Who writes down what the participant said, and whether they said it."""
        by = participant if self.often(0.4) else self.one(*ANYBODY)
        return {"by": by, "participant": participant, "said_so": self.one(*SAID_SO)}

    def both(self) -> dict[str, Any]:
        """A peer and a participant, who are now and then the same."""
        peer = self.one(*PEERS)
        return {"peer": peer, "participant": peer if self.often(0.04) else self.one(*PARTICIPANTS)}


def _welcome_peer(d: Drawn) -> pk.Act:
    """A new peer, or one who is known."""
    id_ = d.one("new", "new", "ana", "bo")
    lived = (pk.LivedExperience(of=pk.Experience.ILLNESS),)
    supervisor = d.one("sam", "sam", "kim", id_)
    supervised = d.one(None, d.day())
    return pk.WelcomePeer(
        by="sam", id=id_, role=d.one(*pk.Role), supervisor=supervisor, since=d.day(),
        supervised=supervised, experiences=lived,
    )  # fmt: skip


def _report(d: Drawn) -> pk.Act:
    """A session that is told of, mostly soon after."""
    starts = d.past() if d.often(0.9) else d.moment()
    return pk.ReportSession(
        by="ana",
        id=d.one("s-1", "s-new", "s-new"),
        starts=starts,
        corrects=d.often(0.3),
        **d.session(),
    )


def _plan(d: Drawn) -> pk.Act:
    """A session that is planned, mostly for the next days."""
    session = d.session()
    starts = d.moment() if d.often(0.3) else d.now + timedelta(days=d.one(1, 2, 7, 40))
    return pk.PlanSession(by="ana", id=d.one("s-1", "s-new", "s-new"), starts=starts, **session)


def _participant(d: Drawn) -> str:
    """Somebody who takes part."""
    return str(d.one(*PARTICIPANTS))


def _when(d: Drawn) -> datetime | None:
    """When it was said, if not now."""
    return None if d.often(0.6) else d.moment()


def _by(d: Drawn) -> str:
    """Whoever asks."""
    return str(d.one(*ANYBODY))


DRAW: Final[dict[type[pk.Act], Callable[[Drawn], pk.Act]]] = {
    pk.WelcomePeer: _welcome_peer,
    pk.WelcomeParticipant: lambda d: pk.WelcomeParticipant(
        by=_by(d), id=d.one("new", "p-1", "ana")
    ),
    pk.ChangeService: lambda d: pk.ChangeService(
        by=_by(d),
        id=d.one("ana", "bo", "p-9"),
        status=d.one(pk.PeerStatus.SERVING, *list(pk.PeerStatus)[:3]),
        supervisor=d.one(None, "sam", "kim", "ana"),
    ),
    pk.ChangeParticipation: lambda d: pk.ChangeParticipation(
        by=_by(d), id=d.one(*PARTICIPANTS, "p-9"), status=d.one(*list(pk.ParticipantStatus)[:2])
    ),
    pk.RecordCredential: lambda d: pk.RecordCredential(
        by=_by(d),
        id=d.one("cr-1", "cr-new"),
        peer=d.one(*PEERS, "p-1"),
        since=d.day(),
        until=d.today + timedelta(days=d.one(1, 300)),
    ),
    pk.RecordSupervision: lambda d: pk.RecordSupervision(
        by=_by(d),
        peer=d.one(*PEERS, "p-9"),
        on=d.day() + timedelta(days=d.one(0, 0, 1)),
        minutes=d.one(0, 60),
        form=pk.SupervisionForm.GROUP,
        others=d.one((), ("bo",), ("bo", "p-9"), ("ana",)),
    ),
    pk.DiscloseTie: lambda d: pk.DiscloseTie(
        by=_by(d), id=d.one("t-1", "t-new"), of=d.one(*pk.TieKind), current=d.often(0.5), **d.both()
    ),
    pk.ProposeMatch: lambda d: pk.ProposeMatch(
        by=_by(d), id=d.one("m-1", "m-new", "m-new"), **d.both()
    ),
    pk.AcceptMatch: lambda d: _answer(d, pk.AcceptMatch),
    pk.DeclineMatch: lambda d: _answer(d, pk.DeclineMatch),
    pk.EndMatch: lambda d: pk.EndMatch(
        by=_by(d), id=d.one("m-1", "m-2", "m-9"), when=_when(d), **d.both()
    ),
    pk.AgreeBoundaries: lambda d: pk.AgreeBoundaries(
        id=d.one("ag-1", "ag-new", "ag-new"),
        topics=(d.one(*pk.Topic),),
        peer=d.one(*PEERS),
        peer_said_so=d.often(0.4),
        **d.said(d.one(*PARTICIPANTS, "ana")),
    ),
    pk.SetGoal: lambda d: pk.SetGoal(
        id=d.one("g-1", "g-new"), words=WORDS, **d.said(_participant(d))
    ),
    pk.ChangeGoal: lambda d: pk.ChangeGoal(
        id=d.one("g-1", "g-9"), status=d.one(*pk.GoalStatus), **d.said(_participant(d))
    ),
    pk.PlanSession: _plan,
    pk.CancelSession: lambda d: pk.CancelSession(by=_by(d), id=d.one("s-1", "s-9")),
    pk.ReportSession: _report,
    pk.ReportMissedSession: lambda d: pk.ReportMissedSession(
        by=_by(d), id=d.one("s-1", "s-1", "s-9")
    ),
    pk.DoActivity: lambda d: pk.DoActivity(by=_by(d), activity=d.activity(), **d.both()),
    pk.RecordConsent: lambda d: pk.RecordConsent(
        id=d.one("co-1", "co-new", "co-new"),
        scopes=(NOTES, pk.ConsentScope.GOALS)[: d.one(1, 2)] if d.often(0.4) else d.scopes(),
        since=d.now,
        until=d.one(None, d.now + timedelta(days=1)),
        form=d.form(),
        **d.leave(),
        **d.said(_participant(d)),
    ),
    pk.RevokeConsent: lambda d: pk.RevokeConsent(
        id=d.one("co-1", "co-2", "co-9"), **d.said(_participant(d))
    ),
    pk.ShareInformation: lambda d: pk.ShareInformation(
        by=_by(d),
        id=d.one("sh-1", "sh-new", "sh-new"),
        participant=_participant(d),
        scopes=d.scopes(),
        to=d.one("sam", "sam", "p-2", "office", "p-1"),
        as_a=d.one(None, None, *pk.Recipients),
        items=d.one((), ("day",), ("day", "place"), ("day", "name")),
        purpose=d.one(None, None, *pk.Purpose),
        how_much=d.one(None, *pk.HowMuch),
        papers=tuple(each for each in pk.Paper if d.often(0.5)),
    ),
    pk.ConsultSupervisor: lambda d: pk.ConsultSupervisor(
        by=_by(d), id=d.one("q-1", "q-new", "q-new"), clause=d.one(*CODES), **d.both()
    ),
    pk.GiveAdvice: lambda d: pk.GiveAdvice(
        by=d.one("sam", "sam", "kim", "ana"),
        id=d.one("q-1", "q-2", "q-9"),
        peer=d.one(*PEERS),
        agreed=d.often(0.5),
    ),
    pk.SupplyFacts: lambda d: pk.SupplyFacts(
        by=_by(d), id=d.one("f-1", "f-new", "f-new"), activity=d.activity(), **d.both()
    ),
    pk.RaiseConcern: lambda d: pk.RaiseConcern(
        by=_by(d),
        id=d.one("c-1", "c-new"),
        peer=d.one(*PEERS),
        people=(_participant(d), *(("sam",) if d.often(0.4) else ())),
        clauses=(d.one(*CODES),),
        looked_at_by=d.one(None, None, "kim", "sam"),
    ),
    pk.CloseConcern: lambda d: pk.CloseConcern(
        by=d.one("sam", "sam", "kim", "ana"), id=d.one("c-1", "c-9"), peer=d.one(*PEERS)
    ),
    pk.DiscloseForSafety: lambda d: pk.DiscloseForSafety(
        by=_by(d), id=d.one("d-1", "d-new"), to=("office",), basis=d.one(*pk.Basis), **d.both()
    ),
    pk.ReviewDisclosure: lambda d: pk.ReviewDisclosure(
        by=d.one("sam", "sam", "kim", "ana"), id=d.one("d-1", "d-9"), peer=d.one(*PEERS)
    ),
}
#: The acts of a pair's walk, which are judged twice; those that many rules speak of more often.
OFTEN: Final = (
    *(*DRAW, *(pk.PlanSession,) * 18, *(pk.ReportSession,) * 28, *(pk.DoActivity,) * 18),
    *(*(pk.ProposeMatch,) * 9, *(pk.AcceptMatch,) * 4, *(pk.WelcomePeer,) * 22),
    *(*(pk.ChangeService,) * 4, *(pk.SupplyFacts,) * 9),
    *(pk.RecordSupervision,) * 3,
    *(*(pk.ConsultSupervisor,) * 3, *(pk.RaiseConcern,) * 3, *(pk.ShareInformation,) * 6),
    *(*(pk.RecordConsent,) * 6, *(pk.AgreeBoundaries,) * 2),
)


def _answer(d: Drawn, kind: Any) -> Any:
    """What answers a match."""
    return kind(
        id=d.one("m-1", "m-1", "m-2", "m-9"),
        peer=d.one(*PEERS),
        when=_when(d),
        **d.said(_participant(d)),
    )
