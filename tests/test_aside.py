"""Nothing is said aside of what is told: not in a log, not in a repr, not in an error."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Final

import attrs
import pytest

import peerkit as pk
from peerkit.exchange import calendar
from peerkit.model import NoticeChannel
from peerkit.notifiers import CouldNotTell, Notice
from peerkit.notifiers.email import EmailNotifier
from peerkit.stores import Delivery, Settled
from peerkit.telling.ways import Routes, ways_of
from peerkit.testing.overhearing import everything_in, overheard
from tests.ends import (
    ADDRESS,
    COVER_SECRET,
    NOTICE,
    PASSWORD,
    SECRET,
    SENDER,
    TOKEN,
    Ends,
    every_end,
    inviting,
    marked,
    opened,
    tell_a_life,
)
from tests.ordinary import NOW, plan

pytestmark = pytest.mark.once

#: Who can fail: a list takes everything.
FAIL: Final = ("console", "email", "webhook", "apprise", "apprise-mail")


def shown(text: str, *told: Notice) -> set[str]:
    """What is there and may not be: where people are reached, a secret, what they are told."""
    insides = {each.inside for each in (NOTICE, *told) if each.inside is not None}
    hidden = {ADDRESS, PASSWORD, TOKEN, SECRET.removeprefix("whsec_"), COVER_SECRET, *insides}
    return {each for each in hidden if each in text}


def both(*values: object) -> str:
    """How values show themselves."""
    return "\n".join(f"{each!r}\n{each!s}" for each in values)


@contextmanager
def listening_aside() -> Iterator[StringIO]:
    """Every log at DEBUG, the terminal, and every warning."""
    with warnings.catch_warnings(record=True) as warned, overheard() as aside:
        warnings.simplefilter("always")
        yield aside
        aside.write(both(*(each.message for each in warned)))


def failures(ends: Ends) -> dict[str, CouldNotTell]:
    """How each notifier fails that can."""
    found = {}
    for name in FAIL:
        notifier, channel, address = ends.lines[name]
        with pytest.raises(CouldNotTell) as caught:
            notifier.notify(attrs.evolve(NOTICE, channel=channel, address=address))
        found[name] = caught.value
    return found


def test_no_log_no_terminal_and_no_warning_holds_what_is_told() -> None:
    """While a whole life is told, with every inside."""
    with opened("es", safe=True) as program, every_end(safe=True) as ends:
        with listening_aside() as aside:
            tell_a_life(program, ends)

        assert len(ends.notices) > 50
        assert shown(aside.getvalue(), *ends.notices) == set()


@pytest.mark.parametrize(
    "say",
    [
        lambda text: logging.getLogger("peerkit.some").debug("Told %s", text),
        lambda text: warnings.warn(f"Told {text}", stacklevel=2),
        lambda text: print(text, file=sys.stderr),  # noqa: T201 - it is to be heard
        print,
    ],
    ids=["log", "warning", "stderr", "stdout"],
)
@pytest.mark.parametrize("text", [ADDRESS, TOKEN, NOTICE.inside])
def test_what_is_said_aside_is_heard(say: Callable[[object], object], text: str) -> None:
    """Otherwise the test above would hear nothing either."""
    with listening_aside() as aside:
        say(f"[{text}]")

    assert shown(aside.getvalue()) == {text}


def test_a_refusal_shows_nothing_though_the_receiver_repeats_it_all() -> None:
    """Neither the error, nor what led to it, nor a log: and it says which notice."""
    with every_end(safe=True) as ends:
        ends.refuse()
        with listening_aside() as aside:
            found = failures(ends)

    assert shown(aside.getvalue()) == set()
    for name, error in found.items():
        assert NOTICE.key in str(error), name
        assert error.__context__ is None, name
        assert shown(everything_in(error)) == set(), name


def test_nobody_there_shows_nothing() -> None:
    """The ends are gone, and the notifiers are still there."""
    with every_end(safe=True) as ends:
        ends.refuse()
    with listening_aside() as aside:
        found = failures(ends)

    assert shown(aside.getvalue()) == set()
    for name, error in found.items():
        assert error.__context__ is None, name
        assert shown(everything_in(error)) == set(), name


@pytest.mark.parametrize("name", FAIL)
def test_what_could_not_be_told_shows_nothing_in_the_program(name: str) -> None:
    """Not in what is posted, in the journal, in a log, nor where a notifier raises its own."""

    class Breaks:
        """Raises what no notifier may."""

        def notify(self, notice: Notice) -> None:
            """Fail."""
            raise RuntimeError(f"{notice}, {notice.address}, {notice.inside}")

    with opened("en", safe=True) as program, every_end(safe=True) as ends:
        ends.refuse()
        program.do(marked(plan(id="planned", starts=NOW + timedelta(days=1)))).or_raise()
        with listening_aside() as aside:
            one = attrs.evolve(ends, lines={name: ends.lines[name]})
            told = program.tell(Routes({NoticeChannel.EMAIL: one}, invite=inviting(program)))
            with opened("en", safe=True) as other:
                assert other.tell(Routes({NoticeChannel.EMAIL: Breaks()})).told == 0

        entries = "\n".join(each.body for each in program.journal())
        posted = [*program.store.posted(), *program.dead_letters()]
        assert told.told == 0
        assert any(each.delivery is not Delivery.TOLD for each in posted)
        said = aside.getvalue() + both(told, *posted) + entries
        assert "RuntimeError at " in said
        # Who has to be called stands in the message itself, as ids, and so in the journal.
        others = [each for each in ends.notices if each.kind != "call.needed"]
        assert shown(said, *others) == set()


def test_no_repr_shows_anything() -> None:
    """Of all that a teller handles, and of every notifier."""
    with opened("en", safe=True) as program, every_end(safe=True) as ends:
        invite = inviting(program)
        tell_a_life(program, ends, (marked(plan(id="planned", starts=NOW + timedelta(days=1))),))
        routes = Routes({NoticeChannel.EMAIL: ends.lines["email"][0]}, invite=invite)
        preferences = program.view(NOTICE.to).get(pk.ContactPreferences, NOTICE.to)
        assert preferences is not None
        assert preferences.points[0].address.startswith(ADDRESS)
        assert any(each.invite for each in ends.notices)
        texts = both(
            *ends.notices,
            *program.store.posted(),
            Settled(key="12/0", delivery=Delivery.TOLD, way="email"),
            routes,
            program._teller(routes, timedelta(minutes=5)),
            program,
            preferences,
            *preferences.points,
            *ways_of(preferences, routes),
            *(notifier for notifier, _, _ in ends.lines.values()),
            EmailNotifier("mail.example.org", sender=SENDER, username="notices", password=PASSWORD),
            calendar.Cover(secret=COVER_SECRET),
        )

        assert shown(texts, *ends.notices) == set()
