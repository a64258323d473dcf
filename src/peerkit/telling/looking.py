"""The last look at a message before it is told: whether it still holds, and who else hears."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.model import Series, WhyNotTold
from peerkit.model.fields import day_of
from peerkit.telling.grounds import ids_beside, is_in, noun_of, who_hears, why_not
from peerkit.telling.origins import Call, call_of, origin_of
from peerkit.telling.recipients import recipients
from peerkit.telling.reminders import still_due

if TYPE_CHECKING:
    from peerkit.handbook import Handbook, Reminder
    from peerkit.model import Message, Noun, View
    from peerkit.stores import Store

__all__ = ["TO_ANOTHER", "LastLook", "Seen"]

#: For these reasons somebody else hears of a message as it is; where there is nobody, whoever it
#: was for does.
TO_ANOTHER: Final = frozenset({WhyNotTold.ADVERSE, WhyNotTold.MISSING})


@attrs.frozen
class Seen:
    """What was seen: what the message is about, and why it is not to be told, or None.

    ``other`` is who hears of it where whoever it is for cannot, if there is somebody, and
    ``message`` what they hear: of a ``call`` that is no longer theirs to make, what it was about.
    ``given`` is when they were to be reminded of the next time of a series: which one that was.
    """

    message: Message
    view: View
    noun: Noun | None
    why: WhyNotTold | None
    other: str | None
    call: Call | None = None
    given: datetime | None = None


@attrs.frozen(kw_only=True)
class LastLook:
    """Looks into a store, by the book of the day, where the program is."""

    store: Store
    handbook: Handbook
    zone: str
    coordinator: str | None

    def at(self, message: Message, now: datetime) -> Seen:
        """Whether a message still holds, and for this person."""
        call = call_of(self.store, message)
        return self._seen(message, now) if call is None else self._called(message, call, now)

    def _called(self, message: Message, call: Call, now: datetime) -> Seen:
        """Whether somebody is still to call: what could not be told still holds, and for them.

        It goes to another coordinator where this one has left. Where somebody else is to hear of
        it by now, they do, in the place of a call.
        """
        seen = self._seen(call.message, now, message.to)
        gone = why_not(message, None, seen.view, message.to, self.coordinator)
        if gone is not None:
            other = None if self.coordinator == message.to else self._coordinator(seen.noun)
            return Seen(message, seen.view, None, WhyNotTold.MISSING if other else gone, other)
        if seen.why in TO_ANOTHER and seen.other is not None:
            return attrs.evolve(seen, noun=None)
        other = self._coordinator(seen.noun)
        why = None if seen.why in TO_ANOTHER else seen.why
        return Seen(message, seen.view, None, why, other, call)

    def _seen(self, message: Message, now: datetime, *known: str) -> Seen:
        view = self._view(now, message.about, message.to, *known)
        reminder = self.handbook.on(day_of(now, self.zone)).reminders.get(message.kind)
        noun = noun_of(message, view, reminder)
        if reminder is not None:
            origin = origin_of(self.store, message.key) if isinstance(noun, Series) else None
            given = None if origin is None else origin.at
            why = self._reminds_in_vain(message, reminder, noun, now, given)
            return Seen(message, view, noun, why, self._coordinator(noun), given=given)
        if message.kind in self.handbook.reminders:  # the house has switched it off since
            return Seen(message, view, None, WhyNotTold.OVER, None)
        beside = ids_beside(message, noun)
        if beside:
            view = self._view(now, message.about, message.to, *known, *beside)
            noun = noun_of(message, view, reminder)  # all that is looked at is one moment
        hears = who_hears(message, noun, view)
        other = self._coordinator(noun) if hears in (None, message.to) else hears
        why = why_not(message, noun, view, hears, self.coordinator)
        return Seen(message, view, noun, why, other)

    def _coordinator(self, noun: Noun | None) -> str | None:
        """The coordinator, unless it is about them."""
        return None if is_in(noun, f"{self.coordinator}") else self.coordinator

    def _view(self, now: datetime, *about: str) -> View:
        ids = tuple(dict.fromkeys(about))
        return self.store.view(ids, day_of(now, self.zone), now).view

    def _reminds_in_vain(
        self,
        message: Message,
        reminder: Reminder,
        noun: Noun | None,
        now: datetime,
        given: datetime | None,
    ) -> WhyNotTold | None:
        """Why nobody is reminded of this any more; None where whoever it is for still is."""
        if noun is None:
            return WhyNotTold.FORGOTTEN
        day = day_of(now, self.zone)
        book = self.handbook.on(day)
        stands = noun.status in reminder.statuses
        if not stands or not still_due(self.store, book, now, self.zone, reminder, noun, given):
            return WhyNotTold.OVER
        to = recipients(
            self.store, noun, reminder.to, now=now, day=day, coordinator=self.coordinator
        )
        return None if message.to in to else WhyNotTold.NOT_ASSIGNED
