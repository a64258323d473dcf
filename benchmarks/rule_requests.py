"""What is asked of the forty rules: a typed request, and requests by chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

import attrs

from benchmarks.forty_rules import ACTS, ROLES

__all__ = [
    "Actor",
    "Consent",
    "Credentials",
    "Participant",
    "Relationship",
    "Request",
    "Situation",
    "flat",
    "requests",
    "sorted_out",
]


@attrs.frozen
class Credentials:
    """Until when an actor's papers hold, and when they last had supervision."""

    cert_until: date
    background_until: date
    ethics_until: date
    driver_until: date
    crisis_until: date
    supervision_last: date


@attrs.frozen
class Actor:
    """Who asks."""

    id: str
    role: str
    active: bool
    credentials: Credentials
    caseload: int
    caseload_cap: int


@attrs.frozen
class Participant:
    """Whom it is about."""

    status: str
    age: int
    risk: bool
    guardian_consent: bool


@attrs.frozen
class Relationship:
    """What the two are to each other."""

    kind: str
    ended: date
    assigned: bool
    same_agency: bool
    shares_household: bool


@attrs.frozen
class Consent:
    """What the participant agreed to."""

    state: str
    scopes: frozenset[str]
    until: date
    recipients: frozenset[str]


@attrs.frozen
class Situation:
    """The moment, and what is asked for."""

    today: date
    hour: int
    emergency: bool
    co_present: bool
    is_author: bool
    recipient: str
    sensitivity: str
    gift_value: int


@attrs.frozen
class Request:
    """What is asked: may this actor do this act."""

    act: str
    actor: Actor
    participant: Participant
    relationship: Relationship
    consent: Consent
    situation: Situation


def flat(request: Request) -> dict[str, Any]:
    """Every fact under its own name, for engines that want a table. Days are numbers there."""
    facts: dict[str, Any] = {"act": request.act}
    parts = (
        request.actor,
        request.actor.credentials,
        request.participant,
        request.relationship,
        request.consent,
        request.situation,
    )
    for part in parts:
        for field in attrs.fields(type(part)):
            value = getattr(part, field.name)
            if isinstance(value, date):
                facts[field.name] = value.toordinal()
            elif isinstance(value, frozenset):
                facts[field.name] = sorted(value)
            elif isinstance(value, (str, int)):
                facts[field.name] = value
    return facts


_TODAY: Final = date(2026, 3, 2)
_SCOPES: Final = (
    ("services", 0.96),
    ("notes", 0.93),
    ("community", 0.8),
    ("transport", 0.7),
    ("share_record", 0.7),
    ("sud", 0.5),
)
_KINDS: Final = {
    "none": 86,
    "former_partner": 2,
    "family": 2,
    "friend": 3,
    "romantic": 1,
    "landlord": 1,
    "business": 2,
    "coworker": 3,
}


def _request(chance: random.Random) -> Request:
    def until(over: float) -> date:
        days = timedelta(days=chance.randint(1, 400))
        return _TODAY - days if chance.random() < over else _TODAY + days

    def likely(share: float) -> bool:
        return chance.random() < share

    recipients = sorted(chance.sample([f"org{each}" for each in range(8)], chance.randint(1, 4)))
    return Request(
        act=chance.choice(ACTS),
        actor=Actor(
            id="peer-1",
            role=chance.choices(ROLES, (50, 10, 12, 10, 8, 5, 5))[0],
            active=likely(0.97),
            credentials=Credentials(
                until(0.04),
                until(0.04),
                until(0.04),
                until(0.15),
                until(0.2),
                _TODAY - timedelta(days=chance.randint(0, 32)),
            ),
            caseload=chance.randint(5, 21),
            caseload_cap=20,
        ),
        participant=Participant(
            status=chance.choices(("enrolled", "waiting", "discharged", "deceased"), (90, 6, 3, 1))[
                0
            ],
            age=chance.randint(15, 80),
            risk=likely(0.1),
            guardian_consent=likely(0.6),
        ),
        relationship=Relationship(
            kind=chance.choices(tuple(_KINDS), tuple(_KINDS.values()))[0],
            ended=_TODAY - timedelta(days=chance.randint(0, 1500)),
            assigned=likely(0.9),
            same_agency=likely(0.95),
            shares_household=likely(0.02),
        ),
        consent=Consent(
            state=chance.choices(("given", "withdrawn", "none"), (93, 4, 3))[0],
            scopes=frozenset(scope for scope, share in _SCOPES if likely(share)),
            until=until(0.05),
            recipients=frozenset(recipients),
        ),
        situation=Situation(
            today=_TODAY,
            hour=chance.randint(7, 21),
            emergency=likely(0.1),
            co_present=likely(0.5),
            is_author=likely(0.7),
            recipient=chance.choice(recipients) if likely(0.8) else "org9",
            sensitivity="sud" if likely(0.3) else "none",
            gift_value=chance.randint(0, 30),
        ),
    )


def requests(number: int, seed: int) -> list[Request]:
    """So many requests, always the same ones for one seed."""
    chance = random.Random(seed)
    return [_request(chance) for _ in range(number)]


def sorted_out(
    allows: Callable[[Request], bool], number: int, seed: int
) -> tuple[list[Request], list[Request]]:
    """So many requests that are allowed, and as many that it does not."""
    chance = random.Random(seed)
    allowed: list[Request] = []
    refused: list[Request] = []
    while min(len(allowed), len(refused)) < number:
        request = _request(chance)
        (allowed if allows(request) else refused).append(request)
    return allowed[:number], refused[:number]
