"""Whether a notifier keeps what ``peerkit.notifiers.Notifier`` promises: inherit these tests."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from types import MappingProxyType
from typing import Any, ClassVar, Final

from peerkit.errors import PeerkitError
from peerkit.model import NoticeChannel
from peerkit.notifiers import CouldNotTell, Notice, Notifier
from peerkit.testing.kit import Conformance, needs, pytest
from peerkit.testing.overhearing import everything_in, overheard

__all__ = ["NotifierConformance", "notice"]

#: Found nowhere else: where one of these shows, what stood beside it shows too.
INSIDE: Final = "Grebe-4711"
KIND: Final = "kit.plover"
ABOUT: Final = "dunlin-4712"
OUTSIDE: Final = "Outside-4716"


def notice(number: int = 1, text: str | None = None, **fields: Any) -> Notice:
    """A notice that can be told from every other, by its outside and by its inside."""
    text = f"number {number} of these" if text is None else text
    plain: dict[str, Any] = {
        "key": f"{number}/0/kit",
        "to": "ana-4713",
        "kind": KIND,
        "about": ABOUT,
        "outside": f"{OUTSIDE}: {text}.",
        "inside": f"{INSIDE}: {text}.",
    }
    return Notice(**(plain | fields))


class NotifierConformance(Conformance, kit=True):
    """Every promise of :class:`~peerkit.notifiers.Notifier`. Give a fixture ``notifier``.

    Define :meth:`seen`, :meth:`broken` and :meth:`refusing`; and :meth:`mark` where the channel
    makes something of its own of a key::

        class TestOurNotifier(NotifierConformance):
            claims = frozenset({"addressed"})
            channel = NoticeChannel.EMAIL
            address = "ana@example.org"

            @pytest.fixture
            def notifier(self):
                return OurNotifier(post_office=PretendPostOffice())

            def seen(self, notifier):
                return notifier.post_office.everything()

            def broken(self, notifier):
                return notifier.post_office.on_strike()

            def refusing(self, notifier):
                return notifier.post_office.knows_nobody()

    ``claims`` may name what not every channel has:

    * ``"safe"``: where a notice has an inside, it is shown.
    * ``"envelope"``: others see a part of it although the rest is the person's alone.
    * ``"kind"``: a program receives it, and is told the kind where a notice has an inside.
    * ``"addressed"``: it goes to an address, and cannot go without.
    * ``"wait"``: the receiver can say how long to leave it alone.
    * ``"threads"``: several threads may tell at once.
    """

    claimable: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "safe": "",
            "envelope": "envelope",
            "kind": "",
            "addressed": "address",
            "wait": "busy",
            "threads": "",
        }
    )

    #: What the kit's notices say of their channel, and the address they go to. Take one whose
    #: end is found nowhere else: the kit looks for it where it must not be.
    channel: NoticeChannel = NoticeChannel.APP
    address: str = ""

    def seen(self, notifier: Any) -> str:
        """All that left through this notifier, as text: bodies, subjects, headers, addresses."""
        raise NotImplementedError("Define seen(notifier): all that left through it, as text.")

    def broken(self, notifier: Any) -> AbstractContextManager[object]:
        """A block inside which the channel takes nothing, as on a day when the network is down."""
        raise NotImplementedError("Define broken(notifier): a block in which the channel fails.")

    def refusing(self, notifier: Any) -> AbstractContextManager[object]:
        """A block inside which the address is dead: nobody is there, or they want nothing."""
        raise NotImplementedError(
            "Define refusing(notifier): a block in which the channel refuses for good."
        )

    def busy(self, notifier: Any, wait: timedelta) -> AbstractContextManager[object]:
        """A block inside which the receiver asks to be left alone so long."""
        raise NotImplementedError(
            "Define busy(notifier, wait): a block in which the receiver asks to wait."
        )

    def envelope(self, notifier: Any) -> str:
        """Of all that left, what others can see: subjects, senders, headers, previews."""
        raise NotImplementedError("Define envelope(notifier): the part that others can see.")

    def mark(self, key: str) -> str:
        """What a receiver knows a repeat by: the key itself, or what is made of it."""
        return key

    def _notice(self, number: int = 1, text: str | None = None, **fields: Any) -> Notice:
        """One for this channel."""
        return notice(number, text, **({"channel": self.channel, "address": self.address} | fields))

    def _times(self, notifier: Notifier, told: Notice) -> int:
        """How often this notice was seen, by its outside or by its inside."""
        return self._each(notifier, [told])[0]

    def _each(self, notifier: Notifier, told: list[Notice]) -> list[int]:
        """How often each of these was seen, in one look."""
        seen = self.seen(notifier)
        return [
            max(seen.count(each.outside), seen.count(each.inside or each.outside)) for each in told
        ]

    def _private(self) -> tuple[str, ...]:
        """What no error and no log may hold: texts, the address, and the end that names somebody.

        The end is what stands before the ``@`` and after the last stroke: an address that was
        shortened still shows it.
        """
        end = self.address.partition("@")[0].rpartition("/")[2]
        return tuple(each for each in (INSIDE, OUTSIDE, self.address, end) if each)

    def _failure(self, notifier: Notifier, told: Notice) -> CouldNotTell:
        """How it failed to tell this."""
        try:
            notifier.notify(told)
        except CouldNotTell as error:
            return error
        except Exception as error:  # noqa: BLE001 - whatever else it is, it is wrong
            pytest.fail(f"It raised {type(error).__name__} and not CouldNotTell.")
        else:
            pytest.fail("It returned as if the notice had been handed over.")

    def _keeps_silent(self, aside: str, *, where: str) -> None:
        """Nothing private is said there."""
        for each in self._private():
            assert each not in aside, f"An address or a text shows in {where}."

    def test_it_has_the_shape_of_a_notifier(self, notifier: Notifier) -> None:
        """A notifier has the one method of the protocol."""
        assert isinstance(notifier, Notifier)

    # -- what arrives

    def test_a_notice_is_handed_over_when_notify_returns(self, notifier: Notifier) -> None:
        """Before a notice is told nothing of it is seen; when notify returns, it has left."""
        assert self._times(notifier, self._notice()) == 0
        notifier.notify(self._notice())

        assert self._times(notifier, self._notice()) == 1

    def test_many_notices_are_all_handed_over(self, notifier: Notifier) -> None:
        """Each of many notices leaves, once."""
        sent = [self._notice(number) for number in range(1000, 1300)]
        for each in sent:
            notifier.notify(each)

        assert self._each(notifier, sent) == [1] * len(sent)

    @needs("threads")
    def test_several_threads_tell_at_once(self, notifier: Notifier) -> None:
        """Notices that several threads tell at the same time each leave, once."""
        sent = [self._notice(number) for number in range(1000, 1080)]
        with ThreadPoolExecutor(8) as pool:
            for handed in [pool.submit(notifier.notify, each) for each in sent]:
                handed.result()

        assert self._each(notifier, sent) == [1] * len(sent)

    def test_the_same_key_is_one_notice(self, notifier: Notifier) -> None:
        """A notice told again leaves once, or with its key each time, for the receiver to see."""
        first, other = self._notice(4714), self._notice(4715)
        for each in (first, other, first):
            notifier.notify(each)

        times = self._times(notifier, first)
        assert self._times(notifier, other) == 1
        assert self.mark(first.key) != self.mark(other.key)
        assert times == 1 or self.seen(notifier).count(self.mark(first.key)) >= times > 0

    def test_another_key_is_another_notice(self, notifier: Notifier) -> None:
        """Two notices with the same text are two notices."""
        twins = [self._notice(number, "the same") for number in (1, 2)]
        for each in twins:
            notifier.notify(each)

        assert self._times(notifier, twins[0]) == len(twins)

    # -- what shows

    def test_only_the_outside_shows(self, notifier: Notifier) -> None:
        """What others could see gives nothing away: neither inside, nor kind, nor what about."""
        if "safe" in self.claims:
            pytest.skip(f"{type(self).__name__} claims a channel that is safe.")
        notifier.notify(self._notice())

        self._gives_nothing_away(self.seen(notifier))

    @needs("safe")
    def test_the_inside_shows_on_a_safe_channel(self, notifier: Notifier) -> None:
        """On a channel that the person marked safe, they can read the inside."""
        notifier.notify(self._notice())

        assert str(self._notice().inside) in self.seen(notifier)

    def test_a_notice_without_an_inside_shows_none(self, notifier: Notifier) -> None:
        """Where nothing but the outside is given, nothing is put in the place of the inside."""
        notifier.notify(self._notice(1))
        before = self.seen(notifier)
        notifier.notify(self._notice(2, inside=None))
        seen = self.seen(notifier)

        assert self._times(notifier, self._notice(2, inside=None)) == 1
        for hidden in (INSIDE, KIND, ABOUT, repr(None)):
            if hidden == KIND and "kind" in self.claims:
                continue
            assert seen.count(hidden) == before.count(hidden), "Something stands for the inside."

    @needs("envelope")
    def test_the_envelope_gives_nothing_away(self, notifier: Notifier) -> None:
        """Subject, sender, headers and preview are as discreet when the notice has an inside."""
        notifier.notify(self._notice())
        envelope = self.envelope(notifier)

        assert OUTSIDE in envelope, "There is no envelope to look at."
        assert self._notice().to not in envelope
        self._gives_nothing_away(envelope)

    @needs("kind")
    def test_a_program_is_told_the_kind(self, notifier: Notifier) -> None:
        """Where a program receives it, the kind is there to read; on a safe channel alone."""
        notifier.notify(self._notice(1, inside=None))
        assert KIND not in self.seen(notifier), "A kind leaves where the channel is not safe."

        notifier.notify(self._notice(2))
        assert KIND in self.seen(notifier)

    def _gives_nothing_away(self, text: str) -> None:
        for hidden in (INSIDE, ABOUT) if "kind" in self.claims else (INSIDE, ABOUT, KIND):
            assert hidden not in text, "More than the outside of a notice shows."

    def test_nothing_is_said_aside(self, notifier: Notifier) -> None:
        """No log, no terminal and no repr holds an address or a text of what was told."""
        with overheard() as aside:
            notifier.notify(self._notice())

        self._keeps_silent(aside.getvalue(), where="what is logged or printed")
        self._keeps_silent(f"{notifier!r} {notifier}", where="the notifier's repr")

    # -- what fails

    def test_a_failure_is_could_not_tell(self, notifier: Notifier) -> None:
        """When a notice cannot be handed over, CouldNotTell is raised, and nothing else."""
        with self.broken(notifier):
            for number in (1, 2):
                self._failure(notifier, self._notice(number))

    def test_a_failure_that_passes_is_not_for_good(self, notifier: Notifier) -> None:
        """What may go well another time is no word about the address."""
        with self.broken(notifier):
            failure = self._failure(notifier, self._notice())

        assert failure.for_good is False

    def test_a_refusal_is_for_good(self, notifier: Notifier) -> None:
        """Where nobody is at the address, trying again is in vain, and the failure says so."""
        with self.refusing(notifier):
            failure = self._failure(notifier, self._notice())

        assert failure.for_good is True

    def test_a_refusal_is_no_word_about_others(self, notifier: Notifier) -> None:
        """After somebody refused, the next notice is handed over as ever."""
        with self.refusing(notifier):
            self._failure(notifier, self._notice(1))
        notifier.notify(self._notice(2))

        assert self._times(notifier, self._notice(2)) == 1

    @needs("wait")
    def test_the_receivers_wait_is_carried(self, notifier: Notifier) -> None:
        """How long the receiver asked to be left alone is handed on; nobody asked, nobody waits."""
        for wait in (timedelta(minutes=7), timedelta(hours=2)):
            with self.busy(notifier, wait):
                failure = self._failure(notifier, self._notice())
            assert failure.wait == wait
            assert failure.for_good is False
        with self.broken(notifier):
            assert self._failure(notifier, self._notice()).wait is None

    @needs("addressed")
    def test_a_notice_without_an_address_is_refused(self, notifier: Notifier) -> None:
        """Without an address nothing leaves, and trying again is in vain."""
        failure = self._failure(notifier, self._notice(address=""))

        assert failure.for_good is True
        assert self._times(notifier, self._notice()) == 0

    def test_a_failure_shows_nothing_of_the_notice(self, notifier: Notifier) -> None:
        """Neither the error, nor its notes, nor what led to it, nor any log holds a text."""
        with self.broken(notifier), overheard() as aside, pytest.raises(PeerkitError) as caught:
            notifier.notify(self._notice())

        self._keeps_silent(everything_in(caught.value), where="the error, or in what led to it")
        self._keeps_silent(aside.getvalue(), where="what is logged or printed")
        self._keeps_silent(f"{notifier!r} {notifier}", where="the notifier's repr")

    def test_a_refusal_shows_nothing_of_the_notice(self, notifier: Notifier) -> None:
        """Nor does a refusal, although the receiver may have repeated the address in it."""
        with self.refusing(notifier), overheard() as aside, pytest.raises(PeerkitError) as caught:
            notifier.notify(self._notice())

        self._keeps_silent(everything_in(caught.value), where="the error, or in what led to it")
        self._keeps_silent(aside.getvalue(), where="what is logged or printed")

    def test_what_failed_can_be_told_again(self, notifier: Notifier) -> None:
        """A notice that could not be handed over is handed over when it is told again."""
        with self.broken(notifier), pytest.raises(PeerkitError):
            notifier.notify(self._notice())
        notifier.notify(self._notice())

        assert self._times(notifier, self._notice()) == 1
