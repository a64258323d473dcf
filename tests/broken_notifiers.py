"""Notifiers that are broken on purpose, each in one way, and the tests that must catch them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from datetime import timedelta
from threading import Lock
from time import sleep
from typing import Any, Final

import attrs

from peerkit.notifiers import CouldNotTell, Notice

#: The pager's number in the kit's notices.
NUMBER: Final = "555-7714719"


class Pager:
    """A sound notifier: one line for each key, and the channel may be down."""

    def __init__(self) -> None:
        self.left: list[str] = []
        self.down = False
        self.dead = False
        self.wait: timedelta | None = None
        self.keys: set[str] = set()
        self.lock = Lock()

    def notify(self, notice: Notice) -> None:
        """Once for each key."""
        with self.lock:
            if notice.key not in self.keys:
                self.send(notice)
                self.keys.add(notice.key)

    def send(self, notice: Notice) -> None:
        """Every time."""
        if self.dead or not notice.address:
            raise CouldNotTell("There is no such pager.", for_good=True)
        if self.down or self.wait is not None:
            raise CouldNotTell("The pager is down.", wait=self.wait)
        self.left.append(f"{self.line(notice)}\n{self.body(notice)}")

    def line(self, notice: Notice) -> str:
        """What anybody sees."""
        return f"TO {notice.address}: {notice.outside}"

    def body(self, notice: Notice) -> str:
        """What only the person sees."""
        return ""


class SafePager(Pager):
    """One that shows the inside, to those who may read it."""

    def body(self, notice: Notice) -> str:
        """What only the person sees."""
        return "" if notice.inside is None else notice.inside


class ProgramPager(Pager):
    """One that a program reads, which is told the kind where the channel is safe."""

    def body(self, notice: Notice) -> str:
        """The kind."""
        return "" if notice.inside is None else notice.kind


# -- what arrives


class NoNotifier(Pager):
    """Has no notify."""

    notify: Any = None


class Silent(Pager):
    """Delivers nothing."""

    def send(self, notice: Notice) -> None:
        """Nothing."""


class Late(Pager):
    """Delivers a notice when the next one comes."""

    waiting: Notice | None = None

    def send(self, notice: Notice) -> None:
        """The one before."""
        if self.waiting is not None:
            super().send(self.waiting)
        self.waiting = notice


class Tired(Pager):
    """Takes no more than a hundred."""

    def send(self, notice: Notice) -> None:
        """Until it is full."""
        if len(self.left) < 100:
            super().send(notice)


class OneHanded(Pager):
    """Lays a notice down where the next thread lays its own."""

    hand: Notice

    def notify(self, notice: Notice) -> None:
        """Without a lock."""
        self.hand = notice
        sleep(0.001)
        self.send(self.hand)


class RefusesCrowds(Pager):
    """Fails while another thread is at it."""

    def notify(self, notice: Notice) -> None:
        """One at a time."""
        if not self.lock.acquire(blocking=False):
            raise CouldNotTell("The pager is in use.")
        sleep(0.001)
        self.send(notice)
        self.lock.release()


class Repeats(Pager):
    """Delivers whatever it is given, and keeps the key to itself."""

    def notify(self, notice: Notice) -> None:
        """Every time."""
        self.send(notice)


class KnowsOnlyTheLast(Pager):
    """Knows a notice again only when it comes twice in a row."""

    def notify(self, notice: Notice) -> None:
        """Once in a row."""
        self.keys &= {notice.key}
        super().notify(notice)


class TakesTextForKey(Pager):
    """Takes two notices with one text for the same."""

    def notify(self, notice: Notice) -> None:
        """Once for each text."""
        super().notify(attrs.evolve(notice, key=notice.outside))


# -- what shows


class ShowsInside(SafePager):
    """Shows the inside where others can see it."""


class ShowsKind(Pager):
    """Shows what it is about to whoever looks on: concern.opened, concern c-1."""

    def line(self, notice: Notice) -> str:
        """With kind and id."""
        return f"TO [{notice.kind} {notice.about}]: {notice.outside}"


class HidesInside(Pager):
    """Shows only the outside, although the person marked the channel safe."""


class HidesKind(Pager):
    """Shows only the outside, although a program reads it."""


class TellsAnyKind(Pager):
    """Tells a program the kind on a channel that nobody marked safe, too."""

    def body(self, notice: Notice) -> str:
        """The kind."""
        return notice.kind


class FillsTheGap(SafePager):
    """Writes None where there is no inside."""

    def body(self, notice: Notice) -> str:
        """Whatever is there."""
        return f"{notice.inside}"


class MakesItsOwnInside(SafePager):
    """Has something to say where there is no inside."""

    def body(self, notice: Notice) -> str:
        """What is known besides."""
        return notice.inside or f"It is about {notice.about}."


class ShowsTheLastInside(SafePager):
    """Shows the inside of the notice before."""

    last = ""

    def body(self, notice: Notice) -> str:
        """The last there was."""
        self.last = notice.inside or self.last
        return self.last


class InsideInTheSubject(SafePager):
    """Thinks that where the inside may be read, it may stand in the subject."""

    def line(self, notice: Notice) -> str:
        """All of it."""
        return f"TO {notice.address}: {notice.outside} {notice.inside}"


class KindInTheHeaders(Pager):
    """Sorts its letters by a header."""

    def line(self, notice: Notice) -> str:
        """With a header."""
        return f"{super().line(notice)} X-KIND {notice.kind}"


class NamesThePerson(Pager):
    """Writes the id of the person on the envelope."""

    def line(self, notice: Notice) -> str:
        """With the id."""
        return f"TO {notice.to} {notice.address}: {notice.outside}"


class LogsTheText(Pager):
    """Logs what it sends, for whoever looks for a mistake."""

    def send(self, notice: Notice) -> None:
        """With a word to the log."""
        logging.getLogger("tests.pager").debug("Telling %s", notice.outside)
        super().send(notice)


class LogsBesideTheText(Pager):
    """Hangs the address on a record that does not show it."""

    def send(self, notice: Notice) -> None:
        """With more than a word."""
        logging.getLogger("tests.pager").info("Telling", extra={"pager": notice.address})
        super().send(notice)


class PrintsTheAddress(Pager):
    """Shows on the terminal whom it tells, as smtplib does when it is asked to."""

    def send(self, notice: Notice) -> None:
        """With a line to the terminal."""
        sys.stderr.write(notice.address)
        super().send(notice)


class RemembersAloud(Pager):
    """Shows in its repr what it has told."""

    def __repr__(self) -> str:
        return f"<pager: {self.left}>"


# -- what fails


class RaisesItsOwn(Pager):
    """Lets the error of its channel out."""

    def send(self, notice: Notice) -> None:
        """Or OSError."""
        if self.down:
            raise OSError
        super().send(notice)


class Hopeful(Pager):
    """Returns as if all were well."""

    def send(self, notice: Notice) -> None:
        """Or nothing."""
        if not self.down:
            super().send(notice)


class GivesUpAtOnce(Pager):
    """Takes a bad day for a dead address."""

    def send(self, notice: Notice) -> None:
        """Or never again."""
        if self.down:
            raise CouldNotTell("The pager is down.", for_good=True)
        super().send(notice)


class NeverGivesUp(Pager):
    """Takes a dead address for a bad day."""

    def send(self, notice: Notice) -> None:
        """Or some other day."""
        if self.dead:
            raise CouldNotTell("There is no such pager.")
        super().send(notice)


class Sulks(Pager):
    """Tells nobody any more once somebody refused."""

    hurt = False

    def send(self, notice: Notice) -> None:
        """Unless it was refused."""
        self.hurt = self.hurt or self.dead
        self.dead = self.hurt
        super().send(notice)


class Impatient(Pager):
    """Drops how long the receiver asked to be left alone."""

    def send(self, notice: Notice) -> None:
        """Or soon."""
        if self.wait is not None:
            raise CouldNotTell("The pager is down.")
        super().send(notice)


class WaitsAnyway(Pager):
    """Asks for time that nobody asked for."""

    def send(self, notice: Notice) -> None:
        """Or in an hour."""
        if self.down:
            raise CouldNotTell("The pager is down.", wait=timedelta(hours=1))
        super().send(notice)


class GuessesAddresses(Pager):
    """Sends what has no address to one of its own."""

    def send(self, notice: Notice) -> None:
        """Somewhere."""
        super().send(attrs.evolve(notice, address=notice.address or "0"))


class TellsInTheError(Pager):
    """Writes the inside into the error."""

    def send(self, notice: Notice) -> None:
        """Or too much."""
        if self.down:
            raise CouldNotTell(f"Could not tell {notice.inside!r}.")
        super().send(notice)


class TellsInTheCause(Pager):
    """Hands on what its channel said, and that repeats the notice."""

    def send(self, notice: Notice) -> None:
        """Or too much."""
        if self.down:
            raise CouldNotTell("The pager is down.") from OSError(notice.outside)
        super().send(notice)


class TellsInTheContext(Pager):
    """Hides what its channel said from the print, and not from who holds the error."""

    def send(self, notice: Notice) -> None:
        """Or too much."""
        if self.down:
            try:
                self.dial(notice.address)
            except OSError:
                raise CouldNotTell("The pager is down.") from None
        super().send(notice)

    def dial(self, number: str) -> None:
        """It is engaged."""
        raise OSError(number)


class TellsInANote(Pager):
    """Adds a note for whoever reads the traceback."""

    def send(self, notice: Notice) -> None:
        """Or too much."""
        if self.down:
            error = CouldNotTell("The pager is down.")
            error.add_note(f"It was for {notice.address}.")
            raise error
        super().send(notice)


class TellsInAField(Pager):
    """Hangs the notice on the error."""

    def send(self, notice: Notice) -> None:
        """Or too much."""
        if self.down:
            error = CouldNotTell("The pager is down.")
            vars(error)["notice"] = notice
            raise error
        super().send(notice)


class LogsTheFailure(Pager):
    """Logs the traceback of its channel."""

    def send(self, notice: Notice) -> None:
        """With a traceback."""
        try:
            super().send(notice)
        except CouldNotTell:
            logging.getLogger("tests.pager").exception("Could not tell %s", notice.outside)
            raise


class RepeatsTheRefusal(Pager):
    """Hands on the refusal word by word, with the address in it."""

    def send(self, notice: Notice) -> None:
        """With the number."""
        if self.dead:
            raise CouldNotTell(f"550 <{notice.address}> is unknown.", for_good=True)
        super().send(notice)


class TicksOffTooEarly(Pager):
    """Notes a notice as told before it is."""

    def notify(self, notice: Notice) -> None:
        """Noted first."""
        new = notice.key not in self.keys
        self.keys.add(notice.key)
        if new:
            self.send(notice)


#: Each broken notifier, and the tests of the kit that must catch it.
NOTIFIERS: Final[Mapping[type[Pager], tuple[str, ...]]] = {
    NoNotifier: ("test_it_has_the_shape_of_a_notifier",),
    Silent: ("test_a_notice_is_handed_over_when_notify_returns",),
    Late: ("test_a_notice_is_handed_over_when_notify_returns",),
    Tired: ("test_many_notices_are_all_handed_over",),
    OneHanded: ("test_several_threads_tell_at_once",),
    RefusesCrowds: ("test_several_threads_tell_at_once",),
    Repeats: ("test_the_same_key_is_one_notice",),
    KnowsOnlyTheLast: ("test_the_same_key_is_one_notice",),
    TakesTextForKey: ("test_another_key_is_another_notice",),
    ShowsInside: ("test_only_the_outside_shows",),
    ShowsKind: ("test_only_the_outside_shows",),
    HidesInside: ("test_the_inside_shows_on_a_safe_channel",),
    HidesKind: ("test_a_program_is_told_the_kind",),
    TellsAnyKind: ("test_a_program_is_told_the_kind",),
    FillsTheGap: ("test_a_notice_without_an_inside_shows_none",),
    MakesItsOwnInside: ("test_a_notice_without_an_inside_shows_none",),
    ShowsTheLastInside: ("test_a_notice_without_an_inside_shows_none",),
    InsideInTheSubject: ("test_the_envelope_gives_nothing_away",),
    KindInTheHeaders: ("test_the_envelope_gives_nothing_away",),
    NamesThePerson: ("test_the_envelope_gives_nothing_away",),
    LogsTheText: ("test_nothing_is_said_aside",),
    LogsBesideTheText: ("test_nothing_is_said_aside",),
    PrintsTheAddress: ("test_nothing_is_said_aside",),
    RemembersAloud: ("test_nothing_is_said_aside",),
    RaisesItsOwn: ("test_a_failure_is_could_not_tell",),
    Hopeful: ("test_a_failure_is_could_not_tell",),
    GivesUpAtOnce: ("test_a_failure_that_passes_is_not_for_good",),
    NeverGivesUp: ("test_a_refusal_is_for_good",),
    Sulks: ("test_a_refusal_is_no_word_about_others",),
    Impatient: ("test_the_receivers_wait_is_carried",),
    WaitsAnyway: ("test_the_receivers_wait_is_carried",),
    GuessesAddresses: ("test_a_notice_without_an_address_is_refused",),
    TellsInTheError: ("test_a_failure_shows_nothing_of_the_notice",),
    TellsInTheCause: ("test_a_failure_shows_nothing_of_the_notice",),
    TellsInTheContext: ("test_a_failure_shows_nothing_of_the_notice",),
    TellsInANote: ("test_a_failure_shows_nothing_of_the_notice",),
    TellsInAField: ("test_a_failure_shows_nothing_of_the_notice",),
    LogsTheFailure: ("test_a_failure_shows_nothing_of_the_notice",),
    RepeatsTheRefusal: ("test_a_refusal_shows_nothing_of_the_notice",),
    TicksOffTooEarly: ("test_what_failed_can_be_told_again",),
}
