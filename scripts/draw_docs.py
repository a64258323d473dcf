"""Draws the reference pages of the documentation from the handbook and the code, at build time.

mkdocs calls `on_files` (see `hooks:` in mkdocs.yml); nothing is written to disk. `pages()` gives
the same pages as text, so that tests can read them without mkdocs.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page


@lru_cache(maxsize=1)
def pages() -> dict[str, str]:
    """Every drawn page, by its path under docs/."""
    # mkdocs loads this file by its path, so the folder that `scripts` lies in may not be known.
    root = str(Path(__file__).parent.parent)
    if root not in sys.path:
        sys.path.append(root)
    from scripts.drawn import (
        activities,
        clauses,
        code,
        funding,
        instruments,
        layers,
        lifecycles,
        limits,
        permissions,
        reminders,
        rules,
        simulation,
        sources,
    )

    found = {
        **rules.rules(),
        "reference/clauses.md": clauses.clauses(),
        **activities.activities(),
        "reference/circumstances.md": activities.circumstances(),
        "reference/permissions.md": permissions.permissions(),
        "reference/limits.md": limits.limits(),
        "reference/reminders.md": reminders.reminders(),
        **layers.layers(),
        "reference/sources.md": sources.sources(),
        "reference/lifecycles.md": lifecycles.lifecycles(),
        "reference/acts.md": code.acts(),
        "reference/instruments.md": instruments.instruments(),
        "reference/funding.md": funding.funding(),
        "reference/rehearsal.md": simulation.model(),
        "reference/scenario.md": simulation.parameters_of_a_scenario(),
        "reference/errors.md": code.errors(),
        "reference/store-format.md": code.store_format(),
    }
    return {path: _from_there(path, text) for path, text in found.items()}


def _from_there(path: str, text: str) -> str:
    """The text with its links from the root made to lead there from this page."""
    return text.replace("](/", "](" + "../" * path.count("/"))


def in_folders() -> dict[str, list[str]]:
    """The drawn pages that lie in a folder with a list of them, by the path of that list."""
    drawn = [*pages()]
    lists = [each for each in drawn if each.endswith("/index.md")]
    return {
        each: [
            page
            for page in drawn
            if page != each and page.startswith(each.removesuffix("index.md"))
        ]
        for each in lists
    }


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the drawn pages of a folder behind the list of them, wherever that stands."""
    _fill(config.nav, in_folders())
    return config


def _fill(nav: Any, folders: dict[str, list[str]]) -> None:
    if isinstance(nav, dict):
        for each in nav.values():
            _fill(each, folders)
    elif isinstance(nav, list):
        for each in [*nav]:
            _fill(each, folders)
        nav += [page for each in nav if isinstance(each, str) for page in folders.get(each, ())]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the drawn pages to those that were written."""
    from mkdocs.structure.files import File

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    from scripts.drawn.lessons import LESSONS, lesson

    known = {each.src_uri for each in files} | {*LESSONS}
    for path, file in LESSONS.items():
        files.append(File.generated(config, path, content=lesson(file, known)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Give the classes of the front door their fields, which mkdocstrings does not know."""
    from scripts.drawn.fields import with_fields

    return with_fields(markdown)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Reduce the cross-references of docstrings to the names they show."""
    from scripts.drawn.markdown import CROSS_REFERENCE

    return CROSS_REFERENCE.sub(lambda found: f"<code>{found[1] or found[2]}</code>", html)
