"""The front door: every name is there, says what it is, and costs nothing until it is used."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
import re
import subprocess
import sys
from importlib.resources import files
from types import ModuleType
from typing import Any

import pytest

import peerkit as pk
from peerkit import errors
from peerkit.acts import ACTS
from peerkit.model import NOUNS

#: Every module of the package. The kits need pytest, which is here.
MODULES = sorted(
    each.name
    for each in pkgutil.walk_packages(pk.__path__, "peerkit.")
    if not each.name.endswith("__main__")
)


def errors_of_ours(root: type[BaseException] = pk.PeerkitError) -> set[type[BaseException]]:
    """Every error below the root that the package defines."""
    for each in MODULES:
        importlib.import_module(each)
    below = {one for each in root.__subclasses__() for one in errors_of_ours(each)}
    return {each for each in {root} | below if each.__module__.startswith("peerkit.")}


class TestNames:
    """What ``peerkit`` offers."""

    def test_they_are_sorted_and_named_once(self) -> None:
        """Constants, classes, functions; each group in the order of the alphabet."""

        def key(name: str) -> tuple[int, str]:
            return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)

        assert pk.__all__ == sorted(set(pk.__all__), key=key)

    @pytest.mark.parametrize("name", pk.__all__)
    def test_each_can_be_fetched(self, name: str) -> None:
        """It is defined in one of our rooms, is not a module, and stays once it is fetched."""
        found = getattr(pk, name)

        assert not isinstance(found, ModuleType)
        assert getattr(pk, name) is found
        assert getattr(found, "__module__", "peerkit.").startswith("peerkit.")
        assert name in vars(pk)

    def test_a_star_brings_all_of_them(self) -> None:
        """And nothing else."""
        names: dict[str, Any] = {}
        exec("from peerkit import *", names)  # noqa: S102 - a star is only allowed in a module

        assert set(names) - {"__builtins__"} == set(pk.__all__)

    def test_readers_of_types_see_the_same_names(self) -> None:
        """What is imported for them is exactly what is fetched when running."""
        tree = ast.parse((files("peerkit") / "__init__.py").read_text("utf-8"))
        (block,) = [each for each in tree.body if isinstance(each, ast.If)]
        imported = {
            name.asname or name.name
            for each in block.body
            if isinstance(each, ast.ImportFrom)
            for name in each.names
        }

        assert imported == set(pk.__all__)
        assert dir(pk) == sorted(pk.__all__)

    def test_nothing_that_people_use_is_left_out(self) -> None:
        """Every act, noun, error, status and kind, and what decisions are made of."""
        model = importlib.import_module("peerkit.model")
        kinds = {name for name in model.__all__ if isinstance(getattr(model, name), type)} - {
            "Lifecycle"
        }
        wanted = {
            *(each.__name__ for each in ACTS),
            *(each.__name__ for each in NOUNS),
            *(
                each.__name__
                for each in errors_of_ours()
                if not each.__module__.startswith(("peerkit.exchange", "peerkit.simulation"))
            ),
            *kinds,
            *("Decision", "Finding", "Rule", "Rules", "Verdict", "decide", "ROLE_LIMITS"),
            *("Program", "Page", "Order", "Told", "Verified", "Store", "Notifier", "Entry"),
            *("Routes", "Wording"),
            *("Handbook", "Book", "read_act", "write_act"),
            *("review", "Pointer", "CueKind"),
        }

        assert wanted - set(pk.__all__) == set()

    @pytest.mark.parametrize("name", ["utils", "nope", "_secret", "sqlite3", "ROLE_LIMIT"])
    def test_what_is_not_there_is_said_to_be_missing(self, name: str) -> None:
        """The usual error, with the name in it."""
        with pytest.raises(AttributeError, match=f"peerkit has no {name!r}"):
            getattr(pk, name)

    @pytest.mark.parametrize("module", MODULES)
    def test_every_module_keeps_the_promise_of_its_all(self, module: str) -> None:
        """Its public names exist, are named once, and the module says what it is."""
        found = importlib.import_module(module)
        names: list[str] = getattr(found, "__all__", [])

        assert (found.__doc__ or "").strip()
        assert len(set(names)) == len(names)
        for name in names:
            assert hasattr(found, name)


class TestErrors:
    """The tree at the head of ``errors.py`` is the tree of classes."""

    def test_the_drawn_tree_is_the_real_one(self) -> None:
        """Every class at its place, below its parent, and in the room that is named beside it."""
        parents: dict[str, str] = {}
        rooms: dict[str, str] = {}
        above = ["PeerkitError"]
        for line in (errors.__doc__ or "").splitlines():
            drawn = re.match(r" {4}([ │]*)[├└]── (\w+) +(?:\(([\w.]+)\))?", line)
            if drawn is not None:
                depth = len(drawn[1]) // 4 + 1
                above[depth:] = [drawn[2]]
                parents[drawn[2]] = above[depth - 1]
                rooms[drawn[2]] = f"peerkit.{drawn[3] or 'errors'}"
        classes = errors_of_ours() - {pk.PeerkitError}

        assert parents == {each.__name__: each.__bases__[0].__name__ for each in classes}
        for each in classes:
            assert each.__module__.startswith(rooms[each.__name__])

    def test_one_root_catches_all(self) -> None:
        """And each of them says what it is about."""
        for each in errors_of_ours():
            assert issubclass(each, pk.PeerkitError)
            assert each.__doc__


#: Looks on while something is imported: what was opened, started or reached.
WATCH = """
import sys
seen = []
def watch(event, args):
    if event.split(".")[0] in {"socket", "subprocess", "urllib", "sqlite3", "ftplib", "smtplib"}:
        seen.append(event)
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        seen.append(event)
sys.addaudithook(watch)
sys.dont_write_bytecode = True
"""
CHEAP = """
import peerkit
loaded = {"sqlite3", "rich", "hypothesis", "pytest", "tomllib", "dateutil", "attrs", "cattrs"}
print(sorted(loaded & set(sys.modules)), seen)
"""
WHOLE = """
import logging
import peerkit
for name in peerkit.__all__:
    getattr(peerkit, name)
loaded = {"sqlite3", "rich", "hypothesis", "pytest", "socket", "ssl", "http.client"}
print(sorted(loaded & set(sys.modules)), seen, logging.getLogger().handlers)
"""


def run(code: str) -> str:
    """What a fresh process writes."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", WATCH + code], capture_output=True, check=True, text=True
    )
    assert done.stderr == ""
    return done.stdout


class TestImporting:
    """Importing peerkit costs nothing and reaches nowhere."""

    def test_the_import_alone_loads_no_room(self) -> None:
        """No store, no screen, no test tool, and no file is written."""
        assert run(CHEAP) == "[] []\n"

    def test_all_names_together_open_no_store_and_no_socket(self) -> None:
        """Nor do they set up any logging; a store is loaded by whoever opens one."""
        assert run(WHOLE) == "[] [] []\n"

    def test_a_store_is_loaded_when_it_is_opened(self) -> None:
        """And only the one that was asked for."""
        code = """
import peerkit
peerkit.Program.open(":memory:").close()
print("sqlite3" in sys.modules, seen)
"""
        assert run(code) == "False []\n"

    def test_the_types_are_shipped(self) -> None:
        """Readers of types find the marker beside the code."""
        assert (files("peerkit") / "py.typed").is_file()

    @pytest.mark.parametrize(
        ("room", "package", "extra"),
        [
            ("peerkit.testing.strategies", "hypothesis", "testing"),
            ("peerkit.reports.show", "rich", "progress"),
            ("peerkit.notifiers.apprise", "Apprise", "apprise"),
        ],
    )
    def test_a_room_says_what_it_needs(
        self, room: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without its package there is one clear error, which says what to install."""
        top = package.lower()
        for name in [top, *(each for each in sys.modules if each.startswith(f"{top}."))]:
            monkeypatch.setitem(sys.modules, name, None)
        spec = importlib.util.find_spec(room)
        assert spec is not None
        assert spec.loader is not None
        with pytest.raises(pk.MissingExtra) as caught:
            spec.loader.exec_module(importlib.util.module_from_spec(spec))

        assert (caught.value.package, caught.value.extra) == (package, extra)
        assert f"pip install 'peerkit[{extra}]'" in str(caught.value)
