"""Fails when a changelog fragment cannot be used, or when src/ moved and nobody told the reader.

Two uses:

- `check_changelog.py` looks at the fragments themselves, and asks for at least one when src/ has
  changed since CHANGELOG.md was last written, which happens only at a release.
- `check_changelog.py BASE` asks also for a fragment added since the commit or branch BASE, as a
  pull request must.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
FRAGMENTS = ROOT / "changelog.d"


def git(*arguments: str) -> list[str] | None:
    """Give the lines that git prints, or None where git or the history is missing."""
    try:
        ran = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return ran.stdout.splitlines()


def fragments() -> list[Path]:
    """List the waiting fragments: all of changelog.d/ but its own README."""
    return sorted(path for path in FRAGMENTS.iterdir() if path.name != "README.md")


def faults(path: Path, kinds: list[str]) -> list[str]:
    """Say what is wrong with one fragment, each fault with what to do about it."""
    found = []
    if not re.fullmatch(rf"(\d+|\+[a-z0-9-]+)\.({'|'.join(kinds)})(\.\d+)?\.md", path.name):
        found.append(
            f"{path.name}: name it ISSUE.KIND.md, or +some-words.KIND.md without an issue; "
            f"KIND is one of {', '.join(kinds)}."
        )
    words = path.read_text(encoding="utf-8").strip()
    if not words:
        found.append(f"{path.name}: is empty; say in a sentence what a user will notice.")
    elif not words.endswith((".", "`")):
        found.append(f"{path.name}: end the last sentence with a full stop.")
    return found


def untold(base: str | None) -> list[str]:
    """Say when src/ has changed and no fragment speaks of it."""
    if git("rev-parse", "HEAD") is None:
        print("No git history here, so only the fragments themselves were read.")
        return []
    if base is not None:
        moved = git("diff", "--name-only", f"{base}...HEAD", "--", "src")
        if moved is None:
            return [f"git knows no {base}; give a branch or commit that exists here."]
        told = git("diff", "--name-only", "--diff-filter=A", f"{base}...HEAD", "--", "changelog.d")
        if moved and not told:
            return [f"src/ has changed since {base}: add a fragment (changelog.d/README.md)."]
        return []
    released = git("log", "-1", "--format=%H", "--", "CHANGELOG.md")
    moved = git("diff", "--name-only", released[0], "--", "src") if released else []
    if moved and not fragments():
        return ["src/ has changed since the last release: add a fragment (changelog.d/README.md)."]
    return []


def main(base: str | None = None) -> int:
    """Print every fault found."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    kinds = [kind["directory"] for kind in settings["tool"]["towncrier"]["type"]]
    found = [fault for path in fragments() for fault in faults(path, kinds)] + untold(base)
    for fault in found:
        print(fault)
    if not found:
        print(f"Changelog fragments for the next release: {len(fragments())}, all usable.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
