"""Draws the lessons: each is a notebook, run in a real kernel and shown with what came out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["LESSONS", "executed", "lesson", "links_inside", "notebook"]

_ROOT: Final = Path(__file__).parent.parent.parent
#: The pages of the lessons, by their paths, and what each is drawn from.
LESSONS: Final = {
    "tutorials/is-this-my-role.md": "examples/lessons/01_is_this_my_role.py",
    "tutorials/plan-a-program.md": "examples/lessons/02_plan_a_program.py",
    "tutorials/compare-two-policies.md": "examples/lessons/03_compare_two_policies.py",
}
#: A notebook links to the built pages, which it reaches from its own folder.
_BUILT: Final = re.compile(r"\]\(\.\./\.\./site/([^)#]*)/index\.html")
#: The most that one cell may take.
_SECONDS: Final = 120


def notebook(file: str) -> Any:
    """The notebook, with the answers that its invented learner gives."""
    import jupytext

    found = jupytext.read(_ROOT / file, fmt="py:percent")
    for cell in found.cells:
        if "given" in cell.metadata:
            cell.source = f"answers = {json.dumps(cell.metadata['given'])}"
    return found


def executed(file: str) -> Any:
    """The notebook after it was run from its first cell to its last, in a kernel of its own."""
    from nbclient import NotebookClient

    found = notebook(file)
    where = {"metadata": {"path": str((_ROOT / file).parent)}}
    with TemporaryDirectory() as folder:
        # The kernel is spoken with over a file and not a port, so that nobody else can listen.
        kernel = {"transport": "ipc", "ip": f"{folder}/kernel"}
        client = NotebookClient(found, timeout=_SECONDS, kernel_name="python3", resources=where)
        client.config.KernelManager.update(kernel)
        client.execute()
    return found


def lesson(file: str, pages: Collection[str]) -> str:
    """The notebook as a page: its words, its code and what came out."""
    from nbconvert import MarkdownExporter

    text, _ = MarkdownExporter().from_notebook_node(executed(file))
    return links_inside(text, pages)


def links_inside(text: str, pages: Collection[str]) -> str:
    """The text with its links to built pages made to lead to their sources, for mkdocs."""

    def there(found: re.Match[str]) -> str:
        page = f"{found[1]}.md"
        return f"](../{page if page in pages else f'{found[1]}/index.md'}"

    return _BUILT.sub(there, text)
