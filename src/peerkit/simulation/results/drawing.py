"""A picture for a report: how it looks, what it says to who does not see it, and how it is kept."""

from __future__ import annotations

import math
import os
import textwrap
from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import attrs

from peerkit.errors import BadInput
from peerkit.simulation.arrays import fetched

__all__ = ["GREY", "Look", "Picture", "as_label", "as_text", "blank", "finished", "looks"]

#: Okabe and Ito, "Color universal design" (2008): colours that hold for most kinds of colour
#: blindness. Lines differ in their dashes too, so that they can be told apart in black and white.
_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#000000")
_DASHES: Final = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)))
_MARKERS: Final = ("o", "s", "^", "D", "v", "P")
GREY: Final = "#555555"
_SYNTHETIC: Final = "Synthetic: simulated people, not data about anybody."
#: Characters of the note under a picture that fit on a line, for each inch of its width.
_AN_INCH: Final = 18
#: The same of the names of scenarios above it, and what the line beside each name takes.
_NAMES: Final = 11
_LINE: Final = 7
_TITLE: Final = 11
_POINTS: Final = 72
_SEVERAL: Final = 2
#: What a line of it takes, in inches.
_A_LINE: Final = 0.2
_DPI: Final = 150
#: What each kind of file calls the title and the description.
_ABOUT: Final = {
    ".png": ("Title", "Description"),
    ".svg": ("Title", "Description"),
    ".pdf": ("Title", "Subject"),
}


@attrs.frozen
class Look:
    """How one scenario is drawn in a picture."""

    colour: str
    dashes: Any
    marker: str


def as_text(text: str) -> str:
    """A text as matplotlib writes it out: what stands between two dollars is no formula."""
    return text.replace("$", r"\$")


def as_label(name: str) -> str:
    """The name of a line, as the legend takes it: one that begins with "_" would be left out."""
    return as_text(f" {name}" if name.startswith("_") else name)


def looks(names: Iterable[str]) -> dict[str, Look]:
    """A look for each scenario, in their order. More than six cannot be told apart."""
    named = tuple(names)
    if len(named) > len(_COLOURS):
        raise BadInput("scenarios", f"a picture holds up to {len(_COLOURS)}; draw several pictures")
    each = zip(named, _COLOURS, _DASHES, _MARKERS, strict=False)
    return {name: Look(colour, dashes, marker) for name, colour, dashes, marker in each}


@attrs.frozen(eq=False)
class Picture:
    """A figure of matplotlib, with its title and, for who does not see it, a description.

    Change ``figure`` as you like before it is kept.
    """

    figure: Any = attrs.field(repr=False)
    title: str
    description: str

    def save(self, path: str | os.PathLike[str]) -> None:
        """Keep it as PNG, SVG or PDF, by the ending of the name; the description goes with it."""
        ending = Path(path).suffix.lower()
        if ending not in _ABOUT:
            raise BadInput("path", f"end the name with {', '.join(_ABOUT)}")
        title, description = _ABOUT[ending]
        about = {title: self.title, description: self.description}
        self.figure.savefig(path, dpi=_DPI, metadata=about)

    def _repr_html_(self) -> str:
        """As a notebook shows it: the picture, with its description in place of the eyes."""
        kept = BytesIO()
        self.figure.savefig(kept, format="png", dpi=_DPI / 1.5)
        return (
            f'<img style="max-width: 100%" alt="{escape(f"{self.title}. {self.description}")}" '
            f'src="data:image/png;base64,{b64encode(kept.getvalue()).decode()}">'
        )


def blank(rows: int, columns: int, inches: tuple[float, float], **kept: Any) -> tuple[Any, Any]:
    """A figure with so many panels, and the panels: never one that pyplot knows of."""
    figure = fetched("matplotlib.figure", "pictures").Figure(figsize=inches, layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, **kept)
    for panel in panels.flat:
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(color="#dddddd", linewidth=0.6)
        panel.set_axisbelow(True)
    return figure, panels


def finished(figure: Any, title: str, says: Sequence[str], notes: Sequence[str]) -> Picture:
    """The picture with its title above and, below, what it shows and that nobody in it is real.

    ``says`` is told instead of the picture to who does not see it; ``notes`` to everybody.
    """
    below = _legend(figure)
    figure.suptitle(
        as_text(title) + "\n" * below, x=0.01, ha="left", fontweight="bold", fontsize=_TITLE
    )
    note = " ".join([*notes, _SYNTHETIC])
    lines = textwrap.wrap(note, round(figure.get_figwidth() * _AN_INCH))
    figure.supxlabel(as_text("\n".join(lines)), x=0.01, ha="left", fontsize=7.5, color=GREY)
    return Picture(figure, title, " ".join([*says, note]))


def _legend(figure: Any) -> int:
    """Which line is which scenario, below the title, and how many lines of text that takes.

    A single scenario is named in the note.
    """
    handles, names = figure.axes[0].get_legend_handles_labels()
    if len(names) < _SEVERAL:
        return 0
    fit = round(figure.get_figwidth() * _NAMES) // (max(map(len, names)) + _LINE)
    columns = min(max(fit, 1), len(names))
    lines: int = math.ceil(len(names) / columns)
    figure.set_figheight(figure.get_figheight() + lines * _A_LINE)
    figure.legend(
        handles,
        names,
        loc="upper left",
        bbox_to_anchor=(0, 1 - 1.4 * _TITLE / (figure.get_figheight() * _POINTS)),
        ncols=columns,
        frameon=False,
        fontsize=9,
    )
    return lines
