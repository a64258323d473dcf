"""Tells through Apprise: one of the many services that it knows, for one address at a time."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import cache
from threading import Lock
from typing import ClassVar, Final
from urllib.parse import unquote

from peerkit.errors import BadInput, MissingExtra
from peerkit.notifiers import CouldNotTell, Notice
from peerkit.notifiers.letters import covered

try:
    from apprise import Apprise, AppriseAsset
    from apprise.common import NotifyFormat
except ImportError:
    raise MissingExtra("Apprise", "apprise") from None

__all__ = ["AppriseNotifier"]

#: What is told on this machine, to whoever sits at it or reads its logs.
_HERE: Final = frozenset(
    [
        "blink1",
        "dbus",
        "gnome",
        "glib",
        "growl",
        "kde",
        "macosx",
        "qt",
        "rsyslog",
        "syslog",
        "windows",
    ]
)
#: What would take back what this notifier promises.
_NEVER: Final = frozenset(
    [
        "optional",
        "redirect",
        "retry",
        "store",
        "tag",
        "tags",
        "verify",
        "wait",
    ]
)
#: What arrives as a letter: there the beginning of a text shows beside its subject.
_MAIL: Final = frozenset(
    [
        "azure",
        "brevo",
        "groundmail",
        "mailersend",
        "mailgun",
        "mailto",
        "mailtos",
        "o365",
        "postmark",
        "resend",
        "sendgrid",
        "sendpulse",
        "ses",
        "smtp2go",
        "sparkpost",
    ]
)
#: Who writes into logs what is told, to whom, and what came back, beside Apprise itself.
_TALKATIVE: Final = frozenset(
    ["apprise", "charset_normalizer", "oauthlib", "requests", "requests_oauthlib", "urllib3"]
)
#: How many keys are kept, to know a repeat.
MOST_KEYS: Final = 10_000

_ADDRESS: Final = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9]{0,31})://(?P<rest>[!-~]+)")
_MORE_THAN_ONE: Final = re.compile(r"://|[,;|]")

_telling: Final = ContextVar("_telling", default=False)


class AppriseNotifier:
    """Hands a notice to the service that an Apprise URL names.

    The URL is the notice's own address, or what ``url_of`` makes of the notice. It names one
    service and one receiver there: where two were told and one failed, a repeat would reach the
    other twice. The message is the inside, with the outside as its title; or the outside alone.
    In a letter the inside stands so far down that it does not show beside the subject; other
    services show the beginning of a message wherever the person lets them.

    ``schemes`` are the services that may be used, such as ``("tgram", "signal")``. A scheme that
    leads to a host of somebody's choice (``json``, ``mailto``, ``ntfy``) connects there, also
    inside the house: allow it where ``url_of`` chooses the host. ``parameters`` are what may stand
    behind the question mark of a URL. Apprise reads local files for some of them, so none may
    that is not named, and those that would undo these promises never may.

    No redirect is followed, nothing is attached, nothing is retried (the outbox does that), and
    nothing is logged at any level, neither by Apprise nor by what it connects with. Apprise says
    that a service took a message or not, and seldom why: so each failure is passing, and for
    good is only an address that cannot be used. Most services show no key to who receives. A
    repeat is known by its key, among the last 10,000 and while this notifier lives.
    """

    #: It tells people at their own addresses, so `Program.tell` takes it in `Routes` only.
    addressed: ClassVar[bool] = True

    def __init__(
        self,
        url_of: Callable[[Notice], str] | None = None,
        *,
        schemes: Iterable[str],
        parameters: Iterable[str] = (),
        timeout: timedelta = timedelta(seconds=20),
    ) -> None:
        self._url_of = url_of
        self._schemes = _known(schemes)
        self._parameters = frozenset(parameters)
        if self._parameters & _NEVER:
            raise BadInput("parameters", f"leave out {', '.join(sorted(_NEVER))}")
        self._asset = AppriseAsset(
            app_id="Notices",
            app_desc="Notices",
            app_url="",
            async_mode=False,
            default_service_retry=0,
            http_redirects=False,
            image_path_mask="",
            image_url_logo="",
            image_url_mask="",
            interpret_emojis=False,
            interpret_escapes=False,
            pem_autogen=False,
            pgp_autogen=False,
            secure_logging=True,
            allow_templates=False,
            service_timeout=timeout.total_seconds(),
            storage_mode="memory",
        )
        self._told: dict[str, None] = {}
        self._lock = Lock()

    def notify(self, notice: Notice) -> None:
        """Hand this notice over, once for each key. Raises :class:`CouldNotTell`."""
        if notice.key in self._told:
            return
        try:
            with _quiet():
                failed = self._hand_over(notice)
        except CouldNotTell:
            raise
        except Exception as error:  # noqa: BLE001 - plugins raise what they like, with addresses
            failed = type(error).__name__
        if failed:
            raise CouldNotTell(f"Apprise did not take notice {notice.key} ({failed}).")
        with self._lock:
            self._told[notice.key] = None
            if len(self._told) > MOST_KEYS:
                del self._told[next(iter(self._told))]

    def _hand_over(self, notice: Notice) -> str:
        """What went wrong in a word, or nothing."""
        url = notice.address if self._url_of is None else self._url_of(notice)
        if wrong := self._wrong(url):
            raise _in_vain(notice, wrong)
        service = Apprise.instantiate(url, asset=self._asset)
        if service is None:
            raise _in_vain(notice, "is none that Apprise can read")
        if len(service) != 1:
            raise _in_vain(notice, "must name one receiver")
        apprise = Apprise(asset=self._asset)
        apprise.add(service)
        result = apprise.notify(
            title="" if notice.inside is None else notice.outside,
            body=_body(url, notice),
            body_format=NotifyFormat.TEXT,
        )
        return "" if result else result.status.name

    def _wrong(self, url: str) -> str:
        """Why this is not an address to be used; nothing where it is one."""
        found = _ADDRESS.fullmatch(url)
        if not found or _MORE_THAN_ONE.search(found["rest"]):
            return "must be one Apprise URL, without commas or spaces"
        if found["scheme"].lower() not in self._schemes:
            return "has a scheme that schemes does not name"
        asked = re.split("[?&]", found["rest"])[1:]
        names = {unquote(each.partition("=")[0]).strip().lower() for each in asked}
        if not names <= self._parameters:
            return "has a parameter that parameters does not name"
        return ""


def _body(url: str, notice: Notice) -> str:
    """What is told below the title, if there is one."""
    if notice.inside is None:
        return notice.outside
    return covered(notice) if url.partition(":")[0].lower() in _MAIL else notice.inside


def _in_vain(notice: Notice, what: str) -> CouldNotTell:
    return CouldNotTell(f"The address of notice {notice.key} {what}.", for_good=True)


def _known(schemes: Iterable[str]) -> frozenset[str]:
    """The schemes, each of them one that Apprise tells elsewhere than on this machine."""
    given = frozenset(schemes)
    if not given or not given <= _there() - _HERE:
        raise BadInput(
            "schemes", "name services of Apprise, such as tgram; none that tells this machine"
        )
    return given


@cache
def _there() -> frozenset[str]:
    """Every scheme that Apprise can use here."""
    with warnings.catch_warnings():
        # The first question loads every plugin, and some of them import what is deprecated.
        warnings.simplefilter("ignore")
        services = Apprise().details()["schemas"]
    return frozenset(
        scheme
        for each in services
        for named in (each["protocols"], each["secure_protocols"])
        for scheme in named or ()
    )


class _Quiet(logging.Filter):
    """Lets nothing through that is said while something is told."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether somebody may hear it."""
        return not _telling.get()


_QUIET: Final = _Quiet()


@contextmanager
def _quiet() -> Iterator[None]:
    """Whatever is logged meanwhile, here and in the threads that Apprise starts, is dropped.

    A filter and not a level: levels are everybody's, and two threads would take turns in them.
    """
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in _TALKATIVE:
            logging.getLogger(name).addFilter(_QUIET)
    token = _telling.set(True)
    try:
        yield
    finally:
        _telling.reset(token)
