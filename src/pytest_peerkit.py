"""Gives pytest ``--peerkit-report[=FILE]``; nothing of peerkit is imported until it is asked for.

It stands beside the package, for pytest imports it in every run, and whoever measures coverage
wants to be there first.
"""

from __future__ import annotations

from typing import Final

import pytest

__all__: Final[list[str]] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option."""
    parser.getgroup("peerkit").addoption(
        "--peerkit-report",
        nargs="?",
        const="",
        metavar="FILE.md",
        help="tell which promises of stores, keys and notifiers are kept; with a file, as Markdown",
    )


def pytest_configure(config: pytest.Config) -> None:
    """What listens, when it is asked for."""
    where = config.getoption("--peerkit-report", default=None)
    if where is None:
        return
    if where and not where.endswith(".md"):
        raise pytest.UsageError(
            "--peerkit-report: put it last, or name a file that ends with .md, as in "
            "--peerkit-report=FILE.md"
        )
    from peerkit.testing.report import Listener

    config.pluginmanager.register(Listener(where), "peerkit-report")
