"""What leaves the house gives nothing away: every kind of message, through every notifier."""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from email.header import Header
from pathlib import Path
from quopri import encodestring
from typing import Any, Final
from urllib.parse import quote

import attrs
import pytest

from peerkit.model import NoticeChannel
from peerkit.notifiers import Notice
from peerkit.telling.ways import Routes
from peerkit.telling.wording import Wording
from tests.ends import NOTICE, every_end, inviting, marked, opened, tell_a_life, tell_the_rest
from tests.ordinary import BOOK, NOW, plan
from tests.outsides import MARK, canaries_in, told_by
from tests.test_wording import left_by_acts

pytestmark = pytest.mark.once

# -- nothing shows

#: A session that lies ahead.
PLANNED = marked(plan(id="planned", starts=NOW + timedelta(days=1)))


@pytest.mark.parametrize(
    ("language", "safe"),
    [("en", False), ("en", True), ("es-MX", False), ("es-MX", True), ("tlh-Latn", False)],
)
def test_every_kind_through_every_notifier_shows_nothing(
    language: str,
    safe: bool,  # noqa: FBT001 - what is varied
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All bytes of the outside, however written; no word that was said even on the inside."""
    with opened(language, safe=safe) as program, every_end(safe=safe) as ends:
        tell_a_life(program, ends)
        assert len({each.kind for each in ends.notices}) >= 35, "A life leaves more than that."
        tell_the_rest(program, ends, monkeypatch)

        kinds = {each.kind for each in ends.notices}
        assert kinds >= left_by_acts() | BOOK.reminders.keys()
        assert sum(each.invite is not None for each in ends.notices) > 5
        assert all((each.inside is not None) is safe for each in ends.notices)
        for name in ends.lines:
            assert ends.arrived(name), f"Nothing came to the {name}."
            assert told_by(*ends.outside(name, safe=safe)) == set(), name
            assert canaries_in(*ends.arrived(name)) == set(), name


@pytest.mark.parametrize("name", ["console", "memory", "email", "apprise", "apprise-mail"])
def test_an_inside_does_arrive_where_the_channel_is_safe(name: str) -> None:
    """With an id: otherwise nothing above would have been there to be hidden."""
    with every_end(safe=True) as ends:
        ends.notify(NOTICE)

        assert MARK in told_by(*ends.arrived(name))


def test_a_key_is_two_numbers_and_a_channel() -> None:
    """It may stand in a header: it says nothing to who cannot ask the program."""
    with opened("en", safe=False) as program, every_end(safe=False) as ends:
        tell_a_life(program, ends)

        assert all(re.fullmatch(r"[0-9]+/[0-9]+/email", each.key) for each in ends.notices)


@pytest.mark.parametrize("language", ["en", "es-MX"])
def test_a_digest_shows_nothing(language: str) -> None:
    """How many there are, and its key is that of its first message and of nobody's words."""
    now = [NOW]
    how: dict[str, Any] = {"digest": "08:00", "clock": lambda: now[0]}
    with opened(language, safe=False, **how) as program, every_end(safe=False) as ends:
        tell_a_life(program, ends)
        now[0] += timedelta(days=1)
        program.tell(Routes({NoticeChannel.EMAIL: ends}, invite=inviting(program)))

        digests = [each for each in ends.notices if each.kind == "digest"]
        assert digests
        key = r"digest/[0-9]+/[0-9]+/[0-9a-f]{32}/email"
        assert all(re.fullmatch(key, each.key) for each in digests)
        for name in ends.lines:
            assert told_by(*ends.outside(name, safe=False)) == set(), name


# -- the search finds what shows


def _sound(notice: Notice) -> Notice:
    """Nothing is wrong with it."""
    return attrs.evolve(notice, inside=None)


#: How a notice may tell too much, and at which ends that shows.
LEAKS: Final[dict[str, tuple[Callable[[Notice], Notice], set[str]]]] = {
    "nothing": (_sound, set()),
    "an id in the outside": (
        lambda each: attrs.evolve(_sound(each), outside=f"News of {each.about}."),
        {"console", "memory", "email", "apprise", "apprise-mail"},
    ),
    "an inside where nobody said it is safe": (
        lambda each: each,
        {"memory", "email", "webhook", "apprise", "apprise-mail"},
    ),
    "a kind in a header": (
        lambda each: attrs.evolve(_sound(each), key=f"{each.kind}/{each.key}"),
        {"webhook"},
    ),
    "words of another language": (
        lambda each: attrs.evolve(_sound(each), outside="Su sesi\u00f3n de recuperaci\u00f3n."),
        {"console", "memory", "email", "apprise", "apprise-mail"},
    ),
    "an id in an invitation": (
        lambda each: attrs.evolve(
            _sound(each), invite=f"BEGIN:VCALENDAR\r\nUID:{each.about}\r\n".encode()
        ),
        {"memory", "email"},
    ),
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_notice_that_tells_too_much_is_found(name: str) -> None:
    """At each end that it reaches, and at no other."""
    spoils, where = LEAKS[name]
    with every_end(safe=False) as ends:
        ends.notify(spoils(NOTICE))

        found = {each for each in ends.lines if told_by(*ends.outside(each, safe=False))}
        assert found == where


@pytest.mark.parametrize("sender", ["Programa de recuperaci\u00f3n", "Peer support", "Peerkit"])
def test_a_sender_that_names_the_program_is_found(sender: str) -> None:
    """Written as it is, and encoded."""
    with every_end(safe=True, sender_name=sender) as ends:
        ends.notify(_sound(NOTICE))

        assert told_by(*ends.outside("email", safe=True))


@pytest.mark.parametrize("summary", ["Peer session", "Sesi\u00f3n de apoyo"])
def test_an_entry_that_names_the_program_is_found(summary: str) -> None:
    """In the calendar, and on a safe channel too."""
    with opened("en", safe=True) as program, every_end(safe=True) as ends:
        tell_a_life(program, ends, (PLANNED,), summary=summary)

        assert told_by(*ends.outside("email", safe=True)) >= {summary.partition(" ")[0].lower()}
        assert told_by(*ends.outside("apprise", safe=True)) == set()


def test_words_that_tell_in_one_language_are_found_there(tmp_path: Path) -> None:
    """A house's own file, that gives away in Spanish what English hides."""
    default = '[default]\noutside = "Su sesi\u00f3n cambia."\n'
    (tmp_path / "es.toml").write_text(f'[language]\nid = "es"\nname = "es"\n{default}', "utf-8")
    wording = Wording.load(tmp_path)
    found = {}
    for language in ("en", "es"):
        with opened(language, safe=False) as program, every_end(safe=False) as ends:
            tell_a_life(program, ends, (PLANNED,), wording)
            found[language] = told_by(*ends.outside("apprise", safe=False))

    assert found == {"en": set(), "es": {"sesi\u00f3n"}}


SAID: Final = "Apoyo y recuperaci\u00f3n para usted"


@pytest.mark.parametrize(
    "written",
    [
        b64encode(SAID.encode()),
        b"x: " + b64encode(SAID.encode() * 3)[:76] + b"\r\n" + b64encode(SAID.encode() * 3)[76:],
        urlsafe_b64encode(f"\u00bf\u00bf\u00bf {SAID}".encode()),
        b64encode(encodestring(SAID.encode().replace(b"o", b"=6F"))),
        encodestring(b"x" * 68 + b" " + "recuperaci\u00f3n".encode()),
        Header(SAID, "utf-8").encode().encode(),
        Header("recuperaci\u00f3n " * 9, "iso-8859-1").encode().encode(),
        quote(quote("apoyo".replace("o", "%6f"))).encode(),
        json.dumps("recuperaci\u00f3n".replace("c", "\u0063")).encode(),
        b'"re\\u0063uperaci\\u00f3n"',
        b"re&#99;uperaci&oacute;n",
        b"SUMMARY:recu\r\n peraci\xc3\xb3n",
        f"see {MARK}-p-7".encode(),
        b"x=12%2F0&kind=session%2Emoved",
        b"X-Mailer: PeerKit 1.0",
        b"clause: dual-relationship",
        b64encode(b"Zebrafinch-goal"),
    ],
)
def test_the_search_reads_what_is_written_otherwise(written: bytes) -> None:
    """As it travels: in base64, percent signs, escapes, folded lines, one inside the other."""
    assert told_by(written)
