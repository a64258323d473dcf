"""What a renewal asks for: hours by topic in the interval, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

import attrs
from dateutil.relativedelta import relativedelta

from peerkit.acts import (
    PlanSession,
    ProposeMatch,
    RenewCredential,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.errors import must_be
from peerkit.handbook import Book
from peerkit.model import (
    Credential,
    CredentialStage,
    Peer,
    Phrase,
    Role,
    TopicHours,
    TrainingTopic,
)
from peerkit.model.phrase import listed
from peerkit.rules.missing import unknown
from peerkit.rules.together import each_peer

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["RULES", "Asked", "Renewal", "renewal", "renewal_ready", "supervision_while_new"]

_AN_HOUR: Final = 60
_A_WEEK: Final = 7
#: The limits that ask for hours on one topic in the interval of the credential.
_TOPICS: Final[Mapping[str, TrainingTopic]] = {
    "renewal-hours-peer": TrainingTopic.PEER_SUPPORT,
    "renewal-hours-ethics": TrainingTopic.ETHICS,
    "renewal-hours-supervision": TrainingTopic.SUPERVISION,
}
#: The limits that ask for hours on one topic in a time of its own, and how long that is.
_LONGER: Final[Mapping[str, tuple[str, TrainingTopic]]] = {
    "suicide-prevention-hours": ("suicide-prevention-months", TrainingTopic.SUICIDE_PREVENTION),
    "equity-hours": ("equity-months", TrainingTopic.EQUITY),
}
#: How each is named among what is missing.
_NAMED: Final[Mapping[str, Phrase]] = {
    "renewal-hours": Phrase("hours of further training"),
    "renewal-hours-peer": Phrase("hours on peer support"),
    "renewal-hours-ethics": Phrase("hours on law and ethics"),
    "renewal-hours-elective": Phrase("hours of one's choice"),
    "renewal-hours-supervision": Phrase("hours on how to supervise"),
    "suicide-prevention-hours": Phrase("hours on suicide prevention"),
    "equity-hours": Phrase("hours on equity"),
    "renewal-service-hours": Phrase("hours of service"),
    "renewal-supervision-hours": Phrase("hours of supervision"),
}


@attrs.frozen(kw_only=True)
class Asked:
    """What one limit asks for a renewal: ``asked`` and ``had`` in minutes.

    ``had`` is None where nobody has said how much there was.
    """

    limit: str
    asked: int
    had: int | None

    @property
    def missing(self) -> int:
        """The minutes that are still missing."""
        return max(self.asked - (self.had or 0), 0)


@attrs.frozen(kw_only=True)
class Renewal:
    """When a credential is to be renewed, and what is asked for it."""

    due: date
    asked: tuple[Asked, ...]

    @property
    def missing(self) -> tuple[Asked, ...]:
        """What is still missing: none when it can be renewed."""
        return tuple(each for each in self.asked if each.missing)


def renewal(
    credential: Credential,
    book: Book,
    *,
    role: Role = Role.SPECIALIST,
    service: int | None = None,
    supervision: int | None = None,
) -> Renewal:
    """When a credential is to be renewed, and what this book asks for it.

    Hours count where they lie in the interval of the credential. What a board asks for in a
    longer time (Washington: suicide prevention in six years) is asked for at the end of that
    time, over as many whole intervals. What goes beyond the named topics counts as of one's
    choice. ``role`` says whether hours on how to supervise are asked for; ``service`` and
    ``supervision`` are minutes served and supervised: time apart from training.
    """
    must_be(Credential, credential, "credential", "give a Credential")
    must_be(Book, book, "book", "give the book of a day: handbook.on(day)")
    due = credential.until
    every = book.clause("renewal-months").value
    if every is not None:
        due = min(due, credential.since + relativedelta(months=every))
    minutes = {each.topic: each.minutes for each in credential.hours}
    named = [
        Asked(limit=limit, asked=value * _AN_HOUR, had=minutes.get(topic, 0))
        for limit, topic in _TOPICS.items()
        if (value := book.clause(limit).value) is not None
        and (topic is not TrainingTopic.SUPERVISION or role is Role.SUPERVISOR)
    ]
    whole = sum(minutes.values())
    beyond = whole - sum(min(each.asked, each.had or 0) for each in named)
    rest = {
        "renewal-hours": whole,
        "renewal-hours-elective": beyond,
        "renewal-service-hours": service,
        "renewal-supervision-hours": supervision,
    }
    others = [
        Asked(limit=limit, asked=value * _AN_HOUR, had=had)
        for limit, had in rest.items()
        if (value := book.clause(limit).value) is not None
    ]
    longer = tuple(_longer(credential, book, every))
    return Renewal(due=due, asked=(*others[:1], *named, *longer, *others[1:]))


def _longer(credential: Credential, book: Book, every: int | None) -> Iterator[Asked]:
    """What is asked for in a time of its own, once that time is over."""
    by_topic = {each.topic: each for each in credential.hours}
    for limit, (length, topic) in _LONGER.items():
        value, months = book.clause(limit).value, book.clause(length).value
        if value is None:
            continue
        intervals = 1 if not every or not months else -(-months // every)
        if credential.renewals + 1 >= intervals:
            known = by_topic.get(topic, TopicHours(topic=topic, minutes=0))
            had = known.minutes + sum(known.before[: intervals - 1])
            yield Asked(limit=limit, asked=value * _AN_HOUR, had=had)


def renewal_ready(act: RenewCredential, view: View, book: Book) -> Findings:
    """A credential is renewed once, when the hours are there; what is missing is said by name."""
    old, peer = act.renewed(view), view.get(Peer, act.peer)
    if old is None:
        missing = Phrase("{id} as a {kind} of the people named", id=act.of, kind=_CREDENTIAL)
        return (unknown(book, missing),)
    for each in view.all(Credential):
        if (each.peer, each.renews) == (act.peer, act.of):
            renewed = {"peer": act.peer, "until": each.until.isoformat()}
            return (Finding(book.clause("renewal"), Verdict.NOT_ALLOWED, renewed),)
    role = Role.SPECIALIST if peer is None else peer.role
    found = renewal(old, book, role=role, service=act.service, supervision=act.supervision)
    lacks = listed("and", *map(_lack, found.missing))
    facts = {"peer": act.peer, "until": found.due.isoformat(), "missing": lacks or ""}
    verdict = Verdict.ALLOWED if lacks is None else Verdict.NEEDS_FACTS
    return (Finding(book.clause("renewal"), verdict, facts),)


_CREDENTIAL: Final = Phrase(Credential.kind)


def _lack(asked: Asked) -> Phrase:
    """What is missing, in hours, and of how many."""
    hours, of = asked.missing / _AN_HOUR, asked.asked // _AN_HOUR
    return Phrase("{hours} of {of} {what}", hours=f"{hours:g}", of=of, what=_NAMED[asked.limit])


def supervision_while_new(act: ProposeMatch | PlanSession, view: View, book: Book) -> Findings:
    """While a first certification lasts, some boards ask for supervision more often."""
    clause = book.clause("supervision-weeks-first")
    if clause.value is None:
        return ()
    most = clause.value

    def found(id_: str) -> Findings:
        peer = view.get(Peer, id_)
        new = any(
            each.peer == id_ and each.stage is CredentialStage.INITIAL and each.holds(book.day)
            for each in view.all(Credential)
        )
        if peer is None or not new:
            return ()
        days = (book.day - max(peer.serves_since, peer.supervised or peer.since)).days
        verdict = Verdict.ALLOWED if days <= most * _A_WEEK else clause.past
        return (Finding(clause, verdict, {"peer": id_, "days": days, "limit": most}),)

    return each_peer(act, found)


#: The rules of this subject.
RULES: Final = (
    Rule("renewal", (RenewCredential,), renewal_ready),
    Rule("supervision-while-new", (ProposeMatch, PlanSession), supervision_while_new),
)
