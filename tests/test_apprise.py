"""Apprise is told one address at a time, and does nothing that nobody asked it to."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Event
from typing import Any, Final

import pytest
from apprise import Apprise

from peerkit.errors import BadInput
from peerkit.model import NoticeChannel
from peerkit.notifiers import CouldNotTell, Notice
from peerkit.notifiers import apprise as ours
from peerkit.notifiers.apprise import AppriseNotifier
from peerkit.testing import NotifierConformance
from peerkit.testing.overhearing import everything_in, overheard
from tests.mailserver import MailServer
from tests.receiver import Answer, Receiver, drip, hang, listening, plain, reset

pytestmark = pytest.mark.once

#: Found nowhere else: none of them may show in an error or a log.
CANARIES: Final = ("dunlin", "curlew", "avocet")


def notice(address: str, key: str = "12/0/chat", **fields: Any) -> Notice:
    """One for this address."""
    others: dict[str, Any] = {
        "to": "ana",
        "kind": "session.moved",
        "about": "s-1",
        "outside": "A dunlin is new.",
    }
    return Notice(key=key, address=address, channel=NoticeChannel.CHAT, **(others | fields))


def at(receiver: Receiver, rest: str = "/avocet") -> str:
    """The address of a receiver."""
    return f"json://127.0.0.1:{receiver.port}{rest}"


def failure(of: AppriseNotifier, told: Notice) -> CouldNotTell:
    """How it failed; and nobody learns from that, or from any log, what was told or to whom."""
    with overheard() as aside, pytest.raises(CouldNotTell) as caught:
        of.notify(told)
    for each in CANARIES:
        assert each not in everything_in(caught.value).partition("Traceback")[0]
        assert each not in aside.getvalue()
    assert caught.value.__context__ is None
    return caught.value


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A program that takes JSON."""
    with listening() as receiver:
        yield receiver


@pytest.fixture
def notifier() -> AppriseNotifier:
    """One that tells by JSON alone."""
    return AppriseNotifier(schemes=["json"])


# -- what leaves


def test_the_outside_leaves_alone(receiver: Receiver, notifier: AppriseNotifier) -> None:
    """Where the channel is not safe there is no title and nothing attached; no maker is named."""
    notifier.notify(notice(at(receiver)))

    (request,) = receiver.requests
    assert json.loads(request.body) == {
        "version": "1.0",
        "title": "",
        "message": "A dunlin is new.",
        "attachments": [],
        "type": "info",
    }
    assert b"pprise" not in request.raw
    assert b"session" not in request.raw


def test_the_inside_has_the_outside_for_a_title(
    receiver: Receiver, notifier: AppriseNotifier
) -> None:
    """On a channel that the person marked safe."""
    notifier.notify(notice(at(receiver), inside="With curlew at five."))

    body = json.loads(receiver.requests[0].body)
    assert (body["title"], body["message"]) == ("A dunlin is new.", "With curlew at five.")


def test_in_a_letter_the_inside_does_not_show_beside_the_subject(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A mail program shows so much of a text on a lock screen."""
    monkeypatch.setattr("ssl.SSLContext.load_default_certs", lambda *_: None)
    with MailServer() as server:
        address = f"mailto://127.0.0.1:{server.port}?from=house@example.org&to=ana@example.org"
        notifier = AppriseNotifier(schemes=["mailto"], parameters=["from", "to"])
        notifier.notify(notice(address, inside="With curlew at five."))
        (letter,) = server.read()

    assert letter["Subject"] == "A dunlin is new."
    assert letter.get_content().startswith("A dunlin is new.")
    assert letter.get_content().index("With curlew at five.") > 300


def test_an_address_may_be_made_of_the_notice(receiver: Receiver) -> None:
    """So the host stays the program's choice, and its password out of what people are asked."""
    notifier = AppriseNotifier(
        lambda notice: f"json://127.0.0.1:{receiver.port}/{notice.address}", schemes=["json"]
    )
    notifier.notify(notice("ana-7"))

    assert receiver.requests[0].line == "POST /ana-7 HTTP/1.1"


def test_words_are_told_as_they_are(
    receiver: Receiver, notifier: AppriseNotifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No template is filled from the environment, no emoji and no escape is read out of them."""
    monkeypatch.setenv("APPRISE_TEMPLATE_NAME", "curlew")
    words = r"New: ${NAME} {{NAME}} :smile: \t <b>&amp;</b> *x* ñ"
    notifier.notify(notice(at(receiver), outside=words))

    assert json.loads(receiver.requests[0].body)["message"] == words


def test_nothing_is_read_from_the_environment(
    receiver: Receiver,
    notifier: AppriseNotifier,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """No further service comes from a file or a variable that Apprise's own program reads."""
    with listening() as other:
        (tmp_path / "apprise.yml").write_text(f"urls:\n  - {at(other)}\n")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("APPRISE_URLS", at(other))
        monkeypatch.setenv("APPRISE_CONFIG_PATH", str(tmp_path / "apprise.yml"))
        monkeypatch.chdir(tmp_path)
        notifier.notify(notice(at(receiver)))

        assert (len(receiver.requests), other.lines) == (1, 0)


# -- one address


@pytest.mark.parametrize("between", [",", ", ", " ", "\n", ";", "|", "\t", "/?x="])
def test_two_addresses_are_refused(
    receiver: Receiver, notifier: AppriseNotifier, between: str
) -> None:
    """One of them could fail, and the repeat would reach the other twice."""
    with listening() as other:
        failed = failure(notifier, notice(at(receiver) + between + at(other)))

        assert failed.for_good
        assert str(failed) == (
            "The address of notice 12/0/chat must be one Apprise URL, without commas or spaces."
        )
        assert (receiver.lines, other.lines) == (0, 0)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "json",
        "json://",
        "avocet@example.org",
        " json://avocet",
        "json://avocet ",
        "json://avocet\r\nX: y",
        "json://ávocet",
        "{'schema': 'json', 'host': 'avocet'}",
    ],
)
def test_what_is_no_address_is_refused(notifier: AppriseNotifier, address: str) -> None:
    """And never shown."""
    assert failure(notifier, notice(address)).for_good


def test_one_address_that_apprise_cannot_read_is_refused(notifier: AppriseNotifier) -> None:
    """It would be told nowhere."""
    failed = failure(notifier, notice("json://:avocet@"))

    assert failed.for_good
    assert str(failed) == "The address of notice 12/0/chat is none that Apprise can read."


@pytest.mark.parametrize(
    "targets",
    [
        "avocet@example.org/bo@example.org",
        "avocet@example.org%2Cbo@example.org",
        "avocet@example.org%20bo@example.org",
        "avocet@example.org?to=bo@example.org",
        "?to=avocet@example.org%2Cbo@example.org",
    ],
)
def test_two_receivers_in_one_address_are_refused(targets: str) -> None:
    """The same, inside of one service."""
    notifier = AppriseNotifier(
        lambda notice: (
            f"mailto://127.0.0.1:9/{targets}{'&' if '?' in targets else '?'}from=we@example.org"
        ),
        schemes=["mailto"],
        parameters=["from", "to"],
    )
    failed = failure(notifier, notice("avocet"))

    assert failed.for_good
    assert str(failed) == "The address of notice 12/0/chat must name one receiver."


# -- which services


@pytest.mark.parametrize(
    "address",
    [
        "xml://127.0.0.1/avocet",
        "jsons://127.0.0.1/avocet",
        "file:///etc/avocet",
        "exec://avocet",
        "syslog://avocet",
        "dbus://avocet",
        "windows://avocet",
        "nosuch://avocet",
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/avocet",
    ],
)
def test_a_scheme_that_is_not_allowed_is_refused(notifier: AppriseNotifier, address: str) -> None:
    """By the name of the setting that would allow it; the address is not shown."""
    failed = failure(notifier, notice(address))

    assert failed.for_good
    assert str(failed) == (
        "The address of notice 12/0/chat has a scheme that schemes does not name."
    )


@pytest.mark.parametrize(
    "schemes",
    [[], ["nosuch"], ["json", "syslog"], ["rsyslog"], ["dbus"], ["windows"], ["file"], ["exec"]],
)
def test_services_are_named_and_none_is_this_machine(schemes: list[str]) -> None:
    """What Apprise does not know, or does at home, is no way to tell anybody."""
    with pytest.raises(BadInput, match="schemes: name services of Apprise"):
        AppriseNotifier(schemes=schemes)


def test_a_scheme_may_be_written_in_any_letters(
    receiver: Receiver, notifier: AppriseNotifier
) -> None:
    """As people write it."""
    notifier.notify(notice(at(receiver).replace("json", "Json")))

    assert len(receiver.requests) == 1


# -- which parameters


@pytest.mark.parametrize(
    "asked",
    [
        "?redirect=yes",
        "?REDIRECT=yes",
        "?%72edirect=yes",
        "?rto=900&redirect=yes",
        "?a=b;redirect=yes",
        "?optional=yes",
        "?retry=9&wait=60",
        "?tags=avocet",
        "?verify=no",
        "?+X-Header=avocet",
        "?-get=avocet",
        "?:key=avocet",
        "?template=/etc/avocet",
        "?",
        "/?/?redirect=yes",
    ],
)
def test_no_parameter_is_let_in(receiver: Receiver, notifier: AppriseNotifier, asked: str) -> None:
    """Whoever gave an address cannot turn anything on with it."""
    if ";" in asked:
        expected = "must be one Apprise URL, without commas or spaces."
    else:
        expected = "has a parameter that parameters does not name."
    failed = failure(notifier, notice(at(receiver, "/avocet" + asked)))

    assert failed.for_good
    assert str(failed) == f"The address of notice 12/0/chat {expected}"
    assert receiver.lines == 0


@pytest.mark.parametrize("asked", ["pgpprv", "pgppub", "keyfile", "template", "attach"])
def test_no_file_is_read_for_an_address(tmp_path: Path, asked: str) -> None:
    """Some services take a path for a key or a template: not from us."""
    file = tmp_path / "secret"
    file.write_text("curlew")
    notifier = AppriseNotifier(schemes=["mailto", "slack", "fcm"], parameters=["to", "from"])
    for scheme in ("mailto://u:p@127.0.0.1:9/", "slack://T1JJ3T3L2/A1BRTD4JD/x/", "fcm://p/k/"):
        failed = failure(notifier, notice(f"{scheme}?to=a@b.org&{asked}={file}"))
        assert "has a parameter" in str(failed)


@pytest.mark.parametrize("name", sorted(ours._NEVER))
def test_what_would_undo_the_promises_cannot_be_allowed(name: str) -> None:
    """Redirects, repeats, a failure that counts as none, a certificate that nobody looks at."""
    with pytest.raises(BadInput, match="parameters: leave out .*" + name):
        AppriseNotifier(schemes=["json"], parameters=["to", name])


def test_a_parameter_that_is_allowed_is_let_in(receiver: Receiver) -> None:
    """By its name alone."""
    notifier = AppriseNotifier(schemes=["json"], parameters=["method"])
    notifier.notify(notice(at(receiver, "/?method=put")))

    assert receiver.requests[0].line == "PUT / HTTP/1.1"
    assert failure(notifier, notice(at(receiver, "/?method=put&cto=9"), key="13/0/chat")).for_good


# -- what comes back


@pytest.mark.parametrize(
    "answer",
    [*(plain(each) for each in (301, 400, 401, 404, 410, 429, 500, 503)), reset],
)
def test_a_service_that_does_not_take_it(
    receiver: Receiver, notifier: AppriseNotifier, answer: Answer
) -> None:
    """Apprise does not say why: it may go well another time, and then it is told."""
    receiver.answers = [answer]
    failed = failure(notifier, notice(at(receiver)))

    assert (failed.for_good, failed.wait) == (False, None)
    assert str(failed) == "Apprise did not take notice 12/0/chat (FAILURE)."
    assert len(receiver.requests) == 1, "The outbox repeats, not Apprise."
    receiver.answers = [plain(200)]
    notifier.notify(notice(at(receiver)))
    assert len(receiver.requests) == 2


@pytest.mark.parametrize("answer", [hang, drip(b"HTTP/1.1 200 OK\r\nX: ")])
def test_a_service_that_dawdles_is_left(receiver: Receiver, answer: Answer) -> None:
    """The timeout is for all of it."""
    receiver.answers = [answer]
    notifier = AppriseNotifier(schemes=["json"], timeout=timedelta(seconds=0.3))
    failed = failure(notifier, notice(at(receiver)))

    assert not failed.for_good
    assert str(failed) == "Apprise did not take notice 12/0/chat (TIMEOUT)."


def test_nobody_is_there(notifier: AppriseNotifier) -> None:
    """A closed door is a closed door for now."""
    with listening() as receiver:
        pass
    assert not failure(notifier, notice(at(receiver))).for_good


def test_a_notice_without_words_is_not_told(receiver: Receiver, notifier: AppriseNotifier) -> None:
    """Apprise has nothing to send, and says so only to who asks."""
    assert not failure(notifier, notice(at(receiver), outside="")).for_good
    assert receiver.lines == 0


def test_an_address_that_cannot_be_made() -> None:
    """What the host's own function says is not repeated: it may hold the address."""

    def url_of(notice: Notice) -> str:
        raise KeyError(notice.address)

    failed = failure(AppriseNotifier(url_of, schemes=["json"]), notice("avocet"))
    assert not failed.for_good
    assert str(failed) == "Apprise did not take notice 12/0/chat (KeyError)."


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_followed_elsewhere(
    receiver: Receiver, notifier: AppriseNotifier, status: int
) -> None:
    """Apprise by itself follows, and takes the whole message along."""
    with listening() as elsewhere:
        receiver.answers = [plain(status, f"Location: http://127.0.0.1:{elsewhere.port}/")]
        assert not failure(notifier, notice(at(receiver))).for_good
        assert elsewhere.lines == 0

        by_itself = Apprise()
        by_itself.add(at(receiver))
        by_itself.notify("A dunlin is new.")
        assert elsewhere.lines == 1, "This test would not notice one who follows."


# -- once


def test_a_key_is_told_once(receiver: Receiver, notifier: AppriseNotifier) -> None:
    """A repeat is known, as long as it is not too many notices ago."""
    for key in ("1", "2", "1", "2"):
        notifier.notify(notice(at(receiver), key=key))

    assert len(receiver.requests) == 2


def test_not_every_key_is_kept(
    receiver: Receiver, notifier: AppriseNotifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A teller runs for years; its memory does not grow."""
    monkeypatch.setattr(ours, "MOST_KEYS", 2)
    for key in ("1", "2", "3", "3", "2", "1"):
        notifier.notify(notice(at(receiver), key=key))

    assert len(receiver.requests) == 4
    assert list(notifier._told) == ["3", "1"]


# -- what is said aside


def test_nothing_is_logged_at_any_level(receiver: Receiver, notifier: AppriseNotifier) -> None:
    """Neither by Apprise nor by what it connects with. By itself it logs title, body and URL."""
    with overheard() as aside:
        notifier.notify(notice(at(receiver), inside="With curlew at five."))
    assert aside.getvalue() == ""

    with overheard() as aside:
        by_itself = Apprise()
        by_itself.add(at(receiver))
        by_itself.notify("With curlew at five.", title="A dunlin is new.")
    for each in CANARIES:
        assert each in aside.getvalue(), "This test would not notice one who talks."


def test_others_may_log_meanwhile(receiver: Receiver) -> None:
    """Who is silent is the one who tells, and not the whole program."""
    logger = logging.getLogger("apprise")
    arrived, go_on = Event(), Event()

    def answer(receiver: Receiver, line: Any) -> None:
        arrived.set()
        go_on.wait(30)
        plain(200)(receiver, line)

    receiver.answers = [answer]
    notifier = AppriseNotifier(schemes=["json"])
    with ThreadPoolExecutor(1) as pool, overheard() as aside:
        telling = pool.submit(notifier.notify, notice(at(receiver)))
        assert arrived.wait(30)
        logger.info("Something else.")
        go_on.set()
        telling.result()
        logger.info("Something later.")

    heard = aside.getvalue()
    assert "Something else." in heard
    assert "Something later." in heard
    assert not any(each in heard for each in CANARIES)


def test_without_apprise_it_says_what_to_install() -> None:
    """The package is optional; nothing else of ours needs it."""
    code = """
import sys
sys.modules["apprise"] = None
import peerkit.notifiers, peerkit.notifiers.webhook
try:
    import peerkit.notifiers.apprise
except peerkit.errors.MissingExtra as error:
    print(error)
"""
    said = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8"
    ).stdout
    assert said == "This needs Apprise. Install it with: pip install 'peerkit[apprise]'\n"


# -- the kit


class OnApprise(NotifierConformance):
    """What both services share: the address that is dead is one that cannot be used."""

    __test__ = False
    channel = NoticeChannel.CHAT
    address = "avocet-17"

    @contextmanager
    def refusing(self, notifier: AppriseNotifier) -> Iterator[None]:
        """The person gave two addresses in one."""
        self.address = "avocet-17,avocet-18"
        yield
        del self.address


class TestByJSON(OnApprise):
    """The plugin for JSON, and a real HTTP server."""

    claims = frozenset({"safe", "envelope", "addressed", "threads"})

    @pytest.fixture
    def notifier(self, receiver: Receiver) -> AppriseNotifier:
        """One that tells it."""
        self.program = receiver
        return AppriseNotifier(
            lambda each: each.address and at(receiver, "/" + each.address), schemes=["json"]
        )

    def seen(self, notifier: AppriseNotifier) -> str:
        """All that came."""
        return "\n".join(each.raw.decode() for each in self.program.requests)

    def envelope(self, notifier: AppriseNotifier) -> str:
        """The title and the headers."""
        return "\n".join(
            f"{each.headers} {json.loads(each.body)['title']}" for each in self.program.requests
        )

    @contextmanager
    def broken(self, notifier: AppriseNotifier) -> Iterator[None]:
        """It hangs up."""
        self.program.before = reset
        yield
        self.program.before = None


class TestByMail(OnApprise):
    """The plugin for mail, and a real SMTP server."""

    claims = frozenset({"safe", "envelope", "addressed", "threads"})
    address = "avocet-17@example.org"

    @pytest.fixture
    def notifier(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppriseNotifier]:
        """One that tells through it.

        Apprise reads all that this machine trusts, for each letter anew; here nothing is trusted.
        """
        monkeypatch.setattr("ssl.SSLContext.load_default_certs", lambda *_: None)
        with MailServer() as server:
            self.server = server
            yield AppriseNotifier(
                lambda each: (
                    each.address
                    and f"mailto://127.0.0.1:{server.port}?from=house@example.org&to={each.address}"
                ),
                schemes=["mailto"],
                parameters=["from", "to"],
            )

    def seen(self, notifier: AppriseNotifier) -> str:
        """The text of every letter: the outside stands above the inside, or alone."""
        return "\n".join(each.get_content() for each in self.server.read())

    def envelope(self, notifier: AppriseNotifier) -> str:
        """Subjects, senders and all the other headers."""
        return "\n".join(map(self._head, self.server.read()))

    @contextmanager
    def broken(self, notifier: AppriseNotifier) -> Iterator[None]:
        """It is too busy to take any."""
        self.server.answers["MAIL"] = ["451 avocet-17@example.org: later"]
        yield
        self.server.answers.clear()

    def _head(self, letter: EmailMessage) -> str:
        return "\n".join(f"{name}: {value}" for name, value in letter.items())
