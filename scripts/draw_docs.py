"""Draws the reference pages of the documentation from the handbook and the code, at build time.

mkdocs calls `on_files` (see `hooks:` in mkdocs.yml); nothing is written to disk. `pages()` gives
the same pages as text, so that tests can read them without mkdocs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page


def pages() -> dict[str, str]:
    """Every drawn page, by its path under docs/."""
    # mkdocs loads this file by its path, so the folder that `scripts` lies in may not be known.
    root = str(Path(__file__).parent.parent)
    if root not in sys.path:
        sys.path.append(root)
    from scripts.drawn import book, code, lifecycles

    return {
        "reference/rules-and-clauses.md": book.rules_and_clauses(),
        "reference/activities.md": book.activities(),
        "reference/limits.md": book.limits(),
        "reference/sources.md": book.sources(),
        "reference/lifecycles.md": lifecycles.lifecycles(),
        "reference/acts.md": code.acts(),
        "reference/errors.md": code.errors(),
        "reference/store-format.md": code.store_format(),
    }


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the drawn pages to those that were written."""
    from mkdocs.structure.files import File

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Give the classes of the front door their fields, which mkdocstrings does not know."""
    from scripts.drawn.fields import with_fields

    return with_fields(markdown)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Reduce the cross-references of docstrings to the names they show."""
    from scripts.drawn.markdown import CROSS_REFERENCE

    return CROSS_REFERENCE.sub(lambda found: f"<code>{found[1] or found[2]}</code>", html)
