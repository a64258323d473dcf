"""The kits are tested too: whatever is broken on purpose must be caught."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from inspect import signature
from pathlib import Path
from typing import Any, Final

import pytest

import peerkit.testing
from peerkit.errors import MissingExtra, PeerkitError
from peerkit.model import NoticeChannel
from peerkit.stores import Reseals, Store
from peerkit.stores.sealing.keys import Keys, KeysInMemory
from peerkit.stores.sqlite import SQLiteStore
from peerkit.testing import KeysConformance, NotifierConformance, StoreConformance, kit
from tests.broken_notifiers import NOTIFIERS, NUMBER, Pager, ProgramPager, SafePager
from tests.broken_outboxes import OUTBOXES
from tests.broken_profiles import PROFILES
from tests.broken_sealers import KEEPERS, SEALERS
from tests.broken_stores import STORES, LetsGo

pytest_plugins = ("pytester",)

#: Tests of the kits that no broken one here needs, each with the reason to have it all the same.
SPARE: Final[Mapping[str, str]] = {}


# -- whether they are caught


class StoreCase(StoreConformance):
    """The kit, claiming everything, for whatever store it is handed."""

    __test__ = False
    claims = frozenset(StoreConformance.claimable)

    def reopen(self, store: Any) -> Store:
        """The same place again."""
        again: Store = type(store)(store.path) if isinstance(store, SQLiteStore) else type(store)()
        return again

    def address(self, store: Any) -> str:
        """Only files have one."""
        path: str = store.path
        return path

    def inside(self, store: Any) -> tuple[Reseals, Keys]:
        """What those that seal are made of."""
        return store.inner, store.keys

    def hosting(self, store: Any) -> Any:
        """Whoever breaks it knows how."""
        return store.hosting()

    def hosted(self, store: Any) -> list[str]:
        """Its own rows."""
        rows: list[str] = store.hosted()
        return rows

    def neighbour(self, store: Any) -> Any:
        """Its own."""
        return store.neighbour()

    def cut(self, store: Any) -> None:
        """Its own way."""
        store.cut()

    def reader(self, store: Any) -> Any:
        """Its own."""
        return store.reader()

    def copy(self, store: Any, path: str) -> Any:
        """Its own."""
        return store.copy(path)

    def unguard(self, store: Any) -> str:
        """Its own way."""
        name: str = store.unguard()
        return name


class KeysCase(KeysConformance):
    """The kit, for whoever keeps keys."""

    __test__ = False
    claims = frozenset({"persistent"})

    def reopen(self, keys: Any) -> Keys:
        """Another one."""
        again: Keys = type(keys)()
        return again


class NotifierCase(NotifierConformance):
    """The kit, for whatever pager it is handed."""

    __test__ = False
    channel = NoticeChannel.TEXT
    address = NUMBER

    def seen(self, notifier: Pager) -> str:
        """Every line and body."""
        return "\n".join(notifier.left)

    def envelope(self, notifier: Pager) -> str:
        """Every line."""
        return "\n".join(each.partition("\n")[0] for each in notifier.left)

    @contextmanager
    def broken(self, notifier: Pager) -> Iterator[None]:
        """The channel is down."""
        notifier.down = True
        yield
        notifier.down = False

    @contextmanager
    def refusing(self, notifier: Pager) -> Iterator[None]:
        """Nobody has this number."""
        notifier.dead = True
        yield
        notifier.dead = False

    @contextmanager
    def busy(self, notifier: Pager, wait: timedelta) -> Iterator[None]:
        """The channel asks for time."""
        notifier.wait = wait
        yield
        notifier.wait = None


def rows(table: Mapping[type, tuple[str, ...]]) -> list[Any]:
    """Every saboteur with every test that must catch it."""
    return [
        pytest.param(broken, test, id=f"{broken.__name__}-{test}")
        for broken, tests in table.items()
        for test in tests
    ]


def is_caught(case: kit.Conformance, test: str, broken: object, *more: object) -> None:
    """The test fails on this, with an error of its own and not by an accident."""
    with pytest.raises((AssertionError, PeerkitError, pytest.fail.Exception)):
        getattr(case, test)(broken, *more)


@pytest.mark.parametrize(("saboteur", "test"), rows({**STORES, **OUTBOXES}))
def test_the_kit_catches_a_broken_store(saboteur: Any, test: str, tmp_path: Path) -> None:
    """Each broken store fails the test that is there for it."""
    if saboteur is LetsGo and sqlite3.sqlite_version_info >= (3, 51):
        pytest.skip("From 3.51 on SQLite itself withstands this: nothing is broken.")
    on_disk = issubclass(saboteur, SQLiteStore)
    store = saboteur(tmp_path / "program.db") if on_disk else saboteur()
    is_caught(StoreCase(), test, store)
    with suppress(PeerkitError):
        store.close()


@pytest.mark.parametrize(("saboteur", "test"), rows(PROFILES))
def test_the_kit_catches_a_broken_claim(saboteur: Any, test: str, tmp_path: Path) -> None:
    """Each store that breaks what it claims besides fails the test that is there for it."""
    needs_a_folder = "tmp_path" in signature(getattr(StoreCase, test)).parameters
    is_caught(StoreCase(), test, saboteur(), *([tmp_path] if needs_a_folder else []))


@pytest.mark.parametrize(("saboteur", "test"), rows(SEALERS))
def test_the_kit_catches_a_broken_sealer(saboteur: Any, test: str) -> None:
    """Each store that seals badly fails the test that is there for it."""
    is_caught(StoreCase(), test, saboteur())


@pytest.mark.parametrize(("saboteur", "test"), rows(KEEPERS))
def test_the_kit_catches_a_broken_keeper_of_keys(saboteur: type[KeysInMemory], test: str) -> None:
    """Each broken keeper of keys fails the test that is there for it."""
    is_caught(KeysCase(), test, saboteur())


@pytest.mark.parametrize(("saboteur", "test"), rows(NOTIFIERS))
def test_the_kit_catches_a_broken_notifier(saboteur: type[Pager], test: str) -> None:
    """Each broken notifier fails the test that is there for it."""
    is_caught(NotifierCase(), test, saboteur())


class TestSoundPager(NotifierCase):
    """What the broken notifiers are made of is sound, so they are caught for what they break."""

    claims = frozenset({"addressed", "envelope", "threads", "wait"})

    @pytest.fixture
    def notifier(self) -> Pager:
        """A sound one."""
        return Pager()


class TestSoundSafePager(NotifierCase):
    """The same, on a channel that is safe."""

    claims = TestSoundPager.claims | {"safe"}

    @pytest.fixture
    def notifier(self) -> Pager:
        """A sound one."""
        return SafePager()


class TestSoundProgramPager(NotifierCase):
    """The same, where a program is told the kind."""

    claims = TestSoundPager.claims | {"kind"}

    @pytest.fixture
    def notifier(self) -> Pager:
        """A sound one."""
        return ProgramPager()


@pytest.mark.parametrize(
    ("conformance", "table"),
    [
        (StoreConformance, {**STORES, **OUTBOXES, **PROFILES, **SEALERS}),
        (KeysConformance, KEEPERS),
        (NotifierConformance, NOTIFIERS),
    ],
)
def test_every_test_of_the_kit_is_needed(
    conformance: type[kit.Conformance], table: Mapping[type, tuple[str, ...]]
) -> None:
    """Each test of a kit catches somebody, or is spared for a reason."""
    needed = {test for tests in table.values() for test in tests}

    assert set(conformance.kit_tests) == needed | (SPARE.keys() & conformance.kit_tests.keys())
    assert not needed & SPARE.keys()


# -- whether they can be dodged


def test_a_test_of_the_kit_cannot_be_overridden() -> None:
    """Overriding a test is an error that says how to tell of a gap."""
    with pytest.raises(TypeError, match=r'test_it_starts_empty.*gaps = \{"test_it_starts_empty"'):

        class Dodging(StoreConformance):
            def test_it_starts_empty(self, store: Store) -> None:
                """Nothing."""


def test_a_test_of_the_kit_cannot_be_overridden_from_the_side() -> None:
    """A test that comes from another base is an override too."""

    class Beside:
        test_it_starts_empty = None

    with pytest.raises(TypeError, match="overrides test_it_starts_empty"):

        class Dodging(Beside, StoreConformance):  # type: ignore[misc]  # that it does not fit is the point
            pass


def test_a_gap_must_name_a_test_and_a_reason() -> None:
    """A gap that nobody knows, that nobody runs or that has no reason is an error."""
    for gaps, what in (
        ({"test_nothing": "Why."}, "test_nothing, which is no test of this kit"),
        ({"test_it_starts_empty": " "}, "must give the reason for test_it_starts_empty"),
        ({"test_what_was_kept_is_there_again": "Why."}, "who claim 'persistent'"),
    ):
        with pytest.raises(TypeError, match=what):
            type("Odd", (StoreConformance,), {"gaps": gaps})


def test_a_claim_must_be_known_and_shown() -> None:
    """A claim that there is no test for is an error, and so is one without its hook."""
    with pytest.raises(
        TypeError, match=r"claims magic. What may be claimed: persistent, processes"
    ):
        type("Odd", (StoreConformance,), {"claims": frozenset({"magic"})})
    with pytest.raises(TypeError, match=r"claims 'persistent'; then it must define reopen\(\)"):
        type("Odd", (StoreConformance,), {"claims": frozenset({"persistent"})})
    half = {"claims": frozenset({"host-transaction"}), "hosting": StoreCase.hosting}
    with pytest.raises(TypeError, match=r"then it must define hosted\(\)"):
        type("Odd", (StoreConformance,), half)


def test_hooks_that_are_missing_say_so() -> None:
    """Whoever forgets a hook is told which."""
    with pytest.raises(NotImplementedError, match="seen"):
        NotifierConformance().seen(None)
    with pytest.raises(NotImplementedError, match="broken"):
        NotifierConformance().broken(None)
    with pytest.raises(NotImplementedError, match="refusing"):
        NotifierConformance().refusing(None)
    with pytest.raises(NotImplementedError, match="busy"):
        NotifierConformance().busy(None, timedelta())
    with pytest.raises(NotImplementedError, match="envelope"):
        NotifierConformance().envelope(None)
    with pytest.raises(NotImplementedError, match="reopen"):
        StoreConformance().reopen(None)
    with pytest.raises(NotImplementedError, match="address"):
        StoreConformance().address(None)
    with pytest.raises(NotImplementedError, match="inside"):
        StoreConformance().inside(None)
    for hook in ("hosting", "hosted", "neighbour", "cut", "reader", "unguard"):
        with pytest.raises(NotImplementedError, match=hook):
            getattr(StoreConformance(), hook)(None)
    with pytest.raises(NotImplementedError, match="copy"):
        StoreConformance().copy(None, "")
    with pytest.raises(NotImplementedError, match="reopen"):
        KeysConformance().reopen(None)


OURS: Final = """
import pytest
from peerkit.stores.memory import MemoryStore
from peerkit.testing import NotifierConformance, StoreConformance

class Lossy(MemoryStore):
    def outbox(self):
        return 0, 0

class OfOurs(StoreConformance):
    gaps = {"test_the_outbox_counts": "Ours cannot count."}
    @pytest.fixture
    def store(self):
        return Lossy()
"""


def run(pytester: pytest.Pytester, text: str, *args: str) -> pytest.RunResult:
    """What pytest says of a test file."""
    pytester.makepyfile(text)
    return pytester.runpytest("-p", "no:cacheprovider", "-rs", *args)


def test_a_gap_is_an_expected_failure(pytester: pytest.Pytester) -> None:
    """A declared gap does not fail; its test is run, and expected to."""
    result = run(pytester, OURS, "-k", "outbox_counts")

    result.assert_outcomes(xfailed=1)


def test_a_gap_that_is_not_there_fails(pytester: pytest.Pytester) -> None:
    """Whoever declares a gap that they do not have is told."""
    result = run(pytester, OURS.replace("0, 0", "super().outbox()"), "-k", "outbox_counts")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*XPASS(strict)*Ours cannot count.*"])


def test_a_gap_that_was_not_told_fails_with_both_sides(pytester: pytest.Pytester) -> None:
    """A failing test of the kit shows what was found and what was promised."""
    result = run(pytester, OURS.replace("gaps", "notes"), "-k", "outbox_counts")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *assert (0, 0) == (3, 3)"])


def test_what_is_not_claimed_is_skipped_and_says_so(pytester: pytest.Pytester) -> None:
    """Tests of a capability that nobody claims are skipped with that reason."""
    result = run(pytester, OURS, "-k", "there_again")

    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(["SKIPPED*OfOurs does not claim 'persistent'."])


def test_a_kit_is_collected_only_where_it_is_inherited(pytester: pytest.Pytester) -> None:
    """The kits themselves are no tests; what inherits one is, whatever its name."""
    result = run(pytester, OURS, "--collect-only", "-q")

    collected = [each for each in result.stdout.lines if "::" in each]
    assert len(collected) == len(StoreConformance.kit_tests)
    assert all("::OfOurs::" in each for each in collected)


def test_without_pytest_the_kit_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pytest is missing, the error names the extra that brings it."""
    monkeypatch.setitem(sys.modules, "pytest", None)
    spec = spec_from_file_location("kit_again", kit.__file__)
    assert spec is not None
    assert spec.loader is not None

    with pytest.raises(MissingExtra, match=r"peerkit\[testing\]"):
        spec.loader.exec_module(module_from_spec(spec))


def test_the_room_names_what_it_has() -> None:
    """Asking for what is not there names what is."""
    with pytest.raises(AttributeError, match="StoreConformance"):
        _ = peerkit.testing.Conformance
