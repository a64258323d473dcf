"""What the records show."""

from __future__ import annotations

from peerkit.reports.summary import Summary, summary

__all__ = ["Summary", "summary"]
