"""What a month of peer support comes to under one payer: units, and what is not claimed and why.

It makes no claim. It counts what was kept, by a rule that is named, and says of
every minute that it leaves out why. What the program does not know (a visit that
came first, an order, an authorisation) it lists as conditions to be looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.handbook.funding import Condition, FundingSource, NotPaid, funding_source
from peerkit.model import Goal, GoalStatus, Grant, Group, Peer, Session, SessionForm, SessionStatus
from peerkit.reports.units import Contact, UnitRule, navigation_units, units

if TYPE_CHECKING:
    from peerkit.handbook import Clause, Handbook
    from peerkit.program import Program

__all__ = ["Billing", "BillingRow", "NotBilled", "billing"]

#: Minutes in a unit of H0038 (HCPCS).
_UNIT: Final = 15
_MINUTE: Final = timedelta(minutes=1)
#: What the first code of a month stands for (G0140).
_HOUR: Final = timedelta(minutes=60)
_DAY_CAP: Final = "minutes-a-day"
_YEAR_CAP: Final = "minutes-a-year"
_GROUP_CAP: Final = "group-size"
#: A goal that is none: it was only suggested, it was turned down, or it was a mistake.
_NO_GOAL: Final = frozenset({GoalStatus.PROPOSED, GoalStatus.REJECTED, GoalStatus.ENTERED_IN_ERROR})
#: What is left out whoever pays, with the reason.
_WHY: Final[Mapping[str, str]] = {
    "outside-the-role": "Time outside the role is never peer support, and never claimed.",
    "at-the-same-time": "The peer has two sessions at this hour; look which one it was.",
    "no-code": "This payer has no code for this form of session, as far as anybody has read.",
    "no-goal": "The payer asks for a goal of the participant, and there is none on record.",
    _GROUP_CAP: "The group is larger than this payer pays for.",
    _DAY_CAP: "The payer pays for no more on one day.",
    _YEAR_CAP: "The payer pays for no more in one calendar year.",
}


@attrs.frozen(kw_only=True)
class BillingRow:
    """What one participant's day comes to, or, where a payer counts by the month, their month.

    ``day`` is None for a month. ``codes`` are those of the sessions in it;
    ``minutes`` what was counted, ``units`` what may be claimed of it.
    """

    participant: str
    day: date | None
    codes: tuple[str, ...]
    minutes: int
    units: int


@attrs.frozen(kw_only=True)
class NotBilled:
    """What is not claimed, and why: minutes of a session, or units of a day beyond a cap."""

    participant: str
    session: str | None
    day: date
    minutes: int
    units: int
    reason: str
    says: str


@attrs.frozen(kw_only=True)
class Billing:
    """A month under one payer. ``look_at`` is what the program cannot know: somebody has to look.

    ``grants`` are the ids of grants from this payer that were there in the month.
    """

    source: FundingSource
    month: str
    rows: tuple[BillingRow, ...]
    not_billed: tuple[NotBilled, ...]
    look_at: tuple[Condition | NotPaid, ...]
    grants: tuple[str, ...]

    @property
    def units(self) -> int:
        """All units that may be claimed."""
        return sum(each.units for each in self.rows)


def billing(program: Program, source: str, month: date, *, rule: UnitRule | None = None) -> Billing:
    """What the sessions of a month come to under a funding source, such as ``"medicaid-va"``.

    ``month`` is any day of it; ``rule`` how minutes become units, where nobody
    has read how this payer counts. Raises :class:`~peerkit.errors.BadInput` when
    that is missing, and when the program was opened without the payer's layer.
    """
    must_be(date, month, "month", "give any day of the month")
    payer = funding_source(source)
    _must_count(payer, program, rule)
    first = month.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    # What began on the last evening of the year before may go on in this one.
    asked = _Asked(program, payer, first.replace(month=1) - timedelta(days=1), after)
    times = list(asked.times())
    rows: list[BillingRow] = []
    beyond: list[NotBilled] = []
    if payer.counts is not None:
        rows = _by_month(times, payer, first, after)
    elif rule is not None:
        rows, beyond = _by_day(times, rule, payer, program.handbook)
    left_out = [each for each in (*asked.left_out, *beyond) if first <= each.day < after]
    return Billing(
        source=payer,
        month=f"{first:%Y-%m}",
        rows=tuple(each for each in rows if each.day is None or first <= each.day < after),
        not_billed=tuple(sorted(left_out, key=_in_order)),
        look_at=(*payer.conditions, *(each for each in payer.not_paid if not each.activities)),
        grants=tuple(
            each.id
            for each in program.every(Grant, about=payer.id)
            if any(each.pays_on(first + timedelta(days=n)) for n in range((after - first).days))
        ),
    )


def _in_order(each: NotBilled) -> tuple[date, str, str, str]:
    return each.day, each.participant, each.session or "", each.reason


def _must_count(payer: FundingSource, program: Program, rule: UnitRule | None) -> None:
    """Refuse to guess how a payer counts, or to count without its caps."""
    must_be(UnitRule | None, rule, "rule", "name one, such as UnitRule.FLOOR_PER_CODE")
    if payer.counts is not None and rule is not None:
        raise BadInput("rule", f"{payer.id} has a rule of its own; leave it out")
    if payer.counts is None and rule is None and payer.codes:
        raise BadInput(
            "rule",
            f"nobody has read how {payer.id} counts; ask the payer, and name one: "
            + ", ".join(f"UnitRule.{each.name}" for each in UnitRule),
        )
    if payer.caps and payer.layer not in program.handbook.layers:
        raise BadInput(
            "source", f"open the program with the layer {payer.layer!r}, which has the caps"
        )


@attrs.frozen(kw_only=True)
class _Time:
    """Time that one peer gave one participant and that may be claimed."""

    participant: str
    peer: str
    contact: Contact


@attrs.define
class _Asked:
    """The sessions of a year, looked at one by one; ``left_out`` is filled on the way."""

    program: Program
    payer: FundingSource
    since: date
    until: date
    left_out: list[NotBilled] = attrs.field(factory=list)
    _peers: dict[str, Peer] = attrs.field(factory=dict, init=False)
    _groups: dict[str, Group] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self._peers = {each.id: each for each in self.program.every(Peer)}
        self._groups = {each.id: each for each in self.program.every(Group)}

    def times(self) -> Iterator[_Time]:
        """What may be claimed of each session that was held, participant by participant."""
        held = [
            each
            for each in self.program.every(Session, status=SessionStatus.HELD)
            if self.since <= each.day < self.until
        ]
        twice = _at_the_same_time(held)
        for each in sorted(held, key=lambda each: (each.starts, each.id)):
            self._leave_out(each, each.minutes - each.counted, "outside-the-role")
            reason = "at-the-same-time" if each.id in twice else self._not_this(each)
            if reason is not None:
                self._leave_out(each, each.counted, reason, says=self._cap_says(each, reason))
                continue
            not_theirs = self._not_paid(each)
            if not_theirs is not None:
                self._leave_out(each, each.counted, not_theirs.id, says=not_theirs.says)
                continue
            minutes = self._paid(each)
            for who in each.participants:
                if self.payer.asks_goal and not self._wants(who):
                    self._leave_out(each, minutes, "no-goal", who)
                elif minutes:
                    yield self._time(each, who, minutes)

    def _wants(self, who: str) -> bool:
        """Whether there is a goal of theirs: not what somebody suggested, or wrote by mistake."""
        return any(
            each.stated_by in {who, None} and each.status not in _NO_GOAL
            for each in self.program.every(Goal, about=who)
        )

    def _not_this(self, session: Session) -> str | None:
        """Why a session of this form or size is not claimed."""
        if not self.payer.codes_for(session.form):
            return "no-code"
        cap = self.program.handbook.on(session.day).clause(_GROUP_CAP)
        counted = session.form is SessionForm.GROUP and _GROUP_CAP in self.payer.caps
        return _GROUP_CAP if counted and not cap.keeps(len(session.participants)) else None

    def _cap_says(self, session: Session, reason: str) -> str:
        """What is said of a session of this size, or of any other reason that is not a payer's."""
        if reason != _GROUP_CAP:
            return _WHY[reason]
        return _says(self.payer, self.program.handbook.on(session.day).clause(reason))

    def _not_paid(self, session: Session) -> NotPaid | None:
        """What the payer leaves out by who gave it, or by how open the group was."""
        group = self._groups.get(session.group or "")
        gave = [self._peers.get(each) for each in (session.peer, *session.with_peers)]
        roles = {role for each in gave if each is not None for role in each.roles}
        for each in self.payer.not_paid:
            if roles and each.roles and roles.issubset(each.roles):
                return each
            if group is not None and group.openness in each.groups:
                return each
        return None

    def _paid(self, session: Session) -> int:
        """How many minutes of a session may be claimed; what the payer leaves out is noted."""
        minutes = session.counted
        outside = self._outside(session)
        for position, activity in enumerate(session.activities):
            why = self.payer.leaves_out(activity.id)
            if why is not None and position not in outside:
                # Where nobody counted how long it took, no minute can be told from it.
                out = min(activity.minutes or minutes, minutes)
                self._leave_out(session, out, why.id, says=why.says)
                minutes -= out
        return minutes

    def _outside(self, session: Session) -> frozenset[int]:
        """The positions of its activities whose minutes were never counted: the journal knows."""
        found: frozenset[int] = frozenset()
        if session.counted == session.minutes:
            return found
        for entry in self.program.history(session.id):
            body = entry.read()
            if any(
                each["noun"] == "session" and each["id"] == session.id for each in body["nouns"]
            ):
                found = frozenset(
                    place for _, said, _, place in body["findings"] if said != "ALLOWED"
                )
        return found

    def _time(self, session: Session, who: str, minutes: int) -> _Time:
        contact = Contact(
            code=str(self.payer.codes_for(session.form)[0]),
            starts=session.starts,
            zone=session.zone,
            length=timedelta(minutes=minutes),
        )
        return _Time(participant=who, peer=session.peer, contact=contact)

    def _leave_out(
        self, session: Session, minutes: int, reason: str, who: str | None = None, says: str = ""
    ) -> None:
        for each in session.participants if who is None else (who,):
            if minutes:
                self.left_out.append(
                    NotBilled(
                        participant=each,
                        session=session.id,
                        day=session.day,
                        minutes=minutes,
                        units=0,
                        reason=reason,
                        says=says or _WHY[reason],
                    )
                )


def _says(payer: FundingSource, cap: Clause) -> str:
    """What is said past a cap; a number that nobody has read at its source says so."""
    text = payer.beyond.get(cap.id, _WHY[cap.id])
    return text if cap.passages[0].verified else f"{text.removesuffix('.')} (from memory)."


def _at_the_same_time(held: Sequence[Session]) -> frozenset[str]:
    """The sessions of a peer that overlap: nobody is in two places at once."""
    each_peer: dict[str, list[Session]] = defaultdict(list)
    for each in held:
        for peer in each.peers:
            each_peer[peer].append(each)
    found: set[str] = set()
    for theirs in each_peer.values():
        longest: Session | None = None
        for each in sorted(theirs, key=lambda each: (each.starts, each.id)):
            if longest is not None and each.starts < _ends(longest):
                found |= {longest.id, each.id}
            if longest is None or _ends(each) > _ends(longest):
                longest = each
    return frozenset(found)


def _ends(session: Session) -> datetime:
    return session.starts + timedelta(minutes=session.minutes)


def _by_month(
    times: Sequence[_Time], payer: FundingSource, first: date, after: date
) -> list[BillingRow]:
    """Each participant's month: the first 60 minutes, and each further 30."""
    months: dict[str, timedelta] = defaultdict(timedelta)
    for each in times:
        for day, length in each.contact.by_day().items():
            if first <= day < after:
                months[each.participant] += length
    return [
        BillingRow(
            participant=who,
            day=None,
            codes=(str(code),),
            minutes=part // _MINUTE,
            units=count,
        )
        for who, length in sorted(months.items())
        for code, part, count in zip(
            payer.codes,
            (min(length, _HOUR), max(length - _HOUR, timedelta())),
            navigation_units(length),
            strict=True,
        )
    ]


def _by_day(
    times: Sequence[_Time], rule: UnitRule, payer: FundingSource, handbook: Handbook
) -> tuple[list[BillingRow], list[NotBilled]]:
    """Each participant's days of the year so far, and the units beyond a cap."""
    rows: list[BillingRow] = []
    beyond: list[NotBilled] = []
    used: dict[tuple[str, int], int] = defaultdict(int)
    for (day, who), (codes, minutes, count) in sorted(_days(times, rule).items()):
        left = count
        for cap, before in ((_DAY_CAP, 0), (_YEAR_CAP, used[who, day.year])):
            most = handbook.on(day).clause(cap).value if cap in payer.caps else None
            if most is not None and before + left > most // _UNIT:
                kept = max(most // _UNIT - before, 0)
                beyond.append(
                    NotBilled(
                        participant=who,
                        session=None,
                        day=day,
                        minutes=0,
                        units=left - kept,
                        reason=cap,
                        says=_says(payer, handbook.on(day).clause(cap)),
                    )
                )
                left = kept
        used[who, day.year] += left
        rows.append(BillingRow(participant=who, day=day, codes=codes, minutes=minutes, units=left))
    return rows, beyond


def _days(
    times: Sequence[_Time], rule: UnitRule
) -> dict[tuple[date, str], tuple[tuple[str, ...], int, int]]:
    """The codes, minutes and units of each participant's days; each peer's are counted apart."""
    pairs: dict[tuple[str, str], list[Contact]] = defaultdict(list)
    for each in times:
        pairs[each.participant, each.peer].append(each.contact)
    found: dict[tuple[date, str], tuple[tuple[str, ...], int, int]] = {}
    for (who, _), contacts in pairs.items():
        counted = units(contacts, rule)
        for contact in contacts:
            for day, length in contact.by_day().items():
                codes, minutes, count = found.get((day, who), ((), 0, 0))
                codes = tuple(sorted({*codes, contact.code}))
                found[day, who] = (codes, minutes + length // _MINUTE, count)
        for day, count in counted.items():
            codes, minutes, before = found[day, who]
            found[day, who] = (codes, minutes, before + count)
    return found
