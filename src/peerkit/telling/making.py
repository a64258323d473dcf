"""Makes the notice that is handed over, of one message or of several to the same person."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import attrs

from peerkit.model import ContactPreferences, Series, Session
from peerkit.notifiers import Notice, Notifier
from peerkit.stores import DIGEST
from peerkit.telling.facts import facts_of, with_call
from peerkit.telling.ways import Routes, Way, nobody_invited

if TYPE_CHECKING:
    from peerkit.stores import Posted
    from peerkit.telling.looking import Seen
    from peerkit.telling.wording import Said, Wording

__all__ = ["Ready", "made", "may_invite"]


@attrs.frozen
class Ready:
    """A message that may be told now, and over which ways; with none, over the host's own."""

    posted: Posted
    seen: Seen
    preferences: ContactPreferences | None = None
    ways: tuple[Way, ...] = ()


def may_invite(ready: Ready, routes: Routes | Notifier) -> bool:
    """Whether something for a calendar may go along, so that the message goes alone."""
    invites = isinstance(routes, Routes) and routes.invite is not nobody_invited
    return invites and isinstance(ready.seen.noun, Session | Series)


def made(ready: list[Ready], routes: Routes | Notifier, now: datetime) -> tuple[Notifier, Notice]:
    """What is handed over, and to which notifier."""
    if isinstance(routes, Routes):
        return _for_the_way(ready, routes, now)
    return routes, _for_the_app(ready[0])


def _for_the_app(ready: Ready) -> Notice:
    message = ready.posted.message
    return Notice(
        key=message.key,
        to=message.to,
        kind=message.kind,
        about=message.about,
        outside=message.outside,
        inside=message.inside,
    )


def _for_the_way(ready: list[Ready], routes: Routes, now: datetime) -> tuple[Notifier, Notice]:
    first, way = ready[0], ready[0].ways[0]
    message, noun = first.posted.message, first.seen.noun
    parts = [_said(each, routes.wording, now) for each in ready]
    alone = len(ready) == 1
    insides = tuple(each.inside for each in parts)
    said = parts[0] if alone else routes.wording.digest(way.language, insides)
    return routes.notifiers[way.point.channel], Notice(
        key=f"{message.key if alone else _key_of(ready)}/{way.name}",
        to=message.to,
        kind=message.kind if alone else DIGEST,
        about=message.about if alone else message.to,
        outside=said.outside,
        inside=said.inside if way.point.safe else None,
        channel=way.point.channel,
        address=way.point.address,
        language=way.language,
        invite=None if noun is None or not alone else routes.invite(noun, message.to),
    )


def _said(ready: Ready, wording: Wording, now: datetime) -> Said:
    message, seen, way = ready.posted.message, ready.seen, ready.ways[0]
    facts = facts_of(message, seen.noun, now, way.zone, seen.given)
    if seen.call is not None:
        chosen = seen.view.get(ContactPreferences, seen.call.message.to)
        facts = with_call(facts, seen.call, chosen)
    return wording.said(message.kind, way.language, facts)


def _key_of(ready: list[Ready]) -> str:
    """The key of several messages told as one: another one as soon as one of them is another."""
    keys = " ".join(each.posted.key for each in ready)
    return f"{DIGEST}/{ready[0].posted.key}/{sha256(keys.encode()).hexdigest()[:32]}"
