"""Whether a session is still somebody's: messages, reminders and feeds ask the same question."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, Final

import attrs
import pytest

import peerkit as pk
from peerkit.model import pair
from peerkit.telling.grounds import ids_beside, why_not
from peerkit.telling.recipients import recipients
from peerkit.telling.theirs import is_theirs, pairs_of
from tests.ordinary import ANA, NOW

ONE, GROUP, CHANCE = pk.SessionForm.ONE_TO_ONE, pk.SessionForm.GROUP, pk.SessionForm.AD_HOC
SERVES, LEFT = pk.PeerStatus.SERVING, pk.PeerStatus.LEFT
HERE, AWAY = pk.ParticipantStatus.TAKING_PART, pk.ParticipantStatus.AWAY
YES, OVER, NO = pk.MatchStatus.ACCEPTED, pk.MatchStatus.ENDED, pk.MatchStatus.DECLINED
ASKED: Final = pk.MatchStatus.PROPOSED
DAY: Final = date(2026, 11, 2)


def session(form: pk.SessionForm, **how: Any) -> pk.Session:
    """Ana and p-7, tomorrow; bo leads it with her."""
    said: dict[str, Any] = {
        "id": "s-1",
        "form": form,
        "peer": "ana",
        "with_peers": ("bo",),
        "participants": ("p-7",),
        "starts": NOW + timedelta(days=1),
        "minutes": 60,
    }
    return pk.Session(**said | how)


@attrs.frozen
class Stands:
    """A store of which only the view is asked: it holds these nouns."""

    nouns: tuple[pk.Noun, ...]

    def view(self, about: tuple[str, ...], day: date, now: datetime) -> Any:
        """Those of whom the ids are named, and the matches of the pairs that are."""
        found = tuple(
            each
            for each in self.nouns
            if each.id in about
            or (isinstance(each, pk.Match) and pair(each.peer, each.participant) in about)
        )
        return attrs.make_class("Standing", ["view"])(pk.View(now, found))


def stands(
    match: pk.MatchStatus | None,
    peer: pk.PeerStatus = SERVES,
    participant: pk.ParticipantStatus = HERE,
) -> Stands:
    """Ana and p-7 with a match of theirs; bo serves."""
    nouns: list[pk.Noun] = [
        attrs.evolve(ANA, status=peer),
        attrs.evolve(ANA, id="bo"),
        pk.Participant(id="p-7", status=participant),
    ]
    if match is not None:
        nouns.append(pk.Match(id="m-1", peer="ana", participant="p-7", status=match))
    return Stands(tuple(nouns))


def reminded(held: Stands, noun: pk.Session) -> set[str]:
    """Who of the three is reminded of it."""
    store: Any = held
    roles = ("participants", "peers")
    found = recipients(store, noun, roles, now=NOW, day=DAY, coordinator=None)
    return {*found} & {"ana", "bo", "p-7"}


def told(held: Stands, noun: pk.Session) -> set[str]:
    """Who of the three is told of it by a message that somebody left."""
    found = set()
    for who in ("ana", "bo", "p-7"):
        message = pk.Message(to=who, kind="session.planned", about="s-1", inside="")
        beside = ids_beside(message, noun)
        view = held.view((who, *beside), DAY, NOW).view
        if why_not(message, noun, view, who, None) is None:
            found.add(who)
    return found


def fed(held: Stands, noun: pk.Session) -> set[str]:
    """In whose feed it stands."""
    view = {who: held.view((who, *pairs_of(noun)), DAY, NOW).view for who in ("ana", "bo", "p-7")}
    return {who for who in view if is_theirs(noun, who, view[who])}


@pytest.mark.parametrize(
    ("form", "match", "peer", "participant"),
    [*product((ONE, GROUP, CHANCE), (None, ASKED, YES, OVER, NO), (SERVES, LEFT), (HERE, AWAY))],
)
def test_all_three_give_the_same_answer(
    form: pk.SessionForm,
    match: pk.MatchStatus | None,
    peer: pk.PeerStatus,
    participant: pk.ParticipantStatus,
) -> None:
    """Whatever the form, the match, and who is still here."""
    held, noun = stands(match, peer, participant), session(form)

    assert reminded(held, noun) == told(held, noun) == fed(held, noun)


@pytest.mark.parametrize(
    ("form", "match", "theirs"),
    [
        (ONE, None, False),
        (ONE, ASKED, False),
        (ONE, YES, True),
        (ONE, OVER, False),
        (ONE, NO, False),
        (GROUP, None, True),
        (GROUP, OVER, True),
        (CHANCE, None, True),
        (CHANCE, ASKED, True),
        (CHANCE, YES, True),
        (CHANCE, OVER, False),
        (CHANCE, NO, False),
    ],
)
def test_two_alone_meet_while_they_walk_together(
    form: pk.SessionForm,
    match: pk.MatchStatus | None,
    theirs: bool,  # noqa: FBT001 - a row of the table above
) -> None:
    """A group needs no match; by chance two meet until one of them has ended it, or said no."""
    found = {"ana", "bo", "p-7"} if theirs else set()

    assert fed(stands(match), session(form)) == found
    assert reminded(stands(match), session(form)) == found


def test_a_match_that_was_ended_and_is_there_again_counts() -> None:
    """The yes is what counts, whatever was before it."""
    again = pk.Match(id="m-2", peer="ana", participant="p-7", status=YES)
    held = Stands((*stands(OVER).nouns, again))

    assert fed(held, session(ONE)) == fed(held, session(CHANCE)) == {"ana", "bo", "p-7"}


def test_what_is_called_off_is_for_whoever_was_in_it() -> None:
    """Also where they do not walk together any more, or one is away; not for who has left."""
    off = session(ONE, status=pk.SessionStatus.CANCELLED)

    assert fed(stands(OVER, SERVES, AWAY), off) == {"ana", "bo", "p-7"}
    assert fed(stands(OVER, LEFT), off) == {"bo", "p-7"}


def test_the_note_of_a_session_is_asked_of_who_still_walks_with_them() -> None:
    """Of others their supervisor hears; that it was held stays in the calendar of both."""
    held = session(CHANCE, status=pk.SessionStatus.HELD, starts=datetime(2026, 11, 1, tzinfo=UTC))

    assert reminded(stands(YES), held) == {"ana", "bo", "p-7"}
    assert reminded(stands(OVER), held) == set()
    assert fed(stands(OVER), held) == {"ana", "bo", "p-7"}


def test_who_is_not_in_it_has_it_in_no_way() -> None:
    """Not even where it is called off, and whoever they are."""
    for form, status in product(
        (ONE, GROUP), (pk.SessionStatus.PLANNED, pk.SessionStatus.CANCELLED)
    ):
        noun = session(form, status=status)
        view = stands(YES).view(("sam", *pairs_of(noun)), DAY, NOW).view
        assert not is_theirs(noun, "sam", view)
