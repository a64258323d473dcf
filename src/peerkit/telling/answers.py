"""What comes back from a person by text: a yes to a session, a stop, or something for a human."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from peerkit.acts import ConfirmSession, StopNotices
from peerkit.errors import BadInput, must_be
from peerkit.model import NoticeChannel, Session, SessionStatus

__all__ = ["SOON", "Answered", "act_of", "read_answer"]

#: The longest text we look at, in characters: ten text messages.
_MOST_TEXT: Final = 1_600
_SESSIONS: Final = "give the sessions that this person was told of, and not their ids"
_NOW: Final = "give a moment with its time zone, such as datetime.now(UTC)"
#: For how long a session lies ahead that a bare "C" can mean.
SOON: Final = timedelta(days=7)


class Answered(StrEnum):
    """What somebody answered, in one word."""

    CONFIRM = "confirm"
    STOP = "stop"
    START = "start"


#: Words that mean the same in every language: no stop is lost because of a setting.
#:
#: Stop: those that the FCC names (47 CFR 64.1200(a)(10), 89 FR 15756: stop, quit, end, revoke, opt
#: out, cancel, unsubscribe), with STOPALL, REMOVE, ARRET and TD, which carriers and gateways in
#: North America read so too, in whatever language: where they stop, we must know of it. As gateways
#: publish it, for the handbook of the CTIA itself was not at hand. Start: as
#: gateways read it. They take YES for a start as well; here it is a yes.
#: Spanish: ours, from no list that a carrier publishes. "Cancelar" is not among them: it may be
#: meant for a session, so a human reads it.
_EVERYWHERE: Final[Mapping[str, Answered]] = MappingProxyType(
    {
        **dict.fromkeys(("c", "confirm"), Answered.CONFIRM),
        **dict.fromkeys(
            (
                *("stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit"),
                *("revoke", "optout", "opt out", "remove", "arret", "arrete", "arrett", "td"),
                *("alto", "baja", "parar", "pare", "detener"),
            ),
            Answered.STOP,
        ),
        **dict.fromkeys(("start", "unstop"), Answered.START),
    }
)
#: The signs that may stand around a yes. Beside any other, such as a question mark or a thumb that
#: points down, it may be none, and a human reads it; a stop is a stop beside whatever sign.
_BESIDE_A_YES: Final = frozenset(".,;!\u00a1'\"*-_\u2026\u00ab\u00bb\u201c\u201d\u2018\u2019")
#: What belongs to a letter, as an accent does, or cannot be seen.
_UNSEEN: Final = frozenset({"Mn", "Cf"})
#: Words that could be something else in another language. A single "S" is not among them: it may
#: be the beginning of a stop.
_IN: Final[Mapping[str, Mapping[str, Answered]]] = MappingProxyType(
    {
        "en": MappingProxyType(dict.fromkeys(("y", "yes"), Answered.CONFIRM)),
        "es": MappingProxyType(
            {
                **dict.fromkeys(("si", "confirmo", "confirmar"), Answered.CONFIRM),
                "empezar": Answered.START,
            }
        ),
    }
)


def read_answer(text: str, language: str = "en") -> Answered | None:
    """What a text says, where it is one of the words that were asked for; otherwise None.

    Capitals and accents do not matter, nor do signs around a stop; around a yes only plain ones do
    not, so that "C?" is no yes. Nothing is guessed out of a sentence: "please stop calling me" and
    "yes but later" are None, and a human reads them, soon: who asks to be left alone in other
    words has asked for it too.
    """
    must_be(str, text, "text", "give the text of the answer")
    must_be(str, language, "language", "give its tag, such as en or es")
    if len(text) > _MOST_TEXT:
        return None
    word = _plain(text)
    of = _IN.get(language.lower().partition("-")[0], {})
    found = _EVERYWHERE.get(word) or of.get(word)
    return None if found is Answered.CONFIRM and _is_doubtful(text) else found


def act_of(
    answer: Answered | None,
    person: str,
    *,
    by: str,
    sessions: Iterable[Session],
    now: datetime,
    channel: NoticeChannel,
    within: timedelta = SOON,
) -> ConfirmSession | StopNotices | None:
    """The act that an answer asks for, or None where a human has to look at it.

    ``sessions`` are those that this person was told of. A yes means the one of them that is
    planned, theirs, not yet confirmed by them, and begins ``within`` so long; where there is none
    or more than one, the host asks. A stop means the ``channel`` that it came over, and no other.
    A start is None: how somebody is reached is theirs to say anew
    (:class:`~peerkit.SetContactPreferences`). ``by`` is whoever brings the answer.
    """
    if answer is not None:
        must_be(Answered, answer, "answer", "give what read_answer gave")
    must_be(NoticeChannel, channel, "channel", "give the channel that the answer came over")
    must_be(Iterable, sessions, "sessions", _SESSIONS)
    sessions = tuple(sessions)
    for each in sessions:
        must_be(Session, each, "sessions", _SESSIONS)
    if not isinstance(now, datetime) or now.utcoffset() is None:
        raise BadInput("now", _NOW)
    if answer is Answered.STOP:
        return StopNotices(by=by, person=person, channel=channel)
    if answer is not Answered.CONFIRM:
        return None
    meant = {
        each.id
        for each in sessions
        if each.status is SessionStatus.PLANNED
        and person in {*each.participants, *each.peers}
        and person not in each.confirmed
        and timedelta() < each.starts - now <= within
    }
    if len(meant) != 1:
        return None
    if by == person:
        return ConfirmSession(by=by, id=meant.pop())
    return ConfirmSession(by=by, id=meant.pop(), who=person, said_so=True)


def _is_doubtful(text: str) -> bool:
    """Whether a sign stands in it that may turn a yes into something else.

    Whatever is not known to be plain may: a face that this Python has not heard of yet too.
    """
    seen = (each for each in text if unicodedata.category(each) not in _UNSEEN)
    return any(not (each.isalnum() or each.isspace() or each in _BESIDE_A_YES) for each in seen)


def _plain(text: str) -> str:
    """Small letters and single spaces: no accents, no signs, nothing that cannot be seen."""
    signs = unicodedata.normalize("NFKD", text.casefold())
    seen = (each for each in signs if unicodedata.category(each) not in _UNSEEN)
    return " ".join("".join(each if each.isalnum() else " " for each in seen).split())
