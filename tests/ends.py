"""A life in which every id is marked, and an end for every notifier to tell it to."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import lru_cache
from itertools import count
from typing import Any, Final
from urllib.parse import quote

import attrs
import pytest

import peerkit as pk
from peerkit.exchange import calendar
from peerkit.model import NoticeChannel, Noun, SessionStatus
from peerkit.notifiers import Notice, Notifier
from peerkit.notifiers.apprise import AppriseNotifier
from peerkit.notifiers.console import ConsoleNotifier
from peerkit.notifiers.email import EmailNotifier
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.notifiers.webhook import WebhookNotifier
from peerkit.telling import looking
from peerkit.telling.ways import Routes
from peerkit.telling.wording import Wording
from tests import outsides
from tests.mailserver import HERE, MailServer
from tests.ordinary import FIRST_ACTS, NOW, empty
from tests.outsides import MARK
from tests.receiver import listening, plain
from tests.test_canaries import whole_life
from tests.test_wording import OURS

#: None of them may show aside: not in a log, not in a repr, not in an error.
ADDRESS, PASSWORD, TOKEN = "stint4712", "godwit4713", "ruff4714"
SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - it is published
COVER_SECRET: Final = "whimbrel4715whimbrel"  # noqa: S105 - of nobody
SENDER: Final = "news@stelling.example"
PEOPLE: Final = ("ana", "bo", "c", "kim", "p-7", "p-8", "p-9", "sam")
#: These would change how people are told, which is settled here.
LEFT_OUT: Final = (pk.SetContactPreferences, pk.StopNotices, pk.DeliveryFailed)


#: A notice of which nothing but its outside may show.
NOTICE: Final = Notice(
    key="12/0/email",
    to=f"{MARK}-p-7",
    kind="session.moved",
    about=f"{MARK}-s-1",
    outside="You have a new message.",
    inside=f"Session {MARK}-s-1 is on Monday.",
    language="en",
)


# -- a whole life, in which every id is marked


@lru_cache(maxsize=1)
def ids() -> frozenset[str]:
    """Every id that a whole life names."""
    with empty() as program:
        acts = (*FIRST_ACTS, *whole_life())
        for act in acts:
            program.do(act)
        kept = {noun["id"] for entry in program.journal() for noun in entry.read()["nouns"]}
    return frozenset({*kept, *(act.by for act in acts), *PEOPLE, "desk", "nurse", "crisis-team"})


def marked(value: Any) -> Any:
    """The same with a mark in every id, however deep it stands."""
    if type(value) is str:
        return f"{MARK}-{value}" if value in ids() else value
    if isinstance(value, tuple):
        return tuple(map(marked, value))
    if attrs.has(type(value)):
        changed = {
            each.alias: marked(getattr(value, each.name))
            for each in attrs.fields(type(value))
            if each.init and getattr(value, each.name) is not None
        }
        return attrs.evolve(value, **changed)
    return value


@lru_cache(maxsize=1)
def life() -> tuple[pk.Act, ...]:
    """What happens, once people have said how they are told."""
    return tuple(marked(each) for each in whole_life() if not isinstance(each, LEFT_OUT))


def preferences(language: str, *, safe: bool, **how: Any) -> Iterator[pk.Act]:
    """Everybody says how they want to be told."""
    for each in map(marked, PEOPLE):
        point = pk.ContactPoint(
            channel=NoticeChannel.EMAIL, address=f"{ADDRESS}@post.example", safe=safe
        )
        yield pk.SetContactPreferences(
            by=each, person=each, points=(point,), language=language, **{"zone": "UTC"} | how
        )


@contextmanager
def opened(language: str, *, safe: bool, **how: Any) -> Iterator[pk.Program]:
    """A program with the ordinary pair, and everybody's preferences."""
    clock, numbers = how.pop("clock", lambda: NOW), count()
    with empty(
        coordinator=marked("c"), clock=clock, new_id=lambda kind: f"{MARK}-{kind}-{next(numbers)}"
    ) as program:
        for act in (*map(marked, FIRST_ACTS), *preferences(language, safe=safe, **how)):
            program.do(act).or_raise()
        yield program


def inviting(program: pk.Program, **cover: Any) -> Callable[[Noun, str], bytes | None]:
    """Invites to what is planned, in the word of the person's language."""

    def invite(noun: Noun, to: str) -> bytes | None:
        if not isinstance(noun, pk.Session) or to not in {*noun.peers, *noun.participants}:
            return None
        makes = {
            SessionStatus.PLANNED: calendar.invite,
            SessionStatus.CANCELLED: calendar.cancellation,
        }.get(noun.status)
        person = program.view(to).get(pk.ContactPreferences, to)
        if makes is None or person is None:
            return None
        language = person.language.partition("-")[0]
        shown = {"summary": calendar.SUMMARIES.get(language, calendar.SUMMARIES["en"])} | cover
        return makes(
            noun,
            to,
            calendar.Cover(secret=COVER_SECRET, organizer=SENDER, **shown),
            now=NOW,
            sequence=calendar.sequence_of(program, noun),
            address=person.points[0].address,
        )

    return invite


# -- every notifier, and the end that each of them talks to


@attrs.define
class Ends:
    """Takes each notice and hands it to every notifier, over its own line."""

    lines: dict[str, tuple[Notifier, NoticeChannel, str]]
    arrived: Callable[[str], list[bytes]]
    #: From now on each end refuses, and repeats what it was told.
    refuse: Callable[[], None]
    notices: list[Notice] = attrs.field(factory=list)

    def notify(self, notice: Notice) -> None:
        """Through every one of them."""
        self.notices.append(notice)
        for notifier, channel, address in self.lines.values():
            notifier.notify(attrs.evolve(notice, channel=channel, address=address))

    def outside(self, name: str, *, safe: bool) -> list[bytes]:
        """What others can see of what arrived there: all of it, unless the channel is safe."""
        return [OUTSIDES[name](each) for each in self.arrived(name)] if safe else self.arrived(name)


OUTSIDES: Final[dict[str, Callable[[bytes], bytes]]] = {
    "console": outsides.console_outside,
    "memory": lambda raw: raw.partition(b"\n\n")[0],
    "email": outsides.letter_outside,
    "webhook": outsides.request_outside,
    "apprise": outsides.request_outside,
    "apprise-mail": outsides.letter_outside,
}


@contextmanager
def every_end(*, safe: bool, sender_name: str = "News") -> Iterator[Ends]:
    """Real ends on this machine, and a notifier for each."""
    stream, memory = io.StringIO(), MemoryNotifier()
    with ExitStack() as stack:
        # Apprise reads all that this machine trusts, for each letter anew; here is no such need.
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr("ssl.SSLContext.load_default_certs", lambda *_: None)
        letters, others = (stack.enter_context(MailServer(enable_SMTPUTF8=True)) for _ in range(2))
        hooks, chats = (stack.enter_context(listening()) for _ in range(2))
        email = stack.enter_context(
            closing(
                EmailNotifier(
                    HERE,
                    letters.port,
                    tls="none",
                    sender=SENDER,
                    sender_name=sender_name,
                    reply_to=SENDER,
                    stop_address=SENDER,
                )
            )
        )
        webhook = WebhookNotifier(
            f"http://{HERE}:{hooks.port}/new",
            [SECRET],
            may_reach=["127.0.0.0/8"],
            unencrypted=True,
            clock=lambda: NOW,
        )
        chat = AppriseNotifier(
            lambda each: f"json://{HERE}:{chats.port}/{TOKEN}/{quote(each.address)}",
            schemes=["json"],
        )
        mail = AppriseNotifier(
            lambda each: f"mailto://{HERE}:{others.port}?from={SENDER}&to={each.address}",
            schemes=["mailto"],
            parameters=["from", "to"],
        )

        def arrived(name: str) -> list[bytes]:
            return {
                # Who it is for stands on a console and in a list: they are the house's own.
                "console": lambda: [
                    re.sub(r"(?m)^To \S+: ", "", stream.getvalue()).encode(),
                ],
                "memory": lambda: [_remembered(each) for each in memory.told],
                "email": lambda: [*letters.letters, *map(str.encode, letters.greeted)],
                "webhook": lambda: [each.raw for each in hooks.requests],
                "apprise": lambda: [each.raw for each in chats.requests],
                "apprise-mail": lambda: others.letters,
            }[name]()

        person = f"{ADDRESS}@post.example"

        def refuse() -> None:
            said = f"{person} {TOKEN} {NOTICE.inside}"
            for each in (letters, others):
                each.answers["RCPT"] = [f"550 5.1.1 {said}"]
            for receiver in (hooks, chats):
                receiver.answers = [plain(410, f"X-Said: {said}", body=said.encode())]
            stream.close()

        yield Ends(
            lines={
                "console": (ConsoleNotifier(stream, safe=safe), NoticeChannel.APP, ""),
                "memory": (memory, NoticeChannel.APP, ""),
                "email": (email, NoticeChannel.EMAIL, person),
                "webhook": (webhook, NoticeChannel.WEBHOOK, person),
                "apprise": (chat, NoticeChannel.CHAT, ADDRESS),
                "apprise-mail": (mail, NoticeChannel.EMAIL, person),
            },
            arrived=arrived,
            refuse=refuse,
        )


def _remembered(notice: Notice) -> bytes:
    """What a notice holds that is to be shown: the outside and the invitation, then the inside."""
    outside = notice.outside.encode() + b"\n" + (notice.invite or b"")
    return outside + b"\n\n" + (notice.inside or "").encode()


def tell_a_life(
    program: pk.Program,
    ends: Notifier,
    acts: tuple[pk.Act, ...] | None = None,
    wording: Wording = OURS,
    **cover: Any,
) -> None:
    """Everything happens, or these, and people are told of each thing as soon as it did."""
    routes = Routes({NoticeChannel.EMAIL: ends}, wording=wording, invite=inviting(program, **cover))
    for act in life() if acts is None else acts:
        program.do(act)
        program.tell(routes)


def tell_the_rest(program: pk.Program, ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind that was not told yet, whether or not it holds: this is about words."""
    monkeypatch.setattr(looking, "why_not", lambda *_: None)
    monkeypatch.setattr(looking.LastLook, "_reminds_in_vain", lambda *_: None)
    kinds = OURS.words["en"].keys() - {("inside", each.kind) for each in ends.notices}
    for kind in sorted(kind for part, kind in kinds if part == "inside"):
        program.do(pk.Remind(by="teller", of=kind, noun=marked("planned"), to=(marked("p-7"),)))
    routes = Routes({NoticeChannel.EMAIL: ends}, wording=OURS, invite=inviting(program))
    assert program.tell(routes).waiting == 0
