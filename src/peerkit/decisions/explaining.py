"""Says findings to people: as text, as Markdown or as HTML, in the language they read."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from peerkit.handbook import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from peerkit.decisions.finding import Finding
    from peerkit.handbook import Language, Passage

__all__ = ["FORMS", "as_html", "as_markdown", "as_text"]

INSTEAD: Final = "Instead"
HAND_TO: Final = "Hand to"
SOURCE: Final = "Source"
SOURCES: Final = "Sources"
SINCE: Final = "in force since"
UNVERIFIED: Final = "unverified: from memory"


def as_text(
    findings: Iterable[Finding],
    head: str = "",
    *,
    sources: bool = True,
    language: Language = ENGLISH,
) -> str:
    """Plain text, for a terminal or a log that nobody else reads."""
    indent = "  " if head else ""
    lines = [head] if head else []
    for each in findings:
        lines.append(f"{indent}{_judged(each, language)} [{each.clause.id}]")
        if not each.allowed:
            lines.append(f"{indent}    {language(INSTEAD)}: {language(each.instead)}")
            lines.append(f"{indent}    {language(HAND_TO)}: {language(each.hand_to)}")
        if sources:
            lines += [
                f"{indent}    {language(SOURCE)}: {_cited(one, language)}" for one in each.passages
            ]
    return "\n".join(lines)


def as_markdown(
    findings: Iterable[Finding],
    head: str = "",
    *,
    sources: bool = True,
    language: Language = ENGLISH,
) -> str:
    """Markdown, for a page or a ticket."""
    parts = [f"**{_md(head)}**"] if head else []
    for each in findings:
        verdict, sentence = _md(language(str(each.verdict))), _md(_said(each, language))
        lines = [f"- **{verdict}**: {sentence} `{each.clause.id}`"]
        if not each.allowed:
            lines.append(f"    - **{_md(language(INSTEAD))}:** {_md(language(each.instead))}")
            lines.append(f"    - **{_md(language(HAND_TO))}:** {_md(language(each.hand_to))}")
        if sources:
            lines += [
                f"    - {_md(language(SOURCE))}: {_md(_cited(one, language, link=False))}"
                + ("" if one.source.link is None else f" <{one.source.link}>")
                for one in each.passages
            ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def as_html(
    findings: Iterable[Finding],
    head: str = "",
    *,
    sources: bool = True,
    language: Language = ENGLISH,
) -> str:
    """HTML that stands alone, for a notebook or a page: readable in the light and in the dark."""
    parts = [_STYLE, f'<section class="peerkit-decision" lang="{escape(language.id)}">']
    if head:
        parts.append(f"<h4>{escape(head)}</h4>")
    parts.append("<ul>")
    for each in findings:
        name = each.verdict.name.lower().replace("_", "-")
        parts.append(
            f'<li class="{name}"><p><b>{escape(language(str(each.verdict)))}</b> '
            f"{escape(_said(each, language))} <code>{escape(each.clause.id)}</code></p>"
        )
        if not each.allowed:
            parts.append(
                f"<p><i>{escape(language(INSTEAD))}:</i> {escape(language(each.instead))}</p>"
                f"<p><i>{escape(language(HAND_TO))}:</i> {escape(language(each.hand_to))}</p>"
            )
        if sources and each.passages:
            cited = "".join(f"<li>{_linked(one, language)}</li>" for one in each.passages)
            shown = f"{escape(language(SOURCES))} ({len(each.passages)})"
            parts.append(f"<details><summary>{shown}</summary><ul>{cited}</ul></details>")
        parts.append("</li>")
    parts.append("</ul></section>")
    return "".join(parts)


#: The forms an explanation has, by name.
FORMS: Final[Mapping[str, Callable[..., str]]] = {
    "text": as_text,
    "markdown": as_markdown,
    "html": as_html,
}


def _judged(finding: Finding, language: Language) -> str:
    return f"{language(str(finding.verdict))}: {_said(finding, language)}"


def _said(finding: Finding, language: Language) -> str:
    """The sentence, and beside a number that is known from memory only that it is."""
    clause = finding.clause
    doubt = clause.value is not None and not all(each.verified for each in clause.passages[:1])
    return finding.say(language) + (f" [{language(UNVERIFIED)}]" if doubt else "")


def _cited(passage: Passage, language: Language, *, link: bool = True) -> str:
    where = f" <{passage.source.link}>" if link and passage.source.link is not None else ""
    return f"{passage.source}, {passage.at}{_standing(passage, language)}{where}"


def _standing(passage: Passage, language: Language) -> str:
    """Since when a passage is in force, and whether anybody has seen it."""
    since = "" if passage.since is None else f", {language(SINCE)} {passage.since.isoformat()}"
    doubt = "" if passage.verified else f" [{language(UNVERIFIED)}]"
    return f"{since}{doubt}"


def _linked(passage: Passage, language: Language) -> str:
    """A citation is in the language of the book, whatever is said around it."""
    cited, link = escape(f"{passage.source}, {passage.at}"), passage.source.link
    if language.id != ENGLISH.id:
        cited = f'<span lang="{ENGLISH.id}">{cited}</span>'
    cited += escape(_standing(passage, language))
    return cited if link is None else f'<a href="{escape(link)}">{cited}</a>'


#: What Markdown would take for its own.
_SIGNS: Final = str.maketrans({sign: f"\\{sign}" for sign in r"\`*_{}[]<>#|"})


def _md(text: str) -> str:
    return " ".join(text.translate(_SIGNS).split())


_LIGHT: Final = (
    "--ink:#1c2b2a;--paper:#fff;--soft:#5c6b6a;--line:#d5dddc;--link:#00695c;--allowed:#2e7d32;"
    "--needs-consent:#1565c0;--needs-consultation:#8a5a00;--needs-facts:#6a1b9a;--not-allowed:#b71c1c"
)
_DARK: Final = (
    "--ink:#e6eceb;--paper:#1b2322;--soft:#a3b3b1;--line:#3a4644;--link:#80cbc4;--allowed:#81c784;"
    "--needs-consent:#90caf9;--needs-consultation:#ffcc80;--needs-facts:#ce93d8;--not-allowed:#ef9a9a"
)
#: Follows the reader's system, and the theme of Jupyter and of our own pages where they say one.
_STYLE: Final = (
    f"<style>.peerkit-decision{{{_LIGHT};color:var(--ink);background:var(--paper);"
    "border:1px solid var(--line);border-radius:6px;padding:.6em 1em;max-width:46em;"
    "font-family:system-ui,sans-serif;line-height:1.45}"
    f"@media (prefers-color-scheme:dark){{.peerkit-decision{{{_DARK}}}}}"
    '[data-jp-theme-light="true"] .peerkit-decision,'
    f'[data-md-color-scheme="default"] .peerkit-decision{{{_LIGHT}}}'
    '[data-jp-theme-light="false"] .peerkit-decision,'
    f'[data-md-color-scheme="slate"] .peerkit-decision{{{_DARK}}}'
    ".peerkit-decision h4{margin:.2em 0 .6em;color:inherit}"
    ".peerkit-decision ul{list-style:none;margin:0;padding:0}"
    ".peerkit-decision>ul>li{border-left:4px solid;padding:0 0 0 .8em;margin:0 0 .9em}"
    ".peerkit-decision p{margin:.15em 0;color:var(--ink)}"
    ".peerkit-decision code{color:var(--soft);background:none;font-size:.85em}"
    ".peerkit-decision details{color:var(--soft);font-size:.9em}"
    ".peerkit-decision details li{margin:.2em 0 .2em 1em}"
    ".peerkit-decision a{color:var(--link)}"
    + "".join(
        f".peerkit-decision .{name}{{border-color:var(--{name})}}"
        f".peerkit-decision .{name} b{{color:var(--{name})}}"
        for name in ("allowed", "needs-consent", "needs-consultation", "needs-facts", "not-allowed")
    )
    + "</style>"
)
