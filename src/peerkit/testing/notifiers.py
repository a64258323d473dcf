"""Whether a notifier keeps what ``peerkit.notifiers.Notifier`` promises: inherit these tests."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from traceback import format_exception
from types import MappingProxyType
from typing import Any, ClassVar, Final

from peerkit.errors import PeerkitError
from peerkit.model import Message
from peerkit.notifiers import CouldNotTell, Notifier
from peerkit.testing.kit import Conformance, needs, pytest

__all__ = ["NotifierConformance"]

#: Found nowhere else: where one of these shows, what stood beside it shows too.
INSIDE: Final = "Grebe-4711"
KIND: Final = "kit.plover"
ABOUT: Final = "dunlin-4712"


def message(number: int = 1, text: str | None = None) -> Message:
    """A message that can be told from every other, by its outside and by its inside."""
    text = f"number {number} of these" if text is None else text
    return Message(
        to="ana",
        kind=KIND,
        about=ABOUT,
        inside=f"{INSIDE}: {text}.",
        outside=f"Outside: {text}.",
        key=f"{number}/0",
    )


class NotifierConformance(Conformance, kit=True):
    """Every promise of :class:`~peerkit.notifiers.Notifier`. Give a fixture ``notifier``.

    Define :meth:`seen` and :meth:`broken`. ``claims`` may name ``"safe"``: the
    channel shows the inside, because only the person themselves can read it::

        class TestOurNotifier(NotifierConformance):
            @pytest.fixture
            def notifier(self):
                return OurNotifier(post_office=PretendPostOffice())

            def seen(self, notifier):
                return notifier.post_office.everything()

            def broken(self, notifier):
                return notifier.post_office.on_strike()
    """

    claimable: ClassVar[Mapping[str, str]] = MappingProxyType({"safe": ""})

    def seen(self, notifier: Any) -> str:
        """All that left through this notifier, as text: bodies, subjects, headers, addresses."""
        raise NotImplementedError("Define seen(notifier): all that left through it, as text.")

    def broken(self, notifier: Any) -> AbstractContextManager[object]:
        """A block inside which the channel takes nothing, as on a day when the network is down."""
        raise NotImplementedError("Define broken(notifier): a block in which the channel fails.")

    def _times(self, notifier: Notifier, told: Message) -> int:
        """How often this message was seen, by its outside or by its inside."""
        seen = self.seen(notifier)
        return max(seen.count(told.outside), seen.count(told.inside))

    def test_it_has_the_shape_of_a_notifier(self, notifier: Notifier) -> None:
        """A notifier has the one method of the protocol."""
        assert isinstance(notifier, Notifier)

    def test_a_message_is_handed_over_when_notify_returns(self, notifier: Notifier) -> None:
        """Before a message is told nothing of it is seen; when notify returns, it has left."""
        assert self._times(notifier, message()) == 0
        notifier.notify(message())

        assert self._times(notifier, message()) == 1

    def test_many_messages_are_all_handed_over(self, notifier: Notifier) -> None:
        """Each of many messages leaves, once."""
        sent = [message(number) for number in range(1000, 1300)]
        for each in sent:
            notifier.notify(each)

        assert [self._times(notifier, each) for each in sent] == [1] * len(sent)

    def test_the_same_key_is_one_message(self, notifier: Notifier) -> None:
        """A message told again leaves once, or with its key each time, for the receiver to see."""
        for number in (4714, 4715, 4714):
            notifier.notify(message(number))

        times = self._times(notifier, message(4714))
        assert self._times(notifier, message(4715)) == 1
        assert times == 1 or self.seen(notifier).count(message(4714).key) >= times > 0

    def test_another_key_is_another_message(self, notifier: Notifier) -> None:
        """Two messages with the same text are two messages."""
        twins = [message(number, "the same") for number in (1, 2)]
        for each in twins:
            notifier.notify(each)

        assert self._times(notifier, twins[0]) == len(twins)

    def test_only_the_outside_shows(self, notifier: Notifier) -> None:
        """What others could see gives nothing away: neither inside, nor kind, nor what about."""
        if "safe" in self.claims:
            pytest.skip(f"{type(self).__name__} claims a channel that is safe.")
        notifier.notify(message())

        for hidden in (INSIDE, KIND, ABOUT):
            assert hidden not in self.seen(notifier), "More than the outside of a message shows."

    @needs("safe")
    def test_the_inside_shows_on_a_safe_channel(self, notifier: Notifier) -> None:
        """On a channel that the person marked safe, they can read the inside."""
        notifier.notify(message())

        assert message().inside in self.seen(notifier)

    def test_a_failure_is_could_not_tell(self, notifier: Notifier) -> None:
        """When a message cannot be handed over, CouldNotTell is raised, and nothing else."""
        with self.broken(notifier):
            for number in (1, 2):
                try:
                    notifier.notify(message(number))
                except CouldNotTell:
                    continue
                except Exception as error:  # noqa: BLE001 - whatever else it is, it is wrong
                    pytest.fail(f"It raised {type(error).__name__} and not CouldNotTell.")
                pytest.fail("It returned as if the message had been handed over.")

    def test_a_failure_shows_nothing_of_the_message(self, notifier: Notifier) -> None:
        """Neither the error nor what led to it holds a word of the inside."""
        with self.broken(notifier), pytest.raises(PeerkitError) as caught:
            notifier.notify(message())

        assert INSIDE not in "".join(format_exception(caught.value))
        assert INSIDE not in repr(caught.value)

    def test_what_failed_can_be_told_again(self, notifier: Notifier) -> None:
        """A message that could not be handed over is handed over when it is told again."""
        with self.broken(notifier), pytest.raises(PeerkitError):
            notifier.notify(message())
        notifier.notify(message())

        assert self._times(notifier, message(1)) == 1
