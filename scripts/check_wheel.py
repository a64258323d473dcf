"""Fails when the newest wheel in dist/ lacks a file of src/ or carries one too many.

The tests would notice a missing module, but not a missing `py.typed`, and not that a file which
was meant to stay at home is being shipped.
"""

import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parent.parent


def main() -> int:
    """Compare the two lists of files and print what differs."""
    wheel = max((ROOT / "dist").glob("peerkit-*.whl"), key=lambda path: path.stat().st_mtime)
    source = ROOT / "src"
    expected = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    shipped = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    for name in sorted(expected - shipped):
        print(f"{wheel.name} lacks {name}")
    for name in sorted(shipped - expected):
        print(f"{wheel.name} carries {name}, which is not in src/")
    if expected != shipped:
        return 1
    tables = sum(name.endswith(".toml") for name in shipped)
    print(f"{wheel.name}: {len(shipped)} files, {tables} of them TOML tables, as in src/.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
