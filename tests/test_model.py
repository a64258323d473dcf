"""The nouns: every step of every lifecycle, and fields that take nothing for anything else."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from inspect import Parameter, signature
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.acts import ACTS
from peerkit.model import NOUNS, Lifecycle
from peerkit.model.fields import digest_of, made_of, zone_named
from peerkit.testing.strategies import acts, ids, moments, nouns, words
from tests.ordinary import ANA, NOW, TODAY, activity, group, plan

CANARY = "Zebrafinch"
ROLES = (
    "peer-worker, peer-mentor, peer-advocate, peer-researcher, peer-specialist, "
    "supervisor, trainer, administrator, educator, group-facilitator, respite-companion, volunteer"
)
LIFECYCLES: tuple[Lifecycle[Any], ...] = tuple(each.lifecycle for each in NOUNS)
STEPS = [
    pytest.param(kind.lifecycle, old, new, id=f"{kind.kind}: {old} to {new}")
    for kind in NOUNS
    for old, new in product(kind.lifecycle.steps, repeat=2)
]
#: Every step that may be taken, written down once more, so that a change of a table is seen here.
ALLOWED = {
    "person": {"known>forgotten", "forgotten>forgotten"},
    "peer": {
        "serving>stepped-back",
        "serving>left",
        "stepped-back>serving",
        "stepped-back>left",
        "left>serving",
        "left>forgotten",
    },
    "participant": {
        "taking-part>away",
        "away>taking-part",
        "taking-part>forgotten",
        "away>forgotten",
    },
    "credential": {"held>replaced"},
    "tie": {"current>past", "past>current"},
    "match": {
        "proposed>accepted",
        "proposed>declined",
        "proposed>withdrawn",
        "accepted>ended",
    },
    "session": {
        "planned>planned",
        "planned>held",
        "planned>missed",
        "planned>cancelled",
        "cancelled>planned",
    },
    "goal": {
        "proposed>planned",
        "proposed>accepted",
        "proposed>active",
        "proposed>rejected",
        "proposed>entered-in-error",
        "planned>accepted",
        "planned>active",
        "planned>on-hold",
        "planned>cancelled",
        "planned>rejected",
        "planned>entered-in-error",
        "accepted>active",
        "accepted>on-hold",
        "accepted>cancelled",
        "accepted>entered-in-error",
        "active>on-hold",
        "active>completed",
        "active>cancelled",
        "active>entered-in-error",
        "on-hold>active",
        "on-hold>cancelled",
        "on-hold>entered-in-error",
    },
    "agreement": {
        "proposed>in-force",
        "proposed>declined",
        "proposed>withdrawn",
        "in-force>amended",
        "in-force>ended",
    },
    "consent": {"given>revoked", "given>ended", "given>over", "revoked>over", "ended>over"},
    "concern": {
        "open>looked-at",
        "open>followed-up",
        "open>closed",
        "looked-at>followed-up",
        "looked-at>closed",
        "followed-up>followed-up",
        "followed-up>closed",
        "closed>open",
    },
    "sharing": set[str](),
    "facts": {"supplied>used", "supplied>done", "used>done"},
    "disclosure": {"made>reviewed"},
    # -- workforce
    "supervision": set[str](),
    "training": set[str](),
    "debrief": {"asked>held", "asked>not-wanted"},
    "drift": {"open>looked-at"},
    "bias-report": {"open>looked-at", "open>closed", "looked-at>closed"},
    "pay": {"in-force>ended"},
    "leave": {"asked>granted", "asked>cancelled", "granted>taken", "granted>cancelled"},
    "self-care-plan": {"kept>put-away", "put-away>kept"},
    "consultation": {
        "asked>agreed",
        "asked>not-agreed",
        "agreed>used",
        "agreed>done",
        "used>done",
    },
    # -- outcomes and money
    "measure": {"kept>withdrawn", "unseen>seen", "seen>withdrawn"},
    "milestone": {"kept>withdrawn"},
    "grant": {"active>ended"},
    "guardian": {"in-force>ended"},
    "permission": {"given>withdrawn"},
    "mutuality": {"chosen>replaced"},
    "step": {"to-do>done", "to-do>dropped", "done>to-do", "dropped>to-do"},
    "plan": {"in-use>set-aside", "set-aside>in-use"},
    "support-map": set(),
    # -- matching
    "match-profile": set[str](),
    "waiting": {"waiting>matched", "waiting>off-the-list"},
    "connection": {
        "wanted>introduced",
        "wanted>gone-along",
        "wanted>handed-over",
        "wanted>used",
        "wanted>not-for-me",
        "wanted>let-go",
        "introduced>introduced",
        "introduced>gone-along",
        "introduced>handed-over",
        "introduced>used",
        "introduced>not-for-me",
        "introduced>let-go",
        "gone-along>introduced",
        "gone-along>gone-along",
        "gone-along>handed-over",
        "gone-along>used",
        "gone-along>not-for-me",
        "gone-along>let-go",
        "handed-over>introduced",
        "handed-over>gone-along",
        "handed-over>handed-over",
        "handed-over>used",
        "handed-over>not-for-me",
        "handed-over>let-go",
    },
    "team-member": {"current>former"},
    "visit": {
        "asked>planned",
        "asked>made",
        "asked>not-wanted",
        "planned>made",
        "planned>not-wanted",
    },
    "spoken-for": {"to-say>said", "to-say>not-said", "to-say>taken-back"},
    "group": {
        "forming>forming",
        "forming>meeting",
        "forming>ended",
        "meeting>meeting",
        "meeting>ended",
    },
    "membership": {"invited>member", "invited>left", "member>left"},
    "house": {"open>closed"},
    "stay": {
        *(f"asked>{each}" for each in ("expected", "withdrawn", "declined", "lapsed")),
        *(f"waiting>{each}" for each in ("expected", "withdrawn", "declined", "lapsed")),
        *(f"expected>{each}" for each in ("expected", "withdrawn", "declined", "lapsed", "here")),
        "here>here",
        "here>left",
    },
    "guest": set[str](),
    "shift": {"planned>worked", "planned>missed", "planned>lapsed", "planned>cancelled"},
    # -- time
    "availability": {"offered>withdrawn"},
    "room": {"in-use>closed"},
    "series": {"running>running", "running>ended"},
    # -- forgetting
    "legal-hold": {"in-force>lifted"},
    # -- notices
    "contact-preferences": {
        *(f"welcome>{each}" for each in ("welcome", "stopped", "forgotten")),
        *(f"stopped>{each}" for each in ("welcome", "stopped", "forgotten")),
    },
}


class TestLifecycles:
    """Every lifecycle is a table."""

    def test_the_tables_allow_these_steps_and_no_other(self) -> None:
        """A step that is added or taken away must be written down here as well."""
        found = {
            kind.kind: {
                f"{old}>{new}" for old, nexts in kind.lifecycle.steps.items() for new in nexts
            }
            for kind in NOUNS
        }

        assert found == ALLOWED

    @pytest.mark.parametrize(("lifecycle", "old", "new"), STEPS)
    def test_a_step_is_allowed_or_explained(
        self, lifecycle: Lifecycle[StrEnum], old: StrEnum, new: StrEnum
    ) -> None:
        """Each pair of statuses is a step, or exactly one sentence that names the real steps."""
        nexts = sorted(lifecycle.steps[old])
        if new in nexts:
            assert lifecycle.allows(old, new)
            assert lifecycle.says(old, new) == f"{old} may become {new}."
        else:
            *before, last = [str(each) for each in nexts] or ["nothing else"]
            rest = f"{', '.join(before)} or {last}" if before else last
            assert not lifecycle.allows(old, new)
            assert lifecycle.says(old, new) == f"{old} cannot become {new}; it may become {rest}."

    @pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.kind)
    def test_a_table_speaks_of_every_status_and_leads_somewhere(self, kind: type[pk.Noun]) -> None:
        """What is closed leads nowhere or back to a beginning, and anybody may be forgotten."""
        lifecycle = kind.lifecycle
        kind_of_status: type[StrEnum] = type(next(iter(lifecycle.begins)))
        statuses = set(kind_of_status)

        assert set(lifecycle.steps) == statuses
        assert lifecycle.begins
        assert lifecycle.begins <= statuses
        reached = set(lifecycle.begins)
        for _ in statuses:
            reached |= {new for old in reached for new in lifecycle.steps[old]}
        assert reached == statuses
        for each in lifecycle.closed:
            back = lifecycle.begins - lifecycle.closed
            assert {to for to in lifecycle.steps[each] if to != "forgotten"} <= back

    @pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.kind)
    def test_the_picture_shows_every_status_and_step(self, kind: type[pk.Noun]) -> None:
        """The diagram in the documentation is drawn from the table and leaves nothing out."""
        lifecycle = kind.lifecycle
        first, *lines = lifecycle.mermaid().splitlines()

        assert first == "stateDiagram-v2"
        arrows = {line.strip() for line in lines}
        assert {f"[*] --> {each}" for each in lifecycle.begins} <= arrows
        assert {
            f"{old} --> {new}" for old in lifecycle.steps for new in lifecycle.steps[old]
        } <= arrows
        assert {f"{each} --> [*]" for each in lifecycle.closed} <= arrows
        assert all(any(str(each) in line for line in lines) for each in lifecycle.steps)

    @pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.kind)
    @given(data=st.data())
    def test_a_noun_is_open_until_its_status_is_closed(
        self, kind: type[pk.Noun], data: st.DataObject
    ) -> None:
        """Decisions read a noun as long as its status is not a closed one."""
        noun = data.draw(nouns(kind))

        assert noun.open is (noun.status not in kind.lifecycle.closed)


class TestWhomANounTouches:
    """Where people look for a noun, and where decisions read it."""

    def test_a_concern_touches_each_person_once(self) -> None:
        """The peer is among the people and is named once."""
        concern = pk.Concern(id="c", peer="ana", people=("ana", "p-7"), clauses=("money",))

        assert concern.touches == ("ana", "p-7")
        assert concern.weighs_on == ()

    def test_a_concern_does_not_show_what_it_is_about(self) -> None:
        """In a log it is an id and who is in it; the clauses are read where they are kept."""
        concern = pk.Concern(id="c", peer="ana", people=("p-7",), clauses=("intimate-contact",))

        assert "intimate-contact" not in repr(concern) + str(concern)
        assert concern.clauses == ("intimate-contact",)

    @pytest.mark.parametrize("status", pk.MatchStatus)
    def test_only_a_withdrawn_match_is_over_for_its_pair(self, status: pk.MatchStatus) -> None:
        """A no and an ending are remembered: late reports and chance meetings are read by them."""
        match = pk.Match(id="m", peer="p", participant="a", status=status)

        assert match.open is (status is not pk.MatchStatus.WITHDRAWN)

    @pytest.mark.parametrize("status", pk.MatchStatus)
    @pytest.mark.parametrize(
        ("since", "ended", "lasted"),
        [
            (None, None, (True, True, True, True)),
            (0, None, (False, True, True, True)),
            (0, 2, (False, True, True, False)),
            (None, 2, (True, True, True, False)),
            (2, 2, (False, False, False, False)),
        ],
    )
    def test_a_match_lasted_from_its_yes_to_before_its_end(
        self,
        status: pk.MatchStatus,
        since: int | None,
        ended: int | None,
        lasted: tuple[bool, ...],
    ) -> None:
        """Half-open, to the moment; without a known end an ended match never lasted."""
        told = [None if each is None else NOW + timedelta(days=each) for each in (since, ended)]
        match = pk.Match(
            id="m", peer="p", participant="a", status=status, since=told[0], ended=told[1]
        )
        tick = timedelta(microseconds=1)
        moments = (NOW - tick, NOW, NOW + timedelta(days=2) - tick, NOW + timedelta(days=2))
        found = tuple(match.lasted(each) for each in moments)

        if status is pk.MatchStatus.ENDED and ended is not None:
            assert found == lasted
        elif status is pk.MatchStatus.ACCEPTED:
            assert found == tuple(
                since is None or each >= NOW + timedelta(days=since) for each in moments
            )
        else:
            assert found == (False, False, False, False)

    def test_what_weighs_on_a_pair_is_filed_under_the_pair(self) -> None:
        """Matches, ties, agreements and consultations are read with the two people together."""
        match = pk.Match(id="m", peer="p", participant="a")
        tie = pk.Tie(id="t", of=pk.TieKind.FRIEND, one="p", other="a")
        asked = pk.Consultation(id="c", peer="p", participant="a", clause="gifts")
        agreed = pk.BoundaryAgreement(id="b", peer="p", participant="a", topics=(pk.Topic.HOURS,))

        for noun in (match, tie, asked, agreed):
            assert noun.weighs_on == ("a+p",)
            assert set(noun.touches) == {"a", "p"}

    def test_what_was_used_is_read_with_what_it_was_used_for(self) -> None:
        """Advice and facts of ten years do not pile up on two people: the session has its own."""
        talk = pk.Activity(id="listen")
        advice = pk.Consultation(id="c", peer="p", participant="a", clause="gifts", used_for="s-1")
        facts = pk.SuppliedFacts(id="f", peer="p", participant="a", activity=talk, used_for="s-1")

        for noun in (advice, facts):
            assert noun.weighs_on == ("s-1",)
            assert noun.touches == ("p", "a")

    def test_what_weighs_on_a_person_is_filed_under_that_person(self) -> None:
        """A credential is read with its peer, a consent with its participant."""
        held = pk.Credential(id="c", peer="ana", since=TODAY, until=TODAY + timedelta(days=1))
        given_ = pk.Consent(
            id="k", participant="p-7", scopes=(pk.ConsentScope.GOALS,), to=("x",), since=NOW
        )

        assert held.weighs_on == held.touches == ("ana",)
        assert given_.weighs_on == given_.touches == ("p-7",)

    def test_people_and_goals_weigh_on_nobody_and_sessions_on_a_day(self) -> None:
        """They are read by their own id, and found with everyone in them."""
        session = pk.Session(
            id="s",
            form=pk.SessionForm.GROUP,
            peer="ana",
            participants=("p-7", "p-8"),
            starts=NOW,
            minutes=30,
        )

        assert ANA.touches == ("sam",)
        assert pk.Goal(id="g", participant="p-7").touches == ("p-7",)
        assert session.touches == ("ana", "p-7", "p-8")
        assert pk.Person(id="x").touches == pk.Participant(id="x").touches == ()
        assert ANA.weighs_on == pk.Goal(id="g", participant="p").weighs_on == ()
        assert session.weighs_on == ("ana#2026-11-02", "p-7#2026-11-02", "p-8#2026-11-02")

    def test_an_agreement_binds_its_own_two_people_while_it_is_in_force(self) -> None:
        """Nobody else's, and not after it was amended or has ended."""
        agreed = pk.BoundaryAgreement(
            id="b", peer="ana", participant="p-7", topics=(pk.Topic.HOURS,)
        )

        assert agreed.binds("ana", "p-7")
        assert not agreed.binds("ana", "p-8")
        assert not agreed.binds("bo", "p-7")
        for status in (pk.AgreementStatus.AMENDED, pk.AgreementStatus.ENDED):
            assert not attrs.evolve(agreed, status=status).binds("ana", "p-7")

    def test_only_what_a_person_offers_is_offered(self) -> None:
        """Sharing an experience is the person's own choice, experience by experience."""
        person = pk.Person(
            id="x",
            experiences=(
                pk.LivedExperience(of=pk.Experience.ILLNESS, offered=False),
                pk.LivedExperience(of=pk.Experience.ISOLATION),
            ),
        )

        assert person.offers() == {pk.Experience.ISOLATION}


class TestPair:
    """Two people together have one id, whichever is named first."""

    @given(ids(), ids())
    def test_it_is_the_same_from_both_sides(self, one: str, other: str) -> None:
        """The pair of ana and p-7 is the pair of p-7 and ana, and names both."""
        assert pk.pair(one, other) == pk.pair(other, one)
        assert sorted(pk.pair(one, other).split("+")) == sorted((one, other))

    @given(ids(), ids(), ids())
    def test_two_pairs_are_never_mistaken_for_each_other(self, a: str, b: str, c: str) -> None:
        """Pairs that share one person are the same only when they share the other."""
        assert (pk.pair(a, b) == pk.pair(a, c)) is (b == c)

    def test_an_id_made_of_others_shows_them_while_it_fits(self) -> None:
        """A long one becomes a digest, so that every id can be asked for again."""
        long = "x" * 96

        assert made_of("s-1", "concern") == "s-1/concern"
        assert len(made_of(long, "concern")) == 32
        assert made_of(long, "concern") != made_of(long[1:] + "y", "concern")
        assert digest_of("a", "b") != digest_of("a", "c")


Make = Callable[[Any], object]


def goal(**how: Any) -> pk.SetGoal:
    """A goal, said by p-7."""
    told: dict[str, Any] = {"by": "p-7", "id": "g", "participant": "p-7", "words": pk.Words("x")}
    return pk.SetGoal(**told | how)


def consent(**how: Any) -> pk.Consent:
    """A consent, from noon on."""
    told: dict[str, Any] = {
        "id": "k",
        "participant": "p-7",
        "scopes": (pk.ConsentScope.GOALS,),
        "to": ("housing-office",),
        "since": NOW,
    }
    return pk.Consent(**told | how)


AN_ID = (
    "an id is 1 to 96 letters, digits or . _ : @ / - and starts with a letter or digit; "
    "it is a pseudonym, never a name"
)
A_CODE = "a code of the handbook is 1 to 64 small letters, digits or - and starts with a letter"
A_KEY = "a key is 1 to 200 visible ASCII characters without spaces"
A_MOMENT = "give a date and time with its time zone, in the years 1 to 9999"
PAIRS = "each circumstance and answer is a code of the handbook"
SCOPES = "attendance, contact-details, goals, session-notes, story"
REFUSED: list[tuple[str, str, str, Make, list[Any]]] = [
    (
        "id",
        "Person.id",
        AN_ID,
        lambda bad: pk.Person(id=bad),
        [
            *("", "a" * 97, f"{CANARY} Smith", f"-{CANARY}", f"{CANARY}\n", f"{CANARY}\x00"),
            *("é", "a+b", None, 1, b"ana", ["ana"], True),
        ],
    ),
    ("optional id", "SetGoal.id", AN_ID, lambda bad: goal(id=bad), ["", f"{CANARY} x", 7]),
    ("by", "SetGoal.by", AN_ID, lambda bad: goal(by=bad), ["", None, f"{CANARY}!"]),
    (
        "key",
        "SetGoal.key",
        A_KEY,
        lambda bad: goal(key=bad),
        ["", f"{CANARY} x", "é", "k" * 201, "\t", 7, b"k"],
    ),
    (
        "ids",
        "Consent.to",
        "name 1 to 200 ids",
        lambda bad: consent(to=bad),
        [(), [], None, tuple(f"p-{each}" for each in range(201)), {"p-7"}, {CANARY: 1}],
    ),
    (
        "a text of ids",
        "Consent.to",
        "a list of ids, not a text",
        lambda bad: consent(to=bad),
        [CANARY],
    ),
    ("an id of ids", "Consent.to", AN_ID, lambda bad: consent(to=bad), [(f"{CANARY} x",), (1,)]),
    (
        "ids twice",
        "Consent.to",
        "the same id is named twice",
        lambda bad: consent(to=bad),
        [(CANARY, CANARY)],
    ),
    (
        "several",
        "Consent.scopes",
        "name 1 to 200 of these",
        lambda bad: consent(scopes=bad),
        [(), CANARY, None, {pk.ConsentScope.GOALS}, (pk.ConsentScope.GOALS,) * 201],
    ),
    (
        "one of several",
        "Consent.scopes",
        "each must be a ConsentScope",
        lambda bad: consent(scopes=bad),
        [("goals",), (pk.ConsentScope.GOALS, CANARY)],
    ),
    (
        "code",
        "Activity.id",
        A_CODE,
        lambda bad: pk.Activity(id=bad),
        ["", "Listen", f"{CANARY} said", "a" * 65, "1a", "a_b", None, 3],
    ),
    (
        "codes",
        "Concern.clauses",
        "name 1 to 200 codes of the handbook",
        lambda bad: pk.Concern(id="c", peer="a", people=("a",), clauses=bad),
        [(), CANARY, None, ("money",) * 201],
    ),
    (
        "a code of codes",
        "Concern.clauses",
        A_CODE,
        lambda bad: pk.Concern(id="c", peer="a", people=("a",), clauses=bad),
        [(f"{CANARY} told me",), (1,)],
    ),
    (
        "enum",
        "Peer.role",
        f"must be one of {ROLES}",
        lambda bad: attrs.evolve(ANA, role=bad),
        ["peer-worker", CANARY, None, 1, pk.Experience.ILLNESS],
    ),
    (
        "bool",
        "LivedExperience.offered",
        "must be true or false",
        lambda bad: pk.LivedExperience(of=pk.Experience.ILLNESS, offered=bad),
        [1, 0, "false", CANARY, None],
    ),
    (
        "bool or nothing",
        "SetGoal.said_so",
        "must be true or false, or left out",
        lambda bad: goal(said_so=bad),
        [1, "true", CANARY],
    ),
    (
        "day",
        "Peer.since",
        "must be a date",
        lambda bad: attrs.evolve(ANA, since=bad),
        [NOW, "2026-01-05", CANARY, None, 20260105],
    ),
    (
        "day or nothing",
        "Peer.supervised",
        "must be a date, or left out",
        lambda bad: attrs.evolve(ANA, supervised=bad),
        [NOW, CANARY, 0],
    ),
    (
        "moment",
        "Consent.since",
        A_MOMENT,
        lambda bad: consent(since=bad),
        [TODAY, "2026-11-02T12:00:00+00:00", CANARY, None, 1.0],
    ),
    (
        "moment or nothing",
        "Consent.until",
        A_MOMENT,
        lambda bad: consent(until=bad),
        [TODAY, CANARY],
    ),
    (
        "later",
        "Consent.until",
        "must be later than since",
        lambda bad: consent(until=bad),
        [NOW, NOW - timedelta(microseconds=1)],
    ),
    (
        "credential later",
        "Credential.until",
        "must be later than since",
        lambda bad: pk.Credential(id="c", peer="ana", since=TODAY, until=bad),
        [TODAY, TODAY - timedelta(days=1)],
    ),
    (
        "zone",
        "PlanSession.zone",
        "give an IANA time zone such as America/Chicago",
        lambda bad: plan(zone=bad),
        ["", "Mars/Olympus", CANARY, "../etc/passwd", "/etc/passwd", "America", "a\x00b", None, 1],
    ),
    (
        "minutes",
        "PlanSession.minutes",
        "whole minutes, 1 to 1440",
        lambda bad: plan(minutes=bad),
        [0, -1, 1441, 60.0, "60", True, None, 10**30],
    ),
    (
        "minutes of an activity",
        "Activity.minutes",
        "whole minutes, 0 to 1440",
        lambda bad: pk.Activity(id="listen", minutes=bad),
        [-1, 1441, 1.0, "1", True, None],
    ),
    (
        "counted",
        "Session.counted",
        "must be a whole number",
        lambda bad: pk.Session(
            id="s",
            form=pk.SessionForm.AD_HOC,
            peer="a",
            participants=("b",),
            starts=NOW,
            minutes=1,
            counted=bad,
        ),
        [True, 1.0, "1", None],
    ),
    (
        "circumstances",
        "Activity.circumstances",
        "give a table of circumstance and answer",
        lambda bad: pk.Activity(id="listen", circumstances=bad),
        [
            CANARY,
            None,
            3,
            [("voice", "x")],
            {"voice"},
            dict.fromkeys(map("a{}".format, range(21)), "b"),
        ],
    ),
    (
        "a circumstance",
        "Activity.circumstances",
        PAIRS,
        lambda bad: pk.Activity(id="listen", circumstances=bad),
        [
            {"voice": f"{CANARY} spoke"},
            {f"{CANARY} spoke": "x"},
            {"voice": None},
            {1: "x"},
            {"voice": ["x"]},
            (("voice",),),
            ("voice", "x"),
            (("voice", "x"), 3),
            (("voice", "x"), (3, "x")),
            {"voice": "\ud800"},
        ],
    ),
    (
        "a circumstance twice",
        "Activity.circumstances",
        "the same circumstance is answered twice",
        lambda bad: pk.Activity(id="listen", circumstances=bad),
        [(("voice", "directive"), ("voice", "first-person"))],
    ),
    (
        "people",
        "PlanSession.participants",
        "a session with 2 participants is a group; say form=GROUP",
        lambda bad: plan(participants=("p-7", "p-8"), form=bad),
        [pk.SessionForm.ONE_TO_ONE, pk.SessionForm.AD_HOC],
    ),
    (
        "too long",
        "PlanSession.activities",
        "take more minutes than the session has",
        lambda bad: plan(minutes=30, activities=bad),
        [(activity("listen", 31),), (activity("listen", 30), activity("go-along", 1))],
    ),
    (
        "edge of time",
        "PlanSession.starts",
        "must lie in the years 2 to 9998",
        lambda bad: plan(starts=bad),
        [datetime(1, 12, 31, 23, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)],
    ),
]


class TestFields:
    """A value that does not fit names the class and the field, and never itself."""

    @pytest.mark.parametrize(
        ("place", "what", "make", "bad"),
        [
            pytest.param(place, what, make, bad, id=f"{name} {number}")
            for name, place, what, make, every in REFUSED
            for number, bad in enumerate(every)
        ],
    )
    def test_what_does_not_fit_is_refused_by_its_place(
        self, place: str, what: str, make: Make, bad: Any
    ) -> None:
        """The message says where and what to do; neither it nor the traceback shows the value."""
        with pytest.raises(pk.BadInput) as caught:
            make(bad)

        assert (caught.value.place, caught.value.what) == (place, what)
        assert str(caught.value) == f"{place}: {what}"
        told = "".join(traceback.format_exception(caught.value))
        assert CANARY not in str(caught.value)
        assert CANARY not in told
        assert caught.value.__cause__ is None

    def test_what_lies_on_the_edge_is_taken(self) -> None:
        """The longest ids, codes and keys, and the first and last minute."""
        assert pk.Person(id="a" * 96).id == "a" * 96
        assert pk.Person(id="7.a_b:c@d/e-f").id == "7.a_b:c@d/e-f"
        assert pk.Activity(id="a" * 64, minutes=1440).minutes == 1440
        assert goal(key="!" * 200).key == "!" * 200
        assert plan(minutes=1).minutes == 1
        assert plan(minutes=1440, activities=(activity("listen", 1440),)).minutes == 1440
        assert len(plan(**group(200)).participants) == 200
        most = dict.fromkeys((f"a-{each}" for each in range(20)), "b")
        assert len(pk.Activity(id="listen", circumstances=most).circumstances) == 20
        codes = tuple(f"clause-{each}" for each in range(200))
        assert pk.Concern(id="c", peer="a", people=("a",), clauses=codes).clauses == codes
        assert plan(starts=datetime(2, 1, 1, tzinfo=UTC)).starts.year == 2
        assert plan(starts=datetime(9998, 12, 31, tzinfo=UTC)).starts.year == 9998

    def test_a_list_is_taken_as_a_tuple(self) -> None:
        """So that what came from JSON or a form fits as it is."""
        made = consent(to=["x", "y"], scopes=[pk.ConsentScope.GOALS, pk.ConsentScope.STORY])

        assert made.to == ("x", "y")
        assert made.scopes == (pk.ConsentScope.GOALS, pk.ConsentScope.STORY)

    def test_the_same_circumstances_are_the_same_activity(self) -> None:
        """In whichever order they are told, and as a table or as pairs."""
        one = pk.Activity(id="x", circumstances={"b": "y", "a": "z"})
        other = pk.Activity(id="x", circumstances=(("b", "y"), ("a", "z")))

        assert one == other
        assert one.circumstances == (("a", "z"), ("b", "y"))
        assert (one.answer("a"), one.answer("c")) == ("z", None)
        assert (one.minutes, one.of) == (0, None)

    def test_a_zone_is_found_by_its_name(self) -> None:
        """And a name that is none finds nothing."""
        assert zone_named("America/Chicago") == ZoneInfo("America/Chicago")
        assert zone_named("Nowhere/Here") is None


class TestFrozen:
    """What is known does not change behind anybody's back."""

    @given(st.one_of(nouns(), acts()))
    def test_no_field_of_a_noun_or_act_can_be_set(self, one: Any) -> None:
        """Frozen means frozen: for every field, and for new ones."""
        for name in (*(each.name for each in attrs.fields(type(one))), "anything"):
            with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError)):
                setattr(one, name, None)
            with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError)):
                delattr(one, name)

    @given(st.one_of(nouns(), acts()))
    def test_every_noun_and_act_travels(self, one: Any) -> None:
        """Pickled and copied, it is equal and counts as the same."""
        for again in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one), attrs.evolve(one)):  # noqa: S301 - our own
            assert again == one
            assert hash(again) == hash(one)

    @pytest.mark.parametrize(
        "kind",
        [*NOUNS, *ACTS, pk.Activity, pk.LivedExperience, pk.MapEntry, pk.Message],
        ids=lambda kind: kind.__name__,
    )
    def test_every_field_is_given_by_its_name(self, kind: type[object]) -> None:
        """A second id in the wrong place would be somebody else's record."""
        fields = signature(kind).parameters.values()

        assert fields
        assert {each.kind for each in fields} == {Parameter.KEYWORD_ONLY}

    def test_every_kind_of_noun_has_a_name_of_its_own(self) -> None:
        """By it and the id a noun is kept, so two kinds of one name would be mixed up."""
        assert len({each.kind for each in NOUNS}) == len(NOUNS) == len(pk.Noun.__subclasses__())


class TestWords:
    """What somebody said never shows itself."""

    def test_no_way_of_showing_shows_them(self, caplog: pytest.LogCaptureFixture) -> None:
        """Not repr, str, format, a log line, a table of locals, nor an error on the way."""
        said = pk.Words(f"{CANARY} cannot sleep.")
        shown = [
            repr(said),
            str(said),
            f"{said}",
            f"{said!r}",
            f"{said!s}",
            f"{said!a}",
            "%s" % said,  # noqa: UP031 - one more way of showing
        ]
        with caplog.at_level(logging.INFO):
            logging.getLogger("peerkit.test").info("heard %s and %r", said, {"words": said})
        with pytest.raises(TypeError) as caught:
            said + 1  # type: ignore[operator]
        shown += [
            caplog.text,
            "".join(
                traceback.TracebackException.from_exception(
                    caught.value, capture_locals=True
                ).format()
            ),
        ]

        assert said.text == f"{CANARY} cannot sleep."
        assert repr(said) == "<words, 24 characters>"
        assert all(CANARY not in each.replace('f"{CANARY}', "") for each in shown)

    def test_a_width_in_a_format_is_refused_without_the_words(self) -> None:
        """A format that only texts know is an error that tells nothing."""
        with pytest.raises(TypeError) as caught:
            f"{pk.Words(CANARY):>40}"

        assert CANARY not in str(caught.value)

    @pytest.mark.parametrize(
        ("bad", "what"),
        [
            ("", "give some text, or leave the words out"),
            (" \n\t ", "give some text, or leave the words out"),
            (None, "give some text, or leave the words out"),
            (b"x", "give some text, or leave the words out"),
            ("x" * 20_001, "at most 20000 characters; this has 20001"),
            (f"{CANARY}\x00", "a NUL or half a character is not text"),
            (f"{CANARY}\ud83d", "a NUL or half a character is not text"),
        ],
    )
    def test_what_is_no_text_is_refused(self, bad: Any, what: str) -> None:
        """Empty, too long, or broken text: says what is wrong and not what was said."""
        with pytest.raises(pk.BadInput) as caught:
            pk.Words(bad)

        assert (caught.value.place, caught.value.what) == ("words", what)

    def test_the_longest_words_fit(self) -> None:
        """A long page, to the last character, with signs of any script."""
        assert len(pk.Words("ऊ" * 20_000).text) == 20_000

    @given(words())
    def test_they_travel_whole(self, said: pk.Words) -> None:
        """Pickled and copied, they are the same words, and only the same words are equal."""
        for again in (pickle.loads(pickle.dumps(said)), copy.copy(said), copy.deepcopy(said)):  # noqa: S301 - our own
            assert again == said
            assert hash(again) == hash(said)
        assert said != said.text
        assert said != pk.Words(said.text + "x")

    def test_they_cannot_be_changed(self) -> None:
        """Neither replaced, taken away nor added to."""
        said = pk.Words("x")
        changes: list[Callable[[], object]] = [
            lambda: setattr(said, "text", "y"),
            lambda: delattr(said, "text"),
            lambda: setattr(said, "more", "y"),
        ]
        for change in changes:
            with pytest.raises(attrs.exceptions.FrozenInstanceError):
                change()

        assert said.text == "x"


class TestMoments:
    """A moment is kept in UTC, whatever zone it came with."""

    @given(moments())
    def test_any_zone_is_converted_and_stays_the_same_instant(self, moment: datetime) -> None:
        """Chicago's noon and Dublin's evening are one instant, kept as UTC."""
        kept = consent(since=moment).since

        assert kept.tzinfo is UTC
        assert kept.timestamp() == moment.timestamp()
        assert kept.isoformat().endswith("+00:00")

    def test_a_naive_moment_is_refused(self) -> None:
        """Nobody knows which instant it means."""
        with pytest.raises(
            pk.BadInput, match=r"Consent\.since: give a date and time with its time"
        ):
            consent(since=datetime(2026, 11, 2, 12))  # noqa: DTZ001 - that is the point

    @pytest.mark.parametrize(
        "edge",
        [
            datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
            datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
        ],
        ids=["before year 1", "after year 9999"],
    )
    def test_an_instant_outside_the_calendar_is_refused(self, edge: datetime) -> None:
        """Converting it would overflow; the answer is ours and names the field."""
        with pytest.raises(pk.BadInput) as caught:
            consent(since=edge)

        assert (caught.value.place, caught.value.what) == ("Consent.since", A_MOMENT)
        assert caught.value.__context__ is None
        with pytest.raises(pk.BadInput, match=r"EndMatch\.when: give a date and time"):
            pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7", when=edge)

    def test_the_first_and_the_last_instant_are_taken(self) -> None:
        """Some hosts write "for ever" as the last moment of year 9999."""
        first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

        assert consent(since=first, until=last).until == last

    def test_the_two_half_past_ones_of_autumn_are_an_hour_apart(self) -> None:
        """In Chicago the hour comes twice; ``fold`` says which, and UTC keeps it."""
        chicago = ZoneInfo("America/Chicago")
        first = consent(since=datetime(2026, 11, 1, 1, 30, tzinfo=chicago, fold=0))
        second = consent(since=datetime(2026, 11, 1, 1, 30, tzinfo=chicago, fold=1))

        assert second.since - first.since == timedelta(hours=1)
        assert first.since == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)

    def test_a_day_is_the_one_on_the_wall_where_it_takes_place(self) -> None:
        """Late evening in Chicago is tomorrow in UTC, and counts for today."""
        chicago = ZoneInfo("America/Chicago")
        late = plan(starts=datetime(2026, 11, 2, 23, tzinfo=chicago), zone="America/Chicago")

        assert late.starts.date() == date(2026, 11, 3)
        assert late.day == date(2026, 11, 2)
        assert plan(starts=late.starts).day == date(2026, 11, 3)


#: Whole hours around noon, so that equal instants are drawn all the time.
HOURS = st.integers(-3, 3).map(lambda each: NOW + timedelta(hours=each))


class TestConsent:
    """A consent covers some information, for somebody, for a while: half-open."""

    @given(
        since=HOURS,
        length=st.none() | st.integers(1, 4).map(lambda each: timedelta(hours=each)),
        moment=HOURS,
        zone=st.sampled_from([UTC, ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/Chicago")]),
        scope=st.sampled_from(pk.ConsentScope),
        scopes=st.lists(st.sampled_from(pk.ConsentScope), min_size=1, unique=True),
        to=st.sampled_from(["x", "y"]),
        status=st.sampled_from(pk.ConsentStatus),
    )
    def test_it_covers_what_an_independent_reckoning_covers(  # noqa: PLR0913 - what a consent is made of
        self,
        *,
        since: datetime,
        length: timedelta | None,
        moment: datetime,
        zone: Any,
        scope: pk.ConsentScope,
        scopes: list[pk.ConsentScope],
        to: str,
        status: pk.ConsentStatus,
    ) -> None:
        """Counted in whole seconds since 1970, with its first instant in it and its last not."""
        until = None if length is None else since + length
        made = consent(
            since=since.astimezone(zone), until=until, scopes=scopes, to=("x",), status=status
        )
        begins = int(since.timestamp())
        ends = begins + int(length.total_seconds()) if length is not None else None
        instants = range(begins, begins + 10**6 if ends is None else ends)
        expected = (
            int(moment.timestamp()) in instants
            and str(scope) in map(str, scopes)
            and to == "x"
            and status == "given"
        )

        assert made.covers(scope, to, moment.astimezone(zone)) is expected

    def test_the_last_instant_is_not_covered(self) -> None:
        """Half-open: from its first instant on, until just before its last."""
        made = consent(until=NOW + timedelta(hours=1))
        tick = timedelta(microseconds=1)
        covered = [
            made.covers(pk.ConsentScope.GOALS, "housing-office", NOW + each)
            for each in (-tick, timedelta(0), timedelta(hours=1) - tick, timedelta(hours=1))
        ]

        assert covered == [False, True, True, False]


class TestViewAndMessage:
    """What a decision reads, and what people are told."""

    def test_a_view_finds_by_kind_and_id_together(self) -> None:
        """The peer ana and the participant ana are two nouns of one person."""
        both = pk.View(NOW, (pk.Participant(id="ana"), ANA), {("ana", "walking"): 2})

        assert both.get(pk.Peer, "ana") == ANA
        assert both.get(pk.Participant, "ana") == pk.Participant(id="ana")
        assert both.get(pk.Peer, "bo") is None
        assert list(both.all(pk.Peer)) == [ANA]
        assert (both.tally("ana", "walking"), both.tally("bo", "walking")) == (2, 0)
        assert pk.View(NOW).tallies == {}

    def test_a_view_is_what_it_was_given_and_nothing_else(self) -> None:
        """It keeps the order of its nouns, and how it finds them is nobody's to see or compare."""
        bo = attrs.evolve(ANA, id="bo")
        view = pk.View(NOW, (bo, pk.Participant(id="ana"), ANA))
        later = attrs.evolve(view, nouns=(ANA,))

        assert list(view.all(pk.Peer)) == [bo, ANA]
        assert list(view.all(pk.Match)) == []
        assert (view.get(pk.Peer, "bo"), later.get(pk.Peer, "bo")) == (bo, None)
        assert view == pk.View(NOW, (bo, pk.Participant(id="ana"), ANA)) != later
        assert "_found" not in repr(view)

    def test_the_outside_of_a_message_gives_nothing_away(self) -> None:
        """Neither the program, nor a person, nor a condition; and repr hides the inside."""
        told = pk.Message(to="p-7", kind="match.proposed", about="m-1", inside=f"{CANARY} waits.")

        assert told.outside == "You have a new message."
        assert CANARY not in repr(told)
