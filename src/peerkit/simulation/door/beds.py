"""The respite house through the door: guests ask, stay and leave, and a peer is always there."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.acts import (
    AskForStay,
    CheckIn,
    LeaveRespite,
    OfferStay,
    OpenHouse,
    PlanShift,
    ReportShift,
    WelcomeParticipant,
    WelcomePeer,
)
from peerkit.model import Experience, HouseTopic, LivedExperience, Role
from peerkit.simulation.door.answering import Refusal
from peerkit.simulation.door.desk import COORDINATOR, Desk
from peerkit.simulation.lives.beds import Request, requests

if TYPE_CHECKING:
    from peerkit.simulation.lives.luck import Luck
    from peerkit.simulation.scenarios.scenario import Scenario

__all__ = ["RespiteHouse"]

_HOUSE: Final = "house-1"
_NIGHTS: Final = frozenset({"respite-nights"})
#: Each of the two is on duty for half a day, from these minutes of the day on.
_ON_DUTY: Final = {"house-peer-1": 6 * 60, "house-peer-2": 18 * 60}
_HALF_A_DAY: Final = 12 * 60
_MORNING: Final = 6 * 60
#: Beds are given in the evening.
_EVENING: Final = 22 * 60
_A_YEAR: Final = timedelta(days=365)


@attrs.define
class _Stay:
    """What became of a request so far, and under which id it is asked for."""

    request: Request
    id: str = ""
    began: int = -1
    nights: int = 0

    @property
    def guest(self) -> str:
        """Guests are people of their own."""
        return f"guest-{self.request.number:05}"


class RespiteHouse:
    """The house of a scenario, its guests, and those who wait for a bed."""

    def __init__(self, scenario: Scenario, luck: Luck, desk: Desk) -> None:
        self._scenario = scenario
        self._desk = desk
        self.stays: list[_Stay] = [_Stay(each) for each in requests(scenario, luck)]
        self._coming = deque(self.stays)
        self._line: list[_Stay] = []
        self._free = [f"bed-{number + 1}" for number in range(scenario.beds.count)]
        self._leaves: defaultdict[int, list[tuple[_Stay, str]]] = defaultdict(list)

    def morning(self, day: int) -> None:
        """Who was on duty says so; tomorrow is planned. On the first day the house opens."""
        if not self._scenario.beds.count:
            return
        self._desk.at(day, _MORNING)
        if day == 0:
            self._opens()
            self._plan(day)
        else:
            for peer in _ON_DUTY:
                shift = self._shift(peer, day - 1)
                self._desk.ask(ReportShift(by=peer, id=shift, peer=peer))
        self._plan(day + 1)

    def _opens(self) -> None:
        self._desk.ask(OpenHouse(by=COORDINATOR, id=_HOUSE, rooms=tuple(self._free)))
        for peer in _ON_DUTY:
            self._desk.ask(
                WelcomePeer(
                    by=COORDINATOR,
                    id=peer,
                    role=Role.COMPANION,
                    supervisor="house-supervisor",
                    since=self._scenario.begins - _A_YEAR,
                    experiences=(LivedExperience(of=Experience.MENTAL_HEALTH),),
                )
            )

    def _plan(self, day: int) -> None:
        for peer, minute in _ON_DUTY.items():
            self._desk.ask(
                PlanShift(
                    by=COORDINATOR,
                    id=self._shift(peer, day),
                    peer=peer,
                    house=_HOUSE,
                    starts=self._desk.moment(day, minute),
                    ends=self._desk.moment(day, minute + _HALF_A_DAY),
                )
            )

    def _shift(self, peer: str, day: int) -> str:
        return f"shift/{peer}/{self._scenario.date_of(day)}"

    def evening(self, day: int) -> list[Refusal]:
        """Guests leave, people ask, and what is free is offered in the order of asking."""
        self._desk.at(day, _EVENING)
        for stay, bed in self._leaves.pop(day, ()):
            self._gone(stay)
            self._free.append(bed)
        while self._coming and self._coming[0].request.asked == day:
            stay = self._coming.popleft()
            self._desk.ask(WelcomeParticipant(by=COORDINATOR, id=stay.guest))
            self._line.append(stay)
        patience = self._scenario.beds.patience
        self._line = [each for each in self._line if day - each.request.asked <= patience]
        refusals: list[Refusal] = []
        while self._free and self._line:
            refusals += self._offered(self._line.pop(0), day)
        return refusals

    def _offered(self, stay: _Stay, day: int) -> list[Refusal]:
        """A bed for as many nights as were asked for, or for as many as the book allows."""
        nights, refusals = stay.request.nights, []
        while nights and stay.began < 0:
            stay.id = f"stay/{stay.guest}/{nights}"
            first = self._desk.today
            until = first + timedelta(days=nights)
            self._ask(stay, first, until)
            offer = OfferStay(
                by=COORDINATOR,
                id=stay.id,
                participant=stay.guest,
                house=_HOUSE,
                room=self._free[0],
            )
            decision = self._desk.ask_for(offer, _NIGHTS)
            if decision.allowed:
                stay.began, stay.nights = day, nights
            else:
                self._gone(stay)
                refusals.append(Refusal.of(decision))
                nights = next(
                    int(str(each.facts["limit"]))
                    for each in decision.findings
                    if each.clause.id in _NIGHTS
                )
        if stay.began == day:
            self._leaves[day + nights].append((stay, self._free.pop(0)))
            self._checks_in(stay)
        return refusals

    def _ask(self, stay: _Stay, first: date, until: date) -> None:
        self._desk.ask(
            AskForStay(
                by=stay.guest,
                id=stay.id,
                participant=stay.guest,
                house=_HOUSE,
                first=first,
                until=until,
            )
        )

    def _checks_in(self, stay: _Stay) -> None:
        self._desk.ask(
            CheckIn(
                by=stay.guest,
                id=stay.id,
                participant=stay.guest,
                house=_HOUSE,
                agreed=tuple(HouseTopic),
            )
        )

    def _gone(self, stay: _Stay) -> None:
        self._desk.ask(LeaveRespite(by=stay.guest, id=stay.id, participant=stay.guest))
